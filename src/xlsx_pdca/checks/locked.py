"""Everything outside the answers compared with what was sent: changed texts of ours, added texts of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from xlsx_pdca.anchors import Placement, searched_sheets
from xlsx_pdca.cells import MAX_ROW, Rect, a1, folded, is_blank
from xlsx_pdca.checks.lines import Lines, Standing, columns_of, rows_of
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import SLOT, AnswerPlan, SheetPlan, WorkbookPlan, filled
from xlsx_pdca.rawbook import CellType, RawBook, RawSheet
from xlsx_pdca.reading import Found, listed
from xlsx_pdca.submission import StrayText

MAX_STRAYS = 1_000
"""Texts kept per file beside the answers; the file itself is kept whole."""

Place = tuple[int, int]
Slots = Mapping[str, str]
Report = tuple[tuple[Finding, ...], tuple[StrayText, ...]]

_NO_ANCHORS = Lines((), frozenset(), MAX_ROW)


class _Ours(NamedTuple):
    """What of a sheet is explained by the form."""

    cells: frozenset[Place]
    changed: tuple[str, ...]
    """Texts of ours that are gone."""
    replaced: frozenset[Place]
    """Where those texts would stand; something else may stand there now."""


def compare_locked(book: RawBook, plan: WorkbookPlan, slots: Slots | None, found: Found) -> Report:
    """Findings and texts outside the answers; without slot values what differs per unit is not compared."""
    reports = [
        _answer_sheet(plan.sheet(key), placed, [a for a in plan.answers if a.sheet == key], slots)
        for key, placed in found.chosen.items()
    ]
    answered = {placed.sheet.name for placed in found.chosen.values()} | found.copies
    others = {s.name: s for s in searched_sheets(book, plan) if s.name not in answered}
    for planned in plan.sheets:
        if planned.key in found.chosen or planned.hidden:
            continue
        sheet = _same_sheet(planned, others.values())
        if sheet:
            del others[sheet.name]
            reports.append(
                _other_sheet(planned, sheet, slots, keep=planned.key in plan.drawing_sheets)
            )
    reports.append(_added_sheets([sheet for sheet in others.values() if sheet.cells]))
    findings = tuple(each for report in reports for each in report[0])
    return findings, tuple(text for report in reports for text in report[1])[:MAX_STRAYS]


def _answer_sheet(
    planned: SheetPlan, placed: Placement, asked: Sequence[AnswerPlan], slots: Slots | None
) -> Report:
    rows, columns = rows_of(placed, asked), columns_of(placed, asked)
    spots = frozenset(spot for answer in asked if (spot := placed.spot(answer)))
    ours = _explained(planned, placed.sheet, slots, rows, columns, spots)
    covered = frozenset(_covered(placed, asked, rows)) - spots
    findings, strays = _theirs(placed.sheet, ours, spots, covered)
    if rows.in_order and columns.in_order:
        return findings, strays
    return (finding("STR15", sheet=placed.sheet.name), *findings), strays


def _other_sheet(planned: SheetPlan, sheet: RawSheet, slots: Slots | None, *, keep: bool) -> Report:
    """A sheet without answers; what stands on a drawing sheet is wanted there and only kept."""
    ours = _explained(planned, sheet, slots, _NO_ANCHORS, _NO_ANCHORS, frozenset())
    # Counts of the progress panel are numbers, wherever they stand in a copy of the values.
    numbers = {place for place, cell in sheet.cells.items() if cell.type is CellType.NUMBER}
    report = _theirs(sheet, ours._replace(cells=ours.cells | numbers), frozenset(), frozenset())
    return ((), report[1]) if keep else report


def _added_sheets(added: Sequence[RawSheet]) -> Report:
    if not added:
        return (), ()
    places = listed(f"「{sheet.name}」" for sheet in added)
    texts = tuple(text for sheet in added for text in _texts(sheet, sorted(sheet.cells)))
    return (finding("STR18", places=places),), texts


def _explained(
    planned: SheetPlan,
    sheet: RawSheet,
    slots: Slots | None,
    rows: Lines,
    columns: Lines,
    spots: frozenset[Place],
) -> _Ours:
    standing = _places_by_text(sheet, spots)
    ours = {place for place, cell in sheet.cells.items() if cell.formula is not None}
    changed: list[str] = []
    replaced: set[Place] = set()
    for cell in planned.cells:
        if not cell.text and not cell.formula:
            continue
        row, column = rows.standing(cell.rect.top), columns.standing(cell.rect.left)
        if cell.formula or (slots is None and SLOT.search(cell.text)):
            ours |= _likely(row, column) - spots
            continue
        text = filled(cell.text, slots or {})
        here = [
            (r, c)
            for r, c in standing.get(folded(text), ())
            if row.first <= r <= row.last and column.first <= c <= column.last
        ]
        ours.update(here)
        if not here and row.is_certain and column.is_certain and not is_blank(text):
            changed.append(text)
            replaced |= _likely(row, column) - spots
    return _Ours(frozenset(ours), tuple(changed), frozenset(replaced))


def _likely(row: Standing, column: Standing) -> set[Place]:
    return {(r, c) for r in row.likely for c in column.likely}


def _places_by_text(sheet: RawSheet, spots: frozenset[Place]) -> Mapping[str, list[Place]]:
    standing: dict[str, list[Place]] = {}
    for place, cell in sheet.cells.items():
        if place not in spots:
            standing.setdefault(folded(cell.text), []).append(place)
    return standing


def _covered(placed: Placement, asked: Iterable[AnswerPlan], rows: Lines) -> Iterator[Place]:
    """Stored cells inside the answers' rectangles, each as far as the next question."""
    merges = {(m.top, m.left): m for m in placed.sheet.merges}
    for answer in asked:
        spot = placed.spot(answer)
        planned = answer.rect
        if spot is None or (planned.is_cell and spot not in merges):
            continue
        height, width = planned.bottom - planned.top, planned.right - planned.left
        area = merges.get(spot, Rect(*spot, spot[0] + height, spot[1] + width))
        bottom = min(area.bottom, rows.next_after(spot[0]) - 1)
        yield from _stored_within(placed.sheet, Rect(area.top, area.left, bottom, area.right))


