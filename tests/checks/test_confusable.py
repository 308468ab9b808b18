"""All pairs of municipalities that are easily taken for one another, nationwide: nobody's file becomes another's.

Each file is truly one municipality's; the other one of the pair stands in its place in the ticket, the file name, the
sender or the name typed inside. What a proof does not carry alone must wait for a person; what nothing contradicts
must come through.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pytest

import books
from confusable import Pair, pairs
from xlsx_pdca.checks import Identity, Register, identify, typed_name_doubt
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.definitions.settings import RoundSettings
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Issued
from xlsx_pdca.ledger import Booked, Ledger, Standing
from xlsx_pdca.municipality import Municipality
from xlsx_pdca.plan import HIDDEN_SHEET, TICKET_PROPERTY
from xlsx_pdca.rawbook import CellType, RawBook, RawCell, RawSheet
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.ticket import Ticket, find_tickets, make_ticket
from xlsx_pdca.unit import Unit, UnitKind
from xlsx_pdca.workflows.judge import issued_books, senders_of
from xlsx_pdca.workflows.round import Round

pytestmark = pytest.mark.untraced

KINDS = ("contained in each other", "one character apart", "equal names", "codes one digit apart")


@dataclass(frozen=True)
class File:
    """One received file: which ticket it shows, what it is called, who sent it, what is typed in it."""

    tickets: tuple[Ticket, ...]
    name: str = "回答.xlsx"
    sender: str = ""
    typed: str = ""


Make = Callable[[Municipality, Municipality], File]


EDITION = books.plan().edition


def unit(of: Municipality) -> str:
    return f"{of.code}-1"


@functools.cache
def ticket(of: Municipality) -> Ticket:
    return find_tickets(issued(unit_of(of)).issues[0].fact.ticket)[0]


def unit_of(m: Municipality) -> Unit:
    return Unit(unit(m), UnitKind.MUNICIPALITY, m.name, m.code, (m.code,), to=(address(m),))


def address(of: Municipality) -> str:
    return f"kaigo@c{of.code}.example.jp"


def own(of: Municipality) -> File:
    return File((ticket(of),))


def written_over(mine: Municipality, other: Municipality) -> Ticket:
    """My ticket with the other one's code in it: its proof is still mine."""
    return replace(ticket(mine), unit=unit(other))


CONTRADICTORY: dict[str, Make] = {
    "wrong sender": lambda a, b: replace(own(a), sender=address(b)),
    "wrong id in the file name": lambda a, b: replace(own(a), name=f"{unit(b)}.xlsx"),
    "wrong code in the file name": lambda a, b: replace(own(a), name=f"回答_{b.code}.xlsx"),
    "wrong name in the file name": lambda a, b: replace(own(a), name=f"{b.name}_事前課題.xlsx"),
    "wrong name with its prefecture": lambda a, b: replace(own(a), name=f"{b.full_name}.xlsx"),
    "ticket of one, file name of the other": lambda a, b: replace(
        own(a), name=f"{unit(b)}_{b.name}_事前課題.xlsx"
    ),
    "wrong name typed": lambda a, b: replace(own(a), typed=f"{b.name}　介護保険課"),
    "ticket written over": lambda a, b: File((written_over(a, b),), f"{a.name}.xlsx", address(a)),
    "tickets of both": lambda a, b: File((ticket(a), ticket(b)), f"{a.name}.xlsx", address(a)),
    "stripped, named after the other": lambda a, b: File((), f"{b.name}.xlsx", address(a)),
    "stripped, sent by the other": lambda a, b: File((), f"{a.name}.xlsx", address(b)),
    "stripped, all of the other": lambda a, b: File((), f"{unit(b)}_{b.name}.xlsx", address(b)),
    "stripped, nothing said": lambda a, b: File(()),
}
"""Truly the first one's file; wherever "other" or "wrong" stands, it is the second one's."""

HONEST: dict[str, Make] = {
    "renamed": lambda a, b: own(a),
    "as issued": lambda a, b: File(
        (ticket(a),), f"{unit(a)}_{a.name}_事前課題.xlsx", address(a), f"{a.name} 介護保険課"
    ),
    "by its name": lambda a, b: replace(own(a), name=f"{a.name}.xlsx"),
    "by its office": lambda a, b: replace(own(a), name=f"{a.full_name}役所 回答.xlsx"),
    "by its code": lambda a, b: replace(own(a), name=f"{a.code}.xlsx"),
    "in a folder of the other's": lambda a, b: replace(own(a), name=f"{b.name}/{a.name}.xlsx"),
}


@functools.cache
def register() -> Register:
    """A round of all 1,741, put together by the program itself."""
    round_ = nationwide()
    ledger = Ledger({(unit.id, "small"): issued(unit) for unit in round_.units})
    return Register(
        books.ROUND,
        books.KEY,
        issued_books(round_, ledger),
        frozenset(answer.code for answer in books.plan().answers),
        roster={unit.id: unit.name for unit in round_.units},
        senders=senders_of(round_.units),
    )


