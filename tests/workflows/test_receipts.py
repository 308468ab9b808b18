"""受領: to whom a return was accepted, once, with what was corrected for them."""

from __future__ import annotations

from issued_round import BY, MAEBASHI, NOW, TAKASAKI, Desk
from mail_desk import body, lying, names, writer
from xlsx_pdca.facts import Corrected, booking
from xlsx_pdca.ledger import Key
from xlsx_pdca.mailings import mailings
from xlsx_pdca.workflows.acceptance import accept
from xlsx_pdca.workflows.drafts import Drafts
from xlsx_pdca.workflows.outbox import sent_events
from xlsx_pdca.workflows.receipts import write_receipts

JIZEN: Key = (MAEBASHI, "jizen")


def receipts(desk: Desk, *keys: Key, day: int = 20) -> Drafts:
    return write_receipts(Desk.at(desk.root).round, keys or (JIZEN,), writer(day)).drafts


def accepted(desk: Desk) -> Desk:
    desk.take_in("102016-1_前橋市_事前課題.xlsx", desk.filled())
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    return desk


def test_a_receipt_thanks_and_carries_nothing(desk: Desk) -> None:
    """No file goes along; the code in the subject is theirs; nobody else gets one."""
    (desk.round.folder.attachments / "通知.pdf").write_bytes(b"%PDF-1.4 x")
    receipts(accepted(desk), JIZEN, (TAKASAKI, "jizen"))
    ((name, mail),) = lying(desk).items()
    assert name == "102016-1_前橋市_受領.eml"
    assert names(mail) == []
    assert str(mail["subject"]) == "事前課題を受領しました［R0801-J-102016-1］"
    assert "直して受け付けました" not in body(mail)


def test_what_was_corrected_is_listed(desk: Desk) -> None:
    """Each corrected answer by its question, as it counts now, on one line."""
    accepted(desk)
    with desk.round.log.writing() as log:
        for text in ("古い値", "=直した\n値"):
            fact = Corrected(MAEBASHI, "jizen", 1, "strengths", "", "", text, "電話")
            log.append([booking(fact, at=NOW, by=BY)])
    receipts(desk)
    told = body(lying(desk)["102016-1_前橋市_受領.eml"])
    assert "県で補正して受け付けました。相違がありましたら、お知らせください。\n・" in told
    assert "：=直した 値\n" in told
    assert "古い値" not in told


def test_a_receipt_goes_out_once(desk: Desk) -> None:
    """After it went out the same submission gets no second one; the next submission does."""
    receipts(accepted(desk))
    with desk.round.log.writing() as log:
        for mail in mailings(desk.ledger):
            if mail.is_open:
                log.append(list(sent_events(mail, NOW.date(), "手作業", now=NOW, by=BY)))
    assert receipts(desk).drafts == ()
    desk.take_in("102016-1_前橋市_2.xlsx", desk.filled(strengths="別の強み"))
    assert len(receipts(desk).drafts) == 1
    assert len(desk.standing().sent) == 1
