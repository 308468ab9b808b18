"""Good files of old formats broken at random: each ends as a reading or a refusal, and none breaks the worker."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from format_samples import data_of
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.other_formats import question
from xlsx_pdca.worker import Worker

SAMPLES = ("libreoffice.xls", "libreoffice.ods", "gnumeric.xls")
_NUMBERS = (b"\xff\xff\xff\xff", b"\x00\x00\x00\x00", b"\xfe\xff\xff\xff")


def broken(data: bytes, seed: int) -> bytes:
    """The file with a few bytes changed, taken out, put in, or cut off."""
    chance = random.Random(seed)
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(changed))
        kind = chance.random()
        if kind < 0.5:
            changed[at] = chance.randrange(256)
        elif kind < 0.75:
            changed[at : at + 4] = chance.choice(_NUMBERS)
        elif kind < 0.85:
            del changed[at : at + chance.randrange(1, 600)]
        elif kind < 0.95:
            changed[at:at] = bytes(chance.randrange(1, 600))
        else:
            del changed[at + 1 :]
    return bytes(changed)


def endings(name: str, seeds: range) -> Counter[str]:
    found: Counter[str] = Counter()
    with Worker[RawBook]("xlsx_pdca.workbook.other_formats") as worker:
        assert isinstance(
            worker.parse(question(data_of(name))), RawBook
        )  # the unbroken file is read
        for seed in seeds:
            told = worker.parse(question(broken(data_of(name), seed)))
            found[told.code.value if isinstance(told, Refusal) else "read"] += 1
    return found


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_breaks_the_worker(name: str) -> None:
    """A hundred broken files each: some are read, most refused, and the worker survives all of them."""
    found = endings(name, range(100))
    assert not found.keys() & {RefusalCode.CRASHED.value, RefusalCode.TIMEOUT.value}, found
    assert found["damaged"] > 5 < found["read"]


@pytest.mark.soak
@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_breaks_the_worker_at_length(name: str) -> None:
    """The same with ten thousand."""
    found = endings(name, range(100, 10_100))
    print(name, dict(found))
    assert not found.keys() & {RefusalCode.CRASHED.value, RefusalCode.TIMEOUT.value}, found
