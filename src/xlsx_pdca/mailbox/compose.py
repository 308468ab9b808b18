"""A mail of ours written as bytes: plain text, Japanese names of files that every mail program shows, always the same bytes."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime
from email.charset import BASE64, Charset
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime
from hashlib import sha256

from xlsx_pdca.letters import Enclosure, Mail
from xlsx_pdca.unit import is_mail_address

_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_POLICY = compat32.clone(linesep="\r\n", max_line_length=None)
"""Header lines are folded by us, where a fold cannot part an encoded word."""
_TEXT = Charset("utf-8")
_TEXT.body_encoding = BASE64
_LINE = 76


def composed(mail: Mail, *, at: datetime, draft: bool = True) -> bytes:
    """The bytes of a mail; with `draft` Outlook opens them ready to be sent (X-Unsent).

    The same mail at the same time gives the same bytes. ValueError for an address that is none: what stands in
    管理簿 was checked when it was read, and a line end in an address would begin another header.
    """
    for address in (mail.sender, *mail.to, *mail.cc):
        if not is_mail_address(address):
            raise ValueError(f"no address: {address!r}")
    message = MIMEMultipart("mixed", boundary=f"=_{_digest(mail)}", policy=_POLICY)
    _head(message, mail, at, draft=draft)
    text = MIMENonMultipart("text", "plain", policy=_POLICY)
    text.set_payload(mail.body.replace("\n", "\r\n"), _TEXT)
    message.attach(text)
    for enclosure in mail.enclosures:
        message.attach(_part(enclosure))
    out = io.BytesIO()
    BytesGenerator(out, mangle_from_=False, policy=_POLICY).flatten(message)
    return out.getvalue()


def _digest(mail: Mail) -> str:
    """A boundary that no base64 line can hold, since it has an underline in it."""
    return sha256(mail.message_id.encode()).hexdigest()[:32]


def _head(message: Message, mail: Mail, at: datetime, *, draft: bool) -> None:
    message["From"] = f"{_words(mail.sender_name)} <{mail.sender}>".strip()
    message["To"] = _listed(mail.to)
    if mail.cc:
        message["Cc"] = _listed(mail.cc)
    message["Subject"] = _words(mail.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = mail.message_id
    if draft:
        message["X-Unsent"] = "1"


def _listed(addresses: Iterable[str]) -> str:
    return ",\r\n ".join(addresses)


def _words(text: str) -> str:
    """A header text as encoded words, each of them whole characters and no longer than a line."""
    plain = " ".join(text.split())
    return Header(plain, "utf-8", maxlinelen=_LINE, header_name="Subject").encode(linesep="\r\n")


def _part(enclosure: Enclosure) -> Message:
    """An attachment; its name in both ways, since some programs read only the one or the other."""
    suffix = enclosure.name[enclosure.name.rfind(".") :].lower()
    kind = _TYPES.get(suffix, "application/octet-stream")
    part = Message(policy=_POLICY)
    part["Content-Type"] = f'{kind};\r\n name="{_one_line(enclosure.name)}"'
    part.add_header("Content-Disposition", "attachment", filename=("utf-8", "", enclosure.name))
    part.set_payload(enclosure.data)
    encode_base64(part)
    return part


def _one_line(name: str) -> str:
    # a quoted parameter is not folded: some programs take the fold for a part of the name
    return _words(name).replace("\r\n", "")
