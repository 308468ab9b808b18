"""Readable copies in 50_受領済: submissions, attachments, and what waits for a person, made anew from the archive."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Container, Iterator, Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path, PurePosixPath

from xlsx_pdca.errors import DiskError
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.ledger import Booked, Ledger
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import (
    make_folders,
    make_read_only,
    remove_files,
    replace_file,
    sync_directory,
    write_beside,
)
from xlsx_pdca.workflows.collect import INSIDE
from xlsx_pdca.workflows.copy_names import EARLIER

WAITING = "保留"
ATTACHMENTS = "添付資料"
MAILS = "メール"
LAID_ASIDE = "その他"
"""What a person decided not to take as an answer, and papers that the prefecture has typed in."""
FOUND_AGAIN = "50_受領済の控え/"
"""Begins the source of what a rebuilding found below 50_受領済 and did not believe; the folder there follows."""
_NUMBERED = re.compile(r"受付([0-9]+)_")


def restore_copies(folder: RoundFolder, ledger: Ledger, originals: Archive) -> None:
    """Write every readable copy that is missing, and take those away whose files stand elsewhere by now."""
    copies = copies_of(folder, ledger)
    write_copies(copies, originals)
    take_away(leftovers(folder, ledger, copies), originals)


def copies_of(folder: RoundFolder, ledger: Ledger) -> dict[Path, str]:
    """Every readable copy that should lie in 50_受領済, with the SHA-256 of its bytes."""
    submissions = [b.fact for s in ledger.standings.values() for b in s.submissions]
    copies = {folder.root / name: d for each in submissions for name, d in each.copies.items()}
    shown = {laid_out(booked, ledger): booked.fact.sha256 for booked in ledger.arrivals}
    return copies | {folder.root / name: digest for name, digest in shown.items() if name}


def write_copies(copies: Mapping[Path, str], originals: Archive) -> None:
    """Write those that are missing, path → digest; their names are made durable together."""
    missing = {target: digest for target, digest in copies.items() if not target.exists()}
    folders = {target.parent for target in missing}
    for parent in folders:
        make_folders(parent)
    for target, digest in missing.items():
        finished = write_beside(target, originals.get(digest))
        make_read_only(finished)
        replace_file(finished, target)
    for parent in folders:
        sync_directory(parent)


EDITED = "書き換えられた控え"
"""Saved or replaced by somebody after it was made."""


def make_room(target: Path, digest: str, word: str = EARLIER) -> None:
    """Give another name to a copy with other bytes; `word` says what it is then."""
    with told_about(target):
        if not target.exists() or sha256(target.read_bytes()).hexdigest() == digest:
            return
        names = (target.with_stem(f"{target.stem}_{word}{n}") for n in count(1))
        target.rename(next(name for name in names if not name.exists()))


def laid_out(booked: Booked, ledger: Ledger) -> str:
    """Where an attachment, a mail, or a file that waits can be opened, relative to the round folder; "" for any other.

    What could not be read safely is laid out nowhere.
    """
    outcome = booked.fact.outcome
    if not booked.fact.sha256:  # of an entry that could not be taken out there are no bytes
        return ""
    if outcome is Outcome.ATTACHMENT:
        return _copy_of(booked, ATTACHMENTS)
    if outcome is Outcome.OPENED and booked.fact.letter is not None:
        return _copy_of(booked, MAILS)
    if outcome is not Outcome.HELD or ledger.submission_of(booked.seq):
        return ""
    if booked.seq in ledger.dismissed or ledger.copied_into(booked.seq):
        return _copy_of(booked, LAID_ASIDE)
    return _copy_of(booked, WAITING) if ledger.waits(booked) else ""


def _copy_of(booked: Booked, kind: str) -> str:
    fact: Arrived = booked.fact
    own = PurePosixPath(fact.name.rsplit(INSIDE, 1)[-1]).name
    whose = f"{fact.unit}_" if kind == ATTACHMENTS and fact.unit else ""
    return str(PurePosixPath("50_受領済", kind, safe_file_name(f"受付{booked.seq}_{whose}{own}")))


def leftovers(folder: RoundFolder, ledger: Ledger, copies: Container[Path]) -> dict[Path, str]:
    """Copies made once that lie where the ledger no longer has them, with the SHA-256 of what was put there."""
    found = {folder.root / file: digest for file, digest in ledger.taken_back.items()}
    for booked in ledger.arrivals:
        fact: Arrived = booked.fact
        if fact.source.startswith(FOUND_AGAIN):
            place = fact.source.removeprefix(FOUND_AGAIN)
            found[folder.received / place / fact.name] = fact.sha256
    found |= dict(_numbered(folder, ledger))
    return {path: d for path, d in found.items() if path not in copies and path.is_file()}


def _numbered(folder: RoundFolder, ledger: Ledger) -> Iterator[tuple[Path, str]]:
    """What was laid out under its 受付番号, as far as it still lies there."""
    arrivals = {booked.seq: booked for booked in ledger.arrivals}
    for kind in (WAITING, LAID_ASIDE):
        place = folder.received / kind
        with told_about(place):
            paths = tuple(place.iterdir()) if place.is_dir() else ()
        for path in paths:
            match = _NUMBERED.match(path.name)
            booked = arrivals.get(int(match[1])) if match else None
            if booked and folder.root / _copy_of(booked, kind) == path:
                yield path, booked.fact.sha256


def take_away(paths: Mapping[Path, str], originals: Archive) -> None:
    """Remove copies whose bytes are kept; one that somebody has changed gets another name instead.

    One that somebody has open stays until the next run.
    """
    for path, digest in paths.items():
        with contextlib.suppress(DiskError):
            make_room(path, digest, EDITED)
            if path.exists() and originals.has(digest):
                remove_files([path])
