"""データ集: the answers for programs and pivot tables, one value per cell, nothing for looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from xlsx_pdca.cells import MAX_ROW
from xlsx_pdca.event import JST
from xlsx_pdca.layout.metrics import text_em
from xlsx_pdca.long_table import COLUMNS, iso, long_table
from xlsx_pdca.plan import FieldPlan, Style, WorkbookPlan
from xlsx_pdca.spec import Need
from xlsx_pdca.summary import SummaryInput
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workbook.summary_look import SummaryBook, SummarySheet, height_of, japanese_time

DRAWING = "drawing"
"""Kind of a sheet that asks for a picture, beside the kinds of questions."""
MOST_IN_TABLE = 100_000
"""Rows of a real Excel table; beyond that a filter does, since Excel gets slow."""
_MOST_PIXELS = 420.0

_ARRIVAL_HEADS = (
    "受付番号",
    "受信日時",
    "受信日（和暦）",
    "届いたファイル名",
    "回答単位",
    "様式",
    "提出回",
    "取扱い",
    "取扱いの理由",
    "届いたところ",
    "受領済ファイル",
    "バイト数",
    "SHA-256",
    "メールの差出人",
    "メールの日時",
    "メールの件名",
    "Message-ID",
    "メールの本文",
)
_QUESTION_HEADS = (
    "様式",
    "版",
    "項目",
    "番号",
    "設問",
    "原典の設問",
    "種類",
    "シート",
    "見出し",
    "表・マトリクス",
    "必須",
    "目安字数",
    "単位",
    "最小",
    "最大",
    "共有範囲",
    "氏名等",
)
_OPTION_HEADS = ("様式", "版", "項目", "順", "選択肢")
READ_ME = "はじめに"
PERSONAL = "氏名・連絡先を含みます。外部へは渡さないでください。"
_SHEETS = (
    ("回答一覧", "1行が1つの回答です。空欄の回答も1行になります。列の意味は下の表のとおりです。"),
    ("受信ファイル一覧", "届いたファイルのすべてです。"),
    (
        "設問一覧",
        "様式の版ごとの設問です。「氏名等」が○の設問の回答は、氏名や連絡先です。計算の欄と組織図などの図もここにあります。",
    ),
    ("選択肢一覧", "選んで答える設問の選択肢です。"),
)
_MEANINGS = (
    ("round", "実施回"),
    ("form", "様式"),
    ("edition", "版（整理番号の6桁）"),
    ("unit", "回答単位の番号"),
    ("code", "団体コード（共同回答では空欄）"),
    ("municipality", "市町村名（共同回答では空欄）"),
    ("covers", "回答に含まれる団体コード（;区切り）"),
    ("role", "回答者の立場"),
    ("field_id", "項目"),
    ("question", "印刷した設問"),
    ("column", "場面など、表の列"),
    ("row", "表の行"),
    ("kind", "種類"),
    ("raw", "記入のまま"),
    ("value", "値（数は数字だけ、日付と年度は西暦）"),
    ("state", "記入・空欄などの別"),
    ("status", "提出の状況"),
    ("entry", "入力・県補正・代理入力の別"),
    ("entered_by", "記入した人（「入力」では様式に記入された氏名、「代理入力」では県で写した人）"),
    ("entered_at", "記入した日時（「入力」では空欄）"),
    ("evidence", "その根拠（「入力」では空欄、「代理入力」では元の紙などの受付番号）"),
    ("file", "元のファイル"),
    ("sheet", "元のシート"),
    ("cell", "元のセル"),
    ("received_at", "受信日時"),
    ("sha256", "元のファイルのハッシュ値"),
    ("submission", "何回目の提出か"),
    ("share", "お知らせした共有の範囲"),
    ("as_of", "取りまとめの日時"),
)
_NEEDS = {
    Need.ALWAYS: "必須",
    Need.IF: "条件付き",
    Need.UNLESS: "条件付き",
    Need.OPTIONAL: "任意",
}


def data_book(summary: SummaryInput) -> bytes:
    """The bytes of データ集."""
    book = SummaryBook(
        title=f"データ集 {summary.round_name}",
        footer=f"{summary.round_name} データ集　{japanese_time(summary.as_of)} 現在　{PERSONAL}",
        as_of=summary.as_of,
    )
    plans = list(summary.plans.values())
    _write_read_me(book.sheet(READ_ME), summary)
    _write_table(book, "回答一覧", COLUMNS, long_table(summary))
    _write_table(book, "受信ファイル一覧", _ARRIVAL_HEADS, _arrivals(summary))
    _write_table(book, "設問一覧", _QUESTION_HEADS, (r for p in plans for r in _questions(p)))
    _write_table(book, "選択肢一覧", _OPTION_HEADS, (r for p in plans for r in _options(p)))
    return book.finish()


def _write_read_me(sheet: SummarySheet, summary: SummaryInput) -> None:
    """What the book holds, and first of all that it names persons."""
    widths = (170.0, 520.0)
    sheet.widths(widths)
    sheet.text(1, 1, f"データ集　{summary.round_name}", "title", text_wrap=False)
    sheet.height(1, 27)
    sheet.text(2, 1, PERSONAL, "plain", bold=True, font_size=13, text_wrap=False)
    sheet.height(2, 24)
    words = f"{japanese_time(summary.as_of)} 現在　「設問一覧」の「氏名等」が○の設問と、共有範囲の列を御確認ください。"
    sheet.text(3, 1, words, "subtitle", text_wrap=False)
    sheet.height(3, 20)
    row = 5
    for heads, lines in ((("シート", "内容"), _SHEETS), (("回答一覧の列", "意味"), _MEANINGS)):
        for line in (heads, *lines):
            for column, text in enumerate(line, 1):
                sheet.text(row, column, text, "head" if line is heads else "body", valign="vcenter")
            sheet.height(row, height_of(zip(line, widths, strict=True)))
            row += 1
        row += 1
    sheet.book.set_up_print(sheet, pixels=sum(widths), landscape=False, paper="A4")
    sheet.raw.fit_to_pages(1, 1)


def _arrivals(summary: SummaryInput) -> Iterator[tuple[str, ...]]:
    for arrival in sorted(summary.arrivals, key=lambda a: a.received_at):
        letter = arrival.letter
        yield (
            str(arrival.number or ""),
            iso(arrival.received_at),
            wareki(arrival.received_at.astimezone(JST).date()),
            arrival.name,
            arrival.unit,
            arrival.form,
            str(arrival.submission or ""),
            arrival.outcome,
            arrival.reason,
            arrival.source,
            arrival.file,
            str(arrival.size),
            arrival.sha256,
            letter.sender if letter else "",
            letter.date if letter else "",
            letter.subject if letter else "",
            letter.message_id if letter else "",
            letter.text if letter and arrival.is_mail else "",
        )


def _questions(plan: WorkbookPlan) -> Iterator[tuple[str, ...]]:
    edition = plan.edition
    for rule in plan.fields:
        yield (
            plan.form,
            edition,
            rule.field,
            rule.code,
            rule.label,
            rule.source,
            rule.kind.value,
            plan.sheet(rule.sheet).name,
            rule.heading,
            rule.group,
            _NEEDS[rule.required.need],
            str(rule.guide or ""),
            rule.unit,
            _limit(rule, least=True),
            _limit(rule, least=False),
            rule.share.value,
            "○" if rule.personal else "",
        )
    yield from (_drawing(plan, sheet) for sheet in plan.drawing_sheets)


def _drawing(plan: WorkbookPlan, key: str) -> tuple[str, ...]:
    """The line of a sheet that asks for a picture; its number of pictures stands in 取りまとめ表."""
    sheet = plan.sheet(key)
    title = next((cell.text for cell in sheet.cells if cell.style is Style.TITLE), sheet.name)
    known = {
        "様式": plan.form,
        "版": plan.edition,
        "項目": key,
        "設問": title,
        "種類": DRAWING,
        "シート": sheet.name,
        "必須": _NEEDS[Need.OPTIONAL],
    }
    return tuple(known.get(head, "") for head in _QUESTION_HEADS)


def _limit(rule: FieldPlan, *, least: bool) -> str:
    limit = rule.minimum if least else rule.maximum
    return "" if limit is None else f"{limit:f}"


def _options(plan: WorkbookPlan) -> Iterator[tuple[str, ...]]:
    edition = plan.edition
    for rule in plan.fields:
        for number, option in enumerate(rule.options, 1):
            yield (plan.form, edition, rule.field, str(number), option)


def _write_table(
    book: SummaryBook, name: str, heads: Sequence[str], rows: Iterable[Sequence[str]]
) -> None:
    """One list from A1 on; what a sheet cannot hold goes on in the next."""
    listed = [tuple(row) for row in rows]
    most = MAX_ROW - 1
    for part in range(max(-(-len(listed) // most), 1)):
        sheet = book.sheet(name if part == 0 else f"{name}_{part + 1}")
        _write_part(sheet, heads, listed[part * most : (part + 1) * most])


def _write_part(sheet: SummarySheet, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [_width(head, [row[n] for row in rows[:200]]) for n, head in enumerate(heads)]
    sheet.widths(widths)
    last_row, last_column = max(len(rows), 1), len(heads) - 1
    if len(rows) <= MOST_IN_TABLE:
        columns = [{"header": head} for head in heads]
        style = {"columns": columns, "style": "Table Style Light 1", "name": _table_name(sheet)}
        sheet.raw.add_table(0, 0, last_row, last_column, style)
    else:
        sheet.raw.autofilter(0, 0, last_row, last_column)
    for column, head in enumerate(heads, 1):
        sheet.text(1, column, head, "raw", bold=True)
    for number, row in enumerate(rows, 2):
        sheet.texts(number, row, "raw")
    sheet.raw.freeze_panes(1, 0)
    sheet.book.set_up_print(sheet, pixels=sum(widths), repeat=(1, 1))


def _width(head: str, texts: Sequence[str]) -> float:
    longest = max((text_em(t.partition("\n")[0]) for t in (head, *texts)), default=1.0)
    return min(longest * 13.4 + 24, _MOST_PIXELS)


def _table_name(sheet: SummarySheet) -> str:
    return f"list{len(sheet.book.raw.worksheets())}"
