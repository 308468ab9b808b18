"""What folders without a ledger still tell: issued workbooks in 20_送付用, and submissions in 50_受領済 in the order of 第n回."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.errors import OperatorError
from xlsx_pdca.facts import Arrived, Issued, Outcome, Submitted
from xlsx_pdca.ledger import Key
from xlsx_pdca.plan import HIDDEN_SHEET, SLOT, TICKET_SLOT, WorkbookPlan
from xlsx_pdca.rawbook import CellType, RawBook
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.ticket import Ticket, find_tickets
from xlsx_pdca.wareki import parse_date
from xlsx_pdca.workbook.master import identity
from xlsx_pdca.workflows.judge import person_of
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.verify_files import issued_workbooks, place_of

_COPY = re.compile(
    r"(?P<unit>[0-9A-Z]{1,8}-[0-9]{1,2})_.*_第(?P<number>[0-9]+)回(（変換）)?\.xlsx\Z"
)
SOURCE = "50_受領済の控え"


@dataclass(frozen=True)
class FoundAgain:
    """What a ledger can be made of again."""

    issues: tuple[Issued, ...]
    arrivals: tuple[Arrived, ...]
    not_taken: tuple[str, ...]
    """Files of which it cannot be said what they were."""


@dataclass(frozen=True)
class _Copy:
    path: Path
    data: bytes
    unit: str
    number: int


def find_again(folder: RoundFolder, readings: Readings) -> FoundAgain:
    """Issues and submissions as the files tell them; dates, people and decisions are not among it."""
    not_taken: list[str] = []
    issues = tuple(_issues(folder, readings, not_taken))
    arrivals = tuple(_arrivals(folder, readings, issues, not_taken))
    return FoundAgain(issues, arrivals, tuple(not_taken))


# -- issued workbooks ----------------------------------------------------------------------


def _issues(folder: RoundFolder, readings: Readings, not_taken: list[str]) -> Iterator[Issued]:
    paths = issued_workbooks(folder)
    blobs = [path.read_bytes() for path in paths]
    found: list[Issued] = []
    for path, data, book in zip(paths, blobs, readings.parse_all(blobs), strict=True):
        place = place_of(path, folder)
        fact = _issue(book, place, data, readings.plan) if isinstance(book, RawBook) else None
        if fact is None or fact.ticket in {each.ticket for each in found}:
            not_taken.append(place)
        else:
            found.append(fact)
    yield from sorted(found, key=lambda fact: (fact.issue, fact.form, fact.unit))


def _issue(
    book: RawBook, file: str, data: bytes, plan_of: Callable[[str], WorkbookPlan]
) -> Issued | None:
    """The booking of an issued workbook; None where its hidden sheet does not say what it is."""
    said = _hidden(book)
    tickets = find_tickets(said.get("ticket", ""))
    try:
        plan = plan_of(said.get("plan", ""))
    except (OperatorError, ValueError):  # not ours, or its plan is nowhere
        return None
    slots = slots_in(book, plan, said) if tickets else None
    if slots is None:
        return None
    return Issued(
        unit=tickets[0].unit,
        form=plan.form,
        issue=tickets[0].issue,
        ticket=tickets[0].text,
        edition=tickets[0].edition,
        plan=plan.digest,
        file=file,
        sha256=sha256(data).hexdigest(),
        slots=slots,
        deadline=parse_date(slots.get("deadline", "")),
    )


def _hidden(book: RawBook) -> Mapping[str, str]:
    """Key and value rows of the hidden sheet."""
    sheet = next((s for s in book.sheets if s.name == HIDDEN_SHEET), None)
    if sheet is None:
        return {}
    rows = {row for row, _ in sheet.cells}
    cells = {
        (row, c): sheet.cells[row, c].text
        for row in rows
        for c in (1, 2)
        if (row, c) in sheet.cells
    }
    return {cells[row, 1]: cells.get((row, 2), "") for row in rows if (row, 1) in cells}


def slots_in(book: RawBook, plan: WorkbookPlan, said: Mapping[str, str]) -> dict[str, str] | None:
    """Slot values as sent, read from the locked texts; None where one cannot be told or two disagree."""
    found: dict[str, str] = {}
    for pattern, text in (*_slotted_cells(book, plan), *_slotted_hidden(plan, said)):
        match = re.fullmatch(_expression(pattern), text, re.DOTALL)
        for name, value in match.groupdict().items() if match else ():
            if found.setdefault(_slot(name), value) != value:
                return None
    wanted = plan.slots() | {TICKET_SLOT, "round", "prefecture", "unit_id"}
    return {name: found[name] for name in sorted(wanted)} if wanted <= found.keys() else None


def _slotted_cells(book: RawBook, plan: WorkbookPlan) -> list[tuple[str, str]]:
    """(text with slots, text found), those with one slot first: nothing in them can be cut wrongly."""
    sheets = {sheet.name: sheet for sheet in book.sheets}
    found = [
        (cell.text, there.text)
        for sheet in plan.sheets
        for cell in sheet.cells
        if SLOT.search(cell.text)
        and sheet.name in sheets
        and (there := sheets[sheet.name].cells.get((cell.rect.top, cell.rect.left)))
    ]
    return sorted(found, key=lambda each: len(SLOT.findall(each[0])))


def _slotted_hidden(plan: WorkbookPlan, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((text, said[key]) for key, text in identity(plan).items() if key in said)


def _expression(text: str) -> str:
    """A pattern for a text with slots; the same slot twice must say the same."""
    met: set[str] = set()

    def piece(part: str, *, is_slot: bool) -> str:
        if not is_slot:
            return re.escape(part)
        name = _group(part)
        again = name in met
        met.add(name)
        return f"(?P={name})" if again else f"(?P<{name}>.*)"

    pieces = SLOT.split(text)
    return "".join(piece(part, is_slot=bool(i % 2)) for i, part in enumerate(pieces))


def _group(slot: str) -> str:
    return "s_" + slot.encode().hex()


def _slot(group: str) -> str:
    return bytes.fromhex(group.removeprefix("s_")).decode()


# -- submissions ---------------------------------------------------------------------------


def _arrivals(
    folder: RoundFolder, readings: Readings, issues: Sequence[Issued], not_taken: list[str]
) -> Iterator[Arrived]:
    copies = _copies(folder, not_taken)
    titles = {readings.plan(fact.plan).title: fact.form for fact in issues}
    parsed = readings.parse_all([copy.data for copy in copies])
    for copy, book in zip(copies, parsed, strict=True):
        form = titles.get(copy.path.parent.name, "")
        fact = _made_on(book, (copy.unit, form), issues) if isinstance(book, RawBook) else None
        if fact is None or not isinstance(book, RawBook):
            not_taken.append(place_of(copy.path, folder))
        else:
            yield _arrival(folder, copy, book, fact, readings)


def _copies(folder: RoundFolder, not_taken: list[str]) -> list[_Copy]:
    """Readable copies in the order in which they count; whatever else lies there is named."""
    found = []
    for path in sorted(p for p in folder.received.rglob("*") if p.is_file()):
        if match := _COPY.match(path.name):
            found.append(_Copy(path, path.read_bytes(), match["unit"], int(match["number"])))
        else:
            not_taken.append(place_of(path, folder))
    return sorted(found, key=lambda copy: (copy.number, copy.path))


def _made_on(book: RawBook, key: Key, issues: Iterable[Issued]) -> Issued | None:
    """The issued workbook a copy was made on: that of its ticket, else the newest of the unit its name says."""
    own = {fact.ticket: fact for fact in issues if (fact.unit, fact.form) == key}
    shown = {ticket.text for ticket in _tickets(book)} & own.keys()
    if len(shown) == 1:
        return own[shown.pop()]
    return next(reversed(own.values()), None)


def _tickets(book: RawBook) -> Iterator[Ticket]:
    texts = [
        cell.text for s in book.sheets for cell in s.cells.values() if cell.type is CellType.TEXT
    ]
    for text in (*texts, *book.properties.values()):
        yield from find_tickets(text)


def _arrival(
    folder: RoundFolder, copy: _Copy, book: RawBook, made_on: Issued, readings: Readings
) -> Arrived:
    digest = sha256(copy.data).hexdigest()
    reading = readings.judge(book, digest, made_on.plan, made_on.slots)
    arrived = Arrived(
        sha256=digest,
        name=copy.path.name,
        source=SOURCE,
        size=len(copy.data),
        outcome=Outcome.SUBMISSION,
        application=book.application,
        unit=made_on.unit,
        form=made_on.form,
        issue=made_on.issue,
        plan=made_on.plan,
        findings=reading.findings,
        losses=reading.losses,
    )
    taken = Submitted(
        sha256=digest,
        unit=made_on.unit,
        form=made_on.form,
        issue=made_on.issue,
        plan=made_on.plan,
        number=copy.number,
        file=place_of(copy.path, folder),
        findings=reading.findings,
        person=person_of(reading),
        assigned=made_on.ticket not in {t.text for t in _tickets(book)},
    )
    return replace(arrived, submission=taken)
