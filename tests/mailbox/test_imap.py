"""Tests of fetching, against a real IMAP server: every mail once, byte for byte, and the mailbox as it was."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from cut_wire import Cut
from mail_lines import BODIES, as_received
from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.mailbox import imap
from xlsx_pdca.mailbox.connecting import ConnectionBroken
from xlsx_pdca.mailbox.folder_names import encoded
from xlsx_pdca.mailbox.imap import (
    Fetched,
    Fetching,
    ImapServer,
    LeftThere,
    MailKey,
    Renumbered,
    fetch,
    mark_seen,
)
from xlsx_pdca.mailbox.imap_line import FolderMissing, ImapLine, TooLarge, _Guarded, opened

if TYPE_CHECKING:
    from imap_peer import Mailbox

BIG = b"Subject: big\r\n\r\n" + b"0123456789abcdef" * 20_000 + b"\r\n"


def mail(number: int) -> bytes:
    return f"Subject: {number}\r\n\r\n回答 {number}\r\n.\r\n".encode()


def how(box: Mailbox, **changed: object) -> Fetching:
    certificate = box.dovecot.certificate
    assert certificate is not None
    values: dict[str, object] = {"context": certificate.trusting(), "sleep": lambda _: None}
    return Fetching(**{**values, "seconds": 10, **changed})  # type: ignore[arg-type]


def fetched(
    box: Mailbox, folder: str = "INBOX", server: ImapServer | None = None, **changed: object
) -> list[Fetched | LeftThere | Renumbered]:
    return list(fetch(server or box.server(), folder, how(box, **changed)))


def raws(found: list[Fetched | LeftThere | Renumbered]) -> list[bytes]:
    return [each.raw for each in found if isinstance(each, Fetched)]


def keys(found: list[Fetched | LeftThere | Renumbered]) -> list[MailKey]:
    return [each.key for each in found if isinstance(each, Fetched)]


# -- what comes --------------------------------------------------------------------------------


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_mails_come_whole_and_in_order(imap_server: Mailbox, security: Security) -> None:
    """Each mail of the folder comes once with its own bytes, under the key it will be known by."""
    mails = [mail(number) for number in range(5)]
    imap_server.append_all(mails)
    found = fetched(imap_server, server=imap_server.server(security))
    assert raws(found) == mails
    assert [key.uid for key in keys(found)] == [1, 2, 3, 4, 5]
    assert {(key.account, key.folder) for key in keys(found)} == {
        (f"{imap_server.user}@127.0.0.1", "INBOX")
    }


def test_bytes_of_any_kind_come_as_the_server_has_them(imap_server: Mailbox) -> None:
    """Whatever stands in a mail (dots, braces, odd line ends, no head at all) comes out as another client put it in."""
    put: list[bytes] = []

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(BODIES)
    def add(body: bytes) -> None:
        put.append(as_received(b"X: {3}\r\n\r\n" + body.replace(b"\0", b"0")))

    add()
    imap_server.append_all([*put, b"no head at all", b"\r\n", b"A: b (UID 99 FLAGS ())\r\n"])
    assert raws(fetched(imap_server))[: len(put)] == put
    assert len(fetched(imap_server)) == len(put) + 3


def test_an_empty_folder_gives_nothing(imap_server: Mailbox) -> None:
    """No mails are no trouble."""
    assert fetched(imap_server) == []


def test_known_mails_are_not_fetched_again(imap_server: Mailbox) -> None:
    """Only what is new comes, also where something in between is missing; keys of other mailboxes mean nothing here."""
    imap_server.append_all([mail(1), mail(2)])
    first = fetched(imap_server)
    imap_server.append(mail(3))
    known = keys(first)
    assert raws(fetched(imap_server, known=known)) == [mail(3)]
    assert raws(fetched(imap_server, known=known[1:])) == [mail(1), mail(3)]
    foreign = [MailKey("other@127.0.0.1", k.folder, k.uidvalidity, k.uid) for k in known]
    assert len(fetched(imap_server, known=foreign)) == 3


def test_only_mails_since_a_day(imap_server: Mailbox) -> None:
    """Mails that reached the box long before the day stay; those of the day itself come, whatever the server's clock zone."""
    for number, day in enumerate((20, 30, 31)):
        imap_server.append(mail(number), day=datetime(2026, 8, day, 23, tzinfo=UTC).timestamp())
    imap_server.append(mail(9), day=datetime(2026, 9, 2, tzinfo=UTC).timestamp())
    assert raws(fetched(imap_server, since=date(2026, 9, 1))) == [mail(2), mail(9)]
    assert len(fetched(imap_server)) == 4


