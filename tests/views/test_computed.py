"""Computed fields stand beside the answers they come from, worked out as the form itself does."""

from dataclasses import replace
from decimal import Decimal

import pytest

from gunma_round import AS_OF, one_return
from xlsx_pdca.long_table import long_table
from xlsx_pdca.spec import (
    Computation,
    FieldKind,
    Form,
    Operation,
    Question,
    Sheet,
    Single,
    Table,
    TableRow,
)
from xlsx_pdca.submission import State
from xlsx_pdca.summary import Correction, answers_of
from xlsx_pdca.views import ViewCell, views_of


def form(operation: Operation) -> Form:
    """Two numbers, what follows from them, and a question behind."""
    rule = Computation(operation, ("a", "b"))
    items = (
        Single(Question("a", FieldKind.DECIMAL, "甲")),
        Single(Question("b", FieldKind.INTEGER, "乙")),
        Single(Question("c", FieldKind.COMPUTED, "計", computation=rule)),
        Single(Question("d", FieldKind.TEXT, "備考")),
    )
    return Form("n", "N", 1, "数", (Sheet("one", "様式", "様式", items),))


def computed(operation: Operation, a: str, b: str) -> ViewCell:
    (view,) = views_of(one_return(form(operation), {("a", "", ""): a, ("b", "", ""): b}))
    assert [column.title for column in view.columns] == ["甲", "乙", "計", "備考"]
    return view.rows[0].cells[2]


@pytest.mark.parametrize(
    ("operation", "a", "b", "shown"),
    [
        (Operation.SUM, "1.5", "2", "3.5"),
        (Operation.DIFFERENCE, "1.5", "2", "-0.5"),
        (Operation.RATIO, "1", "8", "12.5"),
        (Operation.RATIO, "1", "3", "33.3"),
        (Operation.RATIO, "0.0005", "1", "0.1"),
    ],
)
def test_the_result_is_a_number(operation: Operation, a: str, b: str, shown: str) -> None:
    """Sum, difference and share in points stand as numbers, a share with one decimal rounded as in the form."""
    cell = computed(operation, a, b)
    assert (cell.text, cell.number, cell.state) == (shown, Decimal(shown), State.FILLED)


@pytest.mark.parametrize(("a", "b"), [("1", ""), ("約10", "2"), ("1", "0")])
def test_no_result_without_both_numbers(a: str, b: str) -> None:
    """Where one number lacks, or is none, or nothing can be divided, the field stays blank."""
    assert computed(Operation.RATIO, a, b) == ViewCell("", State.BLANK)


def test_a_correction_counts_and_the_digest_does_not_know_of_it() -> None:
    """The result follows 県補正; a note's digest covers answers only, and 回答一覧 lists answers only."""
    given = {("a", "", ""): "1", ("b", "", ""): "2"}
    summary = one_return(form(Operation.SUM), given)
    (returned,) = summary.returns
    first = next(a for _, a, _ in answers_of(summary.plan_of(returned), returned))
    mended = Correction(replace(first, raw="5", value="5"), "県", AS_OF)
    corrected = replace(summary, returns=(replace(returned, corrections=(mended,)),))
    row = views_of(corrected)[0].rows[0]
    assert row.cells[2].text == "7"
    assert [r.field_id for r in long_table(corrected)] == ["a", "b", "d"]
    without = replace(form(Operation.SUM), sheets=(replace(_sheet(), items=_without_computed()),))
    assert (
        views_of(one_return(without, given))[0].rows[0].digest
        == views_of(summary)[0].rows[0].digest
    )


def _sheet() -> Sheet:
    return form(Operation.SUM).sheets[0]


def _without_computed() -> tuple[Single, ...]:
    items = [item for item in _sheet().items if isinstance(item, Single)]
    return tuple(item for item in items if item.question.kind is not FieldKind.COMPUTED)


def test_a_table_computes_in_every_row() -> None:
    """In a table each row has its own result, in the place of its column."""
    columns = (
        Question("now", FieldKind.INTEGER, "現状"),
        Question(
            "gap",
            FieldKind.COMPUTED,
            "差",
            computation=Computation(Operation.DIFFERENCE, ("aim", "now")),
        ),
        Question("aim", FieldKind.INTEGER, "目標"),
    )
    table = Table("t", "表", columns, (TableRow("01"), TableRow("02")))
    form_ = Form("n", "N", 1, "数", (Sheet("one", "様式", "様式", (table,)),))
    given = {("t", "now", "01"): "3", ("t", "aim", "01"): "10", ("t", "now", "02"): "4"}
    (view,) = views_of(one_return(form_, given))
    assert [column.title for column in view.columns] == ["行", "現状", "差", "目標"]
    assert [[c.text for c in row.cells[1:]] for row in view.rows] == [
        ["3", "7", "10"],
        ["4", "", ""],
    ]
