"""A list of 進行管理表: its columns and lines, and how they are written and printed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsx_pdca.layout.metrics import lines_needed
from xlsx_pdca.summary import SummaryInput
from xlsx_pdca.workbook.look import GREY
from xlsx_pdca.workbook.summary_look import (
    BODY_POINTS,
    WHITE_HEAD,
    SummarySheet,
    height_of,
    japanese_time,
)

HEAD_ROW = 4


@dataclass(frozen=True)
class Column:
    head: str
    pixels: float
    center: bool = False


@dataclass(frozen=True)
class Line:
    """One row of a list: its texts, and a link behind one of them."""

    texts: tuple[str, ...]
    link: str = ""
    link_column: int = -1
    weak: bool = False
    """Printed grey: nothing to do."""


Listing = tuple[tuple[Column, ...], Iterator[Line], str]
"""Columns, lines, and words above them: one line beside the date, or two."""


def write_list(
    sheet: SummarySheet,
    summary: SummaryInput,
    columns: Sequence[Column],
    lines: Sequence[Line],
    words: str,
) -> None:
    """A sheet with its title, heads and lines, ready to print."""
    name = sheet.raw.get_name()
    widths = [column.pixels for column in columns]
    sheet.widths(widths)
    sheet.text(1, 1, f"{name}　{summary.round_name}", "title", font_color="#000000")
    sheet.height(1, 27)
    now = f"{japanese_time(summary.as_of)} 現在　{len(lines)}件"
    first, _, second = words.partition("\n")
    sheet.text(2, 1, f"{now}　{first}", "subtitle", font_color="#000000")
    sheet.height(2, 18)
    sheet.text(3, 1, second, "subtitle", font_color="#000000")
    sheet.height(3, 18 if second else 6)
    for column, head in enumerate(columns, 1):
        sheet.text(HEAD_ROW, column, head.head, WHITE_HEAD)
    sheet.height(HEAD_ROW, 24)
    for row, line in enumerate(lines, HEAD_ROW + 1):
        _write_line(sheet, row, columns, line)
    if not lines:
        sheet.merged(HEAD_ROW + 1, 1, len(columns), "ありません。", "body")
    _finish_list(sheet, columns, len(lines))


def _write_line(sheet: SummarySheet, row: int, columns: Sequence[Column], line: Line) -> None:
    grey = {"font_color": GREY} if line.weak else {}
    for number, (column, text) in enumerate(zip(columns, line.texts, strict=True), 1):
        # links do not wrap everywhere
        one_line = lines_needed(text, column.pixels, BODY_POINTS) == 1
        if line.link and number - 1 == line.link_column and one_line:
            sheet.link(row, number, line.link, text, "black_link", "届いたファイルを開く")
        elif column.center:
            sheet.text(row, number, text, "center", valign="vcenter", **grey)
        else:
            sheet.text(row, number, text, "body", valign="vcenter", **grey)
    texts = zip(line.texts, (c.pixels for c in columns), strict=True)
    sheet.height(row, height_of(texts, least=20))


def _finish_list(sheet: SummarySheet, columns: Sequence[Column], rows: int) -> None:
    last = HEAD_ROW + max(rows, 1)
    if rows:
        sheet.raw.autofilter(HEAD_ROW - 1, 0, last - 1, len(columns) - 1)
    sheet.raw.freeze_panes(HEAD_ROW, 2)
    pixels = sum(column.pixels for column in columns)
    sheet.book.set_up_print(sheet, pixels=pixels, repeat=(1, HEAD_ROW), paper="A4")
    sheet.raw.fit_to_pages(1, 0)
    sheet.raw.print_area(0, 0, last - 1, len(columns) - 1)
