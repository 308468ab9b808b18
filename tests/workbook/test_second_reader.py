"""Read twice, agreed: where calamine reads something else, it is said."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from handmade import book, parts, shared_strings, styles, workbook, zipped
from xlsx_pdca.rawbook import RawBook, RawCell
from xlsx_pdca.workbook.reader import decode, parse, read_workbook
from xlsx_pdca.workbook.second_reader import calamine_check


def read(data: bytes) -> RawBook:
    result = read_workbook(data)
    assert isinstance(result, RawBook), result
    return result


def varied(*, mac: bool = False) -> bytes:
    master = openpyxl.Workbook()
    if mac:
        master.epoch = CALENDAR_MAC_1904
    page = master.active
    values = (
        "課題\n二行目", 28.5, 0.1 + 0.2, -3, True, False, date(2026, 4, 1), datetime(2026, 4, 1, 13, 5, 7),  # noqa: DTZ001 - cells know no time zone
        time(9, 30), timedelta(hours=30), "#REF!", "=1+1", "  前後の空白  ", "_x000D_", "001", "𠮷😀",
    )  # fmt: skip
    for row, value in enumerate(values, 3):
        page.cell(row, 2, value)
    page["D5"], page["D5"].number_format = 0.285, "0.0%"
    buffer = io.BytesIO()
    master.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("mac", [False, True])
def test_agreement(mac: bool) -> None:
    """Texts, numbers, percentages, truth values, dates, times and errors give no difference."""
    data = varied(mac=mac)
    assert read(data).date1904 is mac
    assert calamine_check(data, read(data)) == ()


@pytest.mark.parametrize(("title", "told"), [("_lists", 0), ("様式9", 1)])
def test_our_own_hidden_sheets_are_not_read_again(title: str, told: int) -> None:
    """Where nobody answers, no second reader is needed; a hidden sheet of another name is compared as any other."""
    master = openpyxl.Workbook()
    hidden = master.create_sheet(title)
    hidden["A1"], hidden.sheet_state = 28.5, "veryHidden"
    buffer = io.BytesIO()
    master.save(buffer)
    ours = read(buffer.getvalue())
    cells = {place: cell._replace(text="2.85") for place, cell in ours.sheets[1].cells.items()}
    wrong = replace(ours, sheets=(ours.sheets[0], replace(ours.sheets[1], cells=cells)))
    assert calamine_check(buffer.getvalue(), ours) == ()
    assert len(calamine_check(buffer.getvalue(), wrong)) == told


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="9"><c r="C9" t="e"><v>#N/A</v></c></row>',
        '<row r="9"><c r="C9"><f>1+1</f></c></row>',
        '<row r="9"><c r="C9" t="s"><v>0</v></c></row>',
        '<row r="9"><c r="C9" s="1"><v>30</v></c></row>',
        '<row r="9"><c r="C9" s="1"><v>0.25</v></c></row>',
    ],
)
def test_known_habits_of_calamine(rows: str) -> None:
    """Blanks for errors and missing values, trimmed texts and days before March 1900 are no difference."""
    data = book(rows, strings=shared_strings("<t>  空白 </t>"), looks=styles(0, 14))
    assert calamine_check(data, read(data)) == ()


def falsified(data: bytes, place: tuple[int, int], cell: RawCell | None) -> RawBook:
    """The book as a reader with a fault at this place would have read it."""
    result = read(data)
    cells = dict(result.sheets[0].cells)
    cells.pop(place, None)
    if cell is not None:
        cells[place] = cell
    return replace(result, sheets=(replace(result.sheets[0], cells=cells),))


def test_differences() -> None:
    """A changed text, number or date, an invented cell and an overlooked one are all told."""
    data = varied()
    right = read(data).sheets[0].cells
    wrong = {
        (3, 2): right[3, 2]._replace(text="別の文"),
        (4, 2): right[4, 2]._replace(text="28.6"),
        (9, 2): right[9, 2]._replace(text="46112"),
        (7, 2): right[7, 2]._replace(text="0"),
        (30, 9): right[4, 2],
        (5, 2): None,
    }
    for place, cell in wrong.items():
        (found,) = calamine_check(data, falsified(data, place, cell))
        assert found[0] == "Sheet"
        assert found[2] == ("" if cell is None else cell.text)


def test_only_cells_of_interest() -> None:
    """Differences elsewhere are not told when the caller names its cells."""
    data = varied()
    wrong = falsified(data, (4, 2), RawCell(read(data).sheets[0].cells[4, 2].type, "1"))
    assert calamine_check(data, wrong, {"Sheet": {(3, 2)}}) == ()
    assert calamine_check(data, wrong, {"Sheet": {(4, 2)}}) == (("Sheet", "B4", "1", "28.5"),)


def test_sheets_are_matched_by_position() -> None:
    """Two sheets are compared each with its own twin."""
    content = parts('<row><c t="str"><v>一</v></c></row>')
    content["xl/workbook.xml"] = workbook(("一", "二"))
    listing = "xl/_rels/workbook.xml.rels"
    content[listing] = content[listing].replace(
        "</Relationships>",
        '<Relationship Id="rId2" Target="worksheets/sheet2.xml" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>',
    )
    content["xl/worksheets/sheet2.xml"] = content["xl/worksheets/sheet1.xml"].replace(
        "<v>一", "<v>二"
    )
    data = zipped(content)
    assert [s.cells[1, 1].text for s in read(data).sheets] == ["一", "二"]
    assert calamine_check(data, read(data)) == ()


def test_second_reader_that_fails() -> None:
    """A file only we can read is told, not passed over."""
    ((sheet, cell, _, told),) = calamine_check(b"PK\x03\x04 broken", read(varied()))
    assert (sheet, cell) == ("", "")
    assert told.startswith("second reader failed")


def test_sheet_too_sparse_to_compare() -> None:
    """A stray value in the last row would cost calamine half a gigabyte; it is told instead."""
    stray = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="{}1048576"><v>1</v></c></row>'
    narrow, wide = book(stray.format("B")), book(stray.format("H"))
    assert calamine_check(narrow, read(narrow)) == ()
    ((sheet, cell, _, told),) = calamine_check(wide, read(wide))
    assert (sheet, cell) == ("様式", "")
    assert told.startswith("second reader not used")


def test_worker_answer_carries_differences() -> None:
    """The parser module compares by itself; a good book has none."""
    result = decode(parse(varied()))
    assert isinstance(result, RawBook)
    assert result.disagreements == ()
