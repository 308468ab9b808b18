"""The columns of one sheet: 番号, 設問, then for each answer column a narrow mark, a narrower bar and the answer column."""

from __future__ import annotations

from dataclasses import dataclass

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout.metrics import text_pixels
from xlsx_pdca.layout.words import ENTRY, ENTRY_HEADER
from xlsx_pdca.spec import FieldKind, Matrix, Question, Sheet, Single, Table

CODE_COLUMN = 1
LABEL_COLUMN = 2
CODE_PIXELS = 66
MARK_PIXELS = 24
BAR_PIXELS = 6
GAP_PIXELS = MARK_PIXELS + BAR_PIXELS
SHEET_PIXELS = 1360
"""Width of every sheet: A4 landscape at 74 %."""
SHORT_CHARACTERS = 16
"""Width of the single-line part of the 記入欄."""

_KIND_CHARACTERS = {
    FieldKind.LONG_TEXT: 22,
    FieldKind.TEXT: 12,
    FieldKind.CHOICE: 9,
    FieldKind.MULTIPLE_CHOICE: 12,
    FieldKind.DATE: 10,
    FieldKind.FISCAL_YEAR: 8,
    FieldKind.COMPUTED: 8,
    FieldKind.REFERENCE: 12,
}
_NUMBER_CHARACTERS = 7


@dataclass(frozen=True)
class AnswerColumn:
    key: str
    header: str
    column: int
    pixels: float

    @property
    def mark(self) -> int:
        """The narrow locked column left of the answers; it parts neighbours and shows their marks."""
        return self.column - 2

    @property
    def bar(self) -> int:
        """The still narrower one between mark and answer: the thick left edge of what is still required."""
        return self.column - 1


@dataclass(frozen=True)
class Grid:
    label_pixels: float
    columns: tuple[AnswerColumn, ...]
    """Columns of the matrix or table, or the short part of the 記入欄 alone."""
    rest_pixels: float
    """Width of the column right of the short part on a sheet of singles; 0 elsewhere."""

    @property
    def last(self) -> int:
        return self.columns[-1].column + (1 if self.rest_pixels else 0)

    @property
    def pixels(self) -> tuple[float, ...]:
        answers = [p for c in self.columns for p in (MARK_PIXELS, BAR_PIXELS, c.pixels)]
        rest = [self.rest_pixels] if self.rest_pixels else []
        return (CODE_PIXELS, self.label_pixels, *answers, *rest)

    @property
    def entry(self) -> AnswerColumn:
        """The one column whose header is 記入欄, shared by all singles of the sheet."""
        first = self.columns[0]
        return AnswerColumn(ENTRY, ENTRY_HEADER, first.column, first.pixels)

    def width(self, left: int, right: int) -> float:
        """Pixels from one column to another, both included."""
        return sum(self.pixels[left - 1 : right])

    def row(self, row: int, left: int, right: int) -> Rect:
        return Rect(row, left, row, right)


def is_short(question: Question) -> bool:
    """True for answers of one line that leave room for their unit and hint at the right."""
    return question.kind not in (FieldKind.LONG_TEXT, FieldKind.MULTIPLE_CHOICE) and not (
        question.kind is FieldKind.TEXT and question.guide > SHORT_CHARACTERS
    )


def grid_of(sheet: Sheet) -> Grid:
    """Columns of a sheet; a matrix or table decides them, else the 記入欄 alone."""
    for item in sheet.items:
        match item:
            case Matrix(columns=columns):
                label = text_pixels(13)
                width = _answer_pixels(label, len(columns)) / len(columns)
                return Grid(
                    label,
                    _placed([(c.key, c.label, max(width, text_pixels(7))) for c in columns]),
                    0,
                )
            case Table(columns=questions):
                label = _table_label(sheet, item)
                return Grid(label, _placed(_table_widths(questions, label)), 0)
    label, short = text_pixels(18), text_pixels(SHORT_CHARACTERS)
    return Grid(label, _placed([(ENTRY, ENTRY_HEADER, short)]), _answer_pixels(label, 1) - short)


def _answer_pixels(label: float, columns: int) -> float:
    """Width of all answer columns together."""
    return SHEET_PIXELS - CODE_PIXELS - label - GAP_PIXELS * columns


def _table_label(sheet: Sheet, table: Table) -> float:
    """Width beside a table: numbers need little, questions on the same sheet more."""
    asks_more = any(isinstance(item, Single) for item in sheet.items)
    longest = max((len(row.label) for row in table.rows), default=0)
    return text_pixels(10 if asks_more else min(max(longest, 4), 10))


def _placed(columns: list[tuple[str, str, float]]) -> tuple[AnswerColumn, ...]:
    first = LABEL_COLUMN + 3
    return tuple(
        AnswerColumn(key, header, first + 3 * index, pixels)
        for index, (key, header, pixels) in enumerate(columns)
    )


def _table_widths(questions: tuple[Question, ...], label: float) -> list[tuple[str, str, float]]:
    """Widths in proportion to what is asked, stretched to the answer area and never below what is asked."""
    wanted = [
        text_pixels(q.width or _KIND_CHARACTERS.get(q.kind, _NUMBER_CHARACTERS)) for q in questions
    ]
    room = _answer_pixels(label, len(questions))
    stretch = max(room / sum(wanted), 1.0)
    return [(q.id, q.label, pixels * stretch) for q, pixels in zip(questions, wanted, strict=True)]
