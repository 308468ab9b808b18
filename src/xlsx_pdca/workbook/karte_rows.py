"""Rows of a karte: cells over parts of the page's width, long texts in pieces, answers beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from xlsx_pdca.layout.metrics import lines_needed
from xlsx_pdca.plan import AnswerPlan, FieldPlan
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import Answer, State
from xlsx_pdca.views import shown_text
from xlsx_pdca.views.computed import number_of
from xlsx_pdca.workbook.summary_look import height_of

LABEL_PIXELS = 257.0
UNITS = 24
UNIT_PIXELS = 67.0
THIRD = UNITS // 3
WIDTH = LABEL_PIXELS + UNITS * UNIT_PIXELS
POINTS = 9.0
MOST_LINES = 16
"""Lines of one sheet row; longer answers go on in the next row, which may stand on the next page."""

SHORT = {
    FieldKind.COMPUTED,
    FieldKind.MULTIPLE_CHOICE,
    FieldKind.INTEGER,
    FieldKind.DECIMAL,
    FieldKind.PERCENT,
    FieldKind.DATE,
    FieldKind.FISCAL_YEAR,
    FieldKind.TEXT,
    FieldKind.CHOICE,
}


_NUMBERS = {FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.PERCENT, FieldKind.COMPUTED}
Slot = tuple[int, int, int]
SHORT_SLOTS: tuple[Slot, ...] = ((0, 1, 4), (5, 8, 11), (12, 15, 18), (19, 21, 24))
LONG_SLOTS: tuple[Slot, ...] = ((0, 1, 10), (11, 14, 24))
MIDDLE_SLOTS: tuple[Slot, ...] = ((0, 1, 5), (6, 9, 14), (15, 18, 24))
"""Of each answer beside others: first unit of its label, first and last unit of its text."""


Record = tuple[AnswerPlan, FieldPlan, Answer]


@dataclass(frozen=True)
class Part:
    """One cell of a karte row: text over some of the units (or the label column, `first` 0)."""

    text: str
    first: int
    last: int
    style: str = "body"

    @property
    def pixels(self) -> float:
        label = LABEL_PIXELS if self.first == 0 else 0.0
        return label + (self.last - max(self.first, 1) + 1) * UNIT_PIXELS


def split_text(text: str, pixels: float, *, lines: int = MOST_LINES) -> tuple[str, ...]:
    """The text in pieces of at most so many lines, cut after a line or sentence where there is one."""
    if lines_needed(text, pixels, POINTS) <= lines:
        return (text,)
    pieces: list[str] = []
    rest = text
    while rest:
        end = _fitting(rest, pixels, lines)
        pieces.append(rest[:end])
        rest = rest[end:]
    return tuple(piece.removesuffix("\n") for piece in pieces)


def _fitting(text: str, pixels: float, lines: int) -> int:
    """How many characters fit, at least one; a cut behind a line or sentence end is preferred."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if lines_needed(text[:middle], pixels, POINTS) <= lines:
            low = middle
        else:
            high = middle - 1
    if low == len(text):
        return low
    ends = [text.rfind(sign, low // 2, low) for sign in ("\n", "。")]
    return max(ends) + 1 if max(ends) >= 0 else low


def beside(members: Sequence[Record], slots: Sequence[Slot]) -> Iterator[list[Part]]:
    """Rows of answers beside each other; the last one of a row takes what is left of it."""
    for start in range(0, len(members), len(slots)):
        row = members[start : start + len(slots)]
        parts: list[Part] = []
        for n, ((_, rule, answer), (label, first, last)) in enumerate(
            zip(row, slots, strict=False)
        ):
            end = UNITS if n == len(row) - 1 else last
            parts.append(Part(label_of(rule), label, max(first - 1, 0), "label"))
            parts.append(answer_part(answer, rule, first, end))
        yield parts


def height(parts: Sequence[Part]) -> float:
    return height_of(((part.text, part.pixels) for part in parts), points=POINTS, least=17)


def label_of(rule: FieldPlan) -> str:
    return f"{rule.label}（{rule.unit}）" if rule.unit else rule.label


def answer_part(answer: Answer, rule: FieldPlan, first: int, last: int) -> Part:
    text = shown_text(answer, rule.kind)
    if rule.kind in _NUMBERS and (number := number_of(answer)) is not None:
        text = f"{number:,}"
    return Part(text, first, last, "blank" if answer.state is State.BLANK else "body")


def weight_of(rule: FieldPlan) -> int:
    """How much of a table's width its column asks for; a number must not be broken."""
    if rule.options:
        return 2 + max(map(len, rule.options)) // 10
    if rule.kind.is_text:
        return 2 + min(rule.guide, 80) // 10
    return 3


def spans_of(weights: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The units shared out by weight, every column at least one."""
    total, before, used, spans = sum(weights), 0, 0, []
    for n, weight in enumerate(weights, 1):
        before += weight
        end = min(max(round(UNITS * before / total), used + 1), UNITS - len(weights) + n)
        spans.append((used + 1, end))
        used = end
    return tuple(spans)


def over(texts: Sequence[str], spans: Sequence[tuple[int, int]], style: str) -> Iterator[Part]:
    return (Part(text, *span, style) for text, span in zip(texts, spans, strict=True))
