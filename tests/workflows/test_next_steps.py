"""What the officer does of herself in 30_下書きメール, and what a message tells her to do: nothing goes out twice, and each step leads on."""

from __future__ import annotations

import itertools
import shutil
from datetime import date, timedelta

import openpyxl
import pytest

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import lying, reversed_in, roster, unsent, writer, written
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Sending, booking
from xlsx_pdca.mailings import mailings
from xlsx_pdca.workflows.acceptance import accept
from xlsx_pdca.workflows.outbox import put_in_order
from xlsx_pdca.workflows.remind import remind
from xlsx_pdca.workflows.send import DraftsOutdated, Wish, refuse_outdated
from xlsx_pdca.workflows.steps import recent_steps, undo
from xlsx_pdca.workflows.told_sent import mark_sent

DRAFT = "102016-1_前橋市_依頼.eml"
LIST_HEAD = 5


@pytest.fixture(autouse=True)
def two_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDCA_NOW", (NOW + timedelta(days=2)).isoformat())


@pytest.fixture
def drafted(desk: Desk) -> Desk:
    """Three requests lie there, with their list."""
    written(unsent(desk))
    put_in_order(desk.round, now=NOW)
    return desk


def said(desk: Desk, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = run([*words, "--round", str(desk.root)])
    return code, "".join(capsys.readouterr())


def in_list(desk: Desk, row: int, **texts: str | None) -> None:
    """Write into a line of 送信一覧, by its head."""
    path = desk.round.folder.drafts / "送信一覧.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["送信一覧"]
    heads = {cell.value: cell.column for cell in sheet[LIST_HEAD]}
    for head, text in texts.items():
        sheet.cell(LIST_HEAD + row, heads[head]).value = text
    book.save(path)


def with_server(desk: Desk) -> None:
    path = desk.root / "00_管理簿.xlsx"
    book = openpyxl.load_workbook(path)
    for row in book["設定"].iter_rows():
        for cell, beside in itertools.pairwise(row):
            if cell.value == "SMTPサーバー":
                beside.value = "127.0.0.1:1"
    book.save(path)


@pytest.mark.parametrize("marks", [{"済": "☑"}, {"送信日": "八月"}, {"送信日": "2027/1/1"}])
def test_the_server_sends_nothing_while_her_list_is_in_doubt(
    drafted: Desk, marks: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A tick without a day, a day that cannot be: she sent it by hand, so nothing goes out before she has said when."""
    with_server(drafted)
    in_list(drafted, 1, **marks)
    code, told = said(drafted, capsys, "send", "--smtp")
    assert code == ExitCode.NEEDS_PERSON and "何も送信しません" in told
    in_list(drafted, 1, 送信日="2026/9/2")
    code, told = said(drafted, capsys, "send", "--smtp", "--dry-run")
    assert (code, "3通を送信します" in told) == (ExitCode.OK, True)
    code, told = said(drafted, capsys, "send", "--smtp")
    assert "何も送信しません" not in told and drafted.standing().is_sent


def test_a_day_may_be_typed_as_a_day(drafted: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """送信日 is no text: a spreadsheet program makes a date of 9/2, and that is booked."""
    path = drafted.round.folder.drafts / "送信一覧.xlsx"
    book = openpyxl.load_workbook(path)
    cell = book["送信一覧"].cell(LIST_HEAD + 1, 3)
    assert cell.number_format == "yyyy/m/d"
    cell.value = date(2026, 9, 2)
    book.save(path)
    said(drafted, capsys, "send", "--form", "jizen")
    assert drafted.standing().sent[-1].fact.on == date(2026, 9, 2)


def test_all_is_sent_means_the_ticks_too(drafted: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """--mark-sent --all books what is ticked without a day, and says nothing else of it."""
    in_list(drafted, 1, 済="☑")
    code, told = said(drafted, capsys, "send", "--mark-sent", "--all")
    assert code == ExitCode.OK and "送信日がない" not in told
    assert drafted.standing().is_sent


def test_a_draft_she_put_into_the_sent_ones_is_not_made_anew(
    drafted: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is named with both ways; said to be sent it is booked, laid back it lies there as before."""
    folder = drafted.round.folder.drafts
    (folder / "送信済").mkdir()
    (folder / DRAFT).rename(folder / "送信済" / DRAFT)
    for words in (("send", "--form", "jizen"), ("send", "--review")):
        code, told = said(drafted, capsys, *words)
        assert code == ExitCode.NEEDS_PERSON
        assert "「送信済」に移されています" in told and f"send {MAEBASHI} --mark-sent" in told
        assert DRAFT not in lying(drafted)
    (folder / "送信済" / DRAFT).rename(folder / DRAFT)
    assert said(drafted, capsys, "send", "--form", "jizen")[0] == ExitCode.OK
    (folder / DRAFT).rename(folder / "送信済" / DRAFT)
    said(drafted, capsys, "send", MAEBASHI, "--mark-sent", "--form", "jizen")
    code, told = said(drafted, capsys, "send", "--form", "jizen")
    assert code == ExitCode.OK and "移されています" not in told and DRAFT not in lying(drafted)


def test_taken_back_the_draft_lies_there_again(drafted: Desk) -> None:
    """`undo` of a mail that was booked by its draft brings the draft back."""
    opened = Desk.at(drafted.root).round
    mark_sent(opened, [MAEBASHI], form="jizen", on=NOW.date(), now=NOW, by=BY)
    put_in_order(opened, now=NOW)
    assert DRAFT not in lying(drafted)
    step, *_ = recent_steps(opened)
    undo(opened, step.seq, "", now=NOW, by=BY)
    assert DRAFT in lying(drafted)


def test_a_changed_draft_goes_to_the_sent_ones_too(
    drafted: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before that the message says how to have it made anew, and that works."""
    path = drafted.round.folder.drafts / DRAFT
    path.write_bytes(b"X-Mine: 1\r\n" + path.read_bytes())
    with_server(drafted)
    code, told = said(drafted, capsys, "send", "--form", "jizen")
    assert "この下書きを消してから" in told
    kept = path.read_bytes()
    path.unlink()
    code, told = said(drafted, capsys, "send", "--form", "jizen")
    assert code == ExitCode.OK and "変更されています" not in told
    path.write_bytes(kept)
    said(drafted, capsys, "send", MAEBASHI, "--mark-sent", "--form", "jizen")
    assert not path.exists()
    assert (path.parent / "送信済" / DRAFT).read_bytes() == kept


def test_a_day_beside_the_number_of_another_mail_is_refused(
    drafted: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only some columns sorted: nothing is booked for the wrong municipality."""
    path = drafted.round.folder.drafts / "送信一覧.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["送信一覧"]
    subject = next(c.column for c in sheet[LIST_HEAD] if c.value == "件名")
    sheet.delete_rows(LIST_HEAD + 4, 20)
    reversed_in(sheet, LIST_HEAD, subject)
    book.save(path)
    in_list(drafted, 1, 送信日="2026/9/2")
    code, told = said(drafted, capsys, "send", "--form", "jizen")
    assert code == ExitCode.NEEDS_PERSON and "別のメール" in told
    assert not any(drafted.standing(unit).is_sent for unit in (MAEBASHI, TAKASAKI, KIRYU))


def test_a_dry_run_looks_as_closely(drafted: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """What the real run would refuse is refused; what it would send is listed."""
    with_server(drafted)
    assert said(drafted, capsys, "send", "--smtp", "--dry-run")[0] == ExitCode.OK
    roster(drafted, u102016_1={"送付先メール": "new@maebashi.example"})
    code, told = said(drafted, capsys, "send", "--smtp", "--dry-run")
    assert code == ExitCode.FAULTY and "new@maebashi.example" in told


def test_a_mail_in_the_dark_is_told_as_such_everywhere(
    drafted: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """`status` and `send` send nobody round in circles: the two ways out are named, and each leads out."""
    with_server(drafted)
    for unit in (TAKASAKI, KIRYU):
        said(drafted, capsys, "send", unit, "--mark-sent")
    said(drafted, capsys, "send", MAEBASHI, "--mark-sent", "--form", "tojitsu")
    (mail,) = (m for m in mailings(drafted.ledger) if m.fact.addressee == MAEBASHI)
    with drafted.round.log.writing() as log:
        log.append([booking(Sending(mail.fact.mail), at=NOW, by=BY)])
    _, told = said(drafted, capsys, "status")
    assert "送信できたか不明のメールがあります" in told
    assert "・下書きメールを作って送り" not in told
    for words in (("send", MAEBASHI), ("send", "--smtp")):
        code, told = said(drafted, capsys, *words)
        assert code == ExitCode.NEEDS_PERSON and "どちらかを実行してください" in told
        assert "すでに送付済" not in told and "作成してください" not in told
    assert said(drafted, capsys, "send", MAEBASHI, "--resend")[0] == ExitCode.OK
    assert DRAFT in lying(drafted)


def test_who_has_answered_is_not_asked_once_more(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """--resend leaves the form whose answer is here and says so; named, it is written, and goes out."""
    desk.take_in("m.xlsx", desk.filled())
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    _, told = said(desk, capsys, "send", MAEBASHI, "--resend")
    assert "事前課題" in told and "御回答が届いているため" in told
    (mailing,) = mailings(desk.ledger)
    assert mailing.keys == {(MAEBASHI, "tojitsu")}
    said(desk, capsys, "send", MAEBASHI, "--mark-sent")
    assert said(desk, capsys, "send", MAEBASHI, "--resend", "--form", "jizen")[0] == ExitCode.OK
    with_server(desk)
    _, told = said(desk, capsys, "send", "--smtp", "--dry-run")
    assert "1通を送信します" in told and "送りません" not in told


def test_a_request_behind_its_deadline_is_remarked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A letter that names a day gone by is written, and she is told; before the day nothing is said."""
    unsent(desk)
    assert "すでに過ぎた提出期限" not in said(desk, capsys, "send", TAKASAKI, "--form", "jizen")[1]
    monkeypatch.setenv("PDCA_NOW", (NOW + timedelta(days=40)).isoformat())
    assert "すでに過ぎた提出期限" in said(desk, capsys, "send", MAEBASHI, "--form", "jizen")[1]


def test_another_deadline_in_the_roster_keeps_the_reminder_back(desk: Desk) -> None:
    """It would name the old one: not sent, not written anew, before `issue` has made the form that says the new one."""
    late = Wish(form="jizen")
    remind(Desk.at(desk.root).round, late, writer(20))
    opened = Desk.at(desk.root)
    refuse_outdated(opened.round, opened.ledger, mailings(opened.ledger), writer(20))
    roster(desk, u102016_1={"個別の期限": "事前課題：令和8年12月25日"})
    opened = Desk.at(desk.root)
    with pytest.raises(DraftsOutdated, match="前橋市"):
        refuse_outdated(opened.round, opened.ledger, mailings(opened.ledger), writer(20))
    found = remind(opened.round, late, writer(21))
    (spared,) = (s for s in found.spared if s.unit.id == MAEBASHI)
    assert "issue で様式を作り直し" in spared.reason and spared.needs_person


def test_who_is_exempt_is_named_instead_of_written_to(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Named though 対象外: no draft that could never go out, but what to change; changed, there is one."""
    unsent(desk)
    roster(desk, u102016_1={"対象外": "○", "対象外の理由": "窓口"})
    _, told = said(desk, capsys, "send", MAEBASHI)
    assert "対象外となっているため" in told and lying(desk) == {}
    roster(desk, u102016_1={"対象外": "", "対象外の理由": ""})
    _, told = said(desk, capsys, "send", MAEBASHI)
    assert "対象外となっているため" not in told and DRAFT in lying(desk)


def test_the_step_after_a_stale_draft_is_the_right_one(
    drafted: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nothing lies there, the commands that write drafts are all named."""
    shutil.rmtree(drafted.round.folder.drafts)
    _, told = said(drafted, capsys, "send", "--review")
    assert "send、remind、ask など" in told
