"""The texts the layout adds around a form's own: leads, small lines under labels, prompts, and the slots per unit."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from xlsx_pdca.layout.formulas import HAS_LIST
from xlsx_pdca.plan import FieldPlan
from xlsx_pdca.spec import FieldKind, Form, Need, Question, Share, Sheet, item_questions

START_KEY, START_NAME = "start", "はじめに"
"""The first sheet."""
ENTRY, ENTRY_HEADER = "entry", "記入欄"
"""The one column in which the questions of a sheet are answered."""

SLOTS: Mapping[str, str] = {
    "ticket": "整理番号",
    "unit": "回答単位の名称",
    "role": "役割/区分",
    "covers": "回答の対象となる市町村",
    "deadline": "提出期限（和暦と曜日）",
    "return_to": "返送先のメールアドレス",
    "contact": "問合せ先",
    "document": "文書番号または事務連絡",
    "issued_on": "発出日",
    "prefecture": "都道府県名",
    "round": "実施回の名称",
    "area": "圏域",
    "health_office": "保健所",
}
"""Slots of every plan and what fills them; `previous:<field>` slots come on top."""

REFERENCES: Mapping[str, str] = {
    "unit.name": "unit",
    "unit.role": "role",
    "unit.covers": "covers",
    "unit.area": "area",
    "unit.health_office": "health_office",
    "round.name": "round",
    "round.prefecture": "prefecture",
    "round.deadline": "deadline",
}
"""What a REFERENCE field may show, and the slot that carries it."""

PREVIOUS = "previous."
_SHOWN_LENGTHS = {"unit.covers": 150, "round.name": 48}
_SHOWN_LENGTH = 28
"""Signs a reference may take: a name of two lines, a prefecture's 35 municipalities."""

STATE_WORDS = ("該当なし", "把握していない", "秘匿", "別紙のとおり", "前回と同じ")
"""Words accepted in place of a number or a choice; offered on はじめに."""

PRINTED_CHOICES = 120
"""So many characters of options are printed beside a field; longer lists stand in the drop-down alone."""

_YEAR = re.compile(r"\{年度(?:\+([0-9]{1,2}))?\}")

_NEED_WORDS = {
    Need.ALWAYS: "必須",
    Need.UNLESS: "必須（該当する場合）",
    Need.IF: "必須（該当する場合）",
    Need.OPTIONAL: "任意",
}


def reference_slot(reference: str) -> str:
    """Slot that carries what a REFERENCE field shows; KeyError for an unknown reference."""
    if reference.startswith(PREVIOUS):
        return "previous:" + reference.removeprefix(PREVIOUS)
    return REFERENCES[reference]


