"""`ask`: drafts that ask about what is doubtful in a return, with a marked copy of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.mails import (
    read_list_back,
    tell_drafts,
    tell_spared,
    tell_uncertain,
    tell_without_address,
    writer,
)
from xlsx_pdca.cli.options import (
    dry_run_option,
    form_id,
    opened,
    plain_ids,
    round_option,
    tell_notices,
    unit_and_form,
)
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.facts import CopyKind, MarkedCopy
from xlsx_pdca.wareki import parse_date, wareki
from xlsx_pdca.workbook.points_book import PointEdit
from xlsx_pdca.workflows.ask import Asking, ask
from xlsx_pdca.workflows.outbox import ReadBack, put_in_order
from xlsx_pdca.workflows.points_choice import chosen_points, write_points
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Wish

_WITH = {
    CopyKind.MARKED: "印を付けた写し",
    CopyKind.REFILLED: "御回答を写した様式（元のファイルには印を付けられません）",
    CopyKind.LETTER: "文面のみ（元のファイルには印を付けられません）",
}


@click.command("ask", cls=Command)
@click.argument("units", callback=plain_ids, nargs=-1, metavar="[回答単位ID]...")
@click.option("--form", default="", metavar="様式ID", help="この様式だけ")
@click.option(
    "--until", "day", metavar="日付", help="お返事をいただきたい日（省略すると、1週間後の平日）"
)
@click.option(
    "--points",
    is_flag=True,
    help="尋ねる点を選ぶ「確認点.xlsx」を作ります（下書きは作りません）",
)
@dry_run_option
@round_option
def command(
    units: tuple[str, ...],
    round_folder: Path,
    form: str,
    day: str | None,
    *,
    points: bool,
    dry_run: bool,
) -> int:
    """御回答のうち「必ず確認」の点について、御確認のお願いの下書きと、印を付けた写しを作ります。"""
    until = parse_date(day) if day is not None else None
    if day is not None and until is None:
        raise UsageError(
            f"日付「{day}」を読み取れません。", "「--until 2026/10/20」のように指定してください。"
        )
    round_ = opened(round_folder)
    wish = Wish(frozenset(units), form_id(round_, form))
    tell_notices(round_)
    if points:
        return _points(round_, dry_run=dry_run)
    choose, lost = chosen_points(round_)
    back = ReadBack() if dry_run else read_list_back(round_)
    code = ExitCode.NEEDS_PERSON if back.needs_person else ExitCode.OK
    found = ask(round_, wish, writer(), until=until, choose=choose, dry_run=dry_run)
    lying = 0 if dry_run else put_in_order(round_, now=console.now())
    _tell_lost(lost)
    return max(code, _told(round_, found, lying, dry_run=dry_run))


def _points(round_: Round, *, dry_run: bool) -> int:
    """確認点.xlsx is written, or would be."""
    book = write_points(round_, now=console.now(), dry_run=dry_run)
    console.show(str(book.path.relative_to(round_.folder.root)))
    ticked = sum(row.tick for row in book.rows)
    done = "作る予定です" if dry_run else "作りました"
    console.say(
        f"確認点.xlsx を{done}（{len(book.rows)}点、うち ● {ticked}点）。「確認する」と「お尋ねする文」を御覧のうえ、"
        "保存して閉じてから ask を実行してください。"
    )
    _tell_lost(book.lost)
    return ExitCode.OK


def _tell_lost(lost: Sequence[PointEdit]) -> None:
    """Her words of which the finding is gone: shown in full, for they stand nowhere else."""
    for each in lost:
        console.say(
            f"確認点.xlsx {each.place}：{each.unit}のこの点は、新しい提出や確認済などで、なくなりました。"
            f"お書きの文は使いません：「{console.one_line(each.words)}」"
        )


def _told(round_: Round, found: Asking, lying: int, *, dry_run: bool) -> int:
    tell_drafts(round_, found.drafts, dry_run=dry_run)
    for question in found.questions:
        console.show(f"　{_line(round_, question)}")
    tell_spared(round_, found.unasked)
    lost = tell_without_address(found.without_address)
    doubtful = tell_uncertain(round_, found.uncertain)
    kinds = Counter(question.kind for question in found.questions)
    if kinds[CopyKind.REFILLED] or kinds[CopyKind.LETTER]:
        console.say("元のファイルに印を付けられなかったものは、そのわけを本文に書いてあります。")
    if lying:
        console.say(
            f"「{round_.folder.drafts.name}」に {lying}通あります。本文をお読みのうえ、お送りください。送る前の確認は send --review です。"
        )
    elif not (found.drafts.drafts or found.unasked):
        console.say("いま御確認をお願いする点はありません。")
    waits = any(each.needs_person for each in found.unasked)
    left = waits or doubtful or found.drafts.left or lost
    return ExitCode.NEEDS_PERSON if left else ExitCode.OK


def _line(round_: Round, question: MarkedCopy) -> str:
    until = f"　返信期限 {wareki(question.until)}" if question.until else ""
    whose = unit_and_form(round_, question.unit, question.form)
    return f"{whose}　{len(question.points)}点　{_WITH[question.kind]}{until}"
