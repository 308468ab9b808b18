"""Files of several people joined into one submission through the commands, judged with openpyxl and by the books."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from issued_round import MAEBASHI, TAKASAKI, Desk
from mail_desk import sort_by_the_button, sort_some_columns
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Outcome, Submitted
from xlsx_pdca.workbook.comparison_book import HEAD_ROW
from xlsx_pdca.workflows.merge import CONSOLIDATED, PROGRESS

HANAKO = {"weaknesses": "", "purpose__discharge": "", "strengths": "=医師会との\n定例会がある。"}
TARO = {
    "name": "榛名 太郎",
    "contact": "027-111-1111",
    "entered_on": "令和8年9月12日",
    "population": "",
    "strengths": "包括との会議が月1回ある。",
    "purpose__daily": "望む暮らしを最期まで続けられる。",
}
BOOK = "102016-1_前橋市_事前課題_並べて確認.xlsx"
Line = Mapping[str, str]


def arrived(desk: Desk, *filled: Mapping[str, str]) -> list[int]:
    """受付番号 of copies that came together, each filled in otherwise; all of them wait."""
    for number, changed in enumerate(filled):
        desk.drop(f"回答{number}.xlsx", desk.filled(**changed), minute=number)
    assert {line.arrived.outcome for line in desk.receive().lines} == {Outcome.HELD}
    return [booked.seq for booked in desk.ledger.held]


def join(desk: Desk, *numbers: int, unit: str = MAEBASHI, options: tuple[str, ...] = ()) -> int:
    files = [word for number in numbers for word in ("--file", str(number))]
    return run(["accept", *files, "--join", unit, *options, "--round", str(desk.root)])


def compared(desk: Desk) -> Path:
    return desk.round.folder.queries / BOOK


def rows(sheet: Worksheet) -> Iterator[tuple[int, str, str]]:
    """Row, question and mark of each question in the workbook to decide in."""
    heads = [row[0].row for row in sheet.iter_rows() if row[3].value == "採用"]
    for row in sheet.iter_rows(min_row=heads[0] + 1):
        yield row[0].row, str(row[2].value), str(row[0].value or "")


def decide(desk: Desk, choose: Callable[[str], str]) -> None:
    """What the officer does in Excel: choose for every marked question, by its text."""
    book = openpyxl.load_workbook(compared(desk))
    sheet = book.active
    for row, question, mark in rows(sheet):
        if mark:
            sheet.cell(row, 4).value = choose(question)
    book.save(compared(desk))


def submission(desk: Desk) -> Submitted:
    found = desk.standing().submission
    assert found is not None
    return found


def answers(desk: Desk, tmp_path: Path) -> list[Line]:
    folder = tmp_path / "csv"
    run(["merge", "--csv", str(folder), "--round", str(desk.root)])
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as lines:
        return [line for line in csv.DictReader(lines) if line["unit"] == MAEBASHI]


def texts_of(desk: Desk, book: str, sheet: str) -> list[str]:
    found = openpyxl.load_workbook(desk.round.folder.summaries / book)[sheet]
    return [str(cell.value) for row in found.iter_rows() for cell in row if cell.value]


@pytest.fixture
def two(desk: Desk) -> list[int]:
    return arrived(desk, HANAKO, TARO)


@pytest.fixture
def joined(desk: Desk, two: list[int]) -> list[int]:
    """Joined: of 長所 both texts, of めざすべき姿 the second one."""
    assert join(desk, *two) == ExitCode.NEEDS_PERSON
    decide(desk, lambda question: "両方" if "長所" in question else "２番目")
    assert join(desk, *reversed(two)) == ExitCode.OK
    return two


# -- without a decision ----------------------------------------------------------------------


def test_complementary_copies_are_joined_at_once(desk: Desk, tmp_path: Path) -> None:
    """What one left blank the other gave: booked at once, and every answer leads to the cell of the file it stands in."""
    rest = dict.fromkeys(("population", "strengths", "purpose__daily", "not_yet__endoflife"), "")
    two = arrived(desk, {"weaknesses": "", "purpose__discharge": ""}, {**rest, "name": "榛名 太郎"})
    assert join(desk, *two) == ExitCode.OK
    assert not compared(desk).exists()
    found = {(x["field_id"], x["column"]): x for x in answers(desk, tmp_path) if x["raw"]}
    assert len(found) == 11
    opened = {name: openpyxl.load_workbook(desk.root / name) for name in submission(desk).copies}
    for line in found.values():
        places = zip(*(line[k].split(";") for k in ("file", "sheet", "cell")), strict=True)
        stored = [opened[f][s][c].value for f, s, c in places]
        assert "、".join(stored) == line["raw"]
    assert found["weaknesses", ""]["entered_by"] == "榛名太郎"
    assert found["population", ""]["entered_by"] == "赤城花子"
    assert found["name", ""]["entered_by"] == "赤城花子;榛名太郎"
    assert found["weaknesses", ""]["sha256"] != found["population", ""]["sha256"]


def test_equal_copies_need_no_decision(desk: Desk, tmp_path: Path) -> None:
    """Two complete copies that differ in the writer alone: nothing to decide, each answer once, both names."""
    two = arrived(desk, {}, {"name": "榛名 太郎"})
    assert join(desk, *two) == ExitCode.OK
    by_field = {x["field_id"]: x["raw"] for x in answers(desk, tmp_path)}
    assert by_field["name"] == "赤城 花子、榛名 太郎"
    assert by_field["strengths"] == "医師会との定例会が続いている。"
    assert submission(desk).person == "赤城花子、榛名太郎"


# -- decisions -------------------------------------------------------------------------------


def test_workbook_shows_every_text_as_text(desk: Desk, two: list[int]) -> None:
    """One row per question with each file's words as stored text, what differs marked, and nothing preset."""
    assert join(desk, *two) == ExitCode.NEEDS_PERSON
    assert submission_or_none(desk) is None
    sheet = openpyxl.load_workbook(compared(desk)).active
    assert [q for _, q, mark in rows(sheet) if mark] == [
        "(ア) 長所（良さ・強み）",
        "(1) めざすべき姿（目的）について御記入ください。\n【日常の療養支援】",
    ]
    assert len(list(rows(sheet))) == len(desk.plan().answers)
    cells = {
        row: (sheet.cell(row, 5), sheet.cell(row, 6)) for row, q, _ in rows(sheet) if "長所（" in q
    }
    ((row, (first, second)),) = cells.items()
    assert (first.value, first.data_type) == (HANAKO["strengths"], "s")
    assert second.value == TARO["strengths"]
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    assert sheet.cell(row, 4).value is None
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists[f"D{row}"] == '"1番目,2番目,両方"'
    heads = [str(sheet.cell(row, 5).value) for row in range(1, 6)]
    assert any("赤城花子 様" in head and f"受付番号{two[0]}" in head for head in heads)


