"""What is to be asked about a return: findings that speak to the municipality, and their words in letter and marked copy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsx_pdca.cells import visible_text
from xlsx_pdca.findings import Finding, Grade, Reader
from xlsx_pdca.ledger import Standing
from xlsx_pdca.plan import AnswerPlan, WorkbookPlan
from xlsx_pdca.points import PointState, points_now
from xlsx_pdca.reading import answer_label
from xlsx_pdca.ticket import without_codes

Address = tuple[str, str, str]
CODE_STOOD_HERE = "（整理番号）"


@dataclass(frozen=True)
class Doubt:
    """One finding to be asked about."""

    finding: Finding
    text: str = ""
    """The officer's own words in the place of the catalogue's; "" keeps those."""

    def words(self, sheet: str, cell: str) -> str:
        """As it is put, of the file in which it stands there: one paragraph, and nothing in it that is no text.

        A code of another unit quoted from an answer would send the reply astray.
        """
        placed = replace(self.finding, sheet=sheet, cell=cell)
        lines = visible_text(self.text or placed.sentence()).replace("\t", " ").splitlines()
        said = "\n".join(line.strip() for line in lines if line.strip())
        return without_codes(said, CODE_STOOD_HERE)


Choose = Callable[[Standing], Sequence[Doubt]]
"""Which findings of a standing's newest submission are asked about."""


def is_asked_by_default(finding: Finding) -> bool:
    """必ず確認, and said to the municipality: what speaks to the officer goes into no letter."""
    return finding.grade is Grade.MUST and finding.entry.reader is Reader.UNIT


def default_doubts(standing: Standing) -> tuple[Doubt, ...]:
    """What is asked unless she ticks otherwise: 必ず確認 of the newest submission.

    Neither what 県補正 has settled, nor what was asked before and answered with words: nobody is asked the same twice.
    """
    told = standing.submission
    if told is None:
        return ()
    settled = standing.corrected
    answered = {
        (p.asked.code, p.asked.address)
        for p in points_now(standing)
        if p.state is PointState.REPLIED
    }
    open_ones = (
        f
        for f in told.findings
        if is_asked_by_default(f)
        and f.address not in settled
        and (f.code, f.address) not in answered
    )
    return tuple(Doubt(f) for f in dict.fromkeys(open_ones))


def labels_of(doubts: Sequence[Doubt], plan: WorkbookPlan) -> Iterator[str]:
    """The question each is about, as people call it; "" where it is about a sheet or the whole file."""
    places: Mapping[Address, AnswerPlan] = {answer.address: answer for answer in plan.answers}
    for doubt in doubts:
        place = places.get(doubt.finding.address)
        yield answer_label(place, plan) if place else ""
