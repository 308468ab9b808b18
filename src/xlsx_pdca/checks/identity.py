"""Whose workbook a file is: proofs must agree, witnesses only propose, and anything else waits for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlsx_pdca.cells import a1, folded
from xlsx_pdca.checks.choice import meant_unit
from xlsx_pdca.checks.register import IssuedBook, Register, innermost
from xlsx_pdca.findings import Finding, finding, shortened
from xlsx_pdca.plan import HIDDEN_SHEET, TICKET_PROPERTY
from xlsx_pdca.rawbook import CellType, RawBook
from xlsx_pdca.reading import listed
from xlsx_pdca.ticket import Ticket, find_tickets

ENOUGH_CODES = 3
"""So many printed codes of ours make a file an answer to us, even without a ticket."""
MOST_NAMED = 3
"""An address shared by more units than this is no help in a sentence."""


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


def identify(
    book: RawBook, file_name: str, register: Register, senders: Sequence[str] = ()
) -> Identity:
    """Identity of a file by hidden sheet, property and visible tickets; its name and who sent it are witnesses.

    `senders` are the addresses of the mails it stood in, several where one was forwarded within another.
    """
    witnesses = _Witnesses(register, innermost(file_name), tuple(senders))
    first_shown: dict[Ticket, str] = {}
    for place, shown in shown_tickets(book):
        first_shown.setdefault(shown, place)
    if not first_shown:
        return _without_ticket(book, witnesses)
    if len(first_shown) > 1:
        return _several(first_shown, register)
    (ticket,) = first_shown
    doubt = _doubt(ticket, register)
    if doubt is None and ticket.is_common:
        return Identity(ticket)  # whose it is only shows when the unit chosen inside is known
    if doubt:
        return Identity(ticket, (doubt,), witnesses.proposal(register.near(ticket)))
    return Identity(ticket, tuple(_remarks(ticket, file_name, witnesses)))


def typed_name_doubt(typed: str, ticket: Ticket, register: Register) -> Finding | None:
    """Finding when the 団体 typed inside names another unit exactly, and not the ticket's own."""
    if not _names_another(typed, ticket, register):
        return None
    return finding("IDN11", name=register.name_of(ticket.unit), found=shortened(typed))


def whose_common(
    chosen: str,
    typed: Iterable[str],
    ticket: Ticket,
    file_name: str,
    register: Register,
    senders: Sequence[str],
) -> Identity:
    """Whose a common form is: the unit chosen inside and the sender must agree; `proposed` is the unit, if any is held to be right.

    `chosen` may have been typed by hand; `typed` are the bodies named elsewhere inside.
    """
    witnesses = _Witnesses(register, innermost(file_name), tuple(senders))
    unit = meant_unit(chosen, register.commons[ticket.text].units)
    if not unit:
        words = witnesses.words()
        doubt = finding("IDN20", name=words)
        if chosen:
            doubt = finding("IDN21", name=words, found=shortened(chosen))
        return Identity(ticket, (doubt,), witnesses.proposal())
    own = replace(ticket, unit=unit)
    name = register.name_of(unit)
    against = tuple(witnesses.against(own, typed))
    if against:
        doubt = finding("IDN23", name=name, other_name=listed(against))
    elif not witnesses.vouches_for(unit):
        doubt = finding("IDN22", name=name)
    else:
        return Identity(own, tuple(_standing(unit, name, register)), unit)
    return Identity(own, (doubt,), unit)


@dataclass(frozen=True)
class Sent:
    """What the senders of a file say of the unit it belongs to."""

    unit_name: str = ""
    vouched: bool = False
    """名簿 knows one of them as the unit's own, or as its 経由機関."""
    against: tuple[str, ...] = ()
    """In words, those whom 名簿 knows as other units' only."""


NOBODY = Sent()


