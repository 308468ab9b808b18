"""市町村カルテ: everything about one municipality on paper, long answers complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from xlsx_pdca.checks.joined import NO_QUESTION, NOT_CHOSEN
from xlsx_pdca.layout.metrics import lines_needed
from xlsx_pdca.reading import answer_label
from xlsx_pdca.submission import Entry, State
from xlsx_pdca.summary import NOTE_COLUMN, Note, Place, SummaryInput, UnitReturn
from xlsx_pdca.unit import Unit
from xlsx_pdca.views import JOINT, View, respondents
from xlsx_pdca.views.computed import shown_records
from xlsx_pdca.views.rows import typed_by_others
from xlsx_pdca.workbook.karte_rows import (
    LABEL_PIXELS,
    LONG_SLOTS,
    MIDDLE_SLOTS,
    POINTS,
    SHORT,
    SHORT_SLOTS,
    THIRD,
    UNIT_PIXELS,
    UNITS,
    WIDTH,
    Part,
    Record,
    answer_part,
    beside,
    height,
    label_of,
    over,
    spans_of,
    split_text,
    weight_of,
)
from xlsx_pdca.workbook.summary_look import SummarySheet, height_of, japanese_time

SCALE = 78
"""Per cent at which WIDTH fits on A3 across; set as such, since Excel forgets page breaks where it fits pages itself."""
PAGE_POINTS = 957.0
"""Height of the rows on one printed page at that scale."""
LEAST_ON_PAGE = 150.0
"""A form begins on a new page rather than with less than this left."""
MOST_PAGES = 300
"""Municipalities per sheet."""
MOST_BREAKS = 1_000
"""Page breaks per sheet; Excel allows 1,023."""
LEFT_OUT = "合わせるときに採用しなかった記載"
"""Heading over what somebody answered and another one's text was taken for."""
_TOGETHER = 60.0
"""A heading goes to the next page with what follows it where less than this is left."""
NOT_IN = "まだ届いていない市町村"
"""Title of the page on which the municipalities stand together of which nothing is in."""
SUGGESTED = "「同上」などが指していると思われる御回答（参考。置き換えてはいません）"
"""Heading over what answers that point to others seem to mean."""
BESIDE = "欄の外の書き込み"
"""Heading over what was written elsewhere: beside the fields, in comments, text boxes and sheets of their own."""


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
        self.who = respondents(summary, summary.units)
        sheet.raw.set_zoom(80)
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

    def not_in(self, pages: Sequence[tuple[Place, Sequence[UnitReturn]]]) -> None:
        """One page for all municipalities of which nothing is in, each with what is awaited."""
        if self.next_row > 1:
            self._break()
        row = self._take(30)
        self.sheet.merged(row, 1, 1 + UNITS, NOT_IN, "title", bottom=2, font_size=18)
        self._take(6)
        for place, returns in pages:
            words = [self._awaited(returned) for returned in returns]
            parts = [Part(place.name, 0, 0, "label"), Part(place.area_name, 1, 4, "missing")]
            self.starts[place.code] = self._row(
                [*parts, Part("　".join(words), 5, UNITS, "missing")]
            )
            for note in self.notes.get(place.code, ()):
                self._note(note)

    def finish(self) -> None:
        self.sheet.book.set_up_print(self.sheet, pixels=WIDTH, paper="A3")
        self.sheet.raw.set_print_scale(SCALE)
        self.sheet.raw.set_h_pagebreaks(self.breaks)
        self.sheet.raw.print_area(0, 0, max(self.next_row - 2, 0), UNITS)

    def _head(self, place: Place) -> None:
        row = self._take(30)
        words = [place.code, place.area_name, place.health_office]
        self.sheet.merged(row, 1, 3 + THIRD, place.name, "title", bottom=2, font_size=18)
        line = "　".join(word for word in words if word)
        self.sheet.merged(row, 4 + THIRD, 1 + UNITS, line, "subtitle", align="right", bottom=2)

    def _return(self, returned: UnitReturn) -> None:
        unit = self.summary.unit_of[returned.unit]
        plan = self.summary.plan_of(returned)
        if self.used > PAGE_POINTS - LEAST_ON_PAGE:
            self._break()
        self._take(8)
        self._receipt(returned, plan.title, self._who(unit))
        if returned.is_in:
            self._answers(returned)
            self._suggested(returned)
            self._not_chosen(returned)
            self._beside(returned)

    def _who(self, unit: Unit) -> str:
        """Who answered; for a joint answer also for whom."""
        if not unit.is_joint:
            return self.who[unit.id]
        names = [p.name if (p := self.summary.place_of.get(c)) else c for c in unit.covers]
        return f"{JOINT}：{unit.name}（{'・'.join(names)}）"

    def _awaited(self, returned: UnitReturn) -> str:
        words = f"{self.summary.plan_of(returned).title}：{returned.status.symbol} {returned.status.value}"
        unit = self.summary.unit_of[returned.unit]
        return f"{words}（{self._who(unit)}）" if unit.is_joint else words

    def _receipt(self, returned: UnitReturn, title: str, who: str) -> None:
        """The form, how far its return stands, the file, and who answered."""
        status = f"{returned.status.symbol} {returned.status.value}"
        head = Part(title, 0, 0, "head")
        if not returned.is_in:
            self._row([head, Part(f"{status}　{who}".strip(), 1, UNITS, "missing")])
            return
        at = f"{japanese_time(returned.received_at)} 受領" if returned.received_at else ""
        words = "　".join(word for word in (status, at, *_entry(returned)) if word)
        link = Part("", 1 + THIRD, 2 * THIRD, "source")
        row = self._row([head, Part(words, 1, THIRD), link, Part(who, 1 + 2 * THIRD, UNITS)])
        self._link(row, returned.file)
        for part in returned.parts[:-1]:
            at = f"{japanese_time(part.received_at)} 受領" if part.received_at else ""
            label = Part("合わせたファイル", 0, 0, "label")
            words = "　".join(word for word in (part.entered_by, at) if word)
            rest = Part("", 1 + 2 * THIRD, UNITS)
            self._link(self._row([label, Part(words, 1, THIRD), link, rest]), part.file)

    def _link(self, row: int, file: str) -> None:
        name = file.rpartition("/")[2]
        self.sheet.link(row, 2 + THIRD, f"external:../{file}", name, "source_link", file)

    def _answers(self, returned: UnitReturn) -> None:
        plan = self.summary.plan_of(returned)
        labels = dict(plan.columns)
        records = [(place, rule, a) for place, rule, a, _ in shown_records(plan, returned)]
        heading = ""
        for (_, group, text), found in groupby(
            records, lambda r: (r[0].sheet, r[1].group, r[1].heading)
        ):
            members = list(found)
            is_table = bool(group and members[0][0].row)
            if text and text != heading and not is_table:
                self._heading(text)
            heading = text
            if is_table:
                self._table(members)
            elif group:
                self._matrix(members, labels)
            else:
                self._singles(members)

    def _suggested(self, returned: UnitReturn) -> None:
        """What answers such as 「同上」 seem to mean: beside them, never in their place."""
        reading = returned.reading
        if reading is None or not reading.suggestions:
            return
        plan = self.summary.plan_of(returned)
        planned = {answer.address: answer for answer in plan.answers}
        said = {answer.address: answer.raw for answer in reading.answers}
        corrected = {each.answer.address for each in returned.corrections}
        open_ones = [each for each in reading.suggestions if each.address not in corrected]
        if open_ones:
            self._heading(SUGGESTED)
        for each in open_ones:
            label = f"{answer_label(planned[each.address], plan)}「{said[each.address]}」"
            words = f"「{each.source}」の御回答：{each.text}"
            self._row([Part(label, 0, 0, "label"), Part(words, 1, UNITS)])

    def _not_chosen(self, returned: UnitReturn) -> None:
        """Where several files were joined: every text that does not count, with its writer."""
        told = [dict(f.context) for f in returned.findings if f.code in (NOT_CHOSEN, NO_QUESTION)]
        if told:
            self._heading(LEFT_OUT)
        for each in told:
            text = f"〔{each['name']}〕\n{each['found']}"
            self._row([Part(each["label"], 0, 0, "label"), Part(text, 1, UNITS)])

    def _beside(self, returned: UnitReturn) -> None:
        """How many pictures came, and what was written outside the fields."""
        reading = returned.reading
        if reading is None:
            return
        for sheet, count in reading.drawings:
            if (
                count
            ):  # a line that says that nothing came would push short kartes onto a second page
                words = f"図や図形 {count}点（受領したファイルで御覧ください）"
                self._row([Part(sheet, 0, 0, "label"), Part(words, 1, UNITS)])
        if reading.strays:
            self._heading(BESIDE)
        for stray in reading.strays:
            place = " ".join(word for word in (stray.sheet, stray.cell) if word)
            self._row([Part(place, 0, 0, "label"), Part(stray.text, 1, UNITS)])

    def _heading(self, text: str) -> None:
        """A section of the form, in its own words."""
        if self.used + _TOGETHER > PAGE_POINTS:
            self._break()
        row = self._take(height_of([(text, WIDTH)], points=POINTS, least=17))
        self.sheet.merged(row, 1, 1 + UNITS, text, "heading", font_size=POINTS, valign="bottom")

    def _singles(self, members: Sequence[Record]) -> None:
        """Short answers four beside each other, long ones two or three, whichever takes less height."""
        for is_short, found in groupby(members, lambda member: member[1].kind in SHORT):
            waiting = list(found)
            layouts = (SHORT_SLOTS,) if is_short else (LONG_SLOTS, MIDDLE_SLOTS)
            tried = [list(beside(waiting, slots)) for slots in layouts]
            for parts in min(tried, key=lambda rows: sum(map(height, rows))):
                self._row(parts)

    def _matrix(self, members: Sequence[Record], labels: Mapping[str, str]) -> None:
        columns = list(dict.fromkeys(place.column for place, _, _ in members))
        if UNITS % len(columns) or len(columns) > 4:
            for place, rule, answer in members:
                label = f"{label_of(rule)}（{labels.get(place.column, place.header)}）"
                self._row([Part(label, 0, 0, "label"), answer_part(answer, rule, 1, UNITS)])
            return
        spans = spans_of([1] * len(columns))
        heads = [labels.get(c, c) for c in columns]
        self._row([Part("設問", 0, 0, "head"), *over(heads, spans, "head")])
        for _, found in groupby(members, lambda r: r[1].field):
            row = list(found)
            at = {place.column: answer for place, _, answer in row}
            cells = [
                answer_part(at[c], row[0][1], *span) if c in at else Part("", *span, "missing")
                for c, span in zip(columns, spans, strict=True)
            ]
            self._row([Part(label_of(row[0][1]), 0, 0, "label"), *cells])

    def _table(self, members: Sequence[Record]) -> None:
        rules = list({rule.field: rule for _, rule, _ in members}.values())
        rows = [list(g) for _, g in groupby(_by_row(members), lambda r: r[0].row)]
        filled = [r for r in rows if any(a.state is not State.BLANK for _, _, a in r)]
        if len(rules) > UNITS:
            for row in filled:
                self._singles(row)
            return
        spans = spans_of([weight_of(rule) for rule in rules])
        title = rules[0].heading or "表"
        self._row([Part(title, 0, 0, "head"), *over([r.label for r in rules], spans, "head")])
        for row in filled:
            cells = [
                answer_part(a, rule, *span) for (_, rule, a), span in zip(row, spans, strict=False)
            ]
            self._row([Part(row[0][0].row_label or row[0][0].row, 0, 0, "label"), *cells])
        if not filled:
            self._row([Part("", 0, 0, "label"), Part("（記入なし）", 1, UNITS, "blank")])

    def _notes_of(self, place: Place) -> None:
        notes = self.notes.get(place.code, ())
        if notes:
            self._take(6)
            row = self._take(20)
            self.sheet.merged(row, 1, 1 + UNITS, NOTE_COLUMN, "section", bottom=0)
        for note in notes:
            self._note(note)

    def _note(self, note: Note) -> None:
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
            row = self._take(height(now))
            is_low = count == 1 and all(lines_needed(p.text, p.pixels, POINTS) < 2 for p in now)
            for part in now:
                lines = {} if count == 1 else _open_lines(n, count)
                low = {"valign": "vcenter"} if is_low else {}
                extra = {"font_size": POINTS, **lines, **low}
                self.sheet.merged(
                    row, part.first + 1, part.last + 1, part.text, part.style, **extra
                )
        return first

    def _take(self, points: float) -> int:
        row = self.next_row
        self.sheet.height(row, points)
        self.next_row += 1
        if self.used + points > PAGE_POINTS:
            self._break(row)
        self.used += points
        return row

    def _break(self, row: int = 0) -> None:
        """Begin a page with the row, or with the next one."""
        if len(self.breaks) < MOST_BREAKS:
            self.breaks.append((row or self.next_row) - 1)
        self.used = 0.0


def _open_lines(n: int, count: int) -> dict[str, float]:
    """No line between the rows of one answer."""
    return {"top": 1 if n == 0 else 0, "bottom": 1 if n == count - 1 else 0}


def _by_subject(notes: Sequence[Note]) -> list[Note]:
    return sorted((n for n in notes if n.text), key=lambda n: n.key.subject)


def _by_row(members: Sequence[Record]) -> list[Record]:
    return sorted(members, key=lambda record: record[0].row)


def _entry(returned: UnitReturn) -> Iterator[str]:
    """Who entered it, where it was not the respondent, and how many answers were corrected."""
    yield from typed_by_others(returned)
    if returned.corrections:
        yield f"{Entry.CORRECTED} {len(returned.corrections)}か所"
