"""The master says what the plan says, locks what must be locked, and looks the same in every program."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from lxml import etree
from openpyxl.cell import MergedCell

import small_form
from libreoffice import LibreOffice
from xlsx_pdca.cells import Rect, a1, folded
from xlsx_pdca.plan import CellPlan, Style, ValidationPlan, WorkbookPlan, locked_texts
from xlsx_pdca.workbook.lint import lint_package
from xlsx_pdca.workbook.locks import Password
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.package import unpacked
from xlsx_pdca.workbook.stamp import Master, stamp

MAIN = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def stamped(plan: WorkbookPlan, password: Password | None = None) -> bytes:
    """One unit's copy of a plan."""
    master = Master.of(write_master(plan, created=small_form.CREATED, password=password))
    return stamp(master, small_form.slots_for(master.slots))


@pytest.fixture(scope="module")
def plan() -> WorkbookPlan:
    return small_form.plan()


@pytest.fixture(scope="module")
def package(plan: WorkbookPlan) -> bytes:
    return stamped(plan)


@pytest.fixture(scope="module")
def book(package: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(package))


@pytest.fixture(scope="module")
def cached(package: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(package), data_only=True)


def with_cells(plan: WorkbookPlan, *cells: CellPlan) -> WorkbookPlan:
    """The plan with more cells far below its first sheet."""
    first, *others = plan.sheets
    return replace(plan, sheets=(replace(first, cells=(*first.cells, *cells)), *others))


def test_every_locked_text_stands_where_the_plan_says(plan: WorkbookPlan, book: Any) -> None:
    """An independent reader finds each text, slots filled, in the first cell of its rectangle."""
    expected = [
        (plan.sheet(key).name, rect.top, rect.left, text)
        for key, rect, text in locked_texts(plan, small_form.SLOTS)
    ]
    found = [(s, r, c, book[s].cell(r, c).value) for s, r, c, _ in expected]
    assert found == expected
    assert len(expected) > 100


def test_answers_are_open_and_all_else_is_locked(plan: WorkbookPlan, book: Any) -> None:
    """On protected sheets exactly the cells of answer rectangles are unlocked, as wrapped text."""
    for sheet in plan.sheets:
        if not sheet.protected:
            continue
        answers = [a.rect for a in plan.answers if a.sheet == sheet.key]
        written = book[sheet.name]
        assert written.protection.sheet
        for row in written.iter_rows(max_row=len(sheet.heights) + 3):
            for cell in row:
                is_answer = any(r.contains(cell.row, cell.column) for r in answers)
                assert cell.protection.locked is not is_answer, cell.coordinate
                if is_answer and not isinstance(cell, MergedCell):
                    assert (cell.number_format, cell.alignment.wrap_text) == ("@", True)
                    assert cell.value is None


def test_formulas_carry_the_planned_cached_value(
    plan: WorkbookPlan, book: Any, cached: Any
) -> None:
    """A program that does not calculate (保護ビュー) shows what the plan says."""
    formulas = [(s.name, c) for s in plan.sheets for c in s.cells if c.formula]
    assert len(formulas) > 50
    for name, cell in formulas:
        place = a1(cell.rect.top, cell.rect.left)
        assert book[name][place].value == f"={cell.formula}"
        value = cached[name][place].value
        assert ("" if value is None else value) == cell.cached


def shown(cell: CellPlan) -> str:
    """What a person sees of a formula's planned value; one number is shown as a sentence."""
    sentence = "必須の欄のうち、あと {} 件が空欄です。" if cell.style is Style.VERDICT else "{}"
    return sentence.format(cell.cached)


