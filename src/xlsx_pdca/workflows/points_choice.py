"""What the officer ticks and words in 確認点.xlsx: written from the ledger, and what `ask` takes from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xlsx_pdca.cells import visible_text
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.facts import Submitted
from xlsx_pdca.findings import Finding, Reader, shortened
from xlsx_pdca.ledger import Ledger, Standing
from xlsx_pdca.points import PointState, points_now
from xlsx_pdca.reading import answer_label
from xlsx_pdca.store.system import make_folders, write_atomically
from xlsx_pdca.workbook.points_book import FILE, PointEdit, PointRow, points_book, read_points
from xlsx_pdca.workflows.composed import reading_of
from xlsx_pdca.workflows.doubts import Choose, Doubt, default_doubts
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import standings_of

_NO_EDITS: Mapping[str, PointEdit] = {}
_LONGEST_ANSWER = 120


@dataclass(frozen=True)
class PointsBook:
    """The book as written, and what of the officer's writing no row is left for."""

    path: Path
    rows: tuple[PointRow, ...]
    lost: tuple[PointEdit, ...] = ()


def points_path(round_: Round) -> Path:
    return round_.folder.queries / FILE


def write_points(round_: Round, *, now: datetime, dry_run: bool = False) -> PointsBook:
    """確認点.xlsx of every return not accepted, with the ticks and words that stand in it already.

    Faults in the book that lies there are told all at once, and nothing is written.
    """
    edits = _edits(round_)
    ledger = round_.ledger()
    with Readings(round_.folder) as readings:
        fresh = [r for s in _open(round_, ledger) for r in _rows(round_, ledger, readings, s)]
    rows = tuple(_with(row, edits.get(row.key)) for row in fresh)
    lost = _lost(edits, {row.key for row in rows})
    path = points_path(round_)
    if not dry_run:
        make_folders(path.parent)
        write_atomically(path, points_book(rows, title=round_.settings.name, at=now))
    return PointsBook(path, rows, lost)


def chosen_points(round_: Round) -> tuple[Choose, tuple[PointEdit, ...]]:
    """Which findings to ask about: as the book says where it knows a finding, else the usual ones; and what of it no finding is left for."""
    edits = _edits(round_)
    known = (
        {key for s in _open(round_, round_.ledger()) for key, _ in _keyed(round_, s)}
        if edits
        else set()
    )

    def choose(standing: Standing) -> tuple[Doubt, ...]:
        usual = {doubt.finding for doubt in default_doubts(standing)}
        found = []
        for key, finding in _keyed(round_, standing):
            edit = edits.get(key)
            if edit.tick if edit else finding in usual:
                found.append(Doubt(finding, edit.words if edit else ""))
        return tuple(found)

    return choose, _lost(edits, known)


def _edits(round_: Round) -> Mapping[str, PointEdit]:
    path = points_path(round_)
    if not path.is_file():
        return _NO_EDITS
    found = read_points(path)
    if found.faults:
        raise FaultyDefinitions(found.faults)
    return found.edits


def _lost(edits: Mapping[str, PointEdit], known: set[str]) -> tuple[PointEdit, ...]:
    """Rows with words of hers that belong to no finding any more; a tick alone says nothing that is worth keeping."""
    return tuple(e for key, e in edits.items() if key not in known and e.words)


def _with(row: PointRow, edit: PointEdit | None) -> PointRow:
    return replace(row, tick=edit.tick, words=edit.words) if edit else row


def _open(round_: Round, ledger: Ledger) -> Iterator[Standing]:
    for standing in standings_of(round_, ledger):
        if standing.submission and not (standing.is_accepted or standing.exemptions):
            yield standing


def _keyed(round_: Round, standing: Standing) -> Iterator[tuple[str, Finding]]:
    """Findings of the newest return, each once, under a key that means this return."""
    told = standing.submission
    for finding in dict.fromkeys(told.findings if told else ()):
        said = (
            standing.unit, standing.form, told.number if told else 0, finding.code,
            *finding.address, finding.sheet, finding.cell, finding.context,
        )  # fmt: skip
        yield round_.mark(*said), finding


def _rows(
    round_: Round, ledger: Ledger, readings: Readings, standing: Standing
) -> Iterator[PointRow]:
    told = standing.submission
    assert told is not None
    unit = round_.unit(standing.unit)
    plan = readings.plan(told.plan)
    places = {place.address: place for place in plan.answers}
    answers = _answers(told, ledger, readings)
    usual = {doubt.finding for doubt in default_doubts(standing)}
    for key, finding in _keyed(round_, standing):
        place = places.get(finding.address)
        yield PointRow(
            key=key,
            state=state_of(standing, finding),
            tick=finding in usual,
            unit=unit.name if unit else standing.unit,
            form=round_.titles.get(standing.form, standing.form),
            grade=str(finding.grade),
            sheet=finding.sheet,
            cell=finding.cell,
            question=answer_label(place, plan) if place else "",
            answer=answers.get(finding.address, ""),
            text=visible_text(finding.sentence()),
            to_officer=finding.entry.reader is Reader.OFFICER,
        )


def _answers(
    told: Submitted, ledger: Ledger, readings: Readings
) -> Mapping[tuple[str, str, str], str]:
    reading = reading_of(told, ledger, readings)
    said = reading.answers if reading else ()
    return {answer.address: shortened(visible_text(answer.raw), _LONGEST_ANSWER) for answer in said}


def state_of(standing: Standing, finding: Finding) -> str:
    """未送付, 依頼中, 返答あり or 解決."""
    if finding.address in standing.corrected:
        return PointState.SOLVED
    for point in points_now(standing):
        if (point.asked.code, point.asked.address) == (finding.code, finding.address):
            is_out = point.state is PointState.OPEN
            return "依頼中" if is_out else point.state.value
    return "未送付"
