"""The samples of other formats: one return, what was typed into it, and how it is taken in."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from survival import samples
from xlsx_pdca.checks import IssuedBook, Register, identify, read_return
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.submission import Reading
from xlsx_pdca.ticket import find_tickets

FOLDER = Path(__file__).parents[1] / "samples" / "formats"
PASSWORD = "himitsu"
UNIT = "102016-1"


def data_of(name: str) -> bytes:
    return (FOLDER / name).read_bytes()


def original() -> bytes:
    """The .xlsx the other formats were made of."""
    return (samples.FOLDER / "jizen" / "libreoffice.xlsx").read_bytes()


@functools.cache
def _issued() -> tuple[WorkbookPlan, dict[str, str], str]:
    lines = (samples.FROZEN / "events.jsonl").read_text(encoding="utf-8").splitlines()
    fact = next(d for line in lines if (d := json.loads(line)["data"])["form"] == "jizen")
    plan = WorkbookPlan.from_json((samples.FROZEN / "plans" / f"{fact['plan']}.json").read_bytes())
    return plan, fact["slots"], fact["ticket"]


@functools.cache
def _register() -> Register:
    plan, _, ticket = _issued()
    found = find_tickets(ticket)[0]
    codes = frozenset(answer.code for answer in plan.answers)
    key = (samples.FROZEN / "key").read_bytes()
    return Register(found.round, key, {ticket: IssuedBook(found, "前橋市")}, codes)


@dataclass(frozen=True)
class Taken:
    """What the intake makes of a book."""

    reading: Reading
    proved: bool
    codes: tuple[str, ...]

    def said(self) -> dict[tuple[str, str, str], str]:
        """Answers by field address, blank ones left out."""
        return {a.address: a.raw for a in self.reading.answers if a.raw}


def taken(book: RawBook) -> Taken:
    """The book identified, read by the frozen plan and checked."""
    plan, slots, ticket = _issued()
    identity = identify(book, "回答", _register())
    reading = read_return(book, plan, slots)
    proved = identity.ticket is not None and identity.ticket.text == ticket
    codes = tuple(f.code for f in (*identity.findings, *reading.findings))
    return Taken(reading, proved and not identity.is_held, codes)


@functools.cache
def truth() -> dict[tuple[str, str, str], str]:
    """What was typed, from the table written by hand."""
    return samples.answers("jizen")
