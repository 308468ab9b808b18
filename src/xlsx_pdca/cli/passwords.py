"""Passwords of the mail servers: they come from the environment only, and are taken out of it by nobody else."""

from __future__ import annotations

import os

from xlsx_pdca.mailbox.connecting import Secret


def smtp_password() -> Secret:
    """Empty when none is set; the servers of `mailbox` say then what to type, if they need one."""
    return Secret(os.environ.get("PDCA_SMTP_PASSWORD", ""))


def imap_password() -> Secret:
    return Secret(os.environ.get("PDCA_IMAP_PASSWORD", ""))
