"""Answers that point elsewhere: 同上, 前回と同じ, 別紙. What they seem to mean is suggested, never put in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from xlsx_pdca.cells import is_blank
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan, per_plan
from xlsx_pdca.pointing import (
    Pointing,
    mentions_separate,
    pointing,
    pointing_first,
)
from xlsx_pdca.reading import Address, answer_label, listed
from xlsx_pdca.submission import Answer, State, Suggestion

FARTHEST = 10
"""Answers looked at in turn where 「同上」 points to another 「同上」."""


def suggestions(plan: WorkbookPlan, answers: Sequence[Answer]) -> tuple[Suggestion, ...]:
    """For each answer that points above, left or right: what stands there, in the form's own order."""
    by_address = {answer.address: answer for answer in answers}
    found = (_suggested(answer, plan, by_address) for answer in answers if _points(answer))
    return tuple(each for each in found if each)


def check_references(
    plan: WorkbookPlan,
    answers: Sequence[Answer],
    suggested: Sequence[Suggestion],
    enclosed: Sequence[str],
) -> Iterator[Finding]:
    """Findings about answers that point elsewhere, in the plan's order.

    `enclosed` names in words what the same file holds that may be the 別紙.
    """
    seemed = {each.address: each for each in suggested}
    for answer in answers:
        say = _Said(answer, plan)
        match answer.state:
            case State.SAME if _points(answer):
                yield say.same(seemed.get(answer.address))
            case State.SEPARATE:
                yield say.separate(enclosed)
            case State.FILLED:
                yield from say.more()


class _Said:
    """One answer and how a sentence calls it."""

    def __init__(self, answer: Answer, plan: WorkbookPlan) -> None:
        self.answer, self.plan = answer, plan

    def finding(self, code: str, found: str, **context: str) -> Finding:
        answer, planned = self.answer, _by_address(self.plan)[self.answer.address]
        return finding(
            code,
            sheet=answer.sheet,
            cell=answer.cell,
            address=answer.address,
            label=answer_label(planned, self.plan),
            found=shortened(found),
            **context,
        )

    def same(self, suggested: Suggestion | None) -> Finding:
        if suggested is None:
            return self.finding("ANS15", self.answer.raw)
        text = shortened(suggested.text)
        return self.finding("ANS27", self.answer.raw, other_label=suggested.source, suggested=text)

    def separate(self, enclosed: Sequence[str]) -> Finding:
        if not enclosed:
            return self.finding("ANS14", self.answer.raw)
        return self.finding("ANS29", self.answer.raw, places=listed(enclosed))

    def more(self) -> Iterator[Finding]:
        """An answer of its own that refers to a paper, or to another answer before it says more."""
        raw = self.answer.raw
        words, to = mentions_separate(raw), pointing_first(raw)
        if not words and to is None:  # nearly every answer
            return
        if not self.plan.question_of(_by_address(self.plan)[self.answer.address]).kind.is_text:
            return
        if words:
            yield self.finding("ANS25", words)
        if to is not None:
            yield self.finding("ANS26", raw)


def _points(answer: Answer) -> bool:
    return answer.state is State.SAME and not is_blank(answer.raw)


def _suggested(
    answer: Answer, plan: WorkbookPlan, answers: Mapping[Address, Answer]
) -> Suggestion | None:
    """What the answer seems to mean; None where it points to the last round or to nothing."""
    neighbours = _neighbours(plan)
    there, said = answer.address, answer
    for _ in range(FARTHEST):
        to = pointing(said.raw)
        step = neighbours.get((there, to)) if to else None
        if step is None:
            return None
        there = step.address
        said = answers[there]
        if is_blank(said.raw):
            return None
        if said.state is not State.SAME:
            return Suggestion(*answer.address, source=answer_label(step, plan), text=said.raw)
    return None


@per_plan
def _by_address(plan: WorkbookPlan) -> Mapping[Address, AnswerPlan]:
    return {answer.address: answer for answer in plan.answers}


@per_plan
def _neighbours(plan: WorkbookPlan) -> Mapping[tuple[Address, Pointing | None], AnswerPlan]:
    """The answer above, left and right of each, by the form's own rows and columns."""
    found: dict[tuple[Address, Pointing | None], AnswerPlan] = {}
    columns: dict[tuple[str, int], list[AnswerPlan]] = {}
    rows: dict[tuple[str, int], list[AnswerPlan]] = {}
    for answer in plan.answers:
        columns.setdefault((answer.sheet, answer.rect.left), []).append(answer)
        rows.setdefault((answer.sheet, answer.rect.top), []).append(answer)
    for column in columns.values():
        column.sort(key=lambda answer: answer.rect.top)
        for above, below in pairwise(column):
            found[below.address, Pointing.ABOVE] = above
    for row in rows.values():
        row.sort(key=lambda answer: answer.rect.left)
        for left, right in pairwise(row):
            found[right.address, Pointing.LEFT] = left
            found[left.address, Pointing.RIGHT] = right
    return found
