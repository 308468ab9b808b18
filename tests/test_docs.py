"""The papers for officers: every command shown in docs/round.md is run as written there, and shows what is printed there.

A block that begins ```console 2026-09-01 is run at ten o'clock of that day; words behind the day name what
happened before (`SCENES`). In the printed output `…` stands for what is left out.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from gunma_round import gunma_round
from xlsx_pdca.cli.program import program, run
from xlsx_pdca.definitions.data_files import samples_folder
from xlsx_pdca.definitions.post_settings import PostSettings
from xlsx_pdca.definitions.settings import ITEMS
from xlsx_pdca.event import JST
from xlsx_pdca.facts import Outcome
from xlsx_pdca.findings import CATALOGUE
from xlsx_pdca.layout.formulas import HAS_LIST
from xlsx_pdca.layout.words import STATE_WORDS
from xlsx_pdca.ledger import Standing
from xlsx_pdca.long_table import answers_csv, frame, long_table
from xlsx_pdca.mailbox.imap import LARGEST
from xlsx_pdca.plan import Mark, WorkbookPlan
from xlsx_pdca.spec import Share
from xlsx_pdca.store.round_folder import find_round
from xlsx_pdca.workbook.karte import NOT_IN
from xlsx_pdca.workbook.progress_book import progress_book
from xlsx_pdca.workflows.demo_answers import Respondent
from xlsx_pdca.workflows.demo_material import ANSWERS_FILE, read_material
from xlsx_pdca.workflows.demo_returns import Issue, Window, returned_files, stray_file
from xlsx_pdca.workflows.issue import PLAN_COPIES
from xlsx_pdca.workflows.new import STARTER
from xlsx_pdca.workflows.round import Round, open_round_at

ROOT = Path(__file__).parent.parent
ROUND = "docs/round.md"
PAPERS = (
    ROUND, "docs/respondent.md", "docs/it-office.md", "docs/summary.md", "docs/template.md",
    "README.md", "README.ja.md",
)  # fmt: skip
OTHERS = (
    "docs/design.md", "docs/findings.md", "docs/mail.md", "docs/security.md", "CONTRIBUTING.md", "templates/README.md",
    "samples/README.md",
)  # fmt: skip
HARSH = re.compile("督促|差戻し|差し戻し|指摘|エラー")

_BLOCK = re.compile(
    r"^```console (\d{4}-\d\d-\d\d) *([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


# -- the story of docs/round.md --------------------------------------------------------------


@dataclass(frozen=True)
class Call:
    """One command of a block with the output printed below it."""

    line: int
    day: datetime
    before: tuple[str, ...]
    """Scenes that come before it."""
    typed: str
    shown: tuple[str, ...]


def calls(text: str) -> Iterator[Call]:
    for block in _BLOCK.finditer(text):
        day = datetime.fromisoformat(block[1]).replace(hour=10, tzinfo=JST)
        before = tuple(block[2].split())
        line = text.count("\n", 0, block.start(3)) + 1
        for part in re.split(r"^(?=> )", block[3], flags=re.MULTILINE):
            typed, *shown = part.splitlines() or [""]
            if typed.startswith("> "):
                yield Call(line, day, before, typed.removeprefix("> "), tuple(filter(None, shown)))
                before = ()
            line += part.count("\n")


class Officer:
    """Somebody in front of the round folder, with a keyboard and a mail program."""

    def __init__(self, desk: Path, patch: pytest.MonkeyPatch) -> None:
        self.desk = desk
        self.patch = patch
        self.now = datetime(2026, 9, 1, tzinfo=JST)
        self.typed = 0
        self.sit_down(desk)
        patch.setenv("PDCA_USER", "佐藤")

    def sit_down(self, folder: Path) -> None:
        self.folder = folder
        self.patch.chdir(folder)

    def type(self, call: Call) -> list[str]:
        """What the screen shows; opening はじめる.cmd or `cd` is done by scenes."""
        self.now = call.day
        self.typed += 1  # no two commands are typed in one moment
        self.patch.setenv("PDCA_NOW", (call.day + timedelta(seconds=self.typed)).isoformat())
        for scene in call.before:
            SCENES[scene](self)
        screen = io.StringIO()
        words = shlex.split(call.typed.replace("\\", "/"))
        assert words[0] == "xlsx-pdca", call.typed
        with redirect_stdout(screen), redirect_stderr(screen):
            run(words[1:])
        return screen.getvalue().splitlines()

    def round(self) -> Round:
        folder = find_round(self.folder)
        assert folder is not None
        return open_round_at(folder, holder="佐藤")


@pytest.mark.untraced
def test_round_manual_shows_what_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run one after the other, the commands of docs/round.md print what the manual prints, in that order."""
    story = list(calls(read(ROUND)))
    officer = Officer(tmp_path, monkeypatch)
    assert len(story) > 15
    for call in story:
        screen = officer.type(call)
        said = "\n".join(screen)
        assert is_shown(call.shown, screen), f"{ROUND}:{call.line} {call.typed}\nprinted:\n{said}"


