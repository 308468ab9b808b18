"""How far a round is: asked and returned by status, area and scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.submission import State
from xlsx_pdca.summary import SummaryInput, UnitReturn, answers_of, codes_of
from xlsx_pdca.unit import Unit


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
    by_column: tuple[tuple[str, int], ...] = ()
    """(column label such as a scene, returns with at least one answer there)."""


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
) -> tuple[tuple[str, int], ...]:
    answered: Counter[str] = Counter()
    for returned in asked:
        if returned.is_in:
            own = summary.plan_of(returned)
            keys = {p.column for p, a, _ in answers_of(own, returned) if a.state != State.BLANK}
            answered.update(keys)
    return tuple((label, answered[key]) for key, label in plan.columns)
