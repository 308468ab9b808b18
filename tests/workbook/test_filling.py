"""Tests of filling issued workbooks, judged by openpyxl and by our own reading."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest

from demo_stage import UNITS, asked_plan, issued, respondent
from libreoffice import LibreOffice
from small_form import SLOTS
from xlsx_pdca.cells import a1
from xlsx_pdca.checks.whole import read_return
from xlsx_pdca.findings import Grade
from xlsx_pdca.plan import Mark, WorkbookPlan
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.workbook.filling import Beside, fill
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workflows.demo_answers import answers_of

UNIT = UNITS[0]
PLAN = asked_plan("jizen", UNIT)
BLANK = issued(PLAN)
TEXTS = answers_of(respondent(UNIT), PLAN)
TAKEN = PLAN.answers[0].code_cell.a1
ODD = "=1+1\n- 点\n<b>&\"'_x000D_ 😀𠮷 "


def read(package: bytes, plan: WorkbookPlan = PLAN):
    book = read_workbook(package)
    assert isinstance(book, RawBook)
    return read_return(book, plan, SLOTS)


def test_every_text_stands_in_its_cell() -> None:
    """openpyxl finds exactly the texts, in the cells of the plan, odd signs included."""
    texts = TEXTS | {("strengths", "", ""): ODD}
    book = openpyxl.load_workbook(io.BytesIO(fill(BLANK, PLAN, texts)))
    found = {
        a.address: book[PLAN.sheet(a.sheet).name][a1(a.rect.top, a.rect.left)].value
        for a in PLAN.answers
    }
    expected = {address: texts.get(address) for address in found}
    # openpyxl leaves Excel's escapes as they are stored
    expected["strengths", "", ""] = ODD.replace("_x000D_", "_x005F_x000D_")
    assert found == expected


@pytest.mark.parametrize("form", ["jizen", "tojitsu"])
def test_a_filled_workbook_is_read_without_a_question(form: str) -> None:
    """What is filled is read back exactly, and nothing must be checked."""
    plan = asked_plan(form, UNIT)
    texts = answers_of(respondent(UNIT), plan)
    reading = read(fill(issued(plan), plan, texts), plan)
    assert {a.address: a.raw for a in reading.answers if a.raw} == texts
    assert [f.code for f in reading.findings if f.grade is Grade.MUST] == []


def test_marks_do_not_speak_of_the_empty_form(soffice: LibreOffice, tmp_path: Path) -> None:
    """Opened in LibreOffice, a form without a required answer counts one missing, a complete one none."""
    (tmp_path / "full.xlsx").write_bytes(fill(BLANK, PLAN, TEXTS))
    lacking = {a: t for a, t in TEXTS.items() if a != ("weaknesses", "", "")}
    (tmp_path / "lacking.xlsx").write_bytes(fill(BLANK, PLAN, lacking))
    counted = {}
    for name in ("full", "lacking"):
        path = soffice.convert(tmp_path / f"{name}.xlsx", "xlsx", tmp_path / "out")
        book = openpyxl.load_workbook(path, data_only=True)
        marks = [
            book[PLAN.sheet(a.sheet).name][a1(a.mark_cell.top, a.mark_cell.left)].value
            for a in PLAN.answers
            if a.mark_cell
        ]
        counted[name] = marks.count(Mark.MISSING.value)
    assert counted == {"full": 0, "lacking": 1}


def test_a_dragged_answer_is_asked_about() -> None:
    """An answer dropped on its neighbour takes its name along, and exactly this is found."""
    source, target = ("present", "daily", ""), ("actions", "daily", "")
    reading = read(fill(BLANK, PLAN, TEXTS, dragged=(source, target)))
    found = {a.address: a.raw for a in reading.answers}
    assert (found[source], found[target]) == ("", TEXTS[source])
    assert {f.code for f in reading.findings if f.grade is Grade.MUST} == {"STR04"}


def test_a_remark_beside_the_answers_is_kept() -> None:
    """Text right of everything printed is reported, and the answers are untouched."""
    reading = read(fill(BLANK, PLAN, TEXTS, beside=[Beside("s1", "Z10", "別途お送りします")]))
    assert [(s.cell, s.text) for s in reading.strays] == [("Z10", "別途お送りします")]
    assert {a.address: a.raw for a in reading.answers if a.raw} == TEXTS


def test_an_address_the_plan_does_not_have_is_our_bug() -> None:
    """A misspelt address stops at once, and so does a cell that is taken."""
    with pytest.raises(KeyError):
        fill(BLANK, PLAN, {("nowhere", "", ""): "text"})
    with pytest.raises(KeyError):
        fill(BLANK, PLAN, {}, beside=[Beside("s1", TAKEN, "text")])
