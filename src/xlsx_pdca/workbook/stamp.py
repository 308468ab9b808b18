"""Stamping: from the master of a plan to the copy of one unit, by filling its slots."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from xlsx_pdca.plan import SLOT
from xlsx_pdca.workbook.package import Entry, entry, joined, unpacked

MAX_ISSUED = 80 * 1024
"""Bytes an issued workbook may have without carried text."""

_SLOTTED = ("xl/sharedStrings.xml", "docProps/custom.xml")
_OPENING = "⟦".encode()
_TEXT = re.compile("<t>([^<]*⟦[^<]*)</t>")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class _Slotted:
    """A part cut at its slots: literal, slot name, literal, …, literal."""

    name: str
    pieces: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> Entry:
        texts = (values[p] if i % 2 else p for i, p in enumerate(self.pieces))
        return entry(self.name, "".join(texts).encode())


@dataclass(frozen=True)
class Master:
    """A master cut once, stamped many times; parts without slots stay deflated."""

    parts: tuple[Entry | _Slotted, ...]

    @classmethod
    def of(cls, package: bytes) -> Master:
        """The master in a package; a slot where none can be filled is our bug and raises ValueError."""
        return cls(tuple(_cut(name, data) for name, data in unpacked(package).items()))

    @cached_property
    def slots(self) -> frozenset[str]:
        """Names of all slots that must be filled."""
        slotted = (part for part in self.parts if isinstance(part, _Slotted))
        return frozenset(name for part in slotted for name in part.pieces[1::2])


def stamp(master: Master, slots: Mapping[str, str]) -> bytes:
    """The unit's copy: same inputs, same bytes; a missing or an unknown slot raises KeyError."""
    if master.slots != slots.keys():
        raise KeyError(f"slots do not match: {sorted(master.slots ^ slots.keys())}")
    values = {name: escaped(text) for name, text in slots.items()}
    return joined(p if isinstance(p, Entry) else p.filled(values) for p in master.parts)


def escaped(text: str) -> str:
    """Text as it stands inside a part: line ends as line feeds, signs XML cannot hold as `_xHHHH_`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    guarded = _LOOKS_ESCAPED.sub("_x005F_", lines)
    legal = _CONTROL.sub(lambda m: f"_x{ord(m[0]):04X}_", guarded)
    return legal.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(name: str, data: bytes) -> Entry | _Slotted:
    if _OPENING not in data:
        return entry(name, data)
    if name not in _SLOTTED:
        raise ValueError(f"slot in {name}, where none is stamped")
    # A filled value may begin or end with a blank, which Excel drops without this attribute.
    text = _TEXT.sub(r'<t xml:space="preserve">\1</t>', data.decode())
    return _Slotted(name, tuple(SLOT.split(text)))
