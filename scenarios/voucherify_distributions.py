"""Codes as Braze custom attributes: by hand after ten minutes, or when something happens. [V7 V8 V9 V10 V11]

The Braze key is connected in Voucherify. A manual distribution publishes a code to each customer of a segment and
writes it to Braze with what belongs to it; automatic ones do so on their triggers. A campaign then shows the code.
"""

from __future__ import annotations

from typing import Any

from stampcard.client import ControlRefused, WorldClient

FIELDS = {
    "code": "spring_code",
    "value": "spring_value",
    "delivery_date": "spring_day",
    "cockpit_url": "spring_cockpit",
}

TRIGGERS: list[dict[str, Any]] = [
    {"trigger": "customer_entered_segment", "segment": "Gold", "fields": {"segment_name": "v_entered"}},
    {"trigger": "customer_left_segment", "segment": "Gold", "fields": {"segment_name": "v_left"}},
    {"trigger": "publication_succeeded", "campaign": "Spring", "fields": {"code": "v_published"}},
    {"trigger": "order_created", "fields": {"order_status": "v_order_created"}},
    {"trigger": "order_updated", "fields": {"order_amount": "v_order_updated"}},
    {"trigger": "order_paid", "fields": {"order_status": "v_order_paid"}},
    {"trigger": "order_canceled", "fields": {"order_status": "v_order_canceled"}},
    {"trigger": "gift_credits_added", "fields": {"credits_added": "v_credits"}},
    {"trigger": "loyalty_points_added", "fields": {"points_added": "v_points"}},
    {"trigger": "reward_redeemed", "fields": {"balance": "v_reward"}},
    {"trigger": "voucher_redeemed", "fields": {"code": "v_redeemed"}},
    {"trigger": "redemption_rolled_back", "fields": {"code": "v_rolled_back"}},
    {"trigger": "custom_event", "event": "survey_filled", "fields": {"event_name": "v_event"}},
]


async def play(world: WorldClient) -> None:
    await connect(world)
    await by_hand(world)
    await shown(world)
    await trouble(world)
    await by_themselves(world)


async def connect(world: WorldClient) -> None:
    await world.say("Customers are imported to Voucherify first; Braze has their profiles.")
    people = [
        {"source_id": name, "metadata": {"tier": "gold" if name == "ada" else "silver"}} for name in ("ada", "bob")
    ]
    for person in people:
        reply = await call(world, "POST", "/v1/customers", person)
        await world.expect_equal(reply.status_code, 200, f"{person['source_id']} is a Voucherify customer")
    profiles = [{"external_id": name, "email": f"{name}@example.com"} for name in ("ada", "bob")]
    await world.braze.post("/users/track", headers=braze_key(world), json={"attributes": profiles})

    await world.say("Integrations > Braze with a mistyped key.")
    try:
        await world.setup({"voucherify": {"integrations": {"braze": {"api_key": "00000000-mistyped"}}}})
        refused = False
    except ControlRefused:
        refused = True
    await world.expect(refused, "Voucherify tries the key and refuses it")
    await world.say("Once more with the right key; a segment of gold customers, and a campaign.")
    gold = {"name": "Gold", "type": "auto-update", "filter": {"junction": "and", "metadata.tier": is_("gold")}}
    spring = {
        "name": "Spring",
        "type": "AUTO_UPDATE",
        "voucher": {"type": "DISCOUNT_VOUCHER", "discount": {"type": "PERCENT", "percent_off": 10}},
    }
    gifts = {"name": "Gifts", "type": "AUTO_UPDATE", "voucher": {"type": "GIFT_VOUCHER", "gift": {"amount": 1000}}}
    card = {"type": "LOYALTY_CARD", "loyalty_card": {"points": 0}}
    club = {"name": "Club", "type": "AUTO_UPDATE", "voucher": card}
    key = {"braze": {"api_key": world.braze["api_key"]}}
    await world.setup({"voucherify": {"integrations": key, "segments": [gold], "campaigns": [spring, gifts, club]}})


