"""Marked copies on their way through other programs: opened, saved, answered, read again, marked again."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

import books
from libreoffice import LibreOffice
from rich_returns import NOTED, PURPOSE, cell_of, filled, rich
from survival import samples
from test_own_marks import POINTS, REPLY, copy_of, reading
from xlsx_pdca.own_marks import COVER_SHEET, RECORD_SHEET, own_sheets
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.submission import Reading
from xlsx_pdca.workbook.marking import Cover, Mark, marked

SCENES = books.sheet_name(PURPOSE)


def same(marked_copy: Reading, plain: Reading) -> bool:
    """The same answers, and no finding or text more than the unmarked return's."""
    said = {(a.address, a.raw, a.state) for a in marked_copy.answers}
    assert said == {(a.address, a.raw, a.state) for a in plain.answers}
    assert [f.code for f in marked_copy.findings] == [f.code for f in plain.findings]
    texts = [sorted("".join(s.text.split()) for s in each.strays) for each in (marked_copy, plain)]
    assert texts[0] == texts[1]
    return True


def gnumeric(source: Path, target: Path) -> Path:
    subprocess.run(["ssconvert", source, target], check=True, capture_output=True)
    return target


def both(folder: Path, data: bytes) -> tuple[Path, Path]:
    """The return and its marked copy as files."""
    plain, copy = folder / "plain.xlsx", folder / "marked.xlsx"
    plain.write_bytes(data)
    copy.write_bytes(copy_of(data))
    return plain, copy


@pytest.mark.soffice
@pytest.mark.parametrize("via", ["xlsx", "ods", "xls"])
def test_saved_by_libreoffice(via: str, tmp_path: Path, soffice: LibreOffice) -> None:
    """LibreOffice opens it, and what it saves is read as the unmarked return saved by it."""
    saved = []
    for path in both(tmp_path, rich()):
        out = soffice.convert(path, via, tmp_path / "1")
        out = soffice.convert(out, "xlsx", tmp_path / "2") if via != "xlsx" else out
        saved.append(out.read_bytes())
    plain, copy = (books.raw(data) for data in saved)
    assert own_sheets(copy) == {COVER_SHEET, RECORD_SHEET}
    assert same(reading(copy), reading(plain))


@pytest.mark.gnumeric
def test_saved_by_gnumeric(tmp_path: Path) -> None:
    """Gnumeric makes hidden sheets visible; ours are told all the same."""
    plain, copy = (
        books.raw(gnumeric(path, path.with_suffix(".out.xlsx")).read_bytes())
        for path in both(tmp_path, rich())
    )
    assert same(reading(copy), reading(plain))


def test_saved_by_openpyxl(tmp_path: Path) -> None:
    """What a library saves is read alike, a reply in 御回答欄 with it."""
    plain, copy = both(tmp_path, filled())
    for path in (plain, copy):
        openpyxl.load_workbook(path).save(path)
    assert same(reading(books.raw(copy.read_bytes())), reading(books.raw(plain.read_bytes())))
    book = openpyxl.load_workbook(copy)
    book[COVER_SHEET][REPLY] = "はい"
    book.save(copy)
    after = reading(books.raw(copy.read_bytes()))
    assert [(s.cell, s.text) for s in after.strays] == [(REPLY, "はい")]


@pytest.mark.soffice
def test_answered_and_corrected_in_libreoffice(tmp_path: Path, soffice: LibreOffice) -> None:
    """A reply on the first sheet and a corrected cell come back; marked again, nothing of ours is left over."""
    _, copy = both(tmp_path, rich())
    saved = tmp_path / "saved.xlsx"
    steps = [
        ["write", COVER_SHEET, REPLY, "本文を直しました。"],
        ["write", SCENES, cell_of(PURPOSE), "直した答え"],
    ]
    soffice.run("change", {"path": str(copy), "steps": steps, "save_as": str(saved)})
    after = reading(books.raw(saved.read_bytes()))
    answers = {answer.address: answer.raw for answer in after.answers if answer.raw}
    assert answers == {**books.ANSWERS, PURPOSE: "直した答え"}
    assert "本文を直しました。" in [s.text for s in after.strays if s.sheet == COVER_SHEET]
    again = books.raw(copy_of(saved.read_bytes()))
    assert own_sheets(again) == {COVER_SHEET, RECORD_SHEET}
    expected = [s for s in after.strays if s.sheet != COVER_SHEET]
    assert [(s.cell, s.text) for s in reading(again).strays] == [(s.cell, s.text) for s in expected]
    book = openpyxl.load_workbook(io.BytesIO(_with_no_points(saved.read_bytes())))
    fills = {cell.fill.fgColor.rgb for sheet in book for row in sheet for cell in row}
    assert "FFFFF3C7" not in fills
    notes = [c.comment.text for sheet in book for row in sheet for c in row if c.comment]
    assert not any("確認番号" in note for note in notes)
    assert any(note.startswith("係長確認済み。") for note in notes)
    with zipfile.ZipFile(io.BytesIO(_with_no_points(saved.read_bytes()))) as archive:
        assert not any(
            b"pdca_mark&" in archive.read(n) or b'"pdca_mark"' in archive.read(n)
            for n in archive.namelist()
        )


def _with_no_points(data: bytes) -> bytes:
    cover = Cover("御確認いただきたい点", (), (), "県", books.ticket().text)
    copy = marked(data, (), cover)
    assert isinstance(copy, bytes)
    return copy


@pytest.mark.soffice
def test_libreoffice_shows_every_comment(tmp_path: Path, soffice: LibreOffice) -> None:
    """Saved as .ods, all notes of the copy stand in it: the sender's, ours, and both in one."""
    _, copy = both(tmp_path, rich())
    ods = soffice.convert(copy, "ods", tmp_path / "out")
    with zipfile.ZipFile(ods) as archive:
        content = archive.read("content.xml").decode()
    for mark in POINTS:
        if mark.cell:
            assert mark.text in content
    assert content.count("係長確認済み") >= 1
    assert "別の欄のメモ" in content
    assert cell_of(NOTED)


FORMS = ("jizen", "tojitsu")


@pytest.mark.parametrize("form_id", FORMS)
@pytest.mark.parametrize("program", samples.programs(), ids=lambda each: each.sample)
def test_sample_of_every_program_marked_reads_the_same(
    form_id: str, program: samples.Program
) -> None:
    """Whatever program saved the return: its marked copy has its answers, its findings, its texts, its losses."""
    from xlsx_pdca.checks import read_return

    data = (samples.FOLDER / form_id / f"{program.sample}.xlsx").read_bytes()
    book = books.raw(data)
    plan = _plan_of(form_id)
    before = read_return(book, plan, None)
    points = [
        Mark(n, answer.sheet, answer.cell, f"{n}番目の点です。")
        for n, answer in enumerate(before.answers[:12], 1)
    ]
    cover = Cover("御確認いただきたい点", ("お願いします。",), (), "県", "")
    copy = marked(data, points, cover)
    assert isinstance(copy, bytes), copy
    assert read_return(books.raw(copy), plan, None) == before


def _plan_of(form_id: str) -> WorkbookPlan:
    plans = (WorkbookPlan.from_json(p.read_bytes()) for p in (samples.FROZEN / "plans").iterdir())
    return next(plan for plan in plans if plan.form == form_id)
