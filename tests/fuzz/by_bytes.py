"""Bytes broken: in the file as it is, and inside an inflated part whose checksum is right again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from fuzz.goods import Good
from fuzz.packages import put_together, taken_apart

Change = Callable[[Random, bytes], bytes]
PARTS = ("sheet", "sharedStrings", "workbook.xml", "styles", ".rels", "[Content_Types]", "custom")
"""What parts to break are called, in part; sheets are broken most often."""


def flipped(random: Random, data: bytes) -> bytes:
    """Some bits turned over."""
    broken = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 5, 20))):
        broken[random.randrange(len(broken))] ^= 1 << random.randrange(8)
    return bytes(broken)


def overwritten(random: Random, data: bytes) -> bytes:
    """Some bytes replaced by others that matter in XML."""
    broken = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        broken[random.randrange(len(broken))] = random.choice(b"<>&\"'/=0123456789AZaz _:;\x00\xff")
    return bytes(broken)


def cut(random: Random, data: bytes) -> bytes:
    """A block taken out."""
    at, size = _block(random, data)
    return data[:at] + data[at + size :]


def ended(random: Random, data: bytes) -> bytes:
    """Half a download."""
    return data[: random.randrange(len(data))]


def zeroed(random: Random, data: bytes) -> bytes:
    """A block of zeros, as a broken disk leaves it."""
    at, size = _block(random, data)
    return data[:at] + bytes(min(size, len(data) - at)) + data[at + size :]


def inserted(random: Random, data: bytes) -> bytes:
    """A block of other bytes put in."""
    at, size = _block(random, data)
    return data[:at] + random.randbytes(size) + data[at:]


def repeated(random: Random, data: bytes) -> bytes:
    """A block that stands there twice."""
    at, size = _block(random, data)
    return data[:at] + data[at : at + size] + data[at:]


def moved(random: Random, data: bytes) -> bytes:
    """A block put elsewhere."""
    at, size = _block(random, data)
    block, rest = data[at : at + size], data[:at] + data[at + size :]
    to = random.randrange(len(rest) + 1)
    return rest[:to] + block + rest[to:]


def line_ends(random: Random, data: bytes) -> bytes:
    """A transfer that took the file for a text."""
    return data.replace(b"\n", b"\r\n") if random.random() < 0.5 else data.replace(b"\r\n", b"\n")


def _block(random: Random, data: bytes) -> tuple[int, int]:
    size = random.choice((1, 3, 16, 100, 512, 4096))
    return random.randrange(len(data)), size


CHANGES: dict[str, Change] = {
    each.__name__: each
    for each in (
        flipped, overwritten, cut, ended, zeroed, inserted, repeated, moved, line_ends,
    )
}  # fmt: skip


def in_file(change: Change) -> Callable[[Random, Good], bytes]:
    """The change done to the file."""
    return lambda random, good: change(random, good.data)


def in_part(change: Change) -> Callable[[Random, Good], bytes]:
    """The change done inside one part, which is packed again with a true checksum."""

    def broken(random: Random, good: Good) -> bytes:
        entries = taken_apart(good.data)
        wanted = random.choice((*PARTS[:1] * 4, *PARTS))
        chosen = [n for n, entry in enumerate(entries) if wanted in entry.name and entry.data]
        at = random.choice(chosen or [n for n, entry in enumerate(entries) if entry.data])
        entries[at] = replace(entries[at], data=change(random, entries[at].data))
        return put_together(entries)

    return broken


KINDS = {
    **{f"bytes.file.{name}": in_file(change) for name, change in CHANGES.items()},
    **{f"bytes.part.{name}": in_part(change) for name, change in CHANGES.items()},
}
