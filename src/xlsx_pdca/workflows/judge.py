"""One received file judged: whose it is, what it says, what is doubtful; nothing is booked here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from xlsx_pdca.cells import a1
from xlsx_pdca.checks.choice import chosen_unit, meant_unit
from xlsx_pdca.checks.identity import identify, typed_name_doubt, who_sent, whose_common
from xlsx_pdca.checks.register import CommonBook, IssuedBook, Register
from xlsx_pdca.contents import Contents
from xlsx_pdca.facts import Issued, IssuedCommon, Outcome
from xlsx_pdca.findings import Finding, finding, refused
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.plan import SLOT, WorkbookPlan
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.submission import Reading
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.unit import Unit, mail_addresses
from xlsx_pdca.workbook.parts.kind import is_plain_text
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.decide import PERSON_FIELD, Judged
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round

BODY_FIELD = "department"
"""Field id of 所属 in every form that asks for it."""
UNIT_SLOTS = frozenset({"unit", "unit_id", "covers"})
"""Slots of our own lines that say whose form it is."""


def register_of(round_: Round, ledger: Ledger, readings: Readings) -> Register:
    """What identification needs to know: every workbook ever issued in this round."""
    plans = {book.plan for book in ledger.tickets.values()}
    plans |= {book.plan for book in ledger.common_tickets.values()}
    codes = {answer.code for digest in plans for answer in readings.plan(digest).answers}
    issued = issued_books(round_, ledger)
    return Register(
        round_.settings.id,
        round_.key,
        issued,
        frozenset(codes),
        roster={unit.id: unit.name for unit in round_.units},
        exempt={unit.id: unit.exempt_reason for unit in round_.units if unit.exempt},
        senders=senders_of(round_.units),
        own=frozenset({round_.settings.mail.casefold()}),
        commons={
            text: CommonBook(find_tickets(text)[0], book.units)
            for text, book in ledger.common_tickets.items()
        },
        unproved=ledger.unproved,
        forms={find_tickets(text)[0].letter: book.form for text, book in ledger.tickets.items()},
        titles={form.id: form.title for form in round_.forms.values()},
        mails={
            booked.fact.mail: tuple((book.unit, book.form) for book in booked.fact.books)
            for booked in ledger.drafts
        },
        sent=_went_out(ledger),
    )


def _went_out(ledger: Ledger) -> frozenset[str]:
    """SHA-256 of all workbooks that were made to be sent."""
    books = (book.sha256 for b in ledger.drafts for book in b.fact.books)
    common = (book.sha256 for book in ledger.common_tickets.values())
    issued = (book.sha256 for book in ledger.tickets.values())
    return frozenset(filter(None, (*issued, *common, *books)))


def senders_of(units: Iterable[Unit]) -> Mapping[str, frozenset[str]]:
    """Mail address in lower case → units whose 送付先, CC or 経由機関 it is."""
    found: dict[str, set[str]] = {}
    for unit in units:
        for address in (*unit.to, *unit.cc, *mail_addresses(unit.via)):
            found.setdefault(address.casefold(), set()).add(unit.id)
    return {address: frozenset(ids) for address, ids in found.items()}


def issued_books(round_: Round, ledger: Ledger) -> dict[str, IssuedBook]:
    """Every workbook ever issued by its ticket, with the names its unit goes by."""
    units = {unit.id: unit for unit in round_.units}
    issued = {}
    for text, book in ledger.tickets.items():
        unit = units.get(book.unit)
        name = unit.name if unit else book.slots.get("unit", book.unit)
        names = _names_of(round_, unit) if unit else ()
        issued[text] = IssuedBook(find_tickets(text)[0], name, names)
    return issued


def _names_of(round_: Round, unit: Unit) -> tuple[str, ...]:
    """Names of the municipalities a unit answers for, also with their prefecture before them."""
    known = round_.codes.by_code
    full = (known[code].full_name for code in unit.covers if code in known)
    return (*round_.municipality_names(unit.covers), *full)


def judge(
    base: Judged,
    file: FoundFile,
    book: RawBook,
    *,
    register: Register,
    ledger: Ledger,
    readings: Readings,
) -> Judged:
    """The file as far as it speaks for itself; `book` is what was parsed from its bytes."""
    identity = identify(book, file.called, register, file.senders)
    shown = identity.ticket.text if identity.ticket else ""
    cut = (finding("FIL30"),) if base.defect else ()
    findings = (*_covers(base), *cut, *identity.findings)
    base = base.with_(application=book.application, findings=findings)
    if common := ledger.common_tickets.get(shown):
        return _read_common(base, file, book, common, register, ledger, readings)
    issued = ledger.tickets.get(shown)
    if issued is None:
        return base
    base = base.with_(sent=who_sent(issued.unit, file.senders, register))
    if _is_our_own(issued, file, register, ledger):
        doubt = finding("IDN34", name=register.name_of(issued.unit))
        base = base.with_(findings=(*base.findings, doubt))
    return _read(base, book, issued, register, readings)


def _is_our_own(issued: Issued, file: FoundFile, register: Register, ledger: Ledger) -> bool:
    """Whether only the office itself sent it, and nobody there can have the form yet: a trial sent to ourselves, perhaps."""
    senders = {sender.casefold() for sender in file.senders}
    is_out = bool(ledger.standing(issued.unit, issued.form).sent)
    return bool(senders) and senders <= register.own and not is_out


def not_read(base: Judged, refusal: Refusal, data: bytes, *, tried: bool = False) -> Judged:
    """A file that is no readable workbook; what is plainly something else is no broken return.

    `tried`: passwords were given, so that one behind a password is one they do not open.
    """
    code = refusal.code
    if code is RefusalCode.NOT_A_WORKBOOK and is_plain_text(base.name, data):
        code = RefusalCode.DOCUMENT
    is_other = code in (RefusalCode.DOCUMENT, RefusalCode.CONTAINER)
    return base.with_(
        findings=tuple(_why_not_read(base, code, tried=tried)),
        note=refusal.detail,
        refused=not is_other,
        is_other=is_other,
    )


def _why_not_read(base: Judged, code: RefusalCode, *, tried: bool) -> Iterator[Finding]:
    """What is broken because it did not come whole is asked for again, and asked for once."""
    yield from _covers(base)
    if base.defect:
        yield finding("MAI45")
    if not (base.defect and code is RefusalCode.DAMAGED):
        yield refused(code, tried=tried)


def taken_apart(base: Judged, contents: Contents) -> Judged:
    """A mail or an archive whose parts go their own way; one that is empty or broken waits for a person."""
    findings = list(_covers(base))
    defects = [*filter(None, [base.defect]), *contents.defects]
    if defects:
        findings.append(finding("FIL31"))
    holds = any(each.holds for each in findings)
    return base.with_(
        findings=tuple(findings),
        note="; ".join(defects),
        letter=contents.letter,
        is_other=True,
        outcome=None if holds else Outcome.OPENED,
    )


def _covers(base: Judged) -> Iterator[Finding]:
    """What had to be done to get at the bytes."""
    if base.was_covered:
        yield finding("FIL35")
    if base.was_converted:
        yield finding("FIL36")


def _read(
    base: Judged, book: RawBook, issued: Issued, register: Register, readings: Readings
) -> Judged:
    reading = readings.judge(book, base.workbook, issued.plan, issued.slots)
    ticket = find_tickets(issued.ticket)[0]
    typed = _typed_names(reading, readings.plan(issued.plan))
    doubts = [doubt for text in typed if (doubt := typed_name_doubt(text, ticket, register))]
    return base.with_(
        unit=issued.unit,
        form=issued.form,
        issue=issued.issue,
        plan=issued.plan,
        slots=issued.slots,
        findings=(*base.findings, *doubts[:1], *_macros(book), *reading.findings),
        losses=reading.losses,
        person=person_of(reading),
        is_blank=reading.is_blank,
    )


def _read_common(
    base: Judged,
    file: FoundFile,
    book: RawBook,
    common: IssuedCommon,
    register: Register,
    ledger: Ledger,
    readings: Readings,
) -> Judged:
    """A blank workbook for everybody, filled in: whose it is, is said by the unit chosen inside and the sender together."""
    plan = readings.plan(common.plan)
    reading = readings.judge(book, base.workbook, common.plan, common.slots)
    (ticket,) = find_tickets(common.ticket)
    typed = tuple(_typed_names(reading, plan))
    chosen = chosen_unit(book, plan)
    whose = whose_common(chosen, typed, ticket, file.called, register, file.senders)
    unit = meant_unit(chosen, common.units)
    own = ledger.standing(unit, common.form).issue
    return base.with_(
        unit=unit,
        form=common.form,
        issue=own.issue if own else 0,
        plan=common.plan,
        slots=common.slots,
        sent=who_sent(unit, file.senders, register) if unit else base.sent,
        findings=(*base.findings, *whose.findings, *_macros(book), *reading.findings),
        losses=reading.losses,
        person=person_of(reading),
        is_blank=reading.is_blank,
    )


def _macros(book: RawBook) -> tuple[Finding, ...]:
    return (Finding("FIL09"),) if book.has_macros else ()


def _typed_names(reading: Reading, plan: WorkbookPlan) -> Iterator[str]:
    """What was typed where a body is named: 所属, and over our own line that says whose form it is."""
    yield from (answer.raw for answer in reading.answers if answer.field == BODY_FIELD)
    ours = {
        (sheet.name, a1(cell.rect.top, cell.rect.left))
        for sheet in plan.sheets
        for cell in sheet.cells
        if UNIT_SLOTS.intersection(SLOT.findall(cell.text))
    }
    yield from (text.text for text in reading.strays if (text.sheet, text.cell) in ours)


def person_of(reading: Reading) -> str:
    """氏名 as typed, blanks around it removed."""
    typed = next((a.raw for a in reading.answers if a.field == PERSON_FIELD), "")
    return "".join(typed.split())