def who_sent(unit: str, senders: Sequence[str], register: Register) -> Sent:
    """Which senders speak for a unit and which against it; the prefecture and strangers do neither."""
    known = {each: units for each in senders if (units := register.units_at(each))}
    return Sent(
        register.name_of(unit),
        any(unit in units for units in known.values()),
        tuple(
            f"{_names(units, register)}（{address}）"
            for address, units in known.items()
            if unit not in units
        ),
    )


def _standing(unit: str, name: str, register: Register) -> Iterator[Finding]:
    """What 名簿 says of a unit that has answered."""
    if register.roster and unit not in register.roster:
        yield finding("IDN12", name=name)
    if unit in register.exempt:
        yield finding("IDN13", name=name, found=register.exempt[unit])


def shown_tickets(book: RawBook) -> Iterator[tuple[str, Ticket]]:
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
    if not ticket.is_genuine(register.key) and ticket.text not in register.unproved:
        return finding("IDN04", ticket=ticket.text)
    if ticket.text in register.issued or ticket.text in register.commons:
        return None
    same = register.of_same_unit(ticket)
    if not same:
        return finding("IDN05", ticket=ticket.text)
    edition_known = any(b.ticket.edition == ticket.edition for b in same)
    return finding("IDN07" if edition_known else "IDN06", ticket=ticket.text)


def _several(shown: Mapping[Ticket, str], register: Register) -> Identity:
    """Tickets that do not agree: of one workbook with sheets of an older one or slips of the hand, or of several units."""
    places = listed(f"{place}の{ticket.text}" for ticket, place in shown.items())
    ours = [ticket for ticket in shown if _doubt(ticket, register) is None]
    if len({(ticket.unit, ticket.letter) for ticket in ours}) != 1:
        return Identity(None, (finding("IDN09", places=places),))
    newest = max(ours, key=lambda ticket: ticket.issue)
    if not all(_says_the_same(ticket, newest, register) for ticket in shown):
        return Identity(None, (finding("IDN09", places=places),))
    name = register.name_of(newest.unit)
    return Identity(newest, (finding("IDN16", name=name, places=places),), newest.unit)


def _says_the_same(ticket: Ticket, ours: Ticket, register: Register) -> bool:
    """Whether a ticket names the unit and form of ours, or is one slip of the hand away from one that does."""
    near = register.near(ticket)
    meant = near.ticket if near else ticket
    return (meant.unit, meant.letter) == (ours.unit, ours.letter)


def _remarks(ticket: Ticket, file_name: str, witnesses: _Witnesses) -> Iterator[Finding]:
    """Findings about a ticket that is ours."""
    register = witnesses.register
    newest = register.newest(ticket).ticket
    if newest.issue > ticket.issue:
        yield finding("IDN08", ticket=ticket.text, other_ticket=newest.text)
    name = register.name_of(ticket.unit)
    yield from _standing(ticket.unit, name, register)
    others = _names_another(witnesses.name, ticket, register)
    if others:
        yield finding("IDN10", name=name, file=file_name, other_name=_names(others, register))
    yield from witnesses.sender_doubts(ticket)


def _names_another(text: str, ticket: Ticket, register: Register) -> frozenset[str]:
    """Units a text names, when the ticket's own is not among them."""
    named = register.called_by(text, ticket.letter)
    return frozenset() if ticket.unit in named else named


def _without_ticket(book: RawBook, witnesses: _Witnesses) -> Identity:
    """Either ours with the ticket taken away, or no form of ours at all."""
    texts = {
        folded(cell.text)
        for sheet in book.sheets
        for cell in sheet.cells.values()
        if cell.type is CellType.TEXT and len(cell.text) < 40
    }
    printed = witnesses.register.codes
    codes = sum(folded(code) in texts for code in printed)
    ours = any(name.startswith("pdca_row_") for name in book.names) or any(
        sheet.name == HIDDEN_SHEET for sheet in book.sheets
    )
    if not ours and codes < min(ENOUGH_CODES, len(printed) or ENOUGH_CODES):
        return Identity(None, (finding("IDN01"),))
    return Identity(None, (finding("IDN02", name=witnesses.words()),), witnesses.proposal())


