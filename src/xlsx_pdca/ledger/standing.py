"""Everything booked about one form of one unit, and the status that follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xlsx_pdca.facts import Issued, MarkedCopy, Submitted
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.ledger.status import Status

Key = tuple[str, str]
"""(unit id, form id)."""


@dataclass(frozen=True)
class Booked:
    """A fact with when, by whom and where in the ledger it was booked."""

    seq: int
    at: datetime
    by: str
    fact: Any


@dataclass(frozen=True)
class Standing:
    """Everything the ledger knows about one form of one unit, in order of booking."""

    unit: str
    form: str
    issues: tuple[Booked, ...] = ()
    sent: tuple[Booked, ...] = ()
    submissions: tuple[Booked, ...] = ()
    accepted: tuple[Booked, ...] = ()
    asked: tuple[Booked, ...] = ()
    corrections: tuple[Booked, ...] = ()
    extensions: tuple[Booked, ...] = ()
    exemptions: tuple[Booked, ...] = ()
    marked: tuple[Booked, ...] = ()
    """What is or was to be asked about its returns (`MarkedCopy`), whether it went out or not."""
    reminders: tuple[Booked, ...] = ()
    """提出のお願い（再送） that went out."""
    other_mails: tuple[Booked, ...] = ()
    """確認 and 受領 that went out."""

    @property
    def issue(self) -> Issued | None:
        """The workbook that is out now."""
        return self.issues[-1].fact if self.issues else None

    @property
    def submission(self) -> Submitted | None:
        """The newest submission by our order of receipt."""
        return self.submissions[-1].fact if self.submissions else None

    @property
    def is_accepted(self) -> bool:
        """True when the newest submission itself was accepted."""
        current = self.submission
        return current is not None and any(b.fact.number == current.number for b in self.accepted)

    @property
    def is_asked(self) -> bool:
        """True when a 確認依頼 about the newest submission itself went out, and 県補正 has not settled all it asks."""
        current = self.submission
        if current is None or all(b.fact.number != current.number for b in self.asked):
            return False
        told = [q for q in self.questions if q.number == current.number]
        points = [point.address for question in told for point in question.points]
        return not points or any(address not in self.corrected for address in points)

    @property
    def corrected(self) -> Mapping[tuple[str, str, str], Booked]:
        """県補正 of the newest submission by field address, the last one of each."""
        current = self.submission
        return {
            (b.fact.field, b.fact.column, b.fact.row): b
            for b in self.corrections
            if current is not None and b.fact.number == current.number
        }

    @property
    def open_must(self) -> tuple[Finding, ...]:
        """必ず確認 of the newest submission, but for what 県補正 has settled."""
        current, settled = self.submission, self.corrected
        found = must_check(current) if current else ()
        return tuple(f for f in found if f.address not in settled)

    @property
    def questions(self) -> tuple[MarkedCopy, ...]:
        """What was asked about its returns and went out, in the order of its going out."""
        return tuple(q for asked in self.asked if (q := self._question(asked)))

    @property
    def question(self) -> MarkedCopy | None:
        """What was asked last, about whichever of its returns."""
        return next(reversed(self.questions), None)

    def _question(self, asked: Booked) -> MarkedCopy | None:
        """What went out: by its mail, else the last that was written about that submission before."""
        told = [b.fact for b in self.marked if b.fact.number == asked.fact.number]
        exact = [q for q in told if q.mail and q.mail == asked.fact.mail]
        return next(reversed(exact or (told if not asked.fact.mail else [])), None)

    @property
    def deadline(self) -> date | None:
        """The deadline that holds now: an extension, else the one printed on the workbook."""
        if self.extensions:
            until: date = self.extensions[-1].fact.until
            return until
        return self.issue.deadline if self.issue else None

    @property
    def is_sent(self) -> bool:
        """True when the workbook that is out now was booked as sent, not only one before it."""
        if not (self.issues and self.sent):
            return False
        went, newest = self.sent[-1], self.issues[-1]
        # a mail made before the newest issue may be booked as sent after it
        return went.seq > newest.seq and went.fact.issue in (0, newest.fact.issue)

    @property
    def is_replaced(self) -> bool:
        """True when a workbook was sent and a newer one (差替え) has not gone out yet."""
        return bool(self.sent) and not self.is_sent

    def status(self, today: date, *, exempt: bool = False) -> Status:
        """Status on a day; `exempt` is what 名簿 says of the unit.

        A newer workbook has to be sent anew, but past its deadline whoever got the one before it is 未提出.
        """
        current = self.submission
        if self.exemptions or exempt:
            return Status.EXEMPT
        if current is not None:
            if self.is_accepted:
                return Status.ACCEPTED
            return Status.ASKED if self.is_asked else Status.RECEIVED
        if not self.issues or not self.sent:
            return Status.NOT_SENT
        if self.deadline is not None and today > self.deadline:
            return Status.MISSING
        if not self.is_sent:
            return Status.NOT_SENT
        return Status.EXTENDED if self.extensions else Status.SENT


def must_check(submission: Submitted) -> tuple[Finding, ...]:
    """Findings of grade 必ず確認 of one submission."""
    return tuple(f for f in submission.findings if f.grade is Grade.MUST)
