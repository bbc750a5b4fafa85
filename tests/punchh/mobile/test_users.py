"""Profiles in the app."""

import asyncio
from typing import Any

from msgspec import json

from stampcard.client import WorldClient
from tests.punchh.calls import Api, digest

# The body of the curl on the Punchh partner page, with its own white space.
PAGE = """{
    "client":"CLIENT",
    "user" : {
      "email": "test@example.com",
      "password": "PASSWORD",
      "first_name":"FIRST_NAME",
      "last_name":"LAST_NAME",
      "terms_and_conditions":"true",
      "anniversary":"2014-02-02",
      "zip_code":"94497",
      "birthday":"2004-02-02",
      "external_source":"customer_id",
      "external_source_id":"111111111111111111"
      }
}"""
PAGE_UPDATE = """{
    "client":"CLIENT",
    "user": {
        "external_source":"customer_id",
        "external_source_id":"111111111111111111"
    }
}"""


def page_headers(signature: str) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "x-pch-digest": signature,
        "Accept-Timezone": "Etc/UTC",
        "Accept": "application/json",
        "Accept-Language": "en",
    }


async def test_the_curl_of_the_partner_page_signs_up(world: WorldClient, api: Api) -> None:
    body = PAGE.replace("CLIENT", world.punchh["client"]).encode()
    headers = page_headers(digest(world.punchh, "/api2/mobile/users", body))
    response = await world.punchh.post("/api2/mobile/users", content=body, headers=headers)
    assert response.status_code == 200
    user = response.json()["user"]
    assert (user["email"], user["birthday"], user["zip_code"]) == ("test@example.com", "2004-02-02", "94497")
    assert response.json()["access_token"]["token"]
    assert "111111111111111111" not in response.text, "no read echoes the external id"
    assert world.inside is not None
    guest = world.inside.tenants["punchh"].guests[user["user_id"]]
    assert (guest.external_source, guest.external_source_id) == ("customer_id", "111111111111111111")


async def test_the_update_curl_of_the_partner_page_stores_the_pair(world: WorldClient, api: Api) -> None:
    number, token = await api.sign_up()
    body = PAGE_UPDATE.replace("CLIENT", world.punchh["client"]).encode()
    headers = page_headers(digest(world.punchh, "/api2/mobile/users", body)) | {"Authorization": f"Bearer {token}"}
    response = await world.punchh.put("/api2/mobile/users", content=body, headers=headers)
    assert response.status_code == 200
    assert world.inside is not None
    assert world.inside.tenants["punchh"].guests[number].external_source_id == "111111111111111111"


async def test_a_wrong_digest_stores_nothing(world: WorldClient) -> None:
    body = PAGE.replace("CLIENT", world.punchh["client"]).encode()
    response = await world.punchh.post("/api2/mobile/users", content=body, headers=page_headers("0" * 64))
    assert response.status_code == 412
    assert world.inside is not None
    assert not world.inside.tenants["punchh"].guests


async def test_of_concurrent_sign_ups_with_one_pair_one_wins(world: WorldClient, api: Api) -> None:
    pair = {"external_source": "customer_id", "external_source_id": "7"}
    base = {"password": "Passw0rd!", "first_name": "A", "last_name": "B", **pair}
    users = [{"user": {**base, "email": f"{n}@example.com"}} for n in range(8)]
    answers = await asyncio.gather(*(api.send("POST", "/api2/mobile/users", user) for user in users))
    assert sorted(answer.status_code for answer in answers) == [200] + [422] * 7
    assert world.inside is not None
    assert len(world.inside.tenants["punchh"].guests) == 1


async def test_a_pair_of_another_guest_leaves_both_as_they_were(world: WorldClient, api: Api) -> None:
    pair = {"external_source": "customer_id", "external_source_id": "7"}
    first, _ = await api.sign_up(**pair)
    second, token = await api.sign_up("bob@example.com")
    response = await api.send("PUT", "/api2/mobile/users", {"user": {**pair, "city": "Paris"}}, token)
    assert response.status_code == 422
    assert response.json() == {"errors": {"external_source_id": ["External source id has already been taken"]}}
    assert world.inside is not None
    guests = world.inside.tenants["punchh"].guests
    assert guests[first].external_source_id == "7"
    assert (guests[second].external_source_id, guests[second].profile.get("city")) == (None, None)


async def test_the_same_pair_again_and_a_new_pair(world: WorldClient, api: Api) -> None:
    number, token = await api.sign_up(external_source="customer_id", external_source_id="7")
    for value in ("7", "8"):
        pair = {"external_source": "customer_id", "external_source_id": value}
        assert (await api.send("PUT", "/api2/mobile/users", {"user": pair}, token)).status_code == 200
    assert world.inside is not None
    business = world.inside.tenants["punchh"]
    assert list(business.by_external) == [("customer_id", "8")]
    assert business.guests[number].external_source_id == "8"


