"""県記入 read back from the officer's copy of 取りまとめ表, wherever sorting, filtering and new columns have put it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsx_pdca.cells import column_letters
from xlsx_pdca.errors import OperatorError
from xlsx_pdca.rawbook import RawBook, RawSheet, Refusal
from xlsx_pdca.summary import NOTE_COLUMN, Note, NoteKey
from xlsx_pdca.values import raw_text
from xlsx_pdca.workbook.overview import CHART_NUMBERS, COUNTED
from xlsx_pdca.workbook.parts.limits import OWN_BOOK
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workbook.summary_books import (
    OVERVIEW,
    VANISHED,
    VANISHED_COLUMN,
    VANISHED_TEXT,
)
from xlsx_pdca.workbook.view_sheet import CODE, FLAG, KARTE, KEY, key_of
from xlsx_pdca.workbook.written import SHEET_NAME, Kind, Written, row_of

COMMENTS = "コメント"
"""Column under which comments on cells are kept."""
MEMO = "memo"
"""Sheet key of texts in rows without a key."""
_WITHOUT_KEYS = (OVERVIEW, KARTE, CHART_NUMBERS)
_HEAD_SEARCH = 200
"""Rows searched for the heads: an officer may have put lines above them."""
_MOST_ROWS = 20
"""So many rows of a sheet without keys are named; where more were touched, the sheet alone says it better."""

Grid = Mapping[int, Mapping[int, str]]


class UnreadableSummary(OperatorError):
    """取りまとめ表 cannot be read, so its notes cannot be saved; it is left as it is."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"「{name}」を読み取れないため、県記入を引き継げません。取りまとめは行っていません。",
            "Excelで開けるかを御確認ください。開けないときは、別の名前に変えて残してから、もう一度取りまとめてください。",
        )


@dataclass(frozen=True)
class BookRow:
    """One keyed row as the officer left it."""

    key: NoteKey
    digest: str
    """Of the answers that stood in it."""
    texts: tuple[tuple[str, str], ...]
    """(column head, text), empty texts too."""
    flag: str | None = None
    """What stands in 回答の変化; None where the column is gone."""


@dataclass(frozen=True)
class BookNotes:
    rows: tuple[BookRow, ...] = ()
    strays: tuple[tuple[str, str], ...] = ()
    """(tab, text) of rows without a key: lines an officer added."""
    unread: tuple[str, ...] = ()
    """Tabs, and rows of them, that hold more than can be carried over: sheets of her own, ours without
    their heads, formulas, pictures, texts of ours that she changed, rows whose key is another row's."""
    number: int | None = None
    """Number of the last event the book shows; None where it does not say."""


@dataclass(frozen=True)
class Changes:
    """What has to be booked after the officer worked in the book."""

    notes: tuple[Note, ...] = ()
    both: tuple[Note, ...] = ()
    """Those among them that join two texts: hers, and one booked after her copy was made."""


def read_notes(data: bytes, name: str) -> BookNotes:
    """Every note in the bytes of a 取りまとめ表; UnreadableSummary if they are no workbook."""
    book = read_workbook(data, times=OWN_BOOK)
    if isinstance(book, Refusal):
        raise UnreadableSummary(name)
    written = _written(book)
    sheets = [sheet for sheet in book.sheets if sheet.name != SHEET_NAME]
    found = {sheet.name: _read_sheet(sheet, book, written) for sheet in sheets}
    unread = [place for sheet in found.values() for place in sheet.unread]
    return BookNotes(
        rows=tuple(_joined([row for sheet in found.values() for row in sheet.rows])),
        strays=tuple(stray for sheet in found.values() for stray in sheet.strays),
        unread=tuple(dict.fromkeys([*_copied_tabs(found), *unread])),
        number=written.number,
    )


def _copied_tabs(found: Mapping[str, BookNotes]) -> Iterator[str]:
    """Tabs the officer copied from one of ours: their notes are kept, the tabs are not made again.

    Programs add something to the name of a copy, so the shortest one is ours.
    """
    tabs: dict[str, list[str]] = {}
    for name, sheet in found.items():
        for view in dict.fromkeys(row.key.sheet for row in sheet.rows if name != VANISHED):
            tabs.setdefault(view, []).append(name)
    for names in tabs.values():
        yield from sorted(names, key=len)[1:]


def _written(book: RawBook) -> Written:
    sheet = next((s for s in book.sheets if s.name == SHEET_NAME), None)
    grid = _grid(sheet, book) if sheet else {}
    return Written.of([tuple(cells.get(n, "") for n in (1, 2, 3)) for cells in grid.values()])


