"""Number formats: how one makes a stored value look, and where what is seen is another value than the stored one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property, lru_cache
from itertools import takewhile

from xlsx_pdca.rawbook import CellType, NumberLook, RawCell

_GENERAL = re.compile(r"general|g/標準", re.IGNORECASE)
_LITERAL = re.compile(r'"[^"]*"?|[\\_*].', re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BRACKET = re.compile(r"\[[^\]]*\]")
_EXPONENT = re.compile(r"e[+-]", re.IGNORECASE)
_DATE_LETTERS = re.compile(r"[ymdhsegab]", re.IGNORECASE)

_TOKEN = re.compile(
    r'(?P<quoted>"[^"]*"?)|(?P<escaped>\\.)|(?P<space>_.)|(?P<fill>\*.)|(?P<bracket>\[[^\]]*\])'
    r"|(?P<number>general|g/標準)|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<exponent>e[+-])|(?P<text>@)|(?P<end>;)|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)\s*\]")
_COLOUR = re.compile(
    r"\[(?:red|赤|black|黒|blue|青|green|緑|cyan|magenta|yellow|white|color.*|色.*)\]", re.I
)
_NUMBER = ("digit", "number")
_LARGE_UNIT = re.compile(
    r"[\s　(（約単位:：]*(?:[十百千万億兆厘]|割(?!合)|[kKｋＫMＭ](?![a-zA-Z])|hundred|thousand|million)"
)
"""What multiplies a number by standing behind it; m alone is a metre."""
_MINUS, _NEGATIVE = "-−－‐–▲△", "-−－‐–▲△(（負減"
_NOTHING = "-−－‐–―—ー"
LONGEST = 400
"""Characters of a format that is looked at; Excel takes 255."""


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
    return NumberLook.DATE if _DATE_LETTERS.search(bare) else NumberLook.PLAIN


@lru_cache(maxsize=1024)
def is_ordinary(code: str) -> bool:
    """Whether every value shows as itself under a format, in the one way `number_look` tells."""
    sections = _sections(code)
    looks = {each.look for each in sections[:3]}
    if len(looks) > 1 and looks != {NumberLook.PLAIN, NumberLook.TEXT}:
        return False
    return not any(_is_telling(at, sections) for at in range(len(sections)))


@lru_cache(maxsize=1024)
def keeps_texts(code: str) -> bool:
    """Whether a text shows as itself under a format."""
    return isinstance(shown_as(RawCell(CellType.TEXT, "文"), code), RawCell)


def shown_as(cell: RawCell, code: str) -> RawCell | str:
    """How a cell shows under a format: the cell with its look there, or the other words that are seen."""
    sections = _sections(code)
    if cell.type is CellType.TEXT:
        return _text_shown(cell, sections)
    if cell.type is not CellType.NUMBER:
        return cell
    value = Decimal(f"{float(cell.text):.15g}")
    at = _applying(sections, value)
    section = sections[at]
    is_negative = at == 1 and value < 0 and not any(each.condition for each in sections)
    if not _differs(section, sections, value, is_unsigned=is_negative):
        return cell._replace(look=section.look)
    return _rendered(section, abs(value) if is_negative else value)


@dataclass(frozen=True)
class _Section:
    """What a format does with some of the values, such as those below zero."""

    tokens: tuple[tuple[str, str], ...]

    @cached_property
    def raw(self) -> str:
        return "".join(text for _, text in self.tokens)

    @cached_property
    def look(self) -> NumberLook:
        return number_look(self.raw)

    @cached_property
    def condition(self) -> tuple[str, Decimal] | None:
        found = _CONDITION.search(_LITERAL.sub("", self.raw))
        return (found[1], Decimal(found[2])) if found else None

    @cached_property
    def has_number(self) -> bool:
        return any(kind in _NUMBER for kind, _ in self.tokens)

    @cached_property
    def has_text(self) -> bool:
        return any(kind == "text" for kind, _ in self.tokens)

    @cached_property
    def around(self) -> tuple[str, str, str]:
        """Literal texts before, between and behind the digits (or the text)."""
        kinds = [kind in _NUMBER or kind == "text" for kind, _ in self.tokens]
        if True not in kinds:
            return "", "", self.literals
        first, last = kinds.index(True), len(kinds) - kinds[::-1].index(True)
        parts = self.tokens[:first], self.tokens[first:last], self.tokens[last:]
        before, between, behind = ("".join(_literal(*each) for each in part) for part in parts)
        return before, between, behind

    @cached_property
    def literals(self) -> str:
        return "".join(_literal(*each) for each in self.tokens)

    @cached_property
    def commas(self) -> int:
        """Commas behind the last digit: each divides by a thousand."""
        kinds = [kind for kind, _ in self.tokens if kind in ("digit", "comma", "point")]
        if "digit" not in kinds:
            return 0
        whole = [*takewhile(lambda kind: kind != "point", kinds)]
        return max(_ending_commas(whole), _ending_commas(kinds))

    @cached_property
    def percents(self) -> int:
        return sum(kind == "percent" for kind, _ in self.tokens)


def _ending_commas(kinds: Sequence[str]) -> int:
    if "digit" not in kinds:
        return 0
    return len([*takewhile(lambda kind: kind == "comma", reversed(kinds))])


def _literal(kind: str, text: str) -> str:
    match kind:
        case "quoted":
            return text.strip('"')
        case "escaped":
            return text[1:]
        case "fill":  # of a figure it would be many
            return text[1:] if text[1:].isdecimal() else ""
        case "plain":
            return text
        case "bracket" if text.startswith("[$"):
            return text[2:-1].partition("-")[0]
    return ""


@lru_cache(maxsize=256)
def _sections(code: str) -> tuple[_Section, ...]:
    sections: list[list[tuple[str, str]]] = [[]]
    for found in _TOKEN.finditer(code[:LONGEST]):
        kind = found.lastgroup or ""
        if kind == "end":
            sections.append([])
        else:
            sections[-1].append((kind, found[0]))
    return tuple(_Section(tuple(tokens)) for tokens in sections[:4])


def _is_telling(at: int, sections: Sequence[_Section]) -> bool:
    """Whether a section may make a value look like another one."""
    section = sections[at]
    if section.look in (NumberLook.DATE, NumberLook.DURATION):
        return False
    if section.has_text:
        return _is_odd(section)
    return (
        at == 3
        or _differs(section, sections, Decimal(0), is_unsigned=False)
        or (at != 1 and _differs(section, sections, Decimal(1), is_unsigned=False))
        or (at == 1 and _differs(section, sections, Decimal(-1), is_unsigned=True))
    )


def _is_odd(section: _Section) -> bool:
    """Whether the words around a value give it another size."""
    before, between, behind = section.around
    figures = any(sign.isdecimal() for sign in (before + between + behind))
    return figures or _LARGE_UNIT.match(behind) is not None


def _differs(
    section: _Section, sections: Sequence[_Section], value: Decimal, *, is_unsigned: bool
) -> bool:
    """Whether a value shows as another one, or as none, in the section that applies to it."""
    if section.look in (NumberLook.DATE, NumberLook.DURATION):
        return False
    if not (section.has_number or section.has_text):
        is_zero = value == 0 and any(each.has_number for each in sections)
        return not (is_zero and not section.literals.strip(_NOTHING + " 　"))
    before, between, _ = section.around
    if _is_odd(section) or section.commas or section.percents > 1 or between.strip(" 　/,"):
        return True
    if is_unsigned:
        signs = section.literals
        return not (any(s in signs for s in _NEGATIVE) or _COLOUR.search(section.raw))
    return value > 0 and before.rstrip()[-1:] in tuple(_MINUS) and before.strip() != ""


def _applying(sections: Sequence[_Section], value: Decimal) -> int:
    """Which section is applied to a number."""
    numeric = sections[:3]
    if any(each.condition for each in numeric):
        for at, each in enumerate(numeric):
            if each.condition and _holds(value, *each.condition):
                return at
        open_ones = [at for at, each in enumerate(numeric) if not each.condition]
        return open_ones[-1] if open_ones else 0
    if numeric[-1].has_text and len(sections) == len(numeric) > 1:
        numeric = numeric[:-1]
    if value < 0 and len(numeric) > 1:
        return 1
    return 2 if value == 0 and len(numeric) > 2 else 0


def _holds(value: Decimal, sign: str, limit: Decimal) -> bool:
    match sign:
        case "<":
            return value < limit
        case "<=":
            return value <= limit
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "=":
            return value == limit
    return value != limit


def _text_shown(cell: RawCell, sections: Sequence[_Section]) -> RawCell | str:
    own = [each for each in sections if each.has_text]
    section = own[-1] if own else sections[3] if len(sections) == 4 else None
    if section is None or (section.has_text and not _is_odd(section)):
        return cell
    parts = (cell.text if kind == "text" else _literal(kind, text) for kind, text in section.tokens)
    return "".join(parts).strip()


# -- what is seen --------------------------------------------------------------------------


def _rendered(section: _Section, value: Decimal) -> str:
    """What a spreadsheet program shows, near enough to be recognised."""
    factor = Decimal(100) ** section.percents / Decimal(1000) ** section.commas
    whole, point, decimals = f"{_rounded(section, value * factor):f}".partition(".")
    places = [kind for kind, _ in section.tokens if kind in ("digit", "point")]
    kept = places.index("point") if "point" in places else len(places)
    figures = _into_places(section, whole.lstrip("-"), kept)
    behind = iter(decimals)
    said: list[str] = ["-"] if value < 0 and section.has_number else []
    for kind, text in section.tokens:
        if kind == "digit":
            said.append(figures.pop(0) if figures else next(behind, ""))
        elif kind in ("number", "text"):
            said.append(f"{abs(value):f}" if value == value.to_integral() else f"{abs(value)}")
        elif kind == "point":
            said.append(point)
        else:
            said.append("%" if kind == "percent" else _literal(kind, text))
    return "".join(said).strip()


def _rounded(section: _Section, value: Decimal) -> Decimal:
    kinds = [kind for kind, _ in section.tokens if kind in ("digit", "point")]
    decimals = len(kinds) - kinds.index("point") - 1 if "point" in kinds else 0
    if value.adjusted() + decimals > 24:  # more figures than anybody types
        return value
    return value.quantize(Decimal((0, (1,), -decimals)), rounding=ROUND_HALF_UP)


def _into_places(section: _Section, whole: str, count: int) -> list[str]:
    """The figures before the point, from the right into their places; the first takes what is left over."""
    if not count:
        return []
    signs = [text for kind, text in section.tokens if kind == "digit"][:count]
    whole = whole.lstrip("0")
    alone = len(whole) - count + 1
    first, rest = (whole[:alone], whole[alone:]) if alone > 0 else ("", whole)
    padded = [*[""] * (count - 1 - len(rest)), *rest]
    figures = [
        f or ("0" if sign == "0" else "") for f, sign in zip([first, *padded], signs, strict=True)
    ]
    is_grouped = any(kind == "comma" for kind, _ in section.tokens) and len(figures[0]) > 0
    if is_grouped and not section.around[1].strip(" 　/,"):
        return [*[""] * (count - 1), f"{int(''.join(figures) or 0):,}"]
    return figures
