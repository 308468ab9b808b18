"""The terminal: what the surroundings and foreign file names may not break."""

from __future__ import annotations

import json
import os
import sys

import pytest

from xlsx_pdca.cli import console
from xlsx_pdca.errors import UsageError


@pytest.mark.parametrize("fixed", ["garbage", "2026-13-01", "0001-01-01T00:00:00+00:00x"])
def test_a_wrong_clock_is_a_wrong_call(monkeypatch: pytest.MonkeyPatch, fixed: str) -> None:
    """PDCA_NOW that is no time is named together with what to write instead."""
    monkeypatch.setenv("PDCA_NOW", fixed)
    with pytest.raises(UsageError, match="PDCA_NOW") as wrong:
        console.now()
    assert fixed in wrong.value.found


def test_a_set_clock_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDCA_NOW in another zone is told in Japanese time."""
    monkeypatch.setenv("PDCA_NOW", "2026-10-01T00:00:00+00:00")
    assert console.now().isoformat() == "2026-10-01T09:00:00+09:00"


def test_a_user_without_a_name_can_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where neither the surroundings nor the system know a name, the ledger says so instead of ending."""
    for name in ("PDCA_USER", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os, "getuid", lambda: 54321, raising=False)
    assert console.person() == "（利用者名なし）"


def test_no_console_is_no_obstacle(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Started without a console, as by a timer of Windows, progress stays silent and the work is done."""
    monkeypatch.setattr(sys, "stderr", None)
    done = []
    with console.progress(3, "読み取り中") as step:
        for number in range(3):
            step()
            done.append(number)
    assert done == [0, 1, 2]
    assert capsys.readouterr().out == ""


def test_foreign_names_do_not_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences and turned directions of a file name are replaced, line breaks and 𠮷 stay."""
    console.show("前\x1b[31m橋\u202excod.xslx\r𠮷\n二行目\t終")
    assert capsys.readouterr().out == "前\ufffd[31m橋\ufffdxcod.xslx\ufffd𠮷\n二行目\t終\n"


def test_half_a_pair_is_shown_as_json_escapes_it(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A file name that is no UTF-8 comes out of --json as it went in."""
    console.show_json({"file": "\udc83e.xlsx"})
    assert json.loads(capfdbinary.readouterr().out) == {"file": "\udc83e.xlsx"}
