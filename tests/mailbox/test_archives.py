"""Zip archives: every entry exact under its own name, and what was made to hurt costs itself only."""

from __future__ import annotations

import base64
import bz2
import lzma
import subprocess
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handmade_zips import (
    LOCKED,
    STREAMED,
    UNIX,
    UTF8,
    Item,
    OldLock,
    archive,
    central,
    deflated,
    end,
    field,
    local,
    locked,
    passing_key,
    quoted_overlap,
    unicode_name,
)
from xlsx_pdca.contents import ContainerKind, Contents, Part
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.mailbox.archives import ENTRIES, open_zip
from xlsx_pdca.mailbox.inflating import ARCHIVE_BYTES, ENTRY_BYTES, FREE_BYTES
from xlsx_pdca.mailbox.ziplocks import WORK, Keyring, TooMuchWork
from xlsx_pdca.rawbook import Refusal, RefusalCode
from xlsx_pdca.worker import MEMORY, SECONDS, Worker
from xlsx_pdca.zipdirectory import read_directory

ANSWER = "御回答".encode() * 50
GOOD = Item("回答/前橋市.xlsx".encode(), ANSWER)


def opened(data: bytes, *secrets: str) -> Contents:
    contents = open_zip(data, secrets)
    assert isinstance(contents, Contents)
    assert contents.kind is ContainerKind.ARCHIVE
    return contents


def parts(data: bytes, *secrets: str) -> tuple[Part, ...]:
    return opened(data, *secrets).parts


def only(item: Item, *secrets: str) -> Part:
    """The part a single entry becomes, beside a good one that must always come through."""
    first, second = parts(archive(item, GOOD), *secrets)
    assert second == Part("回答/前橋市.xlsx", ANSWER)
    return first


def refused(item: Item, *secrets: str) -> RefusalCode | None:
    part = only(item, *secrets)
    assert part.refusal is None or not part.data
    return part.refusal.code if part.refusal else None


# Names


WITH_BACKSLASH = [
    unit.name
    for unit in shipped_codes().municipalities
    if unit.name and b"\\" in unit.name.encode("cp932", "replace")
]


def test_there_are_names_with_a_backslash_within() -> None:
    """The second byte of ソ, 能, 表, 十 and their like is a backslash; these municipalities have such a name."""
    assert len(WITH_BACKSLASH) == 18
    assert {"能代市", "十日町市", "四万十町", "飯能市"} <= set(WITH_BACKSLASH)


@pytest.mark.parametrize("name", WITH_BACKSLASH)
def test_a_backslash_within_a_sign_parts_nothing(name: str) -> None:
    """A name in cp932 is read as signs, not as bytes with separators in them."""
    path = f"回答/{name}.xlsx"
    assert only(Item(path.encode("cp932"), ANSWER)) == Part(path, ANSWER)


NAMES = {
    "UTF-8 with its flag": (Item("様式/髙崎市①.xlsx".encode(), flags=UTF8), "様式/髙崎市①.xlsx"),
    "UTF-8 without a word": (Item("様式/髙崎市①.xlsx".encode()), "様式/髙崎市①.xlsx"),
    "cp932": (Item("㈱表①髙.xlsx".encode("cp932")), "㈱表①髙.xlsx"),
    "cp932 with the flag of UTF-8": (Item("表.xlsx".encode("cp932"), flags=UTF8), "表.xlsx"),
    "half-width kana": (Item("ｶｲﾄｳ.xlsx".encode("cp932")), "ｶｲﾄｳ.xlsx"),
    "a Unicode name beside it": (
        Item(b"kai_.xlsx", extra=unicode_name(b"kai_.xlsx", "𠮷岡町.xlsx")), "𠮷岡町.xlsx",
    ),
    "a Unicode name of another name": (
        Item(b"kai_.xlsx", extra=unicode_name(b"kai_.xlsx", "誤.xlsx", crc=7)), "kai_.xlsx",
    ),
    "a Unicode name that is none": (
        Item(b"a.xlsx", extra=unicode_name(b"a.xlsx", "x")[:-1] + b"\xff"), "a.xlsx",
    ),
    "a broken extra field": (Item(b"a.xlsx", extra=b"\x75\x70\xff\xff\x01"), "a.xlsx"),
    "parted signs as a Mac writes them": (
        Item(unicodedata.normalize("NFD", "プ.xlsx").encode()), unicodedata.normalize("NFD", "プ.xlsx"),
    ),
    "no text at all": (Item(b"\x81.xlsx"), "\\x81.xlsx"),
    "backslashes as an old program writes them": (Item("回答\\表.xlsx".encode("cp932")), "回答\\表.xlsx"),
    "upwards": (Item("../../etc/回答.xlsx".encode()), "../../etc/回答.xlsx"),
    "from the root": (Item(b"C:/a.xlsx"), "C:/a.xlsx"),
    "a device of Windows": (Item(b"CON"), "CON"),
    "a stream of NTFS": (Item(b"x.xlsx:ads"), "x.xlsx:ads"),
    "a zero byte": (Item(b"a\0.exe"), "a\\x00.exe"),
    "turned around": (Item("回答\u202exslx.exe".encode()), "回答\\u202exslx.exe"),
    "a line end": (Item(b"a\r\nb"), "a\\r\\nb"),
    "none": (Item(b""), ""),
}  # fmt: skip


