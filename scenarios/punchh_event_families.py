"""The seven event families of the adapter reach Braze; only those that were chosen leave. [P8]

One guest lives through all of them: signs up, buys, is given points, a message and a reward, and redeems it. Guest
writes attributes; each of the others is a custom event of the guest whose `external_source_id` is the `external_id`.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

FAMILIES = [
    "Guest",
    "Loyalty Check-in",
    "Gift Check-in",
    "Redemption",
    "Rewards",
    "Transactional Notifications",
    "Marketing Notifications",
]
GUEST = "556644557788334412"
FRIES = 132


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: points wait 30 minutes before they count; every purchase brings 10 points on top.")
    await world.setup(
        {
            "punchh": {
                "program": {"pending": True, "pending_minutes": 30, "rolling_expiry_days": 180},
                "redeemables": [{"id": FRIES, "name": "French Fries", "expiry_days": 30}],
                "campaigns": [{"name": "Ten on top", "type": "post_checkin_offer", "points": 10}],
                "business": {"webhook_management": True, "show_adapters_tab": True},
            }
        }
    )
    await world.say("The adapter, with all seven events of the partner page.")
    await world.setup({"punchh": {"adapters": [adapter(world, FAMILIES)]}})

    guest, token = await sign_up(world)
    await buys(world)
    await redeems(world, guest, token)
    await everything_arrived(world, guest)
    await only_chosen(world, guest, token)
    await points_lapse(world)


async def sign_up(world: WorldClient) -> tuple[int, str]:
    await world.say("1, Guest: somebody signs up in the app.")
    user = {"email": "amit@example.com", "password": "p@ssw0rd", "first_name": "Amit", "last_name": "K"}
    pair = {"external_source": "customer_id", "external_source_id": GUEST}
    reply = await signed(world, "POST", "/api2/mobile/users", {"user": {**user, **pair}})
    await world.expect_equal(reply.status_code, 200, "the guest is there")
    await world.settle()
    [call] = await told(world)
    await world.expect_equal(call["attributes"][0]["external_id"], GUEST, "the external id is the external_source_id")
    await world.expect("events" not in call, "the Guest event is attributes and no custom event", got=call)
    return reply.json()["user"]["user_id"], reply.json()["access_token"]["token"]


async def buys(world: WorldClient) -> None:
    await world.say("2 and 3, Transactional Notification and Loyalty check-in: 12 are paid at the register.")
    await purchase(world, "1001")
    await world.settle()
    pending = "transactional_notifications_pending_checkin"
    await world.expect_equal(await names(world), [pending, "checkins_loyalty"], "both are told at once")
    check_in = (await told(world))[-1]["events"][0]["properties"]
    await world.expect_equal(check_in["approved"], False, "the check-in is not approved yet")

    await world.say("4 and 5, Gift check-in and Marketing Notification: half an hour later the points count.")
    await world.advance("30m")
    await world.settle()
    new = ["checkins_loyalty", "checkins_gift", "marketing_notifications_post_checkin_campaign"]
    await world.expect_equal(
        (await names(world))[2:], new, "the check-in is approved, the campaign gives points and says so"
    )


async def redeems(world: WorldClient, guest: int, token: str) -> None:
    await world.say("6, Reward: an admin gives French Fries.")
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    gift = {"user_id": guest, "redeemable_id": FRIES, "gift_reason": "Thanks"}
    reply = await world.punchh.post("/api2/dashboard/users/support", headers=headers, json=gift)
    await world.expect_equal(reply.status_code, 201, "the reward is in the account")
    await world.settle()
    await world.expect_equal((await names(world))[5:], ["rewards"], "and told to Braze")

    await world.say("7, Redemption: the guest asks the app for a code, and the register takes it.")
    reply = await signed(world, "GET", "/api2/mobile/users/balance", None, token)
    [reward] = reply.json()["rewards"]
    reply = await signed(world, "POST", "/api2/mobile/redemptions/reward", {"reward_id": reward["reward_id"]}, token)
    code = reply.json()["redemption_tracking_code"]
    reply = await world.punchh.post(
        "/api/pos/redemptions",
        headers=register(world),
        json={**receipt("1002"), "discount_type": "redemption_code", "redemption_code": code},
    )
    await world.expect_equal(reply.status_code, 200, "the fries are eaten")
    await world.settle()
    events = [event for call in await told(world) for event in call.get("events", [])]
    told_of = [event["properties"]["redemption_status"] for event in events if event["name"] == "redemptions"]
    await world.expect_equal(told_of, ["redeemable", "processed"], "the code is told, and then its use")


async def everything_arrived(world: WorldClient, guest: int) -> None:
    profile = await braze_profile(world)
    stored = profile["custom_attributes"]["punchh_user_id"]
    await world.expect_equal(stored, guest, "the Braze profile has the attribute punchh_user_id")
    seen = {event["name"] for event in profile["custom_events"]}
    wanted = {
        "checkins_loyalty",
        "checkins_gift",
        "redemptions",
        "rewards",
        "transactional_notifications_pending_checkin",
        "marketing_notifications_post_checkin_campaign",
    }
    await world.expect_equal(seen, wanted, "and shows the events of the other six families")
    ids = {row["external_id"] for call in await told(world) for row in rows(call)}
    await world.expect_equal(ids, {GUEST}, "all of them under the guest's external_source_id")
    refused = await world.journal(operation="adapter failure")
    await world.expect_equal(refused, [], "Braze took every call whole")


async def only_chosen(world: WorldClient, guest: int, token: str) -> None:
    await world.say("The adapter once more: only Rewards and Guest, and default user attributes disabled.")
    slim = {**adapter(world, ["Rewards", "Guest"]), "disable_default_user_attributes": True}
    await world.setup({"punchh": {"adapters": [slim]}})
    before = len(await told(world))
    await purchase(world, "1003")
    await world.advance("30m")
    await world.settle()
    new = (await told(world))[before:]
    await world.expect_equal(new, [], "a purchase with its gift: none of it is chosen, nothing leaves")

    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    gift = {"user_id": guest, "redeemable_id": FRIES, "gift_reason": "Thanks"}
    await world.punchh.post("/api2/dashboard/users/support", headers=headers, json=gift)
    await world.settle()
    [call] = (await told(world))[before:]
    await world.expect_equal(call["events"][0]["name"], "rewards", "a reward leaves")
    await world.expect("attributes" not in call, "without attributes: it costs no data points of the profile", got=call)

    await world.say("The guest changes the first name: of the profile, only that is sent.")
    await signed(world, "PUT", "/api2/mobile/users", {"user": {"first_name": "Amita"}}, token)
    await world.settle()
    call = (await told(world))[-1]
    attributes = call["attributes"][0]
    await world.expect_equal(attributes.get("first_name"), "Amita", "the new first name is sent")
    unchanged = attributes.keys() & {"last_name", "email", "signup_channel", "punchh_user_id"}
    await world.expect_equal(unchanged, set(), "what did not change is not")


async def points_lapse(world: WorldClient) -> None:
    await world.say("The partner page's example of a transactional notification: points lapse, half a year later.")
    await world.say("The adapter's own pages do not list it, so a switch lets it leave.")
    await world.setup(
        {
            "punchh": {
                "switches": {"adapter": {"generic_notifications": True}},
                "adapters": [adapter(world, ["Transactional Notifications"])],
            }
        }
    )
    await world.advance("181d")
    await world.settle()
    last = (await told(world))[-1]["events"][0]
    await world.expect_equal(last["name"], "transactional_notifications_points_expiry", "Braze hears of the lapse")
    await world.expect_equal(last["properties"]["expiring_points"], 44, "with the points: twice 12 earned and 10 given")


def adapter(world: WorldClient, events: list[str]) -> dict[str, Any]:
    return {
        "name": "Braze",
        "description": "What happens to guests",
        "admin_email": "admin@example.com",
        "adapter": "Braze",
        "endpoint": "https://rest.iad-01.braze.com",
        "api_key": world.braze["api_key"],
        "events": events,
    }


async def signed(world: WorldClient, method: str, target: str, body: dict[str, Any] | None, token: str = "") -> Any:
    """A call of the app, with client and digest."""
    text = json.dumps({"client": world.punchh["client"], **(body or {})})
    signature = digest(world.punchh["secret"], target, text.encode(), "sha256")
    headers = {"Content-Type": "application/json", "x-pch-digest": signature}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    return await world.punchh.request(method, target, content=text, headers=headers)


def register(world: WorldClient) -> dict[str, str]:
    keys = world.punchh
    return {"Authorization": f"Token token={keys['location_key']}, btoken={keys['business_key']}"}


def receipt(number: str) -> dict[str, Any]:
    return {
        "email": "amit@example.com",
        "receipt_amount": 12.0,
        "subtotal_amount": 12.0,
        "payable": 12.0,
        "receipt_datetime": "2026-01-15T09:00:00Z",
        "transaction_no": number,
        "punchh_key": f"receipt-{number}",
        "menu_items": [{"item_name": "Burger", "item_qty": 1, "item_amount": 12.0, "menu_item_type": "M"}],
    }


async def purchase(world: WorldClient, number: str) -> None:
    reply = await world.punchh.post("/api/pos/checkins", headers=register(world), json=receipt(number))
    await world.expect_equal(reply.status_code, 200, "the register's check-in is taken")


async def told(world: WorldClient) -> list[dict[str, Any]]:
    """Bodies of Punchh's calls to Braze."""
    return [entry["request"]["body"] for entry in await world.journal(vendor="braze", operation="users_track")]


async def names(world: WorldClient) -> list[str]:
    """Names of the custom events, in the order in which Braze was told."""
    return [event["name"] for call in await told(world) for event in call.get("events", [])]


def rows(call: dict[str, Any]) -> list[dict[str, Any]]:
    return [*call.get("attributes", []), *call.get("events", [])]


async def braze_profile(world: WorldClient) -> Any:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=headers, json={"external_ids": [GUEST]})
    return reply.json()["users"][0]
