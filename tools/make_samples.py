"""Make `samples/gunma` anew from the demonstration: a summary to look at, and returns with their expected reading.

    python tools/make_samples.py            where the folder is empty
    python tools/make_samples.py --force    over what stands there

The expected readings are what was typed, never what our reader says.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import gzip
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsx_pdca.facts import Issued
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.workflows.demo import BY, DEFAULT_SEED, Played, play, respondent_of
from xlsx_pdca.workflows.demo_answers import answers_of
from xlsx_pdca.workflows.demo_returns import Issue, typed_texts
from xlsx_pdca.workflows.merge import CONSOLIDATED, PROGRESS
from xlsx_pdca.workflows.round import open_round_at

FOLDER = Path(__file__).resolve().parents[1] / "samples" / "gunma"
FORM = "jizen"
HEAD = ("field", "column", "row", "raw")


@dataclass(frozen=True)
class Sample:
    """One return that is kept."""

    name: str
    unit: str


SAMPLES = (
    Sample("usual", "前橋市"),
    Sample("at-length", "高崎市"),
    Sample("moved", "太田市"),
    Sample("joint", "在宅医療介護連携相談センターたておう"),
)


@contextlib.contextmanager
def silent(_total: int, _word: str) -> Iterator[object]:
    yield lambda _: None


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--force", action="store_true", help="replace what stands there")
    options = parser.parse_args(arguments)
    if FOLDER.exists() and any(FOLDER.iterdir()) and not options.force:
        print(f"{FOLDER} is not empty; --force replaces it", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "demo"
        write(play(root, seed=DEFAULT_SEED, tell=print, progress=silent))
    return 0


def write(played: Played) -> None:
    """Copy the books to look at, and each return with its expected reading."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    shutil.copy(played.folder.summaries / CONSOLIDATED, FOLDER / "summary.xlsx")
    shutil.copy(played.folder.summaries / PROGRESS, FOLDER / "progress.xlsx")
    round_ = open_round_at(played.folder, holder=BY)
    ledger = round_.ledger()
    usual = ""
    for sample in SAMPLES:
        unit = next(unit for unit in round_.units if unit.name == sample.unit)
        standing = ledger.standing(unit.id, FORM)
        issued, taken = standing.issue, standing.submission
        assert isinstance(issued, Issued)
        assert taken is not None
        plan = WorkbookPlan.from_json(round_.plans.get(issued.plan))
        if issued.plan != usual:
            write_plan(FOLDER / f"plan{f'-{sample.name}' if usual else ''}.json.gz", plan)
        usual = usual or issued.plan
        shutil.copyfile(played.folder.root / taken.file, FOLDER / f"{sample.name}.xlsx")
        issue = Issue(unit, plan, issued.file, b"")
        texts = typed_texts(issue, answers_of(respondent_of(issue, played.seed), plan))
        write_expected(FOLDER / f"{sample.name}.tsv", texts)


def write_plan(path: Path, plan: WorkbookPlan) -> None:
    """The plan as issued: later layouts must still read these returns."""
    path.write_bytes(gzip.compress(plan.to_json(), mtime=0))


def write_expected(path: Path, texts: Mapping[tuple[str, str, str], str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(HEAD)
        writer.writerows((*address, text) for address, text in texts.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
