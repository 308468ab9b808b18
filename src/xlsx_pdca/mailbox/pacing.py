"""How fast mails go out: evenly, never more in any minute than 管理簿 allows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def seconds_to_wait(last: float | None, now: float, per_minute: int) -> float:
    """Seconds before the next mail may go, when the last one went at `last`; a clock set back costs one interval at most."""
    if last is None:
        return 0.0
    interval = 60 / per_minute
    return min(max(last + interval - now, 0.0), interval)


@dataclass
class Pace:
    """Keeps the speed in a loop; clock and sleep are given, so that nothing waits in a test."""

    per_minute: int
    clock: Callable[[], float]
    sleep: Callable[[float], None]
    last: float | None = None
    """When the last mail went, also one of an earlier run; on the same clock."""

    def keep(self) -> None:
        """Wait until the next mail may go; from now on that one is the last."""
        pause = seconds_to_wait(self.last, self.clock(), self.per_minute)
        if pause:
            self.sleep(pause)
        self.last = self.clock()
