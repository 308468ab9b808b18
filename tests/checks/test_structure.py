"""What a program or a hand did to the form beside the answers: kept, reported once, never mistaken for an answer."""

from __future__ import annotations

import io
from dataclasses import replace

import openpyxl
import pytest

import books
from xlsx_pdca.cells import Rect
from xlsx_pdca.checks import read_return
from xlsx_pdca.findings import Grade
from xlsx_pdca.plan import Style
from xlsx_pdca.rawbook import CellType, NumberLook, RawBook, RawCell, RawSheet
from xlsx_pdca.submission import Reading
from xlsx_pdca.workbook.reader import decode, parse

FIRST, CHART, SCENES, POSTS = "様式１", "組織図", "様式２", "組織表"
PURPOSE, STRENGTHS = ("purpose", "daily", ""), ("strengths", "", "")
STAFF = ("posts", "staff", "01")


def read(book: RawBook) -> Reading:
    return read_return(book, books.plan(), books.slots())


def codes(book: RawBook) -> list[str]:
    return [finding.code for finding in read(book).findings]


def changed(book: RawBook, sheet: str, **more: object) -> RawBook:
    """The book with properties of one sheet replaced."""
    sheets = (replace(s, **more) if s.name == sheet else s for s in book.sheets)  # type: ignore[arg-type]
    return replace(book, sheets=tuple(sheets))


def test_text_beside_the_form_is_kept_and_reported_once() -> None:
    """Scratch notes right of and below the form are one finding that lists the places."""
    book = books.write(books.good_book(), SCENES, (9, 20), "下書き")
    reading = read(books.write(book, SCENES, (80, 2), "電話で確認済み"))
    (finding,) = reading.findings
    assert finding.code == "STR09"
    assert "T9、B80" in finding.sentence() and "下書き" in finding.sentence()
    assert [stray.text for stray in reading.strays] == ["下書き", "電話で確認済み"]


def test_text_in_inserted_rows_is_one_finding() -> None:
    """A block of the sender's own rows between our questions is listed as one."""
    book = books.insert_rows(books.good_book(), FIRST, 18, 3)
    for row in (18, 19, 20):
        book = books.write(book, FIRST, (row, 2), f"参考{row}")
    reading = read(book)
    assert [f.code for f in reading.findings] == ["STR09"]
    assert len(reading.strays) == 3


def test_text_under_a_merged_answer_is_kept() -> None:
    """A text in a covered cell of an answer's rectangle is neither the answer nor lost."""
    top, left = books.spot(STRENGTHS)
    reading = read(books.write(books.good_book(), FIRST, (top, left + 1), "続き"))
    assert [f.code for f in reading.findings] == ["STR10"]
    assert reading.strays[0].text == "続き"


def test_changed_locked_text_is_named() -> None:
    """A label that was rewritten is one finding with our words; what stands there now is kept."""
    label = next(c for c in books.plan().sheet("s1").cells if c.text == "(1) 管内人口")
    book = books.write(books.good_book(), FIRST, (label.rect.top, label.rect.left), "世帯数")
    reading = read(book)
    (finding,) = reading.findings
    assert finding.code == "STR08"
    assert "管内人口" in finding.sentence()
    assert [stray.text for stray in reading.strays] == ["世帯数"]
    assert codes(books.insert_rows(book, FIRST, 8, 2)) == ["STR08"]


def test_questions_swapped_between_codes_are_asked() -> None:
    """Where a question stands beside another's code, nobody knows which of the two was answered."""
    cells = {c.text: (c.rect.top, c.rect.left) for c in books.plan().sheet("s1").cells}
    population, ageing = "(1) 管内人口", "高齢化率"
    book = books.write(books.good_book(), FIRST, cells[population], ageing)
    reading = read(books.write(book, FIRST, cells[ageing], population))
    assert [f.code for f in reading.findings] == ["STR20"]
    assert not {a.raw for a in reading.answers if a.field in ("population", "ageing")} - {""}
    assert len(reading.strays) == 2


def test_question_in_a_row_without_a_code_is_asked() -> None:
    """Where a question stands in another row than its code, the answer beside the code may be another's."""
    cells = {c.text: (c.rect.top, c.rect.left) for c in books.plan().sheet("s1").cells}
    row, column = cells["高齢化率"]
    book = books.write(books.good_book(), FIRST, cells["高齢化率"], "")
    reading = read(books.write(book, FIRST, (row + 30, column), "高齢化率"))
    assert "STR20" in [f.code for f in reading.findings]
    assert not [a.raw for a in reading.answers if a.field == "ageing" and a.raw]


