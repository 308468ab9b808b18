"""What lies in 30_下書きメール: its list for web mail, the days read back from it, and mails booked as sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from hashlib import sha256

from xlsx_pdca.addressees import addressees_of
from xlsx_pdca.errors import Fault
from xlsx_pdca.event import JST, NewEvent
from xlsx_pdca.facts import Asked, MailedBook, Sent, booking
from xlsx_pdca.ledger import Ledger, fold
from xlsx_pdca.letters import Occasion
from xlsx_pdca.mailbox.finished import read_finished
from xlsx_pdca.mailings import Mailing, mailings
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.system import SYSTEM, Calls, make_folders, remove_file, write_atomically
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import parse_date, wareki
from xlsx_pdca.workbook.sending_list import (
    FILE,
    REVIEW_FILE,
    ReviewLine,
    SendingLine,
    SendingMark,
    SendingMarks,
    read_sending_list,
    write_review,
    write_sending_list,
)
from xlsx_pdca.workflows.collect import is_ordinary
from xlsx_pdca.workflows.drafts import (
    FILE_WORDS,
    TEST_FILE,
    Writer,
    kept_back,
    lying,
    materials_of,
    tidy,
)
from xlsx_pdca.workflows.guard import Examined, Outgoing, Parse, examine, refuse
from xlsx_pdca.workflows.round import Round, open_round_at
from xlsx_pdca.workflows.send import refuse_outdated
from xlsx_pdca.workflows.stale import is_stale

BY_HAND = "手作業"
BY_SERVER = "SMTP"
NO_FORM = "（様式の添付なし）"
UNSEEN = "下書きを開いて御確認ください"
UNSEEN_WHY = "作成した後に変更されたか、いまの名簿・様式・期限・送付の記録と合わない下書きです"


@dataclass(frozen=True)
class ReadBack:
    """What the officer wrote into 送信一覧."""

    booked: tuple[tuple[Mailing, date], ...] = ()
    faults: tuple[Fault, ...] = ()
    """Days that cannot be read or cannot be; nothing was booked for them."""
    undated: tuple[Mailing, ...] = ()
    """Ticked as 済, without a day: not booked."""

    @property
    def needs_person(self) -> bool:
        return bool(self.faults or self.undated)


def sent_events(
    mailing: Mailing,
    on: date,
    how: str,
    *,
    now: datetime,
    by: str,
    books: Iterable[MailedBook] = (),
) -> Iterator[NewEvent]:
    """Bookings of one mail that has gone out: one for each form of each unit it is about."""
    fact = mailing.fact
    for book in books or fact.books:
        went = Sent(book.unit, book.form, on, how, fact.mail, fact.occasion, book.issue)
        yield booking(went, at=now, by=by)
        if fact.occasion == Occasion.QUESTION:
            yield booking(Asked(book.unit, book.form, book.number, fact.mail), at=now, by=by)


def book_from_list(round_: Round, *, now: datetime, by: str) -> ReadBack:
    """Book the mails to which the officer gave a 送信日; repeating it books nothing."""
    found = _marks(round_)
    if not any(mark.on or mark.done for mark in found.marks):
        return ReadBack(faults=found.faults)
    with round_.log.writing() as writer:
        known = {m.fact.mail: m for m in mailings(fold(writer.read())) if not m.is_sent}
        faults, told, undated = [*found.faults], dict[str, date](), list[Mailing]()
        for mark in found.marks:
            mailing = known.get(mark.mail)
            if mailing is None:
                continue
            day = parse_date(mark.on)
            if mark.on and (wrong := _wrong(mark, day, mailing, told.get(mark.mail), now.date())):
                faults.append(wrong)
            elif day is not None:
                told[mark.mail] = day
            elif mark.done:
                undated.append(mailing)
        booked = tuple((known[mail], day) for mail, day in told.items())
        writer.append(
            [e for m, day in booked for e in sent_events(m, day, BY_HAND, now=now, by=by)]
        )
    return ReadBack(booked, tuple(faults), tuple(undated))


def book_other_mails(
    round_: Round,
    units: Collection[str],
    on: date,
    *,
    everyone: bool,
    now: datetime,
    by: str,
    dry_run: bool = False,
) -> tuple[Mailing, ...]:
    """Book as sent what is no first sending (再送, 確認, 受領) and lies there or is in the dark, of the units named, or all that lie there and still hold."""
    with round_.log.writing() as log:
        ledger = fold(log.read())
        wanted = set(units)
        found = [
            mailing
            for mailing in mailings(ledger)
            if not mailing.is_first
            and (
                (
                    (mailing.is_open or mailing.is_uncertain)
                    and not wanted.isdisjoint(unit for unit, _ in mailing.keys)
                )
                or (everyone and _lies_there(mailing, round_, ledger, on))
            )
        ]
        if not dry_run:
            log.append([e for m in found for e in sent_events(m, on, BY_HAND, now=now, by=by)])
    return tuple(found)


def _lies_there(mailing: Mailing, round_: Round, ledger: Ledger, today: date) -> bool:
    """Whether it may be meant by 「all」: what was taken away, or says what no longer holds, nobody has sent."""
    path = round_.folder.root / mailing.fact.file
    return mailing.is_open and not is_stale(mailing, round_, ledger, today) and path.is_file()


def _wrong(
    mark: SendingMark, day: date | None, mailing: Mailing, told: date | None, today: date
) -> Fault | None:
    """Why a day cannot be booked."""
    found = f"「{mark.name}」の送信日「{mark.on}」"
    written = mailing.drafted.at.astimezone(JST).date()
    if mark.subject and mark.subject.split() != mailing.fact.subject.split():
        why = f"の行には、別のメール（{mailing.fact.subject}）の番号が付いています。"
        remedy = "一部の列だけを並べ替えると起こります。元に戻す（Ctrl＋Z）か、送信日を消し、send --mark-sent で記録してください。"
    elif day is None:
        why, remedy = "を読み取れません。", "「2026/10/1」のように記入してください。"
    elif day > today:
        why, remedy = "は、今日より後の日付です。", "送った日を記入してください。"
    elif day < written:
        why = f"は、下書きを作った日（{wareki(written)}）より前の日付です。"
        remedy = "送った日を記入してください。"
    elif told is not None and told != day:
        why, remedy = "は、同じメールの別の行と違います。", "正しい日付だけを残してください。"
    else:
        return None
    return Fault(FILE, mark.place, found + why, remedy)


def _marks(round_: Round) -> SendingMarks:
    path = round_.folder.drafts / FILE
    return read_sending_list(path) if path.is_file() else SendingMarks()


def put_in_order(round_: Round, *, now: datetime, calls: Calls = SYSTEM) -> int:
    """Drafts that went out move to 送信済, and the list shows those that lie there still; how many these are."""
    ledger = round_.ledger()
    tidy(round_, mailings(ledger), calls=calls)
    path = round_.folder.drafts / FILE
    marks = {mark.mail: mark for mark in _marks(round_).marks}
    lines = [
        _line(round_, ledger, mailing, data) for mailing, data in lying(round_, ledger, now.date())
    ]
    kept = [
        replace(line, done=marks[line.mail].done, on=marks[line.mail].on)
        if line.mail in marks
        else line
        for line in lines
    ]
    here = {line.mail: next(iter(line.files), "") for line in lines}
    if here == {mail: mark.path for mail, mark in marks.items()} and path.is_file():
        return len(lines)  # what the officer did to her list besides stays as it is
    remove_file(round_.folder.drafts / REVIEW_FILE, calls=calls)  # it speaks of other mails
    if not lines:
        remove_file(path, calls=calls)
        return 0
    materials = [str(round_.folder.attachments / name) for name in materials_of(round_)]
    data = write_sending_list(kept, materials, title=round_.settings.name, at=now)
    make_folders(path.parent, calls=calls)
    write_atomically(path, data, calls=calls)
    return len(lines)


def _line(round_: Round, ledger: Ledger, mailing: Mailing, data: bytes) -> SendingLine:
    """The mail as it lies there, not as it was meant."""
    fact = mailing.fact
    read = read_finished(data)
    assert read is not None, "the guard has read it"
    return SendingLine(
        mail=fact.mail,
        name=addressee_name(round_, fact.addressee),
        kind=FILE_WORDS[Occasion(fact.occasion)],
        to=fact.to,
        cc=fact.cc,
        subject=fact.subject,
        body=read.body,
        files=tuple(_paths(round_, ledger, fact.books)),
        size=len(data),
        draft=fact.file.rpartition("/")[2],
    )


def addressee_name(round_: Round, key: str) -> str:
    """送付先 by the unit it is called by: 経由機関 with how many units, else the unit's name."""
    return addressee_names(round_.units).get(key, key)


