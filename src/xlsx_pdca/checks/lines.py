"""Where rows and columns of the plan may stand in a file whose rows and columns were inserted, deleted or moved."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import NamedTuple

from xlsx_pdca.anchors import Placement
from xlsx_pdca.cells import MAX_COLUMN, MAX_ROW
from xlsx_pdca.plan import AnswerPlan

Place = tuple[int, int]


class Standing(NamedTuple):
    """Where one line of the plan may stand in the file."""

    first: int
    last: int
    """First and last line of the file it may stand on: between its neighbouring anchors."""
    likely: frozenset[int]
    """Where it stands if it kept its distance to a neighbouring anchor."""
    is_certain: bool
    """False when an anchor next to it was lost: the line may have gone with it."""


@dataclass(frozen=True)
class Lines:
    """Rows (or columns) of one sheet: plan → file, by the anchors that were found."""

    found: tuple[tuple[int, int], ...]
    """(line in the plan, line in the file) of each anchor, by plan."""
    lost: frozenset[int]
    """Lines of the plan whose anchor was not found."""
    last: int
    """Last line a sheet can have."""
    _known: dict[int, Standing] = field(default_factory=dict, compare=False, repr=False)
    """Lines worked out so far: a sheet asks for the same few hundreds of times."""

    @classmethod
    def of(cls, planned: Mapping[str, int], standing: Mapping[str, int], last: int) -> Lines:
        """Lines from anchor text → line in the plan, and anchor text → line in the file."""
        pairs = {line: standing[text] for text, line in planned.items() if text in standing}
        lost = frozenset(line for line in planned.values() if line not in pairs)
        return _shared(tuple(sorted(pairs.items())), lost, last)

    @cached_property
    def in_order(self) -> bool:
        """False when anchors were sorted or swapped."""
        return all(before[1] < after[1] for before, after in pairwise(self.found))

    def standing(self, line: int) -> Standing:
        """Where a line of the plan may stand."""
        if line not in self._known:
            self._known[line] = self._worked_out(line)
        return self._known[line]

    def next_after(self, standing: int) -> int:
        """Next anchored line of the file below a line of the file."""
        below = (anchor[1] for anchor in self.found if anchor[1] > standing)
        return min(below, default=self.last + 1)

    def _worked_out(self, line: int) -> Standing:
        at = bisect_right(self.found, (line, self.last))
        above = self.found[at - 1] if at else None
        below = self.found[at] if at < len(self.found) else None
        near = [anchor for anchor in (above, below) if anchor]
        likely = frozenset(line + anchor[1] - anchor[0] for anchor in near) or frozenset({line})
        if above and above[0] == line:
            first, last = above[1], above[1]
        elif self.in_order:
            first, last = above[1] if above else 1, below[1] if below else self.last
        else:
            first, last = 1, self.last
        return Standing(first, last, likely, self._is_certain(line))

    def _is_certain(self, line: int) -> bool:
        if not self.lost or line in dict(self.found):
            return True
        known = sorted({planned for planned, _ in self.found} | self.lost)
        at = bisect_right(known, line)
        return not self.lost & set(known[max(at - 1, 0) : at + 1])


@lru_cache(maxsize=64)
def _shared(found: tuple[tuple[int, int], ...], lost: frozenset[int], last: int) -> Lines:
    """The same lines for all files in which the anchors stand alike, with what was worked out so far."""
    return Lines(found, lost, last)


def rows_of(placed: Placement, asked: Iterable[AnswerPlan]) -> Lines:
    """Rows by the printed codes."""
    return Lines.of({a.code: a.code_cell.top for a in asked}, placed.rows, MAX_ROW)


def columns_of(placed: Placement, asked: Iterable[AnswerPlan]) -> Lines:
    """Columns by the headers, and by the column of the codes."""
    answers = tuple(asked)
    planned = {a.header: a.header_cell.left for a in answers}
    codes = {f"\0{a.code_cell.left}": a.code_cell.left for a in answers}
    standing = {**placed.columns, **dict.fromkeys(codes, placed.code_column)}
    return Lines.of({**planned, **codes}, standing, MAX_COLUMN)


def likely(row: Standing, column: Standing) -> set[Place]:
    """Where a cell stands if it kept its distance to neighbouring anchors."""
    return {(r, c) for r in row.likely for c in column.likely}
