"""The reader's cells: each way a value is stored, and the text a person sees."""

from __future__ import annotations

import pytest

from handmade import book, shared_strings, styles
from xlsx_pdca.rawbook import CellType, NumberLook, RawBook, RawCell, Refusal, RefusalCode
from xlsx_pdca.workbook.reader import read_workbook

TEXT, NUMBER = CellType.TEXT, CellType.NUMBER


def cells(rows: str, **more: str) -> dict[tuple[int, int], RawCell]:
    read = read_workbook(book(rows, **more))
    assert isinstance(read, RawBook), read
    return dict(read.sheets[0].cells)


def one(cell: str, **more: str) -> RawCell:
    (only,) = cells(f'<row r="1">{cell}</row>', **more).values()
    return only


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('<c r="A1"><v>28.5</v></c>', RawCell(NUMBER, "28.5")),
        ('<c r="A1"><v>0.28499999999999998</v></c>', RawCell(NUMBER, "0.28499999999999998")),
        ('<c r="A1" t="n"><v>1E-3</v></c>', RawCell(NUMBER, "1E-3")),
        ('<c r="A1" t="b"><v>1</v></c>', RawCell(CellType.BOOLEAN, "1")),
        ('<c r="A1" t="b"><v>false</v></c>', RawCell(CellType.BOOLEAN, "0")),
        ('<c r="A1" t="e"><v>#REF!</v></c>', RawCell(CellType.ERROR, "#REF!")),
        ('<c r="A1" t="e" vm="1"><v>#VALUE!</v></c>', RawCell(CellType.ERROR, "#VALUE!")),
        ('<c r="A1" t="str"><f>B1</f><v>前橋市</v></c>', RawCell(TEXT, "前橋市", formula="B1")),
        ('<c r="A1"><f>B1+1</f><v>3</v></c>', RawCell(NUMBER, "3", formula="B1+1")),
        ('<c r="A1"><f t="shared" si="0"/><v>3</v></c>', RawCell(NUMBER, "3", formula="")),
        ('<c r="A1"><f>LEN(B1)</f></c>', RawCell(TEXT, "", formula="LEN(B1)")),
        ('<c r="A1" t="str"><f>B1</f><v></v></c>', RawCell(TEXT, "", formula="B1")),
        ('<c r="A1" t="inlineStr"><is><t>課題</t></is></c>', RawCell(TEXT, "課題")),
        (
            '<c r="A1" t="d"><v>2026-04-01T12:00:00</v></c>',
            RawCell(NUMBER, "46113.5", NumberLook.DATE),
        ),
    ],
)
def test_stored_value(cell: str, expected: RawCell) -> None:
    """Every type of cell is read with its type, its text as stored and its formula."""
    assert one(cell) == expected


@pytest.mark.parametrize(
    "cell",
    ['<c r="A1" s="0"/>', '<c r="A1" t="s"/>', '<c r="A1" t="inlineStr"><is><t></t></is></c>'],
)
def test_blank_cell(cell: str) -> None:
    """A cell with nothing in it is left out."""
    assert cells(f'<row r="1">{cell}<c r="B1"><v>1</v></c></row>') == {(1, 2): RawCell(NUMBER, "1")}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("<t>包括</t>", "包括"),
        ("<r><t>医療</t></r><r><rPr><b/></rPr><t>Care</t></r>", "医療Care"),
        ('<t>前橋</t><rPh sb="0" eb="2"><t>マエバシ</t></rPh><phoneticPr fontId="1"/>', "前橋"),
        ('<r><t>前</t></r><rPh sb="0" eb="1"><t>マエ</t></rPh><r><t>橋</t></r>', "前橋"),
        ('<t xml:space="preserve">  字下げ\n </t>', "  字下げ\n "),
        ("<t>一行目_x000D_\n二行目</t>", "一行目\n二行目"),
        ("<t>一行目&#13;&#10;二行目&#13;三行目</t>", "一行目\n二行目\n三行目"),
        ("<t>_x005F_x000D_ と打った人</t>", "_x000D_ と打った人"),
        ("<t>_xD83D__xDE00_ _xD83D_</t>", "😀 \ufffd"),
        ("<t>_x005F_x005F_x005F_x000D_ _x12_ _xZZZZ_</t>", "_x005F_x000D_ _x12_ _xZZZZ_"),
        ("<t>𠮷野家😀葛󠄀</t>", "𠮷野家😀葛󠄀"),
        ("<t>=1+1</t>", "=1+1"),
    ],
)
def test_shared_string(item: str, expected: str) -> None:
    """Runs are joined, readings skipped, escapes and line ends undone, nothing is stripped."""
    assert one('<c r="A1" t="s"><v>0</v></c>', strings=shared_strings(item)).text == expected


