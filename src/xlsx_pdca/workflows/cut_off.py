"""A mail that ends too early asks once: where the file it broke off in asks already, the mail itself is opened like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlsx_pdca.contents import CUT_HERE, CUT_OFF
from xlsx_pdca.facts import Outcome
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.decide import Judged

_BROKEN_CONTAINER, _WORDS = "FIL31", "MAI41"
Inside = Mapping[FoundFile, Sequence[FoundFile]]


def told_once(settled: Mapping[FoundFile, Judged], inside: Inside) -> Mapping[FoundFile, Judged]:
    """The same, less the questions about mails of which a file within asks the very same."""
    return {
        file: judged.with_(findings=(), outcome=Outcome.OPENED)
        if _is_only_cut_off(judged) and _asks(file, settled, inside)
        else judged
        for file, judged in settled.items()
    }


def _is_only_cut_off(judged: Judged) -> bool:
    """Whether its end alone is missing, and nothing else is wrong with it."""
    if judged.letter is None:
        return False
    codes = {each.code for each in judged.findings} - {_WORDS}
    ends = (CUT_HERE, CUT_OFF)
    return codes == {_BROKEN_CONTAINER} and all(
        each.endswith(ends) for each in judged.note.split("; ")
    )


def _asks(file: FoundFile, settled: Mapping[FoundFile, Judged], inside: Inside) -> bool:
    """Whether this file, or one in it, could not be read because the mail ends there; what was read may be all."""
    judged = settled[file]
    if judged.refused:
        return CUT_HERE in judged.defect
    return any(_asks(each, settled, inside) for each in inside.get(file, ()))
