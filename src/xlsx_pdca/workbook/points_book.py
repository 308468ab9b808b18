"""確認点.xlsx: what may be asked about the returns, to be ticked and worded by the officer, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsx_pdca.definitions.open_table import Head, TableRow, find_table, is_marked, sheet_named
from xlsx_pdca.errors import Fault
from xlsx_pdca.workbook.officer_book import read_tables
from xlsx_pdca.workbook.row_keys import key_of, moved_fault, row_key
from xlsx_pdca.workbook.summary_look import LOW, SummaryBook, SummarySheet, height_of

FILE, SHEET = "確認点.xlsx", "確認点"
TICK = "●"
HEAD_ROW = 5
LONGEST = 1000
"""Characters of the officer's own words: more is a letter of its own."""
_COLUMNS = (
    ("状態", 72.0), ("確認する", 64.0), ("団体", 110.0), ("様式", 92.0), ("程度", 86.0),
    ("シート", 96.0), ("セル", 52.0), ("設問", 170.0), ("御回答", 190.0),
    ("確認の文", 330.0), ("お尋ねする文", 330.0), ("行の番号", 60.0),
)  # fmt: skip
_CENTERED = ("状態", "確認する", "程度", "セル")
_TICK_COLUMN, _WORDS_COLUMN, _KEY_COLUMN = 2, 11, 12
_HEADS = (
    Head("tick", "確認する"), Head("unit", "団体"), Head("form", "様式"),
    Head("sheet", "シート"), Head("cell", "セル"), Head("question", "設問"),
    Head("text", "確認の文"), Head("words", "お尋ねする文"), Head("key", "行の番号"),
)  # fmt: skip
_KNOWN_BY = ("unit", "form", "sheet", "cell", "question", "text")
_LEAD = (
    "「確認する」に ● のある点を、ask で御確認のお願いの下書きにします。尋ねない点は ● を消し、尋ねる点は ● を選んでください。",
    "「お尋ねする文」に記入すると、「確認の文」の代わりにその文で尋ねます。空欄なら「確認の文」のまま尋ねます。",
    "記入したら保存して閉じ、xlsx-pdca ask を実行してください。作り直しても（ask --points）、黄色の欄の記入は残ります。",
)
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_HARSH = re.compile("督促|差戻し?|差し戻し|指摘|エラー")
_ANEW = "ファイルの名前を変えてから、ask --points で作り直し、記入を写してください。"
_NO_ROW = "この行の記入は、表の中の、その確認点の行に写してから消してください。"


@dataclass(frozen=True)
class PointRow:
    """One finding as it stands in the book."""

    key: str
    """Tells it from every other, and from the same about another return."""
    state: str
    tick: bool
    unit: str
    form: str
    grade: str
    sheet: str
    cell: str
    question: str
    answer: str
    text: str
    words: str = ""
    """Of the officer; take the place of `text`."""
    to_officer: bool = False
    """The sentence speaks to her: it goes into no letter, only words of her own do."""


@dataclass(frozen=True)
class PointEdit:
    """What stands in the officer's columns of one row."""

    key: str
    tick: bool
    words: str
    unit: str
    place: str
    """Like 確認点 B7."""


@dataclass(frozen=True)
class PointEdits:
    """The book as she left it."""

    edits: Mapping[str, PointEdit]
    faults: tuple[Fault, ...] = ()


def points_book(rows: Sequence[PointRow], *, title: str, at: datetime) -> bytes:
    """The workbook; locked but for her two columns, without a password."""
    book = SummaryBook(f"確認点　{title}", f"【部内限り】確認点　{title}", at)
    sheet = book.sheet(SHEET)
    sheet.widths([pixels for _, pixels in _COLUMNS])
    sheet.text(1, 1, f"確認点　{title}　（{len(rows)}点）", "title")
    sheet.height(1, 27)
    for row, text in enumerate(_LEAD, 2):
        sheet.text(row, 1, text, "subtitle")
        sheet.height(row, 17)
    for column, (head, _) in enumerate(_COLUMNS, 1):
        hers = column in (_TICK_COLUMN, _WORDS_COLUMN)
        sheet.text(HEAD_ROW, column, head, "note_head" if hers else "head")
    sheet.height(HEAD_ROW, 26)
    for number, each in enumerate(rows, HEAD_ROW + 1):
        _write_row(sheet, number, each)
    _finish(sheet, HEAD_ROW + max(len(rows), 1))
    return book.finish()


