"""`new`: a complete folder in an empty place, or nothing at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl.workbook import Workbook

from issued_round import BY, KEY, NOW
from xlsx_pdca.cli.program import run
from xlsx_pdca.definitions.codes import shipped_codes
from xlsx_pdca.errors import ExitCode, FaultyDefinitions, UsageError
from xlsx_pdca.store.round_folder import RoundFolder
from xlsx_pdca.workflows.new import FolderInUse, NewRound, RoundToMake, new_round, round_name
from xlsx_pdca.workflows.round import CODES_FILE, Round, open_round_at

NIIGATA = RoundToMake(2026, prefecture="新潟県")


def made(root: Path, wanted: RoundToMake = NIIGATA) -> NewRound:
    return new_round(root, wanted, now=NOW, key=KEY, by=BY)


def opened(root: Path) -> Round:
    return open_round_at(RoundFolder(root), holder=BY)


def book(path: Path, *sheets: list[list[str]]) -> Path:
    """A workbook of these sheets."""
    written = Workbook()
    written.remove(written.active)
    for number, lines in enumerate(sheets, 1):
        sheet = written.create_sheet(f"Sheet{number}")
        for line in lines:
            sheet.append(line)
    written.save(path)
    return path


def test_every_folder_of_a_round(tmp_path: Path) -> None:
    """All folders, the key, 管理簿, both forms and はじめる.cmd stand, and nothing else at the top."""
    root = made(tmp_path / "round").folder.root
    assert sorted(path.name for path in root.iterdir()) == [
        "00_管理簿.xlsx", "10_様式", "20_送付用", "25_添付資料", "30_下書きメール",
        "40_届いたファイル", "50_受領済", "60_確認依頼", "70_取りまとめ", "80_共有資料",
        "_システム（さわらない）", "はじめる.cmd",
    ]  # fmt: skip
    assert RoundFolder(root).key() == KEY
    assert {path.parent.name for path in RoundFolder(root).forms.rglob("v1.toml")} >= {
        "jizen",
        "tojitsu",
    }


@pytest.mark.parametrize("name", ["新潟県", "新潟", "15", "150002"])
def test_prefecture_by_name_or_code(tmp_path: Path, name: str) -> None:
    """The units are the prefecture's municipalities with their codes, in the official order."""
    units = made(tmp_path / "round", RoundToMake(2026, prefecture=name)).units
    expected = shipped_codes().of_prefecture("新潟県")
    assert len(units) == 30
    assert [(u.code, u.name) for u in units] == [(m.code, m.name) for m in expected]


def test_unknown_prefecture_makes_nothing(tmp_path: Path) -> None:
    """The name is quoted, and no folder is left behind."""
    with pytest.raises(UsageError, match="「新潟市」が見つかりません"):
        made(tmp_path / "round", RoundToMake(2026, prefecture="新潟市"))
    assert not (tmp_path / "round").exists()


def test_used_folder_is_refused(tmp_path: Path) -> None:
    """A folder that holds anything is not touched; an empty one is taken."""
    root = tmp_path / "round"
    root.mkdir()
    (root / "メモ.txt").write_text("大切", encoding="utf-8")
    with pytest.raises(FolderInUse, match="すでにファイルがあります"):
        made(root)
    assert [path.name for path in root.iterdir()] == ["メモ.txt"]
    (root / "メモ.txt").unlink()
    assert len(made(root).units) == 30


def test_a_round_is_no_place_for_another(tmp_path: Path) -> None:
    """A round inside a round would take the outer one's commands."""
    root = made(tmp_path / "round").folder.root
    with pytest.raises(UsageError, match="実施回のフォルダーです"):
        made(root / "次の回")
    assert not (root / "次の回").exists()


def test_the_sample_can_be_issued_at_once(tmp_path: Path) -> None:
    """The invented round of 群馬県 needs nothing filled in: 35 units, an address each under a reserved domain."""
    root = made(tmp_path / "round", RoundToMake(2026, sample=True)).folder.root
    round_ = opened(root)
    assert len(round_.units) == 35
    assert all(address.endswith(".example") for unit in round_.units for address in unit.to)
    assert all(unit.to for unit in round_.units)
    assert list(round_.forms) == ["jizen", "tojitsu"]


def test_same_inputs_same_bytes(tmp_path: Path) -> None:
    """Two rounds made alike are alike, byte for byte."""
    roots = [made(tmp_path / name).folder.root for name in ("a", "b")]
    files = [
        {p.relative_to(r).as_posix(): p.read_bytes() for p in r.rglob("*") if p.is_file()}
        for r in roots
    ]
    assert files[0] == files[1]


def test_name_of_the_folder() -> None:
    """Left out, the folder is named after year and number."""
    assert round_name(RoundToMake(2026, number=2)) == "令和8年度_第2回"


# -- the officer's own lists ---------------------------------------------------------------

