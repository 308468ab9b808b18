"""Files are replaced whole or not at all, one run writes at a time, and every refusal says what to do."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from failing_calls import Failing, always, no_space, windows_error
from xlsx_pdca.errors import DiskError, ExitCode
from xlsx_pdca.store.disk_errors import (
    DiskFull,
    LockHeld,
    OpenElsewhere,
    PathTooLong,
    ReadOnlyPlace,
    Unreachable,
    disk_error,
    is_of_the_disk,
)
from xlsx_pdca.store.system import (
    Calls,
    check_path_length,
    exclusive_lock,
    is_hidden,
    is_unfinished,
    make_folders,
    make_read_only,
    make_writable,
    read_holder,
    remove_file,
    write_atomically,
    write_beside,
)

LIBREOFFICE_OWNER = ",maebashi,pc07,22.11.2026 10:37,file:///tmp/prof;"


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "取りまとめ表.xlsx"
    path.write_bytes(b"old")
    return path


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- replacing -----------------------------------------------------------------------------


def test_new_bytes_stand_in_place(book: Path) -> None:
    """After writing, the file holds the new bytes and nothing else lies about."""
    write_atomically(book, b"new")
    assert book.read_bytes() == b"new"
    assert names_in(book.parent) == [book.name]


def test_a_new_file_is_readable_for_colleagues(tmp_path: Path) -> None:
    """Rights follow the user's settings, as with any file; a secret may be narrower."""
    umask = os.umask(0o022)
    try:
        write_atomically(tmp_path / "a", b"")
        write_atomically(tmp_path / "key", b"", mode=0o600)
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_full_disk_leaves_the_old_file(book: Path, n: int) -> None:
    """Whichever of write, sync and replace finds the disk full: old bytes whole, no litter, DiskFull."""
    failing = Failing(n)
    with pytest.raises(DiskFull) as caught:
        write_atomically(book, b"new bytes", calls=failing.calls)
    assert failing.names == ["write", "sync", "replace"][:n]
    assert book.read_bytes() == b"old"
    assert names_in(book.parent) == [book.name]
    assert "空き容量" in caught.value.found
    assert caught.value.exit_code is ExitCode.DISK


def test_a_failed_directory_sync_is_told(book: Path) -> None:
    """When even the last step fails the caller hears of it; old or new, the file is whole."""
    failing = Failing(4)
    with pytest.raises(DiskFull):
        write_atomically(book, b"new", calls=failing.calls)
    assert failing.names == ["write", "sync", "replace", "sync"]
    assert book.read_bytes() == b"new"


def test_calls_that_write_little_are_repeated(book: Path) -> None:
    """A system that takes one byte at a time still gets all of them."""
    write_atomically(book, b"new", calls=Calls(write=lambda fd, data: os.write(fd, data[:1])))
    assert book.read_bytes() == b"new"


_FULL_DISK = """
import resource, signal, sys
from pathlib import Path
from xlsx_pdca.store.disk_errors import DiskFull
from xlsx_pdca.store.system import write_atomically
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
path = Path(sys.argv[1])
write_atomically(path, b"fits")
try:
    write_atomically(path, b"x" * 100_000)
except DiskFull:
    print("DiskFull")
"""


def test_a_real_limit_leaves_the_old_file(tmp_path: Path) -> None:
    """A system that really takes no more bytes: the old file stays whole, nothing lies about."""
    path = tmp_path / "表.xlsx"
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "DiskFull\n"
    assert path.read_bytes() == b"fits"
    assert names_in(tmp_path) == [path.name]


_ENDLESS = """
import sys
from pathlib import Path
from xlsx_pdca.store.system import write_atomically
for n in range(1_000_000):
    write_atomically(Path(sys.argv[1]), (b"%d\\n" % (n % 10)) * 50_000)
    if n == 0:
        print("ready", flush=True)
"""


