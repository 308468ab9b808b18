"""Where the form's locked anchors stand in a file that came back: by names, else by printed codes and headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from xlsx_pdca.cells import MAX_COLUMN, folded
from xlsx_pdca.own_marks import own_sheets
from xlsx_pdca.plan import HIDDEN_SHEET, AnswerPlan, Style, WorkbookPlan, per_plan
from xlsx_pdca.rawbook import CellType, RawBook, RawSheet

LABELS = (Style.LABEL, Style.ROW_LABEL)

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
    parted: tuple[str, ...] = ()
    """Codes whose question now stands beside another code: which of the two was answered is not known."""
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
    anchors = {key: _anchors(plan, key) for key in dict.fromkeys(a.sheet for a in plan.answers)}
    wanted = _wanted(plan)
    found: dict[str, list[Placement]] = {key: [] for key in anchors}
    for sheet in searched_sheets(book, plan):
        index = _index(sheet, *wanted)
        for key, each in anchors.items():
            placed = _placed(each, sheet, index, book)
            if placed:
                found[key].append(placed)
    return {key: tuple(sorted(each, key=_original_first(plan, key))) for key, each in found.items()}


def searched_sheets(book: RawBook, plan: WorkbookPlan) -> tuple[RawSheet, ...]:
    """Sheets that may hold answers: all but the form's own hidden ones (which some programs make visible) and those of a marked copy."""
    own = {HIDDEN_SHEET, plan.list_sheet, *(s.name for s in plan.sheets if s.hidden)}
    own |= own_sheets(book)
    return tuple(sheet for sheet in book.sheets if sheet.name not in own)


def _original_first(plan: WorkbookPlan, key: str) -> Callable[[Placement], tuple[bool, bool]]:
    name = plan.sheet(key).name
    return lambda placed: (not placed.named, placed.sheet.name != name)


@dataclass(frozen=True)
class _Anchors:
    """Anchors of one sheet of the plan, with the printed texts that stand in their rows."""

    key: str
    codes: Mapping[str, str]
    """Printed code → its defined name."""
    headers: Mapping[str, str]
    """Header text → its defined name."""
    under: Mapping[str, tuple[str, ...]]
    """Header text → codes of the answers below it."""
    labels: Mapping[str, str]
    """Printed code → the question beside it, folded."""
    beside: Mapping[str, frozenset[str]]
    """Header text → other texts of its row (番号, 設問, other headers), folded."""
    folded: tuple[str, ...]
    """The printed codes, folded."""

    @classmethod
    def of(cls, plan: WorkbookPlan, key: str) -> _Anchors:
        answers = plan.asked_on(key)
        under: dict[str, list[str]] = {}
        for answer in answers:
            under.setdefault(answer.header, []).append(answer.code)
        cells = plan.sheet(key).cells
        labels = {c.rect.top: folded(c.text) for c in cells if c.style in LABELS}
        heads = [(c.rect.top, folded(c.text)) for c in cells if c.style is Style.HEAD and c.text]
        return cls(
            key,
            codes={a.code: a.row_name for a in answers},
            headers={a.header: a.col_name for a in answers},
            under={header: tuple(codes) for header, codes in under.items()},
            labels={a.code: labels.get(a.code_cell.top, "") for a in answers},
            beside={
                a.header: frozenset(t for row, t in heads if row == a.header_cell.top)
                - {folded(a.header)}
                for a in answers
            },
            folded=tuple(folded(code) for code in dict.fromkeys(a.code for a in answers)),
        )

    def texts(self) -> Iterable[str]:
        """All texts to look for, folded."""
        yield from map(folded, (*self.codes, *self.headers))
        yield from self.labels.values()
        for texts in self.beside.values():
            yield from texts


_anchors = per_plan(_Anchors.of)


@per_plan
def _wanted(plan: WorkbookPlan) -> tuple[frozenset[str], int, Mapping[str, str]]:
    """All texts that stand in the rows of anchors, folded, how long a cell may be that holds one, and our own texts folded."""
    keys = dict.fromkeys(answer.sheet for answer in plan.answers)
    texts = frozenset(text for key in keys for text in _anchors(plan, key).texts())
    # blanks vanish and ㍿ unfolds when folded
    ours = {cell.text: folded(cell.text) for sheet in plan.sheets for cell in sheet.cells}
    return texts, 4 * max(map(len, texts), default=0), ours


