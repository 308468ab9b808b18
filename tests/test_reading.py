"""Answers are found by their anchors, whatever hands and programs did to the file; what is not sure is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

import books
from xlsx_pdca.cells import column_letters
from xlsx_pdca.checks import read_return
from xlsx_pdca.findings import Grade
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.submission import Reading

FIRST, SCENES, POSTS = "様式１", "様式２", "組織表"


def said(reading: Reading) -> Mapping[books.Address, str]:
    """Non-blank stored answers by address."""
    return {answer.address: answer.raw for answer in reading.answers if answer.raw}


def codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.findings]


def read(book: RawBook) -> Reading:
    return read_return(book, books.plan(), books.slots())


def test_a_good_return_is_read_in_full_without_a_finding() -> None:
    """Every answer comes back exactly, with its sheet and cell, and nothing is asked."""
    reading = read(books.good_book())
    assert said(reading) == books.ANSWERS
    assert (reading.findings, reading.strays, reading.losses) == ((), (), ())
    population = next(a for a in reading.answers if a.field == "population")
    assert (population.sheet, population.value) == (FIRST, "326918")
    assert len(reading.answers) == len(books.plan().answers)


def _all_sheets_renamed(book: RawBook) -> RawBook:
    return books.rename_sheets(book, {FIRST: "1", SCENES: "場面", POSTS: "表", "はじめに": "表紙"})


def _reordered(book: RawBook) -> RawBook:
    return replace(book, sheets=book.sheets[::-1])


def _unprotected(book: RawBook) -> RawBook:
    return replace(book, sheets=tuple(replace(s, protected=False) for s in book.sheets))


def _unhidden(book: RawBook) -> RawBook:
    return replace(book, sheets=tuple(replace(s, state="visible") for s in book.sheets))


HARMLESS: Mapping[str, Callable[[RawBook], RawBook]] = {
    "rows inserted above": lambda b: books.insert_rows(b, FIRST, 8, 2),
    "rows inserted between": lambda b: books.insert_rows(b, FIRST, 18, 3),
    "rows inserted, names left behind": lambda b: books.insert_rows(b, FIRST, 8, 2, names=False),
    "column inserted before": lambda b: books.insert_columns(b, SCENES, 2, 1),
    "column inserted between": lambda b: books.insert_columns(b, SCENES, 6, 1),
    "column inserted, names left behind": lambda b: books.insert_columns(
        b, SCENES, 6, 1, names=False
    ),
    "names stripped": books.strip_names,
    "_pdca and _lists deleted": lambda b: books.drop_sheets(b, "_pdca", "_lists"),
    "all sheets renamed": _all_sheets_renamed,
    "all sheets renamed, names stripped": lambda b: books.strip_names(_all_sheets_renamed(b)),
    "sheets reordered": _reordered,
    "protection and look lost": _unprotected,
    "hidden sheets made visible": _unhidden,
    "values pasted into a new workbook": books.paste_values_elsewhere,
    "values pasted elsewhere, shifted": lambda b: books.paste_values_elsewhere(b, 2, 1),
}


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS.keys())
def test_all_answers_survive_what_leaves_them_beside_their_labels(
    change: Callable[[RawBook], RawBook],
) -> None:
    """Every answer is right and nothing is asked."""
    reading = read(change(books.good_book()))
    assert said(reading) == books.ANSWERS
    assert codes(reading) == []


def test_losses_are_recorded_and_not_asked_about() -> None:
    """A stripped file says what is missing from it, without a finding."""
    reading = read(_unprotected(books.strip_names(books.good_book())))
    assert any("名前の定義" in loss for loss in reading.losses)
    assert any("シートの保護" in loss for loss in reading.losses)
    assert reading.findings == ()


def test_deleted_question_row_is_asked_and_the_others_are_right() -> None:
    """Only the answers of the deleted row are missing, in one finding."""
    row, _ = books.spot(("purpose", "daily", ""))
    reading = read(books.delete_row(books.good_book(), SCENES, row))
    left = {a: text for a, text in books.ANSWERS.items() if a[0] != "purpose"}
    assert said(reading) == left
    assert codes(reading) == ["STR02"]
    assert reading.findings[0].grade is Grade.MUST


def test_deleted_answer_column_is_asked_and_the_others_are_right() -> None:
    """A lost header makes one finding; the answers of the other scenes stay theirs."""
    book = books.write(
        books.strip_names(books.good_book()), SCENES, _header(SCENES, "入退院支援"), ""
    )
    reading = read(book)
    left = {a: text for a, text in books.ANSWERS.items() if a[1] != "discharge"}
    assert said(reading) == left
    assert codes(reading) == ["STR03"]
    assert books.ANSWERS["purpose", "discharge", ""] in {s.text for s in reading.strays}


def test_code_written_over_is_asked_once() -> None:
    """Without its code a row is not guessed; what was written there is kept, in one finding."""
    row, _ = books.spot(("population", "", ""))
    reading = read(books.write(books.good_book(), FIRST, (row, 1), "3"))
    assert codes(reading) == ["STR02"]
    assert ("population", "", "") not in said(reading)
    kept = {s.text for s in reading.strays}
    assert {"3", books.ANSWERS["population", "", ""]} <= kept


def test_all_sheets_pasted_onto_one_are_read() -> None:
    """Values of two sheets on one sheet of a new workbook are told apart by their codes."""
    first, second = books.paste_values_elsewhere(books.good_book()).sheets[1:4:2]
    below = max(row for row, _ in first.cells) + 3
    cells = {**first.cells, **{(r + below, c + 1): cell for (r, c), cell in second.cells.items()}}
    reading = read(RawBook((replace(first, cells=cells),), {}))
    wanted = {a: t for a, t in books.ANSWERS.items() if books.sheet_name(a) in (FIRST, SCENES)}
    assert said(reading) == wanted
    assert codes(reading) == ["STR01"]


def test_missing_sheet_is_asked_once() -> None:
    """A sheet that did not come back is one finding, however many answers it held."""
    reading = read(books.drop_sheets(books.good_book(), POSTS))
    assert codes(reading) == ["STR01"]
    assert POSTS in reading.findings[0].sentence()


@pytest.mark.parametrize("breaks", [True, False], ids=["as Excel", "as LibreOffice"])
def test_answer_dragged_onto_another_is_flagged(breaks: bool) -> None:
    """One finding names the answer that left and the field it stands in now; it is not read for two questions."""
    source, target = ("present", "daily", ""), ("purpose", "daily", "")
    reading = read(books.drag(books.good_book(), source, target, breaks=breaks))
    assert codes(reading) == ["STR04"]
    assert reading.findings[0].address == source
    assert "（日常の療養支援）」の欄（「様式２」" in reading.findings[0].sentence()
    assert said(reading) == {
        **{a: text for a, text in books.ANSWERS.items() if a != source},
        target: books.ANSWERS[source],
    }


def test_dragged_required_answer_is_one_finding() -> None:
    """A required answer that was dragged away is not asked again for being empty."""
    source, target = ("purpose", "daily", ""), ("present", "daily", "")
    reading = read(books.drag(books.good_book(), source, target, breaks=True))
    assert codes(reading) == ["STR04"]


def test_identical_copy_of_a_sheet_counts_once() -> None:
    """A copied sheet with the same answers is only noted."""
    reading = read(books.duplicate_sheet(books.good_book(), SCENES, "様式２ (2)"))
    assert said(reading) == books.ANSWERS
    assert codes(reading) == ["STR06"]
    assert reading.findings[0].grade is Grade.INFO


def test_answers_written_into_the_copy_of_a_blank_sheet_count() -> None:
    """Where the original stayed blank the filled copy is read."""
    book = books.duplicate_sheet(books.good_book(), SCENES, "様式２ (2)")
    for address in books.ANSWERS:
        if books.sheet_name(address) == SCENES:
            book = books.write(book, SCENES, books.spot(address), "")
    reading = read(book)
    assert said(reading) == books.ANSWERS
    assert codes(reading) == ["STR06"]


def test_differing_copies_of_a_sheet_hold_the_file() -> None:
    """Two sheets that say different things are put before a person, with the question named."""
    book = books.duplicate_sheet(books.good_book(), SCENES, "様式２ (2)")
    address = ("purpose", "daily", "")
    book = books.write(book, "様式２ (2)", books.spot(address), "別の目的")
    reading = read(book)
    assert codes(reading) == ["STR05"]
    assert reading.findings[0].holds
    assert "日常の療養支援" in reading.findings[0].sentence()


def test_doubled_code_without_names_is_asked() -> None:
    """A printed code that stands twice decides nothing by itself."""
    row, _ = books.spot(("present", "daily", ""))
    code = books.planned(("purpose", "daily", "")).code
    book = books.write(books.strip_names(books.good_book()), SCENES, (row + 5, 1), code)
    reading = read(book)
    assert codes(reading) == ["STR07"]
    assert ("purpose", "daily", "") not in said(reading)
    named = read(books.write(books.good_book(), SCENES, (row + 5, 1), code))
    assert said(named) == books.ANSWERS


def test_header_quoted_in_an_answer_is_no_anchor() -> None:
    """An answer that repeats a header's words does not draw the column to itself."""
    address = ("present", "daily", "")
    book = books.strip_names(books.fill(books.good_book(), {address: "入退院支援"}))
    assert said(read(book)) == {**books.ANSWERS, address: "入退院支援"}


