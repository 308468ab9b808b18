"""県記入 is found again wherever an officer has put it, and nothing she wrote is lost."""

import io
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment

from gunma_round import DESK, PLACES, gunma_round
from libreoffice import LibreOffice
from xlsx_pdca.submission import State
from xlsx_pdca.summary import NOTE_COLUMN, Note, NoteKey, SummaryInput
from xlsx_pdca.views import views_of
from xlsx_pdca.workbook.notes import (
    COMMENTS,
    MEMO,
    BookNotes,
    UnreadableSummary,
    changed_notes,
    read_notes,
)
from xlsx_pdca.workbook.summary_books import OVERVIEW, VANISHED, consolidated_book
from xlsx_pdca.workbook.view_sheet import CHANGED, FLAG, HEAD_ROW, KARTE, KEY, key_of, key_text
from xlsx_pdca.workbook.written import SHEET_NAME

FULL = gunma_round()
SCENE = "日常の療養支援"
CODES = ("102016", "102024", "102032", *DESK.covers)
SMALL = replace(
    FULL,
    units=tuple(u for u in FULL.units if set(u.covers) & set(CODES)),
    places=tuple(p for p in PLACES if p.code in CODES),
    plans=dict([next(iter(FULL.plans.items()))]),
    returns=tuple(
        r
        for r in FULL.returns
        if r.form == "jizen" and set(FULL.unit_of[r.unit].covers) & set(CODES)
    ),
    arrivals=(),
    contacts=(),
)
"""Three municipalities, a second respondent, and a desk for six."""


@cache
def book_of(summary_notes: tuple[Note, ...] = ()) -> bytes:
    return consolidated_book(replace(SMALL, notes=summary_notes)).data


def edited(data: bytes, change: Callable[[Any], None], sheet: str = SCENE) -> bytes:
    """The book after an officer worked on one of its sheets."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book[sheet])
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


@cache
def scene_only(*others: str) -> bytes:
    """The book without its other sheets but those named: read a hundred times faster."""

    def work(sheet: Any) -> None:
        for other in sheet.parent.sheetnames:
            if other not in (SCENE, SHEET_NAME, *others):
                del sheet.parent[other]

    return edited(book_of(), work)


def column(sheet: Any, head: str) -> int:
    return next(c.column for row in sheet.iter_rows(max_row=40) for c in row if c.value == head)


def head_row(sheet: Any) -> int:
    return next(c.row for row in sheet.iter_rows(max_row=40) for c in row if c.value == KEY)


def keyed(sheet: Any) -> dict[NoteKey, int]:
    """Row numbers by key."""
    keys = {r: key_of(str(sheet.cell(r, column(sheet, KEY)).value)) for r in range(1, 60)}
    return {key[0]: row for row, key in keys.items() if key}


def write_notes(sheet: Any, texts: dict[NoteKey, str]) -> None:
    rows = keyed(sheet)
    for key, text in texts.items():
        type_in(sheet.cell(rows[key], column(sheet, NOTE_COLUMN)), text)


def type_in(cell: Any, value: Any) -> None:
    """What typing does in our text cells: a leading equal sign stays text."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def scene_keys() -> list[NoteKey]:
    return [row.key for row in views_of(SMALL)[0].rows]


def found(book: BookNotes, head: str = NOTE_COLUMN) -> dict[NoteKey, str]:
    """Texts in a column, empty ones left out."""
    return {row.key: text for row in book.rows for name, text in row.texts if name == head and text}


def changes(book: BookNotes, booked: tuple[Note, ...]) -> tuple[Note, ...]:
    return changed_notes(book, booked).notes


def read(data: bytes) -> BookNotes:
    return read_notes(data, "取りまとめ表")


def test_an_untouched_book_has_no_notes() -> None:
    """Reading a book nobody wrote in finds every row and books nothing."""
    book = read(book_of())
    keys = {row.key for view in views_of(SMALL) for row in view.rows}
    assert {row.key for row in book.rows} == keys
    assert changes(book, ()) == ()
    assert book.strays == ()


