"""Whose a held file may be: what its ticket, its name and the name typed in it say, for a person to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlsx_pdca.checks.register import Register, innermost
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.ledger import Booked, Key, Ledger
from xlsx_pdca.ticket import find_tickets
from xlsx_pdca.workflows.judge import issued_books, senders_of
from xlsx_pdca.workflows.round import Round

_NO_ANSWERS = frozenset(
    {"IDN01", "IDN09", "FIL10", "FIL11", "FIL31", "FIL32", "MAI01", "MAI31", "MAI32"}
)
"""Not our form, several units in one file, or no workbook by itself: there is nothing to take in."""
_TYPED_NAMES = frozenset({"IDN11", "IDN21"})
_OTHERS_TEXTS = frozenset({"ARR03", "ARR04"})
"""Another person's answers, or others that came together: perhaps parts of one."""
MOST = 4
_DEEPEST = 8
"""A file may lie in an archive in a mail in a mail…"""


@dataclass(frozen=True)
class Proposal:
    """One way to take a held file in."""

    unit: str
    form: str
    command: str
    """As it is typed."""


def may_be_taken(fact: Arrived) -> bool:
    """False where no answer can be in a held file: `accept --as` cannot work."""
    unreadable = fact.outcome is Outcome.REFUSED
    return not (unreadable or any(f.code in _NO_ANSWERS for f in fact.findings))


@dataclass(frozen=True)
class Proposals:
    """Made once for a ledger, asked about each held file."""

    round: Round
    register: Register
    forms: dict[str, str]
    """Letter of a ticket → form."""
    ledger: Ledger

    @classmethod
    def of(cls, round_: Round, ledger: Ledger) -> Proposals:
        forms = {find_tickets(text)[0].letter: b.form for text, b in ledger.tickets.items()}
        register = Register(
            round_.settings.id,
            round_.key,
            issued_books(round_, ledger),
            senders=senders_of(round_.units),
            own=frozenset({round_.settings.mail.casefold()}),
        )
        return cls(round_, register, forms, ledger)

    def for_held(self, held: Booked) -> tuple[Proposal, ...]:
        """The units a held file names or proves, the named ones first; none where no answer can be in it."""
        fact: Arrived = held.fact
        if not may_be_taken(fact):
            return ()
        own = ((fact.unit, fact.form),) if fact.unit and fact.form else ()
        keys = dict.fromkeys((*self._named(fact), *own))
        return tuple(self._proposal(held, key) for key in keys)[:MOST]

    def units_named(self, booked: Booked) -> frozenset[str]:
        """Whom the name and the sender of a received file call, whatever kind of file it is."""
        return frozenset(unit for unit, _ in self._named(booked.fact))

    def against(self, held: Booked, key: Key) -> str:
        """Whom all that speaks for anybody calls, in words, where none of it calls the unit; "" else."""
        called = {word: units for word, units in self._proofs(held.fact, key[1]) if units}
        if any(key[0] in units for units in called.values()):
            return ""
        words: dict[str, list[str]] = {}
        for word, units in called.items():
            names = "・".join(self.register.name_of(unit) for unit in sorted(units))
            words.setdefault(names, []).append(word)
        return "、".join(f"{'・'.join(said)}は{names}" for names, said in words.items())

    def _proofs(self, fact: Arrived, form: str) -> Iterator[tuple[str, frozenset[str]]]:
        """What says whose a file is, and whom it calls."""
        is_common = self.ledger.common_of(fact.plan) is not None
        own = frozenset({fact.unit} - {""}) or frozenset(unit for unit, _ in self._of_slips(fact))
        yield ("「はじめに」の御回答者" if is_common else "整理番号"), own
        typed = [dict(f.context).get("found", "") for f in fact.findings if f.code in _TYPED_NAMES]
        letters = [letter for letter, each in self.forms.items() if each == form]
        for word, texts in (("ファイル名", [innermost(fact.name)]), ("記入された団体名", typed)):
            named = (self.register.named_by(text, each) for text in texts for each in letters)
            yield word, frozenset(unit for units in named for unit in units)
        yield "差出人", frozenset(unit for units in self._senders(fact) for unit in units)

    def to_join(self, held: Booked) -> str:
        """The command that joins a held file with what else its unit sent; "" where nothing says that it is a part."""
        fact: Arrived = held.fact
        if not _OTHERS_TEXTS.intersection(f.code for f in fact.findings):
            return ""
        current = self.ledger.standing(fact.unit, fact.form).submission
        waiting = (
            b.seq
            for b in self.ledger.held
            if (b.fact.unit, b.fact.form) == (fact.unit, fact.form) and may_be_taken(b.fact)
        )
        numbers = sorted({*waiting, *(current.arrivals if current else ())})
        files = " ".join(f"--file {number}" for number in numbers)
        return f"xlsx-pdca accept {files} --join {fact.unit}" if len(numbers) > 1 else ""

    def _named(self, fact: Arrived) -> Iterator[Key]:
        typed = (dict(f.context).get("found", "") for f in fact.findings if f.code in _TYPED_NAMES)
        texts = (innermost(fact.name), *typed)
        yield from self._of_slips(fact)
        sent_by = frozenset(unit for each in self._senders(fact) for unit in each)
        for letter, form in self._forms_of(fact):
            for text in texts:
                named = self.register.named_by(text, letter) or self.register.begun_by(text, letter)
                # Those whom both name and sender call come first.
                yield from ((unit, form) for unit in sorted(named, key=lambda u: u not in sent_by))
            issued = (u for u in sorted(sent_by) if self.ledger.standing(u, form).issues)
            yield from ((unit, form) for unit in issued)

    def _of_slips(self, fact: Arrived) -> Iterator[Key]:
        """Whose a ticket may be that differs from a genuine one in a single sign."""
        texts = (dict(f.context).get("ticket", "") for f in fact.findings)
        for ticket in (ticket for text in texts for ticket in find_tickets(text)):
            if near := self.register.near(ticket):
                yield near.ticket.unit, self.forms[near.ticket.letter]

    def _senders(self, fact: Arrived) -> Iterator[frozenset[str]]:
        """Units of whoever sent the mail a file was taken out of; of an address many share, nobody."""
        inside = fact.inside
        for _ in range(_DEEPEST):
            around = [b.fact for b in self.ledger.arrivals if b.fact.sha256 == inside]
            if not (inside and around):
                return
            for letter in (each.letter for each in around if each.letter):
                units = self.register.units_at(letter.sender)
                if len(units) <= MOST:
                    yield units
            inside = around[0].inside

    def _forms_of(self, fact: Arrived) -> tuple[tuple[str, str], ...]:
        """The form a file proves, else those whose title its name holds, else all."""
        forms = tuple(self.forms.items())
        if fact.form:
            return tuple((letter, form) for letter, form in forms if form == fact.form)
        titled = tuple((ltr, form) for ltr, form in forms if self._title(form) in fact.name)
        return titled or forms

    def _title(self, form: str) -> str:
        return self.round.forms[form].title if form in self.round.forms else form

    def _proposal(self, held: Booked, key: Key) -> Proposal:
        unit, form = key
        is_told = bool(held.fact.form) or len(self.round.forms) == 1
        words = ("xlsx-pdca", "accept", "--file", str(held.seq), "--as", unit)
        return Proposal(unit, form, " ".join((*words, *(() if is_told else ("--form", form)))))
