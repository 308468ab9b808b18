"""受付記録: what the booked events mean, always recomputed, never stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import Enum, StrEnum, auto
from functools import cached_property
from typing import Any

from xlsx_pdca.contents import Letter
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
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.letters import Occasion

Key = tuple[str, str]
"""(unit id, form id)."""


NAMELESS = "（処分したファイル）"
"""Shown in the place of a file's name that may itself say too much."""


class Status(StrEnum):
    """Where one form of one unit stands."""

    NOT_SENT = "未送付"
    SENT = "送付済"
    EXTENDED = "延長中"
    MISSING = "未提出"
    RECEIVED = "受信（未確認）"
    ASKED = "確認依頼中"
    ACCEPTED = "確認済"
    EXEMPT = "対象外"

    @property
    def symbol(self) -> str:
        """One sign of the cp932 repertoire, told apart in grey."""
        return _SYMBOLS[self]


_SYMBOLS = {
    Status.NOT_SENT: "－",
    Status.SENT: "→",
    Status.EXTENDED: "◇",
    Status.MISSING: "▲",
    Status.RECEIVED: "○",
    Status.ASKED: "？",
    Status.ACCEPTED: "◎",
    Status.EXEMPT: "×",
}


class Use(Enum):
    """What the bytes of an earlier arrival are now, when they arrive once more."""

    COUNTS = auto()
    """They are the newest submission of a unit, or say the same."""
    WAITS = auto()
    """They wait for a person."""
    REPLACED = auto()
    """A newer submission, or a fuller file of the same day, took their place."""
    LAID_ASIDE = auto()
    """A person decided not to take them."""
    DISPOSED = auto()
    """They were taken out of the archive for good."""


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
            asked = any(b.fact.number == current.number for b in self.asked)
            return Status.ASKED if asked else Status.RECEIVED
        if not self.issues or not self.sent:
            return Status.NOT_SENT
        if self.deadline is not None and today > self.deadline:
            return Status.MISSING
        if not self.is_sent:
            return Status.NOT_SENT
        return Status.EXTENDED if self.extensions else Status.SENT


