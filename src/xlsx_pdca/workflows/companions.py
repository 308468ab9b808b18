"""What came together in one mail or archive: attachments of a good return, pictures of signatures, mails with words only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from xlsx_pdca.facts import Outcome
from xlsx_pdca.findings import finding, shortened
from xlsx_pdca.ledger import Key
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.decide import Judged

_DOCUMENT, _FOREIGN_BOOK, _ATTACHMENT, _BESIDE = "FIL10", "IDN01", "FIL37", "FIL34"


def with_companions(
    found: Mapping[FoundFile, Judged], homes: Mapping[FoundFile, FoundFile]
) -> Mapping[FoundFile, Judged]:
    """The same, each file judged in the light of those it came with.

    `homes` leads from a file to the innermost mail it came in, else to the archive.
    """
    families: dict[FoundFile, list[FoundFile]] = {}
    for file, home in homes.items():
        families.setdefault(home, []).append(file)
    settled = dict(found)
    for members in families.values():
        for file in members:
            settled[file] = _signature(settled[file])
        keys = {found[file].key: None for file in members if found[file].is_proved}
        for file in members if keys else ():
            settled[file] = _attachment(settled[file], tuple(keys))
    for file, judged in found.items():
        brought = [settled[each] for each in families.get(file, ())]
        if judged.letter is not None and all(each.outcome is Outcome.PASSED for each in brought):
            settled[file] = _words_only(judged)
    return settled


def _signature(judged: Judged) -> Judged:
    """A picture shown within a mail's text is part of its signature; anything else is looked at as usual."""
    if not (judged.is_inline and judged.is_picture):
        return judged
    return judged.with_(outcome=Outcome.PASSED, findings=())


def _attachment(judged: Judged, keys: tuple[Key, ...]) -> Judged:
    """A paper, or a workbook that is none of ours, beside a good return: it goes with that one."""
    codes = {each.code for each in judged.findings}
    if judged.outcome is not None or not codes & {_DOCUMENT, _FOREIGN_BOOK}:
        return judged
    unit, form = keys[0] if len(keys) == 1 else ("", "")
    told = finding(_ATTACHMENT if _DOCUMENT in codes else _BESIDE)
    return judged.with_(outcome=Outcome.ATTACHMENT, findings=(told,), unit=unit, form=form)


def _words_only(judged: Judged) -> Judged:
    """A mail that brings no file: what it says waits until somebody has dealt with it."""
    assert judged.letter is not None
    letter = judged.letter
    told = finding(
        "MAI01",
        sender=letter.sender_name or letter.sender or "（差出人なし）",
        subject=shortened(letter.subject) or "（件名なし）",
        found=shortened(letter.text, 120) or "（本文なし）",
    )
    return replace(judged, outcome=None, findings=(told,))
