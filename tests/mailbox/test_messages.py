"""Tests of saved mails, written byte by byte: head, words, every part exact; broken ones told, none raises."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import quopri
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_files import (
    HEAD,
    base64_lines,
    entity,
    file_part,
    multipart,
    named,
    text_part,
    word,
)
from xlsx_pdca.contents import LETTER_CHARACTERS, ContainerKind, Contents, Letter, Part
from xlsx_pdca.filekind import MAIL, kind_of
from xlsx_pdca.mailbox.messages import open_message
from xlsx_pdca.rawbook import Refusal, RefusalCode

BOOK = b"PK\x03\x04" + bytes(range(256)) * 9
PICTURE = b"\x89PNG\r\n\x1a\n" + b"logo" * 20
ENVELOPED = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80\x30" + b"x" * 40


def opened(data: bytes) -> Contents:
    contents = open_message(data)
    assert isinstance(contents, Contents), contents
    return contents


def letter(data: bytes) -> Letter:
    found = opened(data).letter
    assert found is not None
    return found


def mail(parts: Sequence[bytes], kind: str = "mixed", **head: str | bytes) -> bytes:
    """A mail of several parts; `head` replaces headers."""
    replaced = {name.replace("_", "-").lower(): value for name, value in head.items()}
    headers = [(name, replaced.get(name.lower(), value)) for name, value in HEAD]
    # a mail within a mail needs a boundary of its own, as programs give it
    boundary = "b1" if all(b"--b1" not in part for part in parts) else "outer"
    return multipart(parts, kind, boundary, headers)


def one_part(body: bytes, *headers: tuple[str, str | bytes]) -> bytes:
    return entity([*HEAD, *headers], body)


RETURN = mail(
    [
        text_part("お世話になっております。"),
        named(BOOK, "102016-1_前橋市_事前課題.xlsx"),
        named(b"%PDF-1", "別紙.pdf"),
    ],
    subject=word("【提出】事前課題"),
)


def test_a_return_is_read_whole() -> None:
    """Head, words, and both attachments in their order, byte for byte; no defect anywhere."""
    assert opened(RETURN) == Contents(
        kind=ContainerKind.MAIL,
        parts=(Part("102016-1_前橋市_事前課題.xlsx", BOOK), Part("別紙.pdf", b"%PDF-1")),
        letter=Letter(
            sender="kenko@city.maebashi.lg.jp",
            sender_name="前橋市",
            date="2026-10-06T09:05:00+09:00",
            message_id="<a1@city.maebashi.lg.jp>",
            subject="【提出】事前課題",
            text="お世話になっております。",
        ),
    )


@pytest.mark.parametrize(
    "saved",
    [
        RETURN.replace(b"\r\n", b"\n"),
        RETURN.replace(b"\r\n", b"\r"),
        b"From kenko@city Tue Oct  6 09:05:00 2026\n" + RETURN.replace(b"\r\n", b"\n"),
        b"From - Tue Oct  6 09:05:00 2026\r\nX-Mozilla-Status: 0001\r\n" + RETURN,
        b"\xef\xbb\xbf" + RETURN,
        b"\r\n\r\n" + RETURN,
        RETURN.replace(b"\r\n--b1--\r\n", b"\r\n--b1--"),
        RETURN.replace(b"--b1\r\n", b"--b1 \t\r\n"),
        b"Received: from mx\r\n\tby mail; x\r\n" * 900 + RETURN,
    ],
    ids=[
        "LF",
        "CR",
        "mbox",
        "Thunderbird",
        "BOM",
        "blank lines",
        "no last line end",
        "blanks",
        "long head",
    ],
)
def test_however_it_was_saved_it_is_the_same_mail(saved: bytes) -> None:
    """Line ends, the line of a mailbox, a byte order mark and long heads change nothing of what was read."""
    assert kind_of(saved) is MAIL
    assert opened(saved) == opened(RETURN)


JIS = b"\x1b$B;vA0\x1b(B"  # 事前
TEXTS = {
    "ISO-2022-JP": (b"\x1b$BC4Ev<T$,JQ$o$j$^$7$?\x1b(B", "担当者が変わりました"),
    "iso-2022-jp": (b"\x1b$B-!-j\x1b(B 10/20", "①㈱ 10/20"),
    "Shift_JIS": ("①㈱髙 10/20まで".encode("cp932"), "①㈱髙 10/20まで"),
    "windows-31j": ("～－∥①".encode("cp932"), "～－∥①"),
    "UTF-8": ("𠮷田 葛󠄀飾".encode(), "𠮷田 葛󠄀飾"),
    "euc-jp": ("事前課題".encode("euc-jp"), "事前課題"),
    "us-ascii": ("事前課題".encode("cp932"), "事前課題"),
    "utf-16": ("事前".encode("utf-16"), "事前"),
}


@pytest.mark.parametrize("charset", TEXTS)
def test_words_in_every_character_set(charset: str) -> None:
    """A mail without attachment: its words are the letter, it has no parts, and nothing is broken."""
    data, text = TEXTS[charset]
    contents = opened(entity(HEAD, b"").rstrip() + b"\r\n" + text_part(data, charset))
    assert contents.letter is not None and contents.letter.text == text
    assert contents.parts == () and contents.defects == ()


def test_words_that_cannot_be_read_are_told() -> None:
    """An unknown character set that fits nothing: a defect; a character set that lies but fits something: none."""
    broken = opened(mail([text_part(b"\xff\xfe\xfd", "x-never"), named(BOOK, "a.xlsx")]))
    assert [p.data for p in broken.parts] == [BOOK]
    assert any("character" in d for d in broken.defects)
    assert opened(mail([text_part("課題".encode("cp932"), "utf-8")])).defects == ()


PLAIN, PAGE = text_part("本文です"), text_part("<p>ページ</p>", kind="text/html")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (mail([PLAIN, PAGE], "alternative"), "本文です"),
        (mail([PAGE, PLAIN], "alternative"), "本文です"),
        (mail([text_part("  \r\n"), PAGE], "alternative"), "ページ"),
        (mail([PAGE]), "ページ"),
        (mail([PLAIN, text_part("二つ目")]), "本文です\n\n二つ目"),
        (
            mail([multipart([PLAIN, PAGE], "alternative", "b2"), text_part("署名")]),
            "本文です\n\n署名",
        ),
        (mail([text_part("あ" * 9_000)]), "あ" * LETTER_CHARACTERS),
        (mail([text_part("一行\r\n二行\r三行\x1b[2J\u202e")]), "一行\n二行\n三行\\x1b[2J\\u202e"),
        (mail([]), ""),
    ],
)
def test_the_words_are_the_plain_ones_where_there_are_any(data: bytes, text: str) -> None:
    """Plain before HTML of the same alternative, several texts joined, cut to what the ledger keeps."""
    assert letter(data).text == text


def test_html_is_reduced_to_what_a_reader_sees() -> None:
    """No styles, scripts, comments or tags; lines, cells and entities as shown."""
    page = (
        "<!DOCTYPE html><html><head><title>t</title><style>p{x}</style></head><body><!-- c --><p>担当が\r\n"
        "<b>変わり</b>ました&nbsp;&lt;&#x2460;&gt;<br>次行</p><table><tr><td>a</td><td>b</td></tr></table>"
        "<script>x<y</script><![if !mso]>終<![endif]></body></html>"
    )
    text = letter(mail([text_part(page, kind="text/html")])).text
    assert text == "担当が 変わりました <①>\n次行\n\na\tb\n\n終"


def test_pictures_shown_in_the_text_are_told_from_attachments() -> None:
    """Only a picture the HTML refers to is inline; a workbook never, nor a photograph that was attached."""
    page = text_part("<img src=\"cid:logo%401\"><img src='cid:x@2'>", kind="text/html")
    related = multipart(
        [
            page,
            named(PICTURE, "logo.png", ("Content-ID", "<logo@1>"), kind="image/png"),
            named(BOOK, "a.xlsx", ("Content-ID", "<x@2>"), kind="image/png"),
            named(PICTURE, "photo.png", ("Content-ID", "<other@3>"), kind="image/png"),
        ],
        "related",
        "b2",
    )
    fax = file_part(PICTURE, ("Content-Disposition", "inline; filename=fax.png"), kind="image/png")
    parts = opened(mail([related, fax])).parts
    assert [(p.name, p.inline) for p in parts] == [
        ("logo.png", True),
        ("a.xlsx", False),
        ("photo.png", False),
        ("fax.png", False),
    ]


def test_texts_that_are_files_are_parts() -> None:
    """A text with a name or marked as attachment is a part; the unnamed one is the letter; a calendar is a part."""
    parts = [
        text_part("本文"),
        entity([("Content-Type", "text/plain"), ("Content-Disposition", "attachment")], b"memo"),
        entity([("Content-Type", 'text/plain; name="a.txt"')], b"named"),
        entity(
            [
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Disposition", "attachment; filename=a.html"),
            ],
            b"<p>",
        ),
        entity([("Content-Type", "text/calendar; method=REQUEST")], b"BEGIN:VCALENDAR"),
    ]
    contents = opened(mail(parts))
    assert contents.letter is not None and contents.letter.text == "本文"
    assert [(p.name, p.data) for p in contents.parts] == [
        ("", b"memo"),
        ("a.txt", b"named"),
        ("a.html", b"<p>"),
        ("", b"BEGIN:VCALENDAR"),
    ]


def test_mails_forwarded_by_a_health_centre_open_one_by_one() -> None:
    """Six returns in one mail, each with its own sender and file, byte for byte as they were received."""
    inner = [
        mail(
            [text_part("送付します"), named(BOOK + bytes([n]), f"{n}町.xlsx")],
            subject=word(f"{n}町の回答"),
        )
        for n in range(6)
    ]
    # what a server wrote, and no program would write again this way
    inner[0] = b"X-Odd:\tone \r\n two  \r\n" + inner[0] + b"epilogue\r\n"
    forwarded = [entity([("Content-Type", "message/rfc822")], data) for data in inner]
    contents = opened(mail([text_part("管内6町分です"), *forwarded]))
    assert [p.name for p in contents.parts] == [f"{n}町の回答.eml" for n in range(6)]
    assert [p.data for p in contents.parts] == inner
    for n, part in enumerate(contents.parts):
        within = opened(part.data)
        assert within.defects == () and within.letter is not None
        assert within.letter.subject == f"{n}町の回答"
        assert [p.data for p in within.parts] == [BOOK + bytes([n])]


def test_a_mail_as_one_attachment_of_base64_or_in_a_digest_is_found_too() -> None:
    """Forwarded mails under a transfer encoding, in multipart/digest, and with a name of their own."""
    packed = entity(
        [("Content-Type", "message/rfc822"), ("Content-Transfer-Encoding", "base64")],
        base64_lines(RETURN),
    )
    own = entity([("Content-Type", 'message/rfc822; name="x.eml"')], RETURN)
    digest = multipart([b"\r\n" + RETURN], "digest", "b9")
    parts = opened(mail([packed, own, digest])).parts
    assert [(p.name, p.data) for p in parts] == [
        ("【提出】事前課題.eml", RETURN),
        ("x.eml", RETURN),
        ("【提出】事前課題.eml", RETURN),
    ]


def test_a_mailbox_of_several_mails_gives_each() -> None:
    """Two mails saved into one file are two parts; the word From in a text parts nothing."""
    line = b"From kenko@city Tue Oct  6 09:05:00 2026\n"
    one = mail([text_part("x\n\nFrom here on\n\nFrom 10:20 in 2026 on\n")]).replace(b"\r\n", b"\n")
    two = RETURN.replace(b"\r\n", b"\n")
    contents = opened(line + one + b"\n" + line + two)
    assert contents.letter is None
    assert [(p.name, p.data) for p in contents.parts] == [
        ("report.eml", one),
        ("【提出】事前課題.eml", two),
    ]
    assert len(opened(line + one).parts) == 0


ENCODINGS: dict[str, tuple[bytes, str]] = {
    "base64": (base64_lines(BOOK), ""),
    "BASE64": (base64_lines(BOOK, 60).replace(b"\r\n", b" \r\n\t"), ""),
    "base64 ; x": (base64.b64encode(BOOK), ""),
    "quoted-printable": (quopri.encodestring(BOOK, quotetabs=True), ""),
    "x-uuencode": (
        b"begin 644 a.xlsx\n"
        + b"".join(binascii.b2a_uu(BOOK[i : i + 45]) for i in range(0, len(BOOK), 45))
        + b"`\nend\n",
        "",
    ),
    "binary": (BOOK, ""),
    "8bit": (BOOK, ""),
    "x-none": (BOOK, "unknown transfer encoding 'x-none'"),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_bytes_are_exactly_what_the_encoding_says(encoding: str) -> None:
    """Every transfer encoding gives the very bytes; an unknown one leaves them and says so."""
    body, defect = ENCODINGS[encoding]
    part = entity(
        [("Content-Type", 'x/y; name="a.xlsx"'), ("Content-Transfer-Encoding", encoding)], body
    )
    assert opened(mail([part])).parts == (Part("a.xlsx", BOOK, defect=defect),)


@pytest.mark.parametrize(
    ("body", "data", "defect"),
    [
        (base64.b64encode(b"abcdef")[:-1], b"abcd", "cut off"),
        (base64.b64encode(b"abcdef")[:-3], b"abc", "cut off"),
        (b"YWJj\r\n!?ZGVm", b"abcdef", "do not belong"),
        (b"YWI=YWI=", b"abab", "goes on"),
        (b"YWI", b"ab", "cut off"),
        (b"YWJj\r\n-- \r\nfooter", b"abc", "do not belong"),
    ],
)
def test_broken_base64_is_told(body: bytes, data: bytes, defect: str) -> None:
    """As much as can be had, and the reason why it may not be what was sent."""
    part = entity(
        [("Content-Type", 'x/y; name="a"'), ("Content-Transfer-Encoding", "base64")], body
    )
    found = opened(mail([part])).parts[0]
    assert found.data.startswith(data) and defect in found.defect


@pytest.mark.parametrize(
    ("body", "data", "is_broken"),
    [
        (b"a=3Db=\r\nc=\nd= \t\r\ne", b"a=bcde", False),
        (b"a \t\r\nb=20\r\n", b"a\r\nb \r\n", False),
        (b"x=\ry\rz", b"xy\rz", False),
        (b"=e3=81=82", "あ".encode(), False),
        (b"a=zz", b"a=zz", True),
        (b"a=3D=", b"a=", False),
    ],
)
def test_quoted_printable(body: bytes, data: bytes, is_broken: bool) -> None:
    """Soft breaks at every line end, blanks at line ends, small letters; a lone = stays and is told."""
    headers = [("Content-Type", 'x/y; name="a"'), ("Content-Transfer-Encoding", "quoted-printable")]
    found = opened(mail([entity(headers, body)])).parts[0]
    assert (found.data, bool(found.defect)) == (data, is_broken)


def test_a_file_written_into_the_text_is_found() -> None:
    """uuencode within a plain text is a part and no longer text; a text that says begin stays text."""
    lines = b"".join(binascii.b2a_uu(BOOK[i : i + 45]) for i in range(0, len(BOOK), 45))
    name = "表.xlsx".encode("cp932")
    body = b"hello\r\n" + (b"begin 644 " + name + b"\n" + lines + b"`\nend\n").replace(
        b"\n", b"\r\n"
    )
    contents = opened(mail([text_part(body + b"bye\r\n")]))
    assert contents.parts == (Part("表.xlsx", BOOK),)
    assert contents.letter is not None and contents.letter.text.split() == ["hello", "bye"]
    cut = opened(mail([text_part(body[:900])]))
    assert "cut off" in cut.parts[0].defect
    talk = opened(mail([text_part("begin 644 words\r\nこれは本文\r\nend")]))
    assert talk.parts == () and talk.letter is not None and "これは本文" in talk.letter.text


def test_a_mail_cut_off_anywhere_is_never_taken_for_whole() -> None:
    """Cut at any byte before its end: told in the container, and the cut part carries the defect or is missing."""
    whole = opened(RETURN).parts
    end = RETURN.index(b"--b1--")
    for length in range(len(RETURN) - 700, end):
        contents = open_message(RETURN[:length])
        assert isinstance(contents, Contents) and contents.defects
        for part, sent in zip(contents.parts, whole, strict=False):
            assert part.defect or part == sent
    assert opened(RETURN[: end + 6]).defects == ()


def test_a_part_cut_where_base64_still_looks_whole_is_told() -> None:
    """The mail ends between two groups of four: only the missing boundary tells, and it does."""
    at = RETURN.index(b"UEsD") + 78 * 5
    cut = opened(RETURN[:at])
    assert cut.parts[0].data == BOOK[: len(cut.parts[0].data)] != BOOK
    assert "ends within this part" in cut.parts[0].defect


@pytest.mark.parametrize(
    ("content_type", "defect"),
    [
        ("multipart/mixed", "without its boundary"),
        ('multipart/mixed; boundary=""', "without its boundary"),
        ('multipart/mixed; boundary="other"', "without its boundary"),
    ],
)
def test_a_multipart_without_its_boundary_is_kept_as_one_part(
    content_type: str, defect: str
) -> None:
    """Nothing of it is dropped: its bytes are a part with a defect."""
    body = RETURN.partition(b"\r\n\r\n")[2]
    contents = opened(one_part(body, ("Content-Type", content_type)))
    assert [p.data for p in contents.parts] == [body]
    assert contents.parts[0].defect and defect in contents.defects[0]


def test_what_is_sealed_is_told_and_seals_are_passed() -> None:
    """S/MIME and PGP: what needs a key is refused as locked; a signed mail is read, its signature passed."""
    sealed = [
        file_part(ENVELOPED, ("Content-Type", 'application/pkcs7-mime; name="smime.p7m"')),
        file_part(b"x", ("Content-Type", "application/x-pkcs7-mime; smime-type=enveloped-data")),
    ]
    pgp = multipart(
        [
            entity([("Content-Type", "application/pgp-encrypted")], b"Version: 1"),
            entity([("Content-Type", 'application/octet-stream; name="encrypted.asc"')], b"-----"),
        ],
        "encrypted",
        "b2",
    )
    text = text_part("-----BEGIN PGP MESSAGE-----\r\nabc\r\n-----END PGP MESSAGE-----")
    for data in (*sealed, pgp, text):
        locked = [p for p in opened(mail([data])).parts if p.refusal]
        assert len(locked) == 1 and locked[0].data == b""
        assert locked[0].refusal is not None and locked[0].refusal.code is RefusalCode.SEALED
    signature = file_part(b"sig", ("Content-Type", 'application/pkcs7-signature; name="smime.p7s"'))
    inner = multipart([text_part("本文"), named(BOOK, "a.xlsx")], "mixed", "b2")
    signed = opened(mail([inner, signature], "signed"))
    assert [(p.name, p.data, p.inline, p.defect) for p in signed.parts] == [
        ("a.xlsx", BOOK, False, ""),
        ("smime.p7s", b"sig", True, ""),
    ]
    opaque = file_part(
        b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02",
        ("Content-Type", "application/pkcs7-mime; smime-type=signed-data"),
    )
    (wrapped,) = opened(mail([opaque])).parts
    assert wrapped.refusal is not None and wrapped.refusal.code is RefusalCode.SEALED
    mistaken = file_part(BOOK, ("Content-Type", "application/pkcs7-mime; smime-type=signed-data"))
    (found,) = opened(mail([mistaken])).parts
    assert found.data == BOOK and "not taken out" in found.defect


def test_a_piece_of_a_mail_and_a_mere_reference_are_told() -> None:
    """message/partial and message/external-body are parts with a defect: the file is not there."""
    for kind in (
        "message/partial; number=1; total=2; id=x",
        "message/external-body; access-type=URL",
    ):
        part = opened(mail([entity([("Content-Type", kind)], b"x")])).parts[0]
        assert part.defect


def test_a_report_on_delivery_has_words_and_no_attachment_of_note() -> None:
    """A bounce: its technical parts are passed, the mail it returns is a part."""
    report = [
        text_part("配信できませんでした"),
        entity([("Content-Type", "message/delivery-status")], b"Status: 5.1.1"),
        entity([("Content-Type", "message/rfc822")], RETURN),
    ]
    contents = opened(mail(report, "report"))
    assert [(p.name, p.inline) for p in contents.parts] == [
        ("", True),
        ("【提出】事前課題.eml", False),
    ]


@pytest.mark.parametrize(
    ("header", "address", "name"),
    [
        ("Kenko@City.Lg.JP", "kenko@city.lg.jp", ""),
        ('"前橋市, 健康課" <a@city.lg.jp>'.encode(), "a@city.lg.jp", "前橋市, 健康課"),
        ('"前橋市" <a@city.lg.jp>'.encode("cp932"), "a@city.lg.jp", "前橋市"),
        (word(b"\x1b$BA066;T\x1b(B", "ISO-2022-JP") + " <a@b.jp>, c@d.jp", "a@b.jp", "前橋市"),
        ('"hokensho@pref.lg.jp" <evil@x.example>', "evil@x.example", "hokensho@pref.lg.jp"),
        ('"x <hokensho@pref.lg.jp>" <evil@x.example>', "evil@x.example", "x <hokensho@pref.lg.jp>"),
        ("(<hokensho@pref.lg.jp>) evil@x.example", "evil@x.example", ""),
        (
            word("a <hokensho@pref.lg.jp>,") + " <evil@x.example>",
            "evil@x.example",
            "a <hokensho@pref.lg.jp>,",
        ),
        ("a@city.lg.jp (健康課)".encode(), "a@city.lg.jp", ""),
        ("undisclosed: ;", "", "undisclosed:"),
        ("no address", "", "no address"),
        ("<>", "", ""),
        ("a b@c", "", "a b@c"),
        ("", "", ""),
    ],
)
def test_the_sender_is_read_before_anything_is_decoded(
    header: str | bytes, address: str, name: str
) -> None:
    """The address is the one mail goes back to; none that stands in a name, a comment or an encoded word."""
    found = letter(mail([], **{"from": header}))
    assert (found.sender, found.sender_name) == (address, name)


@pytest.mark.parametrize(
    ("header", "date"),
    [
        ("Tue, 6 Oct 2026 09:05:00 +0900 (JST)", "2026-10-06T09:05:00+09:00"),
        ("6 Oct 26 00:05 GMT", "2026-10-06T00:05:00+00:00"),
        ("Tue, 06 Oct 2026 09:05:00 JST", "2026-10-06T09:05:00+09:00"),
        ("Tue, 6 Oct 2026 09:05:00 -0000", "2026-10-06T09:05:00+00:00"),
        ("Tue, 6 Oct 2026 09:05:00", ""),
        ("Fri, 30 Dec 2016 23:59:60 -0330", "2016-12-30T23:59:59-03:30"),
        ("Tue, 6 Oct 2026 09:05:00 CST", ""),
        ("Tue, 31 Feb 2026 09:05:00 +0900", ""),
        ("Tue, 6 Oct 2026 09:05:00 +2460", ""),
        ("yesterday", ""),
        ("Tue, 6 Oct 99999 09:05:00 +0900", ""),
        ("", ""),
    ],
)
def test_dates(header: str, date: str) -> None:
    """With the offset the sender wrote; a date that has none, or is none, is left empty."""
    assert letter(mail([], date=header)).date == date


def test_a_head_that_says_two_things_is_told() -> None:
    """Two From headers: the first is taken, and the doubt is told."""
    contents = opened(b"From: first@x.example\r\n" + RETURN)
    assert contents.letter is not None and contents.letter.sender == "first@x.example"
    assert contents.defects == ("2 headers From",)


@pytest.mark.parametrize(("parts", "is_refused"), [(1_000, False), (1_001, True)])
def test_a_mail_of_too_many_parts_is_hostile(parts: int, is_refused: bool) -> None:
    """A thousand parts are read, one more is refused."""
    found = open_message(mail([file_part(b"x")] * parts))
    assert isinstance(found, Refusal) is is_refused
    assert not is_refused or (isinstance(found, Refusal) and found.code is RefusalCode.HOSTILE)


@pytest.mark.parametrize(("depth", "is_refused"), [(50, False), (51, True), (2_000, True)])
def test_a_mail_nested_too_deep_is_hostile(depth: int, is_refused: bool) -> None:
    """Fifty multiparts one in the other are read, one more is refused, thousands do not exhaust anything."""
    data = b"\r\nx"
    for level in range(depth, 0, -1):
        data = multipart([data], "mixed", f"n{level}", HEAD if level == 1 else ())
    found = open_message(data)
    assert isinstance(found, Refusal) is is_refused


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"Subject: x" + b"\r\n y" * 10_000 + b"\r\n" + RETURN, RefusalCode.HOSTILE),
        (multipart([b"\r\n" + b"--b1" * 100_001], head=HEAD), RefusalCode.HOSTILE),
        (
            b"From x\n" + b"a: b\n\n\nFrom x Tue Oct 6 09:05:00 2026\n" * 1_000 + b"a: b\n",
            RefusalCode.CONTAINER,
        ),
    ],
    ids=["folds", "false boundaries", "mailbox"],
)
def test_what_only_costs_time_is_refused(data: bytes, code: RefusalCode) -> None:
    """Endless heads, masses of near boundaries, a whole inbox: refused at once; a tenth of each is read."""
    found = open_message(data)
    assert isinstance(found, Refusal) and found.code is code
    less = open_message(data[: len(data) // 10] + b"\r\n")
    assert isinstance(less, Contents)


def test_quotes_and_brackets_without_end_cost_no_time() -> None:
    """Sixty thousand signs that open something are read within a second, as a name like any other."""
    began = time.process_time()
    for sign in ('"\\', "<a@", "(", "=?a?b?", '"'):
        opened(mail([], **{"from": sign * 20_000, "content_type": f"x/y; name={sign * 20_000}"}))
    assert time.process_time() - began < 5


def test_what_is_no_mail_is_refused() -> None:
    """Nothing, or words without a head; a mail beside them is read."""
    for data, code in [
        (b"", RefusalCode.EMPTY),
        (b" \r\n", RefusalCode.EMPTY),
        (b"hello\r\n", RefusalCode.DAMAGED),
    ]:
        found = open_message(data)
        assert isinstance(found, Refusal) and found.code is code
    assert not {kind_of(b"hello"), kind_of(b"a: b\r\n\r\nto: be")} & {MAIL}
    assert kind_of(RETURN) is MAIL


@given(st.binary(max_size=300))
def test_no_bytes_raise(junk: bytes) -> None:
    """Any bytes, bare or behind a head, are Contents or a Refusal."""
    for data in (junk, entity(HEAD, junk), b"Content-Type: multipart/mixed; boundary=" + junk):
        assert isinstance(open_message(data), Contents | Refusal)


@given(st.data(), st.binary(max_size=12))
def test_no_broken_mail_raises_or_changes_a_part_in_silence(
    data: st.DataObject, junk: bytes
) -> None:
    """Bytes put anywhere over a mail within mails: no exception."""
    whole = bytearray(
        mail(
            [
                text_part("x"),
                entity([("Content-Type", "message/rfc822")], RETURN),
                named(BOOK, "表.xlsx"),
            ]
        )
    )
    at = data.draw(st.integers(0, len(whole)))
    whole[at : at + len(junk)] = junk
    found = open_message(bytes(whole))
    assert isinstance(found, Contents | Refusal)
    if isinstance(found, Contents):
        for part in found.parts:
            assert isinstance(open_message(part.data), Contents | Refusal)


TREES = st.recursive(
    st.binary(max_size=90),
    lambda children: st.lists(children, min_size=1, max_size=4),
    max_leaves=8,
)


def tree_mail(tree: bytes | list, number: list[int], head: Sequence[tuple[str, str]] = ()) -> bytes:  # type: ignore[type-arg]
    number[0] += 1
    if isinstance(tree, bytes):
        encoding = ("base64", "quoted-printable", "8bit")[number[0] % 3]
        if encoding == "8bit":
            tree = tree.replace(b"--", b"__")
        body = {
            "base64": base64_lines(tree),
            "quoted-printable": quopri.encodestring(tree, quotetabs=True),
        }
        headers = [
            ("Content-Type", f'x/y; name="f{number[0]}"'),
            ("Content-Transfer-Encoding", encoding),
        ]
        return entity([*head, *headers], body.get(encoding, tree))
    boundary = f"=_{number[0]}"
    return multipart([tree_mail(t, number) for t in tree], "mixed", boundary, head)


@given(TREES)
def test_the_standard_library_takes_the_same_parts(tree: bytes | list) -> None:  # type: ignore[type-arg]
    """Another reader, where it can read: same names, same bytes, in the same order, however nested."""
    data = tree_mail(tree, [0], HEAD)
    judge = [p for p in email.message_from_bytes(data).walk() if not p.is_multipart()]
    ours = opened(data).parts
    assert [p.name for p in ours] == [p.get_filename() for p in judge]
    for part, theirs in zip(ours, judge, strict=True):
        payload = theirs.get_payload(decode=True)
        assert isinstance(payload, bytes) and part.data == payload and part.defect == ""


def test_the_standard_library_reads_the_same_head() -> None:
    """The modern policy as a judge of a usual head."""
    judge = email.message_from_bytes(RETURN, policy=email.policy.default)
    found = letter(RETURN)
    assert judge["subject"] == found.subject and judge["message-id"] == found.message_id
    assert judge["date"].datetime.isoformat() == found.date
    assert judge["from"].addresses[0].display_name == found.sender_name
