"""What became of each mail that was written: lies, is on its way, went out, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.facts import Drafted, Sending
from xlsx_pdca.ledger import Booked, Key, Ledger, Standing
from xlsx_pdca.letters import Occasion


@dataclass(frozen=True)
class Mailing:
    """One mail with everything booked about it."""

    drafted: Booked
    sent: tuple[Booked, ...] = ()
    attempts: tuple[Booked, ...] = ()
    is_replaced: bool = False
    """A newer mail was written in its place."""

    @property
    def fact(self) -> Drafted:
        fact: Drafted = self.drafted.fact
        return fact

    @property
    def keys(self) -> frozenset[Key]:
        """(unit, form) of everything it is about."""
        return frozenset((book.unit, book.form) for book in self.fact.books)

    @property
    def is_first(self) -> bool:
        """True for a request or a 差替え: it brings a workbook to be filled in."""
        return self.fact.occasion in (Occasion.REQUEST, Occasion.REPLACEMENT)

    @property
    def is_sent(self) -> bool:
        return bool(self.sent)

    @property
    def is_uncertain(self) -> bool:
        """True when its sending was begun and nothing is known of the end."""
        begun = bool(self.attempts) and isinstance(self.attempts[-1].fact, Sending)
        return begun and not self.is_sent

    @property
    def is_open(self) -> bool:
        """True for a draft that may still go out."""
        return not (self.is_sent or self.is_replaced or self.is_uncertain)


def mailings(ledger: Ledger) -> tuple[Mailing, ...]:
    """All mails of a round in the order in which they were written."""
    sent = _by_mail(_sendings(ledger))
    attempts = _by_mail(ledger.attempts)
    newest = {about: b.fact.mail for b in ledger.drafts for about in _about(b.fact)}
    return tuple(
        Mailing(
            booked,
            sent.get(booked.fact.mail, ()),
            attempts.get(booked.fact.mail, ()),
            is_replaced=any(newest[about] != booked.fact.mail for about in _about(booked.fact)),
        )
        for booked in ledger.drafts
    )


def goes_again(standing: Standing, known: Iterable[Mailing]) -> bool:
    """Whether its workbook went out and a draft that was written since is to bring it once more."""
    key = (standing.unit, standing.form)
    since = standing.sent[-1].seq if standing.sent else None
    return since is not None and any(
        m.is_first and m.is_open and key in m.keys and m.drafted.seq > since for m in known
    )


def _sendings(ledger: Ledger) -> Iterator[Booked]:
    for standing in ledger.standings.values():
        for booked in (*standing.sent, *standing.reminders, *standing.other_mails):
            if booked.fact.mail:
                yield booked


def _by_mail(bookings: Iterable[Booked]) -> Mapping[str, tuple[Booked, ...]]:
    found: dict[str, list[Booked]] = {}
    for booked in bookings:
        found.setdefault(booked.fact.mail, []).append(booked)
    return {mail: tuple(each) for mail, each in found.items()}


def _about(fact: Drafted) -> Iterator[tuple[str, Key]]:
    """What a mail says about which form of which unit: of two that say the same only the later one may go."""
    return ((fact.occasion, (book.unit, book.form)) for book in fact.books)


def uncertain(mails: Sequence[Mailing]) -> tuple[Mailing, ...]:
    """Mails of which nobody knows whether they went out."""
    return tuple(mail for mail in mails if mail.is_uncertain)
