"""Compares what LibreOffice made of an old format with what calamine reads in the bytes as they came."""

from __future__ import annotations

from xlsx_pdca.rawbook import RawBook
from xlsx_pdca.workbook.old_gate import OldFile
from xlsx_pdca.workbook.parts import limits
from xlsx_pdca.workbook.second_reader import (
    FAILED,
    TOO_SPARSE,
    UNKNOWN_RECORDS,
    Disagreement,
    calamine_check,
    is_panic,
)


def disagreements(original: bytes, file: OldFile, book: RawBook) -> tuple[Disagreement, ...]:
    """As `calamine_check`: (sheet, cell, text in `book`, calamine's text) of each text or number seen differently.

    `original` must have passed as `file`. A book calamine cannot read (of those some programs write as .ods) or
    should not, is told once, without sheet and cell: then nothing was compared. Formulas are left out:
    of an .xls by LibreOffice calamine reads 0 for each that shows a text.
    """
    if file.box > limits.DENSE_CELLS:
        return (("", "", "", TOO_SPARSE),)
    if file.is_unusual:
        return (("", "", "", UNKNOWN_RECORDS),)
    try:
        return calamine_check(original, book, formulas=False)
    except BaseException as error:
        # the book was read, only not twice
        if not is_panic(error):
            raise
        return (("", "", "", f"{FAILED}: {error}"[:500]),)
