"""`rebuild`: what was lost comes back from what is left, and a ledger that stands is never touched."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook

from issued_round import BY, KEY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, changed, codes, make_round
from xlsx_pdca.cells import a1
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Outcome
from xlsx_pdca.plan import UNIT_NAME, WorkbookPlan
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.workflows.acceptance import assign
from xlsx_pdca.workflows.common_form import issue_common
from xlsx_pdca.workflows.issue import PLAN_COPIES, issue
from xlsx_pdca.workflows.merge import merge
from xlsx_pdca.workflows.proposals import Proposals
from xlsx_pdca.workflows.rebuild import NothingLeft, Restored, rebuild
from xlsx_pdca.workflows.steps import undo
from xlsx_pdca.workflows.trouble import Weight
from xlsx_pdca.workflows.verify import verify

FRESH = bytes(range(100, 132))


def rebuilt(desk: Desk, *, dry_run: bool = False) -> Restored:
    return rebuild(RoundFolder(desk.root), holder=BY, now=NOW, fresh_key=FRESH, dry_run=dry_run)


def wrong(desk: Desk) -> list[str]:
    troubles = verify(desk.round.folder).troubles
    return [str(t) for t in troubles if t.weight > Weight.REMARK]


def contents(root: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def answered_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two submissions of one unit, one of another, and a paper."""
    desk = Desk.at(make_round(tmp_path_factory.mktemp("answered") / "令和8年度_第1回"))
    desk.drop("返信.xlsx", desk.filled())
    desk.drop("別の団体.xlsx", desk.filled(TAKASAKI))
    desk.drop("案内.pdf", b"%PDF-1.4 x")
    desk.receive()
    desk.take_in("訂正.xlsx", desk.filled(strengths="連携が進んだ。"))
    return desk.root


@pytest.fixture
def answered(answered_round: Path, tmp_path: Path) -> Desk:
    return Desk.at(Path(shutil.copytree(answered_round, tmp_path / answered_round.name)))


def original(desk: Desk) -> Path:
    taken = desk.standing().submission
    assert taken is not None
    return desk.round.folder.originals / taken.sha256[:2] / taken.sha256


def plan_file(desk: Desk) -> Path:
    return desk.round.folder.plans / f"{desk.fact().plan}.json"


def overwrite(path: Path) -> None:
    path.chmod(0o644)
    path.write_bytes(b"x")


LOSSES: dict[str, Callable[[Desk], object]] = {
    "a copy": lambda d: next(d.round.folder.received.rglob("*第2回.xlsx")).unlink(),
    "a copy that was edited": lambda d: overwrite(next(d.round.folder.received.rglob("*第2回.xlsx"))),
    "all copies": lambda d: shutil.rmtree(d.round.folder.received),
    "a plan": lambda d: plan_file(d).unlink(),
    "a plan that was changed": lambda d: overwrite(plan_file(d)),
    "the plans beside the workbooks": lambda d: shutil.rmtree(d.round.folder.issued / PLAN_COPIES),
    "an original": lambda d: original(d).unlink(),
    "an original that was changed": lambda d: overwrite(original(d)),
    "the cache": lambda d: overwrite(d.round.folder.cache),
}  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES)
def test_what_was_lost_comes_back(answered: Desk, loss: str) -> None:
    """After it the round proves clean, and not a byte of the ledger has changed."""
    ledger = answered.round.folder.events.read_bytes()
    LOSSES[loss](answered)
    assert rebuilt(answered).lost == ()
    assert wrong(answered) == []
    assert answered.round.folder.events.read_bytes() == ledger


def test_a_dry_run_puts_nothing_back(answered: Desk) -> None:
    """It names what it would put back; the round is as wrong as before."""
    LOSSES["a copy"](answered)
    before = wrong(answered)
    assert before
    assert rebuilt(answered, dry_run=True).copies
    assert wrong(answered) == before


def test_an_edited_copy_is_kept_under_another_name(answered: Desk) -> None:
    """What somebody typed into a copy is not lost either."""
    copy = next(answered.round.folder.received.rglob("*第2回.xlsx"))
    overwrite(copy)
    assert rebuilt(answered).aside
    assert copy.with_stem(f"{copy.stem}_書き換えられた控え1").read_bytes() == b"x"


def test_what_is_nowhere_is_told(answered: Desk) -> None:
    """An original without any copy left is named, and the rest is put back all the same."""
    original(answered).unlink()
    next(answered.round.folder.received.rglob("*第2回.xlsx")).unlink()
    next(answered.round.folder.received.rglob("*第1回.xlsx")).unlink()
    done = rebuilt(answered)
    assert [name for name in done.lost if "訂正.xlsx" in name]
    assert len(done.copies) >= 1


