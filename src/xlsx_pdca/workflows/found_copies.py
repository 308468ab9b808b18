"""Readable copies in 50_受領済 taken for submissions again, in the order of 第n回, where there is no ledger any more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.checks.choice import chosen_unit, meant_unit
from xlsx_pdca.facts import Arrived, Issued, IssuedCommon, Outcome, Submitted
from xlsx_pdca.findings import finding
from xlsx_pdca.rawbook import CellType, RawBook
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.ticket import Ticket, find_tickets
from xlsx_pdca.workflows.copies import FOUND_AGAIN
from xlsx_pdca.workflows.copy_names import COPY_OF_ONE_FILE
from xlsx_pdca.workflows.judge import person_of
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.verify_files import place_of

SOURCE = FOUND_AGAIN.rstrip("/")


@dataclass(frozen=True)
class _Copy:
    """A file that is named as readable copies are."""

    path: Path
    data: bytes
    unit: str
    """As its name says."""
    number: int
    form: str
    """As its folder says."""


@dataclass(frozen=True)
class _Whose:
    """Whose a copy is, and the workbook it was made on."""

    unit: str
    """As it says itself; where it says nothing, as its file name says."""
    names_another: bool
    """It names another unit inside than its file name does."""
    is_said: bool
    """It says itself whose it is."""
    sent: Issued | IssuedCommon | None
    issue: int


def found_copies(
    folder: RoundFolder,
    readings: Readings,
    issues: Sequence[Issued],
    commons: Sequence[IssuedCommon],
    not_taken: list[str],
) -> Iterator[Arrived]:
    """An arrival for each copy; one that names another unit inside than outside waits for a person.

    Whether a person had assigned it so, or had taken that back, only the lost ledger knew.
    """
    made: tuple[Issued | IssuedCommon, ...] = (*issues, *commons)
    titles = {readings.plan(fact.plan).title: fact.form for fact in made}
    copies = _copies(folder, titles, not_taken)
    parsed = readings.parse_all([copy.data for copy in copies])
    for copy, book in zip(copies, parsed, strict=True):
        if not isinstance(book, RawBook):
            not_taken.append(place_of(copy.path, folder))
            continue
        whose = _whose(copy, book, made, readings)
        if whose.names_another:
            yield _held(folder, copy, book, whose)
        elif whose.sent is None:
            not_taken.append(place_of(copy.path, folder))
        else:
            yield _taken(folder, copy, book, whose, whose.sent, readings)


def _copies(folder: RoundFolder, titles: dict[str, str], not_taken: list[str]) -> list[_Copy]:
    """Readable copies in the order in which they count; whatever else lies there is named."""
    found = []
    for path in sorted(p for p in folder.received.rglob("*") if p.is_file()):
        if match := COPY_OF_ONE_FILE.match(path.name):
            form = titles.get(path.parent.name, "")
            number = int(match["number"])
            found.append(_Copy(path, path.read_bytes(), match["unit"], number, form))
        else:
            not_taken.append(place_of(path, folder))
    return sorted(found, key=lambda copy: (copy.number, copy.path))


def _whose(
    copy: _Copy, book: RawBook, made: Iterable[Issued | IssuedCommon], readings: Readings
) -> _Whose:
    """What its tickets and the unit chosen in it say; without any, what its file name says."""
    of_form = [fact for fact in made if fact.form == copy.form]
    tickets = {ticket.text: ticket for ticket in _tickets(book)}
    shown = [fact for fact in of_form if fact.ticket in tickets]
    named = {ticket.unit for ticket in tickets.values() if not ticket.is_common}
    named |= {_chosen(book, fact, readings) for fact in shown if isinstance(fact, IssuedCommon)}
    others = sorted(named - {copy.unit, ""})
    unit = others[0] if others else copy.unit
    own = [fact for fact in of_form if isinstance(fact, Issued) and fact.unit == unit]
    sent = [f for f in shown if isinstance(f, IssuedCommon) or f.unit == unit] or own
    issue = next((f.issue for f in reversed((*own, *sent)) if isinstance(f, Issued)), 0)
    return _Whose(unit, bool(others), unit in named, sent[-1] if sent else None, issue)


def _chosen(book: RawBook, common: IssuedCommon, readings: Readings) -> str:
    return meant_unit(chosen_unit(book, readings.plan(common.plan)), common.units)


def _tickets(book: RawBook) -> Iterator[Ticket]:
    texts = [
        cell.text for s in book.sheets for cell in s.cells.values() if cell.type is CellType.TEXT
    ]
    for text in (*texts, *book.properties.values()):
        yield from find_tickets(text)


def _held(folder: RoundFolder, copy: _Copy, book: RawBook, whose: _Whose) -> Arrived:
    """A copy that waits: its place in 50_受領済 is told by its source, so that it can leave it."""
    doubt = finding("ARR40", name=copy.unit, found=whose.unit)
    place = place_of(copy.path.parent, folder).partition("/")[2]
    arrived = _arrived(copy, book, whose)
    return replace(arrived, outcome=Outcome.HELD, source=f"{FOUND_AGAIN}{place}", findings=(doubt,))


def _taken(
    folder: RoundFolder,
    copy: _Copy,
    book: RawBook,
    whose: _Whose,
    sent: Issued | IssuedCommon,
    readings: Readings,
) -> Arrived:
    arrived = _arrived(copy, book, whose)
    reading = readings.judge(book, arrived.sha256, sent.plan, sent.slots)
    taken = Submitted(
        sha256=arrived.sha256,
        unit=arrived.unit,
        form=arrived.form,
        issue=arrived.issue,
        plan=arrived.plan,
        number=copy.number,
        file=place_of(copy.path, folder),
        findings=reading.findings,
        person=person_of(reading),
        assigned=not whose.is_said,
    )
    return replace(arrived, findings=reading.findings, losses=reading.losses, submission=taken)


def _arrived(copy: _Copy, book: RawBook, whose: _Whose) -> Arrived:
    return Arrived(
        sha256=sha256(copy.data).hexdigest(),
        name=copy.path.name,
        source=SOURCE,
        size=len(copy.data),
        outcome=Outcome.SUBMISSION,
        application=book.application,
        unit=whose.unit if whose.sent else "",
        form=copy.form if whose.sent else "",
        issue=whose.issue,
        plan=whose.sent.plan if whose.sent else "",
    )
