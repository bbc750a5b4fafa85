"""The control API, exactly as tools outside the project rely on it: worlds and the clock."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import httpx
import jsonschema
import pytest

from stampcard import Emulator
from stampcard.blocking import LiveWorld
from stampcard.client import ControlRefused, WorldClient
from stampcard.server import BackgroundServer
from tests.control_calls import READY, created, plan, problem
from tests.core.test_wire import OK, neighbour

# Health and schema


async def test_health(control: httpx.AsyncClient) -> None:
    response = await control.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "version": version("stampcard")})
    assert response.headers["content-type"] == "application/json"


async def test_the_setup_schema_is_a_schema_of_every_vendor(control: httpx.AsyncClient) -> None:
    schema = (await control.get("/setup.schema.json")).json()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"].keys() == {*READY, "stampcard"}


# Worlds


async def test_a_new_world_is_told_as_the_ready_line(control: httpx.AsyncClient) -> None:
    response = await control.post("/worlds", json={"name": "fresh"})
    line = response.json()
    assert response.status_code == 201
    assert (line["world"], line["control"].keys()) == ("fresh", {"url"})
    assert {vendor: set(line[vendor]) for vendor in READY} == READY
    assert all(value and isinstance(value, str) for vendor in READY for value in line[vendor].values())


async def test_worlds_without_a_name_get_one_each_and_their_own_credentials(control: httpx.AsyncClient) -> None:
    await control.post("/worlds", json={"name": "w1"})
    lines = [(await control.post("/worlds")).json() for _ in range(3)]
    assert len({line["world"] for line in lines} | {"w1"}) == 4
    for vendor, keys in READY.items():
        for key in keys - {"url", "stack"}:
            assert len({line[vendor][key] for line in lines}) == 3, f"{vendor}.{key}"


async def test_worlds_are_listed(control: httpx.AsyncClient) -> None:
    names = {await created(control), await created(control)}
    worlds = (await control.get("/worlds")).json()["worlds"]
    assert names <= {line["world"] for line in worlds}


async def test_one_world_shows_its_line_and_how_it_stands(control: httpx.AsyncClient) -> None:
    line = (await control.post("/worlds", json={"seed": "s", "frozen": True})).json()
    shown = (await control.get(f"/worlds/{line['world']}")).json()
    assert line.items() <= shown.items()
    assert (shown["seed"], shown["clock"]["mode"], shown["journal"], shown["outbox"]) == ("s", "frozen", 0, 0)


@pytest.mark.parametrize("name", ["default-2", "a.b_c", "A" * 64])
async def test_names_that_fit_into_a_url(control: httpx.AsyncClient, name: str) -> None:
    assert await created(control, name=name) == name


@pytest.mark.parametrize("name", ["", "a/b", "..", "a b", "ключ", "a\r\nb", "A" * 65, "-a", "a\n"])
async def test_other_names_are_refused(control: httpx.AsyncClient, name: str) -> None:
    assert problem(await control.post("/worlds", json={"name": name})) == (422, "BadWorldName")


@pytest.mark.parametrize("name", ["twice", "lobby"])
async def test_a_name_is_given_once(control: httpx.AsyncClient, name: str) -> None:
    await control.post("/worlds", json={"name": name})
    assert problem(await control.post("/worlds", json={"name": name})) == (409, "WorldExists")


@pytest.mark.parametrize("frozen", [True, False])
async def test_a_world_is_frozen_or_ticks(control: httpx.AsyncClient, frozen: bool) -> None:
    name = await created(control, frozen=frozen)
    mode = (await control.get(f"/worlds/{name}/clock")).json()["mode"]
    assert mode == ("frozen" if frozen else "ticking")


async def test_a_world_whose_setup_does_not_fit_is_not_made(control: httpx.AsyncClient) -> None:
    response = await control.post("/worlds", json={"name": "half", "setup": {"brazen": {}}})
    assert problem(response) == (422, "SetupError")
    assert response.json()["pointer"] == "/brazen"
    assert problem(await control.get("/worlds/half")) == (404, "UnknownWorld")


async def test_a_deleted_world_is_gone_and_its_name_free(control: httpx.AsyncClient) -> None:
    name = await created(control, name="gone")
    response = await control.delete(f"/worlds/{name}")
    assert (response.status_code, response.content) == (204, b"")
    assert problem(await control.delete(f"/worlds/{name}")) == (404, "UnknownWorld")
    await created(control, name="gone")


async def test_a_reset_keeps_credentials_and_setup_and_nothing_else(
    control: httpx.AsyncClient, stampcard_emulator: Emulator
) -> None:
    line = (await control.post("/worlds", json={"seed": 5})).json()
    path, world = f"/worlds/{line['world']}", stampcard_emulator.worlds[line["world"]]
    document = {"stampcard": {"allowed_hosts": ["example.com"]}}
    first = world.chance.uuid()
    await control.put(f"{path}/setup", json=document)
    await control.put(f"{path}/faults", json=[{"status": 500}])
    await control.post(f"{path}/clock", json={"advance": "1d"})
    world.record("braze", "x", "something")
    plan(world, "later", 5)
    response = await control.post(f"{path}/reset")
    assert (response.status_code, response.json()) == (200, line)
    clock = (await control.get(f"{path}/clock")).json()
    assert clock == {"now": "2026-01-15T09:00:00.000Z", "mode": "frozen", "due": []}
    assert (await control.get(f"{path}/journal")).json() == {"entries": []}
    assert (await control.get(f"{path}/faults")).json() == []
    assert (await control.get(f"{path}/setup")).json() == document
    assert world.wire.allowed_hosts == {"example.com"}
    world.chance.restart(5)
    assert world.chance.uuid() == first


# The clock


async def test_the_clock_tells_now_mode_and_what_is_due(world: WorldClient) -> None:
    assert world.inside
    plan(world.inside, "gift", 10, cause=4)
    assert await world.clock() == {
        "now": "2026-01-15T09:00:00.000Z",
        "mode": "frozen",
        "due": [{"at": "2026-01-15T09:10:00.000Z", "vendor": "braze", "what": "gift", "cause": 4}],
    }


@pytest.mark.parametrize("by", ["10m", "600", 600, 600.0, "600s"])
async def test_an_advance_tells_what_fired(control: httpx.AsyncClient, stampcard_emulator: Emulator, by: Any) -> None:
    name = await created(control)
    plan(stampcard_emulator.worlds[name], "gift", 10)
    plan(stampcard_emulator.worlds[name], "later", 11)
    moved = (await control.post(f"/worlds/{name}/clock", json={"advance": by})).json()
    assert (moved["now"], moved["mode"]) == ("2026-01-15T09:10:00.000Z", "frozen")
    assert moved["fired"] == [{"at": "2026-01-15T09:10:00.000Z", "vendor": "braze", "what": "gift", "cause": None}]
    assert [job["what"] for job in moved["due"]] == ["later"]


async def test_the_clock_is_set_to_an_instant(world: WorldClient) -> None:
    assert await world.set_clock("2026-03-01T12:00:00+01:00") == []
    assert (await world.clock())["now"] == "2026-03-01T11:00:00.000Z"


async def test_freeze_and_go_on(control: httpx.AsyncClient) -> None:
    name = await created(control, frozen=True)
    modes = [
        (await control.post(f"/worlds/{name}/clock", json={"freeze": freeze})).json()["mode"]
        for freeze in (False, True, True, False)
    ]
    assert modes == ["ticking", "frozen", "frozen", "ticking"]


async def test_freezing_and_setting_at_once_stands_at_the_instant(control: httpx.AsyncClient) -> None:
    name = await created(control, frozen=False)
    moved = await control.post(f"/worlds/{name}/clock", json={"freeze": True, "set": "2999-01-01T00:00:00Z"})
    assert (moved.json()["now"], moved.json()["mode"]) == ("2999-01-01T00:00:00.000Z", "frozen")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"advance": "soon"}, 400),
        ({"advance": ""}, 400),
        ({"advance": True}, 400),
        ({"advance": []}, 400),
        ({"set": "tomorrow"}, 400),
        ({"set": 5}, 400),
        ({"set": "0001-01-01T00:00:00+14:00"}, 400),
        ({"freeze": "yes"}, 400),
        ({"freeze": True, "thaw": True}, 400),
        ([], 400),
        ("10m", 400),
        ({"advance": 10**30}, 400),
        ({"freeze": False, "advance": -1}, 409),
        ({"freeze": False, "set": "2020-01-01T00:00:00Z"}, 409),
        ({"freeze": False, "advance": "999999999d"}, 409),
        ({"freeze": False, "set": "2027-01-01T00:00:00Z", "advance": "-1"}, 409),
    ],
    ids=str,
)
async def test_a_move_that_cannot_be_made_moves_nothing(control: httpx.AsyncClient, body: Any, status: int) -> None:
    name = await created(control)
    before = (await control.get(f"/worlds/{name}/clock")).json()
    assert problem(await control.post(f"/worlds/{name}/clock", json=body))[0] == status
    assert (await control.get(f"/worlds/{name}/clock")).json() == before


async def test_a_move_while_another_moves_is_refused(control: httpx.AsyncClient, stampcard_emulator: Emulator) -> None:
    name, gate = await created(control), asyncio.Event()
    plan(stampcard_emulator.worlds[name], "waits", 1, gate.wait)
    first = asyncio.create_task(control.post(f"/worlds/{name}/clock", json={"advance": "1h"}))
    await asyncio.sleep(0.01)
    for path, body in (("clock", {"advance": "1h"}), ("clock", {"freeze": False, "set": "2030-01-01"}), ("settle", {})):
        assert problem(await control.post(f"/worlds/{name}/{path}", json=body)) == (409, "ClockError")
    gate.set()
    assert [job["what"] for job in (await first).json()["fired"]] == ["waits"]
    assert (await control.get(f"/worlds/{name}/clock")).json()["mode"] == "frozen"


async def test_settle_runs_what_is_due_now(world: WorldClient) -> None:
    assert world.inside
    plan(world.inside, "now", 0)
    plan(world.inside, "later", 1)
    assert [job["what"] for job in await world.settle()] == ["now"]
    assert (await world.clock())["now"] == "2026-01-15T09:00:00.000Z"


async def test_a_bug_of_ours_in_due_work_is_told_to_whoever_moves_the_clock(world: WorldClient) -> None:
    async def fail() -> None:
        raise RuntimeError("the mail burnt")

    assert world.inside
    plan(world.inside, "mail", 1, fail)
    with pytest.raises(ControlRefused, match="stampcard's own fault") as refused:
        await world.advance("1m")
    assert refused.value.status == 500
    [entry] = await world.journal()
    assert "the mail burnt" in entry["error"]
    world.inside.faults_of_ours.clear()


# Over sockets


def test_the_same_over_a_socket(live_world: LiveWorld) -> None:
    assert live_world.advance("10m") == []
    assert live_world.settle() == []
    assert live_world.journal() == live_world.outbox() == []
    with pytest.raises(ControlRefused, match="BadFault"):
        live_world.faults({"status": 1})
    live_world.reset()


def test_urls_of_the_ready_line_are_where_the_vendors_are(
    live_world: LiveWorld, stampcard_server: BackgroundServer
) -> None:
    for vendor in READY:
        url = live_world[vendor]["url"]
        assert url.startswith("http://127.0.0.1:")
        response = httpx.get(f"{url}/no/such/path", trust_env=False)
        assert response.status_code >= 400
        assert response.headers["x-stampcard-world"] in ("lobby", live_world.name)
    assert live_world.facts["control"]["url"] == stampcard_server.control_url


def test_control_is_on_its_own_port_only(live_world: LiveWorld) -> None:
    response = httpx.get(f"{live_world['braze']['url']}/_stampcard/health", trust_env=False)
    assert response.status_code != 200


async def test_a_receiver_may_call_back_while_its_hook_is_delivered(world: WorldClient) -> None:
    """A user's own service that answers a webhook by asking the vendor, in the middle of a settle."""
    assert world.inside
    seen: list[int] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        seen.append((await world.braze.get("/campaigns/list")).status_code)
        with pytest.raises(ControlRefused, match="being moved"):
            await world.advance("1m")
        await world.journal()
        writer.write(OK)
        await writer.drain()

    async with neighbour(talk) as url:

        async def hook() -> None:
            assert world.inside
            await world.inside.wire.send("POST", url, caller="braze", cause=None)

        plan(world.inside, "hook", 0, hook)
        await world.settle()
    assert len(seen) == 1
    assert [entry["status"] for entry in await world.journal(vendor="127.0.0.1")] == [200]
