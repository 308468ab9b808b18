"""Fills an issued workbook as a respondent would; for the demonstration and the samples, never for real answers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from xlsx_pdca.cells import Rect, a1, parse_a1
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan
from xlsx_pdca.summary import NOTE_COLUMN
from xlsx_pdca.workbook.package import packed, unpacked
from xlsx_pdca.workbook.stamp import escaped
from xlsx_pdca.workbook.view_sheet import KEY, key_of

Address = tuple[str, str, str]


@dataclass(frozen=True)
class Beside:
    """Something written outside the answer cells."""

    sheet: str
    """Key of a sheet of the plan."""
    cell: str
    text: str


def fill(
    package: bytes,
    plan: WorkbookPlan,
    texts: Mapping[Address, str],
    *,
    beside: Iterable[Beside] = (),
    dragged: tuple[Address, Address] | None = None,
) -> bytes:
    """The issued workbook with these answers; an address the plan does not have raises KeyError.

    `dragged` cuts the first answer and drops it on the second one, as a mouse does on a protected sheet.
    """
    places = {answer.address: answer for answer in plan.answers}
    written = [(places[address], text) for address, text in texts.items()]
    parts = unpacked(package)
    if dragged:
        source, target = (places[address] for address in dragged)
        written = _dropped(written, source, target)
        _drag_name(parts, plan, source, target)
    for number, sheet in enumerate(plan.sheets, 1):
        cells = {_first(a.rect): text for a, text in written if a.sheet == sheet.key}
        cells |= {b.cell: b.text for b in beside if b.sheet == sheet.key}
        part = f"xl/worksheets/sheet{number}.xml"
        # Marks and counters speak of the empty form: without their values every program reckons them anew.
        fresh = _CACHED.sub(r"\1", parts[part].decode())
        parts[part] = _typed(fresh, cells).encode()
    return packed(parts)


def unrelated_book(title: str, rows: Iterable[Iterable[str]], created: datetime) -> bytes:
    """A workbook that has nothing to do with us, as it comes along in a mail."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"title": title, "created": created.replace(tzinfo=None)})
    sheet = book.add_worksheet(title)
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


def noted(package: bytes, sheet: str, subject: str, text: str) -> bytes:
    """取りまとめ表 after the officer typed a 県記入 into the row of a municipality or unit, and saved."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(package), read_only=True)
    rows = list(book[sheet].iter_rows(values_only=True))
    head = next(row for row in rows if KEY in row)
    key, note = head.index(KEY), head.index(NOTE_COLUMN)
    keys = (key_of(str(row[key] or "")) for row in rows)
    number = next(n for n, found in enumerate(keys, 1) if found and found[0].subject == subject)
    parts = unpacked(package)
    part = f"xl/worksheets/sheet{book.sheetnames.index(sheet) + 1}.xml"
    parts[part] = _typed(parts[part].decode(), {a1(number, note + 1): text}).encode()
    return packed(parts)


def _first(rect: Rect) -> str:
    return a1(rect.top, rect.left)


_EMPTY_CELL = re.compile('<c r="([A-Z]+[0-9]+)"( s="[0-9]+")?/>')
"""As XlsxWriter writes an empty cell."""
_CACHED = re.compile("(<f>[^<]*</f>)<v>[^<]*</v>")


def _typed(sheet: str, cells: Mapping[str, str]) -> str:
    written = {
        cell: f't="inlineStr"><is><t xml:space="preserve">{escaped(text)}</t></is></c>'
        for cell, text in cells.items()
    }

    def filled(match: re.Match[str]) -> str:
        value = written.pop(match[1], None)
        return f'<c r="{match[1]}"{match[2] or ""} {value}' if value else match[0]

    sheet = _EMPTY_CELL.sub(filled, sheet)
    for cell, value in written.items():
        sheet = _appended(sheet, cell, f'<c r="{cell}" {value}')
    return sheet


def _appended(sheet: str, cell: str, written: str) -> str:
    """The sheet with a cell behind the last one of its row; KeyError where the row has none."""
    place = parse_a1(cell)
    row = re.search(rf'<row r="{place[0]}"[^>]*>.*?(?=</row>)', sheet, re.DOTALL) if place else None
    if row is None or f'r="{cell}"' in row[0]:
        raise KeyError(cell)
    return sheet[: row.end()] + written + sheet[row.end() :]


def _dropped(
    written: Iterable[tuple[AnswerPlan, str]], source: AnswerPlan, target: AnswerPlan
) -> list[tuple[AnswerPlan, str]]:
    """The source's text stands in the target, whose own is gone."""
    kept = [(answer, text) for answer, text in written if answer != target]
    return [(target if answer == source else answer, text) for answer, text in kept]


def _drag_name(
    parts: dict[str, bytes], plan: WorkbookPlan, source: AnswerPlan, target: AnswerPlan
) -> None:
    """A defined name goes with the cell that is dragged; the name of the cell it falls on is lost."""
    sheet = plan.sheet(target.sheet).name.replace("'", "''")
    part = "xl/workbook.xml"
    book = parts[part].decode()
    book = _renamed(book, source.ans_name, f"'{sheet}'!{target.rect.absolute}")
    parts[part] = _renamed(book, target.ans_name, "#REF!").encode()


def _renamed(book: str, name: str, place: str) -> str:
    pattern = rf'(<definedName name="{re.escape(name)}"[^>]*>)[^<]*(?=<)'
    return re.sub(pattern, lambda m: m[1] + escaped(place), book)
