"""The ledger loses no event, to no crash and no colleague, and shows every change made by hand."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from failing_calls import Failing, no_space
from xlsx_pdca.errors import DiskError, ExitCode
from xlsx_pdca.event import FIRST_PREV, JST, Event, NewEvent
from xlsx_pdca.store.disk_errors import DiskFull, LockHeld
from xlsx_pdca.store.events import BrokenChain, EventLog, line_of, scan
from xlsx_pdca.store.system import Calls, exclusive_lock

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=JST)


def log_in(folder: Path, calls: Calls | None = None) -> EventLog:
    return EventLog(folder / "events.jsonl", folder / "lock", "群馬 花子", calls=calls or Calls())


def arrivals(*names: str) -> tuple[NewEvent, ...]:
    return tuple(
        NewEvent(at=NOON, by="群馬 花子", type="arrival", data={"name": name}) for name in names
    )


def names_of(events: Sequence[Event]) -> list[str]:
    return [event.data["name"] for event in events]


# --- what a line is ------------------------------------------------------------------------


def test_a_ledger_as_text(tmp_path: Path) -> None:
    """Canonical lines: keys sorted, Japanese as it is, numbered from 1, each with the hash of the one before."""
    log_in(tmp_path).append(arrivals("前橋市.xlsx", "高崎市.xlsx"))
    first, second = (tmp_path / "events.jsonl").read_bytes().splitlines(keepends=True)
    assert first.decode() == (
        '{"at":"2026-06-01T12:00:00+09:00","by":"群馬 花子","data":{"name":"前橋市.xlsx"},'
        f'"prev":"{"0" * 64}","seq":1,"type":"arrival"}}\n'
    )
    assert json.loads(second)["prev"] == hashlib.sha256(first).hexdigest()


def test_what_is_appended_is_read(tmp_path: Path) -> None:
    """Reading gives the events that appending gave back, over several appends."""
    log = log_in(tmp_path)
    booked = log.append(arrivals("a", "b")) + log.append(()) + log.append(arrivals("c"))
    assert log.read() == booked
    assert [event.seq for event in booked] == [1, 2, 3]


def test_an_empty_round(tmp_path: Path) -> None:
    """A round without events is read as such, and appending nothing books nothing."""
    log = log_in(tmp_path)
    assert log.read() == ()
    assert log.append(()) == ()
    assert log.read() == ()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=60)
@given(st.dictionaries(st.text(), JSON, max_size=3), st.text())
def test_any_event_survives_its_line(data: dict[str, object], by: str) -> None:
    """Whatever stands in an event, one line holds it and gives it back."""
    new = NewEvent(at=NOON.replace(microsecond=5), by=by, type="note", data=data)
    event = Event.booked(new, seq=1, prev=FIRST_PREV)
    line = line_of(event)
    assert line.count(b"\n") == 1 and line.endswith(b"\n")
    assert scan(line, Path("events.jsonl")).events == (event,)


def test_half_a_surrogate_pair_comes_back(tmp_path: Path) -> None:
    """The name of a file whose bytes are no UTF-8, as Linux gives it, is kept exactly."""
    log = log_in(tmp_path)
    log.append(arrivals("\udce5回答.xlsx"))
    assert names_of(log.read()) == ["\udce5回答.xlsx"]
    (tmp_path / "events.jsonl").read_bytes().decode("utf-8")


def test_a_long_line_is_found_from_the_end(tmp_path: Path) -> None:
    """The next event follows a last one far longer than a glance at the end of the file."""
    log = log_in(tmp_path)
    for name in ("長" * 500_000, "a", "長" * 30_000, "b"):
        log.append(arrivals(name))
    assert [event.seq for event in log.read()] == [1, 2, 3, 4]


# --- changed by hand -----------------------------------------------------------------------


def broken_at(folder: Path, data: bytes) -> int:
    """The line that reading and, where it can notice, writing complain about."""
    log = log_in(folder)
    log.path.write_bytes(data)
    with pytest.raises(BrokenChain) as caught:
        log.read()
    assert caught.value.exit_code is ExitCode.FAULTY
    assert f"{caught.value.line}行目" in str(caught.value)
    assert log.path.read_bytes() == data
    return caught.value.line


@pytest.fixture
def lines(tmp_path: Path) -> list[bytes]:
    log = log_in(tmp_path)
    log.append(arrivals("一", "二", "三", "四"))
    return log.path.read_bytes().splitlines(keepends=True)


def test_an_unharmed_ledger_is_read(tmp_path: Path, lines: list[bytes]) -> None:
    """The positive control of the refusals below."""
    log = log_in(tmp_path)
    log.path.write_bytes(b"".join(lines))
    assert names_of(log.read()) == ["一", "二", "三", "四"]


def test_a_changed_word_is_noticed(tmp_path: Path, lines: list[bytes]) -> None:
    """A value changed by hand breaks the chain in the next line."""
    lines[1] = lines[1].replace("二".encode(), "五".encode())
    assert broken_at(tmp_path, b"".join(lines)) == 3


def test_a_removed_line_is_noticed(tmp_path: Path, lines: list[bytes]) -> None:
    """A line taken out is missed at its place."""
    del lines[1]
    assert broken_at(tmp_path, b"".join(lines)) == 2


def test_swapped_lines_are_noticed(tmp_path: Path, lines: list[bytes]) -> None:
    """Lines in another order are noticed at the first of them."""
    lines[1], lines[2] = lines[2], lines[1]
    assert broken_at(tmp_path, b"".join(lines)) == 2


def test_a_renumbered_chain_is_noticed(tmp_path: Path, lines: list[bytes]) -> None:
    """A line that only its number fits does not follow."""
    lines[2] = lines[2].replace(b'"prev":"', b'"prev":"0')
    assert broken_at(tmp_path, b"".join(lines)) == 3


def test_windows_line_ends_are_noticed(tmp_path: Path, lines: list[bytes]) -> None:
    """An editor that changed every line end has changed every line."""
    assert broken_at(tmp_path, b"".join(lines).replace(b"\n", b"\r\n")) == 2


@pytest.mark.parametrize(
    "junk",
    [b"\n", b"\0\0\n", b"{\n", b"\xff\n", b"null\n", b"[]\n", b"{}\n", b'{"seq":2}\n'],
)
def test_junk_between_lines_is_noticed(tmp_path: Path, lines: list[bytes], junk: bytes) -> None:
    """A line that is no event, before others that are, is a broken ledger and not a crash's trace."""
    assert broken_at(tmp_path, b"".join([lines[0], junk, *lines[1:]])) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":4', b'"seq":4.0'),
        (b'"seq":4', b'"seq":true'),
        (b"+09:00", b""),
        (b"2026-06-01", b"2026-13-01"),
        (b'"data":{"name":"', b'"data":{"x":NaN,"name":"'),
        (b'"type":', b'"typ":'),
        (b'"type":', b'"type:'),
        (b'"type":"', b'"type":"\xe5'),
    ],
)
def test_a_misshapen_event_is_noticed(
    tmp_path: Path, lines: list[bytes], old: bytes, new: bytes
) -> None:
    """A whole last line that is no event is no torn line: reading and writing refuse it."""
    assert old in lines[3]
    data = b"".join([*lines[:3], lines[3].replace(old, new)])
    assert broken_at(tmp_path, data) == 4
    with pytest.raises(BrokenChain):
        log_in(tmp_path).append(arrivals("五"))


