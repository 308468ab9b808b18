"""Whatever cuts a real command off, running it again gives the state of an undisturbed run: nothing lost, nothing doubled.

Killed before each call into the system that touches the round, refused by a full or broken disk at each, and run four
times at once. The judge counts files, bytes and facts itself (`states`); `verify` has to agree.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from durability.stages import to_issue, to_merge, to_receive
from durability.states import ORIGINALS, State, state_of
from durability.strace import FAILING, KILLED, Command, Point, histogram, points_in, spread
from xlsx_pdca.cli.program import run

pytestmark = pytest.mark.untraced

LATER = "2026-09-16T10:00:00+09:00"
SLICE = {"receive": 4, "merge": 2, "issue": 2}
"""Points of `make test`; `make soak` takes all of them."""
SLICE_ERRORS = 1
FINE = (0, 1, 4)
"""Done, done with something to look at, stopped by the disk; anything else is our bug."""


@dataclass(frozen=True)
class Stage:
    """A round before a command, what the command makes of it undisturbed, and where that can be cut off."""

    command: str
    before: Path
    after: State
    points: tuple[Point, ...]
    again: str
    """The clock of the second run: a merge shows its time in its books, so there it is the same."""


@pytest.fixture(scope="module")
def stage_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Stage]:
    """Each stage is played once."""
    made: dict[str, Stage] = {}
    builders = {"receive": to_receive, "merge": to_merge, "issue": to_issue}

    def get(command: str) -> Stage:
        if command not in made:
            folder = tmp_path_factory.mktemp(command)
            before = builders[command](folder / "before")
            undisturbed = copied(before, folder / "round")
            points = Command((command,), undisturbed).points(folder / "log")
            again = Command((command,), before).now if command == "merge" else LATER
            made[command] = Stage(command, before, state_of(undisturbed), tuple(points), again)
        return made[command]

    return get


def copied(before: Path, place: Path) -> Path:
    """The round with its times, which order the files of a run."""
    return Path(shutil.copytree(before, place, copy_function=shutil.copy2))


@dataclass(frozen=True)
class Disturbed:
    """One run that was disturbed, and where."""

    hit: Point | None
    """None where the run ended before it came so far."""
    code: int
    said: str


def disturbed(stage: Stage, point: Point, injection: str, folder: Path) -> Disturbed:
    """The command with one injection, and then once more undisturbed; fails where the end is another."""
    root = copied(stage.before, folder / "round")
    log = folder / "log"
    try:
        given = (f"{point.call}:{injection}:when={point.when}",)
        first = Command((stage.command,), root).under_strace(log, given)
        hit = [p for p in points_in(log, root) if p.call == point.call and p.when == point.when]
        said = first.stderr.decode()
        assert here((stage.command,), root, now=stage.again) in (0, 1), f"{point}: {said}"
        same_end(stage, root, f"{injection} at {point}: {said}")
        return Disturbed(hit[0] if hit else None, first.returncode, first.stderr.decode())
    finally:
        removed(folder)


def same_end(stage: Stage, root: Path, where: str) -> None:
    """The state is that of the undisturbed run, and `verify` finds nothing wrong.

    Only a merge that is repeated may keep more: it archives the book it replaces, which is its own.
    """
    end = state_of(root)
    assert end.facts == stage.after.facts, where
    assert end.files.items() >= stage.after.files.items(), where
    more = {name for name in end.files if name not in stage.after.files}
    assert more <= {f"{ORIGINALS}/{book[:2]}/{book}" for book in end.books}, where
    assert here(("verify",), root, now=LATER) == 0, where


def here(words: tuple[str, ...], root: Path, *, now: str) -> int:
    """Exit code of a command run in this process, which saves starting one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PDCA_NOW", now)
        patch.setenv("PDCA_USER", "見本")
        return run([*words, "--round", str(root)])


