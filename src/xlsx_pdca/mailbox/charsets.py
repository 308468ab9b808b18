"""Bytes in the character sets of Japanese mail, as the programs that wrote them meant them; nothing here raises."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Decoded(NamedTuple):
    text: str
    sure: bool
    """False where characters could not be read (U+FFFD stands for them) or the set was a guess that failed."""


def decode(data: bytes, label: str = "") -> Decoded:
    """Text of bytes labelled with a character set; where the label is missing, unknown or wrong, what fits instead."""
    name = label.strip().strip("'\"").lower().replace("_", "-")
    reader = _READERS.get(name) or _plain_reader(name)
    if reader is not None:
        text = reader(data)
        if text is not None:
            return Decoded(text, True)
    guess = _guessed(data)
    if guess is not None:
        return Decoded(guess, True)
    return Decoded(data.decode(_LOOSE.get(name, "utf-8"), "replace"), False)


def is_known(label: str) -> bool:
    """Whether texts labelled so can be read by their label."""
    name = label.strip().strip("'\"").lower().replace("_", "-")
    return name in _READERS or _plain_reader(name) is not None


def _guessed(data: bytes) -> str | None:
    """JIS by its escapes, then UTF-8, then CP932, then EUC; the first that fits without remainder."""
    for reader in (_jis, _utf8, _cp932, _euc) if b"\x1b" in data else (_utf8, _cp932, _euc):
        text = reader(data)
        if text is not None:
            return text
    return None


def _ascii(data: bytes) -> str | None:
    return None if b"\x1b" in data else _strict(data, "ascii")


def _utf8(data: bytes) -> str | None:
    return _strict(data, "utf-8-sig")


_NO_CHARACTER = re.compile("[\x80\xa0\uf8f0-\uf8f3]")
"""Single bytes that Python's cp932 lets pass though they are no characters."""


def _cp932(data: bytes) -> str | None:
    text = _strict(data, "cp932")
    return None if text is None or _NO_CHARACTER.search(text) else text


def _euc(data: bytes) -> str | None:
    """EUC-JP; rows of NEC and IBM, which the codec does not know, by way of CP932."""
    text = _strict(data, "euc_jp")
    if text is not None:
        return text
    pieces = []
    for piece in re.split(rb"((?:[\xa1-\xfe]{2})+)", data):
        double = piece[:1] >= b"\xa1"
        read = _double(bytes(b & 0x7F for b in piece)) if double else _strict(piece, "euc_jp")
        if read is None:
            return None
        pieces.append(read)
    return "".join(pieces)


_ESCAPE = re.compile(rb"(\x1b(?:\$\([@A-Z]|\$[@AB]|\([A-Z]|&@)|[\x0e\x0f\r\n])")
_ASCII_STATES = (b"\x1b(B", b"\x1b(J", b"\x1b(H", b"\x0f", b"\r", b"\n")
_KANA_STATES = (b"\x1b(I", b"\x0e")


def _jis(data: bytes) -> str | None:
    """ISO-2022-JP with everything Japanese mail programs put into it; None where a byte has no meaning.

    The codecs of Python know neither ① nor ㈱ nor 髙 (rows of NEC and IBM), so JIS becomes Shift_JIS,
    and that is read as CP932.
    """
    reader: Callable[[bytes], str | None] = _single
    texts = []
    for piece in _ESCAPE.split(data):
        if _ESCAPE.fullmatch(piece):
            reader = _reader_after(piece, reader)
            texts.append(piece.decode("ascii") if piece in (b"\r", b"\n") else "")
            continue
        text = reader(piece)
        if text is None:
            return None
        texts.append(text)
    return "".join(texts)


def _reader_after(
    escape: bytes, before: Callable[[bytes], str | None]
) -> Callable[[bytes], str | None]:
    if escape in _ASCII_STATES:
        return _single
    if escape in _KANA_STATES:
        return _kana
    if escape == b"\x1b&@":
        return before
    return _SETS.get(escape, _unknown)


def _single(data: bytes) -> str | None:
    """ASCII, and half-width katakana sent with eight bits."""
    return None if b"\x1b" in data or re.search(rb"[\x80-\xa0\xe0-\xff]", data) else _cp932(data)


def _kana(data: bytes) -> str | None:
    return _cp932(bytes(b | 0x80 if 0x21 <= b <= 0x5F else b for b in data))


