"""Worlds side by side in one emulator."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from stampcard import Emulator
from stampcard.core import setup
from stampcard.core.errors import ConnectError


async def running_clocks(emulator: Emulator) -> asyncio.Task[None]:
    task = asyncio.create_task(emulator.run_clocks())
    await asyncio.sleep(0)
    return task


async def test_a_world_that_waits_holds_up_no_other() -> None:
    emulator, ran, gate = Emulator(), asyncio.Event(), asyncio.Event()
    slow, quick = emulator.add_world(frozen=False), emulator.add_world(frozen=False)

    async def run() -> None:
        ran.set()

    clocks = await running_clocks(emulator)
    slow.clock.after(timedelta(), gate.wait, name="slow")  # type: ignore[arg-type]
    await asyncio.sleep(0.02)
    quick.clock.after(timedelta(milliseconds=10), run, name="quick")
    async with asyncio.timeout(2):
        await ran.wait()
    clocks.cancel()


async def test_due_work_of_one_world_runs_in_order_by_itself() -> None:
    emulator, ran, done = Emulator(), [], asyncio.Event()
    world = emulator.add_world(frozen=False)

    def job(name: str) -> Any:
        async def run() -> None:
            ran.append(name)
            await asyncio.sleep(0.01)
            if name == "c":
                done.set()

        return run

    clocks = await running_clocks(emulator)
    for name, milliseconds in (("b", 20), ("a", 10), ("c", 30)):
        world.clock.after(timedelta(milliseconds=milliseconds), job(name), name=name)
    async with asyncio.timeout(2):
        await done.wait()
    assert ran == ["a", "b", "c"]
    clocks.cancel()


async def test_a_frozen_world_does_not_run_by_itself() -> None:
    emulator, ran = Emulator(), []
    world = emulator.add_world(frozen=True)

    async def run() -> None:
        ran.append(1)

    clocks = await running_clocks(emulator)
    world.clock.after(timedelta(), run, name="due")
    await asyncio.sleep(0.05)
    assert ran == []
    world.clock.tick()
    await asyncio.sleep(0.05)
    assert ran == [1]
    clocks.cancel()


async def test_a_refused_connection_does_not_cost_a_reset_the_later_setups() -> None:
    emulator = Emulator()
    world = emulator.add_world("w")
    first, second = {"stampcard": {"allowed_hosts": ["a"]}}, {"stampcard": {"allowed_hosts": ["b"]}}
    await emulator.set_up(world, first)
    await emulator.set_up(world, second)
    whole = emulator.set_up

    async def refusing(world: Any, document: Any) -> None:
        await whole(world, document)
        if document is first:
            raise ConnectError("/antavo/braze", "refused")

    emulator.set_up = refusing  # type: ignore[method-assign]
    with pytest.raises(ConnectError):
        await emulator.reset_world("w")
    assert (world.wire.allowed_hosts, setup.merged(world.setups, {})["stampcard"]["allowed_hosts"]) == (
        {"a", "b"},
        ["a", "b"],
    )


@pytest.mark.parametrize(
    ("host", "vendor"),
    [
        ("rest.iad-01.braze.com", "braze"),
        ("rest.fra-02.braze.eu", "braze"),
        ("sandbox.punchh.com", "punchh"),
        ("api.voucherify.io", "voucherify"),
        ("as1.api.voucherify.io", "voucherify"),
        ("braze.com", None),
        ("rest.iad-01.braze.com.evil.example", None),
        ("punchh.com.example", None),
        ("localhost", None),
        ("", None),
    ],
)
def test_real_host_names_lead_to_their_vendors(host: str, vendor: str | None, stampcard_emulator: Emulator) -> None:
    found = stampcard_emulator.find_host(host)
    assert (found[0].name if found else None) == vendor


def test_an_antavo_stack_is_part_of_its_host(stampcard_emulator: Emulator) -> None:
    for stack in ("default", "st2", "demo"):
        found = stampcard_emulator.find_host(f"api.{stack}.antavo.com")
        assert found and found[0].name == "antavo"
