"""Single questions of a form file, and the lists their options come from."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from xlsx_pdca.definitions.form_values import Keys, among
from xlsx_pdca.spec import (
    Audience,
    Column,
    Computation,
    FieldKind,
    Need,
    Operation,
    Question,
    Required,
    Share,
)
from xlsx_pdca.unit import UnitKind

_TEXTS = {FieldKind.TEXT, FieldKind.LONG_TEXT}
_NUMBERS = {FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.PERCENT}
_CHOICES = {FieldKind.CHOICE, FieldKind.MULTIPLE_CHOICE}
_SHOWN = {FieldKind.REFERENCE, FieldKind.COMPUTED}
_ANSWERED = set(FieldKind) - _SHOWN

KINDS_OF_KEY: Mapping[str, set[FieldKind]] = {
    "guide": _TEXTS,
    "minimum": _NUMBERS,
    "maximum": _NUMBERS,
    "decimals": {FieldKind.DECIMAL, FieldKind.PERCENT},
    "unit": _NUMBERS | {FieldKind.COMPUTED},
    "options": _CHOICES,
    "options_from": _CHOICES,
    "free_choice": {FieldKind.CHOICE},
    "reference": {FieldKind.REFERENCE},
    "compute": {FieldKind.COMPUTED},
    "required": _ANSWERED,
    "example": _ANSWERED,
    "gather": _ANSWERED,
    "personal": _ANSWERED | {FieldKind.REFERENCE},
}
"""Keys that mean something for some kinds only."""


@dataclass(frozen=True)
class Lists:
    """Named lists of a form file, and the tables beside it."""

    columns: Mapping[str, tuple[Column, ...]] = field(default_factory=dict)
    """Lists whose entries have a key: columns of a matrix, and options by their labels."""
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, bytes] = field(default_factory=dict)
    """Tab-separated tables by path, such as `indicators/ver3-2020-08.tsv`."""

    def labels(self, name: str) -> tuple[str, ...] | None:
        if name in self.columns:
            return tuple(column.label for column in self.columns[name])
        return self.options.get(name)

    @property
    def names(self) -> tuple[str, ...]:
        return (*self.columns, *self.options)


def read_question(keys: Keys, lists: Lists, kind: FieldKind) -> Question:
    """The question a table of the file describes; whatever is faulty takes its default."""
    _refuse_keys_of_other_kinds(keys, kind)
    source = keys.text("source")
    return Question(
        id=keys.needed_text("id", "strengths"),
        kind=kind,
        label=printed(keys, source),
        source=source,
        number=keys.text("number"),
        source_number=keys.text("source_number"),
        hint=keys.text("hint"),
        example=keys.text("example"),
        required=_required(keys),
        guide=_guide(keys, kind),
        minimum=keys.decimal("minimum"),
        maximum=keys.decimal("maximum"),
        decimals=keys.number("decimals", most=6),
        unit=keys.text("unit", "％" if kind is FieldKind.PERCENT else ""),
        options=_options(keys, lists, kind),
        free_choice=keys.flag("free_choice"),
        share=keys.word("share", Share, Share.PREFECTURE),
        audience=audience(keys),
        optional=keys.flag("optional"),
        width=keys.number("width", most=60),
        reference=_reference(keys, kind),
        computation=_computation(keys, kind),
        personal=keys.flag("personal"),
        gather=keys.text("gather"),
    )


def printed(keys: Keys, source: str) -> str:
    """Text to print: `label`, or the original's wording where it needs no mending."""
    label = keys.text("label")
    if not label.strip() and not source.strip():
        keys.missing("label", '印刷する設問文を label = "…" と書いてください。')
    return label or source


def audience(keys: Keys) -> Audience:
    """Who is asked; without the key, everyone."""
    inner = keys.table("audience")
    if inner is None:
        return Audience()
    kinds, roles = inner.texts("kinds"), inner.texts("roles")
    for kind in kinds:
        if kind not in list(UnitKind):
            inner.wrong("kinds", kind, among(kind, UnitKind))
    inner.close()
    return Audience(frozenset(kinds), frozenset(roles))


def _refuse_keys_of_other_kinds(keys: Keys, kind: FieldKind) -> None:
    for key, kinds in KINDS_OF_KEY.items():
        if keys.has(key) and kind not in kinds:
            own = "・".join(k for k in FieldKind if k in kinds)
            keys.fault(
                key,
                f'kind = "{kind}" では「{key}」を使いません。',
                f"この行を削除するか、kind を見直してください（{key} は {own} で使います）。",
            )


def _guide(keys: Keys, kind: FieldKind) -> int:
    guide = keys.number("guide", most=4000)
    if kind is FieldKind.LONG_TEXT and not keys.has("guide"):
        keys.missing(
            "guide", "guide = 200 のように、目安の字数を書いてください（欄の高さが決まります）。"
        )
    return guide


