"""Older answers that come back saved anew: the bytes are new, what they say was replaced before."""

from __future__ import annotations

from pathlib import PurePosixPath

from xlsx_pdca.checks.copies import compare
from xlsx_pdca.facts import Submitted
from xlsx_pdca.findings import Finding, finding
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.submission import Reading
from xlsx_pdca.workflows.composed import reading_of
from xlsx_pdca.workflows.readings import Readings


def replay_of(taken: Submitted, ledger: Ledger, readings: Readings) -> Finding | None:
    """Finding when a new submission says just what one said that was replaced since, and not what counts now."""
    submissions = [b.fact for b in ledger.standing(taken.unit, taken.form).submissions]
    if len(submissions) < 2:
        return None
    now = reading_of(taken, ledger, readings)
    *replaced, current = submissions
    if now is None or _is_equal(reading_of(current, ledger, readings), now):
        return None
    for before in reversed(replaced):
        if _is_equal(reading_of(before, ledger, readings), now):
            file = PurePosixPath(before.file).name
            return finding("IDN18", count=before.number, other_file=file)
    return None


def _is_equal(older: Reading | None, newer: Reading) -> bool:
    """The same answers, texts beside them, drawings and pictures."""
    if older is None or (older.drawings, older.media) != (newer.drawings, newer.media):
        return False
    texts = (sorted(stray.text for stray in reading.strays) for reading in (older, newer))
    return not compare(older, newer).changed and next(texts) == next(texts)
