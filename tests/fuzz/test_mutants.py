"""Broken returns: no crash, no hang, no wrong unit, no silently wrong answer; the judge is what openpyxl shows."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from fuzz import desk, shown
from fuzz.goods import NEIGHBOUR, UNIT, Good, goods, neighbour, plan
from fuzz.mutants import KINDS, LEVELS, Mutant, mutants
from fuzz.verdict import Fate, Fault, Intake, silently_wrong, verdict_on

pytestmark = pytest.mark.untraced

SLICE = 220
SOAK_PART, SOAK_PARTS = 500, 24
SEEDS = Path(__file__).with_name("seeds.txt")
"""Broken returns that once were a fault, each with what it was."""


@pytest.fixture(scope="module")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    """The intake of one round, with its workers running."""
    from fuzz.goods import round_with_neighbour

    with Intake(round_with_neighbour(tmp_path_factory.mktemp("fuzz") / "round")) as intake:
        yield intake


def faults(wanted: Iterator[Mutant], intake: Intake) -> tuple[list[str], Counter[tuple[str, Fate]]]:
    """What went wrong, by the names of the broken returns; and what became of each level."""
    wrong: list[str] = []
    fates: Counter[tuple[str, Fate]] = Counter()
    for mutant in wanted:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = mutant.data()
        verdict = verdict_on(data, goods()[mutant.good], intake)
        fates[mutant.level, verdict.fate] += 1
        wrong += [f"{mutant.name}\t{fault.name}: {what}" for fault, what in verdict.faults]
    return wrong, fates


@pytest.mark.parametrize("form", ["jizen", "tojitsu"])
def test_good_returns_pass(form: str, intake: Intake) -> None:
    """Unbroken, the same returns are taken in without any finding, as is the neighbour's."""
    for good in (*(g for g in goods().values() if g.form == form), neighbour(form)):
        verdict = verdict_on(good.data, good, intake)
        assert (verdict.fate, verdict.faults, verdict.codes) == (Fate.TAKEN, (), ()), good.name


def test_a_slice_of_broken_returns(intake: Intake) -> None:
    """The first broken returns of seed 0: none is a fault, and of all levels some are refused, asked about and taken in."""
    wrong, fates = faults(islice(mutants(), SLICE), intake)
    assert wrong == []
    assert {level for level, _ in fates} == set(LEVELS)
    assert {fate for _, fate in fates} == set(Fate)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(SOAK_PARTS))
def test_broken_returns(part: int, intake: Intake, capsys: pytest.CaptureFixture[str]) -> None:
    """Twelve thousand broken returns, in parts, so that a run cut off can go on with the next one."""
    wrong, fates = faults(islice(mutants(1000 + part), SOAK_PART), intake)
    with capsys.disabled():
        print(f"\npart {part}: {dict(sorted((f'{k} {f.name}', n) for (k, f), n in fates.items()))}")
    assert wrong == []


def test_what_was_a_fault_once(intake: Intake) -> None:
    """Every broken return that ever was a fault is none any more."""
    lines = SEEDS.read_text(encoding="utf-8").splitlines()
    once = [Mutant.parse(line) for line in lines if line and not line.startswith("#")]
    wrong, _ = faults(iter(once), intake)
    assert wrong == []


def test_same_name_same_bytes() -> None:
    """A broken return is made by its name alone: each kind twice, equal."""
    for kind in KINDS:
        mutant = Mutant("tojitsu/sheetjs", kind, 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = [mutant.data() for _ in range(1 if kind.startswith("hand.") else 2)]
        assert made.count(made[0]) == len(made), kind


# -- the judge is no rubber stamp ------------------------------------------------------------


def good(name: str = "jizen/openpyxl") -> Good:
    return goods()[name]


def test_judge_sees_an_answer_read_wrong(intake: Intake) -> None:
    """One answer read otherwise than shown, one lost, one from another scene: each is a fault."""
    ((_, reading),) = intake.take(good().data)
    assert reading is not None
    answers = {a.address: a for a in reading.answers}
    purpose, discharge = ("purpose", "daily", ""), ("purpose", "discharge", "")
    for wrong in ("別の答え", "", answers[discharge].raw):
        misread = tuple(
            replace(a, raw=wrong) if a.address == purpose else a for a in reading.answers
        )
        found = silently_wrong(good().data, plan("jizen"), replace(reading, answers=misread), UNIT)
        assert [fault for fault, _ in found] == [Fault.SILENT]
        assert found[0][1].startswith("purpose.daily.")


def test_judge_sees_a_wrong_unit(intake: Intake) -> None:
    """A return taken for that of a unit whose ticket it does not show is a fault."""
    ((_, reading),) = intake.take(good().data)
    assert reading is not None
    found = silently_wrong(good().data, plan("jizen"), reading, NEIGHBOUR)
    assert [fault for fault, _ in found] == [Fault.STRANGER]


def test_judge_reads_beside_the_question() -> None:
    """What the judge finds are the true answers, also where everything was moved to other rows and columns."""
    from survival import samples

    book = desk.opened(good().data)
    for sheet in ("様式1", "様式2"):
        desk.shift(book, book[sheet], row=3, by=2, follow=True)
        desk.shift(book, book[sheet], column=2, by=1, follow=True)
    for data in (good().data, desk.saved(book)):
        said = shown.answers(shown.shown(data), plan("jizen"))
        told = {address: each.value for address, each in said.items() if each.value is not None}
        assert told == samples.answers("jizen")


def test_judge_knows_when_nobody_can_say() -> None:
    """A question that is gone, or stands there twice, has no answer for the judge."""
    book = desk.opened(good().data)
    book["様式1"]["B12"] = None
    book["様式1"]["B17"] = "所属"
    said = shown.answers(shown.shown(desk.saved(book)), plan("jizen"))
    assert [said[a, "", ""].doubt != "" for a in ("name", "department", "contact")] == [
        True, True, False,
    ]  # fmt: skip
