"""Tests of the project itself: what its papers promise is there, and its house rules hold."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import xlsx_pdca
from xlsx_pdca.errors import ExitCode

ROOT = Path(__file__).parent.parent
READMES = ("README.md", "README.ja.md")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
SOURCES = sorted((ROOT / "src").rglob("*.py"))

FENCES = {
    "openpyxl": ("workbook",), "xlsxwriter": ("workbook",), "python_calamine": ("workbook",),
    "pandas": ("long_table",), "click": ("cli",), "sqlite3": ("store",), "fcntl": ("store",),
    "msvcrt": ("store",), "smtplib": ("mailbox",), "imaplib": ("mailbox",), "email": ("mailbox",),
    "socket": ("mailbox",), "ssl": ("mailbox",), "http": (), "asyncio": (),
    "olefile": ("mailbox", "workbook"), "pyzipper": ("mailbox",), "msoffcrypto": ("workbook",),
}  # fmt: skip
"""Library → the only top-level modules of the program that may import it; only `mailbox` may speak to a network."""


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def requirements(*groups: str) -> list[Requirement]:
    """Run-time requirements and those of the named dependency groups."""
    texts = [*PROJECT["project"]["dependencies"]]
    for group in groups:
        texts += PROJECT["dependency-groups"][group]
    return [Requirement(text) for text in texts]


def texts() -> list[Path]:
    """Text files of the project, without environments and what tools leave behind."""
    folders = [
        "src",
        "tests",
        "docs",
        "templates",
        "samples",
        "benchmarks",
        "tools",
        ".ci",
        ".github",
    ]
    suffixes = {".py", ".md", ".toml", ".yml", ".yaml", ".txt", ".tsv", ".csv", ".cmd", ".json", ""}
    inside = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    return [
        path
        for path in (*ROOT.glob("*"), *inside)
        if path.is_file() and path.suffix in suffixes and not path.name.startswith(".coverage")
    ]


@cache
def imported(path: Path) -> set[str]:
    """Top-level packages a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def top_level(path: Path) -> str:
    """The module or folder right under the package that a source file belongs to."""
    return path.relative_to(ROOT / "src" / "xlsx_pdca").parts[0].removesuffix(".py")


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_make_commands_in_papers_exist(name: str) -> None:
    """Every `make …` a reader is told to type is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    told = set(re.findall(r"(?:`|^ *\$? *)make ([a-z]+)(?=`| *(?:#|$))", read(name), re.MULTILINE))
    assert told, "the paper names no command at all"
    assert told <= targets


@pytest.mark.parametrize("name", READMES)
def test_exit_codes_are_listed(name: str) -> None:
    """The README's table lists exactly the exit codes of the program."""
    listed = {int(code) for code in re.findall(r"^\| *`?(\d+)`? *\|", read(name), re.MULTILINE)}
    assert listed == {int(code) for code in ExitCode}


def test_every_test_says_what_must_be_true() -> None:
    """Each test function has a docstring of one line."""
    mute = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                said = ast.get_docstring(node)
                if not said or "\n" in said:
                    mute.append(f"{path.relative_to(ROOT)}::{node.name}")
    assert mute == []


@pytest.mark.parametrize("library", FENCES)
def test_library_stays_behind_its_fence(library: str) -> None:
    """Each library of the outside world is imported only in the room that adapts it."""
    outside = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if library in imported(path) and top_level(path) not in FENCES[library]
    ]
    assert outside == []


def test_fences_see_imports() -> None:
    """The check above does find imports where they are meant to be."""
    assert any("xlsxwriter" in imported(path) for path in SOURCES)


def test_modules_are_named_for_what_they_hold() -> None:
    """No module is called utils, helper or manager: such rooms collect everything."""
    vague = re.compile(r"util|helper|manager|misc\b|common\b")
    files = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "tools").iterdir()]
    assert [path.name for path in files if vague.search(path.stem)] == []


