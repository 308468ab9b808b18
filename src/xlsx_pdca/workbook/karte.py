"""市町村カルテ: everything about one municipality on paper, long answers complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from xlsx_pdca.layout.metrics import lines_needed
from xlsx_pdca.plan import AnswerPlan, FieldPlan, question_id
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import Answer, State
from xlsx_pdca.summary import (
    Note,
    Place,
    SummaryInput,
    UnitReturn,
    answers_of,
)
from xlsx_pdca.unit import Unit
from xlsx_pdca.views import JOINT, View
from xlsx_pdca.workbook.look import NAVY
from xlsx_pdca.workbook.summary_look import SummarySheet, height_of, japanese_time

LABEL_PIXELS = 148.0
UNITS = 24
UNIT_PIXELS = 29.0
THIRD = UNITS // 3
WIDTH = LABEL_PIXELS + UNITS * UNIT_PIXELS
POINTS = 9.0
MOST_LINES = 16
"""Lines of one sheet row; longer answers go on in the next row, which may stand on the next page."""
PAGE_POINTS = 890.0
"""Height of the rows on one printed page at the scale that WIDTH gives."""
LEAST_ON_PAGE = 150.0
"""A form begins on a new page rather than with less than this left."""
MOST_PAGES = 500
"""Municipalities per sheet; Excel allows 1,023 page breaks."""
_SHORT = {
    FieldKind.INTEGER,
    FieldKind.DECIMAL,
    FieldKind.PERCENT,
    FieldKind.DATE,
    FieldKind.FISCAL_YEAR,
    FieldKind.TEXT,
    FieldKind.CHOICE,
}


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


class KarteWriter:
    """Writes one page after the other down one sheet."""

    def __init__(
        self,
        sheet: SummarySheet,
        summary: SummaryInput,
        notes: Sequence[Note],
        views: Sequence[View],
    ) -> None:
        self.sheet = sheet
        self.summary = summary
        self.notes = {k: tuple(g) for k, g in groupby(_by_subject(notes), lambda n: n.key.subject)}
        self.view_names = {view.key: view.name for view in views}
        self.next_row = 1
        self.used = 0.0
        self.breaks: list[int] = []
        self.starts: dict[str, int] = {}
        sheet.widths([LABEL_PIXELS, *[UNIT_PIXELS] * UNITS])

    def page(self, place: Place, returns: Sequence[UnitReturn]) -> None:
        """Everything about one municipality."""
        if self.next_row > 1:
            self._break()
        self.starts[place.code] = self.next_row
        self._head(place)
        for returned in returns:
            self._return(returned)
        self._notes_of(place)

    def finish(self) -> None:
        self.sheet.raw.set_h_pagebreaks(self.breaks)
        self.sheet.book.set_up_print(self.sheet, pixels=WIDTH, landscape=False, paper="A4")
        self.sheet.raw.print_area(0, 0, max(self.next_row - 2, 0), UNITS)

    def _head(self, place: Place) -> None:
        row = self._take(30)
        words = [place.code, place.area and f"{place.area}圏域", place.health_office]
        self.sheet.merged(row, 1, 3 + THIRD, place.name, "title", bottom=2, font_size=18)
        line = "　".join(word for word in words if word)
        self.sheet.merged(row, 4 + THIRD, 1 + UNITS, line, "subtitle", align="right", bottom=2)

    def _return(self, returned: UnitReturn) -> None:
        unit = self.summary.unit_of[returned.unit]
        plan = self.summary.plan_of(returned)
        if self.used > PAGE_POINTS - LEAST_ON_PAGE:
            self._break()
        self._take(6)
        who = _who(self.summary, unit)
        row = self._take(height_of([(who, (UNITS - THIRD) * UNIT_PIXELS)], least=20))
        self.sheet.merged(row, 1, 1 + THIRD, plan.title, "section", bottom=0, font_color=NAVY)
        self.sheet.merged(row, 2 + THIRD, 1 + UNITS, who, "plain", align="right")
        self._receipt(returned)
        if returned.is_in:
            self._answers(returned)

    def _receipt(self, returned: UnitReturn) -> None:
        status = f"{returned.status.symbol} {returned.status.value}"
        if not returned.is_in:
            self._row([Part("状況", 0, 0, "label"), Part(status, 1, UNITS, "missing")])
            return
        at = japanese_time(returned.received_at) if returned.received_at else ""
        row = self._row(
            [
                Part("状況", 0, 0, "label"),
                Part(f"{status}\n{at} 受領" if at else status, 1, THIRD),
                Part("", 1 + THIRD, UNITS, "source"),
            ]
        )
        name = returned.file.rpartition("/")[2]
        self.sheet.link(
            row, 2 + THIRD, f"external:../{returned.file}", name, "source_link", returned.file
        )

    def _answers(self, returned: UnitReturn) -> None:
        plan = self.summary.plan_of(returned)
        rules = {f.field: f for f in plan.fields}
        labels = dict(plan.columns)
        records = [(p, rules[question_id(p)], a) for p, a, _ in answers_of(plan, returned)]
        for (_, group), found in groupby(records, lambda r: (r[0].sheet, r[1].group)):
            members = list(found)
            if not group:
                self._singles(members)
            elif members[0][0].row:
                self._table(members)
            else:
                self._matrix(members, labels)

    def _singles(self, members: Sequence[Record]) -> None:
        waiting: Record | None = None
        for member in members:
            if member[1].kind not in _SHORT:
                self._pair(waiting, None)
                waiting = None
                self._row([Part(_label(member[1]), 0, 0, "label"), _answer(member[2], 1, UNITS)])
            elif waiting:
                self._pair(waiting, member)
                waiting = None
            else:
                waiting = member
        self._pair(waiting, None)

    def _pair(self, first: Record | None, second: Record | None) -> None:
        """Two short answers side by side."""
        if first is None:
            return
        end = THIRD if second else UNITS
        parts = [Part(_label(first[1]), 0, 0, "label"), _answer(first[2], 1, end)]
        if second:
            label = Part(_label(second[1]), THIRD + 1, 2 * THIRD, "label")
            parts += [label, _answer(second[2], 2 * THIRD + 1, UNITS)]
        self._row(parts)

    def _matrix(self, members: Sequence[Record], labels: Mapping[str, str]) -> None:
        columns = list(dict.fromkeys(place.column for place, _, _ in members))
        if UNITS % len(columns) or len(columns) > 4:
            for place, rule, answer in members:
                label = f"{_label(rule)}（{labels.get(place.column, place.header)}）"
                self._row([Part(label, 0, 0, "label"), _answer(answer, 1, UNITS)])
            return
        spans = _spans([1] * len(columns))
        heads = [labels.get(c, c) for c in columns]
        self._row([Part("設問", 0, 0, "head"), *_over(heads, spans, "head")])
        for _, found in groupby(members, lambda r: r[1].field):
            row = list(found)
            at = {place.column: answer for place, _, answer in row}
            cells = [
                _answer(at[c], *span) if c in at else Part("", *span, "missing")
                for c, span in zip(columns, spans, strict=True)
            ]
            self._row([Part(_label(row[0][1]), 0, 0, "label"), *cells])

    def _table(self, members: Sequence[Record]) -> None:
        rules = list({rule.field: rule for _, rule, _ in members}.values())
        rows = [list(g) for _, g in groupby(_by_row(members), lambda r: r[0].row)]
        filled = [r for r in rows if any(a.state is not State.BLANK for _, _, a in r)]
        if len(rules) > UNITS:
            for row in filled:
                self._singles(row)
            return
        spans = _spans([_weight(rule) for rule in rules])
        title = rules[0].heading or "表"
        self._row([Part(title, 0, 0, "head"), *_over([r.label for r in rules], spans, "head")])
        for row in filled:
            cells = [_answer(a, *span) for (_, _, a), span in zip(row, spans, strict=False)]
            self._row([Part(row[0][0].row_label or row[0][0].row, 0, 0, "label"), *cells])
        if not filled:
            self._row([Part("", 0, 0, "label"), Part("（記入なし）", 1, UNITS, "blank")])

    def _notes_of(self, place: Place) -> None:
        notes = self.notes.get(place.code, ())
        if notes:
            self._take(6)
            row = self._take(20)
            self.sheet.merged(row, 1, 1 + UNITS, "県記入（部内限り）", "section", bottom=0)
        for note in notes:
            name = self.view_names.get(note.key.sheet, "")
            self._row([Part(name, 0, 0, "note_head"), Part(note.text, 1, UNITS, "note")])

    def _row(self, parts: Sequence[Part]) -> int:
        """Write one row, or as many as its longest text needs; returns the first one's number."""
        pieces = [split_text(part.text, part.pixels) for part in parts]
        count = max(len(p) for p in pieces)
        first = self.next_row
        for n in range(count):
            now = [
                Part(texts[n] if n < len(texts) else "", part.first, part.last, part.style)
                for part, texts in zip(parts, pieces, strict=True)
            ]
            row = self._take(
                height_of(((part.text, part.pixels) for part in now), points=POINTS, least=17)
            )
            for part in now:
                extra = {"font_size": POINTS, **({} if count == 1 else _open_lines(n, count))}
                self.sheet.merged(
                    row, part.first + 1, part.last + 1, part.text, part.style, **extra
                )
        return first

    def _take(self, points: float) -> int:
        row = self.next_row
        self.sheet.height(row, points)
        self.next_row += 1
        self.used = points if self.used + points > PAGE_POINTS else self.used + points
        return row

    def _break(self) -> None:
        self.breaks.append(self.next_row - 1)
        self.used = 0.0


