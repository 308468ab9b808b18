"""Issued workbooks for tests: made for real, filled, changed like people and programs change them, dumped as text."""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl

import small_form
from xlsx_pdca.cells import Rect, a1
from xlsx_pdca.plan import HIDDEN_SHEET, TICKET_PROPERTY, AnswerPlan, WorkbookPlan
from xlsx_pdca.rawbook import CellType, RawBook, RawCell, RawSheet, Refusal
from xlsx_pdca.ticket import Ticket, make_ticket
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.reader import read_workbook
from xlsx_pdca.workbook.stamp import Master, stamp

KEY = b"key of the round in these tests!"
ROUND = "R0801"
Address = tuple[str, str, str]

ANSWERS: Mapping[Address, str] = {
    ("name", "", ""): "赤城 花子",
    ("entered_on", "", ""): "令和8年10月1日",
    ("population", "", ""): "３２６，９１８人",
    ("ageing", "", ""): "28.5%",
    ("desk", "", ""): "委託",
    ("strengths", "", ""): "医師会との関係がよい。\n・月1回の連絡会",
    ("purpose", "daily", ""): "住み慣れた地域で暮らせる",
    ("purpose", "discharge", ""): "退院前に全員で話す",
    ("purpose", "sudden", ""): "=119の前に相談できる",
    ("not_yet", "terminal", ""): "まだ検討していない",
    ("present", "daily", ""): "訪問診療は3か所",
    ("present", "discharge", ""): "連絡票が届くのは半分",
    ("posts", "post", "01"): "介護保険課",
    ("posts", "duty", "01"): "企画",
    ("posts", "staff", "01"): "3",
    ("posts", "post", "02"): "健康増進課",
}
"""Good answers to the small form: whatever else is done to the file, these must come back."""


@functools.cache
def plan() -> WorkbookPlan:
    return small_form.plan()


def ticket(unit: str = "102016-1", issue: int = 1, **changes: object) -> Ticket:
    """A genuine ticket, or one that differs from it in what is given."""
    says = {"round_id": ROUND, "letter": "S", "edition": plan().edition, "key": KEY, **changes}
    return make_ticket(unit=unit, issue=issue, **says)  # type: ignore[arg-type]


def slots() -> dict[str, str]:
    return {**small_form.SLOTS, "ticket": ticket().text}


@functools.cache
def issued() -> bytes:
    """The issued workbook of 前橋市 as bytes."""
    master = Master.of(write_master(plan(), created=small_form.CREATED))
    return stamp(master, {name: slots()[name] for name in master.slots})


@functools.cache
def blank_book() -> RawBook:
    """The issued workbook as our reader reads it."""
    return raw(issued())


@functools.cache
def good_book() -> RawBook:
    """The issued workbook with `ANSWERS` typed in."""
    return fill(blank_book(), ANSWERS)


def raw(data: bytes) -> RawBook:
    book = read_workbook(data)
    assert not isinstance(book, Refusal), book
    return book


def planned(address: Address) -> AnswerPlan:
    return next(answer for answer in plan().answers if answer.address == address)


def spot(address: Address) -> tuple[int, int]:
    """First cell of an answer in the untouched form."""
    rect = planned(address).rect
    return (rect.top, rect.left)


def sheet_name(address: Address) -> str:
    return plan().sheet(planned(address).sheet).name


# -- filling -------------------------------------------------------------------------------


def fill(book: RawBook, answers: Mapping[Address, str | RawCell]) -> RawBook:
    """The book with answers typed into the cells where the plan has them."""
    for address, typed in answers.items():
        book = write(book, sheet_name(address), spot(address), typed)
    return book


def write(book: RawBook, sheet: str, place: tuple[int, int], typed: str | RawCell) -> RawBook:
    """The book with one cell set; an empty text empties it."""
    cell = typed if isinstance(typed, RawCell) else RawCell(CellType.TEXT, typed)
    kept = cell.text or cell.formula is not None
    return on_sheet(book, sheet, lambda s: {**s.cells, place: cell} if kept else without(s, place))


def without(sheet: RawSheet, place: tuple[int, int]) -> dict[tuple[int, int], RawCell]:
    return {at: cell for at, cell in sheet.cells.items() if at != place}


def on_sheet(
    book: RawBook, name: str, cells: Callable[[RawSheet], Mapping[tuple[int, int], RawCell]]
) -> RawBook:
    """The book with the cells of one sheet replaced."""
    assert any(sheet.name == name for sheet in book.sheets), name
    changed = (replace(s, cells=cells(s)) if s.name == name else s for s in book.sheets)
    return replace(book, sheets=tuple(changed))


def fill_with_openpyxl(answers: Mapping[Address, object], path: Path, data: bytes = b"") -> None:
    """An issued workbook filled and saved by openpyxl."""
    book = openpyxl.load_workbook(io.BytesIO(data or issued()))
    for address, value in answers.items():
        book[sheet_name(address)].cell(*spot(address)).value = value
        book[sheet_name(address)].cell(*spot(address)).data_type = "s"
    book.save(path)


