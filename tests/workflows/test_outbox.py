"""送信一覧: what is copied by hand into a web mail, the days read back from it, and the page for a second person."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import body, crew, lying, roster, unsent, written
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.objections import MailsRefused
from xlsx_pdca.workflows.outbox import book_from_list, book_other_mails, put_in_order, review
from xlsx_pdca.workflows.steps import recent_steps, undo
from xlsx_pdca.workflows.told_sent import mark_sent

LATER = NOW + timedelta(days=2)
HEAD = 5


def ordered(desk: Desk) -> int:
    return put_in_order(Desk.at(desk.root).round, now=NOW)


def listing(desk: Desk) -> Worksheet:
    return openpyxl.load_workbook(path_of(desk))["送信一覧"]


def path_of(desk: Desk) -> Path:
    return desk.round.folder.drafts / "送信一覧.xlsx"


def column(sheet: Worksheet, head: str) -> int:
    return next(c.column for c in sheet[HEAD] if c.value == head)


def typed(desk: Desk, **days: object) -> None:
    """What the officer writes into 送信日, by unit: `u102016_1=…`."""
    book = openpyxl.load_workbook(path_of(desk))
    sheet = book["送信一覧"]
    for row in sheet.iter_rows(min_row=HEAD + 1):
        draft = str(row[column(sheet, "下書き") - 1].value)
        for unit, day in days.items():
            if draft.startswith(unit[1:].replace("_", "-")):
                row[column(sheet, "送信日") - 1].value = day  # type: ignore[assignment]
    book.save(path_of(desk))


def test_a_line_for_each_mail(desk: Desk) -> None:
    """Address, subject, words and the places of the files stand in it just as in the draft."""
    (desk.round.folder.attachments / "通知.pdf").write_bytes(b"%PDF-1.4 x")
    written(unsent(desk))
    assert ordered(desk) == 3
    sheet = listing(desk)
    mail = lying(desk)["102016-1_前橋市_依頼.eml"]
    first = {str(h.value): c.value for h, c in zip(sheet[HEAD], sheet[HEAD + 1], strict=True)}
    assert first["宛先（To）"] == "kaigo@maebashi.example"
    assert first["件名"] == str(mail["subject"])
    assert first["本文（1つの欄）"] == body(mail)
    assert Path(str(first["添付"])).read_bytes() == desk.untouched()
    texts = [str(c.value) for row in sheet.iter_rows(min_row=HEAD + 4) for c in row if c.value]
    assert str(desk.round.folder.attachments / "通知.pdf") in texts


def test_the_link_leads_to_the_words_line_by_line(desk: Desk) -> None:
    """The range that is selected holds the body, a line in a cell, so that no quotation marks come along."""
    written(unsent(desk))
    ordered(desk)
    book = openpyxl.load_workbook(path_of(desk))
    sheet = book["送信一覧"]
    link = sheet.cell(HEAD + 2, column(sheet, "本文")).hyperlink
    assert link is not None and link.location is not None
    name, _, cells = link.location.partition("!")
    lines = [str(row[0].value or "") for row in book[name.strip("'")][cells]]
    assert "\n".join(lines) + "\n" == body(lying(desk)["102024-1_高崎市_依頼.eml"])


def test_days_are_read_back(desk: Desk) -> None:
    """A date, a text, a 和暦: each books its mail on that day, once; the others wait."""
    written(unsent(desk))
    ordered(desk)
    typed(desk, u102016_1=date(2026, 9, 2), u102024_1="令和8年9月3日")
    found = book_from_list(desk.round, now=LATER, by=BY)
    assert [(m.fact.addressee, day) for m, day in found.booked] == [
        (MAEBASHI, date(2026, 9, 2)), (TAKASAKI, date(2026, 9, 3)),
    ]  # fmt: skip
    assert desk.standing().is_sent and not desk.standing(KIRYU).is_sent
    assert book_from_list(desk.round, now=LATER, by=BY).booked == ()
    assert ordered(desk) == 1
    assert sorted(lying(desk)) == ["102032-1_桐生市_依頼.eml"]


@pytest.mark.parametrize(
    ("day", "words"),
    [("あした", "読み取れません"), ("2026/12/1", "今日より後"), ("2025/9/2", "下書きを作った日")],
)
def test_a_day_that_cannot_be_is_told(
    desk: Desk, day: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is booked for it, and what was written stays in the list."""
    written(unsent(desk))
    ordered(desk)
    typed(desk, u102016_1=day, u102024_1="2026/9/2")
    (fault,) = book_from_list(desk.round, now=LATER, by=BY).faults
    assert words in fault.found
    assert not desk.standing().is_sent
    ordered(desk)
    sheet = listing(desk)
    assert sheet.cell(HEAD + 1, column(sheet, "送信日")).value == day
    monkeypatch.setenv("PDCA_NOW", LATER.isoformat())
    for command in (["send", "--form", "jizen"], ["send", "--mark-sent"]):
        assert run([*command, "--round", str(desk.root)]) == ExitCode.NEEDS_PERSON
    typed(desk, u102016_1="2026/9/2")
    assert run(["send", "--mark-sent", "--round", str(desk.root)]) == ExitCode.OK


