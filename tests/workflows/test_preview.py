"""A form looked at before it is issued: words in brackets stand where a unit's own will stand."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

import openpyxl

import small_form
from xlsx_pdca.event import JST
from xlsx_pdca.spec import FieldKind, Form, Single
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
