"""The three books hold every value as text, lead to its source, and lose nothing on paper."""

import io
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pypdf
import pytest
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

from gunma_round import DESK, LONG, ODD, gunma_round
from libreoffice import LibreOffice
from xlsx_pdca.findings import CATALOGUE, Finding, Grade
from xlsx_pdca.ledger import Status
from xlsx_pdca.long_table import COLUMNS, long_table
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import State, StrayText, Suggestion
from xlsx_pdca.summary import Note, NoteKey, SummaryInput, answers_of, codes_of
from xlsx_pdca.views import Shape, View, views_of
from xlsx_pdca.workbook.data_book import PERSONAL, data_book
from xlsx_pdca.workbook.karte import BESIDE, NOT_IN, SCALE, SUGGESTED
from xlsx_pdca.workbook.karte_rows import MOST_LINES, THIRD, split_text
from xlsx_pdca.workbook.progress_book import progress_book
from xlsx_pdca.workbook.summary_books import VANISHED, consolidated_book
from xlsx_pdca.workbook.summary_look import SummaryBook, TextTooLong
from xlsx_pdca.workbook.view_sheet import HEAD_ROW, HEADING_ROW, KARTE, NoteBook, write_view

ROUND = gunma_round()


@cache
def book_bytes(name: str) -> bytes:
    return {
        "取りまとめ表": lambda: consolidated_book(ROUND).data,
        "進行管理表": lambda: progress_book(ROUND),
        "データ集": lambda: data_book(ROUND),
    }[name]()


@cache
def opened(name: str) -> Any:
    return loaded(book_bytes(name))


def loaded(data: bytes) -> Any:
    """The book as openpyxl reads it, its merged cells parted: those of the kartes cost it 20 seconds."""
    parted = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(parted, "w") as copy:
        for part in book.namelist():
            copy.writestr(part, MERGES.sub(b"", book.read(part)))
    return openpyxl.load_workbook(parted)


MERGES = re.compile(rb"<mergeCells.*?</mergeCells>", re.DOTALL)


def merged_sheets(name: str) -> set[str]:
    """Sheets with merged cells."""
    with zipfile.ZipFile(io.BytesIO(book_bytes(name))) as book:
        return {
            tab
            for n, tab in enumerate(opened(name).sheetnames, 1)
            if MERGES.search(book.read(f"xl/worksheets/sheet{n}.xml"))
        }


def table(sheet: Any, head_row: int) -> list[dict[str, str]]:
    """Rows under the heads, every value as the text a person sees."""
    rows = [[shown(c) for c in row] for row in sheet.iter_rows(min_row=head_row)]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def shown(cell: Any) -> str:
    if cell.value is None:
        return ""
    assert cell.data_type in ("s", "n"), f"{cell.coordinate} is no plain value"
    return str(cell.value)


@cache
def wide_views() -> tuple[View, ...]:
    return views_of(ROUND)


def views() -> Iterator[tuple[View, Any]]:
    for view in wide_views():
        yield view, opened("取りまとめ表")[view.name]


def test_every_answer_stands_unchanged_in_its_row() -> None:
    """openpyxl finds each answer in the column of its question and the row of its key."""
    for view, sheet in views():
        rows = table(sheet, HEAD_ROW)
        assert len(rows) == len(view.rows)
        for row, found in zip(view.rows, rows, strict=True):
            assert found["団体コード"] == row.place.code
            assert found["市町村名"] == row.place.name
            assert found["状況"] == f"{row.status.symbol} {row.status.value}"
            texts = list(found.values())[5 : 5 + len(row.cells)]
            for cell, text in zip(row.cells, texts, strict=True):
                assert text == cell.text or float(text) == cell.number


def test_heads_of_a_sheet_differ() -> None:
    """A question called 出典 does not share its head with our own column."""
    for _, sheet in views():
        heads = [shown(c) for c in sheet[HEAD_ROW]]
        assert len(set(heads)) == len(heads)
    assert "出典（回答）" in [shown(c) for c in opened("取りまとめ表")["指標"][HEAD_ROW]]


