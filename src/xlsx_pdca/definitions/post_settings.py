"""The lines of 設定 about sending and fetching mail by the program itself: texts → PostSettings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions.open_table import plain_signs


class Security(StrEnum):
    """How the way to a mail server is encrypted; also the words of 管理簿."""

    STARTTLS = "STARTTLS"
    TLS = "TLS"
    NONE = "なし"


@dataclass(frozen=True)
class MailServer:
    """Where a mail server is reached, and as whom; its password stands nowhere in 管理簿."""

    host: str
    port: int
    security: Security
    user: str = ""
    """Empty: the server is used without a login."""

    @property
    def written(self) -> str:
        """As 管理簿 shows it: mail.example.lg.jp:587."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True)
class PostSettings:
    """What the program may do with mail; without servers it writes drafts only."""

    sender_name: str = ""
    """差出人の表示名."""
    smtp: MailServer | None = None
    imap: MailServer | None = None
    folder: str = "INBOX"
    mails_per_minute: int = 20
    size_limit: int = 5 << 20
    """Bytes of one whole mail, as it travels."""
    remind_days: int = 3
    """再送の最小間隔."""


SMTP_PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.NONE: 25}
IMAP_PORTS = {Security.TLS: 993, Security.STARTTLS: 143}
"""Ports by way of encryption; the first one is taken where 管理簿 says nothing."""

SMTP_OPTIONS = tuple(str(each) for each in SMTP_PORTS)
IMAP_OPTIONS = tuple(str(each) for each in IMAP_PORTS)
NO_PASSWORD_IN_CLEAR = "暗号化が「なし」のときは、利用者名とパスワードを使えません（パスワードが読み取られるおそれがあります）。"

_SERVER = re.compile(r"([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)(?::([0-9]{1,5}))?")
_NUMBER = re.compile(r"([0-9]{1,4})(?:通|日|MB|メガバイト)?", re.IGNORECASE)
_RANGES = {"mails_per_minute": (1, 600), "mail_size": (1, 100), "remind_days": (0, 60)}
_SIGNS = re.compile(r"[\x00-\x1f\x7f]")


def read_post(texts: Mapping[str, str]) -> PostSettings:
    """Settings from the texts of 記入欄 by item key, all of them readable; what is blank keeps its default."""
    default = PostSettings()
    size = _number("mail_size", texts.get("mail_size", ""))
    per_minute = _number("mails_per_minute", texts.get("mails_per_minute", ""))
    days = _number("remind_days", texts.get("remind_days", ""))
    return PostSettings(
        sender_name=texts.get("sender_name", ""),
        smtp=_server("smtp", texts, SMTP_PORTS),
        imap=_server("imap", texts, IMAP_PORTS),
        folder=texts.get("imap_folder", "") or default.folder,
        mails_per_minute=default.mails_per_minute if per_minute is None else per_minute,
        size_limit=default.size_limit if size is None else size << 20,
        remind_days=default.remind_days if days is None else days,
    )


def written_post(post: PostSettings) -> dict[str, str]:
    """Texts of 記入欄 by item key; what is at its default stays blank."""
    default = PostSettings()
    texts = {"sender_name": post.sender_name}
    for way, server in (("smtp", post.smtp), ("imap", post.imap)):
        texts[f"{way}_server"] = server.written if server else ""
        texts[f"{way}_security"] = str(server.security) if server else ""
        texts[f"{way}_user"] = server.user if server else ""
    texts["imap_folder"] = "" if post.folder == default.folder else post.folder
    numbers = {
        "mails_per_minute": (post.mails_per_minute, default.mails_per_minute),
        "mail_size": (post.size_limit >> 20, default.size_limit >> 20),
        "remind_days": (post.remind_days, default.remind_days),
    }
    return texts | {key: "" if now == usual else str(now) for key, (now, usual) in numbers.items()}


def is_readable_post(key: str, text: str) -> bool:
    """Whether the text of one line can be understood; blank ones are not asked."""
    match key:
        case "smtp_server" | "imap_server":
            return _place(text) is not None
        case "smtp_security":
            return _security(text) in SMTP_PORTS
        case "imap_security":
            return _security(text) in IMAP_PORTS
        case "mails_per_minute" | "mail_size" | "remind_days":
            return _number(key, text) is not None
        case "sender_name" | "smtp_user" | "imap_user" | "imap_folder":
            return not _SIGNS.search(text)
    return True


def post_conflicts(texts: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What single lines cannot show: (key of a line that is there, what was found, what to do)."""
    smtp = _server("smtp", texts, SMTP_PORTS)
    if smtp and smtp.user and smtp.security is Security.NONE:
        yield (
            "smtp_user",
            NO_PASSWORD_IN_CLEAR,
            "「SMTPの暗号化」で「STARTTLS」か「TLS」を選ぶか、「SMTPの利用者名」を空欄にしてください。",
        )
    if _server("imap", texts, IMAP_PORTS) and not texts.get("imap_user"):
        yield (
            "imap_server",
            "「IMAPサーバー」があり、「IMAPの利用者名」が空欄です。",
            "回答が届くメールボックスの利用者名を記入するか、「IMAPサーバー」を空欄にしてください。",
        )


def _server(way: str, texts: Mapping[str, str], ports: Mapping[Security, int]) -> MailServer | None:
    place = _place(texts.get(f"{way}_server", ""))
    if place is None:
        return None
    host, port = place
    # Where only the port is given, it tells: 465 and 993 are spoken to in TLS from the first byte.
    by_port = next((each for each, usual in ports.items() if usual == port), next(iter(ports)))
    security = _security(texts.get(f"{way}_security", "")) or by_port
    return MailServer(host, port or ports[security], security, texts.get(f"{way}_user", ""))


def _place(text: str) -> tuple[str, int] | None:
    """Host and port (0: not given)."""
    match = _SERVER.fullmatch(plain_signs(text))
    if not match or ".." in match[1] or not 0 < int(match[2] or 1) < 65536:
        return None
    return match[1].lower(), int(match[2] or 0)


def _security(text: str) -> Security | None:
    return next((each for each in Security if folded(text).upper() == each), None)


def _number(key: str, text: str) -> int | None:
    match = _NUMBER.fullmatch(plain_signs(text))
    least, most = _RANGES[key]
    return int(match[1]) if match and least <= int(match[1]) <= most else None
