"""The rest of the own account: family, messages, transfers, deals, expiry, sessions."""

from typing import Any

from stampcard.client import WorldClient
from tests.punchh.calls import Api


async def test_family(api: Api) -> None:
    _, token = await api.sign_up()
    path = "/api2/mobile/user_relations"
    missing = await api.send("POST", path, {"name": "Kim"}, token)
    told = {"errors": {"relation": "Required parameter missing or the value is empty."}}
    assert (missing.status_code, missing.json()) == (400, told)
    row = (await api.send("POST", path, {"name": "Kim", "relation": "kid", "birthday": "2015-05-05"}, token)).json()
    wrong = await api.send("PUT", f"{path}/{row['id']}", {"relation": "cat"}, token)
    assert wrong.json() == {"errors": {"relation": ["Relation is not included in the list"]}}
    assert (await api.send("PUT", f"{path}/{row['id']}", {"name": "Kimberly"}, token)).json()["relation"] == "kid"
    assert (await api.send("DELETE", f"{path}/{row['id']}", None, token)).status_code == 200
    gone = await api.send("DELETE", f"{path}/{row['id']}", None, token)
    assert (gone.status_code, gone.json()) == (404, {"errors": "User Relation Not Found"})


async def test_messages_from_support_are_read_and_deleted(api: Api) -> None:
    number, token = await api.sign_up()
    body = {"user_id": number, "subject": "Hello", "message": "How are you?"}
    assert (await api.send("POST", "/api2/dashboard/users/send_message", body)).status_code == 201
    (row,) = (await api.send("GET", "/api2/mobile/messages", None, token)).json()["messages"]
    assert (row["title"], row["body"], row["read_at"]) == ("Hello", "How are you?", None)
    ids = {"user_rich_notifications": str(row["message_id"])}
    assert (await api.send("POST", "/api2/mobile/message_readerships", ids, token)).status_code == 202
    (note,) = (await api.send("GET", "/api2/mobile/notifications", {"qty": "5"}, token)).json()
    assert note["read_at"]
    assert (await api.send("DELETE", f"/api2/mobile/notifications/{note['id']}", None, token)).status_code == 200
    assert (await api.send("GET", "/api2/mobile/messages", None, token)).json() == {"messages": []}
    wrong = await api.send("GET", "/api2/mobile/notifications", {"qty": "-1"}, token)
    text = "Number of Notifications should be greater than zero. '-1' is zero, Blank or non-integer value"
    assert (wrong.status_code, wrong.json()) == (400, {"errors": {"qty": text}})


def gift(name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {name: value, "recipient_email": "bob@example.com", "password": "Passw0rd!", **more}


async def test_points_are_given_to_another_guest(api: Api) -> None:
    _, token = await api.sign_up()
    await api.sign_up("bob@example.com")
    await api.buy("ada@example.com", 96, "t1")
    path = "/api2/mobile/loyalty_transfers/points"
    refused = [
        (await api.send("POST", path, body, token)).json()
        for body in (
            gift("points_to_transfer", 100),
            gift("points_to_transfer", 5, password="wrong"),
            gift("points_to_transfer", 5, password=""),
            gift("points_to_transfer", 5, recipient_email="nobody@example.com"),
        )
    ]
    assert refused == [
        ["Not enough reward balance available to redeem. Current Balance of 96 is less than 100 requested"],
        ["Invalid password. Please try again."],
        ["Password is required for peer-to-peer transfer."],
        ["Recipient not found"],
    ]
    assert (await api.send("POST", path, gift("points_to_transfer", 90), token)).status_code == 200
    found = (await api.send("GET", "/api/pos/users/search?email=bob@example.com")).json()
    assert found["balance"]["net_balance"] == 90


async def test_a_reward_is_given_once(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"id": 132, "name": "Fries"}]}})
    number, token = await api.sign_up()
    await api.sign_up("bob@example.com")
    await api.send("POST", "/api2/dashboard/users/support", {"user_id": number, "redeemable_id": 132})
    path = "/api2/mobile/loyalty_transfers/reward"
    assert (await api.send("POST", path, gift("reward_to_transfer", 900001), token)).status_code == 200
    again = await api.send("POST", path, gift("reward_to_transfer", 900001), token)
    assert (again.status_code, again.json()) == (422, ["Reward doesn't exist or has already been redeemed."])
    found = (await api.send("GET", "/api/pos/users/search?email=bob@example.com")).json()
    assert [row["name"] for row in found["rewards"]] == ["Fries"]


