"""Rounds to measure with: invented municipalities' workbooks, issued, filled and lying in the drop folder."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path

from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.data_files import read_form_files, samples_folder, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.definitions.gunma import PREFECTURE, gunma_settings, gunma_units
from xlsx_pdca.definitions.settings import written_settings
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Issued
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.store.round_folder import open_round
from xlsx_pdca.store.system import write_atomically
from xlsx_pdca.unit import Unit, UnitKind
from xlsx_pdca.workbook.filling import fill
from xlsx_pdca.workbook.officer_book import OfficerBook, write_officer_book
from xlsx_pdca.workflows.demo_answers import Respondent, answers_of
from xlsx_pdca.workflows.demo_material import ANSWERS_FILE, Material, read_material
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.new import RoundToMake, form_lines, new_round
from xlsx_pdca.workflows.round import Round, open_round_at

NOW = datetime(2026, 9, 1, 9, tzinfo=JST)
FILLED = date(2026, 9, 25)
BY = "計測"
_ANSWERS_MOST = 99


def empty_round(folder: Path, units: int) -> Round:
    """The sample round with so many units; beyond Gunma's 35 each municipality gets further groups."""
    wanted = RoundToMake(2026, sample=True)
    made = new_round(folder, wanted, now=NOW, key=hashlib.sha256(b"bench").digest(), by=BY)
    write_atomically(made.folder.settings_book, _officer_book(_units(units)))
    return opened(folder)


def issued_round(folder: Path, units: int) -> Round:
    """The same with every workbook issued."""
    round_ = empty_round(folder, units)
    issue(round_, now=NOW, by=BY)
    return round_


def returned(folder: Path, files: int) -> dict[str, bytes]:
    """So many filled workbooks by name, from a round that lies in `folder` and has been issued."""
    round_ = opened(folder)
    material = read_material((samples_folder() / ANSWERS_FILE).read_text(encoding="utf-8"))
    books = sorted(round_.ledger().tickets.values(), key=lambda book: (book.unit, book.form))
    plans: dict[str, WorkbookPlan] = {}
    for book in books:
        if book.plan not in plans:
            plans[book.plan] = WorkbookPlan.from_json(round_.plans.get(book.plan))
    return {
        Path(book.file).name: _filled(round_, book, plans[book.plan], material)
        for book in islice(books, files)
    }


def dropped(round_: Round, files: Mapping[str, bytes]) -> None:
    """Put files into 40_届いたファイル, as a mail program saves them."""
    for name, data in files.items():
        (round_.folder.drop / name).write_bytes(data)


def copied(source: Path, target: Path) -> Round:
    """A fresh copy of a round, so that each repetition finds the same."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
    return opened(target)


def opened(folder: Path) -> Round:
    return open_round_at(open_round(folder), holder=BY)


def _units(count: int) -> tuple[Unit, ...]:
    bodies = gunma_units(shipped_codes())
    assert count <= len(bodies) * _ANSWERS_MOST
    more = (_group(bodies[n % len(bodies)], 1 + n // len(bodies)) for n in range(count))
    return tuple(more)


def _group(body: Unit, number: int) -> Unit:
    if number == 1:
        return body
    return replace(
        body,
        id=f"{body.code}-{number}",
        kind=UnitKind.GROUP,
        name=f"{body.name}検討会{number}",
        covers=(body.code,),
    )


def _officer_book(units: tuple[Unit, ...]) -> bytes:
    forms = load_forms(read_form_files(templates_folder()))
    deadline = NOW.date() + timedelta(weeks=4)
    lines = tuple(line for form in forms.values() for line in form_lines(form, deadline))
    settings = written_settings(gunma_settings(2026, NOW.date()))
    book = OfficerBook(PREFECTURE, settings, lines, units, shipped_codes().by_code)
    return write_officer_book(book, NOW)


def _filled(round_: Round, book: Issued, plan: WorkbookPlan, material: Material) -> bytes:
    unit = round_.unit(book.unit)
    assert unit is not None
    respondent = Respondent(unit, material, f"bench {book.form}", 2026, FILLED)
    package = (round_.folder.root / book.file).read_bytes()
    return fill(package, plan, answers_of(respondent, plan))