@dataclass(frozen=True)
class Ledger:
    """State of a round after all its events."""

    standings: Mapping[Key, Standing] = field(default_factory=dict)
    arrivals: tuple[Booked, ...] = ()
    dismissed: Mapping[int, Booked] = field(default_factory=dict)
    """Arrival sequence number → the booking that laid it aside."""
    contacts: tuple[Booked, ...] = ()
    notes: tuple[Booked, ...] = ()
    undone: frozenset[int] = frozenset()
    last_event: int = 0
    """Sequence number of the newest event."""
    withdrawn: frozenset[tuple[str, str, int]] = frozenset()
    """(unit, form, number) of submissions taken back or disposed of; their numbers are not given twice."""
    disposed: Mapping[str, Booked] = field(default_factory=dict)
    """SHA-256 → the booking that took those bytes out of the archive; they may have come again since."""
    rebuilt: tuple[Booked, ...] = ()
    """Bookings that say the ledger was made anew from the folders."""

    commons: tuple[Booked, ...] = ()
    """Blank workbooks for everybody, in order of issue."""

    drafts: tuple[Booked, ...] = ()
    """Mails that were written."""
    attempts: tuple[Booked, ...] = ()
    """`Sending` and `NotSent`, in order."""

    @cached_property
    def common_tickets(self) -> Mapping[str, IssuedCommon]:
        """Tickets of all blank workbooks for everybody."""
        return {booked.fact.ticket: booked.fact for booked in self.commons}

    def common_of(self, plan: str) -> IssuedCommon | None:
        """The newest blank workbook for everybody made from this plan."""
        return next((b.fact for b in reversed(self.commons) if b.fact.plan == plan), None)

    def standing(self, unit: str, form: str) -> Standing:
        return self.standings.get((unit, form), Standing(unit, form))

    @cached_property
    def _submissions(self) -> Mapping[int, Submitted]:
        """Arrival → the submission it became."""
        taken = (b.fact for s in self.standings.values() for b in s.submissions)
        return {arrival: submission for submission in taken for arrival in submission.arrivals}

    def submission_of(self, arrival: int) -> Submitted | None:
        """What a received file was taken in as, whosever it turned out to be."""
        return self._submissions.get(arrival)

    def waits(self, booked: Booked) -> bool:
        """Whether a received file waits for a person: held or unreadable, neither assigned nor laid aside."""
        return (
            booked.fact.outcome in (Outcome.HELD, Outcome.REFUSED)
            and booked.seq not in self._submissions
            and booked.seq not in self.dismissed
            and booked.seq not in self._opened_later
            and booked.seq not in self._copied
        )

    @cached_property
    def _copied(self) -> frozenset[int]:
        """Arrivals on paper that the prefecture has typed in: 代理入力."""
        taken = self._submissions.values()
        return frozenset(number for submission in taken for number in submission.evidences)

    @cached_property
    def _opened_later(self) -> frozenset[int]:
        """Arrivals that could not be read and were read when they came up again, with a password."""
        read: set[tuple[str, str]] = set()
        opened: set[int] = set()
        for booked in reversed(self.arrivals):
            fact: Arrived = booked.fact
            place = (fact.inside, fact.name)  # of an entry that was closed there are no bytes
            if fact.outcome is not Outcome.REFUSED:
                read |= {("", fact.sha256), place}
            elif (("", fact.sha256) if fact.sha256 else place) in read:
                opened.add(booked.seq)
        return frozenset(opened)

    @property
    def held(self) -> tuple[Booked, ...]:
        """Files that wait for a person: the one number of 保留 on every screen and in every book."""
        return tuple(booked for booked in self.arrivals if self.waits(booked))

    @cached_property
    def tickets(self) -> Mapping[str, Issued]:
        """Every ticket ever issued."""
        return {b.fact.ticket: b.fact for s in self.standings.values() for b in s.issues}

    @cached_property
    def unproved(self) -> frozenset[str]:
        """Tickets found by a rebuilding without the key they were made with: nobody can prove them any more."""
        return frozenset(ticket for b in self.rebuilt for ticket in b.fact.unproved)

    @cached_property
    def _first_by_bytes(self) -> Mapping[str, Booked]:
        return {
            b.fact.sha256: b for b in reversed(self.arrivals) if b.seq not in self._opened_later
        }

    @cached_property
    def _by_file(self) -> Mapping[tuple[str, str, int], Booked]:
        return {(b.fact.sha256, b.fact.name, b.fact.modified): b for b in self.arrivals}

    @cached_property
    def _in_use(self) -> frozenset[str]:
        current = (standing.submission for standing in self.standings.values())
        return frozenset(
            each for submission in current if submission for each in submission.originals
        )

    @cached_property
    def _once_in_use(self) -> frozenset[str]:
        taken = (b.fact for s in self.standings.values() for b in s.submissions)
        return frozenset(each for submission in taken for each in submission.originals)

    @cached_property
    def _waiting(self) -> Mapping[str, frozenset[int]]:
        """Bytes → arrivals of them that wait for a person."""
        found: dict[str, set[int]] = {}
        for booked in self.held:
            found.setdefault(booked.fact.sha256, set()).add(booked.seq)
        return {sha256: frozenset(numbers) for sha256, numbers in found.items()}

    @cached_property
    def _newest_held(self) -> Mapping[Key, int]:
        return {(b.fact.unit, b.fact.form): b.seq for b in self.held}

    def seen(self, sha256: str) -> Booked | None:
        """The first arrival of the very same bytes."""
        return self._first_by_bytes.get(sha256)

    def letter_of(self, booked: Booked) -> Letter | None:
        """The head and words of the innermost mail a file came in; None where it came by itself."""
        letters = (each.fact.letter for each in (booked, *self.holders_of(booked)))
        return next((letter for letter in letters if letter is not None), None)

    def holders_of(self, booked: Booked) -> tuple[Booked, ...]:
        """The mails and archives a file stood in, the innermost first."""
        found: list[Booked] = []
        met = {booked.fact.sha256}  # there are archives that hold themselves
        inside = booked.fact.inside
        while (holder := self._holders.get(inside)) and inside not in met:
            found.append(holder)
            met.add(inside)
            inside = holder.fact.inside
        return tuple(found)

    @cached_property
    def _holders(self) -> Mapping[str, Booked]:
        """Bytes of a mail or archive → its arrival."""
        inside = {b.fact.inside for b in self.arrivals if b.fact.inside}
        return {b.fact.sha256: b for b in reversed(self.arrivals) if b.fact.sha256 in inside}

    def use_of(self, seen: Booked) -> Use:
        """What became of the bytes of an arrival until now."""
        sha256 = seen.fact.sha256
        if sha256 in self._in_use:
            return Use.COUNTS
        if sha256 in self._waiting:
            return Use.WAITS
        if sha256 in self.disposed:
            return Use.DISPOSED
        if sha256 in self._once_in_use or seen.fact.outcome is Outcome.SUPERSEDED:
            return Use.REPLACED
        if seen.fact.outcome is Outcome.SAME_FILE:
            return self._use_of_twins(seen) or Use.COUNTS
        return Use.LAID_ASIDE

    def _use_of_twins(self, booked: Booked) -> Use | None:
        """What became of the files of the unit that came together with this one; None where it came alone.

        A file that says the same as another, or less, is judged by that one: it has to stand as long as this one rests.
        """
        key = (booked.fact.unit, booked.fact.form)
        together = {
            b.seq
            for b in self.arrivals
            if b.at == booked.at
            and (b.fact.unit, b.fact.form) == key
            and b.fact.outcome in (Outcome.SUBMISSION, Outcome.HELD)
        }
        if not together:
            return None
        current = self.standing(*key).submission
        if current is not None and together.intersection(current.arrivals):
            return Use.COUNTS
        if any(booked.seq in together for booked in self.held):
            return Use.WAITS
        return Use.LAID_ASIDE if current is None else Use.REPLACED

    def has_newer_held(self, standing: Standing) -> bool:
        """True when a file of the unit came in after its newest submission, and waits for a person."""
        taken = standing.submissions[-1].seq if standing.submissions else 0
        return self._newest_held.get((standing.unit, standing.form), 0) > taken

    def same_file(self, sha256: str, name: str, modified: int) -> Booked | None:
        """The booking of this very file if it still holds: the file was left over from a run that was cut off.

        A file that was replaced or laid aside since has been put there again, though Explorer kept its time stamp.
        """
        booked = self._by_file.get((sha256, name, modified))
        return booked if booked and self._still_holds(booked) else None

    def _still_holds(self, booked: Booked) -> bool:
        match booked.fact.outcome:
            case Outcome.DISPOSED:
                return False
            case Outcome.SUBMISSION:
                return booked.fact.sha256 in self._in_use
            case Outcome.HELD | Outcome.REFUSED:
                return booked.seq in self._waiting.get(booked.fact.sha256, ())
        if booked.fact.outcome in (Outcome.OPENED, Outcome.ATTACHMENT, Outcome.PASSED):
            return booked.at == self.arrivals[-1].at
        stands = self._use_of_twins(booked) in (None, Use.COUNTS, Use.WAITS)
        return stands and booked.at == self.arrivals[-1].at


