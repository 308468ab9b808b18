"""Reads .xls, .xlsb and .ods by calamine alone, where no LibreOffice can make an .xlsx of them: bytes → RawBook or Refusal."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Any

from xlsx_pdca.cells import Rect
from xlsx_pdca.rawbook import (
    CellType,
    NumberLook,
    RawBook,
    RawCell,
    RawSheet,
    Refusal,
    RefusalCode,
)
from xlsx_pdca.workbook.old_gate import OldFile, passed
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.biff import Place
from xlsx_pdca.workbook.parts.serial import serial_day
from xlsx_pdca.workbook.second_reader import is_panic

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook


def read_old(data: bytes) -> RawBook | Refusal:
    """What calamine reads in a workbook of an old format, or why it cannot.

    It tells no names, properties, formulas, comments, hidden rows and shapes, and no error cells (they look blank);
    of a percentage only the number; of what is struck through only that of .ods. The book says that it was read by one.
    """
    file = passed(data)
    if isinstance(file, Refusal):
        return file
    if file.box > limits.DENSE_CELLS:
        return _refused("cells too far apart to be read without LibreOffice", file)
    if file.is_unusual:
        return _refused("records calamine does not know", file)
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = _book(CalamineWorkbook.from_filelike(io.BytesIO(data)), file)
    except BaseException as error:
        if not (isinstance(error, CalamineError) or is_panic(error)):
            raise
        return _refused(f"calamine: {error}"[:500], file)
    read = sum(len(sheet.cells) for sheet in book.sheets)
    if read < file.values:
        return _refused(f"calamine reads {read} of {file.values} cells", file)
    return book


def _refused(reason: str, file: OldFile) -> Refusal:
    """Refused as what it is: the way out is to ask for an .xlsx."""
    return Refusal(RefusalCode.OLD_FORMAT, f"{reason}, {file.detail}")


def _book(book: CalamineWorkbook, file: OldFile) -> RawBook:
    sheets = []
    for number, about in enumerate(book.sheets_metadata):
        state = str(about.visible).rpartition(".")[2]
        state = {"Hidden": "hidden", "VeryHidden": "veryHidden"}.get(state, "visible")
        sheet = _sheet(book.get_sheet_by_index(number), about.name, state)
        formulas = file.formulas[number] if number < len(file.formulas) else frozenset()
        cells = _with_formulas(sheet.cells, formulas)
        struck = frozenset(file.struck.get(about.name, ()))
        sheets.append(replace(sheet, cells=cells, struck=struck))
    return RawBook(tuple(sheets), {}, has_macros=file.has_macros, read_by_one=True)


def _sheet(sheet: CalamineSheet, name: str, state: str) -> RawSheet:
    rows = sheet.to_python(skip_empty_area=False)
    cells = {
        (r, c): _cell(value)
        for r, row in enumerate(rows, 1)
        for c, value in enumerate(row, 1)
        if value != ""
    }
    merged = sheet.merged_cell_ranges or ()
    merges = tuple(Rect(r1 + 1, c1 + 1, r2 + 1, c2 + 1) for (r1, c1), (r2, c2) in merged)
    return RawSheet(name, state, cells, merges)


def _with_formulas(
    cells: Mapping[Place, RawCell], formulas: Collection[Place]
) -> dict[Place, RawCell]:
    """The cells with formulas marked; where calamine says 0 it may not have known the text a formula shows."""
    marked = dict(cells)
    for place in formulas:
        cell = marked.get(place)
        unknown = cell is None or (cell.type is CellType.NUMBER and float(cell.text) == 0)
        known = RawCell(CellType.TEXT, "") if cell is None or unknown else cell
        marked[place] = known._replace(formula="")
    return marked


def _cell(value: Any) -> RawCell:
    match value:
        case bool():
            return RawCell(CellType.BOOLEAN, "1" if value else "0")
        case int() | float():
            return RawCell(CellType.NUMBER, _digits(value))
        case date() | time() | timedelta():
            serial = serial_day(value, date1904=False)
            return RawCell(CellType.NUMBER, _digits(serial), NumberLook.DATE)
    text = str(value).replace("\r\n", "\n").replace("\r", "\n")
    return RawCell(CellType.TEXT, text)


def _digits(number: int | float) -> str:
    return str(int(number)) if float(number).is_integer() else repr(number)
