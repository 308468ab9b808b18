"""What keeps us from writing to somebody today: a letter of today, or something of theirs that waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from xlsx_pdca.addressees import Addressee, addressees_of
from xlsx_pdca.facts import Arrived
from xlsx_pdca.ledger import Booked, Key, Ledger
from xlsx_pdca.letters import Occasion
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.ticket import find_short_codes
from xlsx_pdca.workflows.proposals import Proposals
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.stale import is_stale

WRITTEN_TODAY = (
    "この送付先には、今日すでにメールを送っています（明日以降に、もう一度実行してください）"
)
DRAFTED_TODAY = "この送付先あての別のメールの下書きを、今日作っています（それを送って記録し、明日以降に、もう一度実行してください）"


@dataclass(frozen=True)
class Patience:
    """Whom to leave in peace on a day, whatever the letter says."""

    round: Round
    ledger: Ledger
    known: Sequence[Mailing]
    occasion: Occasion
    """Of the letter that would be written: its own open drafts are written anew and do not count."""
    today: date

    def written_today(self, unit: str) -> str:
        """Why no further letter goes to this unit's 送付先 today; "" where one may."""
        key = self.addressee[unit].key
        if key in self.sent_to:
            return WRITTEN_TODAY
        return DRAFTED_TODAY if key in self.drafted_for else ""

    @cached_property
    def addressee(self) -> Mapping[str, Addressee]:
        return {u.id: each for each in addressees_of(self.round.units) for u in each.units}

    @cached_property
    def sent_to(self) -> frozenset[str]:
        """送付先 to which a mail went today."""
        return frozenset(
            self.addressee[standing.unit].key
            for standing in self.ledger.standings.values()
            if standing.unit in self.addressee
            for b in (*standing.sent, *standing.reminders, *standing.other_mails)
            if b.fact.on == self.today
        )

    @cached_property
    def drafted_for(self) -> frozenset[str]:
        """送付先 for which another letter was drafted today, and may still go out."""
        return frozenset(
            self.addressee[unit].key
            for mailing in self.known
            if mailing.drafted.at.date() == self.today
            and mailing.fact.occasion != self.occasion
            and (mailing.is_open or mailing.is_uncertain)
            and not is_stale(mailing, self.round, self.ledger, self.today)
            for unit, _ in mailing.keys
            if unit in self.addressee
        )

    @cached_property
    def promises(self) -> Mapping[str, date]:
        """Unit → until when an answer was promised; a later contact without a day takes it back."""
        latest = {b.fact.unit: b.fact.until for b in self.ledger.contacts}
        return {unit: until for unit, until in latest.items() if until}

    @cached_property
    def waiting(self) -> Mapping[Key, str]:
        """What came in, may be theirs, and waits for a person."""
        proposals = Proposals.of(self.round, self.ledger)
        found: dict[Key, str] = {}
        for held in self.ledger.held:
            for key in self._perhaps(held, proposals):
                words = (
                    f"受付番号{held.seq}「{held.fact.name}」が保留になっています（accept --file）"
                )
                found.setdefault(key, words)
        return found

    def _perhaps(self, held: Booked, proposals: Proposals) -> Iterable[Key]:
        """Whose a held file may be, by all that speaks for it; of a mail without a file, by sender and code too."""
        yield from ((p.unit, p.form) for p in proposals.for_held(held))
        fact: Arrived = held.fact
        if fact.unit and fact.form:
            yield fact.unit, fact.form
        letter = self.ledger.letter_of(held)
        if letter is not None:
            coded = {code.split("-", 2)[2] for code in find_short_codes(letter.subject)}
            for unit in (*coded, *proposals.register.units_at(letter.sender)):
                yield from ((unit, form) for form in self.round.forms)
