"""Municipalities that are easily taken for one another, found without any help of the program's own comparison."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from itertools import combinations

from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.municipality import Municipality

Pair = tuple[Municipality, Municipality]


@functools.cache
def pairs() -> dict[str, tuple[Pair, ...]]:
    """Kind of likeness → all such pairs; one that is alike in several ways stands under each."""
    bodies = shipped_codes().municipalities
    assert len(bodies) == 1741
    return {
        "contained in each other": tuple(_within(bodies, _contained)),
        "one character apart": tuple(_within(bodies, _one_apart)),
        "equal names": tuple(_equal(bodies)),
        "codes one digit apart": tuple(_codes_one_digit_apart(bodies)),
    }


def _equal(bodies: tuple[Municipality, ...]) -> Iterator[Pair]:
    by_name: dict[str, list[Municipality]] = {}
    for body in bodies:
        by_name.setdefault(body.name, []).append(body)
    for group in by_name.values():
        yield from combinations(group, 2)


def _within(bodies: tuple[Municipality, ...], alike: object) -> Iterator[Pair]:
    assert callable(alike)
    by_prefecture: dict[str, list[Municipality]] = {}
    for body in bodies:
        by_prefecture.setdefault(body.prefecture, []).append(body)
    for group in by_prefecture.values():
        yield from (pair for pair in combinations(group, 2) if alike(pair[0].name, pair[1].name))


def _contained(one: str, other: str) -> bool:
    return one in other or other in one


def _one_apart(one: str, other: str) -> bool:
    """One character exchanged, added or left out."""
    if len(one) == len(other):
        return sum(a != b for a, b in zip(one, other, strict=True)) == 1
    short, long = sorted((one, other), key=len)
    return any(short == long[:at] + long[at + 1 :] for at in range(len(long)))


def _codes_one_digit_apart(bodies: tuple[Municipality, ...]) -> Iterator[Pair]:
    by_code = {body.code: body for body in bodies}
    for body in bodies:
        for at in range(6):
            for digit in "0123456789":
                other = by_code.get(body.code[:at] + digit + body.code[at + 1 :])
                if other and other.code > body.code:
                    yield body, other
