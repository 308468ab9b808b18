"""県補正 through 補正.xlsx: what she writes counts from then on, is told where it cannot, and never goes astray or away."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from issued_round import BY, MAEBASHI, NOW, TAKASAKI, Desk, codes, make_round
from mail_desk import sort_by_the_button, sort_some_columns, writer
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode, FaultyDefinitions
from xlsx_pdca.facts import Corrected
from xlsx_pdca.ledger import Status
from xlsx_pdca.points import PointState, is_overdue, points_now
from xlsx_pdca.store.open_files import StillOpen
from xlsx_pdca.workbook.correction_book import HEAD_ROW
from xlsx_pdca.workflows.acceptance import accept, assign
from xlsx_pdca.workflows.ask import ask
from xlsx_pdca.workflows.correct import Corrections, correct
from xlsx_pdca.workflows.doubts import default_doubts
from xlsx_pdca.workflows.merge import merge
from xlsx_pdca.workflows.outbox import book_other_mails
from xlsx_pdca.workflows.send import Wish
from xlsx_pdca.workflows.steps import recent_steps, state_after, undo

STATE, UNIT, QUESTION, ANSWER, TEXT, HOW = "A", "B", "F", "G", "I", "J"
BAD = "約三万人"


def doubtful(desk: Desk, unit: str = MAEBASHI, **more: str) -> None:
    said = {"population": BAD, **more}
    desk.take_in(f"{unit}.xlsx", desk.filled(unit, **said))


def corrected(desk: Desk, *units: str, minutes: int = 0, dry_run: bool = False) -> Corrections:
    now = NOW + timedelta(days=15, minutes=minutes)
    wish = Wish(frozenset(units))
    return correct(Desk.at(desk.root).round, wish, now=now, by=BY, dry_run=dry_run)


def path(desk: Desk) -> Path:
    return desk.root / "60_確認依頼" / "補正.xlsx"


def rows(sheet: Worksheet) -> dict[tuple[str, str], int]:
    """Row of each (unit, question), as another library sees the book."""
    return {
        (str(sheet[f"{UNIT}{n}"].value), str(sheet[f"{QUESTION}{n}"].value)): n
        for n in range(HEAD_ROW + 1, sheet.max_row + 1)
        if sheet[f"{UNIT}{n}"].value
    }


def write(
    desk: Desk, question: str, text: object, how: str | None = "電話", unit: str = "前橋市"
) -> str:
    """Fill one row as she would; its cell."""
    book = openpyxl.load_workbook(path(desk))
    sheet = book.worksheets[0]
    row = rows(sheet)[unit, question]
    sheet[f"{TEXT}{row}"], sheet[f"{HOW}{row}"] = text, how
    book.save(path(desk))
    return f"補正 {TEXT}{row}"


def answers(desk: Desk) -> dict[tuple[str, str], dict[str, str]]:
    """The long table by unit and field."""
    folder = desk.root / "csv"
    merge(Desk.at(desk.root).round, now=NOW + timedelta(days=20), by=BY, csv_dir=folder)
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        return {(r["unit"], r["field_id"]): r for r in csv.DictReader(file) if not r["column"]}


def asked_and_sent(desk: Desk) -> None:
    ask(Desk.at(desk.root).round, Wish(), writer(14))
    at = NOW + timedelta(days=14)
    book_other_mails(desk.round, [], at.date(), everyone=True, now=at, by=BY)


def test_the_book_lists_what_is_doubtful(desk: Desk) -> None:
    """A row for each answer about which something is found, and none for the good ones; nothing is booked."""
    doubtful(desk)
    desk.take_in("good.xlsx", desk.filled(TAKASAKI))
    before = desk.ledger.last_event
    assert corrected(desk).rows == 1
    sheet = openpyxl.load_workbook(path(desk)).worksheets[0]
    ((unit, question),) = rows(sheet)
    assert (unit, question) == ("前橋市", "管内人口")
    assert sheet[f"{ANSWER}{HEAD_ROW + 1}"].value == BAD
    assert desk.ledger.last_event == before


def test_a_unit_named_is_listed_whole(desk: Desk) -> None:
    """Every answer the form asks for, and of nobody else."""
    doubtful(desk)
    desk.take_in("good.xlsx", desk.filled(TAKASAKI))
    plan = desk.plan(TAKASAKI)
    asked = [a for a in plan.answers if plan.question_of(a).kind.value != "reference"]
    assert corrected(desk, TAKASAKI).rows == len(asked)
    sheet = openpyxl.load_workbook(path(desk)).worksheets[0]
    assert {unit for unit, _ in rows(sheet)} == {"高崎市"}


def test_what_she_wrote_counts_everywhere(desk: Desk) -> None:
    """The long table says the new value, by whom and how; the original stays; the point is solved and nobody asks it again."""
    doubtful(desk)
    asked_and_sent(desk)
    corrected(desk)
    write(desk, "管内人口", "326,918", "電話（介護保険課）")
    (change,) = corrected(desk).booked
    assert change.fact == Corrected(
        MAEBASHI, "jizen", 1, "population", "", "", "326,918", "電話（介護保険課）"
    )
    row = answers(desk)[MAEBASHI, "population"]
    assert (row["raw"], row["value"], row["entry"]) == ("326,918", "326918", "県補正")
    assert (row["entered_by"], row["evidence"]) == (BY, "電話（介護保険課）")
    assert [p.state for p in points_now(desk.standing())] == [PointState.SOLVED]
    assert not default_doubts(desk.standing()) and not desk.standing().open_must
    told = desk.standing().submission
    assert told and sha256((desk.root / told.file).read_bytes()).hexdigest() == told.sha256


def test_a_return_put_right_is_clear_for_acceptance(desk: Desk) -> None:
    """`accept --all` leaves it before, and takes it behind the correction."""
    doubtful(desk)
    assert not accept(desk.round, [], everyone=True, now=NOW, by=BY).accepted
    corrected(desk)
    write(desk, "管内人口", "326918")
    corrected(desk)
    assert [
        s.unit for s in accept(Desk.at(desk.root).round, [], everyone=True, now=NOW, by=BY).accepted
    ] == [MAEBASHI]


@pytest.mark.parametrize(
    ("question", "text", "how", "said"),
    [
        ("管内人口", "三十三万ぐらい", "電話", "数字として読み取れません"),
        ("記入日", "先週", "電話", "日付として読み取れません"),
        ("高齢化率", 0.285, "電話", "何％のことか分かりません"),
        ("管内人口", "30000", None, "「伺った方法」が空欄です"),
        ("管内人口", None, "電話", "「伺った方法」だけが記入されています"),
        ("管内人口", "30000\u202e", "電話", "制御文字"),
    ],
)
def test_what_cannot_be_understood_is_told_by_its_cell(
    desk: Desk, question: str, text: object, how: str | None, said: str
) -> None:
    """Nothing is booked, also not the good row beside it, and the book stays as she left it; mended, both are."""
    doubtful(desk, TAKASAKI)
    doubtful(desk)
    corrected(desk, MAEBASHI, TAKASAKI)
    write(desk, "管内人口", "370000", unit="高崎市")
    place = write(desk, question, text, how)
    place = place if how else place.replace(TEXT, HOW)
    before, left = desk.ledger.last_event, path(desk).read_bytes()
    with pytest.raises(FaultyDefinitions) as told:
        corrected(desk)
    assert [f.place for f in told.value.faults] == [place] and said in str(told.value)
    assert (desk.ledger.last_event, path(desk).read_bytes()) == (before, left)
    good = {"記入日": "令和8年9月11日", "高齢化率": "28.5%"}.get(question, "326918")
    write(desk, question, good)
    assert {c.fact.raw for c in corrected(desk).booked} == {"370000", good}


def test_a_row_beside_an_answer_that_changed_waits(desk: Desk) -> None:
    """A newer return came after the book was written: her words stay beside the new answer, and count once she ran it again."""
    doubtful(desk)
    corrected(desk)
    write(desk, "管内人口", "326918")
    desk.drop("2.xlsx", desk.filled(population="340000ぐらい"), minute=5)
    Desk.at(desk.root).receive()
    found = corrected(desk, minutes=5)
    assert (found.booked, [e.text for e in found.outdated]) == ((), ["326918"])
    sheet = openpyxl.load_workbook(path(desk)).worksheets[0]
    row = rows(sheet)["前橋市", "管内人口"]
    assert (sheet[f"{ANSWER}{row}"].value, sheet[f"{TEXT}{row}"].value) == (
        "340000ぐらい",
        "326918",
    )
    (change,) = corrected(desk, minutes=6).booked
    assert (change.fact.number, change.fact.raw) == (2, "326918")


def test_a_newer_return_that_says_otherwise_is_told(desk: Desk) -> None:
    """A correction by telephone, then a file that still says the old thing: 必ず確認 with both; one that agrees says nothing."""
    for unit in (MAEBASHI, TAKASAKI):
        doubtful(desk, unit)
    corrected(desk)
    write(desk, "管内人口", "326918")
    write(desk, "管内人口", "370,000", unit="高崎市")
    corrected(desk)
    opened = Desk.at(desk.root)
    other = opened.take_in("m.xlsx", desk.filled(population=BAD, strengths="別の強み"))
    (told,) = (f for f in other.arrived.findings if f.code == "ARR15")
    assert dict(told.context)["corrected"] == "326918" and dict(told.context)["found"] == BAD
    same = opened.take_in("t.xlsx", desk.filled(TAKASAKI, population="370000人"))
    assert "ARR15" not in codes(same.arrived)
    assert [f.code for f in Desk.at(desk.root).standing().open_must] == ["ANS04", "ARR15"]


def test_it_is_told_until_somebody_settles_it(desk: Desk) -> None:
    """Every newer return that says otherwise: not after one that agrees, not after one was accepted as it is."""
    doubtful(desk)
    corrected(desk)
    write(desk, "管内人口", "326918")
    corrected(desk)

    def told_by(name: str, population: str, strengths: str) -> bool:
        data = desk.filled(population=population, strengths=strengths)
        return "ARR15" in codes(Desk.at(desk.root).take_in(name, data).arrived)

    assert told_by("2.xlsx", BAD, "二回目")
    assert told_by("3.xlsx", BAD, "三回目")
    assert not told_by("4.xlsx", "326,918", "四回目")
    assert not told_by("5.xlsx", BAD, "五回目")
    corrected(desk)
    write(desk, "管内人口", "326919")
    corrected(desk, minutes=2)
    assert told_by("6.xlsx", BAD, "六回目")
    accept(Desk.at(desk.root).round, [MAEBASHI], now=NOW, by=BY)
    assert not told_by("7.xlsx", BAD, "七回目")


def test_it_outlives_its_return_taken_back(desk: Desk) -> None:
    """`undo` of the return says what goes with it; the same file taken in again is held against what was heard."""
    doubtful(desk)
    corrected(desk)
    write(desk, "管内人口", "326918")
    corrected(desk)
    (taken,) = Desk.at(desk.root).standing().submissions
    step = undo(Desk.at(desk.root).round, taken.seq, "", now=NOW, by=BY)
    opened = Desk.at(desk.root).round
    assert "県補正 1件も" in state_after(opened, [step], today=NOW.date())
    assert "「管内人口」" in recent_steps(opened)[1].words
    assign(opened, taken.seq, MAEBASHI, "jizen", now=NOW, by=BY)
    assert "ARR15" in [f.code for f in Desk.at(desk.root).standing().open_must]


def test_what_counts_already_is_not_booked_twice(desk: Desk) -> None:
    """As after a run that ended between booking and writing: the same book again changes nothing."""
    doubtful(desk)
    corrected(desk)
    write(desk, "管内人口", "326918")
    left = path(desk).read_bytes()
    corrected(desk)
    path(desk).write_bytes(left)
    found = corrected(desk)
    assert (found.booked, [e.text for e in found.same]) == ((), ["326918"])
    assert len(desk.standing().corrections) == 1


def test_an_answer_can_be_taken_away_and_words_stay_text(desk: Desk) -> None:
    """（空欄） makes it blank; what looks like a formula or markup is a text in the long table."""
    doubtful(desk, strengths="消してほしい")
    corrected(desk, MAEBASHI)
    write(desk, "(ア) 長所（良さ・強み）", "(空欄)", "メール")
    book = openpyxl.load_workbook(path(desk))
    sheet = book.worksheets[0]
    cell = sheet[f"{TEXT}{rows(sheet)['前橋市', '(イ) 短所（違和感、難しい部分、課題など）']}"]
    cell.value, cell.data_type = "=1+1<b>", "s"
    sheet[f"{HOW}{cell.row}"] = "電話"
    book.save(path(desk))
    corrected(desk)
    told = answers(desk)
    strengths, weaknesses = told[MAEBASHI, "strengths"], told[MAEBASHI, "weaknesses"]
    assert (strengths["raw"], strengths["state"], strengths["entry"]) == ("", "空欄", "県補正")
    assert weaknesses["raw"] == "=1+1<b>"


def test_a_dry_run_books_and_writes_nothing(desk: Desk) -> None:
    """It says what would be booked."""
    doubtful(desk)
    corrected(desk)
    write(desk, "管内人口", "326918")
    before, left = desk.ledger.last_event, path(desk).read_bytes()
    assert [c.fact.raw for c in corrected(desk, dry_run=True).booked] == ["326918"]
    assert (desk.ledger.last_event, path(desk).read_bytes()) == (before, left)


def test_a_correction_can_be_taken_back(desk: Desk) -> None:
    """`undo` names the question and the text, and the return counts as it came."""
    doubtful(desk)
    corrected(desk)
    write(desk, "管内人口", "326918")
    corrected(desk)
    step, *_ = recent_steps(Desk.at(desk.root).round)
    assert (
        step.words
        == "前橋市（102016-1）「事前課題」第1回の「管内人口」（→「326918」）を県で補正した"
    )
    undo(Desk.at(desk.root).round, step.seq, "聞き違い", now=NOW, by=BY)
    assert answers(desk)[MAEBASHI, "population"]["raw"] == BAD
    assert recent_steps(Desk.at(desk.root).round)[0].words.endswith(
        "を県で補正したことを取り消した"
    )


def test_rows_may_be_sorted_filtered_and_deleted(desk: Desk) -> None:
    """A row is known by its key, wherever it stands: two rows exchanged, one deleted, another hidden."""
    doubtful(desk)
    corrected(desk, MAEBASHI)
    write(desk, "管内人口", "326918")
    book = openpyxl.load_workbook(path(desk))
    sheet = book.worksheets[0]
    mine, last = rows(sheet)["前橋市", "管内人口"], sheet.max_row
    for column in range(1, sheet.max_column + 1):
        one, other = sheet.cell(mine, column), sheet.cell(last, column)
        one.value, other.value = other.value, one.value
    sheet.delete_rows(HEAD_ROW + 1)
    sheet.row_dimensions[last - 1].hidden = True
    book.save(path(desk))
    (change,) = corrected(desk).booked
    assert (change.fact.field, change.fact.raw) == ("population", "326918")


def test_a_row_beside_the_key_of_another_is_refused(desk: Desk) -> None:
    """Sorted by the button the key comes along; sorted without it nothing is booked, and the rows are named."""
    for unit in (MAEBASHI, TAKASAKI):
        doubtful(desk, unit)
    corrected(desk)
    write(desk, "管内人口", "326,918", unit="高崎市")
    sort_some_columns(path(desk), HEAD_ROW)
    with pytest.raises(FaultyDefinitions, match="高崎市 管内人口") as told:
        corrected(desk)
    assert "Ctrl＋Z" in str(told.value)
    assert not desk.ledger.standing(TAKASAKI, "jizen").corrected and not desk.standing().corrected
    sort_some_columns(path(desk), HEAD_ROW)
    sort_by_the_button(path(desk), HEAD_ROW)
    assert [c.fact.unit for c in corrected(desk).booked] == [TAKASAKI]


def test_the_book_of_another_round_is_refused(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same question of the same municipality with the same answer, in another round: nothing is booked."""
    monkeypatch.setattr("issued_round.KEY", bytes(range(32, 64)))
    other = Desk.at(make_round(tmp_path / "令和8年度_第2回"))
    for each in (other, desk):
        doubtful(each)
        corrected(each)
    write(other, "管内人口", "326918")
    path(desk).write_bytes(path(other).read_bytes())
    with pytest.raises(FaultyDefinitions, match="別の実施回"):
        corrected(desk)
    assert len(corrected(other).booked) == 1 and not desk.standing().corrected


