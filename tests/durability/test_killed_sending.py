"""`send --smtp` killed at any point and run again: the server counts no mail twice, and each that is missing is named."""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from durability.strace import CALLS, KILLED, Command, spread
from issued_round import BY, NOW, Desk, make_round
from mail_desk import unsent, writer
from xlsx_pdca.cli.program import run
from xlsx_pdca.mailings import mailings
from xlsx_pdca.workflows.send import Wish, write_requests

if TYPE_CHECKING:
    from smtp_peer import SmtpPeer

pytestmark = [pytest.mark.untraced, pytest.mark.strace]
SLICE = 3
PLACE = "127.0.0.1:2525"
SENDING = (*CALLS, "sendto", "connect", "recvfrom")
"""What a sending run does to the disk and to the wire."""


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round of three units whose mails lie there; the server is named, its port is put in later."""
    root = make_round(tmp_path_factory.mktemp("drafted") / "令和8年度_第1回")
    desk = unsent(Desk.at(root))
    book = openpyxl.load_workbook(desk.round.folder.settings_book)
    values = {"SMTPサーバー": PLACE, "SMTPの暗号化": "なし", "1分当たりの通数": "600"}
    for row in book["設定"].iter_rows():
        for cell, beside in itertools.pairwise(row):
            if cell.value in values:
                beside.value = values[str(cell.value)]
    book.save(desk.round.folder.settings_book)
    write_requests(Desk.at(root).round, Wish(), writer())
    return root


@pytest.fixture
def peer(smtp_servers: Callable[..., SmtpPeer]) -> SmtpPeer:
    """A server on a port of its own without login, as inside an office."""
    from xlsx_pdca.definitions.post_settings import Security

    return smtp_servers(security=Security.NONE, password="")


def at_port(before: Path, place: Path, port: int) -> Path:
    """The round with the server's port in 管理簿; the drafts do not depend on it."""
    root = Path(shutil.copytree(before, place, copy_function=shutil.copy2))
    path = root / "00_管理簿.xlsx"
    book = openpyxl.load_workbook(path)
    for row in book["設定"].iter_rows():
        for cell in row:
            if cell.value == PLACE:
                cell.value = f"127.0.0.1:{port}"
    book.save(path)
    return root


def calls_of(root: Path, folder: Path) -> list[tuple[str, int]]:
    """(call, its number) of everything an undisturbed sending does from the first word to the server on."""
    log = folder / "log"
    _strace(root, log)
    met: Counter[str] = Counter()
    found: list[tuple[str, int]] = []
    talking = False
    for line in log.read_text(encoding="ascii", errors="replace").splitlines():
        name = line.partition("(")[0].split()[-1] if "(" in line else ""
        if name not in SENDING:
            continue
        met[name] += 1
        talking = talking or name == "connect"
        if talking:
            found.append((name, met[name]))
    return found


def _strace(root: Path, log: Path, injection: Sequence[str] = ()) -> int:
    import subprocess

    command = Command(("send", "--smtp"), root, now=NOW.isoformat())
    given = [word for each in injection for word in ("-e", f"inject={each}")]
    strace = ["strace", "-s", "0", "-e", f"trace={','.join(SENDING)}", "-o", str(log), *given]
    words = [*strace, sys.executable, "-m", "xlsx_pdca", "send", "--smtp", "--round", str(root)]
    return subprocess.run(words, env=_environment(command), capture_output=True).returncode


def _environment(command: Command) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("COV_", "COVERAGE"))}
    return clean | {"PDCA_NOW": command.now, "PDCA_USER": BY, "PYTHONDONTWRITEBYTECODE": "1"}


def killed(before: Path, peer: SmtpPeer, points: Sequence[tuple[str, int]], folder: Path) -> int:
    """How many runs were killed; each is gone on with, and the server's count is held against the ledger."""
    hits = 0
    for number, (call, when) in enumerate(points):
        peer.received.clear()
        root = at_port(before, folder / str(number), peer.port)
        code = _strace(root, folder / "log", (f"{call}:signal=KILL:when={when}",))
        hits += code == KILLED
        for _ in range(2):  # gone on with, and once more
            again(root)
        peer.settle()
        judged(root, peer, f"{call} {when}")
        shutil.rmtree(root)
    return hits


def again(root: Path) -> None:
    """The command in this process, which saves starting one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PDCA_NOW", NOW.isoformat())
        assert run(["send", "--smtp", "--round", str(root)]) in (0, 1)


def judged(root: Path, peer: SmtpPeer, where: str) -> None:
    """None twice; each mail is booked as sent and was received, or is named as being in the dark."""
    counted = Counter(str(message_from_bytes(m.raw)["message-id"]) for m in peer.received)
    assert all(n == 1 for n in counted.values()), f"{where}: {counted}"
    known = mailings(Desk.at(root).ledger)
    assert len(known) == 3, where
    for mail in known:
        assert mail.is_sent or mail.is_uncertain, f"{where}: {mail.fact.file} is forgotten"
        assert not mail.is_sent or counted[mail.fact.mail] == 1, f"{where}: said, not sent"
    assert sum(mail.is_uncertain for mail in known) <= 1, where


def test_killed_at_a_few_points(drafted: Path, peer: SmtpPeer, tmp_path: Path) -> None:
    """Killed at points spread over the whole sending."""
    points = calls_of(at_port(drafted, tmp_path / "whole", peer.port), tmp_path)
    assert len(points) >= 100
    judged(tmp_path / "whole", peer, "undisturbed")
    assert killed(drafted, peer, spread_of(points, SLICE), tmp_path) >= SLICE - 1


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_killed_at_every_point(
    drafted: Path, peer: SmtpPeer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every call of the run; at least a hundred of them are really hit."""
    points = calls_of(at_port(drafted, tmp_path / "whole", peer.port), tmp_path)
    hits = killed(drafted, peer, points, tmp_path)
    with capsys.disabled():
        print(f"\nsend --smtp: killed at {hits} of {len(points)} points, twice 0")
    assert hits >= 100


def spread_of(points: Sequence[tuple[str, int]], number: int) -> list[tuple[str, int]]:
    return spread(points, number)  # type: ignore[arg-type, return-value]


def test_the_judge_sees_a_mail_sent_twice(drafted: Path, peer: SmtpPeer, tmp_path: Path) -> None:
    """The control: a mail the server got twice, and one that was forgotten, are told."""
    root = at_port(drafted, tmp_path / "round", peer.port)
    with pytest.raises(AssertionError, match="forgotten"):
        judged(root, peer, "nothing sent")
    again(root)
    peer.settle()
    judged(root, peer, "all sent")
    peer.received.append(peer.received[0])
    with pytest.raises(AssertionError, match="2"):
        judged(root, peer, "one twice")
