"""What must hold before any library or program opens a workbook of an old format: .xls, .xlsb, .ods."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from xlsx_pdca.rawbook import Refusal, RefusalCode
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.biff import Place, look_through_xls, look_through_xlsb
from xlsx_pdca.workbook.parts.book import find_workbook_part
from xlsx_pdca.workbook.parts.faults import CannotRead, Hostile, NotAWorkbook, OldFormat
from xlsx_pdca.workbook.parts.kind import require_package, suffix_of
from xlsx_pdca.workbook.parts.ole import open_ole
from xlsx_pdca.workbook.parts.opendocument import has_ods_macros, look_through_ods
from xlsx_pdca.workbook.parts.package import Package, open_archive, open_package
from xlsx_pdca.workbook.parts.relations import has_linked_pictures
from xlsx_pdca.workbook.parts.xml import stream

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_VBA = "_VBA_PROJECT"
_MEDIA = ("xl/media/", "pictures/", "thumbnails/")


LINKED = ", with links to other files"


@dataclass(frozen=True)
class OldFile:
    """A workbook of an old format that passed."""

    suffix: str
    detail: str
    """The words of its refusal as an old format."""
    has_macros: bool = False
    box: int = 0
    """Places a reader with dense tables allocates for all sheets together."""
    values: int = 0
    """Cells in which something stands for sure: who reads fewer has lost some."""
    formulas: tuple[frozenset[Place], ...] = ()
    """Cells with formulas by sheet, of .xls alone."""
    struck: Mapping[str, Collection[Place]] = field(default_factory=dict)
    """Cells with a text struck through by sheet, of .ods alone."""
    has_links: bool = False
    """A program that opens it fully would fetch something from elsewhere; it is given to none."""
    is_unusual: bool = False
    """Written in a way that not every reader knows: what it reads may not be all."""


def passed(data: bytes) -> OldFile | Refusal:
    """The file as far as its frame tells, or why nothing should open it; for files that are an OLD_FORMAT."""
    try:
        return _passed(data)
    except CannotRead as stop:
        return stop.refusal


def _passed(data: bytes) -> OldFile:
    detail = _old_format(data)
    suffix = suffix_of(Refusal(RefusalCode.OLD_FORMAT, detail))
    if data.startswith(_OLE):
        return _xls(data, suffix, detail)
    if suffix == ".ods":
        package = open_archive(data)
        _count_bytes(package, but=("content.xml", "styles.xml"))
        reach = look_through_ods(package)
        macros = has_ods_macros(package)
        return OldFile(
            suffix,
            detail,
            macros,
            reach.box,
            reach.values,
            struck=reach.struck,
            has_links=reach.has_links,
        )
    if suffix == ".xlsb":
        return _xlsb(open_archive(data), suffix, detail)
    if len(data) > limits.FILE_BYTES:
        raise Hostile(f"file of {len(data)} bytes")
    if suffix == ".xls":
        return OldFile(suffix, detail, box=look_through_xls(data).box)
    # text of many cells, without anything that inflates; broken XML and document types stop here
    stream((data,), {}, {}, part="workbook", roots=("Workbook",))
    return OldFile(suffix, detail)


def _old_format(data: bytes) -> str:
    try:
        require_package(data)
        find_workbook_part(open_package(data))
    except OldFormat as old:
        return old.detail
    raise NotAWorkbook("no workbook of an old format")


def _xls(data: bytes, suffix: str, detail: str) -> OldFile:
    streams = open_ole(data)
    names = {name.lower(): name for name in streams.names}
    book = names.get("workbook", names.get("book"))
    if book is None:
        raise NotAWorkbook("OLE container without a workbook")
    records = look_through_xls(streams.read(book))
    macros = records.macro_sheets or any(_VBA in name.upper() for name in streams.names)
    return OldFile(suffix, detail, macros, records.box, records.values, records.formulas)


def _xlsb(package: Package, suffix: str, detail: str) -> OldFile:
    box = cells = short = 0
    for name in package.names:
        if name.endswith(".bin") and "sheets/" in name:
            extent = look_through_xlsb(package.chunks(name))
            box, cells = box + extent.box, cells + extent.cells
            short += extent.short_cells
    if cells + short > limits.FILLED_CELLS:
        raise Hostile("too many cells")
    linked = has_linked_pictures(package)
    _count_bytes(package, but=("sheets/", ".rels"))
    macros = any("vbaproject.bin" in name or "macrosheets/" in name for name in package.names)
    return OldFile(suffix, detail, macros, box, has_links=linked, is_unusual=short > 0)


def _count_bytes(package: Package, *, but: tuple[str, ...]) -> None:
    """Inflate every part another reader may inflate, under our own count and checksums."""
    for name in package.names:
        if not name.startswith(_MEDIA) and not name.endswith("/"):
            if any(each in name for each in but):
                continue
            for _ in package.chunks(name):
                pass
