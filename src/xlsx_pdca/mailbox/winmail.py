"""winmail.dat: the attachments that Outlook packs into one (TNEF, MS-OXTNEF) when it takes the receiver for an Outlook."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from xlsx_pdca.cells import visible_name
from xlsx_pdca.contents import ContainerKind, Contents, Part
from xlsx_pdca.mailbox.charsets import decode
from xlsx_pdca.mailbox.leaves import is_picture
from xlsx_pdca.rawbook import Refusal, RefusalCode

SIGNATURE = b"\x78\x9f\x3e\x22"
ATTACHMENTS = 1_000
PROPERTIES = 10_000
_CODEPAGE, _BEGINS, _TITLE = 0x00069007, 0x00069002, 0x00018010
_DATA, _PROPERTIES = 0x0006800F, 0x00069005
_LONG_NAME, _DISPLAY_NAME, _OBJECT = 0x3707, 0x3001, 0x3701
_CONTENT_ID, _HIDDEN, _RENDERED, _SHOWN_IN_TEXT = 0x3712, 0x7FFE, 0x3714, 0x4
_IID = 16
"""Bytes before an object within, that tell its kind."""


@dataclass
class _Attachment:
    title: bytes = b""
    data: bytes | None = None
    properties: Mapping[int, str | bytes] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)


def open_winmail(data: bytes) -> Contents | Refusal:
    """The attachments within, byte for byte; no Letter, for sender and words stand in the mail around it."""
    if not data.startswith(SIGNATURE):
        return Refusal(RefusalCode.DAMAGED, "not a TNEF stream")
    label = ""
    defects: list[str] = []
    attachments: list[_Attachment] = []
    for tag, value, defect in _attributes(data):
        if tag == _CODEPAGE and len(value) >= 4:
            label = f"cp{struct.unpack_from('<I', value)[0]}"
        elif tag == _BEGINS:
            attachments.append(_Attachment())
        elif attachments:
            _take(attachments[-1], tag, value, label)
        if defect:
            (attachments[-1].defects if attachments else defects).append(defect)
            defects.append(defect)
        if len(attachments) > ATTACHMENTS:
            return Refusal(RefusalCode.HOSTILE, f"more than {ATTACHMENTS} attachments")
    parts = tuple(_part(attachment, label) for attachment in attachments)
    return Contents(ContainerKind.MAIL, parts, defects=tuple(dict.fromkeys(defects)))


def _attributes(data: bytes) -> Iterator[tuple[int, bytes, str]]:
    """(id, value, defect) of each attribute; what is cut off is told with the last one."""
    at = 6
    while at < len(data):
        if at + 9 > len(data):
            yield 0, b"", "winmail.dat is cut off"
            return
        _, tag, size = struct.unpack_from("<BII", data, at)
        value = data[at + 9 : at + 9 + size]
        told = data[at + 9 + size : at + 11 + size]
        at += 11 + size
        if len(value) < size or len(told) < 2:
            yield tag, value, "winmail.dat is cut off"
        elif sum(value) & 0xFFFF != int.from_bytes(told, "little"):
            yield tag, value, "a checksum of winmail.dat is wrong"
        else:
            yield tag, value, ""


def _take(attachment: _Attachment, tag: int, value: bytes, label: str) -> None:
    if tag == _TITLE:
        attachment.title = value.split(b"\0", 1)[0]
    elif tag == _DATA:
        attachment.data = value
    elif tag == _PROPERTIES:
        try:
            attachment.properties = dict(_properties(value, label))
        except (struct.error, ValueError):
            attachment.defects.append("properties of winmail.dat cannot be read")


def _part(attachment: _Attachment, label: str) -> Part:
    found = attachment.properties
    title = decode(attachment.title, label).text
    names = (found.get(_LONG_NAME), title, found.get(_DISPLAY_NAME))
    name = visible_name(next((n for n in names if isinstance(n, str) and n), ""))
    data, within = attachment.data, found.get(_OBJECT)
    # a message within is a stream like this one, and stands among the properties
    if isinstance(within, bytes) and within[_IID:].startswith(SIGNATURE):
        data = within[_IID:]
    if data is None:
        return Part(name, defect="its bytes are missing in winmail.dat")
    is_inline = is_picture(data) and (
        bool(_number(found.get(_HIDDEN)))
        or bool(found.get(_CONTENT_ID) and _number(found.get(_RENDERED)) & _SHOWN_IN_TEXT)
    )
    return Part(name, data, inline=is_inline, defect="; ".join(dict.fromkeys(attachment.defects)))


def _number(value: str | bytes | None) -> int:
    return int.from_bytes(value[:4], "little") if isinstance(value, bytes) else 0


_FIXED = {0x02: 4, 0x0B: 4, 0x03: 4, 0x04: 4, 0x0A: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x14: 8}
_FIXED |= {0x40: 8, 0x48: 16, 0x01: 0}
_STRING8, _UNICODE, _VARIABLE = 0x1E, 0x1F, (0x1E, 0x1F, 0x102, 0x0D)
_SEVERAL = 0x1000


def _properties(data: bytes, label: str) -> Iterator[tuple[int, str | bytes]]:
    """(id, first value) of each MAPI property; struct.error or ValueError where they break off."""
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(min(count, PROPERTIES)):
        kind, tag = struct.unpack_from("<HH", data, at)
        at = _after_name(data, at + 4) if tag >= 0x8000 else at + 4
        plain = kind & ~_SEVERAL
        values = 1
        if kind & _SEVERAL or plain in _VARIABLE:
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
            if values > len(data) or plain == 0x01:
                raise ValueError("more values than bytes")
        for number in range(values):
            value, at = _value(data, at, plain)
            if number == 0:
                yield tag, _text(value, plain, label)


def _after_name(data: bytes, at: int) -> int:
    """Past the GUID and the number or name of a named property."""
    kind, size = struct.unpack_from("<II", data, at + 16)
    return at + 24 if kind == 0 else at + 24 + _padded(size)


def _value(data: bytes, at: int, kind: int) -> tuple[bytes, int]:
    if kind in _VARIABLE:
        (size,) = struct.unpack_from("<I", data, at)
        start, after = at + 4, at + 4 + _padded(size)
    elif kind in _FIXED:
        size, start, after = _FIXED[kind], at, at + _FIXED[kind]
    else:
        raise ValueError(f"unknown type {kind:#x}")
    if start + size > len(data):
        raise ValueError("cut off")
    return data[start : start + size], after


def _padded(size: int) -> int:
    return -(-size // 4) * 4


def _text(value: bytes, kind: int, label: str) -> str | bytes:
    if kind == _UNICODE:
        return value[: len(value) // 2 * 2].decode("utf-16-le", "replace").rstrip("\0")
    return decode(value.rstrip(b"\0"), label).text if kind == _STRING8 else value
