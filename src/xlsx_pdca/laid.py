"""Whether a picture laid over a sheet hides a field, by the sizes of the rows and columns of the form."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout.metrics import DIGIT_PIXELS, WIDTH_PADDING
from xlsx_pdca.plan import SheetPlan
from xlsx_pdca.rawbook import Corner, Laid

HIDDEN_SHARE = 0.25
"""Share of a field under a picture from which on the picture is taken for its answer."""
_EMU = 12_700
"""English metric units in a point."""
_MEASURED = 200
"""Pictures of a sheet that are measured; no person lays more, and of the others the corners count."""
_ROW_POINTS, _COLUMN_UNITS = 18.0, 8.4
"""Rows and columns beyond those of the form."""


class _Box(NamedTuple):
    """In points from the upper left corner of the sheet."""

    top: float
    left: float
    bottom: float
    right: float

    @property
    def area(self) -> float:
        return max(self.bottom - self.top, 0.0) * max(self.right - self.left, 0.0)

    def common(self, other: _Box) -> _Box:
        return _Box(
            max(self.top, other.top),
            max(self.left, other.left),
            min(self.bottom, other.bottom),
            min(self.right, other.right),
        )

    def has_centre_of(self, other: _Box) -> bool:
        down, across = (other.top + other.bottom) / 2, (other.left + other.right) / 2
        return self.top <= down <= self.bottom and self.left <= across <= self.right


def is_under_picture(
    field: Rect, spot: tuple[int, int], pictures: Sequence[Laid], sheet: SheetPlan
) -> bool:
    """Whether a picture lies over a field of the form that stands at `spot` (row, column) in the file.

    One does where its upper left corner is in the first cell, its centre in the field, or a good part of the
    field under it. Rows inserted above the field shift it; what else was made wider or higher is not known.
    """
    shift = spot[0] - field.top, spot[1] - field.left
    answer = _Box(
        _down(sheet, field.top),
        _across(sheet, field.left),
        _down(sheet, field.bottom + 1),
        _across(sheet, field.right + 1),
    )
    if any((each.start.row, each.start.column) == spot for each in pictures):
        return True
    return any(_hides(_box(each, sheet, shift), answer) for each in pictures[:_MEASURED])


def _hides(drawn: _Box, answer: _Box) -> bool:
    if not drawn.area:
        return False
    covered = answer.common(drawn).area
    return answer.has_centre_of(drawn) or covered >= HIDDEN_SHARE * answer.area > 0


def _box(picture: Laid, sheet: SheetPlan, shift: tuple[int, int]) -> _Box:
    top, left = _point(picture.start, sheet, shift)
    if picture.end is not None:
        return _Box(top, left, *_point(picture.end, sheet, shift))
    height, width = picture.size
    return _Box(top, left, top + height / _EMU, left + width / _EMU)


def _point(corner: Corner, sheet: SheetPlan, shift: tuple[int, int]) -> tuple[float, float]:
    row, column = max(corner.row - shift[0], 1), max(corner.column - shift[1], 1)
    return _down(sheet, row) + corner.down / _EMU, _across(sheet, column) + corner.across / _EMU


def _down(sheet: SheetPlan, row: int) -> float:
    """Points above a row."""
    return _before(sheet.heights, row - 1, _ROW_POINTS)


def _across(sheet: SheetPlan, column: int) -> float:
    """Points to the left of a column."""
    units, count = _before(sheet.widths, column - 1, _COLUMN_UNITS), column - 1
    return (units * DIGIT_PIXELS + count * WIDTH_PADDING) * 0.75


def _before(sizes: Sequence[float], count: int, beyond: float) -> float:
    return sum(sizes[:count]) + max(count - len(sizes), 0) * beyond
