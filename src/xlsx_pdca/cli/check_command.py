"""`check`: read and judge files without booking anything."""

from __future__ import annotations

from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.arrivals import Arrivals
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import EXISTING, json_option, opened, round_option
from xlsx_pdca.cli.receive_command import as_record, not_read
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.collect import given_files
from xlsx_pdca.workflows.receive import receive


@click.command("check", cls=Command)
@click.argument("paths", nargs=-1, required=True, type=EXISTING, metavar="ファイルやフォルダー...")
@round_option
@json_option
def command(paths: tuple[Path, ...], round_folder: Path, *, as_json: bool) -> int:
    """ファイルがどの団体のものか、記載内容に確認する点があるかを表示します。

    記録はせず、ファイルも動かしません。
    """
    round_ = opened(round_folder)
    checked = receive(
        round_, given_files(paths), now=console.now(), by=console.person(), dry_run=True
    )
    if as_json:
        console.show_json([as_record(line) for line in checked.lines])
    else:
        _show(Arrivals(round_, checked.lines, booked=False))
    for each in checked.unread:
        console.say(not_read(each))
    return ExitCode.OK if checked.is_done else ExitCode.NEEDS_PERSON


def _show(arrivals: Arrivals) -> None:
    arrivals.show()
    if arrivals.lines:
        console.say(
            f"{arrivals.totals()}。確認しただけで、まだ受け付けていません（受け付けるのは receive です）。"
        )
    else:
        console.say("確認するファイルはありません。")
