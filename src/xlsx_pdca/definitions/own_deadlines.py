"""個別の期限 of a line of 名簿: one day for every form, or a day for each form that is named."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions.open_table import DATE_REMEDY, Notice, TableRow
from xlsx_pdca.errors import Fault
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import parse_date, typed_weekday, wareki, weekday_name

KEY = "deadline"
"""Key of the column."""
EVERY_FORM = ""

_BETWEEN = re.compile(r"[;；、\n]+")
_OF_FORM = re.compile(r"([^:：\s]+)\s*[:：\s]\s*(.+)")


@dataclass(frozen=True)
class OwnDeadline:
    form: str
    """Title of the form it is for, as written; empty for every form."""
    text: str
    """The day as written."""

    @property
    def day(self) -> date | None:
        return parse_date(self.text)


def own_deadlines(text: str) -> tuple[OwnDeadline, ...]:
    """Each part of the cell: 「令和8年5月29日」, or 「事前課題：令和8年5月29日」."""
    parts = (part.strip() for part in _BETWEEN.split(text))
    return tuple(_read(part) for part in parts if part)


def _read(part: str) -> OwnDeadline:
    named = _OF_FORM.fullmatch(part)
    if parse_date(part) is not None or named is None:
        return OwnDeadline(EVERY_FORM, part)
    return OwnDeadline(folded(named[1]), named[2])


def days_by_form(text: str) -> dict[str, date]:
    """The days of a cell without faults, by form title."""
    return {own.form: own.day for own in own_deadlines(text) if own.day}


def written(unit: Unit) -> str:
    """The cell of a unit."""
    days = ((form, wareki(day)) for form, day in unit.deadlines)
    return "、".join(f"{form}：{day}" if form else day for form, day in days)


def deadline_faults(row: TableRow, titles: Collection[str]) -> Iterator[Fault]:
    """What cannot be read as a day, and names that are no form's; `titles` are those of all forms."""
    known = {folded(title) for title in titles}
    found = own_deadlines(row.text(KEY))
    if len({own.form for own in found}) < len(found):
        yield row.fault(
            KEY,
            f"個別の期限「{row.text(KEY)}」には、同じ様式の期限が二つあります。",
            "「事前課題：令和8年5月29日、当日課題：令和8年6月30日」のように、様式ごとに一つにしてください。",
        )
    for own in found:
        if own.form and own.form not in known:
            yield row.fault(
                KEY,
                f"個別の期限の「{own.form}」という様式はありません。",
                f"様式の名称（{'、'.join(titles)}）を付けるか、どの様式にも同じ期限とするときは日付だけを記入してください。",
            )
        elif own.day is None:
            yield row.fault(
                KEY,
                f"個別の期限「{own.text}」を日付として読めません。",
                DATE_REMEDY,
            )


def deadline_notices(
    row: TableRow, issued_on: date | None, due: Mapping[str, date]
) -> Iterator[Notice]:
    """Doubtful days; `due` are the deadlines of the forms in use by title."""
    found = own_deadlines(row.text(KEY))
    named = {own.form for own in found}
    for own in found:
        shorter = {title: day for title, day in due.items() if folded(title) not in named}
        for doubt in _doubts(own, issued_on, {} if own.form else shorter):
            yield row.notice(KEY, doubt, "期限を御確認ください。")


def _doubts(own: OwnDeadline, issued_on: date | None, due: Mapping[str, date]) -> Iterator[str]:
    day = own.day
    if day is None:
        return
    shown = wareki(day, weekday=True)
    if day.weekday() >= 5:
        yield f"個別の期限 {shown} は休日です。"
    if typed_weekday(own.text) not in ("", weekday_name(day)):
        yield f"個別の期限「{own.text}」は、正しくは{shown}です。"
    if issued_on is not None and day < issued_on:
        yield f"個別の期限 {shown} が、発出日より前です。"
    for title, usual in due.items():
        if day < usual:
            yield (
                f"個別の期限 {shown} は、「{title}」の提出期限 {wareki(usual)} より前です。"
                "一つの様式だけの期限でしたら、「事前課題：令和8年5月29日」のように、様式の名称を付けてください。"
            )
