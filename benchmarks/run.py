"""Measures issue, receive and merge beside what one would write with openpyxl or pandas; `make bench` runs it.

Only ratios taken in one run mean anything: each is printed with its target and whether it was met. Starting
Python and opening the round are told by themselves and counted nowhere else.
"""

from __future__ import annotations

import argparse
import inspect
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import intake
import naive
import openpyxl
import pandas
import rounds
from measure import Contender, Ratio, Times, best_times, machine, start_up

from xlsx_pdca.facts import Issued
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.stamp import Master, stamp
from xlsx_pdca.worker import Worker
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.merge import ANSWERS_CSV, merge
from xlsx_pdca.workflows.receive import receive
from xlsx_pdca.workflows.round import Round

RECEIVE_ONCE = Path(__file__).with_name("receive_once.py")
STAMPED_PARTS = ("xl/sharedStrings.xml", "docProps/custom.xml")


@dataclass(frozen=True)
class Size:
    """How much to measure."""

    units: int
    repeat: int
    files: tuple[int, ...]
    """Files of the rounds compared for linearity."""
    together: int
    """Good files of the run whose memory is measured."""
    megabytes: int
    """What each hostile file would inflate to."""


FULL = Size(units=35, repeat=3, files=(35, 350, 1_400), together=1_000, megabytes=256)
QUICK = Size(units=2, repeat=1, files=(2, 4), together=4, megabytes=16)


@dataclass(frozen=True)
class Stage:
    """One issued round and its filled returns, made once for all measurements."""

    folder: Path
    size: Size
    issued: Path
    returns: dict[str, bytes]

    @classmethod
    def set_up(cls, folder: Path, size: Size) -> Stage:
        issued = folder / "issued"
        rounds.issued_round(issued, size.units)
        returns = rounds.returned(issued, 2 * size.units)
        return cls(folder, size, issued, returns)

    def times(self, **contenders: Contender) -> Times:
        return best_times(contenders, self.size.repeat)


def main() -> int:
    """Exit code 0 whatever was measured: a figure is told, not a fault."""
    options = _options()
    size = QUICK if options.quick else FULL
    print(machine())
    ratios: list[Ratio] = []
    with tempfile.TemporaryDirectory(prefix="xlsx-pdca-bench-") as folder:
        stage = Stage.set_up(Path(folder), size)
        for name in options.only or _PARTS:
            part = _PARTS[name]
            print(f"\n== {part.__doc__}")
            for ratio in part(stage):
                print(ratio, flush=True)
                ratios.append(ratio)
    missed = [ratio for ratio in ratios if not ratio.is_met]
    print(f"\n{len(ratios) - len(missed)} met or without target, {len(missed)} not met")
    for ratio in missed:
        print(ratio)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few files only: does it still run?")
    parser.add_argument("--only", action="append", choices=_PARTS, help="only this part")
    return parser.parse_args()


def _show(*written: Callable[..., object]) -> None:
    for function in written:
        print("\n" + inspect.getsource(function).rstrip())
    print()


# -- issue ---------------------------------------------------------------------------------


def _issue(stage: Stage) -> Iterator[Ratio]:
    """issue: one locked workbook for each unit"""
    _show(naive.issue_with_openpyxl, naive.deflate)
    round_ = rounds.opened(stage.issued)
    books = list(round_.ledger().tickets.values())
    press = {digest: _master(round_, digest) for digest in {book.plan for book in books}}
    files = [(stage.issued / book.file).read_bytes() for book in books]
    parts = [zipfile.ZipFile(io.BytesIO(f)).read(name) for f in files for name in STAMPED_PARTS]
    fresh, saved = stage.folder / "fresh", stage.folder / "saved"
    rounds.empty_round(stage.folder / "empty", stage.size.units)
    saved.mkdir()
    times = stage.times(
        issue=_on_a_copy(stage.folder / "empty", fresh, _issue_all),
        openpyxl=Contender(
            lambda: naive.issue_with_openpyxl(
                stage.issued / books[0].file, [_typed(book) for book in books], saved
            )
        ),
        stamp=Contender(lambda: [stamp(press[b.plan], b.slots) for b in books].clear()),
        deflate=Contender(lambda: naive.deflate(parts)),
    )
    print(times.told(len(books), "workbook"))
    yield Ratio("openpyxl load–set–save / issue, whole path", times.ratio("openpyxl", "issue"), 25)
    yield Ratio("  the same, processor time", times.processor_ratio("openpyxl", "issue"))
    yield Ratio("openpyxl load–set–save / one more copy", times.ratio("openpyxl", "stamp"), 25)
    yield Ratio(
        "one more copy / deflating the same parts", times.ratio("stamp", "deflate"), None, 2.5
    )


