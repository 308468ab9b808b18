"""Readable copies in 50_受領済: submissions, attachments, and what waits for a person, made anew from the archive."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from itertools import count
from pathlib import Path, PurePosixPath

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

WAITING = "保留"
ATTACHMENTS = "添付資料"
LAID_ASIDE = "その他"
"""What a person decided not to take as an answer."""


def restore_copies(folder: RoundFolder, ledger: Ledger, originals: Archive) -> None:
    """Write every readable copy that is missing, and take those away whose files stand elsewhere by now."""
    copies = copies_of(folder, ledger)
    write_copies(copies, originals)
    _take_away(folder, ledger)


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


EARLIER = "以前の控え"
"""Made before the ledger was put back to a backup."""
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
    """Where an attachment, or a file that waits, can be opened, relative to the round folder; "" for any other.

    What could not be read safely is laid out nowhere.
    """
    outcome = booked.fact.outcome
    if outcome is Outcome.ATTACHMENT:
        return _copy_of(booked, ATTACHMENTS)
    if outcome is not Outcome.HELD:
        return ""
    if booked.seq in ledger.dismissed:
        return _copy_of(booked, LAID_ASIDE)
    return _copy_of(booked, WAITING) if ledger.waits(booked) else ""


def _copy_of(booked: Booked, kind: str) -> str:
    fact: Arrived = booked.fact
    own = PurePosixPath(fact.name.rsplit(INSIDE, 1)[-1]).name
    whose = f"{fact.unit}_" if kind == ATTACHMENTS and fact.unit else ""
    return str(PurePosixPath("50_受領済", kind, safe_file_name(f"受付{booked.seq}_{whose}{own}")))


def _take_away(folder: RoundFolder, ledger: Ledger) -> None:
    held = (booked for booked in ledger.arrivals if booked.fact.outcome is Outcome.HELD)
    elsewhere = (
        folder.root / _copy_of(booked, kind)
        for booked in held
        for kind in (WAITING, LAID_ASIDE)
        if laid_out(booked, ledger) != _copy_of(booked, kind)
    )
    remove_files([path for path in elsewhere if path.exists()])
