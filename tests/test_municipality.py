"""Tests of codes and names of municipalities."""

from __future__ import annotations

import pytest

from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.municipality import (
    Candidates,
    Exact,
    Municipality,
    check_digit,
    is_valid_code,
    match_name,
    name_key,
)

CODES = shipped_codes()


def names(result: Exact | Candidates | None) -> list[str]:
    match result:
        case Exact(one):
            return [f"={one.name}"]
        case Candidates(some):
            return [m.name for m in some]
    return []


def match(text: str, prefecture: str) -> list[str]:
    return names(match_name(text, CODES.of_prefecture(prefecture)))


@pytest.mark.parametrize("code", ["102016", "012025", "100005", "131016", "473821"])
def test_official_codes_are_valid(code: str) -> None:
    """Codes of the official table carry the right sixth digit."""
    assert is_valid_code(code)
    assert check_digit(code[:5]) == code[5]


@pytest.mark.parametrize(
    "code", ["102017", "12025", "1020166", "１０２０１６", "10201a", "", "102061"]
)
def test_other_texts_are_no_codes(code: str) -> None:
    """A wrong digit, a lost zero or full-width digits make no code."""
    assert not is_valid_code(code)


def test_every_single_slip_is_invalid_or_another_number() -> None:
    """Typing one digit wrong is noticed by the check digit in at least nine of ten cases."""
    code = "102016"
    slips = [code[:i] + d + code[i + 1 :] for i in range(6) for d in "0123456789" if d != code[i]]
    assert sum(map(is_valid_code, slips)) <= len(slips) / 10


@pytest.mark.parametrize(
    ("text", "prefecture", "name"),
    [
        ("前橋市", "群馬県", "前橋市"), ("群馬県前橋市", "群馬県", "前橋市"), ("前橋市役所", "群馬県", "前橋市"),
        ("北群馬郡榛東村", "群馬県", "榛東村"), ("群馬県多野郡神流町役場", "群馬県", "神流町"),
        (" 中之条　町 ", "群馬県", "中之条町"), ("中ノ条町", "群馬県", "中之条町"),
        ("茅ケ崎市", "神奈川県", "茅ヶ崎市"), ("茅が崎市", "神奈川県", "茅ヶ崎市"), ("袖ヶ浦市", "千葉県", "袖ケ浦市"),
        ("竜ヶ崎市", "茨城県", "龍ケ崎市"), ("檮原町", "高知県", "梼原町"), ("鯵ヶ沢町", "青森県", "鰺ヶ沢町"),
        ("鯵ケ沢町", "青森県", "鰺ヶ沢町"), ("塩釜市", "宮城県", "塩竈市"), ("桧原村", "東京都", "檜原村"),
        ("髙﨑市", "群馬県", "高崎市"), ("ﾆｾｺ町", "北海道", "ニセコ町"), ("大和郡山市", "奈良県", "大和郡山市"),
        ("赤穂郡上郡町", "兵庫県", "上郡町"), ("京都府京都市", "京都府", "京都市"), ("東大阪市", "大阪府", "東大阪市"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_exact(text: str, prefecture: str, name: str) -> None:
    """Variant signs, width, blanks, prefecture, 郡 and 役所／役場 still name one municipality."""
    assert match(text, prefecture) == [f"={name}"]


@pytest.mark.parametrize(
    ("text", "prefecture", "proposed"),
    [
        ("前橋", "群馬県", ["前橋市"]),
        ("大阪市立", "大阪府", ["大阪市"]),
        ("前橋市高齢福祉課", "群馬県", ["前橋市"]),
        ("吉岡村", "群馬県", ["吉岡町"]),
        ("孀恋村", "群馬県", ["嬬恋村"]),
        ("能登", "石川県", ["能登町", "中能登町"]),
        ("白川", "岐阜県", ["白川町", "東白川村", "白川村"]),
    ],
)
def test_near_names_are_only_proposed(text: str, prefecture: str, proposed: list[str]) -> None:
    """One sign apart or containing each other is never taken for the same."""
    assert sorted(match(text, prefecture)) == sorted(proposed)


@pytest.mark.parametrize("text", ["", "合計", "群馬県医師会", "町", "市"])
def test_what_names_no_municipality_is_none(text: str) -> None:
    """Totals, associations and single signs propose nothing."""
    assert match(text, "群馬県") == []


def test_a_name_borne_by_two_is_asked() -> None:
    """府中市 stands in Tokyo and in Hiroshima: with the prefecture exact, without it asked."""
    both = CODES.municipalities
    assert [m.prefecture for m in match_name("府中市", both).municipalities] == ["東京都", "広島県"]
    found = match_name("広島県府中市", both)
    assert isinstance(found, Exact) and found.municipality.code == "342084"


def test_every_official_name_is_exactly_itself() -> None:
    """All 1,741 names, bare and with their prefecture, name exactly themselves within it."""
    for own in CODES.municipalities:
        within = CODES.of_prefecture(own.prefecture)
        assert match_name(own.name, within) == Exact(own) == match_name(own.full_name, within)


def test_folding_makes_no_two_neighbours_equal() -> None:
    """No two municipalities of one prefecture fold to the same key."""
    keys = [(m.prefecture, name_key(m.name)) for m in CODES.municipalities]
    assert len(set(keys)) == len(keys)


def test_names_inside_other_names_stay_apart() -> None:
    """A municipality whose name is contained in a neighbour's is never exchanged for it."""
    for prefecture in CODES.prefectures:
        within = CODES.of_prefecture(prefecture.prefecture)
        for long in within:
            for short in within:
                if short != long and short.name in long.name:
                    assert match_name(long.name, (short,)) == Candidates((short,))


def test_full_name_and_prefecture_code() -> None:
    """A municipality knows its full name and the first two digits."""
    place = Municipality("102016", "群馬県", "前橋市", "マエバシシ")
    assert (place.full_name, place.prefecture_code) == ("群馬県前橋市", "10")
