"""`receive --imap` killed at any point and run again: each mail is booked once, and the end is that of an undisturbed run."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from durability.stages import mail
from durability.states import State, state_of
from durability.strace import KILLED, Command, Point, histogram, spread
from issued_round import KIRYU, TAKASAKI, Desk, make_round
from xlsx_pdca.cli.program import run

if TYPE_CHECKING:
    from imap_peer import Mailbox

pytestmark = [pytest.mark.untraced, pytest.mark.strace]
WORDS = ("receive", "--imap", "--since", "2020/1/1")
SLICE = 2
HEAD = b"To: pref@example.jp\r\nDate: Tue, 15 Sep 2026 08:00:00 +0900\r\nMIME-Version: 1.0\r\n"
NOISE = b"From: news@shop.example\r\nSubject: sale\r\n" + HEAD + b"\r\nsale\r\n"


@dataclass(frozen=True)
class Stage:
    before: Path
    after: State
    points: Sequence[Point]


@pytest.fixture
def stage(tmp_path: Path, imap_server: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Two returns, one mail without a file, one of no interest; what an undisturbed run makes of them."""
    from certificates import HOST, PASSWORD

    certificate = imap_server.dovecot.certificate
    assert certificate is not None
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.ca_file))
    monkeypatch.setenv("PDCA_IMAP_PASSWORD", PASSWORD)
    before = make_round(tmp_path / "before")
    desk = Desk.at(before)
    book = openpyxl.load_workbook(desk.round.folder.settings_book)
    values = {
        "IMAPサーバー": f"{HOST}:{imap_server.dovecot.tls_port}",
        "IMAPの暗号化": "TLS",
        "IMAPの利用者名": imap_server.user,
    }
    for row in book["設定"].iter_rows():
        for cell, beside in itertools.pairwise(row):
            if cell.value in values:
                beside.value = values[str(cell.value)]
    book.save(desk.round.folder.settings_book)
    text = b"From: x@example.jp\r\nSubject: Re: R0801-J-102016-1\r\n" + HEAD + b"\r\nnext week\r\n"
    imap_server.append_all([mail(desk.filled(TAKASAKI)), NOISE, mail(desk.filled(KIRYU)), text])
    whole = copied(before, tmp_path / "whole")
    points = Command(WORDS, whole).points(tmp_path / "log")
    return Stage(before, state_of(whole), points)


def copied(before: Path, place: Path) -> Path:
    return Path(shutil.copytree(before, place, copy_function=shutil.copy2))


def killed(stage: Stage, points: Sequence[Point], folder: Path) -> list[Point]:
    """Points at which the command really was killed; after each the next run leads to the same end."""
    hits = []
    for number, point in enumerate(points):
        root = copied(stage.before, folder / str(number))
        injection = (f"{point.call}:signal=KILL:when={point.when}",)
        code = Command(WORDS, root).under_strace(folder / "log", injection).returncode
        hits += [point] if code == KILLED else []
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PDCA_NOW", "2026-09-16T10:00:00+09:00")
            patch.setenv("PDCA_USER", "見本")
            assert run([*WORDS, "--round", str(root)]) in (0, 1), point
            end = state_of(root)
            assert (end.facts, end.files) == (stage.after.facts, stage.after.files), point
            assert run(["verify", "--round", str(root)]) == 0, point
        shutil.rmtree(root)
    return hits


def test_killed_at_a_few_points(stage: Stage, imap_server: Mailbox, tmp_path: Path) -> None:
    """Killed before the ledger knows the mails and after: nothing is lost or doubled, no flag is set."""
    flags = imap_server.flags()
    booked = sum(kind == "arrival" for kind, _ in stage.after.facts)
    assert booked == 7  # two mails with a book and a picture each, and one without
    assert len(killed(stage, spread(stage.points, SLICE + 2)[1:-1], tmp_path)) == SLICE
    assert imap_server.flags() == flags


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_killed_everywhere(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same at every point that touches the round."""
    hits = killed(stage, stage.points, tmp_path)
    with capsys.disabled():
        print(f"\nreceive --imap killed:\n{histogram(hits)}")
    assert len(hits) >= len(stage.points) * 9 // 10