# -- no ledger -------------------------------------------------------------------------------


def submissions(desk: Desk) -> dict[str, list[tuple[int, str, str]]]:
    return {
        unit: [(b.fact.number, b.fact.sha256, b.fact.file) for b in desk.standing(unit).submissions]
        for unit in (MAEBASHI, TAKASAKI, KIRYU)
    }


def keep_key(desk: Desk) -> None:
    desk.round.folder.key_file.parent.mkdir()
    desk.round.folder.key_file.write_bytes(KEY)


@pytest.mark.parametrize("has_key", [True, False])
def test_a_ledger_of_what_is_there(answered: Desk, *, has_key: bool) -> None:
    """Without the system folder: every workbook, slot value and submission is found again, and marked so."""
    before, issued = submissions(answered), dict(answered.ledger.tickets)
    answered.drop("桐生.xlsx", answered.filled(KIRYU))
    shutil.rmtree(answered.round.folder.system)
    if has_key:
        keep_key(answered)
    copies = contents(answered.round.folder.received)
    assert rebuilt(answered, dry_run=True).ledger is not None
    assert not answered.round.folder.events.exists()
    done = rebuilt(answered)
    assert done.unproved == (0 if has_key else 6)
    again = Desk.at(answered.root)
    assert submissions(again) == before
    assert again.ledger.tickets == issued
    assert wrong(again) == []
    assert verify(again.round.folder).unproved == done.unproved
    assert contents(again.round.folder.received) == copies
    events = again.round.log.read()
    assert events[0].type == "rebuild"
    assert all(e.data["rebuilt"] is True and e.by == BY for e in events)
    (line,) = again.receive().lines
    assert line.arrived.outcome is Outcome.SUBMISSION, (
        "returns on the old workbooks are still taken in"
    )
    assert merge(again.round, now=NOW, by=BY).returned == 3


def test_a_copy_that_names_another_unit_inside_waits(desk: Desk) -> None:
    """Whether a person had assigned it so, or had taken that back, only the lost ledger knew: both units are offered."""
    desk.take_in("桐生市.xlsx", desk.filled())
    (number,) = (booked.seq for booked in desk.ledger.held)
    assign(desk.round, number, KIRYU, "jizen", now=NOW, by=BY)
    assert desk.standing(KIRYU).submission is not None
    copies = contents(desk.round.folder.received)
    shutil.rmtree(desk.round.folder.system)
    keep_key(desk)
    found = rebuilt(desk).ledger
    assert found is not None and [Path(name).name for name in copies] == [
        held.name for held in found.held
    ]
    again = Desk.at(desk.root)
    assert not any(submissions(again).values())
    (held,) = again.ledger.held
    assert codes(held.fact) == ["ARR40"]
    proposed = Proposals.of(again.round, again.ledger).for_held(held)
    assert [each.unit for each in proposed] == [KIRYU, MAEBASHI]
    assert again.copies == []
    assert list(again.laid_out) == ["保留"]
    assert wrong(again) == []
    assign(again.round, held.seq, KIRYU, "jizen", now=NOW, by=BY)
    assert contents(desk.round.folder.received) == copies
    assert wrong(Desk.at(desk.root)) == []


def test_an_assignment_taken_back_is_nobodys_answer(desk: Desk) -> None:
    """Assigned to one unit, taken back and assigned to its own: without the ledger it counts for the latter only."""
    desk.take_in("桐生市.xlsx", desk.filled())
    (number,) = (booked.seq for booked in desk.ledger.held)
    assign(desk.round, number, KIRYU, "jizen", now=NOW, by=BY)
    undo(desk.round, number + 1, "誤り", now=NOW, by=BY)
    assign(desk.round, number, MAEBASHI, "jizen", now=NOW, by=BY)
    shutil.rmtree(desk.round.folder.system)
    keep_key(desk)
    rebuilt(desk)
    again = Desk.at(desk.root)
    assert {unit: len(taken) for unit, taken in submissions(again).items()} == {
        MAEBASHI: 1, TAKASAKI: 0, KIRYU: 0,
    }  # fmt: skip
    assert again.ledger.held == ()


