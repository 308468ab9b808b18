"""The frozen plan of an issued workbook: every text, anchor, answer rectangle, rule and field, as canonical JSON."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import msgspec

from xlsx_pdca.cells import Rect
from xlsx_pdca.spec import Computation, FieldKind, Required, Share

SLOT = re.compile("⟦([a-z_:0-9-]+)⟧")
"""A slot inside a text: what differs per unit, stamped into each copy."""

HIDDEN_SHEET = "_pdca"
LIST_SHEET = "_lists"
OWN_SHEETS = frozenset({HIDDEN_SHEET, LIST_SHEET})
"""Hidden sheets of ours: nobody is asked anything there."""
TICKET_PROPERTY = "pdca_ticket"
TICKET_SLOT = "ticket"
STATES_LIST = "pdca_list_states"
"""Name of the option list of words accepted in place of a number or a choice."""

UNITS_LIST = "pdca_list_units"
"""Name of the option list of a common form: who may answer it."""
UNIT_NAME = "pdca_unit"
"""Name of the cell of a common form in which the unit is chosen."""

Frozen = TypeVar("Frozen")
More = ParamSpec("More")
Made = TypeVar("Made")
_KEPT = 256


def per_plan(
    make: Callable[Concatenate[Frozen, More], Made],
) -> Callable[Concatenate[Frozen, More], Made]:
    """Remember what a pure function makes of a plan or a sheet of one: hundreds of returns ask for the same.

    Plans are told apart as objects, since comparing their contents would cost more than is saved.
    """
    kept: dict[tuple[object, ...], tuple[Frozen, Made]] = {}

    @wraps(make)
    def remembered(frozen: Frozen, /, *more: More.args, **named: More.kwargs) -> Made:
        key = (id(frozen), *more, *named.items())
        found = kept.get(key)
        if found is None or found[0] is not frozen:
            if len(kept) >= _KEPT:
                kept.clear()
            # the plan itself is kept too, so that no other object takes its id
            found = kept[key] = (frozen, make(frozen, *more, **named))
        return found[1]

    return remembered


class Mark(StrEnum):
    """The sign a form's own formula shows beside an answer."""

    MISSING = "●"
    DOUBTFUL = "△"
    FILLED = "○"
    NOTHING = ""


class Style(StrEnum):
    """Names of looks; workbook/look.py says what each looks like."""

    BLANK = "blank"
    TITLE = "title"
    TICKET = "ticket"
    UNIT = "unit"
    LEAD = "lead"
    PROGRESS = "progress"
    TEXT = "text"
    """A plain line, such as the explanations on はじめに."""
    SECTION = "section"
    NOTE = "note"
    HEAD = "head"
    CODE = "code"
    LABEL = "label"
    ROW_LABEL = "row_label"
    HINT = "hint"
    ANSWER = "answer"
    ANSWER_SHORT = "answer_short"
    """Single line: vertically centred."""
    ANSWER_CHOICE = "answer_choice"
    COMPUTED = "computed"
    REFERENCE = "reference"
    META = "meta"
    """Small grey line under a label: 必須 ◎共有 目安200字."""
    COUNTER = "counter"
    MARK = "mark"
    BAR = "bar"
    """Narrow cell left of an answer: dark while the answer is required and empty."""
    PAD = "pad"
    """Air at the top of a tall answer, inside its frame."""
    CODE_PAD = "code_pad"
    """The same above its code …"""
    LABEL_PAD = "label_pad"
    """… and its question."""
    SHOWN_PAD = "shown_pad"
    """The same above what is only shown."""
    PANEL_HEAD = "panel_head"
    PANEL_TEXT = "panel_text"
    PANEL_NUMBER = "panel_number"
    PANEL_LINK = "panel_link"
    VERDICT = "verdict"
    """A number of answers still missing, shown as a sentence."""
    KEY = "key"
    """Left cell of a key/value pair on はじめに."""
    VALUE = "value"
    DEADLINE = "deadline"
    """The value nobody may overlook."""
    DRAWING_AREA = "drawing_area"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class CellPlan:
    """One written cell (or merged rectangle) that is not an answer; locked on protected sheets."""

    rect: Rect
    style: Style
    text: str = ""
    """Literal text, may hold slots; empty when `formula` is set."""
    formula: str = ""
    """Without the leading "="."""
    cached: str | int = ""
    """Value of the formula in the untouched form."""
    link: str = ""
    """Target like `#'様式1'!A1`."""