def test_a_note_stays_with_its_municipality() -> None:
    """Each of the six rows of a joint answer has a note of its own."""
    keys = [k for k in scene_keys() if k.row == DESK.id]
    texts = {key: f"{key.subject}へ確認" for key in keys}
    notes = changes(read(edited(scene_only(), lambda s: write_notes(s, texts))), ())
    assert {n.key: n.text for n in notes} == texts
    again = book_of(notes)
    assert found(read(again)) == texts
    assert changes(read(again), notes) == ()


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    texts=st.lists(st.text("県要確認\n=-@1", max_size=12), min_size=9, max_size=9),
)
def test_notes_survive_whatever_an_officer_does(seed: int, texts: list[str]) -> None:
    """Sorted, filtered, hidden, lines and columns added, heads moved down: every note keeps its key."""
    chance = random.Random(seed)
    wanted = dict(zip(scene_keys(), texts, strict=False))

    def work(sheet: Any) -> None:
        write_notes(sheet, wanted)
        shuffle_rows(sheet, chance)
        for _ in range(chance.randrange(3)):
            sheet.insert_cols(chance.randrange(1, sheet.max_column + 2))
        sheet.insert_rows(chance.randrange(1, HEAD_ROW + 1), chance.randrange(1, 4))
        for row in range(head_row(sheet) + 1, sheet.max_row + 1):
            sheet.row_dimensions[row].hidden = chance.random() < 0.3
        sheet.delete_cols(1)  # 団体コード is not needed to find the way
        sheet.title = "並べ替え済"

    book = read(edited(scene_only(), work))
    kept = {key: text for key, text in wanted.items() if text.strip()}
    assert found(book) == kept
    assert {n.key: n.text for n in changes(book, ())} == kept


def shuffle_rows(sheet: Any, chance: random.Random) -> None:
    """What sorting does: whole rows change places."""
    first, last = head_row(sheet) + 1, sheet.max_row
    rows = [[c.value for c in row] for row in sheet.iter_rows(first, last)]
    chance.shuffle(rows)
    for number, row in enumerate(rows, first):
        for place, value in enumerate(row, 1):
            type_in(sheet.cell(number, place), value)


def test_columns_of_her_own_come_back() -> None:
    """A column an officer added is kept under its head, and stands in the next book."""
    key = scene_keys()[0]

    def work(sheet: Any) -> None:
        sheet.insert_cols(7)
        sheet.cell(HEAD_ROW, 7, "当日発表")
        sheet.cell(keyed(sheet)[key], 7, "○")
        sheet.cell(HEAD_ROW, sheet.max_column + 1, "連絡日")
        sheet.cell(keyed(sheet)[key], sheet.max_column, date(2026, 10, 21))

    notes = changes(read(edited(scene_only(), work)), ())
    assert {(n.column, n.text) for n in notes} == {("当日発表", "○"), ("連絡日", "2026-10-21")}
    again = read(book_of(notes))
    assert found(again, "当日発表") == {key: "○"}
    assert changes(again, notes) == ()


def test_without_the_hidden_sheet_notes_are_found_by_their_place() -> None:
    """A program that drops hidden sheets costs nothing: columns right of ours are the officer's."""
    key = scene_keys()[1]

    def work(sheet: Any) -> None:
        write_notes(sheet, {key: "残る"})
        sheet.cell(HEAD_ROW, sheet.max_column + 1, "メモ")
        sheet.cell(keyed(sheet)[key], sheet.max_column, "これも")
        del sheet.parent[SHEET_NAME]

    notes = changes(read(edited(scene_only(), work)), ())
    assert {(n.key, n.column, n.text) for n in notes} == {
        (key, NOTE_COLUMN, "残る"),
        (key, "メモ", "これも"),
    }


