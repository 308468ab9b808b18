"""The workbook part: its sheets, names, date system and locks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from xlsx_pdca.cells import Rect
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import (
    Damaged,
    Hostile,
    NotAWorkbook,
    OldFormat,
    OtherDocument,
)
from xlsx_pdca.workbook.parts.package import Package
from xlsx_pdca.workbook.parts.relations import content_types, parts_of_kind, relations
from xlsx_pdca.workbook.parts.xml import (
    MAIN,
    Attributes,
    Pieces,
    is_true,
    relationship_id,
    shaped,
    stream,
    tagged,
)

_MAIN_TYPE = "main+xml"
_BINARY_TYPE = "sheet.binary"
_OTHER_OFFICE_TYPES = ("wordprocessingml", "ms-word", "presentationml", "ms-powerpoint", "visio")
_BUILT_IN = "_xlnm."
_LONGEST_AREA = 40
_SHAPE = shaped(
    MAIN, {"sheet": ("sheets",), "definedName": ("definedNames",)}, leaves=("definedName",)
)
_TARGET = re.compile(r"\$?(?:'((?:[^']|'')+)'|([^'!,()]+))!([^!,]+)\Z")


@dataclass(frozen=True)
class SheetEntry:
    """One `<sheet>` of the list in the workbook part."""

    name: str
    state: str
    relationship: str


@dataclass
class BookPart:
    """What the workbook part says, as it is being read."""

    is_workbook: bool = False
    sheets: list[SheetEntry] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)
    """Workbook-scoped names and what they refer to, as written."""
    date1904: bool = False
    structure_locked: bool = False


def find_workbook_part(package: Package) -> str:
    """Name of the workbook part, by relationship, else by content type; never by a fixed path."""
    stated = content_types(package)
    by_type = [n for n, kind in stated.items() if "sheet" in kind and kind.endswith(_MAIN_TYPE)]
    by_type += [n for n, kind in stated.items() if _BINARY_TYPE in kind]
    found = parts_of_kind(package, relations(package, ""), "officeDocument")
    candidates = found or by_type
    if not candidates:
        raise NotAWorkbook("package without a workbook part")
    part = candidates[0]
    if any(each in stated.get(part.lower(), "") for each in _OTHER_OFFICE_TYPES):
        raise OtherDocument("Word, PowerPoint or Visio document")
    if part not in package:
        raise Damaged(f"workbook part {part} is missing")
    if _BINARY_TYPE in stated.get(part.lower(), "") or part.lower().endswith(".bin"):
        raise OldFormat("binary workbook (.xlsb)")
    return part


def read_book_part(package: Package, part: str) -> BookPart:
    """Sheets and names in the order of the file."""
    reading = _Reading()
    opens = {
        "workbook": reading.workbook,
        "workbookPr": reading.settings,
        "workbookProtection": reading.protection,
        "sheet": reading.sheet,
        "definedName": reading.open_name,
    }
    closes = tagged(MAIN, {"definedName": reading.close_name})
    stream(
        package.chunks(part), tagged(MAIN, opens), closes, reading.pieces, part=part, shape=_SHAPE
    )
    if not reading.book.is_workbook:
        raise NotAWorkbook(f"main part {part} is no workbook")
    if not reading.book.sheets:
        raise Damaged("a workbook without sheets")
    return reading.book


class _Reading:
    def __init__(self) -> None:
        self.book = BookPart()
        self.pieces = Pieces()
        self._name = ""

    def workbook(self, _: Attributes) -> None:
        self.book.is_workbook = True

    def settings(self, attributes: Attributes) -> None:
        self.book.date1904 = is_true(attributes.get("date1904"))

    def protection(self, attributes: Attributes) -> None:
        self.book.structure_locked = is_true(attributes.get("lockStructure"))

    def sheet(self, attributes: Attributes) -> None:
        if len(self.book.sheets) >= limits.SHEETS:
            raise Hostile(f"more than {limits.SHEETS} sheets")
        entry = SheetEntry(
            attributes.get("name", ""),
            attributes.get("state", "visible"),
            relationship_id(attributes),
        )
        self.book.sheets.append(entry)

    def open_name(self, attributes: Attributes) -> None:
        name = attributes.get("name", "")
        scoped = "localSheetId" in attributes or name.lower().startswith(_BUILT_IN)
        self._name = "" if scoped else name.lower()
        self.pieces.clear()

    def close_name(self) -> None:
        target = self.pieces.take()
        if self._name:
            if len(self.book.names) >= limits.NAMES:
                raise Hostile(f"more than {limits.NAMES} names")
            self.book.names.append((self._name, target))


def resolved_names(
    names: Sequence[tuple[str, str]], sheets: Sequence[str]
) -> tuple[Mapping[str, tuple[str, Rect]], frozenset[str]]:
    """Names that point to one rectangle of a sheet in this book, and the broken ones.

    A name given twice is broken too: nobody can say which one counts.
    """
    by_folded = {sheet.lower(): sheet for sheet in sheets}
    good: dict[str, tuple[str, Rect]] = {}
    broken: set[str] = set()
    for name, text in names:
        target = _target(text.strip(), by_folded)
        if target is None or name in good or name in broken:
            broken.add(name)
            good.pop(name, None)
        else:
            good[name] = target
    return good, frozenset(broken)


@lru_cache(maxsize=4096)
def _rect(text: str) -> Rect | None:
    """A rectangle as written; the same ones stand in every return of a form."""
    return Rect.parse(text) if len(text) < _LONGEST_AREA else None


def _target(text: str, sheets: Mapping[str, str]) -> tuple[str, Rect] | None:
    match = _TARGET.match(text)
    if not match:
        return None
    quoted, plain, area = match.groups()
    sheet = sheets.get((quoted.replace("''", "'") if quoted else plain).lower())
    rect = _rect(area)
    return None if sheet is None or rect is None else (sheet, rect)
