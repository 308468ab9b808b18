"""取りまとめ: all answers of a round as one long table, with the counts beside it."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xlsx_pdca.contents import Letter
from xlsx_pdca.event import JST
from xlsx_pdca.findings import Finding
from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan
from xlsx_pdca.reading import Address
from xlsx_pdca.submission import Answer, Change, Entry, Origin, PartFile, Reading, State
from xlsx_pdca.unit import Unit

if TYPE_CHECKING:
    import pandas as pd


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


class LongRow(NamedTuple):
    """One answer. Names and order are a public contract; everything is text."""

    round: str
    form: str
    edition: str
    unit: str
    code: str
    municipality: str
    covers: str
    role: str
    field_id: str
    question: str
    column: str
    row: str
    kind: str
    raw: str
    value: str
    state: str
    status: str
    entry: str
    entered_by: str
    entered_at: str
    evidence: str
    file: str
    sheet: str
    cell: str
    received_at: str
    sha256: str
    submission: str
    share: str
    as_of: str


COLUMNS = LongRow._fields


def long_table(summary: SummaryInput) -> Iterator[LongRow]:
    """回答一覧: one row per answer of every return that is in, blank answers too, each return once."""
    for returned in summary.returns:
        if returned.is_in:
            yield from _rows_of_return(summary, returned)


def _rows_of_return(summary: SummaryInput, returned: UnitReturn) -> Iterator[LongRow]:
    plan = summary.plan_of(returned)
    fields = {f.field: f for f in plan.fields}
    common = _common(summary, returned)
    for place, answer, correction in answers_of(plan, returned):
        question = fields[_question_id(place)]
        yield common._replace(
            field_id=place.field,
            question=question.label,
            column=place.column,
            row=place.row,
            kind=question.kind.value,
            raw=answer.raw,
            value=answer.value,
            state=answer.state.value,
            share=question.share.value,
            **{
                "sheet": answer.sheet,
                "cell": answer.cell,
                **_origin_words(returned.sources(place.address)),
                **_correction_words(correction),
            },
        )


def _question_id(place: AnswerPlan) -> str:
    return f"{place.field}.{place.column}" if place.row else place.field


def _common(summary: SummaryInput, returned: UnitReturn) -> LongRow:
    """The part of a row that all answers of one return share."""
    unit = summary.unit_of[returned.unit]
    code = "" if unit.is_joint else (codes_of(unit) or ("",))[0]
    place = summary.place_of.get(code)
    return LongRow(*[""] * len(COLUMNS))._replace(
        round=summary.round,
        form=returned.form,
        edition=returned.plan[:6].upper(),
        unit=unit.id,
        code=code,
        municipality=place.name if place else "",
        covers=";".join(codes_of(unit)),
        role=unit.role,
        status=returned.status.value,
        entry=returned.entry.value,
        entered_by=returned.entered_by,
        entered_at=iso(returned.entered_at),
        evidence=returned.evidence,
        file=returned.file,
        received_at=iso(returned.received_at),
        sha256=returned.sha256,
        submission=str(returned.submission or ""),
        as_of=iso(summary.as_of),
    )


def _origin_words(sources: Sequence[tuple[PartFile, Origin]]) -> dict[str, str]:
    """Who wrote an answer of a joined submission, and where; of several texts all, parted by semicolons."""
    if not sources:
        return {}
    files = [part for part, _ in sources]
    return {
        "entry": ";".join(dict.fromkeys(part.entry.value for part in files)),
        "entered_by": ";".join(part.entered_by for part in files),
        "entered_at": ";".join(dict.fromkeys(iso(part.entered_at) for part in files)),
        "evidence": ";".join(dict.fromkeys(part.evidence for part in files)),
        "file": ";".join(part.file for part in files),
        "sheet": ";".join(origin.sheet for _, origin in sources),
        "cell": ";".join(origin.cell for _, origin in sources),
        "received_at": ";".join(iso(part.received_at) for part in files),
        "sha256": ";".join(part.sha256 for part in files),
    }


def _correction_words(correction: Correction | None) -> dict[str, str]:
    if correction is None:
        return {}
    return {
        "entry": Entry.CORRECTED.value,
        "entered_by": correction.by,
        "entered_at": iso(correction.at),
        "evidence": correction.evidence,
    }


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


def iso(at: datetime | None) -> str:
    """ISO 8601 to the second, in Japanese time; empty for none."""
    return at.astimezone(JST).isoformat(timespec="seconds") if at else ""


def answers_digest(answers: Iterable[Answer]) -> str:
    """Twelve hex signs that change when any of these answers does."""
    parts = sorted((*a.address, a.raw, a.state.value) for a in answers)
    text = "\x1e".join("\x1f".join(part) for part in parts)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def answers_csv(rows: Iterable[LongRow]) -> bytes:
    """`answers.csv`: exact UTF-8 for programs."""
    return _csv(rows).encode("utf-8")


def excel_csv(rows: Iterable[LongRow]) -> bytes:
    """`回答一覧.csv`: with BOM, and no cell that Excel would take for a formula."""
    return _csv(map(neutralised, row) for row in rows).encode("utf-8-sig")


def neutralised(text: str) -> str:
    """The text with an apostrophe before a leading sign that makes Excel calculate."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def frame(rows: Iterable[LongRow]) -> pd.DataFrame:
    """The long table for Python: every column text, blanks empty strings."""
    import pandas as pd  # only who asks for a frame waits for pandas

    return pd.DataFrame(list(rows), columns=list(COLUMNS), dtype="string")
