"""`send`: record what went out."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import form_id, opened, round_option, tell_notices, units_and_forms
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.wareki import parse_date, wareki
from xlsx_pdca.workflows.acceptance import mark_sent as book_as_sent
from xlsx_pdca.workflows.round import Round


@click.command("send", cls=Command)
@click.argument("units", nargs=-1, metavar="[回答単位ID]...")
@click.option("--mark-sent", is_flag=True, help="手作業で送付したことを記録します")
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
    if not mark_sent:  # the only way so far; asked for so that the meaning never changes silently
        raise UsageError(
            "send でできるのは、手作業で送付した日の記録です（メールは送りません）。",
            "「xlsx-pdca send --mark-sent --all」のように、--mark-sent を付けてください。",
        )
    if not units and not everyone:
        raise UsageError(
            "回答単位IDが指定されていません。", "IDを並べるか、--all を付けてください。"
        )
    on = _day(day)
    round_ = opened(round_folder)
    tell_notices(round_)
    return _booked(round_, units, form_id(round_, form), on, everyone=everyone)


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
    for text in units_and_forms(round_, done):
        console.show(f"{text}　{wareki(on)}")
    if done:
        console.say(f"{len(done)}件を送付済にしました。")
    elif any(standing.issues for standing in round_.ledger().standings.values()):
        console.say(
            "新しく記録するものはありません（すでに送付済です）。送付した日を直すときは、undo で取り消してから記録してください。"
        )
    else:
        console.say("まだ様式を作成していません。先に issue で様式を作成し、送付してください。")
    return ExitCode.OK
