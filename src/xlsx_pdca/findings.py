"""確認事項: what may be doubtful about a return, as values with a catalogue code; the catalogue is the manual too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Grade(StrEnum):
    """Weight of a finding; only MUST makes a letter."""

    MUST = "必ず確認"
    SHOULD = "できれば確認"
    INFO = "参考"


@dataclass(frozen=True)
class Finding:
    """One point about one file; the sentence is made from the catalogue when somebody reads it."""

    code: str
    sheet: str = ""
    """Sheet name as it stands in the file that came back."""
    cell: str = ""
    field: str = ""
    column: str = ""
    row: str = ""
    context: tuple[tuple[str, str], ...] = ()
    """Values for the sentence, such as ("found", "三万人")."""

    @property
    def grade(self) -> Grade:
        return CATALOGUE[self.code].grade

    def sentence(self) -> str:
        """What was found and what to do, in the form's own words."""
        entry = CATALOGUE[self.code]
        values = {"sheet": self.sheet, "cell": self.cell, **dict(self.context)}
        return entry.sentence.format_map(values) + entry.remedy.format_map(values)

    @property
    def place(self) -> str:
        """Like 「様式1」C5, or empty when it is about the whole file."""
        return f"「{self.sheet}」{self.cell}" if self.sheet else ""


@dataclass(frozen=True)
class CatalogueEntry:
    code: str
    """Three letters for the room it comes from and two digits; never reused."""
    grade: Grade
    title: str
    sentence: str
    """What was found; `{name}` takes a value of the context."""
    remedy: str
    """What to do now."""
    holds: bool = False
    """The file waits for a person: it never enters the summary by itself."""


def _catalogue(*entries: CatalogueEntry) -> dict[str, CatalogueEntry]:
    found = {entry.code: entry for entry in entries}
    assert len(found) == len(entries), "two catalogue entries share a code"
    return found


_MUST, _SHOULD, _INFO = Grade.MUST, Grade.SHOULD, Grade.INFO

CATALOGUE = _catalogue(
    CatalogueEntry(
        "ANS01",
        _MUST,
        "必須の欄が空欄",
        "「{label}」が空欄です。",
        "御記入をお願いいたします。該当がない場合は「該当なし」と御記入ください。",
    ),
)
