"""Marked copies compared part by part with the return they were made of; the judges are zipfile, lxml and openpyxl."""

from __future__ import annotations

import functools
import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

import books
import handmade
from agile import encrypted
from packages import changed, part_of
from rich_returns import (
    NOTED,
    PRESENT,
    PURPOSE,
    SAID,
    TALKED,
    cell_of,
    foreign,
    rich,
    unzipped,
)
from xlsx_pdca.cells import Rect, a1, parse_a1
from xlsx_pdca.plan import Style
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.workbook.lint import lint_package
from xlsx_pdca.workbook.marking import (
    PARSER,
    Cover,
    Mark,
    Unsafe,
    decode,
    marked,
    parse,
    question,
)
from xlsx_pdca.worker import Worker

SAMPLES = sorted(
    path for path in (Path(__file__).parents[2] / "samples" / "returns").glob("*/*.xlsx")
)
COVER = Cover(
    title="御確認いただきたい点",
    lead=("御返送いただき、ありがとうございました。",),
    closing=("お電話での御回答でも結構です。",),
    author="群馬県 地域包括ケア推進室",
    ticket="R0801-S-4F2C9A-102016-1-01-7K3M9QXA",
    unit="前橋市",
)
NAME = "御確認いただきたい点"
MAIN = f"{{{handmade.MAIN}}}"
SCENES = books.sheet_name(PURPOSE)
POINTS = (
    Mark(1, SCENES, cell_of(PURPOSE), "空欄のようです。御確認をお願いします。", "目的"),
    Mark(2, SCENES, cell_of(NOTED), "前回と同じ御回答です。よろしいでしょうか。", "目的"),
    Mark(3, SCENES, cell_of(TALKED), "「=119」は式ではなく文でしょうか。", "目的"),
    Mark(4, "様式１", cell_of(("strengths", "", "")), "続きがあればお知らせください。"),
    Mark(5, "組織図", "", "図が見当たりません。"),
    Mark(6, "", "", "記入者のお名前が名簿と異なります。"),
)
FOREIGN_POINTS = (
    Mark(1, "集計", "B3", "桁が一つ多いようです。"),
    Mark(2, "集計", "F4", "結合されたセルです。"),
    Mark(3, "it's 表", "D30", "まだないセルです。"),
)


def made(data: bytes, points: Iterable[Mark] = POINTS) -> bytes:
    copy = marked(data, tuple(points), COVER)
    assert isinstance(copy, bytes), copy
    return copy


def sample_points(data: bytes) -> tuple[Mark, ...]:
    """Marks on the first answers of the two forms of the samples."""
    names = re.findall(r'<sheet [^>]*name="([^"]+)"', unzipped(data)["xl/workbook.xml"].decode())
    wanted = (
        ("様式1", "D23"),
        ("様式1", "D30"),
        ("様式2", "F7"),
        ("様式2", "D10"),
        ("当日課題", "D9"),
    )
    return tuple(
        Mark(n, sheet, cell, f"{n}番目の点です。御確認ください。")
        for n, (sheet, cell) in enumerate(wanted, 1)
        if sheet in names
    )


RETURNS: Mapping[str, tuple[Callable[[], bytes], Callable[[bytes], tuple[Mark, ...]]]] = {
    "rich": (rich, lambda _: POINTS),
    "foreign": (foreign, lambda _: FOREIGN_POINTS),
    **{f"{p.parent.name}-{p.stem}": (p.read_bytes, sample_points) for p in SAMPLES},
}
some_returns = pytest.mark.parametrize(
    "name", ["rich", "foreign", "jizen-libreoffice", "jizen-gnumeric", "tojitsu-sheetjs"]
)
every_return = pytest.mark.parametrize("name", RETURNS)


@functools.cache
def loaded(data: bytes) -> openpyxl.Workbook:
    """The book as openpyxl reads it; nobody changes it."""
    return openpyxl.load_workbook(io.BytesIO(data))


@functools.cache
def pair(name: str) -> tuple[bytes, bytes, tuple[Mark, ...]]:
    """A return, its marked copy, and the marks."""
    make, points = RETURNS[name]
    before = make()
    marks = points(before)
    return before, made(before, marks), marks


