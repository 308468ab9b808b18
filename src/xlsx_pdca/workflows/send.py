"""Which workbooks go out to whom: requests, and 差替え where another workbook was sent before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import PurePosixPath

from xlsx_pdca.addressees import Addressee, address_faults, addressees_of
from xlsx_pdca.errors import Fault, OperatorError
from xlsx_pdca.facts import Issued, MailedBook
from xlsx_pdca.ledger import Key, Ledger, Standing
from xlsx_pdca.letters import Enclosure, Occasion
from xlsx_pdca.mailings import Mailing, goes_again, mailings
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.reading import listed
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import parse_date, wareki
from xlsx_pdca.workflows.acceptance import refuse_unknown
from xlsx_pdca.workflows.changed_questions import changed_questions
from xlsx_pdca.workflows.drafts import Drafts, Pen, ToWrite, Writer, write_drafts
from xlsx_pdca.workflows.issue import bytes_at, outdated, with_other_deadline
from xlsx_pdca.workflows.orders import raise_if_any
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.slots import PLAN_CHANGED, changed_words
from xlsx_pdca.workflows.wording import Task, mail_texts_of

NOT_BEGUN = "これから御記入になるときは、今回のファイルをお使いください。"
STILL_GOOD = f"お尋ねする内容は同じです。すでに御記入を始めているときは、先のファイルのまま御提出いただいて差し支えありません（写していただく必要はありません）。{NOT_BEGUN}"
PARTLY_GOOD = f"すでに御記入を始めているときは、先のファイルで御提出いただいても、御記入の内容はそのまま受け付けます。変わった設問については、後ほど改めて伺うことがあります。{NOT_BEGUN}"
BOTH = "なお、今回のファイルを御提出いただいた後に、先のファイルもお送りいただいたときは、どちらを御回答とするかを伺います。"
LAYOUT_CHANGED = "様式の体裁や説明（お尋ねする内容は変わりません）"


@dataclass(frozen=True)
class Wish:
    """What the officer asked for."""

    units: frozenset[str] = frozenset()
    """Named ones; empty means everyone who still owes an answer."""
    form: str = ""
    again: bool = False
    """To the units named also what has gone out before, since it did not arrive; where an answer has, only the form named."""


@dataclass(frozen=True)
class Sendable:
    """What may go out, and what may not with the reason."""

    letters: tuple[ToWrite, ...] = ()
    without_address: tuple[Unit, ...] = ()
    uncertain: tuple[Mailing, ...] = ()
    """Mails of which nobody knows whether they went out: nothing more is written to them until somebody says."""
    answered: tuple[Standing, ...] = ()
    """Not sent once more with the rest: their answers are here."""
    outdated: tuple[Standing, ...] = ()
    """Their workbooks no longer say what 管理簿 and the forms say: `issue` comes first."""


class DraftsOutdated(OperatorError):
    """Drafts would be written otherwise now: none of them goes out, and no page vouches for them."""

    def __init__(self, names: Sequence[str], *, is_form: bool) -> None:
        which = f"（{listed(dict.fromkeys(names))}）"
        what = (
            "作成した様式と、いまの管理簿や様式とが違います"
            if is_form
            else "下書きを作った後に、名簿・設定・添付資料などが変わっています"
        )
        first = "issue で様式を作り直し、" if is_form else ""
        super().__init__(
            f"{what}{which}。", f"{first}send で下書きを作り直してから、もう一度実行してください。"
        )


def write_requests(
    round_: Round, wish: Wish, writer: Writer, *, dry_run: bool = False
) -> tuple[Drafts, Sendable]:
    """Drafts for everything that was issued and has not gone out yet."""
    found: list[Sendable] = []

    def choose(ledger: Ledger, known: Sequence[Mailing]) -> Sequence[ToWrite]:
        found.append(requests(round_, ledger, known, wish))
        return found[0].letters

    drafts = write_drafts(round_, choose, writer, dry_run=dry_run)
    return drafts, found[0]


def requests(round_: Round, ledger: Ledger, known: Sequence[Mailing], wish: Wish) -> Sendable:
    """Mails to be written; FaultyDefinitions with every address and every file that stands against it."""
    refuse_unknown(round_, ledger, set(wish.units))
    due = [s for s in standings_of(round_, ledger) if _is_due(round_, s, wish, known)]
    old = {(s.unit, s.form): s for s in outdated(round_, ledger)} if due else {}
    good = [s for s in due if (s.unit, s.form) not in old]
    found = Sorter(round_, ledger, known, partial(_fields, round_)).sorted(good, _occasion)
    return replace(
        found,
        outdated=tuple(s for s in due if (s.unit, s.form) in old),
        answered=tuple(_spared(round_, ledger, wish)) if wish.again else (),
    )


def _spared(round_: Round, ledger: Ledger, wish: Wish) -> Iterator[Standing]:
    """Whose answers are here, so that `--resend` leaves them unless the form is named."""
    for standing in standings_of(round_, ledger):
        is_answered = standing.issues and standing.submission is not None
        if is_answered and standing.unit in wish.units and not wish.form:
            yield standing


def refuse_outdated(
    round_: Round, ledger: Ledger, meant: Sequence[Mailing], writer: Writer
) -> None:
    """DraftsOutdated where a request or 差替え among these would be written otherwise now, or its workbook would; or where a reminder names a deadline that is another one now."""
    names = {unit.id: unit.name for unit in round_.units}
    first = [m for m in meant if m.is_first]
    reminders = [m for m in meant if m.fact.occasion == Occasion.REMINDER]
    other_day = with_other_deadline(round_, ledger) if reminders else ()
    if late := [names[u] for m in reminders for u, f in sorted(m.keys) if (u, f) in other_day]:
        raise DraftsOutdated(late, is_form=True)
    if not first:
        return
    old = {(s.unit, s.form) for s in outdated(round_, ledger)}
    if forms := [names[u] for m in first for u, f in sorted(m.keys) if (u, f) in old]:
        raise DraftsOutdated(forms, is_form=True)
    known = mailings(ledger)
    pen = Pen(round_, known, mail_texts_of(round_), writer)
    sorter = Sorter(round_, ledger, known, partial(_fields, round_))
    every = tuple(standings_of(round_, ledger))

    def is_kept(mailing: Mailing) -> bool:
        about = [s for s in every if (s.unit, s.form) in mailing.keys]
        letters = sorter.sorted(about, _occasion).letters
        return len(letters) == 1 and pen.kept(letters[0]) is not None

    if changed := [mailing for mailing in first if not is_kept(mailing)]:
        raise DraftsOutdated([names[m.fact.addressee] for m in changed], is_form=False)


def first_letter(round_: Round, wish: Wish) -> ToWrite | None:
    """What the first of the units asked for would get as its request, whatever it has got already."""
    ledger = round_.ledger()
    refuse_unknown(round_, ledger, set(wish.units))
    issued = [
        s
        for s in standings_of(round_, ledger)
        if s.issues and wish.form in ("", s.form) and (not wish.units or s.unit in wish.units)
    ]
    first = [s for s in issued if s.unit == issued[0].unit]
    sorter = Sorter(round_, ledger, (), partial(_fields, round_))
    return next(iter(sorter.sorted(first, lambda _: Occasion.REQUEST).letters), None)


def _fields(
    round_: Round, why: Occasion, group: Sequence[Standing], to: Addressee
) -> Mapping[str, str]:
    if why is Occasion.REPLACEMENT:
        return replacement_fields(round_, group, {unit.id: unit.name for unit in to.units})
    return {}


def standings_of(round_: Round, ledger: Ledger) -> Iterator[Standing]:
    """Those of 名簿, in its order and in the order of the forms."""
    for unit in round_.units:
        for form in round_.forms:
            yield ledger.standing(unit.id, form)


def _is_due(round_: Round, standing: Standing, wish: Wish, known: Sequence[Mailing]) -> bool:
    unit = round_.unit(standing.unit)
    if unit is None or unit.exempt or standing.exemptions:
        return False
    owes = standing.submission is None
    named = standing.unit in wish.units
    if wish.again and standing.submission is not None and not wish.form:
        return False
    is_open = not standing.is_sent or goes_again(standing, known)
    return bool(
        standing.issues
        and (is_open or (wish.again and named))
        and (named if wish.units else owes)
        and wish.form in ("", standing.form)
    )


def _occasion(standing: Standing) -> Occasion:
    return Occasion.REPLACEMENT if standing.is_replaced else Occasion.REQUEST


@dataclass(frozen=True)
class Sorter:
    """Sorts workbooks into one mail for each 送付先 and occasion."""

    round: Round
    ledger: Ledger
    known: Sequence[Mailing]
    fields: Callable[[Occasion, Sequence[Standing], Addressee], Mapping[str, str]]
    """Fields of the text that only the occasion knows."""

    def sorted(self, due: Sequence[Standing], occasion: Callable[[Standing], Occasion]) -> Sendable:
        """`occasion` says of a standing why its mail goes out."""
        units = {standing.unit for standing in due}
        rows = [unit for unit in self.round.units if not unit.exempt or unit.id in units]
        book = self.round.folder.settings_book.name
        raise_if_any(address_faults(rows, book, self.round.settings.mail))
        unknown_end = tuple(m for m in self.known if m.is_uncertain)
        stuck: frozenset[Key] = frozenset().union(*(m.keys for m in unknown_end))
        free = [s for s in due if (s.unit, s.form) not in stuck]
        raise_if_any(self._file_faults(free))
        groups: dict[tuple[Addressee, Occasion], list[Standing]] = {}
        owner = {u.id: a for a in addressees_of(self.round.units) for u in a.units}
        for standing in free:
            if owner[standing.unit].to:
                key = (owner[standing.unit], occasion(standing))
                groups.setdefault(key, []).append(standing)
        letters = (self._letter(to, why, group) for (to, why), group in groups.items())
        lost = {s.unit: owner[s.unit] for s in free if not owner[s.unit].to}
        return Sendable(
            letters=tuple(letters),
            without_address=tuple(u for u in self.round.units if u.id in lost),
            uncertain=tuple(m for m in unknown_end if {u for u, _ in m.keys} & units),
        )

    def _file_faults(self, due: Sequence[Standing]) -> Iterator[Fault]:
        """Issued workbooks that are gone or were changed since."""
        for issued in (s.issue for s in due):
            assert issued is not None
            data = bytes_at(self.round.folder.root / issued.file)
            if data is None:
                yield Fault(
                    issued.file, "", "見つかりません。", "issue を実行すると、元に戻ります。"
                )
            elif sha256(data).hexdigest() != issued.sha256:
                yield Fault(
                    issued.file,
                    "",
                    "作成後に書き換えられています。",
                    "このファイルを消して issue を実行すると、作成したときのものに戻ります。",
                )

    def _letter(self, to: Addressee, why: Occasion, group: Sequence[Standing]) -> ToWrite:
        issues = [s.issue for s in group if s.issue is not None]
        return ToWrite(
            occasion=why,
            addressee=to,
            tasks=tuple(self._task(standing) for standing in group),
            books=tuple(MailedBook(i.unit, i.form, i.issue, i.sha256) for i in issues),
            enclosures=tuple(self._enclosure(issued) for issued in issues),
            fields=self.fields(why, group, to),
        )

    def _enclosure(self, issued: Issued) -> Enclosure:
        path = self.round.folder.root / issued.file
        return Enclosure(path.name, path.read_bytes())

    def _task(self, standing: Standing) -> Task:
        unit, issued = self.round.unit(standing.unit), standing.issue
        assert unit is not None and issued is not None
        return Task(
            unit,
            standing.form,
            self.round.titles.get(standing.form, standing.form),
            standing.deadline,
            PurePosixPath(issued.file).name,
            find_tickets(issued.ticket)[0].short,
        )


def replacement_fields(
    round_: Round, group: Sequence[Standing], names: Mapping[str, str]
) -> dict[str, str]:
    """What changed since the workbook that was sent, and what becomes of answers begun in it."""
    whose: dict[tuple[str, ...], list[str]] = {}
    is_asked_otherwise = False
    for standing in group:
        before, now = sent_before(standing), standing.issue
        assert before is not None and now is not None
        questions = _questions(round_, before, now)
        is_asked_otherwise = is_asked_otherwise or bool(questions)
        changes = (*questions, *_changes(before, now, is_told=bool(questions)))
        whose.setdefault(changes, []).append(names[standing.unit])
    told: list[str] = []
    for changes, units in whose.items():
        if len(whose) > 1:
            told.append(f"◇ {'、'.join(dict.fromkeys(units))}")
        told.extend(f"・{change}" for change in changes)
    return {
        "変更点": "\n".join(told),
        "記入済の扱い": f"{PARTLY_GOOD if is_asked_otherwise else STILL_GOOD}\n{BOTH}",
    }


def sent_before(standing: Standing) -> Issued | None:
    """The workbook that was sent last."""
    went = standing.sent[-1]
    out: list[Issued] = [b.fact for b in standing.issues if b.seq < went.seq]
    exact = [issued for issued in out if issued.issue == went.fact.issue]
    return next(iter(reversed(exact or out)), None)


def _questions(round_: Round, before: Issued, now: Issued) -> tuple[str, ...]:
    if before.plan == now.plan:
        return ()
    plans = (WorkbookPlan.from_json(round_.plans.get(each.plan)) for each in (before, now))
    return changed_questions(*plans)


def _changes(before: Issued, now: Issued, *, is_told: bool) -> tuple[str, ...]:
    """What differs besides the questions; `is_told` that these are already named one by one."""
    words = [w for w in changed_words(before.slots, now.slots) if w != PLAN_CHANGED]
    days = [parse_date(issued.slots.get("deadline", "")) for issued in (before, now)]
    if days[0] != days[1] and days[0] and days[1]:
        told = " → ".join(wareki(day, weekday=True) for day in days if day)
        words = [f"提出期限（{told}）" if word == "提出期限" else word for word in words]
    if not is_told and (before.plan != now.plan or not words):
        words.append(LAYOUT_CHANGED)
    return tuple(words)
