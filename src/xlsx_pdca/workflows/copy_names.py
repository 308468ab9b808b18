"""Names of the readable copies of submissions in 50_受領済: as they are given, and as they are known again."""

from __future__ import annotations

import re

from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.store.round_folder import RoundFolder

EARLIER = "以前の控え"
"""Added to a copy made before the ledger was put back to a backup."""

ANY_COPY = re.compile(rf"_第[0-9]+回(_その[0-9]+)?(（変換）)?(_{EARLIER}[0-9]+)?\.xlsx\Z")
"""Every name that is given here; other files in 50_受領済 are the officer's own."""
COPY_OF_ONE_FILE = re.compile(
    r"(?P<unit>[0-9A-Z]{1,8}-[0-9]{1,2})_.*_第(?P<number>[0-9]+)回(（変換）)?\.xlsx\Z"
)
"""Of a submission that is one file."""


def copy_stem(folder: RoundFolder, unit: str, name: str, title: str) -> str:
    """Folder and name of a unit's copies before their number: 50_受領済/事前課題/102016-1_前橋市_事前課題."""
    place = folder.received_of(safe_file_name(title)) / safe_file_name(f"{unit}_{name}_{title}")
    return place.relative_to(folder.root).as_posix()


def readable_copy(stem: str, number: int, *, is_copy: bool, part: int = 0) -> str:
    """Name of a readable copy; one that is not byte for byte what arrived says so.

    `part` counts the files a submission is joined of.
    """
    of_several = f"_その{part}" if part else ""
    return f"{stem}_第{number}回{of_several}{'（変換）' if is_copy else ''}.xlsx"
