"""Tests of importing an officer's own list of addresses."""

from __future__ import annotations

import pytest

from xlsx_pdca.definitions.address_list import AddressList, read_address_list, updated
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.open_table import SheetCell, SheetText
from xlsx_pdca.definitions.roster import units_of_prefecture
from xlsx_pdca.errors import FaultyDefinitions

CODES = shipped_codes()
GUNMA = CODES.of_prefecture("群馬県")
HEADS = ["No.", "市町村名", "担当課", "担当者名", "E-mail", "TEL"]


def read(*lines: list[str]) -> AddressList:
    return read_address_list([SheetText.of_lines("宛先.xlsx", "Sheet1", lines)], GUNMA)


def test_a_list_is_taken_over_by_name() -> None:
    """Title lines above, variant spellings and full width do not matter."""
    found = read(
        ["令和7年度 担当者一覧"], [], HEADS,
        ["1", "群馬県前橋市", "介護課", "相沢", "ａ@maebashi.example", "０２７-000-0001"],
        ["2", "髙崎市", "福祉課", "", "b@takasaki.example；c@takasaki.example", ""],
    )  # fmt: skip
    assert [(u.municipality.name, u.department, u.to, u.telephone) for u in found.updates] == [
        ("前橋市", "介護課", ("a@maebashi.example",), "027-000-0001"),
        ("高崎市", "福祉課", ("b@takasaki.example", "c@takasaki.example"), ""),
    ]
    assert (found.doubtful, found.unmatched, len(found.missing)) == ((), (), 33)


@pytest.mark.parametrize(
    "heads",
    [
        ["自治体", "所属", "氏名", "メール"], ["団体名", "課", "担当者", "メール\nアドレス"],
        ["市町村", "部署名", "御担当者", "ＭＡＩＬ"], ["市区町村名", "担当課係", "担当", "電子メール"],
    ],
)  # fmt: skip
def test_the_usual_heads_are_recognised(heads: list[str]) -> None:
    """Lists of other offices name their columns in many ways."""
    (update,) = read(heads, ["前橋市", "介護課", "相沢", "a@b.example"]).updates
    assert (update.department, update.contact_person, update.to) == (
        "介護課",
        "相沢",
        ("a@b.example",),
    )


def test_through_whom_a_mail_goes_is_taken_over() -> None:
    """経由機関 and 保健所 of last year's 管理簿: without them a mail to an office would call the municipality itself."""
    heads = ["名称", "保健所", "経由機関", "送付先メール"]
    found = read(
        heads,
        ["前橋市", "前橋市保健所", "中央保健福祉事務所", "h@hoken.example"],
        ["高崎市", "", "", "b@takasaki.example"],
    )
    first, second, *_ = updated(units_of_prefecture(CODES, "群馬県"), found.updates)
    assert (first.via, first.to) == ("中央保健福祉事務所", ("h@hoken.example",))
    assert (first.health_office, second.via) == ("前橋市保健所", "")


def test_doubtful_lines_are_asked_and_not_taken() -> None:
    """Near names, bad addresses, contradictions, a second line and a blank name go to a person."""
    found = read(
        [*HEADS, "団体コード"],
        ["", "前橋", "課", "", "a@b.example", "", ""],
        ["", "太田市", "課", "", "太田@", "", ""],
        ["", "館林市", "課", "", "a@b.example", "", "102016"],
        ["", "桐生市", "一課", "", "a@b.example", "", ""],
        ["", "桐生市", "二課", "", "b@b.example", "", ""],
        ["", "", "課", "係長", "c@b.example", "", ""],
        ["", "群馬県医師会", "", "", "d@b.example", "", ""],
    )
    assert [(u.municipality.name, u.department) for u in found.updates] == [("桐生市", "一課")]
    asked = {d.place: (d.text, [m.name for m in d.candidates]) for d in found.doubtful}
    assert asked == {
        "Sheet1 B6": ("桐生市", ["桐生市"]),
        "Sheet1 B2": ("前橋", ["前橋市"]),
        "Sheet1 B3": ("太田市", ["太田市"]),
        "Sheet1 B4": ("102016 館林市", ["前橋市", "館林市"]),
        "Sheet1 B7": ("課 係長 c@b.example", []),
    }
    assert [(d.place, d.text) for d in found.unmatched] == [("Sheet1 B8", "群馬県医師会")]


@pytest.mark.parametrize("code", ["102016", "10201", "１０２０１６"])
def test_a_code_alone_is_enough(code: str) -> None:
    """Six digits, or five without the check digit, name a municipality where no name stands."""
    (update,) = read(["団体コード", "メール"], [code, "a@b.example"]).updates
    assert update.municipality.name == "前橋市"


def test_numbers_that_lost_their_zero_are_mended() -> None:
    """A telephone number stored as a number gets its zero back."""
    sheet = SheetText.of_lines("f", "s", [["市町村名", "電話"], ["前橋市", "270000001"]])
    cells = tuple(SheetCell(c.row, c.column, c.text, c.text.isdecimal()) for c in sheet.cells)
    (update,) = read_address_list([SheetText("f", "s", cells)], GUNMA).updates
    assert update.telephone == "0270000001"


def test_a_list_without_heads_is_refused() -> None:
    """Without recognisable heads nothing is taken; the sentence names the heads that are wanted."""
    assert read(HEADS, ["", "前橋市", "課", "", "", ""]).updates
    with pytest.raises(FaultyDefinitions, match="「市町村名」と「メールアドレス」"):
        read(["前橋市", "介護課", "a@b.example"])


def test_the_head_row_must_stand_within_twenty_rows() -> None:
    """Heads in row 20 are found, in row 21 not."""
    body = [HEADS, ["", "前橋市", "課", "", "", ""]]
    assert read(*([["注"]] * 19), *body).updates
    with pytest.raises(FaultyDefinitions):
        read(*([["注"]] * 20), *body)


def test_updates_change_the_municipality_and_nothing_else() -> None:
    """What the list leaves blank stays; other units stay."""
    units = units_of_prefecture(CODES, "群馬県")
    first = updated(
        units, read(HEADS, ["", "前橋市", "介護課", "相沢", "a@b.example", "1"]).updates
    )
    second = updated(first, read(HEADS, ["", "前橋市", "長寿課", "", "", ""]).updates)
    assert (second[0].department, second[0].contact_person, second[0].to) == (
        "長寿課", "相沢", ("a@b.example",)
    )  # fmt: skip
    assert second[1:] == units[1:]
