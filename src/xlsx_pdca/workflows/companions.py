"""What came together in one mail or archive: attachments of a good return, pictures of signatures, mails with words only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlsx_pdca.contents import Letter
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.ledger import Key
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.cut_off import told_once
from xlsx_pdca.workflows.decide import Judged

LOGO_BYTES = 20_000
"""A larger picture within a mail's text may be a drawing, or a photograph of an answer."""
_KNOWN = frozenset({Outcome.SAME_FILE, Outcome.ATTACHMENT, Outcome.PASSED, Outcome.OPENED})
_PASSED = frozenset({"FIL01", "FIL02", "FIL10", "MAI44"})
"""What a picture or a digital signature is found to be."""
_DOCUMENT, _FOREIGN_BOOK, _ATTACHMENT, _BESIDE = "FIL10", "IDN01", "FIL37", "FIL34"


def with_companions(
    found: Mapping[FoundFile, Judged],
    homes: Mapping[FoundFile, FoundFile],
    inside: Mapping[FoundFile, Sequence[FoundFile]],
) -> Mapping[FoundFile, Judged]:
    """The same, each file judged in the light of those it came with.

    `homes` leads from a file to the innermost mail it came in, else to the archive; `inside` to what stood in it.
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
    for file, home in homes.items():
        settled[file] = _with_words(settled[file], found[home])
    for file, judged in found.items():
        brought = [settled[each] for each in inside.get(file, ())]
        if judged.outcome is Outcome.OPENED and all(
            each.outcome is Outcome.PASSED for each in brought
        ):
            settled[file] = _nothing_in_it(judged)
    return told_once(settled, inside)


def _signature(judged: Judged) -> Judged:
    """What is small, no workbook, and shown within a mail's text or made for programs: a logo, a digital signature."""
    codes = {each.code for each in judged.findings}
    is_none_of_ours = bool(codes) and codes <= _PASSED
    if not (judged.is_inline and is_none_of_ours and judged.size <= LOGO_BYTES):
        return judged
    return judged.with_(outcome=Outcome.PASSED, findings=())


def _attachment(judged: Judged, keys: tuple[Key, ...]) -> Judged:
    """A paper, or a workbook that is none of ours, beside a good return: it goes with that one."""
    codes = {each.code for each in judged.findings}
    if judged.outcome is not None or not codes & {_DOCUMENT, _FOREIGN_BOOK}:
        return judged
    if judged.defect:  # not all of it came, and nobody would look
        return judged
    unit, form = keys[0] if len(keys) == 1 else ("", "")
    told = finding(_ATTACHMENT if _DOCUMENT in codes else _BESIDE)
    return judged.with_(outcome=Outcome.ATTACHMENT, findings=(told,), unit=unit, form=form)


def _with_words(judged: Judged, home: Judged) -> Judged:
    """What waits for a person is shown with the words of the mail it came in: they may say what it is."""
    words = home.letter.words if home.letter else ""
    waits = judged.outcome is None and (judged.refused or not judged.is_proved)
    if not (words and waits):
        return judged
    return judged.with_(findings=(*judged.findings, finding("MAI41", found=shortened(words, 120))))


@dataclass
class MailsOfKnownFiles:
    """Over one run: mails that bring nothing but what was taken in before, whose words nobody would see."""

    _brought: dict[str, set[Outcome]] = field(default_factory=dict)
    """SHA-256 of a mail or archive → what became of the files in it, on every level."""

    def waiting(self, arrived: Arrived) -> Arrived:
        """The arrival as decided, of such a mail one that waits; what stands in a mail has to come before it."""
        brought = self._brought.pop(arrived.sha256, set())
        is_mail = arrived.letter is not None and arrived.outcome is Outcome.OPENED
        known = Outcome.SAME_FILE in brought and brought <= _KNOWN
        if is_mail and known and arrived.letter and arrived.letter.words:
            told = _told("MAI40", arrived.letter)
            arrived = replace(arrived, outcome=Outcome.HELD, findings=(*arrived.findings, told))
        self._brought.setdefault(arrived.inside, set()).update({arrived.outcome}, brought)
        return arrived


def _nothing_in_it(judged: Judged) -> Judged:
    """A mail that brings no file: what it says waits until somebody has dealt with it; so does an empty archive."""
    letter = judged.letter
    if letter is None:
        return judged.with_(outcome=None, findings=(*judged.findings, finding("FIL32")))
    return judged.with_(outcome=None, findings=(*judged.findings, _told("MAI01", letter)))


def _told(code: str, letter: Letter) -> Finding:
    return finding(
        code,
        sender=letter.sender_name or letter.sender or "（差出人なし）",
        subject=shortened(letter.subject) or "（件名なし）",
        found=shortened(letter.words, 120) or "（本文なし）",
    )
