"""Expiring club points: which are gone, which will be, and the dates one may ask for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from stampcard.client import WorldClient
from tests.antavo.calls import call


async def set_up(world: WorldClient) -> str:
    template = {"id": "t", "name": "T", "point_expiration_days": 10}
    await world.setup({"antavo": {"club_templates": [template], "members": [{"id": "ann"}]}})
    body = {"name": "Readers", "template_id": "t", "owner_id": "ann"}
    club: str = (await call(world.antavo, "POST", "/v1/clubs", body)).json()["payload"]["id"]
    return club


async def adjust(world: WorldClient, club: str, points: int) -> None:
    path = f"/v1/clubs/{club}/members/ann/point-adjustment"
    response = await call(world.antavo, "POST", path, {"points": points}, at=world.inside.clock.now)
    assert response.status_code == 200, response.text


async def asked(world: WorldClient, club: str, first: str, last: str) -> httpx.Response:
    path = f"/v1/clubs/{club}/point-expiry?from={first}&to={last}"
    return await call(world.antavo, "GET", path, at=world.inside.clock.now)


async def days(world: WorldClient, club: str) -> dict[str, Any]:
    found: dict[str, Any] = (await asked(world, club, "2026-01-15", "2026-02-14")).json()["payload"]
    return found


async def test_points_expire_on_their_day(world: WorldClient) -> None:
    club = await set_up(world)
    await adjust(world, club, 100)
    await world.advance("3d")
    await adjust(world, club, 200)
    before = await days(world, club)
    await world.advance("8d")
    after = await days(world, club)

    assert before["expirations"] == [
        {"status": "expiring", "date": "2026-01-25", "amount": 100},
        {"status": "expiring", "date": "2026-01-28", "amount": 200},
    ]
    assert after["expirations"][0] == {"status": "expired", "date": "2026-01-25", "amount": 100}
    assert (before["total"], after["total"]) == (300, 300)
    balance = (await call(world.antavo, "GET", f"/v1/clubs/{club}", at=world.inside.clock.now)).json()["payload"]
    assert balance["balance"] == {"contributed": 300, "spent": 0, "expired": 100, "spendable": 200}


async def test_what_was_taken_away_does_not_expire(world: WorldClient) -> None:
    club = await set_up(world)
    await adjust(world, club, 100)
    await adjust(world, club, -70)

    assert (await days(world, club))["expirations"] == [{"status": "expiring", "date": "2026-01-25", "amount": 30}]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2026-01-01", "2026-02-01", 201120),
        ("2026-01-01", "soon", 201121),
        ("", "2026-01-01", 201121),
        ("20260101", "2026-01-02", 201121),
        ("2026-01-02", "2026-01-01", 201121),
    ],
)
async def test_dates_that_are_refused(world: WorldClient, first: str, last: str, code: int) -> None:
    club = await set_up(world)

    response = await asked(world, club, first, last)

    assert (response.status_code, response.json()["error"]["code"]) == (400, code)
    assert (await asked(world, club, "2026-01-01", "2026-01-31")).status_code == 200
