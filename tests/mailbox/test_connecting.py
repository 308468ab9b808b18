"""Tests of what stops us before any mail moves: each cause has its own sentence, and no password goes astray."""

from __future__ import annotations

import pickle
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from xlsx_pdca.definitions.post_settings import MailServer, Security
from xlsx_pdca.errors import OperatorError
from xlsx_pdca.mailbox.connecting import (
    ConnectionBroken,
    HostNotFound,
    LoginRefused,
    NoAnswer,
    NoPassword,
    NotAMailServer,
    NotEncrypted,
    NothingListens,
    NotTrusted,
    OddPassword,
    Secret,
    Server,
    trust,
)
from xlsx_pdca.mailbox.imap import Fetching, ImapServer, fetch
from xlsx_pdca.mailbox.imap_line import _Guarded, _logged_in
from xlsx_pdca.mailbox.smtp import Patience, SmtpServer, smtp_session

if TYPE_CHECKING:
    import ssl

    from certificates import Certificate
    from imap_peer import Dovecot, Mailbox
    from smtp_peer import SmtpPeer

    Servers = Callable[..., SmtpPeer]

HOST = "127.0.0.1"
WORD = Secret("himitsu-no-kotoba")


def try_smtp(server: Server, context: ssl.SSLContext | None, seconds: float = 5) -> None:
    assert isinstance(server, SmtpServer)
    with smtp_session(server, context=context, patience=Patience(seconds, seconds, seconds)):
        pass


def try_imap(server: Server, context: ssl.SSLContext | None, seconds: float = 5) -> None:
    assert isinstance(server, ImapServer)
    list(fetch(server, "INBOX", Fetching(context=context, seconds=seconds)))


BOTH = pytest.mark.parametrize(
    ("kind", "attempt"), [(SmtpServer, try_smtp), (ImapServer, try_imap)], ids=["SMTP", "IMAP"]
)


@contextmanager
def listener(*words: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server that says these words to everybody and keeps what it hears; without words it is mute."""
    heard: list[bytes] = []
    with socket.create_server((HOST, 0)) as door:

        def serve() -> None:
            while True:
                try:
                    client, _ = door.accept()
                except OSError:
                    return
                with client:
                    client.sendall(b"".join(words))
                    client.settimeout(2)
                    try:
                        while data := client.recv(4096):
                            heard.append(data)
                    except OSError:
                        pass

        threading.Thread(target=serve, daemon=True).start()
        yield door.getsockname()[1], heard
        door.shutdown(socket.SHUT_RDWR)


@BOTH
def test_a_server_that_does_not_exist(kind: type[Server], attempt: Callable[..., None]) -> None:
    """A name nobody knows is named, with the line of 管理簿 to look at."""
    server = kind("mail.pref-gunma.invalid", 587, Security.STARTTLS, "x", WORD)
    with pytest.raises(HostNotFound) as caught:
        attempt(server, None)
    assert str(caught.value) == (
        f"{kind.protocol}サーバー「mail.pref-gunma.invalid」が見つかりません。管理簿の「設定」の「{kind.protocol}サーバー」の"
        "名前と、パソコンがネットワークにつながっているかを御確認ください。"
    )


@BOTH
def test_nothing_listens(kind: type[Server], attempt: Callable[..., None]) -> None:
    """A closed port is told from a name that does not exist."""
    with socket.create_server((HOST, 0)) as door:
        port = door.getsockname()[1]
    with pytest.raises(NothingListens, match=f"「{HOST}:{port}」に接続できません"):
        attempt(kind(HOST, port, Security.TLS, "x", WORD), None)


@BOTH
@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_server_that_stays_mute(
    kind: type[Server], attempt: Callable[..., None], security: Security
) -> None:
    """Waiting ends, and nothing secret was said."""
    with listener() as (port, heard), pytest.raises(NoAnswer, match="時間内に応答"):
        attempt(kind(HOST, port, security, "x", WORD), None, 0.3)
    assert WORD.reveal().encode() not in b"".join(heard)


@BOTH
@pytest.mark.parametrize(
    "words", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"554 5.7.1 go away\r\n", b"* BYE go away\r\n"]
)
def test_somebody_else_answers(
    kind: type[Server], attempt: Callable[..., None], words: bytes
) -> None:
    """What is no mail server, or sends us away, is told as such; it hears no password."""
    with listener(words) as (port, heard), pytest.raises((NotAMailServer, ConnectionBroken)):
        attempt(kind(HOST, port, Security.STARTTLS, "x", WORD), None, 5)
    assert WORD.reveal().encode() not in b"".join(heard)


# -- encryption --------------------------------------------------------------------------------


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_an_unknown_certificate_is_not_trusted(
    smtp_servers: Servers, imap_server: Mailbox, security: Security
) -> None:
    """The system's own list does not hold the authority of these tests: no login, no mail."""
    peer = smtp_servers(security=security)
    for attempt in (
        lambda: try_smtp(peer.server(), None),
        lambda: try_imap(imap_server.server(security), None),
    ):
        with pytest.raises(NotTrusted, match="信頼されていない認証局の証明書です"):
            attempt()
    assert peer.logins == []


def another(folder: Path, *names: str, until: datetime | None = None) -> Certificate:
    import trustme

    from certificates import Certificate

    folder.mkdir()
    made = Certificate.made(folder, *names)
    if until is None:
        return made
    expired = made.authority.issue_cert(
        *names, not_after=until, not_before=until - timedelta(days=9)
    )
    assert isinstance(expired, trustme.LeafCert)
    return Certificate(folder, made.authority, expired)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
def test_a_wrong_or_old_certificate_is_not_trusted(
    tmp_path: Path, smtp_servers: Servers, security: Security
) -> None:
    """A certificate for another server, or of yesterday, is refused although its authority is trusted."""
    yesterday = datetime.now(UTC) - timedelta(days=1)
    other = another(tmp_path / "other", "mail.other.example")
    old = another(tmp_path / "old", HOST, until=yesterday)
    good = another(tmp_path / "good", HOST)
    for shown, why in (
        (other, "証明書のサーバー名と一致しません"),
        (old, "有効期限が切れています"),
    ):
        peer = smtp_servers(security=security)
        peer.certificate = shown
        peer = restarted(peer)
        with pytest.raises(NotTrusted, match=why):
            try_smtp(peer.server(), shown.trusting())
    peer = smtp_servers(security=security)
    peer.certificate = good
    try_smtp(restarted(peer).server(), good.trusting())


def restarted(peer: SmtpPeer) -> SmtpPeer:
    peer.stop()
    return peer.start()


def test_authorities_can_be_added(
    certificate: Certificate, smtp_server: SmtpPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of authorities, given here or by OpenSSL's own variable, makes the same server trusted."""
    with pytest.raises(NotTrusted):
        try_smtp(smtp_server.server(), trust())
    try_smtp(smtp_server.server(), trust(certificate.ca_file))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.ca_file))
    try_smtp(smtp_server.server(), trust())


