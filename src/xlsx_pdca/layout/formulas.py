"""Plain formulas of the issued workbook: marks, counters and the progress panel, right in every spreadsheet program."""

from __future__ import annotations

from collections.abc import Iterable

from xlsx_pdca.cells import BLANK_SIGNS, column_letters, half_width
from xlsx_pdca.plan import STATES_LIST, FieldPlan, Mark
from xlsx_pdca.spec import FieldKind, Need, Required

MARK_MISSING, MARK_DOUBTFUL, MARK_FILLED = (
    Mark.MISSING.value,
    Mark.DOUBTFUL.value,
    Mark.FILLED.value,
)

NOT_A_NUMBER = "数字で御記入ください"
NOT_IN_LIST = "一覧からお選びください"
HAS_LIST = "▼ 一覧から選択"
"""Under an empty cell with a list: spreadsheet programs show the arrow only in the cell that is chosen."""


def quoted(text: str) -> str:
    """Text as a literal inside a formula."""
    return '"' + text.replace('"', '""') + '"'


def here(column: int, down: int = 0) -> str:
    """Content of a column in the formula's own row (or `down` rows below).

    INDEX over the whole column instead of a cell reference: a reference would follow a cell that is cut and
    dragged elsewhere, or turn into #REF!.
    """
    letters = column_letters(column)
    shift = f"{down:+d}" if down else ""
    return f"INDEX(${letters}:${letters},ROW(){shift})"


def at_row_of(name: str, column: int) -> str:
    """Content of a column in the row a defined name points to."""
    letters = column_letters(column)
    return f"INDEX(${letters}:${letters},ROW({name}))"


def is_blank(content: str) -> str:
    """Condition: nothing but line ends and blanks; the same rule as `cells.is_blank`."""
    stripped = f'{content}&""'
    for sign in BLANK_SIGNS:
        written = "CHAR(10)" if sign == "\n" else quoted(sign)
        stripped = f'SUBSTITUTE({stripped},{written},"")'
    return f"LEN({stripped})=0"


def needed(required: Required, other: str) -> str:
    """Condition under which an answer is required; `other` is the content the condition looks at."""
    match required.need:
        case Need.OPTIONAL:
            return "FALSE"
        case Need.ALWAYS:
            return "TRUE"
        case Need.UNLESS:
            return is_blank(other)
        case Need.IF:
            return "OR(" + ",".join(f"{other}={quoted(value)}" for value in required.values) + ")"


def needed_when_untouched(required: Required) -> bool:
    """What `needed` says in the untouched form."""
    return required.need in (Need.ALWAYS, Need.UNLESS)


def mark(content: str, required: str, doubt: str) -> str:
    """● required and empty, △ doubtful (`doubt` holds a text), ○ filled, nothing otherwise."""
    filled = (
        f'IF({doubt}="",{quoted(MARK_FILLED)},{quoted(MARK_DOUBTFUL)})'
        if doubt
        else quoted(MARK_FILLED)
    )
    return f'IF({is_blank(content)},IF({required},{quoted(MARK_MISSING)},""),{filled})'


def counter(content: str, guide: int) -> str:
    """「あと n 字」 under a text answer; line ends are not counted."""
    length = f'LEN(SUBSTITUTE({content}&"",CHAR(10),""))'
    return (
        f'IF({length}=0,"目安 {guide} 字",IF({length}<={guide},"あと "&({guide}-{length})&" 字",'
        f'"目安を "&({length}-{guide})&" 字超えています"))'
    )


def doubt(content: str, field: FieldPlan, list_name: str, invitation: str = "") -> str:
    """Formula giving a short request when an answer does not fit its kind, "" when all is well; "" when unchecked.

    `invitation` stands below an empty cell with a list; a mark looks at the doubt of filled ones only.
    """
    if field.kind.is_number:
        return _number_doubt(content, field)
    if field.kind is FieldKind.CHOICE and list_name and not field.free_choice:
        return (
            f'IF({is_blank(content)},{quoted(invitation)},IF(SUMPRODUCT(--({list_name}={content}&""))'
            f'+SUMPRODUCT(--({STATES_LIST}={content}&""))>0,"",{quoted(NOT_IN_LIST)}))'
        )
    return ""


