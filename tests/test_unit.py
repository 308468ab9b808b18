"""Tests of 回答単位."""

from __future__ import annotations

import pytest

from xlsx_pdca.ticket import find_tickets, make_ticket
from xlsx_pdca.unit import Unit, UnitKind, is_mail_address, is_unit_id, unit_id


@pytest.mark.parametrize("text", ["102016-1", "102016-12", "M06-1", "A-1", "ABCD1234-99"])
def test_good_ids(text: str) -> None:
    """An id fits into a ticket and comes out of it unchanged."""
    assert is_unit_id(text)
    ticket = make_ticket(
        round_id="R0801", letter="J", edition="4F2C9A", unit=text, issue=1, key=b"k"
    )
    assert [found.unit for found in find_tickets(ticket.text)] == [text]


@pytest.mark.parametrize(
    "text",
    ["", "102016", "102016-", "102016-123", "m06-1", "ABCDEFGHI-1", "M 06-1", "Ｍ06-1", "M06-1\n"],
)
def test_bad_ids(text: str) -> None:
    """Small letters, blanks, a missing or long number make no id."""
    assert not is_unit_id(text)


def test_the_id_of_a_municipality_is_its_code_and_a_number() -> None:
    """The first unit of Maebashi is 102016-1."""
    assert unit_id("102016") == "102016-1"
    assert is_unit_id(unit_id("102016", 2))


@pytest.mark.parametrize(
    "text", ["a@b.example", "kaigo.hoken+1@city.maebashi.lg.jp", "A_b@x-y.co.jp"]
)
def test_mail_addresses(text: str) -> None:
    """Plain addresses of public offices are addresses."""
    assert is_mail_address(text)


@pytest.mark.parametrize(
    "text",
    ["", "a@b", "a.example", "a@@b.jp", "a b@c.jp", "担当@b.jp", "a@b..jp", "<a@b.jp>", "a@b.jp\n"],
)
def test_no_mail_addresses(text: str) -> None:
    """What a mail program would refuse or misread is none."""
    assert not is_mail_address(text)


def test_a_unit_that_covers_several_is_joint() -> None:
    """One answer for two municipalities is a joint answer; one for itself is not."""
    alone = Unit("102016-1", UnitKind.MUNICIPALITY, "前橋市", "102016", ("102016",))
    desk = Unit("M06-1", UnitKind.DESK, "窓口", covers=("102075", "105210"))
    assert (alone.is_joint, desk.is_joint) == (False, True)
