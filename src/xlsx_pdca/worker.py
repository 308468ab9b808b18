"""The limited subprocess in which foreign bytes are parsed; one bad file costs one file, never the run.

The parent tells the child which parser module to run. A parser module has `parse(data, secrets)`, which runs
in the child and packs what it found into bytes, and `decode(packed)`, which unpacks them in the parent. Both
directions speak the same: a JSON line `{"size": n, "failed": bool, "secrets": [...]}`, then n bytes; they are
the file in a question, and in an answer what was packed or, after a failure, its traceback. Passwords go
through the pipe only: neither the list of processes nor the environment shows them.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

from xlsx_pdca.rawbook import Refusal, RefusalCode
from xlsx_pdca.store.limits import SUBPROCESS_FLAGS, limit_own_memory

if TYPE_CHECKING:
    from concurrent.futures import Future

SECONDS = 20.0
MEMORY = 1 << 30
MESSAGE_BYTES = 512 << 20
CREW = 2
"""Two subprocesses keep one parent busy."""
_AHEAD = 2
_TOLD_CHARACTERS = 2_000
_CLOSING_SECONDS = 2.0
_HEAD_BYTES = 64 << 10
_READY = b"ready\n"

Result = TypeVar("Result")


def _is_password(name: str) -> bool:
    """Passwords of mail servers are nothing for a process that parses foreign bytes."""
    return name.startswith("PDCA_") and name.endswith("_PASSWORD")


class _Parser(Protocol):
    def parse(self, data: bytes, secrets: Sequence[str]) -> bytes: ...

    def decode(self, packed: bytes) -> Any:
        """What was packed; ValueError where the bytes cannot come from `parse`."""


class WorkerBroken(Exception):
    """The worker could not even start; a fault of the installation, not of a file."""


class Worker(Generic[Result]):
    """Parses many files, one after the other, in one subprocess that is replaced whenever a file breaks it."""

    def __init__(
        self,
        parser: str,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        folder: Path | None = None,
        secrets: Sequence[str] = (),
    ) -> None:
        """`parser` is a module name; `folder` is where it lies when it is not installed; `secrets` are passwords to try."""
        self._parser = parser
        self._seconds = seconds
        self._memory = memory
        self._folder = folder
        self._secrets = tuple(secrets)
        self._child: _Child | None = None

    def __enter__(self) -> Worker[Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Let the subprocess get ready while there is something else to do; `parse` would start it too."""
        if self._child is None:
            self._child = _Child(self._command())

    def hang_up(self) -> None:
        """Tell the subprocess that no more files come, without waiting for its end; `close` must follow."""
        if self._child is not None:
            self._child.hang_up()

    def close(self) -> None:
        """End the subprocess; the next `parse` would start a fresh one."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def parse(self, source: Path | bytes) -> Result | Refusal:
        """What the parser makes of the file; a crash or a time-out is a Refusal, not an exception.

        A path that cannot be read raises its OSError.
        """
        data = source if isinstance(source, bytes) else source.read_bytes()
        self.start()
        assert self._child is not None
        try:
            answer = self._child.ask(data, self._secrets, self._seconds)
        except WorkerBroken:
            self._child = None
            raise
        if isinstance(answer, Refusal):
            self._child = None
            return answer
        module = cast(_Parser, importlib.import_module(self._parser))
        try:
            return cast("Result | Refusal", module.decode(answer))
        except ValueError as error:
            self.close()
            return Refusal(RefusalCode.CRASHED, f"worker answered nonsense: {error}")

    def _command(self) -> Sequence[str]:
        # -I: neither the current folder nor the user's variables decide what the child imports
        command = [sys.executable, "-I", "-m", "xlsx_pdca.worker", self._parser, str(self._memory)]
        return command if self._folder is None else [*command, str(self._folder)]


class Crew(Generic[Result]):
    """Workers side by side: while a file is looked at, the next ones are being parsed."""

    def __init__(self, parser: str, *, size: int = CREW, **limits: Any) -> None:
        """`limits` are those of each Worker; its subprocess starts with its first file."""
        self._workers = [Worker[Result](parser, **limits) for _ in range(size)]

    def __enter__(self) -> Crew[Result]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, files: int) -> None:
        """Let as many subprocesses get ready as so many files will need."""
        for worker in self._workers[:files]:
            worker.start()

    def close(self) -> None:
        """End all subprocesses, side by side."""
        for worker in self._workers:
            worker.hang_up()
        for worker in self._workers:
            worker.close()

    def parse(self, source: Path | bytes) -> Result | Refusal:
        """One file by itself, as `Worker.parse`; not while `parse_all` is under way."""
        return self._workers[0].parse(source)

    def parse_all(self, files: Iterable[bytes]) -> Iterator[Result | Refusal]:
        """What the parser makes of each file, in their order; only a few files are taken ahead."""
        from concurrent.futures import ThreadPoolExecutor  # not needed in the child

        free: SimpleQueue[Worker[Result]] = SimpleQueue()
        for worker in self._workers:
            free.put(worker)

        def parse(data: bytes) -> Result | Refusal:
            worker = free.get()
            try:
                return worker.parse(data)
            finally:
                free.put(worker)

        coming: deque[Future[Result | Refusal]] = deque()
        with ThreadPoolExecutor(len(self._workers)) as threads:
            for data in files:
                coming.append(threads.submit(parse, data))
                if len(coming) > len(self._workers) + _AHEAD:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()


class _Child:
    """One running subprocess, and what it said on stderr."""

    def __init__(self, command: Sequence[str]) -> None:
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the child
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env={name: text for name, text in os.environ.items() if not _is_password(name)},
            creationflags=SUBPROCESS_FLAGS,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._questions, self._answers = self._process.stdin, self._process.stdout
        self._is_ready = False

    def ask(self, data: bytes, secrets: Sequence[str], seconds: float) -> bytes | Refusal:
        """What was packed for this file, or why there is nothing; after a Refusal the child has ended."""
        self._wait_until_ready()
        timed_out = threading.Event()
        timer = threading.Timer(seconds, self._give_up, (timed_out,))
        timer.start()
        try:
            answer = self._exchange(data, secrets)
        finally:
            timer.cancel()
            # a timer that fires this very moment must not hit the next file
            timer.join()
        if timed_out.is_set():
            self._end()
            return Refusal(RefusalCode.TIMEOUT, f"no answer within {seconds:g} s")
        return answer

    def hang_up(self) -> None:
        """No more questions will come; the child ends by itself."""
        with contextlib.suppress(OSError):
            self._questions.close()

    def close(self) -> None:
        """Let the child end by itself."""
        self.hang_up()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_CLOSING_SECONDS)
        self._end()

    def _wait_until_ready(self) -> None:
        if not self._is_ready and self._answers.readline() != _READY:
            status, said = self._end()
            raise WorkerBroken(f"worker did not start (status {status})\n{said}")
        self._is_ready = True

    def _give_up(self, timed_out: threading.Event) -> None:
        timed_out.set()
        self._process.kill()

    def _exchange(self, data: bytes, secrets: Sequence[str]) -> bytes | Refusal:
        try:
            _send(self._questions, data, secrets=secrets)
            failed, body, _ = _receive(self._answers)
        # a child that died leaves a broken pipe, half an answer, or none
        except (OSError, EOFError, ValueError):
            status, said = self._end()
            return Refusal(
                RefusalCode.CRASHED, f"worker ended with status {status}\n{said}".strip()
            )
        if failed:
            self._end()
            return Refusal(RefusalCode.CRASHED, body.decode("utf-8", "replace"))
        return body

    def _end(self) -> tuple[int, str]:
        """Exit status and last words; safe to call again."""
        if self._said.closed:
            return self._process.wait(), ""
        self._process.kill()
        status = self._process.wait()
        for pipe in (self._questions, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        with self._said:
            self._said.seek(0)
            said = self._said.read().decode("utf-8", "replace")
        return status, said[-_TOLD_CHARACTERS:].strip()


def _send(
    pipe: IO[bytes], body: bytes, *, failed: bool = False, secrets: Sequence[str] = ()
) -> None:
    head = {"size": len(body), "failed": failed, "secrets": list(secrets)}
    pipe.write(json.dumps(head).encode() + b"\n")
    pipe.write(body)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> tuple[bool, bytes, Sequence[str]]:
    """Whether the other side failed, its bytes, and passwords to try; EOFError when it hung up."""
    line = pipe.readline(_HEAD_BYTES)
    if not line:
        raise EOFError
    head = json.loads(line)
    if not 0 <= head["size"] <= MESSAGE_BYTES:
        raise ValueError(f"message of {head['size']} bytes")
    body = pipe.read(head["size"])
    if len(body) < head["size"]:
        raise EOFError
    return head["failed"], body, head["secrets"]


def main(arguments: Sequence[str]) -> None:
    """Serve one parent until it hangs up or a file fails."""
    name, memory, *folder = arguments
    answers = _own_stdout()
    sys.path[:0] = folder
    parser = cast(_Parser, importlib.import_module(name))
    limit_own_memory(int(memory))
    answers.write(_READY)
    answers.flush()
    with contextlib.suppress(EOFError):
        while _serve_one(parser, sys.stdin.buffer, answers):
            pass


def _serve_one(parser: _Parser, questions: IO[bytes], answers: IO[bytes]) -> bool:
    _, data, secrets = _receive(questions)
    try:
        _send(answers, parser.parse(data, secrets))
    # The fence: MemoryError, a panic of a native library (no Exception) and our own bugs all cost
    # this one file; the process ends afterwards, for nobody knows what state it is in.
    except BaseException:
        told = traceback.format_exc()[-_TOLD_CHARACTERS:]
        _send(answers, told.encode("utf-8", "replace"), failed=True)
        return False
    return True


def _own_stdout() -> IO[bytes]:
    """The pipe to the parent for us alone; whatever a library prints goes to stderr."""
    ours = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return os.fdopen(ours, "wb")


if __name__ == "__main__":
    main(sys.argv[1:])
