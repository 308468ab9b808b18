"""`undo`: take acts of a person back."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import opened, round_option
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.steps import (
    Run,
    Step,
    recent_runs,
    recent_steps,
    state_after,
    undo,
    undo_run,
)

SHOWN = 15
"""So many lines fit on a screen with room for what is said below them."""

_RANGE = re.compile(r"([0-9]{1,9})(?:[-~〜ー‐]([0-9]{1,9}))?")


@click.command("undo", cls=Command)
@click.argument("numbers", required=False, metavar="[記録番号]")
@click.option("--reason", default="", metavar="理由", help="取り消す理由")
@click.option("--list", "listed", is_flag=True, help="取り消せる操作を、1件ずつ、すべて表示します")
@round_option
def command(numbers: str | None, reason: str, round_folder: Path, *, listed: bool) -> int:
    """操作を取り消します。記録番号を省略すると、取り消せる操作を表示します。

    一度にまとめて行った操作は「79-82」のように指定します。記録は消えません。取り消したことも記録されます。
    """
    round_ = opened(round_folder)
    if numbers is None or listed:
        _show(round_, listed=listed)
        return ExitCode.OK
    first, last = _numbers(numbers)
    now, by = console.now(), console.person()
    if last is None:
        done: Step | Run = undo(round_, first, reason, now=now, by=by)
    else:
        done = undo_run(round_, first, last, reason, now=now, by=by)
    console.say(f"取り消しました：{done.words}")
    steps = done.steps if isinstance(done, Run) else (done,)
    if now_stands := state_after(round_, steps, today=now.date()):
        console.say(now_stands)
    return ExitCode.OK


def _show(round_: Round, *, listed: bool) -> None:
    if listed:
        for step in recent_steps(round_, limit=None):
            console.show(_line(str(step.seq), step, step.words))
        return
    runs = recent_runs(round_)
    for run in runs[:SHOWN]:
        console.show(_line(run.numbers, run.steps[-1], run.words))
    if not runs:
        console.say("取り消せる操作はありません。")
        return
    more = f"古いものが、ほかに{len(runs) - SHOWN}件あります。" if len(runs) > SHOWN else ""
    console.say(
        f"{more}取り消すときは undo {runs[0].numbers} のように、1件ずつすべて見るときは undo --list と入力してください。"
    )


def _line(numbers: str, step: Step, words: str) -> str:
    return f"{numbers}　{step.at:%Y/%m/%d %H:%M}　{step.by}　{words}"


def _numbers(text: str) -> tuple[int, int | None]:
    match = _RANGE.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        raise UsageError(
            f"記録番号「{text}」を読み取れません。",
            "「82」か、一度に行った操作をまとめて「79-82」のように、数字で指定してください。",
        )
    if match[2] is None:
        return int(match[1]), None
    first, last = sorted((int(match[1]), int(match[2])))
    return first, last
