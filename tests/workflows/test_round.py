"""An open round: what 管理簿 sets, and that one whose own files were lost or swapped is not gone on with."""

from __future__ import annotations

import openpyxl
import pytest

from issued_round import KEY, NOW, Desk
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.round import LostLedger, WrongKey
from xlsx_pdca.workflows.summary_state import Sources, summary_input


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
