"""How high and wide the cells of a sheet are in pixels, so that the box of a comment shows all its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from xlsx_pdca.cells import MAX_COLUMN, MAX_ROW, Rect
from xlsx_pdca.layout.metrics import DIGIT_PIXELS, FONT, lines_needed
from xlsx_pdca.workbook.marks.parts import main

BOX_PIXELS = 340
BOX_POINTS = 10.0
"""Size of the letters in a comment of ours."""
_LINE = 1.45
"""Fonts that stand in for ours have taller lines."""
_PADDING = 18
_DIGIT_ELSEWHERE = 7
"""Widest digit of the fonts others use; narrower is safer, since a box then spans more columns."""
_MOST_PIXELS = 900
_FAR = 2_000
"""Columns or rows beyond which nobody looks."""
_TRUE = ("1", "true", "on")


@dataclass(frozen=True)
class Anchor:
    """A box as VML counts it: cell and pixels within it of both corners, from zero."""

    left: tuple[int, int]
    top: tuple[int, int]
    right: tuple[int, int]
    bottom: tuple[int, int]

    def __str__(self) -> str:
        pairs = (self.left, self.top, self.right, self.bottom)
        return ", ".join(str(number) for pair in pairs for number in pair)


def box_pixels(text: str) -> tuple[int, int]:
    """Width and height in which all of a text is seen."""
    lines = lines_needed(text, BOX_PIXELS, BOX_POINTS)
    height = int(lines * BOX_POINTS * _LINE * 96 / 72) + _PADDING
    return BOX_PIXELS, min(height, _MOST_PIXELS)


class Grid:
    """Sizes of the columns and rows of one sheet."""

    def __init__(self, sheet: etree._Element, default_font: str) -> None:
        digit = DIGIT_PIXELS if default_font == FONT else _DIGIT_ELSEWHERE
        format_ = sheet.find(main("sheetFormatPr"))
        self._columns = dict(_widths(sheet, digit))
        self._rows = dict(_heights(sheet))
        self._column = _pixels(_stated(format_, "defaultColWidth"), digit, 5)
        self._row = int(_number(_stated(format_, "defaultRowHeight"), 15) * 96 / 72)

    def anchor(self, area: Rect, width: int, height: int) -> Anchor:
        """A box so large, beside the area, or over its right end where the sheet ends."""
        left = self._columns.get(area.right + 1, self._column)
        start = min(area.right, MAX_COLUMN - 1)
        first = min(15, left - 1) if left > 1 else 0
        right = _walk(start, first + width, lambda n: self._columns.get(n, self._column))
        top = area.top - 1
        low = _walk(top, height, lambda n: self._rows.get(n, self._row))
        right = (min(right[0], MAX_COLUMN - 1), right[1])
        return Anchor((start, first), (top, 0), right, (min(low[0], MAX_ROW - 1), low[1]))


def _walk(start: int, length: int, size: Callable[[int], int]) -> tuple[int, int]:
    """Column or row, from zero, in which a length ends that begins at `start`, and the pixels into it."""
    place = start
    while length > (here := size(place + 1)) and place - start < _FAR:
        length -= here
        place += 1
    return place, length


def _stated(element: etree._Element | None, name: str) -> str | None:
    return None if element is None else element.get(name)


def _widths(sheet: etree._Element, digit: int) -> Iterator[tuple[int, int]]:
    for group in sheet.iterfind(f"{main('cols')}/{main('col')}"):
        width = 0 if group.get("hidden") in _TRUE else _pixels(group.get("width"), digit, 0)
        first, last = int(_number(group.get("min"), 1)), int(_number(group.get("max"), 1))
        for column in range(first, min(last, first + _FAR) + 1):
            yield column, width


def _heights(sheet: etree._Element) -> Iterator[tuple[int, int]]:
    for row in sheet.iterfind(f"{main('sheetData')}/{main('row')}"):
        number = int(_number(row.get("r"), 0))
        if row.get("hidden") in _TRUE:
            yield number, 0
        elif row.get("ht"):
            yield number, int(_number(row.get("ht"), 15) * 96 / 72)


def _pixels(width: str | None, digit: int, padding: int) -> int:
    return int(_number(width, 8.43) * digit + 0.5) + padding


def _number(text: str | None, usual: float) -> float:
    """A size as stated, the usual one where it is none: a box is never worth a file."""
    try:
        number = float(text or usual)
    except ValueError:
        return usual
    return number if 0 <= number <= MAX_ROW else usual
