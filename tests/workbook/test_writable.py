"""What cannot be written correctly is refused beforehand, by place and remedy."""

from __future__ import annotations

from dataclasses import replace

import pytest

import small_form
from xlsx_pdca.cells import Rect
from xlsx_pdca.errors import Fault
from xlsx_pdca.plan import CellPlan, NamePlan, OptionList, SheetPlan, Style, WorkbookPlan
from xlsx_pdca.workbook.writable import plan_faults, slot_faults

FILE = "10_様式/small/v1.toml"


@pytest.fixture(scope="module")
def plan() -> WorkbookPlan:
    return small_form.plan()


def faults(plan: WorkbookPlan) -> tuple[Fault, ...]:
    return plan_faults(plan, FILE)


def with_sheet(plan: WorkbookPlan, key: str, **changes: object) -> WorkbookPlan:
    """The plan with one sheet changed."""
    sheets = (replace(s, **changes) if s.key == key else s for s in plan.sheets)
    return replace(plan, sheets=tuple(sheets))


def only(found: tuple[Fault, ...]) -> Fault:
    assert len(found) == 1, found
    return found[0]


def test_a_good_plan_has_no_faults(plan: WorkbookPlan) -> None:
    """The control for every refusal below."""
    assert faults(plan) == ()


def longer_prompt(sheet: SheetPlan, **texts: str) -> SheetPlan:
    first, *others = sheet.validations
    return replace(sheet, validations=(replace(first, **texts), *others))


@pytest.mark.parametrize(("length", "count"), [(255, 0), (256, 1)])
def test_prompt_over_its_limit(plan: WorkbookPlan, length: int, count: int) -> None:
    """255 signs are taken, 256 refused with the question's key and what to shorten."""
    changed = longer_prompt(plan.sheet("s1"), prompt="字" * length)
    found = faults(with_sheet(plan, "s1", validations=changed.validations))
    assert len(found) == count
    for fault in found:
        assert (fault.file, fault.place) == (FILE, "質問 name")
        assert "256字" in fault.found and "hint" in fault.remedy


@pytest.mark.parametrize(("length", "count"), [(32, 0), (33, 1)])
def test_prompt_title_over_its_limit(plan: WorkbookPlan, length: int, count: int) -> None:
    """32 signs are taken, 33 refused."""
    changed = longer_prompt(plan.sheet("s1"), title="字" * length)
    assert len(faults(with_sheet(plan, "s1", validations=changed.validations))) == count


def test_emoji_count_as_excel_counts_them(plan: WorkbookPlan) -> None:
    """Limits are in UTF-16 units: 17 emoji do not fit into 32."""
    changed = longer_prompt(plan.sheet("s1"), title="😀" * 17)
    assert only(faults(with_sheet(plan, "s1", validations=changed.validations)))


@pytest.mark.parametrize(
    ("values", "count"),
    [
        (tuple(f"選択肢{n}" for n in range(1000)), 0),
        (tuple(f"選択肢{n}" for n in range(1001)), 1),
        (("字" * 255,), 0),
        (("字" * 256,), 1),
        (("一行目\n二行目",), 1),
        (("",), 1),
        ((), 1),
    ],
    ids=("1000", "1001", "long", "too long", "line break", "blank", "none"),
)
def test_dropdown_over_its_limits(plan: WorkbookPlan, values: tuple[str, ...], count: int) -> None:
    """Too many, too long, empty or two-line options are refused; the greatest allowed pass."""
    lists = (*plan.lists, OptionList("pdca_list_99", values))
    assert len(faults(replace(plan, lists=lists))) == count


def test_dropdown_without_its_list(plan: WorkbookPlan) -> None:
    """A drop-down whose list is missing would be empty in Excel."""
    assert "options" in faults(replace(plan, lists=plan.lists[:1]))[0].remedy