def test_three_hundred_mails_come_quickly(imap_server: Mailbox) -> None:
    """300 mails of 40 kB over an encrypted line take seconds, not minutes."""
    mails = [mail(n) + b"x" * 70 + b"\r\n" + BIG[:40_000] + b"\r\n" for n in range(300)]
    imap_server.append_all(mails)
    started = time.monotonic()
    assert raws(fetched(imap_server)) == mails
    assert time.monotonic() - started < 20


# -- nothing is changed ------------------------------------------------------------------------


def test_nothing_is_marked_or_deleted(imap_server: Mailbox) -> None:
    """Flags are the same before and after, also of mails others have marked; a mail marked as deleted still lies there."""
    imap_server.append_all([mail(n) for n in range(4)])
    with imap_server.client() as client:
        client.select("INBOX")
        client.uid("STORE", "2", "+FLAGS", r"(\Seen \Flagged)")
        client.uid("STORE", "3", "+FLAGS", r"(\Deleted)")
        client.unselect()
    before = imap_server.flags()
    assert before == {
        1: frozenset(), 2: {"\\Seen", "\\Flagged"}, 3: {"\\Deleted"}, 4: frozenset(),
    }  # fmt: skip
    assert len(fetched(imap_server)) == 4
    stopped = fetch(imap_server.server(), "INBOX", how(imap_server))
    assert isinstance(next(stopped), Fetched)
    stopped.close()  # type: ignore[attr-defined]
    assert imap_server.flags() == before


def test_the_server_itself_holds_us_to_reading(imap_server: Mailbox) -> None:
    """The folder is open for reading only: even if we tried, the server would not mark anything; opened for writing it does."""
    imap_server.append(mail(1))
    context = how(imap_server).context
    for writable, flags in ((False, frozenset()), (True, {"\\Seen"})):
        with opened(imap_server.server(), 5, context) as line:
            line.open("INBOX", writable=writable)
            line.mark_seen([1])
        assert imap_server.flags() == {1: flags}


def test_marks_are_set_only_when_asked_for(imap_server: Mailbox) -> None:
    """`mark_seen` marks exactly these mails, and none when the folder is counted anew."""
    imap_server.append_all([mail(n) for n in range(3)])
    found = keys(fetched(imap_server))
    context = how(imap_server).context
    old = [MailKey(k.account, k.folder, k.uidvalidity - 1, k.uid) for k in found]
    assert mark_seen(imap_server.server(), "INBOX", old, context=context) == 0
    assert set(imap_server.flags().values()) == {frozenset()}
    assert mark_seen(imap_server.server(), "INBOX", found[:2], context=context) == 2
    assert imap_server.flags() == {1: {"\\Seen"}, 2: {"\\Seen"}, 3: frozenset()}


# -- folders -----------------------------------------------------------------------------------


def test_a_folder_with_a_japanese_name(imap_server: Mailbox) -> None:
    """The folder may be named as mail programs show it, or by its last level; the keys bear the server's full name."""
    wire = encoded("在宅医療.御回答 & 質問")
    imap_server.create(wire)
    imap_server.append(mail(1), wire)
    for name in ("在宅医療.御回答 & 質問", "在宅医療/御回答 & 質問", "御回答 & 質問"):
        found = fetched(imap_server, name)
        assert raws(found) == [mail(1)]
        assert keys(found)[0].folder == "在宅医療.御回答 & 質問"
    assert fetched(imap_server, "inbox") == []


