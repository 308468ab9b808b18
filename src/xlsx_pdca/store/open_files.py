"""Who has a workbook open, as the owner files of Excel and LibreOffice beside it say."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from xlsx_pdca.errors import DiskError

# Excel's owner file: length and name in the computer's code page, padded; from byte 55 length and name in UTF-16.
_EXCEL_WIDE = 55
# LibreOffice: name, log-in name, computer, time, profile; with a backslash before , ; and \.
_FIELD = re.compile(r"((?:\\.|[^,;\\])*)[,;]", re.DOTALL)
_OWNER_FILE_LIMIT = 4096
_OWNER_FILE_SIZE = 1024
"""Owner files have 165 bytes or a line of text; a workbook has thousands."""


def open_elsewhere(path: Path) -> str | None:
    """Name of the person who has `path` open, "" if it is open but nobody can say by whom, else None.

    A witness only: a program that crashed leaves its owner file behind.
    """
    excel = _owner(path.with_name(f"~${path.name}"), _excel_name)
    libreoffice = _owner(path.with_name(f".~lock.{path.name}#"), _libreoffice_name)
    return excel or libreoffice or (excel if libreoffice is None else libreoffice)


def is_owner_file(path: Path) -> bool:
    """Whether it is an owner file by name and size: never a workbook, never a return."""
    name = path.name
    is_named = name.startswith("~$") or (name.startswith(".~lock.") and name.endswith("#"))
    return is_named and path.stat().st_size < _OWNER_FILE_SIZE


def _owner(path: Path, name_in: Callable[[bytes], str]) -> str | None:
    try:
        with path.open("rb") as file:
            data = file.read(_OWNER_FILE_LIMIT)
    except FileNotFoundError:
        return None
    except OSError:
        return ""  # it is there, and held so tightly that we may not read it
    return "".join(c for c in name_in(data) if c.isprintable()).strip()


def _excel_name(data: bytes) -> str:
    if len(data) > _EXCEL_WIDE + 2:
        length = int.from_bytes(data[_EXCEL_WIDE : _EXCEL_WIDE + 2], "little")
        wide = data[_EXCEL_WIDE + 2 : _EXCEL_WIDE + 2 + 2 * length]
        if length and len(wide) == 2 * length:
            return wide.decode("utf-16-le", "replace")
    return data[1 : 1 + data[0]].decode("cp932", "replace") if data else ""


def _libreoffice_name(data: bytes) -> str:
    fields = [re.sub(r"\\(.)", r"\1", f) for f in _FIELD.findall(data.decode("utf-8", "replace"))]
    name, login, computer, *_ = [*fields, "", "", ""]
    return name or (f"{login}（{computer}）" if login and computer else login)


class StillOpen(DiskError):
    """Somebody has a workbook open in which the officer writes: what she wrote may not be saved yet."""

    def __init__(self, path: Path, who: str) -> None:
        whose = f"{who}さん" if who else "どなたか（このパソコンのExcelを含みます）"
        super().__init__(
            f"「{path.name}」は{whose}が開いています。",
            "保存して閉じてから、もう一度実行してください。"
            f"どなたも開いていないときは、同じフォルダーに残った「~${path.name}」または「.~lock.{path.name}#」を削除してください。",
        )


def refuse_open(path: Path) -> None:
    """StillOpen while somebody has the file open."""
    if (who := open_elsewhere(path)) is not None:
        raise StillOpen(path, who)