def submission_or_none(desk: Desk) -> Submitted | None:
    return desk.standing().submission


def test_undecided_and_unreadable_are_told_by_cell(
    desk: Desk, two: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is booked while a decision is open or cannot be understood; the cell and what to write are said."""
    join(desk, *two)
    decide(desk, lambda question: "" if "長所" in question else "前の方")
    capsys.readouterr()
    before = len(desk.round.log.read())
    assert join(desk, *two) == ExitCode.NEEDS_PERSON
    sheet = openpyxl.load_workbook(compared(desk)).active
    first, second = (row for row, _, mark in rows(sheet) if mark)
    out = capsys.readouterr().out
    assert f"並べて確認 D{first}：" in out and "選ばれていません" in out
    assert f"並べて確認 D{second}：" in out and "「前の方」とあります" in out
    assert len(desk.round.log.read()) == before


def test_decisions_are_booked(desk: Desk, joined: list[int], tmp_path: Path) -> None:
    """The chosen texts count, both where both were wanted; the other stands in 確認事項 and カルテ with its writer."""
    lines = {(x["field_id"], x["column"]): x for x in answers(desk, tmp_path)}
    both = lines["strengths", ""]
    assert both["raw"] == (
        f"〔赤城花子 様〕\n{HANAKO['strengths']}\n\n〔榛名太郎 様〕\n{TARO['strengths']}"
    )
    assert both["cell"].count(";") == both["sha256"].count(";") == 1
    assert lines["purpose", "daily"]["raw"] == TARO["purpose__daily"]
    assert lines["entered_on", ""]["value"] == "2026-09-12"
    left = "住み慣れた地域で暮らせる。"
    assert any(
        left in text and "赤城花子 様" in text for text in texts_of(desk, PROGRESS, "確認事項")
    )
    assert f"〔赤城花子 様〕\n{left}" in texts_of(desk, CONSOLIDATED, "市町村カルテ")
    assert desk.copies == [f"102016-1_前橋市_事前課題_第1回_その{n}.xlsx" for n in (1, 2)]
    assert [(c.field, c.taken) for c in submission(desk).choices if c.field == "purpose"] == [
        ("purpose", (joined[1],))
    ]


def test_sorted_workbook_is_understood(desk: Desk, two: list[int]) -> None:
    """The officer may sort the rows: a decision stays with its question."""
    join(desk, *two)
    decide(desk, lambda question: "1番目" if "長所" in question else "両方")
    book = openpyxl.load_workbook(compared(desk))
    sheet = book.active
    numbers = [row for row, _, _ in rows(sheet)]
    lines = [[cell.value for cell in sheet[row]] for row in numbers]
    for row, line in zip(numbers, reversed(lines), strict=True):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(row, column)
            cell.value = value
            if (
                cell.data_type == "f"
            ):  # openpyxl's idea of a text that begins with =; Excel keeps it a text
                cell.data_type = "s"
    book.save(compared(desk))
    assert join(desk, *two) == ExitCode.OK
    taken = {
        c.field: c.taken for c in submission(desk).choices if c.field in ("strengths", "purpose")
    }
    assert taken == {"strengths": (two[0],), "purpose": tuple(two)}


def test_a_decision_beside_another_question_is_refused(
    desk: Desk, two: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """Sorted by the button the key comes along; sorted without it nothing is booked."""
    join(desk, *two)
    decide(desk, lambda question: "1番目" if "長所" in question else "両方")
    sort_some_columns(compared(desk), HEAD_ROW)
    assert join(desk, *two) == ExitCode.NEEDS_PERSON
    assert "ほかの設問の行と入れ替わっています" in capsys.readouterr().out
    assert submission_or_none(desk) is None
    sort_some_columns(compared(desk), HEAD_ROW)
    sort_by_the_button(compared(desk), HEAD_ROW)
    assert join(desk, *two) == ExitCode.OK


@pytest.mark.parametrize(
    ("column", "typed", "told"),
    [
        (4, "１番目", "「所属（部課名）」"),
        (4, "両方とも使わない", "どれかにしてください"),
        (5, "県で直した文", "書き換えられています"),
        (5, None, "書き換えられています"),
    ],
)
def test_what_she_wrote_elsewhere_is_told(
    desk: Desk,
    two: list[int],
    column: int,
    typed: str | None,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A choice in a row that needs none counts where it can; a text that was changed is named by its cell."""
    join(desk, *two)
    decide(desk, lambda _: "1番目")
    book = openpyxl.load_workbook(compared(desk))
    sheet = book.active
    row = next(row for row, text, mark in rows(sheet) if not mark and sheet.cell(row, 5).value)
    sheet.cell(row, column).value = typed
    book.save(compared(desk))
    capsys.readouterr()
    if typed == "１番目":
        assert join(desk, *two) == ExitCode.OK
        return
    assert join(desk, *two) == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().out
    assert told in said and f"{sheet.cell(row, column).coordinate}" in said
    assert submission_or_none(desk) is None


def test_an_open_workbook_stops(
    desk: Desk, two: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """While the workbook to decide in is open nothing is taken in; closed, the same command goes on."""
    join(desk, *two)
    decide(desk, lambda _: "1番目")
    lock = compared(desk).with_name(f"~${BOOK}")
    lock.write_bytes(b"\x05sato".ljust(165, b" "))
    assert join(desk, *two) == ExitCode.DISK
    assert "開いています" in capsys.readouterr().err
    assert submission_or_none(desk) is None
    lock.unlink()
    assert join(desk, *two) == ExitCode.OK


def test_dry_run_writes_and_books_nothing(desk: Desk, two: list[int]) -> None:
    """`--dry-run` says what would be done."""
    assert join(desk, *two, options=("--dry-run",)) == ExitCode.NEEDS_PERSON
    assert not compared(desk).exists()


def test_workbook_for_other_files_is_kept_beside(desk: Desk, two: list[int]) -> None:
    """Decisions made on other files are never taken for these; the workbook she worked in stays."""
    join(desk, *two)
    decide(desk, lambda _: "1番目")
    desk.take_in("三人目.xlsx", desk.filled(name="妙義 次郎", strengths="三つ目の考え"))
    three = [booked.seq for booked in desk.ledger.held]
    if len(three) == 2:
        three = [*two, submission(desk).arrival]
    assert join(desk, *three) == ExitCode.NEEDS_PERSON
    assert (desk.round.folder.queries / BOOK.replace(".xlsx", "_以前1.xlsx")).exists()
    sheet = openpyxl.load_workbook(compared(desk)).active
    assert all(sheet.cell(row, 4).value is None for row, _, mark in rows(sheet) if mark)


# -- taking back, and later ------------------------------------------------------------------


def test_undo_gives_back_what_was(desk: Desk, two: list[int]) -> None:
    """Taken back, both files wait as before; joined anew it is the next submission."""
    before = (desk.ledger.held, desk.standing())
    join(desk, *two)
    decide(desk, lambda _: "1番目")
    assert join(desk, *two) == ExitCode.OK
    assert desk.ledger.held == ()
    number = desk.ledger.last_event
    assert run(["undo", str(number), "--round", str(desk.root)]) == ExitCode.OK
    assert (desk.ledger.held, desk.standing()) == before
    assert join(desk, *two) == ExitCode.OK
    assert submission(desk).number == 2


def test_same_decisions_are_not_booked_twice(desk: Desk, joined: list[int]) -> None:
    """Once more with the same decisions is said and refused; with another one it is the next submission."""
    assert join(desk, *joined) == ExitCode.USAGE
    decide(desk, lambda _: "1番目")
    assert join(desk, *joined) == ExitCode.OK
    assert submission(desk).number == 2


def test_submission_and_later_file_are_joined(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was taken in and another person's later file: the way is offered, and the book shows both texts of a change."""
    desk.take_in("花子.xlsx", desk.filled(**HANAKO))
    desk.take_in("太郎.xlsx", desk.filled(**{**TARO, "strengths": HANAKO["strengths"]}))
    (waiting,) = desk.ledger.held
    first = submission(desk).arrival
    run(["status", "--round", str(desk.root)])
    offered = f"accept --file {first} --file {waiting.seq} --join {MAEBASHI}"
    assert offered in capsys.readouterr().out
    join(desk, first, waiting.seq)
    decide(desk, lambda _: "2番目")
    assert join(desk, first, waiting.seq) == ExitCode.OK
    assert submission(desk).number == 2
    run(["merge", "--round", str(desk.root)])
    texts = texts_of(desk, PROGRESS, "前回からの変更")
    assert {"住み慣れた地域で暮らせる。", TARO["purpose__daily"], "第1回→第2回"} <= set(texts)
    run(["undo", str(joining_of(desk)), "--round", str(desk.root)])
    assert (submission(desk).number, submission(desk).joined) == (1, ())
    assert [booked.seq for booked in desk.ledger.held] == [waiting.seq]


def joining_of(desk: Desk) -> int:
    return max(event.seq for event in desk.round.log.read() if event.type == "submission")


def test_resubmission_shows_both_texts(desk: Desk) -> None:
    """A changed answer and one that is blank now stand in 前回からの変更 with what was said before."""
    desk.take_in("1.xlsx", desk.filled())
    desk.take_in("2.xlsx", desk.filled(weaknesses="", purpose__daily="新しい目的。"))
    run(["merge", "--round", str(desk.root)])
    sheet = openpyxl.load_workbook(desk.round.folder.summaries / PROGRESS)["前回からの変更"]
    lines = [line[4:6] for line in sheet.iter_rows(min_row=5, values_only=True)]
    assert lines == [
        ("担当者の異動が多い。", "（空欄）"),
        ("住み慣れた地域で暮らせる。", "新しい目的。"),
    ]


def test_cache_is_not_needed(desk: Desk, joined: list[int], tmp_path: Path) -> None:
    """The joined reading comes from originals and ledger alone; `verify` finds all of it whole."""
    before = answers(desk, tmp_path)
    desk.round.folder.cache.unlink()
    assert [{**x, "as_of": ""} for x in answers(desk, tmp_path)] == [
        {**x, "as_of": ""} for x in before
    ]
    assert run(["verify", "--round", str(desk.root)]) == ExitCode.OK


def test_exact_copy_of_a_part_is_known(desk: Desk, joined: list[int]) -> None:
    """A joined file that comes once more is the same file, whichever of them it is."""
    for number, changed in enumerate((HANAKO, TARO)):
        line = desk.take_in(f"また{number}.xlsx", desk.filled(**changed))
        assert line.arrived.outcome is Outcome.SAME_FILE


def test_disposed_part_takes_the_joining_with_it(desk: Desk, joined: list[int]) -> None:
    """Without the bytes of one file nothing joined of it counts; the other file waits again."""
    where = ["--reason", "誤送信", "--force", "--yes", "--round", str(desk.root)]
    run(["dispose", str(joined[0]), *where])
    assert submission_or_none(desk) is None
    assert [booked.seq for booked in desk.ledger.held] == [joined[1]]


# -- refusals --------------------------------------------------------------------------------


def test_what_cannot_be_joined(
    desk: Desk, two: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """One file alone, a number there is not, another unit's submission, two options at once: refused in words."""
    desk.take_in("高崎.xlsx", desk.filled(TAKASAKI))
    other = desk.standing(TAKASAKI).submissions[-1].fact.arrival
    for numbers, words in (
        (two[:1], "一つしか"),
        ((two[0], 999), "受付番号999"),
        ((two[0], other), "102024-1 の第1回"),
    ):
        assert join(desk, *numbers) == ExitCode.USAGE
        assert words in capsys.readouterr().err
    assert join(desk, *two, options=("--dismiss", "理由")) == ExitCode.USAGE
    files = ["accept", "--file", str(two[0]), "--file", str(two[1])]
    assert run([*files, "--as", MAEBASHI, "--round", str(desk.root)]) == ExitCode.USAGE
    assert [booked.seq for booked in desk.ledger.held] == two
