"""An open round: what 管理簿 sets, and that one whose own files were lost or swapped is not gone on with."""

from __future__ import annotations

import openpyxl
import pytest

from issued_round import BY, KEY, NOW, Desk
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.issue import IssueResult, issue
from xlsx_pdca.workflows.round import LostLedger, OtherRound, WrongKey
from xlsx_pdca.workflows.steps import recent_steps, undo
from xlsx_pdca.workflows.summary_state import Sources, summary_input
from xlsx_pdca.workflows.unbooked import unbooked_copies


@pytest.mark.parametrize("rest", [None, b""])
def test_a_lost_ledger_stops_everything(desk: Desk, rest: bytes | None) -> None:
    """Where returns were taken in, a missing or emptied ledger is named instead of beginning a new one."""
    events = desk.round.folder.events
    kept = events.read_bytes()
    desk.take_in("返信.xlsx", desk.filled())
    events.unlink()
    if rest is not None:
        events.write_bytes(rest)
    with pytest.raises(LostLedger, match=r"events\.jsonl") as lost:
        Desk.at(desk.root)
    assert lost.value.exit_code == ExitCode.FAULTY
    events.write_bytes(kept)
    Desk.at(desk.root)


def test_a_round_that_took_nothing_in_may_have_no_ledger(desk: Desk) -> None:
    """Before the first return an empty ledger is that of a new round."""
    desk.round.folder.events.unlink()
    assert Desk.at(desk.root).ledger.standings == {}


def test_the_key_of_another_round_is_found_out(desk: Desk) -> None:
    """Neither issue nor receive goes on with a key that cannot prove the tickets already given."""
    key = desk.round.folder.key_file
    key.chmod(0o600)
    key.write_bytes(KEY[::-1])
    with pytest.raises(WrongKey, match="鍵"):
        Desk.at(desk.root).receive()
    key.write_bytes(KEY)
    assert Desk.at(desk.root).receive().lines == ()


@pytest.mark.parametrize(("item", "other"), [("年度", "令和9年度"), ("回", "第2回")])
def test_a_round_is_not_renamed_after_issue(desk: Desk, item: str, other: str) -> None:
    """Another year or number in 設定 stops everything with what to put back; put back, the round goes on."""
    desk.drop("返信.xlsx", desk.filled())
    before = set_in_book(desk, item, other)
    for act in (lambda: Desk.at(desk.root).receive(), lambda: reissue(Desk.at(desk.root))):
        with pytest.raises(OtherRound, match=r"令和8年度.*第1回.*戻して") as stopped:
            act()
        assert stopped.value.exit_code == ExitCode.FAULTY
    assert len(desk.waiting) == 1
    set_in_book(desk, item, before)
    assert Desk.at(desk.root).receive().is_done


def reissue(desk: Desk) -> IssueResult:
    return issue(desk.round, now=NOW, by=BY)


def set_in_book(desk: Desk, item: str, value: str) -> str:
    """Write one line of 設定; what stood there before."""
    path = desk.round.folder.settings_book
    book = openpyxl.load_workbook(path)
    (cell,) = (c for row in book["設定"] for c in row if c.value == item)
    place = book["設定"].cell(cell.row, cell.column + 1)
    before, place.value = str(place.value), value
    book.save(path)
    return before


def test_a_ledger_put_back_is_noticed(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Copies the restored ledger does not know are named by every command that shows what is in, until taken in anew."""
    backup = desk.round.folder.events.read_bytes()
    desk.take_in("返信.xlsx", desk.filled())
    (desk.round.folder.received / "部内メモ.xlsx").write_bytes(b"x")
    assert unbooked_copies(desk.round.folder, desk.ledger) == ()
    desk.round.folder.events.write_bytes(backup)
    for command in ("status", "merge", "receive"):
        assert run([command, "--round", str(desk.root)]) == ExitCode.NEEDS_PERSON
        assert "受付記録にない控えが 1件" in capsys.readouterr().err
    (copy,) = unbooked_copies(desk.round.folder, desk.ledger)
    copy.rename(desk.round.folder.drop / copy.name)
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.OK
    assert "受付記録にない" not in capsys.readouterr().err
    assert desk.standing().submission is not None


def test_copies_of_taken_back_submissions_are_no_strangers(desk: Desk) -> None:
    """A copy whose file arrived is known, whatever became of the submission."""
    desk.take_in("返信.xlsx", desk.filled())
    undo(desk.round, recent_steps(desk.round)[0].seq, "", now=NOW, by=BY)
    assert desk.standing().submission is None
    assert unbooked_copies(desk.round.folder, desk.ledger) == ()


def test_a_line_set_aside_is_told(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The command that sets a torn line aside says so; one that meets none is silent."""
    command = ["receive", "--round", str(desk.root)]
    with desk.round.folder.events.open("ab") as file:
        file.write(b'{"at":"2026')
    desk.drop("返信.xlsx", desk.filled())
    assert run(command) == ExitCode.NEEDS_PERSON
    assert "途中で切れていたため" in capsys.readouterr().err
    assert run(command) == ExitCode.OK
    assert "途中で切れていたため" not in capsys.readouterr().err


def test_the_order_of_the_summary_is_set_in_the_book(desk: Desk) -> None:
    """圏域別 in 設定 reaches the summary; 建制順, which a new 管理簿 says, leaves it as it was."""
    sources = Sources(lambda *_: None, lambda digest: desk.plan())
    path = desk.round.folder.settings_book
    found = []
    for order in ("建制順", "圏域別"):
        book = openpyxl.load_workbook(path)
        (cell,) = (c for row in book["設定"] for c in row if c.value == "取りまとめ表の並び順")
        book["設定"].cell(cell.row, cell.column + 1).value = order
        book.save(path)
        again = Desk.at(desk.root)
        found.append(summary_input(again.round, again.ledger, sources, now=NOW).by_area)
    assert found == [False, True]