def _formula_cell(sheet: str, style: Style) -> tuple[int, int]:
    cells = books.plan().sheet(sheet).cells
    return next((c.rect.top, c.rect.left) for c in cells if c.formula and c.style is style)


@pytest.mark.parametrize("style", [Style.MARK, Style.COUNTER, Style.PROGRESS])
@pytest.mark.parametrize("text", ["補足：至急", "3", "あと少し", "12人"])
def test_text_typed_over_a_formula_is_kept(style: Style, text: str) -> None:
    """What was typed over a mark or a counter is a text outside the answers, like any other."""
    reading = read(books.write(books.good_book(), FIRST, _formula_cell("s1", style), text))
    assert [f.code for f in reading.findings] == ["STR09"]
    assert [stray.text for stray in reading.strays] == [text]


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (Style.MARK, "●"),
        (Style.MARK, "△"),
        (Style.COUNTER, "あと 12 字"),
        (Style.COUNTER, "目安を 3 字超えています"),
        (Style.PROGRESS, "必須の未記入 2 件　御確認いただきたい欄 1 件"),
    ],
)
def test_copied_result_of_a_formula_is_no_text_of_theirs(style: Style, text: str) -> None:
    """Where only values were copied, what the formula showed stands in its place."""
    assert codes(books.write(books.good_book(), FIRST, _formula_cell("s1", style), text)) == []


def test_formula_beside_the_answers_is_kept() -> None:
    """A formula of the sender's own is a text outside the answers, by its result; so is a number on the drawing sheet."""
    summed = RawCell(CellType.NUMBER, "21", formula="SUM(F9:F12)")
    reading = read(books.write(books.good_book(), SCENES, (9, 20), summed))
    assert [f.code for f in reading.findings] == ["STR09"]
    assert [stray.text for stray in reading.strays] == ["21"]
    drawn = read(books.write(books.good_book(), CHART, (9, 3), RawCell(CellType.NUMBER, "12")))
    assert [stray.text for stray in drawn.strays] == ["12"]


def test_slot_of_another_unit_is_a_changed_text() -> None:
    """The name printed on the form must be the one it was issued with."""
    other = {**books.slots(), "unit": "高崎市"}
    reading = read_return(books.good_book(), books.plan(), other)
    assert "STR08" in [f.code for f in reading.findings]
    unknown = read_return(books.good_book(), books.plan(), None)
    assert unknown.findings == ()


def test_error_value_is_no_blank() -> None:
    """A broken formula in a required answer is asked once, as what it shows."""
    broken = RawCell(CellType.ERROR, "#REF!", formula="A1")
    reading = read(books.fill(books.good_book(), {STRENGTHS: broken}))
    (finding,) = reading.findings
    assert (finding.code, finding.address) == ("STR11", STRENGTHS)
    assert "#REF!" in finding.sentence()
    assert codes(books.fill(books.good_book(), {STAFF: broken})) == ["STR11"]


def test_formula_is_read_by_its_saved_result() -> None:
    """A formula's cached value is the answer; without one it is asked."""
    summed = RawCell(CellType.NUMBER, "7", formula="3+4")
    reading = read(books.fill(books.good_book(), {STAFF: summed}))
    assert [f.code for f in reading.findings] == ["STR12"]
    assert next(a.value for a in reading.answers if a.address == STAFF) == "7"
    uncached = summed._replace(text="")
    assert codes(books.fill(books.good_book(), {STAFF: uncached})) == ["STR13"]


def test_text_turned_into_a_date_is_asked() -> None:
    """A date in a text field may have been 「1-2」."""
    date = RawCell(CellType.NUMBER, "46054", NumberLook.DATE)
    reading = read(books.fill(books.good_book(), {PURPOSE: date}))
    assert [f.code for f in reading.findings] == ["ANS12"]
    assert "2026-02-01" in reading.findings[0].sentence()
    entered = books.fill(books.good_book(), {("entered_on", "", ""): date})
    assert codes(entered) == []


def test_hidden_answers_are_noted() -> None:
    """Answers in hidden rows are read, and the officer learns of it."""
    row, _ = books.spot(PURPOSE)
    assert codes(changed(books.good_book(), SCENES, hidden_rows=frozenset({row}))) == ["STR16"]
    assert codes(changed(books.good_book(), SCENES, state="hidden")) == ["STR16"]
    assert codes(changed(books.good_book(), SCENES, hidden_rows=frozenset({1}))) == []


