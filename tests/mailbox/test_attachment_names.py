"""Tests of attachment names: every way mail programs write a Japanese name gives that name exactly."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_files import HEAD, file_part, multipart, percents, q_word, word
from xlsx_pdca.contents import Contents
from xlsx_pdca.mailbox.attachment_names import attachment_name, header_text
from xlsx_pdca.mailbox.messages import open_message

NAME = "能代市_予定表（令和8年度）.xlsx"
"""能 and 表 and 予 end in a byte that CP932 shares with the backslash, or hold one that JIS shares with a quote."""
RARE = "㈱髙﨑①_様式.xlsx"
"""Rows of NEC and IBM, which no codec for JIS knows."""


def jis(text: str) -> bytes:
    """ISO-2022-JP by the tables of CP932: each character's row and cell, computed from its Shift_JIS bytes."""
    out, double = bytearray(), False
    for character in text:
        data = character.encode("cp932")
        if (len(data) == 2) != double:
            double = not double
            out += b"\x1b$B" if double else b"\x1b(B"
        out += _row_and_cell(*data) if double else data
    return bytes(out + (b"\x1b(B" if double else b""))


def _row_and_cell(lead: int, trail: int) -> bytes:
    # IBM's rows are sent where NEC put the same characters
    if lead >= 0xFA:
        lead, trail = _NEC[chr_of(lead, trail)]
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + (1 if trail < 0x9F else 2)
    cell = trail - 0x9E if trail >= 0x9F else trail - (0x3F if trail < 0x7F else 0x40)
    return bytes([row + 0x20, cell + 0x20])


def chr_of(lead: int, trail: int) -> str:
    return bytes([lead, trail]).decode("cp932", "replace")


_NEC = {
    chr_of(lead, trail): (lead, trail)
    for lead in (0xED, 0xEE)
    for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD))
}


def raw(text: bytes) -> bytes:
    return b'attachment; filename="' + text + b'"'


def split(text: str, at: int, charset: str) -> tuple[str, str]:
    """Two encoded words, parted after so many bytes, in the middle of a character."""
    data = text.encode(charset)
    return word(data[:at], charset), word(data[at:], charset)


def cut_base64(text: str, at: int) -> tuple[str, str]:
    """Two encoded words, the base64 itself cut where it pleases."""
    packed = base64.b64encode(text.encode()).decode()
    assert at % 4
    return f"=?UTF-8?B?{packed[:at]}?=", f"=?UTF-8?B?{packed[at:]}?="


def pieces(text: bytes, size: int, charset: str) -> str:
    """RFC 2231 in pieces of so many bytes."""
    cut = [text[i : i + size] for i in range(0, len(text), size)]
    values = [f"filename*{n}*={percents(piece)}" for n, piece in enumerate(cut)]
    values[0] = values[0].replace("=", f"={charset}''", 1)
    return "attachment;\r\n " + ";\r\n ".join(values)


