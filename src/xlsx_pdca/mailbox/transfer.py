"""Transfer encodings of mail: exactly the bytes that base64, quoted-printable and uuencode say, and what is broken in them."""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

CUT_OFF = "base64 is cut off"


class Transferred(NamedTuple):
    data: bytes
    defect: str = ""
    """English; "" where the encoding is whole."""


class Enclosed(NamedTuple):
    """A file written into the text of a mail by uuencode."""

    name: bytes
    file: Transferred


def decode_transfer(body: bytes, encoding: str) -> Transferred:
    """The bytes behind a Content-Transfer-Encoding; unknown ones leave the body as it is."""
    match encoding:
        case "" | "7bit" | "8bit" | "binary" | "7bits" | "8bits":
            return Transferred(body)
        case "base64":
            return _base64(body)
        case "quoted-printable":
            return _quoted_printable(body)
        case "x-uuencode" | "uuencode" | "x-uue" | "uue":
            _, files = split_uuencoded(body)
            return files[0].file if files else Transferred(body, "uuencode without its beginning")
        case _:
            return Transferred(body, f"unknown transfer encoding {encoding[:40]!r}")


_BLANKS = b" \t\r\n\f\v"
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_FOREIGN = bytes(b for b in range(256) if b not in _ALPHABET + b"=")


def _base64(body: bytes) -> Transferred:
    packed = body.translate(None, _BLANKS)
    try:
        return Transferred(binascii.a2b_base64(packed, strict_mode=True))
    except binascii.Error:
        return _broken_base64(packed)


_PIECES = 100_000
"""With padding of their own; programs that pad every line make about so many of 5 MB."""


def _broken_base64(packed: bytes) -> Transferred:
    """As much as can be had: foreign signs skipped, pieces with padding of their own joined."""
    clean = packed.translate(None, _FOREIGN)
    pieces = [p for p in re.split(rb"=+", clean, maxsplit=_PIECES) if p]
    data = b"".join(_piece(p.replace(b"=", b"")) for p in pieces)
    if len(clean) < len(packed):
        return Transferred(data, "base64 has signs that do not belong there")
    if len(pieces) > 1:
        return Transferred(data, "base64 goes on after its end")
    return Transferred(data, CUT_OFF)


def _piece(piece: bytes) -> bytes:
    whole = piece[: len(piece) - 1] if len(piece) % 4 == 1 else piece
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


_SOFT_BREAK = re.compile(rb"=[ \t]*+(?:\r\n|\n|\r|\Z)")
_TRAILING = re.compile(rb"(?<![ \t])[ \t]++(?=\r|\n|\Z)")
_LONE = re.compile(rb"=(?![0-9A-Fa-f]{2})")


def _quoted_printable(body: bytes) -> Transferred:
    # a2b_qp swallows what follows a soft break at a bare CR, so breaks are taken out before
    joined = body.replace(b"=\r\n", b"").replace(b"=\n", b"")
    lines = _TRAILING.sub(b"", _SOFT_BREAK.sub(b"", joined))
    is_broken = _LONE.search(lines) is not None
    defect = "quoted-printable has a = that says nothing" if is_broken else ""
    return Transferred(binascii.a2b_qp(lines), defect)


_BEGIN = re.compile(
    rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,500})\r?\n(?=[ -`]{2,61}\r?\n|[`= ]?\r?\n(?:end|====))",
    re.MULTILINE,
)
_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.MULTILINE)


ENCLOSED = 200
"""Files within one text; what comes after them stays text."""


def split_uuencoded(text: bytes) -> tuple[bytes, tuple[Enclosed, ...]]:
    """A text without the uuencoded files in it, and those files; text that only says "begin" stays text."""
    kept: list[bytes] = []
    files: list[Enclosed] = []
    position = 0
    while len(files) < ENCLOSED and (begin := _BEGIN.search(text, position)):
        end = _END.search(text, begin.end())
        body = text[begin.end() : end.start() if end else len(text)]
        kept.append(text[position : begin.start()])
        position = end.end() if end else len(text)
        files.append(Enclosed(begin[1].strip(), _uuencoded(begin[0], body, whole=end is not None)))
    kept.append(text[position:])
    return b"".join(kept), tuple(files)


def _uuencoded(begin: bytes, body: bytes, *, whole: bool) -> Transferred:
    if begin.startswith(b"begin-base64"):
        data, defect = _base64(body)
        return Transferred(data, defect or ("" if whole else "uuencode is cut off"))
    lines: list[bytes] = []
    defects = [] if whole else ["uuencode is cut off"]
    for line in body.splitlines():
        if not line.strip():
            continue
        try:
            lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            defects.append("uuencode has a broken line")
    return Transferred(b"".join(lines), defects[0] if defects else "")
