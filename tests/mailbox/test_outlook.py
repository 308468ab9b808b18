"""Tests of Outlook messages: built byte by byte, read as what was put in."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compound_files import Attachment, Message, compound_file, outlook_message
from xlsx_pdca.contents import LETTER_CHARACTERS, ContainerKind, Contents, Letter
from xlsx_pdca.mailbox.messages import open_message
from xlsx_pdca.mailbox.outlook import open_outlook
from xlsx_pdca.mailbox.rtf import inflated_rtf
from xlsx_pdca.rawbook import Refusal, RefusalCode

SENT = datetime(2026, 10, 6, 0, 5, tzinfo=UTC)
BOOK = b"PK\x03\x04" + bytes(range(256)) * 40
PICTURE = b"\x89PNG\r\n\x1a\n" + b"logo" * 20
HEAD = {
    0x001A: "IPM.Note",
    0x0037: "【提出】事前課題①（㈱髙﨑）",
    0x0C1A: "前橋市　健康増進課",
    0x5D01: "Kenko@City.Maebashi.lg.jp",
    0x0039: SENT,
    0x1035: "<a1@city.maebashi.lg.jp>",
    0x1000: "お世話になっております。\r\n事前課題を送付します。\r\n",
}


def opened(message: Message) -> Contents:
    contents = open_outlook(outlook_message(message))
    assert isinstance(contents, Contents), contents
    return contents


def book(name: str = "102016-1_前橋市_事前課題.xlsx", data: bytes = BOOK) -> Attachment:
    return Attachment({0x3705: 1, 0x3707: name, 0x3704: "102016~1.XLS", 0x3701: data})


def test_a_unicode_message_is_read_whole() -> None:
    """Sender, name, date, Message-ID, subject, words and the attachment, byte for byte and without any defect."""
    contents = opened(Message(HEAD, [book(), book("別紙.pdf", b"%PDF-1.7 x")]))
    assert contents.kind is ContainerKind.MAIL and contents.defects == ()
    assert contents.letter == Letter(
        sender="kenko@city.maebashi.lg.jp",
        sender_name="前橋市　健康増進課",
        date="2026-10-06T00:05:00+00:00",
        message_id="<a1@city.maebashi.lg.jp>",
        subject="【提出】事前課題①（㈱髙﨑）",
        text="お世話になっております。\n事前課題を送付します。",
    )
    assert [(p.name, p.data, p.inline, p.defect) for p in contents.parts] == [
        ("102016-1_前橋市_事前課題.xlsx", BOOK, False, ""),
        ("別紙.pdf", b"%PDF-1.7 x", False, ""),
    ]


@pytest.mark.parametrize(
    "told", [{0x3FFD: 932}, {0x3FF1: 0x0411}, {0x3FF1: 0x0411, 0x3FDE: 50220}, {}]
)
def test_a_message_in_cp932_is_read_by_its_code_page_or_language(told: dict[int, int]) -> None:
    """Texts that are not Unicode: by code page, by LCID, and where nothing is told by what they are."""
    contents = opened(Message({**HEAD, **told}, [book("能登町①㈱髙.xlsx")], codepage="cp932"))
    assert contents.letter is not None
    assert contents.letter.subject == "【提出】事前課題①（㈱髙﨑）"
    assert contents.letter.text.startswith("お世話になっております。")
    assert [p.name for p in contents.parts] == ["能登町①㈱髙.xlsx"]
    assert contents.parts[0].data == BOOK


TRANSPORT = (
    "Received: from mx.example.lg.jp\r\n"
    "From: =?UTF-8?B?5YmN5qmL5biC?= <kenko@city.maebashi.lg.jp>\r\n"
    "Date: Tue, 6 Oct 2026 09:05:00 +0900\r\nMessage-ID: <h1@example.lg.jp>\r\n"
)


@pytest.mark.parametrize(
    ("told", "sender"),
    [
        ({0x5D01: "a@city.lg.jp", 0x007D: TRANSPORT}, "a@city.lg.jp"),
        ({0x0C1E: "SMTP", 0x0C1F: "B@City.lg.jp"}, "b@city.lg.jp"),
        ({0x0C1E: "EX", 0x0C1F: "/O=X/CN=B", 0x007D: TRANSPORT}, "kenko@city.maebashi.lg.jp"),
        ({0x0C1E: "EX", 0x0C1F: "/O=X/OU=Y/CN=前橋"}, "/o=x/ou=y/cn=前橋"),
        ({}, ""),
    ],
)
def test_the_sender_is_the_best_address_there_is(told: dict[int, str], sender: str) -> None:
    """SMTP property, SMTP address, transport header, Exchange's own name as text, or nothing."""
    letter = opened(Message({0x0037: "x", **told})).letter
    assert letter is not None and letter.sender == sender


