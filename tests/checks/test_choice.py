"""The unit a common form's cell means, chosen or typed."""

from __future__ import annotations

import pytest

from xlsx_pdca.checks.choice import meant_unit

LISTED = {
    "長岡市（152021-1）": "152021-1",
    "十日町市（152102-1）": "152102-1",
    "日町市（159999-1）": "159999-1",
    "中央組合（A-1）": "A-1",
    "中央組合（B-1）": "B-1",
}


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        *LISTED.items(),
        ("長岡市", "152021-1"),
        (" 長 岡 市 ", "152021-1"),
        ("長岡市役所", "152021-1"),
        ("十日町市　（152102-1）", "152102-1"),
        ("日町市", "159999-1"),
        ("中央組合 (B-1)", "B-1"),
    ],
)
def test_what_fits_one_unit_means_it(written: str, unit: str) -> None:
    """The whole line but for blanks and width, or a name only one unit of the list bears."""
    assert meant_unit(written, LISTED) == unit


@pytest.mark.parametrize(
    "written",
    ["", "長岡", "岡市", "三条市", "中央組合", "長岡市（152102-1）", "152021-1", "長岡市・日町市"],
)
def test_nothing_is_guessed(written: str) -> None:
    """A part of a name, a name two units bear, one beside another's id, two names: nobody."""
    assert meant_unit(written, LISTED) == ""