@dataclass(frozen=True)
class ValidationPlan:
    """Drop-down and input prompt of one answer rectangle."""

    rect: Rect
    title: str
    prompt: str
    list_name: str = ""
    """Defined name of the option range; empty for a prompt alone."""


@dataclass(frozen=True)
class HighlightPlan:
    """Conditional look: `formula` is written relative to the rectangle's first cell."""

    rect: Rect
    formula: str
    look: str
    """required | doubtful | filled | bar."""


@dataclass(frozen=True)
class PrintPlan:
    paper: str
    landscape: bool
    repeat_rows: tuple[int, int]
    """First and last repeated row, counted from 1."""
    area: Rect
    breaks: tuple[int, ...] = ()
    """Page breaks after these rows."""


@dataclass(frozen=True)
class SheetPlan:
    key: str
    name: str
    widths: tuple[float, ...]
    """Column widths in Excel's character units, from column A."""
    heights: tuple[float, ...]
    """Row heights in points, from row 1."""
    cells: tuple[CellPlan, ...]
    validations: tuple[ValidationPlan, ...] = ()
    highlights: tuple[HighlightPlan, ...] = ()
    printing: PrintPlan | None = None
    freeze: tuple[int, int] = (0, 0)
    """Rows and columns kept in sight."""
    protected: bool = True
    hidden: bool = False
    """Written as veryHidden."""


@dataclass(frozen=True)
class FieldPlan:
    """One question with its rules, as issued."""

    field: str
    label: str
    """The question exactly as printed in its label cell."""
    source: str
    kind: FieldKind
    code: str
    """Printed code of the question, such as `J1-03`."""
    sheet: str
    group: str = ""
    """Id of the table or matrix it belongs to, else empty."""
    required: Required = Required()  # noqa: RUF009 — frozen, shared safely
    guide: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int = 0
    unit: str = ""
    options: tuple[str, ...] = ()
    free_choice: bool = False
    share: Share = Share.PREFECTURE
    personal: bool = False
    computation: Computation | None = None
    heading: str = ""
    """Nearest section heading above, for summaries."""
    gather: str = ""
    """Name of the summary sheet that lists such answers one per line, else empty."""

    @property
    def endings(self) -> tuple[str, ...]:
        """What may stand once behind a number: its unit, or the sign everybody writes."""
        usual = "%" if self.kind is FieldKind.PERCENT else "人"
        return tuple(dict.fromkeys(each for each in (self.unit, usual) if each))


@dataclass(frozen=True)
class AnswerPlan:
    """One answer rectangle with its two locked anchors."""

    field: str
    column: str
    """Scene key in a matrix, column id in a table, else empty (contract of field addresses)."""
    row: str
    """Row key in a table, else empty."""
    sheet: str
    rect: Rect
    code: str
    """Text of the row anchor."""
    code_cell: Rect
    header: str
    """Text of the column anchor."""
    header_cell: Rect
    row_name: str
    col_name: str
    ans_name: str
    row_label: str = ""
    required: bool = True
    """False in a table row beyond the rows that must be filled, whatever the question says."""
    mark_cell: Rect | None = None
    """Cell whose formula shows ● (required and empty), △ (doubtful), ○ (filled) or nothing."""

    @property
    def address(self) -> tuple[str, str, str]:
        return (self.field, self.column, self.row)


@dataclass(frozen=True)
class NamePlan:
    name: str
    sheet: str
    rect: Rect


