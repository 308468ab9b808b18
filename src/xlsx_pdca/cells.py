"""Cell addresses, rectangles and the few text rules every part of the program shares."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_ROW = 1_048_576
MAX_COLUMN = 16_384
MAX_CELL_UTF16 = 32_767

_A1 = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})\Z")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """Letters of a column counted from 1 (1 → A, 27 → AA)."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def a1(row: int, column: int) -> str:
    """Address like `C5`; row and column count from 1."""
    return f"{column_letters(column)}{row}"


def parse_a1(text: str) -> tuple[int, int] | None:
    """(row, column) of an address like `C5` or `$C$5`, or None when it is none inside a sheet."""
    match = _A1.match(text)
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    row = int(match[2])
    return (row, column) if row <= MAX_ROW and column <= MAX_COLUMN else None


@dataclass(frozen=True, order=True)
class Rect:
    """A rectangle of cells, counted from 1, both ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def cell(cls, row: int, column: int) -> Rect:
        return cls(row, column, row, column)

    @classmethod
    def parse(cls, text: str) -> Rect | None:
        """Rectangle of `B2` or `B2:D5` (with or without $), or None."""
        first, _, last = text.partition(":")
        start = parse_a1(first)
        end = parse_a1(last) if last else start
        if start is None or end is None:
            return None
        return cls(
            min(start[0], end[0]),
            min(start[1], end[1]),
            max(start[0], end[0]),
            max(start[1], end[1]),
        )

    @property
    def is_cell(self) -> bool:
        return self.top == self.bottom and self.left == self.right

    @property
    def a1(self) -> str:
        start = a1(self.top, self.left)
        return start if self.is_cell else f"{start}:{a1(self.bottom, self.right)}"

    @property
    def absolute(self) -> str:
        """`$B$2:$D$5`, as defined names want it."""
        return re.sub(r"([A-Z]+)([0-9]+)", r"$\1$\2", self.a1)

    def contains(self, row: int, column: int) -> bool:
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def overlaps(self, other: Rect) -> bool:
        return not (
            self.bottom < other.top
            or other.bottom < self.top
            or self.right < other.left
            or other.right < self.left
        )


def decode_stored(text: str) -> str:
    """Text of a cell as the person sees it: `_x000D_` escapes decoded, line ends made `\\n`."""
    decoded = text
    if "_x" in text:
        decoded = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text)
        # escapes are UTF-16 units: two halves make one character, a lone half is none
        decoded = decoded.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return decoded.replace("\r\n", "\n").replace("\r", "\n")


def folded(text: str) -> str:
    """Key for comparing printed words: NFKC, without any white space."""
    return _folded(text) if len(text) > _REMEMBERED else _folded_once(text)


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


_REMEMBERED = 200
"""Printed words are this short and the same in every return; longer texts are answers."""

_folded_once = lru_cache(maxsize=8192)(_folded)


def count_characters(text: str) -> int:
    """Length as announced on the form: code points, line ends not counted (as `LEN(SUBSTITUTE(x,CHAR(10),""))`)."""
    return len(text.replace("\n", ""))


def utf16_length(text: str) -> int:
    """Length in the units of Excel's 32,767 limit."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


BLANK_SIGNS = "\n\t \u3000\u00a0\u200b\ufeff"
"""Signs that do not make an answer, seen or unseen; the issued form's formulas remove the same ones."""


_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}


def half_width(text: str) -> str:
    """Full-width letters, digits, signs and blanks made half-width, as `ASC` in a form does; ① and katakana stay."""
    return text.translate(_HALF_WIDTH)


def is_blank(text: str) -> bool:
    """True when nothing but line ends, blanks and signs of no width stands there."""
    return not text.strip(BLANK_SIGNS)


NAME_CHARACTERS = 300
"""Of a file name from outside; file systems allow 255, what is longer was made to be long."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_NONCHARACTERS = frozenset("\ufffe\uffff")


def visible_name(text: str) -> str:
    """A name from outside so that all of it is seen: control and direction characters escaped (`\\u202e`, `\\n`), one line.

    What is visible stays as it is, 外字 and variation selectors too; a name beyond NAME_CHARACTERS loses
    its middle, never its ending. Naming it twice changes nothing.
    """
    if not text.isprintable():
        text = "".join(_visible(character) for character in text)
    if len(text) <= NAME_CHARACTERS:
        return text
    half = NAME_CHARACTERS // 2
    return f"{text[:half]}…{text[half + 1 - NAME_CHARACTERS :]}"


def _visible(character: str) -> str:
    if unicodedata.category(character) in _INVISIBLE or character in _NONCHARACTERS:
        return character.encode("unicode_escape").decode("ascii")
    return character


def visible_text(text: str) -> str:
    """A text from outside in lines, `\\n` between them; what `visible_name` escapes is escaped, tabs stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c if c in "\n\t" or c.isprintable() else _visible(c) for c in lines)
