"""A real IMAP server (dovecot) on loopback, and mailboxes on it as another client sees them."""

from __future__ import annotations

import grp
import imaplib
import os
import pwd
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from certificates import HOST, PASSWORD, Certificate
from xlsx_pdca.definitions.post_settings import Security
from xlsx_pdca.mailbox.connecting import Secret
from xlsx_pdca.mailbox.imap import ImapServer

DOVECOT = shutil.which("dovecot") or next(
    (path for path in ("/usr/sbin/dovecot", "/usr/local/sbin/dovecot") if os.access(path, os.X_OK)),
    "",
)


def dovecot_available() -> bool:
    """Whether a dovecot is here whose configuration we can write (2.4 has another language)."""
    if not DOVECOT:
        return False
    said = subprocess.run([DOVECOT, "--version"], capture_output=True, text=True, check=False)
    return said.stdout.startswith("2.3.")


@dataclass
class Dovecot:
    """A real IMAP server: a port for STARTTLS, one for TLS; every user exists, with one password."""

    folder: Path
    certificate: Certificate | None
    """None: it knows no encryption."""
    starttls_port: int = 0
    tls_port: int = 0

    def start(self) -> Dovecot:
        self.starttls_port, self.tls_port = _free_ports(2)
        self.folder.chmod(0o755)
        (self.folder / "users").mkdir()
        if os.geteuid() == 0:
            owner = pwd.getpwnam("nobody")
            os.chown(self.folder / "users", owner.pw_uid, owner.pw_gid)
        config = self.folder / "dovecot.conf"
        config.write_text(self._configuration(), encoding="utf-8")
        self._process = subprocess.Popen(
            [DOVECOT, "-F", "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 20
        while not _answers(self.starttls_port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = self.folder / "dovecot.log"
                raise RuntimeError(log.read_text() if log.exists() else "dovecot did not start")
            time.sleep(0.02)
        return self

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)

    def _configuration(self) -> str:
        root = os.geteuid() == 0
        owner = pwd.getpwnam("nobody") if root else pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(owner.pw_gid).gr_name
        if self.certificate is None:
            encryption = "ssl = no"
        else:
            kept = self.certificate.folder
            encryption = f"ssl = yes\nssl_cert = <{kept}/cert.pem\nssl_key = <{kept}/key.pem"
        internal = (
            "" if root
            else f"default_internal_user = {owner.pw_name}\ndefault_internal_group = {group}\n"
            f"default_login_user = {owner.pw_name}"
        )  # fmt: skip
        return f"""
protocols = imap
listen = {HOST}
base_dir = {self.folder}/run
state_dir = {self.folder}/state
instance_name = {self.folder.name}
log_path = {self.folder}/dovecot.log
disable_plaintext_auth = no
auth_failure_delay = 0
auth_mechanisms = plain
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
{internal}
{encryption}
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={owner.pw_uid} gid={owner.pw_gid} home={self.folder}/users/%u
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {self.starttls_port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = {"yes" if self.certificate else "no"}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True)
class Mailbox:
    """The mailbox of one user, looked at by a client of its own."""

    dovecot: Dovecot
    user: str

    def server(self, security: Security = Security.TLS, **changed: Any) -> ImapServer:
        port = self.dovecot.tls_port if security is Security.TLS else self.dovecot.starttls_port
        values = {
            "host": HOST, "port": port, "security": security, "user": self.user,
            "password": Secret(PASSWORD),
        }  # fmt: skip
        return ImapServer(**(values | changed))

    def append(self, raw: bytes, folder: str = "INBOX", day: float | None = None) -> None:
        """Put a mail into a folder, as a mail program does; `folder` as on the wire."""
        when = imaplib.Time2Internaldate(time.time() if day is None else day)
        with self.client() as client:
            client.append(f'"{folder}"', "", when, raw)

    def append_all(self, mails: list[bytes]) -> None:
        with self.client() as client:
            for raw in mails:
                client.append("INBOX", "", "", raw)

    def flags(self, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        """UID → its flags; \\Recent is left out, since it tells of sessions, not of mails."""
        with self.client() as client:
            client.select(f'"{folder}"', readonly=True)
            _, lines = client.uid("FETCH", "1:*", "(UID FLAGS)")
        found = {}
        for line in lines:
            text = line.decode() if line else ""
            if "UID" in text:
                words = text.split("FLAGS (")[1].split(")")[0].split()
                found[int(text.split("UID ")[1].split()[0].rstrip(")"))] = frozenset(words) - {
                    "\\Recent"
                }
        return found

    def create(self, wire: str) -> None:
        with self.client() as client:
            assert client.create(f'"{wire}"')[0] == "OK"

    def delete(self, wire: str) -> None:
        with self.client() as client:
            assert client.delete(f'"{wire}"')[0] == "OK"

    def client(self) -> imaplib.IMAP4:
        """Over the unencrypted way, which only this judge uses."""
        client = imaplib.IMAP4(HOST, self.dovecot.starttls_port, timeout=20)
        client.login(self.user, PASSWORD)
        return client


def _free_ports(number: int) -> list[int]:
    held = [socket.create_server((HOST, 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False
