"""取りまとめ: the three books written anew, with the notes of the old one booked first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count
from pathlib import Path

from xlsx_pdca.errors import DiskError
from xlsx_pdca.facts import Noted, Submitted, booking
from xlsx_pdca.ledger import Ledger, Status, fold
from xlsx_pdca.long_table import answers_csv, excel_csv, long_table
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.store.disk_errors import OpenElsewhere, told_about
from xlsx_pdca.store.events import EventWriter
from xlsx_pdca.store.open_files import open_elsewhere
from xlsx_pdca.store.system import (
    check_path_length,
    is_unfinished,
    make_folders,
    remove_file,
    replace_file,
    sync_directory,
    write_atomically,
    write_beside,
)
from xlsx_pdca.submission import Reading
from xlsx_pdca.summary import Note, SummaryInput
from xlsx_pdca.workbook.data_book import data_book
from xlsx_pdca.workbook.notes import BookNotes, Changes, changed_notes, read_notes
from xlsx_pdca.workbook.progress_book import progress_book
from xlsx_pdca.workbook.summary_books import ConsolidatedBook, consolidated_book
from xlsx_pdca.workflows.copies import restore_copies
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.summary_state import Sources, current_notes, summary_input

CONSOLIDATED = "取りまとめ表【部内限り】.xlsx"
PROGRESS = "進行管理表.xlsx"
DATA = "データ集.xlsx"
ANSWERS_CSV = "answers.csv"
EXCEL_CSV = "回答一覧.csv"


class ChangedMeanwhile(DiskError):
    """Somebody saved 取りまとめ表 while the new one was being made; nothing was replaced."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"「{path}」は、取りまとめの間にどなたかが保存したため、置き換えていません。",
            "その内容は失われていません。もう一度取りまとめてください。",
        )


@dataclass(frozen=True)
class MergeResult:
    """What a merge wrote, or would write."""

    books: tuple[Path, ...]
    tables: tuple[Path, ...]
    """CSV files."""
    returned: int
    """Returns whose answers stand in the books; a joint one counts once."""
    outstanding: int
    """Returns asked for and not in."""
    held: int
    """Files that wait for a person."""
    notes: tuple[Note, ...]
    """県記入 newly booked from the old book."""
    changed: int
    """Rows whose answer changed since the note beside it."""
    vanished: tuple[Note, ...]
    """県記入 whose row is no longer there."""
    unreadable: tuple[str, ...] = ()
    """Archived submissions that could not be read again."""
    both: tuple[Note, ...] = ()
    """Those of `notes` that join two persons' texts."""
    left_behind: tuple[str, ...] = ()
    """Tabs of the old book, or rows of them, with something that the new one does not take over."""
    kept: Path | None = None
    """Where the old book stays because of them."""

    @property
    def needs_person(self) -> bool:
        return bool(
            self.held
            or self.changed
            or self.vanished
            or self.unreadable
            or self.left_behind
            or self.both
        )


def merge(
    round_: Round,
    *,
    now: datetime,
    by: str,
    csv_dir: Path | None = None,
    dry_run: bool = False,
) -> MergeResult:
    """Make the three books from what is in now; with `dry_run` nothing is written or booked."""
    paths = _paths(round_)
    _stop_if_open(paths)
    with Readings(round_.folder) as readings:
        run = _Run(round_, readings, now=now, by=by)
        if dry_run:
            return run.plan(csv_dir)
        with round_.log.writing() as writer:
            return run.carry_out(writer, csv_dir)


def _paths(round_: Round) -> tuple[Path, ...]:
    folder = round_.folder.summaries
    return tuple(folder / name for name in (CONSOLIDATED, PROGRESS, DATA))


def _stop_if_open(paths: tuple[Path, ...]) -> None:
    for path in paths:
        who = open_elsewhere(path) if path.exists() else None
        if who is not None:
            raise OpenElsewhere(path, who)


