"""The program: help, mistakes in calling it, exit codes, and what a person reads then."""

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from xlsx_pdca.cli import program
from xlsx_pdca.cli.console import columns_of
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode

NOW = "2026-10-01T09:00:00+09:00"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample round with its workbooks issued."""
    folder = tmp_path_factory.mktemp("実施回") / "令和8年度_第1回"
    assert run(["new", str(folder), "--sample", "gunma"]) == ExitCode.OK
    assert run(["issue", "--round", str(folder)]) == ExitCode.OK
    return folder


@pytest.mark.parametrize("name", program._COMMANDS)
def test_every_command_explains_itself_in_japanese(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`COMMAND --help` ends well and shows no English heading."""
    assert run([name, "--help"]) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "使い方" in shown
    assert "Usage" not in shown and "Options" not in shown


def test_help_stands_in_columns_on_a_japanese_console(capsys: pytest.CaptureFixture[str]) -> None:
    """All explanations of options begin at one column, a kanji taking two; a range is said in Japanese."""
    run(["new", "--help"])
    shown = capsys.readouterr().out
    heads = [re.match(r"  -\S+(?:,? \S+)? +", line) for line in shown.splitlines()]
    assert len({columns_of(head[0]) for head in heads if head}) == 1
    assert len({len(head[0]) for head in heads if head}) > 1
    assert "［1から99まで］" in shown and "<=" not in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nosuch"], "「nosuch」"),
        (["status", "--nosuch"], "オプション「--nosuch」はありません"),
        (["check"], "指定されていません"),
        (["new"], "都道府県が指定されていません"),
        (["new", "x", "--prefecture", "火星県"], "火星県"),
        (["receive", "ないファイル.xlsx"], "見つかりません"),
        (["accept"], "「accept 102016-1」のように回答単位IDを"),
        (["accept", "999999-1"], "「102016-1」のようなID"),
        (["undo", "79", "--reason"], "「--reason 御返事を待つため」のように入力"),
        (["send", "--all=1"], "「--all」とだけ入力"),
        (["status", "令和8年度", "第1回"], "「令和8年度 第1回」が余分です"),
    ],
)
def test_wrong_calls_say_what_to_type(
    arguments: list[str], said: str, sample: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong call ends with code 2 and a Japanese sentence on stderr."""
    if arguments[0] in ("receive", "accept"):
        arguments = [*arguments, "--round", str(sample)]
    assert run(arguments) == ExitCode.USAGE
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""


def options_with_a_value() -> list[tuple[str, str]]:
    """(command as it is typed, option) of every option behind which something has to stand."""
    found = []
    for name in program._COMMANDS:
        command = program.program.get_command(click.Context(program.program), name)
        under = command.commands if isinstance(command, click.Group) else {"": command}
        for word, each in under.items():
            for option in each.params:
                if isinstance(option, click.Option) and not (
                    option.is_flag or option._flag_needs_value
                ):
                    found.append((f"{name} {word}".strip(), option.opts[-1]))
    return found


@pytest.mark.parametrize(("words", "option"), options_with_a_value())
def test_an_option_without_its_value_is_asked_for_with_an_example(
    words: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of click's English is left, and the help of that very command is named."""
    assert run([*words.split(), option]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert said.startswith(f"「{option}」の後ろに、指定する内容がありません。「{option} ")
    assert f" {words} --help」" in said and "requires" not in said


def test_a_password_from_another_program(sample: Path) -> None:
    """Where nobody sits at a terminal the password is a line of the input, read without a word of English; an empty one is told."""
    command = [sys.executable, "-m", "xlsx_pdca", "receive", "--password", "--round", str(sample)]
    for given, code in (("Himitsu-2026\n", ExitCode.OK), ("", ExitCode.USAGE)):
        done = subprocess.run(
            command, input=given, capture_output=True, encoding="utf-8", start_new_session=True
        )
        assert done.returncode == code
        assert "Warning" not in done.stderr and "password" not in done.stderr.replace(
            "--password", ""
        )
        assert "Himitsu" not in done.stdout + done.stderr
    assert "パスワードが入力されていません。" in done.stderr


def test_a_password_is_asked_for_in_japanese(sample: Path) -> None:
    """At a terminal the officer is told that what is typed stays unseen."""
    pty = pytest.importorskip("pty")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "xlsx_pdca", "receive", "--password", "--round", str(sample)]
    with subprocess.Popen(
        command, stdin=follower, stdout=-1, stderr=-1, start_new_session=True
    ) as asking:
        asked = b""
        # the colon comes once the terminal shows nothing any more
        while not asked.endswith("：".encode()) and asking.poll() is None:
            asked += os.read(asking.stderr.fileno(), 1000)  # type: ignore[union-attr]
        os.write(leader, b"Himitsu-2026\n")
        try:
            out, err = asking.communicate(timeout=60)
        finally:
            asking.kill()
    os.close(leader)
    os.close(follower)
    assert asking.returncode == ExitCode.OK
    assert asked.decode() == "パスワード（入力した文字は画面に出ません）："
    assert b"Himitsu" not in out + err


def test_folder_without_round_is_faulty(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A command outside a round ends with code 3 and names the way in."""
    assert run(["status", "--round", str(tmp_path)]) == ExitCode.FAULTY
    assert "はじめる.cmd" in capsys.readouterr().err


def test_status_names_the_next_step(sample: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """After issue the next step is to send; after sending nothing is left to do."""
    assert run(["status", "--round", str(sample)]) == ExitCode.OK
    assert "送付" in capsys.readouterr().out
    assert run(["send", "--mark-sent", "--all", "--round", str(sample)]) == ExitCode.OK
    capsys.readouterr()
    assert run(["status", "--round", str(sample)]) == ExitCode.OK
    assert "今することはありません" in capsys.readouterr().out


def test_result_survives_a_cp932_console(sample: Path) -> None:
    """On a console of Japanese Windows nothing ends the program, and JSON stays UTF-8."""
    environment = {**os.environ, "PYTHONIOENCODING": "cp932", "PDCA_NOW": NOW, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "xlsx_pdca", "status", "--list", "--round", str(sample)]
    plain = subprocess.run(command, capture_output=True, env=environment, check=True)
    assert "前橋市" in plain.stdout.decode("cp932")
    as_json = subprocess.run([*command, "--json"], capture_output=True, env=environment, check=True)
    assert "前橋市" in as_json.stdout.decode("utf-8")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", [["status"], ["status", "--json"], ["--help"]])
def test_a_full_disk_behind_stdout(sample: Path, arguments: list[str], unbuffered: str) -> None:
    """A result that cannot be written ends with code 4 and a sentence, no traceback."""
    command = [sys.executable, "-m", "xlsx_pdca", *arguments]
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=-1, env=environment, cwd=sample)
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n")) == (ExitCode.DISK, 1)
    assert "結果を出力できませんでした" in said


def test_interrupted_while_loading() -> None:
    """Ctrl+C before the program is loaded is answered like one after it."""
    program = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'click':\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n"
        "from xlsx_pdca.cli import main\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True)
    assert (done.returncode, done.stderr.decode()) == (ExitCode.USAGE, "中止しました。\n")


def test_our_own_bug_is_shown_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exception nobody foresaw ends with code 70 and its traceback, never silently."""

    def broken(**_: object) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(program.program, "main", broken)
    assert run([]) == ExitCode.BUG
    said = capsys.readouterr().err
    assert "ZeroDivisionError: ours" in said and "不具合" in said


def test_starter_is_a_windows_batch_file(sample: Path) -> None:
    """はじめる.cmd is cp932 with CRLF throughout and works from a UNC path (pushd)."""
    data = (sample / "はじめる.cmd").read_bytes()
    text = data.decode("cp932")
    assert text.count("\r\n") == text.count("\n")
    assert 'pushd "%~dp0"' in text and "chcp 932" in text
