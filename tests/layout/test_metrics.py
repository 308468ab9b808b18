"""How much room text takes: never less than it needs."""

import pytest

from xlsx_pdca.layout.metrics import ANSWER_POINTS, lines_needed, text_pixels

WIDTH = text_pixels(10)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", 1),
        ("全" * 10, 1),
        ("全" * 11, 2),
        ("一\n\n三", 3),
        ("全角の後にinterprofessional", 3),  # the word begins a line and takes more than one
        ("https://www.example.jp/a/b/", 3),  # broken behind its slashes only
        ("ABC", 1),
    ],
)
def test_lines_of_a_column_ten_signs_wide(text: str, lines: int) -> None:
    """Ten full-width signs fill a line; a Latin word goes to the next line whole."""
    assert lines_needed(text, WIDTH, ANSWER_POINTS) == lines
