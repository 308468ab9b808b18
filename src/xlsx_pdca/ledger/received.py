"""Every file that came, and what became of it until now: taken in, waiting, replaced, laid aside, gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property

from xlsx_pdca.contents import Letter
from xlsx_pdca.facts import Arrived, Outcome, Submitted
from xlsx_pdca.ledger.standing import Booked, Key, Standing


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
    WENT_ALONG = auto()
    """They went with somebody's return, were passed by, or were taken for the same as what is nowhere: nobody decided."""


_SAME = "ARR01"
_TOLD_BESIDE = "IDN31"
"""Code of what another unit sent though it counts already for its own: a person hears of it."""
_ATTACHED = frozenset({"FIL34", "FIL37"})
"""Codes of what goes with a return."""


@dataclass(frozen=True)
class Received:
    """The received files of a round, seen together with what its units sent in."""

    standings: Mapping[Key, Standing] = field(default_factory=dict)
    arrivals: tuple[Booked, ...] = ()
    dismissed: Mapping[int, Booked] = field(default_factory=dict)
    """Arrival sequence number → the booking that laid it aside."""
    disposed: Mapping[str, Booked] = field(default_factory=dict)
    """SHA-256 → the booking that took those bytes out of the archive; they may have come again since."""

    def standing(self, unit: str, form: str) -> Standing:
        return self.standings.get((unit, form), Standing(unit, form))

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
            and booked.seq not in self._copied_into
            and not self.came_again(booked)
        )

    def came_again(self, booked: Booked) -> bool:
        """Whether the bytes of a file that waited count now for the unit it names: they came once more, and proved right."""
        fact: Arrived = booked.fact
        counts = self._counts_for.get(fact.sha256, frozenset())
        # a copy of another paper (代理入力) says more than its bytes: which paper it was
        is_held = fact.outcome is Outcome.HELD and not fact.evidence
        is_held = is_held and booked.seq not in self._submissions
        is_held = is_held and all(f.code != _TOLD_BESIDE for f in fact.findings)
        return is_held and any(fact.unit in ("", unit) for unit, _ in counts)

    def counts_for(self, sha256: str) -> frozenset[Key]:
        """Units and forms whose newest submission these bytes are."""
        return self._counts_for.get(sha256, frozenset())

    def copied_into(self, arrival: int) -> Submitted | None:
        """The newest submission the prefecture copied from a paper: 代理入力."""
        return self._copied_into.get(arrival)

    def evidences(self, sha256: str) -> frozenset[int]:
        """Papers of which a file with these bytes was said to be a copy."""
        found = {b.fact.evidence for b in self.arrivals if b.fact.sha256 == sha256}
        return frozenset(found - {0})

    @property
    def held(self) -> tuple[Booked, ...]:
        """Files that wait for a person: the one number of 保留 on every screen and in every book."""
        return tuple(booked for booked in self.arrivals if self.waits(booked))

    def has_newer_held(self, standing: Standing) -> bool:
        """True when a file of the unit came in after its newest submission, and waits for a person."""
        taken = standing.submissions[-1].seq if standing.submissions else 0
        return self._newest_held.get((standing.unit, standing.form), 0) > taken

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
        if sha256 in self._laid_aside:
            return Use.LAID_ASIDE
        if seen.fact.outcome is Outcome.SAME_FILE:
            return self._use_of_twins(seen) or Use.WENT_ALONG
        went_along = seen.fact.outcome in (Outcome.ATTACHMENT, Outcome.PASSED)
        return Use.WENT_ALONG if went_along else Use.LAID_ASIDE

    def is_same_as_nothing(self, booked: Booked) -> bool:
        """Whether a file was booked as the same as another where none such counts, waits, or was decided on by a person."""
        fact: Arrived = booked.fact
        if fact.outcome is not Outcome.SAME_FILE:
            return False
        if any(f.code in _ATTACHED for f in fact.findings):
            return (fact.sha256, fact.unit) not in self._attached
        return self.use_of(self.seen(fact.sha256) or booked) is Use.WENT_ALONG

    def _use_of_twins(self, booked: Booked) -> Use | None:
        """What became of the files of the unit that came together with this one; None where it came alone.

        A file that says the same as another, or less, is judged by that one: it has to stand as long as this one rests.
        """
        if booked.fact.repeats:
            return self._use_of_repeated(booked.fact.repeats)
        key = (booked.fact.unit, booked.fact.form)
        of_unit = [
            b
            for b in self.arrivals
            if (b.fact.unit, b.fact.form) == key
            and b.fact.outcome in (Outcome.SUBMISSION, Outcome.HELD, Outcome.DISPOSED)
        ]
        together = {b.seq for b in of_unit if b.at == booked.at} or {
            # the run was cut off between the two, and the next one took the other in
            b.seq
            for b in of_unit
            if b.seq > booked.seq and b.fact.name == _same_as(booked.fact)
        }
        if not together:
            return self._use_of_repeated(self._repeated_beside(booked))
        current = self.standing(*key).submission
        if current is not None and together.intersection(current.arrivals):
            return Use.COUNTS
        if any(booked.seq in together for booked in self.held):
            return Use.WAITS
        return Use.LAID_ASIDE if current is None else Use.REPLACED

    def _repeated_beside(self, booked: Booked) -> int:
        """The submission that the file said again which this one is the same as; 0 where there is none."""
        key, name = (booked.fact.unit, booked.fact.form), _same_as(booked.fact)
        repeats = (
            b.fact.repeats
            for b in self.arrivals
            if (b.fact.unit, b.fact.form) == key and (b.at == booked.at or b.fact.name == name)
        )
        return next(filter(None, repeats), 0)

    def _use_of_repeated(self, arrival: int) -> Use | None:
        """What became of the submission that other bytes said again."""
        return next((self.use_of(b) for b in self.arrivals if b.seq == arrival), None)

    def booked_as(self, sha256: str, name: str, modified: int) -> Booked | None:
        """The newest booking of this very file, whatever became of it."""
        return self._by_file.get((sha256, name, modified))

    def same_file(self, sha256: str, name: str, modified: int) -> Booked | None:
        """The booking of this very file if it still holds: the file was left over from a run that was cut off.

        A file that was replaced or laid aside since has been put there again, though Explorer kept its time stamp.
        """
        booked = self.booked_as(sha256, name, modified)
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
        is_first = self.seen(booked.fact.sha256) is booked  # what it equals may still lie beside it
        stands = stands and (is_first or not self.is_same_as_nothing(booked))
        return stands and booked.at == self.arrivals[-1].at

    @cached_property
    def _submissions(self) -> Mapping[int, Submitted]:
        """Arrival → the submission it became."""
        taken = (b.fact for s in self.standings.values() for b in s.submissions)
        return {arrival: submission for submission in taken for arrival in submission.arrivals}

    @cached_property
    def _copied_into(self) -> Mapping[int, Submitted]:
        """Arrival on paper → the submission that the prefecture typed from it."""
        taken = self._submissions.values()
        return {number: submission for submission in taken for number in submission.evidences}

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
    def _counts_for(self) -> Mapping[str, frozenset[Key]]:
        found: dict[str, set[Key]] = {}
        for key, standing in self.standings.items():
            for each in standing.submission.originals if standing.submission else ():
                found.setdefault(each, set()).add(key)
        return {sha256: frozenset(keys) for sha256, keys in found.items()}

    @cached_property
    def _once_in_use(self) -> frozenset[str]:
        taken = (b.fact for s in self.standings.values() for b in s.submissions)
        return frozenset(each for submission in taken for each in submission.originals)

    @cached_property
    def _attached(self) -> frozenset[tuple[str, str]]:
        """(SHA-256, unit) of attachments."""
        kept = (b.fact for b in self.arrivals if b.fact.outcome is Outcome.ATTACHMENT)
        return frozenset((fact.sha256, fact.unit) for fact in kept)

    @cached_property
    def _laid_aside(self) -> frozenset[str]:
        """Bytes a person decided not to take."""
        return frozenset(b.fact.sha256 for b in self.arrivals if b.seq in self.dismissed)

    @cached_property
    def _waiting(self) -> Mapping[str, frozenset[int]]:
        """Bytes → arrivals of them that wait for a person."""
        found: dict[str, set[int]] = {}
        for booked in self.held:
            found.setdefault(booked.fact.sha256, set()).add(booked.seq)
        return {sha256: frozenset(numbers) for sha256, numbers in found.items()}

    @cached_property
    def _newest_held(self) -> Mapping[Key, int]:
        keys = {b.seq: (b.fact.unit, b.fact.form) for b in self.held}
        # what is said of the sender of bytes that count is no newer answer of their unit
        return {
            keys[b.seq]: b.seq
            for b in self.held
            if keys[b.seq] not in self.counts_for(b.fact.sha256)
        }

    @cached_property
    def _holders(self) -> Mapping[str, Booked]:
        """Bytes of a mail or archive → its arrival."""
        inside = {b.fact.inside for b in self.arrivals if b.fact.inside}
        return {b.fact.sha256: b for b in reversed(self.arrivals) if b.fact.sha256 in inside}


def _same_as(arrived: Arrived) -> str:
    """Name of the file it was booked as the same as."""
    said = (dict(f.context) for f in arrived.findings if f.code == _SAME)
    return next((each.get("other_file", "") for each in said), "")