async def test_a_deal_is_taken_once(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"redeemables": [{"name": "Fries", "uuid": "u-1", "deal": True}, {"name": "Cola"}]}})
    _, token = await api.sign_up()
    assert [row["name"] for row in (await api.send("GET", "/api2/mobile/deals", None, token)).json()] == ["Fries"]
    assert (await api.send("GET", "/api2/mobile/deals/u-1", None, token)).json()["redeemable_uuid"] == "u-1"
    taken = [await api.send("POST", "/api2/mobile/deals", {"redeemable_uuid": "u-1"}, token) for _ in range(2)]
    assert [answer.status_code for answer in taken] == [200, 422]


async def test_what_lapses_when(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    path = "/api2/mobile/users/points_expiry_timeline"
    off = await api.send("GET", path, None, token)
    assert (off.status_code, list(off.json()["errors"])) == (422, ["disabled_feature"])
    await world.setup({"punchh": {"program": {"rolling_expiry_days": 30}}})
    await api.buy("ada@example.com", 12, "t1")
    rows = (await api.send("GET", path, None, token)).json()["points_expiry"]
    assert rows == [{"expiring_points": 12, "expiring_at": "2026-02-14"}]


async def test_a_session_of_the_app_signs_in_on_the_site_once(world: WorldClient, api: Api) -> None:
    number, token = await api.sign_up()
    session = (await api.send("POST", "/api2/mobile/session_tokens", None, token)).json()["token"]
    first = await api.send("POST", "/api/auth/sso", {"security_token": session})
    assert first.json()["user"]["user_id"] == number
    again = await api.send("POST", "/api/auth/sso", {"security_token": session})
    text = {"message": "Invalid/Expired security token.", "code": "invalid_token"}
    assert (again.status_code, again.json()) == (401, {"error": text})


async def test_google_answers_by_what_the_setup_says(world: WorldClient, api: Api) -> None:
    mobile, sso = "/api2/mobile/users/google_sign_in", "/api/auth/users/connect_with_google"
    for path in (mobile, sso):
        off = await api.send("POST", path, {"google_id_token": "t"})
        assert (off.status_code, off.json()) == (422, {"errors": ["Google sign-in not enabled."]})
    person = {"provider": "google", "token": "t", "email": "gil@example.com", "first_name": "Gil"}
    await world.setup({"punchh": {"social_identities": [person]}})
    wrong = await api.send("POST", mobile, {"google_id_token": "x"})
    assert wrong.json() == {"errors": ["Google ID token is not valid"]}
    new = (await api.send("POST", mobile, {"google_id_token": "t"})).json()["user"]
    again = (await api.send("POST", sso, {"google_id_token": "t"})).json()
    assert (new["first_name"], again["user_id"]) == ("Gil", new["user_id"])


async def test_a_banned_device_is_refused(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"switches": {"max_guests_per_device": 5}}})
    user = {"email": "a@example.com", "password": "Passw0rd!", "first_name": "A", "last_name": "B"}
    made = await api.send("POST", "/api2/mobile/users", {"user": user}, punchh_app_device_id="d1")
    ban = {"user_id": made.json()["user"]["user_id"], "reason": "abuse", "ban_all_associated_devices": True}
    await api.send("POST", "/api2/dashboard/users/ban", ban)
    other = {**user, "email": "b@example.com"}
    refused = await api.send("POST", "/api2/mobile/users", {"user": other}, punchh_app_device_id="d1")
    assert refused.status_code == 422


async def test_a_code_verifies_once(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up()
    await api.send("POST", "/api2/mobile/verify_token", None, token)
    code = (await world.journal(operation="verification code"))[0]["summary"].split()[-1]
    body = {"token": code, "verification_mode": "email"}
    assert (await api.send("PUT", "/api2/mobile/verify_token", body, token)).status_code == 200
    assert (await api.send("PUT", "/api2/mobile/verify_token", body, token)).status_code == 422


async def test_a_request_to_come_back_is_made_once(api: Api) -> None:
    number, _ = await api.sign_up()
    await api.send("DELETE", f"/api2/dashboard/users/deactivate?user_id={number}")
    path, body = "/api2/mobile/users/request_reactivation", {"email": "ada@example.com"}
    assert (await api.send("POST", path, body)).status_code == 200
    again = await api.send("POST", path, body)
    assert (again.status_code, again.json()) == (422, {"error": "There is already an ongoing request"})


async def test_challenges_are_not_enabled(api: Api) -> None:
    _, token = await api.sign_up()
    response = await api.send("GET", "/api2/mobile/challenges", None, token)
    text = "Business does not have challenges enabled."
    assert (response.status_code, response.json()) == (422, {"errors": {"disabled_feature": text}})
