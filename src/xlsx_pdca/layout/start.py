"""The sheet 「はじめに」: whose workbook it is, until when, how to fill it, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlsx_pdca.cells import Rect, column_letters
from xlsx_pdca.layout import formulas
from xlsx_pdca.layout.frame import TICKET_TEXT, UNIT_TEXT
from xlsx_pdca.layout.metrics import LABEL_POINTS, text_height, text_pixels, width_units
from xlsx_pdca.layout.words import STATE_WORDS, Words
from xlsx_pdca.plan import AnswerPlan, CellPlan, PrintPlan, SheetPlan, Style
from xlsx_pdca.spec import Form, Share

START_KEY = "start"
START_NAME = "はじめに"

_WIDTHS = (text_pixels(11), text_pixels(36), *(text_pixels(9),) * 4)
_LAST = len(_WIDTHS)


@dataclass
class _Draft:
    heights: list[float] = field(default_factory=list)
    cells: list[CellPlan] = field(default_factory=list)

    def add_row(self, points: float) -> int:
        self.heights.append(round(points * 4) / 4)
        return len(self.heights)

    def put(self, rect: Rect, style: Style, text: str = "", link: str = "") -> None:
        self.cells.append(CellPlan(rect, style, text, link=link))

    def section(self, text: str) -> None:
        self.add_row(8)
        row = self.add_row(22)
        self.put(Rect(row, 1, row, _LAST), Style.SECTION, text)

    def line(self, text: str) -> None:
        row = self.add_row(text_height(text, sum(_WIDTHS), LABEL_POINTS))
        self.put(Rect(row, 1, row, _LAST), Style.TEXT, text)

    def pair(self, key: str, text: str, lines: int = 1) -> None:
        width = sum(_WIDTHS[1:])
        row = self.add_row(max(text_height(text, width, LABEL_POINTS), lines * 15 + 6))
        self.put(Rect.cell(row, 1), Style.KEY, key)
        self.put(Rect(row, 2, row, _LAST), Style.VALUE, text)


def start_sheet(
    form: Form,
    words: Words,
    sheets: tuple[SheetPlan, ...],
    answers: tuple[AnswerPlan, ...],
    open_sheets: tuple[str, ...],
) -> SheetPlan:
    """Plan of はじめに; the progress panel counts the marks of the other sheets."""
    draft = _Draft()
    _title(draft, form)
    _submission(draft, form)
    _panel(draft, sheets, answers, open_sheets)
    _how_to(draft, form)
    _readers(draft, form)
    _aims(draft, form, words)
    return SheetPlan(
        key=START_KEY,
        name=START_NAME,
        widths=tuple(width_units(p) for p in _WIDTHS),
        heights=tuple(draft.heights),
        cells=tuple(draft.cells),
        printing=PrintPlan("A4", False, (1, 2), Rect(1, 1, len(draft.heights), _LAST)),
        freeze=(2, 0),
    )


def _title(draft: _Draft, form: Form) -> None:
    row = draft.add_row(32)
    draft.put(Rect.cell(row, 1), Style.TITLE, f"{form.title}　御記入のお願い")
    draft.put(Rect.cell(row, _LAST), Style.TICKET, TICKET_TEXT)
    row = draft.add_row(20)
    draft.put(Rect.cell(row, 1), Style.UNIT, UNIT_TEXT)
    if form.purpose:
        draft.line(form.purpose)


def _submission(draft: _Draft, form: Form) -> None:
    draft.section("御提出について")
    draft.pair("提出期限", "⟦deadline⟧")
    draft.pair("御回答者", "⟦unit⟧（⟦role⟧）")
    draft.pair("対象の市町村", "⟦covers⟧", lines=2)
    draft.pair(
        "御提出方法",
        "このファイルに御記入のうえ、メールに添付して⟦return_to⟧へ御返送ください。ファイル名はそのままで結構です。"
        "組織図などの別の資料は、同じメールに添付していただいて構いません。",
    )
    if form.minutes:
        draft.pair(
            "所要時間", f"{form.minutes}分程度（途中で保存し、続きから御記入いただけます。）"
        )
    draft.pair("お問合せ先", "⟦contact⟧", lines=2)
    draft.pair("文書", "⟦document⟧　⟦issued_on⟧　⟦round⟧　⟦prefecture⟧")


def _panel(
    draft: _Draft,
    sheets: tuple[SheetPlan, ...],
    answers: tuple[AnswerPlan, ...],
    open_sheets: tuple[str, ...],
) -> None:
    """御記入の進み具合: per sheet how many required answers are missing, by the marks beside the answers."""
    draft.section("御記入の進み具合（自動で計算します）")
    row = draft.add_row(22)
    draft.put(Rect(row, 1, row, 2), Style.PANEL_HEAD, "シート（押すと移動します）")
    for column, text in enumerate(("必須の未記入", "御確認", "記入済み", "欄の数"), 3):
        draft.put(Rect.cell(row, column), Style.PANEL_HEAD, text)
    first = row + 1
    for sheet in sheets:
        row = draft.add_row(20)
        link = f"#{formulas.sheet_reference(sheet.name)}!A1"
        draft.put(Rect(row, 1, row, 2), Style.PANEL_LINK, sheet.name, link)
        if sheet.key in open_sheets:
            draft.put(Rect(row, 3, row, _LAST), Style.PANEL_TEXT, "図を貼り付けるシートです")
        else:
            _panel_row(draft, row, sheet, [a for a in answers if a.sheet == sheet.key])
    _panel_total(draft, first, row)


def _panel_row(draft: _Draft, row: int, sheet: SheetPlan, answers: list[AnswerPlan]) -> None:
    marks = sorted({a.mark_cell.left for a in answers if a.mark_cell})
    missing = formulas.count_marks(formulas.MARK_MISSING, marks, sheet.name)
    doubtful = formulas.count_marks(formulas.MARK_DOUBTFUL, marks, sheet.name)
    filled = formulas.count_marks(formulas.MARK_FILLED, marks, sheet.name)
    untouched = sum(
        cell.cached == formulas.MARK_MISSING for cell in sheet.cells if cell.style is Style.MARK
    )
    counted = ((missing, untouched), (doubtful, 0), (f"{filled}+{doubtful}", 0))
    for column, (formula, cached) in enumerate(counted, 3):
        draft.cells.append(
            CellPlan(Rect.cell(row, column), Style.PANEL_NUMBER, formula=formula, cached=cached)
        )
    draft.cells.append(
        CellPlan(
            Rect.cell(row, _LAST),
            Style.PANEL_NUMBER,
            formula=str(len(answers)),
            cached=len(answers),
        )
    )


def _panel_total(draft: _Draft, first: int, last: int) -> None:
    row = draft.add_row(22)
    draft.put(Rect(row, 1, row, 2), Style.PANEL_HEAD, "合計")
    for column in range(3, _LAST + 1):
        letters = column_letters(column)
        cached = sum(
            int(c.cached or 0)
            for c in draft.cells
            if c.style is Style.PANEL_NUMBER and c.rect.left == column
        )
        formula = f"SUM({letters}{first}:{letters}{last})"
        draft.cells.append(
            CellPlan(Rect.cell(row, column), Style.PANEL_NUMBER, formula=formula, cached=cached)
        )


def _how_to(draft: _Draft, form: Form) -> None:
    draft.section("御記入にあたって")
    lines = [
        "・濃い枠線で囲んだ白い欄が記入欄です。左に●が付き色のある欄は、必須でまだ空欄の欄です。△の欄は記載内容を御確認ください。",
        "・字数は目安です。超えても保存・御提出いただけます。改行はAlt＋Enterで入力できます。",
        "・数や選択の欄で、お答えいただけないときは "
        + "、".join(f"「{word}」" for word in STATE_WORDS)
        + " と御記入いただけます。0のときは0と御記入ください。",
        "・患者・利用者個人が特定される内容は記入しないでください。",
        "・欄の左の小さな番号は集計用です。そのままにしてください。",
        "・枠に文字が収まらないときは、行の高さを広げられます。印刷して手書きし、ファクシミリでお送りいただくこともできます。",
    ]
    if form.individual:
        lines.insert(0, "・個人としてのお考えを御記入ください。団体としての決裁は不要です。")
    for text in lines:
        draft.line(text)


def _readers(draft: _Draft, form: Form) -> None:
    used = {q.share for q in form.questions() if q.kind.is_answered}
    draft.section("御回答を読む人")
    if Share.SHARED in used:
        draft.pair(
            "◎共有",
            "県、保健所及び研修の参加者（他の市町村・関係団体）が読みます。氏名・連絡先は含みません。",
        )
    if Share.PREFECTURE in used:
        draft.pair("県・保健所のみ", "県の担当課と保健所が読みます。")
    if Share.INTERNAL in used:
        draft.pair("県担当課のみ", "県の担当課だけが読みます。")


def _aims(draft: _Draft, form: Form, words: Words) -> None:
    with_lead = [sheet for sheet in form.sheets if sheet.lead]
    if not with_lead:
        return
    draft.section("各シートのねらい")
    for sheet in with_lead:
        draft.pair(sheet.name, "\n".join(f"・{words.years(text)}" for text in sheet.lead))