def test_lines_and_comments_of_her_own_are_kept() -> None:
    """A line without a key and a comment on a cell are booked too."""
    key = scene_keys()[0]

    def work(sheet: Any) -> None:
        sheet.cell(sheet.max_row + 2, 2, "次回は圏域別に")
        sheet.cell(keyed(sheet)[key], 7).comment = Comment("本人に確認済", "県")

    notes = changes(read(edited(scene_only(), work)), ())
    assert {(n.key.sheet, n.column, n.text) for n in notes} == {
        (MEMO, SCENE, "次回は圏域別に"),
        (key.sheet, COMMENTS, "本人に確認済"),
    }
    again = read(book_of(notes))
    assert changes(again, notes) == ()


def test_copied_rows_lose_no_text() -> None:
    """Where a row was copied and both were written in, both texts are kept."""
    key = scene_keys()[0]

    def work(sheet: Any) -> None:
        write_notes(sheet, {key: "一つめ"})
        source = keyed(sheet)[key]
        below = sheet.max_row + 1
        for place in range(1, sheet.max_column + 1):
            sheet.cell(below, place, sheet.cell(source, place).value)
        sheet.cell(below, column(sheet, NOTE_COLUMN), "二つめ")

    (note,) = changes(read(edited(scene_only(), work)), ())
    assert note.text == "一つめ\n\n二つめ"


@pytest.mark.untraced
def test_a_changed_answer_is_flagged_until_read() -> None:
    """The flag stands beside the note until she clears it or writes anew; other rows carry none."""
    key = scene_keys()[0]
    noted = changes(read(edited(scene_only(), lambda s: write_notes(s, {key: "見た"}))), ())
    changed = with_new_answer(SMALL, "102016-1")
    made = consolidated_book(replace(changed, notes=noted))
    assert made.changed == 1
    sheet = openpyxl.load_workbook(io.BytesIO(made.data))[SCENE]
    flags = [sheet.cell(r, column(sheet, FLAG)).value for r in keyed(sheet).values()]
    assert flags.count(CHANGED) == 1
    assert changes(read(made.data), noted) == ()

    def clear(sheet: Any) -> None:
        sheet.cell(keyed(sheet)[key], column(sheet, FLAG)).value = None

    (seen,) = changes(read(edited(made.data, clear)), noted)
    assert (seen.text, seen.digest != noted[0].digest) == ("見た", True)
    assert consolidated_book(replace(changed, notes=(seen,))).changed == 0


def with_new_answer(summary: SummaryInput, unit: str) -> SummaryInput:
    """The round after one unit sent another answer to the first scene."""

    def renewed(r: Any) -> Any:
        if r.unit != unit or r.reading is None:
            return r
        answers = tuple(
            replace(a, raw="新しい回答", value="新しい回答", state=State.FILLED)
            if (a.field, a.column) == ("purpose", "daily")
            else a
            for a in r.reading.answers
        )
        return replace(r, reading=replace(r.reading, answers=answers))

    return replace(summary, returns=tuple(renewed(r) for r in summary.returns))


@pytest.mark.untraced
def test_emptied_notes_are_booked_as_empty() -> None:
    """Deleting a note is a change; deleting its row is not."""
    first, second = scene_keys()[:2]
    texts = {first: "消す", second: "行ごと消える"}
    notes = changes(read(edited(scene_only(), lambda s: write_notes(s, texts))), ())

    def work(sheet: Any) -> None:
        sheet.cell(keyed(sheet)[first], column(sheet, NOTE_COLUMN)).value = None
        sheet.delete_rows(keyed(sheet)[second])

    (gone,) = changes(read(edited(book_of(notes), work)), notes)
    assert (gone.key, gone.text) == (first, "")


def test_a_note_without_a_row_can_be_emptied_in_its_list() -> None:
    """The list of notes without a row is read like any sheet."""
    lost = Note(NoteKey("jizen.scenes.daily", "999999", "999999-1"), "メモ", "要電話", "0" * 12)
    data = book_of((lost,))
    assert changes(read(data), (lost,)) == ()

    def work(sheet: Any) -> None:
        sheet.cell(5, 4).value = None

    (gone,) = changes(read(edited(data, work, VANISHED)), (lost,))
    assert (gone.key, gone.column, gone.text) == (lost.key, "メモ", "")


