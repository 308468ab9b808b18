"""The frame of a sheet while it grows: rows, heads, blocks kept together, print set-up, progress line."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsx_pdca.cells import Rect
from xlsx_pdca.layout import formulas
from xlsx_pdca.layout.grid import (
    CODE_COLUMN,
    LABEL_COLUMN,
    AnswerColumn,
    Grid,
)
from xlsx_pdca.layout.metrics import (
    LABEL_POINTS,
    LEAD_POINTS,
    text_height,
    width_units,
)
from xlsx_pdca.layout.paper import page_breaks, page_points, with_breaks
from xlsx_pdca.layout.words import Words
from xlsx_pdca.plan import (
    AnswerPlan,
    CellPlan,
    FieldPlan,
    HighlightPlan,
    PrintPlan,
    SheetPlan,
    Style,
    ValidationPlan,
)
from xlsx_pdca.spec import Note, Sheet

STATUS_POINTS = 15.0
TABLE_STATUS_POINTS = 13.0
SHORT_POINTS = 24.0
GAP_POINTS = 5.0
"""Air below the head, and between one question and the next."""
HEAD_ROWS = 4
"""Title, unit, lead, progress."""
MAX_REPEATED_ROWS = 9
"""A header further down is not kept in sight: too little would be left of the window."""
SHORT_SECTION = 0.35
"""Share of a page up to which a section is not parted."""
TICKET_TEXT = "整理番号 ⟦ticket⟧"
UNIT_TEXT = "⟦unit⟧（⟦role⟧）　提出期限 ⟦deadline⟧"


@dataclass
class SheetFrame:
    """A sheet while it grows; `finished` freezes it."""

    sheet: Sheet
    words: Words
    codes: dict[str, str]
    lists: dict[str, str]
    """Question key → defined name of its options."""
    grid: Grid
    heights: list[float] = field(default_factory=list)
    cells: list[CellPlan] = field(default_factory=list)
    answers: list[AnswerPlan] = field(default_factory=list)
    fields: list[FieldPlan] = field(default_factory=list)
    names: dict[str, Rect] = field(default_factory=dict)
    validations: list[ValidationPlan] = field(default_factory=list)
    entry_head: Rect | None = None
    heading: str = ""
    starts: list[int] = field(default_factory=list)
    """First rows of the blocks a page should not part."""
    sections: list[tuple[int, bool]] = field(default_factory=list)
    """First row of each heading, and whether what follows is a table, which may be parted anywhere."""
    block_is_open: bool = False
    """A heading or note was written; what follows belongs to it."""
    below_head: int = 0
    """Row below the first head: air, or what the columns of a table ask for."""
    pads: dict[int, int] = field(default_factory=dict)
    """First row of a tall answer → the row of air inside its frame."""

    def add_row(self, points: float) -> int:
        self.heights.append(_quarters(points))
        return len(self.heights)

    def begin_block(self, *, open_: bool) -> None:
        """The next row begins a block, unless a heading above is still waiting for its first question."""
        if not self.block_is_open:
            self.starts.append(len(self.heights) + 1)
        self.block_is_open = open_

    def put(self, rect: Rect, style: Style, text: str = "", **more: object) -> None:
        self.cells.append(CellPlan(rect, style, text, **more))  # type: ignore[arg-type]  # keyword pass-through

    def formula(self, rect: Rect, style: Style, formula: str, cached: str | int) -> None:
        self.cells.append(CellPlan(rect, style, formula=formula, cached=cached))

    def whole(self, row: int) -> Rect:
        return Rect(row, CODE_COLUMN, row, self.grid.last)

    def start(self) -> None:
        title = self.add_row(30)
        self.put(Rect.cell(title, CODE_COLUMN), Style.TITLE, self.sheet.title)
        self.put(Rect.cell(title, self.grid.last), Style.TICKET, TICKET_TEXT)
        unit = self.add_row(20)
        self.put(Rect.cell(unit, CODE_COLUMN), Style.UNIT, UNIT_TEXT)
        lead = self.words.sheet_lead(self.sheet)
        row = self.add_row(text_height(lead, self.grid.width(1, self.grid.last), LEAD_POINTS))
        self.put(self.whole(row), Style.LEAD, lead)
        # A note right below would stick to it; anything else begins with air of its own.
        has_note = isinstance(next(iter(self.sheet.items), None), Note)
        self.progress_row = self.add_row(22 if has_note else 18)

    def head(self, columns: tuple[AnswerColumn, ...], label: str) -> None:
        """Header row; its answer headers are the locked column anchors."""
        row = self.add_row(self._head_height(columns))
        self.put(Rect.cell(row, CODE_COLUMN), Style.HEAD, "番号")
        self.put(Rect.cell(row, LABEL_COLUMN), Style.HEAD, label)
        for column in columns:
            self.put(Rect(row, column.mark, row, column.bar), Style.HEAD)
            rect = self._head_rect(row, column)
            self.put(rect, Style.HEAD, column.header)
            self.names[self._column_name(column)] = Rect.cell(row, column.column)

    def _head_height(self, columns: tuple[AnswerColumn, ...]) -> float:
        wide = columns[0] == self.grid.entry
        return max(
            [
                24.0,
                *(text_height(c.header, c.pixels, LABEL_POINTS) + 4 for c in columns if not wide),
            ]
        )

    def air_below_head(self) -> None:
        """A thin row, repeated with the head, so that no answer sticks to it."""
        self.note_below_head(self.add_row(GAP_POINTS))

    def note_below_head(self, row: int) -> None:
        self.below_head = self.below_head or row

    def continued_head(self, columns: tuple[AnswerColumn, ...]) -> None:
        """The head of a table once more, in brackets: at the top of a page that repeats another head."""
        row = self.add_row(self._head_height(columns))
        self.put(Rect(row, CODE_COLUMN, row, LABEL_COLUMN), Style.HEAD, "（続き）")
        for column in columns:
            self.put(Rect(row, column.mark, row, column.bar), Style.HEAD)
            self.put(Rect.cell(row, column.column), Style.HEAD, f"（{column.header}）")
        self.add_row(GAP_POINTS)

    def begins_page(self, *rows: float) -> bool:
        """Whether a block of rows of these heights would stand at the top of a page."""
        if self.block_is_open or not self.starts:
            return False
        row = len(self.heights) + 1
        heights = [*self.heights, *map(_quarters, rows)]
        starts = self._page_starts([*self.starts, row])
        breaks = page_breaks(heights, starts, repeated=self._repeated(), points=self._page_points())
        return row - 1 in breaks

    def _page_points(self) -> float:
        paper = self.sheet.paper.value
        return page_points(paper, landscape=True, pixels=sum(self.grid.pixels))

    def _head_rect(self, row: int, column: AnswerColumn) -> Rect:
        right = self.grid.last if column == self.grid.entry else column.column
        return Rect(row, column.column, row, right)

    def _column_name(self, column: AnswerColumn) -> str:
        return f"pdca_col_{self.sheet.key}_{column.key}"

    def header_cell(self, column: AnswerColumn) -> Rect:
        return self.names[self._column_name(column)]

    # -- end -----------------------------------------------------------------------------

    def finished(self) -> SheetPlan:
        if self.answers:
            self._progress()
        return SheetPlan(
            key=self.sheet.key,
            name=self.sheet.name,
            widths=tuple(width_units(p) for p in self.grid.pixels),
            heights=tuple(self.heights),
            cells=tuple(self.cells),
            validations=tuple(self.validations),
            highlights=tuple(self._highlights()),
            printing=self._printing(),
            freeze=(self._repeated(), LABEL_COLUMN),
        )

    def _printing(self) -> PrintPlan:
        printing = PrintPlan(
            paper=self.sheet.paper.value,
            landscape=True,
            repeat_rows=(1, self._repeated()),
            area=Rect(1, 1, len(self.heights), self.grid.last),
        )
        starts = self._page_starts(self.starts)
        return with_breaks(printing, self.heights, starts, sum(self.grid.pixels))

    def _page_starts(self, starts: list[int]) -> list[int]:
        """Where a page may begin: at any block, but not inside a short section, which is read as one."""
        most = self._page_points() * SHORT_SECTION
        ends = [*(first for first, _ in self.sections[1:]), len(self.heights) + 1]
        short = [
            range(first + 1, end)
            for (first, is_table), end in zip(self.sections, ends, strict=False)
            if not is_table and sum(self.heights[first - 1 : end - 1]) <= most
        ]
        return [start for start in starts if not any(start in rows for rows in short)]

    def _progress(self) -> None:
        """The line that counts what is missing, with its value in the untouched form."""
        required = any(answer.required for answer in self.answers)
        all_well = formulas.ALL_FILLED if required else formulas.ALL_OPTIONAL
        missing = sum(cell.cached == formulas.MARK_MISSING for cell in self.cells)
        untouched = f"必須の未記入 {missing} 件　御確認いただきたい欄 0 件" if missing else all_well
        marks = tuple(column.mark for column in self.grid.columns)
        self.formula(
            Rect.cell(self.progress_row, CODE_COLUMN),
            Style.PROGRESS,
            formulas.sheet_progress(marks, all_well),
            untouched,
        )

    def _repeated(self) -> int:
        """Rows kept in sight and on every printed page: down to the header of the first block."""
        heads = [r.top for n, r in self.names.items() if n.startswith("pdca_col_")]
        first = min(heads, default=HEAD_ROWS)
        return max(first, self.below_head) if first <= MAX_REPEATED_ROWS else HEAD_ROWS

    def _highlights(self) -> list[HighlightPlan]:
        found = []
        for answer in self.answers:
            assert answer.mark_cell is not None
            mark, rect = answer.mark_cell.absolute, answer.rect
            missing = f"{mark}={formulas.quoted(formulas.MARK_MISSING)}"
            doubtful = f"{mark}={formulas.quoted(formulas.MARK_DOUBTFUL)}"
            top = self.pads.get(rect.top, rect.top)
            box = Rect(top, rect.left, rect.bottom, rect.right)
            found += [
                HighlightPlan(box, missing, "required"),
                HighlightPlan(box, doubtful, "doubtful"),
            ]
            if answer.required:
                bar = Rect(top, rect.left - 1, rect.bottom, rect.left - 1)
                found.append(HighlightPlan(bar, missing, "bar"))
        return found


def _quarters(points: float) -> float:
    """A height as spreadsheet programs keep it."""
    return round(points * 4) / 4


def ascii_key(code: str) -> str:
    """A printed code as a part of a name: J1-03 → j1_03."""
    return code.lower().replace("-", "_")


def row_name(code: str) -> str:
    """Defined name of a printed code: J1-03 → pdca_row_j1_03."""
    return f"pdca_row_{ascii_key(code)}"
