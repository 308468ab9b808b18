"""Takes the password off Office files: each given one is tried, and the bytes that come out are the judge."""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from xlsx_pdca.contents import Uncovered
from xlsx_pdca.rawbook import Refusal
from xlsx_pdca.workbook.parts.biff import code_pages
from xlsx_pdca.workbook.parts.faults import CannotRead, Damaged, Encrypted, Hostile
from xlsx_pdca.workbook.parts.ole import Streams, open_ole
from xlsx_pdca.workbook.parts.package import open_archive
from xlsx_pdca.workbook.parts.xml import Attributes, stream, tagged, whole

DEFAULT_SECRET = "VelvetSweatshop"
"""Excel encrypts with this one where a book is only recommended to be read; it asks nobody for it."""
MOST_SPINS = 1_000_000
"""Excel writes 100,000; each is one hash, for every password."""
SPINS_IN_ALL = 2_000_000
"""Twenty passwords of a usual book take a few seconds; more are not tried."""
MOST_XLS_BYTES = 16 << 20
"""The library takes eight bytes of memory for each byte of an .xls."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_INFO, _PACKAGE = "EncryptionInfo", "EncryptedPackage"
_VERSION = struct.Struct("<HH")
_AGILE = (4, 4)
_AGILE_HEAD = 8
_STANDARD_SPINS = 50_000
_UNICODE_PAGE = 1200
_ENCRYPTION = ("http://schemas.microsoft.com/office/2006/encryption",)
_PASSWORD = ("http://schemas.microsoft.com/office/2006/keyEncryptor/password",)
_HASHES, _SURE_HASHES = ("SHA1", "SHA256", "SHA384", "SHA512"), ("SHA256", "SHA384", "SHA512")


def uncovered(
    data: bytes, secrets: Sequence[str], *, spins: int = SPINS_IN_ALL
) -> Uncovered | Refusal:
    """The file without its password, or why none of these took it off; no password is ever told.

    What comes out is a whole zip archive, every checksum right, or a workbook stream that says what it is.
    """
    try:
        return Uncovered(_opened(data, _Secrets.of(secrets, spins)))
    except CannotRead as stop:
        return stop.refusal


@dataclass(frozen=True)
class _Secrets:
    """What to try, and how many rounds of hashing there is time for; it does not show in any text."""

    words: tuple[str, ...] = field(repr=False)
    spins: int

    @classmethod
    def of(cls, given: Sequence[str], spins: int) -> _Secrets:
        return cls(tuple(dict.fromkeys((DEFAULT_SECRET, *filter(None, given)))), spins)

    def each(self, spins: int) -> Iterator[str]:
        """As many passwords as there is time for; after the last one the file stays closed."""
        affordable = max(self.spins // max(spins, 1), 1)
        yield from self.words[:affordable]
        if len(self.words) > affordable:
            raise Encrypted(
                f"none of the first {affordable} passwords opens it; more take too long"
            )
        given = sum(word != DEFAULT_SECRET for word in self.words)
        raise Encrypted(f"none of {given} passwords opens it" if given else "no password given")


def _opened(data: bytes, secrets: _Secrets) -> bytes:
    if not data.startswith(_OLE):
        raise Encrypted("a password of a kind that cannot be taken off here")
    streams = open_ole(data)
    if _INFO in streams and _PACKAGE in streams:
        return _opened_package(data, _method(streams.read(_INFO)), secrets)
    book = next((name for name in streams.names if name.lower() == "workbook"), None)
    if book is None:
        raise Encrypted("an OLE container with rights management or an unknown kind of password")
    if len(streams.read(book)) > MOST_XLS_BYTES:
        raise Encrypted("an .xls too large to take its password off")
    return _opened_xls(data, book, secrets)


@dataclass(frozen=True)
class _Method:
    """How a package is encrypted, as far as it matters before and after."""

    spins: int = _STANDARD_SPINS
    has_sure_integrity: bool = False
    """Its own check of the encrypted bytes can be relied on; programs write it wrong for older methods."""


def _method(info: bytes) -> _Method:
    """Read by our own parser first: a library would expand entities and spin as often as it is told."""
    if info[: _VERSION.size] != _VERSION.pack(*_AGILE):
        return _Method()
    spins: list[int] = []
    hashes: list[str] = []

    def key(attributes: Attributes) -> None:
        hashes.append(attributes.get("hashAlgorithm", ""))
        known = attributes.get("cipherAlgorithm") == "AES" and hashes[-1] in _HASHES
        if not known or attributes.get("cipherChaining") != "ChainingModeCBC":
            raise Encrypted("a method of encryption that is not known here")

    def password(attributes: Attributes) -> None:
        key(attributes)
        spins.append(whole(attributes.get("spinCount"), "spin count"))

    opens = tagged(_ENCRYPTION, {"keyData": key}) | tagged(_PASSWORD, {"encryptedKey": password})
    stream((info[_AGILE_HEAD:],), opens, {}, part=_INFO, roots=("encryption",))
    if not spins:
        raise Encrypted("encrypted for certificates, not by a password")
    if max(spins) > MOST_SPINS:
        raise Hostile(f"spin count {max(spins)}")
    return _Method(max(spins), all(each in _SURE_HASHES for each in hashes))


def _opened_package(data: bytes, method: _Method, secrets: _Secrets) -> bytes:
    for secret in secrets.each(method.spins):
        plain, is_sure = _decrypted_package(data, secret, sure=method.has_sure_integrity)
        if plain.startswith(_ZIP):
            _require_whole(plain)
            if not is_sure:
                raise Damaged("decrypted, but its integrity check fails")
            return plain
    raise AssertionError("never reached: the last secret raises")


def _decrypted_package(data: bytes, secret: str, *, sure: bool) -> tuple[bytes, bool]:
    """What a password makes of the package, garbage or nothing where it is the wrong one; and its own check.

    The library's own check of passwords is not asked: it rejects the right one of older methods.
    """
    from msoffcrypto.exceptions import InvalidKeyError
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    try:
        file = OOXMLFile(io.BytesIO(data))
        file.load_key(password=secret)
        with contextlib.suppress(InvalidKeyError):  # not a whole archive, after it was written out
            file.decrypt(out)
        plain = out.getvalue()
        if sure and plain.startswith(_ZIP):
            file.decrypt(io.BytesIO(), verify_integrity=True)
    # a wrong key shows as whatever its garbage breaks; the text of it might name the password
    except Exception:
        return out.getvalue(), False
    return plain, True


def _require_whole(plain: bytes) -> None:
    """Every entry inflates to its checksum; limits are the reader's business, after this."""
    try:
        package = open_archive(plain)
        for name in package.names:
            for _ in package.chunks(name):
                pass
    except Damaged as fault:
        raise Damaged(f"decrypted, but {fault.detail}") from None


def _opened_xls(data: bytes, book: str, secrets: _Secrets) -> bytes:
    for secret in secrets.each(_STANDARD_SPINS):
        plain = _decrypted_xls(data, secret)
        if plain is not None and _is_workbook(open_ole(plain), book):
            return plain
    raise AssertionError("never reached: the last secret raises")


def _decrypted_xls(data: bytes, secret: str) -> bytes | None:
    from msoffcrypto.format.xls97 import Xls97File

    out = io.BytesIO()
    try:
        file = Xls97File(io.BytesIO(data))
        file.load_key(password=secret)
        file.decrypt(out)
    # as above
    except Exception:
        return None
    return out.getvalue()


def _is_workbook(streams: Streams, book: str) -> bool:
    """Whether the records say what they must; the oldest method checks a password by sixteen bits only."""
    return all(page == _UNICODE_PAGE for page in code_pages(streams.read(book)))
