"""The records of .xls and .xlsb, looked through for passwords, macros and how far their cells reach."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from xlsx_pdca.cells import MAX_COLUMN, MAX_ROW
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Damaged, Encrypted, Hostile

Place = tuple[int, int]

_HEAD = struct.Struct("<HH")
_PLACE = struct.Struct("<HH")
_BOF, _BOUND_SHEET, _FILE_PASS, _DIMENSIONS, _SHARED_STRINGS = 0x809, 0x85, 0x2F, 0x200, 0xFC
_EOF, _CODE_PAGE, _FORMULA = 0x0A, 0x42, 0x06
_MULTIPLE_NUMBERS = 0xBD
_CELLS = frozenset({0x06, 0xD6, _MULTIPLE_NUMBERS, 0xFD, 0x203, 0x204, 0x205, 0x27E})
_NUMBERS, _TEXTS = frozenset({0x203, 0x27E, _MULTIPLE_NUMBERS}), frozenset({0xD6, 0x204})
_MACRO_SHEET = 1
_SMALLEST_STRING = 3
# .xlsb: a record's kind and size are written seven bits to a byte
_ROW_HEAD, _BINARY_CELLS, _SHORT_CELLS, _BINARY_DIMENSIONS = 0, range(1, 12), range(12, 19), 148


@dataclass
class Extent:
    """How far the cells of a sheet reach, counted from A1; also what the sheet claims of itself."""

    bottom: int = 0
    right: int = 0
    cells: int = 0
    short_cells: int = 0
    """Cells of .xlsb that do not say their column; not every reader knows them."""

    @property
    def box(self) -> int:
        return self.bottom * self.right

    def reach(self, row: int, column: int) -> None:
        """Rows and columns count from 1."""
        self.bottom, self.right = max(self.bottom, row), max(self.right, column)


@dataclass
class Records:
    """What the records of a workbook stream say."""

    box: int = 0
    """Places a reader with dense tables allocates for all sheets together."""
    macro_sheets: bool = False
    values: int = 0
    """Cells in which something stands for sure."""
    formulas: tuple[frozenset[Place], ...] = ()
    """Cells with formulas of each sheet, in the order of the sheets."""


def look_through_xls(stream: bytes) -> Records:
    """Stops at a password and at more than a genuine workbook holds."""
    scan = _Scan(len(stream))
    for start, kind, body in _records(stream):
        scan.take(start, kind, body)
    return scan.result()


class _Scan:
    """State of the look through a workbook stream; what stands within a sheet, such as a chart, belongs to it."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._left = limits.CELL_ELEMENTS
        self._depth = 0
        self._found = Records()
        self._sheet, self._formulas = Extent(), set[Place]()
        self._by_start: dict[int, set[Place]] = {}
        self._starts: list[int] = []

    def result(self) -> Records:
        lost = [start for start in self._starts if start not in self._by_start]
        if lost:
            raise Damaged(f"no sheet begins at {lost[0]}")
        formulas = (frozenset(self._by_start[start]) for start in self._starts)
        return replace(self._found, box=self._found.box + self._sheet.box, formulas=tuple(formulas))

    def take(self, start: int, kind: int, body: bytes) -> None:
        if kind in _CELLS and len(body) >= _PLACE.size:
            self._cell(kind, body)
        elif kind == _BOF:
            self._depth += 1
            if self._depth == 1:
                self._next_sheet(start)
        elif kind == _EOF:
            self._depth = max(self._depth - 1, 0)
        elif kind == _DIMENSIONS:
            _claimed(self._sheet, body)
        elif kind == _FILE_PASS:
            raise Encrypted("workbook stream with a password (.xls)")
        elif kind == _BOUND_SHEET and len(body) > 5:
            self._starts.append(int.from_bytes(body[:4], "little"))
            self._found.macro_sheets |= body[5] == _MACRO_SHEET
        elif kind == _SHARED_STRINGS and len(body) >= 8:
            _check_strings(body, self._size)

    def _next_sheet(self, start: int) -> None:
        self._found.box += self._sheet.box
        self._sheet = Extent()
        self._formulas = self._by_start.setdefault(start, set())

    def _cell(self, kind: int, body: bytes) -> None:
        width = _count_cell(self._sheet, kind, body)
        self._left -= width
        if self._left < 0:
            raise Hostile("too many cells")
        if kind == _FORMULA:
            row, column = _PLACE.unpack_from(body)
            self._formulas.add((row + 1, column + 1))
        self._found.values += width if _stands_for_sure(kind, body) else 0


