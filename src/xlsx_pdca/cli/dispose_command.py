"""`dispose`: take the bytes of one received file out for good."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import dry_run_option, opened, round_option
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Outcome
from xlsx_pdca.ledger import Booked
from xlsx_pdca.workflows.dispose import Disposal, dispose


@click.command("dispose", cls=Command)
@click.argument("arrival", type=int, metavar="受付番号")
@click.option(
    "--reason",
    default="",
    metavar="理由",
    help="処分する理由（個人の名前などは書かないでください）",
)
@click.option(
    "--force",
    is_flag=True,
    help="取りまとめに使っている提出でも処分します（取りまとめから外れます）",
)
@click.option("--yes", is_flag=True, help="表示した内容のとおり処分します（元には戻せません）")
@round_option
@dry_run_option
def command(
    arrival: int, reason: str, round_folder: Path, *, force: bool, yes: bool, dry_run: bool
) -> int:
    """届いたファイルを処分します（保存期間が終わったとき、患者の情報などが誤って送られてきたとき）。

    保管してある原本と控えを消し、だれが、いつ、なぜ処分したかとハッシュだけを記録に残します。元には戻せません。

    --yes を付けなければ、処分する内容を表示するだけです。
    """
    round_ = opened(round_folder)
    only_shown = dry_run or not yes
    found = dispose(
        round_,
        arrival,
        reason,
        now=console.now(),
        by=console.person(),
        force=force,
        dry_run=only_shown,
    )
    for text in _told(found):
        console.show(text)
    if only_shown:
        console.say(_ASK)
        return ExitCode.OK
    word = "処分を終えました" if found.already else "処分しました"
    console.say(f"{word}（原本 {len(found.digests)}件、控え {len(found.copies)}件）。{_STAYS}")
    if found.was_used:
        console.say(_IN_BOOKS)
    return ExitCode.NEEDS_PERSON if found.changed or found.elsewhere else ExitCode.OK


_ASK = "まだ何も消していません。処分すると、元には戻せません。よければ、--reason 理由 と --yes を付けて、もう一度実行してください。"
_STAYS = "受付記録には、届いたときのファイル名、メールの件名と本文の初め、確認事項に引いた記載が残ります（画面と表には出ません）。"
_IN_BOOKS = (
    "御回答として取りまとめの表に載ったことがあります。merge で作り直してください。"
    "前の表の控え、印刷したもの、お渡しした表は、別に御確認ください。"
)


def _told(found: Disposal) -> Iterator[str]:
    yield f"処分するもの：{_named(found.named)}"
    for other in found.others:
        yield f"　一緒に処分するもの：{_named(other)}{_why(found, other)}"
    for copy in found.copies:
        yield f"　控え：{copy}"
    for each in found.leaving:
        rest = (
            f"第{each.number - 1}回までの提出が残ります"
            if each.number > 1
            else "この様式の提出はなくなります"
        )
        yield f"　取りまとめから外れるもの：{each.unit} の第{each.number}回の提出（{rest}）"
    for each in found.evidence_of:
        yield (
            f"　これを県で写した提出（代理入力）：{each.unit} の第{each.number}回の提出　取りまとめに残りますが、"
            "写したもとがなくなり、記載を後から確かめられなくなります。"
        )
    for place in found.changed:
        yield f"　内容が変えられているため残すもの：{place}　御確認のうえ、削除してください。"
    for place in found.elsewhere:
        yield f"　同じ内容のファイル：{place}　プログラムは消しません。御確認のうえ、削除してください。"


def _named(booked: Booked) -> str:
    return f"受付番号{booked.seq}　{console.one_line(booked.fact.name)}（{booked.at:%Y/%m/%d}）"


def _why(found: Disposal, other: Booked) -> str:
    """What the other has to do with the one named."""
    if other.fact.sha256 == found.named.fact.sha256:
        return "　同じ内容"
    if other.fact.inside and other.fact.inside == found.named.fact.sha256:
        return "　この中にあったもの"
    if other.fact.outcome is Outcome.OPENED:
        return "　これが入っていたもの（取り出したほかのファイルは残ります）"
    return ""
