"""県補正 against the returns: what counts now, and what a newer return says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsx_pdca.cells import is_blank
from xlsx_pdca.facts import Corrected
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.ledger import Standing
from xlsx_pdca.plan import FieldPlan, WorkbookPlan
from xlsx_pdca.reading import Address, answer_label
from xlsx_pdca.submission import Answer, Reading
from xlsx_pdca.values import meaning_of_text

BLANK_WORD = "（空欄）"


def counted(standing: Standing, reading: Reading) -> Mapping[Address, str]:
    """Text of every answer of the newest return as it counts now, corrected ones as corrected."""
    said = {answer.address: answer.raw for answer in reading.answers}
    return {**said, **{at: booked.fact.raw for at, booked in standing.corrected.items()}}


def contradicted_corrections(
    standing: Standing, newer: Reading, plan: WorkbookPlan
) -> Iterator[Finding]:
    """Corrections of the return before that the one now coming in does not bear out: nobody would see them go."""
    answers = {answer.address: answer for answer in newer.answers}
    for place in plan.answers:
        booked, answer = standing.corrected.get(place.address), answers.get(place.address)
        if booked is None or answer is None or _agree(booked.fact, answer, plan.question_of(place)):
            continue
        yield finding(
            "ARR15",
            sheet=answer.sheet,
            cell=answer.cell,
            address=place.address,
            label=answer_label(place, plan),
            count=booked.fact.number,
            corrected=told(booked.fact.raw),
            found=told(answer.raw),
        )


def told(raw: str) -> str:
    """An answer in a sentence; one that is blank is called so."""
    return BLANK_WORD if is_blank(raw) else shortened(raw)


def _agree(fact: Corrected, answer: Answer, question: FieldPlan) -> bool:
    meant = meaning_of_text(fact.raw, question)
    same_words = fact.raw.split() == answer.raw.split()
    return same_words or (bool(meant.value), meant.value, meant.state) == (
        True,
        answer.value,
        answer.state,
    )