def removed(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def killed_everywhere(stage: Stage, points: Sequence[Point], folder: Path) -> list[Point]:
    """Points at which the command really was killed."""
    hits = []
    for number, point in enumerate(points):
        each = folder / str(number)
        each.mkdir()
        done = disturbed(stage, point, "signal=KILL", each)
        if done.code == KILLED:
            hits.append(done.hit or point)
    return hits


def refused_everywhere(
    stage: Stage, error: str, points: Sequence[Point], folder: Path
) -> list[Point]:
    """Points at which the disk said no; the command stops with a sentence, or goes on without what it can do without."""
    hits = []
    for number, point in enumerate(points):
        if point.call not in FAILING[error]:
            continue
        each = folder / str(number)
        each.mkdir()
        done = disturbed(stage, point, f"error={error}", each)
        assert done.code in FINE, f"{error} at {point}: {done.said}"
        assert "Traceback" not in done.said, f"{error} at {point}: {done.said}"
        hits.append(done.hit or point)
    return hits


# -- a slice, for every run of the tests -----------------------------------------------------


@pytest.mark.strace
@pytest.mark.parametrize("command", SLICE)
def test_killed_at_a_few_points(
    stage_of: Callable[[str], Stage], command: str, tmp_path: Path
) -> None:
    """Killed at points spread over the whole run, the command is repaired by running it again."""
    stage = stage_of(command)
    changing = [p for p in stage.points if p.call != "close"]
    points = spread(changing, SLICE[command])
    hits = killed_everywhere(stage, points, tmp_path)
    assert len(hits) >= len(points) - 1


@pytest.mark.strace
@pytest.mark.parametrize("error", FAILING)
def test_a_full_or_broken_disk_at_a_few_points(
    stage_of: Callable[[str], Stage], error: str, tmp_path: Path
) -> None:
    """A call refused by the disk ends in a sentence, never in a traceback, and running again mends it."""
    stage = stage_of("receive")
    points = spread([p for p in stage.points if p.call in FAILING[error]], SLICE_ERRORS + 2)
    assert refused_everywhere(stage, error, points[1:-1], tmp_path)


@pytest.mark.strace
def test_the_judge_sees_what_is_lost(stage_of: Callable[[str], Stage], tmp_path: Path) -> None:
    """The control: a round from which one original, fact or copy was taken is not called the same."""
    stage = stage_of("receive")
    root = copied(stage.before, tmp_path / "round")
    assert here(("receive",), root, now=LATER) in (0, 1)
    same_end(stage, root, "untouched")
    copy = next((root / "50_受領済").rglob("*第1回*.xlsx"))
    copy.unlink()
    with pytest.raises(AssertionError):
        same_end(stage, root, "a copy less")


def test_four_runs_at_once(stage_of: Callable[[str], Stage], tmp_path: Path) -> None:
    """Four `receive` started together over one drop folder lose and double nothing."""
    stage = stage_of("receive")
    root = copied(stage.before, tmp_path / "round")
    running = [Command(("receive",), root).start() for _ in range(4)]
    ended = [(*each.communicate(), each.returncode) for each in running]
    for _, said, code in ended:
        assert code in (0, 1), said.decode()
    assert here(("receive",), root, now=LATER) in (0, 1)
    same_end(stage, root, "four at once")


# -- all of them -----------------------------------------------------------------------------


@pytest.mark.soak
@pytest.mark.strace
@pytest.mark.parametrize("command", SLICE)
def test_killed_at_every_point(
    stage_of: Callable[[str], Stage],
    command: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One kill for every call that touches the round; the histogram says how many of which kind."""
    stage = stage_of(command)
    hits = killed_everywhere(stage, stage.points, tmp_path)
    with capsys.disabled():
        print(f"\n{command}: killed at {len(hits)} of {len(stage.points)} points, lost 0")
        print(histogram(hits))
    assert len(hits) >= len(stage.points) * 0.97


@pytest.mark.soak
@pytest.mark.strace
@pytest.mark.parametrize("error", FAILING)
@pytest.mark.parametrize("command", SLICE)
def test_refused_at_every_point(
    stage_of: Callable[[str], Stage],
    command: str,
    error: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A full disk, and one that fails, at every call that can meet it."""
    stage = stage_of(command)
    hits = refused_everywhere(stage, error, stage.points, tmp_path)
    with capsys.disabled():
        print(f"\n{command}: {error} at {len(hits)} points, lost 0")
        print(histogram(hits))
    assert hits


@pytest.mark.soak
def test_four_runs_at_once_often(stage_of: Callable[[str], Stage], tmp_path: Path) -> None:
    """The race is run thirty times."""
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        test_four_runs_at_once(stage_of, folder)
        assert any(folder.iterdir())  # the race was run there, and judged by the test it repeats
        removed(folder)
