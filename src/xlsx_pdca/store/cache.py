"""Readings kept for speed only: the cache may be deleted, damaged or locked, and the answers stay the same."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Self, TypeVar

Answer = TypeVar("Answer")

_TABLE = """
CREATE TABLE IF NOT EXISTS reading (
    sha256 TEXT, plan TEXT, program TEXT, reading TEXT NOT NULL, proof TEXT NOT NULL,
    PRIMARY KEY (sha256, plan, program)
) WITHOUT ROWID
"""
_SELECT = "SELECT reading, proof FROM reading WHERE (sha256, plan, program) = (?, ?, ?)"
# Codes after which the file is no use to anyone: https://sqlite.org/rescode.html
_USELESS = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True)
class ReadingKey:
    """Everything on which a reading depends."""

    sha256: str
    """Of the file that was read."""
    plan: str
    """Digest of the frozen plan it was read by."""
    program: str
    """Version of the program that read it."""


class ReadingCache:
    """Readings as JSON text; whatever goes wrong with it means reading a file again, never an error."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._given_up = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def get(self, key: ReadingKey) -> str | None:
        """The reading kept under this key, proven unharmed, or None."""
        where = (key.sha256, key.plan, key.program)
        row = self._attempt(lambda connection: connection.execute(_SELECT, where).fetchone())
        return str(row[0]) if row and row[1] == _proof(key, row[0]) else None

    def put_many(self, readings: Iterable[tuple[ReadingKey, str]]) -> None:
        """Keep the readings; those of the same key are replaced."""
        rows = [(k.sha256, k.plan, k.program, text, _proof(k, text)) for k, text in readings]

        def put(connection: sqlite3.Connection) -> None:
            with connection:
                connection.executemany("REPLACE INTO reading VALUES (?, ?, ?, ?, ?)", rows)

        self._attempt(put)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _attempt(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer | None:
        """What `work` answers; a useless file is thrown away, any other trouble ends the use of the cache."""
        if self._given_up:
            return None
        try:
            return work(self._open())
        except sqlite3.Error as error:
            self.close()
            if _is_useless(error):
                self._throw_away()
            self._given_up = self._path.exists()  # in use, or held so that nobody can remove it
        return None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = sqlite3.connect(self._path, timeout=_PATIENCE_SECONDS)
            # Nothing here needs to survive a power cut, and what one leaves is proven before use.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute(_TABLE)
        return self._connection

    def _throw_away(self) -> None:
        for name in (self._path.name, f"{self._path.name}-journal"):
            with contextlib.suppress(OSError):
                self._path.with_name(name).unlink()


def _is_useless(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _USELESS


def _proof(key: ReadingKey, text: str) -> str:
    """Shows that the text is whole and stands under its own key."""
    return sha256("\n".join((key.sha256, key.plan, key.program, text)).encode()).hexdigest()
