"""Whether a plan can be written as a workbook: what Excel would cut, repair or silently drop is refused beforehand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from xlsx_pdca.cells import MAX_CELL_UTF16, Rect, folded, utf16_length
from xlsx_pdca.errors import Fault
from xlsx_pdca.plan import HIDDEN_SHEET, SheetPlan, WorkbookPlan, locked_texts, question_id
from xlsx_pdca.workbook.lint import (
    MAX_COLUMN_UNITS,
    MAX_FORMULA,
    MAX_PROMPT,
    MAX_PROMPT_TITLE,
    MAX_ROW_POINTS,
    is_legal_name,
    is_legal_sheet_name,
    overlapping,
)

MAX_NAMES = 2_000
MAX_OPTIONS = 1_000
"""Nobody scrolls further; Excel itself allows 32,767 lines."""
MAX_OPTION = 255
"""Excel takes no longer text from a drop-down."""


def plan_faults(plan: WorkbookPlan, file: str) -> tuple[Fault, ...]:
    """Why the plan of the form in `file` cannot be written; all faults at once, empty when it can."""
    found = (
        *_sheet_names(plan),
        *_lists(plan),
        *_names(plan),
        *_anchors(plan),
        *(fault for sheet in plan.sheets for fault in _sheet(plan, sheet)),
    )
    return tuple(Fault(file, place, what, remedy) for place, what, remedy in dict.fromkeys(found))


def slot_faults(plan: WorkbookPlan, slots: Mapping[str, str], file: str) -> tuple[Fault, ...]:
    """Why the values of one unit cannot be stamped; a slot without a value is our bug and raises KeyError."""
    return tuple(
        Fault(
            file,
            f"シート「{plan.sheet(sheet).name}」{rect.a1}",
            f"1つのセルに入る文字数（{MAX_CELL_UTF16:,}字）を超えます。",
            "文章を短くしてください。",
        )
        for sheet, rect, text in locked_texts(plan, slots)
        if utf16_length(text) > MAX_CELL_UTF16
    )


_T = TypeVar("_T")
_Found = tuple[str, str, str]
"""(place, what was found, remedy)."""


def _sheet_names(plan: WorkbookPlan) -> Iterator[_Found]:
    taken = {HIDDEN_SHEET.casefold(), plan.list_sheet.casefold()}
    for sheet in plan.sheets:
        place = f"シート「{sheet.key}」"
        if not is_legal_sheet_name(sheet.name):
            yield (
                place,
                f"シート名「{sheet.name}」は使えません。",
                "31字以内とし、: ￥ / ? * [ ] を含まない名前にしてください。",
            )
        if sheet.name.casefold() in taken:
            yield place, f"シート名「{sheet.name}」が重なっています。", "別の名前にしてください。"
        taken.add(sheet.name.casefold())


def _lists(plan: WorkbookPlan) -> Iterator[_Found]:
    for options in plan.lists:
        place = f"選択肢「{'・'.join(options.values[:3])}…」"
        if not options.values:
            yield f"選択肢 {options.name}", "選択肢がありません。", "1つ以上書いてください。"
        if len(options.values) > MAX_OPTIONS:
            yield (
                place,
                f"選択肢が{len(options.values):,}個あります。",
                f"{MAX_OPTIONS:,}個以内にしてください。",
            )
        for value in options.values:
            if utf16_length(value) > MAX_OPTION or not value or "\n" in value:
                yield (
                    place,
                    f"選択肢「{value[:20]}」は使えません。",
                    f"改行のない1字以上{MAX_OPTION}字以内の文にしてください。",
                )


def _names(plan: WorkbookPlan) -> Iterator[_Found]:
    names = [n.name for n in plan.names] + [o.name for o in plan.lists]
    if len(names) > MAX_NAMES:
        yield (
            "様式全体",
            f"記入欄の名前が{len(names):,}個になります（上限{MAX_NAMES:,}個）。",
            "表の行や列を減らすか、様式を2つに分けてください。",
        )
    for clash in _equal(names, key=str.casefold):
        yield (
            f"キー {'、'.join(dict.fromkeys(clash))}",
            "同じ名前になるキーがあります（大文字と小文字は区別されません）。",
            "キーを別の文字にしてください。",
        )
    for name in names:
        if not is_legal_name(name):
            yield (
                f"キー {name}",
                "名前として使えないキーです。",
                "小文字の英字で始め、英数字と下線だけにしてください。",
            )


def _anchors(plan: WorkbookPlan) -> Iterator[_Found]:
    headers = {(a.sheet, folded(a.header), a.header_cell): a.header for a in plan.answers}
    for clash in _equal(headers, key=lambda key: key[:2]):
        texts = "」「".join(headers[key] for key in clash)
        yield (
            f"シート「{clash[0][0]}」",
            f"見出し「{texts}」が同じシートに重なっています。",
            "列の見出しをそれぞれ別の文にしてください。",
        )
    codes = {(a.code, a.sheet, a.code_cell): a.field for a in plan.answers}
    for clash in _equal(codes, key=lambda key: key[0]):
        yield (
            "質問 " + "、".join(dict.fromkeys(codes[key] for key in clash)),
            f"番号「{clash[0][0]}」が重なっています。",
            "シートの順番と様式の記号を確かめてください。",
        )


def _sheet(plan: WorkbookPlan, sheet: SheetPlan) -> Iterator[_Found]:
    yield from _prompts(plan, sheet)
    yield from _texts(sheet)
    if any(height > MAX_ROW_POINTS for height in sheet.heights):
        yield (
            f"シート「{sheet.name}」",
            f"{MAX_ROW_POINTS}ポイントを超える行があります。",
            "設問文か目安の字数を短くしてください。",
        )
    if any(width > MAX_COLUMN_UNITS for width in sheet.widths):
        yield (
            f"シート「{sheet.name}」",
            f"幅が{MAX_COLUMN_UNITS}字を超える列があります。",
            "列の幅を小さくしてください。",
        )
    answers = [a.rect for a in plan.answers if a.sheet == sheet.key]
    for one, other in overlapping([*answers, *(cell.rect for cell in sheet.cells)]):
        yield (
            f"シート「{sheet.name}」{one.a1}と{other.a1}",
            "欄が重なっています。",
            "表や設問の並びを確かめてください。",
        )


def _prompts(plan: WorkbookPlan, sheet: SheetPlan) -> Iterator[_Found]:
    known = {options.name for options in plan.lists}
    for validation in sheet.validations:
        place = _question_at(plan, sheet, validation.rect)
        if utf16_length(validation.prompt) > MAX_PROMPT:
            yield (
                place,
                f"入力時の案内が{utf16_length(validation.prompt)}字あります（上限{MAX_PROMPT}字）。",
                "補足（hint）か記入例（example）を短くしてください。",
            )
        if utf16_length(validation.title) > MAX_PROMPT_TITLE:
            yield (
                place,
                f"入力時の案内の見出しが{MAX_PROMPT_TITLE}字を超えます。",
                "設問文（label）を短くしてください。",
            )
        if validation.list_name and validation.list_name not in known:
            yield place, "選択肢の一覧がありません。", "選択肢（options）を書いてください。"


def _texts(sheet: SheetPlan) -> Iterator[_Found]:
    for cell in sheet.cells:
        place = f"シート「{sheet.name}」{cell.rect.a1}"
        if utf16_length(cell.text) > MAX_CELL_UTF16:
            yield place, f"文章が{MAX_CELL_UTF16:,}字を超えます。", "短くしてください。"
        if utf16_length(cell.formula) >= MAX_FORMULA:
            yield (
                place,
                "計算式が長すぎます。",
                "選択肢や条件（required）の値を減らしてください。",
            )


def _question_at(plan: WorkbookPlan, sheet: SheetPlan, rect: Rect) -> str:
    for answer in plan.answers:
        if answer.sheet == sheet.key and answer.rect.overlaps(rect):
            return f"質問 {question_id(answer)}"
    return f"シート「{sheet.name}」{rect.a1}"


def _equal(items: Iterable[_T], key: Callable[[_T], Hashable]) -> Iterator[list[_T]]:
    """Groups of two or more items with the same key."""
    groups: dict[Hashable, list[_T]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return (group for group in groups.values() if len(group) > 1)
