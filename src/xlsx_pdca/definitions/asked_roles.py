"""役割: the roles forms ask for beside those 名簿 holds, so that a slip on either side is seen."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence

from xlsx_pdca.definitions.open_table import Notice
from xlsx_pdca.spec import Audience, Form, Table
from xlsx_pdca.unit import ROLES, Unit


def asked_roles(form: Form) -> frozenset[str]:
    """Roles for which a form keeps a sheet, a frame, a table or a question."""
    return frozenset(role for audience in _audiences(form) for role in audience.roles)


def known_roles(forms: Iterable[Form]) -> tuple[str, ...]:
    """Roles the program knows, then those only the forms ask for."""
    asked = {role for form in forms for role in asked_roles(form)}
    return (*ROLES, *sorted(asked - set(ROLES)))


def slip_of(role: str, known: Iterable[str]) -> str:
    """The known role that was probably meant, or nothing."""
    close = difflib.get_close_matches(role, list(known), 1, 0.5)
    return f"「{close[0]}」の書き誤りではないでしょうか。" if close else ""


def roles_nobody_has(forms: Sequence[Form], units: Sequence[Unit], place: str) -> Iterator[Notice]:
    """Notices on roles a form was given for this round which no row of 名簿 holds: such questions reach nobody.

    The roles every round knows are left out: a round may well have nobody of 関係団体. `place` is where the
    forms lie.
    """
    held = {unit.role for unit in units if not unit.exempt}
    for form in forms:
        for role in sorted(asked_roles(form) - held - set(ROLES)):
            strange = sorted(held - set(known_roles(forms)))
            yield Notice(
                f"{place}/{form.id}/v{form.version}.toml",
                "roles",
                f"様式「{form.title}」には役割「{role}」だけにお尋ねする設問がありますが、名簿の「役割／区分」にはありません。"
                f"このままでは、どなたにも届きません。",
                f"{slip_of(role, strange)}名簿にある役割は、{'・'.join(sorted(held))} です。",
            )


def _audiences(form: Form) -> Iterator[Audience]:
    for sheet in form.sheets:
        yield sheet.audience
        yield from (box.audience for box in sheet.drawing_boxes)
        yield from (item.audience for item in sheet.items if isinstance(item, Table))
    yield from (question.audience for question in form.questions())
