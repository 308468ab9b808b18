"""What becomes of each received file: pure decisions from its proof, its reading and the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from xlsx_pdca.checks.copies import (
    Comparison,
    Relation,
    changed_drawings,
    compare,
    lost_drawings,
    picture_words,
)
from xlsx_pdca.checks.identity import NOBODY, Sent
from xlsx_pdca.contents import Letter
from xlsx_pdca.facts import Arrived, Outcome, Submitted
from xlsx_pdca.findings import Finding, finding
from xlsx_pdca.ledger import Booked, Key, Ledger, Use
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.reading import answer_label, listed
from xlsx_pdca.submission import Reading
from xlsx_pdca.workflows.copy_names import readable_copy

BLANK_FORM = "ANS21"
"""Code of the one finding about a form with nothing in it."""
REPLACES_ACCEPTED = "ARR10"
"""Code of the finding about a submission that takes the place of an accepted one."""
BY_SENDER = frozenset({"IDN14", "IDN23", "IDN31"})
"""Codes of the findings that another unit's address sent the file."""
_WHOSE, _NOT_OF_WITNESSES = "IDN", frozenset({"IDN17", "IDN18", "IDN30", "IDN31"})
"""Doubts about whose a file is; the last ones do not depend on who sent it."""
PERSON_FIELD = "name"
"""Field id of 氏名 in every form that asks for it."""


@dataclass(frozen=True)
class Judged:
    """One file after archive, identification and reading, before anything is booked."""

    name: str
    source: str
    sha256: str
    size: int
    modified: int
    application: str = ""
    unit: str = ""
    form: str = ""
    issue: int = 0
    plan: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    losses: tuple[str, ...] = ()
    note: str = ""
    person: str = ""
    is_blank: bool = False
    """Nothing was written into it, neither in the fields nor beside them."""
    refused: bool = False
    is_other: bool = False
    """A paper, a picture, a zip…: no workbook at all, kept for a person to look at."""
    inside: str = ""
    letter: Letter | None = None
    read_as: str = ""
    """SHA-256 of the decrypted or converted workbook that was read in its place."""
    was_covered: bool = False
    """It stood behind a password."""
    was_converted: bool = False
    """It came in another format, and an .xlsx was made of it."""
    is_inline: bool = False
    """Shown within the text of a mail."""
    defect: str = ""
    """English: why its bytes may not be what was sent."""
    evidence: int = 0
    """代理入力: the arrival it was copied from."""
    mail: str = ""
    """Where it stands on a mail server."""
    sent: Sent = NOBODY
    """What its senders say of its unit."""
    outcome: Outcome | None = None
    """What became of it where that is plain: a container that was opened, a picture of a signature."""

    def with_(self, **more: Any) -> Judged:
        """The same with more known."""
        return replace(self, **more)

    @property
    def key(self) -> Key:
        return (self.unit, self.form)

    @property
    def workbook(self) -> str:
        """SHA-256 of the bytes that are read."""
        return self.read_as or self.sha256

    @property
    def goes_along(self) -> bool:
        """True for what came with something else and is decided on by nobody: an attachment, a signature's picture."""
        return self.outcome in (Outcome.ATTACHMENT, Outcome.PASSED)

    @property
    def is_proved(self) -> bool:
        """True when nothing is doubtful about whose the file is and how it is read; it may be blank."""
        doubtful = any(each.holds and each.code != BLANK_FORM for each in self.findings)
        is_answer = self.outcome is None  # an attachment has the unit of the return it came with
        return is_answer and bool(self.unit) and not self.refused and not doubtful


def arrived(judged: Judged, outcome: Outcome, *added: Finding) -> Arrived:
    """The arrival of a judged file with its outcome."""
    return Arrived(
        sha256=judged.sha256,
        name=judged.name,
        source=judged.source,
        size=judged.size,
        outcome=outcome,
        modified=judged.modified,
        application=judged.application,
        unit=judged.unit,
        form=judged.form,
        issue=judged.issue,
        plan=judged.plan,
        findings=(*judged.findings, *added),
        losses=judged.losses,
        note=judged.note,
        inside=judged.inside,
        letter=judged.letter,
        read_as=judged.read_as,
        evidence=judged.evidence,
        mail=judged.mail,
    )


