"""What goes over the wire when a mail is sent: checked addresses, and the draft's own bytes in SMTP's form."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from xlsx_pdca.unit import is_mail_address

LINE = 998
"""Octets of a line that every server must take (RFC 5322 2.1.1)."""

_LINE_END = re.compile(rb"\r\n|\r|\n")
_HEAD = re.compile(rb"(?:[^\r\n]+(?:\r\n|\r|\n|\Z))*")
_FIELD = re.compile(rb"[^\r\n]+(?:\r\n|\r|\n|\Z)(?:[ \t][^\r\n]*(?:\r\n|\r|\n|\Z))*")
_MARK = re.compile(rb"(?:x-unsent|bcc|resent-bcc)[ \t]*:", re.IGNORECASE)
_DATE = re.compile(rb"date[ \t]*:", re.IGNORECASE)
_DOT = re.compile(rb"^\.", re.MULTILINE)


def without_draft_marks(draft: bytes) -> bytes:
    """The draft without its header fields X-Unsent and Bcc; every other byte as it is."""
    head, body = _parted(draft)
    return b"".join(field for field in _FIELD.findall(head) if not _MARK.match(field)) + body


def dated(mail: bytes, at: datetime) -> bytes:
    """The mail with this moment in its Date: it may have lain there for days, and stands in its reader's list by its Date."""
    head, body = _parted(mail)
    fields = _FIELD.findall(head)
    end = b"\r\n" if b"\r\n" in head else b"\n"
    now = b"Date: " + format_datetime(at).encode("ascii") + end
    return b"".join(now if _DATE.match(field) else field for field in fields) + body


def _parted(message: bytes) -> tuple[bytes, bytes]:
    """Header section and the rest, which begins with the blank line."""
    match = _HEAD.match(message)
    end = match.end() if match else 0
    return message[:end], message[end:]


@dataclass(frozen=True)
class Envelope:
    """One mail on its way: from whom, to whom, and exactly which bytes.

    ValueError for anything that could reach somebody else or say something else than intended: what stands in
    管理簿 and in drafts was checked before, so it is a fault of ours.
    """

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)

    def __post_init__(self) -> None:
        for address in (self.sender, *self.recipients):
            if not is_mail_address(
                address
            ):  # no line end, no blank, no bracket: nothing else is an address
                raise ValueError(f"no address: {address!r}")
        if not self.recipients or len(set(self.recipients)) != len(self.recipients):
            raise ValueError("every recipient once, and at least one")
        if without_draft_marks(self.raw) != self.raw:
            raise ValueError("X-Unsent and Bcc are not sent")

    @property
    def wire(self) -> bytes:
        """The mail between DATA and its last dot: each line ends with CRLF, a dot at its beginning is doubled."""
        lines = _LINE_END.sub(b"\r\n", self.raw)
        if not lines.endswith(b"\r\n"):
            lines += b"\r\n"
        return _DOT.sub(b"..", lines)

    @property
    def size(self) -> int:
        """Octets as SIZE counts them (RFC 1870 3): line ends as CRLF, without the doubled dots."""
        lines = _LINE_END.sub(b"\r\n", self.raw)
        return len(lines) + (0 if lines.endswith(b"\r\n") else 2)

    @property
    def longest_line(self) -> int:
        return max(map(len, _LINE_END.split(self.raw)))

    @property
    def has_eight_bits(self) -> bool:
        return not self.raw.isascii()

    @property
    def has_foreign_head(self) -> bool:
        """Signs beyond ASCII in the header section, which only SMTPUTF8 carries."""
        return not _parted(self.raw)[0].isascii()
