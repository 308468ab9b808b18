"""The gate of OLE files (.xls, workbooks behind a password): every chain of sectors is walked before a library does."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Damaged, Hostile

if TYPE_CHECKING:
    import olefile

_NO_MORE = 0xFFFFFFFA
"""Sector numbers from here on are no sectors: free, end of chain, tables."""
_ENTRIES = 10_000
_STREAM, _ROOT = 2, 5
"""Kinds of directory entries that have bytes."""


class Streams:
    """The named streams of a checked OLE file."""

    def __init__(self, ole: olefile.OleFileIO) -> None:
        self._ole = ole
        self.names = tuple("/".join(path) for path in ole.listdir(streams=True, storages=True))

    def __contains__(self, name: str) -> bool:
        return bool(self._ole.exists(name))

    def read(self, name: str) -> bytes:
        """All bytes of a stream."""
        try:
            data: bytes = self._ole.openstream(name).read()
        # olefile has no family of exceptions for broken chains
        except (OSError, ValueError, IndexError, TypeError) as error:
            raise Damaged(f"OLE stream {name[:40]}: {error}") from error
        return data


def open_ole(data: bytes) -> Streams:
    """The streams of `data` after all their chains passed the gate."""
    import olefile  # not needed on the everyday path

    if len(data) > limits.FILE_BYTES:
        raise Hostile(f"file of {len(data)} bytes")
    try:
        ole = olefile.OleFileIO(io.BytesIO(data))
        entries = [entry for entry in ole.direntries if entry is not None]
        _check_chains(ole, entries, len(data))
        return Streams(ole)
    # a broken directory shows as any of these, a deep one as a RecursionError
    except (OSError, ValueError, IndexError, TypeError, AttributeError, RecursionError) as error:
        raise Damaged(f"OLE container: {error}") from error


def _check_chains(
    ole: olefile.OleFileIO, entries: Sequence[olefile.OleDirectoryEntry], size: int
) -> None:
    if len(entries) > _ENTRIES:
        raise Hostile(f"{len(entries)} OLE entries")
    ole.loadminifat()
    shared: set[tuple[bool, int]] = set()
    for entry in entries:
        if entry.entry_type not in (_STREAM, _ROOT) or not entry.size:
            continue
        if entry.size > size:
            raise Damaged(f"OLE stream of {entry.size} bytes in a file of {size}")
        small = entry.entry_type == _STREAM and entry.size < ole.minisectorcutoff
        _walk(ole.minifat if small else ole.fat, entry.isectStart, small=small, seen=shared)


def _walk(table: Sequence[int], sector: int, *, small: bool, seen: set[tuple[bool, int]]) -> None:
    """Follow a chain to its end; no sector may be met twice, in this chain or another."""
    while sector < _NO_MORE:
        if sector >= len(table) or (small, sector) in seen:
            raise Damaged(f"OLE sector {sector} is outside the file or in two chains")
        seen.add((small, sector))
        sector = table[sector]
