"""A real SMTP server (aiosmtpd) on loopback that counts byte for byte what it gets, with faults to be switched on."""

from __future__ import annotations

import asyncio
import threading
import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from certificates import HOST, PASSWORD, Certificate
from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.mailbox.connecting import Secret
from xlsx_pdca.mailbox.smtp import SmtpServer


@dataclass(frozen=True)
class Received:
    """A mail the server took in whole, with its last dot."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes = field(repr=False)


@dataclass
class SmtpPeer:
    """A real SMTP server in a thread of its own, which counts what it gets; its attributes are its faults."""

    certificate: Certificate
    security: Security = Security.STARTTLS
    offers_tls: bool = True
    size: int | None = 33_554_432
    utf8: bool = False
    seven_bits: bool = False
    password: str = PASSWORD
    """Empty: AUTH is neither offered nor asked for."""

    received: list[Received] = field(default_factory=list)
    wire: list[bytes] = field(default_factory=list)
    """Every piece a client sent, after decryption."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Address → what is said to its RCPT."""
    greeting_reply: str = ""
    mail_reply: str = ""
    data_reply: str = ""
    """Said after the last dot in the place of 250; the mail is not taken then."""
    login_reply: str = ""
    hangs_up: str = ""
    """「before」: after the last dot the line is cut and the mail lost; 「after」: the mail is kept."""
    delay: float = 0.0
    """Seconds before the answer to the last dot; the mail is kept by then."""
    logins: list[str] = field(default_factory=list)
    open_sessions: int = 0
    port: int = 0

    def start(self) -> SmtpPeer:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        served = asyncio.run_coroutine_threadsafe(self._serve(), self._loop)
        self._serving = served.result(10)
        self.port = self._serving.sockets[0].getsockname()[1]
        return self

    async def _serve(self) -> asyncio.Server:
        context = self.certificate.serving() if self.security is Security.TLS else None
        return await self._loop.create_server(self._session, HOST, 0, ssl=context)

    def _session(self) -> SMTP:
        starttls = self.security is Security.STARTTLS and self.offers_tls
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # of TLS from the first byte aiosmtpd does not know that it is TLS
            return self._made(starttls=starttls)

    def _made(self, *, starttls: bool) -> SMTP:
        return _Session(
            self,
            tls_context=self.certificate.serving() if starttls else None,
            data_size_limit=self.size,
            enable_SMTPUTF8=self.utf8,
            decode_data=self.seven_bits,
            hostname="localhost",
            authenticator=self._knows if self.password else None,
            auth_required=bool(self.password),
            auth_require_tls=starttls,
            loop=self._loop,
        )

    def stop(self) -> None:
        async def end() -> None:
            self._serving.close()
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def settle(self) -> None:
        """Wait until every connection has ended: what has not been received by now never will be."""
        deadline = time.monotonic() + 10
        while self.open_sessions and time.monotonic() < deadline:
            time.sleep(0.001)
        assert not self.open_sessions

    def server(self, **changed: Any) -> SmtpServer:
        """As a client names it, with its right password."""
        user = "houkatsu" if self.password else ""
        values = {
            "host": HOST, "port": self.port, "security": self.security, "user": user,
            "password": Secret(self.password),
        }  # fmt: skip
        return SmtpServer(**(values | changed))

    def _knows(
        self, server: SMTP, session: Any, envelope: Any, mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(mechanism)
        said = data.password.decode()
        if said == self.password:
            return AuthResult(success=True)
        reply = self.login_reply.format(password=said) or "535 5.7.8 Authentication failed"
        return AuthResult(success=False, handled=False, message=reply)

    # what aiosmtpd asks of a handler

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.mail_reply:
            return self.mail_reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        if self.data_reply:
            return self.data_reply
        if self.hangs_up != "before":
            raw = bytes(envelope.original_content)
            self.received.append(Received(envelope.mail_from, tuple(envelope.rcpt_tos), raw))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.hangs_up:
            server.transport.abort()
        return f"250 2.0.0 taken as {len(self.received)}"

    async def handle_exception(self, error: Exception) -> str:
        return "451 4.3.0 internal"


class _Session(SMTP):
    """One connection; notes what came over the wire."""

    def __init__(self, peer: SmtpPeer, **options: Any) -> None:
        super().__init__(peer, **options)
        self._peer, self._counted = peer, False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not self._counted:  # STARTTLS makes it once more
            self._counted = True
            self._peer.open_sessions += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._counted:
            self._counted = False
            self._peer.open_sessions -= 1
        super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        self._peer.wire.append(bytes(data))
        super().data_received(data)

    async def push(self, status: Any) -> None:
        if self._peer.greeting_reply and isinstance(status, str) and status.startswith("220 "):
            status = self._peer.greeting_reply
        await super().push(status)
