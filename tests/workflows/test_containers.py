"""`receive` of mails and archives: every part is accounted for, and what came together is judged together."""

from __future__ import annotations

import csv
import io
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from handwritten_mail import PDF, PICTURE, Attached, forwarded, mail
from issued_round import BY, GOOD, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, codes
from libreoffice import LibreOffice
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.workflows.companions import LOGO_BYTES
from xlsx_pdca.workflows.merge import CONSOLIDATED, PROGRESS, merge
from xlsx_pdca.workflows.receive import Line, receive
from xlsx_pdca.workflows.unfold import told_apart

NAMES = {MAEBASHI: "前橋市", TAKASAKI: "高崎市", KIRYU: "桐生市"}


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


def come_in(desk: Desk, **files: bytes) -> dict[str, Arrived]:
    """What became of each file and of what stood in it, by its own name."""
    for name, data in files.items():
        desk.drop(name.replace("__", "."), data)
    return by_own_name(desk.receive().lines)


def by_own_name(lines: tuple[Line, ...]) -> dict[str, Arrived]:
    return {line.file.called: line.arrived for line in lines}


def test_a_mail_with_a_return(desk: Desk) -> None:
    """The return is taken in, its paper goes with it, the signature's picture is passed by, and the mail needs nobody."""
    data = mail(
        Attached("前橋市_事前課題.xlsx", desk.filled()),
        Attached("組織図.pdf", PDF, "application/pdf"),
        Attached("logo.png", PICTURE, "image/png", cid="logo"),
    )
    came = come_in(desk, 返信__eml=data)
    assert {name: each.outcome for name, each in came.items()} == {
        "前橋市_事前課題.xlsx": Outcome.SUBMISSION,
        "組織図.pdf": Outcome.ATTACHMENT,
        "logo.png": Outcome.PASSED,
        "返信.eml": Outcome.OPENED,
    }
    assert came["組織図.pdf"].unit == MAEBASHI
    letter = came["返信.eml"].letter
    assert letter is not None
    assert (letter.sender, letter.subject, letter.message_id) == (
        "choju@maebashi.example", "事前課題の提出について", "<1@maebashi.example>",
    )  # fmt: skip
    assert letter.date == "2026-09-10T10:00:00+09:00" and "提出します" in letter.text
    assert desk.ledger.held == () and desk.waiting == []
    assert desk.laid_out == {"添付資料": ["受付14_102016-1_組織図.pdf"]}
    taken = desk.standing().submission
    assert taken is not None and (desk.root / taken.file).read_bytes() == desk.filled()
    originals = Archive.of_originals(desk.round.folder.originals)
    assert all(originals.get(each.sha256) for each in came.values())


def test_a_mail_with_words_only_waits(desk: Desk) -> None:
    """Who wrote what stands on the screen until somebody has dealt with it."""
    words = "担当が変わりました。10/20まで待ってください。"
    picture = Attached("logo.png", PICTURE, "image/png", cid="logo")
    came = come_in(desk, お願い__eml=mail(picture, subject="期限について", text=words))
    assert came["お願い.eml"].outcome is Outcome.HELD and came["logo.png"].outcome is Outcome.PASSED
    (told,) = came["お願い.eml"].findings
    assert all(each in told.sentence() for each in ("期限について", "前橋市", words))
    (waiting,) = desk.ledger.held
    assert desk.laid_out == {"保留": [f"受付{waiting.seq}_お願い.eml"]}
    settled = ["accept", "--file", str(waiting.seq), "--round", str(desk.root)]
    assert run([*settled, "--as", MAEBASHI]) == ExitCode.USAGE
    assert run([*settled, "--dismiss", "対応済"]) == ExitCode.OK
    assert desk.ledger.held == ()
    assert desk.laid_out == {"その他": [f"受付{waiting.seq}_お願い.eml"]}
    assert run(["undo", str(desk.ledger.last_event), "--round", str(desk.root)]) == ExitCode.OK
    assert [each.seq for each in desk.ledger.held] == [waiting.seq]
    desk.receive()
    assert desk.laid_out == {"保留": [f"受付{waiting.seq}_お願い.eml"]}


