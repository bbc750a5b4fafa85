"""Flows of the Punchh partner page that need both sides: what Braze's people receive."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api
from tests.punchh.webhooks.test_adapter import adapter

FRIES = {"id": 132, "name": "Fries"}


def mail(name: str, event: str, *filters: dict[str, Any]) -> dict[str, Any]:
    """An action-based Braze campaign on an event of Punchh."""
    trigger: dict[str, Any] = {"action": "perform custom event", "event": event}
    if filters:
        trigger["property_filters"] = list(filters)
    email = {"from": "S <s@example.com>", "subject": name, "body": "{{event_properties.${campaign_name}}}"}
    whole = {"name": name, "delivery": "action_based", "triggers": [trigger], "re_eligibility": 0}
    return {**whole, "messages": {"email": email}}


def equals(name: str, value: Any) -> dict[str, Any]:
    return {"property": name, "comparison": "equals", "value": value}


async def connected(world: WorldClient, *mails: dict[str, Any], **punchh: Any) -> None:
    form = adapter(api_key=world.braze["api_key"], endpoint=world.braze.url)
    await world.setup(form)
    await world.setup({"braze": {"campaigns": list(mails)}, "punchh": punchh})


async def received(world: WorldClient) -> list[tuple[str, str]]:
    """Subject and body of the mails sent, oldest first."""
    return [(message["parts"]["subject"], message["parts"]["body"]) for message in await world.outbox()]


def guest(name: str) -> dict[str, Any]:
    pair = {"external_source": "customer_id", "external_source_id": f"ext-{name}"}
    return {"email": f"{name}@example.com", **pair}


async def test_a_mass_offer_in_punchh_is_a_message_from_braze(world: WorldClient) -> None:
    """P13, P22: the reward event carries the campaign's name, which the message shows."""
    row = {
        "name": "May",
        "type": "mass_offer",
        "redeemable": "Fries",
        "segment": "VIP",
        "start": "2026-01-15T10:00:00Z",
    }
    segments = [{"name": "VIP", "members": ["in@example.com"]}]
    guests = [guest("in"), guest("out")]
    await connected(
        world, mail("Gift", "rewards"), redeemables=[FRIES], guests=guests, segments=segments, campaigns=[row]
    )
    await world.advance("2h")
    assert [subject for subject, _ in await received(world)] == ["Gift"]
    assert "May" in (await received(world))[0][1]


async def test_the_id_of_a_recurring_offer_stops_matching_and_its_name_does_not(world: WorldClient) -> None:
    """P16."""
    row = {"name": "Daily", "type": "recurring_mass_offer", "redeemable": "Fries", "id": 1001}
    mails = [
        mail("By id", "rewards", equals("campaign_id", 1002)),
        mail("By name", "rewards", equals("campaign_name", "Daily")),
    ]
    await connected(world, *mails, redeemables=[FRIES], guests=[guest("in")], campaigns=[row])
    await world.advance("2d")
    subjects = [subject for subject, _ in await received(world)]
    assert subjects.count("By id") == 1
    assert subjects.count("By name") == len(subjects) - 1 >= 2


async def test_only_an_approved_gift_sends_the_message(world: WorldClient, api: Api) -> None:
    """P21: approved is false when the points wait, and true once an admin approved them."""
    row = {"name": "Welcome", "type": "sign_up", "points": 5, "settings": {"needs_approval": True}}
    await connected(world, mail("Points", "checkins_gift", equals("approved", True)), campaigns=[row])
    await api.sign_up(external_source="customer_id", external_source_id="ext-77")
    await world.settle()
    assert await received(world) == []
    assert world.inside is not None
    (checkin,) = world.inside.tenants["punchh"].guests[500000001].checkins
    await world.setup({"punchh": {"approvals": [{"checkin_id": checkin.id}]}})
    await world.settle()
    assert [subject for subject, _ in await received(world)] == ["Points"]


async def test_what_the_adapter_leaves_out_braze_does_not_get(world: WorldClient, api: Api) -> None:
    """P7: chosen events only, and default attributes off keep data points down."""
    form = adapter(api_key=world.braze["api_key"], endpoint=world.braze.url, events=["Loyalty Check-in"])
    form["punchh"]["adapters"][0]["disable_default_user_attributes"] = True
    await world.setup(form)
    await api.sign_up(external_source="customer_id", external_source_id="ext-77")
    await api.buy("ada@example.com", 10, "t1")
    await world.settle()
    (call,) = await world.journal(vendor="braze")
    assert call["request"]["body"].keys() == {"partner", "events"}
