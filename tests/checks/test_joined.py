"""Files of several people joined answer by answer: nothing lost, nothing doubled, whatever the order."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from itertools import permutations

import pytest

import books
from books import ANSWERS, Address
from xlsx_pdca.checks import read_return
from xlsx_pdca.checks.joined import NOT_CHOSEN, Choices, JoinedReading, Part, join, questions
from xlsx_pdca.submission import Reading, State

PEOPLE = ("赤城 花子", "榛名 太郎", "妙義 次郎")
TEXTS = tuple(a.address for a in books.plan().answers if a.field not in ("desk", "not_yet"))
"""Answers anybody may type anything into; what is no list."""


def reading(answers: Mapping[Address, str]) -> Reading:
    return read_return(books.fill(books.blank_book(), answers), books.plan(), books.slots())


def part(arrival: int, answers: Mapping[Address, str]) -> Part:
    return Part(arrival, reading(answers), answers.get(("name", "", ""), "").replace(" ", ""))


def random_parts(seed: int) -> tuple[tuple[Part, ...], list[dict[Address, str]]]:
    """Three people's copies: of each answer nobody, one or several say something, sometimes the same."""
    chance = random.Random(seed)
    typed: list[dict[Address, str]] = [{("name", "", ""): person} for person in PEOPLE]
    for address in TEXTS[1:]:
        shared = f"皆で決めたこと{chance.random()}"
        for number, own in enumerate(typed):
            match chance.randrange(4):
                case 0:
                    own[address] = shared
                case 1:
                    own[address] = f"{number}番の考え{chance.random()}"
    return tuple(part(n, answers) for n, answers in enumerate(typed, 21)), typed


def random_choices(parts: tuple[Part, ...], seed: int) -> Choices:
    chance = random.Random(seed)
    found: dict[Address, tuple[int, ...]] = {}
    for asked in questions(books.plan(), parts):
        said = [p.arrival for p, _ in asked.said]
        if asked.differs:
            every = tuple(said) if asked.is_joinable else ()
            found[asked.place.address] = (
                asked.usual or (chance.random() < 0.4 and every) or (chance.choice(said),)
            )
    return found


def told(joined: JoinedReading) -> dict[Address, str]:
    """Every text of a joined reading by address: the answer, and what was not chosen beside it."""
    found = {a.address: a.raw for a in joined.reading.answers}
    for each in joined.reading.findings:
        if each.code == NOT_CHOSEN:
            found[each.address] += "\n" + dict(each.context)["found"]
    return found


@pytest.mark.parametrize("seed", range(12))
def test_every_text_of_everybody_stands_somewhere_once(seed: int) -> None:
    """Whatever three people filled in and whatever was decided, each text is an answer or a finding, exactly once."""
    parts, typed = random_parts(seed)
    found = told(join(books.plan(), parts, random_choices(parts, seed)))
    for address in TEXTS:
        texts = {own[address] for own in typed if address in own}
        assert Counter(found[address].count(text) for text in texts) == Counter(
            {1: len(texts)} if texts else {}
        )
        assert texts or not found[address]


@pytest.mark.parametrize("seed", range(3))
def test_order_does_not_matter(seed: int) -> None:
    """The files may be named in any order: the reading and where each answer stands are the same."""
    parts, _ = random_parts(seed)
    choices = random_choices(parts, seed)
    first, *others = (join(books.plan(), each, choices) for each in permutations(parts))
    assert all(each == first for each in others)


def test_equal_complete_copies_need_no_decision() -> None:
    """Two complete copies that say the same are one: no decision, no text left over, no finding more than of one."""
    one, other = part(21, ANSWERS), part(22, ANSWERS)
    assert not [q for q in questions(books.plan(), (one, other)) if q.differs]
    joined = join(books.plan(), (one, other), {})
    assert joined.reading.answers == one.reading.answers
    filled = {a.address for a in one.reading.answers if a.state is not State.BLANK}
    assert [f.code for f in joined.reading.findings] == [f.code for f in one.reading.findings]
    assert {o.arrival for a in filled for o in joined.origins[a]} == {21}


def test_content_is_judged_anew() -> None:
    """A required answer one of them left blank is asked for no more; one that both left blank still is."""
    half = {a: t for a, t in ANSWERS.items() if a[0] != "strengths"}
    rest = {("strengths", "", ""): ANSWERS["strengths", "", ""]}
    asked = [f.address for f in part(21, half).reading.findings if f.code == "ANS01"]
    assert ("strengths", "", "") in asked
    joined = join(books.plan(), (part(21, half), part(22, rest)), {})
    assert ("strengths", "", "") not in [f.address for f in joined.reading.findings]
    both = join(books.plan(), (part(21, half), part(22, half)), {})
    assert ("strengths", "", "") in [f.address for f in both.reading.findings]


def test_numbers_are_never_put_together() -> None:
    """Two numbers for one question: one of them counts, and the other is told with its writer."""
    other = {**ANSWERS, ("name", "", ""): "榛名 太郎", ("population", "", ""): "330,000"}
    parts = (part(21, ANSWERS), part(22, other))
    asked = next(q for q in questions(books.plan(), parts) if q.place.field == "population")
    assert asked.needs_decision and not asked.is_joinable
    joined = join(books.plan(), parts, {("population", "", ""): (22,)})
    answer = next(a for a in joined.reading.answers if a.field == "population")
    assert (answer.value, answer.state) == ("330000", State.FILLED)
    (left,) = [f for f in joined.reading.findings if f.field == "population"]
    assert "赤城花子 様" in left.sentence() and ANSWERS["population", "", ""] in left.sentence()


def test_what_nobody_decided_is_not_blank() -> None:
    """Without a decision the newest text stands, and the other one is told: never a blank."""
    other = {**ANSWERS, ("strengths", "", ""): "別の考え"}
    joined = join(books.plan(), (part(21, ANSWERS), part(22, other)), {})
    answer = next(a for a in joined.reading.answers if a.field == "strengths")
    assert answer.raw == "別の考え"
    assert told(joined)["strengths", "", ""].count(ANSWERS["strengths", "", ""]) == 1


def test_same_above_goes_with_its_own_file() -> None:
    """「左に同じ」 means what stands beside it in the same file, not in the other one."""
    same = {("purpose", "daily", ""): "家で暮らす", ("purpose", "discharge", ""): "左に同じ"}
    other = {("purpose", "daily", ""): "別の考え"}
    parts = (part(21, same), part(22, other))
    joined = join(books.plan(), parts, {("purpose", "daily", ""): (22,)})
    assert [s.text for s in joined.reading.suggestions] == ["家で暮らす"]
