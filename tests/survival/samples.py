"""The committed returns of other programs, and the true answers they were filled with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "samples" / "returns"
FROZEN = FOLDER / "round"
"""Ledger, plans and key as the release that issued the samples left them."""


def answers(form: str) -> dict[tuple[str, str, str], str]:
    """The answers of `answers.tsv` to one form by field address."""
    lines = (FOLDER / "answers.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {(f, c, r): _unescaped(raw) for of, f, c, r, raw in rows if of == form}


def _unescaped(text: str) -> str:
    return "\\".join(part.replace("\\n", "\n") for part in text.split("\\\\"))


@dataclass(frozen=True)
class Program:
    """One program that saved samples, as `programs.tsv` lists it."""

    sample: str
    """Name of its files, without suffix."""
    name: str
    version: str
    how: str
    losses: frozenset[str]
    """What of ours its save takes away; no answer among it."""


def programs() -> tuple[Program, ...]:
    lines = (FOLDER / "programs.tsv").read_text(encoding="utf-8").splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return tuple(Program(*row[:4], frozenset(filter(None, row[4].split("、")))) for row in rows)


def kinds(losses: Iterable[str]) -> frozenset[str]:
    """Losses without the numbers and sheet names that follow them."""
    return frozenset(loss.split("（")[0].split(" ")[0] for loss in losses)
