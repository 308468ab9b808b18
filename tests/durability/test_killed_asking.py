"""`ask` killed at any point and run again: every question is booked once with its letter, and every file is what was booked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from durability.states import state_of
from durability.strace import KILLED, Command, Point, spread
from durability.test_disturbed import copied, here, removed
from issued_round import MAEBASHI, TAKASAKI, Desk, make_round

pytestmark = [pytest.mark.untraced, pytest.mark.strace]
SLICE = 4
OWN = ("60_確認依頼/", "30_下書きメール/")


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two returns with something to ask about; the second came with words in brackets."""
    desk = Desk.at(make_round(tmp_path_factory.mktemp("ask") / "令和8年度_第1回"))
    for unit in (MAEBASHI, TAKASAKI):
        desk.take_in(f"{unit}.xlsx", desk.filled(unit, population="三万人ぐらい"))
    return desk.root


@pytest.fixture(scope="module")
def undisturbed(before: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copied(before, tmp_path_factory.mktemp("undisturbed") / "round")
    assert here(("ask",), root, now=Command(("ask",), root).now) == 0
    return root


def told(root: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """What was booked since the returns came, by type, and the copies that lie there with their bytes."""
    lines = (root / "_システム（さわらない）" / "events.jsonl").read_bytes().splitlines()
    booked: list[dict[str, Any]] = [json.loads(line) for line in lines]
    types = [e["type"] for e in booked if e["type"] in ("marked", "drafted", "ask", "sent")]
    copies = sorted((root / OWN[0]).glob("*.xlsx"))
    return types, [(path.name, sha256(path.read_bytes()).hexdigest()) for path in copies]


def whole(root: Path) -> None:
    """Every draft and copy that lies there is byte for byte what was booked, and nothing booked is missing."""
    booked = [(kind, data) for kind, data in state_of(root).facts if kind in ("marked", "drafted")]
    files = {data["file"]: data["sha256"] for _, data in booked}
    lying = {p.relative_to(root).as_posix() for name in OWN for p in (root / name).iterdir()}
    assert lying - {"30_下書きメール/送信一覧.xlsx"} == set(files)
    for file, digest in files.items():
        assert sha256((root / file).read_bytes()).hexdigest() == digest
    mails = {data["mail"] for kind, data in booked if kind == "drafted"}
    assert mails == {data["mail"] for kind, data in booked if kind == "marked"}
    assert here(("verify",), root, now="2026-09-16T10:00:00+09:00") == 0


def killed(before: Path, undisturbed: Path, points: Sequence[Point], folder: Path) -> int:
    """How many of the points were met; fails where the end is another than that of the undisturbed run."""
    hits = 0
    for number, point in enumerate(points):
        root = copied(before, folder / f"{number}" / "round")
        try:
            command = Command(("ask",), root)
            given = (f"{point.call}:signal=KILL:when={point.when}",)
            done = command.under_strace(folder / f"{number}" / "log", given)
            assert here(("ask",), root, now=command.now) == 0, point
            assert told(root) == told(undisturbed), point
            whole(root)
            hits += done.returncode == KILLED
        finally:
            removed(folder / f"{number}")
    return hits


def points_of(before: Path, folder: Path) -> tuple[Point, ...]:
    root = copied(before, folder / "points")
    return tuple(Command(("ask",), root).points(folder / "log"))


def test_killed_at_a_few_points(before: Path, undisturbed: Path, tmp_path: Path) -> None:
    """The slice of `make test`; the undisturbed run passes the same judge (control)."""
    whole(undisturbed)
    assert told(undisturbed)[0][-4:] == ["marked", "marked", "drafted", "drafted"]
    points = spread(points_of(before, tmp_path), SLICE)
    assert killed(before, undisturbed, points, tmp_path) >= SLICE - 1


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_at_every_point(before: Path, undisturbed: Path, tmp_path: Path) -> None:
    """Before each call into the system that touches the round."""
    points = points_of(before, tmp_path)
    hits = killed(before, undisturbed, points, tmp_path)
    print(f"ask: killed at {hits} of {len(points)} points")
    assert hits > 20