@pytest.mark.parametrize(("text", "told"), [("空欄", "かっこを付けて"), ("#N/A", "数式のエラー")])
def test_what_may_be_meant_otherwise_is_asked(desk: Desk, text: str, told: str) -> None:
    """空欄 as an answer, an error of a formula; 「（空欄）」 takes the answer away."""
    desk.take_in("m.xlsx", desk.filled(strengths="強み"))
    corrected(desk, MAEBASHI)
    write(desk, "(ア) 長所（良さ・強み）", text)
    with pytest.raises(FaultyDefinitions, match=told):
        corrected(desk, MAEBASHI)
    write(desk, "(ア) 長所（良さ・強み）", "（空欄）")
    assert [c.fact.raw for c in corrected(desk, MAEBASHI).booked] == [""]


def test_nobody_is_asked_any_more_for_what_she_put_right(desk: Desk) -> None:
    """All that was asked is settled by 県補正: 受信 again, and no 返信期限 is over."""
    doubtful(desk)
    asked_and_sent(desk)
    late = (NOW + timedelta(days=60)).date()
    assert desk.standing().status(late) is Status.ASKED and is_overdue(desk.standing(), late)
    corrected(desk)
    write(desk, "管内人口", "326918")
    corrected(desk)
    after = Desk.at(desk.root).standing()
    assert after.status(late) is Status.RECEIVED and not is_overdue(after, late)


