"""Tests of reading 名簿: every fault is named by its cell, all at once, and a good sheet has none."""

from __future__ import annotations

from datetime import date

import pytest

from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_units
from xlsx_pdca.definitions.open_table import SheetCell, SheetText
from xlsx_pdca.definitions.roster import Roster, read_roster, units_of_prefecture
from xlsx_pdca.definitions.roster_columns import COLUMNS, written_row
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.unit import Unit, UnitKind

CODES = shipped_codes()
HEADS = [column.head.text for column in COLUMNS]
KEYS = [column.head.key for column in COLUMNS]
GOOD = {
    "id": "102016-1",
    "kind": "市町村",
    "code": "102016",
    "name": "前橋市",
    "to": "kaigo@maebashi.example",
}


def lines(*rows: dict[str, str]) -> list[list[str]]:
    return [HEADS, *([row.get(key, "") for key in KEYS] for row in rows)]


def read(*rows: dict[str, str]) -> Roster:
    return read_roster(SheetText.of_lines("00_管理簿.xlsx", "名簿", lines(*rows)), CODES, "群馬県")


def faults(*rows: dict[str, str]) -> list[tuple[str, str]]:
    """(key of the column, sentence) of every fault in the second and later rows."""
    with pytest.raises(FaultyDefinitions) as caught:
        read(*rows)
    letters = {chr(65 + n): key for n, key in enumerate(KEYS)}
    return [
        (letters[f.place.split(" ")[1][0]], f"{f.found}{f.remedy}") for f in caught.value.faults
    ]


def test_a_good_row_becomes_a_unit() -> None:
    """Every column lands in its field."""
    row = GOOD | {
        "role": "自治体担当者", "area": "前橋", "health_office": "前橋市保健所", "via": "前橋支所", "cc": "b@x.example",
        "department": "介護課", "contact_person": "相沢", "telephone": "027-000-0001", "deadline": "R8.5.29",
        "exempt": "○", "exempt_reason": "災害対応中",
    }  # fmt: skip
    (unit,) = read(row).units
    assert unit == Unit(
        "102016-1", UnitKind.MUNICIPALITY, "前橋市", "102016", ("102016",), "自治体担当者", "前橋", "前橋市保健所",
        (), ("kaigo@maebashi.example",), ("b@x.example",), "前橋支所", (("", date(2026, 5, 29)),), True, "災害対応中",
        "介護課", "相沢", "027-000-0001",
    )  # fmt: skip


def test_width_and_stray_blanks_do_not_matter() -> None:
    """Full-width digits and blanks in code, id, mail and telephone are what the officer meant."""
    row = {"id": "１０２０１６－１", "kind": "市町村 ", "code": " １０２０１６", "name": "前橋市　",
           "to": "　Ｋａｉｇｏ＠maebashi.example ; 係 <kakari@maebashi.example>", "telephone": "０２７ー０００ー０００１　内線１２"}  # fmt: skip
    (unit,) = read(row).units
    assert (unit.id, unit.code, unit.name) == ("102016-1", "102016", "前橋市")
    assert unit.to == ("Kaigo@maebashi.example", "kakari@maebashi.example")
    assert unit.telephone == "027-000-0001 内線12"


@pytest.mark.parametrize(
    ("change", "column", "words"),
    [
        ({"code": "102017"}, "code", "検査数字（6桁目）が合いません。「前橋市」のコードは 102016"),
        ({"code": "10201", "id": ""}, "code", "6桁の数字ではありません"),
        ({"code": "10201", "id": "", "name": "X市"}, "code", "102016（前橋市）"),
        ({"code": "999997", "id": "A-1"}, "code", "コード表にありません"),
        ({"code": "100005", "id": "A-1"}, "code", "群馬県のコードです"),
        ({"code": "", "id": "A-1"}, "code", "団体コードが空欄です。「前橋市」のコードは 102016"),
        ({"name": "高崎市"}, "name", "一致しません。「高崎市」のコードは 102024"),
        ({"name": ""}, "name", "空欄"),
        ({"kind": "市"}, "kind", "選択肢にありません。市町村・共同"),
        ({"kind": ""}, "kind", "空欄"),
        ({"id": "前橋-1"}, "id", "使えません"),
        ({"id": "102024-1"}, "id", "別の団体"),
        ({"deadline": "5月末"}, "deadline", "日付として読めません"),
        ({"exempt": "○"}, "exempt_reason", "理由が空欄"),
        ({"exempt": "たぶん"}, "exempt", "意味が分かりません"),
        ({"covers": "架空市"}, "covers", "見つかりません"),
        ({"covers": "前橋"}, "covers", "前橋市（102016）のことでしたら"),
        ({"covers": "100005"}, "covers", "都道府県です"),
        ({"covers": "102016-1"}, "covers", "自分自身"),
        ({"kind": "共同", "covers": "前橋市"}, "covers", "2つ以上"),
        ({"kind": "窓口", "code": "", "id": ""}, "id", "両方が空欄"),
    ],
)
def test_each_fault_is_named_at_its_cell(change: dict[str, str], column: str, words: str) -> None:
    """One thing wrong in a row gives one fault, at its cell, with what to do; the row without it is good."""
    assert read(GOOD).units
    ((place, sentence),) = faults(GOOD | change)
    assert (place, words in sentence) == (column, True), sentence


