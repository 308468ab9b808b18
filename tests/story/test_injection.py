"""Texts that would become formulas, links or commands, through a whole round into every output: they stay texts.

The judges are independent of our readers and writers: the raw XML, a recalculating LibreOffice, csv, json.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import re
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from issued_round import GOOD, MAEBASHI, TAKASAKI, Desk, changed, make_round
from libreoffice import LibreOffice
from xlsx_pdca.workbook.view_sheet import HEAD_ROW

pytestmark = pytest.mark.untraced

VILE = (
    "=cmd|'/c calc'!A0", "=1+1", "{=SUM(1,2)}", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "=HYPERLINK(\"http://evil.example/\")",
    "http://evil.example/", "\\\\evil\\share\\x", "file://evil/x", "external:\\\\evil\\x.xlsx", "mailto:a@evil.example",
    "internal:'はじめに'!A1", "_x0041_evil", "a_x0001_evil", "\u202eevil", "</script><script>evil</script>", "]]><evil/>",
    "=WEBSERVICE(\"http://evil.example/\")", "＝1+1", "'=1+1", "\"=1+1", ";=1+1", ",=1+1", "evil\n=1+1", "=" + "evil" * 2000,
    "${evil}", "%0A=evil", "evil\x7f", "\x1b[31mevil",
)  # fmt: skip
"""With an escape, a control or direction sign among them; a workbook cannot hold some, and gets those in its own way."""

ARGUMENTS = {"PDCA_NOW": "2026-09-20T09:00:00+09:00", "PDCA_USER": "=1+1"}


@dataclass(frozen=True)
class Played:
    desk: Desk
    typed: Mapping[str, Mapping[tuple[str, str, str], str]]
    said: tuple[subprocess.CompletedProcess[bytes], ...]
    """What the commands printed."""
    told: tuple[subprocess.CompletedProcess[bytes], ...]
    """The same with --json."""

    @property
    def books(self) -> list[Path]:
        """The books as they are now, without those laid aside before they were replaced."""
        found = self.desk.round.folder.summaries.glob("*.xlsx")
        return sorted(path for path in found if "置き換え前" not in path.name)

    @property
    def tables(self) -> list[Path]:
        return sorted((self.desk.root / "csv").glob("*.csv"))


def storable(text: str) -> str:
    """The text as a workbook can hold it: signs XML does not know are left out."""
    return "".join(sign for sign in text if sign in "\n\t" or ord(sign) >= 0x20)


def as_shown(text: str) -> str:
    """A text under Excel's escapes as Excel shows it: openpyxl writes it unescaped."""
    return text.replace("_x0041_", "A").replace("_x0001_", "\x01")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Two returns full of such texts, under such names, one of them in a mail; a third that waits; merged twice."""
    desk = Desk.at(make_round(tmp_path_factory.mktemp("injection") / "round"))
    texts = itertools.cycle(map(storable, VILE))
    kinds = {a.address: desk.plan().question_of(a).kind for a in desk.plan().answers}
    asked = [address for address, kind in kinds.items() if kind.is_text]
    typed, more = ({**GOOD, **{a: next(texts) for a in asked if not a[2]}} for _ in range(2))
    desk.drop("=cmd|'calc'!A0\n二行目\x1b[31m\u202e.xlsx", filled(desk, typed))
    desk.drop("+1.eml", mail(changed(filled(desk, more, TAKASAKI), hidden_texts)))
    desk.drop("@SUM(1)_高崎市.xlsx", filled(desk, typed))
    said = [run(desk, "receive"), run(desk, "merge", "--csv", desk.root / "csv")]
    write_notes(desk)
    said += [
        run(desk, "merge", "--csv", desk.root / "csv"),
        run(desk, "status", "--list"),
        run(desk, "verify"),
    ]
    told = [run(desk, "status", "--json")]
    told.append(run(desk, "check", *desk.round.folder.received.rglob("*.xlsx"), "--json"))
    return Played(desk, {MAEBASHI: typed, TAKASAKI: more}, tuple(said), tuple(told))


def filled(desk: Desk, typed: Mapping[tuple[str, str, str], str], unit: str = MAEBASHI) -> bytes:
    return desk.filled(
        unit, **{"__".join(a[:2]).removesuffix("__"): t for a, t in typed.items() if not a[2]}
    )


def hidden_texts(book: openpyxl.Workbook) -> None:
    """Texts beside the answers, and a sheet called like a formula."""
    book["様式1"]["H3"] = "=cmd|'/c calc'!A0"
    book["様式1"]["H3"].data_type = "s"
    book.create_sheet("=1+1")["A1"] = "@evil"


def mail(attached: bytes) -> bytes:
    message = EmailMessage()
    message["From"] = '"=HYPERLINK(1)" <evil@city-takasaki.example>'
    message["Subject"] = "=cmd|'/c calc'!A0 \u202e http://evil.example/"
    message.set_content("=1+1\n@SUM(1)\nhttp://evil.example/\n</script>")
    message.add_attachment(
        attached, maintype="application", subtype="octet-stream", filename="=1+1.xlsx"
    )
    return message.as_bytes()


def write_notes(desk: Desk) -> None:
    """The officer writes such texts too."""
    path = next(desk.round.folder.summaries.glob("取りまとめ表*.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book["様式1"] if "様式1" in book else book.worksheets[1]
    for column, cell in enumerate(sheet[HEAD_ROW], 1):
        if cell.value and "県記入" in str(cell.value):
            note = sheet.cell(HEAD_ROW + 1, column)
            note.value, note.data_type = "=1+1", "s"
    book.save(path)


def run(desk: Desk, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "xlsx_pdca", *map(str, words), "--round", str(desk.root)]
    done = subprocess.run(
        command, capture_output=True, env={**os.environ, **ARGUMENTS}, check=False
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return done


# -- the judges ----------------------------------------------------------------------------

_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")


def live_parts(data: bytes, root: Path) -> Iterator[str]:
    """What of a workbook calculates or leads out of the round's own folder."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in package.namelist():
            part = package.read(name)
            if name.startswith("xl/worksheets/sheet") and _FORMULA.search(part):
                yield f"{name}: a formula"
            if "externalLink" in name or b"ddeLink" in part:
                yield f"{name}: an external link"
            if name.endswith(".rels"):
                yield from _leading_out(name, part, root)


