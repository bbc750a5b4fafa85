"""The same seed and the same calls give the same journal, to the byte."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec

from stampcard import Emulator, WorldClient, in_process


async def a_day(world: WorldClient) -> None:
    """A bit of everything that has ids, codes, instants or chance in it."""
    calls = {
        name: importlib.import_module(f"tests.{name}.calls") for name in ("braze", "punchh", "voucherify", "antavo")
    }
    await world.faults({"vendor": "braze", "operation": "users_track", "status": 503, "probability": 0.3})
    campaign = await calls["voucherify"].discount_campaign(world, vouchers_count=5)
    for name in ("ann", "bob", "eve"):
        await calls["voucherify"].publish(world, campaign["name"], {"source_id": name})
        headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
        attributes = [{"external_id": name, "first_name": name.title()}]
        await world.braze.post("/users/track", json={"attributes": attributes}, headers=headers)
    await calls["punchh"].Api(world).sign_up()
    await calls["antavo"].event(world.antavo, "opt_in", {"first_name": "Ann"})
    await world.advance("3d")


async def told(emulator: Emulator, seed: Any) -> bytes:
    """The journal and outbox of a day in a fresh world, always of the same name."""
    inside = emulator.add_world("same", seed=seed)
    world = in_process(emulator, inside)
    try:
        await a_day(world)
        return msgspec.json.encode([await world.journal(), await world.outbox(), await world.clock()])
    finally:
        emulator.remove_world("same")


async def test_the_same_seed_gives_the_same_day(stampcard_emulator: Emulator) -> None:
    assert await told(stampcard_emulator, 7) == await told(stampcard_emulator, 7)


async def test_another_emulator_makes_no_difference(stampcard_emulator: Emulator) -> None:
    assert await told(Emulator(), "seven") == await told(stampcard_emulator, "seven")


async def test_another_seed_gives_another_day(stampcard_emulator: Emulator) -> None:
    assert await told(stampcard_emulator, 1) != await told(stampcard_emulator, 2)


async def test_a_reset_world_lives_the_same_day_again(stampcard_emulator: Emulator) -> None:
    inside = stampcard_emulator.add_world("same", seed=3)
    world = in_process(stampcard_emulator, inside)
    days = []
    for _ in range(2):
        await a_day(world)
        days.append(msgspec.json.encode([await world.journal(), await world.outbox()]))
        await world.reset()
    stampcard_emulator.remove_world("same")
    assert days[0] == days[1]


def test_the_order_of_sets_makes_no_difference() -> None:
    """Processes with different hash seeds tell the same day."""
    script = """if True:
        import asyncio, hashlib
        from stampcard import Emulator
        from tests.test_determinism import told
        print(hashlib.sha256(asyncio.run(told(Emulator(), 1))).hexdigest())
    """
    days = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[1],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(days) == 1
