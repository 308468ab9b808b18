"""`receive --imap` against a real IMAP server: what is the round's is taken in, once; the mailbox stays as it was."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import openpyxl
import pytest

from certificates import HOST, PASSWORD
from cut_wire import Cut
from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, codes
from mail_desk import roster, written
from mail_files import entity, multipart, text_part
from xlsx_pdca.cli.program import run
from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.facts import Outcome
from xlsx_pdca.mailbox.connecting import ConnectionBroken
from xlsx_pdca.mailbox.imap import Fetching
from xlsx_pdca.workflows.fetching import FromInbox, Inbox, Run, first_day, receive_from

if TYPE_CHECKING:
    from imap_peer import Mailbox

pytestmark = pytest.mark.untraced
LATER = NOW + timedelta(days=14)
SINCE = date(2020, 1, 1)
BOOK = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KNOWN = {MAEBASHI: "koho@maebashi.example", TAKASAKI: "kaigo@takasaki.example"}
STRANGER = "new-officer@kiryu.example"


def letter(
    sender: str, subject: str, text: str = "お世話になっております。", **more: str
) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "pref@example.jp", subject
    message["Date"] = "Tue, 15 Sep 2026 08:00:00 +0900"
    message["Message-ID"] = more.pop(
        "id", f"<{crc32((sender + subject + text).encode())}@example.jp>"
    )
    for name, value in more.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def with_books(message: EmailMessage, *books: tuple[str, bytes]) -> bytes:
    for name, data in books:
        message.add_attachment(data, maintype="application", subtype=BOOK, filename=name)
    return message.as_bytes()


def inbox(box: Mailbox, port: int = 0) -> Inbox:
    certificate = box.dovecot.certificate
    assert certificate is not None
    server = box.server(port=port) if port else box.server(Security.TLS)
    how = Fetching(context=certificate.trusting(), sleep=lambda _: None, seconds=10)
    return Inbox(server, "INBOX", how)


def take_in(desk: Desk, box: Mailbox, port: int = 0, **how: bool) -> FromInbox:
    run = Run(LATER, BY, **how)  # type: ignore[arg-type]
    return receive_from(Desk.at(desk.root).round, inbox(box, port), SINCE, run)


def outcomes(found: FromInbox) -> list[tuple[str, str]]:
    return [(line.arrived.unit, line.arrived.outcome.name) for line in found.received.lines]


def sender_of(desk: Desk, unit: str) -> str:
    known = desk.round.unit(unit)
    assert known is not None
    return known.to[0]


# -- what is taken in ---------------------------------------------------------------------


def test_a_return_is_taken_in_once(desk: Desk, imap_server: Mailbox) -> None:
    """A mail of a known sender becomes a submission; the second run fetches nothing, and no flag is set."""
    imap_server.append(
        with_books(letter(sender_of(desk, MAEBASHI), "回答"), ("回答.xlsx", desk.filled()))
    )
    before = imap_server.flags()
    assert outcomes(take_in(desk, imap_server)) == [(MAEBASHI, "SUBMISSION"), ("", "OPENED")]
    assert desk.standing().submission is not None and desk.waiting == []
    booked = len(desk.ledger.arrivals)
    again = take_in(desk, imap_server)
    assert again.received.lines == () and again.known == () and again.others == ()
    assert len(desk.ledger.arrivals) == booked and imap_server.flags() == before


def test_a_dry_run_writes_nothing(desk: Desk, imap_server: Mailbox) -> None:
    """It says what would become of each mail, and neither books nor archives."""
    imap_server.append(with_books(letter("x@example.jp", "回答"), ("回答.xlsx", desk.filled())))
    before = {
        p: p.read_bytes()
        for p in desk.round.folder.system.rglob("*")
        if p.is_file() and "cache" not in p.name
    }
    assert (MAEBASHI, "SUBMISSION") in outcomes(take_in(desk, imap_server, dry_run=True))
    assert before == {p: p.read_bytes() for p in before} and desk.standing().submission is None
    assert not any(desk.round.folder.originals.rglob("*.eml"))


def test_marks_are_set_after_booking_only_when_asked_for(desk: Desk, imap_server: Mailbox) -> None:
    """--mark-seen marks what was taken in; what is left on the server stays as it was."""
    imap_server.append_all([
        with_books(letter("x@example.jp", "回答"), ("回答.xlsx", desk.filled())),
        letter("news@example.com", "今週のお知らせ").as_bytes(),
    ])  # fmt: skip
    found = take_in(desk, imap_server, mark_seen=True)
    assert found.marked == 1 and len(found.others) == 1
    assert imap_server.flags() == {1: frozenset({"\\Seen"}), 2: frozenset()}


def test_what_is_not_of_the_round_is_left_and_named(desk: Desk, imap_server: Mailbox) -> None:
    """Newsletters, strangers' papers and our own mails are counted, archived nowhere, and taken in once 名簿 knows them."""
    own = desk.round.settings.mail
    paper = letter("hospital@example.com", "研修の御案内")
    paper.add_attachment(b"%PDF-1.4 x", maintype="application", subtype="pdf", filename="案内.pdf")
    imap_server.append_all([
        letter("news@example.com", "メールマガジン 第12号").as_bytes(),
        paper.as_bytes(),
        with_books(letter(own, "【10/15〆】事前課題［R0801-J-102016-1］"), ("事前課題.xlsx", desk.untouched())),
    ])  # fmt: skip
    found = take_in(desk, imap_server)
    assert [(each.sender, each.files) for each in found.others] == [
        ("news@example.com", 0), ("hospital@example.com", 1), (own, 1)
    ]  # fmt: skip
    assert found.received.lines == () and desk.ledger.arrivals == ()
    roster(desk, u102024_1={"送付先メール": "hospital@example.com"})
    again = take_in(desk, imap_server)
    assert [each.sender for each in again.others] == ["news@example.com", own]
    assert {line.arrived.outcome for line in again.received.lines} == {Outcome.HELD, Outcome.OPENED}


