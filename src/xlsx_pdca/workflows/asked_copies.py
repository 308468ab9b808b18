"""Marked copies on the disk: named in 60_確認依頼, kept in the archive before they are booked, laid out after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.facts import MarkedCopy
from xlsx_pdca.ledger import Booked, Ledger, Standing
from xlsx_pdca.letters import Enclosure
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import Calls, check_path_length, make_folders, write_atomically

ASKING = "確認のお願い"
"""Last words of the name of a marked copy."""


def with_questions(ledger: Ledger, questions: Iterable[MarkedCopy], at: datetime) -> Ledger:
    """The ledger as it will be once these are booked."""
    standings = dict(ledger.standings)
    for fact in questions:
        key = (fact.unit, fact.form)
        before = ledger.standing(*key) if key not in standings else standings[key]
        standings[key] = replace(before, marked=(*before.marked, Booked(0, at, "", fact)))
    return replace(ledger, standings=standings)


def copies_in(
    questions: Iterable[MarkedCopy], enclosures: Iterable[Enclosure]
) -> Iterator[tuple[str, bytes]]:
    """File of each marked copy with its bytes, out of what is enclosed."""
    by_digest = {sha256(each.data).hexdigest(): each.data for each in enclosures}
    for question in questions:
        if question.sha256:
            yield question.file, by_digest[question.sha256]


def keep(folder: RoundFolder, copies: Mapping[str, bytes], calls: Calls) -> None:
    """Their bytes into the archive, durably: what is booked next can always be laid out again."""
    if copies:
        Archive.of_originals(folder.originals, calls=calls).put_many(tuple(copies.values()))


def lay_out(folder: RoundFolder, copies: Mapping[str, bytes], calls: Calls) -> None:
    """Write those that are missing into 60_確認依頼; what somebody changed there stays."""
    for file, data in copies.items():
        path = folder.root / file
        if not path.exists():
            make_folders(path.parent, calls=calls)
            write_atomically(path, data, calls=calls)


def copies_asked(ledger: Ledger) -> Mapping[str, str]:
    """File of every marked copy → SHA-256 of its bytes."""
    booked = (b.fact for standing in ledger.standings.values() for b in standing.marked)
    return {copy.file: copy.sha256 for copy in booked if copy.sha256}


@dataclass
class CopyNames:
    """Names for marked copies; one that has a name keeps it, and no other copy ever gets it."""

    folder: RoundFolder
    taken: dict[str, str] = field(default_factory=dict)
    """File → SHA-256, of all that were named."""

    @classmethod
    def of(cls, folder: RoundFolder, ledger: Ledger) -> CopyNames:
        return cls(folder, dict(copies_asked(ledger)))

    def name(self, standing: Standing, unit_name: str, title: str, digest: str) -> str:
        """Where the copy with this digest lies or will lie, relative to the round folder."""
        mine = (b.fact for b in standing.marked)
        if known := next((c.file for c in mine if digest and c.sha256 == digest), ""):
            return known
        stem = safe_file_name(f"{standing.unit}_{unit_name}_{title}", limit=60)
        n = 1
        while True:
            again = f"_{n}" if n > 1 else ""
            path = self.folder.queries / f"{stem}_{ASKING}{again}.xlsx"
            check_path_length(path)
            file = path.relative_to(self.folder.root).as_posix()
            if file not in self.taken and _is_free(path, digest):
                self.taken[file] = digest
                return file
            n += 1


def _is_free(path: Path, digest: str) -> bool:
    with told_about(path):
        return not path.exists() or sha256(path.read_bytes()).hexdigest() == digest
