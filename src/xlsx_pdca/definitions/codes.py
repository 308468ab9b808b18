"""全国地方公共団体コード: the table shipped with the program, and newer ones as 総務省 publishes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from xlsx_pdca.cells import folded
from xlsx_pdca.definitions.open_table import (
    Head,
    OpenTable,
    SheetText,
    TableRow,
    find_table,
    plain_signs,
)
from xlsx_pdca.errors import Fault, FaultyDefinitions
from xlsx_pdca.municipality import Municipality, is_valid_code

HEADS = (
    Head("code", "団体コード", ("全国地方公共団体コード", "市区町村コード")),
    Head("prefecture", "都道府県名（漢字）", ("都道府県名",)),
    Head("name", "市区町村名（漢字）", ("市区町村名", "市町村名（漢字）", "市町村名")),
    Head("prefecture_kana", "都道府県名（カナ）"),
    Head("kana", "市区町村名（カナ）", ("市町村名（カナ）",)),
)
_NEEDED = HEADS[:3]
_WARD = re.compile(r".+市.+区")


@dataclass(frozen=True)
class CodeTable:
    """All bodies with a code, each group in the order of the codes (建制順)."""

    municipalities: tuple[Municipality, ...]
    prefectures: tuple[Municipality, ...]
    wards: tuple[Municipality, ...] = ()
    """Wards of designated cities; the shipped table holds none."""

    @cached_property
    def by_code(self) -> Mapping[str, Municipality]:
        return {m.code: m for m in (*self.wards, *self.municipalities, *self.prefectures)}

    def of_prefecture(self, prefecture: str) -> tuple[Municipality, ...]:
        """Municipalities of a prefecture, given by its name."""
        return tuple(m for m in self.municipalities if m.prefecture == prefecture)

    def prefecture(self, text: str) -> Municipality | None:
        """The prefecture meant by 群馬県, 群馬, 10 or 100005."""
        wanted = folded(text)
        for prefecture in self.prefectures:
            name = prefecture.prefecture
            short = name if name == "北海道" else name[:-1]
            if wanted in (name, short, prefecture.code, prefecture.prefecture_code):
                return prefecture
        return None


@cache
def shipped_codes() -> CodeTable:
    """The table that comes with the program (its date and origin stand in the head of the file)."""
    file = files("xlsx_pdca.definitions") / "data" / "municipalities.tsv"
    return parse_codes(file.read_text(encoding="utf-8"))


def parse_codes(text: str) -> CodeTable:
    """Table from the lines of our own file: code, prefecture, name, kana."""
    lines = (line.split("\t") for line in text.splitlines() if line[:1].isdigit())
    return _table(Municipality(*line) for line in lines)


def read_official_workbook(sheets: Sequence[SheetText]) -> CodeTable:
    """Table from 総務省's workbook: one sheet of municipalities, another of the designated cities' wards.

    Raises FaultyDefinitions with every fault and its cell.
    """
    tables = [table for sheet in sheets if (table := find_table(sheet, HEADS))]
    faults = [*_head_faults(sheets, tables)]
    bodies: dict[str, Municipality] = {}
    for row in (row for table in tables for row in table.rows()):
        body = _body(row)
        row_faults = [*_faults_of(row, body, bodies.get(body.code))]
        if not row_faults:
            bodies[body.code] = body
        faults += row_faults
    if faults:
        raise FaultyDefinitions(faults)
    return _table(bodies.values())


def _table(bodies: Iterable[Municipality]) -> CodeTable:
    ordered = sorted(bodies)
    wards = tuple(m for m in ordered if _WARD.fullmatch(m.name))
    return CodeTable(
        municipalities=tuple(m for m in ordered if m.name and m not in wards),
        prefectures=tuple(m for m in ordered if not m.name),
        wards=wards,
    )


def _head_faults(sheets: Sequence[SheetText], tables: Sequence[OpenTable]) -> Iterator[Fault]:
    if not tables:
        words = "」「".join(head.text for head in HEADS)
        yield Fault(
            sheets[0].file if sheets else "",
            "",
            "団体コードの表が見つかりません。",
            f"総務省の「都道府県コード及び市区町村コード」のExcelファイル（見出し「{words}」のあるもの）を指定してください。",
        )
    for table in tables:
        yield from table.head_faults(_NEEDED)


def _body(row: TableRow) -> Municipality:
    code = plain_signs(row.text("code"))
    cell = row.cell("code")
    kana = row.text("kana") or row.text("prefecture_kana")
    return Municipality(
        code=code.zfill(6) if cell and cell.is_number else code,
        prefecture=folded(row.text("prefecture")),
        name=folded(row.text("name")),
        kana=unicodedata.normalize("NFKC", kana),
    )


def _faults_of(row: TableRow, body: Municipality, before: Municipality | None) -> Iterator[Fault]:
    if not is_valid_code(body.code):
        yield row.fault(
            "code",
            f"団体コード「{row.text('code')}」は正しい6桁のコードではありません（検査数字が合いません）。",
            "総務省の元のファイルを御確認ください。",
        )
    if not body.prefecture:
        yield row.fault("prefecture", "都道府県名が空欄です。", "都道府県名を記入してください。")
    # The sheet of wards repeats its cities; only a contradiction is a fault.
    if before and (before.prefecture, before.name) != (body.prefecture, body.name):
        yield row.fault(
            "code",
            f"団体コード {body.code} が「{before.full_name}」と「{body.full_name}」の両方にあります。",
            "総務省の元のファイルを御確認ください。",
        )