@pytest.mark.soffice
def test_libreoffice_calculates_the_cached_values(
    plan: WorkbookPlan, package: bytes, tmp_path: Path, soffice: LibreOffice
) -> None:
    """A full recalculation of the untouched form changes nothing."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(package)
    planned = {
        s.name: {a1(c.rect.top, c.rect.left): shown(c) for c in s.cells if c.formula}
        for s in plan.sheets
    }
    planned = {name: cells for name, cells in planned.items() if cells}
    asked = {name: list(cells) for name, cells in planned.items()}
    assert soffice.run("read", {"path": str(path), "cells": asked}) == planned


def test_merged_rectangles_are_exactly_the_planned_ones(plan: WorkbookPlan, book: Any) -> None:
    """Rectangles of several cells are merged, except the open drawing area, which is only framed."""
    for sheet in plan.sheets:
        cells = {c.rect.a1 for c in sheet.cells if c.style is not Style.DRAWING_AREA}
        answers = {a.rect.a1 for a in plan.answers if a.sheet == sheet.key}
        planned = {r for r in cells | answers if ":" in r}
        assert {str(r) for r in book[sheet.name].merged_cells.ranges} == planned


def test_names_point_at_the_planned_rectangles(plan: WorkbookPlan, book: Any) -> None:
    """Each planned name exists once, workbook-wide, visible, at its rectangle."""
    for name in plan.names:
        written = book.defined_names[name.name]
        sheet = plan.sheet(name.sheet).name.replace("'", "''")
        assert written.attr_text == f"'{sheet}'!{name.rect.absolute}"
        assert not written.hidden
    assert len(book.defined_names) == len(plan.names) + len(plan.lists)


def test_dropdowns_offer_the_planned_options(plan: WorkbookPlan, book: Any) -> None:
    """The name of a drop-down leads to its options on the hidden list sheet."""
    for options in plan.lists:
        ((sheet, area),) = book.defined_names[options.name].destinations
        cells = book[sheet][area]
        rows = cells if isinstance(cells, tuple) else ((cells,),)
        assert tuple(row[0].value for row in rows) == options.values
        assert book[sheet].sheet_state == "veryHidden"


def test_every_answer_has_its_prompt_and_warns_at_most(plan: WorkbookPlan, book: Any) -> None:
    """Each planned validation is written with its prompt; none refuses an entry."""
    for sheet in plan.sheets:
        written = {str(v.sqref): v for v in book[sheet.name].data_validations.dataValidation}
        assert len(written) == len(sheet.validations)
        for planned in sheet.validations:
            validation = written[planned.rect.a1]
            assert validation.promptTitle == planned.title
            assert validation.prompt == planned.prompt
            assert (validation.formula1 or "") == planned.list_name
            refuses = validation.type and validation.errorStyle in (None, "stop")
            assert not (refuses and validation.showErrorMessage)


def test_a_free_choice_is_taken_without_a_question(plan: WorkbookPlan) -> None:
    """Where answers outside the list are welcome nothing pops up; beside it a closed list asks."""
    free = replace(
        plan, fields=tuple(replace(f, free_choice=f.field == "desk") for f in plan.fields)
    )
    book = openpyxl.load_workbook(io.BytesIO(stamped(free)))
    shown = {
        sheet.name: {str(v.sqref): v.showErrorMessage for v in sheet_of(book, sheet.name) if v.type}
        for sheet in plan.sheets
    }
    assert set(shown["様式１"].values()) == {False}
    assert set(shown["様式２"].values()) == {True}


def sheet_of(book: Any, name: str) -> list[Any]:
    return list(book[name].data_validations.dataValidation)


def test_every_highlight_is_written(plan: WorkbookPlan, book: Any) -> None:
    """The formulas of the conditional looks stand on their rectangles."""
    for sheet in plan.sheets:
        written = {
            (str(area.sqref), formula)
            for area in book[sheet.name].conditional_formatting
            for rule in area.rules
            for formula in rule.formula
        }
        assert written == {(h.rect.a1, h.formula) for h in sheet.highlights}


def test_ticket_stands_in_hidden_sheet_and_property(plan: WorkbookPlan, book: Any) -> None:
    """Hidden sheet and custom property carry the ticket, and the hidden sheet says what was issued."""
    hidden = book["_pdca"]
    assert hidden.sheet_state == "veryHidden"
    assert dict(hidden.iter_rows(values_only=True)) == {
        "ticket": small_form.SLOTS["ticket"],
        "form": "small",
        "version": "1",
        "edition": plan.edition,
        "plan": plan.digest,
        "round": small_form.SLOTS["round"],
        "prefecture": "群馬県",
        "unit": "102016-1",
    }
    assert book.custom_doc_props["pdca_ticket"].value == small_form.SLOTS["ticket"]


def test_people_may_change_row_heights_and_add_shapes(book: Any) -> None:
    """Protection is without password; row heights and shapes are allowed, and the structure is locked."""
    protection = book["様式１"].protection
    assert (protection.formatRows, protection.objects, protection.password) == (False, False, None)
    assert protection.insertRows and protection.deleteRows and protection.formatCells
    assert book.security.lockStructure


def test_drawing_sheet_is_open_and_framed(plan: WorkbookPlan, book: Any) -> None:
    """The sheet for a picture has no protection, and a closed frame around the place for it."""
    sheet = book["組織図"]
    assert not sheet.protection.sheet
    planned = next(s for s in plan.sheets if s.name == "組織図")
    (box, *_) = (c.rect for c in planned.cells if c.style is Style.DRAWING_AREA)
    first = sheet.cell(box.top, box.left).border
    last = sheet.cell(box.bottom, box.right).border
    assert first.left.style == first.top.style == "thin"
    assert last.right.style == last.bottom.style == "thin"
    assert sheet.cell(box.top + 1, box.left + 1).border.left.style is None
    assert box.bottom - box.top > 20


def test_air_at_the_top_of_a_box_belongs_to_it(plan: WorkbookPlan, book: Any) -> None:
    """A tall answer and the locked row of air above it share one frame; a low answer has its own upper line."""
    kinds = set()
    for answer in plan.answers:
        planned = plan.sheet(answer.sheet)
        above = {(c.rect.top, c.rect.left) for c in planned.cells if c.style is Style.PAD}
        rect, written = answer.rect, book[planned.name]
        padded = (rect.top - 1, rect.left) in above
        assert (written.cell(rect.top, rect.left).border.top.style is None) is padded
        if padded:
            air = written.cell(rect.top - 1, rect.left)
            assert (air.border.top.style, air.border.bottom.style) == ("thin", None)
            assert air.protection.locked
        kinds.add(padded)
    assert kinds == {True, False}


def test_pasted_text_in_style_normal_stays_open(package: bytes) -> None:
    """Style Normal is unlocked (text pasted from elsewhere takes it), untouched cells are locked."""
    styles = etree.fromstring(unpacked(package)["xl/styles.xml"])
    assert styles.xpath("string(m:cellStyleXfs/m:xf/m:protection/@locked)", namespaces=MAIN) == "0"
    assert styles.xpath("string(m:cellXfs/m:xf[1]/m:protection/@locked)", namespaces=MAIN) == "1"
    assert styles.xpath("count(m:cellXfs/m:xf[not(m:protection)])", namespaces=MAIN) == 0


def test_only_the_one_font_is_used(package: bytes) -> None:
    """Every font is BIZ UDPゴシック by name; a theme scheme would replace it by a Latin one."""
    styles = etree.fromstring(unpacked(package)["xl/styles.xml"])
    assert set(styles.xpath("m:fonts/m:font/m:name/@val", namespaces=MAIN)) == {"BIZ UDPゴシック"}
    assert styles.xpath("m:fonts/m:font/m:scheme", namespaces=MAIN) == []


def test_prints_page_wide_with_repeated_titles(plan: WorkbookPlan, book: Any) -> None:
    """A4 landscape, one page wide, head rows repeated, page number below."""
    sheet = book["様式１"]
    planned = plan.sheet("s1").printing
    assert planned is not None
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "${}:${}".format(*planned.repeat_rows)
    assert "&P / &N" in etree.fromstring(unpacked(stamped(plan))["xl/worksheets/sheet2.xml"]).xpath(
        "string(m:headerFooter/m:oddFooter)", namespaces=MAIN
    )


def test_a3_is_filled_by_enlarging(plan: WorkbookPlan) -> None:
    """Fitting to a page only makes smaller, so an A3 sheet is printed larger than on screen."""
    sheets = tuple(
        replace(s, printing=replace(s.printing, paper="A3")) if s.printing else s
        for s in plan.sheets
    )
    sheet = openpyxl.load_workbook(io.BytesIO(stamped(replace(plan, sheets=sheets))))["様式１"]
    assert sheet.page_setup.paperSize == 8
    assert 100 < sheet.page_setup.scale < 145
    assert not (sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage)


@pytest.mark.soffice
@pytest.mark.parametrize("paper", ["A4", "A3"])
def test_every_printed_text_is_in_the_pdf(
    plan: WorkbookPlan, paper: str, tmp_path: Path, soffice: LibreOffice
) -> None:
    """No locked text is cut off on paper, and no sheet spills over its page's width."""
    sheets = tuple(
        replace(s, printing=replace(s.printing, paper=paper)) if s.printing else s
        for s in plan.sheets
    )
    path = tmp_path / "form.xlsx"
    path.write_bytes(stamped(replace(plan, sheets=sheets)))
    pages = [
        folded(p.extract_text())
        for p in pypdf.PdfReader(soffice.convert(path, "pdf", tmp_path / "pdf")).pages
    ]
    printed = "".join(pages)
    wanted = {folded(text) for _, _, text in locked_texts(plan, small_form.SLOTS)}
    assert [text for text in wanted if text not in printed] == []
    ticket = folded(small_form.SLOTS["ticket"])
    assert all(page.count(ticket) == 1 for page in pages)