def _issue_all(round_: Round) -> None:
    issue(round_, now=rounds.NOW, by=rounds.BY)


def _on_a_copy(source: Path, target: Path, work: Callable[[Round], None]) -> Contender:
    """Work on a round that is copied and opened anew before each turn."""
    ready: list[Round] = []
    return Contender(lambda: work(ready.pop()), lambda: ready.append(rounds.copied(source, target)))


def _master(round_: Round, digest: str) -> Master:
    plan = WorkbookPlan.from_json(round_.plans.get(digest))
    return Master.of(write_master(plan, created=rounds.NOW))


def _typed(book: Issued) -> dict[str, str]:
    # a column beside the form, where no cells are merged
    return {f"ZZ{n}": text for n, text in enumerate(book.slots.values(), 1)}


# -- receive -------------------------------------------------------------------------------


def _receive(stage: Stage) -> Iterator[Ratio]:
    """receive: from 40_届いたファイル to findings, ledger and readable copies"""
    _show(naive.receive_with_pandas, naive.receive_with_calamine)
    work, filled = stage.folder / "receiving", stage.folder / "filled"
    round_ = rounds.copied(stage.issued, filled)
    rounds.dropped(round_, stage.returns)
    drop = round_.folder.drop
    times = stage.times(
        receive=_on_a_copy(filled, work, _take_in),
        pandas=Contender(lambda: naive.receive_with_pandas(drop).clear()),
        calamine=Contender(lambda: list(naive.receive_with_calamine(drop)).clear()),
    )
    print(times.told(len(stage.returns), "file"))
    yield Ratio("pandas.read_excel / receive, whole path", times.ratio("pandas", "receive"), 5)
    yield Ratio("  the same, processor time", times.processor_ratio("pandas", "receive"))
    yield Ratio("receive, whole path / bare calamine", times.ratio("receive", "calamine"), None, 5)
    yield Ratio("  the same, processor time", times.processor_ratio("receive", "calamine"))


def _take_in(round_: Round) -> None:
    receive(round_, None, now=rounds.NOW, by=rounds.BY)


# -- merge ---------------------------------------------------------------------------------


def _merge(stage: Stage) -> Iterator[Ratio]:
    """merge: the three books"""
    _show(naive.merge_with_pandas, naive.merge_with_xlsxwriter)
    work = stage.folder / "merging"
    round_ = rounds.copied(stage.issued, work)
    rounds.dropped(round_, stage.returns)
    _take_in(round_)
    made = merge(round_, now=rounds.NOW, by=rounds.BY, csv_dir=stage.folder / "csv")
    books = [_cells_of(path) for path in made.books]
    table = stage.folder / "csv" / ANSWERS_CSV
    answers = pandas.read_csv(table, dtype=str, keep_default_na=False)
    target = stage.folder / "naive.xlsx"
    times = stage.times(
        merge=Contender(lambda: _merge_all(round_)),
        xlsxwriter=Contender(lambda: naive.merge_with_xlsxwriter(books)),
        pandas=Contender(lambda: naive.merge_with_pandas(answers, target)),
    )
    cells = sum(len(cells) for book in books for cells in book.values())
    print(f"  {cells} cells in {sum(map(len, books))} sheets")
    print(times.told(len(stage.returns), "return"))
    yield Ratio(
        "merge, whole path / the same cells and links by bare XlsxWriter",
        times.ratio("merge", "xlsxwriter"),
        None,
        1.5,
    )
    yield Ratio("  the same, processor time", times.processor_ratio("merge", "xlsxwriter"))
    yield Ratio("merge, whole path / pandas, answers alone", times.ratio("merge", "pandas"))


def _merge_all(round_: Round) -> None:
    merge(round_, now=rounds.NOW, by=rounds.BY)


