"""Taking in what arrived: archive → judge → ledger → readable copies → out of the drop folder.

No file leaves the drop folder before its event is durable. Running again after a crash at any point gives
the state of an undisturbed run: files already booked are recognised by bytes, name and time stamp, and
readable copies are made anew from the archive.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from xlsx_pdca.errors import DiskError
from xlsx_pdca.facts import Arrived, Outcome, Submitted, booking
from xlsx_pdca.findings import Finding, Grade, finding
from xlsx_pdca.ledger import Booked, Key, Ledger, fold
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.reading import listed
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.store.system import (
    remove_files,
)
from xlsx_pdca.workflows.closed import closed_files
from xlsx_pdca.workflows.collect import FoundFile, dropped_files
from xlsx_pdca.workflows.companions import MailsOfKnownFiles
from xlsx_pdca.workflows.composed import reading_of
from xlsx_pdca.workflows.copies import make_room, restore_copies, write_copies
from xlsx_pdca.workflows.copy_names import copy_stem
from xlsx_pdca.workflows.corrections import contradicted_corrections
from xlsx_pdca.workflows.decide import (
    Judged,
    Twin,
    decide,
    settle,
    since_before,
)
from xlsx_pdca.workflows.known_bytes import (
    Run,
    Witness,
    adds_nothing,
    contradicted,
    doubted_bytes,
    rank,
    same_in_run,
)
from xlsx_pdca.workflows.proposals import Proposals
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.replays import replay_of
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.unchanged import repeat_of_accepted
from xlsx_pdca.workflows.unfold import BATCH_FILES, Step, Unfolding

_TAKEN = (Outcome.SUBMISSION, Outcome.SAME_FILE)


@dataclass(frozen=True)
class Line:
    """One file of a run, for the person who started it."""

    file: FoundFile
    arrived: Arrived
    already: bool = False
    """Booked by an earlier run that was cut off; only tidied up now."""
    stays: bool = False
    """It could not leave the drop folder, most likely because somebody has it open; the next run takes it away."""

    @property
    def needs_person(self) -> bool:
        outcome = self.arrived.outcome
        if outcome is Outcome.SUPERSEDED:  # what counts is the fuller file that came with it
            return False
        waits = outcome in (Outcome.HELD, Outcome.REFUSED)
        return waits or any(f.grade is Grade.MUST for f in self.arrived.findings)


@dataclass(frozen=True)
class Received:
    lines: tuple[Line, ...]
    unread: tuple[FoundFile, ...] = ()
    """Files whose bytes the disk did not give: they stay where they are, and nothing is booked."""

    @property
    def is_done(self) -> bool:
        """True when nothing of this run needs a person."""
        return not (self.unread or self.need_person or any(line.stays for line in self.lines))

    @property
    def need_person(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.needs_person)


def receive(
    round_: Round,
    files: Sequence[FoundFile] | None,
    *,
    now: datetime,
    by: str,
    dry_run: bool = False,
    secrets: Sequence[str] = (),
    evidence: int = 0,
    step: Step = lambda _: None,
) -> Received:
    """Take in files and what stands in them; None means the drop folder. A bad file costs one line, the others go on.

    With `secrets`, passwords, what waits behind one is tried again too. `evidence` is the 受付番号 of what waits
    and was copied into these files by the prefecture (代理入力).
    A dry run judges and decides the same, and neither archives, books nor moves anything.
    """
    found = dropped_files(round_.folder.drop) if files is None else tuple(files)
    ledger = round_.ledger()
    with Readings(round_.folder, secrets) as readings:
        found += _closed_besides(round_, ledger, found) if secrets else ()
        readings.expect(len(found))
        unfolding = Unfolding(round_, readings, ledger, keep=not dry_run, step=step)
        judged = list(unfolding.judged(found))
        if evidence:
            judged = [(f, _copied(round_, ledger, j, evidence)) for f, j in judged]
        twins = _settled(judged, ledger, readings)
        batches = tuple(_together(judged, twins))
        if dry_run:
            flat = chain.from_iterable(batches)
            mails = MailsOfKnownFiles()
            decided = _decided(round_, readings, flat, twins, round_.ledger(), Run())
            lines = [_with_its_words(line, mails) for line in decided]
        else:
            lines = list(_booked(round_, readings, batches, twins, now=now, by=by))
    place = {file: number for number, (file, _) in enumerate(judged)}
    shown = sorted(lines, key=lambda line: place[line.file])
    return Received(tuple(shown), tuple(unfolding.unread))


# -- decide ------------------------------------------------------------------------------


def _settled(
    judged: Sequence[tuple[FoundFile, Judged]], ledger: Ledger, readings: Readings
) -> Mapping[tuple[Key, str], Arrived | None]:
    """Outcome of files of which a unit sent several in this run; those taken in before have theirs."""
    groups: dict[Key, dict[str, Judged]] = defaultdict(dict)
    doubted = doubted_bytes((each for _, each in judged), ledger)
    for _, each in sorted(judged, key=lambda found: rank(found[1])):
        before = ledger.seen(each.sha256)
        is_old = before is not None and before.fact.outcome in _TAKEN
        is_old = is_old or each.key in ledger.counts_for(each.sha256)
        if each.is_proved and not is_old and not adds_nothing(each, doubted):
            groups[each.key].setdefault(each.sha256, each)
    outcome: dict[tuple[Key, str], Arrived | None] = {}
    for key, each_of in groups.items():
        members = list(each_of.values())
        if len(members) < 2:
            continue
        twins = [t for m in members if (t := _twin(m, readings))]
        plans = [readings.plan(digest) for digest in dict.fromkeys(m.plan for m in members)]
        for digest, decided in settle(twins, plans).items():
            outcome[key, digest] = decided
    return outcome


def _twin(judged: Judged, readings: Readings) -> Twin | None:
    reading = readings.reading(judged.workbook, judged.plan, judged.slots)
    return None if isinstance(reading, Refusal) else Twin(judged, reading)


def _decided(
    round_: Round,
    readings: Readings,
    judged: Iterable[tuple[FoundFile, Judged]],
    twins: Mapping[tuple[Key, str], Arrived | None],
    ledger: Ledger,
    run: Run,
) -> Iterator[Line]:
    """What each file becomes; `run` remembers the bytes decided on earlier in this run.

    What went with somebody's return, or was passed by, was decided on by nobody: the same bytes alone wait.
    """
    for file, each in judged:
        before = ledger.same_file(each.sha256, each.name, each.modified)
        if before is not None and not _opens_now(before, each) and _same_paper(before, each):
            if each.refused or not file.is_retried:
                run.meet(each, before)
                yield Line(file, _as_tried(before.fact, each), already=True)
        elif file.is_retried and _has_end(each, ledger):
            continue
        else:
            known = contradicted(each, ledger, run) or same_in_run(each, ledger, run)
            settled = twins.get((each.key, each.sha256)) if each.is_proved else None
            decided = known or settled or decide(each, ledger, stem=_stem(round_, each, readings))
            line = Line(file, known or _with_changes(decided, ledger, readings))
            run.book(each, line.arrived, ledger)
            yield line


def _with_its_words(line: Line, mails: MailsOfKnownFiles) -> Line:
    waiting = mails.waiting(line.arrived)
    return line if line.already else replace(line, arrived=waiting)


def _closed_besides(
    round_: Round, ledger: Ledger, found: Sequence[FoundFile]
) -> tuple[FoundFile, ...]:
    """What waits for a password, but for what is taken in anew in this run."""
    new = {(file.name, file.modified) for file in found}
    waiting = closed_files(round_.folder, ledger)
    return tuple(file for file in waiting if (file.name, file.modified) not in new)


def _as_tried(before: Arrived, judged: Judged) -> Arrived:
    """An arrival booked before; of one that stays closed, what the passwords of this run did is told."""
    return replace(before, findings=judged.findings) if judged.refused else before


def _has_end(judged: Judged, ledger: Ledger) -> bool:
    """Whether a file that came up again with one that is tried again was dealt with before: nobody sent it anew."""
    before = ledger.booked_as(judged.sha256, judged.name, judged.modified)
    return before is not None and not _opens_now(before, judged)


def _copied(round_: Round, ledger: Ledger, judged: Judged, evidence: int) -> Judged:
    """代理入力: what it was copied from must not be another unit's, as far as that says whose it is."""
    (paper,) = (booked for booked in ledger.arrivals if booked.seq == evidence)
    units = Proposals.of(round_, ledger).units_named(paper)
    findings = judged.findings
    if judged.unit and units and judged.unit not in units:
        named = (f"{unit.name}（{unit.id}）" for unit in round_.units if unit.id in units)
        doubt = finding("ARR41", count=evidence, file=paper.fact.name, name=listed(named))
        findings = (*findings, doubt)
    return judged.with_(evidence=evidence, findings=findings)


