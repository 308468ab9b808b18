"""Real commands under strace: killed, or refused by the disk, at one chosen call into the system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "openat", "write", "pwrite64", "ftruncate", "fsync", "fdatasync", "chmod", "fchmod",
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat", "close",
)  # fmt: skip
"""Everything by which a command changes what stands on the disk, and the closing of it."""
FAILING = {
    "ENOSPC": ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "mkdir"),
    "EIO": ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "close", "openat"),
}
KILLED = -9
_LINE = re.compile(r"^(?:\d+ +)?([a-z0-9_]+)\((.*)$")
_PATH = re.compile(r'<(/[^>]*)>|"(/[^"]*)"')


def available() -> bool:
    return shutil.which("strace") is not None


@dataclass(frozen=True)
class Point:
    """One call of a command that touches the round."""

    call: str
    when: int
    """It is the `when`-th of its name since the program began."""
    place: str
    """Folder or file of the round it touches, names and digests left out."""


@dataclass(frozen=True)
class Command:
    """One command of the program on a round, with the clock told to it."""

    words: tuple[str, ...]
    root: Path
    now: str = "2026-09-15T09:00:00+09:00"

    @property
    def _arguments(self) -> list[str]:
        return [sys.executable, "-m", "xlsx_pdca", *self.words, "--round", str(self.root)]

    @property
    def _environment(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "COVERAGE"))}
        return clean | {"PDCA_NOW": self.now, "PDCA_USER": "見本", "PYTHONDONTWRITEBYTECODE": "1"}

    def run(self) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(self._arguments, env=self._environment, capture_output=True)

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self._arguments,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def under_strace(
        self, log: Path, injection: Sequence[str] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        """The command with its own calls logged; the workers it starts are left alone."""
        strace = ["strace", "-y", "-s", "0", "-e", f"trace={','.join(CALLS)}", "-o", str(log)]
        given = [word for each in injection for word in ("-e", f"inject={each}")]
        words = [*strace, *given, *self._arguments]
        return subprocess.run(words, env=self._environment, capture_output=True)

    def points(self, log: Path) -> list[Point]:
        """Every call of an undisturbed run that touches the round."""
        done = self.under_strace(log)
        assert done.returncode in (0, 1), done.stderr.decode()
        return list(points_in(log, self.root))


def points_in(log: Path, root: Path) -> Iterator[Point]:
    """The calls of a log that touch the round, counted as strace counts them."""
    met: Counter[str] = Counter()
    for line in log.read_text(encoding="ascii", errors="replace").splitlines():
        if not (found := _LINE.match(line)):
            continue
        call, rest = found[1], found[2]
        met[call] += 1
        paths = [_plain(a or b) for a, b in _PATH.findall(rest)]
        inside = [path for path in paths if path.startswith(f"{root}/")]
        if not inside or (call == "openat" and not re.search(r"O_(CREAT|RDWR|WRONLY)", rest)):
            continue
        yield Point(call, met[call], _place(inside[-1].removeprefix(f"{root}/")))


def _plain(text: str) -> str:
    """A path as strace prints it, in octal escapes."""
    return (
        text.encode("ascii", "replace").decode("unicode_escape").encode("latin-1").decode("utf-8")
    )


def _place(path: str) -> str:
    first, *rest = path.split("/")
    if first.startswith("_") and rest:
        return re.sub(r"\.torn.*|\.~.*", "", rest[0])
    return first


def spread(points: Sequence[Point], number: int) -> list[Point]:
    """So many of them, evenly from the first to the last."""
    if len(points) <= number:
        return list(points)
    return [points[round(i * (len(points) - 1) / (number - 1))] for i in range(number)]


def histogram(points: Sequence[Point]) -> str:
    """A line for each call and place, with how often it was hit."""
    counted = Counter((p.call, p.place) for p in points)
    lines = [f"{call:<10} {place:<24} {n:>5}" for (call, place), n in sorted(counted.items())]
    return "\n".join([*lines, f"{'all':<35} {len(points):>5}"])
