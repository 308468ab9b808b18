"""Comments of marked copies: the sender's stay, ours are seen whole, and the random cases; judged by openpyxl and by numbers."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from packages import changed
from rich_returns import foreign, rich, unzipped
from workbook.test_marking import COVER, FOREIGN_POINTS, POINTS, loaded, made
from xlsx_pdca.cells import a1
from xlsx_pdca.own_marks import without_ours
from xlsx_pdca.workbook.lint import lint_package
from xlsx_pdca.workbook.marking import Mark, Unsafe, marked

LONG = "御記入いただいた内容について、次の点をお知らせください。" * 8
_SHAPE = re.compile(r"<v:shape\b[^>]*style=['\"]([^'\"]*)['\"].*?</v:shape>", re.DOTALL)


def comments(data: bytes) -> Mapping[tuple[str, str], str]:
    """(sheet, cell) → text of every comment."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        (sheet.title, cell.coordinate): cell.comment.text
        for sheet in book
        for row in sheet
        for cell in row
        if cell.comment
    }


def boxes(drawing: bytes) -> Mapping[tuple[int, int], tuple[list[int], float, float]]:
    """(row, column) of a note → its anchor, and its width and height in points."""
    found = {}
    for shape in _SHAPE.finditer(drawing.decode()):
        if 'ObjectType="Note"' not in shape[0]:
            continue
        numbers = [
            re.search(rf"<x:{tag}>(.*?)</x:{tag}>", shape[0], re.DOTALL)
            for tag in ("Row", "Column", "Anchor")
        ]
        row, column, anchor = (each[1] if each else "" for each in numbers)
        size = [re.search(rf"{side}\s*:\s*([0-9.]+)pt", shape[1]) for side in ("width", "height")]
        width, height = (float(each[1]) if each else 0.0 for each in size)
        place = (int(row) + 1, int(column) + 1)
        assert place not in found, "two boxes for one comment"
        found[place] = ([int(n) for n in anchor.split(",")], width, height)
    return found


def drawings(data: bytes) -> list[bytes]:
    return [part for name, part in unzipped(data).items() if name.endswith(".vml")]


@pytest.mark.parametrize("make", [rich, foreign])
def test_comments_of_the_sender_stay(make: type[bytes]) -> None:
    """Each is there with its text at the beginning; elsewhere nothing is added to it."""
    points = POINTS if make is rich else FOREIGN_POINTS
    before, after = comments(make()), comments(made(make(), points))
    at = {(mark.sheet, mark.cell) for mark in points}
    for place, text in before.items():
        assert after[place].startswith(text)
        assert place in at or after[place] == text
        assert without_ours(after[place]) == text
    assert after.keys() - before.keys() <= at | {("集計", "E3")}


def test_the_look_of_a_note_stays() -> None:
    """Letters of the sender's note keep their weight and size."""
    notes = unzipped(made(rich()))["xl/comments9.xml"].decode()
    assert '<r><rPr><b/><sz val="9"/></rPr><t xml:space="preserve">係長確認済み。</t></r>' in notes


