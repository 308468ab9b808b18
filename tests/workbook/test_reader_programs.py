"""Books saved by real programs read as they were filled."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest
import xlsxwriter

from libreoffice import LibreOffice
from xlsx_pdca.cells import Rect
from xlsx_pdca.rawbook import CellType, NumberLook, RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workbook.second_reader import calamine_check

ANSWERS = (
    "=重点", "-", "1-2", "001", "28.5％", "１２３", "𠮷野家😀葛󠄀", "一行目\n二行目\n\n四行目", "前橋市Maebashi",
    " 前の空白", "_x000D_", "'引用", "あ" * 1180,
)  # fmt: skip


def master() -> bytes:
    """A small form with every kind of content a return has."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page, hidden = book.add_worksheet("事前課題①"), book.add_worksheet("_meta")
        hidden.very_hidden()
        hidden.write_string("A1", "R0801-J-4F2C9A")
        page.protect()
        answer = book.add_format({"num_format": "@", "locked": False, "text_wrap": True})
        for row, text in enumerate(ANSWERS):
            page.write_string(row, 0, f"J1-{row:02}")
            page.write_string(row, 2, text, answer)
            book.define_name(f"pdca_row_j1_{row:02}", f"='事前課題①'!$A${row + 1}")
        page.write_number("E1", 0.285, book.add_format({"num_format": "0.0%"}))
        page.write_number("E2", 46113, book.add_format({"num_format": "yyyy/mm/dd"}))
        page.write_boolean("E3", True)
        page.write_formula("E4", "=LEN(C8)", None, 9)
        page.write_formula("E5", "=1/0", None, "#DIV/0!")
        page.merge_range("G2:H4", "結合")
        page.write_comment("C1", "連絡")
        page.insert_textbox("J2", "課長")
        book.set_custom_property("pdca_ticket", "R0801-J-4F2C9A")
    return buffer.getvalue()


def read(data: bytes) -> RawBook:
    result = read_workbook(data)
    assert isinstance(result, RawBook), result
    return result


def check_content(data: bytes) -> None:
    """Everything a return is identified and read by is there, whoever saved it."""
    book = read(data)
    form, meta = book.sheets
    assert (form.name, meta.name) == ("事前課題①", "_meta")
    assert [form.cells[row, 3].text for row in range(1, len(ANSWERS) + 1)] == list(ANSWERS)
    assert [form.cells[row, 1].text for row in range(1, 4)] == ["J1-00", "J1-01", "J1-02"]
    assert (float(form.cells[1, 5].text), form.cells[1, 5].look) == (0.285, NumberLook.PERCENT)
    assert (form.cells[2, 5].text, form.cells[2, 5].look) == ("46113", NumberLook.DATE)
    assert (form.cells[5, 5].type, form.cells[5, 5].text) == (CellType.ERROR, "#DIV/0!")
    assert form.cells[4, 5].formula is not None
    assert Rect.parse("G2:H4") in form.merges
    assert form.protected
    assert book.names["pdca_row_j1_03"] == ("事前課題①", Rect.cell(4, 1))
    assert book.properties.get("pdca_ticket") == "R0801-J-4F2C9A"
    assert meta.cells[1, 1].text == "R0801-J-4F2C9A"
    assert [comment[:2] for comment in form.comments] == [(1, 3)]
    assert calamine_check(data, book) == ()


def test_as_issued() -> None:
    """The book as it left the house: the control for all others."""
    check_content(master())
    assert read(master()).sheets[0].drawing_texts == ("課長",)


def test_saved_by_libreoffice(soffice: LibreOffice, tmp_path: Path) -> None:
    """LibreOffice's saving keeps everything the reader promises."""
    data = converted(soffice, tmp_path, "xlsx")
    check_content(data)
    assert read(data).application.startswith("LibreOffice")
    assert read(data).sheets[0].drawing_texts == ("課長",)


@pytest.mark.parametrize(
    ("extension", "code"), [("ods", RefusalCode.OLD_FORMAT), ("xls", RefusalCode.OLD_FORMAT)]
)
def test_other_formats_of_libreoffice(
    soffice: LibreOffice, tmp_path: Path, extension: str, code: RefusalCode
) -> None:
    """Real .ods and .xls files are sent to their own door."""
    result = read_workbook(converted(soffice, tmp_path, extension))
    assert isinstance(result, Refusal)
    assert result.code is code


def converted(soffice: LibreOffice, folder: Path, to: str) -> bytes:
    source, saved = folder / "issued.xlsx", folder / "saved"
    source.write_bytes(master())
    saved.mkdir()
    return soffice.convert(source, to, saved).read_bytes()


@pytest.mark.gnumeric
def test_saved_by_gnumeric(tmp_path: Path) -> None:
    """Gnumeric's saving keeps everything the reader promises."""
    source, target = tmp_path / "issued.xlsx", tmp_path / "saved.xlsx"
    source.write_bytes(master())
    subprocess.run(["ssconvert", source, target], check=True, capture_output=True, timeout=60)
    check_content(target.read_bytes())
    assert read(target.read_bytes()).application.startswith("gnumeric")
