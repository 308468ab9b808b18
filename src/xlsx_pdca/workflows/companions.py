"""What came together in one mail or archive: attachments of a good return, pictures of signatures, mails with words only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlsx_pdca.checks.register import Register
from xlsx_pdca.contents import Automatic, Letter
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.ledger import Key
from xlsx_pdca.reading import listed
from xlsx_pdca.ticket import find_short_codes
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
    register: Register,
) -> Mapping[FoundFile, Judged]:
    """The same, each file judged in the light of those it came with.

    `homes` leads from a file to the innermost mail it came in, else to the archive; `inside` to what stood in it.
    """
    families: dict[FoundFile, list[FoundFile]] = {}
    for file, home in homes.items():
        families.setdefault(home, []).append(file)
    settled = dict(found)
    for file, judged in found.items():
        if judged.letter is not None and judged.letter.automatic is Automatic.UNDELIVERED:
            settled |= _given_back(file, settled, inside, register)
    for members in families.values():
        for file in members:
            settled[file] = _signature(settled[file])
        keys = {found[file].key: None for file in members if found[file].is_proved}
        for file in members if keys else ():
            settled[file] = _attachment(settled[file], tuple(keys))
    for file, home in homes.items():
        settled[file] = _with_words(settled[file], found[home])
    for file in found:
        judged = settled[file]
        brought = [settled[each] for each in inside.get(file, ())]
        if judged.outcome is Outcome.OPENED and all(
            each.outcome is Outcome.PASSED for each in brought
        ):
            settled[file] = _nothing_in_it(judged, register)
    return told_once(settled, inside)


def _given_back(
    report: FoundFile,
    found: Mapping[FoundFile, Judged],
    inside: Mapping[FoundFile, Sequence[FoundFile]],
    register: Register,
) -> Mapping[FoundFile, Judged]:
    """What a report of a mail that was not delivered gives back of ours: nobody answered with it.

    A workbook that differs from what was sent is judged as any other.
    """
    settled: dict[FoundFile, Judged] = {}
    for mail in inside.get(report, ()):
        letter = found[mail].letter
        if letter is None or not is_ours(letter, register):
            continue
        brought = tuple(_all_below(mail, inside))
        if all(found[f].sha256 in register.sent or not found[f].plan for f in brought):
            for file in (mail, *brought):
                settled[file] = found[file].with_(outcome=Outcome.PASSED, findings=())
    return settled


def _all_below(
    file: FoundFile, inside: Mapping[FoundFile, Sequence[FoundFile]]
) -> Iterator[FoundFile]:
    for inner in inside.get(file, ()):
        yield inner
        yield from _all_below(inner, inside)


def is_ours(letter: Letter, register: Register) -> bool:
    """Whether the office itself wrote a mail."""
    return letter.message_id in register.mails or letter.sender in register.own


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


def _nothing_in_it(judged: Judged, register: Register) -> Judged:
    """A mail that brings no file: what it says waits until somebody has dealt with it; so does an empty archive."""
    letter = judged.letter
    if letter is None:
        return judged.with_(outcome=None, findings=(*judged.findings, finding("FIL32")))
    if letter.automatic is Automatic.UNDELIVERED:
        return _undelivered(judged, letter, register)
    keys, told_how = answered_to(letter, register)
    if letter.automatic is Automatic.ANSWER:
        return _from_a_machine(judged, letter, keys, register)
    reply = (finding(told_how, name=_whose(keys, register)),) if keys else ()
    told = (*judged.findings, _told("MAI01", letter), *reply)
    return judged.with_(outcome=None, findings=told, **_if_one(keys))


def _told(code: str, letter: Letter) -> Finding:
    return finding(
        code,
        sender=_sender(letter),
        subject=shortened(letter.subject) or "（件名なし）",
        found=shortened(letter.words, 120) or "（本文なし）",
    )


def _undelivered(judged: Judged, letter: Letter, register: Register) -> Judged:
    """A mail of ours came back: whoever should have got it has not."""
    keys, addresses = not_reached(letter, register)
    failed = listed(addresses) or "書かれていません"
    if keys:
        told = finding("MAI31", name=_whose(keys, register), found=failed)
    else:
        told = finding("MAI32", found=failed, places=shortened(letter.text, 120) or "なし")
    return judged.with_(outcome=None, findings=(*judged.findings, told), **_if_one(keys))


def _from_a_machine(
    judged: Judged, letter: Letter, keys: tuple[Key, ...], register: Register
) -> Judged:
    """Nobody has to deal with it: it is shown, and does not wait."""
    units = tuple((unit, "") for unit in sorted(register.units_at(letter.sender)))
    keys = keys or units
    told = finding(
        "MAI33",
        sender=_sender(letter),
        subject=shortened(letter.subject) or "（件名なし）",
        name=_whose(keys, register) if keys else "どなたのものか分かりません",
        found=shortened(letter.text, 120) or "なし",
    )
    return judged.with_(findings=(*judged.findings, told), **_if_one(keys))


def not_reached(letter: Letter, register: Register) -> tuple[tuple[Key, ...], tuple[str, ...]]:
    """What a mail that came back was about, and the addresses that failed; where no report names them, those of 名簿 in its text."""
    addresses = letter.failed or tuple(
        each for each in sorted(register.senders) if each in letter.text.casefold()
    )
    keys, _ = answered_to(letter, register)
    by_address = dict.fromkeys(
        (unit, "") for each in addresses for unit in sorted(register.units_at(each))
    )
    return keys or tuple(by_address), addresses


def answered_to(letter: Letter, register: Register) -> tuple[tuple[Key, ...], str]:
    """What it answers by the codes in its subject, else by the mails of ours it refers to, and the code of the finding.

    Witnesses, as a sender is. The form is "" where it is not told.
    """
    codes = (code.split("-", 2) for code in find_short_codes(letter.subject))
    known = (
        (unit, register.forms.get(mark, ""))
        for round_id, mark, unit in codes
        if round_id == register.round_id and unit in register.roster
    )
    if keys := tuple(dict.fromkeys(known)):
        return keys, "MAI20"
    about = (key for each in letter.references for key in register.mails.get(each, ()))
    return tuple(dict.fromkeys(about)), "MAI30"


def _if_one(keys: tuple[Key, ...]) -> dict[str, str]:
    """Unit and form where all keys agree on them."""
    units, forms = ({key[n] for key in keys} for n in (0, 1))
    unit = next(iter(units)) if len(units) == 1 else ""
    return {"unit": unit, "form": next(iter(forms)) if unit and len(forms) == 1 else ""}


def _whose(keys: tuple[Key, ...], register: Register) -> str:
    """前橋市、高崎市（102016-1、102024-1、事前課題）."""
    units = tuple(dict.fromkeys(unit for unit, _ in keys))
    titles = dict.fromkeys(register.titles.get(form, form) for _, form in keys if form)
    named = "、".join((*units, *titles))
    return f"{'、'.join(map(register.name_of, units))}（{named}）"


def _sender(letter: Letter) -> str:
    return letter.sender_name or letter.sender or "（差出人なし）"
