"""The ledger on disk: `events.jsonl`, append-only lines, each chained to the one before by its hash."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from xlsx_pdca.errors import OperatorError
from xlsx_pdca.event import FIRST_PREV, Event, NewEvent
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.system import (
    SYSTEM,
    Calls,
    exclusive_lock,
    remove_unfinished,
    sync_directory,
    write_all,
    write_atomically,
)

_TAIL_BYTES = 1 << 18
_DAY_SECONDS = 86_400
_READ_WRITE_CREATE = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
_TYPES = {"seq": int, "at": str, "by": str, "type": str, "data": dict, "prev": str}


class BrokenChain(OperatorError):
    """A line of the ledger was changed, lost or put in by something else than this program."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path = path
        self.line = line
        self.reason = reason
        super().__init__(
            f"受付記録「{path}」の{line}行目が壊れています（{reason}）。",
            "このファイルは手で直さず、バックアップまたは以前のバージョンから元に戻してください。",
        )


@dataclass(frozen=True)
class EventLog:
    """The events of one round; reading needs no lock, writing takes it."""

    path: Path
    lock: Path
    holder: str
    """Who is named to others while we write."""
    wait_seconds: float = 10.0
    """How long to wait for somebody else's write before saying who it is."""
    workshops: tuple[Path, ...] = ()
    """Folders written to under the lock only: what a run that was cut off left unfinished there is removed."""
    shared: tuple[Path, ...] = ()
    """Folders where an unfinished file may be one kept for a person; only those older than a day are removed."""
    calls: Calls = SYSTEM

    def read(self) -> tuple[Event, ...]:
        """All events, the chain verified; a torn last line, from a crash or being written now, is passed over."""
        return scan(self._bytes(), self.path).events

    def append(self, events: Sequence[NewEvent]) -> tuple[Event, ...]:
        """Book the events in one durable write.

        A crash in it may keep the first few of them, never part of one.
        """
        with self.writing() as writer:
            return writer.append(events)

    def begin(self, events: Sequence[NewEvent]) -> bool:
        """Make a ledger of these events in one step: after a crash there is none, or all of it.

        Where there is one already it is left alone, and the answer is False.
        """
        with self._locked():
            if self._bytes():
                return False
            prev, lines = FIRST_PREV, []
            for seq, new in enumerate(events, 1):
                lines.append(line_of(Event.booked(new, seq=seq, prev=prev)))
                prev = _hash(lines[-1])
            write_atomically(self.path, b"".join(lines), calls=self.calls)
            return True

    @contextmanager
    def writing(self) -> Iterator[EventWriter]:
        """Hold the round's lock, for work that reads, decides and appends as one; a torn line is set aside first."""
        with self._locked(), self._opened() as file:
            self._sweep()
            last = _last_line(file)
            if last is None:
                last = self._repair(file)
            yield EventWriter(self, file, *last)

    def _sweep(self) -> None:
        remove_unfinished(self.workshops)
        with told_about(self.lock):
            now = self.lock.stat().st_mtime  # just written by us: the clock of the disk
        remove_unfinished(self.shared, before=now - _DAY_SECONDS)

    def _locked(self) -> AbstractContextManager[None]:
        return exclusive_lock(
            self.lock, self.holder, wait_seconds=self.wait_seconds, calls=self.calls
        )

    def _bytes(self) -> bytes:
        with told_about(self.path), contextlib.suppress(FileNotFoundError):
            return self.path.read_bytes()
        return b""

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        with told_about(self.path):
            is_new = not self.path.exists()
            file = os.fdopen(os.open(self.path, _READ_WRITE_CREATE, 0o666), "r+b", buffering=0)
        try:
            if is_new:
                sync_directory(self.path.parent, calls=self.calls)
            yield file
        finally:
            with told_about(self.path):  # a file server may refuse as late as at closing
                file.close()

    def _repair(self, file: IO[bytes]) -> tuple[int, str]:
        """Set a torn last line aside, end a whole one; the place of the last event and its hash."""
        data = self._bytes()
        found = scan(data, self.path)
        if found.torn:
            self._set_aside(found.torn, found.last_seq + 1)
        with told_about(self.path):
            file.truncate(found.whole)
            file.seek(found.whole)
            write_all(file.fileno(), found.missing_end, calls=self.calls)
            self.calls.sync(file.fileno())
        return found.last_seq, found.last_hash

    def _set_aside(self, torn: bytes, seq: int) -> None:
        first = self.path.with_name(f"{self.path.name}.torn-{seq}")
        place, n = first, 1
        while place.exists() and place.read_bytes() != torn:
            n += 1
            place = first.with_name(f"{first.name}-{n}")
        write_atomically(place, torn, calls=self.calls)


