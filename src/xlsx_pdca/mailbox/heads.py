"""Who sent a mail, and when, as its header claims; what cannot be read is empty, never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

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
    r""""((?:[^"\\]|\\.?)*+)(?:"|\Z)|<([^<>]*)(?:>|\Z)|(\()|([,;])|([^"<(,;]+|.)""", re.DOTALL
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


_DATE = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s*)?([0-9]{1,2})\s+([A-Za-z]{3})[a-z]*\.?\s+([0-9]{4}|[0-9]{2})\s+"
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?\s+([+-][0-9]{4}|[A-Za-z]{1,4})\b"
)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[+-][0-9]{2}:[0-9]{2}")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ZONES = {"jst": 9, "gmt": 0, "utc": 0, "ut": 0, "z": 0}
"""Names that mean one thing only; others are used for several places, and RFC 5322 knows nothing of most."""


def iso_date(raw: bytes) -> str:
    """ISO 8601 with offset of a Date header; "" where it has no offset or is none."""
    text = header_text(raw)
    found = _DATE.match(text)
    try:
        if found:
            return _moment(*found.groups()).isoformat()
        return datetime.fromisoformat(text).isoformat() if _ISO.fullmatch(text) else ""
    except (ValueError, KeyError):
        return ""


def _moment(
    day: str, month: str, year: str, hour: str, minute: str, second: str | None, zone: str
) -> datetime:
    """The point in time; ValueError or KeyError where there is none."""
    if len(year) == 2:
        year = f"20{year}" if int(year) < 50 else f"19{year}"
    hours, minutes = (_ZONES[zone.lower()], 0) if zone.isalpha() else (int(zone[:3]), int(zone[3:]))
    if minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=-minutes if zone[0] == "-" else minutes)
    date = (int(year), _MONTHS.index(month.lower()) + 1, int(day))
    # a leap second is the last one of its minute
    seconds = 59 if second == "60" else int(second or 0)
    return datetime(*date, int(hour), int(minute), seconds, tzinfo=timezone(offset))


def message_id(raw: bytes) -> str:
    """The id with its angle brackets, as other mails refer to it."""
    text = header_text(raw)
    found = re.search(r"<[^<>]*>", text)
    return found[0] if found else text