def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    """SIGKILL in the middle of writing leaves the bytes of one of the writes, whole."""
    path = tmp_path / "表.xlsx"
    for _ in range(5):
        with subprocess.Popen(
            [sys.executable, "-c", _ENDLESS, str(path)],
            stdout=subprocess.PIPE,
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            writer.kill()
        lines = path.read_bytes().splitlines()
        assert len(lines) == 50_000
        assert len(set(lines)) == 1
    assert all(is_unfinished(other) for other in tmp_path.iterdir() if other != path)


# --- open elsewhere ------------------------------------------------------------------------


@pytest.mark.parametrize("number", [5, 32])
def test_an_open_book_keeps_the_finished_one(book: Path, number: int) -> None:
    """As on Windows with the book open in a program: the new one is kept, whole, and named with its holder."""
    book.with_name(f".~lock.{book.name}#").write_text(LIBREOFFICE_OWNER, encoding="utf-8")
    calls = Calls(replace=always(lambda: windows_error(number)), pause=lambda seconds: None)
    with pytest.raises(OpenElsewhere) as caught:
        write_atomically(book, b"new", calls=calls)
    assert book.read_bytes() == b"old"
    assert caught.value.who == "maebashi（pc07）"
    assert caught.value.kept is not None
    assert caught.value.kept.read_bytes() == b"new"
    assert caught.value.kept.suffix == ".xlsx"
    assert is_unfinished(caught.value.kept)
    assert "maebashi（pc07）さんが開いているため" in str(caught.value)
    assert f"「{caught.value.kept}」に保存してあります" in str(caught.value)


def test_an_open_book_without_owner_file(book: Path) -> None:
    """Where nobody can say who has it open, the sentence says just that."""
    calls = Calls(replace=always(lambda: windows_error(5)), pause=lambda seconds: None)
    with pytest.raises(OpenElsewhere) as caught:
        write_atomically(book, b"new", calls=calls)
    assert "どなたか" in caught.value.found
    assert "~$" not in caught.value.remedy


def test_a_virus_scanner_is_waited_for(book: Path) -> None:
    """A target held for a moment only is replaced a moment later."""
    failing = Failing(3, lambda: windows_error(32))
    write_atomically(book, b"new", calls=failing.calls)
    assert failing.names == ["write", "sync", "replace", "replace", "sync"]
    assert book.read_bytes() == b"new"


def test_a_read_only_target_is_not_called_open(book: Path) -> None:
    """Windows refuses a read-only target in the same words; we tell the two apart."""
    make_read_only(book)
    calls = Calls(replace=always(lambda: windows_error(5)), pause=lambda seconds: None)
    with pytest.raises(ReadOnlyPlace):
        write_atomically(book, b"new", calls=calls)
    assert names_in(book.parent) == [book.name]


def test_two_unfinished_files_do_not_meet(book: Path) -> None:
    """Each write beside a target gets a name of its own."""
    first, second = write_beside(book, b"1"), write_beside(book, b"2")
    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert is_unfinished(first) and is_unfinished(second)
    assert not is_unfinished(book)
    assert not is_unfinished(Path("表.~12.xlsx"))


# --- what the system says ------------------------------------------------------------------


def error(code: int) -> OSError:
    return OSError(code, os.strerror(code))


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        (no_space(), DiskFull),
        (error(errno.EDQUOT), DiskFull),
        (error(errno.EFBIG), DiskFull),
        (windows_error(112, errno.ENOSPC), DiskFull),
        (windows_error(39, errno.EINVAL), DiskFull),
        (error(errno.EROFS), ReadOnlyPlace),
        (error(errno.EACCES), ReadOnlyPlace),
        (error(errno.EPERM), ReadOnlyPlace),
        (windows_error(5), ReadOnlyPlace),
        (windows_error(19), ReadOnlyPlace),
        (windows_error(32), OpenElsewhere),
        (windows_error(33), OpenElsewhere),
        (error(errno.ENAMETOOLONG), PathTooLong),
        (windows_error(206, errno.ENOENT), PathTooLong),
        (error(errno.ENOENT), Unreachable),
        (error(errno.EIO), Unreachable),
        (windows_error(64, errno.EINVAL), Unreachable),
    ],
)
def test_every_cause_has_its_name(book: Path, cause: OSError, kind: type[DiskError]) -> None:
    """Each way of refusing becomes the error of its cause, with place and remedy and exit code 4."""
    found = disk_error(cause, book)
    assert type(found) is kind
    assert str(book) in found.found
    assert found.remedy.endswith("。")
    assert found.exit_code is ExitCode.DISK


@pytest.mark.parametrize(
    ("cause", "is_the_disks"),
    [
        (error(errno.EIO), True),
        (error(errno.ESTALE), True),
        (no_space(), True),
        (windows_error(64, errno.EINVAL), True),
        (error(errno.ENOENT), False),
        (error(errno.EBADF), False),
        (error(errno.EACCES), False),
    ],
)
def test_what_only_a_disk_says_is_told_from_what_may_be_our_mistake(
    cause: OSError, is_the_disks: bool
) -> None:
    """A failing disk is never shown as a fault of the program, and a wrong path of ours never as one of the disk."""
    assert is_of_the_disk(cause) is is_the_disks


def test_a_forbidden_file_with_owner_is_open(book: Path) -> None:
    """A refusal for lack of rights is somebody's open file where an owner file says so."""
    book.with_name(f"~${book.name}").write_bytes(b"\x04Hana")
    found = disk_error(error(errno.EACCES), book)
    assert isinstance(found, OpenElsewhere)
    assert "Hanaさん" in str(found)
    assert f"「~${book.name}」" in found.remedy


def test_a_missing_folder_is_told_in_japanese(tmp_path: Path) -> None:
    """Writing into a folder that is gone says so, in Japanese only."""
    with pytest.raises(Unreachable, match="見つかりません"):
        write_atomically(tmp_path / "無い" / "表.xlsx", b"")


def test_a_name_too_long_for_the_disk(tmp_path: Path) -> None:
    """A real name of 300 bytes is refused as too long."""
    with pytest.raises(PathTooLong):
        write_atomically(tmp_path / ("長" * 100), b"")


