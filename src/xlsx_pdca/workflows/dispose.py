"""処分: the bytes of one received file are taken out for good, after who, when, why and their hash have been booked.

What holds the file (its mail, its archive) goes too, for it holds the bytes; what stands in the file goes with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsx_pdca.errors import UsageError
from xlsx_pdca.event import Event
from xlsx_pdca.facts import (
    Arrived,
    Disposed,
    Drafted,
    MarkedCopy,
    Submitted,
    booking,
    fact_of,
)
from xlsx_pdca.ledger import Booked, Ledger, fold
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import remove_files
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.verify_files import digest_at, place_of


@dataclass(frozen=True)
class Disposal:
    """What is taken out, or would be."""

    named: Booked
    """The arrival a person named, as it was booked."""
    others: tuple[Booked, ...]
    """Further arrivals that lose their bytes: the same bytes again, what holds them, what stands in them."""
    digests: tuple[str, ...]
    copies: tuple[str, ...]
    """Readable and marked copies that go, and the mails that carry or quote them."""
    changed: tuple[str, ...]
    """Readable copies that somebody has changed: they stay, and a person has to look."""
    elsewhere: tuple[str, ...]
    """The same bytes in folders that are the officer's own; they stay."""
    leaving: tuple[Submitted, ...]
    """Submissions that count now and leave the summary."""
    evidence_of: tuple[Submitted, ...]
    """Submissions that count now and were copied from it (代理入力); they stay, without what they were copied from."""
    was_used: bool
    """Some of it was an answer once, so older summary books may show it."""
    already: bool
    """Booked before, by a run that may have been cut off: only what is left is taken out."""


class StillInUse(UsageError):
    """The file is the answer that counts; it goes only when that was said expressly."""

    def __init__(self, leaving: Sequence[Submitted]) -> None:
        which = "、".join(f"{each.unit} の第{each.number}回の提出" for each in leaving)
        super().__init__(
            f"このファイルは、{which}として、取りまとめに使っています。処分すると、取りまとめから外れます。",
            "それでも処分するときは --force を付けてください。",
        )


def dispose(
    round_: Round,
    arrival: int,
    reason: str,
    *,
    now: datetime,
    by: str,
    force: bool = False,
    dry_run: bool = False,
) -> Disposal:
    """Book the disposal of an arrival, then take its bytes out; run again, it finishes what was cut off."""
    if not reason.strip() and not dry_run:
        raise UsageError(
            "処分の理由がありません。",
            "--reason 理由 を付けてください（個人の名前などは書かないでください）。",
        )
    with round_.log.writing() as writer:
        found = plan_disposal(round_.folder, writer.read(), arrival)
        if found.leaving and not force:
            raise StillInUse(found.leaving)
        if dry_run:
            return found
        if not found.already:
            writer.append([booking(Disposed(arrival, found.digests, reason), at=now, by=by)])
        _take_out(round_.folder, found)
    return found


def plan_disposal(folder: RoundFolder, events: Sequence[Event], arrival: int) -> Disposal:
    """What goes with an arrival; UsageError where there is no such one."""
    ledger = fold(events)
    arrivals = {b.seq: b for b in _as_booked(events)}
    if arrival not in arrivals:
        raise UsageError(
            f"受付番号{arrival}のファイルはありません。",
            "受付番号は status、「進行管理表」の収受簿、verify --json で確かめられます。",
        )
    named = arrivals[arrival]
    gone = _family(named.fact, [b.fact for b in arrivals.values()])
    gone |= _asked_of(events, gone)
    others = [b for b in arrivals.values() if b.seq != arrival and b.fact.sha256 in gone]
    taken = [s for s in _submissions(events) if gone.intersection(s.originals)]
    units = {s.unit for s in taken} | {b.fact.unit for b in (named, *others)}
    copies, elsewhere = _same_bytes(folder, gone)
    return Disposal(
        named=named,
        others=tuple(others),
        digests=tuple(sorted(gone)),
        copies=copies,
        changed=tuple(_changed(folder, taken)),
        elsewhere=(*elsewhere, *_compared(folder, units)),
        leaving=tuple(_counting(ledger, gone)),
        evidence_of=tuple(_copied(ledger, {b.seq for b in (named, *others)})),
        was_used=bool(taken),
        already=_is_booked(ledger, gone, [named, *others]),
    )


def _as_booked(events: Sequence[Event]) -> Iterator[Booked]:
    """Every arrival under the name it came with, disposed of or not."""
    for event in events:
        fact = fact_of(event)
        if isinstance(fact, Arrived):
            yield Booked(event.seq, event.at, event.by, fact)


