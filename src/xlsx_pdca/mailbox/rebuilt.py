"""A mail written anew from what was read of it, where its own bytes are no file by themselves.

Kept: sender, date, Message-ID, subject, the words as the ledger keeps them, and every part byte for byte
with its name, its defect and whether it was only shown; not kept: recipients and the looks of the text.
The same mail always gives the same bytes.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Sequence
from hashlib import sha256
from urllib.parse import quote

from xlsx_pdca.contents import Letter, Part
from xlsx_pdca.mailbox.leaves import DEFECT_HEADER, SHOWN_HEADER
from xlsx_pdca.rawbook import RefusalCode

_WORD_BYTES = 45
_LINE_BYTES = 57


def as_message(letter: Letter, parts: Sequence[Part]) -> bytes:
    """The mail in its sent form; a part that is locked stands in it as one that is locked."""
    digests = "".join(sha256(part.data).hexdigest() for part in parts)
    boundary = sha256(f"{letter!r}{digests}".encode("utf-8", "replace")).hexdigest()[:32]
    pieces = [_text(letter.text), *map(_attachment, parts)]
    lines = [*_head(letter), f'Content-Type: multipart/mixed; boundary="{boundary}"', ""]
    for piece in pieces:
        lines += [f"--{boundary}", *piece]
    return "\r\n".join([*lines, f"--{boundary}--", ""]).encode("ascii", "replace")


def _head(letter: Letter) -> Iterator[str]:
    yield f"From: {_words(letter.sender_name)} <{_bare(letter.sender)}>".replace(":  <", ": <")
    if letter.date:
        yield f"Date: {_bare(letter.date)}"
    if letter.message_id:
        yield f"Message-ID: {_words(letter.message_id)}"
    yield f"Subject: {_words(letter.subject)}"
    yield "MIME-Version: 1.0"


def _bare(text: str) -> str:
    return text if text.isascii() and text.isprintable() else _words(text)


def _words(text: str) -> str:
    """A text in encoded words, each short enough for a line."""
    if text.isascii() and text.isprintable() and "=?" not in text and len(text) < _WORD_BYTES:
        return text
    data = text.encode("utf-8", "replace")
    pieces = (data[i : i + _WORD_BYTES] for i in range(0, len(data), _WORD_BYTES))
    return "\r\n ".join(f"=?utf-8?b?{_base64(piece)}?=" for piece in pieces)


def _text(text: str) -> Iterator[str]:
    yield "Content-Type: text/plain; charset=utf-8"
    yield "Content-Transfer-Encoding: base64"
    yield ""
    yield from _lines(text.encode("utf-8", "replace"))


def _attachment(part: Part) -> Iterator[str]:
    is_locked = part.refusal is not None and part.refusal.code is RefusalCode.SEALED
    is_mail = part.data.startswith(b"From: ") and part.data.isascii()
    kind = "application/pkcs7-mime; smime-type=enveloped-data" if is_locked else _PLAIN
    yield f"Content-Type: {kind}"
    name = f"; filename*=utf-8''{quote(part.name.encode('utf-8', 'replace'))}" if part.name else ""
    yield f"Content-Disposition: attachment{name}"
    if part.inline:
        yield f"{SHOWN_HEADER}: yes"
    defect = part.defect or (part.refusal.detail if part.refusal and not is_locked else "")
    if defect:
        yield f"{DEFECT_HEADER}: {_words(defect)}"
    # a mail within stays as it is: base64 in base64 would grow with every level
    yield f"Content-Transfer-Encoding: {'7bit' if is_mail else 'base64'}"
    yield ""
    yield from [part.data.decode("ascii")] if is_mail else _lines(part.data)


_PLAIN = "application/octet-stream"


def _lines(data: bytes) -> Iterator[str]:
    for at in range(0, len(data), _LINE_BYTES):
        yield _base64(data[at : at + _LINE_BYTES])


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")
