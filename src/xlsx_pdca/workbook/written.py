"""What stood in 取りまとめ表 when it was written, kept in a hidden sheet so that later changes can be told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from xlsx_pdca.summary import NOTE_COLUMN, NoteKey
from xlsx_pdca.views import View
from xlsx_pdca.workbook.summary_look import SummaryBook, SummarySheet
from xlsx_pdca.workbook.view_sheet import (
    FIRST_ROW,
    FLAG,
    HEAD_ROW,
    KEY,
    NoteBook,
    heads_of,
    key_text,
)

SHEET_NAME = "_pdca"
"""Very hidden; programs that drop it cost only what it tells."""

_CHANGE_BY_THEMSELVES = (NOTE_COLUMN, FLAG, KEY)


class Kind(StrEnum):
    """What a line of the hidden sheet tells; a second and a third column say of what, and what."""

    NUMBER = "number"
    """Number of the last event the book shows."""
    HEAD = "head"
    """A head of ours, by view key."""
    ABOVE = "above"
    """Digest of the texts above the heads, by view key."""
    ROW = "row"
    """Digest of our texts in a row, by its key."""
    SHEET = "sheet"
    """Digest of all texts of a sheet without keys, by its name."""
    LINE = "line"
    """Digest of the texts of a row of such a sheet, by the sheet's name."""


@dataclass(frozen=True)
class Written:
    """What a book held when it was written; empty where the hidden sheet is gone."""

    lines: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(kind, of what) → what."""

    @classmethod
    def of(cls, rows: Iterable[Sequence[str]]) -> Written:
        """From the three columns of the hidden sheet."""
        lines: dict[tuple[str, str], tuple[str, ...]] = {}
        for kind, of, what in rows:
            lines[kind, of] = (*lines.get((kind, of), ()), what)
        return cls(lines)

    @property
    def number(self) -> int | None:
        """Number of the last event it shows."""
        said = self.lines.get((Kind.NUMBER, ""), ("",))[0]
        return int(said) if said.isdecimal() else None

    def heads(self, view: str) -> frozenset[str] | None:
        found = self.lines.get((Kind.HEAD, view))
        return None if found is None else frozenset(found)

    def contents(self, view: str) -> frozenset[str]:
        """Heads under which nobody but us writes."""
        return (self.heads(view) or frozenset()) - {*_CHANGE_BY_THEMSELVES}

    def agrees(self, kind: Kind, of: str, texts: Iterable[str]) -> bool:
        """Whether these are the texts written there; True where nothing is known."""
        found = self.lines.get((kind, of))
        return found is None or digest_of(texts) in found

    def is_line(self, sheet: str, texts: Iterable[str]) -> bool:
        """Whether these are our texts of any row of a sheet without keys; True where nothing is known."""
        return self.agrees(Kind.LINE, sheet, texts)

    def is_of_some_row(self, texts: Iterable[str]) -> bool:
        """Whether these are our texts of any row."""
        return digest_of(texts) in self._rows

    @cached_property
    def _rows(self) -> frozenset[str]:
        rows = (what for (kind, _), what in self.lines.items() if kind == Kind.ROW)
        return frozenset(digest for found in rows for digest in found)

    def knows(self, kind: Kind, of: str) -> bool:
        return (kind, of) in self.lines


def digest_of(texts: Iterable[str]) -> str:
    """Twelve hex signs of the texts in whatever order; blank ones do not count."""
    parts = sorted(text for text in texts if text.strip())
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


def row_of(key: NoteKey) -> str:
    """Name of a row in the hidden sheet."""
    return key_text(key, "")


def write_written(
    book: SummaryBook,
    number: int,
    views: Sequence[tuple[View, SummarySheet]],
    notes: NoteBook,
) -> None:
    """Add the hidden sheet that tells what stands in the sheets of the views, and in all others."""
    with_keys = [sheet for _, sheet in views]
    lines: list[tuple[str, str, str]] = [(Kind.NUMBER, "", str(number))]
    for view, written in views:
        lines += _lines_of_view(view, written, notes)
    for other in book.sheets:
        if other not in with_keys:
            lines += _lines_of_other(other)
    sheet = book.sheet(SHEET_NAME)
    sheet.raw.very_hidden()
    for row, line in enumerate(lines, 1):
        sheet.texts(row, line, "raw")


def _lines_of_other(sheet: SummarySheet) -> Iterator[tuple[Kind, str, str]]:
    """Of a sheet without keys: its texts as a whole, and each different row, wherever it stands later."""
    name = sheet.raw.get_name()
    yield Kind.SHEET, name, digest_of(sheet.written.values())
    rows: dict[int, list[str]] = {}
    for (row, _), text in sheet.written.items():
        rows.setdefault(row, []).append(text)
    for digest in dict.fromkeys(map(digest_of, rows.values())):
        yield Kind.LINE, name, digest


def _lines_of_view(
    view: View, sheet: SummarySheet, notes: NoteBook
) -> Iterator[tuple[Kind, str, str]]:
    own = set(notes.columns(view.key)[1:])
    heads = {n: head for n, head in enumerate(heads_of(view, notes), 1) if head not in own}
    for head in heads.values():
        yield Kind.HEAD, view.key, head
    above = (text for (row, _), text in sheet.written.items() if row < HEAD_ROW)
    yield Kind.ABOVE, view.key, digest_of(above)
    contents = [n for n, head in heads.items() if head not in _CHANGE_BY_THEMSELVES]
    for number, row in enumerate(view.rows, FIRST_ROW):
        texts = (sheet.written.get((number, column), "") for column in contents)
        yield Kind.ROW, row_of(row.key), digest_of(texts)
