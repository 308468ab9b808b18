"""The file comes back after a 確認依頼: points close, replies are shown, nothing ends by itself."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from issued_round import BY, MAEBASHI, NOW, Desk
from libreoffice import LibreOffice
from mail_desk import lying, writer
from xlsx_pdca.cli.program import run
from xlsx_pdca.ledger import Status
from xlsx_pdca.own_marks import COVER_SHEET, HEADS
from xlsx_pdca.points import PointState, points_now, solved_words
from xlsx_pdca.workflows.ask import ask
from xlsx_pdca.workflows.outbox import book_other_mails
from xlsx_pdca.workflows.send import Wish
from xlsx_pdca.workflows.standing import overview

NAME = "102016-1_前橋市_事前課題_確認のお願い.xlsx"
RETURNED = "102016-1_前橋市_事前課題.xlsx"


def asked(desk: Desk, **answers: str) -> Path:
    """The marked copy of a return with doubts, its letter gone out with 23 September as the day to answer."""
    desk.take_in(RETURNED, desk.filled(**answers))
    ask(Desk.at(desk.root).round, Wish(frozenset()), writer(15))
    assert lying(desk)
    at = NOW + timedelta(days=15)
    book_other_mails(desk.round, [], at.date(), everyone=True, now=at, by=BY)
    return desk.round.folder.queries / NAME


@pytest.mark.soffice
def test_answered_in_libreoffice(desk: Desk, soffice: LibreOffice, tmp_path: Path) -> None:
    """One point put right in its cell, the other answered only in 御回答欄: 解決 and 返答あり, with sheet and cell."""
    copy = asked(desk, population="三万人ぐらい", strengths="")
    points = points_now(desk.standing())
    assert [p.state for p in points] == [PointState.OPEN] * 2
    fixed, replied = sorted(points, key=lambda p: p.asked.field != "population")
    beside = f"E{_row_of(copy, replied.asked.number)}"
    saved = tmp_path / "saved.xlsx"
    steps = [
        ["write", fixed.asked.sheet, fixed.asked.cell, "30000"],
        ["write", COVER_SHEET, beside, "特にありません。"],
    ]
    soffice.run("change", {"path": str(copy), "steps": steps, "save_as": str(saved)})
    line = desk.take_in("返信.xlsx", saved.read_bytes())
    assert line.arrived.submission and line.arrived.submission.number == 2
    now = {p.asked.field: p for p in points_now(desk.standing())}
    assert now["population"].state is PointState.SOLVED
    assert now["strengths"].state is PointState.REPLIED
    (said,) = now["strengths"].replies
    assert (said.sheet, said.cell) == (COVER_SHEET, beside)
    assert "特にありません。" in said.sentence()
    words = solved_words(points_now(desk.standing()))
    assert words.startswith("確認をお願いした2点のうち1点が解決しました。残り：")
    assert words.endswith("…返答あり。")


def _row_of(copy: Path, number: int) -> int:
    """Row of a point on the first sheet, as another library sees it."""
    import openpyxl

    sheet = openpyxl.load_workbook(copy)[COVER_SHEET]
    rows = list(sheet.iter_rows(values_only=True))
    head = next(n for n, row in enumerate(rows) if row[: len(HEADS)] == HEADS)
    return next(n for n, row in enumerate(rows, 1) if n > head + 1 and row[0] == str(number))


def test_what_the_screens_say(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """receive, status and accept, from the question to its end."""
    asked(desk, population="三万人ぐらい")
    place = ["--round", str(desk.root)]
    run(["status", "--list", *place])
    said = capsys.readouterr().out
    assert "確認依頼中" in said and "返信期限 令和8年9月23日（水）" in said
    assert "確認をお願いした点（未）：" in said
    desk.drop("また.xlsx", desk.filled(population="四万人ぐらい"))
    run(["receive", *place])
    said = capsys.readouterr().out
    assert "確認をお願いした1点は、まだ解決していません。残り：" in said and "返答あり" in said
    desk.drop("さらに.xlsx", desk.filled(population="40000"))
    run(["receive", "--dry-run", *place])
    assert "確認をお願いした1点は、すべて解決しました。" in capsys.readouterr().out
    run(["accept", MAEBASHI, *place])
    said = capsys.readouterr().out
    assert "残っていた1点" in said and "解決としました" in said
    assert [p.state for p in points_now(desk.standing())] == [PointState.SOLVED]


def test_late_replies_are_named(desk: Desk) -> None:
    """After the day the letter named, not on it; the unit is 確認依頼中 all the time, never 未提出."""
    asked(desk, population="三万人ぐらい")
    for day, is_late in ((date(2026, 9, 23), False), (date(2026, 9, 24), True)):
        now = overview(desk.round, desk.ledger, today=day, waiting_files=0)
        assert [line.unit.id for line in now.asked] == [MAEBASHI]
        assert now.asked[0].status is Status.ASKED
        told = [step for step in now.next_steps if "返信期限" in step]
        assert bool(told) == is_late
    assert "1件（前橋市1点、返信期限 9/23（水））" in told[0]


def test_the_progress_book_says_until_when_and_what_is_open(desk: Desk) -> None:
    """提出状況: 確認依頼中 with 返信期限 and points; 確認事項: 依頼中 beside the finding; nothing of it before it was asked."""
    desk.take_in(RETURNED, desk.filled(population="三万人ぐらい"))
    assert "依頼中" not in _progress(desk).split("\n")
    asked(desk, population="三万人ぐらい")
    said = _progress(desk)
    assert "確認依頼中（返信期限 9/23（水）、1点）" in said
    assert "依頼中" in said.split("\n")


def _progress(desk: Desk) -> str:
    """Every text of 進行管理表, one cell a line."""
    import openpyxl

    run(["merge", "--round", str(desk.root)])
    (path,) = desk.round.folder.summaries.glob("*進行管理表*.xlsx")
    book = openpyxl.load_workbook(path)
    cells = (c.value for sheet in book for row in sheet.iter_rows() for c in row if c.value)
    return "\n".join(map(str, cells))
