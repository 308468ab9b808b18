"""`issue`: write the workbooks that go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import (
    ONE_BY_ONE,
    dry_run_option,
    json_option,
    opened,
    round_option,
    tell_notices,
)
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.workflows.common_form import CommonBook, issue_common
from xlsx_pdca.workflows.issue import IssuedBook, IssueResult, issue


@click.command("issue", cls=Command)
@round_option
@dry_run_option
@json_option
@click.option(
    "--common",
    is_flag=True,
    help="共通の様式（御回答者を一覧から選ぶもの）も作成します。ホームページに載せるときなどに使います。",
)
def command(round_folder: Path, *, dry_run: bool, as_json: bool, common: bool) -> int:
    """様式（回答用のExcelファイル）を、名簿の回答単位ごとに作成します。

    すでに作成したものは変わりません。名簿や様式を直したときは、変わったものだけを新しい版で作成します。
    """
    round_ = opened(round_folder)
    tell_notices(round_)
    now, by = console.now(), console.person()
    result = issue(round_, now=now, by=by, dry_run=dry_run)
    books = issue_common(round_, now=now, by=by, dry_run=dry_run) if common else ()
    if as_json:
        told = {"common": [asdict(book) for book in books]} if common else {}
        console.show_json({**asdict(result), **told})
    else:
        _show(result)
        _show_common(books, dry_run=dry_run)
    return ExitCode.NEEDS_PERSON if result.altered else ExitCode.OK


def _listed(books: Sequence[IssuedBook]) -> Iterator[str]:
    """A line for each workbook; many of one form made for the same reason are one line."""
    groups: dict[tuple[str, str, tuple[str, ...]], list[IssuedBook]] = {}
    for book in books:
        folder = str(PurePosixPath(book.file).parent)
        groups.setdefault((str(book.step), folder, book.changes), []).append(book)
    for (step, folder, changes), made in groups.items():
        why = f"（{'、'.join(changes)}が変わったため）" if changes else ""
        if len(made) > ONE_BY_ONE:
            first = PurePosixPath(made[0].file).name
            yield f"{step}　{folder}/{first} ほか {len(made) - 1}件{why}"
        else:
            yield from (f"{step}　{book.file}{why}" for book in made)


def _show(result: IssueResult) -> None:
    for text in _listed(result.books):
        console.show(text)
    word = "作成する予定です" if result.dry_run else "作成しました"
    console.say(
        f"{len(result.books)}件を{word}。変更のないもの {result.unchanged}件、対象外 {result.exempt}件。"
    )
    for file in result.altered:
        console.say(
            f"「{file}」は作成後に書き換えられています。そのままにしました。"
            "元に戻すには、そのファイルを別の場所へ移してから、もう一度 issue を実行してください。"
        )
    answered = sum(book.is_answered for book in result.books)
    if answered:
        console.say(
            f"このうち {answered}件は、すでに提出されています。書き直しをお願いするのでなければ、送る必要も、記録する必要もありません。"
        )
    if len(result.books) > answered and not result.dry_run:
        console.say(
            "send で、相手ごとの下書きメールを作れます（御自身で書いて送ったときは、send --mark-sent で記録します）。"
        )


def _show_common(books: Sequence[CommonBook], *, dry_run: bool) -> None:
    """The common workbooks, and what becomes of their returns."""
    for book in books:
        word = "共通" if book.is_new else "共通（変更なし）"
        console.show(f"{word}　{book.file}（{book.units}団体から選択）")
    if books and not dry_run:
        console.say(
            "共通の様式の御回答は、選ばれた団体とメールの差出人（名簿のアドレス）が一致したときだけ、提出として受け付けます。ほかは保留になります。"
        )
