"""OAuth tokens really open calls, as far as their scopes reach and as long as they last."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from stampcard.client import WorldClient
from tests.voucherify.calls import made, send

TEN = {"type": "AMOUNT", "amount_off": 1000}


async def token(world: WorldClient, scope: str = "api") -> dict[str, Any]:
    found: dict[str, Any] = await made(
        world, "POST", "/v1/oauth/token", data={"grant_type": "client_credentials", "scope": scope}
    )
    return found


async def with_token(world: WorldClient, value: str, method: str, path: str, **options: Any) -> Any:
    return await world.voucherify.request(method, path, headers={"Authorization": f"Bearer {value}"}, **options)


async def test_a_token_opens_the_api_until_it_expires(world: WorldClient) -> None:
    found = await token(world)

    first = await with_token(world, found["access_token"], "POST", "/v1/vouchers/A", json={"discount": TEN})
    await world.advance("14m59s")
    late = await with_token(world, found["access_token"], "GET", "/v1/vouchers/A")
    await world.advance("1s")
    over = await with_token(world, found["access_token"], "GET", "/v1/vouchers/A")

    assert (found["expires_in"], found["scope"], found["token_type"]) == (900, "api", "Bearer")
    assert found["client_id"] == world.voucherify["app_id"]
    assert (first.status_code, late.status_code, over.status_code) == (200, 200, 401)
    assert over.json() == {"code": 401, "key": "unauthorized", "message": "Unauthorized"}


async def test_a_scope_is_as_far_as_a_token_reaches(world: WorldClient) -> None:
    await world.setup({"voucherify": {"client_side": {"publish": True}}})
    value = (await token(world, "vouchers client_validations"))["access_token"]

    vouchers = await with_token(world, value, "GET", "/v1/vouchers")
    campaigns = await with_token(world, value, "GET", "/v1/campaigns")
    browser = await with_token(world, value, "POST", "/client/v1/publish", json={"campaign": "x", "customer": "ann"})
    management = await with_token(world, value, "GET", "/management/v1/projects/proj_x/webhooks")

    assert vouchers.status_code == 200
    assert (campaigns.status_code, campaigns.json()["key"]) == (403, "missing_required_permission")
    assert browser.status_code == 403
    assert management.status_code == 401


async def test_tokens_are_looked_into_and_revoked(world: WorldClient) -> None:
    value = (await token(world, "vouchers"))["access_token"]
    await world.advance("5m")

    known = await made(world, "POST", "/v1/oauth/introspect", data={"access_token": value})
    unknown = await made(world, "POST", "/v1/oauth/introspect", data={"access_token": "nope"})
    revoked = await send(world, "POST", "/v1/oauth/token/revoke", data={"access_token": value})
    again = await send(world, "POST", "/v1/oauth/token/revoke", data={"access_token": value})
    after = await with_token(world, value, "GET", "/v1/vouchers")

    assert (known["active"], known["expires_in"], known["scope"]) == (True, 600, "vouchers")
    assert unknown == {"active": False}
    assert (revoked.status_code, again.status_code, again.content) == (204, 404, b"")
    assert after.status_code == 401


async def test_a_token_makes_no_token(world: WorldClient) -> None:
    value = (await token(world))["access_token"]

    form = {"grant_type": "client_credentials", "scope": "api"}
    response = await with_token(world, value, "POST", "/v1/oauth/token", data=form)

    assert response.status_code == 401


async def test_service_keys_get_tokens_within_their_role(world: WorldClient) -> None:
    project = {"id": "proj_shop"}
    key = {"name": "bot", "type": "oauth", "id": "service-1", "token": "secret-1", "permissions": ["vouchers.read"]}
    await world.setup({"voucherify": {"project": project, "keys": [key]}})
    form = {"grant_type": "client_credentials", "scope": "vouchers.read", "project_id": "proj_shop"}

    async def ask(secret: str, **changed: str) -> Any:
        basic = b64encode(f"service-1:{secret}".encode()).decode()
        headers = {"Authorization": f"Basic {basic}"}
        return await world.voucherify.request("POST", "/v2/oauth/token", headers=headers, data={**form, **changed})

    good = (await ask("secret-1")).json()
    wrong, beyond = await ask("other"), await ask("secret-1", scope="campaigns.read")
    value = good["access_token"]

    assert (good["token_type"], good["expires_in"], good["scope"]) == ("Bearer", 900, "vouchers.read")
    assert wrong.status_code == 401
    assert (beyond.status_code, beyond.json()["key"]) == (400, "invalid_scope")
    assert (await with_token(world, value, "GET", "/v1/vouchers")).status_code == 200
    assert (await with_token(world, value, "DELETE", "/v1/vouchers/A")).status_code == 403
    assert (await with_token(world, value, "GET", "/v1/campaigns")).status_code == 403


async def test_tokens_of_another_world_say_nothing(world: WorldClient) -> None:
    response = await with_token(world, "nobody", "GET", "/v1/vouchers")

    assert response.status_code == 401
