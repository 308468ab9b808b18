"""Names of archive entries as their senders meant them, from bytes of an unsaid encoding."""

from __future__ import annotations

import zlib

from xlsx_pdca.zipdirectory import Entry

_UTF8_FLAG = 0x800
_UNICODE_FIELD = 0x7075


def entry_name(entry: Entry) -> str:
    """Folder and name, folders parted by slashes as they came; bytes that are no text are shown as \\xNN.

    Japanese names come as UTF-8, with or without the flag that says so, or as cp932 without a word; no name
    of a municipality is both. A Unicode name beside the other one counts while it belongs to that one.
    """
    return _unicode_name(entry) or _decoded(entry)


def _unicode_name(entry: Entry) -> str:
    for field, body in entry.fields():
        if field == _UNICODE_FIELD and body[:1] == b"\x01":
            checked = int.from_bytes(body[1:5], "little") == zlib.crc32(entry.raw_name)
            if checked:
                return _strict(body[5:], "utf-8") or ""
    return ""


def _decoded(entry: Entry) -> str:
    for encoding in ("utf-8", "cp932"):
        text = _strict(entry.raw_name, encoding)
        if text is not None:
            return text
    encoding = "utf-8" if entry.flags & _UTF8_FLAG else "cp932"
    return entry.raw_name.decode(encoding, "backslashreplace")


def _strict(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
