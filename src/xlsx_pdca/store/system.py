"""Every difference between operating systems: replace, lock, sync, read-only, hidden, path lengths."""

from __future__ import annotations

import contextlib
import errno
import itertools
import math
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from xlsx_pdca.errors import DiskError
from xlsx_pdca.store.disk_errors import (
    LockHeld,
    OpenElsewhere,
    PathTooLong,
    ReadOnlyPlace,
    disk_error,
    told_about,
)
from xlsx_pdca.store.open_files import open_elsewhere

WINDOWS = sys.platform == "win32"
WINDOWS_PATH_LIMIT = 259
EXCEL_PATH_LIMIT = 218
"""Excel opens no workbook whose whole path is longer, on a drive or on a file server."""

_LOCK_WAIT_SECONDS = 10.0
_LOCK_PAUSE_SECONDS = 0.02
_LOCK_BUSY = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_HOLDER_LIMIT = 200
# Virus scanners and indexers hold a fresh file for a moment; only then is it somebody's.
_REPLACE_PAUSES = (0.05, 0.2, 0.5)
_UNFINISHED = re.compile(r"\.~\d+-\d+(\.[^.]*)?\Z")


@dataclass(frozen=True)
class Calls:
    """The calls into the system that can fail at the worst moment, so that a test can make one fail."""

    write: Callable[[int, memoryview], int] = os.write
    sync: Callable[[int], None] = os.fsync
    truncate: Callable[[int, int], None] = os.ftruncate
    replace: Callable[[Path, Path], None] = os.replace
    pause: Callable[[float], None] = time.sleep


SYSTEM = Calls()

