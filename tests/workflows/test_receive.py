"""`receive`: what was booked once is booked once, nothing leaves before it is durable, and no file stops the others."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl.chart import BarChart
from openpyxl.workbook import Workbook

from failing_calls import windows_error
from issued_round import BY, GOOD, MAEBASHI, NOW, TAKASAKI, Desk, changed, codes
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.findings import Reader
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.disk_errors import LockHeld
from xlsx_pdca.store.system import exclusive_lock
from xlsx_pdca.workflows import receive as receiving
from xlsx_pdca.workflows.acceptance import accept, assign, dismiss
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.receive import receive
from xlsx_pdca.workflows.steps import undo

COPY = "102016-1_前橋市_事前課題_第1回.xlsx"


class Killed(BaseException):
    """Stands for a power cut: no code of ours may catch it."""


def arrivals(desk: Desk) -> list[Arrived]:
    return [booked.fact for booked in desk.ledger.arrivals]


def test_a_return_becomes_a_submission(desk: Desk) -> None:
    """Archived, booked, copied under a readable name, and out of the drop folder."""
    data = desk.filled()
    line = desk.take_in("返信.xlsx", data)
    taken = line.arrived.submission
    assert taken is not None
    assert (taken.unit, taken.form, taken.number, taken.person) == (
        MAEBASHI, "jizen", 1, "赤城花子",
    )  # fmt: skip
    copy = desk.root / taken.file
    assert copy.name == COPY
    assert copy.read_bytes() == data
    assert not copy.stat().st_mode & 0o222 or os.name == "nt"
    assert Archive.of_originals(desk.round.folder.originals).get(taken.sha256) == data
    assert desk.waiting == []
    assert desk.standing().submission == replace(taken, arrival=len(desk.round.log.read()))


def test_repeating_books_nothing(desk: Desk) -> None:
    """A second run over an empty drop folder writes no event and changes no file."""
    desk.take_in("返信.xlsx", desk.filled())
    before = desk.round.folder.events.read_bytes()
    assert desk.receive().lines == ()
    assert desk.round.folder.events.read_bytes() == before
    assert desk.copies == [COPY]


def test_dry_run_judges_the_same_and_leaves_everything(desk: Desk) -> None:
    """Nothing is archived, booked or moved; what would become of each file is the same."""
    desk.drop("返信.xlsx", desk.filled(strengths=""))
    desk.drop("同じ.xlsx", desk.filled(strengths=""), minute=1)
    before = desk.round.folder.events.read_bytes()
    planned = receive(desk.round, None, now=NOW, by=BY, dry_run=True).lines
    assert desk.round.folder.events.read_bytes() == before
    assert list(desk.round.folder.originals.rglob("*.*")) == []
    assert desk.waiting == ["同じ.xlsx", "返信.xlsx"]
    done = desk.receive().lines
    assert [line.arrived for line in planned] == [line.arrived for line in done]


def test_given_files_stay_where_they_are(desk: Desk, tmp_path: Path) -> None:
    """Files and folders named by path are taken in and left in place; the drop folder is not touched."""
    folder = tmp_path / "メールの添付"
    folder.mkdir()
    (folder / "返信.xlsx").write_bytes(desk.filled())
    desk.drop("別.xlsx", desk.filled(TAKASAKI))
    (line,) = receive(desk.round, given_files([folder]), now=NOW, by=BY).lines
    assert line.arrived.outcome is Outcome.SUBMISSION
    assert [path.name for path in folder.iterdir()] == ["返信.xlsx"]
    assert desk.waiting == ["別.xlsx"]


def test_what_windows_leaves_lying_is_no_arrival(desk: Desk) -> None:
    """Thumbs.db and the owner files of Excel and LibreOffice are passed over, and stay."""
    for name in ("Thumbs.db", "~$返信.xlsx", ".~lock.返信.xlsx#"):
        desk.drop(name, b"x")
    assert desk.receive().lines == ()
    assert len(desk.waiting) == 3


def test_what_is_passed_over_is_named(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Hidden files and links stay and are named with code 1; litter is not worth a word."""
    outside = desk.root.parent / "よそ.xlsx"
    outside.write_bytes(desk.filled())
    (desk.round.folder.drop / "リンク.xlsx").symlink_to(outside)
    desk.drop(".隠し.xlsx", desk.filled())
    desk.drop("Thumbs.db", b"x")
    desk.drop("~$返信.xlsx", b"x" * 165)
    desk.drop("返信 - ショートカット.lnk", b"L\0\0\0\x01\x14\x02\0")
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().err
    assert ".隠し.xlsx" in said and "リンク.xlsx" in said and "ショートカット.lnk" in said
    assert "Thumbs.db" not in said and "~$" not in said
    for name in ("リンク.xlsx", ".隠し.xlsx", "返信 - ショートカット.lnk"):
        (desk.round.folder.drop / name).unlink()
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.OK


