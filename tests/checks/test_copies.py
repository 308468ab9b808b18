"""Two files of one unit compared answer by answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

import books
from xlsx_pdca.checks import Relation, compare, read_return
from xlsx_pdca.submission import Reading, StrayText

PURPOSE, PRESENT = ("purpose", "daily", ""), ("present", "daily", "")


def reading(changes: Mapping[books.Address, str] = {}) -> Reading:  # never written to
    book = books.fill(books.good_book(), changes)
    return read_return(book, books.plan(), books.slots())


def test_equal_answers_are_one() -> None:
    """The same answers are equal, also when a number is written in another width."""
    assert compare(reading(), reading()).relation is Relation.EQUAL
    rewritten = reading({("population", "", ""): "326918"})
    assert compare(reading(), rewritten).relation is Relation.EQUAL


def test_fuller_file_contains_the_other() -> None:
    """Where one says all the other says, the fuller one is known in both directions."""
    short = reading({PRESENT: ""})
    newer = compare(short, reading())
    assert (newer.relation, newer.only_newer) == (Relation.NEWER_IS_FULLER, (PRESENT,))
    older = compare(reading(), short)
    assert (older.relation, older.only_older) == (Relation.OLDER_IS_FULLER, (PRESENT,))


@pytest.mark.parametrize(
    "changes",
    [{PURPOSE: "別の目的"}, {PURPOSE: "別の目的", PRESENT: ""}],
    ids=["differ", "differ and miss"],
)
def test_different_answers_are_a_conflict(changes: Mapping[books.Address, str]) -> None:
    """Two different texts for one question are put before a person, with the fields named."""
    compared = compare(reading(), reading(changes))
    assert compared.relation is Relation.CONFLICT
    assert set(compared.changed) == set(changes)


def test_each_with_a_part_is_a_conflict() -> None:
    """Two halves filled by two people are joined by a person, not by us."""
    compared = compare(reading({PURPOSE: ""}), reading({PRESENT: ""}))
    assert compared.relation is Relation.CONFLICT
    assert (compared.only_older, compared.only_newer) == ((PRESENT,), (PURPOSE,))


def test_blank_is_no_zero() -> None:
    """0 against a blank is a difference."""
    staff = ("posts", "staff", "02")
    assert compare(reading(), reading({staff: "0"})).only_newer == (staff,)


BARE = replace(reading(), strays=(), drawings=(("組織図", 0),))
NOTED = replace(BARE, strays=(StrayText("様式2", "N10", "目的は見直し中です。"),))
DRAWN = replace(BARE, drawings=(("組織図", 1),))


@pytest.mark.parametrize("fuller", [NOTED, DRAWN], ids=["text", "picture"])
def test_what_stands_beside_the_answers_counts(fuller: Reading) -> None:
    """A picture, or a text outside the fields, makes a file with the same answers the fuller one."""
    assert compare(BARE, BARE).relation is Relation.EQUAL
    assert compare(BARE, fuller).relation is Relation.NEWER_IS_FULLER
    assert compare(fuller, BARE).relation is Relation.OLDER_IS_FULLER


def test_text_moved_by_inserted_rows_is_the_same_text() -> None:
    """A text outside the fields is known by what it says, not by its cell."""
    moved = replace(NOTED, strays=(StrayText("様式2", "N12", "目的は見直し中です。"),))
    assert compare(NOTED, moved).relation is Relation.EQUAL


def test_a_picture_here_and_a_text_there_are_a_conflict() -> None:
    """Where each file has beside its answers what the other has not, a person decides, and is told what."""
    compared = compare(DRAWN, NOTED)
    assert compared.relation is Relation.CONFLICT
    assert (compared.beside_older, compared.beside_newer) == (
        ("「組織図」の図",),
        ("欄外の記載・コメント",),
    )


def test_a_newer_picture_may_be_another_one() -> None:
    """Pictures are counted, not compared: of two files with one each the newer is kept."""
    assert compare(DRAWN, DRAWN).relation is Relation.NEWER_IS_FULLER
