"""Fake Braze, Punchh, Voucherify and Antavo in one world, on one virtual clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stampcard.client import WorldClient, connect, in_process
    from stampcard.core.errors import ExpectationFailed, SetupError, StampcardError
    from stampcard.core.world import World
    from stampcard.emulator import Emulator

_HOMES = {
    "Emulator": "emulator",
    "ExpectationFailed": "core.errors",
    "SetupError": "core.errors",
    "StampcardError": "core.errors",
    "World": "core.world",
    "WorldClient": "client",
    "connect": "client",
    "in_process": "client",
}

__all__ = [
    "Emulator",
    "ExpectationFailed",
    "SetupError",
    "StampcardError",
    "World",
    "WorldClient",
    "connect",
    "in_process",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is asked for: the server must start without the client's libraries."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
