"""Tests of the code table: the shipped one against what is publicly known, and 総務省's workbook."""

from __future__ import annotations

from collections import Counter

import pytest

from xlsx_pdca.definitions.codes import CodeTable, read_official_workbook, shipped_codes
from xlsx_pdca.definitions.open_table import SheetText
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.municipality import is_valid_code

CODES = shipped_codes()

PER_PREFECTURE = (
    179, 40, 33, 35, 25, 35, 59, 44, 25, 35, 63, 54, 62, 33, 30, 15, 19, 17, 27, 77, 42, 35, 54, 29,
    19, 26, 43, 41, 39, 30, 19, 19, 27, 23, 19, 24, 17, 20, 34, 60, 20, 21, 45, 18, 26, 43, 41,
)  # fmt: skip
"""Municipalities of each prefecture in the order of the codes, typed by hand, not taken from the table."""

HEADS = [
    "団体コード",
    "都道府県名\n（漢字）",
    "市区町村名\n（漢字）",
    "都道府県名\n（カナ）",
    "市区町村名\n（カナ）",
]
OFFICIAL = [
    HEADS,
    ["100005", "群馬県", "", "ｸﾞﾝﾏｹﾝ", ""],
    ["102016", "群馬県", "前橋市", "ｸﾞﾝﾏｹﾝ", "ﾏｴﾊﾞｼｼ"],
    ["011002", "北海道", "札幌市", "ﾎｯｶｲﾄﾞｳ", "ｻｯﾎﾟﾛｼ"],
]
WARDS = [
    HEADS,
    ["011002", "北海道", "札幌市", "ﾎｯｶｲﾄﾞｳ", "ｻｯﾎﾟﾛｼ"],
    ["011011", "北海道", "札幌市中央区", "ﾎｯｶｲﾄﾞｳ", "ｻｯﾎﾟﾛｼﾁｭｳｵｳｸ"],
]


def official(*sheets: list[list[str]]) -> CodeTable:
    return read_official_workbook(
        [SheetText.of_lines("code.xlsx", f"R6.{n}.1現在の団体", s) for n, s in enumerate(sheets, 1)]
    )


def test_the_shipped_table_is_complete() -> None:
    """47 prefectures and 1,741 municipalities, each prefecture with its own number."""
    counted = Counter(m.prefecture_code for m in CODES.municipalities)
    assert (len(CODES.prefectures), len(CODES.municipalities), CODES.wards) == (47, 1741, ())
    assert tuple(counted[f"{n:02d}"] for n in range(1, 48)) == PER_PREFECTURE
    assert sum(PER_PREFECTURE) == 1741


def test_gunma_has_12_cities_15_towns_and_8_villages() -> None:
    """Gunma: 12市15町8村."""
    assert Counter(m.name[-1] for m in CODES.of_prefecture("群馬県")) == {
        "市": 12,
        "町": 15,
        "村": 8,
    }


def test_the_country_has_so_many_of_each_sort() -> None:
    """792 cities, 23 special wards, 743 towns and 183 villages."""
    sorts = Counter(m.name[-1] for m in CODES.municipalities)
    assert sorts == {"市": 792, "区": 23, "町": 743, "村": 183}


def test_every_shipped_code_is_valid_and_stands_once() -> None:
    """Check digits are right, codes unique and in order, no name or kana is blank."""
    everyone = (*CODES.prefectures, *CODES.municipalities)
    assert all(is_valid_code(m.code) for m in everyone)
    assert len(CODES.by_code) == 1788
    assert list(CODES.municipalities) == sorted(CODES.municipalities)
    assert all(m.name and m.kana and m.prefecture for m in CODES.municipalities)


def test_known_codes_name_the_right_bodies() -> None:
    """A few codes checked by hand against public pages."""
    known = {
        "102016": "前橋市",
        "131016": "千代田区",
        "012025": "函館市",
        "473821": "与那国町",
        "282219": "丹波篠山市",
    }
    assert {code: CODES.by_code[code].name for code in known} == known
    assert CODES.by_code["100005"].full_name == "群馬県"


@pytest.mark.parametrize("text", ["群馬県", "群馬", "10", "100005", " 群馬県 ", "１０"])
def test_a_prefecture_is_found_by_name_or_number(text: str) -> None:
    """However the officer writes her prefecture, it is found."""
    found = CODES.prefecture(text)
    assert found and found.code == "100005"


@pytest.mark.parametrize("text", ["", "群", "前橋市", "99"])
def test_other_texts_are_no_prefecture(text: str) -> None:
    """Nothing is guessed from a part of a name."""
    assert CODES.prefecture(text) is None


def test_the_official_workbook_is_read() -> None:
    """Heads with line breaks, half-width kana, wards on the second sheet, the city repeated there."""
    table = official(OFFICIAL, WARDS)
    assert [m.name for m in table.municipalities] == ["札幌市", "前橋市"]
    assert [m.name for m in table.wards] == ["札幌市中央区"]
    assert [m.prefecture for m in table.prefectures] == ["群馬県"]
    assert table.by_code["102016"].kana == "マエバシシ"


def test_faults_of_an_official_workbook_come_all_at_once_with_their_cells() -> None:
    """A wrong check digit and a contradiction are both named."""
    wrong = [
        *OFFICIAL,
        ["102017", "群馬県", "架空市", "", ""],
        ["102016", "群馬県", "高崎市", "", ""],
    ]
    with pytest.raises(FaultyDefinitions) as caught:
        official(wrong)
    assert [f.place for f in caught.value.faults] == ["R6.1.1現在の団体 A5", "R6.1.1現在の団体 A6"]


def test_another_workbook_is_refused_with_the_heads_that_are_wanted() -> None:
    """A workbook without the heads is none of 総務省's."""
    with pytest.raises(FaultyDefinitions, match="都道府県コード及び市区町村コード"):
        official([["氏名", "住所"], ["a", "b"]])
