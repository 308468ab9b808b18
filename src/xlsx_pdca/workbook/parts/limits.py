"""How much of everything one file may hold; far above genuine workbooks, far below what hurts."""

from __future__ import annotations

OWN_BOOK = 16
"""How many times as much a summary book of ours may hold: it grows with the number of returns."""

FILE_BYTES = 64 << 20
ENTRIES = 40_000
INFLATED_BYTES = 128 << 20
"""Of all XML parts read."""
MEDIA_BYTES = 64 << 20
"""Of all pictures and embedded files, inflated only to be hashed; further ones go by their checksum."""

DEPTH = 256
SHEETS = 5_000
"""A ministry's workbook of 339 sheets is genuine; 20,000 sheets are not."""
CELL_ELEMENTS = 2_000_000
"""Also blank formatted ones."""
FILLED_CELLS = 300_000
BOX_CELLS = 16 << 20
"""Area from A1 to the last filled cell of a sheet: what a reader with a dense table allocates."""
TEXT_CHARACTERS = 32_000_000
"""Of the shared strings, and again of all filled cells together."""
SHARED_STRINGS = 300_000
MERGES = 100_000
MERGED_AREA = 16 << 20
STYLES = 100_000
NAMES = 100_000
COMMENTS = 50_000
DRAWINGS = 100_000
RELATIONSHIPS = 40_000
LINKS = 1_000
"""Links that leave the workbook; further ones are left out."""
PROPERTIES = 10_000

DENSE_CELLS = 4 << 20
"""Places of all sheets together that are given to a reader with dense tables, some 45 bytes for each."""
