"""整理番号: the ticket that proves whose workbook this is, made and checked with the round's key."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: nothing that reads like another sign in print or on a fax."""

COMMON = "COMMON"
"""Stands for the unit in the ticket of a common form; no unit's id is without a number."""

_TICKET = re.compile(
    r"(R[0-9]{4})-([A-Z]{1,3})-([0-9A-F]{6})-([0-9A-Z]{1,8}-[0-9]{1,2}|COMMON)-([0-9]{2})-([0-9A-HJKMNP-TV-Z]{8})"
)


@dataclass(frozen=True)
class Ticket:
    """What a ticket says; `text` is what is printed."""

    round: str
    """Like R0801: Reiwa 8, first round."""
    letter: str
    edition: str
    unit: str
    issue: int
    proof: str

    @property
    def body(self) -> str:
        return f"{self.round}-{self.letter}-{self.edition}-{self.unit}-{self.issue:02d}"

    @property
    def text(self) -> str:
        return f"{self.body}-{self.proof}"

    @property
    def is_common(self) -> bool:
        """True for the ticket of a blank workbook for everybody, which says nothing about whose it is."""
        return self.unit == COMMON

    @property
    def short(self) -> str:
        """Short code for subjects and talk on the telephone: round, letter, unit."""
        return f"{self.round}-{self.letter}-{self.unit}"

    def is_genuine(self, key: bytes) -> bool:
        """True when the proof was made with this round's key."""
        return hmac.compare_digest(self.proof, proof_of(self.body, key))


def make_ticket(
    *, round_id: str, letter: str, edition: str, unit: str, issue: int, key: bytes
) -> Ticket:
    """Ticket of one issued workbook."""
    body = Ticket(round_id, letter, edition, unit, issue, "").body
    return Ticket(round_id, letter, edition, unit, issue, proof_of(body, key))


def proof_of(body: str, key: bytes) -> str:
    """Eight base32 signs (40 bits) of HMAC-SHA-256 over all that stands before them."""
    digest = hmac.new(key, body.encode("ascii"), hashlib.sha256).digest()
    bits = int.from_bytes(digest[:5], "big")
    return "".join(_ALPHABET[bits >> shift & 31] for shift in range(35, -5, -5))


_SHORT = re.compile(
    r"(?<![0-9A-Z-])(R[0-9]{4})-([A-Z]{1,3})-([0-9A-Z]{1,8}-[0-9]{1,2})(?![0-9A-Z-])"
)


def find_short_codes(text: str) -> tuple[str, ...]:
    """Every short code written in a text, each once, in order; full-width signs count as plain ones."""
    plain = unicodedata.normalize("NFKC", text)
    return tuple(dict.fromkeys(match[0] for match in _SHORT.finditer(plain)))


def find_tickets(text: str) -> tuple[Ticket, ...]:
    """Every ticket written in a text, in order; genuineness is not checked here."""
    return tuple(Ticket(m[1], m[2], m[3], m[4], int(m[5]), m[6]) for m in _TICKET.finditer(text))


def without_codes(text: str, instead: str) -> str:
    """A text without tickets and short codes; one that has none stays as it is, sign by sign."""
    plain = unicodedata.normalize("NFKC", text)
    if not (_SHORT.search(plain) or _TICKET.search(plain)):
        return text
    return _SHORT.sub(instead, _TICKET.sub(instead, plain))