def test_forms_and_letters_speak_courteously() -> None:
    """Words of inspection never stand in what municipalities read."""
    harsh = re.compile("督促|差戻し|差し戻し|指摘|エラー")
    papers = [path for path in (ROOT / "templates").rglob("*") if path.suffix in {".toml", ".txt"}]
    found = {path.name: harsh.findall(path.read_text(encoding="utf-8")) for path in papers}
    assert {name: words for name, words in found.items() if words} == {}


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    """Nothing in the project points into a home or working folder of whoever wrote it."""
    foreign = re.compile(r"(?<![\w.~%}:/-])/(?:home|root|work|Users)/\w[^\s\"']*")
    found = {
        str(path.relative_to(ROOT)): hits
        for path in texts()
        if (hits := foreign.findall(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_dependencies_state_a_lower_bound() -> None:
    """Each dependency has one `>=` bound and nothing else, so that others can install newer ones beside us."""
    for requirement in requirements("test", "lint"):
        assert [clause.operator for clause in requirement.specifier] == [">="], str(requirement)


def test_installed_versions_are_permitted() -> None:
    """What the tests run with here is within the bounds we publish."""
    for requirement in requirements("test"):
        if requirement.marker is None or requirement.marker.evaluate():
            installed = version(requirement.name)
            assert requirement.specifier.contains(installed, prereleases=True), str(requirement)


def test_versions_agree() -> None:
    """Package and project state the same version, and the changelog has room for the next."""
    assert PROJECT["project"]["version"] == xlsx_pdca.__version__
    assert "## Unreleased" in read("CHANGELOG.md")


def test_design_names_what_is_there() -> None:
    """Every module, folder and file of the project that design.md or CONTRIBUTING names exists."""
    text = read("docs/design.md") + read("CONTRIBUTING.md")
    named = set(re.findall(r"`((?:[\w.-]+/)*(?:[\w.-]+\.(?:py|toml|md|yml)|[\w.-]+/))`", text))
    roots = (ROOT, ROOT / "src" / "xlsx_pdca", ROOT / "docs")
    made = {".venv/"}  # by the set-up
    assert len(named) > 60
    lost = [name for name in named - made if not any((root / name).exists() for root in roots)]
    assert lost == []


def test_every_script_says_when_it_is_needed() -> None:
    """Each script that makes something of the project stands in CONTRIBUTING."""
    makers = {path.name for path in (ROOT / "tools").glob("make_*.py")}
    assert makers and {name for name in makers if name not in read("CONTRIBUTING.md")} == set()


def test_design_names_every_room() -> None:
    """The table of the house in design.md names every top-level module and folder of the program."""
    table = read("docs/design.md").partition("## The house")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE))
    rooms = {
        name.rstrip("/").removesuffix(".py")
        for row in named
        for name in re.findall(r"`(.*?)`", row)
    }
    there = {top_level(path) for path in SOURCES} - {"__init__", "__main__"}
    assert rooms == there


def test_design_begins_at_names_that_are_there() -> None:
    """Names of our code that the paper tells one to begin at stand in the module named beside them."""
    pairs = re.findall(r"`(\w+)` in `([\w/]+\.py)`", read("docs/design.md"))
    assert len(pairs) >= 4
    for name, module in pairs:
        source = (ROOT / "src" / "xlsx_pdca" / module).read_text(encoding="utf-8")
        assert re.search(rf"^(?:class |def )?{name}\b", source, re.MULTILINE), (name, module)


def test_variables_of_the_environment_stand_in_one_table() -> None:
    """docs/it-office.md lists exactly the variables of ours that the program reads."""
    sources = "".join(path.read_text(encoding="utf-8") for path in SOURCES)
    read_by_us = set(re.findall(r"environ(?:\.get\(|\[)\"(\w+)\"", sources))
    listed = set(
        re.findall(r"^\| `((?:XLSX_)?PDCA_\w+)` \|", read("docs/it-office.md"), re.MULTILINE)
    )
    assert listed == read_by_us and listed


def test_uncovered_code_gives_its_reason() -> None:
    """Code is taken out of the coverage only with a reason on the same line."""
    bare = [
        f"{path.name}:{number}"
        for path in SOURCES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(r"pragma: no (cover|branch)\s*$", line)
    ]
    assert bare == []


def test_contributing_fits_on_a_page() -> None:
    """CONTRIBUTING is short enough to be read."""
    assert len(read("CONTRIBUTING.md").splitlines()) <= 60
