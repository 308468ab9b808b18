"""送付先 made of rows of 名簿, and rows that could carry a file to the wrong desk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlsx_pdca.addressees import Addressee, address_faults, addressees_of
from xlsx_pdca.unit import Unit, UnitKind

OWN = "pref@example.jp"


def unit(number: int, *, to: str = "", cc: str = "", **more: str) -> Unit:
    """Row n of 名簿; addresses are separated by blanks."""
    plain = Unit(
        f"M{number}-1",
        UnitKind.MUNICIPALITY,
        f"{number}市",
        to=tuple((to or f"a{number}@example.jp").split()),
        cc=tuple(cc.split()),
        row=number + 4,
    )
    return replace(plain, **more)  # type: ignore[arg-type]


def told(*units: Unit) -> list[str]:
    return [
        f"{fault.place}：{fault.found}" for fault in address_faults(units, "00_管理簿.xlsx", OWN)
    ]


def test_every_unit_is_an_addressee_by_itself() -> None:
    """Rows without 経由機関 get a mail each."""
    units = (unit(1), unit(2), unit(3))
    assert [a.units for a in addressees_of(units)] == [(u,) for u in units]
    assert told(*units) == []


def test_rows_with_one_way_are_one_addressee() -> None:
    """Rows with the same 経由機関 and the same To get one mail, whatever stands between them."""
    one, two, three = (
        unit(1, to="h@example.jp", via="中央保健所"),
        unit(2),
        unit(3, to="H@example.jp", via="中央 保健所", cc="c@example.jp"),
    )
    assert [a.units for a in addressees_of((one, two, three))] == [(one, three), (two,)]
    assert told(one, two, three) == []
    assert addressees_of((one, three))[0].cc == ("c@example.jp",)


@pytest.mark.parametrize(
    ("units", "words"),
    [
        (
            (unit(1, to="h@example.jp"), unit(2, to="H@example.jp")),
            "名簿 5行目、6行目：送付先メール h@example.jp が、「1市」（M1-1）と「2市」（M2-1）の行にあります。",
        ),
        (
            (unit(1, to="h@example.jp", via="中央保健所"), unit(2, to="h@example.jp")),
            "名簿 5行目、6行目：送付先メール h@example.jp が、「1市」（M1-1）と「2市」（M2-1）の行にあります。",
        ),
        (
            (unit(1, to="h@example.jp", via="東"), unit(2, to="h@example.jp", via="西")),
            "名簿 5行目、6行目：送付先メール h@example.jp が、「1市」（M1-1）と「2市」（M2-1）の行にあります。",
        ),
        (
            (unit(1, via="東"), unit(2, via="東")),
            "名簿 5行目、6行目：経由機関「東」の送付先メールが、行によって違います（「1市」（M1-1）は a1@example.jp、「2市」（M2-1）は a2@example.jp）。",
        ),
        (
            (unit(1), unit(2, cc="A1@example.jp")),
            "名簿 6行目：CCの a1@example.jp は、「1市」（M1-1）の送付先メールです。",
        ),
        (
            (unit(1, cc="x@example.jp"), unit(2, cc="x@example.jp")),
            "名簿 5行目、6行目：CCの x@example.jp が、経由機関も保健所も違う「1市」（M1-1）と「2市」（M2-1）の行にあります。",
        ),
        (
            (
                unit(1, cc="x@example.jp", health_office="東"),
                unit(2, cc="x@example.jp", health_office="西"),
            ),
            "名簿 5行目、6行目：CCの x@example.jp が、経由機関も保健所も違う「1市」（M1-1）と「2市」（M2-1）の行にあります。",
        ),
    ],
)
def test_addresses_that_could_go_astray_are_refused(units: tuple[Unit, ...], words: str) -> None:
    """Each is named by its rows, in one sentence."""
    assert told(*units) == [words]


@pytest.mark.parametrize(
    "units",
    [
        (unit(1, cc=OWN), unit(2, cc=OWN.upper())),
        (
            unit(1, cc="x@example.jp", health_office="東保健所"),
            unit(2, cc="x@example.jp", health_office="東 保健所"),
        ),
        (
            unit(1, to="h@example.jp", via="東", cc="x@example.jp"),
            unit(2, to="h@example.jp", via="東", cc="x@example.jp"),
        ),
        (unit(1, to="a@example.jp b@example.jp"), unit(2)),
        (unit(1, to="a@example.jp", cc="a@example.jp"),),
    ],
)
def test_addresses_that_cannot_go_astray_are_let_through(units: tuple[Unit, ...]) -> None:
    """The office's own copy, the common 保健所, the common way, and several people at one desk are meant."""
    assert told(*units) == []


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "1市 御担当者 様"),
        ({"department": "長寿包括ケア課"}, "1市 長寿包括ケア課 御担当者 様"),
        ({"department": "介護課", "contact_person": "赤城 花子"}, "1市 介護課 赤城 花子 様"),
        ({"contact_person": "赤城 花子 様"}, "1市 赤城 花子 様"),
        ({"department": "1市"}, "1市 御担当者 様"),
        ({"kind": UnitKind.PERSON, "contact_person": "秘書"}, "1市 様"),
        ({"kind": UnitKind.PERSON, "name": "赤城花子 様"}, "赤城花子 様"),
        ({"department": "介護課 御中"}, "1市 介護課 御担当者 様"),
        ({"via": "中央保健所御中"}, "中央保健所 御担当者 様"),
        (
            {"via": "中央保健所 <h@example.jp>", "contact_person": "赤城"},
            "中央保健所 御担当者 様",
        ),
        ({"via": "h@example.jp"}, "1市 御担当者 様"),
    ],
)
def test_salutation(said: dict[str, str], words: str) -> None:
    """宛名 is what an office would write above its letter."""
    assert Addressee((unit(1, **said),)).salutation == words
