"""The reader's book: sheets, names, locks, properties, drawings and comments."""

from __future__ import annotations

import io

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment

from handmade import (
    HEAD,
    MAIN,
    OFFICE,
    PACKAGE,
    STRICT_MAIN,
    STRICT_OFFICE,
    book,
    content_types,
    parts,
    relationships,
    workbook,
    worksheet,
    zipped,
)
from xlsx_pdca.cells import Rect
from xlsx_pdca.rawbook import RawBook, RawSheet, Refusal, RefusalCode
from xlsx_pdca.workbook.reader import decode, parse, read_workbook

ONE = '<row r="1"><c r="A1"><v>1</v></c></row>'
COMMENTS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
TEXT = "http://schemas.openxmlformats.org/drawingml/2006/main"
COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def read(data: bytes) -> RawBook:
    result = read_workbook(data)
    assert isinstance(result, RawBook), result
    return result


def sheet(data: bytes) -> RawSheet:
    return read(data).sheets[0]


def written() -> bytes:
    """A book with one of everything, by XlsxWriter."""
    buffer = io.BytesIO()
    master = xlsxwriter.Workbook(buffer)
    first, second = master.add_worksheet("様式1"), master.add_worksheet("It's")
    third = master.add_worksheet("_meta")
    second.hide()
    third.very_hidden()
    first.protect()
    first.merge_range("B2:D3", "結合")
    first.set_row(6, None, None, {"hidden": True})
    first.set_column("F:H", None, None, {"hidden": True})
    first.write_comment("C5", "御確認ください", {"author": "県"})
    first.insert_image("A9", "p.png", {"image_data": io.BytesIO(PIXEL)})
    first.insert_textbox("A20", "課長\n係長")
    master.define_name("pdca_row_J1_01", "='様式1'!$B$2")
    master.define_name("Area", "='It''s'!$A$1:$C$4")
    master.define_name("gone", "=様式1!#REF!")
    master.define_name("two", "=様式1!$A$1,様式1!$C$1")
    master.define_name("様式1!local", "=様式1!$A$1")
    master.set_custom_property("pdca_ticket", "R0801-J-4F2C9A")
    master.set_custom_property("pdca_number", 7)
    master.set_properties({"author": "県"})
    master.close()
    return buffer.getvalue()


def test_sheets() -> None:
    """Names, order and states of all sheets, with the locks and hidden parts of each."""
    sheets = read(written()).sheets
    assert [(s.name, s.state) for s in sheets] == [
        ("様式1", "visible"),
        ("It's", "hidden"),
        ("_meta", "veryHidden"),
    ]
    first, second, _ = sheets
    assert (first.protected, second.protected) == (True, False)
    assert first.merges == (Rect(2, 2, 3, 4),)
    assert first.hidden_rows == {7}
    assert first.hidden_columns == {6, 7, 8}


def test_names() -> None:
    """Workbook-scoped names in lower case; broken ones are told apart, sheet-scoped ones left out."""
    names = read(written())
    assert names.names == {
        "pdca_row_j1_01": ("様式1", Rect(2, 2, 2, 2)),
        "area": ("It's", Rect(1, 1, 4, 3)),
    }
    assert names.broken_names == {"gone", "two"}


def test_names_that_differ_in_case_only() -> None:
    """Nobody can say which of two equal names counts, so it is broken."""
    twins = "".join(
        f'<definedName name="{name}">様式!{cell}</definedName>'
        for name, cell in (("dup", "$A$1"), ("DUP", "$B$1"), ("dup", "$A$1"), ("ok", "$C$1"))
    )
    content = {
        **parts(ONE),
        "xl/workbook.xml": workbook(after=f"<definedNames>{twins}</definedNames>"),
    }
    result = read(zipped(content))
    assert (set(result.names), result.broken_names) == ({"ok"}, {"dup"})


@pytest.mark.parametrize(
    "target", ["[1]様式!$A$1", "他!$A$1", "$A$1", "1+1", "様式!$A:$A", "OFFSET(様式!$A$1,1,1)", ""]
)
def test_name_of_no_rectangle(target: str) -> None:
    """Other books, unknown sheets, constants and formulas are no places."""
    name = f'<definedName name="n">{target}</definedName>'
    content = {
        **parts(ONE),
        "xl/workbook.xml": workbook(after=f"<definedNames>{name}</definedNames>"),
    }
    result = read(zipped(content))
    assert (dict(result.names), result.broken_names) == ({}, {"n"})


def test_properties() -> None:
    """Custom properties of any type as text, and the saving program."""
    result = read(written())
    assert result.properties == {"pdca_ticket": "R0801-J-4F2C9A", "pdca_number": "7"}
    assert result.application == "Microsoft Excel 12.0000"
    assert result.last_modified_by == "県"


