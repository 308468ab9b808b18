"""Tests of sending, against a real SMTP server: what it got decides whether we said the truth."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from cut_wire import Cut
from mail_lines import BODIES, as_received
from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.mailbox.connecting import Secret
from xlsx_pdca.mailbox.delivery import Offered, Refused, Sent, Uncertain
from xlsx_pdca.mailbox.envelope import Envelope
from xlsx_pdca.mailbox.smtp import Patience, SmtpServer, SmtpSession, smtp_session

if TYPE_CHECKING:
    from smtp_peer import SmtpPeer

    Servers = Callable[..., SmtpPeer]

SENDER = "houkatsu@pref-gunma.example"
TO, CC = "kaigo@city.example", "hoken@city.example"
RAW = b"Subject: =?utf-8?B?44GK6aGY44GE?=\r\n\r\n.\r\n..two dots\r\nlast line\r\n"
HASTY = Patience(connect=5, reply=5, final=5)


def letter(*recipients: str, raw: bytes = RAW) -> Envelope:
    return Envelope(SENDER, recipients or (TO,), raw)


@contextmanager
def session(
    peer: SmtpPeer, server: SmtpServer | None = None, patience: Patience = HASTY
) -> Iterator[SmtpSession]:
    trusted = peer.certificate.trusting()
    with smtp_session(server or peer.server(), context=trusted, patience=patience) as opened:
        yield opened


def send(open_session: SmtpSession, envelope: Envelope) -> Sent | Refused | Uncertain:
    """Both steps, with nothing between them."""
    offered = open_session.offer(envelope)
    return open_session.data(offered) if isinstance(offered, Offered) else offered


def through(port: int, peer: SmtpPeer) -> SmtpServer:
    return peer.server(port=port)


# -- what arrives ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("security", "password"),
    [
        (Security.STARTTLS, "geheim"),
        (Security.TLS, "p\"a s's\\w;ö".replace("ö", "o")),
        (Security.STARTTLS, ""),
        (Security.NONE, ""),
    ],
)
def test_a_mail_arrives_byte_for_byte(
    smtp_servers: Servers, security: Security, password: str
) -> None:
    """Over each kind of line the server gets sender, recipients and the draft's own bytes, after a login where one is asked for."""
    peer = smtp_servers(security=security, password=password)
    with session(peer) as line:
        assert send(line, letter(TO, CC)) == Sent("2.0.0 taken as 1")
    (got,) = peer.received
    assert (got.sender, got.recipients, got.raw) == (SENDER, (TO, CC), RAW)
    assert bool(peer.logins) == bool(password)


def test_lines_of_any_kind_arrive(smtp_servers: Servers) -> None:
    """Dots, line ends of all systems and bytes of any kind come out of a real server as the same lines."""
    peer = smtp_servers(security=Security.NONE, password="")
    with session(peer) as line:

        @given(BODIES)
        def arrives(body: bytes) -> None:
            raw = b"Subject: x\r\n\r\n" + body
            assert isinstance(send(line, letter(raw=raw)), Sent)
            assert peer.received[-1].raw == as_received(raw)

        arrives()


def test_many_mails_go_over_one_connection(smtp_server: SmtpPeer) -> None:
    """35 mails, one login, each of them once and in order."""
    with session(smtp_server) as line:
        for number in range(35):
            assert isinstance(send(line, letter(f"u{number}@city.example")), Sent)
    assert [mail.recipients for mail in smtp_server.received] == [
        (f"u{number}@city.example",) for number in range(35)
    ]
    assert len(smtp_server.logins) == 1


def test_the_name_of_the_computer_is_not_told(smtp_server: SmtpPeer) -> None:
    """The server hears the address it sees anyway."""
    with session(smtp_server):
        pass
    assert b"ehlo [127.0.0.1]\r\n" in smtp_server.wire


# -- nothing goes before data, and nothing to anybody when somebody is refused ---------------------


