"""Japanese dates: era years and weekdays as offices print them, and every way people write a date."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_ERAS = (
    ("令和", "R", date(2019, 5, 1)),
    ("平成", "H", date(1989, 1, 8)),
    ("昭和", "S", date(1926, 12, 25)),
)
"""Name, letter and first day, newest first."""

_FIRST_YEAR = {sign: first.year for name, letter, first in _ERAS for sign in (name, letter)}
_WEEKDAYS = "月火水木金土日"

_ERA_YEAR = r"(?P<era>令和|平成|昭和|[RHS])\.?(?P<year>元|[0-9]{1,2})"
_WESTERN_YEAR = r"(?P<western>[12][0-9]{3})"
_DATE = re.compile(
    rf"(?:{_ERA_YEAR}|{_WESTERN_YEAR})[年./-](?P<month>[0-9]{{1,2}})[月./-](?P<day>[0-9]{{1,2}})日?"
    rf"(?:\([{_WEEKDAYS}](?:曜日?)?\))?(?:T?[0-9]{{1,2}}:[0-9:.]+)?",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(rf"\(([{_WEEKDAYS}])(?:曜日?)?\)")
_EIGHT_DIGITS = re.compile(r"(?P<western>[12][0-9]{3})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")
_FISCAL_YEAR = re.compile(rf"(?:{_ERA_YEAR}|{_WESTERN_YEAR})(?:年度?|FY)?", re.IGNORECASE)
_SERIAL = re.compile(r"[0-9]{5}(?:\.0*)?")

_SERIAL_ZERO = date(1899, 12, 30)
_LIKELY_SERIALS = range(32_874, 73_051)
"""1990 to 2099: a bare five-digit number outside is not taken for a date."""


def wareki(day: date, *, weekday: bool = False) -> str:
    """`令和8年4月15日`, with its weekday `令和8年4月15日（水）`."""
    text = f"{era_year(day)}{day.month}月{day.day}日"
    return f"{text}（{weekday_name(day)}）" if weekday else text


def era_year(day: date) -> str:
    """`令和8年`, `令和元年`; before 昭和 the western year."""
    for name, _, first in _ERAS:
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}年"
    return f"{day.year}年"


def weekday_name(day: date) -> str:
    """One of 月火水木金土日."""
    return _WEEKDAYS[day.weekday()]


def fiscal_year_of(day: date) -> int:
    """Western year in which the fiscal year of a day began (on 1 April)."""
    return day.year if day.month >= 4 else day.year - 1


def fiscal_year_name(fiscal_year: int) -> str:
    """`令和8年度` of 2026; the year 2019 is 令和元年度, as the government printed it."""
    return era_year(date(fiscal_year, 5, 1)) + "度"


def reiwa_year(fiscal_year: int) -> int:
    """8 of 2026."""
    return fiscal_year - 2018


def parse_date(text: str) -> date | None:
    """The day a text names, or None.

    Reads 令和8年4月15日, R8.4.15, 2026年4月15日, 2026/4/15, 2026-04-15, 20260415 in any width and with
    a weekday or time behind it, and the serial day a spreadsheet shows when a date cell became text.
    """
    plain = _plain(text)
    if _SERIAL.fullmatch(plain):
        return from_serial(int(plain[:5]))
    match = _DATE.fullmatch(plain) or _EIGHT_DIGITS.fullmatch(plain)
    if not match:
        return None
    try:
        return date(_year(match), int(match["month"]), int(match["day"]))
    except ValueError:
        return None


def typed_weekday(text: str) -> str:
    """The weekday somebody typed behind a date, one of 月火水木金土日; empty where none was."""
    match = _WEEKDAY.search(_plain(text))
    return match[1] if match else ""


def parse_fiscal_year(text: str) -> int | None:
    """Western year of 令和8年度, R8, 令和8年, 2026年度 or 2026, or None; a bare 8 names no era."""
    match = _FISCAL_YEAR.fullmatch(_plain(text))
    return _year(match) if match else None


def from_serial(serial: int) -> date | None:
    """Day of a spreadsheet's serial number (1900 system), or None outside 1990 to 2099."""
    return _SERIAL_ZERO + timedelta(days=serial) if serial in _LIKELY_SERIALS else None


def _plain(text: str) -> str:
    # NFKC turns full-width digits and brackets into plain ones, and ㋿ into 令和.
    return "".join(unicodedata.normalize("NFKC", text).split())


def _year(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if groups["western"]:
        return int(groups["western"])
    number = 1 if groups["year"] == "元" else int(groups["year"])
    return _FIRST_YEAR[groups["era"].upper()] + number - 1
