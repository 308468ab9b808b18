"""Whose a file is, through `receive`: each contradiction waits for a person with its own code, and beside it stands
the file that differs from it in that one point only and is taken in.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

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
from issued_round import BY, KEY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, changed, codes
from xlsx_pdca.facts import Outcome
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.workflows.acceptance import assign
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.receive import receive
from xlsx_pdca.workflows.steps import undo

NEWER = "会議の時間が取れない。"
TAKEN, HELD, SAME = Outcome.SUBMISSION, Outcome.HELD, Outcome.SAME_FILE

Change = Callable[[Desk, Workbook], None]


@pytest.fixture(scope="module")
def calm_desk(sent_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The round in which nothing is booked."""
    return Desk.at(Path(shutil.copytree(sent_round, tmp_path_factory.mktemp("calm") / "round")))


# -- who sent it ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("senders", "outcome", "found"),
    [
        ((FROM_TAKASAKI,), HELD, ["IDN14"]),
        ((FROM_TAKASAKI, FROM_MAEBASHI), HELD, ["IDN14"]),
        ((FROM_NOWHERE,), TAKEN, ["IDN15"]),
        ((FROM_PREFECTURE, FROM_MAEBASHI), TAKEN, []),
        ((FROM_PREFECTURE,), TAKEN, []),
    ],
)
def test_sender(
    calm_desk: Desk, senders: Sequence[str], outcome: Outcome, found: list[str]
) -> None:
    """Sent by another unit it waits, and the ticket's own unit is proposed; sent by its own it is taken in."""
    arrived = taken_in(calm_desk, calm_desk.filled(), *senders, only_look=True)
    assert (arrived.outcome, codes(arrived)) == (outcome, found)
    assert (arrived.submission is None) == (outcome is HELD)
    if outcome is HELD:
        assert proposed(calm_desk, arrived) == [MAEBASHI]


@pytest.mark.parametrize(
    ("sender", "found"),
    [
        ("tanaka@takasaki.example", ["IDN33"]),
        ("Tanaka@Takasaki.Example", ["IDN33"]),
        ("tanaka@maebashi.example", ["IDN15"]),
        ("tanaka@elsewhere.example", ["IDN15"]),
    ],
)
def test_domain_of_a_stranger(calm_desk: Desk, sender: str, found: list[str]) -> None:
    """A stranger in the domain of just one other unit is told of by that unit's name; in its own domain, or in none, it is not."""
    arrived = taken_in(calm_desk, calm_desk.filled(), sender, only_look=True)
    assert (arrived.outcome, codes(arrived)) == (TAKEN, found)
    sentences = "".join(each.told for each in arrived.findings)
    assert ("高崎市" in sentences) == ("名簿の「送付先」" not in sentences) == (found == ["IDN33"])


# -- what is typed inside ------------------------------------------------------------------


def over_the_line_of_the_unit(_: Desk, book: Workbook) -> None:
    book["様式1"]["E9"] = "高崎市"


def over_its_own_line(_: Desk, book: Workbook) -> None:
    book["様式1"]["E9"] = "前橋市役所"


@pytest.mark.parametrize(
    ("department", "change", "found"),
    [
        ("高崎市 長寿課", None, ["IDN11"]),
        ("高崎市役所", None, ["IDN11"]),
        ("健康部 長寿課", over_the_line_of_the_unit, ["IDN11", "STR08"]),
        ("前橋市 長寿課", None, []),
        ("高崎市医師会", None, []),
        ("健康部 長寿課", over_its_own_line, ["STR08"]),
    ],
)
def test_typed_name(
    calm_desk: Desk, department: str, change: Change | None, found: list[str]
) -> None:
    """Another unit named in 所属, or written over our own line, holds the file; its own name and other bodies do not."""
    data = calm_desk.filled(department=department)
    data = changed(data, lambda book: change(calm_desk, book)) if change else data
    arrived = taken_in(calm_desk, data, only_look=True)
    assert codes(arrived) == found
    assert arrived.outcome is (HELD if "IDN11" in found else TAKEN)
    if "IDN11" in found:
        assert proposed(calm_desk, arrived) == [TAKASAKI, MAEBASHI]


# -- the ticket ----------------------------------------------------------------------------


def _replace_ticket(book: Workbook, old: str, new: str, *, visible: bool, hidden: bool) -> None:
    for sheet in book.worksheets:
        if visible if sheet.sheet_state == "visible" else hidden:
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and old in cell.value:
                        cell.value = cell.value.replace(old, new)


def other_in_the_hidden_sheet(desk: Desk, book: Workbook) -> None:
    own, other = desk.fact().ticket, desk.fact(TAKASAKI).ticket
    _replace_ticket(book, own, other, visible=False, hidden=True)