def decide(judged: Judged, ledger: Ledger, *, stem: str) -> Arrived:
    """Arrival of one file that met no twin in its run; `stem` is folder and name of its readable copy."""
    if judged.outcome is not None:
        return _plain(judged, judged.outcome, ledger)
    if judged.refused:
        return arrived(judged, Outcome.REFUSED)
    seen = ledger.seen(judged.sha256)
    # what could not be read until now, for want of a password, has been taken in by nobody
    if seen is not None and seen.fact.outcome is not Outcome.REFUSED:
        if judged.evidence and judged.evidence not in ledger.evidences(judged.sha256):
            return _copied_again(judged, seen, ledger)
        if counts_elsewhere := _counts_elsewhere(judged, ledger):
            return arrived(judged, Outcome.HELD, counts_elsewhere)
        if not _proves_now(judged, ledger):
            return _seen_again(judged, seen, ledger)
    if not judged.is_proved:
        return arrived(judged, Outcome.HELD)
    current = ledger.standing(*judged.key).submission
    if judged.is_blank:
        return _blank(judged, current)
    if current and current.person and judged.person and current.person != judged.person:
        doubt = finding("ARR03", found=current.person, name=judged.person)
        return arrived(judged, Outcome.HELD, doubt)
    if current and judged.issue < current.issue:
        name = PurePosixPath(current.file).name
        return arrived(judged, Outcome.HELD, finding("IDN17", other_file=name))
    return taken_in(judged, ledger, stem=stem)


def _plain(judged: Judged, outcome: Outcome, ledger: Ledger) -> Arrived:
    """A container or a companion: the same bytes once more need nobody's attention."""
    seen = ledger.seen(judged.sha256)
    if outcome is Outcome.OPENED and seen is not None and seen.fact.outcome is outcome:
        return arrived(judged, Outcome.SAME_FILE, finding("ARR01", other_file=seen.fact.name))
    return arrived(judged, outcome)


def _blank(judged: Judged, current: Submitted | None) -> Arrived:
    """A form with nothing in it waits for a person: it is asked about, or it came after an answer."""
    if current is None:
        return arrived(judged, Outcome.HELD)
    rest = tuple(each for each in judged.findings if each.code != BLANK_FORM)
    doubt = finding("ARR09", other_file=PurePosixPath(current.file).name)
    return arrived(judged.with_(findings=rest), Outcome.HELD, doubt)


def taken_in(judged: Judged, ledger: Ledger, *, stem: str) -> Arrived:
    """Arrival that carries the unit's next submission."""
    number = next_number(ledger, judged.key)
    submission = Submitted(
        sha256=judged.sha256,
        unit=judged.unit,
        form=judged.form,
        issue=judged.issue,
        plan=judged.plan,
        number=number,
        file=readable_copy(stem, number, is_copy=bool(judged.read_as)),
        findings=(*judged.findings, *takes_place_of_accepted(ledger, judged.key)),
        person=judged.person,
        read_as=judged.read_as,
        evidence=judged.evidence,
    )
    taken = arrived(judged, Outcome.SUBMISSION)
    return replace(taken, findings=submission.findings, submission=submission)


def takes_place_of_accepted(ledger: Ledger, key: Key) -> tuple[Finding, ...]:
    """Finding of a submission that comes after one a person has accepted."""
    return (finding(REPLACES_ACCEPTED),) if ledger.standing(*key).is_accepted else ()


def next_number(ledger: Ledger, key: Key) -> int:
    """Number of the unit's next submission; a number taken back is not given twice."""
    given = [b.fact.number for b in ledger.standing(*key).submissions] + [
        n for unit, form, n in ledger.withdrawn if (unit, form) == key
    ]
    return max(given, default=0) + 1


