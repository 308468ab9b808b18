"""Fixtures of real mail servers on loopback, on free high ports.

`smtp_server` is an SMTP server that keeps a list of what it received and has faults to be switched on;
`smtp_servers` starts more of them, of any kind. `imap_server` is an empty mailbox on a real dovecot: append
mails, look at their flags. `certificate` makes a client trust them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:  # the libraries behind them are imported by tests that use them
    from certificates import Certificate
    from imap_peer import Dovecot, Mailbox
    from smtp_peer import SmtpPeer


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """For 127.0.0.1 and localhost, made for this run."""
    from certificates import Certificate

    return Certificate.made(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def smtp_servers(certificate: Certificate) -> Iterator[Callable[..., SmtpPeer]]:
    """Starts servers of any kind, and ends them."""
    from smtp_peer import SmtpPeer

    started: list[SmtpPeer] = []

    def start(**options: Any) -> SmtpPeer:
        started.append(SmtpPeer(certificate, **options).start())
        return started[-1]

    yield start
    for peer in started:
        peer.stop()


@pytest.fixture
def smtp_server(smtp_servers: Callable[..., SmtpPeer]) -> SmtpPeer:
    """A server with STARTTLS and login."""
    return smtp_servers()


@pytest.fixture(scope="session")
def dovecot(certificate: Certificate) -> Iterator[Dovecot]:
    """One real IMAP server for the whole run."""
    yield from _dovecot(certificate)


@pytest.fixture
def dovecot_without_tls() -> Iterator[Dovecot]:
    yield from _dovecot(None)


def _dovecot(certificate: Certificate | None) -> Iterator[Dovecot]:
    from imap_peer import Dovecot

    # Not below pytest's folder: that is closed to other users, and the names of sockets must be short.
    with tempfile.TemporaryDirectory(prefix="imap-", ignore_cleanup_errors=True) as folder:
        running = Dovecot(Path(folder), certificate).start()
        yield running
        running.stop()


_users = count(1)


@pytest.fixture
def imap_server(dovecot: Dovecot) -> Mailbox:
    """An empty mailbox of its own."""
    from imap_peer import Mailbox

    return Mailbox(dovecot, f"user{os.getpid()}-{next(_users)}")
