"""What is refused, each beside the harmless twin that must pass."""

from __future__ import annotations

import io
import struct
import time
import zipfile

import pytest

import old_files
from handmade import (
    HEAD,
    MAIN,
    book,
    parts,
    relationships,
    shared_strings,
    workbook,
    worksheet,
    zipped,
)
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.reader import read_workbook

ROW = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
GOOD = parts(ROW, strings=shared_strings("<t>回答</t>"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def code(data: bytes) -> RefusalCode | None:
    """The refusal's code, or None for a book that was read."""
    read = read_workbook(data)
    return read.code if isinstance(read, Refusal) else None


def test_good_book_passes() -> None:
    """The book all broken ones of this file are made from is read."""
    read = read_workbook(zipped(GOOD))
    assert isinstance(read, RawBook)
    assert read.sheets[0].cells[1, 1].text == "回答"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", RefusalCode.EMPTY),
        (b"%PDF-1.7\n", RefusalCode.DOCUMENT),
        ("団体名,回答\n前橋市,はい\n".encode("cp932"), RefusalCode.NOT_A_WORKBOOK),
        (b"<html><table></table></html>", RefusalCode.NOT_A_WORKBOOK),
        (b"\xff\xd8\xff\xe0" + bytes(90), RefusalCode.DOCUMENT),
        (bytes(4000), RefusalCode.NOT_A_WORKBOOK),
        (old_files.xls([(1, 1, "回答")]), RefusalCode.OLD_FORMAT),
        (OLE + "EncryptedPackage".encode("utf-16-le"), RefusalCode.ENCRYPTED),
        (OLE + "WordDocument".encode("utf-16-le"), RefusalCode.DOCUMENT),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            RefusalCode.OLD_FORMAT,
        ),
        (zipped({"a.txt": "本文"}), RefusalCode.CONTAINER),
        (old_files.ods(old_files.ods_row(old_files.ods_cell("回答"))), RefusalCode.OLD_FORMAT),
    ],
)
def test_other_kinds_of_file(data: bytes, expected: RefusalCode) -> None:
    """The kind of a file is told by its content, and other formats go to their own doors."""
    assert code(data) is expected


def with_part(name: str, text: str) -> bytes:
    return zipped({**GOOD, name: text})


def without_part(name: str) -> bytes:
    return zipped({other: text for other, text in GOOD.items() if other != name})


def test_word_document_is_no_workbook() -> None:
    """An Office package whose main part is no workbook is told apart from a damaged one."""
    word = f'{HEAD}<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>'
    assert code(with_part("xl/workbook.xml", word)) is RefusalCode.NOT_A_WORKBOOK


def test_binary_workbook() -> None:
    """An .xlsb goes through another door."""
    listing = relationships(("rId1", "officeDocument", "xl/workbook.bin"))
    data = zipped({**GOOD, "_rels/.rels": listing, "xl/workbook.bin": b"\x83\x01"})
    assert code(data) is RefusalCode.OLD_FORMAT


@pytest.mark.parametrize(
    "name",
    ["xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"],
)
def test_missing_part(name: str) -> None:
    """A promised part that is missing is damage, never a book with fewer sheets or texts."""
    assert code(without_part(name)) is RefusalCode.DAMAGED


def test_sheet_without_relationship() -> None:
    """One sheet of two without a part refuses the book."""
    both = workbook(("様式", "別紙"))
    assert code(with_part("xl/workbook.xml", both)) is RefusalCode.DAMAGED


@pytest.mark.parametrize("cut", [30, 200, -1, -30])
def test_truncated_file(cut: int) -> None:
    """Half a download is damaged."""
    assert code(zipped(GOOD)[:cut]) is RefusalCode.DAMAGED


def test_flipped_bit() -> None:
    """A change inside a stored part is found by its checksum."""
    data = zipped(GOOD, method=zipfile.ZIP_STORED)
    assert code(data) is None
    assert code(data.replace("回答".encode(), "解答".encode())) is RefusalCode.DAMAGED


def test_broken_xml() -> None:
    """XML that ends too early is damaged."""
    assert code(with_part("xl/worksheets/sheet1.xml", worksheet(ROW)[:-3])) is RefusalCode.DAMAGED


def test_unusual_encoding() -> None:
    """XML in an encoding the standard does not know is damaged, not decoded by guess."""
    text = GOOD["xl/workbook.xml"].replace("UTF-8", "Shift_JIS")
    assert code(with_part("xl/workbook.xml", text)) is RefusalCode.DAMAGED


