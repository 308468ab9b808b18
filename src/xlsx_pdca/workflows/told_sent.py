"""送付済 by the word of a person: which edition went out, in which mail, and what her word does not cover."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from xlsx_pdca.errors import UsageError
from xlsx_pdca.event import NewEvent
from xlsx_pdca.facts import Drafted, Issued, Sent, booking
from xlsx_pdca.ledger import Booked, Key, Ledger, Standing, fold
from xlsx_pdca.mailings import Mailing, goes_again, mailings
from xlsx_pdca.workflows.acceptance import refuse_unknown, without
from xlsx_pdca.workflows.round import Round


@dataclass(frozen=True)
class ToldSent:
    """What was booked, and what the officer should know of the rest."""

    booked: tuple[Standing, ...]
    older: tuple[Standing, ...] = ()
    """Of these an older edition was booked: the newest had not been made that day, or lay in no draft."""
    early: tuple[Standing, ...] = ()
    """Not booked: on that day there was nothing to send that had not been sent before."""
    uncertain: tuple[Mailing, ...] = ()
    """Not booked with all the others: nobody knows whether these arrived."""
    beside: tuple[Key, ...] = ()
    """Carried by the same mails and not named, so not booked."""


def mark_sent(
    round_: Round,
    units: Iterable[str],
    *,
    form: str = "",
    everyone: bool = False,
    on: date,
    now: datetime,
    by: str,
    dry_run: bool = False,
) -> ToldSent:
    """Book as sent what was issued and not yet sent, for the units named or for everyone who still owes an answer.

    A newer workbook that replaces one already sent is sent anew. Nothing goes by itself to those who have
    answered or are exempt, whose form is switched off, or whose mail is in the dark: they have to be named.
    """
    wanted = frozenset(units)
    with round_.log.writing() as writer:
        ledger = fold(writer.read())
        refuse_unknown(round_, ledger, wanted)
        _refuse_without_issue(wanted, ledger, form)
        told = _Told(round_, ledger, mailings(ledger), on)
        chosen = [s for s in told.waiting(form) if s.unit in wanted or (everyone and told.owes(s))]
        dated = {_key(s): issued for s in chosen if (issued := told.edition(s)) is not None}
        going = [s for s in chosen if _key(s) in dated]
        mails = told.mails_of(dated)
        if not dry_run:
            writer.append(
                [_event(s, dated[_key(s)], mails.get(_key(s)), on, now=now, by=by) for s in going]
            )
    return ToldSent(
        tuple(going),
        tuple(s for s in going if dated[_key(s)] != s.issue),
        tuple(s for s in chosen if _key(s) not in dated),
        told.dark if everyone else (),
        tuple(told.beside(dated)),
    )


@dataclass(frozen=True)
class _Told:
    """The ledger as the word of a person meets it."""

    round: Round
    ledger: Ledger
    known: Sequence[Mailing]
    on: date

    @property
    def dark(self) -> tuple[Mailing, ...]:
        return tuple(m for m in self.first if m.is_uncertain)

    @property
    def first(self) -> Sequence[Mailing]:
        """Requests and 差替え that are not known to have gone out, in the order of their writing."""
        return [m for m in self.known if not m.is_sent and m.is_first]

    def waiting(self, form: str) -> Iterator[Standing]:
        """What was issued and is not sent, or is to be sent once more; of a form switched off only when it is named."""
        for standing in self.ledger.standings.values():
            is_again = goes_again(standing, self.known)
            is_meant = standing.form == form if form else standing.form in self.round.forms
            if standing.issues and is_meant and (is_again or not standing.is_sent):
                yield standing

    def owes(self, standing: Standing) -> bool:
        unit = self.round.unit(standing.unit)
        owed = standing.submission is None and not standing.exemptions
        in_the_dark = any(_key(standing) in m.keys for m in self.dark)
        return owed and unit is not None and not unit.exempt and not in_the_dark

    def edition(self, standing: Standing) -> Issued | None:
        """What went out on that day: what the last draft carries, else the newest there was; None where all had gone out."""
        if standing.is_sent:
            return standing.issue  # sent once more
        gone = max((b.seq for b in standing.issues if _was_sent(b, standing)), default=0)
        there: list[Issued] = [
            b.fact for b in standing.issues if b.seq > gone and b.at.date() <= self.on
        ]
        drafts = [m.fact for m in self.first if _key(standing) in m.keys]
        carried = (
            {b.issue for b in drafts[-1].books if (b.unit, b.form) == _key(standing)}
            if drafts
            else ()
        )
        in_draft = [issued for issued in there if issued.issue in carried]
        return next(reversed(in_draft or there), None)

    def mails_of(self, keys: Collection[Key]) -> Mapping[Key, Drafted]:
        """The mail that carried each workbook, where all it carries is booked now or was before."""
        found: dict[Key, Drafted] = {}
        for mailing in self.first:
            if not mailing.is_replaced or mailing.is_uncertain:
                rest = mailing.keys - set(keys)
                if all(self.ledger.standing(*key).is_sent for key in rest):
                    found.update((key, mailing.fact) for key in mailing.keys & set(keys))
        return found

    def beside(self, keys: Collection[Key]) -> Iterator[Key]:
        for mailing in self.first:
            if (mailing.is_open or mailing.is_uncertain) and mailing.keys & set(keys):
                rest = (key for key in mailing.keys - set(keys))
                yield from sorted(k for k in rest if not self.ledger.standing(*k).is_sent)


def _was_sent(issued: Booked, standing: Standing) -> bool:
    """Whether this edition is booked as sent, by its number or as the one that stood when the day was told."""
    return any(
        went.fact.issue == issued.fact.issue or (went.fact.issue == 0 and went.seq > issued.seq)
        for went in standing.sent
    )


def _event(
    standing: Standing, issued: Issued, mail: Drafted | None, on: date, *, now: datetime, by: str
) -> NewEvent:
    unit, form, number = standing.unit, standing.form, issued.issue
    carried = mail is not None and any(
        (b.unit, b.form, b.issue) == (unit, form, number) for b in mail.books
    )
    if mail is None or not carried:
        # 0 is the newest, as it stands now
        told = 0 if issued == standing.issue else number
        return booking(Sent(unit, form, on, "手作業", issue=told), at=now, by=by)
    went = Sent(unit, form, on, "手作業", mail.mail, mail.occasion, number)
    return booking(went, at=now, by=by)


def _key(standing: Standing) -> Key:
    return (standing.unit, standing.form)


def _refuse_without_issue(wanted: Iterable[str], ledger: Ledger, form: str) -> None:
    if missing := without(wanted, ledger, form, lambda standing: bool(standing.issues)):
        raise UsageError(
            f"まだ様式を作成していません（{'、'.join(missing)}）。",
            "先に issue で様式を作成し、送付してから記録してください。",
        )
