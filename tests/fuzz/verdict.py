"""One broken return through the intake, and what is to be held against the program: the verdict."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fuzz import shown
from fuzz.goods import Good, plan
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.plan import AnswerPlan, Style, WorkbookPlan
from xlsx_pdca.submission import Answer, Reading
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.decide import Judged, decide
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.unfold import Unfolding

SECONDS = 20.0
_ASKED = (Grade.MUST, Grade.SHOULD)
_CRASHED, _TIMED_OUT = "FIL08", "FIL07"


class Fate(StrEnum):
    """What became of a broken return."""

    TAKEN = "taken in, every answer as shown"
    ASKED = "taken in, doubtful fields asked about"
    HELD = "held for a person"
    REFUSED = "refused with a reason"


class Fault(StrEnum):
    """What must never happen."""

    CRASH = "crash"
    HANG = "hang"
    STRANGER = "attributed to a wrong unit"
    SILENT = "silently wrong answer"
    UNASKED = "good return asked about"


Told = tuple[Fault, str]
"""A fault, with what exactly was wrong."""


@dataclass(frozen=True)
class Verdict:
    fate: Fate
    faults: tuple[Told, ...] = ()
    codes: tuple[str, ...] = ()
    """Codes of the findings."""


class Intake:
    """The way of `receive` from a file to the decision: worker, reading, checks, decision; nothing is booked."""

    def __init__(self, round_: Round) -> None:
        self._round = round_
        self._readings = Readings(round_.folder)
        self._ledger: Ledger = round_.ledger()
        self._file = round_.folder.root / "返信.xlsx"

    def __enter__(self) -> Intake:
        self._readings.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._readings.__exit__(None, None, None)

    def take(self, data: bytes) -> list[tuple[Arrived, Reading | None]]:
        """What `receive` would book for this file alone and for what stands in it, with the readings."""
        self._file.write_bytes(data)
        unfolding = Unfolding(self._round, self._readings, self._ledger, keep=False)
        looked = unfolding.judged(given_files([self._file]))
        return [(decide(each, self._ledger, stem="a"), self._reading(each)) for _, each in looked]

    def _reading(self, judged: Judged) -> Reading | None:
        if not judged.plan:
            return None
        reading = self._readings.reading(judged.workbook, judged.plan, judged.slots)
        return reading if isinstance(reading, Reading) else None


def verdict_on(data: bytes, good: Good, intake: Intake) -> Verdict:
    """The verdict on one broken return."""
    began = time.monotonic()
    try:
        taken = intake.take(data)
    except Exception as error:  # whatever the program lets through is what is looked for here
        return Verdict(Fate.REFUSED, ((Fault.CRASH, repr(error)),))
    seconds = time.monotonic() - began
    codes = tuple(each.code for arrived, _ in taken for each in arrived.findings)
    faults: list[Told] = [(Fault.CRASH, a.note[-300:]) for a, _ in taken if _CRASHED in _codes(a)]
    if seconds > SECONDS or _TIMED_OUT in codes:
        faults.append((Fault.HANG, f"{seconds:.1f} s"))
    fates = []
    for arrived, reading in taken:
        fate, found = _judged(data, good, arrived, reading)
        fates.append(fate)
        faults += found
    return Verdict(min(fates, key=list(Fate).index), tuple(faults), codes)


def _codes(arrived: Arrived) -> set[str]:
    return {each.code for each in arrived.findings}


def _judged(
    data: bytes, good: Good, arrived: Arrived, reading: Reading | None
) -> tuple[Fate, list[Told]]:
    submission = arrived.submission
    if submission is None or reading is None:
        fate = Fate.REFUSED if arrived.outcome is Outcome.REFUSED else Fate.HELD
        return fate, _strangers({arrived.unit} - {""}, data, good)
    faults = _strangers({submission.unit}, data, good)
    faults += silently_wrong(data, plan(arrived.form), reading, submission.unit)
    asked = any(each.grade in _ASKED for each in arrived.findings)
    return Fate.ASKED if asked else Fate.TAKEN, faults


def _strangers(units: set[str], data: bytes, good: Good) -> list[Told]:
    """A unit that is neither whose return was broken nor the only one the file names."""
    if units <= {good.unit}:
        return []
    try:
        told = shown.shown(data).units
    except shown.Unreadable:
        told = frozenset()
    return [] if told == units else [(Fault.STRANGER, f"{units} of {set(told)}")]


def silently_wrong(data: bytes, form: WorkbookPlan, reading: Reading, unit: str) -> list[Told]:
    """Fields that say something else than the file shows with nobody asked about them, and tickets of other units in it."""
    try:
        if not (_wrong(shown.shown_quickly(data), form, reading, unit)):
            return []
    except Exception:  # openpyxl's exceptions have no common family; the slow way decides
        pass
    try:
        return _wrong(shown.shown(data), form, reading, unit)
    except shown.Unreadable as error:
        return [(Fault.SILENT, f"no other reader opens the file: {error}")]


def _wrong(file: shown.Shown, form: WorkbookPlan, reading: Reading, unit: str) -> list[Told]:
    said = shown.answers(file, form)
    planned = {answer.address: answer for answer in form.answers}
    others = file.units - {unit}
    wrong = [(Fault.STRANGER, f"taken for {unit}, with tickets of {others}")] if others else []
    for answer in reading.answers:
        seen = said[answer.address]
        if not seen.doubt and shown.same(seen.value, answer.raw):
            continue
        if not _is_asked(planned[answer.address], answer, seen, form, reading.findings):
            what = seen.doubt or f"{shown.text_of(seen.value)[:60]!r} is shown"
            words = f"{'.'.join(answer.address)}: {answer.raw[:60]!r} was read, {what}"
            wrong.append((Fault.SILENT, words))
    return wrong


def _is_asked(
    planned: AnswerPlan,
    answer: Answer,
    seen: shown.Said,
    form: WorkbookPlan,
    findings: Iterable[Finding],
) -> bool:
    """Whether a 必ず確認 or できれば確認 finding speaks of this field: by itself, its question, its header or its whole sheet.

    Where the question stands twice, one of the two answers and a finding about such a sheet are enough;
    where it stands nowhere, no answer and such a finding, or one that names its header, if no other sheet has it.
    """
    sheet = form.sheet(planned.sheet)
    label = next(
        cell.text
        for cell in sheet.cells
        if cell.rect.top == planned.code_cell.top and cell.style in (Style.LABEL, Style.ROW_LABEL)
    )
    words = (planned.code, planned.header, label)
    is_own_header = {a.sheet for a in form.answers if a.header == planned.header} == {planned.sheet}
    names = (planned.code, planned.header) if is_own_header and not answer.cell else (planned.code,)
    sheets = {sheet.name, answer.sheet, *seen.sheets}
    nowhere = (None,) if seen.doubt and not seen.sheets else ()
    is_one_of_them = any(shown.same(v, answer.raw) for v in (*seen.candidates, *nowhere))
    asked = (each for each in findings if each.grade in _ASKED)
    return any(
        each.address == answer.address
        or any(_names(each, name) for name in names)
        or (each.sheet in sheets and (is_one_of_them or _speaks_of(each, words)))
        or _points_to(each, answer)
        for each in asked
    )


def _speaks_of(each: Finding, words: Iterable[str]) -> bool:
    """A finding about a whole sheet, or about rows, columns and texts it names (or has more of than it names)."""
    if each.code in _WHOLE_SHEET:
        return True
    labels = dict(each.context).get("labels", "")
    return each.code in _BY_WORDS and ("ほか" in labels or any(_begins(w) in labels for w in words))


def _names(each: Finding, name: str) -> bool:
    """A finding that names the question by what no other sheet has, whatever the sheets are called now."""
    labels = dict(each.context).get("labels", "")
    return each.code in _BY_WORDS and name in labels.split("、")


def _points_to(each: Finding, answer: Answer) -> bool:
    places = dict(each.context).get("places", "")
    return bool(answer.cell) and f"「{answer.sheet}」{answer.cell}" in re.split("[、（）]", places)


_WHOLE_SHEET = ("STR01", "STR15", "STR21", "STR23", "STR36")
_BY_WORDS = ("STR02", "STR03", "STR07", "STR08", "STR19", "STR20")


def _begins(word: str) -> str:
    """Sentences shorten long texts."""
    return " ".join(word.split())[:20]
