"""What a file really is, by its first bytes; names and extensions are never believed alone."""

from __future__ import annotations

import re
from pathlib import PurePath

from xlsx_pdca.workbook.parts.faults import (
    Container,
    Empty,
    Encrypted,
    NotAWorkbook,
    OldFormat,
    OtherDocument,
)

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# In this order: a message may hold an encrypted book, a workbook a Word document, and what may be an answer goes first.
_OLE_STREAMS = (
    ("__properties_version1.0", "Outlook message", Container),
    ("EncryptedPackage", "OLE container with an encrypted package", Encrypted),
    ("Workbook", "OLE container (.xls)", OldFormat),
    ("WordDocument", "Word document", OtherDocument),
    ("PowerPoint Document", "PowerPoint document", OtherDocument),
)
# BIFF 2 to 4 stand bare in the file, without an OLE container
_BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_FLAT_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_DOCUMENTS = (
    (0, b"%PDF", "PDF"),
    (0, b"\xff\xd8\xff", "JPEG picture"),
    (0, b"\x89PNG", "PNG picture"),
    (0, b"GIF8", "GIF picture"),
    (0, b"BM", "bitmap picture"),
    (0, b"II*\x00", "TIFF picture"),
    (0, b"MM\x00*", "TIFF picture"),
    (8, b"WEBP", "WebP picture"),
    *(
        (4, b"ftyp" + brand, "HEIF picture")
        for brand in (b"hei", b"hev", b"mif1", b"msf1", b"avif")
    ),
    (0, b"{\\rtf", "RTF document"),
)
_CONTAINERS = (
    (0, b"7z\xbc\xaf", "7z archive"),
    (0, b"Rar!", "RAR archive"),
    (0, b"\x1f\x8b", "gzip archive"),
    (0, b"BZh", "bzip2 archive"),
    (0, b"\xfd7zXZ", "xz archive"),
    (0, b"MSCF", "cabinet archive"),
    (2, b"-lh", "LZH archive"),
    (257, b"ustar", "tar archive"),
    (0, b"\x78\x9f\x3e\x22", "TNEF attachment of a mail (winmail.dat)"),
)
_NOTHING = ((0, b"MZ", "Windows program"),)
_MAIL_HEAD = re.compile(rb"(?:From [^\n]*\n)?[!-9;-~]+:")
_MAIL_FIELDS = re.compile(
    rb"^(from|to|subject|date|received|message-id|mime-version|return-path):", re.I | re.M
)
_ENOUGH_FIELDS = 3
_TEXT_NAMES = frozenset({".txt", ".csv", ".tsv", ".htm", ".html"})
_ENCODINGS = ("utf-8", "cp932")
_LOOKED_AT = 4096


def require_package(data: bytes) -> None:
    """Pass for a zip package; everything else stops the reading and is named."""
    if not data:
        raise Empty("no bytes")
    if data.startswith(_ZIP):
        return
    if data.startswith(_OLE):
        _stop_at_ole(data)
    head = data[:_LOOKED_AT]
    if data.startswith(_BARE_BIFF) or _FLAT_XML in head:
        raise OldFormat("spreadsheet of an older format")
    for known, stop in (
        (_DOCUMENTS, OtherDocument),
        (_CONTAINERS, Container),
        (_NOTHING, NotAWorkbook),
    ):
        for at, magic, name in known:
            if data.startswith(magic, at):
                raise stop(name)
    if _is_mail(head):
        raise Container("mail message")
    raise NotAWorkbook("text" if b"\0" not in head else "unknown kind of file")


def is_plain_text(name: str, data: bytes) -> bool:
    """Whether a file is a text by its name and by every byte: a text shows no signature of its own."""
    if PurePath(name).suffix.lower() not in _TEXT_NAMES:
        return False
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _is_decodable(data, "utf-16")
    return b"\0" not in data and any(_is_decodable(data, each) for each in _ENCODINGS)


def _is_decodable(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _is_mail(head: bytes) -> bool:
    """A saved message begins with its header, which names several of the usual fields."""
    header = re.split(rb"\r?\n\r?\n", head, maxsplit=1)[0]
    fields = {field.lower() for field in _MAIL_FIELDS.findall(header)}
    return _MAIL_HEAD.match(header) is not None and len(fields) >= _ENOUGH_FIELDS


def _stop_at_ole(data: bytes) -> None:
    """Directory entries hold their names in UTF-16, so a search is enough to tell them apart."""
    for stream, name, stop in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            raise stop(name)
    raise OldFormat("OLE container (.xls)")