def test_nothing_becomes_a_formula_or_a_number() -> None:
    """Leading equal signs, 001 and 1-2 are texts; no book holds a formula."""
    for name in ("取りまとめ表", "進行管理表", "データ集"):
        cells = [
            c for s in opened(name) for row in s.iter_rows() for c in row if c.value is not None
        ]
        assert not [c for c in cells if c.data_type == "f"]
        with zipfile.ZipFile(io.BytesIO(book_bytes(name))) as package:
            sheets = [n for n in package.namelist() if n.startswith("xl/worksheets/sheet")]
            assert not any(b"<f>" in package.read(n) for n in sheets)
    raws = {row["raw"] for row in table(opened("データ集")["回答一覧"], 1)}
    assert set(ODD) <= raws


def test_links_lead_to_the_file_and_the_cell() -> None:
    """The municipality's name and 出典 lead to the answer's cell; the same is said in words."""
    for view, sheet in views():
        for number, row in enumerate(view.rows, HEAD_ROW + 1):
            link = sheet.cell(number, 2).hyperlink
            if row.missing:
                assert link is None
                continue
            assert link is not None and link.target.replace("\\", "/") == f"../{row.file}"
            words = table_words(sheet, number)
            assert row.file.rpartition("/")[2] in words
            if row.spots:
                assert link.location == f"'{row.sheet}'!{row.spots[0]}"
                assert f"{row.sheet}!{row.spots[0]}" in words
            answers = range(6, 6 + len(row.cells))
            assert not [c for c in answers if sheet.cell(number, c).hyperlink]


def table_words(sheet: Any, row: int) -> str:
    heads = [shown(c) for c in sheet[HEAD_ROW]]
    return f"{shown(sheet.cell(row, heads.index('出典のファイル') + 1))}"


def test_note_sheets_are_flat_and_open() -> None:
    """No merged cell, no protection, heads in one row with a filter, frozen beside the name."""
    assert merged_sheets("取りまとめ表") == {"概況", KARTE}
    for view, sheet in views():
        assert not sheet.protection.sheet
        assert sheet.freeze_panes == f"C{HEAD_ROW + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{HEAD_ROW}:")
        heads = [shown(c) for c in sheet[HEAD_ROW]]
        assert "県記入（部内限り）" in heads and heads[-1] == "整理キー"
        first = HEADING_ROW if sheet.col_breaks.brk else 1
        assert sheet.print_title_rows == f"${first}:${HEAD_ROW}"
        assert view.name == sheet.title


def test_blank_and_missing_look_different() -> None:
    """A blank answer is dotted, a missing return grey: told apart without colour."""
    view, sheet = next((v, s) for v, s in views() if v.shape is Shape.SCENE)
    patterns = {
        (row.missing, cell.state is State.BLANK): sheet.cell(number, 6 + n).fill.fill_type
        for number, row in enumerate(view.rows, HEAD_ROW + 1)
        for n, cell in enumerate(row.cells)
    }
    assert patterns == {(False, True): "gray0625", (False, False): None, (True, True): "solid"}


def test_overview_says_first_what_matters() -> None:
    """Above everything stands how many are in and awaited; each municipality has one sign per form, by who answers."""
    cells = [[shown(c) for c in row] for row in opened("取りまとめ表")["概況"].iter_rows()]
    texts = [text for row in cells for text in row if text]
    assert texts.index("28／31 受領") < texts.index("御覧いただきたい点") < texts.index("圏域")
    assert {"あと 3件", "16／29 受領", "記入 28", "まだ検討していない 0　空欄 0"} <= set(texts)
    signs = {row[n]: (row[n + 2], row[n + 3]) for row in cells for n in (0, 4, 8) if row[n]}
    assert signs["板倉町"] == ("◎", "◎")  # the desk's; the town itself is exempt
    assert signs["南牧村"] == ("▲", "▲")
    point = next(row[2] for row in cells if row[0] == "必ず確認")
    names = point[point.index("（") + 1 : point.index("）")].removesuffix(" ほか").split("、")
    assert len(set(names)) == len(names)


