"""確認依頼: what is doubtful in a return goes back to whoever sent it, once, with a copy in which the places are marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath

from xlsx_pdca.addressees import Addressee, address_faults, addressees_of
from xlsx_pdca.errors import UsageError
from xlsx_pdca.facts import MailedBook, MarkedCopy
from xlsx_pdca.ledger import Key, Ledger, Standing
from xlsx_pdca.letters import Enclosure, Occasion
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.points import is_overdue
from xlsx_pdca.ticket import Ticket, find_tickets
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workbook.marking import Cover
from xlsx_pdca.workflows.acceptance import refuse_unknown
from xlsx_pdca.workflows.ask_words import Part, fields_of
from xlsx_pdca.workflows.asked_copies import CopyNames
from xlsx_pdca.workflows.doubts import Choose, Doubt, default_doubts
from xlsx_pdca.workflows.drafts import Drafts, ToWrite, Writer, write_drafts
from xlsx_pdca.workflows.marked_copies import Copier
from xlsx_pdca.workflows.orders import raise_if_any
from xlsx_pdca.workflows.patience import Patience
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Wish, standings_of
from xlsx_pdca.workflows.wording import Task

DAYS_TO_ANSWER = 7
"""So long from today unless a day is named; never ending on a weekend."""
_SATURDAY = 5

COVER_TITLE = "御確認いただきたい点"
COVER_LEAD = (
    "お送りいただいた内容のうち、御確認いただきたいところを一覧にしました。「セル」を押すと、その欄に移ります。"
    "「御回答欄」に書いていただくか、その欄の御回答を直してお送りください。"
)
COVER_CLOSING = (
    "直すところがない場合は、「御回答欄」に「このまま」などとお書きください。お電話や、メールの本文での御回答でも結構です。",
    "色の付いた枠とコメントは、県で付けたものです。消していただく必要はありません。",
)


@dataclass(frozen=True)
class Unasked:
    """Somebody about whose return there is something to ask, and why no mail is written."""

    unit: Unit
    form: str
    reason: str
    needs_person: bool = False


@dataclass(frozen=True)
class Asking:
    """What a run asks, or would ask."""

    drafts: Drafts
    unasked: tuple[Unasked, ...] = ()
    without_address: tuple[Unit, ...] = ()
    uncertain: tuple[Mailing, ...] = ()
    """Mails of which nobody knows whether they went out: nothing more is written to them until somebody says."""

    @property
    def questions(self) -> tuple[MarkedCopy, ...]:
        """What the drafts of the run ask."""
        return tuple(q for draft in self.drafts.drafts for q in draft.questions)


def ask(
    round_: Round,
    wish: Wish,
    writer: Writer,
    *,
    until: date | None = None,
    choose: Choose = default_doubts,
    dry_run: bool = False,
) -> Asking:
    """Drafts that ask about the newest returns, one for each 送付先; repeating it on the same day changes nothing.

    Neither a return that was accepted nor one that was asked about already is asked about.
    """
    today = writer.now.date()
    if until is not None and until <= today:
        raise UsageError(
            f"--until の日付（{wareki(until)}）は、今日より後にしてください。",
            "「--until 2026/10/20」のように指定してください。",
        )
    found: list[Questions] = []

    def letters(ledger: Ledger, known: Sequence[Mailing]) -> Sequence[ToWrite]:
        refuse_unknown(round_, ledger, set(wish.units))
        found.append(Questions(round_, ledger, known, today, until, choose))
        return found[0].letters(wish)

    def unwanted(known: Sequence[Mailing]) -> list[tuple[str, frozenset[Key]]]:
        return list(found[0].unwanted(wish, known))

    drafts = write_drafts(round_, letters, writer, dropped=unwanted, dry_run=dry_run)
    run = found[0]
    return Asking(drafts, tuple(run.unasked), tuple(run.lost), tuple(run.in_the_dark))


def default_until(today: date) -> date:
    """A week from today, on a working day."""
    day = today + timedelta(days=DAYS_TO_ANSWER)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() >= _SATURDAY else 0)


class Questions:
    """One run of `ask`: what is due, and who is left in peace."""

    def __init__(
        self,
        round_: Round,
        ledger: Ledger,
        known: Sequence[Mailing],
        today: date,
        until: date | None,
        choose: Choose,
    ) -> None:
        self.round, self.ledger, self.known = round_, ledger, known
        self.today, self.until, self.choose = today, until, choose
        self.unasked: list[Unasked] = []
        self.lost: list[Unit] = []
        self.in_the_dark: list[Mailing] = []

    @classmethod
    def of(cls, round_: Round, ledger: Ledger, known: Sequence[Mailing], today: date) -> Questions:
        """Those asked by default, to be answered within the usual time."""
        return cls(round_, ledger, known, today, None, default_doubts)

    def letters(self, wish: Wish) -> list[ToWrite]:
        """One for each 送付先; who gets none is gathered beside them."""
        due = [(s, d) for s in self._wanted(wish) if (d := tuple(self.choose(s)))]
        due = [(s, d) for s, d in due if self._may_be_asked(s, named=s.unit in wish.units)]
        named = {standing.unit for standing, _ in due}
        rows = [unit for unit in self.round.units if not unit.exempt or unit.id in named]
        book = self.round.folder.settings_book.name
        raise_if_any(address_faults(rows, book, self.round.settings.mail))
        owner = {u.id: each for each in addressees_of(self.round.units) for u in each.units}
        groups: dict[Addressee, list[tuple[Standing, tuple[Doubt, ...]]]] = {}
        for standing, doubts in due:
            if owner[standing.unit].to:
                groups.setdefault(owner[standing.unit], []).append((standing, doubts))
            elif (unit := self.round.unit(standing.unit)) and unit not in self.lost:
                self.lost.append(unit)
        if not groups:
            return []
        with (
            Readings(self.round.folder) as readings,
            Copier(self.round, self.ledger, readings) as copier,
        ):
            names = CopyNames.of(self.round.folder, self.ledger)
            return [self._letter(to, group, copier, names) for to, group in groups.items()]

    def unwanted(
        self, wish: Wish, known: Sequence[Mailing]
    ) -> Iterator[tuple[str, frozenset[Key]]]:
        """Drafts of before about returns of which nothing is to be asked any more."""
        silent = {(s.unit, s.form) for s in self._wanted(wish) if not self.choose(s)}
        for mailing in known:
            is_question = mailing.fact.occasion == Occasion.QUESTION
            if is_question and mailing.is_open and mailing.keys & silent:
                yield mailing.fact.occasion, mailing.keys

    def _wanted(self, wish: Wish) -> Iterator[Standing]:
        for standing in standings_of(self.round, self.ledger):
            unit = self.round.unit(standing.unit)
            meant = wish.form in ("", standing.form) and (
                not wish.units or standing.unit in wish.units
            )
            exempt = bool(standing.exemptions) or unit is None or unit.exempt
            if meant and not exempt and standing.submission and not standing.is_accepted:
                yield standing

    def _may_be_asked(self, standing: Standing, *, named: bool) -> bool:
        unit = self.round.unit(standing.unit)
        assert unit is not None
        reason, waits = "", False
        dark = [m for m in self.known if m.is_uncertain and (unit.id, standing.form) in m.keys]
        if dark:
            self.in_the_dark += [m for m in dark if m not in self.in_the_dark]
            return False
        if standing.is_asked and not (named and is_overdue(standing, self.today)):
            until = standing.question.until if standing.question else None
            told = f"（返信期限 {wareki(until)}）" if until else ""
            reason = (
                f"この御回答については、すでに確認をお願いしています{told}。返信期限を過ぎてから実行すると、もう一度お願いできます"
                if named
                else ""
            )
            if not named:
                return False
        elif held := self.patience.waiting.get((standing.unit, standing.form)):
            reason, waits = held, True
        else:
            reason = self.patience.written_today(standing.unit)
        if reason:
            self.unasked.append(Unasked(unit, standing.form, reason, waits))
        return not reason

    @cached_property
    def patience(self) -> Patience:
        return Patience(self.round, self.ledger, self.known, Occasion.QUESTION, self.today)

    # -- one letter ------------------------------------------------------------------------------

    def _letter(
        self,
        to: Addressee,
        group: Sequence[tuple[Standing, tuple[Doubt, ...]]],
        copier: Copier,
        names: CopyNames,
    ) -> ToWrite:
        until = self.until or self._until_before(s for s, _ in group) or default_until(self.today)
        parts = [self._part(standing, doubts, copier, names, until) for standing, doubts in group]
        return ToWrite(
            occasion=Occasion.QUESTION,
            addressee=to,
            tasks=tuple(part.task for part in parts),
            books=tuple(part.book for part in parts),
            enclosures=tuple(part.enclosure for part in parts if part.enclosure),
            fields=fields_of(parts, to, until),
            with_materials=False,
            questions=tuple(part.question for part in parts),
        )

    def _until_before(self, standings: Iterable[Standing]) -> date | None:
        """The day an open draft about the same returns names, while it lies ahead: it stays as it was written."""
        open_mails = {m.fact.mail for m in self.known if m.is_open}
        days = {
            b.fact.until
            for standing in standings
            for b in standing.marked
            if standing.submission
            and b.fact.number == standing.submission.number
            and b.fact.mail in open_mails
        }
        (day, *more) = [*days] or [None]
        return day if day and not more and day > self.today else None

    def _part(
        self,
        standing: Standing,
        doubts: Sequence[Doubt],
        copier: Copier,
        names: CopyNames,
        until: date,
    ) -> Part:
        unit, told = self.round.unit(standing.unit), standing.submission
        assert unit is not None and told is not None
        title = self.round.titles.get(standing.form, standing.form)
        ticket = ticket_of(self.ledger, standing)
        cover = self._cover(unit, title, ticket, until)
        made = copier.made(standing, doubts, cover)
        digest = sha256(made.data).hexdigest() if made.data else ""
        file = names.name(standing, unit.name, title, digest) if digest else ""
        name = PurePosixPath(file).name
        code = replace(ticket, unit=unit.id).short if ticket else ""
        return Part(
            Task(unit, standing.form, title, None, name, code),
            MailedBook(unit.id, standing.form, told.issue, digest, told.number),
            MarkedCopy(
                unit.id, standing.form, told.number, digest, file, made.kind, made.points, until
            ),
            Enclosure(name, made.data) if digest else None,
            made,
        )

    def _cover(self, unit: Unit, title: str, ticket: Ticket | None, until: date) -> Cover:
        settings = self.round.settings
        code = f"（{replace(ticket, unit=unit.id).short}）" if ticket else ""
        day = f"恐れ入りますが、{wareki(until, weekday=True)}までにお知らせください。"
        reached = filter(
            None, (settings.office, settings.officer, settings.telephone, settings.mail)
        )
        return Cover(
            COVER_TITLE,
            (COVER_LEAD, day),
            (
                *COVER_CLOSING,
                f"お問い合わせ・御返送先：{'　'.join(reached)}",
            ),
            settings.office,
            ticket.text if ticket else "",
            f"{unit.name}　{title}{code}",
        )


def ticket_of(ledger: Ledger, standing: Standing) -> Ticket | None:
    """Ticket of the workbook that was answered: the unit's own of that issue, else the common form's of that plan."""
    told = standing.submission
    if told is None:
        return None
    if common := ledger.common_of(told.plan):
        return find_tickets(common.ticket)[0]
    found = (b.fact.ticket for b in standing.issues if b.fact.issue == told.issue)
    text = next(found, "")
    return find_tickets(text)[0] if text else None
