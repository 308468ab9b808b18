"""A pytest plugin: what a test measured (`record_property("measured", "…")`) is shown at the end of the run."""

from __future__ import annotations

import pytest

_lines: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Also what xdist's workers measured: reports bring their properties along."""
    if report.when == "call":
        _lines.extend(str(text) for name, text in report.user_properties if name == "measured")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _lines:
        terminalreporter.section("measured")
        for line in _lines:
            terminalreporter.line(line)