@dataclass(frozen=True)
class OptionList:
    name: str
    """Defined name of its range on the hidden list sheet."""
    values: tuple[str, ...]


@dataclass(frozen=True)
class WorkbookPlan:
    """Everything one form × unit kind needs, before and after issue; nothing is decided later."""

    form: str
    letter: str
    version: int
    title: str
    verbatim: bool
    sheets: tuple[SheetPlan, ...]
    fields: tuple[FieldPlan, ...]
    answers: tuple[AnswerPlan, ...]
    names: tuple[NamePlan, ...]
    lists: tuple[OptionList, ...] = ()
    list_sheet: str = LIST_SHEET
    drawing_sheets: tuple[str, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    """(key, label) of matrix columns, in printed order."""

    def to_json(self) -> bytes:
        """Canonical JSON: sorted keys, UTF-8; the bytes that are hashed and kept."""
        return msgspec.json.encode(self, order="sorted")

    @classmethod
    def from_json(cls, data: bytes) -> WorkbookPlan:
        """Plan of `to_json` bytes, also of an older release (missing keys take their defaults)."""
        return msgspec.json.decode(data, type=cls)

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.to_json()).hexdigest()

    @property
    def edition(self) -> str:
        """First six hex digits of the digest, upper case, as in the ticket."""
        return self.digest[:6].upper()

    def sheet(self, key: str) -> SheetPlan:
        return next(s for s in self.sheets if s.key == key)

    def field(self, field_id: str) -> FieldPlan:
        """Rules of a question. For a table column the id is `<table>.<column>`."""
        return _fields_by_id(self)[field_id]

    def question_of(self, answer: AnswerPlan) -> FieldPlan:
        """Rules of the question an answer rectangle belongs to."""
        return self.field(question_id(answer))

    @property
    def asked(self) -> tuple[tuple[AnswerPlan, FieldPlan], ...]:
        """Every answer with the rules of its question."""
        return _asked(self)

    def asked_on(self, sheet: str) -> tuple[AnswerPlan, ...]:
        """The answers a sheet asks for, in their order."""
        return _asked_on(self, sheet)

    @property
    def is_common(self) -> bool:
        """True for a blank workbook for everybody, with the unit to be chosen inside."""
        return any(named.name == UNIT_NAME for named in self.names)

    def slots(self) -> frozenset[str]:
        """Names of all slots used anywhere."""
        return frozenset(m for s in self.sheets for c in s.cells for m in SLOT.findall(c.text))


@per_plan
def _fields_by_id(plan: WorkbookPlan) -> Mapping[str, FieldPlan]:
    return {field.field: field for field in reversed(plan.fields)}


@per_plan
def _asked(plan: WorkbookPlan) -> tuple[tuple[AnswerPlan, FieldPlan], ...]:
    return tuple((answer, plan.question_of(answer)) for answer in plan.answers)


@per_plan
def _asked_on(plan: WorkbookPlan, sheet: str) -> tuple[AnswerPlan, ...]:
    return tuple(answer for answer in plan.answers if answer.sheet == sheet)


def question_id(answer: AnswerPlan) -> str:
    """Key of `WorkbookPlan.fields` for an answer: table columns are `<table>.<column>`."""
    return f"{answer.field}.{answer.column}" if answer.row else answer.field


def filled(text: str, slots: Mapping[str, str]) -> str:
    """Text with its slots filled; a slot without a value is an error of ours and raises KeyError."""
    return SLOT.sub(lambda m: slots[m[1]], text)


def locked_texts(plan: WorkbookPlan, slots: Mapping[str, str]) -> Iterator[tuple[str, Rect, str]]:
    """(sheet key, rectangle, text) of every locked literal text as it was sent to one unit."""
    for sheet in plan.sheets:
        for cell in sheet.cells:
            if cell.text:
                yield sheet.key, cell.rect, filled(cell.text, slots)
