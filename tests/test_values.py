"""What a stored cell means, by kind of question."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsx_pdca.plan import FieldPlan
from xlsx_pdca.pointing import state_of_words
from xlsx_pdca.rawbook import CellType, NumberLook, RawCell
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import State
from xlsx_pdca.values import (
    chosen,
    meaning,
    meaning_of_text,
    plain_number,
    raw_text,
    shortest_decimal,
)


def question(kind: FieldKind, **more: object) -> FieldPlan:
    return FieldPlan("q", "設問", "", kind, "S1-01", "s1", **more)  # type: ignore[arg-type]


def number(text: str, look: NumberLook = NumberLook.PLAIN) -> RawCell:
    return RawCell(CellType.NUMBER, text, look)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1200", "1200"),
        ("1,200", "1200"),
        ("３２６，９１８人", "326918"),
        ("-3", "-3"),
        ("007", "7"),
        (".5", "0.5"),
        ("1.50", "1.5"),
        ("12 件", "12"),
        ("　12　", "12"),
        ("-1,234,567.5", "-1234567.5"),
    ],
)
def test_number_is_read_in_any_width(written: str, value: str) -> None:
    """Commas between thousands, blanks around it, and its unit or 人 behind it do not disturb a number."""
    means = meaning_of_text(written, question(FieldKind.DECIMAL, unit="件"))
    assert (means.value, means.state, means.raw) == (value, State.FILLED, written)


@pytest.mark.parametrize(
    "written",
    [
        *("約30", "三万人", "1.2.3", "1-2", "10～20", "1e5", "①", "12\n", "--3", "3-"),
        *("10人3人", "10人人", "人10", "10 20", "1　200", "12%", "0.5％"),
        *("1,2", "3,5", "34,56,789", "1234,567", ",123", "1,", "1,2345", "1.5,000", "1,234,56"),
    ],
)
def test_doubtful_number_is_not_guessed(written: str) -> None:
    """What the form marks △ has no value, also where two numbers stand in one field; the text is kept."""
    means = meaning_of_text(written, question(FieldKind.INTEGER))
    assert (means.value, means.state, means.raw) == ("", State.FILLED, written)


@pytest.mark.parametrize("written", ["28.5", "28.5%", "２８．５％", "28.5 %"])
def test_a_percentage_may_be_written_with_its_sign(written: str) -> None:
    """% may stand behind a percentage, and behind no other number."""
    assert meaning_of_text(written, question(FieldKind.PERCENT)).value == "28.5"


def test_zero_is_its_own_state() -> None:
    """0, a blank and 該当なし are three different things."""
    states = [
        meaning_of_text(t, question(FieldKind.INTEGER)).state for t in ("0人", "　", "該当なし")
    ]
    assert states == [State.ZERO, State.BLANK, State.NONE]


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ("該当なし", State.NONE),
        ("特になし。", State.NONE),
        ("把握していない", State.UNKNOWN),
        ("不明", State.UNKNOWN),
        ("秘匿", State.WITHHELD),
        ("別紙のとおり", State.SEPARATE),
        ("別添資料１参照", State.SEPARATE),
        ("同上", State.SAME),
        ("前回と同じ", State.SAME),
        ("別紙のとおり、連絡会を開いている", State.FILLED),
        ("不明な点が多い", State.FILLED),
    ],
)
def test_states_are_understood_only_when_nothing_else_is_said(words: str, state: State) -> None:
    """A state is a whole answer; a sentence that begins like one is an answer of its own."""
    assert state_of_words(words) is state


@pytest.mark.parametrize("blank", ["", " ", "　", "\n", " \n　", "\t", "\u00a0", "\u200b"])
def test_blank_rule_is_the_forms(blank: str) -> None:
    """Blanks of both widths and line feeds make no answer, and are kept as raw."""
    means = meaning_of_text(blank, question(FieldKind.TEXT))
    assert (means.state, means.value, means.raw) == (State.BLANK, "", blank)


def test_text_is_never_touched() -> None:
    """Text answers keep every sign."""
    text = "=SUM(A1)\n- 1-2　001 😀𠮷 "
    means = meaning_of_text(text, question(FieldKind.LONG_TEXT))
    assert (means.raw, means.value) == (text, text)


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        (number("0.28499999999999998", NumberLook.PERCENT), FieldKind.PERCENT, "28.5"),
        (number("28.5"), FieldKind.PERCENT, "28.5"),
        (number("1", NumberLook.PERCENT), FieldKind.PERCENT, "100"),
        (number("1.2E+3"), FieldKind.INTEGER, "1200"),
        (number("46127", NumberLook.DATE), FieldKind.DATE, "2026-04-15"),
        (number("46127"), FieldKind.DATE, "2026-04-15"),
        (number("2026"), FieldKind.FISCAL_YEAR, "2026"),
        (number("46127", NumberLook.DATE), FieldKind.INTEGER, ""),
    ],
)
def test_stored_numbers_mean_what_the_person_sees(
    cell: RawCell, kind: FieldKind, value: str
) -> None:
    """Percent in points, dates in ISO form; a date in a number field is asked."""
    assert meaning(cell, question(kind)).value == value


def test_dates_of_1904_workbooks() -> None:
    """The other date system is honoured, and a bare serial day in it is asked, not guessed."""
    date_cell, bare = number("44665", NumberLook.DATE), number("44665")
    asked = question(FieldKind.DATE)
    assert meaning(date_cell, asked, date1904=True).value == "2026-04-15"
    assert meaning(bare, asked, date1904=True).value == ""
    assert meaning(bare, asked).value == "2022-04-14"


@pytest.mark.parametrize(
    ("serial", "iso"),
    [
        ("1", "1900-01-01"),
        ("60", "1900-03-01"),
        ("61", "1900-03-01"),
        ("59", "1900-02-28"),
        ("46127.5", "2026-04-15T12:00:00"),
        ("0.1458333333", "03:30:00"),
        ("-1", "-1"),
        ("99999999", "99999999"),
    ],
)
def test_serial_days(serial: str, iso: str) -> None:
    """Serial days become ISO dates; what is none stays as stored."""
    assert raw_text(number(serial, NumberLook.DATE)) == iso


def test_truth_values_are_what_the_person_saw() -> None:
    """A cell that became TRUE says TRUE, not 1."""
    assert raw_text(RawCell(CellType.BOOLEAN, "1")) == "TRUE"
    assert meaning(RawCell(CellType.BOOLEAN, "0"), question(FieldKind.INTEGER)).value == ""


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("0.28499999999999998", "0.285"),
        ("326918.00000000006", "326918"),
        ("123456789012345", "123456789012345"),
        ("1E-3", "0.001"),
        ("1.5e+3", "1500"),
    ],
)
def test_stored_numbers_are_read_as_shown(stored: str, shown: str) -> None:
    """What a program adds behind the fifteenth digit, a person never saw."""
    assert shortest_decimal(stored) == shown


def test_broken_numbers_stay_as_stored() -> None:
    """A number no program can hold is kept, not turned into infinity."""
    assert shortest_decimal("9" * 400) == "9" * 400
    assert shortest_decimal("NaN") == "NaN"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("令和8年4月15日", "2026-04-15"),
        ("Ｒ８．４．１５", "2026-04-15"),
        ("2026/4/15", "2026-04-15"),
        ("4月15日", ""),
        ("2026/2/30", ""),
    ],
)
def test_dates_in_text(written: str, value: str) -> None:
    """Japanese and western dates are read, half a date is not."""
    assert meaning_of_text(written, question(FieldKind.DATE)).value == value


def test_fiscal_year_in_text() -> None:
    """A fiscal year becomes its western year; a bare 8 names no era."""
    asked = question(FieldKind.FISCAL_YEAR)
    assert [meaning_of_text(t, asked).value for t in ("令和８年度", "2026年度", "8")] == [
        "2026",
        "2026",
        "",
    ]


def test_choice_matches_its_option_in_any_width() -> None:
    """The value is the option as printed; an option wins over a state of the same words."""
    asked = question(FieldKind.CHOICE, options=("ＡＢＣ型", "該当なし"))
    assert meaning_of_text("abc型", asked).value == "ＡＢＣ型"
    assert meaning_of_text(" ABC型", asked).value == "ＡＢＣ型"
    assert meaning_of_text("該当なし", asked).state is State.FILLED
    assert meaning_of_text("不明", asked).state is State.UNKNOWN


def test_multiple_choice_is_split() -> None:
    """Separators of both widths and line breaks part the options; an option may hold a separator."""
    options = ("市、町", "村", "医師会")
    assert chosen("村；医師会\n市、町", options) == ("村", "医師会", "市、町")
    assert chosen("村,その他（寺）", options) == ("村", "その他（寺）")
    asked = question(FieldKind.MULTIPLE_CHOICE, options=options)
    assert meaning_of_text("医師会,村", asked).value == "医師会、村"


@pytest.mark.parametrize("typed", ["○", "〇", "◯"])
def test_every_circle_of_the_keyboard_is_the_printed_one(typed: str) -> None:
    """The figure zero and the large circle look like ○ and mean it; ◎ means something else."""
    asked = question(FieldKind.CHOICE, options=("◎", "○", "△"))
    assert meaning_of_text(typed, asked).value == "○"
    assert meaning_of_text("◎", asked).value == "◎"


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
    )
)
def test_any_number_written_with_commas_is_read(value: Decimal) -> None:
    """Writing a number with grouping and its unit, and reading it, gives the number."""
    assert plain_number(f"{value:,f}人", ("人",)) == value


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("　12　", "", 12),
        ("1,200　人", "人", 1200),
        ("3人月", "人月", 3),
        ("３回／月", "回/月", 3),
        ("3回/月", "回／月", 3),
        ("5％", "％", 5),
        ("3回", "回/月", None),
        ("3月", "人月", None),
    ],
)
def test_units_are_left_out_whole_in_any_width(written: str, unit: str, value: int | None) -> None:
    """Blanks and the unit, full-width or not, do not hinder; a part of the unit is not the unit."""
    assert plain_number(written, (unit,) if unit else ()) == value


@given(st.text(max_size=30))
def test_any_text_has_a_meaning_in_every_kind(text: str) -> None:
    """No text makes the reading fail, and raw is the text itself."""
    for kind in FieldKind:
        assert meaning_of_text(text, question(kind, options=("あ", "い"))).raw == text
