"""Make `samples/archives` anew: the programs zip and 7z pack some returns, and it is written down what must come out.

    python tools/make_archives.py

Salts and times differ from run to run, so the files do too; what is in them does not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "samples" / "archives"
RETURN = ROOT / "samples" / "gunma" / "usual.xlsx"
PASSWORD = "gunma-2026"

NOTE = "".join(
    f"{n}枚目　事前課題の回答を送付します。御不明な点は担当（架空）まで。\r\n" for n in range(1, 60)
)
"""Long enough to be packed."""
SOURCES: Mapping[str, bytes] = {
    "回答/前橋市.xlsx": RETURN.read_bytes(),
    "回答/送付状.txt": NOTE.encode("cp932"),
    "能代市・四万十町・十日町市.txt": "表の見本\r\n".encode("cp932"),
    "㈱①髙﨑.txt": "外字の見本\r\n".encode(),
    "空.txt": b"",
}


@dataclass(frozen=True)
class Sample:
    """One archive: the program's words, and which files go in."""

    name: str
    command: Sequence[str]
    files: Sequence[str] = tuple(SOURCES)
    locked: bool = False


_7Z = ("7z", "a", "-tzip", "-bso0", "-bd")
_SMALL = ("回答/送付状.txt", "能代市・四万十町・十日町市.txt", "空.txt")
SAMPLES = (
    Sample("zip-utf8.zip", ("zip", "-qX")),
    Sample("zip-zipcrypto.zip", ("zip", "-qX", "-P", PASSWORD), _SMALL, locked=True),
    Sample("7z-cp932.zip", (*_7Z, "-mcp=932"), _SMALL),
    Sample("7z-bzip2.zip", (*_7Z, "-mm=BZip2"), _SMALL),
    Sample("7z-lzma.zip", (*_7Z, "-mm=LZMA"), _SMALL),
    Sample("7z-zipcrypto.zip", (*_7Z, "-mem=ZipCrypto", f"-p{PASSWORD}"), _SMALL, locked=True),
    Sample("7z-aes256.zip", (*_7Z, "-mem=AES256", f"-p{PASSWORD}"), locked=True),
)
OUTER = "7z-nested.zip"
INNER = ("zip-utf8.zip", "7z-aes256.zip")


def main() -> None:
    expected = {}
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        _write(Path(place))
        for sample in SAMPLES:
            _pack(Path(place), sample.name, [*sample.command], sample.files)
            expected[sample.name] = {
                "password": PASSWORD if sample.locked else "",
                "parts": dict(_told((name, SOURCES[name]) for name in sample.files)),
            }
    _pack(FOLDER, OUTER, [*_7Z, "-mx=0"], INNER)
    inside = ((name, (FOLDER / name).read_bytes()) for name in INNER)
    expected[OUTER] = {"password": "", "parts": dict(_told(inside))}
    text = json.dumps(expected, ensure_ascii=False, indent=1)
    (FOLDER / "expected.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def _write(place: Path) -> None:
    for name, data in SOURCES.items():
        (place / name).parent.mkdir(exist_ok=True)
        (place / name).write_bytes(data)


def _pack(place: Path, name: str, command: list[str], files: Sequence[str]) -> None:
    archive = Path(tempfile.mkdtemp()) / name
    subprocess.run([*command, str(archive), *files], cwd=place, check=True)
    shutil.move(archive, FOLDER / name)
    archive.parent.rmdir()


def _told(files: Iterator[tuple[str, bytes]]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for name, data in files:
        yield name, {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


if __name__ == "__main__":
    main()
