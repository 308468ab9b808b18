"""Sending over a real server: what it received, counted by it, is what the ledger says."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import crew, lying, roster, unsent, written
from xlsx_pdca.errors import UsageError
from xlsx_pdca.mailbox.pacing import Pace
from xlsx_pdca.mailbox.smtp import Patience, SmtpSession, smtp_session
from xlsx_pdca.mailings import mailings, uncertain
from xlsx_pdca.workflows.dispatch import Dispatch, Postman, RosterChanged, dispatch, give_back
from xlsx_pdca.workflows.objections import MailsRefused
from xlsx_pdca.workflows.outbox import put_in_order
from xlsx_pdca.workflows.send import Wish
from xlsx_pdca.workflows.told_sent import mark_sent

if TYPE_CHECKING:
    from smtp_peer import SmtpPeer

HASTY = Patience(connect=5, reply=5, final=5)
LATER = NOW + timedelta(hours=3)


def postman(peer: SmtpPeer) -> Postman:
    def connect() -> AbstractContextManager[SmtpSession]:
        trusted = peer.certificate.trusting()
        return smtp_session(peer.server(), context=trusted, patience=HASTY)

    pace = Pace(600, lambda: 0.0, lambda _: None)
    return Postman(connect, pace, lambda: LATER, BY, parse=crew().parse_all)


def sent(desk: Desk, peer: SmtpPeer, *units: str) -> Dispatch:
    return dispatch(Desk.at(desk.root).round, Wish(frozenset(units)), postman(peer))


def received(peer: SmtpPeer) -> list[str]:
    peer.settle()
    return [address for mail in peer.received for address in mail.recipients]


def test_every_draft_goes_out_once(desk: Desk, smtp_server: SmtpPeer) -> None:
    """Each 送付先 gets its mail, without the mark of a draft; a second run sends nothing."""
    written(unsent(desk))
    drafts = lying(desk)
    assert len(sent(desk, smtp_server).sent) == 3
    assert received(smtp_server) == [
        "kaigo@maebashi.example", "kaigo@takasaki.example", "kaigo@kiryu.example",
    ]  # fmt: skip
    first = message_from_bytes(smtp_server.received[0].raw)
    assert first["x-unsent"] is None
    assert first["message-id"] == drafts["102016-1_前橋市_依頼.eml"]["message-id"]
    assert [b.fact.how for b in desk.standing().sent] == ["SMTP"]
    assert sent(desk, smtp_server) == Dispatch()
    assert len(received(smtp_server)) == 3


def test_what_went_out_leaves_the_pile(desk: Desk, smtp_server: SmtpPeer) -> None:
    """Drafts that were sent lie in 送信済, the list is gone with the last of them."""
    written(unsent(desk))
    put_in_order(desk.round, now=NOW)
    sent(desk, smtp_server, MAEBASHI)
    assert put_in_order(Desk.at(desk.root).round, now=NOW) == 2
    assert "102016-1_前橋市_依頼.eml" not in lying(desk)
    assert (desk.round.folder.drafts / "送信済" / "102016-1_前橋市_依頼.eml").is_file()
    sent(desk, smtp_server)
    put_in_order(Desk.at(desk.root).round, now=NOW)
    assert not (desk.round.folder.drafts / "送信一覧.xlsx").exists()


def test_a_mail_the_server_refuses_is_not_sent_and_the_others_go(
    desk: Desk, smtp_server: SmtpPeer
) -> None:
    """The reason is told, the mail stays a draft, and goes out when the server takes it."""
    written(unsent(desk))
    smtp_server.refused = {"kaigo@takasaki.example": "550 5.1.1 no such user"}
    found = sent(desk, smtp_server)
    assert [m.fact.addressee for m in found.sent] == [MAEBASHI, KIRYU]
    assert "no such user" in found.refused[0][1]
    assert not desk.standing(TAKASAKI).is_sent
    smtp_server.refused = {}
    assert [m.fact.addressee for m in sent(desk, smtp_server).sent] == [TAKASAKI]


@pytest.mark.parametrize("hangs_up", ["before", "after"])
def test_a_mail_in_the_dark_is_never_sent_again_by_itself(
    desk: Desk, smtp_server: SmtpPeer, hangs_up: str
) -> None:
    """The line breaks at the last dot: nobody knows; the mail waits for a word of a person, the others go on."""
    written(unsent(desk))
    smtp_server.hangs_up = hangs_up
    found = sent(desk, smtp_server)
    assert [m.fact.addressee for m in found.uncertain] == [MAEBASHI]
    assert found.left == 2
    smtp_server.hangs_up = ""
    again = sent(desk, smtp_server)
    assert [m.fact.addressee for m in again.sent] == [TAKASAKI, KIRYU]
    assert len(uncertain(mailings(desk.ledger))) == 1
    drafts, sendable = written(desk, day=1)
    assert drafts.drafts == ()
    assert [m.fact.addressee for m in sendable.uncertain] == [MAEBASHI]


def test_a_person_settles_it_either_way(desk: Desk, smtp_server: SmtpPeer) -> None:
    """Told that it did not arrive, the very same mail goes out; told that it did, it is booked as sent."""
    written(unsent(desk))
    smtp_server.hangs_up = "before"
    sent(desk, smtp_server, MAEBASHI)
    sent(desk, smtp_server, TAKASAKI)
    smtp_server.hangs_up = ""
    give_back(desk.round, [MAEBASHI], now=LATER, by=BY)
    assert [m.fact.addressee for m in sent(desk, smtp_server, MAEBASHI).sent] == [MAEBASHI]
    mark_sent(desk.round, [TAKASAKI], on=NOW.date(), now=LATER, by=BY)
    assert uncertain(mailings(desk.ledger)) == ()
    assert received(smtp_server) == ["kaigo@maebashi.example"]
    with pytest.raises(UsageError):
        give_back(desk.round, [MAEBASHI], now=LATER, by=BY)


def test_a_changed_roster_stops_everything(desk: Desk, smtp_server: SmtpPeer) -> None:
    """An address changed after the drafts were written: not one mail goes out."""
    written(unsent(desk))
    roster(desk, u102024_1={"送付先メール": "other@takasaki.example"})
    with pytest.raises(MailsRefused, match="高崎市"):
        sent(desk, smtp_server)
    assert received(smtp_server) == []


def test_a_roster_saved_while_mails_go_out_stops_the_rest(
    desk: Desk, smtp_server: SmtpPeer
) -> None:
    """What the guard has seen no longer holds: the mails that are left wait for the next run."""
    written(unsent(desk))
    carrier = postman(smtp_server)
    steps: list[int] = []

    def step() -> None:
        if not steps:
            roster(desk, u102032_1={"送付先メール": "other@kiryu.example"})
        steps.append(1)

    told = Postman(carrier.connect, carrier.pace, carrier.clock, BY, carrier.parse, step)
    with pytest.raises(RosterChanged):
        dispatch(Desk.at(desk.root).round, Wish(), told)
    assert received(smtp_server) == ["kaigo@maebashi.example"]
    assert uncertain(mailings(desk.ledger)) == ()


def test_a_draft_changed_by_hand_is_left_to_the_hand(desk: Desk, smtp_server: SmtpPeer) -> None:
    """What is no longer ours byte for byte is not sent by us."""
    written(unsent(desk))
    path = desk.round.folder.drafts / "102016-1_前橋市_依頼.eml"
    path.write_bytes(path.read_bytes() + b"\r\n")
    assert [m.fact.addressee for m in sent(desk, smtp_server).sent] == [TAKASAKI, KIRYU]
