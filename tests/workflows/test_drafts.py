"""Drafts of mails in a real round folder: one for each 送付先, the same again, and nothing where something is doubtful."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

import pytest

from issued_round import BY, KIRYU, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import body, lying, names, roster, unsent, writer, written
from xlsx_pdca.errors import FaultyDefinitions
from xlsx_pdca.mailings import mailings
from xlsx_pdca.ticket import find_short_codes
from xlsx_pdca.workflows.drafts import Step
from xlsx_pdca.workflows.issue import issue
from xlsx_pdca.workflows.objections import MailsRefused
from xlsx_pdca.workflows.outbox import sent_events
from xlsx_pdca.workflows.receipts import write_receipts
from xlsx_pdca.workflows.remind import remind
from xlsx_pdca.workflows.send import Wish
from xlsx_pdca.workflows.told_sent import mark_sent

HARSH = re.compile("督促|差戻し|差し戻し|指摘|エラー")


def test_one_mail_for_each(desk: Desk) -> None:
    """Every unit gets a mail with its own workbook, to its own address, with its code, ready to be sent."""
    drafts, _ = written(unsent(desk))
    assert [draft.step for draft in drafts.drafts] == [Step.NEW] * 3
    mails = lying(desk)
    assert sorted(mails) == [
        "102016-1_前橋市_依頼.eml", "102024-1_高崎市_依頼.eml", "102032-1_桐生市_依頼.eml",
    ]  # fmt: skip
    mail = mails["102016-1_前橋市_依頼.eml"]
    assert (mail["to"], mail["x-unsent"]) == ("kaigo@maebashi.example", "1")
    assert names(mail) == ["102016-1_前橋市_事前課題.xlsx"]
    assert find_short_codes(str(mail["subject"])) == ("R0801-J-102016-1",)
    assert body(mail).startswith("前橋市 介護高齢課 相沢 様\n")
    assert "{" not in body(mail)


def test_again_nothing_changes(desk: Desk) -> None:
    """A second run writes no byte and books nothing, on another day and with other chances."""
    written(unsent(desk))
    before = {p.name: p.read_bytes() for p in desk.round.folder.drafts.iterdir()}
    events = desk.round.log.read()
    drafts, _ = written(desk, day=1)
    assert [draft.step for draft in drafts.drafts] == [Step.KEPT] * 3
    assert {p.name: p.read_bytes() for p in desk.round.folder.drafts.iterdir()} == before
    assert desk.round.log.read() == events


def test_a_draft_that_was_removed_comes_back(desk: Desk) -> None:
    """The very same bytes, under the same Message-ID."""
    written(unsent(desk))
    path = desk.round.folder.drafts / "102016-1_前橋市_依頼.eml"
    data = path.read_bytes()
    path.unlink()
    written(desk, day=1)
    assert path.read_bytes() == data


def test_a_changed_roster_makes_a_new_draft_and_takes_the_old_one(desk: Desk) -> None:
    """The mail to the former address is gone, unless somebody changed it; then it stays and is named."""
    written(unsent(desk))
    changed = desk.round.folder.drafts / "102024-1_高崎市_依頼.eml"
    changed.write_bytes(changed.read_bytes() + b"\r\n")
    roster(
        desk,
        u102016_1={"送付先メール": "new@a.example"},
        u102024_1={"送付先メール": "new@b.example"},
    )
    drafts, _ = written(desk, day=1)
    assert drafts.left == ("30_下書きメール/102024-1_高崎市_依頼.eml",)
    mails = lying(desk)
    assert mails["102016-1_前橋市_依頼.eml"]["to"] == "new@a.example"
    assert mails["102024-1_高崎市_依頼_2.eml"]["to"] == "new@b.example"
    assert len(mails) == 4


def test_units_with_one_way_get_one_mail(desk: Desk) -> None:
    """Three rows that name one 経由機関 are one mail with three workbooks, and all codes."""
    way = {"送付先メール": "h@hoken.example", "経由機関": "中央保健所"}
    roster(desk, u102016_1=way, u102024_1=way, u102032_1=way)
    drafts, _ = written(unsent(desk))
    ((name, mail),) = lying(desk).items()
    assert name == "102016-1_中央保健所_依頼.eml"
    assert names(mail) == [
        "102016-1_前橋市_事前課題.xlsx", "102024-1_高崎市_事前課題.xlsx", "102032-1_桐生市_事前課題.xlsx",
    ]  # fmt: skip
    codes = tuple(f"R0801-J-{unit}" for unit in (MAEBASHI, TAKASAKI, KIRYU))
    last = body(mail).rstrip().splitlines()[-1]
    assert last == f"整理記号：{'、'.join(codes)}"
    assert find_short_codes(str(mail["subject"])) == codes
    assert body(mail).startswith("中央保健所 御担当者 様\n")
    assert [draft.name for draft in drafts.drafts] == ["中央保健所"]
    assert str(mail["subject"]).startswith("【9/15(火)〆・要回答】前橋市ほか2団体の事前課題への")
    assert "令和8年度第1回の前橋市、高崎市及び桐生市の事前課題をお送りします。" in body(mail)
    assert "桐生市_事前課題.xlsx\n\nお手数ですが、それぞれのファイルを、" in body(mail)


def test_only_who_passes_files_on_is_asked_to(desk: Desk) -> None:
    """A unit reached through an office: the office is told whose file it is; a unit itself is not."""
    roster(desk, u102024_1={"送付先メール": "h@hoken.example", "経由機関": "中央保健所"})
    written(unsent(desk))
    mails = lying(desk)
    through, straight = mails["102024-1_中央保健所_依頼.eml"], mails["102016-1_前橋市_依頼.eml"]
    for mail, is_through in ((through, True), (straight, False)):
        assert ("添付のファイルを、高崎市にお渡しください" in body(mail)) is is_through
        assert ("高崎市から直接お送りいただいても結構です" in body(mail)) is is_through
        assert ("高崎市の事前課題をお送りします。" in body(mail)) is is_through


def test_materials_go_along_in_the_order_of_their_names(desk: Desk) -> None:
    """Every file of 25_添付資料 follows the workbook; what lies in a folder below stays at home."""
    folder = desk.round.folder.attachments
    (folder / "2_要領.pdf").write_bytes(b"%PDF-1.4 b")
    (folder / "1_通知.pdf").write_bytes(b"%PDF-1.4 a")
    (folder / "Thumbs.db").write_bytes(b"x")
    (folder / "控え").mkdir()
    (folder / "控え" / "3.pdf").write_bytes(b"%PDF-1.4 c")
    written(unsent(desk))
    mail = lying(desk)["102016-1_前橋市_依頼.eml"]
    assert names(mail) == ["102016-1_前橋市_事前課題.xlsx", "1_通知.pdf", "2_要領.pdf"]
    assert "・1_通知.pdf\n・2_要領.pdf\n" in body(mail)


def test_a_workbook_among_the_materials_is_refused(desk: Desk) -> None:
    """A file with a ticket would go to everybody: nothing is written, and the file is named."""
    unsent(desk)
    (desk.round.folder.attachments / "参考.xlsx").write_bytes(desk.untouched(TAKASAKI))
    before = desk.round.log.read()
    with pytest.raises(MailsRefused) as raised:
        written(desk)
    assert {o.attachment for o in raised.value.objections} == {"参考.xlsx"}
    assert len(raised.value.objections) == 6
    assert str(raised.value).count("「参考.xlsx」") == 2  # said once for all three mails
    assert lying(desk) == {}
    assert desk.round.log.read() == before


@pytest.mark.parametrize(
    ("name", "is_theirs"),
    [
        ("102024-1_高崎市_事前課題.pdf", True),
        ("102024-12_名簿.pdf", False),
        ("別紙102024.pdf", False),
    ],
)
def test_a_paper_named_after_one_unit_is_refused(desk: Desk, name: str, *, is_theirs: bool) -> None:
    """What is inside a PDF nobody reads here, but a file that bears the id of a unit is not meant for everybody."""
    (unsent(desk).round.folder.attachments / name).write_bytes(b"%PDF-1.4 x")
    if not is_theirs:
        assert len(written(desk)[0].drafts) == 3
        return
    with pytest.raises(MailsRefused, match="回答単位ID"):
        written(desk)
    assert lying(desk) == {}


def test_a_workbook_in_an_archive_among_the_materials_is_refused(desk: Desk) -> None:
    """A zip is looked into."""
    unsent(desk)
    with zipfile.ZipFile(desk.round.folder.attachments / "資料.zip", "w") as archive:
        archive.writestr("a.xlsx", desk.filled(TAKASAKI))
    with pytest.raises(MailsRefused, match="高崎市"):
        written(desk)


def test_a_changed_workbook_is_refused(desk: Desk) -> None:
    """A workbook saved by somebody since it was issued goes nowhere, nor does any other of the run."""
    unsent(desk)
    path = desk.root / desk.fact(TAKASAKI).file
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(FaultyDefinitions, match="作成後に書き換えられています"):
        written(desk)
    assert lying(desk) == {}


def test_a_mail_that_is_too_large_is_refused(desk: Desk) -> None:
    """The size is that of the whole mail as it travels."""
    unsent(desk)
    (desk.round.folder.attachments / "大.pdf").write_bytes(b"%PDF-1.4 " + bytes(4 << 20))
    with pytest.raises(MailsRefused, match="上限の 5MB"):
        written(desk)


def test_who_has_no_address_is_named_and_the_others_get_theirs(desk: Desk) -> None:
    """A blank address stops nobody else."""
    roster(desk, u102016_1={"送付先メール": ""})
    _, sendable = written(unsent(desk))
    assert [unit.id for unit in sendable.without_address] == [MAEBASHI]
    assert len(lying(desk)) == 2


def test_a_new_edition_goes_out_as_a_replacement(desk: Desk) -> None:
    """差替え says what changed, and that answers begun in the former workbook remain good."""
    roster(desk, u102016_1={"個別の期限": "事前課題：令和8年10月9日"})
    opened = Desk.at(desk.root).round
    issue(replace(opened, units=opened.units[:3]), now=NOW, by=BY)
    written(desk, day=1)
    mail = lying(desk)["102016-1_前橋市_差替え.eml"]
    assert str(mail["subject"]).startswith("【差替え】【10/9(金)〆")
    assert "・提出期限（令和8年9月15日（火） → 令和8年10月9日（金））" in body(mail)
    assert "先のファイルのまま御提出いただいて差し支えありません" in body(mail)
    assert names(mail) == ["102016-1_前橋市_事前課題_第2版.xlsx"]
    assert "102016-1_前橋市_依頼.eml" not in lying(desk)


REFORMED = {
    r'label = "長所（良さ・強み）"\nsource = "長所 \(良さ・強み\)"': 'label = "地域の強み"',
    r'\[\[sheet\.item\]\]\nkind = "long_text"\nid = "weaknesses"\n.*?(?=\[\[sheet\.item)': "",
    r'(?=\[\[sheet\.item\]\]\nkind = "integer"\nid = "population"\n)': (
        '[[sheet.item]]\nkind = "text"\nid = "origin"\nlabel = "人口の出典"\n\n'
    ),
    r"maximum = 15000000": "maximum = 14000000",
}
"""A question reworded, one taken out, one added, one with another limit."""


def test_a_changed_form_names_the_questions_that_changed(desk: Desk) -> None:
    """差替え of a changed form names each question that is new, gone, reworded or answered otherwise, and only those."""
    form = desk.root / "10_様式" / "jizen" / "v1.toml"
    text = form.read_text(encoding="utf-8")
    for pattern, new in REFORMED.items():
        text, count = re.subn(pattern, new, text, flags=re.DOTALL)
        assert count == 1, pattern
    form.write_text(text, encoding="utf-8")
    opened = Desk.at(desk.root).round
    issue(replace(opened, units=opened.units[:3]), now=NOW, by=BY)
    written(desk, day=1)
    said = body(lying(desk)["102016-1_前橋市_差替え.eml"])
    told = re.findall(r"^・((?:設問|記入|様式).*)$", said, re.MULTILINE)
    assert told == [
        "設問の追加：「人口の出典」",
        "記入のしかたの変更：「管内人口」",
        "設問の文言の変更：「長所（良さ・強み）」 → 「地域の強み」",
        "設問の削除：「短所（違和感、難しい部分、課題など）」",
    ]
    assert "変わった設問については、後ほど改めて伺うことがあります" in said


def test_a_form_that_asks_the_same_says_so(desk: Desk) -> None:
    """Another heading changes no question: what was begun in the former workbook is as good as before."""
    form = desk.root / "10_様式" / "jizen" / "v1.toml"
    text = form.read_text(encoding="utf-8")
    form.write_text(
        text.replace('kind = "heading"\ntext = "', 'kind = "heading"\ntext = "◆ ', 1),
        encoding="utf-8",
    )
    opened = Desk.at(desk.root).round
    issue(replace(opened, units=opened.units[:3]), now=NOW, by=BY)
    written(desk, day=1)
    said = body(lying(desk)["102016-1_前橋市_差替え.eml"])
    assert "・様式の体裁や説明（お尋ねする内容は変わりません）" in said
    assert "先のファイルのまま御提出いただいて差し支えありません" in said


def test_what_was_sent_is_not_drafted_again(desk: Desk) -> None:
    """Only those still owed a workbook get a mail; a workbook booked as sent takes its draft away from the pile."""
    written(unsent(desk))
    mark_sent(desk.round, [MAEBASHI], on=NOW.date(), now=NOW, by=BY)
    drafts, _ = written(desk, day=1)
    assert {draft.drafted.addressee for draft in drafts.drafts} == {TAKASAKI, KIRYU}


def test_what_stands_in_the_roster_stays_text(desk: Desk) -> None:
    """Braces, tags and line ends in 名簿 are words of the mail: no field, no markup, no header."""
    odd = "{期限}<b>課</b>\r\nBcc: x@y.example"
    roster(desk, u102016_1={"担当課": odd, "担当者": "赤城 花子"})
    written(unsent(desk))
    mail = lying(desk)["102016-1_前橋市_依頼.eml"]
    assert body(mail).startswith("前橋市 {期限}<b>課</b> Bcc: x@y.example 赤城 花子 様\n")
    assert mail["bcc"] is None
    assert mail.get_content_type() == "multipart/mixed"
    assert next(part.get_content_type() for part in mail.iter_parts()) == "text/plain"


def test_no_mail_speaks_in_the_tone_of_inspection(desk: Desk) -> None:
    """Request, 差替え, reminder and receipt: no harsh word in any of them, and no field left open."""
    written(unsent(desk), MAEBASHI)
    mark_sent(desk.round, [MAEBASHI, TAKASAKI, KIRYU], on=NOW.date(), now=NOW, by=BY)
    roster(desk, u102024_1={"個別の期限": "事前課題：令和8年10月9日"})
    opened = Desk.at(desk.root).round
    issue(replace(opened, units=opened.units[:3]), now=NOW, by=BY)
    written(desk, TAKASAKI, day=1)
    remind(Desk.at(desk.root).round, Wish(form="jizen"), writer(16))
    desk.take_in("102016-1.xlsx", desk.filled())
    write_receipts(Desk.at(desk.root).round, [(MAEBASHI, "jizen")], writer(17))
    mails = lying(desk)
    assert {name.rpartition("_")[2] for name in mails} == {
        "依頼.eml", "差替え.eml", "再送.eml", "受領.eml",
    }  # fmt: skip
    for name, mail in mails.items():
        said = f"{mail['subject']}\n{body(mail)}"
        assert HARSH.findall(said) == [], name
        assert not set(said) & set("{}"), name


def test_a_mail_told_as_sent_after_a_new_issue_is_the_former_one(desk: Desk) -> None:
    """The day of a mail with the first workbook does not make the second one sent."""
    written(unsent(desk))
    roster(desk, u102016_1={"個別の期限": "事前課題：令和8年10月9日"})
    opened = Desk.at(desk.root).round
    issue(replace(opened, units=opened.units[:3]), now=NOW, by=BY)
    first = next(m for m in mailings(desk.ledger) if m.fact.addressee == MAEBASHI)
    with desk.round.log.writing() as log:
        log.append(list(sent_events(first, NOW.date(), "手作業", now=NOW, by=BY)))
    assert (desk.standing().is_sent, desk.standing().is_replaced) == (False, True)
    written(desk, day=1)
    assert "102016-1_前橋市_差替え.eml" in lying(desk)


def test_a_draft_written_anew_is_nobodys_edit(desk: Desk) -> None:
    """A draft rewritten under its own name, then another run: it is still ours, neither left as edited nor taken away."""
    written(unsent(desk))
    roster(desk, u102016_1={"送付先メール": "new@a.example"})
    written(Desk.at(desk.root), day=1)
    drafts, _ = written(Desk.at(desk.root), day=1)
    found = remind(Desk.at(desk.root).round, Wish(form="jizen"), writer(1))
    for run in (drafts, found.drafts):
        assert (run.left, run.removed) == ((), ())
    assert len(lying(desk)) == 3
