"""Tests of the scripts in tools/."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).parent.parent / "tools"
IMAGES = TOOLS.parent / "docs" / "images"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"tool_{name}", TOOLS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, name: str, *requires: str) -> Path:
    """A wheel that holds nothing but its requirements."""
    path = folder / f"{name}-1.0-py3-none-any.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1.0"]
    lines += [f"Requires-Dist: {text}" for text in requires]
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(f"{name}-1.0.dist-info/METADATA", "\n".join(lines) + "\n")
    return path


def test_wheels_sees_what_only_windows_needs(tmp_path: Path) -> None:
    """What a wheel, or a wheel it needs, wants on Windows only is missing there and nowhere else; extras never are."""
    wheels = load("wheels")
    own = wheel(
        tmp_path, "own", "base>=2", "extra1; extra == 'more'", "py311; python_version < '3.12'"
    )
    downloaded = tmp_path / "downloaded"
    downloaded.mkdir()
    wheel(downloaded, "base", "Only_Windows>=1; sys_platform == 'win32'")
    assert wheels.missing(downloaded, own, wheels.Target("3.11")) == ["Only_Windows>=1", "py311"]
    assert wheels.missing(downloaded, own, wheels.Target("3.12")) == ["Only_Windows>=1"]
    wheel(downloaded, "only_windows")
    assert wheels.missing(downloaded, own, wheels.Target("3.12")) == []


def test_oldest_pins_every_lower_bound() -> None:
    """Run-time and test dependencies are pinned to their lower bounds; one without a bound is refused."""
    oldest = load("oldest")
    project = {
        "project": {"dependencies": ["click>=8.2.1", "tzdata>=2024.1; sys_platform == 'win32'"]},
        "dependency-groups": {"test": ["pytest>=8.2.0"]},
    }
    assert oldest.constraints(project) == ["click==8.2.1", "tzdata==2024.1", "pytest==8.2.0"]
    project["dependency-groups"]["test"].append("hypothesis")
    with pytest.raises(SystemExit, match="hypothesis"):
        oldest.constraints(project)


@pytest.mark.skipif(sys.platform == "win32", reason="the set-up script is for bash")
def test_setup_says_what_to_do_without_python(tmp_path: Path) -> None:
    """Where no usable Python is found, the set-up ends with code 3 and says so in Japanese and English."""
    for name in ("python3.13", "python3.12", "python3.11", "python3"):
        fake = tmp_path / name
        fake.write_text(
            "#!/bin/sh\nexit 127\n"
        )  # like a pyenv shim of a version that is not active
        fake.chmod(0o755)
    done = subprocess.run(
        [TOOLS / "setup", tmp_path / "venv"], capture_output=True, text=True, encoding="utf-8",
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert "Python 3.11 以上が見つかりませんでした" in done.stderr
    assert "No usable Python" in done.stderr
    assert not (tmp_path / "venv").exists()


def test_pictures_of_the_readmes_are_those_that_are_made() -> None:
    """What the script makes is what lies in docs/images, and what both READMEs show."""
    made = {picture.name for picture in load("make_pictures").PICTURES}
    assert {path.name for path in IMAGES.iterdir()} == made
    for name in ("README.md", "README.ja.md"):
        text = (TOOLS.parent / name).read_text(encoding="utf-8")
        assert set(re.findall(r"\]\(docs/images/([^)]+)\)", text)) == made, name


def test_a_picture_is_cropped_to_its_ink() -> None:
    """White around what is printed goes, but for a small margin; ink inside a row stays."""
    pictures = load("make_pictures")
    width, margin = 100, pictures.MARGIN
    blank, ink = pictures.WHITE * width, b"\x10\x20\x30"
    row = pictures.WHITE * 40 + ink + pictures.WHITE * 9 + ink + pictures.WHITE * 49
    cropped = pictures.Bitmap(width, (blank,) * 30 + (row,) + (blank,) * 30).cropped()
    assert (cropped.width, len(cropped.rows)) == (11 + 2 * margin, 1 + 2 * margin)
    inked = cropped.rows[margin]
    assert inked[3 * margin : -3 * margin] == ink + pictures.WHITE * 9 + ink
