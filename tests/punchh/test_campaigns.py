"""Campaigns: who gets what, when, and the reason told."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import PAIR, calls, submitted


async def trace(world: WorldClient) -> list[str]:
    """The decisions, as the journal tells them."""
    return [
        entry["summary"] for entry in await world.journal() if entry["operation"] in ("campaign gift", "campaign skip")
    ]


def welcome(**more: Any) -> dict[str, Any]:
    campaign = {"name": "Welcome", "type": "sign_up", "points": 50, "run_delay_minutes": 10, **more}
    return {"punchh": {"campaigns": [campaign]}}


async def test_points_of_a_sign_up_campaign(world: WorldClient, api: Api) -> None:
    await world.setup(welcome())
    number, token = await api.sign_up()
    await world.advance("10m")
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["account_balance"]
    assert (balance["redeemable_points"], balance["lifetime_points"]) == (50, 0)
    assert await trace(world) == [f"Welcome: guest {number} gets 50 points"]


async def test_who_is_not_in_the_segment_gets_nothing_and_the_trace_says_why(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"segments": [{"name": "VIP"}]}})
    await world.setup(welcome(segment="VIP"))
    number, _ = await api.sign_up()
    await world.advance("10m")
    assert await trace(world) == [f"Welcome: no gift for guest {number}, not in segment VIP"]


async def test_a_draft_gives_nothing(world: WorldClient, api: Api) -> None:
    await world.setup(welcome(status="draft"))
    await api.sign_up()
    await world.advance("1d")
    assert await trace(world) == []


async def test_the_gift_names_the_sign_up_as_its_cause(world: WorldClient, api: Api) -> None:
    await world.setup(welcome())
    await api.sign_up()
    await world.advance("10m")
    by_id = {entry["id"]: entry for entry in await world.journal()}
    gift = next(entry for entry in by_id.values() if entry["operation"] == "campaign gift")
    assert by_id[gift["cause"]]["operation"] == "mobile_users__post"


FRIES = {"id": 132, "name": "Fries", "uuid": "u-1"}


async def rewards_of(api: Api, number: int) -> list[Any]:
    info = await api.send("GET", f"/api2/dashboard/users/info?user_id={number}")
    return [reward["name"] for reward in info.json()["rewards"]]


def vip(*emails: str, **campaign: Any) -> dict[str, Any]:
    """A custom list, and a campaign that gives fries to it."""
    guests = [{"email": email} for email in emails]
    segments = [{"id": 11646, "name": "VIP", "members": list(emails)}]
    row = {"segment": "VIP", "redeemable": "Fries", **campaign}
    return {"punchh": {"guests": guests, "segments": segments, "redeemables": [FRIES], "campaigns": [row]}}


async def test_a_mass_offer_gives_to_the_segment_at_its_start(world: WorldClient, api: Api) -> None:
    outside, _ = await api.sign_up("out@example.com")
    await world.setup(vip("a@example.com", name="May", type="mass_offer", start="2026-01-16T12:00:00Z"))
    await world.advance("26h")
    assert await trace(world) == []
    await world.advance("1h")
    assert await trace(world) == ["May: guest 500000002 gets Fries"]
    assert await rewards_of(api, outside) == []
    await world.advance("40d")
    assert len(await trace(world)) == 1


async def test_a_recurring_offer_has_a_new_id_and_the_same_name_every_run(world: WorldClient, api: Api) -> None:
    row = {"name": "Daily", "type": "recurring_mass_offer", "settings": {"at": "12:00"}, "end": "2026-01-18T00:00:00Z"}
    await world.setup(vip("a@example.com", **row))
    await world.advance("10d")
    assert await trace(world) == ["Daily: guest 500000001 gets Fries"] * 3
    assert world.inside is not None
    guest = world.inside.tenants["punchh"].guests[500000001]
    origins = [reward.origin for reward in guest.rewards.values()]
    assert {origin["campaign_name"] for origin in origins} == {"Daily"}
    assert len({origin["campaign_id"] for origin in origins}) == 3


async def test_banned_guests_and_non_members_get_nothing_and_the_trace_says_why(world: WorldClient, api: Api) -> None:
    guests = [{"email": "b@example.com", "status": "banned"}, {"email": "c@example.com", "guest_type": "eClub"}]
    document = vip("b@example.com", "c@example.com", name="May", type="mass_offer", start="2026-01-15T10:00:00Z")
    document["punchh"]["guests"] = guests
    await world.setup(document)
    await world.advance("1h")
    assert await trace(world) == [
        "May: no gift for guest 500000001, the account is banned",
        "May: no gift for guest 500000002, no loyalty member, but a guest of type eClub",
    ]


async def test_a_birthday_gift_comes_on_the_day_and_ends_after_its_lifespan(world: WorldClient, api: Api) -> None:
    settings = {"days_before": 2, "lifespan_days": 7}
    row = {"name": "Birthday", "type": "birthday", "redeemable": "Fries", "settings": settings}
    await world.setup({"punchh": {"redeemables": [FRIES], "campaigns": [row]}})
    number, _ = await api.sign_up(birthday="1990-03-10")
    await world.set_clock("2026-03-08T08:59:00Z")
    assert await rewards_of(api, number) == []
    await world.set_clock("2026-03-08T09:00:00Z")
    assert await rewards_of(api, number) == ["Fries"]
    await world.advance("7d")
    assert await rewards_of(api, number) == []
    await world.set_clock("2027-03-08T09:00:00Z")
    assert await trace(world) == [f"Birthday: guest {number} gets Fries"] * 2


async def test_a_birthday_in_the_month_of_sign_up_follows_the_setting(world: WorldClient, api: Api) -> None:
    for name, settings in (("No", {}), ("Yes", {"reward_in_month_of_sign_up": True})):
        row = {"name": name, "type": "birthday", "redeemable": "Fries", "settings": settings}
        await world.setup({"punchh": {"redeemables": [FRIES], "campaigns": [row]}})
    number, _ = await api.sign_up(birthday="1990-01-20")
    await world.advance("30d")
    assert await trace(world) == [
        f"No: no gift for guest {number}, signed up this month",
        f"Yes: guest {number} gets Fries",
    ]


async def test_a_recall_gives_once_for_each_time_a_guest_stays_away(world: WorldClient, api: Api) -> None:
    row = {"name": "Come back", "type": "recall", "redeemable": "Fries", "settings": {"inactive_days": 30}}
    await world.setup({"punchh": {"redeemables": [FRIES], "campaigns": [row]}})
    number, _ = await api.sign_up()
    await world.advance("29d")
    assert await trace(world) == []
    await world.advance("60d")
    assert await trace(world) == [f"Come back: guest {number} gets Fries"]


async def test_a_referral_gives_to_both(world: WorldClient, api: Api) -> None:
    row = {"name": "Bring a friend", "type": "referral", "points": 10, "settings": {"trigger": "sign_up"}}
    await world.setup({"punchh": {"campaigns": [row]}})
    response = await api.send("GET", "/api2/mobile/users/profile", None, (await api.sign_up())[1])
    await api.sign_up("bob@example.com", invite_code=response.json()["user"]["referral_code"])
    await world.settle()
    assert await trace(world) == [
        "Bring a friend: guest 500000002 gets 10 points",
        "Bring a friend: guest 500000001 gets 10 points",
    ]


async def test_points_are_doubled_for_the_segment_within_the_window(world: WorldClient, api: Api) -> None:
    row: dict[str, Any] = {"name": "Weekend", "type": "post_checkin_offer", "segment": "VIP"}
    row |= {"start": "2026-01-17T00:00:00Z", "end": "2026-01-19T00:00:00Z", "run_delay_minutes": 5}
    row["settings"] = {"points_factor": 2}
    guests = [{"email": "in@example.com"}, {"email": "out@example.com"}]
    segments = [{"name": "VIP", "members": ["in@example.com"]}]
    await world.setup({"punchh": {"guests": guests, "segments": segments, "campaigns": [row]}})
    for day, when in enumerate(["2026-01-16T12:00:00Z", "2026-01-17T12:00:00Z", "2026-01-19T12:00:00Z"]):
        await world.set_clock(when)
        for who in ("in", "out"):
            await api.buy(f"{who}@example.com", 10, f"{who}-{day}")
        await world.advance("5m")
    points = {}
    for who in ("in", "out"):
        found = await api.send("GET", f"/api/pos/users/search?email={who}@example.com")
        points[who] = found.json()["balance"]["net_balance"]
    assert points == {"in": 40, "out": 30}
    assert await trace(world) == [
        "Weekend: guest 500000001 gets 10 points",
        "Weekend: no gift for guest 500000002, not in segment VIP",
    ]


async def test_surprise_and_delight_is_a_reward_event_for_braze(world: WorldClient, api: Api) -> None:
    row = {"name": "Thanks", "type": "post_checkin_offer", "redeemable": "Fries", "settings": {"minimum_amount": 20}}
    await submitted(world)
    await world.setup({"punchh": {"redeemables": [FRIES], "campaigns": [row]}})
    number, _ = await api.sign_up(**PAIR)
    for amount in (10, 30):
        await api.buy("ada@example.com", amount, f"t{amount}")
    events = [event for body in await calls(world) for event in body.get("events", [])]
    assert [event["name"] for event in events] == [
        "checkins_loyalty",
        "checkins_loyalty",
        "rewards",
        "marketing_notifications_post_checkin_campaign",
    ]
    assert events[2]["properties"]["campaign_type"] == "PostCheckinCampaign"
    assert (await trace(world))[0] == f"Thanks: no gift for guest {number}, the receipt of 10.0 is under 20"


async def test_points_that_need_approval_are_told_twice(world: WorldClient, api: Api) -> None:
    await submitted(world)
    await world.setup(welcome(settings={"needs_approval": True}))
    _, token = await api.sign_up(**PAIR)
    await world.advance("10m")
    assert world.inside is not None
    (checkin,) = world.inside.tenants["punchh"].guests[500000001].checkins
    await world.setup({"punchh": {"approvals": [{"checkin_id": checkin.id}]}})
    gifts = [e for body in await calls(world) for e in body.get("events", []) if e["name"] == "checkins_gift"]
    assert [event["properties"]["approved"] for event in gifts] == [False, True]
    balance = await api.send("GET", "/api2/mobile/users/balance", None, token)
    assert balance.json()["account_balance"]["redeemable_points"] == 50


async def test_a_profile_update_gives_once_for_the_members_it_asks_for(world: WorldClient, api: Api) -> None:
    row = {"name": "Tell us more", "type": "profile_update", "points": 5, "settings": {"profile_fields": ["birthday"]}}
    await world.setup({"punchh": {"campaigns": [row]}})
    number, token = await api.sign_up()
    for change in ({"city": "Paris"}, {"birthday": "1990-01-01"}):
        await api.send("PUT", "/api2/mobile/users", {"user": change}, token)
    await world.settle()
    assert await trace(world) == [f"Tell us more: guest {number} gets 5 points"]


async def test_a_campaign_saved_again_keeps_who_got_its_gift(world: WorldClient, api: Api) -> None:
    await world.setup(welcome())
    number, _ = await api.sign_up()
    await world.setup(welcome(points=60))
    await world.advance("10m")
    assert await trace(world) == [f"Welcome: guest {number} gets 60 points"]
    row = {"name": "May", "type": "mass_offer", "points": 1, "start": "2026-01-15T10:00:00Z"}
    for _ in range(2):
        await world.setup({"punchh": {"campaigns": [row]}})
        await world.advance("1h")
    assert (await trace(world)).count(f"May: guest {number} gets 1 points") == 1


async def test_a_control_group_gets_nothing_and_the_trace_says_so(world: WorldClient, api: Api) -> None:
    emails = [f"guest{number}@example.com" for number in range(60)]
    row = {
        "name": "May",
        "type": "mass_offer",
        "start": "2026-01-15T10:00:00Z",
        "settings": {"control_group_percentage": 30},
    }
    await world.setup(vip(*emails, **row))
    await world.advance("1h")
    told = await trace(world)
    held = [line for line in told if line.endswith("in the campaign's control group")]
    assert len(told) == 60
    assert 8 <= len(held) <= 28


async def test_the_delay_after_a_purchase_counts_from_the_receipt(world: WorldClient, api: Api) -> None:
    row = {"name": "Later", "type": "post_checkin_offer", "points": 5, "run_delay_minutes": 60}
    await world.setup({"punchh": {"campaigns": [row]}})
    number, _ = await api.sign_up()
    await world.advance("2h")
    for uid, at in (("old", "09:00"), ("recent", "10:40"), ("ahead", "12:00")):
        await api.buy("ada@example.com", 10, uid, receipt_datetime=f"2026-01-15T{at}:00Z")
    await world.advance("2h")
    gifts = [entry["at"][11:16] for entry in await world.journal(operation="campaign gift")]
    assert gifts == ["11:00", "11:40", "12:00"]