def test_all_faults_come_at_once() -> None:
    """Three rows with a fault each give three faults with file, sheet and cell."""
    with pytest.raises(FaultyDefinitions) as caught:
        read(
            GOOD | {"code": "102017"},
            GOOD | {"deadline": "末日"},
            GOOD | {"id": "102016-2", "name": ""},
        )
    assert [(f.file, f.place) for f in caught.value.faults] == [
        ("00_管理簿.xlsx", "名簿 A3"), ("00_管理簿.xlsx", "名簿 C2"),
        ("00_管理簿.xlsx", "名簿 O3"), ("00_管理簿.xlsx", "名簿 D4"),
    ]  # fmt: skip


def test_two_rows_with_one_id_are_a_fault_naming_the_first() -> None:
    """The same person twice is said with both cells."""
    assert faults(GOOD, GOOD) == [
        (
            "id",
            "回答単位ID「102016-1」は 名簿 A2 と同じです。同じ団体の2人目以降は、末尾を「-2」「-3」のように変えてください。",
        )
    ]


def test_a_second_person_of_one_municipality_is_welcome() -> None:
    """Every individual who answers is a unit of its own."""
    second = GOOD | {"id": "102016-2", "kind": "個人", "name": "前橋市 青木"}
    assert [(u.id, u.covers) for u in read(second, GOOD).units] == [
        ("102016-1", ("102016",)), ("102016-2", ("102016",))
    ]  # fmt: skip


@pytest.mark.parametrize(
    "covers",
    [
        "館林市、板倉町、明和町",
        "館林市,板倉町 明和町",
        "102075;105210\n105228",
        "館林市及び板倉町・明和町",
    ],
)
def test_a_desk_covers_several(covers: str) -> None:
    """Names or codes, however they are separated, are the municipalities a desk answers for."""
    desk = {
        "id": "M06-1",
        "kind": "窓口",
        "name": "たておう",
        "covers": covers,
        "to": "a@b.example",
    }
    (unit,) = read(desk).units
    assert (unit.code, unit.covers, unit.is_joint) == ("", ("102075", "105210", "105228"), True)


def notices(*rows: dict[str, str]) -> list[str]:
    return [f"{n.place} {n.found}" for n in read(*rows).notices]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"to": ""}, "名簿 J2 「前橋市」の送付先メールが空欄です。"),
        ({"to": "kaigo.maebashi.example"}, "名簿 J2 メールアドレスの形でないものがあります"),
        (
            {"to": "a@b.example 担当 佐藤"},
            "名簿 J2 メールアドレスの形でないものがあります（「担当」、「佐藤」）。",
        ),
        ({"cc": "x"}, "名簿 K2 メールアドレスの形でないものがあります（「x」）。"),
        ({"role": "係長"}, "名簿 F2 役割／区分「係長」は、どの様式でも使われていません。"),
        ({"exempt_reason": "災害"}, "名簿 P2 対象外の理由がありますが"),
        ({"deadline": "2026/5/30"}, "名簿 O2 個別の期限 令和8年5月30日（土） は休日です。"),
        (
            {"code": "082015", "id": "", "name": "水戸市"},
            "名簿 C2 茨城県水戸市は群馬県の団体ではありません。",
        ),
        (
            {"kind": "窓口", "code": "", "id": "M06-1", "role": "関係団体"},
            "名簿 E2 「前橋市」の回答は、どの市町村の行にも表示されません。",
        ),
        (
            {"kind": "個人"},
            "名簿 F2 役割／区分が空欄のため、「自治体担当者」としての様式を作成します。",
        ),
    ],
)
def test_what_is_only_strange_is_told_and_stops_nothing(change: dict[str, str], said: str) -> None:
    """A missing address and the like are notices beside the units; the plain row has none."""
    assert notices(GOOD) == []
    assert [n.startswith(said) for n in notices(GOOD | change)] == [True]


