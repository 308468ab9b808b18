"""`status`: where the round stands, and what to do next."""

from __future__ import annotations

from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import json_option, opened, round_option
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.ledger import Status
from xlsx_pdca.wareki import wareki
from xlsx_pdca.workflows.collect import dropped_files
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.standing import Overview, overview


@click.command("status", cls=Command)
@click.option("--list", "listed", is_flag=True, help="団体ごとの一覧も表示します")
@round_option
@json_option
def command(round_folder: Path, *, listed: bool, as_json: bool) -> int:
    """受付の状況と、次にすることを表示します。"""
    round_ = opened(round_folder)
    now = overview(
        round_,
        round_.ledger(),
        today=console.now().date(),
        waiting_files=len(dropped_files(round_.folder.drop)),
    )
    if as_json:
        console.show_json(_records(now))
    else:
        _show(round_, now, listed=listed)
    return ExitCode.NEEDS_PERSON if now.held else ExitCode.OK


def _show(round_: Round, now: Overview, *, listed: bool) -> None:
    console.show(f"{round_.settings.prefecture}　{round_.settings.name}")
    console.show("次にすること")
    for step in now.next_steps or ("今することはありません。",):
        console.show(f"　・{step}")
    for title, counts in now.counts().items():
        words = "　".join(f"{s.symbol}{s} {counts[s]}" for s in Status if counts.get(s))
        console.show(f"{title}：{words}")
    for booked in now.held:
        doubts = "".join(f.sentence() for f in booked.fact.findings if f.holds)
        console.show(f"保留　受付番号{booked.seq}　{booked.fact.name}　{doubts}")
    if listed:
        for line in now.lines:
            deadline = wareki(line.standing.deadline) if line.standing.deadline else ""
            points = f"　必ず確認 {line.open_points}件" if line.open_points else ""
            console.show(
                f"{line.title}　{line.unit.id}　{line.unit.name}　"
                f"{line.status.symbol}{line.status}　{deadline}{points}"
            )


def _records(now: Overview) -> dict[str, object]:
    return {
        "next": list(now.next_steps),
        "units": [
            {
                "unit": line.unit.id,
                "name": line.unit.name,
                "form": line.form,
                "status": line.status.value,
                "deadline": line.standing.deadline,
                "submission": line.standing.submission.number if line.standing.submission else 0,
                "must_check": line.open_points,
            }
            for line in now.lines
        ],
        "held": [
            {"arrival": b.seq, "file": b.fact.name, "codes": [f.code for f in b.fact.findings]}
            for b in now.held
        ],
    }
