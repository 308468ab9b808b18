"""Tests of the demonstration: the whole round, from issue to the three books with a note that lives."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from xlsx_pdca.facts import Outcome
from xlsx_pdca.ledger import Status
from xlsx_pdca.summary import NOTE_COLUMN
from xlsx_pdca.workflows.demo import (
    JOINT_ONLY,
    NOTE_SHEET,
    README,
    Played,
    demo_folder,
    leave_report,
    play,
    report,
)
from xlsx_pdca.workflows.merge import CONSOLIDATED, DATA, PROGRESS

pytestmark = pytest.mark.untraced


@contextlib.contextmanager
def silent(_total: int, _word: str) -> Iterator[object]:
    yield lambda _: None


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """One demonstration with the default seed."""
    folder = tmp_path_factory.mktemp("played") / "demo"
    return play(folder, tell=lambda _: None, progress=silent, csv_dir=folder / "csv")


def outcome_of(played: Played, name: str) -> list[tuple[Outcome, set[str]]]:
    return [
        (line.arrived.outcome, {f.code for f in line.arrived.findings})
        for line in played.lines
        if line.file.name == name
    ]


def sheet_rows(played: Played, book: str, sheet: str) -> list[tuple[object, ...]]:
    path = played.folder.summaries / book
    return list(openpyxl.load_workbook(path, read_only=True)[sheet].iter_rows(values_only=True))


def test_the_three_books_lie_in_the_round(played: Played) -> None:
    """The three books are there, and the books show the seed."""
    names = {path.name for path in played.folder.summaries.glob("*.xlsx")}
    assert names == {CONSOLIDATED, PROGRESS, DATA}
    assert "見本 種 8" in str(sheet_rows(played, CONSOLIDATED, "概況")[0][0])


def test_one_of_each_that_goes_wrong(played: Played) -> None:
    """Every habit of the cast has exactly the outcome and the finding it was made for."""
    expected = {
        "102032-1_桐生市_事前課題.xlsx": [(Outcome.SUBMISSION, {"ANS04"})],
        "102059-1_太田市_事前課題.xlsx": [(Outcome.SUBMISSION, {"STR04"})],
        "102091-1_藤岡市_事前課題.xlsx": [(Outcome.SUBMISSION, {"ANS01"})],
        "102113-1_安中市_事前課題.xlsx": [(Outcome.SUBMISSION, {"STR09"})],
        "102121-1_みどり市_事前課題.xlsx": [(Outcome.HELD, {"IDN10"})],
        "研修会参加者一覧.xlsx": [(Outcome.HELD, {"IDN01"})],
    }
    must = {code for found in expected.values() for _, codes in found for code in codes}
    for name, wanted in expected.items():
        found = [(outcome, codes & must) for outcome, codes in outcome_of(played, name)]
        assert found == wanted, name
    refused, proper = outcome_of(played, "104647-1_玉村町_事前課題.xlsx")
    assert refused == (Outcome.HELD, {"FIL10"})
    assert proper[0] is Outcome.SUBMISSION
    twice = outcome_of(played, "102105-1_富岡市_事前課題 (1).xlsx")
    assert {twice[0][0], outcome_of(played, "102105-1_富岡市_事前課題.xlsx")[0][0]} == {
        Outcome.SUBMISSION,
        Outcome.SAME_FILE,
    }
    (renamed,) = outcome_of(played, "回答（事前課題）最終版.xlsx")
    assert renamed[0] is Outcome.SUBMISSION


def test_a_resubmission_counts(played: Played) -> None:
    """伊勢崎市 answered twice: the first one lacks required answers, the second one is accepted."""
    first, second = outcome_of(played, "102041-1_伊勢崎市_事前課題.xlsx")
    assert "ANS22" in first[1]
    assert not {"ANS01", "ANS20", "ANS22"} & second[1]
    line = next(x for x in played.overview.lines if (x.unit.name, x.form) == ("伊勢崎市", "jizen"))
    assert line.standing.submission is not None
    assert (line.standing.submission.number, line.status) == (2, Status.ACCEPTED)


def test_usual_returns_raise_no_question(played: Played) -> None:
    """Positive control: apart from the cast, no file must be checked by a person."""
    doubtful = {line.file.name for line in played.lines if line.needs_person}
    assert len(played.lines) - len(doubtful) > 50
    assert len(doubtful) == 8


def test_statuses_tell_the_story(played: Played) -> None:
    """Missing, extended, exempt, waiting and accepted units all appear."""
    status = {(x.unit.name, x.form): x.status for x in played.overview.lines}
    assert {status["南牧村", "jizen"], status["片品村", "jizen"]} == {Status.MISSING}
    assert Status.EXTENDED in status.values()
    assert {status[name, "jizen"] for name in JOINT_ONLY} == {Status.EXEMPT}
    assert status["太田市", "jizen"] is Status.RECEIVED
    assert status["沼田市", "jizen"] is Status.ACCEPTED


def test_the_joint_answer_stands_in_six_rows(played: Played) -> None:
    """たておう answers for six municipalities, 館林市 also on its own."""
    rows = sheet_rows(played, CONSOLIDATED, NOTE_SHEET)
    joint = [row[1] for row in rows if "共同回答" in str(row[4])]
    assert joint == ["館林市", *JOINT_ONLY]
    assert [row[1] for row in rows].count("館林市") == 2


def test_the_note_lives(played: Played) -> None:
    """What was typed after the first merge stands beside 前橋市 in the last book."""
    rows = sheet_rows(played, CONSOLIDATED, NOTE_SHEET)
    head = next(row for row in rows if NOTE_COLUMN in row)
    column = head.index(NOTE_COLUMN)
    notes = {row[1]: row[column] for row in rows if row[0] and row[column] and row is not head}
    assert notes == {"前橋市": played.note}


def test_the_report_says_where_and_what(played: Played, tmp_path: Path) -> None:
    """Absolute paths that exist, three to six things to look at, seed; the text file opens in Windows."""
    text = report(played)
    assert "見本 種 8" in text
    for path in played.merged.books:
        assert str(path.absolute()) in text
        assert path.exists()
    assert "必ず確認：桐生市、太田市、藤岡市、安中市" in text
    assert "エラー" not in text
    left = leave_report(played, tmp_path)
    assert left.name == README
    assert left.read_bytes().decode("utf-8-sig") == text.replace("\n", "\r\n")


def test_the_command_plays_the_very_same_round(played: Played, tmp_path: Path) -> None:
    """Same seed in another process and folder: the same ledger to the last byte; what stood there stands."""
    (tmp_path / "demo").mkdir()
    own = tmp_path / "demo" / "my.txt"
    own.write_text("mine", encoding="utf-8")
    environment = os.environ | {"PDCA_DEMO_SEED": "8", "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "xlsx_pdca", "demo"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (round_folder,) = (p for p in (tmp_path / "demo_2").iterdir() if p.is_dir())
    events = round_folder / played.folder.events.relative_to(played.folder.root)
    assert events.read_bytes() == played.folder.events.read_bytes()
    assert str(round_folder / "70_取りまとめ") in done.stdout
    assert [p.name for p in (tmp_path / "demo").iterdir()] == ["my.txt"]


def test_a_free_folder_is_found(tmp_path: Path) -> None:
    """demo, then demo_2 and so on; nothing that stands is taken."""
    assert demo_folder(tmp_path) == tmp_path / "demo"
    (tmp_path / "demo").write_text("a file", encoding="utf-8")
    (tmp_path / "demo_2").mkdir()
    assert demo_folder(tmp_path) == tmp_path / "demo_3"
