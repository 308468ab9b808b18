"""`correct`: answers the prefecture puts right by what it was told, through 補正.xlsx."""

from __future__ import annotations

from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import (
    dry_run_option,
    form_id,
    opened,
    plain_ids,
    round_option,
    unit_and_form,
)
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.points import points_now, solved_words
from xlsx_pdca.workflows.correct import Change, Corrections, correct
from xlsx_pdca.workflows.corrections import told
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Wish


@click.command("correct", cls=Command)
@click.argument("units", callback=plain_ids, nargs=-1, metavar="[回答単位ID]...")
@click.option("--form", default="", metavar="様式ID", help="この様式の御回答だけを並べます")
@dry_run_option
@round_option
def command(units: tuple[str, ...], round_folder: Path, form: str, *, dry_run: bool) -> int:
    """お電話などで伺った内容で、御回答を補正します（「補正.xlsx」に記入してから実行します）。

    「補正.xlsx」に記入があれば記録し、表を作り直します。表に並ぶのは確認事項のある御回答です。回答単位IDを付けると、その相手の御回答がすべて並びます。
    """
    round_ = opened(round_folder)
    wish = Wish(frozenset(units), form_id(round_, form))
    found = correct(round_, wish, now=console.now(), by=console.person(), dry_run=dry_run)
    _tell_booked(round_, found, dry_run=dry_run)
    _tell_left(found)
    _tell_book(round_, found, wish, dry_run=dry_run)
    return ExitCode.NEEDS_PERSON if found.outdated else ExitCode.OK


def _tell_booked(round_: Round, found: Corrections, *, dry_run: bool) -> None:
    for change in found.booked:
        console.show(_line(round_, change))
        for doubt in change.doubts:
            console.say(f"　念のため御確認ください（{doubt.entry.title}）：{told(change.fact.raw)}")
    if not found.booked:
        return
    done = "補正する予定です" if dry_run else "補正しました"
    console.say(f"{len(found.booked)}件を{done}。届いたファイルは、そのまま残ります。")
    if dry_run:
        return
    ledger = round_.ledger()
    for unit, form in dict.fromkeys(change.key for change in found.booked):
        standing = ledger.standing(unit, form)
        if words := solved_words(points_now(standing)):
            console.say(f"{unit_and_form(round_, unit, form)}：{words}")


def _line(round_: Round, change: Change) -> str:
    fact = change.fact
    whose = unit_and_form(round_, fact.unit, fact.form)
    before, after = told(change.before), told(fact.raw)
    return f"{whose}　{change.label}：「{before}」→「{after}」（{console.one_line(fact.how)}）"


def _tell_left(found: Corrections) -> None:
    for edit in found.same:
        console.say(
            f"補正.xlsx {edit.place}：{edit.unit}の「{edit.question}」は、今の御回答と同じなので、記録しませんでした。"
            "このままでよいと伺ったときは、accept で確認済にしてください。"
        )
    for edit in found.outdated:
        console.say(
            f"補正.xlsx {edit.place}：{edit.unit}の「{edit.question}」は、表を作った後に御回答が変わったため、まだ補正していません。"
            "新しい表の「今の御回答」を御覧のうえ、お書きの内容でよければ、もう一度 correct を実行してください。"
        )


def _tell_book(round_: Round, found: Corrections, wish: Wish, *, dry_run: bool) -> None:
    if not found.rows:
        if wish.units:
            console.say("お尋ねの相手からは、まだ御回答が届いていません。")
        else:
            console.say(
                "確認事項のある御回答はありません。ほかの御回答を補正するときは、correct 102016-1 のように、回答単位IDを付けて実行してください。"
            )
        return
    if dry_run:
        return
    console.show(str(found.path.relative_to(round_.folder.root)))
    which = "" if wish.units else "確認事項のある"
    more = (
        ""
        if wish.units
        else "ここにない御回答を補正するときは、correct 102016-1 のように、回答単位IDを付けて実行してください。"
    )
    console.say(
        f"補正.xlsx に、{which}御回答 {found.rows}件を並べました。補正するときは、黄色の欄に記入して保存し、閉じてから、もう一度 correct を実行してください。{more}"
    )
