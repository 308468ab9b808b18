"""The worker's parser of whatever comes in: a workbook is read, a mail or archive taken apart, a password taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from xlsx_pdca.contents import Contents, OldWorkbook, Uncovered
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workbook.second_reader import calamine_check
from xlsx_pdca.workbook.transport import packed, unpacked

Opened = RawBook | Refusal | Contents | Uncovered | OldWorkbook
"""What a file turns out to be."""

_CONTENTS, _UNCOVERED, _OLD = b"C", b"U", b"O"
_SUFFIX_BYTES = 8
_CONTAINERS = msgspec.msgpack.Decoder(Contents)


def parse(data: bytes, secrets: Sequence[str]) -> bytes:
    """What the file is, packed; `secrets` are the passwords to try."""
    match opened(data, secrets):
        case Contents() as contents:
            return _CONTENTS + msgspec.msgpack.encode(contents)
        case Uncovered(data=uncovered):
            return _UNCOVERED + uncovered
        case OldWorkbook(suffix=suffix, book=book):
            return _OLD + suffix.encode().ljust(_SUFFIX_BYTES) + packed(book)
        case book_or_refusal:
            return packed(book_or_refusal)


def decode(data: bytes) -> Opened:
    """What `parse` packed; ValueError for other bytes."""
    kind = data[:1]
    if kind == _CONTENTS:
        return _CONTAINERS.decode(memoryview(data)[1:])
    if kind == _OLD:
        body = data[1 + _SUFFIX_BYTES :]
        return OldWorkbook(data[1 : 1 + _SUFFIX_BYTES].decode().rstrip(), unpacked(body))
    return Uncovered(data[1:]) if kind == _UNCOVERED else unpacked(data)


def opened(data: bytes, secrets: Sequence[str]) -> Opened:
    """A workbook read twice, or what stands in the file, or why nothing of it can be said."""
    book = read_workbook(data)
    if isinstance(book, RawBook):
        return replace(book, disagreements=calamine_check(data, book))
    match book.code:
        case RefusalCode.CONTAINER:
            from xlsx_pdca.mailbox.containers import open_container  # only where mail comes in

            return open_container(data, secrets)
        case RefusalCode.ENCRYPTED:
            from xlsx_pdca.workbook.encrypted import uncovered

            return uncovered(data, secrets)
        case RefusalCode.OLD_FORMAT:
            from xlsx_pdca.workbook.old_formats import read_old
            from xlsx_pdca.workbook.parts.kind import suffix_of

            return OldWorkbook(suffix_of(book), read_old(data))
    return book
