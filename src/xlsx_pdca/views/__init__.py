"""Wide views of the summary: which sheets, columns and rows an officer reads, decided by the frozen plans alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from xlsx_pdca.plan import AnswerPlan, FieldPlan
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.submission import State
from xlsx_pdca.summary import SummaryInput, UnitReturn
from xlsx_pdca.views.model import JOINT, Shape, View, ViewCell, ViewColumn, ViewRow
from xlsx_pdca.views.rows import FormReturns, any_filled, ordered, respondents, rows_of, shown_text

__all__ = [
    "JOINT",
    "Shape",
    "View",
    "ViewCell",
    "ViewColumn",
    "ViewRow",
    "respondents",
    "shown_text",
    "views_of",
]

MOST_IN_A_ROW = 24
"""Sheets of single questions that follow each other share one row up to so many questions."""
LONGEST_NAME = 16
"""Characters of a title or heading that may become a tab."""
MAX_TAB = 31
_NOT_IN_TABS = str.maketrans(dict.fromkeys("[]:*?/\\\n'", " "))


Member = tuple[AnswerPlan, FieldPlan]


def views_of(summary: SummaryInput) -> tuple[View, ...]:
    """Every wide view of the round, in the order of the forms and their sheets."""
    books = [FormReturns(summary, form) for form in summary.forms]
    found = [view for book in books for view in _views_of_form(book)]
    return _with_unique_names([*found, *_gathered(books)])


def _views_of_form(book: FormReturns) -> Iterator[View]:
    yield from _scenes(book)
    yield from _singles(book)
    yield from _tables(book)
    if any(plan.drawing_sheets for plan in book.editions):
        yield _drawings(book)


def _scenes(book: FormReturns) -> Iterator[View]:
    """One view per matrix column."""
    parts: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for answer, rule in book.asked:
        if answer.column and not answer.row:
            parts[rule.group, answer.column].append((answer, rule))
    labels = {key: label for plan in reversed(book.editions) for key, label in plan.columns}
    for (group, column), members in parts.items():
        label = labels.get(column, members[0][0].header)
        key = f"{book.form}.{group}.{column}"
        yield _view(book, key, label, Shape.SCENE, members)


def _singles(book: FormReturns) -> Iterator[View]:
    """Single questions: one view per sheet, sheets of nothing else that follow each other in one."""
    by_sheet: dict[str, list[Member]] = defaultdict(list)
    for answer, rule in book.asked:
        if not answer.column and not answer.row:
            by_sheet[answer.sheet].append((answer, rule))
    for sheets in _runs(book, by_sheet):
        members = _respondent_last([m for sheet in sheets for m in by_sheet[sheet]])
        name = _singles_name(book, sheets, len(members))
        yield _view(book, f"{book.form}.{sheets[0]}", name, Shape.SINGLES, members)


def _runs(book: FormReturns, by_sheet: Mapping[str, Sequence[object]]) -> Iterator[tuple[str, ...]]:
    """Sheets whose single questions share a row."""
    mixed = {answer.sheet for answer, _ in book.asked if answer.column}
    run: tuple[str, ...] = ()
    for sheet, members in by_sheet.items():
        size = sum(len(by_sheet[s]) for s in run) + len(members)
        if run and (sheet in mixed or run[-1] in mixed or size > MOST_IN_A_ROW):
            yield run
            run = ()
        run = (*run, sheet)
    if run:
        yield run


def _singles_name(book: FormReturns, sheets: Sequence[str], singles: int) -> str:
    """The form's title where its sheets ask no more than this, else what the sheet is called in its title."""
    asked = [answer for answer, _ in book.asked if not answer.row]
    if len(asked) == singles:
        return book.plan.title
    last = re.split(r"[\u3000　]+", book.title_of(sheets[0]))[-1]
    return _short(last) or book.tab(sheets[0])


def _short(text: str) -> str:
    """The text where it may serve as a tab, else empty."""
    return text if len(text) <= LONGEST_NAME else ""


