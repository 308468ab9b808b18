"""Files of old formats written byte by byte, by the published formats, with no library that reads them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping

SECTOR = 512
END, FREE, FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
NOTHING = 0xFFFFFFFF


def ole(streams: Mapping[str, bytes], *, fat: Mapping[int, int] | None = None) -> bytes:
    """An OLE container with these streams, none of them in the small table; `fat` overrides links of its chains."""
    table: list[int] = []
    body = b""
    entries = [_entry("Root Entry", 5, child=1 if streams else NOTHING, start=END, size=0)]
    for number, (name, data) in enumerate(streams.items(), 1):
        data = data.ljust(4096, b"\0")
        sectors = -(-len(data) // SECTOR)
        last = number == len(streams)
        entries.append(
            _entry(name, 2, start=len(table), size=len(data), right=NOTHING if last else number + 1)
        )
        table += [*range(len(table) + 1, len(table) + sectors), END]
        body += data.ljust(sectors * SECTOR, b"\0")
    directory = b"".join(entries).ljust(-(-len(entries) // 4) * SECTOR, b"\0")
    first_directory = len(table)
    sectors = len(directory) // SECTOR
    table += [*range(len(table) + 1, len(table) + sectors), END]
    tables = -(-(len(table) + 8) // 128)
    fat_at = [len(table) + n for n in range(tables)]
    table += [FAT_SECTOR] * tables
    for sector, following in (fat or {}).items():
        table[sector] = following
    table += [FREE] * (tables * 128 - len(table))
    head = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E, 3, 0xFFFE, 9, 6, 0, tables, first_directory, 0, 4096, END, 0, END, 0,
    )  # fmt: skip
    head += struct.pack("<109I", *fat_at, *[FREE] * (109 - tables))
    return head + body + directory + struct.pack(f"<{len(table)}I", *table)


def _entry(
    name: str, kind: int, *, start: int, size: int, child: int = NOTHING, right: int = NOTHING
) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI8x8xIQ", text, len(text), kind, 1, NOTHING, right, child, 0, start, size
    )


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def xls_stream(
    cells: Iterable[tuple[int, int, str | float]],
    *,
    dimensions: tuple[int, int] = (1, 1),
    head: bytes = b"",
) -> bytes:
    """A workbook stream with one sheet 「回答」; places count from 1, `dimensions` is what the sheet claims to use."""
    bof = struct.pack("<HHHHII", 0x600, 5, 0, 1997, 0, 6)
    start = record(0x809, bof) + head + record(0x42, struct.pack("<H", 1200))
    name = "回答".encode("utf-16-le")
    length = 8 + 2 * 2
    offset = len(start) + 4 + length + 4
    sheet_name = struct.pack("<IBBBB", offset, 0, 0, 2, 1) + name
    book = start + record(0x85, sheet_name) + record(0x0A)
    sheet = record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 1997, 0, 6))
    sheet += record(0x200, struct.pack("<IIHHH", 0, dimensions[0], 0, dimensions[1], 0))
    for row, column, value in cells:
        place = struct.pack("<HHH", row - 1, column - 1, 0)
        if isinstance(value, str):
            text = value.encode("utf-16-le")
            sheet += record(0x204, place + struct.pack("<HB", len(value), 1) + text)
        else:
            sheet += record(0x203, place + struct.pack("<d", value))
    return book + sheet + record(0x0A)


def xls(cells: Iterable[tuple[int, int, str | float]], **more: object) -> bytes:
    return ole({"Workbook": xls_stream(cells, **more)})  # type: ignore[arg-type]


ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(rows: str, *, styles: str = "", more: Mapping[str, str] | None = None) -> bytes:
    """An OpenDocument spreadsheet with one table 「回答」 of these rows, and styles of its own."""
    namespaces = " ".join(
        f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "style")
    )
    content = (
        f"<office:document-content {namespaces}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="回答">{rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{ODS_TYPE}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        "</manifest:manifest>"
    )
    parts = {"mimetype": ODS_TYPE, "content.xml": content, "META-INF/manifest.xml": manifest}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**parts, **(more or {})}.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(name, text, compress_type=method)
    return buffer.getvalue()


def ods_cell(text: str, repeated: int = 1) -> str:
    return (
        f'<table:table-cell office:value-type="string" table:number-columns-repeated="{repeated}">'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def ods_row(*cells: str, repeated: int = 1) -> str:
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def xlsb(cells: Iterable[tuple[int, int, str | float]], *, short: bool = False) -> bytes:
    """A binary workbook with one sheet 「回答」; `short` cells do not say their column, as some programs write them."""
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = (
        f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/>'
        '<Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/></Types>'
    )

    def relation(kind: str, target: str) -> str:
        return (
            f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="rId1" Type="{office}/{kind}" Target="{target}"/></Relationships>'
        )

    book = binary(131) + binary(143)
    book += binary(156, struct.pack("<II", 0, 1) + wide("rId1") + wide("回答"))
    book += binary(144) + binary(132)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": types,
        "_rels/.rels": relation("officeDocument", "xl/workbook.bin"),
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": relation("worksheet", "worksheets/sheet1.bin"),
        "xl/worksheets/sheet1.bin": _binary_sheet(list(cells), short=short),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def _binary_sheet(cells: list[tuple[int, int, str | float]], *, short: bool) -> bytes:
    bottom, right = max(row for row, _, _ in cells), max(column for _, column, _ in cells)
    sheet = binary(129) + binary(148, struct.pack("<IIII", 0, bottom - 1, 0, right - 1))
    sheet += binary(145)
    standing = 0
    for row, column, value in sorted(cells, key=lambda cell: cell[:2]):
        if row != standing:
            sheet += binary(0, struct.pack("<IIHBBBI", row - 1, 0, 300, 0, 0, 0, 0))
            standing = row
        place = struct.pack("<I", 0) if short else struct.pack("<II", column - 1, 0)
        if isinstance(value, str):
            sheet += binary(17 if short else 6, place + wide(value))
        else:
            sheet += binary(16 if short else 5, place + struct.pack("<d", value))
    return sheet + binary(146) + binary(130)


def binary(kind: int, body: bytes = b"") -> bytes:
    """A record of a binary workbook."""
    head = bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, digits = len(body), b""
    while True:
        digits += bytes([size & 0x7F | (0x80 if size >> 7 else 0)])
        size >>= 7
        if not size:
            return head + digits + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")
