"""下書きメール: one .eml for each 送付先, examined as finished bytes before any of them is written, and the same again when nothing has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.addressees import Addressee
from xlsx_pdca.facts import Drafted, MailedBook, MarkedCopy, booking
from xlsx_pdca.ledger import Key, Ledger, fold
from xlsx_pdca.letters import Enclosure, Mail, MailTexts, Occasion
from xlsx_pdca.mailbox.compose import composed
from xlsx_pdca.mailings import Mailing, mailings
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.store.system import (
    SYSTEM,
    Calls,
    check_path_length,
    make_folders,
    remove_files,
    replace_file,
    sync_directory,
    write_atomically,
)
from xlsx_pdca.workflows.asked_copies import copies_in, keep, lay_out, with_questions
from xlsx_pdca.workflows.collect import is_ordinary
from xlsx_pdca.workflows.guard import Examined, Outgoing, Parse, examine, refuse
from xlsx_pdca.workflows.patience import Patience
from xlsx_pdca.workflows.round import Round, open_round_at
from xlsx_pdca.workflows.stale import is_stale
from xlsx_pdca.workflows.wording import Task, mail_texts_of, worded

FILE_WORDS: Mapping[Occasion, str] = {
    Occasion.REQUEST: "依頼",
    Occasion.REPLACEMENT: "差替え",
    Occasion.REMINDER: "再送",
    Occasion.QUESTION: "確認",
    Occasion.RECEIPT: "受領",
}
SENT_FOLDER = "送信済"
"""Below 30_下書きメール: drafts that have gone out."""


@dataclass(frozen=True)
class ToWrite:
    """One mail that ought to be written."""

    occasion: Occasion
    addressee: Addressee
    tasks: tuple[Task, ...]
    books: tuple[MailedBook, ...]
    enclosures: tuple[Enclosure, ...] = ()
    """The units' own files; 添付資料 come behind them."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Fields of the text that only this occasion knows."""
    with_materials: bool = True
    questions: tuple[MarkedCopy, ...] = ()
    """What the mail asks, with the copies that go along; under which mail, is filled in here."""

    @property
    def keys(self) -> frozenset[Key]:
        return frozenset((book.unit, book.form) for book in self.books)


class Step(StrEnum):
    """What became of a draft."""

    NEW = "新規"
    KEPT = "変更なし"
    RESTORED = "復元"
    EDITED = "手直しあり"
    """Somebody changed the file since; it is left as it is."""
    AWAY = "送信済にあり"
    """Somebody put the file into 送信済, as after sending it: it is not laid out a second time."""


@dataclass(frozen=True)
class Draft:
    drafted: Drafted
    at: datetime
    data: bytes
    step: Step
    name: str
    """Of the addressee."""
    questions: tuple[MarkedCopy, ...] = ()
    """What it asks; their files are among `enclosures`."""
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True)
class Drafts:
    """What a run wrote, or would write."""

    drafts: tuple[Draft, ...] = ()
    removed: tuple[str, ...] = ()
    """Drafts that say what no longer holds, byte for byte ours."""
    left: tuple[str, ...] = ()
    """Such drafts that somebody changed: they stay, and should not be sent."""
    examined: tuple[Examined, ...] = ()

    def of(self, step: Step) -> tuple[Draft, ...]:
        return tuple(draft for draft in self.drafts if draft.step is step)


Choose = Callable[[Ledger, Sequence[Mailing]], Sequence[ToWrite]]


@dataclass(frozen=True)
class Writer:
    """Who writes, when, and with what chance."""

    now: datetime
    by: str
    token: Callable[[], str]
    """A fresh random word for each Message-ID."""
    calls: Calls = SYSTEM
    parse: Parse | None = None
    """Opens attachments for the guard; without it workers are started and ended."""


