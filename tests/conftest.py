"""Fixtures for real programs; a test that asks for one that is missing is skipped, loudly (see `left_out`)."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
from collections.abc import Generator, Iterator

import coverage
import pytest
from hypothesis import settings

import libreoffice
import xlsx_pdca
from libreoffice import LibreOffice

pytest_plugins = ["left_out", "measured", "servers"]

# No deadline: two cores shared with a LibreOffice say nothing about our speed. `make test` repeats the same examples.
settings.register_profile("test", deadline=None, derandomize=True, max_examples=60)
settings.register_profile("soak", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("test")


def _has_gmime() -> bool:
    from mail_programs import gmime_available

    return gmime_available()


def _has_dovecot() -> bool:
    from imap_peer import dovecot_available

    return dovecot_available()


PROGRAMS = {
    "soffice": (libreoffice.available, "libreoffice-calc python3-uno"),
    "strace": (lambda: shutil.which("strace") is not None, "strace"),
    "gnumeric": (lambda: shutil.which("ssconvert") is not None, "gnumeric"),
    "archivers": (lambda: bool(shutil.which("zip") and shutil.which("7z")), "zip p7zip-full"),
    "gmime": (_has_gmime, "gir1.2-gmime-3.0 python3-gi"),
    "mutt": (lambda: shutil.which("mutt") is not None, "mutt"),
    "dovecot": (_has_dovecot, "dovecot-imapd"),
}
"""Marker → (is the program here?, the Debian packages that bring it)."""
FIXTURES = {"soffice": "soffice", "dovecot": "dovecot", "dovecot_without_tls": "dovecot"}
"""Whoever uses the fixture carries the marker too."""


@pytest.fixture(scope="session")
def soffice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LibreOffice]:
    """One real LibreOffice for the whole run (one per xdist worker), with a fresh profile."""
    with LibreOffice(tmp_path_factory.mktemp("libreoffice")) as office:
        yield office


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Our modules are imported under the eyes of coverage, the tests are collected without: that takes a third of the time."""
    running = coverage.Coverage.current()
    if running is None:
        return (yield)
    for module in pkgutil.walk_packages(xlsx_pdca.__path__, "xlsx_pdca."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    running.stop()
    try:
        return (yield)
    finally:
        running.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses the fixture of a program carries its marker too; of many cases of one test the first is traced.

    Files of whole rounds come first: with one worker on each file, none of them is left over for the end.
    """
    items.sort(key=lambda item: not _is_long(item))
    seen: set[str] = set()
    for item in items:
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in FIXTURES:
                item.add_marker(FIXTURES[fixture])
        test, _, case = item.nodeid.partition("[")
        if case and test in seen:
            item.add_marker("untraced")
        seen.add(test)


def _is_long(item: pytest.Item) -> bool:
    """Whether the whole file is one of whole rounds or masses of data."""
    marks = getattr(getattr(item, "module", None), "pytestmark", ())
    return any(
        mark.name == "untraced" for mark in (marks if isinstance(marks, (list, tuple)) else [marks])
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Whole rounds, masses of data and further cases are not counted in coverage: tracing triples their time."""
    running = coverage.Coverage.current() if item.get_closest_marker("untraced") else None
    if running is None:
        return (yield)
    running.stop()
    try:
        return (yield)
    finally:
        running.start()


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (available, packages) in PROGRAMS.items():
        if item.get_closest_marker(marker) and not available():
            pytest.skip(
                f"{marker} is not installed (apt-get install --no-install-recommends {packages})"
            )
