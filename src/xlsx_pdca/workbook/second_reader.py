"""Reads the same bytes again with calamine, an independent reader, and reports where it reads something else."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any

from xlsx_pdca.cells import a1
from xlsx_pdca.plan import OWN_SHEETS
from xlsx_pdca.rawbook import CellType, RawBook, RawCell, RawSheet
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.serial import serial_day

Disagreement = tuple[str, str, str, str]
Place = tuple[int, int]

FAILED = "second reader failed"
TOO_SPARSE = "second reader not used: a few cells spread over too large an area"
UNKNOWN_RECORDS = "second reader not used: records it does not know"
_HALF_SECOND = 0.5 / 86_400
# Day 60 of the 1900 system never was; readers differ by one day before it.
_FIRST_SURE_DAY = 61


def calamine_check(
    data: bytes,
    book: RawBook,
    interest: Mapping[str, Collection[Place]] | None = None,
    *,
    formulas: bool = True,
) -> tuple[Disagreement, ...]:
    """(sheet, cell, our text, calamine's text) of each text or number the two readers see differently.

    Left out: our own hidden sheets, errors and formulas without a stored value (calamine gives a blank for
    both) and blanks around a text (calamine trims them). A sheet or book calamine cannot read is told without a cell.
    `interest` names the cells to compare by sheet; None means all. Formulas may be left out as well.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        second = CalamineWorkbook.from_filelike(io.BytesIO(data))
        found: list[Disagreement] = []
        for index, sheet in enumerate(book.sheets):
            if sheet.name in OWN_SHEETS and sheet.state != "visible":
                continue  # much to read, and none of it an answer
            if _box(sheet) > limits.DENSE_CELLS:
                found.append((sheet.name, "", "", TOO_SPARSE))
                continue
            wanted = None if interest is None else interest.get(sheet.name, ())
            rows = second.get_sheet_by_index(index).to_python(skip_empty_area=False)
            differing = _compared(sheet, rows, date1904=book.date1904)
            found += (
                (sheet.name, a1(*place), ours, theirs)
                for place, ours, theirs in differing
                if (wanted is None or place in wanted)
                and (formulas or not _is_formula(sheet, place))
            )
    except CalamineError as error:
        return (("", "", "", f"{FAILED}: {error}"),)
    return tuple(found)


def is_panic(error: BaseException) -> bool:
    """Whether calamine panicked: it is written in Rust, whose panics are no Exception and have no name to import."""
    return type(error).__name__ == "PanicException"


def _box(sheet: RawSheet) -> int:
    """Places from A1 to the last filled cell."""
    bottom = max((row for row, _ in sheet.cells), default=0)
    return bottom * max((column for _, column in sheet.cells), default=0)


def _is_formula(sheet: RawSheet, place: Place) -> bool:
    return place in sheet.cells and sheet.cells[place].formula is not None


def _compared(
    sheet: RawSheet, rows: Sequence[Sequence[Any]], *, date1904: bool
) -> Iterator[tuple[Place, str, str]]:
    """(place, our text, theirs) of each cell the two do not agree on."""
    more = sum([len(row) - row.count("") for row in rows])
    for place, cell in sheet.cells.items():
        row, column = place
        theirs = ""
        if row <= len(rows) and column <= len(rows[row - 1]):
            theirs = rows[row - 1][column - 1]
            more -= theirs != ""
        if theirs == cell.text and cell.type is CellType.TEXT:  # nearly every cell
            continue
        if not _agree(cell, theirs, date1904=date1904):
            yield place, cell.text, _shown(theirs)
    if more:  # something stands in cells that are blank to us
        for row, values in enumerate(rows, 1):
            for column, theirs in enumerate(values, 1):
                if (row, column) not in sheet.cells and _shown(theirs).strip():
                    yield (row, column), "", _shown(theirs)


def _agree(cell: RawCell, theirs: Any, *, date1904: bool) -> bool:
    match cell.type:
        case CellType.ERROR:
            return True
        case CellType.TEXT:
            return isinstance(theirs, str) and _trimmed(cell.text) == _trimmed(theirs)
        case CellType.BOOLEAN:
            return theirs is (cell.text == "1")
        case CellType.NUMBER:
            return _same_number(float(cell.text), theirs, date1904=date1904)


def _trimmed(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _same_number(ours: float, theirs: Any, *, date1904: bool) -> bool:
    if isinstance(theirs, int | float) and not isinstance(theirs, bool):
        return ours == theirs
    if not isinstance(theirs, date | time | timedelta):
        return False
    serial = serial_day(theirs, date1904=date1904)
    slack = _HALF_SECOND if ours >= _FIRST_SURE_DAY else 1 + _HALF_SECOND
    return abs(ours - serial) <= slack


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else str(value)