def test_a_row_copied_is_booked_once(desk: Desk) -> None:
    """Two rows of one mail: once where they agree; two days are told, and the first alone is booked."""
    written(unsent(desk))
    ordered(desk)
    typed(desk, u102016_1="2026/9/2", u102024_1="2026/9/2")
    book = openpyxl.load_workbook(path_of(desk))
    sheet = book["送信一覧"]
    for row, day in ((HEAD + 1, "2026/9/2"), (HEAD + 2, "2026/9/3")):
        sheet.append([c.value for c in sheet[row]])
        sheet.cell(sheet.max_row, column(sheet, "送信日")).value = day
    book.save(path_of(desk))
    found = book_from_list(desk.round, now=LATER, by=BY)
    assert len(found.booked) == 2 and len(desk.standing().sent) == 1
    assert ["別の行" in fault.found for fault in found.faults] == [True]


def test_ticked_without_a_day_is_told(desk: Desk) -> None:
    """済 says that it went out, not when: named, not booked; with the day it is."""
    written(unsent(desk))
    ordered(desk)
    book = openpyxl.load_workbook(path_of(desk))
    sheet = book["送信一覧"]
    sheet.cell(HEAD + 1, column(sheet, "済")).value = "☑"
    book.save(path_of(desk))
    found = book_from_list(desk.round, now=LATER, by=BY)
    assert [m.fact.addressee for m in found.undated] == [MAEBASHI] and not found.booked
    typed(desk, u102016_1="2026/9/2")
    found = book_from_list(desk.round, now=LATER, by=BY)
    assert (found.undated, len(found.booked)) == ((), 1)


def test_a_head_that_was_renamed_is_told(desk: Desk) -> None:
    """Days under another head would be lost in silence."""
    written(unsent(desk))
    ordered(desk)
    typed(desk, u102016_1="2026/9/2")
    book = openpyxl.load_workbook(path_of(desk))
    sheet = book["送信一覧"]
    head = sheet.cell(HEAD, column(sheet, "送信日"))
    head.value = "送った日"
    book.save(path_of(desk))
    (fault,) = book_from_list(desk.round, now=LATER, by=BY).faults
    assert "「送信日」の列が見つかりません" in fault.found
    head.value = "送信日"
    book.save(path_of(desk))
    assert len(book_from_list(desk.round, now=LATER, by=BY).booked) == 1


def test_a_round_that_moved_gets_its_paths_anew(desk: Desk) -> None:
    """The files to be attached are those of the folder as it lies now; what she wrote stays."""
    written(unsent(desk))
    ordered(desk)
    typed(desk, u102016_1="2026/9/2")
    moved = desk.root.rename(desk.root.with_name("moved"))
    put_in_order(Desk.at(moved).round, now=NOW)
    sheet = openpyxl.load_workbook(moved / "30_下書きメール" / "送信一覧.xlsx")["送信一覧"]
    assert str(sheet.cell(HEAD + 1, column(sheet, "添付")).value).startswith(str(moved))
    assert sheet.cell(HEAD + 1, column(sheet, "送信日")).value == "2026/9/2"