if sys.platform == "win32":  # pragma: no cover - runs only on Windows
    import msvcrt

    # Locks of Windows forbid reading too; one byte far behind the end leaves the holder's name readable.
    _LOCKED_BYTE = 1 << 30

    def _lock_now(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

    def sync_directory(folder: Path, *, calls: Calls = SYSTEM) -> None:
        """Make the names in `folder` durable; NTFS journals them and Windows offers no call for it."""

else:
    import fcntl

    def _lock_now(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)

    def sync_directory(folder: Path, *, calls: Calls = SYSTEM) -> None:
        """Make the names in `folder` durable."""
        with told_about(folder):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                calls.sync(descriptor)
            finally:
                os.close(descriptor)


def write_atomically(path: Path, data: bytes, *, mode: int = 0o666, calls: Calls = SYSTEM) -> None:
    """Put `data` at `path`, durably: whatever happens, the old bytes or the new ones stand there whole."""
    replace_file(write_beside(path, data, mode=mode, calls=calls), path, calls=calls)
    sync_directory(path.parent, calls=calls)


def write_beside(path: Path, data: bytes, *, mode: int = 0o666, calls: Calls = SYSTEM) -> Path:
    """Write `data` durably to a new file beside `path`, to be put in its place by `replace_file`."""
    finished, descriptor = _new_file_beside(path, mode)
    try:
        with told_about(path):
            try:
                write_all(descriptor, data, calls=calls)
                calls.sync(descriptor)
            finally:
                os.close(descriptor)
    except BaseException:
        _discard(finished)
        raise
    return finished


def replace_file(finished: Path, target: Path, *, calls: Calls = SYSTEM) -> None:
    """Put the finished file in the place of `target`; if somebody has that open, `finished` is kept.

    The name is durable only after `sync_directory`.
    """
    try:
        with told_about(target):
            _replace_patiently(finished, target, calls)
    except OpenElsewhere:
        raise
    except BaseException:
        _discard(finished)
        raise


def _replace_patiently(finished: Path, target: Path, calls: Calls) -> None:
    for pause in (*_REPLACE_PAUSES, None):
        try:
            return calls.replace(finished, target)
        except PermissionError as error:
            if _is_read_only(target):
                raise ReadOnlyPlace(target) from error
            if pause is None:  # the folder took the finished file, so it is the target that is held
                raise OpenElsewhere(target, open_elsewhere(target), finished) from error
            calls.pause(pause)


def _is_read_only(path: Path) -> bool:
    return path.exists() and not path.stat().st_mode & stat.S_IWUSR


def write_all(descriptor: int, data: bytes, *, calls: Calls = SYSTEM) -> None:
    """Write every byte; one call of the system may take fewer than it was given."""
    rest = memoryview(data)
    while rest:
        rest = rest[calls.write(descriptor, rest) :]


def unfinished_names(path: Path) -> Iterator[Path]:
    """Names beside `path` for a file not yet finished, with its suffix so that Excel opens a kept one."""
    for n in itertools.count(1):
        yield path.with_name(f"{path.stem}.~{os.getpid()}-{n}{path.suffix}")


def is_unfinished(path: Path) -> bool:
    """Whether the name is one of `unfinished_names`: left by a crash, or kept because its target was open."""
    return _UNFINISHED.search(path.name) is not None


def _new_file_beside(path: Path, mode: int) -> tuple[Path, int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    names = unfinished_names(path)
    with told_about(path):
        while True:
            name = next(names)
            with contextlib.suppress(FileExistsError):
                return name, os.open(name, flags, mode)


def _discard(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def make_folders(path: Path, *, calls: Calls = SYSTEM) -> None:
    """Create the folder and those above it as far as they are missing, durably."""
    with told_about(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
        path.mkdir(parents=True, exist_ok=True)
    for folder in missing:
        sync_directory(folder.parent, calls=calls)


def remove_file(path: Path, *, calls: Calls = SYSTEM) -> None:
    """Remove the file, even a read-only one, durably; a missing one is as good as removed."""
    remove_files((path,), calls=calls)


def remove_files(paths: Collection[Path], *, calls: Calls = SYSTEM) -> None:
    """Remove the files as `remove_file` does; that they are gone is made durable together."""
    for path in paths:
        with told_about(path), contextlib.suppress(FileNotFoundError):
            make_writable(path)
            path.unlink()
    for folder in dict.fromkeys(path.parent for path in paths):
        sync_directory(folder, calls=calls)


def remove_unfinished(folders: Iterable[Path], *, before: float = math.inf) -> None:
    """Remove what a run that was cut off left unfinished in and below the folders, last changed `before` that time.

    One that cannot be removed, or a folder that cannot be listed, stays until the next time.
    """
    for folder in folders:
        found: list[Path] = []
        with contextlib.suppress(OSError):
            found = sorted(folder.rglob("*.~*"))
        for path in found:
            with contextlib.suppress(OSError, DiskError):
                if is_unfinished(path) and path.stat().st_mtime < before:
                    remove_file(path)


def make_read_only(path: Path) -> None:
    """Protect the file from changes by accident, in Explorer too."""
    path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)


def make_writable(path: Path) -> None:
    """Undo `make_read_only` for the owner; Windows replaces and removes no read-only file."""
    path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IWUSR)


def is_hidden(path: Path) -> bool:
    """Whether Explorer or the file manager hides the file."""
    attributes: int = getattr(path.stat(), "st_file_attributes", 0)
    return path.name.startswith(".") or bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def check_path_length(path: Path, *, for_excel: bool = False, windows: bool = WINDOWS) -> None:
    """Refuse a path that Windows cannot store, or `for_excel` that Excel cannot open."""
    limit = EXCEL_PATH_LIMIT if for_excel else WINDOWS_PATH_LIMIT
    length = len(str(path.absolute()).encode("utf-16-le", "surrogatepass")) // 2
    if windows and length > limit:
        raise PathTooLong(path, length, limit)


@contextmanager
def exclusive_lock(
    path: Path, holder: str, *, wait_seconds: float = _LOCK_WAIT_SECONDS, calls: Calls = SYSTEM
) -> Iterator[None]:
    """Hold the lock file; while one holds it the others wait, and read in it whom they wait for.

    The lock goes with the process, so a crash leaves none behind. It is not taken twice by one process either.
    """
    with told_about(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
    try:
        _wait_for_lock(descriptor, path, wait_seconds, calls)
        _name_holder(descriptor, holder)
        try:
            yield
        finally:
            _name_holder(descriptor, "")
            _unlock(descriptor)
    finally:
        os.close(descriptor)


def _wait_for_lock(descriptor: int, path: Path, wait_seconds: float, calls: Calls) -> None:
    waited = 0.0
    while True:
        try:
            return _lock_now(descriptor)
        except OSError as error:
            if error.errno not in _LOCK_BUSY:  # such as a file server that knows no locks
                raise disk_error(error, path) from error
        if waited >= wait_seconds:
            raise LockHeld(path, read_holder(path))
        calls.pause(_LOCK_PAUSE_SECONDS)
        waited += _LOCK_PAUSE_SECONDS


def _name_holder(descriptor: int, holder: str) -> None:
    """Write who holds the lock; only a courtesy, so a full disk does not stop the work."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        os.write(descriptor, " ".join(holder.split()).encode("utf-8", "replace")[:_HOLDER_LIMIT])


def read_holder(path: Path) -> str:
    """Name of the one who holds the lock, "" when nobody does or it cannot be read."""
    with contextlib.suppress(OSError):
        return path.read_bytes().decode("utf-8", "ignore")
    return ""