def _required(keys: Keys) -> Required:
    value = keys.take("required")
    if value is None or value is False:
        return Required()
    if value is True:
        return Required(Need.ALWAYS)
    if not isinstance(value, dict):
        keys.wrong(
            "required",
            value,
            'true、{ unless = "…" } 又は { if = "…", is = ["…"] } と書いてください。',
        )
        return Required()
    inner = Keys(value, keys.faults, keys.dotted("required"))
    unless, when, values = inner.text("unless"), inner.text("if"), inner.texts("is")
    inner.close()
    if bool(unless) == bool(when) or bool(when) != bool(values):
        keys.fault(
            "required",
            "条件の書き方がそろっていません。",
            '{ unless = "項目のid" } 又は { if = "項目のid", is = ["選択肢"] } のどちらかで書いてください。',
        )
        return Required()
    return Required(Need.UNLESS, unless) if unless else Required(Need.IF, when, values)


def _options(keys: Keys, lists: Lists, kind: FieldKind) -> tuple[str, ...]:
    if kind not in _CHOICES:
        keys.take("options"), keys.take("options_from")
        return ()
    value = keys.take("options")
    table = keys.text("options_from")
    if value is not None and table:
        keys.fault(
            "options",
            "「options」と「options_from」の両方があります。",
            "どちらか一方にしてください。",
        )
    if table:
        return _column_of_table(keys, lists, table)
    if isinstance(value, str):
        return _named_options(keys, lists, value)
    if value is None:
        keys.missing("options", 'options = ["はい", "いいえ"] のように、選択肢を書いてください。')
        return ()
    return keys.texts("options")


def _named_options(keys: Keys, lists: Lists, name: str) -> tuple[str, ...]:
    labels = lists.labels(name)
    if labels is None:
        keys.fault(
            "options", f"[lists] に「{name}」という一覧がありません。", _list_names(lists, name)
        )
    return labels or ()


def _list_names(lists: Lists, name: str) -> str:
    if not lists.names:
        return f'ファイルの初めの方に [lists] の見出しを置き、{name or "一覧の名"} = ["…", "…"] と書いてください。'
    return among(name, lists.names)


def named_columns(keys: Keys, lists: Lists, key: str) -> tuple[Column, ...]:
    """Columns of a matrix by the name of their list."""
    name = keys.needed_text(key, "scene")
    if name and name not in lists.columns:
        found = (
            f"[lists] の「{name}」には key がありません。"
            if name in lists.options
            else f"[lists] に「{name}」という一覧がありません。"
        )
        keys.fault(
            key,
            found,
            f'[lists] に {name} = [{{ key = "daily", label = "日常の療養支援" }}, …] と書いてください。',
        )
    return lists.columns.get(name, ())


def _column_of_table(keys: Keys, lists: Lists, wanted: str) -> tuple[str, ...]:
    """Distinct values of one column of a tab-separated table, in its order."""
    path, _, column = wanted.partition(":")
    remedy = '"indicators/ver3-2020-08.tsv:name" のように「表のファイル:列の見出し」の形で書いてください。'
    if path not in lists.tables:
        here = f"使える表は、{'、'.join(sorted(lists.tables))} です。" if lists.tables else ""
        keys.fault("options_from", f"「{path}」という表がありません。", here + remedy)
        return ()
    try:
        text = lists.tables[path].decode("utf-8-sig")
    except UnicodeDecodeError:
        keys.fault(
            "options_from",
            f"「{path}」の文字コードがUTF-8ではありません。",
            "UTF-8で保存し直してください。",
        )
        return ()
    rows = csv.DictReader(io.StringIO(text), delimiter="\t")
    if column not in (rows.fieldnames or ()):
        names = "、".join(rows.fieldnames or ())
        keys.fault(
            "options_from",
            f"「{path}」に「{column}」という列がありません。",
            f"使える列は、{names} です。",
        )
        return ()
    return tuple(dict.fromkeys(row[column] for row in rows if row[column]))


def _reference(keys: Keys, kind: FieldKind) -> str:
    if kind is not FieldKind.REFERENCE:
        return str(keys.take("reference") or "")
    return keys.needed_text("reference", "unit.name")


def _computation(keys: Keys, kind: FieldKind) -> Computation | None:
    if kind is not FieldKind.COMPUTED:
        keys.take("compute")
        return None
    inner = keys.table("compute")
    if inner is None:
        if not keys.has("compute"):
            keys.missing(
                "compute", 'compute = { operation = "sum", fields = ["a", "b"] } と書いてください。'
            )
        return None
    found = Computation(inner.word("operation", Operation, Operation.SUM), inner.texts("fields"))
    inner.close()
    if not inner.has("operation"):
        inner.missing("operation", among("", Operation))
    _check_operands(inner, found)
    return found


def _check_operands(inner: Keys, found: Computation) -> None:
    count, pair = len(found.fields), found.operation is not Operation.SUM
    if count < 2 or (pair and count != 2):
        inner.fault(
            "fields",
            f"計算する項目が{count}個です。",
            "差（difference）と割合（ratio）は2個、合計（sum）は2個以上の id を並べてください。",
        )
