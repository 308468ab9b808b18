"""Each rule of the lint finds its one broken package; the sound package beside it passes."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

import small_form
from xlsx_pdca.workbook.lint import lint_package
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.package import packed, unpacked
from xlsx_pdca.workbook.stamp import Master, stamp

Parts = dict[str, bytes]

SHEET = "xl/worksheets/sheet2.xml"
BOOK = "xl/workbook.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"


@pytest.fixture(scope="module")
def sound() -> Parts:
    master = Master.of(write_master(small_form.plan(), created=small_form.CREATED))
    return unpacked(stamp(master, small_form.slots_for(master.slots)))


def put(part: str, pattern: str, new: str) -> Callable[[Parts], Parts]:
    """A change of the first place that matches; it must match."""

    def change(parts: Parts) -> Parts:
        text, count = re.subn(pattern, new, parts[part].decode(), count=1)
        assert count == 1, f"{pattern} is not in {part}"
        return parts | {part: text.encode()}

    return change


def without(part: str) -> Callable[[Parts], Parts]:
    return lambda parts: {name: data for name, data in parts.items() if name != part}


MERGE = "</mergeCells>"
NAMES = "</definedNames>"
LONG = "字" * 256

BROKEN: dict[str, tuple[Callable[[Parts], Parts], str]] = {
    "overlapping merges": (put(SHEET, r'<mergeCell [^>]*>', r"\g<0>\g<0>"), "overlaps"),
    "merge of one cell": (put(SHEET, r'<mergeCell ref="[^"]+"', '<mergeCell ref="ZZ9"'), "of one cell"),
    "merge count": (put(SHEET, r'<mergeCells count="[0-9]+"', '<mergeCells count="1"'), "merges: count"),
    "duplicate name": (
        put(BOOK, NAMES, r"<definedName name='PDCA_ROW_S1_01'>'様式１'!$A$7</definedName></definedNames>"),
        "pdca_row_s1_01: defined 2 times",
    ),
    "name like a cell": (
        put(BOOK, NAMES, r"<definedName name='Q1'>'様式１'!$A$7</definedName></definedNames>"),
        "Q1: not a legal name",
    ),
    "name like R1C1": (
        put(BOOK, NAMES, r"<definedName name='R1C1'>'様式１'!$A$7</definedName></definedNames>"),
        "R1C1: not a legal name",
    ),
    "name with a blank": (
        put(BOOK, NAMES, r"<definedName name='a b'>'様式１'!$A$7</definedName></definedNames>"),
        "a b: not a legal name",
    ),
    "name that points nowhere": (
        put(BOOK, NAMES, r"<definedName name='lost'>#REF!</definedName></definedNames>"),
        "lost: points nowhere",
    ),
    "literal list too long": (
        put(SHEET, r"<formula1>pdca_list_01</formula1>", f'<formula1>"{LONG}"</formula1>'),
        "literal list longer",
    ),
    "list of an unknown name": (
        put(SHEET, r"<formula1>pdca_list_01</formula1>", "<formula1>nobody</formula1>"),
        "unknown name nobody",
    ),
    "prompt too long": (put(SHEET, r' prompt="', f' prompt="{LONG}'), "prompt longer than 255"),
    "prompt title too long": (
        put(SHEET, r' promptTitle="', f' promptTitle="{"字" * 32}'),
        "promptTitle longer than 32",
    ),
    "error text too long": (put(SHEET, r' error="', f' error="{LONG}'), "error longer than 255"),
    "validation count": (
        put(SHEET, r'<dataValidations count="[0-9]+"', '<dataValidations count="99"'),
        "validations: count",
    ),
    "two validations on a cell": (
        put(SHEET, r'(<dataValidation [^>]*sqref=")([^"]+)(".*?<dataValidation [^>]*sqref=")[^"]+', r"\1\2\3\2"),
        "validation",
    ),
    "same cell twice": (put(SHEET, r'(<c r="[A-Z]+[0-9]+")(.*?)<c r="[A-Z]+[0-9]+"', r"\1\2\1"), "twice"),
    "row twice": (put(SHEET, r'<row r="3"', '<row r="2"'), "row 2 twice"),
    "row too high": (put(SHEET, r' ht="[0-9.]+"', ' ht="613"'), "higher than 409"),
    "column too wide": (put(SHEET, r' width="[0-9.]+"', ' width="256"'), "wider than 255"),
    "text too long": (put(STRINGS, r"提出期限", "字" * 32_768), "longer than 32767"),
    "all sheets hidden": (
        lambda parts: parts
        | {BOOK: re.sub(rb'<sheet name="([^"]+)" sheetId', rb'<sheet name="\1" state="hidden" sheetId',
                        parts[BOOK].replace(b' state="veryHidden"', b""))},
        "all sheets hidden",
    ),
    "active sheet hidden": (
        put(BOOK, r'<workbookView ', '<workbookView activeTab="5" '),
        "active sheet is hidden",
    ),
    "sheet name too long": (put(BOOK, r'name="組織図"', f'name="{"図" * 32}"'), "not a legal sheet"),
    "sheet name with a colon": (put(BOOK, r'name="組織図"', 'name="図:表"'), "not a legal sheet"),
    "two sheets of one name": (put(BOOK, r'name="組織図"', 'name="組織表"'), "named 2 times"),
    "style index": (put(SHEET, r' s="[0-9]+"', ' s="999"'), "style index"),
    "shared string index": (
        put(SHEET, r't="s"><v>[0-9]+</v>', 't="s"><v>9999</v>'),
        "shared string out of range",
    ),
    "look of a rule": (put(SHEET, r'dxfId="[0-9]+"', 'dxfId="99"'), "look out of range"),
    "broken formula": (put(SHEET, r"<f>IF\(", "<f>IF(("), "broken formula"),
    "formula with an equals sign": (put(SHEET, r"<f>", "<f>="), "broken formula"),
    "footer too long": (put(SHEET, r"<oddFooter>", f"<oddFooter>{LONG}"), "longer than 255"),
    "malformed XML": (put(SHEET, r"</sheetData>", ""), "malformed XML"),
    "missing part": (without(SHEET), "missing part xl/worksheets/sheet2.xml"),
    "missing content type": (
        put("[Content_Types].xml", r'<Override PartName="/xl/worksheets/sheet2.xml"[^>]*/>', ""),
        "sheet2.xml: no content type",
    ),
    "open slot": (put(STRINGS, r"前橋市", "⟦unit⟧"), "an open slot"),
    "type for a missing part": (
        put("[Content_Types].xml", r'(<Override PartName="/xl/worksheets/sheet)2', r"\g<1>99"),
        "type for the missing part xl/worksheets/sheet99.xml",
    ),
    "no content types": (without("[Content_Types].xml"), "no [Content_Types].xml"),
    "no cell": (put(SHEET, r'<c r="[A-Z]+[0-9]+"', '<c r="ZZZZ1"'), "is no cell"),
    "inline text too long": (
        put(SHEET, r'(<c r="[A-Z]+[0-9]+" s="[0-9]+") t="s"><v>[0-9]+</v>',
            rf'\1 t="inlineStr"><is><t>{"字" * 32_768}</t></is>'),
        "text longer than 32767",
    ),
    "widths overlap": (put(SHEET, r'<col min="2" max="2"', '<col min="1" max="2"'), "widths overlap"),
    "drop-down without a list": (
        put(SHEET, r"<formula1>pdca_list_01</formula1>", "<formula1></formula1>"),
        "no list",
    ),
    "broken rule": (put(SHEET, r'(<cfRule [^>]*><formula>)', r'\1"'), "conditional format: broken"),
    "closing bracket too many": (put(SHEET, r"<f>", "<f>)("), "broken formula"),
    "no workbook": (without(BOOK), "no xl/workbook.xml"),
}  # fmt: skip


def test_a_sound_package_passes(sound: Parts) -> None:
    """The control for all broken ones: nothing is found."""
    assert lint_package(packed(sound)) == ()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_broken_package_is_found(sound: Parts, rule: str) -> None:
    """The one change is reported, in words that name it."""
    change, words = BROKEN[rule]
    faults = lint_package(packed(change(sound)))
    assert any(words in fault for fault in faults), faults


def test_a_part_stored_twice_is_found(sound: Parts) -> None:
    """Two parts of one name: programs disagree which one counts."""
    buffer = io.BytesIO(packed(sound))
    with zipfile.ZipFile(buffer, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.writestr(SHEET, sound[SHEET])
    assert lint_package(buffer.getvalue()) == (f"package: {SHEET} stored twice",)


def test_something_else_than_a_package_is_found() -> None:
    """Bytes that are no zip give a fault, no exception."""
    assert lint_package(b"PDCA") == ("package: not a zip file",)


def test_an_ordinary_workbook_passes() -> None:
    """A workbook with a picture-free table, links, dates and a chart, not ours, is found sound."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        sheet = book.add_worksheet("売上")
        sheet.write_row(0, 0, ("月", "額", "税"))
        sheet.write_column(1, 0, (1, 2, 3))
        sheet.write_url(6, 0, "https://example.jp/a?b=c")
        sheet.write_formula(7, 0, "=SUM('売上'!A2:A4)", None, 6)
        sheet.add_table(0, 0, 3, 2, {"columns": [{"header": h} for h in ("月", "額", "税")]})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "='売上'!$A$2:$A$4"})
        sheet.insert_chart("E2", chart)
        sheet.write_comment("A1", "覚え書き")
    assert lint_package(buffer.getvalue()) == ()
