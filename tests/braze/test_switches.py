"""Readings of Braze's documents that are not the default; more are rows of tests/parity/braze/switches.yaml."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from tests.braze.calls import bearer, exported, workspace

NOW = "2026-01-15T09:00:00Z"
LARGE = {f"key{number}": "x" * 200 for number in range(300)}
"""About 60 KB."""

PURCHASE = {"external_id": "ann", "product_id": "cup", "currency": "USD", "price": 1, "time": NOW}


@pytest.mark.parametrize(("most", "status"), [(100, 201), (50, 400)])
async def test_properties_of_a_purchase_are_limited(world: WorldClient, most: int, status: int) -> None:
    await world.setup({"braze": {"switches": {"purchase_properties_kb": most}}})

    answer = await world.braze.post(
        "/users/track", json={"purchases": [{**PURCHASE, "properties": LARGE}]}, headers=bearer(world.braze)
    )

    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("value", [LARGE, [LARGE]])
@pytest.mark.parametrize(("most", "kept"), [(100, True), (50, False)])
async def test_nested_objects_are_limited(world: WorldClient, most: int, kept: bool, value: Any) -> None:
    await world.setup({"braze": {"switches": {"nested_objects_kb": most}}})

    await world.braze.post(
        "/users/track", json={"attributes": [{"external_id": "ann", "large": value}]}, headers=bearer(world.braze)
    )

    assert ("large" in workspace(world).by_external_id["ann"].custom) is kept


@pytest.mark.parametrize(("reading", "made"), [("honour_false", 3), ("update_only", 1)])
async def test_events_and_purchases_of_an_alias_make_a_profile(world: WorldClient, reading: str, made: int) -> None:
    """Attributes do so with either reading."""
    await world.setup({"braze": {"switches": {"alias_events": reading}}})
    shared = {"_update_existing_only": False, "time": NOW}
    aliases = [{"user_alias": {"alias_label": "card", "alias_name": name}} for name in "abc"]
    event = {**aliases[1], **shared, "name": "visit"}
    purchase = {**aliases[2], **shared, "product_id": "cup", "currency": "USD", "price": 1}
    attributes = {**aliases[0], "_update_existing_only": False, "points": 1}
    body = {"attributes": [attributes], "events": [event], "purchases": [purchase]}

    answer = await world.braze.post("/users/track", json=body, headers=bearer(world.braze))

    assert answer.status_code == 201
    assert len(workspace(world).by_alias) == made


@pytest.mark.parametrize(("reading", "shown"), [("longitude_first", [10.5, 60.0]), ("latitude_first", [60.0, 10.5])])
async def test_coordinates_come_in_either_order(world: WorldClient, reading: str, shown: list[float]) -> None:
    place = {"longitude": 10.5, "latitude": 60}
    await world.setup({"braze": {"switches": {"last_coordinates": reading}}})
    body = {"attributes": [{"external_id": "ann", "current_location": place}]}

    await world.braze.post("/users/track", json=body, headers=bearer(world.braze))

    assert (await exported(world.braze, "ann"))["last_coordinates"] == shown


@pytest.mark.parametrize(
    ("order", "kept"),
    [
        ("add_remove_update", [{"id": 2, "seen": True}]),
        ("as_sent", [{"id": 2, "seen": True}, {"id": 1, "name": "new"}]),
    ],
)
async def test_operations_on_an_array_of_objects_have_an_order(world: WorldClient, order: str, kept: Any) -> None:
    """Braze adds before it removes, so what is sent to replace an object is gone, too."""
    await world.setup({"braze": {"switches": {"nested_array_operations": order}}})
    pets = [{"id": 1, "name": "old"}, {"id": 2}]
    change = {
        "$update": [{"$identifier_key": "id", "$identifier_value": 2, "$new_object": {"id": 2, "seen": True}}],
        "$remove": [{"$identifier_key": "id", "$identifier_value": 1}],
        "$add": [{"id": 1, "name": "new"}],
    }

    await world.braze.post(
        "/users/track",
        json={"attributes": [{"external_id": "ann", "pets": pets}, {"external_id": "ann", "pets": change}]},
        headers=bearer(world.braze),
    )

    assert (await exported(world.braze, "ann"))["custom_attributes"]["pets"] == kept


async def test_a_transactional_send_has_its_dispatch_after_a_while(world: WorldClient) -> None:
    campaign = "00000000-0000-4000-8000-0000000000c1"
    message = {"email": {"from": "A <a@example.com>", "subject": "Hi", "body": "Hello"}}
    row = {"name": "Receipt", "id": campaign, "delivery": "transactional", "messages": message}
    await world.setup({"braze": {"switches": {"transactional_queue_seconds": 5}, "campaigns": [row]}})
    body = {"external_send_id": "order-1", "recipient": {"external_user_id": "ann"}}

    answers = []
    for _ in range(3):
        path = f"/transactional/v1/campaigns/{campaign}/send"
        answers.append(await world.braze.post(path, json=body, headers=bearer(world.braze)))
        await world.advance("3s")

    assert [answer.status_code for answer in answers] == [201, 400, 201]
    assert answers[0].json()["dispatch_id"] == answers[2].json()["dispatch_id"]


@pytest.mark.parametrize(("enforced", "statuses"), [("enforce", [200, 429]), ("count", [200, 200])])
async def test_a_limit_of_the_workspace_s_own(world: WorldClient, enforced: str, statuses: list[int]) -> None:
    await world.setup({"braze": {"api_limits": {"app_group_apps": 1}, "switches": {"rate_limits": enforced}}})
    answers = [await world.braze.get("/app_group/apps", headers=bearer(world.braze)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == statuses
    assert [answer.headers["X-RateLimit-Limit"] for answer in answers] == ["1", "1"]


@pytest.mark.parametrize(
    ("section", "pointer"),
    [
        ({"api_limits": {"users": 1}}, "/braze/api_limits/users"),
        ({"exchange_rates": {"USD": 1}}, "/braze/exchange_rates/USD"),
        ({"exchange_rates": {"EURO": 1}}, "/braze/exchange_rates/EURO"),
        (
            {"catalogs": [{"name": "a", "fields": [{"name": "id", "type": "string"}], "inventory_field": "id"}]},
            "/braze/catalogs/0/inventory_field",
        ),
    ],
    ids=str,
)
async def test_what_the_setup_cannot_mean_is_refused(world: WorldClient, section: Any, pointer: str) -> None:
    with pytest.raises(ControlRefused, match=pointer):
        await world.setup({"braze": section})


async def test_archived_campaigns_are_listed_when_asked_for(world: WorldClient) -> None:
    rows = [{"name": status, "delivery": "api", "status": status} for status in ("Active", "Archived")]
    await world.setup({"braze": {"campaigns": [row | {"messages": {"webhook": {}}} for row in rows]}})

    async def listed(query: str) -> list[str]:
        answer = await world.braze.get(f"/campaigns/list{query}", headers=bearer(world.braze))
        return [row["name"] for row in answer.json()["campaigns"]]

    assert (await listed(""), await listed("?include_archived=true")) == (["Active"], ["Active", "Archived"])
