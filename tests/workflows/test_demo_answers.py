"""Tests of the invented answers: varied, complete, the same for the same seed."""

from __future__ import annotations

from datetime import date

import pytest

from demo_stage import FORMS, MATERIAL, UNITS, asked_plan, respondent
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.workflows.demo_answers import answers_of
from xlsx_pdca.workflows.demo_voice import Shape, Voice, polite

EVERYTHING = [(unit, form) for form in FORMS for unit in UNITS]


def test_the_same_seed_gives_the_same_answers_and_another_seed_others() -> None:
    """Answers depend on seed, unit and form alone."""
    unit = UNITS[4]
    plan = asked_plan("jizen", unit)
    first = answers_of(respondent(unit, "8"), plan)
    assert answers_of(respondent(unit, "8"), plan) == first
    other = answers_of(respondent(unit, "9"), plan)
    same = {address for address, text in first.items() if other.get(address) == text}
    assert len(same) < len(first) / 2


def test_municipalities_read_differently() -> None:
    """No two units write the same 長所, and every long answer differs from most others."""
    strengths = [
        answers_of(respondent(unit), asked_plan("jizen", unit))["strengths", "", ""]
        for unit in UNITS
    ]
    assert len(set(strengths)) == len(UNITS)


def test_every_placeholder_is_filled() -> None:
    """No answer shows a brace of the material."""
    texts = [
        text
        for unit, form in EVERYTHING
        for text in answers_of(respondent(unit), asked_plan(form, unit)).values()
    ]
    assert len(texts) > 2_000
    assert not [text for text in texts if "{" in text or "}" in text]


@pytest.mark.parametrize("seed", ["8", "1234", "群馬"])
def test_required_questions_are_answered(seed: str) -> None:
    """Whatever the seed, every question that is always required has an answer."""
    for unit, form in EVERYTHING:
        plan = asked_plan(form, unit)
        texts = answers_of(respondent(unit, seed), plan)
        required = [
            a.address
            for a in plan.answers
            if a.required and plan.question_of(a).required.need == "always"
        ]
        assert [address for address in required if address not in texts] == []


def test_choices_come_from_the_list() -> None:
    """A choice without free answers holds one of its options."""
    for unit, form in EVERYTHING:
        plan = asked_plan(form, unit)
        texts = answers_of(respondent(unit), plan)
        for answer in plan.answers:
            question = plan.question_of(answer)
            if question.kind is FieldKind.CHOICE and answer.address in texts:
                assert texts[answer.address] in question.options


def test_one_unit_keeps_its_subjects_in_both_forms() -> None:
    """The purpose a group writes on the day is the one its municipality wrote before."""
    unit = UNITS[6]
    before = answers_of(respondent(unit), asked_plan("jizen", unit))
    on_the_day = answers_of(respondent(unit), asked_plan("tojitsu", unit))
    keys = dict(asked_plan("jizen", unit).columns)
    scene = next(key for key, label in keys.items() if label == on_the_day["scene", "", ""])
    first_words = before["purpose", scene, ""][:20]
    assert first_words == on_the_day["purpose", "", ""][:20]


def test_every_field_has_a_dozen_pieces() -> None:
    """Each scene offers at least twelve sentences for each of the four questions, each pool ten."""
    for scene in {theme.scene for theme in MATERIAL.themes}:
        for field in ("purpose", "present", "actions", "solutions", "measures", "effect"):
            pieces = [p for t in MATERIAL.themes if t.scene == scene for p in t.pieces[field]]
            assert len(set(pieces)) >= 12, (scene, field)
    assert {key for key, pool in MATERIAL.pools.items() if len(pool) < 10} == set()


@pytest.mark.parametrize(
    ("plain", "courteous"),
    [
        ("連携している", "連携しています"),
        ("共有されていない", "共有されていません"),
        ("参加が少ない", "参加が少ないです"),
        ("仕組みがない", "仕組みがありません"),
        ("話し合いたい", "話し合いたいと思います"),
        ("手順を決める", "手順を決めます"),
        ("実態を見直す", "実態を見直します"),
        ("間に合わない", "間に合いません"),
        ("横ばいである", "横ばいです"),
        ("研修会の開催", "研修会の開催"),
    ],
)
def test_plain_sentences_become_polite(plain: str, courteous: str) -> None:
    """Verbs, adjectives and です follow the rules; a noun stays."""
    assert polite(plain) == courteous


def test_shapes_of_writing() -> None:
    """Bullets, numbers and sentences are written as people write them; one piece needs no number."""
    two = ["会議の開催", "研修を行う"]
    assert Voice(Shape.DOTS, 2).written(two) == "・会議の開催\n・研修を行う"
    assert Voice(Shape.CIRCLED, 2).written(two) == "①会議の開催\n②研修を行う"
    assert Voice(Shape.NUMBERED, 2).written(two[:1]) == "会議の開催"
    assert Voice(Shape.POLITE, 2).written(two) == "会議の開催。研修を行います。"
    assert Voice(Shape.PLAIN, 2).written([]) == ""


def test_day_is_the_one_given() -> None:
    """記入日 is the day of filling, however it is written."""
    unit = UNITS[0]
    text = answers_of(respondent(unit, day=date(2026, 9, 9)), asked_plan("jizen", unit))
    assert text["entered_on", "", ""] in ("令和8年9月9日", "R8.9.9", "2026/09/09")
