"""The round by mail over real servers: 35 go out, the answers come back in many ways, and only those who are missing are asked once more."""

from __future__ import annotations

import email
import email.policy
import io
import itertools
import zipfile
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from certificates import HOST, PASSWORD
from issued_round import GOOD, _filled
from mail_files import file_part, multipart, text_part, word
from played_round import IssuedCopy, PlayedRound
from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.facts import Outcome
from xlsx_pdca.ledger import must_check
from xlsx_pdca.mailings import mailings
from xlsx_pdca.points import PointState, points_now
from xlsx_pdca.workflows.round import Round, open_round_at

if TYPE_CHECKING:
    from imap_peer import Mailbox
    from libreoffice import LibreOffice
    from smtp_peer import SmtpPeer

pytestmark = [pytest.mark.untraced, pytest.mark.timeout(300)]
ELSEWHERE = "hokenjo@branch.example"
SAID = ("strengths", "", "")


class Story:
    """The officer's round, and what the municipalities have: the mails their server was given."""

    def __init__(self, played: PlayedRound, peer: SmtpPeer, box: Mailbox) -> None:
        self.played, self.peer, self.box = played, peer, box
        self.copies: dict[str, IssuedCopy] = {}

    @property
    def round(self) -> Round:
        return open_round_at(self.played.folder, holder="見本")

    def settings(self) -> None:
        """Both servers in 管理簿."""
        values = {
            "SMTPサーバー": f"{HOST}:{self.peer.port}", "SMTPの暗号化": "なし", "1分当たりの通数": "600",
            "IMAPサーバー": f"{HOST}:{self.box.dovecot.tls_port}", "IMAPの暗号化": "TLS",
            "IMAPの利用者名": self.box.user,
        }  # fmt: skip
        book = openpyxl.load_workbook(self.played.folder.settings_book)
        for row in book["設定"].iter_rows():
            for cell, beside in itertools.pairwise(row):
                if cell.value in values:
                    beside.value = values[str(cell.value)]
        book.save(self.played.folder.settings_book)

    def books(self) -> dict[str, tuple[str, str, bytes]]:
        """Unit → (address, subject, workbook), out of what the server of the addressees received."""
        by_file = {copy.path.read_bytes(): copy for copy in self.played.issued("jizen")}
        found = {}
        for mail in self.peer.received:
            message = email.message_from_bytes(mail.raw, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            (book,) = (
                p for p in message.iter_attachments() if (p.get_filename() or "").endswith(".xlsx")
            )
            data = book.get_content()
            copy = by_file[data]
            self.copies[copy.unit] = copy
            found[copy.unit] = (str(message["to"]), str(message["subject"]), data)
        return found

    def answer(self, unit: str, data: bytes) -> bytes:
        """The workbook filled in; what is said differs by unit."""
        said = {**GOOD, SAID: f"強み {unit}"}
        places = {a.address: self.copies[unit].place(a) for a in self.copies[unit].plan.answers}
        return _filled(data, tuple((*places[a], text) for a, text in said.items()))


def head(sender: str, subject: str, **more: str) -> list[tuple[str, str | bytes]]:
    return [
        ("From", sender), ("To", "pref@example.jp"), ("Date", "Tue, 6 Oct 2026 09:05:00 +0900"),
        ("Message-ID", f"<{len(subject)}.{sender}>"), ("Subject", word(subject)), ("MIME-Version", "1.0"),
        *((name.replace("_", "-"), value) for name, value in more.items()),
    ]  # fmt: skip


def mailed(sender: str, subject: str, *files: tuple[str, bytes], charset: str = "UTF-8") -> bytes:
    """A mail with attachments, their names written as older programs write them."""
    parts = [text_part("お世話になっております。回答を送ります。")]
    for name, data in files:
        shown = word(name, charset)
        disposition = f'attachment; filename="{shown}"'
        parts.append(file_part(data, ("Content-Disposition", disposition)))
    return multipart(parts, head=head(sender, subject))


def zipped(files: Sequence[tuple[str, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files:
            package.writestr(zipfile.ZipInfo(name, (2026, 10, 6, 8, 0, 0)), data)
    return buffer.getvalue()


def bounce(address: str, original: bytes) -> bytes:
    """What a mail server writes when nobody has that address."""
    status = f"Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; {address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    parts = [
        text_part("I'm sorry to have to inform you"),
        b"Content-Type: message/delivery-status\r\n\r\n" + status.encode(),
        b"Content-Type: message/rfc822\r\n\r\n" + original,
    ]
    return multipart(parts, "report; report-type=delivery-status", "=bounce=", head("MAILER-DAEMON@mx.example.jp", "Undelivered Mail"))  # fmt: skip


@pytest.fixture
def story(
    tmp_path: Path,
    imap_server: Mailbox,
    smtp_servers: Callable[..., SmtpPeer],
    monkeypatch: pytest.MonkeyPatch,
) -> Story:
    certificate = imap_server.dovecot.certificate
    assert certificate is not None
    for name, text in {
        "SSL_CERT_FILE": str(certificate.ca_file), "PDCA_IMAP_PASSWORD": PASSWORD,
        "PDCA_NOW": "2026-09-01T09:00:00+09:00", "PDCA_USER": "見本",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, text)
    played = PlayedRound.of_gunma(tmp_path / "令和8年度_第1回", "jizen")
    told = Story(played, smtp_servers(security=Security.NONE, password=""), imap_server)
    told.settings()
    return told


def test_a_round_by_mail(story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """35 sent; 40 mails come; each answer is its sender's, each reminder goes to one who is missing, the summary says what was typed."""
    played = story.played
    played.played("issue")
    played.played("send")
    played.played("send", "--smtp")
    story.peer.settle()
    books = story.books()
    assert len(story.peer.received) == len(books) == 35
    units = sorted(books)
    answered, (wrote, bounced, absent, silent) = units[:31], units[31:]

    def file(unit: str) -> tuple[str, bytes]:
        return f"{unit}_回答.xlsx", story.answer(unit, books[unit][2])

    codes = ("UTF-8", "ISO-2022-JP", "Shift_JIS")
    mails = [
        mailed(books[u][0], f"Re: {books[u][1]}", file(u), charset=codes[n % 3])
        for n, u in enumerate(units[:20])
    ]
    mails += [mailed(ELSEWHERE, "Fwd: 管内6市町村分", *map(file, units[20:26]))]
    mails += [
        mailed(books[u][0], "回答（圧縮）", ("回答.zip", zipped([file(u)]))) for u in units[26:28]
    ]
    mails += [mailed(ELSEWHERE, "2町村分をまとめて", *map(file, units[28:30]))]
    mails += [mailed("new-officer@town.example", "回答", file(units[30]))]
    original = {m.recipients[0]: m.raw for m in story.peer.received}
    mails += [
        multipart([text_part("担当が替わりました。")], head=head("new@elsewhere.example", f"Re: {books[wrote][1]}")),
        bounce(books[bounced][0], original[books[bounced][0]]),
        multipart([text_part("不在です。")], head=head(books[absent][0], "自動応答", Auto_Submitted="auto-replied")),
    ]  # fmt: skip
    mails += [
        multipart([text_part(f"今月のお知らせ {n}")], head=head(f"news{n}@shop.example", f"メールマガジン {n}"))
        for n in range(12)
    ]  # fmt: skip
    assert len(mails) == 40
    story.box.append_all(mails)
    flags = story.box.flags()

    monkeypatch.setenv("PDCA_NOW", "2026-10-20T09:00:00+09:00")
    assert played.play("receive", "--imap", "--since", "2020/1/1") == 1
    ledger = story.round.ledger()
    taken = [b.fact for b in ledger.arrivals if b.fact.submission]
    assert sorted(f.submission.unit for f in taken) == answered
    held = {b.fact.unit: [f.code for f in b.fact.findings] for b in ledger.held}
    assert held == {wrote: ["MAI01", "MAI20"], bounced: ["MAI31"]}
    assert (
        sum(b.fact.outcome is Outcome.OPENED for b in ledger.arrivals) == 20 + 1 + 2 * 2 + 1 + 1 + 1
    )
    assert story.box.flags() == flags
    assert played.play("receive", "--imap", "--since", "2020/1/1") == 0
    assert story.round.ledger().last_event == ledger.last_event

    played.played("remind")
    asked = {
        m.fact.addressee for m in mailings(story.round.ledger()) if m.fact.occasion == "reminder"
    }
    assert asked == {absent, silent}
    played.played("send", "--smtp")
    story.peer.settle()
    assert [set(m.recipients) for m in story.peer.received[35:]] == [
        {books[u][0]} for u in sorted((absent, silent))
    ]

    rows = played.merged(tmp_path / "csv")
    said = {r["unit"]: r["raw"] for r in rows if r["field_id"] == SAID[0] and r["raw"]}
    assert said == {unit: f"強み {unit}" for unit in answered}


POPULATION = ("population", "", "")
MENDED = "326,918"


def by_openpyxl(data: bytes, place: tuple[str, str], text: str) -> bytes:
    """The copy with one answer put right and a word in 御回答欄, saved by openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    cell = book[place[0]][place[1]]
    cell.value, cell.data_type = text, "s"
    cover = book.worksheets[0]
    row = next(c.row for c in cover["A"] if c.value == "1")
    cover.cell(row, 5).value = "直しました"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.soffice
def test_two_are_asked_again_and_come_back(
    story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, soffice: LibreOffice
) -> None:
    """Two doubtful returns are asked about, put right in the marked copies by LibreOffice and openpyxl, mailed back, and nothing is left to ask."""
    played = story.played
    played.played("issue")
    played.played("send", "102016-1", "102024-1", "102032-1")
    played.played("send", "--smtp")
    story.peer.settle()
    books = story.books()
    assert sorted(books) == ["102016-1", "102024-1", "102032-1"]
    *doubted, fine = sorted(books)
    places = {
        unit: next(copy.place(a) for a in copy.plan.answers if a.address == POPULATION)
        for unit, copy in story.copies.items()
    }
    for unit in books:
        data = story.answer(unit, books[unit][2])
        if unit in doubted:
            data = _filled(data, ((*places[unit], "三万人ぐらい"),))
        story.box.append_all(
            [mailed(books[unit][0], f"Re: {books[unit][1]}", (f"{unit}.xlsx", data))]
        )
    monkeypatch.setenv("PDCA_NOW", "2026-10-20T09:00:00+09:00")
    assert played.play("receive", "--imap", "--since", "2020/1/1") == 1

    played.played("ask")
    played.played("send", "--smtp")
    story.peer.settle()
    letters = story.peer.received[3:]
    assert sorted(m.recipients for m in letters) == sorted((books[u][0],) for u in doubted)
    ledger = story.round.ledger()
    assert {u for u in books if ledger.standing(u, "jizen").is_asked} == set(doubted)
    for number, unit in enumerate(doubted):
        (raw,) = (m.raw for m in letters if m.recipients == (books[unit][0],))
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        (copy,) = message.iter_attachments()
        path = tmp_path / str(copy.get_filename())
        path.write_bytes(copy.get_content())
        if number:
            path.write_bytes(by_openpyxl(path.read_bytes(), places[unit], MENDED))
        else:
            steps = [["write", *places[unit], MENDED]]
            soffice.run("change", {"path": str(path), "steps": steps, "save_as": str(path)})
        back = mailed(books[unit][0], f"Re: {message['subject']}", (path.name, path.read_bytes()))
        story.box.append_all([back])

    monkeypatch.setenv("PDCA_NOW", "2026-10-22T09:00:00+09:00")
    played.played("receive", "--imap", "--since", "2020/1/1")
    ledger = story.round.ledger()
    for unit in doubted:
        told = ledger.standing(unit, "jizen").submission
        assert told is not None and told.number == 2
        assert not must_check(told)
        states = [point.state for point in points_now(ledger.standing(unit, "jizen"))]
        assert states == [PointState.SOLVED]
    assert played.play("ask") == 0
    assert len([m for m in mailings(story.round.ledger()) if m.fact.occasion == "question"]) == 2
    rows = played.merged(tmp_path / "csv")
    said = {r["unit"]: r["raw"] for r in rows if r["field_id"] == POPULATION[0] and r["raw"]}
    assert said == dict.fromkeys((*doubted, fine), MENDED)
