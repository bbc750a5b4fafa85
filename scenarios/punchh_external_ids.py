"""Every way a guest gets the external id, and what happens when the pair is taken. [P2 P3 P4 P5 P6]

A guest is known to Braze by `external_source_id`. A new guest of the ordering site brings the pair along; guests who
are there already get it by the app's update, the ordering site's update or the dashboard's update. A pair belongs to
one guest: a second one is refused, and every later event shows that nobody has changed.
"""

from __future__ import annotations

import json
from typing import Any

from stampcard.client import WorldClient
from stampcard.punchh.signing import digest

UPDATE = """{
    "client":"CLIENT",
    "user": {
        "external_source":"customer_id",
        "external_source_id":"556644557788334412"
    }
}"""
"""The body of the update call on the Punchh partner page; only the client is filled in."""


async def play(world: WorldClient) -> None:
    await world.say("In Punchh: External User Identifier is on; the adapter sends Guest and Gift Check-in to Braze.")
    await world.setup({"punchh": dashboard(world)})

    sue = await sso_sign_up(world)
    app, site, desk = await existing_guests(world)

    await world.say("Mobile update: the partner page's curl, with the guest's access token and a SHA256 digest.")
    reply = await mobile_update(world, app["token"], UPDATE.replace("CLIENT", world.punchh["client"]))
    await world.expect_equal(reply.status_code, 200, "the pair is taken")

    await world.say("SSO update: the authentication token and a SHA1 digest.")
    reply = await sso_update(world, site["token"], pair("site-2"))
    await world.expect_equal(reply.status_code, 200, "the pair is taken")

    await world.say("Dashboard update: the admin key; id and present e-mail select the guest.")
    reply = await dashboard_update(world, desk, pair("desk-3"))
    await world.expect_equal(reply.status_code, 200, "the pair is taken")

    known = {"sue-1": sue, "556644557788334412": app, "site-2": site, "desk-3": desk}
    await world.say("A gift for each of the four: every event from now on uses the pair.")
    await gifts(world, known, 1)

    await taken(world, known)
    await world.say("One more gift for each: the events show who has which id.")
    await gifts(world, known, 2)


async def sso_sign_up(world: WorldClient) -> dict[str, Any]:
    """P2: a new guest of the ordering site."""
    user = {"email": "sue@example.com", "password": "p@ssw0rd", "first_name": "Sue", "last_name": "Sand"}
    target = "/api/auth/customers.json"
    body = json.dumps({"client": world.punchh["client"], "user": {**user, **pair("sue-1")}})

    await world.say("A guest signs up on the ordering site. First with the digest of the app's API, SHA256.")
    headers = signed(world, target, body, "sha256")
    reply = await world.punchh.post(target, content=body, headers=headers)
    await world.expect_equal(reply.status_code, 412, "Punchh refuses it: here the digest is SHA1")

    await world.say("Now with the SHA1 digest.")
    reply = await world.punchh.post(target, content=body, headers=signed(world, target, body, "sha1"))
    await world.expect_equal(reply.status_code, 201, "the guest is signed up: the refused call had taken nothing")
    guest = reply.json()
    await world.expect(bool(guest["authentication_token"]), "and has an authentication token")
    await world.settle()
    profile = await braze_profile(world, "sue-1")
    stored = profile["custom_attributes"]["punchh_user_id"]
    await world.expect_equal(stored, guest["user_id"], "Braze knows the guest by the external id")
    return {"id": guest["user_id"], "email": user["email"], "token": guest["authentication_token"]}


async def existing_guests(world: WorldClient) -> list[dict[str, Any]]:
    """Three guests without the pair: one of the app, one of the ordering site, one whom only the admin will change."""
    await world.say("Three guests who came without an external id: two by the app, one by the ordering site.")
    before = await tracked(world)
    guests = []
    for name, target, kind in (
        ("app", "/api2/mobile/users", "sha256"),
        ("site", "/api/auth/customers.json", "sha1"),
        ("desk", "/api2/mobile/users", "sha256"),
    ):
        user = {"email": f"{name}@example.com", "password": "p@ssw0rd", "first_name": name.title(), "last_name": "Doe"}
        body = json.dumps({"client": world.punchh["client"], "user": user})
        reply = (await world.punchh.post(target, content=body, headers=signed(world, target, body, kind))).json()
        found = reply if kind == "sha1" else {**reply["user"], "authentication_token": reply["access_token"]["token"]}
        guests.append({"id": found["user_id"], "email": user["email"], "token": found["authentication_token"]})
    await world.settle()
    await world.expect_equal(await tracked(world), before, "Braze hears of none of them: there is no id to tell it by")
    return guests


