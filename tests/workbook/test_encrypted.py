"""Workbooks behind a password: the right one opens every method, every other ends as a clear refusal that tells nothing."""

from __future__ import annotations

import io
import os
import time
import traceback

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from agile import encrypted
from books import issued
from format_samples import PASSWORD, data_of, taken, truth
from old_files import ods, ods_cell, ods_row, ole, xls
from xlsx_pdca.contents import Uncovered
from xlsx_pdca.rawbook import RawBook, Refusal, RefusalCode
from xlsx_pdca.workbook.encrypted import DEFAULT_SECRET, uncovered
from xlsx_pdca.workbook.old_formats import read_old
from xlsx_pdca.workbook.reader import read_workbook

SECRET = "前橋市の鍵 1"
METHODS = {
    "agile, AES-128 and SHA-1 (Excel 2010)": ("SHA1", 128),
    "agile, AES-256 and SHA-512": ("SHA512", 256),
    "agile, AES-256 and SHA-384": ("SHA384", 256),
}


def opened(data: bytes, *secrets: str) -> bytes:
    result = uncovered(data, secrets)
    assert isinstance(result, Uncovered), result
    return result.data


def refused(data: bytes, *secrets: str) -> Refusal:
    result = uncovered(data, secrets)
    assert isinstance(result, Refusal)
    return result


def by_the_library(data: bytes, secret: str) -> bytes:
    """Encrypted as current Excel does, by the library under test: the other methods are not."""
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(secret, out)
    return out.getvalue()


@pytest.mark.parametrize("method", METHODS)
def test_right_password(method: str) -> None:
    """The bytes that went in come out, whatever wrong passwords are tried before; nothing opens without one."""
    hash_name, bits = METHODS[method]
    data = encrypted(issued(), SECRET, hash_name=hash_name, key_bits=bits)
    told = read_workbook(data)
    assert isinstance(told, Refusal) and told.code is RefusalCode.ENCRYPTED
    assert opened(data, "違う", "", SECRET) == issued()
    for given in ((), ("違う",)):
        assert refused(data, *given).code is RefusalCode.ENCRYPTED


def test_sample_of_libreoffice() -> None:
    """A return really saved by LibreOffice with a password is encrypted, and read exactly with it."""
    data = data_of("libreoffice-password.xlsx")
    assert data.startswith(b"\xd0\xcf\x11\xe0") and b"PK\x03\x04" not in data
    assert refused(data).detail == "no password given"
    book = read_workbook(opened(data, PASSWORD))
    assert isinstance(book, RawBook)
    outcome = taken(book)
    assert outcome.said() == truth()
    assert outcome.proved
    assert outcome.codes == ()


def test_old_sample_of_libreoffice() -> None:
    """An .xls really saved with a password (RC4) comes out as the .xls it was, and is read exactly."""
    data = data_of("libreoffice-password.xls")
    told = read_workbook(data)
    assert isinstance(told, Refusal) and told.code is RefusalCode.ENCRYPTED
    for given in ((), ("違う",)):
        assert refused(data, *given).code is RefusalCode.ENCRYPTED
    book = read_old(opened(data, "違う", PASSWORD))
    assert isinstance(book, RawBook)
    assert taken(book).said() == truth()


def test_book_that_is_only_recommended_to_be_read() -> None:
    """Excel's own password of such books is tried without being given."""
    assert opened(by_the_library(issued(), DEFAULT_SECRET)) == issued()


def test_password_is_never_told() -> None:
    """Neither a refusal nor an uncovered book shows a password, also where it breaks an encoding."""
    data = encrypted(issued(), SECRET)
    odd = "\ud83d秘密"
    try:
        told = [repr(uncovered(data, ("秘密の語", odd))), repr(uncovered(xls([]), ("秘密の語",)))]
    except Exception:
        told = [traceback.format_exc()]
    assert not [text for text in told if "秘密" in text]
    assert SECRET not in repr(uncovered(data, (SECRET,)))


@pytest.mark.parametrize("told_spins", [1_000_001, 10**9, 10**12])
def test_absurd_spin_count(told_spins: int) -> None:
    """A file that asks for hours of hashing is refused at once; the same file with an honest count opens."""
    started = time.monotonic()
    data = encrypted(issued(), SECRET, told_spins=told_spins)
    assert refused(data, SECRET).code is RefusalCode.HOSTILE
    assert time.monotonic() - started < 5
    assert opened(encrypted(issued(), SECRET), SECRET) == issued()


def test_many_passwords() -> None:
    """More passwords than there is time for are not tried, and that is told; the first ones are."""
    data = encrypted(issued(), SECRET)
    many = [*map(str, range(100)), SECRET]
    told = uncovered(data, many, spins=5_000)
    assert isinstance(told, Refusal)
    assert told.code is RefusalCode.ENCRYPTED
    assert told.detail == "none of the first 5 passwords opens it; more take too long"
    assert isinstance(uncovered(data, many[-3:], spins=5_000), Uncovered)


def test_entities_are_not_expanded() -> None:
    """A document type in the description of the method is refused before any library parses it."""
    bomb = '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY d "&b;&b;">]>'
    assert refused(encrypted(issued(), SECRET, more=bomb), SECRET).code is RefusalCode.HOSTILE


def test_encrypted_bytes_that_were_changed() -> None:
    """With SHA-2 the package's own check decides; where it fails nothing comes out."""
    data = encrypted(issued(), SECRET, hash_name="SHA512", key_bits=256, breaks_hmac=True)
    told = refused(data, SECRET)
    assert told.code is RefusalCode.DAMAGED
    assert "integrity" in told.detail


def test_package_that_was_broken_before() -> None:
    """A right password of a damaged archive is not called a wrong one."""
    broken = bytearray(issued())
    broken[200:260] = os.urandom(60)
    told = refused(encrypted(bytes(broken), SECRET), SECRET)
    assert told.code is RefusalCode.DAMAGED
    assert "decrypted" in told.detail


def test_other_kinds_of_password() -> None:
    """A password on an .ods or on a zip entry, and rights management, are told as what they are."""
    for data in (
        ods(ods_row(ods_cell("x"))),
        ole({"DRMContent": b"x", "EncryptedPackage": b"x"}),
    ):
        assert refused(data, SECRET).code is RefusalCode.ENCRYPTED


def test_loop_in_the_container() -> None:
    """A chain of sectors without end is refused, not walked."""
    streams = {"EncryptionInfo": bytes(5000), "EncryptedPackage": bytes(5000)}
    assert refused(ole(streams, fat={3: 2}), SECRET).code is RefusalCode.DAMAGED
    assert refused(ole(streams), SECRET).code is RefusalCode.ENCRYPTED