_STANDING_SLOTS: Mapping[type[Any], str] = {
    Issued: "issues",
    Sent: "sent",
    Submitted: "submissions",
    Accepted: "accepted",
    Asked: "asked",
    Corrected: "corrections",
    Extended: "extensions",
    Exempted: "exemptions",
}


def fold(events: Iterable[Event]) -> Ledger:
    """State after these events; undone ones count for nothing, unknown types are passed over."""
    facts = [(event, fact_of(event)) for event in events]
    undone = _undone(facts)
    disposed = _disposed(facts)
    standings: dict[Key, dict[str, list[Booked]]] = {}
    arrivals, contacts, notes, rebuilt, commons = [], [], [], [], []
    drafts: list[Booked] = []
    attempts: list[Booked] = []
    dismissed: dict[int, Booked] = {}
    for event, fact in facts:
        if fact is None or (event.seq in undone and not isinstance(fact, Arrived)):
            continue
        if event.seq in undone and isinstance(fact, Arrived):
            fact = _put_back(fact)
        if _is_gone(event.seq, fact, disposed):
            if not isinstance(fact, Arrived):
                continue
            fact = _emptied(fact)
        booked = Booked(event.seq, event.at, event.by, fact)
        match fact:
            case Arrived(submission=submission):
                arrivals.append(booked)
                if submission is not None:
                    taken = replace(submission, arrival=event.seq)
                    slots = standings.setdefault((taken.unit, taken.form), {})
                    slots.setdefault("submissions", []).append(replace(booked, fact=taken))
            case Dismissed(arrival=arrival):
                dismissed[arrival] = booked
            case Contacted():
                contacts.append(booked)
            case Noted():
                notes.append(booked)
            case IssuedCommon():
                commons.append(booked)
            case Drafted():
                drafts.append(booked)
            case Sending() | NotSent():
                attempts.append(booked)
            case Rebuilt():
                rebuilt.append(booked)
            case Undone() | Disposed():
                pass
            case _:
                slots = standings.setdefault((fact.unit, fact.form), {})
                slots.setdefault(_slot_of(fact), []).append(booked)
    return Ledger(
        standings={key: _standing(key, slots) for key, slots in standings.items()},
        arrivals=tuple(arrivals),
        dismissed=dismissed,
        contacts=tuple(contacts),
        notes=tuple(notes),
        commons=tuple(commons),
        drafts=tuple(drafts),
        attempts=tuple(attempts),
        undone=undone,
        last_event=max((event.seq for event, _ in facts), default=0),
        withdrawn=frozenset(_withdrawn(facts, undone, disposed)),
        disposed=disposed,
        rebuilt=tuple(rebuilt),
    )


