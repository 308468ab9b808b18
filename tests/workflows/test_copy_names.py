"""Names of readable copies are known again, and those of the officer's own files are not taken for them."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.workflows.copy_names import (
    ANY_COPY,
    COPY_OF_ONE_FILE,
    EARLIER,
    copy_stem,
    readable_copy,
)

STEM = copy_stem(RoundFolder(Path("round")), "102016-1", "前橋市", "事前課題")


def test_name_of_a_copy() -> None:
    """Form, unit and number stand in the name; part of several files, and conversion, too."""
    first = "50_受領済/事前課題/102016-1_前橋市_事前課題_第1回.xlsx"
    assert readable_copy(STEM, 1, is_copy=False) == first
    assert readable_copy(STEM, 2, is_copy=True, part=3).endswith("_第2回_その3（変換）.xlsx")


@pytest.mark.parametrize("is_copy", [False, True])
@pytest.mark.parametrize("part", [0, 2])
def test_names_given_are_known_again(part: int, *, is_copy: bool) -> None:
    """Each name that is given is known; which unit and number one file had is read from it."""
    name = PurePosixPath(readable_copy(STEM, 12, is_copy=is_copy, part=part))
    assert ANY_COPY.search(name.name) and ANY_COPY.search(f"{name.stem}_{EARLIER}1.xlsx")
    one = COPY_OF_ONE_FILE.match(name.name)
    assert (one and (one["unit"], one["number"])) == (None if part else ("102016-1", "12"))


@pytest.mark.parametrize("own", ["前橋市（電話の記録）.xlsx", "第1回.xlsx", "前橋市_第1回.xls"])
def test_files_of_the_officer_are_no_copies(own: str) -> None:
    """What she keeps beside them under names of her own is left alone."""
    assert not ANY_COPY.search(own)
