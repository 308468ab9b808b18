"""進行管理表: who still owes what, what to ask them, and by telephone: plain black and white on A4."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

from xlsx_pdca.cells import MAX_CELL_UTF16
from xlsx_pdca.checks.joined import part_of
from xlsx_pdca.event import JST
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.ledger import Status
from xlsx_pdca.points import PointState
from xlsx_pdca.submission import Entry
from xlsx_pdca.summary import ArrivalLine, ContactLine, SummaryInput, UnitReturn, codes_of
from xlsx_pdca.unit import Unit
from xlsx_pdca.views.counts import counts
from xlsx_pdca.wareki import weekday_name
from xlsx_pdca.workbook.progress_list import Column, Line, Listing, write_list
from xlsx_pdca.workbook.summary_look import (
    SummaryBook,
    japanese_time,
)

_GRADES = tuple(Grade)
_MOST_WORDS = 1_000
"""Of a mail, in the list of what came."""


def progress_book(summary: SummaryInput) -> bytes:
    """The bytes of 進行管理表."""
    book = SummaryBook(
        title=f"進行管理表 {summary.round_name}",
        footer=f"【部内限り】{summary.round_name} 進行管理表　{japanese_time(summary.as_of)} 現在",
        as_of=summary.as_of,
    )
    for name, write in _SHEETS.items():
        columns, lines, words = write(summary)
        write_list(book.sheet(name), summary, columns, tuple(lines), words)
    return book.finish()


def _status(summary: SummaryInput) -> Listing:
    """提出状況: every unit and form."""
    columns = (
        Column("番号", 102),
        Column("回答単位", 190),
        Column("圏域", 92),
        Column("様式", 92),
        Column("状況", 136),
        Column("期限", 132),
        Column("受領", 192),
        Column("担当者", 108),
        Column("電話番号", 140),
        Column("最後の連絡", 250),
    )
    return columns, _status_lines(summary), _status_words(summary)


def _status_lines(summary: SummaryInput) -> Iterator[Line]:
    latest = _latest_contacts(summary)
    for returned, unit in _in_order(summary):
        received = _day_and_time(returned.received_at) if returned.received_at else ""
        again = f" 第{returned.submission}回" if returned.submission > 1 else ""
        yield Line(
            (
                unit.id,
                unit.name,
                _area(summary, unit),
                summary.forms[returned.form].title,
                _state_words(returned),
                _day(returned.deadline) if returned.deadline else "",
                f"{received}{again}",
                unit.contact_person,
                unit.telephone,
                _contact_words(latest.get(unit.id)),
            ),
            link=f"external:../{returned.file}" if returned.file else "",
            link_column=1,
            weak=returned.status in (Status.ACCEPTED, Status.EXEMPT),
        )


def _state_words(returned: UnitReturn) -> str:
    """The status; of a 確認依頼 that waits, until when it asked for an answer, and about how many points."""
    state = f"{returned.status.symbol} {returned.status.value}"
    if returned.reply_by is None:
        return state
    day = returned.reply_by
    until = f"返信期限 {day.month}/{day.day}（{weekday_name(day)}）"
    return f"{state}（{until}、{len(returned.asked)}点）"


def _status_words(summary: SummaryInput) -> str:
    parts = [f"{form.title} 受領{form.returned}／{form.asked}" for form in counts(summary)]
    legend = "　".join(f"{s.symbol}{s.value}" for s in Status)
    return f"{'　'.join(parts)}　　{legend}"


def _missing(summary: SummaryInput) -> Listing:
    """Whose answer has not come, before and after the deadline: one line per unit, with room to write by hand."""
    columns = (
        Column("番号", 102),
        Column("回答単位", 190),
        Column("圏域", 92),
        Column("提出をお願いする様式", 176),
        Column("期限", 132),
        Column("期限から", 72, center=True),
        Column("担当者", 108),
        Column("電話番号", 140),
        Column("最後の連絡", 220),
        Column("メモ", 170),
    )
    return (
        columns,
        _missing_lines(summary),
        "期限の前の相手も載せています。電話の前に、行き違いで届いていないかを御確認ください。\n"
        "「メモ」は、印刷して手で書く欄です。次の取りまとめ（merge）で新しく作るため、ここに入力したものは残りません。",
    )


def _missing_lines(summary: SummaryInput) -> Iterator[Line]:
    latest = _latest_contacts(summary)
    owed: dict[str, list[UnitReturn]] = {}
    for returned, unit in _in_order(summary):
        if not returned.is_in and returned.status is not Status.EXEMPT:
            owed.setdefault(unit.id, []).append(returned)
    for unit_id, returns in owed.items():
        unit = summary.unit_of[unit_id]
        deadline = min((r.deadline for r in returns if r.deadline), default=None)
        days = (summary.as_of.date() - deadline).days if deadline else 0
        several = len(returns) > 1
        forms = [f"{summary.forms[r.form].title}（{_owed_words(r, several)}）" for r in returns]
        yield Line(
            (
                unit.id,
                unit.name,
                _area(summary, unit),
                "\n".join(forms),
                _day(deadline) if deadline else "",
                f"{days}日" if days > 0 else "",
                unit.contact_person,
                unit.telephone,
                _contact_words(latest.get(unit.id)),
                "",
            )
        )


def _owed_words(returned: UnitReturn, several: bool) -> str:
    """Why a form is awaited; among several with its own deadline."""
    word = "届いたファイルを県で確認中" if returned.held else returned.status.value
    return f"{word}、{_day(returned.deadline)}まで" if several and returned.deadline else word


def _findings(summary: SummaryInput) -> Listing:
    """確認事項: every sentence with its place, the gravest of a form first."""
    columns = (
        Column("番号", 102),
        Column("回答単位", 150),
        Column("様式", 86),
        Column("程度", 110),
        Column("確認事項", 484),
        Column("ファイル", 210),
        Column("シート", 92),
        Column("セル", 58),
        Column("電話番号", 140),
        Column("済", 64, center=True),
    )
    lines = (
        _finding_line(summary, returned, unit, finding)
        for returned, unit in _in_order(summary)
        if returned.is_in
        for finding in sorted(returned.findings, key=lambda f: _GRADES.index(f.grade))
    )
    words = (
        "「必ず確認」のうち市町村にお尋ねする文は、そのままメールに写して使えます（県担当者への案内を除きます）。ほかは電話などのついでに御確認ください。\n"
        f"灰色の行は、提出が{Status.ACCEPTED}のものと、{Entry.CORRECTED}の済んだものです（お尋ねは要りません）。"
        "空いている「済」は、印刷して手で書く欄です。"
    )
    return columns, lines, words


def _finding_line(
    summary: SummaryInput, returned: UnitReturn, unit: Unit, finding: Finding
) -> Line:
    sheet = finding.sheet.replace("'", "''")
    place = f"#'{sheet}'!{finding.cell or 'A1'}" if finding.sheet else ""
    settled = _settled_by(returned, finding)
    file = _file_of(returned, finding)
    return Line(
        (
            unit.id,
            unit.name,
            summary.forms[returned.form].title,
            finding.grade.value,
            _one_cell(finding.sentence()),
            file.rpartition("/")[2],
            finding.sheet,
            finding.cell,
            unit.telephone,
            settled or _asked_words(returned, finding),
        ),
        link=f"external:../{file}{place}",
        link_column=7 if finding.cell else 1,
        weak=bool(settled),
    )


def _settled_by(returned: UnitReturn, finding: Finding) -> str:
    """確認済 or 県補正 for what nobody needs to ask about any more; empty for the rest."""
    if returned.status is Status.ACCEPTED:
        return Status.ACCEPTED.value
    is_corrected = any(c.answer.address == finding.address for c in returned.corrections)
    return Entry.CORRECTED.value if is_corrected else ""


def _asked_words(returned: UnitReturn, finding: Finding) -> str:
    """What is known of a finding that was asked about: 依頼中, or 返答あり."""
    for point in returned.asked:
        if (point.asked.code, point.asked.address) == (finding.code, finding.address):
            return point.state.value if point.state is PointState.REPLIED else "依頼中"
    return ""


def _file_of(returned: UnitReturn, finding: Finding) -> str:
    """The file a finding speaks of: one of those joined, or the place its answer was taken from."""
    return returned.file_of(part_of(finding)) if returned.parts else returned.file


def _one_cell(text: str) -> str:
    """A sentence that quotes a whole answer may be longer than a cell of Excel holds."""
    return text if 2 * len(text) <= MAX_CELL_UTF16 else text[: MAX_CELL_UTF16 // 2 - 1] + "…"


def _changes(summary: SummaryInput) -> Listing:
    """前回からの変更: what a newer submission says otherwise, both texts side by side."""
    columns = (
        Column("番号", 102),
        Column("回答単位", 130),
        Column("様式", 86),
        Column("設問", 210),
        Column("先の御回答", 410),
        Column("今回の御回答", 410),
        Column("回", 94, center=True),
    )
    lines = (
        Line(
            (
                unit.id,
                unit.name,
                summary.forms[returned.form].title,
                change.question,
                change.before,
                change.now,
                f"第{change.since}回→第{returned.submission}回",
            ),
            link=f"external:../{returned.file}",
            link_column=1,
            weak=returned.status is Status.ACCEPTED,
        )
        for returned, unit in _in_order(summary)
        for change in returned.changes
    )
    words = (
        "もう一度御提出のあった相手について、先の御回答から変わったところです（県補正の前の、届いたままの内容です）。\n"
        f"灰色の行は、提出が{Status.ACCEPTED}のものです。"
    )
    return columns, lines, words


def _contacts(summary: SummaryInput) -> Listing:
    columns = (
        Column("日時", 200),
        Column("番号", 102),
        Column("回答単位", 180),
        Column("手段", 70),
        Column("連絡した人", 110),
        Column("内容", 560),
    )
    lines = (
        Line(
            (
                japanese_time(c.at),
                c.unit,
                summary.unit_of[c.unit].name if c.unit in summary.unit_of else "",
                c.means,
                c.by,
                c.text,
            )
        )
        for c in sorted(summary.contacts, key=lambda c: c.at)
    )
    return columns, lines, "電話やメールでのやり取りの記録です。"


def _arrivals(summary: SummaryInput) -> Listing:
    columns = (
        Column("受付番号", 76, center=True),
        Column("受信日時", 180),
        Column("届いたファイル", 270),
        Column("番号", 102),
        Column("回答単位", 150),
        Column("様式", 90),
        Column("提出", 60, center=True),
        Column("取扱い", 220),
        Column("差出人・届いたところ", 218),
        Column("メールの本文", 360),
    )
    return (
        columns,
        _arrival_lines(summary),
        "受付番号は、保留中のファイルの取扱いを決めるとき（accept --file）の番号です（続き番号ではありません）。"
        "原本は、取扱いにかかわらず、すべて保存しています。",
    )


def _arrival_lines(summary: SummaryInput) -> Iterator[Line]:
    ordered = sorted(enumerate(summary.arrivals), key=lambda item: (item[1].received_at, item[0]))
    for _, arrival in ordered:
        unit = summary.unit_of.get(arrival.unit)
        plan = summary.forms.get(arrival.form)
        yield Line(
            (
                str(arrival.number or ""),
                japanese_time(arrival.received_at),
                _name_and_subject(arrival),
                arrival.unit,
                unit.name if unit else "",
                plan.title if plan else "",
                f"第{arrival.submission}回" if arrival.submission else "",
                _handled(arrival),
                _came_from(arrival),
                _words(arrival),
            ),
            link=f"external:../{arrival.file}" if arrival.file else "",
            link_column=3 if arrival.unit else 0,
        )


def _name_and_subject(arrival: ArrivalLine) -> str:
    """The file's name, of a mail with its subject."""
    subject = arrival.letter.subject if arrival.letter and arrival.is_mail else ""
    return f"{arrival.name}「{subject}」" if subject else arrival.name


