"""Two files of one unit compared answer by answer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from xlsx_pdca.reading import Address
from xlsx_pdca.submission import Answer, Reading, State


class Relation(StrEnum):
    """How a newer file stands to an older one of the same unit."""

    EQUAL = "equal"
    NEWER_IS_FULLER = "newer is fuller"
    """Everything the older one says, and more."""
    OLDER_IS_FULLER = "older is fuller"
    CONFLICT = "conflict"
    """Each says something the other does not: a person decides."""


@dataclass(frozen=True)
class Comparison:
    relation: Relation
    different: tuple[Address, ...] = ()
    """Answered in both, differently."""
    only_older: tuple[Address, ...] = ()
    """Answered before and now blank."""
    only_newer: tuple[Address, ...] = ()

    @property
    def changed(self) -> tuple[Address, ...]:
        """All fields that are not the same in both."""
        return (*self.different, *self.only_older, *self.only_newer)


def compare(older: Reading, newer: Reading) -> Comparison:
    """Relation of two readings under one plan, and the fields in which they differ."""
    before, after = _said(older), _said(newer)
    different = tuple(a for a in before if a in after and before[a] != after[a])
    only_older = tuple(a for a in before if a not in after)
    only_newer = tuple(a for a in after if a not in before)
    return Comparison(
        _relation(bool(different), bool(only_older), bool(only_newer)),
        different,
        only_older,
        only_newer,
    )


def _relation(different: bool, only_older: bool, only_newer: bool) -> Relation:
    match different, only_older, only_newer:
        case False, False, False:
            return Relation.EQUAL
        case False, False, True:
            return Relation.NEWER_IS_FULLER
        case False, True, False:
            return Relation.OLDER_IS_FULLER
    return Relation.CONFLICT


def _said(reading: Reading) -> dict[Address, tuple[str, State]]:
    """What each answer says; 1,200 and １２００ of a number say the same."""
    return {a.address: _content(a) for a in reading.answers if a.state is not State.BLANK}


def _content(answer: Answer) -> tuple[str, State]:
    return (answer.value or answer.raw, answer.state)