def test_a_transport_header_tells_date_and_message_id() -> None:
    """The date with the offset the sender's program wrote; the id where the property is missing."""
    letter = opened(Message({0x0037: "x", 0x0039: SENT, 0x007D: TRANSPORT})).letter
    assert letter is not None
    assert letter.date == "2026-10-06T09:05:00+09:00"
    assert letter.message_id == "<h1@example.lg.jp>"
    assert letter.sender_name == "前橋市"


def test_a_message_within_is_a_mail_of_its_own() -> None:
    """Forwarded by a 保健所: the inner message opens with its own sender, words, and six files byte for byte."""
    files = [book(f"10000{n}_町{n}_事前課題.xlsx", BOOK + bytes([n])) for n in range(6)]
    inner = Message(
        {**HEAD, 0x0C1E: "EX", 0x5D01: "", 0x0C1F: "/O=PREF/CN=KENKO"},
        [
            *files,
            Attachment({0x3705: 1, 0x3707: "logo.png", 0x3712: "l@1", 0x3714: 4, 0x3701: PICTURE}),
        ],
    )
    outer = Message(
        {**HEAD, 0x0037: "FW: 事前課題"}, [Attachment({0x3705: 5, 0x3001: "x"}, inner), book()]
    )
    contents = opened(outer)
    assert [p.name for p in contents.parts] == [
        "【提出】事前課題①（㈱髙﨑）.eml",
        "102016-1_前橋市_事前課題.xlsx",
    ]
    within = open_message(contents.parts[0].data)
    assert isinstance(within, Contents) and within.defects == () and within.letter is not None
    assert within.letter.sender == "/o=pref/cn=kenko"
    assert within.letter.subject == HEAD[0x0037]
    assert within.letter.date == "2026-10-06T00:05:00+00:00"
    assert within.letter.text == "お世話になっております。\n事前課題を送付します。"
    assert [p.data for p in within.parts] == [*(BOOK + bytes([n]) for n in range(6)), PICTURE]
    assert [p.inline for p in within.parts] == [False] * 6 + [True]
    assert within.parts[0].name == "100000_町0_事前課題.xlsx"


def test_a_locked_or_missing_part_of_a_message_within_stays_locked_or_missing() -> None:
    """What is sealed, and what is only a link, is still told so after the inner message was written anew."""
    sealed = Message({0x001A: "IPM.Note.SMIME", 0x0037: "s"}, [book("smime.p7m", ENVELOPED)])
    link = Message({0x0037: "l"}, [Attachment({0x3705: 4, 0x3707: "共有.xlsx"})])
    contents = opened(
        Message({0x0037: "o"}, [Attachment({0x3705: 5}, sealed), Attachment({0x3705: 5}, link)])
    )
    first, second = (open_message(p.data) for p in contents.parts)
    assert isinstance(first, Contents) and isinstance(second, Contents)
    assert first.parts[0].refusal is not None
    assert first.parts[0].refusal.code is RefusalCode.SEALED
    assert "only a link" in second.parts[0].defect


