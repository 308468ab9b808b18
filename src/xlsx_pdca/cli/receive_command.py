"""`receive`: take in what arrived."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.arrivals import Arrivals, finding_records
from xlsx_pdca.cli.inbox import fetched, tell_inbox
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import (
    EXISTING,
    dry_run_option,
    json_option,
    opened,
    round_option,
    tell_unbooked,
)
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.facts import Outcome
from xlsx_pdca.reading import listed
from xlsx_pdca.workflows.acceptance import held_file
from xlsx_pdca.workflows.collect import FoundFile, dropped_files, given_files, passed_over
from xlsx_pdca.workflows.fetching import Run
from xlsx_pdca.workflows.receive import Line, Received, receive
from xlsx_pdca.workflows.round import Round

ASKED = "\0"
"""Stands for `--password` without a value: it is asked for on the screen, where nobody reads it."""


@click.command("receive", cls=Command)
@click.argument("paths", nargs=-1, type=EXISTING, metavar="[ファイルやフォルダー]...")
@click.option(
    "--password",
    "passwords",
    multiple=True,
    is_flag=False,
    flag_value=ASKED,
    metavar="[パスワード]",
    help="開くためのパスワード（値を省くと画面でお尋ねします）。保留中のものも、もう一度試します",
)
@click.option(
    "--proxy",
    "evidence",
    type=int,
    default=0,
    metavar="受付番号",
    help="代理入力：FAXなど、この受付番号で保留中の御回答を県で写したブックとして取り込みます",
)
@click.option(
    "--imap",
    "by_imap",
    is_flag=True,
    help="管理簿のIMAPサーバーから、この実施回のメールを取り込みます",
)
@click.option(
    "--since",
    metavar="日付",
    help="--imap で、この日以降に届いたメールを見ます（省略すると発出日の前日）",
)
@click.option(
    "--mark-seen",
    is_flag=True,
    help="--imap で、受け付けた後のメールを既読にします（ふだんは何も変えません）",
)
@click.option(
    "--list-others",
    is_flag=True,
    help="--imap で、取り込まなかったメールの差出人と件名も表示します",
)
@round_option
@dry_run_option
@json_option
def command(
    paths: tuple[Path, ...],
    passwords: tuple[str, ...],
    evidence: int,
    round_folder: Path,
    since: str | None,
    *,
    by_imap: bool,
    mark_seen: bool,
    list_others: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """届いたファイルを取り込みます。

    メール（.eml、.msg）と圧縮ファイル（.zip）は、中のファイルを取り出して取り込みます。

    何も指定しなければ「40_届いたファイル」の中を取り込み、取り込んだものはそこから除きます。
    --imap を付けると、メールサーバーから取り込みます。メールボックスは読むだけで、何も変えません。

    原本はすべて保管し、提出として受け付けたものは「50_受領済」に控えを置きます。

    指定したファイルは元の場所に残ります。確認済にするのは、このあと accept で行います。
    """
    round_ = opened(round_folder)
    if evidence:
        _check_proxy(round_, paths, evidence)
    if by_imap and (paths or evidence):
        raise UsageError(
            "--imap は、ファイルの指定や --proxy と一緒には使えません。", "別々に実行してください。"
        )
    if not by_imap and (since or mark_seen or list_others):
        raise UsageError(
            "--since、--mark-seen、--list-others は、--imap と一緒に使うものです。",
            "「xlsx-pdca receive --imap」に続けて指定してください。",
        )
    torn = round_.folder.torn_lines
    secrets = [asked_password() if each == ASKED else each for each in passwords]
    inbox = None
    if by_imap:
        run = Run(
            console.now(), console.person(), dry_run=dry_run, mark_seen=mark_seen, secrets=secrets
        )
        inbox = fetched(round_, since, run)
        received = inbox.received
    else:
        _refuse_own_folders(round_, paths)
        files = given_files(paths) if paths else dropped_files(round_.folder.drop)
        received = _received(round_, files, secrets, evidence, dry_run=dry_run)
    arrivals = Arrivals(round_, received.lines, booked=not dry_run)
    if as_json:
        console.show_json([as_record(line) for line in received.lines])
    else:
        where = "指定された場所" if paths else f"「{round_.folder.drop.name}」"
        _show(arrivals, "" if received.lines or inbox else where)
        if inbox and not received.lines:
            console.say("新しく取り込むメールはありません。")
    for each in received.unread:
        console.say(not_read(each))
    apart = (
        tell_inbox(inbox, booked=not dry_run, list_others=list_others and not as_json)
        if inbox
        else False
    )
    over = passed_over(round_.folder.drop) if not (paths or inbox) else ()
    if over:
        console.say(_not_taken(over))
    unbooked = tell_unbooked(round_)
    stay = any(line.stays for line in received.lines)
    # What a cut-off line would have booked, such as an acceptance, only a person can know.
    is_torn = round_.folder.torn_lines != torn
    needs_person = bool(
        arrivals.need_person or received.unread or stay or over or unbooked or is_torn or apart
    )
    return ExitCode.NEEDS_PERSON if needs_person else ExitCode.OK


def _received(
    round_: Round,
    files: Sequence[FoundFile],
    secrets: Sequence[str],
    evidence: int,
    *,
    dry_run: bool,
) -> Received:
    """The files taken in, with the progress on the screen."""
    with console.progress(len(files), "読み取り中") as step:
        return receive(
            round_,
            files,
            now=console.now(),
            by=console.person(),
            dry_run=dry_run,
            secrets=secrets,
            evidence=evidence,
            step=step,
        )


def _show(arrivals: Arrivals, nothing_in: str) -> None:
    """What became of the files, or where none were."""
    arrivals.show()
    if arrivals.lines:
        console.say(
            f"{arrivals.totals()}。" + ("" if arrivals.booked else "まだ受け付けていません。")
        )
    elif nothing_in:
        console.say(f"{nothing_in}に、取り込むファイルはありません。")
    for line in arrivals.lines:
        if line.stays:
            console.say(
                f"{console.one_line(line.file.name)}：受付は済みましたが、どなたかが開いているため、元の場所に残りました。"
                "閉じていただいてから、もう一度 receive を実行してください。"
            )
    if replaced := sum(_replaces_accepted(line) for line in arrivals.lines):
        console.say(
            f"確認済だった提出 {replaced}件は、新しい提出に代わり、受信（未確認）に戻りま"
            f"{'した' if arrivals.booked else 'す'}。"
        )
    if arrivals.booked and (mails := sum(map(_has_words, arrivals.lines))):
        console.say(
            f"本文のあるメールが {mails}通あります。訂正などの御連絡がないか、御覧ください"
            "（本文は進行管理表の「収受簿」、メールは「50_受領済」の「メール」にあります）。"
        )
    if arrivals.need_person and arrivals.booked:
        console.say(
            f"御確認いただくファイルが {len(arrivals.need_person)}件あります。"
            "status と「進行管理表」（merge）でも確かめられます。"
        )


def _has_words(line: Line) -> bool:
    """A mail whose files were taken out of it: nothing else shows what it says."""
    letter = line.arrived.letter
    is_new = not line.already and line.arrived.outcome is Outcome.OPENED
    return is_new and letter is not None and bool(letter.words)


def _replaces_accepted(line: Line) -> bool:
    return not line.already and any(f.code == "ARR10" for f in line.arrived.findings)


def _check_proxy(round_: Round, paths: Sequence[Path], evidence: int) -> None:
    """One workbook, copied from one file that waits."""
    if len(paths) != 1 or not paths[0].is_file():
        raise UsageError(
            "代理入力のブックは、一度に一つだけ指定できます。",
            "「receive 写したブック.xlsx --proxy 受付番号」のように指定してください。",
        )
    held_file(round_.ledger(), evidence)


def _refuse_own_folders(round_: Round, paths: Sequence[Path]) -> None:
    """No folder that holds the round's own files: they would be taken for what municipalities sent."""
    root, drop = round_.folder.root.resolve(), round_.folder.drop.resolve()
    for path in paths:
        place = path.resolve()
        is_ours = root.is_relative_to(place) or place.is_relative_to(root)
        if path.is_dir() and is_ours and not place.is_relative_to(drop):
            raise UsageError(
                f"「{path}」は、この実施回のファイルが入ったフォルダーです。",
                f"届いたファイルだけを「{drop.name}」に入れて receive を実行するか、届いたファイルを1つずつ指定してください。",
            )