@pytest.mark.parametrize("place", [(6, 1), (6, 6), (1, 9)])
def test_header_words_in_a_note_are_no_anchor(place: tuple[int, int]) -> None:
    """A header is one only in the row of its fellows, however near the same words stand to the answers."""
    book = books.write(books.strip_names(books.good_book()), FIRST, place, "記入欄")
    assert said(read(book)) == books.ANSWERS


def test_swapped_headers_are_read_as_printed_and_pointed_out() -> None:
    """Answers go to the scene printed above them; where names show that only words changed places, a person must look."""
    first, second = _header(SCENES, "日常の療養支援"), _header(SCENES, "入退院支援")
    book = books.write(books.good_book(), SCENES, first, "入退院支援")
    book = books.write(book, SCENES, second, "日常の療養支援")
    reading = read(book)
    assert codes(reading) == ["STR21"]
    assert reading.findings[0].grade is Grade.MUST
    left, right = column_letters(first[1]), column_letters(second[1])
    assert f"「日常の療養支援」は{left}列から{right}列へ" in reading.findings[0].sentence()
    assert said(reading)["purpose", "discharge", ""] == books.ANSWERS["purpose", "daily", ""]
    unnamed = read(books.strip_names(book))
    assert codes(unnamed) == ["STR36"]
    assert unnamed.findings[0].grade is Grade.MUST
    assert "「日常の療養支援」、「入退院支援」" in unnamed.findings[0].sentence()