def _index(sheet: RawSheet, wanted: frozenset[str], longest: int, ours: Mapping[str, str]) -> Index:
    index: dict[str, list[tuple[int, int]]] = {}
    for place, cell in sheet.cells.items():
        if cell.type is CellType.TEXT and len(cell.text) <= longest:
            text = ours.get(cell.text)
            if text is None:
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
    standing, doubled_rows = _rows(anchors, named, index, code_column)
    columns, doubled_columns = _columns(anchors, named, index, standing, code_column)
    parted = _parted(anchors, standing, index, min(columns.values(), default=MAX_COLUMN))
    rows = {code: row for code, row in standing.items() if code not in parted}
    if not standing or not (columns or doubled_columns):
        return None
    return Placement(
        anchors.key,
        sheet,
        rows,
        columns,
        code_column,
        doubled=(*doubled_rows, *doubled_columns),
        parted=parted,
        named=_is_named(anchors, sheet, book),
        by_name=frozenset(named),
    )


def _is_named(anchors: _Anchors, sheet: RawSheet, book: RawBook) -> bool:
    names = (*anchors.codes.values(), *anchors.headers.values())
    return any(book.names[name][0] == sheet.name for name in names if name in book.names)


def _code_column(anchors: _Anchors, index: Index) -> int:
    """The column most codes stand in; a code quoted elsewhere does not count. 0 when there is none."""
    votes = Counter(column for code in anchors.folded for _, column in index.get(code, ()))
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


def _parted(
    anchors: _Anchors, rows: Mapping[str, int], index: Index, answers: int
) -> tuple[str, ...]:
    """Codes whose question is not in their row but elsewhere: in another row, or behind the first column of `answers`.

    A mere number, as tables have them, stands in many places: it counts in the row of another code only.
    """
    parted = []
    for code, row in rows.items():
        label = anchors.labels[code]
        places = index.get(label, ())
        label_rows = {r for r, _ in places}
        elsewhere = label_rows & set(rows.values()) if label.isdecimal() else label_rows
        if elsewhere and not any(r == row and c < answers for r, c in places):
            parted.append(code)
    return tuple(parted)


def _columns(
    anchors: _Anchors,
    named: Mapping[str, tuple[int, int]],
    index: Index,
    rows: Mapping[str, int],
    code_column: int,
) -> tuple[dict[str, int], list[str]]:
    if anchors.headers.keys() <= named.keys():  # nearly always
        return {header: named[header][1] for header in anchors.headers}, []
    columns: dict[str, int] = {}
    doubled: list[str] = []
    for header in anchors.headers:
        first = min((rows[code] for code in anchors.under[header] if code in rows), default=0)
        above = [p for p in index.get(folded(header), ()) if p[0] < first and p[1] > code_column]
        printed = _in_its_row(above, anchors.beside[header], index)
        if header in named:
            columns[header] = named[header][1]
        elif len(printed) == 1:
            columns[header] = printed[0]
        if len(printed) > 1:
            doubled.append(header)
    if len(columns) == len(
        anchors.headers
    ):  # a header copied beside the table takes no other one's place
        return columns, []
    return columns, doubled


def _in_its_row(
    places: Iterable[tuple[int, int]], beside: frozenset[str], index: Index
) -> list[int]:
    """Columns of a header where at least half of the other texts of its row stand in the row too.

    The same words may stand alone elsewhere, in a note or in an answer; those are no anchor.
    """
    rows_beside = [{row for row, _ in index.get(text, ())} for text in beside]
    scores = {p: sum(p[0] in rows for rows in rows_beside) for p in places}
    best = max(scores.values(), default=0)
    if best * 2 < len(beside):
        return []
    return [column for (_, column), score in scores.items() if score == best]


def _by_name(name: str, text: str, sheet: RawSheet, book: RawBook) -> tuple[int, int] | None:
    """Cell a defined name points to on this sheet, if the anchor's printed text still stands there."""
    target = book.names.get(name)
    if target is None or target[0] != sheet.name:
        return None
    place = (target[1].top, target[1].left)
    cell = sheet.cells.get(place)
    if cell is None:
        return None
    return place if cell.text == text or folded(cell.text) == folded(text) else None
