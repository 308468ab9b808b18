"""What the texts of a form must keep: placeholders, slots, line breaks, room in the input prompt."""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlsx_pdca.spec import FieldKind, Form, Heading, Matrix, Note, Question, Sheet, Single, Table

MAX_PROMPT_TEXT = 180
"""Excel takes 255 characters in an input prompt; the rest is for the unit and how to write an answer."""
MAX_LINE = 255
"""Longest text of a header, option, unit or number."""

_BRACES = re.compile(r"[{｛][^{}｛｝]*[}｝]?|[}]")
_YEAR = re.compile(r"\{年度(?:\+[0-9]{1,2})?\}")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")
_EXAMPLE_HEAD = re.compile(r"[（(]?例[）)]?\s*[:：]")

Found = tuple[str, str, str]


def check_texts(form: Form) -> Iterator[Found]:
    """Faults of every text that is printed."""
    for key, text in (("title", form.title), ("purpose", form.purpose)):
        yield from _line(key, text)
    for number, sheet in enumerate(form.sheets, 1):
        yield from _sheet(f"sheet[{number}]", sheet)


def _sheet(place: str, sheet: Sheet) -> Iterator[Found]:
    yield from _line(f"{place}.name", sheet.name)
    yield from _line(f"{place}.title", sheet.title)
    for text in sheet.lead:
        yield from _text(f"{place}.lead", text)
    if sheet.drawing:
        yield from _question(f"{place}.drawing", sheet.drawing)
    for number, box in enumerate(sheet.drawing_boxes, 1):
        yield from _heading(f"{place}.drawing.box[{number}]", box)
    for number, item in enumerate(sheet.items, 1):
        inner = f"{place}.item[{number}]"
        match item:
            case Heading():
                yield from _heading(inner, item)
            case Note(text):
                yield from _text(f"{inner}.text", text)
            case Single(question):
                yield from _question(inner, question)
            case Matrix():
                yield from _matrix(inner, item)
            case Table():
                yield from _table(inner, item)


def _heading(place: str, heading: Heading) -> Iterator[Found]:
    yield from _text(f"{place}.source", heading.source)
    if heading.text != heading.source:
        yield from _text(f"{place}.text", heading.text)


def _matrix(place: str, matrix: Matrix) -> Iterator[Found]:
    for column in matrix.columns:
        yield from _line(f"{place}.columns", column.label)
    for number, question in enumerate(matrix.questions, 1):
        yield from _question(f"{place}.question[{number}]", question)


def _table(place: str, table: Table) -> Iterator[Found]:
    yield from _text(f"{place}.label", table.label)
    yield from _text(f"{place}.hint", table.hint)
    for row in table.rows:
        yield from _line(f"{place}.rows", row.label)
    for number, question in enumerate(table.columns, 1):
        inner = f"{place}.column[{number}]"
        yield from _line(f"{inner}.label", question.label)
        yield from _question(inner, question)


def _question(place: str, question: Question) -> Iterator[Found]:
    for key in ("source", "hint", "example"):
        yield from _text(f"{place}.{key}", getattr(question, key))
    if question.label != question.source:
        yield from _text(f"{place}.label", question.label)
    for key in ("number", "source_number", "unit", "gather"):
        yield from _line(f"{place}.{key}", getattr(question, key))
    for option in question.options:
        yield from _line(f"{place}.options", option)
    if _EXAMPLE_HEAD.match(question.example):
        yield (
            f"{place}.example",
            "「例：」で始まっています。",
            "「例：」は自動で付きます。例の文だけを書いてください。",
        )
    yield from _prompt(place, question)


def _prompt(place: str, question: Question) -> Iterator[Found]:
    length = len(question.hint) + len(question.example)
    counted = "hint と example"
    if question.kind is FieldKind.MULTIPLE_CHOICE:
        length += len("、".join(question.options))
        counted += " と選択肢"
    if question.kind.is_answered and length > MAX_PROMPT_TEXT:
        found = f"{counted}を合わせて{length}字あります。"
        remedy = f"入力時の吹き出しに収まるよう、{MAX_PROMPT_TEXT}字以内にし、長い説明は note に書いてください。"
        yield f"{place}.hint", found, remedy


def _line(place: str, text: str) -> Iterator[Found]:
    """A text of one line that is the same every year."""
    yield from _text(place, text)
    if "\n" in text:
        yield place, "改行があります。", "1行で書いてください。"
    if len(text) > MAX_LINE:
        yield place, f"{len(text)}字あります。", f"{MAX_LINE}字以内にしてください。"
    if _YEAR.search(text):
        yield (
            place,
            "ここでは {年度} を使えません。",
            "年度は label・hint・example・lead・note などに書いてください。",
        )


def _text(place: str, text: str) -> Iterator[Found]:
    if "⟦" in text or "⟧" in text:
        yield (
            place,
            "「⟦」「⟧」があります。",
            "プログラムが使う記号です。「【】」などに替えてください。",
        )
    for braces in _BRACES.findall(text):
        if not _YEAR.fullmatch(braces):
            remedy = "{年度} 又は {年度+2} のように、半角の波かっこで書いてください。ほかの用途には（ ）などを使ってください。"
            yield place, f"「{braces}」という差し込みはありません。", remedy
    if _CONTROL.search(text):
        yield place, "表示できない制御文字があります。", "その文字を削除してください。"