def other_on_the_sheets(desk: Desk, book: Workbook) -> None:
    own, other = desk.fact().ticket, desk.fact(TAKASAKI).ticket
    _replace_ticket(book, own, other, visible=True, hidden=False)


def sheet_of_another_unit(desk: Desk, book: Workbook) -> None:
    copy = book.copy_worksheet(book["様式2"])
    copy["N1"] = f"整理番号 {desk.fact(TAKASAKI).ticket}"


def sheet_of_the_same_unit(_: Desk, book: Workbook) -> None:
    book.copy_worksheet(book["様式2"])


@pytest.mark.parametrize(
    "change", [other_in_the_hidden_sheet, other_on_the_sheets, sheet_of_another_unit]
)
def test_tickets_of_two_units(calm_desk: Desk, change: Change) -> None:
    """Wherever the second one stands, the file is nobody's: not even by `accept --as`."""
    data = changed(calm_desk.filled(), lambda book: change(calm_desk, book))
    arrived = taken_in(calm_desk, data, only_look=True)
    assert (arrived.outcome, arrived.unit, codes(arrived)) == (HELD, "", ["IDN09"])
    assert proposed(calm_desk, arrived) == []


def test_a_sheet_copied_within_one_workbook(calm_desk: Desk) -> None:
    """The positive control: the same ticket twice is one ticket."""
    data = changed(calm_desk.filled(), lambda book: sheet_of_the_same_unit(calm_desk, book))
    arrived = taken_in(calm_desk, data, only_look=True)
    assert arrived.unit == MAEBASHI
    assert not [code for code in codes(arrived) if code.startswith("IDN")]


@pytest.mark.parametrize("keep", ["hidden", "property", "visible"])
def test_one_of_the_three_places_is_enough(calm_desk: Desk, keep: str) -> None:
    """With the ticket in only one place, in a real file, the return is taken in without a word."""

    def strip(book: Workbook) -> None:
        ticket = calm_desk.fact().ticket
        visible, hidden = keep != "visible", keep != "hidden"
        _replace_ticket(book, ticket, "", visible=visible, hidden=hidden)
        if keep != "property":
            book.custom_doc_props.props.clear()

    arrived = taken_in(calm_desk, changed(calm_desk.filled(), strip), only_look=True)
    own = [code for code in codes(arrived) if code.startswith("IDN")]
    assert (arrived.outcome, arrived.unit, own) == (TAKEN, MAEBASHI, [])


NAMED = "102016-1_前橋市_事前課題.xlsx"


@pytest.mark.parametrize(
    ("old", "new", "found", "name"),
    [
        ("102016-1", "102017-1", "IDN04", "返信.xlsx"),
        ("R0801", "R0802", "IDN03", "返信.xlsx"),
        ("-01-", "-02-", "IDN04", "返信.xlsx"),
        ("-J-", "-T-", "IDN04", NAMED),
        ("102016-1", "102024-1", "IDN04", NAMED),
        ("R0801", "Ｒ0801", "IDN02", NAMED),
    ],
)
def test_damaged_ticket(desk: Desk, old: str, new: str, found: str, name: str) -> None:
    """Written over everywhere it proves nothing; the codes are intact, so `accept --as` takes it in, and `undo` gives it back."""

    def damage(book: Workbook) -> None:
        ticket = desk.fact().ticket
        _replace_ticket(book, ticket, ticket.replace(old, new, 1), visible=True, hidden=True)
        book.custom_doc_props.props.clear()

    line = desk.take_in(name, changed(desk.filled(), damage))
    assert (line.arrived.outcome, codes(line.arrived)) == (HELD, [found])
    assert desk.ledger.standing(MAEBASHI, "jizen").submission is None
    assert proposed(desk, line.arrived) == [MAEBASHI]
    (held,) = desk.ledger.held
    taken = assign(desk.round, held.seq, MAEBASHI, "jizen", now=LATER, by=BY)
    assert (taken.unit, taken.number, taken.person) == (MAEBASHI, 1, "赤城花子")


# -- accept --as and undo ------------------------------------------------------------------


def state(ledger: Ledger) -> tuple[object, ...]:
    """All that follows from the ledger, but the numbers of its events and what was taken back."""
    booked = (ledger.arrivals, ledger.held, ledger.dismissed, ledger.contacts, ledger.notes)
    return (ledger.standings, *booked)


@pytest.mark.parametrize(("unit", "before"), [(MAEBASHI, True), (TAKASAKI, False)])
def test_undo_restores_the_state_exactly(desk: Desk, unit: str, before: bool) -> None:
    """Whomever a contradicting file was given to, and whatever was there: taken back, all is as it was."""
    if before:
        assert desk.take_in("高崎.xlsx", desk.filled(TAKASAKI)).arrived.outcome is TAKEN
        assert desk.take_in("前橋.xlsx", desk.filled()).arrived.outcome is TAKEN
    taken_in(desk, desk.filled(weaknesses=NEWER), FROM_TAKASAKI)
    was, (held,) = state(desk.ledger), desk.ledger.held
    assign(desk.round, held.seq, unit, "jizen", now=LATER, by=BY)
    assert state(desk.ledger) != was
    submission = desk.standing(unit).submission
    assert submission is not None and submission.assigned
    undo(desk.round, desk.ledger.last_event, "別の団体でした", now=LATER, by=BY)
    assert state(desk.ledger) == was