# --- torn ----------------------------------------------------------------------------------


def test_every_way_of_tearing_the_last_line(tmp_path: Path, lines: list[bytes]) -> None:
    """Cut anywhere, the whole events are read; the next append keeps the rest aside and goes on."""
    whole = b"".join(lines[:3])
    for cut in range(1, len(lines[3]) - 1):
        folder = tmp_path / str(cut)
        folder.mkdir()
        log = log_in(folder)
        log.path.write_bytes(whole + lines[3][:cut])
        assert names_of(log.read()) == ["一", "二", "三"]
        assert log.append(arrivals("五"))[0].seq == 4
        assert names_of(log.read()) == ["一", "二", "三", "五"]
        assert (folder / "events.jsonl.torn-4").read_bytes() == lines[3][:cut]


@pytest.mark.parametrize("torn", [b"\0" * 5000, b'{"at":"2026\0\0\0\n', b"\xe5\x89", b"\n"])
def test_other_traces_of_a_crash(tmp_path: Path, lines: list[bytes], torn: bytes) -> None:
    """Zeros, half a character or an empty line at the end are set aside as well."""
    log = log_in(tmp_path)
    log.path.write_bytes(b"".join(lines) + torn)
    assert len(log.read()) == 4
    log.append(arrivals("五"))
    assert names_of(log.read()) == ["一", "二", "三", "四", "五"]
    assert (tmp_path / "events.jsonl.torn-5").read_bytes() == torn


