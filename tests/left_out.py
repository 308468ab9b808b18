"""Nothing is left out silently: tests that did not run are counted loudly, and under CI=true they fail the run.

A pytest plugin; also counts modules skipped while they are collected, and what xdist's workers leave out.
"""

from __future__ import annotations

import os
from collections import Counter

import pytest

_reasons: dict[str, str] = {}
"""Node id → why it did not run (or why its failure was expected)."""


def under_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("true", "1")


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped:
        return
    expected = getattr(report, "wasxfail", None)
    place = report.longrepr
    reason = place[2].removeprefix("Skipped: ") if isinstance(place, tuple) else str(place)
    _reasons[report.nodeid] = reason if expected is None else f"expected to fail: {expected}"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _note(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    _note(report)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """Take over what one of xdist's workers left out."""
    _reasons.update(getattr(node, "workeroutput", {}).get("left_out", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail an otherwise good run under CI; a worker only reports to its controller."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["left_out"] = dict(_reasons)
    elif _reasons and under_ci() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _reasons:
        return
    outcome = "an error, because CI is set" if under_ci() else "the result is incomplete"
    title = f"{len(_reasons)} TESTS OR MODULES DID NOT RUN: {outcome}"
    terminalreporter.section(title, sep="!", red=under_ci(), yellow=not under_ci(), bold=True)
    for reason, count in Counter(_reasons.values()).most_common():
        terminalreporter.line(f"{count:4} × {reason}")
