"""Readable copies that the ledger does not know: what shows that it was put back to an older state."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from xlsx_pdca.ledger import Ledger
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.workflows.copy_names import ANY_COPY


def unbooked_copies(folder: RoundFolder, ledger: Ledger) -> tuple[Path, ...]:
    """Copies in 50_受領済 of files that never arrived, as far as the ledger says.

    Names are compared; only a copy under a name nobody booked is read.
    """
    taken = (b.fact for s in ledger.standings.values() for b in s.submissions)
    known = {name for submission in taken for name in submission.copies}
    bytes_known = {each for b in ledger.arrivals for each in (b.fact.sha256, b.fact.read_as)}
    with told_about(folder.received):
        copies = sorted(
            path for path in folder.received.rglob("*.xlsx") if ANY_COPY.search(path.name)
        )
        strange = (p for p in copies if p.relative_to(folder.root).as_posix() not in known)
        return tuple(p for p in strange if sha256(p.read_bytes()).hexdigest() not in bytes_known)
