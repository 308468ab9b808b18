"""`receive`: take in what arrived."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import EXISTING, dry_run_option, json_option, opened, round_option
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.findings import Finding, Grade
from xlsx_pdca.workflows.collect import FoundFile, dropped_files, given_files
from xlsx_pdca.workflows.receive import Line, Received, receive
from xlsx_pdca.workflows.round import Round


@click.command("receive", cls=Command)
@click.argument("paths", nargs=-1, type=EXISTING, metavar="[ファイルやフォルダー]...")
@round_option
@dry_run_option
@json_option
def command(paths: tuple[Path, ...], round_folder: Path, *, dry_run: bool, as_json: bool) -> int:
    """届いたファイルを取り込みます。

    何も指定しなければ「40_届いたファイル」の中を取り込み、取り込んだファイルは「50_受領済」へ移します。
    指定したファイルは元の場所に残ります。確認済にするのは、このあと accept で行います。
    """
    round_ = opened(round_folder)
    files = given_files(paths) if paths else dropped_files(round_.folder.drop)
    with console.progress(len(files), "読み取り中") as step:
        received = receive(
            round_, files, now=console.now(), by=console.person(), dry_run=dry_run, step=step
        )
    if as_json:
        console.show_json([as_record(line) for line in received.lines])
    else:
        _show(round_, received, dry_run=dry_run)
    for each in received.unread:
        console.say(not_read(each))
    return ExitCode.OK if received.is_done else ExitCode.NEEDS_PERSON


def _show(round_: Round, received: Received, *, dry_run: bool) -> None:
    for line in received.lines:
        for text in described(round_, line):
            console.show(text)
    counts = Counter(str(line.arrived.outcome) for line in received.lines)
    words = (
        "、".join(f"{outcome} {n}件" for outcome, n in counts.items())
        or "届いたファイルはありません"
    )
    console.say(f"{words}。" + ("（記録はしていません）" if dry_run else ""))
    for line in received.lines:
        if line.stays:
            console.say(
                f"{line.file.name}：受付は済みましたが、どなたかが開いているため、元の場所に残りました。"
                "閉じていただいてから、もう一度 receive を実行してください。"
            )
    if received.need_person:
        console.say(
            f"御確認いただくファイルが {len(received.need_person)}件あります。「進行管理表」（merge）にもまとめます。"
        )


def not_read(file: FoundFile) -> str:
    """A file whose bytes the disk did not give."""
    return (
        f"{file.name}：ファイルを読めなかったため、受付をせず、そのままにしました。"
        "どなたかが開いていないか、読み取りの権限があるかを御確認のうえ、もう一度実行してください。"
    )


def described(round_: Round, line: Line) -> list[str]:
    """A file in words: what became of it, and each finding with place and remedy."""
    arrived = line.arrived
    unit = round_.unit(arrived.unit)
    whose = f"　{unit.name}（{unit.id}）" if unit else ""
    number = f"　第{arrived.submission.number}回" if arrived.submission else ""
    again = "（受付済み。後片付けだけ行いました）" if line.already else ""
    head = f"{line.file.name}：{arrived.outcome}{whose}{number}{again}"
    return [head, *remarks(arrived.findings)]


def remarks(findings: Iterable[Finding]) -> list[str]:
    """Findings a person should look at, each with place and remedy."""
    shown = (f for f in findings if f.grade is not Grade.INFO)
    return [f"　　{f.grade}：{f.place}{f.sentence()}" for f in shown]


def as_record(line: Line) -> dict[str, Any]:
    """A file for programs."""
    arrived = line.arrived
    return {
        "file": line.file.name,
        "sha256": arrived.sha256,
        "outcome": arrived.outcome.value,
        "unit": arrived.unit,
        "form": arrived.form,
        "submission": arrived.submission.number if arrived.submission else 0,
        "already": line.already,
        "application": arrived.application,
        "losses": list(arrived.losses),
        "findings": [
            {
                "code": f.code,
                "grade": f.grade.value,
                "sheet": f.sheet,
                "cell": f.cell,
                "field": f.field,
                "column": f.column,
                "row": f.row,
                "sentence": f.sentence(),
            }
            for f in arrived.findings
        ],
    }