def test_hidden_columns_outside_the_sheet() -> None:
    """A range of hidden columns is not spread out beyond the last one."""
    hidden = '<cols><col min="1" max="{}" hidden="1"/></cols>'
    assert code(book(before=hidden.format(16384))) is None
    assert code(book(before=hidden.format(2_000_000_000))) is RefusalCode.HOSTILE


def doctype(text: str, declaration: str) -> str:
    return text.replace(HEAD, HEAD + declaration)


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
XXE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("declaration", [BOMB, XXE, "<!DOCTYPE x>"])
@pytest.mark.parametrize("name", [name for name in GOOD if name.endswith((".xml", ".rels"))])
def test_document_type(name: str, declaration: str) -> None:
    """No part may declare a document type, whatever it is for."""
    assert code(with_part(name, doctype(GOOD[name], declaration))) is RefusalCode.HOSTILE


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="4000000000"><c r="A4000000000"><v>1</v></c></row>',
        '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        '<row r="0"><c r="A0"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        '<row r="1"><c r="A99999999999999999999"><v>1</v></c></row>',
    ],
)
def test_far_away_cells(rows: str) -> None:
    """Addresses outside a sheet, and a box no reader can hold, are refused."""
    assert code(book(rows)) is RefusalCode.HOSTILE


def test_last_row_alone() -> None:
    """A stray value in the very last row is an accident, not an attack."""
    rows = (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="F1048576"><v>1</v></c></row>'
    )
    assert code(book(rows)) is None


def test_merged_ranges() -> None:
    """A merge over the whole sheet, or a hundred thousand merges, is refused; a wide one is not."""
    merge = '<mergeCells><mergeCell ref="{}"/></mergeCells>'
    assert code(book(ROW.replace(' t="s"', ""), after=merge.format("A1:J1048576"))) is None
    whole = book(ROW.replace(' t="s"', ""), after=merge.format("A1:XFD1048576"))
    assert code(whole) is RefusalCode.HOSTILE
    many = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 100_010))
    assert code(book(after=f"<mergeCells>{many}</mergeCells>")) is RefusalCode.HOSTILE


