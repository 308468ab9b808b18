"""確認点.xlsx: what the officer ticks and words is asked, survives being written anew, and is never dropped in silence."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from issued_round import BY, MAEBASHI, NOW, Desk
from mail_desk import body, lying, sort_by_the_button, sort_some_columns
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode, FaultyDefinitions
from xlsx_pdca.workbook.points_book import HEAD_ROW
from xlsx_pdca.workflows.acceptance import accept
from xlsx_pdca.workflows.points_choice import chosen_points, points_path, write_points

TICK, UNIT, ANSWER, TEXT, WORDS, KEY = "B", "C", "I", "J", "K", "L"
OWN = "人口は、4月1日現在のものでしょうか。"


def doubtful(desk: Desk, **answers: str) -> None:
    said = {"population": "三万人ぐらい", "strengths": "", **answers}
    desk.take_in("102016-1_前橋市_事前課題.xlsx", desk.filled(**said))


def table(desk: Desk) -> tuple[openpyxl.Workbook, Worksheet, dict[str, int]]:
    """The book as another library sees it, and the row of each question about which something must be asked."""
    book = openpyxl.load_workbook(points_path(desk.round))
    sheet = book.worksheets[0]
    rows = {
        ("population" if "三万" in str(sheet[f"{ANSWER}{n}"].value) else "strengths"): n
        for n in range(HEAD_ROW + 1, sheet.max_row + 1)
        if sheet[f"E{n}"].value == "必ず確認"
    }
    return book, sheet, rows


def edited(desk: Desk, **cells: str) -> None:
    book, sheet, _ = table(desk)
    for cell, text in cells.items():
        sheet[cell] = text
    book.save(points_path(desk.round))


def command(desk: Desk, *arguments: str) -> int:
    return run(["ask", *arguments, "--round", str(desk.root)])


def test_a_row_for_every_finding_with_the_usual_ones_ticked(desk: Desk) -> None:
    """必ず確認 that speaks to the municipality carries ●; nothing is booked or drafted by it."""
    doubtful(desk)
    before = desk.ledger.last_event
    book = write_points(desk.round, now=NOW)
    told = desk.standing().submission
    assert told and len(book.rows) == len(set(told.findings))
    ticked = {row.text for row in book.rows if row.tick}
    assert len(ticked) == 2
    assert any("三万人ぐらい" in text for text in ticked)
    assert {row.state for row in book.rows} == {"未送付"}
    assert desk.ledger.last_event == before and not lying(desk)


def test_her_tick_and_words_are_what_is_asked(desk: Desk) -> None:
    """One tick taken away, one wording replaced: the letter asks that alone, in her words."""
    doubtful(desk)
    assert command(desk, "--points") == ExitCode.OK
    _, _, rows = table(desk)
    edited(desk, **{f"{TICK}{rows['strengths']}": "", f"{WORDS}{rows['population']}": OWN})
    command(desk)
    ((_, mail),) = lying(desk).items()
    text = body(mail)
    assert OWN in text and "次の1点" in text and "を数字として" not in text
    (point,) = desk.standing().marked[-1].fact.points
    assert (point.field, point.text) == ("population", OWN)


def test_ticks_and_words_survive_being_written_anew(desk: Desk) -> None:
    """Both columns of hers, row by row; written twice without a change the bytes are the same."""
    doubtful(desk)
    write_points(desk.round, now=NOW)
    _, _, rows = table(desk)
    edited(desk, **{f"{TICK}{rows['strengths']}": "", f"{WORDS}{rows['population']}": OWN})
    write_points(desk.round, now=NOW)
    first = points_path(desk.round).read_bytes()
    _, sheet, rows = table(desk)
    assert sheet[f"{WORDS}{rows['population']}"].value == OWN
    assert not sheet[f"{TICK}{rows['strengths']}"].value
    assert sheet[f"{TICK}{rows['population']}"].value == "●"
    write_points(desk.round, now=NOW)
    assert points_path(desk.round).read_bytes() == first


def test_words_whose_finding_is_gone_are_said(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """After a newer return and after acceptance: place, unit and the words themselves, by `ask` and by `ask --points`."""
    doubtful(desk)
    write_points(desk.round, now=NOW)
    _, _, rows = table(desk)
    edited(desk, **{f"{WORDS}{rows['population']}": OWN})
    assert not chosen_points(desk.round)[1]
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    for arguments in ((), ("--points",)):
        command(desk, *arguments)
        said = capsys.readouterr().err
        assert f"確認点 {WORDS}{rows['population']}" in said and OWN in said and "前橋市" in said


def test_all_faults_are_told_at_once_and_nothing_is_done(desk: Desk) -> None:
    """A strange tick, a harsh word, a point for the officer ticked without words: each with its cell."""
    doubtful(desk, weaknesses="前の御回答")
    doubtful(desk)
    write_points(desk.round, now=NOW)
    before = points_path(desk.round)
    _, sheet, rows = table(desk)
    to_her = next(
        n
        for n in range(HEAD_ROW + 1, sheet.max_row + 1)
        if "（県担当者へ）" in sheet[f"{TEXT}{n}"].value
    )
    edited(
        desk,
        **{
            f"{TICK}{rows['population']}": "たぶん",
            f"{WORDS}{rows['strengths']}": "エラーを直してください。",
            f"{TICK}{to_her}": "●",
        },
    )
    data = before.read_bytes()
    with pytest.raises(FaultyDefinitions) as raised:
        write_points(desk.round, now=NOW)
    places = {fault.place for fault in raised.value.faults}
    assert places == {
        f"確認点 {TICK}{rows['population']}",
        f"確認点 {WORDS}{rows['strengths']}",
        f"確認点 {WORDS}{to_her}",
    }
    assert points_path(desk.round).read_bytes() == data
    assert command(desk) == ExitCode.FAULTY and not lying(desk)


@pytest.mark.parametrize(
    "answer", ['=HYPERLINK("http://example.jp","x")三', "http://example.jp/三", "<r>三</r>"]
)
def test_answers_stay_text(desk: Desk, answer: str) -> None:
    """No answer becomes a formula or a link."""
    doubtful(desk, population=answer)
    write_points(desk.round, now=NOW)
    sheet = openpyxl.load_workbook(points_path(desk.round)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert not [c for c in cells if c.data_type == "f" or c.hyperlink]
    assert answer in [c.value for c in cells]


def test_a_row_beside_the_key_of_another_is_refused(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Sorted by the button her words stay with their finding; sorted without the key nothing is asked of anybody."""
    doubtful(desk)
    assert command(desk, "--points") == ExitCode.OK
    _, _, rows = table(desk)
    edited(desk, **{f"{WORDS}{rows['population']}": OWN})
    sort_some_columns(points_path(desk.round), HEAD_ROW)
    assert command(desk) == ExitCode.FAULTY
    assert "内容が、表を作ったときと違います" in capsys.readouterr().err and not lying(desk)
    sort_some_columns(points_path(desk.round), HEAD_ROW)
    sort_by_the_button(points_path(desk.round), HEAD_ROW)
    assert command(desk) == ExitCode.OK
    words = {p.address: p.text for p in desk.standing().marked[-1].fact.points}
    assert words["population", "", ""] == OWN and OWN not in words["strengths", "", ""]


