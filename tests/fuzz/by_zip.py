"""The zip around the parts broken: entries exchanged, renamed, doubled, cut; headers that lie."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from random import Random

from fuzz.goods import Good, goods, neighbour
from fuzz.packages import Entry, put_together, taken_apart

Entries = list[Entry]


def _two(random: Random, entries: Entries) -> tuple[int, int]:
    """Two entries, most often two sheets."""
    sheets = [n for n, entry in enumerate(entries) if "/worksheets/sheet" in entry.name]
    one, other = random.sample(sheets if random.random() < 0.7 else range(len(entries)), 2)
    return one, other


def _one(random: Random, entries: Entries) -> int:
    return _two(random, entries)[0]


def swapped(random: Random, entries: Entries) -> Entries:
    """Two parts under each other's names."""
    one, other = _two(random, entries)
    entries[one], entries[other] = (
        entries[one].with_data(entries[other].data),
        entries[other].with_data(entries[one].data),
    )
    return entries


def reordered(random: Random, entries: Entries) -> Entries:
    """The same in another order, as other programs write it."""
    random.shuffle(entries)
    return entries


def removed(random: Random, entries: Entries) -> Entries:
    """A part taken out."""
    del entries[_one(random, entries)]
    return entries


def emptied(random: Random, entries: Entries) -> Entries:
    """A part with nothing in it."""
    at = _one(random, entries)
    entries[at] = entries[at].with_data(b"")
    return entries


def renamed(random: Random, entries: Entries) -> Entries:
    """A part under a name a little different."""
    at = _one(random, entries)
    name = entries[at].name
    changes = (
        name.upper(), name.replace("/", "\\"), f"/{name}", f"./{name}", f"../{name}", f"C:{name}",
        f"{name} ", f"{name}\0", f"{name}.bak", name.replace("1", "9"), name.replace("xl/", "xl//"), "",
        name.replace("sheet", "Sheet"), f"\u202e{name}", name.replace(".xml", "%2Exml"),
    )  # fmt: skip
    entries[at] = replace(entries[at], name=random.choice(changes))
    return entries


def doubled(random: Random, entries: Entries) -> Entries:
    """A second entry of the same name, or one that differs in letter case, with other contents."""
    one, other = _two(random, entries)
    name = entries[one].name
    data = random.choice((entries[one].data, entries[other].data, _another_text(entries[one].data)))
    twin = Entry(random.choice((name, name, name.upper(), name.replace("sheet", "Sheet"))), data)
    entries.insert(random.randrange(len(entries) + 1), twin)
    return entries


def _another_text(data: bytes) -> bytes:
    return data.replace("。".encode(), "！".encode())


def cut_short(random: Random, entries: Entries) -> Entries:
    """Packed bytes that end early, the sizes told truly or not."""
    at = _one(random, entries)
    entry = entries[at]
    packed = zlib.compress(entry.data, 6, -15)
    short = packed[: random.randrange(len(packed))]
    lies = {"packed_size": len(packed)} if random.random() < 0.3 else {}
    entries[at] = replace(entry, packed=short, **lies)
    return entries


def wrong_checksum(random: Random, entries: Entries) -> Entries:
    """A checksum that is not the one of the part."""
    at = _one(random, entries)
    wrong = random.choice((0, 1, 0xFFFFFFFF, zlib.crc32(entries[at].data) ^ 1))
    which = random.choice(("crc", "local_crc"))
    entries[at] = replace(entries[at], **{which: wrong})
    return entries


def wrong_size(random: Random, entries: Entries) -> Entries:
    """Sizes that are not true, in one header or in both."""
    at = _one(random, entries)
    true = len(entries[at].data)
    wrong = random.choice((0, 1, true - 1, true + 1, true * 2, 0x7FFFFFFF, 0xFFFFFFFF))
    which = random.choice(("size", "local_size", "packed_size"))
    entries[at] = replace(entries[at], **{which: max(wrong, 0)})
    return entries


def two_names(random: Random, entries: Entries) -> Entries:
    """Called otherwise at its own head than in the directory."""
    one, other = _two(random, entries)
    name = random.choice((entries[other].name, entries[one].name.upper(), "xl/other.xml"))
    entries[one] = replace(entries[one], local_name=name)
    return entries