def _words(arrival: ArrivalLine) -> str:
    """What a mail says, as far as a line of a list can hold it."""
    if arrival.letter is None or not arrival.is_mail:
        return ""
    words = arrival.letter.words
    if len(words) <= _MOST_WORDS:
        return words
    return f"{words[:_MOST_WORDS]}…（全文は、「50_受領済」の「メール」で御覧ください）"


def _came_from(arrival: ArrivalLine) -> str:
    """Who sent the mail it came in, and of the mail itself when, as it says; else the folder."""
    if arrival.letter is None:
        return arrival.source
    sender = arrival.letter.sender or "（差出人なし）"
    if not (arrival.is_mail and arrival.letter.date):
        return sender
    return f"{sender}\n（{japanese_time(datetime.fromisoformat(arrival.letter.date))} 送信）"


def _handled(arrival: ArrivalLine) -> str:
    """What became of a file, with the reason a person gave."""
    return f"{arrival.outcome}（理由：{arrival.reason}）" if arrival.reason else arrival.outcome


_SHEETS: dict[str, Callable[[SummaryInput], Listing]] = {
    "提出状況": _status,
    "まだ届いていない相手": _missing,
    "確認事項": _findings,
    "前回からの変更": _changes,
    "連絡記録": _contacts,
    "収受簿": _arrivals,
}


