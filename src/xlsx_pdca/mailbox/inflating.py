"""Bytes of an archive entry made large again, counted while they grow; what grows beyond measure is given up."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

ARCHIVE_BYTES = 256 << 20
"""All entries of one archive together."""
ENTRY_BYTES = 128 << 20
FREE_BYTES = 16 << 20
"""Up to here nobody asks how small it was packed; an empty form or a white page packs very well."""
RATIO = 200

STORED, DEFLATED, BZIP2, LZMA = 0, 8, 12, 14
METHODS = frozenset({STORED, DEFLATED, BZIP2, LZMA})
_SLOWNESS = {BZIP2: 4, LZMA: 2}
"""Beside deflate; what takes longer gets less room, so that an archive is through in time."""
FEED = 64 << 10
_PIECE = 1 << 20


class Damaged(Exception):
    """The bytes are not what the method makes."""


class TooLarge(Exception):
    """It inflates beyond what a return ever holds."""


class Room:
    """What may still be inflated of one archive."""

    def __init__(self, left: int = ARCHIVE_BYTES) -> None:
        self.left = left

    def take(self, size: int) -> None:
        """TooLarge beyond the measure, and ever after: not even a first piece of the next entry is inflated."""
        self.left -= size
        if self.left < 0:
            raise TooLarge("the archive inflates to too many bytes in all")


def inflated(
    chunks: Iterable[bytes], *, method: int, packed: int, size: int, room: Room
) -> tuple[bytes, str]:
    """The bytes of one entry and, in English, what is odd about them ("" mostly).

    `packed` and `size` are what the directory says; `size` is believed only where a method has no end of its own.
    """
    room.take(0)
    machine = _machine(method, size)
    pieces, total, behind = [], 0, 0
    for chunk in chunks:
        if machine.eof:
            behind += len(chunk)
            continue
        for piece in _pieces(machine, chunk):
            total += len(piece)
            room.take(len(piece) * _SLOWNESS.get(method, 1))
            if total > min(ENTRY_BYTES, max(FREE_BYTES, RATIO * packed)):
                raise TooLarge(f"{packed} bytes inflate to more than {total - len(piece)}")
            pieces.append(piece)
    if not machine.eof and method != STORED:
        raise Damaged("ends early")
    behind += len(machine.unused_data)
    return b"".join(pieces), "; ".join(_oddities(total, size, behind))


def _oddities(total: int, size: int, behind: int) -> Iterator[str]:
    if total != size:
        yield f"{total} bytes, where the directory says {size}"
    if behind:
        yield f"{behind} bytes behind the end of its data"


class _Machine(Protocol):
    """As the decompressors of bz2 and lzma are."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


def _pieces(machine: _Machine, chunk: bytes) -> Iterator[bytes]:
    """What a chunk inflates to, a bounded piece at a time; an empty piece asks for more."""
    try:
        piece = machine.decompress(chunk, _PIECE)
        while piece:
            yield piece
            if machine.eof:
                return
            piece = machine.decompress(b"", _PIECE)
    # what a broken stream raises: zlib.error, OSError (bz2), ValueError (options of lzma)
    except (zlib.error, OSError, ValueError, EOFError) as error:
        raise Damaged(f"does not inflate: {error}") from error


def _machine(method: int, size: int) -> _Machine:
    if method == STORED:
        return _Stored()
    if method == DEFLATED:
        return _Deflated()
    if method == BZIP2:
        return bz2.BZ2Decompressor()
    if method == LZMA:
        return _Lzma(size)
    raise Damaged(f"method {method}")


class _Stored:
    """Bytes as they are; they end where the directory says."""

    eof = False
    unused_data = b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return data


class _Deflated:
    """zlib's decompressor; what it has not yet looked at stays inside."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(-zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class _Lzma:
    """A raw stream behind a small head of the zip's own; mostly without a mark at its end."""

    _HEAD = 9
    _LEAST_DICTIONARY = 4096

    def __init__(self, size: int) -> None:
        self._head = b""
        self._inner: Any = None
        self._left = size

    @property
    def eof(self) -> bool:
        return self._inner is not None and (self._inner.eof or self._left <= 0)

    @property
    def unused_data(self) -> bytes:
        return b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        import lzma  # not in every build of Python

        try:
            if self._inner is None:
                self._head += data
                if len(self._head) < self._HEAD:
                    return b""
                data = self._head[self._HEAD :]
                self._inner = self._begin()
            piece: bytes = self._inner.decompress(data, min(max_length, max(0, self._left)))
        except lzma.LZMAError as error:
            raise ValueError(str(error)) from error
        self._left -= len(piece)
        return piece

    def _begin(self) -> Any:
        """A decoder by the head's options; its dictionary need not be larger than what comes out."""
        import lzma

        packed, dictionary = self._head[4], int.from_bytes(self._head[5:9], "little")
        if self._head[2:4] != b"\x05\x00" or packed >= 225:
            raise ValueError("head of another kind")
        needed = max(self._LEAST_DICTIONARY, min(dictionary, self._left, ENTRY_BYTES))
        options = {
            "id": lzma.FILTER_LZMA1,
            "lc": packed % 9,
            "lp": packed // 9 % 5,
            "pb": packed // 45,
            "dict_size": needed,
        }
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])
