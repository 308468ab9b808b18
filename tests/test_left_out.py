"""Tests of the rule that nothing is left out silently: real pytest runs in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = 'import pytest\n\ndef test_it():\n    pytest.skip("no such program")\n'
MODULE = 'import pytest\npytest.skip("no such program", allow_module_level=True)\n'
EXPECTED = "import pytest\n\n@pytest.mark.xfail(reason='known')\ndef test_it():\n    assert False\n"
PASSING = "def test_it():\n    pass\n"
ALONE = ("-p", "no:xdist")
TWO_WORKERS = ("-n", "2")


def run(folder: Path, *sources: str, options: tuple[str, ...], ci: str | None) -> tuple[int, str]:
    """Exit code and output of a pytest run over a passing module and the given ones."""
    for number, source in enumerate((PASSING, *sources)):
        (folder / f"test_{number}.py").write_text(source, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    env = {
        k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_", "COVERAGE_"))
    }
    env.pop("CI", None)
    env |= {"PYTHONPATH": str(Path(__file__).parent), "PYTHONIOENCODING": "utf-8"}
    env |= {"CI": ci} if ci else {}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "left_out", "-p", "no:cacheprovider", *options],
        cwd=folder, env=env, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("source", "options"),
    [(SKIPPING, ALONE), (EXPECTED, ALONE), (SKIPPING, TWO_WORKERS), (MODULE, TWO_WORKERS)],
    ids=["skip", "xfail", "skip in a worker", "module in a worker"],
)
def test_what_did_not_run_fails_under_ci(
    tmp_path: Path, source: str, options: tuple[str, ...]
) -> None:
    """A skipped test, a skipped module or an expected failure each fail the run under CI."""
    code, output = run(tmp_path, source, options=options, ci="true")
    assert code == pytest.ExitCode.TESTS_FAILED, output
    assert "1 TESTS OR MODULES DID NOT RUN" in output


def test_what_did_not_run_is_counted_loudly_elsewhere(tmp_path: Path) -> None:
    """Outside CI the same run passes, and its end says how many did not run and why."""
    code, output = run(tmp_path, SKIPPING, MODULE, EXPECTED, options=TWO_WORKERS, ci=None)
    assert code == pytest.ExitCode.OK, output
    assert "3 TESTS OR MODULES DID NOT RUN" in output
    assert "2 × no such program" in output


def test_a_complete_run_passes_under_ci(tmp_path: Path) -> None:
    """A run in which everything ran passes under CI and says nothing of the kind."""
    code, output = run(tmp_path, options=TWO_WORKERS, ci="true")
    assert code == pytest.ExitCode.OK, output
    assert "DID NOT RUN" not in output
