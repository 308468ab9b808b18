"""Names of IMAP folders: modified UTF-7 (RFC 3501 5.1.3) both ways, and the folder an officer means by what she wrote."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass

_PLAIN_RUN = re.compile(r"([\x20-\x7e]*)([^\x20-\x7e]*)")
_SHIFTED = re.compile(r"&([A-Za-z0-9+,]*)-")
_LIST = re.compile(rb'\((?P<flags>[^)]*)\) (?:"(?P<sign>\\?.)"|NIL) (?P<name>.*)', re.DOTALL)
_LITERAL = re.compile(rb"\{[0-9]+\}$")


@dataclass(frozen=True)
class Folder:
    """One folder as the server lists it."""

    name: str
    """Decoded: what mail programs show, with `separator` between the levels."""
    separator: str
    wire: str
    """As it stands on the wire."""


def encoded(name: str) -> str:
    """A name as it goes over the wire."""
    parts = []
    for plain, foreign in _PLAIN_RUN.findall(name):
        parts.append(plain.replace("&", "&-"))
        if foreign:
            digits = b64encode(foreign.encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
            parts.append(f"&{digits}-")
    return "".join(parts)


def decoded(wire: str) -> str:
    """A name as people read it; what is no modified UTF-7 stays as it stands."""
    return _SHIFTED.sub(_unshifted, wire)


def _unshifted(match: re.Match[str]) -> str:
    digits = match[1].replace(",", "/")
    if not digits:
        return "&"
    try:
        return b64decode(digits + "=" * (-len(digits) % 4), validate=True).decode("utf-16-be")
    except ValueError:  # binascii.Error and UnicodeDecodeError are of that kind
        return match[0]


def quoted(wire: str) -> str:
    """A name, user or pattern as a quoted string; the signs that would end it are escaped."""
    return '"' + wire.replace("\\", "\\\\").replace('"', '\\"') + '"'


def listed(lines: Sequence[bytes | tuple[bytes, bytes] | None]) -> tuple[Folder, ...]:
    """Folders of a LIST answer that can hold mails, as imaplib gives its lines."""
    return tuple(folder for line in lines if (folder := _folder(line)))


def _folder(line: bytes | tuple[bytes, bytes] | None) -> Folder | None:
    if isinstance(line, tuple):  # the name came as a literal, because of signs in it
        line = _LITERAL.sub(b"", line[0]) + line[1]
        match = _LIST.fullmatch(line)
        name = match["name"] if match else b""
    else:
        match = _LIST.fullmatch(line or b"")
        name = _unquoted(match["name"]) if match else b""
    if not match or b"\\noselect" in match["flags"].lower():
        return None
    wire = name.decode("utf-8", "replace")
    separator = (match["sign"] or b"").decode("ascii", "replace").removeprefix("\\")
    return Folder(decoded(wire), separator, wire)


def _unquoted(name: bytes) -> bytes:
    if name[:1] == b'"' and name[-1:] == b'"' and len(name) > 1:
        return re.sub(rb"\\(.)", rb"\1", name[1:-1])
    return name


def meant(text: str, folders: Sequence[Folder]) -> Folder | None:
    """The one folder a text names: exactly, else with any sign between levels, else by its last level; None when it is not one."""
    for reading in (_exact, _by_levels, _by_last):
        found = [folder for folder in folders if reading(folder.name, folder.separator, text)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _exact(name: str, separator: str, text: str) -> bool:
    return name == text


def _by_levels(name: str, separator: str, text: str) -> bool:
    return _levels(name, separator) in (_levels(text, separator), _levels(text, "/"))


def _by_last(name: str, separator: str, text: str) -> bool:
    return _levels(name, separator)[-1:] == _levels(text, "\0")


def _levels(name: str, separator: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKC", name).casefold()
    return tuple(plain.split(separator) if separator else (plain,))