def test_source_shows_whole_or_by_its_cell() -> None:
    """出典 stands in one line: as wide as it asks, the cell alone where a sheet's name is very long."""
    view = wide_views()[0]

    def source(name: str) -> tuple[str, float]:
        rows = tuple(replace(row, sheet=name) for row in view.rows)
        book = SummaryBook("題", "脚注", ROUND.as_of)
        write_view(book.sheet("表"), replace(view, rows=rows), NoteBook.of([]), "")
        sheet = openpyxl.load_workbook(io.BytesIO(book.finish())).active
        column = [shown(c) for c in sheet[HEAD_ROW]].index("出典") + 1
        letters = get_column_letter(column)
        return shown(sheet.cell(HEAD_ROW + 1, column)), sheet.column_dimensions[letters].width

    spot = view.rows[0].spots[0]
    (short, narrow), (whole, wide), (cell, _) = map(
        source, ("様式2", "在宅医療と介護", "長い名" * 10)
    )
    assert (short, whole, cell) == (f"様式2!{spot}", f"在宅医療と介護!{spot}", spot)
    assert narrow < wide


def test_same_input_same_bytes() -> None:
    """Each book can be made again, byte for byte."""
    assert consolidated_book(ROUND).data == book_bytes("取りまとめ表")
    assert progress_book(ROUND) == book_bytes("進行管理表")
    assert data_book(ROUND) == book_bytes("データ集")


def test_long_table_is_a_real_table() -> None:
    """回答一覧 is one Excel table with the contract's heads and a row per answer; no cell is merged."""
    sheet = opened("データ集")["回答一覧"]
    (table_,) = sheet.tables.values()
    rows = list(long_table(ROUND))
    assert table_.ref == f"A1:AC{len(rows) + 1}"
    assert table_.column_names == list(COLUMNS)
    found = [[shown(c) for c in row] for row in sheet.iter_rows(min_row=2)]
    assert found == [list(row) for row in rows]
    assert not merged_sheets("データ集")


def test_data_book_lists_files_questions_and_options() -> None:
    """Every arrival, question and option is a row; dates stand in 西暦 and 和暦."""
    book = opened("データ集")
    arrivals = table(book["受信ファイル一覧"], 1)
    assert Counter(a["SHA-256"] for a in arrivals) == Counter(a.sha256 for a in ROUND.arrivals)
    assert arrivals[0]["受信日時"].startswith("2026-10-")
    assert arrivals[0]["受信日（和暦）"].startswith("令和8年10月")
    questions = table(book["設問一覧"], 1)
    fields = [f for plan in ROUND.plans.values() for f in plan.fields]
    asked = [q for q in questions if q["種類"] != "drawing"]
    assert [q["設問"] for q in asked] == [f.label for f in fields]
    assert [(q["シート"], q["設問"]) for q in questions if q not in asked] == [
        ("組織図", "様式1　事前課題①　組織図")
    ]
    assert [q["項目"] for q in questions if q["氏名等"]] == [f.field for f in fields if f.personal]
    assert len(table(book["選択肢一覧"], 1)) == sum(len(f.options) for f in fields)


def test_data_book_says_that_it_names_persons() -> None:
    """The first sheet and every printed page say so, and the first sheet explains each column; the lists stay lists."""
    book = opened("データ集")
    texts = [shown(c) for row in book.worksheets[0].iter_rows() for c in row]
    assert PERSONAL in texts and set(COLUMNS) <= set(texts)
    for sheet in book.worksheets:
        assert "氏名・連絡先を含みます" in sheet.oddFooter.left.text
    for sheet in book.worksheets[1:]:
        assert all(shown(c) for c in sheet[1])


