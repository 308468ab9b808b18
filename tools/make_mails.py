"""Make `samples/mails` anew: real mail programs write mails, and a builder of ours writes Outlook messages.

    python tools/make_mails.py [PROGRAM…]

Needs Debian's mutt, s-nail, mailutils, mpack, sylpheed, xvfb and xdotool. The expected readings are written
from what each program was given, never from what our reader says; date and Message-ID, which the programs
make up, are taken from the lines of the file. Outlook was not to be had: its messages are built from
Microsoft's published descriptions by `tests/compound_files.py`.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import xlsxwriter

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "tests"))

from compound_files import Attachment, Message, outlook_message  # noqa: E402 - independent of the reader

TARGET = HERE.parent / "samples" / "mails"
HOST = "city.noshiro.example"
ADDRESS, NAME, TO = f"kenko@{HOST}", "能代市 健康づくり課", "iryo@pref.example"
SUBJECT = "【提出】事前課題（能代市）"
TEXT = "お世話になっております。①事前課題を送付します。\n㈱の表記は別紙のとおりです。"


def workbook() -> bytes:
    """A small workbook, the same every time."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        book.set_properties({"created": datetime(2026, 10, 1)})  # noqa: DTZ001 - as XlsxWriter wants it
        book.add_worksheet("事前課題").write_string("A1", "能代市 ①㈱髙﨑")
    return buffer.getvalue()


FILES: Mapping[str, bytes] = {
    "能代市_事前課題①.xlsx": workbook(),
    "別紙　組織表（髙﨑）.txt": "センター長 － 髙﨑\n".encode(),
}


@dataclass(frozen=True)
class Sample:
    """A mail, and what was put into it."""

    data: bytes
    files: Sequence[tuple[str, bytes]] = tuple(FILES.items())
    sender: str = ADDRESS
    sender_name: str = NAME
    subject: str = SUBJECT
    text: str = TEXT
    date: str | None = None
    message_id: str | None = None
    suffix: str = ".eml"

    def reading(self) -> dict[str, object]:
        return {
            "sender": self.sender,
            "sender_name": self.sender_name,
            "date": _date(self.data) if self.date is None else self.date,
            "message_id": _message_id(self.data) if self.message_id is None else self.message_id,
            "subject": self.subject,
            "text": self.text,
            "parts": [
                {"name": name, "size": len(data), "sha256": sha256(data).hexdigest()}
                for name, data in self.files
            ],
        }


def _line(data: bytes, name: str) -> str:
    found = re.search(rf"^{name}: ([^\r\n]*)".encode(), data, re.MULTILINE | re.IGNORECASE)
    return found[1].decode("ascii") if found else ""


def _date(data: bytes) -> str:
    at = datetime.strptime(_line(data, "date"), "%a, %d %b %Y %H:%M:%S %z")
    return at.isoformat()


def _message_id(data: bytes) -> str:
    return _line(data, "message-id")


class Desk:
    """A folder with the files, and a mail server that only writes down what it is given."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.sent = folder, folder / "sent.eml"
        for name, data in FILES.items():
            (folder / name).write_bytes(data)
        self.server = folder / "server.sh"
        self.server.write_text(f"#!/bin/sh\ncat > {self.sent}\n", encoding="utf-8")
        self.server.chmod(0o755)

    def run(self, *command: str | Path, text: str = TEXT + "\n") -> bytes:
        """The mail a program hands to the server; the name of this computer is not in it."""
        on_host = ["unshare", "--uts", "sh", "-c", f'hostname {HOST}; exec "$@"', "sh", *command]
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(self.folder)}
        subprocess.run(
            on_host, input=text.encode(), check=True, cwd=self.folder, env=environment, timeout=60
        )
        return self.sent.read_bytes()


def mutt(
    desk: Desk, *files: str, subject: str = SUBJECT, text: str = TEXT, more: str = ""
) -> bytes:
    settings = f"set sendmail={desk.server} from={ADDRESS} realname='{NAME}' use_from=yes hostname={HOST} copy=no charset=utf-8 user_agent=yes record='' {more}"
    names = files or tuple(FILES)
    command = [
        "mutt",
        "-n",
        "-F",
        "/dev/null",
        "-e",
        settings,
        "-s",
        subject,
        "-a",
        *names,
        "--",
        TO,
    ]
    return desk.run(*command, text=text + "\n")


def mutt_utf8(desk: Desk) -> Sample:
    return Sample(mutt(desk))


def mutt_jis(desk: Desk) -> Sample:
    text = "お世話になっております。"
    jis = "send_charset=iso-2022-jp rfc2047_parameters=yes"
    return Sample(mutt(desk, text=text, more=jis), text=text)


def mutt_forward(desk: Desk) -> Sample:
    """Two mails of mutt handed on as they are; it writes their bytes as it was given them."""
    inner = {f"{n}.eml": mutt(desk, subject=f"回答その{n}") for n in (1, 2)}
    for name, data in inner.items():
        (desk.folder / name).write_bytes(data)
    subject, text = "FW: 事前課題（2市町村分）", "管内2市町村分を転送します。"
    data = mutt(desk, *inner, subject=subject, text=text)
    return Sample(data, files=list(inner.items()), subject=subject, text=text)


def s_nail(desk: Desk) -> Sample:
    text = "お世話になっております。事前課題を送付します。"
    sets = [
        f"mta={desk.server}",
        "sendcharsets=iso-2022-jp,utf-8",
        "ttycharset=utf-8",
        f"from={NAME} <{ADDRESS}>",
        f"hostname={HOST}",
        "mime-encoding=base64",
    ]
    options = [word for setting in sets for word in ("-S", setting)]
    attached = [word for name in FILES for word in ("-a", name)]
    data = desk.run("s-nail", "-:/", *options, "-s", SUBJECT, *attached, TO, text=text + "\n")
    return Sample(data, text=text)


def mailutils(desk: Desk) -> Sample:
    """GNU mail writes no From; the mail server would."""
    attached = [word for name in FILES for word in ("-A", name)]
    server = f"set sendmail='sendmail:{desk.server}'"
    data = desk.run("mail", "--no-config", "-E", server, "-s", SUBJECT, *attached, TO)
    return Sample(data, sender="", sender_name="", message_id="")


def mpack(desk: Desk) -> Sample:
    (desk.folder / "text").write_text(TEXT + "\n", encoding="utf-8")
    name = next(iter(FILES))
    desk.run("mpack", "-s", "jizen", "-d", "text", "-o", desk.sent, name)
    data = desk.sent.read_bytes()
    found = [(name, FILES[name])]
    return Sample(data, found, sender="", sender_name="", subject="jizen", date="")


def sylpheed(desk: Desk, charset: str) -> Sample:
    """Written in its window and put into its queue; its own notes before the head are taken off."""
    settings = desk.folder / ".sylpheed-2.0"
    settings.mkdir()
    for name in ("inbox", "draft", "queue", "sent", "trash"):
        (desk.folder / "Mail" / name).mkdir(parents=True)
    account = f"[Account: 1]\naccount_name=n\nis_default=1\nname={NAME}\naddress={ADDRESS}\nprotocol=5\nsmtp_server=localhost\n"
    (settings / "accountrc").write_text(account, encoding="utf-8")
    items = "".join(
        f'<folderitem type="{kind}" name="{path}" path="{path}"/>'
        for kind, path in [
            ("inbox", "inbox"),
            ("outbox", "sent"),
            ("draft", "draft"),
            ("queue", "queue"),
            ("trash", "trash"),
        ]
    )
    folders = f'<?xml version="1.0" encoding="UTF-8"?>\n<folderlist><folder type="mh" name="M" path="Mail">{items}</folder></folderlist>\n'
    (settings / "folderlist.xml").write_text(folders, encoding="utf-8")
    common = f"[Common]\noutgoing_charset={charset}\n"
    (settings / "sylpheedrc").write_text(common, encoding="utf-8")
    text = "お世話になっております。事前課題を送付します。"
    link = f"mailto:{TO}?subject={quote(SUBJECT)}&body={quote(text)}"
    script = f"""
