"""Whose workbook a file is: proofs must agree, witnesses only propose, and anything else waits for a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xlsx_pdca.cells import a1, folded
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import HIDDEN_SHEET, TICKET_PROPERTY
from xlsx_pdca.rawbook import CellType, RawBook
from xlsx_pdca.reading import listed
from xlsx_pdca.ticket import Ticket, find_tickets

ENOUGH_CODES = 3
"""So many printed codes of ours make a file an answer to us, even without a ticket."""

_UNIT_ID = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{1,8}-[0-9]{1,2})(?![0-9A-Z-])")
_BETWEEN_WORDS = re.compile(r"[\s_＿()（）\[\]【】「」『』・,，、.．]+")


@dataclass(frozen=True)
class IssuedBook:
    """What the ledger knows about one issued workbook."""

    ticket: Ticket
    name: str
    """Name of the unit it was made for."""
    names: tuple[str, ...] = ()
    """Further names the unit goes by, such as the municipalities it answers for."""


@dataclass(frozen=True)
class Register:
    """All that identification needs to know about a round."""

    round_id: str
    key: bytes
    issued: Mapping[str, IssuedBook]
    """Ticket text → the workbook it was given to."""
    codes: frozenset[str] = frozenset()
    """Printed codes of this round's forms."""
    roster: Mapping[str, str] = field(default_factory=dict)
    """Unit → name of everyone in 名簿, also of those to whom nothing was issued."""
    exempt: Mapping[str, str] = field(default_factory=dict)
    """Unit → why it is not asked this time."""

    def of_same_unit(self, ticket: Ticket) -> Sequence[IssuedBook]:
        """All workbooks issued for the same unit and form, in order of issue; none for a stranger."""
        return self._by_unit_and_form.get(_unit_and_form(ticket), ())

    def newest(self, ticket: Ticket) -> IssuedBook:
        """The latest workbook issued for the same unit and form."""
        return self.of_same_unit(ticket)[-1]

    def named_by(self, text: str, letter: str) -> frozenset[str]:
        """Units of a form that a file name or a typed name names exactly, by id or by name."""
        asked = ((letter, *word) for word in _words(text))
        return frozenset(unit for each in asked for unit in self._units_by_word.get(each, ()))

    def begun_by(self, text: str, letter: str) -> frozenset[str]:
        """The unit whose name a word of the text begins with, as in 「上市町回答」; good for a proposal only."""
        words = [word for kind, word in _words(text) if kind == "name"]
        found = {
            name: units
            for (form, kind, name), units in self._units_by_word.items()
            if form == letter and kind == "name" and any(word.startswith(name) for word in words)
        }
        longest = max(found, key=len, default="")
        is_one = all(longest.startswith(name) for name in found)
        return frozenset(found[longest]) if found and is_one else frozenset()

    def listed_by(self, text: str) -> frozenset[str]:
        """Units of 名簿, whether anything was issued to them or not, that a text names exactly."""
        return frozenset(unit for word in _words(text) for unit in self._listed.get(word, ()))

    def name_of(self, unit: str) -> str:
        return self._names.get(unit) or self.roster.get(unit, unit)

    # Worked out once: a register is asked about every file of a run, and may hold thousands of units.

    @cached_property
    def _by_unit_and_form(self) -> Mapping[tuple[str, str], Sequence[IssuedBook]]:
        found: dict[tuple[str, str], list[IssuedBook]] = {}
        for book in sorted(self.issued.values(), key=lambda book: book.ticket.issue):
            found.setdefault(_unit_and_form(book.ticket), []).append(book)
        return found

    @cached_property
    def _units_by_word(self) -> Mapping[tuple[str, str, str], set[str]]:
        """(letter of the form, "id" or "name", the id or the folded name) → units."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for book in self.issued.values():
            unit, letter = book.ticket.unit, book.ticket.letter
            found.setdefault((letter, "id", unit), set()).add(unit)
            for name in (book.name, *book.names):
                found.setdefault((letter, "name", folded(name)), set()).add(unit)
        return found

    @cached_property
    def _listed(self) -> Mapping[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = {}
        for unit, name in self.roster.items():
            found.setdefault(("id", unit), set()).add(unit)
            found.setdefault(("name", folded(name)), set()).add(unit)
        return found

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {book.ticket.unit: book.name for book in reversed(tuple(self.issued.values()))}


@dataclass(frozen=True)
class Identity:
    """Whose workbook a file is, as far as it proves it."""

    ticket: Ticket | None
    """The one ticket the file shows; accepted only when nothing holds the file."""
    findings: tuple[Finding, ...] = ()
    proposed: str = ""
    """Unit a witness proposes where a proof is missing."""

    @property
    def is_held(self) -> bool:
        return any(each.holds for each in self.findings)


def identify(book: RawBook, file_name: str, register: Register) -> Identity:
    """Identity of a file by hidden sheet, property and visible tickets, with its name as a witness."""
    first_shown: dict[Ticket, str] = {}
    for place, shown in _proofs(book):
        first_shown.setdefault(shown, place)
    if not first_shown:
        return _without_ticket(book, file_name, register)
    if len(first_shown) > 1:
        places = listed(f"{place}の{shown.text}" for shown, place in first_shown.items())
        return Identity(None, (finding("IDN09", places=places),))
    (ticket,) = first_shown
    doubt = _doubt(ticket, register)
    if doubt:
        return Identity(ticket, (doubt,), _proposal(file_name, register))
    return Identity(ticket, tuple(_remarks(ticket, file_name, register)))


def typed_name_doubt(typed: str, ticket: Ticket, register: Register) -> Finding | None:
    """Finding when the 団体 typed inside names another unit exactly, and not the ticket's own."""
    if not _names_another(typed, ticket, register):
        return None
    return finding("IDN11", name=register.name_of(ticket.unit), found=shortened(typed))