def path_of_length(length: int) -> Path:
    return Path("/" + "長" * (length - 1))


@pytest.mark.parametrize(("for_excel", "limit"), [(False, 259), (True, 218)])
def test_paths_too_long_for_windows(for_excel: bool, limit: int) -> None:
    """The last good length passes, one more is refused with both figures; elsewhere than on Windows nothing is."""
    check_path_length(path_of_length(limit), for_excel=for_excel, windows=True)
    with pytest.raises(PathTooLong, match=f"{limit + 1}文字。上限は{limit}文字"):
        check_path_length(path_of_length(limit + 1), for_excel=for_excel, windows=True)
    check_path_length(path_of_length(limit + 1), for_excel=for_excel, windows=False)


def test_a_rare_character_counts_twice() -> None:
    """Windows counts 𠮷 as two."""
    with pytest.raises(PathTooLong):
        check_path_length(Path("/" + "𠮷" * 130), windows=True)


# --- folders, rights -----------------------------------------------------------------------


def test_folders_are_made_and_synced(tmp_path: Path) -> None:
    """Every folder that was missing is made and the one above it synced; a second time nothing happens."""
    counting = Failing(0)
    make_folders(tmp_path / "a" / "b", calls=counting.calls)
    assert (tmp_path / "a" / "b").is_dir()
    assert counting.names == ["sync", "sync"]
    make_folders(tmp_path / "a" / "b", calls=counting.calls)
    assert len(counting.names) == 2


def test_a_folder_where_a_file_stands(book: Path) -> None:
    """A file in the way of a folder is told, not overwritten."""
    with pytest.raises(DiskError):
        make_folders(book / "下")
    assert book.read_bytes() == b"old"


def test_read_only_and_back(book: Path) -> None:
    """Read-only takes every write bit away; undone, the owner may write."""
    make_read_only(book)
    assert not stat.S_IMODE(book.stat().st_mode) & 0o222
    make_writable(book)
    assert stat.S_IMODE(book.stat().st_mode) & stat.S_IWUSR


def test_a_read_only_file_is_removed(book: Path) -> None:
    """Removing takes a read-only file too, and does not mind a missing one."""
    make_read_only(book)
    remove_file(book)
    remove_file(book)
    assert not book.exists()


def test_hidden_files(book: Path) -> None:
    """A name with a dot in front is hidden, a plain one is not."""
    hidden = book.with_name(".DS_Store")
    hidden.touch()
    assert is_hidden(hidden)
    assert not is_hidden(book)


# --- the lock ------------------------------------------------------------------------------

_HOLD = """
import sys
from pathlib import Path
from xlsx_pdca.store.system import exclusive_lock
with exclusive_lock(Path(sys.argv[1]), "前橋 花子\\n（PC07）"):
    print("held", flush=True)
    sys.stdin.read()
"""


def holding(lock: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_held_lock_tells_its_holder(tmp_path: Path) -> None:
    """Who comes second waits as long as asked, then reads who holds the lock; free again, it is taken."""
    lock = tmp_path / "lock"
    pauses: list[float] = []
    with holding(lock) as first:
        with (
            pytest.raises(LockHeld) as caught,
            exclusive_lock(lock, "高崎", wait_seconds=1, calls=Calls(pause=pauses.append)),
        ):
            pytest.fail("two hold one lock")
        assert caught.value.holder == "前橋 花子 （PC07）"
        assert "いま前橋 花子 （PC07）が処理中です" in str(caught.value)
        assert sum(pauses) == pytest.approx(1)
        first.communicate()
    with exclusive_lock(lock, "高崎", wait_seconds=0):
        assert read_holder(lock) == "高崎"
    assert read_holder(lock) == ""


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    """After SIGKILL the lock is free at once; the old name left in it disturbs nobody."""
    lock = tmp_path / "lock"
    with holding(lock) as first:
        first.kill()
    assert read_holder(lock) == "前橋 花子 （PC07）"
    with exclusive_lock(lock, "高崎", wait_seconds=0):
        assert read_holder(lock) == "高崎"


def test_the_lock_is_freed_by_an_error(tmp_path: Path) -> None:
    """An error inside the lock comes out as itself and frees it."""
    lock = tmp_path / "lock"
    with pytest.raises(OSError, match="inside"), exclusive_lock(lock, "前橋"):
        raise OSError("inside")
    with exclusive_lock(lock, "高崎", wait_seconds=0):
        pass


def test_a_long_holder_is_cut_between_characters(tmp_path: Path) -> None:
    """A very long name stays readable."""
    lock = tmp_path / "lock"
    with exclusive_lock(lock, "長" * 500):
        assert set(read_holder(lock)) == {"長"}


def test_a_lock_where_no_folder_is(tmp_path: Path) -> None:
    """A lock that cannot even be made is told as the disk's trouble."""
    with pytest.raises(Unreachable), exclusive_lock(tmp_path / "無い" / "lock", "前橋"):
        pytest.fail("locked nothing")
    assert read_holder(tmp_path / "無い" / "lock") == ""
