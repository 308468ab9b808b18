"""Cells and shared strings as nearly every program writes them, cut out by one pattern instead of event by event.

The patterns cover every byte of the rows they accept and accept only what is well-formed XML. What they do
not know is `NotPlain`, no refusal: the caller then lets the parser read the whole part. What stands around
the rows always goes through the parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from xlsx_pdca.cells import parse_a1
from xlsx_pdca.workbook.parts.xml import is_true

_REMEMBERED_ROW = 2_000
"""Characters; longer rows hold long answers and come but once."""


class Cell(NamedTuple):
    """A cell in which something stands."""

    column: int
    type: str
    style: str
    value: str
    """Unescaped; of a shared string its number."""
    formula: str | None


class Row(NamedTuple):
    number: int
    hidden: bool
    width: int
    """Cells there are, blank ones included."""
    cells: tuple[Cell, ...]


class _Columns(dict[str, int]):
    """Column by its letters, 0 where no sheet has it; each is worked out once."""

    def __missing__(self, letters: str) -> int:
        # an address in a formula may have a $, the place of a cell may not
        place = None if "$" in letters else parse_a1(f"{letters}1")
        column = place[1] if place else 0
        if column:
            self[letters] = column
        return column


COLUMNS = _Columns()
TYPES = frozenset(("", "s", "str", "n", "b", "e", "inlineStr", "d"))
"""What a cell may say it holds; the empty one stands for nothing said."""

_UTF8 = re.compile(
    rb"""(?:\xef\xbb\xbf)?<\?xml version=["']1\.0["']"""
    rb"""(?: encoding=["']utf-?8["'])?(?: standalone=["'](?:yes|no)["'])? ?\?>""",
    re.IGNORECASE,
)
_CONTROL = bytes({*range(0x20)} - {0x09, 0x0A, 0x0D})
_NO_CHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_ENTITY = re.compile(r"(&(?:amp|lt|gt|quot|apos);)|&#(?:([0-9]{1,7})|x([0-9A-Fa-f]{1,6}));|&")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'"}

_NAME = "[A-Za-z][A-Za-z0-9]*(?::[A-Za-z][A-Za-z0-9]*)?"
_ROW = re.compile(
    rf'\s*<row r="([1-9][0-9]{{0,6}})"((?: {_NAME}="[^"<&]{{0,200}}"){{0,20}}) ?(/?)>'
)
_ATTRIBUTE = re.compile(rf' ({_NAME})="([^"]*)"')
_TEXT = r'<t(?: xml:space="preserve")?(?: ?/>|>([^<]*)</t>)'
_CELL = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]+)"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?(?: ?/>|>'
    r'(?:(<f)(?: aca="[a-z]+")?(?: t="[A-Za-z]+")?(?: ref="[A-Z0-9:]+")?(?: ca="1")?(?: si="[0-9]+")?'
    r"(?: ?/>|>([^<]*)</f>))?"
    rf'(?:<v(?: xml:space="preserve")?(?: ?/>|>([^<]*)</v>)|<is>{_TEXT}</is>)?</c>)|(.)',
    re.DOTALL,
)
_ITEM = re.compile(
    rf"<si>{_TEXT}"
    r'(?:<rPh sb="[0-9]+" eb="[0-9]+"><t(?: xml:space="preserve")?>[^<&]*</t></rPh>)*'
    r'(?:<phoneticPr fontId="[0-9]+"(?: type="[A-Za-z]+")?(?: alignment="[A-Za-z]+")? ?/>)?'
    r"</si>\s*|(.)",
    re.DOTALL,
)


_SMALLEST_SEEN = 1.0
"""Points of a row, or signs of a column: what is smaller shows nothing."""


def is_unseen(attributes: Mapping[str, str]) -> bool:
    """Whether nobody sees a row or a column: hidden, filtered, folded away, or drawn to nothing."""
    if is_true(attributes.get("hidden")):
        return True
    size = attributes.get("ht") or attributes.get("width") or ""
    return _SIZE.fullmatch(size) is not None and float(size) < _SMALLEST_SEEN


_SIZE = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,20})?")


class NotPlain(Exception):
    """Written in some other way; the parser can tell whether it is right."""


class PlainSheet:
    """The rows of a worksheet part, and what stands around them."""

    def __init__(self, data: bytes) -> None:
        self._head, inside, self._tail = _cut(data, b"<sheetData>", b"</sheetData>")
        self._pieces = _text(inside).split("</row>")
        self._foreign: set[str] = set()

    def __iter__(self) -> Iterator[Row]:
        """Rows in order; NotPlain may come at any of them."""
        last = len(self._pieces) - 1
        for n, text in enumerate(self._pieces):
            rows, foreign, rest = (_known_rows if len(text) <= _REMEMBERED_ROW else _rows)(text)
            self._foreign |= foreign
            yield from rows
            # each piece ends a row, but the last one, which may only hold rows without cells
            if (rest is None) is (n == last) or (rest and rest.strip()):
                raise NotPlain("no row")

    def around(self) -> bytes:
        """The part without its rows, once they all have been read; not yet checked for being XML."""
        if len(self._foreign) > 1:  # two prefixes may mean the same
            raise NotPlain("attributes of several kinds")
        # a prefix used in the rows must be declared before them
        foreign = "".join(f' {name}=""' for name in self._foreign).encode()
        return b"".join((self._head, b"<sheetData", foreign, b"/>", self._tail))


