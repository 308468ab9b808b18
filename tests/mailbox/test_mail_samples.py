"""Tests of the committed mails of real programs: each is read as what its program was given."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path

import pytest

from xlsx_pdca.contents import ContainerKind, Contents
from xlsx_pdca.filekind import MAIL, OUTLOOK, kind_of
from xlsx_pdca.mailbox.containers import open_container

FOLDER = Path(__file__).parents[2] / "samples" / "mails"
MAILS = sorted(p for p in FOLDER.iterdir() if p.suffix != ".json")
WRITTEN_ANEW = {"references": (), "automatic": "", "failed": ()}
"""What a mail says that answers none and was sent by a person."""


@pytest.mark.parametrize("sample", MAILS, ids=lambda path: path.name)
def test_a_mail_is_read_as_it_was_written(sample: Path) -> None:
    """Head, words, names and bytes exactly as the program was given them; no defect, nothing more."""
    expected = json.loads(sample.with_suffix(".json").read_text(encoding="utf-8"))
    data = sample.read_bytes()
    assert kind_of(data) is (OUTLOOK if sample.suffix == ".msg" else MAIL)
    contents = open_container(data, ())
    assert isinstance(contents, Contents) and contents.letter is not None
    assert (contents.kind, contents.defects) == (ContainerKind.MAIL, ())
    parts = [
        {"name": p.name, "size": len(p.data), "sha256": sha256(p.data).hexdigest()}
        for p in contents.parts
        if not (p.inline or p.defect or p.refusal)
    ]
    assert {**asdict(contents.letter), "parts": parts} == {**WRITTEN_ANEW, **expected}
    assert len(parts) == len(contents.parts)


def test_the_forwarded_mails_open_too() -> None:
    """Each mail within opens as a mail; both hold the same files as the one sent alone."""
    outer = open_container((FOLDER / "mutt-forward.eml").read_bytes(), ())
    alone = open_container((FOLDER / "mutt.eml").read_bytes(), ())
    assert isinstance(outer, Contents) and isinstance(alone, Contents)
    within = [open_container(part.data, ()) for part in outer.parts]
    assert [w.parts if isinstance(w, Contents) else w for w in within] == [alone.parts] * 2


def test_each_mail_has_its_expected_reading_and_its_origin() -> None:
    """No mail lies there unchecked, and each is named in the README; together they stay small."""
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    assert len(MAILS) >= 8
    assert {p.stem for p in MAILS} == {p.stem for p in FOLDER.glob("*.json")}
    assert [p.name for p in MAILS if f"mails/{p.name}" not in readme] == []
    assert sum(p.stat().st_size for p in FOLDER.iterdir()) < 150_000
