"""Styles: how a cell shows what is stored in it (as a date, a percentage, text, struck through)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from xlsx_pdca.rawbook import NumberLook
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Hostile
from xlsx_pdca.workbook.parts.xml import (
    MAIN,
    Attributes,
    is_true,
    known_once,
    stream,
    tagged,
    whole,
)

_PERCENT_IDS = {9, 10}
_TEXT_IDS = {49}
# 27-36 and 50-58 are dates in Japanese, Chinese and Korean Excel only (ECMA-376 18.8.30)
_DATE_IDS = {*range(14, 23), *range(27, 37), 45, 47, *range(50, 59)}
_ELAPSED_ID = 46
"""`[h]:mm:ss`."""

_GENERAL = re.compile(r"general|g/標準", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].', re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKET = re.compile(r"\[[^\]]*\]")
_EXPONENT = re.compile(r"e[+-]", re.IGNORECASE)
_SCALE = re.compile(r"[0#?],+(?![0-9#?,])")
"""Commas behind the last digit divide by thousands."""
_LARGE_UNIT = re.compile("[千万億兆]")
_DATE_LETTERS = re.compile(r"[ymdhsegab]", re.IGNORECASE)


def number_look(code: str) -> NumberLook:
    """What a number format code makes of a positive number."""
    bare = _GENERAL.sub("", _LITERAL.sub("", code)).partition(";")[0]
    if _ELAPSED.search(bare):
        return NumberLook.DURATION
    bare = _EXPONENT.sub("", _BRACKET.sub("", bare))
    if "@" in bare:
        return NumberLook.TEXT
    if "%" in bare:
        return NumberLook.PERCENT
    if _DATE_LETTERS.search(bare):
        return NumberLook.DATE
    is_scaled = _SCALE.search(bare) or _LARGE_UNIT.search(code.partition(";")[0])
    return NumberLook.SCALED if is_scaled else NumberLook.PLAIN


def builtin_look(format_id: int) -> NumberLook:
    """What a number format known by its number alone does."""
    if format_id == _ELAPSED_ID:
        return NumberLook.DURATION
    if format_id in _DATE_IDS:
        return NumberLook.DATE
    if format_id in _PERCENT_IDS:
        return NumberLook.PERCENT
    return NumberLook.TEXT if format_id in _TEXT_IDS else NumberLook.PLAIN


@known_once
def cell_looks(chunks: Iterable[bytes], part: str) -> Sequence[NumberLook]:
    """The look of each cell style (`cellXfs`), in order."""
    sheet = _Styles()
    opens = tagged(
        MAIN,
        {
            "numFmts": sheet.enter_formats,
            "numFmt": sheet.number_format,
            "fonts": sheet.enter_fonts,
            "font": sheet.font,
            "strike": sheet.strike,
            "cellXfs": sheet.enter_styles,
            "xf": sheet.style,
        },
    )
    closes = tagged(MAIN, dict.fromkeys(("numFmts", "fonts", "cellXfs"), sheet.leave))
    stream(chunks, opens, closes, part=part, roots=("styleSheet",))
    return sheet.looks()


class _Styles:
    """`numFmt`, `font` and `xf` also stand elsewhere in the part, with another meaning."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._styles: list[tuple[int, str]] = []
        """Number format and font of each."""
        self._fonts = 0
        self._struck: set[str] = set()
        self._inside = ""

    def enter_formats(self, _: Attributes) -> None:
        self._inside = "formats"

    def enter_fonts(self, _: Attributes) -> None:
        self._inside = "fonts"

    def font(self, _: Attributes) -> None:
        self._fonts += self._inside == "fonts"

    def strike(self, attributes: Attributes) -> None:
        if self._inside == "fonts" and is_true(attributes.get("val", "1")):
            self._struck.add(str(self._fonts - 1))

    def enter_styles(self, _: Attributes) -> None:
        self._inside = "styles"

    def leave(self) -> None:
        self._inside = ""

    def number_format(self, attributes: Attributes) -> None:
        if self._inside == "formats":
            if len(self._codes) >= limits.STYLES:
                raise Hostile("too many number formats")
            id = whole(attributes.get("numFmtId"), "number format")
            self._codes[id] = attributes.get("formatCode", "")

    def style(self, attributes: Attributes) -> None:
        if self._inside == "styles":
            if len(self._styles) >= limits.STYLES:
                raise Hostile("too many cell styles")
            number = whole(attributes.get("numFmtId", "0"), "number format")
            self._styles.append((number, attributes.get("fontId", "0").strip()))

    def looks(self) -> Sequence[NumberLook]:
        known: dict[int, NumberLook] = {}
        for id in {number for number, _ in self._styles}:
            code = self._codes.get(id)
            known[id] = builtin_look(id) if code is None else number_look(code)
        return tuple(
            NumberLook.STRUCK if font in self._struck else known[id] for id, font in self._styles
        )
