"""Rows of the wide views: one return, once for each municipality it answers for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from xlsx_pdca.ledger import Status
from xlsx_pdca.plan import AnswerPlan, FieldPlan, Style, WorkbookPlan
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import Answer, Entry, State
from xlsx_pdca.summary import (
    Correction,
    NoteKey,
    Place,
    SummaryInput,
    UnitReturn,
    answers_digest,
    codes_of,
)
from xlsx_pdca.unit import Unit
from xlsx_pdca.views.computed import number_of, shown_places, shown_records
from xlsx_pdca.views.counts import areas
from xlsx_pdca.views.model import JOINT, ViewCell, ViewRow
from xlsx_pdca.wareki import fiscal_year_name, parse_date, parse_fiscal_year, wareki

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
                for place, _, answer, correction in shown_records(self.summary.plan_of(r), r)
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
        """Every answer and computed field of any edition with its question, in printed order."""
        found: dict[Address, tuple[AnswerPlan, FieldPlan]] = {}
        for plan in self.editions:
            for place, rule in shown_places(plan):
                found.setdefault(place.address, (place, rule))
        return tuple(found.values())

    @cached_property
    def respondents(self) -> Mapping[str, str]:
        """回答者 by unit; no two units of one municipality read alike."""
        units = [self.summary.unit_of[r.unit] for r in self.returns]
        return respondents(self.summary, units)

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
    given = [a for a in addresses if book.kinds.get(a) is not FieldKind.COMPUTED and a in records]
    digest = answers_digest(records[a][0] for a in given)
    cells = tuple(
        _cell(records[a][0] if a in records else None, book.kinds.get(a)) for a in addresses
    )
    row_key = f"{unit.id}#{part}" if part else unit.id
    source = _source(returned, [answer for answer, _ in found])
    for place in _places(book.summary, unit):
        yield ViewRow(
            place=place,
            unit=unit,
            status=returned.status,
            cells=cells,
            key=NoteKey(view_key, place.code, row_key),
            digest=digest,
            missing=not returned.is_in,
            file=source.file if returned.is_in else "",
            sheet=source.sheet,
            spots=source.spots,
            entry="\n".join(
                x for x in (*source.others, _entry_words(returned, [c for _, c in found if c])) if x
            ),
            who=book.respondents[unit.id],
        )


@dataclass(frozen=True)
class _Source:
    """Where the answers of a row stand: the file its link leads to, and in words the others."""

    file: str
    sheet: str
    spots: tuple[str, ...]
    others: tuple[str, ...] = ()


def _source(returned: UnitReturn, answers: Sequence[Answer]) -> _Source:
    sheet = next((a.sheet for a in answers if a.sheet), "")
    if not returned.parts:
        return _Source(returned.file, sheet, tuple(a.cell for a in answers if a.cell))
    spots: dict[tuple[str, str], list[str]] = {}
    for answer in [a for a in answers if a.state is not State.BLANK] or answers:
        for part, origin in returned.sources(answer.address):
            spots.setdefault((part.file, origin.sheet), []).append(origin.cell)
    if not spots:
        return _Source(returned.file, sheet, tuple(a.cell for a in answers if a.cell))
    ((file, sheet), cells), *others = spots.items()
    return _Source(
        file,
        sheet,
        tuple(cells),
        tuple(f"{f.rpartition('/')[2]} {s}!{'・'.join(c)}" for (f, s), c in others),
    )


def _places(summary: SummaryInput, unit: Unit) -> tuple[Place, ...]:
    known = tuple(summary.place_of.get(code) or Place(code, code) for code in codes_of(unit))
    return known or (Place(unit.id, unit.name, unit.area, unit.health_office),)


def respondents(summary: SummaryInput, units: Sequence[Unit]) -> dict[str, str]:
    """回答者 of each unit in words: the role, a name of its own, and the number where both do not tell units apart."""
    words = {unit.id: _respondent(summary, unit) for unit in units}
    same = Counter((codes_of(unit), words[unit.id]) for unit in units)
    return {
        unit.id: f"{words[unit.id]}（{unit.id}）"
        if same[codes_of(unit), words[unit.id]] > 1
        else words[unit.id]
        for unit in units
    }


def _respondent(summary: SummaryInput, unit: Unit) -> str:
    if unit.is_joint:
        return f"{JOINT}：{unit.name}"
    names = {summary.place_of[code].name for code in codes_of(unit) if code in summary.place_of}
    own = unit.name if names and unit.name not in names else ""
    return "　".join(word for word in (unit.role, own) if word)


def _cell(answer: Answer | None, kind: FieldKind | None) -> ViewCell:
    if answer is None:
        return ViewCell("", State.BLANK)
    is_number = kind is not None and (kind.is_number or kind is FieldKind.COMPUTED)
    return ViewCell(
        shown_text(answer, kind), answer.state, number_of(answer) if is_number else None
    )


def shown_text(answer: Answer, kind: FieldKind | None) -> str:
    """An answer as an office reads it: days and fiscal years by era, all else as given."""
    if answer.state is State.FILLED:
        if kind is FieldKind.DATE and (day := parse_date(answer.value)):
            return wareki(day)
        if kind is FieldKind.FISCAL_YEAR and (year := parse_fiscal_year(answer.value)):
            return fiscal_year_name(year)
    return answer.value or answer.raw


def _entry_words(returned: UnitReturn, corrections: Sequence[Correction]) -> str:
    words = [f"{Entry.CORRECTED}（{name}）" for name in dict.fromkeys(c.by for c in corrections)]
    return "、".join((*typed_by_others(returned), *words))


def typed_by_others(returned: UnitReturn) -> Iterator[str]:
    """Who typed a return that its unit did not type, and from what: 代理入力（佐藤、受付番号35）."""
    for each in returned.parts or (returned,):
        if each.entry is not Entry.TYPED:
            words = "、".join(word for word in (each.entered_by, each.evidence) if word)
            yield f"{each.entry}（{words}）"


def ordered(summary: SummaryInput, rows: Iterable[ViewRow]) -> tuple[ViewRow, ...]:
    """Rows in 建制順 (or by 圏域), units without a municipality last, each unit's rows as they came."""
    rank = {area: n for n, area in enumerate(areas(summary))}

    def place(row: ViewRow) -> tuple[int, bool, str, str]:
        grouped = rank.get(row.place.area, len(rank)) if summary.by_area else 0
        return (grouped, not codes_of(row.unit), row.place.code, row.unit.id)

    return tuple(sorted(rows, key=place))


def any_filled(records: Records, addresses: Iterable[Address]) -> bool:
    return any(a in records and records[a][0].state != State.BLANK for a in addresses)
