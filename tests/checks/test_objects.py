"""What is no text in a cell: pictures, embedded files, links, page texts; kept, told once, never taken for an answer."""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook import Workbook

import books
import packages
from handmade import HEAD
from xlsx_pdca.cells import a1
from xlsx_pdca.checks import Relation, compare, read_return
from xlsx_pdca.checks.locked import PICTURE
from xlsx_pdca.checks.objects import LINK, PAGE
from xlsx_pdca.findings import Grade, Reader
from xlsx_pdca.submission import Reading
from xlsx_pdca.workflows.decide import since_before

FIRST, CHART, SCENES = "様式１", "組織図", "様式２"
POPULATION, AGEING = ("population", "", ""), ("ageing", "", "")
STRENGTHS, PURPOSE = ("strengths", "", ""), ("purpose", "daily", "")
RED, BLUE = packages.png(90), packages.png(180)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A good return as openpyxl saves it."""
    path: Path = tmp_path_factory.mktemp("good") / "return.xlsx"
    books.fill_with_openpyxl(books.ANSWERS, path)
    return path.read_bytes()


def read(data: bytes) -> Reading:
    return read_return(books.raw(data), books.plan(), books.slots())


def codes(data: bytes) -> list[str]:
    return [finding.code for finding in read(data).findings]


def cell(address: books.Address) -> str:
    return a1(*books.spot(address))


def by_openpyxl(data: bytes, change: Callable[[Workbook], object]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_relation(data: bytes, sheet: str, row: str, **added: str | bytes) -> bytes:
    listing = packages.rels_of(packages.part_of(data, sheet))
    more = {name.replace("__", "/"): content for name, content in added.items()}
    return packages.changed(data, {}, {listing: packages.relations(row), **more})


def test_good_return_has_no_finding(good: bytes) -> None:
    """The control of this file: nothing is told about a good return, and no picture is known of it."""
    reading = read(good)
    assert (reading.findings, reading.strays, reading.media, reading.suggestions) == (
        (),
        (),
        (),
        (),
    )


def test_picture_in_an_answer_cell_is_asked(good: bytes) -> None:
    """Excel stores #VALUE! where a picture stands in the cell: the sender is told so, and asked for text."""
    data = packages.with_picture_in_cell(good, FIRST, cell(STRENGTHS), RED)
    (finding,) = read(data).findings
    assert (finding.code, finding.grade, finding.address) == ("STR30", Grade.MUST, STRENGTHS)
    assert "画像" in finding.sentence() and "#VALUE!" not in finding.sentence()
    assert read(data).drawings[-1] == (FIRST, 1)


def test_broken_formula_is_no_picture(good: bytes) -> None:
    """#VALUE! without a picture stays what it is, also where the cell holds another rich value."""

    def broken(xml: str) -> str:
        return packages.in_cell(xml, cell(STRENGTHS), 't="e" vm="1"', "<v>#VALUE!</v>")

    data = packages.changed(good, {packages.part_of(good, FIRST): broken})
    assert codes(data) == ["STR11"]


def test_picture_in_a_cell_of_the_chart_is_the_chart(good: bytes) -> None:
    """On 組織図 a picture in a cell is what was wanted: counted, hashed, no finding."""
    reading = read(packages.with_picture_in_cell(good, CHART, "A1", RED))
    assert [f.code for f in reading.findings if f.code != "STR08"] == []
    assert reading.drawings == ((CHART, 1),)
    assert [stray.text for stray in reading.strays] == [PICTURE]


def test_picture_of_wps_office_is_a_picture(good: bytes) -> None:
    """WPS Office writes a formula that only it knows; its text is no answer."""
    wps = '<f>_xlfn.DISPIMG("ID_1",1)</f><v>=DISPIMG("ID_1",1)</v>'
    data = packages.changed(
        good,
        {
            packages.part_of(good, FIRST): lambda x: packages.in_cell(
                x, cell(STRENGTHS), 't="str"', wps
            )
        },
        {
            "xl/cellimages.xml": f'{HEAD}<etc:cellImages xmlns:etc="http://www.wps.cn/officeDocument"/>'
        },
    )
    assert codes(data) == ["STR30"]


def test_pictures_on_the_chart_are_hashed_and_elsewhere_told(good: bytes) -> None:
    """Pictures are known by their bytes; on a sheet for answers the officer is told of them."""
    chart = read(packages.with_pictures(good, CHART, RED, BLUE))
    assert (chart.findings, chart.drawings) == ((), ((CHART, 2),))
    assert len(set(chart.media[0][1])) == 2
    (finding,) = read(packages.with_pictures(good, SCENES, RED)).findings
    assert (finding.code, finding.entry.reader) == ("STR34", Reader.OFFICER)


