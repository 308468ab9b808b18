"""Bytes that come more than once: what who sent them this time adds to what the ledger and this run know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.findings import finding
from xlsx_pdca.ledger import Booked, Ledger, Use
from xlsx_pdca.reading import listed
from xlsx_pdca.workflows.decide import (
    BY_SENDER,
    Judged,
    arrived,
    is_contradicted,
    same_as_doubted,
)


class Witness(IntEnum):
    """Who bears witness to a file; of equal bytes the first is decided on first."""

    OWN = 0
    """Proved, and sent by its unit."""
    AGAINST = 1
    """Sent by another unit."""
    NONE = 2
    """Proved, and nobody known sent it."""
    UNPROVED = 3


def rank(judged: Judged) -> Witness:
    """Who bears witness to a file."""
    if judged.sent.against:
        return Witness.AGAINST
    if not judged.is_proved:
        return Witness.UNPROVED
    return Witness.OWN if judged.sent.vouched else Witness.NONE


@dataclass
class Run:
    """What was decided on earlier in a run, by bytes, with the 受付番号 it gets."""

    booked: int = 0
    """Arrivals of this run that are booked, or will be."""
    decided: dict[str, list[tuple[int, Arrived]]] = field(default_factory=dict)

    def of(self, judged: Judged) -> Sequence[tuple[int, Arrived]]:
        """Earlier files with the same bytes; what only went along with something was decided on by nobody."""
        return self.decided.get(judged.sha256, ())

    def meet(self, judged: Judged, before: Booked) -> None:
        """Remember a file that was booked by a run before."""
        self._remember(judged, before.seq, before.fact)

    def book(self, judged: Judged, fact: Arrived, ledger: Ledger) -> None:
        """Remember a file that is booked next; `ledger` is the one this run began with."""
        self.booked += 1
        self._remember(judged, ledger.last_event + self.booked, fact)

    def _remember(self, judged: Judged, number: int, fact: Arrived) -> None:
        if not judged.goes_along:
            self.decided.setdefault(judged.sha256, []).append((number, fact))


def doubted_bytes(judged: Iterable[Judged], ledger: Ledger) -> frozenset[str]:
    """SHA-256 of what another unit's address sent, in this run or waiting since an earlier one."""
    waiting = {b.fact.sha256 for b in ledger.held if is_contradicted(b.fact)}
    return frozenset(waiting | {each.sha256 for each in judged if each.sent.against})


def adds_nothing(judged: Judged, doubted: frozenset[str]) -> bool:
    """Whether a file is only a copy, sent by nobody known, of one that another unit sent."""
    return judged.sha256 in doubted and not judged.sent.vouched


def contradicted(judged: Judged, ledger: Ledger, run: Run) -> Arrived | None:
    """Arrival of known bytes that come from another unit's address, where nobody was told so yet; None for all others."""
    if judged.outcome is not None or judged.refused or not judged.sent.against:
        return None
    if _is_told(judged, ledger, run):
        return None
    if _counts(judged, ledger, run):
        rest = tuple(each for each in judged.findings if each.code not in BY_SENDER)
        others = listed(judged.sent.against)
        doubt = finding("IDN31", name=judged.sent.unit_name, other_name=others)
        return arrived(judged.with_(findings=rest), Outcome.HELD, doubt)
    seen = ledger.seen(judged.sha256)
    is_in_use = seen is not None and ledger.use_of(seen) in (Use.WAITS, Use.COUNTS)
    return arrived(judged, Outcome.HELD) if is_in_use or run.of(judged) else None


def same_in_run(judged: Judged, ledger: Ledger, run: Run) -> Arrived | None:
    """Arrival of bytes decided on earlier in this run; None where they were not, or nobody decides on them."""
    before = run.of(judged)
    if not before or judged.goes_along or judged.refused:
        return None
    doubted = next((each for each in before if is_contradicted(each[1])), None)
    if doubted is not None and not _counts(judged, ledger, run):
        number, held = doubted
        return same_as_doubted(judged, held, number)
    told = finding("ARR01", other_file=before[0][1].name)
    return arrived(judged, Outcome.SAME_FILE, told)


def _counts(judged: Judged, ledger: Ledger, run: Run) -> bool:
    """Whether the same bytes are the newest submission of their unit, or become it in this run."""
    taken = (fact.submission for _, fact in run.of(judged))
    now = any(each is not None and (each.unit, each.form) == judged.key for each in taken)
    return now or judged.key in ledger.counts_for(judged.sha256)


def _is_told(judged: Judged, ledger: Ledger, run: Run) -> bool:
    """Whether the same bytes were held for the same senders before, whatever a person made of it."""
    booked = (b.fact for b in ledger.arrivals if b.fact.sha256 == judged.sha256)
    said = [
        dict(f.context).get("other_name", "")
        for fact in (*booked, *(fact for _, fact in run.of(judged)))
        if fact.outcome is Outcome.HELD
        for f in fact.findings
        if f.code in BY_SENDER
    ]
    return any(all(sender in text for sender in judged.sent.against) for text in said)
