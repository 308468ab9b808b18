"""The form's own marks and counts, calculated by LibreOffice, say what the intake says of the same file."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import proving_form
import small_form
from libreoffice import LibreOffice
from played_round import Address, IssuedCopy, PlayedRound
from random_answers import random_answer
from xlsx_pdca.cells import is_blank
from xlsx_pdca.checks import marks
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.plan import FieldPlan, Mark, WorkbookPlan
from xlsx_pdca.submission import Answer, Reading, State
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.stamp import Master, stamp

pytestmark = pytest.mark.untraced

FORMS = ("jizen", "tojitsu", "proving")
BOOKS = 5
"""Filled in one test; `make test` takes the first batch of each form, `make soak` ten more."""

BATCHES = [0, *(pytest.param(n, marks=pytest.mark.soak) for n in range(1, 11))]

MISSING, DOUBTFUL = (
    {"ANS01", "ANS20", "ANS22"},
    {"ANS04", "ANS05", "ANS09", "ANS17", "ANS18", "ANS40", "ANS41"},
)
HEADS = ("必須の未記入", "御確認", "記入済み", "欄の数")


@pytest.fixture(scope="module")
def copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> IssuedCopy:
    """An issued workbook of a form."""
    folder = tmp_path_factory.mktemp("panel")
    if request.param == "proving":
        return proving_copy(folder)
    round_ = PlayedRound.of_gunma(folder / "round", request.param)
    round_.played("issue")
    return round_.issued(request.param)[0]


def proving_copy(folder: Path) -> IssuedCopy:
    plan = plan_form(
        proving_form.form(), kind="municipality", role="自治体担当者", fiscal_year=2026
    )
    master = Master.of(write_master(plan, created=small_form.CREATED))
    slots = small_form.slots_for(frozenset(master.slots))
    path = folder / "proving.xlsx"
    path.write_bytes(stamp(master, slots))
    return IssuedCopy("102016-1", "前橋市", plan.form, path, plan, slots)


@pytest.mark.parametrize("copy", FORMS, indirect=True)
def test_untouched_form_shows_what_libreoffice_calculates(
    copy: IssuedCopy, soffice: LibreOffice
) -> None:
    """Each formula of the issued file holds the value a full recalculation gives."""
    formulas = openpyxl.load_workbook(copy.path)
    stored = openpyxl.load_workbook(copy.path, data_only=True)
    kept = {
        sheet.title: {
            cell.coordinate: _shown(stored[sheet.title][cell.coordinate])
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type == "f"
        }
        for sheet in formulas
    }
    kept = {name: cells for name, cells in kept.items() if cells}
    assert sum(map(len, kept.values())) > len(copy.plan.answers)
    asked = {name: list(cells) for name, cells in kept.items()}
    assert soffice.run("read", {"path": str(copy.path), "cells": asked}) == kept


@pytest.mark.parametrize("copy", FORMS, indirect=True)
@pytest.mark.parametrize("batch", BATCHES)
def test_marks_and_counts_agree_with_the_intake(
    batch: int, copy: IssuedCopy, tmp_path: Path, soffice: LibreOffice
) -> None:
    """Filled at random: ● is what the intake finds required and empty, △ what it doubts, and the counts are theirs."""
    saved = [tmp_path / f"{n}.xlsx" for n in range(BOOKS)]
    orders = [copy.filling(answers_at_random(copy, f"{batch} {path.stem}"), path) for path in saved]
    assert soffice.type_all(orders) == [{}] * BOOKS
    for path in saved:
        form, reading = FormSays.of(path, copy.plan), copy.read(path)
        assert disagreements(copy.plan, form, reading) == []
        assert form.counts == counts(copy.plan, reading)
        assert form.heads == {
            name: progress_line(missing, doubtful)
            for name, (missing, doubtful, _, _) in form.counts.items()
            if name in form.heads
        }


def answers_at_random(copy: IssuedCopy, seed: str) -> dict[Address, str]:
    rng = random.Random(f"{copy.form} {seed}")
    plan = copy.plan
    texts = {a.address: random_answer(rng, plan.question_of(a)) for a in plan.answers}
    return {address: text for address, text in texts.items() if text}


# -- what the form says --------------------------------------------------------------------


@dataclass(frozen=True)
class FormSays:
    """Values of the form's own formulas, as the program that saved it calculated them and openpyxl reads them."""

    marks: Mapping[Address, str]
    counts: Mapping[str, tuple[int, ...]]
    """Row of the panel on はじめに, by sheet, and 合計."""
    heads: Mapping[str, str]
    """Line at the head of each sheet."""

    @classmethod
    def of(cls, path: Path, plan: WorkbookPlan) -> FormSays:
        book = openpyxl.load_workbook(path, data_only=True)
        marks = {}
        for answer in plan.answers:
            assert answer.mark_cell is not None
            cell = book[plan.sheet(answer.sheet).name][answer.mark_cell.a1.partition(":")[0]]
            marks[answer.address] = _text(cell.value)
        heads = {
            sheet.title: line
            for sheet in book
            for (line,) in sheet.iter_rows(max_row=8, max_col=1, values_only=True)
            if str(line).startswith("必須の")
        }
        return cls(marks, _panel(book["はじめに"]), heads)


