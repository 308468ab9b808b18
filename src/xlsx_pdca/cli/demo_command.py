"""`demo`: play one whole round with invented answers, and say what to look at."""

from __future__ import annotations

import os
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.demo import DEFAULT_SEED, demo_folder, leave_report, play, report


@click.command("demo", cls=Command)
def command() -> int:
    """見本の実施回を、様式の作成から取りまとめまで一通り動かします。

    今いるフォルダーに「demo」フォルダーを作ります（すでにあるときは「demo_2」など、別の名前にします）。
    市町村名のほかは、すべて架空の内容です。環境変数 PDCA_DEMO_SEED で回答が変わります。
    """
    folder = demo_folder(Path.cwd())
    seed = os.environ.get("PDCA_DEMO_SEED") or DEFAULT_SEED
    played = play(folder, seed=seed, tell=console.say, progress=console.progress)
    leave_report(played, folder)
    console.show(report(played))
    return ExitCode.OK
