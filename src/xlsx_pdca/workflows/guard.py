"""The wrong-recipient guard: finished mails are read again, as bytes, and compared with 名簿 and the ledger as they are now.

It shares nothing with what wrote the mails: addresses come from the head of the bytes, whose a workbook is from
the tickets inside it, read by the limited worker. One objection anywhere, and nothing of the run goes out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath

from xlsx_pdca.addressees import Addressee, address_faults, addressees_of
from xlsx_pdca.checks.identity import shown_tickets
from xlsx_pdca.contents import Contents, OldWorkbook, Uncovered
from xlsx_pdca.facts import Drafted, MailedBook
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.mailbox.finished import FinishedMail, read_finished
from xlsx_pdca.own_marks import cover_sheets
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.reading import listed
from xlsx_pdca.ticket import Ticket, find_short_codes, find_tickets
from xlsx_pdca.unit import Unit
from xlsx_pdca.worker import Crew
from xlsx_pdca.workflows.objections import Complaints, MailsRefused, Objection
from xlsx_pdca.workflows.opening import Opened
from xlsx_pdca.workflows.round import Round

PARSER = "xlsx_pdca.workflows.opening"
Parse = Callable[[Iterable[bytes]], Iterable[Opened]]
_HARMLESS = frozenset({RefusalCode.DOCUMENT, RefusalCode.NOT_A_WORKBOOK, RefusalCode.EMPTY})
"""What cannot hold a workbook of ours."""
_DEEPEST = 4
_HEADS = frozenset(
    [
        "from",
        "to",
        "cc",
        "subject",
        "date",
        "message-id",
        "x-unsent",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ]
)
"""Header lines a mail of ours has; any other could name somebody."""


@dataclass(frozen=True)
class Outgoing:
    """A finished mail that wants to go out."""

    drafted: Drafted
    """What it says it is."""
    data: bytes


@dataclass(frozen=True)
class Enclosed:
    """One attachment as the guard saw it."""

    name: str
    unit: str = ""
    """Of the ticket inside it; "" for 添付資料."""
    ticket: str = ""


@dataclass(frozen=True)
class Examined:
    """One mail as the guard saw it."""

    outgoing: Outgoing
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    objections: tuple[Objection, ...] = ()


def examine(
    mails: Sequence[Outgoing],
    round_: Round,
    ledger: Ledger,
    materials: Mapping[str, bytes],
    *,
    parse: Parse | None = None,
) -> tuple[Examined, ...]:
    """What each mail holds, with every objection; `round_` must have been opened just now, from the disk.

    `materials` are the files of 25_添付資料 by name. `parse` opens attachments; without it the worker does.
    """
    heads = [(mail, read_finished(mail.data)) for mail in mails]
    blobs = {
        sha256(data).digest(): data
        for _, read in heads
        if read is not None
        for _, data in read.attachments
    }
    if parse is None:
        with Crew[Opened](PARSER) as crew:
            return _examined(heads, blobs, round_, ledger, materials, crew.parse_all)
    return _examined(heads, blobs, round_, ledger, materials, parse)


def _examined(
    heads: Sequence[tuple[Outgoing, FinishedMail | None]],
    blobs: Mapping[bytes, bytes],
    round_: Round,
    ledger: Ledger,
    materials: Mapping[str, bytes],
    parse: Parse,
) -> tuple[Examined, ...]:
    opened = dict(zip(blobs, parse(blobs.values()), strict=True))
    guard = _Guard(round_, ledger, materials, opened, parse)
    shared = guard.shared_addresses({b.unit for mail, _ in heads for b in mail.drafted.books})
    seen = [guard.examined(mail, read) for mail, read in heads]
    if seen and shared:  # told once, with the first mail: it stands against the whole run
        seen[0] = replace(seen[0], objections=(*shared, *seen[0].objections))
    return tuple(seen)


def refuse(examined: Iterable[Examined]) -> None:
    """Stop with all objections, if there are any."""
    found = [objection for each in examined for objection in each.objections]
    if found:
        raise MailsRefused(found)


@dataclass(frozen=True)
class _Guard:
    round: Round
    ledger: Ledger
    materials: Mapping[str, bytes]
    opened: Mapping[bytes, Opened | Refusal]
    parse: Parse

    @cached_property
    def addressees(self) -> Mapping[str, Addressee]:
        """Unit → 送付先, by 名簿 as it is now."""
        reached = addressees_of(unit for unit in self.round.units if unit.to)
        return {unit.id: each for each in reached for unit in each.units}

    @cached_property
    def material_digests(self) -> frozenset[bytes]:
        return frozenset(sha256(data).digest() for data in self.materials.values())

    @cached_property
    def issued_digests(self) -> Mapping[str, str]:
        """Bytes of every workbook ever made for a unit → unit."""
        standings = self.ledger.standings.values()
        return {b.fact.sha256: b.fact.unit for s in standings for b in s.issues}

    def shared_addresses(self, mailed: Collection[str]) -> tuple[Objection, ...]:
        """What in 名簿 as it is now could carry a file to the wrong desk, whoever gets a mail today."""
        rows = [unit for unit in self.round.units if not unit.exempt or unit.id in mailed]
        book = self.round.folder.settings_book.name
        faults = address_faults(rows, book, self.round.settings.mail)
        return tuple(Objection(f"{f.file} {f.place}", f.found, f.remedy) for f in faults)

    def examined(self, mail: Outgoing, read: FinishedMail | None) -> Examined:
        say = Complaints(mail.drafted.file)
        if read is None:
            say.no(
                "メールとして読み取れません。",
                "このファイルを消して、send を実行し直してください。",
            )
            return Examined(mail, objections=tuple(say.found))
        self._head(mail, read, say)
        enclosed = self._attachments(mail, read, say)
        return Examined(mail, read.to, read.cc, enclosed, tuple(say.found))

    # -- who ---------------------------------------------------------------------------------

    def _head(self, mail: Outgoing, read: FinishedMail, say: Complaints) -> None:
        self._lines(mail, read, say)
        units = frozenset(book.unit for book in mail.drafted.books)
        reached = {self.addressees[u] for u in units if u in self.addressees}
        if len(reached) != 1 or not units <= next(iter(reached)).unit_ids:
            who = listed(self._name(unit) for unit in sorted(units))
            say.no(
                f"{who}は、名簿では1つの送付先になりません。",
                "名簿の「送付先メール」と「経由機関」を御確認のうえ、send を実行し直してください。",
            )
            return
        (addressee,) = reached
        for word, told, known in (("宛先", read.to, addressee.to), ("CC", read.cc, addressee.cc)):
            if sorted(map(str.casefold, told)) != sorted(map(str.casefold, known)):
                say.no(
                    f"{word}（{'; '.join(told) or 'なし'}）が、名簿の{addressee.body}の{word}（{'; '.join(known) or 'なし'}）と違います。",
                    "名簿を御確認のうえ、send を実行し直してください。",
                )
        for code in find_short_codes(f"{read.subject}\n{read.body}"):
            if code.split("-", 2)[2] not in units:
                say.no(
                    f"件名か本文に、別の相手の整理記号「{code}」があります。",
                    "文面（10_様式 の mail）に整理記号を書いていないか、御確認ください。",
                )

    def _lines(self, mail: Outgoing, read: FinishedMail, say: Complaints) -> None:
        odd = sorted(
            {head for head in read.heads if head not in _HEADS or read.heads.count(head) > 1}
        )
        if odd or read.others:
            say.no("このプログラムが作ったメールの形ではありません。", _MAKE_ANEW)
        if read.sender != (self.round.settings.mail,):
            say.no(
                f"差出人（{'; '.join(read.sender)}）が、「設定」の「メール」と違います。",
                _MAKE_ANEW,
            )
        if read.message_id != mail.drafted.mail:
            say.no("受付記録にあるメールと、番号（Message-ID）が違います。", _MAKE_ANEW)
        limit = self.round.settings.post.size_limit
        if len(mail.data) > limit:
            say.no(
                f"大きさが {len(mail.data) / 2**20:.1f}MB あり、上限の {limit / 2**20:.0f}MB を超えています。",
                "25_添付資料 のファイルを小さくするか、減らしてください（上限は「設定」の「メールの大きさの上限」）。",
            )

    # -- what --------------------------------------------------------------------------------

    def _attachments(
        self, mail: Outgoing, read: FinishedMail, say: Complaints
    ) -> tuple[Enclosed, ...]:
        wanted = {book.sha256: book for book in mail.drafted.books if book.sha256}
        met: set[str] = set()
        seen = []
        for name, data in read.attachments:
            digest = sha256(data).hexdigest()
            if digest in wanted and digest not in met:
                met.add(digest)
                seen.append(self._workbook(name, data, wanted[digest], say))
                continue
            if digest in self.issued_digests:
                owner = self._name(self.issued_digests[digest])
                say.no(f"{owner}あてに作成した様式です。", _MAKE_ANEW, name)
            elif sha256(data).digest() not in self.material_digests:
                say.no(
                    "この相手に作成した様式でも、25_添付資料 のファイルでもありません。",
                    "作成した後に書き換えられていないかを御確認のうえ、send を実行し直してください。",
                    name,
                )
            self._material(name, data, say)
            seen.append(Enclosed(name))
        for book in (book for digest, book in wanted.items() if digest not in met):
            say.no(
                f"{self._name(book.unit)}あての様式（{self._title(book.form)}）が付いていません。",
                _MAKE_ANEW,
            )
        return tuple(seen)

    def _workbook(self, name: str, data: bytes, book: MailedBook, say: Complaints) -> Enclosed:
        """A workbook the mail is about: its own tickets must say so, and the ledger that it is the one that is out."""
        opened = self.opened[sha256(data).digest()]
        tickets = self._tickets(opened)
        if not isinstance(opened, RawBook) or not tickets:
            say.no("中の整理番号を読み取れません。", _ISSUE_ANEW, name)
            return Enclosed(name)
        ticket = tickets[0]
        if len(set(tickets)) > 1:
            shown = listed(dict.fromkeys(t.text for t in tickets))
            say.no(f"中の整理番号が1つではありません（{shown}）。", _ISSUE_ANEW, name)
        if not all(t.is_genuine(self.round.key) for t in tickets):
            say.no(
                f"整理番号「{ticket.text}」は、この実施回のものではありません。", _ISSUE_ANEW, name
            )
        is_return = book.number > 0
        owners = {t.unit for t in tickets if not (is_return and t.is_common)}
        if not owners <= {book.unit}:
            say.no(f"中の整理番号は{self._name(ticket.unit)}のものです。", _ISSUE_ANEW, name)
        elif is_return:
            self._as_marked(name, opened, book, say)
        else:
            self._as_issued(name, book, ticket, say)
        return Enclosed(name, book.unit if owners <= {book.unit} else ticket.unit, ticket.text)

    def _as_issued(self, name: str, book: MailedBook, ticket: Ticket, say: Complaints) -> None:
        """The workbook that is out now, byte for byte, under its own name."""
        issued = self.ledger.standing(book.unit, book.form).issue
        if issued is None or ticket.text != issued.ticket or book.issue != issued.issue:
            whose = self._name(book.unit)
            say.no(f"{whose}の様式は、その後に作り直されています。", _MAKE_ANEW, name)
        elif book.sha256 != issued.sha256:
            say.no("作成したときから書き換えられています。", _ISSUE_ANEW, name)
        elif name != PurePosixPath(issued.file).name:
            known = PurePosixPath(issued.file).name
            say.no(f"ファイル名が「{known}」ではありません。", _MAKE_ANEW, name)

    def _as_marked(self, name: str, opened: RawBook, book: MailedBook, say: Complaints) -> None:
        """A copy of its newest return with marks, byte for byte as it was booked.

        Its first sheet names the unit: a return on a common form shows it nowhere else in a ticket.
        """
        standing = self.ledger.standing(book.unit, book.form)
        copies = {b.fact.sha256: b.fact for b in standing.marked if b.fact.number == book.number}
        if standing.submission is None or standing.submission.number != book.number:
            say.no(
                f"{self._name(book.unit)}からは、その後に新しい御回答が届いています。",
                _ASK_ANEW,
                name,
            )
        elif book.sha256 not in copies:
            say.no("この御回答に印を付けて記録したファイルではありません。", _ASK_ANEW, name)
        elif name != PurePosixPath(copies[book.sha256].file).name:
            known = PurePosixPath(copies[book.sha256].file).name
            say.no(f"ファイル名が「{known}」ではありません。", _ASK_ANEW, name)
        cells = (c.text for sheet in cover_sheets(opened) for c in sheet.cells.values())
        named = {code.split("-", 2)[2] for code in find_short_codes("\n".join(cells))}
        if others := listed(map(self._name, sorted(named - {book.unit}))):
            say.no(f"最初のシートに{others}の整理記号があります。", _ASK_ANEW, name)

    def _material(self, name: str, data: bytes, say: Complaints) -> None:
        """A file that goes to many: no ticket may be in it, and nobody's workbook."""
        opened = self.opened[sha256(data).digest()]
        named = (
            f"ファイルの名前に{self._name(unit.id)}の回答単位IDがあります。"
            for unit in self.round.units
            if re.search(rf"(?<![0-9A-Za-z]){re.escape(unit.id)}(?![0-9])", name)
        )
        for reason in dict.fromkeys((*named, *self._doubts(opened, data, _DEEPEST))):
            say.no(
                reason,
                "25_添付資料 には、すべての相手に送ってよいファイルだけを置いてください。",
                name,
            )

    def _doubts(self, opened: Opened | Refusal, data: bytes, depth: int) -> Iterator[str]:
        if tickets := self._tickets(opened):
            yield f"中に{self._name(tickets[0].unit)}の整理番号（{tickets[0].text}）があります。"
        elif sha256(data).hexdigest() in self.issued_digests:
            yield f"{self._name(self.issued_digests[sha256(data).hexdigest()])}あてに作成した様式です。"
        elif isinstance(opened, Contents):
            yield from self._inside(opened, depth)
        elif isinstance(opened, Refusal) and opened.code not in _HARMLESS:
            yield "中を確かめられません（パスワード付き、壊れている、など）。"
        elif isinstance(opened, Uncovered):
            yield "パスワード付きです。"

    def _inside(self, contents: Contents, depth: int) -> Iterator[str]:
        """A zip or a mail: what stands in it is looked at too."""
        if depth == 0 or any(part.refusal is not None for part in contents.parts):
            yield "中を確かめられません（パスワード付き、壊れている、など）。"
            return
        blobs = [part.data for part in contents.parts if part.data]
        for data, opened in zip(blobs, tuple(self.parse(blobs)), strict=True):
            yield from self._doubts(opened, data, depth - 1)

    def _tickets(self, opened: Opened | Refusal) -> tuple[Ticket, ...]:
        """Every ticket a workbook shows: cells of all sheets, properties, and what is printed around the page."""
        book = opened.book if isinstance(opened, OldWorkbook) else opened
        if not isinstance(book, RawBook):
            return ()
        around = " ".join(
            text
            for sheet in book.sheets
            for text in (*sheet.page_texts, *sheet.drawing_texts, *(c[2] for c in sheet.comments))
        )
        return (*(ticket for _, ticket in shown_tickets(book)), *find_tickets(around))

    def _name(self, unit_id: str) -> str:
        unit = self.round.unit(unit_id)
        return f"「{unit.name}」（{unit_id}）" if isinstance(unit, Unit) else f"「{unit_id}」"

    def _title(self, form: str) -> str:
        return self.round.titles.get(form, form)


_MAKE_ANEW = "このファイルを消して、send を実行し直してください。"
_ASK_ANEW = "確認事項を見直し、確認のお願いを作り直してください。"
_ISSUE_ANEW = "20_送付用 のファイルを消して issue を実行し、send を実行し直してください。"
