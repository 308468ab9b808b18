"""What a file is, told by its content: papers, pictures, and files that hold other files."""

from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage

import pytest

import old_files
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.parts.kind import is_plain_text
from xlsx_pdca.workbook.reader import read_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
DOCUMENT, CONTAINER = RefusalCode.DOCUMENT, RefusalCode.CONTAINER
OLD, NO_BOOK = RefusalCode.OLD_FORMAT, RefusalCode.NOT_A_WORKBOOK
_OFFICE = "application/vnd.openxmlformats-officedocument"


def zipped(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def office(part: str, content_type: str) -> bytes:
    """The frame of an Office package whose main part has this type."""
    package = "http://schemas.openxmlformats.org/package/2006"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
            f'<Override PartName="/{part}" ContentType="{content_type}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="rId1" Type="{relation}" Target="{part}"/></Relationships>',
            part: "<document/>",
        }
    )


def mail() -> bytes:
    """A saved message with a workbook in it."""
    message = EmailMessage()
    message["From"], message["To"] = "kaigo@city.example", "iryo@pref.example"
    message["Subject"], message["Date"] = "事前課題の提出", "Mon, 14 Sep 2026 10:00:00 +0900"
    message.set_content("お世話になっております。")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="a.xlsx")
    return message.as_bytes()


SERVERS = b"Received: from mx.city.example\r\n" + b"ARC-Seal: i=1; b=%s\r\n" % (b"A" * 900) * 9
"""More than 4,096 bytes before the first word of the sender."""

KINDS = {
    "PDF": (b"%PDF-1.7\n", DOCUMENT),
    "PNG": (b"\x89PNG\r\n\x1a\n", DOCUMENT),
    "JPEG": (b"\xff\xd8\xff\xe1" + bytes(90), DOCUMENT),
    "GIF": (b"GIF89a", DOCUMENT),
    "BMP": (b"BM" + bytes(60), DOCUMENT),
    "TIFF of a fax": (b"II*\x00" + bytes(60), DOCUMENT),
    "TIFF, big-endian": (b"MM\x00*" + bytes(60), DOCUMENT),
    "HEIC of a telephone": (b"\x00\x00\x00\x24ftypheic" + bytes(60), DOCUMENT),
    "Ichitaro": (OLE + "\x04JSRV_SegmentInformation".encode("utf-16-le"), DOCUMENT),
    "DocuWorks": (b"\x60\x0e\x82\x01\x0a\x80\x03\x00\xc0\x13" + bytes(60), DOCUMENT),
    "film of a telephone": (b"\x00\x00\x00\x18ftypmp42" + bytes(60), DOCUMENT),
    "film of a Mac": (b"\x00\x00\x00\x14ftypqt  " + bytes(60), DOCUMENT),
    "RTF": (b"{\\rtf1\\ansi", DOCUMENT),
    "Word 97": (OLE + "WordDocument".encode("utf-16-le"), DOCUMENT),
    "PowerPoint 97": (OLE + "PowerPoint Document".encode("utf-16-le"), DOCUMENT),
    "Word": (
        office("word/document.xml", f"{_OFFICE}.wordprocessingml.document.main+xml"),
        DOCUMENT,
    ),
    "PowerPoint": (
        office("ppt/presentation.xml", f"{_OFFICE}.presentationml.presentation.main+xml"),
        DOCUMENT,
    ),
    "OpenDocument text": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.text"}),
        DOCUMENT,
    ),
    "zip": (zipped({"102016-1_前橋市_事前課題.xlsx": "PK"}), CONTAINER),
    "7z": (b"7z\xbc\xaf\x27\x1c" + bytes(60), CONTAINER),
    "LZH": (b"\x21\x0c-lh5-" + bytes(60), CONTAINER),
    "winmail.dat": (b"\x78\x9f\x3e\x22" + bytes(60), CONTAINER),
    "first of several zip files": (b"PK\x07\x08PK\x03\x04" + bytes(60), CONTAINER),
    "mail": (mail(), CONTAINER),
    "mail behind a mark of UTF-8": (b"\xef\xbb\xbf\r\n" + mail(), CONTAINER),
    "mail as a mailbox keeps it": (
        b"From a@b.example Mon Sep 14 10:00:00 2026\n" + mail(),
        CONTAINER,
    ),
    "mail behind the lines of many servers": (SERVERS + mail(), CONTAINER),
    "draft without a sender": (
        b"X-Unsent: 1\r\nTo: iryo@pref.example\r\nMIME-Version: 1.0\r\n\r\n",
        CONTAINER,
    ),
    "Outlook message": (OLE + "__properties_version1.0".encode("utf-16-le"), CONTAINER),
    "Excel 97": (old_files.xls([(1, 1, "回答")]), OLD),
    "Excel 97 with a Word document in it": (
        old_files.ole({"WordDocument": b"", "Workbook": old_files.xls_stream([(1, 1, "回答")])}),
        OLD,
    ),
    "Excel 97 cut off": (old_files.xls([(1, 1, "回答")])[:600], RefusalCode.DAMAGED),
    "OLE container of another program": (old_files.ole({"Catalog": b""}), NO_BOOK),
    "Outlook message with a protected book": (
        OLE
        + "EncryptedPackage".encode("utf-16-le")
        + "__properties_version1.0".encode("utf-16-le"),
        CONTAINER,
    ),
    "OpenDocument spreadsheet": (old_files.ods(old_files.ods_row(old_files.ods_cell("回答"))), OLD),
    "OpenDocument spreadsheet without its contents": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}),
        RefusalCode.DAMAGED,
    ),
    "a text with words of a mail further down": (
        "回答: はい\n\nFrom: 前橋市\nTo: 県\nSubject: 回答\nDate: 9/14\n".encode(),
        NO_BOOK,
    ),
    "a program that unpacks itself": (b"MZ\x90\x00" + zipped({"a.xlsx": "PK"}), NO_BOOK),
    "a text that only begins like a mail": ("From: 前橋市\n\n回答です。".encode(), NO_BOOK),
    "program": (b"MZ\x90\x00" + bytes(60), NO_BOOK),
}


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_are_told_by_content(kind: str) -> None:
    """Each has its own door, with no name to go by; old spreadsheets and unknown files keep theirs."""
    data, expected = KINDS[kind]
    read = read_workbook(data)
    assert isinstance(read, Refusal)
    assert read.code is expected
    assert read.detail


def test_workbook_with_a_sheet_called_word_is_a_workbook() -> None:
    """The positive control: a real workbook passes, whatever words stand in it."""
    import openpyxl

    book = openpyxl.Workbook()
    book.active.title = "word"
    book.active["A1"] = "%PDF From: a To: b Subject: c"
    buffer = io.BytesIO()
    book.save(buffer)
    assert isinstance(read_workbook(buffer.getvalue()), RawBook)


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("回答.txt", "医師会との定例会".encode("cp932"), True),
        ("回答.TXT", "医師会との定例会".encode(), True),
        ("回答.csv", "医師会".encode("utf-16"), True),
        ("回答.txt", b"\x00\x01\x02\x80", False),
        ("回答.xlsx", "医師会との定例会".encode(), False),
    ],
)
def test_a_text_needs_both_its_name_and_its_bytes(name: str, data: bytes, expected: bool) -> None:
    """Bytes that are no text, and text that calls itself a workbook, are none."""
    assert is_plain_text(name, data) is expected
