"""The subprocess for foreign bytes: whatever a file does to it, the next file is read."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.worker import Crew, Worker, WorkerBroken

HERE = Path(__file__).parent
READER = "xlsx_pdca.workbook.reader"


@pytest.fixture
def worker() -> Iterator[Worker[Any]]:
    """A worker whose parser does what each file says."""
    with Worker[Any]("stumbling_parser", seconds=10, folder=HERE) as worker:
        yield worker


def book(text: str) -> bytes:
    master = openpyxl.Workbook()
    master.active["B2"] = text
    buffer = io.BytesIO()
    master.save(buffer)
    return buffer.getvalue()


def test_books_and_refusals() -> None:
    """Books come back as the reader reads them, from bytes and from files, refusals too."""
    with Worker[RawBook](READER) as worker:
        for data in (
            book("前橋市"),
            b"",
            b"%PDF-1.7",
            book("𠮷野家😀\n二行目"),
            book("a" * 30_000),
        ):
            assert worker.parse(data) == read_workbook(data)


def test_file_by_path(tmp_path: Path) -> None:
    """A path is read by the parent; the child needs no right to any file."""
    path = tmp_path / "回答.xlsx"
    path.write_bytes(book("高崎市"))
    with Worker[RawBook](READER) as worker:
        read = worker.parse(path)
    assert isinstance(read, RawBook)
    assert read.sheets[0].cells[2, 2].text == "高崎市"


def test_one_process_for_many_files(worker: Worker[Any]) -> None:
    """As long as nothing breaks, one subprocess serves all files."""
    pids = {worker.parse(b"x" * size)["pid"] for size in (0, 1, 100_000, 5_000_000)}
    assert len(pids) == 1
    assert pids != {os.getpid()}


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"abort", "status -6"),
        (b"segfault", "status -11"),
        (b"exit", "SystemExit"),
        (b"raise", "our own fault"),
        (b"panic", "panic of a native library"),
        (b"eat", "MemoryError"),
        (b"odd", "TypeError"),
        (b"nonsense", "answered nonsense"),
    ],
)
def test_file_that_breaks_the_worker(worker: Worker[Any], data: bytes, told: str) -> None:
    """A crash costs this one file and says what happened; the next one gets a fresh process."""
    before = worker.parse(b"good")["pid"]
    refusal = worker.parse(data)
    assert isinstance(refusal, Refusal)
    assert refusal.code is RefusalCode.CRASHED
    assert told in refusal.detail
    after = worker.parse(b"good")
    assert after["size"] == 4
    assert after["pid"] != before


def test_file_that_takes_too_long() -> None:
    """The parent ends a file that takes too long, and the next one is read."""
    with Worker[Any]("stumbling_parser", seconds=0.5, folder=HERE) as worker:
        started = time.monotonic()
        refusal = worker.parse(b"sleep")
        assert isinstance(refusal, Refusal)
        assert refusal.code is RefusalCode.TIMEOUT
        assert time.monotonic() - started < 5
        assert worker.parse(b"good")["size"] == 4


def test_libraries_that_print(worker: Worker[Any], capfd: pytest.CaptureFixture[str]) -> None:
    """What a library prints neither spoils the answer nor reaches the officer."""
    assert worker.parse(b"print")["size"] == 5
    assert worker.parse(b"good")["size"] == 4
    assert capfd.readouterr() == ("", "")


def test_half_a_surrogate(worker: Worker[Any]) -> None:
    """Any text Python can hold crosses the pipe."""
    assert worker.parse(b"surrogate") == "\ud83d"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits by a job object")
def test_memory_limit() -> None:
    """The child lives under the limit it was given."""
    with Worker[Any]("stumbling_parser", memory=700 << 20, folder=HERE) as worker:
        assert worker.parse(b"memory") == 700 << 20


def test_parser_that_does_not_exist() -> None:
    """A worker that cannot start is a fault of the installation, told with its traceback, not of a file."""
    with Worker[Any]("xlsx_pdca.no_such_parser") as worker, pytest.raises(WorkerBroken) as told:
        worker.parse(b"good")
    assert "no_such_parser" in str(told.value)


def test_isolated_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module in the current folder or on PYTHONPATH never replaces one of ours in the child."""
    (tmp_path / "json.py").write_text("raise SystemExit('hijacked')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Worker[Any]("stumbling_parser", folder=HERE) as worker:
        assert worker.parse(b"good")["size"] == 4


def test_nothing_is_left_running(worker: Worker[Any]) -> None:
    """Closing ends the process at once, leaves no thread, and may be done twice."""
    pid = worker.parse(b"good")["pid"]
    threads = threading.active_count()
    worker.close()
    worker.close()
    assert threading.active_count() == threads
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_crew_keeps_the_order() -> None:
    """Results come in the order of the files, whichever worker was first and whatever a file did to one."""
    files = [b"good" * n for n in range(1, 12)]
    files[3], files[7] = b"abort", b"raise"
    with Crew[Any]("stumbling_parser", seconds=10, folder=HERE) as crew:
        results = list(crew.parse_all(files))
        sizes = [None if isinstance(r, Refusal) else r["size"] for r in results]
        assert crew.parse(b"good")["size"] == 4
    assert sizes == [None if n in (3, 7) else 4 * (n + 1) for n in range(11)]
    told = [r.detail for r in results if isinstance(r, Refusal)]
    assert "status -6" in told[0] and "our own fault" in told[1]


def test_crew_takes_few_files_ahead() -> None:
    """However many files there are, only a few are in memory; who stops early leaves nothing running."""
    taken = []
    with Crew[Any]("stumbling_parser", folder=HERE) as crew:
        results = crew.parse_all(taken.append(n) or b"good" for n in range(1_000))
        pids = {next(results)["pid"] for _ in range(10)}
        results.close()
    assert len(taken) < 20
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_subprocess_is_started_ahead() -> None:
    """A subprocess told to get ready is the one that parses; one that is never asked just ends."""
    with Crew[Any]("stumbling_parser", size=2, folder=HERE) as crew:
        crew.start(1)
        ahead, not_needed = (worker._child for worker in crew._workers)
        crew.parse(b"fine")
        assert ahead is not None
        assert crew._workers[0]._child is ahead
        assert not_needed is None
    with Crew[Any]("stumbling_parser", size=2, folder=HERE) as crew:
        crew.start(9)
        processes = [worker._child._process for worker in crew._workers if worker._child]
    assert len(processes) == 2 and all(p.returncode is not None for p in processes)


def test_worker_that_does_not_start_is_told_each_time() -> None:
    """A fault of the installation stays one, also when the worker is asked again."""
    with Worker[Any]("xlsx_pdca.no_such_parser") as worker:
        worker.start()
        for _ in range(2):
            with pytest.raises(WorkerBroken):
                worker.parse(b"")