def test_strangers_and_other_units_are_findings(desk: Desk, imap_server: Mailbox) -> None:
    """A proved return of an unknown sender is taken in and told; that of another unit's sender waits for a person."""
    imap_server.append_all([
        with_books(letter(STRANGER, "回答"), ("a.xlsx", desk.filled(KIRYU))),
        with_books(letter(sender_of(desk, TAKASAKI), "回答"), ("b.xlsx", desk.filled())),
    ])  # fmt: skip
    lines = {each.arrived.unit: each.arrived for each in take_in(desk, imap_server).received.lines}
    assert lines[KIRYU].outcome is Outcome.SUBMISSION and "IDN15" in codes(lines[KIRYU])
    held = [f for f in lines.values() if "IDN14" in codes(f)]
    assert [f.outcome for f in held] == [Outcome.HELD]


# -- letters without a file ---------------------------------------------------------------


def sent_mail(desk: Desk, unit: str = MAEBASHI) -> tuple[str, str, bytes]:
    """(Message-ID, address, bytes) of a mail of ours to a unit."""
    drafts, _ = written(desk, unit)
    (draft,) = [d for d in drafts.drafts if d.drafted.books[0].unit == unit]
    return draft.drafted.mail, draft.drafted.to[0], (desk.root / draft.drafted.file).read_bytes()


def bounced(address: str, original: bytes, action: str = "failed") -> bytes:
    """A report as a mail server writes it (RFC 3464), with the whole mail it gives back."""
    status = f"Reporting-MTA: dns; mx.example.jp\r\n\r\nOriginal-Recipient: rfc822; {address}\r\nFinal-Recipient: rfc822;{address}\r\nAction: {action}\r\nStatus: 5.1.1\r\n"
    head = [
        ("From", "MAILER-DAEMON@mx.example.jp (Mail Delivery System)"),
        ("To", "pref@example.jp"),
        ("Date", "Tue, 15 Sep 2026 08:00:00 +0900"),
        ("Message-ID", "<b1@mx.example.jp>"),
        ("Subject", "Undelivered Mail Returned to Sender"),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
    ]
    parts = [
        text_part("This is the mail system."),
        entity([("Content-Type", "message/delivery-status")], status.encode()),
        entity([("Content-Type", "message/rfc822")], original),
    ]
    return multipart(parts, "report; report-type=delivery-status", "bb", head)


def test_a_mail_that_came_back_names_the_address(unsent_desk: Desk, imap_server: Mailbox) -> None:
    """必ず確認: whose mail it was and which address failed; what was given back is nobody's answer."""
    _, address, original = sent_mail(unsent_desk)
    imap_server.append(bounced(address, original))
    lines = take_in(unsent_desk, imap_server).received.lines
    (held,) = [line.arrived for line in lines if line.arrived.outcome is Outcome.HELD]
    assert codes(held) == ["MAI31"] and (held.unit, held.form) == (MAEBASHI, "jizen")
    assert address in held.findings[0].sentence() and "前橋市" in held.findings[0].sentence()
    others = {line.arrived.outcome for line in lines if line.arrived is not held}
    assert others == {Outcome.PASSED} and unsent_desk.standing().submission is None


