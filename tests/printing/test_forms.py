"""On paper a form shows every sign of every label, and of every answer up to its guide length, inside its own cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import pytest

from gunma_round import FORMS
from libreoffice import LibreOffice
from printing.paper import Sheet as Printed
from printing.paper import plain, printed
from printing.worst_answers import KANJI, LINES, MANNERS, worst_answers
from small_form import CREATED
from xlsx_pdca.cells import a1
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.layout.metrics import LINE
from xlsx_pdca.plan import SheetPlan, WorkbookPlan, locked_texts
from xlsx_pdca.spec import (
    Form,
    Heading,
    Item,
    Matrix,
    Note,
    Paper,
    Question,
    Sheet,
    Single,
    Table,
)
from xlsx_pdca.unit import ROLES, UnitKind
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.stamp import Master, stamp
from xlsx_pdca.workflows.round import optional_ids

pytestmark = pytest.mark.untraced

SLOTS = {
    "ticket": "R0801-J-ABCDEF-102016-1-01-KQ7M-3F9T",
    "unit": "吾妻郡在宅医療・介護連携支援センター（西部）",
    "unit_id": "104248-1",
    "covers": "中之条町、長野原町、嬬恋村、草津町、高山村、東吾妻町、片品村、川場村、昭和村、みなかみ町、沼田市、渋川市",
    "deadline": "令和8年12月31日（木）",
    "return_to": "zaitaku-iryo-kaigo@pref.gunma.example",
    "contact": "群馬県健康福祉部健康長寿社会づくり推進課在宅医療介護連携係　主幹　榛名一郎\n"
    "電話 027-000-0000　メール zaitaku-iryo-kaigo@pref.gunma.example",
    "document": "令和8年11月1日付け健長第30123-45号",
    "issued_on": "令和8年11月1日",
    "prefecture": "群馬県",
    "round": "令和8年度 第1回 在宅医療・介護連携推進のための研修会議",
}  # fmt: skip
"""Long values of the kind that really come up."""

EVERY_MANNER = (*MANNERS, LINES)
AT_ONCE = 4
"""Workbooks in one call: their texts are arguments, and those may not be too long."""

Cells = Mapping[str, Mapping[str, str]]
"""Sheet → address → text."""


@dataclass(frozen=True)
class Print:
    """One workbook as it goes to the printer."""

    name: str
    plan: WorkbookPlan
    slots: Mapping[str, str]
    answers: Mapping[tuple[str, str, str], str]

    @property
    def typed(self) -> Cells:
        """The answers by sheet and cell."""
        cells: dict[str, dict[str, str]] = {}
        for answer in self.plan.answers:
            text = self.answers.get(answer.address, "")
            if text:
                sheet = self.plan.sheet(answer.sheet).name
                cells.setdefault(sheet, {})[a1(answer.rect.top, answer.rect.left)] = text
        return cells

    @property
    def labels(self) -> Iterator[tuple[str, str, str]]:
        """(sheet, address, text) of everything printed in the form."""
        for key, rect, text in locked_texts(self.plan, self.slots):
            yield self.plan.sheet(key).name, a1(rect.top, rect.left), text


def on(form: Form, paper: Paper) -> Form:
    """The form on another paper."""
    return replace(form, sheets=tuple(replace(s, paper=paper) for s in form.sheets))


def plan_of(form: Form, role: str = ROLES[0], *, verbatim: bool = False) -> WorkbookPlan:
    return plan_form(
        form,
        kind=UnitKind.MUNICIPALITY.value,
        role=role,
        fiscal_year=2026,
        enabled=optional_ids(form),
        verbatim=verbatim,
    )


def issued_prints(paper: Paper, role: str, *, verbatim: bool) -> Iterator[Print]:
    """Both official forms as they go out, with every optional question."""
    for form in FORMS.values():
        plan = plan_of(on(form, paper), role, verbatim=verbatim)
        yield Print(f"{form.id}_{paper}_{role}_{verbatim}", plan, {**SLOTS, "role": role}, {})


def filled_prints(paper: Paper, *manners: str) -> Iterator[Print]:
    """Both forms with the longest answers, the manners of writing taking turns."""
    for form in FORMS.values():
        plan = plan_of(on(form, paper))
        answers = worst_answers(plan, *manners)
        name = f"{form.id}_{paper}_{'・'.join(manners)}"
        yield Print(name, plan, {**SLOTS, "role": ROLES[0]}, answers)


def with_heights(one: Print, change: Callable[[str, int, float], float]) -> Print:
    """The same print with other row heights: `change` has the sheet, the row and the height in points."""
    sheets = (
        replace(s, heights=tuple(change(s.key, n, h) for n, h in enumerate(s.heights, 1)))
        for s in one.plan.sheets
    )
    return replace(one, plan=replace(one.plan, sheets=tuple(sheets)))


def on_paper(
    office: LibreOffice, prints: Sequence[Print], folder: Path
) -> Iterator[tuple[Print, Cells, dict[str, Printed]]]:
    """Each print with what LibreOffice shows in its cells and what stands on its pages."""
    jobs = []
    for number, one in enumerate(prints):
        master = Master.of(write_master(one.plan, created=CREATED))
        path = folder / f"{number}.xlsx"
        path.write_bytes(stamp(master, {slot: one.slots[slot] for slot in master.slots}))
        jobs.append(
            {"path": str(path), "cells": one.typed, "save_as": str(path.with_suffix(".pdf"))}
        )
    calls = [
        office.run("print", {"books": jobs[n : n + AT_ONCE]}) for n in range(0, len(jobs), AT_ONCE)
    ]
    shown = [cells for replies in calls for cells in replies]
    for one, job, cells in zip(prints, jobs, shown, strict=True):
        yield one, cells, printed(Path(job["save_as"]))


def defects(one: Print, shown: Cells, paper: Mapping[str, Printed]) -> list[str]:
    """What paper does not show as it should, in words."""
    found = [f"{one.name}: {place} shows {text!r}" for place, text in _not_shown(one, shown)]
    first = 1
    total = sum(len(sheet.pages) for sheet in paper.values())
    for plan in one.plan.sheets:
        sheet = paper[plan.name]
        footer = [f"{one.plan.title}{first + n}/{total}" for n in range(len(sheet.pages))]
        wanted = expected(plan, shown[plan.name], len(sheet.pages)) + signs_of(footer)
        for what, signs in (("lacks", wanted - sheet.seen), ("has besides", sheet.seen - wanted)):
            if signs:
                found.append(f"{one.name}: {plan.name} {what} {''.join(signs.elements())}")
        found += [f"{one.name}: {plan.name} overprints {p}" for p in sheet.overprinted()]
        if sheet.sizes != {size(plan)}:
            found.append(f"{one.name}: {plan.name} is printed on {sheet.sizes}")
        first += len(sheet.pages)
    return found


def _not_shown(one: Print, shown: Cells) -> Iterator[tuple[str, str]]:
    """Labels and answers that do not stand in their cells."""
    answers = ((s, at, text) for s, cells in one.typed.items() for at, text in cells.items())
    for sheet, at, text in (*one.labels, *answers):
        if shown[sheet].get(at) != text:
            yield f"{sheet}!{at}", shown[sheet].get(at, "")


def expected(plan: SheetPlan, shown: Mapping[str, str], pages: int) -> Counter[str]:
    """Signs of all cells of a sheet; those of the repeated rows once on every page."""
    assert plan.printing
    last = plan.printing.repeat_rows[1]
    repeated = [text for at, text in shown.items() if int(re.sub("[A-Z]", "", at)) <= last]
    return signs_of([*shown.values(), *repeated * (pages - 1)])


def signs_of(texts: Sequence[str]) -> Counter[str]:
    return Counter(sign for text in texts for sign in plain(text))


def size(plan: SheetPlan) -> tuple[int, int]:
    """Width and height in millimetres of the paper a sheet was planned for."""
    assert plan.printing
    short, long = {"A4": (210, 297), "A3": (297, 420)}[plan.printing.paper]
    return (long, short) if plan.printing.landscape else (short, long)


def all_defects(office: LibreOffice, prints: Sequence[Print], folder: Path) -> list[str]:
    return [d for one in on_paper(office, prints, folder) for d in defects(*one)]


def test_issued_forms_show_everything(soffice: LibreOffice, tmp_path: Path) -> None:
    """Every sign of every label of an issued form can be seen on its page once; none stands on another."""
    ways = (
        (Paper.A4, ROLES[0], False),
        (Paper.A4, ROLES[0], True),
        (Paper.A4, ROLES[2], False),
        (Paper.A3, ROLES[2], True),
    )
    assert all_defects(soffice, issued_in(ways), tmp_path) == []


@pytest.mark.soak
def test_forms_issued_in_every_way(soffice: LibreOffice, tmp_path: Path) -> None:
    """All papers, roles and wordings."""
    assert all_defects(soffice, issued_in(product(Paper, ROLES, (True, False))), tmp_path) == []


def issued_in(ways: Iterable[tuple[Paper, str, bool]]) -> list[Print]:
    return [one for p, role, verbatim in ways for one in issued_prints(p, role, verbatim=verbatim)]


def test_answers_up_to_the_guide_length_are_seen(soffice: LibreOffice, tmp_path: Path) -> None:
    """Answers as long as the guide are printed whole, and the form keeps its number of pages."""
    prints = (*filled_prints(Paper.A4, "kanji"), *filled_prints(Paper.A4, *EVERY_MANNER))
    pages: dict[tuple[str, str], set[int]] = {}
    for one, shown, paper in on_paper(soffice, prints, tmp_path):
        assert defects(one, shown, paper) == []
        for sheet in paper.values():
            pages.setdefault((one.plan.form, sheet.name), set()).add(len(sheet.pages))
    assert all(len(numbers) == 1 for numbers in pages.values())
    assert pages["jizen", "様式2"] == {2}


def test_longest_answers_on_large_paper(soffice: LibreOffice, tmp_path: Path) -> None:
    """The same forms printed on A3."""
    assert all_defects(soffice, [*filled_prints(Paper.A3, *EVERY_MANNER)], tmp_path) == []


def test_a_wordy_form_has_room_for_its_words(soffice: LibreOffice, tmp_path: Path) -> None:
    """Labels, hints, notes, options and heads far longer than ours make their rows higher, and nothing is cut."""
    plan = plan_of(wordy_form(FORMS["jizen"]))
    answers = worst_answers(plan, "kanji")
    wordy = Print("wordy", plan, {**SLOTS, "role": ROLES[0]}, answers)
    assert max(map(len, answers.values())) > 400
    assert all_defects(soffice, [wordy, replace(wordy, answers={})], tmp_path) == []


def wordy_form(form: Form) -> Form:
    """The form with longer texts of every sort."""
    return replace(form, sheets=tuple(map(_wordy_sheet, form.sheets)))


def _wordy_sheet(sheet: Sheet) -> Sheet:
    return replace(sheet, items=tuple(map(_wordy_item, sheet.items)))


def _wordy_item(item: Item) -> Item:
    match item:
        case Heading():
            return replace(item, text=_longer(item.text, 120), source="")
        case Note():
            return replace(item, text=_longer(item.text, 300))
        case Single():
            return replace(item, question=_wordy_question(item.question))
        case Matrix():
            columns = tuple(replace(c, label=_longer(c.label, 40)) for c in item.columns)
            return replace(
                item, columns=columns, questions=tuple(map(_wordy_question, item.questions))
            )
        case Table():
            columns = tuple(replace(_wordy_question(q), hint="") for q in item.columns)
            rows = tuple(replace(r, label=_longer(r.label, 30)) for r in item.rows)
            title = _longer(item.label, 100)
            return replace(item, label=title, source="", columns=columns, rows=rows)


def _wordy_question(question: Question) -> Question:
    options = tuple(_longer(option, 60) for option in question.options)
    label, hint = _longer(question.label, 60), _longer(question.hint, 140)
    return replace(question, label=label, source="", hint=hint, example="", options=options)


def _longer(text: str, length: int) -> str:
    return (text + KANJI * 10)[:length]


@pytest.mark.soak
def test_every_answer_in_every_manner(soffice: LibreOffice, tmp_path: Path) -> None:
    """Each answer in kanji, Latin words, addresses, digits, wide letters, half-width kana, on both papers."""
    manners = product(Paper, EVERY_MANNER)
    prints = [one for paper, manner in manners for one in filled_prints(paper, manner)]
    assert all_defects(soffice, prints, tmp_path) == []


def test_room_for_higher_lines(soffice: LibreOffice, tmp_path: Path) -> None:
    """A fifth of the height is kept free for programs that set lines higher: without it nothing is cut here."""
    prints = [
        with_heights(one, lambda _sheet, _row, height: height / LINE)
        for one in filled_prints(Paper.A4, "no line may begin so", "words")
    ]
    assert all_defects(soffice, prints, tmp_path) == []


def test_a_cut_line_is_noticed(soffice: LibreOffice, tmp_path: Path) -> None:
    """Were one row too low for its answer, its label or its title, exactly that sheet would be told."""
    one = next(filled_prints(Paper.A4, "kanji"))
    answer = next(a.rect.top for a in one.plan.answers if a.field == "strengths")
    label = next(a.rect.top for a in one.plan.answers if a.field == "name")
    lower = {("s1", answer): 60.0, ("s1", label): 8.0, ("s2", 1): 9.0}
    prints = [
        with_heights(
            one, lambda sheet, row, height, at=at, to=to: to if (sheet, row) == at else height
        )
        for at, to in lower.items()
    ]
    found = [defects(*p) for p in on_paper(soffice, prints, tmp_path)]
    assert [len(lines) for lines in found] == [1, 1, 1], found
    for lines, (key, _) in zip(found, lower, strict=True):
        assert f"{one.plan.sheet(key).name} lacks " in lines[0]
