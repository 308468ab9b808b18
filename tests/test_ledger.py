"""受付記録: statuses follow from the events alone."""

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsx_pdca.event import JST, Event
from xlsx_pdca.facts import (
    Accepted,
    Arrived,
    Asked,
    AskedPoint,
    CopyKind,
    Dismissed,
    Disposed,
    Exempted,
    Extended,
    Fact,
    Issued,
    MarkedCopy,
    Outcome,
    Sent,
    Submitted,
    Undone,
    booking,
    fact_of,
)
from xlsx_pdca.findings import Finding
from xlsx_pdca.ledger import Status, fold, must_check

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=JST)
UNIT, FORM = "102016-1", "jizen"
ISSUED = Issued(
    UNIT,
    FORM,
    1,
    "R0801-J-…",
    "4F2C9A",
    "p" * 64,
    "20_送付用/x.xlsx",
    "s" * 64,
    {},
    date(2026, 10, 15),
)
SENT = Sent(UNIT, FORM, date(2026, 10, 1))
MUST = Finding("ANS01", "様式1", "D8", context=(("label", "長所"),))


def submitted(number: int, arrival: int, findings: tuple[Finding, ...] = ()) -> Submitted:
    return Submitted(
        "a" * 64, UNIT, FORM, 1, "p" * 64, number, f"f{number}.xlsx", findings, arrival=arrival
    )


def events(*facts: Fact) -> list[Event]:
    return [
        Event.booked(booking(fact, at=NOW, by="県"), seq=seq, prev="0" * 64)
        for seq, fact in enumerate(facts, 1)
    ]


def status(*facts: Fact, today: date = date(2026, 10, 2)) -> Status:
    return fold(events(*facts)).standing(UNIT, FORM).status(today)


@pytest.mark.parametrize(
    ("facts", "today", "expected"),
    [
        ((), date(2026, 10, 2), Status.NOT_SENT),
        ((ISSUED,), date(2026, 10, 2), Status.NOT_SENT),
        ((ISSUED, SENT), date(2026, 10, 15), Status.SENT),
        ((ISSUED, SENT), date(2026, 10, 16), Status.MISSING),
        (
            (ISSUED, SENT, Extended(UNIT, FORM, date(2026, 10, 20))),
            date(2026, 10, 20),
            Status.EXTENDED,
        ),
        (
            (ISSUED, SENT, Extended(UNIT, FORM, date(2026, 10, 20))),
            date(2026, 10, 21),
            Status.MISSING,
        ),
        ((ISSUED, SENT, submitted(1, 3)), date(2026, 10, 30), Status.RECEIVED),
        ((ISSUED, submitted(1, 3), Asked(UNIT, FORM, 1)), date(2026, 10, 30), Status.ASKED),
        ((ISSUED, submitted(1, 3), Accepted(UNIT, FORM, 1)), date(2026, 10, 30), Status.ACCEPTED),
        ((ISSUED, Exempted(UNIT, FORM, "統合")), date(2026, 10, 30), Status.EXEMPT),
    ],
)
def test_status_follows_events(facts: tuple[Fact, ...], today: date, expected: Status) -> None:
    """Each status arises from exactly the events that mean it, deadlines included on their last day."""
    assert status(*facts, today=today) is expected


def test_a_newer_workbook_has_to_be_sent_anew() -> None:
    """Sent, then issued again: 未送付（差替え）until the new one is sent; past the deadline 未提出 all the same."""
    again = replace(ISSUED, issue=2, ticket="2")
    before, after = (ISSUED, SENT), (ISSUED, SENT, again)
    assert (status(*before), status(*after)) == (Status.SENT, Status.NOT_SENT)
    assert status(*after, SENT) is Status.SENT
    assert status(*after, today=date(2026, 10, 16)) is Status.MISSING
    assert status(*after, submitted(1, 3)) is Status.RECEIVED
    standings = [fold(events(*facts)).standing(UNIT, FORM) for facts in (before, after)]
    assert [s.is_replaced for s in standings] == [False, True]
    assert not fold(events(ISSUED)).standing(UNIT, FORM).is_replaced


def test_newer_submission_needs_acceptance_of_its_own() -> None:
    """Accepting the first file says nothing of the second."""
    facts = (ISSUED, submitted(1, 2), Accepted(UNIT, FORM, 1), submitted(2, 4))
    assert status(*facts) is Status.RECEIVED
    assert status(*facts, Accepted(UNIT, FORM, 2)) is Status.ACCEPTED


def test_undo_takes_back_one_event_and_can_be_taken_back() -> None:
    """`undo` removes an acceptance; undoing the undo restores it."""
    facts = (ISSUED, submitted(1, 2), Accepted(UNIT, FORM, 1))
    assert status(*facts) is Status.ACCEPTED
    assert status(*facts, Undone(3)) is Status.RECEIVED
    assert status(*facts, Undone(3), Undone(4)) is Status.ACCEPTED


def arrived(outcome: Outcome, digit: str = "b", inside: str = "") -> Arrived:
    return Arrived(digit * 64, "前橋市.xlsx", "40_届いたファイル", 10, outcome, inside=inside)


def test_held_files_wait_until_assigned_or_laid_aside() -> None:
    """A held or unreadable file is listed until a person acts; a taken-in one never is."""
    waiting = fold(
        events(arrived(Outcome.HELD), arrived(Outcome.REFUSED), arrived(Outcome.SUBMISSION, "c"))
    )
    assert [b.seq for b in waiting.held] == [1, 2]
    acted = fold(
        events(arrived(Outcome.HELD), arrived(Outcome.REFUSED), submitted(1, 1), Dismissed(2))
    )
    assert acted.held == ()


