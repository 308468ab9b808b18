"""Programs run under limits: what they may take, and that nothing they started outlives them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from xlsx_pdca.store.limited import Ended, run_limited
from xlsx_pdca.store.programs import (
    OFFICE_VARIABLE,
    NoSuchOffice,
    find_office,
    office_environment,
)

PLENTY = 1 << 30


def run(script: str, folder: Path, *, seconds: float = 20, memory: int = PLENTY) -> Ended:
    """A Python program, as any other."""
    command = [sys.executable, "-c", script]
    return run_limited(
        command, seconds=seconds, memory=memory, folder=folder, environment={"A": "回答"}
    )


def test_a_program_that_ends_by_itself(tmp_path: Path) -> None:
    """Its status and last words come back; it stands in its folder with the environment it was given, no other."""
    script = (
        "import os, sys; print(os.getcwd(), os.environ['A'], 'HOME' in os.environ); sys.exit(3)"
    )
    ended = run(script, tmp_path)
    assert ended == Ended(3, f"{tmp_path} 回答 False")


def test_a_program_that_takes_too_long(tmp_path: Path) -> None:
    """It and what it started are ended when the time is over, also what ignores polite requests."""
    script = (
        "import os, signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(100)\n"
    )
    started = time.monotonic()
    ended = run(script, tmp_path, seconds=3)
    assert ended.status is None
    assert time.monotonic() - started < 15
    assert is_gone(int(ended.said))


def test_what_a_program_leaves_behind(tmp_path: Path) -> None:
    """A program that ends and leaves another one running leaves it ended too."""
    script = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(100)'])\n"
        "print(child.pid)\n"
    )
    ended = run(script, tmp_path)
    assert ended.status == 0
    assert is_gone(int(ended.said))


def is_gone(pid: int) -> bool:
    """Whether a process has ended, or ends within moments."""
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits by a job object")
def test_memory_is_limited(tmp_path: Path) -> None:
    """More than the limit is not given; the same program with more room ends well."""
    script = "x = bytearray(300 << 20); print(len(x))"
    assert run(script, tmp_path).said == str(300 << 20)
    assert "MemoryError" in run(script, tmp_path, memory=200 << 20).said


def test_office_is_found_where_it_is_named(tmp_path: Path) -> None:
    """A named program is taken, a blank name means none at all, and a name of nothing is told."""
    program = tmp_path / "soffice.com"
    program.write_bytes(b"")
    found = find_office({OFFICE_VARIABLE: str(program)})
    assert found is not None and found.path == program
    assert find_office({OFFICE_VARIABLE: " "}) is None
    with pytest.raises(NoSuchOffice, match=OFFICE_VARIABLE):
        find_office({OFFICE_VARIABLE: str(tmp_path / "none")})


def test_office_sees_nothing_of_the_users_environment(tmp_path: Path) -> None:
    """Of the environment LibreOffice gets the system's part only; home and temporary folder are ours."""
    given = {"PATH": "/bin", "HOME": "/somewhere", "HTTPS_PROXY": "x", "PDCA_USER": "佐藤"}
    passed_on = office_environment(tmp_path, given)
    assert passed_on["HOME"] == passed_on["TMPDIR"] == str(tmp_path)
    if sys.platform != "win32":  # where it would start gpg to look at signatures
        assert passed_on["PATH"] == str(tmp_path)
    assert not {"HTTPS_PROXY", "PDCA_USER"} & passed_on.keys()
