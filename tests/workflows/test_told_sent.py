"""送付済 by her word: the edition of that day, the mail that carried it, and nothing her word does not cover."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import lying, roster, unsent, writer, written
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Sending, booking
from xlsx_pdca.mailings import mailings, uncertain
from xlsx_pdca.workflows.dispatch import to_dispatch
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.outbox import put_in_order
from xlsx_pdca.workflows.send import Wish, write_requests
from xlsx_pdca.workflows.told_sent import ToldSent, mark_sent


def told(desk: Desk, *units: str, day: int = 0, on: int | None = None, form: str = "") -> ToldSent:
    """She says so many days after the round was made that it went out `on` so many days after; nobody named is everybody."""
    now = NOW + timedelta(days=day)
    sent = now if on is None else NOW + timedelta(days=on)
    opened = Desk.at(desk.root).round
    return mark_sent(opened, units, form=form, everyone=not units, on=sent.date(), now=now, by=BY)


def reissued(desk: Desk, day: int) -> None:
    """Another deadline for 前橋市: a second edition of its workbook, made so many days later."""
    roster(desk, u102016_1={"個別の期限": "事前課題：令和8年10月9日"})
    opened = Desk.at(desk.root).round
    issue(replace(opened, units=opened.units[:3]), now=NOW + timedelta(days=day), by=BY)


def switched(desk: Desk, title: str, sign: str) -> None:
    """○ of a form in 管理簿."""
    path = desk.root / "00_管理簿.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["様式"]
    use = next(c for row in sheet.iter_rows() for c in row if c.value == "使う")
    row = next(c.row for r in sheet.iter_rows() for c in r if c.value == title)
    sheet.cell(row, use.column).value = sign
    book.save(path)


def darkened(desk: Desk, unit: str) -> None:
    """The line broke behind this mail: its sending was begun, and nobody knows the end."""
    mailing = next(m for m in mailings(desk.ledger) if unit in {u for u, _ in m.keys})
    with desk.round.log.writing() as log:
        log.append([booking(Sending(mailing.fact.mail), at=NOW, by=BY)])


def drafted_again(desk: Desk, unit: str, day: int) -> list[str]:
    write_requests(Desk.at(desk.root).round, Wish(frozenset({unit}), "jizen"), writer(day))
    return sorted(lying(desk))


def test_the_edition_of_that_day_is_booked(desk: Desk) -> None:
    """A new edition made after the day does not go out by it: it is 未送付（差替え）, and `send` writes it."""
    written(unsent(desk))
    reissued(desk, day=2)
    found = told(desk, day=2, on=1, form="jizen")
    assert [s.unit for s in found.older] == [MAEBASHI]
    assert (desk.standing().is_sent, desk.standing().is_replaced) == (False, True)
    assert desk.standing(TAKASAKI).is_sent
    assert "102016-1_前橋市_差替え.eml" in drafted_again(desk, MAEBASHI, 2)
    assert [s.unit for s in told(desk, day=3, form="jizen").booked] == [MAEBASHI]
    assert desk.standing().is_sent


def test_what_lies_as_a_draft_is_what_was_sent(desk: Desk) -> None:
    """On the very day of a new edition: only the first one was ever drafted, so that is what she sent."""
    written(unsent(desk))
    reissued(desk, day=0)
    assert [s.unit for s in told(desk, form="jizen").older] == [MAEBASHI]
    assert desk.standing().sent[-1].fact.mail


def test_a_day_before_there_was_anything_is_told(desk: Desk) -> None:
    """Nothing is booked; with the right day it is."""
    unsent(desk)
    found = told(desk, MAEBASHI, on=-1)
    assert (found.booked, {s.unit for s in found.early}) == ((), {MAEBASHI})
    assert told(desk, MAEBASHI).booked


def test_a_form_switched_off_is_not_sent(desk: Desk) -> None:
    """Neither booked by --all nor left among the drafts that go out; switched on again it is still to be sent."""
    opened = unsent(desk)
    write_requests(opened.round, Wish(), writer())
    assert len(to_dispatch(opened.round, Wish(), NOW.date())) == 3
    switched(desk, "当日課題", "")
    assert not to_dispatch(Desk.at(desk.root).round, Wish(), NOW.date())
    assert {s.form for s in told(desk).booked} == {"jizen"}
    switched(desk, "当日課題", "○")
    assert not Desk.at(desk.root).ledger.standing(MAEBASHI, "tojitsu").is_sent
    assert {s.form for s in told(desk).booked} == {"tojitsu"}


def test_who_left_the_roster_is_not_booked_with_all(desk: Desk) -> None:
    """Their row is gone: --all leaves them."""
    unsent(desk)
    opened = Desk.at(desk.root).round
    without = replace(opened, units=opened.units[1:])
    found = mark_sent(without, [], everyone=True, on=NOW.date(), now=NOW, by=BY)
    assert {s.unit for s in found.booked} == {TAKASAKI, KIRYU}


def test_what_else_the_mail_carried_is_named(desk: Desk) -> None:
    """One of two units behind a 経由機関 is named: the other is told, stays unsent, and once named too the mail is settled."""
    via = {"経由機関": "中央保健所", "送付先メール": "hoken@pref.example"}
    roster(unsent(desk), u102016_1=via, u102024_1=via)
    written(Desk.at(desk.root))
    darkened(desk, MAEBASHI)
    found = told(desk, MAEBASHI, form="jizen")
    assert found.beside == ((TAKASAKI, "jizen"),)
    assert not desk.standing(TAKASAKI).is_sent and uncertain(mailings(desk.ledger))
    assert told(desk, TAKASAKI, form="jizen").beside == ()
    assert desk.standing(TAKASAKI).is_sent and not uncertain(mailings(desk.ledger))


def test_a_mail_in_the_dark_is_not_booked_with_all(desk: Desk) -> None:
    """--all leaves it and names it; named it is booked and no longer in the dark."""
    written(unsent(desk))
    darkened(desk, MAEBASHI)
    found = told(desk, form="jizen")
    assert {s.unit for s in found.booked} == {TAKASAKI, KIRYU}
    assert [m.fact.addressee for m in found.uncertain] == [MAEBASHI]
    assert [s.unit for s in told(desk, MAEBASHI, form="jizen").booked] == [MAEBASHI]
    assert not uncertain(mailings(desk.ledger))


def command(desk: Desk, *words: str) -> int:
    return run(["send", *words, "--round", str(desk.root)])


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDCA_NOW", (NOW + timedelta(days=2)).isoformat())


@pytest.mark.usefixtures("today")
def test_what_bounced_is_written_once_more(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """The address is put right, --resend writes the request to it although it is 送付済; booked, nothing is left to send."""
    written(unsent(desk))
    told(desk, form="jizen")
    put_in_order(desk.round, now=NOW)
    assert lying(desk) == {}
    roster(desk, u102016_1={"送付先メール": "right@a.example"})
    assert command(desk, MAEBASHI, "--form", "jizen") == ExitCode.OK
    assert lying(desk) == {}
    assert command(desk, MAEBASHI, "--resend", "--form", "jizen") == ExitCode.OK
    ((_, mail),) = lying(desk).items()
    assert str(mail["to"]) == "right@a.example"
    assert len(to_dispatch(Desk.at(desk.root).round, Wish(), NOW.date())) == 1
    assert command(desk, MAEBASHI, "--mark-sent", "--form", "jizen") == ExitCode.OK
    assert lying(desk) == {} and len(desk.standing().sent) == 2
    assert command(desk, "--resend") == ExitCode.USAGE
    assert "1件を送付済にしました" in capsys.readouterr().err


@pytest.mark.usefixtures("today")
def test_the_screen_says_what_is_not_covered(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """With what to do now, and exit code 1; where everything is covered it is 0."""
    written(unsent(desk))
    reissued(desk, day=2)
    darkened(desk, TAKASAKI)
    assert command(desk, "--mark-sent", "--all", "--on", "2026/9/2") == ExitCode.NEEDS_PERSON
    said = "".join(capsys.readouterr())
    assert "前の版を送付済としました" in said and "前橋市「事前課題」" in said
    assert f"xlsx-pdca send {TAKASAKI} --mark-sent" in said and "記録していません" in said
    assert command(desk, TAKASAKI, "--mark-sent") == ExitCode.OK


@pytest.mark.usefixtures("today")
def test_drafts_nobody_vouches_for_are_named(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A draft that was edited stands on the page for the second person as not looked into; a renamed one is told as a twin."""
    written(unsent(desk))
    put_in_order(desk.round, now=NOW)
    folder = desk.round.folder.drafts
    assert command(desk, "--review") == ExitCode.OK
    edited = folder / "102016-1_前橋市_依頼.eml"
    edited.write_bytes(edited.read_bytes().replace(b"kaigo@maebashi", b"kaigo@elsewhere"))
    (folder / "102024-1_高崎市_依頼.eml").rename(folder / "高崎.eml")
    capsys.readouterr()
    assert command(desk, "--review") == ExitCode.NEEDS_PERSON
    said = "".join(capsys.readouterr())
    assert "102016-1_前橋市_依頼.eml" in said and "このうち1通は" in said
    assert "「高崎.eml」は、「102024-1_高崎市_依頼.eml」と同じ下書きです" in said
    page = openpyxl.load_workbook(folder / "送信前の確認.xlsx").worksheets[0]
    assert "下書きを開いて御確認ください" in {c.value for row in page.iter_rows() for c in row}
    assert command(desk, "--form", "jizen") == ExitCode.NEEDS_PERSON
    assert Path(folder / "102024-1_高崎市_依頼.eml").is_file()


