"""Who sent a mail, and when, as its header claims; what cannot be read is empty, never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime

from xlsx_pdca.cells import visible_name
from xlsx_pdca.mailbox.attachment_names import header_text, unfolded, words_decoded

_ADDRESS = re.compile(r"[^\s<>()\[\]@,;:\"\\]+@[^\s<>()@,;:\"\\]+")


def is_address(text: str) -> bool:
    return len(text) <= 320 and _ADDRESS.fullmatch(text) is not None and text.isprintable()


def sender(raw: bytes) -> tuple[str, str]:
    """(address in lower case, name) of the first mailbox of a From header."""
    for address, name in _mailboxes(unfolded(raw)):
        is_known = is_address(address) or address.lower().startswith("/o=")
        return (visible_name(address.lower()) if is_known else "", _name(name))
    return "", ""


def _name(text: str) -> str:
    return visible_name(" ".join(words_decoded(text).text.split()))


_TOKEN = re.compile(
    r""""((?:[^"\\]|\\.)*+)(?:"|\Z)|<([^<>]*)(?:>|\Z)|(\()|([,;])|([^"<(,;]+|.)""", re.DOTALL
)


def _mailboxes(text: str) -> Iterator[tuple[str, str]]:
    """(address, name) of each mailbox; quoted texts and comments are taken as such before anything is decoded."""
    words: list[str] = []
    angle: str | None = None
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        assert token is not None
        quoted, inside, comment, separator, plain = token.groups()
        position = _after_comment(text, token.end()) if comment else token.end()
        if separator:
            if words or angle:
                yield _mailbox(words, angle)
            words, angle = [], None
        elif inside is not None:
            angle = inside
        elif not comment:
            words.append(re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else plain)
    if "".join(words).strip() or angle:
        yield _mailbox(words, angle)


def _after_comment(text: str, position: int) -> int:
    depth = 1
    while position < len(text) and depth:
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        position += 2 if text[position] == "\\" else 1
    return position


def _mailbox(words: list[str], angle: str | None) -> tuple[str, str]:
    said = "".join(words).strip()
    if angle is not None:
        return angle.strip(), said
    return (said, "") if is_address(said) else ("", said)


_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}")


def iso_date(raw: bytes) -> str:
    """ISO 8601 with offset of a Date header; "" where it has no offset or is none."""
    text = re.sub(r"\bJST\b(?!\))", "+0900", header_text(raw))
    try:
        if _ISO.fullmatch(text):
            return datetime.fromisoformat(text).isoformat(timespec="seconds")
        at: datetime = parsedate_to_datetime(text)
        # "-0000" is how a program says UTC without saying where it stands
        if at.tzinfo is None:
            return at.isoformat(timespec="seconds") + "+00:00" if "-0000" in text else ""
        return at.isoformat(timespec="seconds")
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def message_id(raw: bytes) -> str:
    """The id with its angle brackets, as other mails refer to it."""
    text = header_text(raw)
    found = re.search(r"<[^<>]*>", text)
    return found[0] if found else text
