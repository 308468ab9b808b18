"""Reminders: to those who are missing, and to nobody who has sent something, promised something, or just got a mail."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import body, lying, names, roster, writer
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import UsageError
from xlsx_pdca.facts import Exempted, Extended, booking
from xlsx_pdca.mailings import mailings
from xlsx_pdca.workflows.dispatch import not_dispatched, to_dispatch
from xlsx_pdca.workflows.drafts import Step
from xlsx_pdca.workflows.outbox import sent_events
from xlsx_pdca.workflows.remind import Reminders, book_contact, remind, telephone_list
from xlsx_pdca.workflows.send import Wish
from xlsx_pdca.workflows.told_sent import mark_sent

LATE = 16
"""Days after the round was made: past the deadline of 15 September."""


def reminded(desk: Desk, *units: str, day: int = LATE) -> Reminders:
    return remind(Desk.at(desk.root).round, Wish(frozenset(units), "jizen"), writer(day))


def reasons(found: Reminders) -> dict[str, str]:
    return {each.unit.id: each.reason for each in found.spared}


def reached(found: Reminders) -> set[str]:
    return {draft.drafted.addressee for draft in found.drafts.drafts}


def go_out(desk: Desk, day: int) -> None:
    """Everything that lies there is booked as sent."""
    with desk.round.log.writing() as log:
        for mail in mailings(desk.ledger):
            if mail.is_open:
                at = NOW + timedelta(days=day)
                log.append(list(sent_events(mail, at.date(), "手作業", now=at, by=BY)))


def test_only_who_is_missing(desk: Desk) -> None:
    """Who has answered gets no reminder; the others get theirs, with their own workbook and the words for after the deadline."""
    desk.take_in("102016-1_前橋市_事前課題.xlsx", desk.filled())
    found = reminded(desk)
    assert reached(found) == {TAKASAKI, KIRYU}
    mail = lying(desk)["102024-1_高崎市_再送.eml"]
    assert names(mail) == ["102024-1_高崎市_事前課題.xlsx"]
    assert (
        "御提出の期限（令和8年9月15日（火））を過ぎましたが、まだ届いていないようですので"
        in body(mail)
    )
    assert "令和8年9月1日にお送りした" in body(mail)
    assert "行き違いの場合は、御容赦ください" in body(mail)


def test_a_reminder_of_before_the_deadline_does_not_go_out_after_it(desk: Desk) -> None:
    """It speaks of a deadline to come; until that day it is sent as it was written."""
    reminded(desk, day=10)
    due, everybody = date(2026, 9, 15), Wish(frozenset())
    for day, goes in ((due - timedelta(days=1), 3), (due, 0), (due + timedelta(days=1), 0)):
        round_ = Desk.at(desk.root).round
        assert len(to_dispatch(round_, everybody, day)) == goes
        assert len(not_dispatched(round_, everybody, day)) == 3 - goes
    reminded(desk)
    after = due + timedelta(days=2)
    assert len(to_dispatch(Desk.at(desk.root).round, everybody, after)) == 3


def test_before_the_deadline_the_words_are_others(desk: Desk) -> None:
    """A few days before, the deadline is only brought to mind; long before, nobody is written to."""
    assert reached(reminded(desk, day=3)) == set()
    reminded(desk, day=10)
    assert "が近づいてまいりましたので" in body(lying(desk)["102024-1_高崎市_再送.eml"])
    assert "過ぎ" not in body(lying(desk)["102024-1_高崎市_再送.eml"])


def test_an_extension_is_respected(desk: Desk) -> None:
    """Who was given more time is not reminded long before it ends, and then with the day that holds."""
    with desk.round.log.writing() as log:
        log.append([booking(Extended(MAEBASHI, "jizen", date(2026, 9, 30)), at=NOW, by=BY)])
    found = reminded(desk)
    assert "まだ日があります" in reasons(found)[MAEBASHI]
    reminded(desk, MAEBASHI)
    assert "（令和8年9月30日（水））が近づいて" in body(lying(desk)["102016-1_前橋市_再送.eml"])


def test_who_is_exempt_gets_none(desk: Desk) -> None:
    """対象外, in 名簿 or by a booking."""
    roster(desk, u102016_1={"対象外": "○", "対象外の理由": "窓口"})
    with desk.round.log.writing() as log:
        log.append([booking(Exempted(TAKASAKI, "jizen"), at=NOW, by=BY)])
    assert reached(reminded(desk)) == {KIRYU}


def test_a_promise_is_respected(desk: Desk) -> None:
    """Until the promised day nothing is sent, on the day after it is; naming the unit overrides it."""
    until = date(2026, 9, 20)
    book_contact(desk.round, MAEBASHI, "週明けに送付予定", how="電話", until=until, now=NOW, by=BY)
    assert "令和8年9月20日までに御提出の予定" in reasons(reminded(desk))[MAEBASHI]
    assert MAEBASHI in reached(reminded(desk, MAEBASHI))
    assert MAEBASHI in reached(reminded(desk, day=20))


def test_a_draft_she_had_written_is_not_said_to_be_spared(desk: Desk) -> None:
    """By name, in spite of a promise: it lies there and goes out, and nothing says otherwise; a promise after it keeps it back."""
    until = date(2026, 9, 20)
    book_contact(desk.round, MAEBASHI, "予定", how="電話", until=until, now=NOW, by=BY)
    reminded(desk, MAEBASHI)
    found = reminded(desk)
    assert MAEBASHI not in reasons(found) and MAEBASHI in reached(found)
    book_contact(desk.round, MAEBASHI, "また予定", how="電話", until=until, now=NOW, by=BY)
    assert "御提出の予定" in reasons(reminded(desk))[MAEBASHI]


def test_status_counts_who_has_named_a_day(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of those missing (two forms of one unit); after that day they are missing like the others."""
    until = date(2026, 9, 20)
    book_contact(desk.round, MAEBASHI, "予定", how="電話", until=until, now=NOW, by=BY)
    for day, is_told in ((20, True), (21, False)):
        monkeypatch.setenv("PDCA_NOW", f"2026-09-{day}T09:00:00+09:00")
        capsys.readouterr()
        run(["status", "--round", str(desk.root)])
        assert ("うち2件は、御提出の予定の日を" in capsys.readouterr().out) is is_told


