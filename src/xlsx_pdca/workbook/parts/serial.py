"""Dates and times as the serial days spreadsheets store."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from xlsx_pdca.workbook.parts.faults import Damaged

_EPOCH = date(1899, 12, 30).toordinal()
_EPOCH_1904 = date(1904, 1, 1).toordinal()
_DAY = timedelta(days=1)


def serial_day(value: date | time | timedelta, *, date1904: bool) -> float:
    """Days since the epoch of the workbook; a time or a duration counts from zero."""
    match value:
        case datetime():
            return serial_day(value.date(), date1904=date1904) + _fraction(value.time())
        case date():
            return float(value.toordinal() - (_EPOCH_1904 if date1904 else _EPOCH))
        case time():
            return _fraction(value)
        case timedelta():
            return value / _DAY


def serial_of_iso(text: str, *, date1904: bool) -> str:
    """Serial day of a date written in ISO 8601, as strict files may hold."""
    try:
        moment = datetime.fromisoformat(text) if "-" in text else time.fromisoformat(text)
    except ValueError as error:
        raise Damaged(f"date {text[:40]!r}") from error
    return repr(serial_day(moment, date1904=date1904)).removesuffix(".0")


def _fraction(clock: time) -> float:
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return timedelta(seconds=seconds, microseconds=clock.microsecond) / _DAY
