"""Zip archives taken apart: checked entry by entry before anything is inflated, and one bad entry costs that entry only."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from xlsx_pdca.cells import visible_name
from xlsx_pdca.contents import ContainerKind, Contents, Part
from xlsx_pdca.mailbox import inflating
from xlsx_pdca.mailbox.inflating import Room, inflated
from xlsx_pdca.mailbox.zipgate import gate
from xlsx_pdca.mailbox.ziplocks import (
    AES_METHOD,
    LOCKED_FLAG,
    STRONG_FLAGS,
    Keyring,
    NoKey,
    TooMuchWork,
    WrongMac,
    aes_lock,
)
from xlsx_pdca.mailbox.zipnames import entry_name
from xlsx_pdca.rawbook import Refusal, RefusalCode
from xlsx_pdca.zipdirectory import (
    BrokenDirectory,
    Directory,
    Entry,
    SeveralVolumes,
    TooManyEntries,
    read_directory,
)

ENTRIES = 2_000

_PATCH_FLAG = 0x20
_FOLDER_ATTRIBUTE = 0x10
_TWIN = "another entry has the same name"
_LITTER = (
    ("__MACOSX/", "._", b"\x00\x05\x16\x07"),
    ("", ".DS_Store", b"\x00\x00\x00\x01Bud1"),
    ("", "desktop.ini", b"[.ShellClassInfo]"),
)
_THUMBS = "Thumbs.db"


def open_zip(data: bytes, secrets: Sequence[str]) -> Contents | Refusal:
    """Every file in the archive as a part, in its order; a Refusal only where the archive itself cannot be read.

    Each password is tried on each locked entry; none is kept or told. Folders are no parts. What programs
    leave in archives by themselves is marked as inline.
    """
    try:
        directory = read_directory(data, ENTRIES)
    except BrokenDirectory as fault:
        return Refusal(RefusalCode.DAMAGED, f"zip archive: {fault}")
    except SeveralVolumes as fault:
        return Refusal(RefusalCode.CONTAINER, f"zip archive: {fault}")
    except TooManyEntries as fault:
        return Refusal(RefusalCode.HOSTILE, f"zip archive: {fault}")
    return _Archive(data, directory, Keyring(secrets)).contents()


class _Refused(Exception):
    def __init__(self, code: RefusalCode, detail: str) -> None:
        super().__init__(detail)
        self.refusal = Refusal(code, detail)


class _Archive:
    def __init__(self, data: bytes, directory: Directory, keys: Keyring) -> None:
        self._data = data
        self._directory = directory
        self._gate = gate(data, directory)
        self._keys = keys
        self._room = Room()

    def contents(self) -> Contents:
        """Small entries come first, so that a large one costs no other its room; the order told is the archive's."""
        entries = self._directory.entries
        order = sorted(range(len(entries)), key=lambda at: entries[at].packed)
        found = {at: part for at in order if (part := self._part(at)) is not None}
        parts = [found[at] for at in sorted(found)]
        return Contents(
            kind=ContainerKind.ARCHIVE,
            parts=_with_twins_told(parts),
            defects=(*self._directory.defects, *self._gate.defects),
        )

    def _part(self, at: int) -> Part | None:
        """None for a folder."""
        entry, verdict = self._directory.entries[at], self._gate.verdicts[at]
        name = entry_name(entry)
        if _is_folder(entry, name):
            return None
        if isinstance(verdict, Refusal):
            return Part(visible_name(name), refusal=verdict)
        try:
            data, defect = self._taken_out(entry, verdict.start)
        except _Refused as stop:
            return Part(visible_name(name), refusal=stop.refusal)
        return Part(visible_name(name), data, inline=_is_litter(name, data), defect=defect)

    def _taken_out(self, entry: Entry, start: int) -> tuple[bytes, str]:
        packed = self._data[start : start + entry.packed]
        try:
            if not entry.flags & LOCKED_FLAG:
                return self._inflated(entry, entry.method, _fed(packed))
            if entry.flags & STRONG_FLAGS:
                raise _Refused(RefusalCode.ENCRYPTED, "locked in a way only PKZIP opens")
            if entry.method == AES_METHOD:
                return self._from_aes(entry, packed)
            return self._from_old_lock(entry, packed)
        except (inflating.Damaged, WrongMac) as fault:
            raise _Refused(RefusalCode.DAMAGED, str(fault)) from fault
        except inflating.TooLarge as fault:
            raise _Refused(RefusalCode.HOSTILE, str(fault)) from fault
        except NoKey as fault:
            raise _Refused(RefusalCode.ENCRYPTED, "no password given opens it") from fault
        except TooMuchWork as fault:
            raise _Refused(RefusalCode.CONTAINER, str(fault)) from fault

    def _inflated(self, entry: Entry, method: int, chunks: Iterator[bytes]) -> tuple[bytes, str]:
        """The bytes, and what is odd about them."""
        _require_known(method, entry)
        data, odd = inflated(
            chunks, method=method, packed=entry.packed, size=entry.size, room=self._room
        )
        if zlib.crc32(data) == entry.crc or _needs_no_checksum(entry):
            return data, odd
        return data, _joined("its checksum is wrong", odd)

    def _from_aes(self, entry: Entry, packed: bytes) -> tuple[bytes, str]:
        lock = aes_lock(entry)
        if lock is None:
            raise _Refused(RefusalCode.DAMAGED, "it does not say how it is locked")
        _require_known(lock.method, entry)
        return self._inflated(entry, lock.method, _fed(self._keys.aes(lock, packed)))

    def _from_old_lock(self, entry: Entry, packed: bytes) -> tuple[bytes, str]:
        """Only the checksum tells the right password, so wrong bytes are never given."""
        _require_known(entry.method, entry)
        for chunks in self._keys.old(entry, packed):
            try:
                data, odd = self._inflated(entry, entry.method, chunks)
            except inflating.Damaged:
                continue
            if zlib.crc32(data) == entry.crc:
                return data, odd
        raise NoKey


def _with_twins_told(parts: Sequence[Part]) -> tuple[Part, ...]:
    names = Counter(part.name for part in parts)
    return tuple(
        part if names[part.name] == 1 else replace(part, defect=_joined(part.defect, _TWIN))
        for part in parts
    )


def _joined(*told: str) -> str:
    return "; ".join(filter(None, told))


def _fed(packed: bytes) -> Iterator[bytes]:
    return (packed[at : at + inflating.FEED] for at in range(0, len(packed), inflating.FEED))


def _require_known(method: int, entry: Entry) -> None:
    if method not in inflating.METHODS or entry.flags & _PATCH_FLAG:
        raise _Refused(RefusalCode.CONTAINER, f"packed by method {method}, which is not read here")


def _needs_no_checksum(entry: Entry) -> bool:
    """The second kind of AES entry has none: its authentication code says more."""
    return entry.method == AES_METHOD and entry.crc == 0


def _is_folder(entry: Entry, name: str) -> bool:
    if entry.size:
        return False
    return name.endswith("/") or (
        name.endswith("\\") and bool(entry.attributes & _FOLDER_ATTRIBUTE)
    )


def _is_litter(name: str, data: bytes) -> bool:
    """What systems put into archives unasked, by name and content, so that nothing hides behind the name."""
    folder, _, last = name.rpartition("/")
    if last == _THUMBS:
        return data.startswith(b"\xd0\xcf\x11\xe0") and "Catalog".encode("utf-16-le") in data
    return any(
        f"{folder}/".startswith(where) and last.startswith(begin) and data.startswith(magic)
        for where, begin, magic in _LITTER
    )