def _double(data: bytes) -> str | None:
    """JIS X 0208 with the rows of NEC and IBM and 外字, two bytes a character."""
    if len(data) % 2:
        return None
    shifted = bytearray()
    for high, low in zip(data[::2], data[1::2], strict=True):
        if not (0x21 <= high <= 0x98 and 0x21 <= low <= 0x7E):
            return None
        lead = (high - 0x21) // 2 + 0x81
        shifted.append(lead if lead <= 0x9F else lead + 0x40)
        trail = low + (0x7E if high % 2 == 0 else 0x1F)
        shifted.append(trail + (1 if high % 2 and trail >= 0x7F else 0))
    return _cp932(bytes(shifted))


def _eight_bit(data: bytes) -> bytes:
    return bytes(b | 0x80 for b in data)


def _supplement(data: bytes) -> str | None:
    """JIS X 0212."""
    if len(data) % 2:
        return None
    pairs = (_eight_bit(data[i : i + 2]) for i in range(0, len(data), 2))
    return _strict(b"".join(b"\x8f" + pair for pair in pairs), "euc_jp")


def _plane_1(data: bytes) -> str | None:
    """JIS X 0213."""
    return _strict(_eight_bit(data), "euc_jis_2004")


def _plane_2(data: bytes) -> str | None:
    if len(data) % 2:
        return None
    pairs = (_eight_bit(data[i : i + 2]) for i in range(0, len(data), 2))
    return _strict(b"".join(b"\x8f" + pair for pair in pairs), "euc_jis_2004")


def _unknown(data: bytes) -> str | None:
    return None if data else ""


_SETS: dict[bytes, Callable[[bytes], str | None]] = {
    b"\x1b$@": _double,
    b"\x1b$B": _double,
    b"\x1b$(@": _double,
    b"\x1b$(B": _double,
    b"\x1b$(D": _supplement,
    b"\x1b$(O": _plane_1,
    b"\x1b$(Q": _plane_1,
    b"\x1b$(P": _plane_2,
}


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


_FORBIDDEN = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})
"""Codecs of Python that are no character sets of mail; decoding `idna` takes quadratic time."""


def _plain_reader(name: str) -> Callable[[bytes], str | None] | None:
    if not re.fullmatch(r"[a-z][a-z0-9.:+-]{1,40}", name) or name in _FORBIDDEN:
        return None
    codec = _ALIASES.get(name, name)
    try:
        b"".decode(codec)
    except (UnicodeError, LookupError):
        return None
    return lambda data: _strict(data, codec)


_ALIASES = {
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "ks-c-5601-1987": "cp949",
    "euc-kr": "cp949",
    "unicode-1-1-utf-7": "utf-7",
}
"""Sets that are sent under the name of a smaller one."""

_JIS_NAMES = "iso-2022-jp csiso2022jp iso-2022-jp-1 iso-2022-jp-2 iso-2022-jp-3 iso-2022-jp-2004 iso-2022-jp-ext iso-2022-jp-ms cp50220 cp50221 cp50222 jis"
_CP932_NAMES = "shift-jis shift-jis-2004 sjis x-sjis ms-kanji csshiftjis windows-31j cswindows31j cp932 ms932 x-ms-cp932 windows-932"
_EUC_NAMES = "euc-jp x-euc-jp eucjp x-euc cseucpkdfmtjapanese eucjp-ms cp51932"

_READERS: dict[str, Callable[[bytes], str | None]] = {
    **dict.fromkeys(_JIS_NAMES.split(), _jis),
    **dict.fromkeys(_CP932_NAMES.split(), _cp932),
    **dict.fromkeys(_EUC_NAMES.split(), _euc),
    **dict.fromkeys(["utf-8", "utf8", "unicode-1-1-utf-8", "x-utf-8", "utf-8-sig"], _utf8),
    **dict.fromkeys(["us-ascii", "ascii", "ansi-x3.4-1968", "646"], _ascii),
}

_LOOSE = {
    **dict.fromkeys(_JIS_NAMES.split(), "iso2022_jp_ext"),
    **dict.fromkeys(_CP932_NAMES.split(), "cp932"),
    **dict.fromkeys(_EUC_NAMES.split(), "euc_jp"),
}