def test_mails_in_a_mail(desk: Desk) -> None:
    """A health centre forwards what three municipalities sent, one of them in an archive: each is found, each once."""
    inner = [
        mail(Attached("様式.xlsx", desk.filled(MAEBASHI)), sender="a@maebashi.example"),
        mail(Attached("様式.xlsx", desk.filled(TAKASAKI)), sender="b@takasaki.example"),
        mail(
            Attached("回答.zip", zipped({"提出/様式.xlsx": desk.filled(KIRYU)})),
            sender="c@kiryu.example",
        ),
    ]
    desk.drop("転送.eml", forwarded(*inner, sender="hc@gunma.example"))
    lines = desk.receive().lines
    taken = [line for line in lines if line.arrived.outcome is Outcome.SUBMISSION]
    assert [line.arrived.unit for line in taken] == [MAEBASHI, TAKASAKI, KIRYU]
    assert [line.file.senders[-1] for line in taken] == [
        "a@maebashi.example", "b@takasaki.example", "c@kiryu.example",
    ]  # fmt: skip
    assert taken[2].file.name.startswith("転送.eml › ")
    assert taken[2].file.name.endswith("回答.zip › 提出/様式.xlsx")
    assert {line.arrived.outcome for line in lines if line not in taken} == {Outcome.OPENED}
    assert desk.receive().lines == ()


def test_what_is_beside_no_return_waits(desk: Desk) -> None:
    """A paper or a workbook of their own is an attachment beside a good return only, and else a person looks."""
    own = io.BytesIO()
    openpyxl.Workbook().save(own)
    paper = Attached("FAX.pdf", PDF, "application/pdf")
    alone = come_in(desk, 紙__eml=mail(paper))
    assert alone["FAX.pdf"].outcome is Outcome.HELD and codes(alone["FAX.pdf"]) == [
        "FIL10",
        "MAI41",
    ]
    parts = [Attached("別紙.xlsx", own.getvalue()), Attached("様式.xlsx", desk.filled())]
    beside = come_in(desk, 回答__eml=mail(*parts, message_id="<2@x>"))
    assert beside["別紙.xlsx"].outcome is Outcome.ATTACHMENT
    assert codes(beside["別紙.xlsx"]) == ["FIL34"]
    photograph = Attached("写真.png", PICTURE + bytes(LOGO_BYTES), "image/png", cid="photo")
    pasted = come_in(desk, 写真__eml=mail(photograph, message_id="<3@x>"))
    assert pasted["写真.png"].outcome is Outcome.HELD
    strange = come_in(desk, 別__eml=mail(Attached("他.xlsx", own.getvalue()[:-1] + b"\0")))
    assert strange["他.xlsx"].outcome in (Outcome.HELD, Outcome.REFUSED)


def test_the_same_mail_again(desk: Desk) -> None:
    """A mail saved twice is booked twice and counts once; nothing waits."""
    data = mail(Attached("様式.xlsx", desk.filled()), Attached("図.pdf", PDF, "application/pdf"))
    come_in(desk, 一__eml=data)
    again = come_in(desk, 二__eml=data)
    assert {each.outcome for each in again.values()} <= {Outcome.SAME_FILE, Outcome.ATTACHMENT}
    assert desk.ledger.held == () and len(desk.standing().submissions) == 1


def test_an_attachment_that_comes_by_itself_waits(desk: Desk) -> None:
    """Bytes that went with one return are looked at when they come alone, from whomever."""
    paper = Attached("図.pdf", PDF, "application/pdf")
    come_in(desk, 回答__eml=mail(Attached("様式.xlsx", desk.filled()), paper))
    alone = come_in(desk, 別__eml=mail(paper, sender="x@nanto.example", message_id="<9@x>"))
    assert alone["図.pdf"].outcome is Outcome.HELD and codes(alone["図.pdf"]) == ["FIL10", "MAI41"]
    assert [b.fact.name for b in desk.ledger.held] == ["別.eml › 図.pdf"]


def of_nobodys(sender: str = "x@nanto.example") -> bytes:
    """A mail with the paper alone."""
    paper = Attached("別の名.pdf", PDF, "application/pdf")
    return mail(paper, sender=sender, message_id="<9@x>", boundary="b9")


@pytest.mark.parametrize("alone_first", [True, False], ids=["alone first", "return first"])
@pytest.mark.parametrize("own", ["file", "mail"])
def test_an_attachment_that_comes_by_itself_in_the_same_run_waits(
    desk: Desk, alone_first: bool, own: str
) -> None:
    """What came alone waits for a person also where its bytes go with a return of the same run, whichever is listed first."""
    paper = Attached("図.pdf", PDF, "application/pdf")
    data = mail(Attached("様式.xlsx", desk.filled()), paper)
    name, alone = ("別の名.pdf", PDF) if own == "file" else ("別.eml", of_nobodys())
    desk.drop("回答.eml", data, minute=1)
    desk.drop(name, alone, minute=0 if alone_first else 2)
    came = by_own_name(desk.receive().lines)
    assert came["様式.xlsx"].outcome is Outcome.SUBMISSION
    assert came["図.pdf"].outcome is Outcome.ATTACHMENT
    assert came["別の名.pdf"].outcome is Outcome.HELD and "FIL10" in codes(came["別の名.pdf"])
    assert len(desk.ledger.held) == 1
    desk.drop("三度目.pdf", PDF, minute=5)
    again = by_own_name(desk.receive().lines)
    assert again["三度目.pdf"].outcome is Outcome.SAME_FILE
    said = [dict(f.context) for f in again["三度目.pdf"].findings if f.code == "ARR01"]
    assert said == [{"other_file": desk.ledger.held[0].fact.name}]