def test_progress_lists_everyone_with_telephone() -> None:
    """提出状況 has a row per unit and form; まだ届いていない相手 names those who owe, with the last contact."""
    book = opened("進行管理表")
    status = table(book["提出状況"], 4)
    assert len(status) == len(ROUND.returns)
    assert {row["番号"] for row in status} == {r.unit for r in ROUND.returns}
    missing = {row["番号"]: row for row in table(book["まだ届いていない相手"], 4)}
    owed = [r for r in ROUND.returns if not r.is_in and r.status.value != "対象外"]
    assert set(missing) == {r.unit for r in owed}
    assert missing["103837-1"]["最後の連絡"] == "10月19日 14:00 電話：本日中に送付予定とのこと。"
    assert all(row["電話番号"] for row in missing.values())
    findings = table(book["確認事項"], 4)
    assert [f["確認事項"] for f in findings] and findings[0]["セル"] == "E7"
    assert len(table(book["収受簿"], 4)) == len(ROUND.arrivals)
    assert [row["手段"] for row in table(book["連絡記録"], 4)] == ["電話", "電話"]


def test_every_form_owed_shows_its_own_deadline() -> None:
    """Two forms of one unit with two deadlines stand in two lines; one form alone leaves it to the column."""
    both = [r for r in ROUND.returns if r.unit == "103837-1"]
    other = replace(both[1], deadline=date(2026, 10, 30))
    two = replace(ROUND, returns=(both[0], other))
    (row,) = table(loaded(progress_book(two))["まだ届いていない相手"], 4)
    assert row["提出をお願いする様式"].split("\n") == [
        "事前課題（未提出、10月15日（木）まで）", "当日課題（未提出、10月30日（金）まで）",
    ]  # fmt: skip
    assert row["期限"] == "10月15日（木）"
    (row,) = table(loaded(progress_book(replace(two, returns=(other,))))["まだ届いていない相手"], 4)
    assert (row["提出をお願いする様式"], row["期限"]) == ("当日課題（未提出）", "10月30日（金）")


def test_sheets_written_on_by_hand_say_so() -> None:
    """Whoever types into メモ would lose it at the next merge."""
    sheet = opened("進行管理表")["まだ届いていない相手"]
    said = f"{shown(sheet['A2'])}{shown(sheet['A3'])}"
    assert "「メモ」は、印刷して手で書く欄です。" in said and "残りません" in said


def test_points_of_accepted_returns_are_settled() -> None:
    """確認済 in the last column and grey for an accepted return, blank and black for others; 必ず確認 comes first."""
    first = next(r for r in ROUND.returns if r.is_in)
    of_grade = {entry.grade: code for code, entry in CATALOGUE.items()}
    mixed = (*first.findings, *(Finding(of_grade[g]) for g in Grade))
    found = tuple(sorted(mixed, key=lambda f: f.grade is Grade.MUST))
    for status, word, grey in (
        (Status.ACCEPTED, "確認済", True),
        (Status.RECEIVED, "", False),
        (Status.ASKED, "", False),
    ):
        one = replace(first, status=status, findings=found)
        sheet = loaded(progress_book(replace(ROUND, returns=(one,))))["確認事項"]
        rows = table(sheet, 4)
        assert {row["済"] for row in rows} == {word}
        assert (sheet["E5"].font.color.rgb == "FF3A444F") is grey
        grades = [row["程度"] for row in rows]
        assert grades == sorted(grades, key=[g.value for g in Grade].index)
        assert grades != [f.grade.value for f in found]


def test_black_and_white_list_carries_no_colour() -> None:
    """提出状況 prints without any fill: the words and signs say everything."""
    sheet = opened("進行管理表")["提出状況"]
    fills = {c.fill.fill_type for row in sheet.iter_rows() for c in row}
    assert fills == {None}
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")


