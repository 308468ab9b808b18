"""Drafts that say what no longer holds, so that they must not go out."""

from __future__ import annotations

from xlsx_pdca.ledger import Ledger
from xlsx_pdca.letters import Occasion
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.workflows.round import Round


def is_stale(mailing: Mailing, round_: Round, ledger: Ledger) -> bool:
    """Whether an open draft speaks of a workbook that was replaced, or of somebody who owes nothing any more."""
    about_answers = mailing.fact.occasion in (Occasion.QUESTION, Occasion.RECEIPT)
    for book in mailing.fact.books:
        standing = ledger.standing(book.unit, book.form)
        told = standing.submission
        if about_answers and (told is None or told.number != book.number):
            return True
        if mailing.fact.occasion == Occasion.QUESTION and standing.is_accepted:
            return True
        if about_answers:
            continue
        unit = round_.unit(book.unit)
        if mailing.fact.occasion != Occasion.REMINDER and standing.is_sent:
            return (
                True  # told by a person for this unit alone: the mail must not carry it once more
            )
        if standing.issue is None or standing.issue.issue != book.issue:
            return True
        if standing.submission is not None or standing.exemptions or unit is None or unit.exempt:
            return True
    return False
