"""What stands on, under and beside the cells: pictures, embedded files, links, texts of the printed page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from xlsx_pdca.anchors import searched_sheets
from xlsx_pdca.cells import folded
from xlsx_pdca.checks.locked import same_sheet
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook, RawSheet
from xlsx_pdca.reading import Found, listed
from xlsx_pdca.submission import StrayText

PAGE = "ヘッダー・フッター"
"""Where a text stands that is printed above or below the page, in place of a cell."""
LINK = "リンク先"

_COMMAND = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K[0-9]{2}[+-][0-9]{3}|[0-9]{1,3}|[A-Z]|&)')
_FACE = re.compile('"?[^"&]*,(?:Regular|Bold|Italic|Bold Italic|標準|太字|斜体)"')
"""Name of a typeface; Gnumeric writes the command before it as a text."""
_PART = re.compile("(?<!&)&[LCR]")
_NUMBERING = re.compile(r"(?:page|ページ|頁|of|第|全|[-/|.,():・―—–0-9])*", re.IGNORECASE)
_WEB = re.compile("(?:https?|mailto|tel):", re.IGNORECASE)


def check_objects(book: RawBook, plan: WorkbookPlan, wanted: Collection[str]) -> Iterator[Finding]:
    """Findings about what is no text in a cell; on the sheets in `wanted` drawings are."""
    for sheet in searched_sheets(book, plan):
        name = sheet.name
        if sheet.embedded:
            places = listed(dict.fromkeys(map(kind_of_file, sheet.embedded)))
            yield finding("STR31", sheet=name, places=places)
        if files := [link for link in sheet.links if not _WEB.match(link)]:
            yield finding("STR33", sheet=name, places=listed(_quoted(files), 3))
        drawn = sheet.drawings - len(sheet.embedded)
        if drawn > 0 and name not in wanted:
            yield finding("STR34", sheet=name, count=drawn)
        if texts := _page_texts(sheet, plan):
            yield finding("STR38", sheet=name, found=shortened(texts[0]))


def beside_cells(book: RawBook, plan: WorkbookPlan) -> tuple[StrayText, ...]:
    """Texts of headers and footers, and addresses of links that no cell shows: kept like all the sender wrote."""
    return tuple(
        StrayText(sheet.name, place, text)
        for sheet in searched_sheets(book, plan)
        for place, texts in ((PAGE, _page_texts(sheet, plan)), (LINK, _unseen_links(sheet)))
        for text in texts
    )


def drawings(
    book: RawBook, plan: WorkbookPlan, wanted: Collection[str]
) -> tuple[tuple[str, int], ...]:
    """(sheet, number of pictures and shapes) of the drawing sheets, and of others that have any."""
    sheets = searched_sheets(book, plan)
    counts = {sheet.name: drawn_on(sheet) for sheet in sheets}
    others = [sheet.name for sheet in sheets if sheet.name not in wanted and counts[sheet.name]]
    return tuple((name, counts[name]) for name in (*wanted, *others))


def media(book: RawBook, plan: WorkbookPlan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """(sheet, digests of its pictures and embedded files) of the sheets that have any."""
    sheets = searched_sheets(book, plan)
    return tuple((sheet.name, sheet.media) for sheet in sheets if sheet.media)


def enclosed(
    book: RawBook, plan: WorkbookPlan, found: Found, wanted: Collection[str]
) -> tuple[str, ...]:
    """In words, what the file holds that an answer may mean by 別紙: drawings, embedded files, added sheets."""
    sheets = searched_sheets(book, plan)
    drawn = [f"「{name}」の図{count}点" for name, count in drawings(book, plan, wanted) if count]
    files = [f"「{sheet.name}」に埋め込まれたファイル" for sheet in sheets if sheet.embedded]
    ours = {placed.sheet.name for placed in found.chosen.values()} | found.copies
    shown = [each for each in plan.sheets if not each.hidden]
    planned = {sheet.name for each in shown if (sheet := same_sheet(each, sheets))}
    added = [s for s in sheets if s.name not in ours | planned and s.cells]
    return (*drawn, *files, *(f"加えられたシート「{sheet.name}」" for sheet in added))


def drawing_sheets(book: RawBook, plan: WorkbookPlan, found: Found) -> tuple[str, ...]:
    """Names in the file of the sheets on which drawings are wanted."""
    answered = {placed.sheet.name for placed in found.chosen.values()} | found.copies
    others = [sheet for sheet in searched_sheets(book, plan) if sheet.name not in answered]
    standing = (same_sheet(plan.sheet(key), others) for key in plan.drawing_sheets)
    return tuple(sheet.name for sheet in standing if sheet)


def drawn_on(sheet: RawSheet) -> int:
    """Pictures and shapes on top of the cells and pictures in them."""
    return sheet.drawings + len(sheet.picture_cells)


def kind_of_file(name: str) -> str:
    """What an embedded file is, by the end of its name: the package gives it no other one."""
    ending = name.rpartition(".")[2].lower()
    for kind, endings in _KINDS:
        if ending in endings:
            return kind
    return "種類の分からないファイル"


_KINDS = (
    ("Word文書", ("doc", "docx", "docm", "rtf")),
    ("Excelブック", ("xls", "xlsx", "xlsm", "xlsb", "ods")),
    ("PowerPoint資料", ("ppt", "pptx", "pptm")),
    ("PDF", ("pdf",)),
)


def _quoted(texts: Sequence[str]) -> Iterator[str]:
    return (f"「{shortened(text, 60)}」" for text in texts)


def _unseen_links(sheet: RawSheet) -> tuple[str, ...]:
    """Addresses that stand in no cell; a typed mail address is its own link."""
    if not sheet.links:
        return ()
    shown = [cell.text for cell in sheet.cells.values()]
    bare = {link: link.removeprefix("mailto:").rstrip("/") for link in sheet.links}
    return tuple(link for link, text in bare.items() if not any(text in cell for cell in shown))


def _page_texts(sheet: RawSheet, plan: WorkbookPlan) -> tuple[str, ...]:
    """What stands in headers and footers beside the form's title and the numbers of the pages."""
    parts = (part for text in sheet.page_texts for part in _PART.split(text))
    plain = (_FACE.sub("", _COMMAND.sub(_sign, part)).strip() for part in parts)
    title = folded(plan.title)
    return tuple(
        dict.fromkeys(
            text
            for text in plain
            if folded(text) != title and not _NUMBERING.fullmatch(folded(text))
        )
    )


def _sign(command: re.Match[str]) -> str:
    return "&" if command[0] == "&&" else ""
