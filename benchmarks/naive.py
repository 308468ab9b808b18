"""What one would write instead: each job in at most fifteen lines, and printed beside its figure."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pandas
import xlsxwriter
from python_calamine import CalamineWorkbook

Cell = tuple[int, int, str, str]
"""Row and column from zero, text, link or ""."""


def issue_with_openpyxl(master: Path, cells: Iterable[Mapping[str, str]], folder: Path) -> None:
    """Load the form, write each unit's cells, save it under a name of its own."""
    for number, texts in enumerate(cells):
        book = openpyxl.load_workbook(master)
        for cell, text in texts.items():
            book.worksheets[0][cell] = text
        book.save(folder / f"{number}.xlsx")


def deflate(parts: Iterable[bytes]) -> None:
    """Compress what differs from unit to unit, and nothing else."""
    for part in parts:
        zlib.compress(part)


def receive_with_pandas(folder: Path) -> dict[str, dict[str, pandas.DataFrame]]:
    """Read every sheet of every file."""
    return {
        path.name: pandas.read_excel(path, engine="openpyxl", sheet_name=None)
        for path in sorted(folder.glob("*.xlsx"))
    }


def receive_with_calamine(folder: Path) -> Iterator[list[list[object]]]:
    """Read every sheet of every file with the fastest reader there is."""
    for path in sorted(folder.glob("*.xlsx")):
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            yield book.get_sheet_by_name(name).to_python()


def merge_with_xlsxwriter(books: Iterable[Mapping[str, Iterable[Cell]]]) -> None:
    """Write the same texts and links, without any look."""
    for sheets in books:
        with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as book:
            for name, cells in sheets.items():
                sheet = book.add_worksheet(name)
                for row, column, text, link in cells:
                    if link:
                        sheet.write_url(row, column, link, string=text)
                    else:
                        sheet.write_string(row, column, text)


def merge_with_pandas(answers: pandas.DataFrame, target: Path) -> None:
    """One sheet for each question, municipalities below each other."""
    with pandas.ExcelWriter(target, engine="openpyxl") as writer:
        for question, rows in answers.groupby("question"):
            rows.to_excel(writer, sheet_name=str(question)[:31], index=False)
