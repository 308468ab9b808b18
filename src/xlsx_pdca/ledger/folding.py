"""Events → the state of the round: what was taken back or disposed of counts no more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from xlsx_pdca.event import Event
from xlsx_pdca.facts import (
    Accepted,
    Arrived,
    Asked,
    Contacted,
    Corrected,
    Dismissed,
    Disposed,
    Drafted,
    Exempted,
    Extended,
    Fact,
    Issued,
    IssuedCommon,
    KnownMails,
    MarkedCopy,
    Noted,
    NotSent,
    Outcome,
    Rebuilt,
    Sending,
    Sent,
    Submitted,
    Undone,
    fact_of,
)
from xlsx_pdca.ledger.ledger import Ledger
from xlsx_pdca.ledger.standing import Booked, Key, Standing
from xlsx_pdca.letters import Occasion

_NAMELESS = "（処分したファイル）"
"""Shown in the place of a file's name that may itself say too much."""

_Facts = Sequence[tuple[Event, Fact | None]]

_STANDING_SLOTS: Mapping[type[Any], str] = {
    Issued: "issues",
    Sent: "sent",
    Submitted: "submissions",
    Accepted: "accepted",
    MarkedCopy: "marked",
    Asked: "asked",
    Corrected: "corrections",
    Extended: "extensions",
    Exempted: "exemptions",
}
_FIRST_OCCASIONS = ("", Occasion.REQUEST, Occasion.REPLACEMENT)


def fold(events: Iterable[Event]) -> Ledger:
    """State after these events; undone ones count for nothing, unknown types are passed over."""
    facts = [(event, fact_of(event)) for event in events]
    undone = _undone(facts)
    disposed = _disposed(facts)
    counted = _asked_by_mail(tuple(_counted(facts, undone, disposed)))
    told: defaultdict[type[Any], list[Booked]] = defaultdict(list)
    for booked in counted:
        told[type(booked.fact)].append(booked)
    return Ledger(
        standings=_standings(counted),
        arrivals=tuple(told[Arrived]),
        dismissed={booked.fact.arrival: booked for booked in told[Dismissed]},
        disposed=disposed,
        contacts=tuple(told[Contacted]),
        notes=tuple(told[Noted]),
        undone=undone,
        last_event=max((event.seq for event, _ in facts), default=0),
        withdrawn=frozenset(_withdrawn(facts, undone, disposed)),
        taken_back={
            file: digest
            for event, fact in facts
            if event.seq in undone and (out := _submission(fact))
            for file, digest in out.copies.items()
        },
        rebuilt=tuple(told[Rebuilt]),
        commons=tuple(told[IssuedCommon]),
        drafts=tuple(told[Drafted]),
        attempts=tuple(b for b in counted if isinstance(b.fact, Sending | NotSent)),
        known_mails=tuple(told[KnownMails]),
    )


def _undone(facts: _Facts) -> frozenset[int]:
    """Sequence numbers taken back; taking back an `undo` brings the event back."""
    undone: set[int] = set()
    for event, fact in reversed(facts):
        if isinstance(fact, Undone) and event.seq not in undone:
            undone.add(fact.seq)
    return frozenset(undone)


def _disposed(facts: _Facts) -> dict[str, Booked]:
    """The newest disposal of each digest."""
    return {
        digest: Booked(event.seq, event.at, event.by, fact)
        for event, fact in facts
        if isinstance(fact, Disposed)
        for digest in fact.removed
    }


def _is_gone(seq: int, fact: Fact | None, disposed: Mapping[str, Booked]) -> bool:
    """Whether the bytes a fact speaks of were disposed of after they had arrived."""
    match fact:
        case Arrived():
            came = seq
            # A part that could not be taken out has no bytes of its own.
            digest = fact.sha256 or fact.inside
        case Submitted(joined=joined) if joined:
            came_of = {part.sha256: part.arrival for part in joined}
            return any(d in disposed and n < disposed[d].seq for d, n in came_of.items())
        case Submitted(sha256=digest, arrival=came):
            pass
        case MarkedCopy(sha256=digest):
            came = seq
        case _:
            return False
    return digest in disposed and came < disposed[digest].seq


