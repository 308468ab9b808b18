"""What a file really is, by its first bytes; names and extensions are never believed."""

from __future__ import annotations

from xlsx_pdca.workbook.parts.faults import Empty, Encrypted, NotAWorkbook, OldFormat

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_OTHER_OLE = {
    "Word document": "WordDocument",
    "PowerPoint document": "PowerPoint Document",
    "Outlook message": "__properties_version1.0",
}
# BIFF 2 to 4 stand bare in the file, without an OLE container
_BARE_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_FLAT_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_KNOWN = (
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG picture"),
    (b"\x89PNG", "PNG picture"),
    (b"GIF8", "GIF picture"),
    (b"BM", "bitmap picture"),
    (b"II*\x00", "TIFF picture"),
    (b"MM\x00*", "TIFF picture"),
    (b"Rar!", "RAR archive"),
    (b"7z\xbc\xaf", "7z archive"),
    (b"\x1f\x8b", "gzip archive"),
    (b"MZ", "Windows program"),
    (b"{\\rtf", "RTF document"),
)
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
    for magic, name in _KNOWN:
        if data.startswith(magic):
            raise NotAWorkbook(name)
    raise NotAWorkbook("text" if b"\0" not in head else "unknown kind of file")


def _stop_at_ole(data: bytes) -> None:
    """Directory entries hold their names in UTF-16, so a search is enough to tell them apart."""
    if _ENCRYPTED_STREAM in data:
        raise Encrypted("OLE container with an encrypted package")
    for name, stream in _OTHER_OLE.items():
        if stream.encode("utf-16-le") in data:
            raise NotAWorkbook(name)
    raise OldFormat("OLE container (.xls)")