@pytest.mark.parametrize(
    ("run", "is_struck"),
    [
        ("<strike/>", True),
        ('<strike val="1"/>', True),
        ('<strike val="0"/>', False),
        ("<b/>", False),
    ],
)
def test_a_part_struck_through(run: str, is_struck: bool) -> None:
    """Where a part of a text is struck through, the cell is known, and the text is whole."""
    runs = f"<r><t>残</t></r><r><rPr>{run}</rPr><t>消</t></r>"
    strings = shared_strings("<t>他</t>", runs)
    row = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    own = f'<row r="1"><c r="A1" t="str"><v>他</v></c><c r="B1" t="inlineStr"><is>{runs}</is></c></row>'
    for rows in (row, own):
        read = read_workbook(book(rows, strings=strings))
        assert isinstance(read, RawBook)
        assert read.sheets[0].cells[1, 2].text == "残消"
        assert read.sheets[0].struck == ({(1, 2)} if is_struck else set())


def test_only_the_cell_that_is_struck_through() -> None:
    """Of two equal texts one struck through, in rows written either way; nor does a style do it to its neighbours."""
    strings = shared_strings("<t>○</t>", "<r><rPr><strike/></rPr><t>○</t></r>")
    for index in ("1", " 01 "):
        row = f'<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>{index}</v></c></row>'
        read = read_workbook(book(row, strings=strings))
        assert isinstance(read, RawBook)
        assert [cell.text for cell in read.sheets[0].cells.values()] == ["○", "○"]
        assert read.sheets[0].struck == {(1, 2)}


def test_inline_runs_and_readings() -> None:
    """Texts inside the cell follow the same rules as shared ones."""
    cell = (
        '<c r="A1" t="inlineStr"><is><r><t>前</t></r><r><t>橋</t></r>'
        '<rPh sb="0" eb="2"><t>マエバシ</t></rPh></is></c>'
    )
    assert one(cell).text == "前橋"


def test_white_space_between_elements() -> None:
    """A file laid out for human eyes reads the same."""
    rows = '\n <row r="1">\n  <c r="A1" t="str">\n   <f>B1</f>\n   <v>値</v>\n  </c>\n </row>\n'
    assert cells(rows) == {(1, 1): RawCell(TEXT, "値", formula="B1")}


def test_position_by_order() -> None:
    """Rows and cells without an address stand after the one before."""
    rows = (
        '<row><c><v>1</v></c><c><v>2</v></c></row><row r="5"><c r="C5"><v>3</v></c><c><v>4</v></c></row>'
        "<row><c><v>5</v></c></row>"
    )
    read = {place: cell.text for place, cell in cells(rows).items()}
    assert read == {(1, 1): "1", (1, 2): "2", (5, 3): "3", (5, 4): "4", (6, 1): "5"}


def test_rows_out_of_order() -> None:
    """Only the address counts, not the order in the file."""
    rows = '<row r="3"><c r="B3"><v>3</v></c><c r="A3"><v>1</v></c></row><row r="1"><c r="A1"><v>9</v></c></row>'
    read = {place: cell.text for place, cell in cells(rows).items()}
    assert read == {(3, 2): "3", (3, 1): "1", (1, 1): "9"}


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"/></row>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>',
        '<row r="1"><c r="A2"><v>1</v></c></row>',
        '<row r="1"><c r="?"><v>1</v></c></row>',
        '<row r="x"><c><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>一</v></c></row>',
        '<row r="1"><c r="A1"><v>１</v></c></row>',
        '<row r="1"><c r="A1"><v>NaN</v></c></row>',
        '<row r="1"><c r="A1"><v>1e999</v></c></row>',
        f'<row r="1"><c r="A1"><v>{"9" * 5000}</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" t="zz"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="b"><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="d"><v>令和8年</v></c></row>',
        '<row r="1"><c r="A1" t="2"/></row>',
        '<row r="1"><c r="A1" t=""/></row>',
        '<row r="1"><c r="$A$1"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><v>0</v></c></row>',
        '<row r="1"><c r="A1" t="str"><is><t>a</t></is></c></row>',
        '<row r="1"><c r="A1"><v>1</v><v>2</v></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t><t>b</t></is></c></row>',
        '<row r="1"><c r="A1" t="str"><f>B1</f><f>B2</f><v>a</v></c></row>',
        '<row r="1"><x><c r="A1"><v>1</v></c></x></row>',
        '<row r="1"><c r="A1" t="str"><v>一<x/>二</v></c></row>',
        '<x><row r="1"><c r="A1"><v>1</v></c></row></x>',
        '<row r="1"><c r="A1"><x><v>1</v></x></c></row>',
        '<row r="1"><c r="A1" t="inlineStr"><is><x><t>a</t></x></is></c></row>',
    ],
)
def test_contradictory_cell(rows: str) -> None:
    """A cell that says two things, or nothing that can be read, is reported and never guessed."""
    read = read_workbook(book(rows, strings=shared_strings("<t>a</t>")))
    assert isinstance(read, Refusal)
    assert read.code is RefusalCode.DAMAGED