# -- what came before ----------------------------------------------------------------------


def _issued_again(desk: Desk) -> Desk:
    """前橋市 gets a second workbook with another deadline."""
    later = replace(desk.round.units[0], deadlines=(("", (NOW + timedelta(days=30)).date()),))
    changed_round = replace(desk.round, units=(later, *desk.round.units[1:3]))
    issue(changed_round, now=NOW + timedelta(days=1), by=BY)
    return desk


def test_older_workbook_after_a_newer_answer(desk: Desk) -> None:
    """An answer on the first workbook waits once one on the second is in; the other way round it is taken in."""
    older, older_again = desk.filled(), desk.filled(weaknesses=NEWER)
    _issued_again(desk)
    assert desk.take_in("旧様式.xlsx", older).arrived.outcome is TAKEN
    assert desk.take_in("新様式.xlsx", desk.filled()).arrived.outcome is TAKEN
    line = desk.take_in("旧様式（訂正）.xlsx", older_again)
    assert (line.arrived.outcome, codes(line.arrived)) == (HELD, ["IDN08", "IDN17"])
    assert [b.fact.number for b in desk.standing().submissions] == [1, 2]
    (held,) = desk.ledger.held
    taken = assign(desk.round, held.seq, MAEBASHI, "jizen", now=LATER, by=BY)
    assert (taken.number, taken.issue) == (3, 1)


def test_replaced_answers_saved_anew(desk: Desk) -> None:
    """The same answers in new bytes wait once others took their place; other answers are taken in, the same bytes known."""
    first, second = desk.filled(), desk.filled(weaknesses=NEWER)
    resaved = changed(first, lambda book: setattr(book.properties, "title", "別の保存"))
    assert desk.take_in("1.xlsx", first).arrived.outcome is TAKEN
    assert desk.take_in("2.xlsx", second).arrived.outcome is TAKEN
    line = desk.take_in("3.xlsx", resaved)
    assert (line.arrived.outcome, codes(line.arrived)) == (HELD, ["IDN18"])
    assert "第1回" in line.arrived.findings[0].sentence()
    assert codes(desk.take_in("4.xlsx", first).arrived)[-1] == "ARR02"
    assert desk.take_in("5.xlsx", second).arrived.outcome is SAME
    third = desk.filled(weaknesses="特にありません。")
    assert desk.take_in("6.xlsx", third).arrived.outcome is TAKEN


def test_form_of_another_unit(desk: Desk) -> None:
    """高崎市's workbook filled and named by 前橋市 waits; given to 前橋市 it counts as theirs, and 高崎市 still owes."""
    line = desk.take_in("102016-1_前橋市_事前課題.xlsx", desk.filled(TAKASAKI))
    assert (line.arrived.outcome, codes(line.arrived)) == (HELD, ["IDN10"])
    (held,) = desk.ledger.held
    assign(desk.round, held.seq, MAEBASHI, "jizen", now=LATER, by=BY)
    assert desk.standing(MAEBASHI).submission is not None
    assert desk.standing(TAKASAKI).submission is None


def test_folder_names_are_no_witness(desk: Desk, tmp_path: Path) -> None:
    """A folder called 桐生市 says nothing about the file in it; the file's own name does."""
    folder = tmp_path / "桐生市"
    folder.mkdir()
    (folder / "回答.xlsx").write_bytes(desk.filled())
    (folder / "桐生市.xlsx").write_bytes(desk.filled(TAKASAKI))
    lines = receive(desk.round, given_files([tmp_path / "桐生市"]), now=LATER, by=BY).lines
    assert {x.file.name: (x.arrived.outcome, codes(x.arrived)) for x in lines} == {
        "回答.xlsx": (TAKEN, []),
        "桐生市.xlsx": (HELD, ["IDN10"]),
    }
    assert proposed(desk, lines[1].arrived) == [KIRYU, TAKASAKI]


def test_foreign_prefecture(desk: Desk) -> None:
    """Another prefecture's key makes the same words another ticket; under the own key they are taken in."""
    line = desk.take_in("返信.xlsx", desk.with_ticket(key=KEY[::-1]))
    assert (line.arrived.outcome, codes(line.arrived)) == (HELD, ["IDN04"])
    assert desk.take_in("返信2.xlsx", desk.with_ticket()).arrived.outcome is TAKEN