def test_her_list_is_not_written_over(desk: Desk) -> None:
    """As long as the same mails lie there the file stays byte for byte what she saved."""
    written(unsent(desk))
    ordered(desk)
    typed(desk, u102016_1="（下書き中）")
    data = path_of(desk).read_bytes()
    written(desk, day=1)
    ordered(desk)
    assert path_of(desk).read_bytes() == data


def test_a_draft_that_is_replaced_takes_its_line_along(desk: Desk) -> None:
    """A day written beside a mail that is no longer the right one books that mail, not the new one."""
    written(unsent(desk))
    ordered(desk)
    typed(desk, u102016_1="2026/9/2")
    roster(desk, u102016_1={"送付先メール": "new@a.example"})
    book_from_list(Desk.at(desk.root).round, now=LATER, by=BY)
    assert desk.standing().is_sent
    assert [b.fact.issue for b in desk.standing().sent] == [1]


def test_mark_sent_names_the_mail(desk: Desk) -> None:
    """Booked without the list, the draft counts as gone out; taken back, it is a draft again."""
    written(unsent(desk))
    mark_sent(desk.round, [MAEBASHI], form="jizen", on=NOW.date(), now=LATER, by=BY)
    assert desk.standing().sent[-1].fact.mail
    assert ordered(desk) == 2
    undo(desk.round, recent_steps(desk.round)[0].seq, "", now=LATER, by=BY)
    written(desk, day=1)
    assert ordered(desk) == 3


def test_one_unit_of_a_common_mail_told_alone(desk: Desk) -> None:
    """The mail for two must not go out any more; the other unit gets one of its own."""
    way = {"送付先メール": "h@hoken.example", "経由機関": "中央保健所"}
    roster(desk, u102016_1=way, u102024_1=way)
    written(unsent(desk))
    mark_sent(Desk.at(desk.root).round, [MAEBASHI], on=NOW.date(), now=LATER, by=BY)
    assert ordered(desk) == 1
    written(desk, day=1)
    (mail,) = (m for name, m in lying(desk).items() if "中央保健所" in name)
    assert [p.get_filename() for p in mail.iter_attachments()] == ["102024-1_高崎市_事前課題.xlsx"]


def test_nothing_else_is_booked_by_chance(desk: Desk) -> None:
    """Requests are no other mails: `book_other_mails` leaves them alone."""
    written(unsent(desk))
    assert book_other_mails(desk.round, [], NOW.date(), everyone=True, now=LATER, by=BY) == ()


def test_the_page_for_a_second_person(desk: Desk) -> None:
    """A line for each workbook, with the unit of the ticket inside; refused where something is wrong."""
    written(unsent(desk))
    lines = review(Desk.at(desk.root).round, now=NOW, parse=crew().parse_all)
    assert [(line.to, line.whose) for line in lines] == [
        (("kaigo@maebashi.example",), "前橋市（102016-1）"),
        (("kaigo@takasaki.example",), "高崎市（102024-1）"),
        (("kaigo@kiryu.example",), "桐生市（102032-1）"),
    ]
    sheet = openpyxl.load_workbook(desk.round.folder.drafts / "送信前の確認.xlsx").worksheets[0]
    assert [c.value for c in sheet[5]][1:6] == [
        "前橋市", "kaigo@maebashi.example", None, "102016-1_前橋市_事前課題.xlsx", "前橋市（102016-1）",
    ]  # fmt: skip
    roster(desk, u102016_1={"送付先メール": "new@a.example"})
    with pytest.raises(MailsRefused, match="前橋市"):
        review(Desk.at(desk.root).round, now=NOW, parse=crew().parse_all)