def code_pages(stream: bytes) -> Iterator[int]:
    """Code pages the stream says its texts are in."""
    for _, kind, body in _records(stream):
        if kind == _CODE_PAGE:
            yield int.from_bytes(body, "little")


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Where each record starts, its kind and its body."""
    at, end = 0, len(stream)
    while at + _HEAD.size <= end:
        kind, size = _HEAD.unpack_from(stream, at)
        body = at + _HEAD.size
        # what follows the last record is padding
        if body + size > end:
            return
        yield at, kind, stream[body : body + size]
        at = body + size


def _stands_for_sure(kind: int, body: bytes) -> bool:
    """Whether the cell is not blank; formulas and texts kept elsewhere may be, and errors look so."""
    return kind in _NUMBERS or (kind in _TEXTS and body[6:8] not in (b"", b"\0\0"))


def _count_cell(sheet: Extent, kind: int, body: bytes) -> int:
    row, column = _PLACE.unpack_from(body)
    last = int.from_bytes(body[-2:], "little") if kind == _MULTIPLE_NUMBERS else column
    sheet.reach(row + 1, max(column, last) + 1)
    width: int = max(last - column, 0) + 1
    return width


def _claimed(sheet: Extent, body: bytes) -> None:
    """The area a sheet says it uses: readers reserve room for it before they see a cell."""
    if len(body) >= 12:
        top, bottom, left, right = struct.unpack_from("<IIHH", body)
    elif len(body) >= 8:
        top, bottom, left, right = struct.unpack_from("<HHHH", body)
    else:
        return
    if top > bottom or left > right or bottom > MAX_ROW:
        raise Damaged(f"area of rows {top} to {bottom}, columns {left} to {right}")
    sheet.reach(bottom, right)


def _check_strings(body: bytes, size: int) -> None:
    _, strings = struct.unpack_from("<II", body)
    if strings * _SMALLEST_STRING > size:
        raise Damaged(f"{strings} strings in a stream of {size} bytes")


def look_through_xlsb(chunks: Iterable[bytes]) -> Extent:
    """How far the cells of one binary worksheet part reach."""
    sheet, row, column = Extent(), 0, -1
    for kind, body in _binary_records(chunks):
        if kind == _ROW_HEAD and len(body) >= 4:
            row, column = int.from_bytes(body[:4], "little"), -1
            if row >= MAX_ROW:
                raise Hostile(f"row {row}")
        elif kind in _BINARY_CELLS and len(body) >= 4:
            column = int.from_bytes(body[:4], "little")
            if column >= MAX_COLUMN:
                raise Hostile(f"column {column}")
            sheet.cells += 1
            sheet.reach(row + 1, column + 1)
        elif kind in _SHORT_CELLS:
            column += 1
            sheet.short_cells += 1
            sheet.reach(row + 1, column + 1)
        elif kind == _BINARY_DIMENSIONS and len(body) >= 16:
            _, bottom, _, right = struct.unpack_from("<IIII", body)
            sheet.reach(min(bottom, MAX_ROW) + 1, min(right, MAX_COLUMN) + 1)
    return sheet


def _binary_records(chunks: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    buffer, at = b"".join(chunks), 0
    while at < len(buffer):
        kind, at = _kind(buffer, at)
        size, at = _size(buffer, at)
        if at + size > len(buffer):
            raise Damaged("binary record reaches beyond its part")
        yield kind, buffer[at : at + size]
        at += size


def _kind(buffer: bytes, at: int) -> tuple[int, int]:
    kind = buffer[at]
    if kind & 0x80 and at + 1 < len(buffer):
        return (kind & 0x7F) | (buffer[at + 1] & 0x7F) << 7, at + 2
    return kind, at + 1


def _size(buffer: bytes, at: int) -> tuple[int, int]:
    size = 0
    for shift in range(0, 28, 7):
        if at >= len(buffer):
            raise Damaged("binary record without a size")
        byte = buffer[at]
        at += 1
        size |= (byte & 0x7F) << shift
        if not byte & 0x80:
            break
    return size, at
