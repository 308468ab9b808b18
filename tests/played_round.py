"""A real round in a real folder, played as an officer plays it: through the commands and 管理簿 alone."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl

from xlsx_pdca.checks import read_return
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Issued as Booking
from xlsx_pdca.facts import fact_of
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.events import EventLog
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.submission import Reading
from xlsx_pdca.workbook.reader import read_workbook

Address = tuple[str, str, str]
FINE = (ExitCode.OK, ExitCode.NEEDS_PERSON)


@dataclass(frozen=True)
class IssuedCopy:
    """One issued workbook with the plan it was frozen with."""

    unit: str
    name: str
    form: str
    path: Path
    plan: WorkbookPlan
    slots: Mapping[str, str]

    def place(self, answer: AnswerPlan) -> tuple[str, str]:
        """(sheet name, address of the first cell) of an answer."""
        return self.plan.sheet(answer.sheet).name, answer.rect.a1.partition(":")[0]

    def read(self, path: Path) -> Reading:
        """What the intake says of a return made from this copy."""
        book = read_workbook(path.read_bytes())
        assert isinstance(book, RawBook)
        return read_return(book, self.plan, self.slots)

    def filling(self, texts: Mapping[Address, str], save_as: Path) -> dict[str, Any]:
        """An order for LibreOffice's `type_all`: these answers typed in, saved elsewhere."""
        return {"path": str(self.path), "cells": self._cells(texts), "save_as": str(save_as)}

    def _cells(self, texts: Mapping[Address, str]) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for answer in self.plan.answers:
            if answer.address in texts:
                sheet, cell = self.place(answer)
                found.setdefault(sheet, {})[cell] = texts[answer.address]
        return found


@dataclass(frozen=True)
class PlayedRound:
    root: Path

    @classmethod
    def of_gunma(cls, root: Path, *forms: str) -> PlayedRound:
        """The sample round with only these forms, every optional question of theirs switched on."""
        assert run(["new", str(root), "--sample", "gunma"]) == ExitCode.OK
        made = cls(root)
        made._switch(forms)
        return made

    @property
    def folder(self) -> RoundFolder:
        return RoundFolder(self.root)

    def play(self, command: str, *arguments: str | Path) -> int:
        """Exit code of one command in this round."""
        return run([command, *map(str, arguments), "--round", str(self.root)])

    def played(self, command: str, *arguments: str | Path) -> None:
        """One command that must do its work; it may leave something for a person to look at."""
        code = self.play(command, *arguments)
        assert code in FINE, f"{command} ended with {code!r}"

    def drop(self, files: Collection[Path]) -> None:
        """Put files into 40_届いたファイル."""
        for path in files:
            shutil.copy2(path, self.folder.drop)

    def issued(self, form: str) -> tuple[IssuedCopy, ...]:
        """The newest workbook of every unit, in the order of their ids."""
        newest = {}
        for event in EventLog(self.folder.events, self.folder.lock, "test").read():
            fact = fact_of(event)
            if isinstance(fact, Booking) and fact.form == form:
                newest[fact.unit] = fact
        plans = {digest: self._plan(digest) for digest in {f.plan for f in newest.values()}}
        return tuple(
            IssuedCopy(unit, f.slots["unit"], form, self.root / f.file, plans[f.plan], f.slots)
            for unit, f in sorted(newest.items())
        )

    def merged(self, folder: Path) -> list[dict[str, str]]:
        """Rows of `answers.csv`, made by merge."""
        self.played("merge", "--csv", folder)
        with (folder / "answers.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    def _plan(self, digest: str) -> WorkbookPlan:
        return WorkbookPlan.from_json(Archive.of_plans(self.folder.plans).get(digest))

    def _switch(self, forms: Sequence[str]) -> None:
        book = openpyxl.load_workbook(self.folder.settings_book)
        rows = book["様式"].iter_rows()
        heads = next(
            {cell.value: cell.column - 1 for cell in row}
            for row in rows
            if "様式ID" in [cell.value for cell in row]
        )
        for row in rows:
            form = row[heads["様式ID"]].value
            if form:
                row[heads["使う"]].value = "○" if form in forms else None
        book.save(self.folder.settings_book)
