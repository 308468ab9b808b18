"""`dispose`: the bytes are gone everywhere the program put them, the event came first, and everything else goes on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from durability.stages import archive
from issued_round import BY, MAEBASHI, NOW, TAKASAKI, Desk, codes
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.facts import Outcome
from xlsx_pdca.workflows import dispose as disposing
from xlsx_pdca.workflows.acceptance import assign
from xlsx_pdca.workflows.account import Fate, account_of
from xlsx_pdca.workflows.dispose import Disposal, StillInUse, dispose
from xlsx_pdca.workflows.merge import merge
from xlsx_pdca.workflows.trouble import Weight
from xlsx_pdca.workflows.verify import verify

SECRET = "山田太郎_診療情報提供書"
PAPER = b"%PDF-1.4 the patient's letter"


def gone(desk: Desk, number: int, **options: bool) -> Disposal:
    return dispose(desk.round, number, "誤送信", now=NOW, by=BY, **options)


def take_in_all(desk: Desk, name: str, data: bytes) -> None:
    desk.drop(name, data)
    desk.receive()


def holding(root: Path, data: bytes) -> list[str]:
    """Every file of the round that holds these bytes, in a container or not."""
    return [p.name for p in root.rglob("*") if p.is_file() and data in p.read_bytes()]


def number_of(desk: Desk, name: str) -> int:
    return next(b.seq for b in desk.ledger.arrivals if name in b.fact.name)


def wrong(desk: Desk) -> list[str]:
    found = verify(desk.round.folder)
    assert found.adds_up
    return [str(t) for t in found.troubles if t.weight > Weight.REMARK]


def test_a_paper_is_gone_and_the_round_goes_on(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Original and copy are gone, who, when, why and the hash stay, and no screen or book shows its name."""
    desk.take_in(f"{SECRET}.pdf", PAPER)
    desk.take_in("返信.xlsx", desk.filled())
    assert holding(desk.root, PAPER)
    gone(desk, number_of(desk, SECRET))
    assert holding(desk.root, PAPER) == []
    event = desk.round.log.read()[-1]
    assert (event.type, event.by, event.data["reason"]) == ("dispose", BY, "誤送信")
    assert event.data["removed"] == (hashlib.sha256(PAPER).hexdigest(),)
    assert wrong(desk) == []
    assert account_of(desk.ledger).counts[Fate.DISPOSED] == 1
    for command in (["status", "--list"], ["merge"], ["receive"], ["verify"], ["undo", "--list"]):
        assert run([*command, "--round", str(desk.root)]) == ExitCode.OK
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err
    assert desk.standing().submission is not None


