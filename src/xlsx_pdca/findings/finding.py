"""One finding about one file, and the whole catalogue by code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from xlsx_pdca.findings.answer_entries import ANSWER_ENTRIES
from xlsx_pdca.findings.arrival_entries import ARRIVAL_ENTRIES
from xlsx_pdca.findings.entry import CatalogueEntry, Grade
from xlsx_pdca.findings.file_entries import FILE_ENTRIES
from xlsx_pdca.findings.identity_entries import IDENTITY_ENTRIES
from xlsx_pdca.findings.object_entries import OBJECT_ENTRIES
from xlsx_pdca.rawbook import RefusalCode

UNKNOWN_VALUE = "（不明）"
"""Stands in a sentence for a value an older release did not book."""


def _catalogue(entries: Iterable[CatalogueEntry]) -> dict[str, CatalogueEntry]:
    listed = tuple(entries)
    found = {entry.code: entry for entry in listed}
    assert len(found) == len(listed), "two catalogue entries share a code"
    return found


CATALOGUE = _catalogue(
    (*FILE_ENTRIES, *IDENTITY_ENTRIES, *ARRIVAL_ENTRIES, *ANSWER_ENTRIES, *OBJECT_ENTRIES)
)


class _Values(dict[str, str]):
    """Values of a sentence; a missing one shows as unknown, so that an old finding can always be read."""

    def __missing__(self, key: str) -> str:
        return UNKNOWN_VALUE


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
    def entry(self) -> CatalogueEntry:
        return CATALOGUE[self.code]

    @property
    def grade(self) -> Grade:
        return self.entry.grade

    @property
    def holds(self) -> bool:
        """True when the file waits for a person."""
        return self.entry.holds

    @property
    def address(self) -> tuple[str, str, str]:
        """Field address it speaks of; empty when it is about a sheet or the whole file."""
        return (self.field, self.column, self.row)

    def sentence(self) -> str:
        """What was found and what to do, in the form's own words."""
        said = {"sheet": self.sheet, "cell": self.cell, **dict(self.context)}
        # A sentence is one line, whatever a file or a sheet is called.
        values = _Values({name: " ".join(value.splitlines()) for name, value in said.items()})
        return self.entry.sentence.format_map(values) + self.entry.remedy.format_map(values)

    @property
    def told(self) -> str:
        """The sentence with its place before it, for where no columns show sheet and cell; the sheet is named once."""
        names_it = self.entry.sentence.startswith(("「{sheet}」", "お送りした「{sheet}」"))
        return f"{'' if names_it else self.place}{self.sentence()}"

    @property
    def place(self) -> str:
        """Like 「様式1」C5, or empty when it is about the whole file."""
        return f"「{self.sheet}」{self.cell}" if self.sheet else ""


def finding(
    code: str,
    *,
    sheet: str = "",
    cell: str = "",
    address: tuple[str, str, str] = ("", "", ""),
    **context: str | int,
) -> Finding:
    """Finding with exactly the context its entry asks for; anything else is our bug and raises TypeError."""
    asked = set(CATALOGUE[code].context) - {"sheet", "cell"}
    if asked != set(context):
        raise TypeError(f"{code} asks for {sorted(asked)}, got {sorted(context)}")
    values = tuple((name, str(value)) for name, value in context.items())
    field, column, row = address
    return Finding(code, sheet, cell, field, column, row, values)


_REFUSALS = {
    RefusalCode.EMPTY: "FIL01",
    RefusalCode.NOT_A_WORKBOOK: "FIL02",
    RefusalCode.DOCUMENT: "FIL10",
    RefusalCode.CONTAINER: "FIL11",
    RefusalCode.ENCRYPTED: "FIL03",
    RefusalCode.SEALED: "MAI44",
    RefusalCode.OLD_FORMAT: "FIL04",
    RefusalCode.DAMAGED: "FIL05",
    RefusalCode.HOSTILE: "FIL06",
    RefusalCode.TIMEOUT: "FIL07",
    RefusalCode.CRASHED: "FIL08",
}


def refused(code: RefusalCode, *, tried: bool = False) -> Finding:
    """Finding of a file that could not be taken for a readable workbook; `tried`: with the passwords given."""
    if tried and code is RefusalCode.ENCRYPTED:
        return finding("FIL40")
    return finding(_REFUSALS[code])


def shortened(text: str, limit: int = 40) -> str:
    """Text for a sentence: one line, at most `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
