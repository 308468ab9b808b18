"""The cache saves time and nothing else: whatever happens to it, an answer is right or missing."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from xlsx_pdca.store.cache import ReadingCache, ReadingKey

KEY = ReadingKey(sha256="a" * 64, plan="b" * 64, program="0.1.0")
READING = '{"回答":"𠮷"}'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache.sqlite"


def fill(path: Path) -> None:
    with ReadingCache(path) as cache:
        cache.put_many([(KEY, READING)])


def read(path: Path) -> str | None:
    with ReadingCache(path) as cache:
        return cache.get(KEY)


def test_what_is_put_is_got_by_the_next_run(path: Path) -> None:
    """A reading comes back exactly, also after the cache was closed."""
    fill(path)
    assert read(path) == READING


@pytest.mark.parametrize(
    "key",
    [
        ReadingKey("c" * 64, KEY.plan, KEY.program),
        ReadingKey(KEY.sha256, "c" * 64, KEY.program),
        ReadingKey(KEY.sha256, KEY.plan, "0.2.0"),
    ],
)
def test_another_file_plan_or_program_is_another_reading(path: Path, key: ReadingKey) -> None:
    """Each part of the key counts."""
    with ReadingCache(path) as cache:
        cache.put_many([(KEY, READING)])
        assert cache.get(key) is None
        cache.put_many([(key, "{}")])
        assert (cache.get(key), cache.get(KEY)) == ("{}", READING)


def test_a_reading_is_replaced(path: Path) -> None:
    """The last reading of a key is the one that is kept."""
    fill(path)
    with ReadingCache(path) as cache:
        cache.put_many([(KEY, "{}")])
    assert read(path) == "{}"


def test_a_deleted_cache(path: Path) -> None:
    """Deleted, it is empty and fills again."""
    fill(path)
    path.unlink()
    assert read(path) is None
    fill(path)
    assert read(path) == READING


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_corrupted_cache_is_rebuilt(path: Path, content: bytes) -> None:
    """A file that is no database is thrown away silently; the same run may fill the new one."""
    path.write_bytes(content)
    with ReadingCache(path) as cache:
        assert cache.get(KEY) is None
        cache.put_many([(KEY, READING)])
        assert cache.get(KEY) == READING


def test_damage_anywhere_never_gives_a_wrong_reading(path: Path) -> None:
    """Whichever part of the file is overwritten, the reading is right or missing."""
    fill(path)
    good = path.read_bytes()
    missing = 0
    for start in range(0, len(good), 97):
        path.write_bytes(good[:start] + b"x" * 97 + good[start + 97 :])
        found = read(path)
        assert found in (None, READING)
        missing += found is None
    assert missing > 0


def test_a_reading_under_a_wrong_key_is_not_believed(path: Path) -> None:
    """A row whose key was changed does not pass for another file's reading."""
    fill(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE reading SET sha256 = ?", ("c" * 64,))
    connection.close()
    with ReadingCache(path) as cache:
        assert cache.get(ReadingKey("c" * 64, KEY.plan, KEY.program)) is None


def test_a_cache_of_another_layout_is_rebuilt(path: Path) -> None:
    """What another release left is thrown away."""
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE reading (something TEXT)")
    connection.close()
    assert read(path) is None
    fill(path)
    assert read(path) == READING


def test_a_place_without_cache(tmp_path: Path) -> None:
    """Where no cache can be made everything goes on without."""
    with ReadingCache(tmp_path / "無い" / "cache.sqlite") as cache:
        cache.put_many([(KEY, READING)])
        assert cache.get(KEY) is None


def test_a_useless_cache_that_stays(path: Path) -> None:
    """A cache that can neither be read nor cleared away is given up."""
    path.write_bytes(b"not a database" * 100)
    path.with_name(f"{path.name}-journal").mkdir()
    with ReadingCache(path) as cache:
        assert cache.get(KEY) is None
        cache.put_many([(KEY, READING)])
        assert cache.get(KEY) is None


def test_a_cache_in_use_is_left_alone(path: Path) -> None:
    """While another run writes, this one goes on without and destroys nothing."""
    fill(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    assert read(path) is None
    other.execute("ROLLBACK")
    other.close()
    assert read(path) == READING
