"""送信一覧.xlsx: what stands in each mail, to be copied by hand into a web mail, and the day on which it went out, read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from xlsx_pdca.cells import a1
from xlsx_pdca.definitions.open_table import Head, TableRow, find_table, sheet_named
from xlsx_pdca.errors import Fault
from xlsx_pdca.workbook.officer_book import read_tables
from xlsx_pdca.workbook.summary_look import BODY_POINTS, SummaryBook, SummarySheet, height_of

FILE = "送信一覧.xlsx"
LIST, BODIES = "送信一覧", "本文"
BOX = "□"
_DAY_COLUMN = 3
HEAD_ROW = 5
_HEADS = (
    Head("done", "済"),
    Head("on", "送信日"),
    Head("name", "送付先"),
    Head("to", "宛先（To）"),
    Head("subject", "件名"),
    Head("mail", "メール番号"),
    Head("file", "添付", ("添付1",)),
)
_READ = tuple(head for head in _HEADS if head.key in ("on", "mail"))
_LEAD = (
    "Webメールで1通ずつ送るための一覧です。上から順に、宛先・件名・本文を写し、添付ファイルを付けて送ります。メールソフトで送るときは、右の「下書き」から開けます。",
    "「本文」の欄の「選ぶ」を押すと、写すところが選ばれます。そのままコピー（Ctrl+C）し、メールの本文に貼り付けてください。添付は、ファイルを選ぶ画面の「ファイル名」に「添付」の欄を貼り付けると早くできます。",
    "送ったら「送信日」に日付を記入して保存し、閉じてください（Ctrl+; で今日の日付）。次に send を実行したときに、送付済として記録します。",
)


@dataclass(frozen=True)
class SendingLine:
    """One mail of the list."""

    mail: str
    name: str
    """Of the addressee."""
    kind: str
    """依頼, 差替え…"""
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    body: str
    files: tuple[str, ...]
    """Whole paths of the addressee's own files."""
    size: int
    """Bytes of the whole mail."""
    draft: str
    """Name of the .eml beside the list."""
    done: str = ""
    on: str = ""
    """What the officer has written already."""


@dataclass(frozen=True)
class SendingMark:
    """What the officer wrote into one line."""

    mail: str
    name: str
    on: str
    done: str
    place: str
    """Like 送信一覧 C7."""
    path: str = ""
    """Of the first attachment, as it was written into the list."""
    subject: str = ""
    """As it stands in the line now."""


@dataclass(frozen=True)
class SendingMarks:
    """The list as she left it."""

    marks: tuple[SendingMark, ...] = ()
    faults: tuple[Fault, ...] = ()


def write_sending_list(
    lines: Sequence[SendingLine], materials: Sequence[str], *, title: str, at: datetime
) -> bytes:
    """The workbook; `materials` are whole paths of what goes along with every mail."""
    book = SummaryBook(f"送信一覧　{title}", f"送信一覧　{title}", at)
    listing, bodies = book.sheet(LIST), book.sheet(BODIES)
    spots = _write_bodies(bodies, lines)
    _List(listing, max([1, *(len(line.files) for line in lines)])).write(
        lines, materials, spots, title
    )
    listing.raw.activate()
    return book.finish()


def read_sending_list(path: Path) -> SendingMarks:
    """What was written into a list; nothing where it is none of ours any more."""
    sheet = sheet_named(read_tables(path), LIST)
    table = find_table(sheet, _HEADS, at_least=4) if sheet else None
    if table is None:
        return SendingMarks()
    rows = list(table.rows())
    lost = (
        row.fault("on", "どのメールの送信日か分かりません。", "元の行に記入し直してください。")
        for row in rows
        if row.text("on") and not row.text("mail")
    )
    faults = tuple(table.head_faults(_READ)) or tuple(lost)
    return SendingMarks(tuple(_mark(row) for row in rows if row.text("mail")), faults)


def _mark(row: TableRow) -> SendingMark:
    done = row.text("done")
    return SendingMark(
        mail=row.text("mail"),
        name=row.text("name"),
        on=row.text("on"),
        done="" if done == BOX else done,
        place=row.place("on"),
        path=row.text("file"),
        subject=row.text("subject"),
    )