@pytest.mark.parametrize("make", [rich, foreign])
@pytest.mark.parametrize(
    "text", ["短い文です。", LONG, "一\n二\n三\n四\n五\n六\n七\n八", "w" * 400]
)
def test_the_box_shows_the_whole_text(make: type[bytes], text: str) -> None:
    """Counted generously — each sign a full one, each line 1.3 high — the text fits into its box."""
    sheet, cell = ("様式２", "E11") if make is rich else ("集計", "C4")
    copy = made(make(), [Mark(1, sheet, cell, text)])
    said = comments(copy)[(sheet, cell)]
    every = [
        box
        for drawing in drawings(copy)
        for at, box in boxes(drawing).items()
        if at == _at(copy, sheet, cell)
    ]
    ((_, width, height),) = every
    per_line = int((width - 12) // 10)
    lines = sum(
        -(-len(line) * (0.8 if line.isascii() else 1) // per_line) or 1 for line in said.split("\n")
    )
    assert lines * 13 <= height


def _at(copy: bytes, sheet: str, cell: str) -> tuple[int, int]:
    place = loaded(copy)[sheet][cell]
    return place.row, place.column


@pytest.mark.parametrize("make", [rich, foreign])
def test_every_note_has_one_box_and_every_box_its_id(make: type[bytes]) -> None:
    """No id of ours stands twice in the workbook; corners of a box are in order; what is no note is as it was."""
    copy = made(make(), POINTS if make is rich else FOREIGN_POINTS)
    ids, ids_before = (
        [id for d in drawings(data) for id in re.findall(rb"<v:shape [^>]*id=[\"']([^\"']+)", d)]
        for data in (copy, make())
    )
    # XlsxWriter itself gives the picture of a header an id that a comment has
    assert len(ids) - len(set(ids)) == len(ids_before) - len(set(ids_before))
    placed = [box for drawing in drawings(copy) for box in boxes(drawing).values()]
    assert len(placed) == len(comments(copy))
    for (left, _, top, _, right, _, bottom, _), _, _ in placed:
        assert left <= right
        assert top <= bottom
    others = [
        re.findall(
            rb"<v:shape (?:(?!</v:shape>).)*ObjectType=\"(?!Note)(?:(?!</v:shape>).)*</v:shape>",
            b"".join(drawings(d)),
            re.DOTALL,
        )
        for d in (make(), copy)
    ]
    assert others[0] == others[1]


def test_an_enlarged_box_holds_both_texts() -> None:
    """Below the sender's note ours is seen too: the box grew."""
    before, after = (
        boxes(unzipped(d)["xl/drawings/vmlDrawing9.vml"]) for d in (rich(), made(rich()))
    )
    (place,) = [at for at in before if before[at] != after[at]]
    assert after[place][2] > before[place][2] + 40


def test_a_new_drawing_takes_ids_nobody_has() -> None:
    """Blocks of ids are stated once each in the workbook."""
    copy = made(rich())
    blocks = [n for d in drawings(copy) for n in re.findall(rb'idmap [^>]*data="(\d+)"', d)]
    assert len(blocks) == len(set(blocks)) == 2


def test_a_form_without_comments_of_its_own_gets_them() -> None:
    """A sheet with controls only keeps them and gets its first comments part."""
    data = foreign()
    before = unzipped(data)
    bare = changed(
        data,
        {
            "xl/worksheets/_rels/sheet1.xml.rels": lambda xml: re.sub(
                r'<Relationship [^>]*relationships/comments"[^>]*/>', "", xml
            ),
            "xl/drawings/vmlDrawing1.vml": lambda xml: re.sub(
                r"<v:shape [^>]*t202(?:(?!</v:shape>).)*</v:shape>", "", xml, flags=re.DOTALL
            ),
        },
    )
    assert "xl/comments1.xml" in before
    assert comments(made(bare, [Mark(1, "集計", "C4", "確認")])).keys() == {("集計", "C4")}


def test_too_many_comments_are_said() -> None:
    """More boxes than a drawing has ids for are no half-right copy."""
    points = tuple(Mark(n, "集計", a1(n, 30), "確認") for n in range(1, 1030))
    copy = marked(foreign(), points, COVER)
    assert isinstance(copy, Unsafe)
    assert "コメントの数" in copy.reason
    assert isinstance(marked(foreign(), points[:300], COVER), bytes)


# -- at random -----------------------------------------------------------------------------

rows, columns = st.integers(1, 40), st.integers(1, 12)
texts = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80)
cells = st.dictionaries(
    st.tuples(rows, columns), st.one_of(texts, st.integers(-99, 99)), max_size=25
)


@settings(max_examples=15)
@given(
    cells,
    st.dictionaries(st.tuples(rows, columns), texts.filter(str.strip), max_size=6),
    st.lists(st.tuples(rows, columns, texts), min_size=1, max_size=6),
    st.sets(st.integers(1, 12), max_size=3),
    st.booleans(),
)
def test_any_cells_and_comments(
    written: dict[tuple[int, int], str | int],
    noted: dict[tuple[int, int], str],
    asked: list[tuple[int, int, str]],
    wide: set[int],
    merged: bool,
) -> None:
    """Values and notes are as before, each point is at its cell, the package is sound, and marked anew it is stable."""
    data = _written(written, noted, wide, merged=merged)
    points = [Mark(n, "表", a1(r, c), text) for n, (r, c, text) in enumerate(asked, 1)]
    copy = made(data, points)
    old, new = (openpyxl.load_workbook(io.BytesIO(d)) for d in (data, copy))
    for sheet in old.sheetnames:
        values = [
            [(c.coordinate, c.value) for r in b[sheet] for c in r if c.value is not None]
            for b in (old, new)
        ]
        assert values[0] == values[1]
    before, after = comments(data), comments(copy)
    assert {at: without_ours(text) for at, text in after.items() if at in before} == before
    area = {a1(r, c): "N3" for r in (3, 4) for c in (14, 15)} if merged else {}
    for mark in points:
        assert f"点 {mark.number}】" in after["表", area.get(mark.cell, mark.cell)]
    assert set(lint_package(copy)) <= set(lint_package(data))
    bare = made(copy, [])
    assert comments(bare) == before
    assert made(made(bare, points), points) == made(made(made(bare, points), points), points)


def _written(
    written: dict[tuple[int, int], str | int],
    noted: dict[tuple[int, int], str],
    wide: set[int],
    *,
    merged: bool,
) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    first, sheet = book.add_worksheet("前"), book.add_worksheet("表")
    first.write(0, 0, "ほか")
    first.repeat_rows(0)
    blue = book.add_format({"bg_color": "#AACCEE"})
    for column in wide:
        sheet.set_column(column, column, 20, blue, {"hidden": column % 2 == 0})
    if merged:
        sheet.merge_range("N3:O4", "合", blue)
    for (row, column), value in written.items():
        sheet.write(row - 1, column - 1, value)
    for (row, column), text in noted.items():
        sheet.write_comment(row - 1, column - 1, text, {"author": "市"})
    book.close()
    return buffer.getvalue()
