"""One wide view as a flat sheet: answers, where they came from, and the officer's own columns beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.layout.metrics import CELL_PADDING, lines_needed, text_em
from xlsx_pdca.submission import State
from xlsx_pdca.summary import NOTE_COLUMN, Note, NoteKey
from xlsx_pdca.views import Shape, View, ViewCell, ViewColumn, ViewRow
from xlsx_pdca.workbook.summary_look import (
    BODY_POINTS,
    SOURCE_POINTS,
    SummarySheet,
    fits,
    height_of,
)
from xlsx_pdca.workbook.view_widths import Room, print_scale, widths_of

TITLE_ROW, SUBTITLE_ROW, HEADING_ROW, HEAD_ROW = 1, 2, 3, 4
FIRST_ROW = HEAD_ROW + 1
CODE = "団体コード"
SOURCE, FILE, FLAG, KEY = "出典", "出典のファイル", "回答の変化", "整理キー"
CHANGED = "回答が変わりました"
FULL_TEXT = "長文のため、全文は「市町村カルテ」を御覧ください。"
KARTE = "市町村カルテ"

_FIXED = ((CODE, 90), ("市町村名", 100), ("圏域", 92), ("状況", 122), ("回答者", 112))
_REPEATED = 2
"""Columns that stand on every page of a sheet that is wider than one."""
HEADING_POINTS = 9.0
_MOST_SOURCE = 150.0


@dataclass(frozen=True)
class NoteBook:
    """Notes by place and column, with the columns an officer added to each sheet."""

    texts: Mapping[tuple[NoteKey, str], Note]

    @classmethod
    def of(cls, notes: Sequence[Note]) -> NoteBook:
        return cls({(n.key, n.column): n for n in notes if n.text})

    def columns(self, view: str) -> tuple[str, ...]:
        """Heads of the note columns of a sheet, ours first."""
        own = dict.fromkeys(c for key, c in self.texts if key.sheet == view)
        return (NOTE_COLUMN, *(c for c in own if c != NOTE_COLUMN))

    def text(self, key: NoteKey, column: str) -> str:
        note = self.texts.get((key, column))
        return note.text if note else ""

    def is_outdated(self, row: ViewRow, columns: Sequence[str]) -> bool:
        """Whether an answer changed since one of the row's notes was written."""
        notes = [self.texts.get((row.key, column)) for column in columns]
        return any(note is not None and note.digest != row.digest for note in notes)


def heads_of(view: View, notes: NoteBook) -> tuple[str, ...]:
    """All heads of the sheet, from column A, no two alike."""
    fixed = [head for head, _ in _FIXED]
    behind = [SOURCE, FILE, *notes.columns(view.key), FLAG, KEY]
    heads = list(fixed)
    for column in view.columns:
        heads.append(_free_head(title_of(column), {*heads, *behind}))
    return (*heads, *behind)


def title_of(column: ViewColumn) -> str:
    return f"{column.title}（{column.unit}）" if column.unit else column.title


def _free_head(title: str, taken: set[str]) -> str:
    """The title, marked where another column has it already."""
    candidate, n = title, 1
    while candidate in taken:
        candidate = f"{title}（回答）" if n == 1 else f"{title}（回答{n}）"
        n += 1
    return candidate


def write_view(sheet: SummarySheet, view: View, notes: NoteBook, subtitle: str) -> None:
    """Write the whole sheet of a view."""
    writer = _ViewWriter(sheet, view, notes)
    writer.heads(subtitle)
    for number, row in enumerate(view.rows, FIRST_ROW):
        writer.row(number, row)
    writer.set_up(subtitle)