@pytest.mark.parametrize("place", [".", "..", "20_送付用", "_システム（さわらない）"])
def test_the_rounds_own_folders_are_no_returns(
    desk: Desk, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slip of the hand never takes the round's own files in; a folder of the drop folder is taken in as ever."""
    wrong = str(desk.root / place)
    assert run(["receive", wrong, "--round", str(desk.root)]) == ExitCode.USAGE
    assert "実施回のファイルが入ったフォルダー" in capsys.readouterr().err
    assert desk.ledger.arrivals == ()
    (desk.round.folder.drop / "10月分").mkdir()
    desk.drop("10月分/返信.xlsx", desk.filled())
    within = str(desk.round.folder.drop / "10月分")
    assert run(["receive", within, "--round", str(desk.root)]) == ExitCode.OK


@pytest.mark.parametrize("name", ["~$返信.xlsx", "返信.~12-1.xlsx"])
def test_a_return_under_an_odd_name_is_taken_in(desk: Desk, name: str) -> None:
    """A whole workbook is no litter, though it is called like one."""
    assert desk.take_in(name, desk.filled()).arrived.outcome is Outcome.SUBMISSION
    assert desk.waiting == []


def test_files_in_folders_are_found(desk: Desk) -> None:
    """A folder dropped as a whole is looked through."""
    (desk.round.folder.drop / "10月分").mkdir()
    line = desk.take_in("10月分/返信.xlsx", desk.filled())
    assert line.file.name == "10月分/返信.xlsx"
    assert line.arrived.outcome is Outcome.SUBMISSION


# -- crashes -------------------------------------------------------------------------------


@pytest.mark.parametrize("step", ["write_copies", "remove_files"])
def test_cut_off_after_booking(desk: Desk, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Killed between the ledger and the tidying: the next run recognises the file, doubles nothing, tidies up."""

    def die(*_: object) -> None:
        raise Killed

    desk.drop("返信.xlsx", desk.filled())
    with monkeypatch.context() as patch:
        patch.setattr(receiving, step, die)
        with pytest.raises(Killed):
            desk.receive()
    assert desk.waiting == ["返信.xlsx"]
    assert len(arrivals(desk)) == 1

    (line,) = desk.receive().lines
    assert line.already
    assert line.arrived.outcome is Outcome.SUBMISSION
    assert len(arrivals(desk)) == 1
    assert desk.copies == [COPY]
    assert desk.waiting == []


def test_file_left_by_a_cut_off_run_does_not_hinder_a_newer_one(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state is that of an undisturbed run: first the one booked before, then the newer as second submission."""
    desk.drop("返信.xlsx", desk.filled())
    with monkeypatch.context() as patch:
        patch.setattr(receiving, "remove_files", lambda *_: None)
        desk.receive()
    assert desk.waiting == ["返信.xlsx"]
    desk.drop("訂正.xlsx", desk.filled(weaknesses="会議の時間が取れない。"), minute=5)
    lines = desk.receive().lines
    assert [(line.already, line.arrived.outcome) for line in lines] == [
        (True, Outcome.SUBMISSION),
        (False, Outcome.SUBMISSION),
    ]
    assert [b.fact.number for b in desk.standing().submissions] == [1, 2]


CONFLICT = ({}, {"weaknesses": "会議の時間が取れない。"})
FULLER_FIRST = ({}, {"weaknesses": ""})
FULLER_LAST = ({"weaknesses": ""}, {})


@pytest.mark.parametrize("answers", [CONFLICT, FULLER_FIRST, FULLER_LAST])
@pytest.mark.parametrize("lost", [0, 1])
def test_twins_are_decided_as_if_nothing_had_been_cut_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answers: tuple[dict[str, str], ...], lost: int
) -> None:
    """Two files of a unit, killed between two batches or within a write: the next run decides as an undisturbed one."""
    for minute, each in enumerate(answers):
        desk.drop(f"返信{minute}.xlsx", desk.filled(**each), minute=minute)
    undisturbed = {
        line.file.name: line.arrived
        for line in receive(desk.round, None, now=NOW, by=BY, dry_run=True).lines
    }

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(receiving, "BATCH_FILES", 1)
        patch.setattr(receiving, "write_copies" if lost else "remove_files", die)
        with pytest.raises(Killed):
            desk.receive()
    if lost:
        lines = desk.round.folder.events.read_bytes().splitlines(keepends=True)
        desk.round.folder.events.write_bytes(b"".join(lines[:-lost]))
    else:
        for line in arrivals(desk):
            (desk.round.folder.drop / line.name).unlink()  # the tidying got this far
    desk.receive()
    assert {each.name: each for each in arrivals(desk)} == undisturbed
    assert desk.waiting == []


def test_copy_of_a_lost_ledger_is_not_taken_for_the_new_one(desk: Desk) -> None:
    """After the ledger was put back to a backup, the first return has its own copy; the older one is kept beside it."""
    backup = desk.round.folder.events.read_bytes()
    older = desk.filled()
    desk.take_in("返信.xlsx", older)
    desk.round.folder.events.write_bytes(backup)
    newer = desk.filled(weaknesses="会議の時間が取れない。")
    taken = desk.take_in("訂正.xlsx", newer).arrived.submission
    assert taken is not None
    assert (desk.root / taken.file).read_bytes() == newer
    assert {p.read_bytes() for p in desk.round.folder.received.rglob("*.xlsx")} == {older, newer}


def test_same_bytes_name_the_file_they_came_in_first(desk: Desk) -> None:
    """The second of two equal files is said to be equal to the first, not to itself."""
    desk.drop("返信.xlsx", desk.filled())
    desk.drop("返信（再送）.xlsx", desk.filled(), minute=1)
    _, again = desk.receive().lines
    assert "「返信.xlsx」" in again.arrived.findings[-1].sentence()


def test_nothing_leaves_before_it_is_booked(desk: Desk) -> None:
    """While somebody else writes into the round, the file waits in the drop folder and its bytes are kept."""
    data = desk.filled()
    desk.drop("返信.xlsx", data)
    with exclusive_lock(desk.round.folder.lock, "別の担当者"), pytest.raises(LockHeld):
        desk.receive()
    assert desk.waiting == ["返信.xlsx"]
    assert arrivals(desk) == []
    assert desk.receive().lines[0].arrived.outcome is Outcome.SUBMISSION


def test_a_lost_readable_copy_comes_back(desk: Desk) -> None:
    """A copy somebody deleted from 50_受領済 is made anew from the archive by the next run."""
    data = desk.filled()
    desk.take_in("返信.xlsx", data)
    copy = next(desk.round.folder.received.rglob(COPY))
    copy.unlink()
    desk.receive()
    assert copy.read_bytes() == data


# -- one bad file costs one line -----------------------------------------------------------


def unreadable(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk refuses the bytes of this one file, as Windows does while another program holds it."""
    real = Path.read_bytes

    def read_bytes(self: Path) -> bytes:
        if self == path:
            raise windows_error(32)
        return real(self)

    monkeypatch.setattr(Path, "read_bytes", read_bytes)


def test_unreadable_file_costs_one_line(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file the disk does not give stays in the drop folder and is named; the others are taken in."""
    unreadable(desk.drop("開いたまま.xlsx", desk.filled()), monkeypatch)
    desk.drop("高崎.xlsx", desk.filled(TAKASAKI), minute=1)
    received = desk.receive()
    assert [file.name for file in received.unread] == ["開いたまま.xlsx"]
    assert [line.arrived.unit for line in received.lines] == [TAKASAKI]
    assert not received.is_done
    assert desk.waiting == ["開いたまま.xlsx"]
    monkeypatch.undo()
    assert desk.receive().is_done
    assert desk.waiting == []


def test_unreadable_file_in_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command says which file was not read and what to do, and ends with the code for "a person is needed"."""
    unreadable(desk.drop("開いたまま.xlsx", desk.filled()), monkeypatch)
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().err
    assert "開いたまま.xlsx：ファイルを読めなかったため" in said
    assert "もう一度実行してください" in said


def test_file_held_open_stays_and_is_booked(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the file cannot be removed it is booked and named; the next run takes it away and books nothing."""
    path = desk.drop("開いたまま.xlsx", desk.filled())
    desk.drop("高崎.xlsx", desk.filled(TAKASAKI), minute=1)
    real = Path.unlink

    def unlink(self: Path, missing_ok: bool = False) -> None:
        if self == path:
            raise windows_error(32)
        real(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", unlink)
        lines = desk.receive().lines
    assert [(line.file.name, line.stays) for line in lines] == [
        ("開いたまま.xlsx", True),
        ("高崎.xlsx", False),
    ]
    assert desk.waiting == ["開いたまま.xlsx"]
    (again,) = desk.receive().lines
    assert (again.already, again.stays) == (True, False)
    assert len(arrivals(desk)) == 2


# -- the same again, or less ---------------------------------------------------------------

NEWER = "会議の時間が取れない。"


def drawn(desk: Desk) -> bytes:
    """前橋市's good return with a chart on its sheet for drawings."""

    def draw(book: Workbook) -> None:
        key = next(iter(desk.plan().drawing_sheets))
        book[desk.plan().sheet(key).name].add_chart(BarChart(), "C10")

    return changed(desk.filled(), draw)


@pytest.mark.parametrize("drawn_first", [True, False])
def test_twin_with_a_picture_is_the_one_that_counts(desk: Desk, drawn_first: bool) -> None:
    """Of two files with the same answers the one with 組織図 is taken in, in whatever order they come."""
    data = drawn(desk)
    desk.drop("図あり.xlsx", data, minute=0 if drawn_first else 1)
    desk.drop("図なし.xlsx", desk.filled(), minute=1 if drawn_first else 0)
    outcomes = {line.file.name: line.arrived.outcome for line in desk.receive().lines}
    assert outcomes == {"図あり.xlsx": Outcome.SUBMISSION, "図なし.xlsx": Outcome.SUPERSEDED}
    assert next(desk.round.folder.received.rglob("*.xlsx")).read_bytes() == data


def test_a_picture_gone_since_is_told(desk: Desk) -> None:
    """A later return without the drawing is taken in, and says that the drawing is gone."""
    desk.take_in("図あり.xlsx", drawn(desk))
    line = desk.take_in("訂正.xlsx", desk.filled(weaknesses=NEWER))
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.SUBMISSION, ["ARR12", "ARR08"])


def _taken_back_and_laid_aside(desk: Desk) -> None:
    (arrival,) = (b.seq for b in desk.ledger.arrivals if b.fact.submission)
    undo(desk.round, arrival, "誤り", now=NOW, by=BY)
    dismiss(desk.round, [arrival], "まちがい", now=NOW, by=BY)


@pytest.mark.parametrize("minute", [1, 30])
def test_a_twin_rests_only_as_long_as_the_other_stands(desk: Desk, minute: int) -> None:
    """A file equal to one that counts is known; once that one is laid aside it waits for a person."""
    one = desk.filled()
    other = changed(one, lambda book: setattr(book.properties, "title", "別の保存"))
    desk.drop("a.xlsx", one)
    desk.drop("b.xlsx", other, minute=1)
    assert [x.arrived.outcome for x in desk.receive().lines] == [
        Outcome.SUBMISSION, Outcome.SAME_FILE,
    ]  # fmt: skip
    desk.drop("b.xlsx", other, minute=30 - minute)
    assert [x.arrived.outcome for x in desk.receive().lines] == [Outcome.SAME_FILE]
    _taken_back_and_laid_aside(desk)
    desk.drop("b.xlsx", other, minute=minute)
    (line,) = desk.receive().lines
    assert (line.already, line.arrived.outcome, codes(line.arrived)) == (
        False, Outcome.HELD, ["ARR11"],
    )  # fmt: skip


def test_a_lesser_twin_dropped_again_is_not_swallowed(desk: Desk) -> None:
    """With its old time stamp too it waits for a person once the fuller one is laid aside."""
    less = desk.filled(weaknesses="")
    desk.drop("less.xlsx", less)
    desk.drop("full.xlsx", desk.filled(), minute=1)
    assert {x.arrived.outcome for x in desk.receive().lines} == {
        Outcome.SUPERSEDED, Outcome.SUBMISSION,
    }  # fmt: skip
    _taken_back_and_laid_aside(desk)
    desk.drop("less.xlsx", less)
    (line,) = desk.receive().lines
    assert (line.already, line.arrived.outcome) == (False, Outcome.HELD)


@pytest.mark.parametrize("minute", [0, 30])
def test_replaced_file_put_there_again_is_held(desk: Desk, minute: int) -> None:
    """With the old time stamp, as Explorer copies it, or a new one: the older answers wait for a person."""
    desk.take_in("返信.xlsx", desk.filled())
    desk.take_in("返信.xlsx", desk.filled(weaknesses=NEWER))
    desk.drop("返信.xlsx", desk.filled(), minute=minute)
    (line,) = desk.receive().lines
    assert (line.already, line.arrived.outcome) == (False, Outcome.HELD)
    assert codes(line.arrived) == ["ARR02"]
    assert [b.fact.number for b in desk.standing().submissions] == [1, 2]


def test_less_full_twin_sent_as_a_correction_is_held(desk: Desk) -> None:
    """What was passed over for a fuller file is no harmless copy when it comes alone."""
    desk.drop("1.xlsx", desk.filled(weaknesses=""))
    desk.drop("2.xlsx", desk.filled(), minute=1)
    desk.receive()
    line = desk.take_in("訂正.xlsx", desk.filled(weaknesses=""))
    assert (line.arrived.outcome, codes(line.arrived)[-1]) == (Outcome.HELD, "ARR02")


def test_equal_twin_of_a_replaced_file_is_held(desk: Desk) -> None:
    """Other bytes with the answers of the first submission do not pass as received once a second counts."""
    resaved = changed(desk.filled(), lambda _: None)
    desk.drop("1.xlsx", desk.filled())
    desk.drop("2.xlsx", resaved, minute=1)
    assert [x.arrived.outcome for x in desk.receive().lines][1] is Outcome.SAME_FILE
    assert desk.take_in("再送.xlsx", resaved).arrived.outcome is Outcome.SAME_FILE
    desk.drop("訂正.xlsx", desk.filled(weaknesses=NEWER))
    receive(desk.round, None, now=NOW + timedelta(days=15), by=BY)
    assert codes(desk.take_in("再々送.xlsx", resaved).arrived) == ["ARR02"]


@pytest.mark.parametrize("name", ["受信.xlsx", "改めて.xlsx"])
def test_dismissed_file_sent_again_waits_again(desk: Desk, name: str) -> None:
    """A person decides anew; the very same file in the drop folder is no leftover of a run."""
    data = desk.with_ticket(round_id="R0702")
    desk.take_in("受信.xlsx", data)
    dismiss(desk.round, [desk.ledger.held[0].seq], "送り間違い", now=NOW, by=BY)
    line = desk.take_in(name, data)
    assert (line.already, codes(line.arrived)) == (False, ["IDN03", "ARR11"])
    assert [b.fact.name for b in desk.ledger.held] == [name]


def test_blank_workbook_is_asked_about_once(desk: Desk) -> None:
    """The workbook as it was sent waits for a person with one question, which can be mailed."""
    line = desk.take_in("白紙.xlsx", desk.untouched())
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.HELD, ["ANS21"])
    assert line.arrived.findings[0].entry.reader is Reader.UNIT
    assert desk.standing().submission is None
    (held,) = desk.ledger.held
    taken = assign(desk.round, held.seq, MAEBASHI, "jizen", now=NOW, by=BY)
    assert [f.code for f in taken.findings] == ["ANS21"]
    assert desk.standing().submission == taken


@pytest.mark.parametrize("answered", [{"strengths": "定例会が続いている。"}, {"name": "赤城 花子"}])
def test_one_answer_makes_a_form_that_is_not_blank(desk: Desk, answered: dict[str, str]) -> None:
    """The positive control: with a single answer it is taken in, and every other required field is asked about."""
    nothing = dict.fromkeys(("__".join(filter(None, address[:2])) for address in GOOD), "")
    line = desk.take_in("一つだけ.xlsx", desk.filled(**{**nothing, **answered}))
    assert line.arrived.outcome is Outcome.SUBMISSION
    assert codes(line.arrived).count("ANS21") == 0
    required = 4 + 2 + 4  # header, 長所 and 短所, (1) of each scene
    assert len(codes(line.arrived)) == required - 1


def test_blank_workbook_does_not_replace_answers(desk: Desk) -> None:
    """Where answers are in, the blank one waits, and the officer is told of the answers."""
    desk.take_in("返信.xlsx", desk.filled())
    resaved = changed(desk.untouched(), lambda _: None)
    line = desk.take_in("白紙2.xlsx", resaved)
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.HELD, ["ARR09"])
    submission = desk.standing().submission
    assert submission is not None and submission.number == 1