def test_what_a_password_opened_waits_no_more() -> None:
    """A file that could not be read is settled by the same bytes read later; a closed entry by the same entry of the same archive."""
    closed, entry = (
        arrived(Outcome.REFUSED),
        replace(arrived(Outcome.REFUSED, inside="z"), sha256=""),
    )
    waiting = fold(events(closed, entry, arrived(Outcome.HELD, "d", inside="y")))
    assert [b.seq for b in waiting.held] == [1, 2, 3]
    opened = fold(events(closed, entry, arrived(Outcome.SAME_FILE, "c", inside="z")))
    assert [b.seq for b in opened.held] == [1]
    assert fold(events(closed, arrived(Outcome.SUBMISSION))).held == ()


def test_arrival_carries_its_submission() -> None:
    """A file taken in counts as a submission by its own line; undoing it makes the file wait for a person."""
    taken = replace(arrived(Outcome.SUBMISSION), submission=submitted(1, 0))
    ledger = fold(events(ISSUED, taken))
    assert ledger.standing(UNIT, FORM).submissions[0].fact.arrival == 2
    assert ledger.held == ()
    undone = fold(events(ISSUED, taken, Undone(2)))
    assert undone.standing(UNIT, FORM).submission is None
    assert [b.seq for b in undone.held] == [2]


def test_only_must_findings_block_bulk_acceptance() -> None:
    """`must_check` keeps the findings of grade 必ず確認 and drops nothing else by accident."""
    assert must_check(submitted(1, 1, (MUST,))) == (MUST,)
    assert must_check(submitted(1, 1)) == ()


def test_unknown_event_types_are_passed_over() -> None:
    """An event type of a later release changes nothing we know."""
    later = Event(seq=3, at=NOW, by="県", type="from-the-future", data={"x": 1}, prev="0" * 64)
    assert fact_of(later) is None
    assert (
        fold([*events(ISSUED, SENT), later]).standing(UNIT, FORM).status(NOW.date()) is Status.SENT
    )


@given(
    st.lists(
        st.sampled_from([ISSUED, SENT, submitted(1, 2, (MUST,)), Accepted(UNIT, FORM, 1)]),
        max_size=6,
    )
)
def test_facts_survive_booking(facts: list[Fact]) -> None:
    """What is booked is what is read back, for every kind of fact."""
    assert [fact_of(event) for event in events(*facts)] == facts


POINT = AskedPoint(1, "ANS01", "strengths", "", "", "様式1", "D8", "記入をお願いします。", "長所")


def asking(number: int, mail: str, *points: AskedPoint) -> MarkedCopy:
    until = date(2026, 10, 20)
    return MarkedCopy(UNIT, FORM, number, "b" * 64, "60/x.xlsx", CopyKind.REFILLED, points, until, mail)  # fmt: skip


def test_what_was_asked_is_what_went_out() -> None:
    """A question written anew is asked only under the mail that went; one about an earlier return stays known."""
    first, second = asking(1, "<1>", POINT), asking(1, "<2>", replace(POINT, text="別の文"))
    facts: tuple[Fact, ...] = (ISSUED, submitted(1, 9), first, second)
    assert fold(events(*facts)).standing(UNIT, FORM).question is None
    went = Sent(UNIT, FORM, date(2026, 10, 9), "手作業", "<1>", "question", 1)
    facts = (*facts, went)
    standing = fold(events(*facts, Asked(UNIT, FORM, 1, "<1>"))).standing(UNIT, FORM)
    assert (standing.question, standing.is_asked) == (first, True)
    assert [b.fact for b in standing.marked] == [first, second]
    later = fold(events(*facts, Asked(UNIT, FORM, 1, "<1>"), submitted(2, 8)))
    assert later.standing(UNIT, FORM).question == first
    assert not later.standing(UNIT, FORM).is_asked
    back = fold(events(*facts, Asked(UNIT, FORM, 1, "<1>"), Undone(5))).standing(UNIT, FORM)
    assert (back.question, back.is_asked) == (None, False)


def test_ledgers_from_before_points_were_kept_are_read() -> None:
    """A marked copy and a question booked without points, kind, day and mail."""
    old = {"unit": UNIT, "form": FORM, "number": 1}
    copy = Event(3, NOW, "県", "marked", {**old, "sha256": "b" * 64, "file": "60/x.xlsx"})
    asked = Event(4, NOW, "県", "ask", old)
    standing = fold([*events(ISSUED, submitted(1, 9)), copy, asked]).standing(UNIT, FORM)
    assert standing.question == MarkedCopy(UNIT, FORM, 1, "b" * 64, "60/x.xlsx")
    assert standing.is_asked


def test_what_was_asked_goes_with_the_file_it_quotes() -> None:
    """Disposed of with the return it was asked about; the question quotes the answer."""
    facts = (ISSUED, submitted(1, 2), asking(1, "<1>", POINT), Asked(UNIT, FORM, 1, "<1>"))
    assert fold(events(*facts)).standing(UNIT, FORM).marked
    gone = fold(events(*facts, Disposed(2, ("a" * 64,)))).standing(UNIT, FORM)
    assert (gone.marked, gone.question) == ((), None)