def test_a_picture_laid_over_an_empty_answer_is_asked_for_as_text(good: bytes) -> None:
    """Many lay a picture over the field: where nothing is written under it, it is their answer, and nobody can read it."""

    def laid(over: tuple[int, int], data: bytes) -> bytes:
        return packages.with_pictures(data, FIRST, RED, at=over)

    place, spot = cell(STRENGTHS), books.spot(STRENGTHS)
    empty = by_openpyxl(good, lambda book: book[FIRST].__setitem__(place, None))
    assert codes(empty) == ["ANS01"]  # the control: without the picture the question is open
    (asked,) = [f for f in read(laid(spot, empty)).findings if f.grade is Grade.MUST]
    assert (asked.code, asked.address, asked.cell) == ("STR30", STRENGTHS, place)
    assert codes(laid(spot, good)) == ["STR34"]  # what is written there is the answer
    assert "STR30" not in codes(laid((1, 1), empty))


def corner(tag: str, row: int, column: int, down: float = 0, across: float = 0) -> str:
    """A corner of an anchor: row and column from 1, points into the cell."""
    return (
        f"<x:{tag}><x:col>{column - 1}</x:col><x:colOff>{int(across * 12700)}</x:colOff>"
        f"<x:row>{row - 1}</x:row><x:rowOff>{int(down * 12700)}</x:rowOff></x:{tag}>"
    )


def by_size(start: str, height: float, width: float) -> str:
    size = f'<x:ext cx="{int(width * 12700)}" cy="{int(height * 12700)}"/>'
    return f"<x:oneCellAnchor>{start}{size}PICTURE</x:oneCellAnchor>"


@pytest.mark.parametrize(
    ("rows", "columns", "is_told"),
    [
        ((0, 1), (0, 1), True),
        ((-1, 1), (0, 1), True),
        ((-1, 1), (-1, 1), True),
        ((0, 2), (-1, 0.4), True),
        ((0, 1), (0.3, 0.9), True),
        ((0, 0.5), (0.2, 0.8), True),
        ((-1, 0.05), (0, 1), False),
        ((0, 1), (-1, 0.1), False),
        ((-2, -1), (0, 1), False),
        ((1.2, 2), (0, 1), False),
    ],
)
@pytest.mark.parametrize("inserted", [0, 3])
def test_a_picture_over_a_good_part_of_an_empty_answer(
    good: bytes,
    rows: tuple[float, float],
    columns: tuple[float, float],
    is_told: bool,
    inserted: int,
) -> None:
    """Wherever its corner begins; one that only touches the field, or lies beside it, is no answer."""
    # `rows` and `columns`: where it lies, in heights and widths of the field, 0 its beginning and 1 its end
    place, (top, left) = cell(STRENGTHS), books.spot(STRENGTHS)
    plan = books.plan()
    (answer,) = (a for a in plan.answers if a.address == STRENGTHS)
    sheet = plan.sheet(answer.sheet)

    def emptied(book: Workbook) -> None:
        book[FIRST][place] = None
        if inserted:
            book[FIRST].insert_rows(1, inserted)

    empty = by_openpyxl(good, emptied)
    above, before = sum(sheet.heights[: top - 1]), _points(sheet.widths[: left - 1])
    height = sum(sheet.heights[top - 1 : answer.rect.bottom])
    width = _points(sheet.widths[left - 1 : answer.rect.right])
    down, across = max(above + rows[0] * height, 0), max(before + columns[0] * width, 0)
    size = above + rows[1] * height - down, before + columns[1] * width - across
    row, down = _at(down, sheet.heights)
    column, across = _at(across, [_points([each]) for each in sheet.widths])
    start = corner("from", row + inserted, column, down, across)
    laid = packages.with_pictures(empty, FIRST, RED, anchor=by_size(start, *size))
    assert ("STR30" in codes(laid)) is is_told


def _points(widths: Sequence[float]) -> float:
    """Points of columns so many digits wide, at 11 pixels a digit and 7 between."""
    return sum((11 * each + 7) * 0.75 for each in widths)


def _at(distance: float, sizes: Sequence[float]) -> tuple[int, float]:
    """The row or column at a distance, and how far into it."""
    for number, size in enumerate(sizes, 1):
        if distance < size:
            return number, max(distance, 0)
        distance -= size
    return len(sizes) + 1, distance