def _number_doubt(content: str, field: FieldPlan) -> str:
    digits = _plain_number(content, field.unit)
    unsigned = f'IF(LEFT({digits},1)="-",MID({digits},2,99),{digits})'
    rest = unsigned
    for digit in "0123456789":
        rest = f'SUBSTITUTE({rest},"{digit}","")'
    # One point at most, and at least one digit.
    well_formed = f'AND(LEN(SUBSTITUTE({rest},".","",1))=0,LEN({unsigned})>LEN({rest}))'
    limits = [
        f"VALUE({digits}){sign}{limit:f}"
        for sign, limit in (("<", field.minimum), (">", field.maximum))
        if limit is not None
    ]
    inside = f'IF(OR({",".join(limits)}),{quoted(range_request(field))},"")' if limits else '""'
    return (
        f'IF({is_blank(content)},"",IF(SUMPRODUCT(--({STATES_LIST}={content}&""))>0,"",'
        f"IF({well_formed},{inside},{quoted(NOT_A_NUMBER)})))"
    )


def _plain_number(content: str, unit: str) -> str:
    """The number without grouping commas, blanks and its unit; the same cleaning as `values.plain_number`."""
    # The unit goes first: ASC would turn its katakana into half-width ones. 「回／月」 is still to be found after it.
    text = f'SUBSTITUTE({content}&"",{quoted(unit)},"")' if unit else f'{content}&""'
    narrow = half_width(unit)
    again = [narrow] if any(sign.isascii() for sign in narrow) else []
    cleaned = f"ASC({text})"
    # LibreOffice's ASC leaves a full-width blank as it is, Excel's does not.
    for sign in dict.fromkeys([*again, ",", " ", "\u3000", "%", "人"]):
        cleaned = f'SUBSTITUTE({cleaned},{quoted(sign)},"")'
    return cleaned


def range_request(field: FieldPlan) -> str:
    """Short request shown under a number outside its range."""
    low = f"{field.minimum:f}" if field.minimum is not None else ""
    high = f"{field.maximum:f}" if field.maximum is not None else ""
    if low and high:
        return f"{low}～{high}の範囲か御確認ください"
    return f"{low}以上か御確認ください" if low else f"{high}以下か御確認ください"


def count_marks(sign: str, columns: Iterable[int], sheet: str = "") -> str:
    """Number of answers of a sheet that carry a mark."""
    prefix = f"{sheet_reference(sheet)}!" if sheet else ""
    return "+".join(
        f"COUNTIF({prefix}${column_letters(c)}:${column_letters(c)},{quoted(sign)})"
        for c in columns
    )


def sheet_reference(name: str) -> str:
    """Sheet name as it stands before "!" in a formula."""
    return "'" + name.replace("'", "''") + "'"


ALL_FILLED = "必須の欄はすべて記入されています。"
VERDICT_FORMAT = (
    '"必須の欄のうち、あと "0" 件が空欄です。";;'
    '"必須の欄はすべて記入されています。御提出いただけます。"'
)
"""Number format of the sentence on はじめに: as a text the result would be a stranger where only values are copied."""
ALL_OPTIONAL = "このシートの欄は任意です。"


def sheet_progress(columns: tuple[int, ...], all_well: str) -> str:
    """Line at the head of each sheet; `all_well` stands there when nothing is missing or doubtful."""
    missing = count_marks(MARK_MISSING, columns)
    doubtful = count_marks(MARK_DOUBTFUL, columns)
    return (
        f"IF({missing}+{doubtful}=0,{quoted(all_well)},"
        f'"必須の未記入 "&({missing})&" 件　御確認いただきたい欄 "&({doubtful})&" 件")'
    )


def computed(field: FieldPlan, operands: tuple[tuple[str, str], ...]) -> str:
    """Formula of a computed field from (content, unit) of its operands; blank while one is no plain number."""
    assert field.computation is not None
    numbers = [f"VALUE({_plain_number(content, unit)})" for content, unit in operands]
    expression = {
        "sum": "+".join(numbers),
        "difference": "-".join(numbers),
        "ratio": f"ROUND({numbers[0]}/{numbers[-1]}*100,1)",
    }[field.computation.operation.value]
    return f'IFERROR({expression},"")'
