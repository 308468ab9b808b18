"""Digests, names and counts of the summary: order does not matter, a joint answer is counted once."""

from dataclasses import replace

import pytest

from gunma_round import answer_at, gunma_round
from xlsx_pdca.ledger import Status
from xlsx_pdca.submission import State
from xlsx_pdca.summary import Place, answers_digest, codes_of
from xlsx_pdca.views.counts import ColumnCount, counts

ROUND = gunma_round()


def test_the_digest_follows_the_answers() -> None:
    """Order does not change the digest of a row, a changed text or state does."""
    reading = next(r.reading for r in ROUND.returns if r.reading)
    answers = reading.answers
    digest = answers_digest(answers)
    assert answers_digest(reversed(answers)) == digest
    assert answers_digest((replace(answers[0], raw="別の文"), *answers[1:])) != digest
    assert answers_digest((replace(answers[0], state=State.NONE), *answers[1:])) != digest


def test_counts_take_a_joint_answer_once() -> None:
    """Asked and returned are counts of units; exempt ones are left out."""
    by_form = {form.form: form for form in counts(ROUND)}
    jizen = by_form["jizen"]
    assert (jizen.asked, jizen.returned) == (31, 28)
    assert sum(n for _, n, _ in jizen.by_area) == jizen.asked
    assert sum(n for _, _, n in jizen.by_area) == jizen.returned
    assert dict(by_form["tojitsu"].by_status)[Status.EXEMPT] == 1
    assert len([u for u in ROUND.units if len(codes_of(u)) == 6]) == 1


def test_a_tick_alone_is_no_answer() -> None:
    """A return that only says まだ検討していない counts as such; with one answer beside the tick it is answered."""
    returned = next(r for r in ROUND.returns if r.form == "jizen" and r.is_in)
    assert returned.reading
    plan = ROUND.plan_of(returned)

    def said(*filled: str) -> ColumnCount:
        given = tuple(
            answer_at(plan, place, "○" if place.column == "daily" and place.field in filled else "")
            for place in plan.answers
        )
        only = replace(returned, reading=replace(returned.reading, answers=given))
        (form,) = [c for c in counts(replace(ROUND, returns=(only,))) if c.form == "jizen"]
        return form.by_column[0]

    label, tick = "日常の療養支援", "まだ検討していない"
    assert said("not_yet") == ColumnCount(label, 0, 1, 0, tick)
    assert said("not_yet", "purpose") == ColumnCount(label, 1, 0, 0, tick)
    assert said() == ColumnCount(label, 0, 0, 1, tick)


@pytest.mark.parametrize(
    ("area", "name"),
    [
        ("太田・館林", "太田・館林圏域"),
        ("富山医療圏", "富山医療圏"),
        ("県央圏域", "県央圏域"),
        ("", ""),
    ],
)
def test_the_name_of_an_area_ends_in_area_once(area: str, name: str) -> None:
    """圏域 is added to a bare name alone."""
    assert Place("162019", "富山市", area).area_name == name
