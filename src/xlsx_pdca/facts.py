"""What can be booked in 受付記録: one frozen record per type of event, to and from the lines of the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from xlsx_pdca.contents import Letter
from xlsx_pdca.event import Event, NewEvent
from xlsx_pdca.findings import Finding


class Outcome(StrEnum):
    """What became of one received file."""

    SUBMISSION = "提出として受付"
    SAME_FILE = "受付済みと同じファイル"
    HELD = "保留（県で確認）"
    SUPERSEDED = "より記入の多い同時着のファイルあり"
    REFUSED = "読み取れないファイル"
    OPENED = "中のファイルを取り出したもの"
    ATTACHMENT = "添付資料"
    PASSED = "署名の画像など"
    DISPOSED = "処分済（原本なし）"
    """Never booked: what an arrival has become by a later `dispose`."""


CLOSED = frozenset({"FIL03", "FIL40"})
"""Codes of a file that waits for its password: none was given, or none of those given opens it."""


@dataclass(frozen=True)
class Issued:
    """One workbook written for one unit, with the slot values as sent."""

    unit: str
    form: str
    issue: int
    ticket: str
    edition: str
    plan: str
    """SHA-256 of the frozen plan."""
    file: str
    """Relative to the round folder, forward slashes."""
    sha256: str
    slots: Mapping[str, str]
    deadline: date | None = None


@dataclass(frozen=True)
class IssuedCommon:
    """One blank workbook for many: whoever answers chooses the unit from a list inside."""

    form: str
    issue: int
    """Counted over the common workbooks of the form."""
    ticket: str
    edition: str
    plan: str
    file: str
    sha256: str
    slots: Mapping[str, str]
    units: Mapping[str, str]
    """What the list shows → unit."""
    deadline: date | None = None


@dataclass(frozen=True)
class Sent:
    """送付済, told by a person or by the mail server."""

    unit: str
    form: str
    on: date
    how: str = ""
    mail: str = ""
    """Message-ID of the mail it went out with; "" where a person told of it without naming one."""
    occasion: str = ""
    """Why the mail went out (`letters.Occasion`); "" is as good as the first sending."""
    issue: int = 0
    """Which issue went out; 0 is the one that stood when it was booked."""


@dataclass(frozen=True)
class MailedBook:
    """What a mail is about: one form of one unit, with the workbook it carries."""

    unit: str
    form: str
    issue: int
    sha256: str = ""
    """Of the enclosed workbook; "" where none goes along."""
    number: int = 0
    """The submission a 確認 or 受領 speaks of."""


@dataclass(frozen=True)
class Drafted:
    """A mail that was written, whole and checked; it lies as a file until somebody or the program sends it."""

    mail: str
    """Message-ID, fixed here."""
    occasion: str
    addressee: str
    """Unit id by which the 送付先 is called."""
    books: tuple[MailedBook, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    sha256: str
    """Of the bytes of the .eml."""
    file: str
    """Relative to the round folder, forward slashes."""


@dataclass(frozen=True)
class Sending:
    """The program begins to hand a mail to the server; without a later word nobody knows whether it arrived."""

    mail: str


@dataclass(frozen=True)
class NotSent:
    """A mail whose sending was begun has surely not gone out, or a person says so."""

    mail: str
    reason: str = ""


@dataclass(frozen=True)
class Joined:
    """One of several files that are joined into one submission."""

    arrival: int
    sha256: str
    unit: str
    """Whose workbook it was made on."""
    issue: int
    plan: str
    file: str
    """Readable copy, relative to the round folder."""
    person: str = ""
    read_as: str = ""
    evidence: int = 0

    @property
    def workbook(self) -> str:
        """SHA-256 of the bytes that are read."""
        return self.read_as or self.sha256


@dataclass(frozen=True)
class Choice:
    """Which of several differing answers counts, where files are joined."""

    field: str
    column: str
    row: str
    taken: tuple[int, ...]
    """受付番号 of the files; the texts of several are put one after the other."""


@dataclass(frozen=True)
class Submitted:
    """A file taken in as the newest answer of a unit."""

    sha256: str
    unit: str
    form: str
    issue: int
    plan: str
    number: int
    """第 n 回, counted from 1 in our order of receipt."""
    file: str
    """Readable copy, relative to the round folder."""
    findings: tuple[Finding, ...] = ()
    person: str = ""
    """氏名 as typed in the form."""
    arrival: int = 0
    """Sequence number of the arrival; filled in by `fold` where the arrival itself carries the submission."""
    assigned: bool = False
    """True when a person said whose file it is (`accept --as`)."""
    read_as: str = ""
    """SHA-256 of the decrypted or converted workbook that is read in the place of the original; "" where that is read itself."""

    evidence: int = 0
    """代理入力: sequence number of the arrival (a fax, a paper) the prefecture copied it from; 0 where the unit typed it itself."""

    joined: tuple[Joined, ...] = ()
    """The files it is joined of, by receipt; the fields above speak of the newest. Empty where it is one file."""
    choices: tuple[Choice, ...] = ()
    """Decisions on answers in which the joined files differ; all else follows from the files."""

    @property
    def workbook(self) -> str:
        """SHA-256 of the bytes that are read."""
        return self.read_as or self.sha256

    @property
    def arrivals(self) -> tuple[int, ...]:
        """Every received file it is made of."""
        return tuple(part.arrival for part in self.joined) or (self.arrival,)

    @property
    def originals(self) -> tuple[str, ...]:
        """SHA-256 of every received file it is made of."""
        return tuple(part.sha256 for part in self.joined) or (self.sha256,)

    def file_of(self, arrival: int) -> str:
        """Readable copy of one of its files."""
        return next((part.file for part in self.joined if part.arrival == arrival), self.file)

    @property
    def evidences(self) -> tuple[int, ...]:
        """Arrivals on paper that the prefecture copied into it."""
        return tuple(part.evidence for part in self.joined) or (self.evidence,)

    @property
    def copies(self) -> Mapping[str, str]:
        """Readable copy → SHA-256 of its bytes."""
        return {part.file: part.workbook for part in self.joined} or {self.file: self.workbook}


@dataclass(frozen=True)
class Arrived:
    """One file received; its bytes were archived before anything parsed them."""

    sha256: str
    name: str
    """As it arrived."""
    source: str
    size: int
    outcome: Outcome
    modified: int = 0
    """Time stamp of the file in nanoseconds: the same bytes, name and stamp are the same file seen again."""
    application: str = ""
    unit: str = ""
    form: str = ""
    issue: int = 0
    plan: str = ""
    findings: tuple[Finding, ...] = ()
    losses: tuple[str, ...] = ()
    note: str = ""
    """English detail of a refusal."""
    submission: Submitted | None = None
    """Set when it was taken in; in the same line, so that no crash can part the two."""
    inside: str = ""
    """SHA-256 of the mail or archive it was taken out of; its name then begins with that one's."""
    letter: Letter | None = None
    """Set when it is a mail."""
    read_as: str = ""
    """SHA-256 of the decrypted or converted workbook that is read in its place."""
    evidence: int = 0
    """代理入力: the arrival it was copied from."""
    repeats: int = 0
    """The arrival of the accepted submission whose content came back in other bytes."""
    mail: str = ""
    """Where it was fetched from (`MailKey.url`), so that it is not fetched again; "" for what was dropped."""

    @property
    def is_closed(self) -> bool:
        """True when it waits for its password."""
        return self.outcome is Outcome.REFUSED and any(f.code in CLOSED for f in self.findings)

    @property
    def words(self) -> str:
        """What became of it, as people read it: what only wants a password is 保留, for once that is known it is read."""
        return (Outcome.HELD if self.is_closed else self.outcome).value


