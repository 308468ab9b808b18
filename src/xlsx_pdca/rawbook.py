"""What a spreadsheet file says, before we think anything of it: the reader's result and its refusals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from xlsx_pdca.cells import Rect


class CellType(StrEnum):
    TEXT = "s"
    NUMBER = "n"
    BOOLEAN = "b"
    ERROR = "e"


class NumberLook(StrEnum):
    """How the style of a cell shows what is stored; decides what a stored number means."""

    PLAIN = "plain"
    PERCENT = "percent"
    DATE = "date"
    """Date, time or both; the stored number is a serial day."""
    DURATION = "duration"
    """Hours, minutes or seconds beyond a day, like 30:00; the stored number is in days."""
    TEXT = "text"
    """Cells in text format (`@`)."""
    SCALED = "scaled"
    """As another value than is stored, such as in 万, in thousands by a comma, as words or not at all."""


class RawCell(NamedTuple):
    """One stored cell that is not blank (a formula without a cached value counts as not blank).

    A tuple, since every file makes hundreds of them and sends them through a pipe.
    """

    type: CellType
    text: str
    """TEXT: decoded text (runs joined, phonetic runs skipped, line ends `\\n`, nothing stripped);
    NUMBER: the digits exactly as stored in `<v>`; BOOLEAN: "1" or "0"; ERROR: like "#REF!"."""
    look: NumberLook = NumberLook.PLAIN
    formula: str | None = None
    """Formula text without "=" ("" for a shared follower), None when the cell holds no formula."""


class Corner(NamedTuple):
    """A point on a sheet."""

    row: int
    column: int
    """Counted from 1."""
    down: int = 0
    across: int = 0
    """How far into the cell, in English metric units."""


class Laid(NamedTuple):
    """Where a picture lies; known by two corners, or by one and its size."""

    start: Corner
    end: Corner | None = None
    size: tuple[int, int] = (0, 0)
    """Height and width in English metric units."""


@dataclass(frozen=True)
class RawSheet:
    name: str
    state: str
    """visible, hidden or veryHidden."""
    cells: Mapping[tuple[int, int], RawCell]
    """(row, column) counted from 1."""
    merges: tuple[Rect, ...] = ()
    protected: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    drawings: int = 0
    """Pictures, shapes, charts anchored on the sheet."""
    laid: tuple[Laid, ...] = ()
    """Where the pictures among those lie."""
    comments: tuple[tuple[int, int, str], ...] = ()
    """(row, column, text) of comments and notes, threaded ones included."""
    drawing_texts: tuple[str, ...] = ()
    """Texts inside shapes, text boxes, diagrams and charts."""
    picture_cells: frozenset[tuple[int, int]] = frozenset()
    """Cells that show a picture placed in the cell: what is stored there is `#VALUE!` or a formula."""
    struck: frozenset[tuple[int, int]] = frozenset()
    """Cells struck through, wholly or in a part of their text."""
    seen_as: Mapping[tuple[int, int], str] = field(default_factory=dict)
    """What is seen in the cells whose look is SCALED."""
    media: tuple[str, ...] = ()
    """SHA-256 of each picture and embedded file, sorted; what could not be inflated goes by its checksum."""
    embedded: tuple[str, ...] = ()
    """File names of what is embedded as an object, such as a Word document, as the package calls them."""
    links: tuple[str, ...] = ()
    """Where links lead that leave the workbook, as written."""
    page_texts: tuple[str, ...] = ()
    """Headers and footers of the printed page, with their `&` commands."""


@dataclass(frozen=True)
class RawBook:
    sheets: tuple[RawSheet, ...]
    names: Mapping[str, tuple[str, Rect]]
    """Workbook-scoped names in lower case → (sheet name, rectangle); broken ones are left out."""
    broken_names: frozenset[str] = frozenset()
    """Names that point to #REF! or to something that is no single rectangle, in lower case."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Custom document properties."""
    application: str = ""
    """docProps/app.xml Application and AppVersion, as the saving program states them."""
    last_modified_by: str = ""
    date1904: bool = False
    structure_locked: bool = False
    has_macros: bool = False
    disagreements: tuple[tuple[str, str, str, str], ...] = ()
    """(sheet, cell, our text, second reader's text) where calamine reads something else."""
    read_by_one: bool = False
    """Read by one library alone, of a format whose numbers and dates it may take for something else."""


class RefusalCode(StrEnum):
    """Why a file could not be taken for a readable workbook; each has its finding in the catalogue."""

    EMPTY = "empty"
    NOT_A_WORKBOOK = "not_a_workbook"
    DOCUMENT = "document"
    """PDF, Word, picture and the like: an attachment, or an answer on paper."""
    CONTAINER = "container"
    """Holds other files: zip, mail message and the like."""
    ENCRYPTED = "encrypted"
    SEALED = "sealed"
    """Locked or signed by somebody's key (S/MIME, PGP): no password opens it."""
    OLD_FORMAT = "old_format"
    """.xls, .xlsb, .ods and other formats whose reading comes through other doors."""
    DAMAGED = "damaged"
    HOSTILE = "hostile"
    """Breaks a limit that genuine workbooks never reach (sizes, DTD, overlapping entries…)."""
    TIMEOUT = "timeout"
    CRASHED = "crashed"


@dataclass(frozen=True)
class Refusal:
    code: RefusalCode
    detail: str = ""
    """English, for the ledger; the officer reads the catalogue's sentence."""
