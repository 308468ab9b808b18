"""What stands in a round at the end of a run, told independently of the program: files, their bytes, and the ledger's facts."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYSTEM = "_システム（さわらない）"
ORIGINALS = f"{SYSTEM}/originals"
_UNFINISHED = re.compile(r"\.~\d+-\d+(\.[^.]*)?\Z")
_NO_FACTS = re.compile(rf"{SYSTEM}/(lock|cache\.sqlite.*|events\.jsonl(\.torn.*)?)\Z")


@dataclass(frozen=True)
class State:
    files: dict[str, str]
    """Path below the round → SHA-256, without lock, cache, ledger and files left unfinished."""
    facts: list[tuple[str, Any]]
    """(type, data) of every line of the ledger, in order, without times and hashes."""
    left: int
    """Files left unfinished by runs that were cut off."""

    @property
    def books(self) -> frozenset[str]:
        """SHA-256 of the summary books."""
        return frozenset(h for name, h in self.files.items() if name.startswith("70_"))


def state_of(root: Path) -> State:
    files: dict[str, str] = {}
    left = 0
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if not path.is_file() or _NO_FACTS.search(name):
            continue
        if _UNFINISHED.search(path.name):
            left += 1
            continue
        data = path.read_bytes()
        files[name] = hashlib.sha256(data).hexdigest()
        if f"{ORIGINALS}/" in name:
            assert files[name] == path.name, f"{name} holds other bytes than its name says"
    return State(files, _facts(root / SYSTEM / "events.jsonl"), left)


def _facts(ledger: Path) -> list[tuple[str, Any]]:
    """The facts of a ledger whose chain is checked here once more, by hand."""
    found: list[tuple[str, Any]] = []
    prev = "0" * 64
    for number, line in enumerate(ledger.read_bytes().splitlines(keepends=True), 1):
        event = json.loads(line)
        assert (event["seq"], event["prev"]) == (number, prev), f"line {number} does not follow"
        prev = hashlib.sha256(line).hexdigest()
        found.append((event["type"], event["data"]))
    return found
