"""`issue` writes what is missing or changed, books it, and never touches what has been issued."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest

import small_form
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.form_settings import FormSetting
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_settings, gunma_units
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Exempted, Undone, booking, fact_of
from xlsx_pdca.ledger import fold
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.spec import Audience, Form, Heading, Note
from xlsx_pdca.store.disk_errors import DiskFull
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import Calls
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.workbook.lint import lint_package
from xlsx_pdca.workbook.officer_sheets import GUIDE_STEPS
from xlsx_pdca.workbook.stamp import MAX_ISSUED
from xlsx_pdca.workflows.issue import PLAN_COPIES, IssueResult, Step, issue
from xlsx_pdca.workflows.orders import NothingToIssue
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.slots import contact_text
from xlsx_pdca.workflows.told_sent import mark_sent

NOW = datetime(2026, 9, 1, 10, 30, tzinfo=JST)
KEY = bytes(range(32))
DEADLINE = date(2026, 10, 15)


@pytest.fixture
def small_round(tmp_path: Path) -> Round:
    """A round of three municipalities and one small form."""
    folder = RoundFolder(tmp_path / "令和8年度_第1回")
    folder.create()
    codes = shipped_codes()
    settings = gunma_settings(2026, date(2026, 9, 1), (FormSetting("small", True, DEADLINE),))
    forms = {"small": small_form.form()}
    return Round(folder, settings, gunma_units(codes)[:3], forms, codes, KEY, "見本 担当者")


def issued(round_: Round, *, days: int = 0, dry_run: bool = False) -> IssueResult:
    return issue(round_, now=NOW + timedelta(days=days), by="見本 担当者", dry_run=dry_run)


def files_of(round_: Round) -> dict[str, bytes]:
    """Everything below the round folder, but for the lock."""
    root = round_.folder.root
    paths = (p for p in root.rglob("*") if p.is_file() and p != round_.folder.lock)
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in paths}


def texts(data: bytes) -> set[str]:
    """All texts of a workbook's visible sheets."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = (
        row for s in book if s.sheet_state == "visible" for row in s.iter_rows(values_only=True)
    )
    return {value for row in rows for value in row if isinstance(value, str)}


def with_forms(round_: Round, forms: Mapping[str, Form]) -> Round:
    settings = tuple(FormSetting(form, True, DEADLINE) for form in forms)
    return replace(round_, forms=forms, settings=replace(round_.settings, forms=settings))


def test_every_unit_gets_its_own_workbook(small_round: Round) -> None:
    """Named, sound and small files whose texts are the unit's own."""
    result = issued(small_round)
    assert [book.file for book in result.books] == [
        "20_送付用/事前課題/102016-1_前橋市_事前課題.xlsx",
        "20_送付用/事前課題/102024-1_高崎市_事前課題.xlsx",
        "20_送付用/事前課題/102032-1_桐生市_事前課題.xlsx",
    ]
    assert {book.step for book in result.books} == {Step.NEW}
    for book in result.books:
        data = (small_round.folder.root / book.file).read_bytes()
        assert lint_package(data) == ()
        assert len(data) < MAX_ISSUED
        shown = texts(data)
        assert f"{book.name}（自治体担当者）　提出期限 令和8年10月15日（木）" in shown
        assert f"整理番号 {book.ticket}" in shown


def test_what_was_sent_is_booked(small_round: Round) -> None:
    """The event holds digest, plan, edition, genuine ticket, slot values and deadline."""
    issued(small_round)
    events = small_round.log.read()
    assert [e.type for e in events] == ["issue"] * 3
    assert {(e.at, e.by) for e in events} == {(NOW, "見本 担当者")}
    fact = fold(events).standing("102016-1", "small").issue
    assert fact is not None
    assert sha256((small_round.folder.root / fact.file).read_bytes()).hexdigest() == fact.sha256
    (ticket,) = find_tickets(fact.ticket)
    assert ticket.is_genuine(KEY)
    assert (ticket.round, ticket.unit, ticket.issue) == ("R0801", "102016-1", 1)
    plan = WorkbookPlan.from_json(small_round.plans.get(fact.plan))
    assert plan.edition == ticket.edition == fact.edition
    assert fact.slots["covers"] == "前橋市"
    assert fact.slots["ticket"] == fact.ticket
    assert fact.deadline == DEADLINE