Xvfb :78 -screen 0 1024x768x24 >/dev/null 2>&1 & screen=$!
sleep 2; export DISPLAY=:78
sylpheed --compose '{link}' --attach {" ".join(f"'{desk.folder / name}'" for name in FILES)} >/dev/null 2>&1 & program=$!
sleep 8
window=$(xdotool search --name Compose | tail -1)
xdotool windowfocus --sync $window; sleep 1
xdotool key --clearmodifiers shift+ctrl+s; sleep 3
kill $program $screen; wait
cat Mail/queue/1 > {desk.sent}
"""
    noted = desk.run("sh", "-c", script)
    # it sends texts with the line ends of mail
    files = [(n, d.replace(b"\n", b"\r\n") if n.endswith(".txt") else d) for n, d in FILES.items()]
    return Sample(noted.partition(b"\n\n")[2], files, text=text)


SENT = datetime(2026, 10, 6, 0, 5, tzinfo=UTC)


def _outlook(codepage: str) -> Sample:
    properties = {
        0x001A: "IPM.Note",
        0x0037: SUBJECT,
        0x0C1A: NAME,
        0x0C1E: "EX",
        0x0C1F: "/O=NOSHIRO/OU=FIRST/CN=RECIPIENTS/CN=KENKO",
        0x5D01: ADDRESS,
        0x0039: SENT,
        0x1035: f"<a1@{HOST}>",
        0x1000: TEXT.replace("\n", "\r\n") + "\r\n",
        **({0x3FF1: 0x0411} if codepage else {}),
    }
    files = [Attachment({0x3705: 1, 0x3707: name, 0x3701: data}) for name, data in FILES.items()]
    return Sample(
        outlook_message(Message(properties, files, codepage)),
        date="2026-10-06T00:05:00+00:00",
        message_id=f"<a1@{HOST}>",
        suffix=".msg",
    )


PROGRAMS: Mapping[str, Callable[[Desk], Sample]] = {
    "mutt": mutt_utf8,
    "mutt-jis": mutt_jis,
    "mutt-forward": mutt_forward,
    "s-nail": s_nail,
    "mailutils": mailutils,
    "mpack": mpack,
    "sylpheed-jis": lambda desk: sylpheed(desk, "ISO-2022-JP"),
    "sylpheed-utf8": lambda desk: sylpheed(desk, "UTF-8"),
    "outlook-unicode": lambda desk: _outlook(""),
    "outlook-cp932": lambda desk: _outlook("cp932"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("programs", nargs="*", choices=[*PROGRAMS, []])
    for program in parser.parse_args().programs or PROGRAMS:
        with tempfile.TemporaryDirectory() as folder:
            sample = PROGRAMS[program](Desk(Path(folder)))
        TARGET.mkdir(exist_ok=True)
        (TARGET / f"{program}{sample.suffix}").write_bytes(sample.data)
        reading = json.dumps(sample.reading(), ensure_ascii=False, indent=1)
        (TARGET / f"{program}.json").write_text(reading + "\n", encoding="utf-8", newline="\n")
        print(program, len(sample.data))


if __name__ == "__main__":
    main()
