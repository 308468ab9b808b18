"""Zip packages taken apart and put together again, also wrongly: every field of both headers can lie."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")


@dataclass(frozen=True)
class Entry:
    """One entry as it will be written; what is None is told truly."""

    name: str
    data: bytes
    """Inflated."""
    packed: bytes | None = None
    """Instead of the deflated data."""
    method: int = zipfile.ZIP_DEFLATED
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    local_name: str | None = None
    local_crc: int | None = None
    local_size: int | None = None
    flags: int = 0x800
    extra: bytes = b""
    offset: int | None = None
    """Stated place of the local header."""
    listed: bool = True
    """False: it stands in the file but not in the directory."""

    def with_data(self, data: bytes) -> Entry:
        return replace(self, data=data)


def taken_apart(data: bytes) -> list[Entry]:
    """The entries of a good package."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [Entry(info.filename, archive.read(info)) for info in archive.infolist()]


def put_together(entries: Sequence[Entry], *, comment: bytes = b"", before: bytes = b"") -> bytes:
    """The package, exactly as the entries say it."""
    out = io.BytesIO()
    out.write(before)
    directory = []
    for entry in entries:
        packed = entry.packed if entry.packed is not None else _packed(entry)
        crc = zlib.crc32(entry.data)
        offset = out.tell() if entry.offset is None else entry.offset & 0xFFFFFFFF
        local = (entry.local_name if entry.local_name is not None else entry.name).encode()
        sizes = (_or(entry.packed_size, len(packed)), _or(entry.size, len(entry.data)))
        stated = _or(entry.crc, crc)
        local_sizes = (sizes[0], _or(entry.local_size, sizes[1]))
        head = (20, entry.flags, entry.method, 0, 0x21)
        out.write(
            _LOCAL.pack(
                b"PK\x03\x04",
                *head,
                _or(entry.local_crc, stated),
                *local_sizes,
                len(local),
                len(entry.extra),
            )
        )
        out.write(local + entry.extra + packed)
        name = entry.name.encode()
        row = (20, *head, stated, *sizes, len(name), len(entry.extra), 0, 0, 0, 0, offset)
        if entry.listed:
            directory.append(_CENTRAL.pack(b"PK\x01\x02", *row) + name + entry.extra)
    at, listing = out.tell(), b"".join(directory)
    count = len(directory)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(listing), at, len(comment))
    return out.getvalue() + listing + end + comment


def _packed(entry: Entry) -> bytes:
    if entry.method != zipfile.ZIP_DEFLATED:
        return entry.data
    deflater = zlib.compressobj(1, zlib.DEFLATED, -15)
    return deflater.compress(entry.data) + deflater.flush()


def _or(told: int | None, true: int) -> int:
    return true if told is None else told
