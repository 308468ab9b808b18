"""A person's acts: accept, assign, lay aside, mark as sent, and every one of them taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import openpyxl
import pytest

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, codes
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.facts import Outcome, Submitted
from xlsx_pdca.ledger import Status
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.summary import SummaryInput
from xlsx_pdca.workflows.acceptance import Acceptance, accept, assign, dismiss
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.merge import CONSOLIDATED, DATA, PROGRESS, merge
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.standing import overview
from xlsx_pdca.workflows.steps import recent_steps, undo
from xlsx_pdca.workflows.summary_state import Sources, summary_input
from xlsx_pdca.workflows.told_sent import mark_sent
from xlsx_pdca.workflows.trouble import Weight
from xlsx_pdca.workflows.verify import verify

LATER = NOW + timedelta(days=20)
DUE = date(2026, 9, 15)


def accepted(desk: Desk, *units: str, everyone: bool = False, dry_run: bool = False) -> Acceptance:
    return accept(desk.round, units, everyone=everyone, now=LATER, by=BY, dry_run=dry_run)


def wrong(desk: Desk) -> list[str]:
    troubles = verify(desk.round.folder).troubles
    return [str(t) for t in troubles if t.weight > Weight.REMARK]


def status(desk: Desk, unit: str = MAEBASHI) -> Status:
    return desk.standing(unit).status(DUE)


@pytest.fixture
def three(desk: Desk) -> Desk:
    """A clear return of 前橋市, one of 高崎市 with an open 必ず確認, none of 桐生市."""
    desk.drop("前橋.xlsx", desk.filled())
    desk.drop("高崎.xlsx", desk.filled(TAKASAKI, strengths=""), minute=1)
    desk.receive()
    return desk


# -- accept --------------------------------------------------------------------------------


def test_receiving_accepts_nothing(three: Desk) -> None:
    """A clear return is received, not accepted: that is a person's act."""
    assert status(three) is Status.RECEIVED


def test_accept_all_leaves_what_must_be_checked(three: Desk) -> None:
    """`--all` takes the clear ones and names those it left."""
    done = accepted(three, everyone=True)
    assert [s.unit for s in done.accepted] == [MAEBASHI]
    assert [s.unit for s in done.left] == [TAKASAKI]
    assert (status(three), status(three, TAKASAKI)) == (Status.ACCEPTED, Status.RECEIVED)


def test_named_unit_is_accepted_whatever_is_open(three: Desk) -> None:
    """The person has decided; all findings stay in the record."""
    accepted(three, TAKASAKI)
    assert status(three, TAKASAKI) is Status.ACCEPTED
    submission = three.standing(TAKASAKI).submission
    assert submission is not None
    assert [each.code for each in submission.findings] == ["ANS01"]


def test_unit_that_left_the_list_is_accepted_by_name(three: Desk) -> None:
    """What a unit sent before it was taken out of 名簿 is accepted like any other."""
    rest = tuple(unit for unit in three.round.units if unit.id != MAEBASHI)
    accepted(Desk(replace(three.round, units=rest)), MAEBASHI)
    assert status(three) is Status.ACCEPTED


