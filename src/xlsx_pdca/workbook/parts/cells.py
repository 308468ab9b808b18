"""The cells of one worksheet part while they are read, and the room all sheets of a book share."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite
from operator import itemgetter

from xlsx_pdca.cells import MAX_COLUMN, MAX_ROW, Rect, column_letters, decode_stored
from xlsx_pdca.rawbook import CellType, NumberLook, RawCell
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Damaged, Hostile
from xlsx_pdca.workbook.parts.plain import COLUMNS, TYPES, NotPlain, Row, is_unseen
from xlsx_pdca.workbook.parts.serial import serial_of_iso
from xlsx_pdca.workbook.parts.styles import Looks
from xlsx_pdca.workbook.parts.xml import Attributes, Close, Open, Pieces, is_true, whole

_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)
_TYPES = TYPES - {""}
_LONGEST_NUMBER = 400
_INDEXED = 10_000
_REFERENCE = re.compile(r"([A-Za-z]+)([0-9]+)\Z")
_DIGITS = "0123456789"
# enum members are looked up once, not per cell
_TEXT, _NUMBER, _PLAIN = CellType.TEXT, CellType.NUMBER, NumberLook.PLAIN
_BOOLEANS = {"1": "1", "0": "0", "true": "1", "false": "0"}


@dataclass
class Room:
    """What all sheets of a book may still hold together."""

    elements: int = limits.CELL_ELEMENTS
    filled: int = limits.FILLED_CELLS
    characters: int = limits.TEXT_CHARACTERS
    merges: int = limits.MERGES

    @classmethod
    def of_book(cls, times: int) -> Room:
        """Room for a book that may hold so many times as much as a return."""
        return cls(*(times * least for least in vars(cls()).values()))

    def give_back(self, before: Room) -> None:
        """Forget what was used since then."""
        vars(self).update(vars(before))


@dataclass(frozen=True)
class Shared:
    """What the cells of all sheets lean on."""

    strings: Sequence[str]
    styles: Looks
    date1904: bool
    room: Room
    struck: frozenset[str] = frozenset()
    """Those of the strings, by their index, of which a part is struck through."""

    @cached_property
    def look_by_style(self) -> Mapping[str | None, NumberLook]:
        """Look by the number of the style as written."""
        return {str(style): look for style, look in enumerate(self.styles.looks)}

    @cached_property
    def string_by_index(self) -> Mapping[str, str]:
        """The first shared strings by their index as written, so that most cells need no number."""
        return {str(at): text for at, text in enumerate(self.strings[:_INDEXED])}


@dataclass
class SheetPart:
    """What a worksheet part says, as it is being read."""

    cells: dict[tuple[int, int], RawCell] = field(default_factory=dict)
    merges: list[Rect] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    protected: bool = False
    rich_cells: set[tuple[int, int]] = field(default_factory=set)
    """Cells that show something else than what is stored, such as a picture placed in the cell."""
    struck: set[tuple[int, int]] = field(default_factory=set)
    """Cells struck through, wholly or in a part of their text."""
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    """Number formats of cells that may show another value than is stored."""
    page_texts: tuple[str, ...] = ()


class Cells:
    """State of the cell being read; the methods run per cell, so they do as little as they can."""

    def __init__(self, sheet: SheetPart, shared: Shared) -> None:
        self.pieces = Pieces()
        self._sheet, self._shared = sheet, shared
        self._looks, self._strings = shared.look_by_style, shared.string_by_index
        self._telling = shared.styles.telling
        self._texts_need_heed = bool(shared.struck or shared.styles.of_texts)
        self._row, self._row_text = 0, "0"
        self._rows: set[int] = set()
        self._column = 0
        self._columns: set[int] = set()
        self._attributes: list[Attributes] = []
        self._value = ""
        self._formula: str | None = None
        self._runs: list[str] = []
        self._phonetic = False
        self._is_struck = False

    def opens(self) -> dict[str, Open]:
        return {
            "row": self.open_row,
            "c": self._attributes.append,
            "rPh": self.open_phonetic,
            "strike": self.strike,
        }

    def closes(self) -> dict[str, Close]:
        return {
            "row": self.close_row,
            "c": self.close_cell,
            "v": self.close_value,
            "f": self.close_formula,
            "t": self.close_text,
            "is": self.close_inline,
            "rPh": self.close_phonetic,
        }

    def open_row(self, attributes: Attributes) -> None:
        text = attributes.get("r")
        self._row = row = whole(text, "row") if text is not None else self._row + 1
        if not 1 <= row <= MAX_ROW:
            raise Hostile(f"row {row}")
        if row in self._rows:
            raise Damaged(f"row {row} stands there twice")
        self._rows.add(row)
        self._row_text = str(row)
        self._column = 0
        if is_unseen(attributes):
            self._sheet.hidden_rows.add(row)

    def close_row(self) -> None:
        self._count(len(self._columns))
        self._columns.clear()

    def _count(self, width: int) -> None:
        """Count what a row brought; it is short enough to be counted afterwards."""
        room = self._shared.room
        room.elements -= width
        if room.elements < 0 or len(self._sheet.cells) > room.filled:
            raise Hostile("too many cells")

    def close_value(self) -> None:
        self._hold("v", self.pieces.take())

    def close_formula(self) -> None:
        self._formula = self.pieces.take()

    def open_phonetic(self, _: Attributes) -> None:
        self._phonetic = True

    def close_phonetic(self) -> None:
        self._phonetic = False

    def strike(self, attributes: Attributes) -> None:
        self._is_struck |= is_true(attributes.get("val", "1"))

    def close_text(self) -> None:
        if not self._phonetic:
            self._runs.append(self.pieces.take())

    def close_inline(self) -> None:
        self._hold("is", "".join(self._runs))
        self._runs.clear()

    def _hold(self, kind: str, text: str) -> None:
        """Contents must be of the kind the cell's type promises, and stand there once: readers differ on all else."""
        if not text:
            return
        type = self._attributes[-1].get("t", "n")
        if self._value or (type == "inlineStr") is not (kind == "is"):
            raise Damaged(f"<{kind}> in a cell of type {type[:20]!r} in row {self._row}")
        self._value = text

    def close_cell(self) -> None:
        attributes = self._attributes.pop()
        self._place(attributes.get("r"))
        value, formula = self._value, self._formula
        self._value, self._formula = "", None
        if self._is_struck:
            self._sheet.struck.add((self._row, self._column))
            self._is_struck = False
        if attributes.get("t", "n") not in _TYPES:
            raise Damaged(f"cell of type {attributes['t'][:20]!r}")
        if value or formula is not None:
            cell = self._cell(attributes.get("t", "n"), attributes.get("s"), value, formula)
            if cell is not None:
                self._sheet.cells[self._row, self._column] = cell
                if "vm" in attributes:
                    self._sheet.rich_cells.add((self._row, self._column))
                place = self._row, self._column
                self._heed(place, attributes.get("t"), attributes.get("s"), value)

    def take_row(self, row: Row) -> None:
        """A row cut out by a pattern; one that should not be there is left to the parser."""
        number, hidden, width, cells = row
        if number > MAX_ROW or number in self._rows:
            raise NotPlain(f"row {number}")
        self._rows.add(number)
        if hidden:
            self._sheet.hidden_rows.add(number)
        kept, looks, strings = self._sheet.cells, self._looks, self._strings
        for column, type, style, value, formula in cells:
            if type == "s" and formula is None and value in strings:  # nearly every cell
                if text := strings[value]:
                    kept[number, column] = RawCell(_TEXT, text, looks.get(style, _PLAIN))
            else:
                cell = self._cell(type, style, value, formula)
                if cell is not None:
                    kept[number, column] = cell
                    if style in self._telling:
                        self._sheet.formats[number, column] = self._telling[style or ""]
        if self._texts_need_heed:
            for column, type, style, value, _ in cells:
                self._heed((number, column), type, style, value)
        self._count(width)

    def _heed(
        self, place: tuple[int, int], type: str | None, style: str | None, value: str
    ) -> None:
        """Remember a cell that is struck through, or that may show another value than is stored."""
        styles = self._shared.styles
        if style in styles.struck or (
            type == "s" and (value.strip().lstrip("0") or "0") in self._shared.struck
        ):
            self._sheet.struck.add(place)
        if style is not None and style in styles.telling:
            self._sheet.formats[place] = styles.telling[style]

    def _place(self, reference: str | None) -> None:
        """Move to the column of this reference, or one to the right where there is none."""
        if reference is None:
            column = self._column + 1
            if column > MAX_COLUMN:
                raise Hostile(f"column {column}")
        else:
            letters = reference.rstrip(_DIGITS)
            column = COLUMNS[letters]
            if not column or reference[len(letters) :] != self._row_text:
                column = self._odd_column(reference)
        if column in self._columns:
            raise Damaged(f"cell {column_letters(column)}{self._row} stands there twice")
        self._columns.add(column)
        self._column = column

    def _odd_column(self, reference: str) -> int:
        """Column of a reference that is not written the usual way."""
        match = _REFERENCE.match(reference)
        if not match:
            raise Damaged(f"cell reference {reference[:40]!r}")
        column = COLUMNS[match[1].upper()]
        row = whole(match[2], "row")
        if not column or not 1 <= row <= MAX_ROW:
            raise Hostile(f"cell reference {reference[:40]}")
        if row != self._row:
            raise Damaged(f"cell {reference[:40]} in row {self._row}")
        return column

    def _cell(
        self, type: str, style: str | None, value: str, formula: str | None
    ) -> RawCell | None:
        """A cell as it is written, or None when nothing stands in it after all."""
        # a style that does not exist is shown as General by every program seen
        look = self._looks.get(style, _PLAIN)
        if not value:
            return RawCell(_TEXT, "", look, formula)
        if type == "s":
            text = self._strings.get(value)
            value = self._shared_string(value) if text is None else text
        elif type == "str" or type == "inlineStr":
            value = decode_stored(value)
        elif type == "n":
            return RawCell(_NUMBER, _number(value), look, formula)
        else:
            return self._rare(type, value.strip(), look, formula)
        return RawCell(_TEXT, value, look, formula) if value or formula is not None else None

    def _rare(self, type: str, text: str, look: NumberLook, formula: str | None) -> RawCell:
        if type == "e":
            return RawCell(CellType.ERROR, text, look, formula)
        if type == "b" and text in _BOOLEANS:
            return RawCell(CellType.BOOLEAN, _BOOLEANS[text], look, formula)
        if type == "d":
            serial = serial_of_iso(text, date1904=self._shared.date1904)
            return RawCell(_NUMBER, serial, NumberLook.DATE, formula)
        raise Damaged(f"cell of type {type[:20]!r} with {text[:40]!r}")

    def _shared_string(self, index: str) -> str:
        at = whole(index.strip(), "shared string")
        if at >= len(self._shared.strings):
            raise Damaged(f"shared string {at} of {len(self._shared.strings)}")
        return self._shared.strings[at]

    def finish(self) -> None:
        """Book what the sheet used, after its last row."""
        cells, room = self._sheet.cells, self._shared.room
        room.filled -= len(cells)
        room.characters -= sum([len(cell.text) for cell in cells.values()])
        if room.characters < 0:
            raise Hostile("too much text")
        bottom = max(map(itemgetter(0), cells), default=0)
        right = max(map(itemgetter(1), cells), default=0)
        if bottom * right > limits.BOX_CELLS:
            raise Hostile(f"cells reach to {column_letters(right)}{bottom}")


def _number(value: str) -> str:
    text = value.strip()
    if not _DECIMAL.match(text) or len(text) > _LONGEST_NUMBER or not isfinite(float(text)):
        raise Damaged(f"number {text[:40]!r}")
    return text
