"""What we ask: a form as frozen data, free of any place on a sheet."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum


class FieldKind(StrEnum):
    """Kinds of an atomic question; tables and matrices are arrangements of such questions."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    PERCENT = "percent"
    DATE = "date"
    FISCAL_YEAR = "fiscal_year"
    CHOICE = "choice"
    MULTIPLE_CHOICE = "multiple_choice"
    REFERENCE = "reference"
    COMPUTED = "computed"

    @property
    def is_number(self) -> bool:
        return self in (FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.PERCENT)

    @property
    def is_text(self) -> bool:
        return self in (FieldKind.TEXT, FieldKind.LONG_TEXT)

    @property
    def is_answered(self) -> bool:
        """False for what is shown, not asked."""
        return self not in (FieldKind.REFERENCE, FieldKind.COMPUTED)


class Share(StrEnum):
    """Who will read an answer; announced on the form and kept to by `share`.

    The values are what a form file and the long table say.
    """

    SHARED = "共有"
    PREFECTURE = "県と保健所のみ"
    INTERNAL = "部内"

    @property
    def printed(self) -> str:
        """The words people read below a question, and wherever a form is shown."""
        return {
            Share.SHARED: "◎共有",
            Share.PREFECTURE: "県・保健所のみ",
            Share.INTERNAL: "県担当課のみ",
        }[self]


class Need(StrEnum):
    """When an answer is required."""

    OPTIONAL = "optional"
    ALWAYS = "always"
    UNLESS = "unless"
    """Required unless the field named in `Required.field` is answered."""
    IF = "if"
    """Required if the field named in `Required.field` holds one of `Required.values`."""


@dataclass(frozen=True)
class Required:
    need: Need = Need.OPTIONAL
    field: str = ""
    """Another question: of the same column inside a matrix, of the same row inside a table, else a single."""
    values: tuple[str, ...] = ()


class Operation(StrEnum):
    SUM = "sum"
    DIFFERENCE = "difference"
    RATIO = "ratio"
    """First over second, in percent points, one decimal."""


@dataclass(frozen=True)
class Computation:
    operation: Operation
    fields: tuple[str, ...]
    """Singles of the same sheet, or columns of the same table row."""


@dataclass(frozen=True)
class Audience:
    """Which units are asked; an empty set means everyone."""

    kinds: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()

    def asks(self, kind: str, role: str) -> bool:
        return (not self.kinds or kind in self.kinds) and (not self.roles or role in self.roles)


@dataclass(frozen=True)
class Question:
    """One atomic question: a single field, a line of a matrix, or a column of a table."""

    id: str
    kind: FieldKind
    label: str
    """Printed text; placeholders `{年度}`, `{年度+2}` are filled from the round."""
    source: str = ""
    """Verbatim text of the original form, empty for additions of ours."""
    number: str = ""
    """Printed number such as `(1)`."""
    source_number: str = ""
    """Number of the original, where the printed one mends it."""
    hint: str = ""
    example: str = ""
    required: Required = Required()
    guide: int = 0
    """Guide length in characters; 0 where a length means nothing."""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int = 0
    """Greatest number of decimals of DECIMAL and PERCENT."""
    unit: str = ""
    options: tuple[str, ...] = ()
    free_choice: bool = False
    """An answer outside `options` is welcome."""
    share: Share = Share.PREFECTURE
    audience: Audience = Audience()
    optional: bool = False
    """Ready-made but off until 管理簿 switches it on."""
    width: int = 0
    """Width in full-width characters as a column of a table; 0: the layout decides."""
    reference: str = ""
    """For REFERENCE: what is shown (`unit.name`, `previous.<field>`…)."""
    computation: Computation | None = None
    personal: bool = False
    """Name, telephone or address of a person: never in the share pack unless switched on."""
    gather: str = ""
    """Name of the summary sheet that lists the answers of such questions one per line (要望一覧, 指標)."""

    def text(self, *, verbatim: bool) -> str:
        """The question as printed: the original's wording, or the mended one."""
        if verbatim and self.source:
            return f"{self.source_number or self.number} {self.source}".strip()
        return f"{self.number} {self.label}".strip()


@dataclass(frozen=True)
class Heading:
    text: str
    source: str = ""


@dataclass(frozen=True)
class DrawingBox(Heading):
    """A frame to draw in, under its heading."""

    audience: Audience = Audience()


@dataclass(frozen=True)
class Note:
    text: str


@dataclass(frozen=True)
class Single:
    question: Question


@dataclass(frozen=True)
class Column:
    """A column of a matrix, such as a scene."""

    key: str
    label: str


