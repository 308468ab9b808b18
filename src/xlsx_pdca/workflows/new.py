"""Making a round: folders, key, form files, 管理簿 and はじめる.cmd."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from xlsx_pdca.definitions.address_list import AddressList, Doubtful, read_address_list, updated
from xlsx_pdca.definitions.codes import CodeTable, read_official_workbook, shipped_codes
from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.form_settings import FormLine
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.definitions.gunma import gunma_desk, gunma_settings, gunma_units
from xlsx_pdca.definitions.roster import units_of_prefecture
from xlsx_pdca.definitions.settings import BY_CODE, MENDED, written_settings
from xlsx_pdca.errors import OperatorError, UsageError
from xlsx_pdca.spec import Form, Single, Table, item_questions
from xlsx_pdca.store.round_folder import RoundFolder, find_round
from xlsx_pdca.store.system import make_folders, write_atomically
from xlsx_pdca.unit import Unit
from xlsx_pdca.wareki import fiscal_year_name
from xlsx_pdca.workbook.officer_book import OfficerBook, read_tables, write_officer_book
from xlsx_pdca.workflows.round import CODES_FILE

FIRST_WEEKS = timedelta(weeks=2)
"""Time to answer in the sample round: about what municipalities are given."""


class FolderInUse(OperatorError):
    """The folder holds something already; a round is made only in an empty one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"フォルダー「{folder}」には、すでにファイルがあります。",
            "別の名前のフォルダーを指定してください。",
        )


@dataclass(frozen=True)
class RoundToMake:
    """What a new round begins with."""

    fiscal_year: int
    number: int = 1
    prefecture: str = ""
    """Name, short name or code; empty with `sample`."""
    sample: bool = False
    """The invented round of 群馬県."""
    with_desk: bool = False
    """In the sample: one 窓口 answering jointly for six municipalities."""
    codes: Path | None = None
    """A newer official workbook of 全国地方公共団体コード."""
    addresses: Path | None = None
    """The officer's own list of names and addresses."""


@dataclass(frozen=True)
class NewRound:
    folder: RoundFolder
    units: tuple[Unit, ...]
    doubtful: tuple[Doubtful, ...]
    """Lines of the address list a person must decide on."""
    without_mail: int


def round_name(wanted: RoundToMake) -> str:
    """Name of the folder: 令和8年度_第1回."""
    return f"{fiscal_year_name(wanted.fiscal_year)}_第{wanted.number}回"


def new_round(root: Path, wanted: RoundToMake, *, now: datetime, key: bytes, by: str) -> NewRound:
    """Make the round in an empty or missing folder; everything is examined before anything is written."""
    folder = RoundFolder(Path(os.path.normpath(root.absolute())))  # `..` is taken as typed
    _refuse_used(folder)
    codes = _codes(wanted)
    units = _units(wanted, codes)
    found = _addresses(wanted, codes)
    units = updated(units, found.updates)
    form_files = read_form_files(templates_folder())
    book = _officer_book(wanted, units, codes, load_forms(form_files), now.date())
    data = write_officer_book(book, now)
    folder.create()
    folder.ensure_key(key, by)
    _write_files(folder, form_files, wanted)
    write_atomically(folder.settings_book, data)
    write_atomically(folder.starter, STARTER.replace("\n", "\r\n").encode("cp932"))
    without_mail = sum(not unit.to and not unit.exempt for unit in units)
    return NewRound(folder, units, (*found.doubtful, *found.unmatched), without_mail)


def _refuse_used(folder: RoundFolder) -> None:
    if folder.root.exists() and not folder.root.is_dir():
        raise UsageError(
            f"「{folder.root}」という名前のファイルが、すでにあります。",
            "別の名前のフォルダーを指定してください。",
        )
    if folder.root.is_dir() and any(folder.root.iterdir()):
        raise FolderInUse(folder.root)
    outer = find_round(folder.root.parent)
    if outer is not None:
        raise UsageError(
            f"「{outer.root}」は実施回のフォルダーです。", "その外側にフォルダーを作ってください。"
        )


