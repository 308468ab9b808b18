"""How far a round is: asked and returned by status, area and scene."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import FieldPlan, WorkbookPlan, per_plan
from xlsx_pdca.spec import Need
from xlsx_pdca.submission import State
from xlsx_pdca.summary import SummaryInput, UnitReturn, answers_of, codes_of
from xlsx_pdca.unit import Unit


@dataclass(frozen=True)
class ColumnCount:
    """Returns by what they say in one column of a matrix; together they are all that are in."""

    label: str
    answered: int
    """At least one answer besides a tick that stands in for answers."""
    only_ticked: int
    """Nothing but such a tick (まだ検討していない)."""
    blank: int
    tick: str = ""
    """What the tick says; empty where the matrix has none."""


@dataclass(frozen=True)
class FormCounts:
    """How far the round is with one form; a joint return counts once."""

    form: str
    title: str
    asked: int
    """Units asked, exempt ones left out."""
    returned: int
    by_status: tuple[tuple[Status, int], ...]
    by_area: tuple[tuple[str, int, int], ...]
    """(圏域, asked, returned); units across several areas under 複数圏域."""
    by_column: tuple[ColumnCount, ...] = ()
    """How far each column of a matrix is answered, such as a scene."""


SEVERAL_AREAS = "複数圏域"
NO_AREA = "（圏域なし）"


def counts(summary: SummaryInput) -> tuple[FormCounts, ...]:
    """Counts of each form, in the round's order."""
    return tuple(_form_counts(summary, plan) for plan in summary.forms.values())


def _form_counts(summary: SummaryInput, plan: WorkbookPlan) -> FormCounts:
    mine = [r for r in summary.returns if r.form == plan.form]
    asked = [r for r in mine if r.status is not Status.EXEMPT]
    words = Counter(r.status for r in mine)
    return FormCounts(
        form=plan.form,
        title=plan.title,
        asked=len(asked),
        returned=sum(r.is_in for r in asked),
        by_status=tuple((word, words[word]) for word in Status if words[word]),
        by_area=_by_area(summary, asked),
        by_column=_by_column(summary, plan, asked),
    )


def _by_area(
    summary: SummaryInput, asked: Sequence[UnitReturn]
) -> tuple[tuple[str, int, int], ...]:
    every: Counter[str] = Counter()
    back: Counter[str] = Counter()
    for returned in asked:
        area = area_of(summary, summary.unit_of[returned.unit])
        every[area] += 1
        back[area] += returned.is_in
    order = [*areas(summary), SEVERAL_AREAS, NO_AREA]
    return tuple((area, every[area], back[area]) for area in order if every[area])


def area_of(summary: SummaryInput, unit: Unit) -> str:
    """圏域 of a unit: its own, else the one of all it covers."""
    own = {summary.place_of[c].area for c in codes_of(unit) if c in summary.place_of}
    found = {area for area in own if area} or {unit.area or NO_AREA}
    return found.pop() if len(found) == 1 else SEVERAL_AREAS


def areas(summary: SummaryInput) -> tuple[str, ...]:
    """All 圏域 in the order of their first municipality (建制順)."""
    ordered = sorted(summary.places, key=lambda p: p.code)
    names = [*(p.area for p in ordered), *(u.area for u in summary.units)]
    return tuple(dict.fromkeys(name for name in names if name))


def _by_column(
    summary: SummaryInput, plan: WorkbookPlan, asked: Sequence[UnitReturn]
) -> tuple[ColumnCount, ...]:
    answered: Counter[str] = Counter()
    ticked: Counter[str] = Counter()
    back = [returned for returned in asked if returned.is_in]
    for returned in back:
        filled, alone = _filled_columns(summary.plan_of(returned), returned)
        answered.update(filled)
        ticked.update(alone)
    tick = next((_tick_words(f) for f in plan.fields if f.field in _ticks(plan)), "")
    return tuple(
        ColumnCount(
            label, answered[key], ticked[key], len(back) - answered[key] - ticked[key], tick
        )
        for key, label in plan.columns
    )


def _filled_columns(plan: WorkbookPlan, returned: UnitReturn) -> tuple[set[str], set[str]]:
    """Columns with an answer, and those with nothing but a tick."""
    ticks = _ticks(plan)
    given = [p for p, a, _ in answers_of(plan, returned) if a.state != State.BLANK and not p.row]
    answered = {place.column for place in given if place.field not in ticks}
    return answered, {place.column for place in given} - answered


@per_plan
def _ticks(plan: WorkbookPlan) -> frozenset[str]:
    """Questions of one choice that release others of their matrix from being answered."""
    released = {f.required.field for f in plan.fields if f.group and f.required.need is Need.UNLESS}
    return frozenset(
        f.field for f in plan.fields if f.group and f.field in released and len(f.options) == 1
    )


def _tick_words(rule: FieldPlan) -> str:
    """「まだ検討していない場面は○」 → 「まだ検討していない」: what a tick says of a column."""
    return re.sub(r"(?:の)?(?:場面|項目|区分|場合)?は?[○〇]$", "", rule.label) or rule.label