def add_sheet(sheet: Any) -> None:
    sheet.parent.create_sheet("自分用")["B2"] = "打合せの記録"


def lose_heads(sheet: Any) -> None:
    sheet.delete_rows(HEAD_ROW)


def lose_keys(sheet: Any) -> None:
    sheet.delete_cols(column(sheet, KEY))


def reckon(sheet: Any) -> None:
    sheet.cell(HEAD_ROW + 1, column(sheet, NOTE_COLUMN)).value = "=1+1"


def write_in_karte(sheet: Any) -> None:
    sheet.parent["市町村カルテ"]["Z5"] = "カルテへの書き込み"


def write_in_overview(sheet: Any) -> None:
    sheet.parent["概況"]["N3"] = "概況への書き込み"


def write_in_several(sheet: Any) -> None:
    overview = sheet.parent["概況"]
    overview["N3"], overview["A200"] = "概況への書き込み", "下の余白への書き込み"
    overview["B7"].comment = openpyxl.comments.Comment("ここは？", "佐藤")


def empty_a_row(sheet: Any) -> None:
    sheet.parent["市町村カルテ"].delete_rows(5)


def write_everywhere(sheet: Any) -> None:
    for row in range(1, 60):
        sheet.parent["市町村カルテ"].cell(row, 30, f"{row}")


def write_above(sheet: Any) -> None:
    sheet["A2"] = "表の上への書き込み"


def correct_answer(sheet: Any) -> None:
    sheet.cell(keyed(sheet)[scene_keys()[0]], 7).value = "県で直した文"


def copy_a_key(sheet: Any) -> None:
    key = column(sheet, KEY)
    sheet.cell(HEAD_ROW + 2, key).value = sheet.cell(HEAD_ROW + 1, key).value


def copy_the_sheet(sheet: Any) -> None:
    sheet.parent.copy_worksheet(sheet).title = f"{SCENE} (2)"
    sheet.parent.move_sheet(f"{SCENE} (2)", -20)


@pytest.mark.parametrize(
    ("change", "unread"),
    [
        (lambda _: None, ()),
        (copy_the_sheet, (f"{SCENE} (2)",)),
        (add_sheet, ("自分用",)),
        (lose_heads, (SCENE,)),
        (lose_keys, (SCENE,)),
        (reckon, (SCENE,)),
        (write_in_karte, ("市町村カルテ 5行目",)),
        (write_in_overview, ("概況 3行目",)),
        (write_in_several, ("概況 3行目", "概況 7行目", "概況 200行目")),
        (empty_a_row, ("市町村カルテ",)),
        (write_everywhere, ("市町村カルテ",)),
        (write_above, (SCENE,)),
        (correct_answer, (f"{SCENE} {HEAD_ROW + 1}行目",)),
        (copy_a_key, (f"{SCENE} {HEAD_ROW + 2}行目",)),
    ],
)
def test_what_cannot_be_carried_over_is_named(
    change: Callable[[Any], None], unread: tuple[str, ...]
) -> None:
    """Whatever she wrote where no note is carried over is told by its tab or row; an untouched book has none."""
    assert read(edited(scene_only(OVERVIEW, KARTE), change)).unread == unread


def test_a_note_beside_a_corrected_answer_is_kept() -> None:
    """Writing over an answer costs the note in the same row nothing."""

    def work(sheet: Any) -> None:
        correct_answer(sheet)
        write_notes(sheet, {scene_keys()[0]: "直しました"})

    (note,) = changes(read(edited(scene_only(), work)), ())
    assert (note.key, note.text) == (scene_keys()[0], "直しました")


