"""Returns really saved by other programs: every answer right, nothing asked, losses recorded, the unit proved.

The samples were issued once and are never issued anew, so each is also a return of an older release: ledger,
plans and key are read as they were left.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from libreoffice import LibreOffice
from survival import samples
from survival.issued_form import fill, form, taken_in, truth
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Outcome as Became
from xlsx_pdca.submission import Reading
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.new import RoundToMake, new_round
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.receive import Line, receive
from xlsx_pdca.workflows.round import Round, open_round_at

NOW = datetime(2026, 11, 2, 9, tzinfo=JST)
FORMS = ("jizen", "tojitsu")
UNIT = "102016-1"


@pytest.fixture(scope="module")
def old_round(tmp_path_factory: pytest.TempPathFactory) -> Round:
    """A round folder with what the older release left in its system folder."""
    key = (samples.FROZEN / "key").read_bytes()
    wanted = RoundToMake(2026, sample=True)
    root = tmp_path_factory.mktemp("old") / "round"
    folder = new_round(root, wanted, now=NOW, key=key, by="見本").folder
    shutil.copy(samples.FROZEN / "events.jsonl", folder.events)
    shutil.copytree(samples.FROZEN / "plans", folder.plans, dirs_exist_ok=True)
    return open_round_at(folder, holder="見本")


def came(round_: Round, path: Path) -> tuple[Line, Reading]:
    """What `receive` makes of the file, nothing booked, and its reading."""
    (line,) = receive(round_, given_files([path]), now=NOW, by="見本", dry_run=True).lines
    taken = line.arrived.submission
    assert taken is not None, [f.sentence() for f in line.arrived.findings]
    issue = round_.ledger().standing(taken.unit, taken.form).issue
    assert issue is not None
    with Readings(round_.folder) as readings:
        reading = readings.reading(taken.sha256, taken.plan, issue.slots)
    assert isinstance(reading, Reading)
    return line, reading


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("program", samples.programs(), ids=lambda each: each.sample)
def test_sample_of_a_program(form_id: str, program: samples.Program, old_round: Round) -> None:
    """Whatever program saved it: all answers exact, no finding, the ticket proved, only the listed losses."""
    line, reading = came(old_round, samples.FOLDER / form_id / f"{program.sample}.xlsx")
    assert {a.address: a.raw for a in reading.answers if a.raw} == samples.answers(form_id)
    assert line.arrived.outcome is Became.SUBMISSION
    assert (line.arrived.unit, line.arrived.form) == (UNIT, form_id)
    assert line.arrived.findings == ()
    assert reading.strays == ()
    assert samples.kinds(line.arrived.losses) == program.losses


def test_every_sample_is_listed() -> None:
    """Each committed return stands in the table of origins, and each program has one of both forms."""
    listed = {program.sample for program in samples.programs()}
    for form_id in FORMS:
        stems = {path.stem for path in (samples.FOLDER / form_id).glob("*.xlsx")}
        assert stems == {*listed, "issued"}


def test_untouched_workbook_is_asked_about(old_round: Round) -> None:
    """The good samples do not pass by chance: of the same workbook unfilled it is asked whether it is the right one."""
    path = samples.FOLDER / "jizen" / "issued.xlsx"
    (line,) = receive(old_round, given_files([path]), now=NOW, by="見本", dry_run=True).lines
    assert line.arrived.outcome is Became.HELD
    assert [each.code for each in line.arrived.findings] == ["ANS21"]


# -- the same programs here and now --------------------------------------------------------


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Today's form filled by openpyxl."""
    return fill(tmp_path_factory.mktemp("good") / "return.xlsx")


def assert_good(path: Path) -> None:
    outcome = taken_in(path)
    assert outcome.wrong() == []
    assert outcome.codes == []
    assert outcome.is_proved


def test_filled_by_openpyxl_today(good: Path) -> None:
    """Today's form filled and saved by openpyxl is a good return."""
    assert_good(good)


@pytest.mark.soffice
@pytest.mark.parametrize("formats", [["xlsx"], ["ods", "xlsx"], ["xls", "xlsx"]], ids="-".join)
def test_typed_into_libreoffice_today(
    formats: Sequence[str], tmp_path: Path, soffice: LibreOffice
) -> None:
    """Today's form typed into a real LibreOffice and saved, also through .ods or .xls, is a good return."""
    issued, path = tmp_path / "issued.xlsx", tmp_path / "typed.xlsx"
    issued.write_bytes(form().data)
    cells: dict[str, dict[str, str]] = {}
    for address, text in truth().items():
        if text:
            cells.setdefault(form().sheet(address), {})[form().cell(address)] = text
    said = soffice.run("fill", {"path": str(issued), "cells": cells, "save_as": str(path)})
    assert said == {"refused": []}
    for number, to in enumerate(formats):
        path = soffice.convert(path, to, tmp_path / str(number))
    assert_good(path)


@pytest.mark.gnumeric
def test_saved_by_gnumeric_today(good: Path, tmp_path: Path) -> None:
    """Today's form opened and saved by a real Gnumeric is a good return."""
    saved = tmp_path / "saved.xlsx"
    subprocess.run(["ssconvert", good, saved], check=True, capture_output=True)
    assert_good(saved)
