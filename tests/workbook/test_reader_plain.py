"""Rows cut out by a pattern and rows read by the parser: the same book, or the same refusal, for any bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable
from contextlib import contextmanager

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from handmade import HEAD, MAIN, parts, shared_strings, styles, worksheet, zipped
from xlsx_pdca.rawbook import RawBook, Refusal
from xlsx_pdca.workbook.parts import sheet, strings
from xlsx_pdca.workbook.parts.plain import NotPlain, PlainSheet, plain_strings, unescaped
from xlsx_pdca.workbook.reader import read_workbook

STRINGS = shared_strings("<t>長所</t>", '<t xml:space="preserve"> a &amp; b\n</t>', "<t/>")
LOOKS = styles("@", "0%", 14)

VALUES = st.sampled_from(
    ("1", "0", "2", "28.5", "前橋市", "a&amp;b", "&lt;", "&#10;", "&#x1F642;", "&#0;", "&nbsp;", "&", "]]>", "", " ", "\r\n", "a\rb", "\x01", "\ufffe", "_x000D_", "<b/>", "<!-- x -->", "<![CDATA[x]]>", "𠮷")
)  # fmt: skip
TYPES = st.sampled_from(
    ("", ' t="s"', ' t="str"', ' t="n"', ' t="b"', ' t="e"', ' t="inlineStr"', ' t="zz"')
)
REFERENCES = st.sampled_from(
    ("A1", "B1", "C1", "B2", "XFD1", "XFE1", "a1", "$A$1", "A01", "A0", "AAAA1", "1", "A", "")
)
EXTRAS = st.sampled_from(("", "", "", ' s="1"', ' s="9"', ' cm="1"', ' s="1" s="2"', ' x:y="1"'))
FORMULAS = st.sampled_from(
    ("", "", "<f>A1&amp;B1</f>", "<f/>", '<f t="shared" si="0"/>', '<f aca="false">1</f>', '<f t="a" t="b">1</f>', "<f>1</f><f>2</f>", '<f t="shared" ref="A1:A2" ca="1" si="0">LEN(B1)</f>')
)  # fmt: skip


@st.composite
def cells(draw: st.DrawFn) -> str:
    head = f'<c r="{draw(REFERENCES)}"{draw(EXTRAS)}{draw(TYPES)}'
    value = draw(VALUES)
    inside = draw(
        st.sampled_from(
            (
                f"<v>{value}</v>",
                f"<is><t>{value}</t></is>",
                "<v/>",
                "",
                f"<v>{value}</v><v>1</v>",
                f"<is><r><t>{value}</t></r></is>",
                f"\n<v>{value}</v>\n",
            )
        )
    )
    return draw(st.sampled_from((f"{head}/>", f"{head}>{draw(FORMULAS)}{inside}</c>")))


ROW_HEADS = st.sampled_from(
    (
        'r="1"',
        'r="1"',
        'r="2" spans="1:3"',
        'r="1" hidden="1"',
        'r="0"',
        'r="1048577"',
        "",
        'r="1" r="1"',
        'r="1" x14ac:dyDescent="0.2"',
        'r="1" xmlns="other"',
        'spans="1:2" r="3"',
    )
)
ROWS = st.lists(
    st.tuples(ROW_HEADS, st.lists(cells(), max_size=4), st.booleans()).map(
        lambda row: f"<row {row[0]}/>" if row[2] else f"<row {row[0]}>{''.join(row[1])}</row>"
    ),
    max_size=4,
).map("".join)
GOOD_ROW = '<row r="9"><c r="A9" t="s"><v>0</v></c><c r="B9" s="1"/></row>'


@contextmanager
def by_the_parser_alone() -> Iterable[None]:
    """Every part is too large for a pattern."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (sheet, strings):
            patch.setattr(module, "gathered", lambda chunks: (None, chunks))
        yield


def assert_same(data: bytes) -> RawBook | Refusal:
    usual = read_workbook(data)
    with by_the_parser_alone():
        assert usual == read_workbook(data)
    return usual


@given(ROWS)
@example(GOOD_ROW)
@example(f'<row r="1"><c r="A1"><v>1</v></c></row></sheetData><sheetData>{GOOD_ROW}')
@example(f"<!-- {GOOD_ROW} </sheetData> -->{GOOD_ROW}")
@example(f"{GOOD_ROW}</row>")
@example(f'<row r="1">{GOOD_ROW}')
@example(f'{GOOD_ROW}<row r="10" hidden="1"/>')
def test_any_rows(rows: str) -> None:
    """Whatever stands in the rows, both ways read the same or refuse for the same reason."""
    for content in (rows, GOOD_ROW + rows):
        assert_same(zipped(parts(content, strings=STRINGS, looks=LOOKS)))