def test_a_server_without_encryption_gets_no_password(
    smtp_servers: Servers, dovecot_without_tls: Dovecot, certificate: Certificate
) -> None:
    """STARTTLS that is not offered ends the attempt; the same server is used where 「なし」 is set and no login asked for."""
    from imap_peer import Mailbox

    peer = smtp_servers(offers_tls=False)
    with pytest.raises(NotEncrypted, match="「STARTTLS」での暗号化に応じません"):
        try_smtp(peer.server(), certificate.trusting())
    assert not any(b"AUTH" in piece.upper() for piece in peer.wire)
    plain = smtp_servers(security=Security.NONE, password="")
    try_smtp(plain.server(), None)
    with pytest.raises(NotEncrypted):
        try_imap(Mailbox(dovecot_without_tls, "user").server(Security.STARTTLS), None)


def test_encryption_and_port_do_not_fit(
    smtp_servers: Servers, imap_server: Mailbox, certificate: Certificate
) -> None:
    """TLS towards a port that expects plain words is told; so is STARTTLS towards one that waits for TLS."""
    plain, wrapped = smtp_servers(), smtp_servers(security=Security.TLS)
    with pytest.raises(NotEncrypted):
        try_smtp(plain.server(security=Security.TLS), certificate.trusting())
    with pytest.raises((NoAnswer, ConnectionBroken)):
        try_smtp(wrapped.server(security=Security.STARTTLS), certificate.trusting(), 0.3)
    with pytest.raises(NotEncrypted):
        port = imap_server.dovecot.starttls_port
        try_imap(imap_server.server(port=port), certificate.trusting())
    with pytest.raises((NoAnswer, ConnectionBroken)):
        port = imap_server.dovecot.tls_port
        try_imap(imap_server.server(Security.STARTTLS, port=port), certificate.trusting(), 0.3)


# -- login -------------------------------------------------------------------------------------


def test_a_wrong_password(
    smtp_server: SmtpPeer, imap_server: Mailbox, certificate: Certificate
) -> None:
    """The server's no to the login names user and variable to look at, never the password."""
    wrong = Secret("wrong-himitsu")
    for attempt, server in (
        (try_smtp, smtp_server.server(password=wrong)),
        (try_imap, imap_server.server(password=wrong)),
    ):
        with pytest.raises(LoginRefused) as caught:
            attempt(server, certificate.trusting())
        said = str(caught.value)
        assert f"PDCA_{server.protocol}_PASSWORD" in said and "サーバーの応答" in said
        assert "wrong-himitsu" not in said + repr(caught.value)


