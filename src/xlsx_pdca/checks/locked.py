"""Everything outside the answers compared with what was sent: changed texts of ours, added texts of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from xlsx_pdca.anchors import Placement, searched_sheets
from xlsx_pdca.cells import MAX_ROW, Rect, a1, folded, is_blank
from xlsx_pdca.checks.lines import Lines, Standing, columns_of, rows_of
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import (
    SLOT,
    TICKET_SLOT,
    AnswerPlan,
    CellPlan,
    Mark,
    SheetPlan,
    Style,
    WorkbookPlan,
    filled,
    per_plan,
)
from xlsx_pdca.rawbook import CellType, RawBook, RawCell, RawSheet
from xlsx_pdca.reading import Found, listed
from xlsx_pdca.submission import StrayText

MAX_STRAYS = 1_000
"""Texts kept per file beside the answers; the file itself is kept whole."""

Place = tuple[int, int]
Slots = Mapping[str, str]
Report = tuple[tuple[Finding, ...], tuple[StrayText, ...]]

_NO_ANCHORS = Lines((), frozenset(), MAX_ROW)


@dataclass(frozen=True)
class _Ours:
    """What of one sheet of the file is explained by the form."""

    cells: frozenset[Place] = frozenset()
    """Locked texts, formulas and their results."""
    spots: frozenset[Place] = frozenset()
    """First cells of answers."""
    covered: frozenset[Place] = frozenset()
    """Further cells inside the answers' rectangles."""
    changed: tuple[str, ...] = ()
    """Texts of ours that are gone."""
    replaced: frozenset[Place] = frozenset()
    """Where something of ours would stand that is gone: what stands there now belongs to that finding."""
    in_order: bool = True

    def __or__(self, other: _Ours) -> _Ours:
        """Both, where two sheets of the form were put on one."""
        return _Ours(
            self.cells | other.cells,
            self.spots | other.spots,
            self.covered | other.covered,
            self.changed + other.changed,
            self.replaced | other.replaced,
            self.in_order and other.in_order,
        )


def compare_locked(book: RawBook, plan: WorkbookPlan, slots: Slots | None, found: Found) -> Report:
    """Findings and texts outside the answers; without slot values what differs per unit is not compared."""
    explained = _answer_sheets(plan, slots, found)
    answered = explained.keys() | found.copies
    sheets = {sheet.name: sheet for sheet in searched_sheets(book, plan)}
    others = {name: sheet for name, sheet in sheets.items() if name not in answered}
    reports = [_theirs(sheets[name], ours) for name, ours in explained.items()]
    for planned in plan.sheets:
        if planned.key in found.chosen or planned.hidden:
            continue
        sheet = same_sheet(planned, others.values())
        if sheet:
            del others[sheet.name]
            findings, strays = _theirs(sheet, _without_answers(planned, sheet, slots))
            # What stands on a drawing sheet is wanted there, and only kept.
            reports.append(
                ((), strays) if planned.key in plan.drawing_sheets else (findings, strays)
            )
    reports.append(_added_sheets([sheet for sheet in others.values() if sheet.cells]))
    findings = tuple(each for report in reports for each in report[0])
    return findings, tuple(text for report in reports for text in report[1])[:MAX_STRAYS]


def _answer_sheets(plan: WorkbookPlan, slots: Slots | None, found: Found) -> dict[str, _Ours]:
    """Name of a sheet of the file → what of it is ours."""
    explained: dict[str, _Ours] = {}
    for key, placed in found.chosen.items():
        asked = [answer for answer in plan.answers if answer.sheet == key]
        ours = _with_answers(plan.sheet(key), placed, asked, slots)
        if key in found.swapped:  # asked about already
            ours = replace(ours, in_order=True)
        explained[placed.sheet.name] = explained.get(placed.sheet.name, _Ours()) | ours
    return explained


def _with_answers(
    planned: SheetPlan, placed: Placement, asked: Sequence[AnswerPlan], slots: Slots | None
) -> _Ours:
    rows, columns = rows_of(placed, asked), columns_of(placed, asked)
    spots = {answer.address: placed.spot(answer) for answer in asked}
    standing = frozenset(spot for spot in spots.values() if spot)
    ours = _explained(planned, placed.sheet, slots, rows, columns, standing)
    lost = {
        place
        for answer in asked
        if spots[answer.address] is None
        for place in _likely(rows.standing(answer.rect.top), columns.standing(answer.rect.left))
    }
    doubled = {folded(text) for text in placed.doubled}
    repeated = _holding(doubled, placed.sheet) - standing
    return replace(
        ours,
        cells=ours.cells | repeated,
        spots=standing,
        covered=frozenset(_covered(placed, asked, rows)) - standing,
        replaced=ours.replaced | (lost - standing),
        in_order=rows.in_order and columns.in_order,
    )


def _holding(texts: set[str], sheet: RawSheet) -> set[Place]:
    """Cells that hold one of some folded texts."""
    if not texts:
        return set()
    return {place for place, cell in sheet.cells.items() if folded(cell.text) in texts}