@pytest.mark.parametrize("case", NAMES)
def test_names_are_what_the_sender_saw(case: str) -> None:
    """Each way to write a name ends as the same signs; what is invisible is escaped, and nothing becomes a path."""
    item, expected = NAMES[case]
    assert only(replace(item, data=ANSWER)) == Part(expected, ANSWER)


def test_ways_to_write_names_may_be_mixed() -> None:
    """One name decides nothing for the others."""
    found = parts(archive(*(item for item, _ in NAMES.values())))
    assert [part.name for part in found] == [name for _, name in NAMES.values()]


def test_a_very_long_name_keeps_its_ending() -> None:
    """A name no file system takes is shortened for the eye; the bytes are given."""
    part = only(Item(b"n" * 5_000 + b".xlsx", ANSWER))
    assert part.name.endswith(".xlsx")
    assert len(part.name) <= 300
    assert part.data == ANSWER


def test_twins_are_both_given_and_named() -> None:
    """Two entries of one name may be two answers: neither is lost, and a person is told."""
    one, two = parts(archive(Item(b"a.xlsx", b"1"), Item(b"a.xlsx", b"2")))
    assert (one.data, two.data) == (b"1", b"2")
    assert one.defect == two.defect == "another entry has the same name"
    assert [part.defect for part in parts(archive(Item(b"a", b"1"), Item(b"A", b"2")))] == ["", ""]


def test_folders_are_no_parts() -> None:
    """A folder is passed, also beside a file of its name; one with bytes in it is a file."""
    found = parts(
        archive(
            Item(b"a/"),
            Item(b"a", b"1"),
            Item(b"b\\", attributes=0x10),
            Item(b"c/", b"hidden"),
            Item(b"d/", body=b"\x03\x00"),
        )
    )
    assert [(part.name, part.data) for part in found] == [("a", b"1"), ("c/", b"hidden")]


LITTER = {
    "__MACOSX/回答/._前橋市.xlsx": b"\x00\x05\x16\x07" + bytes(30),
    "回答/.DS_Store": b"\x00\x00\x00\x01Bud1" + bytes(30),
    "Thumbs.db": b"\xd0\xcf\x11\xe0" + "Catalog".encode("utf-16-le"),
    "desktop.ini": b"[.ShellClassInfo]\r\n",
}


@pytest.mark.parametrize("name", LITTER)
def test_litter_is_told_by_name_and_content(name: str) -> None:
    """What a system left there is marked, with its bytes; an answer under such a name is an answer."""
    assert only(Item(name.encode(), LITTER[name])) == Part(name, LITTER[name], inline=True)
    assert only(Item(name.encode(), b"PK\x03\x04")) == Part(name, b"PK\x03\x04")


# Real programs