@pytest.mark.usefixtures("today")
def test_a_dry_run_books_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """`--mark-sent --dry-run` says what it would book; where a dry run is no use it is refused."""
    written(unsent(desk))
    before = desk.ledger.last_event
    assert command(desk, "--mark-sent", "--all", "--form", "jizen", "--dry-run") == ExitCode.OK
    assert "3件を送付済にする予定です" in capsys.readouterr().err
    for words in (("--to-me",), (MAEBASHI, "--resend")):
        assert command(desk, *words, "--dry-run") == ExitCode.USAGE
    assert desk.ledger.last_event == before
    assert command(desk, "--mark-sent", "--all", "--form", "jizen") == ExitCode.OK
    assert "3件を送付済にしました" in capsys.readouterr().err


@pytest.mark.usefixtures("today")
def test_a_day_ahead_and_full_width_numbers(desk: Desk) -> None:
    """A day to come is refused; １０２０１６－１ is 102016-1."""
    written(unsent(desk))
    wide = "１０２０１６－１"
    assert command(desk, wide, "--mark-sent", "--on", "2026/10/1") == ExitCode.USAGE
    assert command(desk, wide, "--mark-sent", "--form", "jizen") == ExitCode.OK
    assert desk.standing().is_sent and not desk.standing(TAKASAKI).is_sent


