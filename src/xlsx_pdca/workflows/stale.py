"""Drafts that say what no longer holds, so that they must not go out."""

from __future__ import annotations

from datetime import date

from xlsx_pdca.ledger import Ledger, Standing
from xlsx_pdca.letters import Occasion
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.workflows.round import Round


def is_stale(mailing: Mailing, round_: Round, ledger: Ledger, today: date) -> bool:
    """Whether an open draft speaks of a workbook that was replaced, of a form switched off, of somebody who owes nothing any more, or of a day gone by."""
    about_answers = mailing.fact.occasion in (Occasion.QUESTION, Occasion.RECEIPT)
    for book in mailing.fact.books:
        standing = ledger.standing(book.unit, book.form)
        told = standing.submission
        if about_answers and (told is None or told.number != book.number):
            return True
        if mailing.fact.occasion == Occasion.QUESTION and _is_settled(mailing, standing):
            return True
        if mailing.fact.occasion == Occasion.RECEIPT and not standing.is_accepted:
            return True
        if mailing.fact.occasion == Occasion.REMINDER and _has_promised(mailing, ledger, today):
            return True
        if _is_late(mailing, standing, today):
            return True
        if about_answers:
            continue
        unit = round_.unit(book.unit)
        if book.form not in round_.forms:
            return True
        if mailing.fact.occasion != Occasion.REMINDER and _went_since(mailing, standing):
            return True
        if standing.issue is None or standing.issue.issue != book.issue:
            return True
        if (
            _came_since(mailing, standing)
            or standing.exemptions
            or unit is None
            or unit.exempt
            or not unit.to
        ):
            return True
    return False


def _is_settled(mailing: Mailing, standing: Standing) -> bool:
    """Whether a question asks what was decided since: all of it by 確認済, a point of it by 県補正."""
    copies = (b.fact for b in standing.marked if b.fact.mail == mailing.fact.mail)
    asked = {point.address for copy in copies for point in copy.points}
    return standing.is_accepted or not asked.isdisjoint(standing.corrected)


def _has_promised(mailing: Mailing, ledger: Ledger, today: date) -> bool:
    """Whether somebody it goes to has named a day since it was written."""
    units = {unit for unit, _ in mailing.keys}
    since = (b.fact for b in ledger.contacts if b.seq > mailing.drafted.seq)
    latest = {fact.unit: fact.until for fact in since if fact.unit in units}
    return any(until >= today for until in latest.values() if until)


def _came_since(mailing: Mailing, standing: Standing) -> bool:
    """Whether an answer came after it was written; what she wrote to somebody who had answered is meant so."""
    return bool(standing.submissions) and standing.submissions[-1].seq > mailing.drafted.seq


def _went_since(mailing: Mailing, standing: Standing) -> bool:
    """Told by a person for this unit alone, the mail must not carry it once more; one written to be sent again may."""
    return standing.is_sent and standing.sent[-1].seq > mailing.drafted.seq


def _is_late(mailing: Mailing, standing: Standing, today: date) -> bool:
    """Whether its words about a day are no longer true: a 返信期限 that is over, a 期限 that was still to come."""
    if mailing.fact.occasion == Occasion.QUESTION:
        days = (b.fact.until for b in standing.marked if b.fact.mail == mailing.fact.mail)
        return any(day < today for day in days if day)
    if mailing.fact.occasion == Occasion.REMINDER and (due := standing.deadline):
        written = mailing.drafted.at.date()
        return ((written > due) - (written < due)) != ((today > due) - (today < due))
    return False