@lru_cache(maxsize=4)
def addressee_names(units: tuple[Unit, ...]) -> Mapping[str, str]:
    """The same for all of them."""
    return {
        each.key: each.body + (f"（{len(each.units)}団体分）" if len(each.units) > 1 else "")
        for each in addressees_of(units)
    }


def _paths(round_: Round, ledger: Ledger, books: Iterable[MailedBook]) -> Iterator[str]:
    """Where the workbooks lie that a mail carries."""
    for book in books:
        for copy in (b.fact for b in ledger.standing(book.unit, book.form).marked):
            if book.sha256 and book.number == copy.number and book.sha256 == copy.sha256:
                yield str(round_.folder.root / copy.file)
                break
        for issued in (b.fact for b in ledger.standing(book.unit, book.form).issues):
            if issued.issue == book.issue and book.sha256 == issued.sha256:
                yield str(round_.folder.root / issued.file)


def review(
    round_: Round, *, now: datetime, parse: Parse | None = None, calls: Calls = SYSTEM
) -> tuple[ReviewLine, ...]:
    """What lies there as the guard sees it, also as a page to print; MailsRefused where it objects."""
    ledger = round_.ledger()
    seen = examined(round_, ledger, now.date(), parse=parse)
    refuse(seen)
    here = [mailing for mailing, _ in lying(round_, ledger, now.date())]
    refuse_outdated(round_, ledger, here, Writer(now, round_.holder, str))
    unseen = kept_back(round_, ledger, now.date())
    lines = (
        *(line for each in seen for line in _review_lines(round_, each)),
        *(_unseen_line(round_, mailing) for mailing in unseen),
    )
    if lines:
        data = write_review(lines, tuple(materials_of(round_)), title=round_.settings.name, at=now)
        write_atomically(round_.folder.drafts / REVIEW_FILE, data, calls=calls)
    return lines


