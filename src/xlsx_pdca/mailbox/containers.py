"""What stands in a mail or an archive, by its content alone."""

from __future__ import annotations

from collections.abc import Sequence

from xlsx_pdca.contents import Contents
from xlsx_pdca.rawbook import Refusal, RefusalCode


def open_container(data: bytes, secrets: Sequence[str]) -> Contents | Refusal:
    """The parts of a container; `secrets` are passwords to try."""
    return Refusal(RefusalCode.CONTAINER, "not opened")
