"""Tests of passwords of mail servers: from the environment, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlsx_pdca.cli.passwords import imap_password, smtp_password
from xlsx_pdca.worker import Worker

ENVIRONMENT_PARSER = """
import json, os

def parse(data, secrets):
    return json.dumps(sorted(os.environ)).encode()

def decode(packed):
    return json.loads(packed)
"""


def test_passwords_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each server has its own variable; without it there is no password."""
    for variable in ("PDCA_SMTP_PASSWORD", "PDCA_IMAP_PASSWORD"):
        monkeypatch.delenv(variable, raising=False)
    assert not smtp_password() and not imap_password()
    monkeypatch.setenv("PDCA_SMTP_PASSWORD", "a b")
    assert smtp_password().reveal() == "a b" and not imap_password()
    monkeypatch.setenv("PDCA_IMAP_PASSWORD", "c")
    assert imap_password().reveal() == "c"


def test_the_process_that_parses_does_not_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Foreign bytes meet a process without the passwords; other variables are there."""
    (tmp_path / "tells_environment.py").write_text(ENVIRONMENT_PARSER, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PDCA_SMTP_PASSWORD", "x")
    monkeypatch.setenv("PDCA_IMAP_PASSWORD", "y")
    monkeypatch.setenv("PDCA_USER", "佐藤")
    with Worker[list[str]]("tells_environment", folder=tmp_path) as worker:
        names = worker.parse(b"")
    assert isinstance(names, list)
    assert "PDCA_USER" in names
    assert [name for name in names if name.endswith("PASSWORD")] == []