def write_drafts(
    round_: Round,
    choose: Choose,
    writer: Writer,
    *,
    dropped: Callable[[Sequence[Mailing]], Collection[tuple[str, frozenset[Key]]]] = lambda _: (),
    dry_run: bool = False,
) -> Drafts:
    """Write and book the mails that `choose` wants; nothing at all where the guard objects to one of them.

    `dropped` names by occasion and keys the open drafts nobody wants any more, though what they say still holds.

    Repeating it changes nothing. A draft that says what no longer holds is taken away if it is still ours byte for byte.
    """
    with round_.log.writing() as log:
        ledger = fold(log.read())
        known = mailings(ledger)
        wanted = choose(ledger, known)
        pen = Pen(round_, known, mail_texts_of(round_) if wanted else {}, writer)
        drafts = pen.drafts(wanted)
        # 名簿 is read once more from the disk: it is what stands there now that decides
        fresh = open_round_at(round_.folder, holder=round_.holder)
        new = [each for each in drafts if each.step is Step.NEW]
        asked = [booking(q, at=writer.now, by=writer.by) for each in new for q in each.questions]
        examined = examine(
            [Outgoing(each.drafted, each.data) for each in drafts],
            fresh,
            # the copies about to be booked belong to what the mails are compared with
            with_questions(ledger, [q for each in new for q in each.questions], writer.now),
            pen.materials,
            parse=writer.parse,
        )
        refuse(examined)
        gone, left = _outdated(round_, ledger, known, drafts, dropped(known), writer.now.date())
        if not dry_run:
            keep(round_.folder, _copies(new), writer.calls)
            # Booked first, in one writing with what it asks: a draft that lies there is always known, and one
            # that is missing is made again.
            mails = [booking(each.drafted, at=writer.now, by=writer.by) for each in new]
            log.append([*asked, *mails])
            _write(round_, drafts, gone, writer.calls)
    return Drafts(tuple(drafts), tuple(gone), tuple(left), examined)


def materials_of(round_: Round) -> Mapping[str, bytes]:
    """Files that go along with every mail, in the order of their names; what lies in folders below stays at home."""
    folder = round_.folder.attachments
    with told_about(folder):
        paths = sorted((p for p in folder.glob("*") if is_ordinary(p)), key=lambda p: p.name)
        return {path.name: path.read_bytes() for path in paths}


@dataclass(frozen=True)
class Pen:
    """Composes mails; the same wish gives the mail that lies there already."""

    round: Round
    known: Sequence[Mailing]
    texts: Mapping[str, MailTexts]
    writer: Writer
    materials: Mapping[str, bytes] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "materials", materials_of(self.round))

    @cached_property
    def aside(self) -> frozenset[str]:
        """What lies in 送信済."""
        return frozenset(_aside(self.round))

    def drafts(self, wanted: Sequence[ToWrite]) -> list[Draft]:
        names = _Names(self.round)
        return [self.kept(each) or self._new(each, names) for each in wanted]

    @cached_property
    def open(self) -> Mapping[tuple[str, frozenset[Key]], Mailing]:
        """Open drafts by what they are about."""
        return {(m.fact.occasion, m.keys): m for m in self.known if m.is_open}

    @cached_property
    def ours(self) -> Mapping[str, str]:
        """Files of drafts that have not gone out → what we wrote into them last."""
        return {m.fact.file: m.fact.sha256 for m in self.known if not m.is_sent}

    @cached_property
    def counts(self) -> Mapping[tuple[str, str], int]:
        """How many mails of an occasion an addressee was written."""
        return Counter((m.fact.occasion, m.fact.addressee) for m in self.known)

    def kept(self, wish: ToWrite) -> Draft | None:
        """The open draft that says just this."""
        mailing = self.open.get((wish.occasion.value, wish.keys))
        if mailing is not None:
            fact = mailing.fact
            data = self._composed(wish, fact.mail, mailing.drafted.at)
            if sha256(data).hexdigest() == fact.sha256 and fact.books == wish.books:
                step = self._step_of(self.round.folder.root / fact.file, fact.sha256)
                name, asked = wish.addressee.body, wish.questions
                at = mailing.drafted.at
                return Draft(fact, at, data, step, name, asked, wish.enclosures)
        return None

    def _step_of(self, path: Path, digest: str) -> Step:
        lying = _digest_at(path)
        if lying is None:
            return Step.AWAY if digest in self.aside else Step.RESTORED
        return Step.KEPT if lying == digest else Step.EDITED

    def _new(self, wish: ToWrite, names: _Names) -> Draft:
        mail = self._message_id(wish)
        data = self._composed(wish, mail, self.writer.now)
        wording = self.mail(wish, mail)
        fact = Drafted(
            mail=mail,
            occasion=wish.occasion.value,
            addressee=wish.addressee.key,
            books=wish.books,
            to=wording.to,
            cc=wording.cc,
            subject=wording.subject,
            sha256=sha256(data).hexdigest(),
            file=names.next(wish, self.ours),
        )
        asked = tuple(replace(q, mail=mail) for q in wish.questions)
        name = wish.addressee.body
        return Draft(fact, self.writer.now, data, Step.NEW, name, asked, wish.enclosures)

    def _composed(self, wish: ToWrite, mail: str, at: datetime) -> bytes:
        return composed(self.mail(wish, mail), at=at)

    def mail(self, wish: ToWrite, mail: str) -> Mail:
        """The mail under this Message-ID."""
        settings = self.round.settings
        along = self.materials if wish.with_materials else {}
        words = worded(
            self.round,
            self.texts,
            wish.occasion,
            wish.addressee,
            wish.tasks,
            tuple(along),
            wish.fields,
        )
        return Mail(
            sender=settings.mail,
            sender_name=settings.post.sender_name or settings.office,
            to=wish.addressee.to,
            cc=wish.addressee.cc,
            subject=words.subject,
            body=words.body,
            enclosures=(*wish.enclosures, *(Enclosure(*each) for each in along.items())),
            message_id=mail,
        )

    def _message_id(self, wish: ToWrite) -> str:
        """From short code, occasion, how many of them there are, and chance."""
        before = self.counts.get((wish.occasion.value, wish.addressee.key), 0)
        domain = self.round.settings.mail.rpartition("@")[2]
        words = (wish.tasks[0].code, wish.occasion, str(before + 1), self.writer.token())
        return f"<{'.'.join(words)}@{domain}>"


