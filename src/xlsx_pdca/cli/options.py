"""Options and opening words that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from xlsx_pdca.cli import console
from xlsx_pdca.store.round_folder import open_round
from xlsx_pdca.workflows.round import Round, open_round_at

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

EXISTING = click.Path(path_type=Path)

round_option: Decorator = click.option(
    "--round",
    "round_folder",
    type=EXISTING,
    default=Path(),
    metavar="フォルダー",
    help="実施回のフォルダー（省略すると、今いるフォルダー）",
)
dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="実際には書き込まず、行う内容だけを表示します"
)
json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="プログラム用にJSON（UTF-8）で表示します"
)


def opened(folder: Path) -> Round:
    """The round of a folder; what 名簿 leaves open is told on stderr."""
    round_ = open_round_at(open_round(folder), holder=console.person())
    for notice in round_.notices:
        console.say(f"参考：{notice}")
    return round_


def unit_and_form(round_: Round, unit_id: str, form: str) -> str:
    """Whose and which: 102016-1　前橋市　事前課題."""
    unit = round_.unit(unit_id)
    title = round_.forms[form].title if form in round_.forms else form
    return "　".join(text for text in (unit_id, unit.name if unit else "", title) if text)
