"""Judges of merged answers: what was typed and what openpyxl and csv read, nothing of our own reader."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.cell import coordinate_to_tuple

from libreoffice import LibreOffice
from nasty_texts import nasty_texts
from played_round import IssuedCopy, PlayedRound

Key = tuple[str, str, str, str]
"""(unit, field, column, row)."""
Row = Mapping[str, str]
"""The columns of 回答一覧 by name."""
Cells = Mapping[tuple[int, int], Any]
"""(row, column) → content."""


def filling_table(copies: Sequence[IssuedCopy]) -> dict[Key, str]:
    """A different text for every answer of every municipality."""
    keys = [(copy, answer.address) for copy in copies for answer in copy.plan.answers]
    texts = nasty_texts([f"{copy.name}{copy.form}.{'.'.join(a)}" for copy, a in keys])
    table = {(c.unit, *address): text for (c, address), text in zip(keys, texts, strict=True)}
    assert len(set(table.values())) == len(table)
    return table


def filled(
    copies: Sequence[IssuedCopy], table: Mapping[Key, str], folder: Path, soffice: LibreOffice
) -> dict[str, Path]:
    """The workbooks typed into and saved by LibreOffice, by unit; every cell showed what was typed."""
    folder.mkdir()
    saved = {copy.unit: folder / copy.path.name for copy in copies}
    typed = {unit: {k[1:]: text for k, text in table.items() if k[0] == unit} for unit in saved}
    orders = [copy.filling(typed[copy.unit], saved[copy.unit]) for copy in copies]
    assert soffice.type_all(orders) == [{}] * len(copies)
    return saved


def told(rows: Sequence[Row]) -> dict[Key, str]:
    """What a table of answers says under each key; a key that stands twice is a failure."""
    found = {(row["unit"], row["field_id"], row["column"], row["row"]): row["raw"] for row in rows}
    assert len(found) == len(rows)
    return found


def differences(
    table: Mapping[Key, str], found: Mapping[Key, str]
) -> list[tuple[Key, str | None, str | None]]:
    """(key, typed, told) wherever the two differ, in the order of the keys."""
    keys = sorted(table.keys() | found.keys())
    pairs = [(key, table.get(key), found.get(key)) for key in keys]
    return [(key, typed, said) for key, typed, said in pairs if typed != said]


def listed_answers(round_: PlayedRound) -> list[Row]:
    """Rows of 回答一覧 in データ集, as openpyxl reads them."""
    path = round_.folder.summaries / "データ集.xlsx"
    lines = openpyxl.load_workbook(path, read_only=True)["回答一覧"].values
    heads = [str(head) for head in next(lines)]
    return [dict(zip(heads, map(_text, line), strict=True)) for line in lines]


def _text(value: object) -> str:
    assert value is None or isinstance(value, str), f"{value!r} is no text"
    return value or ""


def misplaced(
    rows: Sequence[Row], saved: Mapping[str, Path], scenes: Mapping[str, str]
) -> list[tuple[Key, str]]:
    """(key, what is wrong) of rows whose answer does not stand beside the row's own question in the file that came back."""
    found: list[tuple[Key, str]] = []
    for unit, path in saved.items():
        book = contents(path)
        for row in rows:
            if row["unit"] == unit:
                key = (unit, row["field_id"], row["column"], row["row"])
                found += [(key, wrong) for wrong in _wrong_labels(row, book, scenes)]
    return found


def contents(path: Path) -> dict[str, Cells]:
    """What stands in each sheet of a workbook, as openpyxl reads it."""
    book = openpyxl.load_workbook(path, read_only=True)
    return {
        sheet.title: {
            (row, column): value
            for row, line in enumerate(sheet.values, 1)
            for column, value in enumerate(line, 1)
            if value is not None
        }
        for sheet in book
    }


def _wrong_labels(row: Row, book: Mapping[str, Cells], scenes: Mapping[str, str]) -> Iterator[str]:
    cells = book[row["sheet"]]
    line, column = coordinate_to_tuple(row["cell"])
    head = next(n for n in range(line, 0, -1) if cells.get((n, 1)) == "番号")
    beside, above = cells.get((line, 2)), cells.get((head, column))
    if row["row"]:
        wanted = (str(int(row["row"])), row["question"])
    elif row["column"]:
        wanted = (row["question"], scenes[row["column"]])
    else:
        wanted = (row["question"], "記入欄")
    if (beside, above) != wanted:
        yield f"{(beside, above)} instead of {wanted}"
    elif cells.get((line, column), "") != row["raw"]:
        yield f"{cells.get((line, column))!r} instead of {row['raw']!r}"


def scenes_of(round_: PlayedRound, form: str) -> Mapping[str, str]:
    """Key and printed label of the scenes, as the form's own file has them now."""
    text = (round_.folder.forms / form / "v1.toml").read_text(encoding="utf-8")
    return {scene["key"]: scene["label"] for scene in tomllib.loads(text)["lists"]["scene"]}
