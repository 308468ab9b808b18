"""Form files (TOML) → Form: read whole, with all faults at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import PurePosixPath

from xlsx_pdca.definitions.form_checks import check_form
from xlsx_pdca.definitions.form_values import Faults, Keys, among
from xlsx_pdca.definitions.questions import (
    KINDS_OF_KEY,
    Lists,
    audience,
    named_columns,
    printed,
    read_question,
)
from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.spec import (
    Column,
    DrawingBox,
    FieldKind,
    Form,
    Heading,
    Item,
    Matrix,
    Note,
    Paper,
    Question,
    Sheet,
    Single,
    Table,
    TableRow,
)

_VERSION_FILE = re.compile(r"v([1-9][0-9]{0,3})\.toml")
_ARRANGEMENTS = ("heading", "note", "matrix", "table")
_KEYS_OF_ARRANGEMENTS = ("text", "columns", "question", "column", "rows", "required_rows")


def load_form(data: bytes, file_name: str, *, tables: Mapping[str, bytes] | None = None) -> Form:
    """The form in a file's bytes; raises FaultyDefinitions that carries every fault.

    `file_name` is shown in the faults; `tables` holds the tab-separated tables `options_from` may name.
    """
    faults = Faults(file_name)
    document = _parsed(data, faults)
    if document is None:
        raise FaultyDefinitions(faults.found)
    form = _form(Keys(document, faults), tables or {})
    _check_file_name(form, file_name, faults)
    for fault in check_form(form):
        faults.add(*fault)
    if faults.found:
        raise FaultyDefinitions(sorted(faults.found, key=_position))
    return form


def load_forms(files: Mapping[str, bytes]) -> dict[str, Form]:
    """Newest version of every form by its id, from the files of a templates folder by relative path.

    Raises FaultyDefinitions with the faults of all files together.
    """
    tables = {name: data for name, data in files.items() if name.endswith(".tsv")}
    forms: dict[str, Form] = {}
    faults: list[Fault] = []
    for name in newest_versions(files):
        try:
            form = load_form(files[name], name, tables=tables)
        except FaultyDefinitions as faulty:
            faults += faulty.faults
            continue
        forms[form.id] = form
    faults += _shared_letters(forms.values())
    if faults:
        raise FaultyDefinitions(faults)
    return forms


def _shared_letters(forms: Iterable[Form]) -> Iterator[Fault]:
    """Forms that print the same codes; which of them is the newcomer only their author knows."""
    by_letter: dict[str, list[Form]] = {}
    for form in forms:
        by_letter.setdefault(form.letter, []).append(form)
    for letter, same in by_letter.items():
        if len(same) > 1:
            yield Fault(
                "、".join(f"{form.id}/v{form.version}.toml" for form in same),
                "letter",
                f"様式{'と'.join(f'「{form.title}」（{form.id}）' for form in same)}の記号が、どちらも「{letter}」です。",
                "新しく加えた方を、まだ使っていない記号に変えてください（送付済みの様式の記号は変えないでください）。",
            )


def newest_versions(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Relative paths `<form>/v<n>.toml` with the highest n of each form, in the order of the forms."""
    newest: dict[str, tuple[int, str]] = {}
    for name in files:
        path = PurePosixPath(name)
        match = _VERSION_FILE.fullmatch(path.name)
        if match and len(path.parts) == 2:
            found = (int(match[1]), name)
            newest[path.parts[0]] = max(found, newest.get(path.parts[0], found))
    return tuple(name for _, (_, name) in sorted(newest.items()))


def _position(fault: Fault) -> tuple[int, ...]:
    """Where a fault stands in the file: the numbers of its dotted key, so that one can read downwards."""
    return tuple(int(number) for number in re.findall(r"\[([0-9]+)\]", fault.place))


# -- the file itself -------------------------------------------------------------------------


def _parsed(data: bytes, faults: Faults) -> dict[str, object] | None:
    try:
        return tomllib.loads(data.decode("utf-8-sig"), parse_float=_decimal)
    except UnicodeDecodeError:
        faults.add(
            "",
            "文字コードがUTF-8ではありません。",
            "メモ帳では「名前を付けて保存」の「エンコード」で「UTF-8」を選んで保存し直してください。",
        )
    except tomllib.TOMLDecodeError as error:
        place, found, remedy = _syntax_fault(str(error))
        faults.add(place, found, remedy)
    return None


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # TOML's nan and inf have signs Decimal does not take
        return Decimal("NaN")


