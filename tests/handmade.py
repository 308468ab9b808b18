"""Workbooks written by hand, so that a test can say exactly what stands in each part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET_MAIN_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def relationships(*rows: tuple[str, str, str], office: str = OFFICE) -> str:
    """A relationship part from (id, last word of the type, target)."""
    items = "".join(
        f'<Relationship Id="{id}" Type="{office}/{kind}" Target="{target}"/>'
        for id, kind, target in rows
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{items}</Relationships>'


def content_types(main: str = "/xl/workbook.xml", main_type: str = SHEET_MAIN_TYPE) -> str:
    return (
        f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="{main}" ContentType="{main_type}"/></Types>'
    )


def worksheet(rows: str = "", *, before: str = "", after: str = "", main: str = MAIN) -> str:
    return (
        f'{HEAD}<worksheet xmlns="{main}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    )


def shared_strings(*items: str) -> str:
    """A string table; each item is the inside of one `<si>`."""
    inside = "".join(f"<si>{item}</si>" for item in items)
    return f'{HEAD}<sst xmlns="{MAIN}">{inside}</sst>'


def styles(*codes: str | int) -> str:
    """One cell style per number format: a code of its own, or the number of a built-in one."""
    own = [code for code in codes if isinstance(code, str)]
    formats = "".join(
        f'<numFmt numFmtId="{200 + i}" formatCode="{code.replace(chr(34), "&quot;")}"/>'
        for i, code in enumerate(own)
    )
    ids = [200 + own.index(code) if isinstance(code, str) else code for code in codes]
    xfs = "".join(f'<xf numFmtId="{id}"/>' for id in ids)
    return (
        f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts>{formats}</numFmts>'
        f'<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs>{xfs}</cellXfs></styleSheet>'
    )


def workbook(sheets: Iterable[str] = ("様式",), *, inside: str = "", after: str = "") -> str:
    """A workbook part; `inside` stands before the sheets, `after` behind them."""
    entries = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="rId{i}"/>' for i, name in enumerate(sheets, 1)
    )
    return (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{inside}'
        f"<sheets>{entries}</sheets>{after}</workbook>"
    )


def parts(rows: str = "", *, strings: str = "", looks: str = "", **sheet: str) -> dict[str, str]:
    """The parts of a workbook of one sheet; change, add or remove some before zipping them."""
    listed = [("rId1", "worksheet", "worksheets/sheet1.xml")]
    optional = {}
    if strings:
        listed.append(("rId8", "sharedStrings", "sharedStrings.xml"))
        optional["xl/sharedStrings.xml"] = strings
    if looks:
        listed.append(("rId9", "styles", "styles.xml"))
        optional["xl/styles.xml"] = looks
    return {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relationships(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook(),
        "xl/_rels/workbook.xml.rels": relationships(*listed),
        "xl/worksheets/sheet1.xml": worksheet(rows, **sheet),
        **optional,
    }


def zipped(content: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts, in this order."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def book(rows: str = "", **more: str) -> bytes:
    """A workbook of one sheet with these rows."""
    return zipped(parts(rows, **more))
