"""The four sheets of 管理簿 as they are painted: where to write is warm, what is read is pale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from xlsx_pdca.cells import a1, column_letters
from xlsx_pdca.definitions.form_settings import FORMS_HEADS, FORMS_NOTES, FORMS_SHEET
from xlsx_pdca.definitions.roster_columns import COLUMNS, GROUPING, SHEET, Column, written_row
from xlsx_pdca.definitions.settings import ITEMS, SETTINGS_HEADS, SETTINGS_SHEET, Item
from xlsx_pdca.layout.metrics import FONT, lines_needed, width_units
from xlsx_pdca.workbook.look import (
    BAND,
    DOUBTFUL,
    GREY,
    INK,
    NAVY,
    PALE,
    RULE,
    WHITE,
)

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from xlsx_pdca.workbook.officer_book import OfficerBook

GUIDE_SHEET = "使い方"
WARM = "#FFF8E3"
MISSING = "#FFDDB8"
"""Must be filled and is not; set off from the warm fields on an old projector too."""
SPARE_ROWS = 200
"""Empty lines below the last unit that are ready to be filled: text format, lists, marks."""

_LINED: Mapping[str, Any] = {
    "border": 1,
    "border_color": RULE,
    "valign": "vcenter",
    "text_wrap": True,
}
_TEXT: Mapping[str, Any] = {**_LINED, "font_size": 9.5, "num_format": "@", "align": "left"}
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "title": {"font_size": 16, "bold": True, "font_color": NAVY, "valign": "vcenter"},
    "lead": {"font_size": 9.5, "font_color": GREY, "valign": "vcenter"},
    "head": {
        **_LINED, "font_size": 9, "bold": True, "font_color": WHITE, "bg_color": NAVY,
        "border_color": WHITE, "align": "center",
    },
    "band": {"font_size": 8.5, "bold": True, "font_color": NAVY, "bg_color": BAND, "valign": "vcenter"},
    "section": {
        "font_size": 11, "bold": True, "font_color": NAVY, "valign": "bottom",
        "bottom": 2, "bottom_color": NAVY,
    },
    "label": {**_LINED, "font_size": 10.5, "bold": True, "bg_color": BAND, "indent": 1},
    "field": {**_LINED, "font_size": 10.5, "num_format": "@", "align": "left", "bg_color": WARM, "indent": 1},
    "note": {**_LINED, "font_size": 9, "font_color": GREY, "indent": 1},
    "name": {**_TEXT, "bold": True, "indent": 1},
    "small": {**_TEXT, "font_size": 9, "indent": 1},
    "mail": {**_TEXT, "font_size": 8.5, "indent": 1},
    "code": {**_TEXT, "font_size": 9, "align": "center"},
    "fixed": {**_TEXT, "font_color": GREY, "bg_color": PALE, "indent": 1},
    "form": {**_TEXT, "font_size": 10.5, "bold": True, "bg_color": BAND, "indent": 1},
    "question": {**_TEXT, "bg_color": PALE, "indent": 2},
    "warm": {**_TEXT, "font_size": 10.5, "align": "center", "bg_color": WARM},
    "step": {"font_size": 14, "bold": True, "font_color": NAVY, "align": "center", "valign": "vcenter"},
    "told": {"font_size": 10.5, "text_wrap": True, "valign": "vcenter"},
}  # fmt: skip

_ROSTER_LOOK: Mapping[str, tuple[int, str]] = {
    "id": (78, "code"), "kind": (58, "code"), "code": (70, "code"), "name": (108, "name"),
    "covers": (104, "small"), "role": (98, "small"), "area": (78, "small"), "health_office": (104, "small"),
    "via": (76, "small"), "to": (178, "mail"), "cc": (84, "mail"), "department": (88, "small"),
    "contact_person": (66, "small"), "telephone": (118, "small"), "deadline": (114, "small"),
    "exempt": (50, "code"), "exempt_reason": (92, "small"),
}  # fmt: skip
"""Width in pixels and style of each column; a grouping of hers has one look."""
_GROUPING_LOOK = (140, "small")
_BANDS = {
    "id": "回答単位",
    "role": "役割と圏域",
    "to": "送付と連絡",
    "deadline": "この相手だけの扱い",
}
"""What stands above the first column of each group."""


def paint(raw: Workbook, book: OfficerBook) -> None:
    """Write all four sheets; 設定 is in front."""
    painter = _Painter(raw, book.title)
    painter.settings(book.settings)
    painter.roster(book)
    painter.forms(book)
    painter.guide()


class _Painter:
    def __init__(self, raw: Workbook, title: str) -> None:
        self.raw, self.title = raw, title
        self._formats: dict[str, Format] = {}

    def style(self, name: str) -> Format:
        if name not in self._formats:
            self._formats[name] = self.raw.add_format(dict(_STYLES[name]))
        return self._formats[name]

    def settings(self, values: Mapping[str, str]) -> None:
        """設定: one line per item, in sections."""
        sheet = self._sheet(SETTINGS_SHEET, (190, 330, 500))
        self._top(
            sheet,
            "クリーム色の「記入欄」に御記入ください。行の順序を変えたり、行を足したりしても構いません。",
        )
        self._heads(sheet, 3, [head.text for head in SETTINGS_HEADS])
        sheet.freeze_panes(4, 0)
        row = 4
        for item in ITEMS:
            if item.section:
                sheet.set_row(row, 30)
                for column in range(1, 4):
                    sheet.write(
                        row, column, item.section if column == 1 else "", self.style("section")
                    )
                row += 1
            self._setting(sheet, row, item, values.get(item.key, ""))
            row += 1
        self._print(sheet, row - 1, 3, head_row=3, pages=1, portrait=True)

    def _setting(self, sheet: Worksheet, row: int, item: Item, value: str) -> None:
        sheet.set_row(row, _height(item.note, 500, 9, least=30))
        sheet.write(row, 1, item.text, self.style("label"))
        sheet.write(row, 2, value, self.style("field"))
        sheet.write(row, 3, item.note, self.style("note"))
        if item.options:
            _list(sheet, (row, 2, row, 2), item.options, strict=True)
        if item.required:
            self._mark(sheet, (row, 2, row, 2), f"LEN(TRIM({a1(row + 1, 3)}))=0", MISSING)

    def roster(self, book: OfficerBook) -> None:
        """名簿: an open table with a filter, room for more lines, and marks for what is missing."""
        groupings = tuple(dict.fromkeys(head for unit in book.units for head, _ in unit.groupings))
        looks = [_ROSTER_LOOK[c.head.key] for c in COLUMNS] + [_GROUPING_LOOK] * len(groupings)
        sheet = self._sheet(SHEET, [width for width, _ in looks])
        self._top(
            sheet,
            "回答を1つ返してくださる相手ごとに1行です。並べ替え・絞り込み・色付けは自由です。右に列を足せます"
            f"（見出しを「{GROUPING}○○」とすると集計の区分に使います）。見出しに触れると説明が出ます。",
        )
        heads = [c.head.text for c in COLUMNS] + [GROUPING + head for head in groupings]
        self._bands(sheet, heads)
        self._heads(sheet, 4, heads)
        for column, kept in enumerate(COLUMNS, 1):
            _comment(sheet, 4, column, kept.note)
        last = 4 + len(book.units) + SPARE_ROWS
        lines = [written_row(unit, book.by_code, groupings) for unit in book.units]
        for row, line in enumerate(lines, 5):
            self._line(sheet, row, line, looks)
        self._spare(sheet, 5 + len(lines), last, looks)
        self._roster_rules(sheet, last, len(heads))
        sheet.freeze_panes(5, 5)
        self._print(sheet, 4 + max(len(lines), 1), len(heads), head_row=4)

    def _line(
        self, sheet: Worksheet, row: int, line: Sequence[str], looks: Sequence[tuple[int, str]]
    ) -> None:
        heights = (
            _height(text, width - 6, _STYLES[style]["font_size"], least=28)
            for text, (width, style) in zip(line, looks, strict=True)
        )
        sheet.set_row(row, max(heights))
        for column, (text, (_, style)) in enumerate(zip(line, looks, strict=True), 1):
            sheet.write_string(row, column, text, self.style(style)) if text else sheet.write_blank(
                row, column, None, self.style(style)
            )

    def _spare(
        self, sheet: Worksheet, first: int, last: int, looks: Sequence[tuple[int, str]]
    ) -> None:
        for row in range(first, last + 1):
            for column, (_, style) in enumerate(looks, 1):
                sheet.write_blank(row, column, None, self.style(style))

    def _roster_rules(self, sheet: Worksheet, last: int, width: int) -> None:
        sheet.autofilter(4, 1, last, width)
        sheet.ignore_errors({"number_stored_as_text": f"B6:{a1(last + 1, width + 1)}"})
        letters = {c.head.key: column_letters(n) for n, c in enumerate(COLUMNS, 2)}
        for number, column in enumerate(COLUMNS, 1):
            if column.options:
                _list(sheet, (5, number, last, number), column.options, strict=column.strict)
        whole = (5, 1, last, width)
        exempt = f"LEN(TRIM(${letters['exempt']}6))>0"
        self._mark(sheet, whole, exempt, PALE, ink=GREY)
        filled = f"LEN(TRIM(${letters['name']}6&${letters['code']}6))>0"
        for key in [c.head.key for c in COLUMNS if c.required] + ["to"]:
            place = _column_of(key)
            empty = f"LEN(TRIM({letters[key]}6))=0"
            self._mark(sheet, (5, place, last, place), f"AND({filled},{empty})", MISSING)
        own = letters["id"]
        twice = f"AND(LEN({own}6)>0,COUNTIF(${own}$6:${own}${last + 1},{own}6)>1)"
        self._mark(sheet, (5, 1, last, 1), twice, DOUBTFUL)

    def forms(self, book: OfficerBook) -> None:
        """様式: one line per form, its optional questions below it."""
        sheet = self._sheet(FORMS_SHEET, (96, 150, 520, 70, 190))
        self._top(
            sheet,
            "使う様式に「○」を付け、提出期限を御記入ください。追加設問は、使うものだけに「○」を付けます。",
        )
        self._heads(sheet, 3, [head.text for head in FORMS_HEADS])
        for column, head in enumerate(FORMS_HEADS, 1):
            _comment(sheet, 3, column, FORMS_NOTES[head.key])
        row = 3
        for row, line in enumerate(book.forms, 4):
            look = "question" if line.question else "form"
            sheet.set_row(row, _height(line.text, 490, 10.5, least=28))
            styles = ("fixed", "fixed", look, "warm", "fixed" if line.question else "warm")
            for column, (text, style) in enumerate(zip(line.written(), styles, strict=True), 1):
                sheet.write(row, column, text, self.style(style))
            _list(sheet, (row, 4, row, 4), ("○",), strict=False)
            if not line.question:
                empty = f"AND(LEN(TRIM({a1(row + 1, 5)}))>0,LEN(TRIM({a1(row + 1, 6)}))=0)"
                self._mark(sheet, (row, 5, row, 5), empty, MISSING)
        sheet.freeze_panes(4, 0)
        self._print(sheet, row, 5, head_row=3)

    def guide(self) -> None:
        """使い方: what each sheet is for, and every column explained on paper too."""
        sheet = self._sheet(GUIDE_SHEET, (40, 130, 810))
        self._top(
            sheet,
            "この管理簿には、実施回ごとの設定がまとまっています。色付けや並べ替えは、御自由にどうぞ。",
        )
        row = 3
        for number, (head, text) in enumerate(GUIDE_STEPS, 1):
            sheet.set_row(row, _height(text, 800, 10.5, least=32))
            sheet.write(row, 1, str(number), self.style("step"))
            sheet.write(row, 2, head, self.style("told"))
            sheet.write(row, 3, text, self.style("told"))
            row += 1
        row = self._explained(sheet, row + 1, "「名簿」の列", COLUMNS)
        self._print(sheet, row, 3)

    def _explained(self, sheet: Worksheet, row: int, title: str, columns: Sequence[Column]) -> int:
        sheet.set_row(row, 30)
        for column in range(1, 4):
            sheet.write(row, column, title if column == 1 else "", self.style("section"))
        for column_ in columns:
            row += 1
            sheet.set_row(row, _height(column_.note, 800, 9, least=24))
            sheet.write(
                row, 1, column_letters(_column_of(column_.head.key) + 1), self.style("code")
            )
            sheet.write(row, 2, column_.head.text, self.style("label"))
            sheet.write(row, 3, column_.note, self.style("note"))
        return row

    def _sheet(self, name: str, widths: Sequence[int]) -> Worksheet:
        sheet = self.raw.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, width_units(18))
        for column, pixels in enumerate(widths, 1):
            sheet.set_column(column, column, width_units(pixels))
        return sheet

    def _top(self, sheet: Worksheet, lead: str) -> None:
        sheet.set_row(0, 30)
        sheet.write(0, 1, f"管理簿　{sheet.get_name()}　　{self.title}", self.style("title"))
        sheet.set_row(1, 22)
        sheet.write(1, 1, lead, self.style("lead"))
        sheet.set_row(2, 8)

    def _bands(self, sheet: Worksheet, heads: Sequence[str]) -> None:
        sheet.set_row(3, 16)
        above = {_column_of(key): text for key, text in _BANDS.items()}
        above[len(COLUMNS) + 1] = "御担当の区分（自由）"
        for column in range(1, len(heads) + 1):
            sheet.write(3, column, above.get(column, ""), self.style("band"))

    def _heads(self, sheet: Worksheet, row: int, heads: Sequence[str]) -> None:
        sheet.set_row(row, 34)
        for column, text in enumerate(heads, 1):
            sheet.write(row, column, text, self.style("head"))

    def _mark(
        self,
        sheet: Worksheet,
        area: tuple[int, int, int, int],
        formula: str,
        fill: str,
        ink: str = INK,
    ) -> None:
        look = self.raw.add_format({"bg_color": fill, "font_color": ink})
        sheet.conditional_format(
            *area, {"type": "formula", "criteria": f"={formula}", "format": look}
        )

    def _print(
        self,
        sheet: Worksheet,
        last: int,
        width: int,
        *,
        head_row: int | None = None,
        pages: int = 0,
        portrait: bool = False,
    ) -> None:
        if not portrait:
            sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, pages)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.print_area(0, 0, last, width)
        if head_row is not None:
            sheet.repeat_rows(head_row)
        sheet.set_footer(
            f'&L&"{FONT}"&8管理簿　{sheet.get_name()}　【部内限り】&R&"{FONT}"&8&P／&N'
        )


GUIDE_STEPS = (
    ("設定", "都道府県、年度、お問合せ先、発出日を確かめます。色の濃い欄は、記入が必要で、まだ空欄のところです。"),
    ("様式", "使う様式に「○」を付け、提出期限を記入します。"),
    ("名簿", "送付先のメールアドレスと担当者を記入します。色の濃い欄は、まだ空欄のところ、黄色の回答単位IDは重複です。お持ちの宛先一覧（Excel）を取り込むこともできます。"),
    ("名簿（追加）", "窓口、個人、グループなど、市町村のほかに回答していただく相手は、表のすぐ下の行に続けて記入します。"),
    ("保存", "保存して閉じてから、様式の作成に進みます。記入に誤りがあるときは、シートとセルを示してまとめてお知らせし、何も作成しません。"),
    ("フォルダー", "「20_送付用」のうち、お送りするのは様式ごとのフォルダーの中のファイルだけです。「_システムの控え（送らない・さわらない）」には、送付した様式の設計の控えが入っています。届いた回答を後から読み直すときに使いますので、そのままにしてください。"),
    ("途中の変更", "送付した後でも、期限、対象外、連絡先はいつでも改められます。回答単位IDだけは変えないでください。"),
)  # fmt: skip


def _column_of(key: str) -> int:
    return next(n for n, c in enumerate(COLUMNS, 1) if c.head.key == key)


def _height(text: str, pixels: float, points: float, least: float = 30) -> float:
    return max(lines_needed(text, pixels, points) * points * 1.3 + 6, least)


def _list(
    sheet: Worksheet, area: tuple[int, int, int, int], options: Sequence[str], *, strict: bool
) -> None:
    choice = {
        "validate": "list",
        "source": list(options),
        "error_type": "stop" if strict else "warning",
        "error_title": "選択肢",
        "error_message": f"「{'」「'.join(options)}」から選んでください。",
    }
    sheet.data_validation(*area, choice)


def _comment(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """A note on a head, large enough to be read without scrolling."""
    lines = lines_needed(text, 260, 9)
    look = {
        "author": "",
        "font_name": FONT,
        "font_size": 9,
        "color": WARM,
        "width": 280,
        "height": 18 + lines * 17,
    }
    sheet.write_comment(row, column, text, look)
