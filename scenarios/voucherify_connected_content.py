"""A code for everyone: the Voucherify partner page's Connected Content snippet in an e-mail campaign. [V1 V2 V3 V4]

A marketer copies the snippet into a Braze e-mail, fills in the Voucherify keys and the campaign id, and launches it.
While Braze renders each e-mail it asks Voucherify for a code; Voucherify publishes one to the customer of that id. The
`source_id` the snippet builds makes a resend show the same code; the preview is cached, and `?t=1` gets around that.
"""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient

SNIPPET = """\
{% assign campaign_id = {{campaign.${api_id}}} %}
{% assign customer_id = {{${user_id}}} %}
{% assign source_id = campaign_id | append: customer_id %}

{% connected_content
	https://api.voucherify.io/v1/publications
	:method post
	:headers {
		"X-App-Id": "VOUCHERIFY-APP-ID",
		"X-App-Token": "VOUCHERIFY-APP-TOKEN"
	}

	:body campaign=CAMPAIGN_ID&customer={{${user_id}}}&channel=Braze&source_id={{source_id}}
	:content_type application/json
	:save publication
%}"""
"""The partner page's snippet, to the byte; only keys and CAMPAIGN_ID are filled in."""

CAMPAIGN = "0b8a5c0e-6f3a-4d7c-9a54-1f6f0c2d8e11"
USERS = ("ada", "bob", "cy")


async def play(world: WorldClient) -> None:
    voucherify = {"X-App-Id": world.voucherify["app_id"], "X-App-Token": world.voucherify["app_token"]}
    braze = {"Authorization": f"Bearer {world.braze['api_key']}"}

    await world.say("In Voucherify: a campaign that has one code for each of ten customers.")
    reply = await world.voucherify.post(
        "/v1/campaigns",
        headers=voucherify,
        json={
            "name": "Spring",
            "type": "AUTO_UPDATE",
            "campaign_type": "DISCOUNT_COUPONS",
            "vouchers_count": 10,
            "voucher": {
                "type": "DISCOUNT_VOUCHER",
                "discount": {"type": "PERCENT", "percent_off": 10},
                "redemption": {"quantity": 1},
                "code_config": {"length": 8, "charset": "23456789ABCDEFGHJKLMNPQRSTUVWXYZ", "prefix": "SPRING-"},
            },
        },
    )
    await world.expect_equal(reply.status_code, 200, "the campaign is there")
    spring = reply.json()["id"]
    await world.settle()

    await world.say("In Braze: three users, and an e-mail campaign with the snippet.")
    people = [{"external_id": name, "email": f"{name}@example.com", "first_name": name.title()} for name in USERS]
    await world.braze.post("/users/track", headers=braze, json={"attributes": people})
    snippet = filled(world, SNIPPET, spring)
    await world.setup({"braze": {"campaigns": [campaign("Your code", CAMPAIGN, snippet)]}})

    for name in USERS:
        await world.note(f"{name}'s code", "none")
    await world.say("The campaign goes out.")
    await send(world, braze, CAMPAIGN, USERS)
    first = await codes(world)
    await world.expect(len(set(first.values())) == 3, "three users got three different codes", got=first)
    for name in USERS:
        await world.note(f"{name}'s code", first[name])
        reply = await world.voucherify.get("/v1/publications", headers=voucherify, params={"customer": name})
        published = [row["voucher"]["code"] for row in reply.json()["publications"]]
        await world.expect_equal(published, [first[name]], f"Voucherify shows the code as published to {name}")

    await world.say("The same campaign goes out once more.")
    await send(world, braze, CAMPAIGN, USERS)
    await world.expect_equal(await codes(world), first, "everyone sees the code they had: same source_id")

    await previews(world, snippet)
    await internal_ids(world, voucherify, braze, spring)


