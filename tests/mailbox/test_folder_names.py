"""Tests of names of IMAP folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlsx_pdca.mailbox.folder_names import Folder, decoded, encoded, listed, meant, quoted

if TYPE_CHECKING:
    from imap_peer import Mailbox

NAMES = (
    "回答",
    "在宅医療・介護連携",
    "A&B",
    "~peter/mail/台北/日本語",
    "𠮷野ヶ里",
    "é",
    'say "yes" \\ no',
    "&",
    "-回-",
)


def utf16_by_python(name: str) -> str:
    """Python's own UTF-7, made modified (RFC 3501 5.1.3): another way to the same text."""
    parts: list[str] = []
    run = ""
    for sign in [*name, ""]:
        if sign and not " " <= sign <= "~":
            run += sign
            continue
        if run:
            digits = run.encode("utf-7").decode().removeprefix("+").removesuffix("-")
            parts.append(f"&{digits.replace('/', ',')}-")
            run = ""
        parts.append("&-" if sign == "&" else sign)
    return "".join(parts)


@pytest.mark.parametrize("name", NAMES)
def test_names_are_written_as_the_standard_says(name: str) -> None:
    """The wire form agrees with another encoder, and reads back."""
    assert encoded(name) == utf16_by_python(name)
    assert decoded(encoded(name)) == name


def test_the_example_of_the_standard() -> None:
    """The example that RFC 3501 itself gives."""
    assert encoded("~peter/mail/台北/日本語") == "~peter/mail/&U,BTFw-/&ZeVnLIqe-"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_every_name_comes_back(name: str) -> None:
    """Encoding and decoding any text gives it back, in plain ASCII on the wire."""
    wire = encoded(name)
    assert wire.isascii() and decoded(wire) == name


@pytest.mark.parametrize("wire", ["&***-", "a & b", "&Zw-", "&ZeVnLIqe", "日本"])
def test_what_is_no_such_name_stays(wire: str) -> None:
    """A server that does not keep to it is shown as it is, without a crash."""
    assert decoded(wire) == wire


def test_a_real_server_keeps_japanese_names(imap_server: Mailbox) -> None:
    """Dovecot, which refuses names that are not well written, takes ours, and lists them as we read them."""
    names = [name.replace("~peter/mail/", "").replace("/", "_") for name in NAMES]
    for name in names:
        imap_server.create(quoted(encoded(name))[1:-1])
    with imap_server.client() as client:
        folders = listed(client.list()[1])
    assert sorted(folder.name for folder in folders) == sorted(["INBOX", *names])


FOLDERS = tuple(
    Folder(name, ".", encoded(name))
    for name in ("INBOX", "INBOX.回答", "INBOX.令和８年度", "古い.保存", "新しい.保存", "Sent")
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("INBOX.回答", "INBOX.回答"),
        ("INBOX/回答", "INBOX.回答"),
        ("回答", "INBOX.回答"),
        ("令和8年度", "INBOX.令和８年度"),
        ("sent", "Sent"),
        ("保存", None),
        ("新しい/保存", "新しい.保存"),
        ("ありません", None),
        ("", None),
    ],
)
def test_what_the_officer_writes_finds_its_folder(text: str, name: str | None) -> None:
    """The folder may be written with any sign between levels, or by its last level alone when that is one; never a guess between two."""
    found = meant(text, FOLDERS)
    assert (found.name if found else None) == name


def test_lists_of_any_server_are_read() -> None:
    """Quoted names, bare names, literals, no separator; folders that hold no mails are left out."""
    lines = [
        rb'(\HasNoChildren) "." INBOX',
        rb'(\HasNoChildren) "/" "a \"b\" \\c"',
        (rb'(\HasNoChildren) "." {8}', b"&Vt57VA-"),
        b"",
        rb'(\Noselect \HasChildren) "." &Vt57VA-',
        rb"() NIL x",
        rb'() "\\" y',
        None,
    ]
    found = [(folder.name, folder.separator) for folder in listed(lines)]
    assert found == [("INBOX", "."), ('a "b" \\c', "/"), ("回答", "."), ("x", ""), ("y", "\\")]
