"""RawBook and Refusal packed for the pipe between the worker and its parent."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from xlsx_pdca.rawbook import RawBook, Refusal

_BOOK, _REFUSAL = b"B", b"R"
_BOOKS = msgspec.msgpack.Decoder(RawBook)
_REFUSALS = msgspec.msgpack.Decoder(Refusal)


def packed(result: RawBook | Refusal) -> bytes:
    """Bytes from which `unpacked` makes an equal result."""
    if isinstance(result, RawBook):
        return _BOOK + msgspec.msgpack.encode(result)
    # a name inside a damaged file may hold half a surrogate pair, which has no UTF-8
    detail = result.detail.encode("utf-8", "replace").decode()
    return _REFUSAL + msgspec.msgpack.encode(replace(result, detail=detail))


def unpacked(data: bytes) -> RawBook | Refusal:
    """The result `packed` was given; ValueError for other bytes."""
    kind, body = data[:1], memoryview(data)[1:]
    if kind == _BOOK:
        return _BOOKS.decode(body)
    if kind == _REFUSAL:
        return _REFUSALS.decode(body)
    raise ValueError("neither a book nor a refusal")