@pytest.mark.parametrize("word", ["1", "true"])
def test_structure_lock_and_date_system(word: str) -> None:
    """The lock of the structure and the 1904 date system are read, and absent they are false."""
    inside = f'<workbookPr date1904="{word}"/><workbookProtection lockStructure="{word}"/>'
    content = {**parts(ONE), "xl/workbook.xml": workbook(inside=inside)}
    locked, plain = read(zipped(content)), read(book(ONE))
    assert (locked.structure_locked, locked.date1904) == (True, True)
    assert (plain.structure_locked, plain.date1904) == (False, False)


def test_drawings_and_shape_texts() -> None:
    """Pictures and shapes are counted; the text of a shape is kept line by line."""
    first, second, _ = read(written()).sheets
    assert (first.drawings, first.drawing_texts) == (2, ("課長\n係長",))
    assert (second.drawings, second.drawing_texts) == (0, ())


def with_related(kind: str, target: str, text: str | bytes) -> bytes:
    """A book whose sheet leads to one more part."""
    listing = relationships(("rId1", kind, f"../{target}"))
    return zipped(
        {**parts(ONE), "xl/worksheets/_rels/sheet1.xml.rels": listing, f"xl/{target}": text}
    )


def test_fallback_drawing_is_not_counted_twice() -> None:
    """An object that is stored a second time for older programs counts once."""
    shape = "<x:sp><x:txBody><a:p><a:r><a:t>保健</a:t></a:r><a:br/><a:r><a:t>所</a:t></a:r></a:p></x:txBody></x:sp>"
    anchor = f"<x:twoCellAnchor>{shape}</x:twoCellAnchor>"
    drawing = (
        f'{HEAD}<x:wsDr xmlns:x="{DRAWING}" xmlns:a="{TEXT}" xmlns:mc="{COMPATIBILITY}">'
        f"<mc:AlternateContent><mc:Choice>{anchor}</mc:Choice><mc:Fallback>{anchor}</mc:Fallback>"
        "</mc:AlternateContent></x:wsDr>"
    )
    result = sheet(with_related("drawing", "drawings/drawing1.xml", drawing))
    assert (result.drawings, result.drawing_texts) == (1, ("保健\n所",))


def test_diagram_texts() -> None:
    """An organisation chart drawn as a diagram gives its texts, box by box."""
    diagram = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    boxes = "".join(
        f"<d:pt><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>" for text in ("課", "係")
    )
    content = {
        **parts(ONE),
        "xl/worksheets/_rels/sheet1.xml.rels": relationships(
            ("rId1", "drawing", "../drawings/drawing1.xml")
        ),
        "xl/drawings/drawing1.xml": f'<x:wsDr xmlns:x="{DRAWING}"><x:twoCellAnchor/></x:wsDr>',
        "xl/drawings/_rels/drawing1.xml.rels": relationships(
            ("rId1", "diagramData", "../diagrams/data1.xml")
        ),
        "xl/diagrams/data1.xml": f'<d:dataModel xmlns:d="{diagram}" xmlns:a="{TEXT}">{boxes}</d:dataModel>',
    }
    result = sheet(zipped(content))
    assert (result.drawings, result.drawing_texts) == (1, ("課", "係"))


def test_old_drawing() -> None:
    """Objects that exist in VML only are counted, notes in VML are not."""
    vml = b'<xml><x:ClientData ObjectType="Note"/><br><x:ClientData ObjectType="Pict"/></xml>'
    result = sheet(with_related("vmlDrawing", "drawings/vmlDrawing1.vml", vml))
    assert result.drawings == 1


def test_notes() -> None:
    """The text of a note stands at its cell, whoever wrote the file."""
    master = openpyxl.Workbook()
    master.active["B3"].comment = Comment("県からの連絡\n二行目", "県")
    buffer = io.BytesIO()
    master.save(buffer)
    assert sheet(buffer.getvalue()).comments == ((3, 2, "県からの連絡\n二行目"),)
    assert sheet(written()).comments == ((5, 3, "御確認ください"),)


def test_threaded_comments_replace_their_stand_ins() -> None:
    """A threaded comment is read once, not also as the old note that stands in for it."""
    listing = relationships(
        ("rId1", "comments", "../comments1.xml"),
        ("rId2", "threadedComment", "../threadedComments/threadedComment1.xml"),
    )
    notes = (
        f'{HEAD}<comments xmlns="{MAIN}"><authors><author>tc={{1}}</author><author>県</author></authors>'
        '<commentList><comment ref="A1" authorId="0"><text><t>[スレッド化されたコメント]</t></text></comment>'
        '<comment ref="B2" authorId="1"><text><r><t>連</t></r><r><t>絡</t></r></text></comment>'
        "</commentList></comments>"
    )
    threads = (
        f'{HEAD}<ThreadedComments xmlns="{COMMENTS}"><threadedComment ref="A1"><text>確認済</text>'
        '</threadedComment><threadedComment ref="A1"><text>了解</text></threadedComment></ThreadedComments>'
    )
    content = {
        **parts(ONE),
        "xl/worksheets/_rels/sheet1.xml.rels": listing,
        "xl/comments1.xml": notes,
        "xl/threadedComments/threadedComment1.xml": threads,
    }
    expected = ((2, 2, "連絡"), (1, 1, "確認済"), (1, 1, "了解"))
    assert sheet(zipped(content)).comments == expected