def _copied_again(judged: Judged, seen: Booked, ledger: Ledger) -> Arrived:
    """代理入力 of bytes taken in before, this time from another paper: a person decides what they were copied from."""
    before = "、".join(f"受付番号{n}" for n in sorted(ledger.evidences(judged.sha256)))
    doubt = finding(
        "ARR42", other_file=seen.fact.name, found=before or "なし", count=judged.evidence
    )
    return arrived(judged, Outcome.HELD, doubt)


def _waiting(judged: Judged, ledger: Ledger) -> tuple[Arrived, ...]:
    """The same bytes, where they wait for a person."""
    return tuple(b.fact for b in ledger.held if b.fact.sha256 == judged.sha256)


def _counts_elsewhere(judged: Judged, ledger: Ledger) -> Finding | None:
    """The doubt about a proved file whose bytes a person took for another unit's; None where they wait already."""
    others = [unit for unit, form in ledger.counts_for(judged.sha256) if form == judged.form]
    if not (judged.is_proved and others) or judged.unit in others:
        return None
    if any(each.unit == judged.unit for each in _waiting(judged, ledger)):
        return None
    names = (_name_of(unit, judged.form, ledger) for unit in sorted(others))
    own = _name_of(judged.unit, judged.form, ledger)
    return finding("IDN30", name=own, other_name="、".join(names))


def _name_of(unit: str, form: str, ledger: Ledger) -> str:
    """A unit as it stands on the workbook it was sent."""
    issue = ledger.standing(unit, form).issue
    name = issue.slots.get("unit", "") if issue else ""
    return f"{name}（{unit}）" if name else unit


def _proves_now(judged: Judged, ledger: Ledger) -> bool:
    """Whether bytes that wait because somebody else's name or address came with them come from their own unit now.

    Against another unit's address only the unit's own speaks: a copy nobody sent is known already.
    """
    if not judged.is_proved or judged.key in ledger.counts_for(judged.sha256):
        return False
    doubts = {f.code for each in _waiting(judged, ledger) for f in each.findings if f.holds}
    if doubts & BY_SENDER and not judged.sent.vouched:
        return False
    return any(code.startswith(_WHOSE) and code not in _NOT_OF_WITNESSES for code in doubts)


def _seen_again(judged: Judged, seen: Booked, ledger: Ledger) -> Arrived:
    """The same bytes once more: harmless while they count or wait, held where they were replaced or laid aside."""
    name = seen.fact.name
    match ledger.use_of(seen):
        case Use.WAITS:
            waiting = [b for b in ledger.held if b.fact.sha256 == judged.sha256]
            doubted = next((b for b in waiting if is_contradicted(b.fact)), None)
            if doubted is not None:
                return same_as_doubted(judged, doubted.fact, doubted.seq)
            name = waiting[0].fact.name if waiting else name
            return arrived(judged, Outcome.SAME_FILE, finding("ARR01", other_file=name))
        case Use.COUNTS:
            return arrived(judged, Outcome.SAME_FILE, finding("ARR01", other_file=name))
        case Use.REPLACED:
            return arrived(judged, Outcome.HELD, finding("ARR02", other_file=name))
        case Use.DISPOSED:
            return arrived(judged, Outcome.HELD, finding("ARR20"))
        case Use.WENT_ALONG:
            # It comes by itself now: perhaps another's answer on paper.
            return arrived(judged, Outcome.HELD)
        case Use.LAID_ASIDE if judged.is_other:
            # A paper that comes once more: a person has seen these very bytes.
            return arrived(judged, Outcome.SAME_FILE, finding("ARR01", other_file=name))
        case Use.LAID_ASIDE:
            return arrived(judged, Outcome.HELD, finding("ARR11", other_file=name))


def is_contradicted(fact: Arrived) -> bool:
    """Whether a file waits because another unit's address sent it."""
    return fact.outcome is Outcome.HELD and any(f.code in BY_SENDER for f in fact.findings)


def same_as_doubted(judged: Judged, held: Arrived, number: int) -> Arrived:
    """Arrival of bytes that wait under that 受付番号 for who sent them, and go on waiting."""
    told = finding("ARR43", count=number, other_file=held.name)
    return arrived(judged, Outcome.SAME_FILE, told)