def _cells_of(path: Path) -> dict[str, list[naive.Cell]]:
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: [
            (cell.row - 1, cell.column - 1, str(cell.value), _link(cell))
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        for sheet in book.worksheets
    }


def _link(cell: openpyxl.cell.Cell) -> str:
    link = cell.hyperlink
    if link is None:
        return ""
    return (
        f"internal:{link.location}"
        if link.location and not link.target
        else f"external:{link.target}"
    )


def _second_merge(stage: Stage) -> Iterator[Ratio]:
    """merge again after one new return"""
    work = stage.folder / "again"
    round_ = rounds.copied(stage.issued, work)
    *first, last = stage.returns
    rounds.dropped(round_, {name: stage.returns[name] for name in first})
    _take_in(round_)
    round_.folder.cache.unlink()
    with _Parsed() as before:
        _merge_all(round_)
    rounds.dropped(round_, {last: stage.returns[last]})
    with _Parsed() as after:
        _take_in(round_)
        _merge_all(round_)
    print(f"  files read by a merge without its cache: {before.files}")
    yield Ratio("files read by receive and merge after one new return", after.files, None, 1)


class _Parsed:
    """Counts the files given to a worker."""

    def __enter__(self) -> _Parsed:
        self.files = 0
        self._parse = parse = Worker.parse

        def counted(worker: Worker[object], source: Path | bytes) -> object:
            self.files += 1
            return parse(worker, source)

        Worker.parse = counted  # type: ignore[assignment,method-assign]
        return self

    def __exit__(self, *_: object) -> None:
        Worker.parse = self._parse  # type: ignore[method-assign]


def _intake(stage: Stage) -> Iterator[Ratio]:
    """the guard: good returns beside the reader alone, a thousand in one run, hostile files"""
    yield from intake.beside_the_reader(
        stage.issued, list(stage.returns.values()), stage.size.repeat
    )
    yield from intake.memory(stage.folder / "together", stage.size.together)
    yield from intake.worst(stage.size.megabytes)


# -- start and size ------------------------------------------------------------------------


def _help(stage: Stage) -> Iterator[Ratio]:
    """what every command costs before it does anything"""
    times = best_times(
        {
            "--help": Contender(start_up("-m", "xlsx_pdca", "--help")),
            "import click": Contender(start_up("-c", "import click")),
            "open a round": Contender(lambda: rounds.opened(stage.issued) and None),
        },
        4 * stage.size.repeat,
    )
    print(times.told(1, "start"))
    yield Ratio(
        "xlsx-pdca --help / python -c 'import click'",
        times.ratio("--help", "import click"),
        None,
        3,
    )


def _linear(stage: Stage) -> Iterator[Ratio]:
    """receive: time and memory as the round grows"""
    found = {}
    for files in stage.size.files:
        folder = stage.folder / f"round-{files}"
        round_ = rounds.issued_round(folder, -(-files // 2))
        rounds.dropped(round_, rounds.returned(folder, files))
        command = [sys.executable, str(RECEIVE_ONCE), str(folder)]
        found[files] = json.loads(
            subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        )
        told = found[files]
        print(
            f"  {files:>5} files: {told['seconds'] / files * 1e3:6.1f} ms a file, peak memory "
            f"{told['own']:.0f} MB, workers {', '.join(f'{mb:.0f} MB' for mb in told['workers'])}"
        )
    few, many = found[stage.size.files[0]], found[stage.size.files[-1]]
    times = [told["seconds"] / files for files, told in found.items()]
    yield Ratio("slowest / fastest, time per file", max(times) / min(times))
    yield Ratio(
        "most / fewest files, peak memory of the parent", many["own"] / max(few["own"], 1.0)
    )
    yield Ratio(
        "most / fewest files, peak memory of a worker",
        max(many["workers"], default=0.0) / max(1.0, *few["workers"]),
    )


_PARTS: dict[str, Callable[[Stage], Iterator[Ratio]]] = {
    "issue": _issue,
    "receive": _receive,
    "merge": _merge,
    "second-merge": _second_merge,
    "help": _help,
    "linear": _linear,
    "intake": _intake,
}


if __name__ == "__main__":
    sys.exit(main())
