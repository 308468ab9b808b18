"""Fetches mails over IMAP, whole and unchanged, and leaves the mailbox as it was.

Folders are opened with EXAMINE, mails are read with BODY.PEEK: nothing is marked, moved or deleted. Only
`mark_seen`, which somebody must call, writes a flag. Each mail is known by (account, folder, UIDVALIDITY, UID).
"""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar
from urllib.parse import quote, unquote

from xlsx_pdca.mailbox.connecting import ConnectionBroken, Server, ServerTrouble
from xlsx_pdca.mailbox.imap_line import BrokenLine, ImapLine, NotGiven, TooLarge, opened

LARGEST = 64 << 20
"""Bytes of a mail that is fetched; above, it is named and left where it is."""
TRIES = 3
"""Attempts for one mail, and to reach the server again."""
_PAUSE = 2.0
_AT_ONCE = 100
_URL = re.compile(r"imap://([^/]*)/([^/]*)/;UIDVALIDITY=([0-9]+)/;UID=([0-9]+)")


class ImapServer(Server):
    """The server mails are fetched from."""

    protocol = "IMAP"

    @property
    def account(self) -> str:
        return f"{self.user}@{self.host}"


@dataclass(frozen=True, order=True)
class MailKey:
    """What a mail is known by on a server, for as long as UIDVALIDITY stays."""

    account: str
    folder: str
    uidvalidity: int
    uid: int

    @property
    def url(self) -> str:
        """As RFC 5092 writes it: imap://user%40host/INBOX/;UIDVALIDITY=7/;UID=20."""
        place = f"{quote(self.account, safe='')}/{quote(self.folder, safe='')}"
        return f"imap://{place}/;UIDVALIDITY={self.uidvalidity}/;UID={self.uid}"

    @classmethod
    def of(cls, url: str) -> MailKey | None:
        """The key that was written as this; None for other texts."""
        found = _URL.fullmatch(url)
        return found and cls(unquote(found[1]), unquote(found[2]), int(found[3]), int(found[4]))


@dataclass(frozen=True)
class Fetched:
    """A mail, byte for byte."""

    key: MailKey
    raw: bytes = field(repr=False)


@dataclass(frozen=True)
class LeftThere:
    """A mail that was not fetched, and why; the others were."""

    key: MailKey
    why: str


@dataclass(frozen=True)
class Renumbered:
    """The server counts the mails of this folder anew: those fetched before come once more, under new numbers."""

    folder: str
    before: int
    now: int


@dataclass(frozen=True)
class Fetching:
    """How mails are fetched; the usual way needs nothing of it."""

    known: Collection[MailKey] = ()
    """Not fetched again."""
    since: date | None = None
    """Only mails that reached the mailbox on that day or later."""
    largest: int = LARGEST
    seconds: float = 60
    """To wait for an answer."""
    sleep: Callable[[float], None] = time.sleep
    """Between two attempts to reach the server."""
    context: ssl.SSLContext | None = None


def fetch(
    server: ImapServer, folder: str, how: Fetching | None = None
) -> Iterator[Fetched | LeftThere | Renumbered]:
    """Mails of a folder that are not known yet, in the order of their numbers; ServerTrouble when the server cannot be used.

    A connection that breaks is opened again, and the run goes on with what is missing.
    """
    yield from _Run(server, folder, how or Fetching())


def mark_seen(
    server: ImapServer,
    folder: str,
    keys: Iterable[MailKey],
    *,
    context: ssl.SSLContext | None = None,
    seconds: float = 60,
) -> int:
    """Mark these mails as read in the mailbox, the only thing here that changes it; how many carry the mark now.

    Keys of another UIDVALIDITY are passed over: their numbers may mean other mails today.
    """
    try:
        with opened(server, seconds, context) as line:
            uidvalidity = line.open(folder, writable=True).uidvalidity
            uids = [key.uid for key in keys if key.uidvalidity == uidvalidity]
            for some in _parts(uids):
                line.mark_seen(some)
    except BrokenLine as broken:
        raise ConnectionBroken(server, done=str(broken)) from None
    return len(uids)


