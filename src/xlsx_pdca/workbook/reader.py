"""Reads a returned .xlsx in one streaming pass with the guard inside: bytes → RawBook or Refusal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlsx_pdca.rawbook import CellType, NumberLook, RawBook, RawSheet, Refusal
from xlsx_pdca.workbook.parts.book import (
    BookPart,
    SheetEntry,
    find_workbook_part,
    read_book_part,
    resolved_names,
)
from xlsx_pdca.workbook.parts.cells import Room, Shared, SheetPart
from xlsx_pdca.workbook.parts.drawings import WPS_PICTURES, cell_pictures, comments, drawings
from xlsx_pdca.workbook.parts.faults import CannotRead, Damaged, OldFormat
from xlsx_pdca.workbook.parts.formats import shown_as
from xlsx_pdca.workbook.parts.kind import require_package
from xlsx_pdca.workbook.parts.package import Package, open_package
from xlsx_pdca.workbook.parts.properties import application, custom_properties, last_modified_by
from xlsx_pdca.workbook.parts.relations import (
    Relation,
    outside_links,
    part_by_id,
    parts_of_kind,
    relations,
)
from xlsx_pdca.workbook.parts.sheet import read_sheet_part
from xlsx_pdca.workbook.parts.strings import shared_strings
from xlsx_pdca.workbook.parts.styles import Looks, cell_looks
from xlsx_pdca.workbook.second_reader import calamine_check
from xlsx_pdca.workbook.transport import packed, unpacked

_SHEET_KINDS = ("worksheet", "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet")
_MACRO_KINDS = ("xlMacrosheet", "xlIntlMacrosheet")


def read_workbook(data: bytes, *, times: int = 1) -> RawBook | Refusal:
    """What the workbook says, or why it cannot be taken for one; never an exception for foreign bytes.

    `times` is how many times as much as a return it may hold.
    """
    try:
        require_package(data)
        return _book(open_package(data, times=times))
    except OldFormat as stop:
        return _examined(data, stop)
    except CannotRead as stop:
        return stop.refusal


def _examined(data: bytes, stop: OldFormat) -> Refusal:
    """An old format that nothing speaks against, or what does: no other door is opened to the rest.

    One with links to elsewhere does not end with its suffix, so that no program is started for it.
    """
    from xlsx_pdca.workbook.old_gate import LINKED, passed  # not needed on the everyday path

    file = passed(data)
    if isinstance(file, Refusal):
        return file
    return Refusal(stop.code, f"{stop.detail}{LINKED}") if file.has_links else stop.refusal


def parse(data: bytes, secrets: Sequence[str] = ()) -> bytes:
    """For the worker: the book read twice, packed; a book behind a password is none of this reader's."""
    book = read_workbook(data)
    if isinstance(book, RawBook):
        book = replace(book, disagreements=calamine_check(data, book))
    return packed(book)


def decode(data: bytes) -> RawBook | Refusal:
    """What `parse` packed, on the other side of the pipe."""
    return unpacked(data)


def _book(package: Package) -> RawBook:
    part = find_workbook_part(package)
    book = read_book_part(package, part)
    found = relations(package, part)
    sheets = _sheets(package, book, found)
    names, broken = resolved_names(book.names, [sheet.name for sheet in sheets])
    root = relations(package, "")
    app, core, custom = (
        parts_of_kind(package, root, *kinds)
        for kinds in (
            ("extended-properties", "extendedProperties"),  # the second is the word of strict files
            ("core-properties", "coreProperties"),
            ("custom-properties", "customProperties"),
        )
    )
    return RawBook(
        sheets=sheets,
        names=names,
        broken_names=broken,
        properties=custom_properties(package, custom[0]) if custom else {},
        application=application(package, app[0]) if app else "",
        last_modified_by=last_modified_by(package, core[0]) if core else "",
        date1904=book.date1904,
        structure_locked=book.structure_locked,
        has_macros=_has_macros(package, found),
    )


def _sheets(package: Package, book: BookPart, found: Sequence[Relation]) -> tuple[RawSheet, ...]:
    strings = parts_of_kind(package, found, "sharedStrings")
    styles = parts_of_kind(package, found, "styles")
    texts, struck = _texts(package, strings[0]) if strings else ([], frozenset[str]())
    looks = cell_looks(package.chunks(styles[0]), styles[0]) if styles else Looks()
    shared = Shared(texts, looks, book.date1904, Room.of_book(package.times), struck)
    return tuple(_sheet(package, entry, found, shared) for entry in book.sheets)


def _texts(package: Package, part: str) -> tuple[list[str], frozenset[str]]:
    return shared_strings(package.chunks(part), part, times=package.times)


def _sheet(
    package: Package, entry: SheetEntry, found: Sequence[Relation], shared: Shared
) -> RawSheet:
    relation = part_by_id(found, entry.relationship, f"sheet {entry.name[:40]!r}")
    if relation.kind not in _SHEET_KINDS:
        raise Damaged(f"sheet {entry.name[:40]!r} is a {relation.kind[:40]}")
    part = relation.target
    sheet = read_sheet_part(package.chunks(part), shared, part)
    seen = _seen_otherwise(sheet)
    around = relations(package, part)
    drawn = drawings(package, around)
    shown = _picture_cells(package, sheet)
    pictures = cell_pictures(package) if shown else ()
    return RawSheet(
        name=entry.name,
        state=entry.state,
        cells=sheet.cells,
        merges=tuple(sheet.merges),
        protected=sheet.protected,
        hidden_rows=frozenset(sheet.hidden_rows),
        hidden_columns=frozenset(sheet.hidden_columns),
        drawings=drawn.count,
        laid=drawn.places,
        comments=comments(package, around),
        drawing_texts=drawn.texts,
        picture_cells=shown,
        struck=frozenset(sheet.struck),
        seen_as=seen,
        media=tuple(sorted((*drawn.media, *pictures))),
        embedded=drawn.embedded,
        links=outside_links(package, part),
        page_texts=sheet.page_texts,
    )


def _seen_otherwise(sheet: SheetPart) -> dict[tuple[int, int], str]:
    """What is seen in cells that show another value than is stored; such cells get the look that says so."""
    seen: dict[tuple[int, int], str] = {}
    for place, code in sheet.formats.items():
        if cell := sheet.cells.get(place):
            shown = shown_as(cell, code)
            if isinstance(shown, str):
                seen[place] = shown
                shown = cell._replace(look=NumberLook.SCALED)
            sheet.cells[place] = shown
    return seen


def _picture_cells(package: Package, sheet: SheetPart) -> frozenset[tuple[int, int]]:
    """Cells in which a picture is shown: rich values that pass for a broken formula, and a formula of WPS Office."""
    shown = {p for p in sheet.rich_cells if sheet.cells[p].type is CellType.ERROR}
    if shown and not cell_pictures(package):
        shown.clear()  # another rich value, such as a share price that could not be fetched
    if WPS_PICTURES in package:
        shown |= {p for p, cell in sheet.cells.items() if "DISPIMG(" in (cell.formula or "")}
    return frozenset(shown)


def _has_macros(package: Package, found: Sequence[Relation]) -> bool:
    return any(name.endswith("vbaproject.bin") for name in package.names) or any(
        relation.kind in _MACRO_KINDS for relation in found
    )
