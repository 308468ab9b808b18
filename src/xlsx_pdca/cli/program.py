"""The program `xlsx-pdca`: finds the command and turns what stops it into a sentence and an exit code."""

from __future__ import annotations

import importlib
import sys
import traceback
from pathlib import Path

import click

from xlsx_pdca import __version__
from xlsx_pdca.cli import console
from xlsx_pdca.cli.japanese import Group, sentence
from xlsx_pdca.errors import ExitCode, FaultyDefinitions, OperatorError
from xlsx_pdca.store.disk_errors import disk_error, is_of_the_disk, plain_reason

_COMMANDS = {
    "new": "実施回のフォルダーを作ります",
    "issue": "様式（回答用のExcelファイル）を作成します",
    "send": "下書きメールを作り、送付した日を記録します",
    "receive": "届いたファイルを取り込みます",
    "check": "ファイルの記載内容を確認します（記録はしません）",
    "status": "受付の状況を表示します",
    "accept": "提出された内容を確認済にします",
    "undo": "直前の操作などを取り消します",
    "remind": "まだ届いていない相手への、提出のお願いの下書きを作ります",
    "ask": "御回答の内容について、御確認のお願いの下書きを作ります",
    "correct": "伺った内容で御回答を補正します",
    "contact": "電話などで連絡した内容を記録します",
    "merge": "取りまとめの3冊を作成します",
    "rebuild": "失われた控えなどを元に戻します",
    "dispose": "届いたファイルを処分します",
    "verify": "受付記録・原本・控えを確かめます",
    "form": "様式の一覧・内容・確認",
    "demo": "見本の実施回を一通り動かします",
}


class _Commands(Group):
    """Loads a command's module only when it is called, so that `--help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"xlsx_pdca.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, "--version", message="xlsx-pdca %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """在宅医療・介護連携推進事業の様式を作成し、届いた回答を取り込み、取りまとめます。"""
    if ctx.invoked_subcommand is None:
        console.show(ctx.get_help())


def main(arguments: list[str] | None = None) -> None:
    """Run the program and leave with its exit code (`errors.ExitCode`)."""
    sys.exit(run(arguments))


def run(arguments: list[str] | None = None) -> int:
    """Exit code of one call; every text has been written."""
    console.prepare()
    try:
        code = program.main(args=arguments, standalone_mode=False)
    except click.exceptions.Exit as leaving:
        return leaving.exit_code
    except click.exceptions.Abort:
        console.say("中止しました。")
        return ExitCode.USAGE
    except click.ClickException as wrong:
        console.say(sentence(wrong))
        return ExitCode.USAGE
    except FaultyDefinitions as faulty:
        for fault in faulty.faults:
            console.say(str(fault))
        console.say(f"直していただくところが{len(faulty.faults)}件あります。何も変更していません。")
        return faulty.exit_code
    except OperatorError as stopped:
        console.say(str(stopped))
        return stopped.exit_code
    except Exception as error:  # the last fence: our own bug is shown whole, never hidden
        if isinstance(error, OSError) and console.output_failed():
            return _no_output(error)
        if isinstance(error, OSError) and is_of_the_disk(error):
            console.say(str(disk_error(error, Path(str(error.filename or "")))))
            return ExitCode.DISK
        traceback.print_exc()
        console.say(
            "プログラムの不具合です。上の文をそのまま開発者へお知らせください。ファイルは失われていません。"
        )
        return ExitCode.BUG
    return int(code) if isinstance(code, int) else ExitCode.OK


def _no_output(error: OSError) -> int:
    console.say(
        f"結果を出力できませんでした（{plain_reason(error)}）。"
        "出力先の空き容量を御確認ください。操作が済んだかどうかは status で確かめられます。"
    )
    return ExitCode.DISK
