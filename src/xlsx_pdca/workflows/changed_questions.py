"""What a changed form asks otherwise than before, told question by question as a respondent would look for it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from itertools import islice

from xlsx_pdca.findings import shortened
from xlsx_pdca.plan import FieldPlan, WorkbookPlan, question_id
from xlsx_pdca.spec import FieldKind

MOST = 10
"""So many questions are named; of more, these and how many others."""
_UNASKED = frozenset({FieldKind.REFERENCE, FieldKind.COMPUTED})
_NUMBER = re.compile(r"^[(（]?[0-9０-９ア-ンa-z①-⑳]{1,2}[)）．.、]?\s+")
"""(ア) before a question: it moves on when a question above it goes, and nothing else is asked."""


def changed_questions(before: WorkbookPlan, now: WorkbookPlan) -> tuple[str, ...]:
    """One line for each question that is new, gone, reworded or answered in another way; none if all are the same."""
    lines = list(_lines(before, now))
    rest = (f"ほか{len(lines) - MOST}問",) if len(lines) > MOST else ()
    return (*islice(lines, MOST), *rest)


def _lines(before: WorkbookPlan, now: WorkbookPlan) -> Iterator[str]:
    old, new = _asked(before), _asked(now)
    for key, (question, manner) in new.items():
        if key not in old:
            yield f"設問の追加：{_named(question)}"
            continue
        former, former_manner = old[key]
        if _words(former) != _words(question):
            yield f"設問の文言の変更：{_named(former)} → {_named(question)}"
        if former_manner != manner:
            yield f"記入のしかたの変更：{_named(question)}"
    yield from (f"設問の削除：{_named(gone)}" for key, (gone, _) in old.items() if key not in new)


def _asked(plan: WorkbookPlan) -> Mapping[str, tuple[FieldPlan, Hashable]]:
    """Questions by their id, each with all that decides what may or must be answered, and in which places."""
    places: dict[str, set[Hashable]] = {}
    for answer in plan.answers:
        place = answer.column, answer.header, answer.row, answer.row_label, answer.required
        places.setdefault(question_id(answer), set()).add(place)
    return {
        q.field: (q, (*_rules(q), frozenset(places.get(q.field, ()))))
        for q in plan.fields
        if q.kind not in _UNASKED
    }


def _rules(question: FieldPlan) -> tuple[Hashable, ...]:
    q = question
    rules = q.kind, q.required, q.guide, q.unit, q.options, q.free_choice
    return (*rules, q.minimum, q.maximum, q.decimals)


def _words(question: FieldPlan) -> str:
    return _NUMBER.sub("", " ".join(question.label.split()))


def _named(question: FieldPlan) -> str:
    return f"「{shortened(_words(question))}」"