def test_kartes_say_area_once() -> None:
    """An area that calls itself 圏 keeps its name over a karte and on the page of those not in; others get 圏域."""
    areas = ("富山医療圏", "高崎・安中", "新川圏")
    places = tuple(replace(p, area=a) for p, a in zip(ROUND.places, areas, strict=False))
    units = {"102016-1", "102024-1", "102032-1"}
    asked = [r for r in ROUND.returns if r.unit in units and r.form == "jizen"]
    returns = tuple(r if r.unit == "102016-1" else replace(r, reading=None) for r in asked)
    book = loaded(consolidated_book(replace(ROUND, places=places, returns=returns)).data)
    texts = [shown(c) for row in book[KARTE].iter_rows() for c in row]
    assert any(text.startswith("102016　富山医療圏") and "圏圏" not in text for text in texts)
    assert {"高崎・安中圏域", "新川圏"} <= set(texts)


def test_karte_shows_what_stands_beside_the_answers() -> None:
    """Pictures are counted; texts beside the fields stand whole with their places, and only where there are any."""
    strays = (StrayText("様式1", "G32", ODD[0]), StrayText("組織図", "", LONG))
    first = next(r for r in ROUND.returns if r.is_in and r.unit == "102016-1")
    assert first.reading is not None
    drawn = replace(first.reading, strays=strays, drawings=(("組織図", 7), ("別の図", 0)))
    returns = tuple(replace(r, reading=drawn) if r is first else r for r in ROUND.returns)
    places = tuple(p for p in ROUND.places if p.code in ("102016", "102024"))
    sheet = loaded(consolidated_book(replace(ROUND, returns=returns, places=places)).data)[KARTE]
    rows = ([str(c.value) for c in row if c.value is not None] for row in sheet.iter_rows())
    lines = [row for row in rows if row]
    at = lines.index([BESIDE])
    assert lines.count(["組織図", "図や図形 7点（受領したファイルで御覧ください）"]) == 1
    assert lines[at + 1] == ["様式1 G32", ODD[0]]
    assert "".join(text for line in lines[at + 2 : at + 40] for text in line).startswith(
        f"組織図{LONG[:200]}"
    )
    assert [line for line in lines if line == [BESIDE]] == [[BESIDE]]
    assert not any("別の図" in text for line in lines for text in line)


def test_karte_shows_what_pointing_answers_seem_to_mean() -> None:
    """What 「同上」 may mean stands behind the answers, marked as a suggestion; the answer itself is not replaced."""
    returned = next(each for each in ROUND.returns if each.is_in and not each.corrections)
    assert returned.reading is not None
    first, second, *rest = returned.reading.answers
    pointing = replace(second, raw="同上", value="同上", state=State.SAME)
    suggestion = Suggestion(*pointing.address, source="上の設問", text="指している御回答")
    reading = replace(returned.reading, answers=(first, pointing, *rest), suggestions=(suggestion,))
    returns = (replace(returned, reading=reading),)
    sheet = loaded(consolidated_book(replace(ROUND, returns=returns)).data)[KARTE]
    rows = ([str(c.value) for c in row if c.value is not None] for row in sheet.iter_rows())
    lines = [row for row in rows if row]
    at = lines.index([SUGGESTED])
    assert lines[at + 1][0].endswith("「同上」")
    assert lines[at + 1][1:] == ["「上の設問」の御回答：指している御回答"]
    assert any("同上" in line for line in lines[:at])


def test_karte_holds_every_answer_whole() -> None:
    """All answers of a municipality stand on its page, long ones split over rows; joint ones are marked."""
    texts = karte_texts()
    for returned in (r for r in ROUND.returns if r.is_in):
        codes = ROUND.unit_of[returned.unit].covers
        plan = ROUND.plan_of(returned)
        for place, answer, _ in answers_of(plan, returned):
            for code in codes:
                wanted = read_by_office(plan.question_of(place).kind, answer.value)
                assert wanted.replace("\n", "") in texts[code], (code, answer)
    assert f"共同回答：{DESK.name}" in texts["102075"]
    assert LONG.replace("\n", "") in texts["102024"]


def read_by_office(kind: FieldKind, value: str) -> str:
    """A day by era and a number in groups of three, as a karte shows them."""
    if kind is FieldKind.DATE and value:
        year, month, day = map(int, value.split("-"))
        return f"令和{year - 2018}年{month}月{day}日"
    return f"{int(value):,}" if kind is FieldKind.INTEGER and value.isdecimal() else value