def is_shown(shown: Sequence[str], screen: Sequence[str]) -> bool:
    """True when the paper shows the screen line by line, with `…` for any signs and for any lines where it stands alone."""
    lines = [
        r"(?:.*\n)*" if line.strip() == "…" else _signs(line) + r"\n"
        for line in shown
        if line.strip()
    ]
    said = "".join(f"{line.strip()}\n" for line in screen if line.strip())
    return re.fullmatch("".join(lines), said) is not None


def _signs(line: str) -> str:
    return ".*".join(re.escape(part) for part in line.strip().split("…"))


def test_the_check_of_the_manual_sees_what_is_left_out() -> None:
    """A screen with a line more, a line less or another sign is not the one shown, unless `…` says so."""
    screen = ("一行目", "二行目", "三行目")
    for shown in (screen, ("一行目", "…"), ("…", "三行目"), ("一…", "二行目", "三行目")):
        assert is_shown(shown, screen), shown
    for shown in (
        screen[:2],
        (*screen, "四行目"),
        ("一行目", "三行目"),
        ("一列目", *screen[1:]),
        (),
    ):
        assert not is_shown(shown, screen), shown


def test_the_check_of_the_manual_takes_blocks_apart() -> None:
    """A block is taken apart into its commands, each with its own output."""
    text = (
        "```console 2026-09-01 管理簿を記入\n> xlsx-pdca status\n一行目\n> xlsx-pdca issue\n```\n"
    )
    first, second = calls(text)
    assert (first.typed, first.shown, first.before) == (
        "xlsx-pdca status",
        ("一行目",),
        ("管理簿を記入",),
    )
    assert (second.typed, second.shown, second.before) == ("xlsx-pdca issue", (), ())


# -- scenes ----------------------------------------------------------------------------------


def _go_into_the_round(officer: Officer) -> None:
    officer.sit_down(officer.desk / "令和8年度_第1回")


def _fill_in_settings(officer: Officer) -> None:
    """設定, 様式 and 名簿 as the officer writes them; 当日課題 follows later."""
    with _SettingsBook(officer.folder) as book:
        book.settings({
            "担当所属": "群馬県健康福祉部（見本）地域包括ケア推進室", "担当者": "佐藤",
            "電話": "027-000-0000", "メール": "houkatsu@pref-gunma.example",
            "発出日": "令和8年9月1日",
        })  # fmt: skip
        book.form("jizen", use="○", deadline="令和8年9月25日")
        book.form("tojitsu", use="", deadline="")
        for unit_id in book.column("名簿", "回答単位ID"):
            book.unit(unit_id, 送付先メール=f"kaigo@u{unit_id[:6]}.example")


def _returns_arrive(officer: Officer) -> None:
    for name in ("前橋市", "桐生市", "みどり市", "玉村町"):
        _drop(officer, name)
    stray = stray_file(officer.now)
    (officer.folder / "40_届いたファイル" / stray.name).write_bytes(stray.data)


def _right_ones_arrive(officer: Officer) -> None:
    """玉村町 once more, now as a workbook."""
    _drop(officer, "玉村町", which=-1)


def _deadline_moves(officer: Officer) -> None:
    with _SettingsBook(officer.folder) as book:
        book.unit("103667-1", 個別の期限="事前課題：令和8年10月9日")


def _correction_is_written(officer: Officer) -> None:
    path = officer.folder / "60_確認依頼" / "補正.xlsx"
    book = openpyxl.load_workbook(path)
    (sheet,) = book.worksheets
    row = next(cell.row for cell in sheet["F"] if cell.value == "管内人口")
    sheet[f"I{row}"], sheet[f"J{row}"] = "35990", "電話（長寿課）"
    book.save(path)