def test_rows_sorted_apart_from_their_answers_must_be_looked_at() -> None:
    """Codes and questions in each other's row are told with both rows; with their names moved along they are only told."""
    purpose, present = (books.planned((field, "daily", "")) for field in ("purpose", "present"))
    (top, _), (bottom, _) = (books.spot(a.address) for a in (purpose, present))
    cells = next(s for s in books.good_book().sheets if s.name == SCENES).cells
    book = books.good_book()
    for column in (1, 2):
        book = books.write(book, SCENES, (top, column), cells[bottom, column])
        book = books.write(book, SCENES, (bottom, column), cells[top, column])
    reading = read(book)
    assert {"STR15", "STR21"} & set(codes(reading)) == {"STR21"}
    assert f"「{purpose.code}」は{top}行目から{bottom}行目へ" in reading.findings[0].sentence()
    names = {
        **book.names,
        purpose.row_name: book.names[present.row_name],
        present.row_name: book.names[purpose.row_name],
    }
    assert {"STR15", "STR21"} & set(codes(read(replace(book, names=names)))) == {"STR15"}


@pytest.mark.parametrize("count", range(1, 8))
def test_names_left_behind_are_no_exchange(count: int) -> None:
    """Rows inserted by a library that forgets the names: another code may stand at each name, in the old order."""
    book = books.insert_rows(books.good_book(), POSTS, 5, count, names=False)
    reading = read(book)
    assert said(reading) == books.ANSWERS
    assert codes(reading) == []


def _header(sheet: str, text: str) -> tuple[int, int]:
    answers = (a for a in books.plan().answers if books.plan().sheet(a.sheet).name == sheet)
    cell = next(a.header_cell for a in answers if a.header == text)
    return (cell.top, cell.left)
