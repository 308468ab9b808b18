"""A wide sheet fits one A3 page across where letters stay at 7 points, else it is cut where sections begin."""

from dataclasses import replace
from itertools import pairwise

import pytest

from gunma_round import gunma_round
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.views import Shape, View, ViewCell, ViewColumn, views_of
from xlsx_pdca.workbook.view_widths import LEAST_SCALE, Room, Widths, print_scale, widths_of

VIEWS = {view.key: view for view in views_of(gunma_round())}
FRONT = (90.0, 100.0)
BEHIND = (Room(80, 80), Room(220, 180), Room(60, 60))
A3_PIXELS = 396 / 25.4 * 96


def view(*sections: int) -> View:
    """Sections of so many short columns, headed 一, 二, 三."""
    heads = [h for h, n in zip("一二三四", sections, strict=False) for _ in range(n)]
    columns = tuple(
        ViewColumn(f"問{n}", FieldKind.INTEGER, heading=head) for n, head in enumerate(heads)
    )
    row = VIEWS["jizen.s1"].rows[0]
    cells = tuple(ViewCell("1") for _ in columns)
    return replace(
        VIEWS["jizen.s1"], columns=columns, rows=(replace(row, cells=cells),), shape=Shape.SINGLES
    )


def pages(widths: Widths, repeated: int = 2) -> list[float]:
    """Pixels of each page across, with the columns repeated on it; the last column is not printed."""
    edges = [0, *(n - 1 for n in widths.breaks), len(widths.pixels) - 1]
    again = sum(widths.pixels[:repeated])
    return [sum(widths.pixels[of:to]) + (again if of else 0.0) for of, to in pairwise(edges)]


@pytest.mark.parametrize("sections", [(3, 3), (10, 10), (12, 12, 12), (40,), (40, 40), (1, 60, 1)])
def test_every_page_is_legible(sections: tuple[int, ...]) -> None:
    """Whatever the columns, each page fits on A3 at the scale set, which leaves 10 points at 7 or more."""
    widths = widths_of(view(*sections), FRONT, BEHIND, 2)
    scale = print_scale(widths) / 100
    assert scale >= LEAST_SCALE
    assert max(pages(widths)) * scale <= A3_PIXELS
    assert len(widths.pixels) == len(FRONT) + sum(sections) + len(BEHIND)


def test_cuts_stand_before_sections() -> None:
    """Sections that have no room together stand on pages of their own; one wider than a page is cut within."""
    assert widths_of(view(5, 5), FRONT, BEHIND, 2).breaks == ()
    assert widths_of(view(12, 12), FRONT, BEHIND, 2).breaks == (15,)
    (first, *others) = widths_of(view(30), FRONT, BEHIND, 2).breaks
    assert 3 < first < 33 and all(b > first for b in others)


def test_the_last_columns_are_a_section() -> None:
    """Sources and notes go to the next page together."""
    widths = widths_of(view(22), FRONT, BEHIND, 2)
    assert widths.breaks == (2 + 22 + 1,)


def test_columns_narrow_only_where_a_page_is_saved() -> None:
    """Where all has room, columns are as wide as they like; narrower ones save a page, never more than they may."""
    behind = (BEHIND[0], Room(300, 180), BEHIND[2])
    assert widths_of(view(2), FRONT, behind, 2).pixels[-2] == 300
    found = [widths_of(view(n), FRONT, behind, 2) for n in range(5, 40)]
    narrowed = [widths for widths in found if widths.pixels[-2] < 300]
    assert narrowed and all(widths.pixels[-2] >= 180 for widths in narrowed)
    one_page = [widths for widths in found if not widths.breaks]
    assert any(widths in narrowed for widths in one_page)


def test_scenes_stand_on_one_page_and_the_day_on_few() -> None:
    """Each scene is one page across; the forms that ask more are cut where a section begins."""
    front, behind = (90.0, 100.0, 92.0, 122.0, 112.0), (*(Room(84, 84),) * 5,)
    for key, found in VIEWS.items():
        widths = widths_of(found, front, behind, 2)
        if found.shape is not Shape.SINGLES:
            assert widths.breaks == (), key
        heads = [column.heading for column in found.columns]
        for cut in (b - len(front) - 1 for b in widths.breaks):
            assert cut == len(heads) or heads[cut] != heads[cut - 1], key
    assert len(widths_of(VIEWS["tojitsu.s1"], front, behind, 2).breaks) in (1, 2)
