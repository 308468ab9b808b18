"""Municipalities easily taken for one another, with real workbooks through `receive`: a sample of what
`tests/checks/test_confusable.py` asks about all pairs.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from issued_round import BY, GOOD, NOW, Desk, codes, saved
from xlsx_pdca.cells import a1
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.facts import Outcome
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.unit import Unit, UnitKind
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.receive import receive

pytestmark = pytest.mark.untraced

OSAKA, EAST = "大阪府大阪市", "大阪府東大阪市"
NOTO, NAKANOTO = "石川県能登町", "石川県中能登町"
FUCHU, FUCHU_WEST = "東京都府中市", "広島県府中市"
SHIRAKAWA = "岐阜県白川村"
EVERYBODY = (OSAKA, EAST, NOTO, NAKANOTO, FUCHU, FUCHU_WEST, SHIRAKAWA, "岐阜県東白川村")
_BODIES = {body.full_name: body for body in shipped_codes().municipalities}

# whose workbook, under which name, sent by whom → what is found; nothing found means taken in
FILES: Sequence[tuple[str, str, str, list[str]]] = (
    (OSAKA, "大阪市.xlsx", OSAKA, []),
    (EAST, "東大阪市_事前課題.xlsx", EAST, []),
    (NOTO, "中能登町.xlsx", NOTO, ["IDN10"]),
    (NAKANOTO, "中能登町役場.xlsx", NOTO, ["IDN14"]),
    (FUCHU, "府中市.xlsx", FUCHU, []),
    (FUCHU_WEST, "東京都府中市.xlsx", FUCHU_WEST, ["IDN10"]),
    (SHIRAKAWA, "215074-1_白川村.xlsx", "岐阜県東白川村", ["IDN10", "IDN14"]),
)


def unit(name: str) -> Unit:
    body = _BODIES[name]
    return Unit(
        f"{body.code}-1",
        UnitKind.MUNICIPALITY,
        body.name,
        body.code,
        (body.code,),
        to=(mail(name),),
    )


def mail(name: str) -> str:
    return f"kaigo@c{_BODIES[name].code}.example"


def filled(data: bytes, plan: WorkbookPlan) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for answer in plan.answers:
        if answer.address in GOOD:
            cell = book[plan.sheet(answer.sheet).name][a1(answer.rect.top, answer.rect.left)]
            cell.value, cell.data_type = GOOD[answer.address], "s"
    return saved(book)


def test_sample_of_confusable_returns(desk: Desk, tmp_path: Path) -> None:
    """Each return is taken in as its own municipality's or waits with the contradiction named; none becomes another's."""
    forms = {"jizen": desk.round.forms["jizen"]}
    round_ = replace(desk.round, units=tuple(map(unit, EVERYBODY)), forms=forms)
    issue(round_, now=NOW, by=BY)
    files, wanted = [], {}
    for number, (whose, name, sender, found) in enumerate(FILES):
        sent = round_.ledger().standing(unit(whose).id, "jizen").issue
        assert sent is not None
        plan = WorkbookPlan.from_json(round_.plans.get(sent.plan))
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / name).write_bytes(filled((desk.root / sent.file).read_bytes(), plan))
        (file,) = given_files([folder / name])
        files.append(replace(file, senders=(mail(sender),)))
        wanted[name] = (unit(whose).id, found)
    for line in receive(round_, files, now=NOW, by=BY).lines:
        whose, found = wanted[line.file.name]
        assert (line.arrived.unit, codes(line.arrived)) == (whose, found)
        assert line.arrived.outcome is (Outcome.HELD if found else Outcome.SUBMISSION)
    ledger = round_.ledger()
    answered = {key[0] for key, standing in ledger.standings.items() if standing.submission}
    assert answered == {unit(name).id for name in (OSAKA, EAST, FUCHU)}
