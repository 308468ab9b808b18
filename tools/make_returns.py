"""Make `samples/returns` anew: real programs fill and save the workbooks of one frozen round.

    python tools/make_returns.py --tools FOLDER [PROGRAM…]     fill and save with the programs
    python tools/make_returns.py --issue                       freeze the round anew, only on purpose

The frozen round (ledger, plans, key) is what an older release left behind: it must stay readable, so it is
not made anew when the layout changes. FOLDER holds what the programs need and the project does not:
`npm install xlsx@0.18.5 exceljs@4.4.0 xlsx-populate@1.21.0`; a virtual environment `venv` with openpyxl,
wolfxl, excelize, rustypyxl and aspose-cells-foss; Apache POI and what it needs in `jars`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from xlsx_pdca.cells import a1
from xlsx_pdca.event import JST
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.new import RoundToMake, new_round
from xlsx_pdca.workflows.round import open_round_at, optional_ids

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from libreoffice import LibreOffice  # noqa: E402 - the tests' own driver and table of answers
from survival import samples  # noqa: E402

FILLERS = HERE / "fillers"
RETURNS, FROZEN = samples.FOLDER, samples.FROZEN
NOW = datetime(2026, 9, 1, 9, tzinfo=JST)
KEY = b"key of samples/returns, no secret"[:32]


@dataclass(frozen=True)
class Job:
    """One issued workbook to be filled."""

    issued: Path
    typed: tuple[tuple[str, str, str], ...]
    """Sheet, address and text of each answer."""
    target: Path
    tools: Path

    def run(self, *command: str | Path) -> None:
        """A filler, with the answers in a file."""
        with tempfile.TemporaryDirectory() as folder:
            cells = Path(folder) / "cells"
            records = "\x1e".join("\x1f".join(record) for record in self.typed)
            cells.write_text(records, encoding="utf-8", newline="")
            environment = {**os.environ, "NODE_PATH": str(self.tools / "node_modules")}
            each = [str(word) for word in (*command, self.issued, cells, self.target)]
            subprocess.run(each, check=True, env=environment)


def _node(script: str) -> Callable[[Job], None]:
    return lambda job: job.run("node", FILLERS / script)


def _python(library: str) -> Callable[[Job], None]:
    interpreter = Path("venv") / "bin" / "python"
    return lambda job: job.run(job.tools / interpreter, FILLERS / "python_libraries.py", library)


def _poi(job: Job) -> None:
    job.run("java", "-cp", f"{job.tools / 'jars'}/*", FILLERS / "Poi.java")


def _libreoffice(*formats: str) -> Callable[[Job], None]:
    """Typed and saved by LibreOffice in the first format, and saved again in those that follow."""

    def fill(job: Job) -> None:
        cells: dict[str, dict[str, str]] = {}
        for sheet, address, text in job.typed:
            cells.setdefault(sheet, {})[address] = text
        with tempfile.TemporaryDirectory() as folder, LibreOffice(Path(folder)) as office:
            path = Path(folder) / f"filled.{formats[0]}"
            wanted = {"path": str(job.issued), "cells": cells, "to": formats[0]}
            said = office.run("fill", {**wanted, "save_as": str(path)})
            assert said == {"refused": []}, said
            for number, to in enumerate(formats[1:]):
                path = office.convert(path, to, Path(folder) / str(number))
            shutil.copy(path, job.target)

    return fill


def _gnumeric(job: Job) -> None:
    """Opened and saved by Gnumeric; filled by openpyxl, since Gnumeric types only by hand."""
    with tempfile.TemporaryDirectory() as folder:
        filled = replace(job, target=Path(folder) / "filled.xlsx")
        _python("openpyxl")(filled)
        subprocess.run(["ssconvert", filled.target, job.target], check=True, capture_output=True)


def _rustypyxl(job: Job) -> None:
    """Opened and saved by rustypyxl; filled by openpyxl, since it makes a formula of a text that begins with "="."""
    with tempfile.TemporaryDirectory() as folder:
        filled = replace(job, target=Path(folder) / "filled.xlsx")
        _python("openpyxl")(filled)
        _python("rustypyxl")(replace(job, issued=filled.target, typed=()))


PROGRAMS: dict[str, Callable[[Job], None]] = {
    "libreoffice": _libreoffice("xlsx"),
    "libreoffice-ods": _libreoffice("xlsx", "ods", "xlsx"),
    "libreoffice-xls": _libreoffice("xlsx", "xls", "xlsx"),
    "gnumeric": _gnumeric,
    "openpyxl": _python("openpyxl"),
    "poi": _poi,
    "wolfxl": _python("wolfxl"),
    "excelize": _python("excelize"),
    "rustypyxl": _rustypyxl,
    "aspose-foss": _python("aspose"),
    "sheetjs": _node("sheetjs.js"),
    "exceljs": _node("exceljs.js"),
    "xlsx-populate": _node("xlsx_populate.js"),
}
"""Name of the sample → how the program fills and saves it."""


def freeze() -> None:
    """Issue both forms to one municipality, every optional question switched on, and keep what is needed to read them."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = RoundToMake(2026, sample=True)
        made = new_round(Path(folder) / "round", wanted, now=NOW, key=KEY, by="見本")
        opened = open_round_at(made.folder, holder="見本")
        settings = tuple(
            replace(f, enabled=optional_ids(opened.forms[f.form])) for f in opened.settings.forms
        )
        one = replace(
            opened, units=opened.units[:1], settings=replace(opened.settings, forms=settings)
        )
        issue(one, now=NOW, by="見本")
        shutil.rmtree(FROZEN, ignore_errors=True)
        shutil.copytree(made.folder.plans, FROZEN / "plans")
        for path in (made.folder.events, made.folder.key_file):
            shutil.copy(path, FROZEN)
        for fact in one.ledger().tickets.values():
            target = RETURNS / fact.form / "issued.xlsx"
            target.parent.mkdir(exist_ok=True)
            shutil.copy(made.folder.root / fact.file, target)


def jobs(tools: Path, program: str) -> Iterator[Job]:
    """The workbooks one program fills."""
    for path in sorted((FROZEN / "plans").glob("*.json")):
        plan = WorkbookPlan.from_json(path.read_bytes())
        said = samples.answers(plan.form)
        typed = tuple(
            (plan.sheet(a.sheet).name, a1(a.rect.top, a.rect.left), said[a.address])
            for a in plan.answers
            if a.address in said
        )
        assert len(typed) == len(said), "answers.tsv answers what is not asked"
        folder = RETURNS / plan.form
        yield Job(folder / "issued.xlsx", typed, folder / f"{program}.xlsx", tools)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", nargs="*", choices=[*PROGRAMS, []])
    parser.add_argument("--tools", type=Path, default=Path())
    parser.add_argument("--issue", action="store_true")
    options = parser.parse_args(arguments)
    if options.issue:
        freeze()
    for program in options.programs or PROGRAMS:
        for job in jobs(options.tools.absolute(), program):
            PROGRAMS[program](job)
            print(job.target)


if __name__ == "__main__":
    main(sys.argv[1:])