def overlapping(random: Random, entries: Entries) -> Entries:
    """Two entries of the directory that point to the same bytes."""
    one, other = _two(random, entries)
    offset = 0
    for entry in entries[:other]:
        offset += 30 + len(entry.name.encode()) + len(zlib.compress(entry.data, 1, -15))
    entries[one] = replace(entries[one], offset=offset + random.choice((0, 0, 1, -1, 30)))
    return entries


def unlisted(random: Random, entries: Entries) -> Entries:
    """In the file, but not in its directory."""
    at = _one(random, entries)
    entries[at] = replace(entries[at], listed=False)
    return entries


def flagged(random: Random, entries: Entries) -> Entries:
    """Flags that promise encryption, sizes behind the data, or another encoding of the name."""
    at = _one(random, entries)
    flags = random.choice((0, 0x1, 0x8, 0x41, 0x808, 0x2000, 0x20))
    entries[at] = replace(entries[at], flags=flags)
    return entries


def other_method(random: Random, entries: Entries) -> Entries:
    """Stored, or a method told that is not the one used."""
    at = _one(random, entries)
    method = random.choice((0, 0, 0, 9, 12, 14, 93, 99))
    kept = None if method == 0 else zlib.compress(entries[at].data, 6, -15)
    if random.random() < 0.2:
        method, kept = 8, entries[at].data
    entries[at] = replace(entries[at], method=method, packed=kept)
    return entries


def extra_field(random: Random, entries: Entries) -> Entries:
    """Extra fields: times, another name, zip64 sizes, or nothing that makes sense."""
    at = _one(random, entries)
    extra = random.choice(
        (
            b"UT\x05\x00\x03" + bytes(4),
            b"\x75\x70\x0b\x00\x01" + bytes(4) + b"x.xml!",
            b"\x01\x00\x10\x00" + bytes(16),
            b"\xff\xff\xff\xff",
            random.randbytes(7),
        )
    )
    entries[at] = replace(entries[at], extra=extra)
    return entries


def added(random: Random, entries: Entries) -> Entries:
    """Something more in the package."""
    name = random.choice(
        (
            "xl/media/image1.png",
            "evil.exe",
            "xl/vbaProject.bin",
            "folder/",
            "docProps/custom2.xml",
            "a" * 300,
        )
    )
    entries.append(Entry(name, b"" if name.endswith("/") else random.randbytes(50)))
    return entries


def from_neighbour(random: Random, entries: Entries) -> Entries:
    """A part of another unit's return in the place of this one's."""
    is_jizen = any(b"R0801-J-" in entry.data for entry in entries)
    others = {e.name: e for e in taken_apart(neighbour("jizen" if is_jizen else "tojitsu").data)}
    shared = [n for n, entry in enumerate(entries) if entry.name in others]
    for at in random.sample(shared, random.choice((1, 1, 2, 3))):
        entries[at] = others[entries[at].name]
    return entries


CHANGES: dict[str, Callable[[Random, Entries], Entries]] = {
    each.__name__: each
    for each in (
        swapped, reordered, removed, emptied, renamed, doubled, cut_short, wrong_checksum, wrong_size,
        two_names, overlapping, unlisted, flagged, other_method, extra_field, added, from_neighbour,
    )
}  # fmt: skip


def in_zip(change: Callable[[Random, Entries], Entries]) -> Callable[[Random, Good], bytes]:
    """The change done to the entries, which are put together again as they then say."""
    return lambda random, good: put_together(change(random, taken_apart(good.data)))


def surrounded(random: Random, good: Good) -> bytes:
    """Something before or behind the zip."""
    junk = random.choice(
        (b"MZ" + bytes(100), b"\r\n", b"From: a@b.example\r\n\r\n", random.randbytes(40))
    )
    return random.choice((junk + good.data, good.data + junk, good.data + bytes(2000)))


def commented(random: Random, good: Good) -> bytes:
    """A comment at the end, perhaps one that looks like another end."""
    comment = random.choice((b"comment", good.data[-22:], b"PK\x05\x06" + bytes(18), bytes(65535)))
    return put_together(taken_apart(good.data), comment=comment)


def two_zips(random: Random, good: Good) -> bytes:
    """Two whole returns one behind the other: which one is meant?"""
    other = random.choice((neighbour(good.form).data, goods()[f"{good.form}/poi"].data))
    return random.choice((good.data + other, other + good.data))


KINDS: dict[str, Callable[[Random, Good], bytes]] = {
    **{f"zip.{name}": in_zip(change) for name, change in CHANGES.items()},
    "zip.surrounded": surrounded,
    "zip.commented": commented,
    "zip.two_zips": two_zips,
}
