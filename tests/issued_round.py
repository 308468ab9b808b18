"""A round in a real folder with 事前課題 sent to three municipalities, and their returns filled by openpyxl."""

from __future__ import annotations

import functools
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook

from xlsx_pdca.cells import a1
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Arrived, Issued
from xlsx_pdca.ledger import Ledger, Standing
from xlsx_pdca.plan import TICKET_SLOT, WorkbookPlan
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.ticket import find_tickets, make_ticket
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.stamp import Master, stamp
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.new import RoundToMake, new_round
from xlsx_pdca.workflows.receive import Line, Received, receive
from xlsx_pdca.workflows.round import Round, open_round_at
from xlsx_pdca.workflows.told_sent import mark_sent

NOW = datetime(2026, 9, 1, 9, tzinfo=JST)
KEY = bytes(range(32))
BY = "見本 担当者"
MAEBASHI, TAKASAKI, KIRYU = "102016-1", "102024-1", "102032-1"
Address = tuple[str, str, str]

GOOD: Mapping[Address, str] = {
    ("department", "", ""): "健康部 長寿課",
    ("name", "", ""): "赤城 花子",
    ("contact", "", ""): "027-000-0000",
    ("entered_on", "", ""): "令和8年9月10日",
    ("population", "", ""): "326,918",
    ("strengths", "", ""): "医師会との定例会が続いている。",
    ("weaknesses", "", ""): "担当者の異動が多い。",
    ("purpose", "daily", ""): "住み慣れた地域で暮らせる。",
    ("purpose", "discharge", ""): "安心して家に帰れる。",
    ("purpose", "emergency", ""): "慌てずに相談できる。",
    ("not_yet", "endoflife", ""): "○",
}
"""Answers to 事前課題 about which nothing is to be asked."""


def make_round(root: Path) -> Path:
    """The sample round with 事前課題 and 当日課題 issued and sent to the first three municipalities."""
    made = new_round(root, RoundToMake(2026, sample=True), now=NOW, key=KEY, by=BY)
    opened = open_round_at(made.folder, holder=BY)
    issue(replace(opened, units=opened.units[:3]), now=NOW, by=BY)
    mark_sent(opened, [], everyone=True, on=NOW.date(), now=NOW, by=BY)
    return root


_LAID_OUT = ("保留", "添付資料", "その他")


@dataclass(frozen=True)
class Desk:
    """The officer's side of the round in one test."""

    round: Round

    @classmethod
    def at(cls, root: Path) -> Desk:
        return cls(open_round_at(RoundFolder(root), holder=BY))

    @property
    def root(self) -> Path:
        return self.round.folder.root

    @property
    def ledger(self) -> Ledger:
        return self.round.ledger()

    def standing(self, unit: str = MAEBASHI) -> Standing:
        return self.ledger.standing(unit, "jizen")

    def fact(self, unit: str = MAEBASHI) -> Issued:
        issued = self.standing(unit).issue
        assert issued is not None
        return issued

    def plan(self, unit: str = MAEBASHI) -> WorkbookPlan:
        return _plan(self.round.plans.get(self.fact(unit).plan))

    def cell(self, address: Address) -> tuple[str, str]:
        """Sheet and A1 of an answer."""
        return _cell(self.plan(), address)

    def filled(self, unit: str = MAEBASHI, **changed: str) -> bytes:
        """The unit's workbook with the good answers, some of them changed: `name=…`, `purpose__daily=…`."""
        more = {_address(key): text for key, text in changed.items()}
        said = {a: text for a, text in {**GOOD, **more}.items() if text}
        return _filled((self.root / self.fact(unit).file).read_bytes(), self._typed(said))

    def with_ticket(self, **says: object) -> bytes:
        """前橋市's good return under a ticket that differs in what is given."""
        genuine = find_tickets(self.fact().ticket)[0]
        parts = {
            "round_id": genuine.round,
            "letter": genuine.letter,
            "edition": genuine.edition,
            "unit": genuine.unit,
            "issue": genuine.issue,
            "key": KEY,
        }
        ticket = make_ticket(**{**parts, **says})  # type: ignore[arg-type]
        slots = {**self.fact().slots, TICKET_SLOT: ticket.text}
        copy = stamp(_master(self.plan()), slots)
        return _filled(copy, self._typed(GOOD))

    def untouched(self, unit: str = MAEBASHI) -> bytes:
        """The unit's workbook as it was sent, nothing filled in."""
        return (self.root / self.fact(unit).file).read_bytes()

    def _typed(self, answers: Mapping[Address, str]) -> tuple[tuple[str, str, str], ...]:
        plan = self.plan()
        return tuple((*_cell(plan, address), text) for address, text in answers.items())

    def drop(self, name: str, data: bytes, *, minute: int = 0) -> Path:
        """A file that arrives in 40_届いたファイル; `minute` orders the files of one run."""
        path = self.round.folder.drop / name
        path.write_bytes(data)
        at = (NOW + timedelta(minutes=minute)).timestamp()
        os.utime(path, (at, at))
        return path

    def receive(self) -> Received:
        return receive(self.round, None, now=NOW + timedelta(days=14), by=BY)

    def take_in(self, name: str, data: bytes) -> Line:
        """What becomes of one file alone in the drop folder."""
        self.drop(name, data)
        (line,) = self.receive().lines
        return line

    @property
    def waiting(self) -> list[str]:
        """Names in the drop folder."""
        return sorted(p.name for p in self.round.folder.drop.iterdir())

    @property
    def copies(self) -> list[str]:
        """Readable copies of submissions in 50_受領済."""
        return sorted(p.name for p in self._received() if p.parent.name not in _LAID_OUT)

    @property
    def laid_out(self) -> dict[str, list[str]]:
        """Folder of 50_受領済 → names of what lies there and is no submission."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._received()):
            if path.parent.name in _LAID_OUT:
                found.setdefault(path.parent.name, []).append(path.name)
        return found

    def _received(self) -> list[Path]:
        return [p for p in self.round.folder.received.rglob("*") if p.is_file()]


def codes(arrived: Arrived) -> list[str]:
    return [each.code for each in arrived.findings]


def changed(data: bytes, change: Callable[[Workbook], object]) -> bytes:
    """A workbook after openpyxl did something to it: `change(book)`."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@functools.lru_cache(maxsize=8)
def _plan(data: bytes) -> WorkbookPlan:
    return WorkbookPlan.from_json(data)


def _cell(plan: WorkbookPlan, address: Address) -> tuple[str, str]:
    answer = next(a for a in plan.answers if a.address == address)
    return plan.sheet(answer.sheet).name, a1(answer.rect.top, answer.rect.left)


def _address(key: str) -> Address:
    field, _, column = key.partition("__")
    return (field, column, "")


@functools.lru_cache(maxsize=64)
def _filled(data: bytes, typed: tuple[tuple[str, str, str], ...]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet, address, text in typed:
        cell = book[sheet][address]
        cell.value, cell.data_type = text, "s"
    return saved(book)


@functools.lru_cache(maxsize=2)
def _master(plan: WorkbookPlan) -> Master:
    return Master.of(write_master(plan, created=NOW))
