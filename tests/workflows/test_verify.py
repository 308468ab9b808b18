"""`verify`: an untouched round proves clean, every harm done to it by hand is named, and every file is accounted for."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from handwritten_mail import Attached, mail
from issued_round import BY, KEY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, changed, make_round
from xlsx_pdca.cli.program import run
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Arrived, Outcome, booking
from xlsx_pdca.findings import finding
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.summary import NOTE_COLUMN
from xlsx_pdca.workbook.view_sheet import HEAD_ROW
from xlsx_pdca.workflows.acceptance import accept, dismiss
from xlsx_pdca.workflows.account import Fate
from xlsx_pdca.workflows.dispose import dispose
from xlsx_pdca.workflows.issue import PLAN_COPIES
from xlsx_pdca.workflows.merge import merge
from xlsx_pdca.workflows.steps import recent_steps, undo
from xlsx_pdca.workflows.trouble import Weight
from xlsx_pdca.workflows.verify import Verified, verify

COPY = "50_受領済/事前課題/102016-1_前橋市_事前課題_第1回.xlsx"
ISSUED = "20_送付用/事前課題/102016-1_前橋市_事前課題.xlsx"
LEDGER = "_システム（さわらない）/events.jsonl"


@pytest.fixture(scope="module")
def worked_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A round in which files of many fates came, something was accepted and merged."""
    desk = Desk.at(make_round(tmp_path_factory.mktemp("worked") / "令和8年度_第1回"))
    desk.drop("返信.xlsx", desk.filled())
    desk.drop("同じ.xlsx", desk.filled(), minute=1)
    desk.drop("高崎.xlsx", desk.filled(TAKASAKI), minute=2)
    desk.drop("高崎の途中.xlsx", desk.filled(TAKASAKI, weaknesses=""), minute=3)
    desk.drop("案内.pdf", b"%PDF-1.4 x", minute=4)
    desk.drop("地図.pdf", b"%PDF-1.4 y", minute=5)
    desk.drop("壊れた.xlsx", b"PK\x03\x04 cut off", minute=6)
    desk.receive()
    desk.take_in("訂正.xlsx", desk.filled(strengths="連携が進んだ。"))
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    laid = next(b.seq for b in desk.ledger.held if b.fact.name == "地図.pdf")
    dismiss(desk.round, [laid], "添付資料", now=NOW, by=BY)
    merge(desk.round, now=NOW, by=BY)
    return desk.root


@pytest.fixture
def worked(worked_round: Path, tmp_path: Path) -> Desk:
    return Desk.at(Path(shutil.copytree(worked_round, tmp_path / worked_round.name)))


def wrong(found: Verified) -> list[str]:
    return [str(t) for t in found.troubles if t.weight > Weight.REMARK]


def code(desk: Desk) -> int:
    return run(["verify", "--round", str(desk.root)])


def test_an_untouched_round_is_clean_and_accounted_for(worked: Desk) -> None:
    """Every file that came has exactly one fate, counted here by hand."""
    found = verify(worked.round.folder)
    assert wrong(found) == []
    assert found.adds_up
    assert dict(found.account.counts) == {
        Fate.MERGED: 2, Fate.REPLACED: 1, Fate.LESSER: 1, Fate.SAME: 1,
        Fate.WAITING: 1, Fate.UNREADABLE: 1, Fate.LAID_ASIDE: 1,
    }  # fmt: skip
    assert found.received == 8
    assert code(worked) == ExitCode.OK


def test_nothing_is_written(worked: Desk) -> None:
    """Not a byte of the round changes, not even the lock; a round that cannot be written to is proved too."""
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in files(worked.root)}
    verify(worked.round.folder)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in files(worked.root)} == before


def files(root: Path) -> list[Path]:
    return sorted(p for p in root.rglob("*") if p.is_file())