def test_an_offer_sends_nothing(smtp_server: SmtpPeer) -> None:
    """Between offer and data the ledger can be written: leaving then, or offering another mail, sends nothing."""
    with session(smtp_server) as line:
        first = line.offer(letter(TO))
        second = line.offer(letter(CC))
        assert isinstance(first, Offered) and isinstance(second, Offered)
        with pytest.raises(ValueError, match="offered last"):
            line.data(first)
        line.withdraw()
        with pytest.raises(ValueError, match="offered last"):
            line.data(second)
        assert isinstance(send(line, letter(TO)), Sent)
        line.offer(letter(CC))
    smtp_server.settle()
    assert [mail.recipients for mail in smtp_server.received] == [(TO,)]


def test_one_refused_recipient_stops_the_mail_for_all(smtp_server: SmtpPeer) -> None:
    """Nobody gets a mail of which one recipient is refused; each refusal says whose and why, and the next mail goes."""
    smtp_server.refused = {
        CC: "550 5.1.1 <hoken@city.example>: unknown",
        "x@y.example": "451 4.7.1 later",
    }
    with session(smtp_server) as line:
        refused = line.offer(letter(TO, CC, "x@y.example"))
        assert isinstance(refused, Refused)
        assert [(r.address, r.code) for r in refused.reasons] == [(CC, 550), ("x@y.example", 451)]
        assert str(refused) == (
            "hoken@city.example：サーバーがこの宛先を受け付けません。アドレスを御確認ください（サーバーの応答：550 5.1.1 <hoken@city.example>: unknown）。"
            "x@y.example：サーバーが今は受け付けません。時間をおいて送り直してください（サーバーの応答：451 4.7.1 later）。"
        )
        assert not refused.lost and not refused.may_pass_later
        assert isinstance(send(line, letter(TO)), Sent)
    assert [mail.recipients for mail in smtp_server.received] == [(TO,)]


@pytest.mark.parametrize(
    ("fault", "code", "later"),
    [
        ({"mail_reply": "451 4.3.2 busy"}, 451, True),
        ({"mail_reply": "553 5.7.1 not your address"}, 553, False),
        ({"refused": {TO: "450 4.2.1 greylisted"}}, 450, True),
        ({"data_reply": "452 4.3.1 no room"}, 452, True),
        ({"data_reply": "554 5.7.1 spam"}, 554, False),
        ({"data_reply": "552 5.3.4 too big"}, 552, False),
    ],
)
def test_a_refusal_is_exact_and_the_line_stays(
    smtp_server: SmtpPeer, fault: dict[str, object], code: int, later: bool
) -> None:
    """The server's no at each step is Refused with its own words; without the fault the same mail goes over the same line."""
    for name, value in fault.items():
        setattr(smtp_server, name, value)
    with session(smtp_server) as line:
        refused = send(line, letter())
        assert isinstance(refused, Refused) and not refused.lost
        assert (refused.reasons[0].code, refused.may_pass_later) == (code, later)
        assert smtp_server.received == []
        for name, value in fault.items():
            setattr(smtp_server, name, type(value)())
        assert isinstance(send(line, letter()), Sent)
    assert len(smtp_server.received) == 1


@pytest.mark.parametrize("fault", ["mail_reply", "data_reply"])
def test_a_server_that_goes_away_is_left(smtp_server: SmtpPeer, fault: str) -> None:
    """421 is a no, and the end of the connection: what is offered after it is surely not sent."""
    setattr(smtp_server, fault, "421 4.3.2 shutting down")
    with session(smtp_server) as line:
        refused = send(line, letter())
        assert isinstance(refused, Refused) and refused.lost and refused.may_pass_later
        again = line.offer(letter())
        assert isinstance(again, Refused) and again.lost
    assert smtp_server.received == []


# -- what the server cannot carry --------------------------------------------------------------


def test_a_mail_over_the_announced_size_is_not_offered(smtp_servers: Servers) -> None:
    """The server's own limit is asked before anything is said; a mail of exactly that size goes."""
    exact = b"Subject: x\r\n\r\n" + b"x" * 80 + b"\r\n"
    peer = smtp_servers(size=len(exact))
    with session(peer) as line:
        assert line.size_limit == len(exact)
        refused = line.offer(letter(raw=exact + b"y"))
        assert isinstance(refused, Refused) and not refused.may_pass_later
        assert "サーバーの上限" in str(refused) and f"{len(exact):,}" in str(refused)
        assert not any(piece.startswith(b"MAIL") for piece in peer.wire)
        assert isinstance(send(line, letter(raw=exact)), Sent)


