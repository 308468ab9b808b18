"""The good returns that are broken: the committed ones of thirteen programs, and those of a neighbour, in one round."""

from __future__ import annotations

import functools
import io
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from survival import samples
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Issued, booking
from xlsx_pdca.ledger import Ledger, fold
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.ticket import find_tickets, make_ticket
from xlsx_pdca.workflows.new import RoundToMake, new_round
from xlsx_pdca.workflows.round import Round, open_round_at

FORMS = ("jizen", "tojitsu")
UNIT, NEIGHBOUR, NEIGHBOUR_NAME = "102016-1", "102024-1", "高崎市"
NOW = datetime(2026, 11, 2, 9, tzinfo=JST)
_KEY = samples.FROZEN / "key"


@dataclass(frozen=True)
class Good:
    """A return about which nothing is to be asked."""

    name: str
    """Form and program, like `jizen/poi`."""
    form: str
    unit: str
    data: bytes


@functools.cache
def goods() -> Mapping[str, Good]:
    """Good returns of one unit by name."""
    found = {}
    for form in FORMS:
        for program in samples.programs():
            name = f"{form}/{program.sample}"
            data = (samples.FOLDER / f"{name}.xlsx").read_bytes()
            found[name] = Good(name, form, UNIT, data)
    return found


@functools.cache
def neighbour(form: str) -> Good:
    """The return of another unit of the same round, under another name and its own ticket."""
    mine = goods()[f"{form}/openpyxl"]
    old, new = _ticket(form, UNIT).encode(), _ticket(form, NEIGHBOUR).encode()
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(mine.data)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for info in source.infolist():
            part = source.read(info).replace(old, new)
            target.writestr(info.filename, part.replace("𠮷田".encode(), "山本".encode()))
    return Good(f"{form}/neighbour", form, NEIGHBOUR, buffer.getvalue())


def round_with_neighbour(root: Path) -> Round:
    """The round the samples were issued in, with the neighbour's workbooks booked beside them."""
    wanted = RoundToMake(2026, sample=True)
    folder = new_round(root, wanted, now=NOW, key=_KEY.read_bytes(), by="見本").folder
    shutil.copy(samples.FROZEN / "events.jsonl", folder.events)
    shutil.copytree(samples.FROZEN / "plans", folder.plans, dirs_exist_ok=True)
    round_ = open_round_at(folder, holder="見本")
    with round_.log.writing() as writer:
        more = [booking(_beside(fact), at=NOW, by="見本") for fact in _issued(fold(writer.read()))]
        writer.append(more)
    return open_round_at(folder, holder="見本")


@functools.cache
def plan(form: str) -> WorkbookPlan:
    """The frozen plan of a form; what it says was printed is what the judge looks for."""
    digest = next(fact.plan for fact in _issued(_ledger()) if fact.form == form)
    return WorkbookPlan.from_json(Archive.of_plans(samples.FROZEN / "plans").get(digest))


@functools.cache
def _ledger() -> Ledger:
    from xlsx_pdca.store.events import EventLog

    return fold(EventLog(samples.FROZEN / "events.jsonl", samples.FROZEN / "lock", "見本").read())


def _issued(ledger: Ledger) -> list[Issued]:
    found = (ledger.standing(UNIT, form).issue for form in FORMS)
    return [fact for fact in found if fact is not None]


def _ticket(form: str, unit: str) -> str:
    mine = next(fact for fact in _issued(_ledger()) if fact.form == form)
    return mine.ticket if unit == mine.unit else _beside(mine).ticket


def _beside(mine: Issued) -> Issued:
    """The same workbook, made for the neighbour."""
    said = find_tickets(mine.ticket)[0]
    ticket = make_ticket(
        round_id=said.round,
        letter=said.letter,
        edition=said.edition,
        unit=NEIGHBOUR,
        issue=said.issue,
        key=_KEY.read_bytes(),
    )
    slots = {**mine.slots, "ticket": ticket.text}
    return replace(mine, unit=NEIGHBOUR, ticket=ticket.text, slots=slots, sha256="0" * 64)
