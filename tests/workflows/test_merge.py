"""`merge` from issued, filled and received files: exact answers, notes kept, nothing replaced that somebody holds."""

import csv
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import books
import small_form
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.form_settings import FormSetting
from xlsx_pdca.definitions.gunma import gunma_settings, gunma_units
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Sent, booking
from xlsx_pdca.ledger import fold
from xlsx_pdca.store.disk_errors import OpenElsewhere
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.summary import NOTE_COLUMN
from xlsx_pdca.workbook.notes import UnreadableSummary
from xlsx_pdca.workbook.view_sheet import HEAD_ROW
from xlsx_pdca.workflows import merge as merging
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.merge import ChangedMeanwhile, MergeResult, merge
from xlsx_pdca.workflows.receive import receive
from xlsx_pdca.workflows.round import Round

NOW = datetime(2026, 10, 20, 9, 30, tzinfo=JST)
BY = "見本 担当者"


@pytest.fixture
def answered(tmp_path: Path) -> Round:
    """Three municipalities have one small form; the first has answered."""
    folder = RoundFolder(tmp_path / "令和8年度_第1回")
    folder.create()
    codes = shipped_codes()
    settings = gunma_settings(
        2026, date(2026, 9, 1), (FormSetting("small", True, date(2026, 10, 15)),)
    )
    forms = {"small": small_form.form()}
    key = bytes(range(32))
    round_ = Round(folder, settings, gunma_units(codes)[:3], forms, codes, key, BY)
    issue(round_, now=NOW - timedelta(days=40), by=BY)
    sent = [Sent(unit.id, "small", date(2026, 9, 11)) for unit in round_.units]
    round_.log.append([booking(s, at=NOW - timedelta(days=39), by=BY) for s in sent])
    arrive(round_, books.ANSWERS)
    return round_


def arrive(round_: Round, answers: Mapping[books.Address, object]) -> None:
    issued = round_.ledger().standing("102016-1", "small").issue
    assert issued
    data = (round_.folder.root / issued.file).read_bytes()
    books.fill_with_openpyxl(answers, round_.folder.drop / "返送.xlsx", data)
    receive(round_, None, now=NOW - timedelta(days=5), by=BY)


def merged(round_: Round, *, minutes: int = 0, **options: Any) -> MergeResult:
    return merge(round_, now=NOW + timedelta(minutes=minutes), by=BY, **options)


def write_note(result: MergeResult, text: str) -> None:
    book = openpyxl.load_workbook(result.books[0])
    sheet = book.worksheets[1]
    heads = [cell.value for cell in sheet[HEAD_ROW]]
    sheet.cell(HEAD_ROW + 1, heads.index(NOTE_COLUMN) + 1, text)
    book.save(result.books[0])


def notes_in(result: MergeResult) -> list[str]:
    sheet = openpyxl.load_workbook(result.books[0]).worksheets[1]
    heads = [cell.value for cell in sheet[HEAD_ROW]]
    place = heads.index(NOTE_COLUMN) + 1
    return [v for (v,) in sheet.iter_rows(HEAD_ROW + 1, None, place, place, values_only=True) if v]


def test_every_answer_arrives_exact(answered: Round, tmp_path: Path) -> None:
    """What was typed into the issued workbook stands in answers.csv, blanks as blanks, with its cell."""
    result = merged(answered, csv_dir=tmp_path / "csv")
    assert (result.returned, result.outstanding, result.held) == (1, 2, 0)
    text = result.tables[0].read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    found = {(r["field_id"], r["column"], r["row"]): r["raw"] for r in rows}
    plan = answered.ledger().standing("102016-1", "small").issue
    assert plan is not None
    assert {a: raw for a, raw in found.items() if raw} == dict(books.ANSWERS)
    assert {r["unit"] for r in rows} == {"102016-1"}
    copy = openpyxl.load_workbook(answered.folder.root / rows[0]["file"])
    for row in rows:
        value = copy[row["sheet"]][row["cell"]].value
        assert ("" if value is None else str(value)) == row["raw"]


def test_missing_returns_are_listed(answered: Round) -> None:
    """All three municipalities stand in the sheets, two of them 未提出."""
    sheet = openpyxl.load_workbook(merged(answered).books[0]).worksheets[1]
    status = [row[3] for row in sheet.iter_rows(min_row=HEAD_ROW + 1, values_only=True)]
    assert status == ["○ 受信（未確認）", "▲ 未提出", "▲ 未提出"]


def test_same_state_same_bytes(answered: Round) -> None:
    """Merging again at the same time gives the same three files."""
    first = [path.read_bytes() for path in merged(answered).books]
    assert [path.read_bytes() for path in merged(answered).books] == first


def test_notes_are_booked_and_put_back(answered: Round) -> None:
    """A note is an event, stands in the next book, is booked once, and the old book is archived."""
    write_note(merged(answered), "来週電話")
    old = (answered.folder.summaries / merging.CONSOLIDATED).read_bytes()
    second = merged(answered, minutes=1)
    assert [note.text for note in second.notes] == ["来週電話"]
    assert notes_in(second) == ["来週電話"]
    assert merged(answered, minutes=2).notes == ()
    events = [event for event in answered.log.read() if event.type == "note"]
    assert [(e.by, e.data["text"]) for e in events] == [(BY, "来週電話")]
    kept = {path.read_bytes() for path in answered.folder.originals.rglob("*") if path.is_file()}
    assert old in kept


