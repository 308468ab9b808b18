"""How an invented officer writes: bullets, numbers, plain or polite sentences, few words or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"

_FIXED = (
    ("であった", "でした"),
    ("だった", "でした"),
    ("なかった", "ませんでした"),
    ("である", "です"),
    ("が必要", "が必要です"),
    ("満たない", "満たない状況です"),
    ("行った", "行いました"),
    ("少なくない", "少なくありません"),
    ("少ない", "少ないです"),
    ("がない", "がありません"),
    ("もない", "もありません"),
    ("でない", "でありません"),
    ("しかない", "しかありません"),
    ("を得ない", "を得ません"),
    ("したい", "したいと考えています"),
    ("たい", "たいと思います"),
    ("する", "します"),
    ("入る", "入ります"),
    ("学んだ", "学びました"),
    ("進んだ", "進みました"),
    ("った", "りました"),
)
"""Plain endings that follow no rule of one line, the longer ones first."""

_A, _I, _E, _U = (
    "わかがさたなばまら",
    "いきぎしちにびみり",
    "えけげせてねべめれ",
    "うくぐすつぬぶむる",
)
"""Stems of verbs, column by column."""
_TO_I = str.maketrans(_A + _U, _I * 2)


class Shape(StrEnum):
    DOTS = "・"
    RINGS = "○"
    HYPHENS = "- "
    CIRCLED = "①"
    NUMBERED = "（1）"
    LINES = "line by line"
    PLAIN = "plain"
    POLITE = "polite"


@dataclass(frozen=True)
class Voice:
    """One officer's habits, kept through a whole form."""

    shape: Shape
    amount: int
    """How many subjects come to mind for one question: 1 few words, 2 usual, 3 and more at length."""

    @classmethod
    def drawn(cls, chance: Random, *, small: bool) -> Voice:
        """A voice; small municipalities tend to write less."""
        weights = (5, 4, 1) if small else (2, 5, 3)
        return cls(chance.choice(tuple(Shape)), chance.choices((1, 2, 3), weights)[0])

    def written(self, pieces: Sequence[str]) -> str:
        """The pieces as this officer puts them down."""
        if not pieces:
            return ""
        match self.shape:
            case Shape.PLAIN:
                return "".join(f"{piece}。" for piece in pieces)
            case Shape.POLITE:
                return "".join(f"{polite(piece)}。" for piece in pieces)
            case Shape.LINES:
                return "\n".join(f"{piece}。" for piece in pieces)
            case Shape.CIRCLED if len(pieces) > 1:
                return "\n".join(f"{_CIRCLED[i]}{piece}" for i, piece in enumerate(pieces))
            case Shape.NUMBERED if len(pieces) > 1:
                return "\n".join(f"（{i}）{piece}" for i, piece in enumerate(pieces, 1))
            case Shape.CIRCLED | Shape.NUMBERED:
                return pieces[0]
        return "\n".join(f"{self.shape}{piece}" for piece in pieces)


def polite(sentence: str) -> str:
    """The sentence in です・ます style; one that ends in a noun stays as it is."""
    for plain, courteous in _FIXED:
        if sentence.endswith(plain):
            return sentence.removesuffix(plain) + courteous
    if sentence.endswith("ない"):
        return _i_stem(sentence.removesuffix("ない"), _A) + "ません"
    if sentence.endswith("い"):
        return sentence + "です"
    if sentence.endswith("た"):
        return sentence[:-1] + "ました"
    if sentence.endswith("る") and sentence[-2] in _I + _E:
        return sentence[:-1] + "ます"
    return _i_stem(sentence, _U) + "ます" if sentence[-1] in _U else sentence


def _i_stem(verb: str, ending: str) -> str:
    """The verb with its last sign moved to the い column, if it is one of `ending`."""
    return verb[:-1] + verb[-1].translate(_TO_I) if verb[-1] in ending else verb