class _Run:
    """One run through a folder, over as many connections as it takes."""

    def __init__(self, server: ImapServer, folder: str, how: Fetching) -> None:
        self._server, self._folder, self._how = server, folder, how
        self._done: set[MailKey] = set(how.known)
        self._tries: dict[MailKey, int] = {}
        self._uidvalidity = 0
        self._reached = False
        self._fruitless = 0
        self._fetched = 0

    def __iter__(self) -> Iterator[Fetched | LeftThere | Renumbered]:
        while True:
            try:
                with opened(self._server, self._how.seconds, self._how.context) as line:
                    yield from self._through(line)
                return
            except BrokenLine as broken:
                self._again(ConnectionBroken(self._server, done=f"{broken}。{self._so_far()}"))
            except ServerTrouble as trouble:
                if not self._reached:
                    raise
                # that it broke need not be said twice
                why = "" if isinstance(trouble, ConnectionBroken) else trouble.found
                self._again(ConnectionBroken(self._server, done=f"{why}{self._so_far()}"))

    def _again(self, trouble: ServerTrouble) -> None:
        """Give up when nothing came between several attempts; otherwise wait a little."""
        self._fruitless += 1
        if self._fruitless > TRIES + 1:
            raise trouble
        self._how.sleep(_PAUSE * self._fruitless)

    def _so_far(self) -> str:
        return f"{self._fetched}通は取り込みました。" if self._fetched else ""

    def _through(self, line: ImapLine) -> Iterator[Fetched | LeftThere | Renumbered]:
        folder = line.open(self._folder)
        self._reached = True
        yield from self._renumbered(folder.name, folder.uidvalidity)
        keys = (self._key(folder.name, uid) for uid in line.uids(self._how.since))
        missing = [key for key in keys if key not in self._done]
        for some in _parts(missing):
            sizes = line.sizes([key.uid for key in some])
            for key in some:
                yield from self._one(line, key, sizes.get(key.uid, 0))

    def _key(self, folder: str, uid: int) -> MailKey:
        return MailKey(self._server.account, folder, self._uidvalidity, uid)

    def _renumbered(self, folder: str, now: int) -> Iterator[Renumbered]:
        before = self._uidvalidity or self._last_known(folder, now)
        self._uidvalidity = now
        if before not in (0, now):
            yield Renumbered(folder, before, now)

    def _last_known(self, folder: str, now: int) -> int:
        own = (self._server.account, folder)
        known = {key.uidvalidity for key in self._done if (key.account, key.folder) == own}
        return now if now in known else max(known, default=0)

    def _one(self, line: ImapLine, key: MailKey, size: int) -> Iterator[Fetched | LeftThere]:
        if size > self._how.largest:
            yield self._left(key, _too_large(size))
            return
        if self._tries.get(key, 0) >= TRIES:
            yield self._left(key, f"取り込みの途中で、通信が{TRIES}回途切れました")
            return
        self._tries[key] = self._tries.get(key, 0) + 1
        try:
            raw = line.mail(key.uid, self._how.largest)
        except NotGiven as refusal:
            yield self._left(key, f"サーバーの応答：{refusal}")
        except (
            TooLarge
        ) as large:  # the server told another size before; the rest of it is still on its way
            yield self._left(key, _too_large(large.size))
            raise BrokenLine("大きすぎるメールの受信を止めました") from None
        else:
            self._finish(key)
            if raw is not None:  # else somebody deleted it in this moment
                self._fetched += 1
                yield Fetched(key, raw)

    def _left(self, key: MailKey, why: str) -> LeftThere:
        self._finish(key)
        return LeftThere(key, why)

    def _finish(self, key: MailKey) -> None:
        self._done.add(key)
        self._fruitless = 0


_Item = TypeVar("_Item")


def _parts(items: list[_Item]) -> Iterator[list[_Item]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]


def _too_large(size: int) -> str:
    return f"大きさ {size / (1 << 20):,.1f}MBのため、取り込んでいません"