def _proofs(book: RawBook) -> Iterator[tuple[str, Ticket]]:
    """(where, ticket) of every ticket the file shows."""
    for name, text in book.properties.items():
        if name.casefold() == TICKET_PROPERTY:
            yield from (("文書プロパティ", ticket) for ticket in find_tickets(text))
    for sheet in book.sheets:
        for (row, column), cell in sheet.cells.items():
            if cell.type is CellType.TEXT and "-" in cell.text:
                for ticket in find_tickets(cell.text):
                    yield f"「{sheet.name}」{a1(row, column)}", ticket


def _doubt(ticket: Ticket, register: Register) -> Finding | None:
    """Why a ticket is not to be believed, or None."""
    if ticket.round != register.round_id:
        return finding("IDN03", ticket=ticket.text, round=ticket.round)
    if not ticket.is_genuine(register.key):
        return finding("IDN04", ticket=ticket.text)
    if ticket.text in register.issued:
        return None
    same = register.of_same_unit(ticket)
    if not same:
        return finding("IDN05", ticket=ticket.text)
    edition_known = any(b.ticket.edition == ticket.edition for b in same)
    return finding("IDN07" if edition_known else "IDN06", ticket=ticket.text)


def _remarks(ticket: Ticket, file_name: str, register: Register) -> Iterator[Finding]:
    """Findings about a ticket that is ours."""
    newest = register.newest(ticket).ticket
    if newest.issue > ticket.issue:
        yield finding("IDN08", ticket=ticket.text, other_ticket=newest.text)
    name = register.name_of(ticket.unit)
    if register.roster and ticket.unit not in register.roster:
        yield finding("IDN12", name=name)
    if ticket.unit in register.exempt:
        yield finding("IDN13", name=name, found=register.exempt[ticket.unit])
    others = _names_another(file_name, ticket, register)
    if others:
        yield finding(
            "IDN10",
            name=name,
            file=file_name,
            other_name=listed(sorted({register.name_of(unit) for unit in others})),
        )


def _names_another(text: str, ticket: Ticket, register: Register) -> frozenset[str]:
    """Units a text names, when the ticket's own is not among them."""
    stem = re.sub(r"\.[0-9A-Za-z]{1,5}$", "", text)
    named = register.named_by(stem, ticket.letter) | register.listed_by(stem)
    return frozenset() if ticket.unit in named else named


def _without_ticket(book: RawBook, file_name: str, register: Register) -> Identity:
    """Either ours with the ticket taken away, or no form of ours at all."""
    texts = {
        folded(cell.text)
        for sheet in book.sheets
        for cell in sheet.cells.values()
        if cell.type is CellType.TEXT and len(cell.text) < 40
    }
    codes = sum(folded(code) in texts for code in register.codes)
    ours = any(name.startswith("pdca_row_") for name in book.names) or any(
        sheet.name == HIDDEN_SHEET for sheet in book.sheets
    )
    if not ours and codes < min(ENOUGH_CODES, len(register.codes) or ENOUGH_CODES):
        return Identity(None, (finding("IDN01"),))
    proposed = _proposal(file_name, register)
    words = (
        f"ファイル名からは{register.name_of(proposed)}（{proposed}）と思われます。"
        if proposed
        else ""
    )
    return Identity(None, (finding("IDN02", name=words),), proposed)


def _proposal(file_name: str, register: Register) -> str:
    """Unit the file name names exactly, else by its beginning, if it is the only one."""
    stem = re.sub(r"\.[0-9A-Za-z]{1,5}$", "", file_name)
    letters = {book.ticket.letter for book in register.issued.values()}
    named = frozenset(unit for letter in letters for unit in register.named_by(stem, letter))
    begun = frozenset(unit for letter in letters for unit in register.begun_by(stem, letter))
    units = named or begun
    return next(iter(units)) if len(units) == 1 else ""


def _words(text: str) -> set[tuple[str, str]]:
    """("id", an id) and ("name", a folded word) of a text, each of which may call a unit."""
    plain = unicodedata.normalize("NFKC", text)
    ids = {("id", each) for each in _UNIT_ID.findall(plain.upper())}
    return ids | {("name", folded(word)) for word in (plain, *_BETWEEN_WORDS.split(plain)) if word}


def _unit_and_form(ticket: Ticket) -> tuple[str, str]:
    return (ticket.unit, ticket.letter)
