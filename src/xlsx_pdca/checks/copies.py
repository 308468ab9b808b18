"""Two files of one unit compared answer by answer, and by what stands beside the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
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
    beside_older: tuple[str, ...] = ()
    """What only the older one has beside its answers: texts elsewhere on the sheets, pictures and shapes; in words."""
    beside_newer: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[Address, ...]:
        """All fields that are not the same in both."""
        return (*self.different, *self.only_older, *self.only_newer)


def compare(older: Reading, newer: Reading) -> Comparison:
    """Relation of two readings of one form, and in what they differ."""
    before, after = _said(older), _said(newer)
    different = tuple(a for a in before if a in after and before[a] != after[a])
    only_older = tuple(a for a in before if a not in after)
    only_newer = tuple(a for a in after if a not in before)
    # Of shapes only the number is known: the newer ones may be others, so they always count.
    known = _known_pictures(older, newer)
    drawn = [sheet for sheet, count in newer.drawings if count and sheet not in known]
    gone = dict.fromkeys((*lost_drawings(older, newer), *changed_drawings(older, newer)))
    beside_older = _beside(tuple(gone), older, newer)
    beside_newer = _beside(drawn, newer, older)
    older_has_more = bool(only_older or beside_older)
    newer_has_more = bool(only_newer or beside_newer)
    return Comparison(
        _relation(bool(different), older_has_more, newer_has_more),
        different,
        only_older,
        only_newer,
        beside_older,
        beside_newer,
    )


def lost_drawings(older: Reading, newer: Reading) -> tuple[str, ...]:
    """Drawing sheets on which the newer file has fewer pictures and shapes."""
    counts = dict(newer.drawings)
    return tuple(sheet for sheet, count in older.drawings if count > counts.get(sheet, 0))


def changed_drawings(older: Reading, newer: Reading) -> tuple[str, ...]:
    """Sheets on which a picture or an embedded file is another one now; lost ones are `lost_drawings`."""
    lost, now = lost_drawings(older, newer), dict(newer.media)
    return tuple(
        sheet
        for sheet, before in older.media
        if sheet not in lost and Counter(before) - Counter(now.get(sheet, ()))
    )


def picture_words(sheet: str) -> str:
    """How the pictures of a sheet are called in a list of differences."""
    return f"「{sheet}」の図"


def _known_pictures(older: Reading, newer: Reading) -> frozenset[str]:
    """Sheets on which the newer file has nothing but pictures, all of which the older one has too."""
    before, now, counts = dict(older.media), dict(newer.media), dict(newer.drawings)
    return frozenset(
        sheet
        for sheet, pictures in now.items()
        if counts.get(sheet) == len(pictures)
        and not Counter(pictures) - Counter(before.get(sheet, ()))
    )


def _beside(sheets: Sequence[str], one: Reading, other: Reading) -> tuple[str, ...]:
    """What one has beside its answers and the other has not, `sheets` with drawings among it.

    Texts count wherever they stand: on inserted rows they stand elsewhere.
    """
    more = Counter(_texts(one)) - Counter(_texts(other))
    return (*map(picture_words, sheets), *(["欄外の記載・コメント"] if more else []))


def _texts(reading: Reading) -> list[str]:
    return ["".join(stray.text.split()) for stray in reading.strays]


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
    return {a.address: content(a) for a in reading.answers if a.state is not State.BLANK}


def content(answer: Answer) -> tuple[str, State]:
    """What an answer says, for comparing; 1,200 and １２００ of a number say the same."""
    return (answer.value or answer.raw, answer.state)
