"""The first sheet of a marked copy, which lists the points, and the hidden one that says what is ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from xlsx_pdca.cells import a1
from xlsx_pdca.layout.metrics import FONT, LABEL_POINTS, text_height
from xlsx_pdca.layout.paper import BOTTOM_MARGIN, PAPERS, SIDE_MARGIN, TOP_MARGIN
from xlsx_pdca.own_marks import HEADS, RECORD_LOOK, RECORD_TEXT
from xlsx_pdca.plan import Style
from xlsx_pdca.workbook.look import INK, LOOKS, PALE, Look, width_pixels
from xlsx_pdca.workbook.marks.looks import Looks
from xlsx_pdca.workbook.marks.parts import MAIN, OFFICE
from xlsx_pdca.workbook.stamp import escaped

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WIDTHS = (6.0, 24.0, 9.0, 44.0, 34.0)
"""Columns as `HEADS` has them; with their padding as wide together as the form's own sheets."""
_LAST = len(_WIDTHS)
_TEXT, _REPLY = 4, 5
_LEAST_ROW = 42.0
_MOST_ROW = 400.0
_TITLE_ROW, _UNIT_ROW = 30.0, 20.25
_GAP_ROW = 9.0

_ROW = {
    "number": replace(LOOKS[Style.CODE], points=12, ink=INK, bold=True, valign="vcenter"),
    "nowhere": replace(LOOKS[Style.CODE], points=LABEL_POINTS, valign="vcenter"),
    "where": LOOKS[Style.ROW_LABEL],
    "link": replace(LOOKS[Style.PANEL_LINK], align="center", indent=0),
    "text": replace(LOOKS[Style.PANEL_TEXT], fill=PALE),
    "reply": replace(LOOKS[Style.ANSWER], valign="vcenter"),
}


@dataclass(frozen=True)
class Point:
    """One row of the table."""

    number: int
    where: str
    """Sheet and question in words."""
    cell: str
    """What is printed for the place."""
    link: str
    """Place the link leads to, such as `'様式1'!D23`; may be empty."""
    text: str


@dataclass(frozen=True)
class Words:
    """What stands on the first sheet around the points."""

    title: str
    ticket: str
    unit: str
    lead: tuple[str, ...]
    closing: tuple[str, ...]


class _Sheet:
    """Rows of a sheet of ours, written from above."""

    def __init__(self, looks: Looks) -> None:
        self._looks = looks
        self.rows: list[str] = []
        self.merges: list[str] = []
        self.links: list[tuple[str, str]] = []
        self.texts: list[str] = []
        """Every text of ours, for the record."""

    def add(self, height: float, cells: Sequence[tuple[str, Look]]) -> int:
        """One row; its number."""
        number = len(self.rows) + 1
        inside = "".join(
            self._cell(a1(number, column), text, look)
            for column, (text, look) in enumerate(cells, 1)
        )
        self.rows.append(f'<row r="{number}" ht="{height:g}" customHeight="1">{inside}</row>')
        return number

    def across(self, text: str, look: Look) -> None:
        """One text over the whole width, as high as it needs."""
        pixels = sum(map(width_pixels, _WIDTHS))
        height = min(max(text_height(text, pixels, look.points), 16.5), _MOST_ROW)
        number = self.add(height, [(text, look), *[("", look)] * (_LAST - 1)])
        self.merges.append(f"A{number}:{a1(number, _LAST)}")

    def gap(self) -> None:
        self.add(_GAP_ROW, ())

    def _cell(self, place: str, text: str, look: Look) -> str:
        style = self._looks.of_look(look)
        if not text:
            return f'<c r="{place}" s="{style}"/>'
        self.texts.append(text)
        return f'<c r="{place}" s="{style}" t="inlineStr">{_inline(text)}</c>'


