"""提出のお願い（再送）: only those from whom nothing has come, never somebody who has sent something or has just been written to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from xlsx_pdca.addressees import Addressee
from xlsx_pdca.errors import UsageError
from xlsx_pdca.facts import Contacted, MarkedCopy, booking
from xlsx_pdca.ledger import Key, Ledger, Standing, fold
from xlsx_pdca.letters import Occasion
from xlsx_pdca.mailings import Mailing, mailings
from xlsx_pdca.points import is_overdue
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.acceptance import refuse_unknown
from xlsx_pdca.workflows.drafts import Drafts, ToWrite, Writer, write_drafts
from xlsx_pdca.workflows.issue import with_other_deadline
from xlsx_pdca.workflows.patience import Patience
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Sendable, Sorter, Wish, standings_of
from xlsx_pdca.workflows.stale import is_stale
from xlsx_pdca.workflows.wording import short_day

EARLIEST = timedelta(days=7)
"""Nobody is reminded earlier than so long before the deadline, unless named."""


@dataclass(frozen=True)
class Spared:
    """Somebody from whom nothing was taken in, and why no mail is written."""

    unit: Unit
    form: str
    reason: str
    needs_person: bool = False
    """A file or a mail of theirs waits to be looked at."""


@dataclass(frozen=True)
class Reminders:
    drafts: Drafts
    sendable: Sendable
    spared: tuple[Spared, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()


def remind(round_: Round, wish: Wish, writer: Writer, *, dry_run: bool = False) -> Reminders:
    """Drafts for those who are missing; repeating it on the same day changes nothing."""
    found: list[tuple[Sendable, tuple[Spared, ...]]] = []

    def choose(ledger: Ledger, known: Sequence[Mailing]) -> Sequence[ToWrite]:
        found.append(_reminders(round_, ledger, known, wish, writer.now.date()))
        return found[0][0].letters

    drafts = write_drafts(round_, choose, writer, dry_run=dry_run)
    return Reminders(
        drafts, *found[0], unanswered(round_, round_.ledger(), wish, writer.now.date())
    )


def _reminders(
    round_: Round, ledger: Ledger, known: Sequence[Mailing], wish: Wish, today: date
) -> tuple[Sendable, tuple[Spared, ...]]:
    refuse_unknown(round_, ledger, set(wish.units))
    asked = tuple(missing(round_, ledger, wish))
    changed = with_other_deadline(round_, ledger) if asked else frozenset()
    patience = Patience(round_, ledger, known, Occasion.REMINDER, today)
    mercy = _Mercy(patience, wish.units, changed)
    due, spared = [], []
    for standing in asked:
        if found := mercy.spares(standing):
            spared.append(found)
        else:
            due.append(standing)

    def fields(_: Occasion, group: Sequence[Standing], to: Addressee) -> Mapping[str, str]:
        return reminder_fields(group, today)

    sorter = Sorter(round_, ledger, known, fields)
    return sorter.sorted(due, lambda _: Occasion.REMINDER), tuple(spared)


def missing(round_: Round, ledger: Ledger, wish: Wish) -> Iterator[Standing]:
    """Sent, not exempt, and nothing taken in yet."""
    for standing in standings_of(round_, ledger):
        unit = round_.unit(standing.unit)
        owes = standing.submission is None and not standing.exemptions
        chosen = not wish.units or standing.unit in wish.units
        asked = bool(standing.sent) and wish.form in ("", standing.form)
        if asked and owes and unit and not unit.exempt and chosen:
            yield standing


@dataclass(frozen=True)
class _Mercy:
    """Reasons not to remind somebody today."""

    patience: Patience
    named: frozenset[str]
    """The officer asks for these herself: neither interval nor promise keeps her from it."""
    other_deadline: frozenset[Key] = frozenset()
    """名簿 gives them another one than the workbook they have."""

    def spares(self, standing: Standing) -> Spared | None:
        unit = self.patience.round.unit(standing.unit)
        assert unit is not None
        if waiting := self.patience.waiting.get((standing.unit, standing.form)):
            return Spared(unit, standing.form, waiting, needs_person=True)
        if (standing.unit, standing.form) in self.other_deadline:
            reason = "名簿の提出期限が、お送りした様式の期限と違います（issue で様式を作り直し、send でお送りください）"
            return Spared(unit, standing.form, reason, needs_person=True)
        if standing.is_replaced:
            return Spared(
                unit,
                standing.form,
                "作り直した様式を、まだ送っていません（send）",
                needs_person=True,
            )
        is_meant = standing.unit in self.named or self._lies_there(standing)
        reason = self.patience.written_today(standing.unit) or (
            "" if is_meant else self._reason(standing)
        )
        return Spared(unit, standing.form, reason) if reason else None

    def _lies_there(self, standing: Standing) -> bool:
        """Whether a draft to them lies there and still holds: she had it written, whatever kept us from it."""
        patience = self.patience
        return any(
            mailing.is_open
            and mailing.fact.occasion == Occasion.REMINDER
            and (standing.unit, standing.form) in mailing.keys
            and not is_stale(mailing, patience.round, patience.ledger, patience.today)
            for mailing in patience.known
        )

    def _reason(self, standing: Standing) -> str:
        today = self.patience.today
        until = self.patience.promises.get(standing.unit)
        if until and until >= today:
            return f"{wareki(until)}までに御提出の予定と伺っています"
        if standing.deadline and standing.deadline - today > EARLIEST:
            return f"期限（{wareki(standing.deadline)}）まで、まだ日があります"
        days = self.patience.round.settings.post.remind_days
        last = max(b.fact.on for b in (*standing.sent, *standing.reminders))
        if (today - last).days < days:
            return f"{wareki(last)}にお送りしてから、{days}日たっていません"
        return ""


def reminder_fields(group: Sequence[Standing], today: date) -> dict[str, str]:
    """{期限との前後}, {期限の印} and {送付日}: before the deadline in other words than after it.

    A day that has passed leads no subject: it would read as if it were still to come.
    """
    days = sorted({s.deadline for s in group if s.deadline})
    told = "、".join(wareki(day, weekday=True) for day in days)
    if days and days[-1] < today:
        words = f"御提出の期限（{told}）を過ぎましたが、まだ届いていないようですので、改めてお願いいたします。"
    elif days and days[0] < today:
        words = f"御提出の期限（{told}）を過ぎたものがありますので、改めてお願いいたします。"
    elif days == [today]:
        words = f"本日（{told}）が御提出の期限ですので、御案内いたします。"
    else:
        words = f"御提出の期限（{told}）が近づいてまいりましたので、御案内いたします。"
    sent = max(b.fact.on for s in group for b in s.sent)
    ahead = next((f"【{short_day(day)}〆】" for day in days if day >= today), "")
    return {"期限との前後": words, "期限の印": ahead, "送付日": wareki(sent)}


@dataclass(frozen=True)
class Unanswered:
    """A return that was asked about, and nothing came by 返信期限; it is not missing, so no reminder is written."""

    unit: Unit
    form: str
    question: MarkedCopy


def unanswered(round_: Round, ledger: Ledger, wish: Wish, today: date) -> tuple[Unanswered, ...]:
    """Questions that went out and whose day is past, in the order of 名簿; a newer return or 確認済 ends them."""
    return tuple(
        Unanswered(unit, standing.form, question)
        for standing in standings_of(round_, ledger)
        if (unit := round_.unit(standing.unit)) and (question := standing.question)
        if wish.form in ("", standing.form) and (not wish.units or unit.id in wish.units)
        if is_overdue(standing, today) and not (standing.exemptions or unit.exempt)
    )


# -- by telephone ----------------------------------------------------------------------------


@dataclass(frozen=True)
class CallLine:
    """One line of the telephone list."""

    unit: Unit
    forms: tuple[str, ...]
    """Titles of what is missing."""
    deadline: date | None
    promised: date | None
    last: str
    """The last contact, in words."""
    waiting: str
    """What of theirs waits for a person: no call is needed before it was looked at."""


def telephone_list(
    round_: Round, ledger: Ledger, *, form: str, today: date
) -> tuple[CallLine, ...]:
    """Whom to call on a day: those past their deadline, in the order of 名簿."""
    patience = Patience(round_, ledger, mailings(ledger), Occasion.REMINDER, today)
    late: dict[str, list[Standing]] = {}
    for standing in missing(round_, ledger, Wish(form=form)):
        if standing.deadline and standing.deadline < today:
            late.setdefault(standing.unit, []).append(standing)
    return tuple(_call(round_, ledger, patience, unit, found) for unit, found in late.items())


def _call(
    round_: Round, ledger: Ledger, patience: Patience, unit_id: str, late: Sequence[Standing]
) -> CallLine:
    unit = round_.unit(unit_id)
    assert unit is not None
    contacts = [b for b in ledger.contacts if b.fact.unit == unit_id]
    last = ""
    if contacts:
        said = contacts[-1]
        last = f"{wareki(said.at.date())} {said.fact.how}　{said.fact.text}".strip()
    return CallLine(
        unit,
        tuple(round_.titles.get(s.form, s.form) for s in late),
        min((s.deadline for s in late if s.deadline), default=None),
        patience.promises.get(unit_id),
        last,
        "、".join(
            dict.fromkeys(
                patience.waiting[s.unit, s.form]
                for s in late
                if (s.unit, s.form) in patience.waiting
            )
        ),
    )


def book_contact(
    round_: Round,
    unit: str,
    text: str,
    *,
    how: str,
    until: date | None,
    now: datetime,
    by: str,
) -> Contacted:
    """連絡記録: what was said, by which way, and until when an answer was promised."""
    words = " ".join(text.split())
    if not words:
        raise UsageError("連絡の内容が空です。", "話した内容を、短い文で書いてください。")
    if until is not None and until < now.date():
        raise UsageError(
            f"--until の日付（{wareki(until)}）は、今日より前です。",
            "お約束の日を指定してください。",
        )
    with round_.log.writing() as writer:
        refuse_unknown(round_, fold(writer.read()), [unit])
        fact = Contacted(unit, words, how, until)
        writer.append([booking(fact, at=now, by=by)])
    return fact
