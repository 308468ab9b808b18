"""A form on one page for the officer: every question with its kind, whether it is required, who reads it, and its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from xlsx_pdca.layout.words import REFERENCES, SLOTS, Words
from xlsx_pdca.spec import (
    Audience,
    Computation,
    DrawingBox,
    FieldKind,
    Form,
    Item,
    Matrix,
    Need,
    Operation,
    Question,
    Sheet,
    Table,
    codes,
    item_questions,
)

KIND_WORDS: Mapping[FieldKind, str] = {
    FieldKind.TEXT: "短文",
    FieldKind.LONG_TEXT: "長文",
    FieldKind.INTEGER: "整数",
    FieldKind.DECIMAL: "小数",
    FieldKind.PERCENT: "割合",
    FieldKind.DATE: "日付",
    FieldKind.FISCAL_YEAR: "年度",
    FieldKind.CHOICE: "選択",
    FieldKind.MULTIPLE_CHOICE: "複数選択",
    FieldKind.REFERENCE: "表示",
    FieldKind.COMPUTED: "計算",
}
_NEED_WORDS = {
    Need.ALWAYS: "必須",
    Need.IF: "条件付",
    Need.UNLESS: "条件付",
    Need.OPTIONAL: "任意",
}
_SIGNS = {Operation.SUM: " ＋ ", Operation.DIFFERENCE: " － ", Operation.RATIO: " ÷ "}


MOST_CHOICES = 8
"""Longer lists show their beginning; `form fields --json` has them whole."""


@dataclass(frozen=True)
class OutlineLine:
    """One question, or the head of a table."""

    code: str
    kind: str
    """長文400字: with the guide length."""
    need: str
    share: str
    text: str
    rules: tuple[str, ...] = ()
    """Choices, limits, formula, condition, who is asked."""


@dataclass(frozen=True)
class OutlineSheet:
    title: str
    lines: tuple[OutlineLine, ...]


def outline(form: Form, *, fiscal_year: int) -> tuple[OutlineSheet, ...]:
    """The sheets of a form with their questions in printed order, those for some units only included."""
    words = Words(form, fiscal_year, verbatim=False)
    labels = {q.id: words.years(q.label) for q in form.questions()}
    page = _Page(words, codes(form), labels)
    return tuple(OutlineSheet(_title(sheet, words), tuple(page.of(sheet))) for sheet in form.sheets)


def _title(sheet: Sheet, words: Words) -> str:
    asked = _asked(sheet.audience)
    return words.years(sheet.title) + (f"（{asked}）" if asked else "")


@dataclass(frozen=True)
class _Page:
    words: Words
    codes: Mapping[str, str]
    labels: Mapping[str, str]

    def of(self, sheet: Sheet) -> Iterator[OutlineLine]:
        if sheet.drawing:
            line = self._line("", sheet.drawing)
            frames = map(self._frame, sheet.drawing_boxes)
            yield replace(line, kind="図", rules=(*line.rules, *frames))
        for item in sheet.items:
            yield from self._item(item)

    def _item(self, item: Item) -> Iterator[OutlineLine]:
        if isinstance(item, Table):
            rules = (f"{len(item.rows)}行", *_limits_of_table(item))
            yield OutlineLine(
                self.codes[item.id], "表", "", "", self.words.years(item.label), rules
            )
        if isinstance(item, Matrix):
            columns = "／".join(self.words.years(column.label) for column in item.columns)
            yield OutlineLine("", "列ごと", "", "", f"次の設問を、{columns} のそれぞれに")
        for question in item_questions(item):
            code = "" if isinstance(item, Table) else self.codes[question.id]
            yield self._line(code, question)

    def _line(self, code: str, question: Question) -> OutlineLine:
        is_answered = question.kind.is_answered
        return OutlineLine(
            code,
            KIND_WORDS[question.kind] + (f"{question.guide}字" if question.guide else ""),
            _NEED_WORDS[question.required.need] if is_answered else "",
            question.share.printed if is_answered else "",
            self.words.question(question),
            tuple(rule for rule in self._rules(question) if rule),
        )

    def _rules(self, question: Question) -> Iterator[str]:
        if question.computation:
            yield self._formula(question.computation)
        if question.reference:
            yield _shown(question.reference, self.labels)
        if question.options:
            yield _choices(question)
        yield from _limits(question)
        yield self._condition(question)
        yield _asked(question.audience)
        if question.optional:
            yield "追加の設問（管理簿の「様式」で○を付けたときだけ）"

    def _frame(self, box: DrawingBox) -> str:
        asked = _asked(box.audience)
        return f"枠「{self.words.years(box.text)}」" + (f"（{asked}）" if asked else "")

    def _formula(self, computation: Computation) -> str:
        names = (f"「{self.labels.get(field, field)}」" for field in computation.fields)
        percent = "（％）" if computation.operation is Operation.RATIO else ""
        return f"計算式：{_SIGNS[computation.operation].join(names)}{percent}"

    def _condition(self, question: Question) -> str:
        required = question.required
        other = f"「{self.labels.get(required.field, required.field)}」"
        match required.need:
            case Need.IF:
                return (
                    f"{other}が{'か'.join(f'「{value}」' for value in required.values)}のとき必須"
                )
            case Need.UNLESS:
                return f"{other}に記入がないとき必須"
        return ""


def _choices(question: Question) -> str:
    shown = question.options[:MOST_CHOICES]
    more = len(question.options) - len(shown)
    rest = f" ほか{more}項目" if more else ""
    free = "（このほかの記入も可）" if question.free_choice else ""
    return f"選択肢：{'／'.join(shown)}{rest}{free}"


def _limits(question: Question) -> Iterator[str]:
    if question.unit:
        yield f"単位：{question.unit}"
    least, most = question.minimum, question.maximum
    if least is not None or most is not None:
        yield f"{'' if least is None else least}～{'' if most is None else most}"


def _limits_of_table(table: Table) -> Iterator[str]:
    if table.required_rows:
        yield f"初めの{table.required_rows}行は必須の列に記入が必要"
    if asked := _asked(table.audience):
        yield asked
    if table.optional:
        yield "追加の表（管理簿の「様式」で○を付けたときだけ）"


def _asked(audience: Audience) -> str:
    who = (*sorted(audience.kinds), *sorted(audience.roles))
    return f"{'・'.join(who)}だけにお尋ねします" if who else ""


def _shown(reference: str, labels: Mapping[str, str]) -> str:
    before, _, field = reference.partition("previous.")
    if field and not before:
        return f"前回の「{labels.get(field, field)}」を表示"
    slot = REFERENCES.get(reference, reference)
    return f"{SLOTS.get(slot, slot)}を表示"
