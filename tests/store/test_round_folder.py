"""A round's folder has the names the officer knows, is found from within, and keeps one key."""

from __future__ import annotations

import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from xlsx_pdca.errors import ExitCode
from xlsx_pdca.store.disk_errors import LockHeld
from xlsx_pdca.store.round_folder import (
    DamagedKey,
    NoRound,
    NoSystem,
    RoundFolder,
    find_round,
    open_remains,
    open_round,
)
from xlsx_pdca.store.system import Calls, exclusive_lock

KEY = bytes(range(32))


@pytest.fixture
def folder(tmp_path: Path) -> RoundFolder:
    made = RoundFolder(tmp_path / "令和8年度_第1回")
    made.create()
    return made


def test_the_tree(folder: RoundFolder) -> None:
    """The folders as Explorer shows them, in the order of the work."""
    assert sorted(path.relative_to(folder.root).as_posix() for path in folder.root.rglob("*")) == [
        "10_様式",
        "20_送付用",
        "25_添付資料",
        "30_下書きメール",
        "40_届いたファイル",
        "50_受領済",
        "60_確認依頼",
        "70_取りまとめ",
        "80_共有資料",
        "_システム（さわらない）",
        "_システム（さわらない）/originals",
        "_システム（さわらない）/plans",
    ]


def test_the_places_of_files() -> None:
    """Every file of a round has its fixed place."""
    folder = RoundFolder(Path("/r"))
    places = [
        folder.starter,
        folder.settings_book,
        folder.issued_of("事前課題"),
        folder.received_of("事前課題"),
        folder.events,
        folder.cache,
        folder.key_file,
        folder.lock,
    ]
    assert [place.as_posix() for place in places] == [
        "/r/はじめる.cmd",
        "/r/00_管理簿.xlsx",
        "/r/20_送付用/事前課題",
        "/r/50_受領済/事前課題",
        "/r/_システム（さわらない）/events.jsonl",
        "/r/_システム（さわらない）/cache.sqlite",
        "/r/_システム（さわらない）/key",
        "/r/_システム（さわらない）/lock",
    ]


def test_creating_again_touches_nothing(folder: RoundFolder) -> None:
    """What stands in a round stays when its folders are made again; a removed one comes back."""
    memo = folder.drop / "メモ.txt"
    memo.write_text("触らない", encoding="utf-8")
    folder.shared.rmdir()
    folder.create()
    assert memo.read_text(encoding="utf-8") == "触らない"
    assert folder.shared.is_dir()


def test_a_round_is_found_from_below(folder: RoundFolder) -> None:
    """From the folder itself, any folder or file in it, existing or not."""
    for start in (folder.root, folder.drop, folder.events, folder.issued / "無い" / "もっと無い"):
        assert find_round(start) == folder
        assert open_round(start) == folder


def test_no_round(tmp_path: Path, folder: RoundFolder) -> None:
    """Beside and above a round there is none, and the officer is told what to do."""
    assert find_round(tmp_path) is None
    with pytest.raises(NoRound, match="実施回のフォルダーではありません") as caught:
        open_round(tmp_path)
    assert caught.value.exit_code is ExitCode.FAULTY


def test_a_relative_start(folder: RoundFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder one stands in is a start like any other."""
    monkeypatch.chdir(folder.drop)
    assert find_round(Path()) == folder


# --- the key -------------------------------------------------------------------------------


def test_the_key_is_made_once(folder: RoundFolder) -> None:
    """The first key stays, whatever is offered later; only its owner may read it."""
    assert folder.key() is None
    assert folder.ensure_key(KEY, "群馬") == KEY
    assert folder.ensure_key(bytes(32), "群馬") == KEY
    assert folder.key() == KEY
    assert stat.S_IMODE(folder.key_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_damaged_key_is_never_replaced(folder: RoundFolder, length: int) -> None:
    """A key of another length is told, and stays for whoever repairs it."""
    folder.key_file.write_bytes(b"k" * length)
    with pytest.raises(DamagedKey, match="バックアップ"):
        folder.key()
    with pytest.raises(DamagedKey):
        folder.ensure_key(KEY, "群馬")
    assert folder.key_file.read_bytes() == b"k" * length


def test_a_short_key_is_our_bug(folder: RoundFolder) -> None:
    """A caller without 32 random bytes makes no key."""
    with pytest.raises(ValueError, match="32"):
        folder.ensure_key(b"short", "群馬")
    assert folder.key() is None


_ENSURE = """
import os, sys
from pathlib import Path
from xlsx_pdca.store.round_folder import RoundFolder
sys.stdout.buffer.write(RoundFolder(Path(sys.argv[1])).ensure_key(os.urandom(32), "同時"))
"""


def test_runs_at_once_share_one_key(folder: RoundFolder) -> None:
    """Two runs that both find no key end with the same one."""
    runs = [
        subprocess.Popen([sys.executable, "-c", _ENSURE, str(folder.root)], stdout=subprocess.PIPE)
        for _ in range(3)
    ]
    assert {run.communicate(timeout=60)[0] for run in runs} == {folder.key()}


def test_the_key_waits_for_the_lock(folder: RoundFolder) -> None:
    """While somebody else holds the round no key is made."""
    calls = Calls(pause=lambda seconds: None)
    with exclusive_lock(folder.lock, "高崎 次郎"), pytest.raises(LockHeld, match="高崎 次郎"):
        folder.ensure_key(KEY, "群馬", calls=calls)
    assert folder.key() is None


def test_a_round_without_its_system_folder_says_what_is_gone(folder: RoundFolder) -> None:
    """The folder that is missing is named, and what can be done; `open_remains` opens it all the same."""
    shutil.rmtree(folder.system)
    with pytest.raises(NoSystem, match="_システム") as caught:
        open_round(folder.drop)
    assert "rebuild" in str(caught.value)
    assert open_remains(folder.drop).root == folder.root
