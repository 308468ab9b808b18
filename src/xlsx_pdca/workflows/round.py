"""An open round: its folder, what 管理簿 says, its forms, its key and its ledger."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from xlsx_pdca.definitions.asked_roles import known_roles, roles_nobody_has
from xlsx_pdca.definitions.codes import CodeTable, parse_codes, shipped_codes
from xlsx_pdca.definitions.data_files import read_form_files
from xlsx_pdca.definitions.form_settings import FORMS_SHEET
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.definitions.open_table import Notice, SheetText, sheet_named
from xlsx_pdca.definitions.roster import read_roster
from xlsx_pdca.definitions.settings import (
    SETTINGS_SHEET,
    RoundSettings,
    named_prefecture,
    read_settings,
)
from xlsx_pdca.errors import Fault, FaultyDefinitions, OperatorError
from xlsx_pdca.ledger import Ledger, fold
from xlsx_pdca.spec import Form, Table, asked_form, item_questions
from xlsx_pdca.store.archive import Archive
from xlsx_pdca.store.disk_errors import told_about
from xlsx_pdca.store.events import EventLog
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.unit import Unit
from xlsx_pdca.workbook.officer_book import read_tables

ROSTER_SHEET = "名簿"
CODES_FILE = "municipalities.tsv"
"""In the system folder: a newer code table given to `new --codes`."""


class NoKey(OperatorError):
    """The round has lost its key; tickets can neither be made nor proved."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"整理番号の鍵「{path}」が見つかりません。",
            "バックアップからこのファイルを元に戻してください。",
        )


class LostLedger(OperatorError):
    """Returns were taken in, and the ledger that says so is gone: going on would begin a second, empty one."""

    def __init__(self, path: Path, copies: Path) -> None:
        super().__init__(
            f"受付記録「{path}」が見つからないか、空になっています。「{copies.name}」には、受け付けたファイルがあります。",
            "バックアップまたは以前のバージョンからこのファイルを元に戻してください。",
        )


