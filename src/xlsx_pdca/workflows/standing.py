"""提出状況: where every form of every unit stands on a day, for the screen and for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from xlsx_pdca.ledger import Booked, Key, Ledger, Standing, Status
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.points import PointNow, is_overdue, open_points, points_now
from xlsx_pdca.reading import listed
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import weekday_name
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.summary_state import former_units


@dataclass(frozen=True)
class StandingLine:
    unit: Unit
    form: str
    title: str
    standing: Standing
    status: Status
    newer_waits: bool = False
    """A file that came in after the newest submission waits for a person."""
    is_overdue: bool = False
    """A 確認依頼 waits longer for its answer than until the day it named."""

    @property
    def until(self) -> date | None:
        """返信期限 of a 確認依頼 that waits for its answer."""
        question = self.standing.question
        return question.until if question and self.status is Status.ASKED else None

    @property
    def asked_points(self) -> tuple[PointNow, ...]:
        """What was asked and is not solved."""
        return open_points(points_now(self.standing))

    @property
    def words(self) -> str:
        """The status with its sign; a newer workbook that has not gone out yet is told apart."""
        waits = self.status is Status.NOT_SENT and self.standing.is_replaced
        return f"{self.status.symbol}{self.status}{'（差替え）' if waits else ''}"

    @property
    def open_points(self) -> int:
        """How many 必ず確認 of the newest submission are not settled."""
        return len(self.standing.open_must)


@dataclass(frozen=True)
class Overview:
    lines: tuple[StandingLine, ...]
    held: tuple[Booked, ...]
    """Files that wait for a person."""
    waiting_files: int
    """Files in 40_届いたファイル not yet taken in."""
    drafts: int = 0
    """Mails that lie in 30_下書きメール besides those that carry a form out."""
    kept_back: int = 0
    """Drafts there that were changed, or that say what no longer holds."""
    uncertain: tuple[Mailing, ...] = ()
    """Mails of which nobody knows whether they went out."""
    promised: frozenset[str] = frozenset()
    """Units that have named a day on which they will answer, and it is not over."""

    def counts(self) -> Mapping[str, Mapping[Status, int]]:
        """Number of units by form title and status."""
        found: dict[str, Counter[Status]] = {}
        for line in self.lines:
            found.setdefault(line.title, Counter())[line.status] += 1
        return found

    @property
    def doubtful(self) -> tuple[StandingLine, ...]:
        """Submissions with an open 必ず確認 that nobody has accepted."""
        return tuple(
            line for line in self.lines if line.status is Status.RECEIVED and line.open_points
        )

    @property
    def asked(self) -> tuple[StandingLine, ...]:
        """Whose answer to a 確認依頼 is awaited."""
        return tuple(line for line in self.lines if line.status is Status.ASKED)

    @property
    def overdue(self) -> tuple[StandingLine, ...]:
        """Whose answer to a 確認依頼 is awaited longer than until the day it named."""
        return tuple(line for line in self.asked if line.is_overdue)

    @property
    def awaited(self) -> tuple[StandingLine, ...]:
        """Whose answer is out and not past its deadline."""
        waiting = (Status.SENT, Status.EXTENDED)
        return tuple(line for line in self.lines if line.status in waiting)

    @property
    def next_steps(self) -> tuple[str, ...]:
        """次にすること, the most urgent first."""
        by_status = Counter(line.status for line in self.lines)
        dark = frozenset[Key]().union(*(mailing.keys for mailing in self.uncertain))
        unsent = [
            line.standing
            for line in self.lines
            if line.status is Status.NOT_SENT and (line.unit.id, line.form) not in dark
        ]
        replaced = sum(standing.is_replaced for standing in unsent)
        unissued = sum(not standing.issues for standing in unsent)
        clear = sum(
            not (line.open_points or line.newer_waits)
            for line in self.lines
            if line.status is Status.RECEIVED
        )
        steps = (
            (
                len(self.uncertain),
                "送信できたか不明のメールがあります。届いたかどうかを確かめ、下に示すどちらかを実行してください。{n}通",
            ),
            (unissued, "様式を作成してください（issue）。未作成 {n}件"),
            (
                len(unsent) - unissued - replaced,
                "下書きメールを作って送り（send）、送付日を記録してください（send --mark-sent）。{n}件",
            ),
            (
                replaced,
                "差し替えた様式を送る（send）か、変わったことをお知らせし、その日を記録してください（send --mark-sent）。{n}件",
            ),
            (
                self.drafts,
                "下書きメールが「30_下書きメール」にあります。送って、送付した日を記録してください（「送信一覧.xlsx」の送信日か、send --mark-sent）。{n}通",
            ),
            (
                self.kept_back,
                "「30_下書きメール」に、作成した後に変更されたか、いまの名簿・様式・期限・送付の記録と合わなくなった下書きがあります。御確認のうえメールソフトでお送りになるか、消してから、作ったときのコマンド（send、remind、ask など）で作り直してください（どの下書きかは、send --review で分かります）。{n}通",
            ),
            (self.waiting_files, "届いたファイルを取り込んでください（receive）。{n}件"),
            (len(self.held), "保留中のファイルの取扱いを決めてください（accept --file）。{n}件"),
            (len(self.doubtful), f"必ず確認する点のある提出があります。{{n}}件{self._whose()}"),
            (
                len(self.overdue),
                f"確認依頼の返信期限を過ぎています。お電話などでお尋ねください。{{n}}件{self._late()}",
            ),
            (clear, "必ず確認する点のない提出を確認済にできます（accept --all）。{n}件"),
            (
                by_status[Status.MISSING],
                f"期限を過ぎて未提出の団体があります（提出のお願いは remind、電話の一覧は remind --list）。{{n}}件{self._promised()}",
            ),
        )
        # Names of units stand in them, with whatever signs: nothing else is filled in.
        return tuple(text.replace("{n}", str(n), 1) for n, text in steps if n > 0)

    def _promised(self) -> str:
        """How many of the missing have said when they will answer."""
        number = sum(
            line.status is Status.MISSING and line.unit.id in self.promised for line in self.lines
        )
        return f"（うち{number}件は、御提出の予定の日を伺っています）" if number else ""

    def _late(self) -> str:
        """Whose replies are late, what was asked, and since when."""
        several = len({line.form for line in self.overdue}) > 1
        named = (
            f"{line.unit.name}{f'「{line.title}」' if several else ''}"
            f"{len(line.asked_points)}点、返信期限 {_short_day(line.until)}"
            for line in self.overdue
        )
        return f"（{listed(named)}）。"

    def _whose(self) -> str:
        """Which submissions to look at, where their points stand, and how to go on."""
        if not self.doubtful:
            return ""
        several = len({line.form for line in self.doubtful}) > 1
        named = (
            f"{line.unit.name}{f'「{line.title}」' if several else ''}{line.open_points}点"
            for line in self.doubtful
        )
        first = self.doubtful[0].unit.id
        return (
            f"（{listed(named)}）。お尋ねする文は、status --list か、進行管理表（merge）の「確認事項」にあります"
            f"（ask で、お尋ねするメールの下書きを作れます。伺った内容に直すときは correct です）。確かめた後は accept {first} のように、回答単位IDを付けて確認済にできます。"
        )


def _short_day(day: date | None) -> str:
    """Like 10/20（火）."""
    return f"{day.month}/{day.day}（{weekday_name(day)}）" if day else ""


def overview(
    round_: Round,
    ledger: Ledger,
    *,
    today: date,
    waiting_files: int,
    drafts: int = 0,
    kept_back: int = 0,
    uncertain: tuple[Mailing, ...] = (),
) -> Overview:
    """Standings of all units of 名簿 in all forms switched on that ask them something, and whatever else was answered."""
    lines = [
        _line(unit, form.id, form.title, ledger, today)
        for form in round_.forms.values()
        for unit in round_.units
        if ledger.standing(unit.id, form.id).issues or round_.asks(unit, form)
    ]
    lines += _answered_besides(round_, ledger, today, {(x.unit.id, x.form) for x in lines})
    until = {booked.fact.unit: booked.fact.until for booked in ledger.contacts}
    promised = frozenset(unit for unit, day in until.items() if day and day >= today)
    return Overview(
        tuple(lines), ledger.held, waiting_files, drafts, kept_back, uncertain, promised
    )


def _answered_besides(
    round_: Round, ledger: Ledger, today: date, known: Container[Key]
) -> Iterator[StandingLine]:
    """Submissions of units that have left 名簿, and in forms that are switched off: a person still decides on them."""
    units = {unit.id: unit for unit in (*round_.units, *former_units(round_, ledger))}
    for key, standing in ledger.standings.items():
        if standing.submissions and key not in known:
            unit, form = key
            yield _line(units[unit], form, round_.titles.get(form, form), ledger, today)


def _line(unit: Unit, form: str, title: str, ledger: Ledger, today: date) -> StandingLine:
    standing = ledger.standing(unit.id, form)
    status = standing.status(today, exempt=unit.exempt)
    late = is_overdue(standing, today)
    held = ledger.has_newer_held(standing)
    return StandingLine(unit, form, title, standing, status, held, late)