def test_panel_links_lead_to_the_sheets(plan: WorkbookPlan, book: Any) -> None:
    """The progress panel links to every sheet of the form."""
    cells = (cell for row in book["はじめに"].iter_rows() for cell in row)
    links = {cell.hyperlink.location for cell in cells if cell.hyperlink}
    assert links == {f"'{s.name}'!A1" for s in plan.sheets[1:]}


def test_same_inputs_same_bytes(plan: WorkbookPlan) -> None:
    """Nothing but the arguments enters: equal now and later; another time of issue changes one part."""
    first = write_master(plan, created=small_form.CREATED)
    assert write_master(plan, created=small_form.CREATED) == first
    later = write_master(plan, created=small_form.CREATED + timedelta(days=1))
    changed = {n for n, data in unpacked(later).items() if unpacked(first)[n] != data}
    assert changed == {"docProps/core.xml"}


def test_text_is_text(plan: WorkbookPlan) -> None:
    """Texts that look like formulas, links, numbers or markup are stored as they are."""
    texts = ("=1+1", "http://example.jp", "001", 'a & b <c> "d"', " 前後に空白 ", "１行目\n２行目")
    cells = (CellPlan(Rect.cell(200 + n, 1), Style.NOTE, t) for n, t in enumerate(texts))
    sheet = openpyxl.load_workbook(io.BytesIO(stamped(with_cells(plan, *cells))))["はじめに"]
    stored = [sheet.cell(200 + n, 1) for n in range(len(texts))]
    assert [(c.value, c.data_type) for c in stored] == [(t, "s") for t in texts]


