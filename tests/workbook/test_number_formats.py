"""Number formats: which of them show a value as itself, and what is seen under the others."""

from __future__ import annotations

import pytest

from xlsx_pdca.rawbook import CellType, NumberLook, RawCell
from xlsx_pdca.workbook.parts.formats import is_ordinary, shown_as

ORDINARY = (
    "General", "G/標準", 'General"人"', "0", "00000", "0.0", "0.00", "#,##0", "#,##0.00", "#,##0_ ", "# ?/?",
    '#,##0"人"', '0"か所"', '0.0"㎡"', '0"m"', '0.0"km"', '0"割合"', '"約"0"人"', '#,##0\\ "人"', '#,##0" 名"', "@", '@"様"',
    "0%", "0.0%", "0.00%", '0.0"%"', "0.00E+00", "##0.0E+0",
    "yyyy/m/d", "yyyy/mm/dd;@", 'm"月"d"日"', '[$-411]ggge"年"m"月"d"日"', "h:mm", "[h]:mm:ss",
    '"¥"#,##0;"¥"\\-#,##0', '¥#,##0', "[$¥-411]#,##0;[RED]-[$¥-411]#,##0", "[$¥-411]#,##0.00", "$#,##0_);($#,##0)",
    r"0_);[Red]\(0\)", "#,##0_ ;[Red]-#,##0 ", "#,##0;[Red]#,##0", '#,##0;"▲ "#,##0', '#,##0;"△"#,##0', "0;-0;;@", "0;-0;0;@",
    '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"_ ;_ @_ ', '_ "¥"* #,##0_ ;_ "¥"* -#,##0_ ;_ "¥"* "-"??_ ;_ @_ ',
    r'_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)', '#,##0;-#,##0;"-"', "[DBNum3]0", "[DBNum1][$-411]General", "[Blue]0;[Red]-0",
    "#,##0_);(#,##0)", "#,###", "#", "[$-411]0", "0.0_);[Red](0.0)", '[=0]"";General', "[<0]-0;0",
)  # fmt: skip
"""As Excel offers them, as LibreOffice and Gnumeric write them, and as the forms and samples have them."""


def number(text: str) -> RawCell:
    return RawCell(CellType.NUMBER, text)


@pytest.mark.parametrize("code", ORDINARY)
def test_ordinary_formats_show_what_is_stored(code: str) -> None:
    """Nothing is said about any usual value, nor about a text."""
    for value in ("326918", "28.5", "0.285", "0", "-3", "1e21", "-0.5", "1E-300"):
        assert isinstance(shown_as(number(value), code), RawCell), value
    text = RawCell(CellType.TEXT, "該当なし")
    assert shown_as(text, code) == text


@pytest.mark.parametrize(
    ("value", "code", "seen"),
    [
        ("3269", '#,##0"百人"', "3,269百人"),
        ("326", '0",000人"', "326,000人"),
        ("326", '0"000"', "326000"),
        ("326", '0"０００"', "326０００"),
        ("33", '[>1000]#,##0"人";0"万人"', "33万人"),
        ("2.85", '0.00"割"', "2.85割"),
        ("33", '0.0"千人"', "33.0千人"),
        ("33", '0"（千人）"', "33（千人）"),
        ("33", '0" 十人"', "33 十人"),
        ("33", 'General"万"', "33万"),
        ("33", '0"K"', "33K"),
        ("1234567", "#,##0,", "1,235"),
        ("12345678", '0.0,,"百万"', "12.3百万"),
        ("326918", '"把握していない"', "把握していない"),
        ("326918", ";;;", ""),
        ("0", ";;;", ""),
        ("0", '0;-0;"該当なし"', "該当なし"),
        ("1", '[=1]"あり";[=0]"なし";0', "あり"),
        ("-326", "#,##0;#,##0", "326"),
        ("326", r"\-0", "-326"),
        ("3710026", "000-0000", "371-0026"),
        ("326", '0"."0', "32.6"),
        ("5", "0*0", "50"),
        ("0.5", "0%%", "5000%%"),
        ("28.5", '0.0%"割"', "2850.0%割"),
    ],
)  # fmt: skip
def test_what_is_seen_under_other_formats(value: str, code: str, seen: str) -> None:
    """Another size, other words or nothing: what a person saw is told, of the section that applies."""
    assert not is_ordinary(code)
    assert shown_as(number(value), code) == seen


@pytest.mark.parametrize(
    ("value", "code", "look"),
    [
        ("1033", '[>1000]#,##0"人";0"万人"', NumberLook.PLAIN),
        ("0", '[=1]"あり";0', NumberLook.PLAIN),
        ("0.5", "[<1]0%;0", NumberLook.PERCENT),
        ("5", "[<1]0%;0", NumberLook.PLAIN),
        ("-3", '0"万人";-0"人"', NumberLook.PLAIN),
    ],
)
def test_only_the_section_that_applies_counts(value: str, code: str, look: NumberLook) -> None:
    """A number is as plain as its own section of the format, whatever the others do."""
    assert not is_ordinary(code)
    cell = shown_as(number(value), code)
    assert isinstance(cell, RawCell) and cell.look is look


@pytest.mark.parametrize(
    ("code", "seen"),
    [(";;;", ""), ('0;0;0;"該当なし"', "該当なし"), ('@"万人"', "33万人"), ('"１"@', "１33")],
)
def test_texts_that_are_not_seen_as_they_were_typed(code: str, seen: str) -> None:
    """The same of a text."""
    assert shown_as(RawCell(CellType.TEXT, "33"), code) == seen


@pytest.mark.parametrize(
    "code", ["", ";", '"', "[", "\\", ";;;;;;", "0" * 9000, "[>1" * 300, "[>x]0;[<]0", "*", "_"]
)
@pytest.mark.parametrize("value", ["0", "-1", "1e308", "4.9e-324", "1e-99999999"])
def test_no_format_breaks_it(code: str, value: str) -> None:
    """Foreign formats and numbers end in an answer, whatever it is."""
    assert isinstance(shown_as(number(value), code), RawCell | str)
    is_ordinary(code)
