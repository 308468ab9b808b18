"""An open sheet for a picture or shapes; LibreOffice inserts none on a protected sheet."""

from __future__ import annotations

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout.frame import TICKET_TEXT, UNIT_TEXT
from xlsx_pdca.layout.grid import SHEET_PIXELS
from xlsx_pdca.layout.metrics import LEAD_POINTS, text_height, width_units
from xlsx_pdca.layout.paper import page_points
from xlsx_pdca.layout.words import Words
from xlsx_pdca.plan import CellPlan, PrintPlan, SheetPlan, Style
from xlsx_pdca.spec import Sheet

_COLUMNS = 12
_COLUMN_PIXELS = SHEET_PIXELS / _COLUMNS
_ROW_POINTS = 18.75
_TITLE_POINTS = 24.0


def drawing_sheet(sheet: Sheet, words: Words) -> SheetPlan:
    """Plan of an unprotected sheet: title, ticket, what to draw, one framed area per box."""
    assert sheet.drawing is not None
    heights = [30.0, 20.0]
    cells = [
        CellPlan(Rect.cell(1, 1), Style.TITLE, sheet.title),
        CellPlan(Rect.cell(1, _COLUMNS), Style.TICKET, TICKET_TEXT),
        CellPlan(Rect.cell(2, 1), Style.UNIT, UNIT_TEXT),
    ]
    hint = words.side_text(sheet.drawing)
    heights.append(text_height(hint, SHEET_PIXELS, LEAD_POINTS))
    cells.append(CellPlan(Rect(3, 1, 3, _COLUMNS), Style.LEAD, hint))
    box_rows = _box_rows(sheet.paper.value, sum(heights))
    breaks = []
    for number, box in enumerate(sheet.drawing_boxes):
        if number:
            breaks.append(len(heights))
        heights.append(_TITLE_POINTS)
        top = len(heights)
        cells.append(
            CellPlan(
                Rect(top, 1, top, _COLUMNS), Style.SECTION, words.printed(box.source, box.text)
            )
        )
        heights.extend([_ROW_POINTS] * box_rows)
        cells.append(CellPlan(Rect(top + 1, 1, top + box_rows, _COLUMNS), Style.DRAWING_AREA))
    return SheetPlan(
        key=sheet.key,
        name=sheet.name,
        widths=(width_units(_COLUMN_PIXELS),) * _COLUMNS,
        heights=tuple(heights),
        cells=tuple(cells),
        printing=PrintPlan(
            sheet.paper.value, True, (1, 2), Rect(1, 1, len(heights), _COLUMNS), tuple(breaks)
        ),
        freeze=(2, 0),
        protected=False,
    )


def _box_rows(paper: str, above: float) -> int:
    """Rows that fill a page below the head and the title of the box."""
    page = page_points(paper, landscape=True, pixels=SHEET_PIXELS)
    return int((page - above - _TITLE_POINTS) / _ROW_POINTS)
