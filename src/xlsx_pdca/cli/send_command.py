"""`send`: drafts for everything that has not gone out yet, and the record of what went out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.hand_mail import marked
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.mails import (
    MAKERS,
    SETTLE_FIRST,
    read_list_back,
    tell_answered,
    tell_drafts,
    tell_late,
    tell_outdated,
    tell_strange,
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
)
from xlsx_pdca.cli.postal import given_back, in_the_dark, sent_by_server, sent_to_me
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.mailings import mailings, uncertain
from xlsx_pdca.reading import listed
from xlsx_pdca.workflows.outbox import (
    ReadBack,
    put_in_order,
    review,
)
from xlsx_pdca.workflows.round import Round
from xlsx_pdca.workflows.send import Wish, write_requests


@click.command("send", cls=Command)
@click.argument("units", callback=plain_ids, nargs=-1, metavar="[回答単位ID]...")
@click.option("--all", "everyone", is_flag=True, help="まだ送っていないものすべて")
@click.option("--form", default="", metavar="様式ID", help="この様式だけ")
@click.option("--review", "reviewing", is_flag=True, help="送る前に、宛先と添付の一覧を出します")
@click.option("--to-me", is_flag=True, help="試しの1通を、県自身のアドレスあてに作ります")
@click.option("--smtp", is_flag=True, help="置いてある下書きを、プログラムから送信します")
@click.option(
    "--resend",
    is_flag=True,
    help="届いていないとき、もう一度送る下書きを作ります（送信できたか不明のメールは、下書きに戻します）",
)
@click.option("--mark-sent", is_flag=True, help="手作業で送付したことを記録します")
@click.option("--on", "day", metavar="日付", help="送付した日（省略すると今日）")
@dry_run_option
@round_option
def command(
    units: tuple[str, ...],
    round_folder: Path,
    form: str,
    day: str | None,
    *,
    everyone: bool,
    reviewing: bool,
    to_me: bool,
    smtp: bool,
    resend: bool,
    mark_sent: bool,
    dry_run: bool,
) -> int:
    """相手ごとの下書きメールを作ります。送った後に、その日を記録します。"""
    if sum((reviewing, smtp and not to_me, resend, mark_sent, to_me)) > 1:
        raise UsageError(
            "--review、--to-me、--smtp、--resend、--mark-sent は、一緒に使えません。",
            "1つずつ実行してください（--to-me --smtp だけは、一緒に使えます）。",
        )
    if day is not None and not mark_sent:
        raise UsageError(
            "--on は、--mark-sent と一緒に使います。", "送付した日を記録するときに付けてください。"
        )
    round_ = opened(round_folder)
    if not reviewing:
        tell_notices(round_)
    if reviewing:
        return _reviewed(round_)
    if dry_run and (to_me or resend):
        raise UsageError(
            "--dry-run は、--to-me、--resend とは一緒に使えません。",
            "どちらか一方を付けて実行してください。",
        )
    is_all_sent = mark_sent and everyone and not form
    back = ReadBack() if dry_run else read_list_back(round_, is_all_sent=is_all_sent)
    code = ExitCode.NEEDS_PERSON if back.needs_person else ExitCode.OK
    wish = Wish(frozenset(units), form_id(round_, form))
    if to_me:
        return max(code, sent_to_me(round_, wish, smtp=smtp))
    if smtp and back.needs_person:
        console.say(
            "「送信一覧.xlsx」の記入を直すまで、何も送信しません（同じメールを二度お送りしないためです）。"
        )
        return ExitCode.NEEDS_PERSON
    if smtp:
        return max(code, sent_by_server(round_, wish, dry_run=dry_run))
    if resend and not in_the_dark(round_, units):
        return max(code, _drafted(round_, replace(wish, again=True), dry_run=dry_run))
    if resend:
        return max(code, given_back(round_, units))
    if mark_sent:
        done = marked(round_, units, wish.form, day, back, everyone=everyone, dry_run=dry_run)
        return max(code, done)
    return max(code, _drafted(round_, wish, dry_run=dry_run))


def _drafted(round_: Round, wish: Wish, *, dry_run: bool) -> int:
    drafts, sendable = write_requests(round_, wish, writer(), dry_run=dry_run)
    lying = 0 if dry_run else put_in_order(round_, now=console.now())
    tell_drafts(round_, drafts, dry_run=dry_run)
    lost = tell_without_address(sendable.without_address)
    tell_outdated(round_, sendable.outdated)
    tell_answered(round_, sendable.answered)
    tell_late(round_, drafts)
    is_exempt = _tell_exempt(round_, wish)
    doubtful = tell_uncertain(round_, uncertain(mailings(round_.ledger())))
    if doubtful:
        console.say(SETTLE_FIRST)
    if lying:
        console.say(
            f"「{round_.folder.drafts.name}」に {lying}通あります。メールソフトで開いて送るか、「送信一覧.xlsx」を見ながらWebメールで送ってください。"
            "送る前の確認は send --review、送った後の記録は「送信一覧.xlsx」の送信日か send --mark-sent です。"
        )
    strange = False if dry_run else tell_strange(round_)
    left = bool(drafts.left or lost or doubtful or strange or sendable.outdated)
    if not (lying or drafts.drafts or left or sendable.answered or is_exempt):
        _tell_nothing_new(round_)
    return ExitCode.NEEDS_PERSON if left else ExitCode.OK


def _tell_exempt(round_: Round, wish: Wish) -> bool:
    """Whom she named although 名簿 says that nothing is asked of them; True if there are any."""
    exempt = [unit.name for unit in round_.units if unit.exempt and unit.id in wish.units]
    if exempt:
        console.say(
            f"{listed(exempt)}は、名簿で対象外となっているため、下書きを作っていません。送るときは、名簿の「対象外」を消してください。"
        )
    return bool(exempt)


def _tell_nothing_new(round_: Round) -> None:
    """Nothing was written and nothing lies there: all went out, or `issue` comes first."""
    ledger = round_.ledger()
    if not any(standing.issues for standing in ledger.standings.values()):
        console.say("まだ様式を作成していません。先に issue で様式を作成してください。")
        return
    console.say("新しく送るものはありません。")
    unissued = [
        unit.name
        for unit in round_.units
        if not unit.exempt and not any(ledger.standing(unit.id, f).issues for f in round_.forms)
    ]
    if unissued:
        console.say(
            f"まだ様式を作成していない相手が {len(unissued)}件あります（{listed(unissued)}）。issue で作成してください。"
        )


def _reviewed(round_: Round) -> int:
    lines = review(round_, now=console.now())
    for line in lines:
        to = ", ".join((*line.to, *(f"CC {cc}" for cc in line.cc)))
        whose = f"中の整理番号：{line.whose}" if line.is_seen and line.whose else line.whose
        console.show("　".join(filter(None, ("□", line.name, to, line.file, whose))))
    strange = tell_strange(round_)
    if not lines:
        console.say(f"送る前の下書きがありません。{MAKERS}で作成してください。")
        return ExitCode.NEEDS_PERSON if strange else ExitCode.OK
    unseen = sum(not line.is_seen for line in lines)
    if unseen:
        console.say(
            f"このうち{unseen}通は、作成した後に変更されたか、いまの名簿・様式・期限・送付の記録と合わない下書きで、宛先も添付ファイルも確かめていません。開いて御確認になるか、消してから、作ったときのコマンド（{MAKERS}）で作り直してください。"
        )
    console.say(
        f"宛先と添付ファイルを、送る人とは別の方が御確認ください。印刷用の一覧は「{round_.folder.drafts.name}」の「送信前の確認.xlsx」です。"
    )
    return ExitCode.NEEDS_PERSON if unseen or strange else ExitCode.OK