def test_karte_names_sections_and_gathers_what_is_not_in() -> None:
    """A page carries the form's section headings; municipalities of which nothing is in share one page."""
    rows = [[shown(c) for c in row] for row in opened("取りまとめ表")[KARTE].iter_rows()]
    firsts = [row[0] for row in rows]
    assert {"御回答者", "管内の状況", "目的から課題抽出まで", "対応策"} <= set(firsts)
    gathered = rows[firsts.index(NOT_IN) :]
    back = {c for r in ROUND.returns if r.is_in for c in codes_of(ROUND.unit_of[r.unit])}
    nothing_in = [p for p in ROUND.places if p.code not in back]
    assert [row[0] for row in gathered if row[0]][1:] == [p.name for p in nothing_in]
    assert all("事前課題：" in row[5] and "当日課題：" in row[5] for row in gathered[2:])
    links = {
        c.value: c.hyperlink for row in opened("取りまとめ表")["概況"].iter_rows() for c in row
    }
    for number, row in enumerate(gathered[2:], firsts.index(NOT_IN) + 3):
        assert links[row[0]].location == f"'{KARTE}'!A{number}"


def test_karte_prints_a_municipality_on_a_page_of_its_own() -> None:
    """Pages are cut by hand at a fixed scale: Excel forgets such cuts where it fits pages itself."""
    sheet = opened("取りまとめ表")[KARTE]
    assert (
        not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    )
    assert (int(sheet.page_setup.paperSize), int(sheet.page_setup.scale)) == (8, SCALE)
    breaks = {b.id for b in sheet.row_breaks.brk}
    names = {p.name for p in ROUND.places}
    heads = [c.row for (c,) in sheet.iter_rows(max_col=1) if c.value in names and c.font.sz == 18]
    assert len(heads) > 25
    assert {row - 1 for row in heads[1:]} <= breaks


def karte_texts() -> dict[str, str]:
    """Text of each page, a column at a time, without line ends."""
    sheet = opened("取りまとめ表")[KARTE]
    pages: dict[str, dict[int, str]] = {}
    code = ""
    for row in sheet.iter_rows():
        if row[0].value == NOT_IN:
            break
        head = next(
            (m[0] for c in row[3 + THIRD : 4 + THIRD] if (m := re.match(r"\d{6}", shown(c)))), None
        )
        code = head or code
        for cell in row:
            columns = pages.setdefault(code, {})
            columns[cell.column] = columns.get(cell.column, "") + shown(cell).replace("\n", "")
    return {code: "\v".join(columns.values()) for code, columns in pages.items()}


@pytest.mark.parametrize("text", [LONG, "あ" * 3_000, "一行\n" * 60, "a b " * 500, "。" * 400])
def test_splitting_loses_nothing(text: str) -> None:
    """Pieces of a long answer make up the answer, but for line ends at the cuts."""
    pieces = split_text(text, 250)
    assert "".join(pieces).replace("\n", "") == text.replace("\n", "")
    assert len(pieces) > 1
    assert len(split_text(text, 250, lines=10_000)) == 1
    assert MOST_LINES < 30


def test_too_long_a_text_is_refused() -> None:
    """32,767 signs are written whole; one more is refused with sheet and cell, never cut."""
    view = wide_views()[0]

    def made(text: str) -> bytes:
        book = SummaryBook("題", "脚注", ROUND.as_of)
        note = Note(view.rows[0].key, "県記入（部内限り）", text, view.rows[0].digest)
        write_view(book.sheet(view.name), view, NoteBook.of([note]), "")
        return book.finish()

    sheet = openpyxl.load_workbook(io.BytesIO(made("長" * 32_767))).active
    assert shown(sheet["M5"]) == "長" * 32_767
    with pytest.raises(TextTooLong, match=r"「日常の療養支援」M5.*32,768字"):
        made("長" * 32_768)


