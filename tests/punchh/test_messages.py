"""Messages that Punchh itself sends with a campaign."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api

TEXTS = {
    "email": {
        "subject": "For you, {{first_name}}",
        "body": "{{reward_name}}{{points}} from {{campaign_name}} {{nobody}}",
    },
    "push": {"body": "Look"},
    "sms": {"body": "Look, {{first_name}}"},
    "rich_message": {"subject": "Hello", "body": "It is in the app, {{first_name}}."},
}


def offer(**more: Any) -> dict[str, Any]:
    row = {"name": "May", "type": "mass_offer", "points": 5, "start": "2026-01-15T10:00:00Z", "messages": TEXTS}
    return {"punchh": {"campaigns": [{**row, **more}]}}


async def sent(world: WorldClient) -> dict[str, tuple[str, Any]]:
    return {row["channel"]: (row["status"], row["reason"]) for row in await world.outbox()}


async def test_each_channel_reaches_who_wants_it(world: WorldClient, api: Api) -> None:
    wanted = {"phone": "5551234567", "sms_subscription": True}
    body = {
        "user": {"email": "ada@example.com", "password": "Passw0rd!", "first_name": "Ada", "last_name": "L", **wanted}
    }
    made = await api.send("POST", "/api2/mobile/users", body, punchh_app_device_id="phone-1")
    number = made.json()["user"]["user_id"]
    await world.setup(offer())
    await world.advance("1h")
    assert await sent(world) == dict.fromkeys(("rich_message", "push", "sms", "email"), ("sent", None))
    messages = {row["channel"]: row for row in await world.outbox(campaign="May", user=str(number))}
    assert messages["email"]["parts"] == {"subject": "For you, Ada", "body": "5 from May {{nobody}}"}
    token = made.json()["access_token"]["token"]
    shown = (await api.send("GET", "/api2/mobile/messages", None, token)).json()["messages"]
    assert [(row["title"], row["body"]) for row in shown] == [("Hello", "It is in the app, Ada.")]


async def test_why_a_message_did_not_leave_is_told(world: WorldClient, api: Api) -> None:
    await api.sign_up(marketing_email_subscription=False)
    await world.setup(offer())
    await world.advance("1h")
    assert await sent(world) == {
        "rich_message": ("sent", None),
        "push": ("aborted", "the guest has no device"),
        "sms": ("aborted", "the guest has no phone"),
        "email": ("aborted", "the guest has no subscription to e-mail"),
    }
    entries = {entry["id"]: entry for entry in await world.journal()}
    told = [entry for entry in entries.values() if entry["operation"] == "campaign message"]
    assert {entries[entry["cause"]]["operation"] for entry in told} == {"campaign gift"}


async def test_no_gift_no_message(world: WorldClient, api: Api) -> None:
    await api.sign_up()
    await world.setup({"punchh": {"segments": [{"name": "VIP"}]}})
    await world.setup(offer(segment="VIP"))
    await world.advance("1h")
    assert await world.outbox() == []


async def test_a_message_campaign_gives_nothing_and_writes(world: WorldClient, api: Api) -> None:
    row = {"name": "Thanks", "type": "post_checkin_message", "messages": {"rich_message": {"body": "Thank you."}}}
    await world.setup({"punchh": {"campaigns": [row]}})
    number, token = await api.sign_up()
    await api.buy("ada@example.com", 10, "t1")
    await world.settle()
    assert [row["user"] for row in await world.outbox()] == [str(number)]
    balance = (await api.send("GET", "/api2/mobile/users/balance", None, token)).json()["account_balance"]
    assert balance["redeemable_points"] == 10
