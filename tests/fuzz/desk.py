"""A return opened on somebody's desk in openpyxl: its fields, and rows, columns and sheets moved as Excel moves them."""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass
from random import Random
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xlsx_pdca.plan import AnswerPlan, Style, WorkbookPlan

_NAME = re.compile(r"'?([^'!]+)'?!\$?([A-Z]+)\$?([0-9]+)(?::\$?([A-Z]+)\$?([0-9]+))?")


@dataclass
class Desk:
    """A return opened on somebody's desk."""

    book: Workbook
    plan: WorkbookPlan
    random: Random
    form: str

    def answer(self, **where: str) -> AnswerPlan:
        found = [a for a in self.plan.answers if all(getattr(a, k) == v for k, v in where.items())]
        return self.random.choice(found)

    def sheet_of(self, answer: AnswerPlan) -> Any:
        return self.book[self.plan.sheet(answer.sheet).name]

    def some_sheet(self) -> tuple[str, Any]:
        key = self.random.choice(list(dict.fromkeys(a.sheet for a in self.plan.answers)))
        return key, self.book[self.plan.sheet(key).name]

    def cell(self, answer: AnswerPlan) -> Any:
        return self.sheet_of(answer).cell(answer.rect.top, answer.rect.left)

    def code_cell(self, answer: AnswerPlan) -> Any:
        return self.sheet_of(answer).cell(answer.code_cell.top, answer.code_cell.left)

    def header_cell(self, answer: AnswerPlan) -> Any:
        return self.sheet_of(answer).cell(answer.header_cell.top, answer.header_cell.left)

    def label_cell(self, answer: AnswerPlan) -> Any:
        rect = next(
            c.rect
            for c in self.plan.sheet(answer.sheet).cells
            if c.rect.top == answer.code_cell.top and c.style in (Style.LABEL, Style.ROW_LABEL)
        )
        return self.sheet_of(answer).cell(rect.top, rect.left)

    def two(self, *, same_row: bool = False) -> tuple[AnswerPlan, AnswerPlan]:
        """Two answers of one sheet, of one row or of different ones."""
        while True:
            one = self.answer()
            others = [
                a
                for a in self.plan.answers
                if a.sheet == one.sheet and (a.code == one.code) is same_row and a is not one
            ]
            if others:
                return one, self.random.choice(others)


def exchange(one: Any, other: Any) -> None:
    """What two cells hold, exchanged."""
    one.value, other.value = other.value, one.value


def write(sheet: Any, row: int, column: int, value: Any) -> None:
    """A value; under a merged range it goes nowhere, as on screen."""
    cell = sheet.cell(row, column)
    if hasattr(cell, "number_format") and cell.__class__.__name__ != "MergedCell":
        cell.value = value


def shift(
    book: Workbook, sheet: Any, *, row: int = 0, column: int = 0, by: int, follow: bool
) -> None:
    """Lines inserted (or deleted, by less than nothing) before a row or a column."""

    def moved(at: int, place: int) -> int | None:
        if not at or place < at:
            return place
        return place + by if by > 0 or place >= at - by else None

    merges = [range_boundaries(str(each)) for each in list(sheet.merged_cells.ranges)]
    if follow:
        for each in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(each))
    if row:
        (sheet.insert_rows if by > 0 else sheet.delete_rows)(row, abs(by))
    if column:
        (sheet.insert_cols if by > 0 else sheet.delete_cols)(column, abs(by))
    if not follow:
        return
    for left, top, right, bottom in merges:
        places = [moved(column, left), moved(row, top), moved(column, right), moved(row, bottom)]
        if None not in places:
            sheet.merge_cells(
                start_column=places[0], start_row=places[1], end_column=places[2], end_row=places[3]
            )
    for name, defined in list(book.defined_names.items()):
        match = _NAME.fullmatch(defined.attr_text or "")
        if match and match[1] == sheet.title:
            column_now = moved(column, openpyxl.utils.column_index_from_string(match[2]))
            row_now = moved(row, int(match[3]))
            if column_now is None or row_now is None:
                book.defined_names[name] = DefinedName(name, attr_text="#REF!")
            else:
                target = f"'{sheet.title}'!${get_column_letter(column_now)}${row_now}"
                book.defined_names[name] = DefinedName(name, attr_text=target)


def rename(book: Workbook, old: str, new: str) -> None:
    """A sheet renamed; the names that point to it follow."""
    book[old].title = new
    for name, defined in list(book.defined_names.items()):
        match = _NAME.fullmatch(defined.attr_text or "")
        if match and match[1] == old:
            target = (defined.attr_text or "").replace(old, new)
            book.defined_names[name] = DefinedName(name, attr_text=target)


def opened(data: bytes) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data))


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
