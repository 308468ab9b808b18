"""Mails opened by what others wrote: GMime, the C library of many mail programs, and mutt, a mail program, in a terminal nobody sees."""

from __future__ import annotations

import base64
import contextlib
import functools
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SYSTEM_PYTHON = Path("/usr/bin/python3")
"""GMime is packaged for the system's Python only."""
_SCRIPT = Path(__file__).parent / "gmime_scripts" / "read_mails.py"
_PROBE = "import gi; gi.require_version('GMime', '3.0'); from gi.repository import GMime"

Files = tuple[tuple[str, bytes], ...]


@functools.cache
def gmime_available() -> bool:
    if not SYSTEM_PYTHON.exists():
        return False
    return subprocess.run([SYSTEM_PYTHON, "-c", _PROBE], capture_output=True).returncode == 0


@dataclass(frozen=True)
class Seen:
    """A mail as somebody sees it who opens it."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    body: str
    files: Files


def read_by_gmime(*paths: Path) -> list[Seen]:
    """What the library finds; whatever is no attachment must be the one text."""
    command = [SYSTEM_PYTHON, _SCRIPT, *paths]
    told = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return [_seen(read) for read in json.loads(told)]


def _seen(read: dict[str, object]) -> Seen:
    parts = read["parts"]
    (body,) = (part["text"] for part in parts if not part["attached"])
    files = tuple((p["name"], base64.b64decode(p["data"])) for p in parts if p["attached"])
    name, address = read["sender"]
    to, cc = tuple(read["to"]), tuple(read["cc"])
    return Seen(f"{name} <{address}>", to, cc, read["subject"], _lines(body), files)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


class Mutt:
    """The mail program, with settings of its own in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent, self.told = folder / "sent.eml", folder / "recipients"
        server = folder / "server.sh"
        server.write_text(
            f'#!/bin/sh\nprintf "%s\\n" "$@" > {self.told}\ncat > {self.sent}\n', encoding="utf-8"
        )
        server.chmod(0o755)
        self.settings = folder / "muttrc"
        self.settings.write_text(
            f"set charset=utf-8 folder={folder} record='' postponed='' copy=no hostname=pref.example\n"
            f"set sendmail={server} sendmail_wait=0 use_from=yes\n"
            "set pipe_decode=yes wait_key=no mark_old=no quit=yes\n",
            encoding="utf-8",
        )

    def opened(self, draft: Path, files: int) -> Seen:
        """What it shows of a mail, and what a person gets who saves every attachment under the name it proposes."""
        box, saved = self.folder / "box", self.folder / "saved"
        for folder in (box / "cur", box / "new", box / "tmp", saved):
            folder.mkdir(parents=True)
        shutil.copy(draft, box / "new" / "1")
        shown = self.folder / "shown"
        save = "<next-entry>" + "<save-entry><enter>" * files
        keys = f"<pipe-message>cat > {shown}<enter><view-attachments>{save}<exit><quit>"
        self._in_a_terminal(saved, "-R", "-f", str(box), "-e", f"push '{keys}'")
        by_time = sorted(saved.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        found = tuple((path.name, path.read_bytes()) for path in by_time)
        return _shown(shown.read_text(encoding="utf-8"), found)

    def sent_on(self, draft: Path) -> tuple[Path, tuple[str, ...]]:
        """The mail that leaves when the draft is opened as one's own and sent, and to whom the server shall give it."""
        command = ["mutt", "-n", "-F", self.settings, "-H", draft]
        subprocess.run(
            command, stdin=subprocess.DEVNULL, check=True, env=self._environment(), timeout=60,
            capture_output=True, cwd=self.folder,
        )  # fmt: skip
        told = self.told.read_text(encoding="utf-8").split()
        return self.sent, tuple(word for word in told if not word.startswith("-"))

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8", "TERM": "xterm",
        }  # fmt: skip

    def _in_a_terminal(self, folder: Path, *arguments: str) -> None:
        """Run it as on a screen until it ends; after a minute it waits for a person, which is a failure."""
        import pty  # not on Windows, where these tests do not run

        screen, terminal = pty.openpty()
        try:
            program = subprocess.Popen(
                ["mutt", "-n", "-F", self.settings, *arguments], stdin=terminal, stdout=terminal,
                stderr=terminal, cwd=folder, env=self._environment(), start_new_session=True,
            )  # fmt: skip
            os.close(terminal)
            patience = threading.Timer(60, program.kill)
            patience.start()
            with contextlib.suppress(OSError):  # the way Linux says that nobody writes any more
                while os.read(screen, 1 << 16):
                    pass
            ended = program.wait()
            patience.cancel()
        finally:
            os.close(screen)
        assert ended == 0, f"mutt ended with {ended}"


def _shown(text: str, files: Files) -> Seen:
    head, _, body = text.partition("\n\n")
    lines = re.sub(r"\n[ \t]+", " ", head).splitlines()
    said = dict(line.split(": ", 1) for line in lines)
    to, cc = (_listed(said.get(name, "")) for name in ("To", "Cc"))
    return Seen(said["From"], to, cc, said["Subject"], body.rstrip("\n") + "\n", files)


def _listed(text: str) -> Sequence[str]:
    return tuple(each for each in re.split(r",\s*", text) if each)