def test_a_server_without_a_limit(smtp_servers: Servers) -> None:
    """No announced size is no limit."""
    with session(smtp_servers(size=None)) as line:
        assert line.size_limit is None
        assert isinstance(send(line, letter()), Sent)


def test_signs_beyond_ascii_ask_for_what_carries_them(smtp_servers: Servers) -> None:
    """Eight bits need 8BITMIME, and in the head SMTPUTF8; asked for only then, and without them nothing is sent."""
    text, head = "Subject: x\r\n\r\nお願い\r\n".encode(), "Subject: お願い\r\n\r\n".encode()
    both, plain = smtp_servers(utf8=True), smtp_servers(seven_bits=True)
    with session(both) as line:
        for raw in (RAW, text, head):
            assert isinstance(send(line, letter(raw=raw)), Sent)
    asked = [piece.split(b">")[1].split() for piece in both.wire if piece.startswith(b"MAIL")]
    assert [[word for word in words if b"SIZE" not in word] for words in asked] == [
        [],
        [b"BODY=8BITMIME"],
        [b"BODY=8BITMIME", b"SMTPUTF8"],
    ]
    assert [mail.raw for mail in both.received] == [RAW, text, head]
    with session(plain) as line:
        for raw in (text, head):
            assert isinstance(send(line, letter(raw=raw)), Refused)
        assert isinstance(send(line, letter()), Sent)


def test_lines_too_long_for_smtp_are_named(smtp_server: SmtpPeer) -> None:
    """998 octets pass, 999 are refused by us: a server might break them."""
    with session(smtp_server) as line:
        assert isinstance(send(line, letter(raw=b"Subject: x\r\n\r\n" + b"y" * 998)), Sent)
        assert isinstance(send(line, letter(raw=b"Subject: x\r\n\r\n" + b"y" * 999)), Refused)
    assert len(smtp_server.received) == 1


# -- what is known when the line breaks --------------------------------------------------------


@pytest.mark.parametrize(("hangs_up", "kept"), [("before", 0), ("after", 1)])
def test_no_answer_to_the_last_dot_is_uncertain(
    smtp_server: SmtpPeer, hangs_up: str, kept: int
) -> None:
    """Whether the server kept the mail or lost it, we say that nobody knows, and send nothing more."""
    smtp_server.hangs_up = hangs_up
    with session(smtp_server) as line:
        uncertain = send(line, letter())
        assert isinstance(uncertain, Uncertain)
        assert isinstance(line.offer(letter()), Refused)
    smtp_server.settle()
    assert len(smtp_server.received) == kept


def test_a_slow_answer_is_waited_for(smtp_server: SmtpPeer) -> None:
    """An answer within our patience counts; beyond it the mail is uncertain, and here it was kept."""
    smtp_server.delay = 0.3
    with session(smtp_server) as line:
        assert isinstance(send(line, letter()), Sent)
    with session(smtp_server, patience=Patience(5, 5, final=0.05)) as line:
        assert isinstance(send(line, letter()), Uncertain)
    smtp_server.settle()
    assert len(smtp_server.received) == 2


def cut_at(peer: SmtpPeer, up: int | None, down: int | None) -> Sent | Refused | Uncertain | None:
    """What we say of a mail when the wire is cut after so many bytes; None when there was no session at all."""
    from xlsx_pdca.errors import OperatorError

    peer.received.clear()
    with Cut(peer.port, (up, down)) as wire:
        try:
            with session(peer, through(wire.port, peer)) as line:
                said = send(line, letter(TO, CC))
        except OperatorError:
            said = None
    peer.settle()
    count = len(peer.received)
    match said:
        case Sent():
            assert count == 1, (up, down)
        case Refused() | None:
            assert count == 0, (up, down, said)
        case Uncertain():
            assert count in (0, 1)
    return said


def whole(peer: SmtpPeer) -> tuple[int, int]:
    """Bytes that go up and down when nothing is cut."""
    with Cut(peer.port) as wire:
        with session(peer, through(wire.port, peer)) as line:
            assert isinstance(send(line, letter(TO, CC)), Sent)
        peer.settle()
        while not wire.passed:
            time.sleep(0.001)
        return wire.passed[0]


