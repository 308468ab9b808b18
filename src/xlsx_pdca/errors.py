"""What stops an operator: exit codes, faults in what people wrote, and the exceptions that carry both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of every command; a contract, listed in the README."""

    OK = 0
    NEEDS_PERSON = 1
    USAGE = 2
    FAULTY = 3
    DISK = 4
    BUG = 70


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in a file the operator keeps (管理簿, a form, a settings value)."""

    file: str
    place: str
    """Sheet and cell, or the dotted key of a form; in the reader's words."""
    found: str
    """What was found, as a Japanese sentence."""
    remedy: str
    """What to write or do instead, as a Japanese sentence."""

    def __str__(self) -> str:
        where = f"{self.file} {self.place}".strip()
        return f"{where}：{self.found}{self.remedy}"


class OperatorError(Exception):
    """The operator cannot go on; the sentence says what was found and what to do now."""

    exit_code = ExitCode.FAULTY

    def __init__(self, found: str, remedy: str = "") -> None:
        super().__init__(f"{found}{remedy}")
        self.found = found
        self.remedy = remedy


class FaultyDefinitions(OperatorError):
    """管理簿, a form or a list holds faults; all of them are carried, nothing was done."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(f) for f in self.faults))


class UsageError(OperatorError):
    """The command was called in a way that cannot be carried out."""

    exit_code = ExitCode.USAGE


class DiskError(OperatorError):
    """Disk full, folder read-only, path too long, file open elsewhere, or lock held by someone."""

    exit_code = ExitCode.DISK
