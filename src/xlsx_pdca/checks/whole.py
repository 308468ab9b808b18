"""RawBook × frozen plan → Reading: answers, findings, texts beside them, and what was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xlsx_pdca.checks.content import check_answers
from xlsx_pdca.checks.locked import compare_locked
from xlsx_pdca.checks.objects import (
    beside_cells,
    check_objects,
    drawing_sheets,
    drawings,
    enclosed,
    media,
)
from xlsx_pdca.checks.references import check_references, suggestions
from xlsx_pdca.checks.structure import check_cells, check_sheets, losses, remarks
from xlsx_pdca.findings import Grade, finding
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.reading import read_answers
from xlsx_pdca.submission import Reading, State


def read_return(book: RawBook, plan: WorkbookPlan, slots: Mapping[str, str] | None) -> Reading:
    """All that one file says under one frozen plan.

    `slots` are the values as sent to this unit; None where the unit is not known yet.
    """
    found = read_answers(book, plan)
    cells = tuple(check_cells(book, plan, found))
    changed, strays = compare_locked(book, plan, slots, found)
    # One case, one finding: what is already asked about is not asked again because it is blank or no number.
    asked = found.unsettled | {each.address for each in cells if each.grade is Grade.MUST}
    wanted = drawing_sheets(book, plan, found)
    refers = any(answer.state is State.SEPARATE for answer in found.answers)
    enclosures = enclosed(book, plan, found, wanted) if refers else ()
    suggested = suggestions(plan, found.answers)
    references = check_references(plan, found.answers, suggested, enclosures)
    said = (
        *check_answers(plan, found.answers, asked),
        *(each for each in references if each.address not in asked),
    )
    sheets = (*check_sheets(book, plan, found), *check_objects(book, plan, wanted))
    reading = Reading(
        answers=found.answers,
        findings=(*found.findings, *cells, *sheets, *changed),
        strays=(*strays, *remarks(book, plan), *beside_cells(book, plan)),
        losses=losses(book, plan, found),
        drawings=drawings(book, plan, wanted),
        media=media(book, plan),
        suggestions=suggested,
    )
    # An empty form is asked about once, not field by field: most likely the wrong file was sent.
    said = (finding("ANS21"),) if reading.is_blank else said
    return replace(reading, findings=(*reading.findings, *said))