async def by_hand(world: WorldClient) -> None:
    await world.say("Distributions > Manual message: codes of Spring to the segment Gold, channel Braze, four fields.")
    row = {"name": "Spring to Gold", "trigger": "manual", "segment": "Gold", "campaign": "Spring"}
    await distribute(world, {**row, "fields": FIELDS})
    await world.advance("9m")
    await world.settle()
    await world.note("Ada's attributes in Braze", sorted(await attributes(world, "ada")))
    await world.expect("spring_code" not in await attributes(world, "ada"), "nine minutes later nothing has arrived")
    await world.advance("1m")
    await world.settle()
    got = await attributes(world, "ada")
    await world.note("Ada's attributes in Braze", got)
    reply = await call(world, "GET", f"/v1/vouchers/{got['spring_code']}")
    await world.expect_equal(reply.json()["campaign"], "Spring", "ten minutes later Ada's profile has a code of Spring")
    await world.expect(set(FIELDS.values()) <= got.keys(), "with value, day and cockpit beside it", got=sorted(got))
    await world.expect("spring_code" not in await attributes(world, "bob"), "Bob is not gold and has none")


async def shown(world: WorldClient) -> None:
    await world.say("In Braze: a campaign with {{custom_attribute.${spring_code}}}, previewed and sent.")
    code = (await attributes(world, "ada"))["spring_code"]
    mail = {"from": "Stamps <hello@example.com>", "subject": "Spring", "body": "{{custom_attribute.${spring_code}}}"}
    campaign = {"name": "Spring mail", "delivery": "scheduled", "messages": {"email": mail}}
    later = {**campaign, "schedule": {"at": "2026-01-16T09:00:00Z"}}
    await world.setup({"braze": {"campaigns": [later]}})
    [preview] = await world.press("braze", "preview", campaign="Spring mail", user="ada")
    await world.expect_equal(preview["parts"]["body"], code, "the preview shows the code")
    await world.advance("1d")
    await world.settle()
    [sent] = await world.outbox(campaign="Spring mail", user="ada")
    await world.expect_equal(sent["parts"]["body"], code, "and so does the mail")


async def trouble(world: WorldClient) -> None:
    """V7: what cannot be delivered is reported, not lost."""
    await world.say("A distribution to a customer Voucherify does not know.")
    row = {"trigger": "manual", "campaign": "Spring", "fields": {"code": "bobs_code"}}
    await distribute(world, {**row, "name": "To nobody", "customer": "nobody"})
    await world.advance("10m")
    await world.settle()
    reported = [note for note in await failures(world) if "To nobody" in note]
    await world.expect(len(reported) == 1, f"it is reported: {reported}")

    await world.say("Braze is out of order, and a distribution to Bob falls into it.")
    await world.faults({"vendor": "braze", "operation": "users_track", "status": 500})
    await distribute(world, {**row, "name": "To Bob", "customer": "bob"})
    await world.advance("3d")
    await world.settle()
    reported = [note for note in await failures(world) if "To Bob" in note]
    await world.expect(bool(reported), f"after all attempts it is reported: {(reported or [''])[-1]}")
    await world.expect("bobs_code" not in await attributes(world, "bob"), "Bob's profile has no code")
    await world.say("Braze is back. Retry on the distribution.")
    await world.faults()
    await distribute(world, {**row, "name": "To Bob", "customer": "bob", "retry_failed": True})
    await world.settle()
    await world.expect("bobs_code" in await attributes(world, "bob"), "nothing was lost: Bob has his code")


async def failures(world: WorldClient) -> list[str]:
    """What the distributions' page shows as failed."""
    return [entry["summary"] for entry in await world.journal(vendor="voucherify", operation="distribution.failed")]


