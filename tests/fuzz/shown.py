"""The judge: what a person sees beside each printed question when an independent reader opens the file.

Nothing of the program's own reading is used here: openpyxl opens the file (where it cannot, calamine), and
the answer is the cell where the row of the printed question crosses the column of the printed header.
"""

from __future__ import annotations

import datetime
import io
import re
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import openpyxl
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet._reader import MERGE_TAG, ROW_TAG, MergeCells, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse
from python_calamine import CalamineWorkbook

from xlsx_pdca.plan import AnswerPlan, SheetPlan, Style, WorkbookPlan

Place = tuple[int, int]
Address = tuple[str, str, str]

_OWN_SHEETS = ("_pdca", "_lists")
_WITHOUT_QUESTIONS = (*_OWN_SHEETS, "はじめに", "組織図")
_TICKET = re.compile(
    r"R[0-9]{4}-[A-Z]{1,3}-[0-9A-F]{6}-([0-9A-Z]{1,8}-[0-9]{1,2})-[0-9]{2}-[0-9A-Z]{8}"
)
_TICKET_BYTES = re.compile(_TICKET.pattern.encode())
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Unreadable(Exception):
    """No independent reader opens the file."""


@dataclass(frozen=True)
class Sheet:
    """One sheet as it is shown."""

    name: str
    cells: Mapping[Place, Any]
    """(row, column) → value; nothing that is blank."""
    merges: Sequence[tuple[int, int, int, int]] = ()
    """Top, left, bottom, right."""
    computed: frozenset[Place] = frozenset()
    """Where a formula or an error stands: what it shows is no printed question, whatever it is."""

    def at(self, place: Place) -> Any:
        """What is seen there: of merged cells the first one."""
        for top, left, bottom, right in self.merges:
            if top <= place[0] <= bottom and left <= place[1] <= right:
                return self.cells.get((top, left))
        return self.cells.get(place)


@dataclass(frozen=True)
class Shown:
    """A file as it is shown."""

    sheets: tuple[Sheet, ...]
    units: frozenset[str]
    """Units named by the tickets in it, wherever they stand."""


@dataclass(frozen=True)
class Said:
    """What stands beside one question: a value, or why nobody can say."""

    value: Any = None
    doubt: str = ""
    sheets: frozenset[str] = frozenset()
    """Sheets of the file the question stands on."""
    candidates: tuple[Any, ...] = ()
    """Where the question stands several times on one sheet: what stands beside each."""


# -- opening -------------------------------------------------------------------------------


def shown_quickly(data: bytes) -> Shown:
    """As openpyxl reads cells and merges, leaving the rest out; good for agreeing only.

    Tickets are looked for in the bytes of all parts, whether any sheet shows them or not.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        wanted = [sheet for sheet in book.worksheets if sheet.title not in _WITHOUT_QUESTIONS]
        sheets = tuple(map(_rows_of, wanted))
    return Shown(sheets, _units_anywhere(data))


def _rows_of(sheet: Any) -> Sheet:
    book = sheet.parent
    with sheet._get_source() as source:
        parser = _Rows(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        cells = {
            (cell["row"], cell["column"]): cell["value"]
            for _, row in parser.parse()
            for cell in row
            if cell["value"] is not None
        }
    merges = parser.merged_cells.mergeCell if parser.merged_cells else ()
    return Sheet(sheet.title, cells, [(m.min_row, m.min_col, m.max_row, m.max_col) for m in merges])


class _Rows(WorkSheetParser):
    """openpyxl's own parser of a sheet, for nothing but rows and merges."""

    def parse(self) -> Iterator[Any]:
        for _, element in iterparse(self.source):
            if element.tag == ROW_TAG:
                yield self.parse_row(element)
            elif element.tag == MERGE_TAG:
                self.merged_cells = MergeCells.from_tree(element)
            if element.tag not in _KEPT:
                element.clear()


_KEPT = {f"{{{SHEET_MAIN_NS}}}{tag}" for tag in ("c", "v", "f", "is", "t", "r", "rPh", "mergeCell")}


def shown(data: bytes) -> Shown:
    """As openpyxl loads it whole, else as calamine reads it; Unreadable where both give up."""
    try:
        return _by_openpyxl(data)
    # openpyxl's exceptions have no common family
    except Exception as first:
        try:
            return _by_calamine(data)
        except BaseException as second:  # a panic of calamine is no Exception
            if isinstance(second, KeyboardInterrupt):
                raise
            raise Unreadable(f"openpyxl: {first!r}; calamine: {second!r}") from second