ADDRESSES = [
    ["市町村名", "担当課", "担当者", "メールアドレス", "電話番号"],
    ["新潟市", "地域包括ケア推進課", "佐渡 一郎", "care@city-niigata.example", "025-000-0001"],
    ["長岡市", "長寿はつらつ課", "", "kaigo@city-nagaoka.example", "0258-00-0001"],
    ["新潟県医師会", "事務局", "", "office@niigata-med.example", "025-000-0002"],
    ["長丘市", "福祉課", "", "x@city.example", ""],
]


def test_address_list_is_imported_by_name(tmp_path: Path) -> None:
    """What the list says of a municipality stands in 名簿; lines that name none are put to the officer."""
    path = book(tmp_path / "宛先.xlsx", ADDRESSES)
    wanted = RoundToMake(2026, prefecture="新潟県", addresses=path)
    new = made(tmp_path / "round", wanted)
    units = {unit.name: unit for unit in new.units}
    assert units["新潟市"].to == ("care@city-niigata.example",)
    assert units["新潟市"].contact_person == "佐渡 一郎"
    assert units["長岡市"].telephone == "0258-00-0001"
    assert units["三条市"].to == ()
    assert {doubtful.text for doubtful in new.doubtful} >= {"新潟県医師会"}
    assert any("長丘市" in doubtful.text for doubtful in new.doubtful)
    assert new.without_mail == 28


def test_doubtful_lines_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command names place and text of each line to decide on, and ends with "a person is needed"."""
    path = book(tmp_path / "宛先.xlsx", ADDRESSES)
    root = str(tmp_path / "round")
    code = run(["new", root, "--prefecture", "新潟県", "--year", "令和8年度", "--list", str(path)])
    assert code == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().err
    assert "「新潟県医師会」" in said
    assert "28件" in said


OFFICIAL = [
    ["団体コード", "都道府県名\n（漢字）", "市区町村名\n（漢字）", "都道府県名\n（カナ）", "市区町村名\n（カナ）"],
    ["150002", "新潟県", "", "ﾆｲｶﾞﾀｹﾝ", ""],
    ["151009", "新潟県", "新潟市", "ﾆｲｶﾞﾀｹﾝ", "ﾆｲｶﾞﾀｼ"],
    ["152021", "新潟県", "長岡市", "ﾆｲｶﾞﾀｹﾝ", "ﾅｶﾞｵｶｼ"],
]  # fmt: skip


def test_newer_code_table(tmp_path: Path) -> None:
    """`--codes`: the round lives with the municipalities of that table, now and whenever it is opened."""
    path = book(tmp_path / "000925835.xlsx", OFFICIAL)
    new = made(tmp_path / "round", RoundToMake(2026, prefecture="新潟県", codes=path))
    assert [unit.name for unit in new.units] == ["新潟市", "長岡市"]
    kept = (new.folder.system / CODES_FILE).read_text(encoding="utf-8").splitlines()
    assert [line.split("\t")[0] for line in kept] == ["150002", "151009", "152021"]


def test_faulty_code_table_makes_nothing(tmp_path: Path) -> None:
    """A wrong check digit is named with its cell, and no folder is left behind."""
    faulty = [*OFFICIAL[:-1], ["152020", *OFFICIAL[-1][1:]]]
    path = book(tmp_path / "code.xlsx", faulty)
    with pytest.raises(FaultyDefinitions) as told:
        made(tmp_path / "round", RoundToMake(2026, prefecture="新潟県", codes=path))
    assert ["A4" in str(fault) or "A5" in str(fault) for fault in told.value.faults] == [True]
    assert not (tmp_path / "round").exists()


def test_no_code_table_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that is missing, or no such table, is a sentence and an exit code, never a traceback."""
    other = book(tmp_path / "other.xlsx", [["予算", "1"]])
    for path in (other, tmp_path / "missing.xlsx"):
        arguments = ["--prefecture", "新潟県", "--codes", str(path)]
        code = run(["new", str(tmp_path / "round"), *arguments])
        assert code in (ExitCode.FAULTY, ExitCode.DISK, ExitCode.USAGE)
        assert "Traceback" not in capsys.readouterr().err
    assert not (tmp_path / "round").exists()


def test_both_or_neither_prefecture_and_sample(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command asks for exactly one of them."""
    root = str(tmp_path / "round")
    assert run(["new", root]) == ExitCode.USAGE
    assert run(["new", root, "--prefecture", "新潟県", "--sample", "gunma"]) == ExitCode.USAGE
    assert "--prefecture" in capsys.readouterr().err


def test_status_of_a_fresh_round(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A sample round opens at once and says that nothing has been issued yet."""
    root = tmp_path / "round"
    made(root, RoundToMake(2026, sample=True))
    assert run(["status", "--round", str(root), "--json"]) == ExitCode.OK
    told = json.loads(capsys.readouterr().out)
    assert {unit["status"] for unit in told["units"]} == {"未送付"}
