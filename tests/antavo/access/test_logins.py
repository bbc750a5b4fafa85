"""Enrolment with a password, login, resetting a forgotten one."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call

WEEKS = {"antavo": {"auth": {"clock_skew_seconds": 4000000000}}}


async def opt_in(world: WorldClient, **change: Any) -> httpx.Response:
    body = {"password": "one", "confirm_password": "one", "email": "ann@example.com", **change}
    return await call(world.antavo, "POST", "/customers/ann/opt-in", body)


async def login(world: WorldClient, username: str = "ann", password: str = "one") -> httpx.Response:
    return await call(world.antavo, "POST", "/customers/-/login", {"username": username, "password": password})


def message(response: httpx.Response) -> str:
    assert response.status_code == 400, response.text
    found: str = response.json()["error"]["message"]
    return found


async def test_an_enrolment_with_a_password(world: WorldClient) -> None:
    assert (await opt_in(world)).json()["email"] == "ann@example.com"

    assert message(await opt_in(world)) == "Customer already exists"
    assert (await login(world)).json()["id"] == "ann"
    assert (await login(world, "ann@example.com")).status_code == 200


@pytest.mark.parametrize(("username", "password"), [("ann", "two"), ("nobody", "one"), ("ann", "")])
async def test_a_login_that_is_refused(world: WorldClient, username: str, password: str) -> None:
    await opt_in(world)

    assert message(await login(world, username, password)) == "Invalid username or password"


async def test_passwords_must_match(world: WorldClient) -> None:
    assert message(await opt_in(world, confirm_password="two")) == "Passwords do not match"


async def test_daily_login_is_registered_once_a_day(world: WorldClient) -> None:
    await world.setup(WEEKS)
    await opt_in(world)
    await login(world)
    await login(world)
    await world.advance("24h")
    await login(world)

    actions = [row.action for row in world.inside.tenants["antavo"].customers["ann"].events]
    assert actions == ["opt_in", "daily_login", "daily_login"]


async def token(world: WorldClient) -> str:
    response = await call(world.antavo, "POST", "/customers/-/password/request", {"username": "ann"})
    found: str = response.json()["token"]
    return found


async def reset(world: WorldClient, token: str, confirm: str = "two") -> httpx.Response:
    body = {"token": token, "password": "two", "confirm_password": confirm}
    return await call(world.antavo, "POST", "/customers/-/password/reset", body)


async def test_a_new_password_is_set_once(world: WorldClient) -> None:
    await opt_in(world)
    made = await token(world)

    assert message(await reset(world, made, "three")) == "Passwords do not match"
    assert (await reset(world, made)).json() == {"token": made}
    assert message(await reset(world, made)) == "This token has already been used"
    assert (await login(world, password="two")).status_code == 200


async def test_tokens_that_are_refused(world: WorldClient) -> None:
    await world.setup(WEEKS)
    await opt_in(world)
    old, new = await token(world), await token(world)

    assert message(await reset(world, "nothing")) == "This request token is not valid"
    assert message(await reset(world, old)) == "This token is already deactivated"
    await world.advance("25h")
    assert message(await reset(world, new)) == "This token has been expired"


async def test_a_reset_for_nobody(world: WorldClient) -> None:
    response = await call(world.antavo, "POST", "/customers/-/password/request", {"username": "nobody"})

    assert message(response) == "Customer not found"


# Verification


async def register(world: WorldClient) -> str:
    """An opt-in that has to be verified; the token, from the journal."""
    await world.setup({"antavo": {"customers": {"verification": True}}})
    await opt_in(world)
    (entry,) = await world.journal(operation="customer_optin_credentials")
    found: str = entry["summary"].rpartition(" ")[2]
    return found


async def test_a_registration_waits_for_its_verification(world: WorldClient) -> None:
    made = await register(world)

    refused = await login(world)
    verified = await call(world.antavo, "GET", f"/customers/-/verify/?token={made}")

    assert message(refused) == "Invalid username or password"
    assert (verified.status_code, verified.json()) == (200, {})
    assert (await login(world)).json()["status"] == "active"
    again = await call(world.antavo, "GET", f"/customers/-/verify/?token={made}")
    assert message(again) == "This token has already been used"


async def test_a_verification_goes_on_to_a_page(world: WorldClient) -> None:
    made = await register(world)

    response = await call(
        world.antavo, "GET", f"/customers/-/verify/?token={made}&redirect_url=https://shop.example/hi"
    )

    assert (response.status_code, response.headers["location"]) == (302, "https://shop.example/hi")


async def test_tokens_are_for_one_purpose(world: WorldClient) -> None:
    await opt_in(world)
    made = await token(world)

    response = await call(world.antavo, "GET", f"/customers/-/verify/?token={made}")

    assert message(response) == "This request token is not valid"