@dataclass(frozen=True)
class _Witnesses:
    """Who bears witness to whose file it is; each may be silent."""

    register: Register
    name: str
    """The file's own name."""
    senders: tuple[str, ...]
    """Mail addresses, the innermost last."""

    def sender_doubts(self, ticket: Ticket) -> Iterator[Finding]:
        """What a mail's sender says against a ticket that is ours: another unit holds the file, a stranger is told."""
        name = self.register.name_of(ticket.unit)
        known = self._known
        if any(ticket.unit not in units for units in known.values()):
            said = listed(
                f"{_names(units, self.register)}（{address}）" for address, units in known.items()
            )
            yield finding("IDN14", name=name, other_name=said)
        strangers = [address for address in self.senders if self.register.is_stranger(address)]
        if not strangers or known:
            return
        others = self.register.neighbours(strangers[-1])
        if len(others) == 1 and ticket.unit not in others:
            told = _names(others, self.register)
            yield finding("IDN33", name=name, sender=strangers[-1], other_name=told)
        else:
            yield finding("IDN15", name=name, sender=strangers[-1])

    def against(self, ticket: Ticket, typed: Iterable[str]) -> Iterator[str]:
        """In words, who speaks for another unit than that of a ticket."""
        others = _names_another(self.name, ticket, self.register)
        if others:
            yield f"ファイル名は{_names(others, self.register)}"
        for text in typed:
            if _names_another(text, ticket, self.register):
                yield f"記入された団体名は「{shortened(text)}」"
        for address, units in self._known.items():
            if ticket.unit not in units:
                yield f"差出人は{_names(units, self.register)}（{address}）"

    def vouches_for(self, unit: str) -> bool:
        """Whether 名簿 knows a sender as this unit's."""
        return any(unit in units for units in self._known.values())

    @cached_property
    def by_name(self) -> frozenset[str]:
        """Units the file name names exactly, else by its beginning."""
        letters = self.register.letters
        for ask in (self.register.named_by, self.register.begun_by):
            units = frozenset(unit for letter in letters for unit in ask(self.name, letter))
            if units:
                return units
        return frozenset()

    @cached_property
    def by_sender(self) -> frozenset[str]:
        """Units all known senders agree on, else all they name."""
        known = tuple(self._known.values())
        return frozenset.intersection(*known) or frozenset.union(*known) if known else frozenset()

    def proposal(self, near: IssuedBook | None = None) -> str:
        """The one unit that no witness speaks against; none where they disagree or are silent."""
        slip = frozenset({near.ticket.unit}) if near else frozenset()
        said = [units for units in (self.by_name, self.by_sender, slip) if units]
        agreed = frozenset.intersection(*said) if said else frozenset()
        return next(iter(agreed)) if len(agreed) == 1 else ""

    def words(self) -> str:
        """What name and sender propose, as a sentence; empty where they say nothing."""
        named, sent = self.by_name, self.by_sender
        if one := self.proposal():
            both = [word for word, units in (("ファイル名", named), ("差出人", sent)) if units]
            who = f"{self.register.name_of(one)}（{one}）"
            return f"{'と'.join(both)}からは{who}と思われます。"
        parts = [
            f"{word}からは{_names(units, self.register)}"
            for word, units in (("ファイル名", named), ("差出人", sent))
            if 0 < len(units) <= MOST_NAMED
        ]
        return f"{'、'.join(parts)}と思われます。" if len(parts) > 1 else ""

    @cached_property
    def _known(self) -> Mapping[str, frozenset[str]]:
        """Senders that 名簿 knows, with their units."""
        found = {address: self.register.units_at(address) for address in self.senders}
        return {address: units for address, units in found.items() if units}


def _names(units: Iterable[str], register: Register) -> str:
    return listed(sorted({register.name_of(unit) for unit in units}))