def _write_row(sheet: SummarySheet, row: int, each: PointRow) -> None:
    text = f"（県担当者へ）{each.text}" if each.to_officer else each.text
    texts = (
        each.state, TICK if each.tick else "", each.unit, each.form, each.grade, each.sheet,
        each.cell, each.question, each.answer, text, each.words,
    )  # fmt: skip
    seen = zip(texts, (pixels for _, pixels in _COLUMNS), strict=False)
    points = height_of(seen, least=24)
    look = {"valign": "top" if points > LOW else "vcenter"}
    for column, ((head, _), said) in enumerate(zip(_COLUMNS, texts, strict=False), 1):
        hers = column in (_TICK_COLUMN, _WORDS_COLUMN)
        style = "note" if hers else "name" if head == "団体" else "body"
        centered = {"align": "center", "indent": 0} if head in _CENTERED else {}
        unlocked = {"locked": False} if hers else {}
        sheet.text(row, column, said, style, **look, **centered, **unlocked)
    known_by = (each.unit, each.form, each.sheet, each.cell, each.question, text)
    sheet.text(row, _KEY_COLUMN, row_key(each.key, known_by), "key")
    sheet.height(row, points)


def _finish(sheet: SummarySheet, last: int) -> None:
    raw = sheet.raw
    raw.data_validation(
        HEAD_ROW,
        _TICK_COLUMN - 1,
        last - 1,
        _TICK_COLUMN - 1,
        {
            "validate": "list",
            "source": [TICK],
            "error_title": "確認する",
            "error_message": "● を選ぶか、空欄にしてください。",
        },
    )
    # to the key: what is sorted takes it along
    raw.autofilter(HEAD_ROW - 1, 0, last - 1, _KEY_COLUMN - 1)
    raw.freeze_panes(HEAD_ROW, 3)
    raw.set_column(_KEY_COLUMN - 1, _KEY_COLUMN - 1, None, None, {"hidden": True})
    raw.protect("", {"autofilter": True, "format_rows": True, "format_columns": True})
    shown = sum(pixels for _, pixels in _COLUMNS[:-1])
    sheet.book.set_up_print(sheet, pixels=shown, repeat=(HEAD_ROW, HEAD_ROW))
    raw.print_area(0, 0, last - 1, _WORDS_COLUMN - 1)
    raw.fit_to_pages(1, 0)


# -- read back -------------------------------------------------------------------------------


def read_points(path: Path) -> PointEdits:
    """Her ticks and words by key, with all that is wrong at once; she may have filtered or sorted the rows."""
    tables = read_tables(path)
    sheet = sheet_named(tables, SHEET)
    table = find_table(sheet, _HEADS) if sheet else None
    if table is None:
        return PointEdits({}, (Fault(path.name, SHEET, "表の見出しが見当たりません。", _ANEW),))
    faults = list(table.head_faults(_HEADS))
    edits: dict[str, PointEdit] = {}
    moved: list[TableRow] = []
    if faults:
        return PointEdits({}, tuple(faults))
    for row in table.rows():
        key, is_in_place = key_of(row, _KNOWN_BY)
        moved += [row] if key and not is_in_place else []
        if not key and (row.text("tick") or row.text("words")):
            faults.append(row.fault("tick", "この行が、どの確認点のものか分かりません。", _NO_ROW))
        elif key in edits:
            faults.append(
                row.fault("tick", "同じ確認点の行が2つあります。", "1つを消してください。")
            )
        elif key:
            tick = is_marked(row.text("tick"))
            faults += _row_faults(row, tick)
            edits[key] = PointEdit(
                key, bool(tick), row.text("words"), row.text("unit"), row.place("words")
            )
    return PointEdits(edits, (*faults, *moved_fault(moved, "ask --points")))


def _row_faults(row: TableRow, tick: bool | None) -> Iterator[Fault]:
    words = row.text("words")
    if tick is None:
        found = f"「確認する」に「{row.text('tick')[:20]}」とあります。"
        yield row.fault("tick", found, f"{TICK} を選ぶか、空欄にしてください。")
    if tick and not words and row.text("text").startswith("（県担当者へ）"):
        found = "県担当者向けの点なので、このままではお尋ねできません。"
        yield row.fault("words", found, "「お尋ねする文」に記入するか、● を消してください。")
    if len(words) > LONGEST:
        found = f"「お尋ねする文」が{len(words):,}字あります。"
        yield row.fault("words", found, f"{LONGEST:,}字までにしてください。")
    if harsh := _HARSH.search(words):
        found = f"「お尋ねする文」に「{harsh[0]}」とあります。"
        yield row.fault("words", found, "「御確認をお願いします」などに言い換えてください。")
    if _CONTROL.search(words):
        found = "「お尋ねする文」に、目に見えない制御文字があります。"
        yield row.fault("words", found, "文を入力し直してください。")
