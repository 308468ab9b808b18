"""県補正: what the officer wrote in 補正.xlsx is booked, and the book is written anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from xlsx_pdca.cells import folded, visible_text
from xlsx_pdca.checks.content import check_answers
from xlsx_pdca.definitions.open_table import DATE_REMEDY
from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.facts import Corrected, booking
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.ledger import Key, Ledger, Standing, fold
from xlsx_pdca.plan import AnswerPlan, FieldPlan, WorkbookPlan
from xlsx_pdca.points import PointState
from xlsx_pdca.reading import Address, answer_label
from xlsx_pdca.spec import FieldKind
from xlsx_pdca.store.open_files import refuse_open
from xlsx_pdca.store.system import make_folders, write_atomically
from xlsx_pdca.submission import Answer, Entry, State
from xlsx_pdca.values import Meaning, meaning_of_text
from xlsx_pdca.workbook.correction_book import (
    FILE,
    CorrectionEdit,
    CorrectionRow,
    correction_book,
    read_corrections,
)
from xlsx_pdca.workflows.acceptance import refuse_unknown
from xlsx_pdca.workflows.composed import reading_of
from xlsx_pdca.workflows.corrections import BLANK_WORD, counted
from xlsx_pdca.workflows.points_choice import state_of
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Wish, standings_of

_NO_EDITS: Mapping[str, CorrectionEdit] = {}


@dataclass(frozen=True)
class Change:
    """One answer as it was counted, and as it is counted now."""

    fact: Corrected
    label: str
    before: str
    doubts: tuple[Finding, ...] = ()
    """必ず確認 that the new text itself would give."""

    @property
    def key(self) -> Key:
        return (self.fact.unit, self.fact.form)


@dataclass(frozen=True)
class Corrections:
    """What became of the book."""

    path: Path
    booked: tuple[Change, ...] = ()
    same: tuple[CorrectionEdit, ...] = ()
    """Say what counts already."""
    outdated: tuple[CorrectionEdit, ...] = ()
    """The answer they were written beside is another one now; they stand in the new book to be looked at."""
    rows: int = 0
    """Answers in the new book; without any there is no book."""


def correct(
    round_: Round, wish: Wish, *, now: datetime, by: str, dry_run: bool = False
) -> Corrections:
    """Book what stands in 補正.xlsx, and write it anew for the units asked for, else for all that is doubtful.

    FaultyDefinitions with every row that cannot be booked; then nothing is booked and the book stays as it is.
    """
    path = round_.folder.queries / FILE
    refuse_open(path)
    edits = _edits(path)
    with Readings(round_.folder) as readings:
        desk = _Desk(round_, round_.ledger(), readings)
        refuse_unknown(round_, desk.ledger, wish.units)
        found = desk.judged(path, edits)
        if found.booked and not dry_run:
            found, desk = _booked(desk, path, edits, now=now, by=by)
        rows = tuple(desk.rows(wish, found.outdated))
    if (rows or path.is_file()) and not dry_run:
        make_folders(path.parent)
        write_atomically(path, correction_book(rows, title=round_.settings.name, at=now))
    return replace(found, rows=len(rows))


def _booked(
    desk: _Desk, path: Path, edits: Mapping[str, CorrectionEdit], *, now: datetime, by: str
) -> tuple[Corrections, _Desk]:
    """What was booked, and the desk behind it; judged anew under the lock, for a return may have come in meanwhile."""
    with desk.round.log.writing() as writer:
        found = _Desk(desk.round, fold(writer.read()), desk.readings).judged(path, edits)
        writer.append([booking(change.fact, at=now, by=by) for change in found.booked])
        return found, _Desk(desk.round, fold(writer.read()), desk.readings)


def _edits(path: Path) -> Mapping[str, CorrectionEdit]:
    if not path.is_file():
        return _NO_EDITS
    found = read_corrections(path)
    if found.faults:
        raise FaultyDefinitions(found.faults)
    return found.edits


@dataclass(frozen=True)
class _Said:
    """One answer of a newest return."""

    standing: Standing
    plan: WorkbookPlan
    place: AnswerPlan

    @property
    def question(self) -> FieldPlan:
        return self.plan.question_of(self.place)

    @property
    def label(self) -> str:
        return answer_label(self.place, self.plan)


@dataclass(frozen=True)
class _Desk:
    """All newest returns as they count by one state of the ledger."""

    round: Round
    ledger: Ledger
    readings: Readings
    _texts: dict[Key, Mapping[Address, str]] = field(default_factory=dict)
    _cells: dict[Key, Mapping[Address, Answer]] = field(default_factory=dict)

    @cached_property
    def answers(self) -> Mapping[str, _Said]:
        """Every answer by the key of its row, in the order of 名簿 and of the forms."""
        every = (
            _Said(standing, plan, place)
            for standing in standings_of(self.round, self.ledger)
            if (told := standing.submission) is not None
            for plan in (self.readings.plan(told.plan),)
            for place in plan.answers
            if plan.question_of(place).kind is not FieldKind.REFERENCE
        )
        return {
            self.round.mark(s.standing.unit, s.standing.form, *s.place.address): s for s in every
        }

    # -- what she wrote ----------------------------------------------------------------------

    def judged(self, path: Path, edits: Mapping[str, CorrectionEdit]) -> Corrections:
        """Her rows sorted by what becomes of them; FaultyDefinitions with all that cannot be understood."""
        booked: list[Change] = []
        same: list[CorrectionEdit] = []
        outdated: list[CorrectionEdit] = []
        faults: list[Fault] = []
        for edit in edits.values():
            said = self.answers.get(edit.key)
            if said is None:
                faults.append(_unknown(edit))
            elif _raw(edit) == self._text(said):
                same.append(edit)  # as after a run that was cut off behind the booking
            elif edit.stamp != self._stamp(said):
                outdated.append(edit)
            elif fault := _unreadable(edit, said.question):
                faults.append(fault)
            else:
                booked.append(self._change(edit, said))
        if faults:
            raise FaultyDefinitions(faults)
        return Corrections(path, tuple(booked), tuple(same), tuple(outdated))

    def _change(self, edit: CorrectionEdit, said: _Said) -> Change:
        told = said.standing.submission
        assert told is not None
        raw = _raw(edit)
        unit, form = said.standing.unit, said.standing.form
        fact = Corrected(unit, form, told.number, *said.place.address, raw, edit.how)
        return Change(fact, said.label, self._text(said), self._doubts(said, raw))

    def _doubts(self, said: _Said, raw: str) -> tuple[Finding, ...]:
        """What would be asked about the new text, were it the answer; a blank is what she meant."""
        self._read(said.standing)
        answers = self._cells[said.standing.unit, said.standing.form]
        there = answers.get(said.place.address)
        if there is None or not raw:
            return ()
        meant = meaning_of_text(raw, said.question)
        new = replace(there, raw=meant.raw, value=meant.value, state=meant.state)
        findings = check_answers(said.plan, [*{**answers, said.place.address: new}.values()])
        return tuple(
            f for f in findings if f.address == said.place.address and f.grade is Grade.MUST
        )

    def _text(self, said: _Said) -> str:
        self._read(said.standing)
        texts = self._texts[said.standing.unit, said.standing.form]
        return texts.get(said.place.address, "").strip()

    def _stamp(self, said: _Said) -> str:
        return sha256(self._text(said).encode("utf-8", "surrogatepass")).hexdigest()[:8]

    def _read(self, standing: Standing) -> None:
        key = (standing.unit, standing.form)
        if key in self._texts:
            return
        assert standing.submission is not None
        reading = reading_of(standing.submission, self.ledger, self.readings)
        self._texts[key] = counted(standing, reading) if reading else {}
        self._cells[key] = {a.address: a for a in reading.answers} if reading else {}

    # -- the new book ------------------------------------------------------------------------

    def rows(self, wish: Wish, kept: Sequence[CorrectionEdit]) -> Iterator[CorrectionRow]:
        """The answers asked for, and those of rows that are not settled."""
        mine = {edit.key: edit for edit in kept}
        for key, said in self.answers.items():
            if key in mine or self._is_wanted(said, wish):
                yield self._row(key, said, mine.get(key))

    def _is_wanted(self, said: _Said, wish: Wish) -> bool:
        standing = said.standing
        if wish.form not in ("", standing.form):
            return False
        if wish.units:
            return standing.unit in wish.units
        if standing.is_accepted or standing.exemptions:
            return False
        address = said.place.address
        return address in standing.corrected or any(self._findings(said))

    def _findings(self, said: _Said) -> Iterator[Finding]:
        told = said.standing.submission
        for each in dict.fromkeys(told.findings if told else ()):
            if each.address == said.place.address and each.grade is not Grade.INFO:
                yield each

    def _row(self, key: str, said: _Said, edit: CorrectionEdit | None) -> CorrectionRow:
        standing = said.standing
        unit = self.round.unit(standing.unit)
        text = self._text(said)
        at = self._cells[standing.unit, standing.form].get(said.place.address)
        findings = tuple(self._findings(said))
        return CorrectionRow(
            key=key,
            stamp=self._stamp(said),
            state=_state(said, findings),
            unit=unit.name if unit else standing.unit,
            form=self.round.titles.get(standing.form, standing.form),
            sheet=at.sheet if at else "",
            cell=at.cell if at else "",
            question=said.label,
            answer=visible_text(text),
            doubts="\n".join(visible_text(each.sentence()) for each in findings),
            text=edit.text if edit else "",
            how=edit.how if edit else "",
        )


def _state(said: _Said, findings: Sequence[Finding]) -> str:
    """県補正 where there is one, else the state of what is asked about it."""
    if said.place.address in said.standing.corrected:
        return Entry.CORRECTED.value
    states = [state_of(said.standing, each) for each in findings]
    return next((s for s in ("依頼中", PointState.REPLIED.value) if s in states), "")


def _raw(edit: CorrectionEdit) -> str:
    """What she wrote as an answer; the word for a blank is one."""
    if folded(edit.text) == folded(BLANK_WORD):
        return ""
    return edit.text.replace("\r\n", "\n").replace("\r", "\n")


def _unknown(edit: CorrectionEdit) -> Fault:
    found = f"{edit.unit}の「{edit.question}」は、今の御回答の中に見当たりません（別の実施回の表、様式の差替え、取消しなどによります）。"
    return edit.fault(found, "この行の記入を消してから、もう一度実行してください。")


_EXPECTED: Mapping[FieldKind, tuple[str, str]] = {
    FieldKind.INTEGER: ("数字", "「30000」のように、数字で記入してください。"),
    FieldKind.DECIMAL: ("数字", "「28.5」のように、数字で記入してください。"),
    FieldKind.PERCENT: ("数字", "「28.5%」のように記入してください。"),
    FieldKind.DATE: ("日付", DATE_REMEDY),
    FieldKind.FISCAL_YEAR: ("年度", "「令和8年度」のように記入してください。"),
}
_OR_WORDS = "把握されていないときは「把握していない」と記入してください。"


def _unreadable(edit: CorrectionEdit, question: FieldPlan) -> Fault | None:
    """A text that would be asked about at once: what she writes must be understood, for nobody checks it after her."""
    if folded(edit.text) == "空欄":
        found = "「空欄」という御回答か、空欄に直すのかが分かりません。"
        return edit.fault(
            found, f"空欄に直すときは、かっこを付けて「{BLANK_WORD}」と記入してください。"
        )
    if edit.is_number and question.kind is FieldKind.PERCENT:
        found = f"「{edit.text}」は数として貼り付けられていて、何％のことか分かりません。"
        return edit.fault(found, "「28.5%」のように、文字で入力し直してください。")
    meant = meaning_of_text(_raw(edit), question)
    if meant.state is not State.FILLED:
        return None
    if question.kind in _EXPECTED and not meant.value:
        what, how = _EXPECTED[question.kind]
        return edit.fault(f"「{edit.text[:30]}」を{what}として読み取れません。", how + _OR_WORDS)
    if question.kind is FieldKind.CHOICE and not _is_option(meant, question):
        options = "、".join(f"「{each}」" for each in question.options)
        return edit.fault(
            f"「{edit.text[:30]}」は、選択肢にありません。",
            f"{options}から選んで記入してください。",
        )
    return None


def _is_option(meant: Meaning, question: FieldPlan) -> bool:
    return question.free_choice or not question.options or meant.value in question.options
