"""`form`: look at forms before they go out."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Group
from xlsx_pdca.cli.options import EXISTING, json_option, round_option
from xlsx_pdca.cli.outline_table import table
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.round_folder import find_round
from xlsx_pdca.wareki import fiscal_year_of
from xlsx_pdca.workflows.outline import outline
from xlsx_pdca.workflows.preview import fields_of, form_named, known_forms, preview, validate


@click.group("form", cls=Group)
def command() -> None:
    """様式の一覧・内容・確認。実施回のフォルダーの中では、その回の様式を見ます。"""


@command.command("list")
@round_option
def list_forms(round_folder: Path) -> int:
    """使える様式を表示します。"""
    for form in known_forms(round_folder).values():
        console.show(f"{form.id}　{form.title}　（記号 {form.letter}、第{form.version}版）")
    return ExitCode.OK


@command.command("show")
@click.argument("name", metavar="様式ID")
@round_option
def show_form(name: str, round_folder: Path) -> int:
    """様式の設問を、種類・必須・読む人・決まりとともに、番号順に表示します。"""
    form = form_named(known_forms(round_folder), name)
    console.show(f"{form.title}（{form.id}）　第{form.version}版　{form.purpose}")
    for line in table(outline(form, fiscal_year=_year())):
        console.show(line)
    return ExitCode.OK


@command.command("fields")
@click.argument("name", metavar="様式ID")
@round_option
@json_option
def show_fields(name: str, round_folder: Path, *, as_json: bool) -> int:
    """回答欄の番地（field, column, row）を表示します。取りまとめのCSVと同じものです。"""
    lines = fields_of(form_named(known_forms(round_folder), name), fiscal_year=_year())
    if as_json:
        console.show_json([asdict(line) for line in lines])
    else:
        for line in lines:
            console.show(f"{line.field}\t{line.column}\t{line.row}\t{line.code}\t{line.question}")
    return ExitCode.OK


@command.command("validate")
@round_option
def validate_forms(round_folder: Path) -> int:
    """様式を作成できるかどうかを確認します。直すところはすべて一度に表示します。"""
    forms = known_forms(round_folder)
    validate(forms, fiscal_year=_year())
    found = find_round(round_folder)
    where = f"「{found.forms}」の" if found else "プログラムに添付の"
    titles = "」「".join(form.title for form in forms.values())
    console.say(f"{where}様式「{titles}」を確認しました。そのまま作成できます。")
    if found:
        console.say(
            "新しい様式は、管理簿の「様式」に行を加え、「使う」に「○」、「提出期限」に日付を記入すると使われます。"
        )
    return ExitCode.OK


@command.command("preview")
@click.argument("name", metavar="様式ID")
@click.argument("target", type=EXISTING, metavar="ファイル.xlsx")
@click.option(
    "--role", default="", metavar="役割", help="「関係団体」など（省略すると自治体担当者）"
)
@round_option
def preview_form(name: str, target: Path, role: str, round_folder: Path) -> int:
    """様式を見本のファイルに書き出します（回答用ではありません）。"""
    _refuse_target(target)
    form = form_named(known_forms(round_folder), name)
    data = preview(form, fiscal_year=_year(), role=role, now=console.now())
    with told_about(target):
        target.write_bytes(data)
    console.show(str(target))
    return ExitCode.OK


def _refuse_target(target: Path) -> None:
    if target.is_dir():
        raise UsageError(
            f"「{target}」はフォルダーです。",
            "「見本.xlsx」のように、ファイルの名前まで指定してください。",
        )
    if target.exists():
        raise UsageError(f"「{target}」はすでにあります。", "別の名前を指定してください。")
    if target.suffix.casefold() != ".xlsx":
        raise UsageError(
            f"「{target}」は、Excelブックの名前になっていません。",
            "「見本.xlsx」のように、末尾を .xlsx にしてください。",
        )


def _year() -> int:
    return fiscal_year_of(console.now().date())
