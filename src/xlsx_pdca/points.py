"""What became of the points of a 確認依頼: each against the newest return, 県補正, acceptance and what was written beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xlsx_pdca.facts import AskedPoint, MarkedCopy, Submitted
from xlsx_pdca.findings import Finding, shortened
from xlsx_pdca.ledger import Standing
from xlsx_pdca.reading import listed

REPLY_CODE = "STR61"
"""Finding that quotes what was written in 御回答欄 beside a point."""
_NO_ADDRESS = ("", "", "")


class PointState(StrEnum):
    """Where a point stands."""

    SOLVED = "解決"
    REPLIED = "返答あり"
    """An answer came, and the officer decides whether it settles the point."""
    OPEN = "未"


class Solution(StrEnum):
    """By what a point was solved."""

    RETURN = "直していただいた"
    CORRECTION = "県補正"
    ACCEPTANCE = "確認済"


@dataclass(frozen=True)
class PointNow:
    """One point as it was put, and what became of it."""

    asked: AskedPoint
    state: PointState
    by: Solution | None = None
    replies: tuple[Finding, ...] = ()
    """What was written beside it on the first sheet of the copy, with sheet and cell."""

    @property
    def name(self) -> str:
        """Like 様式1 C5（人口）."""
        place = f"{self.asked.sheet} {self.asked.cell}".strip() or "ファイル全体"
        label = shortened(self.asked.label, 30)
        return f"{place}（{label}）" if label else place


def points_now(standing: Standing) -> tuple[PointNow, ...]:
    """Every point that was asked about the returns of a standing, as it is today; one asked twice counts once, as put last."""
    return points_after(standing, standing.submission)


def points_after(standing: Standing, newest: Submitted | None) -> tuple[PointNow, ...]:
    """As `points_now`, were `newest` the newest return."""
    if newest is None:
        return ()
    last: dict[tuple[str, tuple[str, str, str], str], tuple[MarkedCopy, AskedPoint]] = {}
    for question in standing.questions:
        for point in question.points:
            # what has no address is told apart by its sheet
            sheet = point.sheet if point.address == _NO_ADDRESS else ""
            key = (point.code, point.address, sheet)
            last.pop(key, None)
            last[key] = (question, point)
    return tuple(_now(standing, newest, question, point) for question, point in last.values())


def open_points(points: Iterable[PointNow]) -> tuple[PointNow, ...]:
    """Those that are not solved."""
    return tuple(point for point in points if point.state is not PointState.SOLVED)


def solved_words(points: Sequence[PointNow]) -> str:
    """確認をお願いした3点のうち2点が解決しました。残り：…; empty where nothing was asked."""
    if not points:
        return ""
    left = open_points(points)
    if not left:
        return f"確認をお願いした{len(points)}点は、すべて解決しました。"
    solved = len(points) - len(left)
    told = (
        f"確認をお願いした{len(points)}点のうち{solved}点が解決しました。"
        if solved
        else f"確認をお願いした{len(points)}点は、まだ解決していません。"
    )
    return f"{told}残り：{names_of(left)}。"


def names_of(points: Iterable[PointNow]) -> str:
    """Points by place and question; of those with a reply that is said."""
    return listed(
        f"{point.name}{'…返答あり' if point.state is PointState.REPLIED else ''}"
        for point in points
    )


def is_overdue(standing: Standing, today: date) -> bool:
    """Whether a 確認依頼 about the newest return waits longer for an answer than until the day it named."""
    question = standing.question
    if question is None or question.until is None or standing.is_accepted:
        return False
    return standing.is_asked and today > question.until


def _now(
    standing: Standing, newest: Submitted, question: MarkedCopy, point: AskedPoint
) -> PointNow:
    is_later = newest.number > question.number
    replies = _replies(standing, newest, question, point) if is_later else ()
    if by := _solution(standing, newest, point, is_later=is_later):
        return PointNow(point, PointState.SOLVED, by, replies)
    is_told = bool(replies) or (is_later and _differs(standing, newest, question, point))
    return PointNow(point, PointState.REPLIED if is_told else PointState.OPEN, None, replies)


def _solution(
    standing: Standing, newest: Submitted, point: AskedPoint, *, is_later: bool
) -> Solution | None:
    if is_later and not _of_point(newest.findings, point):
        return Solution.RETURN
    corrections = (b.fact for b in standing.corrections if b.fact.number == newest.number)
    corrected = {(c.field, c.column, c.row) for c in corrections}
    if point.address != _NO_ADDRESS and point.address in corrected:
        return Solution.CORRECTION
    if any(b.fact.number == newest.number for b in standing.accepted):
        return Solution.ACCEPTANCE
    return None


def _of_point(findings: Iterable[Finding], point: AskedPoint) -> tuple[Finding, ...]:
    """The findings of that code at that address: without an address all of that code, whatever sheet they name."""
    return tuple(f for f in findings if f.code == point.code and f.address == point.address)


def _replies(
    standing: Standing, newest: Submitted, question: MarkedCopy, point: AskedPoint
) -> tuple[Finding, ...]:
    """What was written beside it in any return since: an answer given once stays said.

    Where several copies went out, a number means a point of the last one.
    """
    if question != standing.question:
        return ()
    since = [b.fact for b in standing.submissions if b.fact.number > question.number]
    found = (f for told in (*since, newest) for f in told.findings if f.code == REPLY_CODE)
    meant = (f for f in found if dict(f.context).get("number") == str(point.number))
    return tuple(dict.fromkeys(meant))


def _differs(
    standing: Standing, newest: Submitted, question: MarkedCopy, point: AskedPoint
) -> bool:
    """Whether the same is found again about another answer."""
    asked = next((b.fact for b in standing.submissions if b.fact.number == question.number), None)
    if asked is None:
        return False
    before, now = (_of_point(s.findings, point) for s in (asked, newest))
    return {f.context for f in before} != {f.context for f in now}
