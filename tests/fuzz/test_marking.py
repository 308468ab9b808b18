"""Damaged and odd packages: marking gives a copy with the same cells or a reason, never an exception."""

from __future__ import annotations

import functools
import random
import re

import pytest

import books
from packages import changed
from rich_returns import foreign, rich, unzipped
from workbook.test_marking import COVER, FOREIGN_POINTS, POINTS, made
from xlsx_pdca.own_marks import own_sheets
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.workbook.marking import Mark, Unsafe, marked
from xlsx_pdca.workbook.reader import read_workbook

ODD = ("-1", "7", "x", "", "1048577", "$A$1", "rId1", "true", "1e9", "A1:B2", "99999")


@functools.cache
def bases() -> tuple[tuple[bytes, tuple[Mark, ...]], ...]:
    """Returns with their points, and marked copies of them."""
    plain = ((rich(), POINTS), (foreign(), FOREIGN_POINTS))
    return (*plain, *((made(data, points), points) for data, points in plain))


def changed_somewhere(xml: str, rng: random.Random) -> str:
    """The part with a few attributes lost or odd, and closed elements lost, doubled or elsewhere."""
    pieces = re.findall(r"<[^>]+>|[^<]+", xml)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(pieces))
        piece, whole = pieces[at], pieces[at].endswith("/>")
        attributes = list(re.finditer(r'\s[\w:]+="([^"]*)"', piece))
        match rng.randrange(5):
            case 0 if attributes:
                lost = rng.choice(attributes)
                pieces[at] = piece[: lost.start()] + piece[lost.end() :]
            case 1 if attributes:
                odd = rng.choice(attributes)
                pieces[at] = piece[: odd.start(1)] + rng.choice(ODD) + piece[odd.end(1) :]
            case 2 if whole:
                pieces[at] = ""
            case 3 if whole:
                pieces[at] = piece * 2
            case 4 if whole:
                pieces.insert(rng.randrange(1, len(pieces)), piece)
    return "".join(pieces)


def play(seed: int) -> str:
    """One damaged package marked: "copy" or the reason."""
    rng = random.Random(seed)
    data, points = rng.choice(bases())
    parts = [
        n for n in unzipped(data) if n.endswith((".xml", ".rels", ".vml")) and "theme" not in n
    ]
    harmed = changed(data, {rng.choice(parts): lambda xml: changed_somewhere(xml, rng)})
    copy = marked(harmed, points, COVER)
    if isinstance(copy, Unsafe):
        return copy.reason
    before, after = read_workbook(harmed), books.raw(copy)
    assert not isinstance(before, Refusal)
    ours = own_sheets(before) | own_sheets(after)
    cells = [
        {s.name: s.cells for s in book.sheets if s.name not in ours} for book in (before, after)
    ]
    assert cells[0] == cells[1]
    return "copy"


def test_damaged_packages() -> None:
    """Some are marked, some are not, and none stops the run."""
    ends = {play(seed) for seed in range(40)}
    assert "copy" in ends
    assert len(ends) > 1


@pytest.mark.soak
@pytest.mark.parametrize("hundred", range(60))
def test_many_damaged_packages(hundred: int) -> None:
    """The same for six thousand."""
    for seed in range(100 * hundred, 100 * (hundred + 1)):
        play(seed)