class _ViewWriter:
    def __init__(self, sheet: SummarySheet, view: View, notes: NoteBook) -> None:
        self.sheet = sheet
        self.view = view
        self.notes = notes
        self.note_columns = notes.columns(view.key)
        self.heads_ = heads_of(view, notes)
        front = [float(width) for _, width in _FIXED]
        self.paper = widths_of(view, front, tuple(self._behind()), _REPEATED)
        self.widths = self.paper.pixels
        self.first_answer = len(_FIXED) + 1
        self.source = self.first_answer + len(view.columns)

    def _behind(self) -> Iterator[Room]:
        """Room of the columns behind the answers."""
        yield Room(*[self._source_width()] * 2)
        yield Room(150.0, 120.0)
        yield from (
            Room(220.0, 180.0) if c == NOTE_COLUMN else Room(150.0, 130.0)
            for c in self.note_columns
        )
        yield Room(84.0, 72.0)
        yield Room(60.0, 60.0)

    def _source_width(self) -> float:
        """As wide as the longest 出典 in one line, for links do not wrap."""
        spots = {source_spot(row) for row in self.view.rows}
        widest = max((text_em(spot) for spot in spots), default=0.0) * SOURCE_POINTS * 96 / 72
        return min(max(widest + 2 * CELL_PADDING + 9, 76.0), _MOST_SOURCE)

    def heads(self, subtitle: str) -> None:
        sheet = self.sheet
        sheet.widths(self.widths)
        sheet.text(TITLE_ROW, 1, self.view.title, "title", text_wrap=False)
        sheet.height(TITLE_ROW, 27)
        sheet.text(SUBTITLE_ROW, 1, subtitle, "subtitle", text_wrap=False)
        sheet.height(SUBTITLE_ROW, 18)
        self._headings()
        for column, head in enumerate(self.heads_, 1):
            ours = column > self.source + 1
            sheet.text(HEAD_ROW, column, head, "note_head" if ours else "head")
        sheet.height(HEAD_ROW, height_of(zip(self.heads_, self.widths, strict=True), least=30))

    def _headings(self) -> None:
        """Section headings of the form over the first question of each section."""
        before = ""
        heights = [15.0]
        for column, question in enumerate(self.view.columns, self.first_answer):
            text = question.heading
            if text != before and self.view.shape is Shape.SINGLES:
                self.sheet.text(HEADING_ROW, column, text, "heading", text_wrap=True)
                heights.append(height_of([(text, self.widths[column - 1])], points=HEADING_POINTS))
            before = text
        self.sheet.height(HEADING_ROW, max(heights))

    def row(self, number: int, row: ViewRow) -> None:
        style = "missing" if row.missing else "body"
        sheet = self.sheet
        place = row.place
        sheet.text(number, 1, place.code, style)
        self._name(number, row)
        sheet.text(number, 3, place.area, style)
        sheet.text(number, 4, f"{row.status.symbol} {row.status.value}", style, font_size=9)
        sheet.text(number, 5, row.who, style)
        for column, cell in enumerate(row.cells, self.first_answer):
            write_cell(sheet, number, column, cell, missing=row.missing)
        words = self._source_words(row)
        if row.missing:
            sheet.text(number, self.source, "", "missing")
            sheet.text(number, self.source + 1, "", "missing")
        else:
            spot, tip = self._spot(row), source_words(row)
            sheet.link(number, self.source, link_to(row), spot, "source_link", tip)
            sheet.text(number, self.source + 1, words, "source")
        self._notes(number, row)
        sheet.height(number, self._height(row, words))

    def _name(self, number: int, row: ViewRow) -> None:
        """The name leads to the returned file; a name too long for one line stays plain, for links do not wrap."""
        name, sheet = row.place.name, self.sheet
        if row.missing:
            sheet.text(number, 2, name, "missing", bold=True)
        elif lines_needed(name, self.widths[1], BODY_POINTS) == 1:
            sheet.link(number, 2, link_to(row), name, "name_link", f"{row.file} を開く")
        else:
            sheet.text(number, 2, name, "name")

    def _spot(self, row: ViewRow) -> str:
        """The text of the link; the cell alone where the sheet's name has no room, for it stands in the next column."""
        spot = source_spot(row)
        is_one_line = lines_needed(spot, self.widths[self.source - 1], SOURCE_POINTS) == 1
        return spot if is_one_line or not row.spots else row.spots[0]

    def _source_words(self, row: ViewRow) -> str:
        words = source_words(row)
        long = any(
            not fits(cell.text, self.widths[column])
            for column, cell in enumerate(row.cells, len(_FIXED))
        )
        return f"{words}\n{FULL_TEXT}" if long else words

    def _notes(self, number: int, row: ViewRow) -> None:
        column = self.source + 2
        for head in self.note_columns:
            self.sheet.text(number, column, self.notes.text(row.key, head), "note")
            column += 1
        changed = self.notes.is_outdated(row, self.note_columns)
        self.sheet.text(number, column, CHANGED if changed else "", "flag" if changed else "note")
        self.sheet.text(number, column + 1, key_text(row.key, row.digest), "key")

    def _height(self, row: ViewRow, source: str) -> float:
        texts = [
            row.place.code,
            row.place.name,
            row.place.area,
            "",
            row.who,
            *(cell.text for cell in row.cells),
            "",
            "",
            *(self.notes.text(row.key, head) for head in self.note_columns),
            CHANGED if self.notes.is_outdated(row, self.note_columns) else "",
        ]
        small = height_of([(source, self.widths[self.source])], points=SOURCE_POINTS)
        return height_of(zip(texts, self.widths, strict=False), least=max(small, 22.0))

    def set_up(self, subtitle: str) -> None:
        raw = self.sheet.raw
        last_row, last = HEAD_ROW + len(self.view.rows), len(self.heads_)
        raw.autofilter(HEAD_ROW - 1, 0, last_row - 1, last - 1)
        raw.freeze_panes(HEAD_ROW, _REPEATED)
        pixels = sum(self.widths[:-1])
        self.sheet.book.set_up_print(self.sheet, pixels=pixels, repeat=(TITLE_ROW, HEAD_ROW))
        raw.fit_to_pages(1, 0)
        raw.print_area(0, 0, last_row - 1, last - 2)
        if self.paper.breaks:
            self._cut_in_pages(last_row, subtitle)

    def _cut_in_pages(self, last_row: int, subtitle: str) -> None:
        """Every page across carries code and name; the title goes into the header, where no column cuts it."""
        raw, last = self.sheet.raw, len(self.heads_)
        self.sheet.book.set_header(self.sheet, self.view.title, subtitle)
        raw.set_print_scale(print_scale(self.paper))
        raw.set_v_pagebreaks([column - 1 for column in self.paper.breaks])
        raw.repeat_columns(0, _REPEATED - 1)
        raw.repeat_rows(HEADING_ROW - 1, HEAD_ROW - 1)
        raw.print_area(HEADING_ROW - 1, 0, last_row - 1, last - 2)


