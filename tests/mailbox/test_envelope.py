"""Tests of what goes over the wire: whose addresses, which bytes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given

from mail_lines import BODIES, as_received
from xlsx_pdca.mailbox.envelope import Envelope, dated, without_draft_marks

SENDER = "houkatsu@pref-gunma.example"


def undotted(wire: bytes) -> bytes:
    """What a server makes of the bytes before the last dot (RFC 5321 4.5.2), written another way than ours."""
    out = []
    for line in wire.split(b"\r\n"):
        assert line != b".", "the mail ends here, in the middle"
        assert b"\r" not in line and b"\n" not in line
        out.append(line[1:] if line[:1] == b"." else line)
    return b"\r\n".join(out)


@given(BODIES)
def test_a_server_undoes_what_is_done_to_dots_and_line_ends(body: bytes) -> None:
    """Lines come out as they went in, no line is a lone dot, and only CRLF ends a line."""
    envelope = Envelope(SENDER, ("a@b.example",), b"Subject: x\r\n\r\n" + body)
    assert undotted(envelope.wire) == as_received(envelope.raw)
    assert envelope.wire.endswith(b"\r\n")
    assert envelope.size == len(as_received(envelope.raw))


@pytest.mark.parametrize(
    ("draft", "sent"),
    [
        (b"X-Unsent: 1\r\nSubject: a\r\n\r\nb", b"Subject: a\r\n\r\nb"),
        (b"Subject: a\r\nx-unsent:1\r\n\r\nb", b"Subject: a\r\n\r\nb"),
        (b"To: a\nBcc: x@y.z,\n w@y.z\nSubject: a\n\nb", b"To: a\nSubject: a\n\nb"),
        (b"BCC : x\r\nTo: a\r\n\r\n", b"To: a\r\n\r\n"),
        (b"Resent-Bcc: x\rTo: a\r\rBcc: y", b"To: a\r\rBcc: y"),
        (b"Subject: a\r\n X-Unsent: 1\r\n\r\nX-Unsent: 1\r\nBcc: x\r\n",) * 2,
        (b"To: a\r\nX-Unsent-By: me\r\n\r\n",) * 2,
        (b"Subject: a\r\nX-Unsent: 1", b"Subject: a\r\n"),
        (b"\r\nBcc: in the text\r\n",) * 2,
        (b"",) * 2,
    ],
)
def test_marks_of_a_draft_are_taken_off(draft: bytes, sent: bytes) -> None:
    """X-Unsent and Bcc go with their continuations, in the head only; every other byte stays."""
    assert without_draft_marks(draft) == sent


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_mail_bears_the_moment_of_its_sending(end: bytes) -> None:
    """Its Date is another one, in the head only; every other byte stays."""
    at = datetime(2026, 9, 2, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    lines = (
        b"Subject: a",
        b"date : Mon, 31 Aug 2026",
        b" 09:00:00 +0900",
        b"To: b",
        b"",
        b"Date: x",
    )
    sent = (lines[0], b"Date: Wed, 02 Sep 2026 09:30:00 +0900", *lines[3:])
    assert dated(end.join(lines), at) == end.join(sent)
    assert dated(end.join(lines[3:]), at) == end.join(lines[3:])


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "a@b", "a b@c.example", "a@b.example>", "<a@b.example>", "a@b.example\r\nRCPT TO:<x@y.example>",
        "a@b.example\n", "\ra@b.example", "a@b.example, c@d.example", "県@pref.example", "a@b.example\0",
    ],
)  # fmt: skip
def test_only_plain_addresses_are_taken(address: str) -> None:
    """What is no plain address, above all one with a line end, stops before any server hears of it."""
    good = "kaigo@city.example"
    with pytest.raises(ValueError, match="no address"):
        Envelope(SENDER, (good, address), b"")
    with pytest.raises(ValueError, match="no address"):
        Envelope(address, (good,), b"")
    assert Envelope(SENDER, (good,), b"").recipients == (good,)


@pytest.mark.parametrize("recipients", [(), ("a@b.example", "a@b.example")])
def test_everybody_is_named_once(recipients: tuple[str, ...]) -> None:
    """A mail to nobody, or to somebody twice, is a fault of ours."""
    with pytest.raises(ValueError, match="once"):
        Envelope(SENDER, recipients, b"")


@pytest.mark.parametrize("mark", [b"X-Unsent: 1", b"Bcc: a@b.example"])
def test_a_draft_is_not_sent_as_it_is(mark: bytes) -> None:
    """What only a draft may hold is refused, and taken once it is off."""
    draft = b"Subject: x\r\n" + mark + b"\r\n\r\n"
    with pytest.raises(ValueError, match="not sent"):
        Envelope(SENDER, ("a@b.example",), draft)
    assert Envelope(SENDER, ("a@b.example",), without_draft_marks(draft)).size == 14
