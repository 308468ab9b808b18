"""共通の様式: one blank workbook of a form for everybody, with the unit chosen from a list inside."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from xlsx_pdca.event import Event
from xlsx_pdca.facts import IssuedCommon, booking
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.ledger import Ledger, fold
from xlsx_pdca.plan import TICKET_SLOT, WorkbookPlan
from xlsx_pdca.spec import Form
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.store.system import (
    check_path_length,
    make_folders,
    replace_file,
    sync_directory,
    write_beside,
)
from xlsx_pdca.ticket import COMMON, make_ticket
from xlsx_pdca.unit import Unit
from xlsx_pdca.workbook.master import open_slots
from xlsx_pdca.workbook.writable import plan_faults
from xlsx_pdca.workflows.issue import PLAN_COPIES, Press, bytes_at
from xlsx_pdca.workflows.orders import raise_if_any
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.slots import slots_of

CHOSEN_INSIDE = "「はじめに」で選んだ団体"
"""Stands where a unit's own workbook names the unit."""
_UNKNOWN = dict.fromkeys(("area", "health_office"), "－")


@dataclass(frozen=True)
class CommonBook:
    """One common workbook that is there, or would be."""

    form: str
    """Title."""
    role: str
    number: int
    ticket: str
    file: str
    units: int
    """How many may be chosen in it."""
    is_new: bool


@dataclass(frozen=True)
class _Group:
    """Units that are asked the same questions of a form."""

    form: Form
    units: tuple[Unit, ...]
    is_only: bool
    """No other group answers this form."""

    @property
    def choices(self) -> Mapping[str, str]:
        """What the list shows → unit."""
        return {f"{unit.name}（{unit.id}）": unit.id for unit in self.units}


def issue_common(
    round_: Round, *, now: datetime, by: str, dry_run: bool = False
) -> tuple[CommonBook, ...]:
    """Write and book the common workbooks that are missing or have changed; repeating it writes and books nothing."""
    if dry_run:
        return tuple(job.book for job in _jobs(round_, round_.log.read()))
    with round_.log.writing() as writer:
        jobs = tuple(_jobs(round_, writer.read()))
        for job in jobs:
            _keep(round_, job.plan)
            _write(round_, job.fact, job.data)
        # The files come first: an event always speaks of a workbook that is there.
        writer.append([booking(job.fact, at=now, by=by) for job in jobs if job.book.is_new])
    return tuple(job.book for job in jobs)


@dataclass(frozen=True)
class _Job:
    """One common workbook with its booking and its bytes."""

    book: CommonBook
    plan: WorkbookPlan
    fact: IssuedCommon
    data: bytes


def _jobs(round_: Round, events: Sequence[Event]) -> Iterator[_Job]:
    ledger = fold(events)
    press = Press(round_)
    last = dict.fromkeys(round_.forms, 0)
    for booked in ledger.commons:
        last[booked.fact.form] = max(last.get(booked.fact.form, 0), booked.fact.issue)
    for group in _groups(round_, ledger):
        plan = _plan(round_, group)
        raise_if_any(plan_faults(plan, f"{round_.folder.forms.name}/{group.form.id}"))
        before = ledger.common_of(plan.digest)
        is_new = before is None or not _is_same(before, _slots(round_, group, plan))
        if before is None or is_new:
            last[group.form.id] += 1
            fact, data = _issued(round_, group, plan, press, last[group.form.id])
        else:
            fact, data = before, press.copy(plan, before.plan, before.slots)
        book = CommonBook(
            group.form.title, group.units[0].role, fact.issue, fact.ticket, fact.file,
            len(group.units), is_new,
        )  # fmt: skip
        yield _Job(book, plan, fact, data)


def _groups(round_: Round, ledger: Ledger) -> Iterator[_Group]:
    for form in round_.forms.values():
        found: dict[tuple[str, str], list[Unit]] = {}
        for unit in round_.units:
            is_exempt = unit.exempt or ledger.standing(unit.id, form.id).exemptions
            if not is_exempt and round_.asks(unit, form):
                found.setdefault((unit.kind.value, unit.role), []).append(unit)
        for units in found.values():
            yield _Group(form, tuple(units), len(found) == 1)


def _plan(round_: Round, group: _Group) -> WorkbookPlan:
    settings = round_.settings
    return plan_form(
        group.form,
        kind=group.units[0].kind.value,
        role=group.units[0].role,
        fiscal_year=settings.fiscal_year,
        enabled=settings.form(group.form.id).enabled,
        verbatim=settings.verbatim,
        choices=tuple(group.choices),
    )


def _keep(round_: Round, plan: WorkbookPlan) -> None:
    blobs = (plan.to_json(),)
    round_.plans.put_many(blobs)
    Archive.of_plans(round_.folder.issued / PLAN_COPIES).put_many(blobs)


def _slots(round_: Round, group: _Group, plan: WorkbookPlan) -> dict[str, str]:
    """What the named slots say where nobody is named yet."""
    deadline = round_.settings.form(group.form.id).deadline
    assert deadline is not None, "管理簿 is read only with a deadline for every form in use"
    said = slots_of(round_, group.units[0], deadline, open_slots(plan))
    nobody = {"unit": CHOSEN_INSIDE, "covers": CHOSEN_INSIDE, "unit_id": COMMON, **_UNKNOWN}
    return {name: nobody.get(name, text) for name, text in said.items()}


def _is_same(before: IssuedCommon, wanted: Mapping[str, str]) -> bool:
    return {n: text for n, text in before.slots.items() if n != TICKET_SLOT} == dict(wanted)


def _issued(
    round_: Round, group: _Group, plan: WorkbookPlan, press: Press, number: int
) -> tuple[IssuedCommon, bytes]:
    ticket = make_ticket(
        round_id=round_.settings.id,
        letter=group.form.letter,
        edition=plan.edition,
        unit=COMMON,
        issue=number,
        key=round_.key,
    )
    slots = {**_slots(round_, group, plan), TICKET_SLOT: ticket.text}
    data = press.copy(plan, plan.digest, slots)
    fact = IssuedCommon(
        form=group.form.id,
        issue=number,
        ticket=ticket.text,
        edition=plan.edition,
        plan=plan.digest,
        file=_place(round_, group, number),
        sha256=hashlib.sha256(data).hexdigest(),
        slots=slots,
        units=group.choices,
        deadline=round_.settings.form(group.form.id).deadline,
    )
    return fact, data


def _place(round_: Round, group: _Group, number: int) -> str:
    whom = "" if group.is_only else f"_{group.units[0].kind}_{group.units[0].role}"
    again = f"_第{number}版" if number > 1 else ""
    folder = round_.folder.issued_of(safe_file_name(group.form.title))
    name = safe_file_name(f"共通_{group.form.title}{whom}", limit=70) + f"{again}.xlsx"
    return (folder / name).relative_to(round_.folder.root).as_posix()


def _write(round_: Round, fact: IssuedCommon, data: bytes) -> None:
    """The file comes before its booking; one that is there is left as it is."""
    path = round_.folder.root / fact.file
    check_path_length(path, for_excel=True)
    if bytes_at(path) is None:
        make_folders(path.parent)
        replace_file(write_beside(path, data), path)
        sync_directory(path.parent)