def test_merged_answers_are_pointed_out() -> None:
    """Two answers merged into one cell show one text: the other is asked about."""
    (top, left), (bottom, _) = books.spot(PURPOSE), books.spot(("present", "daily", ""))
    book = books.write(books.good_book(), SCENES, (bottom, left), "")
    assert codes(changed(book, SCENES, merges=(Rect(top, left, bottom, left),))) == ["STR19"]


def test_comments_and_shapes_are_kept() -> None:
    """Texts of comments and shapes are shown with what else the sender wrote."""
    book = changed(
        books.good_book(), SCENES, comments=((8, 4, "要相談"),), drawing_texts=("赤字部分",)
    )
    reading = read(book)
    assert [f.code for f in reading.findings] == ["STR17"]
    assert [(s.cell, s.text) for s in reading.strays] == [("D8", "要相談"), ("", "赤字部分")]


def test_added_sheet_is_kept() -> None:
    """A sheet of the sender's own is one remark, its texts are kept; an empty one is nothing."""
    added = RawSheet("参考", "visible", {(1, 1): RawCell(CellType.TEXT, "統計")})
    book = replace(books.good_book(), sheets=(*books.good_book().sheets, added))
    reading = read(book)
    assert [f.code for f in reading.findings] == ["STR18"]
    assert [(s.sheet, s.text) for s in reading.strays] == [("参考", "統計")]
    empty = replace(book, sheets=(*books.good_book().sheets, replace(added, cells={})))
    assert codes(empty) == []


def test_drawing_sheet_is_open_for_everything() -> None:
    """Pictures and texts on the drawing sheet are counted and kept, never asked about."""
    book = books.write(books.good_book(), CHART, (9, 3), "健康福祉部")
    reading = read(changed(book, CHART, drawings=2))
    assert reading.findings == ()
    assert [s.text for s in reading.strays] == ["健康福祉部"]
    assert reading.drawings == ((CHART, 2),)
    renamed = books.rename_sheets(changed(book, CHART, drawings=2), {CHART: "図"})
    assert (read(renamed).findings, read(renamed).drawings) == ((), (("図", 2),))


def test_disagreement_of_the_readers_is_told_to_the_officer() -> None:
    """An answer that the second reader reads differently is a finding; a locked cell is none."""
    spot = ("様式２", books.planned(("purpose", "daily", "")).rect.a1, "あ", "い")
    good = books.good_book()
    assert codes(replace(good, disagreements=(spot,))) == ["STR14"]
    assert codes(replace(good, disagreements=(("様式２", "A1", "あ", "い"),))) == []


def test_sheet_read_only_once_is_told() -> None:
    """Where the second reader failed, or left a sheet out, the officer learns what to do about it."""
    good = books.good_book()
    (left_out,) = read(replace(good, disagreements=((SCENES, "", "", "too sparse"),))).findings
    assert (left_out.code, left_out.grade) == ("STR22", Grade.SHOULD)
    assert f"「{SCENES}」" in left_out.sentence() and f"「{FIRST}」" not in left_out.sentence()
    (failed,) = read(replace(good, disagreements=(("", "", "", "failed"),))).findings
    assert failed.code == "STR22" and f"「{FIRST}」" in failed.sentence()
    assert codes(replace(good, disagreements=(("はじめに", "", "", "too sparse"),))) == []


def test_far_cell_leaves_a_sheet_to_one_reader() -> None:
    """A cell far away, as a stray key press makes it, is told with what it costs."""
    book = openpyxl.load_workbook(io.BytesIO(books.issued()))
    book[SCENES]["ZZ20000"] = "x"
    saved = io.BytesIO()
    book.save(saved)
    far, near = (decode(parse(data)) for data in (saved.getvalue(), books.issued()))
    assert isinstance(far, RawBook) and isinstance(near, RawBook)
    assert {"STR09", "STR22"} <= set(codes(far))
    assert "STR22" not in codes(near)


def test_truth_value_in_a_text_field_is_asked() -> None:
    """TRUE in a text field is what a program made of something else; typed as a text it is an answer."""
    assert codes(books.fill(books.good_book(), {STRENGTHS: RawCell(CellType.BOOLEAN, "1")})) == [
        "ANS12"
    ]
    assert codes(books.fill(books.good_book(), {STRENGTHS: "TRUE"})) == []