def test_the_same_paper_with_two_returns_goes_with_each(desk: Desk) -> None:
    """A leaflet two units attach in one run is an attachment of both."""
    paper = Attached("圏域図.pdf", PDF, "application/pdf")
    for unit, minute in ((MAEBASHI, 0), (TAKASAKI, 1)):
        data = mail(Attached("様式.xlsx", desk.filled(unit)), paper, message_id=f"<{unit}@x>")
        desk.drop(f"{unit}.eml", data, minute=minute)
    desk.receive()
    attached = [b.fact for b in desk.ledger.arrivals if b.fact.outcome is Outcome.ATTACHMENT]
    assert [each.unit for each in attached] == [MAEBASHI, TAKASAKI] and desk.ledger.held == ()


def test_a_signature_that_comes_by_itself_waits(desk: Desk) -> None:
    """Bytes that were passed by as a signature's picture have been looked at by nobody when they come alone."""
    logo = Attached("logo.png", PICTURE, "image/png", cid="logo")
    come_in(desk, 回答__eml=mail(Attached("様式.xlsx", desk.filled()), logo))
    alone = come_in(desk, 写真__png=PICTURE)
    assert alone["写真.png"].outcome is Outcome.HELD


def test_a_paper_laid_aside_when_it_came_alone_is_known(desk: Desk) -> None:
    """Once a person has decided on such bytes by themselves, nobody is asked again, whatever they went with before."""
    paper = Attached("図.pdf", PDF, "application/pdf")
    come_in(desk, 回答__eml=mail(Attached("様式.xlsx", desk.filled()), paper))
    come_in(desk, 別__eml=of_nobodys())
    (waiting,) = desk.ledger.held
    settled = ["accept", "--file", str(waiting.seq), "--dismiss", "添付資料"]
    assert run([*settled, "--round", str(desk.root)]) == ExitCode.OK
    assert come_in(desk, 三__pdf=PDF)["三.pdf"].outcome is Outcome.SAME_FILE


def test_equal_names_in_one_archive(desk: Desk) -> None:
    """Entries that are called the same are told apart, and both are booked."""
    data = mail(
        Attached("様式.xlsx", desk.filled(MAEBASHI)), Attached("様式.xlsx", desk.filled(TAKASAKI))
    )
    desk.drop("二市.eml", data)
    names = [line.arrived.name for line in desk.receive().lines]
    assert names == ["二市.eml › 様式.xlsx", "二市.eml › 様式（2つ目）.xlsx", "二市.eml"]
    assert desk.standing(MAEBASHI).submission and desk.standing(TAKASAKI).submission


def test_equal_names_can_be_opened(desk: Desk) -> None:
    """The second and third paper of one name are laid out with the ending Windows opens them by, as the first is."""
    papers = [Attached("図.pdf", PDF + bytes([n]), "application/pdf") for n in range(3)]
    come_in(desk, 回答__eml=mail(Attached("様式.xlsx", desk.filled()), *papers))
    laid_out = desk.laid_out["添付資料"]
    assert [name.partition("_")[2] for name in laid_out] == [
        "102016-1_図.pdf", "102016-1_図（2つ目）.pdf", "102016-1_図（3つ目）.pdf",
    ]  # fmt: skip
    assert run(["verify", "--round", str(desk.root)]) == ExitCode.OK


def test_numbers_never_make_two_names_one() -> None:
    """A name somebody chose is left to that file; a dot in a folder, at the beginning or in a sentence is no ending."""
    chosen = ["a.jpg", "a.jpg", "a（2つ目）.jpg", "a.jpg"]
    assert told_apart(chosen) == ["a.jpg", "a（3つ目）.jpg", "a（2つ目）.jpg", "a（4つ目）.jpg"]
    for name in ("v1.0/様式", ".pdf", "別紙。1.資料", "（名前なし）"):
        assert told_apart([name, name]) == [name, f"{name}（2つ目）"]
    assert told_apart(["一.xlsx", "二.xlsx"]) == ["一.xlsx", "二.xlsx"]


