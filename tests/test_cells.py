"""Tests of names from outside: all of them is seen, nothing of ordinary Japanese is touched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsx_pdca.cells import NAME_CHARACTERS, visible_name

ORDINARY = [
    "102016_前橋市_事前課題（令和8年度）.xlsx",
    "①㈱髙﨑 ﾀｶｻｷ～－―∥.xlsx",
    "葛\U000e0100飾区 𠮷田\u3000ア゙.xls",
    "外字\ue000.xlsx",
    "day\u00a0one.pdf",
    "C:\\デスクトップ\\表.xlsx",
    "が",
    "",
]


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_visible_stays(name: str) -> None:
    """Japanese of every kind, 外字, variation selectors, blanks and backslashes stay as they are."""
    assert visible_name(name) == name


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("表\u202excod.exe", "表\\u202excod.exe"),
        ("前橋\u200b市\ufeff.xlsx", "前橋\\u200b市\\ufeff.xlsx"),
        ("a\nb\r\tc\x00\x1b[31m\x7f\x85", "a\\nb\\r\\tc\\x00\\x1b[31m\\x7f\\x85"),
        ("\u2028\u2066x\u2069", "\\u2028\\u2066x\\u2069"),
        ("\udc8d\ufffe\U000e0041", "\\udc8d\\ufffe\\U000e0041"),
    ],
)
def test_what_is_not_visible_is_written_out(name: str, seen: str) -> None:
    """Direction marks, signs of no width, line ends, control characters and halves of characters are escaped."""
    assert visible_name(name) == seen


def test_a_name_made_to_be_long_keeps_its_ending() -> None:
    """Cut in the middle to the limit, beginning and ending as they were; one at the limit is whole."""
    seen = visible_name("前橋市" * 10_000 + "事前課題.xlsx")
    assert len(seen) == NAME_CHARACTERS
    assert seen.startswith("前橋市前橋市") and "…" in seen and seen.endswith("市事前課題.xlsx")
    assert visible_name("あ" * NAME_CHARACTERS) == "あ" * NAME_CHARACTERS


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=400))
def test_any_name_becomes_one_line_that_can_be_written(name: str) -> None:
    """No control, format or surrogate character is left, it goes into UTF-8, and naming it twice changes nothing."""
    seen = visible_name(name)
    assert not {unicodedata.category(c) for c in seen} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert seen.encode() and len(seen) <= NAME_CHARACTERS if name else seen == ""
    assert visible_name(seen) == seen
