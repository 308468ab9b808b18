"""`send`: record what went out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import opened, round_option, unit_and_form
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.wareki import parse_date, wareki
from xlsx_pdca.workflows.acceptance import mark_sent as book_as_sent
from xlsx_pdca.workflows.round import Round


@click.command("send", cls=Command)
@click.argument("units", nargs=-1, metavar="[回答単位ID]...")
@click.option("--mark-sent", is_flag=True, required=True, help="手作業で送付したことを記録します")
@click.option("--all", "everyone", is_flag=True, help="まだ記録のないものすべて")
@click.option("--form", default="", metavar="様式ID", help="この様式だけ")
@click.option("--on", "day", metavar="日付", help="送付した日（省略すると今日）")
@round_option
def command(
    units: tuple[str, ...],
    round_folder: Path,
    form: str,
    day: str | None,
    *,
    mark_sent: bool,
    everyone: bool,
) -> int:
    """メールで送付した日を記録します。"""
    del mark_sent  # the only way so far; required so that its meaning never changes silently
    if not units and not everyone:
        raise UsageError(
            "回答単位IDが指定されていません。", "IDを並べるか、--all を付けてください。"
        )
    on = _day(day)
    return _booked(opened(round_folder), units, form, on, everyone=everyone)


def _day(text: str | None) -> date:
    day = console.now().date() if text is None else parse_date(text)
    if day is None:
        raise UsageError(
            f"日付「{text}」を読み取れません。", "「2026/10/1」のように指定してください。"
        )
    return day


def _booked(round_: Round, units: tuple[str, ...], form: str, on: date, *, everyone: bool) -> int:
    done = book_as_sent(
        round_,
        units,
        form=form,
        everyone=everyone,
        on=on,
        now=console.now(),
        by=console.person(),
    )
    for standing in done:
        console.show(f"{unit_and_form(round_, standing.unit, standing.form)}　{wareki(on)}")
    console.say(f"{len(done)}件を送付済にしました。")
    if not done:
        console.say(
            "すでに記録のあるものは変わりません。送付した日を直すときは、undo で取り消してから記録してください。"
        )
    return ExitCode.OK