async def by_themselves(world: WorldClient) -> None:
    await world.say("Automatic distributions: one for each trigger.")
    await distribute(world, *({"name": row["trigger"], **row} for row in TRIGGERS))

    await world.say(
        "Bob becomes gold, gets a code, orders, pays, cancels; a gift card is topped up; he answers a survey."
    )
    await call(world, "PUT", "/v1/customers/bob", {"metadata": {"tier": "gold"}})
    reply = await call(world, "POST", "/v1/publications", {"campaign": "Spring", "customer": {"source_id": "bob"}})
    code = reply.json()["voucher"]["code"]
    order = {"source_id": "order-1", "amount": 12000, "customer": {"source_id": "bob"}}
    await call(world, "POST", "/v1/orders", {**order, "status": "CREATED"})
    await call(world, "PUT", "/v1/orders/order-1", {"amount": 13000})
    await call(world, "PUT", "/v1/orders/order-1", {"status": "PAID"})
    await call(world, "POST", "/v1/orders", {**order, "source_id": "order-2", "status": "CREATED"})
    await call(world, "PUT", "/v1/orders/order-2", {"status": "CANCELED"})
    reply = await call(world, "POST", "/v1/publications", {"campaign": "Gifts", "customer": {"source_id": "bob"}})
    card = reply.json()["voucher"]["code"]
    await call(world, "POST", f"/v1/vouchers/{card}/balance", {"amount": 500})
    await spend_points(world)
    body = {
        "redeemables": [{"object": "voucher", "id": code}],
        "customer": {"source_id": "bob"},
        "order": {"amount": 900},
    }
    reply = await call(world, "POST", "/v1/redemptions", body)
    await call(world, "POST", f"/v1/redemptions/{reply.json()['redemptions'][0]['id']}/rollback", {})
    await call(world, "POST", "/v1/events", {"event": "survey_filled", "customer": {"source_id": "bob"}})
    await call(world, "PUT", "/v1/customers/bob", {"metadata": {"tier": "silver"}})
    await world.settle()

    got = await attributes(world, "bob")
    for row in TRIGGERS:
        [name] = row["fields"].values()
        await world.expect(name in got, f"{row['trigger']} wrote {name}: {got.get(name)!r}", got=sorted(got))


async def spend_points(world: WorldClient) -> None:
    """Bob joins the loyalty campaign, earns 70 points and takes a coupon for them."""
    reply = await call(world, "POST", "/v1/publications", {"campaign": "Club", "customer": {"source_id": "bob"}})
    card = reply.json()["voucher"]["code"]
    await call(world, "POST", f"/v1/loyalties/members/{card}/balance", {"points": 70})
    coupon = {"name": "Coupon", "type": "CAMPAIGN", "parameters": {"campaign": {"id": "Spring"}}}
    reward = (await call(world, "POST", "/v1/rewards", coupon)).json()["id"]
    price = {"campaign": "Club", "parameters": {"loyalty": {"points": 70}}}
    await call(world, "POST", f"/v1/rewards/{reward}/assignments", price)
    await call(world, "POST", f"/v1/loyalties/members/{card}/redemption", {"reward": {"id": reward}})


def is_(value: str) -> dict[str, Any]:
    return {"conditions": {"$is": [value]}}


async def distribute(world: WorldClient, *rows: dict[str, Any]) -> None:
    await world.setup({"voucherify": {"distributions": [{"channel": "Braze", **row} for row in rows]}})


async def call(world: WorldClient, method: str, path: str, body: Any = None) -> Any:
    keys = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    reply = await world.voucherify.request(method, path, headers=keys, json=body)
    if reply.is_error:
        await world.expect_equal(reply.status_code, 200, f"{method} {path} is taken: {reply.text}")
    return reply


def braze_key(world: WorldClient) -> dict[str, str]:
    return {"Authorization": f"Bearer {world.braze['api_key']}"}


async def attributes(world: WorldClient, user: str) -> dict[str, Any]:
    """The custom attributes of a Braze profile."""
    body = {"external_ids": [user], "fields_to_export": ["custom_attributes", "external_id"]}
    reply = await world.braze.post("/users/export/ids", headers=braze_key(world), json=body)
    found: dict[str, Any] = reply.json()["users"][0].get("custom_attributes", {})
    return found