def test_the_account_on_screen_and_for_programs(
    worked: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reasons stand beside the files a person decides on; `--json` holds every file."""
    assert code(worked) == ExitCode.OK
    shown = capsys.readouterr().out
    assert "届いたファイル 8件の内訳" in shown
    assert "地図.pdf：添付資料" in shown
    assert "壊れた.xlsx：" in shown
    assert run(["verify", "--json", "--round", str(worked.root)]) == ExitCode.OK
    record = json.loads(capsys.readouterr().out)
    assert sum(record["account"].values()) == record["received"] == len(record["files"]) == 8


# -- harms -----------------------------------------------------------------------------------


def edit(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.chmod(0o644)
    path.write_bytes(change(path.read_bytes()))


def original(desk: Desk, unit: str = MAEBASHI) -> Path:
    taken = desk.standing(unit).submission
    assert taken is not None
    return desk.round.folder.originals / taken.sha256[:2] / taken.sha256


def plan_file(desk: Desk, *, copy: bool = False) -> Path:
    folder = desk.round.folder
    return (folder.issued / PLAN_COPIES if copy else folder.plans) / f"{desk.fact().plan}.json"


def flip(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


HARMS: dict[str, tuple[Callable[[Desk], object], str, int]] = {
    "管理簿 is gone": (lambda d: d.round.folder.settings_book.unlink(), "管理簿が見つかりません", 3),
    "an original is gone": (lambda d: original(d).unlink(), "原本がありません", 3),
    "an original was changed": (lambda d: edit(original(d), flip), "原本の内容が", 3),
    "a plan is gone": (lambda d: plan_file(d).unlink(), "様式の控え", 1),
    "a plan was changed": (lambda d: edit(plan_file(d), flip), "様式の控え", 1),
    "the plan beside the workbooks is gone": (
        lambda d: plan_file(d, copy=True).unlink(), PLAN_COPIES, 1,
    ),
    "both plans are gone": (
        lambda d: (plan_file(d).unlink(), plan_file(d, copy=True).unlink()), "バックアップ", 3,
    ),
    "a copy is gone": (lambda d: (d.root / COPY).unlink(), f"{COPY}：控えがありません", 1),
    "a copy was edited": (lambda d: edit(d.root / COPY, flip), f"{COPY}：控えが、受け付けた", 1),
    "a copy was replaced by another file": (
        lambda d: edit(d.root / COPY, lambda _: d.filled(TAKASAKI)), f"{COPY}：控えが", 1,
    ),
    "a copy nobody booked": (
        lambda d: (d.root / COPY.replace("第1回", "第9回")).write_bytes(b"x"), "記録にない控え", 1,
    ),
    "an issued workbook is gone": (lambda d: (d.root / ISSUED).unlink(), "送付用のファイルが", 1),
    "an issued workbook was saved over": (
        lambda d: edit(d.root / ISSUED, flip), f"{ISSUED}：作成後に書き換え", 1,
    ),
    "a strange workbook to send": (
        lambda d: shutil.copy(d.root / ISSUED, (d.root / ISSUED).with_stem("写し")),
        "写し.xlsx：受付記録にない送付用", 1,
    ),
    "a foreign file in the archive": (
        lambda d: (d.round.folder.originals / "メモ.txt").write_text("x"), "メモ.txt", 1,
    ),
    "the key is gone": (lambda d: d.round.folder.key_file.unlink(), "鍵がありません", 3),
    "the key is another round's": (
        lambda d: edit(d.round.folder.key_file, lambda _: KEY[::-1]), "6件が、この鍵で", 3,
    ),
    "the key is cut off": (lambda d: edit(d.round.folder.key_file, lambda k: k[:5]), "鍵", 3),
    "the ledger is gone": (lambda d: d.round.folder.events.unlink(), "受付記録がないか", 3),
    "a line of the ledger was changed": (
        lambda d: edit(d.root / LEDGER, lambda b: b.replace("訂正".encode(), "改竄".encode())),
        "行目：", 3,
    ),
    "a line of the ledger was taken out": (
        lambda d: edit(d.root / LEDGER, lambda b: b"".join(b.splitlines(True)[:3] + b.splitlines(True)[4:])),
        "4行目：", 3,
    ),
    "the last line was torn": (
        lambda d: edit(d.root / LEDGER, lambda b: b + b'{"at":"20'), "途中で切れています", 1,
    ),
    "the ledger was put back to an older state": (
        lambda d: edit(d.root / LEDGER, lambda b: b"".join(b.splitlines(True)[:12])),
        "記録にない控え", 1,
    ),
    "the summary cannot be read": (
        lambda d: edit(d.round.folder.summaries / "取りまとめ表【部内限り】.xlsx", lambda b: b[:99]),
        "取りまとめ表", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
def test_every_harm_is_named(worked: Desk, harm: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was changed by hand is found, named, and told with what to do; the exit code says how grave it is."""
    act, words, expected = HARMS[harm]
    act(worked)
    assert code(worked) == expected, capsys.readouterr().out
    shown = capsys.readouterr().out
    (line, *_) = [t for t in shown.splitlines() if t.startswith("要") and words in t]
    assert line.endswith("。")


def test_a_lost_system_folder_is_told(worked: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Without any system folder the round is still recognised, and the way to rebuild is told."""
    shutil.rmtree(worked.round.folder.system)
    assert code(worked) == ExitCode.FAULTY
    assert "rebuild" in capsys.readouterr().out


def test_references_into_nothing(worked: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """A chain made anew after an arrival was taken out does not hide it: what refers to it is named."""
    lines = (worked.root / LEDGER).read_bytes().splitlines()
    events = [json.loads(line) for line in lines]
    gone = next(e for e in events if e["type"] == "arrival" and e["data"]["name"] == "地図.pdf")
    gone["type"], gone["data"] = "contact", {"unit": MAEBASHI, "text": "x", "how": "電話"}
    (worked.root / LEDGER).write_bytes(chained(events))
    assert code(worked) == ExitCode.FAULTY
    assert f"受付番号{gone['seq']}の受付がありません" in capsys.readouterr().out


def chained(events: list[dict[str, object]]) -> bytes:
    """Lines chained by hand, independently of the store."""
    out, prev = b"", "0" * 64
    for event in events:
        line = json.dumps(
            event | {"prev": prev}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
        )
        data = line.encode() + b"\n"
        prev = hashlib.sha256(data).hexdigest()
        out += data
    return out


def test_an_undo_keeps_everything_accounted_for(worked: Desk) -> None:
    """A submission taken back waits for a person again, and nothing dangles."""
    step = next(s for s in recent_steps(worked.round) if s.arrivals)
    undo(worked.round, step.seq, "", now=NOW, by=BY)
    found = verify(worked.round.folder)
    assert found.adds_up
    assert wrong(found) == []


def test_notes_not_yet_booked_are_told(worked: Desk) -> None:
    """What the officer wrote since the last merge is counted, without being booked."""
    path = worked.round.folder.summaries / "取りまとめ表【部内限り】.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[1]
    heads = [cell.value for cell in sheet[HEAD_ROW]]
    sheet.cell(HEAD_ROW + 1, heads.index(NOTE_COLUMN) + 1).value = "電話で確認した"
    book.save(path)
    remarks = [str(t) for t in verify(worked.round.folder).troubles]
    assert any("県記入が 1件" in text for text in remarks)


def test_a_paper_that_was_copied_is_accounted_for(desk: Desk, tmp_path: Path) -> None:
    """A fax the prefecture typed in waits for nobody, and is told as what the answer was copied from."""
    desk.take_in("FAX.pdf", b"%PDF-1.4 fax")
    number = str(desk.ledger.held[-1].seq)
    typed = tmp_path / "写し.xlsx"
    typed.write_bytes(desk.filled())
    words = ["receive", str(typed), "--proxy", number, "--round", str(desk.root)]
    assert run(words) == ExitCode.OK
    found = verify(desk.round.folder)
    assert found.adds_up
    assert dict(found.account.counts) == {Fate.MERGED: 1, Fate.COPIED: 1}


def book_as_same(desk: Desk, name: str, data: bytes, **more: object) -> int:
    """Book bytes as the same as something, as earlier releases did with what came beside an attachment; its number."""
    (digest,) = Archive.of_originals(desk.round.folder.originals).put_many([data])
    fact = Arrived(digest, name, "40_届いたファイル", len(data), Outcome.SAME_FILE, **more)  # type: ignore[arg-type]
    with desk.round.log.writing() as writer:
        writer.read()
        writer.append([booking(fact, at=NOW, by=BY)])
    return desk.ledger.last_event


PAPER = b"%PDF-1.4 paper"
ALONE = (finding("FIL10"), finding("ARR01", other_file="回答.eml › 図.pdf"))


def test_the_same_as_nothing_is_a_fault_until_a_person_decides(worked: Desk) -> None:
    """A file booked as the same as before, with nothing that stands for it, is named; taken in again it waits, and the fault is gone."""
    number = book_as_same(worked, "FAX.pdf", PAPER, findings=ALONE)
    (told,) = wrong(verify(worked.round.folder))
    assert f"受付番号{number}「FAX.pdf」" in told and "40_届いたファイル" in told
    assert code(worked) == ExitCode.NEEDS_PERSON
    again = worked.take_in("FAX.pdf", PAPER)
    assert again.arrived.outcome is Outcome.HELD and wrong(verify(worked.round.folder)) == []
    (waiting,) = (b.seq for b in worked.ledger.held if b.fact.name == "FAX.pdf")
    dismiss(worked.round, [waiting], "添付資料", now=NOW, by=BY)
    assert wrong(verify(worked.round.folder)) == []


def test_an_attachment_of_another_unit_stands_for_nothing(worked: Desk) -> None:
    """A paper beside one unit's return does not answer for what came alone, nor for what another unit attached."""
    beside = (finding("FIL37"),)
    book_as_same(worked, "図.pdf", PAPER, findings=(*beside, ALONE[1]), unit=MAEBASHI)
    assert len(wrong(verify(worked.round.folder))) == 1
    data = mail(Attached("様式.xlsx", worked.filled(KIRYU)), Attached("図.pdf", PAPER))
    worked.drop("桐生.eml", data)
    worked.receive()
    assert len(wrong(verify(worked.round.folder))) == 1
    own = mail(
        Attached("訂正2.xlsx", worked.filled(name="赤城 花子", strengths="三訂。")),
        Attached("図.pdf", PAPER),
    )
    worked.drop("前橋.eml", own)
    worked.receive()
    assert wrong(verify(worked.round.folder)) == []
    book_as_same(worked, "FAX.pdf", PAPER, findings=ALONE)
    assert len(wrong(verify(worked.round.folder))) == 1


def test_what_a_person_took_back_is_accounted_for(worked: Desk) -> None:
    """The same bytes as a submission that was undone, replaced or disposed of are no fault."""
    same = worked.take_in("また高崎.xlsx", worked.filled(TAKASAKI))
    assert same.arrived.outcome is Outcome.SAME_FILE and wrong(verify(worked.round.folder)) == []
    taken = worked.standing(TAKASAKI).submissions[-1]
    undo(worked.round, taken.seq, "誤り", now=NOW, by=BY)
    assert wrong(verify(worked.round.folder)) == []
    dismiss(worked.round, [taken.seq], "送り間違い", now=NOW, by=BY)
    assert wrong(verify(worked.round.folder)) == []
    dispose(worked.round, taken.seq, "誤送", now=NOW, by=BY)
    assert wrong(verify(worked.round.folder)) == []


def test_another_save_of_the_same_answers_stands_by_the_first(desk: Desk) -> None:
    """Bytes that differ and say the same, in one run, are the same as the one taken in, also after that was undone or disposed of."""
    desk.drop("一.xlsx", desk.filled())
    desk.drop("二.xlsx", changed(desk.filled(), lambda book: None), minute=1)
    outcomes = {line.file.name: line.arrived.outcome for line in desk.receive().lines}
    assert outcomes == {"一.xlsx": Outcome.SUBMISSION, "二.xlsx": Outcome.SAME_FILE}
    assert wrong(verify(desk.round.folder)) == []
    taken = desk.standing().submissions[-1]
    dispose(desk.round, taken.seq, "誤送", now=NOW, by=BY, force=True)
    assert wrong(verify(desk.round.folder)) == []
