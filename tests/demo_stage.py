"""What tests of the demonstration share: its forms, units, material, and one issued workbook."""

from __future__ import annotations

from datetime import date
from functools import cache

from small_form import CREATED, SLOTS
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.data_files import read_form_files, samples_folder, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_units
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.unit import Unit
from xlsx_pdca.workbook.master import write_master
from xlsx_pdca.workbook.stamp import Master, stamp
from xlsx_pdca.workflows.demo_answers import Respondent
from xlsx_pdca.workflows.demo_material import ANSWERS_FILE, read_material

FORMS = load_forms(read_form_files(templates_folder()))
MATERIAL = read_material((samples_folder() / ANSWERS_FILE).read_text(encoding="utf-8"))
UNITS = (*gunma_units(shipped_codes()), gunma_desk(shipped_codes()))
_OPTIONAL = frozenset(q.id for form in FORMS.values() for q in form.questions() if q.optional)


def asked_plan(form: str, unit: Unit) -> WorkbookPlan:
    """The plan of a form for a unit, all optional questions on."""
    return _plan(form, unit.kind.value, unit.role)


@cache
def _plan(form: str, kind: str, role: str) -> WorkbookPlan:
    return plan_form(FORMS[form], kind=kind, role=role, fiscal_year=2026, enabled=_OPTIONAL)


def respondent(unit: Unit, seed: str = "8", day: date = date(2026, 9, 9)) -> Respondent:
    return Respondent(unit, MATERIAL, seed, 2026, day)


def issued(plan: WorkbookPlan) -> bytes:
    """An issued workbook of a plan."""
    master = Master.of(write_master(plan, created=CREATED))
    return stamp(master, {name: SLOTS[name] for name in master.slots})
