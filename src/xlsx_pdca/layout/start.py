"""The sheet 「はじめに」: whose workbook it is, until when, how to fill it, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import zip_longest

from xlsx_pdca.cells import Rect, column_letters
from xlsx_pdca.layout import formulas
from xlsx_pdca.layout.frame import TICKET_TEXT, UNIT_TEXT
from xlsx_pdca.layout.metrics import LABEL_POINTS, LINE, text_height, text_pixels, width_units
from xlsx_pdca.layout.paper import with_breaks
from xlsx_pdca.layout.words import START_KEY, START_NAME, STATE_WORDS, Words
from xlsx_pdca.plan import (
    UNITS_LIST,
    AnswerPlan,
    CellPlan,
    PrintPlan,
    SheetPlan,
    Style,
    ValidationPlan,
)
from xlsx_pdca.spec import Form, Share

NOTHING_REQUIRED = "必須の欄はありません。お書きになれる欄だけで結構です。"

CHOOSER_KEY = "御回答者（選択）"
CHOOSER_PROMPT = "右の▼を押し、貴団体を一覧からお選びください。"

_WIDTHS = (text_pixels(8), text_pixels(24), *(text_pixels(7),) * 4)
"""A4 portrait at about 71 %."""
_LAST = len(_WIDTHS)


@dataclass
class _Draft:
    heights: list[float] = field(default_factory=list)
    cells: list[CellPlan] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    """First rows of the sections, which a page should not part."""

    def add_row(self, points: float) -> int:
        self.heights.append(round(points * 4) / 4)
        return len(self.heights)

    def put(self, rect: Rect, style: Style, text: str = "", link: str = "") -> None:
        self.cells.append(CellPlan(rect, style, text, link=link))

    def section(self, text: str) -> None:
        self.starts.append(self.add_row(6))
        row = self.add_row(20)
        self.put(Rect(row, 1, row, _LAST), Style.SECTION, text)
        self.add_row(3)

    def line(self, text: str) -> None:
        row = self.add_row(text_height(text, sum(_WIDTHS), LABEL_POINTS))
        self.put(Rect(row, 1, row, _LAST), Style.TEXT, text)

    def pair(
        self, key: str, *texts: str, style: Style = Style.VALUE, lines: int = 1, points: float = 0
    ) -> None:
        """A key with one row per text: lines of one cell would stand too close to each other."""
        width = sum(_WIDTHS[1:])
        rows = []
        for text in texts:
            wanted = text_height(text, width, LABEL_POINTS) + 1
            rows.append(self.add_row(max(wanted, lines * LABEL_POINTS * LINE + 8, points)))
            self.put(Rect(rows[-1], 2, rows[-1], _LAST), style, text)
        self.put(Rect(rows[0], 1, rows[-1], 1), Style.KEY, key)

    def two_pairs(self, left: tuple[str, str], right: tuple[str, str]) -> None:
        """Two short keys and values in one row."""
        places = ((1, 2, 2, left), (3, 4, _LAST, right))
        row = self.add_row(
            max(
                text_height(text, sum(_WIDTHS[first - 1 : last]), LABEL_POINTS) + 1
                for _, first, last, (_, text) in places
            )
        )
        for key_column, first, last, (key, text) in places:
            if key:
                self.put(Rect.cell(row, key_column), Style.KEY, key)
                self.put(Rect(row, first, row, last), Style.VALUE, text)


def start_sheet(
    form: Form,
    words: Words,
    sheets: tuple[SheetPlan, ...],
    answers: tuple[AnswerPlan, ...],
    open_sheets: tuple[str, ...],
    *,
    common: bool = False,
) -> SheetPlan:
    """Plan of はじめに; the progress panel counts the marks of the other sheets.

    On a common form the unit is chosen here from a list.
    """
    draft = _Draft()
    _title(draft, form)
    chooser = _submission(draft, form, common=common)
    _steps(draft, form)
    _panel(draft, sheets, answers, open_sheets)
    _signs(draft, form)
    _notes(draft)
    _aims(draft, form, words)
    printing = PrintPlan("A4", False, (1, 2), Rect(1, 1, len(draft.heights), _LAST))
    return SheetPlan(
        key=START_KEY,
        name=START_NAME,
        widths=tuple(width_units(p) for p in _WIDTHS),
        heights=tuple(draft.heights),
        cells=tuple(draft.cells),
        validations=chooser,
        printing=with_breaks(printing, draft.heights, draft.starts, sum(_WIDTHS)),
        freeze=(2, 0),
    )


def _title(draft: _Draft, form: Form) -> None:
    row = draft.add_row(30)
    draft.put(Rect.cell(row, 1), Style.TITLE, f"{form.title}　御記入のお願い")
    draft.put(Rect.cell(row, _LAST), Style.TICKET, TICKET_TEXT)
    row = draft.add_row(20)
    draft.put(Rect.cell(row, 1), Style.UNIT, UNIT_TEXT)
    if form.purpose:
        draft.line(form.purpose)


def _submission(draft: _Draft, form: Form, *, common: bool) -> tuple[ValidationPlan, ...]:
    draft.section("御提出について")
    draft.pair("提出期限", "⟦deadline⟧", style=Style.DEADLINE, points=32)
    draft.pair(
        "御提出方法",
        "このファイルに御記入のうえ、メールに添付して ⟦return_to⟧ へ御返送ください。",
        f"ファイル名はそのままで結構です。{_beside(form)}も、同じメールに添付していただけます。",
    )
    draft.pair("お問合せ先", "⟦contact⟧", lines=2)
    chooser = (_chooser(draft),) if common else ()
    if not common:
        draft.pair("御回答者", "⟦unit⟧（⟦role⟧）")
        draft.pair("対象の市町村", "⟦covers⟧", lines=2)
    if form.minutes:
        draft.pair(
            "所要時間", f"{form.minutes}分程度（途中で保存し、続きから御記入いただけます。）"
        )
    draft.pair("文書", "⟦document⟧　⟦issued_on⟧　⟦round⟧　⟦prefecture⟧")
    return chooser


def _chooser(draft: _Draft) -> ValidationPlan:
    """The one cell of はじめに that is filled in: who answers."""
    row = draft.add_row(32)
    rect = Rect(row, 2, row, _LAST)
    draft.put(Rect.cell(row, 1), Style.KEY, CHOOSER_KEY)
    draft.put(rect, Style.ANSWER_CHOICE)
    return ValidationPlan(rect, "御回答者", CHOOSER_PROMPT, UNITS_LIST)


def _beside(form: Form) -> str:
    """What may come along with the workbook."""
    drawn = [sheet.name for sheet in form.sheets if sheet.drawing]
    return f"{drawn[0]}などの資料" if drawn else "御回答に関する資料"


def _steps(draft: _Draft, form: Form) -> None:
    draft.section("御記入の手順")
    view = "個人としてのお考えを" if form.individual else ""
    free = "（団体としての決裁は不要です）" if form.individual else ""
    draft.line(
        "1　画面の上に黄色い帯（保護ビュー）が出ているときは、［編集を有効にする］を押してください。"
    )
    draft.line(f"2　下の表でシートの名前を押し、濃い枠線で囲んだ欄に{view}御記入ください{free}。")
    draft.line("3　御記入が済みましたら、上書き保存のうえ、メールに添付して御返送ください。")


def _panel(
    draft: _Draft,
    sheets: tuple[SheetPlan, ...],
    answers: tuple[AnswerPlan, ...],
    open_sheets: tuple[str, ...],
) -> None:
    """御記入の進み具合: per sheet how many required answers are missing, by the marks beside the answers."""
    draft.section("御記入の進み具合（自動で計算します）")
    verdict = draft.add_row(20)
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
    total = _panel_total(draft, first, row)
    _verdict(draft, verdict, total, asks=any(answer.required for answer in answers))


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


def _panel_total(draft: _Draft, first: int, last: int) -> int:
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
    return row


def _verdict(draft: _Draft, row: int, total: int, *, asks: bool) -> None:
    """One sentence above the table: what is left to do."""
    rect = Rect(row, 1, row, _LAST)
    if not asks:
        draft.put(rect, Style.TEXT, NOTHING_REQUIRED)
        return
    missing = next(c for c in draft.cells if (c.rect.top, c.rect.left) == (total, 3))
    draft.cells.append(CellPlan(rect, Style.VERDICT, formula=f"$C${total}", cached=missing.cached))


_MARKS = (
    (formulas.MARK_MISSING, "必須で、まだ空欄です。"),
    (formulas.MARK_FILLED, "記入済みです。"),
    (formulas.MARK_DOUBTFUL, "念のため御確認ください（理由は欄の下）。"),
)
_READERS = {
    Share.SHARED: "県、保健所、研修の参加者（他市町村・関係団体）\n氏名・連絡先は除きます。",
    Share.PREFECTURE: "県の担当課と保健所",
    Share.INTERNAL: "県の担当課だけ",
}


def _signs(draft: _Draft, form: Form) -> None:
    """The marks beside the answers, and who reads what, side by side."""
    used = {q.share for q in form.questions() if q.kind.is_answered}
    readers = [(share.printed, words) for share, words in _READERS.items() if share in used]
    draft.section("記入欄の左の印と、御回答を読む人（設問の下の表示）")
    for mark, reader in zip_longest(_MARKS, readers, fillvalue=("", "")):
        draft.two_pairs(mark, reader)


def _notes(draft: _Draft) -> None:
    draft.section("御記入にあたって")
    for text in (
        "・患者・利用者個人が特定される内容は記入しないでください。",
        "・印のない欄は、空欄のままで構いません。0のときは0と御記入ください。字数は目安で、超えても構いません。",
        "・数や選択の欄には、"
        + "".join(f"「{word}」" for word in STATE_WORDS)
        + "とも御記入いただけます。",
        "・ほかの文書から写すときは、「値の貼り付け」をお使いになるか、欄をダブルクリックしてから貼り付けてください。",
        "・改行はAlt＋Enterで入力できます。欄の左の小さな番号は集計用です。そのままにしてください。",
        "・枠に文字が収まらないときは、行の高さを広げられます。印刷して手書きし、ファクシミリでお送りいただくこともできます。",
    ):
        draft.line(text)


def _aims(draft: _Draft, form: Form, words: Words) -> None:
    with_lead = [sheet for sheet in form.sheets if sheet.lead]
    if not with_lead:
        return
    draft.section("各シートのねらい")
    for sheet in with_lead:
        draft.pair(sheet.name, *(f"・{words.lead(text)}" for text in sheet.lead))