def _codes(wanted: RoundToMake) -> CodeTable:
    if wanted.codes is None:
        return shipped_codes()
    return read_official_workbook(read_tables(wanted.codes))


def _units(wanted: RoundToMake, codes: CodeTable) -> tuple[Unit, ...]:
    if wanted.sample:
        desk = (gunma_desk(codes),) if wanted.with_desk else ()
        return (*gunma_units(codes), *desk)
    prefecture = codes.prefecture(wanted.prefecture)
    if prefecture is None:
        raise UsageError(
            f"都道府県「{wanted.prefecture}」が見つかりません。",
            "「群馬県」のように指定してください。",
        )
    return units_of_prefecture(codes, prefecture.prefecture)


def _addresses(wanted: RoundToMake, codes: CodeTable) -> AddressList:
    if wanted.addresses is None:
        return AddressList()
    prefecture = codes.prefecture("群馬県" if wanted.sample else wanted.prefecture)
    assert prefecture is not None  # refused above
    bodies = codes.of_prefecture(prefecture.prefecture)
    return read_address_list(read_tables(wanted.addresses), bodies)


def _officer_book(
    wanted: RoundToMake,
    units: Sequence[Unit],
    codes: CodeTable,
    forms: Mapping[str, Form],
    today: date,
) -> OfficerBook:
    deadline = _workday(today + FIRST_WEEKS) if wanted.sample else None
    lines = tuple(line for form in forms.values() for line in form_lines(form, deadline))
    if wanted.sample:
        settings = replace(gunma_settings(wanted.fiscal_year, today), number=wanted.number)
        written, prefecture = written_settings(settings), settings.prefecture
    else:
        known = codes.prefecture(wanted.prefecture)
        prefecture = known.prefecture if known else wanted.prefecture
        written = {
            "prefecture": prefecture,
            "fiscal_year": fiscal_year_name(wanted.fiscal_year),
            "number": str(wanted.number),
            "verbatim": MENDED,
            "order": BY_CODE,
        }
    title = f"{prefecture}　{fiscal_year_name(wanted.fiscal_year)}第{wanted.number}回"
    return OfficerBook(title, written, lines, tuple(units), codes.by_code)


def _workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=(7 - day.weekday()) if day.weekday() > 4 else 0)


def form_lines(form: Form, deadline: date | None) -> tuple[FormLine, ...]:
    """Lines of 様式 in 管理簿: the form itself, then its ready-made optional questions, switched off."""
    optional = [
        FormLine(form.id, text, key)
        for sheet in form.sheets
        for item in sheet.items
        for key, text in _optional_texts(item)
    ]
    return (FormLine(form.id, form.title, on=True, deadline=deadline), *optional)


def _optional_texts(item: object) -> list[tuple[str, str]]:
    if isinstance(item, Table) and item.optional:
        return [(item.id, item.label)]
    if isinstance(item, Single):
        return [(q.id, q.text(verbatim=False)) for q in item_questions(item) if q.optional]
    return []


def _write_files(folder: RoundFolder, files: Mapping[str, bytes], wanted: RoundToMake) -> None:
    for name, data in files.items():
        target = folder.forms / name
        make_folders(target.parent)
        write_atomically(target, data)
    if wanted.codes is not None:
        table = _codes(wanted)
        lines = [
            "\t".join((m.code, m.prefecture, m.name, m.kana))
            for m in (*table.prefectures, *table.municipalities)
        ]
        write_atomically(folder.system / CODES_FILE, ("\n".join(lines) + "\n").encode())


