"""What `verify` finds: where, what, what to do now, and how grave it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Weight(IntEnum):
    """How grave a trouble is; the gravest decides the exit code."""

    REMARK = 0
    """Worth knowing, nothing is wrong."""
    TO_MEND = 1
    """Something differs from the ledger and can be put right here."""
    LOST = 2
    """Evidence is lost or changed: only a backup, or `rebuild` with what it finds, brings it back."""


@dataclass(frozen=True)
class Trouble:
    weight: Weight
    place: str
    """File or folder below the round folder, with the line or number where there is one."""
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.place}：{self.found}{self.remedy}"
