"""Where the form's locked anchors stand in a file that came back: by names, else by printed codes and headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from xlsx_pdca.cells import folded
from xlsx_pdca.plan import HIDDEN_SHEET, AnswerPlan, WorkbookPlan
from xlsx_pdca.rawbook import CellType, RawBook, RawSheet

Index = Mapping[str, list[tuple[int, int]]]
"""Folded text → the cells that hold it, in reading order."""


@dataclass(frozen=True)
class Placement:
    """One sheet of the plan as found on one sheet of the file."""

    key: str
    """Key of the sheet in the plan."""
    sheet: RawSheet
    rows: Mapping[str, int]
    """Printed code → row."""
    columns: Mapping[str, int]
    """Header text → column."""
    code_column: int
    doubled: tuple[str, ...] = ()
    """Codes and headers that stand in several places, with nothing to decide between them."""
    named: bool = False
    """At least one defined name of the form points here: the original, where there are copies."""
    by_name: frozenset[str] = frozenset()
    """Codes and headers whose defined name still points to them."""

    @property
    def last_row(self) -> int:
        """Row of the last question found."""
        return max(self.rows.values(), default=0)

    def spot(self, answer: AnswerPlan) -> tuple[int, int] | None:
        """(row, column) of an answer's first cell, or None when an anchor is missing."""
        row, column = self.rows.get(answer.code), self.columns.get(answer.header)
        return None if row is None or column is None else (row, column)


def placements(book: RawBook, plan: WorkbookPlan) -> Mapping[str, tuple[Placement, ...]]:
    """For each sheet of the plan that asks something, the sheets of the file it was found on; the original first."""
    anchors = {key: _Anchors.of(plan, key) for key in dict.fromkeys(a.sheet for a in plan.answers)}
    wanted = frozenset(text for each in anchors.values() for text in each.texts())
    found: dict[str, list[Placement]] = {key: [] for key in anchors}
    for sheet in searched_sheets(book, plan):
        index = _index(sheet, wanted)
        for key, each in anchors.items():
            placed = _placed(each, sheet, index, book)
            if placed:
                found[key].append(placed)
    return {key: tuple(sorted(each, key=_original_first(plan, key))) for key, each in found.items()}


def searched_sheets(book: RawBook, plan: WorkbookPlan) -> tuple[RawSheet, ...]:
    """Sheets that may hold answers: all but the form's own hidden ones (which some programs make visible)."""
    own = {HIDDEN_SHEET, plan.list_sheet, *(s.name for s in plan.sheets if s.hidden)}
    return tuple(sheet for sheet in book.sheets if sheet.name not in own)


def _original_first(plan: WorkbookPlan, key: str) -> Callable[[Placement], tuple[bool, bool]]:
    name = plan.sheet(key).name
    return lambda placed: (not placed.named, placed.sheet.name != name)


@dataclass(frozen=True)
class _Anchors:
    """Anchors of one sheet of the plan."""

    key: str
    codes: Mapping[str, str]
    """Printed code → its defined name."""
    headers: Mapping[str, str]
    """Header text → its defined name."""
    under: Mapping[str, tuple[str, ...]]
    """Header text → codes of the answers below it."""

    @classmethod
    def of(cls, plan: WorkbookPlan, key: str) -> _Anchors:
        answers = [a for a in plan.answers if a.sheet == key]
        under: dict[str, list[str]] = {}
        for answer in answers:
            under.setdefault(answer.header, []).append(answer.code)
        return cls(
            key,
            {a.code: a.row_name for a in answers},
            {a.header: a.col_name for a in answers},
            {header: tuple(codes) for header, codes in under.items()},
        )

    def texts(self) -> Iterable[str]:
        return map(folded, (*self.codes, *self.headers))


def _index(sheet: RawSheet, wanted: frozenset[str]) -> Index:
    longest = 4 * max(map(len, wanted), default=0)  # blanks vanish and ㍿ unfolds when folded
    index: dict[str, list[tuple[int, int]]] = {}
    for place, cell in sheet.cells.items():
        if cell.type is CellType.TEXT and len(cell.text) <= longest:
            text = folded(cell.text)
            if text in wanted:
                index.setdefault(text, []).append(place)
    return {text: sorted(places) for text, places in index.items()}


def _placed(anchors: _Anchors, sheet: RawSheet, index: Index, book: RawBook) -> Placement | None:
    """The sheet as a place of the plan's sheet, or None when no code or no header stands on it."""
    code_column = _code_column(anchors, index)
    if not code_column:
        return None
    named = {
        text: place
        for text, name in (*anchors.codes.items(), *anchors.headers.items())
        if (place := _by_name(name, text, sheet, book))
    }
    rows, doubled_rows = _rows(anchors, named, index, code_column)
    columns, doubled_columns = _columns(anchors, named, index, rows)
    if not rows or not (columns or doubled_columns):
        return None
    return Placement(
        anchors.key,
        sheet,
        rows,
        columns,
        code_column,
        doubled=(*doubled_rows, *doubled_columns),
        named=_is_named(anchors, sheet, book),
        by_name=frozenset(named),
    )


def _is_named(anchors: _Anchors, sheet: RawSheet, book: RawBook) -> bool:
    names = (*anchors.codes.values(), *anchors.headers.values())
    return any(book.names[name][0] == sheet.name for name in names if name in book.names)


def _code_column(anchors: _Anchors, index: Index) -> int:
    """The column most codes stand in; a code quoted elsewhere does not count. 0 when there is none."""
    votes = Counter(column for code in anchors.codes for _, column in index.get(folded(code), ()))
    return votes.most_common(1)[0][0] if votes else 0


def _rows(
    anchors: _Anchors, named: Mapping[str, tuple[int, int]], index: Index, code_column: int
) -> tuple[dict[str, int], list[str]]:
    rows: dict[str, int] = {}
    doubled: list[str] = []
    for code in anchors.codes:
        printed = [row for row, column in index.get(folded(code), ()) if column == code_column]
        if code in named:
            rows[code] = named[code][0]
        elif len(printed) == 1:
            rows[code] = printed[0]
        elif printed:
            doubled.append(code)
    return rows, doubled


def _columns(
    anchors: _Anchors,
    named: Mapping[str, tuple[int, int]],
    index: Index,
    rows: Mapping[str, int],
) -> tuple[dict[str, int], list[str]]:
    columns: dict[str, int] = {}
    doubled: list[str] = []
    for header in anchors.headers:
        below = [rows[code] for code in anchors.under[header] if code in rows]
        printed = _nearest_above(index.get(folded(header), ()), min(below, default=0))
        if header in named:
            columns[header] = named[header][1]
        elif len(printed) == 1:
            columns[header] = printed[0]
        elif printed:
            doubled.append(header)
    return columns, doubled


def _by_name(name: str, text: str, sheet: RawSheet, book: RawBook) -> tuple[int, int] | None:
    """Cell a defined name points to on this sheet, if the anchor's printed text still stands there."""
    target = book.names.get(name)
    if target is None or target[0] != sheet.name:
        return None
    place = (target[1].top, target[1].left)
    cell = sheet.cells.get(place)
    return place if cell is not None and folded(cell.text) == folded(text) else None


def _nearest_above(places: Iterable[tuple[int, int]], first_row: int) -> list[int]:
    """Columns of a text in the lowest row above the first answer: a header quoted in an answer lies below it."""
    above = [place for place in places if place[0] < first_row]
    lowest = max((row for row, _ in above), default=0)
    return [column for row, column in above if row == lowest]