@dataclass(frozen=True)
class Matrix:
    id: str
    columns: tuple[Column, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class TableRow:
    key: str
    """Two digits; gaps are kept when a row is taken out in a later edition."""
    label: str = ""


@dataclass(frozen=True)
class Table:
    id: str
    label: str
    columns: tuple[Question, ...]
    rows: tuple[TableRow, ...]
    source: str = ""
    hint: str = ""
    required_rows: int = 0
    """So many first rows must be filled (their required columns)."""
    audience: Audience = Audience()
    optional: bool = False


Item = Heading | Note | Single | Matrix | Table


class Paper(StrEnum):
    A4 = "A4"
    A3 = "A3"


@dataclass(frozen=True)
class Sheet:
    key: str
    """Lower-case ASCII; part of the defined names."""
    name: str
    """Tab text."""
    title: str
    items: tuple[Item, ...] = ()
    lead: tuple[str, ...] = ()
    """Lines under the title, such as 役割及び活用."""
    drawing: Question | None = None
    """Set on an open sheet for a picture or shapes; such a sheet has no items."""
    drawing_boxes: tuple[DrawingBox, ...] = ()
    paper: Paper = Paper.A4
    audience: Audience = Audience()


@dataclass(frozen=True)
class Form:
    id: str
    """Folder under templates/ and key everywhere, lower-case ASCII."""
    letter: str
    """Upper-case letter(s) in the ticket and the printed codes, unique among the forms of a round."""
    version: int
    title: str
    sheets: tuple[Sheet, ...]
    purpose: str = ""
    """One sentence for はじめに: what the answers are for."""
    individual: bool = False
    """Asks for an individual's view; the form says that no internal approval is needed."""
    minutes: int = 0
    """所要時間 announced on はじめに; 0 prints none."""

    def questions(self) -> Iterator[Question]:
        """All atomic questions in printed order, drawing sheets included."""
        for sheet in self.sheets:
            if sheet.drawing:
                yield sheet.drawing
            for item in sheet.items:
                yield from item_questions(item)


def item_questions(item: Item) -> tuple[Question, ...]:
    """Atomic questions of one item, in printed order."""
    match item:
        case Single(question):
            return (question,)
        case Matrix(questions=questions):
            return questions
        case Table(columns=columns):
            return columns
    return ()


def codes(form: Form) -> dict[str, str]:
    """Printed code of each single, matrix line and table by id: letter, sheet number, dash, two digits.

    Numbered over the whole form with its optional questions, so that a code means the same for every unit.
    A table row is printed as `<code of the table>-<row key>`.
    """
    found: dict[str, str] = {}
    for number, sheet in enumerate(form.sheets, 1):
        line = 0
        for item in sheet.items:
            for key in _coded_ids(item):
                line += 1
                found[key] = f"{form.letter}{number}-{line:02d}"
    return found


def _coded_ids(item: Item) -> tuple[str, ...]:
    match item:
        case Single(question):
            return (question.id,)
        case Matrix(questions=questions):
            return tuple(q.id for q in questions)
        case Table(id=table):
            return (table,)
    return ()


def field_addresses(form: Form) -> tuple[tuple[str, str, str], ...]:
    """(field_id, column, row) of every answer in printed order; shown and computed fields are none."""
    return tuple(
        address for sheet in form.sheets for item in sheet.items for address in _addresses(item)
    )


def _addresses(item: Item) -> list[tuple[str, str, str]]:
    match item:
        case Single(q):
            return [(q.id, "", "")] if q.kind.is_answered else []
        case Matrix(columns=columns, questions=questions):
            return [(q.id, c.key, "") for q in questions for c in columns if q.kind.is_answered]
        case Table(id=table, columns=questions, rows=rows):
            return [(table, q.id, r.key) for r in rows for q in questions if q.kind.is_answered]
    return []


def asked_form(form: Form, *, kind: str, role: str, enabled: frozenset[str] = frozenset()) -> Form:
    """The form as one kind of unit and role is asked: without what is for others or switched off.

    `enabled` holds ids of optional questions and tables that 管理簿 switched on. Sections (a heading with
    its notes) and sheets left without a question disappear; a drawing sheet keeps a frame to draw in.
    """

    def wanted(part: Question | Table) -> bool:
        return part.audience.asks(kind, role) and (not part.optional or part.id in enabled)

    sheets = (
        replace(
            sheet,
            items=tuple(_asked_sections(sheet.items, wanted)),
            drawing_boxes=_asked_boxes(sheet.drawing_boxes, kind, role),
        )
        for sheet in form.sheets
        if sheet.audience.asks(kind, role)
    )
    return replace(
        form, sheets=tuple(s for s in sheets if s.drawing or any(map(item_questions, s.items)))
    )


def _asked_boxes(boxes: tuple[DrawingBox, ...], kind: str, role: str) -> tuple[DrawingBox, ...]:
    """The frames for one kind of unit and role; all of them where none was made for it."""
    return tuple(box for box in boxes if box.audience.asks(kind, role)) or boxes


def _asked_sections(
    items: tuple[Item, ...], wanted: Callable[[Question | Table], bool]
) -> Iterator[Item]:
    for section in _sections(items):
        kept = tuple(_asked_items(section, wanted))
        if any(map(item_questions, kept)) or not any(map(item_questions, section)):
            yield from kept


def _sections(items: tuple[Item, ...]) -> Iterator[tuple[Item, ...]]:
    """Items cut before each heading."""
    starts = [0, *(n for n, item in enumerate(items) if n and isinstance(item, Heading))]
    for start, end in zip(starts, [*starts[1:], len(items)], strict=True):
        yield items[start:end]


def _asked_items(
    items: tuple[Item, ...], wanted: Callable[[Question | Table], bool]
) -> Iterator[Item]:
    for item in items:
        match item:
            case Single(question):
                if wanted(question):
                    yield item
            case Matrix(questions=questions):
                kept = tuple(q for q in questions if wanted(q))
                if kept:
                    yield replace(item, questions=kept)
            case Table(columns=columns):
                kept = tuple(q for q in columns if wanted(q))
                if wanted(item) and kept:
                    yield replace(item, columns=kept)
            case _:
                yield item
