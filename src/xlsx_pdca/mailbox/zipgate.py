"""The gate of zip archives: what each entry and its own header say is compared before anything is inflated."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlsx_pdca.mailbox.ziplocks import LOCKED_FLAG
from xlsx_pdca.rawbook import Refusal, RefusalCode
from xlsx_pdca.zipdirectory import Directory, Entry, OwnHeader, own_header

_STREAMED_FLAG = 0x8
_UNIX = 3
_ODD_FILES = frozenset({stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK})
_UNKNOWN_SIZE = 0xFFFFFFFF
_HEADER_SIGN = b"PK\x03\x04"


@dataclass(frozen=True)
class Passed:
    """The entry's data, as packed, begins here and is nobody else's."""

    start: int


@dataclass(frozen=True)
class Gate:
    """One verdict on each entry, in the directory's order."""

    verdicts: tuple[Passed | Refusal, ...]
    defects: tuple[str, ...]
    """English: what lies in the archive and is no entry."""


def gate(data: bytes, directory: Directory) -> Gate:
    """Who may be taken out; entries that share bytes are all refused, for who owns them cannot be told."""
    verdicts = [_verdict(data, directory, entry) for entry in directory.entries]
    spans = {
        at: (entry.offset, verdict.start + entry.packed)
        for at, (entry, verdict) in enumerate(zip(directory.entries, verdicts, strict=True))
        if isinstance(verdict, Passed)
    }
    for at in _overlapping(spans):
        verdicts[at] = Refusal(RefusalCode.HOSTILE, "it shares bytes with another entry")
    return Gate(tuple(verdicts), tuple(_unlisted(data, directory, spans)))


def _verdict(data: bytes, directory: Directory, entry: Entry) -> Passed | Refusal:
    if entry.volume:
        return Refusal(RefusalCode.CONTAINER, "it lies in another file of several")
    header = own_header(data, entry)
    if header is None:
        return Refusal(RefusalCode.DAMAGED, "it has no header of its own")
    if header.start + entry.packed > directory.start:
        return Refusal(RefusalCode.DAMAGED, "it reaches beyond the entries")
    if (header.raw_name, header.method) != (entry.raw_name, entry.method):
        return Refusal(RefusalCode.HOSTILE, "its own header and the directory disagree")
    if _numbers_disagree(entry, header):
        return Refusal(RefusalCode.DAMAGED, "its own header and the directory disagree")
    if entry.system == _UNIX and stat.S_IFMT(entry.attributes >> 16) in _ODD_FILES:
        return Refusal(RefusalCode.NOT_A_WORKBOOK, "a link or a device, no file")
    return Passed(header.start)


def _numbers_disagree(entry: Entry, header: OwnHeader) -> bool:
    """Zeros mean that sizes and checksum were not yet known when the header was written."""
    if (header.flags ^ entry.flags) & LOCKED_FLAG:
        return True
    if header.flags & _STREAMED_FLAG:
        return False
    pairs = ((header.packed, entry.packed), (header.size, entry.size), (header.crc, entry.crc))
    return any(own not in (0, _UNKNOWN_SIZE, told) for own, told in pairs)


def _overlapping(spans: Mapping[int, tuple[int, int]]) -> frozenset[int]:
    """So small bombs inflate without end, and one file hides in another."""
    shared: set[int] = set()
    end, owner = 0, -1
    for at, (start, after) in sorted(spans.items(), key=lambda item: item[1]):
        if start < end:
            shared |= {at, owner}
        if after > end:
            end, owner = after, at
    return frozenset(shared)


def _unlisted(
    data: bytes, directory: Directory, spans: Mapping[int, tuple[int, int]]
) -> Iterator[str]:
    """Between the entries there may be something that the directory keeps quiet about."""
    listed = {entry.offset for entry in directory.entries}
    end = 0
    for start, after in [*sorted(spans.values()), (directory.start, 0)]:
        for found in _headers(data, end, start):
            if found not in listed:
                yield f"an entry at byte {found} is not in the directory"
                break
        end = max(end, after)


def _headers(data: bytes, start: int, end: int) -> Iterator[int]:
    found = data.find(_HEADER_SIGN, start, end)
    while found >= 0:
        yield found
        found = data.find(_HEADER_SIGN, found + 1, end)
