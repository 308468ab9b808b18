"""Fill an issued workbook with a Python library: python_libraries.py LIBRARY ISSUED CELLS TARGET.

Runs in an environment of its own that has the libraries; none of them is a dependency of the project.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

Typed = list[list[str]]
"""Sheet, address and text of each answer."""


def openpyxl(issued: str, typed: Typed, target: str) -> None:
    import openpyxl

    book = openpyxl.load_workbook(issued)
    for sheet, address, text in typed:
        cell = book[sheet][address]
        cell.value = text
        cell.data_type = "s"  # a text that begins with "=" is no formula
    book.save(target)


def wolfxl(issued: str, typed: Typed, target: str) -> None:
    import wolfxl

    book = wolfxl.load_workbook(issued, modify=True)
    for sheet, address, text in typed:
        cell = book[sheet][address]
        cell.value = text
        cell.data_type = "s"
    book.save(target)


def excelize(issued: str, typed: Typed, target: str) -> None:
    import excelize

    book = excelize.open_file(issued)
    for sheet, address, text in typed:
        book.set_cell_str(sheet, address, text)
    book.save_as(target)


def rustypyxl(issued: str, typed: Typed, target: str) -> None:
    import rustypyxl

    book = rustypyxl.load_workbook(issued)
    for sheet, address, text in typed:
        book.set_cell_value(sheet, *_row_and_column(address), text)
    book.save(target)


def aspose(issued: str, typed: Typed, target: str) -> None:
    from aspose.cells_foss import Workbook

    book = Workbook(issued)
    for sheet, address, text in typed:
        book.get_worksheet_by_name(sheet).cells[address].put_value(text)
    book.save(target)


def _row_and_column(address: str) -> tuple[int, int]:
    letters, row = re.fullmatch(r"([A-Z]+)([0-9]+)", address).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(row), column


LIBRARIES: tuple[Callable[[str, Typed, str], None], ...] = (
    openpyxl,
    wolfxl,
    excelize,
    rustypyxl,
    aspose,
)

if __name__ == "__main__":
    name, issued, cells, target = sys.argv[1:]
    records = Path(cells).read_text(encoding="utf-8").split("\x1e")
    fill = {library.__name__: library for library in LIBRARIES}[name]
    fill(issued, [record.split("\x1f") for record in records if record], target)
