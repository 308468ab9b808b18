"""Owner files of Excel and LibreOffice tell who has a workbook open."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlsx_pdca.store.open_files import is_owner_file, open_elsewhere

# Written by LibreOffice 7.4 (headless, no name in the profile) beside an open workbook; profile path shortened.
LIBREOFFICE_OWNER = b",root,vm,22.11.2026 10:37,file:///tmp/prof;"


def excel_owner(name: str, size: int = 165) -> bytes:
    """An owner file as Excel writes it: code page and UTF-16, each with its length."""
    narrow, wide = name.encode("cp932", "replace"), name.encode("utf-16-le")
    head = bytes([len(narrow)]) + narrow.ljust(54, b" ")
    return (head + len(name).to_bytes(2, "little") + wide).ljust(size, b"\0")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "取りまとめ表.xlsx"


def test_nobody(book: Path) -> None:
    """Without owner files nobody has it open, whatever stands beside it."""
    book.with_name("~$別の表.xlsx").write_bytes(excel_owner("高崎 次郎"))
    assert open_elsewhere(book) is None


@pytest.mark.parametrize("name", ["前橋 花子", "Maebashi", "𠮷田 太郎"])
def test_excel(book: Path, name: str) -> None:
    """The name is read from Excel's owner file, in UTF-16 so that rare characters survive."""
    book.with_name("~$取りまとめ表.xlsx").write_bytes(excel_owner_of(name))
    assert open_elsewhere(book) == name


def excel_owner_of(name: str) -> bytes:
    """Lengths count UTF-16 units, as Windows does."""
    data = bytearray(excel_owner(name))
    data[55:57] = (len(name.encode("utf-16-le")) // 2).to_bytes(2, "little")
    return bytes(data)


def test_excel_short_owner_file(book: Path) -> None:
    """An owner file cut after the code page part still tells the name."""
    book.with_name("~$取りまとめ表.xlsx").write_bytes(excel_owner("前橋 花子")[:55])
    assert open_elsewhere(book) == "前橋 花子"


@pytest.mark.parametrize(
    ("content", "who"),
    [
        (LIBREOFFICE_OWNER, "root（vm）"),
        ("前橋 花子,hanako,pc01,01.06.2026 10:00,file:///x;".encode(), "前橋 花子"),
        (b"a\\,b\\;c,hanako,pc01,01.06.2026 10:00,file:///x;", "a,b;c"),
    ],
)
def test_libreoffice(book: Path, content: bytes, who: str) -> None:
    """The name, or else log-in name and computer, is read from LibreOffice's owner file."""
    book.with_name(".~lock.取りまとめ表.xlsx#").write_bytes(content)
    assert open_elsewhere(book) == who


@pytest.mark.parametrize("content", [b"", b"\xff" * 3, b"\0" * 165, b"\xff" * 4096, b";"])
@pytest.mark.parametrize("name", ["~$取りまとめ表.xlsx", ".~lock.取りまとめ表.xlsx#"])
def test_unreadable_owner_file(book: Path, name: str, content: bytes) -> None:
    """An owner file that says nothing still says that the book is open."""
    book.with_name(name).write_bytes(content)
    who = open_elsewhere(book)
    assert who is not None
    assert who.isprintable()


def test_owner_file_that_may_not_be_read(book: Path) -> None:
    """An owner file that cannot be opened counts as open by somebody unknown."""
    book.with_name("~$取りまとめ表.xlsx").mkdir()
    assert open_elsewhere(book) == ""


def test_the_name_is_preferred_to_an_empty_one(book: Path) -> None:
    """Of two owner files the one that names somebody is believed."""
    book.with_name("~$取りまとめ表.xlsx").write_bytes(b"")
    book.with_name(".~lock.取りまとめ表.xlsx#").write_bytes(LIBREOFFICE_OWNER)
    assert open_elsewhere(book) == "root（vm）"


def test_owner_files_are_known_by_name_and_size(tmp_path: Path) -> None:
    """Owner files are told from workbooks, so that none is taken for a return."""
    for name in ("~$回答.xlsx", ".~lock.回答.xlsx#", "回答.xlsx", ".~lock.回答.xlsx"):
        (tmp_path / name).write_bytes(b"x" * 165)
    assert is_owner_file(tmp_path / "~$回答.xlsx")
    assert is_owner_file(tmp_path / ".~lock.回答.xlsx#")
    assert not is_owner_file(tmp_path / "回答.xlsx")
    assert not is_owner_file(tmp_path / ".~lock.回答.xlsx")


def test_a_workbook_under_the_name_of_an_owner_file(tmp_path: Path) -> None:
    """What is too large for an owner file is somebody's workbook, whatever it is called."""
    (tmp_path / "~$回答.xlsx").write_bytes(b"x" * 28_000)
    assert not is_owner_file(tmp_path / "~$回答.xlsx")
