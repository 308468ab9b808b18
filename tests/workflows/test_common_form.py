"""共通の様式: one blank workbook for everybody; the unit chosen inside and the sender prove together whose it is."""

from __future__ import annotations

import functools
import io
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from handed_in import (
    FROM_MAEBASHI,
    FROM_NOWHERE,
    FROM_PREFECTURE,
    FROM_TAKASAKI,
    LATER,
    proposed,
    taken_in,
)
from handwritten_mail import Attached, mail
from issued_round import BY, GOOD, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, changed, codes, saved
from mail_desk import with_copy_of, writer
from xlsx_pdca.cells import a1
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import CopyKind, IssuedCommon, Outcome
from xlsx_pdca.ledger import Ledger, Status
from xlsx_pdca.mailings import Mailing
from xlsx_pdca.plan import UNIT_NAME, UNITS_LIST, WorkbookPlan
from xlsx_pdca.submission import Answer, Reading, State
from xlsx_pdca.ticket import COMMON, find_tickets
from xlsx_pdca.unit import is_unit_id
from xlsx_pdca.workbook.lint import lint_package
from xlsx_pdca.workflows.acceptance import assign
from xlsx_pdca.workflows.ask import Questions
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.common_form import issue_common
from xlsx_pdca.workflows.decide import since_before
from xlsx_pdca.workflows.drafts import ToWrite, write_drafts
from xlsx_pdca.workflows.objections import MailsRefused
from xlsx_pdca.workflows.proposals import Proposals
from xlsx_pdca.workflows.receive import receive
from xlsx_pdca.workflows.send import Wish
from xlsx_pdca.workflows.steps import undo
from xlsx_pdca.workflows.verify import verify

CHOICE = "前橋市（102016-1）"
TAKEN, HELD = Outcome.SUBMISSION, Outcome.HELD


