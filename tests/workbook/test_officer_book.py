"""Tests of 管理簿 as a workbook: written, used like an officer uses it, read back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from libreoffice import LibreOffice
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.form_settings import FormLine
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_settings, gunma_units
from xlsx_pdca.definitions.open_table import SheetText, sheet_named
from xlsx_pdca.definitions.roster import Roster, read_roster
from xlsx_pdca.definitions.settings import RoundSettings, read_settings, written_settings
from xlsx_pdca.errors import DiskError, FaultyDefinitions
from xlsx_pdca.workbook.officer_book import (
    OfficerBook,
    UnreadableBook,
    read_tables,
    write_officer_book,
)

CODES = shipped_codes()
UNITS = (*gunma_units(CODES), gunma_desk(CODES))
SETTINGS = gunma_settings(2026, date(2026, 4, 15))
FORMS = (
    FormLine("jizen", "事前課題", on=True, deadline=date(2026, 5, 29)),
    FormLine("jizen", "検討したい場面", "wish", on=True),
    FormLine("tojitsu", "当日課題"),
)
KNOWN = {"jizen": frozenset({"wish"}), "tojitsu": frozenset[str]()}
BOOK = OfficerBook(
    "群馬県　令和8年度第1回", written_settings(SETTINGS), FORMS, UNITS, CODES.by_code
)
CREATED = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "00_管理簿.xlsx"
    file.write_bytes(write_officer_book(BOOK, CREATED))
    return file


def roster(path: Path) -> Roster:
    sheet = sheet_named(read_tables(path), "名簿")
    assert sheet
    return read_roster(sheet, CODES, "群馬県")


def settings(path: Path) -> RoundSettings:
    first, _, forms, _ = read_tables(path)
    return read_settings(first, forms, CODES, KNOWN)


def used(path: Path, change: Callable[[Workbook], None]) -> Path:
    """The book as an officer leaves it after a change."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def row_of(sheet: Worksheet, text: str) -> int:
    return next(c.row for row in sheet.iter_rows() for c in row if c.value == text)


def column_of(sheet: Worksheet, text: str) -> int:
    return next(c.column for row in sheet.iter_rows() for c in row if c.value == text)


def test_what_is_written_is_read_back(path: Path) -> None:
    """Units, settings and forms come back as they were."""
    assert [sheet.name for sheet in read_tables(path)] == ["設定", "名簿", "様式", "使い方"]
    assert roster(path) == Roster(UNITS)
    read = settings(path)
    assert (read.id, read.office, read.form("jizen").enabled) == (
        "R0801",
        SETTINGS.office,
        {"wish"},
    )
    assert (read.form("jizen").deadline, read.form("tojitsu").on) == (date(2026, 5, 29), False)


def test_the_same_input_gives_the_same_bytes() -> None:
    """Writing twice gives one file; no clock is asked."""
    assert write_officer_book(BOOK, CREATED) == write_officer_book(BOOK, CREATED)


def test_libreoffice_keeps_everything(path: Path, soffice: LibreOffice, tmp_path: Path) -> None:
    """A book saved by a real LibreOffice reads the same."""
    saved = soffice.convert(path, "xlsx", tmp_path / "saved")
    assert (roster(saved), settings(saved)) == (roster(path), settings(path))


def test_codes_stay_text_in_every_line(path: Path) -> None:
    """Codes and ids are stored as text, in filled and in spare lines, so that no zero is lost."""
    sheet = openpyxl.load_workbook(path)["名簿"]
    column = column_of(sheet, "団体コード")
    first = row_of(sheet, "102016")
    assert sheet.cell(first, column).data_type == "s"
    assert {sheet.cell(row, column).number_format for row in range(first, first + 236)} == {"@"}


def test_lists_stop_or_warn(path: Path) -> None:
    """種別 accepts the list only; 役割／区分 and 対象外 merely warn."""
    rules = openpyxl.load_workbook(path)["名簿"].data_validations.dataValidation
    assert {rule.formula1: rule.errorStyle for rule in rules} == {
        '"市町村,共同,広域連合,窓口,個人,グループ"': None,
        '"自治体担当者,関係団体,都道府県担当者"': "warning",
        '"○"': "warning",
    }


def test_every_head_explains_itself(path: Path) -> None:
    """Each column of 名簿 and 様式 carries a note; heads stay in view and on every printed page."""
    book = openpyxl.load_workbook(path)
    for name, head in (("名簿", "団体コード"), ("様式", "様式ID")):
        sheet = book[name]
        row = row_of(sheet, head)
        texts = [c for c in sheet[row] if c.value and not str(c.value).startswith("区分：")]
        assert all(c.comment and len(c.comment.text) > 8 for c in texts)
        assert sheet.freeze_panes is not None and sheet.print_title_rows == f"${row}:${row}"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        # An absent width is one page, by the file format's own default.
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)