def test_a_torn_first_line(tmp_path: Path) -> None:
    """A crash in the very first write leaves an empty ledger that works."""
    log = log_in(tmp_path)
    log.path.write_bytes(b'{"at":')
    assert log.read() == ()
    assert log.append(arrivals("一"))[0].prev == FIRST_PREV
    assert names_of(log.read()) == ["一"]


def test_a_last_line_that_lacks_only_its_end_is_kept(tmp_path: Path, lines: list[bytes]) -> None:
    """An event that is there whole, but for the line end, is not lost."""
    log = log_in(tmp_path)
    log.path.write_bytes(b"".join(lines)[:-1])
    assert names_of(log.read()) == ["一", "二", "三", "四"]
    log.append(arrivals("五"))
    assert names_of(log.read()) == ["一", "二", "三", "四", "五"]
    assert not list(tmp_path.glob("*torn*"))


def test_two_torn_lines_of_one_number(tmp_path: Path, lines: list[bytes]) -> None:
    """A second crash at the same place does not overwrite what the first left; the same trace is kept once."""
    log = log_in(tmp_path)
    for torn in (b"{1", b"{2", b"{1"):
        log.path.write_bytes(b"".join(lines) + torn)
        log.append(arrivals())
    assert (tmp_path / "events.jsonl.torn-5").read_bytes() == b"{1"
    assert (tmp_path / "events.jsonl.torn-5-2").read_bytes() == b"{2"
    assert len(list(tmp_path.glob("*torn*"))) == 2


def test_reading_repairs_nothing(tmp_path: Path, lines: list[bytes]) -> None:
    """Reading may meet a line being written, so it changes no byte."""
    log = log_in(tmp_path)
    data = b"".join(lines) + b'{"at"'
    log.path.write_bytes(data)
    log.read()
    assert log.path.read_bytes() == data


def test_what_a_cut_off_run_left_is_removed(tmp_path: Path) -> None:
    """Under the lock unfinished files go from our own folders; where one may be kept for a person, a day later."""
    own, shared = tmp_path / "50", tmp_path / "70"
    kept = []
    for folder in (own / "事前課題", shared):
        folder.mkdir(parents=True)
        for name in ("表.~4711-1.xlsx", "表.xlsx", "表.~12.xlsx"):
            (folder / name).write_bytes(b"x")
        kept += [folder / "表.xlsx", folder / "表.~12.xlsx"]
    young = shared / "表.~4711-1.xlsx"
    (own / "事前課題" / "表.~4711-1.xlsx").chmod(0o400)
    log = replace(log_in(tmp_path), workshops=(own, tmp_path / "none"), shared=(shared,))

    def left() -> set[Path]:
        return {p for folder in (own, shared) for p in folder.rglob("*") if p.is_file()}

    log.append(arrivals("一"))
    assert left() == {*kept, young}
    aged = young.stat().st_mtime - 2 * 86_400
    os.utime(young, (aged, aged))
    log.append(arrivals("二"))
    assert left() == set(kept)


# --- failing disks, killed runs, colleagues ------------------------------------------------


@pytest.mark.parametrize("torn", [b"", b'{"at"'])
def test_any_call_may_fail(tmp_path: Path, torn: bytes) -> None:
    """Whichever call of an append finds the disk full: nothing of the batch is booked, and running again books all."""
    for n in range(1, 20):
        folder = tmp_path / str(n)
        folder.mkdir()
        log_in(folder).append(arrivals("一"))
        with (folder / "events.jsonl").open("ab") as file:
            file.write(torn)
        failing = Failing(n)
        try:
            log_in(folder, failing.calls).append(arrivals("二", "三"))
        except DiskFull:
            assert names_of(log_in(folder).read()) == ["一"]
            log_in(folder).append(arrivals("二", "三"))
        assert names_of(log_in(folder).read()) == ["一", "二", "三"]
        if failing.count < n:
            break
    assert failing.names == (
        ["write", "sync", "replace", "sync", "sync", "write", "sync"] if torn else ["write", "sync"]
    )