def test_only_her_columns_are_open(desk: Desk) -> None:
    """Protected without a password; ● is offered from a list; the head stays in sight."""
    doubtful(desk)
    write_points(desk.round, now=NOW)
    _, sheet, _ = table(desk)
    row = HEAD_ROW + 1
    open_cells = {c.column_letter for c in sheet[row] if not c.protection.locked}
    assert open_cells == {TICK, WORDS}
    assert sheet.protection.sheet and not sheet.protection.password
    assert sheet.freeze_panes == f"D{row}"
    assert sheet.data_validations.dataValidation[0].formula1 == '"●"'


def test_without_the_book_the_usual_ones_are_asked(desk: Desk, tmp_path: Path) -> None:
    """The book is hers to delete."""
    doubtful(desk)
    command(desk)
    assert len(desk.standing().marked[-1].fact.points) == 2


def test_nothing_ticked_any_more_takes_the_draft_away(desk: Desk) -> None:
    """She decided to ask nothing: the draft of before goes; one tick left, and it stays as that point."""
    doubtful(desk)
    command(desk)
    assert len(lying(desk)) == 1
    command(desk, "--points")
    _, _, rows = table(desk)
    edited(desk, **{f"{TICK}{row}": "" for row in rows.values()})
    command(desk)
    assert lying(desk) == {}
    edited(desk, **{f"{TICK}{rows['population']}": "●"})
    command(desk)
    ((_, mail),) = lying(desk).items()
    assert "次の1点" in body(mail)
