"""Compound files (OLE) of Outlook as storages with MAPI properties, read by olefile under our own limits."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import olefile

from xlsx_pdca.mailbox.charsets import decode

ENTRIES = 20_000
"""Streams and storages; a message with a thousand attachments has fewer."""
DEPTH = 50
_PROPERTIES = "__properties_version1.0"
_STREAM = "__substg1.0_{:04X}{:04X}"
_STRING8, _UNICODE, _BINARY, _OBJECT = 0x001E, 0x001F, 0x0102, 0x000D


class BrokenCompound(Exception):
    """No compound file, or one whose directory cannot be read."""


class HostileCompound(Exception):
    """Beyond what any genuine message has, or streams that lie on one another."""


class _Limited(olefile.OleFileIO):  # type: ignore[misc]  # no stubs are published
    """olefile compares each entry with all before it, so their number is limited as they come."""

    def _load_direntry(self, sid: int) -> Any:
        self.entries_loaded = getattr(self, "entries_loaded", 0) + 1
        if self.entries_loaded > ENTRIES:
            raise HostileCompound(f"more than {ENTRIES} streams")
        return super()._load_direntry(sid)


class Compound:
    """An open compound file; every byte is read at most about once, so that streams cannot multiply."""

    def __init__(self, data: bytes) -> None:
        try:
            self._file = _Limited(data)
        except HostileCompound:
            raise
        # olefile lets anything through: its own errors, struct.error, IndexError, RecursionError
        except Exception as error:
            raise BrokenCompound(f"{type(error).__name__}: {error}"[:200]) from error
        self._left = 2 * len(data) + (1 << 20)

    @property
    def issues(self) -> tuple[str, ...]:
        """What olefile found wrong but could read past, so far."""
        return tuple(dict.fromkeys(str(message) for _, message in self._file.parsing_issues))

    def names(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """Names within a storage, sorted; () where there is no such storage."""
        node = self._file.root
        for step in path:
            node = node.kids_dict.get(step.lower()) if node else None
        return tuple(kid.name for kid in node.kids) if node else ()

    def read(self, path: tuple[str, ...]) -> tuple[bytes, str]:
        """(bytes, defect) of a stream; (b"", reason) where it cannot be read."""
        before = len(self._file.parsing_issues)
        try:
            size = self._file.get_size(list(path))
            if size > self._left:
                raise HostileCompound("streams lie on one another")
            self._left -= size
            data: bytes = self._file.openstream(list(path)).read()
        except HostileCompound:
            raise
        except Exception as error:  # as above
            return b"", f"stream cannot be read: {type(error).__name__}"
        broken = len(self._file.parsing_issues) > before or len(data) != size
        return data, "stream is cut off or crossed with another" if broken else ""


class Storage:
    """One storage of a message (the message itself, a recipient, an attachment) as MAPI properties."""

    def __init__(
        self, compound: Compound, path: tuple[str, ...] = (), *, label: str = "", header: int = 32
    ) -> None:
        """`header` is the length of what precedes the fixed properties; it differs by kind of storage."""
        self.compound, self.path, self.label = compound, path, label
        self._header = header

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {name.lower(): name for name in self.compound.names(self.path)}

    @cached_property
    def fixed(self) -> Mapping[int, bytes]:
        """Eight bytes of each property that fits into them, by id."""
        data, _ = self.compound.read((*self.path, _PROPERTIES))
        rows = data[self._header :]
        found = {}
        for at in range(0, len(rows) - 15, 16):
            tag, _, value = struct.unpack_from("<II8s", rows, at)
            found[tag >> 16] = value
        return found

    @property
    def is_one(self) -> bool:
        return _PROPERTIES in self.names

    def number(self, tag: int) -> int:
        """A whole number or a truth value; 0 where it is missing."""
        return int.from_bytes(self.fixed.get(tag, b"")[:4], "little")

    def time(self, tag: int) -> str:
        """ISO 8601 in UTC of a FILETIME; "" where it is missing."""
        ticks = int.from_bytes(self.fixed.get(tag, b""), "little")
        if not ticks:
            return ""
        try:
            at = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        except OverflowError:
            return ""
        return at.isoformat(timespec="seconds")

    def text(self, tag: int) -> str:
        """A text, Unicode or in the code page of the message."""
        if self._has(tag, _UNICODE):
            data, _ = self._stream(tag, _UNICODE)
            return data[: len(data) // 2 * 2].decode("utf-16-le", "replace").rstrip("\0")
        if self._has(tag, _STRING8):
            data, _ = self._stream(tag, _STRING8)
            return decode(data.rstrip(b"\0"), self.label).text
        return ""

    def binary(self, tag: int) -> tuple[bytes, str]:
        """(bytes, defect)."""
        return self._stream(tag, _BINARY) if self._has(tag, _BINARY) else (b"", "")

    def has_binary(self, tag: int) -> bool:
        return self._has(tag, _BINARY)

    def object_path(self, tag: int) -> tuple[str, ...] | None:
        """Where a storage within this one lies."""
        name = self.names.get(_STREAM.format(tag, _OBJECT).lower())
        return None if name is None else (*self.path, name)

    def _has(self, tag: int, kind: int) -> bool:
        return _STREAM.format(tag, kind).lower() in self.names

    def _stream(self, tag: int, kind: int) -> tuple[bytes, str]:
        name = self.names[_STREAM.format(tag, kind).lower()]
        return self.compound.read((*self.path, name))
