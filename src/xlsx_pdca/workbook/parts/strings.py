"""Shared strings: the table of texts most cells point into."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from xlsx_pdca.cells import decode_stored
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.parts.faults import CannotRead, Hostile
from xlsx_pdca.workbook.parts.plain import NotPlain, plain_strings
from xlsx_pdca.workbook.parts.xml import (
    MAIN,
    Attributes,
    Pieces,
    gathered,
    is_true,
    shaped,
    stream,
    tagged,
)

_SHAPE = shaped(
    MAIN,
    {"si": ("sst",), "t": ("si", "r", "rPh"), "r": ("si",), "rPh": ("si",)},
    leaves=("t",),
    once=("t",),
)


def shared_strings(
    chunks: Iterable[bytes], part: str, *, times: int = 1
) -> tuple[list[str], frozenset[str]]:
    """Decoded texts in order, and the indices of those with a part struck through; runs are joined, phonetic runs skipped, blanks kept."""
    data, chunks = gathered(chunks)
    if data is not None:
        with contextlib.suppress(NotPlain, CannotRead):  # the parser says what is wrong
            return _plain_strings(data, part, times), frozenset()
    table = _Table(times)
    opens = tagged(MAIN, {"rPh": table.open_phonetic, "strike": table.strike})
    closes = tagged(
        MAIN, {"si": table.close_item, "t": table.close_text, "rPh": table.close_phonetic}
    )
    stream(chunks, opens, closes, table.pieces, part=part, roots=("sst",), shape=_SHAPE)
    return table.texts, frozenset(table.struck)


def _plain_strings(data: bytes, part: str, times: int) -> list[str]:
    """The same where nothing is formatted; NotPlain where something is."""
    texts, around = plain_strings(data)
    places: list[Attributes] = []
    opens = tagged(MAIN, {"si": places.append})
    stream((around,), opens, {}, part=part, roots=("sst",), shape=_SHAPE)
    if len(places) != 1:
        raise NotPlain("the strings stand in no place of their own")
    table = _Table(times)
    for text in texts:
        table.add(text)
    return table.texts


class _Table:
    def __init__(self, times: int) -> None:
        self._times = times
        self.texts: list[str] = []
        self.pieces = Pieces()
        self.struck: set[str] = set()
        self._runs: list[str] = []
        self._is_struck = False
        self._phonetic = False
        self._characters = 0

    def close_text(self) -> None:
        if not self._phonetic:
            self._runs.append(self.pieces.take())

    def open_phonetic(self, _: Attributes) -> None:
        self._phonetic = True

    def close_phonetic(self) -> None:
        self._phonetic = False

    def strike(self, attributes: Attributes) -> None:
        self._is_struck |= is_true(attributes.get("val", "1"))

    def close_item(self) -> None:
        self.add("".join(self._runs))
        if self._is_struck:
            self.struck.add(str(len(self.texts) - 1))
        self._is_struck = False
        self._runs.clear()

    def add(self, stored: str) -> None:
        """One more text, unless there are too many already."""
        text = decode_stored(stored)
        self._characters += len(text)
        most = self._times * limits.TEXT_CHARACTERS, self._times * limits.SHARED_STRINGS
        if self._characters > most[0] or len(self.texts) >= most[1]:
            raise Hostile("too many shared strings")
        self.texts.append(text)