@given(st.binary(min_size=1, max_size=4), st.integers(0, 10**6), st.booleans())
def test_any_damage(patch: bytes, at: int, overwrites: bool) -> None:
    """A few bytes changed anywhere in the sheet or the strings change nothing about that."""
    content = parts(GOOD_ROW, strings=STRINGS, looks=LOOKS)
    for name in ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"):
        good = content[name].encode()
        place = at % len(good)
        rest = good[place + len(patch) :] if overwrites else good[place:]
        assert_same(zipped({**content, name: good[:place] + patch + rest}))


@pytest.mark.parametrize(
    "item",
    [
        '<t>前橋</t><rPh sb="0" eb="2"><t>マエバシ</t></rPh><phoneticPr fontId="1"/>',
        "<r><t>前</t></r><r><t>橋</t></r>",
        "<t>a</t><t>b</t>",
        "<t>&bad;</t>",
        "<t>a</t>x",
        '<t xml:lang="ja">a</t>',
    ],
)
def test_strings(item: str) -> None:
    """Strings with readings are cut out; formatted and damaged ones are left to the parser."""
    rows = '<row r="1"><c r="A1" t="s"><v>1</v></c></row>'
    assert_same(zipped(parts(rows, strings=shared_strings("<t>長所</t>", item))))


@pytest.mark.parametrize(
    "part",
    [
        worksheet(GOOD_ROW).replace("UTF-8", "iso-8859-1"),
        worksheet(GOOD_ROW).replace("UTF-8", "Shift_JIS"),
        "\ufeff" + worksheet(GOOD_ROW),
        worksheet(GOOD_ROW, main="http://example.jp/other"),
        worksheet(GOOD_ROW).replace(HEAD, "<!DOCTYPE worksheet>"),
        worksheet(GOOD_ROW).replace("<worksheet", '<?pi <sheetData> ?><worksheet'),
        worksheet(GOOD_ROW, before=GOOD_ROW),
        worksheet(GOOD_ROW, after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>'),
        worksheet(GOOD_ROW, after="<mergeCells>"),
        f'{HEAD}<x:worksheet xmlns:x="{MAIN}"><sheetData>{GOOD_ROW}</sheetData></x:worksheet>',
    ],
)  # fmt: skip
def test_around_the_rows(part: str) -> None:
    """Encoding, namespace, DTD and what stands around the rows are judged by the parser in both ways."""
    content = parts(strings=STRINGS, looks=LOOKS)
    assert_same(zipped({**content, "xl/worksheets/sheet1.xml": part}))


def by_openpyxl() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["長所", 1, "=LEN(A1)", " a & b\n", None, True])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def by_xlsxwriter() -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["長所", 1, " a & b\n", True])
        page.write_formula(1, 0, "=A1&B1", None, "長所1")
        page.set_row(3, 40)
    return buffer.getvalue()


@pytest.mark.parametrize("written", [by_openpyxl, by_xlsxwriter])
def test_usual_files_are_plain(written: Callable[[], bytes]) -> None:
    """What programs really write takes the quick way; without this test it could be lost unnoticed."""
    data = written()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        plain = PlainSheet(archive.read("xl/worksheets/sheet1.xml"))
        assert sum(row.width for row in plain) >= 5
        assert b"<sheetData" in plain.around()
        if written is by_xlsxwriter:  # the other one writes its texts inline
            assert plain_strings(archive.read("xl/sharedStrings.xml"))[0]
    assert isinstance(assert_same(data), RawBook)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("&amp;lt;", "&lt;"), ("&#65;&#x41;&quot;", 'AA"'), ("a &lt; b &amp;&amp; c", "a < b && c")],
)
def test_entities(written: str, meant: str) -> None:
    """Each entity is replaced once."""
    assert unescaped(written) == meant


@pytest.mark.parametrize("written", ["&nbsp;", "&", "&#0;", "&#xD800;", "&#xFFFE;", "&#1114112;"])
def test_what_is_no_entity(written: str) -> None:
    """Anything else is left to the parser, which refuses it."""
    with pytest.raises(NotPlain):
        unescaped(written)
