"""Parser for the worker: a workbook of an old format, with the .xlsx LibreOffice made of it or without one."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import replace

from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.agreement import disagreements
from xlsx_pdca.workbook.old_formats import read_old
from xlsx_pdca.workbook.old_gate import passed
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workbook.transport import packed, unpacked

_SIZE = struct.Struct("<Q")


def question(original: bytes, converted: bytes = b"") -> bytes:
    """What to give the worker: the bytes as they came, and the .xlsx made of them where there is one."""
    return _SIZE.pack(len(original)) + original + converted


def parse(data: bytes, secrets: Sequence[str] = ()) -> bytes:
    """For the worker: the converted book compared with the original, or the original by calamine alone."""
    (size,) = _SIZE.unpack_from(data)
    original, converted = data[_SIZE.size : _SIZE.size + size], data[_SIZE.size + size :]
    return packed(read_converted(original, converted) if converted else read_old(original))


def decode(data: bytes) -> RawBook | Refusal:
    """What `parse` packed, on the other side of the pipe."""
    return unpacked(data)


def read_converted(original: bytes, converted: bytes) -> RawBook | Refusal:
    """The .xlsx made of an old format as our reader reads it, compared with the original, whose macros are told."""
    file = passed(original)
    if isinstance(file, Refusal):
        return file
    book = read_workbook(converted)
    if isinstance(book, Refusal):
        # whatever is wrong with it, the sender sent something else; the way out is to ask for an .xlsx
        told = f"converted book refused ({book.code}: {book.detail}), {file.detail}"
        return Refusal(RefusalCode.OLD_FORMAT, told)
    return replace(
        book,
        has_macros=file.has_macros,
        disagreements=disagreements(original, file, book),
    )
