"""User exports that take a while: started, fetched, told of, cancelled."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.braze.calls import bearer

SEGMENT = "00000000-0000-4000-8000-0000000000e1"
USERS = [
    {"external_id": "ann", "email": "ann@example.com", "custom_attributes": {"plan": "gold", "size": 40}},
    {"external_id": "bob", "custom_attributes": {"plan": "gold"}, "in_global_control_group": True},
    {"external_id": "cid", "custom_attributes": {"plan": "silver"}},
]


@pytest.fixture
async def gold(world: WorldClient) -> WorldClient:
    """A world with three users, two of them in a segment."""
    plan = {"filter": "Custom Attribute", "name": "plan", "comparison": "equals", "value": "gold"}
    segments = [{"name": "Gold", "id": SEGMENT, "filters": [plan]}]
    await world.setup({"braze": {"users": USERS, "segments": segments}})
    return world


async def start(world: WorldClient, path: str = "/users/export/segment", **body: Any) -> Any:
    what = {"segment_id": SEGMENT} if path.endswith("segment") else {}
    response = await world.braze.post(
        path, json={**what, "fields_to_export": ["external_id"], **body}, headers=bearer(world.braze)
    )
    assert response.status_code == 201, response.text
    return response.json()


async def fetched(world: WorldClient, url: str) -> list[dict[str, Any]]:
    """The users in the ZIP at an export's URL; anybody who knows it may fetch it."""
    response = await world.braze.get("/" + url.split("/", 3)[3])
    assert response.status_code == 200, response.text
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist()]
    return [json.loads(line) for text in texts for line in text.splitlines()]


async def test_a_segment_is_fetched_as_json_lines(gold: WorldClient) -> None:
    started = await start(gold, fields_to_export=["external_id", "email", "custom_attributes"])
    await gold.advance("1m")
    assert await fetched(gold, started["url"]) == [
        {"external_id": "ann", "email": "ann@example.com", "custom_attributes": {"plan": "gold", "size": 40}},
        {"external_id": "bob", "custom_attributes": {"plan": "gold"}},
    ]


async def test_custom_attributes_may_be_chosen(gold: WorldClient) -> None:
    started = await start(gold, fields_to_export=["custom_attributes"], custom_attributes_to_export=["size"])
    await gold.advance("1m")
    assert await fetched(gold, started["url"]) == [{"custom_attributes": {"size": 40}}, {"custom_attributes": {}}]


async def test_the_file_is_not_there_before_the_job_is_done_nor_long_after(gold: WorldClient) -> None:
    path = "/" + (await start(gold))["url"].split("/", 3)[3]
    assert (await gold.braze.get(path)).status_code == 404
    await gold.advance("1m")
    assert (await gold.braze.get(path)).status_code == 200
    await gold.advance("5h")
    assert (await gold.braze.get(path)).status_code == 404


async def test_a_large_export_comes_in_several_files(world: WorldClient) -> None:
    users = [{"external_id": f"u{n}"} for n in range(5001)]
    await world.setup({"braze": {"users": users, "segments": [{"name": "All", "id": SEGMENT}]}})
    started = await start(world)
    await world.advance("1m")
    response = await world.braze.get("/" + started["url"].split("/", 3)[3])
    names = zipfile.ZipFile(io.BytesIO(response.content)).namelist()
    assert names == [f"{started['object_prefix']}/users-000{n}.txt" for n in (0, 1)]


async def test_the_callback_is_told_of_the_url(gold: WorldClient) -> None:
    started = await start(gold, callback_endpoint="https://rest.iad-01.braze.com/nobody/listens")
    await gold.advance("1m")
    (entry,) = [e for e in await gold.journal() if e.get("request", {}).get("url", "").endswith("/nobody/listens")]
    assert entry["request"]["body"] == {"success": True, "url": started["url"]}


async def test_one_export_of_a_segment_runs_at_a_time(gold: WorldClient) -> None:
    await start(gold)
    response = await gold.braze.post("/users/export/segment", json={"segment_id": SEGMENT}, headers=bearer(gold.braze))
    assert (response.status_code, response.json()) == (429, {"message": "An export is already in progress"})
    await gold.advance("1m")
    await start(gold)


async def test_a_cancelled_export_never_gets_ready(gold: WorldClient) -> None:
    path = "/" + (await start(gold))["url"].split("/", 3)[3]
    response = await gold.braze.post("/export/segment/cancel", json={"segment_id": SEGMENT}, headers=bearer(gold.braze))
    assert response.json() == {"message": "success"}
    await gold.advance("1m")
    assert (await gold.braze.get(path)).status_code == 404
    await start(gold)


async def test_the_control_group_shows_nothing_that_was_sent(gold: WorldClient) -> None:
    fields = ["external_id", "email_subscribe", "total_revenue"]
    started = await start(gold, "/users/export/global_control_group", fields_to_export=fields)
    await gold.advance("1m")
    assert await fetched(gold, started["url"]) == [{"external_id": "bob", "total_revenue": 0.0}]


async def test_worlds_do_not_see_each_others_files(gold: WorldClient) -> None:
    response = await gold.braze.get("/stampcard/exports/none.zip")
    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    "change", [{"segment_id": "x"}, {"output_format": "gzip"}, {"custom_attributes_to_export": "a"}]
)
async def test_bad_exports_are_refused(gold: WorldClient, change: dict[str, Any]) -> None:
    body = {"segment_id": SEGMENT, "fields_to_export": ["email"], **change}
    response = await gold.braze.post("/users/export/segment", json=body, headers=bearer(gold.braze))
    assert (response.status_code, response.json()) == (400, {"message": "Bad Request"})
