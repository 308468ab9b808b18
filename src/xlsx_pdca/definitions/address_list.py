"""An officer's existing list of names and addresses → updates of 名簿; what is doubtful is asked, never guessed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from xlsx_pdca.definitions.open_table import (
    Head,
    OpenTable,
    SheetText,
    TableRow,
    find_table,
    plain_signs,
)
from xlsx_pdca.definitions.roster_columns import BETWEEN_MAILS
from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.municipality import Candidates, Exact, Municipality, is_valid_code, match_name
from xlsx_pdca.unit import Unit, UnitKind, is_mail_address

HEADS = (
    Head(
        "name",
        "市町村名",
        ("市町村", "市区町村名", "市区町村", "団体名", "団体", "自治体名", "自治体", "名称", "機関名", "送付先名"),
    ),
    Head("code", "団体コード", ("全国地方公共団体コード", "市町村コード", "市区町村コード", "自治体コード", "コード")),
    Head("department", "担当課", ("課", "課名", "所属", "所属名", "部署", "部署名", "担当部署", "課係名", "担当課係", "担当課・係")),
    Head("contact_person", "担当者", ("担当者名", "氏名", "担当者氏名", "御担当者", "ご担当者", "御担当者名", "ご担当者名", "担当")),
    Head(
        "to",
        "メールアドレス",
        ("メール", "mail", "E-mail", "email", "電子メール", "Eメール", "メアド", "メールアドレス1", "送付先メール", "送付先",
         "電子メールアドレス", "mailアドレス", "E-mailアドレス"),
    ),
    Head("cc", "CC", ("メールアドレス2", "CCメール", "写し")),
    Head("telephone", "電話", ("TEL", "電話番号", "連絡先", "連絡先電話番号", "直通")),
    Head("health_office", "保健所", ("保健福祉事務所", "保健所（保健福祉事務所）")),
    Head("via", "経由機関"),
)  # fmt: skip
_UPDATED = ("department", "contact_person", "to", "cc", "telephone")


@dataclass(frozen=True)
class AddressUpdate:
    """What a line of the list says of one municipality; empty texts change nothing."""

    place: str
    municipality: Municipality
    department: str = ""
    contact_person: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    telephone: str = ""
    health_office: str = ""
    via: str = ""


@dataclass(frozen=True)
class Doubtful:
    """A line a person must decide on."""

    place: str
    text: str
    reason: str
    candidates: tuple[Municipality, ...] = ()


@dataclass(frozen=True)
class AddressList:
    """What was found in a list."""

    updates: tuple[AddressUpdate, ...] = ()
    doubtful: tuple[Doubtful, ...] = ()
    unmatched: tuple[Doubtful, ...] = ()
    """Lines that name no municipality of the prefecture (medical associations, totals, notes)."""
    missing: tuple[Municipality, ...] = ()
    """Municipalities the list says nothing of."""


def read_address_list(
    sheets: Sequence[SheetText], municipalities: Sequence[Municipality]
) -> AddressList:
    """Updates for the municipalities of a prefecture from the sheets whose heads are recognised.

    Raises FaultyDefinitions when no sheet has a column of names (or codes) and one of addresses.
    """
    tables = [table for sheet in sheets if (table := _table(sheet))]
    if not tables:
        raise FaultyDefinitions([_no_table(sheets)])
    rows = (row for table in tables for row in table.rows())
    lines = [_line(row, municipalities) for row in rows]
    updates = [line for line in lines if isinstance(line, AddressUpdate)]
    asked = [line for line in lines if isinstance(line, Doubtful)]
    told = {u.municipality.code for u in updates} | {m.code for d in asked for m in d.candidates}
    twice = tuple(_told_twice(updates))
    return AddressList(
        updates=tuple(u for u in updates if u.place not in {d.place for d in twice}),
        doubtful=(*twice, *(line for line in asked if line.candidates or line.reason)),
        unmatched=tuple(line for line in asked if not (line.candidates or line.reason)),
        missing=tuple(m for m in municipalities if m.code not in told),
    )


def updated(units: Sequence[Unit], updates: Sequence[AddressUpdate]) -> tuple[Unit, ...]:
    """The units with what the list says of their municipality; only the municipality's own first unit changes."""
    by_code = {update.municipality.code: update for update in updates}
    seen: set[str] = set()
    changed: list[Unit] = []
    for unit in units:
        first = unit.kind is UnitKind.MUNICIPALITY and unit.code not in seen
        seen |= {unit.code} if unit.kind is UnitKind.MUNICIPALITY else set()
        changed.append(_merged(unit, by_code.get(unit.code)) if first else unit)
    return tuple(changed)


