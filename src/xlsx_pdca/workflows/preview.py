"""A form looked at before it is issued: its faults, its fields, and a workbook for trying it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsx_pdca.definitions.asked_roles import known_roles
from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.errors import FaultyDefinitions, UsageError
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.layout.words import SLOTS
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.spec import Form, field_addresses
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.round_folder import find_round
from xlsx_pdca.unit import ROLES, UnitKind
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.stamp import Master, stamp
from xlsx_pdca.workbook.writable import plan_faults
from xlsx_pdca.workflows.round import optional_ids
from xlsx_pdca.workflows.slots import PREVIOUS_PREFIX

PREVIEW_TICKET = "（見本です。整理番号はありません）"


@dataclass(frozen=True)
class FieldLine:
    """One answer address with its question, as programs need it."""

    field: str
    column: str
    row: str
    code: str
    question: str
    kind: str
    share: str
    required: str
    guide: int
    unit: str
    options: tuple[str, ...]


def known_forms(start: Path) -> dict[str, Form]:
    """Forms of the round in which `start` lies, else the shipped ones."""
    found = find_round(start)
    folder = found.forms if found else templates_folder()
    with told_about(folder):
        return load_forms(read_form_files(folder))


def form_named(forms: Mapping[str, Form], name: str) -> Form:
    """The form of an id or title."""
    for form in forms.values():
        if name in (form.id, form.title):
            return form
    raise UsageError(
        f"様式「{name}」はありません。", f"{'・'.join(forms)} のどれかを指定してください。"
    )


def whole_plan(form: Form, *, fiscal_year: int, kind: str = "", role: str = "") -> WorkbookPlan:
    """Plan with every optional question switched on, for one kind of unit and role."""
    return plan_form(
        form,
        kind=kind or UnitKind.MUNICIPALITY.value,
        role=role or ROLES[0],
        fiscal_year=fiscal_year,
        enabled=optional_ids(form),
    )


def fields_of(form: Form, *, fiscal_year: int) -> tuple[FieldLine, ...]:
    """Every answer address of a form, whoever is asked."""
    plans = [whole_plan(form, fiscal_year=fiscal_year, role=role) for role in known_roles([form])]
    lines: dict[tuple[str, str, str], FieldLine] = {}
    for plan in plans:
        for answer in plan.answers:
            field = plan.question_of(answer)
            lines.setdefault(
                answer.address,
                FieldLine(
                    *answer.address,
                    code=answer.code,
                    question=field.label,
                    kind=field.kind.value,
                    share=field.share.value,
                    required=field.required.need.value,
                    guide=field.guide,
                    unit=field.unit,
                    options=field.options,
                ),
            )
    return tuple(lines[a] for a in field_addresses(form) if a in lines)


def validate(forms: Mapping[str, Form], *, fiscal_year: int) -> int:
    """Number of forms that could be issued; raises FaultyDefinitions with what their plans lack."""
    faults = [
        fault
        for form in forms.values()
        for fault in plan_faults(whole_plan(form, fiscal_year=fiscal_year), form.id)
    ]
    if faults:
        raise FaultyDefinitions(faults)
    return len(forms)


def preview(form: Form, *, fiscal_year: int, role: str, now: datetime) -> bytes:
    """A workbook like the issued one, with placeholders instead of a unit; it is no form to be answered."""
    if role and role not in known_roles([form]):
        raise UsageError(
            f"役割「{role}」は、様式「{form.title}」では使われていません。",
            f"{'・'.join(known_roles([form]))} のどれかを指定してください。",
        )
    plan = whole_plan(form, fiscal_year=fiscal_year, role=role)
    if faults := plan_faults(plan, form.id):
        raise FaultyDefinitions(faults)
    slots = {name: _stand_in(name) for name in plan.slots()}
    slots |= {
        "ticket": PREVIEW_TICKET,
        "unit": "○○市",
        "unit_id": "000000-0",
        "role": role or ROLES[0],
    }
    return stamp(Master.of(write_master(plan, created=now)), slots)


def _stand_in(slot: str) -> str:
    """What a preview shows where the issued workbook says something of its unit."""
    if slot.startswith(PREVIOUS_PREFIX):
        return "（前回の御回答がここに入ります）"
    return f"（{SLOTS.get(slot, slot)}）"
