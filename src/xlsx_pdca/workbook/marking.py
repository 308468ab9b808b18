"""A municipality's own return with the doubtful cells marked and commented, and a first sheet that lists the points.

The package is edited part by part: pictures, shapes, comments, drop-downs, formats, protection and names stay as
they are. Where that is not certain, there is no marked copy but a reason.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from xlsx_pdca.cells import Rect, parse_a1
from xlsx_pdca.own_marks import (
    COVER_SHEET,
    RECORD_SHEET,
    comment_text,
    own_sheets,
    recorded_looks,
)
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.marks.book import Book, Entry
from xlsx_pdca.workbook.marks.cells import Cells
from xlsx_pdca.workbook.marks.comments import Comments
from xlsx_pdca.workbook.marks.cover import Point, Words, cover_xml, record_xml
from xlsx_pdca.workbook.marks.geometry import Grid
from xlsx_pdca.workbook.marks.looks import Looks
from xlsx_pdca.workbook.marks.parts import CannotMark, Parts
from xlsx_pdca.workbook.parts.faults import CannotRead
from xlsx_pdca.workbook.reader import read_workbook

PARSER = "xlsx_pdca.workbook.marking"
"""The parser module to run in a `Worker`, with bytes made by `question`."""


@dataclass(frozen=True)
class Mark:
    """One point to be confirmed."""

    number: int
    sheet: str
    """Name of the sheet in the file that came back; empty for a point about the whole file."""
    cell: str
    """Like `D23`; empty for a point about the whole sheet, which is only listed."""
    text: str
    label: str = ""
    """The question as printed, for the list."""


@dataclass(frozen=True)
class Cover:
    """What stands on the first sheet around the points."""

    title: str
    lead: tuple[str, ...]
    closing: tuple[str, ...]
    author: str
    """Who asks, such as 群馬県地域包括ケア推進室; also the author of the comments."""
    ticket: str
    unit: str = ""


@dataclass(frozen=True)
class Unsafe:
    """No copy can be marked without risking what is in the file."""

    reason: str
    """A Japanese sentence without its stop, for the officer."""


Marked: TypeAlias = bytes | Unsafe

_Question = tuple[tuple[Mark, ...], Cover]
_QUESTIONS = msgspec.json.Decoder(_Question)
_SIZE = struct.Struct("<Q")
_DONE, _UNSAFE = b"M", b"U"

_REFUSED = {
    RefusalCode.ENCRYPTED: "パスワードで保護されています",
    RefusalCode.OLD_FORMAT: "Excelの標準の形式（.xlsx）ではありません",
    RefusalCode.HOSTILE: "内容が通常の範囲を超えています",
    RefusalCode.DAMAGED: "ファイルの内部が壊れています",
}

_UNREADABLE = "Excelのファイルとして読み取れません"


def marked(data: bytes, marks: Sequence[Mark], cover: Cover) -> Marked:
    """The copy with these marks and no older ones of ours, or why it cannot be made; same inputs, same bytes."""
    book = read_workbook(data)
    if isinstance(book, Refusal):
        return Unsafe(_REFUSED.get(book.code, _UNREADABLE))
    try:
        return _marked(data, book, tuple(marks), cover)
    except CannotMark as stop:
        return Unsafe(stop.reason)
    except CannotRead as stop:  # a part our reader had no need of, such as a picture
        return Unsafe(_REFUSED.get(stop.code, _UNREADABLE))


def question(data: bytes, marks: Sequence[Mark], cover: Cover) -> bytes:
    """What to give the worker."""
    asked = msgspec.json.encode((tuple(marks), cover))
    return _SIZE.pack(len(asked)) + asked + data


def parse(data: bytes, secrets: Sequence[str] = ()) -> bytes:
    """For the worker: the marked copy, or the reason, packed."""
    (size,) = _SIZE.unpack_from(data)
    marks, cover = _QUESTIONS.decode(data[_SIZE.size : _SIZE.size + size])
    match marked(data[_SIZE.size + size :], marks, cover):
        case Unsafe(reason=reason):
            return _UNSAFE + reason.encode()
        case done:
            return _DONE + done


def decode(data: bytes) -> Marked:
    """What `parse` packed, on the other side of the pipe; ValueError for other bytes."""
    match data[:1]:
        case b"M":
            return data[1:]
        case b"U":
            return Unsafe(data[1:].decode())
    raise ValueError("neither a marked copy nor a reason")


def _marked(data: bytes, book: RawBook, marks: tuple[Mark, ...], cover: Cover) -> bytes:
    parts = Parts(data)
    _require_plain(parts, book)
    work = _Work(parts)
    work.clear(book)
    looks = work.mark(marks, cover.author)
    work.list_points(marks, cover, looks)
    return parts.written()


def _require_plain(parts: Parts, book: RawBook) -> None:
    """Stop at what a changed package would break."""
    names = [name.lower() for name in parts]
    if book.has_macros or "macroenabled" in parts.type_of(Book(parts).part):
        raise CannotMark("マクロが含まれています")
    if any(name.startswith("_xmlsignatures/") for name in names):
        raise CannotMark("電子署名が付いています")
    if any("/revisions/" in name for name in names):
        raise CannotMark("変更履歴を共有するブックです")


class _Work:
    """One workbook on its way to being marked."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._book = Book(parts)
        self._styles = self._book.target("styles")
        self._looks = Looks(parts.touch(self._styles))

    def clear(self, book: RawBook) -> None:
        """Take away what an earlier marking put in; nothing of the sender's goes with it."""
        ours = own_sheets(book)
        if not ours:
            return
        before = recorded_looks(book)
        for entry in self._book.sheets:
            if entry.name not in ours and entry.kind == "worksheet":
                self._clear_sheet(entry, before)
        for name in sorted(ours):
            self._book.drop(name)

    def _clear_sheet(self, entry: Entry, before: Mapping[tuple[str, str], tuple[str, str]]) -> None:
        cells = Cells(self._parts.tree(entry.part))
        for place, style in cells.styled():
            at = parse_a1(place)
            if at and self._looks.is_marked(style):
                self._parts.touch(entry.part)
                face = before.get((entry.name, place))
                cells.set_style(*at, self._looks.with_face(style, face))
        if cells.has_highlight():
            self._parts.touch(entry.part)
            cells.drop_highlight()
        Comments(self._parts, entry.part).remove_ours()

    def mark(self, marks: Iterable[Mark], author: str) -> list[tuple[str, ...]]:
        """Give the cells our look and our comments; the look each had before."""
        by_sheet: dict[str, list[Mark]] = {}
        for mark in marks:
            if mark.sheet:
                by_sheet.setdefault(mark.sheet, []).append(mark)
        entries = {entry.name: entry for entry in self._book.sheets}
        before: list[tuple[str, ...]] = []
        for name, wanted in by_sheet.items():
            if name not in entries:
                raise CannotMark(f"シート「{name}」が見当たりません")
            before += self._mark_sheet(entries[name], [m for m in wanted if m.cell], author)
        return before

    def _mark_sheet(self, entry: Entry, marks: list[Mark], author: str) -> list[tuple[str, ...]]:
        if not marks:
            return []
        root = self._parts.touch(entry.part)
        cells = Cells(root)
        texts: dict[Rect, list[str]] = {}
        for mark in marks:
            place = parse_a1(mark.cell)
            if place is None:
                raise CannotMark(f"「{entry.name}」のセル「{mark.cell}」が見当たりません")
            said = comment_text(mark.number, mark.text, author)
            texts.setdefault(cells.area(*place), []).append(said)
        boxes = [box for area in texts for box in cells.box(area, self._looks).items()]
        before: dict[str, tuple[str, ...]] = {}
        for area, sides in boxes:
            for cell, face in cells.mark(area, sides, self._looks):
                before.setdefault(cell, (entry.name, cell, *face))
        cells.highlight([area for area, _ in boxes], self._looks.conditional())
        grid = Grid(root, self._looks.default_font())
        joined = {area: "\n\n".join(said) for area, said in texts.items()}
        Comments(self._parts, entry.part).add(joined, author, grid)
        return list(before.values())

    def list_points(
        self, marks: Iterable[Mark], cover: Cover, looks: Iterable[tuple[str, ...]]
    ) -> None:
        """The first sheet and the record behind it."""
        words = Words(cover.title, cover.ticket, cover.unit, cover.lead, cover.closing)
        points = [_point(mark) for mark in marks]
        xml, rows, texts = cover_xml(words, points, self._looks)
        name = self._book.free_sheet_name(COVER_SHEET)
        titles = {"Print_Area": f"'{name}'!$A$1:$E${rows}", "Print_Titles": f"'{name}'!$1:$1"}
        self._book.add_first(name, xml, titles)
        self._book.add_hidden(RECORD_SHEET, record_xml(texts, looks))


def _point(mark: Mark) -> Point:
    quoted = mark.sheet.replace("'", "''")
    return Point(
        mark.number,
        "\n".join(filter(None, (mark.sheet or "ファイル全体", mark.label))),
        mark.cell or ("シート" if mark.sheet else "―"),
        f"'{quoted}'!{mark.cell or 'A1'}" if mark.sheet else "",
        mark.text,
    )