def test_a_missing_folder_names_those_there_are(imap_server: Mailbox) -> None:
    """The officer sees what she can choose from."""
    imap_server.create(encoded("回答"))
    with pytest.raises(FolderMissing) as caught:
        fetched(imap_server, "解答")
    assert str(caught.value) == (
        "メールボックスに、フォルダー「解答」が1つに決まるものとして見つかりません。あるのは「INBOX」「回答」です。"
        "管理簿の「設定」の「IMAPのフォルダー」を、この中の名前に直してください。"
    )


@pytest.mark.parametrize("name", ['x" UNSELECT', "x\\", "x{3}", "*", "&&", "x\tD"])
def test_a_folder_name_is_never_a_command(imap_server: Mailbox, name: str) -> None:
    """Signs that mean something to the protocol are part of a name that is not there."""
    imap_server.append(mail(1))
    with pytest.raises(FolderMissing):
        fetched(imap_server, name)
    assert len(imap_server.flags()) == 1


# -- large mails -------------------------------------------------------------------------------


def test_a_giant_mail_is_named_and_left(imap_server: Mailbox) -> None:
    """A mail over the limit is not fetched but named with its size; the others come, and at the limit it comes too."""
    imap_server.append_all([mail(1), BIG, mail(3)])
    first, giant, last = fetched(imap_server, largest=len(BIG) - 1)
    assert isinstance(first, Fetched) and isinstance(last, Fetched)
    assert isinstance(giant, LeftThere) and giant.key.uid == 2
    assert giant.why == "大きさ 0.3MBのため、取り込んでいません"
    with Cut(imap_server.dovecot.tls_port) as wire:
        fetched(imap_server, server=server_through(wire, imap_server), largest=len(BIG) - 1)
        while not wire.passed:
            time.sleep(0.001)
    assert len(wire.passed) == 1 and wire.passed[0][1] < len(BIG)  # it was not even begun
    assert raws(fetched(imap_server, largest=len(BIG))) == [mail(1), BIG, mail(3)]


