"""Mails written line by line, as a mail program sends them; no library for mail is asked."""

from __future__ import annotations

import base64
from dataclasses import dataclass

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


@dataclass(frozen=True)
class Attached:
    name: str
    data: bytes
    kind: str = "application/octet-stream"
    cid: str = ""
    """Set for a picture that stands within the text."""


def word(text: str) -> str:
    """Japanese in a header."""
    return f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="


def mail(
    *parts: Attached,
    sender: str = "choju@maebashi.example",
    subject: str = "事前課題の提出について",
    text: str = "お世話になっております。提出します。",
    message_id: str = "<1@maebashi.example>",
    boundary: str = "b0",
) -> bytes:
    """The bytes of a saved mail; mails in one another need boundaries of their own."""
    head = (
        f"From: {word('前橋市長寿包括ケア課')} <{sender}>\r\n"
        "To: pref@gunma.example\r\n"
        f"Subject: {word(subject)}\r\n"
        "Date: Thu, 10 Sep 2026 10:00:00 +0900\r\n"
        f"Message-ID: {message_id}\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n'
    )
    html = "".join(f'<img src="cid:{each.cid}">' for each in parts if each.cid)
    body = (
        f"--{boundary}\r\nContent-Type: text/html; charset=UTF-8\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
        f"{_lines(f'<p>{text}</p>{html}'.encode())}\r\n"
    )
    attached = "".join(f"--{boundary}\r\n{_part(each)}" for each in parts)
    return f"{head}{body}{attached}--{boundary}--\r\n".encode()


def _part(each: Attached) -> str:
    inline = f"Content-ID: <{each.cid}>\r\n" if each.cid else ""
    how = "inline" if each.cid else "attachment"
    if each.kind == "message/rfc822":
        return f"Content-Type: message/rfc822\r\n\r\n{each.data.decode()}\r\n"
    return (
        f'Content-Type: {each.kind}; name="{word(each.name)}"\r\n{inline}'
        f'Content-Disposition: {how}; filename="{word(each.name)}"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n{_lines(each.data)}\r\n"
    )


def _lines(data: bytes) -> str:
    text = base64.b64encode(data).decode()
    return "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))


def forwarded(*inner: bytes, **head: str) -> bytes:
    """A mail that carries others as they came."""
    parts = [Attached("", each, "message/rfc822") for each in inner]
    return mail(*parts, **{"boundary": "outer", **head})
