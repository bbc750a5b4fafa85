"""The Braze adapter: which calls of /users/track leave, and what they say."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api

ALL = ["Guest", "Loyalty Check-in", "Gift Check-in", "Redemption", "Rewards"]
ALL += ["Transactional Notifications", "Marketing Notifications", "Coupons"]
PAIR = {"external_source": "customer_id", "external_source_id": "ext-77"}


def adapter(**more: Any) -> dict[str, Any]:
    """A setup with both switches on and one adapter."""
    form = {
        "name": "Braze",
        "description": "to Braze",
        "admin_email": "admin@example.com",
        "adapter": "Braze",
        "endpoint": "https://rest.iad-01.braze.com",
        "api_key": "a-key",
        "events": ALL,
        **more,
    }
    return {"punchh": {"business": {"webhook_management": True, "show_adapters_tab": True}, "adapters": [form]}}


async def submitted(world: WorldClient, **more: Any) -> None:
    """Braze takes everything, and an adapter sends to it."""
    await world.faults({"host": "rest.iad-01.braze.com", "status": 201})
    await world.setup(adapter(**more))


async def calls(world: WorldClient) -> list[Any]:
    """Bodies of the calls to Braze."""
    await world.settle()
    entries = [
        entry for entry in await world.journal() if entry["kind"] == "call" and "users/track" in entry["request"]["url"]
    ]
    return [entry["request"]["body"] for entry in entries]


async def test_a_sign_up_becomes_attributes_without_an_event(world: WorldClient, api: Api) -> None:
    await submitted(world)
    number, _ = await api.sign_up(**PAIR)
    (body,) = await calls(world)
    (attributes,) = body["attributes"]
    assert body.keys() == {"partner", "attributes"}
    assert (attributes["external_id"], attributes["punchh_user_id"]) == ("ext-77", number)
    assert attributes["email"] == "ada@example.com"
    assert attributes["account_balance_net_balance"] == 0
    assert attributes["email_subscribe"] == "subscribed"


async def test_no_event_leaves_before_each_switch_is_on(world: WorldClient, api: Api) -> None:
    whole = adapter()["punchh"]
    await world.faults({"host": "rest.iad-01.braze.com", "status": 201})
    off = {"webhook_management": False, "show_adapters_tab": False}
    await world.setup({"punchh": {"business": off, "adapters": [{**whole["adapters"][0], "active": False}]}})
    reasons = []
    for n, step in enumerate([{"webhook_management": True}, {"show_adapters_tab": True}, None]):
        await api.sign_up(f"g{n}@example.com", external_source="customer_id", external_source_id=str(n))
        assert await calls(world) == []
        reasons.append((await world.journal(operation="webhooks held"))[-1]["summary"])
        await world.setup({"punchh": {"business": step}} if step else {"punchh": {"adapters": whole["adapters"]}})
    await api.sign_up("last@example.com", external_source="customer_id", external_source_id="last")
    assert len(await calls(world)) == 1
    assert reasons == [
        "nothing sent: Enable Webhook Management is off",
        "nothing sent: Show Adapters Tab is off",
        "nothing sent: adapter Braze is not active",
    ]


async def test_only_chosen_events_leave(world: WorldClient, api: Api) -> None:
    await submitted(world, events=["Rewards"])
    await api.sign_up(**PAIR)
    assert await calls(world) == []


async def test_default_attributes_off_reduces_updates(world: WorldClient, api: Api) -> None:
    await submitted(world, disable_default_user_attributes=True)
    _, token = await api.sign_up(**PAIR)
    await api.send("PUT", "/api2/mobile/users", {"user": {"first_name": "Grace"}}, token)
    attributes = (await calls(world))[-1]["attributes"][0]
    assert attributes["first_name"] == "Grace"
    assert not {"email", "punchh_user_id", "signup_channel"} & attributes.keys()
    assert {"apple_loyalty_pass_url", "account_balance_net_balance", "external_id"} <= attributes.keys()


async def test_a_guest_without_external_id_is_skipped_and_told(world: WorldClient, api: Api) -> None:
    await submitted(world)
    number, _ = await api.sign_up()
    assert await calls(world) == []
    skipped = await world.journal(operation="adapter skip")
    assert skipped[0]["summary"] == f"Braze: nothing sent, guest {number} has no external_source_id"


async def test_the_pair_given_later_is_used_by_every_later_event(world: WorldClient, api: Api) -> None:
    await submitted(world, disable_default_user_attributes=True)
    number, token = await api.sign_up()
    await api.send("PUT", "/api2/mobile/users", {"user": PAIR}, token)
    attributes = (await calls(world))[-1]["attributes"][0]
    assert (attributes["external_id"], attributes["punchh_user_id"]) == ("ext-77", number)


async def test_failures_of_braze_climb_the_ladder_and_are_visible(world: WorldClient, api: Api) -> None:
    await submitted(world)
    await world.faults({"host": "rest.iad-01.braze.com", "status": 503})
    await api.sign_up(**PAIR)
    await world.advance("5h")
    assert world.inside is not None
    (delivery,) = world.inside.tenants["punchh"].adapters["Braze"].deliveries
    times = [attempt.at for attempt in delivery.attempts]
    gaps = [(late - early).total_seconds() for early, late in zip(times, times[1:], strict=False)]
    assert gaps == [60, 120, 300, 600, 1800, 3600, 7200]
    assert delivery.state == "failed"
    (failure,) = await world.journal(operation="adapter failure")
    assert failure["error"] == "status 503"


async def test_too_many_requests_has_a_ladder_of_its_own(world: WorldClient, api: Api) -> None:
    await submitted(world)
    await world.faults({"host": "rest.iad-01.braze.com", "status": 429, "times": 2})
    await api.sign_up(**PAIR)
    await world.advance("60s")
    assert world.inside is not None
    (delivery,) = world.inside.tenants["punchh"].adapters["Braze"].deliveries
    assert [attempt.status for attempt in delivery.attempts][:2] == [429, 429]
    assert len(delivery.attempts) == 3


async def test_a_sign_up_campaign_gives_after_its_run_delay(world: WorldClient, api: Api) -> None:
    await submitted(world)
    welcome = {"name": "Welcome", "type": "sign_up", "redeemable": "French Fries", "run_delay_minutes": 10}
    fries = {"id": 132, "name": "French Fries", "expiry_days": 30}
    await world.setup({"punchh": {"redeemables": [fries], "campaigns": [{**welcome, "id": 105}]}})
    _, token = await api.sign_up(**PAIR)
    await world.advance("9m")
    assert len(await calls(world)) == 1
    await world.advance("1m")
    event = (await calls(world))[-1]["events"][0]
    assert (event["external_id"], event["name"], event["time"]) == ("ext-77", "rewards", "2026-01-15T09:10:00Z")
    properties = event["properties"]
    assert properties["gift_reason"] == "through Welcome"
    assert (properties["campaign_id"], properties["campaign_name"]) == (105, "Welcome")
    assert (properties["campaign_type"], properties["gifted_for_type"]) == ("SignupCampaign", "Campaign")
    assert (properties["redeemable_id"], properties["status"]) == (132, "unredeemed")
    assert "user" not in properties and "business_id" not in properties and "read_at" not in properties
    balance = await api.send("GET", "/api2/mobile/users/balance", None, token)
    assert [reward["name"] for reward in balance.json()["rewards"]] == ["French Fries"]
