"""Friend referral: the invitation, and the points once the friend buys."""

from __future__ import annotations

from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import event, profile


async def set_up(world: WorldClient, **more: Any) -> None:
    rule = {"friend_referral": {"points": 50, **more.pop("rule", {})}}
    await world.setup({"antavo": {"members": [{"id": "ann"}], **rule, **more}})


def rows(world: WorldClient, customer: str = "ann") -> list[tuple[str, Any]]:
    found = world.inside.tenants["antavo"].customers[customer].events
    return [(row.action, row.data.get("referred")) for row in found]


async def buy(world: WorldClient, number: str) -> None:
    response = await event(world.antavo, "checkout", {"transaction_id": number, "total": 0}, customer="bo")
    assert response.status_code == 200, response.text


async def test_an_opt_in_with_a_referrer_is_told_to_the_referrer(world: WorldClient) -> None:
    await set_up(world)

    response = await event(world.antavo, "opt_in", {"first_name": "Bo", "referrer": "ann"}, customer="bo")

    assert (response.status_code, response.json()["events"]) == (200, [])
    assert rows(world) == [("referral", "bo")]
    assert rows(world, "bo") == [("opt_in", None)]


async def test_the_first_purchase_of_a_friend_earns_the_referrer_points(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "opt_in", {"referrer": "ann"}, customer="bo")

    await buy(world, "T1")
    await buy(world, "T2")

    assert (await profile(world.antavo))["score"] == 50
    assert rows(world) == [("referral", "bo"), ("referral_points", "bo")]


async def test_every_purchase_may_count(world: WorldClient) -> None:
    await set_up(world, rule={"purchases": "all"})
    await event(world.antavo, "opt_in", {"referrer": "ann"}, customer="bo")

    await buy(world, "T1")
    await buy(world, "T2")

    assert (await profile(world.antavo))["score"] == 100


async def test_a_pending_purchase_counts_when_it_is_accepted(world: WorldClient) -> None:
    await set_up(world, points={"pending": {"type": "manual"}})
    await event(world.antavo, "opt_in", {"referrer": "ann"}, customer="bo")

    await buy(world, "T1")
    before = (await profile(world.antavo))["score"]
    await event(world.antavo, "checkout_accept", {"transaction_id": "T1"}, customer="bo")

    assert (before, (await profile(world.antavo))["score"]) == (0, 50)


async def test_nobody_is_told_of_an_unknown_referrer(world: WorldClient) -> None:
    await set_up(world)

    response = await event(world.antavo, "opt_in", {"referrer": "nobody"}, customer="bo")

    assert response.status_code == 200
    assert "unknown-referrer" in response.headers["x-stampcard-diagnostics"]
    assert rows(world) == []


async def test_a_referral_may_be_sent_as_an_event(world: WorldClient) -> None:
    await set_up(world)
    await event(world.antavo, "opt_in", customer="bo")

    sent = await event(world.antavo, "referral", {"referred": "bo"})
    await buy(world, "T1")

    assert sent.status_code == 200
    assert (await profile(world.antavo))["score"] == 50


@pytest.mark.parametrize("name", ["nobody", "ann"])
async def test_a_referral_of_nobody_or_oneself_is_refused(world: WorldClient, name: str) -> None:
    await set_up(world)

    response = await event(world.antavo, "referral", {"referred": name})

    assert (response.status_code, response.json()["error"]["code"]) == (404, 160212)
    assert rows(world) == []


async def test_referral_points_are_the_engines_own(world: WorldClient) -> None:
    await set_up(world)

    assert (await event(world.antavo, "referral_points", {"points": 900})).status_code == 400
    assert (await profile(world.antavo))["score"] == 0
