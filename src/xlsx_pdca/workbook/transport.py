"""RawBook and Refusal as plain JSON values, flat lists of cells so that the pipe stays cheap."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from xlsx_pdca.cells import Rect
from xlsx_pdca.rawbook import (
    CellType,
    NumberLook,
    RawBook,
    RawCell,
    RawSheet,
    Refusal,
    RefusalCode,
)

_Cells = Mapping[tuple[int, int], RawCell]

# One character per cell says type and look.
_PAIRS = tuple(product(CellType, NumberLook))
_KINDS = {pair: chr(ord("A") + i) for i, pair in enumerate(_PAIRS)}
_FROM_KIND = {char: kind for kind, char in _KINDS.items()}


def to_json(result: RawBook | Refusal) -> dict[str, Any]:
    """Plain values for `json.dumps`; `from_json` gives back an equal result."""
    if isinstance(result, Refusal):
        return {"refusal": result.code.value, "detail": result.detail}
    return {
        "sheets": [_sheet_to_json(sheet) for sheet in result.sheets],
        "names": [[name, sheet, *_corners(rect)] for name, (sheet, rect) in result.names.items()],
        "broken_names": sorted(result.broken_names),
        "properties": dict(result.properties),
        "application": result.application,
        "last_modified_by": result.last_modified_by,
        "date1904": result.date1904,
        "structure_locked": result.structure_locked,
        "has_macros": result.has_macros,
        "disagreements": result.disagreements,
    }


def from_json(value: Any) -> RawBook | Refusal:
    """The result `to_json` was given."""
    if "refusal" in value:
        return Refusal(RefusalCode(value["refusal"]), value["detail"])
    return RawBook(
        sheets=tuple(_sheet_from_json(sheet) for sheet in value["sheets"]),
        names={name: (sheet, Rect(*corners)) for name, sheet, *corners in value["names"]},
        broken_names=frozenset(value["broken_names"]),
        properties=value["properties"],
        application=value["application"],
        last_modified_by=value["last_modified_by"],
        date1904=value["date1904"],
        structure_locked=value["structure_locked"],
        has_macros=value["has_macros"],
        disagreements=tuple((s, c, ours, theirs) for s, c, ours, theirs in value["disagreements"]),
    )


def _sheet_to_json(sheet: RawSheet) -> dict[str, Any]:
    cells = sheet.cells.values()
    return {
        "name": sheet.name,
        "state": sheet.state,
        "places": list(sheet.cells),
        "kinds": "".join([_KINDS[cell.type, cell.look] for cell in cells]),
        "texts": [cell.text for cell in cells],
        "formulas": [[i, c.formula] for i, c in enumerate(cells) if c.formula is not None],
        "merges": [_corners(rect) for rect in sheet.merges],
        "protected": sheet.protected,
        "hidden_rows": sorted(sheet.hidden_rows),
        "hidden_columns": sorted(sheet.hidden_columns),
        "drawings": sheet.drawings,
        "comments": sheet.comments,
        "drawing_texts": sheet.drawing_texts,
    }


def _sheet_from_json(value: Any) -> RawSheet:
    return RawSheet(
        name=value["name"],
        state=value["state"],
        cells=_cells_from_json(value),
        merges=tuple(Rect(*corners) for corners in value["merges"]),
        protected=value["protected"],
        hidden_rows=frozenset(value["hidden_rows"]),
        hidden_columns=frozenset(value["hidden_columns"]),
        drawings=value["drawings"],
        comments=tuple((row, column, text) for row, column, text in value["comments"]),
        drawing_texts=tuple(value["drawing_texts"]),
    )


def _cells_from_json(value: Any) -> _Cells:
    formulas: dict[int, str] = dict(value["formulas"])
    rows = zip(value["places"], value["kinds"], value["texts"], strict=True)
    return {
        (row, column): RawCell(_FROM_KIND[kind][0], text, _FROM_KIND[kind][1], formulas.get(i))
        for i, ((row, column), kind, text) in enumerate(rows)
    }


def _corners(rect: Rect) -> tuple[int, int, int, int]:
    return rect.top, rect.left, rect.bottom, rect.right
