"""Municipalities: official codes with their check digit, and names in all their spellings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_WEIGHTS = (6, 5, 4, 3, 2)
_CODE = re.compile(r"[0-9]{6}")

_SPELLINGS = (
    "ケヶヵがガ",  # 茅ヶ崎, 袖ケ浦, 茅が崎
    "ノの之", "檮梼", "鰺鯵", "釜竈竃", "檜桧", "高髙", "崎﨑嵜碕", "沢澤", "浜濱濵", "島嶋嶌", "竜龍", "辺邊邉",
    "槇槙", "滝瀧", "桜櫻", "関關", "栄榮", "豊豐", "条條", "曽曾", "恵惠", "広廣", "国國", "富冨", "祢禰",
    "与與", "芦蘆", "諫諌", "頸頚", "淵渕", "渋澁", "弥彌", "真眞", "糸絲", "来來", "塩鹽", "徳德", "吉𠮷",
    "斎斉齋齊", "壱壹", "会會", "宝寶", "将將", "鴬鶯", "亀龜", "万萬", "台臺", "鉄鐵",
)  # fmt: skip
"""Signs written for one another in names of places; the first of each group stands for all."""

_SAME_SIGN = {ord(sign): group[0] for group in _SPELLINGS for sign in group}
_VARIATION_SELECTORS = dict.fromkeys((*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)))
_OFFICE = re.compile(r"(?<=[市区])役所|(?<=[町村])役場")
_LARGE_KANA = str.maketrans("ァィゥェォッャュョヮ", "アイウエオツヤユヨワ")


@dataclass(frozen=True, order=True)
class Municipality:
    """A municipality, a ward of a designated city, or (with an empty name) a prefecture."""

    code: str
    """全国地方公共団体コード: six digits, the last one checks the others."""
    prefecture: str
    name: str
    kana: str

    @property
    def prefecture_code(self) -> str:
        """First two digits, shared by all of a prefecture."""
        return self.code[:2]

    @property
    def full_name(self) -> str:
        """Like 群馬県前橋市."""
        return self.prefecture + self.name


@dataclass(frozen=True)
class Exact:
    """The text names this municipality and no other one."""

    municipality: Municipality


@dataclass(frozen=True)
class Candidates:
    """Perhaps one of these is meant; a person decides."""

    municipalities: tuple[Municipality, ...]


def check_digit(first_five: str) -> str:
    """Sixth digit of a code."""
    total = sum(int(digit) * weight for digit, weight in zip(first_five, _WEIGHTS, strict=True))
    return str((11 - total % 11) % 10)


def is_valid_code(code: str) -> bool:
    """True for six ASCII digits whose last one checks the others; such a code need not exist."""
    return bool(_CODE.fullmatch(code)) and check_digit(code[:5]) == code[5]


def name_key(name: str) -> str:
    """Key under which spellings of one name are equal (ヶ/ケ, 梼/檮, full and half width, blanks)."""
    plain = unicodedata.normalize("NFKC", name.translate(_VARIATION_SELECTORS))
    return "".join(plain.split()).translate(_LARGE_KANA).translate(_SAME_SIGN)


def name_keys(text: str) -> frozenset[str]:
    """All keys under which a text may name a place: as it stands, and without 郡 before and 役所／役場 behind it."""
    plain = frozenset(_without_county(name_key(text)))
    return plain | {_OFFICE.sub("", key) for key in plain}


def match_name(text: str, candidates: Sequence[Municipality]) -> Exact | Candidates | None:
    """The municipality a text names, those it may mean, or None.

    Exact only when one single candidate bears the name after folding its spelling, with or without
    prefecture, 郡 and 役所／役場. Names one sign apart or containing each other are merely proposed.
    """
    within, rest = _without_prefecture(name_key(text), candidates)
    keys = name_keys(rest)
    found = tuple(m for m in within if name_key(m.name) in keys)
    if len(found) == 1:
        return Exact(found[0])
    near = found or tuple(m for m in within if _is_near(rest, name_key(m.name)))
    return Candidates(near) if near else None


def _without_prefecture(
    key: str, candidates: Iterable[Municipality]
) -> tuple[tuple[Municipality, ...], str]:
    """Candidates of the prefecture the text begins with (else all), and the text without it."""
    everyone = tuple(m for m in candidates if m.name)
    for prefecture in {m.prefecture for m in everyone}:
        # 京都府 is no prefix to be cut from a name that is a municipality itself.
        if key.startswith(name_key(prefecture)) and key != name_key(prefecture):
            within = tuple(m for m in everyone if m.prefecture == prefecture)
            return within, key.removeprefix(name_key(prefecture))
    return everyone, key


def _without_county(key: str) -> Iterator[str]:
    """The name itself, and what stands behind each 郡 if that is a town or village (cities have none)."""
    yield key
    for match in re.finditer("郡", key):
        rest = key[match.end() :]
        if match.start() > 0 and re.search("[町村](役場)?$", rest):
            yield rest


def _is_near(text: str, name: str) -> bool:
    if len(text) < 2:
        return False
    return text in name or name in text or (len(text) > 2 and _one_sign_apart(text, name))


def _one_sign_apart(first: str, second: str) -> bool:
    """True when one sign was exchanged, left out or added."""
    short, long = sorted((first, second), key=len)
    if len(long) - len(short) > 1:
        return False
    same = next(
        (i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short)
    )
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]
