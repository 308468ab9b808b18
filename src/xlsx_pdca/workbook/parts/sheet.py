"""One worksheet part: its cells, merges, hidden rows and columns, protection."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from xlsx_pdca.cells import MAX_COLUMN, Rect
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.cells import Cells, Room, Shared, SheetPart
from xlsx_pdca.workbook.parts.faults import CannotRead, Damaged, Hostile
from xlsx_pdca.workbook.parts.page import Ending, page_texts
from xlsx_pdca.workbook.parts.plain import NotPlain, PlainSheet, is_unseen
from xlsx_pdca.workbook.parts.xml import (
    MAIN,
    Attributes,
    Open,
    gathered,
    is_true,
    known_once,
    shaped,
    stream,
    tagged,
    whole,
)

# A macro sheet has its root in a namespace of its own, its cells in the usual one.
_ROOTS = ("worksheet", "chartsheet", "dialogsheet", "macrosheet")
# The schema puts these behind everything wanted here; a form has thousands of elements in them.
_TAIL = tuple(
    tagged(MAIN, dict.fromkeys(("conditionalFormatting", "dataValidations", "hyperlinks")))
)
_SHAPE = shaped(
    MAIN,
    {
        "row": ("sheetData",),
        "c": ("row",),
        "v": ("c",),
        "f": ("c",),
        "is": ("c",),
        "t": ("is", "r", "rPh"),
        "r": ("is",),
        "rPh": ("is",),
    },
    leaves=("v", "f", "t"),
    once=("v", "f", "is", "t"),
)
_LONGEST_REFERENCE = 40


def read_sheet_part(chunks: Iterable[bytes], shared: Shared, part: str) -> SheetPart:
    """The sheet; refusals name the part."""
    before = replace(shared.room)
    data, chunks = gathered(chunks)
    if data is not None:
        try:
            return _plain_sheet(data, shared, part)
        except (NotPlain, CannotRead):  # the parser sees the whole part and says what is wrong
            shared.room.give_back(before)
    sheet = SheetPart()
    cells, around = Cells(sheet, shared), _Surroundings(sheet, shared.room)
    opens = tagged(MAIN, {**cells.opens(), **around.opens()})
    closes = tagged(MAIN, cells.closes())
    ending = Ending(chunks)
    stream(ending, opens, closes, cells.pieces, part=part, roots=_ROOTS, until=_TAIL, shape=_SHAPE)
    sheet.page_texts = page_texts(ending.kept)
    cells.finish()
    return sheet


def _plain_sheet(data: bytes, shared: Shared, part: str) -> SheetPart:
    """The same with the rows cut out by a pattern; NotPlain where they are written in another way."""
    sheet = SheetPart()
    cells = Cells(sheet, shared)
    plain = PlainSheet(data)
    for row in plain:
        cells.take_row(row)
    around = _around((plain.around(),), part)
    merges, hidden_columns, sheet.protected, sheet.page_texts = around
    shared.room.merges -= len(merges)
    if shared.room.merges < 0:
        raise Hostile("too many merged ranges")
    sheet.merges += merges
    sheet.hidden_columns |= hidden_columns
    cells.finish()
    return sheet


@known_once
def _around(
    chunks: Iterable[bytes], part: str
) -> tuple[tuple[Rect, ...], frozenset[int], bool, tuple[str, ...]]:
    """Merges, hidden columns, protection and page texts of a sheet whose rows were cut out."""
    sheet = SheetPart()
    places: list[Attributes] = []
    opens: dict[str, Open] = {"row": _refuse_plain, "c": _refuse_plain, "sheetData": places.append}
    opens = tagged(MAIN, {**_Surroundings(sheet, Room()).opens(), **opens})
    ending = Ending(chunks)
    stream(ending, opens, {}, part=part, roots=_ROOTS, until=_TAIL)
    if len(places) != 1:
        raise NotPlain("the rows stand in no place of their own")
    texts = page_texts(ending.kept)
    return tuple(sheet.merges), frozenset(sheet.hidden_columns), sheet.protected, texts


def _refuse_plain(_: Attributes) -> None:
    raise NotPlain("rows in several places")


class _Surroundings:
    """Everything of a sheet that is no cell."""

    def __init__(self, sheet: SheetPart, room: Room) -> None:
        self._sheet = sheet
        self._room = room

    def opens(self) -> dict[str, Open]:
        return {
            "col": self.column,
            "mergeCell": self.merge,
            "sheetProtection": self.protection,
        }

    def column(self, attributes: Attributes) -> None:
        if is_unseen(attributes):
            first = whole(attributes.get("min"), "column")
            last = whole(attributes.get("max"), "column")
            if last > MAX_COLUMN:
                raise Hostile(f"column {last}")
            self._sheet.hidden_columns.update(range(first, last + 1))

    def merge(self, attributes: Attributes) -> None:
        rect = _rect(attributes.get("ref", ""))
        if rect is None:
            raise Damaged(f"merged range {attributes.get('ref', '')[:40]!r}")
        area = (rect.bottom - rect.top + 1) * (rect.right - rect.left + 1)
        self._room.merges -= 1
        if self._room.merges < 0 or area > limits.MERGED_AREA:
            raise Hostile(f"merged range {rect.a1}, {limits.MERGES - self._room.merges} so far")
        self._sheet.merges.append(rect)

    def protection(self, attributes: Attributes) -> None:
        self._sheet.protected = is_true(attributes.get("sheet"))


@lru_cache(maxsize=4096)
def _rect(text: str) -> Rect | None:
    """A rectangle as written; the same ones stand in every return of a form."""
    return Rect.parse(text) if len(text) < _LONGEST_REFERENCE else None
