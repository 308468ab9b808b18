"""docs/template.md: every example in it is loaded as written there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import NamedTuple

import pytest

from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.forms import load_form
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.layout.words import REFERENCES
from xlsx_pdca.spec import FieldKind, Form, Operation, Share

PAGE = (Path(__file__).parent.parent / "docs" / "template.md").read_text(encoding="utf-8")
TABLES = {n: data for n, data in read_form_files(templates_folder()).items() if n.endswith(".tsv")}

TOP = 'id = "example"\nletter = "X"\nversion = 1\ntitle = "例"\n'
SHEET = '[[sheet]]\nkey = "s1"\nname = "様式1"\n'
AROUND = {"": "", "シート": TOP, "項目": TOP + SHEET}
"""What stands around an example, by the word behind ```toml."""

_BLOCK = re.compile(r"^```toml *([^\n]*)\n(.*?)^```$(?:\n\n```text\n(.*?)^```$)?", re.M | re.S)


class Example(NamedTuple):
    line: int
    toml: str
    faults: tuple[str, ...]
    """Messages the page shows below a wrong example; empty for a right one."""


def examples() -> Iterator[Example]:
    for match in _BLOCK.finditer(PAGE):
        words = match[1].split()
        wrong = "誤り" in words
        around = next((word for word in words if word != "誤り"), "")
        shown = tuple((match[3] or "").splitlines()) if wrong else ()
        assert bool(shown) == wrong, f"line {PAGE.count(chr(10), 0, match.start()) + 1}"
        yield Example(PAGE.count("\n", 0, match.start()) + 1, AROUND[around] + match[2], shown)


RIGHT = [e for e in examples() if not e.faults]
WRONG = [e for e in examples() if e.faults]


def load(example: Example) -> Form:
    return load_form(example.toml.encode(), "v1.toml", tables=TABLES)


def line(example: Example) -> str:
    return f"line-{example.line}"


@pytest.mark.parametrize("example", RIGHT, ids=line)
def test_right_example_makes_a_form(example: Example) -> None:
    """What the page shows as right is read without a fault and gets its cells."""
    form = load(example)
    plan = plan_form(form, kind="窓口", role="関係団体", fiscal_year=2026, enabled=ids(form))
    assert len(plan.sheets) == len(form.sheets) + 1


def ids(form: Form) -> frozenset[str]:
    return frozenset(question.id for question in form.questions())


@pytest.mark.parametrize("example", WRONG, ids=line)
def test_wrong_example_gives_the_shown_messages(example: Example) -> None:
    """What the page shows as wrong gives exactly the messages printed below it."""
    with pytest.raises(FaultyDefinitions) as caught:
        load(example)
    assert [str(fault) for fault in caught.value.faults] == list(example.faults)


def test_page_has_examples_of_every_kind() -> None:
    """Each kind of question is shown at work in at least one right example."""
    used = {q.kind for example in RIGHT for q in load(example).questions()}
    assert used == set(FieldKind)


def test_page_names_every_word_of_the_language() -> None:
    """Kinds, operations, readers, references and keys of the language all stand on the page."""
    keys = {key for e in RIGHT for key in re.findall(r"^([a-z_]+) =", e.toml, re.M)}
    words = [*FieldKind, *Operation, *Share, *REFERENCES, *(keys - {"scene", "yes_no", "period"})]
    assert [word for word in words if f"`{word}`" not in PAGE and f'`"{word}"`' not in PAGE] == []


def test_every_key_is_shown_at_work() -> None:
    """Each key of the tables of keys stands in at least one right example, not in words alone."""
    chapters = PAGE.partition("\n## 4. ")[2].partition("\n## 6. ")[0]
    heads = re.findall(r"^\| (`.*?)(?: 必)? \|", chapters, re.M)
    listed = {key for head in heads for key in re.findall(r"`([a-z_]+)`", head)}
    kinds_and_words = {*FieldKind, *Operation, "heading", "note", "matrix", "table"}
    written = "\n".join(example.toml for example in RIGHT)
    assert len(listed - kinds_and_words) > 30
    unused = [key for key in listed if not re.search(rf"\b{key} =", written)]
    assert set(unused) <= kinds_and_words


def test_page_covers_every_field_of_the_model() -> None:
    """A new attribute of Question or Form cannot be added without a word on the page."""
    from xlsx_pdca.spec import Question, Sheet, Table

    written = {"computation": "compute", "drawing_boxes": "drawing.box", "items": "sheet.item"}
    for model in (Form, Sheet, Question, Table):
        for attribute in fields(model):
            name = written.get(attribute.name, attribute.name)
            name = {"sheets": "sheet", "columns": "sheet.item.column"}.get(name, name)
            assert re.search(rf"`(\[*sheet\.)?\[*{re.escape(name)}\]*`", PAGE), (model, name)