def _units_anywhere(data: bytes) -> frozenset[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(info) for info in archive.infolist()]
    return frozenset(m[1].decode() for part in parts for m in _TICKET_BYTES.finditer(part))


def _by_openpyxl(data: bytes) -> Shown:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        written = openpyxl.load_workbook(io.BytesIO(data))
    if len(book.sheetnames) < _promised(data) or _is_strict(data):
        raise ValueError("openpyxl left sheets out")
    sheets = []
    for sheet in book.worksheets:
        cells = {
            (cell.row, cell.column): cell.value
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }
        merges = [(m.min_row, m.min_col, m.max_row, m.max_col) for m in sheet.merged_cells.ranges]
        sheets.append(Sheet(sheet.title, cells, tuple(merges), _computed(written[sheet.title])))
    return Shown(tuple(sheets), _units(sheets, _properties(book)))


def _computed(sheet: Any) -> frozenset[Place]:
    cells = (cell for row in sheet.iter_rows() for cell in row)
    return frozenset((cell.row, cell.column) for cell in cells if cell.data_type in ("f", "e"))


def _promised(data: bytes) -> int:
    """Number of sheets the file says it has: openpyxl silently leaves out those without a part."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if name.lower() == "xl/workbook.xml"]
        return len(re.findall(rb"<(?:\w+:)?sheet\s", archive.read(parts[0]))) if parts else 0


def _is_strict(data: bytes) -> bool:
    """Whether a part is written in strict OOXML: openpyxl shows such sheets as blank ones."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return any(
            b"purl.oclc.org/ooxml/spreadsheetml" in archive.read(n) for n in archive.namelist()
        )


def _by_calamine(data: bytes) -> Shown:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    sheets = []
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        cells = {
            (r, c): value
            for r, row in enumerate(rows, 1)
            for c, value in enumerate(row, 1)
            if value != ""
        }
        sheets.append(Sheet(name, cells))
    return Shown(tuple(sheets), _units(sheets, ()))


def _properties(book: Any) -> list[str]:
    return [str(each.value) for each in book.custom_doc_props.props]


def _units(sheets: Iterable[Sheet], properties: Iterable[str]) -> frozenset[str]:
    texts = [value for s in sheets for value in s.cells.values() if isinstance(value, str)]
    return frozenset(m[1] for text in (*texts, *properties) for m in _TICKET.finditer(text))


# -- finding the questions -----------------------------------------------------------------


def answers(file: Shown, plan: WorkbookPlan) -> dict[Address, Said]:
    """What the file shows beside each question of the form."""
    searched = [sheet for sheet in file.sheets if sheet.name not in _OWN_SHEETS]
    found: dict[Address, Said] = {}
    for planned in plan.sheets:
        asked = [answer for answer in plan.answers if answer.sheet == planned.key]
        if asked:
            printed = _Printed(planned, asked)
            grids = [grid for sheet in searched if (grid := printed.on(sheet))]
            found.update({a.address: _said(a, printed, grids) for a in asked})
    return found


@dataclass(frozen=True)
class _Grid:
    """The questions and headers of one sheet of the form as they stand on a sheet of the file."""

    sheet: Sheet
    labels: Mapping[str, Sequence[Place]]
    columns: Mapping[str, Sequence[int]]


class _Printed:
    """The printed questions and headers of one sheet of the form."""

    def __init__(self, planned: SheetPlan, asked: Sequence[AnswerPlan]) -> None:
        labels = {
            cell.rect.top: _key(cell.text)
            for cell in planned.cells
            if cell.style in (Style.LABEL, Style.ROW_LABEL)
        }
        self.label = {a.address: labels[a.code_cell.top] for a in asked}
        self.header = {a.address: _key(a.header) for a in asked}
        self.labels = frozenset(self.label.values())
        self.headers = frozenset(self.header.values())
        tops = {a.header_cell.top for a in asked}
        self._head_row = self.headers | {
            _key(cell.text)
            for cell in planned.cells
            if cell.style is Style.HEAD and cell.text and cell.rect.top in tops
        }

    def on(self, sheet: Sheet) -> _Grid | None:
        """Where they stand: questions in the column that has most of them, headers in the row that has most."""
        places: dict[str, list[Place]] = {}
        for place, value in sheet.cells.items():
            if place in sheet.computed:
                continue
            if isinstance(value, str | int | float | datetime.datetime):
                key = _key(_as_printed(value))
                if key in self.labels or key in self._head_row:
                    places.setdefault(key, []).append(place)
        line = _most(row for key in self._head_row for row in {r for r, _ in places.get(key, ())})
        if line is None:
            return None
        under = {key: [p for p in places.get(key, ()) if p[0] > line] for key in self.labels}
        column = _most(c for spots in under.values() for c in {c for _, c in spots})
        if column is None:
            return None
        # a mere number is rather a question in the column of the questions than elsewhere
        return _Grid(
            sheet,
            {
                key: [
                    p for p in spots if p[1] == column or _is_blank(sheet.cells.get((p[0], column)))
                ]
                if key.isdecimal()
                else spots
                for key, spots in under.items()
            },
            {key: [c for r, c in places.get(key, ()) if r == line] for key in self.headers},
        )


