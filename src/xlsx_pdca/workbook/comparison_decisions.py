"""並べて確認 read back: the officer's decisions, and whatever else she wrote there, for that enters nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from xlsx_pdca.cells import folded
from xlsx_pdca.checks.joined import Question
from xlsx_pdca.definitions.open_table import SheetCell, SheetText
from xlsx_pdca.errors import Fault
from xlsx_pdca.findings import shortened
from xlsx_pdca.reading import Address, answer_label
from xlsx_pdca.workbook.comparison_book import (
    ALL,
    FIRST_TEXT,
    KEY,
    LABEL_COLUMN,
    SHEET,
    Comparison,
    label_of,
    options,
    settled,
    texts_of,
)
from xlsx_pdca.workbook.officer_book import read_tables

_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_|[\x00-\x1f]")
"""A sign that no cell can hold, as it is written there."""


@dataclass(frozen=True)
class Decisions:
    """What the officer chose."""

    choices: Mapping[Address, tuple[int, ...]]
    faults: tuple[Fault, ...]
    """By sheet and cell: what is not decided yet, or cannot be understood."""
    is_other: bool = False
    """The book was made for other files or other contents."""


def read_decisions(path: Path, compared: Comparison) -> Decisions:
    """The decisions in a workbook the officer worked on; she may have sorted or filtered it."""
    sheet, head = _table(read_tables(path))
    if sheet is None or head is None:
        told = Fault(path.name, SHEET, "表の見出し（採用）が見当たりません。", _ANEW)
        return Decisions({}, (told,))
    key_head = next((c for c in sheet.cells if c.text.startswith(f"{KEY} ")), None)
    if key_head is None or key_head.text != f"{KEY} {compared.digest}":
        return Decisions({}, (), is_other=True)
    read = _Read(sheet, head, key_head.column, compared)
    choices: dict[Address, tuple[int, ...]] = {}
    faults: list[Fault] = []
    for question in compared.questions:
        taken, fault = read.decision(question)
        if taken:
            choices[question.place.address] = taken
        faults += [fault] if fault else []
        faults += read.rewritten(question)
    return Decisions(choices, tuple(faults))


@dataclass(frozen=True)
class _Read:
    """The table as she left it."""

    sheet: SheetText
    head: SheetCell
    key_column: int
    compared: Comparison

    @cached_property
    def cells(self) -> Mapping[tuple[int, int], str]:
        return {(c.row, c.column): c.text for c in self.sheet.cells if c.row > self.head.row}

    @cached_property
    def rows(self) -> Mapping[str, int]:
        return {
            text: row for (row, column), text in self.cells.items() if column == self.key_column
        }

    def row(self, question: Question) -> int:
        """0 where it is no longer there."""
        return self.rows.get("|".join(question.place.address), 0)

    def decision(self, question: Question) -> tuple[tuple[int, ...], Fault | None]:
        """受付番号 of what is to count, or what is wrong; neither where nothing had to be decided."""
        row = self.row(question)
        text = self.cells.get((row, self.head.column), "")
        is_open = question.needs_decision
        if not is_open and (
            not row or folded(text) in ("", folded(settled(self.compared, question)))
        ):
            return (), None
        taken = _understood(text, question, self.compared)
        if taken:  # where all say the same it matters to nobody which
            return (taken if question.differs else ()), None
        place = self.sheet.place(row, self.head.column) if row else ""
        return (), _fault(self.sheet, place, text, question, self.compared)

    def rewritten(self, question: Question) -> Iterator[Fault]:
        """A row whose question is another one now, and texts of the files that she changed: what is written here enters nothing."""
        row = self.row(question)
        label = label_of(question, self.compared.plan)
        if row and _plain(self.cells.get((row, LABEL_COLUMN), "")) != _plain(label):
            found = "この行は、ほかの設問の行と入れ替わっています（一部の列だけを並べ替えると起こります）。"
            yield Fault(self.sheet.file, self.sheet.place(row, LABEL_COLUMN), found, _UNSORTED)
            return
        for column, text in enumerate(texts_of(self.compared, question), FIRST_TEXT):
            if row and _plain(self.cells.get((row, column), "")) != _plain(text):
                label = answer_label(question.place, self.compared.plan)
                found = f"「{label}」の記載が書き換えられています。この表で直しても、取りまとめには入りません。"
                yield Fault(self.sheet.file, self.sheet.place(row, column), found, _BACK)


def _plain(text: str) -> str:
    """A text without what a cell cannot hold."""
    return folded(_ESCAPED.sub("", text.encode("utf-8", "replace").decode("utf-8")))


_BACK = (
    "元の記載に戻してください（戻せないときは、このファイルの名前を変えて、もう一度実行すると、作り直します）。"
    "御回答を直すときは、取りまとめ表の県記入に書くか、御回答者に再送をお願いしてください。"
)
_UNSORTED = "元に戻す（Ctrl＋Z）か、このファイルの名前を変えて、もう一度実行し、新しい表に「採用」を写してください。"
_ANEW = "このファイルの名前を変えるか、削除して、もう一度実行してください（新しく作ります）。"


def _table(sheets: Sequence[SheetText]) -> tuple[SheetText | None, SheetCell | None]:
    for sheet in sheets:
        for cell in sheet.cells:
            if cell.text.strip() == "採用":
                return sheet, cell
    return None, None


def _understood(text: str, question: Question, compared: Comparison) -> tuple[int, ...]:
    """受付番号 of what was chosen; nothing where it is blank or cannot be understood."""
    plain = folded(text)
    if plain in ALL:
        every = tuple(part.arrival for part, _ in question.variants)
        return every if question.is_joinable else ()
    match = re.fullmatch(r"([0-9]{1,2})(番目|番)?", unicodedata.normalize("NFKC", plain))
    if match is None:
        return ()
    chosen = int(match[1])
    return tuple(p.arrival for p, _ in question.said if compared.number(p.arrival) == chosen)


def _fault(
    sheet: SheetText, place: str, text: str, question: Question, compared: Comparison
) -> Fault:
    label = answer_label(question.place, compared.plan)
    choices = "、".join(options(compared, question))
    if question.said and not question.needs_decision:
        choices = "、".join(
            dict.fromkeys((settled(compared, question), *options(compared, question)))
        )
    if not place:
        return Fault(sheet.file, sheet.name, f"「{label}」の行が見当たりません。", _ANEW)
    if not text.strip():
        found = f"「{label}」の「採用」が選ばれていません。"
        return Fault(sheet.file, place, found, f"{choices}から選んでください。")
    found = f"「{label}」の「採用」に「{shortened(text)}」とあります。"
    return Fault(sheet.file, place, found, f"{choices}のどれかにしてください。")
