"""`make bench` on a few files: it runs, prints every figure, and shows code short enough to compare with."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.untraced

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PROMISES = (
    "openpyxl load–set–save / issue, whole path",
    "one more copy / deflating the same parts",
    "pandas.read_excel / receive, whole path",
    "receive, whole path / bare calamine",
    "merge, whole path / the same cells and links by bare XlsxWriter",
    "files read by receive and merge after one new return",
    "xlsx-pdca --help / python -c 'import click'",
    "ms for a good return beside the reader alone, processor time",
    "MB of a worker reading good returns",
    "MB of any process, all files in one run",
    "s until the slowest hostile file is given up",
    "MB of a worker with the largest hostile file",
    "sheets read of a genuine workbook of 339",
)


def test_every_figure_is_printed() -> None:
    """Each published figure stands with its value, its target and whether it was met."""
    run = subprocess.run(
        [sys.executable, BENCHMARKS / "run.py", "--quick"], capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stderr
    for promise in PROMISES:
        line = rf"{re.escape(promise)} +[0-9.]+ +target [≥≤] [0-9.]+ +(met|NOT MET)\n"
        assert re.search(line, run.stdout), promise
    assert "files read by receive and merge after one new return" in run.stdout
    assert re.search(r"after one new return +1\.00 ", run.stdout)


def test_what_we_compare_with_is_short() -> None:
    """Nobody would write more than fifteen lines for it, and all of it is shown."""
    source = (BENCHMARKS / "naive.py").read_text(encoding="utf-8")
    functions = [each for each in ast.parse(source).body if isinstance(each, ast.FunctionDef)]
    assert len(functions) >= 6
    for function in functions:
        assert function.end_lineno - function.lineno < 15, function.name
        shown = (BENCHMARKS / "run.py").read_text(encoding="utf-8")
        assert re.search(rf"_show\([^)]*naive\.{function.name}\b", shown), function.name
