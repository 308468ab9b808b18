"""What a wide view is: its columns and rows, ready to be written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from xlsx_pdca.ledger import Status
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import State
from xlsx_pdca.summary import NoteKey, Place
from xlsx_pdca.unit import Unit

JOINT = "共同回答"


class Shape(StrEnum):
    """What a view was made of."""

    SCENE = "scene"
    """One column of a matrix, such as a scene."""
    SINGLES = "singles"
    TABLE = "table"
    """One row per filled table row."""
    LIST = "list"
    """One row per answer of the questions gathered under one name."""
    DRAWINGS = "drawings"


@dataclass(frozen=True)
class ViewColumn:
    title: str
    """The question as printed, or a word of ours."""
    kind: FieldKind = FieldKind.LONG_TEXT
    heading: str = ""
    unit: str = ""
    guide: int = 0
    """Guide length in characters: so much must always be readable in place."""


@dataclass(frozen=True)
class ViewCell:
    text: str
    state: State = State.FILLED
    number: Decimal | None = None
    """Set where the answer is a number to sort and sum."""


@dataclass(frozen=True)
class ViewRow:
    """One row of one municipality (or of a unit without one)."""

    place: Place
    """With the unit's id in place of a code where the unit belongs to no municipality."""
    unit: Unit
    status: Status
    cells: tuple[ViewCell, ...]
    key: NoteKey
    digest: str
    """Of all answers in the row; a note remembers it."""
    missing: bool
    """Nothing is in: the row is listed all the same."""
    file: str = ""
    sheet: str = ""
    spots: tuple[str, ...] = ()
    """Cells in the returned file, in the order of the columns."""
    entry: str = ""
    """Words on who entered it, where it was not the respondent."""
    who: str = ""
    """回答者: the role and, where it has one, the unit's own name, or who answered jointly."""


@dataclass(frozen=True)
class View:
    key: str
    """Sheet key of the notes; the same in every edition."""
    name: str
    """Tab text, unique in the book."""
    title: str
    form: str
    shape: Shape
    columns: tuple[ViewColumn, ...]
    rows: tuple[ViewRow, ...]

    asked: int
    """Returns asked for; a joint one counts once."""
    returned: int
    """Those of them that are in."""