def test_plan_is_kept_beside_the_workbooks_too(small_round: Round) -> None:
    """20_送付用 alone is enough to find the frozen plan again."""
    issued(small_round)
    (copy,) = (small_round.folder.issued / PLAN_COPIES).iterdir()
    assert copy.read_bytes() == next(small_round.folder.plans.iterdir()).read_bytes()
    assert WorkbookPlan.from_json(copy.read_bytes()).digest == copy.stem


def test_repeating_writes_and_books_nothing(small_round: Round) -> None:
    """A second run, a day later, leaves every byte of the round as it was."""
    issued(small_round)
    before = files_of(small_round)
    result = issued(small_round, days=1)
    assert (result.books, result.unchanged, result.altered) == ((), 3, ())
    assert files_of(small_round) == before


def test_dry_run_tells_the_same_and_writes_nothing(small_round: Round) -> None:
    """The plan of the work equals the work."""
    before = files_of(small_round)
    told = issued(small_round, dry_run=True)
    assert files_of(small_round) == before
    assert told.books == issued(small_round).books


def test_a_unit_added_later_is_the_only_one_issued(small_round: Round) -> None:
    """The others stay as they were sent."""
    issued(small_round)
    before = files_of(small_round)
    more = replace(small_round, units=gunma_units(shipped_codes())[:4])
    (book,) = issued(more).books
    assert (book.unit, book.number, book.step) == ("102041-1", 1, Step.NEW)
    assert len(more.log.read()) == 4
    after = files_of(more)
    assert all(after[name] == data for name, data in before.items() if name.endswith(".xlsx"))


def test_a_changed_unit_gets_a_new_number(small_round: Round) -> None:
    """Another name or deadline makes a second workbook beside the first, and says what differs."""
    issued(small_round)
    first, second, third = small_round.units
    changed = replace(small_round, units=(
        replace(first, deadlines=(("", date(2026, 11, 2)),)), replace(second, area="西毛"), third,
    ))  # fmt: skip
    (book,) = issued(changed).books
    assert (book.unit, book.number, book.step) == ("102016-1", 2, Step.CHANGED)
    assert book.changes == ("提出期限",)
    assert book.file.endswith("102016-1_前橋市_事前課題_第2版.xlsx")
    assert "-102016-1-02-" in book.ticket
    folder = small_round.folder.issued_of("事前課題")
    assert (folder / "102016-1_前橋市_事前課題.xlsx").exists()
    assert "提出期限 令和8年11月2日（月）" in " ".join(
        texts((small_round.folder.root / book.file).read_bytes())
    )
    assert issued(changed, days=1).books == ()


def test_a_new_officer_replaces_only_what_is_not_out_yet(small_round: Round) -> None:
    """Another telephone number makes new workbooks for units not yet written to, and for nobody else."""
    issued(small_round)
    mark_sent(
        small_round, ["102016-1", "102024-1"], on=date(2026, 10, 1), now=NOW, by="見本 担当者"
    )
    other = replace(small_round, settings=replace(small_round.settings, telephone="027-000-9999"))
    (book,) = issued(other).books
    assert (book.unit, book.number, book.changes) == ("102032-1", 2, ("問合せ先",))
    assert issued(other, days=1).books == ()


def test_a_changed_form_is_a_new_edition_for_all(small_round: Round) -> None:
    """An edited question gives every unit a new workbook; the plans of both editions are kept."""
    issued(small_round)
    form = small_form.form()
    first, *others = form.sheets
    edited = replace(
        form, sheets=(replace(first, items=(*first.items, Heading("３　その他"))), *others)
    )
    result = issued(with_forms(small_round, {"small": edited}))
    assert {(b.step, b.number, b.changes) for b in result.books} == {
        (Step.CHANGED, 2, ("様式の内容",))
    }
    assert len(list(small_round.folder.plans.iterdir())) == 2


def test_a_lost_file_comes_back_byte_for_byte(small_round: Round) -> None:
    """An issued workbook that was moved away is written again and not booked again."""
    issued(small_round)
    before = files_of(small_round)
    lost = small_round.folder.issued_of("事前課題") / "102024-1_高崎市_事前課題.xlsx"
    lost.unlink()
    (book,) = issued(small_round, days=3).books
    assert (book.unit, book.step, book.number) == ("102024-1", Step.RESTORED, 1)
    assert files_of(small_round) == before


