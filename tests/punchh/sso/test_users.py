"""Guests on the ordering site."""

import hashlib
import hmac

from stampcard.client import WorldClient
from tests.punchh.calls import Api

PAIR = {"external_source": "customer_id", "external_source_id": "ext-77"}


async def test_a_sign_up_answers_201_with_a_token(world: WorldClient, api: Api) -> None:
    number, token = await api.sso_sign_up(**PAIR)
    shown = await api.send("GET", "/api/auth/users", None, token)
    assert shown.status_code == 200
    assert (shown.json()["id"], shown.json()["user_id"], shown.json()["email"]) == (number, number, "sue@example.com")
    assert "ext-77" not in shown.text
    assert world.inside is not None
    guest = world.inside.tenants["punchh"].guests[number]
    assert (guest.external_source_id, guest.signup_channel) == ("ext-77", "OnlineOrder")


async def test_the_token_travels_in_header_body_or_query(api: Api) -> None:
    _, token = await api.sso_sign_up()
    body = {"authentication_token": token}
    assert (await api.send("GET", "/api/auth/users", body)).status_code == 200
    query = f"/api/auth/users?client={api.door['client']}&access_token={token}"
    assert (await api.send("GET", query)).status_code == 200


async def test_the_mobile_digest_is_refused(api: Api, world: WorldClient) -> None:
    body = b'{"client":"' + world.punchh["client"].encode() + b'"}'
    made = hmac.new(world.punchh["secret"].encode(), b"/api/auth/customers.json" + body, hashlib.sha256).hexdigest()
    response = await world.punchh.post("/api/auth/customers.json", content=body, headers={"x-pch-digest": made})
    assert (response.status_code, response.json()) == (412, ["Invalid Signature"])


async def test_an_existing_guest_gets_the_pair(world: WorldClient, api: Api) -> None:
    number, token = await api.sso_sign_up()
    response = await api.send("PUT", "/api/auth/users", {"user": PAIR}, token)
    assert response.status_code == 200
    assert world.inside is not None
    assert world.inside.tenants["punchh"].guests[number].external_source_id == "ext-77"


async def test_a_pair_that_is_taken(api: Api) -> None:
    await api.sign_up(**PAIR)
    _, token = await api.sso_sign_up()
    response = await api.send("PUT", "/api/auth/users", {"user": PAIR}, token)
    assert (response.status_code, response.json()) == (
        422,
        {"errors": {"external_source_id": ["has already been taken"]}},
    )


async def test_a_guest_of_the_app_signs_in_on_the_site(api: Api) -> None:
    number, _ = await api.sign_up()
    body = {"user": {"email": "ada@example.com", "password": "Passw0rd!"}}
    response = await api.send("POST", "/api/auth/customers/sign_in", body)
    assert (response.status_code, response.json()["user_id"]) == (200, number)


async def test_family_is_kept_and_changed(api: Api) -> None:
    rows = [{"name": "Kim", "relation": "kid", "birthday": "2015-05-05"}]
    _, token = await api.sso_sign_up(user_relations=rows)
    (row,) = (await api.send("GET", "/api/auth/users", None, token)).json()["user_relations"]
    body = {"user": {"user_relations": [{"id": row["id"], "name": "Kimberly", "relation": "kid"}]}}
    (row,) = (await api.send("PUT", "/api/auth/users", body, token)).json()["user_relations"]
    assert row["name"] == "Kimberly"


async def test_a_forgotten_password_is_set_anew_once(api: Api) -> None:
    await api.sso_sign_up()
    asked = await api.send("POST", "/api/auth/users/reset_password_token", {"user": {"email": "sue@example.com"}})
    token = asked.json()["reset_password_token"]
    body = {"user": {"password": "N3wPassw0rd"}, "reset_password_token": token}
    assert (await api.send("PATCH", "/api/auth/users/change_password", body)).status_code == 200
    assert (await api.send("PATCH", "/api/auth/users/change_password", body)).status_code == 401
    login = {"user": {"email": "sue@example.com", "password": "N3wPassw0rd"}}
    assert (await api.send("POST", "/api/auth/customers/sign_in", login)).status_code == 200