# -- what stays ----------------------------------------------------------------------------


def rels_of_sheet(part: str) -> str:
    folder, name = posixpath.split(part)
    return f"{folder}/_rels/{name}.rels"


@every_return
def test_every_part_not_meant_to_change_is_the_same_bytes(name: str) -> None:
    """Pictures, shapes, charts, texts, themes, tables, threads: each inflated part is equal byte for byte."""
    before, after, marks = pair(name)
    old, new = unzipped(before), unzipped(after)
    touched = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    touched |= {posixpath.join("xl", _styles_part(before))}
    for mark in marks:
        if mark.cell:
            part = part_of(before, mark.sheet)
            touched |= {part, rels_of_sheet(part), *_comment_parts(old, part)}
    assert {part for part in old if not part.endswith("/")} <= new.keys()
    differing = {part for part in old if part in new and old[part] != new[part]} - touched
    for part in differing:  # a sheet that was selected may lose that one attribute
        assert re.sub(rb'\s+tabSelected="(1|true)"', b"", old[part], count=1) == new[part], part
    assert all(part.startswith("xl/worksheets/") for part in differing)


def _styles_part(data: bytes) -> str:
    rels = unzipped(data)["xl/_rels/workbook.xml.rels"].decode()
    found = re.search(r'<Relationship [^>]*relationships/styles"[^>]*>', rels)
    assert found
    target = re.search(r'Target="([^"]+)"', found[0])
    assert target
    return target[1].removeprefix("/xl/")


def _comment_parts(parts: Mapping[str, bytes], sheet: str) -> set[str]:
    rels = parts.get(rels_of_sheet(sheet), b"").decode()
    targets = re.findall(r'Target="([^"]*(?:comments|vmlDrawing)[^"]*)"', rels, re.IGNORECASE)
    folder = posixpath.dirname(sheet)
    found = {posixpath.normpath(posixpath.join("/", folder, each)).lstrip("/") for each in targets}
    return {each for each in found if "threaded" not in each}


@every_return
def test_marked_sheets_differ_in_the_marked_cells_only(name: str) -> None:
    """Without styles of marked cells, our rule, places of rules and the comments' drawing the sheet is the same XML."""
    before, after, marks = pair(name)
    old, new = unzipped(before), unzipped(after)
    for sheet in {mark.sheet for mark in marks if mark.cell}:
        part = part_of(before, sheet)
        cells = {cell for mark in marks if mark.sheet == sheet for cell in _area(before, mark)}
        assert _without_marks(new[part], cells) == _without_marks(old[part], cells)


def _area(data: bytes, mark: Mark) -> set[str]:
    """All cells of the merged area a marked cell belongs to, with the air above it where the small form has some."""
    place = parse_a1(mark.cell)
    if place is None:
        return set()
    sheet = unzipped(data)[part_of(data, mark.sheet)].decode()
    merges = map(Rect.parse, re.findall(r'<mergeCell ref="([^"]+)"', sheet))
    area = next((m for m in merges if m and m.contains(*place)), Rect.cell(*place))
    if (mark.sheet, area.top - 1, area.left, area.right) in _pads():
        area = Rect(area.top - 1, area.left, area.bottom, area.right)
    rows, columns = range(area.top, area.bottom + 1), range(area.left, area.right + 1)
    return {a1(row, column) for row in rows for column in columns}


def _pads() -> set[tuple[str, int, int, int]]:
    """(sheet, row, first column, last column) of the rows of air at the top of answers."""
    return {
        (sheet.name, cell.rect.top, cell.rect.left, cell.rect.right)
        for sheet in books.plan().sheets
        for cell in sheet.cells
        if cell.style is Style.PAD
    }


