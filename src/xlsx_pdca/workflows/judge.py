"""One received file judged: whose it is, what it says, what is doubtful; nothing is booked here."""

from __future__ import annotations

import hashlib

from xlsx_pdca.checks.identity import Identity, IssuedBook, Register, identify
from xlsx_pdca.facts import Issued
from xlsx_pdca.findings import Finding, refused
from xlsx_pdca.ledger import Ledger
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.submission import Reading
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.workbook.parts.kind import is_plain_text
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.decide import PERSON_FIELD, Judged
from xlsx_pdca.workflows.readings import Readings
from xlsx_pdca.workflows.round import Round


def register_of(round_: Round, ledger: Ledger, readings: Readings) -> Register:
    """What identification needs to know: every workbook ever issued in this round."""
    plans = {book.plan for book in ledger.tickets.values()}
    codes = {answer.code for digest in plans for answer in readings.plan(digest).answers}
    issued = issued_books(round_, ledger)
    return Register(
        round_.settings.id,
        round_.key,
        issued,
        frozenset(codes),
        roster={unit.id: unit.name for unit in round_.units},
        exempt={unit.id: unit.exempt_reason for unit in round_.units if unit.exempt},
    )


def issued_books(round_: Round, ledger: Ledger) -> dict[str, IssuedBook]:
    """Every workbook ever issued by its ticket, with the names its unit goes by."""
    units = {unit.id: unit for unit in round_.units}
    issued = {}
    for text, book in ledger.tickets.items():
        unit = units.get(book.unit)
        name = unit.name if unit else book.slots.get("unit", book.unit)
        names = round_.municipality_names(unit.covers) if unit else ()
        issued[text] = IssuedBook(find_tickets(text)[0], name, names)
    return issued


def judge(
    file: FoundFile,
    data: bytes,
    book: RawBook | Refusal,
    *,
    register: Register,
    ledger: Ledger,
    readings: Readings,
) -> Judged:
    """The file as far as it speaks for itself; `book` is what was parsed from its bytes, or why nothing was."""
    base = Judged(
        name=file.name,
        source=file.source,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        modified=file.modified,
    )
    if isinstance(book, Refusal):
        return _not_read(base, book, data)
    identity = identify(book, file.path.name, register)
    issued = ledger.tickets.get(identity.ticket.text) if identity.ticket else None
    base = base.with_(application=book.application, findings=identity.findings)
    if issued is None:
        return base
    return _read(base, book, identity, issued, readings)


def _not_read(base: Judged, refusal: Refusal, data: bytes) -> Judged:
    """A file that is no readable workbook; what is plainly something else is no broken return."""
    code = refusal.code
    if code is RefusalCode.NOT_A_WORKBOOK and is_plain_text(base.name, data):
        code = RefusalCode.DOCUMENT
    is_other = code in (RefusalCode.DOCUMENT, RefusalCode.CONTAINER)
    return base.with_(
        findings=(refused(code),), note=refusal.detail, refused=not is_other, is_other=is_other
    )


def _read(
    base: Judged, book: RawBook, identity: Identity, issued: Issued, readings: Readings
) -> Judged:
    reading = readings.judge(book, base.sha256, issued.plan, issued.slots)
    return base.with_(
        unit=issued.unit,
        form=issued.form,
        issue=issued.issue,
        plan=issued.plan,
        slots=issued.slots,
        findings=(*identity.findings, *_macros(book), *reading.findings),
        losses=reading.losses,
        person=person_of(reading),
        is_blank=reading.is_blank,
    )


def _macros(book: RawBook) -> tuple[Finding, ...]:
    return (Finding("FIL09"),) if book.has_macros else ()


def person_of(reading: Reading) -> str:
    """氏名 as typed, blanks around it removed."""
    typed = next((a.raw for a in reading.answers if a.field == PERSON_FIELD), "")
    return "".join(typed.split())
