"""Broken returns by name: which good one, how it is broken, and a number; the same name gives the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random

from fuzz import by_bytes, by_hand, by_xml, by_zip
from fuzz.goods import Good, goods

KINDS: Mapping[str, Callable[[Random, Good], bytes]] = {
    **by_bytes.KINDS,
    **by_zip.KINDS,
    **by_xml.KINDS,
    **by_hand.KINDS,
}
LEVELS = ("bytes", "zip", "xml", "hand")
_SHARE = {"bytes": 15, "zip": 20, "xml": 45, "hand": 20}
"""Of a hundred broken returns."""


@dataclass(frozen=True)
class Mutant:
    good: str
    kind: str
    number: int

    @classmethod
    def parse(cls, line: str) -> Mutant:
        """From `jizen/poi xml.index_off 17`."""
        good, kind, number = line.split()[:3]
        return cls(good, kind, int(number))

    @property
    def name(self) -> str:
        return f"{self.good} {self.kind} {self.number}"

    @property
    def level(self) -> str:
        return self.kind.partition(".")[0]

    def data(self) -> bytes:
        """The broken return."""
        return KINDS[self.kind](Random(self.name), goods()[self.good])


def mutants(seed: int = 0) -> Iterator[Mutant]:
    """Broken returns without end, the levels in their shares, every kind and every program among them."""
    random = Random(seed)
    by_level = {level: [k for k in KINDS if k.startswith(f"{level}.")] for level in LEVELS}
    names = list(goods())
    # openpyxl writes whatever a hand changed, and opens these four times as fast
    light = [name for name in names if name.endswith("/sheetjs")]
    number = 0
    while True:
        (level,) = random.choices(LEVELS, [_SHARE[level] for level in LEVELS])
        kind = random.choice(by_level[level])
        some = light if level == "hand" and random.random() < 0.6 else names
        yield Mutant(random.choice(some), kind, seed * 1_000_000 + number)
        number += 1
