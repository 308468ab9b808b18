"""Print a pip constraints file with the oldest versions pyproject.toml permits: python tools/oldest.py pyproject.toml."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

_LOWER_BOUND = re.compile(r"([A-Za-z0-9_.-]+)\s*>=\s*([0-9][0-9a-z.]*)")


def constraints(project: dict[str, Any]) -> list[str]:
    """`name==lower bound` for each run-time and test dependency."""
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]
    bounds = [_LOWER_BOUND.match(requirement) for requirement in wanted]
    if None in bounds:
        raise SystemExit(f"every dependency needs a lower bound: {wanted[bounds.index(None)]}")
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


if __name__ == "__main__":
    print(*constraints(tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))), sep="\n")
