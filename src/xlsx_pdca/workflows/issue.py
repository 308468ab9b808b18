"""様式作成: one locked workbook for each unit and form, from frozen plans; what has been issued is never touched again."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from enum import StrEnum
from pathlib import Path

from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.event import JST, Event
from xlsx_pdca.facts import Issued, booking, fact_of
from xlsx_pdca.ledger import Key, Ledger, Standing, fold
from xlsx_pdca.plan import TICKET_SLOT, WorkbookPlan
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.store.system import (
    SYSTEM,
    Calls,
    check_path_length,
    make_folders,
    replace_file,
    sync_directory,
    write_beside,
)
from xlsx_pdca.ticket import make_ticket
from xlsx_pdca.workbook.locks import Password
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.stamp import MAX_ISSUED, Master, stamp
from xlsx_pdca.workflows.orders import Order, orders_of
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.slots import COVER_SLOTS, PLAN_CHANGED, changed_words

PLAN_COPIES = "_システムの控え（送らない・さわらない）"
"""Below 20_送付用: the plans once more, so that a lost system folder does not lose them."""


class Step(StrEnum):
    """Why a workbook is written."""

    NEW = "新規"
    CHANGED = "変更"
    RESTORED = "復元"
    """The very same bytes again, since the file is no longer in its place."""


@dataclass(frozen=True)
class IssuedBook:
    """One workbook that was written, or would be."""

    unit: str
    name: str
    form: str
    number: int
    ticket: str
    file: str
    """Relative to the round folder, forward slashes."""
    step: Step
    changes: tuple[str, ...] = ()
    """In Japanese, what differs from the workbook issued before."""
    is_answered: bool = False
    """The unit has answered already: it needs the workbook only if it is asked anew."""


@dataclass(frozen=True)
class IssueResult:
    """What `issue` did, or with `dry_run` would do."""

    books: tuple[IssuedBook, ...]
    unchanged: int
    exempt: int
    altered: tuple[str, ...]
    """Issued files that somebody changed since; they are left as they are."""
    dry_run: bool


@dataclass(frozen=True)
class _Job:
    """One workbook to be written and, unless it is only restored, booked."""

    order: Order
    fact: Issued
    data: bytes
    step: Step
    changes: tuple[str, ...]
    is_answered: bool = False


@dataclass(frozen=True)
class Press:
    """Masters written once, copies stamped from them."""

    round: Round
    masters: dict[str, Master] = field(default_factory=dict)

    def copy(self, plan: WorkbookPlan, digest: str, slots: Mapping[str, str]) -> bytes:
        """The workbook of one unit; raises FaultyDefinitions where the form itself is too large."""
        if digest not in self.masters:
            self.masters[digest] = self._master(plan, digest)
        return stamp(self.masters[digest], slots)

    def _master(self, plan: WorkbookPlan, digest: str) -> Master:
        # The day of issue, not the clock: the same order gives the same bytes on any day.
        created = datetime.combine(self.round.settings.issued_on, time(9), JST)
        package = write_master(plan, created=created, password=self._password(digest))
        if len(package) > MAX_ISSUED:
            size = f"{len(package) / 1024:.0f} KB"
            found = f"様式のファイルが {size} になります（上限 {MAX_ISSUED // 1024} KB）。"
            raise FaultyDefinitions(
                [
                    Fault(
                        plan.form,
                        "様式全体",
                        found,
                        "表の行数を減らすか、様式を2つに分けてください。",
                    )
                ]
            )
        return Master.of(package)

    def _password(self, digest: str) -> Password | None:
        text = self.round.settings.sheet_password
        salt = hmac.new(self.round.key, digest.encode(), hashlib.sha256).digest()[:16]
        return Password(text, salt) if text else None


def issue(
    round_: Round, *, now: datetime, by: str, dry_run: bool = False, calls: Calls = SYSTEM
) -> IssueResult:
    """Write and book the workbooks that are missing or whose contents have changed.

    Everything is examined before anything is written: faults of forms and 管理簿 raise FaultyDefinitions,
    places that cannot be written raise DiskError. Repeating it writes and books nothing.
    """
    orders, exempt = orders_of(round_, round_.ledger())
    if dry_run:
        jobs, altered = _jobs(round_, orders, round_.log.read())
        return _result(jobs, orders, exempt, altered, dry_run=True)
    with round_.log.writing() as writer:
        jobs, altered = _jobs(round_, orders, writer.read())
        _keep_plans(round_, jobs)
        _write(round_, jobs, calls)
        # The files come first: an event always speaks of a workbook that is there.
        writer.append([booking(j.fact, at=now, by=by) for j in jobs if j.step is not Step.RESTORED])
    return _result(jobs, orders, exempt, altered, dry_run=False)


def outdated(round_: Round, ledger: Ledger) -> tuple[Standing, ...]:
    """Workbooks that no longer say what 管理簿 and the forms say, so that `issue` would make a new edition.

    FaultyDefinitions where a form or 管理簿 is faulty.
    """
    orders, _ = orders_of(round_, ledger)
    pairs = ((ledger.standing(o.unit.id, o.form.id), o) for o in orders)
    return tuple(
        standing
        for standing, order in pairs
        if standing.issue and not _is_same(standing.issue, order, is_out=bool(standing.sent))
    )


def with_other_deadline(round_: Round, ledger: Ledger) -> frozenset[Key]:
    """(unit, form) of those to whom 管理簿 gives another deadline now than the workbook that is out."""
    orders, _ = orders_of(round_, ledger)
    pairs = ((ledger.standing(o.unit.id, o.form.id), o) for o in orders)
    return frozenset(
        (standing.unit, standing.form)
        for standing, order in pairs
        if standing.issue and standing.issue.deadline != order.deadline
    )


# -- what is missing or has changed --------------------------------------------------------


def _jobs(
    round_: Round, orders: Sequence[Order], events: Sequence[Event]
) -> tuple[tuple[_Job, ...], tuple[str, ...]]:
    """Workbooks to write, and issued files that somebody changed."""
    ledger = fold(events)
    last = _last_numbers(events)
    press = Press(round_)
    jobs: list[_Job] = []
    altered: list[str] = []
    for order in orders:
        standing = ledger.standing(order.unit.id, order.form.id)
        before = standing.issue
        number = last.get((order.unit.id, order.form.id), 0) + 1
        if before is None or not _is_same(before, order, is_out=bool(standing.sent)):
            job = _new(press, order, before, number)
            jobs.append(replace(job, is_answered=standing.submission is not None))
            continue
        found = bytes_at(round_.folder.root / before.file)
        if found is None:
            jobs.append(_restored(press, order, before, number))
        elif hashlib.sha256(found).hexdigest() != before.sha256:
            altered.append(before.file)
    return tuple(jobs), tuple(altered)


def _last_numbers(events: Sequence[Event]) -> dict[tuple[str, str], int]:
    """Highest issue number of each unit and form; one taken back is not given twice."""
    last: dict[tuple[str, str], int] = {}
    for event in events:
        fact = fact_of(event)
        if isinstance(fact, Issued):
            key = (fact.unit, fact.form)
            last[key] = max(last.get(key, 0), fact.issue)
    return last


def _is_same(before: Issued, order: Order, *, is_out: bool) -> bool:
    """True when the booked workbook still says what it should.

    One that is out is not replaced because the office's telephone number or the letter's date changed.
    """
    passing = {TICKET_SLOT, *(COVER_SLOTS if is_out else ())}
    said, wanted = (
        {name: text for name, text in slots.items() if name not in passing}
        for slots in (before.slots, order.slots)
    )
    return before.plan == order.digest and said == wanted


def _new(press: Press, order: Order, before: Issued | None, number: int) -> _Job:
    """The workbook under the first number whose file name is free, or holds the very same bytes.

    A file of that name that is not booked was left by a run that was cut off; it may have been sent.
    """
    while True:
        fact, data = _issued(press, order, number)
        path = press.round.folder.root / fact.file
        check_path_length(path, for_excel=True)
        if bytes_at(path) in (None, data):
            break
        number += 1
    if before is None:
        return _Job(order, fact, data, Step.NEW, ())
    words = changed_words(before.slots, order.slots)
    if before.plan != order.digest:
        words = tuple(dict.fromkeys((PLAN_CHANGED, *words)))
    return _Job(order, fact, data, Step.CHANGED, words)


def _restored(press: Press, order: Order, before: Issued, number: int) -> _Job:
    """The booked workbook again; where this installation packs it differently, a new issue."""
    data = press.copy(order.plan, order.digest, before.slots)
    if hashlib.sha256(data).hexdigest() != before.sha256:
        return _new(press, order, before, number)
    return _Job(order, before, data, Step.RESTORED, ())


def _issued(press: Press, order: Order, number: int) -> tuple[Issued, bytes]:
    edition = order.digest[:6].upper()
    ticket = make_ticket(
        round_id=press.round.settings.id,
        letter=order.form.letter,
        edition=edition,
        unit=order.unit.id,
        issue=number,
        key=press.round.key,
    )
    slots = {**order.slots, TICKET_SLOT: ticket.text}
    data = press.copy(order.plan, order.digest, slots)
    fact = Issued(
        unit=order.unit.id,
        form=order.form.id,
        issue=number,
        ticket=ticket.text,
        edition=edition,
        plan=order.digest,
        file=_place(press.round, order, number),
        sha256=hashlib.sha256(data).hexdigest(),
        slots=slots,
        deadline=order.deadline,
    )
    return fact, data


def _place(round_: Round, order: Order, number: int) -> str:
    again = f"_第{number}版" if number > 1 else ""
    stem = f"{order.unit.id}_{order.unit.name}_{order.form.title}"
    folder = round_.folder.issued_of(safe_file_name(order.form.title))
    # The part that tells the issues apart must survive when a long name is cut.
    name = safe_file_name(stem, limit=70) + f"{again}.xlsx"
    return (folder / name).relative_to(round_.folder.root).as_posix()


def bytes_at(path: Path) -> bytes | None:
    with told_about(path):
        return path.read_bytes() if path.exists() else None


# -- writing -------------------------------------------------------------------------------


def _keep_plans(round_: Round, jobs: Sequence[_Job]) -> None:
    plans = {job.order.digest: job.order.plan for job in jobs}
    blobs = tuple(plan.to_json() for plan in plans.values())
    if blobs:
        round_.plans.put_many(blobs)
        Archive.of_plans(round_.folder.issued / PLAN_COPIES).put_many(blobs)


def _write(round_: Round, jobs: Sequence[_Job], calls: Calls) -> None:
    places = {job.fact.file: round_.folder.root / job.fact.file for job in jobs}
    for folder in {path.parent for path in places.values()}:
        make_folders(folder, calls=calls)
    for job in jobs:
        path = places[job.fact.file]
        if not path.exists():
            replace_file(write_beside(path, job.data, calls=calls), path, calls=calls)
    for folder in {path.parent for path in places.values()}:
        sync_directory(folder, calls=calls)


def _result(
    jobs: Sequence[_Job],
    orders: Sequence[Order],
    exempt: int,
    altered: tuple[str, ...],
    *,
    dry_run: bool,
) -> IssueResult:
    books = tuple(
        IssuedBook(
            unit=job.order.unit.id,
            name=job.order.unit.name,
            form=job.order.form.title,
            number=job.fact.issue,
            ticket=job.fact.ticket,
            file=job.fact.file,
            step=job.step,
            changes=job.changes,
            is_answered=job.is_answered,
        )
        for job in jobs
    )
    return IssueResult(books, len(orders) - len(jobs), exempt, altered, dry_run)
