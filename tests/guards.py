"""What holds for every run of the tests: the test process itself leaves loopback never, and where
MONITOR_TESTS_LET_NONE_SKIP is set (see .ci/run) nothing is skipped.

A conftest registers a `Guard`. A connection or a look-up beyond loopback is refused as it is made, noted with the test
that made it, and fails the whole run. tests/watch does the same in the processes that tests start.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

LET_NONE_SKIP = "MONITOR_TESTS_LET_NONE_SKIP"


def _watch() -> "object":
    """The module that child processes load as sitecustomize, under a name of its own."""
    path = Path(__file__).parent / "watch" / "sitecustomize.py"
    spec = importlib.util.spec_from_file_location("watched_connections", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Guard:
    """A plugin of pytest; `connections` are those beyond loopback that were tried, each with the test that tried."""

    def __init__(self, *, let_none_skip: bool) -> None:
        self.let_none_skip = let_none_skip
        self.connections: list[str] = []
        self._beyond = _watch().beyond  # type: ignore[attr-defined]
        sys.addaudithook(self._refuse)

    def _refuse(self, event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith("socket.") and (what := self._beyond(event, arguments)):
            self.connections.append(f"{what} in {os.environ.get('PYTEST_CURRENT_TEST', 'no test')}")
            message = f"tests stay on loopback: {what}"
            raise PermissionError(message)

    def pytest_configure(self, config: pytest.Config) -> None:
        """One of several processes that share the tests (pytest-xdist) is told what the first was told."""
        self.let_none_skip |= getattr(config, "workerinput", {}).get(LET_NONE_SKIP, False)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tells such a process."""
        node.workerinput[LET_NONE_SKIP] = self.let_none_skip

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes over what such a process noted."""
        self.connections += getattr(node, "workeroutput", {}).get("connections", [])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Iterator[None]:
        """A test that skips has failed, where none may."""
        report = yield
        return self._unskipped(report)

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Iterator[None]:
        """A module that skips has failed, where none may."""
        report = yield
        return self._unskipped(report)

    def _unskipped(self, report: pytest.TestReport) -> pytest.TestReport:
        if self.let_none_skip and report.skipped and not hasattr(report, "wasxfail"):
            report.outcome = "failed"
            report.longrepr = f"{LET_NONE_SKIP} is set, and this was skipped: {report.longrepr}"
        return report

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """A run that tried to leave loopback has failed, whatever its tests say."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput["connections"] = self.connections
        if self.connections:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Says what tried."""
        for connection in self.connections:
            terminalreporter.line(f"FAILED beyond loopback: {connection}", red=True)
