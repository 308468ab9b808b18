"""What comes back in the demonstration: most returns complete, and one of each thing that goes wrong in real rounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import PurePosixPath

from xlsx_pdca.cells import a1
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.reading import Address
from xlsx_pdca.unit import Unit
from xlsx_pdca.workbook.filling import Beside, fill, unrelated_book
from xlsx_pdca.workflows.demo_answers import Respondent, answers_of


class Habit(Enum):
    """How a unit returns a form."""

    USUAL = auto()
    MISSING = auto()
    LATE = auto()
    AT_LENGTH = auto()
    """Far beyond the guide lengths."""
    TWICE = auto()
    """The very same file in two mails."""
    AGAIN = auto()
    """Incomplete first, complete a few days later."""
    BLANK = auto()
    """A required answer left blank."""
    DRAGGED = auto()
    """One answer cut and moved onto its neighbour."""
    IN_WORDS = auto()
    """The population written in words."""
    BESIDE = auto()
    """A remark written outside the answer cells."""
    RENAMED = auto()
    NEIGHBOUR = auto()
    """Filled into the workbook of another unit and sent under its own name."""
    NOT_A_WORKBOOK = auto()
    """A PDF under the name of a workbook; the workbook follows."""


NEIGHBOURS = {"みどり市": "桐生市"}
"""Whose workbook the unit used by mistake."""

BEFORE: Mapping[str, Habit] = {
    "高崎市": Habit.AT_LENGTH,
    "桐生市": Habit.IN_WORDS,
    "伊勢崎市": Habit.AGAIN,
    "太田市": Habit.DRAGGED,
    "沼田市": Habit.LATE,
    "渋川市": Habit.RENAMED,
    "藤岡市": Habit.BLANK,
    "富岡市": Habit.TWICE,
    "安中市": Habit.BESIDE,
    "みどり市": Habit.NEIGHBOUR,
    "玉村町": Habit.NOT_A_WORKBOOK,
    "みなかみ町": Habit.LATE,
    "南牧村": Habit.MISSING,
    "片品村": Habit.MISSING,
}
"""事前課題: units that are not USUAL, by name."""

ON_THE_DAY: Mapping[str, Habit] = {
    "桐生市": Habit.LATE,
    "安中市": Habit.BLANK,
    "高山村": Habit.MISSING,
    "南牧村": Habit.MISSING,
    "片品村": Habit.MISSING,
    "川場村": Habit.LATE,
    "嬬恋村": Habit.RENAMED,
    "草津町": Habit.TWICE,
}
"""当日課題."""

HABITS = {"jizen": BEFORE, "tojitsu": ON_THE_DAY}

_REQUIRED: Mapping[str, Address] = {
    "jizen": ("weaknesses", "", ""),
    "tojitsu": ("scene", "", ""),
}
_DRAGGED: tuple[Address, Address] = (("present", "daily", ""), ("actions", "daily", ""))
_POPULATION: Address = ("population", "", "")
_REMARK = "※組織改正を予定しているため、様式1は10月に改めて確認いたします。"
_PDF = b"%PDF-1.4\n% Sample of a file that is not a workbook.\n"


@dataclass(frozen=True)
class Issue:
    """One issued workbook and who it went to."""

    unit: Unit
    plan: WorkbookPlan
    file: str
    """Relative to the round folder."""
    data: bytes

    @property
    def name(self) -> str:
        return PurePosixPath(self.file).name


@dataclass(frozen=True)
class ReturnedFile:
    """A file as it comes in a mail."""

    at: datetime
    name: str
    data: bytes


@dataclass(frozen=True)
class Window:
    """When returns come in: most before the deadline, the late ones after it."""

    first: datetime
    deadline: datetime
    last: datetime


def returned_files(
    issue: Issue, respondent: Respondent, window: Window, neighbour: Issue | None = None
) -> tuple[ReturnedFile, ...]:
    """All that one unit sends for one form, in no particular order."""
    habit = _habit(issue)
    form = issue.plan.form
    at = _moment(respondent, form, window, late=habit is Habit.LATE)
    again = _moment(respondent, form, window, late=True)
    texts = answers_of(respondent, issue.plan)
    sent = ReturnedFile(at, issue.name, _filled(issue, texts))
    match habit:
        case Habit.MISSING:
            return ()
        case Habit.TWICE:
            return (sent, replace(sent, name=issue.name.replace(".xlsx", " (1).xlsx")))
        case Habit.AGAIN:
            first = fill(issue.data, issue.plan, _unfinished(texts))
            return (replace(sent, data=first), replace(sent, at=again))
        case Habit.NOT_A_WORKBOOK:
            return (replace(sent, data=_PDF), replace(sent, at=again))
        case Habit.NEIGHBOUR if neighbour:
            return (replace(sent, data=fill(neighbour.data, neighbour.plan, texts)),)
        case Habit.RENAMED:
            return (replace(sent, name=f"回答（{issue.plan.title}）最終版.xlsx"),)
    return (sent,)


def stray_file(at: datetime) -> ReturnedFile:
    """A workbook that came along and is no return."""
    rows = [("番号", "団体", "参加者"), ("1", "明和町", "1名"), ("2", "千代田町", "2名")]
    return ReturnedFile(at, "研修会参加者一覧.xlsx", unrelated_book("参加者一覧", rows, at))


def typed_texts(issue: Issue, texts: Mapping[Address, str]) -> dict[Address, str]:
    """What stands in the answer cells in the end, whatever habit the unit has."""
    form = issue.plan.form
    match _habit(issue):
        case Habit.BLANK:
            return {a: t for a, t in texts.items() if a != _REQUIRED[form]}
        case Habit.IN_WORDS:
            return dict(texts) | {_POPULATION: "約十万人"}
        case Habit.DRAGGED:
            source, target = _DRAGGED
            moved = texts.get(source, "（記入済み）")
            return {a: t for a, t in texts.items() if a != source} | {target: moved}
    return dict(texts)


def _habit(issue: Issue) -> Habit:
    return HABITS.get(issue.plan.form, {}).get(issue.unit.name, Habit.USUAL)


def _filled(issue: Issue, texts: Mapping[Address, str]) -> bytes:
    """The workbook with everything its habit brings along."""
    typed = typed_texts(issue, texts)
    match _habit(issue):
        case Habit.DRAGGED:
            source, target = _DRAGGED
            before = {a: t for a, t in typed.items() if a != target} | {source: typed[target]}
            return fill(issue.data, issue.plan, before, dragged=_DRAGGED)
        case Habit.BESIDE:
            beside = Beside(issue.plan.sheets[1].key, _free_cell(issue.plan), _REMARK)
            return fill(issue.data, issue.plan, typed, beside=[beside])
    return fill(issue.data, issue.plan, typed)


def _free_cell(plan: WorkbookPlan) -> str:
    """A cell to the right of everything printed, beside the first answer of the first sheet of questions."""
    sheet = plan.sheets[1]
    first = next(a for a in plan.answers if a.sheet == sheet.key)
    right = max(cell.rect.right for cell in sheet.cells)
    return a1(first.rect.top, right + 2)


def _unfinished(texts: Mapping[Address, str]) -> dict[Address, str]:
    """What was written before the telephone rang: the first sheet only."""
    return dict(list(texts.items())[:10])


def _moment(respondent: Respondent, form: str, window: Window, *, late: bool) -> datetime:
    """An office hour inside the window."""
    chance = respondent.chance("returned", form, str(late))
    start, end = (window.deadline, window.last) if late else (window.first, window.deadline)
    days = max(1, (end.date() - start.date()).days)
    day = start + timedelta(days=late + chance.randrange(days))
    return day.replace(hour=chance.randrange(9, 17), minute=chance.randrange(60), second=0)
