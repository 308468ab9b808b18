"""What a unit's newest submission says otherwise than the one before it, text by text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlsx_pdca.checks.copies import compare
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan
from xlsx_pdca.reading import answer_label
from xlsx_pdca.submission import Answer, Change, Reading, State
from xlsx_pdca.views import shown_text

BLANK = "（空欄）"
NOTHING, SOMETHING = "（なし）", "（あり）"
LOOK = "（あり。受領したファイルで見比べてください）"


def changes_between(
    older: Reading, newer: Reading, editions: Sequence[WorkbookPlan], *, since: int
) -> Iterator[Change]:
    """Both texts of every answer that differs, in printed order, and what stands beside the answers in one only.

    `editions` are the plans of the newer and of the older one, `since` is the older one's number.
    """
    compared = compare(older, newer)
    changed = set(compared.changed)
    before, now = ({a.address: a for a in reading.answers} for reading in (older, newer))
    places: dict[tuple[str, str, str], tuple[AnswerPlan, WorkbookPlan]] = {}
    for plan in editions:
        for place in plan.answers:
            places.setdefault(place.address, (place, plan))
    for address, (place, plan) in places.items():
        if address in changed:
            was, is_now = (_text(said.get(address), place, plan) for said in (before, now))
            yield Change(answer_label(place, plan), was, is_now, since)
    for words in compared.beside_older:
        yield Change(words, SOMETHING, NOTHING, since)
    for words in compared.beside_newer:
        yield Change(words, "", LOOK, since)


def _text(answer: Answer | None, place: AnswerPlan, plan: WorkbookPlan) -> str:
    if answer is None or answer.state is State.BLANK:
        return BLANK
    return shown_text(answer, plan.question_of(place).kind)
