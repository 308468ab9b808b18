"""What a file is, by its first bytes; names and extensions are never believed alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

from xlsx_pdca.rawbook import RefusalCode


@dataclass(frozen=True)
class FileKind:
    name: str
    """English, for the ledger."""
    code: RefusalCode | None
    """Why it is no workbook; None for a zip package, which may be one."""


ZIP = FileKind("zip package", None)
MAIL = FileKind("mail message", RefusalCode.CONTAINER)
OUTLOOK = FileKind("Outlook message", RefusalCode.CONTAINER)
WINMAIL = FileKind("TNEF attachment of a mail (winmail.dat)", RefusalCode.CONTAINER)
# The name of an old format ends with the suffix such files have.
OLD_BOOK = FileKind("OLE container (.xls)", RefusalCode.OLD_FORMAT)
OLD_SHEET = FileKind("worksheet without a container (.xls)", RefusalCode.OLD_FORMAT)
SEALED = FileKind("S/MIME: encrypted or signed data", RefusalCode.SEALED)
XML_BOOK = FileKind("spreadsheet in one XML file (.xml)", RefusalCode.OLD_FORMAT)

_PAPER, _HOLDER, _NONE = RefusalCode.DOCUMENT, RefusalCode.CONTAINER, RefusalCode.NOT_A_WORKBOOK
# the last one begins an archive that was meant to be in several files
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")
_TNEF = b"\x78\x9f\x3e\x22"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# In this order: a message may hold an encrypted book, a workbook a Word document, and what may be an answer goes first.
_OLE_STREAMS = (
    ("__properties_version1.0", OUTLOOK),
    (
        "EncryptedPackage",
        FileKind("OLE container with an encrypted package", RefusalCode.ENCRYPTED),
    ),
    ("Workbook", OLD_BOOK),
    ("WordDocument", FileKind("Word document", _PAPER)),
    ("PowerPoint Document", FileKind("PowerPoint document", _PAPER)),
    ("\x04JSRV_SegmentInformation", FileKind("Ichitaro document", _PAPER)),
)
# BIFF 2 to 4 stand bare in the file, without an OLE container
_BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_FLAT_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_HEIF = (b"hei", b"hev", b"mif1", b"msf1", b"avif")
_FILM = (b"mp4", b"isom", b"iso2", b"avc1", b"M4V", b"MSNV", b"qt  ", b"3gp", b"dash")
_SIGNATURES = (
    (0, b"%PDF", "PDF", _PAPER),
    (0, b"\xff\xd8\xff", "JPEG picture", _PAPER),
    (0, b"\x89PNG", "PNG picture", _PAPER),
    (0, b"GIF8", "GIF picture", _PAPER),
    (0, b"BM", "bitmap picture", _PAPER),
    (0, b"II*\x00", "TIFF picture", _PAPER),
    (0, b"MM\x00*", "TIFF picture", _PAPER),
    (8, b"WEBP", "WebP picture", _PAPER),
    *((4, b"ftyp" + brand, "HEIF picture", _PAPER) for brand in _HEIF),
    *((4, b"ftyp" + brand, "film (MP4)", _PAPER) for brand in _FILM),
    (0, b"{\\rtf", "RTF document", _PAPER),
    (0, b"\x60\x0e\x82\x01", "DocuWorks document", _PAPER),
    (0, b"PK\x07\x08", "first of several files of a zip archive", _HOLDER),
    (0, b"7z\xbc\xaf", "7z archive", _HOLDER),
    (0, b"Rar!", "RAR archive", _HOLDER),
    (0, b"\x1f\x8b", "gzip archive", _HOLDER),
    (0, b"BZh", "bzip2 archive", _HOLDER),
    (0, b"\xfd7zXZ", "xz archive", _HOLDER),
    (0, b"MSCF", "cabinet archive", _HOLDER),
    (2, b"-lh", "LZH archive", _HOLDER),
    (257, b"ustar", "tar archive", _HOLDER),
    # also one that unpacks itself: nothing here runs or opens it
    (0, b"MZ", "Windows program", _NONE),
)
_MAIL_HEAD = re.compile(rb"(?:From [^\r\n]*[\r\n]+)?[!-9;-~]+[ \t]*:")
_MAIL_FIELDS = re.compile(
    rb"(?:\A|(?<=[\r\n]))(from|sender|to|cc|subject|date|received|message-id|mime-version|content-type|return-path"
    rb"|delivered-to|reply-to|dkim-signature|arc-seal|authentication-results|x-mailer|x-unsent)[ \t]*:",
    re.I,
)
# ContentInfo of RFC 5652 and 5083: signed, enveloped, digested, encrypted, compressed, enveloped with a seal
_SEALED = re.compile(
    rb"\x30(?:[\x00-\x80]|\x81.|\x82..|\x83...|\x84....)"
    rb"\x06(?:\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07[\x02-\x06]|\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01[\x09\x17])",
    re.S,
)
_HEADER_END = re.compile(rb"\r?\n\r?\n|\r\r")
_MAIL_HEAD_BYTES = 64 << 10
_ENOUGH_FIELDS = 3
_LOOKED_AT = 4096


def kind_of(data: bytes) -> FileKind:
    """The kind these bytes begin as; what nothing is known of is no workbook."""
    if data.startswith(_ZIP):
        return ZIP
    if data.startswith(_OLE):
        return _ole_kind(data)
    if data.startswith(_TNEF):
        return WINMAIL
    if _SEALED.match(data):
        return SEALED
    head = data[:_LOOKED_AT]
    if data.startswith(_BARE_BIFF):
        return OLD_SHEET
    if _FLAT_XML in head:
        return XML_BOOK
    for at, magic, name, code in _SIGNATURES:
        if data.startswith(magic, at):
            return FileKind(name, code)
    if _is_mail(data):
        return MAIL
    return FileKind("text" if b"\0" not in head else "unknown kind of file", _NONE)


def _ole_kind(data: bytes) -> FileKind:
    """Directory entries hold their names in UTF-16, so a search is enough to tell them apart."""
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return kind
    return OLD_BOOK


def _is_mail(data: bytes) -> bool:
    """A saved message begins with its header, which names several of the usual fields.

    Servers put thousands of bytes of their own before the sender's.
    """
    head = data[:_MAIL_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    header = _HEADER_END.split(head, maxsplit=1)[0]
    fields = {field.lower() for field in _MAIL_FIELDS.findall(header)}
    return _MAIL_HEAD.match(header) is not None and len(fields) >= _ENOUGH_FIELDS
