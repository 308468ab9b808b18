"""The folder of one round: where everything in it stands."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from xlsx_pdca.errors import OperatorError
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.system import (
    SYSTEM,
    Calls,
    check_path_length,
    exclusive_lock,
    make_folders,
    write_atomically,
)

SYSTEM_FOLDER = "_システム（さわらない）"
KEY_BYTES = 32
_KEY_MODE = 0o600  # without effect on Windows, where the folder's own rights hold


class NoRound(OperatorError):
    """Neither the folder nor one above it is that of a round."""

    def __init__(self, start: Path) -> None:
        folder = start.absolute()
        found = (
            "は実施回のフォルダーではありません"
            if folder.is_dir()
            else "というフォルダーはありません"
        )
        super().__init__(
            f"「{folder}」{found}。",
            "実施回のフォルダーの「はじめる.cmd」から始めるか、--round で実施回のフォルダーを指定してください。",
        )


class NoSystem(NoRound):
    """A round that has lost its system folder: only `verify` and `rebuild` work on it."""

    def __init__(self, folder: RoundFolder) -> None:
        OperatorError.__init__(
            self,
            f"「{folder.root}」に、「{folder.system.name}」フォルダーがありません（受付記録と原本が入っています）。",
            "移したり名前を変えたりしたときは、元に戻してください。見当たらないときは、バックアップから戻してください。"
            "どこにもないときは、rebuild を実行すると、残っているファイルから受付記録を作り直します（まず rebuild --dry-run で御覧ください）。",
        )


class DamagedKey(OperatorError):
    """The round's key is not the one that was made."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"整理番号の鍵「{path}」が壊れています。",
            "バックアップからこのファイルを元に戻してください。",
        )


@dataclass(frozen=True)
class RoundFolder:
    """Names of all places of a round; Explorer sorts them in the order of the work."""

    root: Path

    @property
    def starter(self) -> Path:
        return self.root / "はじめる.cmd"

    @property
    def settings_book(self) -> Path:
        """管理簿: the officer's only settings."""
        return self.root / "00_管理簿.xlsx"

    @property
    def forms(self) -> Path:
        return self.root / "10_様式"

    @property
    def issued(self) -> Path:
        return self.root / "20_送付用"

    @property
    def attachments(self) -> Path:
        return self.root / "25_添付資料"

    @property
    def drafts(self) -> Path:
        return self.root / "30_下書きメール"

    @property
    def drop(self) -> Path:
        """The only folder from which files are taken."""
        return self.root / "40_届いたファイル"

    @property
    def received(self) -> Path:
        return self.root / "50_受領済"

    @property
    def queries(self) -> Path:
        return self.root / "60_確認依頼"

    @property
    def summaries(self) -> Path:
        return self.root / "70_取りまとめ"

    @property
    def shared(self) -> Path:
        return self.root / "80_共有資料"

    @property
    def system(self) -> Path:
        return self.root / SYSTEM_FOLDER

    @property
    def events(self) -> Path:
        return self.system / "events.jsonl"

    @property
    def torn_lines(self) -> frozenset[Path]:
        """Last lines of the ledger that were cut off and set aside."""
        return frozenset(self.system.glob(f"{self.events.name}.torn-*"))

    @property
    def originals(self) -> Path:
        return self.system / "originals"

    @property
    def plans(self) -> Path:
        return self.system / "plans"

    @property
    def cache(self) -> Path:
        return self.system / "cache.sqlite"

    @property
    def key_file(self) -> Path:
        return self.system / "key"

    @property
    def lock(self) -> Path:
        return self.system / "lock"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder of a round, in Explorer's order."""
        return (
            self.forms,
            self.issued,
            self.attachments,
            self.drafts,
            self.drop,
            self.received,
            self.queries,
            self.summaries,
            self.shared,
            self.system,
            self.originals,
            self.plans,
        )

    def issued_of(self, form: str) -> Path:
        """Where the issued workbooks of one form stand; `form` is a safe file name."""
        return self.issued / form

    def received_of(self, form: str) -> Path:
        """Where the readable copies of one form stand; `form` is a safe file name."""
        return self.received / form

    def create(self, *, calls: Calls = SYSTEM) -> None:
        """Make every folder that is missing; nothing that stands is touched."""
        for folder in self.folders:
            check_path_length(folder)
        for folder in self.folders:
            make_folders(folder, calls=calls)

    def key(self) -> bytes | None:
        """The secret of the tickets' proofs, or None if the round has none (any more)."""
        with told_about(self.key_file):
            key = self.key_file.read_bytes() if self.key_file.exists() else None
        if key is not None and len(key) != KEY_BYTES:
            raise DamagedKey(self.key_file)
        return key

    def ensure_key(self, fresh: bytes, holder: str, *, calls: Calls = SYSTEM) -> bytes:
        """The round's key; `fresh` becomes it if there is none yet, and only then."""
        if len(fresh) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes")
        with exclusive_lock(self.lock, holder, calls=calls):
            key = self.key()
            if key is None:
                write_atomically(self.key_file, fresh, mode=_KEY_MODE, calls=calls)
            return key or fresh


def find_round(start: Path) -> RoundFolder | None:
    """The round in which `start` lies, which may be its folder or any below, or None."""
    folder = Path(os.path.normpath(start.absolute()))  # `..` is taken as typed
    for root in (folder, *folder.parents):
        candidate = RoundFolder(root)
        if candidate.system.is_dir():
            return candidate
    return None


def open_round(start: Path) -> RoundFolder:
    """The round in which `start` lies; NoRound says what to do if it lies in none."""
    found = find_round(start)
    if found is not None:
        return found
    if remains := _remains(start):
        raise NoSystem(remains)
    raise NoRound(start)


def open_remains(start: Path) -> RoundFolder:
    """The round in which `start` lies, even one that has lost its system folder; NoRound where there is none."""
    found = find_round(start) or _remains(start)
    if found is None:
        raise NoRound(start)
    return found


def _remains(start: Path) -> RoundFolder | None:
    """The folder that looks like a round in which `start` lies, whatever it has lost."""
    folder = Path(os.path.normpath(start.absolute()))
    candidates = (RoundFolder(root) for root in (folder, *folder.parents))
    return next((c for c in candidates if c.issued.is_dir() and c.received.is_dir()), None)
