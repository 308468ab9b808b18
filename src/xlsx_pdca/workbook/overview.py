"""概況: the round on one printed page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.findings import Grade
from xlsx_pdca.layout.metrics import FONT
from xlsx_pdca.ledger import Status
from xlsx_pdca.summary import Place, SummaryInput, UnitReturn, codes_of
from xlsx_pdca.views.counts import FormCounts, counts
from xlsx_pdca.workbook.look import BAND, GREY, NAVY, RULE
from xlsx_pdca.workbook.summary_look import SummarySheet, height_of, japanese_time

CHART_NUMBERS = "_図の数値"
"""Hidden sheet the chart is drawn from."""
_COLUMNS = 12
_PIXELS = 78.0
_BLOCKS = 3
"""Municipalities side by side."""
_MOST_NAMES = 60
"""Municipalities listed by name; larger rounds read 進行管理表 instead."""

COUNTED = "（件）"
"""Ends the title of the chart."""


@dataclass(frozen=True)
class OverviewExtras:
    """What 概況 points at in the other sheets."""

    karte_links: Mapping[str, str]
    """Municipality code → link to its page."""
    changed: int = 0
    """県記入 beside which an answer changed."""
    vanished: int = 0
    """県記入 whose row is no longer there."""


def write_overview(sheet: SummarySheet, summary: SummaryInput, extras: OverviewExtras) -> None:
    """Write the page."""
    writer = _Overview(sheet, summary, extras)
    writer.write()


class _Overview:
    def __init__(self, sheet: SummarySheet, summary: SummaryInput, extras: OverviewExtras) -> None:
        self.sheet = sheet
        self.summary = summary
        self.extras = extras
        self.counts = counts(summary)
        self.row = 1

    def write(self) -> None:
        self.sheet.widths([_PIXELS] * _COLUMNS)
        self._title()
        self._headline()
        self._attention()
        self._forms()
        self._areas()
        self._columns()
        self._municipalities()
        self.sheet.book.set_up_print(
            self.sheet, pixels=_COLUMNS * _PIXELS, landscape=False, paper="A4"
        )
        self.sheet.raw.fit_to_pages(1, 1)
        self.sheet.raw.print_area(0, 0, self.row - 2, _COLUMNS - 1)

    def _title(self) -> None:
        row = self._next(30)
        title = f"取りまとめ表　概況　{self.summary.round_name}"
        self.sheet.merged(row, 1, 9, title, "title", font_size=18)
        self.sheet.merged(row, 10, _COLUMNS, "【部内限り】", "confidential", font_size=13)
        words = f"{japanese_time(self.summary.as_of)} 現在　共同回答は1件と数えています"
        self.sheet.merged(self._next(18), 1, _COLUMNS, words, "subtitle")
        self._next(6)

    def _headline(self) -> None:
        """What a person has to know first: of each form so many are in, so many are accepted, so many are awaited."""
        for form in self.counts:
            row = self._next(34)
            self.sheet.merged(row, 1, 3, form.title, "label", valign="vcenter", font_size=13)
            words = f"{form.returned}／{form.asked} 受領"
            self.sheet.merged(row, 4, 6, words, "big", font_size=18)
            accepted = dict(form.by_status).get(Status.ACCEPTED, 0)
            self.sheet.merged(row, 7, 9, f"うち確認済 {accepted}", "big", font_size=13, bold=False)
            awaited = form.asked - form.returned
            text = f"あと {awaited}件" if awaited else "全件受領"
            self.sheet.merged(row, 10, _COLUMNS, text, "big", font_size=13)

    def _section(self, text: str) -> None:
        self._next(9)
        self.sheet.merged(self._next(21), 1, _COLUMNS, text, "section")
        self._next(4)

    def _forms(self) -> None:
        """One line per form: how far each return stands."""
        self._section("提出の状況（件数）")
        words = [s for s in Status if s is not Status.EXEMPT]
        self._spread(["様式", "対象", *(f"{s.symbol}\n{s.value}" for s in words)], "head")
        for form in self.counts:
            row = self._next(22)
            self.sheet.merged(row, 1, 4, form.title, "label", valign="vcenter")
            found = dict(form.by_status)
            for column, number in enumerate([form.asked, *(found.get(s, 0) for s in words)], 5):
                self._count(row, column, number)

    def _spread(self, texts: Sequence[str], style: str) -> None:
        row = self._next(height_of((text, _PIXELS) for text in texts))
        self.sheet.merged(row, 1, 4, texts[0], style)
        for column, text in enumerate(texts[1:], 5):
            self.sheet.text(row, column, text, style, font_size=9)

    def _count(self, row: int, column: int, number: int) -> None:
        """A number, a plain dash for none so that the others stand out."""
        if number:
            self.sheet.number(row, column, number, align="center", indent=0, valign="vcenter")
        else:
            self.sheet.text(row, column, "－", "center", font_color=GREY, valign="vcenter")

    def _areas(self) -> None:
        """受領／対象 by area, beside a chart of the same numbers."""
        areas = list(dict.fromkeys(a for form in self.counts for a, _, _ in form.by_area))
        forms = self.counts[:3]
        if not areas or not forms:
            return
        self._section("圏域別の受領（受領数／対象数）")
        head = self._next(height_of((form.title, 1.2 * _PIXELS) for form in forms))
        self.sheet.merged(head, 1, 2, "圏域", "head")
        for column, form in enumerate(forms, 3):
            self.sheet.text(head, column, form.title, "head", font_size=9)
        first = self.row
        for area in areas:
            self._area(area, forms)
        self._chart(forms[0], first, len(areas))

    def _area(self, area: str, forms: Sequence[FormCounts]) -> None:
        row = self._next(19.5)
        self.sheet.merged(row, 1, 2, area, "label", valign="vcenter")
        for column, form in enumerate(forms, 3):
            asked, back = next(((n, m) for a, n, m in form.by_area if a == area), (0, 0))
            full = asked and back == asked
            text = f"{back}／{asked}" if asked else "－"
            self.sheet.text(row, column, text, "center", bold=not full, valign="vcenter")

    def _chart(self, form: FormCounts, first: int, rows: int) -> None:
        """Bars of returned and outstanding, read from a hidden sheet of numbers."""
        self._chart_numbers(form)
        chart = self.sheet.book.raw.add_chart({"type": "bar", "subtype": "stacked"})
        for column, name, fill in ((1, "受領", NAVY), (2, "未受領", BAND)):
            chart.add_series(
                {
                    "name": name,
                    "categories": [CHART_NUMBERS, 0, 0, len(form.by_area) - 1, 0],
                    "values": [CHART_NUMBERS, 0, column, len(form.by_area) - 1, column],
                    "fill": {"color": fill},
                    "border": {"color": RULE},
                    "gap": 45,
                }
            )
        font = {"name": FONT, "size": 9}
        chart.set_title(
            {"name": f"{form.title}{COUNTED}", "name_font": {**font, "size": 10}, "overlay": False}
        )
        chart.set_y_axis({"reverse": True, "num_font": font, "line": {"color": RULE}})
        chart.set_x_axis(
            {
                "num_font": font,
                "major_gridlines": {"visible": False},
                "min": 0,
                "major_unit": _tick(form),
                "line": {"none": True},
                "label_position": "high",
            }
        )
        chart.set_legend({"position": "bottom", "font": font})
        chart.show_hidden_data()
        left = 2 + len(self.counts[:3])
        width = (_COLUMNS - left) * _PIXELS - 24
        chart.set_size({"width": width, "height": (rows + 1) * 26 + 8})
        chart.set_chartarea({"border": {"color": RULE}})
        self.sheet.raw.insert_chart(
            first - 2,
            left,
            chart,
            {
                "x_offset": 24,
                "description": f"{form.title}の圏域別の受領数と未受領数の棒グラフ。数値は左の表と同じです。",
            },
        )

    def _chart_numbers(self, form: FormCounts) -> None:
        data = self.sheet.book.sheet(CHART_NUMBERS)
        data.raw.hide()
        for n, (area, asked, back) in enumerate(form.by_area, 1):
            data.text(n, 1, area, "raw")
            data.number(n, 2, back)
            data.number(n, 3, asked - back)

    def _columns(self) -> None:
        """Answered returns per matrix column, such as the four scenes."""
        for form in self.counts:
            if form.by_column:
                self._section(f"{form.title}　場面・区分ごとの記入（受領 {form.returned}件の内訳）")
                self._columns_of(form)

    def _columns_of(self, form: FormCounts) -> None:
        shown = form.by_column[: _COLUMNS // 2]
        width = _COLUMNS // len(shown)
        head, body = self._next(21), self._next(26)
        below = self._next(18)
        for n, column in enumerate(shown):
            first, last = n * width + 1, (n + 1) * width
            self.sheet.merged(head, first, last, column.label, "head")
            text = f"記入 {column.answered}"
            self.sheet.merged(body, first, last, text, "big", font_size=14)
            others = [f"{column.tick} {column.only_ticked}"] if column.tick else []
            words = "　".join([*others, f"空欄 {column.blank}"])
            self.sheet.merged(below, first, last, words, "center", font_size=9, valign="vcenter")

    def _attention(self) -> None:
        self._section("御覧いただきたい点")
        for label, text in self._points():
            row = self._next(height_of([(text, 10 * _PIXELS)], least=21))
            self.sheet.merged(row, 1, 2, label, "label", valign="vcenter")
            self.sheet.merged(row, 3, _COLUMNS, text, "body", valign="vcenter")

    def _points(self) -> list[tuple[str, str]]:
        found = [("未受領", self._missing_words())]
        must = [r for r in self.summary.returns if r.is_in and r.status is not Status.ACCEPTED]
        doubtful = [(r, n) for r in must if (n := _must(r))]
        if doubtful:
            units = list(dict.fromkeys(self.summary.unit_of[r.unit].name for r, _ in doubtful))
            names, more = "、".join(units[:8]), " ほか" if len(units) > 8 else ""
            total = sum(n for _, n in doubtful)
            found.append(
                (
                    "必ず確認",
                    f"{len(doubtful)}件の提出に{total}か所（{names}{more}）。お尋ねする文は、「進行管理表」の「確認事項」にあります。",
                )
            )
        held = sum(arrival.waits for arrival in self.summary.arrivals)
        if held:
            found.append(
                (
                    "保留中",
                    f"届いたファイル {held}件。取扱いを決めるまで、この表には入りません（「進行管理表」の「収受簿」か status で確認できます）。",
                )
            )
        if self.extras.changed:
            found.append(
                (
                    "県記入",
                    f"県記入の後に回答が変わった行が{self.extras.changed}行あります（「回答の変化」の列）。",
                )
            )
        if self.extras.vanished:
            found.append(
                (
                    "県記入",
                    f"元の行がなくなった県記入が{self.extras.vanished}件あります（「行き先のない県記入」）。",
                )
            )
        return found

    def _missing_words(self) -> str:
        parts = []
        for form in self.counts:
            names = [
                self.summary.unit_of[r.unit].name
                for r in self.summary.returns
                if r.form == form.form and not r.is_in and r.status is not Status.EXEMPT
            ]
            if names:
                more = f" ほか{len(names) - 15}件" if len(names) > 15 else ""
                parts.append(f"{form.title} {len(names)}件：{'、'.join(names[:15])}{more}")
        return "\n".join(parts) or "ありません。すべて受領しています。"

    def _municipalities(self) -> None:
        """Every municipality with its status signs, leading to its karte."""
        places = sorted(self.summary.places, key=lambda p: p.code)
        if not 0 < len(places) <= _MOST_NAMES:
            return
        self._section("市町村別（市町村名からカルテへ）")
        self._municipality_heads()
        signs = self._signs()
        lines = -(-len(places) // _BLOCKS)
        for line in range(lines):
            row = self._next(17.25)
            for block, place in enumerate(places[line::lines]):
                self._municipality(row, block * _COLUMNS // _BLOCKS + 1, place, signs)
        legend = "　".join(f"{s.symbol} {s.value}" for s in Status)
        if any(len(sign) > 1 for sign in signs.values()):
            legend += "　記号が並ぶ欄は、回答単位が2つ以上あります。"
        self.sheet.merged(self._next(20), 1, _COLUMNS, legend, "small", valign="vcenter")

    def _municipality_heads(self) -> None:
        row = self._next(18)
        titles = [form.title for form in self.counts]
        for first in range(1, _COLUMNS + 1, _COLUMNS // _BLOCKS):
            self.sheet.merged(row, first, first + 1, "市町村", "head", font_size=9)
            if len(titles) == 2:
                for n, title in enumerate(titles):
                    self.sheet.text(row, first + 2 + n, title, "head", font_size=9)
            else:
                words = "・".join(titles)
                self.sheet.merged(row, first + 2, first + 3, words, "head", font_size=9)

    def _municipality(
        self, row: int, first: int, place: Place, signs: Mapping[tuple[str, str], str]
    ) -> None:
        sheet, target = self.sheet, self.extras.karte_links.get(place.code, "")
        look = sheet.book.format("place_link")
        sheet.raw.merge_range(row - 1, first - 1, row - 1, first, "", look)
        sheet.link(row, first, target, place.name, "place_link", f"{place.name}のカルテ")
        found = [signs.get((place.code, form.form), "") for form in self.counts]
        if len(found) == 2:
            for n, sign in enumerate(found):
                sheet.text(row, first + 2 + n, sign, "center", valign="vcenter")
        else:
            words = " ".join(found)
            sheet.merged(row, first + 2, first + 3, words, "center", valign="vcenter")

    def _signs(self) -> dict[tuple[str, str], str]:
        """Status signs by municipality and form; an exempt unit shows only where nobody else answers."""
        found: dict[tuple[str, str], list[Status]] = {}
        for returned in self.summary.returns:
            for code in codes_of(self.summary.unit_of[returned.unit]):
                found.setdefault((code, returned.form), []).append(returned.status)
        return {
            key: "".join(s.symbol for s in words if s is not Status.EXEMPT) or Status.EXEMPT.symbol
            for key, words in found.items()
        }

    def _next(self, points: float) -> int:
        row = self.row
        self.sheet.height(row, points)
        self.row += 1
        return row


def _tick(form: FormCounts) -> int:
    """Whole numbers on the axis."""
    most = max((asked for _, asked, _ in form.by_area), default=1)
    return max(1, -(-most // 8))


def _must(returned: UnitReturn) -> int:
    """必ず確認 that 県補正 has not settled."""
    settled = {each.answer.address for each in returned.corrections}
    return sum(f.grade is Grade.MUST and f.address not in settled for f in returned.findings)