def _desk_joins(officer: Officer) -> None:
    with _SettingsBook(officer.folder) as book:
        book.new_unit({
            "回答単位ID": "M06-1", "種別": "窓口", "名称": "在宅医療介護連携相談センターたておう",
            "回答する市町村": "館林市、板倉町、明和町、千代田町、大泉町、邑楽町",
            "役割／区分": "自治体担当者", "送付先メール": "tateou@desk.example",
        })  # fmt: skip


def _day_form_is_switched_on(officer: Officer) -> None:
    with _SettingsBook(officer.folder) as book:
        book.form("tojitsu", use="○", deadline="令和8年10月30日")


def _code_is_mistyped(officer: Officer) -> None:
    with _SettingsBook(officer.folder) as book:
        book.unit("102024-1", 団体コード="102025")


def _code_is_mended(officer: Officer) -> None:
    with _SettingsBook(officer.folder) as book:
        book.unit("102024-1", 団体コード="102024")


SCENES: Mapping[str, Callable[[Officer], None]] = {
    "実施回のフォルダーへ": _go_into_the_round,
    "管理簿を記入": _fill_in_settings,
    "回答が届く": _returns_arrive,
    "玉村町から改めて届く": _right_ones_arrive,
    "期限を改める": _deadline_moves,
    "補正を記入する": _correction_is_written,
    "窓口を加える": _desk_joins,
    "当日課題に○": _day_form_is_switched_on,
    "コードを打ち誤る": _code_is_mistyped,
    "コードを直す": _code_is_mended,
}


def _drop(officer: Officer, name: str, which: int = 0) -> None:
    """What a unit of the demonstration sends, put into 40_届いたファイル."""
    round_ = officer.round()
    at = officer.now
    issues = {
        standing.unit: _issue(round_, standing) for standing in round_.ledger().standings.values()
    }
    by_name = {issue.unit.name: issue for issue in issues.values()}
    material = read_material((samples_folder() / ANSWERS_FILE).read_text(encoding="utf-8"))
    respondent = Respondent(by_name[name].unit, material, "8", 2026, at.date())
    files = returned_files(by_name[name], respondent, Window(at, at, at), by_name.get("桐生市"))
    (officer.folder / "40_届いたファイル" / files[which].name).write_bytes(files[which].data)


def _issue(round_: Round, standing: Standing) -> Issue:
    fact, unit = standing.issue, round_.unit(standing.unit)
    assert fact is not None and unit is not None
    plan = WorkbookPlan.from_json(round_.plans.get(fact.plan))
    return Issue(unit, plan, fact.file, (round_.folder.root / fact.file).read_bytes())