def test_words_below_the_table_are_not_lost(desk: Desk) -> None:
    """A line outside the rows is named with a way that keeps what stands in the others."""
    doubtful(desk)
    corrected(desk)
    cell = write(desk, "管内人口", "326,918")
    book = openpyxl.load_workbook(path(desk))
    book.worksheets[0][f"{TEXT}{HEAD_ROW + 3}"] = "別の欄のこと"
    book.save(path(desk))
    with pytest.raises(FaultyDefinitions, match="行に写してから消して"):
        corrected(desk)
    assert openpyxl.load_workbook(path(desk)).worksheets[0][cell.split()[1]].value == "326,918"


def test_a_book_somebody_has_open_is_left_alone(desk: Desk) -> None:
    """What she wrote may not be saved yet: it says who has it open, and does nothing; closed, it goes on."""
    doubtful(desk)
    corrected(desk)
    write(desk, "管内人口", "326918")
    lock = path(desk).with_name(".~lock.補正.xlsx#")
    lock.write_text(",佐藤,PC01,22.09.2026 10:00,file:///x;", encoding="utf-8")
    with pytest.raises(StillOpen, match="佐藤"):
        corrected(desk)
    lock.unlink()
    assert len(corrected(desk).booked) == 1


def test_an_accepted_return_can_be_put_right(desk: Desk) -> None:
    """Named, it is listed; the correction leaves it 確認済."""
    desk.take_in("good.xlsx", desk.filled())
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    assert corrected(desk).rows == 0
    corrected(desk, MAEBASHI)
    write(desk, "管内人口", "326919", "県で確認")
    corrected(desk)
    assert answers(desk)[MAEBASHI, "population"]["value"] == "326919"
    assert Desk.at(desk.root).standing().is_accepted


def test_what_the_screen_says(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Before and after, how many, what is solved, and what a range makes doubtful; exit codes."""
    doubtful(desk)
    command: Callable[..., int] = lambda *words: run(["correct", *words, "--round", str(desk.root)])  # noqa: E731
    assert command() == ExitCode.OK
    assert "補正.xlsx に、確認事項のある御回答 1件を並べました" in capsys.readouterr().err
    write(desk, "管内人口", "99999999")
    assert command() == ExitCode.OK
    said = capsys.readouterr()
    assert f"102016-1　前橋市　事前課題　管内人口：「{BAD}」→「99999999」（電話）" in said.out
    assert "1件を補正しました" in said.err and "念のため御確認ください" in said.err
    assert command("999999-9") == ExitCode.USAGE
