"""What people might type into a field of a form, at random: mostly fitting its kind, often just not."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from xlsx_pdca.plan import FieldPlan
from xlsx_pdca.spec import FieldKind

BLANKS = ("", "", "", " ", "　", "\n", " \n　", "　　　\n\n", "\t", "\u00a0", "\u200b")
NOT_BLANK = (
    "。",
    "-",
    "―",
    "・",
    "'",
    '"',
    "=",
    "0",
    "○",
    "●",
    "△",
    "*",
    "?",
    "~",
    "%",
)
STATES = (
    "該当なし", "把握していない", "秘匿", "別紙のとおり", "前回と同じ",
    "該当なし。", "「該当なし」", " 把握していない", "把握していない　", "秘匿\n", "前回と\n同じ",
    "不明", "なし", "特になし", "同上", "別紙１参照", "把握していないが約100", "わからない？",
)  # fmt: skip
"""Words the form announces, and others near them."""
DATES = ("令和8年10月1日", "R8.10.1", "2026/10/1", "10月", "いつか", "1-2", "46296")
YEARS = ("令和8年度", "2026", "Ｒ８", "八年度", "平成33年度")
WORDS = (
    "介護保険課",
    "=1+1",
    "-",
    "1-2",
    "001",
    "一行目\n二行目",
    "あ" * 30,
    "😀" * 11,
    "𠮷" * 21,
    "字" * 1300,
)

_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


def random_answer(rng: random.Random, question: FieldPlan) -> str:
    """A text for one field; about a third of them blank, a state in words, or hardly an answer."""
    by_chance = rng.random()
    if by_chance < 0.2:
        return rng.choice(BLANKS)
    if by_chance < 0.3:
        return rng.choice(STATES)
    if by_chance < 0.34:
        return rng.choice(NOT_BLANK)
    return _BY_KIND[question.kind](rng, question)


def _number(rng: random.Random, question: FieldPlan) -> str:
    text = rng.choice((_inside, _inside, _border, _any_digits, _nearly))(rng, question)
    if rng.random() < 0.3:
        text += rng.choice(
            (question.unit or "件", "人", "%", "％", " 人", "名", "人\n", "か所", "　")
        )
    if rng.random() < 0.15:
        text = rng.choice(("約", "-", "－", "−", "▲", "+", "＋", " ", "　", "\n", "'", "=")) + text
    return _widened(rng, text)


def _inside(rng: random.Random, question: FieldPlan) -> str:
    low = int(question.minimum) if question.minimum is not None else -50
    high = int(question.maximum) if question.maximum is not None else 2_000_000
    number = rng.randint(low, max(high, low))
    return rng.choice(
        (
            f"{number}",
            f"{number:,}",
            f"{number}.{rng.randint(0, 999)}",
            f"{number}.0",
            f"{number:05d}",
        )
    )


def _border(rng: random.Random, question: FieldPlan) -> str:
    limits = [limit for limit in (question.minimum, question.maximum) if limit is not None] or [0]
    limit = rng.choice(limits)
    return rng.choice(
        (f"{limit}", f"{limit - 1}", f"{limit + 1}", f"{limit}.01", f"{limit}.", f"0{limit}")
    )


def _any_digits(rng: random.Random, question: FieldPlan) -> str:
    return "".join(rng.choice("0123456789.,-  １％人") for _ in range(rng.randint(1, 7)))


def _nearly(rng: random.Random, question: FieldPlan) -> str:
    return rng.choice(
        (
            "5.", ".5", "-.5", "-5.", ".", "-", "--5", "5-", "1-2", "1/2", "1:30", "1e3", "1E5", "0x1F", "1.2.3", "1,2,3", ",",
            "1,", "1 000", "12\n34", "12\n", "三万", "３０万", "3万", "①", "Ⅲ", "٣", "1～2", "10人程度", "(5)", "¥5", "５", "5人%",
            "1,234,567", "1234,567", ",123", "1,2345", "1.5,000", "0.285", "28.5%%", "10人3人", "12 人", "^5", "5|", "5_", "#",
            "TRUE", "#N/A", "2026/10/1", "9" * 15, "9" * 16, "9" * 40, "0." + "3" * 20, "0" * 20 + "5", "-0", "00",
        )
    )  # fmt: skip


def _choice(rng: random.Random, question: FieldPlan) -> str:
    if not question.options:
        return rng.choice(WORDS)
    option = rng.choice(question.options)
    other = rng.choice(question.options)
    changed = rng.choice(
        (
            f"{option} ", f" {option}", f"{option}　", f"{option}\n", option.lower(), option.upper(), option[:1], f"{option}です",
            f"{option}、{other}", f"{option}\n{other}", f"{option},その他", option * 2, "*", "?*", f"{option[:1]}*", f"={option}",
        )
    )  # fmt: skip
    return rng.choice((option, option, option, _widened(rng, option), changed))


def _widened(rng: random.Random, text: str) -> str:
    return text.translate(_WIDE) if rng.random() < 0.25 else text


_BY_KIND: Mapping[FieldKind, Callable[[random.Random, FieldPlan], str]] = {
    FieldKind.INTEGER: _number,
    FieldKind.DECIMAL: _number,
    FieldKind.PERCENT: _number,
    FieldKind.CHOICE: _choice,
    FieldKind.MULTIPLE_CHOICE: _choice,
    FieldKind.DATE: lambda rng, _: rng.choice(DATES),
    FieldKind.FISCAL_YEAR: lambda rng, _: rng.choice(YEARS),
    FieldKind.TEXT: lambda rng, _: rng.choice(WORDS),
    FieldKind.LONG_TEXT: lambda rng, _: rng.choice(WORDS),
}
