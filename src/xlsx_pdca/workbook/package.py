"""The zip package of a workbook: parts out, parts in, always the same bytes for the same parts."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_VERSION = 20
_DEFLATED = 8
_TIME, _DATE = 0, 0x21
"""1 January 1980, the oldest date a zip can hold: no clock enters a package."""
_LEVEL = 6


@dataclass(frozen=True)
class Entry:
    """One part, deflated and ready to be written into any number of packages."""

    name: bytes
    crc: int
    size: int
    deflated: bytes


def entry(name: str, data: bytes) -> Entry:
    """A part made ready for writing."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    deflated = packer.compress(data) + packer.flush()
    return Entry(name.encode("ascii"), zlib.crc32(data), len(data), deflated)


def joined(entries: Iterable[Entry]) -> bytes:
    """A zip file of the entries in the given order."""
    body: list[bytes] = []
    directory: list[bytes] = []
    offset = 0
    for part in entries:
        sizes = (part.crc, len(part.deflated), part.size, len(part.name), 0)
        head = _LOCAL.pack(0x04034B50, _VERSION, 0, _DEFLATED, _TIME, _DATE, *sizes)
        directory.append(
            _CENTRAL.pack(
                0x02014B50, _VERSION, _VERSION, 0, _DEFLATED, _TIME, _DATE, *sizes, 0, 0, 0, 0, offset
            )
            + part.name
        )  # fmt: skip
        body += (head, part.name, part.deflated)
        offset += len(head) + len(part.name) + len(part.deflated)
    listing = b"".join(directory)
    count = len(directory)
    end = _END.pack(0x06054B50, 0, 0, count, count, len(listing), offset, 0)
    return b"".join((*body, listing, end))


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A package of the parts, in their order."""
    return joined(entry(name, data) for name, data in parts.items())


def unpacked(package: bytes) -> dict[str, bytes]:
    """Parts of a package of our own, in stored order; never for foreign bytes."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {item.filename: archive.read(item) for item in archive.infolist()}