@pytest.mark.parametrize("change", [
    {"role": "自治体担当者"}, {"role": "関係団体"}, {"exempt": "○", "exempt_reason": "窓口が回答"}, {"kind": "市町村"},
])  # fmt: skip
def test_a_role_is_missed_only_where_a_form_is_made_for_a_guess(change: dict[str, str]) -> None:
    """A person without a role is told of; one with a role, one not asked and a municipality are not."""
    person = GOOD | {"kind": "個人"}
    assert [n.split()[1] for n in notices(person)] == ["F2"]
    assert notices(person | change) == []


def test_only_addresses_are_kept_as_addresses() -> None:
    """Of a cell with words beside an address the address alone is the unit's."""
    (unit,) = read(GOOD | {"to": "a@b.example 担当 佐藤", "cc": "電話で"}).units
    assert (unit.to, unit.cc) == (("a@b.example",), ())


def test_one_address_for_two_bodies_is_told() -> None:
    """A neighbour's address is how files are mis-sent."""
    other = {
        "id": "102024-1",
        "kind": "市町村",
        "code": "102024",
        "name": "高崎市",
        "to": "KAIGO@maebashi.example",
    }
    assert [n.split("（")[0] for n in notices(GOOD, other)] == [
        "名簿 J3 送付先 KAIGO@maebashi.example は「前橋市」"
    ]
    assert notices(GOOD | {"via": "県保健所"}, other | {"via": "県保健所"}) == []


def test_an_exempt_unit_needs_no_address() -> None:
    """Nothing is sent to a unit that is not asked."""
    assert notices(GOOD | {"to": "", "exempt": "○", "exempt_reason": "窓口がまとめて回答"}) == []


def test_a_code_that_lost_its_zero_is_mended_and_told() -> None:
    """The number 12025 is 函館市; the text 12025 is a fault."""
    row = {
        "id": "012025-1",
        "kind": "市町村",
        "code": "12025",
        "name": "函館市",
        "to": "a@b.example",
    }
    sheet = SheetText.of_lines("f", "名簿", lines(row))
    cells = tuple(SheetCell(c.row, c.column, c.text, c.text == "12025") for c in sheet.cells)
    roster = read_roster(SheetText("f", "名簿", cells), CODES, "北海道")
    assert [u.code for u in roster.units] == ["012025"]
    assert ["先頭の0が消えています。012025（函館市）" in n.found for n in roster.notices] == [True]
    with pytest.raises(FaultyDefinitions, match="6桁の数字ではありません"):
        read_roster(sheet, CODES, "北海道")


def test_columns_and_rows_may_be_moved() -> None:
    """Sorting, moved columns, rows above and columns of her own change nothing; 「区分：」 makes a grouping."""
    second = {
        "id": "102024-1",
        "kind": "市町村",
        "code": "102024",
        "name": "高崎市",
        "to": "t@x.example",
    }
    table = lines(second, GOOD)
    extra = [["区分：支援窓口", "メモ"], ["南大類", "済"], ["", "電話した"]]
    moved = [
        ["私の名簿"],
        [],
        *([*more, *reversed(line)] for line, more in zip(table, extra, strict=True)),
    ]
    units = read_roster(SheetText.of_lines("f", "名簿", moved), CODES, "群馬県").units
    assert [(u.id, u.groupings) for u in units] == [
        ("102016-1", ()), ("102024-1", (("支援窓口", "南大類"),))
    ]  # fmt: skip
    plain = read(GOOD, second).units
    assert units[0] == plain[0]


def test_a_renamed_or_doubled_head_is_a_fault() -> None:
    """A column lost by renaming its head would lose every address in silence."""
    table = lines(GOOD)
    table[0] = [*("宛先" if h == "送付先メール" else h for h in HEADS), "CC"]
    with pytest.raises(FaultyDefinitions) as caught:
        read_roster(SheetText.of_lines("f", "名簿", table), CODES, "群馬県")
    assert [f.found for f in caught.value.faults] == [
        "見出し「送付先メール」の列が見つかりません。", "見出し「CC」の列が2つあります。"
    ]  # fmt: skip


@pytest.mark.parametrize("table", [[HEADS], [["a", "b"], ["c", "d"]], []])
def test_an_empty_or_foreign_sheet_is_a_fault(table: list[list[str]]) -> None:
    """No rows, no heads, nothing at all: one fault that says so."""
    with pytest.raises(FaultyDefinitions) as caught:
        read_roster(SheetText.of_lines("f", "名簿", table), CODES, "群馬県")
    assert len(caught.value.faults) == 1


def test_what_is_written_is_read_back() -> None:
    """Every unit of the sample survives being written as a row and read again, with its groupings."""
    units = (*gunma_units(CODES), gunma_desk(CODES))
    table = [
        [*HEADS, "区分：支援窓口"],
        *(list(written_row(u, CODES.by_code, ("支援窓口",))) for u in units),
    ]
    assert read_roster(SheetText.of_lines("f", "名簿", table), CODES, "群馬県").units == units


