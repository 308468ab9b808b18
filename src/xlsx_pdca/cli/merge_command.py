"""`merge`: write the three summary books."""

from __future__ import annotations

from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import (
    EXISTING,
    dry_run_option,
    json_option,
    opened,
    round_option,
    tell_unbooked,
)
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.merge import MergeResult, merge
from xlsx_pdca.workflows.round import Round


@click.command("merge", cls=Command)
@click.option(
    "--csv", "csv_dir", type=EXISTING, metavar="フォルダー", help="回答一覧をCSVでも書き出します"
)
@round_option
@dry_run_option
@json_option
def command(round_folder: Path, csv_dir: Path | None, *, dry_run: bool, as_json: bool) -> int:
    """届いている回答を取りまとめ、3冊のブックを「70_取りまとめ」に作成します。

    いつでも何度でも作成できます。取りまとめ表に書いた県記入は、記録してから新しい表に書き戻します。
    """
    round_ = opened(round_folder)
    result = merge(round_, now=console.now(), by=console.person(), csv_dir=csv_dir, dry_run=dry_run)
    if as_json:
        console.show_json(_record(round_, result))
    else:
        _show(round_, result, dry_run=dry_run)
    unbooked = tell_unbooked(round_)
    return ExitCode.NEEDS_PERSON if result.needs_person or unbooked else ExitCode.OK


def _show(round_: Round, result: MergeResult, *, dry_run: bool) -> None:
    for path in (*result.books, *result.tables):
        console.show(_place(round_, path))
    word = "作成する予定です" if dry_run else "作成しました"
    console.say(
        f"取りまとめを{word}。回答あり {result.returned}件、未受領 {result.outstanding}件。"
    )
    if result.notes:
        console.say(f"県記入 {len(result.notes)}件を新しく記録しました。")
    if result.both:
        console.say(
            f"ほかの方の県記入と重なったものが {len(result.both)}件あります。両方の文を残しましたので、御確認ください。"
        )
    if result.changed:
        console.say(
            f"県記入のあと回答が変わった行が {result.changed}件あります。「回答が変わりました」の行を御確認ください。"
        )
    if result.vanished:
        console.say(
            f"行がなくなった県記入が {len(result.vanished)}件あります。取りまとめ表に一覧があります。"
        )
    if result.left_behind:
        shown = result.left_behind[:_MOST_PLACES]
        tabs = "、".join(f"「{place}」" for place in shown)
        rest = len(result.left_behind) - len(shown)
        console.say(
            f"前の取りまとめ表の{tabs}{f'ほか{rest}か所' if rest else ''}には、新しい表に引き継げないもの"
            "（県記入の列以外への書き込み、行と整理キーの食い違い、足したシートや計算式、図など）があります。"
        )
    if result.kept:
        console.say(
            f"前の表を「{_place(round_, result.kept)}」に残しました。必要な内容を新しい表に書き写してください。"
        )
    if result.held:
        console.say(
            f"保留中のファイルが {result.held}件あり、取りまとめには入っていません（status で確認できます）。"
        )
    for name in result.unreadable:
        console.say(f"「{name}」を読み直せませんでした。取りまとめには入っていません。")


_MOST_PLACES = 8
"""Places named on the screen; `--json` names all."""


def _record(round_: Round, result: MergeResult) -> dict[str, object]:
    return {
        "books": [_place(round_, path) for path in result.books],
        "tables": [str(path) for path in result.tables],
        "returned": result.returned,
        "outstanding": result.outstanding,
        "held": result.held,
        "notes": len(result.notes),
        "both": len(result.both),
        "changed": result.changed,
        "vanished": len(result.vanished),
        "unreadable": list(result.unreadable),
        "left_behind": list(result.left_behind),
        "kept": _place(round_, result.kept) if result.kept else "",
    }


def _place(round_: Round, path: Path) -> str:
    """Path as the officer sees it: below the round folder where it lies there."""
    root = round_.folder.root
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)
