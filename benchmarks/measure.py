"""Times taken in turns, so that a busy machine is busy for all of them, and set against targets."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

Job = Callable[[], None]


@dataclass(frozen=True)
class Ratio:
    """One promise and what was measured."""

    what: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool:
        low = self.at_least is None or self.value >= self.at_least
        return low and (self.at_most is None or self.value <= self.at_most)

    def __str__(self) -> str:
        if self.at_least is None and self.at_most is None:
            return f"  {self.what:<66}{self.value:8.2f}"
        target = f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"
        word = "met" if self.is_met else "NOT MET"
        return f"  {self.what:<66}{self.value:8.2f}   target {target:<7} {word}"


@dataclass(frozen=True)
class Contender:
    """Something to be timed; what `prepare` does is not."""

    run: Job
    prepare: Job = lambda: None


@dataclass(frozen=True)
class Times:
    """Best seconds of each contender."""

    wall: Mapping[str, float]
    processor: Mapping[str, float]
    """Of all processes together: says less about waiting, and is hardly touched by what else runs here."""

    def told(self, count: int, what: str) -> str:
        """A line for each, per item."""
        lines = (
            f"  {name:<14}{wall / count * 1e3:9.2f} ms, processor {self.processor[name] / count * 1e3:9.2f} ms a {what}"
            for name, wall in self.wall.items()
        )
        return "\n".join(lines)

    def ratio(self, one: str, other: str) -> float:
        return self.wall[one] / self.wall[other]

    def processor_ratio(self, one: str, other: str) -> float:
        return self.processor[one] / max(self.processor[other], 1e-9)


def best_times(contenders: Mapping[str, Contender], rounds: int) -> Times:
    """Best of each, every round running all of them one after the other."""
    wall = dict.fromkeys(contenders, float("inf"))
    processor = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, contender in contenders.items():
            contender.prepare()
            started, used = time.perf_counter(), _processor()
            contender.run()
            wall[name] = min(wall[name], time.perf_counter() - started)
            processor[name] = min(processor[name], _processor() - used)
    return Times(wall, processor)


def _processor() -> float:
    """Seconds used by this process and by those it started and waited for."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def start_up(*arguments: str) -> Job:
    """A Python of its own that runs these arguments, its output thrown away."""
    command = [sys.executable, "-I", *arguments]
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True) and None


class PeakMemory:
    """Highest resident megabytes of this process and of each one it starts, where /proc tells."""

    def __init__(self) -> None:
        self.children: dict[str, float] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def own(self) -> float:
        return _peak("self")

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            for task in Path("/proc/self/task").glob("*/children"):
                try:
                    for child in task.read_text().split():
                        # the figure never falls, but for once: before exec it is still the parent's
                        self.children[child] = _peak(child) or self.children.get(child, 0.0)
                except OSError:  # the thread ended meanwhile
                    continue


def _peak(process: str) -> float:
    """VmHWM in megabytes; the figure of getrusage would include the parent's."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def machine() -> str:
    """The machine in a line, for whoever compares two runs."""
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"Python {sys.version.split()[0]}, {os.cpu_count()} processors{load}"