def test_a_delay_is_no_failure(unsent_desk: Desk, imap_server: Mailbox) -> None:
    """The control: a report that delivery is late is shown and does not wait."""
    _, address, original = sent_mail(unsent_desk)
    imap_server.append(bounced(address, original, action="delayed"))
    top = take_in(unsent_desk, imap_server).received.lines[-1].arrived
    assert top.outcome is not Outcome.HELD and "MAI31" not in codes(top)


def test_a_report_without_structure_is_known_by_sender_and_address(
    unsent_desk: Desk, imap_server: Mailbox
) -> None:
    """Old servers write words only: the address in them is one of 名簿."""
    _, address, _ = sent_mail(unsent_desk)
    text = (
        f"Hi. This is the qmail-send program.\n<{address}>:\nSorry, no mailbox here by that name."
    )
    imap_server.append_all([
        letter("mailer-daemon@mx.example.jp", "failure notice", text).as_bytes(),
        letter("mailer-daemon@mx.example.jp", "failure notice", "<who@elsewhere.example>: no").as_bytes(),
    ])  # fmt: skip
    found = take_in(unsent_desk, imap_server)
    (held,) = [line.arrived for line in found.received.lines]
    assert codes(held) == ["MAI31"] and held.unit == MAEBASHI and len(found.others) == 1


def test_an_answer_of_a_machine_is_shown_and_does_not_wait(
    unsent_desk: Desk, imap_server: Mailbox
) -> None:
    """Out of office, known by its head: the unit is named, nothing is held, and no reminder is spared for it."""
    mail, address, _ = sent_mail(unsent_desk)
    reply = letter(
        address, "自動応答", "9月末まで不在です。", In_Reply_To=mail, Auto_Submitted="auto-replied"
    )
    imap_server.append(reply.as_bytes())
    (line,) = take_in(unsent_desk, imap_server).received.lines
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.OPENED, ["MAI33"])
    assert line.arrived.unit == MAEBASHI and not line.needs_person
    assert unsent_desk.ledger.held == ()


def test_a_reply_is_known_by_what_it_refers_to(unsent_desk: Desk, imap_server: Mailbox) -> None:
    """Whoever changed the subject and writes from elsewhere still answers our mail: unit and form are named."""
    mail, _, _ = sent_mail(unsent_desk)
    reply = letter("tantou@elsewhere.example", "おたずね", References=f"<a@b> {mail}")
    imap_server.append(reply.as_bytes())
    (line,) = take_in(unsent_desk, imap_server).received.lines
    assert (line.arrived.unit, line.arrived.form) == (MAEBASHI, "jizen")
    assert codes(line.arrived) == ["MAI01", "MAI30"] and line.needs_person


@pytest.fixture
def unsent_desk(desk: Desk) -> Desk:
    from mail_desk import unsent

    return Desk.at(unsent(desk).root)


# -- the line, and the numbers of the server ----------------------------------------------


def state(desk: Desk) -> list[tuple[object, ...]]:
    """All that counts of what came, without the moments."""
    return sorted(
        (f.sha256, f.name, f.outcome.name, f.unit, f.mail, tuple(codes(f)))
        for f in (b.fact for b in Desk.at(desk.root).ledger.arrivals)
    )


def test_a_lost_line_loses_nothing(desk: Desk, tmp_path: Path, imap_server: Mailbox) -> None:
    """What came before the line broke is booked; the next run brings the rest; the end is that of an undisturbed run."""
    mails = [
        with_books(letter(f"{n}@example.jp", f"回答 {n}"), (f"{n}.xlsx", desk.filled(unit)))
        for n, unit in enumerate((MAEBASHI, TAKASAKI, KIRYU))
    ]
    imap_server.append_all(mails)
    whole = Desk.at(Path(shutil.copytree(desk.root, tmp_path / "whole")))
    take_in(whole, imap_server)
    cuts = ((None, len(mails[0]) + 12_000), *[(None, 60)] * 20)
    with Cut(imap_server.dovecot.tls_port, *cuts) as wire:
        first = take_in(desk, imap_server, wire.port)
    assert isinstance(first.broken, ConnectionBroken) and 0 < len(state(desk)) < len(state(whole))
    assert take_in(desk, imap_server).broken is None
    assert state(desk) == state(whole)


