"""What a form must keep as a whole: names, sheets, headers, rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions.form_texts import check_texts
from xlsx_pdca.definitions.question_checks import check_questions
from xlsx_pdca.layout.words import ENTRY, ENTRY_HEADER, START_KEY, START_NAME
from xlsx_pdca.plan import OWN_SHEETS
from xlsx_pdca.spec import (
    Column,
    FieldKind,
    Form,
    Item,
    Matrix,
    Question,
    Sheet,
    Single,
    Table,
    item_questions,
)

Found = tuple[str, str, str]
"""Dotted key, what was found, what to write instead."""

MAX_CODES = 99
MAX_ID = 40
MAX_SHEET_NAME = 31

_ID = re.compile(r"[a-z][a-z0-9_]*")
_LETTER = re.compile(r"[A-Z]{1,3}")
_ROW_KEY = re.compile(r"[0-9]{2}")
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_ID_REMEDY = "半角の英小文字で始め、英小文字・数字・下線（_）だけで40字以内にしてください。"

RESERVED_HEADERS = ("番号", "設問", "行", ENTRY_HEADER)
"""Headers the layout writes itself."""
RESERVED_SHEET_NAMES = (START_NAME, "history", *sorted(OWN_SHEETS))
RESERVED_KEYS = (START_KEY, ENTRY)


def check_form(form: Form) -> Iterator[Found]:
    """Every fault that shows only when the form is seen as a whole."""
    yield from _form_keys(form)
    yield from _sheet_names(form)
    yield from _ids(form)
    yield from _column_names(form)
    for place, sheet in _sheets(form):
        yield from _sheet(place, sheet)
    yield from check_questions(form)
    yield from check_texts(form)


def _sheets(form: Form) -> Iterator[tuple[str, Sheet]]:
    for number, sheet in enumerate(form.sheets, 1):
        yield f"sheet[{number}]", sheet


def _items(form: Form) -> Iterator[tuple[str, Sheet, Item]]:
    for place, sheet in _sheets(form):
        for number, item in enumerate(sheet.items, 1):
            yield f"{place}.item[{number}]", sheet, item


# -- names -----------------------------------------------------------------------------------


def _form_keys(form: Form) -> Iterator[Found]:
    yield from _identifier("id", form.id)
    if form.letter and not _LETTER.fullmatch(form.letter):
        yield (
            "letter",
            f"「{form.letter}」となっています。",
            "半角の英大文字1〜3字にしてください（例：J）。",
        )
    if not form.sheets:
        yield (
            "sheet",
            "シートがありません。",
            "[[sheet]] の見出しで、シートを1つ以上書いてください。",
        )


def _identifier(place: str, text: str) -> Iterator[Found]:
    if text and not (_ID.fullmatch(text) and len(text) <= MAX_ID):
        yield place, f"「{text}」となっています。", _ID_REMEDY


def _sheet_names(form: Form) -> Iterator[Found]:
    yield from _repeated((f"{p}.key", s.key) for p, s in _sheets(form))
    yield from _repeated((f"{p}.name", s.name) for p, s in _sheets(form))
    for place, sheet in _sheets(form):
        yield from _identifier(f"{place}.key", sheet.key)
        if sheet.key in RESERVED_KEYS:
            yield (
                f"{place}.key",
                f"「{sheet.key}」はプログラムが使います。",
                "別の名にしてください。",
            )
        name = sheet.name
        if len(name) > MAX_SHEET_NAME:
            yield f"{place}.name", f"シート名が{len(name)}字あります。", "31字以内にしてください。"
        if _NOT_IN_SHEET_NAMES.search(name) or name[:1] == "'" or name[-1:] == "'":
            remedy = "Excelで使えない [ ] : * ? / \\ と、初めと終わりの ' を除いてください。"
            yield f"{place}.name", f"シート名が「{name}」となっています。", remedy
        if name.casefold() in RESERVED_SHEET_NAMES:
            yield (
                f"{place}.name",
                f"「{name}」はプログラム又はExcelが使います。",
                "別の名にしてください。",
            )


def _repeated(named: Iterable[tuple[str, str]]) -> Iterator[Found]:
    """Names used twice, without regard to case as Excel compares them."""
    first: dict[str, str] = {}
    for place, name in named:
        if not name:
            continue
        earlier = first.setdefault(name.casefold(), place)
        if earlier != place:
            yield (
                place,
                f"「{name}」は {earlier} でも使われています。",
                "様式の中で重ならない名にしてください。",
            )


def _ids(form: Form) -> Iterator[Found]:
    """Ids of questions, matrices, tables and drawings are one family; table columns one per table."""
    named = []
    for place, sheet in _sheets(form):
        if sheet.drawing:
            named.append((f"{place}.drawing.id", sheet.drawing.id))
    for place, _, item in _items(form):
        match item:
            case Single(question):
                named.append((f"{place}.id", question.id))
            case Matrix(id=own, questions=questions):
                named.append((f"{place}.id", own))
                named += [(f"{place}.question[{n}].id", q.id) for n, q in enumerate(questions, 1)]
            case Table(id=own, columns=columns):
                named.append((f"{place}.id", own))
                inner = [(f"{place}.column[{n}].id", q.id) for n, q in enumerate(columns, 1)]
                yield from _repeated(inner)
                yield from _identifiers(inner)
    yield from _repeated(named)
    yield from _identifiers(named)


def _identifiers(named: Iterable[tuple[str, str]]) -> Iterator[Found]:
    for place, name in named:
        yield from _identifier(place, name)


def _answer_columns(form: Form) -> Iterator[tuple[str, Sheet, str, str]]:
    """(dotted key, sheet, column key, header) of every answer column of matrices and tables."""
    for place, sheet, item in _items(form):
        if isinstance(item, Matrix):
            for column in item.columns:
                yield f"{place}.columns", sheet, column.key, column.label
        elif isinstance(item, Table):
            for number, question in enumerate(item.columns, 1):
                yield f"{place}.column[{number}]", sheet, question.id, question.label


def _column_names(form: Form) -> Iterator[Found]:
    """Defined names `pdca_col_<sheet>_<column>` must not meet: a_b + c is a + b_c."""
    first: dict[str, tuple[str, str]] = {}
    for place, sheet, key, _ in _answer_columns(form):
        yield from _identifier(place, key)
        if key in RESERVED_KEYS:
            yield place, f"列の名「{key}」はプログラムが使います。", "別の名にしてください。"
        earlier, pair = first.setdefault(f"{sheet.key}_{key}", (place, f"{sheet.key}/{key}"))
        if earlier != place and pair != f"{sheet.key}/{key}":
            found = (
                f"シートと列の名をつなげると「{sheet.key}_{key}」となり、{earlier} と重なります。"
            )
            yield place, found, "シートの key か列の名を変えてください。"


# -- sheets ----------------------------------------------------------------------------------


def _sheet(place: str, sheet: Sheet) -> Iterator[Found]:
    if sheet.drawing and sheet.items:
        yield (
            f"{place}.drawing",
            "作図のシートに項目があります。",
            "項目は別のシートに書いてください。",
        )
    if not sheet.drawing and not any(map(item_questions, sheet.items)):
        yield (
            f"{place}.item",
            "設問のないシートです。",
            "[[sheet.item]] で設問を書くか、シートを削除してください。",
        )
    arranged = [n for n, i in enumerate(sheet.items, 1) if isinstance(i, Matrix | Table)]
    for number in arranged[1:]:
        found = f"表又はマトリックスが item[{arranged[0]}] に続いて2つ目です。"
        yield (
            f"{place}.item[{number}]",
            found,
            "表とマトリックスは1シートに1つです。別のシートに分けてください。",
        )
    count = sum(
        len(i.questions) if isinstance(i, Matrix) else bool(item_questions(i)) for i in sheet.items
    )
    if count > MAX_CODES:
        yield (
            f"{place}.item",
            f"設問が{count}あります。",
            f"{MAX_CODES}以内になるよう、シートを分けてください。",
        )
    for number, item in enumerate(sheet.items, 1):
        yield from _arrangement(f"{place}.item[{number}]", item)


def _arrangement(place: str, item: Item) -> Iterator[Found]:
    match item:
        case Matrix(columns=columns, questions=questions):
            yield from _headers(f"{place}.columns", columns)
            for number, question in enumerate(questions, 1):
                yield from _not_inside(f"{place}.question[{number}]", question, "マトリックス")
        case Table(columns=columns, rows=rows, required_rows=required):
            heads = tuple(Column(q.id, q.label) for q in columns)
            yield from _headers(f"{place}.column", heads)
            yield from _row_keys(f"{place}.rows", tuple(row.key for row in rows))
            if required > len(rows):
                found = f"必須の行が{required}、行の数が{len(rows)}です。"
                yield f"{place}.required_rows", found, "行の数以下にしてください。"
            for number, question in enumerate(columns, 1):
                yield from _not_inside(f"{place}.column[{number}]", question, "表")


def _headers(place: str, columns: tuple[Column, ...]) -> Iterator[Found]:
    """Header texts tell columns apart when names are lost, so they must differ on a sheet."""
    seen: set[str] = set()
    for column in columns:
        key = folded(column.label)
        if key and key in seen:
            yield (
                place,
                f"見出し「{column.label}」が2つあります。",
                "見出しは1つのシートの中で別々の文にしてください。",
            )
        if key in RESERVED_HEADERS:
            yield (
                place,
                f"見出し「{column.label}」はプログラムが使います。",
                "別の文にしてください。",
            )
        seen.add(key)
    for key in {c.key for c in columns if sum(d.key == c.key for d in columns) > 1} - {""}:
        yield place, f"列の名「{key}」が2つあります。", "別々の名にしてください。"


def _not_inside(place: str, question: Question, where: str) -> Iterator[Found]:
    computed = question.kind is FieldKind.COMPUTED and where == "マトリックス"
    if computed or question.kind is FieldKind.REFERENCE:
        found = f'{where}の中に kind = "{question.kind}" があります。'
        yield f"{place}.kind", found, "1つだけの項目（[[sheet.item]]）として書いてください。"


def _row_keys(place: str, keys: tuple[str, ...]) -> Iterator[Found]:
    for key in keys:
        if not _ROW_KEY.fullmatch(key) or key == "00":
            yield (
                place,
                f"行の番号が「{key}」となっています。",
                '"01" のような半角2桁（01〜99）にしてください。',
            )
        if keys.count(key) > 1:
            yield place, f"行の番号「{key}」が2つあります。", "別々の番号にしてください。"
