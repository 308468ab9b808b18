"""Workbooks behind a password."""

from __future__ import annotations

from collections.abc import Sequence

from xlsx_pdca.contents import Uncovered
from xlsx_pdca.rawbook import Refusal, RefusalCode


def uncovered(data: bytes, secrets: Sequence[str]) -> Uncovered | Refusal:
    """The workbook without its password."""
    return Refusal(RefusalCode.ENCRYPTED, "not opened")
