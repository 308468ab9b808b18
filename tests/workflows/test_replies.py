"""Replies without a file: the code in the subject tells whose they are, as a witness, and nobody is reminded over them."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from issued_round import KIRYU, MAEBASHI, TAKASAKI, Desk, codes
from mail_desk import writer
from xlsx_pdca.facts import Outcome
from xlsx_pdca.ticket import find_short_codes
from xlsx_pdca.workflows.receive import Line
from xlsx_pdca.workflows.remind import remind
from xlsx_pdca.workflows.send import Wish


def reply(subject: str, sender: str = "somebody@example.jp") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "pref@example.jp", subject
    message["Message-ID"] = "<r1@example.jp>"
    message.set_content("担当が替わりました。来週お送りします。")
    return message.as_bytes()


def taken(desk: Desk, subject: str, **more: str) -> Line:
    return desk.take_in("返信.eml", reply(subject, **more))


def test_the_code_in_the_subject_tells_whose_it_is(desk: Desk) -> None:
    """The mail waits for a person as before, and is shown under its unit."""
    line = taken(desk, "Re: 【9/25(金)〆】事前課題への御回答について［R0801-J-102016-1］")
    assert line.arrived.outcome is Outcome.HELD
    assert line.arrived.unit == MAEBASHI
    assert codes(line.arrived) == ["MAI01", "MAI20"]
    assert (
        "前橋市（102016-1、事前課題）にお送りしたメールへの返信"
        in line.arrived.findings[1].sentence()
    )


@pytest.mark.parametrize(
    "subject", ["Re: お願い", "R0701-J-102016-1", "R0801-J-999999-1", "XR0801-J-102016-1"]
)
def test_without_a_code_of_this_round_nothing_is_said(desk: Desk, subject: str) -> None:
    """No code, another round's, a stranger's, or half of something else proposes nobody."""
    line = taken(desk, subject)
    assert (line.arrived.unit, codes(line.arrived)) == ("", ["MAI01"])


def test_several_codes_name_all(desk: Desk) -> None:
    """A reply to a mail for several units is nobody's alone."""
    line = taken(desk, "Re: ［R0801-J-102016-1、R0801-J-102024-1］")
    assert line.arrived.unit == ""
    assert "前橋市、高崎市（102016-1、102024-1、事前課題）" in line.arrived.findings[1].sentence()


def test_whoever_wrote_is_not_reminded(desk: Desk) -> None:
    """Neither the unit whose code stands in the subject, nor that of the sender; the third is."""
    taken(desk, "Re: ［R0801-J-102016-1］")
    desk.take_in("電話.eml", reply("おたずね", sender="kaigo@takasaki.example"))
    found = remind(Desk.at(desk.root).round, Wish(form="jizen"), writer(16))
    assert {each.unit.id for each in found.spared if each.needs_person} == {MAEBASHI, TAKASAKI}
    assert {draft.drafted.addressee for draft in found.drafts.drafts} == {KIRYU}


def test_codes_are_found_in_any_width() -> None:
    """Mail programs and people change widths; what is glued to more signs is none."""
    text = "［Ｒ０８０１－Ｊ－１０２０１６－１］ R0801-T-M06-1 R0801-J-4F2C9A-102016-1-01-7K3M9QXA"
    assert find_short_codes(text) == ("R0801-J-102016-1", "R0801-T-M06-1")