@pytest.mark.usefixtures("today")
def test_all_waits_while_a_day_cannot_be_read(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Else the mail whose day she wrote would be booked as of today; put right, both are booked."""
    written(unsent(desk))
    put_in_order(desk.round, now=NOW)
    path = desk.round.folder.drafts / "送信一覧.xlsx"
    for day, code in (("八月", ExitCode.NEEDS_PERSON), ("2026/9/2", ExitCode.OK)):
        book = openpyxl.load_workbook(path)
        sheet = book["送信一覧"]
        column = next(c.column for c in sheet[5] if c.value == "送信日")
        sheet.cell(6, column).value = day
        book.save(path)
        assert command(desk, "--mark-sent", "--all", "--form", "jizen") == code
        assert desk.standing(KIRYU).is_sent is (code == ExitCode.OK)
    assert desk.standing().sent[-1].fact.on.day == 2
    assert "読み取れません" in capsys.readouterr().err


# -- what would be written otherwise now ---------------------------------------------------------


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("what", ["paper", "telephone", "deadline"])
def test_what_changed_since_keeps_the_drafts_back(
    desk: Desk, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A paper put into 25_添付資料, another telephone, another deadline: no page vouches for the drafts until they are made anew."""
    written(unsent(desk))
    assert command(desk, "--review") == ExitCode.OK
    if what == "paper":
        (desk.round.folder.attachments / "通知.pdf").write_bytes(b"%PDF-1.4 x")
    elif what == "telephone":
        settings(desk, 電話="027-999-9999")
    else:
        roster(desk, u102016_1={"個別の期限": "事前課題：令和8年10月9日"})
    capsys.readouterr()
    assert command(desk, "--review") not in (ExitCode.OK, ExitCode.BUG)
    assert "send で下書きを作り直して" in capsys.readouterr().err
    if what != "paper":
        assert command(desk, "--form", "jizen") == ExitCode.NEEDS_PERSON
        assert "issue で様式を作り直してから" in capsys.readouterr().err
        opened = Desk.at(desk.root).round
        issue(replace(opened, units=opened.units[:3]), now=NOW + timedelta(days=1), by=BY)
    assert command(desk, "--form", "jizen") == ExitCode.OK
    assert command(desk, "--review") == ExitCode.OK


@pytest.mark.usefixtures("today")
def test_what_goes_out_once_more_is_made_anew_too(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """`send`, which the message names, writes the draft of --resend as it would be written now, and no draft beside it."""
    written(unsent(desk))
    told(desk, form="jizen")
    put_in_order(desk.round, now=NOW)
    assert command(desk, MAEBASHI, "--resend", "--form", "jizen") == ExitCode.OK
    (desk.round.folder.attachments / "通知.pdf").write_bytes(b"%PDF-1.4 x")
    assert command(desk, "--review") not in (ExitCode.OK, ExitCode.BUG)
    assert "send で下書きを作り直して" in capsys.readouterr().err
    assert command(desk, "--form", "jizen") == ExitCode.OK
    assert command(desk, "--review") == ExitCode.OK
    ((name, mail),) = lying(desk).items()
    assert name == "102016-1_前橋市_依頼.eml"
    assert "通知.pdf" in [part.get_filename() for part in mail.iter_attachments()]


@pytest.mark.usefixtures("today")
def test_status_tells_of_drafts_that_must_not_go(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """前橋市 is exempted after its draft was written: `status` says what to do, `send` does it, and nothing is told any more."""
    written(unsent(desk))

    def told_by_status() -> str:
        run(["status", "--round", str(desk.root)])
        return next((w for w in capsys.readouterr().out.splitlines() if "合わなくなった" in w), "")

    assert told_by_status() == ""
    roster(desk, u102016_1={"対象外": "○", "対象外の理由": "窓口"})
    assert told_by_status().endswith("1通")
    assert command(desk, "--form", "jizen") == ExitCode.OK
    assert "102016-1_前橋市_依頼.eml" not in lying(desk)
    capsys.readouterr()
    assert told_by_status() == ""


def settings(desk: Desk, **items: str) -> None:
    path = desk.root / "00_管理簿.xlsx"
    book = openpyxl.load_workbook(path)
    for row in book["設定"].iter_rows():
        for cell in row:
            if cell.value in items:
                sheet_cell = book["設定"].cell(cell.row, cell.column + 1)
                sheet_cell.value = items[str(cell.value)]
    book.save(path)
