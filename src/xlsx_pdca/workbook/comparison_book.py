"""並べて確認: what several people answered to each question side by side, for the officer to decide."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from xlsx_pdca.checks.copies import content
from xlsx_pdca.checks.joined import Question
from xlsx_pdca.plan import WorkbookPlan
from xlsx_pdca.reading import answer_label
from xlsx_pdca.views import shown_text
from xlsx_pdca.workbook.look import GREY, PALE
from xlsx_pdca.workbook.summary_look import (
    BODY_POINTS,
    LOW,
    SummaryBook,
    SummarySheet,
    height_of,
    japanese_time,
)
from xlsx_pdca.workbook.summary_look import NOTE_FILL as STILL_OPEN

SHEET = "並べて確認"
DIFFERS = "◆"
HEAD_ROW = 4
FIRST_TEXT = 5
_CHOICE_COLUMN = 4
LABEL_COLUMN = 3
_WIDTHS = (34.0, 70.0, 270.0, 104.0)
_TEXTS_WIDTH = 900.0
"""Pixels that the columns of texts share."""
_LEAST_TEXT = 300.0
KEY = "鍵"
ALL = ("両方", "すべて", "全部", "全て")


@dataclass(frozen=True)
class FileColumn:
    """One of the files as it stands in the head of its column."""

    arrival: int
    name: str
    """As it arrived."""
    person: str
    received_at: datetime


@dataclass(frozen=True)
class Comparison:
    """Everything the workbook is made of."""

    whose: str
    """Like 前橋市（102016-1）　事前課題."""
    round_name: str
    as_of: datetime
    command: str
    """To be typed again when all is decided."""
    files: tuple[FileColumn, ...]
    questions: tuple[Question, ...]
    plan: WorkbookPlan

    @property
    def digest(self) -> str:
        """Tells a book made for other files, or for other contents, from this one."""
        said = [
            (question.place.address, part.arrival, *map(str, content(answer)))
            for question in self.questions
            for part, answer in question.said
        ]
        text = repr((tuple(file.arrival for file in self.files), said))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    @property
    def undecided(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.needs_decision)

    def number(self, arrival: int) -> int:
        """1番目, 2番目…"""
        return next(n for n, file in enumerate(self.files, 1) if file.arrival == arrival)


# -- writing -------------------------------------------------------------------------------


def comparison_book(compared: Comparison) -> bytes:
    """The bytes of the workbook."""
    title = f"並べて確認　{compared.whose}"
    footer = f"【部内限り】{compared.round_name}　{title}"
    book = SummaryBook(title=title, footer=footer, as_of=compared.as_of)
    _Writer(book.sheet(SHEET), compared).write()
    return book.finish()


class _Writer:
    def __init__(self, sheet: SummarySheet, compared: Comparison) -> None:
        self.sheet, self.compared = sheet, compared
        each = max(_TEXTS_WIDTH / len(compared.files), _LEAST_TEXT)
        self.widths = [*_WIDTHS, *([each] * len(compared.files))]
        self.key_column = len(self.widths) + 1

    def write(self) -> None:
        sheet = self.sheet
        sheet.widths([*self.widths, 60])
        self._lead()
        self._heads()
        for row, question in enumerate(self.compared.questions, HEAD_ROW + 1):
            self._question(row, question)
        self._finish()

    def _lead(self) -> None:
        compared, sheet = self.compared, self.sheet
        count, last = len(compared.undecided), self.key_column - 1
        sheet.merged(1, 1, last, f"並べて確認　{compared.whose}", "title")
        sheet.height(1, 30)
        words = f"{compared.round_name}　{japanese_time(compared.as_of)} 作成　部内限り"
        sheet.merged(2, 1, last, words, "subtitle")
        sheet.height(2, 18)
        told = (
            f"{DIFFERS}の付いた {count}か所は、御回答が異なります。「採用」で、どの記載を使うかを選んでください。"
            "灰色の行は、決めていただくことはありません。\n"
            "選ばなかった記載もなくなりません（進行管理表の「確認事項」と市町村カルテに残ります）。\n"
            f"選び終わりましたら、保存して閉じ、もう一度実行してください：{compared.command}"
        )
        sheet.merged(3, 1, last, told, "plain", font_size=10.5)
        sheet.height(3, 58)

    def _heads(self) -> None:
        sheet = self.sheet
        for column, head in enumerate(("", "番号", "設問", "採用"), 1):
            sheet.text(HEAD_ROW, column, head, "head")
        heads = []
        for number, file in enumerate(self.compared.files, 1):
            who = f"{file.person} 様" if file.person else "（氏名の記入なし）"
            head = f"{number}番目　{who}\n{japanese_time(file.received_at)} 受領（受付番号{file.arrival}）\n{file.name}"
            heads.append((head, self.widths[FIRST_TEXT - 2 + number]))
            sheet.text(HEAD_ROW, FIRST_TEXT - 1 + number, head, "head", font_size=9.5)
        sheet.text(HEAD_ROW, self.key_column, f"{KEY} {self.compared.digest}", "key")
        sheet.height(HEAD_ROW, height_of(heads, least=46))

    def _question(self, row: int, question: Question) -> None:
        sheet, compared = self.sheet, self.compared
        label, texts = label_of(question, compared.plan), texts_of(compared, question)
        shown = list(zip((label, *texts), (self.widths[2], *self.widths[4:]), strict=True))
        is_open = question.needs_decision
        points = height_of(shown, points=BODY_POINTS, least=24) + (10 if is_open else 2)
        look = {"valign": "top" if points > LOW else "vcenter"}
        look |= {} if is_open else {"font_color": GREY}
        sheet.text(row, 1, DIFFERS if is_open else "", "center", bold=True, valign="vcenter")
        sheet.text(row, 2, question.place.code, "center", **{**look, "font_size": 8})
        sheet.text(row, 3, label, "label" if is_open else "body", **look)
        middle = {**look, "align": "center", "indent": 0}
        sheet.text(
            row, _CHOICE_COLUMN, "" if is_open else settled(compared, question), "body", **middle
        )
        for column, text in enumerate(texts, FIRST_TEXT):
            sheet.text(row, column, text, "body", **look, **({} if text else {"bg_color": PALE}))
        sheet.text(row, self.key_column, "|".join(question.place.address), "key")
        sheet.height(row, points)
        if is_open:
            self._drop_down(row, question)
            self._colours(row, question)

    def _drop_down(self, row: int, question: Question) -> None:
        self.sheet.raw.data_validation(
            row - 1,
            _CHOICE_COLUMN - 1,
            row - 1,
            _CHOICE_COLUMN - 1,
            {
                "validate": "list",
                "source": list(options(self.compared, question)),
                "input_title": "採用",
                "input_message": "どの記載を使うかを選んでください。",
                "error_title": "採用",
                "error_message": "一覧から選んでください。",
            },
        )

    def _colours(self, row: int, question: Question) -> None:
        """Warm while nothing is chosen; afterwards the texts that are not chosen turn grey."""
        sheet, raw = self.sheet, self.sheet.raw
        spot = f"$D${row}"
        warm = sheet.book.raw.add_format({"bg_color": STILL_OPEN})
        last = self.key_column - 2
        raw.conditional_format(
            row - 1,
            _CHOICE_COLUMN - 1,
            row - 1,
            last,
            {"type": "formula", "criteria": f'={spot}=""', "format": warm},
        )
        grey = sheet.book.raw.add_format({"font_color": "#9AA3AD"})
        for part, _ in question.said:
            number = self.compared.number(part.arrival)
            is_other = f'=AND({spot}<>"",RIGHT({spot},2)="番目",{spot}<>"{number}番目")'
            column = FIRST_TEXT - 2 + number
            raw.conditional_format(
                row - 1,
                column,
                row - 1,
                column,
                {"type": "formula", "criteria": is_other, "format": grey},
            )

    def _finish(self) -> None:
        raw, last = self.sheet.raw, HEAD_ROW + len(self.compared.questions)
        # to the key: what is sorted takes it along
        raw.autofilter(HEAD_ROW - 1, 0, last - 1, self.key_column - 1)
        raw.freeze_panes(HEAD_ROW, _CHOICE_COLUMN)
        raw.set_column(self.key_column - 1, self.key_column - 1, None, None, {"hidden": True})
        self.sheet.book.set_up_print(
            self.sheet, pixels=sum(self.widths), repeat=(HEAD_ROW, HEAD_ROW), paper="A4"
        )
        raw.fit_to_pages(1, 0)
        raw.print_area(0, 0, last - 1, self.key_column - 2)


def texts_of(compared: Comparison, question: Question) -> list[str]:
    """What each file says to a question, in the order of the columns."""
    said = {part.arrival: answer for part, answer in question.said}
    return [
        shown_text(said[file.arrival], question.rule.kind) if file.arrival in said else ""
        for file in compared.files
    ]


def settled(compared: Comparison, question: Question) -> str:
    """Why a question needs no decision."""
    if not question.said:
        return "（空欄）"
    if question.differs:
        return "全員分" if len(question.usual) > 1 else "新しい日付"
    if len(question.said) > 1:
        return "同じ内容"
    return f"{compared.number(question.said[0][0].arrival)}番目のみ"


def options(compared: Comparison, question: Question) -> tuple[str, ...]:
    """What may be chosen for a question in which the files differ."""
    numbers = tuple(f"{compared.number(part.arrival)}番目" for part, _ in question.said)
    if not question.is_joinable:
        return numbers
    return (*numbers, ALL[0] if len(question.variants) == 2 else ALL[1])


def label_of(question: Question, plan: WorkbookPlan) -> str:
    """The whole question, with its scene or row; sentences elsewhere shorten it."""
    place, label = question.place, question.rule.label
    if place.row:
        return answer_label(place, plan)
    return f"{label}\n【{place.header}】" if place.column else label
