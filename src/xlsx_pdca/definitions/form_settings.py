"""様式 of 管理簿: which forms and optional questions a round uses, and until when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xlsx_pdca.definitions.open_table import (
    DATE_REMEDY,
    Head,
    SheetText,
    TableRow,
    find_table,
    is_marked,
    plain_signs,
)
from xlsx_pdca.errors import Fault
from xlsx_pdca.wareki import parse_date, wareki

FORMS_SHEET = "様式"


@dataclass(frozen=True)
class FormSetting:
    """What 管理簿 says of one form."""

    form: str
    on: bool = True
    deadline: date | None = None
    """Set whenever the form is on."""
    enabled: frozenset[str] = frozenset()
    """Ids of the optional questions and tables switched on."""


@dataclass(frozen=True)
class FormLine:
    """One line of 様式 to be written: a form, or one of its optional questions."""

    form: str
    text: str
    question: str = ""
    """Empty on the line of the form itself."""
    on: bool = False
    deadline: date | None = None

    def written(self) -> tuple[str, ...]:
        deadline = wareki(self.deadline) if self.deadline else ""
        return self.form, self.question, self.text, "○" if self.on else "", deadline


FORMS_HEADS = (
    Head("form", "様式ID"),
    Head("question", "設問ID"),
    Head("text", "内容"),
    Head("on", "使う"),
    Head("deadline", "提出期限"),
)
FORMS_NOTES: Mapping[str, str] = {
    "form": "様式の記号です。書き換えないでください。",
    "question": "空欄の行は様式そのもの、記号のある行はその様式の追加設問です。書き換えないでください。",
    "text": "様式の名称と、追加設問の文です。",
    "on": "使う様式と追加設問に「○」を付けます。",
    "deadline": "様式ごとの提出期限です。団体ごとに変えるときは「名簿」の「個別の期限」に記入します。",
}


def form_faults(
    sheet: SheetText, known: Mapping[str, frozenset[str]], issued_on: date | None = None
) -> Iterator[Fault]:
    """Faults of the sheet; `known` holds the forms that exist with the ids of their optional questions."""
    yield from _head_faults(sheet)
    yield from _row_faults(_rows(sheet), known)
    for row in _rows(sheet):
        deadline = parse_date(row.text("deadline"))
        if issued_on and deadline and deadline < issued_on:
            yield row.fault(
                "deadline",
                f"提出期限 {wareki(deadline)} が、発出日 {wareki(issued_on)} より前です。",
                "提出期限か、「設定」の発出日を改めてください。",
            )


def form_settings(sheet: SheetText) -> tuple[FormSetting, ...]:
    """Settings of a sheet without faults, in its order."""
    rows = _rows(sheet)
    forms = dict.fromkeys(_key(row)[0] for row in rows)
    return tuple(_setting(form, rows) for form in forms)


def _rows(sheet: SheetText) -> tuple[TableRow, ...]:
    table = find_table(sheet, FORMS_HEADS)
    rows = table.rows() if table else ()
    return tuple(row for row in rows if row.text("form") or row.text("on"))


def _head_faults(sheet: SheetText) -> Iterator[Fault]:
    table = find_table(sheet, FORMS_HEADS)
    if table:
        yield from table.head_faults(FORMS_HEADS)
    else:
        words = "」「".join(head.text for head in FORMS_HEADS)
        yield Fault(
            sheet.file,
            sheet.name,
            f"見出し（「{words}」）が見つかりません。",
            "見出しの行を元に戻してください。",
        )


def _row_faults(rows: Sequence[TableRow], known: Mapping[str, frozenset[str]]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for row in rows:
        form, question = _key(row)
        if form not in known:
            names = "」「".join(known)
            yield row.fault(
                "form",
                f"様式ID「{row.text('form')}」の様式がありません。",
                f"「{names}」のどれかにしてください。",
            )
        elif question and question not in known[form]:
            yield row.fault(
                "question",
                f"様式「{form}」に、追加設問「{row.text('question')}」はありません。",
                "この行を削除するか、元の設問IDに戻してください。",
            )
        elif (form, question) in seen:
            yield row.fault("form", "同じ様式・設問の行が2つあります。", "1つにまとめてください。")
        seen.add((form, question))
        yield from _choice_faults(row, question)


def _choice_faults(row: TableRow, question: str) -> Iterator[Fault]:
    on, deadline = is_marked(row.text("on")), row.text("deadline")
    if on is None:
        yield row.fault(
            "on",
            f"「使う」の欄の「{row.text('on')}」の意味が分かりません。",
            "使うときは「○」、使わないときは空欄にしてください。",
        )
    if question or not (on or deadline):
        return
    if not deadline:
        yield row.fault(
            "deadline",
            f"「{row.text('text') or row.text('form')}」の提出期限が空欄です。",
            DATE_REMEDY,
        )
    elif parse_date(deadline) is None:
        yield row.fault(
            "deadline",
            f"提出期限「{deadline}」を日付として読めません。",
            DATE_REMEDY,
        )


def _key(row: TableRow) -> tuple[str, str]:
    return plain_signs(row.text("form")).lower(), plain_signs(row.text("question")).lower()


def _setting(form: str, rows: Sequence[TableRow]) -> FormSetting:
    own = {_key(row)[1]: row for row in rows if _key(row)[0] == form}
    chosen = {question for question, row in own.items() if is_marked(row.text("on"))}
    deadline = parse_date(own[""].text("deadline")) if "" in own else None
    return FormSetting(form, "" in chosen, deadline, frozenset(chosen - {""}))