def _counted(
    facts: _Facts, undone: frozenset[int], disposed: Mapping[str, Booked]
) -> Iterator[Booked]:
    """What still holds, in order of booking; an arrival always stays, with what is left of it."""
    emptied = frozenset(_withdrawn(facts, frozenset(), disposed))
    for event, fact in facts:
        left: Fact | None
        is_gone = _is_gone(event.seq, fact, disposed)
        if isinstance(fact, MarkedCopy):  # what was asked quotes what was answered
            is_gone = is_gone or (fact.unit, fact.form, fact.number) in emptied
        if isinstance(fact, Arrived):
            kept = _put_back(fact) if event.seq in undone else fact
            left = _emptied(kept) if is_gone else kept
        else:
            left = None if is_gone or event.seq in undone else fact
        if left is not None:
            yield Booked(event.seq, event.at, event.by, left)


def _asked_by_mail(counted: Sequence[Booked]) -> tuple[Booked, ...]:
    """Without what was asked in a mail that is said not to have gone out after all."""
    sent = {b.fact.mail for b in counted if isinstance(b.fact, Sent)}
    return tuple(
        b
        for b in counted
        if not isinstance(b.fact, Asked) or not b.fact.mail or b.fact.mail in sent
    )


def _emptied(arrived: Arrived) -> Arrived:
    """What is still told of an arrival whose bytes are gone: neither its name nor a word of what it said."""
    return replace(
        arrived,
        name=_NAMELESS,
        outcome=Outcome.DISPOSED,
        modified=0,
        findings=(),
        losses=(),
        note="",
        submission=None,
        letter=None,
    )


def _put_back(arrived: Arrived) -> Arrived:
    """An arrival whose taking-in was taken back: the file stays and waits for a person."""
    held = Outcome.HELD if arrived.submission else arrived.outcome
    return replace(arrived, outcome=held, submission=None)


def _standings(counted: Iterable[Booked]) -> dict[Key, Standing]:
    """What was booked about each form of each unit; a submission may stand in the line of its arrival."""
    slots: defaultdict[Key, defaultdict[str, list[Booked]]]
    slots = defaultdict(lambda: defaultdict(list))
    for booked in map(_as_submission, counted):
        if slot := _slot_of(booked.fact):
            slots[booked.fact.unit, booked.fact.form][slot].append(booked)
    return {key: _standing(key, found) for key, found in slots.items()}


def _slot_of(fact: Fact) -> str:
    """Where a fact about one form of one unit is kept, "" for others: a reminder is no second sending."""
    if isinstance(fact, Sent) and fact.occasion not in _FIRST_OCCASIONS:
        return "reminders" if fact.occasion == Occasion.REMINDER else "other_mails"
    return _STANDING_SLOTS.get(type(fact), "")


def _standing(key: Key, slots: Mapping[str, list[Booked]]) -> Standing:
    bookings: dict[str, Any] = {name: tuple(found) for name, found in slots.items()}
    return Standing(*key, **bookings)


def _as_submission(booked: Booked) -> Booked:
    """The submission an arrival was taken in as; any other booking as it is."""
    match booked.fact:
        case Arrived(submission=Submitted() as submission):
            return replace(booked, fact=replace(submission, arrival=booked.seq))
    return booked


def _withdrawn(
    facts: _Facts,
    undone: frozenset[int],
    disposed: Mapping[str, Booked],
) -> Iterator[tuple[str, str, int]]:
    for event, fact in facts:
        taken = _submission(fact)
        is_out = event.seq in undone or _is_gone(event.seq, fact, disposed)
        if is_out and taken:
            yield taken.unit, taken.form, taken.number


def _submission(fact: Fact | None) -> Submitted | None:
    """The submission a fact books, alone or with the arrival it came by."""
    taken = fact.submission if isinstance(fact, Arrived) else fact
    return taken if isinstance(taken, Submitted) else None
