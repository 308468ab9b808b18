"""`undo`: take an act of a person back."""

from __future__ import annotations

from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import opened, round_option
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.acceptance import recent_steps, undo


@click.command("undo", cls=Command)
@click.argument("seq", type=int, required=False, metavar="[記録番号]")
@click.option("--reason", default="", metavar="理由", help="取り消す理由")
@round_option
def command(seq: int | None, reason: str, round_folder: Path) -> int:
    """操作を取り消します。記録番号を省略すると、取り消せる操作を表示します。

    記録は消えません。取り消したことも記録されます。
    """
    round_ = opened(round_folder)
    if seq is None:
        for step in recent_steps(round_):
            console.show(f"{step.seq}　{step.at:%Y/%m/%d %H:%M}　{step.by}　{step.words}")
        return ExitCode.OK
    step = undo(round_, seq, reason, now=console.now(), by=console.person())
    console.say(f"取り消しました：{step.words}")
    return ExitCode.OK
