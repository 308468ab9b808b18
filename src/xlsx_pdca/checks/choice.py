"""The unit chosen from the list of a common form."""

from __future__ import annotations

from collections.abc import Mapping

from xlsx_pdca.cells import folded
from xlsx_pdca.municipality import Exact, Municipality, match_name
from xlsx_pdca.plan import UNIT_NAME, CellPlan, WorkbookPlan
from xlsx_pdca.rawbook import RawBook

Place = tuple[str, tuple[int, int]]
"""(sheet name, (row, column))."""


def chosen_place(book: RawBook, plan: WorkbookPlan) -> Place | None:
    """Where a file has the cell for the choice: by its defined name, else right of its printed key; None on other forms."""
    if not plan.is_common:
        return None
    if named := book.names.get(UNIT_NAME):
        sheet, rect = named
        return sheet, (rect.top, rect.left)
    wanted = folded(_key(plan).text)
    for each in book.sheets:
        for (row, column), cell in each.cells.items():
            if folded(cell.text) == wanted:
                return each.name, (row, column + 1)
    return None


def chosen_unit(book: RawBook, plan: WorkbookPlan) -> str:
    """What stands in that cell, blanks around it removed; "" for nothing."""
    place = chosen_place(book, plan)
    sheet = next((s for s in book.sheets if place and s.name == place[0]), None)
    cell = sheet.cells.get(place[1]) if sheet and place else None
    return cell.text.strip() if cell else ""


def meant_unit(written: str, units: Mapping[str, str]) -> str:
    """The one unit of a list (what it shows → unit) that the cell means, chosen there or typed by hand; "" for none.

    Typed, it is the whole line but for blanks and the width of its signs, or a name that only one of them bears.
    A name beside another's id is neither, and nothing is guessed.
    """
    if written in units:
        return units[written]
    wanted = folded(written)
    alike = [unit for shown, unit in units.items() if folded(shown) == wanted]
    if len(alike) == 1:
        return alike[0]
    bearers = [
        Municipality(unit, "", shown.removesuffix(f"（{unit}）"), "")
        for shown, unit in units.items()
    ]
    match = match_name(written, bearers) if written else None
    return match.municipality.code if isinstance(match, Exact) else ""


def _key(plan: WorkbookPlan) -> CellPlan:
    """The printed key left of the choice."""
    named = next(each for each in plan.names if each.name == UNIT_NAME)
    cells = plan.sheet(named.sheet).cells
    at = (named.rect.top, named.rect.left - 1)
    return next(cell for cell in cells if (cell.rect.top, cell.rect.left) == at)
