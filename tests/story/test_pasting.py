"""What is pasted into a form in LibreOffice is refused, or lands where it is seen: never silently in a neighbour's field."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from libreoffice import LibreOffice
from played_round import IssuedCopy, PlayedRound
from xlsx_pdca.plan import AnswerPlan, FieldPlan
from xlsx_pdca.spec import FieldKind

pytestmark = pytest.mark.untraced

Order = dict[str, Any]
"""One paste for the script `paste`."""

WRITTEN_BESIDE = {"STR09", "STR10"}
"""Written outside the answers, and hidden under a merged answer."""

TOO_MUCH = {
    "three cells down": ("cells", [["一行目"], ["二行目"], ["三行目"]]),
    "two cells sideways": ("cells", [["左の欄", "右の欄"]]),
    "text with a tab": ("text", [["左の語", "右の語"]]),
}


@pytest.fixture(scope="module")
def copy(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> IssuedCopy:
    """前橋市's workbook of a form."""
    round_ = PlayedRound.of_gunma(tmp_path_factory.mktemp("pasting") / "round", request.param)
    round_.played("issue")
    return round_.issued(request.param)[0]


@pytest.mark.parametrize("copy", ["jizen", "tojitsu"], indirect=True)
@pytest.mark.parametrize("kind", TOO_MUCH)
def test_too_much_is_refused_or_reported(
    kind: str, copy: IssuedCopy, tmp_path: Path, soffice: LibreOffice
) -> None:
    """Into each answer: either nothing changes, or all that lands beside the answer itself is told by the intake."""
    how, texts = TOO_MUCH[kind]
    answers = represented(copy)
    orders = [order(copy, answer, how, texts) for answer in answers]
    replies = soffice.run("paste", {"path": str(copy.path), "pastes": orders})
    landed = [(a, o, r) for a, o, r in zip(answers, orders, replies, strict=True) if r["changed"]]
    if not landed:
        return
    saved = tmp_path / "pasted.xlsx"
    job = {"path": str(copy.path), "pastes": [o for _, o, _ in landed], "save_as": str(saved)}
    soffice.run("paste", job)
    reading = copy.read(saved)

    beside = {
        (o["sheet"], cell): text
        for _, o, reply in landed
        for cell, text in reply["changed"].items()
        if cell != o["cell"]
    }
    assert {a.address: a.raw for a in reading.answers if a.raw} == {
        a.address: reply["changed"][o["cell"]] for a, o, reply in landed
    }
    assert {(s.sheet, s.cell): s.text for s in reading.strays} == beside
    told = {f.sheet for f in reading.findings if f.code in WRITTEN_BESIDE}
    assert told == {sheet for sheet, _ in beside}


@pytest.mark.parametrize(
    ("copy", "without", "how"),
    [("jizen", "not_yet", "cells"), ("jizen", "purpose", "text"), ("tojitsu", "", "cells")],
    indirect=["copy"],
)
def test_one_cell_lands_exactly(
    copy: IssuedCopy, without: str, how: str, tmp_path: Path, soffice: LibreOffice
) -> None:
    """The control: a single cell is taken by each answer, changes nothing else, and nothing is asked about it."""
    answers = [a for a in represented(copy) if a.field != without]
    texts = {a.address: fitting(copy.plan.question_of(a), n) for n, a in enumerate(answers, 1)}
    orders = [order(copy, a, how, [[texts[a.address]]]) for a in answers]
    saved = tmp_path / "pasted.xlsx"
    job = {"path": str(copy.path), "pastes": orders, "save_as": str(saved)}
    replies = soffice.run("paste", job)
    assert [list(reply["changed"]) for reply in replies] == [[o["cell"]] for o in orders]
    reading = copy.read(saved)
    assert {a.address: a.raw for a in reading.answers if a.raw} == texts
    assert (reading.findings, reading.strays) == ((), ())


def represented(copy: IssuedCopy) -> list[AnswerPlan]:
    """All answers; of each table the first and the last row."""
    last = {a.field: a.row for a in copy.plan.answers}
    return [a for a in copy.plan.answers if a.row in ("", "01", last[a.field])]


def order(copy: IssuedCopy, answer: AnswerPlan, how: str, texts: Sequence[Sequence[str]]) -> Order:
    sheet, cell = copy.place(answer)
    return {"sheet": sheet, "cell": cell, "rows": texts, "as": how}


def fitting(question: FieldPlan, number: int) -> str:
    """A good answer to a question, a different one for each number where the kind allows it."""
    if question.options:
        return question.options[number % len(question.options)]
    if question.kind is FieldKind.DATE:
        return f"2026/10/{number % 28 + 1}"
    if question.kind.is_number:
        return str(number)
    return f"1-{number}"
