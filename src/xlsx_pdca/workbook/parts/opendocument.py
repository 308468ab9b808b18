"""OpenDocument spreadsheets looked through: passwords, macros, texts struck through, and how far repeated cells reach."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from xlsx_pdca.cells import MAX_COLUMN, MAX_ROW
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Damaged, Encrypted, Hostile
from xlsx_pdca.workbook.parts.package import Package
from xlsx_pdca.workbook.parts.xml import Attributes, Open, Pieces, stream, tagged, whole

_CONTENT, _STYLES, _MANIFEST = "content.xml", "styles.xml", "META-INF/manifest.xml"
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_MANIFEST_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
_ROWS, _COLUMNS = f"{_TABLE} number-rows-repeated", f"{_TABLE} number-columns-repeated"
_VALUE_TYPE = f"{_OFFICE} value-type"
_FORMULA = f"{_TABLE} formula"
_SURE_TYPES = ("float", "percentage", "currency", "date", "time")
_STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
_LINE_STYLE, _LINE_TYPE = f"{_STYLE} text-line-through-style", f"{_STYLE} text-line-through-type"
_LINK = "http://www.w3.org/1999/xlink href"
_DRAWING = "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"
# what a program fetches by itself; links on words wait for a click
_FETCHED = {
    _DRAWING: ("image", "fill-image", "object", "object-ole", "plugin", "floating-frame", "applet"),
    _TABLE: ("table-source", "cell-range-source"),
    _STYLE: ("background-image",),
}
_INSIDE = re.compile(r"(?:\./|#)?[^/\\:][^:\\]*\Z|\Z")
_MACROS = ("basic/", "scripts/")


@dataclass
class Reach:
    """How much the tables hold when every repetition is carried out."""

    box: int = 0
    """Places from A1 to the last filled cell, of all tables together."""
    cells: int = 0
    values: int = 0
    """Cells in which something stands for sure, repeated ones once."""
    struck: dict[str, set[tuple[int, int]]] = field(default_factory=dict)
    """Name of a table → its cells with a text struck through, wholly or in part."""
    has_links: bool = False
    """A program that opens it fully would fetch pictures or tables from elsewhere."""


def look_through_ods(package: Package) -> Reach:
    """Stops at a password and at more than a genuine workbook holds."""
    if _CONTENT not in package:
        raise Damaged(f"part {_CONTENT} is missing")
    _refuse_encrypted(package)
    tables = _Tables()
    opens: dict[str, Open] = tagged(
        (_TABLE,),
        {
            "table": tables.table,
            "table-row": tables.row,
            "table-cell": tables.cell,
            "covered-table-cell": tables.cell,
        },
    )
    opens |= tagged((_TEXT,), {"p": tables.text, "span": tables.span})
    opens |= tagged((_OFFICE,), {"annotation": tables.remark})
    closes = tagged(
        (_TABLE,), {"table-cell": tables.end_cell, "covered-table-cell": tables.end_cell}
    )
    closes |= tagged((_TABLE,), {"table-row": tables.end_row, "table": tables.end_table})
    closes |= tagged((_TEXT,), {"p": tables.end_text, "span": tables.end_text})
    closes |= tagged((_OFFICE,), {"annotation": tables.end_remark})
    common = _links(tables.reach) | tagged(
        (_STYLE,), {"style": tables.style, "text-properties": tables.look}
    )
    opens |= common
    if _STYLES in package:  # first, for the styles of the cells build on those
        stream(package.chunks(_STYLES), common, {}, part=_STYLES)
    roots = ("document-content",)
    stream(package.chunks(_CONTENT), opens, closes, tables.pieces, part=_CONTENT, roots=roots)
    return tables.reach


def _links(reach: Reach) -> dict[str, Open]:
    def link(attributes: Attributes) -> None:
        target = attributes.get(_LINK, "")
        reach.has_links |= ".." in target or not _INSIDE.match(target)

    return {
        tag: link
        for namespace, names in _FETCHED.items()
        for tag in tagged((namespace,), dict.fromkeys(names))
    }


def has_ods_macros(package: Package) -> bool:
    """Whether a Basic library or a script lies in the file."""
    return any(name.startswith(_MACROS) and not name.endswith("/") for name in package.names)


def _refuse_encrypted(package: Package) -> None:
    if _MANIFEST not in package:
        return

    def encrypted(_: Attributes) -> None:
        raise Encrypted("OpenDocument spreadsheet with a password (.ods)")

    opens = tagged((_MANIFEST_NAMESPACE,), {"encryption-data": encrypted})
    # the manifest is the one part of OpenDocument that older programs wrote with a DTD; it is only searched
    text = package.read(_MANIFEST)
    if b"<!DOCTYPE" in text:
        if b"encryption-data" in text:
            encrypted({})
        return
    stream((text,), opens, {}, part=_MANIFEST)


class _Tables:
    """State of the table being read; tables within cells count like others."""

    def __init__(self) -> None:
        self.reach = Reach()
        self._bottom = self._right = 0
        self._row = self._column = 0
        self._rows = self._columns = 1
        self._row_cells = self._row_right = 0
        self._filled = self._sure = self._formula = self._remark = False
        self._style = self._name = ""
        self._struck_styles: set[str] = set()
        self._is_struck = False
        self._row_struck: list[int] = []
        self.pieces = Pieces()

    def style(self, attributes: Attributes) -> None:
        self._style = attributes.get(f"{_STYLE} name", "")
        if attributes.get(f"{_STYLE} parent-style-name") in self._struck_styles:
            self._struck_styles.add(self._style)

    def look(self, attributes: Attributes) -> None:
        line = attributes.get(_LINE_STYLE, attributes.get(_LINE_TYPE))
        if line == "none":
            self._struck_styles.discard(self._style)
        elif line is not None:
            self._struck_styles.add(self._style)

    def table(self, attributes: Attributes) -> None:
        self._name = attributes.get(f"{_TABLE} name", "")
        self._bottom = self._right = self._row = 0

    def end_table(self) -> None:
        self.reach.box += self._bottom * self._right

    def row(self, attributes: Attributes) -> None:
        self._rows = _repeated(attributes, _ROWS, MAX_ROW)
        self._column = self._row_cells = self._row_right = 0
        self._row_struck.clear()

    def end_row(self) -> None:
        first = self._row + 1
        self._row += self._rows
        if self._row_cells:
            self._bottom = self._row
            self._right = max(self._right, self._row_right)
            self.reach.cells += self._row_cells * self._rows
        if self.reach.cells > limits.FILLED_CELLS:
            raise Hostile(f"more than {limits.FILLED_CELLS} filled cells, repeated ones counted")
        if self._row_struck:
            rows = range(first, self._row + 1)
            struck = self.reach.struck.setdefault(self._name, set())
            struck.update((row, column) for row in rows for column in self._row_struck)

    def cell(self, attributes: Attributes) -> None:
        self._columns = _repeated(attributes, _COLUMNS, MAX_COLUMN)
        self._filled = _VALUE_TYPE in attributes
        self._formula = _FORMULA in attributes
        self._sure = attributes.get(_VALUE_TYPE) in _SURE_TYPES
        self._is_struck = attributes.get(f"{_TABLE} style-name") in self._struck_styles

    def text(self, _: Attributes) -> None:
        self._filled = True

    def span(self, attributes: Attributes) -> None:
        if not self._remark and attributes.get(f"{_TEXT} style-name") in self._struck_styles:
            self._is_struck = True

    def end_text(self) -> None:
        if not self._remark and self.pieces.take().strip():
            self._sure = True

    def remark(self, _: Attributes) -> None:
        self._remark = True

    def end_remark(self) -> None:
        self._remark = False

    def end_cell(self) -> None:
        self._column += self._columns
        if self._filled:
            self.reach.values += self._sure and not self._formula
            self._row_cells += self._columns
            self._row_right = self._column
            if self._is_struck:
                self._row_struck += range(self._column - self._columns + 1, self._column + 1)
        self._filled = False


def _repeated(attributes: Attributes, name: str, most: int) -> int:
    count = whole(attributes.get(name, "1"), "repetition")
    if count > most:
        raise Hostile(f"repeated {count} times")
    return count
