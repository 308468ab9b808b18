"""The ways in which a disk says no, each with the sentence the officer reads."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xlsx_pdca.errors import DiskError
from xlsx_pdca.store.open_files import open_elsewhere

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM}
# Windows puts several causes on one errno, so its own number is looked at first.
# https://learn.microsoft.com/windows/win32/debug/system-error-codes--0-499-
_WINDOWS_FULL = {39, 112}
_WINDOWS_READ_ONLY = {19}
_WINDOWS_OPEN = {32, 33}
_WINDOWS_TOO_LONG = {206}
_BROKEN = {
    errno.EIO,
    errno.ESTALE,
    errno.ETIMEDOUT,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
}
# A file server that cannot be reached, a device that fails: never the answer to a mistake of ours.
_WINDOWS_BROKEN = {21, 23, 27, 31, 51, 53, 55, 59, 64, 121, 1117, 1231}
_REASONS = {
    errno.ENOENT: "見つかりません",
    errno.EISDIR: "ファイルではなく、フォルダーです",
    errno.ENOTDIR: "フォルダーではなく、ファイルです",
    errno.EEXIST: "同じ名前のものが、すでにあります",
    errno.EACCES: "権限がないか、ほかの方が開いています",
    errno.EPERM: "権限がありません",
    errno.ENOSPC: "空き容量が足りません",
    errno.EIO: "ディスクかファイルサーバーの障害です",
}


class DiskFull(DiskError):
    """No room left, or the quota or the largest file size is reached."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"「{path}」を保存できませんでした。保存先の空き容量が足りません。",
            "不要なファイルを移すなどして空きを作ってから、もう一度実行してください。これまでの記録は失われていません。",
        )


class ReadOnlyPlace(DiskError):
    """The folder or the file may not be written to."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"「{path}」に書き込めません。読み取り専用になっているか、書き込みの権限がありません。",
            "書き込みのできる場所かどうかを御確認のうえ、もう一度実行してください。共有フォルダーの権限は、情報システム担当の方にお尋ねください。",
        )


class OpenElsewhere(DiskError):
    """Somebody has the file open; what was to be written lies finished beside it."""

    def __init__(self, path: Path, who: str | None, kept: Path | None = None) -> None:
        self.who = who or ""
        self.kept = kept
        whose = f"{who}さん" if who else "どなたか（このパソコンのExcelを含みます）"
        saved = f"新しい内容は「{kept}」に保存してあります。" if kept else ""
        stale = (
            f"どなたも開いていないときは、同じフォルダーに残った「~${path.name}」または「.~lock.{path.name}#」を削除してください。"
            if who is not None
            else ""
        )
        super().__init__(
            f"「{path}」は{whose}が開いているため、置き換えできませんでした。",
            f"{saved}閉じていただいてから、もう一度実行してください。{stale}",
        )


class LockHeld(DiskError):
    """Another run of the program is writing into the round."""

    def __init__(self, path: Path, holder: str) -> None:
        self.holder = holder
        super().__init__(
            f"この実施回のフォルダーは、いま{holder or 'ほかの方'}が処理中です（{path}）。",
            "処理が終わるのを待って、もう一度実行してください。",
        )


class PathTooLong(DiskError):
    """The place has a longer name than Windows or Excel can open."""

    def __init__(self, path: Path, length: int | None = None, limit: int | None = None) -> None:
        count = f"（{length}文字。上限は{limit}文字です）" if limit else ""
        super().__init__(
            f"保存先の名前が長すぎます{count}：「{path}」。",
            "実施回のフォルダーをより浅い場所へ移すか、途中のフォルダー名を短くしてから、もう一度実行してください。",
        )


class Unreachable(DiskError):
    """Anything else the disk or the file server answers; its own words are shown."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"{f'「{path}」' if path.name else 'フォルダーやファイル'}を読み書きできませんでした（{reason}）。",
            "フォルダーがあるか、ファイルサーバーにつながっているかを御確認のうえ、もう一度実行してください。",
        )


def is_of_the_disk(error: OSError) -> bool:
    """True for what only a full or failing disk or file server answers, whatever the program asked of it."""
    windows = getattr(error, "winerror", None)
    return error.errno in _FULL | _BROKEN or windows in _WINDOWS_FULL | _WINDOWS_BROKEN


def disk_error(error: OSError, path: Path) -> DiskError:
    """The cause of `error`, met while working on `path`, in the officer's words."""
    windows = getattr(error, "winerror", None)
    if windows in _WINDOWS_FULL or error.errno in _FULL:
        return DiskFull(path)
    if windows in _WINDOWS_READ_ONLY or error.errno == errno.EROFS:
        return ReadOnlyPlace(path)
    if windows in _WINDOWS_TOO_LONG or error.errno == errno.ENAMETOOLONG:
        return PathTooLong(path)
    if windows in _WINDOWS_OPEN or error.errno in _FORBIDDEN:
        who = open_elsewhere(path)
        is_open = windows in _WINDOWS_OPEN or who is not None
        return OpenElsewhere(path, who) if is_open else ReadOnlyPlace(path)
    return Unreachable(path, plain_reason(error))


def plain_reason(error: OSError) -> str:
    """Why a disk said no, in Japanese for what an officer meets; else in the system's own words."""
    known = _REASONS.get(error.errno or 0)
    return known or error.strerror or type(error).__name__


@contextmanager
def told_about(path: Path) -> Iterator[None]:
    """Work on `path` in which every OSError comes out as the DiskError of its cause."""
    try:
        yield
    except OSError as error:
        raise disk_error(error, path) from error