def test_accepting_twice_books_once(three: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What is accepted already is passed over, and said."""
    done = accepted(three, MAEBASHI)
    assert (len(done.accepted), done.already) == (1, ())
    again = accepted(three, MAEBASHI)
    assert (again.accepted, [s.unit for s in again.already]) == ((), [MAEBASHI])
    assert len(three.standing().accepted) == 1
    assert run(["accept", MAEBASHI, "--round", str(three.root)]) == ExitCode.OK
    assert capsys.readouterr().err == "前橋市「事前課題」は、すでに確認済です。\n"


def test_dry_run_books_nothing(three: Desk) -> None:
    """The plan is told, and the status stays."""
    assert [s.unit for s in accepted(three, everyone=True, dry_run=True).accepted] == [MAEBASHI]
    assert status(three) is Status.RECEIVED


def test_later_submission_must_be_accepted_anew(three: Desk) -> None:
    """An acceptance is of one submission; a newer one is only received."""
    accepted(three, MAEBASHI)
    three.take_in("訂正.xlsx", three.filled(weaknesses="会議の時間が取れない。"))
    assert status(three) is Status.RECEIVED


@pytest.mark.parametrize(
    ("unit", "words"), [("999999-1", "名簿にない"), (KIRYU, "まだ提出がありません")]
)
def test_what_cannot_be_accepted(three: Desk, unit: str, words: str) -> None:
    """An unknown unit, or one that has sent nothing, is refused, and nobody beside it is accepted."""
    with pytest.raises(UsageError, match=words):
        accepted(three, MAEBASHI, unit)
    assert status(three) is Status.RECEIVED


# -- held files ----------------------------------------------------------------------------


@pytest.fixture
def held(desk: Desk) -> int:
    """Receipt number of a file that waits: 前橋市's return under the name of 桐生市."""
    line = desk.take_in("102032-1_桐生市_事前課題.xlsx", desk.filled())
    assert line.arrived.outcome is Outcome.HELD
    (booked,) = desk.ledger.held
    return booked.seq


def assigned(desk: Desk, arrival: int, unit: str = MAEBASHI) -> Submitted:
    return assign(desk.round, arrival, unit, "jizen", now=LATER, by=BY)


def test_held_file_becomes_a_submission(desk: Desk, held: int) -> None:
    """`accept --as`: the file is the unit's submission, its copy stands in 50_受領済, nothing waits any more."""
    taken = assigned(desk, held)
    assert (taken.unit, taken.number, taken.assigned, taken.person) == (
        MAEBASHI, 1, True, "赤城花子",
    )  # fmt: skip
    assert desk.standing().submission == taken
    assert desk.ledger.held == ()
    assert desk.copies == ["102016-1_前橋市_事前課題_第1回.xlsx"]
    assert status(desk) is Status.RECEIVED


def test_file_of_another_unit_may_be_assigned(desk: Desk, held: int) -> None:
    """桐生市 wrote into 前橋市's workbook: read as it was sent, without a finding on its printed name."""
    taken = assigned(desk, held, KIRYU)
    assert (taken.unit, taken.findings) == (KIRYU, ())
    assert desk.standing(KIRYU).submission == taken
    assert desk.standing().submission is None


def test_older_file_takes_no_newer_ones_place(desk: Desk, held: int) -> None:
    """A held file is not taken in over one that came after it; once that one is taken back, it is."""
    newer = desk.take_in("訂正.xlsx", desk.filled(weaknesses="会議の時間が取れない。")).arrived
    assert newer.outcome is Outcome.SUBMISSION
    with pytest.raises(UsageError, match="より後に届いた"):
        assigned(desk, held)
    submission = desk.standing().submission
    assert submission is not None
    assert submission.sha256 == newer.sha256
    undo(desk.round, desk.ledger.arrivals[-1].seq, "古い方に替える", now=LATER, by=BY)
    assert assigned(desk, held).assigned


def test_held_file_is_read_by_the_plan_it_was_issued_with(desk: Desk, held: int) -> None:
    """A form edited since changes nothing in what an earlier return says."""
    plan = desk.fact().plan
    form = replace(desk.round.forms["jizen"], purpose="改めてお尋ねします。")
    edited = replace(
        desk.round, units=desk.round.units[:3], forms={**desk.round.forms, "jizen": form}
    )
    issue(edited, now=NOW + timedelta(days=1), by=BY)
    assert desk.fact().plan != plan
    taken = assigned(desk, held)
    assert (taken.plan, taken.issue, taken.findings) == (plan, 1, ())


def test_held_file_laid_aside(desk: Desk, held: int) -> None:
    """A dismissed file waits no more, its bytes stay, and it is nobody's submission."""
    dismiss(desk.round, [held], "重複のため", now=LATER, by=BY)
    assert desk.ledger.held == ()
    (booked,) = desk.ledger.arrivals
    assert Archive.of_originals(desk.round.folder.originals).has(booked.fact.sha256)
    assert status(desk) is Status.SENT


def test_reason_and_name_stand_wherever_the_act_does(
    desk: Desk, held: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, number and reason on the screen of `undo`, in 収受簿 and in データ集; undone, they are gone from the books."""
    name, reason = "102032-1_桐生市_事前課題.xlsx", "研修会の名簿のため"
    dismiss(desk.round, [held], reason, now=LATER, by=BY)
    run(["undo", "--round", str(desk.root)])
    words = f"受付番号{held}のファイル「{name}」を取り扱わないことにした（理由：{reason}）"
    assert words in capsys.readouterr().out
    assert register_line(desk, name) == (str(held), f"取り扱わない（理由：{reason}）", reason)
    undone(desk, "取り扱わない")
    assert register_line(desk, name) == (str(held), "保留（県で確認）", None)


def register_line(desk: Desk, name: str) -> tuple[object, object, object]:
    """受付番号 and 取扱い of a file in 収受簿, and the reason in データ集."""
    merge(desk.round, now=LATER, by=BY)
    folder = desk.round.folder.summaries
    progress = openpyxl.load_workbook(folder / PROGRESS)["収受簿"]
    data = openpyxl.load_workbook(folder / DATA)["受信ファイル一覧"]
    (line,) = [row for row in progress.iter_rows(values_only=True) if name in row]
    heads, *rows = data.iter_rows(values_only=True)
    (row,) = [dict(zip(heads, row, strict=True)) for row in rows if name in row]
    assert row["受付番号"] == line[0]
    return line[0], line[7], row["取扱いの理由"]


def test_register_names_whose_a_file_turned_out_to_be(desk: Desk, held: int) -> None:
    """A file assigned by a person stands under the unit it was given to."""
    assigned(desk, held, KIRYU)
    (arrival,) = summary(desk).arrivals
    assert (arrival.unit, arrival.submission, arrival.waits) == (KIRYU, 1, False)
    assert arrival.outcome == "提出として受付（県で指定）"


def summary(desk: Desk) -> SummaryInput:
    with Readings(desk.round.folder) as readings:
        sources = Sources(lambda taken, slots: None, readings.plan)
        return summary_input(desk.round, desk.ledger, sources, now=LATER)


def test_held_is_one_number_everywhere(desk: Desk, held: int) -> None:
    """概況, 収受簿, `status` and `merge` count the same files: those that wait for a person."""
    desk.take_in("名簿.pdf", b"%PDF-1.7")
    desk.take_in("空.xlsx", b"")
    assert len(desk.ledger.held) == 3
    assert sum(arrival.waits for arrival in summary(desk).arrivals) == 3
    assert merge(desk.round, now=LATER, by=BY).held == 3
    book = openpyxl.load_workbook(desk.round.folder.summaries / CONSOLIDATED)
    texts = [str(c.value) for row in book["概況"].iter_rows() for c in row if c.value]
    assert [text for text in texts if text.startswith("届いたファイル 3件。")]
    assert overview(desk.round, desk.ledger, today=DUE, waiting_files=0).held == desk.ledger.held
    dismiss(desk.round, [held], "重複", now=LATER, by=BY)
    assert sum(arrival.waits for arrival in summary(desk).arrivals) == 2


def test_several_are_laid_aside_together_or_not_at_all(desk: Desk, held: int) -> None:
    """One number that does not wait: nothing is booked; without it all of them are, for one reason."""
    desk.take_in("名簿.pdf", b"%PDF-1.7")
    numbers = [booked.seq for booked in desk.ledger.held]
    assert len(numbers) == 2
    accept_these = ["accept", "--round", str(desk.root), "--dismiss", "添付資料"]
    options = [word for seq in numbers for word in ("--file", str(seq))]
    assert run([*accept_these, *options, "--file", "999"]) == ExitCode.USAGE
    assert [booked.seq for booked in desk.ledger.held] == numbers
    assert run([*accept_these, *options]) == ExitCode.OK
    assert desk.ledger.held == ()


def test_only_what_waits_can_be_decided(desk: Desk, held: int) -> None:
    """A number that does not wait is refused, with the numbers that do; nor can a file be decided twice."""
    with pytest.raises(UsageError, match=f"保留中の受付番号は {held}"):
        assigned(desk, held + 1)
    assigned(desk, held)
    with pytest.raises(UsageError, match="いま保留中のファイルはありません"):
        dismiss(desk.round, [held], "", now=LATER, by=BY)


def test_unit_without_an_issued_form(desk: Desk, held: int) -> None:
    """A file cannot be the answer of a unit that was never asked."""
    with pytest.raises(UsageError, match="作成していません"):
        assigned(desk, held, "102041-1")
    assert len(desk.ledger.held) == 1


def test_unreadable_file_cannot_be_assigned(desk: Desk) -> None:
    """What is no workbook stays what it is."""
    desk.take_in("回答.pdf", b"%PDF-1.7")
    (booked,) = desk.ledger.held
    with pytest.raises(UsageError, match="提出とすることができません"):
        assigned(desk, booked.seq)


def test_accept_all_leaves_whom_a_newer_file_waits_for(desk: Desk) -> None:
    """Beside a newer held file the older submission is named and left; by name it can still be accepted."""
    desk.take_in("返信.xlsx", desk.filled())
    assert not accepted(desk, everyone=True, dry_run=True).waiting
    desk.take_in("後任.xlsx", desk.filled(name="榛名 次郎"))
    done = accepted(desk, everyone=True)
    assert (done.accepted, done.left, [s.unit for s in done.waiting]) == ((), (), [MAEBASHI])
    (held,) = desk.ledger.held
    dismiss(desk.round, [held.seq], "送り間違い", now=LATER, by=BY)
    assert [s.unit for s in accepted(desk, everyone=True).accepted] == [MAEBASHI]


def test_status_does_not_offer_what_all_would_leave(desk: Desk) -> None:
    """次にすること counts for `accept --all` only those it would take."""
    desk.take_in("返信.xlsx", desk.filled())

    def offered() -> bool:
        seen = overview(desk.round, desk.ledger, today=DUE, waiting_files=0)
        return any("accept --all" in step for step in seen.next_steps)

    assert offered()
    desk.take_in("後任.xlsx", desk.filled(name="榛名 次郎"))
    assert not offered()


@pytest.mark.parametrize("decision", [("--as", MAEBASHI), ("--dismiss", "送り間違い")])
def test_dry_run_decides_nothing(
    desk: Desk, held: int, decision: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """`accept --file` with --dry-run tells what would be, and the file still waits."""
    command = ["accept", "--file", str(held), *decision, "--round", str(desk.root)]
    before = desk.round.folder.events.read_bytes()
    assert run([*command, "--dry-run"]) == ExitCode.OK
    assert "予定です" in capsys.readouterr().err
    assert desk.round.folder.events.read_bytes() == before
    assert desk.copies == []
    assert run(command) == ExitCode.OK
    assert desk.ledger.held == ()


def test_file_of_another_form_cannot_be_assigned(desk: Desk, held: int) -> None:
    """A workbook in which the form has no field is refused; as its own form it is taken."""
    assert desk.ledger.standing(MAEBASHI, "tojitsu").issues
    with pytest.raises(UsageError, match="回答欄が一つも見当たりません"):
        assign(desk.round, held, MAEBASHI, "tojitsu", now=LATER, by=BY)
    assert assigned(desk, held).form == "jizen"


# -- sent ----------------------------------------------------------------------------------


def test_marked_as_sent_once(desk: Desk) -> None:
    """What was booked as sent before is not booked again; a unit never issued to is passed over."""
    again = mark_sent(desk.round, [], everyone=True, on=DUE, now=LATER, by=BY)
    assert again.booked == ()
    assert [b.fact.on for b in desk.standing().sent] == [NOW.date()]
    assert desk.standing("102041-1").sent == ()


def test_nothing_goes_by_itself_to_who_has_answered(desk: Desk) -> None:
    """A new edition after the answer is told as such, and booked as sent only by name; who still owes one gets it."""
    desk.take_in("返信.xlsx", desk.filled())
    later = (("事前課題", DUE + timedelta(days=60)),)
    units = tuple(replace(unit, deadlines=later) for unit in desk.round.units[:2])
    books = issue(replace(desk.round, units=units), now=LATER, by=BY).books
    assert [(b.unit, b.is_answered) for b in books] == [(MAEBASHI, True), (TAKASAKI, False)]

    def sent(*named: str, everyone: bool = False) -> list[str]:
        done = mark_sent(desk.round, named, everyone=everyone, on=LATER.date(), now=LATER, by=BY)
        return [standing.unit for standing in done.booked]

    assert sent(everyone=True) == [TAKASAKI]
    assert sent(MAEBASHI) == [MAEBASHI]


# -- undo ----------------------------------------------------------------------------------


def undone(desk: Desk, words: str) -> None:
    """Take back the newest act whose description holds these words."""
    step = next(s for s in recent_steps(desk.round) if words in s.words)
    undo(desk.round, step.seq, "誤り", now=LATER, by=BY)


def test_acceptance_taken_back(three: Desk) -> None:
    """The submission is received again, as before."""
    accepted(three, MAEBASHI)
    undone(three, "確認済にした")
    assert status(three) is Status.RECEIVED


def test_submission_taken_back(three: Desk) -> None:
    """The file waits for a person again, its copy too; the number is not given twice."""
    undone(three, "前橋市（102016-1）「事前課題」第1回の提出を受け付けた")
    assert status(three) is Status.SENT
    (booked,) = three.ledger.held
    assert booked.fact.unit == MAEBASHI
    waiting = f"受付{booked.seq}_前橋.xlsx"
    assert waiting in three.laid_out["保留"]
    assert [n for n in three.copies if n.startswith(MAEBASHI)] == []
    assert assigned(three, booked.seq).number == 2
    assert waiting not in three.laid_out.get("保留", [])
    assert [n for n in three.copies if n.startswith(MAEBASHI)] == [
        "102016-1_前橋市_事前課題_第2回.xlsx",
    ]


def test_copies_follow_every_undo(three: Desk) -> None:
    """Taken back it lies in 保留, brought back in its form's folder; `verify` finds nothing left over."""
    copies, laid_out = three.copies, three.laid_out
    undone(three, "前橋市（102016-1）「事前課題」第1回の提出を受け付けた")
    assert (three.copies, three.laid_out) != (copies, laid_out)
    undone(three, "を取り消した")
    assert (three.copies, three.laid_out) == (copies, laid_out)
    assert wrong(three) == []


def test_a_copy_left_by_an_undo_cut_off_goes_with_the_next_run(three: Desk) -> None:
    """`verify` names it, and `receive` takes it away; what somebody had changed in it is kept under another name."""
    first = next(three.round.folder.received.rglob("102016-1*第1回.xlsx"))
    second = next(three.round.folder.received.rglob("102024-1*第1回.xlsx"))
    kept = first.read_bytes()
    undone(three, "前橋市（102016-1）「事前課題」第1回の提出を受け付けた")
    second.chmod(0o644)
    second.write_bytes(b"changed")
    undone(three, "高崎市（102024-1）「事前課題」第1回の提出を受け付けた")
    assert second.with_stem(f"{second.stem}_書き換えられた控え1").read_bytes() == b"changed"
    assert wrong(three) == []
    first.write_bytes(kept)
    (told,) = wrong(three)
    assert "取り消した" in told and first.name in told
    three.receive()
    assert not first.exists()
    assert wrong(three) == []


def test_newer_submission_taken_back_leaves_the_older(three: Desk) -> None:
    """After taking back the second submission the first one counts again."""
    three.take_in("訂正.xlsx", three.filled(weaknesses="会議の時間が取れない。"))
    undone(three, "第2回の提出を受け付けた")
    submission = three.standing().submission
    assert submission is not None
    assert submission.number == 1
    line = three.take_in("再訂正.xlsx", three.filled(weaknesses="人手が足りない。"))
    assert line.arrived.submission is not None
    assert line.arrived.submission.number == 3


def test_assignment_and_dismissal_taken_back(desk: Desk, held: int) -> None:
    """In both cases the file waits again under its number."""
    assigned(desk, held)
    undone(desk, "受け付けた")
    assert [b.seq for b in desk.ledger.held] == [held]
    dismiss(desk.round, [held], "", now=LATER, by=BY)
    undone(desk, "取り扱わない")
    assert [b.seq for b in desk.ledger.held] == [held]


def test_an_undo_taken_back(three: Desk) -> None:
    """Taking back an `undo` brings the act back."""
    accepted(three, MAEBASHI)
    undone(three, "確認済にした")
    undone(three, "取り消した")
    assert status(three) is Status.ACCEPTED


def test_a_file_laid_aside_is_no_submission_again(desk: Desk) -> None:
    """Taking back an `undo` is refused once the file was laid aside; after that is taken back it works."""
    desk.take_in("返信.xlsx", desk.filled())
    (arrival,) = (b.seq for b in desk.ledger.arrivals)
    undone(desk, "第1回の提出を受け付けた")
    dismiss(desk.round, [arrival], "別人の回答", now=LATER, by=BY)
    with pytest.raises(UsageError, match="取り扱わないこととした"):
        undone(desk, "を取り消した")
    assert desk.standing().submission is None
    undone(desk, "取り扱わない")
    undo(desk.round, arrival + 1, "誤り", now=LATER, by=BY)
    assert desk.standing().submission is not None


def test_an_older_file_never_slips_over_a_newer_one(desk: Desk) -> None:
    """While the newer one was taken back an older one was assigned: bringing the newer one back is refused."""
    desk.take_in("返信.xlsx", desk.filled())
    desk.take_in("古い.xlsx", desk.filled(name="榛名 一郎"))
    (old,) = (b.seq for b in desk.ledger.held)
    desk.take_in("新しい.xlsx", desk.filled(weaknesses="人手が足りない。"))
    undone(desk, "第2回の提出を受け付けた")
    back = len(desk.round.log.read())
    assigned(desk, old)
    with pytest.raises(UsageError, match=f"先に届いた受付番号{old}のファイル"):
        undo(desk.round, back, "誤り", now=LATER, by=BY)
    submission = desk.standing().submission
    assert submission is not None
    assert submission.arrival == old


def test_undo_says_what_stands_now(
    three: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The status a unit is back in, and the number under which a file waits again."""
    monkeypatch.setenv("PDCA_NOW", NOW.isoformat())

    def said(word: str) -> str:
        step = next(step for step in recent_steps(three.round) if word in step.words)
        assert run(["undo", str(step.seq), "--round", str(three.root)]) == ExitCode.OK
        return capsys.readouterr().err.splitlines()[-1]

    whose = f"前橋市（{MAEBASHI}）「事前課題」の状況は、"
    accepted(three, MAEBASHI)
    assert said("確認済にした") == f"{whose}受信（未確認）に戻りました。"
    back = said("前橋市（102016-1）「事前課題」第1回の提出を")
    (waiting,) = three.ledger.held
    assert (
        back
        == f"届いたファイルは、保留に戻りました（受付番号{waiting.seq}）。{whose}送付済に戻りました。"
    )
    dismiss(three.round, [waiting.seq], "重複", now=LATER, by=BY)
    assert said("取り扱わない") == f"届いたファイルは、保留に戻りました（受付番号{waiting.seq}）。"
    assert (
        said("取り扱わないことにした（理由：重複）ことを取り消した")
        == f"届いたファイルは、取り扱わないこととしたものに戻りました（受付番号{waiting.seq}）。"
    )
    assert said("取り扱わない") == f"届いたファイルは、保留に戻りました（受付番号{waiting.seq}）。"
    assert said("の提出を受け付けたことを取り消した") == f"{whose}受信（未確認）に戻りました。"
    assert said("前橋市（102016-1）「事前課題」第1回の提出を") == back
    capsys.readouterr()
    run(["status", "--round", str(three.root)])
    assert "受付を取り消したファイルです。" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "data", "remedy"),
    [
        ("地図.pdf", b"%PDF-1.7", "Excelブック（.xlsx）で改めて"),
        ("回答.7z", b"7z\xbc\xaf\x27\x1c" + bytes(26), "中のExcelファイルを取り出して"),
        ("空.xlsx", b"", "Excelブック（.xlsx）で改めて"),
    ],
)
def test_only_what_can_be_done_is_offered(
    desk: Desk, name: str, data: bytes, remedy: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a file no answer can be in the screens offer --dismiss alone, and --as says what to do instead."""
    desk.take_in(name, data)
    (waiting,) = desk.ledger.held
    where = ["--round", str(desk.root)]
    file = ["accept", "--file", str(waiting.seq)]
    run(["status", *where])
    ways = [
        text for text in capsys.readouterr().out.splitlines() if "→ " in text and "accept" in text
    ]
    assert ways and all(" --dismiss " in text for text in ways)
    assert run([*file, *where]) == ExitCode.USAGE
    assert "--as" not in capsys.readouterr().err
    assert run([*file, "--as", MAEBASHI, *where]) == ExitCode.USAGE
    assert remedy in capsys.readouterr().err
    assert desk.ledger.held == (waiting,)
    assert run([*file, "--dismiss", " ", *where]) == ExitCode.USAGE
    assert run([*file, "--dismiss", "添付資料", *where]) == ExitCode.OK
    assert desk.ledger.held == ()


def test_no_undo_makes_two_submissions_of_one_file(three: Desk) -> None:
    """A receipt taken back and decided anew is not brought back as well; once the decision is, it may be."""
    undone(three, "第1回の提出を受け付けた")
    taking_back = three.round.log.read()[-1]
    (waiting,) = three.ledger.held
    whose = waiting.fact.unit
    decided = assigned(three, waiting.seq, whose)
    length = len(three.round.log.read())
    with pytest.raises(UsageError, match="元に戻せません"):
        undo(three.round, taking_back.seq, "", now=LATER, by=BY)
    assert len(three.round.log.read()) == length
    assert three.standing(whose).submission == decided
    undo(three.round, length, "", now=LATER, by=BY)
    undo(three.round, taking_back.seq, "", now=LATER, by=BY)
    brought_back = three.standing(whose).submission
    assert brought_back is not None
    assert (brought_back.number, brought_back.sha256) == (1, decided.sha256)


def test_what_cannot_be_taken_back(three: Desk) -> None:
    """An act already taken back, and a number that is none, are refused; nothing is booked."""
    accepted(three, MAEBASHI)
    seq = recent_steps(three.round)[0].seq
    undo(three.round, seq, "", now=LATER, by=BY)
    length = len(three.round.log.read())
    for number, words in ((seq, "すでに取り消されています"), (9999, "取り消せません")):
        with pytest.raises(UsageError, match=words):
            undo(three.round, number, "", now=LATER, by=BY)
    assert len(three.round.log.read()) == length


def test_the_record_forgets_nothing(three: Desk) -> None:
    """Acts taken back stay in the ledger with who, when and why."""
    accepted(three, MAEBASHI)
    undone(three, "確認済にした")
    accept_event, undo_event = three.round.log.read()[-2:]
    assert (accept_event.type, undo_event.type) == ("accept", "undo")
    assert (undo_event.by, undo_event.data["reason"]) == (BY, "誤り")


def test_held_twins_one_assigned_one_laid_aside(desk: Desk) -> None:
    """Two differing files of one unit: the person takes one and lays the other aside."""
    desk.drop("a.xlsx", desk.filled())
    desk.drop("b.xlsx", desk.filled(weaknesses="会議の時間が取れない。"), minute=1)
    assert [codes(line.arrived) for line in desk.receive().lines] == [["ARR04"]] * 2
    one, other = desk.ledger.held
    assert assigned(desk, other.seq).number == 1
    dismiss(desk.round, [one.seq], "古い方", now=LATER, by=BY)
    assert desk.ledger.held == ()
    submission = desk.standing().submission
    assert submission is not None
    assert submission.sha256 == other.fact.sha256