def test_names_that_differ_in_case_only(plan: WorkbookPlan) -> None:
    """Excel takes `PDCA_ROW_S1_01` and `pdca_row_s1_01` for one name."""
    twin = NamePlan("PDCA_ROW_S1_01", "s1", Rect.cell(1, 1))
    fault = only(faults(replace(plan, names=(*plan.names, twin))))
    assert "PDCA_ROW_S1_01" in fault.place and "pdca_row_s1_01" in fault.place


@pytest.mark.parametrize("name", ["q1", "r1c1", "ans-x", "a b", "1st", "rc", "x" * 256])
def test_names_excel_does_not_take(plan: WorkbookPlan, name: str) -> None:
    """Names that look like cells or hold other signs are refused."""
    odd = NamePlan(name, "s1", Rect.cell(1, 1))
    assert only(faults(replace(plan, names=(*plan.names, odd)))).place == f"キー {name}"


def test_more_than_two_thousand_names(plan: WorkbookPlan) -> None:
    """2,000 names pass, one more is refused."""
    room = 2_000 - len(plan.names) - len(plan.lists)
    names = tuple(NamePlan(f"pdca_more_{n}", "s1", Rect.cell(1, 1)) for n in range(room))
    assert faults(replace(plan, names=(*plan.names, *names))) == ()
    names += (NamePlan("pdca_more_x", "s1", Rect.cell(1, 1)),)
    assert "2,001個" in only(faults(replace(plan, names=(*plan.names, *names)))).found


def test_two_equal_headers_on_a_sheet(plan: WorkbookPlan) -> None:
    """Headers equal but for width and blanks would be one anchor; both sheet and text are named."""
    answers = tuple(
        replace(a, header="日常の　療養支援") if a.column == "discharge" else a
        for a in plan.answers
    )
    fault = only(faults(replace(plan, answers=answers)))
    assert "s2" in fault.place and "日常の療養支援" in fault.found


def test_two_equal_codes(plan: WorkbookPlan) -> None:
    """A printed code that stands twice in the book is refused with both questions."""
    answers = tuple(
        replace(a, code="S1-02") if a.field == "entered_on" else a for a in plan.answers
    )
    assert only(faults(replace(plan, answers=answers))).place == "質問 name、entered_on"


@pytest.mark.parametrize(
    "name", ["", "図" * 32, "図:表", "図/表", "[図]", "'図", "History", "_pdca", "様式１"]
)
def test_sheet_names_excel_does_not_take(plan: WorkbookPlan, name: str) -> None:
    """Illegal, reserved and repeated sheet names are refused by the sheet's key."""
    assert only(faults(with_sheet(plan, "chart", name=name))).place == "シート「chart」"


def test_rows_too_high(plan: WorkbookPlan) -> None:
    """Excel cuts rows at 409 points: 409 passes, 410 is refused."""
    heights = plan.sheet("chart").heights
    assert faults(with_sheet(plan, "chart", heights=(*heights, 409.0))) == ()
    assert only(faults(with_sheet(plan, "chart", heights=(*heights, 410.0))))


def test_overlapping_cells(plan: WorkbookPlan) -> None:
    """Two things on one cell: Excel would repair the file, so it is refused with both places."""
    cells = (*plan.sheet("s1").cells, CellPlan(Rect(1, 1, 1, 2), Style.NOTE, "重なり"))
    assert "A1" in only(faults(with_sheet(plan, "s1", cells=cells))).place


def test_text_too_long(plan: WorkbookPlan) -> None:
    """A text of the form that fits into no cell is refused."""
    cells = (*plan.sheet("s1").cells, CellPlan(Rect.cell(300, 1), Style.NOTE, "字" * 32_768))
    assert "A300" in only(faults(with_sheet(plan, "s1", cells=cells))).place


def test_slot_value_too_long(plan: WorkbookPlan) -> None:
    """A unit's value is measured together with the text around it; the usual ones pass."""
    assert slot_faults(plan, small_form.SLOTS, FILE) == ()
    slots = {**small_form.SLOTS, "contact": "字" * 32_768}
    assert "はじめに" in only(slot_faults(plan, slots, "00_管理簿.xlsx")).place
