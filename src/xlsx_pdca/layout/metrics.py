"""How much room text takes: widths and heights for BIZ UDPゴシック, the font of every workbook."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import lru_cache

FONT = "BIZ UDPゴシック"
NORMAL_POINTS = 11.0
"""Size of the workbook's Normal style; column widths are counted in its widest digit."""
DIGIT_PIXELS = 11
"""Widest digit of BIZ UDPゴシック 11 pt at 96 dpi (0.760 em), measured from the font."""
WIDTH_PADDING = 7
"""Pixels of a column beyond its digits at this digit width."""

ANSWER_POINTS = 10.5
LABEL_POINTS = 10.5
SMALL_POINTS = 8.5
LEAD_POINTS = 9.5
"""Leads and notes, which run over the whole sheet."""
HEADING_POINTS = 12.0
LINE = 1.2
"""Line height in em kept free; the font itself takes 1.0 (its ascent + descent)."""
CELL_PADDING = 20
"""Pixels lost to the grid, the inner margins and an indent of one: 16 at the left, measured in LibreOffice, and 4."""
LOW_POINTS = 64.0
"""Height of about four lines: in lower cells a text that hugs the upper line looks cramped, so it stands in the middle."""
PAD_POINTS = 5.0
"""Air at the top of higher cells."""
MAX_ROW_POINTS = 380.0
"""Highest row we write; Excel allows 409."""


def width_units(pixels: float) -> float:
    """Excel's column width for so many pixels; below one digit it counts the padding in."""
    if pixels < DIGIT_PIXELS + WIDTH_PADDING:
        return round(pixels / (DIGIT_PIXELS + WIDTH_PADDING), 2)
    return round((pixels - WIDTH_PADDING) / DIGIT_PIXELS, 2)


def text_pixels(characters: float, points: float = ANSWER_POINTS) -> float:
    """Pixels a column needs for so many full-width characters in a line."""
    return characters * points * 96 / 72 + CELL_PADDING


_LATIN = re.compile("[!-~]{4}")
_UNBROKEN = re.compile("[!-.0-~]+[/ ]?|.")
"""A Latin word or part of an address up to its slash, or one sign."""
_THIN = frozenset(" !\"'()*,-./:;I[\\]^_`fijlrt{|}~")
_WIDE = frozenset("#$%&+<=>?@CDGHMNOQUWXmw")


def text_em(text: str) -> float:
    """Upper bound of the width of one line in em, by the advances of the font in both weights."""
    return sum(map(_SIGN_EM.__getitem__, text))


class _SignEm(dict[str, float]):
    """Advance of each sign in em, worked out once."""

    def __missing__(self, sign: str) -> float:
        self[sign] = em = _sign_em(sign)
        return em


def _sign_em(sign: str) -> float:
    width = unicodedata.east_asian_width(sign)
    if width in "WFA" or sign in _WIDE:
        return 1.0
    return 0.55 if sign in _THIN or width == "H" else 0.78


_SIGN_EM = _SignEm()


@lru_cache(maxsize=4096)
def lines_needed(text: str, pixels: float, points: float = ANSWER_POINTS) -> int:
    """Lines a text takes when wrapped in a column of so many pixels."""
    room = max((pixels - CELL_PADDING) / (points * 96 / 72), 1.0)
    return sum(_lines_of(part, room) for part in text.split("\n"))


def _lines_of(part: str, room: float) -> int:
    """Lines of a paragraph: Japanese breaks anywhere, Latin words go to the next line whole."""
    if not _LATIN.search(part):
        return max(math.ceil(text_em(part) / room), 1)
    lines, used = 1, 0.0
    for word in _UNBROKEN.findall(part):
        width = text_em(word)
        if used and used + width > room:
            lines, used = lines + 1, 0.0
        lines += math.ceil(width / room) - 1
        used += width if width <= room else width % room
    return lines


def text_height(text: str, pixels: float, points: float = ANSWER_POINTS) -> float:
    """Points of height a wrapped text takes, with air above and below."""
    return lines_needed(text, pixels, points) * points * LINE + 6


def pad_points(height: float) -> float:
    """Air inside the frame above an answer so many points high."""
    return PAD_POINTS if height > LOW_POINTS else 0.0


def guide_height(guide: int, pixels: float) -> float:
    """Points of height for an answer of the guide length with a few line breaks of its own."""
    em_per_line = max((pixels - CELL_PADDING) // (ANSWER_POINTS * 96 / 72), 1)
    lines = math.ceil(guide / em_per_line) + 1 + guide // 200
    return lines * ANSWER_POINTS * LINE + 4
