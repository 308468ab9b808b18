"""One whole round of Gunma played in a go: issued, filled, received, checked, accepted, merged, annotated, merged again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from xlsx_pdca.definitions.codes import CodeTable, shipped_codes
from xlsx_pdca.definitions.data_files import samples_folder
from xlsx_pdca.definitions.form_settings import FormLine
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_settings, gunma_units
from xlsx_pdca.definitions.settings import written_settings
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Contacted, Extended, Outcome, booking
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import write_atomically
from xlsx_pdca.unit import Unit
from xlsx_pdca.workbook.filling import noted
from xlsx_pdca.workbook.officer_book import OfficerBook, write_officer_book
from xlsx_pdca.workflows.acceptance import accept, dismiss
from xlsx_pdca.workflows.demo_answers import Respondent
from xlsx_pdca.workflows.demo_material import ANSWERS_FILE, Material, read_material
from xlsx_pdca.workflows.demo_returns import (
    BEFORE,
    HABITS,
    NEIGHBOURS,
    Habit,
    Issue,
    ReturnedFile,
    Window,
    returned_files,
    stray_file,
)
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.merge import CONSOLIDATED, MergeResult, merge
from xlsx_pdca.workflows.new import RoundToMake, form_lines, new_round, round_name
from xlsx_pdca.workflows.receive import Line, receive
from xlsx_pdca.workflows.round import Round, open_round_at
from xlsx_pdca.workflows.standing import Overview, overview
from xlsx_pdca.workflows.told_sent import mark_sent

DEFAULT_SEED = "8"
FISCAL_YEAR = 2026
BY = "見本 担当者"
"""Who does everything in the demonstration."""

Step = Callable[[object], None]
Progress = Callable[[int, str], AbstractContextManager[Step]]


def _on(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(FISCAL_YEAR, month, day, hour, minute, tzinfo=JST)


MADE, SENT = _on(9, 1), _on(9, 2)
WINDOWS: Mapping[str, Window] = {
    "jizen": Window(_on(9, 9), _on(9, 25), _on(10, 2)),
    "tojitsu": Window(_on(10, 20), _on(10, 30), _on(11, 5)),
}
"""When each form comes back; the second of the three is its deadline."""
RECEIVED: Mapping[str, tuple[datetime, ...]] = {
    "jizen": (_on(9, 18, 17), _on(9, 25, 17, 30), _on(10, 5, 10)),
    "tojitsu": (_on(10, 30, 17, 30), _on(11, 6, 10)),
}
"""When the officer takes in what has come."""
FIRST_MERGE, NOTED, LAST_MERGE = _on(10, 5, 11), _on(10, 6, 15), _on(11, 6, 11)

JOINT_ONLY = ("板倉町", "明和町", "千代田町", "大泉町", "邑楽町")
"""They answer through the desk alone; 館林市 answers on its own as well."""
NOTE_SHEET, NOTE_CODE = "入退院支援", "102016"


@dataclass(frozen=True)
class Played:
    """What the demonstration left behind."""

    folder: RoundFolder
    seed: str
    lines: tuple[Line, ...]
    """Every file taken in, in order."""
    overview: Overview
    merged: MergeResult
    note: str
    """県記入 written after the first merge; it stands in the last one too."""


def demo_folder(parent: Path) -> Path:
    """`demo` in a folder, or the first of `demo_2`, `demo_3`… that is free: nothing that stands is touched."""
    number = 1
    while (folder := parent / ("demo" if number == 1 else f"demo_{number}")).exists():
        number += 1
    return folder


def play(
    folder: Path,
    *,
    seed: str = DEFAULT_SEED,
    tell: Callable[[str], None],
    progress: Progress,
    csv_dir: Path | None = None,
) -> Played:
    """Play the round below a folder; the same seed gives the same answers, files and ledger."""
    wanted = RoundToMake(FISCAL_YEAR, sample=True, with_desk=True)
    tell("実施回のフォルダーと管理簿を作成しています。")
    key = hashlib.sha256(f"xlsx-pdca demo {seed}".encode()).digest()
    made = new_round(folder / round_name(wanted), wanted, now=MADE, key=key, by=BY)
    _fill_settings(made.folder, seed)
    round_ = open_round_at(made.folder, holder=BY)
    tell("様式を作成しています。")
    books = issue(round_, now=MADE, by=BY).books
    mark_sent(round_, (), everyone=True, on=SENT.date(), now=SENT, by=BY)
    tell(f"様式を{len(books)}件作成し、送付済にしました。")
    stage = _Stage(round_, _material(), seed, tell, progress)
    lines = [*stage.form_comes_back("jizen")]
    merge(round_, now=FIRST_MERGE, by=BY)
    note = f"10月の打合せで伺う。前回との違いを確認すること（見本 種 {seed}）"
    _officer_notes(round_, note)
    tell("取りまとめ、県記入を書き込みました。続いて当日課題を受け取ります。")
    lines += stage.form_comes_back("tojitsu")
    tell("3冊を取りまとめています。")
    merged = merge(round_, now=LAST_MERGE, by=BY, csv_dir=csv_dir)
    stands = overview(round_, round_.ledger(), today=LAST_MERGE.date(), waiting_files=0)
    return Played(made.folder, seed, tuple(lines), stands, merged, note)


def _material() -> Material:
    path = samples_folder() / ANSWERS_FILE
    with told_about(path):
        return read_material(path.read_text(encoding="utf-8"))


# -- before: what the officer writes into 管理簿 -------------------------------------------


def _fill_settings(folder: RoundFolder, seed: str) -> None:
    """管理簿 as the officer would fill it in: all optional questions on, deadlines, five towns exempt."""
    codes = shipped_codes()
    forms = open_round_at(folder, holder=BY).forms
    settings = replace(gunma_settings(FISCAL_YEAR, MADE.date()), remark=f"見本 種 {seed}")
    lines = [
        _switched_on(line, WINDOWS[line.form].deadline.date())
        for form in forms.values()
        for line in form_lines(form, None)
    ]
    book = OfficerBook(
        title=f"{settings.prefecture}　{settings.name}",
        settings=written_settings(settings),
        forms=tuple(lines),
        units=tuple(_demo_units(codes)),
        by_code=codes.by_code,
    )
    write_atomically(folder.settings_book, write_officer_book(book, MADE))


def _switched_on(line: FormLine, deadline: date) -> FormLine:
    return replace(line, on=True, deadline=None if line.question else deadline)


def _demo_units(codes: CodeTable) -> Iterator[Unit]:
    desk = gunma_desk(codes)
    for unit in (*gunma_units(codes), desk):
        if unit.name in JOINT_ONLY:
            reason = f"{desk.name}による共同回答"
            unit = replace(unit, exempt=True, exempt_reason=reason)
        yield unit


# -- the round -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Stage:
    round: Round
    material: Material
    seed: str
    tell: Callable[[str], None]
    progress: Progress

    def form_comes_back(self, form: str) -> list[Line]:
        """Returns of one form, taken in run by run, then accepted as far as nothing must be checked."""
        files = sorted(self._returns(form), key=lambda file: (file.at, file.name))
        lines: list[Line] = []
        for number, now in enumerate(RECEIVED[form]):
            before = RECEIVED[form][number - 1] if number else None
            due = [f for f in files if f.at <= now and (before is None or f.at > before)]
            lines += self._receive(due, now)
        if form == "jizen":
            self._lay_aside_unreadable()
            self._telephone(form)
        done = accept(self.round, (), form=form, everyone=True, now=RECEIVED[form][-1], by=BY)
        self.tell(
            f"届いた{len(files)}件を取り込み、{len(done.accepted)}件を確認済にしました"
            f"（必ず確認する点のある{len(done.left)}件は、そのままにしています）。"
        )
        return lines

    def _returns(self, form: str) -> Iterator[ReturnedFile]:
        issued = {each.unit.name: each for each in self._issues(form)}
        with self.progress(len(issued), "回答を記入中") as step:
            for name, each in issued.items():
                neighbour = issued.get(NEIGHBOURS.get(name, ""))
                yield from returned_files(
                    each, respondent_of(each, self.seed, self.material), WINDOWS[form], neighbour
                )
                step(each)
        if form == "jizen":
            yield stray_file(_on(9, 24, 13, 5))

    def _issues(self, form: str) -> Iterator[Issue]:
        ledger = self.round.ledger()
        plans: dict[str, WorkbookPlan] = {}
        for unit in self.round.units:
            fact = ledger.standing(unit.id, form).issue
            if fact is None:
                continue
            if fact.plan not in plans:
                plans[fact.plan] = WorkbookPlan.from_json(self.round.plans.get(fact.plan))
            path = self.round.folder.root / fact.file
            with told_about(path):
                yield Issue(unit, plans[fact.plan], fact.file, path.read_bytes())

    def _receive(self, files: Sequence[ReturnedFile], now: datetime) -> tuple[Line, ...]:
        drop = self.round.folder.drop
        for file in files:
            path = drop / file.name
            write_atomically(path, file.data)
            with told_about(path):
                os.utime(path, (file.at.timestamp(), file.at.timestamp()))
        with self.progress(len(files), "読み取り中") as step:
            return receive(self.round, None, now=now, by=BY, step=step).lines

    def _lay_aside_unreadable(self) -> None:
        """The file that was no workbook: the right one has come meanwhile, under the same name."""
        taken = (a.fact for a in self.round.ledger().arrivals)
        again = {fact.name for fact in taken if fact.outcome is Outcome.SUBMISSION}
        for held in self.round.ledger().held:
            if held.fact.name in again:
                reason = "Excelブックで改めて提出があったため"
                dismiss(self.round, [held.seq], reason, now=RECEIVED["jizen"][-1], by=BY)

    def _telephone(self, form: str) -> None:
        """Two missing ones were called, one of them got more time for the next form."""
        names = [name for name, habit in HABITS[form].items() if habit is Habit.MISSING]
        units = [unit for unit in self.round.units if unit.name in names]
        at = RECEIVED[form][-1]
        said = "御多忙のところ恐縮ながら、提出のお願いをした。近日中に送付予定とのこと"
        contacts = [
            booking(Contacted(u.id, f"{said}（見本 種 {self.seed}）。", "電話"), at=at, by=BY)
            for u in units
        ]
        until = Extended(units[-1].id, "tojitsu", _on(11, 13).date())
        with self.round.log.writing() as writer:
            writer.append([*contacts, booking(until, at=at, by=BY)])


def respondent_of(issued: Issue, seed: str, material: Material | None = None) -> Respondent:
    """Who fills one issued workbook of the demonstration."""
    form = issued.plan.form
    return Respondent(
        unit=issued.unit,
        material=material or _material(),
        seed=seed,
        fiscal_year=FISCAL_YEAR,
        day=WINDOWS[form].first.date(),
        at_length=HABITS[form].get(issued.unit.name) is Habit.AT_LENGTH,
    )


def _officer_notes(round_: Round, note: str) -> None:
    path = round_.folder.summaries / CONSOLIDATED
    with told_about(path):
        write_atomically(path, noted(path.read_bytes(), NOTE_SHEET, NOTE_CODE, note))


# -- afterwards ----------------------------------------------------------------------------


def report(played: Played) -> str:
    """Where the books lie and what to look at, for the screen and the text file beside the round."""
    root = played.folder.root.absolute()
    books = "\n".join(f"  {path.absolute()}" for path in played.merged.books)
    points = "\n".join(f"  {n}. {point}" for n, point in enumerate(_points(played), 1))
    merged = played.merged
    return (
        f"群馬県35市町村の見本の実施回を、様式の作成から取りまとめまで行いました（見本 種 {played.seed}）。\n"
        f"回答・氏名・数値・宛先はすべて架空のものです。\n\n"
        f"取りまとめ（受領 {merged.returned}件、未受領 {merged.outstanding}件、保留 {merged.held}件）\n{books}\n\n"
        f"御覧いただきたいところ\n{points}\n\n"
        f"市町村に送る様式は「{root / '20_送付用'}」に、届いたファイルの控えは「{root / '50_受領済'}」にあります。\n"
        f"回答を変えて試すときは、環境変数 PDCA_DEMO_SEED に別の語を入れて実行してください。"
    )


def _points(played: Played) -> tuple[str, ...]:
    waiting = "、".join(
        dict.fromkeys(line.unit.name for line in played.overview.lines if line.open_points)
    )
    neighbour, owner = next(iter(NEIGHBOURS.items()))
    long_one = next(name for name, habit in BEFORE.items() if habit is Habit.AT_LENGTH)
    dragged = next(name for name, habit in BEFORE.items() if habit is Habit.DRAGGED)
    return (
        "取りまとめ表の「概況」：提出の状況が1ページにまとまっています。",
        f"取りまとめ表の「{NOTE_SHEET}」の前橋市：県記入「{played.note}」が、2回目の取りまとめにも引き継がれています。",
        f"取りまとめ表の「市町村カルテ」の{long_one}：目安を大きく超える御回答も、全文を読めます。",
        "取りまとめ表の館林市から邑楽町まで：窓口「たておう」の共同回答が、6市町の行に表示されています。",
        f"進行管理表の「確認事項」の{dragged}：回答が隣の欄へ移されていることをお知らせしています（必ず確認：{waiting}）。",
        f"進行管理表の「収受簿」：{neighbour}から届いたファイルは{owner}あての様式に記入されているため、保留にしています。",
    )


README = "はじめにお読みください.txt"


def leave_report(played: Played, folder: Path) -> Path:
    """The report as a text file that Windows opens rightly, beside the round."""
    path = folder / README
    write_atomically(path, report(played).replace("\n", "\r\n").encode("utf-8-sig"))
    return path
