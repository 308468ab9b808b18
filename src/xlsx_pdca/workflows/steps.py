"""Acts of a person that can be taken back: listed, those of one command together, and undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from itertools import groupby

from xlsx_pdca.errors import UsageError
from xlsx_pdca.event import Event
from xlsx_pdca.facts import (
    Accepted,
    Arrived,
    Corrected,
    Dismissed,
    Sent,
    Submitted,
    Undone,
    booking,
    fact_of,
)
from xlsx_pdca.ledger import Key, Ledger, Status, fold
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.reading import answer_label
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.events import EventWriter
from xlsx_pdca.workflows.copies import restore_copies
from xlsx_pdca.workflows.corrections import told, unsettled
from xlsx_pdca.workflows.drafts import bring_back
from xlsx_pdca.workflows.round import Round

TAKEN = "の提出を受け付けた"
JOINED = "の提出として、複数のファイルを合わせた"
CORRECTED = "を県で補正した"
TAKEN_BACK = "ことを取り消した"
MOST_NUMBERS = 5
"""Receipt numbers named in a sentence."""


@dataclass(frozen=True)
class Step:
    """One booked act that can be taken back."""

    seq: int
    at: datetime
    by: str
    subject: str
    """What was acted on: 前橋市（102016-1）「事前課題」第1回."""
    act: str
    """What was done, behind the subject: を確認済にした."""
    key: Key | None = None
    """Unit and form it was about."""
    arrivals: tuple[int, ...] = ()
    """Numbers of the received files it was about."""

    @property
    def words(self) -> str:
        return self.subject + self.act


@dataclass(frozen=True)
class Run:
    """Acts booked by one command, oldest first; they can be taken back together."""

    steps: tuple[Step, ...]

    @property
    def numbers(self) -> str:
        """82, or 79-82 for several."""
        first, last = self.steps[0].seq, self.steps[-1].seq
        return str(first) if first == last else f"{first}-{last}"

    @property
    def words(self) -> str:
        first, more = self.steps[0], len(self.steps) - 1
        return f"{first.subject} ほか{more}件{first.act}" if more else first.words


def recent_steps(round_: Round, limit: int | None = 20) -> tuple[Step, ...]:
    """The newest acts that can be taken back, newest first; all of them without a limit."""
    return tuple(reversed(_steps(round_.log.read(), round_)))[:limit]


def recent_runs(round_: Round) -> tuple[Run, ...]:
    """All acts that can be taken back, newest first, those of one command as one."""
    return tuple(reversed(tuple(_runs(_steps(round_.log.read(), round_)))))


def undo(round_: Round, seq: int, reason: str, *, now: datetime, by: str) -> Step:
    """Take one act back; the file of a submission taken back waits for a person again."""
    with round_.log.writing() as writer:
        steps = {step.seq: step for step in _steps(writer.read(), round_)}
        if seq not in steps:
            raise _not_undoable(str(seq), [seq], writer)
        _take_back(round_, writer, [seq], reason, now=now, by=by)
    return steps[seq]


def undo_run(round_: Round, first: int, last: int, reason: str, *, now: datetime, by: str) -> Run:
    """Take back the acts of one command from the first to the last number; never those of two commands."""
    numbers = f"{first}-{last}"
    with round_.log.writing() as writer:
        steps = _steps(writer.read(), round_)
        runs = tuple(_runs(step for step in steps if first <= step.seq <= last))
        if not runs:
            raise _not_undoable(numbers, range(first, last + 1), writer)
        if len(runs) > 1:
            raise UsageError(
                f"記録番号{numbers}には、別々に行った操作が{len(runs)}つ含まれています。",
                f"まとめて取り消せるのは、一度に行った操作だけです（{'、'.join(run.numbers for run in runs)}）。",
            )
        numbered = [step.seq for step in runs[0].steps]
        _take_back(round_, writer, numbered, reason, now=now, by=by)
    return runs[0]


def state_after(round_: Round, steps: Sequence[Step], *, today: date) -> str:
    """What stands now that these acts were taken back, in a sentence or two."""
    ledger = round_.ledger()
    numbers = {number for step in steps for number in step.arrivals}
    held = _files(numbers & {booked.seq for booked in ledger.held}, "保留に戻りました")
    held += _files(numbers & ledger.dismissed.keys(), "取り扱わないこととしたものに戻りました")
    keys = tuple(dict.fromkeys(step.key for step in steps if step.key))
    held += "".join(_idle_corrections(round_, ledger, key) for key in keys)
    statuses = Counter(_status(round_, ledger, key, today) for key in keys)
    if len(keys) == 1:
        return f"{held}{_whose(round_, *keys[0])}の状況は、{next(iter(statuses))}に戻りました。"
    counted = "、".join(f"{status} {n}件" for status, n in statuses.items())
    return held + (f"状況は、{counted}に戻りました。" if counted else "")


def _files(numbers: Collection[int], became: str) -> str:
    named = sorted(numbers)
    words = f"受付番号{'、'.join(map(str, named[:MOST_NUMBERS]))}"
    more = f"ほか{len(named) - MOST_NUMBERS}件" if len(named) > MOST_NUMBERS else ""
    return f"届いたファイルは、{became}（{words}{more}）。" if named else ""


def _idle_corrections(round_: Round, ledger: Ledger, key: Key) -> str:
    """That 県補正 of a return taken back counts no more, and comes up when the answers come again."""
    standing = ledger.standing(*key)
    left = {booked.fact.number for booked in standing.submissions}
    idle = sum(booked.fact.number not in left for booked in unsettled(standing).values())
    return (
        f"{_whose(round_, *key)}の県補正 {idle}件も、取りまとめに載らなくなりました（改めて提出とした御回答が補正と異なるときは、お知らせします）。"
        if idle
        else ""
    )


def _status(round_: Round, ledger: Ledger, key: Key, today: date) -> Status:
    unit = round_.unit(key[0])
    return ledger.standing(*key).status(today, exempt=unit is not None and unit.exempt)


def _take_back(
    round_: Round,
    writer: EventWriter,
    numbers: Sequence[int],
    reason: str,
    *,
    now: datetime,
    by: str,
) -> None:
    """Book it, unless it contradicts what was decided meanwhile; then the readable copies and the drafts follow."""
    bookings = [booking(Undone(seq, reason), at=now, by=by) for seq in numbers]
    events = writer.read()
    would_be = (
        Event.booked(new, seq=len(events) + n, prev="") for n, new in enumerate(bookings, 1)
    )
    for why in _contradictions(fold([*events, *would_be])):
        raise UsageError(why, "先に、その取扱いを undo で取り消してください。")
    writer.append(bookings)
    originals = Archive.of_originals(round_.folder.originals)
    now_stands = fold(writer.read())
    restore_copies(round_.folder, now_stands, originals)
    taken_back = {event.seq: fact_of(event) for event in events if event.seq in set(numbers)}
    mails = {fact.mail for fact in taken_back.values() if isinstance(fact, Sent) and fact.mail}
    if mails:
        bring_back(round_, now_stands, mails)


def _contradictions(ledger: Ledger) -> Iterator[str]:
    """What no ledger may say: a file twice a submission, or laid aside and one; an older file over a newer one."""
    booked = (b for s in ledger.standings.values() for b in s.submissions)
    taken: dict[int, Submitted] = {}
    for each in (b.fact for b in sorted(booked, key=lambda b: b.seq)):
        for arrival in each.arrivals:
            file = f"受付番号{arrival}のファイルは、その後に"
            before = taken.setdefault(arrival, each)
            if before is not each and not _joins(each, before):
                yield f"{file} {each.unit} の第{each.number}回の提出としたため、元に戻せません。"
            if arrival in ledger.dismissed:
                yield f"{file}取り扱わないこととしたため、元に戻せません。"
    for standing in ledger.standings.values():
        arrived = [b.fact.arrival for b in standing.submissions]
        if arrived and arrived[-1] != max(arrived):
            yield (
                f"受付番号{max(arrived)}の提出を取り消した後に、先に届いた受付番号{arrived[-1]}のファイルを"
                f" {standing.unit} の提出としたため、元に戻せません。"
            )


def _joins(later: Submitted, before: Submitted) -> bool:
    """Whether a submission is joined of files that were the unit's submission before."""
    return bool(later.joined) and (later.unit, later.form) == (before.unit, before.form)


