"""Prize wheels: what a spin costs, wins and refuses."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call, profile

SPIN = "/customers/ann/prize-wheels/w"


def option(name: str, kind: str, weight: float = 100, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "label": name, "weight": weight, "win_text": f"{name}!", **more}


async def set_up(
    world: WorldClient, *options: dict[str, Any], wheel: dict[str, Any] | None = None, **more: Any
) -> None:
    found = {"id": "w", "name": "Wheel", "points": 30, "options": list(options), **(wheel or {})}
    await world.setup({"antavo": {"members": [{"id": "ann", "points": 100}], "prize_wheels": [found], **more}})


async def spin(world: WorldClient) -> httpx.Response:
    return await call(world.antavo, "POST", SPIN, at=world.inside.clock.now)


async def test_a_spin_costs_its_points(world: WorldClient) -> None:
    await set_up(world, option("none", "empty"))

    body = (await spin(world)).json()

    assert (body["id"], body["type"], body["win_text"], body["weight"]) == ("none", "empty", "none!", 100)
    assert body["_actions"] == {"enter": {"method": "POST", "url": SPIN}}
    row = world.inside.tenants["antavo"].customers["ann"].events[-1]
    assert (row.action, row.points, row.data["slice"]) == ("wheel_spin", -30, "none")
    assert (await profile(world.antavo))["spendable"] == 70


async def test_points_that_are_won_are_points_earned(world: WorldClient) -> None:
    await set_up(world, option("fifty", "points", points=50))

    await spin(world)

    member = await profile(world.antavo)
    assert (member["score"], member["spent"], member["spendable"]) == (150, 30, 120)
    spun, won = world.inside.tenants["antavo"].customers["ann"].events[-2:]
    assert (won.action, won.points, won.parent) == ("wheel_win", 50, spun.id)


async def test_a_reward_that_is_won_is_claimed_at_its_link(world: WorldClient) -> None:
    await set_up(world, option("gift", "reward", reward="mug"), rewards=[{"id": "mug", "name": "Mug"}])

    body = (await spin(world)).json()
    claim = await call(world.antavo, "POST", body["_actions"]["claim"]["url"])

    assert (claim.status_code, claim.json()["spent"]) == (200, 0)
    assert world.inside.tenants["antavo"].customers["ann"].claims["mug"].count == 1


@pytest.mark.parametrize(
    ("reward", "kind", "code", "message"),
    [
        ({"max_claims": 1}, "LockedException", 120219, "Claim temporally locked"),
        ({"coupon_pool": "p"}, "RuntimeException", 123771, "Ran out of coupons"),
    ],
)
async def test_a_reward_nobody_can_have_is_told_with_http_200(
    world: WorldClient, reward: dict[str, Any], kind: str, code: int, message: str
) -> None:
    pool = {"id": "p", "name": "P", "type": "amount", "codes": []}
    mug = {"id": "mug", "name": "Mug", **reward}
    await set_up(world, option("gift", "reward", reward="mug"), rewards=[mug], coupon_pools=[pool])
    if "max_claims" in reward:
        await call(world.antavo, "POST", "/customers/ann/activities/rewards/mug/claim")

    response = await spin(world)

    assert response.status_code == 200
    assert response.json() == {"error": {"type": kind, "code": code, "message": message}}
    assert (await profile(world.antavo))["spent"] == 0


async def test_the_time_between_two_spins(world: WorldClient) -> None:
    await set_up(world, option("none", "empty"), wheel={"repeat_interval": "1h"})

    await spin(world)
    await world.advance("43m")
    refused = await spin(world)
    await world.advance("17m")

    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "You can't spin, try again in:  17 minutes"
    assert (await spin(world)).status_code == 200


async def test_slices_come_by_their_weight(world: WorldClient) -> None:
    slices = [option("rare", "empty", 10), option("never", "empty", 0), option("often", "empty", 90)]
    await set_up(world, *slices, wheel={"points": 0})

    found = [(await spin(world)).json()["id"] for _ in range(300)]

    assert "never" not in found
    assert 10 <= found.count("rare") <= 60


async def test_the_wheel_shows_its_slices_and_rewards_when_asked(world: WorldClient) -> None:
    wheel = {"button_color": "rgb(1, 2, 3)", "main_logo": {"small": "https://example.com/s.png"}}
    gift = option("gift", "reward", reward="mug", bgcolor="red")
    await set_up(world, gift, wheel=wheel, rewards=[{"id": "mug", "name": "Mug", "points": 5}])

    plain = (await call(world.antavo, "GET", SPIN)).json()
    full = (await call(world.antavo, "GET", f"{SPIN}?fields=options.reward")).json()
    listed = (await call(world.antavo, "GET", "/customers/ann/prize-wheels")).json()

    assert (plain["button_color"], plain["main_logo"]["small"]) == ("rgb(1, 2, 3)", "https://example.com/s.png")
    assert (plain["options"][0]["bgcolor"], "reward" in plain["options"][0]) == ("red", False)
    assert full["options"][0]["reward"]["title"] == "Mug"
    assert listed == {"data": [{"id": "w", "status": "active"}], "total": 1}