@dataclass(frozen=True)
class KnownMails:
    """Mails on the server with the very bytes of what came before: nothing new, and not fetched again."""

    mails: tuple[str, ...]


@dataclass(frozen=True)
class Accepted:
    unit: str
    form: str
    number: int
    """Number of the submission that was accepted."""


@dataclass(frozen=True)
class Dismissed:
    """A held file laid aside by a person."""

    arrival: int
    reason: str = ""


class CopyKind(StrEnum):
    """What goes out with a 確認依頼."""

    MARKED = "印を付けた写し"
    """The municipality's own file with marks."""
    REFILLED = "御回答を写した様式"
    """Their answers in the workbook as it was issued, with marks, where their own file could not be marked."""
    LETTER = "文面のみ"
    """No file: the letter names sheet, cell and question of every point."""


@dataclass(frozen=True)
class AskedPoint:
    """One point of a 確認依頼 as it was put; never derived again from today's catalogue."""

    number: int
    """As printed in the letter and on the first sheet; counted from 1 in each submission."""
    code: str
    """Of the finding."""
    field: str
    column: str
    row: str
    sheet: str
    """Sheet and cell in the file that went along; of their own file where none did."""
    cell: str
    text: str
    """The sentence that was sent."""
    label: str = ""
    """The question, as the letter names it."""

    @property
    def address(self) -> tuple[str, str, str]:
        """Field address; empty when it is about a sheet or the whole file."""
        return (self.field, self.column, self.row)


