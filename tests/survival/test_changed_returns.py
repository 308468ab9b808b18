"""Survival: whatever a person or a program does to a return, its answers come back right or somebody is asked.

Each case states how many of the 74 fields must be right and the one finding that may be made; no field is
ever silently wrong. The judge is the table of true answers (`samples/returns/answers.tsv`), never our reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pytest

from libreoffice import LibreOffice
from survival import damage, samples
from survival.damage import Damage
from survival.issued_form import Address, Outcome, fill, form, taken_in, truth
from xlsx_pdca.cells import column_letters

FIELDS = 74
FIRST, SECOND = "様式1", "様式2"
NAME, POPULATION = ("name", "", ""), ("population", "", "")
STRENGTHS = ("strengths", "", "")
PURPOSE, PRESENT = ("purpose", "daily", ""), ("present", "daily", "")
DISCHARGE, ENDOFLIFE = ("purpose", "discharge", ""), ("purpose", "endoflife", "")
POST_1, POST_4 = ("organisation", "post", "01"), ("organisation", "post", "04")


def cell(address: Address) -> str:
    return form().cell(address)


def row(address: Address) -> int:
    return form().row(address)


def answer_column() -> int:
    """The first column of answers in the table of posts."""
    return form().answer(POST_1).rect.left


def table(first: str) -> str:
    """The rows of the table of posts from a column to its last one."""
    posts = [a.rect for a in form().plan.answers if a.field == POST_1[0]]
    last = column_letters(max(rect.right for rect in posts))
    return f"{first}{posts[0].top}:{last}{posts[-1].bottom}"


def drag(source: Address, target: Address) -> list[object]:
    return ["move", form().sheet(source), cell(source), cell(target)]


@dataclass(frozen=True)
class Case:
    """What is done to the good return in LibreOffice, and what must come of it."""

    steps: Sequence[Sequence[object]]
    right: int = FIELDS
    finding: str = ""


CASES = {
    "only saved again": lambda: Case([]),
    "rows inserted above": lambda: Case(
        [["insert_rows", FIRST, 1, 2], ["insert_rows", SECOND, 3, 2]]
    ),
    "rows inserted between questions": lambda: Case(
        [["insert_rows", FIRST, row(POPULATION), 1], ["insert_rows", SECOND, row(PRESENT), 2]]
    ),
    "rows inserted inside a question": lambda: Case(
        [["insert_rows", FIRST, row(STRENGTHS) + 1, 2]]
    ),
    "column inserted at the left": lambda: Case([["insert_columns", SECOND, 1, 1]]),
    "column inserted between scenes": lambda: Case([["insert_columns", SECOND, 6, 1]]),
    "column inserted before 記入欄": lambda: Case([["insert_columns", FIRST, 4, 1]]),
    "question row deleted": lambda: Case(
        [["delete_rows", FIRST, row(POPULATION), 1]], FIELDS - 1, "STR02"
    ),
    "row of scenes deleted": lambda: Case(
        [["delete_rows", SECOND, row(PRESENT), 1]], FIELDS - 3, "STR02"
    ),
    "answer dragged to an empty field": lambda: Case(
        [drag(PURPOSE, ENDOFLIFE)], FIELDS - 2, "STR04"
    ),
    "answer dragged onto another": lambda: Case([drag(PURPOSE, DISCHARGE)], FIELDS - 2, "STR04"),
    "text dragged onto a number": lambda: Case([drag(NAME, POPULATION)], FIELDS - 2, "STR04"),
    "answer dragged within a table": lambda: Case([drag(POST_1, POST_4)], FIELDS - 2, "STR04"),
    "hidden sheets deleted": lambda: Case([["remove", "_pdca"], ["remove", "_lists"]]),
    "sheet deleted": lambda: Case([["remove", "組織表"]], FIELDS - 9, "STR23"),
    "sheets reordered": lambda: Case([["place", SECOND, 0], ["place", "組織表", 1]]),
    "sheets renamed": lambda: Case(
        [["rename", FIRST, "前橋市"], ["rename", SECOND, "場面"], ["rename", "組織表", "Sheet1"]]
    ),
    "sheets renamed after each other": lambda: Case(
        [["rename", FIRST, "仮"], ["rename", SECOND, FIRST], ["rename", "仮", SECOND]]
    ),
    "sheet copied": lambda: Case([["copy", SECOND, "様式2 (2)"]], finding="STR06"),
    "copy renamed and put first": lambda: Case(
        [["copy", SECOND, "控え"], ["rename", SECOND, "旧"], ["place", "控え", 0]],
        finding="STR06",
    ),
    "copy with another answer": lambda: Case(
        [["copy", SECOND, "控え"], ["write", "控え", cell(PRESENT), "別の答え"]],
        finding="STR05",
    ),
    "table rows sorted with their numbers": lambda: Case(
        [["sort", "組織表", table("A"), answer_column() - 1]], finding="STR21"
    ),
}
"""Made when they run: the places come from the plan of the form as it is today."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The return nothing has been done to, as openpyxl saves it."""
    return fill(tmp_path_factory.mktemp("good") / "return.xlsx")


@pytest.fixture(scope="module")
def saved(good: Path, soffice: LibreOffice) -> Path:
    """The same as LibreOffice saves it, with the values of all formulas."""
    return soffice.convert(good, "xlsx", good.parent / "saved")


def assert_survived(outcome: Outcome, right: int, codes: Sequence[str]) -> None:
    assert outcome.silently_wrong() == []
    assert outcome.right() >= right
    assert outcome.codes == list(codes)


def test_the_truth_tells_every_field_apart() -> None:
    """No two filled fields share their text, but for ticks: a mix-up cannot go unseen."""
    said = [text for text in truth().values() if text and text != "○"]
    assert len(truth()) == FIELDS
    assert len(said) == len(set(said)) >= 30


