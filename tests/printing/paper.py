"""What a person can see on the pages of a PDF made by LibreOffice: every sign with its place, and whether it was cut off.

Text extraction alone proves nothing, since a line beyond its cell stays in the PDF behind a clip; here a sign counts
as seen only if its whole body lies within the clip it was drawn under and on the page.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
from pypdf.generic import ContentStream

Matrix = tuple[float, float, float, float, float, float]

INK = (-0.08, 0.84)
"""Lowest and highest ink of full-width signs in em above the base line; small kana and Latin letters take less."""
SLACK = 0.02
"""Points; coordinates in the PDF are rounded."""
BAND = 10.0
"""Height in points of the bands in which signs are looked for that stand on each other …"""
NEAR = 12
"""… among so many to the left in the same band."""
_PAINTING = frozenset({b"S", b"s", b"f", b"f*", b"F", b"B", b"B*", b"b", b"b*", b"n"})
_IGNORED = frozenset(
    {
        b"w", b"J", b"j", b"M", b"d", b"i", b"gs", b"rg", b"RG", b"g", b"G", b"k", b"K", b"cs", b"CS", b"sc", b"scn",
        b"SC", b"SCN", b"BT", b"ET", b"h", b"Do", b"sh", b"BMC", b"MP", b"DP",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Box:
    """A rectangle in points, counted from the lower left corner of the page."""

    left: float
    bottom: float
    right: float
    top: float

    def holds(self, other: Box, slack: float = SLACK) -> bool:
        return (
            self.left - slack <= other.left
            and other.right <= self.right + slack
            and self.bottom - slack <= other.bottom
            and other.top <= self.top + slack
        )

    def within(self, other: Box) -> Box:
        """What both have in common."""
        return Box(
            max(self.left, other.left),
            max(self.bottom, other.bottom),
            min(self.right, other.right),
            min(self.top, other.top),
        )

    def share(self, other: Box) -> float:
        """How much of this box the other one covers, 0 to 1."""
        both = self.within(other)
        width, height = max(both.right - both.left, 0.0), max(both.top - both.bottom, 0.0)
        return width * height / ((self.right - self.left) * (self.top - self.bottom))


@dataclass(frozen=True)
class Sign:
    """One drawn sign."""

    text: str
    box: Box
    """Its body: ink from bottom to top, the middle of its advance from left to right."""
    seen: bool


@dataclass(frozen=True)
class Sheet:
    """The pages on which one sheet was printed."""

    name: str
    pages: tuple[tuple[Sign, ...], ...]
    sizes: frozenset[tuple[int, int]]
    """Width and height of the pages in millimetres."""

    @property
    def seen(self) -> Counter[str]:
        """Signs that can be seen whole, white space left out, as NFKC makes them."""
        return Counter(s for page in self.pages for sign in page if sign.seen for s in sign.text)

    @property
    def text(self) -> str:
        """What can be seen, in the order in which it was drawn: the cells one after the other."""
        return "".join(sign.text for page in self.pages for sign in page if sign.seen)

    def overprinted(self) -> list[tuple[int, str, str]]:
        """Page and signs of which one stands on the other."""
        return [(n, *pair) for n, page in enumerate(self.pages, 1) for pair in _overprinted(page)]


def plain(text: str) -> str:
    """A text as it is compared: NFKC sign by sign, since ｶﾞ is drawn as two; without white space."""
    return "".join("".join(unicodedata.normalize("NFKC", sign) for sign in text).split())


def printed(path: Path) -> dict[str, Sheet]:
    """Sheets of a PDF by name; LibreOffice bookmarks the first page of each."""
    reader = pypdf.PdfReader(path)
    marks = [(str(m["/Title"]), reader.get_destination_page_number(m)) for m in reader.outline]  # type: ignore[arg-type, call-overload]  # no nested bookmarks
    spans = pairwise([*(start for _, start in marks), len(reader.pages)])
    return {
        name: _sheet(name, reader, reader.pages[first:end])
        for (name, _), (first, end) in zip(marks, spans, strict=True)
    }


def _sheet(name: str, reader: pypdf.PdfReader, pages: Sequence[pypdf.PageObject]) -> Sheet:
    sizes = ((page.mediabox.width, page.mediabox.height) for page in pages)
    millimetres = frozenset((round(w / 72 * 25.4), round(h / 72 * 25.4)) for w, h in sizes)
    return Sheet(name, tuple(tuple(_Page(reader, p).signs()) for p in pages), millimetres)


def _overprinted(page: Sequence[Sign]) -> Iterator[tuple[str, str]]:
    """Pairs of signs that cover each other by a quarter or more."""
    bands: dict[int, list[Sign]] = {}
    for sign in sorted((s for s in page if s.text and s.seen), key=lambda s: s.box.left):
        first, last = int(sign.box.bottom // BAND), int(sign.box.top // BAND)
        near = [s for band in range(first, last + 1) for s in bands.get(band, ())[-NEAR:]]
        yield from ((o.text, sign.text) for o in near if _collide(o.box, sign.box))
        for band in range(first, last + 1):
            bands.setdefault(band, []).append(sign)


def _collide(one: Box, other: Box) -> bool:
    if one.right <= other.left or one.top <= other.bottom or other.top <= one.bottom:
        return False
    return max(one.share(other), other.share(one)) > 0.25


class _Page:
    """Runs the drawing operators of one page, keeping place and clip."""

    def __init__(self, reader: pypdf.PdfReader, page: pypdf.PageObject) -> None:
        self.operations = ContentStream(page.get_contents(), reader).operations
        resources: Any = page["/Resources"]
        fonts = resources.get("/Font", {})
        self.fonts = {name: _Font(font.get_object()) for name, font in fonts.items()}
        box = page.mediabox
        self.clip = Box(float(box.left), float(box.bottom), float(box.right), float(box.top))
        self.place: Matrix = (1, 0, 0, 1, 0, 0)
        self.kept: list[tuple[Box, Matrix]] = []
        self.path: list[tuple[float, float]] = []
        self.cutting = False
        self.at = (0.0, 0.0)
        self.font = ""
        self.size = 0.0
        self.instead: list[str | None] = []
        """Texts that replace what the marked signs are called."""

    def signs(self) -> Iterator[Sign]:
        for operands, operator in self.operations:
            if operator in (b"Tj", b"TJ"):
                yield from self._show(operands[0] if operator == b"TJ" else operands)
            elif operator not in _IGNORED:
                self._run(operator, operands)

    def _run(self, operator: bytes, operands: Any) -> None:
        match operator:
            case b"q":
                self.kept.append((self.clip, self.place))
            case b"Q":
                self.clip, self.place = self.kept.pop()
            case b"cm":
                self.place = _times(tuple(map(float, operands)), self.place)
            case b"re":
                x, y, width, height = map(float, operands)
                self.path += [(x, y), (x + width, y + height)]
            case b"m" | b"l" | b"c" | b"v" | b"y":
                self.path.append((float(operands[-2]), float(operands[-1])))
            case b"W" | b"W*":
                self.cutting = True
            case b"Td" | b"Tm":
                self.at = (float(operands[-2]), float(operands[-1]))
            case b"Tf":
                self.font, self.size = operands[0], float(operands[1])
            case b"BDC":
                self.instead.append(_actual_text(operands[1]))
            case b"EMC":
                self.instead.pop()
            case _ if operator in _PAINTING:
                self._end_path()
            case _:
                raise NotImplementedError(f"LibreOffice has not drawn with {operator!r} before")

    def _end_path(self) -> None:
        if self.cutting and self.path:
            xs, ys = zip(*(_moved(point, self.place) for point in self.path), strict=True)
            self.clip = self.clip.within(Box(min(xs), min(ys), max(xs), max(ys)))
        self.path, self.cutting = [], False

    def _show(self, items: Any) -> Iterator[Sign]:
        font = self.fonts[self.font]
        for item in items:
            if isinstance(item, int | float):
                self._advance(-float(item))
                continue
            for code in item.original_bytes if isinstance(item, str) else item:
                yield self._sign(font, code)
                self._advance(font.widths[code])

    def _sign(self, font: _Font, code: int) -> Sign:
        text, (x, y), width = font.texts[code], self.at, font.widths[code] / 1000 * self.size
        if self.instead and self.instead[-1] is not None:
            text, self.instead[-1] = self.instead[-1], ""
        low = _moved((x + width * 0.1, y + INK[0] * self.size), self.place)
        high = _moved((x + width * 0.9, y + INK[1] * self.size), self.place)
        box = Box(*low, *high)
        return Sign(plain(text), box, self.clip.holds(box))

    def _advance(self, thousandths: float) -> None:
        self.at = (self.at[0] + thousandths / 1000 * self.size, self.at[1])


class _Font:
    """Widths and meanings of the codes of one embedded font."""

    def __init__(self, font: Any) -> None:
        first = int(font["/FirstChar"])
        self.widths = {first + n: float(width) for n, width in enumerate(font["/Widths"])}
        self.texts = _meanings(font["/ToUnicode"].get_data().decode("ascii"))


def _meanings(cmap: str) -> dict[int, str]:
    """Code → text of a ToUnicode table; LibreOffice writes single codes only."""
    if "beginbfrange" in cmap:
        raise NotImplementedError("LibreOffice has not written ranges before")
    blocks = re.findall(r"beginbfchar(.*?)endbfchar", cmap, re.DOTALL)
    pairs = [pair for block in blocks for pair in re.findall(r"<(\w+)>\s*<(\w*)>", block)]
    return {int(code, 16): bytes.fromhex(text).decode("utf-16-be") for code, text in pairs}


def _actual_text(properties: Any) -> str | None:
    return str(properties["/ActualText"]) if "/ActualText" in properties else None


def _times(first: Any, then: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m,
    )  # fmt: skip


def _moved(point: tuple[float, float], by: Matrix) -> tuple[float, float]:
    x, y = point
    a, b, c, d, e, f = by
    return (a * x + c * y + e, b * x + d * y + f)
