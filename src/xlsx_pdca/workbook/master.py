"""Writes the master of one frozen plan with XlsxWriter; it decides looks only, never a text, place or rule."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xlsx_pdca.cells import Rect, column_letters
from xlsx_pdca.layout.paper import (
    BOTTOM_MARGIN,
    PAPERS,
    SIDE_MARGIN,
    TOP_MARGIN,
    print_scale,
)
from xlsx_pdca.plan import (
    HIDDEN_SHEET,
    SLOT,
    TICKET_PROPERTY,
    CellPlan,
    HighlightPlan,
    PrintPlan,
    SheetPlan,
    Style,
    ValidationPlan,
    WorkbookPlan,
    per_plan,
)
from xlsx_pdca.workbook.locks import Password, locked
from xlsx_pdca.workbook.look import (
    ALL_SIDES,
    DEFAULT_FONT,
    HIGHLIGHTS,
    LOOKS,
    PADS,
    Look,
    answer_style,
    look_of,
    properties,
    width_pixels,
    writer_options,
)
from xlsx_pdca.workbook.package import packed, unpacked

_PROTECTION = {"objects": True, "scenarios": True, "format_rows": True}
"""What people may still do on a protected sheet: put in shapes and make rows higher."""
_EVERY_CELL = "A1:XFD1048576"

ERROR_TITLE = "一覧にない内容です"
ERROR_TEXT = "一覧からお選びください。このまま記入される場合は［はい］を押してください。"


def write_master(
    plan: WorkbookPlan, *, created: datetime, password: Password | None = None
) -> bytes:
    """The workbook of a plan with its slots still open; same inputs, same bytes.

    The plan must have no `plan_faults`; whatever XlsxWriter refuses is our bug and raises.
    """
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # XlsxWriter only warns when it leaves out a validation, a name or a cell.
        warnings.simplefilter("error")
        _Writer.onto(buffer, plan, created).write()
    return packed(locked(unpacked(buffer.getvalue()), password))


@dataclass(frozen=True)
class _Writer:
    """One plan on its way into one workbook."""

    plan: WorkbookPlan
    book: Any
    formats: dict[tuple[Look, frozenset[str]], Any]
    """Formats made so far, by look and drawn sides."""

    @classmethod
    def onto(cls, buffer: io.BytesIO, plan: WorkbookPlan, created: datetime) -> _Writer:
        import xlsxwriter

        book = xlsxwriter.Workbook(buffer, writer_options())
        book.set_properties(
            {"title": plan.title, "created": created.astimezone(UTC).replace(tzinfo=None)}
        )
        _done(book.set_custom_property(TICKET_PROPERTY, "⟦ticket⟧", "text"))
        return cls(plan, book, {})

    def write(self) -> None:
        sheets = {sheet.key: self.book.add_worksheet(sheet.name) for sheet in self.plan.sheets}
        for sheet in self.plan.sheets:
            self._write_sheet(sheets[sheet.key], sheet)
        self._write_lists()
        self._write_hidden()
        self._write_names()
        first = next(sheet for sheet in self.plan.sheets if not sheet.hidden)
        sheets[first.key].activate()
        self.book.close()

    def _write_sheet(self, target: Any, sheet: SheetPlan) -> None:
        _set_view(target, sheet)
        for cell in sheet.cells:
            self._write_cell(target, sheet, cell)
        for answer in self.plan.answers:
            if answer.sheet == sheet.key:
                style = answer_style(self.plan.question_of(answer))
                self._write_cell(target, sheet, CellPlan(answer.rect, style))
        for validation in sheet.validations:
            self._add_validation(target, sheet, validation)
        for highlight in sheet.highlights:
            self._add_highlight(target, highlight)
        if sheet.protected:
            target.protect("", dict(_PROTECTION))
        _done(target.ignore_errors({"number_stored_as_text": _EVERY_CELL}))
        if sheet.printing:
            _set_print(target, sheet, sheet.printing, self.plan.title)

    def _write_cell(self, target: Any, sheet: SheetPlan, cell: CellPlan) -> None:
        if cell.style is Style.DRAWING_AREA:
            self._outline(target, cell)
            return
        height = sum(sheet.heights[cell.rect.top - 1 : cell.rect.bottom])
        look = self._format(look_of(cell.style, height), _drawn_sides(sheet, cell))
        if not cell.rect.is_cell:
            _done(target.merge_range(*_corners(cell.rect), "", look))
        self._fill(target, cell, look)

    def _fill(self, target: Any, cell: CellPlan, look: Any) -> None:
        row, column = cell.rect.top - 1, cell.rect.left - 1
        if cell.link:
            text = cell.text or str(cell.cached)
            internal = cell.link.replace("#", "internal:", 1)
            _done(target.write_url(row, column, internal, look, text))
        if cell.formula:
            _done(target.write_formula(row, column, f"={cell.formula}", look, cell.cached))
        elif cell.text and not cell.link:
            _done(target.write_string(row, column, cell.text, look))
        elif not cell.text:
            _done(target.write_blank(row, column, None, look))

    def _outline(self, target: Any, cell: CellPlan) -> None:
        """A frame around open cells: merged, they would swallow what people type beside their picture."""
        for row in range(cell.rect.top, cell.rect.bottom + 1):
            for column in range(cell.rect.left, cell.rect.right + 1):
                sides = _outer_sides(cell.rect, row, column)
                if sides:
                    look = self._format(LOOKS[cell.style], sides)
                    _done(target.write_blank(row - 1, column - 1, None, look))
        if cell.text:
            self._fill(target, cell, self._format(LOOKS[cell.style], frozenset({"top", "left"})))

    def _format(self, look: Look, sides: frozenset[str] = ALL_SIDES) -> Any:
        key = (look, sides)
        if key not in self.formats:
            self.formats[key] = self.book.add_format(properties(look, sides))
        return self.formats[key]

    def _add_validation(self, target: Any, sheet: SheetPlan, plan: ValidationPlan) -> None:
        options: dict[str, object] = {"input_title": plan.title, "input_message": plan.prompt}
        if not plan.list_name:
            options["validate"] = "any"
        else:
            options |= {"validate": "list", "source": f"={plan.list_name}"}
            options |= _warning(free=self._is_free(sheet, plan.rect))
        _done(target.data_validation(*_corners(plan.rect), options))

    def _is_free(self, sheet: SheetPlan, rect: Rect) -> bool:
        """Whether answers outside the list are welcome there."""
        return any(
            self.plan.question_of(answer).free_choice
            for answer in self.plan.answers
            if answer.sheet == sheet.key and answer.rect.overlaps(rect)
        )

    def _add_highlight(self, target: Any, plan: HighlightPlan) -> None:
        look = self.book.add_format(HIGHLIGHTS[plan.look])
        rule = {"type": "formula", "criteria": f"={plan.formula}", "format": look}
        _done(target.conditional_format(*_corners(plan.rect), rule))

    def _write_lists(self) -> None:
        """Options of all drop-downs, one list per column, each under its defined name."""
        if not self.plan.lists:
            return
        target = self.book.add_worksheet(self.plan.list_sheet)
        look = self._format(LOOKS[Style.HIDDEN])
        for column, options in enumerate(self.plan.lists):
            for row, value in enumerate(options.values):
                _done(target.write_string(row, column, value, look))
            letters = column_letters(column + 1)
            area = f"${letters}$1:${letters}${len(options.values)}"
            _done(self.book.define_name(options.name, f"='{self.plan.list_sheet}'!{area}"))
        target.protect()
        target.very_hidden()

    def _write_hidden(self) -> None:
        """Key and value rows that prove whose workbook this is."""
        target = self.book.add_worksheet(HIDDEN_SHEET)
        look = self._format(LOOKS[Style.HIDDEN])
        for row, pair in enumerate(identity(self.plan).items()):
            for column, text in enumerate(pair):
                _done(target.write_string(row, column, text, look))
        target.protect()
        target.very_hidden()

    def _write_names(self) -> None:
        names = {sheet.key: sheet.name.replace("'", "''") for sheet in self.plan.sheets}
        for name in self.plan.names:
            place = f"='{names[name.sheet]}'!{name.rect.absolute}"
            _done(self.book.define_name(name.name, place))


def identity(plan: WorkbookPlan) -> Mapping[str, str]:
    """What the hidden sheet says, slots still open."""
    return {
        "ticket": "⟦ticket⟧",
        "form": plan.form,
        "version": str(plan.version),
        "edition": plan.edition,
        "plan": plan.digest,
        "round": "⟦round⟧",
        "prefecture": "⟦prefecture⟧",
        "unit": "⟦unit_id⟧",
    }


def open_slots(plan: WorkbookPlan) -> frozenset[str]:
    """Every slot the master of a plan leaves open."""
    proofs = (name for text in identity(plan).values() for name in SLOT.findall(text))
    return plan.slots().union(proofs)


def _done(code: int | None) -> None:
    """XlsxWriter returns a negative number for what it silently leaves out."""
    if code:
        raise RuntimeError(f"XlsxWriter left something out (code {code})")


def _corners(rect: Rect) -> tuple[int, int, int, int]:
    return rect.top - 1, rect.left - 1, rect.bottom - 1, rect.right - 1


def _drawn_sides(sheet: SheetPlan, cell: CellPlan) -> frozenset[str]:
    """All sides, but none between a box and the air at its top."""
    if cell.style in PADS:
        return ALL_SIDES - {"bottom"}
    return ALL_SIDES - {"top"} if cell.rect.top - 1 in _padded(sheet, cell.rect) else ALL_SIDES


def _padded(sheet: SheetPlan, rect: Rect) -> frozenset[int]:
    return _pads(sheet).get((rect.left, rect.right), frozenset())


@per_plan
def _pads(sheet: SheetPlan) -> Mapping[tuple[int, int], frozenset[int]]:
    """Left and right column → rows of air inside boxes so wide."""
    found: dict[tuple[int, int], set[int]] = {}
    for cell in sheet.cells:
        if cell.style in PADS:
            found.setdefault((cell.rect.left, cell.rect.right), set()).add(cell.rect.top)
    return {sides: frozenset(rows) for sides, rows in found.items()}


def _outer_sides(rect: Rect, row: int, column: int) -> frozenset[str]:
    places = {
        "top": row == rect.top,
        "bottom": row == rect.bottom,
        "left": column == rect.left,
        "right": column == rect.right,
    }
    return frozenset(side for side, outer in places.items() if outer)


def _warning(*, free: bool) -> dict[str, object]:
    """What happens when something outside the list is typed: a question at most, never a refusal."""
    if free:
        return {"show_error": False}
    return {"error_type": "warning", "error_title": ERROR_TITLE, "error_message": ERROR_TEXT}


def _set_view(target: Any, sheet: SheetPlan) -> None:
    target.hide_gridlines(2)
    for column, width in enumerate(sheet.widths):
        _done(target.set_column(column, column, width))
    for row, height in enumerate(sheet.heights):
        _done(target.set_row(row, height))
    if any(sheet.freeze):
        target.freeze_panes(*sheet.freeze)
    if sheet.hidden:
        target.very_hidden()


def _set_print(target: Any, sheet: SheetPlan, plan: PrintPlan, title: str) -> None:
    target.set_paper(PAPERS[plan.paper].code)
    if plan.landscape:
        target.set_landscape()
    pixels = sum(width_pixels(width) for width in sheet.widths)
    scale = print_scale(plan.paper, landscape=plan.landscape, pixels=pixels)
    # Fitting only ever makes smaller, and Excel then ignores page breaks.
    if scale > 100 or plan.breaks:
        target.set_print_scale(scale)
    else:
        target.fit_to_pages(1, 0)
    target.set_margins(left=SIDE_MARGIN, right=SIDE_MARGIN, top=TOP_MARGIN, bottom=BOTTOM_MARGIN)
    target.center_horizontally()
    first, last = plan.repeat_rows
    if first:
        target.repeat_rows(first - 1, last - 1)
    _done(target.print_area(*_corners(plan.area)))
    if plan.breaks:
        target.set_h_pagebreaks(list(plan.breaks))
    face = '&"' + str(DEFAULT_FONT["font_name"]) + ',Regular"&8'
    target.set_footer(f"&L{face}{title.replace('&', '&&')}&R{face}&P / &N", {"margin": 0.3})
