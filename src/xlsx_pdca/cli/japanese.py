"""Japanese for what click itself says: help headings and mistakes in calling a command."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from xlsx_pdca.cli.console import columns_of

_HEADINGS = {"Options": "オプション", "Commands": "コマンド", "Arguments": "引数"}
_TEXTS = {
    "Show this message and exit.": "この説明を表示します",
    "Show the version and exit.": "版を表示します",
}

_EXAMPLES = {
    "--as": "回答単位ID",
    "--codes": "団体コード.xlsx",
    "--csv": "集計用",
    "--dismiss": "添付資料",
    "--file": "受付番号",
    "--form": "jizen",
    "--how": "電話",
    "--join": "回答単位ID",
    "--list": "宛先一覧.xlsx",
    "--number": "2",
    "--on": "2026/9/1",
    "--prefecture": "群馬県",
    "--proxy": "受付番号",
    "--reason": "御返事を待つため",
    "--role": "関係団体",
    "--round": "令和8年度_第1回",
    "--sample": "gunma",
    "--since": "2026/9/1",
    "--until": "2026/10/1",
    "--year": "令和9年度",
}
"""What may stand behind each option that wants something."""

_UNEXPECTED = "Got unexpected extra argument"
_RANGE = re.compile(r"\[([0-9]+)<=x<=([0-9]+)\]")


class Formatter(click.HelpFormatter):
    """Help pages with Japanese headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        words = args.replace("[OPTIONS]", "[オプション]").replace("COMMAND [ARGS]...", "コマンド")
        super().write_usage(prog, words.replace("[COMMAND] [ARGS]...", "[コマンド]"), "使い方: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        told = [(a, _in_japanese(b)) for a, b in rows]
        # Measured as a Japanese console shows it; click counts a kanji as one column.
        wide = min(max((columns_of(a) for a, _ in told), default=0), col_max) + col_spacing
        for first, second in told:
            gap = " " * max(wide - columns_of(first), col_spacing)
            self.write(f"{'':>{self.current_indent}}{first}{gap}{second}\n")


def _in_japanese(text: str) -> str:
    """What click says of an option, in our words."""
    told = _TEXTS.get(text, text).replace("[required]", "［必須］")
    return _RANGE.sub(r"［\1から\2まで］", told)


def sentence(wrong: click.ClickException) -> str:
    """What is wrong with the call and what to type instead."""
    match wrong:
        case click.exceptions.NoArgsIsHelpError():
            return wrong.format_message()
        case click.NoSuchOption(option_name=name):
            found = f"オプション「{name}」はありません。"
        case click.MissingParameter(param=param) if param is not None:
            found = f"「{_called(param)}」が指定されていません。"
        case click.BadParameter(param=param) if param is not None:
            found = f"「{_called(param)}」の指定が正しくありません。{_wanted(param)}"
        case click.BadOptionUsage(option_name=name):
            found = _misused(name, wrong.format_message())
        case click.FileError(ui_filename=name):
            found = f"ファイル「{name}」を開けません。"
        case click.UsageError(message=message) if message.startswith("No such command"):
            name = message.removeprefix("No such command").strip(" .'")
            found = f"コマンド「{name}」はありません。"
        case click.UsageError(message=message) if message.startswith(_UNEXPECTED):
            words = message.partition("(")[2].removesuffix(")")
            found = f'「{words}」が余分です。空白を含むものは、「"」で囲んでください。'
        case _:
            found = f"指定が正しくありません（{wrong.format_message()}）。"
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context else "xlsx-pdca"
    return f"{found}「{path} --help」で使い方を御確認ください。"


def _wanted(param: click.Parameter) -> str:
    """What may be given, where a list or a number is asked for."""
    match param.type:
        case click.Choice(choices=choices):
            return f"「{'」か「'.join(map(str, choices))}」を指定してください。"
        case click.IntRange(min=least, max=most):
            return f"{least}から{most}までの半角の数字で指定してください。"
        case click.types.IntParamType():
            return "半角の数字で指定してください。"
    return ""


def _misused(name: str, message: str) -> str:
    """An option with nothing behind it that wants something, or with something that wants nothing."""
    if "requires" not in message:
        return f"「{name}」には何も付けずに、「{name}」とだけ入力してください。"
    example = f"「{name} {_EXAMPLES[name]}」のように入力してください。" if name in _EXAMPLES else ""
    return f"「{name}」の後ろに、指定する内容がありません。{example}"


def _called(param: click.Parameter) -> str:
    """An option as it is typed, an argument as the help calls it."""
    return param.opts[-1] if isinstance(param, click.Option) else param.human_readable_name


class Context(click.Context):
    formatter_class = Formatter


class Command(click.Command):
    """A command whose help is Japanese."""

    context_class = Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does it; a wrong option knows its command, so that the right help is named."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as wrong:
            wrong.ctx = wrong.ctx or ctx
            raise


class Group(click.Group):
    """A group of such commands."""

    context_class = Context
    command_class = Command
