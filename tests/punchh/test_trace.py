"""The trace: for every kind of campaign, why a guest did or did not get its gift."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.test_campaigns import trace

SOON = "2026-01-15T10:00:00Z"
FRIES = {"id": 132, "name": "Fries"}
Trigger = Callable[[WorldClient, Api], Awaitable[None]]


async def sign_up(world: WorldClient, api: Api) -> None:
    await api.sign_up(birthday="1990-02-10")


async def waits(world: WorldClient, api: Api) -> None:
    await sign_up(world, api)
    await world.advance("2h")


async def waits_long(world: WorldClient, api: Api) -> None:
    await sign_up(world, api)
    await world.advance("31d")


async def buys(world: WorldClient, api: Api) -> None:
    await sign_up(world, api)
    await api.buy("ada@example.com", 10, "t1")


async def changes(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    await api.send("PUT", "/api2/mobile/users", {"user": {"city": "Lille"}}, token)


async def refers(world: WorldClient, api: Api) -> None:
    """Bob brings Ada, whose purchase pays both."""
    _, token = await api.sign_up("bob@example.com")
    code = (await api.send("GET", "/api2/mobile/users/profile", None, token)).json()["user"]["referral_code"]
    await api.sign_up(invite_code=code)
    await api.buy("ada@example.com", 10, "t1")


KINDS: dict[str, tuple[dict[str, Any], Trigger]] = {
    "sign_up": ({}, sign_up),
    "mass_offer": ({"start": SOON}, waits),
    "recurring_mass_offer": ({"settings": {"at": "10:00"}}, waits),
    "post_checkin_offer": ({}, buys),
    "post_checkin_message": ({}, buys),
    "birthday": ({"settings": {"at": "10:00"}}, waits_long),
    "recall": ({"settings": {"at": "10:00"}}, waits_long),
    "referral": ({}, refers),
    "coupon": ({"start": SOON, "settings": {"coupon_type": "unlock"}}, waits),
    "profile_update": ({}, changes),
    "challenge": ({}, buys),
}
GIFTS = {
    "post_checkin_message": "guest {} gets a message",
    "coupon": "guest {} gets a code",
    "challenge": "guest {} gets 5 points",
}


def campaign(kind: str, **more: Any) -> dict[str, Any]:
    settings, _ = KINDS[kind]
    gift = {} if kind == "post_checkin_message" else {"points": 5}
    return {"name": "Gift", "type": kind, **gift, **settings, **more}


async def play(world: WorldClient, api: Api, kind: str, **more: Any) -> list[str]:
    """The decisions about Ada."""
    await world.setup({"punchh": {"business": {"challenges": True}, "segments": [{"name": "VIP"}]}})
    await world.setup({"punchh": {"campaigns": [campaign(kind, **more)]}})
    _, trigger = KINDS[kind]
    await trigger(world, api)
    await world.settle()
    assert world.inside is not None
    number = world.inside.tenants["punchh"].by_email["ada@example.com"].id
    return [line.replace(str(number), "ada") for line in await trace(world) if str(number) in line]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_gift_is_told(world: WorldClient, api: Api, kind: str) -> None:
    wanted = GIFTS.get(kind, "guest {} gets 5 points").format("ada")
    assert (await play(world, api, kind))[0] == f"Gift: {wanted}"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "challenge"])
async def test_outside_the_segment(world: WorldClient, api: Api, kind: str) -> None:
    """Those that run over an audience have nobody to decide about; all others say it of the guest."""
    told = await play(world, api, kind, segment="VIP")
    mass = kind in ("mass_offer", "recurring_mass_offer", "coupon")
    assert told[:1] == ([] if mass else ["Gift: no gift for guest ada, not in segment VIP"])


@pytest.mark.parametrize("kind", KINDS)
async def test_a_draft_decides_about_nobody(world: WorldClient, api: Api, kind: str) -> None:
    assert await play(world, api, kind, status="draft") == []


async def delayed(world: WorldClient, api: Api, change: dict[str, Any], **more: Any) -> list[str]:
    """What is decided when something changes between the sign-up and the end of the run delay."""
    row = campaign("sign_up", run_delay_minutes=10, **more)
    await world.setup({"punchh": {"campaigns": [row]}})
    number, _ = await api.sign_up()
    await world.setup({"punchh": change})
    await world.advance("10m")
    return [line.replace(str(number), "ada") for line in await trace(world)]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"campaigns": [campaign("sign_up", run_delay_minutes=10, status="draft")]}, "the campaign is not active"),
        ({"guests": [{"email": "ada@example.com", "status": "banned"}]}, "the account is banned"),
        ({"guests": [{"email": "ada@example.com", "status": "deactivated"}]}, "the account is deactivated"),
        (
            {"guests": [{"email": "ada@example.com", "guest_type": "eClub"}]},
            "no loyalty member, but a guest of type eClub",
        ),
    ],
)
async def test_what_has_changed_by_the_time_it_runs(
    world: WorldClient, api: Api, change: dict[str, Any], why: str
) -> None:
    assert await delayed(world, api, change) == [f"Gift: no gift for guest ada, {why}"]


async def test_a_segment_that_is_gone(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"id": 5, "name": "VIP"}]}})
    await world.setup({"punchh": {"campaigns": [campaign("sign_up", run_delay_minutes=10, segment="VIP")]}})
    number, _ = await api.sign_up()
    await api.send("DELETE", "/api2/dashboard/custom_segments", {"custom_segment_id": 5})
    await world.advance("10m")
    assert await trace(world) == [f"Gift: no gift for guest {number}, segment 5 is gone"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"minimum_amount": 20}, "the receipt of 10.0 is under 20"),
        ({"menu_item": "Tea"}, "no Tea on the receipt"),
        ({"every_visits": 2}, "visit 1 is not one of every 2"),
    ],
)
async def test_what_a_purchase_lacks(world: WorldClient, api: Api, settings: dict[str, Any], why: str) -> None:
    assert await play(world, api, "post_checkin_offer", settings=settings) == [f"Gift: no gift for guest ada, {why}"]


async def test_the_limit_of_gifts(world: WorldClient, api: Api) -> None:
    await play(world, api, "post_checkin_offer", settings={"max_gifts_per_guest": 1})
    await api.buy("ada@example.com", 10, "t2")
    await world.settle()
    assert (await trace(world))[-1].endswith("got this campaign's gift 1 time(s) already")


async def test_a_redeemable_that_is_taken_away(world: WorldClient, api: Api) -> None:
    """It stays in the accounts that have it, and is given to nobody else."""
    await world.setup({"punchh": {"redeemables": [FRIES]}})
    row = campaign("sign_up", redeemable="Fries", points=0, run_delay_minutes=10)
    await world.setup({"punchh": {"campaigns": [row]}})
    number, _ = await api.sign_up()
    await world.setup({"punchh": {"redeemables": [{**FRIES, "active": False}]}})
    await world.advance("10m")
    assert await trace(world) == [f"Gift: no gift for guest {number}, Fries is deactivated"]


async def test_a_redeemable_that_has_ended(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{**FRIES, "end_time": "2026-01-15T09:05:00Z"}]}})
    row = campaign("sign_up", redeemable="Fries", points=0, run_delay_minutes=10)
    await world.setup({"punchh": {"campaigns": [row]}})
    number, _ = await api.sign_up()
    await world.advance("10m")
    assert await trace(world) == [f"Gift: no gift for guest {number}, Fries has ended"]


async def test_a_check_in_that_waits(world: WorldClient, api: Api) -> None:
    """It sets nothing off until it counts; a decision that comes late says in what state it found it."""
    await world.setup({"punchh": {"campaigns": [campaign("post_checkin_offer")]}})
    number, token = await api.sso_sign_up("ada@example.com")
    await api.order(token, 10, "o1", state="pending")
    await world.settle()
    assert await trace(world) == []
    await api.order(token, 10, "o1", "PUT")
    await world.settle()
    assert await trace(world) == [f"Gift: guest {number} gets 5 points"]
