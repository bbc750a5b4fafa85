"""Exports stay streaming: they are written while others are served, and never held in one piece."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from stampcard.blocking import LiveWorld
from stampcard.braze.exports.files import PIECE, ExportFile
from stampcard.client import WorldClient
from tests.braze.calls import bearer, workspace

SEGMENT = "00000000-0000-4000-8000-0000000000e1"
AT = datetime(2026, 1, 15, tzinfo=UTC)


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Rows of 1 KB that do not compress well."""
    for number in range(count):
        yield {"external_id": f"u{number}", "note": hashlib.shake_128(str(number).encode()).hexdigest(480)}


def lines(content: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return [json.loads(line) for name in archive.namelist() for line in archive.read(name).splitlines()]


@pytest.mark.parametrize(("count", "files"), [(0, 1), (1, 1), (49, 1), (50, 1), (5000, 1), (5001, 2), (12_345, 3)])
async def test_every_row_is_in_one_of_the_files(count: int, files: int) -> None:
    export = ExportFile("e", AT)
    assert await export.write(({"n": number} for number in range(count)), lambda: True) == count
    content = b"".join(export.read().pieces())
    assert [row["n"] for row in lines(content)] == list(range(count))
    assert len(zipfile.ZipFile(io.BytesIO(content)).namelist()) == files


async def test_a_large_export_is_not_held_in_memory() -> None:
    """12 MB of JSON, of which a ZIP of 6 MB is made and read: less than 3 MB are in memory at any time."""
    export = ExportFile("e", AT)
    tracemalloc.start()
    try:
        await export.write(rows(12_000), lambda: True)
        chunks = export.read()
        read = sum(len(piece) for piece in chunks.pieces())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert read == chunks.size > 5_000_000
    assert peak < 3_000_000


async def test_an_export_nobody_wants_any_more_is_not_written_on() -> None:
    asked = iter([True, True, True])
    left = rows(10_000)
    assert await ExportFile("e", AT).write(left, lambda: next(asked, False)) == 100
    assert len(list(left)) > 9_000


async def test_two_readers_of_a_file_do_not_disturb_each_other() -> None:
    export = ExportFile("e", AT)
    await export.write(rows(500), lambda: True)
    chunks = export.read()
    pairs = list(zip(chunks.pieces(), chunks.pieces(), strict=True))
    assert len(pairs) > 2 and all(one == other and len(one) <= PIECE for one, other in pairs)


async def everybody(world: WorldClient, count: int) -> str:
    """Start the export of so many users; the path of its file."""
    users = [{"external_id": f"u{number}"} for number in range(count)]
    await world.setup({"braze": {"users": users, "segments": [{"name": "All", "id": SEGMENT}]}})
    body = {"segment_id": SEGMENT, "fields_to_export": ["external_id"]}
    response = await world.braze.post("/users/export/segment", json=body, headers=bearer(world.braze))
    return "/" + str(response.json()["url"]).split("/", 3)[3]


async def begun(world: WorldClient) -> asyncio.Task[Any]:
    """The clock on its way through the export, which has written some users."""
    moving = asyncio.create_task(world.advance("1m"))
    for _ in range(10):
        await asyncio.sleep(0)
    assert not moving.done()
    return moving


async def test_others_are_served_while_an_export_is_written(world: WorldClient) -> None:
    path = await everybody(world, 4000)
    writing = await begun(world)
    statuses: list[int] = []
    while not writing.done():
        user = {"attributes": [{"external_id": f"new{len(statuses)}"}]}
        statuses.append((await world.braze.post("/users/track", json=user, headers=bearer(world.braze))).status_code)
        await asyncio.sleep(0)

    assert len(statuses) > 20 and set(statuses) == {201}
    assert len(lines((await world.braze.get(path)).content)) == 4000


async def test_a_user_who_is_gone_when_it_is_the_user_s_turn_is_left_out(world: WorldClient) -> None:
    path = await everybody(world, 2000)
    writing = await begun(world)
    await world.braze.post("/users/delete", json={"external_ids": ["u1999"]}, headers=bearer(world.braze))
    await writing
    exported = [row["external_id"] for row in lines((await world.braze.get(path)).content)]
    assert exported == [f"u{number}" for number in range(1999)]


async def test_an_export_can_be_cancelled_while_it_is_written(world: WorldClient) -> None:
    path = await everybody(world, 2000)
    writing = await begun(world)
    body = {"segment_id": SEGMENT}
    cancelled = await world.braze.post("/export/segment/cancel", json=body, headers=bearer(world.braze))
    await writing
    assert (cancelled.status_code, workspace(world).exports) == (201, {})
    assert (await world.braze.get(path, headers=bearer(world.braze))).status_code == 404


def test_a_file_is_fetched_from_a_server(live_world: LiveWorld) -> None:
    live_world.setup(
        {"braze": {"users": [{"external_id": "ann"}], "segments": [{"name": "All", "id": SEGMENT}]}},
    )
    headers = {"Authorization": f"Bearer {live_world['braze']['api_key']}"}
    body = {"segment_id": SEGMENT, "fields_to_export": ["external_id"]}
    with httpx.Client(base_url=live_world["braze"]["url"], headers=headers, trust_env=False) as client:
        started = client.post("/users/export/segment", json=body).json()
        live_world.advance("1m")
        response = client.get(started["url"])
    assert response.headers["Content-Type"] == "application/zip"
    assert int(response.headers["Content-Length"]) == len(response.content)
    assert lines(response.content) == [{"external_id": "ann"}]
