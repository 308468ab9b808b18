"""A mail of ours written as bytes: plain text, Japanese names of files that every mail program shows, always the same bytes."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.charset import BASE64, Charset
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import quote

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
_WORD = 39
"""Bytes in an encoded word: with `Subject: ` before it the line is no longer than _LINE."""
_LONGEST = 900
"""A line that holds a name may be longer than others, but servers break or refuse lines of more than 998."""
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANK = re.compile(r"[^\S\u3000]+")
"""Line ends and the like; the wide blank is a character of Japanese names and stays what it is."""


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
    text.set_payload(_LINE_END.sub("\r\n", mail.body), _TEXT)
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
    message["From"] = f"{_words(mail.sender_name)}\r\n <{mail.sender}>".lstrip()
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
    """A header text as encoded words, each of them whole characters and no longer than a line.

    Some programs put the words together before they decode them, and what follows a padded one is lost to them
    (GMime 3.2). So only the last is padded; a sign that makes that impossible stands alone, in the other encoding.
    """
    return "\r\n ".join(_pieces(_BLANK.sub(" ", text).strip(" ")))


def _pieces(text: str) -> Iterator[str]:
    while text:
        fits = full = size = 0
        for count, sign in enumerate(text, 1):
            size += len(sign.encode())
            if size > _WORD:
                break
            fits, full = count, full if size % 3 else count
        end = fits if fits == len(text) else full
        data = text[: end or 1].encode()
        yield (
            f"=?utf-8?b?{b64encode(data).decode()}?="
            if end
            else f"=?utf-8?q?={data.hex('=').upper()}?="
        )
        text = text[end or 1 :]


def _part(enclosure: Enclosure) -> Message:
    """An attachment; its name in both ways, since some programs read only the one or the other."""
    suffix = enclosure.name[enclosure.name.rfind(".") :].lower()
    kind = _TYPES.get(suffix, "application/octet-stream")
    part = Message(policy=_POLICY)
    part["Content-Type"] = f'{kind};\r\n name="{_quoted(enclosure.name)}"'
    part["Content-Disposition"] = f"attachment; {_percented(enclosure.name)}"
    part.set_payload(enclosure.data)
    encode_base64(part)
    return part


def _quoted(name: str) -> str:
    # a quoted parameter is not folded: some programs take the fold for a part of the name
    words = _words(name)
    line = words.replace("\r\n", "")
    return line if len(line) <= _LONGEST else words


def _percented(name: str) -> str:
    """The name by RFC 2231; one that is too long for a line in numbered pieces of whole characters."""
    codes = [quote(sign, safe="") for sign in name]
    whole = f"filename*=utf-8''{''.join(codes)}"
    if len(whole) <= _LONGEST:
        return whole
    pieces = ["utf-8''"]
    for code in codes:
        if len(pieces[-1]) + len(code) > _LINE - len(" filename*999*=;"):
            pieces.append("")
        pieces[-1] += code
    return ";\r\n ".join(f"filename*{n}*={piece}" for n, piece in enumerate(pieces))
