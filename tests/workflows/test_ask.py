"""確認依頼: what is asked by default, in which of three ways, once, of nobody else, and in words that stay words."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from email.message import EmailMessage
from hashlib import sha256

import openpyxl
import pytest

from agile import encrypted
from issued_round import BY, MAEBASHI, NOW, TAKASAKI, Desk, changed
from mail_desk import body, lying, names, roster, with_copy_of, writer
from packages import changed as changed_parts
from xlsx_pdca.cli.program import run
from xlsx_pdca.facts import CopyKind, Corrected, MailedBook, MarkedCopy, booking
from xlsx_pdca.findings import CATALOGUE, Finding
from xlsx_pdca.ledger import Ledger, Status
from xlsx_pdca.mailings import Mailing, mailings
from xlsx_pdca.workflows.acceptance import accept
from xlsx_pdca.workflows.ask import Asking, Questions, ask, default_until
from xlsx_pdca.workflows.dispatch import not_dispatched, to_dispatch
from xlsx_pdca.workflows.doubts import Doubt, is_asked_by_default
from xlsx_pdca.workflows.drafts import ToWrite, write_drafts
from xlsx_pdca.workflows.objections import MailsRefused
from xlsx_pdca.workflows.outbox import book_other_mails, put_in_order
from xlsx_pdca.workflows.remind import remind
from xlsx_pdca.workflows.send import Wish
from xlsx_pdca.workflows.verify import verify

BAD = "三万人ぐらい"
COPY = "102016-1_前橋市_事前課題_確認のお願い.xlsx"
MAIL = "102016-1_前橋市_確認.eml"


def asked(desk: Desk, *units: str, day: int = 15, **more: object) -> Asking:
    """What `ask` does so many days after the round was made."""
    round_ = Desk.at(desk.root).round
    found = ask(round_, Wish(frozenset(units)), writer(day), **more)  # type: ignore[arg-type]
    put_in_order(round_, now=NOW + timedelta(days=day))
    return found


def sent(desk: Desk, day: int = 15) -> None:
    at = NOW + timedelta(days=day)
    book_other_mails(desk.round, [], at.date(), everyone=True, now=at, by=BY)


def doubtful(desk: Desk, unit: str = MAEBASHI, **answers: str) -> bytes:
    """A return with something to ask about, taken in."""
    data = desk.filled(unit, **{"population": BAD, **answers})
    desk.take_in(f"{unit}.xlsx", data)
    return data


def enclosed(message: EmailMessage) -> bytes:
    (part,) = message.iter_attachments()
    data: bytes = part.get_content()
    return data


# -- what is asked ---------------------------------------------------------------------------


def test_only_what_must_be_checked_and_speaks_to_the_municipality_is_asked() -> None:
    """Over the whole catalogue: the codes asked by default, none of grade できれば確認 and none that speaks to the officer."""
    chosen = {code for code in CATALOGUE if is_asked_by_default(Finding(code))}
    assert chosen == {
        "ANS01", "ANS04", "ANS05", "ANS09", "ANS17", "ANS18", "ANS20", "ANS21", "ANS22", "ANS41",
        "FIL01", "FIL02", "FIL03", "FIL04", "FIL05",
        "STR01", "STR02", "STR03", "STR04", "STR05", "STR07", "STR11", "STR13", "STR20", "STR21",
        "STR30", "STR36", "STR51", "STR52",
    }  # fmt: skip
    harsh = ("督促", "差戻", "指摘", "エラー")
    said = [CATALOGUE[code].sentence + CATALOGUE[code].remedy for code in chosen]
    assert not [each for each in said if any(word in each for word in harsh)]


def test_the_letter_and_the_marked_copy(desk: Desk) -> None:
    """One draft: the point in words with sheet, cell and question, the copy with the answer and the mark, the code in the subject."""
    doubtful(desk)
    asked(desk)
    ((name, mail),) = lying(desk).items()
    assert (name, names(mail)) == (MAIL, [COPY])
    assert mail["subject"] == "【9/23(水)〆】事前課題の記載内容の御確認のお願い［R0801-J-102016-1］"
    sheet, cell = desk.cell(("population", "", ""))
    text = body(mail)
    assert f"（1）{sheet}　セル{cell}\n　　「管内人口」の「{BAD}」を数字として" in text
    assert "：「（1）は○○に訂正」のように" in text  # no number that is not there
    assert "次の1点" in text and "令和8年9月23日（水）" in text and "お電話" in text
    book = openpyxl.load_workbook(io.BytesIO(enclosed(mail)))
    assert book.sheetnames[0] == "御確認いただきたい点"
    assert book[sheet][cell].value == BAD
    assert BAD in book[sheet][cell].comment.text
    (point,) = desk.standing().marked[-1].fact.points
    assert (point.code, point.address, point.cell) == ("ANS04", ("population", "", ""), cell)
    assert desk.standing().marked[-1].fact.until == date(2026, 9, 23)
    assert (desk.root / "60_確認依頼" / COPY).read_bytes() == enclosed(mail)


def test_who_is_not_asked(desk: Desk) -> None:
    """Nothing doubtful, accepted, settled by 県補正, exempt: no letter; the positive control is the neighbour."""
    desk.take_in("good.xlsx", desk.filled())
    doubtful(desk, TAKASAKI)
    assert [q.unit for q in asked(desk, dry_run=True).questions] == [TAKASAKI]
    assert not lying(desk)
    accept(desk.round, [TAKASAKI], now=NOW, by=BY)
    assert not asked(desk).questions


def test_what_the_prefecture_put_right_is_not_asked(desk: Desk) -> None:
    """A 県補正 at the answer; before it the answer is asked about."""
    doubtful(desk)
    assert asked(desk, dry_run=True).questions
    fact = Corrected(MAEBASHI, "jizen", 1, "population", "", "", "30000", "電話")
    with desk.round.log.writing() as log:
        log.append([booking(fact, at=NOW, by=BY)])
    assert not asked(desk).questions


def test_the_day_is_a_working_day_unless_named(desk: Desk) -> None:
    """A week later, a Saturday or Sunday becomes Monday; a day that has passed is refused."""
    days = [default_until(date(2026, 9, n)) for n in range(14, 21)]
    assert [d.day for d in days] == [21, 22, 23, 24, 25, 28, 28]
    doubtful(desk)
    from xlsx_pdca.errors import UsageError

    with pytest.raises(UsageError):
        asked(desk, until=date(2026, 9, 16))
    asked(desk, until=date(2026, 10, 1))
    assert "10/1(木)" in lying(desk)[MAIL]["subject"]


# -- once ------------------------------------------------------------------------------------


def test_asking_again_changes_nothing(desk: Desk) -> None:
    """The same day and the day after: the same draft, the same copy, nothing booked; once sent, no second letter."""
    doubtful(desk)
    asked(desk)
    before, events = lying(desk)[MAIL].as_bytes(), desk.ledger.last_event
    for day in (15, 16):
        asked(desk, day=day)
        assert lying(desk)[MAIL].as_bytes() == before
        assert desk.ledger.last_event == events
    assert [p.name for p in desk.round.folder.queries.iterdir()] == [COPY]
    sent(desk, 16)
    assert desk.standing().status(NOW.date()) is Status.ASKED
    assert not asked(desk, day=20).questions
    (told,) = asked(desk, MAEBASHI, day=20).unasked
    assert "すでに確認をお願いしています（返信期限 令和8年9月23日）" in told.reason


@pytest.mark.parametrize("reply", ["このままでお願いします。", ""])
def test_who_has_answered_in_words_is_not_asked_the_same_again(desk: Desk, reply: str) -> None:
    """The copy comes back with the same answer: with a word in 御回答欄 she decides, without one it is asked once more (control)."""
    doubtful(desk)
    asked(desk)
    copy = enclosed(lying(desk)[MAIL])
    sent(desk)

    def answer(book: openpyxl.Workbook) -> None:
        cover = book.worksheets[0]
        row = next(cell.row for cell in cover["A"] if cell.value == "1")
        cover.cell(row, 5).value = reply or None

    desk.take_in("back.xlsx", changed(copy, answer))
    told = desk.standing().submission
    assert told is not None and told.number == 2
    assert len(asked(desk, day=20).questions) == (0 if reply else 1)


def test_a_removed_draft_and_copy_come_back_as_they_were(desk: Desk) -> None:
    """Both files removed by hand: written again with the same bytes, nothing booked."""
    doubtful(desk)
    asked(desk)
    paths = [desk.round.folder.drafts / MAIL, desk.round.folder.queries / COPY]
    before = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    events = desk.ledger.last_event
    asked(desk)
    assert [path.read_bytes() for path in paths] == before
    assert desk.ledger.last_event == events


def test_a_newer_return_makes_the_question_old(desk: Desk) -> None:
    """The draft about the first return goes away; the second, still doubtful, is asked about under another file name."""
    doubtful(desk)
    asked(desk)
    doubtful(desk, strengths="新しい強み")
    asked(desk, day=16)
    ((_, mail),) = lying(desk).items()
    assert names(mail) == [COPY.replace(".xlsx", "_2.xlsx")]
    assert [b.fact.number for b in desk.standing().marked] == [1, 2]
    accept(desk.round, [MAEBASHI], now=NOW, by=BY)
    asked(desk, day=16)
    assert not lying(desk)


def test_a_mail_said_not_to_have_gone_out_asks_nothing(desk: Desk) -> None:
    """`undo` of 送付済 makes it 受信（未確認） again, and it may be asked again."""
    from xlsx_pdca.workflows.steps import recent_runs, undo_run

    doubtful(desk)
    asked(desk)
    sent(desk)
    run = recent_runs(desk.round)[0]
    undo_run(desk.round, run.steps[0].seq, run.steps[-1].seq, "", now=NOW, by=BY)
    assert desk.standing().status(NOW.date()) is Status.RECEIVED


def test_one_letter_a_day(desk: Desk) -> None:
    """Where a reminder was drafted today the question waits, and the other way round; the day after it is written."""
    for unit in ("u102016_1", "u102024_1"):
        roster(desk, **{unit: {"送付先メール": "desk@example.jp", "経由機関": "前橋保健所"}})
    doubtful(desk)
    assert asked(desk, dry_run=True).questions
    late = 28
    round_ = Desk.at(desk.root).round
    assert remind(round_, Wish(frozenset({TAKASAKI})), writer(late)).drafts.drafts
    (told,) = asked(desk, day=late).unasked
    assert "今日" in told.reason
    assert asked(desk, day=late + 1).questions
    spared = remind(round_, Wish(frozenset({TAKASAKI})), writer(late + 1)).spared
    assert {"今日" in each.reason for each in spared if each.unit.id == TAKASAKI} == {True}


def test_a_letter_whose_day_is_over_does_not_go_out(desk: Desk) -> None:
    """Until 返信期限 the draft is sent, from the day after it is kept back by name, and asked anew with another day."""
    doubtful(desk)
    asked(desk)
    everybody, until = Wish(frozenset()), date(2026, 9, 23)
    round_ = Desk.at(desk.root).round
    assert [m.fact.file for m in to_dispatch(round_, everybody, until)] == [
        f"30_下書きメール/{MAIL}"
    ]
    assert not_dispatched(round_, everybody, until) == ()
    late = until + timedelta(days=1)
    assert to_dispatch(round_, everybody, late) == ()
    assert [m.fact.file for m in not_dispatched(round_, everybody, late)] == [
        f"30_下書きメール/{MAIL}"
    ]
    again = asked(desk, day=(late - NOW.date()).days)
    assert [question.until > late for question in again.questions if question.until] == [True]
    assert len(to_dispatch(Desk.at(desk.root).round, everybody, late)) == 1


def test_who_has_not_replied_may_be_asked_once_more(desk: Desk) -> None:
    """After 返信期限, by name: another letter with another day; before it, and without a name, there is none."""
    doubtful(desk)
    asked(desk)
    sent(desk)
    until = desk.standing().marked[-1].fact.until
    late = (until - NOW.date()).days + 1
    assert "返信期限を過ぎてから" in asked(desk, MAEBASHI, day=late - 1).unasked[0].reason
    assert asked(desk, day=late).questions == ()
    (question,) = asked(desk, MAEBASHI, day=late).questions
    assert question.until and question.until > until


def test_a_reply_in_words_leads_to_the_correction(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mail without a file from somebody who was asked: `status` names the command that books what it says; else it does not."""
    doubtful(desk)
    asked(desk)
    desk.take_in("a.eml", _words(1))
    way = f"xlsx-pdca correct {MAEBASHI}"
    run(["status", "--round", str(desk.root)])
    assert way not in capsys.readouterr().out
    sent(desk)
    desk.take_in("b.eml", _words(2))
    run(["status", "--round", str(desk.root)])
    assert way in capsys.readouterr().out


