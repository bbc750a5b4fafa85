"""A world on a server, for code that is not asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

from stampcard.client import WorldClient, connect

T = TypeVar("T")


class LiveWorld:
    """A fresh, frozen world on a server. `facts` is the ready line: URLs and credentials of the four vendors.

    Its methods are WorldClient's, blocking. `world` is that client, for use inside `run` only.
    """

    def __init__(self, control_url: str, **new: Any) -> None:
        self._runner = asyncio.Runner()
        self.world: WorldClient = self._runner.run(connect(control_url, **new))
        self.facts = self.world.facts
        self.name = self.world.name

    def __getitem__(self, vendor: str) -> Mapping[str, str]:
        """A vendor's URL and credentials: `live_world["braze"]["api_key"]`."""
        facts: Mapping[str, str] = self.facts[vendor]
        return facts

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine, such as a story or a call of `world`, to its end."""
        return self._runner.run(coroutine)

    def setup(self, document: Mapping[str, Any]) -> Any:
        return self.run(self.world.setup(document))

    def advance(self, by: str | float) -> list[dict[str, Any]]:
        return self.run(self.world.advance(by))

    def set_clock(self, instant: str) -> list[dict[str, Any]]:
        return self.run(self.world.set_clock(instant))

    def settle(self) -> list[dict[str, Any]]:
        return self.run(self.world.settle())

    def journal(self, **filters: Any) -> list[dict[str, Any]]:
        return self.run(self.world.journal(**filters))

    def outbox(self, **filters: str) -> list[dict[str, Any]]:
        return self.run(self.world.outbox(**filters))

    def faults(self, *rows: Mapping[str, Any]) -> Any:
        return self.run(self.world.faults(*rows))

    def strict(self, *kinds: str) -> None:
        self.world.strict(*kinds)

    def reset(self) -> None:
        self.run(self.world.reset())

    def delete(self) -> None:
        """Remove the world from the server."""
        self.run(self.world.delete())

    def close(self) -> None:
        self.run(self.world.close())
        self._runner.close()
