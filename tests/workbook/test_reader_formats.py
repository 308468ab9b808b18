"""Relatives of the plain .xlsx: strict, templates, macro books; each is read as the book it was made of."""

from __future__ import annotations

import importlib.util
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
import xlsxwriter

from books import issued, raw
from format_samples import data_of, taken, truth
from survival import samples
from xlsx_pdca.rawbook import RawBook

ROOT = Path(__file__).parents[2]
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
PROGRAM = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def tool() -> ModuleType:
    """The tool that made the samples, which knows the namespaces of both kinds."""
    spec = importlib.util.spec_from_file_location(
        "make_formats", ROOT / "tools" / "make_formats.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def repacked(data: bytes, swap: tuple[str, str], more: Mapping[str, bytes]) -> bytes:
    """The package with one content type exchanged and parts added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            part = old.read(info)
            if info.filename == "[Content_Types].xml":
                assert swap[0].encode() in part
                part = part.replace(*(each.encode() for each in swap))
            new.writestr(info.filename, part)
        for name, part in more.items():
            new.writestr(name, part)
    return out.getvalue()


def test_strict_sample() -> None:
    """A strict return is read exactly like the transitional one it was made of: names, property and all."""
    loose = raw((samples.FOLDER / "jizen" / "openpyxl.xlsx").read_bytes())
    assert raw(data_of("strict.xlsx")) == loose
    assert loose.properties and loose.names
    outcome = taken(loose)
    assert outcome.said() == truth()
    assert outcome.proved
    assert outcome.codes == ()


def test_strict_surroundings() -> None:
    """Comments, pictures, text boxes, styles and merges of a strict book are seen too."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("回答")
        sheet.merge_range("A1:B2", "結合")
        sheet.write_number("C3", 0.285, book.add_format({"num_format": "0.0%"}))
        sheet.write_comment("C3", "覚え書き")
        sheet.insert_textbox("E5", "図の文字")
    loose = raw(out.getvalue())
    assert loose.sheets[0].comments and loose.sheets[0].drawing_texts == ("図の文字",)
    data = tool().strict(out.getvalue())
    assert b"purl.oclc.org" in zipfile.ZipFile(io.BytesIO(data)).read("xl/workbook.xml")
    assert raw(data) == loose


@pytest.mark.parametrize(
    "kind",
    [
        "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml",
        "application/vnd.ms-excel.template.macroEnabled.main+xml",
        PROGRAM,
    ],
)
def test_templates_and_macro_books(kind: str) -> None:
    """.xltx, .xltm and .xlsm are read like the .xlsx; the type alone is no macro."""
    assert raw(repacked(issued(), (SHEET, kind), {})) == raw(issued())


def test_macros_are_told() -> None:
    """A part with macros is told and changes nothing else that is read."""
    book = raw(repacked(issued(), (SHEET, PROGRAM), {"xl/vbaProject.bin": b"\xd0\xcf"}))
    assert isinstance(book, RawBook)
    assert book == replace(raw(issued()), has_macros=True)


def test_every_sample_is_listed() -> None:
    """Each sample of a format stands in the table of origins, and all together stay small."""
    readme = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    files = list((ROOT / "samples" / "formats").iterdir())
    assert [path.name for path in files if f"formats/{path.name}" not in readme] == []
    assert sum(path.stat().st_size for path in files) < 520_000
