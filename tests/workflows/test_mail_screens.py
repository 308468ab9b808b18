"""The commands that write, send and settle mails, as they are typed, with what they say and their exit codes."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import openpyxl
import pytest

from issued_round import MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import lying, roster, unsent
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable

    from smtp_peer import SmtpPeer

Said = tuple[int, str, str]


@pytest.fixture
def typed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Said]:
    """Type a command so many days after the round was made: exit code, result, talk."""

    def type_(*words: str, day: int = 1) -> Said:
        monkeypatch.setenv("PDCA_NOW", (NOW + timedelta(days=day)).isoformat())
        monkeypatch.setenv("PDCA_USER", "佐藤")
        capsys.readouterr()
        code = run([*words, "--round", str(desk.root)])
        out, err = capsys.readouterr()
        return code, out, err

    return type_


def serve(desk: Desk, port: int) -> None:
    """Name the server in 管理簿."""
    path = desk.round.folder.settings_book
    book = openpyxl.load_workbook(path)
    values = {
        "SMTPサーバー": f"127.0.0.1:{port}", "SMTPの暗号化": "なし", "1分当たりの通数": "600",
    }  # fmt: skip
    for row in book["設定"].iter_rows():
        for cell in row:
            if cell.value in values:
                row[cell.column].value = values[str(cell.value)]
    book.save(path)


def test_what_cannot_be_typed_together(typed: Callable[..., Said]) -> None:
    """Two things at once are refused with what to do; --on alone too."""
    for words in (("--review", "--mark-sent"), ("--smtp", "--resend"), ("--on", "2026/9/2")):
        code, _, said = typed("send", *words)
        assert code == ExitCode.USAGE, words
        assert "ください" in said


def test_drafts_are_shown_and_counted(desk: Desk, typed: Callable[..., Said]) -> None:
    """`send --dry-run` writes nothing; `send` says how many lie there and how to go on; the second time nothing."""
    unsent(desk)
    code, out, said = typed("send", "--form", "jizen", "--dry-run")
    assert (code, lying(desk)) == (ExitCode.OK, {})
    assert "下書きメール 3通を作成します" in said
    code, out, said = typed("send", "--form", "jizen")
    assert "新規　30_下書きメール/102016-1_前橋市_依頼.eml　kaigo@maebashi.example" in out
    assert "3通あります" in said
    assert len(lying(desk)) == 3
    _, out, said = typed("send", "--form", "jizen")
    assert out == ""
    assert "下書きメール 0通を作成しました。変更のないもの 3通。" in said


def test_a_page_for_the_second_person_on_the_screen(desk: Desk, typed: Callable[..., Said]) -> None:
    """`send --review` names address, file and the unit inside."""
    unsent(desk)
    assert "下書きがありません" in typed("send", "--review")[2]
    typed("send", "--form", "jizen")
    _, out, _ = typed("send", "--review")
    assert (
        "□　前橋市　kaigo@maebashi.example　102016-1_前橋市_事前課題.xlsx　中の整理番号：前橋市（102016-1）"
        in out
    )


def test_refusals_come_all_at_once(desk: Desk, typed: Callable[..., Said]) -> None:
    """Two shared addresses are two sentences; nothing is written."""
    unsent(desk)
    roster(
        desk,
        u102024_1={"送付先メール": "kaigo@maebashi.example"},
        u102032_1={"CC": "kaigo@isesaki.example"},
    )
    code, _, said = typed("send")
    assert code == ExitCode.FAULTY
    assert "送付先メール kaigo@maebashi.example が" in said
    assert "CCの kaigo@isesaki.example は" in said
    assert lying(desk) == {}


def test_a_test_to_ourselves_is_no_record(desk: Desk, typed: Callable[..., Said]) -> None:
    """`send --to-me` goes to the office alone and changes neither ledger nor drafts."""
    unsent(desk)
    before = desk.round.log.read()
    _, out, _ = typed("send", MAEBASHI, "--to-me")
    assert out == "30_下書きメール/試し送信.eml\n"
    (mail,) = lying(desk).values()
    assert (mail["to"], mail["cc"]) == ("houkatsu-care@pref-gunma.example", None)
    assert str(mail["subject"]).startswith("【試し送信】")
    assert desk.round.log.read() == before


def test_without_a_server_nothing_is_sent(desk: Desk, typed: Callable[..., Said]) -> None:
    """`--smtp` says where the server is to be written."""
    code, _, said = typed("send", "--smtp")
    assert code == ExitCode.FAULTY
    assert "SMTPサーバー" in said


def test_sent_by_the_program_and_settled_by_a_person(
    desk: Desk, typed: Callable[..., Said], smtp_servers: Callable[..., SmtpPeer]
) -> None:
    """What broke off is told with its Message-ID by the run and by `status`, until a person has settled it."""
    from xlsx_pdca.definitions.post_settings import Security

    peer = smtp_servers(security=Security.NONE, password="")
    unsent(desk)
    serve(desk, peer.port)
    typed("send", "--form", "jizen")
    peer.hangs_up = "before"
    code, out, _ = typed("send", MAEBASHI, "--smtp")
    assert code == ExitCode.NEEDS_PERSON
    assert "送信できたか不明　102016-1　前橋市" in out
    assert "Message-ID <R0801-J-102016-1.request.1." in out
    peer.hangs_up = ""
    code, out, _ = typed("send", "--smtp")
    assert (code, out.count("送信　")) == (ExitCode.NEEDS_PERSON, 2)
    code, out, _ = typed("status")
    assert "xlsx-pdca send 102016-1 --resend" in out
    assert typed("send", "--resend")[0] == ExitCode.USAGE
    typed("send", MAEBASHI, "--resend")
    code, out, _ = typed("send", "--smtp")
    assert (code, out) == (ExitCode.OK, "送信　前橋市　kaigo@maebashi.example\n")
    peer.settle()
    assert len(peer.received) == 3


def test_a_telephone_call_and_a_reminder(desk: Desk, typed: Callable[..., Said]) -> None:
    """A promise keeps the reminder back; the screen says why."""
    assert typed("contact", MAEBASHI, "a", "--until", "あした")[0] == ExitCode.USAGE
    _, out, _ = typed("contact", MAEBASHI, "送付予定", "--until", "2026/9/30", day=16)
    assert out == "102016-1　前橋市　電話　送付予定（令和8年9月30日までに御提出の予定）\n"
    _, out, said = typed("remind", "--form", "jizen", day=16)
    assert "102016-1_前橋市_再送.eml" not in out
    assert "送りません　102016-1　前橋市　事前課題：令和8年9月30日までに" in said
    _, out, _ = typed("remind", "--list", "--form", "jizen", day=16)
    assert "　　お約束：令和8年9月30日（水）まで" in out


def test_a_receipt_with_the_acceptance(desk: Desk, typed: Callable[..., Said]) -> None:
    """`accept --receipt` writes the drafts for those it accepts, and not in a dry run."""
    desk.take_in("高崎.xlsx", desk.filled(TAKASAKI))
    typed("accept", TAKASAKI, "--receipt", "--dry-run")
    assert lying(desk) == {}
    _, out, _ = typed("accept", TAKASAKI, "--receipt")
    assert "30_下書きメール/102024-1_高崎市_受領.eml" in out


def test_a_dry_run_books_nothing(desk: Desk, typed: Callable[..., Said]) -> None:
    """Neither days in 送信一覧 nor drafts are booked by `--dry-run` or `--review`; the next real run does."""
    unsent(desk)
    typed("send", "--form", "jizen")
    path = desk.round.folder.drafts / "送信一覧.xlsx"
    book = openpyxl.load_workbook(path)
    book["送信一覧"]["C6"] = "2026/9/2"
    book.save(path)
    before = desk.round.log.read()
    for words in (("send", "--dry-run"), ("remind", "--dry-run"), ("send", "--review")):
        typed(*words)
    assert desk.round.log.read() == before
    assert "1通を送付済にしました（前橋市、令和8年9月2日）" in typed("send", "--form", "jizen")[2]
