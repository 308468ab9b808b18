"""Entries of a zip archive behind a password: the old zip encryption, and AES as WinZip and 7-Zip write it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from xlsx_pdca.mailbox.inflating import FEED
from xlsx_pdca.zipdirectory import Entry

LOCKED_FLAG = 0x1
STRONG_FLAGS = 0x40 | 0x2000
AES_METHOD = 99
WORK = 8 << 20
"""Bytes decrypted of one archive in the old way, all tries together; where Python is slow, it does less than 1 MB a second."""
AES_KEY_WORK = 4 << 10
"""Making one AES key takes about as long as so many bytes: three thousandths of a slow second."""

_AES_FIELD = 0x9901
_AES_TOLD = struct.Struct("<H2sBH")
_SALT_BYTES = {1: 8, 2: 12, 3: 16}
_VERIFIER_BYTES, _MAC_BYTES = 2, 10
_OLD_HEAD = 12
_STREAMED_FLAG = 0x8


class NoKey(Exception):
    """None of the passwords opens it."""


class WrongMac(Exception):
    """A password seems to fit, but the bytes are not those that were locked."""


class TooMuchWork(Exception):
    """Trying further would take too long."""


@dataclass(frozen=True)
class AesLock:
    """What an entry says of its AES encryption."""

    strength: int
    """1, 2 or 3 for 128, 192 or 256 bits."""
    method: int
    """By which it is packed within."""


def aes_lock(entry: Entry) -> AesLock | None:
    """How it is locked; None when it does not say so properly."""
    for field, body in entry.fields():
        if field == _AES_FIELD and len(body) == _AES_TOLD.size:
            _, vendor, strength, method = _AES_TOLD.unpack(body)
            if vendor == b"AE" and strength in _SALT_BYTES:
                return AesLock(strength, method)
    return None


class Keyring:
    """Passwords to try on one archive, the one that opened an entry last first; it never shows them."""

    def __init__(self, secrets: Sequence[str], *, work: int = WORK) -> None:
        ways = (secret.encode(code, "replace") for secret in secrets for code in ("utf-8", "cp932"))
        self._keys = list(dict.fromkeys(key for key in ways if key))
        self._work_left = work

    def old(self, entry: Entry, packed: bytes) -> Iterator[Iterator[bytes]]:
        """Decrypted in chunks, once for each password that passes the check byte: one of 256 wrong ones does too.

        Whoever finds the checksum right stops asking, and that password comes first from then on.
        """
        if len(packed) < _OLD_HEAD:
            return
        checks = {entry.crc >> 24}
        if entry.flags & _STREAMED_FLAG:
            checks.add(entry.clock >> 8)
        for key in tuple(self._keys):
            cipher = _OldCipher(key)
            if cipher.decrypt(packed[:_OLD_HEAD])[-1] in checks:
                self._prefer(key)
                self._require_room(len(packed))
                yield self._old_chunks(cipher, packed)

    def aes(self, lock: AesLock, packed: bytes) -> bytes:
        """Decrypted by the first password that fits, after the authentication code was found right."""
        from pyzipper.zipfile_aes import AESZipDecrypter  # heavy, and rarely needed

        head = _SALT_BYTES[lock.strength] + _VERIFIER_BYTES
        if len(packed) < head + _MAC_BYTES:
            raise WrongMac("too short for its lock")
        told = SimpleNamespace(filename="", wz_aes_strength=lock.strength)
        mac, fits = packed[-_MAC_BYTES:], False
        for key in tuple(self._keys):
            self._work(AES_KEY_WORK)
            try:
                cipher = AESZipDecrypter(told, key, packed[:head])
            # so it says that the password does not fit
            except RuntimeError:
                continue
            fits = True
            plain: bytes = cipher.decrypt(packed[head:-_MAC_BYTES])
            if cipher.hmac.digest()[:_MAC_BYTES] == mac:
                self._prefer(key)
                return plain
        raise WrongMac("its authentication code is wrong") if fits else NoKey

    def _work(self, amount: int) -> None:
        self._require_room(amount)
        self._work_left -= amount

    def _require_room(self, amount: int) -> None:
        """What would be too much is not even begun, and what is smaller may still be."""
        if amount > self._work_left:
            raise TooMuchWork("too much of the archive is locked to be opened in time")

    def _prefer(self, key: bytes) -> None:
        self._keys.remove(key)
        self._keys.insert(0, key)

    def _old_chunks(self, cipher: _OldCipher, packed: bytes) -> Iterator[bytes]:
        for at in range(_OLD_HEAD, len(packed), FEED):
            chunk = packed[at : at + FEED]
            # a wrong password mostly shows in its first chunk, and costs no more than that
            self._work(len(chunk))
            yield cipher.decrypt(chunk)


def _crc_table() -> tuple[int, ...]:
    table = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ 0xEDB88320 if number & 1 else number >> 1
        table.append(number)
    return tuple(table)


_CRC = _crc_table()
_STREAM = bytes((key | 2) * ((key | 2) ^ 1) >> 8 & 0xFF for key in range(1 << 16))
"""The byte to mix in, by the lower half of the third key."""


class _OldCipher:
    """The zip encryption of 1990; four times as fast as the standard library's, in which each byte is a call."""

    def __init__(self, key: bytes) -> None:
        self._keys = 0x12345678, 0x23456789, 0x34567890
        for byte in key:
            self._keys = _turned(*self._keys, byte)

    def decrypt(self, data: bytes) -> bytes:
        first, second, third = self._keys
        crc, stream = _CRC, _STREAM
        plain = bytearray(data)
        # the innermost loop of it all: `_turned` written out
        for at, byte in enumerate(data):
            plain[at] = byte = byte ^ stream[third & 0xFFFF]
            first = crc[(first ^ byte) & 0xFF] ^ first >> 8
            second = (second + (first & 0xFF)) * 0x08088405 + 1 & 0xFFFFFFFF
            third = crc[(third ^ second >> 24) & 0xFF] ^ third >> 8
        self._keys = first, second, third
        return bytes(plain)


def _turned(first: int, second: int, third: int, byte: int) -> tuple[int, int, int]:
    first = _CRC[(first ^ byte) & 0xFF] ^ first >> 8
    second = (second + (first & 0xFF)) * 0x08088405 + 1 & 0xFFFFFFFF
    return first, second, _CRC[(third ^ second >> 24) & 0xFF] ^ third >> 8