def _stored_within(sheet: RawSheet, area: Rect) -> Iterator[Place]:
    """Stored cells of an area, whichever of the two is smaller."""
    if (area.bottom - area.top + 1) * (area.right - area.left + 1) > len(sheet.cells):
        return (place for place in sheet.cells if area.contains(*place))
    return (
        (row, column)
        for row in range(area.top, area.bottom + 1)
        for column in range(area.left, area.right + 1)
        if (row, column) in sheet.cells
    )


def _theirs(
    sheet: RawSheet, ours: _Ours, spots: frozenset[Place], covered: frozenset[Place]
) -> Report:
    """At most one finding each for changed texts, texts outside, and texts under a merged answer."""
    cells = sheet.cells
    theirs = [p for p in sorted(cells.keys() - ours.cells - spots) if not is_blank(cells[p].text)]
    hidden = [p for p in theirs if p in covered]
    outside = [p for p in theirs if p not in covered and p not in ours.replaced]
    findings: list[Finding] = []
    if ours.changed:
        labels = listed((f"「{shortened(text, 30)}」" for text in ours.changed), 3)
        findings.append(finding("STR08", sheet=sheet.name, labels=labels))
    findings += [
        _written(code, sheet, at) for code, at in (("STR09", outside), ("STR10", hidden)) if at
    ]
    return tuple(findings), _texts(sheet, theirs)


def _written(code: str, sheet: RawSheet, places: Sequence[Place]) -> Finding:
    return finding(
        code,
        sheet=sheet.name,
        cell=a1(*places[0]),
        places=listed(a1(*place) for place in places),
        found=shortened(sheet.cells[places[0]].text),
    )


def _texts(sheet: RawSheet, places: Iterable[Place]) -> tuple[StrayText, ...]:
    stored = ((place, sheet.cells[place].text) for place in places)
    return tuple(StrayText(sheet.name, a1(*p), text) for p, text in stored if not is_blank(text))


def _same_sheet(planned: SheetPlan, sheets: Iterable[RawSheet]) -> RawSheet | None:
    """The sheet of that name, else one that holds at least half of its locked texts."""
    ours = {folded(c.text) for c in planned.cells if c.text and not SLOT.search(c.text)}
    others = tuple(sheets)
    by_name = [sheet for sheet in others if sheet.name == planned.name]
    by_texts = [
        sheet
        for sheet in others
        if len(ours & {folded(cell.text) for cell in sheet.cells.values()}) * 2 >= len(ours) > 0
    ]
    return next(iter((*by_name, *by_texts)), None)
