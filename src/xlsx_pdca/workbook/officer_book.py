"""管理簿: written as a workbook the officer likes to keep, and any officer's workbook read back as plain text."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from xlsx_pdca.definitions.form_settings import FormLine
from xlsx_pdca.definitions.open_table import SheetCell, SheetText
from xlsx_pdca.errors import DiskError, OperatorError
from xlsx_pdca.event import JST
from xlsx_pdca.municipality import Municipality
from xlsx_pdca.store.disk_errors import plain_reason
from xlsx_pdca.unit import Unit
from xlsx_pdca.workbook.look import writer_options


@dataclass(frozen=True)
class OfficerBook:
    """What a 管理簿 is written from."""

    title: str
    """Printed above each sheet, such as 群馬県　令和8年度第1回."""
    settings: Mapping[str, str]
    """記入欄 of 設定 by item key; what is not there stays blank for the officer."""
    forms: tuple[FormLine, ...]
    units: tuple[Unit, ...]
    by_code: Mapping[str, Municipality]
    """To print the municipalities a unit covers by name."""


def write_officer_book(book: OfficerBook, created: datetime) -> bytes:
    """The workbook: 設定, 名簿, 様式, 使い方; the same input gives the same bytes."""
    from xlsx_pdca.workbook.officer_sheets import paint

    stream = io.BytesIO()
    import xlsxwriter  # every command reads this book, few write it

    raw = xlsxwriter.Workbook(stream, writer_options())
    made = created.astimezone(JST).replace(tzinfo=None, microsecond=0)
    raw.set_properties({"title": f"管理簿　{book.title}", "created": made})
    paint(raw, book)
    raw.close()
    return stream.getvalue()


class UnreadableBook(OperatorError):
    """A workbook of the officer's that cannot be opened."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(
            f"「{path.name}」を開けません（{why}）。",
            "Excelで開けることを確かめ、「Excelブック（*.xlsx）」として、パスワードを付けずに保存し直してください。",
        )


def read_tables(path: Path) -> tuple[SheetText, ...]:
    """Every visible sheet as plain text with its addresses; filters, colours and hidden rows do not matter.

    Raises UnreadableBook for what is no .xlsx workbook, DiskError when the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise DiskError(
            f"「{path}」を読めません（{plain_reason(error)}）。",
            "ファイルの場所と、他の方が開いていないかを御確認ください。",
        ) from error
    return read_sheets(content, path)


def read_sheets(content: bytes, path: Path) -> tuple[SheetText, ...]:
    """As `read_tables`, from bytes at hand; `path` only names them in messages."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableBook(path, "古い形式か、パスワード付きのファイルです")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension it does not keep
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            visible = [s for s in book.worksheets if s.sheet_state == "visible"]
            return tuple(_sheet(sheet, path.name) for sheet in visible)
    except (
        BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        SyntaxError,
    ) as error:
        # openpyxl has no family of its own for what it cannot parse; XML faults are SyntaxErrors.
        raise UnreadableBook(path, "Excelブックとして読めません") from error


def _sheet(sheet: Any, file: str) -> SheetText:
    sheet.reset_dimensions()  # the stated size may be wrong, and only what is filled counts
    return SheetText(file, sheet.title, tuple(_cells(sheet)))


def _cells(sheet: Any) -> Iterator[SheetCell]:
    for row, line in enumerate(sheet.iter_rows(values_only=True), 1):
        for column, value in enumerate(line, 1):
            text = _text(value)
            if text.strip():
                is_number = isinstance(value, int | float) and not isinstance(value, bool)
                yield SheetCell(row, column, text, is_number)


def _text(value: object) -> str:
    """A value as the officer would type it: whole numbers without .0, days in ISO form."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
        case date():
            return value.isoformat()
    return str(value)
