"""All vendors and all worlds. The only file that knows the four vendors."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from stampcard.antavo import Antavo
from stampcard.braze import Braze
from stampcard.core import setup
from stampcard.core.clock import Clock
from stampcard.core.endpoint import Vendor, answer
from stampcard.core.errors import ConnectError, SetupError, StampcardError, UnknownWorld
from stampcard.core.http import Request, Response
from stampcard.core.journal import DEFAULT_SIZE
from stampcard.core.wire import is_loopback
from stampcard.core.world import World
from stampcard.punchh import Punchh
from stampcard.voucherify import Voucherify

CONTROL_HOST = "stampcard.localhost"
"""The control API's host name for in-process callers."""

LOBBY = "lobby"
"""The name under which requests are journalled whose credential names no world."""


MOVING_PAUSE = 0.01
"""Seconds until it is looked again at a clock that is being moved by a caller."""

_WORLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class BadWorldName(StampcardError):
    """A world's name goes into URLs and headers."""


class WorldExists(StampcardError):
    """A world of that name is there already."""


class Emulator:
    """The four vendors, and worlds that hold one tenant of each.

    Once a server listens on `bind_host`, `ports` maps its ports to the vendor (or "control") served there; `scheme` is
    how the vendors are spoken to.
    """

    def __init__(self, *, contracts: Path | None = None, journal_size: int = DEFAULT_SIZE) -> None:
        self.braze = Braze(contracts)
        self.punchh = Punchh(contracts)
        self.voucherify = Voucherify(contracts)
        self.antavo = Antavo(contracts)
        four: tuple[Vendor[Any], ...] = (self.braze, self.punchh, self.voucherify, self.antavo)
        self.vendors: dict[str, Vendor[Any]] = {vendor.name: vendor for vendor in four}
        self.worlds: dict[str, World] = {}
        self.ports: dict[int, str] = {}
        self.bind_host = "127.0.0.1"
        self.scheme = "http"
        self._journal_size = journal_size
        self._hosts: dict[str, tuple[Vendor[Any], str] | None] = {}
        self._number = 0
        self._work = asyncio.Event()
        self.lobby = World(LOBBY, self.answer, frozen=False, journal_size=journal_size)

    # Worlds

    def add_world(self, name: str | None = None, *, seed: int | str = 0, frozen: bool = True) -> World:
        """A world with fresh tenants and credentials. Raises WorldExists, BadWorldName."""
        while name is None:
            self._number += 1
            if f"w{self._number}" not in self.worlds:
                name = f"w{self._number}"
        if not _WORLD_NAME.fullmatch(name):
            raise BadWorldName(f"{name!r}: a name is 1 to 64 letters, digits, dots, dashes and underscores")
        if name in self.worlds or name == LOBBY:
            raise WorldExists(f"there is a world called {name!r} already")
        world = World(
            name, self.answer, seed=seed, frozen=frozen, journal_size=self._journal_size, changed=self._work.set
        )
        for vendor in self.vendors.values():
            world.tenants[vendor.name] = vendor.add_tenant(world)
            world.events[vendor.name] = vendor.contract.events
        self.worlds[name] = world
        return world

    def find_world(self, name: str) -> World:
        """Raises UnknownWorld."""
        try:
            return self.worlds[name]
        except KeyError:
            raise UnknownWorld(f"no world called {name!r}") from None

    def remove_world(self, name: str) -> None:
        """Its credentials answer 401 from now on. Raises UnknownWorld."""
        world = self.find_world(name)
        for vendor in self.vendors.values():
            vendor.remove_tenant(world)
        del self.worlds[name]

    async def set_up(self, world: World, document: Mapping[str, Any]) -> None:
        """Apply a setup document. Raises SetupError with nothing applied, or ConnectError."""
        await setup.apply(world, self.vendors, document)

    async def reset_world(self, name: str) -> World:
        """Empty tenants, same credentials, clock and chance at their start, setups applied anew.

        Raises ConnectError, once all is applied, for a connection that was tried and refused.
        """
        world = self.find_world(name)
        setups, world.setups = world.setups, []
        world.reset()
        for vendor in self.vendors.values():
            vendor.remove_tenant(world)
            world.tenants[vendor.name] = vendor.add_tenant(world)
        refused: ConnectError | None = None
        for document in setups:
            try:
                await self.set_up(world, document)
            except ConnectError as error:
                refused = refused or error
        if refused is not None:
            raise refused
        return world

    async def create_world(
        self, name: str | None, *, seed: int | str, frozen: bool, document: Mapping[str, Any] | None
    ) -> World:
        """A world that is set up, or none at all. Raises WorldExists, SetupError."""
        world = self.add_world(name, seed=seed, frozen=frozen)
        try:
            if document is not None:
                await self.set_up(world, document)
        except SetupError:
            self.remove_world(world.name)
            raise
        return world

    def describe(self, world: World) -> dict[str, Any]:
        """The ready line: where everything is, and the credentials that name this world."""
        ports = {name: port for port, name in self.ports.items()}
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(self.bind_host, self.bind_host)

        def url(name: str, public: str) -> str:
            scheme = "http" if name == "control" else self.scheme
            return f"{scheme}://{host}:{ports[name]}" if name in ports else f"https://{public}"

        line: dict[str, Any] = {"world": world.name, "control": {"url": url("control", CONTROL_HOST)}}
        for vendor in self.vendors.values():
            credentials = vendor.credentials(world.tenants[vendor.name])
            line[vendor.name] = {"url": url(vendor.name, vendor.public_host), **credentials}
        return line

    # Requests

    def find_host(self, host: str) -> tuple[Vendor[Any], str] | None:
        """The vendor a host name belongs to, and which of its services."""
        if host not in self._hosts:
            if len(self._hosts) > 1000:
                self._hosts.clear()
            self._hosts[host] = next(
                (
                    (vendor, service)
                    for vendor in self.vendors.values()
                    for pattern, service in vendor.hosts.items()
                    if fnmatchcase(host, pattern)
                ),
                None,
            )
        return self._hosts[host]

    def answer(self, request: Request, host: str, port: int) -> Awaitable[Response] | None:
        """The answer to a request for one of our hosts, still to be awaited; None when the host is not ours."""
        found = self.find_host(host)
        if found is not None:
            vendor, service = found
            return answer(vendor, request, service, self.lobby)
        ours = is_loopback(host) or host == self.bind_host
        local = self.vendors.get(self.ports.get(port, "")) if ours else None
        return answer(local, request, None, self.lobby) if local else None

    # Time

    async def run_clocks(self) -> None:
        """Run what falls due in worlds whose clock ticks, for as long as it is awaited."""
        running: dict[Clock, asyncio.Task[None]] = {}
        try:
            while True:
                self._work.clear()
                running = {clock: task for clock, task in running.items() if not task.done()}
                waits = [wait for clock in self._ticking() if (wait := self._run_due(clock, running)) is not None]
                try:
                    async with asyncio.timeout(min(waits, default=None)):
                        await self._work.wait()
                except TimeoutError:
                    pass
        finally:
            for task in running.values():
                task.cancel()

    def _ticking(self) -> list[Clock]:
        return [world.clock for world in self.worlds.values() if world.clock.mode == "ticking"]

    def _run_due(self, clock: Clock, running: dict[Clock, asyncio.Task[None]]) -> float | None:
        """Start what is due, in a task of its own: a world that waits for a slow receiver holds up no other.

        Returns the seconds until there is more to do; None while there is nothing, or work is under way.
        """
        due = clock.next_due()
        if due is None or clock in running:
            return None
        seconds = (due - clock.now).total_seconds()
        if seconds > 0:
            return seconds
        if clock.moving:
            return MOVING_PAUSE
        task = running[clock] = asyncio.create_task(clock.run_due())
        task.add_done_callback(lambda _: self._work.set())
        return None
