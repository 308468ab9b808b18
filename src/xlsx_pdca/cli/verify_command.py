"""`verify`: prove that nothing of the round was lost or changed, and account for every file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import json_option, round_option
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.store.round_folder import open_remains
from xlsx_pdca.workflows.account import TOLD, Account, Fate
from xlsx_pdca.workflows.trouble import Trouble, Weight
from xlsx_pdca.workflows.verify import Verified, verify

MOST_LINES = 20
"""So many files are named under one heading of the account; `--json` names all."""
_CODES = {
    Weight.REMARK: ExitCode.OK,
    Weight.TO_MEND: ExitCode.NEEDS_PERSON,
    Weight.LOST: ExitCode.FAULTY,
}
_WORDS = {Weight.REMARK: "参考", Weight.TO_MEND: "要対応", Weight.LOST: "要復旧"}


@click.command("verify", cls=Command)
@round_option
@json_option
def command(round_folder: Path, *, as_json: bool) -> int:
    """受付記録、原本、控えがそろっていて、変わっていないことを確かめます。

    受付記録のつながり、保管してある原本と控えのハッシュ、整理番号を、すべて読み直して確かめ、
    届いたファイルの1つ1つが今どうなっているかを数え上げます。何も書き換えません。
    """
    found = verify(open_remains(round_folder))
    if as_json:
        console.show_json(_record(found))
    else:
        _show(found)
    return _CODES[found.worst] if found.adds_up else ExitCode.FAULTY


def _show(found: Verified) -> None:
    for text in (*_counts(found), *_account(found)):
        console.show(text)
    for trouble in sorted(found.troubles, key=lambda t: -t.weight):
        console.show(f"{_WORDS[trouble.weight]}　{trouble}")
    wrong = sum(t.weight > Weight.REMARK for t in found.troubles)
    if wrong:
        console.say(f"御対応いただくところが {wrong}件あります。")
    else:
        console.say("確かめました。失われたもの、変わったものはありません。")


def _counts(found: Verified) -> Iterator[str]:
    unproved = (
        f"（うち未検証 {found.unproved}件。鍵が失われたため確かめられません）"
        if found.unproved
        else ""
    )
    yield f"受付記録 {found.events}行、原本 {found.originals}件、様式の控え {found.plans}件"
    yield f"提出の控え {found.copies}件、送付用のファイルと整理番号 {found.issued}件{unproved}、県記入 {found.notes}件"


def _account(found: Verified) -> Iterator[str]:
    counts = found.account.counts
    yield f"届いたファイル {found.received}件の内訳"
    for fate, number in counts.items():
        yield f"　{fate} {number}件"
        if fate in TOLD:
            yield from _named(found.account, fate)
    if not found.adds_up:
        yield "　内訳の合計が、届いたファイルの件数と合いません。この画面をそのまま開発者へお知らせください。"


def _named(account: Account, fate: Fate) -> Iterator[str]:
    lines = [line for line in account.lines if line.fate is fate]
    for line in lines[:MOST_LINES]:
        yield f"　　受付番号{line.number}　{console.one_line(line.name)}：{line.reason}"
    if (more := len(lines) - MOST_LINES) > 0:
        yield f"　　ほか {more}件（verify --json で、すべて表示します）"


def _record(found: Verified) -> dict[str, Any]:
    return {
        "events": found.events,
        "originals": found.originals,
        "plans": found.plans,
        "copies": found.copies,
        "issued": found.issued,
        "unproved": found.unproved,
        "notes": found.notes,
        "received": found.received,
        "adds_up": found.adds_up,
        "account": {fate.value: number for fate, number in found.account.counts.items()},
        "files": [
            {"number": a.number, "name": a.name, "fate": a.fate.value, "reason": a.reason}
            for a in found.account.lines
        ],
        "troubles": [_trouble(trouble) for trouble in found.troubles],
    }


def _trouble(trouble: Trouble) -> dict[str, str]:
    return {
        "weight": _WORDS[trouble.weight],
        "place": trouble.place,
        "found": trouble.found,
        "remedy": trouble.remedy,
    }
