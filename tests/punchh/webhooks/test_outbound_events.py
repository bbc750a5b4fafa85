"""Every event the vendor publishes leaves, from the change of state that causes it, with the published members."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from stampcard.client import WorldClient
from tests.contracts.test_index import CATALOGUE
from tests.punchh.calls import Api
from tests.punchh.test_redemptions import receipt

NAMES = """users checkins redemptions rewards coupons user_coupon_redemptions redeemables transactional_notifications
    marketing_notifications""".split()
KIND = {
    "coupon_unlock": ("coupon_type", "unlock"),
    "coupon_discount": ("coupon_type", "discount"),
}
"""Events of one name and type that a member of the payload tells apart."""

PROGRAM: dict[str, Any] = {
    "points_conversion_type": "none",
    "levels": [{"id": 1, "name": "Gold", "points": 60}],
    "rolling_expiry_days": 40,
    "expiry_reminder_days": 5,
    "reward_reminder_days": 2,
    "receipt_update_minutes": 60,
}
REDEEMABLES = [{"id": 132, "name": "Fries", "expiry_days": 10}, {"id": 133, "name": "Cola", "points": 5}]


def campaigns() -> list[dict[str, Any]]:
    start = {"start": "2026-01-15T09:30:00Z"}
    gift = {"points": 5}
    return [
        {"name": "Welcome", "type": "sign_up", "redeemable": "Fries"},
        {"name": "Back", "type": "recall", **gift, "settings": {"inactive_days": 20}},
        {"name": "Profile", "type": "profile_update", **gift, "settings": {"needs_approval": True}},
        {"name": "Birthday", "type": "birthday", **gift, "settings": {"reward_in_month_of_sign_up": True}},
        {"name": "Friend", "type": "referral", **gift},
        {"name": "Unlock", "type": "coupon", **gift, **start, "settings": {"coupon_type": "unlock"}},
        {"name": "Discount", "type": "coupon", **start, "settings": {"coupon_type": "discount", "flat_discount": 1}},
        {"name": "Club", "type": "challenge", **gift, "settings": {"steps": 1}},
        {"name": "Visit", "type": "post_checkin_offer", **gift},
        {"name": "Thanks", "type": "post_checkin_message"},
    ]


async def published(world: WorldClient, since: int = 0) -> list[dict[str, Any]]:
    """The bodies that reached the webhook."""
    await world.settle()
    return [
        {**entry["request"]["body"], "cause": entry["cause"]}
        for entry in await world.journal()
        if entry["kind"] == "call"
        and entry["request"]["url"].endswith("/hooks")
        and entry["request"]["method"] == "POST"
    ]


async def set_up(world: WorldClient, **more: Any) -> None:
    await world.faults({"host": "api.voucherify.io", "status": 200})
    hook = {"name": "raw", "url": "https://api.voucherify.io/hooks", "events": NAMES}
    business = {"webhook_management": True, "challenges": True}
    await world.setup({"punchh": {"business": business, "webhooks": [hook]}})
    await world.setup({"punchh": {"program": PROGRAM, "redeemables": REDEEMABLES, **more}})


async def a_life(world: WorldClient, api: Api) -> None:
    """Two guests, from sign-up to the end."""
    await set_up(world, campaigns=campaigns())
    ada, mobile = await api.sign_up(birthday="1990-01-16")
    profile = (await api.send("GET", "/api2/mobile/users/profile", None, mobile)).json()
    code = profile["user"]["referral_code"]
    bob, _ = await api.sign_up("bob@example.com", invite_code=code)
    await api.send("PUT", "/api2/mobile/users", {"user": {"first_name": "Augusta"}}, mobile)
    await api.buy("ada@example.com", 70, "t1")
    await api.buy("bob@example.com", 10, "t2")
    login = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    sso = (await api.send("POST", "/api/auth/customers/sign_in", login)).json()["authentication_token"]
    await api.order(sso, 10, "o1", state="pending")
    await api.order(sso, 10, "o2", state="pending")
    await api.order(sso, 12, "o1", "PUT")
    await api.send("DELETE", "/api/auth/checkins", {"external_uid": "o2"}, sso)
    await world.advance("1h")
    await approve(world)
    await coupons(world, api, mobile)
    made = (await api.send("POST", "/api2/mobile/redemptions/redeemable", {"redeemable_id": 133}, mobile)).json()
    used = receipt(discount_type="redemption_code", redemption_code=made["redemption_tracking_code"])
    await api.send("POST", "/api/pos/redemptions", used)
    await world.setup({"punchh": {"redeemables": [{"id": 133, "name": "Cola", "points": 6}]}})
    await world.setup({"punchh": {"redeemables": [{"id": 133, "name": "Cola", "deleted": True}]}})
    await world.advance("42d")
    await world.setup({"punchh": {"switches": {"events_for_deleted_guests": True, "deletion_days": 1}}})
    await api.send("DELETE", "/api2/mobile/users", None, mobile, user_agent="iPhone")
    await world.advance("2d")
    assert ada != bob


async def approve(world: WorldClient) -> None:
    """An admin approves the points that wait."""
    assert world.inside is not None
    guest = world.inside.tenants["punchh"].by_email["ada@example.com"]
    (number,) = [checkin.id for checkin in guest.checkins if checkin.state == "unapproved"]
    await world.setup({"punchh": {"approvals": [{"checkin_id": number}]}})


async def coupons(world: WorldClient, api: Api, mobile: str) -> None:
    """Use both codes that the coupon campaigns have given."""
    assert world.inside is not None
    business = world.inside.tenants["punchh"]
    guest = business.by_email["ada@example.com"]
    by_type = {business.coupons[code].type: code for code in guest.coupons}
    await api.send("POST", "/api2/mobile/coupons", {"code": by_type["unlock"]}, mobile)
    body = receipt(discount_type="redemption_code", redemption_code=by_type["discount"], email="ada@example.com")
    await api.send("POST", "/api/pos/redemptions", body)


async def conversions(world: WorldClient, api: Api) -> None:
    """Programs in which points become money, and rewards."""
    for kind, more in (("currency", {}), ("rewards", {"conversion_redeemable_id": 132})):
        await world.setup({"punchh": {"program": {"type": "points", "points_conversion_type": kind, **more}}})
        await api.sign_up(f"{kind}@example.com")
        await api.buy(f"{kind}@example.com", 150, f"c-{kind}")


async def visits(world: WorldClient, api: Api) -> None:
    """A program that counts visits, which lapse."""
    program = {"type": "visits", "rolling_expiry_days": 10, "expiry_reminder_days": 3}
    await world.setup({"punchh": {"program": program}})
    await api.sign_up("vera@example.com")
    await api.buy("vera@example.com", 10, "v-1")
    await world.advance("9d")


def members(event: dict[str, Any], coupon: dict[str, Any]) -> set[str]:
    """The names of members on the top level: `user` of `user: @event_user`, `rows` of `rows[]{a,b}`."""
    fields = event["payload_fields"]
    if fields == ["same family of members as coupons plus user_coupon_redemption_id"]:
        return members(coupon, coupon) | {"user_coupon_redemption_id"}
    return {match[0] for field in fields if (match := re.match(r"\w+", field))}


async def test_all_published_events_leave_with_their_members(world: WorldClient, api: Api) -> None:
    file = CATALOGUE / "punchh" / "endpoints.yaml"
    if not file.is_file():
        pytest.skip("no catalogue of the vendor's events on this machine")
    catalogue = yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader)["outbound_events"]
    await a_life(world, api)
    await conversions(world, api)
    await visits(world, api)
    told = await published(world)

    coupon = next(event for event in catalogue if event["key"] == "coupon_unlock")
    lacking = []
    for event in catalogue:
        member, value = KIND.get(event["key"], ("", None))
        own = [
            body
            for body in told
            if body["event_name"] == event["event_name"] and body["event_type"] == (event["event_type"] or "")
            if not member or body["payload"][member] == value
        ]
        lacking += [f"{event['key']}: {action}" for action in event["actions"] if not _acted(own, action)]
        for body in own:
            if missing := members(event, coupon) - body["payload"].keys():
                lacking.append(f"{event['key']}: no {', '.join(sorted(missing))}")
                break
    assert lacking == []
    assert len(catalogue) == 28


def _acted(bodies: list[dict[str, Any]], action: str) -> bool:
    return any(body["action"] == action for body in bodies)


async def test_every_event_has_a_cause_that_is_a_call_or_a_job(world: WorldClient, api: Api) -> None:
    """Walked back from the delivery, each event ends at a call, at the setup or at a schedule."""
    await a_life(world, api)
    entries = {entry["id"]: entry for entry in await world.journal()}
    ends = set()
    for entry in entries.values():
        if (entry["operation"] or "").startswith("event "):
            while entry["cause"] is not None:
                entry = entries[entry["cause"]]
            ends.add(entry["kind"] if entry["kind"] == "call" else entry["operation"])
    assert ends <= {"call", "dashboard", "rolling expiry", "campaign run", "approval"}
