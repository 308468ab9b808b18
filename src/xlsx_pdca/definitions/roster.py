"""名簿 → units: every fault of the sheet at once, and what the officer should know besides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from types import MappingProxyType

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions.asked_roles import slip_of
from xlsx_pdca.definitions.codes import CodeTable
from xlsx_pdca.definitions.open_table import (
    Notice,
    OpenTable,
    SheetText,
    find_table,
    is_marked,
    plain_signs,
)
from xlsx_pdca.definitions.own_deadlines import deadline_faults, deadline_notices
from xlsx_pdca.definitions.roster_columns import HEADS, RosterRow, groupings_of
from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.municipality import Candidates, Exact, Municipality, is_valid_code, match_name
from xlsx_pdca.unit import ROLES, Unit, UnitKind, is_mail_address, is_unit_id, unit_id


@dataclass(frozen=True)
class Roster:
    """The units of a round in the order of their codes, whatever order the sheet is sorted in."""

    units: tuple[Unit, ...]
    notices: tuple[Notice, ...] = ()


def read_roster(
    sheet: SheetText,
    codes: CodeTable,
    prefecture: str,
    roles: Sequence[str] = ROLES,
    issued_on: date | None = None,
    due: Mapping[str, date | None] = MappingProxyType({}),
) -> Roster:
    """Units of 名簿; raises FaultyDefinitions with all faults.

    `prefecture` is the round's own, in which names are looked up; `roles` are those the forms know; no deadline
    should lie before `issued_on`; `due` holds the titles of all forms, with the deadlines of those in use.
    """
    table = find_table(sheet, HEADS)
    if table is None:
        raise FaultyDefinitions([_no_table(sheet)])
    home = codes.of_prefecture(prefecture)
    rows = [RosterRow(row, codes, home) for row in table.rows()]
    faults = [*_table_faults(table, rows)]
    for row in rows:
        faults += (*_faults(row), *deadline_faults(row.row, due), *_exception_faults(row))
    if faults:
        raise FaultyDefinitions(faults)
    groupings = groupings_of(table.others)
    units = sorted((row.unit(groupings) for row in rows), key=_official_order)
    notices = [*chain.from_iterable(_notices(row, prefecture, roles) for row in rows)]
    used = {title: day for title, day in due.items() if day}
    deadlines = chain.from_iterable(deadline_notices(row.row, issued_on, used) for row in rows)
    return Roster(tuple(units), (*notices, *deadlines, *_shared_addresses(rows)))


def units_of_prefecture(codes: CodeTable, prefecture: str) -> tuple[Unit, ...]:
    """One unit for each municipality of a prefecture: the 名簿 a new round begins with."""
    return tuple(
        Unit(unit_id(m.code), UnitKind.MUNICIPALITY, m.name, m.code, (m.code,))
        for m in codes.of_prefecture(prefecture)
    )


def _official_order(unit: Unit) -> tuple[bool, str, str, int]:
    stem, _, number = unit.id.rpartition("-")
    return (not unit.code, unit.code, stem, int(number))


def _no_table(sheet: SheetText) -> Fault:
    return Fault(
        sheet.file,
        sheet.name,
        "名簿の見出し（「回答単位ID」「種別」「団体コード」「名称」など）が、上から20行以内に見つかりません。",
        "見出しの行を元に戻してください。",
    )


def _table_faults(table: OpenTable, rows: Sequence[RosterRow]) -> Iterator[Fault]:
    yield from table.head_faults(HEADS)
    if not rows:
        yield Fault(
            table.sheet.file,
            table.sheet.name,
            "名簿に1件も記入がありません。",
            "見出しの下に、回答をお願いする相手を1行に1件ずつ記入してください。",
        )
    first: dict[str, RosterRow] = {}
    for row in rows:
        if row.id and first.setdefault(row.id, row) is not row:
            yield row.row.fault(
                "id",
                f"回答単位ID「{row.id}」は {first[row.id].row.place('id')} と同じです。",
                "同じ団体の2人目以降は、末尾を「-2」「-3」のように変えてください。",
            )


def _faults(row: RosterRow) -> Iterator[Fault]:
    yield from _kind_faults(row)
    yield from _code_faults(row)
    yield from _id_faults(row)
    yield from _name_faults(row)
    yield from _covers_faults(row)


def _kind_faults(row: RosterRow) -> Iterator[Fault]:
    if row.kind is None:
        text = row.row.text("kind")
        found = f"種別「{text}」は選択肢にありません。" if text else "種別が空欄です。"
        yield row.row.fault("kind", found, f"{'・'.join(UnitKind)}から選んでください。")
    if row.kind is UnitKind.MUNICIPALITY and not row.code:
        yield row.row.fault(
            "code",
            "種別が市町村ですが、団体コードが空欄です。",
            _suggested_code(row) or "6桁の団体コードを記入してください。",
        )
    if row.kind is UnitKind.JOINT and len({*row.codes_covered(), *row.unknown_places()}) < 2:
        yield row.row.fault(
            "covers",
            "種別が共同ですが、「回答する市町村」が2つ以上ありません。",
            "いっしょに回答する市町村を「、」で区切って、すべて記入してください。",
        )


def _code_faults(row: RosterRow) -> Iterator[Fault]:
    if not row.code or row.municipality:
        return
    text = row.row.text("code")
    if not (row.code.isdecimal() and len(row.code) == 6):
        found = f"団体コード「{text}」は6桁の数字ではありません。"
    elif not is_valid_code(row.code):
        found = f"団体コード「{text}」は検査数字（6桁目）が合いません。"
    else:
        found = f"団体コード「{text}」はコード表にありません。"
    yield row.row.fault("code", found, _suggested_code(row) or _ASK_CODE)


_ASK_CODE = "6桁の団体コードを御確認ください（新しいコードのときは、総務省のコード表を --codes で指定してください）。"


def _suggested_code(row: RosterRow) -> str:
    """The code of the municipality that is named, or that the first five digits belong to."""
    match = match_name(row.name, row.home)
    if isinstance(match, Exact):
        return f"「{match.municipality.name}」のコードは {match.municipality.code} です。"
    begun = [m for m in row.codes.municipalities if len(row.code) == 5 and m.code[:5] == row.code]
    return "".join(f"検査数字まで含めると {m.code}（{m.name}）です。" for m in begun)


def _id_faults(row: RosterRow) -> Iterator[Fault]:
    if not row.id:
        yield row.row.fault(
            "id",
            "回答単位IDと団体コードの両方が空欄です。",
            "団体コードを記入するか、「M06-1」のような英数字の回答単位IDをお決めください。",
        )
    elif not is_unit_id(row.id) and (row.row.text("id") or is_valid_code(row.code)):
        yield row.row.fault(
            "id",
            f"回答単位ID「{row.row.text('id')}」を使えません。",
            "英数字8文字以内、ハイフン、1～2桁の番号の形（「102016-1」「M06-1」）にしてください。",
        )
    elif row.municipality and is_valid_code(row.id[:6]) and row.code != row.id[:6]:
        yield row.row.fault(
            "id",
            f"回答単位ID「{row.id}」と団体コード「{row.code}」が、別の団体を指しています。",
            "どちらが正しいかを御確認ください。",
        )


def _name_faults(row: RosterRow) -> Iterator[Fault]:
    if not row.name:
        yield row.row.fault("name", "名称が空欄です。", "様式に表示する名称を記入してください。")
    own = row.municipality
    if row.kind is not UnitKind.MUNICIPALITY or not own or not row.name:
        return
    if not own.name:
        yield row.row.fault(
            "code",
            f"団体コード {own.code} は{own.prefecture}のコードです。",
            _suggested_code(row) or "市町村のコードを記入してください。",
        )
    elif not isinstance(match_name(row.name, (own,)), Exact):
        yield row.row.fault(
            "name",
            f"名称「{row.name}」と団体コード {own.code}（{own.full_name}）が一致しません。",
            _suggested_code(row) or "名称か団体コードのどちらかを改めてください。",
        )


def _covers_faults(row: RosterRow) -> Iterator[Fault]:
    for text, found in row.covers():
        written = plain_signs(text).upper()
        if isinstance(found, Exact) and found.municipality.name:
            continue
        if is_unit_id(written) and written == row.id:
            said = f"回答単位「{written}」が、自分自身を「回答する市町村」に挙げています。"
        elif isinstance(found, Exact):
            said = f"「{text}」は都道府県です。"
        else:
            said = f"「{text}」という市町村が見つかりません。"
        yield row.row.fault("covers", f"回答する市町村の{said}", _which(found))


def _which(found: Exact | Candidates | None) -> str:
    if isinstance(found, Candidates):
        names = "、".join(map(_name_and_code, found.municipalities[:5]))
        return f"{names}のことでしたら、その名称かコードを記入してください。"
    return "市町村の名称か団体コードを「、」で区切って記入してください。"


def _name_and_code(body: Municipality) -> str:
    return f"{body.name}（{body.code}）"


def _exception_faults(row: RosterRow) -> Iterator[Fault]:
    exempt = is_marked(row.row.text("exempt"))
    if exempt is None:
        yield row.row.fault(
            "exempt",
            f"対象外の欄の「{row.row.text('exempt')}」の意味が分かりません。",
            "対象外とするときは「○」、そうでないときは空欄にしてください。",
        )
    if exempt and not row.row.text("exempt_reason"):
        yield row.row.fault(
            "exempt_reason",
            "対象外ですが、理由が空欄です。",
            "「窓口がまとめて回答」のように理由を記入してください。",
        )


def _notices(row: RosterRow, prefecture: str, roles: Sequence[str]) -> Iterator[Notice]:
    own = row.municipality
    if row.code != plain_signs(row.row.text("code")):
        yield row.row.notice(
            "code",
            f"団体コードが数値になっていて、先頭の0が消えています。{row.code}（{own.name if own else ''}）として扱います。",
            "セルの書式を文字列にして、6桁で記入し直してください。",
        )
    if own and prefecture and own.prefecture != prefecture:
        yield row.row.notice(
            "code",
            f"{own.full_name}は{prefecture}の団体ではありません。",
            "間違いでないか御確認ください。",
        )
    if row.is_number("telephone") and row.telephone != row.row.text("telephone"):
        yield row.row.notice(
            "telephone",
            f"電話番号が数値になっていて、先頭の0が消えています。{row.telephone} として扱います。",
            "セルの書式を文字列にして、ハイフンを入れて記入し直してください。",
        )
    yield from _address_notices(row)
    yield from _sending_notices(row)
    yield from _role_notices(row, roles)


def _role_notices(row: RosterRow, roles: Sequence[str]) -> Iterator[Notice]:
    """A role no form knows, and one that is taken for granted where the body is no municipality."""
    role = folded(row.row.text("role"))
    if role and role not in roles:
        yield row.row.notice(
            "role",
            f"役割／区分「{role}」は、どの様式でも使われていません。役割を限った設問は届きません。",
            f"{slip_of(role, roles)}様式で使えるのは、{'・'.join(roles)} です。",
        )
    exempt = bool(is_marked(row.row.text("exempt")))
    if not role and row.kind is not UnitKind.MUNICIPALITY and not exempt:
        yield row.row.notice(
            "role",
            f"役割／区分が空欄のため、「{ROLES[0]}」としての様式を作成します。",
            f"ほかの役割の方でしたら、役割／区分を選んでください。このままでよいときは、「{ROLES[0]}」と記入すると、このお知らせは出なくなります。",
        )


def _address_notices(row: RosterRow) -> Iterator[Notice]:
    """One for each cell; nothing is mailed by us, so nothing has to stop."""
    for key in ("to", "cc"):
        if odd := [a for a in row.addresses(key) if not is_mail_address(a)]:
            yield row.row.notice(
                key,
                f"メールアドレスの形でないものがあります（{'、'.join(f'「{each}」' for each in odd)}）。",
                "「kaigo@example.jp」の形に改めるか、空欄にしてください。複数のときは「;」で区切ります。",
            )


def _sending_notices(row: RosterRow) -> Iterator[Notice]:
    exempt = bool(is_marked(row.row.text("exempt")))
    if not row.addresses("to") and not exempt:
        yield row.row.notice(
            "to",
            f"「{row.name}」の送付先メールが空欄です。",
            "メールでお送りするときは記入してください（様式の作成には差し支えありません）。",
        )
    if row.row.text("exempt_reason") and not exempt:
        yield row.row.notice(
            "exempt",
            "対象外の理由がありますが、対象外の欄は空欄です。今回の対象として扱います。",
            "対象外のときは「○」を付けてください。",
        )
    if row.kind and row.kind is not UnitKind.MUNICIPALITY and not (row.code or row.covers()):
        yield row.row.notice(
            "covers",
            f"「{row.name}」の回答は、どの市町村の行にも表示されません。",
            "市町村の分の回答でしたら、「回答する市町村」を記入してください。",
        )


def _shared_addresses(rows: Sequence[RosterRow]) -> Iterator[Notice]:
    """One address for two bodies is now and then meant, and often a slip that sends a neighbour's file."""
    first: dict[str, RosterRow] = {}
    for row in rows:
        for address in row.addresses("to"):
            before = first.setdefault(address.casefold(), row)
            if before.code != row.code and not (row.row.text("via") and before.row.text("via")):
                yield row.row.notice(
                    "to",
                    f"送付先 {address} は「{before.name}」（{before.row.place('to')}）と同じです。",
                    "誤りでないか御確認ください。",
                )