ENVELOPED = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x30" + b"x" * 40
SIGNED = (
    b'Content-Type: multipart/signed; boundary="s"\r\n\r\n--s\r\n'
    b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n\r\nhello\r\n'
    b'--m\r\nContent-Type: application/octet-stream; name="a.xlsx"\r\n\r\nPK\r\n--m--\r\n'
    b"--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nsig\r\n--s--\r\n"
)


def test_what_is_sealed_for_somebody_elses_key_is_told() -> None:
    """S/MIME: enveloped data is a Part refused as locked; a signed body gives the parts in it."""
    sealed = opened(
        Message({0x001A: "IPM.Note.SMIME", 0x0037: "s"}, [book("smime.p7m", ENVELOPED)])
    )
    assert sealed.parts[0].refusal is not None
    assert sealed.parts[0].refusal.code is RefusalCode.SEALED and sealed.parts[0].data == b""
    kind = "IPM.Note.SMIME.MultipartSigned"
    signed = opened(Message({0x001A: kind, 0x0037: "s"}, [book("smime.p7m", SIGNED)]))
    assert [(p.name, p.data, p.inline) for p in signed.parts] == [
        ("a.xlsx", b"PK", False),
        ("smime.p7s", b"sig", True),
    ]


def test_pictures_of_the_text_are_told_from_attachments() -> None:
    """Hidden or shown in the HTML: inline; a workbook is never, whatever its properties say."""
    page = b'<html><img src="cid:logo@1"></html>'
    contents = opened(
        Message(
            {**HEAD, 0x1013: page},
            [
                Attachment({0x3705: 1, 0x3707: "a.png", 0x3712: "logo@1", 0x3701: PICTURE}),
                Attachment({0x3705: 1, 0x3707: "b.png", 0x7FFE: True, 0x3701: PICTURE}),
                Attachment({0x3705: 1, 0x3707: "c.png", 0x3701: PICTURE}),
                Attachment(
                    {0x3705: 1, 0x3707: "d.xlsx", 0x3712: "logo@1", 0x7FFE: True, 0x3701: BOOK}
                ),
            ],
        )
    )
    assert [(p.name, p.inline) for p in contents.parts] == [
        ("a.png", True),
        ("b.png", True),
        ("c.png", False),
        ("d.xlsx", False),
    ]


def packed_rtf(rtf: bytes) -> bytes:
    """LZFu without a single reference: each control byte announces eight plain bytes."""
    body = b"".join(b"\0" + rtf[i : i + 8] for i in range(0, len(rtf), 8))
    return struct.pack("<IIII", len(body) + 12, len(rtf), 0x75465A4C, 0) + body


RTF = (
    rb"{\rtf1\ansi\ansicpg932\fromhtml1 \deff0{\fonttbl{\f0\fcharset128 MS PGothic;}}{\colortbl;}"
    rb"{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 \'92\'53\'93\'96\'8e\'d2\'82\'aa\u22793?\'82\'ed\par "
    rb"\{x\}\tab y}{\pict 0102}}"
)


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({0x1000: "本文", 0x1013: b"<p>HTML</p>"}, "本文"),
        (
            {0x1013: "<p>担当が<b>変わりました</b></p><p>二行</p>".encode(), 0x3FDE: 65001},
            "担当が変わりました\n\n二行",
        ),
        ({0x1013: "<p>①㈱</p>".encode("cp932"), 0x3FDE: 932}, "①㈱"),
        ({0x1009: packed_rtf(RTF)}, "担当者が変わ\n{x}\ty"),
        ({0x1009: struct.pack("<IIII", 0, 14, 0x414C454D, 0) + rb"{\rtf1 ab\par}"}, "ab"),
        ({}, ""),
        ({0x1000: "あ" * 9_000}, "あ" * LETTER_CHARACTERS),
    ],
)
def test_the_words_come_from_the_plain_body_or_what_there_is(
    told: dict[int, str | bytes | int], text: str
) -> None:
    """Plain text first, then HTML in its code page, then rich text; cut to what the ledger keeps."""
    letter = opened(Message({0x0037: "x", **told})).letter
    assert letter is not None and letter.text == text


