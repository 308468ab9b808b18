"""送付先: who gets one mail of their own, and for which units; addresses that could carry a file to the wrong desk are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from xlsx_pdca.cells import folded
from xlsx_pdca.errors import Fault
from xlsx_pdca.unit import Unit, UnitKind, without_addresses

ANYBODY = "御担当者"
_Addresses = Callable[[Unit], tuple[str, ...]]


@dataclass(frozen=True)
class Addressee:
    """One 送付先: everything for these units goes out in one mail."""

    units: tuple[Unit, ...]
    """In the order of 名簿; several only where they share one 経由機関."""

    @property
    def key(self) -> str:
        """Names the addressee in file names and in the ledger: the id of its first unit."""
        return self.units[0].id

    @property
    def to(self) -> tuple[str, ...]:
        return self.units[0].to

    @property
    def cc(self) -> tuple[str, ...]:
        """Everyone in CC of one of its rows who does not get the mail anyway."""
        taken = {address.casefold() for address in self.to}
        copies = {a.casefold(): a for unit in reversed(self.units) for a in reversed(unit.cc)}
        return tuple(copies[key] for key in reversed(copies) if key not in taken)

    @property
    def unit_ids(self) -> frozenset[str]:
        return frozenset(unit.id for unit in self.units)

    @property
    def passes_on(self) -> bool:
        """Whether it is a 経由機関, which hands each file to its unit."""
        return bool(without_addresses(self.units[0].via))

    @property
    def body(self) -> str:
        """The office that is addressed: 経由機関, else the unit itself."""
        return without_addresses(self.units[0].via) or self.units[0].name

    @property
    def salutation(self) -> str:
        """宛名 in the manner of offices: 前橋市 介護高齢課 御担当者 様."""
        first = self.units[0]
        if self.passes_on:
            return f"{without_title(self.body)} {ANYBODY} 様"
        if first.kind is UnitKind.PERSON:
            return f"{without_title(first.name)} 様"
        department = without_title(first.department)
        if folded(department) == folded(first.name):
            department = ""
        who = without_title(first.contact_person) or ANYBODY
        return " ".join(part for part in (first.name, department, who, "様") if part)


def without_title(name: str) -> str:
    """A name without the 様, 氏 or 御中 somebody wrote behind it."""
    plain = name.strip()
    for title in ("様", "殿", "さん", "氏", "御中"):
        plain = plain.removesuffix(title).strip()
    return plain


def addressees_of(units: Iterable[Unit]) -> tuple[Addressee, ...]:
    """Units as addressees, in the order of 名簿: those with one 経由機関 and the same To together, every other by itself."""
    groups: dict[tuple[str, frozenset[str]], list[Unit]] = {}
    for unit in units:
        groups.setdefault((_via(unit) or unit.id, _keys(unit.to)), []).append(unit)
    return tuple(Addressee(tuple(members)) for members in groups.values())


def address_faults(units: Sequence[Unit], file: str, own: str) -> tuple[Fault, ...]:
    """Every reason why a mail made from these rows of 名簿 could reach the wrong desk.

    `own` is the office's own address, which may stand in CC anywhere.
    """
    addressed = [unit for unit in units if unit.to]
    return (
        *_parted(addressed, file),
        *_shared_to(addressed, file),
        *_to_and_cc(addressed, file),
        *_shared_cc(addressed, file, own.casefold()),
    )


def _parted(units: Sequence[Unit], file: str) -> Iterator[Fault]:
    """One 経由機関 with differing To: nobody can say to whom the mail goes."""
    by_via = sorted((u for u in units if _via(u)), key=_via)
    for _, group in groupby(by_via, key=_via):
        rows = tuple(group)
        if len({_keys(unit.to) for unit in rows}) > 1:
            said = "、".join(f"{_named(unit)}は {'; '.join(unit.to)}" for unit in rows)
            yield Fault(
                file,
                f"名簿 {_rows(rows)}",
                f"経由機関「{rows[0].via}」の送付先メールが、行によって違います（{said}）。",
                "経由機関にまとめて送るときは同じアドレスにそろえ、それぞれに送るときは経由機関を空欄にしてください。",
            )


def _shared_to(units: Sequence[Unit], file: str) -> Iterator[Fault]:
    for address, rows in _by_address(units, lambda unit: unit.to).items():
        vias = {_via(unit) for unit in rows}
        if len(rows) > 1 and (len(vias) > 1 or "" in vias):
            yield Fault(
                file,
                f"名簿 {_rows(rows)}",
                f"送付先メール {address} が、{_names(rows)}の行にあります。",
                "まとめて1通で送るときは、これらの行の「経由機関」に同じ名前を記入してください。別の相手のときは、アドレスを改めてください。",
            )


def _to_and_cc(units: Sequence[Unit], file: str) -> Iterator[Fault]:
    main = _by_address(units, lambda unit: unit.to)
    for address, copied in _by_address(units, lambda unit: unit.cc).items():
        others = [
            u for u in copied if any(not _together(u, each) for each in main.get(address, ()))
        ]
        if others:
            yield Fault(
                file,
                f"名簿 {_rows(others)}",
                f"CCの {address} は、{_names(main[address])}の送付先メールです。",
                f"{_names(others)}のファイルが、ほかの回答者にも届いてしまいます。CCから外すか、同じ「経由機関」にまとめてください。",
            )


def _shared_cc(units: Sequence[Unit], file: str, own: str) -> Iterator[Fault]:
    main = _by_address(units, lambda unit: unit.to)
    for address, rows in _by_address(units, lambda unit: unit.cc).items():
        if address in (own, *main) or len(rows) < 2:
            continue
        vias, offices = {_via(unit) for unit in rows}, {folded(u.health_office) for u in rows}
        if not any(len(shared) == 1 and "" not in shared for shared in (vias, offices)):
            yield Fault(
                file,
                f"名簿 {_rows(rows)}",
                f"CCの {address} が、経由機関も保健所も違う{_names(rows)}の行にあります。",
                "同じ保健所か経由機関の行だけに残すか、アドレスを改めてください。県の控えには、「設定」の「メール」のアドレスを使えます。",
            )


def _by_address(units: Sequence[Unit], of: _Addresses) -> dict[str, list[Unit]]:
    """Address → the rows it stands in, each once."""
    rows: dict[str, list[Unit]] = {}
    for unit in units:
        for address in _keys(of(unit)):
            rows.setdefault(address, []).append(unit)
    return dict(sorted(rows.items()))


def _together(one: Unit, other: Unit) -> bool:
    """Whether two rows are one addressee, or one row."""
    return one.id == other.id or (
        _via(one) != "" and _via(one) == _via(other) and _keys(one.to) == _keys(other.to)
    )


def _via(unit: Unit) -> str:
    return folded(unit.via).casefold()


def _keys(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(address.casefold() for address in addresses)


def _rows(units: Iterable[Unit]) -> str:
    """Where to look: row numbers where they are known, else ids."""
    found = tuple(units)
    if all(unit.row for unit in found):
        return "、".join(f"{unit.row}行目" for unit in sorted(found, key=lambda u: u.row))
    return "、".join(unit.id for unit in found)


def _named(unit: Unit) -> str:
    return f"「{unit.name}」（{unit.id}）"


def _names(units: Iterable[Unit]) -> str:
    return "と".join(map(_named, units))