# -- what hands and programs do --------------------------------------------------------------


def insert_rows(book: RawBook, sheet: str, at: int, count: int, *, names: bool = True) -> RawBook:
    """Rows inserted before row `at`; some libraries leave the defined names behind (`names=False`)."""
    return _shifted(book, sheet, lambda r, c: (r + count * (r >= at), c), names=names)


def insert_columns(
    book: RawBook, sheet: str, at: int, count: int, *, names: bool = True
) -> RawBook:
    return _shifted(book, sheet, lambda r, c: (r, c + count * (c >= at)), names=names)


def delete_row(book: RawBook, sheet: str, row: int) -> RawBook:
    """One row deleted; names that pointed into it are broken."""

    def up(r: int, c: int) -> tuple[int, int] | None:
        return None if r == row else (r - (r > row), c)

    return _shifted(book, sheet, up)


def _shifted(
    book: RawBook,
    sheet: str,
    move: Callable[[int, int], tuple[int, int] | None],
    *,
    names: bool = True,
) -> RawBook:
    def rect(old: Rect) -> Rect | None:
        start, end = move(old.top, old.left), move(old.bottom, old.right)
        return Rect(*start, *end) if start and end else None

    def moved(s: RawSheet) -> RawSheet:
        cells = {to: cell for at, cell in s.cells.items() if (to := move(*at))}
        merges = tuple(m for old in s.merges if (m := rect(old)))
        return replace(s, cells=cells, merges=merges)

    sheets = tuple(moved(s) if s.name == sheet else s for s in book.sheets)
    if not names:
        return replace(book, sheets=sheets)
    targets = {n: (s, rect(r) if s == sheet else r) for n, (s, r) in book.names.items()}
    kept = {n: (s, r) for n, (s, r) in targets.items() if r}
    broken = book.broken_names | (targets.keys() - kept.keys())
    return replace(book, sheets=sheets, names=kept, broken_names=frozenset(broken))


def strip_names(book: RawBook) -> RawBook:
    return replace(book, names={}, broken_names=frozenset())


def strip_ticket(book: RawBook) -> RawBook:
    """Every trace of the ticket taken away: hidden sheet, property, visible texts."""
    text = ticket().text
    sheets = tuple(
        replace(s, cells={at: c for at, c in s.cells.items() if text not in c.text})
        for s in book.sheets
        if s.name != HIDDEN_SHEET
    )
    properties = {n: v for n, v in book.properties.items() if n != TICKET_PROPERTY}
    return replace(book, sheets=sheets, properties=properties)


def drop_sheets(book: RawBook, *names: str) -> RawBook:
    kept = tuple(s for s in book.sheets if s.name not in names)
    left = {n: target for n, target in book.names.items() if target[0] not in names}
    return replace(book, sheets=kept, names=left)


def rename_sheets(book: RawBook, names: Mapping[str, str]) -> RawBook:
    sheets = tuple(replace(s, name=names.get(s.name, s.name)) for s in book.sheets)
    targets = {n: (names.get(s, s), rect) for n, (s, rect) in book.names.items()}
    return replace(book, sheets=sheets, names=targets)


def duplicate_sheet(book: RawBook, name: str, copy: str) -> RawBook:
    """The sheet once more at the end, as Excel copies it: workbook names stay with the original."""
    original = next(s for s in book.sheets if s.name == name)
    return replace(book, sheets=(*book.sheets, replace(original, name=copy)))


def paste_values_elsewhere(book: RawBook, rows: int = 0, columns: int = 0) -> RawBook:
    """Values of the visible sheets in a new workbook: no names, no merges, no formulas, other sheet names."""
    visible = [s for s in book.sheets if s.state == "visible"]
    sheets = tuple(
        RawSheet(
            f"Sheet{number}",
            "visible",
            {
                (row + rows, column + columns): cell._replace(formula=None)
                for (row, column), cell in s.cells.items()
            },
        )
        for number, s in enumerate(visible, 1)
    )
    return RawBook(sheets, {})


def drag(book: RawBook, source: Address, target: Address, *, breaks: bool) -> RawBook:
    """An answer cut and dropped on another: its name follows; Excel breaks the target's name, LibreOffice does not."""
    sheet = sheet_name(source)
    text = next(s for s in book.sheets if s.name == sheet).cells[spot(source)]
    book = write(write(book, sheet, spot(target), text), sheet, spot(source), "")
    names = {**book.names, planned(source).ans_name: (sheet, Rect.cell(*spot(target)))}
    if breaks:
        del names[planned(target).ans_name]
    return replace(book, names=names)


# -- looking -------------------------------------------------------------------------------


def dump(book: RawBook) -> str:
    """The visible sheets as text: one line per cell."""
    lines: list[str] = []
    for sheet in book.sheets:
        if sheet.state == "visible":
            lines.append(f"[{sheet.name}]")
            lines += [f"{a1(*at)}\t{sheet.cells[at].text!r}" for at in sorted(sheet.cells)]
    return "\n".join(lines)