def test_a_picture_between_two_corners_and_one_by_distance(good: bytes) -> None:
    """The other two ways to anchor a picture; one whose second corner is far away hides nothing beside it."""
    place, (top, left) = cell(STRENGTHS), books.spot(STRENGTHS)
    empty = by_openpyxl(good, lambda book: book[FIRST].__setitem__(place, None))
    (answer,) = (a for a in books.plan().answers if a.address == STRENGTHS)
    sheet, rect = books.plan().sheet(answer.sheet), answer.rect
    across = f"{corner('from', top - 1, left)}{corner('to', rect.bottom + 1, rect.right + 1)}"
    above = f"{corner('from', 1, left)}{corner('to', top - 1, rect.right + 1)}"
    y, x = (
        int(12700 * each)
        for each in (sum(sheet.heights[: top - 1]), _points(sheet.widths[: left - 1]))
    )
    anchors = {
        f"<x:twoCellAnchor>{across}PICTURE</x:twoCellAnchor>": True,
        f"<x:twoCellAnchor>{above}PICTURE</x:twoCellAnchor>": False,
        f'<x:absoluteAnchor><x:pos x="{x}" y="{y - 9000}"/><x:ext cx="4000000" cy="900000"/>PICTURE</x:absoluteAnchor>': True,
        '<x:absoluteAnchor><x:pos x="0" y="0"/><x:ext cx="400000" cy="90000"/>PICTURE</x:absoluteAnchor>': False,
        "<x:absoluteAnchor><x:pos/><x:ext/>PICTURE</x:absoluteAnchor>": False,
    }
    for anchor, is_told in anchors.items():
        laid = packages.with_pictures(empty, FIRST, RED, anchor=anchor)
        assert ("STR30" in codes(laid)) is is_told, anchor


def test_another_picture_is_noticed(good: bytes) -> None:
    """Files that differ in the picture alone are no twins, and a resubmission tells it; the same picture is the same."""
    red, same, blue = (
        read(packages.with_pictures(good, CHART, picture))
        for picture in (RED, packages.png(90), BLUE)
    )
    assert compare(red, same).relation is Relation.EQUAL
    assert since_before(red, same, [books.plan()], number=1) == ()
    assert compare(red, blue).relation is Relation.CONFLICT
    (finding,) = since_before(red, blue, [books.plan()], number=1)
    assert (finding.code, dict(finding.context)["labels"]) == ("STR37", "「組織図」の図")
    both = read(packages.with_pictures(good, CHART, RED, BLUE))
    assert compare(red, both).relation is Relation.NEWER_IS_FULLER
    assert [f.code for f in since_before(red, both, [books.plan()], number=1)] == ["ARR12"]
    assert [f.code for f in since_before(both, red, [books.plan()], number=1)] == [
        "ARR12",
        "ARR08",
    ][1:]


def test_embedded_file_is_told(good: bytes) -> None:
    """A Word file inside the workbook is named by its kind: nobody has read it."""
    row = packages.relation("package", "../embeddings/Microsoft_Word_Document.docx")
    data = with_relation(
        good, SCENES, row, **{"xl__embeddings__Microsoft_Word_Document.docx": b"PK\x03\x04 a"}
    )
    reading = read(data)
    (finding,) = reading.findings
    assert (finding.code, dict(finding.context)["places"]) == ("STR31", "Word文書")
    assert len(reading.media[0][1]) == 1


@pytest.mark.parametrize(
    ("target", "found"),
    [
        ("file:///\\\\server\\share\\組織図.xlsx", ["STR33"]),
        ("別紙.docx", ["STR33"]),
        ("https://www.example.jp/plan", []),
        ("mailto:choju@city.example.jp", []),
    ],
)
def test_link_to_a_file_is_told(good: bytes, target: str, found: list[str]) -> None:
    """A link to a file leads to what did not come along; one to the web is only kept."""
    data = with_relation(good, FIRST, packages.relation("hyperlink", target, outside=True))
    reading = read(data)
    assert [f.code for f in reading.findings] == found
    assert [(s.cell, s.text) for s in reading.strays] == [(LINK, target)]


def test_formula_into_another_book_is_told(good: bytes) -> None:
    """The stored result counts, and the officer learns that its source is elsewhere."""

    def linked(xml: str, formula: str) -> str:
        inside = f"<f>{formula}</f><v>連携が続いている</v>"
        return packages.in_cell(xml, cell(STRENGTHS), 't="str"', inside)

    part = packages.part_of(good, FIRST)
    outside, inside = (
        packages.changed(good, {part: functools.partial(linked, formula=formula)})
        for formula in ("'[1]控え'!$B$3", "B3&amp;&quot;[1]&quot;")
    )
    assert codes(outside) == ["STR32"]
    assert codes(inside) == ["STR12"]


