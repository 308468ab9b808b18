"""Roles of the forms beside those of 名簿: a slip on either side is told, naming both."""

from __future__ import annotations

from dataclasses import replace

from small_form import form
from xlsx_pdca.definitions.asked_roles import asked_roles, known_roles, roles_nobody_has, slip_of
from xlsx_pdca.spec import Audience, Form
from xlsx_pdca.unit import ROLES, Unit, UnitKind

DOCTORS = "医師会担当者"


def asking(*roles: str) -> Form:
    """The small form whose first sheet is for these roles only."""
    small = form()
    first, *others = small.sheets
    asked = replace(first, audience=Audience(roles=frozenset(roles)))
    return replace(small, sheets=(asked, *others))


def unit(role: str) -> Unit:
    return Unit("102016-1", UnitKind.MUNICIPALITY, "前橋市", "102016", ("102016",), role=role)


def told(form_: Form, *roles: str) -> list[str]:
    units = [unit(role) for role in roles]
    return [str(n) for n in roles_nobody_has([form_], units, "10_様式")]


def test_roles_of_whole_sheets_count() -> None:
    """A role that only a sheet is kept for is known; the three of the official forms always are."""
    assert asked_roles(asking(DOCTORS)) >= {DOCTORS}
    assert known_roles([asking(DOCTORS)]) == (*ROLES, DOCTORS)


def test_a_role_nobody_has_is_told_with_both_sides() -> None:
    """The form, its role, and what 名簿 says instead stand in one notice; with the role in 名簿 there is none."""
    (said,) = told(asking(DOCTORS), "自治体担当者", "医師会の担当者")
    assert said.startswith("10_様式/")
    assert f"役割「{DOCTORS}」" in said and "「医師会の担当者」の書き誤り" in said
    assert told(asking(DOCTORS), "自治体担当者", DOCTORS) == []


def test_a_round_may_have_nobody_of_an_official_role() -> None:
    """Questions for 都道府県担当者 stand in every official form, and no municipality is one."""
    assert told(asking("都道府県担当者"), "自治体担当者") == []


def test_what_was_probably_meant() -> None:
    """A near spelling is guessed, a far one is not."""
    assert "「関係団体」" in slip_of("関係団休", ROLES)
    assert slip_of("係長", ROLES) == ""
