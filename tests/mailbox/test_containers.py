"""Whatever is refused as a container is opened by what it is, and a workbook's own doors stay what they were."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

from handmade import parts as book_parts
from handmade import zipped
from handmade_zips import STREAMED, UTF8, Item, archive, end, locked
from xlsx_pdca.contents import ContainerKind, Contents, Part
from xlsx_pdca.mailbox.containers import open_container
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.reader import read_workbook

BOOK = zipped(book_parts('<row r="1"><c r="A1"><v>1</v></c></row>'))
NAME = "回答/前橋市.xlsx"


def mail(attachment: bytes) -> bytes:
    message = EmailMessage()
    message["From"], message["To"] = "kaigo@city.example", "iryo@pref.example"
    message["Subject"], message["Date"] = "事前課題の提出", "Mon, 14 Sep 2026 10:00:00 +0900"
    message.set_content("お世話になっております。")
    message.add_attachment(attachment, maintype="application", subtype="zip", filename="a.zip")
    return message.as_bytes()


def opened(data: bytes, *secrets: str) -> Contents:
    """What stands in it, after the workbook reader refused it as a container."""
    refusal = read_workbook(data)
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.CONTAINER
    contents = open_container(data, secrets)
    assert isinstance(contents, Contents)
    return contents


def test_an_archive_in_a_mail_is_opened_step_by_step() -> None:
    """Each step gives parts that are asked for their kind once more, until a workbook is reached."""
    packed = archive(Item(NAME.encode("cp932"), BOOK))
    letter = opened(mail(packed))
    assert letter.kind is ContainerKind.MAIL
    (attachment,) = letter.parts
    assert attachment.data == packed
    contents = opened(attachment.data)
    assert contents.kind is ContainerKind.ARCHIVE
    assert contents.parts == (Part(NAME, BOOK),)
    assert isinstance(read_workbook(contents.parts[0].data), RawBook)


def test_a_locked_archive_is_an_archive() -> None:
    """A password on the entries does not make it a workbook with one."""
    data = archive(locked(NAME.encode(), BOOK, b"key"))
    assert opened(data, "key").parts == (Part(NAME, BOOK),)
    (part,) = opened(data).parts
    assert part.refusal is not None
    assert part.refusal.code is RefusalCode.ENCRYPTED


def test_a_locked_package_stays_a_workbook_with_a_password() -> None:
    """Its parts carry the names of a workbook, so it is asked to be sent without; unlocked it is read."""
    with zipfile.ZipFile(io.BytesIO(BOOK)) as package:
        items = [Item(info.filename.encode(), package.read(info)) for info in package.infolist()]
    assert isinstance(read_workbook(archive(*items)), RawBook)
    refusal = read_workbook(archive(*(locked(item.name, item.data, b"key") for item in items)))
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.ENCRYPTED


ARCHIVES = {
    "cp932 under the flag of UTF-8": archive(Item(NAME.encode("cp932"), BOOK, flags=UTF8)),
    "too large for a workbook": archive(Item(NAME.encode(), BOOK), Item(b"film", bytes(limits.FILE_BYTES), method=0)),
    "methods a workbook never has": archive(Item(NAME.encode(), BOOK), Item(b"a", b"x", method=93)),
    "a wrong count": archive(Item(NAME.encode(), BOOK), count=2),
    "sizes after the data": archive(Item(NAME.encode(), BOOK, flags=STREAMED)),
    "a workbook stored in it": archive(Item(NAME.encode(), BOOK, method=0)),
}  # fmt: skip


@pytest.mark.parametrize("case", ARCHIVES)
def test_what_is_no_workbook_has_the_rules_of_archives(case: str) -> None:
    """The gate of workbooks is narrower; an archive does not fail at it."""
    assert Part(NAME, BOOK) in opened(ARCHIVES[case]).parts


@pytest.mark.parametrize(
    "data",
    [
        BOOK[:-30],
        BOOK[:40],
        archive(Item(b"[Content_Types].xml", b"<Types/>"), Item(b"[content_types].xml", b"<Types/>")),
        archive(Item(b"[Content_Types].xml", bytes(limits.FILE_BYTES), method=0)),
    ],
    ids=["end cut off", "beginning alone", "twins", "too large"],
)  # fmt: skip
def test_a_broken_package_is_no_archive(data: bytes) -> None:
    """A damaged or hostile workbook does not escape its gate by being called an archive."""
    refusal = read_workbook(data)
    assert isinstance(refusal, Refusal)
    assert refusal.code in (RefusalCode.DAMAGED, RefusalCode.HOSTILE)


CLOSED = {
    "first of several files of a zip archive": b"PK\x07\x08PK\x03\x04",
    "7z archive": b"7z\xbc\xaf\x27\x1c",
    "RAR archive": b"Rar!\x1a\x07\x01\x00",
    "LZH archive": b"\x21\x0c-lh5-",
    "gzip archive": b"\x1f\x8b\x08",
    "bzip2 archive": b"BZh91AY",
    "xz archive": b"\xfd7zXZ\x00",
    "cabinet archive": b"MSCF\x00\x00",
    "tar archive": bytes(257) + b"ustar\x0000",
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_is_not_opened_here_is_named(name: str) -> None:
    """It stays closed, and its kind is told."""
    assert open_container(CLOSED[name] + bytes(300), ()) == Refusal(RefusalCode.CONTAINER, name)


@pytest.mark.parametrize(
    "data", [b"", b"PK\x05\x06", b"From: a\nTo: b\nDate: c\n", end(0, 0, 0), bytes(99)]
)
def test_nothing_raises(data: bytes) -> None:
    """Whatever is asked for ends as contents or a refusal."""
    assert isinstance(open_container(data, ["key"]), Contents | Refusal)
