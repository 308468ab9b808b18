"""`send --smtp`: drafts that lie there go out one by one, each booked before and after; what broke off is never sent again by itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256

from xlsx_pdca.errors import OperatorError, UsageError
from xlsx_pdca.facts import NotSent, Sending, booking
from xlsx_pdca.ledger import fold
from xlsx_pdca.mailbox.delivery import Refused, Sent, Uncertain
from xlsx_pdca.mailbox.envelope import Envelope, dated, without_draft_marks
from xlsx_pdca.mailbox.pacing import Pace
from xlsx_pdca.mailbox.smtp import SmtpSession
from xlsx_pdca.mailings import Mailing, mailings
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.workflows.acceptance import refuse_unknown
from xlsx_pdca.workflows.drafts import (
    Writer,
    bring_back,
    kept_back,
    lying,
    materials_of,
)
from xlsx_pdca.workflows.guard import Examined, Outgoing, Parse, examine, refuse
from xlsx_pdca.workflows.outbox import BY_SERVER, sent_events
from xlsx_pdca.workflows.round import Round, open_round_at
from xlsx_pdca.workflows.send import Wish, refuse_outdated

Connect = Callable[[], AbstractContextManager[SmtpSession]]


class RosterChanged(OperatorError):
    """管理簿 was saved while mails went out: what was examined no longer holds for the rest."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"送信の途中で「{name}」が変更されたため、残りのメールを送らずに止まりました。",
            "変更した内容を御確認のうえ、もう一度実行してください。送ったメールは、もう一度送られることはありません。",
        )


@dataclass(frozen=True)
class Postman:
    """How mails are carried, when, and by whom."""

    connect: Connect
    pace: Pace
    clock: Callable[[], datetime]
    by: str
    parse: Parse | None = None
    step: Callable[[], object] = lambda: None
    """Called after each mail, for a counter on the screen."""


@dataclass(frozen=True)
class Dispatch:
    """What became of the mails of one run."""

    sent: tuple[Mailing, ...] = ()
    refused: tuple[tuple[Mailing, str], ...] = ()
    """Surely not sent, with the server's reason."""
    uncertain: tuple[Mailing, ...] = ()
    left: int = 0
    """Not tried any more, since the connection was gone."""


def to_dispatch(round_: Round, wish: Wish, today: date) -> tuple[Mailing, ...]:
    """Open drafts that lie there unchanged and still hold, of the units and the form asked for."""
    found = (mailing for mailing, _ in lying(round_, round_.ledger(), today))
    return tuple(mailing for mailing in found if _is_meant(mailing, wish))


def not_dispatched(round_: Round, wish: Wish, today: date) -> tuple[Mailing, ...]:
    """Open drafts of the units and the form asked for that lie there, but were changed or no longer hold: nobody sends them unseen."""
    found = kept_back(round_, round_.ledger(), today)
    return tuple(mailing for mailing in found if _is_meant(mailing, wish))


def _is_meant(mailing: Mailing, wish: Wish) -> bool:
    units = {unit for unit, _ in mailing.keys}
    forms = {form for _, form in mailing.keys}
    return (not wish.units or bool(units & wish.units)) and wish.form in ("", *forms)


def dispatch(round_: Round, wish: Wish, postman: Postman) -> Dispatch:
    """Send what lies there, after the guard has looked at all of it; nothing at all where it objects.

    Each mail is booked as begun, durably, before its bytes go to the server, and as sent after the server's yes.
    A run that was cut off is gone on with by running it again; a mail it left in the dark is not touched.
    """
    settings = _digest(round_)
    known, seen = _examined(round_, wish, postman.clock(), postman.by, postman.parse)
    if not known:
        return Dispatch()
    carrier = _Carrier(round_, postman, settings)
    with postman.connect() as session:
        for mailing, each in zip(known, seen, strict=True):
            if not session.is_open:
                break
            carrier.carry(session, mailing, each)
    done = len(carrier.sent) + len(carrier.refused) + len(carrier.uncertain) + carrier.passed
    return Dispatch(
        tuple(carrier.sent), tuple(carrier.refused), tuple(carrier.uncertain), len(known) - done
    )


def rehearsed(
    round_: Round, wish: Wish, *, now: datetime, by: str, parse: Parse | None = None
) -> tuple[Mailing, ...]:
    """What `dispatch` would send, after the same looks at it; it raises what that would raise."""
    return _examined(round_, wish, now, by, parse)[0]