@pytest.mark.parametrize(
    "text",
    ["<r><t>x</t></r>", "<r>a</r>", "<r></r>", "<r>" + "長" * 32_758 + "\n </r>", "<r>a</r> "],
)
def test_an_answer_like_markup_stays_text(text: str) -> None:
    """An answer that looks like a rich string of the file format stands in the cell sign by sign."""
    book = SummaryBook("題", "脚注", ROUND.as_of)
    book.sheet("表").text(1, 1, text)
    data = book.finish()
    assert openpyxl.load_workbook(io.BytesIO(data))["表"]["A1"].value == text
    assert CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_name("表").to_python() == [
        [text]
    ]


def test_a_number_excel_cannot_keep_stays_text() -> None:
    """More than 15 digits would be rounded by Excel: they are written as text."""
    book = SummaryBook("題", "脚注", ROUND.as_of)
    sheet = book.sheet("数")
    sheet.number(1, 1, Decimal("12345678901234567890"))
    sheet.number(2, 1, Decimal("28.5"))
    cells = openpyxl.load_workbook(io.BytesIO(book.finish()))["数"]
    assert (cells["A1"].value, cells["A2"].value) == ("12345678901234567890", 28.5)


def test_notes_without_a_row_are_listed() -> None:
    """A note whose row is gone stands in a sheet of its own with its text and key."""
    lost = Note(
        NoteKey("jizen.scenes.daily", "999999", "999999-1"),
        "県記入（部内限り）",
        "要電話",
        "0" * 12,
    )
    made = consolidated_book(replace(ROUND, notes=(lost,)))
    assert made.vanished == (lost,)
    sheet = loaded(made.data)[VANISHED]
    (row,) = table(sheet, 4)
    assert (row["元のシート"], row["県記入"]) == ("日常の療養支援", "要電話")
    assert VANISHED not in opened("取りまとめ表").sheetnames


@pytest.mark.untraced
def test_paper_shows_every_answer(soffice: LibreOffice, tmp_path: Path) -> None:
    """The PDF of 取りまとめ表 holds every sign of each answer on the karte pages of its municipality."""
    path = tmp_path / "summary.xlsx"
    part = part_of_the_round()
    path.write_bytes(consolidated_book(part).data)
    pdf = soffice.convert(path, "pdf", tmp_path)
    printed = printed_kartes(pdf)
    for returned in (r for r in part.returns if r.is_in):
        wanted: Counter[str] = Counter()
        plan = part.plan_of(returned)
        for place, answer, _ in answers_of(plan, returned):
            wanted.update(signs(read_by_office(plan.question_of(place).kind, answer.value)))
        for code in ROUND.unit_of[returned.unit].covers:
            name = ROUND.place_of[code].name
            lacking = wanted - printed[name]
            assert not {s for s in lacking if ord(s) < 0x10000}, (name, lacking)


def part_of_the_round() -> SummaryInput:
    """Every third municipality, and the desk with the six it answers for."""
    codes = {*(place.code for place in ROUND.places[::3]), *DESK.covers}
    units = tuple(unit for unit in ROUND.units if set(unit.covers) & codes)
    return replace(
        ROUND,
        places=tuple(place for place in ROUND.places if place.code in codes),
        units=units,
        returns=tuple(r for r in ROUND.returns if r.unit in {unit.id for unit in units}),
    )


def printed_kartes(path: Path) -> dict[str, Counter[str]]:
    """Signs on the karte pages of each municipality."""
    names = {place.name for place in ROUND.places}
    found: dict[str, Counter[str]] = {}
    name = ""
    for page in pypdf.PdfReader(path).pages:
        text = page.extract_text()
        if "市町村カルテ" not in text:
            continue
        heads = [line.strip() for line in text.splitlines()]
        name = next((line for line in heads if line in names), name)
        found.setdefault(name, Counter()).update(signs(text))
    return found


def signs(text: str) -> str:
    """The signs of a text without white space, as NFKC makes them."""
    return "".join(unicodedata.normalize("NFKC", text).split())
