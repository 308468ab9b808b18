"""Zip archives written byte by byte, so that a test can say exactly what each header claims."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s4B4H3L5H2L")
_END = struct.Struct("<4s4H2LH")
UTF8 = 0x800
LOCKED = 0x1
STREAMED = 0x8
UNIX = 3
_DATE = 0x5B2E


@dataclass(frozen=True)
class Item:
    """One entry; what is None is told truthfully."""

    name: bytes
    data: bytes = b""
    method: int = 8
    body: bytes | None = None
    """The packed bytes; None packs `data` by the method."""
    flags: int = 0
    crc: int | None = None
    size: int | None = None
    packed: int | None = None
    """As the directory claims; the own header claims the same."""
    own_name: bytes | None = None
    own_method: int | None = None
    own_packed: int | None = None
    extra: bytes = b""
    """In the directory."""
    own_extra: bytes = b""
    clock: int = 0x4A00
    system: int = 0
    attributes: int = 0
    offset: int | None = None
    descriptor: bytes = b""
    volume: int = 0

    @property
    def bytes(self) -> bytes:
        if self.body is not None:
            return self.body
        return deflated(self.data) if self.method == 8 else self.data

    @property
    def told(self) -> tuple[int, int, int]:
        """crc, packed, size"""
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        packed = len(self.bytes) if self.packed is None else self.packed
        return crc, packed, len(self.data) if self.size is None else self.size


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def local(item: Item) -> bytes:
    """The entry's own header, its data, and what follows it."""
    name = item.name if item.own_name is None else item.own_name
    method = item.method if item.own_method is None else item.own_method
    crc, packed, size = (0, 0, 0) if item.flags & STREAMED else item.told
    if item.own_packed is not None:
        packed = item.own_packed
    head = _LOCAL.pack(
        b"PK\x03\x04", 20, item.flags, method, item.clock, _DATE, crc, packed, size, len(name), len(item.own_extra),
    )  # fmt: skip
    return head + name + item.own_extra + item.bytes + item.descriptor


def central(item: Item, offset: int) -> bytes:
    crc, packed, size = item.told
    offset = offset if item.offset is None else item.offset
    head = _CENTRAL.pack(
        b"PK\x01\x02", 20, item.system, 20, 0, item.flags, item.method, item.clock, _DATE, crc, packed, size,
        len(item.name), len(item.extra), 0, item.volume, 0, item.attributes, offset,
    )  # fmt: skip
    return head + item.name + item.extra


def end(count: int, size: int, start: int, comment: bytes = b"", volume: int = 0) -> bytes:
    return (
        _END.pack(b"PK\x05\x06", volume, volume, count, count, size, start, len(comment)) + comment
    )


def archive(*items: Item, count: int | None = None, comment: bytes = b"") -> bytes:
    """All items in their order, then the directory, then the end."""
    body, offsets = b"", []
    for item in items:
        offsets.append(len(body))
        body += local(item)
    listing = b"".join(map(central, items, offsets))
    return (
        body
        + listing
        + end(len(items) if count is None else count, len(listing), len(body), comment)
    )


def field(number: int, content: bytes) -> bytes:
    """An extra field."""
    return struct.pack("<2H", number, len(content)) + content


def unicode_name(raw: bytes, name: str, *, crc: int | None = None) -> bytes:
    """The extra field by which Info-ZIP adds a Unicode name to another one."""
    checked = zlib.crc32(raw) if crc is None else crc
    return field(0x7075, b"\x01" + struct.pack("<L", checked) + name.encode())


class OldLock:
    """The zip encryption of 1990 from APPNOTE 6.1, byte by byte; the judge of ours."""

    def __init__(self, key: bytes) -> None:
        self._keys = [0x12345678, 0x23456789, 0x34567890]
        for byte in key:
            self._turn(byte)

    def lock(self, plain: bytes) -> bytes:
        return bytes(self._locked(byte) for byte in plain)

    def open(self, locked: bytes) -> bytes:
        return bytes(self._opened(byte) for byte in locked)

    def _locked(self, byte: int) -> int:
        mixed = byte ^ self._stream()
        self._turn(byte)
        return mixed

    def _opened(self, byte: int) -> int:
        byte ^= self._stream()
        self._turn(byte)
        return byte

    def _stream(self) -> int:
        word = (self._keys[2] | 2) & 0xFFFF
        return (word * (word ^ 1) >> 8) & 0xFF

    def _turn(self, byte: int) -> None:
        first, second, third = self._keys
        first = _crc_of_byte(first, byte)
        second = ((second + (first & 0xFF)) * 134775813 + 1) % (1 << 32)
        self._keys = [first, second, _crc_of_byte(third, second >> 24)]


def _crc_of_byte(crc: int, byte: int) -> int:
    """CRC-32 without the turning of all bits that zlib does before and after."""
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def locked(name: bytes, data: bytes, key: bytes, *, method: int = 8) -> Item:
    """An entry behind the old lock."""
    packed = deflated(data) if method == 8 else data
    head = bytes(range(11)) + bytes([zlib.crc32(data) >> 24])
    return Item(name, data, method=method, flags=LOCKED, body=OldLock(key).lock(head + packed))


def passing_key(item: Item) -> str:
    """A wrong password that passes the check byte all the same: one of 256 does."""
    keys = (f"wrong{number}" for number in range(10_000))
    check = zlib.crc32(item.data) >> 24
    return next(key for key in keys if OldLock(key.encode()).open(item.bytes[:12])[-1] == check)


def quoted_overlap(count: int, kernel: bytes) -> bytes:
    """David Fifield's construction: each entry's data holds the next entry's header as a stored block, then its data."""
    packed = deflated(kernel)
    items = [Item(b"%04d" % count, kernel, body=packed)]
    for number in range(count - 1, 0, -1):
        header = local(items[0])[: -len(items[0].bytes)]
        quote = b"\x00" + struct.pack("<2H", len(header), len(header) ^ 0xFFFF) + header
        inner = header + items[0].data
        items.insert(0, Item(b"%04d" % number, inner, body=quote + items[0].bytes))
    return _overlaid(items)


def _overlaid(items: Sequence[Item]) -> bytes:
    """Only the first entry is written; all others lie within its data."""
    body = local(items[0])
    starts = [body.index(local(item)[: -len(item.bytes)]) for item in items]
    listing = b"".join(map(central, items, starts))
    return body + listing + end(len(items), len(listing), len(body))