def test_page_texts_are_kept(good: bytes) -> None:
    """What was written into a header or footer is kept and told; page numbers and the form's title are not."""

    def written(book: Workbook) -> None:
        book[SCENES].oddHeader.center.text = "5月9日修正版 & 差し替え"
        book[FIRST].oddFooter.center.text = "Page &P of &N"

    reading = read(by_openpyxl(good, written))
    (finding,) = reading.findings
    assert (finding.code, finding.sheet) == ("STR38", SCENES)
    assert [(s.cell, s.text) for s in reading.strays] == [(PAGE, "5月9日修正版 & 差し替え")]


@pytest.mark.parametrize("way", ["hidden", "filtered", "flat", "folded", "column"])
def test_answers_nobody_sees_are_told(good: bytes, way: str) -> None:
    """Rows hidden by hand, by a filter, by height 0 or in a closed group, and columns of width 0."""
    row, column = books.spot(PURPOSE)

    def hide(book: Workbook) -> None:
        sheet = book[SCENES]
        if way == "filtered":
            sheet.auto_filter.ref = "A1:H40"
        if way == "folded":
            sheet.row_dimensions.group(row, row, hidden=True)
        elif way not in ("flat", "column"):
            sheet.row_dimensions[row].hidden = True

    def flatten(xml: str) -> str:
        wanted = {"column": rf'<col [^>]*min="{column}"[^>]*>', "flat": rf'<row r="{row}"[^>]*>'}
        if way not in wanted:
            return xml
        sized = re.compile(r' (width|ht)="[^"]*"')
        return re.sub(wanted[way], lambda tag: sized.sub(r' \1="0"', tag[0]), xml, count=1)

    data = by_openpyxl(good, hide)
    assert codes(packages.changed(data, {packages.part_of(data, SCENES): flatten})) == ["STR16"]
    low = by_openpyxl(good, lambda b: setattr(b[SCENES].row_dimensions[row], "height", 9))
    assert codes(low) == []


def test_comment_whose_thread_was_lost_is_kept(good: bytes) -> None:
    """A program that drops threaded comments leaves their stand-in: its text is then all there is."""
    notice = "[Threaded comment]\n\nYour version of Excel allows you to read this.\n\nComment:\n    数字は9月末です"
    data = by_openpyxl(
        good, lambda b: setattr(b[FIRST]["B9"], "comment", Comment(notice, "tc={7F2A}"))
    )
    reading = read(data)
    assert [f.code for f in reading.findings] == ["STR17"]
    assert [stray.text for stray in reading.strays] == ["数字は9月末です"]


def test_added_sheet_with_a_picture_alone_is_told(good: bytes) -> None:
    """A sheet of their own that holds nothing but a drawing is an added sheet like any other."""
    added = by_openpyxl(good, lambda b: b.create_sheet("体制図"))
    assert codes(added) == []
    assert codes(packages.with_pictures(added, "体制図", RED)) == ["STR34", "STR18"]


def test_numbers_and_durations_in_text_fields_are_asked(good: bytes) -> None:
    """A telephone number that became a number lost its zero; 30:00 is 30 hours, not a day in 1900."""

    def typed(number_format: str, value: float) -> Reading:
        def write(book: Workbook) -> None:
            book[SCENES][cell(PURPOSE)].number_format = number_format
            book[SCENES][cell(PURPOSE)].value = value

        return read(by_openpyxl(good, write))

    (number,) = typed("General", 272231111).findings
    assert (number.code, number.grade) == ("ANS23", Grade.SHOULD)
    assert typed("@", 272231111).findings == ()
    duration = typed("[h]:mm", 1.25)
    assert [f.code for f in duration.findings] == ["ANS30"]
    assert next(a.raw for a in duration.answers if a.address == PURPOSE) == "30:00:00"


def test_changed_formula_is_told(good: bytes) -> None:
    """A counter that calculates something else is told to the officer; one a program wrote anew is not."""
    place = next(c for c in books.plan().sheet("s1").cells if c.formula and "LEN" in c.formula)
    at = a1(place.rect.top, place.rect.left)

    def rewritten(formula: str) -> bytes:
        return by_openpyxl(good, lambda book: setattr(book[FIRST][at], "value", f"={formula}"))

    assert codes(rewritten('IF(1=1,"済","")')) == ["STR35"]
    moved = re.sub(r"\$E:\$E", "$E$1:$E$1048576", place.formula)
    assert moved != place.formula
    assert codes(rewritten(moved)) == []


