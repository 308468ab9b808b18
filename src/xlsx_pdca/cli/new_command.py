"""`new`: make the folder of a round."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Command
from xlsx_pdca.cli.options import EXISTING
from xlsx_pdca.definitions.address_list import Doubtful
from xlsx_pdca.errors import ExitCode, UsageError
from xlsx_pdca.store.round_folder import KEY_BYTES
from xlsx_pdca.wareki import fiscal_year_of, parse_fiscal_year
from xlsx_pdca.workflows.new import NewRound, RoundToMake, new_round, round_name


@click.command("new", cls=Command)
@click.argument("folder", type=EXISTING, required=False, metavar="[フォルダー]")
@click.option("--prefecture", metavar="都道府県", help="名簿に入れる都道府県（「新潟県」など）")
@click.option(
    "--sample", type=click.Choice(["gunma"]), help="見本：群馬県35市町村（宛先は架空です）"
)
@click.option("--year", metavar="年度", help="「令和8年度」など（省略すると今年度）")
@click.option(
    "--number",
    type=click.IntRange(1, 99),
    default=1,
    metavar="回",
    help="同じ年度の何回目か（省略すると1）",
)
@click.option(
    "--codes", type=EXISTING, metavar="ファイル", help="総務省の新しい団体コード表（Excel）"
)
@click.option(
    "--list", "addresses", type=EXISTING, metavar="ファイル", help="お手持ちの宛先一覧（Excel）"
)
def command(
    folder: Path | None,
    prefecture: str | None,
    sample: str | None,
    year: str | None,
    number: int,
    codes: Path | None,
    addresses: Path | None,
) -> int:
    """実施回のフォルダーを作ります。

    フォルダーの名前を省略すると「令和8年度_第1回」のような名前で、今いるフォルダーの中に作ります。
    """
    if bool(prefecture) == bool(sample):
        raise UsageError(
            "都道府県が指定されていません。"
            if not prefecture
            else "--prefecture と --sample は同時に指定できません。",
            "「--prefecture 新潟県」のように指定するか、見本を試すときは「--sample gunma」を指定してください。",
        )
    wanted = RoundToMake(
        fiscal_year=_fiscal_year(year),
        number=number,
        prefecture=prefecture or "",
        sample=bool(sample),
        codes=codes,
        addresses=addresses,
    )
    made = new_round(
        folder or Path(round_name(wanted)),
        wanted,
        now=console.now(),
        key=secrets.token_bytes(KEY_BYTES),
        by=console.person(),
    )
    return _told(made)


def _fiscal_year(text: str | None) -> int:
    if text is None:
        return fiscal_year_of(console.now().date())
    year = parse_fiscal_year(text)
    if year is None:
        raise UsageError(
            f"年度「{text}」を読み取れません。", "「令和8年度」か「2026」のように指定してください。"
        )
    return year


def _why(doubtful: Doubtful) -> str:
    if doubtful.reason:
        return doubtful.reason
    if doubtful.candidates:
        names = "」「".join(found.name for found in doubtful.candidates)
        return f"「{names}」のどれか分からないため、取り込んでいません。"
    return "当てはまる市町村がないため、取り込んでいません。必要なときは「名簿」に加えてください。"


def _told(made: NewRound) -> int:
    console.show(str(made.folder.root))
    console.say(f"実施回のフォルダーを作りました（回答単位 {len(made.units)}件）。")
    if made.without_mail:
        console.say(f"送付先のメールアドレスが空欄の回答単位が {made.without_mail}件あります。")
    for doubtful in made.doubtful:
        console.say(f"宛先一覧 {doubtful.place}「{doubtful.text}」：{_why(doubtful)}")
    console.say(
        "次に「00_管理簿.xlsx」の「設定」「名簿」「様式」を御確認ください。続いて issue で様式を作成します。"
    )
    return ExitCode.NEEDS_PERSON if made.doubtful else ExitCode.OK
