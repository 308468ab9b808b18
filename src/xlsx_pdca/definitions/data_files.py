"""Where the data shipped with the program lies, in the wheel and in an editable install."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]
_SUFFIXES = {".toml", ".tsv"}


def shipped_folder(name: str, package: Path = _PACKAGE) -> Path:
    """Folder `templates` or `samples`: inside the package when installed from a wheel, else in the repository."""
    inside = package / "_data" / name
    return inside if inside.is_dir() else package.parents[1] / name


def templates_folder() -> Path:
    return shipped_folder("templates")


def samples_folder() -> Path:
    return shipped_folder("samples")


def read_form_files(folder: Path) -> dict[str, bytes]:
    """Form files and tables one folder deep, by relative path such as `jizen/v1.toml`.

    The same for the shipped templates and for a round's own 10_様式; what cannot be read raises OSError.
    """
    found = sorted(p for p in folder.glob("*/*") if p.suffix in _SUFFIXES and p.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}
