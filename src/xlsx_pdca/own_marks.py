"""What we put into a marked copy of a return, and how it is told from what its sender writes.

Nothing here leans on the ledger: a comment of ours proves itself by a digest of its sentence, and the sheets of
ours say what stood on them, so a copy can come back through any program, by any way, and is read alike.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xlsx_pdca.cells import a1, folded, is_blank
from xlsx_pdca.rawbook import CellType, RawBook, RawSheet

COVER_SHEET = "御確認いただきたい点"
"""Name of the first sheet of a marked copy; a number follows where the sender has a sheet of that name."""
RECORD_SHEET = "_pdca_marks"
"""Very hidden sheet of a marked copy: what stood on the first sheet, and how marked cells looked before."""
RECORD_TEXT, RECORD_LOOK = "text", "look"
"""First words of the rows of the record: a text of the first sheet; sheet, cell, fill and border of a marked cell."""

HEADS = ("番号", "シート・設問", "セル", "御確認いただきたい内容", "御回答欄")
"""Headers of the table on the first sheet; by them it is known, the last one is where people answer."""

_LINE = "―――――――――――――――"
_LONGEST_PARTING = 40
_HEAD = "【御確認いただきたい点 "
_NUMBER = re.compile(r"([0-9]{1,6})】\n")
_TAIL = re.compile(r"\n（[^\n]{0,200}確認番号 ([0-9]{1,6})-([0-9A-F]{6})）")
_POINT = re.compile(r"([0-9]{1,4})(\.0)?")
_PARTED = re.compile(r"\n?―{8,}\n\Z")


def comment_text(number: int, text: str, author: str) -> str:
    """A sentence as it stands in a comment, with the digest that proves it ours."""
    sign = " ".join(author.split())
    return f"【御確認いただきたい点 {number}】\n{text}\n（{sign}　確認番号 {number}-{_proof(number, text)}）"


def below(theirs: str, ours: str) -> str:
    """A comment of the sender with ours beneath it, parted by a line."""
    return f"{theirs}{parting(ours)}"


def parting(ours: str) -> str:
    """What is put behind a comment of the sender: a line, and ours below it."""
    return f"\n{_LINE}\n{ours}"


def without_ours(text: str) -> str:
    """What of a comment the sender wrote; a sentence of ours somebody changed counts as theirs."""
    kept, start, seen = [], 0, 0
    for tail in _TAIL.finditer(text):
        head = text.rfind(_HEAD, seen, tail.start())
        seen = tail.end()  # nothing is looked at twice, however a comment is made up
        if head >= 0 and _is_ours(text[head : tail.start()], tail):
            above = text[start:head]
            parted = _PARTED.search(above[-_LONGEST_PARTING:])
            kept.append(above[: len(above) - len(parted[0])] if parted else above)
            start = seen = _end(text, tail.end())
    return "".join((*kept, text[start:]))


def _is_ours(said: str, tail: re.Match[str]) -> bool:
    number = _NUMBER.match(said, len(_HEAD))
    if number is None or number[1] != tail[1]:
        return False
    return tail[2] == _proof(int(tail[1]), said[number.end() :])


def _end(text: str, end: int) -> int:
    """Where a sentence of ours ends, with the line break behind it and the blank line before another one."""
    if text.startswith(f"\n\n{_HEAD}", end):
        return end + 2
    return end + text.startswith("\n", end)


def _proof(number: int, text: str) -> str:
    """Programs break lines and blanks in comments as they like, so these do not count."""
    return hashlib.sha256(f"{number}:{folded(text)}".encode()).hexdigest()[:6].upper()


@dataclass(frozen=True)
class Reply:
    """Something written on the first sheet of a marked copy that is not ours."""

    sheet: str
    cell: str
    text: str
    number: int = 0
    """Of the point beside which it stands in 御回答欄; 0 where it stands elsewhere."""


def own_sheets(book: RawBook) -> frozenset[str]:
    """Names of the sheets of ours in a marked copy; none in any other file."""
    covers = {sheet.name for sheet in _covers(book)}
    records = {sheet.name for sheet in book.sheets if sheet.name == RECORD_SHEET}
    return frozenset(covers | records)


def cover_sheets(book: RawBook) -> tuple[RawSheet, ...]:
    """The first sheets of a marked copy: one, unless somebody copied it."""
    return tuple(_covers(book))


def replies(book: RawBook) -> tuple[Reply, ...]:
    """What was written on the first sheet, in 御回答欄 or anywhere else, in reading order."""
    known = _recorded_texts(book)
    return tuple(reply for sheet in _covers(book) for reply in _replies(sheet, known))


def recorded_looks(book: RawBook) -> Mapping[tuple[str, str], tuple[str, str]]:
    """(sheet, cell) of a marked cell → its fill and border before, as XML."""
    return {
        (row[1], row[2]): (row[3], row[4])
        for row in _record_rows(book)
        if row[0] == RECORD_LOOK and len(row) == 5
    }


def _covers(book: RawBook) -> Iterator[RawSheet]:
    return (s for s in book.sheets if s.name.startswith(COVER_SHEET) and _head(s))


def _head(sheet: RawSheet) -> tuple[int, int, int] | None:
    """Row of the headers, column of 御回答欄 and column of the numbers, or None."""
    wanted = {folded(head) for head in HEADS}
    rows: dict[int, dict[str, int]] = {}
    for (row, column), cell in sheet.cells.items():
        if cell.type is CellType.TEXT and (text := folded(cell.text)) in wanted:
            rows.setdefault(row, {})[text] = column
    for row in sorted(rows):
        if rows[row].keys() == wanted:
            return row, rows[row][folded(HEADS[-1])], rows[row][folded(HEADS[0])]
    return None


def _replies(sheet: RawSheet, known: frozenset[str]) -> Iterator[Reply]:
    head = _head(sheet)
    for (row, column), cell in sorted(sheet.cells.items()):
        if is_blank(cell.text):
            continue
        # nothing of ours stands in 御回答欄; without the record only that column is certain to be theirs
        answered = head is not None and row > head[0] and column == head[1]
        if answered or (known and folded(cell.text) not in known):
            number = _number(sheet, row, head[2]) if answered and head else 0
            yield Reply(sheet.name, a1(row, column), cell.text, number)


def _number(sheet: RawSheet, row: int, column: int) -> int:
    """Number of the point in a row, however a program stored it; 0 where none stands."""
    cell = sheet.cells.get((row, column))
    match = _POINT.fullmatch(folded(cell.text)) if cell else None
    return int(match[1]) if match else 0


def _recorded_texts(book: RawBook) -> frozenset[str]:
    rows = _record_rows(book)
    return frozenset(folded(row[1]) for row in rows if row[0] == RECORD_TEXT and len(row) > 1)


def _record_rows(book: RawBook) -> Iterator[tuple[str, ...]]:
    for sheet in book.sheets:
        if sheet.name == RECORD_SHEET:
            rows: dict[int, dict[int, str]] = {}
            for (row, column), cell in sheet.cells.items():
                rows.setdefault(row, {})[column] = cell.text
            for _, cells in sorted(rows.items()):
                yield tuple(cells.get(column, "") for column in range(1, max(cells) + 1))