def examined(
    round_: Round, ledger: Ledger, today: date, *, parse: Parse | None = None
) -> tuple[Examined, ...]:
    """The guard's view of every open draft, by 名簿 as it is on the disk now."""
    outgoing = [Outgoing(mailing.fact, data) for mailing, data in lying(round_, ledger, today)]
    fresh = open_round_at(round_.folder, holder=round_.holder)
    return examine(outgoing, fresh, ledger, materials_of(round_), parse=parse)


def _unseen_line(round_: Round, mailing: Mailing) -> ReviewLine:
    """A draft nobody can vouch for: it must not be missing on the page, for somebody may send it by hand."""
    file = mailing.fact.file.rpartition("/")[2]
    name = addressee_name(round_, mailing.fact.addressee)
    mail = mailing.fact.mail
    return ReviewLine(name, (UNSEEN,), (), file, UNSEEN_WHY, is_seen=False, mail=mail)


def _review_lines(round_: Round, each: Examined) -> Iterator[ReviewLine]:
    mail = each.outgoing.drafted.mail
    name = addressee_name(round_, each.outgoing.drafted.addressee)
    if not any(enclosed.unit for enclosed in each.enclosed):
        yield ReviewLine(name, each.to, each.cc, NO_FORM, "", mail=mail)
    for enclosed in each.enclosed:
        whose = round_.unit(enclosed.unit)
        if enclosed.unit:
            told = f"{whose.name if whose else ''}（{enclosed.unit}）"
            yield ReviewLine(name, each.to, each.cc, enclosed.name, told, mail=mail)


def strange_drafts(round_: Round) -> tuple[tuple[str, str], ...]:
    """Mails in 30_下書きメール under names no draft has, each with the draft it is a copy of, or ""."""
    known = {m.fact.file.rpartition("/")[2]: m.fact.sha256 for m in mailings(round_.ledger())}
    twins = {digest: name for name, digest in known.items()}
    with told_about(round_.folder.drafts):
        found = sorted(path for path in round_.folder.drafts.glob("*.eml") if is_ordinary(path))
        return tuple(
            (path.name, twins.get(sha256(path.read_bytes()).hexdigest(), ""))
            for path in found
            if path.name not in {*known, TEST_FILE}
        )
