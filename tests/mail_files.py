"""Writes mails byte by byte, as mail programs do and as none should; without the `email` package.

Whatever a test needs to be wrong can be written wrong: every header and every body is given as bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import TypeAlias

Headers: TypeAlias = Sequence[tuple[str, str | bytes]]

BOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

HEAD: Headers = (
    ("From", "=?UTF-8?B?5YmN5qmL5biC?= <Kenko@City.Maebashi.lg.jp>"),
    ("To", "iryo@pref.example"),
    ("Date", "Tue, 6 Oct 2026 09:05:00 +0900"),
    ("Message-ID", "<a1@city.maebashi.lg.jp>"),
    ("Subject", "report"),
    ("MIME-Version", "1.0"),
)


def word(text: str | bytes, charset: str = "UTF-8", codec: str = "") -> str:
    """An encoded word in base64."""
    data = text if isinstance(text, bytes) else text.encode(codec or charset)
    return f"=?{charset}?B?{base64.b64encode(data).decode()}?="


def q_word(text: str | bytes, charset: str = "UTF-8") -> str:
    """An encoded word in quoted-printable, every byte escaped."""
    data = text if isinstance(text, bytes) else text.encode(charset)
    return f"=?{charset}?Q?{''.join(f'={b:02X}' for b in data)}?="


def percents(text: str | bytes, charset: str = "utf-8") -> str:
    """Every byte as a percent escape."""
    data = text if isinstance(text, bytes) else text.encode(charset)
    return "".join(f"%{b:02X}" for b in data)


def base64_lines(data: bytes, width: int = 76) -> bytes:
    packed = base64.b64encode(data)
    return b"\r\n".join(packed[i : i + width] for i in range(0, len(packed), width))


def entity(headers: Headers, body: bytes = b"") -> bytes:
    """Headers, a blank line, and the body."""
    lines = [name.encode() + b": " + _bytes(value) + b"\r\n" for name, value in headers]
    return b"".join(lines) + b"\r\n" + body


def text_part(text: str | bytes, charset: str = "utf-8", kind: str = "text/plain") -> bytes:
    return entity(
        [("Content-Type", f"{kind}; charset={charset}"), ("Content-Transfer-Encoding", "8bit")],
        text if isinstance(text, bytes) else text.encode(charset),
    )


def file_part(data: bytes, *extra: tuple[str, str | bytes], kind: str = BOOK_TYPE) -> bytes:
    """An attachment in base64 with these further headers."""
    first = [] if any(name == "Content-Type" for name, _ in extra) else [("Content-Type", kind)]
    headers = [*first, *extra, ("Content-Transfer-Encoding", "base64")]
    return entity(headers, base64_lines(data))


def named(data: bytes, name: str, *extra: tuple[str, str | bytes], kind: str = BOOK_TYPE) -> bytes:
    """An attachment named by RFC 2231."""
    disposition = f"attachment; filename*=UTF-8''{percents(name)}"
    return file_part(data, ("Content-Disposition", disposition), *extra, kind=kind)


def multipart(
    parts: Sequence[bytes], kind: str = "mixed", boundary: str = "b1", head: Headers = ()
) -> bytes:
    """A closed multipart."""
    content_type = f'multipart/{kind}; boundary="{boundary}"'
    line = f"--{boundary}\r\n".encode()
    body = b"".join(line + part + b"\r\n" for part in parts)
    headers = [*head, ("Content-Type", content_type)]
    return entity(headers, body + f"--{boundary}--\r\n".encode())


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("ascii")