def asked_password() -> str:
    """A password typed without being shown; from another program it is one line of its input."""
    if sys.stdin is not None and sys.stdin.isatty():
        asked = "パスワード（入力した文字は画面に出ません）"
        return str(click.prompt(asked, hide_input=True, err=True, prompt_suffix="："))
    word = "" if sys.stdin is None else sys.stdin.readline().rstrip("\r\n")
    if not word:
        raise UsageError(
            "パスワードが入力されていません。",
            "コマンドプロンプトで実行して入力するか、「--password パスワード」のように指定してください。",
        )
    return word


def _not_taken(names: Sequence[str]) -> str:
    return (
        f"隠しファイルやショートカット（リンク）のため、取り込んでいないものがあります（{listed(names)}）。"
        "御回答でしたら、ふつうのファイルとして入れ直してください。"
    )


def not_read(file: FoundFile) -> str:
    """A file whose bytes the disk did not give."""
    return (
        f"{console.one_line(file.name)}：ファイルを読めなかったため、受付をせず、そのままにしました。"
        "どなたかが開いていないか、読み取りの権限があるかを御確認のうえ、もう一度実行してください。"
    )


def as_record(line: Line) -> dict[str, Any]:
    """A file for programs."""
    arrived = line.arrived
    return {
        "file": line.file.name,
        "sha256": arrived.sha256,
        "outcome": arrived.words,
        "unit": arrived.unit,
        "form": arrived.form,
        "submission": arrived.submission.number if arrived.submission else 0,
        "already": line.already,
        "application": arrived.application,
        "losses": list(arrived.losses),
        "findings": finding_records(arrived.findings),
    }