def test_rows_sorted_without_their_keys_are_given_to_nobody() -> None:
    """Where a sort left the key column behind, no note goes to another municipality; each such row is named."""
    first, second = scene_keys()[:2]

    def work(sheet: Any) -> None:
        write_notes(sheet, {first: "前橋へ", second: "高崎へ"})
        rows = keyed(sheet)
        for place in range(1, column(sheet, KEY)):
            one, other = (sheet.cell(rows[key], place) for key in (first, second))
            one.value, other.value = other.value, one.value

    book = read(edited(scene_only(), work))
    assert changes(book, ()) == ()
    assert book.unread == tuple(f"{SCENE} {HEAD_ROW + n}行目" for n in (1, 2))


def test_a_note_that_is_a_link_is_a_note() -> None:
    """An address typed into Excel becomes a link to itself, and is still text somebody wrote."""
    address = "https://www.example.jp/kaigi"

    def work(sheet: Any) -> None:
        cell = sheet.cell(keyed(sheet)[scene_keys()[0]], column(sheet, NOTE_COLUMN))
        cell.value = address
        cell.hyperlink = address

    (note,) = changes(read(edited(scene_only(), work)), ())
    assert note.text == address


def test_saving_in_libreoffice_changes_nothing(soffice: LibreOffice, tmp_path: Path) -> None:
    """A book saved by another program says the same: no note, nothing that cannot be carried over."""
    made = tmp_path / "表.xlsx"
    made.write_bytes(book_of())
    saved = read(soffice.convert(made, "xlsx", tmp_path / "saved").read_bytes())
    assert (changes(saved, ()), saved.strays, saved.unread) == ((), (), ())
    assert saved.number == read(book_of()).number


def test_an_older_copy_takes_nothing_back() -> None:
    """From a copy made before a colleague's notes only its own news are booked; where both wrote, both texts stay."""
    first, second, third = scene_keys()[:3]
    then = changes(
        read(edited(scene_only(), lambda s: write_notes(s, {first: "前", second: "前"}))), ()
    )
    copy = edited(book_of(then), lambda s: write_notes(s, {second: "私の文", third: "私だけの文"}))
    newer = {first: "同僚の文", second: "同僚の文"}
    now = tuple(replace(note, text=newer[note.key]) for note in then)
    found = changed_notes(read(copy), now, then)
    assert {n.key: n.text for n in found.notes} == {
        second: "同僚の文\n\n私の文",
        third: "私だけの文",
    }
    assert [n.key for n in found.both] == [second]


@pytest.mark.untraced
def test_merged_notes_are_read_and_merges_cost_nothing() -> None:
    """A note in merged cells is read; a thousand merged cells elsewhere do not slow the reading down."""

    def work(sheet: Any) -> None:
        note = column(sheet, NOTE_COLUMN)
        sheet.cell(HEAD_ROW + 1, note).value = "二町村で調整"
        sheet.merge_cells(None, HEAD_ROW + 1, note, HEAD_ROW + 2, note)
        for row in range(1_000, 3_000):
            sheet.merge_cells(None, row, 1, row, 12)

    data = edited(scene_only(), work)
    began = time.process_time()
    (note,) = changes(read_notes(data, "表"), ())
    ours = time.process_time() - began
    began = time.process_time()
    openpyxl.load_workbook(io.BytesIO(data))
    assert (note.text, note.key.subject) == ("二町村で調整", "102016")
    assert ours < (time.process_time() - began) / 3


def test_what_is_no_workbook_is_refused() -> None:
    """A damaged book is named, with what to do; a sound one is read."""
    with pytest.raises(UnreadableSummary, match="取りまとめ表"):
        read(b"PK\x03\x04 broken")
    assert read(book_of()).rows


@given(st.text(max_size=20), st.text("0123456789-", max_size=8), st.text(max_size=8))
def test_keys_can_be_read_back(sheet: str, subject: str, row: str) -> None:
    """A printed key gives back its parts; bars in names are replaced."""
    key = NoteKey(sheet.replace("|", "／").lstrip(), subject, row.replace("|", ""))
    if key.sheet == sheet:
        assert key_of(key_text(key, "0" * 12)) == (key, "0" * 12)
    assert key_of("自分で書いた文") is None
