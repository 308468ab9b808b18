"""Files that wait behind a password, to be tried again when one is known."""

from __future__ import annotations

from xlsx_pdca.ledger import Ledger
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.workflows.collect import FoundFile


def closed_files(folder: RoundFolder, ledger: Ledger) -> tuple[FoundFile, ...]:
    """Those held for want of a password, from the archive, under the names they arrived with; of one in a mail or archive, that one."""
    originals = Archive.of_originals(folder.originals)
    closed = (booked for booked in ledger.held if booked.fact.is_closed)
    waiting = ((booked, *ledger.holders_of(booked))[-1].fact for booked in closed)
    files = {(fact.sha256, fact.name, fact.modified): fact for fact in waiting}
    return tuple(
        FoundFile(
            originals.path(f.sha256),
            f.name,
            f.source,
            f.modified,
            False,
            own_name=f.name,
            is_retried=True,
        )
        for f in files.values()
        if originals.has(f.sha256)
    )
