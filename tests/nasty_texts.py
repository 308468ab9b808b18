"""Texts that spreadsheet programs like to change, each different from all others."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

LONG = "在宅医療と介護の連携について、𠮷野の担当者が記します。"

PATTERNS = (
    "一行目{tag}\n二行目\n\n四行目",
    "\n先頭に改行{tag}",
    "末尾に改行{tag}\n",
    "１２３{wide}",
    "={k}+1",
    "=SUM(A1:A{n})",
    '=HYPERLINK("http://example.jp/{k}","{tag}")',
    "-{k}",
    "－{wide}",
    "-訪問看護{tag}",
    "+81-27-{k:04d}",
    "@{tag}",
    "{month}-{day}",
    "{month}/{day}",
    "{month}月{day}日",
    "2026/{month}/{day}",
    "{hour}:{minute:02d}",
    "{hour}時{minute}分",
    "00{k}",
    "{k},000",
    "{k}.50",
    "{k}.5%",
    "{wide}．５％",
    "{k}E5",
    "0x{k:X}",
    "¥{k}",
    "😀{tag}👩‍⚕️👨‍👩‍👧‍👦",
    "𠮷野・髙﨑・辻\U000e0100 {tag}",
    "か\u3099{tag}は\u309aゝ゛",
    "～―∥￠￡￢－{tag}",
    "한국어 中文 ελληνικά {tag}",
    "{k}人（うち女性{k}人）",
    "ﾊﾝｶｸ ｶﾅ{tag}ﾞ",
    "  前後に空白 {tag}  ",
    "　全角の空白{tag}　",
    "中に  二つの　空白 {tag}",
    "_x000D_{tag}_x000A_",
    "_x000D{tag}_",
    '"引用"{tag}"',
    "'{tag}'",
    "'{k}",
    "<b>&amp;{tag}</b>&lt;",
    "]]>{tag}<![CDATA[",
    "http://example.jp/{k}?a=b&c=d",
    "mailto:{k}@example.jp",
    "C:\\{tag}\\{n}",
    "{{={tag}}}",
    "{tag};{k},{n}|a\\b%20",
    "①㌔㍻℡{tag}ⅲ",
    "café naïve {tag}",
    "a\u00a0b\u200b{tag}",
    "{long}",
    "{single}",
)
"""`k` counts the uses of a pattern, `n` all answers; `tag` names municipality and field.

Not here: a typed `_x005F_x000D_`. LibreOffice 7.4 stores it exactly as it stores a typed `_x000D_`.
"""

SINGLES = (
    "TRUE", "FALSE", "true", "=TRUE()", "#N/A", "#REF!", "=1/0", "NULL", "nan", "-", "=", "+", "@", "'", "''",
    "０", "0", "-0", ".5", "5.", "1e5", "∞", "−1", "...", "(5)", "*", "?", "~", "%", "%d", "⟦unit⟧", "○", "●", "△",
)  # fmt: skip
"""Texts that cannot be made unique without spoiling them: each is used once."""


def nasty_texts(tags: Sequence[str]) -> Iterator[str]:
    """One text for every tag (municipality and field), all different, the patterns spread evenly."""
    uses = [itertools.count(1) for _ in PATTERNS]
    for n, tag in enumerate(tags, 1):
        pattern = n % len(PATTERNS)
        yield _text(PATTERNS[pattern], tag, next(uses[pattern]), n)


def _text(pattern: str, tag: str, k: int, n: int) -> str:
    return pattern.format(
        tag=tag,
        k=k,
        n=n,
        wide=str(k).translate({ord("0") + digit: ord("０") + digit for digit in range(10)}),
        month=k % 12 + 1,
        day=k // 12 % 28 + 1,
        hour=k % 24,
        minute=k // 24 % 60,
        long=_thousand(tag),
        single=SINGLES[k - 1] if k <= len(SINGLES) else f"TRUE{tag}",
    )


def _thousand(tag: str) -> str:
    """Exactly 1,000 characters."""
    return (tag + "：" + LONG * 40)[:999] + "。"