def test_parts_are_found_by_relationship() -> None:
    """No part has to lie, or be spelt, where Excel would put it."""
    content = {
        "[Content_Types].xml": content_types("/buch/Mappe.xml"),
        "_rels/.rels": relationships(("rId7", "officeDocument", "/buch/mappe.xml")),
        "buch/Mappe.xml": workbook(("様式",)),
        "buch/_rels/Mappe.xml.rels": relationships(("rId1", "worksheet", "../tab%20a.xml")),
        "tab a.xml": worksheet(ONE),
    }
    assert sheet(zipped(content)).cells[1, 1].text == "1"


def test_workbook_part_by_content_type() -> None:
    """Without the package's own relationships the content type tells the workbook part."""
    content = parts(ONE)
    del content["_rels/.rels"]
    assert sheet(zipped(content)).cells[1, 1].text == "1"


def test_strict_workbook() -> None:
    """A book saved as Strict Open XML reads like any other."""
    content = parts(ONE, main=STRICT_MAIN)
    content["_rels/.rels"] = content["_rels/.rels"].replace(OFFICE, STRICT_OFFICE)
    listing = "xl/_rels/workbook.xml.rels"
    content[listing] = content[listing].replace(OFFICE, STRICT_OFFICE)
    content["xl/workbook.xml"] = (
        workbook().replace(OFFICE, STRICT_OFFICE).replace(MAIN, STRICT_MAIN)
    )
    assert sheet(zipped(content)).cells[1, 1].text == "1"


def test_prefixed_elements() -> None:
    """Some programs write every element with a prefix."""
    text = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>'
    content = {**parts(), "xl/worksheets/sheet1.xml": text}
    assert sheet(zipped(content)).cells[1, 1].text == "5"


def test_rules_behind_the_cells() -> None:
    """What stands before drop-downs and coloured rules is read, and what stands in them is no cell."""
    after = (
        '<sheetProtection sheet="1"/><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
        '<conditionalFormatting sqref="A1"><cfRule><formula>A1=1</formula></cfRule></conditionalFormatting>'
        '<dataValidations><dataValidation sqref="A1"><formula1>1</formula1></dataValidation></dataValidations>'
    )
    result = sheet(book(ONE, after=after))
    assert (len(result.cells), result.merges, result.protected) == (1, (Rect(1, 1, 1, 2),), True)
    broken = read_workbook(book(ONE, after=after.replace("</dataValidations>", "")))
    assert isinstance(broken, Refusal)
    assert broken.code is RefusalCode.DAMAGED


def test_utf16_part() -> None:
    """A part in UTF-16 is XML too."""
    text = worksheet('<row><c t="str"><v>前橋</v></c></row>').replace("UTF-8", "UTF-16")
    content: dict[str, str | bytes] = {**parts()}
    content["xl/worksheets/sheet1.xml"] = text.encode("utf-16")
    assert sheet(zipped(content)).cells[1, 1].text == "前橋"


def test_chart_sheet() -> None:
    """A sheet that is only a chart stands in the list, without cells."""
    content = parts(ONE)
    content["xl/workbook.xml"] = workbook(("様式", "グラフ"))
    content["xl/_rels/workbook.xml.rels"] = relationships(
        ("rId1", "worksheet", "worksheets/sheet1.xml"),
        ("rId2", "chartsheet", "chartsheets/sheet1.xml"),
    )
    content["xl/chartsheets/sheet1.xml"] = f'{HEAD}<chartsheet xmlns="{MAIN}"/>'
    result = read(zipped(content))
    assert [(s.name, len(s.cells)) for s in result.sheets] == [("様式", 1), ("グラフ", 0)]


def test_many_sheets() -> None:
    """A ministry's workbook of 339 sheets is read, and so is one of 2,000."""
    names = [f"表{n}" for n in range(2_000)]
    content = parts()
    content["xl/workbook.xml"] = workbook(names)
    listed = [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, 2_001)]
    content["xl/_rels/workbook.xml.rels"] = relationships(*listed)
    content |= {f"xl/worksheets/sheet{n}.xml": worksheet(ONE) for n in range(1, 2_001)}
    assert [s.name for s in read(zipped(content)).sheets] == names


def test_crossing_the_pipe_changes_nothing() -> None:
    """What the worker sends equals what the reader read, also for a refusal."""
    for data in (written(), book(ONE), b"", b"%PDF"):
        assert decode(parse(data)) == read_workbook(data)


def test_package_namespace_constant() -> None:
    """The hand-made books use the namespaces of the standard, so that the tests above mean something."""
    assert openpyxl.load_workbook(io.BytesIO(book(ONE)))["様式"]["A1"].value == 1
    assert PACKAGE in content_types()