def _without_marks(xml: bytes, cells: set[str]) -> bytes:
    root = etree.fromstring(xml, etree.XMLParser(remove_blank_text=True))
    for element in list(root.iter()):
        parent = element.getparent()
        if element.tag == f"{MAIN}c" and element.get("r") in cells:
            element.attrib.pop("s", None)
            if not len(element):  # a cell that was not there before
                parent.remove(element)
        elif (
            element.tag == f"{MAIN}conditionalFormatting"
            and "pdca_mark" in "".join(element.itertext())
        ) or element.tag == f"{MAIN}legacyDrawing":
            parent.remove(element)
        elif element.tag.endswith("}cfRule"):
            element.attrib.pop("priority", None)
        elif element.tag.endswith("}sheetView"):
            element.attrib.pop("tabSelected", None)
        elif element.tag == f"{MAIN}row":
            element.attrib.pop("spans", None)
    for row in list(root.iter(f"{MAIN}row")):
        if not len(row) and set(row.attrib) == {"r"}:
            row.getparent().remove(row)
    return etree.tostring(root, method="c14n")


@some_returns
def test_styles_are_only_added_to(name: str) -> None:
    """Fonts, fills, borders, styles stand where they stood; a marked style keeps number format, alignment and lock."""
    before, after, marks = pair(name)
    old, new = (
        etree.fromstring(unzipped(data)[posixpath.join("xl", _styles_part(before))])
        for data in (before, after)
    )
    for group in old:
        later = new.find(group.tag)
        assert later is not None
        kept = [etree.tostring(each, method="c14n", with_tail=False) for each in group]
        assert [etree.tostring(each, method="c14n", with_tail=False) for each in later][
            : len(kept)
        ] == kept
    book, copy = (loaded(data) for data in (before, after))
    for mark in marks:
        for place in _area(before, mark):
            if isinstance(book[mark.sheet][place], MergedCell) or mark.cell == "D30":
                continue  # openpyxl shows no style of theirs, nor of cells that are not there
            one, other = book[mark.sheet][place], copy[mark.sheet][place]
            kept = ("number_format", "font", "protection", "alignment")
            assert [repr(getattr(one, k)) for k in kept] == [repr(getattr(other, k)) for k in kept]
            assert other.fill.fgColor.rgb == "FFFFF3C7"


@every_return
def test_answers_are_read_by_calamine_as_before(name: str) -> None:
    """Every sheet of the return has the same cells."""
    before, after, _ = pair(name)
    one, other = (CalamineWorkbook.from_filelike(io.BytesIO(d)) for d in (before, after))
    for sheet in one.sheet_names:
        old, new = one.get_sheet_by_name(sheet), other.get_sheet_by_name(sheet)
        assert old.to_python() == new.to_python()


@some_returns
def test_answers_are_read_by_openpyxl_as_before(name: str) -> None:
    """Every sheet of the return has the same values and formulas."""
    before, after, _ = pair(name)
    values_of = functools.partial(openpyxl.load_workbook, data_only=True)
    for load in (loaded, lambda data: values_of(io.BytesIO(data))):
        old, new = load(before), load(after)
        for sheet in old.sheetnames:
            assert _values(old[sheet]) == _values(new[sheet])


def _values(sheet: Worksheet) -> list[tuple[str, object]]:
    cells = (cell for row in sheet for cell in row)
    return [(cell.coordinate, cell.value) for cell in cells if cell.value is not None]


@every_return
def test_own_lint_finds_nothing_new(name: str) -> None:
    """What Excel would repair or refuse is not made by marking."""
    before, after, _ = pair(name)
    faults = [{fault.partition(" (")[0] for fault in lint_package(d)} for d in (after, before)]
    assert faults[0] <= faults[1]


@some_returns
def test_what_counts_sheets_still_points_to_the_same(name: str) -> None:
    """Print titles, print areas and names of single sheets belong to the sheets they belonged to."""
    before, after, _ = pair(name)
    old, new = (loaded(data) for data in (before, after))
    assert new.sheetnames == [NAME, *old.sheetnames, "_pdca_marks"]
    for sheet in old.sheetnames:
        one, other = old[sheet], new[sheet]
        assert (one.print_title_rows, one.print_area) == (other.print_title_rows, other.print_area)
        assert set(one.defined_names) == set(other.defined_names)
        assert (one.sheet_state, one.protection.sheet) == (
            other.sheet_state,
            other.protection.sheet,
        )
    assert {n: d.attr_text for n, d in old.defined_names.items()} == {
        n: d.attr_text for n, d in new.defined_names.items()
    }
    locks = [book.security.lockStructure if book.security else None for book in (old, new)]
    assert locks[0] == locks[1]


