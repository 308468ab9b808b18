"""What folders without a ledger still tell: issued workbooks in 20_送付用, and submissions in 50_受領済."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from xlsx_pdca.errors import OperatorError
from xlsx_pdca.facts import Arrived, Issued, IssuedCommon
from xlsx_pdca.plan import HIDDEN_SHEET, SLOT, TICKET_SLOT, UNITS_LIST, WorkbookPlan
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.wareki import parse_date
from xlsx_pdca.workbook.master import identity
from xlsx_pdca.workflows.found_copies import found_copies
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.verify_files import issued_workbooks, place_of

_CHOICE = re.compile(r"（([^（）]+)）\Z")
"""Behind the name in the list of a common form: the unit's id."""


@dataclass(frozen=True)
class FoundAgain:
    """What a ledger can be made of again."""

    issues: tuple[Issued, ...]
    commons: tuple[IssuedCommon, ...]
    arrivals: tuple[Arrived, ...]
    not_taken: tuple[str, ...]
    """Files of which it cannot be said what they were."""

    @property
    def made(self) -> tuple[Issued | IssuedCommon, ...]:
        """Every workbook that went out."""
        return (*self.issues, *self.commons)

    @property
    def held(self) -> tuple[Arrived, ...]:
        """Copies that wait for a person: they name another unit inside than outside."""
        return tuple(each for each in self.arrivals if each.submission is None)


def find_again(folder: RoundFolder, readings: Readings) -> FoundAgain:
    """Issues and submissions as the files tell them; dates, people and decisions are not among it."""
    not_taken: list[str] = []
    made = tuple(_issues(folder, readings, not_taken))
    issues = tuple(fact for fact in made if isinstance(fact, Issued))
    commons = tuple(fact for fact in made if isinstance(fact, IssuedCommon))
    arrivals = tuple(found_copies(folder, readings, issues, commons, not_taken))
    return FoundAgain(issues, commons, arrivals, tuple(not_taken))


# -- issued workbooks ----------------------------------------------------------------------


def _issues(
    folder: RoundFolder, readings: Readings, not_taken: list[str]
) -> Iterator[Issued | IssuedCommon]:
    paths = issued_workbooks(folder)
    blobs = [path.read_bytes() for path in paths]
    found: list[Issued | IssuedCommon] = []
    for path, data, book in zip(paths, blobs, readings.parse_all(blobs), strict=True):
        place = place_of(path, folder)
        fact = _issue(book, place, data, readings.plan) if isinstance(book, RawBook) else None
        if fact is None or fact.ticket in {each.ticket for each in found}:
            not_taken.append(place)
        else:
            found.append(fact)
    yield from sorted(found, key=lambda fact: (fact.issue, fact.form, fact.ticket))


def _issue(
    book: RawBook, file: str, data: bytes, plan_of: Callable[[str], WorkbookPlan]
) -> Issued | IssuedCommon | None:
    """The booking of an issued workbook, or of a blank one for everybody; None where its hidden sheet does not say what it is."""
    said = _hidden(book)
    tickets = find_tickets(said.get("ticket", ""))
    try:
        plan = plan_of(said.get("plan", ""))
    except (OperatorError, ValueError):  # not ours, or its plan is nowhere
        return None
    slots = slots_in(book, plan, said) if tickets else None
    if slots is None:
        return None
    fact = Issued(
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
    return _common(fact, plan) if tickets[0].is_common else fact


def _common(fact: Issued, plan: WorkbookPlan) -> IssuedCommon:
    """The same as a blank workbook for all whom its list names."""
    listed = next((each.values for each in plan.lists if each.name == UNITS_LIST), ())
    return IssuedCommon(
        form=fact.form,
        issue=fact.issue,
        ticket=fact.ticket,
        edition=fact.edition,
        plan=fact.plan,
        file=fact.file,
        sha256=fact.sha256,
        slots=fact.slots,
        units={text: match[1] for text in listed if (match := _CHOICE.search(text))},
        deadline=fact.deadline,
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
