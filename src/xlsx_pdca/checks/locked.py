"""Everything outside the answers compared with what was sent: changed texts of ours, added texts of theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from itertools import islice

from xlsx_pdca.anchors import LABELS, Placement, searched_sheets
from xlsx_pdca.cells import MAX_ROW, Rect, a1, folded, is_blank
from xlsx_pdca.checks.choice import chosen_place
from xlsx_pdca.checks.formulas import calculated, recalculated
from xlsx_pdca.checks.lines import Lines, Place, Standing, columns_of, likely, rows_of
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import (
    SLOT,
    TICKET_SLOT,
    AnswerPlan,
    CellPlan,
    SheetPlan,
    WorkbookPlan,
    filled,
    per_plan,
)
from xlsx_pdca.rawbook import CellType, RawBook, RawSheet
from xlsx_pdca.reading import Found, listed
from xlsx_pdca.submission import StrayText

MAX_STRAYS = 1_000
"""Texts kept per file beside the answers; the file itself is kept whole."""

PICTURE = "（セルの中の画像）"
"""Stands for a picture placed in a cell outside the answers."""

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
    doubtful_order: tuple[str, ...] = ()
    """Codes and headers that changed their order, with no names to tell whether the answers went with them."""
    formulas: frozenset[Place] = frozenset()
    """Formulas of ours that calculate something else now."""

    def __or__(self, other: _Ours) -> _Ours:
        """Both, where two sheets of the form were put on one."""
        return _Ours(
            self.cells | other.cells,
            self.spots | other.spots,
            self.covered | other.covered,
            self.changed + other.changed,
            self.replaced | other.replaced,
            self.in_order and other.in_order,
            self.doubtful_order + other.doubtful_order,
            self.formulas | other.formulas,
        )


def compare_locked(book: RawBook, plan: WorkbookPlan, slots: Slots | None, found: Found) -> Report:
    """Findings and texts outside the answers; without slot values what differs per unit is not compared."""
    explained = _answer_sheets(plan, slots, found)
    answered = explained.keys() | found.copies
    sheets = {sheet.name: sheet for sheet in searched_sheets(book, plan)}
    others = {name: sheet for name, sheet in sheets.items() if name not in answered}
    reports = [_theirs(sheets[name], ours) for name, ours in explained.items()]
    chosen = chosen_place(book, plan)
    for planned in plan.sheets:
        if planned.key in found.chosen or planned.hidden:
            continue
        sheet = same_sheet(planned, others.values())
        if sheet:
            del others[sheet.name]
            ours = _without_answers(planned, sheet, slots)
            if chosen and chosen[0] == sheet.name:  # the unit chosen there is judged by itself
                ours = ours | _Ours(spots=frozenset({chosen[1]}))
            findings, strays = _theirs(sheet, ours)
            # What stands on a drawing sheet is wanted there, and only kept.
            reports.append(
                ((), strays) if planned.key in plan.drawing_sheets else (findings, strays)
            )
    reports.append(
        _added_sheets([sheet for sheet in others.values() if sheet.cells or sheet.drawings])
    )
    findings = tuple(each for report in reports for each in report[0])
    return findings, tuple(text for report in reports for text in report[1])[:MAX_STRAYS]


def _answer_sheets(plan: WorkbookPlan, slots: Slots | None, found: Found) -> dict[str, _Ours]:
    """Name of a sheet of the file → what of it is ours."""
    explained: dict[str, _Ours] = {}
    for key, placed in found.chosen.items():
        asked = plan.asked_on(key)
        ours = _with_answers(plan.sheet(key), placed, asked, slots)
        if key in found.swapped:  # asked about already
            ours = replace(ours, in_order=True, doubtful_order=())
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
        for place in likely(rows.standing(answer.rect.top), columns.standing(answer.rect.left))
    }
    doubled = {folded(text) for text in placed.doubled}
    repeated = _holding(doubled, placed.sheet) - standing
    in_order = rows.in_order and columns.in_order
    return replace(
        ours,
        cells=ours.cells | repeated,
        spots=standing,
        covered=frozenset(_covered(placed, asked, rows)) - standing,
        replaced=ours.replaced | (lost - standing),
        in_order=in_order,
        doubtful_order=() if in_order else _doubtful_order(placed, asked),
        formulas=ours.formulas if in_order else frozenset(),
    )


def _doubtful_order(placed: Placement, asked: Sequence[AnswerPlan]) -> tuple[str, ...]:
    """Codes and headers out of their order; none where every one of them stands at its own name.

    A row or a column moved as such takes its name along, and its answers.
    """
    rows = {a.code: a.code_cell.top for a in asked if a.code in placed.rows}
    columns = {a.header: a.header_cell.left for a in asked if a.header in placed.columns}
    moved = (*_moved(rows, placed.rows), *_moved(columns, placed.columns))
    return () if placed.by_name.issuperset(moved) else moved


def _moved(planned: Mapping[str, int], standing: Mapping[str, int]) -> tuple[str, ...]:
    """Anchors that do not stand in the place their order in the form gives them."""
    before = sorted(planned, key=planned.__getitem__)
    now = sorted(planned, key=standing.__getitem__)
    return tuple(one for one, other in zip(before, now, strict=True) if one != other)


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
    ours = set(calculated(sheet, planned, rows, columns))
    if as_sent := _as_sent(planned, sheet, slots, rows, columns, spots | ours):
        changed_formulas = frozenset(recalculated(sheet, planned, rows, columns))
        return _Ours(frozenset((ours | as_sent) - spots), formulas=changed_formulas)
    standing = _places_by_text(sheet, spots | ours)
    changed: list[str] = []
    replaced: set[Place] = set()
    for cell, key, row, column in _printed(planned, rows, columns):
        text, said = cell.text, key
        if said is None:
            if slots is None:
                ours |= likely(row, column)
                continue
            text = filled(cell.text, slots)
            said = folded(text)
        here = _within(standing[said], row, column) if text and said in standing else ()
        ours.update(here)
        if not here and not is_blank(text):
            replaced |= likely(row, column)
            # A ticket that is gone or another one is judged by the identity checks.
            is_ticket = TICKET_SLOT in SLOT.findall(cell.text)
            # A question belongs to its row, wherever its column went.
            is_certain = column.is_certain or cell.style in LABELS
            if row.is_certain and is_certain and not is_ticket:
                changed.append(text)
    return _Ours(
        frozenset(ours - spots),
        changed=tuple(changed),
        replaced=frozenset(replaced - spots),
        formulas=frozenset(recalculated(sheet, planned, rows, columns)),
    )


def _as_sent(
    planned: SheetPlan,
    sheet: RawSheet,
    slots: Slots | None,
    rows: Lines,
    columns: Lines,
    taken: AbstractSet[Place],
) -> frozenset[Place] | None:
    """Places of all locked texts where every one stands in its one place and nowhere else, as nearly always; else None."""
    places = _one_place_each(planned, rows, columns)
    if places is None or slots is None or not taken.isdisjoint(places):
        return None
    cells, standing = sheet.cells, dict[Place, str]()
    for place, (cell, key) in places.items():
        text = cell.text if key is not None else filled(cell.text, slots)
        if not text:
            continue
        there = cells.get(place)
        if there is None or there.text != text:
            return None
        standing[place] = key if key is not None else folded(text)
    others = cells.keys() - standing.keys() - taken
    said = frozenset(standing.values())
    is_alone = said.isdisjoint(folded(cells[place].text) for place in others)
    return frozenset(standing) if is_alone else None


@per_plan
def _one_place_each(
    planned: SheetPlan, rows: Lines, columns: Lines
) -> Mapping[Place, tuple[CellPlan, str | None]] | None:
    """The one place each text of the form can stand in; None where one of them has several or none."""
    found: dict[Place, tuple[CellPlan, str | None]] = {}
    printed = _printed(planned, rows, columns)
    for cell, key, row, column in printed:
        here = _within(likely(row, column), row, column)
        if len(here) == 1:
            found[here[0]] = (cell, key)
    return found if len(found) == len(printed) else None


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
    if ours.doubtful_order:
        lines = listed(f"「{shortened(text, 30)}」" for text in ours.doubtful_order)
        findings.append(finding("STR36", sheet=name, places=lines))
    elif not ours.in_order:
        findings.append(finding("STR15", sheet=name))
    if ours.formulas:
        at = listed(a1(*place) for place in sorted(ours.formulas))
        findings.append(finding("STR35", sheet=name, places=at))
    if ours.changed:
        labels = listed((f"「{shortened(text, 30)}」" for text in ours.changed), 3)
        findings.append(finding("STR08", sheet=name, labels=labels))
    findings += [
        _written(code, sheet, there)
        for code, there in (("STR09", outside), ("STR10", hidden))
        if there
    ]
    return tuple(findings), _texts(sheet, theirs)


def _written(code: str, sheet: RawSheet, places: Sequence[Place]) -> Finding:
    return finding(
        code,
        sheet=sheet.name,
        cell=a1(*places[0]),
        places=listed(a1(*place) for place in places),
        found=shortened(_seen(sheet, places[0])),
    )


def _texts(sheet: RawSheet, places: Iterable[Place]) -> tuple[StrayText, ...]:
    stored = ((place, _seen(sheet, place)) for place in places)
    texts = (StrayText(sheet.name, a1(*p), text) for p, text in stored if not is_blank(text))
    return tuple(islice(texts, MAX_STRAYS))


def _seen(sheet: RawSheet, place: Place) -> str:
    """What a person sees in a cell: a picture in it hides what is stored."""
    return PICTURE if place in sheet.picture_cells else sheet.cells[place].text


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
