"""Old formats read by calamine alone: right answers, and numbers and dates always shown to a person."""

from __future__ import annotations

import pytest

from format_samples import data_of, original, taken, truth
from old_files import ods, ods_row, xls
from xlsx_pdca.rawbook import CellType, NumberLook, RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.old_formats import read_old
from xlsx_pdca.workbook.other_formats import decode, parse, question
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.worker import Worker

PARSER = "xlsx_pdca.workbook.other_formats"


def read(data: bytes) -> RawBook:
    book = decode(parse(question(data)))
    assert isinstance(book, RawBook), book
    return book


@pytest.mark.parametrize("name", ["libreoffice.xls", "libreoffice.ods", "gnumeric.xls"])
def test_every_answer_exact(name: str) -> None:
    """Without LibreOffice every answer is right, the ticket proved, and numbers, dates and how cells look are what to look at."""
    book = read(data_of(name))
    assert book.read_by_one
    outcome = taken(book)
    assert outcome.said() == truth()
    assert outcome.proved
    assert outcome.codes == ("FIL12", "FIL45")
    assert outcome.reading.losses == ()
    doubt, unseen = outcome.reading.findings
    assert "取消線" in unseen.sentence()
    labels = dict(doubt.context)["labels"]
    assert "28.5%" in labels and "記入日" in labels
    assert "所属" not in labels


@pytest.mark.parametrize("name", ["gnumeric.ods", "sheetjs.xlsb"])
def test_what_calamine_cannot_read_is_asked_for_as_xlsx(name: str) -> None:
    """A file calamine fails on, or would read with gaps, is refused as the format it is."""
    told = read_old(data_of(name))
    assert isinstance(told, Refusal)
    assert told.code is RefusalCode.OLD_FORMAT


def test_one_file_in_the_worker() -> None:
    """The parser does in the worker what it does here."""
    with Worker[RawBook](PARSER) as worker:
        assert worker.parse(question(data_of("libreoffice.ods"))) == read(
            data_of("libreoffice.ods")
        )


def test_stored_numbers_and_dates() -> None:
    """Numbers come as shortest decimals, dates as the serial days an .xlsx would hold."""
    row = (
        '<table:table-cell office:value-type="float" office:value="0.285"><text:p>28.5%</text:p></table:table-cell>'
        '<table:table-cell office:value-type="date" office:date-value="2026-04-01"><text:p>R8</text:p></table:table-cell>'
        '<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>x</text:p></table:table-cell>'
    )
    cells = read(ods(ods_row(row))).sheets[0].cells
    assert cells[1, 1][:3] == (CellType.NUMBER, "0.285", NumberLook.PLAIN)
    assert cells[1, 2][:3] == (CellType.NUMBER, "46113", NumberLook.DATE)
    assert cells[1, 3][:2] == (CellType.BOOLEAN, "1")


def test_line_ends_and_unseen_characters() -> None:
    """Line ends become one kind; a NUL stays, for the check of garbled texts to name."""
    cells = read(xls([(1, 1, "一行目\r\n二行目"), (2, 1, "N\0o")])).sheets[0].cells
    assert cells[1, 1].text == "一行目\n二行目"
    assert cells[2, 1].text == "N\0o"


STRUCK = "".join(
    f'<style:style style:name="{name}" style:parent-style-name="{parent}"><style:text-properties {look}/></style:style>'
    for name, parent, look in (
        ("struck", "Default", 'style:text-line-through-style="solid" style:text-line-through-type="single"'),
        ("typed", "Default", 'style:text-line-through-type="double"'),
        ("child", "struck", ""),
        ("plain", "struck", 'style:text-line-through-style="none" style:text-line-through-type="none"'),
    )
)  # fmt: skip


def test_what_is_struck_through_in_ods() -> None:
    """By the style of the cell or of a part of its text, however often repeated; not by a style that lifts it again."""

    def cell(style: str, text: str = "文", times: int = 1) -> str:
        return (
            f'<table:table-cell table:style-name="{style}" office:value-type="string"'
            f' table:number-columns-repeated="{times}"><text:p>{text}</text:p></table:table-cell>'
        )

    part = '残<text:span text:style-name="typed">消</text:span>'
    unmarked = '残<text:span text:style-name="plain">文</text:span>'
    rows = (
        ods_row(cell("plain"), cell("struck", times=2), cell("Default", part)),
        ods_row(cell("child"), cell("Default", unmarked), repeated=2),
        '<table:table-row><table:table-cell table:style-name="struck"/></table:table-row>',
    )
    (sheet,) = read(ods("".join(rows), styles=STRUCK)).sheets
    assert sheet.cells[1, 4].text == "残消"
    assert sheet.struck == {(1, 2), (1, 3), (1, 4), (2, 1), (3, 1)}


def test_of_a_book_read_twice_nothing_is_asked() -> None:
    """The finding belongs to books read by one library alone; the same return as .xlsx raises none."""
    book = read_workbook(original())
    assert isinstance(book, RawBook)
    assert taken(book).codes == ()
