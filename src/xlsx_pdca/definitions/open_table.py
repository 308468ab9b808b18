"""Open tables: sheets the officer keeps as she likes, read by the words of their heads and never by place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.cells import a1, folded
from xlsx_pdca.errors import Fault

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー－ｰ"), "-")

DATE_REMEDY = "「令和8年5月29日」か「2026/5/29」のように記入してください。"


@dataclass(frozen=True, order=True)
class Notice(Fault):
    """Something the officer should know; nothing stops for it."""


@dataclass(frozen=True)
class SheetCell:
    """A cell that is not blank, as text."""

    row: int
    column: int
    text: str
    is_number: bool = False
    """Stored as a number: leading zeros typed there are gone."""


@dataclass(frozen=True)
class SheetText:
    """A sheet as plain text: what is left of it when colours, widths and hiding are no matter."""

    file: str
    name: str
    cells: tuple[SheetCell, ...] = ()
    """Row by row, from left to right."""

    @classmethod
    def of_lines(cls, file: str, name: str, lines: Iterable[Sequence[str]]) -> SheetText:
        """A sheet from lines of texts, the first one in row 1."""
        cells = (
            SheetCell(row, column, text)
            for row, line in enumerate(lines, 1)
            for column, text in enumerate(line, 1)
            if text.strip()
        )
        return cls(file, name, tuple(cells))

    def place(self, row: int, column: int) -> str:
        """Like 名簿 C5."""
        return f"{self.name} {a1(row, column)}"


@dataclass(frozen=True)
class Head:
    """A column the program knows."""

    key: str
    text: str
    """What we print."""
    also: tuple[str, ...] = ()
    """Other words recognised for it."""

    @property
    def words(self) -> frozenset[str]:
        return frozenset(head_key(word) for word in (self.text, *self.also))


@dataclass(frozen=True)
class TableRow:
    """One filled line below the heads."""

    sheet: SheetText
    number: int
    cells: Mapping[int, SheetCell]
    """By column."""
    columns: Mapping[str, int]

    def text(self, key: str) -> str:
        """Text of a known column without blanks around it; empty where nothing stands."""
        cell = self.cell(key)
        return cell.text.strip() if cell else ""

    def cell(self, key: str) -> SheetCell | None:
        return self.cells.get(self.columns.get(key, 0))

    def place(self, key: str) -> str:
        return self.sheet.place(self.number, self.columns.get(key, 1))

    def fault(self, key: str, found: str, remedy: str) -> Fault:
        return Fault(self.sheet.file, self.place(key), found, remedy)

    def notice(self, key: str, found: str, remedy: str) -> Notice:
        return Notice(self.sheet.file, self.place(key), found, remedy)


@dataclass(frozen=True)
class OpenTable:
    """A table found by its heads."""

    sheet: SheetText
    head_row: int
    columns: Mapping[str, int]
    """Known columns by key."""
    others: Mapping[int, str]
    """Heads of the officer's own columns."""
    repeated: tuple[tuple[int, str], ...] = ()
    """(column, head) of known heads that stand twice; the first one counts."""

    def rows(self) -> Iterator[TableRow]:
        """Lines with anything in a known column, hidden and filtered ones too."""
        lines: dict[int, dict[int, SheetCell]] = {}
        for cell in self.sheet.cells:
            if cell.row > self.head_row:
                lines.setdefault(cell.row, {})[cell.column] = cell
        known = set(self.columns.values())
        for number in sorted(lines):
            if known & lines[number].keys():
                yield TableRow(self.sheet, number, lines[number], self.columns)

    def head_faults(self, heads: Sequence[Head]) -> Iterator[Fault]:
        """Heads that are missing or stand twice: a column renamed by chance would be lost in silence."""
        for head in heads:
            if head.key not in self.columns:
                yield Fault(
                    self.sheet.file,
                    f"{self.sheet.name} {self.head_row}行目",
                    f"見出し「{head.text}」の列が見つかりません。",
                    f"見出しの文字を「{head.text}」に戻してください（使わない列も、見出しは残してください）。",
                )
        for column, text in self.repeated:
            yield Fault(
                self.sheet.file,
                self.sheet.place(self.head_row, column),
                f"見出し「{text}」の列が2つあります。",
                "どちらか一方の見出しを別の言葉に変えてください。",
            )


def find_table(
    sheet: SheetText, heads: Sequence[Head], *, at_least: int = 3, within: int = 20
) -> OpenTable | None:
    """The table whose head row bears most of the known heads, or None when no row bears `at_least`."""
    lines: dict[int, list[SheetCell]] = {}
    for cell in sheet.cells:
        if cell.row <= within:
            lines.setdefault(cell.row, []).append(cell)
    tables = [_table(sheet, number, line, heads) for number, line in lines.items()]
    best = max(tables, key=lambda table: len(table.columns), default=None)
    return best if best and len(best.columns) >= at_least else None


def _table(
    sheet: SheetText, number: int, line: Sequence[SheetCell], heads: Sequence[Head]
) -> OpenTable:
    key_of = {word: head.key for head in heads for word in head.words}
    columns: dict[str, int] = {}
    others: dict[int, str] = {}
    repeated: list[tuple[int, str]] = []
    for cell in line:
        key = key_of.get(head_key(cell.text))
        if key is None:
            others[cell.column] = cell.text.strip()
        elif key in columns:
            repeated.append((cell.column, cell.text.strip()))
        else:
            columns[key] = cell.column
    return OpenTable(sheet, number, columns, others, tuple(repeated))


def head_key(text: str) -> str:
    """Key of a head: blanks, line breaks, width and capitals aside."""
    return folded(text).casefold()


def sheet_named(sheets: Sequence[SheetText], name: str) -> SheetText | None:
    """The sheet of a name, blanks and width aside."""
    return next((sheet for sheet in sheets if folded(sheet.name) == folded(name)), None)


def plain_signs(text: str) -> str:
    """Codes, addresses and telephone numbers as they are meant: half width, one kind of hyphen, no blanks."""
    # Before NFKC, because it turns ｰ into ー; after it, because it turns ﹣ into -.
    return "".join(
        unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).split()
    )


def is_marked(text: str) -> bool | None:
    """True for ○ and its like, False for a blank or ×, None for anything else."""
    sign = folded(text).casefold()
    if sign in {"", "×", "x", "-", "ー", "いいえ", "no", "0", "false", "しない"}:
        return False
    return True if sign in _YES else None


_YES = {"○", "〇", "◯", "o", "●", "◎", "レ", "✓", "✔", "はい", "yes", "1", "true", "する", "対象外"}
