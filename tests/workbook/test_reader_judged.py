"""An independent judge: openpyxl and our reader see the same cells in any workbook."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from xlsx_pdca.rawbook import CellType, NumberLook, RawBook, RawCell, Refusal
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workbook.second_reader import calamine_check

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - cells know no time zone
PLACES = st.tuples(st.integers(1, 60), st.integers(1, 30))
# openpyxl refuses control characters, leaves _x000D_ as it is and makes texts like #N/A errors
TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"),
    min_size=1,
    max_size=60,
).filter(lambda text: "_x" not in text and not text.startswith(("=", "#")))
# the largest number a cell can hold in Excel
NUMBERS = st.floats(-9.99e307, 9.99e307) | st.integers(-(10**12), 10**12)
DAYS = st.integers(61, 60_000)
VALUES = TEXTS | NUMBERS | st.booleans() | DAYS.map(lambda day: EPOCH + timedelta(days=day))
CELLS = st.dictionaries(PLACES, VALUES, max_size=25)
BOOKS = st.lists(CELLS, min_size=1, max_size=3)


def by_openpyxl(sheets: list[dict[tuple[int, int], Any]]) -> bytes:
    master = openpyxl.Workbook()
    master.remove(master.active)
    for cells in sheets:
        page = master.create_sheet()
        for (row, column), value in cells.items():
            page.cell(row, column, value)
    buffer = io.BytesIO()
    master.save(buffer)
    return buffer.getvalue()


def by_xlsxwriter(sheets: list[dict[tuple[int, int], Any]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy/mm/dd"}) as master:
        for cells in sheets:
            page = master.add_worksheet()
            for (row, column), value in cells.items():
                kind = page.write_string if isinstance(value, str) else page.write
                kind(row - 1, column - 1, value)
    return buffer.getvalue()


def as_openpyxl_says(cell: RawCell) -> Any:
    """Our cell in the judge's words."""
    match cell.type:
        case CellType.BOOLEAN:
            return cell.text == "1"
        case CellType.NUMBER if cell.look is NumberLook.DATE:
            return EPOCH + timedelta(days=float(cell.text))
        case CellType.NUMBER:
            return float(cell.text)
        case _:
            return cell.text


def judged(data: bytes) -> list[dict[tuple[int, int], Any]]:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [
        {
            (cell.row, cell.column): cell.value
            for row in page.iter_rows()
            for cell in row
            if cell.value is not None
        }
        for page in book.worksheets
    ]


@given(BOOKS)
def test_every_cell_as_openpyxl_reads_it(sheets: list[dict[tuple[int, int], Any]]) -> None:
    """Both readers see the same cells with the same values, and calamine agrees with both."""
    for data in (by_openpyxl(sheets), by_xlsxwriter(sheets)):
        book = read_workbook(data)
        assert isinstance(book, RawBook), book
        ours = [
            {place: as_openpyxl_says(cell) for place, cell in sheet.cells.items()}
            for sheet in book.sheets
        ]
        assert ours == judged(data)
        assert calamine_check(data, book) == ()


@given(st.binary(max_size=300), st.binary(max_size=30), st.integers(0, 10**6), CELLS)
def test_no_bytes_raise(noise: bytes, patch: bytes, at: int, cells: dict[Any, Any]) -> None:
    """Noise, and a good book with a few bytes overwritten, give a book or a refusal, never an exception."""
    good = by_xlsxwriter([cells])
    at %= len(good)
    patched = good[:at] + patch + good[at + len(patch) :]
    assert isinstance(read_workbook(noise), Refusal)
    assert isinstance(read_workbook(b"PK\x03\x04" + noise), Refusal)
    assert isinstance(read_workbook(patched), RawBook | Refusal)
