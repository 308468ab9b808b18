"""The catalogue of findings: complete, courteous, always readable."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from xlsx_pdca.findings import (
    CATALOGUE,
    CONTEXT,
    CatalogueEntry,
    Finding,
    Grade,
    Reader,
    finding,
    refused,
    shortened,
)
from xlsx_pdca.rawbook import RefusalCode

ROOT = Path(__file__).parent.parent
ENTRIES = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE.keys())


def full(entry: CatalogueEntry) -> Finding:
    """A finding with every value its entry asks for."""
    context = {name: CONTEXT[name] for name in entry.context if name not in ("sheet", "cell")}
    return finding(entry.code, sheet="様式１", cell="C5", **context)


@ENTRIES
def test_sentence_shows_every_value(entry: CatalogueEntry) -> None:
    """The sentence of every entry can be made, and leaves no brace."""
    sentence = full(entry).sentence()
    assert sentence
    assert not set("{}") & set(sentence)
    assert all(CONTEXT[n] in sentence for n in entry.context if n not in ("sheet", "cell"))


@ENTRIES
def test_sentence_never_raises_without_its_values(entry: CatalogueEntry) -> None:
    """A finding booked by an older release, with other values, can still be read."""
    assert Finding(entry.code).sentence()


@ENTRIES
def test_words_that_never_leave_the_house(entry: CatalogueEntry) -> None:
    """No entry speaks like an inspection, and entries for respondents ask for courtesy's sake."""
    words = entry.title + entry.sentence + entry.remedy
    assert not [
        word for word in ("督促", "差戻", "指摘", "エラー", "不備", "誤り") if word in words
    ]
    assert entry.sentence.endswith("。") or entry.sentence.endswith("」") or "{" in entry.sentence
    assert entry.remedy.endswith("。")


@ENTRIES
def test_codes_and_context_are_declared(entry: CatalogueEntry) -> None:
    """Codes have three letters and two digits; every value asked for is explained."""
    assert re.fullmatch("(FIL|MAI|IDN|ARR|STR|ANS)[0-9]{2}", entry.code)
    assert set(entry.context) <= CONTEXT.keys()


def test_what_holds_a_file_is_always_must() -> None:
    """A file never waits for a person because of a mere remark."""
    assert all(e.grade is Grade.MUST for e in CATALOGUE.values() if e.holds)


def test_remarks_never_speak_to_respondents() -> None:
    """参考 is for the officer's eyes."""
    assert all(e.reader is Reader.OFFICER for e in CATALOGUE.values() if e.grade is Grade.INFO)


@pytest.mark.parametrize("code", RefusalCode)
def test_every_refusal_has_its_finding(code: RefusalCode) -> None:
    """A file that could not be opened is held and says what to do."""
    assert refused(code).holds
    assert refused(code).sentence()


def test_finding_takes_exactly_its_context() -> None:
    """A value too few or too many is our bug and shows at once."""
    assert finding("ANS01", label="氏名").sentence().startswith("「氏名」が空欄です。")
    with pytest.raises(TypeError):
        finding("ANS01")
    with pytest.raises(TypeError):
        finding("ANS01", label="氏名", found="x")


def test_braces_in_answers_are_text() -> None:
    """An answer cannot reach into the sentence."""
    assert "{label}{0}" in finding("ANS04", label="人口", found="{label}{0}").sentence()


def test_shortened_keeps_one_line() -> None:
    """Long answers are cut for a sentence; short ones are whole."""
    assert shortened("あ\nい") == "あ い"
    assert len(shortened("あ" * 100)) == 40


def test_document_is_current() -> None:
    """docs/findings.md is what tools/make_findings_doc.py makes of the catalogue."""
    made = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_findings_doc.py", "--print"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    written = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert written == made.stdout, "run: python tools/make_findings_doc.py"