_SYNTAX = (
    ("Cannot overwrite", "同じキーを2度書いています。", "どちらか一方を削除してください。"),
    (
        "Cannot declare",
        "同じ見出しを2度書いています。",
        "[[sheet]] のように繰り返す見出しは、二重の角かっこで書いてください。",
    ),
    (
        "Expected '='",
        "キーと値の間に = がありません。",
        'guide = 200、label = "…" のように書いてください。',
    ),
    (
        "Unclosed",
        "かっこが閉じていません。",
        "開いたかっこ（ [ や { ）と同じ数だけ閉じてください。",
    ),
    (
        "Unescaped '\\'",
        "文字の中に半角の \\ があります。",
        "全角の￥にするか、\\\\ と2つ続けて書いてください。",
    ),
    (
        "Illegal character",
        "文字が行の途中で終わっているか、使えない文字があります。",
        '文字は "…" と半角の引用符で閉じ、複数行にするときは """…""" と書いてください。',
    ),
    (
        "Unterminated string",
        "引用符が閉じていません。",
        '文字は "…" と半角の引用符で囲んでください。',
    ),
)
_SYNTAX_ELSE = (
    "値の書き方が正しくありません。",
    '文字は "…" と半角の引用符で囲み、数と true・false は囲まずに半角で書いてください。キーは英字です。',
)


def _syntax_fault(message: str) -> tuple[str, str, str]:
    """Place, finding and remedy for what the TOML parser says in English."""
    where = re.search(r"at line (\d+), column (\d+)", message)
    place = f"{where[1]}行目の{where[2]}文字目" if where else "ファイルの終わり"
    for start, found, remedy in _SYNTAX:
        if message.startswith(start):
            return place, found, remedy
    return place, *_SYNTAX_ELSE


def _check_file_name(form: Form, file_name: str, faults: Faults) -> None:
    path = PurePosixPath(file_name.replace("\\", "/"))
    match = _VERSION_FILE.fullmatch(path.name)
    if match and int(match[1]) != form.version:
        faults.add(
            "version",
            f"版が{form.version}となっていますが、ファイル名は{path.name}です。",
            f"version = {match[1]} とするか、ファイル名を v{form.version}.toml にしてください。",
        )
    folder = path.parent.name
    if match and folder and form.id and folder != form.id:
        faults.add(
            "id",
            f"「{form.id}」となっていますが、フォルダ名は「{folder}」です。",
            "id とフォルダ名を同じにしてください。",
        )


# -- form, sheets ----------------------------------------------------------------------------


def _form(keys: Keys, tables: Mapping[str, bytes]) -> Form:
    lists = _lists(keys, tables)
    if not keys.has("version"):
        keys.missing("version", "version = 1 のように、版の番号を書いてください。")
    form = Form(
        id=keys.needed_text("id", "jizen"),
        letter=keys.needed_text("letter", "J"),
        version=keys.number("version", 1, least=1, most=9999),
        title=keys.needed_text("title", "事前課題"),
        purpose=keys.text("purpose"),
        individual=keys.flag("individual"),
        minutes=keys.number("minutes", most=6000),
        sheets=tuple(_sheet(part, lists) for part in keys.tables("sheet", "sheet")),
    )
    keys.close()
    return form


def _lists(keys: Keys, tables: Mapping[str, bytes]) -> Lists:
    inner = keys.table("lists")
    columns: dict[str, tuple[Column, ...]] = {}
    options: dict[str, tuple[str, ...]] = {}
    for name, value in (inner.values if inner else {}).items():
        assert inner is not None
        if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
            columns[name] = tuple(map(_column, inner.tables(name, f"lists.{name}")))
        else:
            options[name] = inner.texts(name)
    return Lists(columns, options, tables)


def _column(keys: Keys) -> Column:
    column = Column(keys.needed_text("key", "daily"), keys.needed_text("label", "日常の療養支援"))
    keys.close()
    return column


def _sheet(keys: Keys, lists: Lists) -> Sheet:
    drawing = keys.table("drawing")
    name = keys.needed_text("name", "様式1")
    sheet = Sheet(
        key=keys.needed_text("key", "s1"),
        name=name,
        title=keys.text("title", name),
        lead=keys.texts("lead"),
        paper=keys.word("paper", Paper, Paper.A4),
        audience=audience(keys),
        drawing=read_question(drawing, lists, FieldKind.TEXT) if drawing else None,
        drawing_boxes=_boxes(drawing) if drawing else (),
        items=tuple(_item(part, lists) for part in keys.tables("item", "sheet.item")),
    )
    if drawing:
        drawing.close()
    keys.close()
    return sheet


