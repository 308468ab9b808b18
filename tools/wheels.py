"""Fill a folder with every wheel needed to install without Internet, here and on 64-bit Windows: tools/wheels.py FOLDER.

pip judges environment markers by the machine it runs on, so on Linux it would leave out what only Windows needs
(`tzdata; sys_platform == 'win32'`). Therefore the wheels' own metadata is read for each target until nothing is missing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from email.parser import BytesParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

README = "はじめにお読みください.txt"
TEXT = """\
xlsx_pdca をインターネットなしで導入する手順

このフォルダには、xlsx_pdca と、必要な部品がすべて入っています。
　　Windows（64ビット）：Python 3.11・3.12・3.13
　　このフォルダを作成した機種：{here}
管理者権限は必要ありません。

【Windows】
１　Python 3.11〜3.13（64ビット版）が入っていることを確かめます。コマンドプロンプトで次のように入力してください。
　　　　py -0
２　このフォルダを、パソコンの中（例：C:\\xlsx_pdca_wheels）にコピーします。
３　コマンドプロンプトで、次の２行を順に実行します（3.12 は、１で表示された版に読み替えてください）。
　　　　py -3.12 -m venv "%LOCALAPPDATA%\\xlsx_pdca"
　　　　"%LOCALAPPDATA%\\xlsx_pdca\\Scripts\\python.exe" -m pip install --no-index --find-links C:\\xlsx_pdca_wheels xlsx-pdca
４　次のように入力し、使い方が表示されれば完了です。
　　　　"%LOCALAPPDATA%\\xlsx_pdca\\Scripts\\xlsx-pdca.exe" --help

【Linux など】
　　　　python3 -m venv ~/xlsx_pdca
　　　　~/xlsx_pdca/bin/python -m pip install --no-index --find-links このフォルダ xlsx-pdca
　　　　~/xlsx_pdca/bin/xlsx-pdca --help

【版を上げるとき】
　　新しいフォルダを指定し、install の後に --upgrade を付けて、同じ手順を実行してください。

※ 「No matching distribution found」と表示されたときは、Python の版が 3.11〜3.13 でないか、32ビット版の可能性があります。
"""


@dataclass(frozen=True)
class Target:
    """A machine to install on; without a Python version, the one this runs on."""

    python: str = ""

    @property
    def pip_options(self) -> tuple[str, ...]:
        if not self.python:
            return ()
        return (
            "--platform",
            "win_amd64",
            "--implementation",
            "cp",
            "--python-version",
            self.python,
        )

    @property
    def markers(self) -> dict[str, str]:
        if not self.python:
            return {"extra": ""}
        return {
            "extra": "", "python_version": self.python, "python_full_version": f"{self.python}.0",
            "sys_platform": "win32", "platform_system": "Windows", "os_name": "nt",
            "platform_machine": "AMD64", "implementation_name": "cpython",
            "platform_python_implementation": "CPython",
        }  # fmt: skip


TARGETS = (Target(), Target("3.11"), Target("3.12"), Target("3.13"))


def needs(wheel: Path, target: Target) -> Iterable[Requirement]:
    """What a wheel requires on the target."""
    with zipfile.ZipFile(wheel) as package:
        name = next(n for n in package.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = BytesParser().parsebytes(package.read(name))
    for text in metadata.get_all("Requires-Dist", []):
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate(target.markers):
            yield requirement


def missing(folder: Path, own: Path, target: Target) -> list[str]:
    """Requirements of our wheel and of all in the folder that no wheel in the folder meets."""
    have = {parse_wheel_filename(path.name)[0] for path in folder.glob("*.whl")}
    wanted = {
        f"{need.name}{need.specifier}": canonicalize_name(need.name)
        for wheel in (own, *folder.glob("*.whl"))
        for need in needs(wheel, target)
    }
    return sorted(text for text, name in wanted.items() if name not in have)


def pip(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *arguments], check=True)


def collect(own: Path, target: Target, folder: Path) -> None:
    """Download what our wheel needs on the target, and what that needs, until nothing is missing."""
    download = ("download", "--only-binary=:all:", *target.pip_options, "--dest", folder)
    while wanted := missing(folder, own, target):
        pip(*download, *wanted)


def fill(folder: Path) -> None:
    """Build our wheel and put it, all others, and the instructions into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.whl"):
        old.unlink()
    build = (sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder)
    subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
    (own,) = folder.glob("*.whl")
    for target in TARGETS:
        with tempfile.TemporaryDirectory() as name:
            collect(own, target, Path(name))
            for wheel in Path(name).glob("*.whl"):
                (folder / wheel.name).write_bytes(wheel.read_bytes())
    here = f"{sys.platform}, Python {sys.version_info.major}.{sys.version_info.minor}"
    text = TEXT.format(here=here).replace("\n", "\r\n")  # for the Notepad of older Windows
    (folder / README).write_bytes(text.encode("utf-8-sig"))


if __name__ == "__main__":
    fill(Path(sys.argv[1]))
    print(*sorted(path.name for path in Path(sys.argv[1]).iterdir()), sep="\n")
