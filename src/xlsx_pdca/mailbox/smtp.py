"""Sends mails over SMTP in two steps, so that the ledger can speak between them, and says exactly what is known.

`offer` asks the server for sender and recipients; nothing has been sent then. `data` sends the bytes. What is
known afterwards is one of three: Sent (the server said yes), Refused (surely not sent), Uncertain (the line
broke after the last dot was on its way, before the answer: nobody on this side can know).
"""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.mailbox.connecting import (
    ConnectionBroken,
    LoginRefused,
    NotAMailServer,
    NotEncrypted,
    Server,
    ServerTrouble,
    check_login,
    trouble,
    trust,
)
from xlsx_pdca.mailbox.delivery import Offered, Reason, Refused, Sent, Uncertain
from xlsx_pdca.mailbox.envelope import LINE, Envelope


class SmtpServer(Server):
    """The server mails are handed to."""

    protocol = "SMTP"


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for the server; RFC 5321 4.5.3.2 asks for most of it after the last dot."""

    connect: float = 30
    reply: float = 120
    final: float = 600


class _Lost(Exception):
    """The connection gave no whole answer; the words say how."""


@contextmanager
def smtp_session(
    server: SmtpServer, *, context: ssl.SSLContext | None = None, patience: Patience | None = None
) -> Iterator[SmtpSession]:
    """A session that is logged in; ServerTrouble when there can be none, with nothing sent."""
    check_login(server)
    session = SmtpSession(server, _opened(server, context, patience or Patience()), patience)
    try:
        yield session
    finally:
        session.close()


class SmtpSession:
    """One connection over which many mails may go, one after the other."""

    def __init__(
        self, server: SmtpServer, line: smtplib.SMTP, patience: Patience | None = None
    ) -> None:
        self._server, self._line, self._patience = server, line, patience or Patience()
        self._offered: Offered | None = None
        self._in_data = False

    @property
    def size_limit(self) -> int | None:
        """Octets of the largest mail the server takes; None when it does not say."""
        said = self._line.esmtp_features.get("size", "").strip()
        return int(said) or None if said.isdecimal() else None

    @property
    def is_open(self) -> bool:
        return self._line.sock is not None

    def offer(self, envelope: Envelope) -> Offered | Refused:
        """Ask for sender and all recipients; where one of them is refused nothing is sent to any."""
        if not self.is_open:
            return Refused((Reason("接続が切れています"),), lost=True)
        if reason := self._unsendable(envelope):
            return Refused((reason,))
        try:
            self.withdraw()
            reasons = self._asked(envelope)
        except _Lost as lost:
            return self._refused_by_loss(str(lost))
        if reasons:
            return self._refused(reasons, reset=True)
        self._offered = Offered(envelope)
        return self._offered

    def data(self, offered: Offered) -> Sent | Refused | Uncertain:
        """Send the mail that was offered last."""
        if offered is not self._offered:
            raise ValueError("only what was offered last can be sent")
        self._offered = None
        self._in_data = True
        try:
            code, words = self._command("DATA")
            if code != 354:
                self._in_data = False
                return self._refused((Reason(words, code=code),), reset=True)
            self._send(offered.envelope.wire)
        except _Lost as lost:
            # Without the last dot no server may take the mail (RFC 5321 4.1.1.4), and none has left this machine.
            return self._refused_by_loss(str(lost))
        return self._ended()

    def withdraw(self) -> None:
        """Take an offer back that will not be sent."""
        if self._offered is not None:
            self._offered = None
            try:
                self._command("RSET")
            except _Lost:
                self._line.close()

    def close(self) -> None:
        """Say good-bye where the server listens for it; never raises."""
        with suppress(OSError):  # smtplib's exceptions are of that kind too
            if self.is_open and not self._in_data:
                self._wait_at_most(min(self._patience.reply, 5))
                self._line.docmd("QUIT")
        self._line.close()

    def _unsendable(self, envelope: Envelope) -> Reason | None:
        """What can be known without asking the server for it."""
        limit = self.size_limit
        if limit is not None and envelope.size > limit:
            return Reason(
                f"大きさ {envelope.size:,}バイトは、サーバーの上限 {limit:,}バイトを超えています"
            )
        if envelope.longest_line > LINE:
            return Reason(f"{LINE}バイトを超える行があります")
        if envelope.has_eight_bits and not self._line.has_extn("8bitmime"):
            return Reason("サーバーが8ビットの文字を受け付けません")
        if envelope.has_foreign_head and not self._line.has_extn("smtputf8"):
            return Reason("サーバーが件名などの文字（SMTPUTF8）を受け付けません")
        return None

    def _asked(self, envelope: Envelope) -> tuple[Reason, ...]:
        """Why the server will not have it; empty when it takes sender and everybody."""
        code, words = self._command(f"MAIL FROM:<{envelope.sender}>{self._options(envelope)}")
        if not 200 <= code < 300:
            return (Reason(words, code=code),)
        reasons = []
        for address in envelope.recipients:
            code, words = self._command(f"RCPT TO:<{address}>")
            if not 200 <= code < 300:
                reasons.append(Reason(words, address, code))
        return tuple(reasons)

    def _options(self, envelope: Envelope) -> str:
        options = []
        if self._line.has_extn("size"):
            options.append(f"SIZE={envelope.size}")
        if envelope.has_eight_bits:
            options.append("BODY=8BITMIME")
        if envelope.has_foreign_head:
            options.append("SMTPUTF8")
        return "".join(f" {option}" for option in options)

    def _ended(self) -> Sent | Refused | Uncertain:
        """The last dot, and what the server says to it."""
        try:
            self._wait_at_most(self._patience.final)
            self._send(b".\r\n")
            code, words = self._answer()
        except _Lost as lost:
            self._line.close()
            return Uncertain(str(lost))
        self._in_data = False
        self._wait_at_most(self._patience.reply)
        if 200 <= code < 300:
            return Sent(words)
        if 400 <= code < 600:
            return self._refused((Reason(words, code=code),))
        self._line.close()
        return Uncertain(f"サーバーの応答を読み取れません：{words}")

    def _command(self, command: str) -> tuple[int, str]:
        self._send(f"{command}\r\n".encode("ascii"))
        return self._answer()

    def _send(self, data: bytes) -> None:
        try:
            self._line.send(data)
        except (OSError, smtplib.SMTPException) as error:
            raise _Lost("送信の途中で接続が切れました") from error

    def _answer(self) -> tuple[int, str]:
        """Code and words; what is no whole answer of SMTP counts as a lost connection."""
        try:
            code, words = self._line.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise _Lost("応答がないまま接続が切れました") from error
        if not 200 <= code < 600:
            raise _Lost(f"応答を読み取れません：{self._server.harmless(words)}")
        return code, self._server.harmless(words)

    def _refused_by_loss(self, how: str) -> Refused:
        self._offered = None
        self._line.close()
        return Refused((Reason(how),), lost=True)

    def _refused(self, reasons: tuple[Reason, ...], *, reset: bool = False) -> Refused:
        """The server's no; 421 says that it closes the line, otherwise the next mail may follow."""
        try:
            if any(reason.code == 421 for reason in reasons):
                raise _Lost
            if reset:
                self._command("RSET")
        except _Lost:
            self._line.close()
        return Refused(reasons, lost=not self.is_open)

    def _wait_at_most(self, seconds: float) -> None:
        if self._line.sock is not None:
            self._line.sock.settimeout(seconds)