def _respondent_last(members: Sequence[Member]) -> list[Member]:
    """The section that asks who answered goes behind the answers themselves."""
    personal = {rule.heading for _, rule in members if rule.personal and rule.heading}
    return sorted(members, key=lambda member: member[1].heading in personal)


def _view(
    book: FormReturns,
    key: str,
    name: str,
    shape: Shape,
    members: Sequence[Member],
) -> View:
    addresses = [answer.address for answer, _ in members]
    rows = (row for r in book.returns for row in rows_of(book, r, key, addresses))
    return View(
        key=key,
        name=name,
        title=name if name == book.plan.title else f"{book.plan.title}　{name}",
        form=book.form,
        shape=shape,
        columns=tuple(_column(rule) for _, rule in members),
        rows=ordered(book.summary, rows),
        **book.counts,
    )


def _column(rule: FieldPlan) -> ViewColumn:
    return ViewColumn(rule.label, rule.kind, rule.heading, rule.unit, rule.guide)


def _tables(book: FormReturns) -> Iterator[View]:
    """One view per table: a row per filled table row, one empty row where a unit filled none."""
    parts: dict[str, list[Member]] = defaultdict(list)
    for answer, rule in book.asked:
        if answer.row:
            parts[answer.field].append((answer, rule))
    for table, members in parts.items():
        rules = {answer.column: rule for answer, rule in members}
        labels = {answer.row: answer.row_label or answer.row for answer, _ in members}
        name = _table_name(book, members[0])
        yield View(
            key=f"{book.form}.{table}",
            name=name,
            title=f"{book.plan.title}　{name}",
            form=book.form,
            shape=Shape.TABLE,
            columns=(ViewColumn("行", FieldKind.TEXT), *(_column(r) for r in rules.values())),
            rows=ordered(book.summary, _table_rows(book, table, tuple(rules), labels)),
            **book.counts,
        )


def _table_name(book: FormReturns, member: Member) -> str:
    """The tab where the table stands alone on its sheet, else its heading."""
    answer, rule = member
    alone = {a.field for a, _ in book.asked if a.sheet == answer.sheet} == {answer.field}
    return book.tab(answer.sheet) if alone else _short(rule.heading) or book.tab(answer.sheet)


def _table_rows(
    book: FormReturns, table: str, columns: Sequence[str], labels: Mapping[str, str]
) -> Iterator[ViewRow]:
    key = f"{book.form}.{table}"
    for returned in book.returns:
        records = book.records[returned.unit]
        filled = [n for n in labels if any_filled(records, [(table, c, n) for c in columns])]
        for number in filled or [""]:
            addresses = [(table, column, number) for column in columns]
            for row in rows_of(book, returned, key, addresses, number):
                yield replace(row, cells=(ViewCell(labels.get(number, "")), *row.cells))


def _drawings(book: FormReturns) -> View:
    """Who sent a drawing, or filled the table beside it instead."""
    sheets = list(dict.fromkeys(s for p in book.editions for s in p.drawing_sheets))
    tables = _instead_of_drawings(book)
    names = {a.field: _table_name(book, (a, rule)) for a, rule in book.asked if a.row}
    key = f"{book.form}.drawings"
    rows = [
        replace(row, cells=_drawing_cells(book, returned, sheets, tables))
        for returned in book.returns
        for row in rows_of(book, returned, key, [])
    ]
    name = book.tab(sheets[0])
    return View(
        key=key,
        name=name,
        title=f"{book.plan.title}　{name}",
        form=book.form,
        shape=Shape.DRAWINGS,
        columns=(
            *(ViewColumn(f"{book.tab(s)}（図・写真の数）", FieldKind.INTEGER) for s in sheets),
            *(ViewColumn(f"{names[t]}（記入した行の数）", FieldKind.INTEGER) for t in tables),
        ),
        rows=ordered(book.summary, rows),
        **book.counts,
    )