def cover_xml(
    words: Words, points: Sequence[Point], looks: Looks
) -> tuple[bytes, int, tuple[str, ...]]:
    """The first sheet's part, its last row, and every text on it."""
    sheet = _Sheet(looks)
    blank = ("", LOOKS[Style.BLANK])
    ticket = (f"整理番号 {words.ticket}", LOOKS[Style.TICKET])
    sheet.add(_TITLE_ROW, [(words.title, LOOKS[Style.TITLE]), *[blank] * (_LAST - 2), ticket])
    if words.unit:
        sheet.add(_UNIT_ROW, [(words.unit, LOOKS[Style.UNIT])])
    for line in words.lead:
        sheet.across(line, LOOKS[Style.TEXT])
    sheet.gap()
    sheet.add(24, [(head, LOOKS[Style.HEAD]) for head in HEADS])
    for point in points:
        _add_point(sheet, point)
    sheet.gap()
    for line in words.closing:
        sheet.across(line, LOOKS[Style.NOTE])
    return _worksheet(sheet, words.title).encode(), len(sheet.rows), tuple(sheet.texts)


def _add_point(sheet: _Sheet, point: Point) -> None:
    texts = (point.where, point.text)
    widths = (_WIDTHS[1], _WIDTHS[_TEXT - 1])
    heights = (
        text_height(text, width_pixels(width), LABEL_POINTS)
        for text, width in zip(texts, widths, strict=True)
    )
    height = min(max(_LEAST_ROW, *(each + 8 for each in heights)), _MOST_ROW)
    number = sheet.add(
        height,
        (
            (str(point.number), _ROW["number"]),
            (point.where, _ROW["where"]),
            (point.cell, _ROW["link"] if point.link else _ROW["nowhere"]),
            (point.text, _ROW["text"]),
            ("", _ROW["reply"]),
        ),
    )
    if point.link:
        sheet.links.append((a1(number, 3), point.link))


def _worksheet(sheet: _Sheet, title: str) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width:g}" customWidth="1"/>'
        for n, width in enumerate(_WIDTHS, 1)
    )
    merges = "".join(f'<mergeCell ref="{place}"/>' for place in sheet.merges)
    links = "".join(
        f'<hyperlink ref="{cell}" location="{_attribute(place)}" display="{cell}"/>'
        for cell, place in sheet.links
    )
    foot = escaped(f'&L&"{FONT},Regular"&8{title.replace("&", "&&")}&R&"{FONT},Regular"&8&P / &N')
    return (
        f'{_HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        '<sheetPr><tabColor rgb="FFA61C00"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="A1:{a1(len(sheet.rows), _LAST)}"/>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0"/></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols>'
        f"<sheetData>{''.join(sheet.rows)}</sheetData>"
        '<sheetProtection sheet="1" formatRows="0"/>'
        + (f'<mergeCells count="{len(sheet.merges)}">{merges}</mergeCells>' if merges else "")
        + (f"<hyperlinks>{links}</hyperlinks>" if links else "")
        + '<printOptions horizontalCentered="1"/>'
        f'<pageMargins left="{SIDE_MARGIN}" right="{SIDE_MARGIN}" top="{TOP_MARGIN}"'
        f' bottom="{BOTTOM_MARGIN}" header="0.3" footer="0.3"/>'
        f'<pageSetup paperSize="{PAPERS["A4"].code}" fitToHeight="0" orientation="landscape"/>'
        f"<headerFooter><oddFooter>{foot}</oddFooter></headerFooter>"
        '<ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors>'
        "</worksheet>"
    )


def record_xml(texts: Iterable[str], looks: Iterable[Sequence[str]]) -> bytes:
    """The hidden sheet: what stood on the first one, and how each marked cell looked before."""
    rows = [*((RECORD_TEXT, text) for text in dict.fromkeys(texts))]
    written = "".join(_record_row(n, row) for n, row in enumerate(_record(rows, looks), 1))
    return (
        f'{_HEAD}<worksheet xmlns="{MAIN}"><sheetData>{written}</sheetData>'
        '<sheetProtection sheet="1"/></worksheet>'
    ).encode()


def _record(
    rows: Iterable[Sequence[str]], looks: Iterable[Sequence[str]]
) -> Iterator[Sequence[str]]:
    yield from rows
    yield from ((RECORD_LOOK, *look) for look in looks)


def _record_row(number: int, row: Sequence[str]) -> str:
    cells = "".join(
        f'<c r="{a1(number, column)}" t="inlineStr">{_inline(text)}</c>'
        for column, text in enumerate(row, 1)
    )
    return f'<row r="{number}">{cells}</row>'


def _inline(text: str) -> str:
    return f'<is><t xml:space="preserve">{escaped(text)}</t></is>'


def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;")