def _write_bodies(sheet: SummarySheet, lines: Sequence[SendingLine]) -> list[str]:
    """Each mail's words down a column of its own, a line in a cell: copied from there no quotation marks come along."""
    spots = []
    for column, line in enumerate(lines, 1):
        texts = line.body.rstrip("\n").split("\n")
        sheet.text(1, column, f"{column}　{line.name}", "head")
        for row, text in enumerate(texts, 2):
            if text:
                sheet.text(row, column, text, "raw")
        spots.append(f"internal:'{BODIES}'!{a1(2, column)}:{a1(len(texts) + 1, column)}")
    sheet.widths([420.0] * max(len(lines), 1))
    sheet.raw.freeze_panes(1, 0)
    return spots


@dataclass(frozen=True)
class _List:
    sheet: SummarySheet
    files: int
    """Columns for files."""

    @property
    def columns(self) -> tuple[tuple[str, float], ...]:
        files = tuple(
            ("添付" if self.files == 1 else f"添付{n}", 250.0) for n in range(1, self.files + 1)
        )
        return (
            ("番号", 44.0), ("済", 36.0), ("送信日", 96.0), ("送付先", 130.0), ("種類", 62.0),
            ("宛先（To）", 230.0), ("CC", 150.0), ("件名", 330.0), ("本文", 64.0), *files,
            ("大きさ", 70.0), ("下書き", 170.0), ("本文（1つの欄）", 120.0), ("メール番号", 60.0),
        )  # fmt: skip

    def write(
        self,
        lines: Sequence[SendingLine],
        materials: Sequence[str],
        spots: Sequence[str],
        title: str,
    ) -> None:
        sheet = self.sheet
        sheet.widths([pixels for _, pixels in self.columns])
        sheet.text(1, 1, f"送信一覧　{title}　（{len(lines)}通）", "title")
        sheet.height(1, 27)
        for row, text in enumerate(_LEAD, 2):
            sheet.text(row, 1, text, "subtitle")
            sheet.height(row, 17)
        for column, (head, _) in enumerate(self.columns, 1):
            sheet.text(HEAD_ROW, column, head, "note_head" if head in ("済", "送信日") else "head")
        sheet.height(HEAD_ROW, 24)
        for number, (line, spot) in enumerate(zip(lines, spots, strict=True), 1):
            self._line(HEAD_ROW + number, number, line, spot)
        self._materials(HEAD_ROW + len(lines) + 2, materials)
        self._finish(len(lines), len(materials))

    def _line(self, row: int, number: int, line: SendingLine, spot: str) -> None:
        sheet = self.sheet
        files = (*line.files, *("",) * (self.files - len(line.files)))
        texts = (
            str(number), line.done or BOX, line.on, line.name, line.kind, ", ".join(line.to),
            ", ".join(line.cc), line.subject,
        )  # fmt: skip
        styles = ("center", "note", "note", "name", "center", "body", "body", "body")
        for column, (text, style) in enumerate(zip(texts, styles, strict=True), 1):
            centered = {"align": "center", "indent": 0} if column in (2, 3) else {}
            # not a text: what is typed as 9/2 becomes the day of this year
            day = {"num_format": "yyyy/m/d"} if column == _DAY_COLUMN else {}
            sheet.text(row, column, text, style, valign="vcenter", **centered, **day)
        column = len(texts) + 1
        sheet.link(row, column, spot, "選ぶ", "black_link", "本文を選びます。Ctrl+C で写します。")
        for text in files:
            column += 1
            sheet.text(row, column, text, "source", valign="vcenter")
        size = f"{max(1, round(line.size / 1024)):,} KB"
        sheet.text(row, column + 1, size, "center", valign="vcenter")
        sheet.link(
            row,
            column + 2,
            f"external:{line.draft}",
            line.draft,
            "source_link",
            "メールソフトで開く",
        )
        sheet.text(row, column + 3, line.body, "raw")
        sheet.text(row, column + 4, line.mail, "key")
        seen = [(text, pixels) for text, (_, pixels) in zip(texts, self.columns, strict=False)]
        paths = [(text, 250.0 * BODY_POINTS / 8) for text in files]
        sheet.height(row, height_of([*seen, *paths], least=26))

    def _materials(self, row: int, materials: Sequence[str]) -> None:
        """Below the list: what goes along with each."""
        if not materials:
            return
        self.sheet.text(
            row,
            1,
            "様式を送るメールに付ける添付資料（25_添付資料。確認と受領のメールには付けません）",
            "heading",
        )
        for n, path in enumerate(materials, row + 1):
            self.sheet.text(n, 1, path, "plain", text_wrap=False)

    def _finish(self, rows: int, materials: int) -> None:
        sheet = self.sheet
        last = HEAD_ROW + max(rows, 1)
        sheet.raw.autofilter(HEAD_ROW - 1, 0, last - 1, len(self.columns) - 1)
        sheet.raw.freeze_panes(HEAD_ROW, 4)
        for row in range(HEAD_ROW, last):
            sheet.raw.data_validation(
                row, 1, row, 1, {"validate": "list", "source": [BOX, "☑"], "error_type": "warning"}
            )
        shown = self.columns[: 9 + self.files]
        sheet.book.set_up_print(
            sheet, pixels=sum(pixels for _, pixels in shown), repeat=(HEAD_ROW, HEAD_ROW)
        )
        below = 2 + materials if materials else 0
        sheet.raw.print_area(0, 0, last - 1 + below, len(shown) - 1)
        sheet.raw.fit_to_pages(1, 0)


