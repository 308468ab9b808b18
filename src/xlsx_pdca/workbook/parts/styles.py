"""Styles: how a cell shows what is stored in it (as a date, a percentage, text, struck through).

What a number format does is told in `formats`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlsx_pdca.rawbook import NumberLook
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import Hostile
from xlsx_pdca.workbook.parts.formats import is_ordinary, keeps_texts, number_look
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


@dataclass(frozen=True)
class Looks:
    """The look of each cell style (`cellXfs`), and which of them need a second look."""

    looks: Sequence[NumberLook] = ()
    telling: Mapping[str, str] = field(default_factory=dict)
    """Number of a style → its number format, where a value may show as another one."""
    struck: frozenset[str] = frozenset()
    """Numbers of the styles that strike a text through."""
    of_texts: frozenset[str] = frozenset()
    """Those of both that do something to a text."""


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
def cell_looks(chunks: Iterable[bytes], part: str) -> Looks:
    """What the styles part says about how cells look."""
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

    def looks(self) -> Looks:
        known: dict[int, NumberLook] = {}
        telling: dict[int, str] = {}
        for id in {number for number, _ in self._styles}:
            code = self._codes.get(id)
            known[id] = builtin_look(id) if code is None else number_look(code)
            if code is not None and not is_ordinary(code):
                telling[id] = code
        styles = [(str(at), id, font) for at, (id, font) in enumerate(self._styles)]
        struck = frozenset(style for style, _, font in styles if font in self._struck)
        codes = {style: telling[id] for style, id, _ in styles if id in telling}
        of_texts = struck | {style for style, code in codes.items() if not keeps_texts(code)}
        return Looks(tuple(known[id] for _, id, _ in styles), codes, struck, of_texts)
