"""The zip gate: entries are checked before anything is inflated, and inflated bytes are counted by us."""

from __future__ import annotations

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence

from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import (
    Container,
    Damaged,
    Encrypted,
    Hostile,
    OldFormat,
    OtherDocument,
)
from xlsx_pdca.zipdirectory import (
    BrokenDirectory,
    SeveralVolumes,
    TooManyEntries,
    read_directory,
)

CONTENT_TYPES = "[Content_Types].xml"

_LOCAL_HEADER = struct.Struct("<4sHHHHHIIIHH")
_FEED = 64 << 10
_CHUNK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED_FLAG = 0x1


class Package:
    """A checked .xlsx package; parts are found without regard to letter case and inflated under one budget."""

    def __init__(
        self, data: bytes, entries: Mapping[str, zipfile.ZipInfo], *, times: int = 1
    ) -> None:
        self._data = memoryview(data)
        self._entries = entries
        self._budget = times * limits.INFLATED_BYTES
        self._media_budget = limits.MEDIA_BYTES
        self._digests: dict[str, str] = {}
        self.times = times
        """How many times as much as a return it may hold."""

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    @property
    def names(self) -> Sequence[str]:
        """Names of all parts in lower case."""
        return tuple(self._entries)

    @property
    def stored_names(self) -> Sequence[str]:
        """Names of all entries as they are written, in the order of the file."""
        return tuple(info.orig_filename for info in self._entries.values())

    def chunks(self, name: str) -> Iterator[bytes]:
        """Inflated bytes of a part in pieces, none much larger than 1 MiB."""
        info = self._entries.get(name.lower())
        if info is None:
            raise Damaged(f"part {name} is missing")
        check = size = 0
        for piece in self._inflated(info):
            self._budget -= len(piece)
            if self._budget < 0:
                raise Hostile(
                    f"part {name} inflates beyond {self.times * limits.INFLATED_BYTES} bytes in all"
                )
            check = zlib.crc32(piece, check)
            size += len(piece)
            yield piece
        if check != info.CRC:
            raise Damaged(f"part {name} has a wrong checksum")
        if size != info.file_size:  # other readers stop where the size says
            raise Damaged(f"part {name} has {size} bytes, not {info.file_size}")

    def read(self, name: str) -> bytes:
        """All inflated bytes of a part."""
        return b"".join(self.chunks(name))

    def digest(self, name: str) -> str:
        """SHA-256 of a part that is no XML; checksum and size as stated where it is damaged or the room is used up.

        A broken or huge picture is no reason to refuse the answers beside it.
        """
        info = self._entries[name.lower()]
        if name.lower() not in self._digests:
            stated = f"crc32:{info.CRC:08x}:{info.file_size}"
            self._digests[name.lower()] = self._hashed(info) or stated
        return self._digests[name.lower()]

    def _hashed(self, info: zipfile.ZipInfo) -> str:
        sha256, check = hashlib.sha256(), 0
        try:
            for piece in self._inflated(info):
                self._media_budget -= len(piece)
                if self._media_budget < 0:
                    return ""
                sha256.update(piece)
                check = zlib.crc32(piece, check)
        except Damaged:
            return ""
        return sha256.hexdigest() if check == info.CRC else ""

    def _inflated(self, info: zipfile.ZipInfo) -> Iterator[bytes]:
        start = _data_start(self._data, info)
        stored = self._data[start : start + info.compress_size]
        if info.compress_type == zipfile.ZIP_STORED:
            yield from (bytes(stored[at : at + _CHUNK]) for at in range(0, len(stored), _CHUNK))
            return
        inflater = zlib.decompressobj(-15)
        try:
            for at in range(0, len(stored), _FEED):
                feed: bytes | memoryview = stored[at : at + _FEED]
                while feed:
                    yield inflater.decompress(feed, _CHUNK)
                    feed = inflater.unconsumed_tail
            # where a piece ended within a repetition, its rest still waits inside
            while not inflater.eof and (rest := inflater.decompress(b"", _CHUNK)):
                yield rest
        except zlib.error as error:
            raise Damaged(f"part {info.filename} does not inflate: {error}") from error
        if not inflater.eof:
            raise Damaged(f"part {info.filename} ends early")


