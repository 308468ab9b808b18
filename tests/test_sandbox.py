"""What the intake does to the machine: no network, no program but Python (and LibreOffice for old formats), under strace."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from handmade import book, parts, relationships, zipped
from issued_round import Desk, make_round
from libreoffice import LibreOffice

pytestmark = [pytest.mark.strace, pytest.mark.untraced]

_STARTED = re.compile(r'execve\("([^"]*)".* = 0$')
_ADDRESS = re.compile(r"\b(?:connect|bind|sendto|sendmsg)\(.*sa_family=(AF_[A-Z0-9]+)")
_SOCKET = re.compile(r"\bsocket\((AF_[A-Z0-9]+)")
_LOCAL = ("AF_UNIX", "AF_NETLINK")
"""Sockets that stay on this machine: of the desktop, and the kernel's own."""


def traced(words: Sequence[str | Path], log: Path) -> list[str]:
    """What the command, its children and theirs start and speak to."""
    strace = ["strace", "-f", "-qq", "-e", "trace=network,execve", "-s", "300", "-o", log]
    subprocess.run([*strace, *words], check=False, capture_output=True, timeout=120)
    return log.read_text(encoding="utf-8", errors="replace").splitlines()


def reached_out(lines: Sequence[str], programs: Sequence[Path] = ()) -> list[str]:
    """Lines that start another program than Python or one of these, or speak to anything beyond this machine."""
    pythons = {Path(sys.executable), Path(sys.executable).resolve()}
    allowed = {str(each) for each in (*pythons, *programs)}
    wrong = []
    for line in lines:
        if (started := _STARTED.search(line)) and started[1] not in allowed:
            wrong.append(line)
        spoken = [*_ADDRESS.findall(line), *_SOCKET.findall(line)]
        if any(family not in _LOCAL for family in spoken):
            wrong.append(line)
    return wrong


def hostile_files() -> dict[str, bytes]:
    """Files that would have a careless program fetch, start or tell something."""
    row = '<row r="1"><c r="A1" t="str"><f>{}</f><v>1</v></c></row>'
    link = relationships(("rId5", "hyperlink", "http://127.0.0.1:9/")).replace(
        "/></", ' TargetMode="External"/></'
    )
    entity = '<!DOCTYPE x [<!ENTITY a SYSTEM "http://127.0.0.1:9/">]>'
    with_entity = {n: t.replace("?>\n", f"?>\n{entity}") for n, t in parts(row.format("1")).items()}
    mail = (
        "From: a@b.example\nTo: c@d.example\nSubject: x\nMIME-Version: 1.0\n"
        'Content-Type: text/html; charset=utf-8\n\n<img src="http://127.0.0.1:9/x.png"><script>x</script>'
    )
    return {
        "計算.xlsx": book(row.format("WEBSERVICE(&quot;http://127.0.0.1:9/&quot;)")),
        "DDE.xlsx": book(row.format("cmd|'/c calc'!A0")),
        "リンク.xlsx": zipped(
            {**parts(row.format("1")), "xl/worksheets/_rels/sheet1.xml.rels": link}
        ),
        "外部.xlsx": zipped(with_entity),
        "便り.eml": mail.encode(),
        "マクロ.xlsm": zipped({**parts(row.format("1")), "xl/vbaProject.bin": b"x"}),
        "頁.html": b'<html><img src="http://127.0.0.1:9/"></html>',
        "絵.svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:9/"/></svg>',
    }


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk.at(make_round(tmp_path / "round"))


def received(desk: Desk, log: Path) -> list[str]:
    command = [sys.executable, "-m", "xlsx_pdca", "receive", "--round", desk.root]
    return traced(command, log)


def test_intake_stays_on_this_machine(desk: Desk, tmp_path: Path) -> None:
    """Good and hostile files are taken in without a connection, and without any program but Python."""
    desk.drop("返信.xlsx", desk.filled())
    for name, data in hostile_files().items():
        desk.drop(name, data)
    lines = received(desk, tmp_path / "log")
    assert desk.waiting == []
    assert desk.standing().submission is not None
    assert len(_started(lines)) >= 2, "the worker is seen"
    assert reached_out(lines) == []


@pytest.mark.soffice
def test_old_formats_start_libreoffice_alone(
    desk: Desk, tmp_path: Path, soffice: LibreOffice
) -> None:
    """An .xls may start LibreOffice, by its own path and nothing else; it speaks to nobody either."""
    filled = tmp_path / "返信.xlsx"
    filled.write_bytes(desk.filled())
    desk.drop("返信.xls", soffice.convert(filled, "xls", tmp_path / "old").read_bytes())
    lines = received(desk, tmp_path / "log")
    offices = {path for path in _started(lines) if path.name == "soffice.bin"}
    assert reached_out(lines, sorted(offices)) == []
    assert desk.waiting == []


def _started(lines: Sequence[str]) -> list[Path]:
    return [Path(found[1]) for line in lines if (found := _STARTED.search(line))]


@pytest.mark.parametrize(
    "does",
    [
        "import socket; socket.socket().connect_ex(('127.0.0.1', 9))",
        "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).sendto(b'x', ('::1', 9))",
        "import subprocess; subprocess.run(['/bin/true'])",
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import os; os.system(\"true\")'])",
    ],
)
def test_judge_sees_who_reaches_out(does: str, tmp_path: Path) -> None:
    """The same look at a program that connects, sends or starts another one finds it."""
    assert reached_out(traced([sys.executable, "-c", does], tmp_path / "log"))
    assert not reached_out(traced([sys.executable, "-c", "print(1)"], tmp_path / "log"))