def _rows(text: str) -> tuple[tuple[Row, ...], frozenset[str], str | None]:
    """Rows that begin in a text up to a `</row>`, attributes with a prefix, and what is left behind empty rows.

    None is left where the last row is one with cells: then all of the text has been read.
    """
    rows: list[Row] = []
    foreign: frozenset[str] = frozenset()
    start = 0
    while found := _ROW.match(text, start):
        start, is_open = found.end(), not found[3]
        hidden, others = _row_attributes(found[2])
        foreign |= others
        width, cells = _cells(text, start, found[1]) if is_open else (0, ())
        rows.append(Row(int(found[1]), hidden, width, cells))
        if is_open:
            return tuple(rows), foreign, None
    return tuple(rows), foreign, text[start:]


_known_rows = lru_cache(maxsize=2048)(_rows)
"""Rows without an answer are the same in all returns of a form that one program saved."""


def _cells(text: str, start: int, row: str) -> tuple[int, tuple[Cell, ...]]:
    """Number of cells of a row, and those in which something stands."""
    columns: set[int] = set()
    cells = []
    for letters, digits, style, type, mark, formula, value, inline, other in _CELL.findall(
        text, start
    ):
        column = COLUMNS[letters]
        if other or not column or digits != row or column in columns or type not in TYPES:
            raise NotPlain(f"cell {letters}{digits}")
        columns.add(column)
        if (type == "inlineStr" and value) or (inline and type != "inlineStr"):
            raise NotPlain(f"contents of cell {letters}{digits}")
        if value or inline or mark:
            said = unescaped(formula) if mark else None
            cells.append(Cell(column, type or "n", style, unescaped(value or inline), said))
    return len(columns), tuple(cells)


@lru_cache(maxsize=1024)
def _row_attributes(text: str) -> tuple[bool, frozenset[str]]:
    """Whether the row is hidden, and the names with a prefix; most rows of a form have the same."""
    pairs = _ATTRIBUTE.findall(text)
    found = dict(pairs)
    if len(found) < len(pairs) or not found.keys().isdisjoint(("r", "xmlns")):
        raise NotPlain(f"attributes {text[:80]}")
    return is_unseen(found), frozenset(name for name in found if ":" in name)


def plain_strings(data: bytes) -> tuple[list[str], bytes]:
    """Texts of a shared string part without formatted ones, and the part without them."""
    head, inside, tail = _cut(data, b"<si>", b"</si>", inclusive=True)
    texts = []
    for text, junk in _ITEM.findall(_text(inside)):
        if junk:
            raise NotPlain("string of another kind")
        texts.append(unescaped(text))
    return texts, b"".join((head, b"<si/>", tail))


def _cut(
    data: bytes, first: bytes, last: bytes, *, inclusive: bool = False
) -> tuple[bytes, bytes, bytes]:
    """What stands before, between and behind two marks."""
    begin, end = data.find(first), data.rfind(last)
    if begin < 0 or end < begin or (b"<?xml" in data[:8] and not _UTF8.match(data)):
        raise NotPlain("built in another way")
    inner = (begin, end + len(last)) if inclusive else (begin + len(first), end)
    return data[:begin], data[inner[0] : inner[1]], data[end + len(last) :]


def _text(data: bytes) -> str:
    """Text of signs XML may hold, line ends normalised as a parser does it."""
    if len(data.translate(None, _CONTROL)) < len(data) or b"]]>" in data:
        raise NotPlain("signs that do not belong there")
    if any(sign in data for sign in _NO_CHARACTERS):
        raise NotPlain("no characters")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise NotPlain("no UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def unescaped(text: str) -> str:
    """Text with its entities replaced by what they stand for."""
    if "&" not in text:
        return text
    plain = text
    for entity, sign in _ENTITIES.items():
        plain = plain.replace(entity, sign)
    if plain.count("&") == plain.count("&amp;"):
        return plain.replace("&amp;", "&")
    return _ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    """What an entity stands for."""
    name, decimal, hexadecimal = match.groups()
    if name:
        return _ENTITIES.get(name, "&")
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
    legal = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    if not (legal or 0x10000 <= code < 0x110000):
        raise NotPlain(f"entity {match[0]}")
    return chr(code)