def _panel(sheet: Any) -> dict[str, tuple[int, ...]]:
    lines = iter(sheet.iter_rows())
    columns = next(
        {cell.value: cell.column - 1 for cell in line}
        for line in lines
        if set(HEADS) <= {cell.value for cell in line}
    )
    found = {}
    for line in lines:
        name, values = line[0].value, [line[columns[head]].value for head in HEADS]
        if all(isinstance(value, int) for value in values):
            found[name] = tuple(values)
        if name == "合計":
            return found
    raise AssertionError("the panel has no total")


def _shown(cell: Any) -> str:
    """What a person sees; the number of answers still missing is shown as a sentence."""
    before, after = "必須の欄のうち、あと ", " 件が空欄です。"
    is_sentence = before in cell.number_format
    return f"{before}{cell.value}{after}" if is_sentence else _text(cell.value)


def _text(value: object) -> str:
    return "" if value is None else str(value)


# -- what the intake says ------------------------------------------------------------------


def disagreements(plan: WorkbookPlan, form: FormSays, reading: Reading) -> list[str]:
    """Answers beside which the form shows something else than the findings say."""
    asked: dict[Address, set[str]] = {}
    for finding in reading.findings:
        asked.setdefault(finding.address, set()).add(finding.code)
    answers = {answer.address: answer for answer in reading.answers}
    wrong = []
    for planned in plan.answers:
        answer, codes = answers[planned.address], asked.get(planned.address, set())
        shown, question = form.marks[planned.address], plan.question_of(planned)
        if shown != _expected(answer, question, codes, shown):
            wrong.append(f"{planned.address} {answer.raw!r}: {shown!r}, {sorted(codes)}")
    return wrong


def _expected(answer: Answer, question: FieldPlan, codes: set[str], shown: str) -> str:
    if is_blank(answer.raw):
        return Mark.MISSING if codes & MISSING else Mark.NOTHING
    if codes & DOUBTFUL:
        return Mark.DOUBTFUL
    # The intake understands more ways of writing than a formula can: nobody is asked about those.
    understood = answer.state not in (State.FILLED, State.ZERO) or answer.value in question.options
    return Mark.DOUBTFUL if shown == Mark.DOUBTFUL and understood else Mark.FILLED


def counts(plan: WorkbookPlan, reading: Reading) -> dict[str, tuple[int, ...]]:
    """The panel as the intake would fill it."""
    signs = marks(plan, reading.answers)
    found = {}
    for sheet in plan.sheets:
        asked = [a.address for a in plan.answers if a.sheet == sheet.key]
        if asked:
            of = Counter(signs[address] for address in asked)
            filled = sum(not is_blank(a.raw) for a in reading.answers if a.address in asked)
            found[sheet.name] = (of[Mark.MISSING], of[Mark.DOUBTFUL], filled, len(asked))
    return {**found, "合計": tuple(map(sum, zip(*found.values(), strict=True)))}


def progress_line(missing: int, doubtful: int) -> str:
    if missing + doubtful == 0:
        return "必須の欄はすべて記入されています。"
    return f"必須の未記入 {missing} 件　御確認いただきたい欄 {doubtful} 件"
