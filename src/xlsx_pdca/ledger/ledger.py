"""The state of a round after all its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from xlsx_pdca.facts import Issued, IssuedCommon
from xlsx_pdca.ledger.received import Received
from xlsx_pdca.ledger.standing import Booked


@dataclass(frozen=True)
class Ledger(Received):
    """State of a round after all its events: what came, and everything else that was booked."""

    contacts: tuple[Booked, ...] = ()
    notes: tuple[Booked, ...] = ()
    undone: frozenset[int] = frozenset()
    last_event: int = 0
    """Sequence number of the newest event."""
    withdrawn: frozenset[tuple[str, str, int]] = frozenset()
    """(unit, form, number) of submissions taken back or disposed of; their numbers are not given twice."""
    taken_back: Mapping[str, str] = field(default_factory=dict)
    """Readable copy → SHA-256 of its bytes, of submissions taken back: they lie there no longer."""
    rebuilt: tuple[Booked, ...] = ()
    """Bookings that say the ledger was made anew from the folders."""
    commons: tuple[Booked, ...] = ()
    """Blank workbooks for everybody, in order of issue."""
    drafts: tuple[Booked, ...] = ()
    """Mails that were written."""
    attempts: tuple[Booked, ...] = ()
    """`Sending` and `NotSent`, in order."""
    known_mails: tuple[Booked, ...] = ()
    """Bookings of mails that were seen on a server and brought nothing new."""

    @cached_property
    def fetched(self) -> frozenset[str]:
        """Where all mails stand on their servers that need not be fetched again."""
        taken = {b.fact.mail for b in self.arrivals if b.fact.mail}
        return frozenset(taken.union(*(b.fact.mails for b in self.known_mails)))

    @cached_property
    def tickets(self) -> Mapping[str, Issued]:
        """Every ticket ever issued."""
        return {b.fact.ticket: b.fact for s in self.standings.values() for b in s.issues}

    @cached_property
    def unproved(self) -> frozenset[str]:
        """Tickets found by a rebuilding without the key they were made with: nobody can prove them any more."""
        return frozenset(ticket for b in self.rebuilt for ticket in b.fact.unproved)

    @cached_property
    def common_tickets(self) -> Mapping[str, IssuedCommon]:
        """Tickets of all blank workbooks for everybody."""
        return {booked.fact.ticket: booked.fact for booked in self.commons}

    def common_of(self, plan: str) -> IssuedCommon | None:
        """The newest blank workbook for everybody made from this plan."""
        return next((b.fact for b in reversed(self.commons) if b.fact.plan == plan), None)