@dataclass(frozen=True)
class MarkedCopy:
    """What one 確認依頼 asks about a return, with the copy of it that goes along; it is asked once `Asked` is booked."""

    unit: str
    form: str
    number: int
    """Of the submission it is about."""
    sha256: str
    """"" where no file goes along."""
    file: str
    """Relative to the round folder, forward slashes; "" where no file goes along."""
    kind: CopyKind = CopyKind.MARKED
    points: tuple[AskedPoint, ...] = ()
    until: date | None = None
    """返信期限."""
    mail: str = ""
    """Message-ID of the mail it was made for."""


@dataclass(frozen=True)
class Asked:
    """確認依頼 went out."""

    unit: str
    form: str
    number: int
    mail: str = ""
    """Message-ID of the mail it went out with."""


@dataclass(frozen=True)
class Corrected:
    """県補正: a value the prefecture puts in place of the returned one."""

    unit: str
    form: str
    number: int
    field: str
    column: str
    row: str
    raw: str
    how: str = ""


@dataclass(frozen=True)
class Contacted:
    unit: str
    text: str
    how: str = ""
    until: date | None = None
    """Until when they promised to answer."""


@dataclass(frozen=True)
class Extended:
    unit: str
    form: str
    until: date


@dataclass(frozen=True)
class Exempted:
    unit: str
    form: str
    reason: str = ""


@dataclass(frozen=True)
class Noted:
    """県記入 as read from the book before it was rewritten."""

    sheet: str
    subject: str
    """Municipality code, else unit id."""
    row: str
    column: str
    text: str
    digest: str
    """Of the answers it stood beside."""


@dataclass(frozen=True)
class Undone:
    """Takes one earlier event back."""

    seq: int
    reason: str = ""


@dataclass(frozen=True)
class Disposed:
    """Bytes taken out of the archive for good: who, when and why stand in the event, nothing of what they said."""

    arrival: int
    """Sequence number of the received file a person named."""
    removed: tuple[str, ...]
    """SHA-256 of all that goes: the file, what stands in it, what it stands in, copies made of them."""
    reason: str = ""


@dataclass(frozen=True)
class Rebuilt:
    """The ledger was lost; what follows was found in the folders, and dates, people and notes are not known."""

    note: str
    """In Japanese, for who reads the ledger."""
    unproved: tuple[str, ...] = ()
    """Tickets found where the key was lost too: nobody can prove them any more."""


Fact = (
    Issued
    | IssuedCommon
    | Sent
    | Drafted
    | Sending
    | NotSent
    | Arrived
    | KnownMails
    | Submitted
    | Accepted
    | Dismissed
    | MarkedCopy
    | Asked
    | Corrected
    | Contacted
    | Extended
    | Exempted
    | Noted
    | Undone
    | Disposed
    | Rebuilt
)

_TYPES: Mapping[str, type[Any]] = {
    "issue": Issued,
    "common": IssuedCommon,
    "sent": Sent,
    "drafted": Drafted,
    "sending": Sending,
    "unsent": NotSent,
    "arrival": Arrived,
    "mails": KnownMails,
    "submission": Submitted,
    "accept": Accepted,
    "dismiss": Dismissed,
    "marked": MarkedCopy,
    "ask": Asked,
    "correct": Corrected,
    "contact": Contacted,
    "extend": Extended,
    "exempt": Exempted,
    "note": Noted,
    "undo": Undone,
    "dispose": Disposed,
    "rebuild": Rebuilt,
}
_WORDS = {cls: word for word, cls in _TYPES.items()}


def booking(fact: Fact, *, at: datetime, by: str) -> NewEvent:
    """The event that books a fact."""
    return NewEvent(at=at, by=by, type=_WORDS[type(fact)], data=msgspec.to_builtins(fact))


def fact_of(event: Event) -> Fact | None:
    """The fact an event books; None for event types of later releases."""
    cls = _TYPES.get(event.type)
    return None if cls is None else msgspec.convert(_plain(event.data), type=cls, strict=False)


def _plain(value: Any) -> Any:
    """The same as dicts: a read-only mapping has methods, such as `copy`, that would be taken for its keys."""
    match value:
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case tuple() | list():
            return [_plain(item) for item in value]
    return value