def _same_paper(before: Booked, judged: Judged) -> bool:
    """False for 代理入力 that names another paper than the last time."""
    return judged.evidence in (0, before.fact.evidence)


def _opens_now(before: Booked, judged: Judged) -> bool:
    """Whether a file that could not be read before, for want of a password, was read this time."""
    return before.fact.outcome is Outcome.REFUSED and not judged.refused


def _with_changes(decided: Arrived, ledger: Ledger, readings: Readings) -> Arrived:
    """Add what differs from the submission before; what says only what was replaced since waits for a person."""
    taken = decided.submission
    if taken is None:
        return decided
    if repeat := repeat_of_accepted(decided, ledger, readings):
        return repeat
    if replay := replay_of(taken, ledger, readings):
        findings = (*decided.findings, replay)
        return replace(decided, outcome=Outcome.HELD, findings=findings, submission=None)
    findings = (*decided.findings, *changes_since(taken, ledger, readings))
    return replace(decided, findings=findings, submission=replace(taken, findings=findings))


def changes_since(taken: Submitted, ledger: Ledger, readings: Readings) -> tuple[Finding, ...]:
    """Findings on what a new submission says otherwise than the one it takes the place of, or than 県補正."""
    standing = ledger.standing(taken.unit, taken.form)
    newer = reading_of(taken, ledger, readings)
    if newer is None:
        return ()
    changes: tuple[Finding, ...] = ()
    if (before := standing.submission) and (older := reading_of(before, ledger, readings)):
        plans = [readings.plan(each) for each in dict.fromkeys((taken.plan, before.plan))]
        changes = since_before(older, newer, plans, number=before.number)
    contradicted = contradicted_corrections(standing, newer, readings.plan(taken.plan))
    return (*changes, *contradicted)


