"""One sheet of a form laid out row by row: headings, questions, answers, anchors and the locked rows between."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout import formulas
from xlsx_pdca.layout.grid import (
    CODE_COLUMN,
    LABEL_COLUMN,
    SHORT_CHARACTERS,
    AnswerColumn,
    Grid,
    grid_of,
    is_short,
)
from xlsx_pdca.layout.metrics import (
    LABEL_POINTS,
    MAX_ROW_POINTS,
    SMALL_POINTS,
    guide_height,
    text_height,
    width_units,
)
from xlsx_pdca.layout.paper import with_breaks
from xlsx_pdca.layout.words import Words
from xlsx_pdca.plan import (
    AnswerPlan,
    CellPlan,
    FieldPlan,
    HighlightPlan,
    NamePlan,
    PrintPlan,
    SheetPlan,
    Style,
    ValidationPlan,
)
from xlsx_pdca.spec import (
    FieldKind,
    Heading,
    Matrix,
    Need,
    Note,
    Question,
    Required,
    Sheet,
    Single,
    Table,
    TableRow,
)

STATUS_POINTS = 15.0
TABLE_STATUS_POINTS = 11.0
SHORT_POINTS = 24.0
HEAD_ROWS = 4
"""Title, unit, lead, progress."""
MAX_REPEATED_ROWS = 9
"""A header further down is not kept in sight: too little would be left of the window."""
TICKET_TEXT = "整理番号 ⟦ticket⟧"
UNIT_TEXT = "⟦unit⟧（⟦role⟧）　提出期限 ⟦deadline⟧"


@dataclass
class SheetDraft:
    """A sheet while it grows; `finished` freezes it."""

    sheet: Sheet
    words: Words
    codes: dict[str, str]
    lists: dict[str, str]
    """Question key → defined name of its options."""
    grid: Grid
    heights: list[float] = field(default_factory=list)
    cells: list[CellPlan] = field(default_factory=list)
    answers: list[AnswerPlan] = field(default_factory=list)
    fields: list[FieldPlan] = field(default_factory=list)
    names: dict[str, Rect] = field(default_factory=dict)
    validations: list[ValidationPlan] = field(default_factory=list)
    entry_head: Rect | None = None
    heading: str = ""
    starts: list[int] = field(default_factory=list)
    """First rows of the blocks a page should not part."""
    block_is_open: bool = False
    """A heading or note was written; what follows belongs to it."""

    # -- rows and cells ------------------------------------------------------------------

    def add_row(self, points: float) -> int:
        self.heights.append(round(points * 4) / 4)
        return len(self.heights)

    def begin_block(self, *, open_: bool) -> None:
        """The next row begins a block, unless a heading above is still waiting for its first question."""
        if not self.block_is_open:
            self.starts.append(len(self.heights) + 1)
        self.block_is_open = open_

    def put(self, rect: Rect, style: Style, text: str = "", **more: object) -> None:
        self.cells.append(CellPlan(rect, style, text, **more))  # type: ignore[arg-type]  # keyword pass-through

    def formula(self, rect: Rect, style: Style, formula: str, cached: str | int) -> None:
        self.cells.append(CellPlan(rect, style, formula=formula, cached=cached))

    def whole(self, row: int) -> Rect:
        return Rect(row, CODE_COLUMN, row, self.grid.last)

    # -- head ----------------------------------------------------------------------------

    def start(self) -> None:
        title = self.add_row(30)
        self.put(Rect.cell(title, CODE_COLUMN), Style.TITLE, self.sheet.title)
        self.put(Rect.cell(title, self.grid.last), Style.TICKET, TICKET_TEXT)
        unit = self.add_row(20)
        self.put(Rect.cell(unit, CODE_COLUMN), Style.UNIT, UNIT_TEXT)
        lead = self.words.sheet_lead(self.sheet)
        row = self.add_row(text_height(lead, self.grid.width(1, self.grid.last), SMALL_POINTS))
        self.put(self.whole(row), Style.LEAD, lead)
        self.progress_row = self.add_row(18)

    def head(self, columns: tuple[AnswerColumn, ...], label: str) -> None:
        """Header row; its answer headers are the locked column anchors."""
        row = self.add_row(self._head_height(columns))
        self.put(Rect.cell(row, CODE_COLUMN), Style.HEAD, "番号")
        self.put(Rect.cell(row, LABEL_COLUMN), Style.HEAD, label)
        for column in columns:
            self.put(Rect.cell(row, column.mark), Style.HEAD)
            rect = self._head_rect(row, column)
            self.put(rect, Style.HEAD, column.header)
            self.names[self._column_name(column)] = Rect.cell(row, column.column)

    def _head_height(self, columns: tuple[AnswerColumn, ...]) -> float:
        wide = columns[0] == self.grid.entry
        return max(
            [
                24.0,
                *(text_height(c.header, c.pixels, LABEL_POINTS) + 4 for c in columns if not wide),
            ]
        )

    def _head_rect(self, row: int, column: AnswerColumn) -> Rect:
        right = self.grid.last if column == self.grid.entry else column.column
        return Rect(row, column.column, row, right)

    def _column_name(self, column: AnswerColumn) -> str:
        return f"pdca_col_{self.sheet.key}_{column.key}"

    def header_cell(self, column: AnswerColumn) -> Rect:
        return self.names[self._column_name(column)]

    # -- items ---------------------------------------------------------------------------

    def heading_item(self, item: Heading) -> None:
        text = self.words.printed(item.source, item.text)
        self.heading = text
        self.begin_block(open_=True)
        row = self.add_row(text_height(text, self.grid.width(1, self.grid.last), 11) + 6)
        self.put(self.whole(row), Style.SECTION, text)

    def note_item(self, item: Note) -> None:
        text = self.words.years(item.text)
        self.begin_block(open_=True)
        row = self.add_row(text_height(text, self.grid.width(1, self.grid.last), SMALL_POINTS))
        self.put(self.whole(row), Style.NOTE, text)

    def open_entry(self) -> None:
        """The head of the 記入欄 above the first heading: printed pages repeat it, but not that heading."""
        blocks = [item for item in self.sheet.items if not isinstance(item, Heading | Note)]
        if blocks and isinstance(blocks[0], Single):
            self._entry_head()

    def _entry_head(self) -> None:
        if self.entry_head is None:
            self.head((self.grid.entry,), "設問")
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
        row = self.add_row(text_height(title, self.grid.width(1, self.grid.last), 11) + 6)
        self.put(self.whole(row), Style.SECTION, title)
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
        self.put(Rect(row, CODE_COLUMN, row, LABEL_COLUMN), Style.META)
        for column, text in zip(self.grid.columns, texts, strict=True):
            self.put(Rect.cell(row, column.column), Style.HINT, text)

    def _table_row(
        self, item: Table, plans: list[FieldPlan], table_row: TableRow, *, must: bool
    ) -> None:
        self.begin_block(open_=False)
        code = f"{self.codes[item.id]}-{table_row.key}"
        height = max(
            [SHORT_POINTS, text_height(table_row.label, self.grid.label_pixels, LABEL_POINTS)]
            + [
                self._cell_height(q, c.pixels, short=False)
                for q, c in zip(item.columns, self.grid.columns, strict=True)
            ]
        )
        top = self.add_row(min(height, MAX_ROW_POINTS))
        self._row_anchor(code, Rect.cell(top, CODE_COLUMN))
        self.put(
            Rect.cell(top, LABEL_COLUMN),
            Style.ROW_LABEL,
            table_row.label or str(int(table_row.key)),
        )
        placed = []
        for plan, question, column in zip(plans, item.columns, self.grid.columns, strict=True):
            rect = Rect.cell(top, column.column)
            self._answer(
                plan,
                question,
                column,
                rect,
                row_key=table_row.key,
                column_key=question.id,
                table=item,
                row_label=table_row.label,
                code=code,
                must=must,
            )
            placed.append((column, rect))
        row = self.add_row(TABLE_STATUS_POINTS)
        self.put(Rect(row, CODE_COLUMN, row, LABEL_COLUMN), Style.META)
        for plan, (column, _) in zip(plans, placed, strict=True):
            self._counter(plan, row, column, up=1, text_counts=False)

    # -- pieces of a question --------------------------------------------------------------

    def field_plan(
        self, question: Question, code: str, *, group: str = "", key: str = ""
    ) -> FieldPlan:
        """Freeze a question's rules; listed once even when a matrix repeats it over its columns."""
        plan = FieldPlan(
            field=key or question.id,
            label=self.words.question(question),
            source=question.source,
            kind=question.kind,
            code=code,
            sheet=self.sheet.key,
            group=group,
            required=question.required,
            guide=question.guide,
            minimum=question.minimum,
            maximum=question.maximum,
            decimals=question.decimals,
            unit=question.unit,
            options=question.options,
            free_choice=question.free_choice,
            share=question.share,
            personal=question.personal,
            computation=question.computation,
            heading=self.heading,
            gather=question.gather,
        )
        self.fields.append(plan)
        return plan

    def _hint_row(self, text: str, left: int) -> None:
        width = self.grid.width(left, self.grid.last)
        row = self.add_row(text_height(text, width, SMALL_POINTS) + 3)
        self.put(Rect(row, CODE_COLUMN, row, left - 1), Style.META)
        self.put(Rect(row, left, row, self.grid.last), Style.HINT, text)

    def _cell_height(self, question: Question, pixels: float, *, short: bool) -> float:
        """Height that the longest welcome content of a cell takes."""
        content = 0.0
        if question.kind is FieldKind.REFERENCE:
            content = text_height("全" * self._shown_length(question), pixels, LABEL_POINTS)
        elif question.kind is FieldKind.MULTIPLE_CHOICE:
            content = text_height("、".join(question.options), pixels)
        elif question.options:
            content = max(text_height(option, pixels) for option in question.options)
        elif question.kind.is_text and question.guide and not short:
            content = guide_height(question.guide, pixels)
        return max(content, SHORT_POINTS)

    def _shown_length(self, question: Question) -> int:
        is_shown = question.kind is FieldKind.REFERENCE
        return self.words.shown_length(question) if is_shown else 0

    def _question_rows(self, plan: FieldPlan, height: float) -> tuple[int, int]:
        """Rows of one question; an answer too tall for one row takes a block of equal rows."""
        label = text_height(plan.label, self.grid.label_pixels, LABEL_POINTS) + 4
        wanted = max(label, height)
        count = max(math.ceil(wanted / MAX_ROW_POINTS), 1)
        rows = [self.add_row(wanted / count) for _ in range(count)]
        top, bottom = rows[0], rows[-1]
        self._row_anchor(plan.code, Rect(top, CODE_COLUMN, bottom, CODE_COLUMN))
        self.put(Rect(top, LABEL_COLUMN, bottom, LABEL_COLUMN), Style.LABEL, plan.label)
        return top, bottom

    def _row_anchor(self, code: str, rect: Rect) -> None:
        self.put(rect, Style.CODE, code)
        self.names[row_name(code)] = Rect.cell(rect.top, rect.left)

    def _answer(
        self,
        plan: FieldPlan,
        question: Question,
        column: AnswerColumn,
        rect: Rect,
        *,
        row_key: str,
        column_key: str,
        table: Table | None = None,
        row_label: str = "",
        code: str = "",
        must: bool = True,
    ) -> None:
        if not question.kind.is_answered:
            self._shown(plan, question, rect)
            self.put(Rect(rect.top, column.mark, rect.bottom, column.mark), Style.MARK)
            return
        code = code or plan.code
        answer = AnswerPlan(
            field=table.id if table else plan.field,
            column=column_key,
            row=row_key,
            sheet=self.sheet.key,
            rect=rect,
            code=code,
            code_cell=self.names[row_name(code)],
            header=column.header,
            header_cell=self.header_cell(column),
            row_name=row_name(code),
            col_name=self._column_name(column),
            ans_name=f"pdca_ans_{_ascii(code)}_{column.key}",
            row_label=row_label,
            required=must and plan.required.need is not Need.OPTIONAL,
            mark_cell=Rect.cell(rect.top, column.mark),
        )
        self.answers.append(answer)
        self.names[answer.ans_name] = Rect.cell(rect.top, rect.left)
        self._prompt(plan, question, rect)
        self._mark(plan, answer, column)

    def _shown(self, plan: FieldPlan, question: Question, rect: Rect) -> None:
        """A locked field: what we already know, or what follows from other answers."""
        if question.kind is FieldKind.REFERENCE:
            self.put(rect, Style.REFERENCE, self.words.reference(question))
            return
        assert question.computation is not None
        operands = tuple(
            (self._content_of(key, rect), self._unit_of(key, plan))
            for key in question.computation.fields
        )
        self.formula(rect, Style.COMPUTED, formulas.computed(plan, operands), "")

    def _content_of(self, key: str, rect: Rect) -> str:
        """Content of another field: a single by its row name, a table column in the same row."""
        for column in self.grid.columns:
            if column.key == key:
                return formulas.here(column.column)
        return formulas.at_row_of(row_name(self.codes[key]), self.grid.entry.column)

    def _unit_of(self, key: str, computed: FieldPlan) -> str:
        """Unit of a field a computed one stands on: a single, or a column of the same table."""
        wanted = f"{computed.group}.{key}" if computed.group else key
        return next((field.unit for field in self.fields if field.field == wanted), "")

    def _prompt(self, plan: FieldPlan, question: Question, rect: Rect) -> None:
        title, prompt = self.words.prompt(plan, question)
        self.validations.append(ValidationPlan(rect, title, prompt, self.lists.get(plan.field, "")))

    def _mark(self, plan: FieldPlan, answer: AnswerPlan, column: AnswerColumn) -> None:
        assert answer.mark_cell is not None
        required = plan.required if answer.required else Required()
        other = self._condition_content(required, answer, column)
        height = answer.rect.bottom - answer.rect.top + 1
        has_doubt = bool(self._doubt(plan, "x"))
        formula = formulas.mark(
            formulas.here(column.column),
            formulas.needed(required, other),
            formulas.here(column.column, height) if has_doubt else "",
        )
        cached = formulas.MARK_MISSING if formulas.needed_when_untouched(required) else ""
        rect = Rect(answer.rect.top, column.mark, answer.rect.bottom, column.mark)
        self.formula(rect, Style.MARK, formula, cached)

    def _condition_content(
        self, required: Required, answer: AnswerPlan, column: AnswerColumn
    ) -> str:
        if not required.field:
            return ""
        if answer.row:
            return self._content_of(required.field, answer.rect)
        name = row_name(self.codes[required.field])
        return formulas.at_row_of(name, column.column)

    def _doubt(self, plan: FieldPlan, content: str) -> str:
        return formulas.doubt(content, plan, self.lists.get(plan.field, ""))

    def _status_row(
        self,
        plan: FieldPlan,
        question: Question,
        placed: tuple[tuple[AnswerColumn, Rect], ...],
    ) -> None:
        """The locked row below an answer: what is expected at the left, the counter under each answer."""
        row = self.add_row(STATUS_POINTS)
        self.put(Rect(row, CODE_COLUMN, row, LABEL_COLUMN), Style.META, self.words.meta(question))
        for column, rect in placed:
            self._counter(plan, row, column, up=row - rect.top, right=rect.right)

    def _counter(
        self,
        plan: FieldPlan,
        row: int,
        column: AnswerColumn,
        *,
        up: int,
        right: int = 0,
        text_counts: bool = True,
    ) -> None:
        content = formulas.here(column.column, -up)
        formula, cached = self._doubt(plan, content), ""
        if plan.kind.is_text and plan.guide and text_counts:
            formula, cached = formulas.counter(content, plan.guide), f"目安 {plan.guide} 字"
        rect = Rect(row, column.column, row, right or column.column)
        if formula:
            self.formula(rect, Style.COUNTER, formula, cached)
        else:
            self.put(rect, Style.COUNTER)

    # -- end -----------------------------------------------------------------------------

    def finished(self) -> SheetPlan:
        if self.answers:
            self._progress()
        return SheetPlan(
            key=self.sheet.key,
            name=self.sheet.name,
            widths=tuple(width_units(p) for p in self.grid.pixels),
            heights=tuple(self.heights),
            cells=tuple(self.cells),
            validations=tuple(self.validations),
            highlights=tuple(self._highlights()),
            printing=self._printing(),
            freeze=(self._repeated(), LABEL_COLUMN),
        )

    def _printing(self) -> PrintPlan:
        printing = PrintPlan(
            paper=self.sheet.paper.value,
            landscape=True,
            repeat_rows=(1, self._repeated()),
            area=Rect(1, 1, len(self.heights), self.grid.last),
        )
        return with_breaks(printing, self.heights, self.starts, sum(self.grid.pixels))

    def _progress(self) -> None:
        """The line that counts what is missing, with its value in the untouched form."""
        required = any(answer.required for answer in self.answers)
        all_well = formulas.ALL_FILLED if required else formulas.ALL_OPTIONAL
        missing = sum(cell.cached == formulas.MARK_MISSING for cell in self.cells)
        untouched = f"必須の未記入 {missing} 件　御確認いただきたい欄 0 件" if missing else all_well
        marks = tuple(column.mark for column in self.grid.columns)
        self.formula(
            Rect.cell(self.progress_row, CODE_COLUMN),
            Style.PROGRESS,
            formulas.sheet_progress(marks, all_well),
            untouched,
        )

    def _repeated(self) -> int:
        """Rows kept in sight and on every printed page: down to the header of the first block."""
        heads = [r.top for n, r in self.names.items() if n.startswith("pdca_col_")]
        first = min(heads, default=HEAD_ROWS)
        return first if first <= MAX_REPEATED_ROWS else HEAD_ROWS

    def _highlights(self) -> list[HighlightPlan]:
        looks = ((formulas.MARK_MISSING, "required"), (formulas.MARK_DOUBTFUL, "doubtful"))
        return [
            HighlightPlan(a.rect, f"{_absolute(a.mark_cell)}={formulas.quoted(sign)}", look)
            for a in self.answers
            if a.mark_cell
            for sign, look in looks
        ]


def _absolute(rect: Rect) -> str:
    return rect.absolute


def _ascii(code: str) -> str:
    return code.lower().replace("-", "_")


def row_name(code: str) -> str:
    """Defined name of a printed code: J1-03 → pdca_row_j1_03."""
    return f"pdca_row_{_ascii(code)}"


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
