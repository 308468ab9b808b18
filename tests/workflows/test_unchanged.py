"""Accepted answers saved anew: the same content leaves 確認済 alone, any change whatever takes it away."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from openpyxl.comments import Comment
from openpyxl.workbook import Workbook

import books
import packages
from issued_round import BY, GOOD, MAEBASHI, NOW, Desk, changed, codes
from xlsx_pdca.cells import is_blank
from xlsx_pdca.checks import read_return
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Outcome
from xlsx_pdca.ledger import Use
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.workflows.acceptance import accept
from xlsx_pdca.workflows.receive import Line
from xlsx_pdca.workflows.steps import undo
from xlsx_pdca.workflows.unchanged import says_the_same
from xlsx_pdca.workflows.verify import verify

SCENES = "様式2"


def resaved(data: bytes, title: str = "別の保存") -> bytes:
    return changed(data, lambda book: setattr(book.properties, "title", title))


def accepted(desk: Desk, data: bytes) -> bytes:
    """The desk after a good return was taken in and accepted; gives the bytes back."""
    assert desk.take_in("返信.xlsx", data).arrived.outcome is Outcome.SUBMISSION
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    assert desk.standing().is_accepted
    return data


def test_same_content_in_other_bytes_keeps_the_acceptance(desk: Desk) -> None:
    """The bytes are archived and booked, the person is told, and nothing is asked of anybody."""
    again = resaved(accepted(desk, desk.filled()))
    line = desk.take_in("返信 (2).xlsx", again)
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.SAME_FILE, ["STR40"])
    assert "変わった御回答はありません" in line.arrived.findings[-1].sentence()
    assert not line.needs_person
    standing = desk.standing()
    assert standing.is_accepted and len(standing.submissions) == 1
    assert Archive.of_originals(desk.round.folder.originals).get(line.arrived.sha256) == again
    assert desk.ledger.arrivals[-1].fact.repeats == standing.submissions[0].seq
    assert desk.waiting == []


def test_it_is_said_on_the_screen(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """In words, and without a hint that somebody had to do something."""
    desk.drop("返信 (2).xlsx", resaved(accepted(desk, desk.filled())))
    assert run(["receive", "--round", str(desk.root)]) == ExitCode.OK
    assert "変わった御回答はありません" in capsys.readouterr().out


def test_before_acceptance_it_is_a_submission_as_ever(desk: Desk) -> None:
    """The control: nobody has confirmed anything yet."""
    desk.take_in("返信.xlsx", desk.filled())
    line = desk.take_in("返信 (2).xlsx", resaved(desk.filled()))
    assert line.arrived.outcome is Outcome.SUBMISSION


def test_repeats_rest_only_as_long_as_what_they_repeat(desk: Desk) -> None:
    """Once other answers took its place, the saved copy is an old one again and waits; a new saving too."""
    first = accepted(desk, desk.filled())
    again = resaved(first)
    desk.take_in("同じ.xlsx", again)
    assert desk.take_in("同じ2.xlsx", again).arrived.outcome is Outcome.SAME_FILE
    newer = desk.take_in("新.xlsx", desk.filled(weaknesses="少し変えました。"))
    assert codes(newer.arrived) == ["ARR10", "ARR12"]
    line = desk.take_in("また.xlsx", again)
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.HELD, ["ARR02"])
    another = desk.take_in("さらに.xlsx", resaved(first, "三つ目"))
    assert (another.arrived.outcome, codes(another.arrived)) == (Outcome.HELD, ["IDN18"])


def test_two_saved_copies_in_one_run(desk: Desk) -> None:
    """Both are the same as what was accepted, and both wake up when that is taken back."""
    first = accepted(desk, desk.filled())
    one, two = resaved(first, "一"), resaved(first, "二")
    desk.drop("1.xlsx", one, minute=1)
    desk.drop("2.xlsx", two, minute=2)
    lines = desk.receive().lines
    assert [x.arrived.outcome for x in lines] == [Outcome.SAME_FILE] * 2
    assert desk.standing().is_accepted
    uses = [desk.ledger.use_of(b) for b in desk.ledger.arrivals[-2:]]
    assert uses == [Use.COUNTS] * 2
    undo(desk.round, desk.standing().submissions[0].seq, "", now=NOW + timedelta(days=20), by=BY)
    uses = [desk.ledger.use_of(b) for b in desk.ledger.arrivals[-2:]]
    assert uses == [Use.WAITS] * 2


ADDRESSES = sorted(GOOD)


@pytest.mark.parametrize("seed", range(2))
def test_any_changed_answer_takes_the_acceptance_away(desk: Desk, seed: int) -> None:
    """Whichever answer it is, and were it by one sign; only what is the same in every answer keeps it."""
    rng = random.Random(seed)
    first = accepted(desk, desk.filled())
    address = rng.choice(ADDRESSES)
    text = GOOD[address]
    place = rng.randrange(len(text))
    other = rng.choice(
        [text[:place] + text[place + 1 :], text + "。", text[:place] + "別" + text[place:], ""]
    )
    sheet, cell = desk.cell(address)

    def retype(book: Workbook) -> None:
        book[sheet][cell].value = other or None

    line = desk.take_in("訂正.xlsx", changed(first, retype))
    assert_taken_away(desk, line)


def test_no_answer_may_differ_in_anything() -> None:
    """For every answer of the form: typed, retyped by one sign, emptied, in another width or with a blank behind it."""
    good = books.good_book()
    plan, slots = books.plan(), books.slots()
    older = read_return(good, plan, slots)
    assert says_the_same(older, read_return(good, plan, slots))
    for address in (answer.address for answer in plan.answers):
        text = books.ANSWERS.get(address, "")
        for other in {f"{text}。", f"{text} ", text[1:], f"別{text}", "１"} - {text}:
            newer = read_return(books.fill(good, {address: other}), plan, slots)
            assert is_blank(text + other) or not says_the_same(older, newer), (address, other)


def test_in_a_mail_or_archive_the_officer_is_asked_to_look_at_what_came_with_it(desk: Desk) -> None:
    """The answers are the same; what else the sender said with them may not be."""
    again = resaved(accepted(desk, desk.filled()))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("return.xlsx", again)
    desk.drop("again.zip", buffer.getvalue())
    inside = next(x for x in desk.receive().lines if x.file.name.endswith(".xlsx"))
    assert (inside.arrived.outcome, codes(inside.arrived)) == (Outcome.SAME_FILE, ["STR41"])
    assert desk.standing().is_accepted


def assert_taken_away(desk: Desk, line: Line) -> None:
    """It counts as new answers, or waits for a person: never as the same."""
    assert line.arrived.outcome in (Outcome.SUBMISSION, Outcome.HELD)
    assert "STR40" not in codes(line.arrived)
    assert line.arrived.outcome is Outcome.HELD or not desk.standing().is_accepted


def _comment(text: str, cell: str = "E13") -> Callable[[Workbook], None]:
    def put(book: Workbook) -> None:
        book[SCENES][cell].comment = Comment(text, "前橋市")

    return put


def _beside(book: Workbook) -> None:
    book[SCENES]["Z40"] = "欄外の書き込み"


def _hidden_sheet(book: Workbook) -> None:
    sheet = book.create_sheet("別表")
    sheet["A1"] = "隠れた書き込み"
    sheet.sheet_state = "hidden"


def _label(book: Workbook) -> None:
    book[SCENES]["A1"] = "題名を変えました"


def _page(book: Workbook) -> None:
    book[SCENES].oddHeader.center.text = "取扱注意"


def _merged(book: Workbook) -> None:
    book[SCENES].merge_cells("E13:K13")


REMARKS: dict[str, Callable[[Workbook], None]] = {
    "comment": _comment("訂正したい点があります"),
    "text beside the form": _beside,
    "hidden sheet": _hidden_sheet,
    "changed label": _label,
    "page header": _page,
    "merged answers": _merged,
}


@pytest.mark.parametrize("change", REMARKS.values(), ids=REMARKS.keys())
def test_any_remark_takes_the_acceptance_away(
    desk: Desk, change: Callable[[Workbook], None]
) -> None:
    """Whatever the sender wrote anywhere else than in the answers counts as much as they do."""
    first = accepted(desk, desk.filled())
    assert_taken_away(desk, desk.take_in("訂正.xlsx", changed(first, change)))


def test_a_picture_takes_the_acceptance_away(desk: Desk) -> None:
    """A drawing that was not there before."""
    first = accepted(desk, desk.filled())
    drawn = packages.with_pictures(first, "組織図", packages.png(90))
    assert_taken_away(desk, desk.take_in("訂正.xlsx", drawn))


def test_remarks_that_were_there_before_are_the_same(desk: Desk) -> None:
    """The control: a comment confirmed with the answers changes nothing; put to another answer or reworded it does."""
    data = changed(desk.filled(), _comment("既存のコメント"))
    accepted(desk, data)
    line = desk.take_in("同じ.xlsx", resaved(data))
    assert (line.arrived.outcome, codes(line.arrived)[-1]) == (Outcome.SAME_FILE, "STR40")
    moved = changed(desk.filled(), _comment("既存のコメント", "H13"))
    assert_taken_away(desk, desk.take_in("別の欄に.xlsx", moved))


def test_the_round_is_whole_afterwards(desk: Desk) -> None:
    """Nothing about a repeat is amiss to `verify`."""
    desk.take_in("返信 (2).xlsx", resaved(accepted(desk, desk.filled())))
    assert verify(desk.round.folder).troubles == ()