def _not_undoable(numbers: str, each: Collection[int], writer: EventWriter) -> UsageError:
    undone = fold(writer.read()).undone
    is_done = all(number in undone for number in each)
    return UsageError(
        f"記録番号{numbers}は、すでに取り消されています。"
        if is_done
        else f"記録番号{numbers}は取り消せません。",
        "「undo」だけで実行すると、取り消せる操作を表示します。",
    )


def _steps(events: Sequence[Event], round_: Round) -> tuple[Step, ...]:
    """Acts that can be taken back, oldest first."""
    ledger = fold(events)
    names = {b.seq: f"受付番号{b.seq}のファイル「{b.fact.name}」" for b in ledger.arrivals}
    acts: dict[int, Step] = {}
    questions = partial(_corrected, round_, _taken_in(events))
    for event in events:
        if step := _step(event, round_, names, questions, acts):
            acts[event.seq] = step
    return tuple(step for seq, step in acts.items() if seq not in ledger.undone)


def _taken_in(events: Iterable[Event]) -> Mapping[tuple[Key, int], str]:
    """Plan of every submission, also of those that were taken back."""
    found: dict[tuple[Key, int], str] = {}
    for event in events:
        fact = fact_of(event)
        taken = fact.submission if isinstance(fact, Arrived) else fact
        if isinstance(taken, Submitted):
            found[(taken.unit, taken.form), taken.number] = taken.plan
    return found


