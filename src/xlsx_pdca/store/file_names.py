"""File names made of text from outside that every system can store and every program can open."""

from __future__ import annotations

import re
import unicodedata

DEFAULT_LIMIT = 80
UTF8_LIMIT = 240
"""Linux and file servers store 255 bytes; the rest is for the name of an unfinished file."""

_UNNAMED = "無題"
# < > : " / \ | ? * and the yen sign, which Japanese code pages turn into a backslash.
_FORBIDDEN = dict.fromkeys(map(ord, '<>:"/\\|?*¥'), "_")
# A blank or dot at the end is dropped by Windows, at the start it hides; ~ in front makes an owner file.
_EDGES = " \u3000.~"
_RESERVED = re.compile(
    r"(CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³]) *(\..*)?\Z", re.IGNORECASE
)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,8}\Z")


def safe_file_name(text: str, limit: int = DEFAULT_LIMIT) -> str:
    """A file name close to `text`, at most `limit` UTF-16 units and UTF8_LIMIT bytes long; its suffix is kept.

    Given such a name it returns it unchanged.
    """
    if limit < 1:
        raise ValueError("a file name needs at least one character")
    name = _cut(_clean(text), limit) or _cut(_UNNAMED, limit)
    return _cut(f"_{name}", limit) if _RESERVED.match(name) else name


def _clean(text: str) -> str:
    visible = "".join(map(_visible, text))
    composed = unicodedata.normalize("NFC", visible)  # macOS sends が as two characters
    return composed.translate(_FORBIDDEN).strip(_EDGES)


def _visible(character: str) -> str:
    """Blank for white space, nothing for what has no shape (control, direction, half a pair)."""
    if character == "\u3000":
        return character
    match unicodedata.category(character):
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Cc":
            return " " if character in "\t\n\v\f\r" else ""
        case "Cf" | "Cs" | "Cn":
            return ""
    return character


def _cut(name: str, limit: int) -> str:
    """The name cut between characters, before its suffix if that leaves room for anything."""
    suffix = _SUFFIX.search(name)
    end = suffix[0] if suffix and len(suffix[0]) < limit else ""
    stem = name.removesuffix(end)[:limit]
    while stem and not _fits(stem + end, limit):
        stem = stem[:-1]
    return (stem.rstrip(_EDGES) + end).strip(_EDGES)


def _fits(name: str, limit: int) -> bool:
    return len(name.encode("utf-16-le")) // 2 <= limit and len(name.encode()) <= UTF8_LIMIT