def test_packed_rich_text_is_the_published_example() -> None:
    """The two examples of MS-OXRTFCP 4.1, references into the window and across themselves included."""
    simple = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )
    assert inflated_rtf(simple) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert inflated_rtf(crossing) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_damaged_and_foreign_files_are_refused() -> None:
    """Nothing, no compound file, one without a message; the same file whole is read."""
    whole = outlook_message(Message(HEAD, [book()]))
    for data, code in [
        (b"", RefusalCode.EMPTY),
        (b"hello", RefusalCode.DAMAGED),
        (whole[:600], RefusalCode.DAMAGED),
        (compound_file({"Workbook": b"x"}), RefusalCode.DAMAGED),
    ]:
        refusal = open_outlook(data)
        assert isinstance(refusal, Refusal) and refusal.code is code
    assert isinstance(open_outlook(whole), Contents)


def nested(depth: int) -> bytes:
    message = Message({0x0037: "innermost"}, [book()])
    for level in range(depth):
        message = Message({0x0037: f"level {level}"}, [Attachment({0x3705: 5}, message)])
    return outlook_message(message)


@pytest.mark.parametrize(("depth", "is_refused"), [(50, False), (51, True)])
def test_messages_nested_too_deep_are_hostile(depth: int, is_refused: bool) -> None:
    """Fifty messages one in the other open to the last and do not grow on the way; one more is refused."""
    found = open_outlook(nested(depth))
    assert isinstance(found, Refusal) is is_refused
    if isinstance(found, Refusal):
        assert found.code is RefusalCode.HOSTILE
        return
    for _ in range(depth):
        assert len(found.parts[0].data) < 50_000
        found = open_message(found.parts[0].data)
        assert isinstance(found, Contents) and found.defects == ()
    assert found.parts[0].data == BOOK


def test_masses_of_streams_are_hostile_and_shared_ones_told() -> None:
    """More streams than any message has are refused; attachments that are all the same sectors are a defect."""
    many = {"__properties_version1.0": b"\0" * 32, **{f"s{n}": b"" for n in range(20_001)}}
    crossed = bytearray(outlook_message(Message(HEAD, [book(data=BOOK * 9)] * 40)))
    starts = [m.start() for m in re.finditer("__substg1.0_37010102".encode("utf-16-le"), crossed)]
    assert len(starts) == 40
    for at in starts[1:]:
        crossed[at + 116 : at + 124] = crossed[starts[0] + 116 : starts[0] + 124]
    assert open_outlook(compound_file(many)) == Refusal(
        RefusalCode.HOSTILE, "more than 20000 streams"
    )
    both = open_outlook(bytes(crossed))
    assert isinstance(both, Contents) and both.defects


def test_a_message_cut_off_is_never_taken_for_whole() -> None:
    """Cut anywhere, it is refused, or told broken, or every part is still byte for byte what was sent."""
    whole = outlook_message(Message(HEAD, [book()]))
    for length in range(0, len(whole), 512):
        contents = open_outlook(whole[:length])
        if isinstance(contents, Contents):
            assert contents.defects or contents.parts[0].data == BOOK
            assert all(p.defect or p.data == BOOK for p in contents.parts)


@given(st.binary(max_size=64), st.data())
def test_no_bytes_raise(junk: bytes, data: st.DataObject) -> None:
    """A message broken anywhere is Contents or Refusal, never an exception."""
    whole = bytearray(WHOLE)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at : at + len(junk)] = junk
    assert isinstance(open_outlook(bytes(whole)), Contents | Refusal)


WHOLE = outlook_message(
    Message(
        {**HEAD, 0x1009: packed_rtf(RTF)},
        [book(), Attachment({0x3705: 5}, Message(HEAD, [book()]))],
    )
)
