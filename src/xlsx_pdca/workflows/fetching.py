"""`receive --imap`: mails are fetched, those of the round archived and taken in, and only then marked, if that is asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from xlsx_pdca.facts import KnownMails, booking
from xlsx_pdca.ledger import Ledger, fold
from xlsx_pdca.mailbox.connecting import ServerTrouble
from xlsx_pdca.mailbox.imap import (
    Fetched,
    Fetching,
    ImapServer,
    LeftThere,
    MailKey,
    Renumbered,
    fetch,
    mark_seen,
)
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.receive import Received, receive
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.screening import Other, Screen, Screened, stored
from xlsx_pdca.workflows.unfold import BATCH_BYTES, BATCH_FILES, Step

_DAY = timedelta(days=1)
_USUAL = Fetching()


@dataclass(frozen=True)
class Inbox:
    """The folder on a mail server that answers come to."""

    server: ImapServer
    folder: str
    how: Fetching = _USUAL
    """What is trusted, and how long is waited."""


@dataclass(frozen=True)
class FromInbox:
    """What a run over a mailbox brought."""

    received: Received
    known: tuple[MailKey, ...] = ()
    """Mails with the bytes of what came before."""
    others: tuple[Other, ...] = ()
    """Mails that have nothing to do with the round: left on the server, known nowhere."""
    left: tuple[LeftThere, ...] = ()
    """Mails that could not be fetched."""
    renumbered: bool = False
    broken: ServerTrouble | None = None
    """Why it ended early: what had come is booked, the rest comes the next time."""
    marked: int = 0


@dataclass(frozen=True)
class Run:
    """Who takes in, when and how."""

    now: datetime
    by: str
    dry_run: bool = False
    mark_seen: bool = False
    secrets: Sequence[str] = ()
    step: Step = lambda _: None


def first_day(round_: Round) -> date:
    """The day from which mails are fetched unless another is named: the one before 発出日."""
    return round_.settings.issued_on - _DAY


def receive_from(round_: Round, inbox: Inbox, since: date, run: Run) -> FromInbox:
    """Fetch and take in the mails of the round that reached the mailbox on that day or later.

    ServerTrouble when nothing could be fetched at all. A dry run fetches and judges, and writes nothing.
    """
    ledger = round_.ledger()
    with Readings(round_.folder) as readings:
        fetching = _Fetching(round_, inbox, Screen(round_, readings, ledger), keep=not run.dry_run)
        fetching.run(_known(ledger), since)
    files = tuple(each for part in fetching.screened for each in part.taken)
    received = receive(
        round_,
        files,
        now=run.now,
        by=run.by,
        dry_run=run.dry_run,
        secrets=run.secrets,
        step=run.step,
    )
    known = tuple(key for part in fetching.screened for key in part.known)
    broken = fetching.broken
    marked = 0
    if not run.dry_run:
        _book_known(round_, known, run)
        if run.mark_seen:
            try:
                marked = _marked(inbox, (*_keys(files), *known))
            except ServerTrouble as trouble:
                broken = broken or trouble
    return FromInbox(
        received,
        known,
        tuple(each for part in fetching.screened for each in part.others),
        tuple(fetching.left),
        fetching.renumbered,
        broken,
        marked,
    )


class _Fetching:
    """Mails come, a few at a time are screened, and what is taken in is archived before more is fetched."""

    def __init__(self, round_: Round, inbox: Inbox, screen: Screen, *, keep: bool) -> None:
        self._round, self._inbox, self._screen, self._keep = round_, inbox, screen, keep
        self.screened: list[Screened] = []
        self.left: list[LeftThere] = []
        self.renumbered = False
        self.broken: ServerTrouble | None = None

    def run(self, known: frozenset[MailKey], since: date) -> None:
        """Until the folder is read or the line is lost for good."""
        inbox = self._inbox
        how = replace(inbox.how, known=known, since=since)
        for batch in self._batches(fetch(inbox.server, inbox.folder, how)):
            screened = self._screen.sorted(batch)
            self.screened.append(self._archived(screened) if self._keep else screened)

    def _batches(
        self, coming: Iterator[Fetched | LeftThere | Renumbered]
    ) -> Iterator[list[Fetched]]:
        batch: list[Fetched] = []
        size, met = 0, False
        try:
            for each in coming:
                met = True
                match each:
                    case Fetched():
                        batch.append(each)
                        size += len(each.raw)
                    case LeftThere():
                        self.left.append(each)
                    case Renumbered():
                        self.renumbered = True
                if len(batch) == BATCH_FILES or size > BATCH_BYTES:
                    yield batch
                    batch, size = [], 0
        except ServerTrouble as trouble:
            if not met:
                raise
            self.broken = trouble
        if batch:
            yield batch

    def _archived(self, screened: Screened) -> Screened:
        originals = self._screen.readings.originals
        digests = originals.put_many([file.raw for file in screened.taken])
        kept = (
            stored(file, originals.path(digest))
            for file, digest in zip(screened.taken, digests, strict=True)
        )
        return Screened(tuple(kept), screened.known, screened.others)


def _known(ledger: Ledger) -> frozenset[MailKey]:
    return frozenset(key for url in ledger.fetched if (key := MailKey.of(url)))


def _keys(files: Sequence[FoundFile]) -> Iterator[MailKey]:
    return (key for file in files if (key := MailKey.of(file.mail)))


def _book_known(round_: Round, keys: Sequence[MailKey], run: Run) -> None:
    """That these mails are nothing new, once."""
    if not keys:
        return
    with round_.log.writing() as writer:
        before = fold(writer.read()).fetched
        new = tuple(key.url for key in keys if key.url not in before)
        if new:
            writer.append([booking(KnownMails(new), at=run.now, by=run.by)])


def _marked(inbox: Inbox, keys: Sequence[MailKey]) -> int:
    if not keys:
        return 0
    how = inbox.how
    return mark_seen(inbox.server, keys[0].folder, keys, context=how.context, seconds=how.seconds)
