"""Tests of the real LibreOffice as other tests use it: typing, refusing, pasting, converting."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from libreoffice import LibreOffice, OfficeFailed

ANSWERS = {
    "B2": "=1+1", "B3": "１行目\n2行目\n\n", "B4": "001", "B5": "1-2", "B6": "28.5%", "B7": "😀𠮷",
    "B8": "あ" * 1000, "B9": "  前後の空白 ", "B10": "-5", "B11": "'引用符", "B12": "R8.4.1", "B13": "@",
}  # fmt: skip


@pytest.fixture
def form(tmp_path: Path) -> Path:
    """A protected sheet: unlocked answers in text format in B2:B13, one pair side by side in E2:F2; the rest locked."""
    path = tmp_path / "form.xlsx"
    with xlsxwriter.Workbook(path) as book:
        answer = book.add_format({"locked": False, "num_format": "@"})
        for name in ("locked", "open"):
            sheet = book.add_worksheet(name)
            sheet.write("A1", "label")
            sheet.write_formula("C2", "=LEN(B2)")
            for place in (*ANSWERS, "E2", "F2"):
                sheet.write_blank(place, None, answer)
        book.get_worksheet_by_name("locked").protect()
    return path


def paste(office: LibreOffice, form: Path, sheet: str, *pastes: tuple[str, str, list[list[str]]]):
    jobs = [{"sheet": sheet, "cell": c, "as": kind, "rows": rows} for c, kind, rows in pastes]
    return [done["changed"] for done in office.run("paste", {"path": str(form), "pastes": jobs})]


def test_typed_text_arrives_exactly(soffice: LibreOffice, form: Path, tmp_path: Path) -> None:
    """What is typed into text cells is in the saved file unchanged, and formulas are recalculated."""
    saved = tmp_path / "filled.xlsx"
    job = {"path": str(form), "cells": {"locked": ANSWERS}, "save_as": str(saved)}
    assert soffice.run("fill", job) == {"refused": []}
    sheet = openpyxl.load_workbook(saved, data_only=True)["locked"]
    assert {place: sheet[place].value for place in ANSWERS} == ANSWERS
    assert sheet["C2"].value == len(ANSWERS["B2"])


def test_typing_into_a_locked_cell_is_refused(
    soffice: LibreOffice, form: Path, tmp_path: Path
) -> None:
    """A locked cell keeps its content and is reported; the same cell on an unprotected sheet takes the text."""
    saved = tmp_path / "filled.xlsx"
    cells = {"locked": {"A1": "x", "C2": "x"}, "open": {"A1": "x"}}
    done = soffice.run("fill", {"path": str(form), "cells": cells, "save_as": str(saved)})
    assert done == {"refused": ["locked!A1", "locked!C2"]}
    look = {"path": str(saved), "cells": {"locked": ["A1", "C2"], "open": ["A1"]}}
    assert soffice.run("read", look) == {"locked": {"A1": "label", "C2": "0"}, "open": {"A1": "x"}}


def test_pasting_beside_locked_cells_is_refused(soffice: LibreOffice, form: Path) -> None:
    """Several cells, or text with a tab, pasted where a neighbour is locked change nothing at all."""
    across, down = [["甲", "乙", "丙"]], [["甲"], ["乙"], ["丙"]]
    refused = [("B2", "cells", across), ("B2", "text", across), ("B12", "cells", down),
               ("E2", "cells", across), ("E2", "text", across), ("A1", "text", [["甲"]])]  # fmt: skip
    assert paste(soffice, form, "locked", *refused) == [{}] * len(refused)


def test_pasting_where_nothing_is_locked_spreads(soffice: LibreOffice, form: Path) -> None:
    """The same pastes do flow into neighbours where those are unlocked, so a refusal above is a real one."""
    across, down = [["甲", "乙", "丙"]], [["甲"], ["乙"], ["丙"]]
    spread = {"E2": "甲", "F2": "乙", "G2": "丙"}
    done = paste(soffice, form, "open", ("E2", "cells", across), ("E2", "text", across))
    assert done == [spread, spread]
    pair, two = [["甲", "乙"]], {"E2": "甲", "F2": "乙"}
    done = paste(soffice, form, "locked", ("E2", "cells", pair), ("E2", "text", pair),
                 ("B2", "text", [["甲"]]), ("B2", "cells", down))  # fmt: skip
    assert done == [two, two, {"B2": "甲"}, {"B2": "甲", "B3": "乙", "B4": "丙"}]


@pytest.mark.parametrize("to", ["xlsx", "xls", "ods", "pdf", "csv"])
def test_converting_writes_the_format(
    soffice: LibreOffice, form: Path, tmp_path: Path, to: str
) -> None:
    """Each format is written where asked, and begins like one."""
    begins = {
        "xlsx": b"PK",
        "xls": b"\xd0\xcf\x11\xe0",
        "ods": b"PK",
        "pdf": b"%PDF",
        "csv": b"label",
    }
    made = soffice.convert(form, to, tmp_path / "out")
    assert made == tmp_path / "out" / f"form.{to}"
    assert made.read_bytes().startswith(begins[to])


def test_the_office_comes_back_after_a_failure(soffice: LibreOffice, form: Path) -> None:
    """A script that fails says why, and the next one finds a working office."""
    with pytest.raises(OfficeFailed, match="NoSuchElementException"):
        soffice.run("read", {"path": str(form), "cells": {"no such sheet": ["A1"]}})
    look = {"path": str(form), "cells": {"open": ["A1"]}}
    assert soffice.run("read", look) == {"open": {"A1": "label"}}


def test_a_script_killed_once_is_played_again(soffice: LibreOffice, tmp_path: Path) -> None:
    """A script that a signal ends is played once more; one that always ends so is a failure."""
    dies = "import os, pathlib, signal, sys\n"
    mark = tmp_path / "mark"
    once = tmp_path / "once.py"
    once.write_text(
        f"{dies}mark = pathlib.Path({str(mark)!r})\n"
        "if not mark.exists():\n    mark.touch()\n    os.kill(os.getpid(), signal.SIGSEGV)\n"
        "print('\"played\"')\n"
    )
    always = tmp_path / "always.py"
    always.write_text(f"{dies}os.kill(os.getpid(), signal.SIGSEGV)\n")
    assert soffice.run(once) == "played"
    with pytest.raises(OfficeFailed, match="-11"):
        soffice.run(always)