def _words(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "kaigo@maebashi.example", "Re: ［R0801-J-102016-1］"
    mail["Message-ID"] = f"<{number}@maebashi.example>"
    mail.set_content(f"（1）は3000{number}に訂正します。")
    return bytes(mail)


def test_a_letter_about_several_says_whose_each_point_is(desk: Desk) -> None:
    """To an office for two units every number bears its unit, as an answer of one line must; one unit's bears none."""
    doubtful(desk)
    asked(desk)
    assert "（1）様式1" in body(lying(desk)[MAIL]) and "お渡し" not in body(lying(desk)[MAIL])
    for unit in ("u102016_1", "u102024_1"):
        roster(desk, **{unit: {"送付先メール": "desk@example.jp", "経由機関": "前橋保健所"}})
    doubtful(desk, TAKASAKI)
    asked(desk)
    said = body(lying(desk)["102016-1_前橋保健所_確認.eml"])
    assert "（前橋市1）様式1" in said and "（高崎市1）様式1" in said and "（1）様式1" not in said
    assert "：「（前橋市1）は○○に訂正」「（高崎市1）はこのままで」のように" in said
    assert said.count("ファイルを直してお送りいただく場合") == 1
    assert "それぞれのファイルを、ファイル名にある団体にお渡しください" in said


def test_status_names_the_letters_that_lie_there(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`status` points at `ask` before it, at the drafts until they went out, and at neither afterwards."""
    monkeypatch.setenv("PDCA_NOW", (NOW + timedelta(days=15)).isoformat())

    def steps() -> str:
        run(["status", "--round", str(desk.root)])
        return capsys.readouterr().out.partition("事前課題：")[0]

    doubtful(desk)
    assert "ask で" in (said := steps()) and "下書きメールが" not in said
    asked(desk)
    assert "下書きメールが「30_下書きメール」にあります" in (said := steps()) and "1通" in said
    sent(desk)
    assert "下書き" not in steps()


def test_who_was_asked_is_not_missing_but_listed_after_the_day(desk: Desk) -> None:
    """Nothing by 返信期限: no reminder and no entry among the missing, but a line of its own; a newer return ends it."""
    from xlsx_pdca.workflows.remind import missing, unanswered

    doubtful(desk)
    asked(desk)
    sent(desk)

    def listed(day: int) -> list[str]:
        today = (NOW + timedelta(days=day)).date()
        found = unanswered(desk.round, desk.ledger, Wish(), today)
        assert remind(desk.round, Wish(), writer(day), dry_run=True).unanswered == found
        return [each.unit.id for each in found]

    assert (listed(22), listed(23)) == ([], [MAEBASHI])
    assert MAEBASHI not in {s.unit for s in missing(desk.round, desk.ledger, Wish(form="jizen"))}
    desk.take_in("2.xlsx", desk.filled())
    assert listed(23) == []


# -- to nobody else --------------------------------------------------------------------------


@pytest.mark.parametrize("swapped", [True, False])
def test_a_copy_of_another_unit_is_refused(desk: Desk, *, swapped: bool) -> None:
    """前橋市's marked copy in 高崎市's letter stops the run, whatever is booked of it; the right ones go (control)."""
    doubtful(desk)
    doubtful(desk, TAKASAKI)

    def choose(ledger: Ledger, known: Sequence[Mailing]) -> Sequence[ToWrite]:
        first, second = Questions.of(desk.round, ledger, known, writer(15).now.date()).letters(
            Wish()
        )
        return (first, with_copy_of(second, first)) if swapped else (first, second)

    events = desk.ledger.last_event
    if not swapped:
        assert len(write_drafts(desk.round, choose, writer(15)).drafts) == 2
        return
    with pytest.raises(MailsRefused, match="前橋市"):
        write_drafts(desk.round, choose, writer(15))
    assert desk.ledger.last_event == events
    assert not lying(desk)


# -- in which way ----------------------------------------------------------------------------


def test_a_file_that_had_a_password_comes_back_as_a_form(desk: Desk) -> None:
    """Their answers in the form as issued, read back equal, with the mark; the letter says so and why."""
    from xlsx_pdca.workflows.receive import receive

    desk.drop(
        "x.xlsx", encrypted(desk.filled(population=BAD, strengths="_x000D_ は\n改行"), "ひみつ")
    )
    receive(desk.round, None, now=NOW + timedelta(days=14), by=BY, secrets=("ひみつ",))
    assert desk.standing().submission
    (question,) = asked(desk).questions
    assert question.kind is CopyKind.REFILLED
    mail = lying(desk)[MAIL]
    assert "パスワードが付いていますので、そのままでは印を付けられませんでした" in body(mail)
    arrived = desk.take_in("back.xlsx", enclosed(mail)).arrived
    assert [f.code for f in arrived.findings] == ["ANS04"]  # nothing of ours, nothing changed
    book = openpyxl.load_workbook(io.BytesIO(enclosed(mail)))
    sheet, cell = desk.cell(("population", "", ""))
    assert (book[sheet][cell].value, book.sheetnames[0]) == (BAD, "御確認いただきたい点")
    cover = [str(row[0]) for row in book.worksheets[0].iter_rows(values_only=True)]
    assert any(line.startswith("お配りした様式に、お送りいただいた") for line in cover)


def test_where_a_form_would_lack_something_the_letter_goes_alone(desk: Desk) -> None:
    """A password, and words beside the answers: no file, and the letter names sheet, cell and question."""
    from xlsx_pdca.workflows.receive import receive

    sheet, cell = desk.cell(("population", "", ""))

    def remark(book: openpyxl.Workbook) -> None:
        book[sheet]["Z60"] = "来年度に見直します"

    data = changed(desk.filled(population=BAD), remark)
    desk.drop("x.xlsx", encrypted(data, "ひみつ"))
    receive(desk.round, None, now=NOW + timedelta(days=14), by=BY, secrets=("ひみつ",))
    roster(desk, u102016_1={"経由機関": "前橋保健所"})
    (question,) = asked(desk).questions
    assert (question.kind, question.sha256, question.file) == (CopyKind.LETTER, "", "")
    ((_, mail),) = lying(desk).items()
    assert names(mail) == [] and "上の内容を、前橋市にお伝えください" in body(mail)
    assert f"（1）{sheet}　セル{cell}\n" in body(
        mail
    ) and "印を付けた写しはお付けしていません" in body(mail)
    sent(desk)
    assert desk.standing().question == replace(question, mail=mailings(desk.ledger)[0].fact.mail)


def test_several_files_joined_go_back_as_one_form(desk: Desk) -> None:
    """Their answers together, as they were accepted together, in one form; the letter says why."""
    from xlsx_pdca.cli.program import run

    mine: dict[str, str] = {"population": BAD, "weaknesses": "", "purpose__daily": ""}
    theirs = {
        "population": "",
        "strengths": "",
        "name": "榛名 太郎",
        "entered_on": "",
        "contact": "",
    }
    for number, answers in enumerate((mine, theirs)):
        desk.drop(f"回答{number}.xlsx", desk.filled(**answers), minute=number)
    desk.receive()
    files = [word for booked in desk.ledger.held for word in ("--file", str(booked.seq))]
    run(["accept", *files, "--join", MAEBASHI, "--round", str(desk.root)])
    told = desk.standing().submission
    assert told is not None and len(told.joined) == 2
    (question,) = asked(desk).questions
    text = body(lying(desk)[MAIL])
    assert question.kind is CopyKind.REFILLED and "二つ以上に分かれていますので" in text
    book = openpyxl.load_workbook(io.BytesIO(enclosed(lying(desk)[MAIL])))
    for address, said in (
        (("population", "", ""), BAD),
        (("weaknesses", "", ""), "担当者の異動が多い。"),
    ):
        sheet, cell = desk.cell(address)
        assert book[sheet][cell].value == said


# -- words stay words ------------------------------------------------------------------------


def test_what_stands_in_an_answer_stays_text(desk: Desk) -> None:
    """A header line, HTML, a field, a direction sign and another unit's code in an answer change neither head nor recipients."""
    evil = "9\r\nBcc: x@evil.example\r\n\r\n<b>{署名}</b>\u202e R0801-J-102024-1"
    doubtful(desk, population=evil)
    asked(desk)
    mail = lying(desk)[MAIL]
    assert (mail["bcc"], mail["to"].count("@")) == (None, 1)
    text = body(mail)
    assert "Bcc: x@evil.example <b>{署名}</b>" in text
    assert "\u202e" not in text and "102024" not in text
    assert mail.get_body().get_content_type() == "text/plain"  # type: ignore[union-attr]


def test_her_own_words_are_asked(desk: Desk) -> None:
    """Another text in the place of the catalogue's stands in letter, comment and ledger."""
    doubtful(desk)

    def choose(standing: object) -> list[Doubt]:
        told = desk.standing().submission
        assert told is not None
        return [
            Doubt(f, "人口の単位をお知らせください。") for f in told.findings if f.code == "ANS04"
        ]

    (question,) = asked(desk, MAEBASHI, choose=choose).questions
    assert [p.text for p in question.points] == ["人口の単位をお知らせください。"]
    assert "人口の単位をお知らせください。" in body(lying(desk)[MAIL])


def test_the_round_is_whole_and_what_is_lost_comes_back(desk: Desk) -> None:
    """`verify` finds nothing; without the copy a remark; a changed one is named."""
    doubtful(desk)
    asked(desk)
    sent(desk)
    assert not [t for t in verify(desk.round.folder).troubles if "確認" in t.place]
    path = desk.round.folder.queries / COPY
    path.write_bytes(b"x")
    assert [t.place for t in verify(desk.round.folder).troubles] == [f"60_確認依頼/{COPY}"]


def test_a_changed_or_lost_copy_is_put_back(desk: Desk) -> None:
    """`rebuild` lays the copy out again from the archive and keeps what somebody made of it beside it."""
    from xlsx_pdca.workflows.rebuild import rebuild

    doubtful(desk)
    asked(desk)
    path = desk.round.folder.queries / COPY
    good = path.read_bytes()
    path.write_bytes(b"x")
    rebuild(desk.round.folder, holder=BY, now=NOW, fresh_key=bytes(32))
    assert path.read_bytes() == good
    assert [p.read_bytes() for p in path.parent.iterdir() if p != path] == [b"x"]


def test_the_list_for_web_mail_names_the_copy(desk: Desk) -> None:
    """送信一覧 says where the marked copy lies."""
    doubtful(desk)
    asked(desk)
    book = openpyxl.load_workbook(desk.round.folder.drafts / "送信一覧.xlsx")
    texts = [str(cell.value) for sheet in book for row in sheet for cell in row if cell.value]
    assert any(text.endswith(COPY) for text in texts)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("xl/vbaProject.bin", "ファイルにマクロが含まれていますので"),
        ("xl/revisions/revisionHeaders.xml", "ファイルの作りの都合で"),
    ],
)
def test_a_file_that_must_not_be_changed(desk: Desk, name: str, why: str) -> None:
    """Macros, a shared history: their answers in the form instead, and the letter says why as far as they know it."""
    data = changed_parts(desk.filled(population=BAD), {}, {name: b"<x/>"})
    desk.take_in("x.xlsx", data)
    (question,) = asked(desk).questions
    assert question.kind is CopyKind.REFILLED
    assert f"お送りいただいた{why}、そのままでは" in body(lying(desk)[MAIL])


def test_disposing_of_a_return_takes_its_marked_copy(desk: Desk) -> None:
    """The copy, its bytes in the archive and the mail that carries it go with the file; no word of it is told any more."""
    from xlsx_pdca.workflows.dispose import dispose

    doubtful(desk)
    asked(desk)
    digest = sha256((desk.round.folder.queries / COPY).read_bytes()).hexdigest()
    told = desk.standing().submission
    assert told is not None
    dispose(desk.round, told.arrival, "誤送付", now=NOW, by=BY, force=True)
    assert not (desk.round.folder.queries / COPY).exists()
    assert not list(desk.round.folder.drafts.rglob("*.eml"))
    assert not [p for p in desk.round.folder.originals.rglob("*") if p.name == digest]
    assert desk.standing().marked == ()


def test_books_and_questions_of_a_letter_agree(desk: Desk) -> None:
    """What a mail carries is what was booked of the question, submission and digest alike."""
    doubtful(desk)
    found = asked(desk)
    (draft,) = found.drafts.drafts
    (question,) = found.questions
    assert isinstance(question, MarkedCopy)
    assert draft.drafted.books == (
        MailedBook(MAEBASHI, "jizen", 1, question.sha256, question.number),
    )
    assert question.mail == draft.drafted.mail
