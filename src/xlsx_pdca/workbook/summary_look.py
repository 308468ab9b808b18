"""What the summary books look like, and the only way they write a cell."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from xlsx_pdca.cells import MAX_CELL_UTF16, a1, utf16_length
from xlsx_pdca.errors import OperatorError
from xlsx_pdca.event import JST
from xlsx_pdca.layout.metrics import lines_needed, width_units
from xlsx_pdca.values import shortest_decimal
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workbook.look import (
    AMBER,
    BAND,
    DEFAULT_FONT,
    DOUBTFUL,
    GREY,
    NAVY,
    PALE,
    RULE,
    WHITE,
    writer_options,
)

BODY_POINTS = 10.0
LINE = 1.27
"""Line height in em; Excel draws this font at about 1.25, LibreOffice at 1.0. Answers here are read, not typed."""
LOW = 200.0
"""Points up to which the texts of a row in a table of hers stand in its middle."""
SOURCE_POINTS = 8.0
MAX_ROW_POINTS = 405.0
MAX_LINKS = 60_000
"""Excel keeps 65,530 links on a sheet; beyond that the words alone stand there."""
MAX_HEADER = 255
"""Characters of a page header with its commands."""
NOTE_FILL = "#FFF8E1"
"""Fill of the columns an officer writes in."""
MISSING = "#E3E6EA"
"""Fill of rows where nothing is in: grey also on a black-and-white print."""
_TOO_SMALL_A4 = 0.72

WHITE_HEAD = "white_head"
"""Head of a list that is printed in black and white."""

Properties = Mapping[str, Any]
_LINED: Properties = {"border": 1, "border_color": RULE}
_BODY: Properties = {
    "font_size": BODY_POINTS,
    "text_wrap": True,
    "valign": "top",
    "num_format": "@",
    "align": "left",
    "indent": 1,
}
_NAME: Properties = {**_LINED, **_BODY, "bold": True, "bg_color": BAND}
_LINK: Properties = {"font_color": NAVY, "underline": 1}
STYLES: Mapping[str, Properties] = {
    "title": {"font_size": 16, "bold": True, "font_color": NAVY, "valign": "vcenter"},
    "subtitle": {"font_size": 10, "font_color": GREY, "valign": "vcenter"},
    "confidential": {"font_size": 11, "bold": True, "valign": "vcenter", "align": "right"},
    "section": {
        "font_size": 12,
        "bold": True,
        "font_color": NAVY,
        "valign": "vcenter",
        "bottom": 2,
        "bottom_color": NAVY,
    },
    "heading": {"font_size": 9, "bold": True, "font_color": NAVY, "valign": "vcenter"},
    "head": {
        **_LINED,
        "font_size": BODY_POINTS,
        "bold": True,
        "font_color": WHITE,
        "bg_color": NAVY,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
    },
    WHITE_HEAD: {
        "font_size": BODY_POINTS,
        "bold": True,
        "border": 1,
        "bottom": 2,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
    },
    "black_link": {
        **_LINED,
        **_BODY,
        "font_color": "#000000",
        "underline": 1,
        "valign": "vcenter",
    },
    "note_head": {
        **_LINED,
        "font_size": BODY_POINTS,
        "bold": True,
        "font_color": NAVY,
        "bg_color": NOTE_FILL,
        "align": "center",
        "valign": "vcenter",
        "text_wrap": True,
    },
    "body": {**_LINED, **_BODY},
    "center": {**_LINED, **_BODY, "align": "center", "indent": 0},
    "label": {**_LINED, **_BODY, "bold": True, "bg_color": BAND},
    "name": _NAME,
    "name_link": {**_NAME, **_LINK},
    "place": {**_NAME, "valign": "vcenter"},
    "place_link": {**_NAME, **_LINK, "valign": "vcenter"},
    "blank": {**_LINED, **_BODY, "pattern": 18, "fg_color": GREY, "bg_color": WHITE},
    "missing": {**_LINED, **_BODY, "bg_color": MISSING, "font_color": GREY},
    "number": {**_LINED, "font_size": BODY_POINTS, "valign": "top", "align": "right", "indent": 1},
    "source": {**_LINED, **_BODY, "font_size": SOURCE_POINTS, "font_color": GREY},
    "source_link": {
        **_LINED,
        **_BODY,
        "font_size": SOURCE_POINTS,
        "font_color": NAVY,
        "underline": 1,
    },
    "key": {**_LINED, "font_size": 6, "font_color": GREY, "valign": "top", "num_format": "@"},
    "note": {**_LINED, **_BODY, "bg_color": NOTE_FILL},
    "flag": {**_LINED, **_BODY, "bold": True, "font_color": AMBER, "bg_color": DOUBTFUL},
    "plain": {"font_size": BODY_POINTS, "text_wrap": True, "valign": "top", "num_format": "@"},
    "small": {"font_size": 9, "font_color": GREY, "text_wrap": True, "valign": "top"},
    "big": {
        **_LINED,
        "font_size": 18,
        "bold": True,
        "font_color": NAVY,
        "align": "center",
        "valign": "vcenter",
    },
    "pale": {**_LINED, **_BODY, "bg_color": PALE},
    "raw": {"font_size": BODY_POINTS, "num_format": "@", "valign": "top"},
}


class TextTooLong(OperatorError):
    """A text does not fit into one cell of Excel; nothing is written."""

    def __init__(self, sheet: str, cell: str, length: int) -> None:
        super().__init__(
            f"「{sheet}」{cell}に入れる文が{length:,}字で、Excelの1セルの上限{MAX_CELL_UTF16:,}字を超えています。",
            "取りまとめは行っていません。元の文を分けるか短くしてから、もう一度取りまとめてください。",
        )


class Unwritten(RuntimeError):
    """XlsxWriter declined a cell: a fault of ours, never passed over."""


@dataclass(eq=False)
class SummarySheet:
    """A worksheet that takes text as text, and tells when a cell could not be written. Cells count from 1."""

    book: SummaryBook
    raw: Worksheet
    links: int = 0
    written: dict[tuple[int, int], str] = field(default_factory=dict)
    """Text by (row, column), kept where the book is to tell later what somebody changed in it."""

    def text(self, row: int, column: int, text: str, style: str = "body", **extra: Any) -> None:
        """Write text exactly; an empty one leaves a formatted blank cell."""
        self._text(row, column, text, self.book.format(style, extra))

    def texts(self, row: int, texts: Iterable[str], style: str) -> None:
        """Write a row of texts from column A, all in one style; empty ones leave no cell at all."""
        look = self.book.format(style)
        for column, text in enumerate(texts, 1):
            if text:
                self._text(row, column, text, look)

    def _text(self, row: int, column: int, text: str, look: Format) -> None:
        if not text:
            self._check(row, column, self.raw.write_blank(row - 1, column - 1, None, look))
            return
        if 2 * len(text) > MAX_CELL_UTF16:  # a sign takes two units at most
            self._stop_if_too_long(row, column, text)
        storable = text.encode("utf-8", "replace").decode("utf-8")
        self._check(row, column, self._write(row - 1, column - 1, storable, look))
        self._remember(row, column, storable)

    def _stop_if_too_long(self, row: int, column: int, text: str) -> None:
        length = utf16_length(text)
        if length > MAX_CELL_UTF16:
            raise TextTooLong(self.raw.get_name(), a1(row, column), length)

    def _write(self, row: int, column: int, text: str, look: Format) -> int:
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter takes such a text for markup of its own; cut into two runs it is text again.
            pieces = (look, text[:1], look, text[1:], look)
            return int(self.raw.write_rich_string(row, column, *pieces))
        return int(self.raw.write_string(row, column, text, look))

    def number(
        self, row: int, column: int, number: Decimal | int, style: str = "number", **extra: Any
    ) -> None:
        """Write a number with as many decimals as it has; longer ones than Excel keeps stay text."""
        exact = Decimal(number)
        if len(exact.as_tuple().digits) > 15:
            return self.text(row, column, f"{exact:f}", style, **extra)
        decimals = max(-int(exact.as_tuple().exponent), 0)
        look = {"num_format": "#,##0" + ("." + "0" * decimals if decimals else ""), **extra}
        self._check(
            row,
            column,
            self.raw.write_number(row - 1, column - 1, float(exact), self.book.format(style, look)),
        )
        self._remember(row, column, shortest_decimal(repr(float(exact))))

    def link(self, row: int, column: int, target: str, text: str, style: str, tip: str) -> None:
        """Write text that leads to `target`; the plain words when the sheet can hold no more links."""
        if self.links >= MAX_LINKS or not target:
            return self.text(row, column, text, style.removesuffix("_link"))
        self.links += 1
        self._check(
            row,
            column,
            self.raw.write_url(
                row - 1, column - 1, target, self.book.format(style), text, tip[:250]
            ),
        )
        self._remember(row, column, text)

    def merged(
        self, row: int, first: int, last: int, text: str, style: str = "body", **extra: Any
    ) -> None:
        """Write text over several columns of one row."""
        if last > first:
            look = self.book.format(style, extra)
            self.raw.merge_range(row - 1, first - 1, row - 1, last - 1, "", look)
        self.text(row, first, text, style, **extra)

    def widths(self, pixels: Iterable[float]) -> None:
        """Set the column widths from column A."""
        for column, width in enumerate(pixels):
            self.raw.set_column(column, column, width_units(width))

    def height(self, row: int, points: float) -> None:
        self.raw.set_row(row - 1, min(round(points * 4 / 3) * 0.75, MAX_ROW_POINTS))

    def _remember(self, row: int, column: int, text: str) -> None:
        if self.book.remembers:
            self.written[row, column] = text

    def _check(self, row: int, column: int, code: int | None) -> None:
        if code:
            raise Unwritten(f"{self.raw.get_name()}!{a1(row, column)}: XlsxWriter returned {code}")


@dataclass(eq=False)
class SummaryBook:
    """A workbook being written; the same input gives the same bytes."""

    title: str
    footer: str
    """Left of the page number on every printed page."""
    as_of: datetime
    remembers: bool = False
    """Whether its sheets keep what was written on them."""
    sheets: list[SummarySheet] = field(default_factory=list)
    _bytes: io.BytesIO = field(default_factory=io.BytesIO)
    _formats: dict[tuple[str, tuple[tuple[str, Any], ...]], Format] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.raw = xlsxwriter.Workbook(self._bytes, writer_options())
        created = self.as_of.astimezone(JST).replace(tzinfo=None, microsecond=0)
        self.raw.set_properties({"title": self.title, "created": created})

    def sheet(self, name: str) -> SummarySheet:
        """A new sheet; grid lines are hidden, the lines drawn are ours."""
        raw = self.raw.add_worksheet(name)
        raw.hide_gridlines(2)
        self.sheets.append(SummarySheet(self, raw))
        return self.sheets[-1]

    def format(self, style: str, extra: Properties | None = None) -> Format:
        key = (style, tuple(sorted(extra.items())) if extra else ())
        if key not in self._formats:
            properties = {**DEFAULT_FONT, **STYLES[style], **(extra or {})}
            self._formats[key] = self.raw.add_format(properties)
        return self._formats[key]

    def finish(self) -> bytes:
        """The bytes of the finished workbook."""
        self.raw.close()
        return self._bytes.getvalue()

    def set_up_print(
        self,
        sheet: SummarySheet,
        *,
        pixels: float,
        repeat: tuple[int, int] | None = None,
        repeat_columns: int = 0,
        landscape: bool = True,
        paper: str = "",
    ) -> None:
        """Paper, scale, repeated heads and footer for a sheet `pixels` wide; the smallest paper that stays legible."""
        chosen = paper or ("A4" if _printable(landscape, "A4") / pixels >= _TOO_SMALL_A4 else "A3")
        raw = sheet.raw
        raw.set_paper(9 if chosen == "A4" else 8)
        if landscape:
            raw.set_landscape()
        pages = max(1, -int(-(pixels * _TOO_SMALL_A4) // _printable(landscape, chosen)))
        raw.fit_to_pages(pages, 0)
        raw.set_margins(left=0.47, right=0.47, top=0.55, bottom=0.63)
        raw.set_footer(f'&L&"{DEFAULT_FONT["font_name"]}"&8{_plain(self.footer)}&R&8&A　&P／&N')
        if repeat:
            raw.repeat_rows(repeat[0] - 1, repeat[1] - 1)
        if repeat_columns and pages > 1:
            raw.repeat_columns(0, repeat_columns - 1)

    def set_header(self, sheet: SummarySheet, title: str, subtitle: str) -> None:
        """Title and subtitle above every printed page, for a sheet that is cut into several pages across."""
        font = DEFAULT_FONT["font_name"]
        head = f'&L&"{font},Bold"&14{_plain(title)}&"{font},Regular"&8\n'
        sheet.raw.set_margins(left=0.47, right=0.47, top=0.95, bottom=0.63)
        sheet.raw.set_header(head + _plain(subtitle)[: MAX_HEADER - len(head)].rstrip("&"))


def _printable(landscape: bool, paper: str) -> float:
    """Pixels at 96 dpi between the margins."""
    short, long = (210, 297) if paper == "A4" else (297, 420)
    return ((long if landscape else short) - 24) / 25.4 * 96


def _plain(text: str) -> str:
    """Text for a footer, where & is a command."""
    return text.replace("&", "&&")


def height_of(
    texts: Iterable[tuple[str, float]], *, points: float = BODY_POINTS, least: float = 18.0
) -> float:
    """Height of a row whose cells hold these texts in columns of so many pixels, nothing clipped."""
    lines = max((lines_needed(text, pixels, points) for text, pixels in texts), default=1)
    return max(lines * points * LINE + 5, least)


def fits(text: str, pixels: float, *, points: float = BODY_POINTS) -> bool:
    """Whether a text shows whole in the highest row Excel allows."""
    return height_of([(text, pixels)], points=points) <= MAX_ROW_POINTS


def japanese_time(at: datetime) -> str:
    """Like 令和8年11月22日 10:05."""
    local = at.astimezone(JST)
    return f"{wareki(local.date())} {local:%H:%M}"
