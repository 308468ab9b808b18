"""How a mail server is reached: whom to log in as, what is trusted, and what stops us in words for the officer."""

from __future__ import annotations

import re
import socket
import ssl
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from xlsx_pdca.definitions.post_settings import MailServer, Security
from xlsx_pdca.errors import OperatorError

WORDS = 300
"""Characters of a server's answer that are shown."""

_HIDDEN = "（秘密）"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class Secret:
    """A password: shown nowhere by itself, only where it is asked for by name."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __repr__(self) -> str:
        return _HIDDEN

    __str__ = __repr__

    def __format__(self, form: str) -> str:
        return format(_HIDDEN, form)

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written down")


@dataclass(frozen=True)
class Server:
    """A mail server and the login for it."""

    host: str
    port: int
    security: Security
    user: str = ""
    """Empty: no login."""
    password: Secret = Secret()  # noqa: RUF009 - frozen by having no way to change it

    protocol: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if self.user and self.security is Security.NONE:
            raise ValueError("no password goes over a line that is not encrypted")

    @classmethod
    def of(cls, setting: MailServer, password: Secret) -> Self:
        """The server 管理簿 names, with the password that stands in the environment."""
        return cls(setting.host, setting.port, setting.security, setting.user, password)

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    def harmless(self, words: bytes | str) -> str:
        """What a server said as one short line, without the password should it be in there."""
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        for said in self._spellings():
            text = text.replace(said, _HIDDEN)
        line = " ".join(_CONTROL.sub(" ", text).split())
        return line if len(line) <= WORDS else line[: WORDS - 1] + "…"

    def _spellings(self) -> tuple[str, ...]:
        """The password in the ways in which it travels."""
        plain = self.password.reveal()
        if not plain:
            return ()
        pair = f"\0{self.user}\0{plain}"
        quoted = plain.replace("\\", "\\\\").replace('"', '\\"')
        return (*(b64encode(each.encode()).decode() for each in (pair, plain)), quoted, plain)


def trust(ca_file: Path | None = None) -> ssl.SSLContext:
    """Certificates the system trusts (`SSL_CERT_FILE` is heeded), and those of a file besides; names are checked."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def check_login(server: Server) -> None:
    """Raise when a user stands there without a password, or with one that no line of a protocol can carry."""
    if server.user and not server.password:
        raise NoPassword(server)
    if _CONTROL.search(server.user + server.password.reveal()):
        raise OddPassword(server)


class ServerTrouble(OperatorError):
    """A mail server cannot be used; nothing was sent or fetched by this attempt."""


class NoPassword(ServerTrouble):
    def __init__(self, server: Server) -> None:
        name = f"PDCA_{server.protocol}_PASSWORD"
        super().__init__(
            f"{server.protocol}サーバーのパスワードがありません（環境変数 {name}）。",
            f'コマンドプロンプトで「set "{name}=パスワード"」と入力してから、同じ画面で実行してください。',
        )


class OddPassword(ServerTrouble):
    def __init__(self, server: Server) -> None:
        super().__init__(
            f"{server.protocol}サーバーの利用者名かパスワードに、改行などの使えない文字があります。",
            f"環境変数 PDCA_{server.protocol}_PASSWORD を設定し直してください。",
        )


class HostNotFound(ServerTrouble):
    def __init__(self, server: Server) -> None:
        super().__init__(
            f"{server.protocol}サーバー「{server.host}」が見つかりません。",
            f"管理簿の「設定」の「{server.protocol}サーバー」の名前と、パソコンがネットワークにつながっているかを御確認ください。",
        )


class NothingListens(ServerTrouble):
    def __init__(self, server: Server) -> None:
        super().__init__(
            f"{server.protocol}サーバー「{server.place}」に接続できません（この番号のポートは開いていません）。",
            f"管理簿の「設定」の「{server.protocol}サーバー」のポート番号を、情報システム担当の方に御確認ください。",
        )


class NoAnswer(ServerTrouble):
    def __init__(self, server: Server) -> None:
        super().__init__(
            f"{server.protocol}サーバー「{server.place}」から、時間内に応答がありませんでした。",
            f"ポート番号と「{server.protocol}の暗号化」の組合せ、通信が許可されているかを、情報システム担当の方に御確認ください。",
        )


class NotTrusted(ServerTrouble):
    def __init__(self, server: Server, why: str) -> None:
        super().__init__(
            f"{server.protocol}サーバー「{server.place}」の証明書を確かめられません（{why}）。",
            "本物のサーバーかどうかが分からないため、何も送っていません。サーバーの名前が正しいかを確かめ、庁内の認証局の証明書については情報システム担当の方にお尋ねください。",
        )


class NotEncrypted(ServerTrouble):
    def __init__(self, server: Server) -> None:
        super().__init__(
            f"{server.protocol}サーバー「{server.place}」は、「{server.security}」での暗号化に応じません。",
            f"管理簿の「設定」の「{server.protocol}の暗号化」とポート番号の組合せを御確認ください。パスワードは送っていません。",
        )


class LoginRefused(ServerTrouble):
    def __init__(self, server: Server, words: str) -> None:
        super().__init__(
            f"{server.protocol}サーバー「{server.place}」にログインできませんでした{_quoted(words)}。",
            f"管理簿の「{server.protocol}の利用者名」と、環境変数 PDCA_{server.protocol}_PASSWORD のパスワードを御確認ください。",
        )


class NotAMailServer(ServerTrouble):
    def __init__(self, server: Server, words: str = "") -> None:
        super().__init__(
            f"「{server.place}」の応答は、{server.protocol}サーバーのものではないか、接続が断られています{_quoted(words)}。",
            "サーバーの名前とポート番号を御確認ください。しばらくしてから、もう一度お試しください。",
        )


class ConnectionBroken(ServerTrouble):
    def __init__(self, server: Server, words: str = "", done: str = "") -> None:
        super().__init__(
            f"{server.protocol}サーバー「{server.place}」との通信が途切れました{_quoted(words)}。{done}",
            "ネットワークを御確認のうえ、もう一度実行してください。",
        )


def trouble(server: Server, error: OSError) -> ServerTrouble:
    """What the system said about a connection, as an exception that speaks to the officer."""
    match error:
        case ssl.SSLCertVerificationError():
            return NotTrusted(server, _certificate_fault(error))
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return ConnectionBroken(server)
        case ssl.SSLError():
            return NotEncrypted(server)
        case socket.gaierror():
            return HostNotFound(server)
        case ConnectionRefusedError():
            return NothingListens(server)
        case TimeoutError():
            return NoAnswer(server)
    return ConnectionBroken(server, server.harmless(error.strerror or ""))


# https://docs.openssl.org/3.0/man1/openssl-verification-options/ and X509_verify_cert(3)
_CERTIFICATE_FAULTS = {
    9: "まだ有効期間の前です",
    10: "有効期限が切れています",
    18: "自己署名の証明書です",
    19: "信頼されていない認証局の証明書です",
    20: "信頼されていない認証局の証明書です",
    62: "証明書のサーバー名と一致しません",
    64: "証明書のサーバー名と一致しません",
}


def _certificate_fault(error: ssl.SSLCertVerificationError) -> str:
    return _CERTIFICATE_FAULTS.get(error.verify_code, error.verify_message)


def _quoted(words: str) -> str:
    return f"（サーバーの応答：{words}）" if words else ""
