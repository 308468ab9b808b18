"""Rows of the wide views: one return, once for each municipality it answers for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cached_property

from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import AnswerPlan, FieldPlan, Style, WorkbookPlan, question_id
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import Answer, State
from xlsx_pdca.summary import (
    Correction,
    Entry,
    NoteKey,
    Place,
    SummaryInput,
    UnitReturn,
    answers_digest,
    answers_of,
    codes_of,
)
from xlsx_pdca.unit import Unit
from xlsx_pdca.views.counts import areas
from xlsx_pdca.views.model import ViewCell, ViewRow

Address = tuple[str, str, str]
Records = Mapping[Address, tuple[Answer, Correction | None]]


@dataclass(frozen=True)
class FormReturns:
    """One form with all its returns; older editions fill the columns they share with the newest."""

    summary: SummaryInput
    form: str

    @cached_property
    def plan(self) -> WorkbookPlan:
        return self.summary.forms[self.form]

    @cached_property
    def returns(self) -> tuple[UnitReturn, ...]:
        return tuple(
            r for r in self.summary.returns if r.form == self.form and r.status is not Status.EXEMPT
        )

    @cached_property
    def records(self) -> Mapping[str, Records]:
        """Answers of each unit by address."""
        return {
            r.unit: {
                place.address: (answer, correction)
                for place, answer, correction in answers_of(self.summary.plan_of(r), r)
            }
            for r in self.returns
        }

    @cached_property
    def editions(self) -> tuple[WorkbookPlan, ...]:
        """Plans of this form, the newest first."""
        return tuple(p for p in reversed(list(self.summary.plans.values())) if p.form == self.form)

    @cached_property
    def kinds(self) -> Mapping[Address, FieldKind]:
        return {answer.address: rule.kind for answer, rule in self.asked}

    @cached_property
    def asked(self) -> tuple[tuple[AnswerPlan, FieldPlan], ...]:
        """Every answer rectangle of any edition with its question, in printed order."""
        found: dict[Address, tuple[AnswerPlan, FieldPlan]] = {}
        for plan in self.editions:
            rules = {f.field: f for f in plan.fields}
            for answer in plan.answers:
                found.setdefault(answer.address, (answer, rules[question_id(answer)]))
        return tuple(found.values())

    @property
    def counts(self) -> dict[str, int]:
        """How many returns a view of this form stands for."""
        return {"asked": len(self.returns), "returned": sum(r.is_in for r in self.returns)}

    def title_of(self, sheet: str) -> str:
        """Title printed on one of the form's sheets."""
        found = next(s for p in self.editions for s in p.sheets if s.key == sheet)
        return next((c.text for c in found.cells if c.style is Style.TITLE), found.name)

    def tab(self, sheet: str) -> str:
        """Tab text of one of the form's sheets, in the newest edition that has it."""
        return next(s.name for p in self.editions for s in p.sheets if s.key == sheet)


def rows_of(
    book: FormReturns,
    returned: UnitReturn,
    view_key: str,
    addresses: Sequence[Address],
    part: str = "",
) -> Iterator[ViewRow]:
    """The row of one return, once for each municipality it answers for."""
    unit = book.summary.unit_of[returned.unit]
    records = book.records[returned.unit]
    found = [records[a] for a in addresses if a in records]
    digest = answers_digest(answer for answer, _ in found)
    cells = tuple(
        _cell(records[a][0] if a in records else None, book.kinds.get(a)) for a in addresses
    )
    row_key = f"{unit.id}#{part}" if part else unit.id
    answers = [answer for answer, _ in found]
    for place in _places(book.summary, unit):
        yield ViewRow(
            place=place,
            unit=unit,
            status=returned.status,
            cells=cells,
            key=NoteKey(view_key, place.code, row_key),
            digest=digest,
            missing=not returned.is_in,
            file=returned.file if returned.is_in else "",
            sheet=next((a.sheet for a in answers if a.sheet), ""),
            spots=tuple(a.cell for a in answers if a.cell),
            entry=_entry_words(returned, [c for _, c in found if c]),
        )


def _places(summary: SummaryInput, unit: Unit) -> tuple[Place, ...]:
    known = tuple(summary.place_of.get(code) or Place(code, code) for code in codes_of(unit))
    return known or (Place(unit.id, unit.name, unit.area, unit.health_office),)


def _cell(answer: Answer | None, kind: FieldKind | None) -> ViewCell:
    if answer is None:
        return ViewCell("", State.BLANK)
    text = answer.value or answer.raw
    number = None
    if kind is not None and kind.is_number and answer.state in (State.FILLED, State.ZERO):
        number = _decimal(answer.value)
    return ViewCell(text, answer.state, number)


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _entry_words(returned: UnitReturn, corrections: Sequence[Correction]) -> str:
    words = [f"{Entry.CORRECTED}（{name}）" for name in dict.fromkeys(c.by for c in corrections)]
    if returned.entry != Entry.TYPED:
        words.insert(0, f"{returned.entry}（{returned.entered_by}）")
    return "、".join(words)


def ordered(summary: SummaryInput, rows: Iterable[ViewRow]) -> tuple[ViewRow, ...]:
    """Rows in 建制順 (or by 圏域), units without a municipality last, each unit's rows as they came."""
    rank = {area: n for n, area in enumerate(areas(summary))}

    def place(row: ViewRow) -> tuple[int, bool, str, str]:
        grouped = rank.get(row.place.area, len(rank)) if summary.by_area else 0
        return (grouped, not codes_of(row.unit), row.place.code, row.unit.id)

    return tuple(sorted(rows, key=place))


def any_filled(records: Records, addresses: Iterable[Address]) -> bool:
    return any(a in records and records[a][0].state != State.BLANK for a in addresses)
