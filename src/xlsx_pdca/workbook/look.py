"""What every style of an issued workbook looks like: one ink, one navy, pale bands, warm fields for what is still to be filled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from xlsx_pdca.layout.formulas import VERDICT_FORMAT
from xlsx_pdca.layout.metrics import (
    ANSWER_POINTS,
    DIGIT_PIXELS,
    FONT,
    LABEL_POINTS,
    LEAD_POINTS,
    LOW_POINTS,
    NORMAL_POINTS,
    SMALL_POINTS,
)
from xlsx_pdca.plan import FieldPlan, Style
from xlsx_pdca.spec import FieldKind

INK = "#111820"
"""Nearly black: a lighter ink is broken up into dots by a fax."""
NAVY = "#17365D"
GREY = "#3A444F"
"""For what is read once; dark enough to stay legible on a fax."""
AMBER = "#7A3E00"
WHITE = "#FFFFFF"
BAND = "#EDF2F8"
"""Pale band behind questions: nearly vanishes on a fax, where the lines alone must carry the form."""
PALE = "#F5F7FA"
FIELD = WHITE
"""Any tint turns into dots on a fax; white keeps handwriting clean and sets answers off from the bands."""
STILL_REQUIRED = "#FFF8EC"
"""Pale: on paper the bar and the mark at the left say the same, and handwriting stays legible."""
DOUBTFUL = "#FFF9DB"
BAR = "#9A4A00"
"""Warm on the screen, dark on a fax."""
LINE = "#14202E"
"""Frame of answers: dark enough to stay a closed line at 200 dpi in black and white."""
RULE = "#3F4B5B"
"""Lines between things that are only read."""

DEFAULT_FONT = MappingProxyType(
    {
        "font_name": FONT,
        "font_size": int(NORMAL_POINTS),
        "font_scheme": "none",  # else Excel takes the theme's Latin font instead
        "font_family": 3,  # what Excel itself writes beside this font …
        "font_charset": 128,  # … and Shift_JIS, so that a machine without it picks a Japanese one
        "font_color": INK,
    }
)
_COLUMN_PIXELS = 96
"""XlsxWriter's key for a widest digit of 11 pixels, which is what BIZ UDPゴシック 11 pt has."""
COLUMN_PADDING_PIXELS = 7
"""What Excel adds to a column for a digit of 11 pixels."""
_ROW_PIXELS = 20


def writer_options() -> dict[str, Any]:
    """With what XlsxWriter begins each of our workbooks: our font, and every text a text."""
    return {
        "in_memory": True,
        # A text that begins with "=" or "http", or is a number, is a text.
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": dict(DEFAULT_FONT),
        "default_row_height": _ROW_PIXELS,
        "default_column_width": _COLUMN_PIXELS,
    }


_TEXT_FORMAT = 49
"""Built-in number format "@": what is typed stays as typed."""
ALL_SIDES = frozenset({"top", "bottom", "left", "right"})
PADS = frozenset({Style.PAD, Style.SHOWN_PAD, Style.CODE_PAD, Style.LABEL_PAD})
"""Air inside a box: no line is drawn between it and the cell below."""


@dataclass(frozen=True)
class Look:
    """Appearance of one style, free of any library."""

    points: float = LABEL_POINTS
    bold: bool = False
    ink: str = INK
    fill: str = ""
    line: str = ""
    """Colour of a thin frame; empty for none."""
    underscored: bool = False
    """A thick line below instead of the frame."""
    align: str = "left"
    valign: str = "top"
    centred_up_to: float = 0
    """Text at the top moves to the middle in cells no higher than this (points)."""
    indent: int = 0
    wrap: bool = True
    underline: bool = False
    number_format: str = ""
    answer: bool = False
    """Unlocked, and text whatever is typed."""


_ROW = 409.0
"""Any single row; questions stand in its middle. A block of rows may be cut by a page break, so it keeps the top."""

_ANSWER = Look(
    points=ANSWER_POINTS, fill=FIELD, line=LINE, indent=1, centred_up_to=LOW_POINTS, answer=True
)

