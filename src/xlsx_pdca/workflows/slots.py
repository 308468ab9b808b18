"""What fills the slots of one unit's copy: the only thing in which the workbooks of a form differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from xlsx_pdca.definitions.settings import RoundSettings
from xlsx_pdca.layout.words import SLOTS
from xlsx_pdca.plan import TICKET_SLOT
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.round import Round

COVER_SLOTS = frozenset({"contact", "document", "issued_on", "return_to"})
"""What is said about the letter and the office, not about the unit or its task."""
PREVIOUS_PREFIX = "previous:"
NO_PREVIOUS = "（前回の御回答はありません）"
PLAN_CHANGED = "様式の内容"


def slots_of(round_: Round, unit: Unit, deadline: date, names: frozenset[str]) -> dict[str, str]:
    """Values of the named slots, all but the ticket; a name nobody fills is our bug and raises KeyError."""
    values = _values(round_, unit, deadline)
    return {
        name: NO_PREVIOUS if name.startswith(PREVIOUS_PREFIX) else values[name]
        for name in sorted(names - {TICKET_SLOT})
    }


def contact_text(settings: RoundSettings) -> str:
    """Whom to ask, on two lines at most; what is not known leaves no word of its own behind."""
    ways = (("電話", settings.telephone), ("メール", settings.mail))
    reached = [f"{word} {text}" for word, text in ways if text]
    who = [text for text in (settings.office, settings.officer) if text]
    return "\n".join("　".join(part) for part in (who, reached) if part)


def changed_words(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """In Japanese, which values differ between two copies, their tickets aside."""
    keys = sorted((before.keys() | after.keys()) - {TICKET_SLOT})
    changed = [key for key in keys if before.get(key) != after.get(key)]
    words = (SLOTS.get(key, PLAN_CHANGED).partition("（")[0] for key in changed)
    return tuple(dict.fromkeys(words))


def _values(round_: Round, unit: Unit, deadline: date) -> dict[str, str]:
    settings = round_.settings
    return {
        "unit": unit.name,
        "unit_id": unit.id,
        "role": unit.role,
        "covers": "、".join(round_.municipality_names(unit.covers)) or unit.name,
        "deadline": wareki(deadline, weekday=True),
        "return_to": settings.mail,
        "contact": contact_text(settings),
        "document": settings.document,
        "issued_on": wareki(settings.issued_on),
        "prefecture": settings.prefecture,
        "round": settings.name,
        "area": unit.area,
        "health_office": unit.health_office,
    }
