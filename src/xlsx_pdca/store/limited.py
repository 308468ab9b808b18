"""Runs another program under a memory limit, in a process of its own that ends with everything it started.

`python -I -m xlsx_pdca.store.limited BYTES PROGRAM ARGUMENT...` limits itself and becomes that program;
on Windows, where no process can become another, it waits for it, and a job object ends both together.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsx_pdca.store.limits import SUBPROCESS_FLAGS, limit_own_memory

_TOLD_BYTES = 2_000
_LAST_SECONDS = 5.0


@dataclass(frozen=True)
class Ended:
    """How a program ended."""

    status: int | None
    """Exit status, negative for a signal; None when it was ended because its time was over."""
    said: str
    """The end of what it wrote."""


def run_limited(
    command: Sequence[str],
    *,
    seconds: float,
    memory: int,
    folder: Path,
    environment: Mapping[str, str],
) -> Ended:
    """Run a program in `folder` until it ends, or for so long; nothing it started outlives this call.

    OSError when it cannot be started.
    """
    limited = [sys.executable, "-I", "-m", "xlsx_pdca.store.limited", str(memory), *command]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            limited,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            cwd=folder,
            env=dict(environment),
            creationflags=SUBPROCESS_FLAGS,
            start_new_session=True,
        )
        status: int | None = None
        try:
            status = process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end(process)
        said.seek(0, os.SEEK_END)
        said.seek(max(0, said.tell() - _TOLD_BYTES))
        return Ended(status, said.read().decode("utf-8", "replace").strip())


if sys.platform == "win32":  # pragma: no cover - runs only on Windows

    def _end(process: subprocess.Popen[bytes]) -> None:
        # its job object goes with it, and everything in the job with that
        process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LAST_SECONDS)

    def _become(command: Sequence[str]) -> int:
        return subprocess.run(command, check=False, creationflags=SUBPROCESS_FLAGS).returncode

else:
    import signal

    def _end(process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LAST_SECONDS)

    def _become(command: Sequence[str]) -> int:
        os.execv(command[0], list(command))


def main(arguments: Sequence[str]) -> int:
    """Become the program, under the limit."""
    memory, *command = arguments
    limit_own_memory(int(memory))
    return _become(command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