def test_only_a_decided_call_disposes(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --yes, or without a reason, nothing is booked or removed."""
    desk.take_in(f"{SECRET}.pdf", PAPER)
    words = ["dispose", str(number_of(desk, SECRET)), "--round", str(desk.root)]
    before = desk.round.folder.events.read_bytes()
    assert run(words) == ExitCode.OK
    assert SECRET in capsys.readouterr().out
    assert run([*words, "--yes"]) == ExitCode.USAGE
    assert run([*words, "--yes", "--reason", "誤送信", "--dry-run"]) == ExitCode.OK
    assert desk.round.folder.events.read_bytes() == before
    assert holding(desk.root, PAPER)
    assert run([*words, "--yes", "--reason", "誤送信"]) == ExitCode.OK
    assert holding(desk.root, PAPER) == []


def test_what_holds_the_bytes_goes_too_and_the_rest_stays(desk: Desk) -> None:
    """Of a zip with a return and a patient's letter both the letter and the zip go; the return still counts."""
    book = desk.filled()
    take_in_all(desk, "回答.zip", archive({"回答.xlsx": book, f"{SECRET}.pdf": PAPER}))
    gone(desk, number_of(desk, SECRET))
    assert holding(desk.root, PAPER) == []
    outcomes = {b.fact.outcome for b in desk.ledger.arrivals}
    assert outcomes == {Outcome.SUBMISSION, Outcome.DISPOSED}
    taken = desk.standing().submission
    assert taken is not None
    assert (desk.root / taken.file).read_bytes() == book
    assert wrong(desk) == []
    assert merge(desk.round, now=NOW, by=BY).returned == 1


def test_what_stands_in_it_goes_with_it(desk: Desk) -> None:
    """To dispose of the zip is to dispose of everything in it; a return among it needs --force."""
    take_in_all(desk, "回答.zip", archive({"回答.xlsx": desk.filled(), f"{SECRET}.pdf": PAPER}))
    number = next(b.seq for b in desk.ledger.arrivals if b.fact.outcome is Outcome.OPENED)
    with pytest.raises(StillInUse, match=MAEBASHI):
        gone(desk, number)
    gone(desk, number, force=True)
    assert {b.fact.outcome for b in desk.ledger.arrivals} == {Outcome.DISPOSED}
    assert desk.standing().submission is None
    assert list(desk.round.folder.originals.rglob("*.*")) == []
    assert wrong(desk) == []


def test_the_submission_before_counts_again(desk: Desk) -> None:
    """A disposed submission leaves the summary; its number is not given twice."""
    desk.take_in("返信.xlsx", desk.filled())
    desk.take_in("訂正.xlsx", desk.filled(strengths="患者の山田太郎さんは…"))
    second = desk.standing().submission
    assert second is not None and second.number == 2
    with pytest.raises(StillInUse):
        gone(desk, second.arrival)
    told = gone(desk, second.arrival, force=True)
    assert [s.number for s in told.leaving] == [2]
    first = desk.standing().submission
    assert first is not None and first.number == 1
    assert wrong(desk) == []
    merged = merge(desk.round, now=NOW, by=BY)
    assert (merged.returned, merged.unreadable) == (1, ())
    line = desk.take_in("再訂正.xlsx", desk.filled(strengths="連携が進んだ。"))
    assert line.arrived.submission is not None
    assert line.arrived.submission.number == 3


def test_the_same_bytes_again_are_held(desk: Desk) -> None:
    """They wait for a person, who may take them in or dispose of them once more."""
    data = desk.filled(TAKASAKI)
    desk.take_in("返信.xlsx", data)
    gone(desk, number_of(desk, "返信"), force=True)
    line = desk.take_in("もう一度.xlsx", data)
    assert line.arrived.outcome is Outcome.HELD
    assert codes(line.arrived) == ["ARR20"]
    assert wrong(desk) == []
    again = number_of(desk, "もう一度")
    assert not gone(desk, again).already
    assert holding(desk.root, data) == []
    desk.take_in("三度目.xlsx", data)
    assign(desk.round, number_of(desk, "三度目"), TAKASAKI, "jizen", now=NOW, by=BY)
    assert desk.standing(TAKASAKI).submission is not None
    assert wrong(desk) == []


class Killed(BaseException):
    pass


def test_cut_off_after_the_event(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing goes before the event is durable; what was cut off behind it is named by verify and finished by running again."""
    desk.take_in(f"{SECRET}.pdf", PAPER)
    number = number_of(desk, SECRET)

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(disposing, "remove_files", die)
        with pytest.raises(Killed):
            gone(desk, number)
    assert holding(desk.root, PAPER)
    (trouble,) = [t for t in wrong(desk) if "originals" in t]
    assert f"dispose {number} をもう一度" in trouble
    assert SECRET not in trouble
    events = desk.round.folder.events.read_bytes()
    assert gone(desk, number).already
    assert desk.round.folder.events.read_bytes() == events
    assert holding(desk.root, PAPER) == []
    assert wrong(desk) == []


def test_changed_copies_and_the_officers_own_are_named(desk: Desk) -> None:
    """What somebody edited or put elsewhere stays, and a person is told where to look."""
    desk.take_in("返信.xlsx", desk.filled())
    taken = desk.standing().submission
    assert taken is not None
    copy = desk.root / taken.file
    copy.chmod(0o644)
    copy.write_bytes(b"edited")
    (desk.round.folder.attachments / "写し.xlsx").write_bytes(desk.filled())
    told = gone(desk, taken.arrival, force=True)
    assert told.changed == (taken.file,)
    assert told.elsewhere == ("25_添付資料/写し.xlsx",)


def test_an_unknown_number(desk: Desk) -> None:
    """A number nobody gave is refused in words."""
    with pytest.raises(UsageError, match="受付番号99"):
        gone(desk, 99)
