"""`status`: where every unit stands on a day, and what to do next."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from xlsx_pdca.cli.program import run
from xlsx_pdca.cli.status_command import _nothing_to_do
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Exempted, Extended, booking
from xlsx_pdca.ledger import Status
from xlsx_pdca.workflows.acceptance import accept
from xlsx_pdca.workflows.collect import dropped_files
from xlsx_pdca.workflows.standing import Overview, overview
from xlsx_pdca.workflows.steps import undo

DUE = date(2026, 9, 15)


def seen(desk: Desk, today: date = DUE) -> Overview:
    waiting = len(dropped_files(desk.round.folder.drop))
    return overview(desk.round, desk.ledger, today=today, waiting_files=waiting)


def statuses(now: Overview) -> dict[str, Status]:
    """Status of 事前課題 by unit, those without an issue left out."""
    return {
        line.unit.id: line.status
        for line in now.lines
        if line.form == "jizen" and line.standing.issues
    }


def test_every_unit_has_a_line_for_every_form(desk: Desk) -> None:
    """35 units times two forms, in the order of 管理簿, whatever happened."""
    now = seen(desk)
    assert len(now.lines) == 35 * 2
    assert [line.unit.id for line in now.lines[:3]] == [MAEBASHI, TAKASAKI, KIRYU]
    assert now.counts()["事前課題"] == {Status.SENT: 3, Status.NOT_SENT: 32}


def test_statuses_follow_the_events(desk: Desk) -> None:
    """送付済 → 受信（未確認）→ 確認済; the others stay where they are."""
    assert set(statuses(seen(desk)).values()) == {Status.SENT}
    desk.take_in("返信.xlsx", desk.filled())
    assert statuses(seen(desk)) == {
        MAEBASHI: Status.RECEIVED, TAKASAKI: Status.SENT, KIRYU: Status.SENT,
    }  # fmt: skip
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    assert statuses(seen(desk))[MAEBASHI] is Status.ACCEPTED


def test_what_was_answered_is_never_out_of_sight(desk: Desk) -> None:
    """A submission to be looked at stays on the list when its unit leaves 名簿 or its form is switched off."""
    desk.take_in("返信.xlsx", desk.filled(population="約十万"))
    others = replace(desk.round, units=desk.round.units[1:])
    without = {form: spec for form, spec in desk.round.forms.items() if form != "jizen"}
    for changed in (desk.round, others, replace(desk.round, forms=without)):
        now = overview(changed, desk.ledger, today=DUE, waiting_files=0)
        assert [(line.unit.id, line.title) for line in now.doubtful] == [(MAEBASHI, "事前課題")]


def test_missing_only_after_the_deadline(desk: Desk) -> None:
    """On the last day nobody is missing; the day after, whoever has sent nothing is."""
    desk.take_in("返信.xlsx", desk.filled())
    assert Status.MISSING not in statuses(seen(desk)).values()
    late = statuses(seen(desk, DUE + timedelta(days=1)))
    assert late == {MAEBASHI: Status.RECEIVED, TAKASAKI: Status.MISSING, KIRYU: Status.MISSING}


def test_extension_and_exemption(desk: Desk) -> None:
    """A longer deadline of its own, and a unit that need not answer."""
    facts = [
        Extended(TAKASAKI, "jizen", DUE + timedelta(days=7)),
        Exempted(KIRYU, "jizen", "災害対応のため"),
    ]
    with desk.round.log.writing() as writer:
        writer.append([booking(fact, at=NOW, by=BY) for fact in facts])
    late = statuses(seen(desk, DUE + timedelta(days=1)))
    assert late == {
        MAEBASHI: Status.MISSING, TAKASAKI: Status.EXTENDED, KIRYU: Status.EXEMPT,
    }  # fmt: skip
    assert statuses(seen(desk, DUE + timedelta(days=8)))[TAKASAKI] is Status.MISSING


def test_unit_exempt_by_the_roster(desk: Desk) -> None:
    """対象外 in 名簿 holds without an event."""
    units = (replace(desk.round.units[0], exempt=True), *desk.round.units[1:])
    now = seen(Desk(replace(desk.round, units=units)))
    assert statuses(now)[MAEBASHI] is Status.EXEMPT


def test_next_steps_in_the_order_of_the_work(desk: Desk) -> None:
    """Each step is named while something waits for it, with how many, and disappears when it is done."""
    held = desk.take_in("102032-1_桐生市_事前課題.xlsx", desk.filled())
    desk.take_in("高崎.xlsx", desk.filled(TAKASAKI, strengths=""))
    desk.take_in("桐生.xlsx", desk.filled(KIRYU))
    desk.drop("まだ.xlsx", b"x")
    steps = seen(desk, DUE + timedelta(days=1)).next_steps
    words = ("issue", "receive", "accept --file", "merge", "accept --all", "期限を過ぎて")
    assert [word in step for word, step in zip(words, steps, strict=True)] == [True] * 6
    counts = [step.rsplit("件", 1)[0][-2:].strip("。化作成 ") for step in steps]
    assert counts == ["64", "1", "1", "1", "1", "4"]
    assert held.needs_person


def status_command(desk: Desk, screen: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """Exit code and result of `status`."""
    code = run(["status", "--round", str(desk.root), *words])
    return code, screen.readouterr().out


@pytest.fixture
def on_the_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDCA_NOW", "2026-09-15T09:00:00+09:00")


@pytest.mark.usefixtures("on_the_last_day")
def test_open_points_need_a_person_until_they_are_accepted(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The unit, its number of points and the ways on are named, the sentences stand in the list; accepted, all is quiet."""
    desk.take_in("前橋.xlsx", desk.filled())
    assert status_command(desk, capsys)[0] == ExitCode.OK
    desk.take_in("高崎.xlsx", desk.filled(TAKASAKI, strengths="", population="約10万"))
    code, shown = status_command(desk, capsys)
    assert code == ExitCode.NEEDS_PERSON
    assert "1件（高崎市2点）" in shown and f"accept {TAKASAKI}" in shown and "確認事項" in shown
    code, shown = status_command(desk, capsys, "--list")
    assert code == ExitCode.NEEDS_PERSON
    assert shown.count("が空欄です。") == 1 and shown.count("数字として読み取れませんでした") == 1
    accept(desk.round, [TAKASAKI], now=NOW, by=BY)
    code, shown = status_command(desk, capsys, "--list")
    assert code == ExitCode.OK
    assert "が空欄です" not in shown