def test_replacing_what_was_accepted_is_told(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A submission after an accepted one says so with the file and on the screen, and nobody accepts it in passing."""
    assert codes(desk.take_in("返信.xlsx", desk.filled()).arrived) == []
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    desk.drop("訂正.xlsx", desk.filled(weaknesses=NEWER))
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.NEEDS_PERSON
    said = capsys.readouterr()
    assert "確認済だった提出 1件は、新しい提出に代わり" in said.err
    assert "改めて確認済にしてください" in said.out
    assert codes(arrivals(desk)[-1]) == ["ARR10", "ARR12"]
    done = accept(desk.round, [], everyone=True, now=NOW, by=BY)
    assert (done.accepted, [s.unit for s in done.left]) == ((), [MAEBASHI])


def test_what_holds_a_file_is_told_first(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind five empty fields nobody would see why the file waits."""
    desk.take_in("返信.xlsx", desk.filled())
    desk.drop("白紙.xlsx", desk.untouched())
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.NEEDS_PERSON
    assert "今回のファイルには御記入がありません" in capsys.readouterr().out.splitlines()[1]


def test_attachment_that_comes_twice_is_decided_once(desk: Desk) -> None:
    """A PDF laid aside as 添付資料 is no question again; another one is, and so is the first while it waits."""
    (held,) = [desk.take_in("地図.pdf", b"%PDF-1.7 map")]
    assert (held.arrived.outcome, codes(held.arrived)) == (Outcome.HELD, ["FIL10"])
    again = desk.take_in("地図 (1).pdf", b"%PDF-1.7 map")
    assert (again.arrived.outcome, codes(again.arrived)[-1]) == (Outcome.SAME_FILE, "ARR01")
    dismiss(desk.round, [desk.ledger.held[0].seq], "添付資料", now=NOW, by=BY)
    third = desk.take_in("地図 (2).pdf", b"%PDF-1.7 map")
    assert (third.arrived.outcome, codes(third.arrived)[-1]) == (Outcome.SAME_FILE, "ARR01")
    other = desk.take_in("案内.pdf", b"%PDF-1.7 letter")
    assert (other.arrived.outcome, codes(other.arrived)) == (Outcome.HELD, ["FIL10"])
    assert [b.fact.name for b in desk.ledger.held] == ["案内.pdf"]


# -- order and editions --------------------------------------------------------------------


def test_answer_on_an_earlier_issue_counts(desk: Desk) -> None:
    """A return on a workbook that was replaced since is read as it was sent, and the officer is told."""
    data = desk.filled()
    later = replace(desk.round.units[0], deadlines=(("", (NOW + timedelta(days=30)).date()),))
    changed_round = replace(desk.round, units=(later, *desk.round.units[1:3]))
    issue(changed_round, now=NOW + timedelta(days=1), by=BY)
    assert desk.fact().issue == 2
    line = desk.take_in("返信.xlsx", data)
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.SUBMISSION, ["IDN08"])
    assert line.arrived.issue == 1
    taken = line.arrived.submission
    assert taken is not None and taken.issue == 1


