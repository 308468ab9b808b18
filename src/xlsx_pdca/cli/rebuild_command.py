"""`rebuild`: put back what was lost, from what is left."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import dry_run_option, json_option, round_option
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.store.round_folder import KEY_BYTES, open_remains
from xlsx_pdca.workflows.found_again import FoundAgain
from xlsx_pdca.workflows.rebuild import UNKNOWN, Restored, rebuild


@click.command("rebuild", cls=Command)
@round_option
@dry_run_option
@json_option
def command(round_folder: Path, *, dry_run: bool, as_json: bool) -> int:
    """失われた控えなどを、残っているものから元に戻します。

    控え、様式の控え、原本（同じ内容のファイルが残っているもの）を戻し、読み取りの控えを作り直します。
    受付記録が残っているときは、受付記録には触れません。

    受付記録がどこにもないときだけ、「20_送付用」と「50_受領済」のファイルから作り直します。
    バックアップがあるときは、先にバックアップから戻してください。
    """
    folder = open_remains(round_folder)
    done = rebuild(
        folder,
        holder=console.person(),
        now=console.now(),
        fresh_key=secrets.token_bytes(KEY_BYTES),
        dry_run=dry_run,
    )
    if as_json:
        console.show_json(asdict(done))
    else:
        for text in _told(done, dry_run=dry_run):
            console.show(text)
        console.say(_closing(done, dry_run=dry_run))
    needs_person = done.lost or done.aside or done.ledger or not done.has_key
    return ExitCode.NEEDS_PERSON if needs_person else ExitCode.OK


def _closing(done: Restored, *, dry_run: bool) -> str:
    if not (done.ledger or done.plans or done.originals or done.copies or done.cleared):
        stuck = done.lost or not done.has_key
        return "元に戻せるものはありません。" if stuck else "元に戻すものはありません。"
    if dry_run:
        return "このとおりにする予定です。まだ何も変えていません。"
    return "終わりました。verify で確かめてください。"


def _told(done: Restored, *, dry_run: bool) -> Iterator[str]:
    if done.ledger is not None:
        yield from _told_ledger(done, done.ledger, dry_run=dry_run)
    kinds = {
        "様式の控え": done.plans,
        "原本": done.originals,
        "50_受領済の控え": done.copies,
    }
    for kind, places in kinds.items():
        if not places:
            continue
        yield f"{kind}：{'戻すもの' if dry_run else '戻したもの'} {len(places)}件"
        yield from (f"　{place}" for place in places)
    for place in done.aside:
        kept = "残すもの" if dry_run else "残したもの"
        yield f"内容が変えられていたため、別の名前（_書き換えられた控え）で{kept}：{place}"
    for place in done.cleared:
        yield f"ほかの場所に移したため、{'片付けるもの' if dry_run else '片付けたもの'}：{place}"
    if not done.has_key:
        yield "整理番号の鍵（「_システム（さわらない）」の key）がありません。rebuild では戻せないので、バックアップから戻してください。"
    for name in done.lost:
        yield f"原本がどこにも見当たらないもの：{name}　バックアップから戻すか、再送をお願いしてください。"


def _told_ledger(done: Restored, found: FoundAgain, *, dry_run: bool) -> Iterator[str]:
    word = "作り直す予定です" if dry_run else "作り直しました"
    common = f"（ほかに共通の様式 {len(found.commons)}件）" if found.commons else ""
    taken = len(found.arrivals) - len(found.held)
    yield f"受付記録を{word}：様式の作成 {len(found.issues)}件{common}、提出 {taken}件"
    yield f"　{UNKNOWN}"
    if done.unproved:
        yield f"　整理番号 {done.unproved}件は、鍵が失われたため未検証です（同じ番号の御回答は、これまでどおり受け付けます）。"
    if done.nameless:
        yield (
            f"　原本だけが残っているもの：{done.nameless}件　元の名前も扱いも分かりません（保留だったファイル、メールやzip、"
            "前の取りまとめ表などです）。消さずに残します。心当たりのあるものは、再送をお願いしてください。"
        )
    for held in found.held:
        yield f"　名前と中の団体が違うため、{'保留にするもの' if dry_run else '保留にしたもの'}：{held.name}"
    for place in found.not_taken:
        yield f"　{'記録に入れられないもの' if dry_run else '記録に入れられなかったもの'}：{place}　御回答などは「40_届いたファイル」に入れ直し、receive を実行してください。"