PLAIN_TYPE = b"application/octet-stream"
WAYS: dict[str, tuple[str | bytes, str | bytes, str]] = {
    "RFC 2231 UTF-8": (f"attachment; filename*=UTF-8''{percents(NAME)}", PLAIN_TYPE, NAME),
    "RFC 2231 only what must be": (
        f"attachment; filename*=utf-8'ja'{quote(NAME)}",
        PLAIN_TYPE,
        NAME,
    ),
    "RFC 2231 continued, cut within characters": (
        pieces(NAME.encode(), 7, "UTF-8"),
        PLAIN_TYPE,
        NAME,
    ),
    "RFC 2231 continued, last piece plain": (
        f"attachment; filename*0*=UTF-8''{percents(NAME[:-5])}; filename*1=\".xlsx\"",
        PLAIN_TYPE,
        NAME,
    ),
    "RFC 2231 continued, pieces in disorder": (
        f"attachment; filename*1*={percents(NAME[3:])}; filename*0*=UTF-8''{percents(NAME[:3])}",
        PLAIN_TYPE,
        NAME,
    ),
    "RFC 2231 ISO-2022-JP": (
        f"attachment; filename*=ISO-2022-JP''{percents(jis(NAME))}",
        PLAIN_TYPE,
        NAME,
    ),
    "RFC 2231 ISO-2022-JP continued": (pieces(jis(NAME), 9, "iso-2022-jp"), PLAIN_TYPE, NAME),
    "RFC 2231 ISO-2022-JP, rows of NEC and IBM": (
        pieces(jis(RARE), 60, "iso-2022-jp"),
        PLAIN_TYPE,
        RARE,
    ),
    "RFC 2231 shift_jis with characters of CP932": (
        f"attachment; filename*=shift_jis''{percents(RARE, 'cp932')}",
        PLAIN_TYPE,
        RARE,
    ),
    "RFC 2231 in quotes": (f"attachment; filename*=\"UTF-8''{percents(NAME)}\"", PLAIN_TYPE, NAME),
    "RFC 2231 without its character set": (
        f"attachment; filename*={percents(NAME)}",
        PLAIN_TYPE,
        NAME,
    ),
    "encoded word in quotes": (f'attachment; filename="{word(NAME)}"', PLAIN_TYPE, NAME),
    "encoded word without quotes": (f"attachment; filename={word(NAME)}", PLAIN_TYPE, NAME),
    "encoded word, quoted-printable": (f'attachment; filename="{q_word(NAME)}"', PLAIN_TYPE, NAME),
    "encoded words on several lines": (
        f'attachment;\r\n filename="{word(NAME[:6])}\r\n\t{word(NAME[6:])}"',
        PLAIN_TYPE,
        NAME,
    ),
    "encoded words ISO-2022-JP on several lines": (
        f'attachment;\r\n\tfilename="{word(jis(NAME[:5]), "ISO-2022-JP")}\r\n {word(jis(NAME[5:]), "ISO-2022-JP")}"',
        PLAIN_TYPE,
        NAME,
    ),
    "encoded words cut within a character": (
        f'attachment; filename="{" ".join(split(NAME, 7, "UTF-8"))}"',
        PLAIN_TYPE,
        NAME,
    ),
    "encoded words Shift_JIS cut within a character": (
        f'attachment; filename="{" ".join(split(NAME, 3, "Shift_JIS"))}"',
        PLAIN_TYPE,
        NAME,
    ),
    "encoded words, the base64 cut anywhere": (
        f'attachment; filename="{" ".join(cut_base64(NAME, 18))}"',
        PLAIN_TYPE,
        NAME,
    ),
    "encoded word without padding": (
        f'attachment; filename="{word(NAME + "x").replace("==?=", "?=").replace("=?=", "?=")}"',
        PLAIN_TYPE,
        NAME + "x",
    ),
    "encoded word Shift_JIS with characters of CP932": (
        f'attachment; filename="{word(RARE, "Shift_JIS", "cp932")}"',
        PLAIN_TYPE,
        RARE,
    ),
    "encoded word ISO-2022-JP, rows of NEC and IBM": (
        f'attachment; filename="{word(jis(RARE), "ISO-2022-JP")}"',
        PLAIN_TYPE,
        RARE,
    ),
    "encoded words in a continued value": (
        f'attachment; filename*0="{word(NAME)[:20]}"; filename*1="{word(NAME)[20:]}"',
        PLAIN_TYPE,
        NAME,
    ),
    "both, the plain one first": (
        f"attachment; filename=\"_____8__.xlsx\"; filename*=UTF-8''{percents(NAME)}",
        PLAIN_TYPE,
        NAME,
    ),
    "both, the plain one last": (
        f"attachment; filename*=UTF-8''{percents(NAME)}; filename=\"????8.xlsx\"",
        PLAIN_TYPE,
        NAME,
    ),
    "both, the plain one an encoded word": (
        f"attachment; filename=\"{word(NAME)}\"; filename*=UTF-8''{percents(NAME)}",
        PLAIN_TYPE,
        NAME,
    ),
    "bytes of CP932": (raw(NAME.encode("cp932")), PLAIN_TYPE, NAME),
    "bytes of CP932 without quotes": (
        b"attachment; filename=" + RARE.encode("cp932"),
        PLAIN_TYPE,
        RARE,
    ),
    "bytes of UTF-8": (raw(NAME.encode()), PLAIN_TYPE, NAME),
    "bytes of ISO-2022-JP": (raw(jis(NAME)), PLAIN_TYPE, NAME),
    "percents that nothing announces": (
        f'attachment; filename="{percents(NAME)}"',
        PLAIN_TYPE,
        NAME,
    ),
    "name only, encoded word": (
        "attachment",
        f'application/octet-stream; name="{word(NAME)}"',
        NAME,
    ),
    "name only, RFC 2231": (
        "attachment",
        f"application/octet-stream;\r\n name*=UTF-8''{percents(NAME)}",
        NAME,
    ),
    "name only, bytes of CP932": (
        "",
        b'application/octet-stream; name="' + NAME.encode("cp932") + b'"',
        NAME,
    ),
    "unreadable file name beside a readable name": (
        f'attachment; filename="{word(b"%s" % bytes([0xFF, 0xFE, 0xFF]))}"',
        f'application/octet-stream; name="{word(NAME)}"',
        NAME,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_gives_the_name_exactly(way: str) -> None:
    """Through a whole mail: the name as the sender saw it, and the bytes beside it untouched."""
    disposition, content_type, name = WAYS[way]
    headers = [("Content-Type", content_type)]
    headers += [("Content-Disposition", disposition)] if disposition else []
    contents = open_message(multipart([file_part(b"PK\x03\x04", *headers)], head=HEAD))
    assert isinstance(contents, Contents)
    assert [(p.name, p.data, p.defect) for p in contents.parts] == [(name, b"PK\x03\x04", "")]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="a \\"b\\".xlsx"', 'a "b".xlsx'),
        ('attachment; filename="C:\\Users\\kenko\\a.xlsx"', "C:\\Users\\kenko\\a.xlsx"),
        ('attachment; filename="a;b.xlsx"; size=12', "a;b.xlsx"),
        ("attachment; filename=a b.xlsx ; size=12", "a b.xlsx"),
        ('attachment; filename="100%20.xlsx"', "100%20.xlsx"),
        ('ATTACHMENT; FILENAME = "A.XLSX"', "A.XLSX"),
        ('attachment; filename="=?x-none?B?!!!?="', "=?x-none?b?!!!?="),
        ('attachment; filename="a.xlsx', "a.xlsx"),
        ('attachment; filename=""', ""),
        ("attachment", ""),
        ("attachment; filename*=UTF-8''%E2%80%AExslx.exe", "\\u202exslx.exe"),
        ("attachment; filename*=UTF-8''a%0D%0Ab%00.xlsx", "a\\r\\nb\\x00.xlsx"),
        ("attachment; filename*=UTF-8''..%2F..%2Fa.xlsx", "../../a.xlsx"),
    ],
)
def test_names_that_are_not_japanese_are_kept_too(disposition: str, name: str) -> None:
    """Quotes, paths of Windows, semicolons, blanks, percents, and what would hide or mislead, written out."""
    assert attachment_name(disposition.encode(), b"") == name


