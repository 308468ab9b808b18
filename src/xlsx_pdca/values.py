"""What a stored cell means: raw text → value and state, by kind of question."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from xlsx_pdca.cells import folded, half_width, is_blank
from xlsx_pdca.plan import FieldPlan
from xlsx_pdca.pointing import state_of_words
from xlsx_pdca.rawbook import CellType, NumberLook, RawCell
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import State
from xlsx_pdca.wareki import parse_date, parse_fiscal_year

_NUMBER = re.compile(r"-?((?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]*)?|\.[0-9]+)")

_CIRCLES = str.maketrans("〇◯", "○○")
"""Circles a Japanese keyboard offers beside the one of the forms: the figure zero and the large circle."""

_BETWEEN = re.compile(r"[、,，;；\n]")


@dataclass(frozen=True)
class Meaning:
    """What one stored answer means."""

    raw: str
    value: str
    """Empty when a number, date or fiscal year could not be understood; `raw` keeps what was written."""
    state: State


BLANK = Meaning("", "", State.BLANK)


def meaning(cell: RawCell | None, question: FieldPlan, *, date1904: bool = False) -> Meaning:
    """Meaning of a stored cell as the answer to a question."""
    if cell is None:
        return BLANK
    raw = raw_text(cell, date1904=date1904)
    if cell.type is not CellType.NUMBER:
        if cell.look is NumberLook.SCALED and question.kind.is_number:  # text 33 in @"万人"
            return Meaning(raw, "", State.FILLED)
        return meaning_of_text(raw, question)
    if cell.look is NumberLook.PERCENT:
        shown = meaning_of_text(f"{_in_points(raw)}%", question)
        return Meaning(raw, shown.value, shown.state)
    if cell.look is NumberLook.SCALED and not question.kind.is_text:
        return Meaning(
            raw, "", State.FILLED
        )  # shown as 33万人, stored as 33: nobody knows which is meant
    if date1904 and cell.look is NumberLook.PLAIN and question.kind is FieldKind.DATE:
        # A bare serial day might be read four years wrong: nobody can tell which system was meant.
        return Meaning(raw, "", State.FILLED)
    return meaning_of_text(raw, question)


def meaning_of_text(raw: str, question: FieldPlan) -> Meaning:
    """Meaning of a text as it is typed: an answer in a text cell, or a correction by the officer."""
    if is_blank(raw):
        return Meaning(raw, "", State.BLANK)
    kind = question.kind
    if kind in (FieldKind.CHOICE, FieldKind.MULTIPLE_CHOICE):
        return _choice(raw, question)
    state = state_of_words(raw)
    if state is not State.FILLED:
        return Meaning(raw, raw if kind.is_text else "", state)
    match kind:
        case FieldKind.INTEGER | FieldKind.DECIMAL | FieldKind.PERCENT:
            return _number(raw, question)
        case FieldKind.DATE:
            day = parse_date(raw)
            return Meaning(raw, day.isoformat() if day else "", State.FILLED)
        case FieldKind.FISCAL_YEAR:
            year = parse_fiscal_year(raw)
            return Meaning(raw, str(year) if year else "", State.FILLED)
    return Meaning(raw, raw, State.FILLED)


def raw_text(cell: RawCell, *, date1904: bool = False) -> str:
    """Text as stored, a number as its shortest decimal, a date or time in ISO form, TRUE or FALSE as shown.

    A length of time is neither a date nor a plain number: 30 hours are `30:00:00`, as the sheet shows them.
    """
    if cell.type is CellType.BOOLEAN:
        return "TRUE" if cell.text == "1" else "FALSE"
    if cell.type is not CellType.NUMBER:
        return cell.text
    if cell.look is NumberLook.DATE:
        return _iso(cell.text, date1904=date1904) or cell.text
    if cell.look is NumberLook.DURATION:
        return _elapsed(cell.text) or cell.text
    return shortest_decimal(cell.text)


def shortest_decimal(stored: str) -> str:
    """`0.28499999999999998` → `0.285`, to the fifteen digits a spreadsheet shows; what is no finite number stays."""
    try:
        number = float(stored)
    except ValueError:
        return stored
    if not math.isfinite(number):
        return stored
    return _plain(Decimal(f"{number:.15g}"))


def plain_number(text: str, endings: Sequence[str] = ()) -> Decimal | None:
    """Number written in a text, in any width, with commas between thousands and one of `endings` behind it, or None.

    The form's mark formula follows the same rule. Whatever else stands there, 「10人3人」 or 「1,2」, is not guessed.
    """
    written = half_width(text).strip(" ")
    for ending in map(half_width, endings):
        if written.endswith(ending):
            written = written.removesuffix(ending).rstrip(" ")
            break
    return Decimal(written.replace(",", "")) if _NUMBER.fullmatch(written) else None


def chosen(text: str, options: Sequence[str]) -> tuple[str, ...]:
    """Parts of a multiple choice, each as its option is printed where it is one; options may hold separators."""
    printed = _printed(tuple(options))
    parts = [part for part in _BETWEEN.split(text) if not is_blank(part)]
    found: list[str] = []
    while parts:
        lengths = range(len(parts), 0, -1)
        length = next((n for n in lengths if _letters("".join(parts[:n])) in printed), 1)
        found.append(printed.get(_letters("".join(parts[:length])), parts[0].strip()))
        parts = parts[length:]
    return tuple(found)


@lru_cache(maxsize=256)
def _printed(options: tuple[str, ...]) -> Mapping[str, str]:
    """Option by its key."""
    return {_letters(option): option for option in options}


def _letters(text: str) -> str:
    """Key of an option: width, case, blanks, which circle, and the separators inside it do not matter."""
    return _BETWEEN.sub("", folded(text)).casefold().translate(_CIRCLES)


def _choice(raw: str, question: FieldPlan) -> Meaning:
    options = question.options
    if question.kind is FieldKind.MULTIPLE_CHOICE:
        parts = chosen(raw, options)
        if any(part in options for part in parts):
            return Meaning(raw, "、".join(parts), State.FILLED)
    else:
        printed = _printed(options).get(_letters(raw))
        if printed is not None:
            return Meaning(raw, printed, State.FILLED)
    return Meaning(raw, raw, state_of_words(raw))


def _number(raw: str, question: FieldPlan) -> Meaning:
    number = plain_number(raw, question.endings)
    if number is None:
        return Meaning(raw, "", State.FILLED)
    return Meaning(raw, _plain(number), State.ZERO if number == 0 else State.FILLED)


def _in_points(raw: str) -> str:
    """0.285 → 28.5; what is no number stays."""
    try:
        return _plain(Decimal(raw) * 100)
    except ArithmeticError:
        return raw


def _plain(number: Decimal) -> str:
    """Digits without exponent, superfluous zeros or a negative zero."""
    if number == 0:
        return "0"
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


_LAST_SERIAL = 2_957_003
"""31 December 9999 in the 1904 system, four years short of the end in the 1900 system."""


def _iso(serial: str, *, date1904: bool) -> str:
    """ISO date, date with time, or time of day of a stored serial day; empty when it is none."""
    try:
        days = float(serial)
    except ValueError:
        return ""
    if not 0 <= days <= _LAST_SERIAL:
        return ""
    seconds = round(days % 1 * 86_400)
    whole, seconds = int(days) + seconds // 86_400, seconds % 86_400
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if whole == 0 and not date1904:
        return clock
    day = (_day_zero(whole, date1904=date1904) + timedelta(days=whole)).isoformat()
    return f"{day}T{clock}" if seconds else day


def _elapsed(days: str) -> str:
    """Hours, minutes and seconds of a length of time in days; empty when it is none."""
    try:
        seconds = round(float(days) * 86_400)
    except (ValueError, OverflowError):
        return ""
    if not 0 <= seconds <= _LAST_SERIAL * 86_400:
        return ""
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _day_zero(serial: int, *, date1904: bool) -> date:
    if date1904:
        return date(1904, 1, 1)
    # The 1900 system counts a 29 February 1900 that never was.
    return date(1899, 12, 30) if serial > 60 else date(1899, 12, 31)
