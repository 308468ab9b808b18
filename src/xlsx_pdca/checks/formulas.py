"""Formulas of the form in a file that came back: which cells they explain, and which of them were changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from xlsx_pdca.checks.lines import Lines, Place, likely
from xlsx_pdca.plan import CellPlan, Mark, SheetPlan, Style, per_plan
from xlsx_pdca.rawbook import CellType, RawCell, RawSheet


def calculated(sheet: RawSheet, planned: SheetPlan, rows: Lines, columns: Lines) -> Iterator[Place]:
    """Formulas of the form, and what they showed where only values were copied; not what was typed over them."""
    expected, words = _computed(planned, rows, columns), _formula_words(planned)
    for place, cell in sheet.cells.items():
        if place in expected:
            if cell.formula is not None or any(_shows(cell, each) for each in expected[place]):
                yield place
        elif cell.formula is not None and words.fullmatch(cell.text):
            yield place


def recalculated(
    sheet: RawSheet, planned: SheetPlan, rows: Lines, columns: Lines
) -> Iterator[Place]:
    """Where a formula stands in place of ours that is another one; programs write the same one in several ways."""
    for place, ours in _computed(planned, rows, columns).items():
        cell = sheet.cells.get(place)
        if cell is None or not cell.formula or cell.formula == ours[0].formula:  # nearly always
            continue
        if _gist(cell.formula) not in {_gist(one.formula) for one in ours}:
            yield place


@lru_cache(maxsize=4096)
def _gist(formula: str) -> tuple[str, ...]:
    """Functions and texts of a formula: references are written and moved by programs as they like."""
    texts = _QUOTED.findall(formula)
    functions = _FUNCTION.findall(_QUOTED.sub("", formula).upper())
    return tuple(sorted([*texts, *(each for each in functions if each not in _CONSTANTS)]))


_FUNCTION = re.compile(r"([A-Z][A-Z0-9.]*)\s*\(")
_CONSTANTS = frozenset({"TRUE", "FALSE"})


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
            here = likely(rows.standing(cell.rect.top), columns.standing(cell.rect.left))
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
