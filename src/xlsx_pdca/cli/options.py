"""Options and opening words that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from xlsx_pdca.cli import console
from xlsx_pdca.definitions.open_table import Notice, plain_signs
from xlsx_pdca.errors import UsageError
from xlsx_pdca.ledger import Standing
from xlsx_pdca.reading import listed
from xlsx_pdca.store.round_folder import open_round
from xlsx_pdca.workflows.round import Round, open_round_at
from xlsx_pdca.workflows.unbooked import unbooked_copies

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

ONE_BY_ONE = 10
"""Up to so many alike are shown one by one; more are counted."""

EXISTING = click.Path(path_type=Path)

round_option: Decorator = click.option(
    "--round",
    "round_folder",
    type=EXISTING,
    default=Path(),
    metavar="フォルダー",
    help="実施回のフォルダー（省略すると、今いるフォルダー）",
)


def plain_ids(
    _: click.Context, __: click.Parameter, value: str | tuple[str, ...]
) -> str | tuple[str, ...]:
    """回答単位ID as people type it: full-width digits and long dashes are the plain ones."""
    if isinstance(value, str):
        return plain_signs(value).upper()
    return tuple(plain_signs(each).upper() for each in value)


dry_run_option: Decorator = click.option(
    "--dry-run", is_flag=True, help="実際には書き込まず、行う内容だけを表示します"
)
json_option: Decorator = click.option(
    "--json", "as_json", is_flag=True, help="プログラム用にJSON（UTF-8）で表示します"
)


def opened(folder: Path) -> Round:
    """The round in which a folder lies; at the end of the command a line of the ledger set aside by it is told."""
    found = open_round(folder)
    before = found.torn_lines
    context = click.get_current_context(silent=True)
    if context:
        context.call_on_close(lambda: _tell_torn(found.torn_lines - before))
    return open_round_at(found, holder=console.person())


def _tell_torn(paths: Collection[Path]) -> None:
    for path in sorted(paths):
        console.say(
            f"受付記録の最後の行が途中で切れていたため、「{path.name}」に取り分けて続けました。"
            "停電などで止まった操作は、記録されていないことがあります。status で御確認ください。"
        )


def tell_unbooked(round_: Round) -> bool:
    """Say which copies the ledger does not know; True if there are any."""
    copies = unbooked_copies(round_.folder, round_.ledger())
    if copies:
        console.say(
            f"「{round_.folder.received.name}」に、受付記録にない控えが {len(copies)}件あります（{listed(p.name for p in copies)}）。"
            f"受付記録を以前のものに戻したときは、この控えを「{round_.folder.drop.name}」に入れ直し、receive を実行してください。"
        )
    return bool(copies)


def tell_notices(round_: Round) -> None:
    """What 名簿 leaves open, on stderr: one line for each kind, with how many and the way to the list."""
    kinds: dict[str, list[Notice]] = {}
    for notice in round_.notices:
        kinds.setdefault(notice.remedy, []).append(notice)
    for found in kinds.values():
        first, more = found[0], len(found) - 1
        if more:
            console.say(
                f"参考：{first.file} {first.place}：{first.found}ほか {more}件（status --notices で一覧）"
            )
        else:
            console.say(f"参考：{first}")


def form_id(round_: Round, text: str) -> str:
    """Id of the form called by id or title; empty stays empty, an unknown one is refused."""
    if not text:
        return ""
    known = {form.id: form.title for form in round_.forms.values()}
    known |= {form: form for _, form in round_.ledger().standings if form not in known}
    for form, title in known.items():
        if text in (form, title):
            return form
    names = "、".join(f"{form}（{title}）" for form, title in known.items()) or "なし"
    raise UsageError(f"様式「{text}」は、この実施回にありません。", f"使えるのは {names} です。")


def unit_and_form(round_: Round, unit_id: str, form: str) -> str:
    """Whose and which: 102016-1　前橋市　事前課題."""
    unit = round_.unit(unit_id)
    title = round_.forms[form].title if form in round_.forms else form
    return "　".join(text for text in (unit_id, unit.name if unit else "", title) if text)


def name_and_title(round_: Round, unit_id: str, form: str) -> str:
    """Whose and which, inside a sentence: 前橋市「事前課題」."""
    unit = round_.unit(unit_id)
    title = round_.forms[form].title if form in round_.forms else form
    return f"{unit.name if unit else unit_id}「{title}」"


def units_and_forms(round_: Round, standings: Sequence[Standing]) -> Iterator[str]:
    """A line for each; many of one form are one line."""
    groups: dict[str, list[Standing]] = {}
    for standing in standings:
        groups.setdefault(standing.form, []).append(standing)
    for form, found in groups.items():
        first = unit_and_form(round_, found[0].unit, form)
        if len(found) > ONE_BY_ONE:
            yield f"{first} ほか {len(found) - 1}件"
        else:
            yield from (unit_and_form(round_, standing.unit, form) for standing in found)