def write_cell(
    sheet: SummarySheet, row: int, column: int, cell: ViewCell, *, missing: bool
) -> None:
    """One answer; where a return is in, a blank one is dotted so that it differs from a missing return."""
    if missing:
        sheet.text(row, column, cell.text, "missing")
    elif cell.number is not None:
        sheet.number(row, column, cell.number)
    else:
        sheet.text(row, column, cell.text, "blank" if cell.state is State.BLANK else "body")


def link_to(row: ViewRow) -> str:
    """Link from 70_取りまとめ to the cell in the returned file."""
    if not row.file:
        return ""
    spot = row.spots[0] if row.spots else "A1"
    place = f"#'{row.sheet.replace(chr(39), chr(39) * 2)}'!{spot}" if row.sheet else ""
    return f"external:../{row.file}{place}"


def source_spot(row: ViewRow) -> str:
    """Sheet and first cell, the short text of the link."""
    return f"{row.sheet}!{row.spots[0]}" if row.spots else "ファイル"


def source_words(row: ViewRow) -> str:
    """Where the row came from, in words: file, sheet and cells, and who entered it if not the respondent."""
    if row.missing:
        return ""
    name = row.file.rpartition("/")[2]
    cells = "・".join(dict.fromkeys(row.spots))
    place = f"{row.sheet}!{cells}" if row.sheet else ""
    return "\n".join(x for x in (f"{name} {place}".strip(), row.entry) if x)


def key_text(key: NoteKey, digest: str) -> str:
    """The visible key of a row: sheet, municipality, row, and the digest of the answers shown."""
    return "|".join((key.sheet.replace("|", "／"), key.subject, key.row, digest))


def key_of(text: str) -> tuple[NoteKey, str] | None:
    """Key and digest from the text of a key cell, or None."""
    parts = text.strip().rsplit("|", 3)
    return (NoteKey(*parts[:3]), parts[3]) if len(parts) == 4 else None