STARTER = """@echo off
rem 実施回のフォルダーの入口です。ダブルクリックで開きます。
setlocal
chcp 932 > nul
set "PATH=%LOCALAPPDATA%\\xlsx_pdca\\Scripts;%PATH%"
pushd "%~dp0"
title 在宅医療・介護連携推進事業　様式の作成と取りまとめ
where xlsx-pdca > nul 2> nul
if errorlevel 1 (
  echo プログラム xlsx-pdca が見つかりません。情報システム担当に導入を御依頼ください。
  pause
  popd
  exit /b 4
)
:status
cls
xlsx-pdca status
echo.
echo   1  様式を作成する            issue
echo   2  送付した日を記録する      send --mark-sent --all
echo   3  届いたファイルを取り込む  receive
echo   4  必ず確認する点のない提出を確認済にする  accept --all
echo   5  取りまとめの3冊を作成する  merge
echo   6  相手ごとの下書きメールを作る  send
echo   7  提出のお願い（再送）の下書きを作る  remind
echo   8  御回答について、確認のお願いの下書きを作る  ask
echo   9  そのほかの操作（コマンドを入力する）
echo  10  伺った内容で御回答を補正する  correct
echo   0  終了
echo.
set "choice="
set /p choice=番号を入力して Enter を押してください：
rem 日本語入力のまま打たれた数字も受け付けます。
if "%choice%"=="１" set "choice=1"
if "%choice%"=="２" set "choice=2"
if "%choice%"=="３" set "choice=3"
if "%choice%"=="４" set "choice=4"
if "%choice%"=="５" set "choice=5"
if "%choice%"=="６" set "choice=6"
if "%choice%"=="７" set "choice=7"
if "%choice%"=="８" set "choice=8"
if "%choice%"=="９" set "choice=9"
if "%choice%"=="０" set "choice=0"
if "%choice%"=="１０" set "choice=10"
if "%choice%"=="1" xlsx-pdca issue & pause
if "%choice%"=="2" call :sent
rem パスワードが用意されていれば、メールサーバーからも取り込みます。
if "%choice%"=="3" if defined PDCA_IMAP_PASSWORD xlsx-pdca receive --imap
if "%choice%"=="3" xlsx-pdca receive & pause
if "%choice%"=="4" call :accepted
if "%choice%"=="5" xlsx-pdca merge & pause
if "%choice%"=="6" xlsx-pdca send & pause
if "%choice%"=="7" xlsx-pdca remind & pause
if "%choice%"=="8" xlsx-pdca ask & pause
if "%choice%"=="9" call :command
if "%choice%"=="10" xlsx-pdca correct & pause
if not "%choice%"=="0" goto status
popd
exit /b 0
:sent
cls
xlsx-pdca status --list
echo.
echo 上の一覧で「未送付」となっているものと、置いてある下書き（再送、確認、受領など）のすべてを、今日（%date%）送付したものとして記録します。
echo 一部だけを記録するときや、別の日に送付したときは、N を押し、「9」から send を使ってください。
call :confirm
if not errorlevel 1 xlsx-pdca send --mark-sent --all
pause
exit /b
:accepted
cls
xlsx-pdca accept --all --dry-run
echo.
echo 確認済にする予定のものを上に表示しました。まだ何も記録していません。
echo 一部だけを確認済にするときは、N を押し、「9」から accept を使ってください。
call :confirm
if not errorlevel 1 xlsx-pdca accept --all
pause
exit /b
:confirm
set "answer="
set /p answer=記録してよろしいですか。「はい」は Y、「いいえ」は N を入力して Enter を押してください：
for %%y in (Y y Ｙ ｙ) do if "%answer%"=="%%y" exit /b 0
echo 記録しませんでした。
exit /b 1
:command
echo コマンドを入力してください（例：xlsx-pdca status --list）。使い方は xlsx-pdca --help で表示します。
echo 終わったら exit と入力すると、元の画面に戻ります。
cmd /k prompt $G$S
exit /b 0
"""
"""はじめる.cmd; written in cp932 with CRLF, because cmd.exe reads it in the console's own code page."""