class _SettingsBook:
    """管理簿 opened in a spreadsheet program, changed by the heads that stand there, and saved."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "00_管理簿.xlsx"
        self.book = openpyxl.load_workbook(self.path)

    def __enter__(self) -> _SettingsBook:
        return self

    def __exit__(self, *_: object) -> None:
        self.book.save(self.path)

    def settings(self, values: Mapping[str, str]) -> None:
        for item, value in values.items():
            self._write("設定", "項目", item, {"記入欄": value})

    def form(self, form: str, *, use: str, deadline: str) -> None:
        self._write("様式", "様式ID", form, {"使う": use, "提出期限": deadline})

    def unit(self, unit_id: str, **values: str) -> None:
        self._write("名簿", "回答単位ID", unit_id, values)

    def new_unit(self, values: Mapping[str, str]) -> None:
        """In the first empty line right below the table."""
        used = self.column("名簿", "回答単位ID")
        sheet, _, heads = self._table("名簿", "回答単位ID")
        row = next(
            r for r, text in enumerate(_texts(sheet, heads["回答単位ID"]), 1) if text == used[-1]
        )
        for head, text in values.items():
            sheet.cell(row + 1, heads[head]).value = text

    def column(self, name: str, head: str) -> list[str]:
        sheet, top, heads = self._table(name, head)
        return [text for text in _texts(sheet, heads[head])[top:] if text]

    def _write(self, name: str, key: str, wanted: str, values: Mapping[str, str]) -> None:
        sheet, top, heads = self._table(name, key)
        found = _texts(sheet, heads[key])
        row = next(n for n, text in enumerate(found, 1) if n > top and text == wanted)
        for head, text in values.items():
            sheet.cell(row, heads[head]).value = text or None

    def _table(self, name: str, key: str) -> tuple[Worksheet, int, dict[str, int]]:
        sheet = self.book[name]
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            if key in row:
                return sheet, number, {str(text): n for n, text in enumerate(row, 1) if text}
        raise KeyError(key)


def _texts(sheet: Worksheet, column: int) -> list[str]:
    return [str(cell.value or "") for (cell,) in sheet.iter_rows(min_col=column, max_col=column)]


# -- commands, options, links, findings ------------------------------------------------------


def commands() -> dict[str, click.Command]:
    """Every command by the words one types, subcommands of `form` included."""
    found: dict[str, click.Command] = {}
    context = click.Context(program)
    for name in program.list_commands(context):
        command = program.get_command(context, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {sub}": c for sub, c in command.commands.items()}
    return found


COMMANDS = commands()


def options(command: click.Command) -> set[str]:
    inside = command.commands.values() if isinstance(command, click.Group) else ()
    own = {opt for p in command.params for opt in p.opts if isinstance(p, click.Option)}
    return own.union({"--help"}, *(options(each) for each in inside))


def shown_calls(name: str) -> Iterator[tuple[str, set[str]]]:
    """Every `xlsx-pdca …` a paper tells one to type: its command and the options behind it."""
    for text in re.findall(
        r"(?:`|^> |\\Scripts\\)xlsx-pdca(?:\.exe\")? ([^`\n#]+)", read(name), re.MULTILINE
    ):
        words = text.split()
        two = " ".join(words[:2])
        command = two if two in COMMANDS else words[0]
        yield command, {word for word in words if word.startswith("--")}


@pytest.mark.parametrize("name", PAPERS)
def test_commands_and_options_in_papers_exist(name: str) -> None:
    """Whatever a paper tells one to type is a command of the program with options of that command."""
    shown = list(shown_calls(name))
    assert shown or name == "docs/respondent.md"
    for command, used in shown:
        if command.startswith("--"):
            assert command in ("--help", "--version"), f"{name}: {command}"
            continue
        assert command in COMMANDS, f"{name}: {command}"
        assert used <= options(COMMANDS[command]), f"{name}: {command} {used}"


def test_starter_offers_what_there_is() -> None:
    """はじめる.cmd can be read by cmd.exe in Japanese, and every command behind its numbers exists."""
    assert STARTER.encode("cp932").decode("cp932") == STARTER
    numbered = dict(re.findall(r'"%choice%"=="(\d)" xlsx-pdca ([^&\n]+) & pause', STARTER))
    numbered |= {number: typed for number, _, typed in asked_first()}
    assert numbered.keys() == set("12345678")
    for number, typed in numbered.items():
        command, *words = typed.split()
        assert set(words) <= options(COMMANDS[command]), typed
        assert re.search(rf"^echo   {number}  .* {re.escape(typed)}$", STARTER, re.MULTILINE), typed


def asked_first() -> list[tuple[str, str, str]]:
    """(number, what is shown, what is done after a yes) of the choices of はじめる.cmd that book for everybody."""
    calls = re.findall(r'"%choice%"=="(\d)" call :(\w+)$', STARTER, re.MULTILINE)
    parts = dict(re.findall(r"^:(\w+)\n((?:(?!:).*\n)+)", STARTER, re.MULTILINE))
    steps = r"cls\nxlsx-pdca (.+)\n(?:echo.*\n)+call :confirm\nif not errorlevel 1 xlsx-pdca (.+)\npause\nexit /b\n"
    found = [(number, re.fullmatch(steps, parts[label])) for number, label in calls]
    return [(number, *match.groups()) for number, match in found if match]


def test_starter_books_nothing_for_everybody_unasked() -> None:
    """Choices 2 and 4 show what would be booked, ask, and book only after a Y."""
    assert [(number, shown) for number, shown, _ in asked_first()] == [
        ("2", "status --list"),
        ("4", "accept --all --dry-run"),
    ]
    for _, shown, done in asked_first():
        for typed in (shown, done):
            command, *words = typed.split()
            assert set(words) <= options(COMMANDS[command]), typed
    lines = STARTER.splitlines()
    assert [
        line for line in lines if re.search(r"--all$", line) and not line.startswith("echo")
    ] == [f"if not errorlevel 1 xlsx-pdca {done}" for _, _, done in asked_first()]
    confirm = STARTER.partition("\n:confirm\n")[2].partition("\n:")[0].splitlines()
    assert confirm[0] == 'set "answer="'
    assert [line for line in confirm if "exit /b 0" in line] == [
        'for %%y in (Y y Ｙ ｙ) do if "%answer%"=="%%y" exit /b 0'
    ]
    assert confirm[-1] == "exit /b 1"


@pytest.mark.parametrize("name", [ROUND, "README.md", "README.ja.md"])
def test_every_command_is_described(name: str) -> None:
    """Each command of the program stands in the list of commands."""
    rows = set(re.findall(r"^\| `xlsx-pdca ([a-z]+)` \|", read(name), re.MULTILINE))
    assert rows == {command for command in COMMANDS if " " not in command}


def test_every_option_is_described() -> None:
    """The manual's list of commands names every option of every command, and no other."""
    rows = re.findall(r"^\| `xlsx-pdca ([a-z]+)` \|[^|]*\|([^|]*)\|", read(ROUND), re.MULTILINE)
    for command, cell in rows:
        known = options(COMMANDS[command]) - {"--help", "--round"}
        assert set(re.findall(r"--[a-z-]+", cell)) == known, command


