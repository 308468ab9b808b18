"""Headers and footers of the printed page: what a sender wrote where no cell is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from xlsx_pdca.cells import decode_stored
from xlsx_pdca.workbook.parts.plain import NotPlain, unescaped

_SECTION = re.compile(
    rb"<(?:\w+:)?headerFooter\b[^>]*>(.{0,20000}?)</(?:\w+:)?headerFooter\s*>", re.DOTALL
)
_TEXT = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(?:Header|Footer)\b[^>]*>([^<]*)</", re.DOTALL)


class Ending:
    """The chunks of a part, the last ones of which are kept while they pass by."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._last: list[bytes] = []

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._last = [*self._last[-1:], chunk]
            yield chunk

    @property
    def kept(self) -> bytes:
        """The last chunk and the one before."""
        return b"".join(self._last)


def page_texts(ending: bytes) -> tuple[str, ...]:
    """Texts of the headers and footers of a worksheet part, in its order, each once; they stand near its end."""
    if b"headerFooter" not in ending:
        return ()
    sections = _SECTION.findall(ending)
    return _texts(sections[-1]) if sections else ()


@lru_cache(maxsize=256)
def _texts(section: bytes) -> tuple[str, ...]:
    found = (_text(stored) for stored in _TEXT.findall(section))
    return tuple(dict.fromkeys(text for text in found if text))


def _text(stored: bytes) -> str:
    try:
        return decode_stored(unescaped(stored.decode("utf-8", "replace")))
    except NotPlain:
        return ""
