"""Returns with everything people put into a workbook: pictures, shapes, comments of both kinds, drop-downs, controls."""

from __future__ import annotations

import functools
import io
import tempfile
import zipfile
from pathlib import Path

import xlsxwriter

import books
from handmade import HEAD, MAIN, OFFICE
from packages import DRAWING, TEXT, changed, part_of, png, relation, relations, rels_of

THREADED = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
PERSON = "{0C0E7B1C-0000-4000-8000-000000000001}"
THREAD = "{0C0E7B1C-0000-4000-8000-000000000002}"
PURPOSE, PRESENT = ("purpose", "daily", ""), ("present", "daily", "")
NOTED, TALKED = ("purpose", "discharge", ""), ("purpose", "sudden", "")
"""Answers with a note of the sender, and with a threaded comment."""
THEIRS = "係長確認済み。\n数字は9月末現在です。"
SAID = "来年度に見直す予定です。"


def filled() -> bytes:
    """The small form filled by openpyxl with good answers."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filled.xlsx"
        books.fill_with_openpyxl(books.ANSWERS, path)
        return path.read_bytes()


@functools.cache
def rich() -> bytes:
    """The filled form with a picture, a shape, a note and a threaded comment on the sheet of the scenes."""
    sheet = books.sheet_name(PURPOSE)
    data = filled()
    part = part_of(data, sheet)
    anchor = (
        "<x:from><x:col>1</x:col><x:colOff>0</x:colOff><x:row>1</x:row><x:rowOff>0</x:rowOff></x:from>"
        "<x:to><x:col>2</x:col><x:colOff>0</x:colOff><x:row>3</x:row><x:rowOff>0</x:rowOff></x:to>"
    )
    picture = (
        f"<x:twoCellAnchor>{anchor}<x:pic><x:nvPicPr><x:cNvPr id='2' name='図 1'/><x:cNvPicPr/></x:nvPicPr>"
        "<x:blipFill><a:blip r:embed='rId1'/><a:stretch><a:fillRect/></a:stretch></x:blipFill>"
        "<x:spPr><a:prstGeom prst='rect'><a:avLst/></a:prstGeom></x:spPr></x:pic><x:clientData/></x:twoCellAnchor>"
    )
    shape = (
        f"<x:twoCellAnchor>{anchor}<x:sp macro='' textlink=''><x:nvSpPr><x:cNvPr id='3' name='吹き出し 2'/><x:cNvSpPr/></x:nvSpPr>"
        "<x:spPr><a:prstGeom prst='wedgeRectCallout'><a:avLst/></a:prstGeom></x:spPr>"
        "<x:txBody><a:bodyPr/><a:p><a:r><a:t>ここは医師会と相談中</a:t></a:r></a:p></x:txBody></x:sp>"
        "<x:clientData/></x:twoCellAnchor>"
    )
    drawing = f'{HEAD}<x:wsDr xmlns:x="{DRAWING}" xmlns:a="{TEXT}" xmlns:r="{OFFICE}">{picture}{shape}</x:wsDr>'
    added: dict[str, str | bytes] = {
        "xl/media/image9.png": png(9),
        "xl/drawings/drawing9.xml": drawing,
        rels_of("xl/drawings/drawing9.xml"): relations(relation("image", "../media/image9.png")),
        "xl/comments9.xml": _notes(),
        "xl/drawings/vmlDrawing9.vml": _boxes(),
        "xl/threadedComments/threadedComment9.xml": _thread(),
        "xl/persons/person.xml": _persons(),
        rels_of(part): relations(
            relation("drawing", "../drawings/drawing9.xml"),
            relation("vmlDrawing", "../drawings/vmlDrawing9.vml"),
            relation("comments", "../comments9.xml"),
            'Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"'
            ' Target="../threadedComments/threadedComment9.xml"',
        ),
    }

    def with_objects(xml: str) -> str:
        end = xml.rindex("</worksheet>")
        tail = f'<drawing xmlns:r="{OFFICE}" r:id="rId1"/><legacyDrawing xmlns:r="{OFFICE}" r:id="rId2"/>'
        return xml[:end] + tail + xml[end:]

    changes = {
        part: with_objects,
        "[Content_Types].xml": _with_types,
        "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
            "</Relationships>",
            '<Relationship Id="rId99" Target="persons/person.xml"'
            ' Type="http://schemas.microsoft.com/office/2017/10/relationships/person"/></Relationships>',
        ),
    }
    return changed(data, changes, added)


def _with_types(xml: str) -> str:
    office = "application/vnd.openxmlformats-officedocument"
    overrides = {
        "/xl/drawings/drawing9.xml": f"{office}.drawing+xml",
        "/xl/comments9.xml": f"{office}.spreadsheetml.comments+xml",
        "/xl/threadedComments/threadedComment9.xml": "application/vnd.ms-excel.threadedcomments+xml",
        "/xl/persons/person.xml": "application/vnd.ms-excel.person+xml",
    }
    stated = "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in overrides.items())
    stated += '<Default Extension="png" ContentType="image/png"/>'
    stated += f'<Default Extension="vml" ContentType="{office}.vmlDrawing"/>'
    return xml.replace("</Types>", f"{stated}</Types>")


def cell_of(address: books.Address) -> str:
    """A1 of an answer in the untouched form."""
    return books.planned(address).rect.a1.partition(":")[0]


def _notes() -> str:
    notice = f"[Threaded comment]\n\nYour version of Excel…\n\nComment:\n    {SAID}"
    runs = "<r><rPr><b/><sz val='9'/></rPr><t>係長確認済み。</t></r><r><t xml:space='preserve'>\n数字は9月末現在です。</t></r>"
    return (
        f'{HEAD}<comments xmlns="{MAIN}"><authors><author>赤城 花子</author><author>tc={THREAD}</author></authors>'
        f'<commentList><comment ref="{cell_of(NOTED)}" authorId="0"><text>{runs}</text></comment>'
        f'<comment ref="{cell_of(TALKED)}" authorId="1"><text><t>{notice}</t></text></comment>'
        '<comment ref="A1" authorId="0"><text><t>別の欄のメモ</t></text></comment></commentList></comments>'
    )


def _boxes() -> str:
    """As Excel writes it; the `<br>` of a control is no well-formed XML."""
    places = [books.spot(NOTED), books.spot(TALKED), (1, 1)]
    shapes = "".join(
        f'<v:shape id="_x0000_s{1025 + n}" type="#_x0000_t202" style=\'position:absolute;\n'
        'margin-left:59pt;margin-top:1pt;width:108pt;height:59pt;z-index:1;visibility:hidden\' fillcolor="#ffffe1">'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        "<x:Anchor>\n 5, 15, 1, 10, 7, 15, 5, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
        for n, (row, column) in enumerate(places)
    )
    control = (
        '<v:shape id="_x0000_s1040" type="#_x0000_t201"><v:textbox><div>確認<br>済み</div></v:textbox>'
        '<x:ClientData ObjectType="Checkbox"><x:Anchor>1, 1, 1, 1, 2, 2, 2, 2</x:Anchor></x:ClientData></v:shape>'
    )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml"\n xmlns:o="urn:schemas-microsoft-com:office:office"\n'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
        '<o:idmap v:ext="edit" data="1"/></o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600"'
        ' o:spt="202" path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/></v:shapetype>'
        f"{shapes}{control}</xml>"
    )


def _thread() -> str:
    return (
        f'{HEAD}<ThreadedComments xmlns="{THREADED}"><threadedComment ref="{cell_of(TALKED)}" dT="2026-10-01T09:00:00.00"'
        f' personId="{PERSON}" id="{THREAD}"><text>{SAID}</text></threadedComment></ThreadedComments>'
    )


def _persons() -> str:
    return (
        f'{HEAD}<personList xmlns="{THREADED}"><person displayName="赤城 花子" id="{PERSON}"'
        ' userId="a" providerId="None"/></personList>'
    )


@functools.cache
def foreign() -> bytes:
    """A workbook XlsxWriter makes with much of what Excel knows: nothing of it is ours."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    first, second = book.add_worksheet("集計"), book.add_worksheet("it's 表")
    pale = book.add_format({"bg_color": "#DDEEFF", "num_format": "0.0%", "border": 1})
    bold = book.add_format({"bold": True, "font_color": "#880000"})
    first.write_row(0, 0, ["項目", "値", "率"])
    for row in range(1, 9):
        first.write(row, 0, f"項目{row}")
        first.write(row, 1, row * 1.5)
        first.write(row, 2, row / 10, pale)
    first.write_formula("B12", "=SUM(B2:B9)", bold, 54)
    first.merge_range("E3:G6", "結合", pale)
    first.conditional_format("B2:B9", {"type": "data_bar"})
    first.conditional_format("A2:A9", {"type": "no_blanks", "format": bold})
    first.data_validation("A2:A9", {"validate": "list", "source": ["甲", "乙"]})
    first.write_comment("B3", "送り主のメモ", {"author": "前橋市"})
    first.insert_button("I2", {"caption": "押す"})
    first.insert_textbox("I8", "図形の文字")
    first.insert_image("K2", "dot.png", {"image_data": io.BytesIO(png(3))})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=集計!$B$2:$B$9"})
    first.insert_chart("K12", chart)
    first.repeat_rows(0)
    first.set_header("&L&Gh", {"image_left": "dot.png", "image_data_left": io.BytesIO(png(4))})
    second.write("C3", "表の外")
    second.add_table("A1:B4", {"columns": [{"header": "甲"}, {"header": "乙"}]})
    second.print_area("A1:C9")
    second.set_column("D:D", 20, bold)
    second.write_url("A8", "https://example.com/", string="例")
    second.activate()
    second.autofilter("F1:G3")
    book.define_name("全体", "=集計!$A$1:$C$9")
    book.define_name("集計!局所", "=集計!$A$1")
    book.close()
    return buffer.getvalue()


def unzipped(data: bytes) -> dict[str, bytes]:
    """Every part by its name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
