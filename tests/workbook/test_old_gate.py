"""The gate of old formats: what hurts is refused in no time, each beside a good file of the same making."""

from __future__ import annotations

import struct
import time

import pytest

import format_samples
from old_files import ods, ods_cell, ods_row, ole, record, xls, xls_stream, xlsb
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.old_formats import read_old
from xlsx_pdca.workbook.old_gate import OldFile, passed
from xlsx_pdca.workbook.parts.kind import suffix_of
from xlsx_pdca.workbook.reader import read_workbook

CELLS = [(1, 1, "御回答"), (3, 2, 28.5)]
ROW = ods_row(ods_cell("御回答"))
GOOD = {
    "xls": xls(CELLS, dimensions=(3, 2)),
    "xlsb": xlsb(CELLS),
    "ods": ods(ROW),
}
OLD, DAMAGED = RefusalCode.OLD_FORMAT, RefusalCode.DAMAGED
HOSTILE, ENCRYPTED = RefusalCode.HOSTILE, RefusalCode.ENCRYPTED
LOOP = ole({"Workbook": xls_stream(CELLS)}, fat={3: 1})
TWO_IN_ONE = ole({"Workbook": xls_stream(CELLS), "Other": b""}, fat={7: 8})
PASSWORD = record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48))
SECRET_MANIFEST = {
    "META-INF/manifest.xml": '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>'
}
CLAIM = struct.pack("<HHIIHH", 0x200, 14, 0, 3, 0, 2)
AT = GOOD["xls"].index("回答".encode("utf-16-le")) - 12
SHEET = GOOD["xls"][AT : AT + 16]
assert CLAIM in GOOD["xls"] and SHEET[:2] == b"\x85\0"
BAD = {
    "chain of sectors that loops": (LOOP, DAMAGED),
    "two streams in one chain": (TWO_IN_ONE, DAMAGED),
    "cut off": (GOOD["xls"][:1500], DAMAGED),
    "more strings than bytes": (
        xls(CELLS, head=record(0xFC, struct.pack("<II", 1, 1 << 31))),
        DAMAGED,
    ),
    "area that ends before it begins": (
        GOOD["xls"].replace(CLAIM, struct.pack("<HHIIHH", 0x200, 14, 9, 3, 0, 2)),
        DAMAGED,
    ),
    "sheet that begins nowhere": (
        GOOD["xls"].replace(SHEET, SHEET[:4] + b"\x07" + SHEET[5:]),
        DAMAGED,
    ),
    "xls with a password": (xls(CELLS, head=PASSWORD), ENCRYPTED),
    "ods with a password": (ods(ROW, more=SECRET_MANIFEST), ENCRYPTED),
    "cells repeated over the whole sheet": (
        ods(ods_row(ods_cell("x", 16_384), repeated=1_048_576)),
        HOSTILE,
    ),
    "cells repeated beyond the sheet": (ods(ods_row(ods_cell("x", 16_385))), HOSTILE),
    "ods with a DTD": (
        ods(ROW, more={"content.xml": '<!DOCTYPE a [<!ENTITY b "c">]><office:document-content/>'}),
        HOSTILE,
    ),
    "ods without contents": (ods(ROW, more={"content.xml": ""}), DAMAGED),
    "row beyond the sheet in xlsb": (xlsb([(4_000_000_000, 1, "x")]), HOSTILE),
}


@pytest.mark.parametrize("kind", GOOD)
def test_good_files_pass(kind: str) -> None:
    """The files all bad ones are made of pass, are told by what they hold, and are read."""
    file = passed(GOOD[kind])
    assert isinstance(file, OldFile)
    assert file.suffix == f".{kind}"
    told = read_workbook(GOOD[kind])
    assert isinstance(told, Refusal) and told.code is OLD and suffix_of(told) == f".{kind}"
    book = read_old(GOOD[kind])
    assert isinstance(book, RawBook)
    assert [(s.name, s.cells[1, 1].text) for s in book.sheets] == [("回答", "御回答")]


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused(name: str) -> None:
    """Refused for the right reason before any other reader sees them, in less than a second."""
    data, code = BAD[name]
    started = time.monotonic()
    for told in (passed(data), read_workbook(data), read_old(data)):
        assert isinstance(told, Refusal)
        assert told.code is code
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "data",
    [
        xls([*CELLS, (65_536, 256, 1.0)]),
        xls(CELLS, dimensions=(65_536, 256)),
        xlsb([*CELLS, (1_048_576, 16_384, 1.0)]),
        ods(ROW + ods_row(repeated=1_048_000) + ods_row("<table:table-cell table:number-columns-repeated='16000'/>", ods_cell("x"))),
    ],
    ids=["far cell in xls", "claimed area of xls", "far cell in xlsb", "far cell in ods"],
)  # fmt: skip
def test_far_cells_are_not_given_to_a_reader_with_dense_tables(data: bytes) -> None:
    """What would take a gigabyte is an old format for LibreOffice; without one the way out is to ask for an .xlsx."""
    file = passed(data)
    assert isinstance(file, OldFile) and file.box > 16_000_000
    told = read_old(data)
    assert isinstance(told, Refusal)
    assert told.code is OLD
    assert "far apart" in told.detail


def test_cells_the_library_would_lose() -> None:
    """Records calamine passes over silently make the file one it must not read alone."""
    told = read_old(xlsb(CELLS, short=True))
    assert isinstance(told, Refusal)
    assert "does not know" in told.detail


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("Pictures/1.png", False),
        ("./Object 1", False),
        ("#回答", False),
        ("http://example.jp/a.png", True),
        ("file:///C:/a.png", True),
        ("//server/share/a.png", True),
        ("\\\\server\\a.png", True),
        ("../a.png", True),
        ("/a.png", True),
    ],
)
def test_links_that_would_be_fetched(target: str, expected: bool) -> None:
    """A picture that lies elsewhere keeps the file from every program; one inside, and a link to click on, do not."""
    names = 'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    click = f'<text:p><text:a {names} xlink:href="https://example.jp/">x</text:a></text:p>'
    picture = f'<draw:image {names} xlink:href="{target}"/>'
    data = ods(ods_row(f"<table:table-cell>{click}{picture}</table:table-cell>"))
    file, told = passed(data), read_workbook(data)
    assert isinstance(file, OldFile) and isinstance(told, Refusal)
    assert file.has_links is expected
    assert told.code is OLD
    assert suffix_of(told) == ("" if expected else ".ods")


def test_an_ole_file_of_another_program_is_no_workbook() -> None:
    """A container without a workbook stream is told apart."""
    told = passed(ole({"Catalog": b"x" * 5000}))
    assert isinstance(told, Refusal)
    assert told.code is RefusalCode.NOT_A_WORKBOOK


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (GOOD["xls"], False),
        (ole({"Workbook": xls_stream(CELLS), "_VBA_PROJECT_CUR": b""}), True),
        (GOOD["ods"], False),
        (
            ods(ROW, more={"Basic/script-lc.xml": "<a/>", "Basic/Standard/Module1.xml": "<a/>"}),
            True,
        ),
    ],
)
def test_macros_are_told(data: bytes, expected: bool) -> None:
    """Whether macros lie in the file is told of every format; nothing runs them."""
    book = read_old(data)
    assert isinstance(book, RawBook)
    assert book.has_macros is expected


def test_samples_of_real_programs_pass() -> None:
    """No file really saved by a program is stopped."""
    for path in format_samples.FOLDER.glob("*.[xo][ld]s*"):
        if path.suffix != ".xlsx" and "password" not in path.name:
            assert isinstance(passed(path.read_bytes()), OldFile), path.name