def test_what_a_mail_shows_within_its_text(desk: Desk) -> None:
    """A small picture and a digital signature are passed by; a workbook marked so is an answer like any other."""
    parts = [
        Attached("smime.p7s", bytes([48, 130, 1, 0]) * 30, "application/pkcs7-signature"),
        Attached("様式.xlsx", desk.filled(), "image/png", cid="book"),
    ]
    came = come_in(desk, 署名__eml=mail(*parts))
    assert came["様式.xlsx"].outcome is Outcome.SUBMISSION
    assert came["smime.p7s"].outcome is Outcome.PASSED


def cut(data: bytes, *, less: int = 3_000) -> bytes:
    """A saved mail whose end was lost on the way."""
    return data[:-less]


@pytest.mark.parametrize("is_forwarded", [False, True])
def test_a_mail_cut_off_in_its_only_return_asks_once(
    desk: Desk, capsys: pytest.CaptureFixture[str], is_forwarded: bool
) -> None:
    """Nothing was read: the mail has to come again, whole; nobody is told to take in what there is, nor told so twice."""
    data = mail(Attached("様式.xlsx", desk.filled()))
    data = forwarded(data) if is_forwarded else data
    desk.drop("返信.eml", cut(data))
    where = ["--round", str(desk.root)]
    assert run(["receive", *where]) == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().out
    (waiting,) = desk.ledger.held
    assert waiting.fact.outcome is Outcome.REFUSED and codes(waiting.fact) == ["MAI45", "MAI41"]
    assert "もう一度お送りいただく" in said and "--as" not in said
    settled = ["accept", "--file", str(waiting.seq), "--dismiss", "再送済"]
    assert run([*settled, *where]) == ExitCode.OK and desk.ledger.held == ()
    come_in(desk, 再送__eml=data)
    assert desk.standing().submission is not None and desk.ledger.held == ()