def cuts(peer: SmtpPeer, step: int) -> list[Sent | Refused | Uncertain | None]:
    up, down = whole(peer)
    said = [cut_at(peer, place, None) for place in range(1, up, step)]
    said += [cut_at(peer, None, place) for place in range(1, down, step)]
    return said


def test_whatever_breaks_we_say_the_truth(smtp_servers: Servers) -> None:
    """Cut anywhere, in both directions: Sent was counted by the server, Refused was not, and each of the three occurs."""
    peer = smtp_servers(security=Security.NONE, password="")
    said = cuts(peer, 7)
    assert {type(each) for each in said} == {Sent, Refused, Uncertain, type(None)}


@pytest.mark.soak
@pytest.mark.parametrize(
    ("security", "step"), [(Security.NONE, 1), (Security.STARTTLS, 3), (Security.TLS, 3)]
)
def test_whatever_breaks_at_every_byte(
    smtp_servers: Servers, security: Security, step: int
) -> None:
    """The same after each single byte, and through encryption."""
    password = "" if security is Security.NONE else "geheim"
    said = cuts(smtp_servers(security=security, password=password), step)
    assert {type(each) for each in said} >= {Sent, Refused, type(None)}


def test_the_last_dot_decides(smtp_servers: Servers) -> None:
    """One byte before the end of the mail it is surely not sent; with the last dot whole and no answer it is uncertain."""
    peer = smtp_servers(security=Security.NONE, password="")
    up, down = whole(peer)
    before_quit = up - len(b"quit\r\n")
    assert isinstance(cut_at(peer, before_quit - len(b"\r\n.\r\n") - 1, None), Refused | Uncertain)
    assert isinstance(cut_at(peer, before_quit, None), Sent | Uncertain)
    answers = len(b"250 2.0.0 taken as 1\r\n") + len(b"221 Bye\r\n")
    assert isinstance(cut_at(peer, None, down - answers), Uncertain)
    assert isinstance(cut_at(peer, None, down - answers + 22), Sent)


def test_a_mail_cut_off_while_it_goes_out_is_surely_not_sent(smtp_server: SmtpPeer) -> None:
    """As long as the last dot has not left us, a broken line is no doubt: the mail was not sent."""
    large = b"Subject: x\r\n\r\n" + (b"y" * 990 + b"\r\n") * 16_000
    with Cut(smtp_server.port, (200_000, None)) as wire:
        with session(smtp_server, through(wire.port, smtp_server)) as line:
            refused = send(line, letter(raw=large))
            assert isinstance(refused, Refused) and refused.lost and refused.may_pass_later
        smtp_server.settle()
    assert smtp_server.received == []
    with session(smtp_server) as line:
        assert isinstance(send(line, letter(raw=large)), Sent)
    assert smtp_server.received[0].raw == large


def test_an_answer_that_is_none_ends_the_line(smtp_server: SmtpPeer) -> None:
    """What is no reply of SMTP is not guessed at: before the mail it was surely not sent, after it nobody knows."""
    smtp_server.mail_reply = "hello?"
    with session(smtp_server) as line:
        refused = send(line, letter())
        assert isinstance(refused, Refused) and refused.lost
    smtp_server.mail_reply, smtp_server.data_reply = "", "perhaps"
    with session(smtp_server) as line:
        assert isinstance(send(line, letter()), Uncertain)
        assert not line.is_open


# -- secrets -----------------------------------------------------------------------------------


def test_the_password_is_shown_nowhere(
    smtp_servers: Servers, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in what is printed, returned or raised, also when the server repeats it; the server itself got it."""
    secret = 'himitsu-7x\\"9'
    peer = smtp_servers(password=secret, login_reply="535 5.7.8 wrong: {password}")
    server = peer.server()
    shown = [repr(server), str(server), f"{server.password}", repr(server.password)]
    with session(peer) as line:
        shown += [repr(line), repr(send(line, letter()))]
    wrong = peer.server(password=Secret("wrong-" + secret))
    with pytest.raises(Exception, match="535") as caught, session(peer, wrong):
        pass
    shown += [str(caught.value), repr(caught.value), repr(vars(caught.value))]
    printed = capfd.readouterr()
    assert secret not in "".join([*shown, printed.out, printed.err])
    assert "（秘密）" in str(caught.value)
    assert len(peer.logins) > 1 and len(peer.received) == 1