def test_a_file_somebody_saved_is_left_and_named(small_round: Round) -> None:
    """A workbook the officer changed by hand is neither overwritten nor issued anew."""
    issued(small_round)
    path = small_round.folder.issued_of("事前課題") / "102024-1_高崎市_事前課題.xlsx"
    path.write_bytes(b"changed")
    result = issued(small_round)
    assert (result.books, result.altered) == (
        (),
        ("20_送付用/事前課題/102024-1_高崎市_事前課題.xlsx",),
    )
    assert path.read_bytes() == b"changed"


def test_a_run_cut_off_before_booking_is_finished(small_round: Round) -> None:
    """Files written without their events are taken as they are when the inputs are the same."""
    issued(small_round)
    before = files_of(small_round)
    small_round.folder.events.unlink()
    result = issued(small_round)
    assert {(b.number, b.step) for b in result.books} == {(1, Step.NEW)}
    assert files_of(small_round) == before


def test_a_file_of_the_name_that_is_not_ours_is_never_overwritten(small_round: Round) -> None:
    """Something else under the name: the workbook takes the next number."""
    folder = small_round.folder.issued_of("事前課題")
    folder.mkdir(parents=True)
    (folder / "102016-1_前橋市_事前課題.xlsx").write_bytes(b"somebody else's")
    numbers = {b.unit: b.number for b in issued(small_round).books}
    assert numbers == {"102016-1": 2, "102024-1": 1, "102032-1": 1}
    assert (folder / "102016-1_前橋市_事前課題.xlsx").read_bytes() == b"somebody else's"


def test_a_number_taken_back_is_not_given_twice(small_round: Round) -> None:
    """After an issue was undone the next one has a number of its own."""
    issued(small_round)
    seq = small_round.log.read()[0].seq
    small_round.log.append([booking(Undone(seq), at=NOW, by="見本 担当者")])
    (book,) = issued(small_round).books
    assert (book.unit, book.number) == ("102016-1", 2)


def test_exempt_units_get_nothing(small_round: Round) -> None:
    """対象外 in 名簿 and 対象外 in the ledger are passed over and counted."""
    first, *others = small_round.units
    some = replace(small_round, units=(replace(first, exempt=True, exempt_reason="合併"), *others))
    fact = Exempted(unit="102024-1", form="small", reason="災害対応")
    some.log.append([booking(fact, at=NOW, by="見本 担当者")])
    result = issued(some)
    assert [b.unit for b in result.books] == ["102032-1"]
    assert result.exempt == 2


def test_a_joint_unit_names_all_it_answers_for(small_round: Round) -> None:
    """A desk's workbook lists its municipalities."""
    desk = gunma_desk(shipped_codes())
    (book,) = issued(replace(small_round, units=(desk,))).books
    assert "館林市、板倉町、明和町、千代田町、大泉町、邑楽町" in texts(
        (small_round.folder.root / book.file).read_bytes()
    )


def test_a_form_that_asks_a_unit_nothing_is_not_issued_to_it(small_round: Round) -> None:
    """A form for 都道府県担当者 only goes to nobody else."""
    form = small_form.form()
    only_prefecture = Audience(roles=frozenset({"都道府県担当者"}))
    closed = replace(
        form, sheets=tuple(replace(sheet, audience=only_prefecture) for sheet in form.sheets)
    )
    assert issued(with_forms(small_round, {"small": closed})).books == ()


def test_two_forms_go_to_two_folders(small_round: Round) -> None:
    """Each form has its folder; the same unit has a ticket for each."""
    other = replace(small_form.form(), id="other", letter="T", title="当日課題")
    result = issued(with_forms(small_round, {"small": small_form.form(), "other": other}))
    assert {Path(b.file).parent.name for b in result.books} == {"事前課題", "当日課題"}
    assert len({b.ticket for b in result.books}) == 6


def test_all_faults_are_named_before_anything_is_written(small_round: Round) -> None:
    """Two forms of one title, one of them with a sheet name Excel refuses: nothing is written."""
    form = small_form.form()
    first, *others = form.sheets
    wrong = replace(form, sheets=(replace(first, name="様式:1"), *others))
    before = files_of(small_round)
    with pytest.raises(FaultyDefinitions) as caught:
        issued(with_forms(small_round, {"small": wrong}))
    (fault,) = caught.value.faults
    assert (fault.file, fault.place) == ("10_様式/small/v1.toml", "シート「s1」")
    twin = replace(form, id="twin", letter="T")
    with pytest.raises(FaultyDefinitions, match="同じ名称"):
        issued(with_forms(small_round, {"small": form, "twin": twin}))
    assert files_of(small_round) == before
    assert issued(small_round).books