def test_a_held_file_is_looked_at_first(desk: Desk) -> None:
    """Who has sent something that waits is named instead, even when asked for by name."""
    desk.take_in("102016-1_前橋市.xlsx", desk.filled() + b"")
    desk.take_in("102024-1_高崎市_事前課題.xlsx", desk.with_ticket(unit=TAKASAKI, key=bytes(32)))
    found = reminded(desk, TAKASAKI, KIRYU)
    assert "が保留になっています" in reasons(found)[TAKASAKI]
    assert [each.needs_person for each in found.spared] == [True]
    assert reached(found) == {KIRYU}


def test_at_most_one_a_day_and_not_again_too_soon(desk: Desk) -> None:
    """After a reminder the next one waits for the interval; on the same day nobody gets two, even by name."""
    reminded(desk)
    go_out(desk, LATE)
    again = reminded(desk)
    assert reached(again) == set()
    assert set(reasons(reminded(desk, MAEBASHI)).values()) == {
        "この送付先には、今日すでにメールを送っています（明日以降に、もう一度実行してください）"
    }
    assert "3日たっていません" in reasons(reminded(desk, day=LATE + 2))[MAEBASHI]
    assert MAEBASHI in reached(reminded(desk, day=LATE + 3))


def test_a_reminder_is_no_second_sending(desk: Desk) -> None:
    """The day on which the form went out stays the first one."""
    reminded(desk)
    go_out(desk, LATE)
    standing = desk.standing()
    assert [b.fact.on for b in standing.sent] == [NOW.date()]
    assert len(standing.reminders) == 1
    assert standing.is_sent


def test_again_nothing_changes(desk: Desk) -> None:
    """A second run on the same day writes nothing; drafts of people who have answered since are taken away."""
    reminded(desk)
    events = desk.round.log.read()
    assert {d.step for d in reminded(desk).drafts.drafts} == {Step.KEPT}
    assert desk.round.log.read() == events
    desk.take_in("102016-1_前橋市_事前課題.xlsx", desk.filled())
    reminded(desk)
    assert "102016-1_前橋市_再送.eml" not in lying(desk)


def test_the_telephone_list(desk: Desk) -> None:
    """The morning after the deadline: number, person, what is missing, the last call and what was promised."""
    book_contact(
        desk.round, MAEBASHI, "担当者不在", how="電話", until=date(2026, 9, 20), now=NOW, by=BY
    )
    assert telephone_list(desk.round, desk.ledger, form="jizen", today=date(2026, 9, 15)) == ()
    lines = telephone_list(desk.round, desk.ledger, form="jizen", today=date(2026, 9, 16))
    assert [line.unit.id for line in lines] == [MAEBASHI, TAKASAKI, KIRYU]
    first = lines[0]
    assert (first.unit.telephone, first.forms) == ("027-000-0001", ("事前課題",))
    assert first.promised == date(2026, 9, 20)
    assert first.last == "令和8年9月1日 電話　担当者不在"


def test_a_contact_needs_words_and_a_day_to_come(desk: Desk) -> None:
    """Nothing is booked for an empty text, a unit nobody knows, or a promise that lies behind."""
    for unit, text, until in (
        (MAEBASHI, " ", None),
        ("999999-1", "a", None),
        (MAEBASHI, "a", date(2026, 8, 1)),
    ):
        with pytest.raises(UsageError):
            book_contact(desk.round, unit, text, how="電話", until=until, now=NOW, by=BY)
    assert desk.ledger.contacts == ()


def test_a_unit_waiting_for_its_new_workbook_is_not_reminded_of_the_old(desk: Desk) -> None:
    """Before the 差替え has gone out no reminder brings the former workbook to mind again."""
    from dataclasses import replace

    from xlsx_pdca.workflows.issue import issue

    roster(desk, u102016_1={"個別の期限": "事前課題：令和8年9月14日"})
    opened = Desk.at(desk.root).round
    issue(replace(opened, units=opened.units[:3]), now=NOW, by=BY)
    assert "（send）" in reasons(reminded(desk))[MAEBASHI]
    mark_sent(Desk.at(desk.root).round, [MAEBASHI], on=NOW.date(), now=NOW, by=BY)
    assert MAEBASHI in reached(reminded(desk))


def test_a_reminder_drafted_before_a_promise_stays_at_home(desk: Desk) -> None:
    """A day named after the draft was written, or a file that waits since: it is kept back; the neighbour's goes."""
    reminded(desk)
    round_ = Desk.at(desk.root).round
    today = (NOW + timedelta(days=LATE)).date()
    assert len(to_dispatch(round_, Wish(), today)) == 3
    at = NOW + timedelta(days=LATE, minutes=5)
    book_contact(
        round_, MAEBASHI, "来週", how="電話", until=today + timedelta(days=7), now=at, by=BY
    )
    held = desk.with_ticket(unit=TAKASAKI, key=bytes(32))
    Desk.at(desk.root).take_in("102024-1_高崎市_事前課題.xlsx", held)
    going = [m.fact.addressee for m in to_dispatch(Desk.at(desk.root).round, Wish(), today)]
    assert going == [KIRYU]
