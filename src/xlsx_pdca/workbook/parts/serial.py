"""Dates and times as the serial days spreadsheets store."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

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


def _fraction(clock: time) -> float:
    seconds = clock.hour * 3600 + clock.minute * 60 + clock.second
    return timedelta(seconds=seconds, microseconds=clock.microsecond) / _DAY
