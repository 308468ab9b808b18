"""The unit chosen from the list of a common form."""

from __future__ import annotations

from xlsx_pdca.cells import folded
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


def _key(plan: WorkbookPlan) -> CellPlan:
    """The printed key left of the choice."""
    named = next(each for each in plan.names if each.name == UNIT_NAME)
    cells = plan.sheet(named.sheet).cells
    at = (named.rect.top, named.rect.left - 1)
    return next(cell for cell in cells if (cell.rect.top, cell.rect.left) == at)