def _most(lines: Iterable[int]) -> int | None:
    """The line that comes most often, of equal ones the first."""
    votes = Counter(lines)
    return min(votes, key=lambda line: (-votes[line], line)) if votes else None


def _said(answer: AnswerPlan, printed: _Printed, grids: Sequence[_Grid]) -> Said:
    """The one value found on all sheets that show the question; blank copies do not count."""
    label, header = printed.label[answer.address], printed.header[answer.address]
    spots = [
        (grid, (row, column))
        for grid in grids
        for row, beside in grid.labels[label]
        # of equal headers in one row the next one belongs to the question
        for column in sorted(c for c in grid.columns[header] if c > beside)[:1]
    ]
    sheets = frozenset(grid.sheet.name for grid, _ in spots)
    if not spots:
        return Said(doubt="question or header does not stand there")
    values = [grid.sheet.at(place) for grid, place in spots]
    if len(spots) > len(sheets) and any(not same(values[0], text_of(v)) for v in values[1:]):
        twice = "question or header stands there twice"
        return Said(doubt=twice, sheets=sheets, candidates=tuple(values))
    filled = [value for value in values if not _is_blank(value)]
    if any(not same(filled[0], text_of(value)) for value in filled[1:]):
        several = "several sheets say different things"
        return Said(doubt=several, sheets=sheets, candidates=tuple(filled))
    return Said(filled[0] if filled else None, sheets=sheets)


def _as_printed(value: str | int | float | datetime.datetime) -> str:
    """A printed number under the format of a date is still the printed number."""
    if isinstance(value, datetime.datetime):
        value = to_excel(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", _plain(text)).split())


# -- comparing -----------------------------------------------------------------------------


def same(value: Any, raw: str) -> bool:
    """Whether a value openpyxl gives is what our raw text says."""
    if _is_blank(value):
        return _is_blank(raw)
    match value:
        case bool():
            return raw == ("TRUE" if value else "FALSE")
        case int() | float():
            return _same_number(float(value), raw)
        case datetime.datetime() | datetime.date() | datetime.time() | datetime.timedelta():
            return raw in set(_dates(value))
        case _:
            return _plain(str(value)) == raw


def text_of(value: Any) -> str:
    """A value as our raw text would say it."""
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return repr(value)
        case datetime.datetime() | datetime.date() | datetime.time() | datetime.timedelta():
            return next(_dates(value))
        case _:
            return _plain(str(value))


def _same_number(value: float, raw: str) -> bool:
    try:
        return abs(float(raw) - value) <= abs(value) * 1e-14
    except ValueError:
        return False


def _dates(value: Any) -> Iterator[str]:
    """How a date may be written; openpyxl gives a day as a moment at midnight."""
    if isinstance(value, datetime.timedelta):
        yield str(value)
        value = datetime.datetime(1899, 12, 30) + value  # noqa: DTZ001 - a day on a sheet has no zone
    yield (
        value.isoformat(timespec="seconds")
        if type(value) is not datetime.date
        else value.isoformat()
    )
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        yield value.date().isoformat()


def _is_blank(value: Any) -> bool:
    return value is None or not str(value).strip("\n\t \u3000\u00a0\u200b\ufeff")


def _plain(text: str) -> str:
    """openpyxl leaves the escapes of Excel as they are stored."""
    decoded = _ESCAPE.sub(lambda m: chr(int(m[1], 16)), text)
    decoded = decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return decoded.replace("\r\n", "\n").replace("\r", "\n")
