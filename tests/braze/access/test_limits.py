"""Rate limits on the virtual clock."""

from __future__ import annotations

import re

import httpx
import pytest

from stampcard.braze.access.limits import BUCKETS, UNLIMITED, bucket_of
from stampcard.client import WorldClient
from stampcard.core.contract import Operation, load
from tests.braze.calls import bearer, workspace


async def used_up(world: WorldClient) -> httpx.Response:
    """The answer to one call more than the export's limit of 250 a minute."""
    body = {"external_ids": ["ann"], "fields_to_export": ["email"]}
    for _ in range(250):
        response = await world.braze.post("/users/export/ids", json=body, headers=bearer(world.braze))
        assert response.status_code == 201
    assert response.headers["X-RateLimit-Remaining"] == "0"
    return await world.braze.post("/users/export/ids", json=body, headers=bearer(world.braze))


async def test_a_world_counts_and_warns(world: WorldClient) -> None:
    response = await used_up(world)
    assert response.status_code == 201
    assert response.headers["X-Stampcard-Diagnostics"] == "rate-limit"


async def test_an_enforcing_world_refuses_until_the_window_ends(world: WorldClient) -> None:
    await world.setup({"braze": {"switches": {"rate_limits": "enforce"}}})
    response = await used_up(world)
    assert (response.status_code, response.json()) == (429, {"message": "Rate limited"})
    assert response.headers["X-RateLimit-Reset"] == "1768467660"
    await world.advance("1m")
    body = {"external_ids": ["ann"], "fields_to_export": ["email"]}
    response = await world.braze.post("/users/export/ids", json=body, headers=bearer(world.braze))
    assert (response.status_code, response.headers["X-RateLimit-Remaining"]) == (201, "249")


async def test_operations_of_one_bucket_share_it(world: WorldClient) -> None:
    await world.braze.get("/events", headers=bearer(world.braze))
    response = await world.braze.get("/events/list", headers=bearer(world.braze))
    assert response.headers["X-RateLimit-Remaining"] == "998"


async def test_translations_have_words_of_their_own(world: WorldClient) -> None:
    await world.setup({"braze": {"switches": {"rate_limits": "enforce"}}})
    workspace(world).buckets["translations"] = (1768467600, 250_000)
    response = await world.braze.get("/templates/email/translations/?template_id=x", headers=bearer(world.braze))
    message = "You have exceeded the maximum number of requests. Please try again later."
    assert (response.status_code, response.json()) == (429, {"errors": [{"message": message}]})


LIMITED = [
    operation
    for operation in load("braze")
    if operation.emulation != "none"
    and operation.extra.get("auth", "rest") == "rest"
    and bucket_of(operation.extra) != UNLIMITED
]


@pytest.mark.parametrize("operation", LIMITED, ids=lambda operation: operation.id)
async def test_every_operation_is_refused_when_its_bucket_is_used_up(world: WorldClient, operation: Operation) -> None:
    await world.setup({"braze": {"switches": {"rate_limits": "enforce"}}})
    limit, seconds = BUCKETS[bucket_of(operation.extra)]
    workspace(world).buckets[bucket_of(operation.extra)] = (1768467600 // seconds * seconds, limit)
    path = re.sub(r"\{\w+\}", "x", operation.path)
    response = await world.braze.request(operation.method, path, headers=bearer(world.braze))
    assert response.status_code == 429
    assert (response.headers["X-RateLimit-Limit"], response.headers["X-RateLimit-Remaining"]) == (str(limit), "0")
