"""E-mail addresses: one state for all who have one."""

from __future__ import annotations

from stampcard.client import WorldClient
from tests.braze.calls import bearer, exported, track


async def test_all_profiles_of_an_address_change(world: WorldClient) -> None:
    users = [{"external_id": name, "email": "a@example.com"} for name in ("ann", "bob")]
    await world.setup({"braze": {"users": users}})
    body = {"email": "A@example.com", "subscription_state": "opted_in"}
    await world.braze.post("/email/status", json=body, headers=bearer(world.braze))
    assert [(await exported(world.braze, name))["email_subscribe"] for name in ("ann", "bob")] == ["opted_in"] * 2


async def test_a_state_waits_for_whoever_gets_the_address(world: WorldClient) -> None:
    body = {"email": "a@example.com", "subscription_state": "unsubscribed"}
    await world.braze.post("/email/status", json=body, headers=bearer(world.braze))
    await track(world.braze, attributes=[{"external_id": "ann", "email": "a@example.com"}])
    assert (await exported(world.braze, "ann"))["email_subscribe"] == "unsubscribed"


async def test_an_unsubscribe_by_attribute_is_listed_until_it_is_taken_back(world: WorldClient) -> None:
    async def listed() -> list[str]:
        response = await world.braze.get("/email/unsubscribes?email=a@example.com", headers=bearer(world.braze))
        return [row["email"] for row in response.json()["emails"]]

    ann = {"external_id": "ann", "email_subscribe": "unsubscribed", "email": "a@example.com"}
    await track(world.braze, attributes=[ann])
    assert await listed() == ["a@example.com"]
    await track(world.braze, attributes=[ann | {"email_subscribe": "opted_in"}])
    assert await listed() == []


async def test_unsubscribes_come_newest_first_unless_asked(world: WorldClient) -> None:
    for email in ("a@example.com", "b@example.com"):
        body = {"email": email, "subscription_state": "unsubscribed"}
        await world.braze.post("/email/status", json=body, headers=bearer(world.braze))
        await world.advance("1s")
    query = {"start_date": "2026-01-01", "end_date": "2026-02-01", "limit": 1}
    newest = await world.braze.get("/email/unsubscribes", params=query, headers=bearer(world.braze))
    oldest = await world.braze.get(
        "/email/unsubscribes", params=query | {"sort_direction": "asc"}, headers=bearer(world.braze)
    )
    assert [r.json()["emails"][0]["email"] for r in (newest, oldest)] == ["b@example.com", "a@example.com"]
