"""補正.xlsx: answers as they count now, with the columns in which the officer writes what she was told instead, and what she wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsx_pdca.definitions.open_table import Head, TableRow, find_table, sheet_named
from xlsx_pdca.errors import Fault
from xlsx_pdca.workbook.officer_book import read_tables
from xlsx_pdca.workbook.row_keys import key_of, moved_fault, row_key
from xlsx_pdca.workbook.summary_look import LOW, SummaryBook, SummarySheet, height_of

FILE, SHEET = "補正.xlsx", "補正"
HEAD_ROW = 6
LONGEST_HOW = 60
"""Characters that say by which way, and from whom, a correction was heard."""
WAYS = ("電話", "メール", "面談", "県で確認")
_COLUMNS = (
    ("状態", 76.0), ("団体", 110.0), ("様式", 92.0), ("シート", 80.0), ("セル", 52.0),
    ("設問", 190.0), ("今の御回答", 260.0), ("確認事項", 300.0), ("補正後の御回答", 260.0),
    ("伺った方法", 120.0), ("行の番号", 60.0),
)  # fmt: skip
_TEXT_COLUMN, _HOW_COLUMN, _KEY_COLUMN = 9, 10, 11
_HERS = (_TEXT_COLUMN, _HOW_COLUMN)
_CENTERED = ("状態", "セル")
_HEADS = (
    Head("unit", "団体"), Head("form", "様式"), Head("sheet", "シート"), Head("cell", "セル"),
    Head("question", "設問"), Head("text", "補正後の御回答"), Head("how", "伺った方法"),
    Head("key", "行の番号"),
)  # fmt: skip
_KNOWN_BY = ("unit", "form", "sheet", "cell", "question")
_LEAD = (
    "お電話やメールで伺った内容などにより、御回答を県で補正するときに使います。黄色の欄に記入して保存し、閉じてから、xlsx-pdca correct を実行してください。",
    "「補正後の御回答」には、御回答の全体を、新しい内容で書いてください（書き足すのではなく、今の御回答と入れ替わります）。空欄の行は、何も変わりません。",
    "御回答を空欄に直すときは「（空欄）」と書いてください。「伺った方法」は、「電話（介護保険課 〇〇様）」のように書くこともできます。",
    "届いたファイルは、そのまま残ります。取りまとめの3冊には補正後の内容が「県補正」として載り、記録は undo で取り消せます。",
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_ERROR = re.compile(r"#(N/A|REF!|VALUE!|NAME\?|DIV/0!|NUM!|NULL!|SPILL!|CALC!)")
_ANEW = "ファイルの名前を変えてから、correct で作り直し、記入を写してください。"
_NO_ROW = "この行の記入は、表の中の、その御回答の行に写してから消してください（表になければ、correct 102016-1 のように回答単位IDを付けて実行すると、すべての御回答が並びます）。"


@dataclass(frozen=True)
class CorrectionRow:
    """One answer as it stands in the book."""

    key: str
    """Tells it from every other answer of the round."""
    stamp: str
    """Changes with the answer that counts."""
    state: str
    unit: str
    form: str
    sheet: str
    cell: str
    question: str
    answer: str
    doubts: str
    """What is asked about it, sentence by sentence."""
    text: str = ""
    """Written by the officer and not booked yet, as is `how`."""
    how: str = ""


@dataclass(frozen=True)
class CorrectionEdit:
    """What stands in the officer's columns of one row."""

    key: str
    stamp: str
    text: str
    how: str
    is_number: bool
    """Stored as a number: what it looked like there is not known."""
    unit: str
    question: str
    file: str
    place: str
    """Like 補正 I7."""
    how_place: str
    """Like 補正 J7."""

    def fault(self, found: str, remedy: str) -> Fault:
        return Fault(self.file, self.place, found, remedy)

    def how_fault(self, found: str, remedy: str) -> Fault:
        return Fault(self.file, self.how_place, found, remedy)


@dataclass(frozen=True)
class CorrectionEdits:
    """The book as she left it: the rows in which she wrote."""

    edits: Mapping[str, CorrectionEdit]
    faults: tuple[Fault, ...] = ()


def correction_book(rows: Sequence[CorrectionRow], *, title: str, at: datetime) -> bytes:
    """The workbook; locked but for her two columns, without a password."""
    book = SummaryBook(f"補正　{title}", f"【部内限り】補正　{title}", at)
    sheet = book.sheet(SHEET)
    sheet.widths([pixels for _, pixels in _COLUMNS])
    sheet.text(1, 1, f"補正　{title}　（{len(rows)}行）", "title")
    sheet.height(1, 27)
    for row, text in enumerate(_LEAD, 2):
        sheet.text(row, 1, text, "subtitle")
        sheet.height(row, 17)
    for column, (head, _) in enumerate(_COLUMNS, 1):
        sheet.text(HEAD_ROW, column, head, "note_head" if column in _HERS else "head")
    sheet.height(HEAD_ROW, 26)
    for number, each in enumerate(rows, HEAD_ROW + 1):
        _write_row(sheet, number, each)
    _finish(sheet, HEAD_ROW + max(len(rows), 1))
    return book.finish()