def _submissions(events: Sequence[Event]) -> Iterator[Submitted]:
    for event in events:
        fact = fact_of(event)
        taken = fact.submission if isinstance(fact, Arrived) else fact
        if isinstance(taken, Submitted):
            yield taken


def _family(named: Arrived, arrivals: Sequence[Arrived]) -> frozenset[str]:
    """Digests that hold bytes of the file: itself, what stands in it, copies made of them, and what these stand in."""
    inner = _bytes_of(named)
    while (
        more := {
            digest
            for each in arrivals
            if each.inside in inner or each.sha256 in inner or each.read_as in inner
            for digest in _bytes_of(each)
        }
        - inner
    ):
        inner |= more
    holders = {named.inside} | {each.inside for each in arrivals if each.sha256 in inner}
    while more := {each.inside for each in arrivals if each.sha256 in holders} - holders:
        holders |= more
    return frozenset((inner | holders) - {""})


def _asked_of(events: Sequence[Event], gone: frozenset[str]) -> frozenset[str]:
    """Marked copies of a submission that loses its bytes, and the mails that ask about it: they quote it."""
    facts = tuple(map(fact_of, events))
    taken = (s for s in _submissions(events) if gone.intersection(s.originals))
    about = {(s.unit, s.form, s.number) for s in taken}
    copies = {
        f.sha256 for f in facts if isinstance(f, MarkedCopy) and (f.unit, f.form, f.number) in about
    }
    mails = {
        f.sha256
        for f in facts
        if isinstance(f, Drafted) and any((b.unit, b.form, b.number) in about for b in f.books)
    }
    return frozenset((copies | mails) - {""})


def _bytes_of(arrived: Arrived) -> set[str]:
    return {arrived.sha256, arrived.read_as} - {""}


def _same_bytes(
    folder: RoundFolder, gone: frozenset[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Files with these bytes where we write, under whatever name, and in the officer's own folders."""
    own = (folder.attachments, folder.drop, folder.shared)
    ours = (folder.received, folder.queries, folder.drafts)
    copies = tuple(place for each in ours for place in _holding(folder, each, gone))
    return copies, tuple(place for each in own for place in _holding(folder, each, gone))


def _holding(folder: RoundFolder, place: Path, gone: frozenset[str]) -> tuple[str, ...]:
    files = (path for path in sorted(place.rglob("*")) if path.is_file() and not path.is_symlink())
    return tuple(place_of(path, folder) for path in files if digest_at(path) in gone)


def _changed(folder: RoundFolder, taken: Sequence[Submitted]) -> Iterator[str]:
    for file, digest in {f: d for each in taken for f, d in each.copies.items()}.items():
        found = digest_at(folder.root / file)
        if found is not None and found != digest:
            yield file


def _compared(folder: RoundFolder, units: Iterable[str]) -> Iterator[str]:
    """Workbooks in which texts of a unit's files stand side by side: they quote what is disposed of."""
    for unit in sorted(set(units) - {""}):
        for path in sorted(folder.queries.glob(f"{unit}_*並べて確認*.xlsx")):
            yield place_of(path, folder)


def _counting(ledger: Ledger, gone: frozenset[str]) -> Iterator[Submitted]:
    for standing in ledger.standings.values():
        current = standing.submission
        if current is not None and gone.intersection(
            (*current.originals, *current.copies.values())
        ):
            yield current


def _copied(ledger: Ledger, arrivals: set[int]) -> Iterator[Submitted]:
    for standing in ledger.standings.values():
        current = standing.submission
        if current is not None and arrivals.intersection(current.evidences):
            yield current


def _is_booked(ledger: Ledger, gone: frozenset[str], arrivals: Sequence[Booked]) -> bool:
    """Whether all of it was booked as disposed of, after the last of it had arrived."""
    last = max(b.seq for b in arrivals)
    return bool(gone) and all(
        digest in ledger.disposed and ledger.disposed[digest].seq > last for digest in gone
    )


def _take_out(folder: RoundFolder, found: Disposal) -> None:
    """Copies and cache first: as long as an original is left, `verify` sees that the disposal was cut off."""
    remove_files([folder.root / copy for copy in found.copies])
    journal = folder.cache.with_name(f"{folder.cache.name}-journal")
    remove_files([path for path in (folder.cache, journal) if path.exists()])
    originals = Archive.of_originals(folder.originals)
    for digest in found.digests:
        originals.remove(digest)
