"""What is to be issued: one order for each unit and form, examined whole before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xlsx_pdca.errors import Fault, FaultyDefinitions, OperatorError
from xlsx_pdca.layout.form import plan_form
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.plan import TICKET_SLOT, WorkbookPlan
from xlsx_pdca.spec import Form
from xlsx_pdca.store.file_names import safe_file_name
from xlsx_pdca.unit import Unit
from xlsx_pdca.workbook.master import open_slots
from xlsx_pdca.workbook.writable import plan_faults, slot_faults
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.slots import slots_of


class NothingToIssue(OperatorError):
    """No form is switched on."""

    def __init__(self) -> None:
        super().__init__(
            "使う様式がありません。",
            "「00_管理簿.xlsx」の「様式」で、使う様式に「○」と提出期限を記入してください。",
        )


@dataclass(frozen=True)
class Order:
    """What one unit is to have of one form."""

    unit: Unit
    form: Form
    plan: WorkbookPlan
    digest: str
    deadline: date
    slots: Mapping[str, str]
    """All but the ticket."""


def orders_of(round_: Round, ledger: Ledger) -> tuple[tuple[Order, ...], int]:
    """Orders in the order of forms and units, and how many units are exempt.

    Raises FaultyDefinitions with every reason why one of them cannot be written.
    """
    if not round_.forms:
        raise NothingToIssue
    raise_if_any(_folder_faults(round_))
    plans: dict[tuple[str, str, str], tuple[WorkbookPlan, str]] = {}
    orders = []
    exempt: set[str] = set()
    for form in round_.forms.values():
        for unit in round_.units:
            if unit.exempt or ledger.standing(unit.id, form.id).exemptions:
                exempt.add(unit.id)
                continue
            key = (form.id, unit.kind.value, unit.role)
            if key not in plans:
                plans[key] = _frozen(round_, form, unit)
            plan, digest = plans[key]
            if plan.answers or plan.drawing_sheets:
                orders.append(_order(round_, unit, form, plan, digest))
    raise_if_any(_faults(round_, orders))
    return tuple(orders), len(exempt)


def _frozen(round_: Round, form: Form, unit: Unit) -> tuple[WorkbookPlan, str]:
    plan = plan_form(
        form,
        kind=unit.kind.value,
        role=unit.role,
        fiscal_year=round_.settings.fiscal_year,
        enabled=round_.settings.form(form.id).enabled,
        verbatim=round_.settings.verbatim,
    )
    return plan, plan.digest


def _order(round_: Round, unit: Unit, form: Form, plan: WorkbookPlan, digest: str) -> Order:
    deadline = unit.deadline_of(form.title) or round_.settings.form(form.id).deadline
    assert deadline is not None, "管理簿 is read only with a deadline for every form in use"
    slots = slots_of(round_, unit, deadline, open_slots(plan))
    return Order(unit, form, plan, digest, deadline, slots)


def _folder_faults(round_: Round) -> Iterator[Fault]:
    """Two forms of one title would share a folder."""
    taken: dict[str, str] = {}
    for form in round_.forms.values():
        folder = safe_file_name(form.title).casefold()
        if taken.setdefault(folder, form.id) != form.id:
            yield Fault(
                _form_file(round_, form),
                "title",
                f"様式「{taken[folder]}」と様式「{form.id}」が、同じ名称「{form.title}」です。",
                "新しく加えた方を、別の名称に変えてください。",
            )


def _faults(round_: Round, orders: Sequence[Order]) -> Iterator[Fault]:
    for order in {order.digest: order for order in orders}.values():
        yield from plan_faults(order.plan, _form_file(round_, order.form))
    for order in orders:
        slots = {**order.slots, TICKET_SLOT: ""}
        file = f"{round_.folder.settings_book.name}（{order.unit.name}）"
        yield from slot_faults(order.plan, slots, file)


def _form_file(round_: Round, form: Form) -> str:
    return f"{round_.folder.forms.name}/{form.id}/v{form.version}.toml"


def raise_if_any(faults: Iterable[Fault]) -> None:
    """Stop with all faults, if there are any."""
    found = tuple(faults)
    if found:
        raise FaultyDefinitions(found)