def changed_notes(
    book: BookNotes, booked: Iterable[Note], then: Iterable[Note] | None = None
) -> Changes:
    """What has to be booked: new, changed and emptied notes, and those whose flag was cleared as read.

    `then` is what was booked when the book was written, where that differs from `booked`: a colleague
    merged meanwhile, or an older copy came back. A text that nobody changed in it is then no news, and
    where both changed, both texts stay.
    """
    now = {(note.key, note.column): note for note in booked}
    before = now if then is None else {(note.key, note.column): note for note in then}
    found = [change for row in book.rows for change in _changes(row, now, before)]
    strays = [
        Note(NoteKey(MEMO, "", _short_digest(text)), tab, text, "") for tab, text in book.strays
    ]
    notes = [note for note, _ in found]
    notes += [note for note in strays if (note.key, note.column) not in now]
    return Changes(tuple(notes), tuple(note for note, is_both in found if is_both))


def _short_digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def _changes(
    row: BookRow,
    now: Mapping[tuple[NoteKey, str], Note],
    before: Mapping[tuple[NoteKey, str], Note],
) -> Iterator[tuple[Note, bool]]:
    """Notes of a row that differ from what the book was written with, and whether two texts were joined."""
    for column, text in row.texts:
        here = row.key, column
        known, base = now.get(here), before.get(here)
        known_text, base_text = known.text if known else "", base.text if base else ""
        is_read = known is not None and known.digest != row.digest and row.flag == ""
        if text != base_text and known_text not in (base_text, text):
            yield Note(row.key, column, _both(known_text, text), row.digest), True
        elif text not in (base_text, known_text) or (text == known_text and text and is_read):
            yield Note(row.key, column, text, row.digest), False


def _read_sheet(sheet: RawSheet, book: RawBook, written: Written) -> BookNotes:
    grid, comments = _grid(sheet, book), _comments(sheet)
    head_row = next((r for r in sorted(grid)[:_HEAD_SEARCH] if KEY in grid[r].values()), None)
    if head_row is None:
        is_ours = _is_untouched(sheet, grid, comments, written)
        return BookNotes(unread=() if is_ours else _places(sheet, grid, comments, written))
    page = _Page(sheet.name, grid, comments, head_row, written)
    has_more = _has_formulas(sheet) or sheet.drawings or not page.is_untouched_above()
    found = page.read()
    return replace(found, unread=(*((sheet.name,) if has_more else ()), *found.unread))


def _is_untouched(
    sheet: RawSheet, grid: Grid, comments: Mapping[int, str], written: Written
) -> bool:
    """Whether a sheet without keys says what we wrote there, or nothing at all."""
    if comments or _has_pictures(sheet) or _has_formulas(sheet):
        return False
    if not written.knows(Kind.SHEET, sheet.name):
        is_ours = sheet.name.startswith(_WITHOUT_KEYS) and not written.lines
        return is_ours or not grid
    return written.agrees(Kind.SHEET, sheet.name, _texts(grid))


def _places(
    sheet: RawSheet, grid: Grid, comments: Mapping[int, str], written: Written
) -> tuple[str, ...]:
    """The rows of a sheet without keys on which somebody wrote, if they are few; else its name alone."""
    formulas = {row for (row, _), cell in sheet.cells.items() if cell.formula is not None}
    marked = formulas | set(comments)
    changed = {n for n, cells in grid.items() if not written.is_line(sheet.name, cells.values())}
    rows = sorted(marked | changed)
    is_more = _has_pictures(sheet) or not written.knows(Kind.LINE, sheet.name)
    if is_more or not 0 < len(rows) <= _MOST_ROWS:
        return (sheet.name,)
    return tuple(f"{sheet.name} {row}行目" for row in rows)


def _has_pictures(sheet: RawSheet) -> bool:
    """The chart of 概況 is ours, with its title."""
    is_overview = sheet.name == OVERVIEW
    theirs = [t for t in sheet.drawing_texts if not (is_overview and t.endswith(COUNTED))]
    return sheet.drawings > is_overview or bool(theirs)


def _has_formulas(sheet: RawSheet) -> bool:
    """We write none; only its value could be a note."""
    return any(cell.formula is not None for cell in sheet.cells.values())


def _texts(grid: Grid) -> Iterator[str]:
    return (text for cells in grid.values() for text in cells.values())


