"""Known bytes once more: a copy that nobody sent closes and overrules nothing, and another unit's mail is told of in whatever order."""

from __future__ import annotations

import io
import itertools
import zipfile
from collections.abc import Iterable, Sequence

import pytest

from handed_in import FROM_MAEBASHI, FROM_NOWHERE, FROM_PREFECTURE, FROM_TAKASAKI, LATER, taken_in
from handwritten_mail import Attached, mail
from issued_round import BY, MAEBASHI, TAKASAKI, Desk, codes
from xlsx_pdca.cli.arrivals import Arrivals
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.ledger import Booked
from xlsx_pdca.workflows.acceptance import accept, assign, dismiss
from xlsx_pdca.workflows.account import account_of
from xlsx_pdca.workflows.receive import Line, receive
from xlsx_pdca.workflows.steps import undo
from xlsx_pdca.workflows.verify import verify

TAKEN, HELD, SAME = Outcome.SUBMISSION, Outcome.HELD, Outcome.SAME_FILE


def zipped(data: bytes) -> bytes:
    """An archive with the file in it, of no mail."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("控え.xlsx", data)
    return packed.getvalue()


def dropped(desk: Desk, files: Iterable[tuple[str, bytes]]) -> list[Line]:
    """The workbooks of one run over the drop folder, in its order."""
    for minute, (name, data) in enumerate(files):
        desk.drop(name, data, minute=minute)
    lines = receive(desk.round, None, now=LATER, by=BY).lines
    return [line for line in lines if line.arrived.form]


def from_takasaki(data: bytes) -> bytes:
    return mail(Attached("回答.xlsx", data), sender=FROM_TAKASAKI)


def from_maebashi(data: bytes) -> bytes:
    return mail(Attached("回答.xlsx", data), sender=FROM_MAEBASHI, message_id="<own@maebashi>")


def said(arrived: Arrived, code: str) -> str:
    return next(f.sentence() for f in arrived.findings if f.code == code)


def screen_of(desk: Desk, line: Line) -> list[str]:
    """What the officer reads of a file."""
    return Arrivals(desk.round, [line], booked=True)._described(line, None)


def held_books(desk: Desk) -> list[Booked]:
    """What waits, but for the mails themselves: the words of one may wait too."""
    return [booked for booked in desk.ledger.held if booked.fact.form]


def waiting(desk: Desk) -> list[list[str]]:
    """What is said of whose the waiting workbooks are."""
    return [[c for c in codes(b.fact) if c.startswith("IDN")] for b in held_books(desk)]


@pytest.mark.parametrize("kind", ["attachment", "zip", "unknown", "prefecture"])
def test_a_copy_nobody_sent_leaves_the_contradiction_waiting(desk: Desk, kind: str) -> None:
    """Held for its sender; the same bytes saved, zipped, from a stranger or forwarded by ourselves add nothing, and the held one is named."""
    data = desk.filled()
    dropped(desk, [("返信.eml", from_takasaki(data))])
    (held,) = held_books(desk)
    senders = {"unknown": FROM_NOWHERE, "prefecture": FROM_PREFECTURE}
    if sender := senders.get(kind):
        copy = ("転送.eml", mail(Attached("回答.xlsx", data), sender=sender))
    else:
        copy = ("控え.zip", zipped(data)) if kind == "zip" else ("控え.xlsx", data)
    (line,) = dropped(desk, [copy])
    assert line.arrived.outcome is SAME
    assert f"保留中の受付番号{held.seq}" in said(line.arrived, "ARR43")
    assert [booked.seq for booked in held_books(desk)] == [held.seq]
    assert desk.standing().submission is None
    (shown,) = (text for text in screen_of(desk, line) if "控え" in text or "転送" in text)
    assert f"保留中の受付番号{held.seq}と同じ内容" in shown
    assert not accept(desk.round, [], everyone=True, now=LATER, by=BY).accepted
    assert not verify(desk.round.folder).troubles


def test_the_own_mail_and_a_person_take_it_in(desk: Desk) -> None:
    """The control: after the copy, the unit's own mail, or `accept --as`, takes the very same bytes in, and undo gives them back."""
    data = desk.filled()
    dropped(desk, [("返信.eml", from_takasaki(data))])
    (held,) = held_books(desk)
    dropped(desk, [("控え.xlsx", data)])
    assign(desk.round, held.seq, MAEBASHI, "jizen", now=LATER, by=BY)
    assert desk.standing().submission is not None and waiting(desk) == []
    taken = desk.standing().submissions[-1]
    undo(desk.round, taken.seq, "誤り", now=LATER, by=BY)
    assert desk.standing().submission is None and waiting(desk) == [["IDN14"]]
    (own,) = dropped(desk, [("前橋.eml", from_maebashi(data))])
    assert (own.arrived.outcome, own.arrived.unit) == (TAKEN, MAEBASHI)
    assert waiting(desk) == []
    assert not verify(desk.round.folder).troubles


