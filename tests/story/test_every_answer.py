"""All 35 workbooks filled through a real LibreOffice come out of the summary unchanged, each answer beside its question."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from answer_judge import (
    Row,
    differences,
    filled,
    filling_table,
    listed_answers,
    misplaced,
    scenes_of,
    told,
)
from libreoffice import LibreOffice
from played_round import IssuedCopy, PlayedRound
from xlsx_pdca.plan import WorkbookPlan

pytestmark = pytest.mark.untraced

MUNICIPALITIES = 35


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
