"""What the tests of the control API and of several worlds share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from stampcard import Emulator
from stampcard.asgi import Application
from stampcard.control import control_app
from stampcard.emulator import CONTROL_HOST


@pytest.fixture
async def control(stampcard_emulator: Emulator) -> AsyncIterator[httpx.AsyncClient]:
    """The control API in process; worlds made with it are removed."""
    before = set(stampcard_emulator.worlds)
    app = Application(stampcard_emulator, control_app(stampcard_emulator, frozen=True))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=f"https://{CONTROL_HOST}/_stampcard"
    ) as client:
        yield client
    for name in stampcard_emulator.worlds.keys() - before:
        stampcard_emulator.remove_world(name)