def _opened(server: SmtpServer, context: ssl.SSLContext | None, patience: Patience) -> smtplib.SMTP:
    """A connection with encryption and login done; what stops it as a ServerTrouble."""
    line: smtplib.SMTP | None = None
    try:
        line = _connected(server, context or trust(), patience)
        _greeted(server, line)
        if server.security is Security.STARTTLS:
            _encrypted(server, line, context or trust())
        if server.user:
            _logged_in(server, line)
        assert line.sock is not None
        line.sock.settimeout(patience.reply)
        return line
    except BaseException as error:
        if line is not None:
            line.close()
        if isinstance(error, OSError):  # smtplib's exceptions are of that kind too
            raise _named(server, error) from None
        raise


def _named(server: SmtpServer, error: OSError) -> ServerTrouble:
    match error, error.__context__:
        case smtplib.SMTPResponseException(), _:
            words = f"{error.smtp_code} {_text(error.smtp_error)}"
            return NotAMailServer(server, server.harmless(words))
        case smtplib.SMTPException(), OSError() as cause:
            return trouble(server, cause)
        case smtplib.SMTPException(), _:
            return ConnectionBroken(server)
    return trouble(server, error)


def _connected(server: SmtpServer, context: ssl.SSLContext, patience: Patience) -> smtplib.SMTP:
    # The name of this machine is nobody's business; it is replaced by its address once that is known.
    if server.security is Security.TLS:
        return smtplib.SMTP_SSL(
            server.host, server.port, "localhost", timeout=patience.connect, context=context
        )
    return smtplib.SMTP(server.host, server.port, "localhost", timeout=patience.connect)


def _greeted(server: SmtpServer, line: smtplib.SMTP) -> None:
    assert line.sock is not None
    # The last dot follows its mail at once, without waiting for the other side's acknowledgement.
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    address = line.sock.getsockname()[0]
    line.local_hostname = f"[IPv6:{address}]" if ":" in address else f"[{address}]"
    line.ehlo_or_helo_if_needed()


def _encrypted(server: SmtpServer, line: smtplib.SMTP, context: ssl.SSLContext) -> None:
    if not line.has_extn("starttls"):
        raise NotEncrypted(server)
    code, _ = line.starttls(context=context)
    if code != 220:
        raise NotEncrypted(server)
    line.ehlo_or_helo_if_needed()


def _logged_in(server: SmtpServer, line: smtplib.SMTP) -> None:
    try:
        line.login(server.user, server.password.reveal())
    except smtplib.SMTPAuthenticationError as error:
        words = f"{error.smtp_code} {_text(error.smtp_error)}"
        raise LoginRefused(server, server.harmless(words)) from None
    except smtplib.SMTPNotSupportedError:
        raise LoginRefused(server, "ログインの方法が合いません") from None
    except UnicodeEncodeError:  # smtplib sends ASCII only
        raise LoginRefused(server, "英数字と記号のほかの文字は使えません") from None


def _text(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