def _digest_at(path: Path) -> str | None:
    with told_about(path):
        return sha256(path.read_bytes()).hexdigest() if path.is_file() else None


@dataclass
class _Names:
    """File names for new drafts; what somebody changed is not written over."""

    round: Round
    given: set[str] = field(default_factory=set)

    def next(self, wish: ToWrite, ours: Mapping[str, str]) -> str:
        folder = self.round.folder
        stem = safe_file_name(f"{wish.addressee.key}_{wish.addressee.body}", limit=60)
        n = 1
        while True:
            again = f"_{n}" if n > 1 else ""
            path = folder.drafts / f"{stem}_{FILE_WORDS[wish.occasion]}{again}.eml"
            check_path_length(path)
            file = path.relative_to(folder.root).as_posix()
            lying = _digest_at(path)
            if file not in self.given and (lying is None or lying == ours.get(file)):
                self.given.add(file)
                return file
            n += 1


TEST_WORDS = "【試し送信】"
TEST_FILE = "試し送信.eml"


def write_test(round_: Round, wish: ToWrite, writer: Writer) -> tuple[Path, bytes]:
    """The mail a 送付先 would get, to the office itself and to nobody else; booked nowhere."""
    pen = Pen(round_, (), mail_texts_of(round_), writer)
    mail = pen.mail(wish, f"<test.{writer.token()}@{round_.settings.mail.rpartition('@')[2]}>")
    own = replace(mail, to=(round_.settings.mail,), cc=(), subject=f"{TEST_WORDS}{mail.subject}")
    data = composed(own, at=writer.now)
    path = round_.folder.drafts / TEST_FILE
    make_folders(path.parent, calls=writer.calls)
    write_atomically(path, data, calls=writer.calls)
    return path, data


# -- drafts that no longer hold ------------------------------------------------------------


def _outdated(
    round_: Round,
    ledger: Ledger,
    known: Sequence[Mailing],
    drafts: Sequence[Draft],
    dropped: Collection[tuple[str, frozenset[Key]]],
    today: date,
) -> tuple[list[str], list[str]]:
    """Files to be taken away, and files that should be but were changed by somebody."""
    current = {draft.drafted.file for draft in drafts}
    new_keys = {
        (draft.drafted.occasion, (book.unit, book.form))
        for draft in drafts
        if draft.step is Step.NEW
        for book in draft.drafted.books
    }
    gone, left = [], []
    # a file name is used again: it belongs to the mail written last
    for mailing in {mailing.fact.file: mailing for mailing in known}.values():
        fact = mailing.fact
        about = {(fact.occasion, key) for key in mailing.keys}
        stale = (
            not mailing.is_open
            or about & new_keys
            or (fact.occasion, mailing.keys) in dropped
            or is_stale(mailing, round_, ledger, today)
        )
        if mailing.is_sent or mailing.is_uncertain or not stale:
            continue
        lying = _digest_at(round_.folder.root / fact.file)
        if lying == fact.sha256 and fact.file not in current:
            gone.append(fact.file)
        elif lying is not None and fact.file not in current:
            left.append(fact.file)
    return list(dict.fromkeys(gone)), list(dict.fromkeys(left))


