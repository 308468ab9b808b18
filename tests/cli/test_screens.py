"""What the everyday commands show: shortly, the right thing, and what to type next."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest

from issued_round import KIRYU, MAEBASHI, NOW, TAKASAKI, Desk, changed, make_round
from xlsx_pdca.cli import accept_command
from xlsx_pdca.cli.arrivals import FEW, MOST_FINDINGS, Arrivals, remarks
from xlsx_pdca.cli.console import columns_of
from xlsx_pdca.cli.outline_table import WIDTH, table
from xlsx_pdca.cli.program import run
from xlsx_pdca.definitions.data_files import read_form_files, templates_folder
from xlsx_pdca.definitions.forms import load_forms
from xlsx_pdca.errors import ExitCode
from xlsx_pdca.facts import Arrived, Outcome
from xlsx_pdca.findings import Grade, finding
from xlsx_pdca.workflows.acceptance import Acceptance
from xlsx_pdca.workflows.collect import FoundFile
from xlsx_pdca.workflows.outline import outline
from xlsx_pdca.workflows.receive import Line

Screen = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_round(tmp_path_factory.mktemp("screens") / "令和8年度_第1回")


@pytest.fixture
def desk(sent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("PDCA_NOW", (NOW + timedelta(days=5)).isoformat())
    return Desk.at(Path(shutil.copytree(sent, tmp_path / sent.name)))


def typed(desk: Desk, *words: str) -> int:
    return run([*words, "--round", str(desk.root)])


# -- receive and check -----------------------------------------------------------------------


def line(name: str, outcome: Outcome = Outcome.SUBMISSION, *codes: str) -> Line:
    """One file of a run as `receive` tells it."""
    findings = tuple(finding(code) for code in codes)
    fact = Arrived(name, name, "", 1, outcome, unit=MAEBASHI, form="jizen", findings=findings)
    return Line(FoundFile(Path(name), name, "", 0, False), fact)


def test_many_good_files_are_a_count(desk: Desk, capsys: Screen) -> None:
    """Of 31 files only the one a person must look at is described; five files are shown one by one."""
    good = [line(f"{n}.xlsx") for n in range(30)]
    Arrivals(desk.round, [*good, line("表.xlsx", Outcome.HELD, "IDN01")], booked=True).show()
    first, second, *rest = capsys.readouterr().out.splitlines()
    assert first == "事前課題：提出として受付 30件"
    assert second.startswith("表.xlsx：保留（県で確認）")
    assert len(rest) == 1
    Arrivals(desk.round, good[:FEW], booked=True).show()
    assert len(capsys.readouterr().out.splitlines()) == FEW


def test_many_files_to_look_at_are_ten_and_a_number(desk: Desk, capsys: Screen) -> None:
    """Ten are described, the rest is told with the way to them."""
    Arrivals(
        desk.round, [line(f"{n}.xlsx", Outcome.REFUSED, "FIL01") for n in range(12)], booked=True
    ).show()
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 21
    assert (
        shown[-1] == "このほか 2件にも、御確認いただく点があります（status --list で表示します）。"
    )


def test_files_that_came_before_are_named(desk: Desk, capsys: Screen) -> None:
    """However many came, those taken for the same as another are told by name, with the one they equal; what has no form stands without a made-up title."""
    good = [line(f"{n}.xlsx") for n in range(30)]
    same = replace(line("x").arrived, outcome=Outcome.SAME_FILE)
    again = [
        Line(
            FoundFile(Path(name), name, "", 0, False),
            replace(same, form=form, findings=(finding("ARR01", other_file=other),)),
        )
        for name, form, other in (
            ("返信2.xlsx", "jizen", "返信.xlsx"), ("図.pdf", "", "図.pdf"), ("表.pdf", "", "図.pdf"),
        )
    ]  # fmt: skip
    Arrivals(desk.round, [*good, *again], booked=True).show()
    assert capsys.readouterr().out.splitlines() == [
        "事前課題：提出として受付 30件",
        "事前課題：受付済みと同じファイル 1件",
        "　　返信2.xlsx（「返信.xlsx」と同じ内容）",
        "受付済みと同じファイル 2件",
        "　　図.pdf",
        "　　表.pdf（「図.pdf」と同じ内容）",
    ]


def test_what_waits_stands_before_what_was_taken_in(desk: Desk, capsys: Screen) -> None:
    """Among the ten shown of many, held and unreadable files come first; the rest keeps its order."""
    taken = [line(f"{n}.xlsx", Outcome.SUBMISSION, "ARR10") for n in range(12)]
    waiting = [line("表.xlsx", Outcome.HELD, "IDN01"), line("壊.xlsx", Outcome.REFUSED, "FIL05")]
    Arrivals(desk.round, [*taken, *waiting], booked=True).show()
    heads = [t for t in capsys.readouterr().out.splitlines() if not t.startswith("　")]
    names = [text.split("：")[0] for text in heads[:-1]]
    assert names == ["表.xlsx", "壊.xlsx", *(f"{n}.xlsx" for n in range(8))]
    assert heads[-1].startswith("このほか 4件")


def test_a_file_taken_in_before_is_not_asked_about_again(desk: Desk) -> None:
    """Its points were told the first time."""
    again = line("a.xlsx", Outcome.SAME_FILE, "IDN01")
    assert Arrivals(desk.round, [again], booked=True).need_person == []
    assert Arrivals(desk.round, [again], booked=False).need_person == [again]


def test_a_sheet_is_named_once() -> None:
    """A sentence that begins with its sheet gets no place before it; one about a question does."""
    outside = finding("STR09", sheet="様式1", cell="H40", places="H40", found="別紙へ")
    question = finding("ANS01", sheet="様式1", cell="E43", label="長所")
    first, second = remarks([outside, question], "進行管理表")[::-1]
    assert "：「様式1」の記入欄の外に書き込みがあります（H40）。" in first
    assert "：「様式1」E43「長所」が空欄です。" in second
    assert first.count("様式1") == second.count("様式1") == 1


def test_the_gravest_points_come_first_and_the_rest_is_a_number() -> None:
    """Eight points: five lines, 必ず確認 before できれば確認, and where the other three stand."""
    lesser = finding("ARR07", labels="長所")
    must = finding("FIL01")
    shown = remarks([lesser] * 4 + [must] * 4, "進行管理表")
    assert len(shown) == MOST_FINDINGS + 1
    assert [Grade.MUST in text for text in shown] == [True] * 4 + [False] * 2
    assert "ほか 3件" in shown[-1] and "進行管理表" in shown[-1]
    assert len(remarks([must] * MOST_FINDINGS, "進行管理表")) == MOST_FINDINGS


def test_check_never_says_that_a_file_was_taken_in(desk: Desk, capsys: Screen) -> None:
    """`check` and `receive --dry-run` say that it could be; `receive` says that it was."""
    desk.drop("返信.xlsx", desk.filled())
    waiting = str(desk.round.folder.drop)
    for words in (["check", waiting], ["receive", "--dry-run"]):
        assert typed(desk, *words) == ExitCode.OK
        said = capsys.readouterr()
        assert "受付できます" in said.out and "まだ受け付けていません" in said.err
        assert "提出として受付" not in said.out + said.err
    assert desk.ledger.arrivals == ()
    assert typed(desk, "receive") == ExitCode.OK
    assert "提出として受付" in capsys.readouterr().out


def test_nothing_to_take_in_is_told_with_the_place(
    desk: Desk, tmp_path: Path, capsys: Screen
) -> None:
    """An empty drop folder, and an empty folder given by path."""
    (tmp_path / "空の フォルダー").mkdir()
    assert typed(desk, "receive") == ExitCode.OK
    assert "「40_届いたファイル」に、取り込むファイルはありません" in capsys.readouterr().err
    for command in ("receive", "check"):
        assert typed(desk, command, str(tmp_path / "空の フォルダー")) == ExitCode.OK
        assert "ファイルはありません" in capsys.readouterr().err


# -- held files ------------------------------------------------------------------------------


def commands_of(screen: str) -> list[str]:
    return [text.split("：", 1)[1] for text in screen.splitlines() if text.startswith("　　→ ")]


def test_a_held_file_comes_with_the_commands_that_decide(desk: Desk, capsys: Screen) -> None:
    """高崎市's name on 前橋市's workbook: both are offered, `status` the same, and the first one works as printed."""
    desk.drop("102024-1_高崎市_事前課題.xlsx", desk.filled())
    assert typed(desk, "receive") == ExitCode.NEEDS_PERSON
    shown = capsys.readouterr().out
    (held,) = desk.ledger.held
    accept = f"xlsx-pdca accept --file {held.seq}"
    assert commands_of(shown) == [
        f"{accept} --as {TAKASAKI}", f"{accept} --as {MAEBASHI}", f"{accept} --dismiss 理由",
    ]  # fmt: skip
    typed(desk, "status")
    offered = commands_of(capsys.readouterr().out)
    assert offered == commands_of(shown)
    typed(desk, *offered[0].split()[1:])
    assert desk.ledger.held == ()
    assert desk.standing(TAKASAKI).submission is not None


def test_a_file_without_ticket_is_proposed_by_its_name(desk: Desk, capsys: Screen) -> None:
    """The unit and the form in the name make the command; a name that says nothing leaves both to the officer."""
    bare = without_ticket(desk)
    desk.drop(f"{KIRYU}_事前課題.xlsx", bare)
    assert typed(desk, "receive") == ExitCode.NEEDS_PERSON
    first, *_ = commands_of(capsys.readouterr().out)
    assert first.endswith(f"--as {KIRYU} --form jizen")
    typed(desk, *first.split()[1:])
    assert desk.standing(KIRYU).submission is not None
    capsys.readouterr()
    desk.drop("回答.xlsx", without_ticket(desk, weaknesses="別の内容。"))
    typed(desk, "receive")
    take_in, lay_aside = commands_of(capsys.readouterr().out)
    assert take_in.endswith("--as 回答単位ID --form 様式ID") and "--dismiss" in lay_aside
    desk.drop("組織図.pdf", b"%PDF-1.7\n")
    typed(desk, "receive")
    copied, *asides = commands_of(capsys.readouterr().out)
    assert " --proxy " in copied and asides and all("--dismiss" in text for text in asides)


def without_ticket(desk: Desk, **answers: str) -> bytes:
    """A return whose hidden sheet, property and visible tickets are gone."""
    ticket = desk.fact().ticket

    def bare(book: openpyxl.Workbook) -> None:
        for sheet in list(book.worksheets):
            if sheet.sheet_state != "visible":
                del book[sheet.title]
                continue
            sheet.print_title_rows = None
            for row in sheet.iter_rows():
                for cell in row:
                    if isinstance(cell.value, str) and ticket in cell.value:
                        cell.value = cell.value.replace(ticket, "")
        for name in [p.name for p in book.custom_doc_props.props]:
            del book.custom_doc_props[name]

    return changed(desk.filled(**answers), bare)


def test_json_of_status_holds_every_point(desk: Desk, capsys: Screen) -> None:
    """What the screen leaves out stands in `status --json`: sentences of submissions and held files, proposals."""
    desk.take_in("高崎.xlsx", desk.filled(TAKASAKI, strengths=""))
    desk.take_in("102032-1_桐生市_事前課題.xlsx", desk.filled())
    capsys.readouterr()
    assert typed(desk, "status", "--json") == ExitCode.NEEDS_PERSON
    told = json.loads(capsys.readouterr().out)
    (unit,) = [u for u in told["units"] if u["unit"] == TAKASAKI and u["form"] == "jizen"]
    assert [f["grade"] for f in unit["findings"]] == ["必ず確認"]
    (held,) = told["held"]
    assert [p["unit"] for p in held["proposed"]] == [KIRYU, MAEBASHI]
    assert "桐生市" in held["findings"][0]["sentence"]


# -- notices ---------------------------------------------------------------------------------


def write(desk: Desk, head: str, texts: dict[str, str | None]) -> None:
    """Texts of one column of 名簿 by unit id; None empties every row."""
    book = openpyxl.load_workbook(desk.round.folder.settings_book)
    sheet = book["名簿"]
    heads = next(r for r in sheet.iter_rows() if any(c.value == "回答単位ID" for c in r))
    column = {c.value: c.column for c in heads}
    for row in range(heads[0].row + 1, sheet.max_row + 1):
        unit = sheet.cell(row, column["回答単位ID"]).value
        if unit and (unit in texts or "*" in texts):
            sheet.cell(row, column[head]).value = texts.get(unit, texts.get("*"))
    book.save(desk.round.folder.settings_book)


def test_notices_are_a_count_where_they_matter(desk: Desk, capsys: Screen) -> None:
    """35 missing addresses are one line of issue, send and status, none of receive, accept, undo and merge."""
    write(desk, "送付先メール", {"*": None})
    for words in (["issue", "--dry-run"], ["send", "--mark-sent", MAEBASHI], ["status"]):
        typed(desk, *words)
        said = [t for t in capsys.readouterr().err.splitlines() if "送付先メール" in t]
        assert ["ほか 34件" in text and "status --notices" in text for text in said] == [True]
    for words in (["receive"], ["accept", "--all"], ["undo"], ["merge", "--dry-run"]):
        typed(desk, *words)
        assert "送付先メール" not in capsys.readouterr().err
    assert typed(desk, "status", "--notices") == ExitCode.OK
    assert len(capsys.readouterr().out.splitlines()) == 35


def test_a_mistyped_role_is_told_with_what_was_meant(desk: Desk, capsys: Screen) -> None:
    """One row, one whole line."""
    write(desk, "役割／区分", {KIRYU: "関係団休"})
    typed(desk, "status")
    said = capsys.readouterr().err
    assert "「関係団休」" in said and "「関係団体」の書き誤り" in said
    write(desk, "役割／区分", {KIRYU: "関係団体"})
    typed(desk, "status")
    assert capsys.readouterr().err == ""


# -- send, undo ------------------------------------------------------------------------------


def test_a_new_edition_has_to_be_sent(desk: Desk, capsys: Screen) -> None:
    """A later deadline: 未送付（差替え）with its step until it is sent; a return on the first edition still counts."""
    returned = desk.filled(KIRYU)
    write(desk, "個別の期限", {MAEBASHI: "令和8年10月9日", KIRYU: "令和8年10月9日"})
    typed(desk, "issue")
    capsys.readouterr()
    typed(desk, "status", "--list")
    shown = capsys.readouterr().out
    assert f"事前課題　{MAEBASHI}　前橋市　－未送付（差替え）" in shown
    assert "差し替えた様式" in shown and "－未送付（差替え）　令和8年9月15日" not in shown
    assert typed(desk, "send", MAEBASHI, "--mark-sent", "--form", "事前課題") == ExitCode.OK
    taken = desk.take_in("桐生.xlsx", returned)
    assert taken.arrived.outcome is Outcome.SUBMISSION
    capsys.readouterr()
    typed(desk, "status", "--list")
    shown = capsys.readouterr().out
    assert f"事前課題　{MAEBASHI}　前橋市　→送付済" in shown
    assert f"事前課題　{KIRYU}　桐生市　○受信（未確認）" in shown


def test_acts_of_one_command_are_one_line_and_undone_together(desk: Desk, capsys: Screen) -> None:
    """Six workbooks sent at once: one line, its range undoes all six, and a range over two commands is refused."""
    desk.take_in("a.xlsx", desk.filled())
    typed(desk, "accept", MAEBASHI)
    capsys.readouterr()
    typed(desk, "undo")
    *_, sent = lines = capsys.readouterr().out.splitlines()
    assert [text.split("　")[-1] for text in lines] == [
        "前橋市（102016-1）「事前課題」第1回を確認済にした",
        "前橋市（102016-1）「事前課題」第1回の提出を受け付けた",
        "前橋市（102016-1）「事前課題」 ほか5件を送付済にした",
    ]
    numbers = sent.split("　")[0]
    newest = lines[0].split("　")[0]
    before = len(desk.round.log.read())
    assert typed(desk, "undo", f"{numbers.split('-')[0]}-{newest}") == ExitCode.USAGE
    assert numbers in capsys.readouterr().err
    assert len(desk.round.log.read()) == before
    wide = numbers.translate(str.maketrans("0123456789-", "０１２３４５６７８９～"))
    assert typed(desk, "undo", wide) == ExitCode.OK
    assert desk.standing(TAKASAKI).sent == ()
    assert len(desk.round.log.read()) == before + 6
    capsys.readouterr()
    typed(desk, "undo", "--list")
    assert len(capsys.readouterr().out.splitlines()) == 6 + 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["undo", "八"], "記録番号「八」を読み取れません"),
        (["undo", "9000-9001"], "取り消せません"),
        (["accept", "前橋市"], f"前橋市のIDは {MAEBASHI} です"),
        (["accept", "--all", "--form", "jizn"], "様式「jizn」は、この実施回にありません"),
        (["accept", "--as", MAEBASHI], "--file 受付番号"),
        (["accept", "--file", "三", "--as", MAEBASHI], "半角の数字で"),
        (["accept", "--file", "1", "--as", MAEBASHI, "--dismiss", "x"], "同時に指定できません"),
        (["accept", "--file", "1"], "「--as 回答単位ID」"),
        (["send", "--on", "2026/9/2"], "--mark-sent と一緒に"),
        (["send", "--mark-sent", "102041-1"], "まだ様式を作成していません"),
        (["send", "--mark-sent", "--all", "--on", "明日"], "「明日」を読み取れません"),
    ],
)
def test_odd_calls_are_answered_with_what_to_type(
    words: list[str], said: str, desk: Desk, capsys: Screen
) -> None:
    """Code 2, one Japanese sentence that names the way out, nothing booked."""
    before = desk.round.log.read()
    assert typed(desk, *words) == ExitCode.USAGE
    assert said in capsys.readouterr().err
    assert desk.round.log.read() == before


def test_nothing_new_is_told_as_such(desk: Desk, capsys: Screen) -> None:
    """Sending or accepting twice changes nothing and says so, instead of 0件."""
    assert typed(desk, "send", "--mark-sent", "--all") == ExitCode.OK
    assert typed(desk, "accept", "--all") == ExitCode.OK
    said = capsys.readouterr().err
    assert "新しく記録するものはありません" in said and "新しく確認済にするものはありません" in said
    assert "0件" not in said


def test_whoever_is_left_is_named(desk: Desk, capsys: Screen) -> None:
    """`accept --all` names those it leaves, and how to accept one of them; of many the first ten, and where the rest stands."""
    desk.take_in("a.xlsx", desk.filled(TAKASAKI, population="約十万人"))
    assert typed(desk, "accept", "--all") == ExitCode.NEEDS_PERSON
    said = capsys.readouterr().err
    assert f"　{TAKASAKI}　高崎市　事前課題" in said.splitlines()
    assert f"accept {TAKASAKI} のように" in said and "このほか" not in said
    left = (desk.standing(TAKASAKI),) * 12
    accept_command._told(desk.round, Acceptance((), left), dry_run=False)
    shown = capsys.readouterr().err.splitlines()
    assert sum(text == f"　{TAKASAKI}　高崎市　事前課題" for text in shown) == 10
    assert "　このほか 2件（status --list で、すべて表示します）" in shown


def test_rebuild_of_a_whole_round_says_so(desk: Desk, capsys: Screen) -> None:
    """Where nothing is missing, one sentence says it, and no list of zeros."""
    desk.take_in("a.xlsx", desk.filled())
    for words in (["rebuild", "--dry-run"], ["rebuild"]):
        assert typed(desk, *words) == ExitCode.OK
        said = capsys.readouterr()
        assert said.out == "" and said.err == "元に戻すものはありません。\n"


# -- new, form -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--number", "0"], ExitCode.USAGE, "1から99まで"),
        (["--number", "x"], ExitCode.USAGE, "1から99まで"),
        (["--list", "ない.xlsx"], ExitCode.DISK, "見つかりません"),
        (["--list", "."], ExitCode.DISK, "フォルダーです"),
    ],
)
def test_new_refuses_in_japanese(
    words: list[str], code: ExitCode, said: str, tmp_path: Path, capsys: Screen
) -> None:
    """A number that makes no round, and lists that cannot be read; no folder is left behind."""
    target = tmp_path / "回 の名前"
    assert run(["new", str(target), "--prefecture", "群馬県", *words]) == code
    assert said in capsys.readouterr().err
    assert not target.exists()
    assert run(["new", str(target), "--prefecture", "群馬県", "--number", "2"]) == ExitCode.OK


def test_a_file_is_no_folder_for_a_round(tmp_path: Path, capsys: Screen) -> None:
    """Neither to make one in nor to open one."""
    file = tmp_path / "令和8年度"
    file.write_text("")
    assert run(["new", str(file), "--prefecture", "群馬県"]) == ExitCode.USAGE
    assert "という名前のファイルが、すでにあります" in capsys.readouterr().err
    assert run(["status", "--round", str(file)]) == ExitCode.FAULTY
    assert "というフォルダーはありません" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("", [], "フォルダーです"),
        ("見本.pdf", [], ".xlsx"),
        ("見本.xlsx", ["--role", "係長"], "関係団体"),
    ],
)
def test_preview_refuses_what_it_cannot_write(
    name: str, words: list[str], said: str, tmp_path: Path, capsys: Screen
) -> None:
    """A folder, another kind of file, a role no form knows; nothing is written, and the right call works."""
    assert run(["form", "preview", "jizen", str(tmp_path / name), *words]) == ExitCode.USAGE
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert run(["form", "preview", "jizen", str(tmp_path / "見本.xlsx")]) == ExitCode.OK


def test_form_without_a_word_shows_its_help(capsys: Screen) -> None:
    """No sentence of regret around a page of help."""
    assert run(["form"]) == ExitCode.USAGE
    said = capsys.readouterr().err
    assert said.startswith("使い方: ") and "preview" in said and "正しくありません" not in said


def test_form_show_is_a_table_of_all_there_is_to_know() -> None:
    """Kind with guide length, 必須, readers, conditions, formula and who is asked; no line breaks a console."""
    forms = load_forms(read_form_files(templates_folder()))
    for form in forms.values():
        assert max(map(columns_of, table(outline(form, fiscal_year=2026)))) <= WIDTH
    lines = [x for sheet in outline(forms["jizen"], fiscal_year=2026) for x in sheet.lines]
    by_code = {each.code: each for each in lines if each.code}
    strengths, purpose, total = by_code["J1-13"], by_code["J2-02"], by_code["J1-12"]
    assert (strengths.kind, strengths.need, strengths.share) == ("長文400字", "必須", "◎共有")
    assert purpose.need == "条件付" and "記入がないとき必須" in purpose.rules[0]
    assert total.kind == "計算" and total.rules[0].startswith("計算式：「市の数」 ＋ ")
    assert "都道府県担当者だけにお尋ねします" in total.rules
    shown = "\n".join(table(outline(forms["jizen"], fiscal_year=2026)))
    assert "組織表" in shown and "{年度" not in shown
