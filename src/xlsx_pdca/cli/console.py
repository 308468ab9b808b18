"""What the terminal shows: result on stdout, talk on stderr, both safe on a cp932 console."""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TextIO

import click

from xlsx_pdca.event import JST


def prepare() -> None:
    """Signs the console cannot show are replaced instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(text: str) -> None:
    """Talk and progress, on stderr."""
    click.echo(text, err=True)


def show(text: str) -> None:
    """The result, on stdout."""
    click.echo(text)


def show_json(value: Any) -> None:
    """The result as JSON, always UTF-8 whatever the console's encoding."""
    stream: TextIO = sys.stdout
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n"
    with contextlib.suppress(AttributeError):
        stream.buffer.write(text.encode("utf-8"))
        stream.flush()
        return
    stream.write(text)


@contextlib.contextmanager
def progress(total: int, word: str) -> Iterator[Any]:
    """A counter on stderr that overwrites itself on a terminal and stays silent elsewhere."""
    live = sys.stderr.isatty()
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
    return datetime.fromisoformat(fixed).astimezone(JST) if fixed else datetime.now(JST)


def person() -> str:
    """Who is at the keyboard, for the ledger."""
    return os.environ.get("PDCA_USER") or getpass.getuser()