async def previews(world: WorldClient, snippet: str) -> None:
    """V3: a preview's call is cached for five minutes; another query gets around the cache."""
    await world.say("Preview and Test: the call of a preview is cached, for at least five minutes.")
    calls = await publications_asked(world)
    await world.press("braze", "preview", campaign=CAMPAIGN, user="ada")
    await world.press("braze", "preview", campaign=CAMPAIGN, user="ada")
    await world.expect_equal(await publications_asked(world) - calls, 1, "two previews asked Voucherify once")

    await world.say("With ?t=2 behind the URL the preview asks again. Without source_id that publishes another code.")
    anew = snippet.replace("&source_id={{source_id}}", "")
    shown = []
    for query in ("?t=1", "?t=1", "?t=2"):
        draft = anew.replace("/v1/publications", f"/v1/publications{query}")
        await world.setup({"braze": {"campaigns": [campaign("Draft", "5b1f7d3c-1c1e-4b55-8f0b-7f0e2a9c4d22", draft)]}})
        [mail] = await world.press("braze", "preview", campaign="Draft", user="ada")
        shown.append(mail["parts"]["body"].strip())
    await world.expect(shown[0] == shown[1] != shown[2], "one code under ?t=1, another under ?t=2", got=shown)


async def internal_ids(world: WorldClient, voucherify: dict[str, str], braze: dict[str, str], spring: str) -> None:
    """V4: the snippet may name the user by Braze's internal id instead."""
    await world.say("The other configuration of the page: ${braze_id}, Braze's internal id, in place of ${user_id}.")
    other = "c7d0a1be-2f3d-4d0e-8a66-3f0d5b7e9a33"
    snippet = filled(world, SNIPPET.replace("${user_id}", "${braze_id}"), spring)
    await world.setup({"braze": {"campaigns": [campaign("Your code, by internal id", other, snippet)]}})
    await send(world, braze, other, ("ada",))
    reply = await world.braze.post(
        "/users/export/ids",
        headers=braze,
        json={"external_ids": ["ada"], "fields_to_export": ["braze_id"]},
    )
    internal = reply.json()["users"][0]["braze_id"]
    reply = await world.voucherify.get(f"/v1/customers/{internal}", headers=voucherify)
    await world.expect_equal(reply.status_code, 200, "Voucherify has a second customer, named by the internal id")


def filled(world: WorldClient, snippet: str, campaign_id: str) -> str:
    """The snippet with this project's keys and campaign, and the code after it."""
    keys = {
        "VOUCHERIFY-APP-ID": world.voucherify["app_id"],
        "VOUCHERIFY-APP-TOKEN": world.voucherify["app_token"],
        "CAMPAIGN_ID": campaign_id,
    }
    for name, value in keys.items():
        snippet = snippet.replace(name, value)
    return snippet + "\n{{publication.voucher.code}}"


def campaign(name: str, campaign_id: str, body: str) -> dict[str, Any]:
    """An API-triggered e-mail campaign that a user may get again and again."""
    return {
        "name": name,
        "id": campaign_id,
        "delivery": "api_triggered",
        "re_eligibility": "immediately",
        "messages": {"email": {"from": "Stamps <hello@example.com>", "subject": "Your code", "body": body}},
    }


async def send(world: WorldClient, headers: dict[str, str], campaign_id: str, users: tuple[str, ...]) -> None:
    recipients = [{"external_user_id": name} for name in users]
    reply = await world.braze.post(
        "/campaigns/trigger/send", headers=headers, json={"campaign_id": campaign_id, "recipients": recipients}
    )
    await world.expect_equal(reply.status_code, 201, "Braze takes the send")
    await world.settle()


async def codes(world: WorldClient) -> dict[str, str]:
    """The newest code each user saw."""
    return {mail["user"]: mail["parts"]["body"].strip() for mail in await world.outbox(campaign="Your code")}


async def publications_asked(world: WorldClient) -> int:
    return len(await world.journal(vendor="voucherify", operation="create-publication"))
