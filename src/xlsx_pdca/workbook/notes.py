"""県記入 read back from the officer's copy of 取りまとめ表, wherever sorting, filtering and new columns have put it."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from xlsx_pdca.cells import column_letters, decode_stored
from xlsx_pdca.errors import OperatorError
from xlsx_pdca.summary import NOTE_COLUMN, Note, NoteKey
from xlsx_pdca.workbook.summary_books import (
    CHART_NUMBERS,
    HEADS_SHEET,
    OVERVIEW,
    VANISHED_COLUMN,
    VANISHED_TEXT,
)
from xlsx_pdca.workbook.view_sheet import FLAG, KARTE, KEY, key_of

COMMENTS = "コメント"
"""Column under which comments on cells are kept."""
MEMO = "memo"
"""Sheet key of texts in rows without a key."""
_HEAD_SEARCH = 200
"""Rows searched for the heads: an officer may have put lines above them."""

_WITHOUT_NOTES = re.compile(rf"({OVERVIEW}|{KARTE}(\([0-9]+\))?|{CHART_NUMBERS})\Z")
_SHEETS = "xl/worksheets/sheet"
_MERGES = re.compile(rb"<((?:\w+:)?mergeCells)[ >].*?</\1>", re.DOTALL)
_FORMULA = re.compile(rb"<(\w+:)?f[ >/]")

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
    """Tabs that hold more than can be carried over: sheets of her own, ours without their heads, formulas."""


def read_notes(data: bytes, name: str) -> BookNotes:
    """Every note in the bytes of a 取りまとめ表; UnreadableSummary if they are no workbook."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(_without_merges(data)), data_only=True)
    except Exception as error:  # openpyxl raises anything on a damaged file
        raise UnreadableSummary(name) from error
    ours = _our_heads(book[HEADS_SHEET]) if HEADS_SHEET in book.sheetnames else {}
    rows: list[BookRow] = []
    strays: list[tuple[str, str]] = []
    unread = list(_with_formulas(data))
    for sheet in book.worksheets:
        found = _read_sheet(sheet, ours)
        rows += found.rows
        strays += found.strays
        unread += found.unread
    return BookNotes(tuple(_joined(rows)), tuple(strays), tuple(dict.fromkeys(unread)))


def _without_merges(data: bytes) -> bytes:
    """The book with its merged cells parted: openpyxl needs minutes for those of a large 市町村カルテ."""
    parted = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as book, zipfile.ZipFile(parted, "w") as copy:
        for name in book.namelist():
            part = book.read(name)
            copy.writestr(name, _MERGES.sub(b"", part) if name.startswith(_SHEETS) else part)
    return parted.getvalue()


def _with_formulas(data: bytes) -> Iterator[str]:
    """Tabs with formulas, of which only the value is a note; we write none ourselves."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith(_SHEETS)]
        if not any(_FORMULA.search(parts.read(name)) for name in sheets):
            return
    for sheet in openpyxl.load_workbook(io.BytesIO(data)).worksheets:
        if any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row):
            yield sheet.title


def changed_notes(book: BookNotes, booked: Iterable[Note]) -> tuple[Note, ...]:
    """What has to be booked: new, changed and emptied notes, and those whose flag was cleared as read."""
    known = {(note.key, note.column): note for note in booked}
    found = [note for row in book.rows for note in _changes(row, known)]
    for tab, text in book.strays:
        key = NoteKey(MEMO, "", hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12])
        if (key, tab) not in known:
            found.append(Note(key, tab, text, ""))
    return tuple(found)


def _changes(row: BookRow, known: Mapping[tuple[NoteKey, str], Note]) -> Iterator[Note]:
    for column, text in row.texts:
        before = known.get((row.key, column))
        is_read = before is not None and before.digest != row.digest and row.flag == ""
        if text != (before.text if before else "") or (text and is_read):
            yield Note(row.key, column, text, row.digest)


def _our_heads(sheet: Any) -> dict[str, set[str]]:
    """Heads written by us, by sheet key."""
    found: dict[str, set[str]] = {}
    for key, head in sheet.iter_rows(max_col=2, values_only=True):
        found.setdefault(_text(key), set()).add(_text(head))
    return found


def _read_sheet(sheet: Any, ours: Mapping[str, set[str]]) -> BookNotes:
    grid, comments = _grid(sheet)
    head_row = next((r for r in sorted(grid)[:_HEAD_SEARCH] if KEY in grid[r].values()), None)
    if sheet.title == HEADS_SHEET:
        return BookNotes()
    if head_row is None:
        is_foreign = bool(grid or comments) and not _WITHOUT_NOTES.match(sheet.title)
        return BookNotes(unread=(sheet.title,) if is_foreign else ())
    heads = grid[head_row]
    places = {head.strip(): column for column, head in sorted(heads.items(), reverse=True)}
    rows: list[BookRow] = []
    strays: list[tuple[str, str]] = []
    for number in sorted(n for n in {*grid, *comments} if n > head_row):
        cells = grid.get(number, {})
        key = key_of(cells.get(places[KEY], ""))
        said = comments.get(number, "")
        if key is None:
            text = "　".join([*(t.strip() for _, t in sorted(cells.items()) if t.strip()), said])
            if text.strip():
                strays.append((sheet.title, text.strip()))
        elif VANISHED_COLUMN in places:
            column = cells.get(places[VANISHED_COLUMN], NOTE_COLUMN)
            text = cells.get(places.get(VANISHED_TEXT, 0), "")
            rows.append(BookRow(*key, ((column, text),)))
        else:
            flag = cells.get(places[FLAG], "") if FLAG in places else None
            texts = _own_texts(cells, heads, ours.get(key[0].sheet), said)
            rows.append(BookRow(*key, texts, flag))
    return BookNotes(tuple(rows), tuple(strays))


def _own_texts(
    cells: Mapping[int, str], heads: Mapping[int, str], ours: set[str] | None, comment: str
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


def _is_note(head: str, column: int, heads: Mapping[int, str], ours: set[str] | None) -> bool:
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


def _grid(sheet: Any) -> tuple[Grid, dict[int, str]]:
    """Texts by row and column (from 1), and the comments of each row."""
    grid: dict[int, dict[int, str]] = {}
    comments: dict[int, str] = {}
    for cells in sheet.iter_rows():
        for cell in cells:
            if not _is_bare_link(cell) and (text := _text(cell.value)).strip():
                grid.setdefault(cell.row, {})[cell.column] = text
            if cell.comment is not None:
                before = comments.get(cell.row, "")
                comments[cell.row] = _both(before, decode_stored(cell.comment.text))
    return grid, comments


def _is_bare_link(cell: Any) -> bool:
    """Whether openpyxl filled an empty cell with the target of a link left on it."""
    link = cell.hyperlink
    return link is not None and cell.value in (link.target, link.location)


def _text(value: Any) -> str:
    """What the officer sees in the cell, as text."""
    match value:
        case None:
            return ""
        case str():
            return decode_stored(value)
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime() if (value.hour, value.minute, value.second) == (0, 0, 0):
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
    return str(value)
