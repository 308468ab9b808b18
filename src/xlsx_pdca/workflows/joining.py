"""`accept --join`: files of several people joined into one submission, conflicts decided in a workbook of their own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from xlsx_pdca.checks.joined import QUOTES, Choices, Part, Question, join, questions
from xlsx_pdca.errors import Fault, UsageError
from xlsx_pdca.facts import Arrived, Choice, Issued, Joined, Submitted, booking
from xlsx_pdca.ledger import Booked, Key, Ledger, fold
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.store.open_files import refuse_open
from xlsx_pdca.store.system import check_path_length, make_folders, write_atomically
from xlsx_pdca.workbook.comparison_book import Comparison, FileColumn, comparison_book
from xlsx_pdca.workbook.comparison_decisions import Decisions, read_decisions
from xlsx_pdca.workflows.acceptance import (
    cannot_be_taken,
    held_file,
    never_issued,
    read_as_sent,
    refuse_older,
    refuse_unknown,
    workbook_of,
)
from xlsx_pdca.workflows.copies import restore_copies
from xlsx_pdca.workflows.copy_names import copy_stem, readable_copy
from xlsx_pdca.workflows.decide import next_number, takes_place_of_accepted
from xlsx_pdca.workflows.judge import person_of
from xlsx_pdca.workflows.proposals import may_be_taken
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.receive import changes_since
from xlsx_pdca.workflows.round import Round


@dataclass(frozen=True)
class Joining:
    """What became of an attempt to join files."""

    submission: Submitted | None
    """None while a person has to decide."""
    differing: int
    """Answers a person decides on."""
    book: Path | None = None
    """The workbook to decide in."""
    is_new: bool = False
    """It was made just now; nobody can have decided anything yet."""
    faults: tuple[Fault, ...] = ()
    """What is not decided yet, or cannot be understood, by sheet and cell."""


@dataclass(frozen=True)
class _File:
    """One file to be joined."""

    booked: Booked
    sent: Issued
    """The workbook it was made on."""
    part: Part


def join_files(
    round_: Round,
    arrivals: Collection[int],
    unit: str,
    form: str,
    *,
    command: str,
    now: datetime,
    by: str,
    dry_run: bool = False,
) -> Joining:
    """Join received files into the unit's next submission; what differs is decided in a workbook first.

    Each file waits for a person, or was a submission of this unit. `undo` takes it back, and each is what it was.
    """
    key = (unit, form)
    with Readings(round_.folder) as readings, round_.log.writing() as writer:
        ledger = fold(writer.read())
        run = _Run(round_, readings, ledger, key, command, now)
        files = run.files(arrivals)
        compared = run.compared(files)
        decided, choices = run.decided(compared, dry_run=dry_run)
        if decided.faults or decided.is_new:
            return decided
        submission = run.submission(files, compared, choices)
        if not dry_run:
            writer.append([booking(submission, at=now, by=by)])
            restore_copies(round_.folder, fold(writer.read()), readings.originals)
    return replace(decided, submission=submission)


@dataclass(frozen=True)
class _Run:
    round: Round
    readings: Readings
    ledger: Ledger
    key: Key
    command: str
    now: datetime

    def files(self, arrivals: Collection[int]) -> tuple[_File, ...]:
        """The files by receipt; UsageError for one that cannot be joined."""
        numbers = sorted(set(arrivals))
        if len(numbers) < 2:
            raise UsageError(
                "合わせるファイルが一つしか指定されていません。",
                "「--file 12 --file 15」のように、合わせるファイルをすべて指定してください。",
            )
        refuse_unknown(self.round, self.ledger, [self.key[0]])
        issue = self.ledger.standing(*self.key).issue
        if issue is None:
            raise never_issued(self.key[0])
        files = tuple(self._file(number, issue) for number in numbers)
        refuse_older(self.ledger, files[-1].booked, self.key)
        return files

    def _file(self, number: int, issue: Issued) -> _File:
        booked = self._booked(number)
        fact: Arrived = booked.fact
        if not may_be_taken(fact):
            raise cannot_be_taken(fact)
        sent = workbook_of(fact, self.key[1], self.ledger) or issue
        reading = read_as_sent(fact, sent, self.readings)
        return _File(booked, sent, Part(number, reading, person_of(reading)))

    def _booked(self, number: int) -> Booked:
        """A file that waits, or one that was taken in as a submission of this unit."""
        taken = self.ledger.submission_of(number)
        if taken is None:
            return held_file(self.ledger, number)
        if (taken.unit, taken.form) != self.key:
            raise UsageError(
                f"受付番号{number}のファイルは、{taken.unit} の第{taken.number}回の提出として受け付けています。",
                "合わせる場合は、先に undo でその受付を取り消してください。",
            )
        return next(booked for booked in self.ledger.arrivals if booked.seq == number)

    def compared(self, files: Sequence[_File]) -> Comparison:
        plan = self.readings.plan(self.newest(files).plan)
        unit = self.round.unit(self.key[0])
        name = unit.name if unit else ""
        return Comparison(
            whose=f"{name}（{self.key[0]}）　{plan.title}",
            round_name=self.round.settings.name,
            as_of=self.now,
            command=self.command,
            files=tuple(
                FileColumn(f.part.arrival, f.booked.fact.name, f.part.person, f.booked.at)
                for f in files
            ),
            questions=questions(plan, [f.part for f in files]),
            plan=plan,
        )

    def newest(self, files: Sequence[_File]) -> Issued:
        """The unit's newest workbook any of them was made on; else the one that is out now."""
        own = [f.sent for f in files if f.sent.unit == self.key[0]]
        current = self.ledger.standing(*self.key).issue
        assert current is not None
        return max(own, key=lambda sent: sent.issue) if own else current

    # -- decisions -----------------------------------------------------------------------------

    def decided(self, compared: Comparison, *, dry_run: bool) -> tuple[Joining, Choices]:
        """Every decision on answers that differ; the workbook to make them in is written where there is none."""
        usual = {q.place.address: q.usual for q in compared.questions if q.differs and q.usual}
        if not compared.undecided:
            return Joining(None, 0), usual
        differing, path = len(compared.undecided), self.book(compared)
        found = self._decisions(path, compared)
        if found is None or found.is_other:
            if not dry_run:
                self._write(path, comparison_book(compared))
            return Joining(None, differing, path, is_new=True), usual
        told = Joining(None, differing, path, faults=found.faults)
        return told, {**usual, **found.choices}

    def book(self, compared: Comparison) -> Path:
        unit = self.round.unit(self.key[0])
        title = compared.plan.title
        stem = f"{self.key[0]}_{unit.name if unit else ''}_{title}"
        return self.round.folder.queries / safe_file_name(f"{stem}_並べて確認.xlsx")

    def _decisions(self, path: Path, compared: Comparison) -> Decisions | None:
        """What stands in the workbook; nobody may have it open, for then what is decided is not all saved yet."""
        with told_about(path):
            there = path.exists()
        refuse_open(path)
        return read_decisions(path, compared) if there else None

    def _write(self, path: Path, data: bytes) -> None:
        """The workbook; one made for other files is left beside it, for somebody has worked on it."""
        make_folders(path.parent)
        check_path_length(path, for_excel=True)
        with told_about(path):
            if path.exists():
                names = (path.with_stem(f"{path.stem}_以前{n}") for n in count(1))
                path.rename(next(name for name in names if not name.exists()))
        write_atomically(path, data)

    # -- the submission ------------------------------------------------------------------------

    def submission(
        self,
        files: Sequence[_File],
        compared: Comparison,
        choices: Choices,
    ) -> Submitted:
        number = next_number(self.ledger, self.key)
        joined = tuple(
            self._joined(file, compared.plan, number, n) for n, file in enumerate(files, 1)
        )
        newest, sent = joined[-1], self.newest(files)
        made = join(compared.plan, [f.part for f in files], choices)
        # Texts that were not chosen stay in the originals; they are told anew whenever the books are made.
        booked = (each for each in made.reading.findings if each.code not in QUOTES)
        people = "、".join(dict.fromkeys(part.person for part in joined if part.person))
        taken = Submitted(
            sha256=newest.sha256,
            unit=self.key[0],
            form=self.key[1],
            issue=sent.issue,
            plan=sent.plan,
            number=number,
            file=newest.file,
            findings=(*booked, *takes_place_of_accepted(self.ledger, self.key)),
            person=people,
            arrival=newest.arrival,
            assigned=True,
            read_as=newest.read_as,
            joined=joined,
            choices=_in_order(compared.questions, choices),
        )
        self._refuse_same(taken)
        more = changes_since(taken, self.ledger, self.readings)
        return replace(taken, findings=(*taken.findings, *more))

    def _refuse_same(self, taken: Submitted) -> None:
        """The same files with the same decisions are not taken in twice."""
        current = self.ledger.standing(*self.key).submission
        if current is None or not current.joined:
            return
        if (current.arrivals, current.choices) == (taken.arrivals, taken.choices):
            raise UsageError(
                f"これらのファイルは、第{current.number}回の提出として、すでに合わせてあります。",
                "採用する記載を変えるときは、「60_確認依頼」のブックで選び直して保存してから、もう一度実行してください。"
                if taken.choices
                else "特に必要なことはありません。",
            )

    def _joined(self, file: _File, plan: WorkbookPlan, number: int, place: int) -> Joined:
        fact: Arrived = file.booked.fact
        unit = self.round.unit(self.key[0])
        name = unit.name if unit else ""
        stem = copy_stem(self.round.folder, self.key[0], name, plan.title)
        return Joined(
            arrival=file.booked.seq,
            sha256=fact.sha256,
            unit=file.sent.unit,
            issue=file.sent.issue,
            plan=file.sent.plan,
            file=readable_copy(stem, number, is_copy=bool(fact.read_as), part=place),
            person=file.part.person,
            read_as=fact.read_as,
            evidence=fact.evidence,
        )


def _in_order(asked: Sequence[Question], choices: Choices) -> tuple[Choice, ...]:
    places = [question.place.address for question in asked]
    return tuple(Choice(*place, taken=choices[place]) for place in places if place in choices)
