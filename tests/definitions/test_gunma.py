"""Tests of the sample round."""

from __future__ import annotations

from collections import Counter

from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_units

CODES = shipped_codes()
UNITS = gunma_units(CODES)


def test_the_sample_has_every_municipality_of_gunma() -> None:
    """35 units, in the order of the codes, each in an area and under a health centre."""
    assert [u.code for u in UNITS] == [m.code for m in CODES.of_prefecture("群馬県")]
    assert all(u.area and u.health_office and u.groupings for u in UNITS)


def test_the_ten_areas_have_their_known_sizes() -> None:
    """Ten 二次保健医療圏; 前橋市 and 高崎市 have health centres of their own."""
    sizes = {"前橋": 1, "渋川": 3, "伊勢崎": 2, "高崎・安中": 2, "藤岡": 3, "富岡": 4, "吾妻": 6, "沼田": 5,
             "桐生": 2, "太田・館林": 7}  # fmt: skip
    assert Counter(u.area for u in UNITS) == sizes
    own = {u.name: u.health_office for u in UNITS if not u.health_office.endswith("保健福祉事務所")}
    assert own == {"前橋市": "前橋市保健所", "高崎市": "高崎市保健所"}


def test_nobody_real_can_be_written_to_or_called() -> None:
    """Addresses end in the reserved .example and are all different; numbers have an exchange of zeros."""
    everyone = (*UNITS, gunma_desk(CODES))
    addresses = [a for u in everyone for a in u.to]
    assert len(set(addresses)) == 36
    assert all(a.endswith(".example") for a in addresses)
    assert all(set(u.telephone.split("-")[1]) == {"0"} for u in everyone)


def test_the_desk_answers_for_six() -> None:
    """館林市 and the five towns of 邑楽郡."""
    desk = gunma_desk(CODES)
    assert [CODES.by_code[c].name for c in desk.covers] == [
        "館林市", "板倉町", "明和町", "千代田町", "大泉町", "邑楽町"
    ]  # fmt: skip
    assert desk.is_joint
