"""Real workbooks changed part by part, as programs leave them that openpyxl cannot imitate."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping

from handmade import HEAD, OFFICE, PACKAGE

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
TEXT = "http://schemas.openxmlformats.org/drawingml/2006/main"
RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
RICH_RELATION = "http://schemas.microsoft.com/office/2022/10/relationships/richValueRel"

Change = Callable[[str], str]


def changed(
    data: bytes, changes: Mapping[str, Change] = {}, added: Mapping[str, str | bytes] = {}
) -> bytes:  # neither is written to
    """The package with some parts changed and some added; a part to change must be there."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", 8) as new:
        assert set(changes) <= set(old.namelist()), old.namelist()
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, changes[name](text.decode()) if name in changes else text)
        for name, content in added.items():
            new.writestr(name, content)
    return buffer.getvalue()


def part_of(data: bytes, sheet: str) -> str:
    """Name of the part that holds a sheet."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        listed = re.findall(
            r'<sheet [^>]*name="([^"]+)"[^>]*r:id="([^"]+)"', book.read("xl/workbook.xml").decode()
        )
        rels = book.read("xl/_rels/workbook.xml.rels").decode()
    found = next(
        each
        for each in re.findall(r"<Relationship [^>]*>", rels)
        if f'Id="{dict(listed)[sheet]}"' in each
    )
    target = re.search(r'Target="/?(?:xl/)?([^"]+)"', found)
    assert target
    return f"xl/{target[1]}"


def rels_of(part: str) -> str:
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels"


def relations(*rows: str) -> str:
    """A list of relationships from their inner attributes; the ids are counted."""
    items = "".join(f'<Relationship Id="rId{n}" {row}/>' for n, row in enumerate(rows, 1))
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{items}</Relationships>'


def relation(kind: str, target: str, *, outside: bool = False) -> str:
    mode = ' TargetMode="External"' if outside else ""
    return f'Type="{OFFICE}/{kind}" Target="{target}"{mode}'


def png(shade: int) -> bytes:
    """A picture of one point."""

    def chunk(kind: bytes, inside: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + inside))
        return struct.pack(">I", len(inside)) + kind + inside + check

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((0, shade)))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


def with_pictures(
    data: bytes,
    sheet: str,
    *pictures: bytes,
    at: tuple[int, int] | None = None,
    anchor: str = "",
) -> bytes:
    """Pictures laid over a sheet that has no relations yet, as Excel stores them; `at` is (row, column) from 1.

    `anchor` says instead of it where they lie, as XML with `PICTURE` where the picture stands.
    """
    part = part_of(data, sheet)
    corner = ""
    if at is not None:
        row, column = (
            f"<x:{tag}>{n - 1}</x:{tag}>" for tag, n in zip(("row", "col"), at, strict=True)
        )
        corner = f"<x:from>{column}<x:colOff>0</x:colOff>{row}<x:rowOff>0</x:rowOff></x:from>"
    picture = f'<x:pic><a:blip xmlns:a="{TEXT}"/></x:pic>'
    anchor = anchor.replace("PICTURE", picture) or (
        f"<x:twoCellAnchor>{corner}{picture}</x:twoCellAnchor>"
    )
    added: dict[str, str | bytes] = {
        f"xl/media/image9{n}.png": picture for n, picture in enumerate(pictures)
    }
    added[rels_of(part)] = relations(relation("drawing", "../drawings/drawing9.xml"))
    drawing = "xl/drawings/drawing9.xml"
    added[drawing] = f'{HEAD}<x:wsDr xmlns:x="{DRAWING}">{anchor * len(pictures)}</x:wsDr>'
    images = (relation("image", f"../media/image9{n}.png") for n in range(len(pictures)))
    added[rels_of(drawing)] = relations(*images)
    return changed(data, {}, added)


def with_picture_in_cell(data: bytes, sheet: str, cell: str, picture: bytes) -> bytes:
    """A picture placed in a cell, as Excel stores it: an error value that stands for a rich one."""
    structure = (
        f'{HEAD}<rvStructures xmlns="{RICH}" count="1"><s t="_localImage">'
        '<k n="_rvRel:LocalImageIdentifier" t="i"/><k n="CalcOrigin" t="i"/></s></rvStructures>'
    )
    return changed(
        data,
        {part_of(data, sheet): lambda xml: in_cell(xml, cell, 't="e" vm="1"', "<v>#VALUE!</v>")},
        {
            "xl/richData/rdrichvaluestructure.xml": structure,
            "xl/richData/richValueRel.xml": f'{HEAD}<richValueRels xmlns="{RICH_RELATION}"/>',
            "xl/richData/_rels/richValueRel.xml.rels": relations(
                relation("image", "../media/image8.png")
            ),
            "xl/media/image8.png": picture,
        },
    )


def in_cell(xml: str, cell: str, attributes: str, inside: str) -> str:
    """The sheet with one cell written anew; its style stays."""
    found = re.search(rf'<c r="{cell}"( s="[0-9]+")?[^>]*?(?:/>|>.*?</c>)', xml, re.DOTALL)
    assert found, cell
    written = f'<c r="{cell}"{found[1] or ""} {attributes}>{inside}</c>'
    return xml[: found.start()] + written + xml[found.end() :]
