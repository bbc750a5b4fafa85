"""The token endpoint: HTTP Basic, one grant, one scope, its own envelope."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import ControlRefused, WorldClient

GOOD = {"grant_type": "client_credentials", "scope": "loyalty.async_events"}


async def set_up(world: WorldClient, **client: Any) -> None:
    await world.setup({"antavo": {"auth_clients": [{"id": f"app-{world.name}", "secret": "s3cret", **client}]}})


async def ask(world: WorldClient, secret: str = "s3cret", **body: str) -> httpx.Response:
    basic = httpx.BasicAuth(f"app-{world.name}", secret)
    return await world.antavo.post("/v1/auth/token", data=body or GOOD, auth=basic)


async def test_a_token(world: WorldClient) -> None:
    await set_up(world)

    found = (await ask(world)).json()

    assert (found["token_type"], found["expires_in"], found["scope"]) == ("Bearer", 3600, "loyalty.async_events")


@pytest.mark.parametrize(
    ("body", "word", "code"),
    [
        ({"scope": "loyalty.async_events"}, "invalid_request", 220011),
        ({**GOOD, "grant_type": "password"}, "unsupported_grant_type", 220014),
        ({**GOOD, "scope": "everything"}, "invalid_scope", 220015),
    ],
)
async def test_refusals(world: WorldClient, body: dict[str, str], word: str, code: int) -> None:
    await set_up(world)

    response = await ask(world, **body)

    found = response.json()
    assert (response.status_code, found["status"], found["error"]) == (400, "error", word)
    assert found["details"]["code"] == code


@pytest.mark.parametrize(
    ("client", "secret"),
    [({}, "wrong"), ({"status": "revoked"}, "s3cret"), ({"expires_at": "2026-01-15T08:59:00Z"}, "s3cret")],
)
async def test_clients_that_are_refused(world: WorldClient, client: dict[str, str], secret: str) -> None:
    await set_up(world, **client)

    response = await ask(world, secret)

    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Basic realm="OAuth2 Token Endpoint"'
    detail = {"type": "UnauthorizedException", "code": 220010, "message": "Client authentication failed"}
    assert response.json() == {"status": "error", "error": "invalid_client", "details": detail}


async def test_no_client_at_all(world: WorldClient) -> None:
    assert (await world.antavo.post("/v1/auth/token", data=GOOD)).status_code == 401


async def test_a_client_id_is_taken_once(world: WorldClient) -> None:
    clients = [{"id": world.antavo["api_key"], "secret": "x"}]

    with pytest.raises(ControlRefused, match="another credential"):
        await world.setup({"antavo": {"auth_clients": clients}})
