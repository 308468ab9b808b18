"""The official 事前課題 as issued today to 前橋市, a table of true answers, and what the intake makes of a file."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import openpyxl

from survival import samples
from xlsx_pdca.cells import a1
from xlsx_pdca.checks import IssuedBook, Register, identify, read_return
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Issued
from xlsx_pdca.findings import Finding
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.reading import answer_label
from xlsx_pdca.submission import Reading
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.new import RoundToMake, new_round
from xlsx_pdca.workflows.round import open_round_at, optional_ids

KEY = bytes(range(32))
NOW = datetime(2026, 9, 1, 9, tzinfo=JST)
Address = tuple[str, str, str]


@dataclass(frozen=True)
class Form:
    """One issued workbook with all that is needed to read it."""

    data: bytes
    plan: WorkbookPlan
    fact: Issued
    register: Register

    def answer(self, address: Address) -> AnswerPlan:
        return next(a for a in self.plan.answers if a.address == address)

    def sheet(self, address: Address) -> str:
        return self.plan.sheet(self.answer(address).sheet).name

    def cell(self, address: Address) -> str:
        """A1 of an answer in the untouched form."""
        rect = self.answer(address).rect
        return a1(rect.top, rect.left)

    def row(self, address: Address) -> int:
        return self.answer(address).rect.top


@functools.cache
def form() -> Form:
    """事前課題 with every optional question, issued by today's program to 前橋市 (and 高崎市 beside it)."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = RoundToMake(2026, sample=True)
        made = new_round(Path(folder) / "round", wanted, now=NOW, key=KEY, by="見本")
        opened = open_round_at(made.folder, holder="見本")
        settings = tuple(
            replace(f, enabled=optional_ids(opened.forms[f.form])) for f in opened.settings.forms
        )
        settings_on = replace(opened.settings, forms=settings)
        round_ = replace(opened, units=opened.units[:2], settings=settings_on)
        issue(round_, now=NOW, by="見本")
        ledger = round_.ledger()
        fact = ledger.standing("102016-1", "jizen").issue
        assert fact is not None
        plan = WorkbookPlan.from_json(round_.plans.get(fact.plan))
        books = {
            t: IssuedBook(find_tickets(t)[0], round_.unit(i.unit).name)
            for t, i in ledger.tickets.items()
        }
        codes = frozenset(answer.code for answer in plan.answers)
        register = Register(round_.settings.id, KEY, books, codes)
        return Form((made.folder.root / fact.file).read_bytes(), plan, fact, register)


@functools.cache
def truth() -> Mapping[Address, str]:
    """The true answer of every field; blank ones are blank. Nothing here was read by our reader."""
    said = samples.answers("jizen")
    return {a.address: said.get(a.address, "") for a in form().plan.answers}


def fill(target: Path) -> Path:
    """The issued workbook filled with the true answers by openpyxl."""
    source = target.with_name("issued.xlsx")
    source.write_bytes(form().data)
    book = openpyxl.load_workbook(source)
    for address, text in truth().items():
        if text:
            cell = book[form().sheet(address)][form().cell(address)]
            cell.value, cell.data_type = text, "s"
    book.save(target)
    return target


@dataclass(frozen=True)
class Outcome:
    """What the intake makes of one file, and how that stands to the truth."""

    reading: Reading
    identity: tuple[Finding, ...]
    is_proved: bool

    @property
    def findings(self) -> tuple[Finding, ...]:
        return (*self.identity, *self.reading.findings)

    @property
    def codes(self) -> list[str]:
        return [each.code for each in self.findings]

    def right(self) -> int:
        """Number of fields whose text is the true one."""
        return len(truth()) - len(self.wrong())

    def wrong(self) -> list[Address]:
        got = {answer.address: answer.raw for answer in self.reading.answers}
        return [address for address, text in truth().items() if got[address] != text]

    def silently_wrong(self) -> list[Address]:
        """Wrong fields that no finding names: by address, by label, by printed code or header, or with its whole sheet."""
        return [address for address in self.wrong() if not self._is_named(address)]

    def _is_named(self, address: Address) -> bool:
        answer, sheet = form().answer(address), form().sheet(address)
        label = answer_label(answer, form().plan)
        for each in self.findings:
            words = dict(each.context)
            if each.address == address or f"「{label}」" in words.get("places", ""):
                return True
            if {answer.code, answer.header} & set(words.get("labels", "").split("、")):
                return True
            whole_sheet = each.address == ("", "", "") and "labels" not in words
            if whole_sheet and (each.sheet == sheet or f"「{sheet}」" in each.sentence()):
                return True
        return False


def taken_in(path: Path, *, name: str = "") -> Outcome:
    """The file read as `receive` reads it; one without a proof is read as a person assigns it."""
    book = read_workbook(path.read_bytes())
    assert not isinstance(book, Refusal), book
    identity = identify(book, name or path.name, form().register)
    proved = identity.ticket is not None and identity.ticket.text == form().fact.ticket
    reading = read_return(book, form().plan, form().fact.slots)
    return Outcome(reading, identity.findings, proved and not identity.is_held)