def test_a_value_that_fits_into_no_cell_is_refused(small_round: Round) -> None:
    """An office name of 33,000 signs is named with the unit; nothing is written."""
    long = replace(small_round, settings=replace(small_round.settings, office="室" * 33_000))
    with pytest.raises(FaultyDefinitions, match="前橋市"):
        issued(long)
    assert not list(small_round.folder.issued.iterdir())


def test_a_form_too_large_is_refused(small_round: Round) -> None:
    """A workbook over 80 KB is refused by the form's id before anything is written."""
    form = small_form.form()
    notes = tuple(Note(unpackable(number)) for number in range(900))
    first, *others = form.sheets
    large = replace(form, sheets=(replace(first, items=(*first.items, *notes)), *others))
    with pytest.raises(FaultyDefinitions, match="80 KB"):
        issued(with_forms(small_round, {"small": large}))
    assert not list(small_round.folder.issued.iterdir())


def unpackable(number: int) -> str:
    """Text that cannot be packed small."""
    return "".join(sha256(f"{number}-{part}".encode()).hexdigest() for part in range(4))


def test_no_form_switched_on(small_round: Round) -> None:
    """The officer is told where to switch one on."""
    with pytest.raises(NothingToIssue, match="様式"):
        issued(with_forms(small_round, {}))


def test_a_failed_disk_books_nothing(small_round: Round) -> None:
    """A disk that fills up while files are written: no event says they were; the next run finishes."""
    written = []

    def full_after_two(descriptor: int, data: memoryview) -> int:
        written.append(descriptor)
        if len(written) > 2:
            raise OSError(errno.ENOSPC, "full")
        return os.write(descriptor, data)

    with pytest.raises(DiskFull):
        issue(small_round, now=NOW, by="見本 担当者", calls=Calls(write=full_after_two))
    assert small_round.log.read() == ()
    assert len(list(small_round.folder.issued_of("事前課題").iterdir())) == 2
    result = issued(small_round)
    assert {(b.number, b.step) for b in result.books} == {(1, Step.NEW)}
    assert len(small_round.log.read()) == len(result.books) == 3


def test_password_of_the_settings_locks_the_sheets(small_round: Round) -> None:
    """With a password the sheets carry its hash, the same on every run."""
    locked = replace(small_round, settings=replace(small_round.settings, sheet_password="ひみつ"))
    (book, *_) = issued(locked).books
    data = (locked.folder.root / book.file).read_bytes()
    protection = openpyxl.load_workbook(io.BytesIO(data))["様式１"].protection
    assert protection.algorithmName == "SHA-512"
    assert issued(locked).books == ()


def test_events_read_back_as_facts(small_round: Round) -> None:
    """What was booked is understood again after a trip through the ledger's text."""
    issued(small_round)
    facts = [fact_of(event) for event in small_round.log.read()]
    assert [(f.unit, f.issue) for f in facts] == [
        ("102016-1", 1), ("102024-1", 1), ("102032-1", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({}, "県庁　見本 担当者\n電話 027-0　メール a@pref.example"),
        ({"officer": ""}, "県庁\n電話 027-0　メール a@pref.example"),
        ({"telephone": ""}, "県庁　見本 担当者\nメール a@pref.example"),
        ({"mail": ""}, "県庁　見本 担当者\n電話 027-0"),
        ({"telephone": "", "mail": ""}, "県庁　見本 担当者"),
    ],
)
def test_whom_to_ask_leaves_no_empty_words(missing: dict[str, str], said: str) -> None:
    """お問合せ先 names what is known, and 電話 or メール never stands without what follows it."""
    known = {
        "office": "県庁",
        "officer": "見本 担当者",
        "telephone": "027-0",
        "mail": "a@pref.example",
    }
    settings = replace(gunma_settings(2026, date(2026, 9, 1)), **{**known, **missing})
    assert contact_text(settings) == said


def test_the_copies_of_plans_tell_that_they_are_not_for_sending(small_round: Round) -> None:
    """What lies beside the folders of the forms says by its name that nobody sends it, and 使い方 names it."""
    issued(small_round)
    folders = {path.name for path in small_round.folder.issued.iterdir()}
    assert folders == {"事前課題", PLAN_COPIES}
    assert "送らない" in PLAN_COPIES
    assert any(PLAN_COPIES in text for _, text in GUIDE_STEPS)