def test_sorting_colours_and_hidden_rows_do_not_matter(path: Path) -> None:
    """Rows in reverse order, some hidden, a filter set, a row above, her own columns: the same units."""

    def change(book: Workbook) -> None:
        sheet = book["名簿"]
        first, last = row_of(sheet, "102016"), row_of(sheet, "M06-1")
        lines = [[c.value for c in sheet[row]] for row in range(first, last + 1)]
        for row, line in enumerate(reversed(lines), first):
            for column, value in enumerate(line, 1):
                sheet.cell(row, column).value = value
        sheet.row_dimensions[first].hidden = True
        sheet.cell(first, 2).fill = openpyxl.styles.PatternFill("solid", "FFFF00")
        head = row_of(sheet, "団体コード")
        sheet.cell(head, 30).value, sheet.cell(first, 30).value = "私のメモ", "電話した"
        sheet.insert_rows(1, 3)

    assert roster(used(path, change)) == Roster(UNITS)


def test_a_fault_is_named_where_the_officer_sees_it(path: Path) -> None:
    """The address is that of the cell in the file as it is now."""
    places: list[str] = []

    def change(book: Workbook) -> None:
        sheet = book["名簿"]
        cell = sheet.cell(row_of(sheet, "102016"), column_of(sheet, "団体コード"))
        cell.value = "102017"
        places.append(f"名簿 {cell.coordinate}")

    with pytest.raises(FaultyDefinitions) as caught:
        roster(used(path, change))
    assert [f.place for f in caught.value.faults] == places
    assert caught.value.faults[0].file == "00_管理簿.xlsx"


def test_numbers_and_days_are_read_as_typed(path: Path) -> None:
    """A code typed as a number, a date cell and a number in 回 mean what they show."""

    def change(book: Workbook) -> None:
        sheet = book["名簿"]
        row = row_of(sheet, "102016")
        sheet.cell(row, column_of(sheet, "団体コード")).value = 102016
        sheet.cell(row, column_of(sheet, "個別の期限")).value = datetime(2026, 6, 5)  # noqa: DTZ001
        front = book["設定"]
        front.cell(row_of(front, "回"), 3).value = 2
        front.cell(row_of(front, "発出日"), 3).value = date(2026, 4, 20)

    used(path, change)
    assert (roster(path).units[0].code, roster(path).units[0].deadlines) == (
        "102016",
        (("", date(2026, 6, 5)),),
    )
    assert (settings(path).number, settings(path).issued_on) == (2, date(2026, 4, 20))


def test_a_blank_book_asks_for_what_is_missing(tmp_path: Path) -> None:
    """A new book without settings has every required item named, and its blank fields are marked."""
    file = tmp_path / "00_管理簿.xlsx"
    file.write_bytes(write_officer_book(OfficerBook("", {}, FORMS, (), CODES.by_code), CREATED))
    with pytest.raises(FaultyDefinitions) as caught:
        settings(file)
    assert len([f for f in caught.value.faults if "空欄" in f.found]) == 8
    with pytest.raises(FaultyDefinitions, match="1件も記入がありません"):
        roster(file)


def test_hidden_sheets_are_not_read(path: Path) -> None:
    """What the officer does not see is not taken for her word."""

    def change(book: Workbook) -> None:
        book["使い方"].sheet_state = "hidden"

    assert [s.name for s in read_tables(used(path, change))] == ["設定", "名簿", "様式"]


def damaged(content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, old.read(name)[:100] if name.endswith("sheet2.xml") else old.read(name)
            )
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [b"", b"no workbook", b"\xd0\xcf\x11\xe0" + bytes(600), b"PK\x03\x04", b"<html></html>"],
)
def test_what_is_no_workbook_is_refused_politely(tmp_path: Path, content: bytes) -> None:
    """Empty, text, old format or password, half a zip: one sentence with what to do."""
    file = tmp_path / "宛先.xls"
    file.write_bytes(content)
    with pytest.raises(UnreadableBook, match=r"「宛先\.xls」を開けません.*Excelブック"):
        read_tables(file)


def test_a_damaged_sheet_is_refused_politely(path: Path) -> None:
    """A sheet cut short is told, not guessed."""
    assert read_tables(path)
    path.write_bytes(damaged(path.read_bytes()))
    with pytest.raises(UnreadableBook):
        read_tables(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """The path is named and what to check."""
    with pytest.raises(DiskError, match="読めません"):
        read_tables(tmp_path / "00_管理簿.xlsx")


def test_plain_text_of_a_sheet_knows_its_addresses(path: Path) -> None:
    """Every text stands at the address the officer sees."""
    sheet: SheetText = read_tables(path)[0]
    seen = openpyxl.load_workbook(path)["設定"]
    assert sheet.cells and all(seen.cell(c.row, c.column).value == c.text for c in sheet.cells)