# -- writing -------------------------------------------------------------------------------


def _copies(drafts: Iterable[Draft]) -> dict[str, bytes]:
    """Marked copies by their files, relative to the round folder."""
    return {file: d for each in drafts for file, d in copies_in(each.questions, each.enclosures)}


def _write(round_: Round, drafts: Sequence[Draft], gone: Iterable[str], calls: Calls) -> None:
    root = round_.folder.root
    make_folders(round_.folder.drafts, calls=calls)
    lay_out(round_.folder, _copies(drafts), calls)
    for draft in drafts:
        if draft.step in (Step.NEW, Step.RESTORED):
            write_atomically(root / draft.drafted.file, draft.data, calls=calls)
    remove_files([root / file for file in gone], calls=calls)


def tidy(round_: Round, known: Sequence[Mailing], *, calls: Calls = SYSTEM) -> tuple[str, ...]:
    """Put drafts that have gone out into 送信済, also those she had changed; what lies in 30_下書きメール is still to be sent."""
    moved = []
    # a file name is used again: it belongs to the mail written last
    last = {mailing.fact.file: mailing for mailing in known}
    for mailing in known:
        path = round_.folder.root / mailing.fact.file
        lying = _digest_at(path) if mailing.is_sent else None
        if lying is not None and (
            lying == mailing.fact.sha256 or last[mailing.fact.file] is mailing
        ):
            target = path.parent / SENT_FOLDER / path.name
            n = 1
            while target.exists():
                n += 1
                target = target.with_name(f"{path.stem}_{n}{path.suffix}")
            make_folders(target.parent, calls=calls)
            replace_file(path, target, calls=calls)
            sync_directory(path.parent, calls=calls)
            moved.append(mailing.fact.file)
    return tuple(moved)


def bring_back(
    round_: Round, ledger: Ledger, mails: Collection[str], *, calls: Calls = SYSTEM
) -> None:
    """Drafts that are to be sent again after all, by Message-ID: out of 送信済 into their places."""
    aside = _aside(round_)
    for mailing in mailings(ledger):
        path, lies = round_.folder.root / mailing.fact.file, aside.get(mailing.fact.sha256)
        if mailing.fact.mail in mails and mailing.is_open and lies and not path.exists():
            replace_file(lies, path, calls=calls)
            sync_directory(path.parent, calls=calls)


def moved_by_hand(round_: Round) -> tuple[Mailing, ...]:
    """Open drafts that somebody put into 送信済: she may have sent them, and has not said so."""
    aside = _aside(round_)
    return tuple(
        mailing
        for mailing in mailings(round_.ledger())
        if mailing.is_open
        and mailing.fact.sha256 in aside
        and _digest_at(round_.folder.root / mailing.fact.file) is None
    )


def _aside(round_: Round) -> Mapping[str, Path]:
    """What lies in 送信済, by its SHA-256."""
    folder = round_.folder.drafts / SENT_FOLDER
    with told_about(folder):
        paths = sorted(path for path in folder.glob("*.eml") if is_ordinary(path))
        return {sha256(path.read_bytes()).hexdigest(): path for path in paths}


def lying(round_: Round, ledger: Ledger, today: date) -> Iterator[tuple[Mailing, bytes]]:
    """Open drafts that lie there as they were written and still hold, with their bytes."""
    known = mailings(ledger)
    patience = Patience(round_, ledger, known, Occasion.REMINDER, today)
    for mailing in known:
        path = round_.folder.root / mailing.fact.file
        is_reminder = mailing.is_open and mailing.fact.occasion == Occasion.REMINDER
        if is_reminder and mailing.keys & patience.waiting.keys():
            continue  # something of theirs has come since and waits for a person
        if mailing.is_open and not is_stale(mailing, round_, ledger, today):
            with told_about(path):
                data = path.read_bytes() if path.is_file() else b""
            if sha256(data).hexdigest() == mailing.fact.sha256:
                yield mailing, data


def kept_back(round_: Round, ledger: Ledger, today: date) -> tuple[Mailing, ...]:
    """Open drafts that lie there, but were changed or no longer hold: nobody sends them unseen."""
    good = {mailing.fact.mail for mailing, _ in lying(round_, ledger, today)}
    return tuple(
        mailing
        for mailing in mailings(ledger)
        if mailing.is_open
        and mailing.fact.mail not in good
        and _digest_at(round_.folder.root / mailing.fact.file) is not None
    )
