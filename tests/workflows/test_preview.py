"""A form looked at before it is issued: words in brackets stand where a unit's own will stand."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import openpyxl

import small_form
from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.event import JST
from xlsx_pdca.spec import FieldKind, Form, Single
from xlsx_pdca.workflows.outline import outline
from xlsx_pdca.workflows.preview import preview

NOW = datetime(2026, 9, 1, 9, tzinfo=JST)


def texts(form: Form) -> set[str]:
    data = preview(form, fiscal_year=2026, role="", now=NOW)
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = (cell.value for sheet in book for row in sheet for cell in row)
    return {value for value in cells if isinstance(value, str)}


def with_previous(form: Form) -> Form:
    """The small form in which last time's name is shown."""
    first, *others = form.sheets
    items = tuple(
        Single(replace(item.question, reference="previous.name"))
        if isinstance(item, Single) and item.question.kind is FieldKind.REFERENCE
        else item
        for item in first.items
    )
    return replace(form, sheets=(replace(first, items=items), *others))


def test_last_times_answer_is_announced() -> None:
    """No internal name of a slot shows; a reference to the unit shows an invented one."""
    assert "○○市" in texts(small_form.form())
    shown = texts(with_previous(small_form.form()))
    assert "（前回の御回答がここに入ります）" in shown
    assert not any("previous" in text for text in shown)


def test_outline_says_who_gets_which_frame_and_who_reads_it() -> None:
    """A sheet to draw in is listed with its frames, each with those it is for, and in the form's own words."""
    form = load_forms(read_form_files(templates_folder()))["jizen"]
    (drawing,) = (x for s in outline(form, fiscal_year=2026) for x in s.lines if x.kind == "図")
    assert drawing.share == "◎共有"
    frames = [rule for rule in drawing.rules if rule.startswith("枠「")]
    assert [frame.endswith("（関係団体だけにお尋ねします）") for frame in frames] == [False, True]
    assert "自治体担当者・都道府県担当者だけにお尋ねします" in frames[0]