def _corrected(round_: Round, plans: Mapping[tuple[Key, int], str], fact: Corrected) -> str:
    """What a 県補正 was about, behind the name of its return: の「管内人口」（→「30000」）."""
    label = fact.field
    if digest := plans.get(((fact.unit, fact.form), fact.number)):
        plan = WorkbookPlan.from_json(round_.plans.get(digest))
        address = (fact.field, fact.column, fact.row)
        found = (answer_label(a, plan) for a in plan.answers if a.address == address)
        label = next(found, label)
    return f"の「{label}」（→「{told(fact.raw)}」）"


def _runs(steps: Iterable[Step]) -> Iterator[Run]:
    """Acts that stand beside each other with the same moment, person and kind."""
    for _, together in groupby(steps, key=lambda s: (s.at, s.by, s.act)):
        yield Run(tuple(together))


def _step(
    event: Event,
    round_: Round,
    names: Mapping[int, str],
    questions: Callable[[Corrected], str],
    before: Mapping[int, Step],
) -> Step | None:
    """An act in words, with those before it; None for what cannot be taken back."""

    def step(
        subject: str,
        act: str,
        unit: str = "",
        form: str = "",
        arrivals: tuple[int, ...] = (),
        number: int = 0,
    ) -> Step:
        whose = _whose(round_, unit, form) if unit else ""
        nth = f"第{number}回" if number else ""
        key = (unit, form) if unit else None
        return Step(event.seq, event.at, event.by, whose + nth + subject, act, key, arrivals)

    match fact_of(event):
        case Accepted(unit=unit, form=form, number=number):
            return step("", "を確認済にした", unit, form, number=number)
        case Arrived(submission=Submitted() as taken):
            files = (event.seq, *filter(None, taken.evidences))
            return step("", TAKEN, taken.unit, taken.form, files, taken.number)
        case Submitted() as taken:
            act = JOINED if taken.joined else TAKEN
            files = (*taken.arrivals, *filter(None, taken.evidences))
            return step("", act, taken.unit, taken.form, files, taken.number)
        case Corrected(unit=unit, form=form, number=number) as fact:
            new = step(questions(fact), CORRECTED, unit, form, number=number)
            return replace(new, key=None)  # no status changes by it
        case Dismissed(arrival=arrival, reason=reason):
            why = f"（理由：{reason}）" if reason else ""
            return step(names[arrival], f"を取り扱わないことにした{why}", arrivals=(arrival,))
        case Sent(unit=unit, form=form, occasion="reminder"):
            return step("", "の提出のお願いを送付済にした", unit, form)
        case Sent(unit=unit, form=form, occasion=("question" | "receipt")):
            return step("", "についてのメールを送付済にした", unit, form)
        case Sent(unit=unit, form=form):
            return step("", "を送付済にした", unit, form)
        case Undone(seq=seq) if seq in before:
            act = _taken_back(before[seq].act)
            return replace(before[seq], seq=event.seq, at=event.at, by=event.by, act=act)
    return None


def _taken_back(act: str) -> str:
    """An act in words that says it was taken back."""
    undone = act.removesuffix(TAKEN_BACK)
    return f"{act}{TAKEN_BACK}" if undone == act else f"{undone}ことの取り消しを、取り消した"


def _whose(round_: Round, unit_id: str, form: str) -> str:
    unit = round_.unit(unit_id)
    name = f"{unit.name}（{unit_id}）" if unit else unit_id
    return f"{name}「{round_.forms[form].title if form in round_.forms else form}」"
