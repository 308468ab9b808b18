"""What programs and people do to a whole file, on a return saved by a real program: source → target."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
from openpyxl.chart import BarChart
from openpyxl.workbook import Workbook

from xlsx_pdca.ticket import find_tickets

Damage = Callable[[Path, Path], None]


def copied(source: Path, target: Path) -> None:
    shutil.copy(source, target)


def names_stripped(source: Path, target: Path) -> None:
    """A clean-up tool removed every defined name."""
    book = openpyxl.load_workbook(source)
    book.defined_names.clear()
    book.save(target)


def properties_stripped(source: Path, target: Path) -> None:
    """「ドキュメント検査」 removed the custom properties."""
    book = openpyxl.load_workbook(source)
    book.custom_doc_props.props.clear()
    book.save(target)


def drawings_stripped(source: Path, target: Path) -> None:
    """A picture on 組織図, and then a program that drops all drawings."""
    drawn = target.with_name("drawn.xlsx")
    book = openpyxl.load_workbook(source)
    book["組織図"].add_chart(BarChart(), "C8")
    book.save(drawn)
    with zipfile.ZipFile(drawn) as old, zipfile.ZipFile(target, "w") as new:
        assert any("/drawings/" in name for name in old.namelist())
        for name in old.namelist():
            if "/drawings/" not in name and "/charts/" not in name:
                new.writestr(name, _without_drawings(name, old.read(name)))


def _without_drawings(name: str, data: bytes) -> bytes:
    if name.endswith(".rels"):
        data = re.sub(rb"<Relationship [^>]*/drawings/[^>]*/>", b"", data)
    elif name.startswith("xl/worksheets/"):
        data = re.sub(rb"<drawing [^>]*/>", b"", data)
    elif name == "[Content_Types].xml":
        data = re.sub(rb"<Override [^>]*/(drawings|charts)/[^>]*/>", b"", data)
    return data


def values_copied(
    source: Path, target: Path, *, down: int = 0, right: int = 0, ticket: bool = True
) -> None:
    """The values of every visible sheet pasted into a new workbook: Sheet1, Sheet2…"""
    seen = openpyxl.load_workbook(source, data_only=True)
    book = Workbook()
    book.remove(book.active)
    for number, sheet in enumerate((s for s in seen if s.sheet_state == "visible"), 1):
        copy = book.create_sheet(f"Sheet{number}")
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            if cell.value is not None and (ticket or not find_tickets(str(cell.value))):
                pasted = copy.cell(cell.row + down, cell.column + right)
                pasted.value, pasted.data_type = cell.value, cell.data_type
    book.save(target)


def rows_inserted_without_names(source: Path, target: Path) -> None:
    """openpyxl inserts rows and leaves names, merges and formulas where they were."""
    book = openpyxl.load_workbook(source)
    book["様式2"].insert_rows(
        4, 3
    )  # so many that an answer comes to lie on the old merge of a hint
    book.save(target)


def column_inserted_without_names(source: Path, target: Path) -> None:
    """openpyxl inserts a column and leaves names, merges and formulas where they were."""
    book = openpyxl.load_workbook(source)
    book["様式2"].insert_cols(3, 1)
    book.save(target)
