"""Files for measuring what the worst costs: bombs of several kinds, and a genuine workbook of very many sheets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping

import xlsxwriter

MANY_SHEETS = 339
"""As many as a ministry's workbook that really came."""
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ROW = '<row r="1"><c r="A1"><v>1</v></c></row>'


def bombs(megabytes: int) -> Iterator[tuple[str, bytes]]:
    """(what it is, the file): each small on disk, and large or slow for a reader that believes it."""
    good = _package()
    size = megabytes << 20
    blanks = f"<worksheet {_MAIN}>{' ' * size}<sheetData>{_ROW}</sheetData></worksheet>"
    yield "blanks before the rows", _zipped({**good, "xl/worksheets/sheet1.xml": blanks})
    long = f"<sst {_MAIN}><si><t>{'あ' * (size // 3)}</t></si></sst>"
    yield "one shared string", _zipped({**good, "xl/sharedStrings.xml": long})
    cells = "<c><v>1</v></c>" * 16_000
    rows = f"<row>{cells}</row>" * max(size // len(cells), 1)
    yield "cells", _zipped({**good, "xl/worksheets/sheet1.xml": _sheet(rows)})
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield (
        "two cells in opposite corners",
        _zipped({**good, "xl/worksheets/sheet1.xml": _sheet(far)}),
    )
    deep = "<a>" * (size // 8) + "</a>" * (size // 8)
    yield "elements in elements", _zipped({**good, "xl/worksheets/sheet1.xml": _sheet("", deep)})
    styles = f"<styleSheet {_MAIN}><cellXfs>{'<xf/>' * (size // 5)}</cellXfs></styleSheet>"
    yield "styles", _zipped({**good, "xl/styles.xml": styles})
    merges = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    yield (
        "a merge over the whole sheet",
        _zipped({**good, "xl/worksheets/sheet1.xml": _sheet(_ROW, merges)}),
    )


def many_sheets() -> bytes:
    """A genuine workbook of 339 sheets with texts and numbers."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        for number in range(MANY_SHEETS):
            sheet = book.add_worksheet(f"{number + 1}")
            for row in range(40):
                for column in range(8):
                    sheet.write_string(row, column, f"{number}の{row}行{column}列")
                sheet.write_number(row, 8, row)
    return buffer.getvalue()


def _sheet(rows: str, after: str = "") -> str:
    return f"<worksheet {_MAIN}><sheetData>{rows}</sheetData>{after}</worksheet>"


def _package() -> Mapping[str, str]:
    """The parts of a small good workbook."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        book.add_worksheet().write_string(0, 0, "回答")
    with zipfile.ZipFile(buffer) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _zipped(parts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()
