"""Tests of Japanese dates."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from xlsx_pdca.wareki import (
    fiscal_year_name,
    fiscal_year_of,
    from_serial,
    parse_date,
    parse_fiscal_year,
    reiwa_year,
    wareki,
)

DAY = date(2026, 4, 15)


@pytest.mark.parametrize(
    "text",
    [
        "令和8年4月15日", "令和８年４月１５日（水）", "令和 8 年 4 月 15 日(水曜日)", "㋿8年4月15日",
        "R8.4.15", "r8/4/15", "R08-04-15", "R.8.4.15", "Ｒ８．４．１５",
        "2026年4月15日", "2026/4/15", "2026-04-15", "2026.4.15", "20260415", " 2026/04/15 ",
        "2026-04-15T00:00:00", "2026-04-15 17:15", "46127", "46127.0",
    ],
)  # fmt: skip
def test_every_way_of_writing_a_day_is_read(text: str) -> None:
    """All usual ways to write 15 April 2026 name the same day."""
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    ["", "未定", "4月15日", "8年4月15日", "令和8年2月30日", "令和8年13月1日", "2026/4", "12345", "8", "4/15"],
)  # fmt: skip
def test_what_names_no_day_is_none(text: str) -> None:
    """An impossible, incomplete or era-less date is not guessed."""
    assert parse_date(text) is None


def test_the_first_year_of_an_era_is_gannen() -> None:
    """The year 2019 is 平成31年 until April, 令和元年 from May on, and both are read back."""
    assert [
        wareki(date(2019, 4, 30)), wareki(date(2019, 5, 1))
    ] == ["平成31年4月30日", "令和元年5月1日"]  # fmt: skip
    assert date(2019, 5, 1) == parse_date("令和元年5月1日") == parse_date("H31.5.1")


def test_a_printed_day_names_its_weekday() -> None:
    """Deadlines are printed with the weekday."""
    assert wareki(DAY, weekday=True) == "令和8年4月15日（水）"


def test_every_printed_day_is_read_back() -> None:
    """What we print, with or without weekday, is what we read, for three eras."""
    for number in range(0, 50_000, 7):
        day = date(1930, 1, 1) + timedelta(days=number)
        assert day == parse_date(wareki(day)) == parse_date(wareki(day, weekday=True))


@pytest.mark.parametrize(
    "text", ["令和8年度", "令和８年度", "令和8年", "R8", "2026年度", "2026", "R8年度"]
)
def test_a_fiscal_year_is_read_in_both_calendars(text: str) -> None:
    """Fiscal years come in Japanese and western form."""
    assert parse_fiscal_year(text) == 2026


@pytest.mark.parametrize("text", ["", "8", "八年度", "令和8年4月", "26年度"])
def test_an_ambiguous_fiscal_year_is_none(text: str) -> None:
    """A year without era is not guessed."""
    assert parse_fiscal_year(text) is None


def test_fiscal_years_begin_in_april() -> None:
    """31 March belongs to the year before."""
    assert [fiscal_year_of(date(2026, 3, 31)), fiscal_year_of(date(2026, 4, 1))] == [2025, 2026]
    assert [fiscal_year_name(2019), fiscal_year_name(2026)] == ["令和元年度", "令和8年度"]
    assert reiwa_year(2026) == 8


def test_a_serial_far_from_our_time_is_no_date() -> None:
    """A population of 12,345 must not become a day of 1933."""
    assert from_serial(12_345) is None
    assert date(2026, 10, 1) == from_serial(46_296)