def test_what_xlsxwriter_would_leave_out_is_an_error(plan: WorkbookPlan) -> None:
    """A prompt over the limit raises instead of vanishing silently; at the limit it is written."""
    first, *others = plan.sheets
    for length in (255, 256):
        prompt = ValidationPlan(Rect.cell(300, 1), "案内", "字" * length)
        longer = replace(plan, sheets=(replace(first, validations=(prompt,)), *others))
        if length == 255:
            book = openpyxl.load_workbook(io.BytesIO(stamped(longer)))
            assert sheet_of(book, "はじめに")[0].prompt == "字" * 255
        else:
            with pytest.raises(UserWarning, match="255"):
                write_master(longer, created=small_form.CREATED)


def test_package_is_sound(package: bytes) -> None:
    """Our lint finds nothing in an issued workbook."""
    assert lint_package(package) == ()


@pytest.mark.soffice
def test_password_opens_the_sheet(plan: WorkbookPlan, tmp_path: Path, soffice: LibreOffice) -> None:
    """With the optional password LibreOffice opens the sheet, with another one it does not."""
    path = tmp_path / "locked.xlsx"
    data = stamped(plan, Password("ひみつ9", bytes(range(16))))
    path.write_bytes(data)
    assert lint_package(data) == ()
    job = {"path": str(path), "sheet": "様式１"}
    assert soffice.run("unprotect", job | {"password": "ちがう"}) == [True, True]
    assert soffice.run("unprotect", job | {"password": "ひみつ9"}) == [True, False]
