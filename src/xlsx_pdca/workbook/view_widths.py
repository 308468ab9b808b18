"""How wide the columns of a wide view are, and how its sheet is cut where one page is too narrow for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate, pairwise

from xlsx_pdca.layout.metrics import CELL_PADDING
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.views import Shape, View, ViewColumn
from xlsx_pdca.workbook.summary_look import fits

LEAST_SCALE = 0.7
"""Letters of 10 points print at 7 points."""
PAGE_PIXELS = 396 / 25.4 * 96 / LEAST_SCALE
"""Width of an A3 page across at that scale."""
_SAFETY = 0.98
"""Programs draw columns a little wider or narrower than they are told."""

_NARROW: Mapping[FieldKind, float] = {
    FieldKind.INTEGER: 84,
    FieldKind.DECIMAL: 84,
    FieldKind.PERCENT: 84,
    FieldKind.COMPUTED: 84,
    FieldKind.DATE: 144,
    FieldKind.FISCAL_YEAR: 104,
    FieldKind.CHOICE: 116,
    FieldKind.TEXT: 130,
    FieldKind.MULTIPLE_CHOICE: 170,
    FieldKind.REFERENCE: 220,
}
_LEAST: Mapping[FieldKind, float] = {
    FieldKind.DATE: 96,
    FieldKind.CHOICE: 96,
    FieldKind.TEXT: 96,
    FieldKind.MULTIPLE_CHOICE: 120,
    FieldKind.REFERENCE: 150,
}
"""Widths that still read well, for a sheet that is a page narrower with them."""
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?")
_DIGIT_PIXELS = 10.2
"""Widest digit at 10 points."""
_LONG = (220.0, 270.0, 330.0, 400.0)
"""Widths tried for a column of long texts."""
_LONG_AT_LEAST = (180.0, 200.0, *_LONG)
_SHOWN_WHOLE = 0.95
"""Share of the answers that must show whole; the few longer ones are complete in 市町村カルテ."""
_STEPS = (1.0, 0.75, 0.5, 0.25, 0.0)


@dataclass(frozen=True)
class Widths:
    """Pixels of every column, and the columns with which the second page across and those after it begin."""

    pixels: tuple[float, ...]
    breaks: tuple[int, ...] = ()
    """Columns counted from 1."""
    page: float = 0.0
    """Pixels of the widest page, with the columns repeated on it."""


@dataclass(frozen=True)
class Room:
    """A column as it may be: so wide where there is room, so wide at least."""

    wide: float
    least: float

    def at(self, share: float) -> float:
        return self.least + (self.wide - self.least) * share


def widths_of(view: View, front: Sequence[float], behind: Sequence[Room], repeated: int) -> Widths:
    """Widths for the columns before the answers, the answers and those behind; the first `repeated` print on every page."""
    answers = [_room(view, number) for number in range(len(view.columns))]
    first = len(front) + 1
    source = first + len(answers)
    borders = [first + n for n in _borders(view)] + [source]
    rooms = [*(Room(width, width) for width in front), *answers, *behind]
    tried = [_cut([room.at(share) for room in rooms], borders, repeated) for share in _STEPS]
    fewest = min(len(widths.breaks) for widths in tried)
    return next(widths for widths in tried if len(widths.breaks) == fewest)


def _room(view: View, number: int) -> Room:
    column = view.columns[number]
    texts = [row.cells[number].text for row in view.rows]
    wide = column_width(column, texts)
    if column.kind in _NARROW:
        return Room(wide, min(_LEAST.get(column.kind, wide), wide))
    least = next((w for w in _LONG_AT_LEAST if w >= wide or _shows(column, texts, w)), wide)
    return Room(wide, least)


def _borders(view: View) -> Iterator[int]:
    """Numbers of the answer columns, from 0, with which a section of the form begins."""
    if view.shape is Shape.SINGLES:
        for number, (before, column) in enumerate(pairwise(view.columns), 1):
            if column.heading != before.heading:
                yield number


def _cut(pixels: Sequence[float], borders: Sequence[int], repeated: int) -> Widths:
    """As few pages as can be, each begun with a section, or within one that is wider than a page."""
    printed = pixels[:-1]  # the key column is not
    again = sum(pixels[:repeated])
    left = [0.0, *accumulate(printed)]
    edges = [1]
    while (next_ := _first_beyond(left, edges[-1], again if edges[1:] else 0.0)) <= len(printed):
        section = max((border for border in borders if edges[-1] < border <= next_), default=next_)
        edges.append(section)
    edges.append(len(printed) + 1)
    spans = [left[to - 1] - left[of - 1] for of, to in pairwise(edges)]
    widest = max(span + (again if n else 0.0) for n, span in enumerate(spans))
    return Widths(tuple(pixels), tuple(edges[1:-1]), widest)


def _first_beyond(left: Sequence[float], start: int, again: float) -> int:
    """The first column, at least the next, that has no room on a page begun with column `start`."""
    room = PAGE_PIXELS * _SAFETY - again + left[start - 1]
    return next((n for n in range(start + 1, len(left)) if left[n] > room), len(left))


def print_scale(widths: Widths) -> int:
    """Per cent at which each page of a sheet that was cut fits on A3."""
    return min(100, int(100 * _SAFETY * PAGE_PIXELS * LEAST_SCALE / widths.page + 1e-6))


def column_width(column: ViewColumn, texts: Sequence[str]) -> float:
    """Pixels for a column: fixed for short kinds, for long texts as wide as they ask for."""
    if column.kind is FieldKind.CHOICE and all(len(text) <= 3 for text in texts):
        return 84.0
    if column.kind in _NARROW:
        return max(_NARROW[column.kind], *map(_number_width, texts), 0.0)
    return next((width for width in _LONG if _shows(column, texts, width)), _LONG[-1])


def _number_width(text: str) -> float:
    """Pixels a number takes; one that does not fit would show as ###. 0 for words, which wrap."""
    if not _NUMBER.fullmatch(text):
        return 0.0
    return len(f"{Decimal(text):,}") * _DIGIT_PIXELS + CELL_PADDING


def _shows(column: ViewColumn, texts: Sequence[str], width: float) -> bool:
    """Whether nearly all texts show whole, and every one up to the guide length."""
    too_long = [text for text in texts if not fits(text, width)]
    within_guide = any(len(text) <= column.guide for text in too_long)
    return not within_guide and len(too_long) <= len(texts) * (1 - _SHOWN_WHOLE)
