"""Answers that point elsewhere: what they seem to mean is suggested, and what they say stays what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

import books
from xlsx_pdca.checks import read_return
from xlsx_pdca.findings import Grade
from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.submission import Reading, State

CHART = "組織図"
DAILY, DISCHARGE = ("purpose", "daily", ""), ("purpose", "discharge", "")
SUDDEN = ("purpose", "sudden", "")
PRESENT, PRESENT_DISCHARGE = ("present", "daily", ""), ("present", "discharge", "")
FIRST_POST, SECOND_POST = ("posts", "post", "01"), ("posts", "post", "02")
Answers = Mapping[books.Address, str]


def read(answers: Answers) -> Reading:
    return judged(books.fill(books.good_book(), answers))


def judged(book: RawBook) -> Reading:
    return read_return(book, books.plan(), books.slots())


def suggested(answers: Answers) -> dict[books.Address, str]:
    return {each.address: each.text for each in read(answers).suggestions}


@pytest.mark.parametrize(
    ("at", "words", "meant"),
    [
        (PRESENT, "同上", DAILY),
        (PRESENT_DISCHARGE, "上に同じ。", DISCHARGE),
        (DISCHARGE, "左に同じ", DAILY),
        (DAILY, "同右", DISCHARGE),
        (SECOND_POST, "〃", FIRST_POST),
    ],
)
def test_neighbour_is_suggested(at: books.Address, words: str, meant: books.Address) -> None:
    """The answer above, left or right by the form's own order is suggested; the answer itself is not replaced."""
    reading = read({at: words})
    assert {each.address: each.text for each in reading.suggestions} == {at: books.ANSWERS[meant]}
    answer = next(each for each in reading.answers if each.address == at)
    assert (answer.raw, answer.value, answer.state) == (words, words, State.SAME)
    (finding,) = reading.findings
    assert (finding.code, finding.address, finding.grade) == ("ANS27", at, Grade.INFO)
    assert books.ANSWERS[meant] in finding.sentence()


def test_chain_is_followed() -> None:
    """左に同じ beside 左に同じ leads to the answer that says something."""
    found = suggested({DISCHARGE: "左に同じ", SUDDEN: "同左"})
    assert found == dict.fromkeys((DISCHARGE, SUDDEN), books.ANSWERS[DAILY])


@pytest.mark.parametrize(
    "answers",
    [{PRESENT: "同上", DAILY: ""}, {DAILY: "同右", DISCHARGE: "同左"}, {DAILY: "前回と同じ"}],
    ids=["blank", "in a circle", "last time"],
)
def test_nothing_is_suggested_where_nothing_stands(answers: Answers) -> None:
    """A blank, two that point to each other, and the round before leave nothing to suggest: a person looks."""
    reading = read(answers)
    assert reading.suggestions == ()
    assert {f.code for f in reading.findings} >= {"ANS15"}
    assert "ANS27" not in {f.code for f in reading.findings}


def test_suggestion_stands_by_the_anchors() -> None:
    """Inserted rows and another sheet name do not change what is above."""
    book = books.fill(books.good_book(), {PRESENT: "同上"})
    row, _ = books.spot(PRESENT)
    moved = books.insert_rows(book, books.sheet_name(PRESENT), row, 2)
    (suggestion,) = judged(books.rename_sheets(moved, {"様式２": "回答"})).suggestions
    assert (suggestion.address, suggestion.text) == (PRESENT, books.ANSWERS[DAILY])


def test_separate_paper_is_looked_for_in_the_file() -> None:
    """別紙のとおり names what the file holds that may be it, else asks for the attachment."""
    assert [f.code for f in read({DAILY: "別紙のとおり"}).findings] == ["ANS14"]
    book = books.fill(books.good_book(), {DAILY: "別紙のとおり"})
    sheets = tuple(replace(s, drawings=1) if s.name == CHART else s for s in book.sheets)
    (finding,) = judged(replace(book, sheets=sheets)).findings
    assert finding.code == "ANS29"
    assert "「組織図」の図1点" in finding.sentence()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("別紙のとおり、医師会と協議会を開いている。", ["ANS25"]),
        ("同上。加えて夜間の連絡先がない。", ["ANS26"]),
        ("－", ["ANS24"]),
        ("該当なし", []),
        ("把握していない", []),
        ("同上の課題に加えて、人材が足りない。", []),
        ("医師会と協議会を開いている。", []),
    ],
)
def test_sentences_stay_answers(text: str, found: list[str]) -> None:
    """A sentence with a reference is an answer, told to the officer; a dash alone is read as 該当なし and told."""
    reading = read({DAILY: text})
    assert [f.code for f in reading.findings] == found
    answer = next(each for each in reading.answers if each.address == DAILY)
    assert answer.value == text


def test_dash_in_a_number_is_no_number() -> None:
    """A dash where a number is asked is 該当なし, told to the officer, and no zero."""
    reading = read({("population", "", ""): "－"})
    answer = next(each for each in reading.answers if each.field == "population")
    assert (answer.state, answer.value) == (State.NONE, "")
    assert [f.code for f in reading.findings] == ["ANS40"]