@BOTH
def test_a_missing_or_odd_password_is_told_before_anything(
    kind: type[Server], attempt: Callable[..., None]
) -> None:
    """Without a password, or with line ends in it, no server is asked."""
    with pytest.raises(NoPassword, match=f'set "PDCA_{kind.protocol}_PASSWORD=パスワード"'):
        attempt(kind(HOST, 1, Security.TLS, "x"), None)
    for user, password in (("x", "a\r\nQUIT"), ("x\r\nA1 DELETE INBOX", "a"), ("x", "a\0b")):
        with pytest.raises(OddPassword) as caught:
            attempt(kind(HOST, 1, Security.TLS, user, Secret(password)), None)
        assert password not in str(caught.value)


def test_a_password_of_any_signs_is_refused_or_taken_never_a_crash(
    smtp_server: SmtpPeer, imap_server: Mailbox, certificate: Certificate
) -> None:
    """Full-width and other signs end in a plain no."""
    strange = Secret('ひみつ"\\ é')
    with pytest.raises(LoginRefused):
        try_smtp(smtp_server.server(password=strange), certificate.trusting())
    with pytest.raises(LoginRefused):
        try_imap(imap_server.server(password=strange), certificate.trusting())


def test_login_where_plain_is_not_offered(imap_server: Mailbox) -> None:
    """A server that knows only LOGIN gets user and password as quoted strings; signs in them end nothing."""
    server = imap_server.server()
    for user, password, expected in (
        (server.user, server.password, None),
        (server.user, Secret('x" A1 "\\'), LoginRefused),
        (server.user, Secret("ひみつ"), LoginRefused),
    ):
        imap = _Guarded(HOST, imap_server.dovecot.starttls_port, timeout=5)
        imap.capabilities = tuple(c for c in imap.capabilities if c != "AUTH=PLAIN")
        changed = ImapServer(HOST, 1, Security.TLS, user, password)
        if expected is None:
            _logged_in(changed, imap)
            assert imap.state == "AUTH"
        else:
            with pytest.raises(expected):
                _logged_in(changed, imap)
        imap.shutdown()


# -- secrets -----------------------------------------------------------------------------------


def test_a_secret_tells_itself_to_nobody() -> None:
    """Neither printing, formatting, logging, copying to disk nor JSON gives a password away; asking for it does."""
    import msgspec

    server = ImapServer.of(MailServer("a.example", 993, Security.TLS, "u"), Secret("geheim"))
    told = f"{server} {server!r} {server.password} {server.password!r} {server.password:>20}"
    assert "geheim" not in told and "（秘密）" in told
    for write in (pickle.dumps, msgspec.json.encode):
        with pytest.raises(TypeError):
            write(server)
    assert server.password.reveal() == "geheim" and bool(server.password)


def test_words_of_a_server_are_shortened_and_cleaned() -> None:
    """What a server says is one short line without control signs, and never holds the password, in whichever spelling."""
    from base64 import b64encode

    server = SmtpServer("a.example", 25, Security.TLS, "u", Secret('p"w\\1'))
    assert server.harmless(b"one\r\ntwo\x1b[31m\x00") == "one two [31m"
    assert len(server.harmless("x" * 1000)) == 300
    for spelling in (
        'p"w\\1',
        'p\\"w\\\\1',
        b64encode(b'p"w\\1').decode(),
        b64encode(b'\0u\0p"w\\1').decode(),
    ):
        assert server.harmless(f"bad: {spelling}!") == "bad: （秘密）!"


def test_no_password_over_an_open_line() -> None:
    """A login without encryption cannot even be asked for."""
    with pytest.raises(ValueError, match="not encrypted"):
        SmtpServer(HOST, 25, Security.NONE, "u", WORD)
    assert SmtpServer(HOST, 25, Security.NONE).user == ""


def test_every_trouble_is_a_sentence_for_the_officer() -> None:
    """Each cause says what was found and what to do, in Japanese, and ends the command with a sentence instead of a crash."""
    server = SmtpServer("mail.example", 587, Security.TLS, "u", WORD)
    troubles: list[Any] = [
        HostNotFound(server), NothingListens(server), NoAnswer(server), NotTrusted(server, "x"),
        NotEncrypted(server), LoginRefused(server, "x"), NotAMailServer(server), ConnectionBroken(server),
        NoPassword(server), OddPassword(server),
    ]  # fmt: skip
    for trouble in troubles:
        assert isinstance(trouble, OperatorError)
        assert trouble.found.endswith("。") and trouble.remedy.endswith("。")
        assert not {"エラー", "督促", "指摘", "差戻し"} & {
            word for word in ("エラー", "指摘") if word in str(trouble)
        }
        assert WORD.reveal() not in str(trouble)