def _boxes(drawing: Keys) -> tuple[DrawingBox, ...]:
    return tuple(map(_box, drawing.tables("box", "sheet.drawing.box")))


def _box(keys: Keys) -> DrawingBox:
    asked = audience(keys)
    heading = _heading(keys)
    return DrawingBox(heading.text, heading.source, asked)


# -- items -----------------------------------------------------------------------------------


def _item(keys: Keys, lists: Lists) -> Item:
    kind = keys.needed_text("kind", "long_text")
    match kind:
        case "heading":
            return _heading(keys)
        case "note":
            note = Note(keys.needed_text("text", "数は4月1日時点で御記入ください。"))
            keys.close()
            return note
        case "matrix":
            return _matrix(keys, lists)
        case "table":
            return _table(keys, lists)
    if kind and kind not in list(FieldKind):
        keys.wrong("kind", kind, among(kind, (*FieldKind, *_ARRANGEMENTS)))
    return Single(_closed_question(keys, lists, kind))


def _heading(keys: Keys) -> Heading:
    keys.take("kind")
    source = keys.text("source")
    text = keys.text("text")
    if not text.strip() and not source.strip():
        keys.missing("text", '見出しの文を text = "…" と書いてください。')
    keys.close()
    return Heading(text or source, source)


def _matrix(keys: Keys, lists: Lists) -> Matrix:
    questions = tuple(
        _inner_question(part, lists) for part in keys.tables("question", "sheet.item.question")
    )
    matrix = Matrix(
        keys.needed_text("id", "scenes"), named_columns(keys, lists, "columns"), questions
    )
    if not questions:
        keys.missing(
            "question", "[[sheet.item.question]] の見出しで、設問を1つ以上書いてください。"
        )
    keys.close()
    return matrix


def _table(keys: Keys, lists: Lists) -> Table:
    columns = tuple(
        _inner_question(part, lists) for part in keys.tables("column", "sheet.item.column")
    )
    source = keys.text("source")
    table = Table(
        id=keys.needed_text("id", "posts"),
        label=printed(keys, source),
        columns=columns,
        rows=_rows(keys),
        source=source,
        hint=keys.text("hint"),
        required_rows=keys.number("required_rows", most=99),
        audience=audience(keys),
        optional=keys.flag("optional"),
    )
    if not columns:
        keys.missing("column", "[[sheet.item.column]] の見出しで、列を1つ以上書いてください。")
    keys.close()
    return table


def _rows(keys: Keys) -> tuple[TableRow, ...]:
    """Rows of a table: their number, or each with its key and label."""
    value = keys.take("rows")
    if isinstance(value, list) and value:
        return tuple(map(_row, keys.tables("rows", "sheet.item.rows")))
    if value is None:
        keys.missing("rows", "rows = 10 のように、行の数を書いてください。")
    count = keys.number("rows", 1, least=1, most=99)
    return tuple(TableRow(f"{number:02d}") for number in range(1, count + 1))


def _row(keys: Keys) -> TableRow:
    row = TableRow(keys.needed_text("key", "01"), keys.text("label"))
    keys.close()
    return row


def _inner_question(keys: Keys, lists: Lists) -> Question:
    kind = keys.needed_text("kind", "long_text")
    if kind and kind not in list(FieldKind):
        keys.wrong("kind", kind, among(kind, FieldKind))
    return _closed_question(keys, lists, kind)


def _closed_question(keys: Keys, lists: Lists, kind: str) -> Question:
    if kind not in list(FieldKind):
        return _unknown_kind(keys, lists)
    question = read_question(keys, lists, FieldKind(kind))
    keys.close(never=[key for key, kinds in KINDS_OF_KEY.items() if kind not in kinds])
    return question


def _unknown_kind(keys: Keys, lists: Lists) -> Question:
    """Stands for an item whose kind cannot be told, so that others may still name it."""
    trial = keys.without_faults()
    question = read_question(trial, lists, FieldKind.TEXT)
    keys.close(also=(*trial.known, *_KEYS_OF_ARRANGEMENTS))
    return question
