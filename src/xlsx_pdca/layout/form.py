"""Form → WorkbookPlan: the one place where questions get their cells."""

from __future__ import annotations

from typing import NamedTuple

from xlsx_pdca.layout.drawing import drawing_sheet
from xlsx_pdca.layout.sheets import lay_out
from xlsx_pdca.layout.start import start_sheet
from xlsx_pdca.layout.words import STATE_WORDS, Words
from xlsx_pdca.plan import (
    STATES_LIST,
    UNIT_NAME,
    UNITS_LIST,
    AnswerPlan,
    FieldPlan,
    NamePlan,
    OptionList,
    SheetPlan,
    WorkbookPlan,
)
from xlsx_pdca.spec import (
    FieldKind,
    Form,
    Matrix,
    Question,
    Sheet,
    Single,
    Table,
    asked_form,
    codes,
)


def plan_form(
    form: Form,
    *,
    kind: str,
    role: str,
    fiscal_year: int,
    enabled: frozenset[str] = frozenset(),
    verbatim: bool = False,
    choices: tuple[str, ...] = (),
) -> WorkbookPlan:
    """Plan of the workbook for one kind of unit and role, with the optional questions in `enabled`.

    With `choices` it is a common form: one blank workbook for all of these, chosen from on はじめに.

    Printed codes are numbered over the whole form, so that a question has the same code for everybody.
    """
    printed = codes(form)
    asked = asked_form(form, kind=kind, role=role, enabled=enabled)
    words = Words(asked, fiscal_year, verbatim)
    lists = _option_lists(asked)
    laid = _laid_out(asked, words, printed, _names_of(lists))
    sheets, answers = tuple(laid.sheets), tuple(laid.answers)
    open_sheets = tuple(s.key for s in asked.sheets if s.drawing)
    start = start_sheet(asked, words, sheets, answers, open_sheets, common=bool(choices))
    choosers = [NamePlan(UNIT_NAME, start.key, chooser.rect) for chooser in start.validations]
    units = (OptionList(UNITS_LIST, choices),) if choices else ()
    return WorkbookPlan(
        form=form.id,
        letter=form.letter,
        version=form.version,
        title=form.title,
        verbatim=verbatim,
        sheets=(start, *sheets),
        fields=tuple(laid.fields),
        answers=answers,
        names=(*laid.names, *choosers),
        lists=(OptionList(STATES_LIST, STATE_WORDS), *_distinct(lists), *units),
        drawing_sheets=open_sheets,
        columns=_matrix_columns(asked),
    )


class _Laid(NamedTuple):
    """Everything that stands behind はじめに."""

    sheets: list[SheetPlan]
    fields: list[FieldPlan]
    answers: list[AnswerPlan]
    names: list[NamePlan]


def _laid_out(asked: Form, words: Words, printed: dict[str, str], lists: dict[str, str]) -> _Laid:
    all_ = _Laid([], [], [], [])
    for sheet in asked.sheets:
        if sheet.drawing:
            all_.sheets.append(drawing_sheet(sheet, words))
            continue
        laid, fields, answers, names = lay_out(sheet, words, printed, lists)
        all_.sheets.append(laid)
        all_.fields.extend(fields)
        all_.answers.extend(answers)
        all_.names.extend(names)
    return all_


def _option_lists(form: Form) -> dict[str, OptionList]:
    """Drop-down list of every choice, by the key of its field; equal lists are written once."""
    by_values: dict[tuple[str, ...], OptionList] = {}
    found = {}
    for key, question in _keyed(form):
        if question.options and question.kind is FieldKind.CHOICE:
            options = by_values.setdefault(
                question.options,
                OptionList(f"pdca_list_{len(by_values) + 1:02d}", question.options),
            )
            found[key] = options
    return found


def _keyed(form: Form) -> list[tuple[str, Question]]:
    """(key in WorkbookPlan.fields, question) of all atomic questions on sheets."""
    pairs: list[tuple[str, Question]] = []
    for sheet in form.sheets:
        for item in sheet.items:
            match item:
                case Single(question):
                    pairs.append((question.id, question))
                case Matrix(questions=questions):
                    pairs += [(q.id, q) for q in questions]
                case Table(id=table, columns=columns):
                    pairs += [(f"{table}.{q.id}", q) for q in columns]
    return pairs


def _names_of(lists: dict[str, OptionList]) -> dict[str, str]:
    return {key: options.name for key, options in lists.items()}


def _distinct(lists: dict[str, OptionList]) -> tuple[OptionList, ...]:
    return tuple(dict.fromkeys(lists.values()))


def _matrix_columns(form: Form) -> tuple[tuple[str, str], ...]:
    columns = {
        column.key: column.label
        for sheet in form.sheets
        for item in _matrices(sheet)
        for column in item.columns
    }
    return tuple(columns.items())


def _matrices(sheet: Sheet) -> list[Matrix]:
    return [item for item in sheet.items if isinstance(item, Matrix)]
