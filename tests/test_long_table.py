"""The long table is one exact row per answer; a joint answer is counted once; CSV is safe for Excel."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gunma_round import AS_OF, DESK, ODD, answer_at, gunma_round, plans
from xlsx_pdca.long_table import (
    COLUMNS,
    answers_csv,
    excel_csv,
    frame,
    long_table,
    neutralised,
)
from xlsx_pdca.submission import Entry, State
from xlsx_pdca.summary import Correction

ROUND = gunma_round()
ROWS = list(long_table(ROUND))


def test_columns_are_the_contract() -> None:
    """Names and order of the long table are public and do not change."""
    assert ", ".join(COLUMNS) == (
        "round, form, edition, unit, code, municipality, covers, role, field_id, question, column, row, kind, raw, "
        "value, state, status, entry, entered_by, entered_at, evidence, file, sheet, cell, received_at, sha256, "
        "submission, share, as_of"
    )


def test_every_answer_of_every_return_is_one_row() -> None:
    """Blank answers are rows too, and raw, value, state and place are those of the reading."""
    back = [r for r in ROUND.returns if r.is_in]
    expected = {
        (r.unit, r.form, *a.address): (a.raw, a.value, a.state.value, a.sheet, a.cell, r.file)
        for r in back
        for a in (r.reading.answers if r.reading else ())
    }
    found = {
        (r.unit, r.form, r.field_id, r.column, r.row): (
            r.raw, r.value, r.state, r.sheet, r.cell, r.file,
        )
        for r in ROWS
    }  # fmt: skip
    assert found == expected
    assert len(ROWS) == len(expected) > 2_000
    assert any(r.state == State.BLANK.value and r.raw == "" for r in ROWS)


def test_question_is_the_printed_label() -> None:
    """The question of each row is the frozen plan's label, word for word."""
    for plan in plans().values():
        labels, edition = {f.field: f.label for f in plan.fields}, plan.edition
        for row in (r for r in ROWS if r.form == plan.form):
            key = f"{row.field_id}.{row.column}" if row.row else row.field_id
            assert row.question == labels[key]
            assert row.edition == edition


def test_a_joint_unit_has_no_code_of_its_own() -> None:
    """A joint unit leaves code and municipality empty and lists what it covers; others do not."""
    joint = [r for r in ROWS if r.unit == DESK.id]
    assert joint
    assert {(r.code, r.municipality, r.covers) for r in joint} == {("", "", ";".join(DESK.covers))}
    alone = next(r for r in ROWS if r.unit == "102016-1")
    assert (alone.code, alone.municipality, alone.covers) == ("102016", "前橋市", "102016")


def test_missing_and_held_returns_have_no_answers() -> None:
    """Nothing of a held file enters, though it can be read; an accepted one does."""
    held = [r for r in ROUND.returns if r.held]
    assert held and all(r.reading for r in held)
    assert not any((r.unit, r.form) in {(h.unit, h.form) for h in held} for r in ROWS)
    freed = replace(ROUND, returns=tuple(replace(r, held=False) for r in ROUND.returns))
    assert len(list(long_table(freed))) > len(ROWS)


def test_times_are_japanese_iso() -> None:
    """Times are ISO 8601 with +09:00, and what is unknown is an empty string."""
    assert {r.as_of for r in ROWS} == {"2026-10-20T09:30:00+09:00"}
    assert all(r.received_at.endswith("+09:00") for r in ROWS)
    assert {r.entered_at for r in ROWS if r.entry == Entry.TYPED.value} == {""}


def test_a_correction_takes_the_place_of_the_answer() -> None:
    """県補正 shows the new value, who heard it, when and how; the other answers stay as they were."""
    plan = next(iter(plans().values()))
    place = plan.answers[0]
    index, returned = next((n, r) for n, r in enumerate(ROUND.returns) if r.unit == "102016-1")
    correction = Correction(answer_at(plan, place, "訂正後"), "県 佐藤", AS_OF, "電話")
    changed = replace(returned, corrections=(correction,))
    returns = (*ROUND.returns[:index], changed, *ROUND.returns[index + 1 :])
    rows = list(long_table(replace(ROUND, returns=returns)))
    (row,) = [r for r in rows if r not in ROWS]
    assert (row.raw, row.entry, row.entered_by) == ("訂正後", "県補正", "県 佐藤")
    assert (row.entered_at, row.evidence) == ("2026-10-20T09:30:00+09:00", "電話")


def test_program_csv_is_exact() -> None:
    """answers.csv gives back every sign, line breaks and leading equal signs included."""
    text = answers_csv(ROWS).decode("utf-8")
    found = list(csv.reader(io.StringIO(text, newline="")))
    assert found == [list(COLUMNS), *map(list, ROWS)]
    assert {odd for odd in ODD if any(odd == row[13] for row in found)} == set(ODD)


def test_excel_csv_has_a_mark_and_no_formula() -> None:
    """回答一覧.csv starts with a BOM; no cell begins with a sign that Excel calculates."""
    data = excel_csv(ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    cells = [
        c for row in csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")) for c in row
    ]
    assert not [c for c in cells if c.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert "'=SUM(A1:A3)のように始まる回答" in cells
    assert "1-2" in cells


@given(st.text())
def test_neutralising_only_adds_an_apostrophe(text: str) -> None:
    """Nothing but one leading apostrophe is ever added."""
    assert neutralised(text) in (text, f"'{text}")
    assert not neutralised(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_frame_holds_texts_only() -> None:
    """The pandas frame has the same columns and texts, and no missing values."""
    pytest.importorskip("pandas")
    table = frame(ROWS)
    assert tuple(table.columns) == COLUMNS
    assert not table.isna().any().any()
    assert list(table["raw"]) == [r.raw for r in ROWS]