def _without_answers(planned: SheetPlan, sheet: RawSheet, slots: Slots | None) -> _Ours:
    ours = _explained(planned, sheet, slots, _NO_ANCHORS, _NO_ANCHORS, frozenset())
    if not any(cell.formula for cell in planned.cells):
        return ours
    # Counts of the progress panel are numbers, wherever they stand in a copy of the values.
    numbers = {place for place, cell in sheet.cells.items() if cell.type is CellType.NUMBER}
    return replace(ours, cells=ours.cells | numbers)


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
    """The sheet compared with its locked texts and formulas."""
    standing = _places_by_text(sheet, spots)
    ours = set(_calculated(sheet, planned, rows, columns))
    changed: list[str] = []
    replaced: set[Place] = set()
    for cell, key, row, column in _printed(planned, rows, columns):
        text, said = cell.text, key
        if said is None:
            if slots is None:
                ours |= _likely(row, column)
                continue
            text = filled(cell.text, slots)
            said = folded(text)
        here = _within(standing[said], row, column) if text and said in standing else ()
        ours.update(here)
        if not here and not is_blank(text):
            replaced |= _likely(row, column)
            # A ticket that is gone or another one is judged by the identity checks.
            is_ticket = TICKET_SLOT in SLOT.findall(cell.text)
            if row.is_certain and column.is_certain and not is_ticket:
                changed.append(text)
    return _Ours(
        frozenset(ours - spots), changed=tuple(changed), replaced=frozenset(replaced - spots)
    )


def _calculated(
    sheet: RawSheet, planned: SheetPlan, rows: Lines, columns: Lines
) -> Iterator[Place]:
    """Formulas of the form, and what they showed where only values were copied; not what was typed over them."""
    likely, words = _computed(planned, rows, columns), _formula_words(planned)
    for place, cell in sheet.cells.items():
        if place in likely:
            if cell.formula is not None or any(_shows(cell, each) for each in likely[place]):
                yield place
        elif cell.formula is not None and words.fullmatch(cell.text):
            yield place


def _shows(cell: RawCell, planned: CellPlan) -> bool:
    """Whether a value may be the result of a formula of the form."""
    if cell.type is CellType.NUMBER:
        return planned.style is Style.COMPUTED or isinstance(planned.cached, int)
    return cell.type is CellType.ERROR or _results(planned).fullmatch(cell.text) is not None


# Nearly all returns have their anchors where the form has them, so these are worked out once.


@per_plan
def _computed(
    planned: SheetPlan, rows: Lines, columns: Lines
) -> Mapping[Place, tuple[CellPlan, ...]]:
    """Where formulas of the form would stand."""
    places: dict[Place, tuple[CellPlan, ...]] = {}
    for cell in planned.cells:
        if cell.formula:
            here = _likely(rows.standing(cell.rect.top), columns.standing(cell.rect.left))
            places |= {place: (*places.get(place, ()), cell) for place in here}
    return places


@per_plan
def _results(planned: CellPlan) -> re.Pattern[str]:
    """Texts a formula can show: nothing, the signs of a mark, or what it holds in quotes."""
    if planned.style is Style.MARK:
        return re.compile("|".join(Mark))
    quoted = {text.replace('""', '"') for text in _QUOTED.findall(planned.formula)}
    # Single signs and codes are what it looks for, not what it says.
    words = "|".join(re.escape(word) for word in quoted if len(word) > 1 and not word.isascii())
    return re.compile(f"(?:[0-9]*(?:{words}))*" if "&(" in planned.formula else f"(?:{words})?")


@per_plan
def _formula_words(planned: SheetPlan) -> re.Pattern[str]:
    """Texts the formulas of a sheet can show, for one that no longer stands where it would."""
    patterns = {_results(cell).pattern for cell in planned.cells if cell.formula}
    return re.compile("|".join(sorted(patterns)))


_QUOTED = re.compile('"((?:[^"]|"")*)"')


@per_plan
def _printed(
    planned: SheetPlan, rows: Lines, columns: Lines
) -> tuple[tuple[CellPlan, str | None, Standing, Standing], ...]:
    """Texts of the form folded, None where they differ per unit, and the rows and columns to look for each in."""
    return tuple(
        (
            cell,
            None if SLOT.search(cell.text) else folded(cell.text),
            rows.standing(cell.rect.top),
            columns.standing(cell.rect.left),
        )
        for cell in planned.cells
        if cell.text and not cell.formula
    )


def _within(places: Iterable[Place], row: Standing, column: Standing) -> list[Place]:
    return [
        (r, c) for r, c in places if row.first <= r <= row.last and column.first <= c <= column.last
    ]


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


def _theirs(sheet: RawSheet, ours: _Ours) -> Report:
    """At most one finding each for order, changed texts, texts outside, and texts under a merged answer."""
    cells, name = sheet.cells, sheet.name
    places = sorted(cells.keys() - ours.cells - ours.spots)
    theirs = [place for place in places if not is_blank(cells[place].text)]
    hidden = [place for place in theirs if place in ours.covered]
    outside = [p for p in theirs if p not in ours.covered and p not in ours.replaced]
    findings: list[Finding] = []
    if not ours.in_order:
        findings.append(finding("STR15", sheet=name))
    if ours.changed:
        labels = listed((f"「{shortened(text, 30)}」" for text in ours.changed), 3)
        findings.append(finding("STR08", sheet=name, labels=labels))
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
    texts = (StrayText(sheet.name, a1(*p), text) for p, text in stored if not is_blank(text))
    return tuple(islice(texts, MAX_STRAYS))


def same_sheet(planned: SheetPlan, sheets: Iterable[RawSheet]) -> RawSheet | None:
    """The sheet of that name, else one that holds at least half of its locked texts."""
    others = tuple(sheets)
    if by_name := [sheet for sheet in others if sheet.name == planned.name]:
        return by_name[0]
    ours = {folded(c.text) for c in planned.cells if c.text and not SLOT.search(c.text)}
    by_texts = (
        sheet
        for sheet in others
        if len(ours & {folded(cell.text) for cell in sheet.cells.values()}) * 2 >= len(ours) > 0
    )
    return next(by_texts, None)
