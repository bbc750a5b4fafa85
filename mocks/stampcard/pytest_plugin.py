"""Fixtures for pytest: `world` in this process, `live_world` over real sockets; and a report of the whole session.

Both fixtures and the report work under pytest-xdist. Imports stand inside the functions: pytest loads this file in
every project that has stampcard installed, whether its tests use it or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from stampcard.blocking import LiveWorld
    from stampcard.client import WorldClient
    from stampcard.core.world import World
    from stampcard.emulator import Emulator
    from stampcard.report.session import Session
    from stampcard.server import BackgroundServer

SESSION: pytest.StashKey[Session] = pytest.StashKey()
SAID: pytest.StashKey[list[str]] = pytest.StashKey()
OUTPUT = "stampcard"
"""The name under which a worker of pytest-xdist hands over what it saw."""


# Fixtures


@pytest.fixture(scope="session")
def stampcard_emulator() -> Emulator:
    """The emulator that `world` lives in; one per test process, because contracts load once."""
    from stampcard.emulator import Emulator

    return Emulator()


@pytest.fixture
def world(stampcard_emulator: Emulator, pytestconfig: pytest.Config) -> Iterator[WorldClient]:
    """A fresh, frozen world in this process, for asynchronous tests. A bug of stampcard's fails the test."""
    from stampcard.client import in_process

    inside = stampcard_emulator.add_world(frozen=True)
    client = in_process(stampcard_emulator, inside)
    watch = _Watch(client, inside, pytestconfig)
    yield client
    watch.keep()
    stampcard_emulator.remove_world(inside.name)
    watch.judge()


@pytest.fixture(scope="session")
def stampcard_server() -> Iterator[BackgroundServer]:
    """A server on free loopback ports; one per test process."""
    from stampcard.server import BackgroundServer

    server = BackgroundServer().start()
    yield server
    server.stop()


@pytest.fixture
def live_world(stampcard_server: BackgroundServer, pytestconfig: pytest.Config) -> Iterator[LiveWorld]:
    """A fresh, frozen world on a real server, for clients of any kind; its methods block. A bug of stampcard's fails
    the test."""
    from stampcard.blocking import LiveWorld

    live = LiveWorld(stampcard_server.control_url)
    watch = _Watch(live.world, stampcard_server.emulator.find_world(live.name), pytestconfig)
    yield live
    watch.keep()
    live.delete()
    live.close()
    watch.judge()


class _Watch:
    """Keeps what a world's journal says, for the report and for `strict`, also beyond `reset`."""

    def __init__(self, client: WorldClient, inside: World, config: pytest.Config) -> None:
        self._client = client
        self._inside = inside
        self._config = config
        self._entries: list[dict[str, Any]] = []
        self._faults: list[str] = []
        self._full = False
        reset = client.reset

        async def kept() -> None:
            self.keep()
            await reset()

        client.reset = kept  # type: ignore[method-assign]

    def keep(self) -> None:
        """What the journal holds by now; without anybody to read it, only bugs of ours."""
        from stampcard.core.journal import view

        inside = self._inside
        if inside.faults_of_ours:
            self._faults += [entry.error for entry in inside.journal if entry.id in inside.faults_of_ours]
        if SESSION in self._config.stash or self._client.forbidden:
            self._entries += [view(entry) for entry in inside.journal]
            self._full |= inside.journal.full

    def judge(self) -> None:
        """Hand over to the report, and fail the test if there is reason."""
        if SESSION in self._config.stash:
            self._config.stash[SESSION].add(self._entries)
            if self._full:
                self._config.stash[SAID].append(f"world {self._inside.name}: its journal was full, MISSING calls")
        if self._faults:
            pytest.fail("stampcard's own fault:\n" + "\n".join(self._faults), pytrace=False)
        if self._client.forbidden:
            from stampcard.report.session import forbidden

            lines = forbidden(self._entries, self._client.forbidden)
            if lines:
                kinds = ", ".join(self._client.forbidden)
                pytest.fail(f"diagnostics that world.strict({kinds}) forbids:\n" + "\n".join(lines), pytrace=False)
            if self._full:
                pytest.fail("world.strict: the journal was full, so nobody can say whether any came", pytrace=False)


# The report of the session


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("stampcard")
    group.addoption(
        "--stampcard-report",
        type=Path,
        metavar="FILE",
        help="write what the tests' clients rely on, of all worlds: FILE.md, FILE.json or FILE.xml (JUnit)",
    )
    group.addoption(
        "--stampcard-against",
        type=Path,
        metavar="FILE",
        help="fail the run when the clients' use grew since this report (JSON)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse at once what could not be written or compared at the end."""
    report, against = config.getoption("stampcard_report"), config.getoption("stampcard_against")
    if report is None and against is None:
        return
    from stampcard.report.session import BadReport, Session, check_form, earlier

    try:
        if report is not None:
            check_form(report)
        if against is not None:
            earlier(against)
    except BadReport as error:
        raise pytest.UsageError(f"stampcard: {error}") from error
    config.stash[SESSION] = Session()
    config.stash[SAID] = []


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """A worker of pytest-xdist is done; one that died took what it saw with it."""
    if SESSION not in node.config.stash:
        return
    from stampcard.report.session import unpacked

    output = getattr(node, "workeroutput", {}).get(OUTPUT)
    if output is None:
        node.config.stash[SAID].append(f"{node.gateway.id} ended without handing over what it saw: it is MISSING")
        return
    node.config.stash[SESSION].take(unpacked(output["usage"]))
    node.config.stash[SAID] += output["said"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over; everybody else compares and writes."""
    config = session.config
    if SESSION not in config.stash:
        return
    from stampcard.report.session import earlier, packed, told, write

    usage, said = config.stash[SESSION].usage, config.stash[SAID]
    if hasattr(config, "workeroutput"):
        config.workeroutput[OUTPUT] = {"usage": packed(usage), "said": said}
        return
    report, against = config.getoption("stampcard_report"), config.getoption("stampcard_against")
    grown, found = told(usage, earlier(against) if against is not None else None)
    if report is not None:
        write(report, usage, found)
        said.append(f"written to {report}")
    said += [f"grown since {against}: {finding.place}: {finding.message}" for finding in grown]
    operations = sum(len(vendor.operations) for vendor in usage.vendors.values())
    wrong = sum(finding.severity == "error" for finding in found) - len(grown)
    said.insert(0, f"{operations} operations used, {wrong} errors of use, {len(grown)} things grown")
    missing = any("MISSING" in line for line in said)
    if (grown or missing) and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if SESSION in config.stash:
        terminalreporter.section("stampcard")
        for line in config.stash[SAID]:
            terminalreporter.write_line(line)
