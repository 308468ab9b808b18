"""On paper the summary books show every label and every answer; what is too long for a table is whole in 市町村カルテ."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from gunma_round import DESK, answer_at, gunma_round
from libreoffice import LibreOffice
from printing.paper import Sheet, plain, printed
from printing.worst_answers import LINES, MANNERS, worst_answers
from xlsx_pdca.cells import parse_a1
from xlsx_pdca.summary import SummaryInput, UnitReturn
from xlsx_pdca.workbook.progress_book import progress_book
from xlsx_pdca.workbook.summary_books import consolidated_book
from xlsx_pdca.workbook.view_sheet import FULL_TEXT, HEAD_ROW, KARTE, KEY

pytestmark = pytest.mark.untraced

ROUND = gunma_round()
ALONE, MISSING = "102016-1", "103837-1"
SENTENCES = [f"{n:04d}番目の文。" for n in range(1, 301)]
"""Ten signs each: 3,000 in all."""
WHOLE = "".join(SENTENCES)
LONG_ONES = {
    ("strengths", "", ""),
    ("present", "daily", ""),
    ("present", "endoflife", ""),
    ("organisation", "duties", "02"),
}
"""A single, two neighbours in the table of scenes, and a cell of a table."""
PAPER = {8: {297, 420}, 9: {210, 297}}
"""Excel's numbers of A3 and A4, and their sides in millimetres."""


def small_round(*asked: tuple[str, str], long: bool = False) -> SummaryInput:
    """The round of a few (unit, form): answers as long as the guide, or some of 3,000 signs."""
    returns = (r for r in ROUND.returns if (r.unit, r.form) in asked or r.unit == MISSING)
    return replace(ROUND, returns=tuple(_answered(r, long=long) for r in returns))


def _answered(returned: UnitReturn, *, long: bool) -> UnitReturn:
    if returned.reading is None:
        return returned
    plan = ROUND.plan_of(returned)
    texts = worst_answers(plan, *MANNERS, LINES)
    if long:
        texts |= {a.address: WHOLE for a in plan.answers if a.address in LONG_ONES}
    answers = tuple(answer_at(plan, place, texts[place.address]) for place in plan.answers)
    return replace(returned, reading=replace(returned.reading, answers=answers))


def on_paper(
    office: LibreOffice, book: bytes, folder: Path
) -> tuple[Mapping[str, Mapping[str, str]], dict[str, Sheet]]:
    """Texts of the cells by sheet, and what stands on the pages."""
    path = folder / "book.xlsx"
    path.write_bytes(book)
    job = {"path": str(path), "cells": {}, "save_as": str(path.with_suffix(".pdf"))}
    (shown,) = office.run("print", {"books": [job]})
    return shown, printed(path.with_suffix(".pdf"))


def not_seen(shown: Mapping[str, str], sheet: Sheet) -> list[str]:
    """Cells of which a sign is missing: their texts are drawn without a gap, as often as they stand there."""
    unprinted = {parse_a1(at)[1] for at, text in shown.items() if text == KEY}
    printed_cells = (text for at, text in shown.items() if parse_a1(at)[1] not in unprinted)
    wanted = Counter(plain(text) for text in printed_cells)
    drawn = sheet.text
    return [text for text, times in wanted.items() if drawn.count(text) < times]


def wrong_paper(book: bytes, paper: Mapping[str, Sheet]) -> list[str]:
    """Sheets not printed on the paper they are set up for."""
    set_up = openpyxl.load_workbook(io.BytesIO(book))
    return [
        name
        for name, sheet in paper.items()
        if {frozenset(size) for size in sheet.sizes}
        != {frozenset(PAPER[int(set_up[name].page_setup.paperSize)])}
    ]


@pytest.fixture(scope="module")
def consolidated() -> bytes:
    """取りまとめ表 of one municipality, a desk of six and one that has not answered."""
    return consolidated_book(
        small_round((ALONE, "jizen"), (ALONE, "tojitsu"), (DESK.id, "tojitsu"))
    ).data


def test_consolidated_book_shows_everything(
    consolidated: bytes, soffice: LibreOffice, tmp_path: Path
) -> None:
    """Every label and every answer up to its guide length is seen whole; only the keys are not printed."""
    shown, paper = on_paper(soffice, consolidated, tmp_path)
    assert len(paper) == 13
    assert {name: gaps for name in paper if (gaps := not_seen(shown[name], paper[name]))} == {}
    assert [sheet.overprinted() for sheet in paper.values()] == [[]] * 13
    assert wrong_paper(consolidated, paper) == []
    assert not any(FULL_TEXT in text for cells in shown.values() for text in cells.values())


def test_a_row_too_low_is_noticed(
    consolidated: bytes, soffice: LibreOffice, tmp_path: Path
) -> None:
    """Were a row of a sheet lower, the answers cut there would be told, and no other sheet."""
    book = openpyxl.load_workbook(io.BytesIO(consolidated))
    for name in book.sheetnames:
        if name not in ("指標", "組織図"):
            del book[name]
    book["指標"].row_dimensions[HEAD_ROW + 1].height = 24
    changed = io.BytesIO()
    book.save(changed)
    shown, paper = on_paper(soffice, changed.getvalue(), tmp_path)
    assert set(paper) == {"指標", "組織図"}
    assert [name for name in paper if not_seen(shown[name], paper[name])] == ["指標"]


def test_long_answers_are_whole_in_the_karte(soffice: LibreOffice, tmp_path: Path) -> None:
    """Each sentence of every answer of 3,000 signs stands on the pages; the tables say where the whole text is."""
    round_ = small_round((ALONE, "jizen"), long=True)
    shown, paper = on_paper(soffice, consolidated_book(round_).data, tmp_path)
    drawn = paper[KARTE].text
    assert {drawn.count(sentence) for sentence in SENTENCES} == {len(LONG_ONES)}
    assert not_seen(shown[KARTE], paper[KARTE]) == []
    assert any(FULL_TEXT in text for text in shown["日常の療養支援"].values())


def test_progress_book_shows_everything(soffice: LibreOffice, tmp_path: Path) -> None:
    """進行管理表 of all 35 municipalities is seen whole, each sheet one page wide."""
    book = progress_book(ROUND)
    shown, paper = on_paper(soffice, book, tmp_path)
    assert {name: gaps for name in paper if (gaps := not_seen(shown[name], paper[name]))} == {}
    assert wrong_paper(book, paper) == []
    widths = {s.title: s.page_setup.fitToWidth for s in openpyxl.load_workbook(io.BytesIO(book))}
    assert {widths[name] for name in paper} <= {None, 1}
