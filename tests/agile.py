"""Office encryption written anew after [MS-OFFCRYPTO] 2.3.4, the agile kind, with no library that reads it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from old_files import ole

_VERIFIER, _VERIFIER_HASH = b"\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79", b"\xd7\xaa\x0f\x6d\x30\x61\x34\x4e"
_KEY, _HMAC_KEY = b"\x14\x6e\x0b\xe7\xab\xac\xd0\xd6", b"\x5f\xb2\xad\x01\x0c\xb9\xe1\xf6"
_HMAC_VALUE = b"\xa0\x67\x7f\x02\xb2\x2c\x84\x33"
_SALT, _KEY_SALT = bytes(range(16)), bytes(range(16, 32))
_SEGMENT = 4096


def encrypted(
    data: bytes,
    password: str,
    *,
    hash_name: str = "SHA1",
    key_bits: int = 128,
    spins: int = 1000,
    told_spins: int | None = None,
    breaks_hmac: bool = False,
    more: str = "",
) -> bytes:
    """The package behind a password; `told_spins` is what the file claims, `more` goes before its XML."""

    def digest(text: bytes) -> bytes:
        return hashlib.new(hash_name, text).digest()

    def fitted(text: bytes, size: int) -> bytes:
        return text[:size].ljust(size, b"\x36")

    def cipher(key: bytes, iv: bytes, text: bytes) -> bytes:
        text = text.ljust(-(-len(text) // 16) * 16, b"\0")
        at_work = Cipher(algorithms.AES(key), modes.CBC(fitted(iv, 16))).encryptor()
        return at_work.update(text) + at_work.finalize()

    spun = digest(_SALT + password.encode("utf-16-le"))
    for turn in range(spins):
        spun = digest(struct.pack("<I", turn) + spun)

    def under_password(block: bytes, text: bytes) -> str:
        key = fitted(digest(spun + block), key_bits // 8)
        return base64.b64encode(cipher(key, _SALT, text)).decode()

    secret = bytes(range(100, 100 + key_bits // 8))

    def under_secret(block: bytes, text: bytes) -> bytes:
        return cipher(secret, digest(_KEY_SALT + block), text)

    package = struct.pack("<Q", len(data))
    for number, at in enumerate(range(0, len(data), _SEGMENT)):
        package += under_secret(struct.pack("<I", number), data[at : at + _SEGMENT])
    hmac_key = digest(b"key of the check")
    check = hmac.new(hmac_key, package, hash_name).digest()
    if breaks_hmac:
        check = bytes(len(check))
    verifier = bytes(range(50, 66))
    size = len(check)
    method = (
        f'saltSize="16" blockSize="16" keyBits="{key_bits}" hashSize="{size}" cipherAlgorithm="AES"'
        f' cipherChaining="ChainingModeCBC" hashAlgorithm="{hash_name}"'
    )
    info = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{more}'
        '<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption"'
        ' xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">'
        f'<keyData {method} saltValue="{base64.b64encode(_KEY_SALT).decode()}"/>'
        f'<dataIntegrity encryptedHmacKey="{base64.b64encode(under_secret(_HMAC_KEY, hmac_key)).decode()}"'
        f' encryptedHmacValue="{base64.b64encode(under_secret(_HMAC_VALUE, check)).decode()}"/>'
        '<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">'
        f'<p:encryptedKey spinCount="{told_spins or spins}" {method}'
        f' saltValue="{base64.b64encode(_SALT).decode()}"'
        f' encryptedVerifierHashInput="{under_password(_VERIFIER, verifier)}"'
        f' encryptedVerifierHashValue="{under_password(_VERIFIER_HASH, digest(verifier))}"'
        f' encryptedKeyValue="{under_password(_KEY, secret)}"/>'
        "</keyEncryptor></keyEncryptors></encryption>"
    )
    # blanks after the last tag, for the container's writer pads short streams with zeros
    streams = {"EncryptionInfo": struct.pack("<HHI", 4, 4, 0x40) + info.encode().ljust(4096)}
    return ole({**streams, "EncryptedPackage": package})
