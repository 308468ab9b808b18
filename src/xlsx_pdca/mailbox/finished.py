"""A finished mail of ours read again from its bytes, by Python's own library and nothing that wrote it."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from email.message import EmailMessage


@dataclass(frozen=True)
class FinishedMail:
    """What stands in a mail as another program's library reads it."""

    heads: tuple[str, ...]
    """Names of all header lines in lower case, as often as they stand there."""
    sender: tuple[str, ...]
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    message_id: str
    body: str
    attachments: tuple[tuple[str, bytes], ...]
    """(name, bytes)."""
    others: int
    """Parts that are neither the words nor attachments, and parts that are broken."""


def read_finished(data: bytes) -> FinishedMail | None:
    """The mail, or None where it cannot be read as one of ours."""
    try:
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        parts = [part for part in message.walk() if not part.is_multipart()]
        files = [part for part in parts if part.is_attachment()]
        words = [
            part
            for part in parts
            if not part.is_attachment() and part.get_content_type() == "text/plain"
        ]
        return FinishedMail(
            heads=tuple(key.lower() for key in message),
            sender=_addresses(message, "from"),
            to=_addresses(message, "to"),
            cc=_addresses(message, "cc"),
            subject=str(message["subject"]),
            message_id=str(message["message-id"]).strip(),
            body="\n".join(_bytes_of(part).decode("utf-8") for part in words).replace("\r\n", "\n"),
            attachments=tuple((part.get_filename() or "", _bytes_of(part)) for part in files),
            others=len(parts) - len(files) - 1 + any(part.defects for part in message.walk()),
        )
    except Exception:  # the fence: whatever the library stumbles over was not written by us
        return None


def _addresses(message: EmailMessage, head: str) -> tuple[str, ...]:
    """Every address in all lines of this head."""
    lines = message.get_all(head) or []
    return tuple(address.addr_spec for line in lines for address in line.addresses)


def _bytes_of(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        raise ValueError("a part without bytes")
    return payload