def test_deep_nesting() -> None:
    """Elements nested without end are refused, some levels are not."""
    deep = "<a>" * 300 + "</a>" * 300
    assert code(book(before=f"<ext>{deep}</ext>")) is RefusalCode.HOSTILE
    assert code(book(before="<ext>" + "<a>" * 100 + "</a>" * 100 + "</ext>")) is None


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "head", "item", "tail", "count"),
    [
        ("xl/styles.xml", f'<styleSheet xmlns="{MAIN}"><cellXfs>', '<xf numFmtId="0"/>', "</cellXfs></styleSheet>", 100_001),
        ("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">', "<si><t>a</t></si>", "</sst>", 300_001),
        ("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}"><si><t>', "ああああああああ", "</t></si></sst>", 4_000_001),
        ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>', "<row>" + "<c><v>1</v></c>" * 100 + "</row>", "</sheetData></worksheet>", 3_001),
        ("xl/worksheets/sheet1.xml", f'<worksheet xmlns="{MAIN}"><sheetData>', "<row>" + "<c/>" * 1000 + "</row>", "</sheetData></worksheet>", 2_001),
    ],
)  # fmt: skip
def test_too_much_of_it(name: str, head: str, item: str, tail: str, count: int) -> None:
    """Small files that would become large in memory are refused within seconds."""
    listed = relationships(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId8", "sharedStrings", "sharedStrings.xml"),
        ("rId9", "styles", "styles.xml"),
    )
    data = zipped(
        {**GOOD, "xl/_rels/workbook.xml.rels": listed, name: HEAD + head + item * count + tail}
    )
    assert len(data) < 400_000
    assert code(data) is RefusalCode.HOSTILE


def test_same_long_text_in_every_cell() -> None:
    """A text is counted in every cell that shows it, for that is what everyone after us must hold."""
    long = shared_strings(f"<t>{'あ' * 32_000}</t>")
    rows = "".join(
        f'<row r="{r}">' + '<c t="s"><v>0</v></c>' * 11 + "</row>" for r in range(1, 101)
    )
    assert code(book(rows, strings=long)) is RefusalCode.HOSTILE


def test_inflation_bomb() -> None:
    """Inflated bytes are counted by us; a gigabyte in a megabyte stops early."""
    bomb = with_part("xl/worksheets/sheet1.xml", worksheet(" " * (200 << 20)))
    assert len(bomb) < 1 << 20
    started = time.monotonic()
    assert code(bomb) is RefusalCode.HOSTILE
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("more", [0, 1, 100, 258, 300])
def test_a_part_of_any_size_is_read(more: int) -> None:
    """A repetition that crosses the end of a piece of 1 MiB is no damage."""
    around = len(worksheet(""))
    assert (
        code(with_part("xl/worksheets/sheet1.xml", worksheet(" " * ((1 << 20) + more - around))))
        is None
    )


def test_too_many_names_and_sheets() -> None:
    """A hundred thousand names or five thousand sheets are no workbook of this world."""
    names = "".join(f'<definedName name="n{n}">様式!$A$1</definedName>' for n in range(100_001))
    book_part = workbook(after=f"<definedNames>{names}</definedNames>")
    assert code(with_part("xl/workbook.xml", book_part)) is RefusalCode.HOSTILE
    many = workbook(str(n) for n in range(20_000))
    assert code(with_part("xl/workbook.xml", many)) is RefusalCode.HOSTILE


def raw_zip(*entries: tuple[str, bytes]) -> bytes:
    """A zip that may hold an entry twice."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in entries:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            archive.writestr(info, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "xl/worksheets/Sheet1.xml",
        "xl/worksheets/sheet1.xml",
        "../evil.xml",
        "xl/../../evil.xml",
        "/etc/evil.xml",
        "C:/evil.xml",
        "..\\evil.xml",
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_entry_names(name: str) -> None:
    """Twins, climbing and absolute names are refused; one more harmless part is not."""
    content = [(part, text.encode()) for part, text in GOOD.items()]
    assert code(raw_zip(*content, ("xl/media/image1.png", b"x"))) is None
    assert code(raw_zip(*content, (name, b"<x/>"))) is RefusalCode.HOSTILE


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression(method: int) -> None:
    """Only the two methods of the standard are inflated."""
    assert code(zipped(GOOD, method=method)) is RefusalCode.HOSTILE


def test_encrypted_zip_entry() -> None:
    """A zip password is told apart from damage."""
    data = bytearray(zipped(GOOD))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 8, 1)
    assert code(bytes(data)) is RefusalCode.ENCRYPTED


def nested(*, listed: bool) -> bytes:
    """A good book with an entry that holds another whole entry; `listed` if the directory names both."""
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("inner.xml", "<x/>")
        info = archive.getinfo("inner.xml")
    buffer = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("outer.xml", inner.getvalue()[: archive.start_dir])
        if listed:
            outer = archive.getinfo("outer.xml")
            info.header_offset = outer.header_offset + 30 + len("outer.xml")
            archive.filelist.append(info)
    return buffer.getvalue()


def test_overlapping_entries() -> None:
    """Two entries that share their bytes are refused; bytes that merely look like an entry are not."""
    assert code(nested(listed=False)) is None
    assert code(nested(listed=True)) is RefusalCode.HOSTILE


def test_entry_with_two_names() -> None:
    """An entry called otherwise in the directory than at its own head is refused."""
    data = zipped({**GOOD, "one.xml": "<x/>"})
    at = data.rindex(b"one.xml")
    assert code(data) is None
    assert code(data[:at] + b"two.xml" + data[at + 7 :]) is RefusalCode.HOSTILE


def test_lying_sizes() -> None:
    """Declared inflated sizes are not believed: what comes out is counted, and must be what was declared."""
    data = bytearray(zipped(GOOD))
    at = 0
    while (at := data.find(b"PK\x01\x02", at)) >= 0:
        struct.pack_into("<I", data, at + 24, 1)
        at += 4
    assert code(bytes(data)) is RefusalCode.DAMAGED


def test_macros_are_seen() -> None:
    """A macro project is noticed by its part, wherever it lies."""
    read = read_workbook(with_part("xl/vbaProject.bin", "x"))
    plain = read_workbook(zipped(GOOD))
    assert isinstance(read, RawBook) and isinstance(plain, RawBook)
    assert (read.has_macros, plain.has_macros) == (True, False)


@pytest.mark.untraced
def test_a_book_of_ours_may_hold_more() -> None:
    """What is too much for a return is read where the reader is told that the book is one of ours."""
    long = shared_strings(f"<t>{'あ' * 32_000}</t>")
    shown = "".join(
        f'<row r="{r}">' + '<c t="s"><v>0</v></c>' * 11 + "</row>" for r in range(1, 101)
    )
    many = book(ROW, strings=shared_strings(*["<t>a</t>"] * 300_001))
    for data, cells in ((book(shown, strings=long), 1_100), (many, 1)):
        assert isinstance(read_workbook(data), Refusal)
        read = read_workbook(data, times=2)
        assert isinstance(read, RawBook)
        assert len(read.sheets[0].cells) == cells
