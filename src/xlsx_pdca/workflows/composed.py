"""What a submission says: the reading of its file, or of all the files it is joined of, made anew from the originals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from xlsx_pdca.checks.joined import JoinedReading, Part, join
from xlsx_pdca.facts import Joined, Submitted
from xlsx_pdca.ledger import Key, Ledger
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.submission import Reading
from xlsx_pdca.workflows.readings import Readings

ReadingOf = Callable[[Submitted, Mapping[str, str] | None], Reading | None]
"""Reading of a submission of one file; None when it can no longer be read."""
PlanOf = Callable[[str], WorkbookPlan]


def composed(
    submitted: Submitted, ledger: Ledger, reading: ReadingOf, plan: PlanOf
) -> JoinedReading | None:
    """All that a submission says, and where each answer of a joined one stands; None when a file cannot be read."""
    if not submitted.joined:
        sent = slots_of(ledger, (submitted.unit, submitted.form), submitted.issue, submitted.plan)
        one = reading(submitted, sent)
        return JoinedReading(one, {}) if one else None
    parts = []
    for each in submitted.joined:
        sent = slots_of(ledger, (each.unit, submitted.form), each.issue, each.plan)
        one = reading(alone(submitted, each), sent)
        if one is None:
            return None
        parts.append(Part(each.arrival, one, each.person))
    choices = {(c.field, c.column, c.row): c.taken for c in submitted.choices}
    return join(plan(submitted.plan), parts, choices)


def reading_of(submitted: Submitted, ledger: Ledger, readings: Readings) -> Reading | None:
    """All that a submission says; None when one of its files can no longer be read."""

    def one(taken: Submitted, slots: Mapping[str, str] | None) -> Reading | None:
        found = readings.reading(taken.workbook, taken.plan, slots)
        return None if isinstance(found, Refusal) else found

    found = composed(submitted, ledger, one, readings.plan)
    return found.reading if found else None


def alone(submitted: Submitted, part: Joined) -> Submitted:
    """A joined submission as if it were this file alone."""
    return replace(
        submitted,
        sha256=part.sha256,
        read_as=part.read_as,
        plan=part.plan,
        issue=part.issue,
        file=part.file,
        person=part.person,
        arrival=part.arrival,
        evidence=part.evidence,
        joined=(),
        choices=(),
    )


def slots_of(ledger: Ledger, key: Key, issue: int, plan: str) -> Mapping[str, str] | None:
    """Slot values of an issued workbook as it was sent: of the common form of that plan, else of the unit's own."""
    if common := ledger.common_of(plan):
        return common.slots
    issues = ledger.standing(*key).issues
    return next((b.fact.slots for b in issues if b.fact.issue == issue), None)
