"""Marked copies of returns that go back: only to whom the return came from, byte for byte as booked, while it is the newest."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import pytest

from issued_round import BY, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import lying, names, writer
from xlsx_pdca.addressees import addressees_of
from xlsx_pdca.facts import MailedBook, MarkedCopy, booking
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.letters import Enclosure, Occasion
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.workflows.drafts import Drafts, ToWrite, write_drafts
from xlsx_pdca.workflows.objections import MailsRefused
from xlsx_pdca.workflows.outbox import sent_events
from xlsx_pdca.workflows.wording import Task

NAME = "102016-1_前橋市_事前課題_確認のお願い.xlsx"
FIELDS = {
    "確認点": "1 様式1 C5", "添付の説明": "", "返信期限": "令和8年10月1日（木）",
    "返信期限短": "10/1(木)", "返信例": "", "件数": "1",
}  # fmt: skip


def marked(desk: Desk, *, book: bool = True) -> bytes:
    """前橋市's return, and a copy of it with another answer in the place of marks."""
    desk.take_in("102016-1_前橋市_事前課題.xlsx", desk.filled())
    data = desk.filled(weaknesses="印を付けたもの")
    if book:
        digest = sha256(data).hexdigest()
        fact = MarkedCopy(MAEBASHI, "jizen", 1, digest, f"60_確認依頼/{NAME}")
        with desk.round.log.writing() as log:
            log.append([booking(fact, at=NOW, by=BY)])
    return data


def asked(desk: Desk, data: bytes, *, to: str = MAEBASHI, name: str = NAME) -> Drafts:
    round_ = Desk.at(desk.root).round
    addressee = next(a for a in addressees_of(round_.units) if a.key == to)
    unit = round_.unit(MAEBASHI)
    assert unit is not None

    def choose(_: Ledger, __: Sequence[Mailing]) -> Sequence[ToWrite]:
        return [
            ToWrite(
                Occasion.QUESTION,
                addressee,
                (Task(unit, "jizen", "事前課題", None, name, "R0801-J-102016-1"),),
                (MailedBook(MAEBASHI, "jizen", 1, sha256(data).hexdigest(), 1),),
                (Enclosure(name, data),),
                FIELDS,
                with_materials=False,
            )
        ]

    return write_drafts(round_, choose, writer())


def test_a_marked_copy_goes_back(desk: Desk) -> None:
    """Booked, to its own unit, under its own name; sent, the unit is 確認依頼中."""
    data = marked(desk)
    asked(desk, data)
    ((name, mail),) = lying(desk).items()
    assert (name, names(mail)) == ("102016-1_前橋市_確認.eml", [NAME])
    from xlsx_pdca.ledger import Status
    from xlsx_pdca.mailings import mailings

    with desk.round.log.writing() as log:
        (mailing,) = mailings(desk.ledger)
        log.append(list(sent_events(mailing, NOW.date(), "手作業", now=NOW, by=BY)))
    assert desk.standing().status(NOW.date()) is Status.ASKED
    assert len(desk.standing().sent) == 1


def test_what_was_not_booked_does_not_go(desk: Desk) -> None:
    """A workbook with the right ticket that nobody booked as a marked copy is refused."""
    with pytest.raises(MailsRefused, match="記録したファイルではありません"):
        asked(desk, marked(desk, book=False))


def test_it_goes_to_nobody_else(desk: Desk) -> None:
    """The neighbour does not get it."""
    data = marked(desk)
    with pytest.raises(MailsRefused, match="宛先"):
        asked(desk, data, to=TAKASAKI)


def test_an_answer_that_came_since_is_not_asked_about(desk: Desk) -> None:
    """A newer submission makes the marks old; another name is refused too."""
    data = marked(desk)
    with pytest.raises(MailsRefused, match="ファイル名"):
        asked(desk, data, name="別の名前.xlsx")
    desk.take_in("2.xlsx", desk.filled(strengths="新しい"))
    with pytest.raises(MailsRefused, match="新しい御回答"):
        asked(desk, data)
