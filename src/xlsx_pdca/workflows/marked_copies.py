"""The file that goes along with a question: their own with marks, else their answers in the form as it was issued, else none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from types import TracebackType
from typing import Self

from xlsx_pdca.checks.joined import JoinedReading
from xlsx_pdca.facts import AskedPoint, CopyKind, Submitted
from xlsx_pdca.ledger import Ledger, Standing
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook, Refusal
from xlsx_pdca.store.archive import NotArchived
from xlsx_pdca.submission import Reading, State
from xlsx_pdca.workbook import marking
from xlsx_pdca.workbook.filling import fill
from xlsx_pdca.workbook.marking import Cover, Mark, Marked, Unsafe
from xlsx_pdca.worker import Worker
from xlsx_pdca.workflows.composed import composed, slots_of
from xlsx_pdca.workflows.doubts import Address, Doubt, labels_of
from xlsx_pdca.workflows.issue import bytes_at
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round

WAS_COVERED, WAS_CONVERTED = "FIL35", "FIL36"
"""Codes of findings that say what had to be done to get at the answers."""
JOINED = "二つ以上に分かれています"
COVERED = "パスワードが付いています"
CONVERTED = "Excelの標準の形式（.xlsx）ではありません"
GONE = "Excelのファイルとして読み取れません"
REFILLED_LEAD = "お配りした様式に、お送りいただいた御回答の内容を写したものです。"
"""Leads the first sheet of a copy that is not their own file."""


@dataclass(frozen=True)
class MadeCopy:
    """What goes along, and the points as they are put in it."""

    kind: CopyKind
    points: tuple[AskedPoint, ...]
    data: bytes = b""
    reason: str = ""
    """Why their own file was not marked, a sentence without its stop; "" where it was."""


class Copier:
    """Makes the copies of one run; one worker marks them all."""

    def __init__(self, round_: Round, ledger: Ledger, readings: Readings) -> None:
        self._round = round_
        self._ledger = ledger
        self._readings = readings
        self._marker: Worker[Marked] = Worker(marking.PARSER)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._marker.close()

    def made(self, standing: Standing, doubts: Sequence[Doubt], cover: Cover) -> MadeCopy:
        """The first of the three that can be made truly."""
        told = standing.submission
        assert told is not None
        plan = self._readings.plan(told.plan)
        own = self._in_their_file(told, doubts, plan)
        reason = self._unfit(told)
        if not reason:
            done = self._own_file(told, own, cover)
            if isinstance(done, bytes):
                return MadeCopy(CopyKind.MARKED, own, done)
            reason = done.reason
        filled = self._filled(told, doubts, plan, cover)
        if filled:
            points, data = filled
            return MadeCopy(CopyKind.REFILLED, points, data, reason)
        return MadeCopy(CopyKind.LETTER, own, reason=reason)

    # -- their own file --------------------------------------------------------------------------

    def _in_their_file(
        self, told: Submitted, doubts: Sequence[Doubt], plan: WorkbookPlan
    ) -> tuple[AskedPoint, ...]:
        """The points where they stand in what they sent; of several files, each is called by its name."""
        files = self._file_of(told) if told.joined else {}
        places = []
        for doubt in doubts:
            file = files.get(doubt.finding.address, "")
            sheet = doubt.finding.sheet
            places.append((f"{file}の{sheet}" if file and sheet else sheet, doubt.finding.cell))
        return tuple(_points(doubts, places, plan))

    def _file_of(self, told: Submitted) -> Mapping[Address, str]:
        found = self._said(told)
        names = {b.seq: b.fact.name for b in self._ledger.arrivals}
        origins = found.origins if found else {}
        return {
            address: names.get(each[0].arrival, "") for address, each in origins.items() if each
        }

    def _unfit(self, told: Submitted) -> str:
        """Why there is no single file of theirs that could go back as it came."""
        if told.joined:
            return JOINED
        if not told.read_as:
            return ""
        codes = {finding.code for finding in told.findings}
        return COVERED if WAS_COVERED in codes and WAS_CONVERTED not in codes else CONVERTED

    def _own_file(self, told: Submitted, points: Sequence[AskedPoint], cover: Cover) -> Marked:
        try:
            data = self._readings.originals.get(told.sha256)
        except NotArchived:
            return Unsafe(GONE)
        (book,) = self._readings.parse_all([data])
        if not isinstance(book, RawBook):
            return Unsafe(GONE)
        there = {sheet.name for sheet in book.sheets}
        return self._marked(data, _marks(points, there), cover)

    def _marked(self, data: bytes, marks: Sequence[Mark], cover: Cover) -> Marked:
        done = self._marker.parse(marking.question(data, marks, cover))
        return Unsafe(GONE) if isinstance(done, Refusal) else done

    # -- the form filled anew --------------------------------------------------------------------

    def _filled(
        self, told: Submitted, doubts: Sequence[Doubt], plan: WorkbookPlan, cover: Cover
    ) -> tuple[tuple[AskedPoint, ...], bytes] | None:
        """The form as issued with every answer of theirs; None where anything of it would not be the same."""
        found, package = self._said(told), self._issued(told)
        if found is None or package is None or _is_more_than_answers(found.reading):
            return None
        texts = {a.address: a.raw for a in found.reading.answers if a.raw}
        try:
            data = fill(package, plan, texts)
        except KeyError:
            return None
        places = self._read_back(told, data, found.reading, doubts)
        if places is None:
            return None
        points = tuple(_points(doubts, places, plan))
        filled_cover = replace(cover, lead=(REFILLED_LEAD, *cover.lead))
        done = self._marked(data, _marks(points, {p.sheet for p in points}), filled_cover)
        return (points, done) if isinstance(done, bytes) else None

    def _said(self, told: Submitted) -> JoinedReading | None:
        def one(taken: Submitted, slots: Mapping[str, str] | None) -> Reading | None:
            found = self._readings.reading(taken.workbook, taken.plan, slots)
            return None if isinstance(found, Refusal) else found

        return composed(told, self._ledger, one, self._readings.plan)

    def _issued(self, told: Submitted) -> bytes | None:
        """The unit's own workbook under the plan it answered, as it was issued; a common form holds no unit's name."""
        issues = self._ledger.standing(told.unit, told.form).issues
        for issued in (b.fact for b in reversed(issues)):
            if issued.plan == told.plan and issued.issue == told.issue:
                data = bytes_at(self._round.folder.root / issued.file)
                return data if data and sha256(data).hexdigest() == issued.sha256 else None
        return None

    def _read_back(
        self, told: Submitted, data: bytes, said: Reading, doubts: Sequence[Doubt]
    ) -> list[tuple[str, str]] | None:
        """Sheet and cell of each point in the filled form, where both readers find every answer again in it.

        What is asked must stand in it too: a struck-out answer typed anew is struck out no more.
        """
        (book,) = self._readings.parse_all([data])
        if not isinstance(book, RawBook) or book.disagreements:
            return None
        slots = slots_of(self._ledger, (told.unit, told.form), told.issue, told.plan)
        again = self._readings.judge(book, sha256(data).hexdigest(), told.plan, slots)
        if _content(again) != _content(said) or _is_more_than_answers(again):
            return None
        asked = {(f.code, f.address): (f.sheet, f.cell) for f in again.findings}
        wanted = [(doubt.finding.code, doubt.finding.address) for doubt in doubts]
        if any(address == ("", "", "") or (code, address) not in asked for code, address in wanted):
            return None
        return [asked[each] for each in wanted]


def _content(reading: Reading) -> dict[Address, tuple[str, str, State]]:
    return {a.address: (a.raw, a.value, a.state) for a in reading.answers}


def _is_more_than_answers(reading: Reading) -> bool:
    """Whether there is something a form filled anew would lack: drawings, pictures, words beside the answers."""
    drawn = any(count for _, count in reading.drawings) or any(found for _, found in reading.media)
    return bool(drawn or reading.strays)


def _points(
    doubts: Sequence[Doubt], places: Sequence[tuple[str, str]], plan: WorkbookPlan
) -> Iterator[AskedPoint]:
    labels = labels_of(doubts, plan)
    each = zip(doubts, places, labels, strict=True)
    for number, (doubt, (sheet, cell), label) in enumerate(each, 1):
        found = doubt.finding
        words = doubt.words(found.sheet if sheet.endswith(f"の{found.sheet}") else sheet, cell)
        yield AskedPoint(number, found.code, *found.address, sheet, cell, words, label)


def _marks(points: Sequence[AskedPoint], sheets: set[str]) -> list[Mark]:
    """A point on a sheet that is not there is about the whole file."""
    marks = [Mark(p.number, p.sheet, p.cell, p.text, p.label) for p in points]
    return [m if m.sheet in sheets else replace(m, sheet="", cell="") for m in marks]