def test_text_where_no_text_belongs() -> None:
    """A shared string inside an element nobody knows, or twice in one, is damage: other readers show something else."""
    row = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    twice = (
        "<t>a</t><t>b</t>",
        "<r><t>a</t><t>b</t></r>",
    )  # of two texts each reader takes another
    for item in ("<x><t>a</t></x>", "<r><x><t>a</t></x></r>", "<t>a<x/>b</t>", *twice):
        read = read_workbook(book(row, strings=shared_strings(item)))
        assert isinstance(read, Refusal)
        assert read.code is RefusalCode.DAMAGED
    for item in ("<r><t>a</t></r>", "<t>a<!-- --><?x?>b</t>", "<t>a</t><r><t>b</t></r>"):
        assert isinstance(read_workbook(book(row, strings=shared_strings(item))), RawBook)


@pytest.mark.parametrize(
    ("code", "look"),
    [
        (0, NumberLook.PLAIN),
        (1, NumberLook.PLAIN),
        (4, NumberLook.PLAIN),
        (9, NumberLook.PERCENT),
        (10, NumberLook.PERCENT),
        (11, NumberLook.PLAIN),
        (14, NumberLook.DATE),
        (22, NumberLook.DATE),
        (27, NumberLook.DATE),
        (36, NumberLook.DATE),
        (45, NumberLook.DATE),
        (48, NumberLook.PLAIN),
        (49, NumberLook.TEXT),
        (50, NumberLook.DATE),
        (58, NumberLook.DATE),
        (59, NumberLook.PLAIN),
        ("@", NumberLook.TEXT),
        ("0.0%", NumberLook.PERCENT),
        ("#,##0_ ;[Red]-#,##0 ", NumberLook.PLAIN),
        ('#,##0"人日"', NumberLook.PLAIN),
        ('0"回"', NumberLook.PLAIN),
        ('General"月"', NumberLook.PLAIN),
        ("G/標準", NumberLook.PLAIN),
        ('0"day"', NumberLook.PLAIN),
        (r"0\d", NumberLook.PLAIN),
        ("0.00E+00", NumberLook.PLAIN),
        ("[$¥-411]#,##0", NumberLook.PLAIN),
        ("[DBNum3]0", NumberLook.PLAIN),
        ("0;-0;0;@", NumberLook.PLAIN),
        ("yyyy/mm/dd", NumberLook.DATE),
        ("yyyy/m/d;@", NumberLook.DATE),
        ('[$-411]ggge"年"m"月"d"日"', NumberLook.DATE),
        ('[$-ja-JP-x-gannen]ggge"年"m"月"d"日"', NumberLook.DATE),
        ("aaaa", NumberLook.DATE),
        ("[h]:mm", NumberLook.DURATION),
        ('0"万人"', NumberLook.SCALED),
        ('#,##0"千円";[Red]-#,##0"千円"', NumberLook.SCALED),
        ("#,##0,", NumberLook.SCALED),
        ('0.0,,"百"', NumberLook.SCALED),
        ("#,##0", NumberLook.PLAIN),
        ('#,##0"人"', NumberLook.PLAIN),
        ("#,##0_ ", NumberLook.PLAIN),
        ("[ss]", NumberLook.DURATION),
    ],
)
def test_number_look(code: str | int, look: NumberLook) -> None:
    """A number format decides whether a stored number is shown as a date, a percentage or text."""
    cell = one('<c r="A1" s="1"><v>1</v></c>', looks=styles(0, code))
    assert cell == RawCell(NUMBER, "1", look)


def test_look_beyond_the_styles() -> None:
    """A style that does not exist shows the plain number, as spreadsheet programs do."""
    assert one('<c r="A1" s="7"><v>1</v></c>', looks=styles(0)).look is NumberLook.PLAIN
