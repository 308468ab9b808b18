"""県補正 against the returns: what counts now, and what a newer return says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from xlsx_pdca.cells import is_blank
from xlsx_pdca.facts import Corrected, Submitted
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.ledger import Booked, Standing
from xlsx_pdca.plan import FieldPlan, WorkbookPlan
from xlsx_pdca.reading import Address, answer_label
from xlsx_pdca.submission import Answer, Reading
from xlsx_pdca.values import meaning_of_text

BLANK_WORD = "（空欄）"
CONTRADICTED = "ARR15"


def counted(standing: Standing, reading: Reading) -> Mapping[Address, str]:
    """Text of every answer of the newest return as it counts now, corrected ones as corrected."""
    said = {answer.address: answer.raw for answer in reading.answers}
    return {**said, **{at: booked.fact.raw for at, booked in standing.corrected.items()}}


def unsettled(standing: Standing) -> Mapping[Address, Booked]:
    """The last 県補正 of each answer, unless a return since has borne it out or was accepted as it is.

    Also of a return that was taken back meanwhile: what was heard on the telephone is no less true for it.
    """
    settled = {booked.fact.number for booked in standing.accepted}
    found: dict[Address, Booked] = {}
    for booked in standing.corrections:
        address = (booked.fact.field, booked.fact.column, booked.fact.row)
        since = [s.fact for s in standing.submissions if s.seq > booked.seq]
        if all(s.number not in settled and _disputes(s, address) for s in since):
            found[address] = booked
    return found


def _disputes(taken: Submitted, address: Address) -> bool:
    return any((f.code, f.address) == (CONTRADICTED, address) for f in taken.findings)


def contradicted_corrections(
    standing: Standing, newer: Reading, plan: WorkbookPlan
) -> Iterator[Finding]:
    """Corrections that hold, or are in dispute, and that the return now coming in does not bear out: nobody would see them go."""
    answers, pending = {answer.address: answer for answer in newer.answers}, unsettled(standing)
    for place in plan.answers:
        booked, answer = pending.get(place.address), answers.get(place.address)
        if booked is None or answer is None or _agree(booked.fact, answer, plan.question_of(place)):
            continue
        yield finding(
            CONTRADICTED,
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
