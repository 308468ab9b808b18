"""取りまとめ表: the consolidated workbook of a round, with the officer's notes kept beside the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsx_pdca.ledger import Status
from xlsx_pdca.summary import Note, Place, SummaryInput, UnitReturn, codes_of
from xlsx_pdca.views import View, views_of
from xlsx_pdca.workbook.karte import MOST_PAGES, KarteWriter
from xlsx_pdca.workbook.overview import CHART_NUMBERS, OverviewExtras, write_overview
from xlsx_pdca.workbook.summary_look import SummaryBook, SummarySheet, height_of, japanese_time
from xlsx_pdca.workbook.view_sheet import (
    KARTE,
    KEY,
    NoteBook,
    key_text,
    write_view,
)
from xlsx_pdca.workbook.written import SHEET_NAME, write_written

OVERVIEW = "概況"
VANISHED = "行き先のない県記入"
VANISHED_COLUMN = "元の列"
VANISHED_TEXT = "県記入"
_RESERVED = (OVERVIEW, KARTE, VANISHED, SHEET_NAME, CHART_NUMBERS)


@dataclass(frozen=True)
class ConsolidatedBook:
    """取りまとめ表 and what a person should know about it."""

    data: bytes
    changed: int
    """Rows whose answer changed since the note beside it."""
    vanished: tuple[Note, ...]
    """Notes whose row is no longer there; listed in a sheet of their own."""


def consolidated_book(summary: SummaryInput) -> ConsolidatedBook:
    """The bytes of 取りまとめ表【部内限り】."""
    views = _renamed(views_of(summary))
    notes = NoteBook.of(summary.notes)
    vanished = _vanished(summary.notes, views)
    changed = sum(notes.is_outdated(r, notes.columns(v.key)) for v in views for r in v.rows)
    book = SummaryBook(
        title=f"取りまとめ表 {summary.round_name}",
        footer=f"【部内限り】{summary.round_name} 取りまとめ表　{japanese_time(summary.as_of)} 現在",
        as_of=summary.as_of,
        remembers=True,
    )
    overview = book.sheet(OVERVIEW)
    sheets = [(view, book.sheet(view.name)) for view in views]
    for view, sheet in sheets:
        write_view(sheet, view, notes, _subtitle(summary, view))
    links = _kartes(book, summary, views)
    if vanished:
        _write_vanished(book.sheet(VANISHED), vanished, views)
    write_overview(overview, summary, OverviewExtras(links, changed, len(vanished)))
    write_written(book, summary.last_event, sheets, notes)
    return ConsolidatedBook(book.finish(), changed, vanished)


def _renamed(views: Sequence[View]) -> tuple[View, ...]:
    """Views whose tabs do not collide with the sheets that every book has."""
    from dataclasses import replace

    return tuple(replace(v, name=f"{v.name[:28]}(2)") if v.name in _RESERVED else v for v in views)


def _subtitle(summary: SummaryInput, view: View) -> str:
    return (
        f"{summary.round_name}　{japanese_time(summary.as_of)} 現在　"
        f"受領 {view.returned}／{view.asked}（共同回答は1件と数えています）　"
        "点の網かけ：その欄は空欄　灰色：未受領　【部内限り】"
    )


def _kartes(book: SummaryBook, summary: SummaryInput, views: Sequence[View]) -> dict[str, str]:
    """Write the karte sheets; links to the pages by municipality code."""
    every = _pages(summary)
    pages = [page for page in every if any(returned.is_in for returned in page[1])]
    not_in = [page for page in every if page not in pages]
    links: dict[str, str] = {}
    for start in range(0, max(len(pages), 1), MOST_PAGES):
        name = KARTE if start == 0 else f"{KARTE}({start // MOST_PAGES + 1})"
        writer = KarteWriter(book.sheet(name), summary, summary.notes, views)
        for place, returns in pages[start : start + MOST_PAGES]:
            writer.page(place, returns)
        if not_in and start + MOST_PAGES >= len(pages):
            writer.not_in(not_in)
        writer.finish()
        links |= {code: f"internal:'{name}'!A{row}" for code, row in writer.starts.items()}
    return links


def _pages(summary: SummaryInput) -> list[tuple[Place, list[UnitReturn]]]:
    """Every municipality in 建制順, then units without one, each with what it was asked."""
    found: dict[str, tuple[Place, list[UnitReturn]]] = {
        place.code: (place, []) for place in sorted(summary.places, key=lambda p: p.code)
    }
    for form in summary.forms:
        for returned in summary.returns:
            if returned.form != form or returned.status is Status.EXEMPT:
                continue
            unit = summary.unit_of[returned.unit]
            own = Place(unit.id, unit.name, unit.area, unit.health_office)
            for code in codes_of(unit) or (unit.id,):
                found.setdefault(code, (own, []))[1].append(returned)
    return [page for page in found.values() if page[1]]


def _vanished(notes: Sequence[Note], views: Sequence[View]) -> tuple[Note, ...]:
    there = {row.key for view in views for row in view.rows}
    return tuple(n for n in notes if n.text and n.key not in there)


def _write_vanished(sheet: SummarySheet, notes: Sequence[Note], views: Sequence[View]) -> None:
    """Notes without a row, each with its key, to be moved by hand or emptied."""
    widths = (150.0, 110.0, 130.0, 420.0, 120.0)
    heads = ("元のシート", "元の行", VANISHED_COLUMN, VANISHED_TEXT, KEY)
    names = {view.key: view.name for view in views}
    sheet.widths(widths)
    sheet.text(1, 1, VANISHED, "title", text_wrap=False)
    lead = "元の行が取りまとめ表からなくなった県記入です。必要なものは該当する行へ書き写し、不要になったら「県記入」の欄を消してください。"
    sheet.text(2, 1, lead, "subtitle", text_wrap=False)
    for column, head in enumerate(heads, 1):
        sheet.text(4, column, head, "head")
    for row, note in enumerate(notes, 5):
        where = names.get(note.key.sheet, note.key.sheet)
        texts = (where, f"{note.key.subject} {note.key.row}", note.column)
        for column, text in enumerate(texts, 1):
            sheet.text(row, column, text)
        sheet.text(row, 4, note.text, "note")
        sheet.text(row, 5, key_text(note.key, note.digest), "key")
        sheet.height(row, height_of(zip((*texts, note.text), widths, strict=False)))
    sheet.raw.freeze_panes(4, 0)
    sheet.book.set_up_print(sheet, pixels=sum(widths), repeat=(4, 4))