def nationwide() -> Round:
    codes = shipped_codes()
    settings = RoundSettings(
        "000000", "全国", 2026, 1, "", "", "", "kunikara@mhlw.example.jp", date(2026, 9, 1)
    )
    units = tuple(unit_of(body) for body in codes.municipalities)
    return Round(RoundFolder(Path("全国")), settings, units, {}, codes, books.KEY, "")


def issued(to: Unit) -> Standing:
    shown = make_ticket(
        round_id=books.ROUND,
        letter="S",
        edition=EDITION,
        unit=to.id,
        issue=1,
        key=books.KEY,
    )
    fact = Issued(to.id, "small", 1, shown.text, EDITION, "", "", "", {"unit": to.name})
    return Standing(to.id, "small", (Booked(1, datetime(2026, 9, 1, tzinfo=JST), "", fact),))


def book(tickets: Sequence[Ticket]) -> RawBook:
    """What a return with these tickets looks like to identification: hidden sheet, property, a sheet with our codes."""
    texts = [answer.code for answer in books.plan().answers]
    texts += [f"整理番号 {shown.text}" for shown in tickets]
    cells = {(row, 1): RawCell(CellType.TEXT, text) for row, text in enumerate(texts, 1)}
    sheets = [RawSheet("様式１", "visible", cells)]
    for shown in tickets[:1]:
        place = {(1, 2): RawCell(CellType.TEXT, shown.text)}
        sheets.append(RawSheet(HIDDEN_SHEET, "veryHidden", place))
    return RawBook(
        tuple(sheets),
        dict.fromkeys([TICKET_PROPERTY][: len(tickets)], tickets[0].text if tickets else ""),
    )


def taken(file: File) -> tuple[str, Identity]:
    """The unit a file is attributed to without a person, "" for none."""
    found = identify(book(file.tickets), file.name, register(), (file.sender,))
    if found.ticket is None or found.is_held:
        return "", found
    doubt = typed_name_doubt(file.typed, found.ticket, register())
    return "" if doubt and doubt.holds else found.ticket.unit, found


def both_ways(kind: str) -> Iterator[Pair]:
    for one, other in pairs()[kind]:
        yield one, other
        yield other, one


def is_silent(case: str, mine: Municipality, other: Municipality) -> bool:
    """Two municipalities of one name: where only that name stands, nothing contradicts the ticket."""
    only_name = case in ("wrong name in the file name", "wrong name typed")
    return only_name and mine.name == other.name


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_becomes_another_ones(
    kind: str, record_property: Callable[[str, object], None]
) -> None:
    """Every contradiction in every pair waits for a person, and its own municipality is never shut out."""
    counted: Counter[str] = Counter()
    for mine, other in both_ways(kind):
        for case, make in CONTRADICTORY.items():
            whose, found = taken(make(mine, other))
            assert whose != unit(other), (case, mine, other)
            assert (whose == unit(mine)) == is_silent(case, mine, other), (case, mine, other)
            assert found.ticket in (None, *make(mine, other).tickets)
            counted["to a person" if not whose else "taken in rightly"] += 1
    files, asked = sum(counted.values()), counted["to a person"]
    assert files == 2 * len(pairs()[kind]) * len(CONTRADICTORY) > 0
    text = f"{len(pairs()[kind])} pairs {kind}: {files:,} contradicting files, {asked:,} to a person ({asked / files:.1%}), 0 to the wrong unit"
    record_property("measured", text)


@pytest.mark.parametrize("kind", KINDS)
def test_what_nothing_contradicts_comes_through(
    kind: str, record_property: Callable[[str, object], None]
) -> None:
    """The positive control: the same municipalities with their own names, codes and senders, without a single finding."""
    files = 0
    for mine, other in both_ways(kind):
        for case, make in HONEST.items():
            whose, found = taken(make(mine, other))
            assert (whose, found.findings) == (unit(mine), ()), (case, mine, other)
            files += 1
    record_property(
        "measured", f"{len(pairs()[kind])} pairs {kind}: {files:,} honest files, 0 to a person"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_stripped_files_propose_whom_their_witnesses_name(kind: str) -> None:
    """Without a ticket an own name or sender proposes the right one, never the other; a name two share proposes nobody."""
    for mine, other in both_ways(kind):
        _, by_sender = taken(File((), "回答.xlsx", address(mine)))
        _, by_both = taken(File((), f"{mine.name}.xlsx", address(mine)))
        _, by_code = taken(File((), f"{mine.code}.xlsx"))
        assert {f.proposed for f in (by_sender, by_both, by_code)} == {unit(mine)}
        _, by_name = taken(File((), f"{mine.name}役場から.xlsx"))
        assert by_name.proposed in (unit(mine), "")
        _, torn = taken(File((), f"{other.full_name}.xlsx", address(mine)))
        assert torn.proposed == ""


def test_the_pairs_are_all_there() -> None:
    """As many as were counted by hand from the official table, the best known ones among them."""
    found = pairs()
    assert {kind: len(each) for kind, each in found.items()} == dict(
        zip(KINDS, (20, 296, 40, 174), strict=True)
    )
    names = {(a.name, b.name) for a, b in found["contained in each other"]}
    names |= {(b, a) for a, b in names}
    assert {("能登町", "中能登町"), ("大阪市", "東大阪市"), ("白川村", "東白川村")} <= names
