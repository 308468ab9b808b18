"""The pieces of a question: its code, label, answer rectangle, mark, prompt and counter."""

from __future__ import annotations

import math
from dataclasses import dataclass

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout import formulas
from xlsx_pdca.layout.frame import (
    GAP_POINTS,
    SHORT_POINTS,
    STATUS_POINTS,
    SheetFrame,
    ascii_key,
    row_name,
)
from xlsx_pdca.layout.grid import (
    CODE_COLUMN,
    LABEL_COLUMN,
    AnswerColumn,
)
from xlsx_pdca.layout.metrics import (
    LABEL_POINTS,
    MAX_ROW_POINTS,
    SMALL_POINTS,
    guide_height,
    pad_points,
    text_height,
)
from xlsx_pdca.plan import (
    AnswerPlan,
    FieldPlan,
    Style,
    ValidationPlan,
)
from xlsx_pdca.spec import (
    FieldKind,
    Need,
    Question,
    Required,
    Table,
)


@dataclass
class QuestionDraft(SheetFrame):
    """A sheet that can take questions."""

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
        pad = self._pad_row(wanted)
        count = max(math.ceil(wanted / MAX_ROW_POINTS), 1)
        rows = [self.add_row(wanted / count) for _ in range(count)]
        top, bottom = rows[0], rows[-1]
        if pad:
            self.pads[top] = pad
        self._row_anchor(plan.code, Rect(top, CODE_COLUMN, bottom, CODE_COLUMN))
        self.put(Rect(top, LABEL_COLUMN, bottom, LABEL_COLUMN), Style.LABEL, plan.label)
        return top, bottom

    def _pad_row(self, height: float) -> int:
        """A row of air above a tall answer, since programs print text close to the upper line; 0 above a low one."""
        points = pad_points(height)
        if not points:
            return 0
        row = self.add_row(points)
        self.put(Rect.cell(row, CODE_COLUMN), Style.CODE_PAD)
        self.put(Rect.cell(row, LABEL_COLUMN), Style.LABEL_PAD)
        return row

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
            self._pad_above(rect, Style.SHOWN_PAD)
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
            ans_name=f"pdca_ans_{ascii_key(code)}_{column.key}",
            row_label=row_label,
            required=must and plan.required.need is not Need.OPTIONAL,
            mark_cell=Rect.cell(rect.top, column.mark),
        )
        self.answers.append(answer)
        self.names[answer.ans_name] = Rect.cell(rect.top, rect.left)
        self._prompt(plan, question, rect)
        self._mark(plan, answer, column)
        self.put(Rect(rect.top, column.bar, rect.bottom, column.bar), Style.BAR)
        self._pad_above(rect, Style.PAD)

    def _pad_above(self, rect: Rect, style: Style) -> None:
        if rect.top in self.pads:
            row = self.pads[rect.top]
            self.put(Rect(row, rect.left, row, rect.right), style)

    def _shown(self, plan: FieldPlan, question: Question, rect: Rect) -> None:
        """A locked field: what we already know, or what follows from other answers."""
        if question.kind is FieldKind.REFERENCE:
            self.put(rect, Style.REFERENCE, self.words.reference(question))
            return
        assert question.computation is not None
        operands = tuple(
            (self._content_of(key, rect), self._endings_of(key, plan))
            for key in question.computation.fields
        )
        self.formula(rect, Style.COMPUTED, formulas.computed(plan, operands), "")

    def _content_of(self, key: str, rect: Rect) -> str:
        """Content of another field: a single by its row name, a table column in the same row."""
        for column in self.grid.columns:
            if column.key == key:
                return formulas.here(column.column)
        return formulas.at_row_of(row_name(self.codes[key]), self.grid.entry.column)

    def _endings_of(self, key: str, computed: FieldPlan) -> tuple[str, ...]:
        """What may stand behind the number of a field a computed one stands on: a single, or a column of its table."""
        wanted = f"{computed.group}.{key}" if computed.group else key
        return next((field.endings for field in self.fields if field.field == wanted), ())

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

    def _doubt(self, plan: FieldPlan, content: str, invitation: str = "") -> str:
        return formulas.doubt(content, plan, self.lists.get(plan.field, ""), invitation)

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
        self.add_row(GAP_POINTS)

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
        # Not below every row of a table: there the columns' needs say it once.
        listed = formulas.HAS_LIST if text_counts and self.lists.get(plan.field) else ""
        formula, cached = self._doubt(plan, content, listed), listed
        if plan.kind.is_text and plan.guide and text_counts:
            formula, cached = formulas.counter(content, plan.guide), f"目安 {plan.guide} 字"
        rect = Rect(row, column.column, row, right or column.column)
        if formula:
            self.formula(rect, Style.COUNTER, formula, cached)
        else:
            self.put(rect, Style.COUNTER, listed)
