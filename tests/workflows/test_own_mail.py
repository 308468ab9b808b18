"""The same bytes from a wrong and from the right address: in whatever order they come, the municipality's own mail counts."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from handed_in import FROM_MAEBASHI, FROM_NOWHERE, FROM_TAKASAKI, LATER, taken_in
from issued_round import BY, MAEBASHI, TAKASAKI, Desk, codes
from xlsx_pdca.facts import Outcome
from xlsx_pdca.workflows.acceptance import assign, dismiss
from xlsx_pdca.workflows.account import Fate, account_of
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.receive import receive
from xlsx_pdca.workflows.steps import recent_runs, undo, undo_run
from xlsx_pdca.workflows.told_sent import mark_sent
from xlsx_pdca.workflows.verify import verify

TAKEN, HELD, SAME = Outcome.SUBMISSION, Outcome.HELD, Outcome.SAME_FILE


def numbers_waiting(desk: Desk) -> list[int]:
    return [booked.seq for booked in desk.ledger.held]


def test_what_a_neighbour_sent_first_is_taken_in_from_its_own_unit(desk: Desk) -> None:
    """A file held for its sender is no reason to pass over the very same file from the right one."""
    data = desk.filled()
    first = taken_in(desk, data, FROM_TAKASAKI, name="一.xlsx")
    assert (first.outcome, codes(first)) == (HELD, ["IDN14"])
    own = taken_in(desk, data, FROM_MAEBASHI, name="二.xlsx")
    assert (own.outcome, own.unit) == (TAKEN, MAEBASHI)
    assert numbers_waiting(desk) == []  # nothing is left to decide on the first one
    assert [line.fate for line in account_of(desk.ledger).lines] == [Fate.SAME, Fate.MERGED]
    assert not verify(desk.round.folder).troubles
    assert desk.laid_out.get("保留", []) == []


def test_a_neighbour_once_more_stays_one_file_to_decide(desk: Desk) -> None:
    """The control: the same bytes from the wrong address again are the same file, and the first one goes on waiting."""
    data = desk.filled()
    taken_in(desk, data, FROM_TAKASAKI, name="一.xlsx")
    assert taken_in(desk, data, FROM_TAKASAKI, name="二.xlsx").outcome is SAME
    assert len(numbers_waiting(desk)) == 1
    assert desk.standing().submission is None


def test_what_was_given_to_a_neighbour_and_comes_from_its_own_unit_waits(desk: Desk) -> None:
    """A person decided otherwise before: the contradiction is told, once, and can be settled."""
    data = desk.filled()
    taken_in(desk, data, FROM_TAKASAKI, name="一.xlsx")
    (held,) = numbers_waiting(desk)
    assign(desk.round, held, TAKASAKI, "jizen", now=LATER, by=BY)
    own = taken_in(desk, data, FROM_MAEBASHI, name="二.xlsx")
    assert (own.outcome, codes(own)) == (HELD, ["IDN30"])
    assert "高崎市" in own.findings[-1].sentence() and "前橋市" in own.findings[-1].sentence()
    assert taken_in(desk, data, FROM_MAEBASHI, name="三.xlsx").outcome is SAME
    (waiting,) = numbers_waiting(desk)
    given = desk.ledger.standing(TAKASAKI, "jizen").submissions[-1]
    undo(desk.round, given.seq, "誤り", now=LATER, by=BY)
    assign(desk.round, waiting, MAEBASHI, "jizen", now=LATER, by=BY)
    assert desk.standing(TAKASAKI).submission is None
    assert desk.standing().submission is not None
    assert numbers_waiting(desk) == []
    assert not verify(desk.round.folder).troubles


def test_what_was_laid_aside_and_comes_from_its_own_unit_waits(desk: Desk) -> None:
    """「三条市の誤送付」 was the reason to lay it aside; its own unit's mail is shown to a person."""
    data = desk.filled()
    taken_in(desk, data, FROM_TAKASAKI, name="一.xlsx")
    dismiss(desk.round, [numbers_waiting(desk)[0]], "誤送付", now=LATER, by=BY)
    assert taken_in(desk, data, FROM_MAEBASHI, name="二.xlsx").outcome is HELD


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    "senders", list(itertools.permutations([FROM_TAKASAKI, FROM_MAEBASHI, FROM_NOWHERE]))
)
def test_the_order_of_the_mails_changes_nothing(
    desk: Desk, senders: tuple[str, ...], together: bool
) -> None:
    """In one run or in three, whoever else sent the bytes: they count once, for their own unit."""
    # of the neighbour's mail a person hears: it waits, unless it was told of before the municipality's own mail settled it
    data = desk.filled()
    files = []
    for number, sender in enumerate(senders):
        path = desk.root.parent / f"{number}.xlsx"
        path.write_bytes(data)
        files += [replace(found, senders=(sender,)) for found in given_files([path])]
    for run in [files] if together else [[file] for file in files]:
        receive(desk.round, run, now=LATER, by=BY)
    assert [b.fact.sha256 for b in desk.standing().submissions] == [
        desk.standing().submissions[0].fact.sha256
    ]
    assert desk.standing(TAKASAKI).submission is None
    waiting = [codes(booked.fact) for booked in desk.ledger.held]
    was_settled = senders[0] == FROM_TAKASAKI and not together
    assert waiting == ([] if was_settled else [["IDN31"]])
    assert not verify(desk.round.folder).troubles


def test_a_trial_sent_to_ourselves_is_no_return(desk: Desk) -> None:
    """From the office's own address, of a unit that has not got the form yet: it waits; of one that has it, it is a return."""
    data = desk.filled()
    office = desk.round.settings.mail
    (run,) = recent_runs(desk.round)
    undo_run(desk.round, run.steps[0].seq, run.steps[-1].seq, "", now=LATER, by=BY)
    trial = taken_in(desk, data, office, name="試し.xlsx")
    assert (trial.outcome, codes(trial)) == (HELD, ["IDN34"])
    assert desk.standing().submission is None
    mark_sent(Desk.at(desk.root).round, [MAEBASHI], on=LATER.date(), now=LATER, by=BY)
    assert (
        taken_in(desk, desk.filled(strengths="別の強み"), office, name="転送.xlsx").outcome is TAKEN
    )