class EventWriter:
    """Appends while the lock is held; made by `EventLog.writing`."""

    def __init__(self, log: EventLog, file: IO[bytes], last_seq: int, last_hash: str) -> None:
        self._log = log
        self._file = file
        self._last = last_seq, last_hash
        self._end = file.seek(0, os.SEEK_END)

    def read(self) -> tuple[Event, ...]:
        """All events; nobody can add one before this writer does."""
        return self._log.read()

    def append(self, events: Sequence[NewEvent]) -> tuple[Event, ...]:
        """Book the events in one durable write; if that fails none of them is booked."""
        booked: list[Event] = []
        lines: list[bytes] = []
        seq, prev = self._last
        for new in events:
            seq += 1
            booked.append(Event.booked(new, seq=seq, prev=prev))
            lines.append(line_of(booked[-1]))
            prev = _hash(lines[-1])
        if lines:
            self._write(b"".join(lines))
            self._last = seq, prev
        return tuple(booked)

    def _write(self, data: bytes) -> None:
        with told_about(self._log.path):
            # Only a failed write of ours that could not be taken back can stand behind our end.
            self._file.truncate(self._end)
            self._file.seek(self._end)
            try:
                write_all(self._file.fileno(), data, calls=self._log.calls)
                self._log.calls.sync(self._file.fileno())
            except BaseException:
                with contextlib.suppress(OSError):
                    self._log.calls.truncate(self._file.fileno(), self._end)
                raise
        self._end += len(data)


@dataclass(frozen=True)
class Scan:
    """What the bytes of a ledger hold."""

    events: tuple[Event, ...]
    last_hash: str
    whole: int
    """Length of the part that holds whole events."""
    torn: bytes
    """What a crash left behind it."""
    missing_end: bytes
    """The line end that the last event lacks, if it does."""

    @property
    def last_seq(self) -> int:
        return len(self.events)


def scan(data: bytes, path: Path) -> Scan:
    """Read and verify the lines; BrokenChain names the first that does not follow."""
    events: list[Event] = []
    prev = FIRST_PREV
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        line = data[start:end]
        fields = _json(line)
        if fields is None and end == len(data) and _is_torn(line):
            return Scan(tuple(events), prev, start, line, b"")
        events.append(_follow(fields, len(events) + 1, prev, path))
        prev = _hash(line if line.endswith(b"\n") else line + b"\n")
        start = end
    missing_end = b"\n" if data and not data.endswith(b"\n") else b""
    return Scan(tuple(events), prev, len(data), b"", missing_end)


def _is_torn(line: bytes) -> bool:
    """Whether a crash left the last line so: cut off, zeroed by the disk, or empty.

    A whole line that is no event was damaged later, and what it booked must not be passed over.
    """
    return not line.endswith(b"\n") or b"\0" in line or not line.strip()


def line_of(event: Event) -> bytes:
    """The canonical line of an event, its line end included."""
    text = json.dumps(
        {
            "seq": event.seq,
            "at": event.at.isoformat(),
            "by": event.by,
            "type": event.type,
            "data": event.data,
            "prev": event.prev,
        },
        sort_keys=True,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        default=dict,  # read-only mappings
    )
    # Half a surrogate pair (from a damaged file name) has no UTF-8; backslashreplace writes it as JSON escapes it.
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _follow(fields: Any, seq: int, prev: str, path: Path) -> Event:
    """The event of a line that must be the `seq`-th and follow the line hashed `prev`."""
    if fields is None:
        raise BrokenChain(path, seq, "記録の形になっていません")
    event = _event(fields)
    if event is None:
        raise BrokenChain(path, seq, "必要な項目がそろっていません")
    if event.seq != seq:
        raise BrokenChain(path, seq, f"番号が{seq}でなく{event.seq}です")
    if event.prev != prev:
        raise BrokenChain(path, seq, "前の行とつながりません")
    return event


def _event(fields: Any) -> Event | None:
    if not isinstance(fields, dict):
        return None
    if any(type(fields.get(name)) is not kind for name, kind in _TYPES.items()):
        return None
    try:
        known = {name: fields[name] for name in _TYPES}
        return Event(**known | {"at": datetime.fromisoformat(fields["at"])})
    except (ValueError, TypeError):  # no time, or a number that JSON does not know
        return None


def _json(line: bytes) -> Any:
    """The JSON value of a line, None where there is none; a beginning of an object's text is never one."""
    try:
        return json.loads(line.decode("utf-8"))
    except ValueError:
        return None


def _hash(line: bytes) -> str:
    return sha256(line).hexdigest()


def _last_line(file: IO[bytes]) -> tuple[int, str] | None:
    """Place and hash of the last event, from the end of the file; None if all of it must be looked at."""
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        return 0, FIRST_PREV
    begin = max(size - _TAIL_BYTES, 0)
    file.seek(begin)
    tail = file.read(size - begin)
    start = tail.rfind(b"\n", 0, len(tail) - 1) + 1
    line = tail[start:]
    event = _event(_json(line)) if line.endswith(b"\n") else None
    return (event.seq, _hash(line)) if event else None
