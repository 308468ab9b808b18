"""Bad input: each case is found out with its own code, waits or counts as it should, and hinders nobody else.

Every case comes in one drop with a good return of 高崎市, through the command `receive`; afterwards the good
return it was made from passes without a finding, so the refusal is due to the fault alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from openpyxl.workbook import Workbook

from issued_round import KEY, MAEBASHI, TAKASAKI, Desk, changed, codes, saved
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Outcome
from xlsx_pdca.ledger import Status
from xlsx_pdca.store.archive import Archive

TODAY = "2026-09-15T09:00:00+09:00"
GOOD_NAME, BAD_NAME = "高崎市.xlsx", "受信.xlsx"
OTHER_KEY = KEY[::-1]


@dataclass(frozen=True)
class Bad:
    """One faulty file, and what must become of it."""

    make: Callable[[Desk], bytes]
    outcome: Outcome
    code: str
    exit_code: ExitCode = ExitCode.NEEDS_PERSON
    name: str = BAD_NAME


def foreign(_: Desk) -> bytes:
    book = Workbook()
    book.active["A1"] = "令和8年度 予算要求書"
    return saved(book)


def two_tickets(desk: Desk) -> bytes:
    def other_ticket(book: Workbook) -> None:
        book.custom_doc_props.props[0].value = desk.fact(TAKASAKI).ticket

    return changed(desk.filled(), other_ticket)


def written_outside(desk: Desk) -> bytes:
    def write(book: Workbook) -> None:
        book["様式1"]["H40"] = "欄が足りないのでここに書きます。"

    return changed(desk.filled(), write)


def broken_reference(desk: Desk) -> bytes:
    def write(book: Workbook) -> None:
        sheet, place = desk.cell(("population", "", ""))
        book[sheet][place].value, book[sheet][place].data_type = "#REF!", "e"

    return changed(desk.filled(), write)


TAKEN, HELD, REFUSED = Outcome.SUBMISSION, Outcome.HELD, Outcome.REFUSED
FINE = ExitCode.OK

BAD: dict[str, Bad] = {
    "empty file": Bad(lambda _: b"", REFUSED, "FIL01"),
    "not a workbook": Bad(lambda _: "ファクスで送りました".encode("cp932"), REFUSED, "FIL02"),
    "faxed and scanned": Bad(lambda _: b"%PDF-1.4\n", HELD, "FIL10", name="前橋市_事前課題.pdf"),
    "scan called a workbook": Bad(lambda _: b"%PDF-1.4\n", HELD, "FIL10"),
    "plain text": Bad(lambda _: "別紙のとおり".encode("cp932"), HELD, "FIL10", name="前橋市.txt"),
    "archive of a kind not opened": Bad(
        lambda _: b"7z\xbc\xaf\x27\x1c" + bytes(90), HELD, "FIL11", name="前橋市.7z"
    ),
    "cut off in the mail": Bad(lambda d: d.filled()[:20_000], REFUSED, "FIL05"),
    "foreign workbook": Bad(foreign, HELD, "IDN01"),
    "another round": Bad(lambda d: d.with_ticket(round_id="R0702"), HELD, "IDN03"),
    "another prefecture": Bad(lambda d: d.with_ticket(key=OTHER_KEY), HELD, "IDN04"),
    "unit without an issue": Bad(lambda d: d.with_ticket(unit="102041-1"), HELD, "IDN05"),
    "unknown edition": Bad(lambda d: d.with_ticket(edition="ABCDEF"), HELD, "IDN06"),
    "unknown issue number": Bad(lambda d: d.with_ticket(issue=7), HELD, "IDN07"),
    "two tickets": Bad(two_tickets, HELD, "IDN09"),
    "named after another unit": Bad(
        lambda d: d.filled(), HELD, "IDN10", name="102032-1_桐生市_事前課題.xlsx"
    ),
    "required empty": Bad(lambda d: d.filled(strengths=""), TAKEN, "ANS01"),
    "far too long": Bad(lambda d: d.filled(strengths="あ" * 801), TAKEN, "ANS02", FINE),
    "not a number": Bad(lambda d: d.filled(population="約30万"), TAKEN, "ANS04"),
    "out of range": Bad(lambda d: d.filled(population="-1"), TAKEN, "ANS05"),
    "not in the list": Bad(lambda d: d.filled(not_yet__endoflife="未定"), TAKEN, "ANS41"),
    "text outside": Bad(written_outside, TAKEN, "STR09", FINE),
    "error cell": Bad(broken_reference, TAKEN, "STR11"),
}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PDCA_NOW", TODAY)
    monkeypatch.setenv("PDCA_USER", "見本 担当者")


Records = dict[str, dict[str, Any]]


def command(desk: Desk, capsys: pytest.CaptureFixture[str]) -> tuple[int, Records]:
    """`receive --json`: its exit code, and what it says of each file."""
    code = run(["receive", "--round", str(desk.root), "--json"])
    return code, {line["file"]: line for line in json.loads(capsys.readouterr().out)}


def told(record: dict[str, Any]) -> list[str]:
    return [each["code"] for each in record["findings"]]


def assert_clear(told: dict[str, str]) -> None:
    """The sentence is whole and ends with what to do; what is about an answer or a cell names it."""
    assert told["sentence"].endswith(("。", "）。", "か。"))
    assert "（不明）" not in told["sentence"]
    assert bool(told["cell"]) is told["code"].startswith(("ANS", "STR"))


@pytest.mark.parametrize("case", BAD)
def test_bad_file(case: str, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """One code, one line; the good file beside it is taken in, both originals are kept, both leave the drop folder."""
    bad = BAD[case]
    data, good = bad.make(desk), desk.filled(TAKASAKI)
    desk.drop(bad.name, data)
    desk.drop(GOOD_NAME, good)

    exit_code, lines = command(desk, capsys)

    assert exit_code == bad.exit_code
    assert (lines[bad.name]["outcome"], told(lines[bad.name])) == (bad.outcome.value, [bad.code])
    assert_clear(lines[bad.name]["findings"][0])
    assert (lines[GOOD_NAME]["outcome"], told(lines[GOOD_NAME])) == (TAKEN.value, [])
    originals = Archive.of_originals(desk.round.folder.originals)
    assert [originals.get(hashlib.sha256(each).hexdigest()) for each in (data, good)] == [
        data,
        good,
    ]
    assert desk.waiting == []
    received = Status.RECEIVED if bad.outcome is TAKEN else Status.SENT
    assert desk.standing().status(desk.fact().deadline) is received
    assert desk.standing(TAKASAKI).status(desk.fact().deadline) is Status.RECEIVED


def test_good_file_under_every_fault_is_good(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """The positive control: the returns all faults were made from pass without a finding, with exit code 0."""
    desk.drop(BAD_NAME, desk.filled())
    desk.drop("作り直した写し.xlsx", changed(desk.filled(TAKASAKI), lambda book: None))
    exit_code, lines = command(desk, capsys)
    assert exit_code == ExitCode.OK
    assert [(line["outcome"], told(line)) for line in lines.values()] == [(TAKEN.value, [])] * 2


def test_restamped_workbook_with_the_genuine_ticket_is_good(desk: Desk) -> None:
    """The positive control of the forged tickets: the same workbook with its own ticket is taken in."""
    line = desk.take_in(BAD_NAME, desk.with_ticket())
    assert (line.arrived.outcome, codes(line.arrived)) == (TAKEN, [])


def test_text_outside_is_kept_with_its_cell(desk: Desk) -> None:
    """What stands outside the answer cells is quoted with its place."""
    (each,) = desk.take_in(BAD_NAME, written_outside(desk)).arrived.findings
    assert (each.sheet, each.cell) == ("様式1", "H40")
    assert "欄が足りないのでここに書きます。" in each.sentence()


# -- several files of one unit -------------------------------------------------------------


def run_of(desk: Desk, *files: tuple[str, bytes]) -> Sequence[tuple[str, Outcome, list[str]]]:
    """What becomes of files that lie in the drop folder together, oldest first."""
    for minute, (name, data) in enumerate(files):
        desk.drop(name, data, minute=minute)
    lines = desk.receive().lines
    return [(line.file.name, line.arrived.outcome, codes(line.arrived)) for line in lines]


def resaved(desk: Desk, **more: str) -> bytes:
    """The same answers in other bytes."""

    def touch(book: Workbook) -> None:
        book.properties.creator = "別の保存"

    return changed(desk.filled(**more), touch)


def test_two_equal_files(desk: Desk) -> None:
    """Two files that say the same are one submission."""
    assert run_of(desk, ("a.xlsx", desk.filled()), ("b.xlsx", resaved(desk))) == [
        ("a.xlsx", TAKEN, []),
        ("b.xlsx", Outcome.SAME_FILE, ["ARR01"]),
    ]
    assert len(desk.standing().submissions) == 1


def test_same_bytes_twice(desk: Desk) -> None:
    """The very same file under two names is booked twice and counts once."""
    assert run_of(desk, ("a.xlsx", desk.filled()), ("b.xlsx", desk.filled())) == [
        ("a.xlsx", TAKEN, []),
        ("b.xlsx", Outcome.SAME_FILE, ["ARR01"]),
    ]


@pytest.mark.parametrize("fuller_first", [False, True])
def test_fuller_of_two_files(desk: Desk, fuller_first: bool) -> None:
    """One holds all the other says, and more: the fuller counts, in whichever order they came."""
    fuller = ("fuller.xlsx", desk.filled(initiatives="引継ぎ資料を整える。"))
    less = ("less.xlsx", desk.filled())
    came = run_of(desk, *((fuller, less) if fuller_first else (less, fuller)))
    assert {name: (outcome, told) for name, outcome, told in came} == {
        "fuller.xlsx": (TAKEN, []),
        "less.xlsx": (Outcome.SUPERSEDED, ["ARR05"]),
    }
    submission = desk.standing().submission
    assert submission is not None
    assert submission.sha256 == hashlib.sha256(fuller[1]).hexdigest()


def test_blank_form_beside_a_filled_one_needs_nobody(desk: Desk) -> None:
    """The form as it was sent, attached by mistake beside the answer, is no question."""
    desk.drop("白紙.xlsx", desk.untouched())
    desk.drop("回答.xlsx", desk.filled(), minute=1)
    received = desk.receive()
    assert [line.arrived.outcome for line in received.lines] == [Outcome.SUPERSEDED, TAKEN]
    assert received.is_done
    assert desk.ledger.held == ()


def test_two_files_that_differ(desk: Desk) -> None:
    """Each says something the other does not: both wait, and the field is named."""
    one, other = desk.filled(), desk.filled(weaknesses="会議の時間が取れない。")
    assert run_of(desk, ("a.xlsx", one), ("b.xlsx", other)) == [
        ("a.xlsx", HELD, ["ARR04"]),
        ("b.xlsx", HELD, ["ARR04"]),
    ]
    assert "短所" in desk.ledger.held[0].fact.findings[0].sentence()


def test_resubmission_of_a_later_day_counts(desk: Desk) -> None:
    """A later file that differs is the second submission; what changed is named, a field emptied is asked about."""
    desk.take_in("a.xlsx", desk.filled())
    line = desk.take_in("b.xlsx", desk.filled(population="", weaknesses="会議の時間が取れない。"))
    assert (line.arrived.outcome, codes(line.arrived)) == (TAKEN, ["ARR12", "ARR07"])
    changed, emptied = (f.sentence() for f in line.arrived.findings)
    assert "先の御回答（第1回）から" in changed and "短所" in changed and "人口" not in changed
    assert "人口" in emptied
    assert [b.fact.number for b in desk.standing().submissions] == [1, 2]


def test_superseded_file_sent_again(desk: Desk) -> None:
    """A file identical to one that was replaced waits for a person; the newer one stays."""
    first, second = desk.filled(), desk.filled(weaknesses="会議の時間が取れない。")
    desk.take_in("a.xlsx", first)
    desk.take_in("b.xlsx", second)
    line = desk.take_in("また.xlsx", first)
    assert (line.arrived.outcome, codes(line.arrived)) == (HELD, ["ARR02"])
    assert len(desk.standing().submissions) == 2


def test_current_file_sent_again(desk: Desk) -> None:
    """A file identical to the one that counts is harmless."""
    desk.take_in("a.xlsx", desk.filled())
    line = desk.take_in("再送.xlsx", desk.filled())
    assert (line.arrived.outcome, codes(line.arrived)) == (Outcome.SAME_FILE, ["ARR01"])


def test_another_person_under_the_same_ticket(desk: Desk) -> None:
    """A later file in another name waits; blanks inside the name make no other person."""
    desk.take_in("a.xlsx", desk.filled())
    spaced = desk.take_in("b.xlsx", desk.filled(name="赤城　花子", weaknesses="人手が足りない。"))
    assert (spaced.arrived.outcome, codes(spaced.arrived)) == (TAKEN, ["ARR12"])
    other = desk.take_in("c.xlsx", desk.filled(name="榛名 一郎"))
    assert (other.arrived.outcome, codes(other.arrived)) == (HELD, ["ARR03"])
    assert len(desk.standing(MAEBASHI).submissions) == 2


def test_resubmission_beside_the_file_already_received(desk: Desk) -> None:
    """All attachments saved once more: the old file is known, and the new one counts; only what changed is named."""
    old, new = desk.filled(), desk.filled(weaknesses="会議の時間が取れない。")
    desk.take_in("a.xlsx", old)
    assert run_of(desk, ("a.xlsx", old), ("b.xlsx", new))[1:] == [("b.xlsx", TAKEN, ["ARR12"])]
    assert len(desk.standing().submissions) == 2
