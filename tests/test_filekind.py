"""What S/MIME locks or signs is told by its first bytes, and nothing else that keys and certificates are kept in."""

from __future__ import annotations

import pytest

from xlsx_pdca.filekind import SEALED, kind_of

# first bytes of files made by OpenSSL 3.0: cms -encrypt, -encrypt -stream, -aes-256-gcm, -sign -nodetach
SEALS = {
    "enveloped": "308276bb06092a864886f70d010703a08276ac308276a802010031820140",
    "streamed": "308006092a864886f70d010703a0803080020100318201403082013c0201",
    "authenticated": "308276d1060b2a864886f70d0109100117a08276c0308276bc0201003182",
    "signed": "30827aa506092a864886f70d010702a0827a9630827a92020101310d300b",
}
# pkcs12 -export, x509 -outform DER, rsa -outform DER
OTHERS = {
    "key store": "308209cf0201033082098506092a864886f70d010701a082097604820972",
    "certificate": "308202f9308201e1a003020102021401474d5f72a225fb66026dbbb94553",
    "key": "308204be020100300d06092a864886f70d0101010500048204a8308204a4",
}


@pytest.mark.parametrize("name", SEALS)
def test_what_is_sealed(name: str) -> None:
    """Locked or signed, with its length written out or not."""
    assert kind_of(bytes.fromhex(SEALS[name])) is SEALED


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_sealed(name: str) -> None:
    """Files of the same outer form that hold no mail."""
    assert kind_of(bytes.fromhex(OTHERS[name])) is not SEALED
