"""What the archive was given it keeps unchanged, or says which file is not what it was."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from failing_calls import Failing
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.store.archive import Archive, DamagedOriginal, NotArchived, Verification
from xlsx_pdca.store.disk_errors import DiskFull, Unreachable
from xlsx_pdca.store.system import Calls, make_writable

BLOBS = (b"one", b"two", b"", b"\0" * 1000)


def sha(blob: bytes) -> str:
    return hashlib.sha256(blob).hexdigest()


@pytest.fixture(params=[Archive.of_originals, Archive.of_plans], ids=["originals", "plans"])
def archive(request: pytest.FixtureRequest, tmp_path: Path) -> Archive:
    make: Callable[[Path], Archive] = request.param
    return make(tmp_path / "archive")


def flip(path: Path) -> None:
    """Change one bit of the file, as a failing disk does."""
    make_writable(path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)


def test_places(tmp_path: Path) -> None:
    """Originals lie in folders of their first two digits, plans side by side as JSON files."""
    Archive.of_originals(tmp_path / "originals").put(b"one")
    Archive.of_plans(tmp_path / "plans").put(b"{}")
    files = sorted(str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file())
    assert files == [
        f"originals/{sha(b'one')[:2]}/{sha(b'one')}",
        f"plans/{sha(b'{}')}.json",
    ]


def test_what_is_put_is_got(archive: Archive) -> None:
    """Every blob comes back under its digest, in the order of the batch; the same bytes twice are kept once."""
    digests = archive.put_many((*BLOBS, b"one"))
    assert digests == tuple(map(sha, (*BLOBS, b"one")))
    assert [archive.get(digest) for digest in digests] == [*BLOBS, b"one"]
    assert archive.verify() == Verification(len(BLOBS), (), (), ())


def test_a_kept_file_is_read_only(archive: Archive) -> None:
    """Nobody changes an original by accident."""
    assert not stat.S_IMODE(archive.path(archive.put(b"one")).stat().st_mode) & 0o222


def test_an_empty_batch(archive: Archive) -> None:
    """Putting nothing needs no disk."""
    assert archive.put_many(()) == ()
    assert archive.verify(expected=[sha(b"one")]) == Verification(0, (), (sha(b"one"),), ())


def test_what_was_never_put(archive: Archive) -> None:
    """A missing original is told with its place, and is not there."""
    assert not archive.has(sha(b"one"))
    with pytest.raises(NotArchived, match=sha(b"one")) as caught:
        archive.get(sha(b"one"))
    assert caught.value.exit_code is ExitCode.FAULTY


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_digests_are_names(archive: Archive, digest: str) -> None:
    """Nothing but a digest becomes a path."""
    with pytest.raises(ValueError, match="SHA-256"):
        archive.path(digest)


def test_a_flipped_bit_is_found(archive: Archive) -> None:
    """One changed bit is reported by verify and by get, for that file only."""
    first, second = archive.put_many((b"one", b"two"))
    flip(archive.path(first))
    assert archive.verify(expected=[first, second]) == Verification(2, (first,), (), ())
    with pytest.raises(DamagedOriginal, match=first):
        archive.get(first)
    assert archive.get(second) == b"two"


def test_putting_again_repairs(archive: Archive) -> None:
    """The same bytes put again replace a damaged copy."""
    digest = archive.put(b"one")
    flip(archive.path(digest))
    archive.put(b"one")
    assert archive.get(digest) == b"one"
    assert not stat.S_IMODE(archive.path(digest).stat().st_mode) & 0o222


def test_an_original_that_cannot_be_read(archive: Archive) -> None:
    """Something unreadable in the place of an original is the disk's trouble, not a missing original."""
    digest = sha(b"one")
    archive.path(digest).mkdir(parents=True)
    assert not archive.has(digest)
    with pytest.raises(Unreachable, match=digest):
        archive.get(digest)


def test_foreign_files_are_told(archive: Archive) -> None:
    """A file that somebody laid there, even under a digest at the wrong place, is listed and not taken for ours."""
    digest = archive.put(b"one")
    misplaced = archive.root / "zz" / archive.path(digest).name
    misplaced.parent.mkdir()
    misplaced.write_bytes(b"one")
    (archive.root / "メモ.txt").write_bytes(b"")
    assert set(archive.verify().foreign) == {misplaced, archive.root / "メモ.txt"}
    assert archive.verify().checked == 1


def test_disposal(archive: Archive) -> None:
    """Removed bytes are gone, the others stay; removing twice is no error."""
    first, second = archive.put_many((b"one", b"two"))
    archive.remove(first)
    archive.remove(first)
    assert not archive.has(first)
    assert archive.get(second) == b"two"


def test_every_folder_is_synced_once_a_batch(tmp_path: Path) -> None:
    """A second batch into the same folders syncs each file, and each folder once, also for what was there."""
    counting = Failing(0)
    archive = Archive.of_plans(tmp_path / "plans", calls=counting.calls)
    archive.put(b"zero")
    counting.names.clear()
    archive.put_many((b"zero", b"one", b"two"))
    assert counting.names == ["write", "sync", "replace"] * 2 + ["sync"]


@pytest.mark.parametrize("make", [Archive.of_originals, Archive.of_plans])
def test_any_call_may_fail(tmp_path: Path, make: Callable[..., Archive]) -> None:
    """Whichever call finds the disk full: nothing half is kept, and running again keeps all."""
    for n in range(1, 40):
        root = tmp_path / str(n)
        failing = Failing(n)
        try:
            make(root, calls=failing.calls).put_many(BLOBS)
        except DiskFull:
            half_done = make(root).verify()
            assert (half_done.damaged, half_done.foreign) == ((), ())
            make(root).put_many(BLOBS)
        assert make(root).verify(expected=map(sha, BLOBS)) == Verification(len(BLOBS), (), (), ())
        if failing.count < n:
            break
    assert 12 < failing.count < n


def test_acknowledged_means_synced(tmp_path: Path) -> None:
    """Before its name appears each file's bytes are synced, and at the end the folder."""
    synced: set[int] = set()

    def sync(descriptor: int) -> None:
        synced.add(os.fstat(descriptor).st_ino)
        os.fsync(descriptor)

    def replace(finished: Path, target: Path) -> None:
        assert finished.stat().st_ino in synced
        finished.replace(target)

    archive = Archive.of_originals(tmp_path / "a", calls=Calls(sync=sync, replace=replace))
    digest = archive.put(b"one")
    assert archive.path(digest).parent.stat().st_ino in synced
    assert archive.root.stat().st_ino in synced