class WrongKey(OperatorError):
    """The key is not the one with which the round's tickets were made."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"整理番号の鍵「{path}」が、この実施回で様式を作成したときのものと違います。",
            "別の実施回のファイルで上書きしていないかを御確認のうえ、バックアップからこのファイルを元に戻してください。",
        )


class OtherRound(OperatorError):
    """管理簿 names another year or round than the one whose workbooks were issued here."""

    def __init__(self, path: Path, round_id: str) -> None:
        year, number = f"令和{int(round_id[1:3])}年度", f"第{int(round_id[3:])}回"
        super().__init__(
            f"「{path.name}」の「設定」の年度か回が、様式を作成したときのもの（{year} {number}）と違います。",
            f"「年度」を「{year}」、「回」を「{number}」に戻して保存してください。別の回は、new で別のフォルダーに作ります。",
        )


@dataclass(frozen=True)
class Round:
    """Everything `issue` and what follows it need to know; made by `open_round_at`."""

    folder: RoundFolder
    settings: RoundSettings
    units: tuple[Unit, ...]
    forms: Mapping[str, Form]
    """Forms switched on, in the order of 様式 in 管理簿."""
    codes: CodeTable
    key: bytes
    holder: str
    """Who works here now; named to others while we write."""
    notices: tuple[Notice, ...] = ()
    """What 名簿 leaves open (no mail address, a role no form knows…); no fault."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Title of every form in 10_様式, switched on or not."""

    @property
    def log(self) -> EventLog:
        folder = self.folder
        return EventLog(
            folder.events,
            folder.lock,
            self.holder,
            workshops=(folder.issued, folder.received),
            shared=(folder.summaries, folder.plans, folder.originals, folder.drafts),
        )

    def mark(self, *said: object) -> str:
        """16 hexadecimal signs for what a row of an officer's table speaks of; another round has others for the same."""
        text = repr(said).encode("utf-8", "surrogatepass")
        return hmac.new(self.key, text, hashlib.sha256).hexdigest()[:16]

    def ledger(self) -> Ledger:
        """What is booked; WrongKey or OtherRound if the tickets in it were made with another key or as another round."""
        ledger = fold(self.log.read())
        proved = (text for text in ledger.tickets if text not in ledger.unproved)
        for ticket in find_tickets(next(iter(proved), "")):
            if not ticket.is_genuine(self.key):
                raise WrongKey(self.folder.key_file)
            if ticket.round != self.settings.id:
                raise OtherRound(self.folder.settings_book, ticket.round)
        return ledger

    @property
    def plans(self) -> Archive:
        return Archive.of_plans(self.folder.plans)

    def unit(self, unit_id: str) -> Unit | None:
        return next((unit for unit in self.units if unit.id == unit_id), None)

    def asks(self, unit: Unit, form: Form) -> bool:
        """True when a form holds questions for a unit of this kind and role."""
        enabled = self.settings.form(form.id).enabled
        asked = asked_form(form, kind=unit.kind.value, role=unit.role, enabled=enabled)
        return bool(asked.sheets)

    def municipality_names(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Names of municipalities by code; a code nobody knows is shown as it is."""
        known = self.codes.by_code
        return tuple(known[code].name if code in known else code for code in codes)


def open_round_at(folder: RoundFolder, *, holder: str) -> Round:
    """The round in a folder; raises FaultyDefinitions with all faults of 管理簿 and forms together."""
    _refuse_lost_ledger(folder)
    codes = round_codes(folder)
    known = load_forms(_form_files(folder))
    sheets = read_tables(folder.settings_book)
    faults: list[Fault] = []
    settings: RoundSettings | None = None
    units: tuple[Unit, ...] = ()
    notices: tuple[Notice, ...] = ()
    try:
        settings = read_settings(
            _sheet(sheets, SETTINGS_SHEET, folder),
            _sheet(sheets, FORMS_SHEET, folder),
            codes,
            {form.id: optional_ids(form) for form in known.values()},
        )
    except FaultyDefinitions as faulty:
        faults += faulty.faults
    try:
        prefecture = named_prefecture(_sheet(sheets, SETTINGS_SHEET, folder), codes)
        roles = known_roles(known.values())
        issued_on = settings.issued_on if settings else None
        due = _deadlines(settings, known)
        roster = read_roster(
            _sheet(sheets, ROSTER_SHEET, folder), codes, prefecture, roles, issued_on, due
        )
        units, notices = roster.units, roster.notices
    except FaultyDefinitions as faulty:
        faults += faulty.faults
    if faults or settings is None:
        raise FaultyDefinitions(faults)
    key = folder.key()
    if key is None:
        raise NoKey(folder.key_file)
    forms = {f.form: known[f.form] for f in settings.forms if f.on and f.form in known}
    nobody = roles_nobody_has(tuple(forms.values()), units, folder.forms.name)
    titles = {form.id: form.title for form in known.values()}
    return Round(folder, settings, units, forms, codes, key, holder, (*notices, *nobody), titles)


def _deadlines(settings: RoundSettings | None, known: Mapping[str, Form]) -> dict[str, date | None]:
    """Titles of all forms, with the deadlines of those in use."""
    used = {line.form: line.deadline for line in settings.forms if line.on} if settings else {}
    return {form.title: used.get(form.id) for form in known.values()}


def _refuse_lost_ledger(folder: RoundFolder) -> None:
    with told_about(folder.events):
        is_empty = not folder.events.exists() or folder.events.stat().st_size == 0
        if is_empty and any(path.is_file() for path in folder.received.rglob("*.xlsx")):
            raise LostLedger(folder.events, folder.received)


def optional_ids(form: Form) -> frozenset[str]:
    """Ids of the ready-made questions and tables 管理簿 may switch on."""
    items = [item for sheet in form.sheets for item in sheet.items]
    questions = {q.id for item in items for q in item_questions(item) if q.optional}
    return frozenset(questions | {i.id for i in items if isinstance(i, Table) and i.optional})


def round_codes(folder: RoundFolder) -> CodeTable:
    """The code table of the round: its own newer one, else the one that is shipped."""
    own = folder.system / CODES_FILE
    if not own.is_file():
        return shipped_codes()
    with told_about(own):
        return parse_codes(own.read_text(encoding="utf-8"))


def _form_files(folder: RoundFolder) -> dict[str, bytes]:
    with told_about(folder.forms):
        return read_form_files(folder.forms)


def _sheet(sheets: Sequence[SheetText], name: str, folder: RoundFolder) -> SheetText:
    """A sheet of 管理簿; an empty one where it is missing, so that its reader names the fault."""
    return sheet_named(sheets, name) or SheetText(folder.settings_book.name, name)
