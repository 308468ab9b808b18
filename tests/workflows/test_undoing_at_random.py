"""Whatever a person decides and takes back, in whatever order: the folders say what the ledger says, and no other's answer slips in."""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from collections import Counter
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from xlsx_pdca.errors import UsageError
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.workflows.acceptance import assign, dismiss
from xlsx_pdca.workflows.joining import join_files
from xlsx_pdca.workflows.rebuild import rebuild
from xlsx_pdca.workflows.steps import recent_steps, undo
from xlsx_pdca.workflows.trouble import Weight
from xlsx_pdca.workflows.verify import verify

pytestmark = pytest.mark.untraced

UNITS = (MAEBASHI, TAKASAKI, KIRYU)
ACTS = st.tuples(
    st.sampled_from(("as", "as", "dismiss", "join", "undo", "undo", "undo")),
    st.integers(0, 4),
    st.sampled_from(UNITS),
)
"""What is done, to the n-th of what it can be done to, and for whom."""
QUICK = {"suppress_health_check": tuple(HealthCheck), "phases": (Phase.explicit, Phase.generate)}
"""An example takes seconds: it is shown as it was found."""
FOLDERS = {"保留": "waits", "その他": "aside", "添付資料": "attached"}


@pytest.fixture(scope="module")
def busy_round(sent_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An answer that counts, one more by another person, one under another's name, and a paper."""
    desk = Desk.at(Path(shutil.copytree(sent_round, tmp_path_factory.mktemp("busy") / "round")))
    desk.take_in("返信.xlsx", desk.filled())
    desk.take_in("続き.xlsx", desk.filled(name="榛名 一郎", contact="", strengths=""))
    desk.take_in("桐生市.xlsx", desk.filled(TAKASAKI))
    desk.take_in("案内.pdf", b"%PDF-1.4 x")
    assert len(desk.ledger.held) == 3
    return desk.root


def act(desk: Desk, what: str, place: int, unit: str) -> None:
    """One decision; what the program refuses is not done."""
    steps, held = recent_steps(desk.round), [booked.seq for booked in desk.ledger.held]
    files = sorted({*held, *(b.seq for b in desk.ledger.arrivals)})
    try:
        match what:
            case "undo" if steps:
                undo(desk.round, steps[place % len(steps)].seq, "", now=NOW, by=BY)
            case "as" if held:
                assign(desk.round, held[place % len(held)], unit, "jizen", now=NOW, by=BY)
            case "dismiss" if held:
                dismiss(desk.round, [held[place % len(held)]], "", now=NOW, by=BY)
            case "join":
                two = (files[place % len(files)], files[(place + 1) % len(files)])
                join_files(desk.round, two, unit, "jizen", command="", now=NOW, by=BY)
    except UsageError:
        pass


def told(desk: Desk) -> Counter[tuple[str, str]]:
    """What the ledger says of each file: (what became of it, its bytes)."""
    ledger = desk.ledger
    said: Counter[tuple[str, str]] = Counter()
    for booked in ledger.arrivals:
        if ledger.submission_of(booked.seq) is None:
            laid = "aside" if booked.seq in ledger.dismissed else "waits"
            said[laid, booked.fact.sha256] += 1
    for standing in ledger.standings.values():
        for each in standing.submissions:
            said.update(("taken", digest) for digest in each.fact.originals)
    return said


def lying(desk: Desk) -> Counter[tuple[str, str]]:
    """The same as the folders below 50_受領済 show it."""
    files = (path for path in desk.round.folder.received.rglob("*") if path.is_file())
    return Counter(
        (FOLDERS.get(path.parent.name, "taken"), sha256(path.read_bytes()).hexdigest())
        for path in files
    )


def units_inside(data: bytes) -> set[str]:
    """Units that the printed tickets of a workbook name, by its bare text."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        texts = [package.read(name).decode("utf-8", "replace") for name in package.namelist()]
    return {unit for text in texts for unit in re.findall(r"R0801-J-[0-9A-F]{6}-(\d{6}-\d)", text)}


def no_other_slips_in(desk: Desk) -> None:
    """A ledger made of the folders alone counts a file for nobody but the unit it names."""
    shutil.rmtree(desk.round.folder.system)
    fresh = bytes(range(100, 132))
    rebuild(RoundFolder(desk.root), holder=BY, now=NOW, fresh_key=fresh)
    again = Desk.at(desk.root)
    for standing in again.ledger.standings.values():
        for booked in standing.submissions:
            data = (again.root / booked.fact.file).read_bytes()
            assert units_inside(data) == {standing.unit}
    # What waited, or was joined, is no submission any more: it is named, and lies where it lay.
    assert told(again) <= lying(again)
    assert [each for each in wrong(again) if "_その" not in each] == []


def wrong(desk: Desk) -> list[str]:
    troubles = verify(desk.round.folder).troubles
    return [str(t) for t in troubles if t.weight > Weight.REMARK]


def played(busy_round: Path, acts: list[tuple[str, int, str]]) -> None:
    with TemporaryDirectory() as place:
        desk = Desk.at(Path(shutil.copytree(busy_round, Path(place) / "round")))
        for what, number, unit in acts:
            act(desk, what, number, unit)
            assert lying(desk) == told(desk)
        assert wrong(desk) == []
        no_other_slips_in(desk)


@settings(max_examples=6, deadline=None, derandomize=True, **QUICK)
@given(acts=st.lists(ACTS, min_size=4, max_size=8))
def test_folders_say_what_the_ledger_says(
    busy_round: Path, acts: list[tuple[str, int, str]]
) -> None:
    """After each decision, and without the ledger nobody gets an answer of another's."""
    played(busy_round, acts)


@pytest.mark.soak
@settings(max_examples=150, deadline=None, **QUICK)
@given(acts=st.lists(ACTS, min_size=3, max_size=14))
def test_folders_say_what_the_ledger_says_at_length(
    busy_round: Path, acts: list[tuple[str, int, str]]
) -> None:
    """The same in many more orders."""
    played(busy_round, acts)
