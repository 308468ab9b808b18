"""The committed archives of real programs: what went in comes out, under its name."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from xlsx_pdca.contents import Contents
from xlsx_pdca.mailbox.containers import open_container
from xlsx_pdca.rawbook import RawBook, RefusalCode
from xlsx_pdca.workbook.reader import read_workbook

SAMPLES = Path(__file__).parents[2] / "samples"
FOLDER = SAMPLES / "archives"
EXPECTED = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


def opened(data: bytes, *secrets: str) -> Contents:
    contents = open_container(data, secrets)
    assert isinstance(contents, Contents)
    assert contents.defects == ()
    return contents


@pytest.mark.parametrize("name", EXPECTED)
def test_a_sample_gives_what_went_in(name: str) -> None:
    """Every file by name, size and digest; without its password a locked one gives no byte."""
    password = EXPECTED[name]["password"]
    data = (FOLDER / name).read_bytes()
    found = {
        part.name: {"size": len(part.data), "sha256": hashlib.sha256(part.data).hexdigest()}
        for part in opened(data, "another", password).parts
        if not part.refusal and not part.defect
    }
    assert found == EXPECTED[name]["parts"]
    if password:
        shut = [part for part in opened(data, "another").parts if part.refusal]
        assert {part.refusal.code for part in shut if part.refusal} == {RefusalCode.ENCRYPTED}
        assert not any(part.data for part in shut)
        assert len(shut) >= len(found) - 1  # 7z locks no empty file


def test_a_return_is_reached_through_all_its_covers() -> None:
    """Out of an archive within an archive, and behind a password, it is the workbook it was."""
    nested = opened((FOLDER / "7z-nested.zip").read_bytes())
    inner = {part.name: part.data for part in nested.parts}
    for name in ("zip-utf8.zip", "7z-aes256.zip"):
        parts = {part.name: part.data for part in opened(inner[name], "gunma-2026").parts}
        book = parts["回答/前橋市.xlsx"]
        told = EXPECTED[name]["parts"]["回答/前橋市.xlsx"]
        assert hashlib.sha256(book).hexdigest() == told["sha256"]
        assert isinstance(read_workbook(book), RawBook)


def test_each_sample_is_named_and_expected() -> None:
    """None lies there unread, and the README says where each comes from."""
    assert {path.name for path in FOLDER.glob("*.zip")} == set(EXPECTED)
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in FOLDER.iterdir() if f"archives/{path.name}" not in readme] == []
