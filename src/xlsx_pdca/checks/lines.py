"""Where rows and columns of the plan may stand in a file whose rows and columns were inserted, deleted or moved."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from xlsx_pdca.anchors import Placement
from xlsx_pdca.cells import MAX_COLUMN, MAX_ROW
from xlsx_pdca.plan import AnswerPlan


@dataclass(frozen=True)
class Lines:
    """Rows (or columns) of one sheet: plan → file, by the anchors that were found."""

    found: tuple[tuple[int, int], ...]
    """(line in the plan, line in the file) of each anchor, by plan."""
    lost: frozenset[int]
    """Lines of the plan whose anchor was not found."""
    last: int

    @classmethod
    def of(cls, planned: Mapping[str, int], standing: Mapping[str, int], last: int) -> Lines:
        """Lines from anchor text → line in the plan, and anchor text → line in the file."""
        pairs = {line: standing[text] for text, line in planned.items() if text in standing}
        lost = frozenset(line for line in planned.values() if line not in pairs)
        return cls(tuple(sorted(pairs.items())), lost, last)

    @property
    def in_order(self) -> bool:
        """False when anchors were sorted or swapped."""
        return all(before[1] < after[1] for before, after in pairwise(self.found))

    def span(self, line: int) -> tuple[int, int]:
        """First and last line of the file where a line of the plan may stand: between its neighbouring anchors."""
        at, below = self._around(line)
        if at is not None and at[0] == line:
            return at[1], at[1]
        if not self.in_order:
            return 1, self.last
        return (at[1] if at else 1), (below[1] if below else self.last)

    def likely(self, line: int) -> frozenset[int]:
        """Lines of the file where it stands if it kept its distance to a neighbouring anchor."""
        near = [anchor for anchor in self._around(line) if anchor]
        return frozenset(line + standing - planned for planned, standing in near) or frozenset(
            {line}
        )

    def is_certain(self, line: int) -> bool:
        """True when no anchor next to it was lost; else the line may have gone with that anchor."""
        known = sorted({planned for planned, _ in self.found} | self.lost)
        at = bisect_right(known, line)
        return not self.lost & set(known[max(at - 1, 0) : at + 1])

    def _around(self, line: int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
        """Nearest found anchors at or before the line, and after it."""
        planned = [anchor[0] for anchor in self.found]
        at = bisect_right(planned, line)
        before = self.found[at - 1] if at else None
        after = self.found[at] if at < len(self.found) else None
        return before, after

    def next_after(self, standing: int) -> int:
        """Next anchored line of the file below a line of the file."""
        all_standing = sorted(anchor[1] for anchor in self.found)
        at = bisect_left(all_standing, standing + 1)
        return all_standing[at] if at < len(all_standing) else self.last + 1


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