@pytest.fixture(scope="module")
def calm_desk(sent_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The round with its common forms issued too, on which nothing is booked."""
    desk = Desk.at(Path(shutil.copytree(sent_round, tmp_path_factory.mktemp("common") / "round")))
    round_ = replace(desk.round, units=desk.round.units[:3])
    issue_common(round_, now=NOW, by=BY)
    return Desk(round_)


@pytest.fixture
def open_desk(calm_desk: Desk, tmp_path: Path) -> Desk:
    """A copy of it for one test."""
    desk = Desk.at(Path(shutil.copytree(calm_desk.root, tmp_path / "round")))
    return Desk(replace(desk.round, units=desk.round.units[:3]))


def fact(desk: Desk) -> IssuedCommon:
    (found,) = (b.fact for b in desk.ledger.commons if b.fact.form == "jizen")
    assert isinstance(found, IssuedCommon)
    return found


def plan(desk: Desk) -> WorkbookPlan:
    return _plan(desk.round.plans.get(fact(desk).plan))


@functools.lru_cache(maxsize=2)
def _plan(data: bytes) -> WorkbookPlan:
    return WorkbookPlan.from_json(data)


def chooser(desk: Desk) -> tuple[str, str]:
    """Sheet and cell in which the unit is chosen."""
    (named,) = (n for n in plan(desk).names if n.name == UNIT_NAME)
    return plan(desk).sheet(named.sheet).name, a1(named.rect.top, named.rect.left)


@functools.lru_cache(maxsize=8)
def _filled(data: bytes, cells: tuple[tuple[str, str, str], ...]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    for sheet, cell, text in cells:
        book[sheet][cell].value, book[sheet][cell].data_type = text, "s"
    return saved(book)


def filled(desk: Desk, choice: str = CHOICE, **more: str) -> bytes:
    """The common form with the good answers typed in and a unit chosen."""
    said = {**GOOD, **{(field, "", ""): text for field, text in more.items()}}
    cells = [(*chooser(desk), choice)] if choice else []
    for answer in plan(desk).answers:
        if answer.address in said:
            at = a1(answer.rect.top, answer.rect.left)
            cells.append((plan(desk).sheet(answer.sheet).name, at, said[answer.address]))
    return _filled((desk.root / fact(desk).file).read_bytes(), tuple(cells))


def test_common_form_as_issued(open_desk: Desk) -> None:
    """A ticket that is nobody's, a list of the units inside, frozen in the plan; sound as a workbook; booked once."""
    found = fact(open_desk)
    (ticket,) = find_tickets(found.ticket)
    assert (ticket.unit, ticket.is_common, is_unit_id(COMMON)) == (COMMON, True, False)
    assert ticket.is_genuine(open_desk.round.key)
    assert found.file == "20_送付用/事前課題/共通_事前課題.xlsx"
    choices = next(each.values for each in plan(open_desk).lists if each.name == UNITS_LIST)
    assert choices == (CHOICE, "高崎市（102024-1）", "桐生市（102032-1）")
    assert set(choices) == set(found.units)
    data = (open_desk.root / found.file).read_bytes()
    assert lint_package(data) == ()
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet, cell = chooser(open_desk)
    assert not book[sheet][cell].protection.locked and book[sheet].protection.sheet
    rules = [v for v in book[sheet].data_validations.dataValidation if cell in v.sqref]
    assert [v.formula1 for v in rules] == [UNITS_LIST]
    before = open_desk.round.folder.events.read_bytes()
    again = issue_common(open_desk.round, now=NOW, by=BY)
    assert not any(each.is_new for each in again)
    assert open_desk.round.folder.events.read_bytes() == before


def test_a_lost_file_comes_back_with_the_same_bytes(open_desk: Desk) -> None:
    """Like any issued workbook."""
    path = open_desk.root / fact(open_desk).file
    data = path.read_bytes()
    path.unlink()
    issue_common(open_desk.round, now=NOW, by=BY)
    assert path.read_bytes() == data


@pytest.mark.parametrize(
    ("choice", "senders", "name", "found"),
    [
        (CHOICE, (FROM_MAEBASHI,), "回答.xlsx", []),
        (CHOICE, (FROM_MAEBASHI,), "前橋市.xlsx", []),
        (CHOICE, (), "回答.xlsx", ["IDN22"]),
        (CHOICE, (), "前橋市.xlsx", ["IDN22"]),
        (CHOICE, (FROM_NOWHERE,), "回答.xlsx", ["IDN22"]),
        (CHOICE, (FROM_PREFECTURE,), "回答.xlsx", ["IDN22"]),
        (CHOICE, (FROM_TAKASAKI,), "回答.xlsx", ["IDN23"]),
        (CHOICE, (FROM_TAKASAKI, FROM_MAEBASHI), "回答.xlsx", ["IDN23"]),
        (CHOICE, (FROM_MAEBASHI,), "高崎市.xlsx", ["IDN23"]),
        ("", (FROM_MAEBASHI,), "回答.xlsx", ["IDN20"]),
        ("前橋", (FROM_MAEBASHI,), "回答.xlsx", ["IDN21"]),
    ],
)
def test_choice_and_sender_must_agree(
    calm_desk: Desk, choice: str, senders: Sequence[str], name: str, found: list[str]
) -> None:
    """Only together they attribute; alone, or against each other, the file waits and the right one is proposed."""
    arrived = taken_in(calm_desk, filled(calm_desk, choice), *senders, name=name, only_look=True)
    assert codes(arrived) == found
    if found:
        assert (arrived.outcome, arrived.submission) == (HELD, None)
        assert (MAEBASHI in proposed(calm_desk, arrived)) == (choice == CHOICE)
    else:
        assert (arrived.outcome, arrived.unit) == (TAKEN, MAEBASHI)
        assert arrived.submission is not None and arrived.submission.person == "赤城花子"


@pytest.mark.parametrize(
    ("written", "sender", "found", "offered"),
    [
        ("前橋市", FROM_MAEBASHI, [], set()),
        ("前橋市　（102016-1）", FROM_MAEBASHI, [], set()),
        ("前橋市 (102016-1)", FROM_MAEBASHI, [], set()),
        ("前橋市役所", FROM_MAEBASHI, [], set()),
        ("前橋市", FROM_TAKASAKI, ["IDN23"], {MAEBASHI}),
        ("前橋市　（102016-1）", FROM_TAKASAKI, ["IDN23"], {MAEBASHI}),
        ("前橋市", "", ["IDN22"], {MAEBASHI}),
        ("前橋市（102024-1）", FROM_MAEBASHI, ["IDN21"], {TAKASAKI}),
        ("前橋市・高崎市", FROM_MAEBASHI, ["IDN21"], {MAEBASHI, TAKASAKI}),
        ("橋市", FROM_MAEBASHI, ["IDN21"], set()),
        ("沼田市", FROM_MAEBASHI, ["IDN21"], set()),
    ],
)
def test_name_typed_instead_of_chosen(
    calm_desk: Desk, written: str, sender: str, found: list[str], offered: set[str]
) -> None:
    """A name that one unit of the list bears is the choice; against the sender, or beside another's id, it waits and who is named is offered."""
    senders = (sender,) if sender else ()
    arrived = taken_in(calm_desk, filled(calm_desk, written), *senders, only_look=True)
    assert codes(arrived) == found
    if found:
        assert arrived.outcome is HELD and offered <= set(proposed(calm_desk, arrived))
    else:
        assert (arrived.outcome, arrived.unit) == (TAKEN, MAEBASHI)


def test_typed_name_against_the_mail_it_came_in(open_desk: Desk) -> None:
    """In a mail of another unit the sentence names both, and both are offered."""
    book = Attached("回答.xlsx", filled(open_desk, "前橋市"))
    path = open_desk.root.parent / "返信.eml"
    path.write_bytes(mail(book, sender=FROM_TAKASAKI))
    receive(open_desk.round, given_files([path]), now=LATER, by=BY)
    (held,) = open_desk.ledger.held
    assert codes(held.fact)[0] == "IDN23"
    assert "前橋市" in (said := held.fact.findings[0].sentence()) and "高崎市" in said
    offers = Proposals.of(open_desk.round, open_desk.ledger).for_held(held)
    assert {each.unit for each in offers} == {MAEBASHI, TAKASAKI}


def test_typed_name_against_the_choice(calm_desk: Desk) -> None:
    """所属 of another unit holds the common form too."""
    data = filled(calm_desk, department="高崎市 長寿課")
    arrived = taken_in(calm_desk, data, FROM_MAEBASHI, only_look=True)
    assert codes(arrived) == ["IDN23"]
    assert "高崎市 長寿課" in arrived.findings[0].sentence()


@pytest.mark.parametrize("unit", [MAEBASHI, TAKASAKI])
def test_one_decision_settles_it(open_desk: Desk, unit: str) -> None:
    """From a folder it waits; `accept --as` reads it as issued, tells when another unit was chosen in it, and `undo` takes it back."""
    assert proposed(open_desk, taken_in(open_desk, filled(open_desk))) == [MAEBASHI]
    (held,) = open_desk.ledger.held
    taken = assign(open_desk.round, held.seq, unit, "jizen", now=NOW, by=BY)
    assert (taken.unit, taken.plan, taken.person) == (unit, fact(open_desk).plan, "赤城花子")
    assert [each.code for each in taken.findings] == ([] if unit == MAEBASHI else ["IDN32"])
    assert open_desk.standing(unit).status(NOW.date()) is Status.RECEIVED
    undo(open_desk.round, open_desk.ledger.last_event, "別の団体", now=NOW, by=BY)
    assert open_desk.ledger.held == (held,)


def test_common_and_own_workbook_are_one_unit(open_desk: Desk) -> None:
    """An answer on the own workbook after one on the common form is its second, with what changed; nothing else is asked."""
    taken_in(open_desk, filled(open_desk), FROM_MAEBASHI)
    line = open_desk.take_in("返信.xlsx", open_desk.filled(weaknesses="会議の時間が取れない。"))
    assert line.arrived.outcome is TAKEN
    assert codes(line.arrived) == ["ARR12"]
    assert "課題" in line.arrived.findings[0].sentence()
    assert [b.fact.number for b in open_desk.standing().submissions] == [1, 2]
    assert open_desk.standing(KIRYU).submission is None
    assert verify(open_desk.round.folder).troubles == ()


def test_what_changed_and_what_is_gone_since_another_plan(open_desk: Desk) -> None:
    """Both are told by the field, whatever form it stood in; an own workbook that says the same is asked nothing."""
    taken_in(open_desk, filled(open_desk), FROM_MAEBASHI)
    data = open_desk.filled(population="326,000", purpose__daily="")
    arrived = taken_in(open_desk, data, only_look=True)
    assert codes(arrived) == ["ANS22", "ARR12", "ARR07"]
    told = [each.sentence() for each in arrived.findings]
    assert "管内人口" in told[1] and "日常の療養支援" in told[2]
    assert codes(taken_in(open_desk, open_desk.filled(), only_look=True)) == []


def test_a_field_that_only_one_plan_has_did_not_change(calm_desk: Desk) -> None:
    """Under plans of which one asks less, nothing is said of what the other asks alone; under one plan it is."""
    full = calm_desk.plan()
    less = replace(full, answers=tuple(a for a in full.answers if a.field != "strengths"))
    asked = {a.address: a for a in full.answers}
    reading = Reading(
        tuple(
            Answer(
                *address,
                GOOD.get(address, ""),
                GOOD.get(address, ""),
                State.FILLED if address in GOOD else State.BLANK,
                "",
                "",
            )
            for address in asked
        ),
        (),
    )
    fewer = replace(reading, answers=tuple(a for a in reading.answers if a.field != "strengths"))
    assert since_before(reading, fewer, [less, full], number=1) == ()
    assert since_before(fewer, reading, [full, less], number=1) == ()
    (gone,) = since_before(reading, fewer, [full], number=1)
    assert gone.code == "ARR07"


def test_choice_without_its_name_is_found_by_its_key(calm_desk: Desk) -> None:
    """A program that drops the defined names leaves the printed key beside the choice."""

    def drop(book: Workbook) -> None:
        del book.defined_names[UNIT_NAME]
        book.worksheets[0].insert_rows(3)

    data = changed(filled(calm_desk), drop)
    arrived = taken_in(calm_desk, data, FROM_MAEBASHI, only_look=True)
    assert (arrived.unit, [c for c in codes(arrived) if c.startswith("IDN")]) == (MAEBASHI, [])


def test_command(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """`issue --common` names the file, and a dry run leaves nothing behind."""
    arguments = ["issue", "--common", "--round", str(desk.root)]
    before = desk.round.folder.events.read_bytes()
    assert run([*arguments, "--dry-run"]) == ExitCode.OK
    assert desk.round.folder.events.read_bytes() == before
    assert (
        "共通　20_送付用/事前課題/共通_事前課題.xlsx（35団体から選択）" in capsys.readouterr().out
    )
    assert not (desk.root / "20_送付用/事前課題/共通_事前課題.xlsx").exists()


def test_a_question_about_a_common_form_goes_to_its_unit_only(open_desk: Desk) -> None:
    """Returns on the common form are marked and asked about; another unit's copy, alike in its ticket, is refused."""
    for choice, sender in ((CHOICE, FROM_MAEBASHI), ("高崎市（102024-1）", FROM_TAKASAKI)):
        taken_in(open_desk, filled(open_desk, choice, population="三万人ぐらい"), sender)

    def letters(ledger: Ledger, known: Sequence[Mailing]) -> Sequence[ToWrite]:
        return Questions.of(open_desk.round, ledger, known, writer(15).now.date()).letters(Wish())

    def swapped(ledger: Ledger, known: Sequence[Mailing]) -> Sequence[ToWrite]:
        first, second = letters(ledger, known)
        return first, with_copy_of(second, first)

    with pytest.raises(MailsRefused, match=r"前橋市.*整理記号"):
        write_drafts(open_desk.round, swapped, writer(15))
    found = write_drafts(open_desk.round, letters, writer(15))
    kinds = [(q.unit, q.kind) for draft in found.drafts for q in draft.questions]
    assert kinds == [(MAEBASHI, CopyKind.MARKED), (TAKASAKI, CopyKind.MARKED)]
