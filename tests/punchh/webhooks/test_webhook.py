"""Raw webhooks: check, envelope, authentication, ladder, breaker."""

import hashlib
import hmac
from typing import Any

import pytest

from stampcard.client import ControlRefused, WorldClient
from stampcard.punchh.state import Webhook
from stampcard.punchh.webhooks.webhook import FAILURE_LIMIT, signature
from tests.punchh.calls import Api


def hook(**more: Any) -> dict[str, Any]:
    """A webhook to Voucherify's host, which answers in process whatever a fault says."""
    form = {"name": "raw", "url": "https://api.voucherify.io/hooks", "events": ["users"], **more}
    return {"punchh": {"business": {"webhook_management": True}, "webhooks": [form]}}


async def submitted(world: WorldClient, **more: Any) -> None:
    await world.faults({"host": "api.voucherify.io", "status": 200})
    await world.setup(hook(**more))


async def sent(world: WorldClient) -> list[dict[str, Any]]:
    await world.settle()
    entries = await world.journal()
    return [entry for entry in entries if entry["kind"] == "call" and entry["request"]["url"].endswith("/hooks")]


async def test_a_url_that_fails_the_check_is_not_active(world: WorldClient, api: Api) -> None:
    await world.faults({"host": "api.voucherify.io", "status": 500})
    with pytest.raises(ControlRefused, match="/punchh/webhooks/0/url"):
        await world.setup(hook())
    await api.sign_up()
    assert [entry["request"]["method"] for entry in await sent(world)] == ["GET"]


async def test_the_envelope(world: WorldClient, api: Api) -> None:
    await submitted(world)
    number, _ = await api.sign_up()
    body = (await sent(world))[-1]["request"]["body"]
    assert (body["event_name"], body["event_type"], body["action"]) == ("users", "", "create")
    assert body["timestamp"] == 1768467600000
    assert body["payload"]["user_id"] == number
    assert len(body["content_id"]) == 36


@pytest.mark.parametrize(
    ("auth", "expected"),
    [({"auth": "basic", "user": "u", "password": "p"}, "basic dTpw"), ({"auth": "bearer", "token": "t"}, "bearer t")],
)
async def test_authentication_modes(world: WorldClient, api: Api, auth: dict[str, str], expected: str) -> None:
    await submitted(world, **auth)
    await api.sign_up()
    await world.settle()
    assert world.inside is not None
    delivery = world.inside.tenants["punchh"].webhooks["raw"].deliveries[-1]
    assert delivery.headers["authorization"] == expected


async def test_hmac_mode_signs_path_and_body(world: WorldClient, api: Api) -> None:
    await submitted(world, auth="hmac_sha256", secret="hook-secret", client_name="us")
    await api.sign_up()
    assert world.inside is not None
    delivery = world.inside.tenants["punchh"].webhooks["raw"].deliveries[-1]
    made = hmac.new(b"hook-secret", b"/hooks" + delivery.body, hashlib.sha256).hexdigest()
    assert (delivery.headers["authorization"], delivery.headers["x-pch-key"]) == (f"hmac {made}", "us")


def test_hmac_worked_example(world: WorldClient) -> None:
    assert world.inside is not None
    made = Webhook("raw", "https://example.com/hooks/punchh", (), auth="hmac_sha256", secret="hook-secret")
    expected = "a831c95a993e227ff32a8d76cab9f7eaf81ceaaf1e3d1767ad20e50636ac9df7"
    assert signature(world.inside.tenants["punchh"], made, b'{"content_id":"c-1"}') == expected


@pytest.mark.parametrize(
    ("status", "gaps"), [(429, [15, 45, 180]), (408, [15, 45, 180]), (302, []), (404, []), (201, [])]
)
async def test_ladders(world: WorldClient, api: Api, status: int, gaps: list[int]) -> None:
    await submitted(world)
    await world.faults({"host": "api.voucherify.io", "status": status})
    await api.sign_up()
    await world.advance("1h")
    assert world.inside is not None
    (delivery,) = world.inside.tenants["punchh"].webhooks["raw"].deliveries
    times = [attempt.at for attempt in delivery.attempts]
    assert [(b - a).total_seconds() for a, b in zip(times, times[1:], strict=False)] == gaps
    assert delivery.state == "failed"


async def test_the_breaker_opens_pings_and_resumes(world: WorldClient, api: Api) -> None:
    await submitted(world)
    assert world.inside is not None
    found = world.inside.tenants["punchh"].webhooks["raw"]
    found.failures["users"] = FAILURE_LIMIT
    await world.faults({"host": "api.voucherify.io", "status": 404})
    await api.sign_up()
    await world.settle()
    assert found.suspended == {"users": 0}
    await api.sign_up("b@example.com")
    assert len(found.deliveries) == 1
    await world.faults({"host": "api.voucherify.io", "status": 200})
    await world.advance("5m")
    assert found.suspended == {}
    await api.sign_up("c@example.com")
    await world.settle()
    assert found.deliveries[-1].state == "delivered"


async def test_after_the_last_ping_the_event_is_deactivated(world: WorldClient, api: Api) -> None:
    await submitted(world)
    assert world.inside is not None
    found = world.inside.tenants["punchh"].webhooks["raw"]
    found.failures["users"] = FAILURE_LIMIT
    await world.faults({"host": "api.voucherify.io", "status": 404})
    await api.sign_up()
    await world.advance("13h")
    assert found.events == ()
    assert "deactivated" in (await world.journal(operation="webhook breaker"))[-1]["summary"]


async def test_a_redeemable_that_changes_is_told_for_the_business(world: WorldClient) -> None:
    await submitted(world, events=["redeemables"])
    for description in ("old", "new"):
        await world.setup({"punchh": {"redeemables": [{"name": "Fries", "description": description}]}})
    bodies = [entry["request"]["body"] for entry in await sent(world) if entry["request"]["body"]]
    assert [(body["action"], body["payload"]["description"]) for body in bodies] == [
        ("create", "old"),
        ("update", "new"),
    ]