def test_common_workbooks_are_nobodys(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A blank workbook for everybody is found again as such, and an answer on it as its unit's."""
    issue_common(desk.round, now=NOW, by=BY)
    common = desk.ledger.commons
    desk.drop("返信.xlsx", chosen(desk, "桐生市（102032-1）"))
    desk.receive()
    (number,) = (booked.seq for booked in desk.ledger.held)
    assign(desk.round, number, KIRYU, "jizen", now=NOW, by=BY)
    before = submissions(desk)
    shutil.rmtree(desk.round.folder.system)
    keep_key(desk)
    where = ["--round", str(desk.root)]
    assert run(["rebuild", "--dry-run", *where]) == ExitCode.NEEDS_PERSON
    told = capsys.readouterr()
    assert "作り直す予定です" in told.out and "ました" not in told.out + told.err
    assert run(["rebuild", *where]) == ExitCode.NEEDS_PERSON
    assert "代理入力" in capsys.readouterr().out
    again = Desk.at(desk.root)
    assert [b.fact for b in again.ledger.commons] == [b.fact for b in common]
    assert submissions(again) == before
    taken = again.standing(KIRYU).submission
    assert taken is not None and not taken.assigned and taken.plan == common[0].fact.plan
    assert {unit for unit, _ in again.ledger.standings} == {MAEBASHI, TAKASAKI, KIRYU}
    assert wrong(again) == []
    assert merge(again.round, now=NOW, by=BY).returned == 1
    assert verify(again.round.folder).issued == 6 + len(common)


def chosen(desk: Desk, choice: str) -> bytes:
    """The common workbook with the unit chosen in it and an answer."""
    (fact,) = (b.fact for b in desk.ledger.commons if b.fact.form == "jizen")
    plan = WorkbookPlan.from_json(desk.round.plans.get(fact.plan))

    def fill(book: Workbook) -> None:
        sheet, cell = book.defined_names[UNIT_NAME].attr_text.replace("$", "").split("!")
        book[sheet.strip("'")][cell.partition(":")[0]] = choice
        answer = next(a for a in plan.answers if a.field == "strengths")
        place = a1(answer.rect.top, answer.rect.left)
        book[plan.sheet(answer.sheet).name][place] = "連携が進んだ。"

    return changed((desk.root / fact.file).read_bytes(), fill)


def test_what_only_the_archive_holds_is_told(
    answered: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the ledger nobody knows what the paper was; that something is there is said. So is a key that is gone."""
    where = ["--round", str(answered.root)]
    answered.round.folder.events.unlink()
    for options in (["--dry-run"], []):
        assert run(["rebuild", *options, *where]) == ExitCode.NEEDS_PERSON
        assert "原本だけが残っているもの：1件" in capsys.readouterr().out
    answered.round.folder.key_file.unlink()
    assert run(["rebuild", *where]) == ExitCode.NEEDS_PERSON
    assert "鍵" in capsys.readouterr().out


def test_a_ledger_is_never_overwritten(answered: Desk) -> None:
    """With a single event in it the ledger stays as it is."""
    before = answered.round.folder.events.read_bytes()
    assert rebuilt(answered).ledger is None
    assert answered.round.folder.events.read_bytes() == before
    assert answered.round.log.begin([]) is False


def test_new_workbooks_after_a_lost_key(answered: Desk) -> None:
    """The next issue signs with the new key, and old and new tickets stand side by side."""
    shutil.rmtree(answered.round.folder.system)
    rebuilt(answered)
    again = Desk.at(answered.root)
    made = issue(again.round, now=NOW, by=BY)
    assert made.books
    assert wrong(again) == []


def test_nothing_left(answered: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Without workbooks or plans there is nothing to begin with, and nothing is written."""
    shutil.rmtree(answered.round.folder.system)
    shutil.rmtree(answered.round.folder.issued)
    answered.round.folder.issued.mkdir()
    with pytest.raises(NothingLeft):
        rebuilt(answered)
    assert not answered.round.folder.events.exists()
    assert run(["rebuild", "--round", str(answered.root)]) == ExitCode.FAULTY
    assert "バックアップ" in capsys.readouterr().err


def test_on_the_screen(answered: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What came back is named; a new ledger says what cannot be known."""
    copy = next(answered.round.folder.received.rglob("*第2回.xlsx"))
    copy.unlink()
    assert run(["rebuild", "--round", str(answered.root)]) == ExitCode.OK
    assert copy.name in capsys.readouterr().out
    shutil.rmtree(answered.round.folder.system)
    assert run(["rebuild", "--round", str(answered.root)]) == ExitCode.NEEDS_PERSON
    shown = capsys.readouterr().out
    assert "分かりません" in shown
    assert "未検証" in shown
