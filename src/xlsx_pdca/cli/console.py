"""What the terminal shows: result on stdout, talk on stderr, both safe on a cp932 console."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import sys
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

import click

from xlsx_pdca.errors import UsageError
from xlsx_pdca.event import JST

_DIRECTIONS = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


def prepare() -> None:
    """Signs the console cannot show are replaced instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(text: str) -> None:
    """Talk and progress, on stderr."""
    # Talk that nobody can read (a full disk behind it, a closed pipe) stops no work.
    with contextlib.suppress(OSError):
        click.echo(_harmless(text), err=True)


def show(text: str) -> None:
    """The result, on stdout."""
    click.echo(_harmless(text))


def one_line(name: str) -> str:
    """A name from outside for a line of the screen: it may hold line breaks, the line may not."""
    return " ".join(name.splitlines())


def output_failed() -> bool:
    """True when stdout takes nothing any more, as a file on a full disk; from then on it leads nowhere."""
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())  # else the interpreter tries once more at its end
        os.close(nothing)
        return True
    return False


def _harmless(text: str) -> str:
    """Signs that would steer the terminal or turn the direction of writing (a file name may hold any) are replaced."""
    return "".join("\ufffd" if _is_steering(sign) else sign for sign in text)


def _is_steering(sign: str) -> bool:
    return (sign not in "\n\t" and unicodedata.category(sign) == "Cc") or sign in _DIRECTIONS


def columns_of(text: str) -> int:
    """Columns a text takes on a Japanese console."""
    return sum(1 + (unicodedata.east_asian_width(sign) in "WFA") for sign in text)


def show_json(value: Any) -> None:
    """The result as JSON, always UTF-8 whatever the console's encoding."""
    stream: TextIO = sys.stdout
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
    with contextlib.suppress(AttributeError):
        # Half a surrogate pair, from a file name that is no UTF-8, is written as JSON escapes it.
        stream.buffer.write(text.encode("utf-8", "backslashreplace"))
        stream.flush()
        return
    stream.write(text)


@contextlib.contextmanager
def progress(total: int, word: str) -> Iterator[Any]:
    """A counter on stderr that overwrites itself on a terminal and stays silent elsewhere."""
    live = sys.stderr is not None and sys.stderr.isatty()  # none where no console is attached
    done = 0

    def step(_: object = None) -> None:
        nonlocal done
        done += 1
        if live:
            click.echo(f"\r{word} {done}/{total}", nl=False, err=True)

    yield step
    if live and total:
        click.echo("", err=True)


def now() -> datetime:
    """The clock, read only here; `PDCA_NOW` (ISO 8601) sets it for tests and demonstrations."""
    fixed = os.environ.get("PDCA_NOW")
    if not fixed:
        return datetime.now(JST)
    try:
        return datetime.fromisoformat(fixed).astimezone(JST)
    except (ValueError, OverflowError):
        raise UsageError(
            f"環境変数 PDCA_NOW の「{fixed}」は日時として読めません。",
            "「2026-10-01T09:00:00+09:00」のように書くか、この環境変数を消してください。",
        ) from None


def person() -> str:
    """Who is at the keyboard, for the ledger."""
    try:
        return os.environ.get("PDCA_USER") or getpass.getuser()
    except (OSError, ImportError, KeyError):  # a user without a name, as in a container
        return "（利用者名なし）"
