"""Whatever mixture of things is done to a return, no answer is ever read as another one."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

import books
from xlsx_pdca.checks import read_return
from xlsx_pdca.findings import Grade
from xlsx_pdca.rawbook import CellType, RawBook, RawCell

SHEETS = st.sampled_from(["様式１", "様式２", "組織表"])
ROWS, COLUMNS = st.integers(1, 40), st.integers(1, 12)
Change = Callable[[RawBook], RawBook]


def _written_over(sheet: str, row: int, column: int, text: str) -> Change:
    """Any cell but an answer overwritten or emptied."""
    spots = {(books.sheet_name(a.address), *books.spot(a.address)) for a in books.plan().answers}
    if (sheet, row, column) in spots:
        return lambda book: book
    return lambda book: books.write(book, sheet, (row, column), RawCell(CellType.TEXT, text))


def _insert_rows(sheet: str, at: int, count: int, names: bool) -> Change:
    return lambda book: books.insert_rows(book, sheet, at, count, names=names)


def _insert_columns(sheet: str, at: int, names: bool) -> Change:
    return lambda book: books.insert_columns(book, sheet, at, 1, names=names)


FIRST = st.one_of(
    st.builds(
        _written_over,
        SHEETS,
        ROWS,
        COLUMNS,
        st.sampled_from(["", "メモ", "番号", "記入欄", "日常の療養支援", "S2-01"]),
    ),
    st.just(books.strip_names),
    st.just(books.strip_ticket),
)
THEN = st.one_of(
    st.builds(_insert_rows, SHEETS, ROWS, st.integers(1, 3), st.booleans()),
    st.builds(_insert_columns, SHEETS, COLUMNS, st.booleans()),
    st.builds(lambda sheet, row: lambda book: books.delete_row(book, sheet, row), SHEETS, ROWS),
    st.just(lambda book: books.duplicate_sheet(book, "様式２", "様式２ (2)")),
    st.just(lambda book: books.drop_sheets(book, "_pdca", "_lists")),
)
LAST = st.sampled_from(
    [
        lambda book: book,
        lambda book: books.rename_sheets(book, {"様式１": "様式２ ", "様式２": "Sheet9"}),
        books.paste_values_elsewhere,
        lambda book: books.paste_values_elsewhere(book, 3, 2),
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(FIRST, max_size=3), st.lists(THEN, max_size=4), LAST)
def test_no_answer_is_taken_for_another(
    first: list[Change], then: list[Change], last: Change
) -> None:
    """Each answer is right, or blank with a 必ず確認 that asks for it."""
    book = books.good_book()
    for change in (*first, *then, last):
        book = change(book)
    reading = read_return(book, books.plan(), books.slots())
    got = {answer.address: answer.raw for answer in reading.answers}
    wrong = {a: raw for a, raw in got.items() if raw and raw != books.ANSWERS.get(a)}
    assert wrong == {}
    missing = [address for address, text in books.ANSWERS.items() if got[address] != text]
    asked = any(each.grade is Grade.MUST for each in reading.findings)
    assert asked or not missing
