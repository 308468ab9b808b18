"""回答単位: who answers a form, for which municipalities, and where it is reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from xlsx_pdca.cells import folded

_UNIT_ID = re.compile(r"[0-9A-Z]{1,8}-[0-9]{1,2}")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]{2,}")


class UnitKind(StrEnum):
    """Who a unit is."""

    MUNICIPALITY = "市町村"
    JOINT = "共同"
    """Several municipalities give one answer together."""
    ASSOCIATION = "広域連合"
    DESK = "窓口"
    """在宅医療・介護連携支援窓口, often shared by several municipalities."""
    PERSON = "個人"
    GROUP = "グループ"


ROLES = ("自治体担当者", "関係団体", "都道府県担当者")
"""Roles the official forms distinguish; a form may ask for others."""


@dataclass(frozen=True)
class Unit:
    """One row of 名簿: an individual, body or group that answers for itself."""

    id: str
    """`102016-1`: code and running number; without a code the officer's own, such as `M06-1`."""
    kind: UnitKind
    name: str
    code: str = ""
    """Code of its own municipality; empty for joint and supra-municipal units."""
    covers: tuple[str, ...] = ()
    """Codes of all municipalities it answers for, its own included."""
    role: str = ROLES[0]
    """役割／区分: decides with `kind` which questions it is asked."""
    area: str = ""
    """圏域."""
    health_office: str = ""
    """保健所 (群馬県: 保健福祉事務所)."""
    groupings: tuple[tuple[str, str], ...] = ()
    """The officer's further groupings: (head, value)."""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    via: str = ""
    """経由機関: through whom mail goes out and answers come back."""
    deadlines: tuple[tuple[str, date], ...] = ()
    """Its own deadlines: (form title, or "" for every other form, day); without one the form's holds."""
    exempt: bool = False
    exempt_reason: str = ""
    department: str = ""
    contact_person: str = ""
    telephone: str = ""
    row: int = field(default=0, compare=False)
    """Its line in 名簿, to find it by; sorting the sheet makes no other unit of it."""

    def deadline_of(self, title: str) -> date | None:
        """Its own deadline for the form of this title; None takes the form's."""
        own = {folded(form): day for form, day in self.deadlines}
        return own.get(folded(title), own.get(""))

    @property
    def is_joint(self) -> bool:
        """True when one answer stands for several municipalities."""
        return len(self.covers) > 1


def is_unit_id(text: str) -> bool:
    """True for one to eight digits or capitals, a hyphen and one or two digits."""
    return bool(_UNIT_ID.fullmatch(text))


def unit_id(code: str, number: int = 1) -> str:
    """Id of the n-th unit of a municipality."""
    return f"{code}-{number}"


def mail_addresses(text: str) -> tuple[str, ...]:
    """Every plain address written in a text, such as 「○○保健所 <a@example.jp>」."""
    return tuple(each for each in _MAIL.findall(text) if is_mail_address(each))


def without_addresses(text: str) -> str:
    """The words of a text such as 「○○保健所 <a@example.jp>」 without its addresses."""
    return " ".join(
        re.sub(r"[<＜(（]?\s*(?:" + _MAIL.pattern + r")\s*[>＞)）]?", " ", text).split()
    )


def is_mail_address(text: str) -> bool:
    """True for a plain address; names with brackets around it are none."""
    return bool(_MAIL.fullmatch(text)) and ".." not in text
