"""The entries of a zip archive as its central directory lists them; nothing is inflated, no name is decoded."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s2B5H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_END_SIGN, _LOCATOR_SIGN, _END64_SIGN = b"PK\x05\x06", b"PK\x06\x07", b"PK\x06\x06"
_CENTRAL_SIGN, _LOCAL_SIGN = b"PK\x01\x02", b"PK\x03\x04"
_COMMENT_BYTES = 0xFFFF
_LONG = 0xFFFFFFFF
ZIP64_FIELD = 0x0001


class BrokenDirectory(Exception):
    """There is no directory, or it is not where the archive says."""


class SeveralVolumes(Exception):
    """The archive is one of several files that belong together."""


class TooManyEntries(Exception):
    """More entries than the caller wants to hear of."""


@dataclass(frozen=True)
class Entry:
    """One entry as the directory claims it to be."""

    raw_name: bytes
    flags: int
    method: int
    clock: int
    """Time of day as MS-DOS counts it."""
    crc: int
    packed: int
    """Bytes in the archive."""
    size: int
    """Bytes when inflated."""
    offset: int
    """Of its own header."""
    extra: bytes
    system: int
    """That wrote the attributes; 3 is Unix."""
    attributes: int
    volume: int

    def fields(self) -> Iterator[tuple[int, bytes]]:
        """(id, content) of each extra field; a broken tail ends them."""
        return _fields(self.extra)


@dataclass(frozen=True)
class Directory:
    entries: tuple[Entry, ...]
    start: int
    """Where it begins; everything before belongs to entries."""
    defects: tuple[str, ...] = ()
    """English: what it says wrongly though its entries could be read."""


@dataclass(frozen=True)
class OwnHeader:
    """What stands right before an entry's data; says most of what the directory says once more."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    start: int
    """Where the data begins."""


@dataclass(frozen=True)
class _End:
    at: int
    """Where the directory must end."""
    after: int
    """Bytes behind the archive."""
    count: int
    size: int
    start: int


def read_directory(data: bytes, most: int) -> Directory:
    """All entries, in the directory's order; TooManyEntries beyond `most`."""
    end = _end(data)
    if end.start + end.size != end.at:
        raise BrokenDirectory("the directory is not where the end of the archive says")
    entries: list[Entry] = []
    at = end.start
    while data[at : at + 4] == _CENTRAL_SIGN and at < end.at:
        if len(entries) == most:
            raise TooManyEntries(f"more than {most} entries")
        entry, at = _entry(data, at, end.at)
        entries.append(entry)
    if not entries and end.size:
        raise BrokenDirectory("the directory does not begin with an entry")
    return Directory(tuple(entries), end.start, tuple(_defects(end, len(entries), at)))


def own_header(data: bytes, entry: Entry) -> OwnHeader | None:
    """The header at the entry's place; None where there is none."""
    head = data[entry.offset : entry.offset + _LOCAL.size]
    if len(head) < _LOCAL.size or not head.startswith(_LOCAL_SIGN):
        return None
    _, _, flags, method, _, _, crc, packed, size, name, extra = _LOCAL.unpack(head)
    start = entry.offset + _LOCAL.size
    return OwnHeader(
        data[start : start + name], flags, method, crc, packed, size, start + name + extra
    )


def _defects(end: _End, count: int, at: int) -> Iterator[str]:
    if end.after:
        yield f"{end.after} bytes after the end of the archive"
    if count != end.count:
        yield f"{count} entries, where the end of the archive says {end.count}"
    if at != end.at:
        yield f"{end.at - at} bytes of the directory are no entry"


def _end(data: bytes) -> _End:
    """The last end record that can be one, with the 64-bit one before it."""
    floor = max(0, len(data) - _END.size - _COMMENT_BYTES)
    at = data.rfind(_END_SIGN, floor)
    while at >= 0:
        if at + _END.size <= len(data):
            return _read_end(data, at)
        at = data.rfind(_END_SIGN, floor, at + 3)
    raise BrokenDirectory("the archive has no end")


def _read_end(data: bytes, at: int) -> _End:
    _, volume, first, here, count, size, start, comment = _END.unpack_from(data, at)
    after = max(0, len(data) - at - _END.size - comment)
    locator = data[max(0, at - _LOCATOR.size) : at]
    if len(locator) == _LOCATOR.size and locator.startswith(_LOCATOR_SIGN):
        return _read_end64(data, at - _LOCATOR.size, after)
    if volume or first or here != count:
        raise SeveralVolumes("one volume of an archive in several files")
    return _End(at, after, count, size, start)


def _read_end64(data: bytes, locator: int, after: int) -> _End:
    _, volume, at, volumes = _LOCATOR.unpack_from(data, locator)
    if volume or volumes > 1:
        raise SeveralVolumes("one volume of an archive in several files")
    if at + _END64.size > locator or not data.startswith(_END64_SIGN, at):
        raise BrokenDirectory("the 64-bit end of the archive is not where it should be")
    *_, volume, first, here, count, size, start = _END64.unpack_from(data, at)
    if volume or first or here != count:
        raise SeveralVolumes("one volume of an archive in several files")
    return _End(at, after, count, size, start)


def _entry(data: bytes, at: int, end: int) -> tuple[Entry, int]:
    if at + _CENTRAL.size > end:
        raise BrokenDirectory("the directory ends within an entry")
    (_, _, system, _, flags, method, clock, _, crc, packed, size, name, extra, comment, volume, _, attributes, offset) = (
        _CENTRAL.unpack_from(data, at)
    )  # fmt: skip
    at += _CENTRAL.size
    names, extras, after = at + name, at + name + extra, at + name + extra + comment
    if after > end:
        raise BrokenDirectory("the directory ends within an entry")
    told = data[names:extras]
    size, packed, offset = _wide(told, size, packed, offset)
    entry = Entry(
        data[at:names], flags, method, clock, crc, packed, size, offset, told, system, attributes, volume
    )  # fmt: skip
    return entry, after


def _wide(extra: bytes, *numbers: int) -> tuple[int, ...]:
    """Numbers that did not fit stand in an extra field, in this order and only these."""
    wide = next((body for field, body in _fields(extra) if field == ZIP64_FIELD), b"")
    found = []
    for number in numbers:
        if number == _LONG and len(wide) >= 8:
            number, wide = int.from_bytes(wide[:8], "little"), wide[8:]
        found.append(number)
    return tuple(found)


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + 4 <= len(extra):
        field, length = struct.unpack_from("<2H", extra, at)
        if at + 4 + length > len(extra):
            return
        yield field, extra[at + 4 : at + 4 + length]
        at += 4 + length