def open_package(data: bytes, *, times: int = 1) -> Package:
    """The package in `data` after every entry passed the gate; nothing is inflated yet."""
    try:
        infos = _central_directory(data, times)
    except (Damaged, Hostile):
        if _is_other_archive(data):
            raise Container("a zip archive without a workbook") from None
        raise
    names = {info.orig_filename for info in infos}
    if CONTENT_TYPES.lower() not in {name.lower() for name in names}:
        _stop_at_opendocument(data, infos)
        raise Container("a zip archive without a workbook")
    return _gated(data, infos, times)


def _stop_at_opendocument(data: bytes, infos: Sequence[zipfile.ZipInfo]) -> None:
    """It says in its first entry what it is; some writers put that one behind others."""
    for info in infos:
        if info.orig_filename == "mimetype":
            _check_method(info)
            kind = next(Package(data, {"mimetype": info}).chunks("mimetype"), b"")
            if b"opendocument.spreadsheet" in kind:
                raise OldFormat("OpenDocument spreadsheet (.ods)")
            if b"opendocument." in kind:
                raise OtherDocument("OpenDocument text, presentation or drawing")


def open_archive(data: bytes) -> Package:
    """The same for a zip archive of any kind, such as an OpenDocument file."""
    return _gated(data, _central_directory(data, 1), 1)


def _gated(data: bytes, infos: Sequence[zipfile.ZipInfo], times: int) -> Package:
    entries: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = _safe_name(info)
        if name.lower() in entries:
            raise Hostile(f"two entries are called {name}")
        _check_method(info)
        entries[name.lower()] = info
    _check_layout(memoryview(data), infos)
    return Package(data, entries, times=times)


def _central_directory(data: bytes, times: int) -> list[zipfile.ZipInfo]:
    if len(data) > times * limits.FILE_BYTES:
        raise Hostile(f"file of {len(data)} bytes")
    if data.count(b"PK\x01\x02") > limits.ENTRIES:
        raise Hostile(f"more than {limits.ENTRIES} zip entries")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.infolist()
    # zipfile has no family of its own: a broken directory shows as any of these
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
        raise Damaged(f"zip directory: {error}") from error


def _is_other_archive(data: bytes) -> bool:
    """Whether the directory can be read by looser rules and names no package; archives have a gate of their own."""
    try:
        entries = read_directory(data, limits.ENTRIES).entries
    except (SeveralVolumes, TooManyEntries):
        return CONTENT_TYPES.encode() not in data
    except BrokenDirectory:
        return False
    return CONTENT_TYPES.lower().encode() not in {entry.raw_name.lower() for entry in entries}


def _safe_name(info: zipfile.ZipInfo) -> str:
    # some writers use backslashes; Excel takes them for slashes
    name = info.orig_filename.replace("\\", "/")
    if not name or name.startswith("/") or _DRIVE.match(name) or "\0" in name:
        raise Hostile(f"entry name {name!r}")
    if ".." in name.split("/"):
        raise Hostile(f"entry name {name!r}")
    return name


def _check_method(info: zipfile.ZipInfo) -> None:
    if info.flag_bits & _ENCRYPTED_FLAG:
        raise Encrypted(f"zip entry {info.filename} is encrypted")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Hostile(f"compression method {info.compress_type}")


def _check_layout(data: memoryview, infos: Sequence[zipfile.ZipInfo]) -> None:
    """Entries may not share bytes: overlapping ones are how small bombs inflate without end."""
    end = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise Hostile(f"entry {info.filename} overlaps another one")
        end = _data_start(data, info) + info.compress_size
        if end > len(data):
            raise Damaged(f"entry {info.filename} reaches beyond the file")


def _data_start(data: memoryview, info: zipfile.ZipInfo) -> int:
    header = bytes(data[info.header_offset : info.header_offset + _LOCAL_HEADER.size])
    if len(header) < _LOCAL_HEADER.size or header[:4] != b"PK\x03\x04":
        raise Damaged(f"entry {info.filename} has no local header")
    name_length, extra_length = _LOCAL_HEADER.unpack(header)[-2:]
    name_start = info.header_offset + _LOCAL_HEADER.size
    if bytes(data[name_start : name_start + name_length]) != _raw_name(info):
        raise Hostile(f"entry {info.filename} has two names")
    return int(name_start + name_length + extra_length)


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    utf8 = info.flag_bits & 0x800
    return info.orig_filename.encode("utf-8" if utf8 else "cp437")
