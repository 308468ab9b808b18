"""One logged-in IMAP connection: what is asked of the server, and what its answers mean."""

from __future__ import annotations

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.mailbox.connecting import (
    LoginRefused,
    NotAMailServer,
    NotEncrypted,
    Server,
    ServerTrouble,
    check_login,
    trouble,
    trust,
)
from xlsx_pdca.mailbox.folder_names import Folder, encoded, listed, meant, quoted

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FOLDERS_SHOWN = 20
_HEADROOM = 64 << 10
_UID = re.compile(rb"\bUID ([0-9]+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE ([0-9]+)")
_BODY = re.compile(rb"\bBODY\[\]")
_NOTHING = re.compile(rb'\bBODY\[\] (?:""|NIL)')


class BrokenLine(Exception):
    """The connection broke; the words say how."""


class NotGiven(Exception):
    """The server will not give this one mail; its words say why."""


class TooLarge(Exception):
    """A literal is larger than anything we asked for; the connection is of no use any more."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class FolderMissing(ServerTrouble):
    def __init__(self, name: str, folders: Sequence[Folder]) -> None:
        known = sorted((each.name for each in folders), key=lambda each: (each != "INBOX", each))
        names = "".join(f"「{each}」" for each in known[:_FOLDERS_SHOWN])
        more = f"など{len(folders)}個" if len(folders) > _FOLDERS_SHOWN else ""
        super().__init__(
            f"メールボックスに、フォルダー「{name}」が1つに決まるものとして見つかりません。あるのは{names}{more}です。",
            "管理簿の「設定」の「IMAPのフォルダー」を、この中の名前に直してください。",
        )


class FolderClosed(ServerTrouble):
    def __init__(self, name: str, words: str) -> None:
        super().__init__(
            f"メールボックスのフォルダー「{name}」を開けません（サーバーの応答：{words}）。",
            "この利用者名でフォルダーを読めるかどうかを、情報システム担当の方に御確認ください。",
        )


@dataclass(frozen=True)
class OpenFolder:
    name: str
    uidvalidity: int


class _Guarded(imaplib.IMAP4):
    """Takes no literal beyond its ceiling, whatever the server announces."""

    ceiling = _HEADROOM

    def read(self, size: int) -> bytes:
        if size > self.ceiling:
            raise TooLarge(size)
        return super().read(size)


class _GuardedTls(_Guarded, imaplib.IMAP4_SSL):
    pass


@contextmanager
def opened(
    server: Server, seconds: float, context: ssl.SSLContext | None = None
) -> Iterator[ImapLine]:
    """A connection that is logged in, and out again at the end; ServerTrouble when there can be none."""
    check_login(server)
    imap = _connected(server, seconds, context or trust())
    try:
        _logged_in(server, imap)
        yield ImapLine(server, imap)
    except (BrokenLine, ServerTrouble):
        _hung_up(imap)
        raise
    except BaseException:
        _left(imap)
        raise
    _left(imap)


class ImapLine:
    def __init__(self, server: Server, imap: _Guarded) -> None:
        self._server, self._imap, self._folder = server, imap, ""

    def open(self, name: str, *, writable: bool = False) -> OpenFolder:
        """Open a folder, for reading only unless asked otherwise; its name as the server has it."""
        name = (
            "INBOX" if name.casefold() == "inbox" else name
        )  # the one name without regard to case
        found = Folder(name, "", encoded(name))
        words = self._selected(found, writable=writable)
        if words:
            folders = self._folders()
            known = meant(name, folders)
            if known is None:
                raise FolderMissing(name, folders)
            found = known
            words = self._selected(found, writable=writable)
            if words:
                raise FolderClosed(found.name, words)
        self._folder = found.name
        _, validity = self._imap.response("UIDVALIDITY")
        said = validity[0] if validity else None
        return OpenFolder(found.name, int(said) if said and said.isdigit() else 0)

    def uids(self, since: date | None) -> list[int]:
        """Numbers of the mails in the open folder, of one day and later."""
        criteria = ["ALL"]
        if since is not None:
            # A server may count days by another clock than ours: a day early is harmless, a day late is not.
            day = since - timedelta(days=1)
            criteria = ["SINCE", f"{day.day:02}-{_MONTHS[day.month - 1]}-{day.year}"]
        lines = self._listing("SEARCH", *criteria)
        return sorted(int(each) for line in lines for each in _bytes(line).split())

    def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Octets of each mail, as the server tells them."""
        lines = self._listing("FETCH", ",".join(map(str, uids)), "(UID RFC822.SIZE)")
        found = ((_UID.search(_bytes(line)), _SIZE.search(_bytes(line))) for line in lines)
        return {int(uid[1]): int(size[1]) for uid, size in found if uid and size}

    def mail(self, uid: int, largest: int) -> bytes | None:
        """A mail as it is, without marking it; None when it is not there any more."""
        self._imap.ceiling = max(largest, _HEADROOM + 1)
        try:
            lines = self._asked("FETCH", str(uid), "(UID BODY.PEEK[])")
        finally:
            self._imap.ceiling = _HEADROOM
        for place, line in enumerate(lines):
            # The number may stand before the mail or behind it; the server may tell of other mails in between.
            both = _bytes(line), *map(_bytes, lines[place + 1 : place + 2])
            number = next(filter(None, map(_UID.search, both)), None)
            if number and int(number[1]) != uid:
                continue
            if isinstance(line, tuple) and _BODY.search(both[0]):
                return bytes(line[1])
            if _NOTHING.search(both[0]):
                return b""
        return None

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark mails as read; needs a folder opened for writing."""
        self._listing("STORE", ",".join(map(str, uids)), "+FLAGS.SILENT", r"(\Seen)")

    def _selected(self, folder: Folder, *, writable: bool) -> str:
        """Empty when the folder is open, else the server's words."""
        try:
            with self._breaks():
                status, lines = self._imap.select(quoted(folder.wire), readonly=not writable)
        except NotGiven as refusal:
            return str(refusal)
        return "" if status == "OK" else self._server.harmless(_bytes(lines[0])) or status

    def _folders(self) -> tuple[Folder, ...]:
        with suppress(NotGiven), self._breaks():
            return listed(self._imap.list()[1])
        return ()

    def _listing(self, command: str, *words: str) -> list[Any]:
        """As `_asked`, where the folder is of no use without an answer."""
        try:
            return self._asked(command, *words)
        except NotGiven as refusal:
            raise FolderClosed(self._folder, str(refusal)) from None

    def _asked(self, command: str, *words: str) -> list[Any]:
        with self._breaks():
            status, lines = self._imap.uid(command, *words)
        if status != "OK":
            raise NotGiven(self._server.harmless(_bytes(lines[0]) if lines else b""))
        return [line for line in lines if line is not None]

    @contextmanager
    def _breaks(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            raise BrokenLine("時間内に応答がありませんでした") from None
        except TooLarge:
            if self._imap.ceiling > _HEADROOM:
                raise  # it is the mail that was asked for
            raise BrokenLine("応答が大きすぎます") from None
        except imaplib.IMAP4.readonly as error:
            raise NotGiven(self._server.harmless(str(error))) from None
        except (OSError, imaplib.IMAP4.abort):
            raise BrokenLine("応答の途中で接続が切れました") from None
        except imaplib.IMAP4.error as error:
            raise NotGiven(self._server.harmless(str(error))) from None


def _connected(server: Server, seconds: float, context: ssl.SSLContext) -> _Guarded:
    try:
        if server.security is Security.TLS:
            return _GuardedTls(server.host, server.port, ssl_context=context, timeout=seconds)
        imap = _Guarded(server.host, server.port, timeout=seconds)
    except OSError as error:
        raise trouble(server, error) from None
    except imaplib.IMAP4.error as error:
        raise NotAMailServer(server, server.harmless(str(error))) from None
    try:
        _encrypted(server, imap, context)
    except BaseException:
        _hung_up(imap)
        raise
    return imap


def _encrypted(server: Server, imap: _Guarded, context: ssl.SSLContext) -> None:
    if server.security is not Security.STARTTLS:
        return
    try:
        if "STARTTLS" not in imap.capabilities:
            raise NotEncrypted(server)
        imap.starttls(context)
    except OSError as error:
        raise trouble(server, error) from None
    except imaplib.IMAP4.error:
        raise NotEncrypted(server) from None


def _logged_in(server: Server, imap: _Guarded) -> None:
    user, password = server.user, server.password.reveal()
    try:
        if "AUTH=PLAIN" in imap.capabilities:
            imap.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        else:
            imap.login(quoted(user), password)
    except OSError as error:
        raise trouble(server, error) from None
    except imaplib.IMAP4.error as error:
        raise LoginRefused(server, server.harmless(str(error))) from None
    except UnicodeEncodeError:  # LOGIN carries ASCII only
        raise LoginRefused(server, "英数字と記号のほかの文字は使えません") from None


def _left(imap: _Guarded) -> None:
    """LOGOUT, never CLOSE: that would remove what others have marked as deleted."""
    with suppress(OSError, imaplib.IMAP4.error, TooLarge):
        imap.sock.settimeout(5)
        imap.logout()


def _hung_up(imap: _Guarded) -> None:
    with suppress(OSError):
        imap.shutdown()


def _bytes(line: object) -> bytes:
    """The words of an answer's line, without the literal that follows them."""
    if isinstance(line, tuple):
        line = line[0]
    return line if isinstance(line, bytes) else b""