Record = tuple[AnswerPlan, FieldPlan, Answer]


def _open_lines(n: int, count: int) -> dict[str, float]:
    """No line between the rows of one answer."""
    return {"top": 1 if n == 0 else 0, "bottom": 1 if n == count - 1 else 0}


def _by_subject(notes: Sequence[Note]) -> list[Note]:
    return sorted((n for n in notes if n.text), key=lambda n: n.key.subject)


def _by_row(members: Sequence[Record]) -> list[Record]:
    return sorted(members, key=lambda record: record[0].row)


def _label(rule: FieldPlan) -> str:
    return f"{rule.label}（{rule.unit}）" if rule.unit else rule.label


def _answer(answer: Answer, first: int, last: int) -> Part:
    text = answer.value or answer.raw
    return Part(text, first, last, "blank" if answer.state is State.BLANK else "body")


def _weight(rule: FieldPlan) -> int:
    """How much of a table's width its column asks for; a number must not be broken."""
    if rule.options:
        return 2 + max(map(len, rule.options)) // 10
    if rule.kind.is_text:
        return 2 + min(rule.guide, 80) // 10
    return 3


def _spans(weights: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The units shared out by weight, every column at least one."""
    total, before, used, spans = sum(weights), 0, 0, []
    for n, weight in enumerate(weights, 1):
        before += weight
        end = min(max(round(UNITS * before / total), used + 1), UNITS - len(weights) + n)
        spans.append((used + 1, end))
        used = end
    return tuple(spans)


def _over(texts: Sequence[str], spans: Sequence[tuple[int, int]], style: str) -> Iterator[Part]:
    return (Part(text, *span, style) for text, span in zip(texts, spans, strict=True))


def _who(summary: SummaryInput, unit: Unit) -> str:
    """Who answered; for a joint answer also for whom."""
    if not unit.is_joint:
        return unit.role or ""
    names = [p.name if (p := summary.place_of.get(c)) else c for c in unit.covers]
    return f"{JOINT}：{unit.name}（{'・'.join(names)}）"