def test_added_names_change_nothing(good: bytes) -> None:
    """Names that a copy from elsewhere brought along are no finding and lead no answer astray."""

    def name(book: Workbook) -> None:
        for title, to in (("集計範囲", "$A$1:$C$9"), ("pdca_ans_other", "$B$2")):
            book.defined_names[title] = openpyxl.workbook.defined_name.DefinedName(
                title, attr_text=f"'{FIRST}'!{to}"
            )

    assert read(by_openpyxl(good, name)).answers == read(good).answers
    assert codes(by_openpyxl(good, name)) == []


# -- looks that say something else than what is stored -------------------------------------


def struck(book: Workbook, place: str, *, partly: bool) -> None:
    """An answer struck through as officers do in Excel: the cell, or a part of its text."""
    cell = book[FIRST][place]
    if partly:
        line = TextBlock(InlineFont(strike=True), "消した文")
        cell.value = CellRichText("残した文、", line)
    else:
        cell.font = Font(strike=True)


@pytest.mark.parametrize("partly", [False, True])
def test_an_answer_struck_through_is_asked_about(good: bytes, partly: bool) -> None:
    """What is struck out is neither taken for an answer unseen nor dropped."""
    data = by_openpyxl(good, lambda book: struck(book, cell(STRENGTHS), partly=partly))
    reading = read(data)
    (asked,) = [f for f in reading.findings if f.grade is Grade.MUST]
    assert (asked.code, asked.address) == ("STR52", STRENGTHS)
    (answer,) = [a for a in reading.answers if a.address == STRENGTHS]
    assert answer.raw == ("残した文、消した文" if partly else books.ANSWERS[STRENGTHS])


@pytest.mark.parametrize("code", ['0"万人"', '#,##0"千人"', "#,##0,"])
def test_a_number_that_shows_another_size_is_asked_about(good: bytes, code: str) -> None:
    """33 under a format that shows 33万人: which of the two is meant only the sender knows."""

    def shown(book: Workbook, code: str) -> None:
        book[FIRST][cell(POPULATION)].value = 33
        book[FIRST][cell(POPULATION)].number_format = code

    assert codes(by_openpyxl(good, lambda book: shown(book, '#,##0"人"'))) == []
    reading = read(by_openpyxl(good, lambda book: shown(book, code)))
    (asked,) = reading.findings
    assert (asked.code, asked.grade, asked.address) == ("STR51", Grade.MUST, POPULATION)
    (answer,) = [a for a in reading.answers if a.address == POPULATION]
    assert (answer.raw, answer.value) == ("33", "")


@pytest.mark.parametrize(
    ("value", "code", "quoted"),
    [(0.2855, "0.0%", "28.55%"), (0.285, "0.0%", ""), (28.55, "0.0", "28.55")],
)
def test_a_rate_is_quoted_as_it_is_seen(good: bytes, value: float, code: str, quoted: str) -> None:
    """Under a percent format a hundred times what is stored is seen: that is what its sender is asked about."""

    def shown(book: Workbook) -> None:
        book[FIRST][cell(AGEING)].value = value
        book[FIRST][cell(AGEING)].number_format = code

    asked = read(by_openpyxl(good, shown)).findings
    assert [dict(f.context)["found"] for f in asked] == ([quoted] if quoted else [])


@pytest.mark.parametrize(
    ("place", "value", "code", "found"),
    [
        (POPULATION, 326918, ";;;", ("STR51", "326918", "空欄")),
        (POPULATION, 326918, '"把握していない"', ("STR51", "326918", "「把握していない」")),
        (POPULATION, 33, '[>1000]#,##0"人";0"万人"', ("STR51", "33", "「33万人」")),
        (POPULATION, 1033, '[>1000]#,##0"人";0"万人"', None),
        (STRENGTHS, "長所", ";;;", ("STR53", "長所", "空欄")),
        (STRENGTHS, "長所", "0;-0;0;@", None),
    ],
)
def test_what_is_seen_is_told_beside_what_is_stored(
    good: bytes,
    place: books.Address,
    value: int | str,
    code: str,
    found: tuple[str, str, str] | None,
) -> None:
    """Words, nothing or another number on the screen: both are quoted; what shows as it is stored is not asked about."""

    def shown(book: Workbook) -> None:
        book[FIRST][cell(place)].value = value
        book[FIRST][cell(place)].number_format = code

    asked = read(by_openpyxl(good, shown)).findings
    if found is None:
        assert asked == ()
        return
    (told,) = asked
    assert (told.code, dict(told.context)["found"], dict(told.context)["shown"]) == found
    assert told.address == place
    assert found[1] in told.sentence() and found[2] in told.sentence()