@some_returns
def test_the_copy_opens_on_the_first_sheet_alone(name: str) -> None:
    """Only our sheet is selected: with two, what is typed into one goes into both."""
    _, after, _ = pair(name)
    book = loaded(after)
    assert book.active.title == NAME
    assert [s.title for s in book if s.sheet_view.tabSelected] == [NAME]
    assert book["_pdca_marks"].sheet_state == "veryHidden"


# -- the marks -----------------------------------------------------------------------------


def test_a_merged_area_is_framed_as_one() -> None:
    """The outer sides of a merged area are thick, whichever of its cells a program asks."""
    copy = made(foreign(), FOREIGN_POINTS)
    parts = unzipped(copy)
    looks = etree.fromstring(parts["xl/styles.xml"])
    xfs, borders = looks.find(f"{MAIN}cellXfs"), looks.find(f"{MAIN}borders")
    cells = etree.fromstring(parts[part_of(copy, "集計")]).iter(f"{MAIN}c")
    styles = {cell.get("r"): xfs[int(cell.get("s", "0"))] for cell in cells}
    area = Rect.parse("E3:G6")
    assert area
    for row in range(area.top, area.bottom + 1):
        for column in range(area.left, area.right + 1):
            border = borders[int(styles[a1(row, column)].get("borderId"))]
            thick = {etree.QName(side).localname for side in border if side.get("style") == "thick"}
            outer = {"top": row == area.top, "bottom": row == area.bottom}
            outer |= {"left": column == area.left, "right": column == area.right}
            assert thick >= {side for side, is_outer in outer.items() if is_outer}


def test_a_cell_that_was_not_there_takes_the_look_of_its_column() -> None:
    """It is created in its place, with the column's letters."""
    cell = loaded(made(foreign(), FOREIGN_POINTS))["it's 表"]["D30"]
    assert cell.value is None
    assert cell.font.bold
    assert cell.border.left.style == "thick"


def test_the_mark_is_seen_where_the_form_colours_its_cells() -> None:
    """A rule of ours stands before the form's own ones, which would cover the fill."""
    sheet = loaded(made(rich()))[SCENES]
    rules = [
        (r.priority, str(f.sqref), r.formula) for f in sheet.conditional_formatting for r in f.rules
    ]
    first = min(rules)
    assert "pdca_mark" in first[2][0]
    expected = set().union(*(_area(rich(), mark) for mark in POINTS[:3]))
    assert set(first[1].split()) == expected
    assert len({priority for priority, _, _ in rules}) == len(rules)


def test_the_first_sheet_lists_every_point_with_a_link() -> None:
    """Number, sheet and question, sentence; the cell is a link; the last column is open for an answer, the rest locked."""
    sheet = loaded(made(rich()))[NAME]
    rows = {row[0].value: row for row in sheet.iter_rows() if str(row[0].value).isdecimal()}
    assert [int(number) for number in rows] == [1, 2, 3, 4, 5, 6]
    assert rows["1"][1].value == f"{SCENES}\n目的"
    assert rows["1"][2].hyperlink.location == f"'{SCENES}'!{cell_of(PURPOSE)}"
    assert rows["5"][2].hyperlink.location == "'組織図'!A1"
    assert rows["6"][1].value == "ファイル全体"
    assert rows["6"][2].hyperlink is None
    for mark in POINTS:
        row = rows[str(mark.number)]
        assert row[3].value == mark.text
        assert not row[4].protection.locked
        assert row[4].number_format == "@"
        assert all(cell.protection.locked for cell in row[:4])
    assert sheet.protection.sheet
    assert sheet["E1"].value == f"整理番号 {COVER.ticket}"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.print_title_rows == "$1:$1"