@pytest.mark.parametrize(
    ("raw_header", "text"),
    [
        (word(jis("【提出】①㈱髙"), "ISO-2022-JP").encode(), "【提出】①㈱髙"),
        ("【提出】①㈱髙".encode("cp932"), "【提出】①㈱髙"),
        ("【提出】①㈱髙".encode(), "【提出】①㈱髙"),
        (jis("【提出】①㈱髙"), "【提出】①㈱髙"),
        (f"Re: {word('事前')}\r\n {word('課題')} no.1".encode(), "Re: 事前課題 no.1"),
        (f"{word('事前')}{word('課題')}".encode(), "事前課題"),
        (q_word("前橋_市").encode(), "前橋_市"),
        (b"=?UTF-8?Q?a_b=5Fc?=", "a b_c"),
        (word("日本", "EUC-JP").encode(), "日本"),
        (word(b"\xad\xa1", "EUC-JP").encode(), "①"),
        (word("日本", "x-never-heard", "utf-8").encode(), "日本"),
        (b"=?utf-8?B?bad base!?= x", "=?utf-8?b?bad base!?= x"),
        (b"plain\r\n\tfolded", "plain folded"),
        (word("a\r\nBcc: x").encode(), "a\\r\\nBcc: x"),
        (b"", ""),
    ],
)
def test_header_texts(raw_header: bytes, text: str) -> None:
    """Subjects in every character set, folded, joined, broken; always one line."""
    assert header_text(raw_header) == text


def test_jis_of_every_character_of_cp932_is_read() -> None:
    """All rows, NEC's and IBM's included, through an encoded word; the table is computed the other way round."""
    every = [
        chr_of(lead, trail)
        for lead in (*range(0x81, 0xA0), *range(0xE0, 0xF0))
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD))
    ]
    text = "".join(c for c in every if len(c) == 1 and c != "\ufffd")
    assert len(text) > 7_000
    lines = [text[i : i + 100] for i in range(0, len(text), 100)]
    assert [header_text(word(jis(line), "ISO-2022-JP").encode()) for line in lines] == [
        line.strip() for line in lines
    ]


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_no_header_raises(disposition: bytes, content_type: bytes) -> None:
    """Any bytes give some name and some text that can be written."""
    assert attachment_name(disposition, content_type).encode() is not None
    assert attachment_name(b"x; filename=" + disposition, b"").encode() is not None
    assert (
        header_text(b"=?iso-2022-jp?Q?" + disposition + b"?=" + content_type).encode() is not None
    )


@given(
    st.text(
        st.characters(codec="cp932", exclude_categories=("Cc", "Cf"), exclude_characters="¢£¬‖−〜"),
        min_size=1,
        max_size=40,
    )
)
def test_what_is_written_in_one_way_is_read_in_every_way(name: str) -> None:
    """Any name of CP932, in four ways."""
    name = name.strip()
    for disposition in (
        f"attachment; filename*=UTF-8''{percents(name)}",
        pieces(name.encode("cp932"), 5, "shift_jis"),
        f'attachment; filename="{word(name)}"',
        f'attachment; filename="{q_word(name, "cp932")}"',
    ):
        assert attachment_name(disposition.encode(), b"") == name