def test_a_new_round_begins_with_all_municipalities_of_the_prefecture() -> None:
    """Niigata has 30; their rows are good as they stand."""
    units = units_of_prefecture(CODES, "新潟県")
    table = [HEADS, *(list(written_row(u, CODES.by_code)) for u in units)]
    assert len(units) == 30
    assert read_roster(SheetText.of_lines("f", "名簿", table), CODES, "新潟県").units == units


def test_every_prefecture_can_begin() -> None:
    """All 1,741 municipalities give rows without a fault."""
    for prefecture in CODES.prefectures:
        units = units_of_prefecture(CODES, prefecture.prefecture)
        table = [HEADS, *(list(written_row(u, CODES.by_code)) for u in units)]
        sheet = SheetText.of_lines("f", "名簿", table)
        assert read_roster(sheet, CODES, prefecture.prefecture).units == units


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("令和8年12月15日（火）", []),
        ("令和8年12月15日（木）", ["正しくは令和8年12月15日（火）です"]),
        ("令和8年12月15日(木曜日)", ["正しくは令和8年12月15日（火）です"]),
        ("令和7年12月16日", ["発出日より前です"]),
        ("令和8年12月13日（月）", ["休日です", "正しくは令和8年12月13日（日）です"]),
    ],
)
def test_doubtful_deadlines_are_told(deadline: str, said: list[str]) -> None:
    """A deadline before the letter, on a weekend, or with another weekday than it has, is a notice and no fault."""
    sheet = SheetText.of_lines("00_管理簿.xlsx", "名簿", lines(GOOD | {"deadline": deadline}))
    roster = read_roster(sheet, CODES, "群馬県", issued_on=date(2026, 9, 1))
    assert len(roster.notices) == len(said)
    assert all(words in n.found for words, n in zip(said, roster.notices, strict=True))


DUE = {"事前課題": date(2026, 9, 25), "当日課題": date(2026, 10, 30), "指標": None}


def with_deadline(text: str) -> Roster:
    sheet = SheetText.of_lines("00_管理簿.xlsx", "名簿", lines(GOOD | {"deadline": text}))
    return read_roster(sheet, CODES, "群馬県", due=DUE)


@pytest.mark.parametrize(
    ("deadline", "notices"),
    [("令和8年10月9日", 1), ("令和8年10月30日", 0), ("事前課題：令和8年10月9日", 0), ("2026/10/9、当日課題:2026/11/6", 0)],
)  # fmt: skip
def test_a_deadline_before_that_of_a_form_is_told(deadline: str, notices: int) -> None:
    """A deadline for every form that shortens another form's is told; a longer one, or one of a named form, is not."""
    found = [n.found for n in with_deadline(deadline).notices]
    assert len(found) == notices
    assert all("「当日課題」の提出期限 令和8年10月30日 より前です" in text for text in found)


def test_a_deadline_of_one_form() -> None:
    """A day with the title of a form holds for that form, a day alone for all others; written back it is the same."""
    (unit,) = with_deadline("2026/10/9、当日課題：令和8年11月6日").units
    days = [unit.deadline_of(title) for title in DUE]
    assert days == [date(2026, 10, 9), date(2026, 11, 6), date(2026, 10, 9)]
    (one,) = with_deadline("事前課題 R8.10.9").units
    assert [one.deadline_of(title) for title in DUE] == [date(2026, 10, 9), None, None]
    again = dict(zip(HEADS, written_row(unit, CODES.by_code), strict=True))
    assert with_deadline(again["個別の期限"]).units == (unit,)


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        ("事後課題：令和8年10月9日", "「事後課題」という様式はありません"),
        ("事前課題：来月", "「来月」を日付として読めません"),
        ("令和8年10月9日、令和8年10月10日", "同じ様式の期限が二つ"),
    ],
)
def test_faulty_deadlines_of_forms(deadline: str, said: str) -> None:
    """No form of that title, no day, or two days for one form: nothing is guessed."""
    with pytest.raises(FaultyDefinitions) as caught:
        with_deadline(deadline)
    (fault,) = caught.value.faults
    assert said in fault.found
    assert with_deadline("事前課題：令和8年10月9日").units


def test_name_broken_over_two_lines_is_one_word() -> None:
    """A line break that made a long name fit its cell does not end up as a blank in file names."""
    row = GOOD | {
        "id": "M06-1",
        "kind": "共同",
        "code": "",
        "covers": "前橋市、高崎市",
        "name": "相談センター\nたておう",
    }
    (unit,) = read(row).units
    assert unit.name == "相談センターたておう"
