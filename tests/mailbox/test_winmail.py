"""Tests of winmail.dat: written byte by byte from Microsoft's description, read as what was put in."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_files import HEAD, file_part, multipart, text_part
from xlsx_pdca.contents import ContainerKind, Contents
from xlsx_pdca.mailbox.containers import open_container
from xlsx_pdca.mailbox.winmail import open_winmail
from xlsx_pdca.rawbook import Refusal, RefusalCode

BOOK = b"PK\x03\x04" + bytes(range(256)) * 9
PICTURE = b"\x89PNG\r\n\x1a\n" + b"logo" * 20


def attribute(level: int, tag: int, value: bytes) -> bytes:
    return (
        struct.pack("<BII", level, tag, len(value)) + value + struct.pack("<H", sum(value) % 65536)
    )


def padded(value: bytes) -> bytes:
    return struct.pack("<I", len(value)) + value + b"\0" * (-len(value) % 4)


def properties(values: Mapping[int, str | int | bytes]) -> bytes:
    """MAPI properties, with a named one and one of several values in front, as Outlook puts them."""
    named = (
        struct.pack("<HH16sII", 0x001F, 0x8001, b"g" * 16, 1, 6)
        + "abc".encode("utf-16-le")
        + b"\0\0"
    )
    out = [named + struct.pack("<I", 1) + padded("x\0".encode("utf-16-le"))]
    out.append(struct.pack("<HHI", 0x1003, 0x1234, 2) + struct.pack("<II", 7, 8))
    for tag, value in values.items():
        if isinstance(value, int):
            out.append(struct.pack("<HHI", 0x0003, tag, value))
        elif isinstance(value, str):
            text = (value + "\0").encode("utf-16-le")
            out.append(struct.pack("<HHI", 0x001F, tag, 1) + padded(text))
        else:
            out.append(struct.pack("<HHI", 0x000D, tag, 1) + padded(value))
    return struct.pack("<I", len(out)) + b"".join(out)


def attachment(title: bytes, data: bytes | None, values: Mapping[int, str | int | bytes]) -> bytes:
    whole = attribute(2, 0x00069002, b"\1\0" + b"\0" * 12) + attribute(2, 0x00018010, title + b"\0")
    whole += attribute(2, 0x0006800F, data) if data is not None else b""
    return whole + (attribute(2, 0x00069005, properties(values)) if values else b"")


def winmail(*attachments: bytes) -> bytes:
    head = attribute(1, 0x00089006, b"\0\0\1\0") + attribute(
        1, 0x00069007, struct.pack("<II", 932, 0)
    )
    return b"\x78\x9f\x3e\x22\x01\x00" + head + b"".join(attachments)


INNER = winmail(attachment(b"b.xlsx", BOOK, {}))
WHOLE = winmail(
    attachment(b"102016~1.XLS", BOOK, {0x3707: "前橋市_事前課題①.xlsx", 0x3714: 0}),
    attachment("能登町㈱.pdf".encode("cp932"), b"%PDF", {}),
    attachment(b"logo.png", PICTURE, {0x3712: "a@b", 0x3714: 4}),
    attachment(b"photo.png", PICTURE, {0x3712: "c@d"}),
    attachment(b"x", None, {0x3001: "転送", 0x3701: b"i" * 16 + INNER}),
)


def test_every_attachment_is_taken_out() -> None:
    """Long Unicode names, short ones in CP932, pictures of the text, a message within: names and bytes exact."""
    contents = open_container(WHOLE, ())
    assert isinstance(contents, Contents)
    assert (contents.kind, contents.letter, contents.defects) == (ContainerKind.MAIL, None, ())
    assert [(p.name, p.data, p.inline, p.defect) for p in contents.parts] == [
        ("前橋市_事前課題①.xlsx", BOOK, False, ""),
        ("能登町㈱.pdf", b"%PDF", False, ""),
        ("logo.png", PICTURE, True, ""),
        ("photo.png", PICTURE, False, ""),
        ("x", INNER, False, ""),
    ]
    within = open_container(contents.parts[-1].data, ())
    assert isinstance(within, Contents) and within.parts[0].data == BOOK


def test_it_comes_out_of_a_mail() -> None:
    """As a part of a mail it keeps its bytes, and they open."""
    kind = ("Content-Type", 'application/ms-tnef; name="winmail.dat"')
    mail = open_container(multipart([text_part("x"), file_part(WHOLE, kind)], head=HEAD), ())
    assert isinstance(mail, Contents) and mail.parts[0].name == "winmail.dat"
    assert isinstance(open_container(mail.parts[0].data, ()), Contents)


@pytest.mark.parametrize("length", range(40, len(WHOLE), 97))
def test_one_cut_off_is_never_taken_for_whole(length: int) -> None:
    """Told in the container unless cut between two attributes; no part is changed without a defect of its own."""
    contents = open_winmail(WHOLE[:length])
    whole = open_winmail(WHOLE)
    assert isinstance(contents, Contents) and isinstance(whole, Contents)
    for part, sent in zip(contents.parts, whole.parts, strict=False):
        assert part.defect or part.data == sent.data


def test_a_wrong_checksum_is_told() -> None:
    """A byte changed within a file: the bytes are given with the defect; the whole one has none."""
    at = WHOLE.index(b"%PDF")
    contents = open_winmail(WHOLE[:at] + b"$" + WHOLE[at + 1 :])
    assert isinstance(contents, Contents)
    assert [bool(p.defect) for p in contents.parts] == [False, True, False, False, False]


@given(st.binary(max_size=30), st.data())
def test_no_bytes_raise(junk: bytes, data: st.DataObject) -> None:
    """Any bytes behind the signature, or anywhere over a whole one."""
    at = data.draw(st.integers(4, len(WHOLE)))
    broken = WHOLE[:at] + junk + WHOLE[at + len(junk) :]
    assert isinstance(open_winmail(broken), Contents | Refusal)
    assert isinstance(open_winmail(WHOLE[:4] + junk), Contents | Refusal)
    refusal = open_winmail(b"x" + junk)
    assert isinstance(refusal, Refusal) and refusal.code is RefusalCode.DAMAGED
