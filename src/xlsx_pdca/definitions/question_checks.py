"""What each question of a form must keep: limits, options, and the other questions it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions.form_values import among
from xlsx_pdca.layout.words import PREVIOUS, REFERENCES
from xlsx_pdca.spec import (
    FieldKind,
    Form,
    Item,
    Matrix,
    Need,
    Question,
    Sheet,
    Single,
    Table,
    item_questions,
)

Found = tuple[str, str, str]
"""Dotted key, what was found, what to write instead."""

MAX_OPTIONS = 1000


@dataclass(frozen=True)
class Placed:
    """A question with its dotted key and what it stands in."""

    place: str
    question: Question
    sheet: Sheet
    item: Item


def check_questions(form: Form) -> Iterator[Found]:
    """Faults of every question on a sheet."""
    for placed in _placed_questions(form):
        yield from _limits(placed)
        yield from _targets(placed, form)


def _placed_questions(form: Form) -> Iterator[Placed]:
    for sheet_number, sheet in enumerate(form.sheets, 1):
        for item_number, item in enumerate(sheet.items, 1):
            place = f"sheet[{sheet_number}].item[{item_number}]"
            part = {Matrix: ".question", Table: ".column"}.get(type(item), "")
            for number, question in enumerate(item_questions(item), 1):
                spot = f"{place}{part}[{number}]" if part else place
                yield Placed(spot, question, sheet, item)


def _limits(placed: Placed) -> Iterator[Found]:
    question, place = placed.question, placed.place
    low, high = question.minimum, question.maximum
    if low is not None and high is not None and low > high:
        yield (
            f"{place}.minimum",
            f"最小が{low}、最大が{high}です。",
            "最小を最大以下にしてください。",
        )
    if question.kind is FieldKind.INTEGER and any(n is not None and n % 1 for n in (low, high)):
        yield f"{place}.minimum", "整数の項目の最小・最大に小数があります。", "整数にしてください。"
    if question.width and not isinstance(placed.item, Table):
        yield f"{place}.width", "「width」は表の列でだけ使います。", "この行を削除してください。"
    if question.optional and isinstance(placed.item, Table):
        yield (
            f"{place}.optional",
            "表の列に「optional」があります。",
            "表全体の optional に移してください。",
        )
    yield from _options(place, question)


def _options(place: str, question: Question) -> Iterator[Found]:
    options = question.options
    if len(options) > MAX_OPTIONS:
        yield (
            f"{place}.options",
            f"選択肢が{len(options)}あります。",
            f"{MAX_OPTIONS}以内にしてください。",
        )
    seen: set[str] = set()
    for option in options:
        key = folded(option)
        if not key or key in seen:
            yield (
                f"{place}.options",
                f"選択肢「{option}」が空か、重なっています。",
                "別々の文にしてください。",
            )
        seen.add(key)
        if question.kind is FieldKind.MULTIPLE_CHOICE and re.search("[、,，;；]", option):
            yield (
                f"{place}.options",
                f"選択肢「{option}」に読点などの区切りがあります。",
                "複数選択では「・」などに替えてください（回答を「、」で区切るためです）。",
            )


def _targets(placed: Placed, form: Form) -> Iterator[Found]:
    question = placed.question
    here = _neighbours(placed)
    if question.required.field:
        yield from _required_target(placed, here)
    if question.computation:
        for field in question.computation.fields:
            yield from _operand(placed, here, field)
    if question.kind is FieldKind.REFERENCE and question.reference:
        yield from _reference(placed, form)


def _neighbours(placed: Placed) -> dict[str, Question]:
    """Questions this one may name: of its matrix, of its table, else the singles of its sheet."""
    if isinstance(placed.item, Single):
        singles = (i.question for i in placed.sheet.items if isinstance(i, Single))
        return {q.id: q for q in singles}
    return {q.id: q for q in item_questions(placed.item)}


def _reach(placed: Placed) -> str:
    return {Matrix: "同じマトリックスの設問", Table: "同じ表の列"}.get(
        type(placed.item), "同じシートの1つだけの項目"
    )


def _required_target(placed: Placed, here: dict[str, Question]) -> Iterator[Found]:
    required, place = placed.question.required, f"{placed.place}.required"
    target = here.get(required.field)
    if target is None or target is placed.question:
        yield (
            place,
            f"「{required.field}」は{_reach(placed)}にありません。",
            f"{_reach(placed)}の id を書いてください。",
        )
        return
    yield from _asked_together(placed, target, place)
    if required.need is not Need.IF:
        return
    if target.kind is not FieldKind.CHOICE:
        yield (
            place,
            f"「{target.id}」は1つを選ぶ項目（choice）ではありません。",
            "if には choice の項目の id を書いてください。",
        )
        return
    for value in required.values:
        if value not in target.options:
            yield (
                place,
                f"「{value}」は「{target.id}」の選択肢にありません。",
                among(value, target.options),
            )


def _operand(placed: Placed, here: dict[str, Question], field: str) -> Iterator[Found]:
    place = f"{placed.place}.compute.fields"
    target = here.get(field)
    if target is None:
        yield (
            place,
            f"「{field}」は{_reach(placed)}にありません。",
            f"{_reach(placed)}の id を書いてください。",
        )
    elif not target.kind.is_number:
        yield (
            place,
            f"「{field}」は数の項目ではありません。",
            "integer・decimal・percent の項目の id を書いてください。",
        )
    else:
        yield from _asked_together(placed, target, place)


def _asked_together(placed: Placed, target: Question, place: str) -> Iterator[Found]:
    """Whoever is asked this question must be asked its target too."""
    own = placed.question
    wider = (target.audience.kinds and target.audience.kinds != own.audience.kinds) or (
        target.audience.roles and target.audience.roles != own.audience.roles
    )
    if target.optional or wider:
        found = f"「{target.id}」は、この項目を尋ねる相手の全員には尋ねません。"
        yield (
            place,
            found,
            f"「{target.id}」の audience をこの項目とそろえ、optional を外してください。",
        )


def _reference(placed: Placed, form: Form) -> Iterator[Found]:
    name = placed.question.reference
    place = f"{placed.place}.reference"
    if not name.startswith(PREVIOUS):
        if name not in REFERENCES:
            yield (
                place,
                f"「{name}」という表示内容はありません。",
                among(name, (*REFERENCES, "previous.<項目のid>")),
            )
        return
    field = name.removeprefix(PREVIOUS)
    singles = [i.question.id for s in form.sheets for i in s.items if isinstance(i, Single)]
    if field not in singles:
        yield (
            place,
            f"前回の回答を表示する「{field}」という項目がありません。",
            among(field, singles),
        )
