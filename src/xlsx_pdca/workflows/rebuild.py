"""What was lost is made anew from what is left: copies, plans, originals, cache, and the ledger itself where there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xlsx_pdca.errors import OperatorError
from xlsx_pdca.event import NewEvent
from xlsx_pdca.facts import Arrived, Fact, Rebuilt, Submitted, booking
from xlsx_pdca.ledger import Ledger, fold
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.events import EventLog
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import remove_file
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.workflows.asked_copies import copies_asked
from xlsx_pdca.workflows.copies import (
    EDITED,
    FOUND_AGAIN,
    copies_of,
    leftovers,
    make_room,
    take_away,
    write_copies,
)
from xlsx_pdca.workflows.found_again import FoundAgain, find_again
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.verify_files import (
    digest_at,
    expected_originals,
    place_of,
    plan_archives,
    submissions_of,
)
from xlsx_pdca.workflows.verify_ledger import issued_of, prove_ledger

UNKNOWN = (
    "送付した日、確認済、取り扱わないこととした決定、届いた日時と元のファイル名、連絡の記録は分かりません。"
    "県で写したもの（代理入力）とその根拠も分からず、ふつうの提出（入力）として出ます。"
    "いくつかのファイルを合わせた提出は、もう一度合わせてください。"
    "県記入は、取りまとめ表に残っていれば次の merge で記録します。"
)


class NothingLeft(OperatorError):
    """There is neither a ledger nor anything of which one could be made."""

    def __init__(self, folder: RoundFolder) -> None:
        super().__init__(
            f"受付記録がなく、「{folder.issued.name}」から作り直すこともできません（様式のファイルと「_システムの控え」が要ります）。",
            "バックアップから元に戻してください。",
        )


@dataclass(frozen=True)
class Restored:
    """What was put back, or would be; places below the round folder."""

    ledger: FoundAgain | None
    """What the ledger was made of, where there was none."""
    unproved: int
    """Tickets found without the key they were made with."""
    originals: tuple[str, ...]
    plans: tuple[str, ...]
    copies: tuple[str, ...]
    aside: tuple[str, ...]
    """Readable copies somebody had changed: they keep lying there under another name."""
    lost: tuple[str, ...]
    """Originals of which nothing is left here."""
    cleared: tuple[str, ...] = ()
    """Readable copies that stand elsewhere by now, and were left lying."""
    nameless: int = 0
    """Originals of which a ledger made anew knows nothing: mails, files that waited, former summary books."""
    has_key: bool = True
    """False where a ledger stands and its key is gone: that comes from a backup only."""


def rebuild(
    folder: RoundFolder,
    *,
    holder: str,
    now: datetime,
    fresh_key: bytes,
    dry_run: bool = False,
) -> Restored:
    """Put back what can be put back; what stands and is right is never touched, least of all a ledger."""
    log = EventLog(folder.events, folder.lock, holder)
    is_lost = not folder.events.exists() or folder.events.stat().st_size == 0
    if dry_run:
        plans = _mend_plans(folder, dry_run=True)
        if is_lost:
            with Readings(folder, plans=plan_archives(folder)[1]) as readings:
                return _told(readings, folder, plans)
        would_be = _mended(folder, fold(log.read()), plans, dry_run=True)
        return replace(would_be, has_key=folder.key() is not None)
    folder.create()
    plans = _mend_plans(folder, dry_run=False)
    found, unproved = None, 0
    if is_lost:
        with Readings(folder) as readings:
            found = find_again(folder, readings)
        unproved = _begin(folder, log, found, now=now, by=holder, fresh_key=fresh_key)
    with log.writing() as writer:
        ledger = fold(writer.read())
        done = _mended(folder, ledger, plans, dry_run=False)
    _refill_cache(folder, ledger)
    nameless = _nameless(folder, found) if found else 0
    has_key = folder.key() is not None
    return replace(done, ledger=found, unproved=unproved, nameless=nameless, has_key=has_key)


# -- a ledger where there is none ----------------------------------------------------------


def _told(readings: Readings, folder: RoundFolder, plans: tuple[str, ...]) -> Restored:
    found = find_again(folder, readings)
    key = folder.key()
    unproved = _unproved(found, key)
    nameless = _nameless(folder, found)
    return Restored(found, len(unproved), (), plans, (), (), (), nameless=nameless)


def _nameless(folder: RoundFolder, found: FoundAgain) -> int:
    kept = Archive.of_originals(folder.originals).verify().kept
    return len(kept - {each.sha256 for each in found.arrivals})


def _begin(
    folder: RoundFolder,
    log: EventLog,
    found: FoundAgain,
    *,
    now: datetime,
    by: str,
    fresh_key: bytes,
) -> int:
    """Write the ledger in one step, behind all it refers to; how many tickets cannot be proved."""
    if not found.made:
        raise NothingLeft(folder)
    unproved = _unproved(found, folder.key())
    folder.ensure_key(fresh_key, by)
    originals = Archive.of_originals(folder.originals)
    for arrived in found.arrivals:
        originals.put(_found_at(folder, arrived).read_bytes())
    note = f"{UNKNOWN}{'整理番号は、鍵が失われたため未検証です。' if unproved else ''}"
    facts: list[Fact] = [Rebuilt(note, unproved), *found.made, *found.arrivals]
    log.begin([_marked(booking(fact, at=now, by=by)) for fact in facts])
    return len(unproved)


def _found_at(folder: RoundFolder, arrived: Arrived) -> Path:
    if arrived.submission is not None:
        return folder.root / arrived.submission.file
    return folder.received / arrived.source.removeprefix(FOUND_AGAIN) / arrived.name


def _unproved(found: FoundAgain, key: bytes | None) -> tuple[str, ...]:
    return tuple(
        fact.ticket
        for fact in found.made
        if key is None or not find_tickets(fact.ticket)[0].is_genuine(key)
    )


def _marked(event: NewEvent) -> NewEvent:
    """The event with the word that it was not booked when it happened."""
    return replace(event, data={**event.data, "rebuilt": True})


# -- what the ledger knows and the disk has lost -------------------------------------------


def _mend_plans(folder: RoundFolder, *, dry_run: bool) -> tuple[str, ...]:
    """Plans that one of their two places lacks, copied from the other."""
    archives = plan_archives(folder)
    proofs = [archive.verify() for archive in archives]
    good = [proof.kept - set(proof.damaged) for proof in proofs]
    put = []
    for archive, have, source, other in zip(
        archives, good, reversed(archives), reversed(good), strict=True
    ):
        for digest in sorted(other - have):
            put.append(place_of(archive.path(digest), folder))
            if not dry_run:
                archive.put(source.get(digest))
    return tuple(put)


def _mended(
    folder: RoundFolder, ledger: Ledger, plans: tuple[str, ...], *, dry_run: bool
) -> Restored:
    originals = Archive.of_originals(folder.originals)
    proof = originals.verify(expected_originals(ledger))
    harmed = (set(proof.missing) | set(proof.damaged)) & expected_originals(ledger)
    found = _elsewhere(folder, harmed) if harmed else {}
    if not dry_run:
        for path in found.values():
            originals.put(path.read_bytes())
    lost = harmed - found.keys()
    copies, aside = _mend_copies(folder, ledger, originals, lost, dry_run=dry_run)
    cleared = leftovers(folder, ledger, copies_of(folder, ledger))
    if not dry_run:
        take_away(cleared, originals)
    return Restored(
        ledger=None,
        unproved=0,
        originals=tuple(place_of(originals.path(digest), folder) for digest in sorted(found)),
        plans=plans,
        copies=copies,
        aside=aside,
        lost=tuple(_names(ledger, lost)),
        cleared=tuple(place_of(path, folder) for path in cleared),
    )


def _elsewhere(folder: RoundFolder, digests: set[str]) -> dict[str, Path]:
    """Files of the round with the very bytes that the archive lacks."""
    places = (folder.received, folder.drop, folder.attachments, folder.queries, folder.summaries)
    files = (path for place in places for path in sorted(place.rglob("*")) if path.is_file())
    return {digest: path for path in files if (digest := digest_at(path)) in digests and digest}


def _mend_copies(
    folder: RoundFolder, ledger: Ledger, originals: Archive, lost: set[str], *, dry_run: bool
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    marked = {folder.root / file: digest for file, digest in copies_asked(ledger).items()}
    wanted = {p: d for p, d in (copies_of(folder, ledger) | marked).items() if d not in lost}
    have = {path: digest_at(path) for path in wanted}
    harmed = {path: digest for path, digest in wanted.items() if have[path] != digest}
    aside = [path for path in harmed if have[path] is not None]
    if not dry_run:
        for path in aside:
            make_room(path, harmed[path], EDITED)
        write_copies(harmed, originals)
    return tuple(place_of(p, folder) for p in harmed), tuple(place_of(p, folder) for p in aside)


def _names(ledger: Ledger, digests: Iterable[str]) -> Iterator[str]:
    yield from (file for file, digest in copies_asked(ledger).items() if digest in set(digests))
    for booked in ledger.arrivals:
        fact: Arrived = booked.fact
        if {fact.sha256, fact.read_as} & set(digests):
            yield f"受付番号{booked.seq}　{fact.name}"


def _refill_cache(folder: RoundFolder, ledger: Ledger) -> None:
    """Read every submission that counts once more, into a new cache."""
    remove_file(folder.cache)
    slots = {(b.unit, b.form, b.issue): b.slots for b in issued_of(prove_ledger(folder).facts)}
    with Readings(folder) as readings:
        for taken in submissions_of(ledger):
            if readings.originals.has(taken.workbook):
                readings.reading(taken.workbook, taken.plan, _slots_of(taken, slots))


def _slots_of(
    taken: Submitted, slots: Mapping[tuple[str, str, int], Mapping[str, str]]
) -> Mapping[str, str]:
    return slots.get((taken.unit, taken.form, taken.issue), {})
