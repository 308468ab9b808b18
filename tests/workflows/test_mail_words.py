"""The words of a mail that brings files: they are shown, the mail can be opened, and where nothing else came of it, it waits."""

from __future__ import annotations

import openpyxl
import pytest

from handwritten_mail import PDF, Attached, forwarded, mail
from issued_round import BY, NOW, Desk, codes
from xlsx_pdca.cli.program import run
from xlsx_pdca.contents import QUOTATION, Letter
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.workflows.acceptance import dismiss
from xlsx_pdca.workflows.merge import PROGRESS, merge
from xlsx_pdca.workflows.verify import verify

WORDS = "管内人口は400,000人に訂正してください。"


def come_in(desk: Desk, name: str, data: bytes) -> dict[str, Arrived]:
    desk.drop(name, data)
    return {line.file.called: line.arrived for line in desk.receive().lines}


def test_the_mail_of_a_return_can_be_opened_and_read(desk: Desk) -> None:
    """It lies in 50_受領済/メール byte by byte, and its words stand in 収受簿, as text whatever they are."""
    data = mail(Attached("様式.xlsx", desk.filled()), text=f"=1+1 {WORDS}")
    came = come_in(desk, "返信.eml", data)
    assert came["様式.xlsx"].outcome is Outcome.SUBMISSION
    assert came["返信.eml"].outcome is Outcome.OPENED
    (copy,) = (desk.round.folder.received / "メール").iterdir()
    assert copy.read_bytes() == data and copy.name.endswith("_返信.eml")
    merge(desk.round, now=NOW, by=BY)
    sheet = openpyxl.load_workbook(desk.round.folder.summaries / PROGRESS)["収受簿"]
    (cell,) = (c for row in sheet.iter_rows() for c in row if WORDS in str(c.value))
    assert cell.value == f"=1+1 {WORDS}" and cell.data_type == "s"
    copy.chmod(0o600)
    copy.unlink()
    assert verify(desk.round.folder).troubles
    desk.receive()
    assert copy.read_bytes() == data and not verify(desk.round.folder).troubles


def test_words_beside_what_is_known_wait(desk: Desk) -> None:
    """The same file once more, with other words: the mail waits with them until somebody has dealt with it."""
    book = Attached("様式.xlsx", desk.filled())
    first = come_in(desk, "一.eml", mail(book))
    assert {each.outcome for each in first.values()} == {Outcome.SUBMISSION, Outcome.OPENED}
    again = come_in(desk, "二.eml", mail(book, text="先の回答は取り下げます。"))
    assert again["様式.xlsx"].outcome is Outcome.SAME_FILE
    assert again["二.eml"].outcome is Outcome.HELD and codes(again["二.eml"]) == ["MAI40"]
    assert "取り下げます" in again["二.eml"].findings[0].sentence()
    (waiting,) = desk.ledger.held
    assert come_in(desk, "二.eml", mail(book, text="先の回答は取り下げます。")).keys() >= {"二.eml"}
    assert [booked.seq for booked in desk.ledger.held] == [waiting.seq]
    dismiss(desk.round, [waiting.seq], "対応済", now=NOW, by=BY)
    assert desk.ledger.held == () and not verify(desk.round.folder).troubles


def test_a_known_file_without_words_needs_nobody(desk: Desk) -> None:
    """The control: the same file in a mail that says nothing, and the very same mail once more."""
    book = Attached("様式.xlsx", desk.filled())
    come_in(desk, "一.eml", mail(book))
    silent = come_in(desk, "二.eml", mail(book, text=" "))
    assert silent["二.eml"].outcome is Outcome.OPENED
    same = come_in(desk, "三.eml", mail(book))
    assert same["三.eml"].outcome is Outcome.SAME_FILE
    assert desk.ledger.held == ()


def test_words_stand_beside_what_waits(desk: Desk) -> None:
    """A paper alone waits, and what the mail says of it is told with it; the mail itself asks no second time."""
    data = mail(Attached("チラシ.pdf", PDF, "application/pdf"), text="本年度は回答を辞退します。")
    came = come_in(desk, "返信.eml", data)
    assert codes(came["チラシ.pdf"]) == ["FIL10", "MAI41"]
    assert "辞退します" in came["チラシ.pdf"].findings[-1].sentence()
    assert came["返信.eml"].outcome is Outcome.OPENED


def test_a_new_return_in_a_forwarded_mail_needs_nobody(desk: Desk) -> None:
    """Whatever stands in a mail in a mail counts for both: neither waits, and both can be opened."""
    inner = mail(Attached("様式.xlsx", desk.filled()), sender="kaigo@maebashi.example")
    come_in(desk, "転送.eml", forwarded(inner, sender="hc@gunma.example"))
    assert desk.ledger.held == ()
    assert len(list((desk.round.folder.received / "メール").iterdir())) == 2


def test_the_screen_counts_mails_with_words(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """`receive` says that there is something to read, and where; of mails that say nothing it says nothing."""
    for text, told in ((WORDS, True), (" ", False)):
        desk.drop("返信.eml", mail(Attached("様式.xlsx", desk.filled(department=text)), text=text))
        run(["receive", "--round", str(desk.root)])
        assert ("本文のあるメールが 1通あります" in capsys.readouterr().err) is told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("提出します。", "提出します。"),
        ("訂正です。\n\n-----Original Message-----\nFrom: 県\n依頼", f"訂正です。\n{QUOTATION}"),
        ("訂正です。\n> 先のメール", f"訂正です。\n{QUOTATION}"),
        ("訂正です。\n2026年9月1日(火) 10:00 県 <a@b.example>のメール:\n依頼", f"訂正です。\n{QUOTATION}"),
        ("---------- Forwarded message ---------\n市の言葉", "---------- Forwarded message ---------\n市の言葉"),
        ("人口は>300,000人です", "人口は>300,000人です"),
    ],
)  # fmt: skip
def test_what_is_quoted_is_left_out(text: str, words: str) -> None:
    """What the sender says now is told, and that older mails follow; where nothing else stands, these are told."""
    assert Letter(text=text).words == words


def test_the_archive_has_the_mail(desk: Desk) -> None:
    """The copy is made from the bytes as they came."""
    data = mail(Attached("様式.xlsx", desk.filled()))
    came = come_in(desk, "返信.eml", data)
    assert Archive.of_originals(desk.round.folder.originals).get(came["返信.eml"].sha256) == data