def test_a_new_answer_flags_the_note(answered: Round) -> None:
    """After a resubmission the note is still there and its row is counted as changed."""
    write_note(merged(answered), "確認済")
    assert merged(answered, minutes=1).changed == 0
    arrive(answered, {**books.ANSWERS, ("purpose", "daily", ""): "めざす姿を直した"})
    again = merged(answered, minutes=2)
    assert (notes_in(again), again.changed, again.needs_person) == (["確認済"], 1, True)


def test_dry_run_writes_and_books_nothing(answered: Round, tmp_path: Path) -> None:
    """A dry run says what it would do; folder and ledger stay as they are."""
    write_note(merged(answered), "下見")
    before = {p: p.read_bytes() for p in answered.folder.root.rglob("*.xlsx")}
    events = len(answered.log.read())
    result = merged(answered, minutes=1, csv_dir=tmp_path / "csv", dry_run=True)
    assert [note.text for note in result.notes] == ["下見"]
    assert {p: p.read_bytes() for p in answered.folder.root.rglob("*.xlsx")} == before
    assert len(answered.log.read()) == events
    assert not (tmp_path / "csv").exists()


def test_an_open_book_stops_the_merge_by_name(answered: Round) -> None:
    """A colleague who has the book open is named, and nothing is booked or written."""
    write_note(merged(answered), "途中")
    path = answered.folder.summaries / merging.CONSOLIDATED
    before = path.read_bytes()
    owner = path.with_name(f".~lock.{path.name}#")
    owner.write_text(",hanako,PC-12,20.10.2026 09:30,file:///x;", encoding="utf-8")
    with pytest.raises(OpenElsewhere, match="hanako"):
        merged(answered, minutes=1)
    assert path.read_bytes() == before
    assert not fold(answered.log.read()).notes
    owner.unlink()
    assert merged(answered, minutes=2).notes


def test_a_book_saved_meanwhile_is_not_replaced(
    answered: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the old book changes while the new one is made, the new one is thrown away."""
    path = merged(answered).books[0]
    made = merging.data_book

    def slow(summary: Any) -> bytes:
        write_note(replace_books(path), "間に合った")
        return made(summary)

    monkeypatch.setattr(merging, "data_book", slow)
    with pytest.raises(ChangedMeanwhile):
        merged(answered, minutes=1)
    monkeypatch.undo()
    assert len(list(path.parent.iterdir())) == 3
    assert notes_in(merged(answered, minutes=2)) == ["間に合った"]


def replace_books(path: Path) -> MergeResult:
    empty = MergeResult((), (), 0, 0, 0, (), 0, ())
    return replace(empty, books=(path,))


def test_what_cannot_be_carried_over_stays_in_a_copy(answered: Round) -> None:
    """A sheet the officer added is not lost: the old book stays beside the new one, once, and a person is told."""
    merged(answered)
    path = answered.folder.summaries / merging.CONSOLIDATED
    book = openpyxl.load_workbook(path)
    book.create_sheet("自分用")["A1"] = "打合せの記録"
    book.save(path)
    old = path.read_bytes()

    result = merged(answered)
    assert (result.left_behind, result.needs_person) == (("自分用",), True)
    assert result.kept is not None and result.kept.read_bytes() == old
    assert path.read_bytes() != old

    again = merged(answered)
    assert (again.left_behind, again.kept) == ((), None)
    assert len(list(answered.folder.summaries.glob("*置き換え前*"))) == 1


class Killed(BaseException):
    """Stands for a power cut: no code of ours may catch it."""


@pytest.mark.parametrize("after", [0, 1, 2])
def test_cut_off_between_two_books(
    answered: Round, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Wherever replacing the books was cut off, the next merge names what was left behind, and keeps the old book once."""
    path = merged(answered).books[0]
    book = openpyxl.load_workbook(path)
    book.create_sheet("自分用")["A1"] = "打合せの記録"
    book.save(path)
    old, real, done = path.read_bytes(), merging.replace_file, [0]

    def replaced(new: Path, target: Path) -> None:
        if done[0] == after:
            raise Killed
        done[0] += 1
        real(new, target)

    with monkeypatch.context() as patch:
        patch.setattr(merging, "replace_file", replaced)
        with pytest.raises(Killed):
            merged(answered, minutes=1)
    assert path.read_bytes() == old, "the book with her notes is replaced last"
    again = merged(answered, minutes=2)
    (kept,) = answered.folder.summaries.glob("*置き換え前*")
    assert "自分用" in again.left_behind
    assert again.kept == kept


def test_the_copies_it_links_to_are_there(answered: Round) -> None:
    """A readable copy lost since, or never made because accepting was cut off, is made before the books."""
    (copy,) = answered.folder.received.rglob("*第1回.xlsx")
    before = copy.read_bytes()
    copy.unlink()
    merged(answered)
    assert copy.read_bytes() == before


def test_a_damaged_book_is_left_alone(answered: Round) -> None:
    """A book that cannot be read is not overwritten: its notes might be lost."""
    path = merged(answered).books[0]
    path.write_bytes(b"PK damaged")
    with pytest.raises(UnreadableSummary):
        merged(answered, minutes=1)
    assert path.read_bytes() == b"PK damaged"