@dataclass(frozen=True)
class Words:
    """Texts of one form in one fiscal year."""

    form: Form
    fiscal_year: int
    """Western year in which the fiscal year begins."""
    verbatim: bool
    """原文どおり: print the original's wording where there is one."""

    def years(self, text: str) -> str:
        """Text with `{年度}` and `{年度+2}` filled."""
        return _YEAR.sub(lambda m: f"令和{self.fiscal_year - 2018 + int(m[1] or 0)}年度", text)

    def printed(self, source: str, label: str) -> str:
        return self.years(source if self.verbatim and source else label)

    def lead(self, text: str) -> str:
        """A line of 各シートのねらい; as a list it ends without a full stop."""
        return self.years(text if self.verbatim else text.rstrip("。"))

    def question(self, question: Question) -> str:
        return self.years(question.text(verbatim=self.verbatim))

    def reference(self, question: Question) -> str:
        return f"⟦{reference_slot(question.reference)}⟧"

    def shown_length(self, question: Question) -> int:
        """How many signs a REFERENCE field must have room for."""
        if question.reference.startswith(PREVIOUS):
            earlier = question.reference.removeprefix(PREVIOUS)
            guides = [q.guide for q in self.form.questions() if q.id == earlier]
            return max([_SHOWN_LENGTH, *guides])
        return _SHOWN_LENGTHS.get(question.reference, _SHOWN_LENGTH)

    def sheet_lead(self, sheet: Sheet) -> str:
        """One line on every sheet: whose view, who reads it, what must not be written."""
        questions = [q for item in sheet.items for q in item_questions(item)]
        parts = []
        if self.form.individual:
            parts.append("個人としてのお考えを御記入ください（決裁は不要です）。")
        if any(q.share is Share.SHARED for q in questions):
            parts.append(f"「{Share.SHARED.printed}」の欄は研修の参加者に共有します。")
        parts.append("患者・利用者個人が特定される内容は記入しないでください。")
        return "".join(parts)

    def side_text(self, question: Question) -> str:
        """Unit, hint and example, printed beside a short answer or above a long one."""
        written = question.example or self._sample(question)
        example = f"例：{written}" if written else ""
        parts = (question.unit, choices(question), self.years(question.hint), self.years(example))
        return "　".join(part for part in parts if part)

    def _sample(self, question: Question) -> str:
        """How a date or a year may be written, where the form gives no example of its own."""
        match question.kind:
            case FieldKind.DATE:
                return f"令和{self.fiscal_year - 2018}年10月1日"
            case FieldKind.FISCAL_YEAR:
                return "{年度}"
        return ""

    def meta(self, question: Question) -> str:
        """Small line under a label: whether an answer is needed and who will read it."""
        if not question.kind.is_answered:
            return "御記入は不要です"
        return f"{_NEED_WORDS[question.required.need]}　{question.share.printed}"

    def column_text(self, question: Question, *, required: bool) -> str:
        """Small text under the header of a table column: 必須, who reads it, the unit, hint and example."""
        need = question.required.need
        must = _NEED_WORDS[need] if required and need is not Need.OPTIONAL else ""
        share = question.share.printed if question.kind.is_answered else ""
        listed = HAS_LIST if question.kind is FieldKind.CHOICE else ""
        return "　".join(part for part in (must, share, listed, self.side_text(question)) if part)

    def prompt(self, field: FieldPlan, question: Question) -> tuple[str, str]:
        """(title, text) of the input prompt; the title is at most 32 characters."""
        parts = [self.years(question.hint)]
        if question.example:
            parts.append(f"例：{self.years(question.example)}")
        parts.append(_how(field))
        return _title(field), "\n".join(part for part in parts if part)


def choices(question: Question) -> str:
    """The options in one line, for those who fill the form on paper; empty where they are too many to print."""
    if len(question.options) < 2:
        return ""
    joined = "／".join(question.options)
    if len(joined) > PRINTED_CHOICES:
        return ""
    several = "（いくつでも）" if question.kind is FieldKind.MULTIPLE_CHOICE else ""
    return f"［{joined}］{several}"


def _title(field: FieldPlan) -> str:
    label = field.label if len(field.label) <= 20 else field.label[:19] + "…"
    return f"{field.code} {label}"[:32]


def _how(field: FieldPlan) -> str:
    """How to write an answer of this kind."""
    unit = f"（単位：{field.unit}）" if field.unit else ""
    match field.kind:
        case FieldKind.LONG_TEXT:
            return (
                f"目安は{field.guide}字です。改行はAlt＋Enterです。"
                if field.guide
                else "改行はAlt＋Enterです。"
            )
        case FieldKind.TEXT:
            return f"目安は{field.guide}字です。" if field.guide else ""
        case FieldKind.INTEGER | FieldKind.DECIMAL:
            return f"数字で御記入ください{unit}。"
        case FieldKind.PERCENT:
            return "％の数字で御記入ください（28.5など）。"
        case FieldKind.DATE:
            return "令和8年10月1日、2026/10/1のように御記入ください。"
        case FieldKind.FISCAL_YEAR:
            return "令和8年度、2026年度のように御記入ください。"
        case FieldKind.CHOICE:
            more = "一覧にないものは、そのまま御記入ください。" if field.free_choice else ""
            return f"一覧からお選びください。{more}"
        case FieldKind.MULTIPLE_CHOICE:
            return f"あてはまるものを「、」で区切って御記入ください（{'、'.join(field.options)}）。"
    return ""
