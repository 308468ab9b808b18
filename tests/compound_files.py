"""Writes compound files (OLE, MS-CFB version 3) and Outlook messages (MS-OXMSG) byte by byte.

Written from Microsoft's published descriptions, independent of olefile and of the reader under test. No
Outlook took part: what these files look like is what the descriptions say, not what a program wrote.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

Tree: TypeAlias = "Mapping[str, bytes | Tree]"

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    kids: list[int] = field(default_factory=list)
    child: int = FREE
    left: int = FREE
    right: int = FREE
    start: int = END
    size: int = 0


def compound_file(tree: Tree) -> bytes:
    """A whole compound file holding these streams and storages."""
    entries = [_Entry("Root Entry", 5)]
    _add(entries, 0, tree)
    sectors: list[bytes] = []
    fat: list[int] = []
    mini, mini_fat = b"", []
    for entry in entries[1:]:
        if entry.kind != 2 or not entry.data:
            continue
        entry.size = len(entry.data)
        if entry.size >= CUTOFF:
            entry.start = _chain(sectors, fat, entry.data, SECTOR)
            continue
        count = -(-entry.size // MINI)
        entry.start = len(mini_fat)
        mini_fat += [*range(entry.start + 1, entry.start + count), END]
        mini += entry.data.ljust(count * MINI, b"\0")
    entries[0].start = _chain(sectors, fat, mini, SECTOR) if mini else END
    entries[0].size = len(mini)
    packed_mini = struct.pack(f"<{len(mini_fat)}I", *mini_fat)
    mini_start = _chain(sectors, fat, packed_mini, SECTOR, b"\xff") if mini_fat else END
    directory = b"".join(map(_packed, entries))
    while len(directory) % SECTOR:
        directory += _packed(_Entry("", 0))
    directory_start = _chain(sectors, fat, directory, SECTOR)
    return _assembled(sectors, fat, directory_start, mini_start, -(-len(packed_mini) // SECTOR))


def _add(entries: list[_Entry], parent: int, tree: Tree) -> None:
    ids = []
    for name in sorted(tree, key=lambda n: (len(n.encode("utf-16-le")), n.upper())):
        content = tree[name]
        ids.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, 2, content))
        else:
            entries.append(_Entry(name, 1))
            _add(entries, ids[-1], content)
    entries[parent].child = _balanced(entries, ids)


def _balanced(entries: list[_Entry], ids: Sequence[int]) -> int:
    if not ids:
        return FREE
    middle = len(ids) // 2
    entries[ids[middle]].left = _balanced(entries, ids[:middle])
    entries[ids[middle]].right = _balanced(entries, ids[middle + 1 :])
    return ids[middle]


def _chain(
    sectors: list[bytes], fat: list[int], data: bytes, size: int, filler: bytes = b"\0"
) -> int:
    start = len(sectors)
    for at in range(0, len(data), size):
        sectors.append(data[at : at + size].ljust(size, filler))
        fat.append(len(sectors))
    fat[-1] = END
    return start


def _packed(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le")
    length = len(name) + 2 if entry.kind else 0
    return struct.pack(
        "<64sHBBIII16sIQQIII",
        name,
        length,
        entry.kind,
        1,
        entry.left,
        entry.right,
        entry.child,
        b"",
        0,
        0,
        0,
        entry.start if entry.kind else 0,
        entry.size,
        0,
    )


def _assembled(
    sectors: list[bytes], fat: list[int], directory: int, mini_fat: int, mini_fat_sectors: int
) -> bytes:
    count = 1
    while (len(fat) + count) * 4 > count * SECTOR:
        count += 1
    assert count <= 109, "larger files would need a DIFAT of their own"
    first = len(sectors)
    table = [*fat, *[FAT_SECTOR] * count]
    table += [FREE] * (count * SECTOR // 4 - len(table))
    header = struct.pack(
        "<8s16sHHHHH6s9I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        b"",
        0,
        count,
        directory,
        0,
        CUTOFF,
        mini_fat,
        mini_fat_sectors,
        END,
        0,
    )
    places = [*range(first, first + count), *[FREE] * (109 - count)]
    header += struct.pack("<109I", *places)
    return header + b"".join(sectors) + struct.pack(f"<{len(table)}I", *table)


Value: TypeAlias = "str | bytes | int | bool | datetime"


@dataclass(frozen=True)
class Attachment:
    """One attachment: properties by id; `message` for a message within."""

    properties: Mapping[int, Value]
    message: Message | None = None
    storage: Tree | None = None
    """Streams of an OLE object."""


@dataclass(frozen=True)
class Message:
    """A message as MAPI properties by id; texts are written as Unicode or in a code page."""

    properties: Mapping[int, Value]
    attachments: Sequence[Attachment] = ()
    codepage: str = ""
    """Python codec for texts of a message that is not Unicode; "" for Unicode."""


def outlook_message(message: Message) -> bytes:
    """A whole .msg file."""
    empty = {f"__substg1.0_000{n}0102": b"" for n in (2, 3, 4)}
    return compound_file({"__nameid_version1.0": empty, **_message(message, top=True)})


def _message(message: Message, *, top: bool) -> dict[str, bytes | Tree]:
    counts = (0, 0, 0, len(message.attachments))
    head = struct.pack("<8xIIII", *(counts[1], counts[3], counts[1], counts[3]))
    tree = _storage(message.properties, head + b"\0" * (8 if top else 0), message.codepage)
    for number, attachment in enumerate(message.attachments):
        properties = dict(attachment.properties)
        streams = _storage(properties, b"\0" * 8, message.codepage)
        if attachment.message is not None:
            streams["__substg1.0_3701000D"] = _message(attachment.message, top=False)
        elif attachment.storage is not None:
            streams["__substg1.0_3701000D"] = attachment.storage
        tree[f"__attach_version1.0_#{number:08X}"] = streams
    return tree


def _storage(
    properties: Mapping[int, Value], head: bytes, codepage: str
) -> dict[str, bytes | Tree]:
    rows, streams = head, {}
    for tag, value in sorted(properties.items()):
        kind, data, fixed = _value(value, codepage)
        if fixed is None:
            assert data is not None
            streams[f"__substg1.0_{tag:04X}{kind:04X}"] = data
            fixed = struct.pack("<II", len(data), 0)
        rows += struct.pack("<HHI", kind, tag, 6) + fixed
    return {"__properties_version1.0": rows, **streams}


def _value(value: Value, codepage: str) -> tuple[int, bytes | None, bytes | None]:
    """(property type, stream, eight bytes in the table)."""
    match value:
        case bool():
            return 0x000B, None, struct.pack("<Q", value)
        case int():
            return 0x0003, None, struct.pack("<Q", value)
        case datetime():
            since = value - datetime(1601, 1, 1, tzinfo=UTC)
            return 0x0040, None, struct.pack("<Q", int(since.total_seconds()) * 10_000_000)
        case str() if codepage:
            return 0x001E, value.encode(codepage), None
        case str():
            return 0x001F, value.encode("utf-16-le"), None
        case bytes():
            return 0x0102, value, None
