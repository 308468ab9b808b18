"""What identification knows of a round: its workbooks, the names its units go by, and the addresses they write from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from xlsx_pdca.municipality import name_key, name_keys
from xlsx_pdca.ticket import Ticket

Word = tuple[str, str]
"""("id", a unit's id), ("code", six digits) or ("name", the key of a name)."""

_DASHES = re.compile("(?<=[0-9A-Z])[‐‑‒–—―−ー](?=[0-9])")
"""What people and programs write for the hyphen of an id."""
_UNIT_ID = re.compile(r"(?<![0-9A-Z])([0-9A-Z]{1,8}-[0-9]{1,2})(?![0-9A-Z-])")
_CODE = re.compile(r"(?<![0-9A-Z])([0-9]{6})(?![0-9A-Z]|-[0-9])")
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_CONTAINED = re.compile(r"[/\\]| › ")
_ENDING = re.compile(r"\.[0-9A-Za-z]{1,5}$")


@dataclass(frozen=True)
class IssuedBook:
    """What the ledger knows about one issued workbook."""

    ticket: Ticket
    name: str
    """Name of the unit it was made for."""
    names: tuple[str, ...] = ()
    """Further names the unit goes by, such as the municipalities it answers for."""


@dataclass(frozen=True)
class CommonBook:
    """What the ledger knows about a blank workbook for everybody."""

    ticket: Ticket
    units: Mapping[str, str]
    """What its list shows → unit."""


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
    senders: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Mail address in lower case → units whose 送付先, CC or 経由機関 it is; several may share one."""
    own: frozenset[str] = frozenset()
    """Mail addresses of the prefecture itself: whoever forwards a mail bears witness to nothing."""
    unproved: frozenset[str] = frozenset()
    """Tickets given out under a key that was lost since: known word by word, they are believed."""

    commons: Mapping[str, CommonBook] = field(default_factory=dict)
    """Ticket text → the blank workbook for everybody that carries it."""
    forms: Mapping[str, str] = field(default_factory=dict)
    """Letter of a ticket → form."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Form → its title."""
    mails: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Message-ID of a mail of ours → (unit, form) of everything it is about."""
    sent: frozenset[str] = frozenset()
    """SHA-256 of every workbook that went out: coming back as they are they say nothing."""

    def of_same_unit(self, ticket: Ticket) -> Sequence[IssuedBook]:
        """All workbooks issued for the same unit and form, in order of issue; none for a stranger."""
        return self._by_unit_and_form.get(_unit_and_form(ticket), ())

    def newest(self, ticket: Ticket) -> IssuedBook:
        """The latest workbook issued for the same unit and form."""
        return self.of_same_unit(ticket)[-1]

    def near(self, ticket: Ticket) -> IssuedBook | None:
        """The one workbook whose ticket differs from this one in a single sign: a slip of the hand, good for a proposal."""
        # One slip leaves the proof whole, or all that stands before it.
        alike = (*self._by_part.get(ticket.proof, ()), *self._by_part.get(ticket.body, ()))
        found = [book for book in alike if _one_slip(book.ticket.text, ticket.text)]
        return found[0] if len(found) == 1 else None

    def named_by(self, text: str, letter: str) -> frozenset[str]:
        """Units of a form that a file name or a typed name names exactly: by id, else by code, else by name."""
        return _most_exact(
            {word: self._units_by_word.get((letter, *word), ()) for word in words_of(text)}
        )

    def called_by(self, text: str, letter: str) -> frozenset[str]:
        """The same, and those of 名簿 to whom nothing was issued."""
        listed, issued = self._listed, self._units_by_word
        return _most_exact(
            {
                word: (*listed.get(word, ()), *issued.get((letter, *word), ()))
                for word in words_of(text)
            }
        )

    def begun_by(self, text: str, letter: str) -> frozenset[str]:
        """The unit whose name a word of the text begins with, as in 「上市町回答」; good for a proposal only."""
        begun = {
            w[:n] for kind, w in words_of(text) if kind == "name" for n in range(1, len(w) + 1)
        }
        asked = {name: self._units_by_word.get((letter, "name", name)) for name in begun}
        found = {name: units for name, units in asked.items() if units}
        longest = max(found, key=len, default="")
        is_one = all(longest.startswith(name) for name in found)
        return frozenset(found[longest]) if found and is_one else frozenset()

    def units_at(self, address: str) -> frozenset[str]:
        """Units a mail address belongs to; none for the prefecture's own and for unknown ones."""
        plain = address.strip().casefold()
        return frozenset() if plain in self.own else self.senders.get(plain, frozenset())

    def is_stranger(self, address: str) -> bool:
        """True for an address that is neither in 名簿 nor of the prefecture's own domain."""
        plain = address.strip().casefold()
        domains = {_domain(each) for each in self.own}
        return bool(plain) and plain not in self.senders and _domain(plain) not in domains

    def neighbours(self, address: str) -> frozenset[str]:
        """Units of which 名簿 has an address, their own or of their 経由機関, in the same domain."""
        return self._units_by_domain.get(_domain(address.strip().casefold()), frozenset())

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
    def _by_part(self) -> Mapping[str, Sequence[IssuedBook]]:
        """Proof of a ticket, and what stands before it → workbooks."""
        found: dict[str, list[IssuedBook]] = {}
        for book in self.issued.values():
            for part in (book.ticket.proof, book.ticket.body):
                found.setdefault(part, []).append(book)
        return found

    @cached_property
    def letters(self) -> frozenset[str]:
        """Letters of the forms of this round."""
        return frozenset(book.ticket.letter for book in self.issued.values())

    @cached_property
    def _units_by_word(self) -> Mapping[tuple[str, str, str], set[str]]:
        """(letter of the form, *word) → units."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for book in self.issued.values():
            unit, letter = book.ticket.unit, book.ticket.letter
            for word in _called(unit, (book.name, *book.names)):
                found.setdefault((letter, *word), set()).add(unit)
        return found

    @cached_property
    def _listed(self) -> Mapping[Word, set[str]]:
        found: dict[Word, set[str]] = {}
        for unit, name in self.roster.items():
            for word in _called(unit, (name,)):
                found.setdefault(word, set()).add(unit)
        return found

    @cached_property
    def _units_by_domain(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for address, units in self.senders.items():
            found.setdefault(_domain(address), set()).update(units)
        return {domain: frozenset(units) for domain, units in found.items()}

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return {book.ticket.unit: book.name for book in reversed(tuple(self.issued.values()))}


def innermost(name: str) -> str:
    """The file's own name without its ending: of 「回答/前橋市.xlsx」 and 「返信.eml › 前橋市.xlsx」 前橋市."""
    return _ENDING.sub("", _CONTAINED.split(name)[-1])


def words_of(text: str) -> frozenset[Word]:
    """Every id, code and name in a text that may call a unit, whatever signs stand between them."""
    plain = unicodedata.normalize("NFKC", text)
    capital = _DASHES.sub("-", plain.upper())
    names = (plain, *_BETWEEN_WORDS.split(_readable(plain)))
    return frozenset(
        (
            *(("id", each) for each in _UNIT_ID.findall(capital)),
            *(("code", each) for each in _CODE.findall(capital)),
            *(("name", key) for name in names for key in name_keys(name) if key),
        )
    )


def _readable(text: str) -> str:
    """Text whose words can be parted: what joins signs without being seen is gone, blanks stay."""
    return " ".join(name_key(word) for word in text.split())


def _most_exact(named: Mapping[Word, Iterable[str]]) -> frozenset[str]:
    """Units named by an id if there is one, else by a code, else by names: several may go by one name."""
    for kind in ("id", "code", "name"):
        units = frozenset(u for word, found in named.items() if word[0] == kind for u in found)
        if units:
            return units
    return frozenset()


def _called(unit: str, names: Iterable[str]) -> Iterator[Word]:
    """All words that call a unit."""
    yield "id", unit
    if _CODE.fullmatch(code := unit.partition("-")[0]):
        yield "code", code
    for name in names:
        if key := name_key(name):
            yield "name", key


def _one_slip(first: str, second: str) -> bool:
    return (
        len(first) == len(second) and sum(a != b for a, b in zip(first, second, strict=True)) == 1
    )


def _unit_and_form(ticket: Ticket) -> tuple[str, str]:
    return (ticket.unit, ticket.letter)


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
