"""Tests of the speed at which mails go out."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from xlsx_pdca.mailbox.pacing import Pace, seconds_to_wait


class Watch:
    """A clock that only goes on when somebody sleeps or works."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@given(st.integers(1, 600), st.lists(st.floats(0, 30), min_size=2, max_size=80))
def test_never_more_in_a_minute_than_allowed(per_minute: int, work: list[float]) -> None:
    """However long each mail takes, no span of a minute holds more than so many."""
    watch = Watch()
    pace = Pace(per_minute, lambda: watch.now, watch.sleep)
    went = []
    for seconds in work:
        pace.keep()
        went.append(watch.now)
        watch.now += seconds
    for n, first in enumerate(went):
        assert sum(first <= each < first + 59.999 for each in went[n:]) <= per_minute


def test_the_first_mail_goes_at_once() -> None:
    """Nothing is waited for before the first mail, nor when enough time has gone by."""
    assert seconds_to_wait(None, 5.0, 20) == 0
    assert seconds_to_wait(5.0, 9.0, 20) == 0
    assert seconds_to_wait(5.0, 6.0, 20) == 2


def test_a_resumed_run_keeps_the_pace() -> None:
    """The last mail of an earlier run counts; a clock that was set back costs one interval, not an hour."""
    watch = Watch()
    Pace(20, lambda: watch.now, watch.sleep, last=999.0).keep()
    assert watch.slept == [2.0]
    assert seconds_to_wait(9999.0, 5.0, 20) == 3