def _write_row(sheet: SummarySheet, row: int, each: CorrectionRow) -> None:
    texts = (
        each.state, each.unit, each.form, each.sheet, each.cell, each.question, each.answer,
        each.doubts, each.text, each.how,
    )  # fmt: skip
    seen = zip(texts, (pixels for _, pixels in _COLUMNS), strict=False)
    points = height_of(seen, least=24)
    look = {"valign": "top" if points > LOW else "vcenter"}
    for column, ((head, _), said) in enumerate(zip(_COLUMNS, texts, strict=False), 1):
        hers = column in _HERS
        style = "note" if hers else "name" if head == "団体" else "body"
        centered = {"align": "center", "indent": 0} if head in _CENTERED else {}
        unlocked = {"locked": False} if hers else {}
        sheet.text(row, column, said, style, **look, **centered, **unlocked)
    known_by = (each.unit, each.form, each.sheet, each.cell, each.question)
    sheet.text(row, _KEY_COLUMN, row_key(f"{each.key}-{each.stamp}", known_by), "key")
    sheet.height(row, points)


def _finish(sheet: SummarySheet, last: int) -> None:
    raw = sheet.raw
    # a list to choose from; other words may be typed as well
    ways = {"validate": "list", "source": list(WAYS), "show_error": False}
    raw.data_validation(HEAD_ROW, _HOW_COLUMN - 1, last - 1, _HOW_COLUMN - 1, ways)
    # to the key: what is sorted takes it along
    raw.autofilter(HEAD_ROW - 1, 0, last - 1, _KEY_COLUMN - 1)
    raw.freeze_panes(HEAD_ROW, 2)
    raw.set_column(_KEY_COLUMN - 1, _KEY_COLUMN - 1, None, None, {"hidden": True})
    raw.protect("", {"autofilter": True, "format_rows": True, "format_columns": True})
    shown = sum(pixels for _, pixels in _COLUMNS[:-1])
    sheet.book.set_up_print(sheet, pixels=shown, repeat=(HEAD_ROW, HEAD_ROW))
    raw.print_area(0, 0, last - 1, _HOW_COLUMN - 1)
    raw.fit_to_pages(1, 0)


# -- read back -------------------------------------------------------------------------------


def read_corrections(path: Path) -> CorrectionEdits:
    """What she wrote, by key, with all that is wrong at once; she may have filtered or sorted the rows."""
    sheet = sheet_named(read_tables(path), SHEET)
    table = find_table(sheet, _HEADS) if sheet else None
    if table is None:
        fault = Fault(path.name, SHEET, "表の見出しが見当たりません。", _ANEW)
        return CorrectionEdits({}, (fault,))
    if faults := tuple(table.head_faults(_HEADS)):
        return CorrectionEdits({}, faults)
    edits: dict[str, CorrectionEdit] = {}
    found: list[Fault] = []
    moved: list[TableRow] = []
    for row in table.rows():
        if row.text("text") or row.text("how"):
            edit, is_in_place = _edit(path.name, row)
            found += _faults(edit, is_twice=edit.key in edits)
            if edit.key and not is_in_place:
                moved.append(row)
            edits[edit.key] = edit
    return CorrectionEdits(edits, (*found, *moved_fault(moved, "correct")))


def _edit(file: str, row: TableRow) -> tuple[CorrectionEdit, bool]:
    """What stands in a row, and whether it still stands beside its own answer."""
    told, is_in_place = key_of(row, _KNOWN_BY)
    key, _, stamp = told.partition("-")
    cell = row.cell("text")
    is_number = cell is not None and cell.is_number
    text, how = row.text("text"), row.text("how")
    names = row.text("unit"), row.text("question")
    places = row.place("text"), row.place("how")
    edit = CorrectionEdit(key, stamp, text, how, is_number, *names, file, *places)
    return edit, is_in_place


def _faults(edit: CorrectionEdit, *, is_twice: bool) -> Iterator[Fault]:
    if not edit.key:
        yield edit.fault("この行が、どの御回答のものか分かりません。", _NO_ROW)
    elif is_twice:
        yield edit.fault("同じ御回答の行が2つあります。", "1つを消してください。")
    if not edit.text:
        yield edit.fault(
            "「伺った方法」だけが記入されています。",
            "「補正後の御回答」も記入するか、「伺った方法」を消してください。",
        )
    elif not edit.how:
        yield edit.how_fault(
            "「伺った方法」が空欄です。", "「電話」「メール」などと記入してください。"
        )
    if len(edit.how) > LONGEST_HOW:
        found = f"「伺った方法」が{len(edit.how)}字あります。"
        yield edit.how_fault(found, f"{LONGEST_HOW}字までにしてください。")
    if _ERROR.fullmatch(edit.text):
        yield edit.fault(
            f"「{edit.text}」は、数式のエラーです。", "補正後の御回答を、文字で入力してください。"
        )
    if _CONTROL.search(edit.text + edit.how):
        yield edit.fault("目に見えない制御文字があります。", "文を入力し直してください。")
