"""What may be read as a workbook, told by its content; everything else stops the reading and is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from xlsx_pdca.filekind import kind_of
from xlsx_pdca.rawbook import Refusal, RefusalCode
from xlsx_pdca.workbook.parts.faults import (
    CannotRead,
    Container,
    Empty,
    Encrypted,
    NotAWorkbook,
    OldFormat,
    OtherDocument,
    Sealed,
)

_STOPS: Mapping[RefusalCode, type[CannotRead]] = {
    stop.code: stop
    for stop in (Container, Encrypted, NotAWorkbook, OldFormat, OtherDocument, Sealed)
}
_TEXT_NAMES = frozenset({".txt", ".csv", ".tsv", ".htm", ".html"})
_ENCODINGS = ("utf-8", "cp932")
# a refusal of an old format ends with the suffix such files have
_SUFFIX = re.compile(r"\((\.[a-z]{3,4})\)\Z")


def require_package(data: bytes) -> None:
    """Pass for a zip package; everything else stops the reading and is named."""
    if not data:
        raise Empty("no bytes")
    kind = kind_of(data)
    if kind.code is not None:
        raise _STOPS[kind.code](kind.name)


def suffix_of(refusal: Refusal) -> str:
    """Suffix that files of this old format have, by what they hold; "" for a refusal of another kind."""
    if refusal.code is not RefusalCode.OLD_FORMAT:
        return ""
    found = _SUFFIX.search(refusal.detail)
    return found[1] if found else ""


def is_plain_text(name: str, data: bytes) -> bool:
    """Whether a file is a text by its name and by every byte: a text shows no signature of its own."""
    if PurePath(name).suffix.lower() not in _TEXT_NAMES:
        return False
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _is_decodable(data, "utf-16")
    return b"\0" not in data and any(_is_decodable(data, each) for each in _ENCODINGS)


def _is_decodable(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