@dataclass(frozen=True)
class _Page:
    """A sheet with keyed rows."""

    name: str
    grid: Grid
    comments: Mapping[int, str]
    head_row: int
    written: Written

    @property
    def heads(self) -> Mapping[int, str]:
        return self.grid[self.head_row]

    @property
    def places(self) -> Mapping[str, int]:
        """Column of each head, the leftmost of equal ones."""
        return {head.strip(): n for n, head in sorted(self.heads.items(), reverse=True)}

    def is_untouched_above(self) -> bool:
        """Whether the lines above the heads are ours."""
        keys = (key_of(cells.get(self.places[KEY], "")) for cells in self.grid.values())
        views = dict.fromkeys(key[0].sheet for key in keys if key)
        above = {n: cells for n, cells in self.grid.items() if n < self.head_row}
        return all(self.written.agrees(Kind.ABOVE, view, _texts(above)) for view in views)

    def read(self) -> BookNotes:
        rows: list[BookRow] = []
        strays: list[tuple[str, str]] = []
        unread: list[str] = []
        places = self.places
        for number in sorted(n for n in {*self.grid, *self.comments} if n > self.head_row):
            cells, said = self.grid.get(number, {}), self.comments.get(number, "")
            key = key_of(cells.get(places[KEY], ""))
            if key is None:
                text = "　".join([*(t.strip() for _, t in sorted(cells.items())), said]).strip()
                strays += [(self.name, text)] if text else []
            elif VANISHED_COLUMN in places:
                column = cells.get(places[VANISHED_COLUMN], NOTE_COLUMN)
                rows.append(BookRow(*key, ((column, cells.get(places.get(VANISHED_TEXT, 0), "")),)))
            else:
                is_as_written, is_its_own = self._compared(key[0], cells)
                if not is_as_written:
                    unread.append(f"{self.name} {number}行目")
                if is_its_own:
                    rows.append(self._row(key, cells, said))
        return BookNotes(tuple(rows), tuple(strays), tuple(unread))

    def _compared(self, key: NoteKey, cells: Mapping[int, str]) -> tuple[bool, bool]:
        """Whether our texts in the row are unchanged, and whether the key still stands in its own row.

        Both are True where a column of ours was taken out, so that nobody can tell.
        """
        contents = self.written.contents(key.sheet)
        if not contents <= self.places.keys():
            return True, True
        texts = [cells.get(self.places[head], "") for head in contents]
        if self.written.agrees(Kind.ROW, row_of(key), texts):
            return True, True
        is_others = cells.get(self.places.get(CODE, 0), "") not in ("", key.subject)
        return False, not (is_others or self.written.is_of_some_row(texts))

    def _row(self, key: tuple[NoteKey, str], cells: Mapping[int, str], comment: str) -> BookRow:
        flag = cells.get(self.places[FLAG], "") if FLAG in self.places else None
        ours = self.written.heads(key[0].sheet)
        return BookRow(*key, _own_texts(cells, self.heads, ours, comment), flag)


def _own_texts(
    cells: Mapping[int, str], heads: Mapping[int, str], ours: frozenset[str] | None, comment: str
) -> tuple[tuple[str, str], ...]:
    """The note columns of a row: ours, and every column whose head we did not write."""
    found: dict[str, str] = {}
    for column in sorted({*heads, *cells}):
        head = heads.get(column, "").strip()
        if not _is_note(head, column, heads, ours):
            continue
        text = cells.get(column, "")
        if not head:
            if not text:
                continue
            head = f"（見出しなし）{column_letters(column)}列"
        found[head] = _both(found.get(head, ""), text)
    if comment:
        found[COMMENTS] = _both(found.get(COMMENTS, ""), comment)
    return tuple(found.items())


def _is_note(head: str, column: int, heads: Mapping[int, str], ours: frozenset[str] | None) -> bool:
    if head == NOTE_COLUMN:
        return True
    if ours is not None:
        return head not in ours
    # Without the list of our heads, what stands right of our note column is the officer's.
    first = min((c for c, h in heads.items() if h.strip() == NOTE_COLUMN), default=1 << 20)
    return column > first and head not in (FLAG, KEY)


def _joined(rows: Sequence[BookRow]) -> Iterator[BookRow]:
    """One row per key: where a row was copied, different texts are both kept."""
    found: dict[NoteKey, BookRow] = {}
    for row in rows:
        before = found.get(row.key)
        if before is None:
            found[row.key] = row
            continue
        texts = dict(before.texts)
        for column, text in row.texts:
            texts[column] = _both(texts.get(column, ""), text)
        found[row.key] = BookRow(row.key, row.digest, tuple(texts.items()), before.flag)
    yield from found.values()


def _both(one: str, other: str) -> str:
    if not one or not other or other in one.split("\n\n"):
        return one or other
    return f"{one}\n\n{other}"


def _grid(sheet: RawSheet, book: RawBook) -> Grid:
    """Texts by row and column (from 1), as the officer sees them; blank ones left out."""
    grid: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        text = raw_text(cell, date1904=book.date1904)
        if text.strip():
            grid.setdefault(row, {})[column] = text
    return grid


def _comments(sheet: RawSheet) -> Mapping[int, str]:
    """Comments of each row."""
    found: dict[int, str] = {}
    for row, _, text in sheet.comments:
        found[row] = _both(found.get(row, ""), text)
    return found
