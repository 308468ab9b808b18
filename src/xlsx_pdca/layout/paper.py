"""Paper: at which scale a sheet fills its width, and where its pages break so that a question stays with its parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsx_pdca.plan import PrintPlan

SIDE_MARGIN, TOP_MARGIN, BOTTOM_MARGIN = 0.4, 0.45, 0.6
"""Inches."""
GREATEST_SCALE = 400
_WIDER = 0.96
"""Printers lay columns out a little wider than the screen."""
_HIGHER = 0.97
"""…and rows a little higher."""


@dataclass(frozen=True)
class Paper:
    code: int
    """Excel's number of the size."""
    short: float
    """Inches."""
    long: float


PAPERS = {"A4": Paper(9, 8.27, 11.69), "A3": Paper(8, 11.69, 16.54)}


def print_scale(paper: str, *, landscape: bool, pixels: float) -> int:
    """Per cent at which columns so many pixels wide fill the paper's width."""
    size = PAPERS[paper]
    inches = (size.long if landscape else size.short) - 2 * SIDE_MARGIN
    return min(int(inches * 96 / pixels * _WIDER * 100), GREATEST_SCALE)


def page_points(paper: str, *, landscape: bool, pixels: float) -> float:
    """Height of the rows that find room on one page at that scale."""
    size = PAPERS[paper]
    inches = (size.short if landscape else size.long) - TOP_MARGIN - BOTTOM_MARGIN
    return inches * 72 / print_scale(paper, landscape=landscape, pixels=pixels) * 100 * _HIGHER


def page_breaks(
    heights: Sequence[float], starts: Sequence[int], *, repeated: int, points: float
) -> tuple[int, ...]:
    """Rows after which a page ends, so that no block is parted that would fit on a page.

    `starts` are the first rows of the blocks, counted from 1; `repeated` rows head every page.
    """
    head = sum(heights[:repeated])
    breaks: list[int] = []
    used = sum(heights[: starts[0] - 1]) if starts else 0.0
    for start, end in zip(starts, [*starts[1:], len(heights) + 1], strict=True):
        block = sum(heights[start - 1 : end - 1])
        if used + block > points and used > head:
            breaks.append(start - 1)
            used = head
        used += block
        if used > points:  # taller than a page: it flows on, and nobody knows where it ends
            used = head + (used - head) % max(points - head, 1.0)
    return tuple(breaks)


def with_breaks(
    printing: PrintPlan, heights: Sequence[float], starts: Sequence[int], pixels: float
) -> PrintPlan:
    """The print set-up with breaks between blocks."""
    points = page_points(printing.paper, landscape=printing.landscape, pixels=pixels)
    breaks = page_breaks(heights, starts, repeated=printing.repeat_rows[1], points=points)
    return PrintPlan(
        printing.paper, printing.landscape, printing.repeat_rows, printing.area, breaks
    )
