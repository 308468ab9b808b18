"""All 35 workbooks filled through a real LibreOffice come out of the summary unchanged, each answer beside its question."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.cell import coordinate_to_tuple

from libreoffice import LibreOffice
from nasty_texts import nasty_texts
from played_round import IssuedCopy, PlayedRound
from xlsx_pdca.plan import WorkbookPlan

MUNICIPALITIES = 35

Key = tuple[str, str, str, str]
"""(unit, field, column, row)."""
Row = Mapping[str, str]
"""The columns of 回答一覧 by name."""
Cells = Mapping[tuple[int, int], Any]
"""(row, column) → content."""


@pytest.mark.parametrize(("form", "answers"), [("jizen", 74), ("tojitsu", 54)])
def test_every_answer_exact(form: str, answers: int, tmp_path: Path, soffice: LibreOffice) -> None:
    """35 × all fields, different nasty texts typed by hand: each stands in both outputs as typed, beside its question."""
    round_ = PlayedRound.of_gunma(tmp_path / "round", form)
    round_.played("issue")
    copies = round_.issued(form)
    assert (len(copies), {len(c.plan.answers) for c in copies}) == (MUNICIPALITIES, {answers})
    table = filling_table(copies)
    saved = filled(copies, table, tmp_path / "saved", soffice)
    round_.drop(saved.values())
    round_.played("receive")
    rows = round_.merged(tmp_path / "tables")

    assert len(table) == MUNICIPALITIES * answers
    assert differences(table, told(rows)) == []
    assert differences(table, told(listed_answers(round_))) == []
    assert misplaced(rows, saved, scenes_of(round_, form)) == []
    print(f"{form}: {len(table)} answers of {len(copies)} municipalities, all exact")


@pytest.fixture
def one(tmp_path: Path, soffice: LibreOffice) -> tuple[PlayedRound, IssuedCopy, Path]:
    """One municipality's 事前課題, filled and saved by LibreOffice."""
    round_ = PlayedRound.of_gunma(tmp_path / "round", "jizen")
    round_.played("issue")
    copy = round_.issued("jizen")[0]
    saved = filled([copy], filling_table([copy]), tmp_path / "saved", soffice)
    return round_, copy, saved[copy.unit]


def test_swapping_two_scenes_turns_red(one: tuple[PlayedRound, IssuedCopy, Path]) -> None:
    """The comparisons of all answers and of all labels can fail: two scenes swapped in the plan are seen by both."""
    round_, copy, path = one
    scenes, table = scenes_of(round_, "jizen"), filling_table([copy])
    right = rows_read(copy, copy.plan, path)
    assert differences(table, told(right)) == []
    assert misplaced(right, {copy.unit: path}, scenes) == []

    wrong = rows_read(copy, with_scenes_swapped(copy.plan, "daily", "discharge"), path)
    swapped = sorted(key for key in table if key[2] in ("daily", "discharge"))
    assert len(swapped) == 10
    assert [key for key, _, _ in differences(table, told(wrong))] == swapped
    assert sorted(key for key, _ in misplaced(wrong, {copy.unit: path}, scenes)) == swapped


# -- filling -------------------------------------------------------------------------------


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


# -- judging -------------------------------------------------------------------------------


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
    """Key and printed label of the scenes, from the form's own file."""
    text = (round_.folder.forms / form / "v1.toml").read_text(encoding="utf-8")
    return {scene["key"]: scene["label"] for scene in tomllib.loads(text)["lists"]["scene"]}


# -- the plan gone wrong -------------------------------------------------------------------


def with_scenes_swapped(plan: WorkbookPlan, one: str, other: str) -> WorkbookPlan:
    """The plan with the answers of two scenes taken for each other."""
    names = {one: other, other: one}
    answers = (replace(a, column=names.get(a.column, a.column)) for a in plan.answers)
    return replace(plan, answers=tuple(answers))


def rows_read(copy: IssuedCopy, plan: WorkbookPlan, path: Path) -> list[Row]:
    """A file read under a plan, as rows of 回答一覧."""
    reading = replace(copy, plan=plan).read(path)
    questions = {a.address: plan.question_of(a).label for a in plan.answers}
    return [
        {
            "unit": copy.unit,
            "field_id": a.field,
            "column": a.column,
            "row": a.row,
            "raw": a.raw,
            "sheet": a.sheet,
            "cell": a.cell,
            "question": questions[a.address],
        }
        for a in reading.answers
    ]