class _Run:
    def __init__(self, round_: Round, readings: Readings, *, now: datetime, by: str) -> None:
        self.round = round_
        self.readings = readings
        self.now = now
        self.by = by
        self.unreadable: list[str] = []

    def plan(self, csv_dir: Path | None) -> MergeResult:
        """What a merge would do now."""
        ledger = self.round.ledger()
        found = self._read_old(self._old_book())
        changes = self._changes(found, ledger)
        summary = self._summary(ledger)
        summary = replace(summary, notes=_overlaid(summary.notes, changes.notes))
        result = self._result(summary, changes, consolidated_book(summary), csv_dir)
        return replace(result, left_behind=found.unread)

    def _changes(self, found: BookNotes, ledger: Ledger) -> Changes:
        """What the officer wrote since her book was made."""
        then = current_notes(ledger, until=found.number)
        return changed_notes(found, current_notes(ledger), then)

    def carry_out(self, writer: EventWriter, csv_dir: Path | None) -> MergeResult:
        """Archive the old book and book its notes, write anew, and replace what is still the same."""
        old = self._old_book()
        found = self._read_old(old)
        changes = self._changes(found, fold(writer.read()))
        if old is not None:
            self.readings.originals.put(old)
        writer.append([booking(_noted(n), at=self.now, by=self.by) for n in changes.notes])
        ledger = fold(writer.read())
        restore_copies(self.round.folder, ledger, self.readings.originals)  # the books link to them
        summary = self._summary(ledger)
        book = consolidated_book(summary)
        kept = self._keep_beside(old) if old is not None and found.unread else None
        self._replace((book.data, progress_book(summary), data_book(summary)), old)
        self._write_tables(summary, csv_dir)
        result = self._result(summary, changes, book, csv_dir)
        return replace(result, left_behind=found.unread, kept=kept)

    def _old_book(self) -> bytes | None:
        path = _paths(self.round)[0]
        with told_about(path):
            return path.read_bytes() if path.exists() else None

    def _read_old(self, old: bytes | None) -> BookNotes:
        return read_notes(old, CONSOLIDATED) if old is not None else BookNotes()

    def _keep_beside(self, old: bytes) -> Path:
        """Leave the old book under another name: the new one does not take over all of it.

        One that a run which was cut off has left so already is not left twice.
        """
        path = _paths(self.round)[0]
        before = path.parent.glob(f"{path.stem}_置き換え前_*{path.suffix}")
        for kept in sorted(each for each in before if not is_unfinished(each)):
            with told_about(kept):
                if kept.stat().st_size == len(old) and kept.read_bytes() == old:
                    return kept
        stem = f"{path.stem}_置き換え前_{self.now:%Y%m%d-%H%M%S}"
        names = (path.with_stem(stem + (f"-{n}" if n else "")) for n in count())
        kept = next(name for name in names if not name.exists())
        write_atomically(kept, old)
        return kept

    def _summary(self, ledger: Ledger) -> SummaryInput:
        self.unreadable.clear()
        sources = Sources(self._reading, self.readings.plan)
        return summary_input(self.round, ledger, sources, now=self.now)

    def _reading(self, submitted: Submitted, slots: Mapping[str, str] | None) -> Reading | None:
        reading = self.readings.reading(submitted.workbook, submitted.plan, slots)
        if isinstance(reading, Refusal):
            self.unreadable.append(submitted.file)
            return None
        return reading

    def _replace(self, made: Sequence[bytes], old: bytes | None) -> None:
        """Put the new books in place, unless somebody saved the one with the notes meanwhile.

        That one comes last: as long as it is the old one, the next run finds in it what this one would have told.
        """
        paths = _paths(self.round)
        make_folders(paths[0].parent)
        for path in paths:
            check_path_length(path, for_excel=True)
        finished = [write_beside(p, data) for p, data in zip(paths, made, strict=True)]
        for new, path in reversed(list(zip(finished, paths, strict=True))):
            if self._old_book() != old:
                for rest in finished:
                    remove_file(rest)
                raise ChangedMeanwhile(paths[0])
            replace_file(new, path)
        sync_directory(paths[0].parent)

    def _write_tables(self, summary: SummaryInput, csv_dir: Path | None) -> None:
        if csv_dir is None:
            return
        make_folders(csv_dir)
        rows = list(long_table(summary))
        write_atomically(csv_dir / ANSWERS_CSV, answers_csv(rows))
        write_atomically(csv_dir / EXCEL_CSV, excel_csv(rows))

    def _result(
        self,
        summary: SummaryInput,
        changes: Changes,
        book: ConsolidatedBook,
        csv_dir: Path | None,
    ) -> MergeResult:
        asked = [r for r in summary.returns if r.status is not Status.EXEMPT]
        tables = (csv_dir / ANSWERS_CSV, csv_dir / EXCEL_CSV) if csv_dir else ()
        return MergeResult(
            books=_paths(self.round),
            tables=tables,
            returned=sum(r.is_in for r in asked),
            outstanding=sum(not r.is_in for r in asked),
            held=len(self.round.ledger().held),
            notes=changes.notes,
            both=changes.both,
            changed=book.changed,
            vanished=book.vanished,
            unreadable=tuple(self.unreadable),
        )


def _noted(note: Note) -> Noted:
    key = note.key
    return Noted(key.sheet, key.subject, key.row, note.column, note.text, note.digest)


def _overlaid(booked: Sequence[Note], newer: Sequence[Note]) -> tuple[Note, ...]:
    found = {(note.key, note.column): note for note in (*booked, *newer)}
    return tuple(found.values())