def _in_order(summary: SummaryInput) -> list[tuple[UnitReturn, Unit]]:
    """Returns with their units in 建制順, then units without a municipality."""
    forms = list(summary.forms)

    def place(item: tuple[UnitReturn, Unit]) -> tuple[bool, str, str, int]:
        returned, unit = item
        codes = codes_of(unit)
        return (not codes, min(codes, default=""), unit.id, forms.index(returned.form))

    return sorted(((r, summary.unit_of[r.unit]) for r in summary.returns), key=place)


def _area(summary: SummaryInput, unit: Unit) -> str:
    found = [summary.place_of[c].area for c in codes_of(unit) if c in summary.place_of]
    return "・".join(dict.fromkeys(area for area in found if area)) or unit.area


def _latest_contacts(summary: SummaryInput) -> dict[str, ContactLine]:
    return {c.unit: c for c in sorted(summary.contacts, key=lambda c: c.at)}


def _contact_words(contact: ContactLine | None) -> str:
    if contact is None:
        return ""
    return f"{_day_and_time(contact.at)} {contact.means}：{contact.text}"


def _day(day: date) -> str:
    """Like 10月15日（木）: the year stands in the title."""
    return f"{day.month}月{day.day}日（{weekday_name(day)}）"


def _day_and_time(at: datetime) -> str:
    local = at.astimezone(JST)
    return f"{local.month}月{local.day}日 {local:%H:%M}"
