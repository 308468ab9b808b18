"""Certificates for servers on loopback, made anew in each run."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme

HOST = "127.0.0.1"
PASSWORD = "himitsu-no-kotoba"
"""Of every user on every server of the tests."""


@dataclass(frozen=True)
class Certificate:
    """What a server shows, and the authority a client must trust for it."""

    folder: Path
    authority: trustme.CA
    shown: trustme.LeafCert

    @property
    def ca_file(self) -> Path:
        return self.folder / "ca.pem"

    def trusting(self) -> ssl.SSLContext:
        """A client's context that trusts this authority alone."""
        return ssl.create_default_context(cafile=self.ca_file)

    def serving(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.shown.configure_cert(context)
        return context

    @classmethod
    def made(cls, folder: Path, *names: str) -> Certificate:
        authority = trustme.CA()
        one = cls(folder, authority, authority.issue_cert(*(names or (HOST, "localhost"))))
        authority.cert_pem.write_to_path(one.ca_file)
        one.shown.private_key_pem.write_to_path(folder / "key.pem")
        for place, blob in enumerate(one.shown.cert_chain_pems):
            blob.write_to_path(folder / "cert.pem", append=place > 0)
        return one