def test_at_most_five_units_are_named(desk: Desk) -> None:
    """The rest is a number; signs in a name are just signs."""
    desk.take_in("前橋.xlsx", desk.filled(strengths=""))
    (line,) = seen(desk).doubtful
    many = tuple(replace(line, unit=replace(line.unit, name=f"第{n}{{市}}")) for n in range(1, 8))
    (step,) = Overview(many, (), 0).next_steps
    assert "7件（第1{市}1点、第2{市}1点、第3{市}1点、第4{市}1点、第5{市}1点、ほか2件）" in step


@pytest.mark.usefixtures("on_the_last_day")
def test_what_is_awaited_is_said(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """With nothing to do, how many answers are out and until when; with all of them in, no more than that."""
    small = Desk(replace(desk.round, units=desk.round.units[:3]))
    day = desk.fact().deadline
    now = replace(seen(small), lines=tuple(x for x in seen(small).lines if x.form == "jizen"))
    assert (len(now.awaited), now.next_steps) == (3, ())
    assert _nothing_to_do(now).startswith(
        "今することはありません。回答を待っています（3件、期限 令和8年"
    )
    assert day is not None and f"{day.month}月{day.day}日" in _nothing_to_do(now)
    assert _nothing_to_do(replace(now, lines=())) == "今することはありません。"


def test_nothing_left_to_do(desk: Desk) -> None:
    """With only the three units in 名簿, all accepted, no step is left."""
    small = Desk(replace(desk.round, units=desk.round.units[:3]))
    for number, unit in enumerate((MAEBASHI, TAKASAKI, KIRYU)):
        desk.take_in(f"{number}.xlsx", desk.filled(unit))
    accept(desk.round, [], everyone=True, now=NOW, by=BY)
    assert [line.status for line in seen(small).lines if line.form == "jizen"] == [
        Status.ACCEPTED
    ] * 3
    assert seen(small).next_steps == ()


def test_open_points_are_those_of_the_newest_submission(desk: Desk) -> None:
    """A better resubmission leaves nothing open; taking it back opens the point again."""

    def points() -> int:
        return next(line.open_points for line in seen(desk).lines if line.unit.id == MAEBASHI)

    desk.take_in("a.xlsx", desk.filled(strengths=""))
    assert points() == 1
    desk.take_in("b.xlsx", desk.filled())
    assert points() == 0
    undo(desk.round, desk.round.log.read()[-1].seq, "", now=NOW, by=BY)
    assert points() == 1


def test_points_are_listed_until_somebody_accepted(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`status --list` shows number and sentence of a received return, and neither once it is 確認済."""
    monkeypatch.setenv("PDCA_NOW", "2026-09-15T09:00:00+09:00")
    desk.take_in("a.xlsx", desk.filled(strengths=""))
    listing = ["status", "--list", "--round", str(desk.root)]
    run(listing)
    before = capsys.readouterr().out
    assert "○受信（未確認）" in before and "必ず確認 1点\n　　" in before
    assert run(["accept", MAEBASHI, "--round", str(desk.root)]) == ExitCode.OK
    capsys.readouterr()
    run(listing)
    after = capsys.readouterr().out
    assert "◎確認済" in after and "必ず確認" not in after


def test_command_lists_for_people_and_programs(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`status --list` and `status --json` say the same; a waiting file makes the exit code 1."""
    monkeypatch.setenv("PDCA_NOW", "2026-09-15T09:00:00+09:00")
    assert run(["status", "--round", str(desk.root)]) == ExitCode.OK
    desk.take_in("102032-1_桐生市_事前課題.xlsx", desk.filled())
    capsys.readouterr()
    assert run(["status", "--round", str(desk.root), "--list"]) == ExitCode.NEEDS_PERSON
    shown = capsys.readouterr().out
    assert f"受付番号{desk.ledger.held[0].seq}" in shown
    assert "事前課題　102016-1　前橋市　→送付済" in shown
    assert run(["status", "--round", str(desk.root), "--json"]) == ExitCode.NEEDS_PERSON
    told = json.loads(capsys.readouterr().out)
    assert [each["codes"] for each in told["held"]] == [["IDN10"]]
    assert {u["status"] for u in told["units"] if u["unit"] == MAEBASHI} == {"送付済"}
