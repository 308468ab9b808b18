"""An open sheet for a picture or shapes; LibreOffice inserts none on a protected sheet."""

from __future__ import annotations

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout.frame import TICKET_TEXT, UNIT_TEXT
from xlsx_pdca.layout.metrics import SMALL_POINTS, text_height, text_pixels, width_units
from xlsx_pdca.layout.words import Words
from xlsx_pdca.plan import CellPlan, PrintPlan, SheetPlan, Style
from xlsx_pdca.spec import Sheet

_COLUMNS = 12
_COLUMN_PIXELS = text_pixels(6)
_BOX_ROWS = 24


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
    heights.append(text_height(hint, _COLUMNS * _COLUMN_PIXELS, SMALL_POINTS) + 4)
    cells.append(CellPlan(Rect(3, 1, 3, _COLUMNS), Style.LEAD, hint))
    breaks = []
    for number, box in enumerate(sheet.drawing_boxes):
        if number:
            breaks.append(len(heights))
        heights.append(24.0)
        top = len(heights)
        cells.append(
            CellPlan(
                Rect(top, 1, top, _COLUMNS), Style.SECTION, words.printed(box.source, box.text)
            )
        )
        heights.extend([18.75] * _BOX_ROWS)
        cells.append(CellPlan(Rect(top + 1, 1, top + _BOX_ROWS, _COLUMNS), Style.DRAWING_AREA))
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
