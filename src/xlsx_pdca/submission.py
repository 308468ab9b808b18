"""What came back: the answers of one return, found by their anchors, with where each one stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from xlsx_pdca.findings import Finding


class State(StrEnum):
    """State of an answer: a blank, a zero and 「該当なし」 are three different things."""

    FILLED = "記入"
    ZERO = "0"
    NONE = "該当なし"
    UNKNOWN = "把握していない"
    WITHHELD = "秘匿"
    SEPARATE = "別紙"
    SAME = "同上/前回と同じ"
    BLANK = "空欄"


@dataclass(frozen=True)
class Answer:
    """One answer of one return; blank ones are listed too."""

    field: str
    column: str
    row: str
    raw: str
    """Stored text (line ends normalised, nothing stripped), the stored number's shortest decimal, or an ISO date."""
    value: str
    """By kind: plain decimal, percent in points, ISO date, fiscal year in 西暦; equal to `raw` for texts."""
    state: State
    sheet: str
    """Sheet name in the file that came back."""
    cell: str
    """Address in the file that came back."""

    @property
    def address(self) -> tuple[str, str, str]:
        return (self.field, self.column, self.row)


@dataclass(frozen=True)
class Origin:
    """Where an answer of a submission stands that is joined of several files."""

    arrival: int
    """受付番号 of the file."""
    sheet: str
    cell: str


@dataclass(frozen=True)
class StrayText:
    """Something the sender wrote outside the answer cells; kept and shown."""

    sheet: str
    cell: str
    text: str


@dataclass(frozen=True)
class Suggestion:
    """What an answer such as 「同上」 seems to point to: shown beside it, never put in its place."""

    field: str
    column: str
    row: str
    source: str
    """Which answer it seems to mean, in words."""
    text: str

    @property
    def address(self) -> tuple[str, str, str]:
        return (self.field, self.column, self.row)


@dataclass(frozen=True)
class Reading:
    """All that one file says under one frozen plan."""

    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    strays: tuple[StrayText, ...] = ()
    losses: tuple[str, ...] = ()
    """What a re-saving program lost (protection, names, hidden sheets…): recorded, no finding."""
    drawings: tuple[tuple[str, int], ...] = ()
    """(sheet, number of pictures and shapes) of the drawing sheets, and of others that have any."""
    media: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(sheet, digests of its pictures and embedded files) of the sheets that have any."""
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def is_blank(self) -> bool:
        """True when nothing was written, neither in the fields nor beside them, and nothing was drawn."""
        answered = any(answer.state is not State.BLANK for answer in self.answers)
        return not (answered or self.strays or any(count for _, count in self.drawings))


class Entry(StrEnum):
    """How a value came in."""

    TYPED = "入力"
    CORRECTED = "県補正"
    PROXY = "代理入力"


@dataclass(frozen=True)
class PartFile:
    """One of the files a submission is joined of."""

    arrival: int
    """受付番号."""
    file: str
    """Readable copy, relative to the round folder."""
    sha256: str
    received_at: datetime | None = None
    entry: Entry = Entry.TYPED
    entered_by: str = ""
    entered_at: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True)
class Change:
    """One answer that is not what the submission before said; texts as an office reads them."""

    question: str
    before: str
    now: str
    since: int
    """Number of the submission before."""