@pytest.mark.parametrize("order", list(itertools.permutations(["eml", "xlsx", "zip"])))
def test_in_one_run_the_order_of_the_files_changes_nothing(
    desk: Desk, order: Sequence[str]
) -> None:
    """The neighbour's mail, its saved attachment and a zip of it: the mail's part waits, the copies name it, nothing is taken in."""
    data = desk.filled()
    made = {"eml": from_takasaki(data), "xlsx": data, "zip": zipped(data)}
    lines = dropped(desk, [(f"{kind}.{kind}", made[kind]) for kind in order])
    (held,) = held_books(desk)
    found = {line.file.path.suffix: line.arrived for line in lines}
    assert {kind: each.outcome for kind, each in found.items()} == {
        ".eml": HELD,
        ".xlsx": SAME,
        ".zip": SAME,
    }
    for kind in (".xlsx", ".zip"):
        assert f"保留中の受付番号{held.seq}（" in said(found[kind], "ARR43")
    assert waiting(desk) == [["IDN14"]]
    assert desk.standing().submission is None
    assert len(account_of(desk.ledger).lines) == 5
    assert not verify(desk.round.folder).troubles


def test_a_copy_is_no_twin_of_another_file(desk: Desk) -> None:
    """What the unit itself wrote later is taken in by itself, though a copy of the neighbour's file lies beside it."""
    data, other = desk.filled(), desk.filled(name="別の 担当")
    lines = dropped(
        desk, [("返信.eml", from_takasaki(data)), ("控え.xlsx", data), ("本人.xlsx", other)]
    )
    assert [line.arrived.outcome for line in lines] == [HELD, SAME, TAKEN]
    assert waiting(desk) == [["IDN14"]]


@pytest.mark.parametrize("first", ["attachment", "own mail"])
@pytest.mark.parametrize("together", [False, True])
def test_a_neighbours_mail_of_what_counts_is_told(
    desk: Desk, first: str, *, together: bool
) -> None:
    """Taken in before: the neighbour that attached it by mistake is heard of, once, and the submission stands."""
    data = desk.filled()
    own = ("控え.xlsx", data) if first == "attachment" else ("前橋.eml", from_maebashi(data))
    runs = (
        [[own, ("返信.eml", from_takasaki(data))]]
        if together
        else [
            [own],
            [("返信.eml", from_takasaki(data))],
        ]
    )
    for files in runs:
        lines = dropped(desk, files)
    told = lines[-1].arrived
    if together and first == "attachment":  # nothing but the neighbour's mail says who sent it
        assert (told.outcome, waiting(desk)) == (HELD, [["IDN14"]])
        return
    assert (told.outcome, waiting(desk)) == (HELD, [["IDN31"]])
    sentence = said(told, "IDN31")
    assert "高崎市" in sentence and "同じ内容を前橋市の御回答として受付済み" in sentence
    assert desk.standing().submission is not None
    assert desk.standing(TAKASAKI).submission is None
    assert not verify(desk.round.folder).troubles
    again = taken_in(desk, data, FROM_TAKASAKI, name="再送.xlsx")
    assert again.outcome is SAME
    (held,) = held_books(desk)
    dismiss(desk.round, [held.seq], "高崎市に確認済", now=LATER, by=BY)
    assert taken_in(desk, data, FROM_TAKASAKI, name="三度.xlsx").outcome is SAME
    assert waiting(desk) == []
    assert not verify(desk.round.folder).troubles


def test_what_is_told_of_a_neighbour_holds_up_nobody_elses_acceptance(desk: Desk) -> None:
    """`accept --all` goes on with the unit whose answer counts; undone, both files wait."""
    data = desk.filled()
    dropped(desk, [("前橋.eml", from_maebashi(data))])
    dropped(desk, [("返信.eml", from_takasaki(data))])
    done = accept(desk.round, [], everyone=True, now=LATER, by=BY)
    assert [standing.unit for standing in done.accepted] == [MAEBASHI]
    taken = desk.standing().submissions[-1]
    undo(desk.round, taken.seq, "誤り", now=LATER, by=BY)
    assert len(held_books(desk)) == 2
    assert not verify(desk.round.folder).troubles


def test_no_known_sender_is_no_contradiction(desk: Desk) -> None:
    """The control: the unit itself, a stranger and a plain copy of what counts are the same file, as ever."""
    data = desk.filled()
    dropped(desk, [("控え.xlsx", data)])
    for sender in (FROM_MAEBASHI, FROM_NOWHERE, FROM_PREFECTURE, ""):
        senders = (sender,) if sender else ()
        again = taken_in(desk, data, *senders, name=f"再{sender[:4]}.xlsx")
        assert again.outcome is SAME
        assert "ARR01" in {f.code for f in again.findings}
    assert waiting(desk) == []
