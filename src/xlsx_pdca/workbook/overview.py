"""概況: the round on one printed page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.layout.metrics import FONT
from xlsx_pdca.ledger import Status
from xlsx_pdca.summary import SummaryInput, codes_of
from xlsx_pdca.views.counts import FormCounts, counts
from xlsx_pdca.workbook.look import BAND, GREY, NAVY, RULE
from xlsx_pdca.workbook.summary_look import SummarySheet, height_of, japanese_time

_COLUMNS = 12
_PIXELS = 78.0
_MOST_NAMES = 60
"""Municipalities listed by name; larger rounds read 進行管理表 instead."""


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
        self._forms()
        self._areas()
        self._columns()
        self._attention()
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

    def _section(self, text: str) -> None:
        self._next(9)
        self.sheet.merged(self._next(21), 1, _COLUMNS, text, "section")
        self._next(4)

    def _forms(self) -> None:
        """One line per form: asked, returned, and how far each stands."""
        self._section("提出の状況")
        words = [s for s in Status if s is not Status.EXEMPT]
        self._spread(["様式", "対象", "受領", *(f"{s.symbol} {s.value}" for s in words)], "head")
        for form in self.counts:
            row = self._next(24)
            self.sheet.merged(row, 1, 3, form.title, "label", valign="vcenter")
            found = dict(form.by_status)
            for column, number in enumerate([form.asked, form.returned], 4):
                self.sheet.number(
                    row,
                    column,
                    number,
                    align="center",
                    indent=0,
                    valign="vcenter",
                    bold=True,
                    font_size=13,
                )
            for column, status in enumerate(words, 6):
                self._count(row, column, found.get(status, 0))

    def _spread(self, texts: Sequence[str], style: str) -> None:
        row = self._next(height_of((text, _PIXELS) for text in texts))
        self.sheet.merged(row, 1, 3, texts[0], style)
        for column, text in enumerate(texts[1:], 4):
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
        data = self.sheet.book.sheet("_図の数値")
        data.raw.hide()
        for n, (area, asked, back) in enumerate(form.by_area, 1):
            data.text(n, 1, area, "raw")
            data.number(n, 2, back)
            data.number(n, 3, asked - back)
        chart = self.sheet.book.raw.add_chart({"type": "bar", "subtype": "stacked"})
        for column, name, fill in ((1, "受領", NAVY), (2, "未受領", BAND)):
            chart.add_series(
                {
                    "name": name,
                    "categories": ["_図の数値", 0, 0, len(form.by_area) - 1, 0],
                    "values": ["_図の数値", 0, column, len(form.by_area) - 1, column],
                    "fill": {"color": fill},
                    "border": {"color": RULE},
                    "gap": 45,
                }
            )
        font = {"name": FONT, "size": 9}
        chart.set_title(
            {"name": f"{form.title}（件）", "name_font": {**font, "size": 10}, "overlay": False}
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

    def _columns(self) -> None:
        """Answered returns per matrix column, such as the four scenes."""
        for form in self.counts:
            if not form.by_column:
                continue
            self._section(f"{form.title}　場面・区分ごとの記入（記入のあった提出／受領）")
            width = max(_COLUMNS // len(form.by_column), 1)
            head, body = self._next(21), self._next(26)
            for n, (label, answered) in enumerate(form.by_column[:_COLUMNS]):
                first, last = n * width + 1, (n + 1) * width
                self.sheet.merged(head, first, last, label, "head")
                text = f"{answered}／{form.returned}"
                self.sheet.merged(body, first, last, text, "big", font_size=14)

    def _attention(self) -> None:
        self._section("御覧いただきたい点")
        for label, text in self._points():
            row = self._next(height_of([(text, 10 * _PIXELS)], least=21))
            self.sheet.merged(row, 1, 2, label, "label", valign="vcenter")
            self.sheet.merged(row, 3, _COLUMNS, text, "body", valign="vcenter")

    def _points(self) -> list[tuple[str, str]]:
        found = [("未受領", self._missing_words())]
        must = [r for r in self.summary.returns if r.is_in and r.status is not Status.ACCEPTED]
        doubtful = [(r, n) for r in must if (n := _must(r.findings))]
        if doubtful:
            names = "、".join(self.summary.unit_of[r.unit].name for r, _ in doubtful[:8])
            more = " ほか" if len(doubtful) > 8 else ""
            total = sum(n for _, n in doubtful)
            found.append(
                (
                    "必ず確認",
                    f"{len(doubtful)}件の提出に{total}か所（{names}{more}）。文は「進行管理表」の「確認事項」にあります。",
                )
            )
        held = sum(r.held for r in self.summary.returns)
        if held:
            found.append(
                (
                    "保留中",
                    f"{held}件。どの団体のものか、どちらを採るかを決めるまで、この表には入りません。",
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
        titles = "・".join(form.title for form in self.counts)
        self._section(f"市町村別（記号は{titles}の順、市町村名からカルテへ）")
        signs = self._signs()
        for start in range(0, len(places), 4):
            row = self._next(19.5)
            for n, place in enumerate(places[start : start + 4]):
                column = 3 * n + 1
                self.sheet.raw.merge_range(
                    row - 1, column - 1, row - 1, column, "", self.sheet.book.format("place_link")
                )
                target = self.extras.karte_links.get(place.code, "")
                self.sheet.link(
                    row, column, target, place.name, "place_link", f"{place.name}のカルテ"
                )
                self.sheet.text(
                    row, column + 2, signs.get(place.code, ""), "center", valign="vcenter"
                )
        legend = "　".join(f"{s.symbol} {s.value}" for s in Status)
        self.sheet.merged(self._next(20), 1, _COLUMNS, legend, "small", valign="vcenter")

    def _signs(self) -> dict[str, str]:
        found: dict[str, list[str]] = {}
        for form in self.counts:
            for returned in self.summary.returns:
                if returned.form == form.form:
                    for code in codes_of(self.summary.unit_of[returned.unit]):
                        found.setdefault(code, []).append(returned.status.symbol)
        return {code: " ".join(signs) for code, signs in found.items()}

    def _next(self, points: float) -> int:
        row = self.row
        self.sheet.height(row, points)
        self.row += 1
        return row


def _tick(form: FormCounts) -> int:
    """Whole numbers on the axis."""
    most = max((asked for _, asked, _ in form.by_area), default=1)
    return max(1, -(-most // 8))


def _must(findings: Sequence[Finding]) -> int:
    return sum(finding.grade is Grade.MUST for finding in findings)
