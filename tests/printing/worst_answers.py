"""The answers that need most room: each exactly as long as the guide allows, in every way of writing that wraps badly."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle, islice

from xlsx_pdca.plan import FieldPlan, WorkbookPlan
from xlsx_pdca.spec import FieldKind

KANJI = "在宅医療介護連携推進事業訪問看護入退院支援急変時対応看取多職種協働地域包括"
MANNERS: Mapping[str, str] = {
    "kanji": KANJI,
    "no line may begin so": "「連携シート」を、関係者ーが、っていう、ケアマネジャー（ＣＭ）。",
    "words": "Advance Care Planning, interprofessional collaboration and home-visit nursing; ",
    "one word": "https://www.pref.example.jp/kaigo/zaitaku/renkei/",
    "digits": "0123456789",
    "wide letters": "WMW@%M",
    "half-width kana": "ｻﾞｲﾀｸｲﾘｮｳｶｲｺﾞﾚﾝｹｲ",
}
"""What is repeated until the guide length is reached."""
LINES = "lines of their own"
"""One more manner: kanji with line breaks."""
_TYPICAL = {
    FieldKind.INTEGER: "1,234,567人",
    FieldKind.DECIMAL: "12345.67",
    FieldKind.PERCENT: "１００．０％",
    FieldKind.DATE: "令和18年12月31日",
    FieldKind.FISCAL_YEAR: "令和18年度",
}


def worst_answers(plan: WorkbookPlan, *manners: str) -> dict[tuple[str, str, str], str]:
    """One answer for every address of the plan, the manners taking turns."""
    turns = zip(plan.answers, cycle(manners), strict=False)
    return {a.address: worst_answer(plan.question_of(a), manner) for a, manner in turns}


def worst_answer(question: FieldPlan, manner: str) -> str:
    """The answer to one question that needs most room in this manner."""
    if question.options:
        longest = max(question.options, key=len)
        return (
            "、".join(question.options) if question.kind is FieldKind.MULTIPLE_CHOICE else longest
        )
    if not question.kind.is_text:
        return _TYPICAL[question.kind]
    assert question.guide, f"{question.field} has no guide length"
    if manner == LINES:
        return _in_lines(question.guide)
    return "".join(islice(cycle(MANNERS[manner]), question.guide))


def _in_lines(length: int) -> str:
    """Kanji with a line break, and one more for every 200 signs: as many as the height is computed for."""
    breaks = 1 + length // 200 if length >= 60 else 0
    signs = list(islice(cycle(KANJI), length))
    for n in range(breaks):
        signs[(n + 1) * length // (breaks + 1)] = "\n"
    return "".join(signs)