def test_texts_of_answers_and_sheets_stay_text() -> None:
    """A sentence that begins like a formula or holds markup is written as it is."""
    odd = '=HYPERLINK("http://x")<b>&amp;\x01 _x0041_'
    sheet = loaded(made(foreign(), [Mark(1, "集計", "B2", odd)]))[NAME]
    texts = [c.value for row in sheet for c in row if c.value and "HYPER" in str(c.value)]
    assert [t.data_type for row in sheet for t in row if t.value in texts] == ["s"]
    assert texts[0].startswith('=HYPERLINK("http://x")<b>&amp;')


def test_a_sheet_name_that_is_taken_is_not_taken_twice() -> None:
    """Where the sender has a sheet of that name, ours gets a number."""
    data = changed(
        foreign(), {"xl/workbook.xml": lambda xml: xml.replace('name="集計"', f'name="{NAME}"', 1)}
    )
    book = loaded(made(data, [Mark(1, NAME, "B2", "確認")]))
    assert book.sheetnames[:2] == [f"{NAME} (2)", NAME]


# -- once more -----------------------------------------------------------------------------


@some_returns
def test_marked_again_old_marks_are_gone(name: str) -> None:
    """A second marking shows the new points only, and a third one of the same points changes nothing any more."""
    before, after, marks = pair(name)
    new = tuple(Mark(9, m.sheet, m.cell, "新しい点です。") for m in marks[:1])
    again = made(after, new)
    book = loaded(again)
    plain = loaded(before)
    assert book.sheetnames == [NAME, *plain.sheetnames, "_pdca_marks"]
    marked_now = _area(before, marks[0])
    for sheet in plain.sheetnames:
        for row in plain[sheet]:
            for cell in row:
                other = book[sheet][cell.coordinate]
                if sheet == marks[0].sheet and cell.coordinate in marked_now:
                    continue
                assert _face(cell) == _face(other), cell
                assert (cell.comment and cell.comment.text) == (
                    other.comment and other.comment.text
                )
    assert (
        sum("pdca_mark" in part.decode("utf-8", "ignore") for part in unzipped(again).values()) <= 2
    )
    stable = made(again, new)
    assert made(stable, new) == stable


def _face(cell: Cell) -> tuple[object, ...]:
    border = cell.border
    sides = (border.left, border.right, border.top, border.bottom)
    lines = [(side and side.style, side and side.color and side.color.rgb) for side in sides]
    return (cell.fill.patternType, cell.fill.fgColor.rgb, *lines)


def test_the_same_marks_make_the_same_bytes() -> None:
    """Nothing of clock or chance enters."""
    assert made(rich()) == made(rich())


# -- what is not marked --------------------------------------------------------------------


def _with_root(attribute: str) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        return changed(
            data, {part_of(data, "集計"): lambda xml: xml.replace("<dimension", attribute, 1)}
        )

    return change


def _typed(data: bytes, old: str, new: str) -> bytes:
    return changed(data, {"[Content_Types].xml": lambda xml: xml.replace(old, new)})