async def taken(world: WorldClient, known: dict[str, dict[str, Any]]) -> None:
    """P6: the pair belongs to another guest; 422 everywhere, and nobody changes."""
    sue, app, site, desk = known.values()
    profiles = [await info(world, guest) for guest in known.values()]
    stolen = {"first_name": "Thief", **pair("sue-1")}

    await world.say("The app's guest claims Sue's pair, with a new first name in the same call.")
    body = json.dumps({"client": world.punchh["client"], "user": stolen})
    reply = await mobile_update(world, app["token"], body)
    await world.expect_equal(reply.status_code, 422, "Punchh refuses it")
    await world.expect("external_source_id" in reply.json()["errors"], "and names the field", got=reply.text)

    await world.say("So does the guest of the ordering site, and an admin for the third.")
    reply = await sso_update(world, site["token"], stolen)
    await world.expect_equal(reply.status_code, 422, "the ordering site's update is refused")
    reply = await dashboard_update(world, desk, stolen)
    await world.expect_equal(reply.status_code, 422, "the dashboard's update is refused")

    await world.say("And a new guest, who signs up with the pair of somebody else.")
    user = {"email": "new@example.com", "password": "p@ssw0rd", "first_name": "New", "last_name": "Doe"}
    body = json.dumps({"client": world.punchh["client"], "user": {**user, **pair("sue-1")}})
    headers = signed(world, "/api2/mobile/users", body, "sha256")
    reply = await world.punchh.post("/api2/mobile/users", content=body, headers=headers)
    await world.expect_equal(reply.status_code, 422, "the sign-up is refused")
    reply = await info(world, {"email": user["email"]})
    await world.expect_equal(reply.status_code, 404, "and no guest of that address exists")

    after = [await info(world, guest) for guest in known.values()]
    await world.expect_equal([reply.status_code for reply in after], [200] * 4, "the four guests are there")
    same = [late.json() == early.json() for late, early in zip(after, profiles, strict=True)]
    await world.expect(all(same), "and as they were, first names included", got=same)
    braze = await braze_profile(world, "sue-1")
    await world.expect_equal(braze["custom_attributes"]["punchh_user_id"], sue["id"], "Sue's id in Braze is Sue's")


async def gifts(world: WorldClient, known: dict[str, dict[str, Any]], times: int) -> None:
    """Give everybody a point; the event must land on the profile of the guest's own external id."""
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    for guest in known.values():
        gift = {"user_id": guest["id"], "gift_count": 1, "subject": "For you", "gift_reason": "Thanks"}
        await world.punchh.post("/api2/dashboard/users/support", headers=headers, json=gift)
    await world.settle()
    for external_id, guest in known.items():
        profile = await braze_profile(world, external_id)
        seen = [(event["name"], event["count"]) for event in profile.get("custom_events", [])]
        await world.expect_equal(seen, [("checkins_gift", times)], f"the gift is an event of {external_id} in Braze")
        stored = profile["custom_attributes"]["punchh_user_id"]
        await world.expect_equal(stored, guest["id"], f"and {external_id} has the guest's own punchh_user_id")


def dashboard(world: WorldClient) -> dict[str, Any]:
    return {
        "business": {"external_user_identifier": True, "webhook_management": True, "show_adapters_tab": True},
        "adapters": [
            {
                "name": "Braze",
                "adapter": "Braze",
                "endpoint": "https://rest.iad-01.braze.com",
                "api_key": world.braze["api_key"],
                "events": ["Guest", "Gift Check-in"],
            }
        ],
    }


def pair(external_id: str) -> dict[str, str]:
    return {"external_source": "customer_id", "external_source_id": external_id}


def signed(world: WorldClient, target: str, body: str, algorithm: str) -> dict[str, str]:
    signature = digest(world.punchh["secret"], target, body.encode(), algorithm)
    return {"Content-Type": "application/json", "x-pch-digest": signature}


async def mobile_update(world: WorldClient, token: str, body: str) -> Any:
    headers = {**signed(world, "/api2/mobile/users", body, "sha256"), "Authorization": f"Bearer {token}"}
    return await world.punchh.put("/api2/mobile/users", content=body, headers=headers)


async def sso_update(world: WorldClient, token: str, user: dict[str, str]) -> Any:
    body = json.dumps({"client": world.punchh["client"], "user": user})
    headers = {**signed(world, "/api/auth/users", body, "sha1"), "Authorization": f"Bearer {token}"}
    return await world.punchh.put("/api/auth/users", content=body, headers=headers)


async def dashboard_update(world: WorldClient, guest: dict[str, Any], user: dict[str, str]) -> Any:
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    selected = {"id": str(guest["id"]), "email": guest["email"], "user": user}
    return await world.punchh.patch("/api2/dashboard/users", headers=headers, json=selected)


async def info(world: WorldClient, guest: dict[str, Any]) -> Any:
    """The guest as the dashboard shows it."""
    headers = {"Authorization": f"Bearer {world.punchh['admin_key']}"}
    return await world.punchh.get("/api2/dashboard/users/info", headers=headers, params={"email": guest["email"]})


async def tracked(world: WorldClient) -> int:
    """Calls of Braze's /users/track so far."""
    return len(await world.journal(vendor="braze", operation="users_track"))


async def braze_profile(world: WorldClient, external_id: str) -> Any:
    headers = {"Authorization": f"Bearer {world.braze['api_key']}"}
    reply = await world.braze.post("/users/export/ids", headers=headers, json={"external_ids": [external_id]})
    return reply.json()["users"][0]
