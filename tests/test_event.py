"""Events are values: their time is Japanese, their data cannot be changed."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from xlsx_pdca.event import JST, Event, NewEvent

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=JST)


def test_time_is_kept_in_japanese_time() -> None:
    """A time of any zone is the same instant, written with +09:00."""
    event = NewEvent(at=datetime(2026, 6, 1, 3, 0, tzinfo=UTC), by="群馬 花子", type="issue")
    assert event.at == NOON
    assert event.at.isoformat() == "2026-06-01T12:00:00+09:00"


def test_time_without_zone_is_refused() -> None:
    """A time that could mean two instants never becomes an event."""
    with pytest.raises(ValueError, match="time zone"):
        NewEvent(at=datetime(2026, 6, 1, 12, 0), by="群馬 花子", type="issue")  # noqa: DTZ001 - the fault under test


def test_data_does_not_follow_the_dictionary_it_came_from() -> None:
    """What was put in later, at any depth, is not in the event."""
    data = {"unit": "102016-1", "slots": {"names": ["前橋市"]}}
    event = Event(seq=1, at=NOON, by="群馬 花子", type="issue", data=data)
    data["slots"]["names"].append("高崎市")
    assert event.data["slots"]["names"] == ("前橋市",)


def test_data_cannot_be_changed() -> None:
    """Writing into the data of an event fails, at the top and below."""
    event = Event(seq=1, at=NOON, by="群馬 花子", type="issue", data={"slots": {"a": 1}})
    for part in (event.data, event.data["slots"]):
        with pytest.raises(TypeError):
            part["a"] = 2


@pytest.mark.parametrize(
    "value", [Decimal(1), NOON, float("nan"), float("inf"), {1: "a"}, b"x", {"a"}]
)
def test_what_json_cannot_say_is_refused(value: object) -> None:
    """A value that would come back as another one is our bug and shows at once."""
    with pytest.raises(TypeError):
        NewEvent(at=NOON, by="群馬 花子", type="issue", data={"value": value})


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None), (True, True), (0, 0), (1.5, 1.5), ("𠮷", "𠮷"),
        ([1, [2]], (1, (2,))), ({"a": {"b": []}}, {"a": {"b": ()}}),
    ],
)  # fmt: skip
def test_what_json_can_say_is_taken(value: object, kept: object) -> None:
    """The positive control of the refusals: the value is there, of the same type, lists as tuples."""
    event = NewEvent(at=NOON, by="群馬 花子", type="issue", data={"value": value})
    assert event.data["value"] == kept
    assert isinstance(kept, dict) or type(event.data["value"]) is type(kept)
