"""The outline of a form as a table of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlsx_pdca.cli.console import columns_of
from xlsx_pdca.workflows.outline import OutlineLine, OutlineSheet

WIDTH = 78
_WIDTHS = (8, 10, 6, 14)
_HEAD = ("番号", "種類", "必須", "読む人")
_INDENT = sum(_WIDTHS) + len(_WIDTHS)


def table(sheets: Sequence[OutlineSheet]) -> Iterator[str]:
    """Lines of the table, a heading above each sheet; no line is wider than a console."""
    yield from _row(_HEAD, "設問")
    for sheet in sheets:
        yield f"■ {sheet.title}"
        for line in sheet.lines:
            yield from _lines(line)


def _lines(line: OutlineLine) -> Iterator[str]:
    yield from _row((line.code, line.kind, line.need, line.share), line.text)
    if line.rules:
        for part in _wrapped("・" + "・".join(line.rules), WIDTH - 9):
            yield " " * 9 + part


def _row(cells: Sequence[str], text: str) -> Iterator[str]:
    head = "".join(_padded(cell, width) + " " for cell, width in zip(cells, _WIDTHS, strict=True))
    first, *others = _wrapped(text, WIDTH - _INDENT) or [""]
    yield (head + first).rstrip()
    yield from (" " * _INDENT + part for part in others)


def _padded(text: str, width: int) -> str:
    return text + " " * max(0, width - columns_of(text))


def _wrapped(text: str, width: int) -> list[str]:
    """Text cut into lines of at most `width` columns."""
    lines, taken = [""], 0
    for sign in " ".join(text.split("\n")):
        wide = columns_of(sign)
        if taken + wide > width:
            lines.append("")
            taken = 0
        lines[-1] += sign
        taken += wide
    return lines