@dataclass(frozen=True)
class ReviewLine:
    """One attachment of one mail, for a second person's eyes."""

    name: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    file: str
    whose: str
    """Unit of the ticket inside; "" for 添付資料."""
    is_seen: bool = True
    """False for a draft nobody has looked into."""
    mail: str = ""
    """Tells the lines of one mail from those of the next."""


REVIEW_FILE = "送信前の確認.xlsx"
_REVIEW = (
    ("番号", 44.0), ("送付先", 170.0), ("宛先（To）", 260.0), ("CC", 190.0),
    ("添付ファイル", 330.0), ("中の整理番号の団体", 210.0), ("確認", 50.0),
)  # fmt: skip


def write_review(
    lines: Sequence[ReviewLine], materials: Sequence[str], *, title: str, at: datetime
) -> bytes:
    """One page to be ticked by a second person before anything goes out."""
    book = SummaryBook(f"送信前の確認　{title}", f"送信前の確認　{title}", at)
    sheet = book.sheet("送信前の確認")
    sheet.widths([pixels for _, pixels in _REVIEW])
    sheet.text(1, 1, f"送信前の確認　{title}", "title", font_color="#000000")
    sheet.height(1, 27)
    mails = len({(line.name, line.to, line.mail) for line in lines})
    told = f"{mails}通。宛先・添付ファイル・中の整理番号の団体が合っているかを、送る人とは別の方が御確認ください。"
    sheet.text(2, 1, told, "subtitle", font_color="#000000")
    along = "、".join(materials) or "なし"
    sheet.text(
        3,
        1,
        f"様式を送るメールに付く添付資料：{along}　　　確認した人：　　　　　　　　　　　確認した日：",
        "subtitle",
    )
    for column, (head, _) in enumerate(_REVIEW, 1):
        sheet.text(4, column, head, "white_head")
    sheet.height(4, 24)
    for row, texts in enumerate(_review_rows(lines), 5):
        for column, text in enumerate(texts, 1):
            sheet.text(
                row, column, text, "center" if column in (1, 7) else "body", valign="vcenter"
            )
        seen = zip(texts, (pixels for _, pixels in _REVIEW), strict=True)
        sheet.height(row, height_of(seen, least=16))
    sheet.raw.freeze_panes(4, 0)
    sheet.book.set_up_print(sheet, pixels=sum(p for _, p in _REVIEW), repeat=(4, 4), paper="A4")
    sheet.raw.fit_to_pages(1, 0)
    return book.finish()


def _review_rows(lines: Sequence[ReviewLine]) -> Iterator[tuple[str, ...]]:
    number, before = 0, None
    for line in lines:
        is_new = (line.name, line.to, line.mail) != before
        number, before = number + is_new, (line.name, line.to, line.mail)
        head = (str(number), line.name, ", ".join(line.to), ", ".join(line.cc))
        yield (*(head if is_new else ("",) * 4), line.file, line.whose, BOX)