def test_a_mail_cut_off_behind_its_return_asks_itself(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was read may be taken in once the sender was asked, and the mail asks for what may be missing behind it."""
    whole = mail(Attached("様式.xlsx", desk.filled()))
    desk.drop("返信.eml", whole[: whole.rindex(b"\r\n--b0--")])
    where = ["--round", str(desk.root)]
    assert run(["receive", *where]) == ExitCode.NEEDS_PERSON
    book, letter = desk.ledger.held
    assert "FIL30" in codes(book.fact) and codes(letter.fact) == ["FIL31"]
    assert f"accept --file {book.seq} --as {MAEBASHI}" in capsys.readouterr().out
    assert run(["accept", "--file", str(book.seq), "--as", MAEBASHI, *where]) == ExitCode.OK


def test_a_mail_cut_off_in_its_words_asks_itself(desk: Desk) -> None:
    """No file says that the end is missing."""
    words = mail(text="回答は別便でお送りします。" * 40)
    came = come_in(desk, 文__eml=words[: len(words) // 2])
    assert codes(came["文.eml"]) == ["FIL31"] and came["文.eml"].outcome is Outcome.HELD


def test_a_paper_cut_off_beside_a_good_return_waits(desk: Desk) -> None:
    """Half a paper goes with nobody's return unseen; the whole one does."""
    paper = Attached("図.pdf", PDF * 300, "application/pdf")
    data = mail(Attached("様式.xlsx", desk.filled()), paper)
    came = come_in(desk, 返信__eml=cut(data))
    assert came["様式.xlsx"].outcome is Outcome.SUBMISSION
    assert came["図.pdf"].outcome is Outcome.HELD
    assert codes(came["図.pdf"]) == ["MAI45", "FIL10", "MAI41"]
    again = come_in(desk, 再送__eml=data)
    assert again["図.pdf"].outcome is Outcome.ATTACHMENT


def test_an_entry_that_cannot_be_taken_out_waits(desk: Desk, tmp_path: Path) -> None:
    """Packed in a way only 7-Zip knows: nothing of it can be laid out, the run goes on, and the entry beside it is read."""
    (tmp_path / "様式.xlsx").write_bytes(desk.filled())
    (tmp_path / "別.xlsx").write_bytes(desk.filled(TAKASAKI))
    for name, method in (("様式.xlsx", "PPMd"), ("別.xlsx", "Deflate")):
        command = ["7z", "a", "-tzip", f"-mm={method}", "回答.zip", name]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    came = come_in(desk, 回答__zip=(tmp_path / "回答.zip").read_bytes())
    assert codes(came["様式.xlsx"]) == ["FIL11"] and came["様式.xlsx"].sha256 == ""
    assert desk.standing(TAKASAKI).submission is not None
    (waiting,) = desk.ledger.held
    where = ["--round", str(desk.root)]
    assert run(["verify", *where]) == ExitCode.OK
    settled = ["accept", "--file", str(waiting.seq), "--dismiss", "取り出し済"]
    assert run([*settled, *where]) == ExitCode.OK
    assert "保留" not in desk.laid_out and "その他" not in desk.laid_out


SEALED = bytes.fromhex("30820400 06092a864886f70d0107")
"""How S/MIME begins (RFC 5652); the next byte says what it is."""
LOCKED, SIGNED = SEALED + b"\x03" + bytes(999), SEALED + b"\x02" + bytes(999)


@pytest.mark.parametrize("kind", ["application/pkcs7-mime", "application/octet-stream"])
@pytest.mark.parametrize("sealed", [LOCKED, SIGNED], ids=["locked", "signed"])
def test_a_sealed_mail_is_asked_for_no_password(
    desk: Desk, capsys: pytest.CaptureFixture[str], kind: str, sealed: bytes
) -> None:
    """S/MIME: the officer hears how she gets at it, no password is offered or tried, and it is laid aside in the end."""
    desk.drop("返信.eml", mail(Attached("smime.p7m", sealed, kind)))
    where = ["--round", str(desk.root)]
    assert run(["receive", *where]) == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().out
    assert "暗号化または電子署名されたメール" in said and "メールソフト" in said
    assert "--password" not in said and "--as" not in said and "設定されて" not in said
    (waiting,) = desk.ledger.held
    assert codes(waiting.fact) == ["MAI44", "MAI41"] and not waiting.fact.is_closed
    assert run(["receive", "--password", "chigau", *where]) == ExitCode.OK
    assert "smime" not in capsys.readouterr().out
    settled = ["accept", "--file", str(waiting.seq), *where]
    assert run([*settled, "--as", MAEBASHI]) == ExitCode.USAGE
    assert "中のExcelファイルを取り出して" in capsys.readouterr().err
    assert run([*settled, "--dismiss", "取り出し済"]) == ExitCode.OK
    assert desk.ledger.held == () and run(["verify", *where]) == ExitCode.OK


def test_a_mail_signed_beside_its_text_is_read(desk: Desk) -> None:
    """The return in it is taken in, its signature of the very kind that is asked about elsewhere is passed by."""
    seal = Attached("smime.p7s", SIGNED, "application/pkcs7-signature")
    came = come_in(desk, 署名__eml=mail(Attached("様式.xlsx", desk.filled()), seal))
    assert came["様式.xlsx"].outcome is Outcome.SUBMISSION
    assert came["smime.p7s"].outcome is Outcome.PASSED and desk.ledger.held == ()


def test_an_archive_of_litter(desk: Desk) -> None:
    """An archive in which there is nothing to take in is asked about, even where something lies in it."""
    came = come_in(
        desk, 空__zip=zipped({}), 屑__zip=zipped({"__MACOSX/._a.xlsx": b"\0\5\x16\7" + bytes(78)})
    )
    assert codes(came["空.zip"]) == codes(came["屑.zip"]) == ["FIL32"]


def test_dry_run_opens_and_keeps_nothing(desk: Desk) -> None:
    """What would become of each part is the same; neither archive nor ledger changes."""
    desk.drop("返信.eml", mail(Attached("様式.xlsx", desk.filled()), Attached("図.pdf", PDF)))
    before = desk.round.folder.events.read_bytes()
    planned = receive(desk.round, None, now=NOW, by=BY, dry_run=True).lines
    assert desk.round.folder.events.read_bytes() == before
    assert not any(path.is_file() for path in desk.round.folder.originals.rglob("*"))
    assert [line.arrived for line in planned] == [line.arrived for line in desk.receive().lines]


def test_cut_off_between_a_part_and_its_mail(desk: Desk) -> None:
    """Whatever of a mail was booked before the power went, a second run ends as an undisturbed one."""
    parts = [Attached("様式.xlsx", desk.filled()), Attached("図.pdf", PDF)]
    desk.drop("返信.eml", mail(*parts))
    events = desk.round.folder.events
    before, data = events.read_bytes(), (desk.round.folder.drop / "返信.eml").read_bytes()
    whole = [replace(line.arrived) for line in desk.receive().lines]
    booked = events.read_bytes()
    lines = booked[len(before) :].splitlines(keepends=True)
    for kept in range(len(lines)):
        events.write_bytes(before + b"".join(lines[:kept]))
        desk.drop("返信.eml", data)
        assert [line.arrived for line in desk.receive().lines] == whole
        assert desk.waiting == [] and events.read_bytes() == booked


@pytest.mark.parametrize("given", ["zip", "zip in mail"])
def test_a_password_opens_what_waits(desk: Desk, tmp_path: Path, given: str) -> None:
    """Without it the entry waits; with a wrong one it still does; with the right one it is read, and the word is kept nowhere."""
    (tmp_path / "様式.xlsx").write_bytes(desk.filled())
    command = ["7z", "a", "-tzip", "-mem=AES256", "-pHimitsu-2026", "回答.zip", "様式.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    data = (tmp_path / "回答.zip").read_bytes()
    name = "返信.eml" if "mail" in given else "回答.zip"
    desk.drop(name, mail(Attached("回答.zip", data)) if "mail" in given else data)
    where = ["--round", str(desk.root)]
    assert run(["receive", *where]) == ExitCode.NEEDS_PERSON
    (waiting,) = desk.ledger.held
    assert [c for c in codes(waiting.fact) if c != "MAI41"] == ["FIL03"]
    assert run(["receive", "--password", "chigau", *where]) == ExitCode.NEEDS_PERSON
    assert desk.standing().submission is None and desk.ledger.held == (waiting,)
    assert run(["receive", "--password", "Himitsu-2026", *where]) == ExitCode.OK
    taken = desk.standing().submission
    assert taken is not None and (desk.root / taken.file).read_bytes() == desk.filled()
    assert desk.ledger.held == ()
    kept = [path for path in desk.root.rglob("*") if path.is_file()]
    assert kept and not any(b"Himitsu" in path.read_bytes() for path in kept)


def test_a_password_opens_a_workbook_that_waits(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A workbook held for its password is the unit's submission once the word is known; the screen says how, and a third time it is the same file."""
    closed = io.BytesIO()
    OOXMLFile(io.BytesIO(desk.filled())).encrypt("Himitsu-2026", closed)
    desk.drop("前橋市.xlsx", closed.getvalue())
    where = ["--round", str(desk.root)]
    assert run(["receive", *where]) == ExitCode.NEEDS_PERSON
    assert "xlsx-pdca receive --password" in capsys.readouterr().out
    assert len(desk.ledger.held) == 1 and desk.standing().submission is None
    (waiting,) = desk.ledger.held
    assert run(["receive", "--password", "chigau", *where]) == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().out
    assert f"前橋市.xlsx：保留（県で確認）　受付番号{waiting.seq}（前に取り込み、保留中の" in said
    assert "入力されたパスワードでは開けませんでした" in said and "receive --password" in said
    assert "設定されていました" not in said and "受付済み" not in said and "chigau" not in said
    assert len(desk.ledger.held) == 1 and desk.standing().submission is None
    assert run(["receive", "--password", "Himitsu-2026", *where]) == ExitCode.OK
    taken = desk.standing().submission
    assert taken is not None and (desk.root / taken.file).read_bytes() == desk.filled()
    assert desk.ledger.held == ()
    desk.drop("もう一度.xlsx", closed.getvalue())
    assert run(["receive", "--password", "Himitsu-2026", *where]) == ExitCode.OK
    assert desk.standing().submission == taken


def outcomes_in_the_books(desk: Desk) -> list[str]:
    """What 受信ファイル一覧 of データ集 says of each file."""
    merge(desk.round, now=NOW, by=BY)
    book = openpyxl.load_workbook(desk.round.folder.summaries / "データ集.xlsx")
    rows = [[str(v) for v in row] for row in book["受信ファイル一覧"].iter_rows(values_only=True)]
    words = {*map(str, Outcome), "後でパスワードを伺って開いたもの"}
    return [value for row in rows for value in row if value in words]


def test_a_wrong_password_at_once(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that comes together with a wrong password is told as such, waits as 保留 everywhere, and opens later."""
    closed = io.BytesIO()
    OOXMLFile(io.BytesIO(desk.filled())).encrypt("Himitsu-2026", closed)
    desk.drop("前橋市.xlsx", closed.getvalue())
    where = ["--round", str(desk.root)]
    assert run(["receive", "--password", "chigau", *where]) == ExitCode.NEEDS_PERSON
    assert "入力されたパスワードでは開けませんでした" in capsys.readouterr().out
    assert run(["receive", *where]) == ExitCode.OK
    assert run(["verify", *where]) == ExitCode.OK
    said = capsys.readouterr().out
    assert "保留" in said and "読み取れない" not in said
    assert outcomes_in_the_books(desk) == ["保留（県で確認）"]
    assert run(["receive", "--password", "Himitsu-2026", *where]) == ExitCode.OK
    assert desk.ledger.held == () and desk.standing().submission is not None
    assert outcomes_in_the_books(desk) == ["後でパスワードを伺って開いたもの", "提出として受付"]


def test_only_what_was_closed_is_told_again(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An archive tried again with a password says nothing of itself, nor of what was taken out of it before, and books neither twice."""
    (tmp_path / "様式.xlsx").write_bytes(desk.filled())
    (tmp_path / "図.pdf").write_bytes(PDF)
    for name, more in (("図.pdf", []), ("様式.xlsx", ["-mem=AES256", "-pHimitsu-2026"])):
        command = ["7z", "a", "-tzip", *more, "回答.zip", name]
        subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    desk.drop("回答.zip", (tmp_path / "回答.zip").read_bytes())
    first = len(desk.receive().lines)
    booked = len(desk.ledger.arrivals)
    assert (first, booked) == (3, 3)
    where = ["--round", str(desk.root)]
    run(["receive", "--password", "chigau", *where])
    assert len(desk.ledger.arrivals) == booked
    assert "図.pdf" not in capsys.readouterr().out
    run(["receive", "--password", "Himitsu-2026", *where])
    assert [b.fact.name for b in desk.ledger.arrivals[booked:]] == ["回答.zip › 様式.xlsx"]


def test_archives_without_end(desk: Desk) -> None:
    """Archives in archives are opened to a depth no honest sender reaches; there one is refused, and the run goes on."""
    data = desk.filled()
    for _ in range(9):
        data = zipped({"中.zip": data})
    came = come_in(desk, 深い__zip=data, よい__xlsx=desk.filled(TAKASAKI))
    assert came["よい.xlsx"].outcome is Outcome.SUBMISSION
    assert desk.standing().submission is None
    (held,) = desk.ledger.held
    assert held.fact.outcome is Outcome.REFUSED and codes(held.fact) == ["FIL06"]


def test_a_fax_copied_by_the_prefecture(
    desk: Desk,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the officer types from a fax is the unit's answer, entered by her, with the fax as evidence; the fax waits no more."""
    desk.take_in("FAX.pdf", PDF)
    (fax,) = desk.ledger.held
    copied = tmp_path / "写し.xlsx"
    copied.write_bytes(desk.filled())
    where = ["--round", str(desk.root)]
    monkeypatch.setenv("PDCA_USER", BY)
    proxy = ["receive", str(copied), "--proxy"]
    assert run([*proxy, "999", *where]) == ExitCode.USAGE
    assert run(["receive", "--proxy", str(fax.seq), *where]) == ExitCode.USAGE
    assert desk.standing().submission is None and desk.ledger.held == (fax,)
    assert run([*proxy, str(fax.seq), *where]) == ExitCode.OK
    assert desk.ledger.held == ()
    assert desk.laid_out == {"その他": [f"受付{fax.seq}_FAX.pdf"]}
    assert run(["merge", *where, "--csv", str(tmp_path)]) == ExitCode.OK
    with (tmp_path / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["unit"] == MAEBASHI and row["raw"]]
    assert {(row["entry"], row["evidence"]) for row in rows} == {("代理入力", f"受付番号{fax.seq}")}
    (line,) = (row for row in shown(desk, PROGRESS, "収受簿") if "FAX.pdf" in row)
    assert "代理入力の根拠（県で写したもの）" in line and "前橋市" in line
    told = [cell for row in shown(desk, CONSOLIDATED) for cell in row]
    assert any(f"代理入力（{BY}、受付番号{fax.seq}）" in cell for cell in told)
    taken = len(desk.round.log.read())
    capsys.readouterr()
    assert run(["undo", str(taken), *where]) == ExitCode.OK
    assert f"保留に戻りました（受付番号{fax.seq}、{taken}）" in capsys.readouterr().err
    assert fax.seq in {each.seq for each in desk.ledger.held}
    assert f"受付{fax.seq}_FAX.pdf" in desk.laid_out["保留"]


def copied(desk: Desk, workbook: Path, evidence: int) -> Arrived:
    """What `receive --proxy` books for a workbook the officer filled from a paper."""
    run(["receive", str(workbook), "--proxy", str(evidence), "--round", str(desk.root)])
    found: Arrived = desk.ledger.arrivals[-1].fact
    return found


def test_a_paper_of_another_unit_is_no_evidence(desk: Desk, tmp_path: Path) -> None:
    """The name of the fax calls another unit: the copy waits, and so does the fax, until a person decides."""
    desk.take_in("高崎市回答FAX.pdf", PDF)
    desk.take_in("前橋市回答FAX.pdf", PDF + b"2")
    other, own = (booked.seq for booked in desk.ledger.held)
    workbook = tmp_path / "写し.xlsx"
    workbook.write_bytes(desk.filled())
    wrong = copied(desk, workbook, other)
    assert (wrong.outcome, codes(wrong)) == (Outcome.HELD, ["ARR41"])
    assert {booked.seq for booked in desk.ledger.held} >= {other, own}
    right = copied(desk, workbook, own)
    assert (right.outcome, codes(right), right.evidence) == (Outcome.HELD, ["ARR42"], own)
    number = desk.ledger.last_event
    where = ["--round", str(desk.root)]
    assert run(["accept", "--file", str(number), "--as", MAEBASHI, *where]) == ExitCode.OK
    taken = desk.standing().submission
    assert taken is not None and taken.evidence == own
    assert [b.seq for b in desk.ledger.held] == [other, number - 1]


def test_a_fax_of_two_papers(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second page joins the first on decision; disposed of, the submission copied from it is named."""
    desk.take_in("FAX1.pdf", PDF)
    desk.take_in("FAX2.pdf", PDF + b"2")
    first, second = (booked.seq for booked in desk.ledger.held)
    workbook = tmp_path / "写し.xlsx"
    workbook.write_bytes(desk.filled())
    assert copied(desk, workbook, first).outcome is Outcome.SUBMISSION
    again = copied(desk, workbook, second)
    assert (again.outcome, codes(again)) == (Outcome.HELD, ["ARR42"])
    number = desk.ledger.last_event
    where = ["--round", str(desk.root)]
    run(["accept", "--file", str(number), "--as", MAEBASHI, *where])
    assert desk.ledger.held == ()
    assert sorted(desk.laid_out["その他"]) == [f"受付{first}_FAX1.pdf", f"受付{second}_FAX2.pdf"]
    assert run(["merge", *where]) == ExitCode.OK
    said = "\n".join(text for row in shown(desk, "取りまとめ表【部内限り】.xlsx") for text in row)
    assert f"受付番号{first}、受付番号{second}" in said
    capsys.readouterr()
    assert run(["dispose", str(second), *where]) == ExitCode.OK
    told = capsys.readouterr().out
    assert f"代理入力）：{MAEBASHI} の第2回の提出" in told


def shown(desk: Desk, book: str, sheet: str = "") -> list[list[str]]:
    """The texts of each row of one sheet of a book, or of all."""
    found = openpyxl.load_workbook(desk.round.folder.summaries / book)
    sheets = [found[sheet]] if sheet else found.worksheets
    return [[str(cell.value) for cell in row if cell.value] for each in sheets for row in each.rows]


def test_other_formats(desk: Desk, soffice: LibreOffice, tmp_path: Path) -> None:
    """What LibreOffice saved as .ods and .xls is read as the .xlsx it was, the copy says that it was changed, and nothing is asked."""
    for name, unit, kind in (("前橋", MAEBASHI, "ods"), ("高崎", TAKASAKI, "xls")):
        book = tmp_path / f"{name}.xlsx"
        book.write_bytes(desk.filled(unit))
        made = soffice.convert(book, kind, tmp_path)
        desk.drop(made.name, made.read_bytes())
    lines = desk.receive().lines
    assert [line.arrived.outcome for line in lines] == [Outcome.SUBMISSION] * 2
    for line in lines:
        taken = line.arrived.submission
        assert taken is not None and codes(line.arrived) == ["FIL36"]
        assert taken.file.endswith("_第1回（変換）.xlsx")
        copy = (desk.root / taken.file).read_bytes()
        assert Archive.of_originals(desk.round.folder.originals).get(taken.workbook) == copy
        assert taken.workbook != taken.sha256
    desk.round.folder.cache.unlink()
    assert run(["merge", "--round", str(desk.root), "--csv", str(tmp_path)]) == ExitCode.OK
    with (tmp_path / "answers.csv").open(encoding="utf-8", newline="") as file:
        found = {
            (row["unit"], row["field_id"], row["column"], row["row"]): row["raw"]
            for row in csv.DictReader(file)
        }
    for unit in (MAEBASHI, TAKASAKI):
        assert {address: found[unit, *address] for address in GOOD} == dict(GOOD)


def test_other_formats_without_libreoffice(
    desk: Desk, soffice: LibreOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without LibreOffice the answers are read all the same, and what one reader alone says of numbers is asked about."""
    monkeypatch.setenv("PDCA_SOFFICE", "")
    book = tmp_path / "前橋.xlsx"
    book.write_bytes(desk.filled())
    line = desk.take_in("前橋.ods", soffice.convert(book, "ods", tmp_path).read_bytes())
    taken = line.arrived.submission
    assert taken is not None and taken.read_as == ""
    desk.round.folder.cache.unlink()
    assert run(["merge", "--round", str(desk.root), "--csv", str(tmp_path)]) == ExitCode.OK
    rows = (tmp_path / "answers.csv").read_text(encoding="utf-8")
    assert GOOD["strengths", "", ""] in rows
