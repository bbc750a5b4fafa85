"""Every event this vendor sends fits its description in contracts/punchh/webhooks.yaml."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from stampcard.client import WorldClient
from stampcard.core.errors import DeliveryFault
from stampcard.punchh import campaigns, coupons, events, rewards
from stampcard.punchh.records import Guest
from stampcard.punchh.state import Business
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR
from tests.punchh.webhooks.test_webhook import hook, sent

FAMILIES = """users checkins redemptions rewards coupons user_coupon_redemptions redeemables
    transactional_notifications marketing_notifications""".split()
FRIES = 132
KINDS = ("sign_up", "post_checkin_offer", "birthday", "recall", "referral", "coupon", "profile_update")


def program(**more: Any) -> dict[str, Any]:
    gifts = [{"name": kind, "type": kind, "points": 5, "status": "draft"} for kind in KINDS]
    codes = [
        {"name": kind, "type": "coupon", "redeemable": "Fries", "settings": {"coupon_type": kind}, "status": "draft"}
        for kind in ("unlock", "discount")
    ]
    place = {"id": 9, "name": "Main Street", "store_number": "1"}
    redeemables = [{"id": FRIES, "name": "Fries", "expiry_days": 30, "points": 10}]
    return {"punchh": {"redeemables": redeemables, "campaigns": gifts + codes, "locations": [place], **more}}


async def start(world: WorldClient, api: Api, **switches: Any) -> tuple[Business, Guest, str]:
    """A guest, and a webhook for everything."""
    await world.faults({"host": "api.voucherify.io", "status": 200})
    await world.setup(program(**switches))
    await world.setup(hook(events=FAMILIES, auth="hmac_sha256", secret="s", client_name="us"))
    number, token = await api.sign_up(**PAIR)
    assert world.inside is not None
    business: Business = world.inside.tenants["punchh"]
    return business, business.guests[number], token


async def names(world: WorldClient) -> set[str]:
    """The events that left, by their names in the contract."""
    found = set()
    for entry in await sent(world):
        body = entry["request"]["body"]
        if body is not None:
            kind = body["event_type"] or (body["payload"]["coupon_type"] if body["event_name"] == "coupons" else "")
            found.add(f"{body['event_name']}.{kind}" if kind else body["event_name"])
    return found


async def test_a_guest_s_day(world: WorldClient, api: Api) -> None:
    """Signs up, buys, has points turned into a reward, redeems it; the points wait, change and lapse."""
    business, guest, token = await start(world, api, program={"pending": True, "pending_minutes": 30})
    assert (await api.buy(guest.email, 500, "1001")).status_code == 200
    await world.advance("30m")
    gift = {"user_id": guest.id, "redeemable_id": FRIES, "gift_reason": "Thanks"}
    await api.send("POST", "/api2/dashboard/users/support", gift)
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": guest.id, "gift_count": 7, "gift_reason": "x"})
    await world.settle()
    [reward] = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["rewards"]
    asked = await api.send("POST", "/api2/mobile/redemptions/reward", {"reward_id": reward["reward_id"]}, token)
    assert asked.status_code == 200, asked.text
    wanted = {"users", "checkins.loyalty", "checkins.gift", "rewards", "redemptions"}
    wanted |= {"transactional_notifications.user_signup", "transactional_notifications.pending_checkin"}
    assert await names(world) >= wanted


LAPSED = {
    "expiring_date": "2026-02-01",
    "expiring_until_date": "2026-02-01",
    "post_expiration_balance": 0,
    "remaining_days": 0,
}


def notified(kind: str) -> Callable[[Business, Guest], Any]:
    """A campaign's marketing notification."""
    return lambda business, guest: campaigns.notify(
        business, named(business, kind), guest, given(business, guest), 5, {"checkin_id": 1}, cause=None
    )


MADE: dict[str, Callable[[Business, Guest], Any]] = {
    "transactional_notifications.update_checkin": lambda business, guest: events.update_checkin(
        business, guest, guest.checkins[0], 3.5, cause=None
    ),
    "transactional_notifications.checkin_void": lambda business, guest: events.checkin_void(
        business, guest, guest.checkins[0], cause=None
    ),
    "transactional_notifications.points_to_reward": lambda business, guest: events.points_to_reward(
        business, guest, 5.0, cause=None
    ),
    "transactional_notifications.bumped_membership_level": lambda business, guest: events.bumped_level(
        business, guest, None, "Gold", cause=None
    ),
    "transactional_notifications.points_expiry": lambda business, guest: events.points_expiry(
        business, guest, "points_expiry", 5, LAPSED, cause=None
    ),
    "transactional_notifications.points_expiry_reminder": lambda business, guest: events.points_expiry(
        business, guest, "points_expiry_reminder", 5, LAPSED, cause=None
    ),
    "transactional_notifications.reward_notification": lambda business, guest: events.reward_notification(
        business, guest, given(business, guest), cause=None
    ),
    "transactional_notifications.reward_expiry_reminder": lambda business, guest: events.reward_expiry_reminder(
        business, guest, given(business, guest), cause=None
    ),
    "redeemables": lambda business, guest: events.redeemable(
        business, business.redeemables[FRIES], "update", cause=None
    ),
    "coupons.unlock": lambda business, guest: coupons.issue(business, named(business, "unlock"), guest, cause=None),
    "coupons.discount": lambda business, guest: coupons.issue(business, named(business, "discount"), guest, cause=None),
    "user_coupon_redemptions": lambda business, guest: coupons.honour(
        business, guest, coupons.issue(business, named(business, "discount"), guest, cause=None), {}, 2.0, cause=None
    ),
    **{f"marketing_notifications.{campaigns.NOTIFICATIONS[kind]}": notified(kind) for kind in KINDS},
}
"""How each of the other events comes about."""


def named(business: Business, name: str) -> Any:
    return next(campaign for campaign in business.campaigns.values() if campaign.name == name)


def given(business: Business, guest: Guest) -> Any:
    return rewards.give(business, guest, business.redeemables[FRIES], {}, cause=None)


@pytest.mark.parametrize("name", MADE)
async def test_an_event_fits_its_description(world: WorldClient, api: Api, name: str) -> None:
    business, guest, _ = await start(world, api)
    await api.buy(guest.email, 20, "1001")
    await world.settle()
    before = await names(world)
    MADE[name](business, guest)
    assert name in await names(world) and name not in before


def test_what_is_said_to_be_sent_is_sent_here(world: WorldClient) -> None:
    assert world.inside is not None
    described = world.inside.events["punchh"]
    elsewhere = {"users", "checkins.loyalty", "checkins.gift", "rewards", "redemptions", "braze_adapter"}
    elsewhere |= {"transactional_notifications.user_signup", "transactional_notifications.pending_checkin"}
    assert {name for name, event in described.items() if event.emulation == "emitted"} == MADE.keys() | elsewhere


async def test_an_event_off_its_description_is_a_fault_and_not_sent(world: WorldClient, api: Api) -> None:
    business, guest, _ = await start(world, api)
    await world.settle()
    before = len(await sent(world))
    events.publish(business, "rewards", "", "create", lambda: {"name": "Fries"}, guest=guest, cause=None)
    assert world.inside is not None
    with pytest.raises(Exception, match="fault"):
        await world.settle()
    [entry] = [entry for entry in world.inside.journal if entry.id in world.inside.faults_of_ours]
    world.inside.faults_of_ours.clear()
    assert DeliveryFault.__name__ in entry.error and "is a required property" in entry.error
    assert len(await sent(world)) == before
    assert [made.state for made in business.webhooks["raw"].deliveries][-1] == "failed"
