"""Points of a 確認依頼: solved only by what was returned, corrected or accepted; replies are shown and close nothing."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from issued_round import NOW
from xlsx_pdca.facts import Accepted, Asked, AskedPoint, Corrected, MarkedCopy, Submitted
from xlsx_pdca.findings import Finding, finding
from xlsx_pdca.ledger import Booked, Standing
from xlsx_pdca.points import (
    PointState,
    Solution,
    is_overdue,
    open_points,
    points_after,
    points_now,
    solved_words,
)

U, F = "102016-1", "jizen"
POPULATION, PURPOSE = ("population", "", ""), ("purpose", "daily", "")
UNTIL = date(2026, 10, 20)


def doubt(address: tuple[str, str, str], found: str = "三万人", code: str = "ANS04") -> Finding:
    return Finding(code, "様式1", "C5", *address, (("found", found),))


def reply(number: int, text: str) -> Finding:
    return finding(
        "STR61", sheet="御確認いただきたい点", cell=f"E{number + 5}", number=number, found=text
    )


def point(number: int, address: tuple[str, str, str], code: str = "ANS04") -> AskedPoint:
    return AskedPoint(number, code, *address, "様式1", "C5", "御確認ください。", "人口")


def booked(*facts: object) -> tuple[Booked, ...]:
    return tuple(Booked(n, NOW, "", fact) for n, fact in enumerate(facts, 1))


def told(number: int, *findings: Finding) -> Submitted:
    return Submitted(str(number), U, F, 1, "", number, "", findings, arrival=number)


def standing(*returns: Submitted, **more: tuple[Booked, ...]) -> Standing:
    """Two points asked about the first return, answers wished until 20 October."""
    points = (point(1, POPULATION), point(2, PURPOSE))
    question = MarkedCopy(U, F, 1, "", "", points=points, until=UNTIL)
    given = {"marked": booked(question), "asked": booked(Asked(U, F, 1)), **more}
    return Standing(U, F, submissions=booked(*returns), **given)  # type: ignore[arg-type]


BOTH = told(1, doubt(POPULATION), doubt(PURPOSE))


def states(now: Standing) -> list[tuple[str, str | None]]:
    return [(p.state.value, p.by.value if p.by else None) for p in points_now(now)]


def test_before_an_answer_all_are_open() -> None:
    """Nothing came since: the findings of the return itself close nothing."""
    assert states(standing(BOTH)) == [("未", None), ("未", None)]
    assert states(standing(replace(BOTH, findings=()))) == [("未", None), ("未", None)]


def test_what_is_gone_from_a_later_return_is_solved() -> None:
    """One was put right; the other is as it was."""
    now = standing(BOTH, told(2, doubt(PURPOSE)))
    assert states(now) == [("解決", "直していただいた"), ("未", None)]
    assert solved_words(points_now(now)) == (
        "確認をお願いした2点のうち1点が解決しました。残り：様式1 C5（人口）。"
    )
    done = standing(BOTH, told(2))
    assert solved_words(points_now(done)) == "確認をお願いした2点は、すべて解決しました。"


def test_another_answer_with_the_same_doubt_is_a_reply() -> None:
    """三万人 became 三万人くらい: something came, and she decides."""
    now = standing(BOTH, told(2, doubt(POPULATION, "三万人くらい"), doubt(PURPOSE)))
    assert states(now) == [("返答あり", None), ("未", None)]


def test_a_reply_beside_a_point_is_shown_and_closes_nothing() -> None:
    """With sheet and cell; it stays when a third return comes without it."""
    second = told(2, *BOTH.findings, reply(2, "このままで結構です。"))
    for now in (standing(BOTH, second), standing(BOTH, second, told(3, *BOTH.findings))):
        assert states(now) == [("未", None), ("返答あり", None)]
        (said,) = points_now(now)[1].replies
        assert (said.sheet, said.cell) == ("御確認いただきたい点", "E7")
        assert "返答あり" in solved_words(points_now(now))


def test_a_correction_counts_for_the_return_it_was_made_to() -> None:
    """県補正 at the address solves; one made to the return before the newest does not."""
    fixed = Corrected(U, F, 1, *POPULATION, "30000")
    assert states(standing(BOTH, corrections=booked(fixed)))[0] == ("解決", "県補正")
    again = standing(BOTH, told(2, *BOTH.findings), corrections=booked(fixed))
    assert states(again) == [("未", None), ("未", None)]


def test_acceptance_ends_all() -> None:
    """Of the newest return; that of an older one does not count."""
    done = standing(BOTH, accepted=booked(Accepted(U, F, 1)))
    assert states(done) == [("解決", "確認済")] * 2
    older = standing(BOTH, told(2, *BOTH.findings), accepted=booked(Accepted(U, F, 1)))
    assert states(older) == [("未", None), ("未", None)]


def test_what_was_only_drafted_is_not_asked() -> None:
    """A draft that did not go out has no points; the positive control went out."""
    assert not points_now(standing(BOTH, asked=()))
    assert points_now(standing(BOTH))


def test_a_point_without_address_stays_open_while_the_code_is_there() -> None:
    """About a sheet: the sheet may have another name by now."""
    question = MarkedCopy(U, F, 1, "", "", points=(point(1, ("", "", ""), "STR05"),))
    about = Finding("STR05", sheet="様式1 (2)")
    now = standing(BOTH, told(2, about), marked=booked(question))
    assert states(now)[0][0] != "解決"
    assert states(standing(BOTH, told(2), marked=booked(question)))[0][0] == "解決"


def test_asked_twice_counts_once() -> None:
    """A second letter about the same point takes the place of the first; numbers mean the second copy."""
    first = MarkedCopy(U, F, 1, "", "", points=(point(1, POPULATION), point(2, PURPOSE)))
    second = MarkedCopy(U, F, 2, "", "", points=(point(1, PURPOSE),))
    third = told(3, doubt(PURPOSE), reply(1, "はい"))
    now = standing(
        BOTH,
        told(2, doubt(PURPOSE)),
        third,
        marked=booked(first, second),
        asked=booked(Asked(U, F, 1), Asked(U, F, 2)),
    )
    assert states(now) == [("解決", "直していただいた"), ("返答あり", None)]


def test_a_dry_run_looks_at_a_return_that_is_not_booked() -> None:
    """`points_after` takes the return to be."""
    now = standing(BOTH)
    assert [p.state for p in points_after(now, told(2))] == [PointState.SOLVED] * 2
    assert len(open_points(points_now(now))) == 2


def test_late_is_late_only_while_an_answer_is_awaited() -> None:
    """The day itself is not late; neither is who answered or was accepted."""
    assert not is_overdue(standing(BOTH), UNTIL)
    after = date(2026, 10, 21)
    assert is_overdue(standing(BOTH), after)
    assert not is_overdue(standing(BOTH, told(2, *BOTH.findings)), after)
    assert not is_overdue(standing(BOTH, accepted=booked(Accepted(U, F, 1))), after)


@pytest.mark.parametrize("seed", range(60))
def test_solved_only_by_return_correction_or_acceptance(seed: int) -> None:
    """Whatever happened: 解決 exactly where one of the three is true, judged anew here."""
    dice = random.Random(seed)
    addresses = (POPULATION, PURPOSE)
    returns = [
        told(
            number,
            *(doubt(a, dice.choice("甲乙")) for a in addresses if dice.random() < 0.6),
            *(reply(n, "はい") for n in (1, 2) if dice.random() < 0.3),
        )
        for number in range(2, 2 + dice.randrange(3))
    ]
    fixed = [
        Corrected(U, F, dice.randrange(1, 4), *a, "1") for a in addresses if dice.random() < 0.3
    ]
    accepted = [Accepted(U, F, dice.randrange(1, 4))] if dice.random() < 0.2 else []
    now = standing(BOTH, *returns, corrections=booked(*fixed), accepted=booked(*accepted))
    newest = (BOTH, *returns)[-1]
    for each, address in zip(points_now(now), addresses, strict=True):
        is_gone = bool(returns) and not any(
            (f.code, f.field, f.column, f.row) == ("ANS04", *address) for f in newest.findings
        )
        is_fixed = any(
            (c.number, c.field, c.column, c.row) == (newest.number, *address) for c in fixed
        )
        is_accepted = any(a.number == newest.number for a in accepted)
        assert (each.state is PointState.SOLVED) == (is_gone or is_fixed or is_accepted)
        assert (each.by is Solution.RETURN) == is_gone
