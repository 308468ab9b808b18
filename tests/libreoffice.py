"""One real LibreOffice, started with a profile of its own and driven by scripts under the system's Python."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SCRIPTS = Path(__file__).parent / "uno_scripts"
SYSTEM_PYTHON = Path("/usr/bin/python3")
"""LibreOffice's `uno` module is packaged for the system's Python only, never for a virtual environment."""


@functools.cache
def available() -> bool:
    """Whether this machine has LibreOffice together with a Python that can drive it."""
    if shutil.which("soffice") is None or not SYSTEM_PYTHON.exists():
        return False
    probe = subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True, check=False)
    return probe.returncode == 0


class OfficeFailed(AssertionError):
    """LibreOffice or a script in it failed; the text is what it said."""


class LibreOffice:
    """A headless LibreOffice that stays open for many calls; after a crash or a hang the next call gets a fresh one."""

    def __init__(self, folder: Path, *, timeout: float = 180) -> None:
        self._profile = folder / "profile"
        self._timeout = timeout
        self._pipe = ""
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> LibreOffice:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the office unless it runs; returns at once, the first script waits for it."""
        if self._process is not None and self._process.poll() is None:
            return
        # a killed office leaves its pipe behind: the next one never has the same name
        self._pipe = f"xlsx_pdca_{os.getpid()}_{secrets.token_hex(4)}"
        self._process = subprocess.Popen(
            [
                "soffice", "--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck",
                f"--accept=pipe,name={self._pipe};urp;",
                f"-env:UserInstallation={self._profile.resolve().as_uri()}",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # soffice is a script around the real program: stop the whole group
        )  # fmt: skip

    def stop(self) -> None:
        """End the office and everything it started."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None

    def run(self, script: Path | str, *arguments: Any) -> Any:
        """What a script replies; a plain name like "fill" means one in `tests/uno_scripts`.

        A script killed by a signal says nothing about our workbooks: the bridge between Python and the
        office crashes now and then. It is played again, from the start, each time in a fresh office.
        """
        path = script if isinstance(script, Path) else SCRIPTS / f"{script}.py"
        given = json.dumps(arguments).encode()  # by stdin: a command line has room for 128 KB only
        for pause in (0, 1, 5, 15):
            time.sleep(pause)
            done = self._play(path, given)
            if done.returncode >= 0:
                break
        if done.returncode:
            said = done.stderr.decode(errors="replace")
            raise OfficeFailed(f"{path.name} ended with {done.returncode}: {said}")
        return json.loads(done.stdout)

    def _play(self, path: Path, given: bytes) -> subprocess.CompletedProcess[bytes]:
        self.start()
        environment = {**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                [SYSTEM_PYTHON, path, self._pipe],
                input=given,
                capture_output=True,
                timeout=self._timeout,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as expired:
            self.stop()
            raise OfficeFailed(f"{path.name} took over {self._timeout} s") from expired
        if done.returncode:
            self.stop()  # a script that failed half-way may leave a document open
        return done

    def type_all(self, books: Sequence[Mapping[str, Any]], *, at_once: int = 5) -> list[Any]:
        """Replies of the script `type_all` for many workbooks, a few in each call."""
        starts = range(0, len(books), at_once)
        calls = [self.run("type_all", {"books": books[n : n + at_once]}) for n in starts]
        return [reply for replies in calls for reply in replies]

    def convert(self, path: Path, to: str, outdir: Path) -> Path:
        """The workbook saved as xlsx, xls, ods, csv or pdf (all sheets) under the same name in another folder."""
        outdir.mkdir(parents=True, exist_ok=True)
        target = outdir / f"{path.stem}.{to}"
        if target.resolve() == path.resolve():
            raise ValueError(f"would overwrite {path}")
        self.run("convert", {"path": str(path), "to": to, "save_as": str(target)})
        return target
