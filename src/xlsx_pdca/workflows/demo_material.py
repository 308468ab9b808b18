"""The material of the demonstration's answers: themes and loose sentences, as frozen data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWERS_FILE = Path("demo") / "answers.toml"
"""Below the folder of samples."""

SMALL, LARGE = "small", "large"


@dataclass(frozen=True)
class Theme:
    """One subject of one scene: what an officer who has it in mind writes under each question."""

    scene: str
    name: str
    size: str
    """`small` or `large` where only such municipalities write about it, else empty."""
    pieces: Mapping[str, tuple[str, ...]]
    """By field id; sentences without a full stop, in the order they are read."""


@dataclass(frozen=True)
class Material:
    themes: tuple[Theme, ...]
    pools: Mapping[str, tuple[str, ...]]
    """Sentences that suit any scene, by field id; names and departments beside them."""
    population: Mapping[str, float]
    """Invented, in thousands, by code."""

    def themes_of(self, scene: str, size: str) -> tuple[Theme, ...]:
        """Themes of a scene that a municipality of that size writes about."""
        return tuple(t for t in self.themes if t.scene == scene and t.size in ("", size))


def read_material(text: str) -> Material:
    """The material in the text of `answers.toml`."""
    document = tomllib.loads(text)
    return Material(
        themes=tuple(_theme(entry) for entry in document["theme"]),
        pools={key: tuple(lines) for key, lines in document["pool"].items()},
        population=document["population"],
    )


def _theme(entry: Mapping[str, Any]) -> Theme:
    pieces = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    return Theme(entry["scene"], entry["name"], entry.get("size", ""), pieces)