def _stem(round_: Round, judged: Judged, readings: Readings) -> str:
    """Readable copy it gets if it is taken in, before its number."""
    if not judged.plan:  # nor has an attachment, which goes with a return
        return ""
    unit = round_.unit(judged.unit)
    title = readings.plan(judged.plan).title
    name = unit.name if unit else judged.slots.get("unit", "")
    return copy_stem(round_.folder, judged.unit, name, title)


# -- book and tidy -----------------------------------------------------------------------


def _together(
    judged: Sequence[tuple[FoundFile, Judged]], twins: Mapping[tuple[Key, str], Arrived | None]
) -> Iterator[list[tuple[FoundFile, Judged]]]:
    """Batches in which the twins of a unit stand side by side, the one that is taken in behind the others.

    Wherever booking is cut off, the twins left over are still all in the drop folder or all decided.
    """
    groups: dict[Key | int, list[tuple[FoundFile, Judged]]] = defaultdict(list)
    for number, (file, each) in enumerate(judged):
        is_twin = each.is_proved and (each.key, each.sha256) in twins
        groups[each.key if is_twin else number].append((file, each))
    batch: list[tuple[FoundFile, Judged]] = []
    for group in _proved_first(groups.values()):
        batch += sorted(group, key=lambda found: _place(found[1], twins))
        if len(batch) >= BATCH_FILES:
            yield batch
            batch = []
    if batch:
        yield batch


_Group = list[tuple[FoundFile, Judged]]


def _place(judged: Judged, twins: Mapping[tuple[Key, str], Arrived | None]) -> tuple[bool, Witness]:
    """Where a file stands among those of its group."""
    return (twins.get((judged.key, judged.sha256)) is None, rank(judged))


def _proved_first(groups: Iterable[_Group]) -> Iterator[_Group]:
    """The same groups, of equal bytes those from their own unit first, then those somebody else sent, then who adds nothing.

    So the order in which they came, and where a run was cut off, change nothing.
    """
    waiting = list(groups)
    alike: dict[str, list[tuple[Witness, _Group]]] = defaultdict(list)
    for group in waiting:
        for _, each in group:
            alike[each.sha256].append((rank(each), group))
    done: set[int] = set()
    for group in waiting:
        for _, each in group:
            before = (g for g in alike[each.sha256] if g[0] < rank(each))
            for _, other in sorted(before, key=lambda found: found[0]):
                if id(other) not in done:
                    done.add(id(other))
                    yield other
        if id(group) not in done:
            done.add(id(group))
            yield group


def _booked(
    round_: Round,
    readings: Readings,
    batches: Iterable[Sequence[tuple[FoundFile, Judged]]],
    twins: Mapping[tuple[Key, str], Arrived | None],
    *,
    now: datetime,
    by: str,
) -> Iterator[Line]:
    """Book file by file under one lock, durable batch by batch, and tidy up after each batch."""
    run = Run()
    mails = MailsOfKnownFiles()
    with round_.log.writing() as writer:
        ledger = fold(writer.read())
        for batch in batches:
            decided = _decided(round_, readings, batch, twins, ledger, run)
            lines = [_with_its_words(line, mails) for line in decided]
            writer.append([booking(x.arrived, at=now, by=by) for x in lines if not x.already])
            yield from _tidied(round_.folder, lines, readings)
        restore_copies(round_.folder, fold(writer.read()), readings.originals)


def _tidied(folder: RoundFolder, lines: Sequence[Line], readings: Readings) -> list[Line]:
    """Readable copies first, then the files leave the drop folder; one that somebody has open stays."""
    taken = [s for line in lines if (s := line.arrived.submission)]
    for each in taken:
        make_room(folder.root / each.file, each.workbook)
    write_copies({folder.root / each.file: each.workbook for each in taken}, readings.originals)
    leaving = [line.file.path for line in lines if line.file.takes_away]
    try:
        remove_files(leaving)
    except DiskError:
        for path in leaving:
            with contextlib.suppress(DiskError):
                remove_files([path])
    return [replace(x, stays=x.file.takes_away and x.file.path.exists()) for x in lines]