FILES = {
    "回答/前橋市.xlsx": bytes(range(256)) * 300,
    "回答/能代市・表.txt": "御回答".encode("cp932") * 1_000,
    "空.txt": b"",
    "写真.jpg": bytes(zlib.crc32(bytes([n % 251, n // 251])) & 0xFF for n in range(40_000)),
}
PASSWORD = "himitsu-2026"
"""7z takes no other signs than ASCII for a zip."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("archives")
    for name, data in FILES.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(data)
    return place


PROGRAMS = {
    "zip": ("zip", "-qr"),
    "zip, stored": ("zip", "-qr0"),
    "zip, bzip2": ("zip", "-qr", "-Z", "bzip2"),
    "zip, no folders": ("zip", "-qrD"),
    "zip, 64-bit": ("zip", "-qr", "-fz"),
    "zip -e": ("zip", "-qr", "-P", PASSWORD),
    "zip -e, stored": ("zip", "-qr0", "-P", PASSWORD),
    "7z": ("7z", "a", "-tzip", "-bso0", "-bd"),
    "7z, cp932": ("7z", "a", "-tzip", "-bso0", "-bd", "-mcp=932"),
    "7z, UTF-8": ("7z", "a", "-tzip", "-bso0", "-bd", "-mcu=on"),
    "7z, bzip2": ("7z", "a", "-tzip", "-bso0", "-bd", "-mm=BZip2"),
    "7z, LZMA": ("7z", "a", "-tzip", "-bso0", "-bd", "-mm=LZMA"),
    "7z, ZipCrypto": ("7z", "a", "-tzip", "-bso0", "-bd", "-mem=ZipCrypto", f"-p{PASSWORD}"),
    "7z, AES-128": ("7z", "a", "-tzip", "-bso0", "-bd", "-mem=AES128", f"-p{PASSWORD}"),
    "7z, AES-256": ("7z", "a", "-tzip", "-bso0", "-bd", "-mem=AES256", f"-p{PASSWORD}"),
    "7z, AES-256 and LZMA": (
        "7z", "a", "-tzip", "-bso0", "-bd", "-mem=AES256", "-mm=LZMA", f"-p{PASSWORD}",
    ),
}  # fmt: skip


def made(folder: Path, path: Path, command: Sequence[str]) -> bytes:
    subprocess.run([*command, str(path), *sorted({n.split("/")[0] for n in FILES})], cwd=folder, check=True)  # fmt: skip
    return path.read_bytes()


@pytest.mark.archivers
@pytest.mark.parametrize("program", PROGRAMS)
def test_archives_of_real_programs_are_exact(program: str, folder: Path, tmp_path: Path) -> None:
    """Every file to the byte, under its name, none more; without the password the locked ones are told."""
    data = made(folder, tmp_path / "a.zip", PROGRAMS[program])
    wrong = ("1234", "Himitsu-2026", "ひみつ")
    assert {part.name: part.data for part in parts(data, *wrong, PASSWORD)} == FILES
    is_locked = any(PASSWORD in word for word in PROGRAMS[program])
    for part in parts(data, *wrong):
        code = part.refusal.code if part.refusal else None
        may_be_bare = not FILES[part.name]
        assert code is (RefusalCode.ENCRYPTED if is_locked and not may_be_bare else code)
        assert part.data == (b"" if part.refusal else FILES[part.name])
        assert is_locked or part.refusal is None


@pytest.mark.archivers
def test_a_method_of_others_costs_that_entry_only(folder: Path, tmp_path: Path) -> None:
    """Deflate64 is not read here; what 7-Zip stored beside it is."""
    data = made(folder, tmp_path / "a.zip", ("7z", "a", "-tzip", "-bso0", "-bd", "-mm=Deflate64"))
    found = {part.name: part for part in parts(data)}
    assert found["空.txt"] == Part("空.txt")
    refusal = found["回答/前橋市.xlsx"].refusal
    assert refusal is not None and refusal.code is RefusalCode.CONTAINER


@pytest.mark.archivers
def test_an_archive_within_an_archive_is_a_part(folder: Path, tmp_path: Path) -> None:
    """It comes out whole; who opens it next is asked once more."""
    inner = made(folder, tmp_path / "inner.zip", PROGRAMS["zip"])
    subprocess.run(["7z", "a", "-tzip", "-bso0", "-bd", "outer.zip", "inner.zip"], cwd=tmp_path, check=True)  # fmt: skip
    (part,) = parts((tmp_path / "outer.zip").read_bytes())
    assert part == Part("inner.zip", inner)
    assert {each.name: each.data for each in parts(part.data)} == FILES


@pytest.mark.archivers
def test_one_volume_of_several_says_so(folder: Path, tmp_path: Path) -> None:
    """An archive in several files is opened by nobody from one of them."""
    made(folder, tmp_path / "a.zip", ("zip", "-qr0", "-s", "64k"))
    for volume in (tmp_path / "a.zip", tmp_path / "a.z01"):
        refusal = open_zip(volume.read_bytes(), ())
        assert isinstance(refusal, Refusal)
        assert refusal.code in (RefusalCode.CONTAINER, RefusalCode.DAMAGED)
    whole = parts(made(folder, tmp_path / "b.zip", ("zip", "-qr0")))
    assert len(whole) == len(FILES)


# Passwords


def test_only_the_checksum_decides_a_password() -> None:
    """A wrong password that passes the check byte opens nothing, stored or deflated; the right one behind it does."""
    for method in (0, 8):
        item = locked(b"a.xlsx", ANSWER, b"right", method=method)
        wrong = passing_key(item)
        assert refused(item, wrong) is RefusalCode.ENCRYPTED
        assert refused(item) is RefusalCode.ENCRYPTED
        assert only(item, wrong, "right") == Part("a.xlsx", ANSWER)


def test_a_japanese_password_may_have_been_typed_on_any_system() -> None:
    """Windows takes cp932 for its bytes, others UTF-8."""
    for encoding in ("cp932", "utf-8"):
        item = locked(b"a.xlsx", ANSWER, "表①".encode(encoding))
        assert only(item, "", "表①") == Part("a.xlsx", ANSWER)


def test_entries_may_have_different_passwords() -> None:
    """Each entry is tried for itself; those beside it do not care."""
    data = archive(
        locked(b"1", b"one", b"first"), GOOD, locked(b"2", b"two", b"second"), locked(b"3", b"x", b"?")
    )  # fmt: skip
    first, good, second, third = parts(data, "second", "first")
    assert (first.data, good.data, second.data) == (b"one", ANSWER, b"two")
    assert third.refusal == Refusal(RefusalCode.ENCRYPTED, "no password given opens it")


def test_our_cipher_is_the_one_of_the_standard() -> None:
    """Against a second writing of APPNOTE 6.1, over more than one chunk."""
    data = bytes(range(256)) * 600
    assert only(locked(b"a", data, b"key", method=0), "key").data == data
    assert OldLock(b"key").open(OldLock(b"key").lock(data[:999])) == data[:999]


FILM = OldLock(b"key").lock(bytes(11) + b"\x01") + bytes(30 << 20)


def test_thirty_megabytes_and_three_wrong_passwords() -> None:
    """The check byte spares nearly all the work; what is left is bounded."""
    item = Item(b"a.xlsx", method=0, flags=LOCKED, crc=0x01000000, size=30 << 20, body=FILM)
    (entry,) = read_directory(archive(item), 1).entries
    assert list(Keyring(["1", "2", "3"]).old(entry, FILM)) == []
    assert refused(item, "1", "2", "3") is RefusalCode.ENCRYPTED


def test_locked_bytes_have_their_measure() -> None:
    """More than can be decrypted in time is given up; just as much is not."""
    item = locked(b"a", bytes(100_000), b"key", method=0)
    (entry,) = read_directory(archive(item), 1).entries
    (chunks,) = Keyring(["key"], work=len(item.bytes)).old(entry, item.bytes)
    assert sum(map(len, chunks)) == 100_000
    with pytest.raises(TooMuchWork):
        list(Keyring(["key"], work=len(item.bytes) - 1).old(entry, item.bytes))


def test_a_large_locked_entry_costs_itself_only() -> None:
    """What could not be decrypted in time says so at once; the small one beside it, locked too, is opened."""
    film = Item(b"film", method=0, flags=LOCKED, size=30 << 20, crc=0x01000000, body=FILM)
    large, small = parts(archive(film, locked(b"a.xlsx", ANSWER, b"key")), "key")
    assert large.refusal is not None
    assert large.refusal.code is RefusalCode.CONTAINER
    assert small == Part("a.xlsx", ANSWER)


def test_locked_in_a_way_only_its_maker_opens() -> None:
    """PKZIP's strong encryption, and AES that does not say of what strength."""
    assert refused(Item(b"a", ANSWER, flags=LOCKED | 0x40), "key") is RefusalCode.ENCRYPTED
    assert refused(Item(b"a", ANSWER, flags=LOCKED, method=99), "key") is RefusalCode.DAMAGED
    aes = field(0x9901, b"\x02\x00AE\x03\x08\x00")
    short = Item(b"a", ANSWER, flags=LOCKED, method=99, extra=aes, body=b"short")
    assert refused(short, "key") is RefusalCode.DAMAGED


@pytest.mark.archivers
def test_a_changed_byte_behind_aes_is_damage(folder: Path, tmp_path: Path) -> None:
    """The password fits, the authentication code does not: no bytes are given, and nobody asks for another password."""
    data = bytearray(made(folder, tmp_path / "a.zip", PROGRAMS["7z, AES-256"]))
    entry = max(read_directory(bytes(data), 99).entries, key=lambda entry: entry.packed)
    data[entry.offset + entry.packed // 2] ^= 1
    codes = [part.refusal and part.refusal.code for part in parts(bytes(data), PASSWORD)]
    assert sorted(filter(None, codes)) == [RefusalCode.DAMAGED]


@pytest.mark.archivers
def test_passwords_are_never_told(folder: Path, tmp_path: Path) -> None:
    """Neither what comes out nor what keeps them shows a password."""
    for program in ("zip -e", "7z, AES-256"):
        data = made(folder, tmp_path / f"{len(program)}.zip", PROGRAMS[program])
        told = repr(open_zip(data, [PASSWORD, "wrong-one"])) + repr(open_zip(data, ["wrong-one"]))
        assert PASSWORD not in told and "wrong-one" not in told
    keys = Keyring([PASSWORD], work=0)
    assert PASSWORD not in repr(keys) + str(keys)
    entry = read_directory(archive(locked(b"a", ANSWER, PASSWORD.encode())), 1).entries[0]
    with pytest.raises(TooMuchWork) as caught:
        for chunks in keys.old(entry, locked(b"a", ANSWER, PASSWORD.encode()).bytes):
            list(chunks)
    assert PASSWORD not in repr(caught.value)


# What is wrong, beside what is right


def test_a_good_entry_is_exact() -> None:
    """What all broken ones of this file are made from comes out, and nothing is said of it."""
    assert opened(archive(GOOD)) == Contents(
        ContainerKind.ARCHIVE, (Part("回答/前橋市.xlsx", ANSWER),)
    )
    assert parts(archive()) == ()


DEFECTS = {
    "wrong checksum": (Item(b"a", ANSWER, crc=1), "its checksum is wrong"),
    "size too small": (Item(b"a", ANSWER, size=3), "450 bytes, where the directory says 3"),
    "size too large": (Item(b"a", ANSWER, size=10**9), "450 bytes, where the directory says 1000000000"),
    "bytes behind": (Item(b"a", ANSWER, body=deflated(ANSWER) + b"more"), "4 bytes behind the end of its data"),
}  # fmt: skip


@pytest.mark.parametrize("case", DEFECTS)
def test_bytes_that_may_be_wrong_are_given_and_told(case: str) -> None:
    """What came out is kept, with what speaks against it."""
    item, defect = DEFECTS[case]
    assert only(item) == Part("a", ANSWER, defect=defect)


LZMA_HEAD = b"\x09\x14\x05\x00\x5d\x00\x10\x00\x00"
_PACKER = lzma.LZMACompressor(
    lzma.FORMAT_RAW,
    filters=[{"id": lzma.FILTER_LZMA1, "lc": 3, "lp": 0, "pb": 2, "dict_size": 4096}],
)
LZMA = LZMA_HEAD + _PACKER.compress(ANSWER) + _PACKER.flush()
REFUSED = {
    "cut off": (Item(b"a", ANSWER, body=deflated(ANSWER)[:-9]), RefusalCode.DAMAGED),
    "no deflate": (Item(b"a", ANSWER, body=b"\xff" * 50), RefusalCode.DAMAGED),
    "no bzip2": (Item(b"a", ANSWER, method=12, body=b"BZh9" + bytes(50)), RefusalCode.DAMAGED),
    "LZMA of options nobody has": (
        Item(b"a", ANSWER, method=14, body=LZMA_HEAD[:4] + b"\x2c" + bytes(50)), RefusalCode.DAMAGED,
    ),
    "no LZMA": (Item(b"a", ANSWER, method=14, body=LZMA_HEAD + b"\xff" * 50), RefusalCode.DAMAGED),
    "LZMA without a head": (Item(b"a", ANSWER, method=14, body=b"\x09"), RefusalCode.DAMAGED),
    "nothing, said to be something": (Item(b"a", ANSWER, body=b""), RefusalCode.DAMAGED),
    "another method": (Item(b"a", ANSWER, method=93), RefusalCode.CONTAINER),
    "patch data": (Item(b"a", ANSWER, flags=0x20), RefusalCode.CONTAINER),
    "another volume": (Item(b"a", ANSWER, volume=3), RefusalCode.CONTAINER),
    "two names": (Item(b"a.xlsx", ANSWER, own_name=b"a.exe."), RefusalCode.HOSTILE),
    "two methods": (Item(b"a", ANSWER, own_method=0), RefusalCode.HOSTILE),
    "two sizes": (Item(b"a", ANSWER, own_packed=7), RefusalCode.DAMAGED),
    "beyond the entries": (Item(b"a", ANSWER, method=0, packed=9_999), RefusalCode.DAMAGED),
    "no header there": (Item(b"a", ANSWER, offset=5), RefusalCode.DAMAGED),
    "outside the file": (Item(b"a", ANSWER, offset=10**9), RefusalCode.DAMAGED),
    "a link": (
        Item(b"a", b"/etc/passwd", system=UNIX, attributes=0o120777 << 16), RefusalCode.NOT_A_WORKBOOK,
    ),
    "a pipe": (Item(b"a", b"", system=UNIX, attributes=0o010644 << 16), RefusalCode.NOT_A_WORKBOOK),
    "64-bit size beyond the file": (
        Item(b"a", ANSWER, packed=0xFFFFFFFF, own_packed=0, extra=field(1, b"\xff" * 8)), RefusalCode.DAMAGED,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_entry_costs_itself_only(case: str) -> None:
    """It is refused with its reason, and the good one beside it comes out."""
    item, code = REFUSED[case]
    assert refused(item) is code


ALLOWED = {
    "sizes after the data": Item(b"a", ANSWER, flags=STREAMED, descriptor=b"PK\x07\x08" + bytes(12)),
    "sizes not known at first": Item(b"a", ANSWER, own_packed=0),
    "stored": Item(b"a", ANSWER, method=0),
    "bzip2": Item(b"a", ANSWER, method=12, body=bz2.compress(ANSWER)),
    "LZMA": Item(b"a", ANSWER, method=14, body=LZMA),
    "a file of Unix": Item(b"a", ANSWER, system=UNIX, attributes=0o100644 << 16),
    "attributes of a link, not by Unix": Item(b"a", ANSWER, attributes=0o120777 << 16),
    "a 64-bit size that is small": Item(
        b"a", ANSWER, method=0, packed=0xFFFFFFFF, own_packed=0xFFFFFFFF,
        extra=field(1, len(ANSWER).to_bytes(8, "little")),
    ),
    "extra fields": Item(b"a", ANSWER, extra=field(0x5455, b"\x01" + bytes(4)), own_extra=bytes(20)),
}  # fmt: skip


@pytest.mark.parametrize("case", ALLOWED)
def test_what_genuine_programs_do_passes(case: str) -> None:
    """Each refusal has a harmless neighbour."""
    assert only(ALLOWED[case]) == Part("a", ANSWER)


def test_entries_that_overlap_are_refused() -> None:
    """The same bytes given twice, and David Fifield's bomb; side by side they pass."""
    body = local(GOOD)
    listing = central(GOOD, 0) * 3
    same = body + listing + end(3, len(listing), len(body))
    assert {part.refusal and part.refusal.code for part in parts(same)} == {RefusalCode.HOSTILE}
    bomb = quoted_overlap(200, b"a" * 100_000)
    found = parts(bomb)
    assert len(found) == 200
    assert {part.refusal and part.refusal.code for part in found} == {RefusalCode.HOSTILE}
    (alone,) = parts(quoted_overlap(1, b"a" * 100_000))
    assert alone.data == b"a" * 100_000


def test_an_overlap_costs_those_who_share_only() -> None:
    """A third entry that keeps to itself is given."""
    one = Item(b"1", ANSWER, method=0, packed=len(ANSWER) + 40)
    two = Item(b"2", ANSWER, method=0)
    whole = local(one) + local(two) + local(GOOD)
    listing = (
        central(one, 0)
        + central(two, len(local(one)))
        + central(GOOD, len(local(one) + local(two)))
    )
    found = parts(whole + listing + end(3, len(listing), len(whole)))
    assert [part.refusal and part.refusal.code for part in found] == [
        RefusalCode.HOSTILE, RefusalCode.HOSTILE, None,
    ]  # fmt: skip


def test_an_entry_the_directory_keeps_quiet_about_is_told() -> None:
    """Bytes that nobody lists are not taken out, but a person learns of them."""
    hidden = local(Item(b"hidden.xlsx", b"other answer"))
    listing = central(GOOD, len(hidden))
    body = hidden + local(GOOD)
    contents = opened(body + listing + end(1, len(listing), len(body)))
    assert contents.defects == ("an entry at byte 0 is not in the directory",)
    assert [part.data for part in contents.parts] == [ANSWER]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (archive(GOOD) + b"\r\n", "2 bytes after the end of the archive"),
        (archive(GOOD, count=7), "1 entries, where the end of the archive says 7"),
    ],
)
def test_a_directory_with_slips_is_read(data: bytes, told: str) -> None:
    """A mail server's line end behind it, and a wrong count: the entries are given, and it is told."""
    contents = opened(data)
    assert contents.defects == (told,)
    assert [part.data for part in contents.parts] == [ANSWER]


def test_a_comment_is_no_end() -> None:
    """A comment may even look like an entry."""
    assert (
        len(parts(archive(GOOD, comment="パスワードは別便".encode("cp932") + b"PK\x01\x02"))) == 1
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        archive(GOOD)[:-30],
        archive(GOOD)[20:],
        b"MZ a program that unpacks itself" + archive(GOOD),
        archive(GOOD) + archive(GOOD),
        end(0, 0xFFFFFFFF, 0xFFFFFFFF),
        end(5, 40, 0),
    ],
)
def test_an_archive_without_a_sound_directory(data: bytes) -> None:
    """Half an archive, one behind other bytes, one behind another: none is guessed at."""
    refusal = open_zip(data, ())
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.DAMAGED


def test_too_many_entries() -> None:
    """As many as nobody sends are not even listed; as many as somebody might are."""
    for count in (ENTRIES + 1, 0xFFFF):
        refusal = open_zip(many_folders(count), ())
        assert isinstance(refusal, Refusal)
        assert refusal.code is RefusalCode.HOSTILE
    assert parts(many_folders(ENTRIES)) == ()


# Bombs


ZEROS = bytes(FREE_BYTES)
HALF_A_GIGABYTE = zlib.decompress(
    base64.b85decode(
        "c-nJ{%CIzaj8qGb<l}sFpE17Af#CoH1BU{GL4&WG(*o6%Tn*Dl<*6ahByoH<!<P>aK=LeL6=yhCWlnYU$PHSs#3uHn$U`S5{?kDg02aJ^bN"
    )
)
"""What bz2.compress(bytes(512 << 20)) gives; making it takes longer than all other tests here."""


def test_a_bomb_is_stopped_by_its_ratio() -> None:
    """What packs a thousandfold may be 16 MiB large, as a white page is, and no larger."""
    bomb = Item(b"bomb", body=deflated(ZEROS + bytes(1 << 20)), size=100, crc=0)
    assert refused(bomb) is RefusalCode.HOSTILE
    assert only(Item(b"white.bmp", ZEROS)).data == ZEROS


def test_half_a_gigabyte_in_half_a_kilobyte() -> None:
    """bzip2 packs a million to one; the size it claims is believed by nobody."""
    assert len(HALF_A_GIGABYTE) < 512
    assert (
        refused(Item(b"bomb", method=12, body=HALF_A_GIGABYTE, size=10, crc=0))
        is RefusalCode.HOSTILE
    )


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker[object]]:
    """The process in which foreign bytes are parsed, with half of its usual memory and time."""
    with Worker[object](
        "xlsx_pdca.workflows.opening", seconds=SECONDS / 2, memory=MEMORY // 2
    ) as one:
        yield one


def many_folders(count: int) -> bytes:
    body, listing = local(Item(b"a/")), central(Item(b"a/"), 0) * count
    return body + listing + end(count & 0xFFFF, len(listing), len(body))


_BOMB = Item(b"bomb", method=12, body=HALF_A_GIGABYTE, size=10, crc=0)
HOSTILE = {
    "100 MiB in 100 kB": lambda: archive(Item(b"bomb", body=deflated(bytes(100 << 20)))),
    "two thousand times half a gigabyte": lambda: archive(*[_BOMB] * ENTRIES),
    "one within the other": lambda: quoted_overlap(700, bytes(100_000)),
    "all the same bytes": lambda: many_folders(ENTRIES).replace(b"a/", b"a."),
    "as many entries as can be counted": lambda: many_folders(0xFFFF),
    "a window of 4 GiB": lambda: archive(
        Item(b"a", method=14, size=0xFFFFFFFE, body=b"\x09\x14\x05\x00\x5d" + b"\xff" * 90)
    ),
}  # fmt: skip


@pytest.mark.untraced
@pytest.mark.parametrize("case", HOSTILE)
def test_what_was_made_to_hurt_hurts_nobody(case: str, worker: Worker[object]) -> None:
    """No bytes come out, neither time nor memory runs out, and the next archive is opened by the same process."""
    found = worker.parse(HOSTILE[case]())
    refusals = [found] if isinstance(found, Refusal) else []
    if isinstance(found, Contents):
        assert found.parts
        refusals = [part.refusal for part in found.parts if part.refusal]
        assert len(refusals) == len(found.parts)
    assert refusals
    assert {refusal.code for refusal in refusals} <= {RefusalCode.HOSTILE, RefusalCode.DAMAGED}
    good = worker.parse(archive(GOOD))
    assert isinstance(good, Contents)
    assert good.parts == (Part("回答/前橋市.xlsx", ANSWER),)


@pytest.mark.untraced
def test_many_bombs_share_one_measure() -> None:
    """Each entry small enough for itself, all together too much: the small answer still comes out."""
    bomb = Item(b"bomb", body=deflated(ZEROS), crc=zlib.crc32(ZEROS), size=len(ZEROS))
    data = archive(*(replace(bomb, name=b"%02d" % n) for n in range(20)), GOOD)
    with Worker[object]("xlsx_pdca.workflows.opening") as worker:
        contents = worker.parse(data)
    assert isinstance(contents, Contents)
    codes = [part.refusal and part.refusal.code for part in contents.parts]
    assert codes[:15] == [None] * 15
    assert codes[16:20] == [RefusalCode.HOSTILE] * 4
    assert contents.parts[-1] == Part("回答/前橋市.xlsx", ANSWER)


def test_the_measures_are_those_the_paper_tells() -> None:
    """docs/it-office.md names what is opened and what is not."""
    paper = (Path(__file__).parents[2] / "docs" / "it-office.md").read_text(encoding="utf-8")
    (row,) = [line for line in paper.splitlines() if line.startswith("| 届いたzip |")]
    for told in (
        f"{ENTRIES:,}件",
        *(f"{size >> 20} MB" for size in (ARCHIVE_BYTES, ENTRY_BYTES, WORK)),
    ):
        assert told in row


# Anything at all


MIXED = archive(
    GOOD,
    locked(b"a.xlsx", ANSWER, b"key"),
    Item(b"b", ANSWER, method=12, body=bz2.compress(ANSWER)),
    Item(b"c/"),
    Item(b"d", ANSWER, method=14, body=LZMA),
    Item("表".encode("cp932"), ANSWER, method=0, extra=unicode_name(b"x", "y")),
)


@given(st.binary(max_size=400), st.binary(max_size=60))
def test_no_bytes_raise(body: bytes, tail: bytes) -> None:
    """Whatever comes, it ends as contents or a refusal."""
    for data in (body, b"PK\x03\x04" + body, body + end(1, 46, len(body) - 46 & 0xFFFF) + tail):
        assert isinstance(open_zip(data, ["key"]), Contents | Refusal)


@given(
    st.lists(
        st.tuples(st.integers(0, len(MIXED) - 1), st.integers(0, 255)), min_size=1, max_size=4
    ),
    st.integers(0, 3),
)
def test_no_damage_raises(changes: list[tuple[int, int]], cut: int) -> None:
    """A good archive with some bytes changed ends as contents or a refusal, and no part is silently wrong."""
    data = bytearray(MIXED)
    for at, byte in changes:
        data[at] = byte
    contents = open_zip(bytes(data[: len(data) - cut]), ["key"])
    for part in contents.parts if isinstance(contents, Contents) else ():
        assert part.data == ANSWER or part.refusal or part.defect or not part.data
