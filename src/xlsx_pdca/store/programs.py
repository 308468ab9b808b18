"""Where LibreOffice lies on each operating system, and what it needs to find of the environment."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlsx_pdca.errors import OperatorError

OFFICE_VARIABLE = "PDCA_SOFFICE"

_KEPT = ("PATH", "SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PROGRAMFILES", "PROGRAMDATA")
_HOMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TMPDIR", "TEMP", "TMP")
_XDG = ("XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")


class NoSuchOffice(OperatorError):
    """The place named for LibreOffice holds no program."""

    def __init__(self, path: str) -> None:
        super().__init__(
            f"環境変数 {OFFICE_VARIABLE} の「{path}」が見つかりません。",
            "LibreOfficeの soffice（Windowsでは soffice.com）の場所を書くか、この環境変数を消してください。",
        )


@dataclass(frozen=True)
class OfficeProgram:
    """A LibreOffice that can be run."""

    path: Path


def find_office(environ: Mapping[str, str] = os.environ) -> OfficeProgram | None:
    """The LibreOffice to use: the one named in PDCA_SOFFICE ("" for none at all), else one in a usual place.

    NoSuchOffice where something is named that is not there.
    """
    named = environ.get("PDCA_SOFFICE")
    if named is not None:
        if not named.strip():
            return None
        path = Path(named.strip().strip('"'))
        if not path.is_file():
            raise NoSuchOffice(named)
        return OfficeProgram(_itself(path.absolute()))
    found = next((each for each in _usual_places(environ) if each.is_file()), None)
    return OfficeProgram(found.absolute()) if found else None


def office_environment(folder: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Of the environment only what the system itself needs; everything of the user's points to `folder`."""
    kept = {name: environment[name] for name in _KEPT if name in environment}
    if sys.platform != "win32":
        kept["PATH"] = str(folder)  # so that it finds no other program, such as gpg, to start
    places = dict.fromkeys((*_HOMES, *_XDG), str(folder))
    return {**kept, **places, "LC_ALL": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}


if sys.platform == "win32":  # pragma: no cover - runs only on Windows

    def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
        for name in ("PROGRAMFILES", "PROGRAMW6432", "PROGRAMFILES(X86)", "LOCALAPPDATA"):
            if folder := environment.get(name):
                base = Path(folder) / "Programs" if name == "LOCALAPPDATA" else Path(folder)
                yield base / "LibreOffice" / "program" / "soffice.com"

    def _itself(path: Path) -> Path:
        return path

else:

    def _usual_places(environment: Mapping[str, str]) -> Iterator[Path]:
        if found := shutil.which("soffice", path=environment.get("PATH")):
            yield _itself(Path(found))
        for base in ("/usr/lib/libreoffice", "/usr/lib64/libreoffice", "/opt/libreoffice"):
            yield Path(base) / "program" / "soffice.bin"
        for newest in sorted(Path("/opt").glob("libreoffice*"), reverse=True):
            yield newest / "program" / "soffice.bin"
        yield Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")

    def _itself(path: Path) -> Path:
        """The program rather than the shell script around it, which starts a dozen others."""
        program = path.resolve().with_name("soffice.bin")
        return program if program.is_file() else path