def test_a_server_that_tells_no_sizes_cannot_send_a_giant(
    imap_server: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the told size is wrong, the mail is stopped as it comes, over a new line the others follow."""
    imap_server.append_all([mail(1), BIG, mail(3)])
    context = how(imap_server).context
    with pytest.raises(TooLarge), opened(imap_server.server(), 5, context) as line:
        line.open("INBOX")
        line.mail(2, 100_000)
    monkeypatch.setattr(ImapLine, "sizes", lambda *_: {})
    first, giant, last = fetched(imap_server, largest=100_000)
    assert isinstance(first, Fetched) and isinstance(last, Fetched)
    assert isinstance(giant, LeftThere) and giant.key.uid == 2


# -- answers of other servers ------------------------------------------------------------------


def answering(*lines: bytes) -> tuple[int, threading.Thread]:
    """A server on a port of its own that answers a FETCH with these lines, as some servers other than dovecot do."""
    door = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _ = door.accept()
        with door, client, client.makefile("rwb") as stream:
            stream.write(b"* OK ready\r\n")
            stream.flush()
            for said in stream:
                tag, _, words = said.strip().partition(b" ")
                stream.write(
                    b"".join(lines) if b"FETCH" in words else b"* CAPABILITY IMAP4rev1\r\n"
                )
                stream.write(tag + b" OK done\r\n")
                stream.flush()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return door.getsockname()[1], thread


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([b"* 3 FETCH (UID 7 BODY[] {4}\r\nmail)\r\n"], b"mail"),
        ([b"* 3 FETCH (BODY[] {4}\r\nmail UID 7)\r\n"], b"mail"),
        ([b"* 3 FETCH (FLAGS (\\Seen) BODY[] {4}\r\nmail UID 7)\r\n"], b"mail"),
        ([b"* 9 FETCH (UID 8 FLAGS ())\r\n", b"* 3 FETCH (UID 7 BODY[] {4}\r\nmail)\r\n"], b"mail"),
        ([b"* 9 FETCH (UID 8 BODY[] {2}\r\nno)\r\n", b"* 3 FETCH (UID 7 BODY[] {4}\r\nmail)\r\n"], b"mail"),
        ([b"* 9 FETCH (BODY[] {2}\r\nno UID 8)\r\n", b"* 3 FETCH (BODY[] {4}\r\nmail UID 7)\r\n"], b"mail"),
        ([b"* 3 FETCH (UID 7 BODY[] {4}\r\nmail)\r\n", b"* 9 FETCH (UID 8 BODY[] {2}\r\nno)\r\n"], b"mail"),
        ([b'* 3 FETCH (UID 7 BODY[] "")\r\n'], b""),
        ([b"* 3 FETCH (UID 7 BODY[] NIL)\r\n"], b""),
        ([b"* 9 FETCH (UID 8 BODY[] {2}\r\nno)\r\n"], None),
        ([b"* 3 FETCH (UID 7 FLAGS (\\Seen))\r\n"], None),
        ([], None),
    ],
)  # fmt: skip
def test_the_mail_that_was_asked_for_is_taken(lines: list[bytes], expected: bytes | None) -> None:
    """However a server puts its answer, the bytes are those of the mail with this number, or there are none."""
    port, thread = answering(*lines)
    server = ImapServer("127.0.0.1", port, Security.TLS, "u")
    connection = _Guarded("127.0.0.1", port, timeout=5)
    connection.state = "SELECTED"  # what the log-in would have led to
    assert ImapLine(server, connection).mail(7, 1000) == expected
    connection.shutdown()
    thread.join(5)


# -- lines that break --------------------------------------------------------------------------


def server_through(wire: Cut, box: Mailbox, security: Security = Security.TLS) -> ImapServer:
    return box.server(security, port=wire.port)


def went_down(box: Mailbox) -> int:
    """Bytes from the server when nothing is cut."""
    with Cut(box.dovecot.tls_port) as wire:
        fetched(box, server=server_through(wire, box))
        while not wire.passed:
            time.sleep(0.001)
        return wire.passed[0][1]


def places(whole: int, number: int) -> Iterator[int]:
    """Places over the whole way, also within the logging in."""
    yield from (whole * n // number for n in range(1, number))


def broken_at(box: Mailbox, mails: list[bytes], place: int) -> int:
    """All mails come once although the wire is cut at this place, twice; how many connections it took."""
    with Cut(box.dovecot.tls_port, (None, place), (None, place)) as wire:
        try:
            found = fetched(box, server=server_through(wire, box))
        except Exception as error:  # before the folder was open there is nothing to go on with
            assert wire.connections == 1, error
            return 0
        assert raws(found) == mails, place
        return wire.connections


def test_a_broken_line_is_mended(imap_server: Mailbox) -> None:
    """Cut twice at any of these places, every mail still comes, once and whole, and nothing is marked."""
    mails = [mail(1), BIG[:20_000] + b"\r\n", mail(3), mail(4)]
    imap_server.append_all(mails)
    before = imap_server.flags()
    took = [broken_at(imap_server, mails, place) for place in places(went_down(imap_server), 12)]
    assert 0 in took and 3 in took, took
    assert imap_server.flags() == before


@pytest.mark.soak
def test_a_line_broken_anywhere_is_mended(imap_server: Mailbox) -> None:
    """The same at five hundred places."""
    mails = [mail(1), BIG[:20_000] + b"\r\n", mail(3), mail(4)]
    imap_server.append_all(mails)
    took = [broken_at(imap_server, mails, place) for place in places(went_down(imap_server), 500)]
    assert 0 in took and 3 in took


def test_a_mail_that_always_breaks_the_line_stops_no_other(imap_server: Mailbox) -> None:
    """After three attempts it is named and left; what lies behind it comes."""
    imap_server.append_all([mail(1), BIG, mail(3), mail(4)])
    limit = 60_000  # room for everything but the big one
    with Cut(imap_server.dovecot.tls_port, *[(None, limit)] * 9) as wire:
        found = fetched(imap_server, server=server_through(wire, imap_server))
    assert raws(found) == [mail(1), mail(3), mail(4)]
    (left,) = [each for each in found if isinstance(each, LeftThere)]
    assert left.key.uid == 2 and left.why == "取り込みの途中で、通信が3回途切れました"
    assert wire.connections == 4


def test_a_server_that_is_gone_is_told_with_what_came(imap_server: Mailbox) -> None:
    """When the server does not come back, the run ends with a sentence that says how much was fetched; waits grow in between."""
    imap_server.append_all([mail(1), BIG, mail(3)])
    waits: list[float] = []
    found = []
    with (
        Cut(imap_server.dovecot.tls_port, (None, 40_000), *[(None, 100)] * 20) as wire,
        pytest.raises(ConnectionBroken) as caught,
    ):
        run = fetch(
            server_through(wire, imap_server), "INBOX", how(imap_server, sleep=waits.append)
        )
        for each in run:
            found.append(each)  # what came before the end counts
    assert raws(found) == [mail(1)]
    assert "通信が途切れました" in str(caught.value) and "1通は取り込みました" in str(caught.value)
    assert waits == sorted(waits) and len(waits) == imap.TRIES + 1


# -- folders counted anew ----------------------------------------------------------------------


def test_a_folder_counted_anew_is_noticed(imap_server: Mailbox) -> None:
    """Another UIDVALIDITY is told, and all mails come under their new numbers."""
    wire = encoded("回答")
    imap_server.create(wire)
    imap_server.append(mail(1), wire)
    first = fetched(imap_server, "回答")
    imap_server.delete(wire)
    time.sleep(1.1)  # dovecot counts by the second in which a folder is made
    imap_server.create(wire)
    imap_server.append(mail(1), wire)
    told, again = fetched(imap_server, "回答", known=keys(first))
    assert isinstance(told, Renumbered) and isinstance(again, Fetched)
    assert (told.before, told.now) == (keys(first)[0].uidvalidity, again.key.uidvalidity)
    assert told.before != told.now and again.raw == mail(1)
    assert fetched(imap_server, "回答", known=[*keys(first), again.key]) == []


def test_a_folder_counted_anew_on_the_way_is_noticed(imap_server: Mailbox) -> None:
    """When somebody makes the folder anew while we read it, we say so and fetch what is there now."""
    wire = encoded("回答")
    imap_server.create(wire)
    for number in range(3):
        imap_server.append(mail(number), wire)
    run = fetch(imap_server.server(), "回答", how(imap_server))
    assert isinstance(next(run), Fetched)
    imap_server.delete(wire)
    time.sleep(1.1)
    imap_server.create(wire)
    imap_server.append(mail(7), wire)
    rest = list(run)
    assert any(isinstance(each, Renumbered) for each in rest)
    assert raws(rest)[-1] == mail(7)


def test_a_mail_that_vanishes_is_no_trouble(imap_server: Mailbox) -> None:
    """Somebody deletes a mail between our list and our asking for it: the others come."""
    imap_server.append_all([mail(1), mail(2), mail(3)])
    run = fetch(imap_server.server(), "INBOX", how(imap_server))
    found = [next(run)]
    with imap_server.client() as client:
        client.select("INBOX")
        client.uid("STORE", "2", "+FLAGS", r"(\Deleted)")
        client.expunge()
    found += list(run)
    assert raws(found)[0] == mail(1) and raws(found)[-1] == mail(3)