async def test_a_second_birthday_is_ignored_with_a_success(world: WorldClient, api: Api) -> None:
    _, token = await api.sign_up(birthday="2004-02-02")
    response = await api.send("PUT", "/api2/mobile/users", {"user": {"birthday": "1999-09-09"}}, token)
    assert response.status_code == 200
    assert response.json()["user"]["birthday"] == "2004-02-02"
    assert response.headers["x-stampcard-diagnostics"] == "already-set /user/birthday"


async def test_with_the_identifier_switched_off_the_pair_is_ignored_and_told(world: WorldClient, api: Api) -> None:
    await world.setup({"punchh": {"business": {"external_user_identifier": False}}})
    number, _ = await api.sign_up(external_source="customer_id", external_source_id="7")
    assert world.inside is not None
    assert world.inside.tenants["punchh"].guests[number].external_source_id is None
    entry = (await world.journal())[-1]
    assert [found["code"] for found in entry["diagnostics"]] == ["external-user-identifier-off"]


async def test_times_are_in_the_zone_the_caller_asks_for(api: Api) -> None:
    _, token = await api.sign_up()
    response = await api.send("GET", "/api2/mobile/users/profile", None, token, accept_timezone="America/New_York")
    assert response.json()["user"]["created_at"] == "2026-01-15T04:00:00-05:00"


async def test_a_background_update_is_applied_later(api: Api, world: WorldClient) -> None:
    _, token = await api.sign_up()
    response = await api.send("PATCH", "/api2/mobile/async_users", {"user": {"city": "Paris"}}, token)
    assert (response.status_code, response.content) == (202, b"")
    assert (await api.send("GET", "/api2/mobile/users/profile", None, token)).json()["user"]["city"] is None
    await world.settle()
    assert (await api.send("GET", "/api2/mobile/users/profile", None, token)).json()["user"]["city"] == "Paris"


async def test_a_deletion_happens_on_the_configured_day(api: Api, world: WorldClient) -> None:
    _, token = await api.sign_up()
    response = await api.send("DELETE", "/api2/mobile/users", None, token)
    assert (response.status_code, response.json()) == (200, {"message": "Your account will be deleted in 7 days."})
    await world.advance("6d")
    assert (await api.send("GET", "/api2/mobile/users/profile", None, token)).status_code == 200
    await world.advance("1d")
    gone = await api.send("DELETE", "/api2/mobile/users", None, token)
    assert (gone.status_code, list(gone.json()["errors"])) == (401, ["unauthorized"])
    await api.sign_up()  # the address is free again


async def test_a_form_is_read_like_json(api: Api) -> None:
    target = "/api2/mobile/users/login"
    await api.sign_up()
    body = f"client={api.door['client']}&user[email]=ada@example.com&user[password]=Passw0rd!".encode()
    fields = {"x-pch-digest": digest(api.door, target, body), "Content-Type": "application/x-www-form-urlencoded"}
    assert (await api.door.post(target, content=body, headers=fields)).status_code == 200


async def test_bad_bodies_are_refused_and_store_nothing(world: WorldClient, api: Api) -> None:
    bodies: list[Any] = [b"{", b"\xff\xfe", b"[1]", b'"x"', b"null", b"[" * 5000, b'{"user":{"email":"\\ud800"}}']
    for body in bodies:
        headers = {"x-pch-digest": digest(api.door, "/api2/mobile/users", body), "Content-Type": "application/json"}
        response = await api.door.post("/api2/mobile/users", content=body, headers=headers)
        assert response.status_code == 400, body
    assert world.inside is not None
    assert not world.inside.tenants["punchh"].guests


async def test_members_of_the_wrong_type_are_refused(api: Api) -> None:
    good = {"email": "ada@example.com", "password": "Passw0rd!", "first_name": "Ada", "last_name": "L"}
    for name, value in [("email", ["x"]), ("password", {}), ("first_name", None), ("profile_field_answers", 3)]:
        response = await api.send("POST", "/api2/mobile/users", {"user": {**good, name: value}})
        assert response.status_code == 400, name
        assert name in response.text
    answers = await api.send("POST", "/api2/mobile/users", {"user": {**good, "birthday": "soon"}})
    assert answers.json() == {"errors": {"birthday": ["Birthday is invalid"]}}


async def test_too_large_a_body_is_refused(api: Api) -> None:
    body = json.encode({"client": api.door["client"], "user": {"email": "x" * (11 * 1024 * 1024)}})
    response = await api.door.post("/api2/mobile/users", content=body)
    assert response.status_code == 413


async def test_of_two_background_updates_to_one_address_one_wins(world: WorldClient, api: Api) -> None:
    _, first = await api.sign_up()
    _, second = await api.sign_up("bob@example.com")
    for token in (first, second):
        body = {"user": {"email": "same@example.com", "first_name": "Same"}}
        assert (await api.send("PATCH", "/api2/mobile/async_users", body, token)).status_code == 202
    await world.settle()
    profiles = [await api.send("GET", "/api2/mobile/users/profile", None, token) for token in (first, second)]
    assert [one.json()["user"]["email"] for one in profiles] == ["same@example.com", "bob@example.com"]
    (entry,) = await world.journal(operation="background update")
    assert "Email has already been taken" in entry["summary"]
