"""The sample round: Gunma's 35 municipalities and a desk that answers for six of them, addresses invented."""

from __future__ import annotations

from datetime import date
from importlib.resources import files

from xlsx_pdca.definitions.codes import CodeTable
from xlsx_pdca.definitions.form_settings import FormSetting
from xlsx_pdca.definitions.open_table import SheetText
from xlsx_pdca.definitions.roster import read_roster
from xlsx_pdca.definitions.roster_columns import SHEET
from xlsx_pdca.definitions.settings import RoundSettings
from xlsx_pdca.unit import Unit

PREFECTURE = "群馬県"


def gunma_units(codes: CodeTable) -> tuple[Unit, ...]:
    """The 35 municipalities (12市15町8村) in the order of their codes."""
    return _units("gunma.tsv", codes)


def gunma_desk(codes: CodeTable) -> Unit:
    """窓口「たておう」, one answer for 館林市 and the five towns of 邑楽郡."""
    (desk,) = _units("gunma_desk.tsv", codes)
    return desk


def gunma_settings(
    fiscal_year: int, issued_on: date, forms: tuple[FormSetting, ...] = ()
) -> RoundSettings:
    """Settings of the sample round; office, telephone and address are invented."""
    return RoundSettings(
        prefecture_code="100005",
        prefecture=PREFECTURE,
        fiscal_year=fiscal_year,
        number=1,
        office="群馬県健康福祉部（見本）地域包括ケア推進室",
        officer="見本　担当者",
        telephone="027-000-0000",
        mail="houkatsu-care@pref-gunma.example",
        issued_on=issued_on,
        forms=forms,
    )


def _units(name: str, codes: CodeTable) -> tuple[Unit, ...]:
    text = (files("xlsx_pdca.definitions") / "data" / name).read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines())
    return read_roster(SheetText.of_lines(name, SHEET, lines), codes, PREFECTURE).units