@dataclass(frozen=True)
class Twin:
    """A judged file with its reading, for comparing files of one unit in one run."""

    judged: Judged
    reading: Reading


def settle(twins: Sequence[Twin], plans: Sequence[WorkbookPlan]) -> dict[str, Arrived | None]:
    """Outcome by SHA-256 of several files of one unit and form in one run, oldest first.

    None: this one is taken in as usual. Equal → the first; one contains the others → the fuller;
    otherwise all of them wait for a person. `plans` are those they were issued with.
    """
    best = twins[0]
    outcome: dict[str, Arrived | None] = {}
    for twin in twins[1:]:
        if twin.judged.sha256 == best.judged.sha256:
            continue
        compared = compare(best.reading, twin.reading)
        match compared.relation:
            case Relation.CONFLICT:
                return _conflict(twins, best, twin, compared, plans)
            case Relation.NEWER_IS_FULLER:
                outcome[best.judged.sha256] = _less(best, twin)
                best = twin
            case Relation.EQUAL:
                outcome[twin.judged.sha256] = arrived(
                    twin.judged, Outcome.SAME_FILE, finding("ARR01", other_file=best.judged.name)
                )
            case Relation.OLDER_IS_FULLER:
                outcome[twin.judged.sha256] = _less(twin, best)
    outcome[best.judged.sha256] = None
    return outcome


def _less(less: Twin, fuller: Twin) -> Arrived:
    doubt = finding("ARR05", file=fuller.judged.name, other_file=less.judged.name)
    return arrived(less.judged, Outcome.SUPERSEDED, doubt)


def _conflict(
    twins: Sequence[Twin],
    one: Twin,
    other: Twin,
    compared: Comparison,
    plans: Sequence[WorkbookPlan],
) -> dict[str, Arrived | None]:
    labels = difference_labels(compared, plans)
    doubt = finding("ARR04", file=one.judged.name, other_file=other.judged.name, labels=labels)
    return {t.judged.sha256: arrived(t.judged, Outcome.HELD, doubt) for t in twins}


def difference_labels(compared: Comparison, plans: Sequence[WorkbookPlan]) -> str:
    """The fields in which two files differ, in the words of their forms, and what else stands in one only."""
    labels = {a.address: answer_label(a, plan) for plan in reversed(plans) for a in plan.answers}
    beside = dict.fromkeys((*compared.beside_older, *compared.beside_newer))
    return listed([*(labels[address] for address in compared.changed), *beside])


def since_before(
    older: Reading, newer: Reading, plans: Sequence[WorkbookPlan], *, number: int
) -> tuple[Finding, ...]:
    """Findings on what differs from the submission before, whose number it is: changed, blank now, drawings gone or others.

    `plans` are those of the two, the newer one's first. What only one of them asks did not change.
    """
    if len(plans) > 1:
        older, newer = (_asked_by_all(plans, reading) for reading in (older, newer))
    compared = compare(older, newer)
    redrawn = [picture_words(sheet) for sheet in changed_drawings(older, newer)]
    found: list[Finding] = []
    changed = Comparison(
        compared.relation,
        (*compared.different, *compared.only_newer),
        beside_newer=tuple(words for words in compared.beside_newer if words not in redrawn),
    )
    if changed.changed or changed.beside_newer:
        found.append(finding("ARR12", count=number, labels=difference_labels(changed, plans)))
    if compared.only_older:
        only = Comparison(compared.relation, only_older=compared.only_older)
        found.append(finding("ARR07", labels=difference_labels(only, plans)))
    if gone := lost_drawings(older, newer):
        found.append(finding("ARR08", labels=listed(f"「{sheet}」" for sheet in gone)))
    if redrawn:
        found.append(finding("STR37", count=number, labels=listed(redrawn)))
    return tuple(found)


def _asked_by_all(plans: Sequence[WorkbookPlan], reading: Reading) -> Reading:
    """The reading without the answers to what not each of the plans asks."""
    shared = frozenset.intersection(*(frozenset(a.address for a in p.answers) for p in plans))
    return replace(reading, answers=tuple(a for a in reading.answers if a.address in shared))
