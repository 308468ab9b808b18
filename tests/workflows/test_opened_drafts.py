"""Drafts of real commands, opened by a mail library and a mail program of others: people, words, names and bytes are those meant."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import pytest

from issued_round import BY, Desk
from mail_desk import roster, unsent
from mail_programs import Files, Mutt, Seen, read_by_gmime
from xlsx_pdca.cli.program import run

ONE, SEVERAL = "102016-1_前橋市_依頼.eml", "102024-1_中央保健所_依頼.eml"
QUESTION = "102016-1_前橋市_確認.eml"
OFFICE = "群馬県健康福祉部（見本）地域包括ケア推進室 <houkatsu-care@pref-gunma.example>"
MATERIAL = "別紙１　記入要領（髙﨑・①～𠮷）.pdf"
COPY = "102016-1_前橋市_事前課題_確認のお願い.xlsx"
BAD = "三万人ぐらい"


@dataclass(frozen=True)
class Written:
    """Drafts as they lay in 30_下書きメール, and what was meant by each."""

    folder: Path
    meant: dict[str, Seen]

    def paths(self) -> list[Path]:
        return [self.folder / name for name in self.meant]


def bodies(desk: Desk) -> dict[str, str]:
    """The words of each draft as 送信一覧.xlsx offers them to whoever writes by web mail."""
    sheet = openpyxl.load_workbook(desk.round.folder.drafts / "送信一覧.xlsx")["送信一覧"]
    rows = sheet.iter_rows(values_only=True)
    heads = next(row for row in rows if "下書き" in row)
    body, draft = heads.index("本文（1つの欄）"), heads.index("下書き")
    return {str(row[draft]): str(row[body]) for row in rows if str(row[draft]).endswith(".eml")}


def lie(desk: Desk, name: str) -> Files:
    """Workbooks of one municipality as they lie in 20_送付用, 事前課題 before 当日課題."""
    paths = (desk.root / "20_送付用" / form / f"{name}_{form}.xlsx" for form in ("事前課題", "当日課題"))  # fmt: skip
    return tuple((path.name, path.read_bytes()) for path in paths)


@pytest.fixture(scope="module")
def written(sent_round: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """`send` for two 送付先, one of them two units on one way, with a file for everybody; then `ask`, with a marked copy."""
    folder = tmp_path_factory.mktemp("drafts")
    root = tmp_path_factory.mktemp("drafted") / sent_round.name
    desk = unsent(Desk.at(Path(shutil.copytree(sent_round, root))))
    way = {"送付先メール": "h@hoken.example", "経由機関": "中央保健所"}
    cc = {"CC": "iryo@maebashi.example; soumu@maebashi.example"}
    roster(desk, u102016_1=cc, u102024_1=way, u102032_1=way)
    material = (MATERIAL, bytes(range(256)) * 9)
    (desk.round.folder.attachments / MATERIAL).write_bytes(material[1])

    def play(*command: str, on: str) -> dict[str, str]:
        patch.setenv("PDCA_NOW", f"2026-09-{on}T09:00:00+09:00")
        assert run([*command, "--round", str(root)]) in (0, 1)
        drafts = sorted(desk.round.folder.drafts.glob("*.eml"))
        for path in drafts:
            shutil.copy(path, folder)
        return bodies(desk) if drafts else {}

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PDCA_USER", BY)
        said = play("send", on="01")
        play("send", "--mark-sent", "--all", on="01")
        desk.drop("回答.xlsx", desk.filled(population=BAD))
        play("receive", on="16")
        said |= play("ask", on="16")
    about = "【9/15(火)〆・要回答】事前課題及び当日課題への御回答について（依頼）"
    theirs = about.replace("事前課題及び", "高崎市及び桐生市の事前課題及び")
    own = ("kaigo@maebashi.example",)
    copies = tuple(cc["CC"].split("; "))
    marked = (COPY, (root / "60_確認依頼" / COPY).read_bytes())
    two = (*lie(desk, "102024-1_高崎市"), *lie(desk, "102032-1_桐生市"), material)
    meant = {
        ONE: Seen(OFFICE, own, copies, f"{about}［R0801-J-102016-1、R0801-T-102016-1］", said[ONE], (*lie(desk, "102016-1_前橋市"), material)),
        SEVERAL: Seen(OFFICE, ("h@hoken.example",), (), f"{theirs}［R0801-J-102024-1 ほか3件］", said[SEVERAL], two),
        QUESTION: Seen(OFFICE, own, copies, "【9/23(水)〆】事前課題の記載内容の御確認のお願い［R0801-J-102016-1］", said[QUESTION], (marked,)),
    }  # fmt: skip
    yield Written(folder, meant)


def test_what_was_meant_is_what_the_letters_are_about(written: Written) -> None:
    """Nothing is compared with nothing: whom each letter greets, what it names, and how it ends."""
    meant = written.meant
    assert sorted(path.name for path in written.folder.iterdir()) == sorted(meant)
    assert meant[ONE].body.startswith("前橋市 介護高齢課 相沢 様\n")
    assert meant[SEVERAL].body.startswith("中央保健所 御担当者 様\n")
    assert f"「{BAD}」を数字として" in meant[QUESTION].body
    assert [len(each.files) for each in meant.values()] == [3, 5, 1]
    for each in meant.values():
        assert all(f"{name}" in each.body for name, _ in each.files)


def test_every_line_can_travel(written: Written) -> None:
    """Plain ASCII, each line ended by CR LF; only names and types of files take more than 76 characters, never over 998."""
    for path in written.paths():
        data = path.read_bytes()
        assert data.isascii() and b"\0" not in data
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", data)
        long = [line for line in data.split(b"\r\n") if len(line) > 76]
        assert max(map(len, long)) <= 998
        assert {re.split(rb"[:=*]", line)[0].strip() for line in long} <= {
            b"Content-Type", b"Content-Disposition", b"name",
        }  # fmt: skip


@pytest.mark.gmime
def test_a_library_of_others_reads_what_was_meant(written: Written) -> None:
    """GMime finds sender, To, Cc, subject, words, and every attachment by name and bytes."""
    assert dict(zip(written.meant, read_by_gmime(*written.paths()), strict=True)) == written.meant


@pytest.mark.gmime
def test_the_library_sees_a_difference(written: Written, tmp_path: Path) -> None:
    """One letter of a name, of a subject or of an attachment changed, and it reads something else."""
    good = (written.folder / QUESTION).read_bytes()
    named = good.replace(b"%E7%A2%BA%E8%AA%8D", b"%E7%A2%BA%E8%AA%8E")
    titled = good.replace(b"Subject: =?utf-8?b?44CQ", b"Subject: =?utf-8?b?44CR")
    filled = good.replace(b"\r\n\r\nUEsD", b"\r\n\r\nUEsE")
    paths = []
    for number, data in enumerate((named, titled, filled)):
        assert data != good
        (tmp_path / f"{number}.eml").write_bytes(data)
        paths.append(tmp_path / f"{number}.eml")
    meant = written.meant[QUESTION]
    by_name, by_title, by_bytes = read_by_gmime(*paths)
    assert replace(by_name, files=meant.files) == meant != by_name
    assert replace(by_title, subject=meant.subject) == meant != by_title
    assert replace(by_bytes, files=meant.files) == meant != by_bytes


@pytest.mark.mutt
@pytest.mark.parametrize("name", [ONE, SEVERAL, QUESTION])
def test_a_mail_program_shows_what_was_meant(written: Written, name: str, tmp_path: Path) -> None:
    """mutt shows people, subject and words, and saves every attachment under its name, byte for byte."""
    meant = written.meant[name]
    assert Mutt(tmp_path).opened(written.folder / name, len(meant.files)) == meant


@pytest.mark.mutt
@pytest.mark.gmime
@pytest.mark.parametrize("name", [ONE, SEVERAL, QUESTION])
def test_sent_by_a_mail_program_it_is_still_what_was_meant(
    written: Written, name: str, tmp_path: Path
) -> None:
    """Opened in mutt as a draft of one's own and sent: what leaves, written anew by mutt, goes to the same people and says and holds the same."""
    meant = written.meant[name]
    left, recipients = Mutt(tmp_path).sent_on(written.folder / name)
    assert recipients == (*meant.to, *meant.cc)
    assert b'multipart/mixed; boundary="=_' not in left.read_bytes()
    assert read_by_gmime(left) == [meant]
