"""Page breaks: blocks stay whole where they can, and every row is printed once."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from xlsx_pdca.layout.paper import page_breaks, page_points, print_scale

POINTS = 600.0
HEAD = 100.0


def pages(heights: list[float], starts: list[int], breaks: tuple[int, ...]) -> list[list[int]]:
    """Rows of each page when only the planned breaks part them."""
    ends = [1, *breaks, len(heights)]
    return [list(range(a + 1, b + 1)) for a, b in pairwise([*ends])]


@given(st.lists(st.floats(10, 400), min_size=1, max_size=40))
def test_no_block_is_parted_and_no_page_overflows(blocks: list[float]) -> None:
    """With blocks smaller than a page, each page holds whole blocks within its height, beginning at a block."""
    heights = [HEAD, *blocks]
    starts = list(range(2, len(heights) + 1))
    breaks = page_breaks(heights, starts, repeated=1, points=POINTS)
    for rows in pages(heights, starts, breaks):
        assert HEAD + sum(heights[row - 1] for row in rows) <= POINTS + 1e-6
    assert all(end + 1 in starts for end in breaks)


@given(st.lists(st.floats(10, 400), min_size=1, max_size=40))
def test_no_page_ends_early(blocks: list[float]) -> None:
    """A break stands only where the next block would not have fitted."""
    heights = [HEAD, *blocks]
    starts = list(range(2, len(heights) + 1))
    breaks = page_breaks(heights, starts, repeated=1, points=POINTS)
    for rows in pages(heights, starts, breaks)[:-1]:
        filled = HEAD + sum(heights[row - 1] for row in rows)
        assert filled + heights[rows[-1]] > POINTS


def test_sheet_of_one_page_has_no_break() -> None:
    """What fits needs no break, and then the sheet is simply fitted to the width."""
    assert page_breaks([HEAD, 200.0, 200.0], [2, 3], repeated=1, points=POINTS) == ()


def test_wider_sheets_are_printed_smaller_and_hold_more() -> None:
    """Scale falls and the rows of a page grow with the width of the columns."""
    narrow, wide = 900.0, 1300.0
    assert print_scale("A4", landscape=True, pixels=narrow) > print_scale(
        "A4", landscape=True, pixels=wide
    )
    assert page_points("A4", landscape=True, pixels=narrow) < page_points(
        "A4", landscape=True, pixels=wide
    )