def _slot_of(fact: Any) -> str:
    """Where a fact about one form of one unit is kept: a reminder is no second sending."""
    if isinstance(fact, Sent) and fact.occasion not in _FIRST_OCCASIONS:
        return "reminders" if fact.occasion == Occasion.REMINDER else "other_mails"
    return _STANDING_SLOTS[type(fact)]


_FIRST_OCCASIONS = ("", Occasion.REQUEST, Occasion.REPLACEMENT)


def _withdrawn(
    facts: Iterable[tuple[Event, Fact | None]],
    undone: frozenset[int],
    disposed: Mapping[str, Booked],
) -> Iterator[tuple[str, str, int]]:
    for event, fact in facts:
        taken = fact.submission if isinstance(fact, Arrived) else fact
        is_out = event.seq in undone or _is_gone(event.seq, fact, disposed)
        if is_out and isinstance(taken, Submitted):
            yield taken.unit, taken.form, taken.number


def _disposed(facts: Iterable[tuple[Event, Fact | None]]) -> dict[str, Booked]:
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
            digest = (
                fact.sha256 or fact.inside
            )  # a part that could not be taken out has no bytes of its own
        case Submitted(joined=joined) if joined:
            came_of = {part.sha256: part.arrival for part in joined}
            return any(d in disposed and n < disposed[d].seq for d, n in came_of.items())
        case Submitted(sha256=digest, arrival=came):
            pass
        case _:
            return False
    return digest in disposed and came < disposed[digest].seq


def _emptied(arrived: Arrived) -> Arrived:
    """What is still told of an arrival whose bytes are gone: neither its name nor a word of what it said."""
    return replace(
        arrived,
        name=NAMELESS,
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


def _standing(key: Key, slots: Mapping[str, list[Booked]]) -> Standing:
    bookings: dict[str, Any] = {name: tuple(found) for name, found in slots.items()}
    return Standing(*key, **bookings)


def _undone(facts: Iterable[tuple[Event, Fact | None]]) -> frozenset[int]:
    """Sequence numbers taken back; taking back an `undo` brings the event back."""
    undone: set[int] = set()
    for event, fact in reversed(list(facts)):
        if isinstance(fact, Undone) and event.seq not in undone:
            undone.add(fact.seq)
    return frozenset(undone)


def must_check(submission: Submitted) -> tuple[Finding, ...]:
    """Findings of grade 必ず確認 of one submission."""
    return tuple(f for f in submission.findings if f.grade is Grade.MUST)
