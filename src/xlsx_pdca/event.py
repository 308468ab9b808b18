"""What happened in a round, one event at a time: the lines from which the ledger is always recomputed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

JST = timezone(timedelta(hours=9), "JST")
"""The one time zone of a round; Japan has no summer time."""

FIRST_PREV = "0" * 64
"""What stands in `prev` of the first event of a round."""


@dataclass(frozen=True)
class NewEvent:
    """Something that happened and is not yet booked."""

    at: datetime
    """With time zone; kept in Japanese time."""
    by: str
    """The person who did it, by name."""
    type: str
    """A word such as `issue`, `arrival`, `accept`; the list is open."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """JSON values; lists become tuples and objects read-only mappings."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _japanese_time(self.at))
        object.__setattr__(self, "data", _frozen(self.data))


@dataclass(frozen=True)
class Event:
    """A booked event: one line of `events.jsonl`, chained to the line before."""

    seq: int
    """Place in our order of receipt, from 1 without gaps."""
    at: datetime
    by: str
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    prev: str = FIRST_PREV
    """SHA-256 of the whole line before, its line end included."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", _japanese_time(self.at))
        object.__setattr__(self, "data", _frozen(self.data))

    @classmethod
    def booked(cls, new: NewEvent, *, seq: int, prev: str) -> Event:
        """The event that `new` becomes at its place in the chain."""
        return cls(seq=seq, at=new.at, by=new.by, type=new.type, data=new.data, prev=prev)


def _japanese_time(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an event needs a time with time zone")
    return at.astimezone(JST)


def _frozen(value: Any) -> Any:
    """The JSON value with nothing left in it that could be changed; anything else is our bug."""
    match value:
        case None | bool() | int() | str():
            return value
        case float() if math.isfinite(value):
            return value
        case Mapping():
            if not all(isinstance(key, str) for key in value):
                raise TypeError("keys of event data must be text")
            return MappingProxyType({key: _frozen(item) for key, item in value.items()})
        case list() | tuple():
            return tuple(_frozen(item) for item in value)
    raise TypeError(f"not a JSON value: {value!r}")
