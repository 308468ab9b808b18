"""One sheet of a form laid out row by row: headings, questions, matrices and tables."""

from __future__ import annotations

from dataclasses import dataclass

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout.frame import (
    GAP_POINTS,
    SHORT_POINTS,
    STATUS_POINTS,
    TABLE_STATUS_POINTS,
)
from xlsx_pdca.layout.grid import (
    CODE_COLUMN,
    LABEL_COLUMN,
    SHORT_CHARACTERS,
    grid_of,
    is_short,
)
from xlsx_pdca.layout.metrics import (
    HEADING_POINTS,
    LABEL_POINTS,
    LEAD_POINTS,
    MAX_ROW_POINTS,
    SMALL_POINTS,
    pad_points,
    text_height,
)
from xlsx_pdca.layout.questions import QuestionDraft
from xlsx_pdca.layout.words import Words
from xlsx_pdca.plan import (
    AnswerPlan,
    FieldPlan,
    NamePlan,
    SheetPlan,
    Style,
)
from xlsx_pdca.spec import (
    Heading,
    Matrix,
    Note,
    Sheet,
    Single,
    Table,
    TableRow,
)


@dataclass
class SheetDraft(QuestionDraft):
    """A sheet that takes the items of a form one after the other; `finished` freezes it."""

    # -- items ---------------------------------------------------------------------------

    def heading_item(self, item: Heading) -> None:
        text = self.words.printed(item.source, item.text)
        self.heading = text
        self.begin_block(open_=True)
        self._section(text)

    def _section(self, text: str, *, is_table: bool = False) -> None:
        self.sections.append((len(self.heights) + 1, is_table))
        width = self.grid.width(1, self.grid.last)
        row = self.add_row(text_height(text, width, HEADING_POINTS) + 6)
        self.put(self.whole(row), Style.SECTION, text)
        self.add_row(GAP_POINTS)

    def note_item(self, item: Note) -> None:
        text = self.words.years(item.text)
        self.begin_block(open_=True)
        row = self.add_row(text_height(text, self.grid.width(1, self.grid.last), LEAD_POINTS) + 2)
        self.put(self.whole(row), Style.NOTE, text)

    def open_entry(self) -> None:
        """The head of the 記入欄 above the first heading: printed pages repeat it, but not that heading."""
        blocks = [item for item in self.sheet.items if not isinstance(item, Heading | Note)]
        if blocks and isinstance(blocks[0], Single):
            self._entry_head()

    def _entry_head(self) -> None:
        if self.entry_head is None:
            self.head((self.grid.entry,), "設問")
            self.air_below_head()
            self.entry_head = self.header_cell(self.grid.entry)

    def single_item(self, item: Single) -> None:
        question = item.question
        entry = self.grid.entry
        self._entry_head()
        self.begin_block(open_=False)
        short = is_short(question) and self._shown_length(question) <= 2 * SHORT_CHARACTERS
        side = self.words.side_text(question)
        if side and not short:
            self._hint_row(side, entry.column)
        plan = self.field_plan(question, self.codes[question.id])
        right = entry.column if short else self.grid.last
        room = self.grid.width(entry.column + 1, self.grid.last)
        beside = text_height(side, room, SMALL_POINTS) if short and side and room else 0.0
        wanted = self._cell_height(question, self.grid.width(entry.column, right), short=short)
        top, bottom = self._question_rows(plan, max(wanted, beside))
        rect = Rect(top, entry.column, bottom, right)
        if short and self.grid.last > entry.column:
            self.put(Rect(top, entry.column + 1, bottom, self.grid.last), Style.HINT, side)
        self._answer(plan, question, entry, rect, row_key="", column_key="")
        self._status_row(plan, question, ((entry, rect),))

    def matrix_item(self, item: Matrix) -> None:
        self.head(self.grid.columns, "設問")
        self.air_below_head()
        for question in item.questions:
            self.begin_block(open_=False)
            side = self.words.side_text(question)
            if side:
                self._hint_row(side, self.grid.columns[0].column)
            plan = self.field_plan(question, self.codes[question.id], group=item.id)
            height = self._cell_height(
                question, self.grid.columns[0].pixels, short=is_short(question)
            )
            top, bottom = self._question_rows(plan, height)
            placed = []
            for column in self.grid.columns:
                rect = Rect(top, column.column, bottom, column.column)
                self._answer(plan, question, column, rect, row_key="", column_key=column.key)
                placed.append((column, rect))
            self._status_row(plan, question, tuple(placed))

    def table_item(self, item: Table) -> None:
        title = self.words.printed(item.source, item.label)
        self.begin_block(open_=True)
        self._section(title, is_table=True)
        self.heading = title
        if item.hint:
            self.note_item(Note(item.hint))
        self.head(self.grid.columns, "行")
        self._table_needs(item)
        plans = [
            self.field_plan(q, self.codes[item.id], group=item.id, key=f"{item.id}.{q.id}")
            for q in item.columns
        ]
        for number, table_row in enumerate(item.rows, 1):
            self._table_row(item, plans, table_row, must=number <= item.required_rows)

    def _table_needs(self, item: Table) -> None:
        """A line under the header: which columns are required, and how to fill them."""
        texts = [
            self.words.column_text(question, required=bool(item.required_rows))
            for question in item.columns
        ]
        height = max(
            text_height(text, column.pixels, SMALL_POINTS)
            for text, column in zip(texts, self.grid.columns, strict=True)
        )
        row = self.add_row(max(height, STATUS_POINTS))
        self.note_below_head(row)
        self.put(Rect(row, CODE_COLUMN, row, LABEL_COLUMN), Style.META)
        for column, text in zip(self.grid.columns, texts, strict=True):
            self.put(Rect.cell(row, column.column), Style.HINT, text)

    def _head_is_repeated(self) -> bool:
        """Whether printed pages repeat the head of the table; else they repeat that of the questions above it."""
        return self.header_cell(self.grid.columns[0]).top <= self._repeated()

    def _table_row(
        self, item: Table, plans: list[FieldPlan], table_row: TableRow, *, must: bool
    ) -> None:
        code = f"{self.codes[item.id]}-{table_row.key}"
        height = self._table_row_height(item, table_row)
        block = (pad_points(height), height, TABLE_STATUS_POINTS)
        if not self._head_is_repeated() and self.begins_page(*block):
            self.begin_block(open_=True)
            self.continued_head(self.grid.columns)
        self.begin_block(open_=False)
        pad = self._pad_row(height)
        top = self.add_row(height)
        if pad:
            self.pads[top] = pad
        self._row_anchor(code, Rect.cell(top, CODE_COLUMN))
        self.put(
            Rect.cell(top, LABEL_COLUMN),
            Style.ROW_LABEL,
            table_row.label or str(int(table_row.key)),
        )
        for plan, question, column in zip(plans, item.columns, self.grid.columns, strict=True):
            self._answer(
                plan,
                question,
                column,
                Rect.cell(top, column.column),
                row_key=table_row.key,
                column_key=question.id,
                table=item,
                row_label=table_row.label,
                code=code,
                must=must,
            )
        row = self.add_row(TABLE_STATUS_POINTS)
        self.put(Rect(row, CODE_COLUMN, row, LABEL_COLUMN), Style.META)
        for plan, column in zip(plans, self.grid.columns, strict=True):
            self._counter(plan, row, column, up=1, text_counts=False)

    def _table_row_height(self, item: Table, table_row: TableRow) -> float:
        """As high as its label or its largest answer needs, within what a row can be."""
        label = text_height(table_row.label, self.grid.label_pixels, LABEL_POINTS)
        answers = [
            self._cell_height(question, column.pixels, short=False)
            for question, column in zip(item.columns, self.grid.columns, strict=True)
        ]
        return min(max(SHORT_POINTS, label, *answers), MAX_ROW_POINTS)


def lay_out(
    sheet: Sheet, words: Words, codes: dict[str, str], lists: dict[str, str]
) -> tuple[SheetPlan, list[FieldPlan], list[AnswerPlan], list[NamePlan]]:
    """Plan of one protected sheet with its fields, answers and names."""
    draft = SheetDraft(sheet, words, codes, lists, grid_of(sheet))
    draft.start()
    draft.open_entry()
    for item in sheet.items:
        match item:
            case Heading():
                draft.heading_item(item)
            case Note():
                draft.note_item(item)
            case Single():
                draft.single_item(item)
            case Matrix():
                draft.matrix_item(item)
            case Table():
                draft.table_item(item)
    names = [NamePlan(name, sheet.key, rect) for name, rect in draft.names.items()]
    return draft.finished(), draft.fields, draft.answers, names
