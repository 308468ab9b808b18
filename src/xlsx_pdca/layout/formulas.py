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
NOT_WHOLE = "整数で御記入ください"
NOT_A_SHARE = "％の数字か御確認ください"
"""0.285 was typed where 28.5 is meant."""
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
    """Condition: nothing that is seen; the same rule as `cells.is_blank`."""
    stripped = f'{content}&""'
    for sign in BLANK_SIGNS:
        written = f"CHAR({ord(sign)})" if sign < " " else quoted(sign)
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
    number = f"VALUE({_digits(content, field.endings)})"
    limits = [
        f"{number}{sign}{limit:f}"
        for sign, limit in (("<", field.minimum), (">", field.maximum))
        if limit is not None
    ]
    fits = '""'
    if field.kind is FieldKind.INTEGER:
        fits = f'IF({number}=INT({number}),"",{quoted(NOT_WHOLE)})'
    elif field.kind is FieldKind.PERCENT:
        fits = f'IF(AND({number}>0,{number}<1),{quoted(NOT_A_SHARE)},"")'
    if limits:
        fits = f"IF(OR({','.join(limits)}),{quoted(range_request(field))},{fits})"
    return (
        f'IF({is_blank(content)},"",IF(SUMPRODUCT(--({STATES_LIST}={content}&""))>0,"",'
        f"IF({_is_number(content, field.endings)},{fits},{quoted(NOT_A_NUMBER)})))"
    )


_SPOILT = ("#", "^,", "0000,", ",0000", ".,", ".0,", ".00,", ".000,")
"""Shapes with a comma that parts no thousands, all digits being 0; and # itself, which stands for a digit below."""


def _is_number(content: str, endings: tuple[str, ...]) -> str:
    """Condition: a number by the rule of `values.plain_number`.

    A text is brought down to its shape, as in ^-12,345.6| → ^00,000.0| → ^#.|, and the shape is compared.
    """
    shape = f'SUBSTITUTE("^"&{_without_ending(content, endings)},"^-","^")'
    for digit in "123456789":
        shape = f'SUBSTITUTE({shape},"{digit}","0")'
    for spoilt in _SPOILT:
        shape = f'SUBSTITUTE({shape},"{spoilt}","x")'
    one_digit = f'SUBSTITUTE(SUBSTITUTE({shape},",000","0"),"0","#",1)'
    left = f'SUBSTITUTE({one_digit},"0","")'
    return f'SUMPRODUCT(--({left}={{"^#|","^#.|","^.#|"}}))>0'


def _digits(content: str, endings: tuple[str, ...]) -> str:
    """The text of a number as VALUE understands it everywhere."""
    return f'SUBSTITUTE(SUBSTITUTE({_without_ending(content, endings)},",",""),"|","")'


def _without_ending(content: str, endings: tuple[str, ...]) -> str:
    """The text half-width, without blanks around it and without its unit, and a | behind it."""
    # LibreOffice's ASC leaves a full-width blank as it is, Excel's does not.
    text = f'TRIM(SUBSTITUTE({content}&"","\u3000"," "))&"|"'
    # A unit goes before ASC, which would turn its katakana into half-width ones, or after it if it may be
    # typed in either width, such as 「回／月」. The _ sees to it that only one of them is taken away.
    for ending in endings:
        text = f'SUBSTITUTE({text},{quoted(ending + "|")},"_")'
    text = f"ASC({text})"
    for narrow in map(half_width, endings):
        if any(sign.isascii() for sign in narrow):
            text = f'SUBSTITUTE({text},{quoted(narrow + "|")},"_")'
    return f'SUBSTITUTE(SUBSTITUTE({text}," _","_"),"_","|")'


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


def computed(field: FieldPlan, operands: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    """Formula of a computed field from (content, endings) of its operands; blank while one is no plain number."""
    assert field.computation is not None
    numbers = [f"VALUE({_digits(*operand)})" for operand in operands]
    expression = {
        "sum": "+".join(numbers),
        "difference": "-".join(numbers),
        "ratio": f"ROUND({numbers[0]}/{numbers[-1]}*100,1)",
    }[field.computation.operation.value]
    plain = ",".join(_is_number(*operand) for operand in operands)
    return f'IF(AND({plain}),IFERROR({expression},""),"")'
