"""A stamped copy differs from its master in the slots alone, whatever stands in them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import openpyxl
import pytest
import python_calamine

import small_form
from xlsx_pdca.plan import filled
from xlsx_pdca.workbook.lint import lint_package
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.package import packed, unpacked
from xlsx_pdca.workbook.stamp import MAX_ISSUED, Master, stamp

AWKWARD = (
    "甲&乙<丙>\"丁\"'戊'",
    "１行目\n２行目",
    "  前後に空白　",
    "=1+1",
    "_x000D_と書いた文",
    "𠮷野家 👨‍👩‍👧 葛󠄀城",
    "⟦unit⟧",
    "\\1 \\g<0>",
    "",
)


@pytest.fixture(scope="module")
def package() -> bytes:
    return write_master(small_form.plan(), created=small_form.CREATED)


@pytest.fixture(scope="module")
def master(package: bytes) -> Master:
    return Master.of(package)


def copy_with(master: Master, **values: str) -> bytes:
    return stamp(master, small_form.slots_for(master.slots) | values)


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_arrives_unchanged(master: Master, text: str) -> None:
    """Two independent readers find the value in its cell exactly as given."""
    data = copy_with(master, contact=text)
    assert lint_package(data) in (
        (),
        ("xl/sharedStrings.xml: an open slot",) if "⟦" in text else (),
    )
    contact = next(
        (s.key, c) for s in small_form.plan().sheets for c in s.cells if c.text == "⟦contact⟧"
    )
    rect = contact[1].rect
    read = openpyxl.load_workbook(io.BytesIO(data))["はじめに"].cell(rect.top, rect.left)
    assert (read.value or "") == text
    sheet = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name("はじめに")
    rows = sheet.to_python(skip_empty_area=False)
    assert rows[rect.top - 1][rect.left - 1] == text


def test_line_ends_become_line_feeds_and_control_signs_are_kept(master: Master) -> None:
    """Windows and old Mac line ends become one; a sign XML cannot hold is escaped, not lost."""
    data = copy_with(master, contact="甲\r\n乙\r丙\x0b丁")
    sheet = python_calamine.load_workbook(io.BytesIO(data)).get_sheet_by_name("はじめに")
    assert "甲\n乙\n丙\x0b丁" in [value for row in sheet.to_python() for value in row]


def test_property_holds_the_value_escaped(master: Master) -> None:
    """A value with markup signs reaches the custom property as text."""
    data = copy_with(master, ticket="A&B<C>")
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.custom_doc_props["pdca_ticket"].value == "A&B<C>"


def test_a_missing_or_unknown_slot_is_our_bug(master: Master) -> None:
    """Exactly the master's slots must be given."""
    values = small_form.slots_for(master.slots)
    assert stamp(master, values)
    without = {name: text for name, text in values.items() if name != "unit"}
    with pytest.raises(KeyError, match="unit"):
        stamp(master, without)
    with pytest.raises(KeyError, match="colour"):
        stamp(master, values | {"colour": "青"})


def test_parts_without_slots_are_taken_over_as_they_are(package: bytes, master: Master) -> None:
    """Only shared strings and the property change; every other part is the master's, in its order."""
    before, after = unpacked(package), unpacked(copy_with(master))
    assert list(before) == list(after)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/sharedStrings.xml", "docProps/custom.xml"}


def test_all_slots_of_the_plan_and_of_the_hidden_sheet_are_known(master: Master) -> None:
    """What must be filled is what the plan uses, and what proves identity."""
    identity = {"ticket", "round", "prefecture", "unit_id"}
    assert master.slots == small_form.plan().slots() | identity


def test_zip_is_sound_and_without_a_clock(master: Master) -> None:
    """Checksums hold, content types come first, every date is the zip's oldest."""
    with zipfile.ZipFile(io.BytesIO(copy_with(master))) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "[Content_Types].xml"
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_same_inputs_same_bytes(master: Master, package: bytes) -> None:
    """A copy stamped again, also from a master cut anew, is the same file."""
    assert copy_with(master) == copy_with(Master.of(package))
    assert copy_with(master) != copy_with(master, unit="高崎市")


def test_copy_is_small(master: Master) -> None:
    """An issued workbook stays far below what mail gateways mind."""
    assert len(copy_with(master)) < MAX_ISSUED


def test_a_slot_where_none_is_stamped_is_our_bug(package: bytes) -> None:
    """A slot that strayed into a sheet, here its name, is found when the master is cut."""
    parts = unpacked(package)
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(
        "様式１".encode(), "⟦unit⟧".encode()
    )
    with pytest.raises(ValueError, match=r"xl/workbook\.xml"):
        Master.of(packed(parts))


def test_filled_plan_and_stamped_book_agree() -> None:
    """Slots in the middle of a text are filled in the book as `filled` says."""
    plan = small_form.plan()
    first = plan.sheets[0]
    cell = first.cells[0]
    mixed = replace(cell, text="⟦unit⟧の⟦role⟧（⟦unit⟧）")
    plan = replace(plan, sheets=(replace(first, cells=(mixed, *first.cells[1:])), *plan.sheets[1:]))
    master = Master.of(write_master(plan, created=small_form.CREATED))
    book = openpyxl.load_workbook(io.BytesIO(copy_with(master)))
    value = book["はじめに"].cell(cell.rect.top, cell.rect.left).value
    assert value == filled(mixed.text, small_form.SLOTS) == "前橋市の自治体担当者（前橋市）"
