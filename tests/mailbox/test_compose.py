"""Mails of ours, read back by other mail libraries and by hand."""

from __future__ import annotations

import email
import email.policy
import re
from datetime import datetime
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail_programs import read_by_gmime
from xlsx_pdca.contents import Contents
from xlsx_pdca.event import JST
from xlsx_pdca.letters import Enclosure, Mail
from xlsx_pdca.mailbox.compose import composed
from xlsx_pdca.mailbox.containers import open_container

AT = datetime(2026, 9, 2, 10, 0, tzinfo=JST)
LONG = f"{'在宅医療・介護連携推進事業　' * 17}髙𠮷.xlsx"
"""As long as Windows lets a name be."""
NAMES = (
    "102016-1_前橋市_事前課題.xlsx",
    "別紙１　（写し）①髙𠮷.pdf",
    "能代市 ソ表.docx",
    "a.txt",
    LONG,
)
PRINTED = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)


def mail(**more: object) -> Mail:
    plain: dict[str, object] = {
        "sender": "choju@pref.gunma.example",
        "sender_name": "群馬県健康福祉部健康長寿社会づくり推進課",
        "to": ("choju@maebashi.example", "shien@maebashi.example"),
        "cc": ("hoken@pref.gunma.example",),
        "subject": "【10/15(木)〆・要回答】事前課題への御回答について（依頼）［R0801-J-102016-1］",
        "body": "前橋市 御担当者 様\n\n.\nお願いします。①髙\n",
        "enclosures": tuple(Enclosure(name, name.encode() * 50) for name in NAMES),
        "message_id": "<R0801.1@pref.gunma.example>",
    }
    return Mail(**{**plain, **more})  # type: ignore[arg-type]


def test_the_standard_library_reads_it_back() -> None:
    """Addresses, subject, words, names and bytes are those given, as Python's own mail library reads them."""
    read = email.message_from_bytes(composed(mail(), at=AT), policy=email.policy.default)
    assert read["subject"] == mail().subject
    assert [a.addr_spec for a in read["to"].addresses] == list(mail().to)
    assert [a.addr_spec for a in read["cc"].addresses] == list(mail().cc)
    assert read["date"].datetime == AT
    body = read.get_body()
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == mail().body
    parts = [(part.get_filename(), part.get_content()) for part in read.iter_attachments()]
    assert [(name, data.encode() if isinstance(data, str) else data) for name, data in parts] == [
        (name, name.encode() * 50) for name in NAMES
    ]
    assert not [part.defects for part in read.walk() if part.defects]


def test_names_stand_in_both_ways() -> None:
    """A program that knows only `name=` with encoded words, as old Outlooks do, shows the names too."""
    read = email.message_from_bytes(composed(mail(), at=AT), policy=email.policy.compat32)
    names = [str(part.get_param("name")) for part in read.walk() if part.get_param("name")]
    assert [str(make_header(decode_header(name))) for name in names] == list(NAMES)


def test_the_office_is_named_whole() -> None:
    """The sender's name is whole though it takes several encoded words."""
    # policy.default of Python 3.11 puts a blank between them, which RFC 2047 forbids
    read = email.message_from_bytes(composed(mail(), at=AT), policy=email.policy.compat32)
    told = str(make_header(decode_header(str(read["from"]))))
    assert parseaddr(told) == (mail().sender_name, mail().sender)


def test_a_wide_blank_is_a_character() -> None:
    """全角の空白 stays in a subject; a line end in it becomes a blank."""
    read = email.message_from_bytes(
        composed(mail(subject="事前課題　①\r\nの件 "), at=AT), policy=email.policy.compat32
    )
    assert str(make_header(decode_header(str(read["subject"])))) == "事前課題　① の件"


@pytest.mark.gmime
@pytest.mark.parametrize("first", ["", "1", "12", "é", "éé", "𠮷", "𠮷𠮷"])
def test_a_library_of_others_reads_every_name_and_long_subjects(first: str, tmp_path: Path) -> None:
    """GMime finds each name, however long or odd, and all of a subject, though it decodes words that follow each other as one."""
    told = mail(subject=f"{first}{LONG}", sender_name=f"{first}{LONG}")
    (tmp_path / "1.eml").write_bytes(composed(told, at=AT))
    (read,) = read_by_gmime(tmp_path / "1.eml")
    assert read.files == tuple((each.name, each.data) for each in told.enclosures)
    assert (read.to, read.cc, read.subject) == (told.to, told.cc, told.subject)
    assert read.sender == f"{told.sender_name} <{told.sender}>"


@given(PRINTED)
def test_only_the_last_word_is_padded(subject: str) -> None:
    """Whatever is in a subject, it is read back whole, and no word with another behind it ends in padding."""
    data = composed(mail(subject=subject, sender_name=""), at=AT)
    read = email.message_from_bytes(data, policy=email.policy.compat32)
    words = str(read["subject"]).split()
    told = str(make_header(decode_header(str(read["subject"])))) if words else ""
    assert told == re.sub(r"[^\S\u3000]+", " ", subject).strip(" ")
    assert not [word for word in words[:-1] if "?b?" in word and word.endswith("=?=")]
    assert all(len(word) <= 75 for word in words)


def test_a_draft_opens_ready_to_be_sent_and_a_mail_for_the_server_does_not_say_so() -> None:
    """X-Unsent stands in drafts only."""
    assert b"\r\nX-Unsent: 1\r\n" in composed(mail(), at=AT)
    assert b"X-Unsent" not in composed(mail(), at=AT, draft=False)


def test_lines_are_those_of_mail() -> None:
    """Every line ends in CR LF, is plain ASCII, and none is too long for a server."""
    data = composed(mail(), at=AT)
    assert data.isascii()
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_the_same_mail_gives_the_same_bytes() -> None:
    """Nothing in it is of the moment but the time that is given."""
    assert composed(mail(), at=AT) == composed(mail(), at=AT)


@pytest.mark.parametrize("address", ["a@b.example\r\nBcc: x@y.example", "a b@c.example", "", "a@b"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """No address can begin another header or name several people."""
    composed(mail(), at=AT)
    with pytest.raises(ValueError, match="no address"):
        composed(mail(to=(address,)), at=AT)


@given(subject=PRINTED, body=st.text(st.characters(exclude_categories=("Cs",)), max_size=300))
def test_whatever_is_written_stays_text(subject: str, body: str) -> None:
    """Line ends in a subject begin no header, and whatever stands in the words ends no part."""
    data = composed(mail(subject=f"{subject}\r\nBcc: x@y.example\n\n<b>", body=body), at=AT)
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert set(map(str.lower, read.keys())) == {
        "content-type", "mime-version", "from", "to", "cc", "subject", "date", "message-id", "x-unsent",
    }  # fmt: skip
    assert next(part.get_content_type() for part in read.iter_parts()) == "text/plain"
    assert [part.get_filename() for part in read.iter_attachments()] == list(NAMES)
    payload = next(read.iter_parts()).get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode() == re.sub("\r?\n|\r", "\r\n", body)


def test_our_own_reader_reads_it_too() -> None:
    """When a copy of our mail comes back, names and bytes of its files are those that went out."""
    contents = open_container(composed(mail(), at=AT), ())
    assert isinstance(contents, Contents)
    assert [(part.name, part.data) for part in contents.parts] == [
        (each.name, each.data) for each in mail().enclosures
    ]
    assert contents.letter is not None
    assert contents.letter.subject == mail().subject