def _examined(
    round_: Round, wish: Wish, now: datetime, by: str, parse: Parse | None
) -> tuple[tuple[Mailing, ...], tuple[Examined, ...]]:
    """The drafts that are meant, and the guard's view of each; MailsRefused and DraftsOutdated where they must not go."""
    ledger = round_.ledger()
    refuse_unknown(round_, ledger, wish.units)
    known = [(m, data) for m, data in lying(round_, ledger, now.date()) if _is_meant(m, wish)]
    mails = tuple(mailing for mailing, _ in known)
    seen = examine(
        [Outgoing(mailing.fact, data) for mailing, data in known],
        open_round_at(round_.folder, holder=round_.holder),
        ledger,
        materials_of(round_),
        parse=parse,
    )
    refuse(seen)
    refuse_outdated(round_, ledger, mails, Writer(now, by, str))
    return mails, seen


def _digest(round_: Round) -> str:
    path = round_.folder.settings_book
    with told_about(path):
        return sha256(path.read_bytes()).hexdigest()


@dataclass
class _Carrier:
    round: Round
    postman: Postman
    settings: str
    """SHA-256 of 管理簿 when the guard looked."""
    sent: list[Mailing] = field(default_factory=list)
    refused: list[tuple[Mailing, str]] = field(default_factory=list)
    uncertain: list[Mailing] = field(default_factory=list)
    passed: int = 0
    """Taken by another run meanwhile."""

    def carry(self, session: SmtpSession, mailing: Mailing, seen: Examined) -> None:
        """One mail, with the very bytes the guard has seen."""
        self.postman.pace.keep()
        if _digest(self.round) != self.settings:
            raise RosterChanged(self.round.folder.settings_book.name)
        offered = session.offer(self._envelope(seen))
        if isinstance(offered, Refused):
            self.refused.append((mailing, str(offered)))
        elif not self._begun(mailing):
            session.withdraw()
            self.passed += 1
        else:
            self._ended(mailing, session.data(offered))
        self.postman.step()

    def _envelope(self, seen: Examined) -> Envelope:
        everybody = {a.casefold(): a for a in (*seen.cc, *seen.to)}
        recipients = tuple(sorted(everybody.values(), key=[*seen.to, *seen.cc].index))
        raw = dated(without_draft_marks(seen.outgoing.data), self.postman.clock())
        return Envelope(self.round.settings.mail, recipients, raw)

    def _begun(self, mailing: Mailing) -> bool:
        """Book that it begins; False where somebody else has begun, sent or replaced it since."""
        with self.round.log.writing() as log:
            now = {m.fact.mail: m for m in mailings(fold(log.read()))}[mailing.fact.mail]
            if not now.is_open:
                return False
            fact = Sending(mailing.fact.mail)
            log.append([booking(fact, at=self.postman.clock(), by=self.postman.by)])
        return True

    def _ended(self, mailing: Mailing, told: Sent | Refused | Uncertain) -> None:
        now, by = self.postman.clock(), self.postman.by
        if isinstance(told, Uncertain):
            self.uncertain.append(mailing)
            return
        if isinstance(told, Refused):
            events = [booking(NotSent(mailing.fact.mail, str(told)), at=now, by=by)]
            self.refused.append((mailing, str(told)))
        else:
            events = list(sent_events(mailing, now.date(), BY_SERVER, now=now, by=by))
            self.sent.append(mailing)
        with self.round.log.writing() as log:
            log.append(events)


def give_back(
    round_: Round, units: Collection[str], *, now: datetime, by: str
) -> tuple[Mailing, ...]:
    """A person says that mails left in the dark did not arrive: they are drafts again, to be sent as they are."""
    with round_.log.writing() as log:
        ledger = fold(log.read())
        refuse_unknown(round_, ledger, units)
        found = _in_the_dark(mailings(ledger), units)
        if not found:
            raise UsageError(
                "送信できたかどうか不明のメールは、この相手にはありません。",
                "status で、不明となっているものを御確認ください。",
            )
        reason = "届いていないことを確かめたため"
        log.append([booking(NotSent(m.fact.mail, reason), at=now, by=by) for m in found])
        bring_back(round_, fold(log.read()), {mailing.fact.mail for mailing in found})
    return tuple(replace(m, attempts=()) for m in found)


def _in_the_dark(known: Sequence[Mailing], units: Collection[str]) -> list[Mailing]:
    return [m for m in known if m.is_uncertain and {unit for unit, _ in m.keys} & set(units)]