def test_every_sheet_of_the_progress_book_is_described() -> None:
    """docs/summary.md lists the sheets of 進行管理表, in the order of the book."""
    section = read("docs/summary.md").partition("## 進行管理表")[2].partition("\n## ")[0]
    book = openpyxl.load_workbook(io.BytesIO(progress_book(gunma_round())), read_only=True)
    assert re.findall(r"^\| ([^|]*?) \|", section, re.MULTILINE)[1:] == book.sheetnames


def test_the_page_of_those_outstanding_is_named_rightly() -> None:
    """docs/summary.md calls the last page of 市町村カルテ what it is called there."""
    assert f"「{NOT_IN}」" in read("docs/summary.md")


def test_every_folder_of_the_round_is_described(tmp_path: Path) -> None:
    """The manual's table names everything a new round folder holds, and nothing else."""
    assert run(["new", str(tmp_path / "round"), "--sample", "gunma"]) == 0
    table = read(ROUND).partition("できたフォルダーの中は")[2].partition("\n\nこの後")[0]
    cells = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(.*?)`", cell)}
    assert named == {path.name for path in (tmp_path / "round").iterdir()}


@pytest.mark.parametrize("name", [ROUND, "docs/it-office.md"])
def test_copies_of_the_plans_are_explained(name: str) -> None:
    """Whoever finds the folder of plans beside the workbooks to be sent can read what it is."""
    assert f"「{PLAN_COPIES}」" in read(name)


def test_answers_csv_is_the_long_table(tmp_path: Path) -> None:
    """The line design.md gives to programs reads `answers.csv` back as the very same frame."""
    rows = list(long_table(gunma_round()))
    (tmp_path / "answers.csv").write_bytes(answers_csv(rows))
    (line,) = re.findall(r"^pandas\.read_csv.*$", read("docs/design.md"), re.MULTILINE)
    pandas = pytest.importorskip("pandas")
    with contextlib.chdir(tmp_path):
        table = eval(line, {"pandas": pandas})
    pandas.testing.assert_frame_equal(table, frame(rows))


def test_every_finding_is_described() -> None:
    """Each code of the catalogue has its row in docs/findings.md."""
    rows = set(re.findall(r"^\| ([A-Z]{3}\d\d) \|", read("docs/findings.md"), re.MULTILINE))
    assert rows == set(CATALOGUE)


@pytest.mark.parametrize("name", [*PAPERS, *OTHERS])
def test_links_lead_somewhere(name: str) -> None:
    """Each file, picture and heading a paper links to is there."""
    for target in re.findall(r"\]\(([^)\s]+)\)", read(name)):
        path, _, anchor = target.partition("#")
        if target.startswith("http"):
            continue
        file = (ROOT / name).parent / path if path else ROOT / name
        assert file.exists(), f"{name}: {target}"
        if anchor:
            assert anchor in set(map(_anchor, _headings(file))), f"{name}: {target}"


def _headings(file: Path) -> list[str]:
    return re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)


def _anchor(heading: str) -> str:
    """As GitHub makes it: lower case, blanks to hyphens, punctuation dropped."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_respondents_read_the_words_of_their_form() -> None:
    """The manual explains every sign, reader and word of the form as the form prints it, on two pages at most."""
    manual = read("docs/respondent.md")
    heads = set(re.findall(r"^\| ([^|]+?) \|", manual, re.MULTILINE))
    assert {share.printed for share in Share} <= heads
    assert {mark.value for mark in Mark if mark.value} <= heads
    words = {word for head in heads for word in head.split("／")}
    assert set(STATE_WORDS) <= words
    assert HAS_LIST in manual
    assert len(manual) < 3600  # printed at 9.5 points two pages take about so many signs


def test_every_setting_of_mail_is_explained() -> None:
    """docs/mail.md has one row for each line of 設定 about mail, and tells the limits as they are."""
    start = next(n for n, item in enumerate(ITEMS) if item.key == "sender_name")
    manual = read("docs/mail.md")
    table = manual.partition("## サーバーとつないで")[2].partition("\n### ")[0]
    rows = set(re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE)) - {"項目"}
    assert rows == {item.text for item in ITEMS[start:]}
    usual = PostSettings()
    assert f"{LARGEST >> 20}MBを超えるメール" in manual
    assert f"| {usual.mails_per_minute}通 |" in table and f"| {usual.remind_days}日 |" in table
    assert f"| {usual.size_limit >> 20}MB |" in table


@pytest.mark.parametrize("name", ["docs/mail.md", "docs/respondent.md", ROUND])
def test_tone_is_courteous(name: str) -> None:
    """Words of inspection stand neither in what municipalities read nor in what their officer is taught to say."""
    assert HARSH.findall(read(name)) == []


@pytest.mark.parametrize("name", [*PAPERS, "docs/findings.md"])
def test_papers_promise_nothing_to_come(name: str) -> None:
    """Words for what no command does yet stand in no paper a reader acts on."""
    assert re.findall("確認依頼の文書|参加者共有資料", read(name)) == []


def test_every_outcome_is_explained() -> None:
    """What `receive` may say of a file stands in the manual's table, word for word."""
    table = read(ROUND).partition("見るのは、各行の「：」の後ろです。")[2].partition("\n\n- ")[0]
    assert set(re.findall(r"^\| ([^|]*?) \|", table, re.MULTILINE)[1:]) == {
        str(o) for o in Outcome if o is not Outcome.DISPOSED
    }


def test_pictures_are_small() -> None:
    """No picture makes the clone heavy."""
    pictures = list((ROOT / "docs" / "images").iterdir())
    assert pictures
    assert [p.name for p in pictures if p.stat().st_size > 200 * 1024] == []


def test_readmes_are_twins() -> None:
    """Both READMEs have the same sections, pictures, code blocks and rows, in the same order."""
    assert _skeleton(read("README.md")) == _skeleton(read("README.ja.md"))


def test_readmes_name_the_same_things() -> None:
    """Section by section, both READMEs hold the same commands, names, links and numbers."""
    english, japanese = (_named(read(name)) for name in ("README.md", "README.ja.md"))
    for ours, theirs in zip(english, japanese, strict=True):
        assert ours == theirs


def _named(text: str) -> list[set[str]]:
    """Per section: code spans, link targets, and numbers of two figures or more."""
    other = text.replace("README.ja.md", "README").replace("README.md", "README")
    patterns = (r"`([^`\n]+)`", r"\]\(([^)\s]+)\)", r"(?<![\w.])\d[\d.]*\d(?!\w)")
    sections = re.split(r"^## ", other, flags=re.MULTILINE)
    return [{hit for p in patterns for hit in re.findall(p, s, re.ASCII)} for s in sections]


def _skeleton(text: str) -> list[str]:
    shapes = []
    for line in text.splitlines():
        if line.startswith("#"):
            shapes.append(line.split()[0])
        elif match := re.match(r"(\d+\.|- |\| *`?[\w-]*|!\[|```\w*)", line):
            shapes.append(match[0] if line.startswith("```") else match[0][:2])
    return shapes
