"""`contact`: what was said on the telephone, and until when an answer was promised."""

from __future__ import annotations

from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import opened, plain_ids, round_option
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.wareki import parse_date
from xlsx_pdca.workflows.remind import book_contact
from xlsx_pdca.workflows.summary_state import contact_words


@click.command("contact", cls=Command)
@click.argument("unit", callback=plain_ids, metavar="回答単位ID")
@click.argument("text", metavar="内容")
@click.option("--how", default="電話", metavar="手段", help="電話、メールなど（省略すると電話）")
@click.option("--until", "day", metavar="日付", help="御提出をお約束いただいた日")
@round_option
def command(unit: str, text: str, how: str, day: str | None, round_folder: Path) -> int:
    """電話などで連絡した内容を記録します（進行管理表の「連絡記録」に載ります）。"""
    until = parse_date(day) if day else None
    if day and until is None:
        raise UsageError(
            f"日付「{day}」を読み取れません。", "「2026/10/1」のように指定してください。"
        )
    round_ = opened(round_folder)
    fact = book_contact(
        round_, unit, text, how=how, until=until, now=console.now(), by=console.person()
    )
    known = round_.unit(unit)
    console.show(f"{unit}　{known.name if known else ''}　{how}　{contact_words(fact)}")
    console.say("連絡を記録しました。")
    return ExitCode.OK
