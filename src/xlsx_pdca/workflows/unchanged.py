"""Accepted answers that come back saved anew: other bytes that say the same take nobody's 確認済 away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from xlsx_pdca.checks.copies import Relation, compare
from xlsx_pdca.facts import Arrived, Outcome, Submitted
from xlsx_pdca.findings import Finding, Grade, finding
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.reading import Address
from xlsx_pdca.submission import Reading, State
from xlsx_pdca.workflows.composed import reading_of
from xlsx_pdca.workflows.decide import REPLACES_ACCEPTED
from xlsx_pdca.workflows.readings import Readings


def repeat_of_accepted(decided: Arrived, ledger: Ledger, readings: Readings) -> Arrived | None:
    """The arrival of a file that says just what was accepted; None where anything differs, or nothing was accepted."""
    taken = decided.submission
    if taken is None:
        return None
    standing = ledger.standing(taken.unit, taken.form)
    accepted = standing.submission
    if accepted is None or not standing.is_accepted or not _is_same_form(accepted, taken):
        return None
    before, now = (reading_of(each, ledger, readings) for each in (accepted, taken))
    if before is None or now is None or not says_the_same(before, now):
        return None
    # What is doubtful about the file itself, its sender or its shape, was not seen by whoever accepted.
    new = [f for f in decided.findings if f not in accepted.findings and f not in before.findings]
    new = [f for f in new if f.code != REPLACES_ACCEPTED]
    if any(_weighs(each) for each in new):
        return None
    told = finding("STR41" if decided.inside else "STR40", count=accepted.number)
    return replace(
        decided,
        outcome=Outcome.SAME_FILE,
        findings=(*new, told),
        submission=None,
        repeats=accepted.arrivals[-1],
    )


def says_the_same(older: Reading, newer: Reading) -> bool:
    """The same answers to the letter, the same texts beside them in the same places, pictures and doubts.

    Of shapes only the number is known: a file with any is never the same.
    """
    return (
        compare(older, newer).relation is Relation.EQUAL
        and _answers(older) == _answers(newer)
        and Counter(older.strays) == Counter(newer.strays)
        and (older.drawings, older.media) == (newer.drawings, newer.media)
        and _doubts(older.findings) == _doubts(newer.findings)
    )


def _is_same_form(accepted: Submitted, taken: Submitted) -> bool:
    """Made on the same workbook as sent, and typed by the same side: the unit, or the prefecture for it."""
    return (accepted.plan, accepted.issue, set(accepted.evidences)) == (
        taken.plan,
        taken.issue,
        set(taken.evidences),
    )


def _answers(reading: Reading) -> dict[Address, tuple[str, str, State]]:
    return {a.address: (a.raw, a.value, a.state) for a in reading.answers}


def _doubts(findings: Iterable[Finding]) -> Counter[Finding]:
    return Counter(filter(_weighs, findings))


def _weighs(each: Finding) -> bool:
    return each.grade is not Grade.INFO