LOOKS: MappingProxyType[Style, Look] = MappingProxyType(
    {
        Style.BLANK: Look(),
        Style.TEXT: Look(points=10, indent=1, valign="vcenter"),
        Style.TITLE: Look(points=16, bold=True, ink=NAVY, valign="vcenter", wrap=False),
        Style.TICKET: Look(points=8.5, align="right", valign="vcenter", wrap=False),
        Style.UNIT: Look(points=11, bold=True, valign="vcenter", wrap=False),
        Style.LEAD: Look(points=LEAD_POINTS, ink=GREY, valign="vcenter"),
        Style.PROGRESS: Look(points=9.5, bold=True, ink=AMBER, valign="vcenter", wrap=False),
        Style.SECTION: Look(
            points=12, bold=True, ink=NAVY, line=NAVY, underscored=True, valign="vcenter"
        ),
        Style.NOTE: Look(points=LEAD_POINTS, ink=GREY),
        Style.HEAD: Look(
            bold=True, ink=WHITE, fill=NAVY, line=NAVY, align="center", valign="vcenter"
        ),
        Style.CODE: Look(points=8, ink=GREY, line=RULE, align="center", centred_up_to=_ROW),
        Style.LABEL: Look(bold=True, fill=BAND, line=RULE, indent=1, centred_up_to=_ROW),
        Style.ROW_LABEL: Look(fill=BAND, line=RULE, indent=1, valign="vcenter"),
        Style.HINT: Look(points=SMALL_POINTS, ink=GREY, indent=1, valign="vcenter"),
        Style.ANSWER: _ANSWER,
        Style.ANSWER_SHORT: replace(_ANSWER, valign="vcenter"),
        Style.ANSWER_CHOICE: replace(_ANSWER, valign="vcenter"),
        Style.COMPUTED: Look(fill=PALE, line=RULE, indent=1, valign="vcenter", align="right"),
        Style.REFERENCE: Look(fill=PALE, line=RULE, indent=1, centred_up_to=LOW_POINTS),
        Style.META: Look(points=SMALL_POINTS, ink=GREY, indent=1, valign="vcenter"),
        Style.COUNTER: Look(
            points=SMALL_POINTS, ink=GREY, align="right", valign="vcenter", wrap=False
        ),
        Style.MARK: Look(
            points=9, bold=True, ink=AMBER, align="center", centred_up_to=_ROW, wrap=False
        ),
        Style.BAR: Look(),
        Style.PAD: Look(fill=FIELD, line=LINE),
        Style.SHOWN_PAD: Look(fill=PALE, line=RULE),
        Style.CODE_PAD: Look(line=RULE),
        Style.LABEL_PAD: Look(fill=BAND, line=RULE),
        Style.PANEL_HEAD: Look(
            bold=True, ink=WHITE, fill=NAVY, line=NAVY, align="center", valign="vcenter"
        ),
        Style.PANEL_TEXT: Look(line=RULE, indent=1, valign="vcenter"),
        Style.PANEL_NUMBER: Look(line=RULE, align="center", valign="vcenter"),
        Style.PANEL_LINK: Look(ink=NAVY, line=RULE, indent=1, valign="vcenter", underline=True),
        Style.VERDICT: Look(
            bold=True, ink=AMBER, valign="vcenter", wrap=False, number_format=VERDICT_FORMAT
        ),
        Style.KEY: Look(bold=True, fill=BAND, line=RULE, indent=1, valign="vcenter"),
        Style.VALUE: Look(line=RULE, indent=1, valign="vcenter"),
        Style.DEADLINE: Look(points=15, bold=True, line=RULE, indent=1, valign="vcenter"),
        Style.DRAWING_AREA: Look(ink=GREY, line=LINE, indent=1),
        Style.HIDDEN: Look(points=9, wrap=False),
    }
)

HIGHLIGHTS: MappingProxyType[str, dict[str, object]] = MappingProxyType(
    {
        "required": {"bg_color": STILL_REQUIRED},
        "doubtful": {"bg_color": DOUBTFUL},
        "filled": {"bg_color": WHITE},
        "bar": {"bg_color": BAR},
    }
)
"""Conditional looks; they colour only, since the mark column says the same in black and white."""


def answer_style(question: FieldPlan) -> Style:
    """How the answer field of a question looks."""
    match question.kind:
        case FieldKind.CHOICE:
            return Style.ANSWER_CHOICE
        case FieldKind.LONG_TEXT | FieldKind.MULTIPLE_CHOICE:
            return Style.ANSWER
    return Style.ANSWER_SHORT


def look_of(style: Style, height: float) -> Look:
    """The look of a style in a cell so many points high."""
    look = LOOKS[style]
    return replace(look, valign="vcenter") if height <= look.centred_up_to else look


def width_pixels(units: float) -> int:
    """Pixels of a column so many digits wide, as Excel and XlsxWriter count."""
    if units < 1:
        return int(units * (DIGIT_PIXELS + COLUMN_PADDING_PIXELS) + 0.5)
    return int(units * DIGIT_PIXELS + 0.5) + COLUMN_PADDING_PIXELS


def properties(look: Look, sides: frozenset[str] = ALL_SIDES) -> dict[str, object]:
    """XlsxWriter's format properties of a look; `sides` draws part of its frame only."""
    chosen: dict[str, object] = {
        "font_size": look.points,
        "font_color": look.ink,
        "bold": look.bold,
        "align": look.align,
        "valign": look.valign,
        "text_wrap": look.wrap,
        "locked": not look.answer,
    }
    if look.fill:
        chosen["bg_color"] = look.fill
    if look.indent:
        chosen["indent"] = look.indent
    if look.underline:
        chosen["underline"] = 1
    if look.number_format:
        chosen["num_format"] = look.number_format
    if look.answer:
        chosen["num_format"] = _TEXT_FORMAT
    return chosen | _lines(look, sides)


def _lines(look: Look, sides: frozenset[str]) -> dict[str, object]:
    if not look.line:
        return {}
    if look.underscored:
        return {"bottom": 2, "bottom_color": look.line}
    return {key: value for s in sides for key, value in ((s, 1), (f"{s}_color", look.line))}