def test_a_writer_goes_on_after_a_failed_write(tmp_path: Path) -> None:
    """Under one lock a failed append takes itself back, and the next one follows the last whole event."""
    with log_in(tmp_path, Failing(4).calls).writing() as writer:
        # calls: sync of the new file's folder, write and sync of 一, write of 二
        writer.append(arrivals("一"))
        with pytest.raises(DiskFull):
            writer.append(arrivals("二"))
        writer.append(arrivals("三"))
        assert names_of(writer.read()) == ["一", "三"]


def test_a_failed_write_that_could_not_be_taken_back(tmp_path: Path) -> None:
    """When even cutting off the half-written line fails, the next append of the same run does it."""

    def no_truncate(descriptor: int, length: int) -> None:
        raise no_space()

    calls = replace(
        Failing(2).calls, truncate=no_truncate
    )  # calls: sync of the folder, write of 一
    with log_in(tmp_path, calls).writing() as writer:
        with pytest.raises(DiskFull):
            writer.append(arrivals("一"))
        assert (tmp_path / "events.jsonl").stat().st_size > 0
        writer.append(arrivals("二"))
        assert names_of(writer.read()) == ["二"]


_FULL_DISK = """
import resource, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from xlsx_pdca.event import NewEvent
from xlsx_pdca.store.disk_errors import DiskFull
from xlsx_pdca.store.events import EventLog
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))
folder = Path(sys.argv[1])
log = EventLog(folder / "events.jsonl", folder / "lock", "試験")
new = NewEvent(at=datetime.now(timezone.utc), by="試験", type="note", data={"text": "x" * 300})
booked = 0
try:
    while True:
        booked += len(log.append([new, new]))
except DiskFull:
    print(booked, len(log.read()))
"""


def test_a_really_full_disk(tmp_path: Path) -> None:
    """Where the system really takes no more bytes, what was booked stays and nothing half stands behind it."""
    done = subprocess.run(
        [sys.executable, "-c", _FULL_DISK, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    booked, read = map(int, done.stdout.split())
    assert booked == read > 0
    assert (tmp_path / "events.jsonl").read_bytes().endswith(b"\n")


_APPEND = """
import sys
from datetime import datetime, timezone
from pathlib import Path
from xlsx_pdca.event import NewEvent
from xlsx_pdca.store.events import EventLog
folder, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
log = EventLog(folder / "events.jsonl", folder / "lock", name, wait_seconds=60)
for n in range(count):
    new = NewEvent(at=datetime.now(timezone.utc), by=name, type="note", data={"n": n, "fill": "字" * 3000})
    log.append([new])
    print(n, flush=True)
"""


def appending(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _APPEND, str(folder), name, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_four_colleagues_at_once(tmp_path: Path) -> None:
    """Four processes with fifty events each: none is lost, each one's order stays, the chain holds."""
    processes = [appending(tmp_path, name, 50) for name in "甲乙丙丁"]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    events = log_in(tmp_path).read()
    assert len(events) == 200
    for name in "甲乙丙丁":
        assert [event.data["n"] for event in events if event.by == name] == list(range(50))


def test_a_killed_colleague_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """After SIGKILL every event the killed run had been told of is there, and the next run goes on."""
    for turn in range(5):
        with appending(tmp_path, str(turn), 1_000_000) as process:
            assert process.stdout is not None
            told = [int(process.stdout.readline()) for _ in range(3 + turn)]
            process.kill()
            told += [int(line) for line in process.stdout if line.endswith("\n")]
        kept = [event.data["n"] for event in log_in(tmp_path).read() if event.by == str(turn)]
        assert kept[: len(told)] == told
        assert len(kept) <= len(told) + 1
    before = len(log_in(tmp_path).read())
    assert log_in(tmp_path).append(arrivals("後"))[0].seq == before + 1


def test_a_waiting_colleague_is_told_who_writes(tmp_path: Path) -> None:
    """While somebody writes, an append waits and then says who it is; nothing is written meanwhile."""
    log = log_in(tmp_path, Calls(pause=lambda seconds: None))
    with exclusive_lock(log.lock, "高崎 次郎"), pytest.raises(LockHeld) as caught:
        log.append(arrivals("一"))
    assert caught.value.holder == "高崎 次郎"
    assert log.read() == ()


def test_a_ledger_in_a_missing_folder(tmp_path: Path) -> None:
    """A round whose folder is gone is told as the disk's trouble when writing."""
    with pytest.raises(DiskError):
        log_in(tmp_path / "無い").append(arrivals("一"))
