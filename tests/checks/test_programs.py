"""Returns saved by real programs: every answer right, nothing asked, and the form's own marks say what we say."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

import books
from libreoffice import LibreOffice
from xlsx_pdca.cells import a1
from xlsx_pdca.checks import marks, read_return
from xlsx_pdca.findings import Grade
from xlsx_pdca.plan import Mark
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import Reading, State


def read(path: Path) -> Reading:
    return read_return(books.raw(path.read_bytes()), books.plan(), books.slots())


def assert_good(reading: Reading) -> None:
    assert {a.address: a.raw for a in reading.answers if a.raw} == books.ANSWERS
    assert reading.findings == ()
    assert reading.strays == ()


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The good return as openpyxl saves it."""
    path = tmp_path / "return.xlsx"
    books.fill_with_openpyxl(books.ANSWERS, path)
    return path


def test_return_saved_by_openpyxl_is_good(filled: Path) -> None:
    """A library's save loses cached values and shapes, and no answer."""
    assert_good(read(filled))


@pytest.mark.soffice
@pytest.mark.parametrize("via", ["xlsx", "ods", "xls"])
def test_return_saved_by_libreoffice_is_good(
    filled: Path, tmp_path: Path, soffice: LibreOffice, via: str
) -> None:
    """LibreOffice's own file, also after a trip through .ods or .xls, holds every answer."""
    first = soffice.convert(filled, via, tmp_path / "first")
    second = soffice.convert(first, "xlsx", tmp_path / "second") if via != "xlsx" else first
    assert_good(read(second))


@pytest.mark.gnumeric
def test_return_saved_by_gnumeric_is_good(filled: Path, tmp_path: Path) -> None:
    """Gnumeric makes hidden sheets visible; that changes nothing."""
    saved = tmp_path / "saved.xlsx"
    subprocess.run(["ssconvert", filled, saved], check=True, capture_output=True)
    assert_good(read(saved))


PURPOSE, PRESENT = ("purpose", "daily", ""), ("present", "daily", "")
SCENES = "様式２"

CHANGES: dict[str, tuple[list[list[object]], list[str], set[books.Address]]] = {
    "rows inserted above": ([["insert_rows", SCENES, 5, 2]], [], set()),
    "rows inserted between": ([["insert_rows", SCENES, 10, 2]], [], set()),
    "column inserted": ([["insert_columns", SCENES, 4, 1]], [], set()),
    "hidden sheets removed": ([["remove", "_pdca"], ["remove", "_lists"]], [], set()),
    "sheet renamed": ([["rename", SCENES, "場面"]], [], set()),
    "sheet copied": ([["copy", SCENES, "控え"]], ["STR06"], set()),
    "sheet removed": (
        [["remove", "組織表"]],
        ["STR01"],
        {a for a in books.ANSWERS if a[0] == "posts"},
    ),
    "question row deleted": (
        [["delete_rows", SCENES, books.spot(PURPOSE)[0], 1]],
        ["STR02"],
        {a for a in books.ANSWERS if a[0] == "purpose"},
    ),
    "answer dragged onto another": (
        [["move", SCENES, a1(*books.spot(PURPOSE)), a1(*books.spot(PRESENT))]],
        ["STR04"],
        {PURPOSE, PRESENT},
    ),
}
"""What a person does in LibreOffice → the steps, the findings, and the answers that are no longer there."""


@pytest.mark.soffice
@pytest.mark.parametrize(("steps", "codes", "gone"), CHANGES.values(), ids=CHANGES.keys())
def test_return_changed_in_libreoffice(
    filled: Path,
    tmp_path: Path,
    soffice: LibreOffice,
    steps: list[list[object]],
    codes: list[str],
    gone: set[books.Address],
) -> None:
    """At most one finding for each thing done; all other answers are right."""
    saved = tmp_path / "changed.xlsx"
    soffice.run("change", {"path": str(filled), "steps": steps, "save_as": str(saved)})
    reading = read(saved)
    said = {a.address: a.raw for a in reading.answers if a.raw}
    kept = {a: text for a, text in books.ANSWERS.items() if a not in gone}
    assert {a: text for a, text in said.items() if a not in gone} == kept
    assert [each.code for each in reading.findings] == codes


TYPED = {
    FieldKind.INTEGER: [
        "",
        "0",
        "１２人",
        "1,000",
        "-3",
        "約30",
        "15000000",
        "把握していない",
        "12.5",
        "　",
        "－",
        "/",
    ],
    FieldKind.PERCENT: ["", "28.5%", "２８．５", "3割", ".5", "5.", "1.2.3", "該当なし", "ー"],
    FieldKind.CHOICE: [
        "",
        "委託",
        "直営",
        "まだ検討していない",
        "共同",
        "秘匿",
        "別紙のとおり",
        "―",
    ],
    FieldKind.DATE: ["", "令和8年10月1日", "いつか"],
    FieldKind.TEXT: ["", " ", "\n", "介護保険課", "0", "=1+1"],
    FieldKind.LONG_TEXT: ["", "　\n", "文章", "あ" * 900, "-", "該当なし"],
}
"""What people type into each kind of field; states in the words the form announces."""


CHECKED = (FieldKind.INTEGER, FieldKind.PERCENT, FieldKind.CHOICE)


@pytest.mark.soffice
@pytest.mark.parametrize("seed", range(6))
def test_marks_of_the_form_are_the_marks_of_the_intake(
    seed: int, tmp_path: Path, soffice: LibreOffice
) -> None:
    """Filled at random and recalculated by LibreOffice, every mark is the one the intake computes."""
    rng, plan, path = random.Random(seed), books.plan(), tmp_path / "random.xlsx"
    typed = {a.address: rng.choice(TYPED[plan.question_of(a).kind]) for a in plan.answers}
    books.fill_with_openpyxl({a: text for a, text in typed.items() if text}, path)
    book = books.raw(soffice.convert(path, "xlsx", tmp_path / "saved").read_bytes())
    reading = read_return(book, plan, books.slots())
    expected = marks(plan, reading.answers)
    sheets = {sheet.name: sheet for sheet in book.sheets}
    shown = {}
    for answer in plan.answers:
        assert answer.mark_cell is not None
        cells = sheets[plan.sheet(answer.sheet).name].cells
        cell = cells.get((answer.mark_cell.top, answer.mark_cell.left))
        shown[answer.address] = cell.text if cell else ""
    assert shown == {address: mark.value for address, mark in expected.items()}
    # What the form shows △ for, the intake asks about, and of numbers and choices nothing else.
    doubtful = {address for address, sign in shown.items() if sign == Mark.DOUBTFUL.value}
    weighty = {f.address for f in reading.findings if f.field and f.grade is not Grade.INFO}
    looked_at = {a.address for a in plan.answers if plan.question_of(a).kind in CHECKED}
    filled_in = {a.address for a in reading.answers if a.state is not State.BLANK}
    beside = {f.address for f in reading.findings if f.code == "ANS11"}
    assert doubtful == (weighty & looked_at & filled_in) - beside
