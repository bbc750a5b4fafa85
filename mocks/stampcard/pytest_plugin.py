"""Fixtures for pytest: `world` in this process, `live_world` over real sockets. Both work under pytest-xdist.

Imports stand inside the fixtures: pytest loads this file in every project that has stampcard installed, whether its
tests use it or not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stampcard.blocking import LiveWorld
    from stampcard.client import WorldClient
    from stampcard.emulator import Emulator
    from stampcard.server import BackgroundServer


@pytest.fixture(scope="session")
def stampcard_emulator() -> Emulator:
    """The emulator that `world` lives in; one per test process, because contracts load once."""
    from stampcard.emulator import Emulator

    return Emulator()


@pytest.fixture
def world(stampcard_emulator: Emulator) -> Iterator[WorldClient]:
    """A fresh, frozen world in this process, for asynchronous tests. A bug of stampcard's fails the test."""
    from stampcard.client import in_process

    inside = stampcard_emulator.add_world(frozen=True)
    yield in_process(stampcard_emulator, inside)
    stampcard_emulator.remove_world(inside.name)
    if inside.faults_of_ours:
        traces = [entry.error for entry in inside.journal if entry.id in inside.faults_of_ours]
        pytest.fail("stampcard's own fault:\n" + "\n".join(traces), pytrace=False)


@pytest.fixture(scope="session")
def stampcard_server() -> Iterator[BackgroundServer]:
    """A server on free loopback ports; one per test process."""
    from stampcard.server import BackgroundServer

    server = BackgroundServer().start()
    yield server
    server.stop()


@pytest.fixture
def live_world(stampcard_server: BackgroundServer) -> Iterator[LiveWorld]:
    """A fresh, frozen world on a real server, for clients of any kind; its methods block."""
    from stampcard.blocking import LiveWorld

    live = LiveWorld(stampcard_server.control_url)
    yield live
    live.delete()
    live.close()