def _leading_out(name: str, part: bytes, root: Path) -> Iterator[str]:
    for relation in etree.fromstring(part):
        target = relation.get("Target", "").replace("\\", "/")
        if relation.get("TargetMode") != "External":
            continue
        path = (root / "70_取りまとめ" / target.partition("#")[0]).resolve()
        if "://" in target or target.startswith("/") or not path.is_relative_to(root.resolve()):
            yield f"{name}: {target}"


def steering(shown: str) -> set[str]:
    """Signs that would steer a terminal or turn the direction of writing."""
    return {
        sign
        for sign in shown
        if (sign not in "\n\t" and unicodedata.category(sign) == "Cc")
        or 0x202A <= ord(sign) <= 0x202E
    }


def test_texts_went_in(played: Played) -> None:
    """The texts of this test are really answers of the round: the fence is not tested against nothing."""
    with (played.desk.root / "csv" / "answers.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    told = {(r["unit"], r["field_id"], r["column"], r["row"]): r["raw"] for r in rows}
    wanted = {
        (u, *a): as_shown(text) for u, typed in played.typed.items() for a, text in typed.items()
    }
    assert {key: told[key] for key in wanted} == wanted
    assert {as_shown(storable(text)) for text in VILE} <= set(wanted.values())


def test_books_hold_no_formula_and_no_foreign_link(played: Played) -> None:
    """Raw XML of all books: nothing calculates, nothing leads out of the round's folder."""
    assert len(played.books) == 3
    for path in played.books:
        assert list(live_parts(path.read_bytes(), played.desk.root)) == []


def test_judge_sees_formulas_and_links(played: Played, tmp_path: Path) -> None:
    """A book in which such a text did become a formula or a link is seen."""
    book = openpyxl.Workbook()
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "formula.xlsx")
    book.active["A1"] = "x"
    book.active["A1"].hyperlink = "http://evil.example/"
    book.save(tmp_path / "link.xlsx")
    for name in ("formula", "link"):
        assert list(live_parts((tmp_path / f"{name}.xlsx").read_bytes(), played.desk.root))


@pytest.mark.soffice
def test_books_recalculated(played: Played, tmp_path: Path, soffice: LibreOffice) -> None:
    """Opened, recalculated and saved by LibreOffice, the texts are still texts and nothing calculates."""
    for path in played.books:
        again = openpyxl.load_workbook(soffice.convert(path, "xlsx", tmp_path))
        cells = [
            cell
            for sheet in again
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        ]
        assert not [cell.coordinate for cell in cells if cell.data_type in "fe"]
        if path.stem.startswith("データ集"):
            texts = {cell.value for cell in cells}
            assert {"=1+1", "@SUM(1)", "=cmd|'/c calc'!A0"} <= texts


def test_table_for_excel_begins_no_formula(played: Played) -> None:
    """No cell of 回答一覧.csv begins as Excel begins a formula; `answers.csv` has the texts exact."""
    assert [path.name for path in played.tables] == ["answers.csv", "回答一覧.csv"]
    with (played.desk.root / "csv" / "回答一覧.csv").open(
        encoding="utf-8-sig", newline=""
    ) as lines:
        cells = [cell for row in csv.reader(lines) for cell in row]
    assert not [cell for cell in cells if cell[:1] in set("=+-@\t\r")]
    assert "'=1+1" in cells


def test_screen_is_not_steered(played: Played) -> None:
    """Nothing printed steers the terminal; a file name with a line break stays on its line."""
    for done in played.said:
        shown = done.stdout.decode() + done.stderr.decode()
        assert steering(shown) == set()
        assert not [line for line in shown.splitlines() if line.startswith("二行目")]
    assert any("=cmd|'calc'!A0 二行目" in done.stdout.decode() for done in played.said)


def test_json_is_json(played: Played) -> None:
    """--json is one JSON value that holds something, whatever the texts are."""
    assert played.told
    assert all(json.loads(done.stdout.decode()) for done in played.told)


def test_names_of_copies_are_names(played: Played) -> None:
    """Readable copies and attachments have names made by us: below the round, without steering signs, no formula."""
    found = [path for path in played.desk.round.folder.received.rglob("*") if path.is_file()]
    assert found
    for path in found:
        assert steering(path.name) == set() and "\n" not in path.name
        assert path.name[:1] not in set("=+-@")
        assert path.resolve().is_relative_to(played.desk.root.resolve())
