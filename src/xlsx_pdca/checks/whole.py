"""RawBook × frozen plan → Reading: answers, findings, texts beside them, and what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xlsx_pdca.checks.content import check_answers
from xlsx_pdca.checks.locked import compare_locked
from xlsx_pdca.checks.structure import check_cells, check_sheets, drawings, losses, remarks
from xlsx_pdca.findings import Grade, finding
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.reading import read_answers
from xlsx_pdca.submission import Reading


def read_return(book: RawBook, plan: WorkbookPlan, slots: Mapping[str, str] | None) -> Reading:
    """All that one file says under one frozen plan.

    `slots` are the values as sent to this unit; None where the unit is not known yet.
    """
    found = read_answers(book, plan)
    cells = tuple(check_cells(book, plan, found))
    changed, strays = compare_locked(book, plan, slots, found)
    # One case, one finding: what is already asked about is not asked again because it is blank or no number.
    asked = found.unsettled | {each.address for each in cells if each.grade is Grade.MUST}
    said = tuple(each for each in check_answers(plan, found.answers) if each.address not in asked)
    reading = Reading(
        answers=found.answers,
        findings=(*found.findings, *cells, *check_sheets(book, plan, found), *changed),
        strays=(*strays, *remarks(book, plan)),
        losses=losses(book, plan, found),
        drawings=drawings(book, plan, found),
    )
    # An empty form is asked about once, not field by field: most likely the wrong file was sent.
    said = (finding("ANS21"),) if reading.is_blank else said
    return replace(reading, findings=(*reading.findings, *said))
