"""Wallet passes: the list with its links; the passes themselves are not made."""

from __future__ import annotations

from typing import Any

from stampcard.client import WorldClient
from tests.antavo.calls import call

PASSES = [
    {"id": "p1", "member": "ann", "name": "Card", "template": {"id": "t1", "status": "active"}, "status": "active"},
    {
        "id": "p2",
        "member": "ann",
        "name": "Old",
        "type": "coupon",
        "coupon": "X1",
        "expires_at": "2026-01-01T00:00:00Z",
    },
    {"id": "p3", "member": "bo", "name": "Card"},
]


async def listed(world: WorldClient, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await call(world.antavo, "GET", f"/customers/ann/wallet{query}")).json()["data"]
    return rows


async def test_passes_of_the_member_with_links(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}, {"id": "bo"}], "wallet_passes": PASSES}})

    card, old = await listed(world)

    assert (card["status"], card["type"], card["template"]) == (
        "active",
        "membership",
        {"id": "t1", "status": "active"},
    )
    assert (old["status"], old["coupon"]) == ("expired", "X1")
    assert card["_actions"]["download_apple"]["url"].startswith("/v2/customers/ann/wallet/apple/p1/download?token=")
    assert card["_actions"]["download_google"]["url"].startswith("/v2/customers/ann/google/p1/download?token=")


async def test_each_call_makes_a_new_token(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}, {"id": "bo"}], "wallet_passes": PASSES}})

    first, second = [(await listed(world))[0]["_actions"]["download_apple"]["url"] for _ in range(2)]

    assert first != second


async def test_the_filter_on_status(world: WorldClient) -> None:
    await world.setup({"antavo": {"members": [{"id": "ann"}, {"id": "bo"}], "wallet_passes": PASSES}})

    assert [row["id"] for row in await listed(world, "?status=assigned")] == ["p1"]
    assert [row["id"] for row in await listed(world, "?status=archived")] == ["p2"]


async def test_a_pass_itself_is_refused_by_name(world: WorldClient) -> None:
    """Apple and Google sign passes; bytes that only look like one would be worse than none."""
    await world.setup({"antavo": {"members": [{"id": "ann"}, {"id": "bo"}], "wallet_passes": PASSES}})

    response = await world.antavo.get((await listed(world))[0]["_actions"]["download_apple"]["url"])

    assert (response.status_code, response.json()["operation"]) == (501, "wallet_download_apple")