@pytest.mark.parametrize(
    ("weaknesses", "outcomes"),
    [
        ("担当者の異動が多い。", [Outcome.SUBMISSION, Outcome.SAME_FILE]),
        ("会議の時間が取れない。", [Outcome.HELD, Outcome.HELD]),
    ],
    ids=["equal", "different"],
)
def test_old_and_new_form_in_one_drop(desk: Desk, weaknesses: str, outcomes: list[Outcome]) -> None:
    """Answers on two editions of the form are compared field by field like any two files of a unit."""
    desk.drop("旧.xlsx", desk.filled())
    form = replace(desk.round.forms["jizen"], purpose="改めてお尋ねします。")
    forms = {**desk.round.forms, "jizen": form}
    edited = replace(desk.round, units=desk.round.units[:3], forms=forms)
    old_plan = desk.fact().plan
    issue(edited, now=NOW + timedelta(days=1), by=BY)
    assert desk.fact().plan != old_plan
    desk.drop("新.xlsx", desk.filled(weaknesses=weaknesses), minute=1)
    assert [line.arrived.outcome for line in desk.receive().lines] == outcomes
    numbers = [b.fact.number for b in desk.standing().submissions]
    assert numbers == [1] * (Outcome.SUBMISSION in outcomes)


def test_losses_are_recorded_and_ask_nothing(desk: Desk) -> None:
    """What a program took away stands in the arrival; it is no finding."""
    line = desk.take_in(
        "返信.xlsx", changed(desk.filled(), lambda b: b.custom_doc_props.props.clear())
    )
    assert codes(line.arrived) == []
    assert line.arrived.losses == ("文書プロパティ",)
    assert "Openpyxl" in line.arrived.application


@pytest.mark.skipif(os.name == "nt", reason="sends SIGKILL")
def test_killed_for_real(desk: Desk) -> None:
    """A process killed right after the ledger was written is repaired by running the command again."""
    desk.drop("返信.xlsx", desk.filled())
    program = (
        "import os, signal, sys\n"
        "from xlsx_pdca.workflows import receive\n"
        "receive.write_copies = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from xlsx_pdca.cli.program import run\n"
        "run(['receive', '--round', sys.argv[1]])\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, desk.root],
        capture_output=True,
    )
    assert killed.returncode == -9
    assert desk.waiting == ["返信.xlsx"]
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.OK
    assert desk.waiting == []
    assert desk.copies == [COPY]
    assert len(arrivals(desk)) == 1