def _merged(unit: Unit, update: AddressUpdate | None) -> Unit:
    if update is None:
        return unit
    return replace(
        unit,
        department=update.department or unit.department,
        contact_person=update.contact_person or unit.contact_person,
        to=update.to or unit.to,
        cc=update.cc or unit.cc,
        telephone=update.telephone or unit.telephone,
        health_office=update.health_office or unit.health_office,
        via=update.via or unit.via,
    )


def _table(sheet: SheetText) -> OpenTable | None:
    table = find_table(sheet, HEADS, at_least=2)
    known = table.columns.keys() if table else set()
    return table if known & {"name", "code"} and known & set(_UPDATED) else None


def _no_table(sheets: Sequence[SheetText]) -> Fault:
    return Fault(
        sheets[0].file if sheets else "",
        "",
        "市町村名と連絡先の一覧が見つかりません。",
        "上から20行以内に、「市町村名」と「メールアドレス」「担当課」「担当者」「電話」などの見出しの行があるファイルを指定してください。",
    )


def _line(row: TableRow, municipalities: Sequence[Municipality]) -> AddressUpdate | Doubtful:
    text = " ".join(f"{row.text('code')} {row.text('name')}".split())
    place = row.place("name" if "name" in row.columns else "code")
    if not text:
        said = " ".join(_words(row, key) for key in _UPDATED if row.text(key))
        return Doubtful(place, said, "市町村名が空欄です。")
    found = _municipality(row, municipalities)
    if isinstance(found, Doubtful):
        return found
    if not isinstance(found, Exact):
        return Doubtful(place, text, "", found.municipalities if found else ())
    faulty = [a for key in ("to", "cc") for a in _addresses(row, key) if not is_mail_address(a)]
    if faulty:
        reason = f"「{'」「'.join(faulty)}」はメールアドレスの形ではありません。"
        return Doubtful(place, text, reason, (found.municipality,))
    return AddressUpdate(
        place,
        found.municipality,
        department=_words(row, "department"),
        contact_person=_words(row, "contact_person"),
        to=_addresses(row, "to"),
        cc=_addresses(row, "cc"),
        telephone=_telephone(row),
        health_office=_words(row, "health_office"),
        via=_words(row, "via"),
    )


def _municipality(
    row: TableRow, municipalities: Sequence[Municipality]
) -> Exact | Candidates | Doubtful | None:
    """By code and name when both stand there and agree, else by the one that does."""
    by_name = match_name(row.text("name"), municipalities)
    by_code = _by_code(row, municipalities)
    if by_code is None or not row.text("name"):
        return by_code or by_name
    if by_name == by_code:
        return by_code
    both = dict.fromkeys(
        (by_code.municipality, *([by_name.municipality] if isinstance(by_name, Exact) else []))
    )
    text = f"{row.text('code')} {row.text('name')}"
    return Doubtful(row.place("name"), text, "団体コードと名称が一致しません。", tuple(both))


def _by_code(row: TableRow, municipalities: Sequence[Municipality]) -> Exact | None:
    code = plain_signs(row.text("code"))
    cell = row.cell("code")
    if cell and cell.is_number and is_valid_code(code.zfill(6)):
        code = code.zfill(6)
    # Lists of other offices often carry the code without its check digit.
    found = [m for m in municipalities if code in (m.code, m.code[:5])]
    return Exact(found[0]) if len(found) == 1 else None


def _words(row: TableRow, key: str) -> str:
    return " ".join(row.text(key).split())


def _addresses(row: TableRow, key: str) -> tuple[str, ...]:
    parts = BETWEEN_MAILS.split(unicodedata.normalize("NFKC", row.text(key)))
    return tuple(dict.fromkeys(part for part in parts if part))


def _telephone(row: TableRow) -> str:
    text = unicodedata.normalize("NFKC", _words(row, "telephone"))
    cell = row.cell("telephone")
    return f"0{text}" if cell and cell.is_number and not text.startswith("0") else text


def _told_twice(updates: Sequence[AddressUpdate]) -> Iterator[Doubtful]:
    """Second and further lines for one municipality: the first one counts until a person decides."""
    first: Mapping[str, AddressUpdate] = {u.municipality.code: u for u in reversed(updates)}
    for update in updates:
        before = first[update.municipality.code]
        if update is not before:
            yield Doubtful(
                update.place,
                update.municipality.name,
                f"{before.place} と同じ市町村です。先に書かれた方を取り込みました。",
                (update.municipality,),
            )
