"""Computed fields in the summary: worked out anew, by the form's own rule, from the answers as they now count."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, DivisionByZero, InvalidOperation

from xlsx_pdca.plan import AnswerPlan, FieldPlan, WorkbookPlan, per_plan, question_id
from xlsx_pdca.spec import Computation, FieldKind, Operation
from xlsx_pdca.submission import Answer, State
from xlsx_pdca.summary import Correction, UnitReturn, answers_of

Address = tuple[str, str, str]
Record = tuple[AnswerPlan, FieldPlan, Answer, Correction | None]


@per_plan
def shown_places(plan: WorkbookPlan) -> tuple[tuple[AnswerPlan, FieldPlan], ...]:
    """Every answer with its question in printed order, and the computed fields at their place among them."""
    rules = {rule.field: rule for rule in plan.fields}
    places = [(answer, rules[question_id(answer)]) for answer in plan.answers]
    order = _order(plan)
    for place in _computed_places(plan):
        here = order(place)
        behind = [n for n, member in enumerate(places, 1) if order(member) < here]
        places.insert(max(behind, default=0), place)
    return tuple(places)


def shown_records(plan: WorkbookPlan, returned: UnitReturn) -> Iterator[Record]:
    """Every answer of a return as it now counts, computed fields among them; those have no cell of their own."""
    given = {place.address: (answer, by) for place, answer, by in answers_of(plan, returned)}
    for place, rule in shown_places(plan):
        if rule.computation is None:
            answer, by = given[place.address]
            yield place, rule, answer, by
        else:
            yield place, rule, _computed(place, rule.computation, given), None


def number_of(answer: Answer) -> Decimal | None:
    """The number an answer to a question of a number kind stands for, or None for words."""
    if answer.state not in (State.FILLED, State.ZERO):
        return None
    try:
        number = Decimal(answer.value)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _computed(
    place: AnswerPlan,
    computation: Computation,
    given: Mapping[Address, tuple[Answer, Correction | None]],
) -> Answer:
    here = [(place.field, k, place.row) if place.row else (k, "", "") for k in computation.fields]
    operands = [given.get(address) for address in here]
    numbers = [number_of(found[0]) if found else None for found in operands]
    known = [number for number in numbers if number is not None]
    result = _result(computation.operation, known) if len(known) == len(numbers) else None
    text = "" if result is None else f"{result:f}"
    state = State.BLANK if result is None else State.FILLED if result else State.ZERO
    return Answer(*place.address, text, text, state, "", "")


def _result(operation: Operation, numbers: Sequence[Decimal]) -> Decimal | None:
    """What the form's formula shows; None where it shows nothing."""
    if operation is Operation.SUM:
        return sum(numbers, Decimal(0))
    if operation is Operation.DIFFERENCE:
        return numbers[0] - sum(numbers[1:], Decimal(0))
    try:
        points = numbers[0] / numbers[-1] * 100
    except (DivisionByZero, InvalidOperation):
        return None
    return points.quantize(Decimal("0.1"), ROUND_HALF_UP)


def _computed_places(plan: WorkbookPlan) -> Iterator[tuple[AnswerPlan, FieldPlan]]:
    """The computed fields as if they were answers; in a table one for each row."""
    if not plan.answers:
        return
    for rule in plan.fields:
        if rule.kind is not FieldKind.COMPUTED:
            continue
        if not rule.group:
            yield _single(plan.answers[0], rule), rule
        rows = {a.row: a for a in plan.answers if rule.group and a.field == rule.group and a.row}
        for answer in rows.values():
            yield replace(answer, column=rule.field.removeprefix(f"{rule.group}.")), rule


def _single(answer: AnswerPlan, rule: FieldPlan) -> AnswerPlan:
    return replace(answer, field=rule.field, column="", row="", sheet=rule.sheet, row_label="")


def _order(plan: WorkbookPlan) -> Callable[[tuple[AnswerPlan, FieldPlan]], tuple[int, int, int]]:
    """Where a field stands in print: its group, the row of its table, itself."""
    rank = {rule.field: n for n, rule in enumerate(plan.fields)}
    groups: dict[str, int] = {}
    for rule in plan.fields:
        if rule.group:
            groups.setdefault(rule.group, rank[rule.field])
    rows = {key: n for n, key in enumerate(dict.fromkeys(a.row for a in plan.answers))}

    def order(member: tuple[AnswerPlan, FieldPlan]) -> tuple[int, int, int]:
        place, rule = member
        own = rank[rule.field]
        return (groups.get(rule.group, own), rows[place.row] if place.row else 0, own)

    return order