def test_mails_counted_anew_are_known_by_their_bytes(desk: Desk, imap_server: Mailbox) -> None:
    """A folder made anew: everything is looked at, what came before is booked as known, what is new is taken in."""
    first = with_books(letter("x@example.jp", "回答"), ("a.xlsx", desk.filled()))
    second = with_books(letter("y@example.jp", "回答"), ("b.xlsx", desk.filled(TAKASAKI)))
    imap_server.create("box")
    imap_server.append(first, "box")
    place = replace(inbox(imap_server), folder="box")

    def run() -> FromInbox:
        return receive_from(Desk.at(desk.root).round, place, SINCE, Run(LATER, BY))

    run()
    imap_server.delete("box")
    time.sleep(1.1)  # dovecot counts by the second in which a folder is made
    imap_server.create("box")
    imap_server.append(first, "box")
    imap_server.append(second, "box")
    found = run()
    assert found.renumbered and len(found.known) == 1
    assert (TAKASAKI, "SUBMISSION") in outcomes(found)
    last = run()
    assert last.known == () and last.received.lines == ()


def test_the_first_day_is_the_one_before_the_round_went_out(desk: Desk) -> None:
    """Unless another is named."""
    assert first_day(desk.round) == desk.round.settings.issued_on - timedelta(days=1)


# -- on the screen ------------------------------------------------------------------------


def named_in_settings(desk: Desk, box: Mailbox, port: int = 0) -> None:
    """The server in 管理簿, as an officer writes it."""
    book = openpyxl.load_workbook(desk.round.folder.settings_book)
    values = {
        "IMAPサーバー": f"{HOST}:{port or box.dovecot.tls_port}",
        "IMAPの暗号化": "TLS",
        "IMAPの利用者名": box.user,
    }
    for row in book["設定"].iter_rows():
        for cell, beside in itertools.pairwise(row):
            if cell.value in values:
                beside.value = values[str(cell.value)]
    book.save(desk.round.folder.settings_book)


@pytest.fixture
def typed(
    desk: Desk,
    imap_server: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """`receive …` as it is typed: exit code, stdout, stderr."""
    named_in_settings(desk, imap_server)
    certificate = imap_server.dovecot.certificate
    assert certificate is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.ca_file))
    monkeypatch.setenv("PDCA_IMAP_PASSWORD", PASSWORD)
    monkeypatch.setenv("PDCA_NOW", LATER.isoformat())
    monkeypatch.setattr("xlsx_pdca.mailbox.imap._PAUSE", 0.0)

    def run_it(*words: str) -> tuple[int, str, str]:
        code = run(["receive", *words, "--round", str(desk.root)])
        return (code, *capsys.readouterr())

    return run_it


def test_the_screen_says_what_was_looked_at(
    typed: Callable[..., tuple[int, str, str]], imap_server: Mailbox
) -> None:
    """Where and since when; how many were left; the list on demand; 0 when nothing needs a person."""
    imap_server.append(
        letter("news@example.com", "メールマガジン").as_bytes(), day=LATER.timestamp()
    )
    code, shown, said = typed("--imap")
    assert code == 0 and shown == "" and "発出日の前日から" in said
    assert (
        "関わりの見当たらないメール 1通は、取り込まず" in said
        and "新しく取り込むメールはありません" in said
    )
    code, shown, _ = typed("--imap", "--list-others")
    assert "news@example.com　メールマガジン　添付 0件" in shown
    assert typed("--imap", "--since", "2090/1/1")[2].count("見当たらない") == 0


def test_exit_codes(
    typed: Callable[..., tuple[int, str, str]],
    desk: Desk,
    imap_server: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """1 when somebody must look or the line broke, 2 for words that do not go together, 3 when no server can be used."""
    mails = [
        with_books(letter(f"{n}@example.jp", "回答"), ("a.xlsx", desk.filled(unit)))
        for n, unit in enumerate((MAEBASHI, TAKASAKI))
    ]
    for raw in mails:
        imap_server.append(raw, day=LATER.timestamp())
    with Cut(
        imap_server.dovecot.tls_port, (None, len(mails[0]) + 12_000), *[(None, 60)] * 20
    ) as wire:
        named_in_settings(desk, imap_server, wire.port)
        code, shown, said = typed("--imap")
    assert code == 1 and "通信が途切れました" in said and "もう一度実行すると取り込みます" in said
    assert shown.count("提出として受付") == 1
    named_in_settings(desk, imap_server)
    assert typed("--imap")[0] == 0
    imap_server.append(
        letter("x@example.jp", "Re: ［R0801-J-102016-1］").as_bytes(), day=LATER.timestamp()
    )
    assert typed("--imap")[0] == 1
    assert typed("--since", "2026/9/1")[0] == 2 and typed("--imap", "--since", "いつか")[0] == 2
    monkeypatch.setenv("PDCA_IMAP_PASSWORD", "wrong")
    code, _, said = typed("--imap")
    assert code == 3 and "ログインできませんでした" in said
