"""Tests of the committed samples of a demonstration: each return is read as what was typed into it."""

from __future__ import annotations

import csv
import gzip
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from xlsx_pdca.checks.whole import read_return
from xlsx_pdca.findings import Grade
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.submission import Reading
from xlsx_pdca.workbook.reader import read_workbook

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "samples" / "gunma"
EXPECTED = sorted(FOLDER.glob("*.tsv"))
ASKED = {"moved": {"STR04"}}
"""必ず確認 by sample; every other sample raises none."""


def reading_of(name: str) -> Reading:
    own = FOLDER / f"plan-{name}.json.gz"
    frozen = own if own.exists() else FOLDER / "plan.json.gz"
    plan = WorkbookPlan.from_json(gzip.decompress(frozen.read_bytes()))
    book = read_workbook((FOLDER / f"{name}.xlsx").read_bytes())
    assert isinstance(book, RawBook)
    return read_return(book, plan, None)


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.stem)
def test_a_sample_is_read_as_it_was_typed(expected: Path) -> None:
    """Every answer exact, nothing more, and only the finding the sample was made for."""
    with expected.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    reading = reading_of(expected.stem)
    assert [(*a.address, a.raw) for a in reading.answers if a.raw] == sorted(
        map(tuple, rows), key=lambda row: [a.address for a in reading.answers].index(row[:3])
    )
    asked = {f.code for f in reading.findings if f.grade is Grade.MUST}
    assert asked == ASKED.get(expected.stem, set())


def test_each_return_has_its_expected_reading() -> None:
    """No return lies there unchecked, and all of them are named in the README."""
    returns = {p.stem for p in FOLDER.glob("*.xlsx")} - {"summary", "progress"}
    assert {p.stem for p in EXPECTED} == returns
    assert len(returns) >= 4
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in FOLDER.iterdir() if f"gunma/{p.name}" not in readme] == []


def test_the_summary_to_look_at_is_one() -> None:
    """The committed 取りまとめ表 opens, is marked as a sample, and holds all 35 municipalities."""
    book = openpyxl.load_workbook(FOLDER / "summary.xlsx", read_only=True)
    assert "見本" in book["概況"]["A1"].value
    rows = book["看取り"].iter_rows(min_col=1, max_col=2, values_only=True)
    assert len({code for code, _ in rows if str(code).isdigit()}) == 35


def test_samples_stay_small() -> None:
    """What everyone downloads with the program stays below 600 KB."""
    assert sum(p.stat().st_size for p in FOLDER.iterdir()) < 600_000


def test_the_tool_does_not_overwrite_unasked() -> None:
    """Without --force the tool refuses and leaves every sample as it is."""
    before = {p.name: p.stat().st_mtime_ns for p in FOLDER.iterdir()}
    tool = [sys.executable, ROOT / "tools" / "make_samples.py"]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert {p.name: p.stat().st_mtime_ns for p in FOLDER.iterdir()} == before