def test_judge_sees_a_wrong_answer(good: Path) -> None:
    """The judge is no rubber stamp: one answer read wrong and not asked about is silently wrong."""
    outcome = taken_in(good)
    assert outcome.silently_wrong() == []
    answers = outcome.reading.answers
    misread = tuple(replace(a, raw="別") if a.address == PURPOSE else a for a in answers)
    wrong = replace(outcome, reading=replace(outcome.reading, answers=misread))
    assert wrong.silently_wrong() == [PURPOSE]


@pytest.mark.soffice
@pytest.mark.parametrize("name", CASES)
def test_changed_in_libreoffice(
    name: str, good: Path, tmp_path: Path, soffice: LibreOffice
) -> None:
    """Done in a real LibreOffice: the right number of fields, at most one finding, none silently wrong."""
    case, target = CASES[name](), tmp_path / "changed.xlsx"
    soffice.run("change", {"path": str(good), "steps": case.steps, "save_as": str(target)})
    outcome = taken_in(target)
    assert_survived(outcome, case.right, [case.finding] if case.finding else [])
    assert outcome.is_proved


@pytest.mark.soffice
def test_fuller_copy_is_read(good: Path, tmp_path: Path, soffice: LibreOffice) -> None:
    """A copy of a sheet that says all the original says, and more, is the one that counts."""
    target, more = tmp_path / "fuller.xlsx", ("solutions", "discharge", "")
    steps = [["copy", SECOND, "控え"], ["write", "控え", cell(more), "加えた答え"]]
    soffice.run("change", {"path": str(good), "steps": steps, "save_as": str(target)})
    outcome = taken_in(target)
    assert outcome.codes == ["STR06"]
    assert outcome.wrong() == [more]
    assert next(a.raw for a in outcome.reading.answers if a.address == more) == "加えた答え"


@pytest.mark.soffice
def test_answers_sorted_without_their_numbers(
    good: Path, tmp_path: Path, soffice: LibreOffice
) -> None:
    """Unprotected and sorted past their numbers, answers cannot be put back: the sheet is asked about."""
    # The one case with several findings: sorting drags our own formulas into answer cells.
    target = tmp_path / "sorted.xlsx"
    steps = [["sort", "組織表", table(column_letters(answer_column())), 0]]
    soffice.run("change", {"path": str(good), "steps": steps, "save_as": str(target)})
    outcome = taken_in(target)
    assert outcome.silently_wrong() == []
    assert outcome.right() >= FIELDS - 6
    assert set(outcome.codes) == {"STR09", "STR13"}
    assert {each.sheet for each in outcome.findings} == {"組織表"}


@pytest.mark.soffice
@pytest.mark.parametrize("via", ["xls", "ods"])
def test_trip_through_another_format(
    good: Path, tmp_path: Path, soffice: LibreOffice, via: str
) -> None:
    """Saved as .xls or .ods and back again, every answer is right and nothing is asked."""
    there = soffice.convert(good, via, tmp_path / "there")
    outcome = taken_in(soffice.convert(there, "xlsx", tmp_path / "back"))
    assert_survived(outcome, FIELDS, [])
    assert outcome.is_proved


VALUES_ONLY = {"管理用シート", "選択肢のシート", "文書プロパティ", "名前の定義", "シートの保護"}

DAMAGES: dict[str, tuple[Damage, list[str], set[str]]] = {
    "untouched": (damage.copied, [], set()),
    "names stripped": (damage.names_stripped, [], {"名前の定義"}),
    "custom properties stripped": (damage.properties_stripped, [], {"文書プロパティ"}),
    "drawings stripped": (damage.drawings_stripped, [], set()),
    "rows inserted, names stale": (damage.rows_inserted_without_names, ["STR19"], set()),
    "column inserted, names stale": (damage.column_inserted_without_names, [], set()),
    "values in a new workbook": (damage.values_copied, [], VALUES_ONLY),
    "values in a new workbook, shifted": (
        partial(damage.values_copied, down=2, right=1),
        [],
        VALUES_ONLY,
    ),
}
"""What happens to the file → how, the findings, and what is recorded as lost (besides what LibreOffice loses)."""


@pytest.mark.soffice
@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_package(name: str, saved: Path, tmp_path: Path) -> None:
    """All fields are right; what was lost on the way is recorded, and the ticket that is left proves the unit."""
    harm, codes, lost = DAMAGES[name]
    target = tmp_path / "damaged.xlsx"
    harm(saved, target)
    outcome = taken_in(target)
    assert_survived(outcome, FIELDS, codes)
    assert outcome.is_proved
    assert samples.kinds(outcome.reading.losses) == {*lost, "ブックの保護"}


@pytest.mark.soffice
@pytest.mark.parametrize("shift", [{}, {"down": 2, "right": 1}], ids=["in place", "shifted"])
def test_values_without_any_ticket(shift: dict[str, int], saved: Path, tmp_path: Path) -> None:
    """Nothing left proves the unit: a person says whose it is, and then every field is right."""
    target = tmp_path / "102016-1_前橋市_事前課題.xlsx"
    damage.values_copied(saved, target, ticket=False, **shift)
    outcome = taken_in(target)
    assert not outcome.is_proved
    assert_survived(outcome, FIELDS, ["IDN02"])
    assert "前橋市（102016-1）" in outcome.findings[0].sentence()


@pytest.mark.parametrize("name", ["返信.xlsx", "事前課題（最終版）(2).xlsx", "mae​bashi.xlsx"])
def test_renamed_file(name: str, good: Path) -> None:
    """The file's name proves nothing and spoils nothing."""
    outcome = taken_in(good, name=name)
    assert_survived(outcome, FIELDS, [])
    assert outcome.is_proved
