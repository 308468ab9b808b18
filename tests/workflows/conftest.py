"""A round in a real folder for each test, copied from one that was made once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from issued_round import Desk, make_round


@pytest.fixture(scope="session")
def sent_round(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The round as issued and sent; never changed itself."""
    return make_round(tmp_path_factory.mktemp("sent") / "令和8年度_第1回")


@pytest.fixture
def desk(sent_round: Path, tmp_path: Path) -> Desk:
    """The officer's desk on a copy of that round."""
    return Desk.at(Path(shutil.copytree(sent_round, tmp_path / sent_round.name)))