_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def _with_broken_picture(data: bytes) -> bytes:
    """A picture stored as it is, one bit of which fell over on the way."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in unzipped(data).items():
            archive.writestr(name, part)
    good = buffer.getvalue()
    picture = unzipped(data)["xl/media/image1.png"]
    return good.replace(picture, picture[:-1] + bytes((picture[-1] ^ 1,)), 1)


UNSAFE: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    "macros": (lambda d: changed(d, {}, {"xl/vbaProject.bin": b"x"}), "マクロ"),
    "macro type": (
        lambda d: _typed(d, _SHEET, "application/vnd.ms-excel.sheet.macroEnabled.main+xml"),
        "マクロ",
    ),
    "signature": (lambda d: changed(d, {}, {"_xmlsignatures/sig1.xml": b"<x/>"}), "電子署名"),
    "shared with its history": (
        lambda d: changed(d, {}, {"xl/revisions/revisionHeaders.xml": b"<x/>"}),
        "変更履歴",
    ),
    "strict": (
        lambda d: changed(
            d, {"xl/workbook.xml": lambda xml: xml.replace(handmade.MAIN, handmade.STRICT_MAIN)}
        ),
        "Strict",
    ),
    "no workbook": (lambda d: b"%PDF-1.7", "読み取れません"),
    "cut off": (lambda d: d[: len(d) // 2], "壊れて"),
    "picture that is broken": (_with_broken_picture, "壊れて"),
    "behind a password": (lambda d: encrypted(d, "pass"), "パスワード"),
    "unknown element": (_with_root("<pdca/><dimension"), "標準と異なります"),
    "cell without a place": (
        lambda d: changed(d, {part_of(d, "集計"): lambda x: x.replace('<c r="B3"', "<c", 1)}),
        "標準と異なります",
    ),
    "drawing of comments that is none": (
        lambda d: changed(d, {"xl/drawings/vmlDrawing1.vml": lambda _: "<svg></svg>"}),
        "枠",
    ),
    "comment without a box": (
        lambda d: changed(
            d,
            {"xl/drawings/vmlDrawing1.vml": lambda x: re.sub("<x:Row>2<", "<x:Row>77<", x)},
        ),
        "枠",
    ),
}


@pytest.mark.parametrize(("harm", "reason"), UNSAFE.values(), ids=UNSAFE.keys())
def test_what_cannot_be_marked_safely_is_said(harm: Callable[[bytes], bytes], reason: str) -> None:
    """No half-right copy but a reason; the same file without that is marked."""
    assert isinstance(marked(foreign(), FOREIGN_POINTS, COVER), bytes)
    copy = marked(harm(foreign()), FOREIGN_POINTS, COVER)
    assert isinstance(copy, Unsafe)
    assert reason in copy.reason


@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (Mark(1, "ない", "A1", "文"), "シート「ない」"),
        (Mark(1, "集計", "１２", "文"), "セル「１２」"),
        (Mark(1, "集計", "A1048577", "文"), "セル「A1048577」"),
    ],
)
def test_a_place_that_is_not_there_is_said(mark: Mark, reason: str) -> None:
    """A wrong sheet or cell is named."""
    copy = marked(foreign(), (mark,), COVER)
    assert isinstance(copy, Unsafe)
    assert reason in copy.reason


def test_many_files_go_through_the_worker() -> None:
    """The limited subprocess gives the same copy and the same reason as the function itself."""
    with Worker[bytes | Unsafe](PARSER) as worker:
        assert worker.parse(question(rich(), POINTS, COVER)) == made(rich())
        assert worker.parse(question(b"%PDF-1.7", POINTS, COVER)) == marked(
            b"%PDF-1.7", POINTS, COVER
        )
        assert worker.parse(question(foreign(), FOREIGN_POINTS, COVER)) == made(
            foreign(), FOREIGN_POINTS
        )
        assert isinstance(worker.parse(b"nonsense"), Refusal)


def test_bytes_that_no_worker_sent_are_refused() -> None:
    """What `parse` did not pack is no copy."""
    assert decode(parse(question(foreign(), FOREIGN_POINTS, COVER))) == made(
        foreign(), FOREIGN_POINTS
    )
    with pytest.raises(ValueError, match="neither"):
        decode(b"?")


def test_threads_and_their_people_stay() -> None:
    """A threaded comment is not answered by us: its cell is marked and listed, its parts are untouched."""
    old, new = unzipped(rich()), unzipped(made(rich()))
    for part in ("xl/threadedComments/threadedComment9.xml", "xl/persons/person.xml"):
        assert old[part] == new[part]
    with zipfile.ZipFile(io.BytesIO(made(rich()))) as book:
        notes = book.read("xl/comments9.xml").decode()
    stand_in = re.search(rf'<comment ref="{cell_of(TALKED)}".*?</comment>', notes, re.DOTALL)
    assert stand_in
    assert SAID in stand_in[0]
    assert "確認番号" not in stand_in[0]
    cell = loaded(made(rich()))[SCENES][cell_of(TALKED)]
    assert cell.fill.fgColor.rgb == "FFFFF3C7"
    assert PRESENT not in (PURPOSE, NOTED, TALKED)