def _instead_of_drawings(book: FormReturns) -> list[str]:
    """Tables alone on the sheet right behind a drawing sheet: there the drawing may be typed."""
    found: list[str] = []
    for plan in book.editions:
        order = [sheet.key for sheet in plan.sheets]
        behind = {key for before, key in pairwise(order) if before in plan.drawing_sheets}
        for sheet in behind:
            fields = {answer.field for answer in plan.answers if answer.sheet == sheet}
            is_table = all(answer.row for answer in plan.answers if answer.sheet == sheet)
            found += fields if len(fields) == 1 and is_table else ()
    return list(dict.fromkeys(found))


def _drawing_cells(
    book: FormReturns, returned: UnitReturn, sheets: Sequence[str], tables: Sequence[str]
) -> tuple[ViewCell, ...]:
    if not returned.reading or not returned.is_in:
        return tuple(ViewCell("", State.BLANK) for _ in (*sheets, *tables))
    found = dict(returned.reading.drawings)
    numbers = [found.get(s, found.get(book.tab(s), 0)) for s in sheets]
    records = book.records[returned.unit]
    for table in tables:
        given = [a for a in records if a[0] == table and any_filled(records, [a])]
        filled = {row for _, _, row in given}
        numbers.append(len(filled))
    return tuple(ViewCell(str(n), State.FILLED if n else State.ZERO, Decimal(n)) for n in numbers)


def _gathered(books: Sequence[FormReturns]) -> Iterator[View]:
    """One list per name under which questions are gathered (要望一覧, 指標), a row per answer."""
    names = dict.fromkeys(rule.gather for book in books for _, rule in book.asked if rule.gather)
    for name in names:
        asking = [b for b in books if any(rule.gather == name for _, rule in b.asked)]
        rows = [row for book in asking for row in _gathered_rows(book, name)]
        yield View(
            key=f"list.{name}",
            name=name,
            title=name,
            form="",
            shape=Shape.LIST,
            columns=(ViewColumn("設問", FieldKind.REFERENCE), ViewColumn("回答")),
            rows=ordered(asking[0].summary, rows),
            asked=sum(book.counts["asked"] for book in asking),
            returned=sum(book.counts["returned"] for book in asking),
        )


def _gathered_rows(book: FormReturns, name: str) -> Iterator[ViewRow]:
    """A row per answer; a return without any is left out, a missing return is not."""
    labels = dict(column for plan in book.editions for column in plan.columns)
    chosen = [(answer, rule) for answer, rule in book.asked if rule.gather == name]
    for returned in book.returns:
        if not returned.is_in:
            empty = (ViewCell(book.plan.title), ViewCell("", State.BLANK))
            for row in rows_of(book, returned, f"list.{name}", [], book.form):
                yield replace(row, cells=empty)
        for answer, rule in chosen:
            if any_filled(book.records[returned.unit], [answer.address]):
                words = (labels.get(answer.column, ""), answer.row_label)
                where = "／".join(word for word in words if word)
                question = ViewCell(f"{rule.label}（{where}）" if where else rule.label)
                part = ".".join(x for x in (book.form, *answer.address) if x)
                for row in rows_of(book, returned, f"list.{name}", [answer.address], part):
                    yield replace(row, cells=(question, *row.cells))


def _with_unique_names(views: Sequence[View]) -> tuple[View, ...]:
    """Views with rows, their tab texts made legal and different from each other."""
    taken: set[str] = set()
    named: list[View] = []
    for view in views:
        if view.rows:
            name = _free_name(view.name, taken)
            taken.add(name.lower())
            named.append(replace(view, name=name))
    return tuple(named)


def _free_name(name: str, taken: set[str]) -> str:
    legal = " ".join(name.translate(_NOT_IN_TABS).split()) or "一覧"
    candidate, n = legal[:MAX_TAB], 1
    while candidate.lower() in taken:
        n += 1
        candidate = f"{legal[: MAX_TAB - 4]}({n})"
    return candidate
