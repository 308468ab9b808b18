"""取りまとめ: everything the summary books are made of, and the answers as they now count."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from xlsx_pdca.contents import Letter
from xlsx_pdca.findings import Finding
from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan
from xlsx_pdca.points import PointNow
from xlsx_pdca.reading import Address
from xlsx_pdca.submission import Answer, Change, Entry, Origin, PartFile, Reading, State
from xlsx_pdca.unit import Unit

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Place:
    """A municipality as the summary shows it."""

    code: str
    name: str
    area: str = ""
    """圏域."""
    health_office: str = ""
    """保健所."""

    @property
    def area_name(self) -> str:
        """圏域 as it reads alone: 太田・館林圏域, but 富山医療圏 as it is."""
        is_whole = not self.area or self.area.endswith(("圏", "圏域"))
        return self.area if is_whole else f"{self.area}圏域"


@dataclass(frozen=True)
class Correction:
    """県補正 of one answer, heard by telephone or mail."""

    answer: Answer
    """The value that now counts; sheet and cell are those of the returned file."""
    by: str
    at: datetime
    evidence: str = ""


@dataclass(frozen=True)
class UnitReturn:
    """What one unit was asked with one form, and what came back last."""

    unit: str
    form: str
    status: Status
    plan: str = ""
    """Digest of the frozen plan; empty when nothing was issued."""
    deadline: date | None = None
    submission: int = 0
    """Number of the submission that counts; 0 when none did."""
    received_at: datetime | None = None
    file: str = ""
    """Readable copy, relative to the round folder, with forward slashes."""
    sha256: str = ""
    entry: Entry = Entry.TYPED
    entered_by: str = ""
    entered_at: datetime | None = None
    evidence: str = ""
    reading: Reading | None = None
    """None while nothing identified is in."""
    findings: tuple[Finding, ...] = ()
    """確認事項 about the submission that counts."""
    corrections: tuple[Correction, ...] = ()
    held: bool = False
    """Waits for a person: its answers stay out of every book."""
    parts: tuple[PartFile, ...] = ()
    """The files it is joined of, by receipt; empty where it is one file."""
    origins: Mapping[Address, tuple[Origin, ...]] = field(default_factory=dict)
    """Where each answer of a joined submission stands."""
    changes: tuple[Change, ...] = ()
    """What differs from the submission before."""
    reply_by: date | None = None
    """返信期限 of a 確認依頼 that waits for its answer."""
    asked: tuple[PointNow, ...] = ()
    """Points of 確認依頼 that are not solved."""

    def sources(self, address: Address) -> tuple[tuple[PartFile, Origin], ...]:
        """File and place of each text an answer of a joined submission is made of."""
        files = {part.arrival: part for part in self.parts}
        return tuple((files[o.arrival], o) for o in self.origins.get(address, ()))

    def file_of(self, arrival: int) -> str:
        """Readable copy of one of the joined files; the newest for 0."""
        return next((part.file for part in self.parts if part.arrival == arrival), self.file)

    @property
    def is_in(self) -> bool:
        """Whether its answers stand in the summary."""
        return self.reading is not None and not self.held


@dataclass(frozen=True)
class ArrivalLine:
    """One received file, for 収受簿 and 受信ファイル一覧."""

    received_at: datetime
    name: str
    """File name as it arrived."""
    sha256: str
    outcome: str
    """In words: 提出として受付, 保留（…）, 同じファイル…"""
    number: int = 0
    """受付番号: the number commands ask for."""
    waits: bool = False
    """A person has to decide on it."""
    reason: str = ""
    """Why a person laid it aside."""
    unit: str = ""
    form: str = ""
    submission: int = 0
    source: str = ""
    """Drop folder, or the folder given."""
    file: str = ""
    """Readable copy, relative to the round folder."""
    size: int = 0
    letter: Letter | None = None
    """The mail it came in, or it is itself."""
    is_mail: bool = False


@dataclass(frozen=True)
class ContactLine:
    """One contact with a unit, for 連絡記録."""

    at: datetime
    unit: str
    means: str
    """電話, メール…"""
    by: str
    text: str
    form: str = ""


@dataclass(frozen=True)
class NoteKey:
    """Where a 県記入 belongs, whatever the sheet looks like by now."""

    sheet: str
    subject: str
    """Municipality code, else unit id."""
    row: str


@dataclass(frozen=True)
class Note:
    """県記入: one text the officer wrote beside an answer."""

    key: NoteKey
    column: str
    """Head of the column; the officer may add columns of her own."""
    text: str
    digest: str
    """Digest of the answers it stood beside."""


NOTE_COLUMN = "県記入（部内限り）"


@dataclass(frozen=True)
class SummaryInput:
    """Everything the three books are made of; nothing else is asked while they are written."""

    round: str
    """Like R0801."""
    round_name: str
    """Like 令和8年度 第1回."""
    as_of: datetime
    places: tuple[Place, ...]
    units: tuple[Unit, ...]
    plans: Mapping[str, WorkbookPlan]
    """Frozen plans by digest, the forms in the round's order, the newest edition of a form last."""
    returns: tuple[UnitReturn, ...]
    """One per unit and form asked, missing ones too."""
    arrivals: tuple[ArrivalLine, ...] = ()
    contacts: tuple[ContactLine, ...] = ()
    notes: tuple[Note, ...] = ()
    by_area: bool = False
    """Rows grouped by 圏域 instead of 建制順."""
    last_event: int = 0
    """Number of the newest event that is shown; a book made of it can tell which notes it did not know."""

    @cached_property
    def unit_of(self) -> Mapping[str, Unit]:
        return {unit.id: unit for unit in self.units}

    @cached_property
    def place_of(self) -> Mapping[str, Place]:
        return {place.code: place for place in self.places}

    @cached_property
    def forms(self) -> Mapping[str, WorkbookPlan]:
        """Newest plan of each form, in the round's order."""
        return {plan.form: plan for plan in self.plans.values()}

    def plan_of(self, returned: UnitReturn) -> WorkbookPlan:
        """The plan it was sent with; before issue, the form's newest."""
        return self.plans.get(returned.plan) or self.forms[returned.form]


def codes_of(unit: Unit) -> tuple[str, ...]:
    """Codes of the municipalities in whose rows its answers appear."""
    return unit.covers or ((unit.code,) if unit.code else ())


def answers_of(
    plan: WorkbookPlan, returned: UnitReturn
) -> Iterator[tuple[AnswerPlan, Answer, Correction | None]]:
    """Every answer the plan asks for, in printed order, as it now counts; what was not found is blank."""
    reading = returned.reading if returned.is_in else None
    found = {a.address: a for a in reading.answers} if reading else {}
    corrected = {c.answer.address: c for c in returned.corrections}
    for place in plan.answers:
        correction = corrected.get(place.address)
        answer = correction.answer if correction else found.get(place.address)
        yield place, answer or _blank(place), correction


def _blank(place: AnswerPlan) -> Answer:
    return Answer(place.field, place.column, place.row, "", "", State.BLANK, "", "")


def answers_digest(answers: Iterable[Answer]) -> str:
    """Twelve hex signs that change when any of these answers does."""
    parts = sorted((*a.address, a.raw, a.state.value) for a in answers)
    text = "\x1e".join("\x1f".join(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
